//! Arrival stamps and separator sheets, with the codes by which paper finds its line of the book when it is scanned.

use axum::extract::{Query, State};
use axum::response::Response;
use office::http::Problem;
use office::letters::Letter;
use office::letters::http::readable;
use office::letters::model::State as LetterState;
use office::letters::types;
use office::letters::view::number_text;
use office::{Actor, Error, Refusal, Role, Viewer};
use paper::typeset::{self, Labels, Modules, Separator, SeparatorOf, Stamp};
use serde::Deserialize;
use sight::mark::Mark;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Book;

use super::{not_set, set, short, unit};
use crate::App;

/// Most stamps and most separators in one file.
const MOST: usize = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stamps)).routes(routes!(separators))
}

/// Sheets of labels; the page has the same ones.
#[derive(Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
enum LabelSheet {
    /// Plain paper, cut along the frames.
    #[default]
    #[serde(rename = "plain")]
    Plain,
    /// Adhesive labels of 52.5 x 35 mm.
    #[serde(rename = "52x35")]
    L52X35,
    /// Adhesive labels of 70 x 37 mm.
    #[serde(rename = "70x37")]
    L70X37,
}

/// Whose stamps, and where on the sheet.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Stamps {
    /// The documents in their order, with commas between.
    #[serde(default)]
    letters: String,
    /// On which labels.
    #[serde(default)]
    #[param(inline)]
    labels: LabelSheet,
    /// The first label that is not used up, counted from 1.
    first: Option<usize>,
}

/// Arrival stamps, as PDF.
#[utoipa::path(get, path = "/api/marks/stamps.pdf", operation_id = "get_marks_stamps", tag = "marks", params(Stamps),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, description = "print.*", body = Problem)))]
async fn stamps(
    viewer: Viewer,
    State(app): State<App>,
    Query(asked): Query<Stamps>,
) -> Result<Response, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    let ids = asked.letters.split(',').filter(|id| !id.is_empty()).map(str::parse);
    let ids: Vec<Uuid> = ids.collect::<Result<_, _>>().map_err(|_| Refusal::not_found())?;
    if ids.is_empty() || ids.len() > MOST {
        let sentence = format!("Hãy chọn từ 1 đến {MOST} văn bản cần tem rồi tải lại.");
        return Err(Refusal::new("print.how_many", 422, sentence).into());
    }
    let letters = app.desk.read(move |rows| {
        ids.iter().map(|id| readable(rows, &viewer, *id)).collect::<Result<Vec<Letter>, _>>()
    });
    let unit = unit(&app).await?;
    let stamp = |letter: &Letter| {
        let number = number_text(letter).filter(|_| letter.book == Book::Incoming);
        let number = number.filter(|_| letter.state != LetterState::Void).ok_or_else(no_stamp)?;
        let (unit, day) = (unit.facts.name.clone(), short(letter.entered_on));
        Ok(Stamp { unit, number, day, code: code(Mark::StampOf(letter.id))? })
    };
    let stamps = letters.await?.iter().map(stamp).collect::<Result<Vec<_>, Error>>()?;
    let labels = match asked.labels {
        LabelSheet::Plain => Labels::PLAIN,
        LabelSheet::L52X35 => Labels::L52X35,
        LabelSheet::L70X37 => Labels::L70X37,
    };
    let first = asked.first.unwrap_or(1);
    let make =
        move |faces: &_, about: &_| typeset::stamps(labels, first, &stamps, faces, about).map_err(not_set);
    set(&app, "Tem đến".into(), &unit, make).await
}

pub(crate) fn no_stamp() -> Error {
    let sentence =
        "Chỉ văn bản đến đã có số và không bị hủy mới có tem. Hãy bỏ chọn văn bản khác rồi tải lại.";
    Refusal::new("print.no_stamp", 422, sentence).into()
}

/// How many sheets, and for what.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Separators {
    /// One where nothing is said.
    sheets: Option<u32>,
    /// The document the paper behind the sheet belongs to; a new one where none is named.
    letter: Option<Uuid>,
}

/// Separator sheets, as PDF.
#[utoipa::path(get, path = "/api/marks/separators.pdf", operation_id = "get_marks_separators", tag = "marks", params(Separators),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, description = "print.*", body = Problem)))]
async fn separators(
    viewer: Viewer,
    State(app): State<App>,
    Query(asked): Query<Separators>,
) -> Result<Response, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    let sheets = asked.sheets.unwrap_or(1);
    if sheets == 0 || sheets as usize > MOST {
        let sentence = format!("Hãy ghi số tờ từ 1 đến {MOST} rồi tải lại.");
        return Err(Refusal::new("print.how_many", 422, sentence).into());
    }
    let separator = match asked.letter {
        None => Separator { code: code(Mark::Separator)?, of: None },
        Some(id) => {
            let letter = app.desk.read(move |rows| readable(rows, &viewer, id)).await?;
            Separator { code: code(Mark::SheetOf(id))?, of: Some(leads_to(&letter)) }
        }
    };
    let unit = unit(&app).await?;
    let make =
        move |faces: &_, about: &_| typeset::separators(&separator, sheets, faces, about).map_err(not_set);
    set(&app, "Tờ ngăn".into(), &unit, make).await
}

fn leads_to(letter: &Letter) -> SeparatorOf {
    let kind = if letter.book == Book::Incoming { "Văn bản đến" } else { "Văn bản" };
    let name = match number_text(letter) {
        Some(number) => format!("{kind} số {number}"),
        None => kind.into(),
    };
    let subject = format!("{}: {}", types::name_of(&letter.facts.document_type), letter.facts.subject);
    SeparatorOf { name, subject }
}

fn code(mark: Mark) -> Result<Modules, Error> {
    Modules::new(mark.modules()).ok_or_else(|| Error::Broken("a mark is no square".into()))
}
