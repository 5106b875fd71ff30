//! Số, ký hiệu: how a number and its symbol are written (decree 30/2020, article 15 and appendix I), and how two
//! spellings of the same one are recognised.

use crate::kit::text;
use crate::letters::types;

/// The symbol of an outgoing document: `QĐ-THCSHP` for a named type, `THCSHP-CM` for a công văn of the field or
/// section `CM`, `THCSHP` for a công văn without.
pub fn notation(document_type: &str, unit: &str, field: &str) -> String {
    let abbreviation = types::by_id(document_type).map_or("", |kind| kind.abbreviation);
    let groups = if abbreviation.is_empty() { [unit, field] } else { [abbreviation, unit] };
    groups.into_iter().filter(|group| !group.is_empty()).collect::<Vec<_>>().join("-")
}

/// Number and symbol as printed: two digits below ten (`05/QĐ-THCSHP`).
pub fn reference_code(number: u64, notation: &str) -> String {
    format!("{number:02}/{notation}")
}

/// The key under which two spellings of one reference code are the same: `0147 / PNV–VTLT` is `147/pnv-vtlt`.
pub fn key(reference_code: &str) -> String {
    let folded: String = text::fold(reference_code)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if "–—‐‑−_".contains(c) { '-' } else { c })
        .collect();
    let digits = folded.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = folded.split_at(digits);
    let number = number.trim_start_matches('0');
    if digits > 0 && number.is_empty() { format!("0{rest}") } else { format!("{number}{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_follow_appendix_i() {
        let cases = [
            (("decision", "THCSHP", ""), 1, "01/QĐ-THCSHP"),
            (("decision", "THCSHP", "CM"), 9, "09/QĐ-THCSHP"),
            (("official_letter", "PGD&ĐT", "CNTT"), 10, "10/PGD&ĐT-CNTT"),
            (("official_letter", "THCSHP", ""), 112, "112/THCSHP"),
            (("certified_copy", "THCSHP", ""), 3, "03/SY-THCSHP"),
        ];
        for ((kind, unit, field), number, expected) in cases {
            assert_eq!(reference_code(number, &notation(kind, unit, field)), expected);
        }
    }

    #[test]
    fn one_reference_code_in_many_spellings_has_one_key() {
        for spelling in ["147/PNV-VTLT", "0147/PNV-VTLT", "147 / PNV – VTLT", "147/pnv-vtlt", "147/PNV_VTLT"]
        {
            assert_eq!(key(spelling), "147/pnv-vtlt", "{spelling}");
        }
        assert_eq!(key("602/QĐ-PGDĐT"), key("602/QÐ-PGDÐT"));
        assert_ne!(key("12/TB-UBND"), key("12a/TB-UBND"));
        assert_ne!(key("10/TB-UBND"), key("1/TB-UBND"));
        assert_eq!(key("00/X"), "0/x");
        assert_eq!(key("CV-X"), "cv-x");
    }
}
