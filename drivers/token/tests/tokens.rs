//! Keys on a token: what is seen without a PIN, what is signed with one, and what is refused before the token sees it.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::{AFTER_ITS_TIME_MS, PIN, Stick, now};
use token::{Algorithm, Pin, PinState, Signer, TokenError};

fn stick(kinds: &[&str]) -> Stick {
    Stick::with(env!("CARGO_BIN_EXE_token-worker"), &[], kinds)
}

/// About as long as signed attributes.
const MESSAGE: &[u8] = &[0x31; 213];

#[test]
fn every_kind_of_key_signs_and_openssl_agrees() {
    let kinds = [
        ("rsa:2048", "sha256", Algorithm::RsaPkcs1Sha256),
        ("rsa:3072", "sha256", Algorithm::RsaPkcs1Sha256),
        ("ec:P-256", "sha256", Algorithm::EcdsaP256Sha256),
        ("ec:P-384", "sha384", Algorithm::EcdsaP384Sha384),
    ];
    let names: Vec<_> = kinds.iter().map(|(kind, ..)| *kind).collect();
    let stick = stick(&names);
    for (number, (kind, digest, algorithm)) in kinds.iter().enumerate() {
        let id = format!("a{number}");
        let key = stick.tokens().unlock(&stick.certificate(&id), &Pin::from(PIN), now()).unwrap();
        assert_eq!(key.algorithm(), *algorithm, "{kind}");
        let signature = key.sign(MESSAGE).unwrap();
        assert!(stick.openssl_agrees(&id, digest, MESSAGE, &signature), "{kind}");
        assert!(!stick.openssl_agrees(&id, digest, b"another", &signature), "{kind}");
    }
}

#[test]
fn a_token_shows_what_can_be_signed_with_and_who_vouches_for_it() {
    let stick = stick(&["rsa:2048", "ec:P-256"]);
    let token = stick.look();
    assert_eq!(
        (token.label.as_str(), token.pin, token.pin_typed_elsewhere),
        ("Con-dau", PinState::Fine, false)
    );
    assert!(!token.serial.is_empty() && token.model.contains("SoftHSM"), "{token:?}");
    let names: Vec<_> = token.certificates.iter().map(|held| held.facts.subject_cn.as_str()).collect();
    assert_eq!(names.len(), 2, "the authorities are no one's to sign with: {names:?}");
    for name in ["Trường-thử-2048", "Trường-thử-P-256"] {
        let held = token.certificates.iter().find(|held| held.facts.subject_cn == name).unwrap();
        let chain: Vec<_> = held.chain.iter().map(|der| token::facts(&der.0).unwrap().subject_cn).collect();
        assert_eq!(chain, [name, "Cấp-phát-thử", "Gốc-thử"]);
        assert_eq!(held.facts.organisation.as_deref(), Some("Trường-Tiểu-học-Thử"));
    }
}

#[test]
fn the_right_one_of_two_tokens_is_unlocked() {
    let stick = stick(&["ec:P-256"]);
    stick.second_token("Chữ-ký");
    let labels: Vec<_> = stick.tokens().list().unwrap().into_iter().map(|token| token.label).collect();
    assert!(labels.len() == 2 && labels.contains(&"Chữ-ký".to_owned()), "{labels:?}");
    assert!(stick.unlock().unwrap().sign(MESSAGE).is_ok());
}

#[test]
fn a_token_that_digests_itself_and_one_that_does_not_both_sign() {
    // SoftHSM has no ECDSA with its own digest.
    for (kind, fault, digest) in [
        ("rsa:2048", "digests-only", "sha256"),
        ("rsa:2048", "messages-only", "sha256"),
        ("ec:P-256", "digests-only", "sha256"),
    ] {
        let stick = stick(&[kind]).fault(fault);
        let key = stick.unlock().unwrap();
        for message in [MESSAGE, b"again"] {
            let signature = key.sign(message).unwrap();
            assert!(stick.openssl_agrees("a0", digest, message, &signature), "{kind} {fault}");
        }
    }
    let refused = stick(&["rsa:2048"]).fault("nothing").unlock().unwrap().sign(MESSAGE);
    assert!(matches!(refused, Err(TokenError::Unsupported(_))), "{refused:?}");
}

#[test]
fn one_pin_is_enough_for_a_hundred_documents() {
    let stick = stick(&["rsa:2048"]).fault("none");
    let log = stick.path("log");
    let stick = stick.env("FAULT_LOG", log.to_str().unwrap());
    let key = stick.unlock().unwrap();
    for document in 0..100_u32 {
        let message = document.to_be_bytes();
        let signature = key.sign(&message).unwrap();
        assert!(document % 25 != 0 || stick.openssl_agrees("a0", "sha256", &message, &signature));
    }
    drop(key);
    support::until("logged out", || std::fs::read_to_string(&log).is_ok_and(|log| log == "in\nout\n"));
}

#[test]
fn a_key_that_wants_its_pin_every_time_gets_it() {
    let stick = stick(&["rsa:2048"]);
    stick.replace_key("a0", "--always-auth");
    let key = stick.unlock().unwrap();
    for message in [MESSAGE, b"again"] {
        assert!(stick.openssl_agrees("a0", "sha256", message, &key.sign(message).unwrap()));
    }
}

#[test]
fn what_is_wrong_with_the_certificate_costs_no_try_of_the_pin() {
    let stick = stick(&["rsa:2048", "rsa:1024", "ec:P-521"]).fault("none");
    let log = stick.path("log");
    let stick = stick.env("FAULT_LOG", log.to_str().unwrap());
    let refused = |id: &str, now: i64| {
        stick.tokens().unlock(&stick.certificate(id), &Pin::from("wrong"), now).unwrap_err()
    };
    assert!(matches!(refused("a0", now() + AFTER_ITS_TIME_MS), TokenError::Expired { .. }));
    assert!(matches!(refused("a0", 0), TokenError::NotYetValid { .. }));
    assert_eq!(refused("a1", now()), TokenError::KeyTooShort { bits: 1024 });
    assert!(matches!(refused("a2", now()), TokenError::Unsupported(_)));
    assert!(!log.exists(), "the token saw a PIN");
}

#[test]
fn a_key_is_found_under_another_name_and_its_lack_is_said() {
    let stick = stick(&["rsa:2048", "ec:P-256"]);
    // The certificate of an RSA key under a name that no key has: found by its modulus.
    stick.pkcs11_tool("--delete-object --type cert --id a0");
    stick.put_certificate("a0", "77");
    let key = stick.unlock().unwrap();
    assert!(stick.openssl_agrees("a0", "sha256", MESSAGE, &key.sign(MESSAGE).unwrap()));
    // Its key gone as well.
    stick.pkcs11_tool("--delete-object --type privkey --id a0");
    assert_eq!(stick.unlock().unwrap_err(), TokenError::NoKey);
}

#[test]
fn a_certificate_beside_a_foreign_key_is_found_out() {
    let stick = stick(&["ec:P-256"]);
    stick.make_key("stranger");
    stick.put_certificate("stranger", "a0");
    let stranger = stick.certificate("stranger");
    let key = stick.tokens().unlock(&stranger, &Pin::from(PIN), now()).unwrap();
    assert_eq!(key.sign(MESSAGE), Err(TokenError::KeyMismatch));
    assert_eq!(key.sign(MESSAGE), Err(TokenError::KeyMismatch));
}

#[test]
fn another_token_none_and_no_module_are_told_apart() {
    let other = "ab".repeat(32);
    let with = stick(&["ec:P-256"]);
    let unlock = |stick: &Stick| stick.tokens().unlock(&other, &Pin::from(PIN), now()).unwrap_err();
    assert_eq!(unlock(&with), TokenError::OtherToken);
    let none = with.fault("no-token");
    assert_eq!(none.tokens().list(), Ok(vec![]));
    assert_eq!(unlock(&none), TokenError::NoToken);
    let source = none.path("openssl.cnf");
    for nothing in ["/nowhere/libtoken.so", source.to_str().unwrap(), "/usr/lib/x86_64-linux-gnu/libc.so.6"] {
        let gone = stick(&[]).module(Path::new(nothing));
        for error in [gone.tokens().list().unwrap_err(), unlock(&gone)] {
            assert!(matches!(error, TokenError::NoModule(_)), "{nothing}: {error:?}");
        }
    }
}

#[test]
fn softhsm_is_among_the_modules_of_this_machine() {
    let known = token::modules();
    assert!(known.iter().any(|module| module.name == "SoftHSM 2"), "{known:?}");
}
