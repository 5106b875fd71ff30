//! Time stamps (RFC 3161): asking for one, and believing it.
//!
//! A token is a CMS over a `TSTInfo`. [`Token::check`] wants what §2.4.2 asks of it: signed by a certificate whose
//! only, critical extended usage is time stamping, named by an ESS attribute. Whether that certificate is trusted is
//! for [`crate::judge()`] with [`crate::Purpose::TimeStamping`].

use crate::{
    Binding, Broken, Cert, Cms, Hash, Malformed,
    algorithm::{AlgorithmId, Problem},
    der::{
        BIT_STRING, BOOLEAN, Fault, GENERALIZED_TIME, INTEGER, In, OCTET_STRING, OID, Read, Reader, SEQUENCE,
        context, context_constructed, without_zeros, write, write_algorithm, write_number,
    },
    name::hex,
    oid,
};

/// Body of a request (POST, `application/timestamp-query`) for a SHA-256 digest; asks for the TSA's certificate.
pub fn request(sha256: &[u8; 32], nonce: Option<u64>) -> Vec<u8> {
    let imprint = write(SEQUENCE, &[&write_algorithm(oid::SHA256, true), &write(OCTET_STRING, &[sha256])]);
    let nonce = nonce.map_or(Vec::new(), |nonce| write_number(&nonce.to_be_bytes()));
    write(SEQUENCE, &[&write_number(&[1]), &imprint, &nonce, &write(BOOLEAN, &[&[0xff]])])
}

/// Reads the answer; it must be about `sha256` and repeat `nonce`, and its token must hold ([`Token::check`]).
pub fn reply(bytes: &[u8], sha256: &[u8; 32], nonce: Option<u64>) -> Result<Token, TspError> {
    let token = granted(bytes).within("time stamp reply")?;
    let token = Token::parse(token.map_err(|(status, text)| TspError::Refused { status, text })?)?;
    if token.imprint_hash() != Some(Hash::Sha256) || token.imprint != sha256 {
        return Err(TspError::OtherImprint);
    }
    if nonce.is_some_and(|nonce| token.nonce.as_deref() != Some(without_zeros(&nonce.to_be_bytes()))) {
        return Err(TspError::OtherNonce);
    }
    token.check()?;
    Ok(token)
}

/// Why there is no usable time stamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TspError {
    /// The server refuses, with its words.
    #[error("the server refuses (status {status}): {text}")]
    Refused {
        /// `PKIStatus` (§2.4.2).
        status: u32,
        /// Its words and failure bits.
        text: String,
    },
    /// Not an answer, not a token.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// About another digest.
    #[error("the time stamp is about something else")]
    OtherImprint,
    /// The nonce is missing or another.
    #[error("the time stamp repeats another nonce")]
    OtherNonce,
    /// The imprint is made with MD5, SHA-1 or a digest that is not handled: it may be about anything.
    #[error("the time stamp is about a digest that proves nothing")]
    WeakImprint,
    /// The token does not hold.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The certificate may not stamp time.
    #[error("the certificate of the server is not for time stamps")]
    NotATsa,
}

/// A time stamp token.
#[derive(Clone, Debug)]
pub struct Token {
    cms: Cms,
    gen_time_ms: i64,
    accuracy_ms: i64,
    imprint_by: AlgorithmId,
    imprint: Vec<u8>,
    serial: Vec<u8>,
    nonce: Option<Vec<u8>>,
}

impl Token {
    /// Reads a token; zeros after it are allowed. Call [`Token::check`] before believing it.
    pub fn parse(bytes: &[u8]) -> Result<Token, Malformed> {
        let cms = Cms::parse(bytes)?;
        Token::read(cms).within("time stamp")
    }

    fn read(cms: Cms) -> Read<Token> {
        if cms.content_type() != oid::TST_INFO {
            return Err("not a time stamp");
        }
        let content = cms.content().ok_or("no content")?;
        let mut file = Reader::new(content);
        let mut info = file.sequence()?;
        file.end()?;
        info.take(INTEGER)?;
        info.take(OID)?;
        let mut imprint = info.sequence()?;
        let imprint_by = AlgorithmId::read(&mut imprint)?;
        let digest = imprint.take(OCTET_STRING)?.content.to_vec();
        let serial = info.take(INTEGER)?.number()?.to_vec();
        let gen_time_ms = info.take(GENERALIZED_TIME)?.time_ms()?;
        let accuracy_ms =
            info.optional(SEQUENCE)?.map(|tlv| accuracy(tlv.inside())).transpose()?.unwrap_or(0);
        info.optional(BOOLEAN)?;
        let nonce = info.optional(INTEGER)?.map(|tlv| tlv.number()).transpose()?.map(<[u8]>::to_vec);
        info.optional(context_constructed(0))?;
        if let Some(extensions) = info.optional(context_constructed(1))? {
            // Implicitly tagged: the list without its own SEQUENCE header.
            let list = write(SEQUENCE, &[extensions.content]);
            if crate::extensions::list(Reader::new(&list))?.iter().any(|extension| extension.critical) {
                return Err("a critical extension that is not understood");
            }
        }
        Ok(Token { gen_time_ms, accuracy_ms, imprint_by, imprint: digest, serial, nonce, cms })
    }

    /// The CMS around it, with its certificates.
    pub fn cms(&self) -> &Cms {
        &self.cms
    }

    /// The bytes, without zeros after them.
    pub fn bytes(&self) -> &[u8] {
        self.cms.bytes()
    }

    /// The time stamped, Unix ms.
    pub fn gen_time_ms(&self) -> i64 {
        self.gen_time_ms
    }

    /// How far off the time may be, ms, rounded up; 0 when not told.
    pub fn accuracy_ms(&self) -> i64 {
        self.accuracy_ms
    }

    /// Digest algorithm of the imprint; none when it is weak or not handled.
    pub fn imprint_hash(&self) -> Option<Hash> {
        Hash::named(&self.imprint_by.oid).ok()
    }

    /// The digest stamped.
    pub fn imprint(&self) -> &[u8] {
        &self.imprint
    }

    /// Serial number at the TSA, lower hex.
    pub fn serial_hex(&self) -> String {
        hex(&self.serial)
    }

    /// Signature, attributes, ESS certificate and the certificate's usage hold. Gives the TSA's certificate, of
    /// whose trust nothing is said.
    pub fn check(&self) -> Result<Cert, TspError> {
        let content = self.cms.content().unwrap_or_default();
        let signed = self.cms.check(&[content])?;
        if signed.binding == Binding::None {
            return Err(TspError::Broken(Broken::Attributes("no signing certificate")));
        }
        if crate::usage::refusal(&signed.signer, crate::Purpose::TimeStamping).is_some() {
            return Err(TspError::NotATsa);
        }
        Ok(signed.signer)
    }

    /// The stamp is about these parts, one after another.
    pub fn is_about(&self, parts: &[&[u8]]) -> Result<(), TspError> {
        match Hash::named(&self.imprint_by.oid) {
            Ok(hash) if hash.digest(parts) == self.imprint => Ok(()),
            Ok(_) => Err(TspError::OtherImprint),
            Err(Problem::Weak(_) | Problem::Unsupported(_) | Problem::Bad) => Err(TspError::WeakImprint),
        }
    }
}

/// Seconds, `[0]` milliseconds, `[1]` microseconds.
fn accuracy(mut of: Reader) -> Read<i64> {
    let seconds = of.optional(INTEGER)?.map(|tlv| tlv.small()).transpose()?.unwrap_or(0);
    let millis = of.optional(context(0))?.map(|tlv| tlv.small()).transpose()?.unwrap_or(0);
    let micros = of.optional(context(1))?.map(|tlv| tlv.small()).transpose()?.unwrap_or(0);
    Ok(i64::from(seconds) * 1000 + i64::from(millis) + i64::from(micros.div_ceil(1000)))
}

/// Outer error: not an answer. Inner error: a refusal, with its status and words.
fn granted(bytes: &[u8]) -> Read<Result<&[u8], (u32, String)>> {
    const WITHOUT: Fault = "granted, but no token";
    let mut answer = Reader::new(bytes).sequence()?;
    let mut info = answer.sequence()?;
    let status = info.take(INTEGER)?.small()?;
    if status > 1 {
        let mut words = Vec::new();
        if let Some(texts) = info.optional(SEQUENCE)? {
            let mut texts = texts.inside();
            while let Ok(text) = texts.any() {
                words.push(String::from_utf8_lossy(text.content).chars().take(500).collect());
            }
        }
        if let Some(bits) = info.optional(BIT_STRING)? {
            words.push(format!("failInfo {}", hex(&bits.content[..bits.content.len().min(8)])));
        }
        return Ok(Err((status, words.join("; "))));
    }
    answer.take(SEQUENCE).map(|token| Ok(token.raw)).map_err(|_| WITHOUT)
}
