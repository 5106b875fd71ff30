//! Files that were tampered with at random: never good when a covered byte is another, never a panic, never for long.

use crate::made;
use proptest::prelude::*;
use verify::{Verdict, verify};

const SIGNED: [&str; 5] = ["bb", "bb-packed", "blta", "person-seal-lta", "filled-then-sealed"];

/// Where the last byte that a signature or time stamp covers ends: a save behind it is upkeep, and whoever changes a byte of
/// it makes another save, which is good where it is harmless.
fn covered(pdf: &[u8]) -> usize {
    ranges(pdf).iter().map(|range| range[2] + range[3]).max().unwrap()
}

/// Offsets of the gaps: what lies in one may change without the content being another (zeros behind the CMS, its
/// unsigned attributes, upper and lower case of a digit).
fn gaps(pdf: &[u8]) -> Vec<std::ops::Range<usize>> {
    ranges(pdf).iter().map(|range| range[1]..range[2]).collect()
}

fn ranges(pdf: &[u8]) -> Vec<[usize; 4]> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(found) = pdf[at..].windows(10).position(|window| window == b"/ByteRange") {
        at += found + 10;
        let text = String::from_utf8_lossy(&pdf[at..at + 80]).into_owned();
        let numbers: Vec<usize> =
            text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
        ranges.push(numbers[..4].try_into().unwrap());
    }
    ranges
}

fn is_good(pdf: &[u8]) -> bool {
    let verdict = verify(pdf, &made().trust("lists"), made().now_ms()).verdict;
    matches!(verdict, Verdict::Good | Verdict::ChangedAfterSigningAllowed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_byte_is_never_good(which in 0..SIGNED.len(), place in any::<prop::sample::Index>(), other in 1..=255_u8) {
        let mut pdf = made().pdf(SIGNED[which]);
        let at = place.index(pdf.len());
        pdf[at] ^= other;
        let in_a_gap = gaps(&made().pdf(SIGNED[which])).iter().any(|gap| gap.contains(&at));
        let behind = at >= covered(&made().pdf(SIGNED[which]));
        prop_assert!(in_a_gap || behind || !is_good(&pdf), "byte {at} of {}", SIGNED[which]);
    }

    #[test]
    fn cut_and_doubled_files_are_never_good(which in 0..SIGNED.len(), from in any::<prop::sample::Index>(),
        length in 1..400_usize, to in any::<prop::sample::Index>()) {
        let pdf = made().pdf(SIGNED[which]);
        let from = from.index(pdf.len());
        let piece = pdf[from..(from + length).min(pdf.len())].to_vec();
        let cut = [&pdf[..from], &pdf[from + piece.len()..]].concat();
        let at = to.index(cut.len());
        let moved = [&cut[..at], &piece[..], &cut[at..]].concat();
        // White space at the very end shows nothing; what is moved inside a gap was never covered.
        let at_the_end = from + piece.len() == pdf.len() && piece.iter().all(u8::is_ascii_whitespace);
        let in_a_gap = gaps(&pdf).iter().any(|gap| gap.contains(&from) && gap.contains(&at) && gap.contains(&(from + piece.len())));
        let behind = from >= covered(&pdf);
        prop_assert!(at_the_end || behind || !is_good(&cut), "cut {} bytes at {from} of {}", piece.len(), SIGNED[which]);
        prop_assert!(in_a_gap || behind && at >= covered(&pdf) || moved == pdf || !is_good(&moved), "moved {} bytes from {from} to {at} of {}", piece.len(), SIGNED[which]);
    }

    #[test]
    fn anything_appended_is_never_good(tail in proptest::collection::vec(any::<u8>(), 1..200)) {
        let pdf = [made().pdf("bb"), tail.clone()].concat();
        let shows_nothing = tail.iter().all(|byte| b"\0\t\n\x0c\r ".contains(byte)) || tail.starts_with(b"%");
        prop_assert!(shows_nothing || !is_good(&pdf));
    }

    #[test]
    fn words_of_pdf_in_any_order_never_panic(words in proptest::collection::vec(prop::sample::select(WORDS), 0..120)) {
        let mut pdf = b"%PDF-1.7\n".to_vec();
        words.iter().for_each(|word| pdf.extend_from_slice(word.as_bytes()));
        prop_assert!(!is_good(&pdf));
    }
}

const WORDS: &[&str] = &[
    "1 0 obj\n",
    "2 0 obj ",
    "<<",
    ">>",
    "[",
    "]",
    "endobj\n",
    "stream\n",
    "endstream\n",
    "xref\n0 2\n",
    "0000000000 65535 f \n",
    "0000000009 00000 n \n",
    "trailer\n",
    "/Root 1 0 R",
    "/Size 3",
    "/Prev 9",
    "/Pages 1 0 R",
    "/AcroForm ",
    "/Fields ",
    "1 0 R ",
    "/FT/Sig",
    "/V 1 0 R",
    "/ByteRange[0 9 20 30]",
    "/Contents<00>",
    "startxref\n9\n",
    "startxref\n60\n",
    "%%EOF\n",
    "/Type/XRef",
    "/W[1 1 1]",
    "/Index[0 9]",
    "/Length 5",
    "/Filter/FlateDecode",
    "(x",
    ")",
    "/Type/ObjStm/N 9/First 2",
    "/Kids[1 0 R 2 0 R]",
    "\n",
    " ",
    "99999999999999999999",
    "/XRefStm 9",
    "/Encrypt 1 0 R",
];
