//! The signature itself: CMS SignedData (RFC 5652) with the signed attributes that PAdES B-B asks for
//! (ETSI EN 319 142-1 §6.3; EN 319 122-1 §5): content type, message digest, signing certificate v2.
//! No signing time: PAdES takes it from `/M`. Everything else about the key comes from its certificate.

use crate::sign::SignError;
use cms::{
    cert::{CertificateChoices, IssuerAndSerialNumber},
    content_info::{CmsVersion, ContentInfo},
    signed_data::{
        CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier, SignerInfo,
        SignerInfos,
    },
};
use der::{
    Any, Decode, Encode, Sequence,
    asn1::{Null, ObjectIdentifier, OctetString, SetOfVec},
};
use ring::{digest, signature};
use x509_cert::{Certificate, attr::Attribute, spki::AlgorithmIdentifierOwned};

pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(crate) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
pub(crate) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(crate) const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
pub(crate) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(crate) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(crate) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
pub(crate) const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
pub(crate) const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// `ESSCertIDv2` (RFC 5035 §4) with its defaults: SHA-256, no issuer.
#[derive(Sequence)]
struct EssCertIdV2 {
    cert_hash: OctetString,
}

#[derive(Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

/// A key's arithmetic, as its certificate states it.
#[derive(Clone, Copy)]
enum Arithmetic {
    RsaSha256,
    EcdsaP256Sha256,
    EcdsaP384Sha384,
}

impl Arithmetic {
    fn of(certificate: &Certificate) -> Result<Arithmetic, SignError> {
        let algorithm = &certificate.tbs_certificate.subject_public_key_info.algorithm;
        let curve = algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        match (algorithm.oid, curve) {
            (RSA, _) => Ok(Arithmetic::RsaSha256),
            (EC, Some(P256)) => Ok(Arithmetic::EcdsaP256Sha256),
            (EC, Some(P384)) => Ok(Arithmetic::EcdsaP384Sha384),
            (other, _) => Err(SignError::Certificate(format!("key of kind {other}"))),
        }
    }

    fn digest(self) -> (&'static digest::Algorithm, ObjectIdentifier) {
        match self {
            Arithmetic::RsaSha256 | Arithmetic::EcdsaP256Sha256 => (&digest::SHA256, SHA256),
            Arithmetic::EcdsaP384Sha384 => (&digest::SHA384, SHA384),
        }
    }

    fn signature_algorithm(self) -> AlgorithmIdentifierOwned {
        let (oid, parameters) = match self {
            Arithmetic::RsaSha256 => (RSA_SHA256, Some(Any::from(Null))),
            Arithmetic::EcdsaP256Sha256 => (ECDSA_SHA256, None),
            Arithmetic::EcdsaP384Sha384 => (ECDSA_SHA384, None),
        };
        AlgorithmIdentifierOwned { oid, parameters }
    }

    fn verification(self) -> &'static dyn signature::VerificationAlgorithm {
        match self {
            Arithmetic::RsaSha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Arithmetic::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
            Arithmetic::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
        }
    }
}

/// The certificates of a signature, the signer's own first, and what they say of its key.
pub(crate) struct Chain {
    certificates: Vec<Certificate>,
    leaf_sha256: Vec<u8>,
    arithmetic: Arithmetic,
}

impl Chain {
    pub(crate) fn read(chain: &[Vec<u8>]) -> Result<Chain, SignError> {
        let leaf = chain.first().ok_or_else(|| SignError::Certificate("none given".into()))?;
        let mut certificates: Vec<Certificate> = Vec::new();
        for der in chain {
            let certificate =
                Certificate::from_der(der).map_err(|e| SignError::Certificate(e.to_string()))?;
            // The CMS carries it re-encoded; a certificate that is not DER would come out with another digest.
            if certificate.to_der().ok().as_ref() != Some(der) {
                return Err(SignError::Certificate("not DER".into()));
            }
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
        let arithmetic = Arithmetic::of(&certificates[0])?;
        let leaf_sha256 = digest::digest(&digest::SHA256, leaf).as_ref().to_vec();
        Ok(Chain { certificates, leaf_sha256, arithmetic })
    }

    /// What the message digest is made with.
    pub(crate) fn digest_algorithm(&self) -> &'static digest::Algorithm {
        self.arithmetic.digest().0
    }

    /// What the key signs: DER.
    pub(crate) fn signed_attributes(&self, message_digest: &[u8]) -> Result<Vec<u8>, SignError> {
        self.attributes(message_digest).and_then(|attributes| attributes.to_der()).map_err(encoding)
    }

    fn attributes(&self, message_digest: &[u8]) -> der::Result<SignedAttributes> {
        let cert_hash = OctetString::new(self.leaf_sha256.as_slice())?;
        let signing_certificate = SigningCertificateV2 { certs: vec![EssCertIdV2 { cert_hash }] };
        SetOfVec::try_from(vec![
            attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
            attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(message_digest)?)?)?,
            attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&signing_certificate)?)?,
        ])
    }

    /// Fails when the signature was not made by the certificate's key over these attributes: a wrong token, a wrong
    /// answer from another machine. Better no signature than one that every reader calls broken.
    pub(crate) fn check(&self, attributes: &[u8], made: &[u8]) -> Result<(), SignError> {
        let key = &self.certificates[0].tbs_certificate.subject_public_key_info.subject_public_key;
        signature::UnparsedPublicKey::new(self.arithmetic.verification(), key.raw_bytes())
            .verify(attributes, made)
            .map_err(|_| SignError::WrongSignature)
    }

    /// The bytes for `/Contents`.
    pub(crate) fn assemble(&self, attributes: &[u8], made: &[u8]) -> Result<Vec<u8>, SignError> {
        let attributes = SignedAttributes::from_der(attributes).map_err(encoding)?;
        self.signed_data(attributes, made).map_err(encoding)
    }

    fn signed_data(&self, attributes: SignedAttributes, made: &[u8]) -> der::Result<Vec<u8>> {
        let leaf = &self.certificates[0].tbs_certificate;
        let digest_alg = AlgorithmIdentifierOwned { oid: self.arithmetic.digest().1, parameters: None };
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: leaf.issuer.clone(),
                serial_number: leaf.serial_number.clone(),
            }),
            digest_alg: digest_alg.clone(),
            signed_attrs: Some(attributes),
            signature_algorithm: self.arithmetic.signature_algorithm(),
            signature: OctetString::new(made)?,
            unsigned_attrs: None,
        };
        let certificates =
            self.certificates.iter().cloned().map(CertificateChoices::Certificate).collect::<Vec<_>>();
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![digest_alg])?,
            encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
            certificates: Some(CertificateSet(SetOfVec::try_from(certificates)?)),
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![signer])?),
        };
        ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
    }
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

fn encoding(error: der::Error) -> SignError {
    SignError::Certificate(error.to_string())
}
