//! Black and white for readers that know nothing newer: ITU-T T.6, the coding of group 4 fax machines (ISO 32000-1
//! §7.4.6 with `/K -1`). A quarter larger than JBIG2, and understood since 1984.
//!
//! ```text
//! let stream = ccitt::encode(&ink); // goes behind /Filter/CCITTFaxDecode
//! assert!(ccitt::decode(&stream, ink.width_px(), ink.height_px()) == Some(ink));
//! ```

use crate::jbig2::Ink;
use fax::{Color, VecWriter, decoder::decode_g4, encoder::Encoder};

/// The rows and the end of the block; `None` for a picture wider or higher than this coding counts.
pub(crate) fn encode(ink: &Ink) -> Option<Vec<u8>> {
    let width = u16::try_from(ink.width_px()).ok()?;
    u16::try_from(ink.height_px()).ok()?;
    let mut encoder = Encoder::new(VecWriter::new());
    for row in ink.rows() {
        let dots = row.iter().flat_map(|byte| (0..8).map(move |bit| byte >> (7 - bit) & 1 == 1));
        let colours =
            dots.take(usize::from(width)).map(|black| if black { Color::Black } else { Color::White });
        encoder.encode_line(colours, width).ok()?;
    }
    Some(encoder.finish().ok()?.finish())
}

/// The picture of this size in a stream that [`encode`] made; `None` if there is none.
pub(crate) fn decode(stream: &[u8], width_px: u32, height_px: u32) -> Option<Ink> {
    let (width, height) = (u16::try_from(width_px).ok()?, u16::try_from(height_px).ok()?);
    let mut ink = Ink::new(width_px, height_px);
    let mut y = 0;
    // Where the colour changes, from white on.
    decode_g4(stream.iter().copied(), width, Some(height), |changes| {
        if y < height_px {
            for run in changes.chunks(2) {
                let black = u32::from(run[0])..run.get(1).map_or(width_px, |end| u32::from(*end));
                blacken(ink.row_mut(y), black.start, black.end.min(width_px));
            }
            y += 1;
        }
    })?;
    (y == height_px).then_some(ink)
}

fn blacken(row: &mut [u8], start: u32, end: u32) {
    for x in start..end {
        row[x as usize / 8] |= 0x80 >> (x % 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_was_packed_is_unpacked(ink in crate::jbig2::any_ink()) {
            let stream = encode(&ink).unwrap();
            prop_assert_eq!(decode(&stream, ink.width_px(), ink.height_px()), Some(ink));
        }
    }

    #[test]
    fn what_it_cannot_count_is_left_to_the_other_coding() {
        assert_eq!(encode(&Ink::new(70_000, 1)), None);
        assert_eq!(decode(&[0; 8], 70_000, 1), None);
    }
}
