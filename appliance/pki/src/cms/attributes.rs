//! Attributes of a signer: their bytes as signed, and the values by name.

use super::Contents;
use crate::{
    cert,
    der::{Read, Reader, SEQUENCE, SET, Tlv, canonical, context_constructed, write},
    oid,
};

/// Most attributes, and most certificates in one of them.
const MOST: usize = 64;
/// Adobe's archive of CRLs is the deepest that is signed; it has about 15.
const DEEPEST: usize = 24;

#[derive(Clone, Debug)]
pub(super) struct Attributes {
    /// What was sent, tagged as the SET it is signed as.
    as_sent: Vec<u8>,
    all: Vec<(String, Vec<Vec<u8>>)>,
}

impl Attributes {
    pub(super) fn read(implicit: Tlv) -> Read<Attributes> {
        let as_sent = write(SET, &[implicit.content]);
        let set = Tlv { tag: SET, ..implicit };
        let mut all = Vec::new();
        for attribute in set.inside().all(SEQUENCE)? {
            let mut attribute = attribute.inside();
            let kind = attribute.oid()?;
            let (mut values, mut list) = (attribute.take(SET)?.inside(), Vec::new());
            while !values.is_empty() {
                list.push(values.any()?.raw.to_vec());
            }
            attribute.end()?;
            all.push((kind, list));
            if all.len() > MOST {
                return Err("attributes without end");
            }
        }
        Ok(Attributes { as_sent, all })
    }

    /// What may have been signed: DER as the standard says, or the order that was sent, which some programs sign.
    /// Order says nothing, so neither lets anybody change a meaning.
    pub(super) fn signed_forms(&self) -> Vec<Vec<u8>> {
        let sent = Reader::new(&self.as_sent).any();
        let der = sent.and_then(|set| canonical(&set, DEEPEST)).ok().filter(|der| *der != self.as_sent);
        der.into_iter().chain([self.as_sent.clone()]).collect()
    }

    /// All values of an attribute, however often it occurs.
    pub(super) fn values<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.all
            .iter()
            .filter(move |(found, _)| found == kind)
            .flat_map(|(_, values)| values.iter().map(Vec::as_slice))
    }

    /// The value of an attribute that may occur once, with one value. Fails when it occurs otherwise.
    pub(super) fn only(&self, kind: &str) -> Result<Option<&[u8]>, ()> {
        let mut found = self.all.iter().filter(|(name, _)| name == kind);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, values)), None) if values.len() == 1 => Ok(Some(&values[0])),
            _ => Err(()),
        }
    }

    /// No attribute occurs twice (RFC 5652 §5.3).
    pub(super) fn are_distinct(&self) -> bool {
        let kinds: std::collections::HashSet<_> = self.all.iter().map(|(kind, _)| kind).collect();
        kinds.len() == self.all.len()
    }

    /// Revocation data and certificates in Adobe's and CAdES' attributes. They are evidence only, so one that cannot
    /// be read is passed over.
    pub(super) fn validation_data(&self, into: &mut Contents) {
        for value in self.values(oid::ADOBE_REVOCATION).chain(self.values(oid::REVOCATION_VALUES)) {
            // What was read before an odd place is kept.
            let _ = revocation_data(value, into);
        }
        for value in self.values(oid::CERT_VALUES) {
            let list = Reader::new(value).sequence().and_then(|list| list.all(SEQUENCE)).unwrap_or_default();
            into.certs.extend(cert::readable(list.iter().take(MOST)));
        }
    }
}

/// `[0]` CRLs, `[1]` OCSP responses (in CAdES: basic ones), each a SEQUENCE OF.
fn revocation_data(value: &[u8], into: &mut Contents) -> Read<()> {
    let mut value = Reader::new(value).sequence()?;
    if let Some(crls) = value.optional(context_constructed(0))? {
        crls.inside().sequence()?.all(SEQUENCE)?.iter().for_each(|crl| into.add_crl(crl.raw));
    }
    if let Some(ocsps) = value.optional(context_constructed(1))? {
        ocsps.inside().sequence()?.all(SEQUENCE)?.iter().for_each(|ocsp| into.add_ocsp(ocsp.raw));
    }
    Ok(())
}
