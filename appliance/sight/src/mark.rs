//! What our own QR codes say: where a document begins, and which one it is.
//!
//! The texts are short and use only letters that a QR code packs tightly, so that a mark is 25 modules wide and can be
//! read at 14 mm from a page scanned at 200 dpi.

use qrcode::{EcLevel, QrCode, types::Color};
use uuid::Uuid;

/// A mark on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// A sheet that only separates: the next sheet begins a new document.
    Separator,
    /// A separator printed for one letter: what follows belongs to it.
    SheetOf(Uuid),
    /// The arrival stamp of a letter, on the first page of the letter itself.
    StampOf(Uuid),
}

const SEPARATOR: &str = "VT1:S";
const SHEET: &str = "VT1:L:";
const STAMP: &str = "VT1:D:";
/// RFC 4648 base32 without padding: capitals and digits, which a QR code packs two into eleven bits.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// 128 bits by five.
const BASE32_LETTERS: usize = 26;
/// Modules of white that ISO/IEC 18004 wants round a code.
const QUIET: usize = 4;

impl Mark {
    /// The text in the code: `VT1:S`, `VT1:L:` or `VT1:D:` and 26 letters.
    pub fn text(&self) -> String {
        match self {
            Mark::Separator => SEPARATOR.into(),
            Mark::SheetOf(letter) => format!("{SHEET}{}", letters(*letter)),
            Mark::StampOf(letter) => format!("{STAMP}{}", letters(*letter)),
        }
    }

    /// What a text says, if it is one of ours. Codes of others are common on paper and mean nothing here.
    pub fn read(text: &str) -> Option<Mark> {
        if text == SEPARATOR {
            return Some(Mark::Separator);
        }
        if let Some(rest) = text.strip_prefix(SHEET) {
            return uuid(rest).map(Mark::SheetOf);
        }
        text.strip_prefix(STAMP).and_then(uuid).map(Mark::StampOf)
    }

    /// The code's modules with its quiet zone, row by row from the upper left; a square, dark is `true`.
    pub fn modules(&self) -> Vec<bool> {
        let code = QrCode::with_error_correction_level(self.text(), EcLevel::M)
            .expect("at most 32 letters: far below the 4,296 a code holds");
        let (width, colours) = (code.width(), code.to_colors());
        let side = width + 2 * QUIET;
        let dark = |(y, x): (usize, usize)| {
            let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < width);
            inside(y).zip(inside(x)).is_some_and(|(y, x)| colours[y * width + x] == Color::Dark)
        };
        (0..side * side).map(|at| dark((at / side, at % side))).collect()
    }

    /// The code as an SVG of one path, black on nothing, with its quiet zone; sized by whoever places it (14 mm or
    /// more with the quiet zone).
    pub fn svg(&self) -> String {
        let modules = self.modules();
        let side = modules.len().isqrt();
        let mut path = String::new();
        for (at, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
            path.push_str(&format!("M{} {}h1v1h-1z", at % side, at / side));
        }
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path d="{path}"/></svg>"#
        )
    }
}

fn letters(id: Uuid) -> String {
    let bits = id.as_u128();
    (0..BASE32_LETTERS)
        // The last letter carries the three bits that are left over, and two zeros.
        .map(|at| if at < 25 { bits >> (123 - 5 * at) } else { bits << 2 })
        .map(|five| char::from(BASE32[(five & 31) as usize]))
        .collect()
}

fn uuid(letters: &str) -> Option<Uuid> {
    if letters.len() != BASE32_LETTERS {
        return None;
    }
    let mut bits = 0_u128;
    for (at, letter) in letters.bytes().enumerate() {
        let five = BASE32.iter().position(|&known| known == letter)? as u128;
        match at {
            0..25 => bits |= five << (123 - 5 * at),
            _ if five & 3 == 0 => bits |= five >> 2,
            _ => return None,
        }
    }
    Some(Uuid::from_u128(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x0193_5b5e_7a10_7d2c_8c1f_0123_4567_89ab)] {
            for mark in [Mark::Separator, Mark::SheetOf(id), Mark::StampOf(id)] {
                assert_eq!(Mark::read(&mark.text()), Some(mark));
            }
        }
    }

    #[test]
    fn what_others_print_is_no_mark() {
        let long = format!("{}A", Mark::SheetOf(Uuid::nil()).text());
        let small = Mark::SheetOf(Uuid::max()).text().to_lowercase();
        let beyond = format!("VT1:L:{}", "7".repeat(26));
        for text in
            ["", "VT1", "VT1:L:", "VT1:X:AAAA", "https://example.vn", "VT1:S ", &long, &small, &beyond]
        {
            assert_eq!(Mark::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_mark_fits_25_modules() {
        assert!(Mark::SheetOf(Uuid::max()).svg().contains(r#"viewBox="0 0 33 33""#));
    }
}
