//! Black and white without loss: JBIG2 (ITU-T T.88), as PDF embeds it (ISO 32000-1 §7.4.7).
//!
//! Of the standard only the generic region is written (§6.2). Symbol coding packs tighter, but it may take one letter for
//! another that looks like it; a page of record cannot afford that. Each pixel goes through the arithmetic coder of
//! annex E, which guesses it from the sixteen pixels above and to the left of it and spends next to nothing where the
//! guess is right: a typewritten page comes to little more than a third of what Deflate makes of it.
//!
//! ```text
//! // One row of ten pixels, the first three black.
//! let ink = Ink::of_grey(10, 1, vec![0b0001_1111, 0b1100_0000]);
//! let stream = jbig2::encode(&ink); // goes behind /Filter/JBIG2Decode
//! assert!(jbig2::decode(&stream) == Some(ink)); // the proof that no dot was lost
//! ```
//!
//! The same picture gives the same bytes. Besides picture and output 64 KiB are held.

mod decode;

pub(crate) use decode::decode;
#[cfg(test)]
pub(crate) use decode::tests::any_ink;

/// One for each way in which the sixteen neighbours of a pixel can be coloured.
const CONTEXTS: usize = 1 << 16;
/// Template 0, nominal: the context that says whether a row is like the one above (§6.2.5.7, figure 8).
const LIKE_THE_ROW_ABOVE: usize = 0x9B25;
/// What has to be white, around and in the eight pixels of a byte, for all of them to have the white context: pixels
/// 2 before to 2 behind in the second row above, 3 before to 3 behind in the row above, 4 before in their own.
const REACH: [u32; 3] = [0x3_FFC0, 0x7_FFE0, 0xFFF];

const PAGE_INFORMATION: u8 = 48;
const IMMEDIATE_LOSSLESS_GENERIC_REGION: u8 = 39;

/// Black and white, one bit a pixel, 1 is black. Rows begin with a new byte, its highest bit first; behind the width all
/// is white.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ink {
    width_px: u32,
    height_px: u32,
    rows: Vec<u8>,
}

impl Ink {
    /// All white. Neither side may be zero.
    pub(crate) fn new(width_px: u32, height_px: u32) -> Ink {
        Ink { width_px, height_px, rows: vec![0; row_bytes(width_px) * height_px as usize] }
    }

    /// From samples packed in the same way of which 1 is white, as PNG and PDF have grey.
    pub(crate) fn of_grey(width_px: u32, height_px: u32, mut samples: Vec<u8>) -> Ink {
        let behind = if width_px.is_multiple_of(8) { 0 } else { 0xFF_u8 >> (width_px % 8) };
        for row in samples.chunks_mut(row_bytes(width_px)) {
            row.iter_mut().for_each(|byte| *byte = !*byte);
            if let Some(last) = row.last_mut() {
                *last &= !behind;
            }
        }
        Ink { width_px, height_px, rows: samples }
    }

    pub(crate) fn width_px(&self) -> u32 {
        self.width_px
    }

    pub(crate) fn height_px(&self) -> u32 {
        self.height_px
    }

    /// Bytes of a row.
    pub(crate) fn row_bytes(&self) -> usize {
        row_bytes(self.width_px)
    }

    /// From the top.
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.rows.chunks_exact(self.row_bytes())
    }

    /// One row, to be drawn into; nothing may be drawn behind the width.
    pub(crate) fn row_mut(&mut self, y: u32) -> &mut [u8] {
        let bytes = self.row_bytes();
        &mut self.rows[y as usize * bytes..][..bytes]
    }
}

/// Bytes of a packed row.
pub(crate) fn row_bytes(width_px: u32) -> usize {
    width_px.div_ceil(8) as usize
}

/// The two segments of a page in a PDF: what it is, and its pixels. No file header, no end of page.
pub(crate) fn encode(ink: &Ink) -> Vec<u8> {
    let page = page_information(ink.width_px, ink.height_px);
    let region = [region_header(ink.width_px, ink.height_px).as_slice(), &pixels(ink)].concat();
    [segment(0, PAGE_INFORMATION, &page), segment(1, IMMEDIATE_LOSSLESS_GENERIC_REGION, &region)].concat()
}

/// §7.4.8.
fn page_information(width_px: u32, height_px: u32) -> Vec<u8> {
    let resolution_unknown = [0; 8];
    let (lossless, not_striped) = ([1], [0; 2]);
    [&width_px.to_be_bytes(), &height_px.to_be_bytes(), &resolution_unknown[..], &lossless, &not_striped]
        .concat()
}

/// §7.4.6: what stands before the pixels.
fn region_header(width_px: u32, height_px: u32) -> Vec<u8> {
    let (at_the_corner, combined_by_or) = ([0; 8], [0]);
    let template_0_with_typical_prediction = [0b1000];
    // §6.2.5.4: 3 right in the row above, 3 left in it, 2 right and 2 left in the row above that.
    let nominal_pixels = [3_i8, -1, -3, -1, 2, -2, -2, -2].map(i8::cast_unsigned);
    [
        &width_px.to_be_bytes()[..],
        &height_px.to_be_bytes(),
        &at_the_corner,
        &combined_by_or,
        &template_0_with_typical_prediction,
        &nominal_pixels,
    ]
    .concat()
}

/// §7.2: number, kind, nothing referred to, page 1, length.
fn segment(number: u32, kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("a page has fewer bits than a segment may have bytes");
    [number.to_be_bytes().as_slice(), &[kind, 0, 1], &length.to_be_bytes(), data].concat()
}

/// §6.2.5: row by row; a row that is like the one above costs one decision.
fn pixels(ink: &Ink) -> Vec<u8> {
    let bytes = row_bytes(ink.width_px);
    let white = vec![0; bytes];
    let mut coder = Coder::new();
    let (mut second, mut above) = (white.as_slice(), white.as_slice());
    let mut was_like = false;
    for row in ink.rows() {
        let is_like = row == above;
        coder.decide(LIKE_THE_ROW_ABOVE, is_like != was_like);
        if !is_like {
            pixels_of_row(&mut coder, [second, above, row], ink.width_px);
        }
        was_like = is_like;
        (second, above) = (above, row);
    }
    coder.finish()
}

/// Figure 3: five pixels of the second row above, seven of the row above, four of this row.
fn pixels_of_row(coder: &mut Coder, rows: [&[u8]; 3], width_px: u32) {
    let mut white = 0;
    // Three bytes of each row: the one before, the one at hand, the one behind.
    let mut seen = rows.map(|row| u32::from(row[0]));
    for (at, pixels) in (0..width_px).step_by(8).enumerate() {
        for (seen, row) in seen.iter_mut().zip(rows) {
            *seen = (*seen << 8 | u32::from(row.get(at + 1).copied().unwrap_or(0))) & 0xFF_FFFF;
        }
        let [second, above, own] = [seen[0], seen[1], seen[2] >> 8];
        let wide = (width_px - pixels).min(8);
        if second & REACH[0] | above & REACH[1] | own & REACH[2] == 0 {
            white += wide;
            continue;
        }
        coder.decide_white(white);
        white = 0;
        for x in 0..wide {
            let context =
                (second >> (13 - x) & 0x1F) << 11 | (above >> (12 - x) & 0x7F) << 4 | own >> (8 - x) & 0xF;
            coder.decide(context as usize, own >> (7 - x) & 1 == 1);
        }
    }
    coder.decide_white(white);
}

/// One line of table E.1, for one of the two values that may be the probable one.
#[derive(Clone, Copy)]
struct Estimate {
    /// Probability of the other value, in units of the coder's interval.
    other: u32,
    /// Where to go on when the probable value made the interval too small.
    after_probable: u8,
    /// Where to go on after the other value.
    after_other: u8,
}

/// Table E.1: Qe, NMPS, NLPS, SWITCH.
#[rustfmt::skip]
const TABLE: [(u16, u8, u8, bool); 47] = [
    (0x5601, 1, 1, true), (0x3401, 2, 6, false), (0x1801, 3, 9, false), (0x0AC1, 4, 12, false),
    (0x0521, 5, 29, false), (0x0221, 38, 33, false), (0x5601, 7, 6, true), (0x5401, 8, 14, false),
    (0x4801, 9, 14, false), (0x3801, 10, 14, false), (0x3001, 11, 17, false), (0x2401, 12, 18, false),
    (0x1C01, 13, 20, false), (0x1601, 29, 21, false), (0x5601, 15, 14, true), (0x5401, 16, 14, false),
    (0x5101, 17, 15, false), (0x4801, 18, 16, false), (0x3801, 19, 17, false), (0x3401, 20, 18, false),
    (0x3001, 21, 19, false), (0x2801, 22, 19, false), (0x2401, 23, 20, false), (0x2201, 24, 21, false),
    (0x1C01, 25, 22, false), (0x1801, 26, 23, false), (0x1601, 27, 24, false), (0x1401, 28, 25, false),
    (0x1201, 29, 26, false), (0x1101, 30, 27, false), (0x0AC1, 31, 28, false), (0x09C1, 32, 29, false),
    (0x08A1, 33, 30, false), (0x0521, 34, 31, false), (0x0441, 35, 32, false), (0x02A1, 36, 33, false),
    (0x0221, 37, 34, false), (0x0141, 38, 35, false), (0x0111, 39, 36, false), (0x0085, 40, 37, false),
    (0x0049, 41, 38, false), (0x0025, 42, 39, false), (0x0015, 43, 40, false), (0x0009, 44, 41, false),
    (0x0005, 45, 42, false), (0x0001, 45, 43, false), (0x5601, 46, 46, false),
];

/// The table for both values: line and probable value in one number, twice the line and the value.
const ESTIMATES: [Estimate; 2 * TABLE.len()] = {
    let mut both = [Estimate { other: 0, after_probable: 0, after_other: 0 }; 2 * TABLE.len()];
    let mut at = 0;
    while at < both.len() {
        let (other, after_probable, after_other, switch) = TABLE[at / 2];
        let probable = (at % 2) as u8;
        both[at] = Estimate {
            other: other as u32,
            after_probable: after_probable * 2 + probable,
            after_other: after_other * 2 + (probable ^ switch as u8),
        };
        at += 1;
    }
    both
};

/// The interval is kept between half of this and this.
const HALF: u32 = 0x8000;

/// The encoder of annex E; names in brackets are the standard's.
struct Coder {
    /// Width of the interval (A).
    interval: u32,
    /// Its lower end (C).
    low: u32,
    /// Shifts until a byte is whole (CT).
    shifts: u32,
    /// Line of the table and probable value of each context (I and MPS).
    contexts: Vec<u8>,
    /// One byte ahead of the first that counts (BP begins before it); the last may yet get a carry (B).
    out: Vec<u8>,
}

impl Coder {
    /// INITENC.
    fn new() -> Coder {
        Coder { interval: HALF, low: 0, shifts: 12, contexts: vec![0; CONTEXTS], out: vec![0] }
    }

    /// ENCODE: CODEMPS or CODELPS.
    #[inline]
    fn decide(&mut self, context: usize, value: bool) {
        let at = self.contexts[context];
        let Estimate { other, after_probable, after_other } = ESTIMATES[usize::from(at)];
        self.interval -= other;
        if (at & 1 == 1) == value {
            if self.interval >= HALF {
                self.low += other;
                return;
            }
            if self.interval < other {
                self.interval = other
            } else {
                self.low += other
            }
            self.contexts[context] = after_probable;
        } else {
            if self.interval < other {
                self.low += other
            } else {
                self.interval = other
            }
            self.contexts[context] = after_other;
        }
        self.widen();
    }

    /// As many white pixels with nothing but white around them: what `decide` would do with each, in few steps, as
    /// most of a page is that.
    fn decide_white(&mut self, mut pixels: u32) {
        while pixels > 0 {
            let at = self.contexts[0];
            let other = ESTIMATES[usize::from(at)].other;
            let quiet = if at & 1 == 0 { ((self.interval - HALF) / other).min(pixels) } else { 0 };
            self.interval -= quiet * other;
            self.low += quiet * other;
            pixels -= quiet;
            if pixels > 0 {
                self.decide(0, false);
                pixels -= 1;
            }
        }
    }

    /// RENORME.
    fn widen(&mut self) {
        loop {
            self.interval <<= 1;
            self.low <<= 1;
            self.shifts -= 1;
            if self.shifts == 0 {
                self.put();
            }
            if self.interval >= HALF {
                return;
            }
        }
    }

    /// BYTEOUT: a byte behind 0xFF has seven bits, so that a carry never runs further than one byte back.
    fn put(&mut self) {
        const CARRY: u32 = 1 << 27;
        let last = self.out.last_mut().expect("begins with a byte");
        if *last != 0xFF && self.low & CARRY != 0 {
            *last += 1;
            self.low &= !CARRY;
        }
        self.shifts = if *last == 0xFF { 7 } else { 8 };
        let kept = 27 - self.shifts;
        self.out.push((self.low >> kept) as u8);
        self.low &= (1 << kept) - 1;
    }

    /// FLUSH: as many bits as the decoder needs, then the marker.
    fn finish(mut self) -> Vec<u8> {
        let end = self.low + self.interval;
        self.low |= 0xFFFF;
        if self.low >= end {
            self.low -= HALF;
        }
        for _ in 0..2 {
            self.low <<= self.shifts;
            self.put();
        }
        if self.out.last() != Some(&0xFF) {
            self.out.push(0xFF);
        }
        self.out.push(0xAC);
        self.out.split_off(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test sequence of T.88 H.2: 256 decisions in one context.
    #[test]
    fn the_coder_writes_what_the_standard_shows() {
        let decisions = hex("00020051000000C00352872AAAAAAAAA82C02000FCD79EF6BF7FED904F46A3BF");
        let coded = hex("84C73BFCE1A1430402200000410DBB86F4317FFF88FF37471ADB6ADFFFAC");
        let mut coder = Coder::new();
        for byte in decisions {
            (0..8).for_each(|bit| coder.decide(0, byte >> (7 - bit) & 1 == 1));
        }
        assert_eq!(coder.finish(), coded);
    }

    fn hex(digits: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            digits.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
        digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn white_pixels_in_one_go_are_white_pixels_one_by_one() {
        let (mut at_once, mut each) = (Coder::new(), Coder::new());
        for pixels in [0, 1, 7, 300, 2, 40_000, 5, 5, 1_000_000, 3] {
            at_once.decide_white(pixels);
            (0..pixels).for_each(|_| each.decide(0, false));
            // Black for a while, until black is the probable value; then white has to become it again.
            for coder in [&mut at_once, &mut each] {
                (0..pixels % 11).for_each(|_| coder.decide(0, true));
            }
        }
        assert_eq!(at_once.finish(), each.finish());
    }

    /// Where these bytes change, the same scan becomes another file: its digest is its name in the store.
    #[test]
    fn the_same_picture_gives_the_same_bytes() {
        let ink = Ink::of_grey(10, 3, [0b0001_1111, 0b1110_1010].repeat(3));
        assert_eq!(ink.rows, [0b1110_0000, 0b0000_0000].repeat(3), "behind the width all is white");
        let segments = encode(&ink);
        assert_eq!(
            segments[..30],
            hex("00000000 30 00 01 00000013 0000000A 00000003 0000000000000000 01 0000")
        );
        let region = "00000001 27 00 01 0000001E 0000000A 00000003 0000000000000000 00 08 03FFFDFF02FEFEFE";
        assert_eq!(segments[30..67], hex(region));
        assert_eq!(segments[67..], hex("1443FFAC"));
    }
}
