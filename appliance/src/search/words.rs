//! The words of a text: what the index holds and what is looked for, cut and spelled by the same hand.
//!
//! In Vietnamese each syllable is a word. A word has two spellings: as written (lower case) and [`fold`]ed, the key that
//! filters of lists use too. Leading zeros of a number say nothing: `05/QĐ-THCS` is `5`, `qđ`, `thcs`.

use std::ops::Range;

use office::kit::text::fold;

/// Letters of a word that count; the rest of a longer one is noise of a bad scan.
const LETTERS: usize = 40;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As written, lower case.
    pub(super) written: String,
    /// Without marks.
    pub(super) folded: String,
    /// Where it stands, in bytes.
    pub(super) place: Range<usize>,
}

impl Word {
    /// Whether it was written with marks, and so means them.
    pub(super) fn has_marks(&self) -> bool {
        self.written != self.folded
    }
}

/// The words of a text that was [tidied](office::kit::text::tidy), in order.
pub(super) fn words(tidied: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut begin = None;
    for (at, c) in tidied.char_indices().chain([(tidied.len(), ' ')]) {
        match (begin, belongs(c)) {
            (None, true) => begin = Some(at),
            (Some(from), false) => {
                words.push(word(tidied, from..at));
                begin = None;
            }
            _ => {}
        }
    }
    words
}

/// A mark that found no letter to sit on belongs to its word all the same.
pub(super) fn belongs(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn word(text: &str, place: Range<usize>) -> Word {
    let written: String = text[place.clone()].chars().flat_map(char::to_lowercase).take(LETTERS).collect();
    let written = match written.trim_start_matches('0') {
        number if written.bytes().all(|byte| byte.is_ascii_digit()) => {
            if number.is_empty() {
                "0".into()
            } else {
                number.to_owned()
            }
        }
        _ => written,
    };
    // Most words of a bad scan and every number: nothing to fold.
    let folded = if written.is_ascii() { written.clone() } else { fold(&written) };
    Word { written, folded, place }
}

#[cfg(test)]
mod tests {
    use office::kit::text::tidy;

    use super::*;

    #[test]
    fn a_text_is_cut_where_people_would_cut_it() {
        let cases: [(&str, &[&str]); 7] = [
            ("Quyết định", &["quyết", "định"]),
            ("05/QĐ-THCSHM", &["5", "qđ", "thcshm"]),
            ("147 / PNV–VTLT", &["147", "pnv", "vtlt"]),
            ("10/PGD&ĐT_CNTT", &["10", "pgd", "đt", "cntt"]),
            ("lớp 9A2, 00", &["lớp", "9a2", "0"]),
            ("  …—  ", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let written: Vec<String> = words(&tidy(text)).into_iter().map(|word| word.written).collect();
            assert_eq!(written, expected, "{text}");
        }
    }

    #[test]
    fn a_word_typed_on_a_mac_is_the_same_word() {
        let mac = words(&tidy("Quye\u{0302}\u{0301}t \u{00D0}i\u{0323}nh"));
        assert_eq!(mac[0].written, "quyết");
        assert_eq!((mac[1].written.as_str(), mac[1].folded.as_str()), ("định", "dinh"));
        assert!(mac[1].has_marks() && !words("dinh")[0].has_marks());
    }

    #[test]
    fn every_word_knows_its_place() {
        let text = "Số: 147/PNV-VTLT";
        let cut: Vec<&str> = words(text).into_iter().map(|word| &text[word.place]).collect();
        assert_eq!(cut, ["Số", "147", "PNV", "VTLT"]);
    }
}
