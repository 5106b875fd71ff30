//! What a certificate may be used for: key usage and extended key usage, for each [`Purpose`].
//!
//! **Document signing.** Key usage, where stated, must allow digital signature or non-repudiation. An extended usage,
//! where stated, must name one that stands for a person's or a body's signature: e-mail protection, document signing
//! (RFC 9336, Adobe's, Microsoft's), any. The government's CA (VGCA) and the licensed public CAs issue signing
//! certificates that name client authentication, often alone, so that is taken too: it also names a holder who proves
//! to be himself. But not beside server authentication: that is a web server's certificate, whose key lies on a
//! machine and speaks for no one. Server authentication, code signing, time stamping or OCSP alone are wrong.
//!
//! **Time stamping.** Extended usage critical, and nothing but time stamping (RFC 3161 §2.3).

use crate::{
    Cert, Purpose,
    extensions::{CRL_SIGN, DIGITAL_SIGNATURE, ExtendedUsage, KEY_CERT_SIGN, NON_REPUDIATION},
    oid,
};

/// Why the certificate may not be used so; for the log. None when it may.
pub(crate) fn refusal(cert: &Cert, purpose: Purpose) -> Option<String> {
    let needed = match purpose {
        Purpose::CrlSigning => CRL_SIGN,
        _ => DIGITAL_SIGNATURE | NON_REPUDIATION,
    };
    if cert.extensions().key_usage.is_some_and(|usage| usage & needed == 0) {
        return Some("its key usage is another".into());
    }
    let extended = cert.extensions().extended.as_ref();
    let fits = match (purpose, extended) {
        (Purpose::CrlSigning, _) | (Purpose::DocumentSigning, None) => true,
        (Purpose::DocumentSigning, Some(usage)) => signs_documents(usage),
        (Purpose::TimeStamping, Some(usage)) => usage.critical && usage.usages == [oid::TIME_STAMPING],
        (Purpose::OcspSigning, Some(usage)) => usage.names(oid::OCSP_SIGNING),
        (Purpose::TimeStamping | Purpose::OcspSigning, None) => false,
    };
    (!fits).then(|| match extended {
        Some(usage) => format!("its extended key usage is {}", usage.usages.join(", ")),
        None => "its extended key usage is not stated".into(),
    })
}

/// An issuing CA that states extended usages passes on no others. RFC 5280 leaves that open; CAs and browsers use it
/// to bind a CA to one trade, so a CA for web servers cannot make a school's seal.
pub(crate) fn refusal_of_ca(cert: &Cert, purpose: Purpose) -> Option<String> {
    let usage = cert.extensions().extended.as_ref()?;
    let fits = match purpose {
        Purpose::DocumentSigning => signs_documents(usage),
        Purpose::TimeStamping => usage.names(oid::TIME_STAMPING) || usage.names(oid::ANY_USAGE),
        Purpose::OcspSigning => usage.names(oid::OCSP_SIGNING) || usage.names(oid::ANY_USAGE),
        Purpose::CrlSigning => true,
    };
    (!fits).then(|| format!("{} issues for {} only", cert.subject_cn(), usage.usages.join(", ")))
}

/// May sign certificates: a CA by its own words. Only a root that was put into the trust folder may be of the first
/// version, which has no words for it.
pub(crate) fn may_issue(cert: &Cert, is_root: bool) -> bool {
    let says_ca = cert.is_ca() || (is_root && cert.is_first_version());
    says_ca && cert.extensions().key_usage.is_none_or(|usage| usage & KEY_CERT_SIGN != 0)
}

fn signs_documents(usage: &ExtendedUsage) -> bool {
    const SIGNING: [&str; 5] = [
        oid::EMAIL_PROTECTION,
        oid::DOCUMENT_SIGNING,
        oid::ADOBE_SIGNING,
        oid::MICROSOFT_SIGNING,
        oid::ANY_USAGE,
    ];
    SIGNING.iter().any(|signing| usage.names(signing))
        || (usage.names(oid::CLIENT_AUTH) && !usage.names(oid::SERVER_AUTH))
}
