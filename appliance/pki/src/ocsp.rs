//! Online certificate status (RFC 6960): asking, and believing an answer.
//!
//! An answer counts when it is signed by the CA that issued the certificate, or by a responder that this very CA
//! certified for it (`id-kp-OCSPSigning`, §4.2.2.2) and that was valid when it answered. A responder with
//! `id-pkix-ocsp-nocheck` is not looked up itself; one without it is, in the CRLs at hand.

use crate::{
    Cert, Malformed, Reason,
    algorithm::{AlgorithmId, Hash, sha1},
    cert,
    der::{
        BIT_STRING, ENUMERATED, GENERALIZED_TIME, INTEGER, In, OCTET_STRING, Read, Reader, SEQUENCE, Tlv,
        context, context_constructed, place_of, write, write_algorithm, write_oid,
    },
    extensions::list,
    name::Name,
    oid,
};
use std::{fmt, ops::Range, sync::Arc};

/// Largest response that is read; honest ones have 1 to 6 KiB.
const MOST_BYTES: usize = 1 << 20;
/// Most certificates and most single answers in one response; honest ones have one of each, or two.
const MOST: usize = 16;

/// Body of a request about `cert` (POST, `application/ocsp-request`). SHA-1 names the issuer, as responders expect
/// (RFC 5019 §2.1.1); nothing depends on its strength.
pub fn request(cert: &Cert, issuer: &Cert, nonce: Option<&[u8]>) -> Vec<u8> {
    let id = write(
        SEQUENCE,
        &[
            &write_algorithm(oid::SHA1, true),
            &write(OCTET_STRING, &[&sha1(&[&cert.issuer_name().raw])]),
            &write(OCTET_STRING, &[&sha1(&[&issuer.key().bits])]),
            &write(INTEGER, &[cert.serial_as_written()]),
        ],
    );
    let requests = write(SEQUENCE, &[&write(SEQUENCE, &[&id])]);
    let extensions = nonce.map_or(Vec::new(), |nonce| {
        let value = write(OCTET_STRING, &[&write(OCTET_STRING, &[nonce])]);
        let extension = write(SEQUENCE, &[&write_oid(oid::OCSP_NONCE), &value]);
        write(context_constructed(2), &[&write(SEQUENCE, &[&extension])])
    });
    write(SEQUENCE, &[&write(SEQUENCE, &[&requests, &extensions])])
}

/// A successful basic response, its bytes shared. Equal when the bytes are.
#[derive(Clone)]
pub struct Response(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    signed: Range<usize>,
    responder: Responder,
    produced_at_ms: i64,
    nonce: Option<Vec<u8>>,
    answers: Vec<Answer>,
    signed_by: AlgorithmId,
    signature: Vec<u8>,
    certs: Vec<Cert>,
}

enum Responder {
    Name(Name),
    /// SHA-1 of its key.
    Key(Vec<u8>),
}

struct Answer {
    digest: String,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    serial: Vec<u8>,
    said: Said,
    this_update_ms: i64,
    next_update_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Good,
    Revoked(i64, Reason),
    Unknown,
}

/// What a response says of one certificate.
pub(crate) struct Status {
    pub(crate) said: Said,
    pub(crate) this_update_ms: i64,
    pub(crate) next_update_ms: Option<i64>,
    /// The responder, when it is not the CA itself.
    pub(crate) delegate: Option<Cert>,
}

impl PartialEq for Response {
    fn eq(&self, other: &Response) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.der == other.0.der
    }
}

impl Eq for Response {}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} answers, {} ms)", self.0.answers.len(), self.0.produced_at_ms)
    }
}

impl Response {
    /// Reads `OCSPResponse` or a bare `BasicOCSPResponse`. An answer like "try later" is none, hence malformed here.
    pub fn parse(der: &[u8]) -> Result<Response, Malformed> {
        whole(der).and_then(Inner::read).map(|inner| Response(Arc::new(inner))).within("OCSP response")
    }

    /// The bytes as `OCSPResponse`, for a DSS.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// When it was signed, Unix ms.
    pub fn produced_at_ms(&self) -> i64 {
        self.0.produced_at_ms
    }

    /// The nonce it repeats; many responders sign beforehand and repeat none.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.0.nonce.as_deref()
    }

    /// Certificates inside: the responder's, and what it needs.
    pub fn certs(&self) -> &[Cert] {
        &self.0.certs
    }

    /// Is about `cert` and signed by its issuer, or by whom the issuer charged with it.
    pub fn is_about(&self, cert: &Cert, issuer: &Cert) -> bool {
        self.status(cert, issuer).is_some()
    }

    /// Is about `cert`, whoever signed it.
    pub(crate) fn mentions(&self, cert: &Cert, issuer: &Cert) -> bool {
        self.0.answers.iter().any(|answer| answer.is_about(cert, issuer))
    }

    pub(crate) fn status(&self, cert: &Cert, issuer: &Cert) -> Option<Status> {
        let answer = self.0.answers.iter().find(|answer| answer.is_about(cert, issuer))?;
        let delegate = self.0.signer(issuer)?;
        Some(Status {
            said: answer.said,
            this_update_ms: answer.this_update_ms,
            next_update_ms: answer.next_update_ms,
            delegate,
        })
    }
}

impl Answer {
    fn is_about(&self, cert: &Cert, issuer: &Cert) -> bool {
        let digest = |bytes: &[u8]| match self.digest.as_str() {
            oid::SHA1 => Some(sha1(&[bytes])),
            other => Hash::named(other).ok().map(|hash| hash.digest(&[bytes])),
        };
        self.serial == cert.serial()
            && digest(&cert.issuer_name().raw).as_ref() == Some(&self.issuer_name)
            && digest(&issuer.key().bits).as_ref() == Some(&self.issuer_key)
    }

    fn read(of: Tlv) -> Read<Answer> {
        let mut answer = of.inside();
        let mut id = answer.sequence()?;
        let digest = AlgorithmId::read(&mut id)?.oid;
        let issuer_name = id.take(OCTET_STRING)?.content.to_vec();
        let issuer_key = id.take(OCTET_STRING)?.content.to_vec();
        let serial = id.take(INTEGER)?.number()?.to_vec();
        let status = answer.any()?;
        let said = match status.tag {
            tag if tag == context(0) => Said::Good,
            tag if tag == context_constructed(1) => revoked(status.inside())?,
            tag if tag == context(2) => Said::Unknown,
            _ => return Err("a status of no known kind"),
        };
        let this_update_ms = answer.take(GENERALIZED_TIME)?.time_ms()?;
        let next = answer.optional(context_constructed(0))?;
        let next_update_ms = next.map(|tlv| tlv.inside().take(GENERALIZED_TIME)?.time_ms()).transpose()?;
        if let Some(extensions) = answer.optional(context_constructed(1))?
            && list(extensions.inside())?.iter().any(|extension| extension.critical)
        {
            return Err("a critical extension that is not understood");
        }
        Ok(Answer { digest, issuer_name, issuer_key, serial, said, this_update_ms, next_update_ms })
    }
}

fn revoked(mut info: Reader) -> Read<Said> {
    let since_ms = info.take(GENERALIZED_TIME)?.time_ms()?;
    let reason = match info.optional(context_constructed(0))? {
        Some(tlv) => Reason::of(tlv.inside().take(ENUMERATED)?.small()?),
        None => Reason::Unspecified,
    };
    Ok(Said::Revoked(since_ms, reason))
}

/// The response with its envelope, which a bare basic response gets here.
fn whole(der: &[u8]) -> Read<Vec<u8>> {
    if der.len() > MOST_BYTES {
        return Err("too large");
    }
    match Reader::new(der).sequence()?.peek() {
        Some(ENUMERATED) => Ok(der.to_vec()),
        _ => {
            let basic = write(SEQUENCE, &[&write_oid(oid::OCSP_BASIC), &write(OCTET_STRING, &[der])]);
            Ok(write(SEQUENCE, &[&write(ENUMERATED, &[&[0]]), &write(context_constructed(0), &[&basic])]))
        }
    }
}

impl Inner {
    fn read(der: Vec<u8>) -> Read<Inner> {
        let mut file = Reader::new(&der);
        let mut envelope = file.sequence()?;
        file.end()?;
        if envelope.take(ENUMERATED)?.small()? != 0 {
            return Err("no answer, but an excuse");
        }
        let mut bytes = envelope.take(context_constructed(0))?.inside().sequence()?;
        if bytes.oid()? != oid::OCSP_BASIC {
            return Err("an answer of no known kind");
        }
        let mut basic = Reader::new(bytes.take(OCTET_STRING)?.content).sequence()?;
        let signed = basic.take(SEQUENCE)?;
        let signed_by = AlgorithmId::read(&mut basic)?;
        let signature = basic.take(BIT_STRING)?.bits()?.to_vec();
        let certs = match basic.optional(context_constructed(0))? {
            Some(tlv) => cert::readable(tlv.inside().sequence()?.all(SEQUENCE)?.iter().take(MOST)),
            None => Vec::new(),
        };

        let mut data = signed.inside();
        data.optional(context_constructed(0))?;
        let responder = Responder::read(&data.any()?)?;
        let produced_at_ms = data.take(GENERALIZED_TIME)?.time_ms()?;
        let answers = data.sequence()?.all(SEQUENCE)?;
        let answers = answers.into_iter().take(MOST).map(Answer::read).collect::<Read<Vec<_>>>()?;
        let nonce = match data.optional(context_constructed(1))? {
            Some(tlv) => nonce(tlv.inside())?,
            None => None,
        };
        let signed = place_of(signed.raw, &der);
        Ok(Inner { signed, responder, produced_at_ms, nonce, answers, signed_by, signature, certs, der })
    }

    /// Outer: the response is signed as it must be. Inner: by whom, when not by the CA itself.
    fn signer(&self, issuer: &Cert) -> Option<Option<Cert>> {
        let signed = &self.der[self.signed.clone()];
        let is_by = |cert: &Cert| {
            self.responder.is(cert)
                && cert.key().verify(&self.signed_by, None, signed, &self.signature).is_ok()
        };
        if is_by(issuer) {
            return Some(None);
        }
        let charged = |cert: &&Cert| {
            let usage = cert.extensions().extended.as_ref();
            usage.is_some_and(|usage| usage.names(oid::OCSP_SIGNING))
                && cert.extensions().critical_unknown.is_empty()
                && cert.issuer_name() == issuer.subject_name()
                && cert.is_valid_at(self.produced_at_ms)
        };
        let delegate =
            self.certs.iter().filter(charged).find(|cert| is_by(cert) && cert.verify_by(issuer).is_ok());
        delegate.map(|cert| Some(cert.clone()))
    }
}

impl Responder {
    fn read(of: &Tlv) -> Read<Responder> {
        match of.tag {
            tag if tag == context_constructed(1) => Name::read(&mut of.inside()).map(Responder::Name),
            tag if tag == context_constructed(2) => {
                Ok(Responder::Key(of.inside().take(OCTET_STRING)?.content.to_vec()))
            }
            _ => Err("a responder of no known kind"),
        }
    }

    fn is(&self, cert: &Cert) -> bool {
        match self {
            Responder::Name(name) => name == cert.subject_name(),
            Responder::Key(key) => *key == sha1(&[&cert.key().bits]),
        }
    }
}

fn nonce(from: Reader) -> Read<Option<Vec<u8>>> {
    let mut nonce = None;
    for extension in list(from)? {
        if extension.oid == oid::OCSP_NONCE {
            // Some responders leave out the inner OCTET STRING.
            let inner = extension.value.inside().take(OCTET_STRING);
            nonce = Some(inner.map_or(extension.value.content, |tlv| tlv.content).to_vec());
        } else if extension.critical {
            return Err("a critical extension that is not understood");
        }
    }
    Ok(nonce)
}
