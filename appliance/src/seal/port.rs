//! Tokens in the box's USB port, each call in a child process of its own: a vendor's library may hang or crash.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use office::Error;
use token::{Launch, Token, TokenError, TokenKey, Tokens};
use tokio::sync::watch::{self, Receiver};

/// What a vendor's library said is plugged in, once it has said it.
type Listed = Option<Result<Vec<Token>, TokenError>>;

/// The box's USB port as far as tokens go.
#[derive(Debug, Clone)]
pub struct TokenPort {
    program: PathBuf,
    /// The last listing of each library, for whoever asks while it is still going on.
    listings: Arc<Mutex<HashMap<String, Receiver<Listed>>>>,
}

impl TokenPort {
    /// `program` is started as `token-worker`: this one.
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), listings: Arc::default() }
    }

    fn of(&self, module: &str) -> Tokens {
        let launch =
            Launch { program: self.program.clone(), args: vec!["token-worker".into()], env: Vec::new() };
        Tokens::new(launch, PathBuf::from(module))
    }

    /// What is plugged in. One library is asked by one child at a time: whoever asks meanwhile gets the same answer.
    ///
    /// # Errors
    /// The inner ones as [`Tokens::list`].
    pub(crate) async fn list(&self, module: &str) -> Result<Result<Vec<Token>, TokenError>, Error> {
        let mut listing = self.listing(module);
        let listed = listing.wait_for(Option::is_some).await.map(|listed| listed.clone());
        let listed = listed.ok().flatten();
        listed.ok_or_else(|| Error::Broken("listing tokens: a worker thread died".into()))
    }

    fn listing(&self, module: &str) -> Receiver<Listed> {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever lists has the other end; it is gone if he died.
        let goes_on =
            |listing: &&Receiver<Listed>| listing.has_changed().is_ok() && listing.borrow().is_none();
        if let Some(listing) = listings.get(module).filter(goes_on) {
            return listing.clone();
        }
        let (tell, listing) = watch::channel(None);
        listings.insert(module.to_owned(), listing.clone());
        let tokens = self.of(module);
        // Not the asker's own task: one who leaves early leaves the others their answer.
        tokio::task::spawn_blocking(move || tell.send_replace(Some(tokens.list())));
        listing
    }

    /// Logs in. Waits for the vendor's library.
    ///
    /// # Errors
    /// As [`Tokens::unlock`].
    pub(crate) fn unlock(
        &self,
        module: &str,
        certificate: &str,
        pin: &token::Pin,
        now_unix_ms: i64,
    ) -> Result<TokenKey, TokenError> {
        super::library::vouched_for(module)?;
        self.of(module).unlock(certificate, pin, now_unix_ms)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A library that says nothing until it is let go, and writes down each time it is asked.
    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_asks_while_a_library_is_asked_gets_the_same_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        assert!(std::process::Command::new("mkfifo").arg(path("gate")).status().unwrap().success());
        let script =
            format!("#!/bin/sh\necho asked >> '{}'\ncat '{}' > /dev/null\n", path("asked"), path("gate"));
        fs::write(path("worker"), script).unwrap();
        fs::set_permissions(path("worker"), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TokenPort::new(Path::new(&path("worker")));
        let asked = || fs::read_to_string(path("asked")).unwrap().lines().count();

        let open = || {
            let gate = path("gate");
            // Opens when a worker reads it.
            tokio::task::spawn_blocking(move || drop(fs::OpenOptions::new().write(true).open(gate).unwrap()))
        };
        let (one, other, third, _) =
            tokio::join!(port.list("a.so"), port.list("a.so"), port.list("a.so"), async {
                open().await.unwrap()
            });
        let died = |listed: Result<Result<Vec<Token>, TokenError>, Error>| {
            assert!(matches!(listed, Ok(Err(TokenError::WorkerDied(_)))));
        };
        [one, other, third].into_iter().for_each(died);
        assert_eq!(asked(), 1);

        // Afterwards it is asked anew, and another library by itself.
        let (again, _) = tokio::join!(port.list("a.so"), async { open().await.unwrap() });
        let (another, _) = tokio::join!(port.list("b.so"), async { open().await.unwrap() });
        [again, another].into_iter().for_each(died);
        assert_eq!(asked(), 3);
    }
}
