//! Every way a key file can be wrong is told apart, and every good one signs.

#![allow(clippy::unwrap_used, reason = "a test whose helper cannot go on has failed")]

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKeyChain};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use token::{Algorithm, Pkcs12, Signer, TokenError, facts};
use x509_cert::{Certificate as X509, der::Decode};

const UNIT: &str = "mật khẩu đơn vị";
/// 21-11-2026 14:05:09 +07:00
const NOW_MS: i64 = 1_795_244_709_000;
const YEAR_MS: i64 = 365 * 86_400_000;

fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pki").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn good_key_files_open_and_sign() {
    let table: [(&str, &str, Algorithm, &'static dyn VerificationAlgorithm); 4] = [
        ("unit.p12", UNIT, Algorithm::RsaPkcs1Sha256, &RSA_PKCS1_2048_8192_SHA256),
        ("unit-legacy.p12", UNIT, Algorithm::RsaPkcs1Sha256, &RSA_PKCS1_2048_8192_SHA256),
        ("head-p256.p12", "hieu-truong", Algorithm::EcdsaP256Sha256, &ECDSA_P256_SHA256_ASN1),
        ("head-p384.p12", "hieu-truong", Algorithm::EcdsaP384Sha384, &ECDSA_P384_SHA384_ASN1),
    ];
    for (file, passphrase, algorithm, check) in table {
        let key = Pkcs12::open(&fixture(file), passphrase, NOW_MS).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(key.algorithm(), algorithm, "{file}");
        assert_eq!(key.chain().len(), 2, "{file}: own certificate and the authority's");
        let signature = key.sign("văn bản".as_bytes()).unwrap();
        let leaf = X509::from_der(&key.chain()[0]).unwrap();
        let public = leaf.tbs_certificate.subject_public_key_info.subject_public_key;
        let verified =
            UnparsedPublicKey::new(check, public.raw_bytes()).verify("văn bản".as_bytes(), &signature);
        assert!(verified.is_ok(), "{file}: the signature does not verify");
    }
}

#[test]
fn what_is_wrong_is_told_apart() {
    let cut = |name: &str, keep: usize| fixture(name)[..keep].to_vec();
    type Row = (&'static str, Vec<u8>, &'static str, i64, fn(&TokenError) -> bool);
    let table: [Row; 13] = [
        ("wrong passphrase, modern", fixture("unit.p12"), "sai", NOW_MS, |e| {
            matches!(e, TokenError::WrongPassphrase)
        }),
        ("wrong passphrase, old", fixture("unit-legacy.p12"), "", NOW_MS, |e| {
            matches!(e, TokenError::WrongPassphrase)
        }),
        ("empty file", Vec::new(), UNIT, NOW_MS, |e| matches!(e, TokenError::NotAKeyFile(_))),
        ("a text", b"khong phai khoa".to_vec(), UNIT, NOW_MS, |e| matches!(e, TokenError::NotAKeyFile(_))),
        ("a certificate", fixture("ca.pem"), UNIT, NOW_MS, |e| matches!(e, TokenError::NotAKeyFile(_))),
        ("cut short", cut("unit.p12", 900), UNIT, NOW_MS, |e| matches!(e, TokenError::NotAKeyFile(_))),
        ("too large", vec![0x30; 2 << 20], UNIT, NOW_MS, |e| matches!(e, TokenError::NotAKeyFile(_))),
        ("no key", fixture("certificate-only.p12"), "khong-khoa", NOW_MS, |e| matches!(e, TokenError::NoKey)),
        ("short key", fixture("short-rsa1024.p12"), "khoa-ngan", NOW_MS, |e| {
            matches!(e, TokenError::KeyTooShort { bits: 1024 })
        }),
        ("run out", fixture("expired.p12"), "het-han", NOW_MS, |e| {
            matches!(e, TokenError::Expired { since_ms: 1_640_995_200_000 })
        }),
        ("not yet", fixture("not-yet-valid.p12"), "chua-den-han", NOW_MS, |e| {
            matches!(e, TokenError::NotYetValid { from_ms: 2_366_841_600_000 })
        }),
        ("run out later", fixture("unit.p12"), UNIT, NOW_MS + 30 * YEAR_MS, |e| {
            matches!(e, TokenError::Expired { .. })
        }),
        ("key of somebody else", mismatched(), "lech", NOW_MS, |e| matches!(e, TokenError::KeyMismatch)),
    ];
    for (what, bytes, passphrase, now_ms, expected) in table {
        let error = Pkcs12::open(&bytes, passphrase, now_ms).expect_err(what);
        assert!(expected(&error), "{what}: {error:?}");
    }
}

#[test]
fn a_file_that_asks_for_hours_of_work_is_refused_at_once() {
    let salt = der(0x04, &[&[1, 2, 3, 4, 5, 6, 7, 8]]);
    let billions = [0x02, 0x05, 0x00, 0x80, 0, 0, 0];
    let few = [0x02, 0x01, 0x01];
    let sha256 = hex::decode("300d06096086480165030402010500").unwrap();
    let digest = der(0x30, &[&sha256, &der(0x04, &[&[0; 32]])]);
    let mac = |rounds: &[u8]| der(0x30, &[&digest, &salt, rounds]);
    let of_hand = hex::decode("301d060960864801650304012a0410000102030405060708090a0b0c0d0e0f").unwrap();
    let pbes2 = |derivation: &str, rounds: &[&[u8]]| {
        let named = hex::decode(derivation).unwrap();
        let derivation = der(0x30, &[&named, &der(0x30, &[&[salt.as_slice()], rounds].concat())]);
        let oid = hex::decode("06092a864886f70d01050d").unwrap();
        der(0x30, &[&oid, &der(0x30, &[&derivation, &of_hand])])
    };
    let pbkdf2 = |rounds: &[u8]| pbes2("06092a864886f70d01050c", &[rounds]);
    let scrypt = pbes2("06092b06010401da47040b", &[&[0x02, 0x04, 0x40, 0, 0, 0], &[0x02, 0x01, 8], &few]);
    let old = hex::decode("060a2a864886f70d010c0103").unwrap();
    let old = der(0x30, &[&old, &der(0x30, &[&salt, &billions])]);
    let table = [
        ("MAC", pfx(&pbkdf2(&few), &mac(&billions))),
        ("PBKDF2", pfx(&pbkdf2(&billions), &mac(&few))),
        ("scrypt", pfx(&scrypt, &mac(&few))),
        ("old PBE", pfx(&old, &mac(&few))),
    ];
    for (what, file) in table {
        assert!(file.len() < 1024, "{what}");
        let refused = Pkcs12::open(&file, UNIT, NOW_MS).unwrap_err();
        assert!(matches!(refused, TokenError::TooCostly { rounds: 0x8000_0000.. }), "{what}: {refused:?}");
        assert!(token::sentence(&refused).contains("quá kỹ"), "{what}");
    }
    let modest = Pkcs12::open(&pfx(&pbkdf2(&few), &mac(&few)), UNIT, NOW_MS).unwrap_err();
    assert_eq!(modest, TokenError::WrongPassphrase, "the same file with a few rounds is looked at");
}

/// A PKCS#12 file with one shrouded key under an algorithm, and a MAC over it.
fn pfx(algorithm: &[u8], mac: &[u8]) -> Vec<u8> {
    let explicit = |inner: &[u8]| der(0xa0, &[inner]);
    let data = hex::decode("06092a864886f70d010701").unwrap();
    let shrouded = hex::decode("060b2a864886f70d010c0a0102").unwrap();
    let key = der(0x30, &[algorithm, &der(0x04, &[&[0xee; 64]])]);
    let bags = der(0x30, &[&der(0x30, &[&shrouded, &explicit(&key)])]);
    let safe = der(0x30, &[&data, &explicit(&der(0x04, &[&bags]))]);
    let safes = der(0x30, &[&safe]);
    let content = der(0x30, &[&data, &explicit(&der(0x04, &[&safes]))]);
    der(0x30, &[&[0x02, 0x01, 0x03], &content, mac])
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let head = if length[0] == 0 && length[1] < 128 {
        vec![tag, length[1]]
    } else if length[0] == 0 {
        vec![tag, 0x81, length[1]]
    } else {
        vec![tag, 0x82, length[0], length[1]]
    };
    [head, value].concat()
}

/// openssl refuses to pack a key beside a certificate that is not its own, so it is packed here.
fn mismatched() -> Vec<u8> {
    let certificate_of = KeyStore::from_pkcs12(&fixture("unit.p12"), UNIT).unwrap();
    let key_of = KeyStore::from_pkcs12(&fixture("expired.p12"), "het-han").unwrap();
    let leaf = certificate_of.private_key_chain().unwrap().1.chain()[0].as_der().to_vec();
    let key = key_of.private_key_chain().unwrap().1.key().to_vec();
    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new(key, [1, 2, 3, 4], [Certificate::from_der(&leaf).unwrap()]);
    store.add_entry("lech", KeyStoreEntry::PrivateKeyChain(chain));
    store.writer("lech").write().unwrap()
}

#[test]
fn a_certificate_says_who_and_until_when() {
    let key = Pkcs12::open(&fixture("unit.p12"), UNIT, NOW_MS).unwrap();
    let unit = facts(&key.chain()[0]).unwrap();
    assert_eq!(unit.subject_cn, "TRƯỜNG THCS HOA PHƯỢNG");
    assert_eq!(unit.organisation.as_deref(), Some("Trường THCS Hoa Phượng"));
    assert_eq!(unit.issuer_cn, "CA thử nghiệm văn thư");
    assert_eq!((unit.not_before_ms, unit.not_after_ms), (1_767_225_600_000, 2_398_377_600_000));
    assert_eq!(unit.sha256_hex.len(), 64);
    assert_eq!(unit.serial_hex, "5a02");
    assert!(matches!(facts(b"khong phai"), Err(TokenError::Unsupported(_))));
}
