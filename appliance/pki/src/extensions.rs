//! What the extensions of a certificate say (RFC 5280 §4.2). Those that are not understood are kept by name when
//! they are critical: a certificate that carries one is not relied on.

use crate::{
    der::{BOOLEAN, INTEGER, OCTET_STRING, OID, Read, Reader, SEQUENCE, Tlv, context, context_constructed},
    name::{GeneralName, Name},
    oid,
};
use std::collections::HashSet;

/// `KeyUsage` bits, as [`Tlv::flags`] has them.
pub(crate) const DIGITAL_SIGNATURE: u16 = 1 << 15;
pub(crate) const NON_REPUDIATION: u16 = 1 << 14;
pub(crate) const KEY_CERT_SIGN: u16 = 1 << 10;
pub(crate) const CRL_SIGN: u16 = 1 << 9;

/// No honest certificate has more of anything that is listed.
const MOST: usize = 256;

#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    /// CA or not, and how many CAs may stand below.
    pub(crate) basic: Option<(bool, Option<u32>)>,
    pub(crate) key_usage: Option<u16>,
    pub(crate) extended: Option<ExtendedUsage>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) alternative: Vec<GeneralName>,
    pub(crate) constraints: Option<NameConstraints>,
    pub(crate) crl_points: Vec<GeneralName>,
    pub(crate) ocsp: Vec<GeneralName>,
    pub(crate) issuers: Vec<GeneralName>,
    pub(crate) ocsp_no_check: bool,
    pub(crate) critical_unknown: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct ExtendedUsage {
    pub(crate) critical: bool,
    pub(crate) usages: Vec<String>,
}

impl ExtendedUsage {
    pub(crate) fn names(&self, usage: &str) -> bool {
        self.usages.iter().any(|found| found == usage)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct NameConstraints {
    pub(crate) permitted: Vec<GeneralName>,
    pub(crate) excluded: Vec<GeneralName>,
}

/// One `Extension`: name, critical, value.
pub(crate) struct Extension<'a> {
    pub(crate) oid: String,
    pub(crate) critical: bool,
    pub(crate) value: Tlv<'a>,
}

/// The list of extensions of a certificate, a CRL, an entry of it or a response. The same one twice is refused
/// (§4.2): two readers would believe different ones.
pub(crate) fn list(mut of: Reader) -> Read<Vec<Extension>> {
    let mut extensions: Vec<Extension> = Vec::new();
    let mut seen = HashSet::new();
    let mut all = of.sequence()?;
    while !all.is_empty() {
        let mut one = all.sequence()?;
        let oid = one.oid()?;
        let critical = one.optional(BOOLEAN)?.map(|tlv| tlv.boolean()).transpose()?.unwrap_or(false);
        let value = one.take(OCTET_STRING)?;
        if !seen.insert(oid.clone()) || seen.len() > MOST {
            return Err("an extension twice, or extensions without end");
        }
        extensions.push(Extension { oid, critical, value });
    }
    Ok(extensions)
}

impl Extensions {
    pub(crate) fn read(from: Reader) -> Read<Extensions> {
        let mut found = Extensions::default();
        for extension in list(from)? {
            found.take_in(&extension)?;
        }
        Ok(found)
    }

    fn take_in(&mut self, extension: &Extension) -> Read<()> {
        let mut value = extension.value.inside();
        match extension.oid.as_str() {
            oid::BASIC_CONSTRAINTS => self.basic = Some(basic(value)?),
            oid::KEY_USAGE => self.key_usage = Some(value.any()?.flags()?),
            oid::EXTENDED_KEY_USAGE => {
                let usages = value.sequence()?.all(OID)?;
                let usages = usages.iter().map(|usage| crate::der::dotted(usage.content));
                self.extended = Some(ExtendedUsage {
                    critical: extension.critical,
                    usages: usages.collect::<Read<_>>()?,
                });
            }
            oid::SUBJECT_KEY_ID => self.subject_key_id = Some(value.take(OCTET_STRING)?.content.to_vec()),
            oid::AUTHORITY_KEY_ID => {
                let id = value.sequence()?.optional(context(0))?;
                self.authority_key_id = id.map(|id| id.content.to_vec());
            }
            oid::SUBJECT_ALT_NAME => self.alternative = GeneralName::list(value.sequence()?)?,
            oid::NAME_CONSTRAINTS => self.constraints = Some(NameConstraints::read(value)?),
            oid::CRL_DISTRIBUTION_POINTS => self.crl_points = crl_points(value)?,
            oid::AUTHORITY_INFO => self.authority_info(value)?,
            oid::OCSP_NO_CHECK => self.ocsp_no_check = true,
            // Nothing hangs on these here: any policy is accepted, and other names of the issuer are not followed.
            oid::CERTIFICATE_POLICIES
            | oid::POLICY_MAPPINGS
            | oid::INHIBIT_ANY_POLICY
            | oid::ISSUER_ALT_NAME => {}
            unknown if extension.critical => self.critical_unknown.push(unknown.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn authority_info(&mut self, mut value: Reader) -> Read<()> {
        for description in value.sequence()?.all(SEQUENCE)? {
            let mut description = description.inside();
            let method = description.oid()?;
            let place = GeneralName::read(&mut description)?;
            match method.as_str() {
                oid::AIA_OCSP => self.ocsp.push(place),
                oid::AIA_ISSUER => self.issuers.push(place),
                _ => {}
            }
        }
        Ok(())
    }
}

fn basic(mut value: Reader) -> Read<(bool, Option<u32>)> {
    let mut inside = value.sequence()?;
    let authority = inside.optional(BOOLEAN)?.map(|tlv| tlv.boolean()).transpose()?.unwrap_or(false);
    let below = inside.optional(INTEGER)?.map(|tlv| tlv.small()).transpose()?;
    Ok((authority, below))
}

/// Names of complete CRLs of the certificate's own issuer; points of other issuers (indirect) are left out.
fn crl_points(mut value: Reader) -> Read<Vec<GeneralName>> {
    let mut names = Vec::new();
    for point in value.sequence()?.all(SEQUENCE)? {
        let mut point = point.inside();
        let name = point.optional(context_constructed(0))?;
        point.optional(context(1))?;
        let of_another = point.optional(context_constructed(2))?.is_some();
        if let Some(name) = name.filter(|_| !of_another) {
            names.extend(full_name(name)?);
        }
    }
    Ok(names)
}

/// `DistributionPointName`: the full names; a name relative to the issuer's gives none.
pub(crate) fn full_name(point: Tlv) -> Read<Vec<GeneralName>> {
    match point.inside().optional(context_constructed(0))? {
        Some(names) => GeneralName::list(names.inside()),
        None => Ok(Vec::new()),
    }
}

impl NameConstraints {
    fn read(mut value: Reader) -> Read<NameConstraints> {
        let mut inside = value.sequence()?;
        let mut trees = |tag| match inside.optional(context_constructed(tag))? {
            None => Ok(Vec::new()),
            Some(trees) => {
                let bases = trees.inside().all(SEQUENCE)?;
                bases.iter().take(MOST).map(|tree| GeneralName::read(&mut tree.inside())).collect()
            }
        };
        Ok(NameConstraints { permitted: trees(0)?, excluded: trees(1)? })
    }

    /// The first of the names that is excluded, or outside of what is permitted for names of its form; in words.
    pub(crate) fn offended_by(&self, subject: &Name, alternative: &[GeneralName]) -> Option<String> {
        let directory = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
        let emails = subject.all(oid::EMAIL).map(|email| GeneralName::Email(email.to_owned()));
        let mut names = directory.into_iter().chain(emails).chain(alternative.iter().cloned());
        names.find(|name| !self.allows(name)).map(|name| name.readable())
    }

    fn allows(&self, name: &GeneralName) -> bool {
        let same_form: Vec<&GeneralName> =
            self.permitted.iter().filter(|base| base.same_form(name)).collect();
        let permitted =
            same_form.is_empty() || same_form.iter().any(|base| name.is_below(base) == Some(true));
        // What cannot be compared counts as excluded.
        permitted
            && self.excluded.iter().all(|base| !base.same_form(name) || name.is_below(base) == Some(false))
    }
}

impl GeneralName {
    fn same_form(&self, other: &GeneralName) -> bool {
        match (self, other) {
            (GeneralName::Other(one), GeneralName::Other(two)) => one == two,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Within the subtree `base` (§4.2.1.10); none for forms that are not compared here (URI, IP, other).
    fn is_below(&self, base: &GeneralName) -> Option<bool> {
        match (self, base) {
            (GeneralName::Directory(name), GeneralName::Directory(base)) => Some(name.is_within(base)),
            (GeneralName::Dns(name), GeneralName::Dns(base)) => Some(is_subdomain(name, base)),
            (GeneralName::Email(name), GeneralName::Email(base)) => Some(is_mail_of(name, base)),
            _ => None,
        }
    }

    fn readable(&self) -> String {
        match self {
            GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => text.clone(),
            GeneralName::Directory(name) => name.readable(),
            GeneralName::Other(form) => format!("name of form {form}"),
        }
    }
}

fn is_subdomain(name: &str, base: &str) -> bool {
    let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
    let base = base.trim_start_matches('.');
    base.is_empty() || name == base || name.strip_suffix(base).is_some_and(|front| front.ends_with('.'))
}

/// `base` is a mailbox, a host, or with a dot before it all hosts of a domain.
fn is_mail_of(mail: &str, base: &str) -> bool {
    let host = mail.rsplit_once('@').map_or("", |(_, host)| host);
    if base.contains('@') {
        mail.eq_ignore_ascii_case(base)
    } else if let Some(domain) = base.strip_prefix('.') {
        !host.eq_ignore_ascii_case(domain) && is_subdomain(host, domain)
    } else {
        host.eq_ignore_ascii_case(base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_to_their_subtrees() {
        let mail = |text: &str| GeneralName::Email(text.into());
        let dns = |text: &str| GeneralName::Dns(text.into());
        let table = [
            (mail("van.thu@truong.example"), mail("truong.example"), Some(true)),
            (mail("van.thu@kho.truong.example"), mail("truong.example"), Some(false)),
            (mail("van.thu@kho.truong.example"), mail(".truong.example"), Some(true)),
            (mail("van.thu@truong.example"), mail(".truong.example"), Some(false)),
            (mail("van.thu@truong.example"), mail("Van.Thu@truong.example"), Some(true)),
            (dns("kho.truong.example"), dns("truong.example"), Some(true)),
            (dns("xtruong.example"), dns("truong.example"), Some(false)),
            (GeneralName::Uri("http://a".into()), GeneralName::Uri("a".into()), None),
        ];
        for (name, base, expected) in table {
            assert_eq!(name.is_below(&base), expected, "{name:?} {base:?}");
        }
    }
}
