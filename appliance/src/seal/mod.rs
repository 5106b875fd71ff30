//! The unit's seal. A seal is a person's act: the clerk names the document and the certificate and types the PIN;
//! the box checks the PIN at once, keeps the opened key for that one document, and [`crate::followers::seal`] does
//! the work.
//!
//! ```text
//! POST /api/letters/{id}/seal {certificate, pin}
//!    -> the key file opens            else "seal.wrong_pin", nothing else happens
//!    -> Keys holds the key            memory only, for this document
//!    -> seal asked for (journal)      -> follower: sign, keep the sealed PDF, journal it, forget the key
//! a restart in between: the request stands, the key is gone; the page asks for the PIN again
//! ```

pub mod font;
pub mod http;
pub mod sentences;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token::Pkcs12;
use uuid::Uuid;

/// Keys that were unlocked for one document each. Never written anywhere, gone with the process. A finger that presses
/// twice unlocks twice: the request that is refused takes only its own key away.
#[derive(Clone, Default)]
pub struct Keys(Arc<Mutex<HashMap<Uuid, Vec<Unlocked>>>>);

/// A key its holder unlocked for one document.
#[derive(Clone)]
pub(crate) struct Unlocked {
    /// The certificate it belongs to: a key must not serve a request that names another.
    pub(crate) certificate: Uuid,
    /// The key.
    pub(crate) key: Arc<Pkcs12>,
}

impl Keys {
    /// Holds a key for a document until [`Keys::forget`].
    pub(crate) fn hold(&self, letter: Uuid, unlocked: Unlocked) {
        self.all().entry(letter).or_default().push(unlocked);
    }

    /// The request this key came with was refused.
    pub(crate) fn take_back(&self, letter: Uuid, key: &Arc<Pkcs12>) {
        let mut all = self.all();
        if let Some(held) = all.get_mut(&letter) {
            held.retain(|held| !Arc::ptr_eq(&held.key, key));
            if held.is_empty() {
                all.remove(&letter);
            }
        }
    }

    /// The key for a document, if its holder unlocked this very certificate since the box started.
    pub(crate) fn of(&self, letter: Uuid, certificate: Uuid) -> Option<Arc<Pkcs12>> {
        let all = self.all();
        let held = all.get(&letter)?.iter().find(|held| held.certificate == certificate)?;
        Some(held.key.clone())
    }

    /// Lets go of a document's keys.
    pub(crate) fn forget(&self, letter: Uuid) {
        self.all().remove(&letter);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, Vec<Unlocked>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
