//! Lines of a page: what drivers deliver and captures are made of.
//!
//! A line is bytes, without padding except behind the last pixel of a line of bits:
//!
//! | [`Colour`]   | a line of 10 pixels                                                                       |
//! |--------------|-------------------------------------------------------------------------------------------|
//! | `Colour`     | 30 bytes, red, green and blue of each pixel                                               |
//! | `Grey`       | 10 bytes, 0 is black                                                                      |
//! | `BlackWhite` | 2 bytes, the leftmost pixel the highest bit, **1 is black**, as SANE's line art has it; the bits behind the last pixel are undefined |
//!
//! ```text
//! frames of SANE, images of a folder  ->  lines  ->  reduced(..)  ->  Capture
//! ```

use std::borrow::Cow;

use crate::device::Colour;

/// What is known of a page before its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Pixels of a line, at most [`MOST_SIDE`](crate::capture::MOST_SIDE).
    pub(crate) width: u32,
    /// Lines there will be, where that is known; fewer may come.
    pub(crate) height: Option<u32>,
    /// What a line is made of.
    pub(crate) colour: Colour,
}

impl Outline {
    /// Bytes of one line.
    pub(crate) fn stride(&self) -> usize {
        match self.colour {
            Colour::BlackWhite => bit_stride(self.width),
            Colour::Grey => self.width as usize,
            Colour::Colour => 3 * self.width as usize,
        }
    }

    /// The outline of the same page with no more colour than asked for. A page with less stays as it is: there is
    /// nothing to add.
    pub(crate) fn reduced_to(self, wanted: Colour) -> Outline {
        Outline { colour: self.colour.min(wanted), ..self }
    }
}

/// Whole lines of one page as lines of the same page with less colour, or with as much. `from` and `to` differ in
/// colour only.
pub(crate) fn reduced<'a>(lines: &'a [u8], from: &Outline, to: &Outline) -> Cow<'a, [u8]> {
    if to.colour >= from.colour {
        return Cow::Borrowed(lines);
    }
    let grey = if from.colour == Colour::Colour {
        Cow::Owned(lines.as_chunks::<3>().0.iter().map(|&[r, g, b]| luma(r, g, b)).collect())
    } else {
        Cow::Borrowed(lines)
    };
    if to.colour == Colour::Grey { grey } else { Cow::Owned(bits(&grey, to.width)) }
}

/// Lines of bits as lines of greys.
pub(crate) fn greys(lines: &[u8], width: u32) -> Vec<u8> {
    let width = width as usize;
    let mut greys = Vec::with_capacity(8 * lines.len());
    for line in lines.chunks_exact(width.div_ceil(8)) {
        let sample = |x: usize| if line[x / 8] & (0x80 >> (x % 8)) == 0 { 255 } else { 0 };
        greys.extend((0..width).map(sample));
    }
    greys
}

fn bits(greys: &[u8], width: u32) -> Vec<u8> {
    let mut bits = Vec::with_capacity(greys.len() / 8 + 1);
    for line in greys.chunks_exact(width as usize) {
        for eight in line.chunks(8) {
            let dark = eight.iter().enumerate().filter(|(_, sample)| **sample < 128);
            bits.push(dark.fold(0, |byte, (x, _)| byte | (0x80 >> x)));
        }
    }
    bits
}

/// Bytes of one line of bits.
pub(crate) fn bit_stride(width: u32) -> usize {
    width.div_ceil(8) as usize
}

/// Brightness of a colour after ITU-R BT.601, as JPEG has it.
fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114 + 500) / 1000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reducing_goes_down_only() {
        let red_and_white = [255, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0];
        let page = Outline { width: 2, height: None, colour: Colour::Colour };
        let cases: [(Colour, &[u8]); 3] = [
            (Colour::Colour, &red_and_white),
            (Colour::Grey, &[76, 255, 255, 0]),
            (Colour::BlackWhite, &[0b1000_0000, 0b0100_0000]),
        ];
        for (wanted, lines) in cases {
            let kept = page.reduced_to(wanted);
            assert_eq!(*reduced(&red_and_white, &page, &kept), *lines, "{wanted:?}");
            assert_eq!(lines.len(), 2 * kept.stride());
        }
        let bits = Outline { width: 9, colour: Colour::BlackWhite, ..page };
        assert_eq!(bits.reduced_to(Colour::Colour), bits);
        assert_eq!(*reduced(&[0b1010_0000, 0xff], &bits, &bits), [0b1010_0000, 0xff]);
        assert_eq!(greys(&[0b1010_0000, 0xff], 9), [0, 255, 0, 255, 255, 255, 255, 255, 0]);
    }
}
