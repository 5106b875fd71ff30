//! Certificates, chains, revocation, CMS signatures and time stamps: read and judged, offline.
//! (The bodies are being written; the signatures are meant to stay.)

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![expect(unused_variables, reason = "skeleton")]

use std::sync::Arc;

/// Bytes that are not what they should be: cut short, nested too deep, wrongly tagged. The text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {what}: {why}")]
pub struct Malformed {
    /// What was being read ("certificate", "CRL", ...).
    pub what: &'static str,
    /// What did not fit.
    pub why: &'static str,
}

/// A certificate (RFC 5280), its bytes shared. Equal when the bytes are.
#[derive(Clone, Debug)]
pub struct Cert(Arc<Vec<u8>>);
impl PartialEq for Cert {
    fn eq(&self, other: &Cert) -> bool {
        self.0 == other.0
    }
}
impl Eq for Cert {}
impl Cert {
    /// Reads one DER certificate.
    pub fn parse(der: &[u8]) -> Result<Cert, Malformed> {
        unimplemented!()
    }
    /// The bytes.
    pub fn der(&self) -> &[u8] {
        unimplemented!()
    }
    /// SHA-256 of the bytes, lower hex.
    pub fn sha256_hex(&self) -> &str {
        unimplemented!()
    }
    /// Serial number, lower hex without leading zeros.
    pub fn serial_hex(&self) -> String {
        unimplemented!()
    }
    /// Common name of the subject, else the most telling attribute there is (O, OU, ...).
    pub fn subject_cn(&self) -> &str {
        unimplemented!()
    }
    /// Organisation of the subject.
    pub fn organisation(&self) -> Option<&str> {
        unimplemented!()
    }
    /// Common name of the issuer.
    pub fn issuer_cn(&self) -> &str {
        unimplemented!()
    }
    /// Whole subject, readable: `CN=..., O=..., C=VN`.
    pub fn subject(&self) -> String {
        unimplemented!()
    }
    /// First moment of validity, Unix ms.
    pub fn not_before_ms(&self) -> i64 {
        unimplemented!()
    }
    /// Last moment of validity, Unix ms (the whole of the second named).
    pub fn not_after_ms(&self) -> i64 {
        unimplemented!()
    }
    /// Of a body (a seal) rather than of a person; by the identifiers in the subject.
    pub fn is_unit(&self) -> bool {
        unimplemented!()
    }
    /// Basic constraints say CA.
    pub fn is_ca(&self) -> bool {
        unimplemented!()
    }
    /// Issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        unimplemented!()
    }
    /// Where complete CRLs are to be had (http only).
    pub fn crl_urls(&self) -> &[String] {
        unimplemented!()
    }
    /// Where an OCSP responder answers (http only).
    pub fn ocsp_urls(&self) -> &[String] {
        unimplemented!()
    }
    /// Where the issuer's certificate is to be had (http only).
    pub fn issuer_urls(&self) -> &[String] {
        unimplemented!()
    }
}

/// What the holder of the box trusts: roots, CRLs that came with the last sync, intermediates for convenience.
#[derive(Clone, Debug, Default)]
pub struct Trust {}

/// A file of the trust folder that was not used, or not as it was meant. For the log and the settings page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Name of the file as given.
    pub file: String,
    /// What is wrong with it, in English.
    pub why: String,
}

impl Trust {
    /// Reads roots, intermediates and CRLs, PEM (several to a file) or DER. What cannot be read is complained of, never fatal.
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> (Trust, Vec<Complaint>) {
        unimplemented!()
    }
    /// The roots.
    pub fn roots(&self) -> &[Cert] {
        unimplemented!()
    }
    /// The CRLs.
    pub fn crls(&self) -> &[crl::Crl] {
        unimplemented!()
    }
}

/// What came with the document (CMS, DSS, lines). Never trusted by itself.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Certificates of any kind.
    pub certs: Vec<Cert>,
    /// CRLs.
    pub crls: Vec<crl::Crl>,
    /// OCSP responses.
    pub ocsps: Vec<ocsp::Response>,
}
impl Evidence {
    /// Adds what can be read of these bytes; what cannot is left out (a broken certificate proves nothing).
    pub fn add_cert(&mut self, der: &[u8]) {
        unimplemented!()
    }
    /// As [`Evidence::add_cert`].
    pub fn add_crl(&mut self, der: &[u8]) {
        unimplemented!()
    }
    /// As [`Evidence::add_cert`]. Takes an `OCSPResponse` or a bare `BasicOCSPResponse`.
    pub fn add_ocsp(&mut self, der: &[u8]) {
        unimplemented!()
    }
    /// Everything a CMS carries: certificates, CRLs, OCSP responses (also Adobe's revocation archive).
    pub fn add_cms(&mut self, cms: &Cms) {
        unimplemented!()
    }
}

/// What a certificate is to be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing a document, as a person or as a unit.
    DocumentSigning,
    /// Answering RFC 3161 requests.
    TimeStamping,
    /// Answering OCSP requests for a CA.
    OcspSigning,
    /// Signing CRLs.
    CrlSigning,
}

/// What is known of one certificate and of all above it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Leaf first; up to the root when one was found, else as far as it goes.
    pub chain: Vec<Cert>,
    /// The last of `chain` is one of the trusted roots.
    pub anchored: bool,
    /// The verdict.
    pub standing: Standing,
    /// For each of `chain` (same length): what is known of its revocation. The root's is `NotNeeded`.
    pub revocation: Vec<Revocation>,
}
impl Judgement {
    /// Good, and nothing else.
    pub fn is_good(&self) -> bool {
        matches!(self.standing, Standing::Good)
    }
    /// The oldest "as of" among those certificates that need one; `None` while one of them is unknown.
    pub fn revocation_known_as_of_ms(&self) -> Option<i64> {
        unimplemented!()
    }
    /// Certificates, CRLs and OCSP responses that carry this judgement: what a DSS has to hold.
    pub fn proof(&self) -> Evidence {
        unimplemented!()
    }
}

/// The verdict on a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Chain to a trusted root, fit for the purpose, in its time, not known to be revoked.
    Good,
    /// No such chain.
    Untrusted(Why),
    /// At the time of proof the validity of `cert` was over.
    Expired {
        /// Place in the chain, 0 the leaf.
        cert: usize,
        /// Last moment of validity, Unix ms.
        since_ms: i64,
    },
    /// At the time of proof the validity of `cert` had not begun.
    NotYetValid {
        /// Place in the chain, 0 the leaf.
        cert: usize,
        /// First moment of validity, Unix ms.
        from_ms: i64,
    },
    /// Revoked before the time of proof.
    Revoked {
        /// Place in the chain, 0 the leaf.
        cert: usize,
        /// When it ceased to be good, Unix ms.
        at_ms: i64,
        /// The reason its issuer gave.
        reason: Reason,
    },
}

/// Why no chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The certificate signed itself and is not among the trusted roots.
    SelfSigned,
    /// The chain ends in a root that is not trusted.
    UnknownRoot(String),
    /// Nobody's certificate fits as issuer (named).
    NoIssuer(String),
    /// A signature inside the chain does not verify.
    BadSignature,
    /// MD5, SHA-1, or an RSA key under 2048 bits.
    Weak(String),
    /// An algorithm or curve that is not handled.
    Unsupported(String),
    /// An issuer is no CA, or may not sign certificates.
    NotACa(String),
    /// More CAs below one another than one of them allows.
    PathTooLong,
    /// Key usage or extended key usage do not allow the purpose.
    WrongPurpose(String),
    /// A critical extension that is not understood.
    CriticalExtension(String),
    /// A name outside of what a CA above allows.
    NameConstraint(String),
}

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// None given, or "unspecified".
    Unspecified,
    /// The key is in other hands.
    KeyCompromise,
    /// The CA's key is in other hands.
    CaCompromise,
    /// The holder's name or place changed.
    AffiliationChanged,
    /// Replaced by another.
    Superseded,
    /// No longer used.
    CessationOfOperation,
    /// Set aside for the moment.
    CertificateHold,
    /// Taken off a delta CRL.
    RemoveFromCrl,
    /// A right was withdrawn.
    PrivilegeWithdrawn,
    /// The attribute authority's key is in other hands.
    AaCompromise,
}

/// What is known of one certificate's revocation.
#[derive(Clone, Debug)]
pub enum Revocation {
    /// A trusted root, or a responder with ocsp-nocheck.
    NotNeeded,
    /// Nothing usable at hand.
    Unknown,
    /// As of `fresh_at_ms` not revoked.
    NotRevoked {
        /// When the statement was made, Unix ms.
        fresh_at_ms: i64,
        /// When its maker promised a newer one.
        next_ms: Option<i64>,
        /// The statement.
        by: Source,
    },
    /// Revoked; whether that counts depends on the time of proof (see [`Standing::Revoked`]).
    Revoked {
        /// From when it counts, Unix ms.
        at_ms: i64,
        /// The reason given.
        reason: Reason,
        /// When the statement was made, Unix ms.
        fresh_at_ms: i64,
        /// The statement.
        by: Source,
    },
}

/// Who said it.
#[derive(Clone, Debug)]
pub enum Source {
    /// A CRL.
    Crl(crl::Crl),
    /// An OCSP response.
    Ocsp(ocsp::Response),
}

/// Judges `leaf` for `purpose` at the time of proof `at_ms` (the time stamp's, else now), as known at `now_ms`.
pub fn judge(
    leaf: &Cert,
    purpose: Purpose,
    evidence: &Evidence,
    trust: &Trust,
    at_ms: i64,
    now_ms: i64,
) -> Judgement {
    unimplemented!()
}

/// What a line has to fetch so that the judgement stands on its own (B-LT).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// One of these CRLs (GET).
    Crl {
        /// Certificate it is about.
        cert: Cert,
        /// Any of these.
        urls: Vec<String>,
    },
    /// An OCSP answer (POST application/ocsp-request).
    Ocsp {
        /// Certificate it is about.
        cert: Cert,
        /// Any of these.
        urls: Vec<String>,
        /// Body to post.
        request: Vec<u8>,
    },
    /// The certificate of an issuer (GET; DER, PEM or a `.p7c`).
    Issuer {
        /// Certificate whose issuer is missing.
        cert: Cert,
        /// Any of these.
        urls: Vec<String>,
    },
}

/// What is missing in `judgement`: OCSP first where a responder is named, else the CRL; the issuer where the chain breaks off.
/// A statement older than `not_before_ms` does not count as there.
pub fn wanted(judgement: &Judgement, not_before_ms: i64) -> Vec<Want> {
    unimplemented!()
}

/// Digest algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// CMS SignedData (RFC 5652) with exactly one signer.
#[derive(Clone, Debug)]
pub struct Cms {}
impl Cms {
    /// Reads DER or BER; zeros after the end (the rest of a hole in a PDF) are allowed, anything else is not.
    pub fn parse(contents: &[u8]) -> Result<Cms, Malformed> {
        unimplemented!()
    }
    /// The SignedData as given, without the zeros after it.
    pub fn bytes(&self) -> &[u8] {
        unimplemented!()
    }
    /// Certificates inside, in order.
    pub fn certs(&self) -> &[Cert] {
        unimplemented!()
    }
    /// CRLs inside.
    pub fn crls(&self) -> &[crl::Crl] {
        unimplemented!()
    }
    /// OCSP responses inside.
    pub fn ocsps(&self) -> &[ocsp::Response] {
        unimplemented!()
    }
    /// Certificate the signer info points to. Only [`Cms::check`] makes it certain.
    pub fn signer(&self) -> Option<&Cert> {
        unimplemented!()
    }
    /// Encapsulated content; none when detached.
    pub fn content(&self) -> Option<&[u8]> {
        unimplemented!()
    }
    /// Object identifier of the content, dotted.
    pub fn content_type(&self) -> &str {
        unimplemented!()
    }
    /// Value of the signature: what a signature time stamp is about.
    pub fn signature(&self) -> &[u8] {
        unimplemented!()
    }
    /// Signing time the signer claims, Unix ms.
    pub fn signing_time_ms(&self) -> Option<i64> {
        unimplemented!()
    }
    /// Time stamps over [`Cms::signature`] (id-aa-timeStampToken), as found; each to be parsed and checked.
    pub fn time_stamps(&self) -> &[Vec<u8>] {
        unimplemented!()
    }
    /// Checks digest, attributes, ESS certificate and signature over the covered parts of a file, in order.
    /// Says nothing about trust.
    pub fn check(&self, covered: &[&[u8]]) -> Result<Signed, Broken> {
        unimplemented!()
    }
}

/// A signature that holds.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who signed.
    pub signer: Cert,
    /// Digest of the content.
    pub hash: Hash,
    /// For people: `RSA 3072, SHA-256`.
    pub algorithm: String,
    /// Which attribute ties the certificate to the signature.
    pub binding: Binding,
}

/// Which attribute ties the signer's certificate to the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// ESS signing-certificate-v2 (PAdES asks for it).
    V2,
    /// ESS signing-certificate with SHA-1 (old).
    V1,
    /// None: plain `adbe.pkcs7.detached`.
    None,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The content was altered after signing.
    #[error("the content is not what was signed")]
    Digest,
    /// The signature is not this key's over these attributes.
    #[error("the signature does not verify")]
    Signature,
    /// The signed attributes break the rules (RFC 5652 §11, RFC 5035).
    #[error("signed attributes: {0}")]
    Attributes(&'static str),
    /// The certificate was exchanged for another of the same key or number.
    #[error("the certificate is not the one that was signed with")]
    CertificateSubstituted,
    /// The signer's certificate is not inside.
    #[error("the signer's certificate is missing")]
    NoCertificate,
    /// MD5, SHA-1 or a key that is too short.
    #[error("weak: {0}")]
    Weak(String),
    /// An algorithm that is not handled.
    #[error("unsupported: {0}")]
    Unsupported(String),
}

/// Certificate revocation lists (RFC 5280 §5).
pub mod crl {
    use crate::{Cert, Malformed, Reason};
    /// A complete CRL, its bytes shared.
    #[derive(Clone, Debug)]
    pub struct Crl {}
    impl Crl {
        /// Reads DER or PEM.
        pub fn parse(bytes: &[u8]) -> Result<Crl, Malformed> {
            unimplemented!()
        }
        /// The bytes, DER.
        pub fn der(&self) -> &[u8] {
            unimplemented!()
        }
        /// Name of the issuer, readable.
        pub fn issuer(&self) -> String {
            unimplemented!()
        }
        /// When it was made, Unix ms.
        pub fn this_update_ms(&self) -> i64 {
            unimplemented!()
        }
        /// When the next is promised, Unix ms.
        pub fn next_update_ms(&self) -> Option<i64> {
            unimplemented!()
        }
        /// The signature is `issuer`'s.
        pub fn is_signed_by(&self, issuer: &Cert) -> bool {
            unimplemented!()
        }
        /// The entry about `cert`, if there is one: when and why.
        pub fn entry(&self, cert: &Cert) -> Option<(i64, Reason)> {
            unimplemented!()
        }
    }
}

/// Online certificate status (RFC 6960).
pub mod ocsp {
    use crate::{Cert, Malformed};
    /// Body of a request about `cert`; SHA-1 names the issuer, as responders expect (RFC 5019).
    pub fn request(cert: &Cert, issuer: &Cert, nonce: Option<&[u8]>) -> Vec<u8> {
        unimplemented!()
    }
    /// A successful basic response, its bytes shared.
    #[derive(Clone, Debug)]
    pub struct Response {}
    impl Response {
        /// Reads `OCSPResponse` or a bare `BasicOCSPResponse`. "tryLater" and the like are malformed here.
        pub fn parse(der: &[u8]) -> Result<Response, Malformed> {
            unimplemented!()
        }
        /// The bytes as `OCSPResponse`, for a DSS.
        pub fn der(&self) -> &[u8] {
            unimplemented!()
        }
        /// When it was signed, Unix ms.
        pub fn produced_at_ms(&self) -> i64 {
            unimplemented!()
        }
        /// The nonce it repeats.
        pub fn nonce(&self) -> Option<&[u8]> {
            unimplemented!()
        }
        /// Is about `cert` and signed by its issuer or by whom the issuer charged with it.
        pub fn is_about(&self, cert: &Cert, issuer: &Cert) -> bool {
            unimplemented!()
        }
    }
}

/// Time stamps (RFC 3161).
pub mod tsp {
    use crate::{Broken, Cert, Cms, Hash, Malformed};

    /// Body of a request (POST application/timestamp-query) for a SHA-256 digest; asks for the TSA's certificate.
    pub fn request(sha256: &[u8; 32], nonce: Option<u64>) -> Vec<u8> {
        unimplemented!()
    }

    /// Reads the answer and checks that it is about `sha256` and `nonce`, and that the token holds ([`Token::check`]).
    pub fn reply(bytes: &[u8], sha256: &[u8; 32], nonce: Option<u64>) -> Result<Token, TspError> {
        unimplemented!()
    }

    /// Why there is no usable time stamp.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum TspError {
        /// The server refuses, with its words.
        #[error("the server refuses (status {status}): {text}")]
        Refused {
            /// PKIStatus.
            status: u32,
            /// Its words and failure bits.
            text: String,
        },
        /// Not an answer.
        #[error(transparent)]
        Malformed(#[from] Malformed),
        /// About another digest.
        #[error("the time stamp is about something else")]
        OtherImprint,
        /// The nonce is missing or another.
        #[error("the time stamp repeats another nonce")]
        OtherNonce,
        /// The token does not hold.
        #[error(transparent)]
        Broken(#[from] Broken),
        /// The certificate may not stamp time.
        #[error("the certificate of the server is not for time stamps")]
        NotATsa,
    }

    /// A time stamp token.
    #[derive(Clone, Debug)]
    pub struct Token {}
    impl Token {
        /// Reads a token; zeros after it are allowed. Call [`Token::check`] before believing it.
        pub fn parse(bytes: &[u8]) -> Result<Token, Malformed> {
            unimplemented!()
        }
        /// The CMS around it, with its certificates.
        pub fn cms(&self) -> &Cms {
            unimplemented!()
        }
        /// The bytes, DER, without zeros after them.
        pub fn bytes(&self) -> &[u8] {
            unimplemented!()
        }
        /// The time stamped, Unix ms.
        pub fn gen_time_ms(&self) -> i64 {
            unimplemented!()
        }
        /// How far off the time may be, ms; 0 when not told.
        pub fn accuracy_ms(&self) -> i64 {
            unimplemented!()
        }
        /// Digest algorithm of the imprint; none when weak or not handled.
        pub fn imprint_hash(&self) -> Option<Hash> {
            unimplemented!()
        }
        /// The digest stamped.
        pub fn imprint(&self) -> &[u8] {
            unimplemented!()
        }
        /// Serial number at the TSA, lower hex.
        pub fn serial_hex(&self) -> String {
            unimplemented!()
        }
        /// Signature, attributes, ESS certificate and the certificate's purpose hold; says nothing about trust. Gives the TSA's certificate.
        pub fn check(&self) -> Result<Cert, TspError> {
            unimplemented!()
        }
        /// The stamp is about these parts, in order.
        pub fn is_about(&self, parts: &[&[u8]]) -> Result<(), TspError> {
            unimplemented!()
        }
    }
}
