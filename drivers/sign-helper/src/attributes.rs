//! Whether bytes are the signed attributes of a CMS (RFC 5652 §5.3): a DER set with a content type and a digest.
//!
//! The helper signs nothing else. The challenge of a web site or the request of a certificate begins otherwise, so that a
//! page which lied about what it brings gets nothing.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

/// The digest of the document, as the attributes state it; `None` when they are none.
pub(crate) fn document_digest(bytes: &[u8]) -> Option<Vec<u8>> {
    let set = AnyRef::from_der(bytes).ok().filter(|set| set.tag() == Tag::Set)?;
    let mut reader = SliceReader::new(set.value()).ok()?;
    let (mut has_type, mut digest) = (false, None);
    while !reader.is_finished() {
        let attribute = AnyRef::decode(&mut reader).ok().filter(|one| one.tag() == Tag::Sequence)?;
        let mut parts = SliceReader::new(attribute.value()).ok()?;
        let name = ObjectIdentifier::decode(&mut parts).ok()?;
        let values = AnyRef::decode(&mut parts).ok().filter(|values| values.tag() == Tag::Set)?;
        match name {
            CONTENT_TYPE => has_type = true,
            MESSAGE_DIGEST => {
                digest = Some(OctetStringRef::from_der(values.value()).ok()?.as_bytes().to_vec())
            }
            _ => {}
        }
    }
    debug_assert!(set.encoded_len().is_ok_and(|length| usize::try_from(length) == Ok(bytes.len())));
    digest.filter(|digest| has_type && matches!(digest.len(), 32 | 48 | 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signed_attributes_are_signed() {
        let content_type = "301806092a864886f70d010903310b06092a864886f70d010701";
        let digest = format!("302f06092a864886f70d01090431220420{}", "ab".repeat(32));
        let both = format!("314b{content_type}{digest}");
        let bytes = |hex: &str| hex::decode(hex).unwrap();
        assert_eq!(document_digest(&bytes(&both)), Some(vec![0xab; 32]));
        let others = [
            format!("304b{content_type}{digest}"),
            format!("311a{content_type}"),
            format!("3131{digest}"),
            format!("{both}00"),
            both[..both.len() - 2].to_owned(),
            "3100".into(),
            "20".repeat(64),
            String::new(),
        ];
        for other in others {
            assert_eq!(document_digest(&bytes(&other)), None, "{other}");
        }
    }
}
