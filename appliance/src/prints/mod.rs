//! Papers to print, as PDF in true size whatever browser prints them: the legal books, the slip that travels with a
//! document, arrival stamps, separator sheets. How they look is [`paper::typeset`]'s; here is what stands in them.
//!
//! ```text
//! GET /api/books/{book}/register.pdf   a book of a year, or of some days of it
//! GET /api/letters/{id}/slip.pdf       phiếu giải quyết
//! GET /api/marks/stamps.pdf            the stamps of some documents on a sheet of labels
//! GET /api/marks/separators.pdf        sheets between papers, for a new document or for one in the book
//! ```
//!
//! Nothing is kept: a paper is set when it is asked for, one at a time, from the rows as they stand.

mod book;
pub(crate) mod marks;
mod slip;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use office::units::Unit;
use office::{Error, Refusal};
use paper::About;
use paper::typeset::{Faces, TypesetError};
use utoipa_axum::router::OpenApiRouter;

use crate::files::encoded;
use crate::seal::font;
use crate::{App, blocking, compose};

pub(crate) fn routes() -> OpenApiRouter<App> {
    book::routes().merge(slip::routes()).merge(marks::routes())
}

/// Sets a paper and answers with it: shown by the browser's viewer, and kept under its title.
async fn set(
    app: &App,
    title: String,
    unit: &Unit,
    make: impl FnOnce(&Faces, &About) -> Result<Vec<u8>, Error> + Send + 'static,
) -> Result<Response, Error> {
    let about = compose::stated(&title, unit.facts.name.clone(), app.desk.now().in_vietnam());
    let _room = app.bench.room().await;
    let pdf = blocking(move || -> Result<_, Error> { make(font::faces()?, &about) }).await??;
    let disposition = format!("inline; filename*=UTF-8''{}", encoded(&format!("{title}.pdf")));
    let about =
        [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((about, Bytes::from(pdf)).into_response())
}

fn not_set(error: TypesetError) -> Error {
    match error {
        TypesetError::NoLetter { letter, .. } => no_letter(letter, "").into(),
        TypesetError::NotWritten(why) => Error::Broken(format!("typesetting: {why}")),
    }
}

/// `whose`: ` ở dòng số 12`, or nothing where it stands in a heading.
pub(crate) fn no_letter(letter: char, whose: &str) -> Refusal {
    Refusal::new(
        "print.no_letter",
        422,
        format!(
            "Phông chữ để in không có ký tự “{letter}”{whose}. Hãy sửa chỗ đó rồi tải lại, hoặc in bằng nút In của trang."
        ),
    )
}

/// The unit as it is called today.
pub(crate) async fn unit(app: &App) -> Result<Unit, Error> {
    let unit = app.desk.read(|rows| Ok(office::units::rules::current(rows)?)).await?;
    Ok(unit.ok_or_else(Refusal::not_found)?)
}

/// As in a book: `21/11/2026`.
pub(crate) fn short(day: Option<NaiveDate>) -> String {
    day.map(|day| day.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

/// As in a letter (appendix I): `ngày 05 tháng 01 năm 2026`; months from March on have no zero.
pub(crate) fn long(day: NaiveDate) -> String {
    let month = if day.month() < 3 { format!("{:02}", day.month()) } else { day.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", day.day(), day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_the_decree_does() {
        for (year, month, day, expected) in [
            (2020, 1, 5, "ngày 05 tháng 01 năm 2020"),
            (2019, 6, 29, "ngày 29 tháng 6 năm 2019"),
            (2026, 2, 10, "ngày 10 tháng 02 năm 2026"),
            (2026, 12, 1, "ngày 01 tháng 12 năm 2026"),
        ] {
            let day = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            assert_eq!(long(day), expected);
        }
    }
}
