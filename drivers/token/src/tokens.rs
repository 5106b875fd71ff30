//! The box's side of PKCS#11: what is plugged in, and a key that was unlocked.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::certificate::{PublicKey, public_key, within_its_time};
use crate::child::Worker;
use crate::protocol::{Order, Report};
use crate::{Algorithm, Launch, Patience, Pin, Signer, Token, TokenError};

/// The longest message a token is asked to sign, bytes. Signed attributes take a few hundred.
const LONGEST_MESSAGE: usize = 64 << 10;

/// The tokens of one PKCS#11 module. Every call starts a worker of its own, so nothing of the module stays in memory
/// while nobody signs. Calls wait; they are not for a thread that must not.
#[derive(Debug, Clone)]
pub struct Tokens {
    launch: Launch,
    module: PathBuf,
    patience: Patience,
}

impl Tokens {
    /// The tokens that `module` knows, reached through workers started as `launch` says.
    pub fn new(launch: Launch, module: PathBuf) -> Tokens {
        Tokens::with_patience(launch, module, Patience::default())
    }

    /// The same with another patience, for tests.
    pub fn with_patience(launch: Launch, module: PathBuf, patience: Patience) -> Tokens {
        Tokens { launch, module, patience }
    }

    /// The library.
    pub fn module(&self) -> &Path {
        &self.module
    }

    /// What is plugged in now; empty when there is no token.
    ///
    /// Fails with [`TokenError::NoModule`], [`TokenError::Hung`], [`TokenError::WorkerDied`] or, for what else a module
    /// may say, [`TokenError::Failed`].
    pub fn list(&self) -> Result<Vec<Token>, TokenError> {
        let mut worker = Worker::start(&self.launch, &self.module)?;
        let answer = worker.ask(&Order::List, self.patience.open)?;
        leave(worker, self.patience);
        match answer {
            Report::Tokens { tokens } => Ok(tokens),
            Report::Failed { error } => Err(error),
            other => Err(out_of_turn(&other)),
        }
    }

    /// Logs in and finds the key of the certificate whose SHA-256 this is (lower-case hexadecimal).
    ///
    /// What is wrong with the certificate is found before the token sees the PIN, so that it costs no try. An empty PIN
    /// is for tokens whose PIN is typed elsewhere; the patience is that for a person then.
    pub fn unlock(&self, certificate: &str, pin: &Pin, now_unix_ms: i64) -> Result<TokenKey, TokenError> {
        let mut worker = Worker::start(&self.launch, &self.module)?;
        let patience = if pin.reveal().is_empty() { self.patience.person } else { self.patience.open };
        let open = Order::Open { certificate: certificate.into(), pin: pin.clone(), now_unix_ms };
        let chain: Vec<Vec<u8>> = match worker.ask(&open, patience)? {
            Report::Opened { chain } => chain.into_iter().map(|der| der.0).collect(),
            Report::Failed { error } => return Err(error),
            other => return Err(out_of_turn(&other)),
        };
        let leaf = chain.first().ok_or(TokenError::NoKey)?;
        within_its_time(leaf, now_unix_ms)?;
        let public = public_key(leaf)?;
        Ok(TokenKey { chain, public, worker: Mutex::new(Ok(worker)), patience: self.patience })
    }
}

/// A key on a token, unlocked until this is dropped.
pub struct TokenKey {
    chain: Vec<Vec<u8>>,
    public: PublicKey,
    /// The worker that is logged in, or why it no longer is.
    worker: Mutex<Result<Worker, TokenError>>,
    patience: Patience,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKey").field("algorithm", &self.public.algorithm).finish_non_exhaustive()
    }
}

impl Signer for TokenKey {
    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn algorithm(&self) -> Algorithm {
        self.public.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        if message.len() > LONGEST_MESSAGE {
            return Err(TokenError::Failed(format!("a message of {} bytes", message.len())));
        }
        let mut held = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = held.as_mut().map_err(|lost| lost.clone())?;
        let outcome = match worker.ask(&Order::Sign { message: message.to_vec() }, self.patience.sign) {
            Ok(Report::Signed { signature }) if self.public.made(message, &signature) => Ok(signature),
            Ok(Report::Signed { .. }) => Err(TokenError::KeyMismatch),
            Ok(Report::Failed { error }) => Err(error),
            Ok(other) => Err(out_of_turn(&other)),
            Err(lost) => Err(lost),
        };
        if let Err(error) = &outcome
            && error.ends_the_batch()
        {
            *held = Err(error.clone()); // and the worker is killed with it
        }
        outcome
    }
}

impl Drop for TokenKey {
    fn drop(&mut self) {
        let held = self.worker.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Ok(worker) = std::mem::replace(held, Err(TokenError::TokenGone)) {
            leave(worker, self.patience);
        }
    }
}

/// Has a worker log out, behind the caller's back: some modules take their time, some never come back.
fn leave(mut worker: Worker, patience: Patience) {
    let leave = move || drop(worker.ask(&Order::Close, patience.close));
    // Without a thread the worker is dropped here, which kills it: that locks the token as well.
    let _ = thread::Builder::new().name("token-leave".into()).spawn(leave);
}

/// A worker that answers what it was not asked is not to be trusted.
fn out_of_turn(report: &Report) -> TokenError {
    TokenError::WorkerDied(format!("an answer out of turn: {report:?}"))
}
