//! Keys that were unlocked. Never written anywhere, gone with the process.
//!
//! A key lies ready for the documents it was unlocked for until nothing waits for it any more: it signed, it failed, or
//! nobody wants the signature any longer. One that its holder left open goes with its time, with her session and with
//! its certificate, whichever is first; [`crate::followers::seal`] looks after both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use token::Signer;
use uuid::Uuid;
use wire::Sha256;

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
    ready: Vec<Ready>,
    /// How many were ever held.
    count: u64,
    open: Vec<Open>,
}

/// A key its holder unlocked for one document.
#[derive(Clone)]
pub(crate) struct Ready {
    /// The document.
    pub(crate) letter: Uuid,
    /// The certificate it belongs to: a key must not serve a request that names another.
    pub(crate) certificate: Uuid,
    key: Key,
    /// The journal has the request it lies ready for.
    asked: bool,
    nth: u64,
}

/// A key its holder left open.
struct Open {
    session: Sha256,
    certificate: Uuid,
    key: Key,
    until: Instant,
}

impl Keys {
    /// Lays a key ready for a document, before the request for it is written.
    pub(crate) fn hold(&self, letter: Uuid, certificate: Uuid, key: Key) {
        let mut all = self.all();
        all.count += 1;
        let nth = all.count;
        all.ready.push(Ready { letter, certificate, key, asked: false, nth });
    }

    /// The request this key came with is written, or was refused.
    pub(crate) fn answered(&self, letter: Uuid, key: &Key, written: bool) {
        let mut all = self.all();
        let own = |ready: &Ready| ready.letter == letter && !ready.asked && Arc::ptr_eq(&ready.key, key);
        let Some(at) = all.ready.iter().position(own) else { return };
        if written {
            all.ready[at].asked = true;
        } else {
            all.ready.remove(at);
        }
    }

    /// The key for a document, if its holder unlocked this very certificate since the box started.
    pub(crate) fn of(&self, letter: Uuid, certificate: Uuid) -> Option<Key> {
        let all = self.all();
        let fits = |ready: &&Ready| ready.letter == letter && ready.certificate == certificate;
        all.ready.iter().find(fits).map(|ready| ready.key.clone())
    }

    /// Keys whose requests are written: what a look at the journal taken after this may decide about.
    pub(crate) fn ready(&self) -> Vec<Ready> {
        self.all().ready.iter().filter(|ready| ready.asked).cloned().collect()
    }

    /// Lets go of a key that nothing waits for.
    pub(crate) fn forget(&self, done: &Ready) {
        self.all().ready.retain(|ready| ready.nth != done.nth);
    }

    /// Keeps a key open for whoever sits at this session, counted from her last PIN.
    pub(crate) fn keep_open(&self, session: Sha256, certificate: Uuid, key: Key, now: Instant) {
        let mut all = self.all();
        all.open.retain(|open| (open.session, open.certificate) != (session, certificate));
        all.open.push(Open { session, certificate, key, until: now + WHILE });
    }

    /// The key that was left open at this session.
    pub(crate) fn open(&self, session: Sha256, certificate: Uuid, now: Instant) -> Option<Key> {
        self.lapse(now);
        let all = self.all();
        let fits = |open: &&Open| (open.session, open.certificate) == (session, certificate);
        all.open.iter().find(fits).map(|open| open.key.clone())
    }

    /// Whose time is up is closed.
    pub(crate) fn lapse(&self, now: Instant) {
        self.all().open.retain(|open| open.until > now);
    }

    /// Sessions and certificates that keys were left open for.
    pub fn left_open(&self) -> Vec<(Sha256, Uuid)> {
        self.all().open.iter().map(|open| (open.session, open.certificate)).collect()
    }

    /// Closes a certificate's key at one session: she has left.
    pub(crate) fn close_at(&self, session: Sha256, certificate: Uuid) {
        self.all().open.retain(|open| (open.session, open.certificate) != (session, certificate));
    }

    /// A key no longer signs - its token is gone: it serves no new request. Documents it was unlocked for find that out
    /// each by itself, and say so.
    pub(crate) fn close(&self, certificate: Uuid) {
        self.all().open.retain(|open| open.certificate != certificate);
    }

    fn all(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use token::TokenError;

    struct Idle;

    impl Signer for Idle {
        fn chain(&self) -> &[Vec<u8>] {
            &[]
        }
        fn algorithm(&self) -> token::Algorithm {
            token::Algorithm::EcdsaP256Sha256
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, TokenError> {
            Err(TokenError::TokenGone)
        }
    }

    fn key() -> Key {
        Arc::new(Idle)
    }

    #[test]
    fn a_key_left_open_is_gone_with_its_time_its_session_and_its_certificate() {
        let (keys, now) = (Keys::default(), Instant::now());
        let [here, there] = [Sha256::of(b"here"), Sha256::of(b"there")];
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let open = |session, certificate, at| keys.open(session, certificate, at).is_some();
        let kept = key();
        let all = || {
            keys.keep_open(here, mine, kept.clone(), now);
            keys.keep_open(there, mine, kept.clone(), now);
            keys.keep_open(here, other, kept.clone(), now);
        };

        all();
        assert!(open(here, mine, now) && open(there, mine, now), "at every session of hers by itself");
        assert!(!open(there, other, now), "a PIN typed at one PC opens nothing at another");
        keys.close_at(here, mine);
        assert!(!open(here, mine, now) && open(there, mine, now) && open(here, other, now));
        all();
        keys.close(mine);
        assert!(!open(here, mine, now) && !open(there, mine, now) && open(here, other, now));
        all();
        assert!(open(here, mine, now + WHILE - Duration::from_secs(1)));
        keys.lapse(now + WHILE);
        assert!(keys.left_open().is_empty());
        assert_eq!(Arc::strong_count(&kept), 1, "nobody holds it any longer");
    }

    #[test]
    fn a_key_lies_ready_until_nothing_waits_for_it() {
        let keys = Keys::default();
        let (letter, certificate) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let [first, second] = [key(), key()];
        keys.hold(letter, certificate, first.clone());
        assert!(keys.of(letter, certificate).is_some(), "the follower may come before the answer");
        assert!(keys.ready().is_empty(), "nobody takes it away while the journal has not spoken");
        keys.answered(letter, &first, true);
        keys.hold(letter, certificate, second.clone());
        let seen = keys.ready();
        keys.answered(letter, &second, true);
        seen.iter().for_each(|done| keys.forget(done));
        let left = keys.of(letter, certificate).expect("the second request still waits");
        assert!(Arc::ptr_eq(&left, &second));
        keys.hold(letter, certificate, first.clone());
        keys.answered(letter, &first, false);
        assert_eq!(Arc::strong_count(&first), 2, "what was refused is not held: here, and in what was seen");
    }
}
