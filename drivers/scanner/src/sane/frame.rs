//! From the bytes of SANE's frames to the lines of a page.
//!
//! A page comes as one frame (grey or RGB) or as three (red, green, blue, in any order). A frame is lines of
//! `bytes_per_line`, of which the pixels may fill less; how many lines there are is sometimes known only at the
//! end; reads are cut anywhere. [`Layout::check`] refuses what cannot be a page before a byte of it is believed,
//! [`Assembly`] cuts lines and gives their pixels away as they come.
//!
//! ```text
//! grey, 1 bit, 10 pixels, 4 bytes a line:   [x x . .] [x x . .] ...   x kept, . padding
//! ```
//!
//! Bits (standard, §3.2): in a grey frame of depth 1 a set bit is black; in every other frame a greater sample
//! is brighter. A colour frame of depth 1 has eight reds, eight greens, eight blues, byte by byte. Samples of
//! 16 bits are in the machine's own byte order; the page keeps their upper half.
#![forbid(unsafe_code)]

use sane_sys::{Frame, Parameters};

use crate::capture::MOST_SIDE;
use crate::device::Colour;
use crate::error::ScanError;
use crate::page::{Outline, bit_stride};

/// No page is larger, bytes: beyond this, parameters are garbage.
const MOST_BYTES: usize = 2 << 30;
/// Lines that a driver may deliver after those it announced: some pad.
const MOST_SURPLUS: u32 = 4096;

/// How one frame is laid out: parameters that have been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    channels: Channels,
    depth: Depth,
    width: u32,
    /// Bytes from line to line.
    stride: usize,
    /// `None` where the scanner finds out at the end.
    lines: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channels {
    Grey,
    Rgb,
    /// Red, green or blue alone: 0, 1, 2.
    Plane(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    One,
    Eight,
    Sixteen,
}

impl Layout {
    /// Takes a driver's word for the layout of a frame, unless it is absurd.
    pub(crate) fn check(raw: &Parameters) -> Result<Layout, ScanError> {
        let absurd = || ScanError::Invalid(format!("a frame that cannot be: {raw:?}"));
        let channels = match raw.format {
            Frame::GRAY => Channels::Grey,
            Frame::RGB => Channels::Rgb,
            Frame::RED => Channels::Plane(0),
            Frame::GREEN => Channels::Plane(1),
            Frame::BLUE => Channels::Plane(2),
            _ => return Err(absurd()),
        };
        let depth = match raw.depth {
            1 => Depth::One,
            8 => Depth::Eight,
            16 => Depth::Sixteen,
            _ => return Err(absurd()),
        };
        let side = |length| u32::try_from(length).ok().filter(|length| (1..=MOST_SIDE).contains(length));
        let width = side(raw.pixels_per_line).ok_or_else(absurd)?;
        let lines = if raw.lines == -1 { None } else { Some(side(raw.lines).ok_or_else(absurd)?) };
        let stride = usize::try_from(raw.bytes_per_line).map_err(|_| absurd())?;
        let samples = if channels == Channels::Rgb { 3 } else { 1 };
        let needed = samples
            * match depth {
                Depth::One => bit_stride(width),
                Depth::Eight => width as usize,
                Depth::Sixteen => 2 * width as usize,
            };
        if stride < needed || stride.saturating_mul(lines.unwrap_or(1) as usize) > MOST_BYTES {
            return Err(absurd());
        }
        Ok(Layout { channels, depth, width, stride, lines })
    }

    /// The page as its lines will be.
    fn outline(&self) -> Outline {
        let colour = match (self.channels, self.depth) {
            (Channels::Grey, Depth::One) => Colour::BlackWhite,
            (Channels::Grey, _) => Colour::Grey,
            (Channels::Rgb | Channels::Plane(_), _) => Colour::Colour,
        };
        Outline { width: self.width, height: self.lines, colour }
    }

    /// Whether a line of the frame begins with the line of the page, sample for sample.
    fn is_line_of_page(&self) -> bool {
        match self.channels {
            Channels::Grey => self.depth != Depth::Sixteen,
            Channels::Rgb => self.depth == Depth::Eight,
            Channels::Plane(_) => false,
        }
    }

    fn is_one_of_three(&self) -> bool {
        matches!(self.channels, Channels::Plane(_))
    }
}

/// A page under way. Its lines are given away as they come; only colours in three passes have to be kept until the
/// last of them.
pub(crate) struct Assembly {
    layout: Layout,
    /// The beginning of a line whose end has not been read.
    begun: Vec<u8>,
    /// One line of a page that comes in one frame, or all of a page that comes in three.
    samples: Vec<u8>,
    /// Whole lines of the frame under way.
    frame_lines: u32,
    /// Lines that came after the last one announced.
    surplus: u32,
    /// Whole lines of all frames before it.
    earlier_lines: u32,
    /// Lines that every frame so far has had.
    height: Option<u32>,
    /// Of three colour passes, those that are over.
    passes: [bool; 3],
}

/// Where the lines of a page go.
pub(crate) type Lines<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), ScanError>;

impl Assembly {
    /// Begins a page with its first frame.
    pub(crate) fn new(layout: Layout) -> Result<Assembly, ScanError> {
        let mut samples = Vec::new();
        let lines = if layout.is_one_of_three() { layout.lines.unwrap_or(1) } else { 1 };
        let expected = layout.outline().stride().saturating_mul(lines as usize);
        samples.try_reserve_exact(expected.min(MOST_BYTES)).map_err(|_| ScanError::OutOfMemory)?;
        Ok(Assembly {
            layout,
            begun: Vec::with_capacity(layout.stride),
            samples,
            frame_lines: 0,
            surplus: 0,
            earlier_lines: 0,
            height: None,
            passes: [false; 3],
        })
    }

    /// What is known of the page.
    pub(crate) fn outline(&self) -> Outline {
        self.layout.outline()
    }

    /// Begins the next pass. It must fit the one before.
    pub(crate) fn next_frame(&mut self, layout: Layout) -> Result<(), ScanError> {
        let (Channels::Plane(_), Channels::Plane(pass)) = (self.layout.channels, layout.channels) else {
            return Err(ScanError::Invalid("a second frame that is no colour pass".into()));
        };
        if layout.width != self.layout.width || self.passes[pass] {
            return Err(ScanError::Invalid("a colour pass that does not fit the one before".into()));
        }
        self.layout = layout;
        self.earlier_lines += self.frame_lines;
        self.frame_lines = 0;
        self.surplus = 0;
        Ok(())
    }

    /// Lines read, and how many there will be; three passes are three times the lines.
    pub(crate) fn progress(&self) -> (u32, Option<u32>) {
        let passes = if self.layout.is_one_of_three() { 3 } else { 1 };
        (self.earlier_lines + self.frame_lines, self.layout.lines.map(|lines| passes * lines))
    }

    /// Takes the next bytes of the frame, cut anywhere, and gives away the lines that are whole now.
    ///
    /// Fails on more lines than a page can have, and when `page` does.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], page: Lines<'_>) -> Result<(), ScanError> {
        let stride = self.layout.stride;
        if !self.begun.is_empty() {
            let missing = (stride - self.begun.len()).min(bytes.len());
            let (rest_of_line, behind) = bytes.split_at(missing);
            self.begun.extend_from_slice(rest_of_line);
            bytes = behind;
            if self.begun.len() < stride {
                return Ok(());
            }
            let line = std::mem::take(&mut self.begun);
            self.line(&line, page)?;
            self.begun = line;
            self.begun.clear();
        }
        let mut lines = bytes.chunks_exact(stride);
        for line in &mut lines {
            self.line(line, page)?;
        }
        self.begun.extend_from_slice(lines.remainder());
        Ok(())
    }

    fn line(&mut self, line: &[u8], page: Lines<'_>) -> Result<(), ScanError> {
        // More than announced: not part of the page, and no reason to read for ever.
        if self.layout.lines.is_some_and(|lines| self.frame_lines >= lines) {
            self.surplus += 1;
            return if self.surplus > MOST_SURPLUS { Err(without_end()) } else { Ok(()) };
        }
        let stride = self.outline().stride();
        if self.frame_lines >= MOST_SIDE || self.frame_lines as usize * stride >= MOST_BYTES {
            return Err(without_end());
        }
        let at = if self.layout.is_one_of_three() { self.frame_lines as usize * stride } else { 0 };
        self.frame_lines += 1;
        if self.layout.is_line_of_page() {
            return page(&line[..stride]);
        }
        if self.samples.len() < at + stride {
            self.samples.try_reserve(stride).map_err(|_| ScanError::OutOfMemory)?;
            self.samples.resize(at + stride, 0);
        }
        let place = &mut self.samples[at..at + stride];
        put_line(&self.layout, line, place);
        if self.layout.is_one_of_three() { Ok(()) } else { page(place) }
    }

    /// Ends the frame under way; `true` when the page is complete.
    pub(crate) fn end_frame(&mut self) -> bool {
        self.begun.clear();
        self.height = Some(self.height.map_or(self.frame_lines, |height| height.min(self.frame_lines)));
        match self.layout.channels {
            Channels::Grey | Channels::Rgb => true,
            Channels::Plane(pass) => {
                self.passes[pass] = true;
                self.passes == [true; 3]
            }
        }
    }

    /// Gives away what was kept back: a page in three passes, as high as its shortest.
    pub(crate) fn finish(self, page: Lines<'_>) -> Result<(), ScanError> {
        let height = self.height.unwrap_or(0);
        if self.layout.lines.is_some_and(|lines| lines != height) {
            tracing::warn!(announced = ?self.layout.lines, came = height, "a page shorter than announced");
        }
        if !self.layout.is_one_of_three() {
            return Ok(());
        }
        self.samples.chunks_exact(self.outline().stride()).take(height as usize).try_for_each(page)
    }
}

fn without_end() -> ScanError {
    ScanError::Invalid("a page without end".into())
}

/// One line of a frame into its place in the page.
fn put_line(layout: &Layout, line: &[u8], place: &mut [u8]) {
    match (layout.channels, layout.depth) {
        // Goes as it is and does not come here.
        (Channels::Grey, Depth::One) | (Channels::Grey | Channels::Rgb, Depth::Eight) => {
            place.copy_from_slice(&line[..place.len()]);
        }
        (Channels::Grey | Channels::Rgb, Depth::Sixteen) => {
            for (sample, wide) in place.iter_mut().zip(line.as_chunks().0) {
                *sample = upper_half(*wide);
            }
        }
        (Channels::Rgb, Depth::One) => {
            for (x, pixel) in place.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let eight = x / 8 * 3;
                *pixel = [0, 1, 2].map(|channel| bit(line[eight + channel], x));
            }
        }
        (Channels::Plane(channel), depth) => {
            for (x, pixel) in place.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                pixel[channel] = match depth {
                    Depth::One => bit(line[x / 8], x),
                    Depth::Eight => line[x],
                    Depth::Sixteen => upper_half([line[2 * x], line[2 * x + 1]]),
                };
            }
        }
    }
}

/// The bit of pixel `x` in its byte as a sample: a set bit is bright.
fn bit(byte: u8, x: usize) -> u8 {
    if byte & (0x80 >> (x % 8)) == 0 { 0 } else { 255 }
}

fn upper_half(wide: [u8; 2]) -> u8 {
    (u16::from_ne_bytes(wide) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(format: Frame, depth: i32, width: i32, stride: i32, lines: i32) -> Parameters {
        Parameters {
            format,
            last_frame: sane_sys::TRUE,
            bytes_per_line: stride,
            pixels_per_line: width,
            lines,
            depth,
        }
    }

    /// Puts the bytes through in pieces of every size up to their length: the cut must not matter.
    fn assemble(parameters: &Parameters, bytes: &[u8]) -> (Colour, Vec<Vec<u8>>) {
        let layout = Layout::check(parameters).unwrap();
        let in_pieces_of = |size: usize| {
            let mut lines = Vec::new();
            let mut page = keep_in(&mut lines);
            let mut assembly = Assembly::new(layout).unwrap();
            bytes.chunks(size).for_each(|piece| assembly.feed(piece, &mut page).unwrap());
            assert!(assembly.end_frame());
            assembly.finish(&mut page).unwrap();
            drop(page);
            lines
        };
        let whole = in_pieces_of(bytes.len());
        (1..bytes.len()).for_each(|size| assert_eq!(in_pieces_of(size), whole, "in pieces of {size}"));
        (layout.outline().colour, whole)
    }

    fn keep_in(lines: &mut Vec<Vec<u8>>) -> impl FnMut(&[u8]) -> Result<(), ScanError> {
        |line| {
            lines.push(line.to_vec());
            Ok(())
        }
    }

    fn nowhere(_: &[u8]) -> Result<(), ScanError> {
        Ok(())
    }

    /// What, the frame, its bytes, what the page is made of, its lines.
    type Case<'a> = (&'a str, Parameters, Vec<u8>, Colour, &'a [&'a [u8]]);

    #[test]
    fn every_kind_of_frame_is_read() {
        use Colour::{BlackWhite, Grey};
        let wide = |samples: &[u16]| samples.iter().flat_map(|s| s.to_ne_bytes()).collect::<Vec<u8>>();
        let cases: [Case<'_>; 9] = [
            ("grey", parameters(Frame::GRAY, 8, 2, 2, 2), vec![1, 2, 3, 4], Grey, &[&[1, 2], &[3, 4]]),
            (
                "padded lines",
                parameters(Frame::GRAY, 8, 2, 4, 2),
                vec![1, 2, 99, 99, 3, 4, 99, 99],
                Grey,
                &[&[1, 2], &[3, 4]],
            ),
            (
                "unknown height, and an unfinished last line",
                parameters(Frame::GRAY, 8, 2, 2, -1),
                vec![1, 2, 3, 4, 5, 6, 7],
                Grey,
                &[&[1, 2], &[3, 4], &[5, 6]],
            ),
            ("fewer lines than announced", parameters(Frame::GRAY, 8, 1, 1, 9), vec![5], Grey, &[&[5]]),
            ("more lines than announced", parameters(Frame::GRAY, 8, 1, 1, 1), vec![5, 6], Grey, &[&[5]]),
            (
                "one bit, set is black",
                parameters(Frame::GRAY, 1, 10, 3, 1),
                vec![0x80, 0x40, 99],
                BlackWhite,
                &[&[0x80, 0x40]],
            ),
            (
                "16 bits, grey",
                parameters(Frame::GRAY, 16, 1, 2, 2),
                wide(&[0x1234, 0xff00]),
                Grey,
                &[&[0x12], &[0xff]],
            ),
            (
                "16 bits, colour",
                parameters(Frame::RGB, 16, 1, 6, 1),
                wide(&[0x1234, 0xff00, 0x0080]),
                Colour::Colour,
                &[&[0x12, 0xff, 0]],
            ),
            (
                "one bit, colour: set is bright",
                parameters(Frame::RGB, 1, 2, 3, 1),
                vec![0b1000_0000, 0b0100_0000, 0b1100_0000],
                Colour::Colour,
                &[&[255, 0, 255, 0, 255, 255]],
            ),
        ];
        for (what, parameters, bytes, colour, lines) in cases {
            let page = assemble(&parameters, &bytes);
            assert_eq!(page, (colour, lines.iter().map(|line| line.to_vec()).collect()), "{what}");
        }
    }

    #[test]
    fn three_passes_make_one_page_in_any_order() {
        let passes = [(Frame::RED, [1, 2]), (Frame::GREEN, [3, 4]), (Frame::BLUE, [5, 6])];
        for order in [[0, 1, 2], [0, 2, 1], [1, 2, 0], [1, 0, 2], [2, 0, 1], [2, 1, 0]] {
            let mut page: Option<Assembly> = None;
            let mut complete = false;
            for (format, bytes) in order.map(|at| passes[at]) {
                assert!(!complete);
                let layout = Layout::check(&parameters(format, 8, 1, 1, 2)).unwrap();
                match &mut page {
                    Some(assembly) => assembly.next_frame(layout).unwrap(),
                    None => page = Some(Assembly::new(layout).unwrap()),
                }
                let assembly = page.as_mut().unwrap();
                assembly.feed(&bytes, &mut nowhere).unwrap();
                complete = assembly.end_frame();
            }
            assert!(complete);
            let assembly = page.unwrap();
            assert_eq!(assembly.progress(), (6, Some(6)));
            let mut lines = Vec::new();
            assembly.finish(&mut keep_in(&mut lines)).unwrap();
            assert_eq!(lines, [[1, 3, 5], [2, 4, 6]], "{order:?}");
        }
    }

    #[test]
    fn passes_that_do_not_fit_are_refused() {
        let layout = |format, width| Layout::check(&parameters(format, 8, width, width, 1)).unwrap();
        let mut assembly = Assembly::new(layout(Frame::RED, 2)).unwrap();
        assembly.feed(&[1, 2], &mut nowhere).unwrap();
        assert!(!assembly.end_frame());
        assert!(assembly.next_frame(layout(Frame::RED, 2)).is_err(), "the same pass again");
        assert!(assembly.next_frame(layout(Frame::BLUE, 3)).is_err(), "another width");
        assert!(assembly.next_frame(layout(Frame::GRAY, 2)).is_err(), "no pass at all");
    }

    #[test]
    fn absurd_parameters_are_refused() {
        let cases = [
            ("no width", parameters(Frame::GRAY, 8, 0, 10, 10)),
            ("negative width", parameters(Frame::GRAY, 8, -1, 10, 10)),
            ("no lines", parameters(Frame::GRAY, 8, 10, 10, 0)),
            ("negative lines", parameters(Frame::GRAY, 8, 10, 10, -2)),
            ("short lines, grey", parameters(Frame::GRAY, 8, 10, 9, 10)),
            ("short lines, colour", parameters(Frame::RGB, 8, 10, 29, 10)),
            ("short lines, 16 bits", parameters(Frame::GRAY, 16, 10, 19, 10)),
            ("short lines, one bit", parameters(Frame::GRAY, 1, 9, 1, 10)),
            ("negative line", parameters(Frame::GRAY, 8, 10, -10, 10)),
            ("more than 2 GB", parameters(Frame::RGB, 16, 60_000, 360_000, 60_000)),
            ("more than 2 GB by padding", parameters(Frame::GRAY, 8, 1, i32::MAX, 2)),
            ("wider than any picture", parameters(Frame::GRAY, 1, 70_000, 10_000, 10)),
            ("an unknown frame", parameters(Frame(11), 8, 10, 10, 10)),
            ("12 bits", parameters(Frame::GRAY, 12, 10, 20, 10)),
        ];
        for (what, parameters) in cases {
            assert!(matches!(Layout::check(&parameters), Err(ScanError::Invalid(_))), "{what}");
        }
    }

    #[test]
    fn a_page_that_never_ends_is_given_up() {
        let layout = Layout::check(&parameters(Frame::GRAY, 8, 1, 1, -1)).unwrap();
        let mut assembly = Assembly::new(layout).unwrap();
        let most = vec![7; MOST_SIDE as usize];
        assembly.feed(&most, &mut nowhere).unwrap();
        assert!(matches!(assembly.feed(&[7], &mut nowhere), Err(ScanError::Invalid(_))));
    }
}
