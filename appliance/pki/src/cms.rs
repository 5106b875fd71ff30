//! CMS signatures (RFC 5652) as PDF files carry them: one signer, detached, with signed attributes.
//!
//! Reading and checking are two steps. [`Cms::parse`] fails when the bytes are no such thing; [`Cms::check`] says
//! whether the signature holds over the covered bytes, and if not, in which way. Neither says anything of trust.
//!
//! A signature without signed attributes is refused: nothing would tie the certificate to it, and its signature could
//! be passed off as one over the attributes of another document.

use crate::{
    Malformed,
    algorithm::{AlgorithmId, Hash},
    cert::{self, Cert},
    crl::Crl,
    der::{Fault, INTEGER, In, OCTET_STRING, Read, Reader, SEQUENCE, SET, Tlv, context, context_constructed},
    name::Name,
    ocsp::Response,
    oid,
};

mod attributes;
mod check;

pub use check::{Binding, Broken, Signed};

use attributes::Attributes;

/// Largest CMS that is read: Adobe's archive of CRLs may lie inside.
const MOST_BYTES: usize = 64 << 20;
/// Most certificates, CRLs and responses inside, each.
const MOST: usize = 256;

/// CMS SignedData (RFC 5652) with exactly one signer.
#[derive(Clone, Debug)]
pub struct Cms {
    bytes: Vec<u8>,
    contents: Contents,
    signer: SignerInfo,
}

/// SignedData without its signers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    content_type: String,
    content: Option<Vec<u8>>,
    pub(crate) certs: Vec<Cert>,
    pub(crate) crls: Vec<Crl>,
    pub(crate) ocsps: Vec<Response>,
}

#[derive(Clone, Debug)]
struct SignerInfo {
    id: SignerId,
    digest: AlgorithmId,
    signed: Option<Attributes>,
    algorithm: AlgorithmId,
    signature: Vec<u8>,
    unsigned: Option<Attributes>,
}

#[derive(Clone, Debug)]
enum SignerId {
    IssuerAndSerial(Name, Vec<u8>),
    KeyId(Vec<u8>),
}

impl Cms {
    /// Reads DER or BER; zeros after the end (the rest of a hole in a PDF) are allowed, anything else is not. Fails
    /// when there is no signer or more than one (ISO 32000-2 §12.8.3.3.1).
    pub fn parse(contents: &[u8]) -> Result<Cms, Malformed> {
        Cms::read(contents).within("CMS")
    }

    fn read(contents: &[u8]) -> Read<Cms> {
        let (bytes, mut contents, signers) = signed_data(contents)?;
        let [signer] = signers[..] else {
            return Err("no signer, or more than one");
        };
        let signer = SignerInfo::read(signer)?;
        for attributes in signer.signed.iter().chain(&signer.unsigned) {
            attributes.validation_data(&mut contents);
        }
        Ok(Cms { bytes: bytes.to_vec(), contents, signer })
    }

    /// The bytes as given, without the zeros after them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Certificates inside, in order.
    pub fn certs(&self) -> &[Cert] {
        &self.contents.certs
    }

    /// CRLs inside, also those in Adobe's and CAdES' attributes.
    pub fn crls(&self) -> &[Crl] {
        &self.contents.crls
    }

    /// OCSP responses inside, also those in Adobe's and CAdES' attributes.
    pub fn ocsps(&self) -> &[Response] {
        &self.contents.ocsps
    }

    /// The certificate that the signer info points to. Only [`Cms::check`] makes it certain.
    pub fn signer(&self) -> Option<&Cert> {
        self.candidates().next()
    }

    /// Encapsulated content; none when detached.
    pub fn content(&self) -> Option<&[u8]> {
        self.contents.content.as_deref()
    }

    /// Object identifier of the content, dotted.
    pub fn content_type(&self) -> &str {
        &self.contents.content_type
    }

    /// Digest that [`Cms::check`] takes of the content; none when it is weak or not handled.
    pub fn hash(&self) -> Option<Hash> {
        Hash::named(&self.signer.digest.oid).ok()
    }

    /// Value of the signature: what a signature time stamp is about.
    pub fn signature(&self) -> &[u8] {
        &self.signer.signature
    }

    /// Signing time the signer claims, Unix ms. Proves nothing.
    pub fn signing_time_ms(&self) -> Option<i64> {
        let value = self.signer.signed.as_ref()?.only(oid::SIGNING_TIME).ok().flatten()?;
        Reader::new(value).any().ok()?.time_ms().ok()
    }

    /// Time stamps over [`Cms::signature`] (`id-aa-timeStampToken`), as found; each to be parsed and checked.
    pub fn time_stamps(&self) -> Vec<&[u8]> {
        self.signer.unsigned.iter().flat_map(|attributes| attributes.values(oid::TIME_STAMP_TOKEN)).collect()
    }

    fn candidates(&self) -> impl Iterator<Item = &Cert> {
        self.contents.certs.iter().filter(|cert| self.signer.id.is(cert))
    }
}

impl SignerId {
    fn is(&self, cert: &Cert) -> bool {
        match self {
            SignerId::IssuerAndSerial(issuer, serial) => {
                issuer == cert.issuer_name() && serial == cert.serial()
            }
            SignerId::KeyId(id) => cert.extensions().subject_key_id.as_ref() == Some(id),
        }
    }
}

impl SignerInfo {
    fn read(of: Tlv) -> Read<SignerInfo> {
        let mut info = of.inside();
        info.take(INTEGER)?;
        let id = match info.any()? {
            tlv if tlv.tag == SEQUENCE => {
                let mut pair = tlv.inside();
                SignerId::IssuerAndSerial(Name::read(&mut pair)?, pair.take(INTEGER)?.number()?.to_vec())
            }
            tlv if tlv.tag & !0x20 == context(0) => SignerId::KeyId(tlv.octets()?.into_owned()),
            _ => return Err("a signer of no known kind"),
        };
        let digest = AlgorithmId::read(&mut info)?;
        let signed = info.optional(context_constructed(0))?.map(Attributes::read).transpose()?;
        let algorithm = AlgorithmId::read(&mut info)?;
        let signature = octet_string(&mut info)?.octets()?.into_owned();
        let unsigned = info.optional(context_constructed(1))?.map(Attributes::read).transpose()?;
        info.end()?;
        Ok(SignerInfo { id, digest, signed, algorithm, signature, unsigned })
    }
}

/// An OCTET STRING in one piece or, in BER, in several.
fn octet_string<'a>(from: &mut Reader<'a>) -> Read<Tlv<'a>> {
    let tlv = from.any()?;
    if tlv.tag & !0x20 == OCTET_STRING { Ok(tlv) } else { Err("an element of another kind") }
}

/// The bytes without zeros after them, what is inside, and the signers.
fn signed_data(bytes: &[u8]) -> Read<(&[u8], Contents, Vec<Tlv<'_>>)> {
    const AFTER: Fault = "something other than zeros after the end";
    if bytes.len() > MOST_BYTES {
        return Err("too large");
    }
    let mut file = Reader::new(bytes);
    let whole = file.take(SEQUENCE)?;
    if file.rest().iter().any(|byte| *byte != 0) {
        return Err(AFTER);
    }
    let mut info = whole.inside();
    if info.oid()? != oid::SIGNED_DATA {
        return Err("not signed data");
    }
    let mut data = info.take(context_constructed(0))?.inside().sequence()?;
    data.take(INTEGER)?;
    data.take(SET)?;
    let mut contents = Contents::default();
    let mut encapsulated = data.sequence()?;
    contents.content_type = encapsulated.oid()?;
    if let Some(tlv) = encapsulated.optional(context_constructed(0))? {
        contents.content = Some(octet_string(&mut tlv.inside())?.octets()?.into_owned());
    }
    if let Some(tlv) = data.optional(context_constructed(0))? {
        contents.certs = certificates_of(tlv.inside())?;
    }
    if let Some(tlv) = data.optional(context_constructed(1))? {
        contents.revocation(tlv.inside())?;
    }
    let signers = data.take(SET)?.inside().all(SEQUENCE)?;
    data.end()?;
    Ok((whole.raw, contents, signers))
}

/// `CertificateSet`; attribute certificates and other kinds are passed over.
fn certificates_of(mut from: Reader) -> Read<Vec<Cert>> {
    let mut all = Vec::new();
    while !from.is_empty() {
        all.push(from.any()?);
    }
    Ok(cert::readable(all.iter().filter(|tlv| tlv.tag == SEQUENCE).take(MOST)))
}

/// Certificates of a `.p7c` or `.p7b` file, in which nobody signs.
pub(crate) fn certificates_only(bytes: &[u8]) -> Vec<Cert> {
    signed_data(bytes).map_or(Vec::new(), |(_, contents, _)| contents.certs)
}

impl Contents {
    /// `RevocationInfoChoices` (RFC 5652 §10.2.1): CRLs, and OCSP responses as RFC 5940 puts them.
    fn revocation(&mut self, mut from: Reader) -> Read<()> {
        while !from.is_empty() {
            let choice = from.any()?;
            if choice.tag == SEQUENCE {
                self.add_crl(choice.raw);
            } else if choice.tag == context_constructed(1) {
                let mut other = choice.inside();
                if other.oid()? == oid::OCSP_IN_CMS {
                    self.add_ocsp(other.any()?.raw);
                }
            }
        }
        Ok(())
    }

    fn add_crl(&mut self, der: &[u8]) {
        if self.crls.len() < MOST {
            self.crls.extend(Crl::parse(der));
        }
    }

    fn add_ocsp(&mut self, der: &[u8]) {
        if self.ocsps.len() < MOST {
            self.ocsps.extend(Response::parse(der));
        }
    }
}
