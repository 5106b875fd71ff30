//! The office over HTTP: `GET /api/<plural>`, `GET /api/<plural>/{id}`, `POST /api/<plural>`,
//! `POST /api/<plural>/{id}/<verb>`. Lists are `{items, next}`; refusals are RFC 9457 problem JSON.
//!
//! A handler extracts, calls the desk or a query and shapes the view; it decides nothing. Who asks is the extractor
//! [`Viewer`](crate::rights::Viewer): a handler that takes one cannot be reached by a visitor.

mod home;
mod paging;
mod problem;
mod viewer;

use utoipa_axum::router::OpenApiRouter;

pub use crate::scans::view::{Live, PageFeeding};
pub use home::{LinkBrief, ReaderBrief, ScannerBrief, Surroundings};
pub use paging::{After, Paged, cursor_text};
pub use problem::{Payload, Problem};
pub use viewer::COOKIE;

use crate::desk::Desk;
use crate::{accounts, audit, books, delegations, letters, profiles, scans, seals, units, upkeep};

/// What the office's handlers share.
#[derive(Clone)]
pub struct Office {
    /// The desk.
    pub desk: Desk,
    /// What the rest of the box knows of scanner and line.
    pub surroundings: Surroundings,
}

impl axum::extract::FromRef<Office> for Desk {
    fn from_ref(office: &Office) -> Self {
        office.desk.clone()
    }
}

/// Every route of the office that needs nothing but the desk.
pub fn routes(office: Office) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(accounts::http::routes())
        .merge(units::http::routes())
        .merge(letters::http::routes())
        .merge(books::http::routes())
        .merge(scans::http::routes())
        .merge(profiles::http::routes())
        .merge(seals::http::routes())
        .merge(delegations::http::routes())
        .merge(audit::http::routes())
        .merge(upkeep::http::routes())
        .merge(home::routes())
        .with_state(office)
}
