//! The syntax of PDF objects (ISO 32000-1 §7.2, §7.3), read where they stand.

use lopdf::{Dictionary, Object, StringFormat};

/// Objects in objects; a deeper file is a trap.
const MOST_DEPTH: usize = 64;

/// A place in some bytes, moved on by what is read there.
pub(crate) struct Scan<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Scan { bytes, at }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// White space and comments.
    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => {
                    self.at += self.rest().iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count()
                }
                _ if is_space(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    /// Takes `word` if it stands here.
    pub(crate) fn word(&mut self, word: &[u8]) -> bool {
        let there = self.rest().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    /// An unsigned whole number after white space.
    pub(crate) fn number(&mut self) -> Option<u64> {
        self.skip_space();
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(self.rest().get(..digits)?).ok()?.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// `12 0 obj`: the number and generation.
    pub(crate) fn object_header(&mut self) -> Option<(u32, u16)> {
        let number = u32::try_from(self.number()?).ok()?;
        let generation = u16::try_from(self.number()?).ok()?;
        self.skip_space();
        self.word(b"obj").then_some((number, generation))
    }

    /// A direct object or a reference.
    pub(crate) fn object(&mut self) -> Option<Object> {
        self.object_in(0)
    }

    fn object_in(&mut self, depth: usize) -> Option<Object> {
        if depth > MOST_DEPTH {
            return None;
        }
        self.skip_space();
        match self.peek()? {
            b'<' if self.rest().starts_with(b"<<") => self.dictionary(depth).map(Object::Dictionary),
            b'<' => self.hexadecimal(),
            b'(' => self.literal(),
            b'/' => self.name().map(Object::Name),
            b'[' => self.array(depth),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference(),
            _ => [
                (&b"true"[..], Object::Boolean(true)),
                (b"false", Object::Boolean(false)),
                (b"null", Object::Null),
            ]
            .into_iter()
            .find_map(|(word, object)| self.word(word).then_some(object)),
        }
    }

    pub(crate) fn dictionary(&mut self, depth: usize) -> Option<Dictionary> {
        self.skip_space();
        if !self.word(b"<<") {
            return None;
        }
        let mut dictionary = Dictionary::new();
        loop {
            self.skip_space();
            if self.word(b">>") {
                return Some(dictionary);
            }
            let key = self.name()?;
            let value = self.object_in(depth + 1)?;
            dictionary.set(key, value);
        }
    }

    fn array(&mut self, depth: usize) -> Option<Object> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.word(b"]") {
                return Some(Object::Array(items));
            }
            items.push(self.object_in(depth + 1)?);
        }
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        if !self.word(b"/") {
            return None;
        }
        let length = self.rest().iter().take_while(|byte| !is_space(**byte) && !is_delimiter(**byte)).count();
        let raw = self.rest().get(..length)?;
        self.at += length;
        let mut name = Vec::with_capacity(length);
        let mut bytes = raw.iter();
        while let Some(&byte) = bytes.next() {
            let escaped = bytes.as_slice().first_chunk::<2>().filter(|_| byte == b'#');
            match escaped.and_then(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)) {
                Some(meant) => {
                    name.push(meant);
                    bytes.nth(1);
                }
                None => name.push(byte),
            }
        }
        Some(name)
    }

    fn hexadecimal(&mut self) -> Option<Object> {
        self.at += 1;
        let length = self.rest().iter().position(|byte| *byte == b'>')?;
        let raw = &self.rest()[..length];
        self.at += length + 1;
        Some(Object::String(hexadecimal(raw)?, StringFormat::Hexadecimal))
    }

    fn literal(&mut self) -> Option<Object> {
        self.at += 1;
        let mut text = Vec::new();
        let mut open = 0_u32;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' if open == 0 => return Some(Object::String(text, StringFormat::Literal)),
                b')' => open -= 1,
                b'\\' => {
                    text.extend(self.escaped()?);
                    continue;
                }
                // An end of line inside a string is a line feed, however it is written (§7.3.4.2).
                b'\r' => {
                    self.word(b"\n");
                    text.push(b'\n');
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
    }

    /// What a backslash stands for; outside, nothing is the end of the bytes, inside, it is a broken line.
    fn escaped(&mut self) -> Option<Option<u8>> {
        let byte = self.peek()?;
        self.at += 1;
        Some(Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Some(None),
            b'\r' => {
                self.word(b"\n");
                return Some(None);
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(octal @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(octal - b'0');
                    self.at += 1;
                }
                // Overflow of three digits is ignored (§7.3.4.2).
                (code & 0xFF) as u8
            }
            other => other,
        }))
    }

    fn number_or_reference(&mut self) -> Option<Object> {
        let begun = self.at;
        if self.peek()?.is_ascii_digit()
            && let Some(id) = self.reference()
        {
            return Some(Object::Reference(id));
        }
        self.at = begun;
        let is_part = |byte: &&u8| matches!(**byte, b'+' | b'-' | b'.' | b'0'..=b'9');
        let length = self.rest().iter().take_while(is_part).count();
        let words = std::str::from_utf8(self.rest().get(..length)?).ok()?;
        self.at += length;
        match words.parse() {
            Ok(whole) => Some(Object::Integer(whole)),
            Err(_) => words.parse().ok().map(Object::Real),
        }
    }

    fn reference(&mut self) -> Option<(u32, u16)> {
        let number = u32::try_from(self.number()?).ok()?;
        if !self.peek().is_some_and(is_space) {
            return None;
        }
        let generation = u16::try_from(self.number()?).ok()?;
        self.skip_space();
        let ends = |scan: &Self| {
            scan.bytes.get(scan.at + 1).is_none_or(|&byte| is_space(byte) || is_delimiter(byte))
        };
        (self.peek() == Some(b'R') && ends(self)).then(|| self.at += 1).map(|()| (number, generation))
    }
}

/// The bytes that hexadecimal digits stand for; white space between them does not count, a missing last digit is zero.
pub(crate) fn hexadecimal(raw: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(raw.len().div_ceil(2));
    let mut high = None;
    for &byte in raw.iter().filter(|byte| !is_space(**byte)) {
        let low = digit(byte)?;
        match high.take() {
            Some(high) => bytes.push(high << 4 | low),
            None => high = Some(low),
        }
    }
    bytes.extend(high.map(|high| high << 4));
    Some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::dictionary;
    use proptest::prelude::*;

    #[test]
    fn objects_are_read_as_they_are_meant() {
        let text = |bytes: &[u8]| Object::String(bytes.to_vec(), StringFormat::Literal);
        let table: [(&[u8], Option<Object>); 20] = [
            (b" %note\n 17 ", Some(Object::Integer(17))),
            (b"-3", Some(Object::Integer(-3))),
            (b"+.5", Some(Object::Real(0.5))),
            (b"4.", Some(Object::Real(4.0))),
            (b"12 0 R", Some(Object::Reference((12, 0)))),
            (b"[1 0 R 2]", Some(vec![Object::Reference((1, 0)), 2.into()].into())),
            (b"[1 0 2]", Some(vec![1.into(), 0.into(), 2.into()].into())),
            (b"[12 0 Rx]", None),
            (b"/A#20B#4", Some(Object::Name(b"A B#4".to_vec()))),
            (b"<48 6>", Some(Object::String(b"H`".to_vec(), StringFormat::Hexadecimal))),
            (b"<4G>", None),
            (b"(a(b)c\\)\\101\\7z)", Some(text(b"a(b)c)A\x07z"))),
            (b"(a\\\r\nb\r\nc)", Some(text(b"ab\nc"))),
            (b"(open", None),
            (b"true", Some(Object::Boolean(true))),
            (b"null", Some(Object::Null)),
            (
                b"<</A/B/C[<</D 1>>]>>",
                Some(Object::Dictionary(dictionary! {
                    "A" => "B", "C" => vec![dictionary! { "D" => 1 }.into()],
                })),
            ),
            (b"<</A>>", None),
            (b"<</A 1", None),
            (b"", None),
        ];
        for (bytes, expected) in table {
            assert_eq!(Scan::new(bytes, 0).object(), expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(Scan::new(&b"[".repeat(100_000), 0).object(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(bytes in proptest::collection::vec(prop_oneof![
            any::<u8>(), prop::sample::select(b"<>[]()/ R0123 obj\\\n".to_vec()),
        ], 0..60)) {
            let _ = Scan::new(&bytes, 0).object();
            let _ = Scan::new(&bytes, 0).object_header();
        }
    }
}
