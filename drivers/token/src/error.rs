//! Why a key cannot sign, by what its holder can do about it.
//!
//! ```
//! use token::{TokenError, Tries, sentence};
//!
//! let error = TokenError::WrongPin { tries: Tries::Last };
//! assert_eq!(error.code(), "token.wrong_pin");
//! assert!(sentence(&error).contains("một lần"));
//! ```

use serde::{Deserialize, Serialize};

/// Why a key cannot sign. `Display` is English, for the log; what people read is [`crate::sentence`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "trouble", content = "detail", rename_all = "snake_case")]
pub enum TokenError {
    /// The passphrase does not open the file.
    #[error("the passphrase does not open the key file")]
    WrongPassphrase,
    /// The bytes are not PKCS#12 (RFC 7292), or are cut short.
    #[error("not a PKCS#12 key file: {0}")]
    NotAKeyFile(String),
    /// File or token hold no private key that belongs to the certificate.
    #[error("there is no private key with its certificate")]
    NoKey,
    /// The certificate's time is over.
    #[error("the certificate expired at {since_ms} ms")]
    Expired {
        /// The last moment of validity, Unix time in ms.
        since_ms: i64,
    },
    /// The certificate's time has not come (or the clock is wrong).
    #[error("the certificate is not valid before {from_ms} ms")]
    NotYetValid {
        /// The first moment of validity, Unix time in ms.
        from_ms: i64,
    },
    /// The private key does not belong to the certificate beside it.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// An RSA key under 2048 bits.
    #[error("the RSA key has {bits} bits; at least 2048 are needed")]
    KeyTooShort {
        /// Length of the modulus.
        bits: usize,
    },
    /// A kind of key or of encryption that is not handled.
    #[error("unsupported key: {0}")]
    Unsupported(String),
    /// Opening the file would take the machine too long: whoever packed it asked for too many rounds.
    #[error("the key file asks for {rounds} rounds of key derivation")]
    TooCostly {
        /// All of them together.
        rounds: u64,
    },
    /// The arithmetic failed, or the module did not do what it was asked.
    #[error("signing failed: {0}")]
    Failed(String),

    /// Nobody typed a PIN, and the token has no pad of its own to type it on. It was not asked.
    #[error("no PIN was typed")]
    NoPin,
    /// The token refused the PIN. After this the same PIN must not be tried again: tokens lock themselves.
    #[error("the token refused the PIN; tries left: {tries:?}")]
    WrongPin {
        /// What the token tells of how many tries are left.
        tries: Tries,
    },
    /// Too many wrong PINs: only the issuer's program opens the token again.
    #[error("the token's PIN is locked")]
    PinLocked,
    /// The token wants its PIN to be set or changed first, which its issuer's program does.
    #[error("the token's PIN must be set or changed first: {0}")]
    PinNotReady(String),
    /// The holder pressed "cancel" in the vendor's window or on the PIN pad.
    #[error("the holder of the token cancelled")]
    Cancelled,
    /// No token is plugged in.
    #[error("no token is plugged in")]
    NoToken,
    /// A token is plugged in, but the certificate that was asked for is not on it.
    #[error("the certificate is on no token that is plugged in")]
    OtherToken,
    /// The token was pulled out, or forgot its holder, after it had been unlocked.
    #[error("the token was pulled out")]
    TokenGone,
    /// The module is not there, or is no PKCS#11 library for this machine.
    #[error("no PKCS#11 module: {0}")]
    NoModule(String),
    /// The module said nothing for too long, and its process was killed.
    #[error("the token's module did not answer; it was stopped")]
    Hung,
    /// The module's process died: the module crashed it, or it could not be started.
    #[error("the token's module died: {0}")]
    WorkerDied(String),
}

/// What a token tells of the tries that are left: PKCS#11 has three flags and no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tries {
    /// It does not tell.
    Unknown,
    /// At least one wrong PIN since the last right one (`CKF_USER_PIN_COUNT_LOW`).
    Few,
    /// One more wrong PIN locks it (`CKF_USER_PIN_FINAL_TRY`).
    Last,
}

impl TokenError {
    /// The stable name of the case; never changes, unlike the text.
    pub fn code(&self) -> &'static str {
        match self {
            TokenError::WrongPassphrase => "token.wrong_passphrase",
            TokenError::NotAKeyFile(_) => "token.not_a_key_file",
            TokenError::NoKey => "token.no_key",
            TokenError::Expired { .. } => "token.expired",
            TokenError::NotYetValid { .. } => "token.not_yet_valid",
            TokenError::KeyMismatch => "token.key_mismatch",
            TokenError::KeyTooShort { .. } => "token.key_too_short",
            TokenError::Unsupported(_) => "token.unsupported",
            TokenError::TooCostly { .. } => "token.too_costly",
            TokenError::Failed(_) => "token.failed",
            TokenError::NoPin => "token.no_pin",
            TokenError::WrongPin { .. } => "token.wrong_pin",
            TokenError::PinLocked => "token.pin_locked",
            TokenError::PinNotReady(_) => "token.pin_not_ready",
            TokenError::Cancelled => "token.cancelled",
            TokenError::NoToken => "token.none",
            TokenError::OtherToken => "token.other",
            TokenError::TokenGone => "token.gone",
            TokenError::NoModule(_) => "token.no_module",
            TokenError::Hung => "token.hung",
            TokenError::WorkerDied(_) => "token.module_died",
        }
    }

    /// Whether the unlocked key is lost with this: the rest of a batch fails the same way until somebody unlocks again.
    pub fn ends_the_batch(&self) -> bool {
        matches!(
            self,
            TokenError::TokenGone
                | TokenError::NoToken
                | TokenError::Hung
                | TokenError::WorkerDied(_)
                | TokenError::PinLocked
                | TokenError::KeyMismatch
        )
    }
}
