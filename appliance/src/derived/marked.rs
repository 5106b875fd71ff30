//! A copy of a document with marks on it, in the size the decree gives them, to be printed or passed on. What it is
//! filled with stands in the register.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use office::accounts::Account;
use office::http::Problem;
use office::letters::Letter;
use office::letters::http::readable;
use office::letters::model::{State as LetterState, Urgency};
use office::letters::view::number_text;
use office::units::Unit;
use office::{Actor, Error, Refusal, Role, Viewer};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::Book;

use super::laid::{Copy, Laying, laid};
use crate::files::encoded;
use crate::prints::marks::no_stamp;
use crate::prints::{long, short, unit};
use crate::seal::make::blob;
use crate::{App, blocking};

/// Longest of what a clerk writes into the block of a copy, in characters.
const MOST_CHARS: usize = 400;
/// Longest line along the edge of a page, in characters of eight points.
const MOST_EDGE_CHARS: usize = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(marked))
}

/// A mark the page can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Marking {
    /// Dấu ĐẾN with number and day.
    Arrival,
    /// Dấu độ khẩn, as the register says.
    Urgency,
    /// XEM XONG TRẢ LẠI.
    ReturnAfterReading,
    /// LƯU HÀNH NỘI BỘ.
    Internal,
    /// SAO Y.
    CertifiedCopy,
    /// SAO LỤC.
    CopyOfCertifiedCopy,
    /// TRÍCH SAO.
    CertifiedExtract,
    /// A line along the lower edge of page one.
    Edge,
}

/// Which mark, and what stands in the block of a copy.
#[derive(Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Which.
    #[param(inline)]
    mark: Marking,
    /// Number of the copy; left to the pen where nothing is said.
    #[serde(default)]
    number: String,
    /// Who signs the copy: `KT. HIỆU TRƯỞNG` and `PHÓ HIỆU TRƯỞNG` on a line each; the head where nothing is said.
    #[serde(default)]
    title: String,
    /// Her name; the head's where nothing is said.
    #[serde(default)]
    name: String,
    /// Nơi nhận, a line each.
    #[serde(default)]
    recipients: String,
    /// The line along the edge; whose print it is and of which day where nothing is said.
    #[serde(default)]
    words: String,
}

/// The document of record with a mark laid over a copy of it, as PDF.
#[utoipa::path(get, path = "/api/letters/{id}/marked.pdf", operation_id = "get_letters_marked", tag = "letters",
    params(("id" = Uuid, Path), Asked),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, description = "print.*", body = Problem)))]
async fn marked(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    Actor::Person(viewer.clone()).must_be(&[Role::Clerk])?;
    let (letter, head) = app
        .desk
        .read(move |rows| {
            let accounts: Vec<Account> = rows.all()?;
            let head = accounts.into_iter().find(|account| account.active && account.role == Role::Head);
            Ok((readable(rows, &viewer, id)?, head.map(|head| head.name).unwrap_or_default()))
        })
        .await?;
    let unit = unit(&app).await?;
    let file = letter.files.last().map(|file| file.paper.clone()).ok_or_else(no_file)?;
    let laying = laying(&letter, &unit, &asked, head, app.today())?;
    let title = title(&letter, asked.mark);
    let journal = app.desk.journal().clone();
    let _room = app.bench.room().await;
    let pdf = blocking(move || blob(&journal, file.name)).await??;
    let pdf = laid(&app, pdf, &laying).await?;
    let disposition = format!("inline; filename*=UTF-8''{}", encoded(&format!("{title}.pdf")));
    let about =
        [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((about, Bytes::from(pdf)).into_response())
}

fn laying(
    letter: &Letter,
    unit: &Unit,
    asked: &Asked,
    head: String,
    today: chrono::NaiveDate,
) -> Result<Laying, Error> {
    Ok(match asked.mark {
        Marking::Arrival => {
            let number = number_text(letter).filter(|_| letter.book == Book::Incoming);
            let number = number.filter(|_| letter.state != LetterState::Void).ok_or_else(no_stamp)?;
            Laying::Arrival { unit: unit.facts.name.clone(), number, day: short(letter.entered_on) }
        }
        Marking::Urgency if letter.facts.urgency == Urgency::Normal => return Err(not_urgent()),
        Marking::Urgency => Laying::Urgency(letter.facts.urgency),
        Marking::ReturnAfterReading => Laying::ReturnAfterReading,
        Marking::Internal => Laying::Internal,
        Marking::Edge => Laying::Edge(edge(letter, unit, &asked.words, today)?),
        Marking::CertifiedCopy => Laying::Copy(copy("SAO Y", "SY", unit, asked, head, today)?),
        Marking::CopyOfCertifiedCopy => Laying::Copy(copy("SAO LỤC", "SL", unit, asked, head, today)?),
        Marking::CertifiedExtract => Laying::Copy(copy("TRÍCH SAO", "TrS", unit, asked, head, today)?),
    })
}

/// What is printed from the system says so on its face (appendix VI).
fn edge(letter: &Letter, unit: &Unit, words: &str, today: chrono::NaiveDate) -> Result<String, Refusal> {
    let words = words.trim();
    if words.chars().count() > MOST_EDGE_CHARS {
        return Err(Refusal::new(
            "words.long",
            422,
            format!("Dòng ở mép trang dài quá {MOST_EDGE_CHARS} chữ. Hãy rút ngắn rồi tải lại."),
        ));
    }
    if !words.is_empty() {
        return Ok(words.into());
    }
    let number = match (number_text(letter), letter.book) {
        (Some(number), Book::Incoming) => format!("Số đến {number} · "),
        (Some(number), Book::Outgoing) => format!("Số {number} · "),
        (None, _) => String::new(),
    };
    Ok(format!("{number}In từ hệ thống của {} ngày {}", unit.facts.name, short(Some(today))))
}

fn copy(
    form: &str,
    symbol: &str,
    unit: &Unit,
    asked: &Asked,
    head: String,
    today: chrono::NaiveDate,
) -> Result<Copy, Refusal> {
    let written = [&asked.number, &asked.title, &asked.name, &asked.recipients];
    if written.iter().any(|words| words.chars().count() > MOST_CHARS) {
        return Err(Refusal::new(
            "words.long",
            422,
            format!("Dài quá {MOST_CHARS} chữ. Hãy rút ngắn rồi tải lại."),
        ));
    }
    let facts = &unit.facts;
    let or = |words: &str, other: String| if words.trim().is_empty() { other } else { words.trim().into() };
    let place = or(&facts.place, "..................".into());
    Ok(Copy {
        form: form.into(),
        parent: Some(facts.parent_name.to_uppercase()).filter(|parent| !parent.is_empty()),
        unit: facts.name.clone(),
        number: or(&asked.number, format!("........ /{symbol}-{}", facts.abbreviation)),
        place_and_day: format!("{place}, {}", long(today)),
        title: or(&asked.title, "HIỆU TRƯỞNG".into()),
        name: or(&asked.name, head),
        recipients: or(&asked.recipients, "- Lưu: VT.".into()).lines().map(str::to_owned).collect(),
    })
}

/// `Văn bản đến số 12-2026 (có dấu ĐẾN)`
fn title(letter: &Letter, marking: Marking) -> String {
    let kind = if letter.book == Book::Incoming { "Văn bản đến" } else { "Văn bản đi" };
    let number = number_text(letter).map(|number| format!(" số {}", number.replace('/', "-")));
    let with = match marking {
        Marking::Arrival => "có dấu ĐẾN",
        Marking::Urgency => "có dấu độ khẩn",
        Marking::ReturnAfterReading => "xem xong trả lại",
        Marking::Internal => "lưu hành nội bộ",
        Marking::CertifiedCopy => "sao y",
        Marking::CopyOfCertifiedCopy => "sao lục",
        Marking::CertifiedExtract => "trích sao",
        Marking::Edge => "có dòng ở mép trang",
    };
    format!("{kind}{} ({with})", number.unwrap_or_default())
}

fn no_file() -> Refusal {
    Refusal::new(
        "print.no_file",
        422,
        "Văn bản chưa có tệp nào để ghi dấu lên. Hãy gắn bản quét hoặc tệp trước, hoặc in tem để dán lên giấy.",
    )
}

fn not_urgent() -> Error {
    let sentence =
        "Văn bản này có độ khẩn Thường nên không có dấu độ khẩn. Hãy bấm “Sửa”, chọn độ khẩn rồi tải lại.";
    Refusal::new("print.not_urgent", 422, sentence).into()
}
