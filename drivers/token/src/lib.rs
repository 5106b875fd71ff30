//! Keys that sign.
//!
//! A signature is a person's act: somebody holds the key and unlocks it with a passphrase. This crate knows how to
//! open such a key and to make one raw signature with it. It knows nothing of PDF, CMS or documents: the caller hands
//! over the bytes that the standard says are signed, and puts the result where the standard says it goes.
//!
//! ```
//! use token::{Pkcs12, Signer, TokenError};
//!
//! fn sign(key_file: &[u8], passphrase: &str, now_unix_ms: i64, attributes: &[u8]) -> Result<Vec<u8>, TokenError> {
//!     let key = Pkcs12::open(key_file, passphrase, now_unix_ms)?;
//!     key.sign(attributes)
//! }
//! ```
//!
//! [`Signer`] is the seam. Two holders of keys stand behind it here: a PKCS#12 file ([`Pkcs12`]) and a PKCS#11 token
//! ([`TokenKey`]); the third, the token in the clerk's own PC, is lent over loopback by `drivers/sign-helper`, which
//! uses these two. PIN and passphrase are used and forgotten; nothing here writes to disk or reads a clock.
//!
//! # Tokens
//!
//! A token is driven by its vendor's library (PKCS#11), and that may hang for ever or crash. So it is loaded only by a
//! child: [`Tokens`] starts the same binary once more (`vanthu token-worker --module PATH`) and talks to it over two
//! pipes. A child that is silent for too long is killed; the next call starts another.
//!
//! ```text
//! box (Tokens, TokenKey)               worker (worker_main)        vendor's library
//!  | Open {certificate, pin, now}  ->  |                            |
//!  |                                   |  in its time? long enough? |  before the PIN, which costs a try
//!  |                                   |  open session, log in   -> |
//!  |  <- Opened {chain}                |  find the key              |
//!  | Sign {message}                ->  |  sign                   -> |
//!  |  <- Signed {signature}            |                            |
//!  |  (checked against the certificate: what a module calls a signature need not be one)
//!  | ... once per document, one PIN for all ...
//!  | Close                         ->  |  log out                -> |
//! ```
//!
//! The login lives in that process alone: when it ends, by whatever way, the token is locked again.
//!
//! ```no_run
//! use token::{Launch, Pin, Signer, TokenError, Tokens};
//!
//! # fn example(documents: &[Vec<u8>], now_unix_ms: i64) -> Result<(), TokenError> {
//! let launch = Launch { program: "/usr/bin/vanthu".into(), args: vec!["token-worker".into()], env: vec![] };
//! let tokens = Tokens::new(launch, "/usr/lib/libbit4xpki.so".into());
//! let token = tokens.list()?.remove(0); // label, state of the PIN, certificates; needs no PIN
//! let key = tokens.unlock(&token.certificates[0].facts.sha256_hex, &Pin::from("123456"), now_unix_ms)?;
//! for document in documents {
//!     key.sign(document)?;
//! }
//! # Ok(()) }
//! ```
//!
//! [`Signer::sign`] takes the whole message and not its digest, for tokens too: the message is the signed attributes,
//! a few hundred bytes, and some tokens only sign what they have digested themselves (`CKM_SHA256_RSA_PKCS`) while
//! others only sign digests (`CKM_RSA_PKCS`, `CKM_ECDSA`). The worker tries one, then the other.
//!
//! A key that wants its PIN with every signature (`CKA_ALWAYS_AUTHENTICATE`) gets it from the worker, which then keeps
//! it until it logs out. Left out: certificates that can only be read after logging in.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod certificate;
mod child;
mod error;
mod launch;
mod modules;
mod pin;
mod pkcs11;
mod pkcs12;
mod process;
mod protocol;
mod rounds;
mod sentences;
mod tokens;
mod worker;

pub use certificate::{CertificateFacts, facts};
pub use error::{TokenError, Tries};
pub use launch::{Launch, Patience};
pub use modules::{KnownModule, modules};
pub use pin::Pin;
pub use pkcs12::Pkcs12;
pub use protocol::{Der, PinState, Token, TokenCertificate};
pub use sentences::sentence;
pub use tokens::{TokenKey, Tokens};
pub use worker::worker_main;

/// What a key signs with. The digest belongs to the algorithm and is computed by the signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 4096 bits.
    RsaPkcs1Sha256,
    /// ECDSA on P-256 with SHA-256; the signature is DER (`ECDSA-Sig-Value`).
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384; the signature is DER (`ECDSA-Sig-Value`).
    EcdsaP384Sha384,
}

/// A key that has been unlocked and can sign.
pub trait Signer {
    /// The certificates that vouch for the key, DER, the key's own first, each followed by its issuer as far as known.
    fn chain(&self) -> &[Vec<u8>];

    /// What [`Signer::sign`] signs with.
    fn algorithm(&self) -> Algorithm;

    /// Signs `message`, which is digested here: hand over the whole message, not its digest.
    ///
    /// For a token this is a talk with its process, which may take as long as [`Patience::sign`]; not to be called
    /// where a thread must not wait. After an error that [`ends_the_batch`](TokenError::ends_the_batch) every further
    /// call fails the same way.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError>;
}
