//! What people want to know of a certificate before they sign with it or trust it.

use crate::{Algorithm, TokenError};
use der::{
    Decode, Encode, Sequence,
    asn1::{ObjectIdentifier, UintRef},
};
use ring::signature::{self, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use x509_cert::{Certificate, ext::pkix::BasicConstraints, name::Name};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// Vietnam's clock is ahead of Greenwich by this, ms.
const VIETNAM_MS: i64 = 7 * 3_600_000;

/// The few facts of a certificate that are shown on a page and kept with a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// Whom the certificate names (subject, CN); empty if it names nobody.
    pub subject_cn: String,
    /// The body the subject belongs to (subject, O).
    pub organisation: Option<String>,
    /// Who vouches for it (issuer, CN); empty if it names nobody.
    pub issuer_cn: String,
    /// Serial number, lower-case hexadecimal, without a leading sign byte.
    pub serial_hex: String,
    /// First moment of validity, Unix time in ms.
    pub not_before_ms: i64,
    /// Last moment of validity, Unix time in ms.
    pub not_after_ms: i64,
    /// SHA-256 of the whole certificate, lower-case hexadecimal: its name in lists.
    pub sha256_hex: String,
}

/// Reads the facts of one DER certificate. Fails with [`TokenError::Unsupported`] when it is not one.
pub fn facts(certificate: &[u8]) -> Result<CertificateFacts, TokenError> {
    let parsed = parse(certificate)?;
    let body = &parsed.tbs_certificate;
    let serial = body.serial_number.as_bytes();
    let serial = if serial.len() > 1 && serial[0] == 0 { &serial[1..] } else { serial };
    Ok(CertificateFacts {
        subject_cn: part(&body.subject, COMMON_NAME).unwrap_or_default(),
        organisation: part(&body.subject, ORGANISATION),
        issuer_cn: part(&body.issuer, COMMON_NAME).unwrap_or_default(),
        serial_hex: hex::encode(serial),
        not_before_ms: unix_ms(body.validity.not_before),
        not_after_ms: unix_ms(body.validity.not_after),
        sha256_hex: name_in_lists(certificate),
    })
}

/// The public half of a key as its certificate states it.
pub(crate) struct PublicKey {
    pub(crate) algorithm: Algorithm,
    /// Contents of the `subjectPublicKey` bit string: `RSAPublicKey` or an uncompressed point.
    pub(crate) bytes: Vec<u8>,
}

/// Reads the public key and refuses what must not sign: short RSA, other curves, other arithmetic.
pub(crate) fn public_key(certificate: &[u8]) -> Result<PublicKey, TokenError> {
    let parsed = parse(certificate)?;
    let info = &parsed.tbs_certificate.subject_public_key_info;
    let bytes = info
        .subject_public_key
        .as_bytes()
        .ok_or_else(|| TokenError::Unsupported("public key is not whole bytes".into()))?
        .to_vec();
    let algorithm = match info.algorithm.oid {
        RSA => rsa(&bytes)?,
        EC => curve(info.algorithm.parameters.as_ref().and_then(|any| any.decode_as().ok()))?,
        other => return Err(TokenError::Unsupported(format!("public key algorithm {other}"))),
    };
    Ok(PublicKey { algorithm, bytes })
}

impl PublicKey {
    /// Whether `signature` over `message` is this key's. What a vendor's module calls a signature is believed only
    /// after this.
    pub(crate) fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        let way: &dyn signature::VerificationAlgorithm = match self.algorithm {
            Algorithm::RsaPkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Algorithm::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
            Algorithm::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
        };
        UnparsedPublicKey::new(way, &self.bytes).verify(message, signature).is_ok()
    }

    /// The modulus of an RSA key, as a token names it.
    pub(crate) fn modulus(&self) -> Option<Vec<u8>> {
        let key = RsaPublicKey::from_der(&self.bytes).ok()?;
        Some(key.modulus.as_bytes().to_vec())
    }
}

/// Refuses a certificate outside its time, before anybody types a PIN for it.
pub(crate) fn within_its_time(leaf: &[u8], now_unix_ms: i64) -> Result<(), TokenError> {
    let facts = facts(leaf)?;
    if now_unix_ms < facts.not_before_ms {
        return Err(TokenError::NotYetValid { from_ms: facts.not_before_ms });
    }
    // notAfter names a second, and the whole of that second is still valid.
    if now_unix_ms >= facts.not_after_ms.saturating_add(1000) {
        return Err(TokenError::Expired { since_ms: facts.not_after_ms });
    }
    Ok(())
}

/// SHA-256 of a certificate as its name in lists.
pub(crate) fn name_in_lists(certificate: &[u8]) -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, certificate))
}

/// Who is named and who vouches, as bytes that can be compared, and whether it may vouch for others.
pub(crate) struct Place {
    pub(crate) subject: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) is_authority: bool,
}

/// The place of a certificate in a chain. Fails like [`facts`].
pub(crate) fn place(certificate: &[u8]) -> Result<Place, TokenError> {
    let body = parse(certificate)?.tbs_certificate;
    let name = |name: &Name| name.to_der().map_err(|e| TokenError::Unsupported(format!("certificate: {e}")));
    let (subject, issuer) = (name(&body.subject)?, name(&body.issuer)?);
    let constraints = body.get::<BasicConstraints>().ok().flatten();
    Ok(Place { subject, issuer, is_authority: constraints.is_some_and(|(_, said)| said.ca) })
}

/// `21/11/2026`, by Vietnam's clock; empty for a moment outside the calendar of certificates.
pub(crate) fn day(unix_ms: i64) -> String {
    let Ok(since_1970) = u64::try_from(unix_ms.saturating_add(VIETNAM_MS)) else { return String::new() };
    let day = der::DateTime::from_unix_duration(Duration::from_millis(since_1970));
    day.map(|day| format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())).unwrap_or_default()
}

#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

fn rsa(key: &[u8]) -> Result<Algorithm, TokenError> {
    let key =
        RsaPublicKey::from_der(key).map_err(|e| TokenError::Unsupported(format!("RSA public key: {e}")))?;
    let modulus = key.modulus.as_bytes();
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    match bits {
        ..2048 => Err(TokenError::KeyTooShort { bits }),
        2048..=4096 => Ok(Algorithm::RsaPkcs1Sha256),
        _ => Err(TokenError::Unsupported(format!("RSA key of {bits} bits; at most 4096"))),
    }
}

fn curve(oid: Option<ObjectIdentifier>) -> Result<Algorithm, TokenError> {
    match oid {
        Some(P256) => Ok(Algorithm::EcdsaP256Sha256),
        Some(P384) => Ok(Algorithm::EcdsaP384Sha384),
        Some(other) => Err(TokenError::Unsupported(format!("curve {other}"))),
        None => Err(TokenError::Unsupported("curve without a name".into())),
    }
}

fn parse(certificate: &[u8]) -> Result<Certificate, TokenError> {
    Certificate::from_der(certificate).map_err(|e| TokenError::Unsupported(format!("certificate: {e}")))
}

fn part(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    let value = name.0.iter().flat_map(|rdn| rdn.0.iter()).find(|part| part.oid == oid)?;
    text(value.value.value(), der::Tagged::tag(&value.value))
}

/// Old authorities still write BMPString; everything else in use is UTF-8 or a subset of it.
fn text(bytes: &[u8], tag: der::Tag) -> Option<String> {
    match tag {
        der::Tag::BmpString => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        der::Tag::TeletexString => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}

fn unix_ms(time: x509_cert::time::Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX)
}
