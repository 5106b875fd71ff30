//! Which arithmetic a signature needs, and whether it is strong enough to mean anything.
//!
//! RSA PKCS#1 v1.5 and PSS from 2048 to 8192 bits, ECDSA on P-256 and P-384, Ed25519; SHA-256, SHA-384, SHA-512. MD5,
//! SHA-1 and shorter RSA keys are *weak*. What ring does not do (P-521, PSS with another salt than the digest's
//! length) is *unsupported*: not proven wrong, and never called good.

use crate::{
    der::{BIT_STRING, INTEGER, OID, Read, Reader, context_constructed},
    oid,
};
use ring::{digest, signature};

/// Digests that are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Digest of the parts, one after another.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        digest_of(self.ring(), parts)
    }

    /// Length of the digest in octets.
    pub fn length(self) -> usize {
        self.ring().output_len()
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Hash::Sha256 => "SHA-256",
            Hash::Sha384 => "SHA-384",
            Hash::Sha512 => "SHA-512",
        }
    }

    fn ring(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
            Hash::Sha512 => &digest::SHA512,
        }
    }

    pub(crate) fn named(oid: &str) -> Result<Hash, Problem> {
        match oid {
            oid::SHA256 => Ok(Hash::Sha256),
            oid::SHA384 => Ok(Hash::Sha384),
            oid::SHA512 => Ok(Hash::Sha512),
            oid::SHA1 => Err(Problem::Weak("SHA-1".into())),
            oid::MD5 => Err(Problem::Weak("MD5".into())),
            other => Err(Problem::Unsupported(format!("digest {other}"))),
        }
    }
}

/// SHA-1 names things (OCSP, old ESS) and finds out whether an old signature's document was altered besides.
pub(crate) fn sha1(parts: &[&[u8]]) -> Vec<u8> {
    digest_of(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts)
}

fn digest_of(algorithm: &'static digest::Algorithm, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = digest::Context::new(algorithm);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().to_vec()
}

/// Why a signature cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Bad,
    Weak(String),
    Unsupported(String),
}

/// `AlgorithmIdentifier`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AlgorithmId {
    pub(crate) oid: String,
    /// Raw; an explicit NULL counts as none.
    parameters: Option<Vec<u8>>,
}

impl AlgorithmId {
    pub(crate) fn read(from: &mut Reader) -> Read<AlgorithmId> {
        AlgorithmId::of(from.sequence()?)
    }

    /// From the inside of the SEQUENCE (which may be implicitly tagged).
    pub(crate) fn of(mut inside: Reader) -> Read<AlgorithmId> {
        let oid = inside.oid()?;
        let parameters = if inside.is_empty() { None } else { Some(inside.any()?) };
        inside.end()?;
        let parameters = parameters.filter(|tlv| tlv.raw != [5, 0]).map(|tlv| tlv.raw.to_vec());
        Ok(AlgorithmId { oid, parameters })
    }
}

/// `SubjectPublicKeyInfo`.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    algorithm: AlgorithmId,
    /// Contents of the bit string: what OCSP digests, what ring takes.
    pub(crate) bits: Vec<u8>,
}

impl Key {
    pub(crate) fn read(from: &mut Reader) -> Read<Key> {
        let mut inside = from.sequence()?;
        let algorithm = AlgorithmId::read(&mut inside)?;
        let bits = inside.take(BIT_STRING)?.bits()?.to_vec();
        Ok(Key { algorithm, bits })
    }

    pub(crate) fn same_as(&self, other: &Key) -> bool {
        self.bits == other.bits && self.algorithm == other.algorithm
    }

    /// Verifies; gives the arithmetic's name for people. `digest` is the digest the context names, where the
    /// signature's own identifier (plain RSA, plain EC) does not.
    pub(crate) fn verify(
        &self,
        by: &AlgorithmId,
        digest: Option<Hash>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<String, Problem> {
        let means = self.means(by, digest)?;
        signature::UnparsedPublicKey::new(means.ring, &self.bits)
            .verify(message, signature)
            .map_err(|_| Problem::Bad)?;
        Ok(means.name)
    }

    /// The key as such is strong enough.
    pub(crate) fn is_strong(&self) -> Result<(), Problem> {
        match self.algorithm.oid.as_str() {
            oid::RSA | oid::RSA_PSS => self.rsa_bits().map(|_| ()),
            oid::EC => self.curve().map(|_| ()),
            oid::ED25519 => Ok(()),
            other => Err(Problem::Unsupported(format!("key of kind {other}"))),
        }
    }

    fn means(&self, by: &AlgorithmId, digest: Option<Hash>) -> Result<Means, Problem> {
        let scheme = Scheme::of(by, digest)?;
        match (scheme, self.algorithm.oid.as_str()) {
            (Scheme::Pkcs1(hash), oid::RSA) => self.rsa(hash, false),
            (Scheme::Pss(hash), oid::RSA) => self.rsa(hash, true),
            // A key for PSS alone may bind itself to one digest (RFC 4055 §1.2).
            (Scheme::Pss(hash), oid::RSA_PSS)
                if self.algorithm.parameters.is_none() || pss(&self.algorithm)? == hash =>
            {
                self.rsa(hash, true)
            }
            (Scheme::Ecdsa(hash), oid::EC) => self.ecdsa(hash),
            (Scheme::Ed25519, oid::ED25519) => {
                Ok(Means { ring: &signature::ED25519, name: "Ed25519".into() })
            }
            _ => Err(Problem::Bad),
        }
    }

    fn rsa(&self, hash: Hash, pss: bool) -> Result<Means, Problem> {
        let bits = self.rsa_bits()?;
        let ring: &'static dyn signature::VerificationAlgorithm = match (pss, hash) {
            (false, Hash::Sha256) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (false, Hash::Sha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (false, Hash::Sha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
            (true, Hash::Sha256) => &signature::RSA_PSS_2048_8192_SHA256,
            (true, Hash::Sha384) => &signature::RSA_PSS_2048_8192_SHA384,
            (true, Hash::Sha512) => &signature::RSA_PSS_2048_8192_SHA512,
        };
        let kind = if pss { "RSA-PSS" } else { "RSA" };
        Ok(Means { ring, name: format!("{kind} {bits}, {}", hash.name()) })
    }

    fn rsa_bits(&self) -> Result<usize, Problem> {
        let modulus = Reader::new(&self.bits).sequence().and_then(|mut key| key.take(INTEGER)?.number());
        let modulus = modulus.map_err(|_| Problem::Unsupported("RSA key that cannot be read".into()))?;
        let top = modulus.first().map_or(0, |first| 8 - first.leading_zeros() as usize);
        match (modulus.len().saturating_sub(1)) * 8 + top {
            bits @ ..2048 => Err(Problem::Weak(format!("RSA {bits}"))),
            bits @ 2048..=8192 => Ok(bits),
            bits => Err(Problem::Unsupported(format!("RSA {bits}"))),
        }
    }

    fn curve(&self) -> Result<&'static str, Problem> {
        let named = self.algorithm.parameters.as_deref().map(|raw| Reader::new(raw).oid());
        match named {
            Some(Ok(curve)) if curve == oid::P256 => Ok("P-256"),
            Some(Ok(curve)) if curve == oid::P384 => Ok("P-384"),
            Some(Ok(curve)) => Err(Problem::Unsupported(format!("curve {curve}"))),
            _ => Err(Problem::Unsupported("curve without a name".into())),
        }
    }

    fn ecdsa(&self, hash: Hash) -> Result<Means, Problem> {
        let curve = self.curve()?;
        let ring: &'static dyn signature::VerificationAlgorithm = match (curve, hash) {
            ("P-256", Hash::Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
            ("P-256", Hash::Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
            ("P-384", Hash::Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
            ("P-384", Hash::Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
            _ => return Err(Problem::Unsupported(format!("ECDSA {curve}, {}", hash.name()))),
        };
        Ok(Means { ring, name: format!("ECDSA {curve}, {}", hash.name()) })
    }
}

struct Means {
    ring: &'static dyn signature::VerificationAlgorithm,
    name: String,
}

/// What a signature's identifier asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Pkcs1(Hash),
    Pss(Hash),
    Ecdsa(Hash),
    Ed25519,
}

impl Scheme {
    pub(crate) fn of(by: &AlgorithmId, digest: Option<Hash>) -> Result<Scheme, Problem> {
        let weak = |name: &str| Err(Problem::Weak(name.into()));
        Ok(match (by.oid.as_str(), digest) {
            (oid::RSA, Some(hash)) => Scheme::Pkcs1(hash),
            (oid::EC, Some(hash)) => Scheme::Ecdsa(hash),
            (oid::RSA_SHA256, _) => Scheme::Pkcs1(Hash::Sha256),
            (oid::RSA_SHA384, _) => Scheme::Pkcs1(Hash::Sha384),
            (oid::RSA_SHA512, _) => Scheme::Pkcs1(Hash::Sha512),
            (oid::RSA_PSS, _) => Scheme::Pss(pss(by)?),
            (oid::ECDSA_SHA256, _) => Scheme::Ecdsa(Hash::Sha256),
            (oid::ECDSA_SHA384, _) => Scheme::Ecdsa(Hash::Sha384),
            (oid::ECDSA_SHA512, _) => Scheme::Ecdsa(Hash::Sha512),
            (oid::ED25519, _) => Scheme::Ed25519,
            (oid::RSA_MD2, _) => return weak("MD2"),
            (oid::RSA_MD5, _) => return weak("MD5"),
            (oid::RSA_SHA1 | oid::RSA_SHA1_OLD | oid::ECDSA_SHA1, _) => return weak("SHA-1"),
            (other, _) => return Err(Problem::Unsupported(format!("signature {other}"))),
        })
    }

    /// The digest it takes of the message; Ed25519 goes with SHA-512 (RFC 8419 §2.3).
    pub(crate) fn hash(self) -> Hash {
        match self {
            Scheme::Pkcs1(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash) => hash,
            Scheme::Ed25519 => Hash::Sha512,
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1). Defaults are SHA-1's, so missing ones are weak.
fn pss(by: &AlgorithmId) -> Result<Hash, Problem> {
    let odd = |_| Problem::Unsupported("PSS parameters".into());
    let raw = by.parameters.as_deref().ok_or_else(|| Problem::Weak("SHA-1".into()))?;
    let mut parameters = Reader::new(raw).sequence().map_err(odd)?;
    let hash = match parameters.optional(context_constructed(0)).map_err(odd)? {
        Some(tlv) => Hash::named(&AlgorithmId::read(&mut tlv.inside()).map_err(odd)?.oid)?,
        None => return Err(Problem::Weak("SHA-1".into())),
    };
    let mask = match parameters.optional(context_constructed(1)).map_err(odd)? {
        Some(tlv) => mask_hash(tlv.inside()).map_err(odd)?,
        None => None,
    };
    let salt = match parameters.optional(context_constructed(2)).map_err(odd)? {
        Some(tlv) => tlv.inside().take(INTEGER).and_then(|salt| salt.small()).map_err(odd)?,
        None => 20,
    };
    if mask.as_deref().and_then(|oid| Hash::named(oid).ok()) != Some(hash) || salt as usize != hash.length() {
        return Err(Problem::Unsupported(format!("PSS with salt {salt}")));
    }
    Ok(hash)
}

/// The digest of MGF1.
fn mask_hash(mut from: Reader) -> Read<Option<String>> {
    let mut mask = from.sequence()?;
    if crate::der::dotted(mask.take(OID)?.content)? != oid::MGF1 {
        return Ok(None);
    }
    AlgorithmId::read(&mut mask).map(|hash| Some(hash.oid))
}
