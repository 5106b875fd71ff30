//! How a document would be signed, before anybody signs it: the look the box proposes, and a picture of the page made by
//! the same hands that will write it.

use office::letters::http::readable;
use office::letters::model::FileKind;
use office::letters::signing::{Look, LookKind};
use office::seals::http::may_see;
use office::seals::{Impression, ImpressionKind, Preset};
use office::{Error, Viewer};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::ask::Hand;
use crate::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// What the box would do.
pub(super) struct Found {
    /// How it would look.
    pub(super) look: Look,
    /// The page shows a red seal already.
    pub(super) shows_seal: bool,
}

/// Looks at the document of record.
pub(super) async fn found(app: &App, viewer: &Viewer, id: Uuid, hand: Hand) -> Result<Found, Error> {
    let reader = viewer.clone();
    let (kind, impression, preset) = app
        .desk
        .read(move |rows| {
            let letter = readable(rows, &reader, id)?;
            let all: Vec<Impression> = rows.all()?;
            let wanted = match hand {
                Hand::Sign => ImpressionKind::Signature,
                Hand::Seal => ImpressionKind::Seal,
            };
            let own = all.into_iter().filter(|found| !found.withdrawn && found.kind == wanted);
            let impression = own.filter(|found| may_see(found, &reader)).next_back();
            let preset = office::seals::rules::settings(rows)?.preset;
            Ok((letter.files.last().map(|file| file.kind), impression, preset))
        })
        .await?;
    let look = match (kind, impression, preset) {
        (Some(FileKind::Scan), Some(seal), Preset::SealImage) => {
            Look { kind: LookKind::CornerSeal, impression: Some(seal.id), ..Look::default() }
        }
        _ => Look::default(),
    };
    Ok(Found { look, shows_seal: false })
}
