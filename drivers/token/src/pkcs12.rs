//! A key in a PKCS#12 file (`.p12`, `.pfx`; RFC 7292), packed the modern way (AES) or the old way (3DES, RC2-40).

use crate::{
    Algorithm, Signer, TokenError,
    certificate::{public_key, within_its_time},
    rounds,
};
use der::{
    AnyRef, Decode, Header, Reader, SliceReader, Tag,
    asn1::{OctetStringRef, UintRef},
};
use p12_keystore::{KeyStore, PrivateKeyChain, error::Error as StoreError};
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        KeyPair, RSA_PKCS1_SHA256,
    },
};

/// The largest key file that is looked at: a key and a chain of certificates take a few KB.
const MOST_BYTES: usize = 1 << 20;
/// The most rounds of key derivation in one file: programs write 2 000 to 600 000 for each of its three or four parts. The
/// smallest box does these in some ten seconds.
const MOST_ROUNDS: u64 = 5_000_000;

/// An unlocked key from a PKCS#12 file.
pub struct Pkcs12 {
    chain: Vec<Vec<u8>>,
    key: Key,
    random: SystemRandom,
}

enum Key {
    Rsa(rsa::KeyPair),
    Ecdsa(EcdsaKeyPair, Algorithm),
}

impl std::fmt::Debug for Pkcs12 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pkcs12").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

impl Pkcs12 {
    /// Unlocks the first key of the file and checks that it may sign now: the key belongs to its certificate, is long
    /// enough, and the certificate is within its time at `now_unix_ms`.
    pub fn open(bytes: &[u8], passphrase: &str, now_unix_ms: i64) -> Result<Pkcs12, TokenError> {
        let entry = unlock(bytes, passphrase)?;
        let chain: Vec<Vec<u8>> = entry.chain().iter().map(|c| c.as_der().to_vec()).collect();
        let leaf = chain.first().ok_or(TokenError::NoKey)?;
        let key = key_of(entry.key(), leaf)?;
        within_its_time(leaf, now_unix_ms)?;
        Ok(Pkcs12 { chain, key, random: SystemRandom::new() })
    }
}

impl Signer for Pkcs12 {
    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn algorithm(&self) -> Algorithm {
        match &self.key {
            Key::Rsa(_) => Algorithm::RsaPkcs1Sha256,
            Key::Ecdsa(_, algorithm) => *algorithm,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature)
                    .map_err(|_| TokenError::Failed("RSA".into()))?;
                Ok(signature)
            }
            Key::Ecdsa(pair, _) => pair
                .sign(&self.random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| TokenError::Failed("ECDSA".into())),
        }
    }
}

fn unlock(bytes: &[u8], passphrase: &str) -> Result<PrivateKeyChain, TokenError> {
    if bytes.len() > MOST_BYTES {
        return Err(TokenError::NotAKeyFile(format!("{} bytes", bytes.len())));
    }
    if !looks_like_pfx(bytes) {
        return Err(TokenError::NotAKeyFile("no PFX header".into()));
    }
    let rounds = rounds::asked_for(bytes);
    if rounds > MOST_ROUNDS {
        return Err(TokenError::TooCostly { rounds });
    }
    let store = KeyStore::from_pkcs12(bytes, passphrase).map_err(told_apart)?;
    store.private_key_chain().map(|(_, entry)| entry.clone()).ok_or(TokenError::NoKey)
}

/// `PFX ::= SEQUENCE { version INTEGER (3), authSafe ..., macData ... }` over the whole file.
fn looks_like_pfx(bytes: &[u8]) -> bool {
    let Ok(mut reader) = SliceReader::new(bytes) else { return false };
    let Ok(header) = Header::decode(&mut reader) else { return false };
    header.tag == Tag::Sequence
        && reader.remaining_len() == header.length
        && UintRef::decode(&mut reader).is_ok_and(|version| version.as_bytes() == [3])
}

/// A file without a MAC shows a wrong passphrase only by bytes that decrypt to nonsense.
fn told_apart(error: StoreError) -> TokenError {
    match error {
        StoreError::MacError(_) | StoreError::UnpadError | StoreError::Pkcs5Error(_) => {
            TokenError::WrongPassphrase
        }
        StoreError::UnsupportedContentType
        | StoreError::UnsupportedCertificateType
        | StoreError::UnsupportedEncryptionScheme
        | StoreError::UnsupportedMacAlgorithm => TokenError::Unsupported(error.to_string()),
        other => TokenError::NotAKeyFile(other.to_string()),
    }
}

/// Reads the inner key rather than handing PKCS#8 to ring, which refuses the attributes Windows adds to it and EC
/// keys that do not repeat their public half.
fn key_of(pkcs8: &[u8], leaf: &[u8]) -> Result<Key, TokenError> {
    let public = public_key(leaf)?;
    let inner = inner_key(pkcs8).map_err(|e| TokenError::Unsupported(format!("private key: {e}")))?;
    match public.algorithm {
        Algorithm::RsaPkcs1Sha256 => {
            let pair = rsa::KeyPair::from_der(inner).map_err(|e| {
                if is_ec(inner) {
                    TokenError::KeyMismatch
                } else {
                    TokenError::Unsupported(format!("RSA key: {e}"))
                }
            })?;
            if pair.public_key().as_ref() == public.bytes {
                Ok(Key::Rsa(pair))
            } else {
                Err(TokenError::KeyMismatch)
            }
        }
        Algorithm::EcdsaP256Sha256 => {
            ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, inner, &public.bytes, public.algorithm)
        }
        Algorithm::EcdsaP384Sha384 => {
            ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING, inner, &public.bytes, public.algorithm)
        }
    }
}

fn ecdsa(
    ring: &'static EcdsaSigningAlgorithm,
    inner: &[u8],
    public: &[u8],
    algorithm: Algorithm,
) -> Result<Key, TokenError> {
    // The certificate's curve decides; a scalar of another length or point belongs to another key.
    let scalar = ec_scalar(inner).map_err(|_| TokenError::KeyMismatch)?;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(ring, scalar, public, &SystemRandom::new())
        .map_err(|_| TokenError::KeyMismatch)?;
    if pair.public_key().as_ref() == public {
        Ok(Key::Ecdsa(pair, algorithm))
    } else {
        Err(TokenError::KeyMismatch)
    }
}

/// `PrivateKeyInfo ::= SEQUENCE { version, privateKeyAlgorithm, privateKey OCTET STRING, ... }` (RFC 5208 §5).
fn inner_key(pkcs8: &[u8]) -> der::Result<&[u8]> {
    let info = AnyRef::from_der(pkcs8)?;
    let mut reader = SliceReader::new(info.value())?;
    UintRef::decode(&mut reader)?;
    AnyRef::decode(&mut reader)?;
    Ok(OctetStringRef::decode(&mut reader)?.as_bytes())
}

/// `ECPrivateKey ::= SEQUENCE { version (1), privateKey OCTET STRING, ... }` (RFC 5915 §3).
fn ec_scalar(inner: &[u8]) -> der::Result<&[u8]> {
    let key = AnyRef::from_der(inner)?;
    let mut reader = SliceReader::new(key.value())?;
    UintRef::decode(&mut reader)?;
    Ok(OctetStringRef::decode(&mut reader)?.as_bytes())
}

fn is_ec(inner: &[u8]) -> bool {
    ec_scalar(inner).is_ok()
}
