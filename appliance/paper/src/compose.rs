//! Captures to PDF/A-2b (ISO 19005-2, level B), streamed.
//!
//! The objects of the document have fixed numbers - catalog, page tree, information, metadata, profile - and those of
//! pages follow as they come, so that a page can be written and forgotten before the next one is looked at; page tree and
//! cross-reference table come last, and right before the table what is said of the document, so that it can be said anew
//! (`describe.rs`). What becomes of a capture is told in `art.rs`, how it stands on a page in `page.rs`.

use crate::{
    art::art,
    capture::{CaptureFault, CaptureRef},
    file::{File, Finished},
    icc,
    making::{Making, PageMade},
    page::{self, Sheet, Straighten},
    pdftext,
    register::RegisterFacts,
    words::Unseen,
    xmp,
};
use chrono::{DateTime, FixedOffset};
use pdf_writer::{Chunk, Name, Ref, Str, TextStr, types::OutputIntentSubtype, writers::Catalog};
use std::io::{self, Write};

pub(crate) const CATALOG: Ref = Ref::new(1);
const PAGE_TREE: Ref = Ref::new(2);
pub(crate) const INFORMATION: Ref = Ref::new(3);
pub(crate) const METADATA: Ref = Ref::new(4);
const PROFILE: Ref = Ref::new(5);
const FIXED: usize = 5;

/// What is written into the file about the document.
#[derive(Clone, Debug)]
pub struct About {
    /// What the document is: usually its abstract (trích yếu).
    pub title: String,
    /// A longer word on it; empty is left out.
    pub subject: String,
    /// The unit that made the file; empty is left out.
    pub author: String,
    /// Language of the text (RFC 3066), `vi-VN`.
    pub language: String,
    /// When the file was made.
    pub created: DateTime<FixedOffset>,
    /// What the register says of it, where it has been registered.
    pub register: Option<RegisterFacts>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// Number of pages.
    pub pages: u32,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file, the name of its blob.
    pub sha256: [u8; 32],
    /// What became of each page.
    pub made: Vec<PageMade>,
}

/// Why no document came of the captures. What was written so far is to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The list of captures was empty: a PDF has at least one page.
    #[error("no pages")]
    NoPages,
    /// A capture could not be brought (the iterator's own error).
    #[error("page {page} could not be read: {cause}")]
    Capture {
        /// Which page, counted from 1.
        page: u32,
        /// The iterator's error.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A capture cannot stand in an archive.
    #[error("page {page}: {fault}")]
    Page {
        /// Which page, counted from 1.
        page: u32,
        /// Why.
        fault: CaptureFault,
    },
    /// The output could not be written.
    #[error("writing: {0}")]
    Write(#[from] io::Error),
}

/// Writes one PDF/A-2b file with a page for each capture. The same input gives the same bytes.
pub fn compose<'a, E>(
    captures: impl Iterator<Item = Result<CaptureRef<'a>, E>>,
    about: &About,
    making: Making,
    out: &mut impl Write,
) -> Result<Composed, ComposeError>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut document = Document::begin(out)?;
    let mut made = Vec::new();
    for (page, capture) in (1..).zip(captures) {
        let capture = capture.map_err(|e| ComposeError::Capture { page, cause: e.into() })?;
        let picture = capture.picture().map_err(|fault| ComposeError::Page { page, fault })?;
        let (art, became) =
            art(&capture, &picture, making).map_err(|fault| ComposeError::Page { page, fault })?;
        document.add(&Sheet {
            width_pt: picture.width_pt,
            height_pt: picture.height_pt,
            turn: picture.turn,
            straighten: Straighten { tenths: capture.dress.straighten_tenths },
            art,
            text: capture.text.as_deref(),
        })?;
        made.push(became);
    }
    let pages = u32::try_from(made.len()).expect("fewer pages than object numbers");
    if pages == 0 {
        return Err(ComposeError::NoPages);
    }
    let Finished { bytes, sha256 } = document.finish(about)?;
    Ok(Composed { pages, bytes, sha256, made })
}

/// A document in the making: what has been written, and what the end of the file has to know of it.
pub(crate) struct Document<'a, W: Write> {
    file: File<'a, W>,
    unseen: Unseen,
    pages: Vec<Ref>,
}

impl<'a, W: Write> Document<'a, W> {
    pub(crate) fn begin(out: &'a mut W) -> io::Result<Self> {
        let mut file = File::new(out, FIXED);
        file.header()?;
        Ok(Document { file, unseen: Unseen::default(), pages: Vec::new() })
    }

    /// Writes one page; nothing of it is kept but its number and the letters it uses.
    pub(crate) fn add(&mut self, sheet: &Sheet<'_>) -> io::Result<()> {
        self.pages.push(page::write(&mut self.file, PAGE_TREE, sheet, &mut self.unseen)?);
        Ok(())
    }

    pub(crate) fn finish(mut self, about: &About) -> io::Result<Finished> {
        self.unseen.finish(&mut self.file)?;
        self.file.object(PAGE_TREE, |chunk| {
            let count = i32::try_from(self.pages.len()).expect("fewer pages than object numbers");
            chunk.pages(PAGE_TREE).count(count).kids(self.pages.iter().copied());
        })?;
        self.file.object(PROFILE, |chunk| {
            chunk.icc_profile(PROFILE, &icc::srgb()).n(3);
        })?;
        described(self.file, about)
    }
}

/// Writes the end of a file: all that is said of the document, and nothing else.
pub(crate) fn described(mut file: File<'_, impl Write>, about: &About) -> io::Result<Finished> {
    file.object(CATALOG, |chunk| catalog(&mut chunk.indirect(CATALOG).start(), about))?;
    file.object(INFORMATION, |chunk| information(chunk, about))?;
    file.object(METADATA, |chunk| {
        let packet = xmp::packet(about);
        let mut stream = chunk.stream(METADATA, &packet);
        stream.pair(Name(b"Type"), Name(b"Metadata")).pair(Name(b"Subtype"), Name(b"XML"));
    })?;
    file.finish(CATALOG, INFORMATION)
}

fn catalog(catalog: &mut Catalog<'_>, about: &About) {
    catalog.pages(PAGE_TREE).metadata(METADATA).lang(TextStr(&about.language));
    catalog.viewer_preferences().display_doc_title(true);
    let mut intents = catalog.output_intents();
    let mut intent = intents.push();
    intent.subtype(OutputIntentSubtype::PDFA).dest_output_profile(PROFILE);
    intent.output_condition_identifier(TextStr("sRGB IEC61966-2.1")).info(TextStr("sRGB IEC61966-2.1"));
}

/// Says the same as the metadata packet, for viewers that read only this.
fn information(chunk: &mut Chunk, about: &About) {
    let created = pdftext::date(&about.created);
    let words = xmp::Words::of(about);
    let mut information = chunk.indirect(INFORMATION).dict();
    information.pair(Name(b"Title"), Str(&pdftext::text_string(&words.title)));
    for (key, words) in
        [(b"Author".as_slice(), &words.author), (b"Subject", &words.subject), (b"Keywords", &words.keywords)]
    {
        if !words.is_empty() {
            information.pair(Name(key), Str(&pdftext::text_string(words)));
        }
    }
    for key in [b"Creator".as_slice(), b"Producer"] {
        information.pair(Name(key), Str(xmp::PRODUCER.as_bytes()));
    }
    for key in [b"CreationDate".as_slice(), b"ModDate"] {
        information.pair(Name(key), Str(created.as_bytes()));
    }
}
