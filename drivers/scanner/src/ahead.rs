//! Encoding a page while the scanner is still reading it.
//!
//! A small computer takes two seconds to encode a page in colour, and a scanner takes one or more to read one: done
//! side by side, on all cores, the page is there when its last line is. What the scanner waits for is the last strip
//! alone.
//!
//! ```text
//! driver's thread:  line line line | line line line | line ... finish -> Capture
//!                        strip 0   v    strip 1     v   strip 2        ^
//! encoders:                  reduce, shrink, encode ....... pieces, in any order
//! ```
//!
//! No page is ever held raw: at most [`MOST_WAITING`] bytes of strips wait for an encoder, and a driver that is faster
//! than all of them waits. One exception lies with the frames: colours that come in three passes.
//!
//! ```text
//! let mut ahead = Ahead::begin(outline, Colour::Grey, 300)?;
//! for line in lines { ahead.line(line)?; }
//! let capture = ahead.finish()?;
//! ```

mod sketch;

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::capture::{self, Capture, CaptureFormat, Jpeg, MOST_SIDE, STRIP_LINES};
use crate::device::Colour;
use crate::error::ScanError;
use crate::page::{Outline, reduced};
use sketch::Sketch;

/// Bytes of strips that may wait for an encoder: what a fast scanner delivers in a tenth of a second.
const MOST_WAITING: usize = 4 << 20;
/// No encoded page is larger, bytes: some fifty times a page of large paper.
const MOST_BYTES: usize = 256 << 20;
/// More encoders are of no use to any scanner there is.
const MOST_ENCODERS: usize = 8;
/// A page being encoded.
pub(crate) struct Ahead {
    /// The page as it comes.
    outline: Outline,
    dpi: u32,
    lines: u32,
    /// The strip under way.
    filling: Vec<u8>,
    /// Strips handed to the encoders.
    given: usize,
    strips: SyncSender<Strip>,
    pieces: Receiver<Piece>,
    joint: Joint,
    /// Strips that have been encoded, to be filled again.
    spare: Vec<Vec<u8>>,
}

impl Ahead {
    /// Begins a page of `outline`, to be kept with no more colour than `wanted`.
    ///
    /// Fails where not even one thread can be had, and for an outline that cannot be.
    pub(crate) fn begin(outline: Outline, wanted: Colour, dpi: u32) -> Result<Ahead, ScanError> {
        if outline.width == 0 || outline.width > MOST_SIDE {
            return Err(ScanError::Invalid(format!("a page {} pixels wide", outline.width)));
        }
        let kept = outline.reduced_to(wanted);
        let bilevel = kept.colour == Colour::BlackWhite;
        let file = if bilevel { File::Zlib(Vec::new()) } else { File::Jpeg(Jpeg::begin(&kept, dpi)?) };
        let box_side = sketch::box_side(&kept);
        let strip_bytes = STRIP_LINES * outline.stride();
        let (strips, waiting) = mpsc::sync_channel((MOST_WAITING / strip_bytes).clamp(2, 64));
        let (done, pieces) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        // The lines of a PNG are compressed one behind the other.
        let encoders = if bilevel { 1 } else { cores().min(MOST_ENCODERS) };
        let start = || {
            let work = Work { strips: Arc::clone(&waiting), pieces: done.clone(), outline, kept, box_side };
            thread::Builder::new().name("encoder".into()).spawn(move || work.until_the_last(bilevel))
        };
        if (0..encoders).filter(|_| start().is_ok()).count() == 0 {
            return Err(ScanError::OutOfMemory);
        }
        Ok(Ahead {
            outline,
            dpi,
            lines: 0,
            filling: Vec::with_capacity(strip_bytes),
            given: 0,
            strips,
            pieces,
            joint: Joint { early: BTreeMap::new(), file, joined: 0, sketch: Sketch::new(&kept, box_side) },
            spare: Vec::new(),
        })
    }

    /// Takes the next line, as wide as the outline says.
    ///
    /// Fails on a page that is higher than any picture, or too large when encoded: paper has an end.
    pub(crate) fn line(&mut self, line: &[u8]) -> Result<(), ScanError> {
        if self.lines == MOST_SIDE {
            return Err(endless());
        }
        self.lines += 1;
        self.filling.extend_from_slice(line);
        if (self.lines as usize).is_multiple_of(STRIP_LINES) { self.hand_over() } else { Ok(()) }
    }

    /// The page as it is kept. Fails when no line of it came.
    pub(crate) fn finish(mut self) -> Result<Capture, ScanError> {
        if self.lines == 0 {
            return Err(ScanError::Io("the scanner sent a page without a line".into()));
        }
        if !self.filling.is_empty() {
            self.hand_over()?;
        }
        let Ahead { outline, dpi, lines, given, strips, pieces, mut joint, .. } = self;
        drop(strips); // the encoders end when the last strip is done
        for piece in pieces {
            joint.take(piece)?;
        }
        if joint.joined < given {
            return Err(ScanError::Invalid("an encoder gave up in mid-page".into()));
        }
        let (bytes, format) = match joint.file {
            File::Jpeg(jpeg) => (jpeg.finish(lines), CaptureFormat::Jpeg),
            File::Zlib(zlib) => (capture::png(&zlib, outline.width, lines, dpi)?, CaptureFormat::Png),
        };
        let thumbnail = joint.sketch.thumbnail(outline.width, lines)?;
        Ok(Capture { bytes, format, width_px: outline.width, height_px: lines, dpi, thumbnail })
    }

    fn hand_over(&mut self) -> Result<(), ScanError> {
        while let Ok(piece) = self.pieces.try_recv() {
            self.spare.extend(self.joint.take(piece)?);
        }
        let room = STRIP_LINES * self.outline.stride();
        let empty = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(room));
        let lines = std::mem::replace(&mut self.filling, empty);
        // Encoders that have all ended leave this strip undone, which is noticed at the end.
        let _ = self.strips.send(Strip { number: self.given, lines });
        self.given += 1;
        Ok(())
    }
}

fn endless() -> ScanError {
    ScanError::Invalid("a page without end".into())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Some lines of the page, as they came.
struct Strip {
    number: usize,
    lines: Vec<u8>,
}

/// What became of a strip.
struct Piece {
    number: usize,
    bytes: Vec<u8>,
    sketch: Vec<u8>,
    /// The strip's own memory, empty again.
    room: Vec<u8>,
}

/// Where the pieces become one page, in order.
struct Joint {
    /// Those that overtook one before them.
    early: BTreeMap<usize, Piece>,
    file: File,
    joined: usize,
    sketch: Sketch,
}

enum File {
    Jpeg(Jpeg),
    /// The compressed lines of a PNG.
    Zlib(Vec<u8>),
}

impl Joint {
    /// Takes a piece and joins those whose turn it is; gives back the room of their strips.
    fn take(&mut self, piece: Piece) -> Result<Vec<Vec<u8>>, ScanError> {
        self.early.insert(piece.number, piece);
        let mut rooms = Vec::new();
        while let Some(piece) = self.early.remove(&self.joined) {
            let length = match &mut self.file {
                File::Jpeg(jpeg) => jpeg.join(&piece.bytes),
                File::Zlib(zlib) => {
                    zlib.extend_from_slice(&piece.bytes);
                    zlib.len()
                }
            };
            if length > MOST_BYTES {
                return Err(endless());
            }
            self.sketch.take(&piece.sketch);
            self.joined += 1;
            rooms.push(piece.room);
        }
        Ok(rooms)
    }
}

/// What an encoder knows.
struct Work {
    strips: Arc<Mutex<Receiver<Strip>>>,
    pieces: Sender<Piece>,
    outline: Outline,
    kept: Outline,
    box_side: usize,
}

impl Work {
    /// An encoder's whole life. One that cannot go on leaves, and its strip is missed at the end.
    fn until_the_last(self, bilevel: bool) {
        let done = if bilevel { self.compress() } else { self.encode() };
        if let Err(fault) = done {
            tracing::error!(%fault, "an encoder gives up");
        }
    }

    fn next(&self) -> Option<Strip> {
        self.strips.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }

    fn encode(&self) -> Result<(), ScanError> {
        while let Some(strip) = self.next() {
            let bytes = capture::jpeg_strip(&reduced(&strip.lines, &self.outline, &self.kept), &self.kept)?;
            self.hand_back(strip, bytes);
        }
        Ok(())
    }

    /// What the compressor still holds when the last strip is done is a piece more.
    fn compress(&self) -> Result<(), ScanError> {
        let fault = |e: std::io::Error| ScanError::Invalid(format!("PNG: {e}"));
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        let mut number = 0;
        while let Some(strip) = self.next() {
            let lines = reduced(&strip.lines, &self.outline, &self.kept);
            zlib.write_all(&capture::png_lines(&lines, self.kept.width)).map_err(fault)?;
            number = strip.number + 1;
            self.hand_back(strip, std::mem::take(zlib.get_mut()));
        }
        let rest =
            Piece { number, bytes: zlib.finish().map_err(fault)?, sketch: Vec::new(), room: Vec::new() };
        let _ = self.pieces.send(rest);
        Ok(())
    }

    /// A page that is wanted no more (a cancel, a jam) has nobody who takes its pieces.
    fn hand_back(&self, strip: Strip, bytes: Vec<u8>) {
        let Strip { number, lines: mut room } = strip;
        let sketch = sketch::shrunk(&reduced(&room, &self.outline, &self.kept), &self.kept, self.box_side);
        room.clear();
        let _ = self.pieces.send(Piece { number, bytes, sketch, room });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::greys;

    const WIDTH: u32 = 37;

    /// Something of everything, too wide for whole blocks and too high for whole strips.
    fn lines(colour: Colour, height: u32) -> (Outline, Vec<u8>) {
        let outline = Outline { width: WIDTH, height: None, colour };
        let samples = outline.stride() * height as usize;
        (outline, (0..samples).map(|i| (i / 5 * 7 % 251) as u8).collect())
    }

    fn capture(outline: Outline, lines: &[u8], wanted: Colour) -> Capture {
        let mut ahead = Ahead::begin(outline, wanted, 300).unwrap();
        lines.chunks_exact(outline.stride()).for_each(|line| ahead.line(line).unwrap());
        ahead.finish().unwrap()
    }

    /// What a decoder sees, and what it would see had the page been encoded in one piece.
    fn beside_one_piece(outline: Outline, lines: &[u8], wanted: Colour) -> (Vec<u8>, Vec<u8>) {
        let kept = outline.reduced_to(wanted);
        let lines = reduced(lines, &outline, &kept);
        let mut whole = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut whole, 92);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
        capture::encode(encoder, &lines, kept.width, kept.colour).unwrap();
        let whole = image::load_from_memory(&whole).unwrap();
        (whole.into_bytes(), lines.into_owned())
    }

    #[test]
    fn a_page_of_strips_is_the_page_in_one_piece() {
        for colour in [Colour::Colour, Colour::Grey] {
            for wanted in [Colour::Colour, Colour::Grey] {
                for height in [1, 31, 32, 33, 64, 300, 1000] {
                    let (outline, lines) = lines(colour, height);
                    let capture = capture(outline, &lines, wanted);
                    let what = format!("{colour:?} kept as {wanted:?}, {height} lines");
                    assert_eq!((capture.width_px, capture.height_px), (WIDTH, height), "{what}");
                    let page = image::load_from_memory(&capture.bytes).unwrap();
                    assert_eq!((page.width(), page.height()), (WIDTH, height), "{what}");
                    assert_eq!(page.into_bytes(), beside_one_piece(outline, &lines, wanted).0, "{what}");
                }
            }
        }
    }

    #[test]
    fn bits_come_back_as_they_were_whatever_they_were_made_of() {
        for colour in [Colour::Colour, Colour::Grey, Colour::BlackWhite] {
            for height in [1, 32, 500] {
                let (outline, lines) = lines(colour, height);
                let capture = capture(outline, &lines, Colour::BlackWhite);
                assert_eq!((capture.format, capture.height_px), (CaptureFormat::Png, height));
                let kept = outline.reduced_to(Colour::BlackWhite);
                let expected = greys(&reduced(&lines, &outline, &kept), WIDTH);
                let page = image::load_from_memory(&capture.bytes).unwrap();
                assert_eq!(page.into_luma8().into_raw(), expected, "{colour:?}, {height} lines");
            }
        }
    }

    #[test]
    fn what_stands_in_the_files_is_what_an_archive_expects() {
        let (outline, lines) = lines(Colour::Colour, 100);
        let jpeg = capture(outline, &lines, Colour::Colour).bytes;
        let sof = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).expect("a baseline frame");
        assert_eq!(jpeg[sof + 11], 0x11, "luma sampled 1x1");
        let density = jpeg.windows(5).position(|jfif| jfif == b"JFIF\0").unwrap() + 7;
        assert_eq!(jpeg[density..density + 5], [1, 1, 44, 1, 44], "300 dots per inch");

        let bits = Outline { width: 10, height: Some(2), colour: Colour::BlackWhite };
        let png = capture(bits, &[0b1000_0001, 0x40, 0, 0xff], Colour::BlackWhite).bytes;
        let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        assert_eq!(reader.info().pixel_dims.unwrap().xppu, 11_811);
        let mut raw = vec![0; 4];
        reader.next_frame(&mut raw).unwrap();
        assert_eq!(raw, [0b0111_1110, 0b1011_1111, 0xff, 0b0011_1111], "black is nought, and nothing behind");
    }

    #[test]
    fn the_widest_page_still_counts_its_blocks() {
        let outline = Outline { width: MOST_SIDE, height: Some(40), colour: Colour::Grey };
        let lines: Vec<u8> = (0..40 * outline.width).map(|i| (i / 40 % 251) as u8).collect();
        let page = image::load_from_memory(&capture(outline, &lines, Colour::Grey).bytes).unwrap();
        assert_eq!(page.into_bytes(), beside_one_piece(outline, &lines, Colour::Grey).0);
    }

    #[test]
    fn a_page_has_at_least_one_line_and_not_more_than_a_picture_can_have() {
        let outline = Outline { width: 1, height: None, colour: Colour::Grey };
        let nothing = Ahead::begin(outline, Colour::Colour, 300).unwrap();
        assert!(matches!(nothing.finish(), Err(ScanError::Io(_))));
        let mut endless = Ahead::begin(outline, Colour::Colour, 300).unwrap();
        (0..MOST_SIDE).for_each(|_| endless.line(&[7]).unwrap());
        assert!(matches!(endless.line(&[7]), Err(ScanError::Invalid(_))));
        assert_eq!(endless.finish().unwrap().height_px, MOST_SIDE);
        for width in [0, MOST_SIDE + 1] {
            let page = Outline { width, ..outline };
            assert!(matches!(Ahead::begin(page, Colour::Grey, 300), Err(ScanError::Invalid(_))), "{width}");
        }
    }

    #[test]
    fn the_thumbnail_is_the_page_and_small() {
        let outline = Outline { width: 900, height: Some(1200), colour: Colour::Colour };
        let line = |y: usize| [if y < 600 { [200, 30, 30] } else { [240; 3] }; 900].concat();
        let page: Vec<u8> = (0..1200).flat_map(line).collect();
        for (outline, wanted) in [
            (outline, Colour::Colour),
            (Outline { height: None, ..outline }, Colour::Colour),
            (outline, Colour::Grey),
            (outline, Colour::BlackWhite),
        ] {
            let small = image::load_from_memory(&capture(outline, &page, wanted).thumbnail).unwrap();
            assert_eq!((small.width(), small.height()), (240, 320));
            let [top, bottom] = [10, 310].map(|y| small.to_luma8().get_pixel(120, y).0[0]);
            assert!(top < 90 && bottom > 230, "{wanted:?}: {top}, {bottom}");
        }
    }
}
