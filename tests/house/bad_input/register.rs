//! The book: numbers that are there already, letters of every kind in every column, dates and versions from nowhere.

use std::thread;

use serde_json::{Value, json};
use xtask::demo::client::{Client, Trouble};

use super::support::{School, incoming, refused, says_what_to_do};

fn with(reference_code: &str, columns: Value) -> Value {
    let mut form = incoming(reference_code);
    for (column, value) in columns.as_object().unwrap() {
        form[column] = value.clone();
    }
    form
}

#[test]
fn a_number_of_the_same_issuer_and_year_is_warned_of_and_the_clerk_decides() {
    let school = School::open("duplicate", &[]);
    let clerk = school.clerk();
    let first = clerk.post("/api/letters", &incoming("147/PGD&ĐT-TCCB")).unwrap();
    // NFD as a Mac types it, other case, other blanks: the same number.
    let decomposed = "147/pgd&Đ\u{0054}-tccb ";
    for again in [
        incoming("147/PGD&ĐT-TCCB"),
        incoming(decomposed),
        with(
            "147/PGD&ĐT-TCCB",
            json!({"issuing_body": "  Pho\u{300}ng No\u{323}\u{302}i vu\u{323} huyện  Thanh Hà Sơn"}),
        ),
        with("147/PGD&ĐT-TCCB", json!({"subject": "Việc khác", "issue_date": "2026-01-02"})),
    ] {
        let sentence = refused(clerk.post("/api/letters", &again), 409, "letter.duplicate");
        assert!(sentence.contains("147/PGD&ĐT-TCCB") && sentence.contains("số đến 1"), "{sentence}");
    }
    for other in [
        with("147/PGD&ĐT-TCCB", json!({"issuing_body": "Sở Nội vụ"})),
        with("147/PGD&ĐT-TCCB", json!({"issue_date": "2025-12-31"})),
        incoming("1470/PGD&ĐT-TCCB"),
    ] {
        clerk.post("/api/letters", &other).expect("another document");
    }
    let decided =
        clerk.post("/api/letters", &with("147/PGD&ĐT-TCCB", json!({"duplicate_confirmed": true}))).unwrap();
    assert_eq!((first["number"].as_u64(), decided["number"].as_u64()), (Some(1), Some(5)));
    school.closes_sound();
}

/// The page chooses the id, so that a request repeated over a broken line registers once.
#[test]
fn the_same_request_twenty_times_at_once_registers_once() {
    let school = School::open("repeated", &[]);
    let clerk = school.clerk();
    let form = with("1/repeated", json!({"id": "0198c0de-0000-7000-8000-00000000cafe"}));
    let numbers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..20).map(|_| scope.spawn(|| clerk.post("/api/letters", &form))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap().unwrap()["number"].as_u64()).collect()
    });
    assert_eq!(numbers, vec![Some(1); 20]);
    assert_eq!(school.goes_on()["number"], 2);
    school.closes_sound();
}

#[test]
fn whatever_is_typed_into_a_column_comes_back_as_what_was_typed() {
    let school = School::open("typed", &[]);
    let clerk = school.clerk();
    let strange = [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "\"; DROP TABLE letters; --",
        "{{7*7}} ${jndi:ldap://x} %s %n \\u0000 \\",
        "A & B < C > D ' E \" F / G",
        "=HYPERLINK(\"http://x\")",
        "\u{202e}đảo ngược\u{202c} \u{200b}không rộng",
        "𝕍ă𝕟 😀 中文",
    ];
    for (n, text) in strange.iter().enumerate() {
        let columns = json!({"subject": text, "note": text, "signatory": text});
        let made = clerk.post("/api/letters", &with(&format!("{n}/typed"), columns)).unwrap();
        let seen = clerk.get(&format!("/api/letters/{}", made["id"].as_str().unwrap())).unwrap();
        for column in ["subject", "note", "signatory"] {
            assert_eq!(seen[column], *text);
        }
    }
    // Composed, so that it is found however it is typed.
    let decomposed = "Quye\u{302}\u{301}t đi\u{323}nh\u{0}\t\u{7}  số  1";
    let made = clerk.post("/api/letters", &with("nfd/typed", json!({"subject": decomposed}))).unwrap();
    assert_eq!(made["subject"], "Quyết định số 1");
    for words in ["quyet%20dinh", "Quy%E1%BA%BFt", "QUYE%CC%82%CC%81T"] {
        let found = clerk.get(&format!("/api/letters?book=incoming&text={words}")).unwrap();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{words}");
    }
    school.closes_sound();
}

#[test]
fn columns_that_cannot_be_are_refused_beside_their_field() {
    let school = School::open("columns", &[]);
    let clerk = school.clerk();
    for (columns, code) in [
        (json!({"issue_date": "9999-12-31"}), "letter.invalid"),
        (json!({"issue_date": "+262142-12-31"}), "letter.invalid"),
        (json!({"issue_date": null}), "letter.invalid"),
        (json!({"subject": "   \u{a0}\u{0}"}), "letter.invalid"),
        (json!({"subject": "ă".repeat(501)}), "letter.invalid"),
        (json!({"reference_code": "x".repeat(43)}), "letter.invalid"),
        (json!({"issuing_body": "x".repeat(300_000)}), "letter.invalid"),
        (json!({"document_type": "no-such-type"}), "letter.invalid"),
        (json!({"copies": 0}), "letter.invalid"),
        (json!({"copies": 4_000_000_000_u32}), "letter.invalid"),
        (json!({"secrecy": "top"}), "letter.secret"),
        (json!({"paper": "0198c0de-0000-7000-8000-00000000beef"}), "paper.not_found"),
    ] {
        refused(clerk.post("/api/letters", &with("1/columns", columns)), 422, code);
    }
    for nonsense in [
        json!({"issue_date": "2026-02-30"}),
        json!({"issue_date": 20260230}),
        json!({"copies": -1}),
        json!({"copies": 1.5}),
        json!({"copies": 1e300}),
        json!({"urgency": "yesterday"}),
        json!({"id": "not-an-id"}),
        json!({"book": "ledger"}),
        json!({"subject": ["x"]}),
        json!({"subject": null}),
    ] {
        refused(clerk.post("/api/letters", &with("1/columns", nonsense)), 400, "request.invalid");
    }
    assert_eq!(school.goes_on()["number"], 1, "no number was spent");
    school.closes_sound();
}

#[test]
fn dates_far_away_are_kept_and_show_everywhere() {
    let school = School::open("far-dates", &[]);
    let clerk = school.clerk();
    for (n, (issued, due)) in
        [("0001-01-01", "9999-12-31"), ("1885-05-19", "2026-12-31")].into_iter().enumerate()
    {
        let columns = json!({"issue_date": issued, "due_date": due});
        clerk.post("/api/letters", &with(&format!("{n}/far"), columns)).unwrap();
    }
    for path in [
        "/api/letters?book=incoming",
        "/api/letters?waiting=true",
        "/api/home",
        "/api/books",
        "/api/letters?book=incoming&year=-2147483648",
        "/api/letters?book=incoming&year=2147483647",
        "/api/letters?book=outgoing&year=0&limit=18446744073709551615",
        "/api/letters?book=incoming&after=00",
        "/api/letters?book=incoming&after=ffffffffffffffffffffffffffffffffffffffffffffffff",
        "/api/letters?book=incoming&after=&limit=0",
        "/api/letters?text=%00",
        "/api/letters?text=%ff%fe",
    ] {
        clerk.get(path).unwrap_or_else(|trouble| panic!("{path}: {trouble}"));
    }
    for path in [
        "/api/letters?after=xyz",
        "/api/letters?limit=-1",
        "/api/letters?year=2147483648",
        "/api/letters?state=gone",
        "/api/letters?book=incoming&book=outgoing",
    ] {
        refused(clerk.get(path), 400, "request.invalid");
    }
    school.closes_sound();
}

/// Whoever acts on what she no longer sees is told so; the version is whatever a broken page sends.
#[test]
fn versions_from_nowhere_change_nothing() {
    let school = School::open("versions", &[]);
    let (clerk, head) = (school.clerk(), school.as_person(&school.staff.head.clone()));
    let letter = clerk.post("/api/letters", &incoming("1/versions")).unwrap();
    let page = format!("/api/letters/{}", letter["id"].as_str().unwrap());
    for version in [json!(0), json!(99), json!(u64::MAX)] {
        refused(clerk.post(&format!("{page}/submit"), &json!({"version": version})), 409, "version.stale");
    }
    for version in [json!(-1), json!("1"), json!(1.0e30), Value::Null] {
        refused(clerk.post(&format!("{page}/submit"), &json!({"version": version})), 400, "request.invalid");
    }
    refused(clerk.post(&format!("{page}/submit"), &json!({})), 400, "request.invalid");
    let seen = |who: &Client| who.get(&page).unwrap()["version"].clone();
    clerk.post(&format!("{page}/submit"), &json!({"version": seen(&clerk)})).unwrap();
    // What may not be done in this state is refused with what to do instead, every verb.
    for (who, verb, words) in [
        (&clerk, "submit", json!({})),
        (&head, "approve", json!({})),
        (&head, "complete", json!({"report": "Xong"})),
        (&clerk, "release", json!({})),
        (&clerk, "assign", json!({"lead": "0198c0de-0000-7000-8000-00000000beef"})),
    ] {
        let mut body = words;
        body["version"] = seen(who);
        match who.post(&format!("{page}/{verb}"), &body) {
            Err(Trouble::Refused { status: 422 | 403, detail, .. }) => says_what_to_do(&detail),
            other => panic!("{verb}: {other:?}"),
        }
    }
    school.closes_sound();
}
