//! One certificate: read once, shared, asked many times. What it says is a claim; [`crate::judge()`] weighs it.

use crate::{
    Malformed,
    algorithm::{AlgorithmId, Hash, Key, Problem},
    der::{BIT_STRING, INTEGER, In, Read, Reader, SEQUENCE, Tlv, context, context_constructed, place_of},
    extensions::Extensions,
    name::{GeneralName, Name, hex},
    oid,
};
use std::{fmt, ops::Range, sync::Arc};

/// Largest certificate that is read; honest ones have 1 to 4 KiB.
const MOST_BYTES: usize = 128 << 10;

/// A certificate (RFC 5280), its bytes shared. Equal when the bytes are.
#[derive(Clone)]
pub struct Cert(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    /// The part of `der` that is signed.
    signed: Range<usize>,
    serial: Vec<u8>,
    serial_as_written: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before_ms: i64,
    not_after_ms: i64,
    key: Key,
    signed_by: AlgorithmId,
    signature: Vec<u8>,
    /// Version 1 says nothing of what it may be used for.
    first_version: bool,
    extensions: Extensions,
    sha256_hex: String,
    crl_urls: Vec<String>,
    ocsp_urls: Vec<String>,
    issuer_urls: Vec<String>,
}

impl PartialEq for Cert {
    fn eq(&self, other: &Cert) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.der == other.0.der
    }
}

impl Eq for Cert {}

impl fmt::Debug for Cert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cert({}, {})", self.subject(), self.serial_hex())
    }
}

impl Cert {
    /// Reads one DER certificate; nothing may follow it.
    pub fn parse(der: &[u8]) -> Result<Cert, Malformed> {
        Inner::read(der).map(|inner| Cert(Arc::new(inner))).within("certificate")
    }

    /// The bytes.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the bytes, lower hex.
    pub fn sha256_hex(&self) -> &str {
        &self.0.sha256_hex
    }

    /// Serial number, lower hex without leading zeros.
    pub fn serial_hex(&self) -> String {
        hex(&self.0.serial)
    }

    /// Common name of the subject, else its unit, its organisation, or whatever comes last.
    pub fn subject_cn(&self) -> &str {
        self.0.subject.short()
    }

    /// Organisation of the subject.
    pub fn organisation(&self) -> Option<&str> {
        self.0.subject.find(oid::ORGANISATION)
    }

    /// Common name of the issuer, as [`Cert::subject_cn`].
    pub fn issuer_cn(&self) -> &str {
        self.0.issuer.short()
    }

    /// Whole subject, readable: `CN=..., O=..., C=VN`.
    pub fn subject(&self) -> String {
        self.0.subject.readable()
    }

    /// Whole issuer, readable.
    pub fn issuer(&self) -> String {
        self.0.issuer.readable()
    }

    /// First moment of validity, Unix ms.
    pub fn not_before_ms(&self) -> i64 {
        self.0.not_before_ms
    }

    /// Last second of validity, Unix ms. The whole of that second is still valid.
    pub fn not_after_ms(&self) -> i64 {
        self.0.not_after_ms
    }

    /// Of a body (its seal) rather than of a person.
    ///
    /// Vietnamese CAs write who it is into UID: `MST:` (tax code) or `MNS:` (budget code) of a body; `CMND:`, `CCCD:`,
    /// `HC:` (identity card, passport) of a person; ETSI's profiles have organizationIdentifier, or given name and
    /// surname. Where none is there, a common name that is also the organisation's is a body's. Anything else is
    /// taken for a person's: a seal is never claimed on a guess.
    pub fn is_unit(&self) -> bool {
        let subject = &self.0.subject;
        let numbers = || subject.all(oid::USER_ID).chain(subject.all(oid::SERIAL_NUMBER));
        let numbered = |marks: &[&str]| {
            numbers()
                .any(|number| marks.iter().any(|mark| number.to_uppercase().trim_start().starts_with(mark)))
        };
        if numbered(&["CMND", "CCCD", "CMT", "CC:", "HC:", "PNO", "IDC", "PAS"])
            || subject.find(oid::GIVEN_NAME).is_some()
            || subject.find(oid::SURNAME).is_some()
        {
            return false;
        }
        if numbered(&["MST", "MNS", "MSDN", "VAT", "NTR"])
            || subject.find(oid::ORGANISATION_IDENTIFIER).is_some()
        {
            return true;
        }
        let same = |one: &str, two: &str| one.trim().to_lowercase() == two.trim().to_lowercase();
        let name = subject.find(oid::COMMON_NAME).unwrap_or("");
        subject
            .all(oid::ORGANISATION)
            .chain(subject.all(oid::ORGANISATIONAL_UNIT))
            .any(|body| same(body, name))
    }

    /// Basic constraints say CA.
    pub fn is_ca(&self) -> bool {
        self.0.extensions.basic.is_some_and(|(authority, _)| authority)
    }

    /// Issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.0.issuer == self.0.subject
    }

    /// Where complete CRLs are to be had (http and https only).
    pub fn crl_urls(&self) -> &[String] {
        &self.0.crl_urls
    }

    /// Where an OCSP responder answers (http and https only).
    pub fn ocsp_urls(&self) -> &[String] {
        &self.0.ocsp_urls
    }

    /// Where the issuer's certificate is to be had (http and https only).
    pub fn issuer_urls(&self) -> &[String] {
        &self.0.issuer_urls
    }

    pub(crate) fn serial(&self) -> &[u8] {
        &self.0.serial
    }

    /// For requests, which must repeat it to the octet.
    pub(crate) fn serial_as_written(&self) -> &[u8] {
        &self.0.serial_as_written
    }

    pub(crate) fn is_valid_at(&self, at_ms: i64) -> bool {
        self.not_before_ms() <= at_ms && at_ms < self.not_after_ms().saturating_add(1000)
    }

    pub(crate) fn subject_name(&self) -> &Name {
        &self.0.subject
    }

    pub(crate) fn issuer_name(&self) -> &Name {
        &self.0.issuer
    }

    pub(crate) fn key(&self) -> &Key {
        &self.0.key
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    pub(crate) fn is_first_version(&self) -> bool {
        self.0.first_version
    }

    /// The signature on this certificate is of `issuer`'s key.
    pub(crate) fn verify_by(&self, issuer: &Cert) -> Result<String, Problem> {
        issuer.key().verify(&self.0.signed_by, None, &self.0.der[self.0.signed.clone()], &self.0.signature)
    }
}

impl Inner {
    fn read(der: &[u8]) -> Read<Inner> {
        if der.len() > MOST_BYTES {
            return Err("too large");
        }
        let mut file = Reader::new(der);
        let mut whole = file.sequence()?;
        file.end()?;
        let signed = whole.take(SEQUENCE)?;
        let outer = AlgorithmId::read(&mut whole)?;
        let signature = whole.take(BIT_STRING)?.bits()?.to_vec();
        whole.end()?;

        let mut part = signed.inside();
        let version = match part.optional(context_constructed(0))? {
            Some(tlv) => tlv.inside().take(INTEGER)?.small()?,
            None => 0,
        };
        let serial = part.take(INTEGER)?;
        let signed_by = AlgorithmId::read(&mut part)?;
        if signed_by != outer {
            return Err("two signature algorithms");
        }
        let issuer = Name::read(&mut part)?;
        let mut validity = part.sequence()?;
        let (not_before_ms, not_after_ms) = (validity.any()?.time_ms()?, validity.any()?.time_ms()?);
        let subject = Name::read(&mut part)?;
        let key = Key::read(&mut part)?;
        part.optional(context(1))?;
        part.optional(context(2))?;
        let extensions = match part.optional(context_constructed(3))? {
            Some(tlv) => Extensions::read(tlv.inside())?,
            None => Extensions::default(),
        };
        part.end()?;

        Ok(Inner {
            signed: place_of(signed.raw, der),
            serial: serial.number()?.to_vec(),
            serial_as_written: serial.content.to_vec(),
            issuer,
            subject,
            not_before_ms,
            not_after_ms,
            key,
            signed_by,
            signature,
            first_version: version == 0,
            crl_urls: urls(&extensions.crl_points),
            ocsp_urls: urls(&extensions.ocsp),
            issuer_urls: urls(&extensions.issuers),
            extensions,
            sha256_hex: hex(&Hash::Sha256.digest(&[der])),
            der: der.to_vec(),
        })
    }
}

/// Addresses that a box can fetch from; LDAP is left alone.
fn urls(names: &[GeneralName]) -> Vec<String> {
    let url = |name: &GeneralName| match name {
        GeneralName::Uri(url) if url.starts_with("http://") || url.starts_with("https://") => {
            Some(url.clone())
        }
        _ => None,
    };
    names.iter().filter_map(url).take(16).collect()
}

/// Those that can be read; one that cannot proves nothing and harms nobody.
pub(crate) fn readable<'a>(list: impl Iterator<Item = &'a Tlv<'a>>) -> Vec<Cert> {
    list.filter_map(|tlv| Cert::parse(tlv.raw).ok()).collect()
}
