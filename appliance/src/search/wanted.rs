//! What a person typed, taken apart.
//!
//! ```text
//! sinh hoạt 147/PNV "tổ chuyên môn" họ
//! ─────┬─── ───┬─── ───────┬─────── ─┬
//!   two words  |        a phrase     still being typed: any word that begins so
//!              signs between: these words side by side
//! ```
//!
//! All of it must be found. There is no grammar to get wrong: signs only separate, an open quotation mark runs to the end.

use office::kit::text::tidy;

use super::words::{Word, belongs, words};

/// Letters of a question that count; a pasted page is no question.
const LETTERS: usize = 600;
/// Words of a question that count: more than the longest trích yếu has.
const WORDS: usize = 64;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(super) chunks: Vec<Chunk>,
}

/// Words that stand side by side; mostly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) words: Vec<Word>,
    /// The last word may go on.
    pub(super) is_open: bool,
}

impl Wanted {
    /// Reads a question; one without a letter or digit wants nothing.
    pub(crate) fn read(question: &str) -> Self {
        let question: String = question.chars().take(LETTERS).collect();
        let is_closed = question.ends_with(|c: char| !belongs(c));
        let question = tidy(&question);
        let mut chunks = Vec::new();
        for (part, text) in question.split(['"', '“', '”', '„']).enumerate() {
            if part % 2 == 1 {
                chunks.push(words(text));
            } else {
                chunks.extend(text.split(' ').map(words));
            }
        }
        let mut left = WORDS;
        let mut wanted: Vec<Chunk> = Vec::new();
        for mut words in chunks {
            words.truncate(left);
            left -= words.len();
            if !words.is_empty() {
                wanted.push(Chunk { words, is_open: false });
            }
        }
        if let Some(last) = wanted.last_mut() {
            last.is_open = !is_closed && left > 0;
        }
        Self { chunks: wanted }
    }

    /// Whether there is anything to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Whether somebody took the trouble of typing marks.
    pub(super) fn has_marks(&self) -> bool {
        self.chunks.iter().flat_map(|chunk| &chunk.words).any(Word::has_marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(question: &str) -> Vec<String> {
        let chunk = |chunk: &Chunk| {
            let words: Vec<&str> = chunk.words.iter().map(|word| word.written.as_str()).collect();
            format!("{}{}", words.join("+"), if chunk.is_open { "*" } else { "" })
        };
        Wanted::read(question).chunks.iter().map(chunk).collect()
    }

    #[test]
    fn a_question_is_read_as_it_was_meant() {
        let cases: [(&str, &[&str]); 12] = [
            ("sinh hoạt ho", &["sinh", "hoạt", "ho*"]),
            ("sinh hoạt ", &["sinh", "hoạt"]),
            ("147/PNV-VTLT", &["147+pnv+vtlt*"]),
            ("147 / PNV – VTLT", &["147", "pnv", "vtlt*"]),
            ("“tổ chuyên môn” họp", &["tổ+chuyên+môn", "họp*"]),
            ("\"tổ chuyên môn\"", &["tổ+chuyên+môn"]),
            ("\"tổ chuyên", &["tổ+chuyên*"]),
            ("AND OR NOT (x:y*) [a TO b]~2 ^", &["and", "or", "not", "x+y", "a", "to", "b+2"]),
            ("\"\"\"", &[]),
            ("...///---", &[]),
            ("", &[]),
            ("\u{0}\u{7}\n\t", &[]),
        ];
        for (question, expected) in cases {
            assert_eq!(shape(question), expected, "{question:?}");
        }
    }

    #[test]
    fn a_pasted_page_is_cut_and_its_last_word_is_whole() {
        let long = Wanted::read(&"một hai ba bốn ".repeat(1000));
        let words: usize = long.chunks.iter().map(|chunk| chunk.words.len()).sum();
        assert_eq!(words, WORDS);
        assert!(long.chunks.iter().all(|chunk| !chunk.is_open));
        assert_eq!(Wanted::read(&"a".repeat(100_000)).chunks.len(), 1);
    }

    #[test]
    fn marks_are_noticed() {
        assert!(Wanted::read("họp").has_marks());
        assert!(Wanted::read("ngay đi").has_marks());
        assert!(!Wanted::read("147/PNV hop").has_marks());
    }
}
