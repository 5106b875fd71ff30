//! Captures to PDF/A-2b (ISO 19005-2, level B), streamed.
//!
//! Object numbers are fixed - catalog, page tree, information, metadata, profile, then three to a page - so that pages
//! can be written as they come and the page tree last. Only one page is held at a time. What the scanner saw is what the
//! archive keeps: a JPEG goes in byte for byte, black and white is packed tighter and loses no dot.

use crate::{
    capture::{CaptureFault, CaptureRef, Coding, Picture},
    icc, jbig2,
    making::{Making, PageMade, WhyPlain},
    pdftext, xmp,
};
use chrono::{DateTime, FixedOffset};
use pdf_writer::{
    Chunk, Content, Filter, Name, Rect, Ref, Str, TextStr, types::OutputIntentSubtype, writers::Catalog,
};
use std::{
    borrow::Cow,
    io::{self, Write},
};

const CATALOG: Ref = Ref::new(1);
const PAGE_TREE: Ref = Ref::new(2);
const INFORMATION: Ref = Ref::new(3);
const METADATA: Ref = Ref::new(4);
const PROFILE: Ref = Ref::new(5);
const FIRST_PAGE: i32 = 6;
const OBJECTS_PER_PAGE: i32 = 3;

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
    let mut file = File::new(out);
    file.header()?;
    let mut pages = 0;
    let mut made = Vec::new();
    for capture in captures {
        let page = pages + 1;
        let capture = capture.map_err(|e| ComposeError::Capture { page, cause: e.into() })?;
        let picture = capture.picture().map_err(|fault| ComposeError::Page { page, fault })?;
        write_page(&mut file, page_refs(pages), &picture)?;
        made.push(match picture.coding {
            Coding::Jpeg { .. } => PageMade::Plain(WhyPlain::Asked),
            Coding::Bilevel { .. } => PageMade::Bilevel,
        });
        pages = page;
    }
    if pages == 0 {
        return Err(ComposeError::NoPages);
    }
    write_document(&mut file, about, pages)?;
    Ok(file.finish(pages, made)?)
}

struct PageRefs {
    page: Ref,
    content: Ref,
    image: Ref,
}

fn page_refs(index: u32) -> PageRefs {
    let first =
        FIRST_PAGE + OBJECTS_PER_PAGE * i32::try_from(index).expect("fewer pages than object numbers");
    PageRefs { page: Ref::new(first), content: Ref::new(first + 1), image: Ref::new(first + 2) }
}

fn write_page(file: &mut File<'_, impl Write>, refs: PageRefs, picture: &Picture<'_>) -> io::Result<()> {
    let (width_pt, height_pt) = picture.turn.page(picture.width_pt, picture.height_pt);
    file.object(refs.page, |chunk| {
        let mut page = chunk.page(refs.page);
        page.parent(PAGE_TREE).media_box(Rect::new(0.0, 0.0, width_pt, height_pt)).contents(refs.content);
        page.resources().x_objects().pair(Name(b"Im"), refs.image);
    })?;
    file.object(refs.content, |chunk| {
        let mut content = Content::new();
        content.save_state().transform(picture.turn.matrix(width_pt, height_pt));
        content.x_object(Name(b"Im")).restore_state();
        chunk.stream(refs.content, &content.finish());
    })?;
    file.object(refs.image, |chunk| write_image(chunk, refs.image, picture))
}

fn write_image(chunk: &mut Chunk, id: Ref, picture: &Picture<'_>) {
    let width = i32::try_from(picture.width_px).expect("a page side was checked");
    let height = i32::try_from(picture.height_px).expect("a page side was checked");
    let samples = match &picture.coding {
        Coding::Jpeg { bytes, .. } => Cow::Borrowed(*bytes),
        Coding::Bilevel { ink } => jbig2::encode(ink).into(),
    };
    let mut image = chunk.image_xobject(id, &samples);
    image.width(width).height(height);
    match picture.coding {
        Coding::Jpeg { grey, .. } => {
            image.bits_per_component(8).filter(Filter::DctDecode);
            if grey { image.color_space().device_gray() } else { image.color_space().device_rgb() }
        }
        Coding::Bilevel { .. } => {
            image.bits_per_component(1).filter(Filter::Jbig2Decode);
            image.color_space().device_gray();
        }
    }
}

fn write_document(file: &mut File<'_, impl Write>, about: &About, pages: u32) -> io::Result<()> {
    file.object(PAGE_TREE, |chunk| {
        let count = i32::try_from(pages).expect("fewer pages than object numbers");
        chunk.pages(PAGE_TREE).count(count).kids((0..pages).map(|index| page_refs(index).page));
    })?;
    file.object(CATALOG, |chunk| catalog(&mut chunk.indirect(CATALOG).start(), about))?;
    file.object(INFORMATION, |chunk| information(chunk, about))?;
    file.object(METADATA, |chunk| {
        let packet = xmp::packet(about);
        let mut stream = chunk.stream(METADATA, &packet);
        stream.pair(Name(b"Type"), Name(b"Metadata")).pair(Name(b"Subtype"), Name(b"XML"));
    })?;
    file.object(PROFILE, |chunk| {
        chunk.icc_profile(PROFILE, &icc::srgb()).n(3);
    })
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
    let mut information = chunk.indirect(INFORMATION).dict();
    for (key, words) in
        [(b"Title".as_slice(), &about.title), (b"Author", &about.author), (b"Subject", &about.subject)]
    {
        if !words.is_empty() || key == b"Title" {
            information.pair(Name(key), Str(&pdftext::text_string(words)));
        }
    }
    for (key, words) in [(b"Creator".as_slice(), xmp::PRODUCER), (b"Producer", xmp::PRODUCER)] {
        information.pair(Name(key), Str(words.as_bytes()));
    }
    for key in [b"CreationDate".as_slice(), b"ModDate"] {
        information.pair(Name(key), Str(created.as_bytes()));
    }
}

/// Counts and digests what goes out, and remembers where each object stands.
struct File<'a, W: Write> {
    out: &'a mut W,
    at: u64,
    digest: ring::digest::Context,
    offsets: Vec<(i32, u64)>,
}

impl<'a, W: Write> File<'a, W> {
    fn new(out: &'a mut W) -> Self {
        File { out, at: 0, digest: ring::digest::Context::new(&ring::digest::SHA256), offsets: Vec::new() }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// §6.1.2: version, then a comment of four bytes above 127.
    fn header(&mut self) -> io::Result<()> {
        self.put(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
    }

    fn object(&mut self, id: Ref, write: impl FnOnce(&mut Chunk)) -> io::Result<()> {
        let mut chunk = Chunk::with_settings(pdf_writer::Settings { pretty: false });
        write(&mut chunk);
        self.offsets.push((id.get(), self.at));
        self.put(chunk.as_bytes())
    }

    /// One section from object 0 on, without gaps (§6.1.4), and the trailer with the file's identifier (§6.1.3):
    /// the digest of all that precedes it.
    fn finish(mut self, pages: u32, made: Vec<PageMade>) -> io::Result<Composed> {
        self.offsets.sort_unstable();
        let start = self.at;
        let identifier: String =
            self.digest.clone().finish().as_ref().iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        let size = self.offsets.len() + 1;
        let mut tail = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for (_, offset) in &self.offsets {
            tail.push_str(&format!("{offset:010} 00000 n \n"));
        }
        tail.push_str(&format!(
            "trailer\n<</Size {size}/Root {} 0 R/Info {} 0 R/ID[<{identifier}><{identifier}>]>>\nstartxref\n{start}\n%%EOF\n",
            CATALOG.get(),
            INFORMATION.get(),
        ));
        self.put(tail.as_bytes())?;
        self.out.flush()?;
        let sha256 = self.digest.finish().as_ref().try_into().expect("SHA-256 has 32 bytes");
        Ok(Composed { pages, bytes: self.at, sha256, made })
    }
}
