//! How a document would be signed, before anybody signs it: the look the box proposes, and a picture of the page made by
//! the same hands that will write it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use journal::Rows;
use office::delegations;
use office::http::{Payload, Problem};
use office::letters::http::readable;
use office::letters::model::Letter;
use office::letters::placement::Placement;
use office::letters::signers::block_lines;
use office::letters::signing::{Capacity, Look, LookKind, Place};
use office::seals::http::may_see;
use office::seals::requests::image;
use office::seals::{Impression, ImpressionKind, Key, Preset, SigningRequest};
use office::{Error, Refusal, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Book;

use super::ask::Hand;
use super::certificates::must_sign;
use super::make;
use super::pages::{Block, Looked, Sizes};
use super::whose::Whose;
use crate::derived::laid::{Laying, NotLaid, OfRegister, update};
use crate::{App, blocking};

/// A page on a screen, fine enough to read the letters beside the seal.
const SHOWN_DPI: u32 = 110;
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
    /// The unit's signature is text in the corner and nothing else: the document came in, or is a copy.
    text_only: bool,
    /// The page bears another number or day than the register: what it bears, and what to do.
    contradiction: Option<String>,
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
    let how = found.block.as_ref().map(|block| block.how.clone());
    let contradiction = contradiction(&app, &viewer, id).await?;
    Ok(Json(Proposal {
        look: found.look,
        title: found.block.as_ref().map(|block| block.title.clone()),
        name: found.block.map(|block| block.name),
        how,
        shows_seal: found.shows_seal,
        pages: found.pages,
        text_only: found.text_only,
        contradiction,
    }))
}

/// What a page that was born digital says against the register; what was read off a scan is too unsure for that.
async fn contradiction(app: &App, viewer: &Viewer, id: Uuid) -> Result<Option<String>, Error> {
    let viewer = viewer.clone();
    let letter = app.desk.read(move |rows| readable(rows, &viewer, id)).await?;
    let (Some(file), Some(day)) = (letter.files.last(), letter.facts.issue_date) else { return Ok(None) };
    let number = letter.facts.reference_code.clone();
    if letter.book == Book::Incoming || letter.number.is_none() || letter.is_of_paper() {
        return Ok(None);
    }
    let (journal, name) = (app.desk.journal().clone(), file.paper.name);
    let _room = app.bench.room().await;
    let pdf = blocking(move || make::blob(&journal, name)).await??;
    Ok(match update(app, &pdf, &Laying::Numbered(OfRegister::new(&number, day))).await? {
        Err(NotLaid::Contradiction(written)) => Some(format!(
            "Trên trang ghi “{written}”, còn sổ ghi số {number} ngày {}. Hãy xem lại: gắn nhầm tệp thì gắn lại đúng tệp rồi mới ký.",
            day.format("%d/%m/%Y")
        )),
        _ => None,
    })
}

/// What the box would do.
pub(super) struct Found {
    /// How it would look.
    pub(super) look: Look,
    /// Where the place was found on the page.
    pub(super) place: Option<Place>,
    /// The page shows a red seal already.
    pub(super) shows_seal: bool,
    /// Blank paper of page one, for a seal beside its text.
    pub(super) seal_room: Option<Place>,
    block: Option<Block>,
    pages: u32,
    text_only: bool,
}

/// The document of record and what could be put onto it.
struct Desk {
    letter: Letter,
    impression: Option<Impression>,
    preset: Preset,
    /// Where this hand put its image on the last document of this type.
    placement: Option<Placement>,
    /// The block this hand's image belongs in.
    whose: Whose,
}

/// Looks at the document of record.
pub(super) async fn found(app: &App, viewer: &Viewer, id: Uuid, hand: Hand) -> Result<Found, Error> {
    let desk = laid_out(app, viewer, id, hand).await?;
    let Some(file) = desk.letter.files.last() else { return Err(no_file().into()) };
    let (journal, name) = (app.desk.journal().clone(), file.paper.name);
    let _room = app.bench.room().await;
    let pdf = blocking(move || make::blob(&journal, name)).await??;
    let looked = app.pages.look(&pdf, &sizes(&desk, hand, file.paper.pages)).await;
    let place =
        looked.block.as_ref().map(|block| if hand == Hand::Sign { block.signature } else { block.seal });
    // A copy is certified by text in the corner; between title and name stands what was on paper.
    let is_copy = match hand {
        Hand::Sign => desk.letter.is_of_paper(),
        Hand::Seal => desk.letter.is_sealed_as_copy(),
    };
    let look = match proposed(&desk, is_copy, hand, place) {
        // A second red seal is somebody's decision, not a proposal.
        look if looked.shows_seal && look.has_image() => Look::default(),
        look => on_blank_paper(look, looked.seal_room),
    };
    let Looked { block, shows_seal, seal_room } = looked;
    let text_only = desk.letter.is_always_text();
    Ok(Found { look, place, shows_seal, seal_room, block, pages: file.paper.pages, text_only })
}

/// A seal beside its text stands where page one has blank paper for it; where there is none, the text stands alone.
pub(super) fn on_blank_paper(look: Look, seal_room: Option<Place>) -> Look {
    match (look.kind, seal_room) {
        (LookKind::CornerSeal, Some(_)) => Look { place: seal_room, ..look },
        // What was decided stays decided.
        (LookKind::CornerSeal, None) => Look { untrusted_signer: look.untrusted_signer, ..Look::default() },
        _ => look,
    }
}

impl Desk {
    fn pages(&self) -> u32 {
        self.letter.files.last().map_or(0, |file| file.paper.pages)
    }
}

fn sizes(desk: &Desk, hand: Hand, pages: u32) -> Sizes {
    let own = desk.impression.as_ref().map(|image| (image.width_mm, image.height_mm));
    let (signature, seal) = match hand {
        Hand::Sign => (own.unwrap_or(USUAL_SIGNATURE_MM), USUAL_SEAL_MM),
        Hand::Seal => (USUAL_SIGNATURE_MM, own.map_or(USUAL_SEAL_MM, |(width, _)| width)),
    };
    Sizes {
        signature_width_mm: signature.0,
        signature_height_mm: signature.1,
        seal_mm: seal,
        search_seal: if hand == Hand::Seal { pages } else { 0 },
        whose: desk.whose.clone(),
    }
}

fn proposed(desk: &Desk, digitised: bool, hand: Hand, found: Option<Place>) -> Look {
    let place = match &desk.placement {
        Some(before) => before.applied(found).filter(|place| place.page <= desk.pages()),
        None => found,
    };
    match (&desk.impression, place) {
        (Some(image), Some(place)) if !digitised => Look {
            kind: LookKind::Picture,
            impression: Some(image.id),
            place: Some(place),
            found,
            ..Look::default()
        },
        (Some(image), _) if digitised && hand == Hand::Seal && desk.preset == Preset::SealImage => {
            Look { kind: LookKind::CornerSeal, impression: Some(image.id), ..Look::default() }
        }
        (None, Some(_)) if hand == Hand::Sign => Look { kind: LookKind::Hidden, ..Look::default() },
        _ => Look::default(),
    }
}

/// What an image of a hand shows.
fn image_of(hand: Hand) -> ImpressionKind {
    match hand {
        Hand::Sign => ImpressionKind::Signature,
        Hand::Seal => ImpressionKind::Seal,
    }
}

async fn laid_out(app: &App, viewer: &Viewer, id: Uuid, hand: Hand) -> Result<Desk, Error> {
    let viewer = viewer.clone();
    let today = app.desk.now().in_vietnam().date_naive();
    app.desk
        .read(move |rows| {
            let letter = readable(rows, &viewer, id)?;
            let all: Vec<Impression> = rows.all()?;
            let own = |found: &Impression| {
                !found.withdrawn && found.kind == image_of(hand) && may_see(found, &viewer)
            };
            // The last one that was brought is the one in use.
            let impression = all.into_iter().filter(own).max_by_key(|found| found.id);
            let preset = office::seals::rules::settings(rows)?.preset;
            let signer = (hand == Hand::Sign).then_some(viewer.id);
            let placement = rows.get(&Placement::name(&letter.facts.document_type, signer))?;
            let whose = match hand {
                Hand::Sign => Whose::of(&letter, &viewer, &delegations::of_person(rows, viewer.id, today)?),
                // The unit's seal stands in the document's own block.
                Hand::Seal => Whose::default(),
            };
            Ok(Desk { letter, impression, preset, placement, whose })
        })
        .await
}

/// What is to be shown.
#[derive(Deserialize, ToSchema)]
struct Preview {
    hand: Hand,
    look: Look,
    /// The page, from 1; the one the look is on where nothing is said.
    page: Option<u32>,
    /// In whose place a person signs, where it is her own right.
    #[serde(default)]
    capacity: Capacity,
    /// By which delegation, where it is not.
    delegation: Option<Uuid>,
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
    Payload(mut preview): Payload<Preview>,
) -> Result<Response, Error> {
    must_sign(&viewer)?;
    if preview.look.kind == LookKind::CornerSeal {
        let found = found(&app, &viewer, id, preview.hand).await?;
        preview.look = on_blank_paper(preview.look, found.seal_room);
    }
    let request = as_if_asked(&app, &viewer, id, &preview).await?;
    let page = preview.page.or(preview.look.place.map(|place| place.page)).unwrap_or(1);
    let (journal, now) = (app.desk.journal().clone(), app.desk.now());
    let _room = app.bench.room().await;
    let unsigned = blocking(move || -> Result<Vec<u8>, Error> {
        let pdf = make::blob(&journal, request.pdf)?;
        let unsigned = make::prepared(&journal, &pdf, &request, now)?.unsigned().map_err(make::not_signed)?;
        Ok(unsigned.into_bytes())
    })
    .await??;
    let png = app.pages.draw(&unsigned, page, SHOWN_DPI).await.map_err(|_| not_drawn())?;
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
    let (capacity, delegation) = (preview.capacity, preview.delegation);
    let today = app.desk.now().in_vietnam().date_naive();
    app.desk
        .read(move |rows| {
            let letter = readable(rows, &viewer, id)?;
            own_image(rows, &viewer, &look, hand)?;
            let unit = office::units::rules::current(rows)?.map(|unit| unit.facts.name).unwrap_or_default();
            let file = letter.files.last().ok_or_else(no_file)?;
            let lines = match hand {
                Hand::Seal => letter.block_lines(&unit),
                Hand::Sign => {
                    let held = delegations::of_person(rows, viewer.id, today)?;
                    let by = held.iter().find(|held| Some(held.id) == delegation);
                    block_lines(by.map_or(capacity, |held| held.capacity), &viewer.name, &unit)
                }
            };
            Ok(SigningRequest {
                letter: id,
                signature: (hand == Hand::Sign).then(Uuid::nil),
                annex: None,
                certificate: Uuid::nil(),
                key: Key::Elsewhere,
                chain: None,
                prepared: false,
                pdf: file.paper.name,
                pages: file.paper.pages,
                image: image(rows, &look)?,
                look,
                lines,
                name: unit,
                reason: String::new(),
            })
        })
        .await
}

/// The image of a look is the hand's own, as for a signature: nobody sees another's on a page, nor one that was withdrawn.
fn own_image(rows: &Rows<'_>, viewer: &Viewer, look: &Look, hand: Hand) -> Result<(), Error> {
    let Some(id) = look.impression.filter(|_| look.has_image()) else { return Ok(()) };
    let found: Option<Impression> = rows.get(&id.to_string())?;
    let own =
        found.filter(|found| !found.withdrawn && found.kind == image_of(hand) && may_see(found, viewer));
    own.map(drop).ok_or_else(|| Refusal::not_found().into())
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
