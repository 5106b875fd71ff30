//! A key on a token: found after the login, and what it signs brought into the form the standards want.

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use der::{Encode, Sequence, asn1::UintRef};
use ring::digest;

use super::Module;
use super::fault::{meaning_in_use, pin_state, refused_login};
use super::look::{Found, chain};
use crate::certificate::{PublicKey, public_key, within_its_time};
use crate::{Algorithm, Der, Pin, PinState, TokenError};

/// `DigestInfo` (RFC 8017 §9.2) of SHA-256 up to the digest itself.
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// A private key on a token whose holder has logged in.
pub(crate) struct Key {
    library: Pkcs11,
    slot: Slot,
    session: Session,
    object: ObjectHandle,
    chain: Vec<Der>,
    /// Ways to sign that are left to try; the first is used until the token does not know it.
    ways: Vec<Way>,
    /// The PIN, for a key that wants it with every signature (`CKA_ALWAYS_AUTHENTICATE`); forgotten for any other.
    again: Option<AuthPin>,
}

/// What a token is asked for.
#[derive(Clone, Copy)]
enum Way {
    /// The token digests: `CKM_SHA256_RSA_PKCS`.
    RsaOfMessage,
    /// We digest: `CKM_RSA_PKCS` over our own `DigestInfo`.
    RsaOfDigest,
    /// We digest: `CKM_ECDSA`.
    EcdsaOfDigest(Algorithm),
    /// The token digests: `CKM_ECDSA_SHA256`, `CKM_ECDSA_SHA384`.
    EcdsaOfMessage(Algorithm),
}

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
#[derive(Sequence)]
struct EcdsaSignature<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl Module {
    /// Logs in and finds the key of a certificate. See [`crate::Tokens::unlock`].
    pub(crate) fn unlock(&self, certificate: &str, pin: &Pin, now_unix_ms: i64) -> Result<Key, TokenError> {
        let (slot, session, certificates, at) = self.holder_of(certificate)?;
        let leaf = &certificates[at];
        within_its_time(&leaf.der, now_unix_ms)?;
        let public = public_key(&leaf.der)?;
        self.log_in(slot, &session, pin)?;
        let object = private_key(&session, leaf, &public)
            .map_err(|e| meaning_in_use(&self.library, slot, &e))?
            .ok_or(TokenError::NoKey)?;
        let again = wants_pin_again(&session, object).then(|| AuthPin::from(pin.reveal()));
        Ok(Key {
            library: self.library.clone(),
            slot,
            session,
            object,
            chain: chain(&certificates, at),
            ways: ways(public.algorithm, again.is_some()),
            again,
        })
    }

    fn log_in(&self, slot: Slot, session: &Session, pin: &Pin) -> Result<(), TokenError> {
        let info = self.library.get_token_info(slot).map_err(|e| meaning_in_use(&self.library, slot, &e))?;
        match pin_state(&info) {
            PinState::Locked => return Err(TokenError::PinLocked),
            PinState::NotReady => return Err(TokenError::PinNotReady("CK_TOKEN_INFO".into())),
            PinState::Fine | PinState::FewTries | PinState::LastTry => {}
        }
        let typed = (!pin.reveal().is_empty()).then(|| AuthPin::from(pin.reveal()));
        // To such a token no PIN is a wrong PIN, and a wrong PIN costs a try.
        if typed.is_none() && !info.protected_authentication_path() {
            return Err(TokenError::NoPin);
        }
        let log_in = || session.login(UserType::User, typed.as_ref());
        let outcome = match log_in() {
            // Some vendors share a login between programs. It says nothing of this PIN, and the key must not open for a
            // wrong one: the token is locked and asked again.
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => session.logout().and_then(|()| log_in()),
            other => other,
        };
        outcome.map_err(|error| refused_login(&self.library, slot, &error))
    }
}

impl Key {
    /// The certificate and those that vouch for it.
    pub(crate) fn chain(&self) -> &[Der] {
        &self.chain
    }

    /// Signs a message, the first time by whichever way the token knows.
    pub(crate) fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        while let Some(way) = self.ways.first().copied() {
            match self.sign_by(way, message) {
                Ok(raw) => return way.as_standardised(raw),
                Err(Error::Pkcs11(RvError::MechanismInvalid | RvError::FunctionNotSupported, _)) => {
                    self.ways.remove(0);
                }
                Err(error) => {
                    let meant = meaning_in_use(&self.library, self.slot, &error);
                    self.begin_anew();
                    return Err(meant);
                }
            }
        }
        Err(TokenError::Unsupported("no way to sign".into()))
    }

    fn sign_by(&self, way: Way, message: &[u8]) -> Result<Vec<u8>, Error> {
        let (mechanism, data) = way.asks(message);
        let Some(pin) = &self.again else { return self.session.sign(&mechanism, self.object, &data) };
        self.session.sign_init(&mechanism, self.object)?;
        self.session.login(UserType::ContextSpecific, Some(pin))?;
        self.session.sign_update(&data)?;
        self.session.sign_final()
    }

    /// Some modules leave a failed signature half open, and refuse the next one in that session. The login belongs to all
    /// sessions of the process and stays.
    fn begin_anew(&mut self) {
        if let Ok(fresh) = self.library.open_ro_session(self.slot) {
            self.session = fresh;
        }
    }

    /// Locks the token again, as far as this process goes.
    pub(crate) fn log_out(self) {
        if let Err(fault) = self.session.logout() {
            eprintln!("logging out: {fault}");
        }
    }
}

/// The private key that shares the certificate's `CKA_ID`, else the one whose modulus it is, else the only one there is:
/// some programs import a key and its certificate under different names. A wrong guess is found at the first signature.
fn private_key(session: &Session, leaf: &Found, public: &PublicKey) -> Result<Option<ObjectHandle>, Error> {
    let private = Attribute::Class(ObjectClass::PRIVATE_KEY);
    if !leaf.id.is_empty() {
        let same_name = session.find_objects(&[private.clone(), Attribute::Id(leaf.id.clone())])?;
        if let Some(key) = same_name.first() {
            return Ok(Some(*key));
        }
    }
    let keys = session.find_objects(&[private])?;
    if let Some(modulus) = public.modulus() {
        for key in &keys {
            let told = session.get_attributes(*key, &[AttributeType::Modulus])?;
            if told.iter().any(|told| matches!(told, Attribute::Modulus(bytes) if *bytes == modulus)) {
                return Ok(Some(*key));
            }
        }
        return Ok(None);
    }
    Ok(if let [only] = keys.as_slice() { Some(*only) } else { None })
}

fn wants_pin_again(session: &Session, key: ObjectHandle) -> bool {
    let told = session.get_attributes(key, &[AttributeType::AlwaysAuthenticate]);
    told.is_ok_and(|told| told.iter().any(|told| matches!(told, Attribute::AlwaysAuthenticate(true))))
}

/// What is tried, in order. Where the PIN comes between the beginning of a signature and its end, only what may be signed
/// in parts is left (PKCS#11 2.40 §5.11.2): the token digests itself.
fn ways(algorithm: Algorithm, in_parts: bool) -> Vec<Way> {
    match (algorithm, in_parts) {
        (Algorithm::RsaPkcs1Sha256, true) => vec![Way::RsaOfMessage],
        (Algorithm::RsaPkcs1Sha256, false) => vec![Way::RsaOfMessage, Way::RsaOfDigest],
        (_, true) => vec![Way::EcdsaOfMessage(algorithm)],
        (_, false) => vec![Way::EcdsaOfDigest(algorithm), Way::EcdsaOfMessage(algorithm)],
    }
}

impl Way {
    /// The mechanism and what it is given of a message.
    fn asks(self, message: &[u8]) -> (Mechanism<'static>, Vec<u8>) {
        let digested = |by| digest::digest(by, message).as_ref().to_vec();
        match self {
            Way::RsaOfMessage => (Mechanism::Sha256RsaPkcs, message.to_vec()),
            Way::RsaOfDigest => {
                (Mechanism::RsaPkcs, [&SHA256_DIGEST_INFO, digested(&digest::SHA256).as_slice()].concat())
            }
            Way::EcdsaOfDigest(Algorithm::EcdsaP384Sha384) => (Mechanism::Ecdsa, digested(&digest::SHA384)),
            Way::EcdsaOfDigest(_) => (Mechanism::Ecdsa, digested(&digest::SHA256)),
            Way::EcdsaOfMessage(Algorithm::EcdsaP384Sha384) => (Mechanism::EcdsaSha384, message.to_vec()),
            Way::EcdsaOfMessage(_) => (Mechanism::EcdsaSha256, message.to_vec()),
        }
    }

    /// PKCS#11 gives ECDSA as r and s side by side; certificates and CMS want DER.
    fn as_standardised(self, raw: Vec<u8>) -> Result<Vec<u8>, TokenError> {
        match self {
            Way::RsaOfMessage | Way::RsaOfDigest => Ok(raw),
            Way::EcdsaOfDigest(_) | Way::EcdsaOfMessage(_) => {
                let nonsense = || TokenError::Failed(format!("an ECDSA signature of {} bytes", raw.len()));
                if raw.is_empty() || !raw.len().is_multiple_of(2) {
                    return Err(nonsense());
                }
                let (r, s) = raw.split_at(raw.len() / 2);
                let (r, s) = (UintRef::new(r), UintRef::new(s));
                let (Ok(r), Ok(s)) = (r, s) else { return Err(nonsense()) };
                EcdsaSignature { r, s }.to_der().map_err(|_| nonsense())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_of_an_ecdsa_signature_become_integers() {
        let way = Way::EcdsaOfDigest(Algorithm::EcdsaP256Sha256);
        // A leading zero goes, a leading one bit gets a zero before it.
        assert_eq!(way.as_standardised(vec![0, 1, 0x80, 2]), Ok(vec![0x30, 8, 2, 1, 1, 2, 3, 0, 0x80, 2]));
        for broken in [vec![], vec![1], vec![1, 2, 3]] {
            assert!(matches!(way.as_standardised(broken), Err(TokenError::Failed(_))));
        }
    }
}
