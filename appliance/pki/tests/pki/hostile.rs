//! Bytes that were changed on the way: nothing panics, nothing runs away, and nothing that was signed can be changed
//! unnoticed.

use crate::{
    signatures::odd_signatures,
    world::{World, cast, parse_crl},
};
use pki::{Cert, Cms, Evidence, Purpose, Trust, crl::Crl, judge, ocsp::Response, tsp, wanted};
use proptest::prelude::*;
use std::sync::LazyLock;

const DATA: &[u8] = b"the part before the hole, and the part after it";

/// Real bytes of each kind, and who made them.
struct Real {
    certs: Vec<Vec<u8>>,
    crl: Vec<u8>,
    ocsp: Vec<u8>,
    cms: Vec<Vec<u8>>,
    reply: Vec<u8>,
    token: Vec<u8>,
    person: Cert,
    sub: Cert,
    known: Vec<Cert>,
    trust: Trust,
    now_ms: i64,
}

static REAL: LazyLock<Real> = LazyLock::new(|| {
    let world: World = cast();
    let (person, sub) = (world.cert("person"), world.cert("sub"));
    let now_ms = world.now_ms();
    let crl =
        world.crl("sub", &[(&person, Some((now_ms, ",superseded"))), (&sub, Some((now_ms, "")))], now_ms, "");
    let ocsp = world.ocsp(&person, "sub", "responder", &[(&person, None)]);
    world.put("kept.crl", &crl);
    odd_signatures(&world);
    let mut cms = vec![world.get("plain.cms"), world.get("ess-both.cms"), world.get("protected.cms")];
    cms.push(world.cms("unit", DATA, "-cades -certfile sub.pem"));
    cms.push(world.cms("person", DATA, "-cades -nodetach -stream"));
    let digest = pki::Hash::Sha256.digest(&[DATA]).try_into().unwrap();
    let reply = world.stamp("tsa", &tsp::request(&digest, Some(7)), "");
    let token = tsp::reply(&reply, &digest, Some(7)).unwrap().bytes().to_vec();
    let certs = ["root", "sub", "person", "responder"].map(|name| world.cert(name).der().to_vec()).to_vec();
    let known =
        ["root", "sub", "person", "unit", "tsa", "other", "twin"].map(|name| world.cert(name)).to_vec();
    Real { certs, crl, ocsp, cms, reply, token, person, sub, known, trust: world.trust(&["root"]), now_ms }
});

/// What a bad line, a bad disk or a bad person does to bytes.
#[derive(Clone, Debug)]
enum Harm {
    Set(usize, u8),
    Flip(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Insert(usize, Vec<u8>),
}

fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let place = any::<usize>();
    let harm = prop_oneof![
        4 => (place, any::<u8>()).prop_map(|(at, byte)| Harm::Set(at, byte)),
        4 => (place, 0..8u8).prop_map(|(at, bit)| Harm::Flip(at, bit)),
        1 => place.prop_map(Harm::Cut),
        1 => (place, 1..40usize).prop_map(|(at, length)| Harm::Remove(at, length)),
        1 => (place, 1..400usize).prop_map(|(at, length)| Harm::Repeat(at, length)),
        1 => (place, prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Harm::Insert(at, bytes)),
    ];
    prop::collection::vec(harm, 1..4)
}

fn harmed(bytes: &[u8], harms: &[Harm]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for harm in harms {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match harm {
            Harm::Set(at, byte) => bytes[at % length] = *byte,
            Harm::Flip(at, bit) => bytes[at % length] ^= 1 << bit,
            Harm::Cut(at) => bytes.truncate(at % length),
            Harm::Remove(at, count) => drop(bytes.drain(at % length..(at % length + count).min(length))),
            Harm::Repeat(at, count) => {
                let from = at % length;
                let part = bytes[from..(from + count).min(length)].to_vec();
                bytes.splice(from..from, part);
            }
            Harm::Insert(at, more) => drop(bytes.splice(at % length..at % length, more.iter().copied())),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_signature_that_still_holds_is_by_the_same_certificate(which in 0..5usize, harms in harms()) {
        let bytes = harmed(&REAL.cms[which], &harms);
        if let Ok(cms) = Cms::parse(&bytes) {
            let mut evidence = Evidence::default();
            evidence.add_cms(&cms);
            cms.time_stamps().iter().for_each(|token| drop(tsp::Token::parse(token)));
            if let Ok(signed) = cms.check(&[DATA]) {
                let honest = Cms::parse(&REAL.cms[which]).unwrap().signer().cloned();
                prop_assert_eq!(Some(signed.signer), honest);
            }
            if let Some(signer) = cms.signer() {
                let judged = judge(signer, Purpose::DocumentSigning, &evidence, &REAL.trust, REAL.now_ms, REAL.now_ms);
                prop_assert!(!judged.is_good() || REAL.known.contains(signer));
                wanted(&judged, REAL.now_ms);
            }
        }
    }

    #[test]
    fn altered_content_never_passes(which in 0..5usize, at in any::<usize>(), bit in 0..8u8) {
        let mut data = DATA.to_vec();
        let at = at % data.len();
        data[at] ^= 1 << bit;
        let cms = Cms::parse(&REAL.cms[which]).unwrap();
        prop_assert!(cms.check(&[DATA]).is_ok());
        prop_assert!(cms.check(&[&data]).is_err());
    }

    #[test]
    fn a_certificate_that_still_leads_to_the_root_is_the_same(which in 1..4usize, harms in harms()) {
        let bytes = harmed(&REAL.certs[which], &harms);
        if let Ok(cert) = Cert::parse(&bytes) {
            let honest = Cert::parse(&REAL.certs[which]).unwrap();
            let issuer = Evidence { certs: vec![REAL.sub.clone()], ..Evidence::default() };
            let judged = judge(&cert, Purpose::DocumentSigning, &issuer, &REAL.trust, REAL.now_ms, REAL.now_ms);
            // A signature may be written in more than one way; what it is about may not.
            prop_assert!(!judged.anchored || cert.subject() == honest.subject() && cert.serial_hex() == honest.serial_hex());
            cert.is_unit();
        }
        pki::certificates(&bytes);
        Trust::read([("harmed".to_owned(), bytes)]);
    }

    #[test]
    fn a_list_that_is_still_signed_lists_the_same(harms in harms()) {
        let honest = parse_crl(&REAL.crl);
        if let Ok(crl) = Crl::parse(&harmed(&REAL.crl, &harms)) {
            let entry = crl.entry(&REAL.person);
            if crl.is_signed_by(&REAL.sub) {
                prop_assert_eq!(entry, honest.entry(&REAL.person));
                prop_assert_eq!(crl.this_update_ms(), honest.this_update_ms());
            }
        }
    }

    #[test]
    fn a_response_that_is_still_signed_says_the_same(harms in harms()) {
        let mut evidence = Evidence { certs: vec![REAL.sub.clone()], ..Evidence::default() };
        if let Ok(response) = Response::parse(&harmed(&REAL.ocsp, &harms)) {
            let honest = Response::parse(&REAL.ocsp).unwrap();
            if response.is_about(&REAL.person, &REAL.sub) {
                prop_assert_eq!(response.produced_at_ms(), honest.produced_at_ms());
            }
            evidence.ocsps.push(response);
            let judged = judge(&REAL.person, Purpose::DocumentSigning, &evidence, &REAL.trust, REAL.now_ms, REAL.now_ms);
            prop_assert!(judged.is_good());
        }
    }

    #[test]
    fn a_time_stamp_that_still_holds_says_the_same_time(harms in harms()) {
        let honest = tsp::Token::parse(&REAL.token).unwrap();
        if let Ok(token) = tsp::Token::parse(&harmed(&REAL.token, &harms)) && token.check().is_ok() {
            prop_assert_eq!(token.gen_time_ms(), honest.gen_time_ms());
            prop_assert_eq!(token.imprint(), honest.imprint());
        }
        let digest = pki::Hash::Sha256.digest(&[DATA]).try_into().unwrap();
        if let Ok(token) = tsp::reply(&harmed(&REAL.reply, &harms), &digest, Some(7)) {
            prop_assert_eq!(token.gen_time_ms(), honest.gen_time_ms());
        }
    }

    #[test]
    fn no_bytes_whatever_make_anything_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let as_sequence = [&[0x30, 0x80][..], &bytes, &[0, 0]].concat();
        for bytes in [&bytes, &as_sequence] {
            let _ = (Cert::parse(bytes), Crl::parse(bytes), Response::parse(bytes), Cms::parse(bytes), tsp::Token::parse(bytes));
            let _ = tsp::reply(bytes, &[0; 32], None);
            Trust::read([(String::new(), bytes.clone())]);
        }
    }
}

#[test]
fn nests_and_floods_cost_little() {
    let deep = [0x30, 0x80].repeat(1 << 20);
    let constructed = [0x24, 0x80].repeat(1 << 20);
    let flood = b"-----BEGIN CERTIFICATE-----\n".repeat(1 << 16);
    for bytes in [deep, constructed, flood, vec![0; 1 << 20], vec![0x30; 1 << 20]] {
        assert!(Cert::parse(&bytes).is_err() && Crl::parse(&bytes).is_err() && Cms::parse(&bytes).is_err());
        assert!(Response::parse(&bytes).is_err() && tsp::Token::parse(&bytes).is_err());
        assert_eq!(pki::certificates(&bytes), []);
    }
}
