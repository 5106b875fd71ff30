//! What a file is, found out by looking into it: pages at rest, or a PDF that is kept whole. Believes nothing the file
//! says of itself.

use journal::{Blobs, Fault, Journal};
use office::Error;
use office::scans::{Keep, Paper, Photo, Way};
use paper::{Converted, InspectError, Kind, Scanned, TiffPages};
use sight::Picture;
use wire::Sha256;

use super::refused;

/// Most pages a job on the desk holds; a longer PDF is kept whole.
const MOST_PAGES: usize = 1_000;
/// A photograph says nothing of its resolution; this one is good for finding a sheet in it.
const PHOTO_DPI: u32 = 300;

/// What a file turned out to be.
pub(super) enum Content {
    /// A PDF, kept byte for byte.
    Whole(Paper),
    /// Pages at rest.
    Pages {
        /// In order.
        pages: Vec<Page>,
        /// The PDF they were taken out of.
        file: Option<Paper>,
    },
}

/// A page at rest.
pub(super) struct Page {
    pub(super) keep: Keep,
    /// Clockwise, so that it stands upright.
    pub(super) turn_degrees: u16,
}

/// Looks into a blob. What is refused leaves an orphan, swept at the next start.
///
/// # Errors
/// A refusal `upload.*`; or a full disk.
pub(super) fn opened(journal: &Journal, name: Sha256, way: Way) -> Result<Content, Error> {
    let blobs = journal.blobs();
    let bytes = blobs.read(&name)?.ok_or(Fault::MissingBlob(name))?;
    let found = match paper::inspect(&bytes) {
        // A phone's camera has more dots than a page needs; they are reduced before anything is made of them.
        Err(InspectError::TooManyPixels { .. }) if way == Way::Photo => None,
        found => Some(found.map_err(refused::file)?.kind),
    };
    match found {
        Some(Kind::Pdf { pages, signed }) => {
            let whole = Paper { name, pages, bytes: bytes.len() as u64, signed };
            let scanned = if signed || pages as usize > MOST_PAGES { None } else { Scanned::of(&bytes) };
            drop(bytes);
            Ok(match scanned.and_then(|scanned| taken_apart(blobs, &scanned).transpose()).transpose()? {
                Some(pages) => Content::Pages { pages, file: Some(whole) },
                None => Content::Whole(whole),
            })
        }
        Some(Kind::Tiff { .. }) => Ok(Content::Pages { pages: stack(blobs, &bytes)?, file: None }),
        Some(Kind::Image { .. }) if way != Way::Photo => {
            let page = paper::image_to_capture(&bytes).map_err(refused::picture)?;
            let keep = at_rest(blobs, page)?.map_err(refused::sight)?;
            Ok(one(keep))
        }
        Some(Kind::Image { .. }) | None => Ok(one(photographed(blobs, name, &bytes)?)),
    }
}

fn one(keep: Keep) -> Content {
    Content::Pages { pages: vec![Page { keep, turn_degrees: 0 }], file: None }
}

/// The pages of a scanned PDF; none where one of them cannot be shown, because then all of it is kept whole.
fn taken_apart(blobs: &Blobs, scanned: &Scanned) -> Result<Option<Vec<Page>>, Error> {
    let mut pages: Vec<Page> = Vec::with_capacity(scanned.pages());
    for place in 0..scanned.pages() {
        let Ok((capture, turn_degrees)) = scanned.page(place) else { return Ok(None) };
        // A file of a thousand times the same page is made in a moment; it must not keep the box for minutes.
        let name = Sha256::of(&capture.bytes);
        let again = pages.iter().find(|page| page.keep.capture == name);
        let keep = match again {
            Some(page) => Keep { dpi: capture.dpi, ..page.keep.clone() },
            None => match at_rest(blobs, capture)? {
                Ok(keep) => keep,
                Err(_) => return Ok(None),
            },
        };
        pages.push(Page { keep, turn_degrees });
    }
    Ok(Some(pages))
}

fn stack(blobs: &Blobs, bytes: &[u8]) -> Result<Vec<Page>, Error> {
    let mut pages = Vec::new();
    for capture in TiffPages::of(bytes).map_err(refused::picture)? {
        if pages.len() == MOST_PAGES {
            let (claimed, most) = (MOST_PAGES as u32 + 1, MOST_PAGES as u32);
            return Err(refused::file(InspectError::TooManyPages { claimed, most }));
        }
        let keep = at_rest(blobs, capture.map_err(refused::picture)?)?.map_err(refused::sight)?;
        pages.push(Page { keep, turn_degrees: 0 });
    }
    Ok(pages)
}

/// A capture and its small picture, brought to the disk. The inner error: nobody can make a picture of it.
fn at_rest(blobs: &Blobs, page: Converted) -> Result<Result<Keep, sight::SightError>, Fault> {
    let thumbnail = match sight::thumbnail(&page.bytes) {
        Ok(thumbnail) => thumbnail,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(Keep {
        capture: blobs.put(&page.bytes)?,
        thumbnail: blobs.put(&thumbnail)?,
        width_px: page.width_px,
        height_px: page.height_px,
        dpi: page.dpi,
        side: None,
        photo: None,
    }))
}

/// The sheet in a photograph as a flat page; the whole picture where no sheet is seen.
fn photographed(blobs: &Blobs, original: Sha256, bytes: &[u8]) -> Result<Keep, Error> {
    let seen = Picture::read(bytes, PHOTO_DPI).map_err(refused::sight)?;
    let corners = sight::sheet_in(&seen).map(|corners| corners.0);
    drop(seen);
    flattened(blobs, original, bytes, corners)
}

/// A photograph flat by these corners, or upright without any, brought to the disk.
///
/// # Errors
/// A refusal `upload.*` or `page.corners`; or a full disk.
pub(super) fn flattened(
    blobs: &Blobs,
    original: Sha256,
    bytes: &[u8],
    corners: Option<[[f32; 2]; 4]>,
) -> Result<Keep, Error> {
    let flat = match corners {
        Some(corners) => sight::straightened(bytes, &sight::Corners(corners)),
        None => sight::upright(bytes),
    };
    let flat = flat.map_err(refused::sight)?;
    Ok(Keep {
        capture: blobs.put(&flat.bytes)?,
        thumbnail: blobs.put(&flat.thumbnail)?,
        width_px: flat.width_px,
        height_px: flat.height_px,
        dpi: flat.dpi,
        side: None,
        photo: Some(Photo { original, corners }),
    })
}
