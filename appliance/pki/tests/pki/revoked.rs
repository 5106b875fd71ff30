//! What is known of revocation, from which statement, and when it counts.

use crate::world::{DAY_MS, HOUR_MS, Line, Plan, SIGNER, World, cast, parse_crl, word};
use pki::{
    Evidence, Judgement, Purpose, Reason, Revocation, Source, Trust, Want, crl::Crl, judge, ocsp::Response,
    wanted,
};

/// The person's certificate with these CRLs and responses, at a time of proof so many hours after the world's now.
fn person(world: &World, crls: &[&[u8]], ocsps: &[&[u8]], hours: i64) -> Judgement {
    let mut evidence = world.evidence(&["sub"]);
    crls.iter().for_each(|crl| assert!(evidence.add_crl(crl)));
    ocsps.iter().for_each(|ocsp| assert!(evidence.add_ocsp(ocsp)));
    let now_ms = world.now_ms() + 100 * DAY_MS;
    let at_ms = world.now_ms() + hours * HOUR_MS;
    judge(&world.cert("person"), Purpose::DocumentSigning, &evidence, &world.trust(&["root"]), at_ms, now_ms)
}

fn known(revocation: &Revocation) -> &'static str {
    match revocation {
        Revocation::NotNeeded => "not needed",
        Revocation::Unknown => "unknown",
        Revocation::NotRevoked { by: Source::Crl(_), .. } => "not revoked by CRL",
        Revocation::NotRevoked { by: Source::Ocsp(_), .. } => "not revoked by OCSP",
        Revocation::Revoked { .. } => "revoked",
    }
}

#[test]
fn revocation_counts_from_its_time_on_for_every_reason() {
    let world = &cast();
    let cert = world.cert("person");
    let revoked_ms = world.now_ms() + 48 * HOUR_MS;
    let made_ms = revoked_ms + HOUR_MS;
    let invalid = |hours: i64| {
        let at = chrono::DateTime::from_timestamp_millis(world.now_ms() + hours * HOUR_MS).unwrap();
        format!(",keyTime,{}", at.format("%Y%m%d%H%M%SZ"))
    };
    let table = [
        ("", 47, "good", "proven before"),
        ("", 48, "revoked 0 Unspecified", "at that second"),
        ("", 49, "revoked 0 Unspecified", "proven after"),
        (",keyCompromise", 47, "good", "a stolen key cannot get a time stamp of before"),
        (",keyCompromise", 49, "revoked 0 KeyCompromise", "the key is in other hands"),
        (",superseded", 47, "good", "replaced later"),
        (",superseded", 49, "revoked 0 Superseded", "replaced"),
        (",affiliationChanged", 49, "revoked 0 AffiliationChanged", "elsewhere now"),
        (",cessationOfOperation", 49, "revoked 0 CessationOfOperation", "the school was closed"),
        (",holdInstruction,holdInstructionReject", 49, "revoked 0 CertificateHold", "set aside"),
        (&invalid(24), 23, "good", "before the key may have been in other hands"),
        (
            &invalid(24),
            25,
            "revoked 0 KeyCompromise",
            "between invalidity and revocation the CA's earlier date counts",
        ),
        (&invalid(72), 49, "revoked 0 KeyCompromise", "a later invalidity date takes nothing back"),
    ];
    for (reason, hours, expected, sentence) in table {
        let lines: [Line; 1] = [(&cert, Some((revoked_ms, reason)))];
        let crl = world.crl("sub", &lines, made_ms, "");
        let judged = person(world, &[&crl], &[], hours);
        assert_eq!(word(&judged.standing), expected, "{reason} {hours}: {sentence}");
        assert_eq!(known(&judged.revocation[0]), "revoked", "told even where it does not count");
    }
}

#[test]
fn a_list_counts_when_it_is_the_issuers_own_and_complete() {
    let world = &cast();
    let (now_ms, cert, sub) = (world.now_ms(), world.cert("person"), world.cert("sub"));
    let impostor = Plan {
        subject: "/C=VN/O=Cơ quan giả định/CN=Cấp dưới",
        extensions: crate::world::CA.into(),
        ..Plan::default()
    };
    world.issue("impostor", &impostor);
    world.issue("renewed", &Plan { by: Some("root"), ..impostor });
    let revoked: [Line; 1] = [(&cert, Some((now_ms - 60_000, ",superseded")))];
    let clean: [Line; 0] = [];
    let point = |more: &str| format!("issuingDistributionPoint = critical, @point\n[point]\n{more}\n");
    let table = [
        ("sub", &clean[..], String::new(), "not revoked by CRL", "the issuer's list without it"),
        ("sub", &revoked, String::new(), "revoked", "with it"),
        ("impostor", &revoked, String::new(), "unknown", "of somebody with the CA's name"),
        ("root", &revoked, String::new(), "unknown", "of another CA"),
        (
            "renewed",
            &revoked,
            String::new(),
            "revoked",
            "of the CA's renewed key, which comes with the document",
        ),
        ("sub", &clean, point("onlyCA = TRUE"), "unknown", "about CAs only, absence says nothing"),
        ("sub", &revoked, point("onlyCA = TRUE"), "revoked", "presence does"),
        ("sub", &clean, point("onlyuser = TRUE"), "not revoked by CRL", "about holders only"),
        ("sub", &clean, point("onlyAA = TRUE"), "unknown", "about attribute certificates only"),
        ("sub", &clean, point("onlysomereasons = keyCompromise"), "unknown", "for one reason only"),
        (
            "sub",
            &clean,
            point("fullname = URI:http://pki.example/sub.crl"),
            "not revoked by CRL",
            "of its own address",
        ),
        ("sub", &clean, point("fullname = URI:http://pki.example/2.crl"), "unknown", "of another address"),
        (
            "sub",
            &revoked,
            point("fullname = URI:http://pki.example/2.crl"),
            "revoked",
            "which lists it all the same",
        ),
    ];
    for (by, lines, extensions, expected, sentence) in table {
        let crl = world.crl(by, lines, now_ms - 30_000, &extensions);
        let mut evidence = world.evidence(&["sub", "impostor", "renewed"]);
        evidence.add_crl(&crl);
        let judged = world.judge("person", Purpose::DocumentSigning, &evidence, &world.trust(&["root"]));
        assert_eq!(known(&judged.revocation[0]), expected, "{sentence}");
    }
    for refused in [
        point("indirectCRL = TRUE"),
        "2.5.29.27 = critical, DER:020101".to_owned(),
        "1.2.3.4.5 = critical, ASN1:NULL".to_owned(),
    ] {
        let crl = world.crl("sub", &clean, now_ms, &refused);
        assert!(Crl::parse(&crl).is_err(), "{refused}");
    }
    let scope = |by: &str, lines: &[Line], made_ms: i64, extensions: &str| {
        parse_crl(&world.crl(by, lines, made_ms, extensions)).scope()
    };
    let whole = scope("sub", &clean, now_ms - 30_000, "");
    assert_eq!(scope("sub", &revoked, now_ms, ""), whole, "the next edition of the same list");
    assert_ne!(scope("sub", &clean, now_ms, &point("onlyCA = TRUE")), whole, "a list of another part");
    let by_its_key = "authorityKeyIdentifier = keyid";
    assert_ne!(scope("sub", &clean, now_ms, by_its_key), scope("renewed", &clean, now_ms, by_its_key));
    let crl = parse_crl(&world.crl("sub", &revoked, now_ms, ""));
    assert!(crl.is_signed_by(&sub) && !crl.is_signed_by(&world.cert("root")));
    assert_eq!(crl.entry(&cert), Some((now_ms - 60_000, Reason::Superseded)));
    assert_eq!(crl.entry(&sub), None);
    assert_eq!(crl.next_update_ms(), Some(now_ms + 7 * DAY_MS));
    let pem = world.get("one.crl");
    assert_eq!(Crl::parse(&pem), Ok(crl), "PEM says the same");
}

#[test]
fn old_lists_keep_their_word_and_tell_their_age() {
    let world = &cast();
    let (now_ms, cert) = (world.now_ms(), world.cert("person"));
    let made_ms = now_ms + DAY_MS;
    let revoked = world.crl("sub", &[(&cert, Some((now_ms, ",keyCompromise")))], made_ms, "");
    let clean = world.crl("sub", &[], made_ms, "");
    let newer = world.crl("sub", &[], made_ms + DAY_MS, "");
    let held =
        world.crl("sub", &[(&cert, Some((now_ms, ",holdInstruction,holdInstructionReject")))], made_ms, "");
    // Judged 60 days later: the lists ran out long ago.
    let late = 60 * 24;
    assert_eq!(word(&person(world, &[&revoked], &[], late).standing), "revoked 0 KeyCompromise");
    assert_eq!(word(&person(world, &[&revoked, &newer], &[], late).standing), "revoked 0 KeyCompromise");
    assert_eq!(word(&person(world, &[&held], &[], late).standing), "revoked 0 CertificateHold");
    assert_eq!(word(&person(world, &[&newer, &held], &[], late).standing), "good", "a hold was lifted");
    let judged = person(world, &[&clean, &newer], &[], late);
    let Revocation::NotRevoked { fresh_at_ms, next_ms, .. } = judged.revocation[0] else { panic!() };
    assert_eq!((fresh_at_ms, next_ms), (made_ms + DAY_MS, Some(made_ms + 8 * DAY_MS)), "the newest is told");
    assert_eq!(judged.revocation_known_as_of_ms(), None, "nothing is known of the CA above");
    let of_root = world.crl("root", &[], made_ms, "");
    let judged = person(world, &[&newer, &of_root], &[], late);
    assert_eq!(
        judged.revocation_known_as_of_ms(),
        Some(made_ms),
        "the chain is known as of its oldest statement"
    );
    assert_eq!(known(&judged.revocation[2]), "not needed", "the root is trusted as it is");

    let from_the_future = world.crl("sub", &[], now_ms + 300 * DAY_MS, "");
    assert_eq!(known(&person(world, &[&from_the_future], &[], late).revocation[0]), "unknown");
    let after_expiry = world.crl("sub", &[], cert.not_after_ms() + DAY_MS, "");
    let mut evidence = world.evidence(&["sub"]);
    evidence.add_crl(&after_expiry);
    let far_ms = cert.not_after_ms() + 2 * DAY_MS;
    let judged = judge(&cert, Purpose::DocumentSigning, &evidence, &world.trust(&["root"]), now_ms, far_ms);
    assert_eq!(known(&judged.revocation[0]), "unknown", "expired certificates are struck off the lists");
}

#[test]
fn a_revoked_ca_takes_its_holders_with_it() {
    let world = &cast();
    let sub = world.cert("sub");
    let crl = world.crl("root", &[(&sub, Some((world.now_ms(), ",CACompromise")))], world.now_ms(), "");
    let judged = person(world, &[&crl], &[], 1);
    assert_eq!(word(&judged.standing), "revoked 1 CaCompromise");
    let folder = [("root.pem", world.get("root.pem")), ("root.crl", world.get("one.crl"))];
    let (trust, complaints) = Trust::read(folder.map(|(name, bytes)| (name.to_owned(), bytes)));
    assert_eq!(complaints, []);
    assert_eq!(trust.crls().len(), 1);
    let judged = world.judge("person", Purpose::DocumentSigning, &world.evidence(&["sub"]), &trust);
    assert_eq!(word(&judged.standing), "revoked 1 CaCompromise", "the list lies in the trust folder");
}

#[test]
fn a_response_counts_when_the_ca_or_whom_it_charged_signed_it() {
    let world = &cast();
    let (cert, sub) = (world.cert("person"), world.cert("sub"));
    let responder = |extensions: &str, by| Plan {
        subject: "/C=VN/CN=Người trả lời khác",
        by: Some(by),
        extensions: format!("{SIGNER}{extensions}"),
        ..Plan::default()
    };
    let charged = "extendedKeyUsage = OCSPSigning\n";
    world.issue("looked-up", &responder(charged, "sub"));
    world.issue("uncharged", &responder("", "sub"));
    world.issue("of-root", &responder(charged, "root"));
    let good: [Line; 1] = [(&cert, None)];
    let revoked: [Line; 1] = [(&cert, Some((world.now_ms() - 60_000, ",keyCompromise")))];
    let other: [Line; 0] = [];
    let table = [
        ("sub", &good[..], "not revoked by OCSP", "the CA itself"),
        ("responder", &good, "not revoked by OCSP", "a responder it charged"),
        ("looked-up", &good, "not revoked by OCSP", "one that says nothing of its own revocation"),
        ("responder", &revoked, "revoked", "which says revoked"),
        ("responder", &other, "unknown", "which does not know the certificate"),
        ("uncharged", &good, "unknown", "somebody whom the CA certified for other things"),
        ("unit", &revoked, "unknown", "a holder of the same CA"),
        ("of-root", &good, "unknown", "a responder of another CA"),
    ];
    for (signer, lines, expected, sentence) in table {
        let response = world.ocsp(&cert, "sub", signer, lines);
        let judged = person(world, &[], &[&response], 1);
        assert_eq!(known(&judged.revocation[0]), expected, "{sentence}");
        assert_eq!(judged.is_good(), expected != "revoked", "{sentence}");
    }
    let bytes = world.ocsp(&cert, "sub", "responder", &good);
    let response = Response::parse(&bytes).unwrap();
    assert_eq!(response.nonce(), Some(&b"0123456789"[..]));
    assert!(response.is_about(&cert, &sub));
    assert!(!response.is_about(&world.cert("unit"), &sub), "about another");
    assert!(!response.is_about(&sub, &world.cert("root")));

    let fallen = world.cert("looked-up");
    let by_fallen = world.ocsp(&cert, "sub", "looked-up", &good);
    let crl = world.crl("sub", &[(&fallen, Some((world.now_ms() - DAY_MS, "")))], world.now_ms(), "");
    let judged = person(world, &[&crl], &[&by_fallen], 1);
    assert_eq!(known(&judged.revocation[0]), "not revoked by CRL", "a revoked responder is not believed");
    assert!(Response::parse(&[0x30, 3, 0x0a, 1, 3]).is_err(), "try later is no answer");
}

#[test]
fn what_a_line_has_to_fetch_is_listed_until_nothing_lacks() {
    let world = &cast();
    let trust = world.trust(&["root"]);
    let since_ms = world.now_ms() - DAY_MS;
    let mut evidence = Evidence::default();
    let judged = |evidence: &Evidence| world.judge("person", Purpose::DocumentSigning, evidence, &trust);
    let kinds = |judgement: &Judgement| -> Vec<(&str, String)> {
        let wants = wanted(judgement, since_ms);
        let kind = |want: &Want| match want {
            Want::Ocsp { cert, .. } => ("ocsp", cert.subject_cn().to_owned()),
            Want::Crl { cert, .. } => ("crl", cert.subject_cn().to_owned()),
            Want::Issuer { cert, .. } => ("issuer", cert.subject_cn().to_owned()),
        };
        wants.iter().map(kind).collect()
    };
    let (person, sub) = ("Nguyễn Thị Ví Dụ".to_owned(), "Cấp dưới".to_owned());
    assert_eq!(kinds(&judged(&evidence)), [("issuer", person.clone())]);

    world.openssl("crl2pkcs7 -nocrl -certfile sub.pem -outform DER -out sub.p7c");
    assert!(evidence.add_cert(&world.get("sub.p7c")), "CAs hand out packets");
    let wants = [("ocsp", person.clone()), ("crl", person.clone()), ("crl", sub)];
    assert_eq!(kinds(&judged(&evidence)), wants);

    let Want::Ocsp { request, .. } = &wanted(&judged(&evidence), since_ms)[0] else { panic!() };
    let (well, said) = {
        world.put("request.der", request);
        world.try_openssl(&["ocsp", "-reqin", "request.der", "-req_text"])
    };
    assert!(well && said.to_lowercase().contains(&world.cert("person").serial_hex()), "{said}");

    let cert = world.cert("person");
    evidence.add_ocsp(&world.ocsp(&cert, "sub", "responder", &[(&cert, None)]));
    assert_eq!(kinds(&judged(&evidence)), wants[2..]);
    evidence.add_crl(&world.crl("root", &[], world.now_ms(), ""));
    let complete = judged(&evidence);
    assert_eq!(kinds(&complete), []);
    assert!(wanted(&complete, i64::MAX).len() == 3, "statements older than asked for do not count as there");

    let proof = complete.proof();
    assert_eq!((proof.certs.len(), proof.crls.len(), proof.ocsps.len()), (3, 1, 1));
    let again = judged(&proof);
    assert!(again.is_good() && again.revocation_known_as_of_ms().is_some(), "the proof stands on its own");
}
