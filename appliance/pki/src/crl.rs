//! Certificate revocation lists (RFC 5280 §5).
//!
//! Only complete lists of their own issuer: indirect lists (one CA speaking for another) and delta lists (changes
//! only) are refused as malformed *for us*, because half-understood revocation is worse than none. A list may have
//! half a million entries; they are walked in place, never unpacked.

use crate::{
    Cert, Malformed, Reason,
    algorithm::{AlgorithmId, Hash},
    der::{
        BIT_STRING, BOOLEAN, ENUMERATED, GENERALIZED_TIME, INTEGER, In, OID, Read, Reader, SEQUENCE,
        UTC_TIME, context, context_constructed, place_of,
    },
    extensions::{CRL_SIGN, full_name, list},
    name::{GeneralName, Name},
    oid, pem,
};
use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

/// Largest list that is read: a million and a half entries.
const MOST_BYTES: usize = 64 << 20;

/// A complete CRL, its bytes shared. Equal when the bytes are.
#[derive(Clone)]
pub struct Crl(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    signed: Range<usize>,
    entries: Range<usize>,
    issuer: Name,
    this_update_ms: i64,
    next_update_ms: Option<i64>,
    signed_by: AlgorithmId,
    signature: Vec<u8>,
    scope: Scope,
    /// Digest of the key it was found to be signed with: a list of 20 MB is not digested for each document anew.
    verified: OnceLock<Vec<u8>>,
}

/// `IssuingDistributionPoint` (§5.2.5): which certificates the list is about.
#[derive(Default)]
struct Scope {
    points: Vec<GeneralName>,
    only_holders: bool,
    only_authorities: bool,
    only_attributes: bool,
    only_some_reasons: bool,
    /// The extensions that set lists of one issuer apart, as they came: distribution point, then key.
    told: [Vec<u8>; 2],
    /// Certificates stay listed after they expired, since then.
    expired_since_ms: Option<i64>,
}

impl PartialEq for Crl {
    fn eq(&self, other: &Crl) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.der == other.0.der
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, {} ms)", self.issuer(), self.0.this_update_ms)
    }
}

impl Crl {
    /// Reads DER or PEM. Fails also for indirect and delta lists and for critical extensions that are not understood.
    pub fn parse(bytes: &[u8]) -> Result<Crl, Malformed> {
        let unpacked = pem::blocks(bytes).into_iter().find(|block| block.label.contains("CRL"));
        let der = unpacked.map_or_else(|| bytes.to_vec(), |block| block.der);
        Inner::read(der).map(|inner| Crl(Arc::new(inner))).within("CRL")
    }

    /// The bytes, DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// Name of the issuer, readable.
    pub fn issuer(&self) -> String {
        self.0.issuer.readable()
    }

    /// When it was made, Unix ms.
    pub fn this_update_ms(&self) -> i64 {
        self.0.this_update_ms
    }

    /// When the next is promised, Unix ms.
    pub fn next_update_ms(&self) -> Option<i64> {
        self.0.next_update_ms
    }

    /// What sets lists of one issuer apart that do not replace one another, as hexadecimal: the part of its certificates a
    /// list is about, and the key it is signed with. Of two lists of one issuer and scope the newer says all.
    pub fn scope(&self) -> String {
        let [point, key] = &self.0.scope.told;
        let length = (point.len() as u64).to_be_bytes();
        Hash::Sha256.digest(&[&length, point, key]).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The signature is `issuer`'s, which bears the name and may sign lists.
    pub fn is_signed_by(&self, issuer: &Cert) -> bool {
        let inner = &*self.0;
        let may = issuer.extensions().key_usage.is_none_or(|usage| usage & CRL_SIGN != 0);
        if !may || inner.issuer != *issuer.subject_name() {
            return false;
        }
        let key = Hash::Sha256.digest(&[&issuer.key().bits]);
        if inner.verified.get() == Some(&key) {
            return true;
        }
        let holds = issuer
            .key()
            .verify(&inner.signed_by, None, &inner.der[inner.signed.clone()], &inner.signature)
            .is_ok();
        if holds {
            // Another key that also verifies (there is none) would only be asked again.
            let _ = inner.verified.set(key);
        }
        holds
    }

    /// The entry about `cert`, if there is one: since when its key is not to be relied on, Unix ms, and why.
    /// Presumes that the list is of the certificate's issuer.
    pub fn entry(&self, cert: &Cert) -> Option<(i64, Reason)> {
        let mut entries = Reader::new(&self.0.der[self.0.entries.clone()]);
        while let Ok(entry) = entries.any() {
            let mut entry = entry.inside();
            let serial = entry.take(INTEGER).and_then(|tlv| tlv.number());
            if serial == Ok(cert.serial()) {
                // An entry that names the number and is odd otherwise still revokes.
                return Some(facts(entry).unwrap_or((i64::MIN, Reason::Unspecified)));
            }
        }
        None
    }

    pub(crate) fn issuer_name(&self) -> &Name {
        &self.0.issuer
    }

    /// That `cert` is not listed means that it was not revoked.
    pub(crate) fn would_list(&self, cert: &Cert) -> bool {
        let scope = &self.0.scope;
        let of_its_kind = match cert.is_ca() {
            true => !scope.only_holders,
            false => !scope.only_authorities,
        };
        let of_its_point = scope.points.is_empty()
            || scope.points.iter().any(|point| cert.extensions().crl_points.contains(point));
        // CAs strike expired certificates off their lists (§3.3), so a later list says nothing of them.
        let not_struck_off = self.0.this_update_ms < cert.not_after_ms() + 1000
            || scope.expired_since_ms.is_some_and(|since| since <= cert.not_after_ms());
        of_its_kind && of_its_point && not_struck_off && !scope.only_attributes && !scope.only_some_reasons
    }
}

/// Date and extensions of an entry. A key was out of its holder's hands since the invalidity date already, if that is
/// told (§5.3.2).
fn facts(mut entry: Reader) -> Read<(i64, Reason)> {
    let mut since_ms = entry.any()?.time_ms()?;
    let mut reason = Reason::Unspecified;
    if !entry.is_empty() {
        for extension in list(entry)? {
            let mut value = extension.value.inside();
            match extension.oid.as_str() {
                oid::REASON_CODE => reason = Reason::of(value.take(ENUMERATED)?.small()?),
                oid::INVALIDITY_DATE => since_ms = since_ms.min(value.any()?.time_ms()?),
                _ => {}
            }
        }
    }
    Ok((since_ms, reason))
}

impl Inner {
    fn read(der: Vec<u8>) -> Read<Inner> {
        if der.len() > MOST_BYTES {
            return Err("too large");
        }
        let mut file = Reader::new(&der);
        let mut whole = file.sequence()?;
        file.end()?;
        let signed = whole.take(SEQUENCE)?;
        let outer = AlgorithmId::read(&mut whole)?;
        let signature = whole.take(BIT_STRING)?.bits()?.to_vec();

        let mut part = signed.inside();
        part.optional(INTEGER)?;
        let signed_by = AlgorithmId::read(&mut part)?;
        if signed_by != outer {
            return Err("two signature algorithms");
        }
        let issuer = Name::read(&mut part)?;
        let this_update_ms = part.any()?.time_ms()?;
        let next = match part.peek() {
            Some(UTC_TIME | GENERALIZED_TIME) => Some(part.any()?.time_ms()?),
            _ => None,
        };
        let entries = part.optional(SEQUENCE)?.map_or(&[][..], |tlv| tlv.content);
        walk(entries)?;
        let scope = match part.optional(context_constructed(0))? {
            Some(tlv) => Scope::read(tlv.inside())?,
            None => Scope::default(),
        };
        part.end()?;
        Ok(Inner {
            signed: place_of(signed.raw, &der),
            entries: if entries.is_empty() { 0..0 } else { place_of(entries, &der) },
            issuer,
            this_update_ms,
            next_update_ms: next,
            signed_by,
            signature,
            scope,
            verified: OnceLock::new(),
            der,
        })
    }
}

/// Every entry can be read: one that cannot would hide those after it. An entry with a critical extension that is not
/// understood spoils the list (§5.3).
fn walk(entries: &[u8]) -> Read<()> {
    let mut entries = Reader::new(entries);
    while !entries.is_empty() {
        let mut entry = entries.sequence()?;
        entry.take(INTEGER)?;
        entry.any()?;
        let extensions = entry.optional(SEQUENCE)?.map_or(Reader::new(&[]), |tlv| tlv.inside());
        entry.end()?;
        if has_strange_critical(extensions)? {
            return Err("an entry with a critical extension that is not understood");
        }
    }
    Ok(())
}

/// Half a million entries go through here, so nothing is unpacked.
fn has_strange_critical(mut extensions: Reader) -> Read<bool> {
    /// Reason code and invalidity date, as they are written.
    const KNOWN: [&[u8]; 2] = [&[0x55, 0x1d, 0x15], &[0x55, 0x1d, 0x18]];
    while !extensions.is_empty() {
        let mut extension = extensions.sequence()?;
        let oid = extension.take(OID)?.content;
        let critical = extension.optional(BOOLEAN)?.map(|tlv| tlv.boolean()).transpose()?.unwrap_or(false);
        if critical && !KNOWN.contains(&oid) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Scope {
    fn read(from: Reader) -> Read<Scope> {
        let mut scope = Scope::default();
        for extension in list(from)? {
            let value = extension.value.inside();
            match extension.oid.as_str() {
                oid::ISSUING_DISTRIBUTION_POINT => {
                    scope.told[0] = extension.value.content.to_vec();
                    scope.take_in(value)?;
                }
                oid::EXPIRED_CERTS_ON_CRL => scope.expired_since_ms = Some(value.clone().any()?.time_ms()?),
                oid::DELTA_CRL => return Err("a delta list"),
                oid::AUTHORITY_KEY_ID => scope.told[1] = extension.value.content.to_vec(),
                oid::CRL_NUMBER => {}
                _ if extension.critical => return Err("a critical extension that is not understood"),
                _ => {}
            }
        }
        Ok(scope)
    }

    fn take_in(&mut self, mut value: Reader) -> Read<()> {
        let mut inside = value.sequence()?;
        if let Some(point) = inside.optional(context_constructed(0))? {
            self.points = full_name(point)?;
            if self.points.is_empty() {
                // Relative to the issuer's name: no certificate's point is compared with it, so nothing is known from absence.
                self.points.push(GeneralName::Other(u8::MAX));
            }
        }
        while !inside.is_empty() {
            let flag = inside.any()?;
            let set = |flag: &crate::der::Tlv| flag.boolean();
            match flag.tag {
                tag if tag == context(1) => self.only_holders = set(&flag)?,
                tag if tag == context(2) => self.only_authorities = set(&flag)?,
                tag if tag == context(3) => self.only_some_reasons = true,
                tag if tag == context(4) && set(&flag)? => return Err("an indirect list"),
                tag if tag == context(5) => self.only_attributes = set(&flag)?,
                tag if tag == context(4) || tag == BOOLEAN => {}
                _ => return Err("a distribution point that cannot be read"),
            }
        }
        Ok(())
    }
}
