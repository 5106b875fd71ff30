//! Tokens in the box's USB port, each call in a child process of its own: a vendor's library may hang or crash.

use std::path::{Path, PathBuf};

use token::{Launch, Token, TokenError, TokenKey, Tokens};

/// The box's USB port as far as tokens go.
#[derive(Debug, Clone)]
pub struct TokenPort {
    program: PathBuf,
}

impl TokenPort {
    /// `program` is started as `token-worker`: this one.
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned() }
    }

    fn of(&self, module: &str) -> Tokens {
        let launch =
            Launch { program: self.program.clone(), args: vec!["token-worker".into()], env: Vec::new() };
        Tokens::new(launch, PathBuf::from(module))
    }

    /// What is plugged in. Waits for the vendor's library.
    ///
    /// # Errors
    /// As [`Tokens::list`].
    pub(crate) fn list(&self, module: &str) -> Result<Vec<Token>, TokenError> {
        self.of(module).list()
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
