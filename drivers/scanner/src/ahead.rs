//! Encoding a page while the scanner is still reading it.
//!
//! A small computer takes two seconds to encode a page in colour, and a scanner takes five or more to read one:
//! done side by side, the page is there when its last line is. A thread of its own encodes the lines as they
//! come; it knows nothing of any driver.
//!
//! ```text
//! driver's thread:  line line line line ... finish -> bytes
//!                     \    \    \    \
//! this thread:         JPEG header, rows of blocks ...
//! ```
//!
//! A JPEG says its height first. So only pages whose height the scanner announces can be encoded ahead, and when
//! fewer lines come than announced the work is thrown away: [`capture::encode`](crate::capture::encode) does it
//! again from the whole page, which is kept for that.

use std::cell::{Cell, RefCell};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use jpeg_encoder::{ImageBuffer, JpegColorType, rgb_to_ycbcr};

use crate::capture::page_encoder;
use crate::device::Colour;

/// Pieces of a page that may wait for the encoder, some 4 MB: more than a scanner delivers while it falls behind.
const MOST_WAITING: usize = 64;

/// What has to be known of a page to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// Grey or colour.
    pub(crate) colour: Colour,
}

impl Outline {
    fn stride(&self) -> usize {
        usize::from(self.width) * if self.colour == Colour::Colour { 3 } else { 1 }
    }
}

/// A page being encoded.
pub(crate) struct Ahead {
    lines: SyncSender<Vec<u8>>,
    encoder: JoinHandle<Option<Vec<u8>>>,
    given: usize,
}

impl Ahead {
    /// Begins. `None` where no thread can be had; the page is then encoded at its end.
    pub(crate) fn begin(outline: Outline, dpi: u32) -> Option<Ahead> {
        let (lines, come) = mpsc::sync_channel(MOST_WAITING);
        let encode = move || {
            let incoming = Incoming { outline, come, line: RefCell::default(), short: Cell::new(false) };
            let mut bytes = Vec::new();
            page_encoder(&mut bytes, dpi).encode_image(&incoming).ok()?;
            (!incoming.short.get()).then_some(bytes)
        };
        let encoder = thread::Builder::new().name("encoder".into()).spawn(encode).ok()?;
        Some(Ahead { lines, encoder, given: 0 })
    }

    /// Gives what has come since the last time; `samples` is all of the page so far.
    pub(crate) fn give(&mut self, samples: &[u8]) {
        if let Some(new) = samples.get(self.given..).filter(|new| !new.is_empty()) {
            self.given = samples.len();
            // An encoder that has ended says so when it is asked for its bytes.
            let _ = self.lines.send(new.to_vec());
        }
    }

    /// The encoded page, if all of it came.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        drop(self.lines);
        self.encoder.join().ok().flatten()
    }
}

/// The page as the encoder asks for it: line by line, waiting where it must.
struct Incoming {
    outline: Outline,
    come: Receiver<Vec<u8>>,
    line: RefCell<Line>,
    /// Lines were missing.
    short: Cell<bool>,
}

/// The line the encoder is at.
#[derive(Default)]
struct Line {
    samples: Vec<u8>,
    number: Option<u16>,
    /// What has come behind it.
    behind: Vec<u8>,
    taken: usize,
}

impl Incoming {
    /// Moves on to line `wanted`. The encoder asks in order, and for the last line perhaps again.
    fn advance(&self, line: &mut Line, wanted: u16) {
        if line.number == Some(wanted) {
            return;
        }
        line.number = Some(wanted);
        line.samples.clear();
        let stride = self.outline.stride();
        while line.samples.len() < stride {
            if line.taken == line.behind.len() {
                line.taken = 0;
                line.behind = match self.come.recv() {
                    Ok(piece) => piece,
                    Err(_) => {
                        self.short.set(true);
                        line.behind.clear();
                        line.samples.resize(stride, 255);
                        return;
                    }
                };
            }
            let piece = (stride - line.samples.len()).min(line.behind.len() - line.taken);
            line.samples.extend_from_slice(&line.behind[line.taken..line.taken + piece]);
            line.taken += piece;
        }
    }
}

impl ImageBuffer for &Incoming {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.outline.colour == Colour::Colour { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.outline.width
    }

    fn height(&self) -> u16 {
        self.outline.height
    }

    fn fill_buffers(&self, y: u16, [first, second, third, _]: &mut [Vec<u8>; 4]) {
        let mut line = self.line.borrow_mut();
        self.advance(&mut line, y);
        if self.outline.colour != Colour::Colour {
            first.extend_from_slice(&line.samples);
            return;
        }
        for &[r, g, b] in line.samples.as_chunks::<3>().0 {
            let (y, cb, cr) = rgb_to_ycbcr(r, g, b);
            first.push(y);
            second.push(cb);
            third.push(cr);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture;
    use crate::page::{Page, Pixels};

    #[test]
    fn what_is_encoded_ahead_is_what_would_have_been_encoded_at_the_end() {
        let (width, height) = (37_u16, 29_u16);
        let samples: Vec<u8> =
            (0..usize::from(width) * usize::from(height) * 3).map(|i| (i * 7 % 251) as u8).collect();
        let grey = samples[..samples.len() / 3].to_vec();
        let cases = [
            (Colour::Colour, samples.clone(), Pixels::Rgb(samples)),
            (Colour::Grey, grey.clone(), Pixels::Grey(grey)),
        ];
        for (colour, samples, pixels) in cases {
            let page = Page { width: width.into(), height: height.into(), pixels };
            let at_the_end = capture::encode(page, 300, None).unwrap().bytes;
            for piece in [1, 100, samples.len()] {
                let mut ahead = Ahead::begin(Outline { width, height, colour }, 300).unwrap();
                let mut come = 0;
                while come < samples.len() {
                    come = (come + piece).min(samples.len());
                    ahead.give(&samples[..come]);
                }
                assert_eq!(ahead.finish().unwrap(), at_the_end, "{colour:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_page_that_ends_early_is_not_taken_for_a_whole_one() {
        let outline = Outline { width: 10, height: 10, colour: Colour::Grey };
        for came in [0, 5, 99] {
            let mut ahead = Ahead::begin(outline, 300).unwrap();
            ahead.give(&vec![0; came]);
            assert_eq!(ahead.finish(), None, "{came} of 100");
        }
    }
}
