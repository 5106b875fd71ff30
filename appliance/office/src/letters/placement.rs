//! Where images were put before: remembered for each type of document and each hand, so that a form which wants the seal a
//! finger's breadth higher is told so once.
//!
//! What is remembered is how far the image was moved from where the box had found its place; where it finds none, the
//! place itself.

use journal::{Entity, Fault, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Event, Letter};
use super::signing::{Look, LookKind, Place};

/// Where a hand last put its image on a document of this type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// [`Placement::name`].
    pub id: String,
    /// Where it was put.
    pub place: Place,
    /// Where the box had found it.
    pub found: Option<Place>,
}

impl Placement {
    /// The row of a type of document and a hand: a person's, or the unit's where nobody is named.
    pub fn name(document_type: &str, signer: Option<Uuid>) -> String {
        format!("{document_type}/{}", signer.map_or_else(|| "unit".into(), |id| id.to_string()))
    }

    /// Where the image belongs now that the box has found its place, or has not.
    pub fn applied(&self, found: Option<Place>) -> Option<Place> {
        match (found, self.found) {
            (Some(now), Some(then)) => Some(Place {
                left_mm: (now.left_mm + self.place.left_mm - then.left_mm).max(0.0),
                top_mm: (now.top_mm + self.place.top_mm - then.top_mm).max(0.0),
                ..now
            }),
            (Some(now), None) => Some(now),
            (None, _) => Some(self.place),
        }
    }
}

impl Entity for Placement {
    const KIND: &'static str = "placement";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn indexes(&self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// Remembers where an image was asked for.
///
/// # Errors
/// If the store fails.
pub fn remember(rows: &mut Rows<'_>, letter: &Letter, event: &Event) -> Result<(), Fault> {
    let (signer, look) = match event {
        Event::SignatureRequested { signer, look, .. } => (Some(signer.id), look),
        Event::SealRequested { look: Some(look), .. } => (None, look),
        _ => return Ok(()),
    };
    let Look { kind: LookKind::Picture, place: Some(place), found, .. } = look else { return Ok(()) };
    let id = Placement::name(&letter.facts.document_type, signer);
    rows.put(&Placement { id, place: *place, found: *found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(page: u32, left_mm: f32, top_mm: f32) -> Place {
        Place { page, left_mm, top_mm, width_mm: 36.0, height_mm: 36.0 }
    }

    #[test]
    fn what_was_moved_once_is_moved_by_as_much_on_the_next_document() {
        let moved =
            Placement { id: String::new(), place: at(1, 115.0, 180.0), found: Some(at(1, 120.0, 190.0)) };
        let table = [
            (Some(at(3, 120.0, 90.0)), at(3, 115.0, 80.0)),
            (Some(at(1, 2.0, 5.0)), at(1, 0.0, 0.0)),
            (None, at(1, 115.0, 180.0)),
        ];
        for (found, expected) in table {
            assert_eq!(moved.applied(found), Some(expected), "{found:?}");
        }
        let unaided = Placement { found: None, ..moved };
        assert_eq!(
            unaided.applied(Some(at(2, 1.0, 1.0))),
            Some(at(2, 1.0, 1.0)),
            "what is found goes before"
        );
    }
}
