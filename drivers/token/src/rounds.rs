//! How much work a PKCS#12 file asks for before it opens: the file itself says how often its passphrase is stirred, and the
//! library that opens it would do two thousand million rounds if it says so.
//!
//! ```text
//! PBKDF2-params    ::= SEQUENCE { salt OCTET STRING, iterationCount INTEGER, .. }       RFC 8018 A.2
//! pkcs-12PbeParams ::= SEQUENCE { salt OCTET STRING, iterations INTEGER }               RFC 7292 C
//! MacData          ::= SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations }    RFC 7292 4
//! scrypt-params    ::= SEQUENCE { salt OCTET STRING, N INTEGER, r INTEGER, p INTEGER }  RFC 7914 7
//! ```
//!
//! All of them are numbers behind a salt, and nothing else in such a file is: they are looked for wherever they are,
//! rather than where a well-behaved file has them. What lies within an encrypted part is not seen before it is opened.

use der::asn1::UintRef;
use der::{AnyRef, Decode, Reader, SliceReader, Tag, Tagged};

/// Structures within structures; a key file has about twelve.
const DEEPEST: usize = 40;

/// All rounds that can be seen in the file, together; as many as can be counted where it cannot be told.
pub(crate) fn asked_for(file: &[u8]) -> u64 {
    within(file, DEEPEST).0
}

/// The rounds in a run of values, and whether it was one to its end.
fn within(values: &[u8], depth: usize) -> (u64, bool) {
    if depth == 0 {
        return (u64::MAX, true);
    }
    let Ok(mut reader) = SliceReader::new(values) else { return (0, false) };
    let (mut rounds, mut numbers, mut behind_salt, mut whole) = (0u64, Vec::new(), false, true);
    while whole && !reader.is_finished() {
        let Ok(value) = AnyRef::decode(&mut reader) else {
            whole = false;
            continue;
        };
        if value.tag() == Tag::Integer && behind_salt {
            numbers.push(number(value));
            continue;
        }
        rounds = rounds.saturating_add(cost(&numbers));
        numbers.clear();
        let is_string = value.tag() == Tag::OctetString;
        behind_salt = is_string;
        if is_string || value.tag().is_constructed() {
            let (inner, inner_is_whole) = within(value.value(), depth - 1);
            // Encrypted bytes may begin like something; only a string that is values to its end holds any.
            if inner_is_whole || !is_string {
                rounds = rounds.saturating_add(inner);
            }
        }
    }
    (rounds.saturating_add(cost(&numbers)), whole)
}

/// One number is the rounds, a second the length of the key; three are scrypt's, which stirs N x r x p blocks twice.
fn cost(numbers: &[u64]) -> u64 {
    match numbers {
        [n, r, p, ..] => n.saturating_mul(*r).saturating_mul(*p).saturating_mul(2),
        [rounds, ..] => *rounds,
        [] => 0,
    }
}

/// A number that is negative or too long for the machine is too many of anything.
fn number(value: AnyRef<'_>) -> u64 {
    let Ok(digits) = value.decode_as::<UintRef<'_>>() else { return u64::MAX };
    let few = digits.as_bytes();
    if few.len() > 8 {
        return u64::MAX;
    }
    few.iter().fold(0, |number, digit| number << 8 | u64::from(*digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_counted_wherever_they_stand() {
        let salt = "040401020304";
        let table = [
            (format!("300a{salt}02020800"), 2048, "PBKDF2, old PBE"),
            (format!("300d{salt}02020800020120"), 2048, "with the length of its key"),
            (format!("300c3000{salt}02020800"), 2048, "MAC"),
            (format!("300b{salt}0203010000"), 65_536, "three bytes"),
            (format!("3010{salt}02024000020108020101"), 262_144, "scrypt"),
            (format!("040c300a{salt}02020800"), 2048, "in a string"),
            (format!("301c300a{salt}02020800a00e040c300a{salt}02020800"), 4096, "together"),
            (format!("3012{salt}020a01000000000000000000"), u64::MAX, "longer than a machine counts"),
            (format!("3009{salt}0201ff"), u64::MAX, "negative"),
            ("3006020101020102".into(), 0, "numbers without a salt"),
            ("30".into(), 0, "no DER"),
        ];
        for (hex, rounds, what) in table {
            assert_eq!(asked_for(&hex::decode(hex).unwrap()), rounds, "{what}");
        }
        let deep = (0..60).fold(Vec::new(), |inner: Vec<u8>, _| {
            let length = u8::try_from(inner.len()).unwrap();
            if length < 120 { [&[0x30, length], inner.as_slice()].concat() } else { inner }
        });
        assert_eq!(asked_for(&deep), u64::MAX, "{} deep", deep.len() / 2);
    }
}
