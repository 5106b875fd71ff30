//! What the helper does for a page that has been let in: pairing, looking, unlocking, signing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use token::{Der, Launch, Pin, Pkcs12, Signer, TokenError, Tokens};

use crate::api::{self, BoxName, Holder, Named, Outcome, Pair};
use crate::attributes::document_digest;
use crate::config::{Config, Pairing};
use crate::pairing::{Code, Typed, digest, secret};
use crate::trouble::Trouble;

/// A session nobody uses for this long is closed.
const IDLE: Duration = Duration::from_secs(120);
/// So many documents may come with one request. A page brings a stack in handfuls, and each back to the box before the next.
const MOST_DOCUMENTS: usize = 200;
/// Letters of a box's name that are shown.
const LONGEST_NAME: usize = 80;

/// A key that somebody unlocked.
type Key = Arc<dyn Signer + Send + Sync>;

/// The helper's one desk.
pub(crate) struct Desk {
    folder: PathBuf,
    launch: Launch,
    config: Mutex<Config>,
    code: Mutex<Option<Code>>,
    /// One at a time: whoever opens another key closes this one.
    session: Mutex<Option<Session>>,
}

struct Session {
    id: String,
    /// The page that opened it.
    origin: String,
    key: Key,
    used: Instant,
}

impl Desk {
    pub(crate) fn new(folder: PathBuf, config: Config, launch: Launch, code: Option<Code>) -> Desk {
        let (config, code) = (Mutex::new(config), Mutex::new(code));
        Desk { folder, launch, config, code, session: Mutex::new(None) }
    }

    /// Whether a code is being shown that pages of this origin may try.
    pub(crate) fn is_pairing(&self, origin: &str) -> bool {
        held(&self.code).as_ref().is_some_and(|code| code.is_good(origin))
    }

    /// Whether pages of this origin have been paired.
    pub(crate) fn knows(&self, origin: &str) -> bool {
        held(&self.config).pairings.iter().any(|pairing| pairing.origin == origin)
    }

    /// Whether this is the secret of this origin.
    pub(crate) fn is_paired(&self, origin: &str, secret: &str) -> bool {
        let digest = digest(secret);
        let known = |pairing: &Pairing| pairing.origin == origin && pairing.secret_sha256 == digest;
        held(&self.config).pairings.iter().any(known)
    }

    /// The secret, for the page that brings the code.
    pub(crate) fn pair(&self, origin: &str, asked: Pair) -> Result<api::Paired, Trouble> {
        let typed = held(&self.code).as_mut().map_or(Typed::Closed, |code| code.typed(origin, &asked.code));
        match typed {
            Typed::Right => {}
            Typed::Wrong(left) => return Err(Trouble::wrong_code(left)),
            Typed::Closed => return Err(Trouble::pairing_closed()),
        }
        let secret = secret().ok_or_else(|| Trouble::fault(&"no random numbers"))?;
        let BoxName { name } = asked.of;
        tracing::info!(origin, box_name = name, "paired");
        in_window(&format!("Đã ghép với trang {origin} ({}).", one_line(&name)));
        let mut config = held(&self.config);
        let pairing = Pairing { origin: origin.into(), box_name: name, secret_sha256: digest(&secret) };
        // The same page again: its old secret is lost.
        config.pairings.retain(|known| known.origin != origin);
        config.pairings.push(pairing);
        config.save(&self.folder).map_err(|e| Trouble::fault(&e))?;
        Ok(api::Paired { secret })
    }

    /// The modules and key files of this PC.
    pub(crate) fn holders(&self) -> api::Holders {
        let config = held(&self.config);
        let named = |path: &PathBuf| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            Named { name, path: path.to_string_lossy().into_owned() }
        };
        let mut modules: Vec<Named> = config.modules.iter().map(named).collect();
        for known in token::modules() {
            let path = known.path.to_string_lossy().into_owned();
            if modules.iter().all(|named| named.path != path) {
                modules.push(Named { name: known.name.into(), path });
            }
        }
        api::Holders { modules, files: config.key_files.iter().map(named).collect() }
    }

    /// What is plugged in. Waits for the module.
    pub(crate) fn tokens(&self, module: &str) -> Result<api::Tokens, Trouble> {
        Ok(api::Tokens { tokens: self.module(module)?.list()? })
    }

    /// Unlocks a key. Waits for the module.
    pub(crate) fn open(&self, origin: &str, asked: &api::Open) -> Result<api::Opened, Trouble> {
        // The old one first: some tokens let in one at a time.
        held(&self.session).take();
        let key = self.unlock(&asked.holder, &asked.pin)?;
        let id = secret().ok_or_else(|| Trouble::fault(&"no random numbers"))?;
        let chain = key.chain().iter().cloned().map(Der).collect();
        let algorithm = api::name_of(key.algorithm());
        let session = Session { id: id.clone(), origin: origin.into(), key, used: Instant::now() };
        *held(&self.session) = Some(session);
        Ok(api::Opened { session: id, algorithm, chain })
    }

    /// Signs each document by itself. Waits for the token.
    pub(crate) fn sign(&self, origin: &str, asked: &api::Sign) -> Result<api::Results, Trouble> {
        if asked.documents.len() > MOST_DOCUMENTS {
            return Err(Trouble::nonsense(413));
        }
        let key = self.key(origin, &asked.session)?;
        let mut lost: Option<TokenError> = None;
        let mut sign = |attributes: &Der| {
            let Some(of) = document_digest(&attributes.0) else {
                return Outcome::Error(Trouble::not_attributes());
            };
            let outcome = lost.clone().map_or_else(|| key.sign(&attributes.0), Err);
            self.touch(&asked.session);
            match outcome {
                Ok(signature) => {
                    let document = hex::encode(of);
                    tracing::info!(document, "signed");
                    in_window(&format!("Đã ký cho trang {origin} văn bản có mã băm {document}."));
                    Outcome::Signature(signature)
                }
                Err(error) => {
                    tracing::warn!(document = hex::encode(of), %error, "not signed");
                    let outcome = Outcome::Error(Trouble::from(&error));
                    lost = Some(error).filter(TokenError::ends_the_batch).or(lost.take());
                    outcome
                }
            }
        };
        let results = asked.documents.iter().map(&mut sign).collect();
        if lost.is_some() {
            let _ = self.close(origin, &asked.session);
        }
        Ok(api::Results { results })
    }

    /// Locks the key again.
    pub(crate) fn close(&self, origin: &str, session: &str) -> Result<api::Done, Trouble> {
        self.key(origin, session)?;
        held(&self.session).take();
        Ok(api::Done {})
    }

    /// Closes a session that nobody has used for a while.
    pub(crate) fn close_idle(&self) {
        let idle = |session: &mut Session| session.used.elapsed() >= IDLE;
        drop(held(&self.session).take_if(idle));
    }

    fn key(&self, origin: &str, session: &str) -> Result<Key, Trouble> {
        let mut open = held(&self.session);
        let found = open.as_mut().filter(|open| open.id == session && open.origin == origin);
        let found = found.ok_or_else(Trouble::no_session)?;
        found.used = Instant::now();
        Ok(Arc::clone(&found.key))
    }

    fn touch(&self, session: &str) {
        if let Some(open) = held(&self.session).as_mut().filter(|open| open.id == session) {
            open.used = Instant::now();
        }
    }

    fn unlock(&self, holder: &Holder, pin: &Pin) -> Result<Key, Trouble> {
        match holder {
            Holder::Token { module, certificate } => {
                Ok(Arc::new(self.module(module)?.unlock(certificate, pin, now_unix_ms())?))
            }
            Holder::File { file } => {
                let known = held(&self.config)
                    .key_files
                    .iter()
                    .find(|known| known.to_string_lossy() == *file)
                    .cloned();
                let bytes =
                    known.and_then(|path| std::fs::read(path).ok()).ok_or_else(Trouble::unknown_holder)?;
                Ok(Arc::new(Pkcs12::open(&bytes, pin.reveal(), now_unix_ms())?))
            }
        }
    }

    /// A page names only what the helper itself has found: it cannot have a library of its own loaded.
    fn module(&self, path: &str) -> Result<Tokens, Trouble> {
        let known = self.holders().modules.iter().any(|named| named.path == path);
        if !known {
            return Err(Trouble::unknown_holder());
        }
        Ok(Tokens::new(self.launch.clone(), Path::new(path).to_owned()))
    }
}

/// What the person at this PC sees of what is done with her key. Nobody need be looking: a helper whose window was closed
/// over works on.
fn in_window(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// A name somebody else chose, as it can be shown: no line ends, nothing that moves a cursor.
fn one_line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// By this PC's clock, which its owner answers for; the box looks at its own before it asks for a signature.
fn now_unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
