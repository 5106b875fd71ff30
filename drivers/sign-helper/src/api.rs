//! What page and helper say to each other. Bytes are hexadecimal.

use serde::{Deserialize, Serialize};
use token::{Algorithm, Der, Pin, Token};

use crate::trouble::Trouble;

/// `GET /v1/hello`
#[derive(Debug, Serialize)]
pub(crate) struct Hello {
    /// Always `vanthu-sign-helper`, so that the page knows whom it has found.
    pub(crate) helper: &'static str,
    pub(crate) version: &'static str,
    /// The secret that came with this request is good.
    pub(crate) paired: bool,
    /// A code is being shown.
    pub(crate) pairing: bool,
}

/// `POST /v1/pair`
#[derive(Deserialize)]
pub(crate) struct Pair {
    /// The six digits.
    pub(crate) code: String,
    #[serde(rename = "box")]
    pub(crate) of: BoxName,
}

/// The box as its page names it, for people. What the helper goes by is the origin, which the browser tells.
#[derive(Deserialize)]
pub(crate) struct BoxName {
    pub(crate) name: String,
}

/// Answer to `POST /v1/pair`; told once.
#[derive(Serialize)]
pub(crate) struct Paired {
    pub(crate) secret: String,
}

/// `GET /v1/holders`
#[derive(Debug, Serialize)]
pub(crate) struct Holders {
    pub(crate) modules: Vec<Named>,
    pub(crate) files: Vec<Named>,
}

/// A module or a key file of this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Named {
    /// As people call it.
    pub(crate) name: String,
    /// As the page calls it in the requests below.
    pub(crate) path: String,
}

/// `POST /v1/tokens`
#[derive(Deserialize)]
pub(crate) struct ListTokens {
    pub(crate) module: String,
}

/// Answer to `POST /v1/tokens`.
#[derive(Serialize)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<Token>,
}

/// `POST /v1/open`
#[derive(Deserialize)]
pub(crate) struct Open {
    pub(crate) holder: Holder,
    /// PIN of the token or passphrase of the file.
    pub(crate) pin: Pin,
}

/// Which key.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Holder {
    /// On a token.
    Token {
        module: String,
        /// SHA-256, lower-case hexadecimal.
        certificate: String,
    },
    /// In a PKCS#12 file.
    File { file: String },
}

/// Answer to `POST /v1/open`.
#[derive(Serialize)]
pub(crate) struct Opened {
    pub(crate) session: String,
    /// `rsa_pkcs1_sha256`, `ecdsa_p256_sha256` or `ecdsa_p384_sha384`.
    pub(crate) algorithm: &'static str,
    /// The key's own certificate first.
    pub(crate) chain: Vec<Der>,
}

/// `POST /v1/sign`
#[derive(Deserialize)]
pub(crate) struct Sign {
    pub(crate) session: String,
    /// Signed attributes, each as the DER set that is signed.
    pub(crate) documents: Vec<Der>,
}

/// Answer to `POST /v1/sign`: one result for each document, in order.
#[derive(Serialize)]
pub(crate) struct Results {
    pub(crate) results: Vec<Outcome>,
}

/// What became of one document.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Signature(#[serde(with = "hex::serde")] Vec<u8>),
    Error(Trouble),
}

/// `POST /v1/close`
#[derive(Deserialize)]
pub(crate) struct Close {
    pub(crate) session: String,
}

/// An answer that says only that it is done.
#[derive(Serialize)]
pub(crate) struct Done {}

/// An algorithm as the page knows it.
pub(crate) fn name_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RsaPkcs1Sha256 => "rsa_pkcs1_sha256",
        Algorithm::EcdsaP256Sha256 => "ecdsa_p256_sha256",
        Algorithm::EcdsaP384Sha384 => "ecdsa_p384_sha384",
    }
}
