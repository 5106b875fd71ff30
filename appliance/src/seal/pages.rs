//! Pages of files that came from elsewhere, and scans an image is cut from, read and drawn in a child process with limits:
//! `vanthu page-worker`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use office::letters::signing::Place;
use office::seals::ImpressionKind;
use paper::impression::{self, Impression};
use paper::place;
use serde::{Deserialize, Serialize};

use super::away::{from_base64, to_base64};
use super::make::asked_place;
use super::whose::Whose;
use crate::child::{Bounds, ChildFault, said};

/// Coarse enough to be quick, fine enough to tell a seal.
const LOOKED_AT_DPI: u32 = 100;
/// A page of a file takes a tenth of a second; one that takes this long is a trap.
const WITHIN: Duration = Duration::from_secs(30);
/// Address space; the allocator reserves one of two gigabytes whatever it uses.
const MEMORY: u64 = 3 << 30;

/// Sizes of what is to be placed, millimetres.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Sizes {
    /// Width of the signature.
    pub(crate) signature_width_mm: f32,
    /// Height of the signature.
    pub(crate) signature_height_mm: f32,
    /// Diameter of the seal.
    pub(crate) seal_mm: f32,
    /// Pages of the file, of which the first, the last and the signed one are searched for a seal, and the first
    /// for blank paper for one; none if 0.
    pub(crate) search_seal: u32,
    /// Whose block.
    #[command(flatten)]
    pub(crate) whose: Whose,
}

/// What was found in a file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Looked {
    /// Where it is signed.
    pub(crate) block: Option<Block>,
    /// It shows a red seal already.
    pub(crate) shows_seal: bool,
    /// Blank paper of page one for a seal that is no part of the block; none where nothing is to be sealed, too.
    #[serde(default)]
    pub(crate) seal_room: Option<Place>,
}

/// The block a document is signed in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Block {
    /// Capacity and title.
    pub(crate) title: String,
    /// Who signs.
    pub(crate) name: String,
    /// `text` of the file, or `reading` of a scan.
    pub(crate) how: String,
    /// For the signature.
    pub(crate) signature: Place,
    /// For the seal.
    pub(crate) seal: Place,
}

/// Looks at a file; in the child. What cannot be read shows nothing.
pub(crate) fn looked_at(pdf: &[u8], sizes: &Sizes) -> Looked {
    let found = place::blocks(pdf).ok().and_then(|blocks| sizes.whose.pick(blocks));
    let shows_seal = sizes.search_seal > 0
        && shows_seal(pdf, sizes.search_seal, found.as_ref().map(|found| found.room.page));
    let signature = (sizes.signature_width_mm, sizes.signature_height_mm);
    let block = found.map(|found| {
        let places = found.places(signature, (sizes.seal_mm, sizes.seal_mm));
        let how = match found.how {
            place::How::Text => "text",
            place::How::Reading => "reading",
        };
        Block {
            title: found.title,
            name: found.name,
            how: how.into(),
            signature: asked_place(&places.signature),
            seal: asked_place(&places.seal),
        }
    });
    let is_sealed = sizes.search_seal > 0;
    let seal_room = is_sealed.then(|| place::seal_room(pdf, (sizes.seal_mm, sizes.seal_mm)).ok()).flatten();
    Looked { block, shows_seal, seal_room: seal_room.flatten().as_ref().map(asked_place) }
}

/// Whether the first page, the last or the one with the signer's name shows a red seal.
fn shows_seal(pdf: &[u8], pages: u32, signed: Option<u32>) -> bool {
    let mut searched = vec![1, pages];
    searched.extend(signed);
    searched.sort_unstable();
    searched.dedup();
    searched.into_iter().any(|page| {
        let drawn = place::picture(pdf, page, LOOKED_AT_DPI).map(|drawn| drawn.png());
        drawn.is_ok_and(|png| impression::seals(&png, LOOKED_AT_DPI).is_ok_and(|seals| !seals.is_empty()))
    })
}

/// An image that was cut out of a scan, or why none was.
#[derive(Serialize, Deserialize)]
enum Cut {
    /// The image, base64, and its true size.
    Done {
        png: String,
        width_mm: f32,
        height_mm: f32,
    },
    Refused(#[serde(with = "Refused")] impression::Refused),
}

/// [`impression::Refused`] as the child says it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "impression::Refused")]
enum Refused {
    Unreadable(String),
    Grey,
    TooCoarse(u32),
    Nothing,
    Several,
    CutOff,
    WrongSize(#[serde(with = "Spot")] impression::Spot),
    NotRound,
}

/// [`impression::Spot`] as the child says it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "impression::Spot")]
struct Spot {
    width_mm: f32,
    height_mm: f32,
}

/// Cuts an image out of a scan; in the child.
pub(crate) fn cut_out(scan: &[u8], dpi: u32, kind: impression::ImpressionKind) -> Option<Vec<u8>> {
    let cut = match impression::cut(scan, dpi, kind) {
        Ok(cut) => Cut::Done { png: to_base64(&cut.png), width_mm: cut.width_mm, height_mm: cut.height_mm },
        Err(refused) => Cut::Refused(refused),
    };
    serde_json::to_vec(&cut).ok()
}

/// Reads and draws pages in a child.
#[derive(Debug, Clone)]
pub struct Pages {
    program: PathBuf,
}

impl Pages {
    /// `program` is started as `page-worker`: this one.
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned() }
    }

    /// Looks at a file. One that cannot be looked at shows nothing: it is signed with text in its corner.
    pub(crate) async fn look(&self, pdf: &[u8], sizes: &Sizes) -> Looked {
        let numbers = [sizes.signature_width_mm, sizes.signature_height_mm, sizes.seal_mm];
        let mut arguments = vec!["look".to_owned()];
        arguments.extend(numbers.map(|mm| mm.to_string()));
        arguments.push(sizes.search_seal.to_string());
        arguments.extend(sizes.whose.arguments());
        match self.ask(&arguments, pdf).await {
            Ok(answer) => serde_json::from_slice(&answer).unwrap_or_default(),
            Err(fault) => {
                tracing::warn!(%fault, "a file cannot be looked at");
                Looked::default()
            }
        }
    }

    /// Draws a page as PNG.
    ///
    /// # Errors
    /// If the file cannot be drawn.
    pub(crate) async fn draw(&self, pdf: &[u8], page: u32, dpi: u32) -> Result<Vec<u8>, ChildFault> {
        self.ask(&["draw".to_owned(), page.to_string(), dpi.to_string()], pdf).await
    }

    /// Lays something over it; what the child says of that.
    ///
    /// # Errors
    /// If the child does not answer.
    pub(crate) async fn lay(&self, pdf: &[u8], order: String) -> Result<Vec<u8>, ChildFault> {
        self.ask(&["lay".to_owned(), order], pdf).await
    }

    /// Cuts the image of a seal or a signature out of a scan, without its diameter.
    ///
    /// # Errors
    /// If the child does not answer; the inner ones as [`impression::cut`].
    pub(crate) async fn cut(
        &self,
        scan: &[u8],
        dpi: u32,
        kind: ImpressionKind,
    ) -> Result<Result<Impression, impression::Refused>, ChildFault> {
        let kind = match kind {
            ImpressionKind::Seal => "seal",
            ImpressionKind::Signature => "signature",
        };
        let said = self.ask(&["cut".to_owned(), kind.to_owned(), dpi.to_string()], scan).await?;
        let nonsense = || ChildFault::Failed { status: "nonsense".into(), said: String::new() };
        match serde_json::from_slice(&said).map_err(|_| nonsense())? {
            Cut::Refused(refused) => Ok(Err(refused)),
            Cut::Done { png, width_mm, height_mm } => {
                let png = from_base64(&png).ok_or_else(nonsense)?;
                Ok(Ok(Impression { png, width_mm, height_mm, diameter_mm: None }))
            }
        }
    }

    async fn ask(&self, order: &[String], pdf: &[u8]) -> Result<Vec<u8>, ChildFault> {
        let arguments: Vec<OsString> =
            std::iter::once("page-worker".into()).chain(order.iter().map(OsString::from)).collect();
        let arguments: Vec<_> = arguments.iter().map(OsString::as_os_str).collect();
        said(&self.program, &arguments, pdf, &Bounds { within: WITHIN, memory: MEMORY, folder: None }).await
    }
}
