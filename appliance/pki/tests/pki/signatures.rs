//! CMS signatures: which hold, and of those that do not, what is told. openssl makes the ordinary ones and judges;
//! a script with asn1crypto makes those that no honest program would.

use crate::world::{Plan, World, cast};
use pki::{Binding, Broken, Cms, Hash, tsp};
use std::{path::Path, process::Command};

const DATA: &[u8] = b"the part before the hole, and the part after it";

fn parts() -> [&'static [u8]; 2] {
    [&DATA[..20], &DATA[20..]]
}

#[test]
fn what_openssl_signs_holds_and_tells_its_arithmetic() {
    let world = cast();
    for (name, kind) in [
        ("rsa3072", "RSA 3072"),
        ("rsa4096", "RSA 4096"),
        ("p384", "P-384"),
        ("p521", "P-521"),
        ("rsa1024", "RSA 1024"),
    ] {
        world.issue(name, &Plan { key: kind, by: Some("sub"), ..Plan::default() });
    }
    let pss = "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest";
    let table = [
        ("person", "-cades", Ok("RSA 2048, SHA-256")),
        ("person", "", Ok("RSA 2048, SHA-256")),
        ("person", "-cades -md sha384", Ok("RSA 2048, SHA-384")),
        ("person", "-cades -md sha512", Ok("RSA 2048, SHA-512")),
        ("person", &format!("-cades {pss}"), Ok("RSA-PSS 2048, SHA-256")),
        ("person", "-cades -keyid", Ok("RSA 2048, SHA-256")),
        ("person", "-cades -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:max", Err("unsupported")),
        ("rsa3072", "-cades", Ok("RSA 3072, SHA-256")),
        ("rsa4096", "-cades", Ok("RSA 4096, SHA-256")),
        ("unit", "-cades", Ok("ECDSA P-256, SHA-256")),
        ("unit", "-cades -md sha384", Ok("ECDSA P-256, SHA-384")),
        ("p384", "-cades -md sha384", Ok("ECDSA P-384, SHA-384")),
        ("p521", "-cades -md sha512", Err("unsupported")),
        ("rsa1024", "-cades", Err("weak")),
        ("person", "-cades -md sha1", Err("weak")),
        ("person", "-cades -md md5", Err("weak")),
        ("person", "-noattr", Err("attributes")),
    ];
    for (name, options, expected) in table {
        let bytes = world.cms(name, DATA, options);
        let cms = Cms::parse(&bytes).unwrap();
        match (cms.check(&parts()), expected) {
            (Ok(signed), Ok(algorithm)) => {
                assert_eq!(signed.algorithm, algorithm, "{name} {options}");
                assert_eq!(signed.signer, world.cert(name));
                let wanted = if options.contains("-cades") { Binding::V2 } else { Binding::None };
                assert_eq!(signed.binding, wanted, "{name} {options}");
                assert!(cms.signing_time_ms().is_some());
            }
            (Err(broken), Err(expected)) => assert_eq!(word(&broken), expected, "{name} {options}"),
            (found, _) => panic!("{name} {options}: {found:?}"),
        }
    }
}

fn word(broken: &Broken) -> &'static str {
    match broken {
        Broken::Digest => "digest",
        Broken::Signature => "signature",
        Broken::Attributes(_) => "attributes",
        Broken::CertificateSubstituted => "substituted",
        Broken::NoCertificate => "no certificate",
        Broken::Weak(_) => "weak",
        Broken::Unsupported(_) => "unsupported",
    }
}

#[test]
fn signatures_that_break_one_rule_each() {
    let world = cast();
    odd_signatures(&world);
    let table = [
        ("plain", "V2", "as it should be"),
        ("pss", "V2", "RSA-PSS"),
        ("ed25519", "V2", "Ed25519"),
        ("key-id", "V2", "signer named by the key"),
        ("unsorted", "V2", "attributes signed in the order sent"),
        ("ess-v1", "V1", "the certificate named by SHA-1, as ten years ago"),
        ("ess-both", "V2", "named both ways"),
        ("ess-sha512", "V2", "named by SHA-512"),
        ("no-ess", "None", "not named"),
        ("protected", "V2", "algorithms repeated under the signature"),
        ("enclosed", "V2", "the content inside is the content"),
        ("twin-first", "V2", "of two certificates of one number the attribute chooses"),
        ("sha1", "weak", "SHA-1"),
        ("md5", "weak", "MD5"),
        ("sha1-altered", "digest", "altered is told before weak"),
        ("altered", "digest", "altered"),
        ("no-certificate", "no certificate", "the signer's certificate is not inside"),
        ("substituted", "substituted", "another certificate of the same number and key"),
        ("ess-of-other", "substituted", "the attribute names another certificate of the key"),
        ("ess-v1-of-other", "substituted", "the two attributes name different ones"),
        ("ess-other-number", "substituted", "the attribute names another number"),
        ("ess-sha1-in-v2", "weak", "SHA-1 where it need not be"),
        ("no-content-type", "attributes", "no content type"),
        ("other-content-type", "attributes", "a content type that is not the content's"),
        ("two-content-types", "attributes", "two content types"),
        ("no-digest", "attributes", "no digest"),
        ("two-digests", "attributes", "two digests in one attribute, one of them right"),
        ("digest-twice", "attributes", "the attribute twice"),
        ("wrongly-protected", "attributes", "other algorithms than those under the signature"),
        ("other-enclosed", "attributes", "other content inside than outside"),
        ("digest-and-signature-differ", "unsupported", "two digests mixed"),
        ("wrong-key", "signature", "the signature does not fit"),
        ("two-signers", "malformed", "two signers"),
        ("no-signer", "malformed", "nobody signed"),
    ];
    for (name, expected, sentence) in table {
        let found = match Cms::parse(&world.get(&format!("{name}.cms"))) {
            Err(_) => "malformed".to_owned(),
            Ok(cms) => match cms.check(&parts()) {
                Ok(signed) => format!("{:?}", signed.binding),
                Err(broken) => word(&broken).to_owned(),
            },
        };
        assert_eq!(found, expected, "{name}: {sentence}");
    }
}

/// Writes those of `make_cms.py` into the folder.
pub(crate) fn odd_signatures(world: &World) {
    world.put("data", DATA);
    let person = world.cert("person");
    let serial = u32::from_str_radix(&person.serial_hex(), 16).unwrap();
    let plan = Plan { by: Some("sub"), ..Plan::default() };
    world.certify("other", "person", &plan);
    world.certify("twin", "person", &Plan { serial: Some(serial), ..plan.clone() });
    world.issue("ed", &Plan { key: "Ed25519", ..plan });
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(here.join("../../target/judges/bin/python"))
        .arg(here.join("tests/pki/make_cms.py"))
        .arg(world.at(""))
        .output()
        .unwrap_or_else(|e| panic!("the judges are missing ({e}): run `cargo xtask setup`"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn zeros_after_the_end_belong_to_the_hole_and_nothing_else_does() {
    let world = cast();
    let mut bytes = world.cms("unit", DATA, "-cades");
    let length = bytes.len();
    bytes.resize(32 << 10, 0);
    let cms = Cms::parse(&bytes).unwrap();
    assert_eq!(cms.bytes().len(), length);
    assert!(cms.check(&parts()).is_ok());
    *bytes.last_mut().unwrap() = 1;
    assert!(Cms::parse(&bytes).is_err());
    assert!(Cms::parse(&bytes[..length - 1]).is_err());
}

#[test]
fn old_software_writes_ber_and_is_understood() {
    let world = cast();
    // openssl streams: indefinite lengths down to the content, here enclosed.
    let bytes = world.cms("person", DATA, "-cades -nodetach -stream");
    assert_eq!(bytes[1], 0x80, "not BER any more; this test proves nothing");
    let cms = Cms::parse(&bytes).unwrap();
    assert_eq!(cms.content(), Some(DATA));
    assert!(cms.check(&parts()).is_ok());
    assert_eq!(
        cms.check(&[b"something else"]).unwrap_err(),
        Broken::Attributes("other content inside than outside")
    );
}

#[test]
fn openssl_agrees_where_the_content_was_altered() {
    let world = cast();
    let bytes = world.cms("person", DATA, "-cades -certfile sub.pem");
    let cms = Cms::parse(&bytes).unwrap();
    assert_eq!(cms.certs().len(), 2);
    assert_eq!(cms.signer(), Some(&world.cert("person")));
    for (data, holds) in [(DATA, true), (b"something else", false)] {
        world.put("data", data);
        let verified = world.try_openssl(
            &"cms -verify -binary -inform DER -in one.cms -content data -CAfile root.pem -out out"
                .split(' ')
                .collect::<Vec<_>>(),
        );
        assert_eq!(verified.0, holds, "{}", verified.1);
        assert_eq!(cms.check(&[data]).err(), (!holds).then_some(Broken::Digest));
    }
}

#[test]
fn a_time_stamp_is_asked_for_read_and_believed() {
    let world = cast();
    let digest: [u8; 32] = Hash::Sha256.digest(&parts()).try_into().unwrap();
    let nonce = Some(0x8000_0000_0000_0001);
    let reply = world.stamp("tsa", &tsp::request(&digest, nonce), "");
    let token = tsp::reply(&reply, &digest, nonce).unwrap();
    assert_eq!(token.check().unwrap(), world.cert("tsa"));
    assert_eq!(token.accuracy_ms(), 1501);
    assert_eq!(token.serial_hex(), "0b");
    assert_eq!((token.imprint_hash(), token.imprint()), (Some(Hash::Sha256), &digest[..]));
    let tsa = world.cert("tsa");
    assert!((tsa.not_before_ms()..tsa.not_after_ms()).contains(&token.gen_time_ms()));
    assert_eq!(token.is_about(&parts()), Ok(()));
    assert_eq!(token.is_about(&[b"x"]), Err(tsp::TspError::OtherImprint));
    assert_eq!(tsp::reply(&reply, &[7; 32], nonce).unwrap_err(), tsp::TspError::OtherImprint);
    assert_eq!(tsp::reply(&reply, &digest, Some(1)).unwrap_err(), tsp::TspError::OtherNonce);

    let without = world.stamp("tsa", &tsp::request(&digest, None), "");
    assert!(tsp::reply(&without, &digest, None).is_ok());
    assert_eq!(tsp::reply(&without, &digest, nonce).unwrap_err(), tsp::TspError::OtherNonce);

    let by_sha1 = world.stamp("tsa", &tsp::request(&digest, nonce), "ess_cert_id_alg = sha1\n");
    assert!(tsp::reply(&by_sha1, &digest, nonce).is_ok(), "old servers name their certificate by SHA-1");
}

#[test]
fn a_server_that_refuses_is_quoted() {
    let world = cast();
    // A policy that the server does not know.
    let mut request = tsp::request(&[1; 32], None);
    let policy = [0x06, 0x03, 0x2a, 0x03, 0x09];
    let at = request.len() - 3;
    request.splice(at..at, policy);
    request[1] += policy.len() as u8;
    let refusal = tsp::reply(&world.stamp("tsa", &request, ""), &[1; 32], None).unwrap_err();
    let tsp::TspError::Refused { status: 2, text } = &refusal else { panic!("{refusal:?}") };
    assert!(text.contains("policy"), "{text}");
    let page = tsp::reply(b"<html>502 Bad Gateway</html>", &[1; 32], None);
    assert!(matches!(page, Err(tsp::TspError::Malformed(_))), "{page:?}");
}

#[test]
fn a_time_stamp_in_a_signature_is_found() {
    let world = cast();
    let bytes = world.cms("unit", DATA, "-cades");
    let cms = Cms::parse(&bytes).unwrap();
    let token = world.token(cms.signature());
    let stamped = Cms::parse(&with_time_stamp(&bytes, &token)).unwrap();
    let [found] = stamped.time_stamps()[..] else { panic!() };
    let token = tsp::Token::parse(found).unwrap();
    assert!(token.check().is_ok() && token.is_about(&[stamped.signature()]).is_ok());
    assert!(stamped.check(&parts()).is_ok(), "the time stamp is not under the signature");
    let of_other = tsp::Token::parse(&world.token(b"another signature")).unwrap();
    assert_eq!(of_other.is_about(&[stamped.signature()]), Err(tsp::TspError::OtherImprint));
}

/// Puts the token at the end of the only signer info: every enclosing length grows with it.
fn with_time_stamp(cms: &[u8], token: &[u8]) -> Vec<u8> {
    let tlv = |tag: u8, content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x84], &length[..], content].concat()
    };
    let oid = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
    let attribute = tlv(0x30, &[&oid[..], &tlv(0x31, token)].concat());
    let unsigned = tlv(0xa1, &attribute);
    // ContentInfo, [0], SignedData, the last element of it, the only SignerInfo.
    fn grow(bytes: &[u8], path: &[u8], unsigned: &[u8], tlv: &dyn Fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let header = if bytes[1] < 0x80 { 2 } else { 2 + usize::from(bytes[1] & 0x7f) };
        let content = &bytes[header..];
        let inside = match path.split_first() {
            None => [content, unsigned].concat(),
            Some((tag, further)) => {
                let last = last_child(content, *tag);
                [&content[..last], &grow(&content[last..], further, unsigned, tlv)].concat()
            }
        };
        tlv(bytes[0], &inside)
    }
    fn last_child(content: &[u8], tag: u8) -> usize {
        let (mut at, mut last) = (0, 0);
        while at < content.len() {
            last = at;
            let (header, length) = match content[at + 1] {
                short @ ..0x80 => (2, usize::from(short)),
                long => {
                    let digits = usize::from(long & 0x7f);
                    let value = content[at + 2..at + 2 + digits]
                        .iter()
                        .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
                    (2 + digits, value)
                }
            };
            at += header + length;
        }
        assert_eq!(content[last], tag);
        last
    }
    grow(cms, &[0xa0, 0x30, 0x31, 0x30], &unsigned, &tlv)
}
