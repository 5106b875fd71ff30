//! Keys that were unlocked. Never written anywhere, gone with the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use token::Signer;
use uuid::Uuid;

/// How long a key stays open for its holder where she asks for it: a batch of papers, not a day.
const WHILE: Duration = Duration::from_secs(15 * 60);

/// A key at the box, whatever holds it.
pub(crate) type Key = Arc<dyn Signer + Send + Sync>;

/// Keys that were unlocked: for one document each, and for a while. A finger that presses twice unlocks twice: the
/// request that is refused takes only its own key away.
#[derive(Clone, Default)]
pub struct Keys(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    documents: HashMap<Uuid, Vec<Unlocked>>,
    /// By person and certificate.
    open: HashMap<(Uuid, Uuid), (Key, Instant)>,
}

/// A key its holder unlocked for one document.
#[derive(Clone)]
pub(crate) struct Unlocked {
    /// The certificate it belongs to: a key must not serve a request that names another.
    pub(crate) certificate: Uuid,
    /// The key.
    pub(crate) key: Key,
}

impl Keys {
    /// Holds a key for a document until [`Keys::forget`].
    pub(crate) fn hold(&self, letter: Uuid, unlocked: Unlocked) {
        self.all().documents.entry(letter).or_default().push(unlocked);
    }

    /// The request this key came with was refused.
    pub(crate) fn take_back(&self, letter: Uuid, key: &Key) {
        let mut all = self.all();
        if let Some(held) = all.documents.get_mut(&letter) {
            if let Some(at) = held.iter().position(|held| Arc::ptr_eq(&held.key, key)) {
                held.remove(at);
            }
            if held.is_empty() {
                all.documents.remove(&letter);
            }
        }
    }

    /// The key for a document, if its holder unlocked this very certificate since the box started.
    pub(crate) fn of(&self, letter: Uuid, certificate: Uuid) -> Option<Key> {
        let all = self.all();
        let held = all.documents.get(&letter)?.iter().find(|held| held.certificate == certificate)?;
        Some(held.key.clone())
    }

    /// Lets go of a document's keys.
    pub(crate) fn forget(&self, letter: Uuid) {
        self.all().documents.remove(&letter);
    }

    /// Keeps a key open for its holder for a while, counted from her last PIN.
    pub(crate) fn keep_open(&self, person: Uuid, certificate: Uuid, key: Key) {
        self.all().open.insert((person, certificate), (key, Instant::now() + WHILE));
    }

    /// The key its holder left open.
    pub(crate) fn open(&self, person: Uuid, certificate: Uuid) -> Option<Key> {
        let mut all = self.all();
        let now = Instant::now();
        all.open.retain(|_, (_, until)| *until > now);
        all.open.get(&(person, certificate)).map(|(key, _)| key.clone())
    }

    /// A key no longer signs - its token is gone: it serves no new request. Documents it was unlocked for find that out
    /// each by itself, and say so.
    pub(crate) fn close(&self, certificate: Uuid) {
        self.all().open.retain(|(_, of), _| *of != certificate);
    }

    fn all(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
