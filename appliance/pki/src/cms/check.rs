//! Does the signature hold: over the covered bytes, by the rules of its attributes, with the very certificate it names.

use super::{Cms, attributes::Attributes};
use crate::{
    algorithm::{AlgorithmId, Hash, Problem, Scheme, sha1},
    cert::Cert,
    der::{INTEGER, OCTET_STRING, Read, Reader, SEQUENCE, context_constructed, dotted},
    name::GeneralName,
    oid,
};

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
    /// ESS signing-certificate, by SHA-1 (old). To exchange the certificate one would need a second preimage.
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
    /// The signed attributes break the rules (RFC 5652 §5.3 and §11, RFC 5035, RFC 6211).
    #[error("signed attributes: {0}")]
    Attributes(&'static str),
    /// The certificate was exchanged for another of the same number or key.
    #[error("the certificate is not the one that was signed with")]
    CertificateSubstituted,
    /// The signer's certificate is not inside.
    #[error("the signer's certificate is missing")]
    NoCertificate,
    /// MD5, SHA-1 or an RSA key under 2048 bits. Nothing else was found wrong.
    #[error("weak: {0}")]
    Weak(String),
    /// An algorithm that is not handled.
    #[error("unsupported: {0}")]
    Unsupported(String),
}

impl From<Problem> for Broken {
    fn from(problem: Problem) -> Broken {
        match problem {
            Problem::Bad => Broken::Signature,
            Problem::Weak(name) => Broken::Weak(name),
            Problem::Unsupported(name) => Broken::Unsupported(name),
        }
    }
}

impl Cms {
    /// Checks attributes, digest, ESS certificate and signature over the covered parts of a file, in order. Content
    /// that is encapsulated must be those parts.
    pub fn check(&self, covered: &[&[u8]]) -> Result<Signed, Broken> {
        let signer = &self.signer;
        let attributes = signer.signed.as_ref().ok_or(Broken::Attributes("there are none"))?;
        self.rules(attributes)?;
        if self.content().is_some_and(|content| !is_concatenation(content, covered)) {
            return Err(Broken::Attributes("other content inside than outside"));
        }
        let hash = digest_matches(&signer.digest, attributes, covered)?;
        let scheme = Scheme::of(&signer.algorithm, Some(hash))?;
        if scheme.hash() != hash {
            let name = scheme.hash().name();
            return Err(Broken::Unsupported(format!("digest {} under a signature with {name}", hash.name())));
        }
        let (cert, binding) = self.bound_certificate(attributes)?;
        let mut outcome = Err(Problem::Bad);
        for form in attributes.signed_forms() {
            outcome = cert.key().verify(&signer.algorithm, Some(hash), &form, &signer.signature);
            if outcome.is_ok() {
                break;
            }
        }
        Ok(Signed { signer: cert.clone(), hash, algorithm: outcome?, binding })
    }

    fn rules(&self, attributes: &Attributes) -> Result<(), Broken> {
        if !attributes.are_distinct() {
            return Err(Broken::Attributes("one occurs twice"));
        }
        let content_type = attributes
            .only(oid::CONTENT_TYPE)
            .map_err(|()| Broken::Attributes("several content types"))?
            .ok_or(Broken::Attributes("no content type"))?;
        if Reader::new(content_type).oid().as_deref() != Ok(self.content_type()) {
            return Err(Broken::Attributes("another content type"));
        }
        let protection = attributes.only(oid::ALGORITHM_PROTECTION);
        let protection = protection.map_err(|()| Broken::Attributes("several algorithm protections"))?;
        if protection.is_some_and(|value| self.protects(value) != Ok(true)) {
            return Err(Broken::Attributes("other algorithms than protected"));
        }
        Ok(())
    }

    fn protects(&self, value: &[u8]) -> Read<bool> {
        let mut value = Reader::new(value).sequence()?;
        let digest = AlgorithmId::read(&mut value)?;
        let signature = AlgorithmId::of(value.take(context_constructed(1))?.inside())?;
        Ok(digest == self.signer.digest && signature == self.signer.algorithm)
    }

    /// The certificate that signer info and ESS attributes agree on. Among several of the same number the attribute
    /// chooses; without one there is nothing to choose by, and the first is taken.
    fn bound_certificate(&self, attributes: &Attributes) -> Result<(&Cert, Binding), Broken> {
        let several = |()| Broken::Attributes("several signing certificates");
        let second = attributes.only(oid::SIGNING_CERTIFICATE_V2).map_err(several)?;
        let first = attributes.only(oid::SIGNING_CERTIFICATE).map_err(several)?;
        let odd = |_| Broken::Attributes("a signing certificate that cannot be read");
        let ids: Vec<EssId> =
            [second.map(|value| EssId::read(value, true)), first.map(|value| EssId::read(value, false))]
                .into_iter()
                .flatten()
                .collect::<Read<_>>()
                .map_err(odd)?;
        for id in &ids {
            if let Some(name) = &id.hash {
                Hash::named(name)?;
            }
        }
        let binding = match (second, first) {
            (Some(_), _) => Binding::V2,
            (None, Some(_)) => Binding::V1,
            (None, None) => Binding::None,
        };
        self.signer().ok_or(Broken::NoCertificate)?;
        let cert = self.candidates().find(|cert| ids.iter().all(|id| id.is(cert)));
        Ok((cert.ok_or(Broken::CertificateSubstituted)?, binding))
    }
}

fn digest_matches(by: &AlgorithmId, attributes: &Attributes, covered: &[&[u8]]) -> Result<Hash, Broken> {
    let value = attributes
        .only(oid::MESSAGE_DIGEST)
        .map_err(|()| Broken::Attributes("several message digests"))?
        .ok_or(Broken::Attributes("no message digest"))?;
    let stated =
        Reader::new(value).take(OCTET_STRING).map_err(|_| Broken::Attributes("no message digest"))?.content;
    let hash = Hash::named(&by.oid);
    let found = match &hash {
        Ok(hash) => Some(hash.digest(covered)),
        Err(_) if by.oid == oid::SHA1 => Some(sha1(covered)),
        Err(_) => None,
    };
    // An altered document is told as altered even where the digest would not have proven it whole.
    if found.is_some_and(|found| found != stated) {
        return Err(Broken::Digest);
    }
    Ok(hash?)
}

fn is_concatenation(content: &[u8], parts: &[&[u8]]) -> bool {
    let mut rest = Some(content);
    for part in parts {
        rest = rest.and_then(|rest| rest.strip_prefix(*part));
    }
    rest.is_some_and(<[u8]>::is_empty)
}

/// `ESSCertID` (RFC 2634 §5.4.1) or `ESSCertIDv2` (RFC 5035 §4): the first of the list, which is the signer's.
struct EssId {
    /// None: SHA-1 (version 1).
    hash: Option<String>,
    digest: Vec<u8>,
    issuer: Option<(Vec<GeneralName>, Vec<u8>)>,
}

impl EssId {
    fn read(value: &[u8], second: bool) -> Read<EssId> {
        let mut id = Reader::new(value).sequence()?.sequence()?.sequence()?;
        let stated = if second { id.optional(SEQUENCE)? } else { None };
        let hash = match (second, stated) {
            (false, _) => None,
            (true, None) => Some(oid::SHA256.to_owned()),
            (true, Some(tlv)) => Some(dotted(tlv.inside().take(crate::der::OID)?.content)?),
        };
        let digest = id.take(OCTET_STRING)?.content.to_vec();
        let issuer = match id.optional(SEQUENCE)? {
            Some(tlv) => {
                let mut pair = tlv.inside();
                let names = GeneralName::list(pair.sequence()?)?;
                Some((names, pair.take(INTEGER)?.number()?.to_vec()))
            }
            None => None,
        };
        Ok(EssId { hash, digest, issuer })
    }

    fn is(&self, cert: &Cert) -> bool {
        let digest = match self.hash.as_deref().map(Hash::named) {
            None => sha1(&[cert.der()]),
            Some(Ok(hash)) => hash.digest(&[cert.der()]),
            Some(Err(_)) => return false,
        };
        let same_issuer = self.issuer.as_ref().is_none_or(|(names, serial)| {
            serial == cert.serial() && names.contains(&GeneralName::Directory(cert.issuer_name().clone()))
        });
        digest == self.digest && same_issuer
    }
}
