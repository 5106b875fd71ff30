//! PEM (RFC 7468): base64 between dashed lines, several to a file, other text around it.

/// One block.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Vec<u8>,
}

/// The blocks in order; a block that is cut short or is not base64 comes out empty.
pub(crate) fn blocks(bytes: &[u8]) -> Vec<Block> {
    const BEGIN: &str = "-----BEGIN ";
    // A file of DER may hold dashes by chance (or by somebody's design) and is not PEM for that.
    let looks_like_der = matches!(bytes, [0x30, second, ..] if *second >= 0x80);
    let looks_like_pem =
        !looks_like_der && bytes.windows(BEGIN.len()).take(1 << 20).any(|window| window == BEGIN.as_bytes());
    let Some(text) = looks_like_pem.then(|| String::from_utf8_lossy(bytes)) else { return Vec::new() };
    let mut rest = text.as_ref();
    let mut found = Vec::new();
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, body)) = after.split_once("-----") else { break };
        let end = format!("-----END {label}-----");
        let block = body.split_once(end.as_str());
        let der = block.and_then(|(body, _)| base64(body)).unwrap_or_default();
        found.push(Block { label: label.to_owned(), der });
        let Some((_, after)) = block else { break };
        rest = after;
    }
    found
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held).to_le_bytes()[0]);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_blocks_with_text_around_them_are_found() {
        let file = b"root of the school\r\n-----BEGIN A-----\r\nAQID\r\nBA==\r\n-----END A-----\n-----BEGIN B-----\n%\n-----END B-----\n-----BEGIN C-----\nAQ";
        let found: Vec<_> = blocks(file).into_iter().map(|block| (block.label, block.der)).collect();
        let expected = [("A", vec![1, 2, 3, 4]), ("B", vec![]), ("C", vec![])];
        assert_eq!(found, expected.map(|(label, der)| (label.to_owned(), der)));
        assert!(blocks(b"\x30\x03").is_empty());
    }
}
