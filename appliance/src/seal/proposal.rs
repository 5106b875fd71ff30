//! How a document would be signed, before anybody signs it: the look the box proposes, and a picture of the page made by
//! the same hands that will write it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use journal::Journal;
use office::http::{Payload, Problem};
use office::letters::http::readable;
use office::letters::model::{FileKind, Letter};
use office::letters::signing::{Look, LookKind};
use office::seals::http::may_see;
use office::seals::requests::{image, lines};
use office::seals::{Impression, ImpressionKind, Key, Preset, SigningRequest};
use office::{Error, Refusal, Viewer};
use paper::impression;
use paper::place;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::ask::Hand;
use super::certificates::must_sign;
use super::make;
use crate::{App, blocking};

/// A page on a screen, fine enough to read the letters beside the seal.
const SHOWN_DPI: u32 = 110;
/// Coarse enough to be quick, fine enough to tell a seal.
const LOOKED_AT_DPI: u32 = 100;
/// Where nobody has measured the unit's seal yet (domain: 30 to 36 mm).
const USUAL_SEAL_MM: f32 = 36.0;
/// Room for a signature nobody has brought yet.
const USUAL_SIGNATURE_MM: (f32, f32) = (45.0, 18.0);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(proposal)).routes(routes!(preview))
}

/// Which hand.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `sign` or `seal`.
    hand: Hand,
}

/// What the box proposes.
#[derive(Serialize, ToSchema)]
struct Proposal {
    /// How it would look.
    look: Look,
    /// The title the place was found under.
    title: Option<String>,
    /// The name it was found over.
    name: Option<String>,
    /// `text`: in the text of the file; `reading`: in what was read off the scan.
    how: Option<String>,
    /// The page shows a red seal already.
    shows_seal: bool,
    /// Pages of the file.
    pages: u32,
}

/// How the document of record would be signed or sealed.
#[utoipa::path(get, path = "/api/letters/{id}/signing-proposal", operation_id = "get_letters_signing_proposal", tag = "letters",
    params(("id" = Uuid, Path), Which),
    responses((status = 200, body = Proposal), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn proposal(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(which): Query<Which>,
) -> Result<Json<Proposal>, Error> {
    must_sign(&viewer)?;
    let found = found(&app, &viewer, id, which.hand).await?;
    let how = found.block.as_ref().map(|block| match block.how {
        place::How::Text => "text".to_owned(),
        place::How::Reading => "reading".to_owned(),
    });
    Ok(Json(Proposal {
        look: found.look,
        title: found.block.as_ref().map(|block| block.title.clone()),
        name: found.block.map(|block| block.name),
        how,
        shows_seal: found.shows_seal,
        pages: found.pages,
    }))
}

/// What the box would do.
pub(super) struct Found {
    /// How it would look.
    pub(super) look: Look,
    /// The page shows a red seal already.
    pub(super) shows_seal: bool,
    block: Option<place::Found>,
    pages: u32,
}

/// The document of record and what could be put onto it.
struct Desk {
    letter: Letter,
    impression: Option<Impression>,
    preset: Preset,
}

/// Looks at the document of record.
pub(super) async fn found(app: &App, viewer: &Viewer, id: Uuid, hand: Hand) -> Result<Found, Error> {
    let desk = laid_out(app, viewer, id, hand).await?;
    let journal = app.desk.journal().clone();
    let _room = app.bench.room().await;
    blocking(move || looked_at(&journal, &desk, hand)).await?
}

async fn laid_out(app: &App, viewer: &Viewer, id: Uuid, hand: Hand) -> Result<Desk, Error> {
    let viewer = viewer.clone();
    app.desk
        .read(move |rows| {
            let letter = readable(rows, &viewer, id)?;
            let all: Vec<Impression> = rows.all()?;
            let wanted = match hand {
                Hand::Sign => ImpressionKind::Signature,
                Hand::Seal => ImpressionKind::Seal,
            };
            let own =
                |found: &Impression| !found.withdrawn && found.kind == wanted && may_see(found, &viewer);
            // The last one that was brought is the one in use.
            let impression = all.into_iter().filter(own).max_by_key(|found| found.id);
            let preset = office::seals::rules::settings(rows)?.preset;
            Ok(Desk { letter, impression, preset })
        })
        .await
}

fn looked_at(journal: &Journal, desk: &Desk, hand: Hand) -> Result<Found, Error> {
    let Some(file) = desk.letter.files.last() else { return Err(no_file().into()) };
    let pdf = make::blob(journal, file.paper.name)?;
    // A file whose text cannot be read is signed all the same, with text in the corner.
    let block = place::find(&pdf).ok().flatten();
    let digitised = file.kind == FileKind::Scan;
    let look = match (&desk.impression, &block) {
        (Some(image), Some(block)) if !digitised => make::picture_at(image.id, &place_of(block, image, hand)),
        (Some(image), _) if digitised && hand == Hand::Seal && desk.preset == Preset::SealImage => {
            Look { kind: LookKind::CornerSeal, impression: Some(image.id), ..Look::default() }
        }
        (None, Some(_)) if hand == Hand::Sign => Look { kind: LookKind::Hidden, ..Look::default() },
        _ => Look::default(),
    };
    let shows_seal = hand == Hand::Seal && shows_seal(&pdf, file.paper.pages, block.as_ref());
    Ok(Found { look, shows_seal, block, pages: file.paper.pages })
}

fn place_of(block: &place::Found, image: &Impression, hand: Hand) -> paper::Place {
    let own = (image.width_mm, image.height_mm);
    match hand {
        Hand::Sign => block.places(own, (USUAL_SEAL_MM, USUAL_SEAL_MM)).signature,
        Hand::Seal => block.places(USUAL_SIGNATURE_MM, own).seal,
    }
}

/// Whether the first page, the last or the one with the signer's name shows a red seal.
fn shows_seal(pdf: &[u8], pages: u32, block: Option<&place::Found>) -> bool {
    let mut looked_at = vec![1, pages];
    looked_at.extend(block.map(|block| block.room.page));
    looked_at.sort_unstable();
    looked_at.dedup();
    looked_at.into_iter().any(|page| {
        let drawn = place::picture(pdf, page, LOOKED_AT_DPI).map(|drawn| drawn.png());
        drawn.is_ok_and(|png| impression::seals(&png, LOOKED_AT_DPI).is_ok_and(|seals| !seals.is_empty()))
    })
}

/// What is to be shown.
#[derive(Deserialize, ToSchema)]
struct Preview {
    hand: Hand,
    look: Look,
    /// The page, from 1; the one the look is on where nothing is said.
    page: Option<u32>,
}

/// The page as it will be signed, drawn from the file that would be signed.
#[utoipa::path(post, path = "/api/letters/{id}/signing-preview", operation_id = "letters_signing_preview", tag = "letters",
    params(("id" = Uuid, Path)), request_body = Preview,
    responses((status = 200, content_type = "image/png"), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn preview(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Payload(preview): Payload<Preview>,
) -> Result<Response, Error> {
    must_sign(&viewer)?;
    let request = as_if_asked(&app, &viewer, id, &preview).await?;
    let page = preview.page.or(preview.look.place.map(|place| place.page)).unwrap_or(1);
    let (journal, now) = (app.desk.journal().clone(), app.desk.now());
    let _room = app.bench.room().await;
    let png = blocking(move || -> Result<Vec<u8>, Error> {
        let pdf = make::blob(&journal, request.pdf)?;
        let unsigned = make::prepared(&journal, &pdf, &request, now)?.unsigned().map_err(make::not_signed)?;
        let drawn = place::picture(&unsigned.into_bytes(), page, SHOWN_DPI);
        Ok(drawn.map_err(|_| not_drawn())?.png())
    })
    .await??;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")], png).into_response())
}

/// The request as it would be, without a key.
async fn as_if_asked(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    preview: &Preview,
) -> Result<SigningRequest, Error> {
    let (viewer, look, hand) = (viewer.clone(), preview.look.clone(), preview.hand);
    app.desk
        .read(move |rows| {
            let letter = readable(rows, &viewer, id)?;
            let unit = office::units::rules::current(rows)?.map(|unit| unit.facts.name).unwrap_or_default();
            let file = letter.files.last().ok_or_else(no_file)?;
            Ok(SigningRequest {
                letter: id,
                signature: (hand == Hand::Sign).then(Uuid::nil),
                certificate: Uuid::nil(),
                key: Key::Elsewhere,
                chain: None,
                prepared: false,
                pdf: file.paper.name,
                pages: file.paper.pages,
                image: image(rows, &look)?,
                look,
                lines: lines(&letter, &unit),
                name: unit,
                reason: String::new(),
            })
        })
        .await
}

fn no_file() -> Refusal {
    Refusal::new("sign.no_file", 422, "Văn bản chưa có tệp nào để ký. Hãy gắn bản quét hoặc tệp trước.")
}

fn not_drawn() -> Refusal {
    Refusal::new(
        "sign.not_drawn",
        422,
        "Chưa vẽ được trang này để xem trước. Văn bản vẫn ký được; hãy mở tệp PDF để xem trang.",
    )
}
