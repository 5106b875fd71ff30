//! What the register may ask of a paper that lies on the desk, as its pages seem to answer: `reading` looks at their
//! words, and here the answers get the names of the columns and the places the pages are shown in.

use axum::Json;
use axum::extract::{Path, State};
use chrono::NaiveDate;
use journal::{Fault, Journal};
use office::http::Problem;
use office::letters::types::DOCUMENT_TYPES;
use office::scans::http::readable;
use office::scans::{Placed, Scan, ScanPage};
use office::{Error, Viewer};
use paper::PageText;
use reading::{Area, Proposals, Proposed, TypeName};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::reading::{Reader, texts};
use crate::{App, blocking};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(proposals))
}

/// What pages seem to say of the columns of a book. Nothing of it is in the book until a person writes it there.
#[derive(Default, Serialize, ToSchema)]
struct ScanProposals {
    /// A page that may say something is still to be read.
    reading: bool,
    /// At most one for each column.
    items: Vec<ScanProposal>,
}

/// What one column may be.
#[derive(Serialize, ToSchema)]
struct ScanProposal {
    /// The column's name in a draft: `issuing_body`, `reference_code`, `issue_date`, `document_type`, `subject`,
    /// `signatory`.
    column: &'static str,
    /// As a draft holds it: a type's id, a date as `2024-03-12`.
    value: String,
    /// False where the person should look twice.
    sure: bool,
    /// False where the number before a symbol is left to the person: `/QĐ-UBND`.
    whole: bool,
    /// The id of the page it stands on.
    page: u32,
    /// Its lines there.
    areas: Vec<ScanArea>,
}

/// A place on a page as it lies, in shares of its width and height.
#[derive(Serialize, ToSchema)]
struct ScanArea {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

/// What the first page, and for the signer the last, seems to say.
#[utoipa::path(get, path = "/api/scans/{id}/proposals", operation_id = "get_scans_proposals", tag = "scans",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScanProposals), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn proposals(
    viewer: Viewer,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<ScanProposals>, Error> {
    let scan = readable(&app.desk, &viewer, id).await?;
    let ends = app.desk.read(move |rows| Ok(ends(rows, &scan)?)).await?;
    let reads = Reader::brief(app.reader.as_ref()).state == "ready";
    let to_come = reads && ends.iter().any(|(placed, page)| page.is_to_be_read(placed.turn));
    let (journal, today) = (app.desk.journal().clone(), app.today());
    let items = blocking(move || read(&journal, &ends, today)).await??;
    Ok(Json(ScanProposals { reading: to_come, items }))
}

/// The first page and the last; one where they are the same.
fn ends(rows: &journal::Rows<'_>, scan: &Scan) -> Result<Vec<(Placed, ScanPage)>, Fault> {
    let mut ends: Vec<Placed> = scan.order.first().into_iter().chain(scan.order.last()).copied().collect();
    ends.dedup_by_key(|placed| placed.page);
    let mut found = Vec::new();
    for placed in ends {
        if let Some(page) = rows.get::<ScanPage>(&ScanPage::key(scan.id, placed.page))? {
            found.push((placed, page));
        }
    }
    Ok(found)
}

fn read(
    journal: &Journal,
    ends: &[(Placed, ScanPage)],
    today: NaiveDate,
) -> Result<Vec<ScanProposal>, Fault> {
    let mut items = Vec::new();
    for (place, (placed, page)) in ends.iter().enumerate() {
        let Some((words, turned_by)) = words(journal, placed, page)? else { continue };
        let here = Here { page: placed.page, turned_by };
        if place == 0 {
            items.extend(here.of_first(reading::proposals(&words, &types()), today));
        } else {
            items.extend(here.item("signatory", reading::signer(&words)));
        }
    }
    Ok(items)
}

/// The words of a page, and by how much it was turned to be read from the way it lies.
fn words(journal: &Journal, placed: &Placed, page: &ScanPage) -> Result<Option<(PageText, u16)>, Fault> {
    let Some(reading) = &page.reading else { return Ok(None) };
    let turned_by = (reading.turn + 360 - placed.turn) % 360;
    let known = turned_by == 0 || Some(turned_by) == reading.turned_by;
    let Some(name) = reading.text.filter(|_| known) else { return Ok(None) };
    Ok(texts::words(journal, &name)?.map(|words| (words, turned_by)))
}

/// Types as papers name them.
fn types() -> Vec<TypeName<'static>> {
    DOCUMENT_TYPES.iter().map(|kind| TypeName { name: kind.name, abbreviation: kind.abbreviation }).collect()
}

/// The page that was looked at.
struct Here {
    page: u32,
    turned_by: u16,
}

impl Here {
    fn of_first(&self, found: Proposals, today: NaiveDate) -> Vec<ScanProposal> {
        let whole = found.number_symbol.is_some();
        let symbol = found.symbol.map(|symbol| Proposed { value: format!("/{}", symbol.value), ..symbol });
        let code = self.item("reference_code", found.number_symbol.or(symbol));
        // The register takes no date to come.
        let date = found.issued_on.filter(|date| date.value <= today.to_string());
        let kind = found.kind.and_then(|kind| {
            let id = DOCUMENT_TYPES.iter().find(|known| known.name == kind.value)?.id;
            Some(Proposed { value: id.to_owned(), ..kind })
        });
        let items = [
            self.item("issuing_body", found.issuer),
            code.map(|code| ScanProposal { whole, ..code }),
            self.item("issue_date", date),
            self.item("document_type", kind),
            self.item("subject", found.subject),
            self.item("signatory", found.signer),
        ];
        items.into_iter().flatten().collect()
    }

    fn item(&self, column: &'static str, proposed: Option<Proposed>) -> Option<ScanProposal> {
        let Proposed { value, at, confidence } = proposed?;
        let areas = at.into_iter().map(|area| as_it_lies(area, self.turned_by)).collect();
        Some(ScanProposal {
            column,
            value,
            sure: confidence >= Proposed::SURE,
            whole: true,
            page: self.page,
            areas,
        })
    }
}

/// A place on a page that was turned clockwise to be read, on the page before that.
fn as_it_lies(area: Area, turned_by: u16) -> ScanArea {
    let Area { left, top, width, height } = area;
    let (left, top, width, height) = match turned_by {
        90 => (top, 1.0 - left - width, height, width),
        180 => (1.0 - left - width, 1.0 - top - height, width, height),
        270 => (1.0 - top - height, left, height, width),
        _ => (left, top, width, height),
    };
    ScanArea { left, top, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_read_on_a_turned_page_is_shown_where_it_lies() {
        // A word in the upper left corner of the page upright.
        let area = Area { left: 0.1, top: 0.2, width: 0.3, height: 0.04 };
        let cases = [
            (0, [0.1, 0.2, 0.3, 0.04]),
            // To stand upright it was turned clockwise by a quarter: its top lay on the left.
            (90, [0.2, 0.6, 0.04, 0.3]),
            (180, [0.6, 0.76, 0.3, 0.04]),
            (270, [0.76, 0.1, 0.04, 0.3]),
        ];
        for (turned_by, expected) in cases {
            let ScanArea { left, top, width, height } = as_it_lies(area, turned_by);
            for (seen, expected) in [left, top, width, height].into_iter().zip(expected) {
                assert!((seen - expected).abs() < 1e-6, "{turned_by}: {left} {top} {width} {height}");
            }
        }
    }
}
