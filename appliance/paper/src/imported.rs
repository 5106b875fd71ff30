//! A CMS that another program made over a digest of ours: a token's own software, another office.
//!
//! Better no signature than one that every reader calls broken, so everything is checked that needs no trust list: that it
//! is over this document, that its arithmetic holds, that it names its certificate.

use crate::{
    cms::{
        CONTENT_TYPE, DATA, EC, ECDSA_SHA256, ECDSA_SHA384, MESSAGE_DIGEST, P256, P384, RSA, RSA_SHA256,
        SHA256, SHA384, SIGNED_DATA, SIGNING_CERTIFICATE_V2,
    },
    sign::SignError,
};
use cms::{
    cert::CertificateChoices,
    content_info::ContentInfo,
    signed_data::{SignedData, SignerIdentifier, SignerInfo},
};
use der::{
    Any, Decode, Encode, Sequence,
    asn1::{ObjectIdentifier, OctetString},
};
use ring::{digest, signature};
use x509_cert::{Certificate, spki::AlgorithmIdentifierOwned};

const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");

/// `ESSCertIDv2` (RFC 5035 §4) as others write it.
#[derive(Sequence)]
struct EssCertIdV2 {
    #[asn1(optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

#[derive(Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

/// Whether `cms` is a whole signature of the document whose message digest `digest_of` computes.
pub(crate) fn check(
    cms: &[u8],
    digest_of: impl FnOnce(&'static digest::Algorithm) -> Vec<u8>,
) -> Result<(), SignError> {
    let signed = signed_data(cms).map_err(not_cms)?;
    let signer = only_signer(&signed)?;
    if signed.encap_content_info.econtent_type != DATA || signed.encap_content_info.econtent.is_some() {
        return Err(SignError::NotCms("it holds content of its own".into()));
    }
    let content_type =
        attribute(signer, CONTENT_TYPE)?.and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    let message_digest =
        attribute(signer, MESSAGE_DIGEST)?.and_then(|value| value.decode_as::<OctetString>().ok());
    let (Some(DATA), Some(message_digest)) = (content_type, message_digest) else {
        return Err(SignError::NotCms("signed attributes are missing".into()));
    };
    let algorithm = digest_algorithm(signer.digest_alg.oid)
        .ok_or_else(|| SignError::NotCms(format!("digest algorithm {}", signer.digest_alg.oid)))?;
    if message_digest.as_bytes() != digest_of(algorithm) {
        return Err(SignError::OtherDocument);
    }
    let certificate = certificate(&signed, signer)?;
    names_certificate(signer, certificate)?;
    verify(signer, certificate)
}

/// DER of a `ContentInfo` with SignedData, and nothing behind it.
pub(crate) fn signed_data(cms: &[u8]) -> der::Result<SignedData> {
    let content = ContentInfo::from_der(cms)?;
    if content.content_type != SIGNED_DATA {
        return Err(der::ErrorKind::OidUnknown { oid: content.content_type }.into());
    }
    content.content.decode_as()
}

/// PDF allows one (ISO 32000-2 §12.8.3.3.1).
pub(crate) fn only_signer(signed: &SignedData) -> Result<&SignerInfo, SignError> {
    match signed.signer_infos.0.as_slice() {
        [signer] => Ok(signer),
        others => Err(SignError::NotCms(format!("{} signers", others.len()))),
    }
}

/// The single value of an attribute that may stand only once.
fn attribute(signer: &SignerInfo, oid: ObjectIdentifier) -> Result<Option<&Any>, SignError> {
    let all = signer.signed_attrs.iter().flat_map(|attributes| attributes.iter());
    let mut named = all.filter(|attribute| attribute.oid == oid);
    match (named.next().map(|attribute| attribute.values.as_slice()), named.next()) {
        (None, None) => Ok(None),
        (Some([value]), None) => Ok(Some(value)),
        _ => Err(SignError::NotCms(format!("attribute {oid} more than once"))),
    }
}

fn certificate<'a>(signed: &'a SignedData, signer: &SignerInfo) -> Result<&'a Certificate, SignError> {
    // Poppler finds no certificate that is named by its key's identifier, and calls such a signature broken.
    let SignerIdentifier::IssuerAndSerialNumber(named) = &signer.sid else {
        return Err(SignError::NotCms("the signer is not named by issuer and serial number".into()));
    };
    let is_signers = |certificate: &Certificate| {
        let facts = &certificate.tbs_certificate;
        named.issuer == facts.issuer && named.serial_number == facts.serial_number
    };
    let all = signed.certificates.iter().flat_map(|set| set.0.iter());
    let certificates = all.filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    });
    let mut own = certificates.filter(|certificate| is_signers(certificate));
    own.next().ok_or_else(|| SignError::NotCms("the signer's certificate is missing".into()))
}

fn names_certificate(signer: &SignerInfo, certificate: &Certificate) -> Result<(), SignError> {
    let named = attribute(signer, SIGNING_CERTIFICATE_V2)?.ok_or(SignError::NoSigningCertificate)?;
    let named: SigningCertificateV2 = named.decode_as().map_err(not_cms)?;
    let first = named.certs.first().ok_or(SignError::NoSigningCertificate)?;
    let oid = first.hash_algorithm.as_ref().map_or(SHA256, |algorithm| algorithm.oid);
    let algorithm =
        digest_algorithm(oid).ok_or_else(|| SignError::NotCms(format!("digest algorithm {oid}")))?;
    let hash = digest::digest(algorithm, &certificate.to_der().map_err(not_cms)?);
    if hash.as_ref() == first.cert_hash.as_bytes() { Ok(()) } else { Err(SignError::WrongSignature) }
}

fn verify(signer: &SignerInfo, certificate: &Certificate) -> Result<(), SignError> {
    let key = &certificate.tbs_certificate.subject_public_key_info;
    let curve = key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    let (signing, digest) = (signer.signature_algorithm.oid, signer.digest_alg.oid);
    // `rsaEncryption` leaves the digest to the field beside it (RFC 3370 §3.2).
    let arithmetic: &dyn signature::VerificationAlgorithm = match (key.algorithm.oid, curve, signing, digest)
    {
        (RSA, _, RSA | RSA_SHA256, SHA256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (RSA, _, RSA | RSA_SHA384, SHA384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (RSA, _, RSA | RSA_SHA512, SHA512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (EC, Some(P256), ECDSA_SHA256, SHA256) => &signature::ECDSA_P256_SHA256_ASN1,
        (EC, Some(P256), ECDSA_SHA384, SHA384) => &signature::ECDSA_P256_SHA384_ASN1,
        (EC, Some(P384), ECDSA_SHA256, SHA256) => &signature::ECDSA_P384_SHA256_ASN1,
        (EC, Some(P384), ECDSA_SHA384, SHA384) => &signature::ECDSA_P384_SHA384_ASN1,
        _ => return Err(SignError::NotCms(format!("signature algorithm {signing}"))),
    };
    let attributes =
        signer.signed_attrs.as_ref().ok_or_else(|| SignError::NotCms("no signed attributes".into()))?;
    signature::UnparsedPublicKey::new(arithmetic, key.subject_public_key.raw_bytes())
        .verify(&attributes.to_der().map_err(not_cms)?, signer.signature.as_bytes())
        .map_err(|_| SignError::WrongSignature)
}

fn digest_algorithm(oid: ObjectIdentifier) -> Option<&'static digest::Algorithm> {
    match oid {
        SHA256 => Some(&digest::SHA256),
        SHA384 => Some(&digest::SHA384),
        SHA512 => Some(&digest::SHA512),
        _ => None,
    }
}

fn not_cms(error: der::Error) -> SignError {
    SignError::NotCms(error.to_string())
}
