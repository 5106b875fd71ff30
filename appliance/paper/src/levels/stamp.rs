//! Time stamps (RFC 3161): of the last signature, inside its hole; of the whole file, in a hole of their own.

use super::{Found, LevelError, found};
use crate::{
    hole::{Layout, Reserved, digits},
    imported::{only_signer, signed_data},
    permits,
    sign::{Signed, append_unseen_field},
    standing::Standing,
    update::Update,
};
use cms::{
    content_info::ContentInfo,
    signed_data::{SignedData, SignerInfos},
};
use der::{
    Any, Decode, Encode, Header, Sequence, SliceReader,
    asn1::{ObjectIdentifier, OctetString, SetOfVec},
};
use ring::digest::{SHA256, digest};
use std::ops::Range;
use x509_cert::{attr::Attribute, spki::AlgorithmIdentifierOwned};

/// `id-aa-timeStampToken`: the attribute of a signature that holds its time stamp.
const TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// `id-ct-TSTInfo`: what a token is about.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Something that a token of a time stamp server completes.
#[derive(Debug)]
pub struct Unstamped<'a> {
    imprint: [u8; 32],
    place: Place<'a>,
}

#[derive(Debug)]
enum Place<'a> {
    /// In the signature that stands in this hole.
    Signature { pdf: &'a [u8], hole: Range<usize>, signed: Box<SignedData> },
    /// In a hole of its own.
    Document(Reserved<'a>),
}

/// The last signature, to be stamped (level B-T). Refuses a signature that has its stamp, and one that is covered by a
/// document time stamp.
pub fn signature_to_stamp(pdf: &[u8]) -> Result<Unstamped<'_>, LevelError> {
    let standing = Standing::read(pdf)?;
    let last = found::in_standing(pdf, &standing).pop().ok_or(LevelError::NotSigned)?;
    if last.is_time_stamp() {
        return Err(LevelError::Covered);
    }
    let Found { hole, .. } = last.clone();
    let signed = signed_data(last.cms()).map_err(|e| LevelError::Signature(e.to_string()))?;
    let signer = only_signer(&signed)?;
    let mut unsigned = signer.unsigned_attrs.iter().flat_map(|attributes| attributes.iter());
    if unsigned.any(|attribute| attribute.oid == TIME_STAMP) {
        return Err(LevelError::Stamped);
    }
    let imprint = sha256(signer.signature.as_bytes());
    Ok(Unstamped { imprint, place: Place::Signature { pdf, hole, signed: Box::new(signed) } })
}

/// The whole file, to be stamped (level B-LTA, and its renewal): a field of its own that nobody sees.
pub fn document_to_stamp(pdf: &[u8]) -> Result<Unstamped<'_>, LevelError> {
    let standing = Standing::read(pdf)?;
    permits::field(&standing)?;
    let mut update = Update::new(pdf, &standing.document);
    let id = append_unseen_field(&standing, &mut update);
    let reserved = Layout::time_stamp().write(update, id, pdf);
    let imprint = reserved.digest(&SHA256).as_ref().try_into().expect("SHA-256 has 32 bytes");
    Ok(Unstamped { imprint, place: Place::Document(reserved) })
}

impl<'a> Unstamped<'a> {
    /// SHA-256 of what is to be stamped: what a time stamp server is asked.
    pub fn imprint(&self) -> [u8; 32] {
        self.imprint
    }

    /// Puts the server's token into its place: DER of the `TimeStampToken`, not of the whole response.
    pub fn stamp(self, token: &[u8]) -> Result<Signed<'a>, LevelError> {
        if stamped_imprint(token)? != self.imprint {
            return Err(LevelError::OtherImprint);
        }
        match self.place {
            Place::Document(reserved) => Ok(reserved.fill(token)?),
            Place::Signature { pdf, hole, signed } => {
                let cms = with_token(*signed, token).map_err(|e| LevelError::Signature(e.to_string()))?;
                Ok(refilled(pdf, hole, &cms)?)
            }
        }
    }
}

/// The file with other contents in a hole that it has already. No signature covers its own hole, and the last one's is
/// covered by no other.
fn refilled<'a>(pdf: &'a [u8], hole: Range<usize>, cms: &[u8]) -> Result<Signed<'a>, crate::SignError> {
    let room = hole.len() - 2;
    if 2 * cms.len() > room {
        return Err(crate::SignError::TooLarge { needed: cms.len(), reserved: room / 2 });
    }
    let mut digits = digits(cms)?;
    digits.resize(room, b'0');
    Ok(Signed::filled(pdf, hole.start + 1, digits))
}

fn with_token(mut signed: SignedData, token: &[u8]) -> der::Result<Vec<u8>> {
    let mut signers = signed.signer_infos.0.into_vec();
    for signer in &mut signers {
        let attribute =
            Attribute { oid: TIME_STAMP, values: SetOfVec::try_from(vec![Any::from_der(token)?])? };
        let mut unsigned = signer.unsigned_attrs.take().map(SetOfVec::into_vec).unwrap_or_default();
        unsigned.push(attribute);
        signer.unsigned_attrs = Some(SetOfVec::try_from(unsigned)?);
    }
    signed.signer_infos = SignerInfos(SetOfVec::try_from(signers)?);
    ContentInfo { content_type: crate::cms::SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
}

#[derive(Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifierOwned,
    hashed_message: OctetString,
}

/// What a token stamps, if by SHA-256; the rest of its `TSTInfo` is judged elsewhere.
fn stamped_imprint(token: &[u8]) -> Result<Vec<u8>, LevelError> {
    let read = || -> der::Result<Option<Vec<u8>>> {
        let signed = signed_data(token)?;
        let content = signed.encap_content_info;
        let Some(info) = content.econtent.filter(|_| content.econtent_type == TST_INFO) else {
            return Ok(None);
        };
        let info = info.decode_as::<OctetString>()?;
        let mut reader = SliceReader::new(info.as_bytes())?;
        Header::decode(&mut reader)?;
        u8::decode(&mut reader)?;
        ObjectIdentifier::decode(&mut reader)?;
        let imprint = MessageImprint::decode(&mut reader)?;
        let is_sha256 = imprint.hash_algorithm.oid == crate::cms::SHA256;
        Ok(Some(imprint.hashed_message.into_bytes()).filter(|_| is_sha256))
    };
    read()
        .map_err(|e| LevelError::NotToken(e.to_string()))?
        .ok_or_else(|| LevelError::NotToken("not over SHA-256".into()))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}
