//! The font of the words nobody sees: a TrueType font of three glyphs without a shape - nothing, the space, every letter -
//! and the tables readers want (OpenType, "Font File"). Its bytes never change.

use super::{ASCENT, DESCENT, LETTER_GLYPH, LETTER_WIDTH, SPACE, SPACE_WIDTH};

/// A thousand units to the em, as widths in a PDF are counted.
const UNITS: u16 = 1000;
const GLYPHS: u16 = LETTER_GLYPH + 1;
/// Of a table of symbols, where the space has this place.
const SPACE_SYMBOL: u16 = 0xF020;

/// The font's file.
pub(super) fn program() -> Vec<u8> {
    // In the order of their names; the shapes are one byte that belongs to no glyph, as some readers want a table.
    font_file(&[
        (b"cmap", cmap()),
        (b"glyf", vec![0]),
        (b"head", head()),
        (b"hhea", hhea()),
        (b"hmtx", words(&[LETTER_WIDTH, 0, SPACE_WIDTH, 0, LETTER_WIDTH, 0])),
        (b"loca", words(&[0; LETTER_GLYPH as usize + 2])),
        (b"maxp", words(&[1, 0, GLYPHS, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
        (b"post", words(&[3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
    ])
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn head() -> Vec<u8> {
    let [version, revision, magic] = [[1, 0], [1, 0], [0x5F0F, 0x3CF5]];
    // The sum of the whole file, which [`font_file`] fills in.
    let adjustment = [0, 0];
    let (flags, created, modified) = (3, [0; 4], [0; 4]);
    let bounds = [0, DESCENT.cast_unsigned(), LETTER_WIDTH, ASCENT.cast_unsigned()];
    let (style, smallest_size, direction, short_offsets, format) = (0, 3, 2, 0, 0);
    let start = [version, revision, adjustment, magic, [flags, UNITS]].concat();
    let end = [style, smallest_size, direction, short_offsets, format];
    words(&[&start[..], &created, &modified, &bounds, &end].concat())
}

fn hhea() -> Vec<u8> {
    let (ascent, descent) = (ASCENT.cast_unsigned(), DESCENT.cast_unsigned());
    let widest = LETTER_WIDTH;
    words(&[1, 0, ascent, descent, 0, widest, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, GLYPHS])
}

/// One table, for symbols (3, 0), of format 4: the space, and the segment that ends every such table.
fn cmap() -> Vec<u8> {
    let (ends, starts) = ([SPACE_SYMBOL, 0xFFFF], [SPACE_SYMBOL, 0xFFFF]);
    let (deltas, ranges) = ([SPACE.wrapping_sub(SPACE_SYMBOL), 1], [0, 0]);
    let one_table = [0, 1, 3, 0, 0, 12];
    // Format, bytes, language, and of two segments: twice their number, and how they are searched.
    let format = [4, 32, 0, 4, 4, 1, 0];
    words(&[&one_table[..], &format, &ends, &[0], &starts, &deltas, &ranges].concat())
}

/// The directory and the tables, each on a multiple of four.
fn font_file(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u16::try_from(tables.len()).expect("eight tables");
    let largest = count.ilog2() as u16;
    let range = 16 << largest;
    let mut file: Vec<u8> = [1, 0, count, range, largest, 16 * count - range]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect();
    let mut at = 12 + 16 * u32::from(count);
    let mut body = Vec::new();
    for (name, table) in tables {
        let length = u32::try_from(table.len()).expect("a table of a few dozen bytes");
        file.extend_from_slice(*name);
        [sum(table), at, length].iter().for_each(|number| file.extend_from_slice(&number.to_be_bytes()));
        body.extend_from_slice(table);
        body.resize(body.len().next_multiple_of(4), 0);
        at += length.next_multiple_of(4);
    }
    file.extend_from_slice(&body);
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(sum(&file));
    let head = tables.iter().position(|(name, _)| *name == b"head").expect("every font has a head");
    let before: usize = tables[..head].iter().map(|(_, table)| table.len().next_multiple_of(4)).sum();
    let place = 12 + 16 * tables.len() + before + 8;
    file[place..place + 4].copy_from_slice(&adjustment.to_be_bytes());
    file
}

/// The sum of the big-endian words, the last filled up with zeros.
fn sum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |sum: u32, four| {
        let word =
            four.iter().enumerate().fold(0, |word, (at, byte)| word | u32::from(*byte) << (24 - 8 * at));
        sum.wrapping_add(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If this fails, documents composed from now on differ from archived ones made of the same captures.
    /// Change it only together with a line in the changelog that says why.
    #[test]
    fn the_font_is_frozen_and_a_font() {
        let program = program();
        assert_eq!(sum(&program), 0xB1B0_AFBA);
        let face = ttf_parser::Face::parse(&program, 0).unwrap();
        assert_eq!((face.units_per_em(), face.number_of_glyphs()), (1000, 3));
        assert_eq!((face.ascender(), face.descender()), (ASCENT, DESCENT));
        let widths = [1, 2].map(|glyph| face.glyph_hor_advance(ttf_parser::GlyphId(glyph)));
        assert_eq!(widths, [Some(SPACE_WIDTH), Some(LETTER_WIDTH)]);
        let cmap = face.tables().cmap.unwrap().subtables;
        assert_eq!(
            (cmap.len(), cmap.get(0).unwrap().glyph_index(0xF020)),
            (1, Some(ttf_parser::GlyphId(SPACE)))
        );
        let digest = ring::digest::digest(&ring::digest::SHA256, &program);
        let hex: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((program.len(), hex.as_str()), (364, "dfb6c3060bb49730"));
    }
}
