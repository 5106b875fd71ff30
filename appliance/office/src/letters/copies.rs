//! Hình thức sao (articles 25-27, appendix I part II): what the unit's signature on a document says it is.
//!
//! ```text
//! outgoing of the type bản sao y, bản sao lục, bản trích sao   that form, with the copy's own number
//! outgoing of another type, scanned                            Sao y: digitised paper (article 25)
//! incoming                                                     Sao y; of a bản sao y or sao lục, Sao lục
//! outgoing, born digital                                       none: the document itself
//! ```

use wire::Book;

use super::model::{FileKind, Letter};

/// Hình thức sao.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyForm {
    /// Full, of the original.
    Certified,
    /// Full, of a certified copy.
    OfCertified,
    /// A part of it.
    Extract,
}

impl CopyForm {
    /// As it is written.
    pub fn words(self) -> &'static str {
        match self {
            Self::Certified => "Sao y",
            Self::OfCertified => "Sao lục",
            Self::Extract => "Trích sao",
        }
    }

    fn of_type(document_type: &str) -> Option<Self> {
        match document_type {
            "certified_copy" => Some(Self::Certified),
            "copy_of_copy" => Some(Self::OfCertified),
            "extract" => Some(Self::Extract),
            _ => None,
        }
    }
}

impl Letter {
    /// Which form of copy the unit certifies with its signature; none for a document of its own that was born digital.
    pub fn form_of_copy(&self) -> Option<CopyForm> {
        let named = CopyForm::of_type(&self.facts.document_type);
        match (self.book, named) {
            (Book::Incoming, Some(CopyForm::Certified | CopyForm::OfCertified)) => {
                Some(CopyForm::OfCertified)
            }
            (Book::Incoming, _) => Some(CopyForm::Certified),
            (Book::Outgoing, Some(form)) => Some(form),
            (Book::Outgoing, None) => (self.source() == Some(FileKind::Scan)).then_some(CopyForm::Certified),
        }
    }

    /// Whether the unit's signature stands in the corner, as text: on copies, and on what stands for a paper.
    pub fn is_sealed_as_copy(&self) -> bool {
        self.form_of_copy().is_some() || self.is_of_paper()
    }

    /// Whether the document is signed on paper: its file shows that paper, or stands for it.
    pub fn is_of_paper(&self) -> bool {
        matches!(self.source(), Some(FileKind::Scan | FileKind::Transcript))
    }

    /// Whether nothing but text in the corner will do: what is on the page is not ours, or is a copy as such.
    pub fn is_always_text(&self) -> bool {
        self.book == Book::Incoming || CopyForm::of_type(&self.facts.document_type).is_some()
    }

    /// First lines of the text block, before the signing time (appendix I): form of copy, or number and symbol; the unit.
    pub fn block_lines(&self, unit: &str) -> Vec<String> {
        let number = &self.facts.reference_code;
        // A copy that stands in our book has a number of its own; an incoming document's is its issuer's.
        let own = self.book == Book::Outgoing && CopyForm::of_type(&self.facts.document_type).is_some();
        let first = match self.form_of_copy() {
            Some(form) if own && !number.is_empty() => format!("{} số {number}", form.words()),
            Some(form) => form.words().to_owned(),
            None => number.clone(),
        };
        vec![first, unit.to_owned()]
    }

    /// What was signed and sealed in the end.
    fn source(&self) -> Option<FileKind> {
        let unsigned = |kind: &FileKind| !matches!(kind, FileKind::Signed | FileKind::Sealed);
        self.files.iter().map(|file| file.kind).rfind(unsigned)
    }
}
