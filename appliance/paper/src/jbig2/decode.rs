//! The way back, for streams of [`super::encode`] only: whatever was packed is unpacked again and held against what it
//! was packed of, before anything is thrown away.
//!
//! A stream that differs in one byte of its headers is refused; one that breaks off goes on as the standard says, with
//! ones, and ends in a picture that is not the one looked for.

use super::{
    CONTEXTS, ESTIMATES, Estimate, HALF, IMMEDIATE_LOSSLESS_GENERIC_REGION, Ink, LIKE_THE_ROW_ABOVE,
    PAGE_INFORMATION, REACH, page_information, region_header, row_bytes,
};

/// A page of 1200 dpi A3 has 280 million pixels, a bit each.
const MOST_BYTES: usize = 64 << 20;
/// Number, kind, references, page, length (§7.2).
const SEGMENT_HEADER: usize = 11;

/// The picture in a stream that [`super::encode`] made; `None` for any other.
pub(crate) fn decode(stream: &[u8]) -> Option<Ink> {
    let (page, rest) = segment(stream, 0, PAGE_INFORMATION)?;
    let (region, rest) = segment(rest, 1, IMMEDIATE_LOSSLESS_GENERIC_REGION)?;
    let (width, more) = page.split_first_chunk::<4>()?;
    let (height, _) = more.split_first_chunk::<4>()?;
    let (width_px, height_px) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
    let pixels = region.strip_prefix(region_header(width_px, height_px).as_slice())?;
    let ours =
        rest.is_empty() && page == page_information(width_px, height_px) && pixels.ends_with(&[0xFF, 0xAC]);
    let bytes = row_bytes(width_px).checked_mul(usize::try_from(height_px).ok()?)?;
    let possible = (1..=MOST_BYTES).contains(&bytes);
    (ours && possible).then(|| picture(pixels, width_px, height_px))
}

/// The data of a segment that refers to no other and stands on page 1, and what follows it.
fn segment(stream: &[u8], number: u32, kind: u8) -> Option<(&[u8], &[u8])> {
    let (header, rest) = stream.split_first_chunk::<SEGMENT_HEADER>()?;
    let [n3, n2, n1, n0, found, 0, 1, l3, l2, l1, l0] = *header else { return None };
    let length = usize::try_from(u32::from_be_bytes([l3, l2, l1, l0])).ok()?;
    let expected = u32::from_be_bytes([n3, n2, n1, n0]) == number && found == kind;
    expected.then(|| rest.split_at_checked(length)).flatten()
}

/// §6.2.5.7.
fn picture(pixels: &[u8], width_px: u32, height_px: u32) -> Ink {
    let mut ink = Ink::new(width_px, height_px);
    let bytes = ink.row_bytes();
    let white = vec![0; bytes];
    let mut decoder = Decoder::new(pixels);
    let mut is_like = false;
    for y in 0..height_px as usize {
        let (before, row) = ink.rows.split_at_mut(y * bytes);
        let above = if y > 0 { &before[(y - 1) * bytes..] } else { &white };
        let second = if y > 1 { &before[(y - 2) * bytes..][..bytes] } else { &white };
        is_like ^= decoder.decide(LIKE_THE_ROW_ABOVE);
        if is_like {
            row[..bytes].copy_from_slice(above);
        } else {
            row_of_pixels(&mut decoder, [second, above], &mut row[..bytes], width_px);
        }
    }
    ink
}

/// Figure 3, as `super::pixels_of_row` has it; the row at hand is filled from left to right.
fn row_of_pixels(decoder: &mut Decoder<'_>, rows: [&[u8]; 2], row: &mut [u8], width_px: u32) {
    let mut seen = rows.map(|row| u32::from(row[0]));
    let mut own = 0;
    for at in 0..row.len() {
        for (seen, row) in seen.iter_mut().zip(rows) {
            *seen = (*seen << 8 | u32::from(row.get(at + 1).copied().unwrap_or(0))) & 0xFF_FFFF;
        }
        let [second, above] = seen;
        let wide = (width_px - 8 * at as u32).min(8);
        let clear = second & REACH[0] | above & REACH[1] | own & 0xF == 0;
        // Pixels found white in one go; behind them a black one may have come.
        let mut found = if clear { decoder.white(wide) } else { 0 };
        own <<= found;
        while found < wide {
            let context =
                (second >> (13 - found) & 0x1F) << 11 | (above >> (12 - found) & 0x7F) << 4 | own & 0xF;
            own = own << 1 | u32::from(decoder.decide(context as usize));
            found += 1;
        }
        row[at] = ((own << (8 - wide)) & 0xFF) as u8;
    }
}

/// The decoder of annex E; names in brackets are the standard's.
struct Decoder<'a> {
    /// Width of the interval (A).
    interval: u32,
    /// Where in it the coded number lies, in the upper half, and bits yet to come (C).
    number: u32,
    /// Shifts until a byte is needed (CT).
    shifts: u32,
    /// Line of the table and probable value of each context (I and MPS).
    contexts: Vec<u8>,
    data: &'a [u8],
    /// The byte read last (BP).
    at: usize,
}

impl<'a> Decoder<'a> {
    /// INITDEC.
    fn new(data: &'a [u8]) -> Decoder<'a> {
        let first = u32::from(data.first().copied().unwrap_or(0xFF));
        let mut decoder = Decoder {
            interval: HALF,
            number: first << 16,
            shifts: 0,
            contexts: vec![0; CONTEXTS],
            data,
            at: 0,
        };
        decoder.take();
        decoder.number <<= 7;
        decoder.shifts -= 7;
        decoder
    }

    /// BYTEIN. Behind a marker, and behind the end, there are only ones.
    fn take(&mut self) {
        let byte = |at: usize| self.data.get(at).copied().unwrap_or(0xFF);
        let next = u32::from(byte(self.at + 1));
        if byte(self.at) != 0xFF {
            self.at += 1;
            self.number += next << 8;
            self.shifts = 8;
        } else if next > 0x8F {
            self.number += 0xFF00;
            self.shifts = 8;
        } else {
            self.at += 1;
            self.number += next << 9;
            self.shifts = 7;
        }
    }

    /// DECODE.
    #[inline]
    fn decide(&mut self, context: usize) -> bool {
        let at = self.contexts[context];
        let Estimate { other, after_probable, after_other } = ESTIMATES[usize::from(at)];
        self.interval -= other;
        let probable = at & 1 == 1;
        let is_probable = if self.number >> 16 < other {
            // LPS_EXCHANGE.
            let exchanged = self.interval < other;
            self.interval = other;
            exchanged
        } else {
            self.number -= other << 16;
            if self.interval >= HALF {
                return probable;
            }
            // MPS_EXCHANGE.
            self.interval >= other
        };
        self.contexts[context] = if is_probable { after_probable } else { after_other };
        self.widen();
        probable == is_probable
    }

    /// How many of so many pixels with nothing but white around them are white without the table having to be
    /// consulted again: what `decide` would do with each, in one step.
    #[inline]
    fn white(&mut self, pixels: u32) -> u32 {
        let at = self.contexts[0];
        if at & 1 == 1 {
            return 0;
        }
        let other = ESTIMATES[usize::from(at)].other;
        let (room, below) = (self.interval - HALF, self.number >> 16);
        let all = pixels * other;
        let quiet = if all <= room && all <= below { pixels } else { (room.min(below) / other).min(pixels) };
        self.interval -= quiet * other;
        self.number -= (quiet * other) << 16;
        quiet
    }

    /// RENORMD.
    fn widen(&mut self) {
        loop {
            if self.shifts == 0 {
                self.take();
            }
            self.interval <<= 1;
            self.number <<= 1;
            self.shifts -= 1;
            if self.interval >= HALF {
                return;
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{super::encode, *};
    use proptest::prelude::*;

    /// Dots of any density in patches, rows that come again, any size; all white and all black among them.
    pub(crate) fn any_ink() -> impl Strategy<Value = Ink> {
        let seen = (any::<u64>(), 0_u16..=256, 1_u32..5, 1_u32..60);
        (1_u32..300, 1_u32..60, seen).prop_map(|(width, height, (seed, density, again, patch))| {
            let mut ink = Ink::new(width, height);
            for y in 0..height {
                let row = ink.row_mut(y);
                for x in 0..width {
                    let mut state = seed ^ u64::from(y / again) << 32 ^ u64::from(x);
                    state = (state ^ state >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    let is_dense = (x / patch + y / patch) % 3 == 0;
                    let black =
                        u16::from((state >> 50) as u8) < if is_dense { density } else { density / 16 };
                    row[x as usize / 8] |= u8::from(black) << (7 - x % 8);
                }
            }
            ink
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_was_packed_is_unpacked(ink in any_ink()) {
            prop_assert_eq!(decode(&encode(&ink)), Some(ink));
        }

        #[test]
        fn any_bytes_are_refused_or_give_some_picture(ink in any_ink(), at in any::<prop::sample::Index>(), byte: u8) {
            let mut stream = encode(&ink);
            let at = at.index(stream.len());
            stream[at] = byte;
            let found = decode(&stream);
            prop_assert!(at >= 67 || byte == encode(&ink)[at] || found.is_none(), "a header changed at {}", at);
            stream.truncate(at);
            prop_assert_eq!(decode(&stream), None);
        }
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let mut huge = encode(&Ink::new(8, 8));
        for size in [11, 15, 41, 45] {
            huge[size..size + 4].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF]);
        }
        let mut longer = encode(&Ink::new(8, 8));
        longer.push(0);
        for (what, stream) in
            [("empty", vec![]), ("huge", huge), ("more behind", longer), ("text", b"\x97JB2".to_vec())]
        {
            assert_eq!(decode(&stream), None, "{what}");
        }
    }
}
