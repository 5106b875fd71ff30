//! The words of PDF (ISO 32000-1 §7.2, §7.3) and nothing above them.
//!
//! Read by hand, not by a library, because verifying asks what libraries rightly forgive: where exactly a string stands
//! in the file, whether a key occurs twice, whether an object begins where the table says. What is unclear is an error
//! here, never a guess: two readers that guess differently are what shadow attacks live on.

use crate::{
    Fault,
    object::{Dict, Id, Object},
};
use std::ops::Range;

/// Deeper nesting is an attack on the stack, not a document.
const MOST_DEPTH: usize = 64;
/// Longer names than any reader takes.
const MOST_NAME_BYTES: usize = 4096;

/// Where a value of the outermost dictionary stands.
pub(crate) struct Span {
    pub(crate) key: Vec<u8>,
    pub(crate) at: Range<usize>,
}

/// Reads objects from bytes.
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
    /// Values of dictionaries at depth one.
    pub(crate) spans: Vec<Span>,
    depth: usize,
    /// Objects read so far: what a budget is charged with.
    pub(crate) nodes: usize,
    most_nodes: usize,
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Parser<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize, most_nodes: usize) -> Self {
        Parser { bytes, at, spans: Vec::new(), depth: 0, nodes: 0, most_nodes }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// Takes `word` when it stands here as a word of its own.
    pub(crate) fn take(&mut self, word: &[u8]) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let ends = rest.get(word.len()).is_none_or(|&next| is_space(next) || is_delimiter(next));
        let there = rest.starts_with(word) && ends;
        self.at += if there { word.len() } else { 0 };
        there
    }

    /// Takes `word` even where the next word follows at once, as in `1 0 obj<<`.
    pub(crate) fn take_prefix(&mut self, word: &[u8]) -> bool {
        let there = self.bytes.get(self.at..).unwrap_or_default().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    /// A number without a sign, as in tables and before `obj`.
    pub(crate) fn digits(&mut self) -> Option<u64> {
        let begin = self.at;
        let mut value = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            self.at += 1;
        }
        (self.at > begin).then_some(value)
    }

    pub(crate) fn object(&mut self) -> Result<Object, Fault> {
        self.skip_space();
        self.nodes += 1;
        if self.nodes > self.most_nodes {
            return Err(Fault::TooComplex);
        }
        match self.peek().ok_or(Fault::Syntax("the end comes before an object"))? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.literal().map(Object::Text),
            b'[' => self.array(),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => self.dict(),
            b'<' => self.hexadecimal().map(Object::Text),
            b'0'..=b'9' => self.number_or_reference(),
            b'+' | b'-' | b'.' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Object, Fault> {
        let words =
            [(&b"true"[..], Object::Bool(true)), (b"false", Object::Bool(false)), (b"null", Object::Null)];
        words
            .into_iter()
            .find(|(word, _)| self.take(word))
            .map(|(_, object)| object)
            .ok_or(Fault::Syntax("no object"))
    }

    fn number_or_reference(&mut self) -> Result<Object, Fault> {
        let begin = self.at;
        let id = self.reference();
        if let Some(id) = id {
            return Ok(Object::Ref(id));
        }
        self.at = begin;
        self.number()
    }

    fn reference(&mut self) -> Option<Id> {
        let number = self.digits()?;
        let gap = self.at;
        self.skip_space();
        let generation = if self.at > gap { self.digits()? } else { return None };
        let gap = self.at;
        self.skip_space();
        let taken = self.at > gap && self.take(b"R");
        taken.then_some((u32::try_from(number).ok()?, u16::try_from(generation).ok()?))
    }

    fn number(&mut self) -> Result<Object, Fault> {
        let begin = self.at;
        while self.peek().is_some_and(|byte| !is_space(byte) && !is_delimiter(byte)) {
            self.at += 1;
        }
        let token = &self.bytes[begin..self.at];
        let allowed = token.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'));
        let text = std::str::from_utf8(token).ok().filter(|text| allowed && text.len() < 400);
        let number = text.and_then(|text| match text {
            "." | "-" | "+" | "-." | "+." => None,
            _ => text.parse::<f64>().ok(),
        });
        number.filter(|number| number.is_finite()).map(Object::Number).ok_or(Fault::Syntax("no number"))
    }

    fn name(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|&byte| !is_space(byte) && !is_delimiter(byte)) {
            self.at += 1;
            let escaped = (byte == b'#').then(|| self.bytes.get(self.at..self.at + 2)).flatten();
            match escaped.and_then(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)) {
                Some(escaped) => {
                    name.push(escaped);
                    self.at += 2;
                }
                None => name.push(byte),
            }
        }
        if name.len() > MOST_NAME_BYTES { Err(Fault::Syntax("a name is too long")) } else { Ok(name) }
    }

    fn literal(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1_usize);
        loop {
            let byte = self.peek().ok_or(Fault::Syntax("a string does not end"))?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' if open == 1 => return Ok(text),
                b')' => open -= 1,
                b'\\' => {
                    text.extend(self.escape()?);
                    continue;
                }
                // An end of line counts as one line feed, however it is written (§7.3.4.2).
                b'\r' => {
                    self.at += usize::from(self.peek() == Some(b'\n'));
                    text.push(b'\n');
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
    }

    fn escape(&mut self) -> Result<Option<u8>, Fault> {
        let byte = self.peek().ok_or(Fault::Syntax("a string does not end"))?;
        self.at += 1;
        Ok(Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Ok(None),
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return Ok(None);
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                (value & 0xFF) as u8
            }
            other => other,
        }))
    }

    fn hexadecimal(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        let mut text = Vec::new();
        let mut half = None;
        loop {
            let byte = self.peek().ok_or(Fault::Syntax("a string does not end"))?;
            self.at += 1;
            match (byte, nibble(byte), half) {
                (b'>', ..) => {
                    text.extend(half.map(|high: u8| high << 4));
                    return Ok(text);
                }
                (_, Some(low), Some(high)) => {
                    text.push(high << 4 | low);
                    half = None;
                }
                (_, Some(high), None) => half = Some(high),
                (byte, None, _) if is_space(byte) => {}
                _ => return Err(Fault::Syntax("a hexadecimal string holds something else")),
            }
        }
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        let result = if self.depth > MOST_DEPTH { Err(Fault::TooComplex) } else { inner(self) };
        self.depth -= 1;
        result
    }

    fn array(&mut self) -> Result<Object, Fault> {
        self.at += 1;
        self.deeper(|parser| {
            let mut items = Vec::new();
            loop {
                parser.skip_space();
                if parser.peek() == Some(b']') {
                    parser.at += 1;
                    return Ok(Object::Array(items));
                }
                items.push(parser.object()?);
            }
        })
    }

    fn dict(&mut self) -> Result<Object, Fault> {
        self.at += 2;
        self.deeper(|parser| {
            let mut entries = Vec::new();
            loop {
                parser.skip_space();
                match parser.peek() {
                    Some(b'>') if parser.bytes.get(parser.at + 1) == Some(&b'>') => {
                        parser.at += 2;
                        return Ok(Object::Dict(Dict::of(entries)));
                    }
                    Some(b'/') => entries.push(parser.entry()?),
                    _ => return Err(Fault::Syntax("a dictionary holds something besides names and values")),
                }
            }
        })
    }

    fn entry(&mut self) -> Result<(Vec<u8>, Object), Fault> {
        let key = self.name()?;
        self.skip_space();
        let begin = self.at;
        let value = self.object()?;
        if self.depth == 1 {
            self.spans.push(Span { key: key.clone(), at: begin..self.at });
        }
        Ok((key, value))
    }
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Object, Fault> {
        Parser::new(text.as_bytes(), 0, 1000).object()
    }

    #[test]
    fn objects_written_differently_are_seen_alike() {
        for (one, other) in [
            ("612", "612.0"),
            ("<</A 1/B[2 0 R null]>>", "<< /B [ 2 0 R null ]\n/#41 1.0 % done\n >>"),
            ("(a\\(b\\)\\101)", "<61 28 62 29 41>"),
            ("(two\r\nlines)", "(two\nlines)"),
            ("<</A null/B 1>>", "<</B 1>>"),
            ("-.5", "-0.50"),
        ] {
            assert_eq!(read(one).unwrap(), read(other).unwrap(), "{one} and {other}");
        }
    }

    #[test]
    fn what_readers_might_guess_differently_is_refused() {
        for text in
            ["", "<<", "[1 2", "<</A>>", "<</A 1 2>>", "(open", "<6g>", "1.2.3", "--5", "nul", "<</A 1"]
        {
            assert!(matches!(read(text), Err(Fault::Syntax(_))), "{text}");
        }
        assert!(matches!(read(&"[".repeat(100)), Err(Fault::TooComplex)));
        let twice = read("<</A 1/A 2>>").unwrap();
        assert!(twice.as_dict().unwrap().ambiguous);
    }
}
