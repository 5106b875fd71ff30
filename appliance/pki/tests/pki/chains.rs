//! Which certificates are relied on, case by case, with `openssl verify` as judge: it may be laxer than we are, never
//! stricter.

use crate::world::{CA, DAY_MS, HOUR_MS, Plan, SIGNER, World, cast, word};
use pki::{Cert, Evidence, Purpose, Standing, Trust, Why, judge};

fn ca<'a>(subject: &'a str, by: Option<&'a str>) -> Plan<'a> {
    Plan { subject, by, extensions: CA.into(), ..Plan::default() }
}

fn holder(by: &str) -> Plan<'_> {
    Plan { by: Some(by), ..Plan::default() }
}

fn extended<'a>(plan: Plan<'a>, more: &str) -> Plan<'a> {
    Plan { extensions: format!("{}{more}\n", plan.extensions), ..plan }
}

/// Name of the leaf, what came with the document, what is trusted, the word expected, what it means.
type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a str, &'a str);

fn hold(world: &World, cases: &[Case]) {
    let now_ms = cast().now_ms();
    for (leaf, evidence, trust, expected, sentence) in cases {
        let judged = judge(
            &world.cert(leaf),
            Purpose::DocumentSigning,
            &world.evidence(evidence),
            &world.trust(trust),
            now_ms,
            now_ms,
        );
        assert_eq!(word(&judged.standing), *expected, "{sentence} ({:?})", judged.standing);
        assert_eq!(judged.chain.len(), judged.revocation.len());
        // openssl goes no way back once it has taken a wrong turn, so it is not asked where there are several.
        if judged.is_good() && !leaf.starts_with("crossed") {
            assert!(openssl_verifies(world, leaf, evidence, trust, now_ms), "openssl refuses: {sentence}");
        }
    }
}

fn openssl_verifies(world: &World, leaf: &str, evidence: &[&str], trust: &[&str], at_ms: i64) -> bool {
    let all =
        |names: &[&str]| names.iter().flat_map(|name| world.get(&format!("{name}.pem"))).collect::<Vec<u8>>();
    world.put("judge.roots", all(trust));
    let mut words = vec!["verify", "-no-CApath", "-no-CAstore", "-CAfile", "judge.roots"];
    if !evidence.is_empty() {
        world.put("judge.others", all(evidence));
        words.extend(["-untrusted", "judge.others"]);
    }
    let (at, leaf) = ((at_ms / 1000).to_string(), format!("{leaf}.pem"));
    words.extend(["-attime", &at, &leaf]);
    world.try_openssl(&words).0
}

#[test]
fn trust_begins_in_the_folder_and_nowhere_else() {
    let world = &cast();
    world.issue("alone", &Plan::default());
    hold(
        world,
        &[
            ("person", &["sub"], &["root"], "good", "a person under a CA under a trusted root"),
            (
                "unit",
                &["sub", "root"],
                &["root"],
                "good",
                "the root that comes with the document as well does no harm",
            ),
            ("person", &[], &["root", "sub"], "good", "a CA in the trust folder helps to build the chain"),
            ("person", &[], &["root"], "no issuer", "the CA between is missing"),
            ("person", &["sub"], &[], "no issuer", "nothing is trusted"),
            (
                "person",
                &["sub", "root"],
                &[],
                "unknown root",
                "a root that only comes with the document is not trusted",
            ),
            (
                "person",
                &[],
                &["sub"],
                "no issuer",
                "a CA in the folder whose root is not there widens trust by nothing",
            ),
            ("person", &[], &["person"], "no issuer", "a person's certificate in the folder neither"),
            ("alone", &[], &["root"], "self-signed", "a certificate that signed itself"),
            ("alone", &["alone"], &["root"], "self-signed", "also when it comes with itself as proof"),
            (
                "alone",
                &[],
                &["alone"],
                "good",
                "unless the holder of the box put just this one into the folder",
            ),
            ("root", &[], &["root"], "wrong purpose", "a root may sign certificates, not documents"),
        ],
    );
}

#[test]
fn only_a_ca_may_issue() {
    let world = World::new();
    world.issue("root", &ca("/CN=Gốc", None));
    world.issue("person", &holder("root"));
    world.issue("by-person", &holder("person"));
    world.issue("alone", &Plan { subject: "/CN=Tự ký", ..Plan::default() });
    world.issue("by-alone", &holder("alone"));
    let no_sign = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, cRLSign\n";
    world.issue("mute", &Plan { extensions: no_sign.into(), ..ca("/CN=Không ký", Some("root")) });
    world.issue("by-mute", &holder("mute"));
    let first_version = Plan { extensions: String::new(), ..ca("/CN=Đời đầu", Some("root")) };
    world.issue("old", &first_version);
    let without_ids = SIGNER.replace("authorityKeyIdentifier = keyid", "");
    world.issue("by-old", &Plan { extensions: without_ids, ..holder("old") });
    world.issue("flat", &extended(ca("/CN=Một tầng", Some("root")), "").shortened());
    world.issue("below-flat", &ca("/CN=Tầng hai", Some("flat")));
    world.issue("by-flat", &holder("flat"));
    world.issue("by-below-flat", &holder("below-flat"));
    hold(
        &world,
        &[
            ("person", &[], &["root"], "good", "the root issues"),
            ("by-person", &["person"], &["root"], "no CA", "a person issues for another"),
            ("by-alone", &[], &["alone"], "no CA", "a trusted self-made certificate vouches for itself only"),
            ("by-mute", &["mute"], &["root"], "no CA", "a CA without the right to sign certificates"),
            ("by-old", &["old"], &["root"], "no CA", "a certificate that does not say CA"),
            ("by-flat", &["flat"], &["root"], "good", "a CA that may have none below it, and has none"),
            (
                "by-below-flat",
                &["flat", "below-flat"],
                &["root"],
                "too long",
                "a CA below one that may have none",
            ),
        ],
    );
}

impl Plan<'_> {
    /// The same CA with no CA below it.
    fn shortened(self) -> Self {
        Plan { extensions: self.extensions.replace("CA:TRUE", "CA:TRUE, pathlen:0"), ..self }
    }
}

#[test]
fn usages_of_the_signer_and_of_its_ca() {
    let world = World::new();
    world.issue("root", &ca("/CN=Gốc", None));
    let table = [
        ("", "good", "nothing stated"),
        ("emailProtection", "good", "e-mail protection"),
        ("clientAuth", "good", "client authentication alone, as the licensed CAs issue"),
        ("clientAuth, emailProtection, msSmartcardLogin", "good", "what the government's CA issues"),
        ("1.3.6.1.5.5.7.3.36", "good", "document signing (RFC 9336)"),
        ("1.2.840.113583.1.1.5", "good", "Adobe's document signing"),
        ("1.3.6.1.4.1.311.10.3.12", "good", "Microsoft's document signing"),
        ("anyExtendedKeyUsage", "good", "anything"),
        ("serverAuth", "wrong purpose", "a web server"),
        ("serverAuth, clientAuth", "wrong purpose", "a web server, as public CAs issue them"),
        ("timeStamping", "wrong purpose", "a time stamp server"),
        ("OCSPSigning", "wrong purpose", "a responder"),
        ("codeSigning", "wrong purpose", "a maker of programs"),
    ];
    for (usage, expected, sentence) in table {
        let line =
            if usage.is_empty() { String::new() } else { format!("extendedKeyUsage = critical, {usage}") };
        world.issue("one", &extended(holder("root"), &line));
        hold(&world, &[("one", &[], &["root"], expected, sentence)]);
    }
    let encipher = SIGNER.replace("digitalSignature, nonRepudiation", "keyEncipherment");
    world.issue("encipher", &Plan { extensions: encipher, ..holder("root") });
    let only_repudiation = SIGNER.replace("digitalSignature, ", "");
    world.issue("binding", &Plan { extensions: only_repudiation, ..holder("root") });
    world.issue(
        "web",
        &extended(ca("/CN=CA của máy chủ", Some("root")), "extendedKeyUsage = serverAuth, clientAuth"),
    );
    world.issue("by-web", &holder("web"));
    hold(
        &world,
        &[
            ("encipher", &[], &["root"], "wrong purpose", "a key for enciphering only"),
            ("binding", &[], &["root"], "good", "a key for binding signatures only"),
            (
                "by-web",
                &["web"],
                &["root"],
                "wrong purpose",
                "a CA for web servers cannot make a school's seal",
            ),
        ],
    );
}

#[test]
fn a_time_stamp_server_stamps_time_and_nothing_else() {
    let world = &cast();
    let (trust, evidence) = (world.trust(&["root"]), world.evidence(&["sub"]));
    let table = [
        ("extendedKeyUsage = critical, timeStamping", "good"),
        ("extendedKeyUsage = timeStamping", "wrong purpose"),
        ("extendedKeyUsage = critical, timeStamping, emailProtection", "wrong purpose"),
        ("extendedKeyUsage = critical, anyExtendedKeyUsage", "wrong purpose"),
        ("", "wrong purpose"),
    ];
    for (usage, expected) in table {
        world.issue("stamper", &extended(holder("sub"), usage));
        let judged = world.judge("stamper", Purpose::TimeStamping, &evidence, &trust);
        assert_eq!(word(&judged.standing), expected, "{usage}");
    }
    let responder = world.judge("responder", Purpose::OcspSigning, &evidence, &trust);
    assert_eq!(word(&responder.standing), "good");
    let person = world.judge("person", Purpose::OcspSigning, &evidence, &trust);
    assert_eq!(word(&person.standing), "wrong purpose");
    let lists = world.judge("sub", Purpose::CrlSigning, &evidence, &trust);
    assert_eq!(word(&lists.standing), "good");
}

#[test]
fn weak_and_strange_arithmetic_is_never_good() {
    let world = World::new();
    world.issue("root", &Plan { key: "RSA 2048", ..ca("/CN=Gốc", None) });
    world.issue("sha1-root", &Plan { key: "RSA 2048", digest: "sha1", ..ca("/CN=Gốc cũ", None) });
    world.issue("small-root", &Plan { key: "RSA 1024", ..ca("/CN=Gốc nhỏ", None) });
    world.issue("big-curve", &Plan { key: "P-521", ..ca("/CN=Đường cong lớn", Some("root")) });
    let kinds = ["RSA 2048", "RSA 4096", "P-256", "P-384", "Ed25519", "RSA 1024", "P-521"];
    for kind in kinds {
        world.issue(&kind.replace(' ', "-"), &Plan { key: kind, ..holder("root") });
    }
    world.issue("sha1", &Plan { digest: "sha1", ..holder("root") });
    world.issue("md5", &Plan { digest: "md5", ..holder("root") });
    world.issue("sha384", &Plan { digest: "sha384", ..holder("root") });
    world.issue("by-sha1-root", &holder("sha1-root"));
    world.issue("by-small-root", &holder("small-root"));
    world.issue("by-big-curve", &holder("big-curve"));
    let mut tampered = world.cert("P-256").der().to_vec();
    *tampered.last_mut().unwrap() ^= 1;
    world.put("tampered.pem", tampered);
    hold(
        &world,
        &[
            ("RSA-2048", &[], &["root"], "good", "RSA 2048"),
            ("RSA-4096", &[], &["root"], "good", "RSA 4096"),
            ("P-256", &[], &["root"], "good", "P-256"),
            ("P-384", &[], &["root"], "good", "P-384"),
            ("Ed25519", &[], &["root"], "good", "Ed25519"),
            ("sha384", &[], &["root"], "good", "a certificate signed with SHA-384"),
            ("by-sha1-root", &[], &["sha1-root"], "good", "how a root signed itself is of no matter"),
            ("RSA-1024", &[], &["root"], "weak", "RSA 1024"),
            ("sha1", &[], &["root"], "weak", "a certificate signed with SHA-1"),
            ("md5", &[], &["root"], "weak", "a certificate signed with MD5"),
            ("by-small-root", &[], &["small-root"], "weak", "a root of 1024 bits"),
            ("P-521", &[], &["root"], "unsupported", "a curve that is not handled is never good"),
            ("by-big-curve", &["big-curve"], &["root"], "unsupported", "nor a CA with such a key"),
        ],
    );
    let judged = judge(
        &Cert::parse(&world.get("tampered.pem")).unwrap(),
        Purpose::DocumentSigning,
        &Evidence::default(),
        &world.trust(&["root"]),
        cast().now_ms(),
        cast().now_ms(),
    );
    assert_eq!(judged.standing, Standing::Untrusted(Why::BadSignature));
}

#[test]
fn constraints_are_kept_or_the_chain_is_refused() {
    let world = World::new();
    world.issue("root", &ca("/CN=Gốc", None));
    world.issue("strange", &extended(holder("root"), "1.2.3.4.5 = critical, ASN1:NULL"));
    world.issue("harmless", &extended(holder("root"), "1.2.3.4.5 = ASN1:NULL"));
    world.issue("strange-ca", &extended(ca("/CN=Lạ", Some("root")), "1.2.3.4.5 = critical, ASN1:NULL"));
    world.issue("by-strange", &holder("strange-ca"));
    world.issue("policies", &extended(holder("root"), "certificatePolicies = critical, 1.2.3.4"));
    let only_school = "nameConstraints = critical, permitted;dirName:school, permitted;email:truong.example\n\
        [school]\nC = VN\nO = TRUONG  Gia Dinh";
    world.issue("narrow", &extended(ca("/C=VN/CN=Hẹp", Some("root")), only_school));
    world.issue("inside", &Plan { subject: "/C=VN/O=Truong Gia Dinh/CN=Một", ..holder("narrow") });
    world.issue("outside", &Plan { subject: "/C=VN/O=Truong Khac/CN=Hai", ..holder("narrow") });
    let mail = |mail: &str| Plan {
        subject: "/C=VN/O=Truong Gia Dinh/CN=Ba",
        ..extended(holder("narrow"), &format!("subjectAltName = email:{mail}"))
    };
    world.issue("mail-inside", &mail("a@truong.example"));
    world.issue("mail-outside", &mail("a@khac.example"));
    let no_uri = "nameConstraints = critical, excluded;URI:.khac.example";
    world.issue("no-uri", &extended(ca("/CN=Không URI", Some("root")), no_uri));
    world.issue("uri", &extended(holder("no-uri"), "subjectAltName = URI:http://truong.example"));
    world.issue("without-uri", &holder("no-uri"));
    hold(
        &world,
        &[
            ("strange", &[], &["root"], "critical", "a critical extension that is not understood"),
            ("harmless", &[], &["root"], "good", "one that is not critical"),
            ("by-strange", &["strange-ca"], &["root"], "critical", "a CA with such a one"),
            ("policies", &[], &["root"], "good", "any policy is accepted"),
            ("inside", &["narrow"], &["root"], "good", "a name the CA may certify, in other letters"),
            ("outside", &["narrow"], &["root"], "name constraint", "a name it may not"),
            ("mail-inside", &["narrow"], &["root"], "good", "an address it may certify"),
            ("mail-outside", &["narrow"], &["root"], "name constraint", "an address it may not"),
            ("without-uri", &["no-uri"], &["root"], "good", "a constraint of a form that does not occur"),
            (
                "uri",
                &["no-uri"],
                &["root"],
                "name constraint",
                "one that is not compared here is not guessed",
            ),
        ],
    );
}

#[test]
fn several_ways_lead_to_a_root_and_the_good_one_is_found() {
    let world = World::new();
    world.issue("root", &ca("/CN=Gốc", None));
    world.issue("other-root", &ca("/CN=Gốc khác", None));
    // The same CA certified by both, and by itself.
    world.issue("cross", &ca("/CN=CA bắc cầu", None));
    world.certify("cross-by-root", "cross", &ca("/CN=CA bắc cầu", Some("root")));
    world.certify("cross-by-other", "cross", &ca("/CN=CA bắc cầu", Some("other-root")));
    world.issue("crossed", &holder("cross"));
    // Two keys of the same name.
    world.issue("renewed-1", &ca("/CN=CA gia hạn", Some("root")));
    world.issue("renewed-2", &ca("/CN=CA gia hạn", Some("root")));
    world.issue("by-renewed", &holder("renewed-2"));
    // The same name, written in other letters.
    world.issue("typed", &Plan { string_mask: "default", ..ca("/CN=Goc  Go May", None) });
    world.certify("typed-anew", "typed", &ca("/CN=GOC go may", None));
    world.issue("by-typed", &holder("typed"));
    // A root of the same name and another key, which somebody else made.
    world.issue("impostor", &ca("/CN=Gốc", None));
    world.issue("by-impostor", &holder("impostor"));
    hold(
        &world,
        &[
            (
                "crossed",
                &["cross", "cross-by-other", "cross-by-root"],
                &["root"],
                "good",
                "by the cross certificate",
            ),
            (
                "crossed",
                &["cross", "cross-by-other", "cross-by-root"],
                &["cross"],
                "good",
                "by the CA itself",
            ),
            (
                "crossed",
                &["cross", "cross-by-other"],
                &["root"],
                "no issuer",
                "by a cross certificate of others only",
            ),
            ("crossed", &["cross"], &["root"], "unknown root", "by the CA itself, which is not trusted"),
            ("by-renewed", &["renewed-1", "renewed-2"], &["root"], "good", "a CA that renewed its key"),
            ("by-renewed", &["renewed-1"], &["root"], "no issuer", "of which only the old one is there"),
            (
                "by-impostor",
                &["impostor"],
                &["root"],
                "unknown root",
                "a root of the same name is not the root",
            ),
        ],
    );
    let now_ms = cast().now_ms();
    let typed = judge(
        &world.cert("by-typed"),
        Purpose::DocumentSigning,
        &Evidence::default(),
        &world.trust(&["typed-anew"]),
        now_ms,
        now_ms,
    );
    assert_eq!(typed.standing, Standing::Good, "case, spaces and string types do not make another issuer");
}

#[test]
fn certificates_that_certify_each_other_lead_nowhere_in_finite_time() {
    let world = World::new();
    let names: Vec<String> = (0..6).map(|number| format!("ring-{number}")).collect();
    let subjects: Vec<String> = (0..6).map(|number| format!("/CN=Vòng {number}")).collect();
    for (name, subject) in names.iter().zip(&subjects) {
        world.issue(name, &ca(subject, None));
    }
    let mut all = Evidence::default();
    for (holder, subject) in names.iter().zip(&subjects) {
        for by in names.iter().filter(|by| *by != holder) {
            let name = format!("{holder}-by-{by}");
            world.certify(&name, holder, &ca(subject, Some(by)));
            all.add_cert(&world.get(&format!("{name}.pem")));
        }
    }
    world.issue("person", &holder("ring-0"));
    let now_ms = cast().now_ms();
    let lost =
        judge(&world.cert("person"), Purpose::DocumentSigning, &all, &Trust::default(), now_ms, now_ms);
    assert!(!lost.is_good() && !lost.anchored);
    let trust = world.trust(&["ring-5"]);
    let found = judge(&world.cert("person"), Purpose::DocumentSigning, &all, &trust, now_ms, now_ms);
    assert!(found.is_good(), "{:?}", found.standing);
}

#[test]
fn the_time_of_proof_decides_not_the_time_of_looking() {
    let world = &cast();
    let (trust, evidence) = (world.trust(&["root"]), world.evidence(&["sub"]));
    let person = Plan { days: 30, ..holder("sub") };
    let cert = world.issue("short", &person);
    let (first, last) = (cert.not_before_ms(), cert.not_after_ms());
    let far_ms = last + 20 * 365 * DAY_MS;
    let table = [
        (first - 1000, "not yet 0", "before the first second"),
        (first, "good", "in the first second"),
        (last, "good", "in the last second"),
        (last + 999, "good", "to its end"),
        (last + 1000, "expired 0", "and not beyond"),
        (far_ms, "expired 0", "when everything has expired the holder's is told"),
    ];
    for (at_ms, expected, sentence) in table {
        let judged = judge(&cert, Purpose::DocumentSigning, &evidence, &trust, at_ms, far_ms);
        assert_eq!(word(&judged.standing), expected, "{sentence}");
    }
    let sub = Plan { days: 1, ..ca("/CN=Chóng tàn", Some("root")) };
    world.issue("brief", &sub);
    let outliving = world.issue("outliving", &holder("brief"));
    let at_ms = outliving.not_before_ms() + DAY_MS + HOUR_MS;
    let judged =
        judge(&outliving, Purpose::DocumentSigning, &world.evidence(&["brief"]), &trust, at_ms, at_ms);
    assert_eq!(word(&judged.standing), "expired 1", "a CA that expired before its holders");
}

#[test]
fn a_trust_folder_with_other_things_in_it_is_read_and_complained_of() {
    let world = &cast();
    let bundle = [world.get("root.pem"), b"written by hand\n".to_vec(), world.get("sub.pem")].concat();
    let mut broken = world.get("root.pem");
    broken.truncate(200);
    let files = [
        ("bundle.pem", bundle),
        ("root.der", world.cert("root").der().to_vec()),
        ("root.key", world.get("root.key")),
        ("person.pem", world.get("person.pem")),
        ("broken.pem", broken),
        ("photo.jpg", vec![0xff, 0xd8, 0xff]),
        ("empty", Vec::new()),
    ];
    let (trust, complaints) = Trust::read(files.map(|(name, bytes)| (name.to_owned(), bytes)));
    assert_eq!(trust.roots(), [world.cert("root")], "once, though it is there twice");
    let of: Vec<_> = complaints.iter().map(|complaint| complaint.file.as_str()).collect();
    assert_eq!(of, ["root.key", "person.pem", "broken.pem", "photo.jpg", "empty"]);
    assert!(complaints[0].why.contains("private key"), "{complaints:?}");
}

#[test]
fn seals_are_told_from_persons() {
    let world = World::new();
    let table = [
        ("/O=Trường Giả Định/CN=Trường Giả Định", true, "named like its organisation"),
        ("/O=Sở Giả Định/OU=TRƯỜNG GIẢ ĐỊNH/CN=Trường Giả Định", true, "named like its unit"),
        ("/CN=Công ty Giả Định/UID=MST:0100000000", true, "with a tax code"),
        ("/CN=Trường Giả Định/organizationIdentifier=VATVN-0100000000", true, "with ETSI's identifier"),
        ("/O=Trường Giả Định/CN=Nguyễn Thị Ví Dụ", false, "a person in an organisation"),
        ("/O=Trường Giả Định/CN=Trường Giả Định/UID=CCCD:000000000000", false, "with an identity card"),
        ("/GN=Dụ/SN=Nguyễn/CN=Nguyễn Ví Dụ/organizationIdentifier=VATVN-01", false, "with a given name"),
        ("/CN=Nguyễn Thị Ví Dụ", false, "nothing but a name"),
    ];
    world.key("one", "P-256");
    for (subject, is_unit, sentence) in table {
        let cert = world.certify("one", "one", &Plan { subject, ..Plan::default() });
        assert_eq!(cert.is_unit(), is_unit, "{sentence}: {}", cert.subject());
    }
}

#[test]
fn a_certificate_says_what_people_ask() {
    let world = &cast();
    let person = world.cert("person");
    assert_eq!(person.subject_cn(), "Nguyễn Thị Ví Dụ");
    assert_eq!(person.organisation(), Some("Trường Tiểu học Giả Định"));
    assert_eq!(person.issuer_cn(), "Cấp dưới");
    assert_eq!(person.subject(), "CN=Nguyễn Thị Ví Dụ, O=Trường Tiểu học Giả Định, C=VN");
    assert_eq!(person.crl_urls(), ["http://pki.example/sub.crl"]);
    assert_eq!(person.ocsp_urls(), ["http://ocsp.example/"]);
    assert_eq!(person.issuer_urls(), ["http://pki.example/sub.p7c"]);
    let (well, said) =
        world.try_openssl(&["x509", "-in", "person.pem", "-noout", "-serial", "-fingerprint", "-sha256"]);
    let said = said.to_lowercase().replace(':', "");
    assert!(well && said.contains(person.sha256_hex()) && said.contains(&person.serial_hex()), "{said}");
}
