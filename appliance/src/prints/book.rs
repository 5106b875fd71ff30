//! A book of a year, or of some days of it, to be printed, signed in and bound (articles 15 and 22).

use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use journal::{Page, Rows};
use office::http::Problem;
use office::letters::Letter;
use office::letters::model::{State as LetterState, book_key};
use office::letters::types;
use office::letters::view::{BookName, number_text};
use office::{Actor, Error, Refusal, Role, Viewer};
use paper::typeset::{self, Register, Row, TypesetError};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{no_letter, not_set, set, short, unit};
use crate::App;

/// Rows read at once: a book need not lie in memory with the way of every document in it.
const STRIDE: usize = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(book))
}

/// Which part of the book.
#[derive(Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Part {
    /// The book's year; this year where none is named.
    year: Option<i32>,
    /// The first day of arrival or release in it; from the beginning where none is named.
    from: Option<NaiveDate>,
    /// The last day; to the end where none is named.
    to: Option<NaiveDate>,
}

/// The register as the decree has it, as PDF.
#[utoipa::path(get, path = "/api/books/{book}/register.pdf", operation_id = "get_books_register", tag = "letters",
    params(("book" = BookName, Path), Part),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, description = "print.*", body = Problem)))]
async fn book(
    viewer: Viewer,
    State(app): State<App>,
    Path(book): Path<BookName>,
    Query(part): Query<Part>,
) -> Result<Response, Error> {
    // A book is whole: whoever sees only her own lines cannot print it.
    Actor::Person(viewer).must_be(&[Role::Clerk, Role::Head])?;
    if part.from.zip(part.to).is_some_and(|(from, to)| from > to) {
        return Err(Refusal::field(
            "print.days",
            "to",
            "Ngày cuối đứng trước ngày đầu. Hãy chọn lại khoảng ngày.",
        )
        .into());
    }
    let year = part.year.unwrap_or_else(|| app.today().year());
    let unit = unit(&app).await?;
    let lines = app.desk.read(move |rows| lines(rows, book, year, part)).await?;
    let head = Register {
        book: match book {
            BookName::Incoming => typeset::Book::Incoming,
            BookName::Outgoing => typeset::Book::Outgoing,
        },
        parent: unit.facts.parent_name.clone(),
        unit: unit.facts.name.clone(),
        year,
        days: part.from.or(lines.days.map(|days| days.0)).zip(part.to.or(lines.days.map(|days| days.1))),
        numbers: lines.numbers.first().copied().zip(lines.numbers.last().copied()),
    };
    let title = match book {
        BookName::Incoming => format!("Sổ đăng ký văn bản đến năm {year}"),
        BookName::Outgoing => format!("Sổ đăng ký văn bản đi năm {year}"),
    };
    let numbers = lines.numbers;
    let rows = lines.rows;
    set(&app, title, &unit, move |faces, about| {
        typeset::register(&head, &rows, faces, about).map_err(|error| match error {
            TypesetError::NoLetter { letter, row: Some(row) } => {
                no_letter(letter, &format!(" ở dòng số {}", numbers[row])).into()
            }
            other => not_set(other),
        })
    })
    .await
}

/// The lines of the part, in the order of their numbers.
#[derive(Default)]
struct Lines {
    rows: Vec<Row>,
    numbers: Vec<u64>,
    days: Option<(NaiveDate, NaiveDate)>,
}

fn lines(rows: &Rows<'_>, book: BookName, year: i32, part: Part) -> Result<Lines, Error> {
    let key = book_key(book.into(), year);
    let mut lines = Lines::default();
    let mut after = None;
    loop {
        let (letters, next) = rows.list::<Letter>(Page::of("book", &key, STRIDE).after(after))?;
        // Drafts stand behind the last number.
        for letter in letters.iter().filter(|letter| within(letter, part)) {
            let Some(number) = letter.number else { continue };
            lines.rows.push(row(letter));
            lines.numbers.push(number);
            if let Some(day) = letter.entered_on {
                lines.days = Some(lines.days.map_or((day, day), |(from, to)| (from.min(day), to.max(day))));
            }
        }
        if next.is_none() || letters.last().is_some_and(|letter| letter.number.is_none()) {
            return Ok(lines);
        }
        after = next;
    }
}

fn within(letter: &Letter, part: Part) -> bool {
    let day = letter.entered_on;
    part.from.is_none_or(|from| day.is_some_and(|day| day >= from))
        && part.to.is_none_or(|to| day.is_some_and(|day| day <= to))
}

/// The columns of appendix IV; what a hand fills in stays empty.
fn row(letter: &Letter) -> Row {
    let facts = &letter.facts;
    let subject = match types::name_of(&facts.document_type) {
        "" => facts.subject.clone(),
        name => format!("{name}: {}", facts.subject),
    };
    let number = number_text(letter).unwrap_or_default();
    let by_hand = String::new;
    let cells = match BookName::from(letter.book) {
        BookName::Incoming => [
            short(letter.entered_on),
            number,
            facts.issuing_body.clone(),
            facts.reference_code.clone(),
            short(facts.issue_date),
            subject,
            letter.line_recipients(),
            by_hand(),
            by_hand(),
            letter.line_note(),
        ],
        BookName::Outgoing => [
            number,
            short(facts.issue_date),
            subject,
            facts.signatory.clone(),
            letter.line_recipients(),
            by_hand(),
            if facts.copies == 0 { String::new() } else { facts.copies.to_string() },
            by_hand(),
            by_hand(),
            letter.line_note(),
        ],
    };
    let mut row = Row::new(cells);
    row.struck = letter.state == LetterState::Void;
    row
}
