//! Vietnamese text: one spelling for the same letters, and the key under which it is found.
//!
//! Everything typed is kept in NFC without stray blanks ([`tidy`]). Search and duplicate checks compare [`fold`]ed
//! text: lower case, without marks, `đ` and its look-alikes as `d`, so that `quyet dinh` finds `Quyết định` and
//! a document typed on a Mac (NFD) equals one typed on Windows.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// NFC, look-alike `Ð`/`ð` mended, control characters and doubled blanks gone.
pub fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for c in text.nfc().map(mend) {
        let blank = c.is_whitespace() || c.is_control();
        if !blank {
            tidied.push(c);
        } else if !tidied.is_empty() && !tidied.ends_with(' ') {
            tidied.push(' ');
        }
    }
    tidied.truncate(tidied.trim_end().len());
    tidied
}

/// Like [`tidy`], but a text of several lines keeps them.
pub fn tidy_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(tidy).collect();
    lines.join("\n").trim().to_owned()
}

/// Eth (U+00D0, U+00F0) and African D (U+0189) are typed for Đ on some keyboards.
fn mend(c: char) -> char {
    match c {
        'Ð' | 'Ɖ' => 'Đ',
        'ð' => 'đ',
        other => other,
    }
}

/// The key under which a text is found.
pub fn fold(text: &str) -> String {
    tidy(text)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_marks_case_and_the_way_it_was_typed() {
        let cases = [
            ("Quyết định", "quyet dinh"),
            ("Ắ Ấ Ố Ớ Ứ ệ Ặ đ Đ Ð ð", "a a o o u e a d d d d"),
            ("quye\u{0302}\u{0301}t đi\u{0323}nh", "quyet dinh"),
            ("  hai   dòng\n nối ", "hai dong noi"),
            ("10/PGD&ĐT-CNTT", "10/pgd&dt-cntt"),
            ("", ""),
        ];
        for (text, key) in cases {
            assert_eq!(fold(text), key, "{text}");
        }
    }

    #[test]
    fn tidying_keeps_the_marks_and_composes_them() {
        assert_eq!(tidy("  Ủy  ban\u{00a0}nhân dân\t"), "Ủy ban nhân dân");
        assert_eq!(tidy("e\u{0323}\u{0302}"), "ệ");
        assert_eq!(tidy_lines(" một \n hai  ba \n"), "một\nhai ba");
    }
}
