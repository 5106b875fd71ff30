//! One page as pixels: what drivers deliver and captures are made of.
//!
//! ```text
//! frames of SANE, images of a folder  ->  Page  ->  reduced_to(colour)  ->  Capture
//! ```

use crate::device::Colour;

/// A page in memory, without padding except for the last byte of a bit line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Pixels,
}

/// The samples, line by line from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// Eight pixels a byte, the leftmost the highest bit; **1 is black**, as SANE's line art has it. Lines
    /// start on a byte; the bits behind the last pixel of a line are undefined.
    Bits(Vec<u8>),
    /// One byte a pixel, 0 is black.
    Grey(Vec<u8>),
    /// Three bytes a pixel.
    Rgb(Vec<u8>),
}

impl Page {
    /// The colour this page has.
    pub(crate) fn colour(&self) -> Colour {
        match self.pixels {
            Pixels::Bits(_) => Colour::BlackWhite,
            Pixels::Grey(_) => Colour::Grey,
            Pixels::Rgb(_) => Colour::Colour,
        }
    }

    /// The page with no more colour than asked for. A page with less stays as it is: there is nothing to add.
    pub(crate) fn reduced_to(self, wanted: Colour) -> Page {
        if wanted >= self.colour() {
            return self;
        }
        let grey = self.into_grey();
        if wanted == Colour::Grey { grey } else { grey.into_bits() }
    }

    /// The page in greys.
    pub(crate) fn into_grey(self) -> Page {
        let Page { width, height, pixels } = self;
        let grey = match pixels {
            Pixels::Grey(grey) => grey,
            Pixels::Rgb(rgb) => rgb.as_chunks::<3>().0.iter().map(|&[r, g, b]| luma(r, g, b)).collect(),
            Pixels::Bits(bits) => {
                let mut grey = Vec::with_capacity(width as usize * height as usize);
                for line in bits.chunks_exact(bit_stride(width)) {
                    let sample = |x: usize| if line[x / 8] & (0x80 >> (x % 8)) == 0 { 255 } else { 0 };
                    grey.extend((0..width as usize).map(sample));
                }
                grey
            }
        };
        Page { width, height, pixels: Pixels::Grey(grey) }
    }

    fn into_bits(self) -> Page {
        let Page { width, height, pixels: Pixels::Grey(grey) } = self.into_grey() else {
            unreachable!("into_grey gives a grey page")
        };
        let mut bits = Vec::with_capacity(bit_stride(width) * height as usize);
        for line in grey.chunks_exact(width as usize) {
            for eight in line.chunks(8) {
                let dark = eight.iter().enumerate().filter(|(_, sample)| **sample < 128);
                bits.push(dark.fold(0, |byte, (x, _)| byte | (0x80 >> x)));
            }
        }
        Page { width, height, pixels: Pixels::Bits(bits) }
    }
}

/// Bytes of one line of a page of bits.
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
        let red = Page { width: 2, height: 1, pixels: Pixels::Rgb(vec![255, 0, 0, 255, 255, 255]) };
        let cases = [
            (Colour::Colour, Pixels::Rgb(vec![255, 0, 0, 255, 255, 255])),
            (Colour::Grey, Pixels::Grey(vec![76, 255])),
            (Colour::BlackWhite, Pixels::Bits(vec![0b1000_0000])),
        ];
        for (wanted, pixels) in cases {
            assert_eq!(red.clone().reduced_to(wanted).pixels, pixels, "{wanted:?}");
        }
        let bits = Page { width: 9, height: 1, pixels: Pixels::Bits(vec![0b1010_0000, 0xff]) };
        assert_eq!(bits.clone().reduced_to(Colour::Colour), bits);
        assert_eq!(bits.into_grey().pixels, Pixels::Grey(vec![0, 255, 0, 255, 255, 255, 255, 255, 0]));
    }
}
