//! What an uploaded file is, found out cheaply: a file that lies about its size must not cost memory.

use crate::{capture::CaptureFault, jpeg, png, standing::MOST_UNPACKED_BYTES, tiff};
use lopdf::{Dictionary, Document, Error as PdfError, LoadOptions, Object};

/// The largest upload: a book of 300 pages scanned in colour.
pub const MOST_BYTES: usize = 200 << 20;
/// The longest document that is registered as one.
pub const MOST_PAGES: u32 = 2000;
/// The largest picture: A4 at 600 dpi has 35 million pixels, and a decoded picture takes three bytes for each.
pub const MOST_PIXELS: u64 = 50_000_000;

/// What an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its kind and the facts of that kind.
    pub kind: Kind,
    /// Its length.
    pub bytes: u64,
}

/// The kinds of file that are taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A PDF that can be opened without a password.
    Pdf {
        /// Number of pages.
        pages: u32,
        /// Whether a signature stands in it; whether it is valid is not looked at.
        signed: bool,
    },
    /// A picture.
    Image {
        /// Its coding.
        format: ImageFormat,
        /// Width in pixels, as stored.
        width_px: u32,
        /// Height in pixels, as stored.
        height_px: u32,
        /// Dots per inch, where it says so.
        dpi: Option<u32>,
    },
    /// A TIFF, which copiers and fax machines send as a stack of pages.
    Tiff {
        /// Number of pages.
        pages: u32,
    },
}

/// Codings of pictures that are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG.
    Png,
}

/// Why an upload is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InspectError {
    /// Neither PDF nor JPEG nor PNG nor TIFF.
    #[error("neither PDF nor JPEG nor PNG nor TIFF")]
    NotPdfOrImage,
    /// Longer than [`MOST_BYTES`].
    #[error("{bytes} bytes; at most {most}")]
    TooLarge {
        /// Its length.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// More pages than [`MOST_PAGES`].
    #[error("{claimed} pages; at most {most}")]
    TooManyPages {
        /// What the file says, or as far as was counted.
        claimed: u32,
        /// The limit.
        most: u32,
    },
    /// More pixels than [`MOST_PIXELS`].
    #[error("{width_px} x {height_px} px; at most {most} pixels")]
    TooManyPixels {
        /// Width the header claims.
        width_px: u32,
        /// Height the header claims.
        height_px: u32,
        /// The limit.
        most: u64,
    },
    /// Protected by a password.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// Cut short, inconsistent, or unpacking to more than it should.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// Says what `bytes` is, or why it is not taken in. Pictures are not decoded, page contents not unpacked.
pub fn inspect(bytes: &[u8]) -> Result<Upload, InspectError> {
    let length = bytes.len() as u64;
    if bytes.len() > MOST_BYTES {
        return Err(InspectError::TooLarge { bytes: length, most: MOST_BYTES as u64 });
    }
    let kind = if jpeg::is_jpeg(bytes) {
        let facts = jpeg::read(bytes).map_err(damaged)?;
        image(ImageFormat::Jpeg, facts.width_px, facts.height_px, facts.dpi)?
    } else if png::is_png(bytes) {
        let facts = png::read(bytes).map_err(damaged)?;
        image(ImageFormat::Png, facts.width_px, facts.height_px, facts.dpi)?
    } else if tiff::is_tiff(bytes) {
        Kind::Tiff { pages: tiff::pages(bytes)? }
    } else if bytes.starts_with(b"%PDF-") {
        pdf(bytes)?
    } else {
        return Err(InspectError::NotPdfOrImage);
    };
    Ok(Upload { kind, bytes: length })
}

fn image(format: ImageFormat, width_px: u32, height_px: u32, dpi: Option<u32>) -> Result<Kind, InspectError> {
    if u64::from(width_px) * u64::from(height_px) > MOST_PIXELS {
        return Err(InspectError::TooManyPixels { width_px, height_px, most: MOST_PIXELS });
    }
    Ok(Kind::Image { format, width_px, height_px, dpi })
}

fn pdf(bytes: &[u8]) -> Result<Kind, InspectError> {
    let options = LoadOptions { max_decompressed_size: Some(MOST_UNPACKED_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|e| match e {
        PdfError::Decryption(_) | PdfError::InvalidPassword | PdfError::UnsupportedSecurityHandler(_) => {
            InspectError::Encrypted
        }
        other => InspectError::Damaged(other.to_string()),
    })?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(InspectError::Encrypted);
    }
    let pages = pages(&document)?;
    Ok(Kind::Pdf { pages, signed: is_signed(&document) })
}

/// The claim is believed when it is too high, and counted when it is not: a claim of one page may hide thousands.
pub(crate) fn pages(document: &Document) -> Result<u32, InspectError> {
    let most = MOST_PAGES;
    let tree = document.catalog().and_then(|catalog| catalog.get_deref(b"Pages", document)?.as_dict());
    let tree = tree.map_err(|e| InspectError::Damaged(e.to_string()))?;
    let claimed = tree.get_deref(b"Count", document).and_then(Object::as_i64).unwrap_or_default();
    let claimed = u32::try_from(claimed.max(0)).unwrap_or(u32::MAX);
    if claimed > most {
        return Err(InspectError::TooManyPages { claimed, most });
    }
    match count_leaves(document, tree) {
        0 => Err(InspectError::Damaged("no pages".into())),
        counted if counted > most => Err(InspectError::TooManyPages { claimed: counted, most }),
        counted => Ok(counted),
    }
}

/// Walks the page tree as a reader does, until it is found too long; a tree that runs in a circle is too long as well.
fn count_leaves(document: &Document, tree: &Dictionary) -> u32 {
    let kids =
        |node: &'_ Dictionary| node.get_deref(b"Kids", document).and_then(Object::as_array).cloned().ok();
    let (mut leaves, mut branches) = (0, 0);
    let mut waiting = kids(tree).unwrap_or_default();
    while let Some(kid) = waiting.pop() {
        match document.dereference(&kid).ok().and_then(|(_, kid)| kid.as_dict().ok()).and_then(kids) {
            Some(more) => {
                branches += 1;
                waiting.extend(more);
            }
            None => leaves += 1,
        }
        if leaves.max(branches) > MOST_PAGES {
            return MOST_PAGES + 1;
        }
    }
    leaves
}

/// A signature field that has been filled (ISO 32000-1 §12.8.1) leaves a dictionary with a `/ByteRange`.
fn is_signed(document: &Document) -> bool {
    document.objects.values().filter_map(|object| object.as_dict().ok()).any(|dictionary| {
        dictionary.has(b"ByteRange")
            && dictionary.get(b"Contents").is_ok_and(|contents| matches!(contents, Object::String(..)))
    })
}

fn damaged(fault: CaptureFault) -> InspectError {
    InspectError::Damaged(fault.to_string())
}
