//! Signing and sealing. Both are a person's act: somebody names the document, the certificate and the look, and types the
//! PIN; the box checks the PIN at once, keeps the opened key in memory, and [`crate::followers::seal`] does the work.
//!
//! ```text
//! POST /api/letters/{id}/seal {certificate, pin, look}
//!    -> the key opens                 else "seal.wrong_pin", nothing else happens
//!    -> Keys holds the key            memory only, for this document; at this session for a quarter of an hour if she says so
//!    -> seal asked for (journal)      -> follower: sign, keep the sealed PDF, journal it, forget the key
//! a restart in between: the request stands, the key is gone; the page asks for the PIN again
//!
//! the key is not at the box (a token in her own PC, a file exchange)
//!    -> seal asked for -> follower: prepare, keep the prepared file, journal its digest
//!    -> GET signing-digest, her key signs it wherever it is, POST signing-answer -> sealed
//! ```
//!
//! `ask` takes requests (`guesses` counts wrong PINs of key files), one or a batch; `proposal` finds the look and shows it, with
//! `pages` drawn in a child process; `make` makes one signature; `away`
//! talks to keys that are elsewhere; `certificates`, `impressions` and `trust` keep what signing needs; `verdict`
//! looks at the signatures of a file before it is registered.

mod ask;
mod away;
mod certificates;
pub mod font;
mod guesses;
mod impressions;

mod keys;
mod library;
pub(crate) mod make;
pub(crate) mod pages;
mod port;
mod proposal;
pub mod sentences;
pub(crate) mod trust;
mod verdict;
mod whose;

pub use guesses::Guesses;
pub use keys::Keys;
pub use pages::Pages;
pub use port::TokenPort;
pub use trust::TrustList;

use utoipa_axum::router::OpenApiRouter;

use crate::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(certificates::routes())
        .merge(ask::routes())
        .merge(proposal::routes())
        .merge(away::routes())
        .merge(impressions::routes())
        .merge(library::routes())
        .merge(trust::routes())
        .merge(verdict::routes())
}
