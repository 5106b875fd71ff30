//! What the holder of the box trusts, and what came with a document.
//!
//! The trust folder holds roots and CRLs. Only a certificate that signed itself is a root; one that somebody else
//! signed (an intermediate, a person's) helps to build chains and is trusted through a root or not at all, so a file
//! put into the folder in good faith widens trust by nothing. A self-signed certificate that is no CA - a school's
//! own, made for trying - is trusted as itself: for its own signatures, never as issuer of others.

use crate::{Cert, Cms, algorithm::Problem, cms, crl::Crl, ocsp::Response, pem};

/// More of one kind than any document or folder holds; what goes beyond is left out.
const MOST: usize = 2000;

/// Roots, CRLs that came with the last sync, intermediates for convenience.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    pub(crate) roots: Vec<Cert>,
    pub(crate) others: Vec<Cert>,
    pub(crate) crls: Vec<Crl>,
}

/// A file of the trust folder that was not used, or not as it was meant. For the log and the settings page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Name of the file as given.
    pub file: String,
    /// What is wrong with it, in English.
    pub why: String,
}

impl Trust {
    /// Reads roots, intermediates and CRLs, PEM (several to a file) or DER. What cannot be used is complained of;
    /// the rest is used all the same.
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> (Trust, Vec<Complaint>) {
        let (mut trust, mut complaints) = (Trust::default(), Vec::new());
        for (file, bytes) in files {
            for why in trust.take_in(&bytes) {
                complaints.push(Complaint { file: file.clone(), why });
            }
        }
        (trust, complaints)
    }

    /// The roots.
    pub fn roots(&self) -> &[Cert] {
        &self.roots
    }

    /// Authorities that a root vouches for: they help to build chains and are trusted through it alone.
    pub fn intermediates(&self) -> impl Iterator<Item = &Cert> {
        self.others.iter().filter(|cert| cert.is_ca())
    }

    /// The CRLs.
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }

    fn take_in(&mut self, bytes: &[u8]) -> Vec<String> {
        let blocks = pem::blocks(bytes);
        if !blocks.is_empty() {
            return blocks.iter().filter_map(|block| self.take_block(block).err()).collect();
        }
        let from_packet = cms::certificates_only(bytes);
        if !from_packet.is_empty() {
            return from_packet.into_iter().filter_map(|cert| self.take_cert(cert).err()).collect();
        }
        let taken = match (Cert::parse(bytes), Crl::parse(bytes)) {
            (Ok(cert), _) => self.take_cert(cert),
            (_, Ok(crl)) => self.take_crl(crl),
            (Err(no_cert), Err(no_crl)) => Err(format!("{no_cert}; {no_crl}")),
        };
        taken.err().into_iter().collect()
    }

    fn take_block(&mut self, block: &pem::Block) -> Result<(), String> {
        match block.label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                Cert::parse(&block.der).map_err(|e| e.to_string()).and_then(|cert| self.take_cert(cert))
            }
            "X509 CRL" => {
                Crl::parse(&block.der).map_err(|e| e.to_string()).and_then(|crl| self.take_crl(crl))
            }
            label if label.contains("PRIVATE KEY") => {
                Err("a private key has no place among what is trusted".into())
            }
            label => Err(format!("{label} is neither a certificate nor a CRL")),
        }
    }

    fn take_crl(&mut self, crl: Crl) -> Result<(), String> {
        add(&mut self.crls, crl);
        Ok(())
    }

    fn take_cert(&mut self, cert: Cert) -> Result<(), String> {
        if is_self_signed(&cert) {
            let strong = cert.key().is_strong();
            add(&mut self.roots, cert);
            return strong.map_err(|problem| format!("a root whose key cannot be relied on: {problem:?}"));
        }
        let is_ca = cert.is_ca();
        add(&mut self.others, cert);
        if is_ca { Ok(()) } else { Err("not self-signed and no CA: trusted through a root only".into()) }
    }
}

/// Names itself as issuer and signed itself, as far as that can be told: an old root may have signed itself with
/// SHA-1, which nothing depends on.
pub(crate) fn is_self_signed(cert: &Cert) -> bool {
    let extensions = cert.extensions();
    let other_key =
        matches!((&extensions.authority_key_id, &extensions.subject_key_id), (Some(a), Some(s)) if a != s);
    cert.is_self_issued() && !other_key && cert.verify_by(cert) != Err(Problem::Bad)
}

fn add<T: PartialEq>(to: &mut Vec<T>, one: T) {
    if to.len() < MOST && !to.contains(&one) {
        to.push(one);
    }
}

/// What came with the document (CMS, DSS) or over a line. Never trusted by itself: each piece counts only as far as
/// its signature leads to a root.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Certificates of any kind.
    pub certs: Vec<Cert>,
    /// CRLs.
    pub crls: Vec<Crl>,
    /// OCSP responses.
    pub ocsps: Vec<Response>,
}

impl Evidence {
    /// Adds the certificates in these bytes: DER, PEM, or a `.p7c` packet. What cannot be read is left out, for a
    /// broken piece proves nothing; false when that was everything.
    pub fn add_cert(&mut self, bytes: &[u8]) -> bool {
        let certs = certificates(bytes);
        let any = !certs.is_empty();
        certs.into_iter().for_each(|cert| add(&mut self.certs, cert));
        any
    }

    /// Adds a CRL, DER or PEM; false when it cannot be read.
    pub fn add_crl(&mut self, bytes: &[u8]) -> bool {
        Crl::parse(bytes).map(|crl| add(&mut self.crls, crl)).is_ok()
    }

    /// Adds an `OCSPResponse` or a bare `BasicOCSPResponse`; false when it cannot be read.
    pub fn add_ocsp(&mut self, der: &[u8]) -> bool {
        Response::parse(der).map(|ocsp| add(&mut self.ocsps, ocsp)).is_ok()
    }

    /// Everything a CMS carries: certificates, CRLs, OCSP responses (also Adobe's archive of them).
    pub fn add_cms(&mut self, cms: &Cms) {
        cms.certs().iter().for_each(|cert| add(&mut self.certs, cert.clone()));
        cms.crls().iter().for_each(|crl| add(&mut self.crls, crl.clone()));
        cms.ocsps().iter().for_each(|ocsp| add(&mut self.ocsps, ocsp.clone()));
    }

    /// Everything of another collection.
    pub fn add_all(&mut self, other: &Evidence) {
        other.certs.iter().for_each(|cert| add(&mut self.certs, cert.clone()));
        other.crls.iter().for_each(|crl| add(&mut self.crls, crl.clone()));
        other.ocsps.iter().for_each(|ocsp| add(&mut self.ocsps, ocsp.clone()));
    }
}

/// Certificates in a file as CAs hand them out: DER, PEM (several), or a `.p7c` packet.
pub fn certificates(bytes: &[u8]) -> Vec<Cert> {
    let blocks = pem::blocks(bytes);
    if !blocks.is_empty() {
        return blocks.iter().flat_map(|block| certificates_of_der(&block.der)).collect();
    }
    certificates_of_der(bytes)
}

fn certificates_of_der(der: &[u8]) -> Vec<Cert> {
    Cert::parse(der).map_or_else(|_| cms::certificates_only(der), |cert| vec![cert])
}
