//! What is plugged in, and which certificates are on it.

use cryptoki::error::Error;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass};
use cryptoki::session::Session;
use cryptoki::slot::Slot;

use super::Module;
use super::fault::{meaning, pin_state};
use crate::certificate::{Place, facts, name_in_lists, place};
use crate::{Der, Token, TokenCertificate, TokenError};

/// More certificates than this vouch for nobody.
const LONGEST_CHAIN: usize = 8;
/// A certificate is a few KB.
const MOST_BYTES: usize = 64 << 10;

/// A certificate object.
pub(super) struct Found {
    pub(super) der: Vec<u8>,
    /// `CKA_ID`, which its private key shares.
    pub(super) id: Vec<u8>,
    pub(super) place: Place,
}

impl Module {
    /// The tokens that are plugged in. One that cannot be read is listed without certificates.
    pub(crate) fn tokens(&self) -> Result<Vec<Token>, TokenError> {
        let slots = self.library.get_slots_with_token().map_err(|e| meaning(&e))?;
        Ok(slots.into_iter().filter_map(|slot| self.token(slot)).collect())
    }

    /// The token in a slot; `None` when there is none after all, or none that has been set up.
    fn token(&self, slot: Slot) -> Option<Token> {
        let info = self.library.get_token_info(slot).ok().filter(|info| info.token_initialized())?;
        let certificates = self.certificates(slot).unwrap_or_else(|fault| {
            eprintln!("the certificates of token {} cannot be read: {fault}", info.label());
            Vec::new()
        });
        Some(Token {
            label: info.label().trim().into(),
            serial: info.serial_number().trim().into(),
            model: info.model().trim().into(),
            manufacturer: info.manufacturer_id().trim().into(),
            pin: pin_state(&info),
            pin_typed_elsewhere: info.protected_authentication_path(),
            certificates: to_sign_with(&certificates),
        })
    }

    fn certificates(&self, slot: Slot) -> Result<Vec<Found>, Error> {
        found(&self.library.open_ro_session(slot)?)
    }

    /// The slot and session of the token that holds a certificate, with all that is on it and which one it is.
    ///
    /// Fails with [`TokenError::NoToken`] or [`TokenError::OtherToken`].
    pub(super) fn holder_of(
        &self,
        certificate: &str,
    ) -> Result<(Slot, Session, Vec<Found>, usize), TokenError> {
        let slots = self.library.get_slots_with_token().map_err(|e| meaning(&e))?;
        let mut any = false;
        for slot in slots {
            let is_set_up = self.library.get_token_info(slot).is_ok_and(|info| info.token_initialized());
            if !is_set_up {
                continue;
            }
            any = true;
            let Ok(session) = self.library.open_ro_session(slot) else { continue };
            let certificates = found(&session).unwrap_or_default();
            if let Some(at) = certificates.iter().position(|found| name_in_lists(&found.der) == certificate) {
                return Ok((slot, session, certificates, at));
            }
        }
        Err(if any { TokenError::OtherToken } else { TokenError::NoToken })
    }
}

/// The X.509 certificates that can be read in this session. What is none is passed over.
fn found(session: &Session) -> Result<Vec<Found>, Error> {
    let wanted =
        [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
    let mut certificates: Vec<Found> = Vec::new();
    for object in session.find_objects(&wanted)? {
        let (mut der, mut id) = (Vec::new(), Vec::new());
        for attribute in session.get_attributes(object, &[AttributeType::Value, AttributeType::Id])? {
            match attribute {
                Attribute::Value(bytes) => der = bytes,
                Attribute::Id(bytes) => id = bytes,
                _ => {}
            }
        }
        let is_new = certificates.iter().all(|known| known.der != der);
        if let Ok(place) = place(&der)
            && der.len() <= MOST_BYTES
            && is_new
        {
            certificates.push(Found { der, id, place });
        }
    }
    Ok(certificates)
}

/// Those a person signs with: no authority's, and none that vouches for another on the token.
fn to_sign_with(certificates: &[Found]) -> Vec<TokenCertificate> {
    let vouches = |found: &Found| {
        found.place.is_authority && found.place.subject != found.place.issuer
            || certificates
                .iter()
                .any(|other| other.der != found.der && other.place.issuer == found.place.subject)
    };
    let person = |(at, found): (usize, &Found)| {
        let facts = facts(&found.der).ok()?;
        (!vouches(found)).then(|| TokenCertificate { facts, chain: chain(certificates, at) })
    };
    certificates.iter().enumerate().filter_map(person).collect()
}

/// A certificate and, by name, those that vouch for it as far as they are on the token.
pub(super) fn chain(certificates: &[Found], at: usize) -> Vec<Der> {
    let mut chain = vec![&certificates[at]];
    while let Some(last) = chain.last().copied().filter(|_| chain.len() < LONGEST_CHAIN) {
        let next = certificates.iter().find(|found| {
            found.place.subject == last.place.issuer && chain.iter().all(|known| known.der != found.der)
        });
        match next {
            Some(issuer) => chain.push(issuer),
            None => break,
        }
    }
    chain.into_iter().map(|found| Der(found.der.clone())).collect()
}
