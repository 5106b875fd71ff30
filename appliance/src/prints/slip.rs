//! Phiếu giải quyết văn bản đến: what was said of a document so far, and room for what will be written by hand.

use axum::extract::{Path, State};
use axum::response::Response;
use office::http::Problem;
use office::letters::Letter;
use office::letters::http::readable;
use office::letters::model::{Done, Part, Step};
use office::letters::types;
use office::letters::view::number_text;
use office::units::Unit;
use office::{Actor, Error, Refusal, Role, Viewer};
use paper::typeset::{self, Slip, SlipItem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::{Book, Stamp};

use super::{long, not_set, set, short, unit};
use crate::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(slip))
}

/// The slip of an arrived document, as PDF.
#[utoipa::path(get, path = "/api/letters/{id}/slip.pdf", operation_id = "get_letters_slip", tag = "letters",
    params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, description = "print.*", body = Problem)))]
async fn slip(viewer: Viewer, State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let letter = app.desk.read(move |rows| readable(rows, &viewer, id)).await?;
    let Some(number) = number_text(&letter).filter(|_| letter.book == Book::Incoming) else {
        let sentence = "Phiếu giải quyết chỉ có cho văn bản đến đã vào sổ. Hãy mở một văn bản đến rồi in.";
        return Err(Refusal::new("print.no_slip", 422, sentence).into());
    };
    let unit = unit(&app).await?;
    let title = format!("Phiếu giải quyết văn bản đến số {number}-{}", letter.year);
    let slip = said_of(&letter, &number, &unit, app.today());
    set(&app, title, &unit, move |faces, about| typeset::slip(&slip, faces, about).map_err(not_set)).await
}

fn said_of(letter: &Letter, number: &str, unit: &Unit, today: chrono::NaiveDate) -> Slip {
    let facts = &letter.facts;
    let place =
        Some(unit.facts.place.as_str()).filter(|place| !place.is_empty()).unwrap_or("..................");
    let dated = facts.issue_date.map(|day| format!(" {}", long(day))).unwrap_or_default();
    let directed = || letter.way.iter().filter(|step| step.what == Done::Directed);
    let reports = || letter.way.iter().filter(|step| matches!(step.what, Done::Reported | Done::Completed));
    let people = |part: Part| {
        let named = letter.assignments.iter().filter(|share| share.role == part);
        named.map(|share| share.person.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    Slip {
        unit: unit.facts.name.clone(),
        place_and_date: format!("{place}, {}", long(today)),
        document: format!(
            "{} số {}{dated} của {}\n{}",
            types::name_of(&facts.document_type),
            facts.reference_code,
            facts.issuing_body,
            facts.subject
        ),
        arrival: format!("Số đến: {number}; ngày đến: {}", short(letter.entered_on)),
        leader: vec![
            item("Ý kiến", words_of(directed()), 3),
            item("Giao đơn vị, cá nhân chủ trì", people(Part::Lead), 0),
            item("Giao các đơn vị, cá nhân phối hợp giải quyết (nếu có)", people(Part::Cooperating), 1),
            item("Thời hạn giải quyết (nếu có)", short(facts.due_date), 0),
            item("Ngày tháng cho ý kiến phân phối, giải quyết", last_day(directed()), 0),
        ],
        section: vec![
            item("Giao cho cá nhân", String::new(), 1),
            item("Thời hạn giải quyết (nếu có)", String::new(), 0),
            item("Ngày, tháng, năm cho ý kiến", String::new(), 0),
        ],
        handler: vec![
            item("Ý kiến đề xuất giải quyết", words_of(reports()), 3),
            item("Ngày, tháng, năm đề xuất ý kiến", last_day(reports()), 0),
        ],
    }
}

fn item(label: &str, said: String, lines: usize) -> SlipItem {
    SlipItem { label: label.into(), said, lines }
}

/// `Giao cô Hoa chủ trì. (Trần Văn Bình, 21/11/2026)`, one below the other.
fn words_of<'s>(steps: impl Iterator<Item = &'s Step>) -> String {
    let said = steps.filter_map(|step| {
        let words = step.words.as_deref()?;
        Some(format!("{words} ({}, {})", step.who, day_of(step.at)))
    });
    said.collect::<Vec<_>>().join("\n")
}

fn last_day<'s>(steps: impl Iterator<Item = &'s Step>) -> String {
    steps.last().map(|step| day_of(step.at)).unwrap_or_default()
}

fn day_of(at: Stamp) -> String {
    short(Some(at.in_vietnam().date_naive()))
}
