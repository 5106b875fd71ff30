//! What stays of a word when a reader mistook its marks: the bare letters, and how far two of them are apart.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters and digits without marks, case, signs and gaps: `Độc lập -` is `doclap`. Stricter than the key people search
/// by, which keeps signs: a reader loses those first.
pub(super) fn bare(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, 'đ' | 'ð' | 'ɖ') { 'd' } else { c })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// How many letters have to be changed, put in or left out to make the one the other.
pub(super) fn apart(seen: &str, meant: &str) -> usize {
    let meant: Vec<char> = meant.chars().collect();
    let mut row: Vec<usize> = (0..=meant.len()).collect();
    for (above, c) in seen.chars().enumerate() {
        let mut corner = row[0];
        row[0] = above + 1;
        for (place, m) in meant.iter().enumerate() {
            let changed = corner + usize::from(c != *m);
            corner = row[place + 1];
            row[place + 1] = changed.min(corner + 1).min(row[place] + 1);
        }
    }
    row[meant.len()]
}

/// Whether `seen` may be `meant`, both bare: one letter in six may be wrong, and none of a short word.
pub(super) fn alike(seen: &str, meant: &str) -> bool {
    seen.len().abs_diff(meant.len()) <= meant.len() / 6 && apart(seen, meant) <= meant.len() / 6
}

/// Whether a line is set in capitals, as far as one can see.
pub(super) fn is_capitals(text: &str) -> bool {
    let upper = text.chars().filter(|c| c.is_uppercase()).count();
    let lower = text.chars().filter(|c| c.is_lowercase()).count();
    upper >= 2 && upper >= lower * 4
}

/// Without what a rule or a fold leaves at the ends of a line.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric() && !"()\"“”%".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistaken_mark_or_letter_is_forgiven_and_another_word_is_not() {
        assert_eq!(bare("Độc lập - Tự do"), "doclaptudo");
        assert_eq!(bare("QÐ-UBND"), "qdubnd");
        assert!(alike(&bare("QUYÉT ĐỊNR"), "quyetdinh"));
        assert!(!alike(&bare("QUY ĐỊNH"), "quyetdinh"));
        assert!(!alike("bao", "ban"));
        assert_eq!(apart("", "ban"), 3);
    }

    #[test]
    fn capitals_are_told_from_sentences() {
        for (text, is) in
            [("PHÒNG NỘI VỤ", true), ("Phòng Nội vụ", false), ("TRƯỜNG THCS aN", true), ("I", false)]
        {
            assert_eq!(is_capitals(text), is, "{text}");
        }
    }
}
