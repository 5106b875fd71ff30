//! Every route of the box times everybody who may knock. The routes come from the box's own OpenAPI document: a new route
//! without a line here fails.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use office::letters::form::Register;
use office::letters::model::{Act, People};
use office::letters::signing::Capacity;
use office::letters::{self, Letter};
use office::{Command, Viewer, delegations, profiles, scans, seals};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Sha256, Stamp};

use crate::school::School;

/// Columns: visitor, clerk, head, the teacher it was routed to, another teacher, IT.
/// `y` may, `1` is asked to sign in (401), `3` may not (403), `4` may not know it exists (404).
///
/// `{letter}` was scanned by the clerk, registered, submitted to the head and assigned to the first teacher, who may sign in
/// the head's place;
/// `{scan}` and `{brought}` lie on the clerk's desk. A body names a version nobody saw, so that who may act is answered (409) and
/// nothing changes for the next knock.
const TABLE: &[(&str, &str, &str)] = &[
    ("GET /healthz", "yyyyyy", ""),
    ("GET /api/openapi.json", "yyyyyy", ""),
    ("GET /api/door", "yyyyyy", ""),
    ("POST /api/sessions", "yyyyyy", r#"{"username":"nobody","password":"sai mật khẩu"}"#),
    ("POST /api/sessions/end", "1yyyyy", ""),
    ("GET /api/me", "1yyyyy", ""),
    ("POST /api/me/password", "1yyyyy", r#"{"current":"x","new":"một câu đủ dài"}"#),
    ("GET /api/home", "1yyyyy", ""),
    ("GET /api/people", "1yyyyy", ""),
    ("GET /api/live", "1yyyyy", ""),
    ("GET /api/unit", "1yyyyy", ""),
    ("GET /api/link", "1yyyyy", ""),
    ("GET /api/document-types", "1yyyyy", ""),
    ("GET /api/books", "1yyyy3", ""),
    ("GET /api/books/{book}/register.pdf", "1yy333", ""),
    ("GET /api/accounts", "13y33y", ""),
    (
        "POST /api/accounts",
        "13333y",
        r#"{"username":"x","name":"Y","role":"teacher","password":"đủ dài rồi đó"}"#,
    ),
    ("POST /api/accounts/{account}/reset", "13333y", r#"{"version":99,"password":"đủ dài rồi đó"}"#),
    ("POST /api/accounts/{account}/close", "13333y", r#"{"version":99}"#),
    ("POST /api/accounts/{account}/reopen", "13333y", r#"{"version":99}"#),
    ("POST /api/unit/amend", "13333y", r#"{"version":99,"name":"X","abbreviation":"X"}"#),
    ("POST /api/clock/confirm", "13y333", r#"{"now":"2026-11-21T08:00:00.000+07:00"}"#),
    ("GET /api/audit", "13y33y", ""),
    ("GET /api/letters", "1yyyy3", ""),
    ("GET /api/search", "1yyyy3", ""),
    ("GET /api/letters/{letter}", "1yyy43", ""),
    ("GET /api/letters/{letter}/files/{file}", "1yyy43", ""),
    ("GET /api/letters/{letter}/pages/1.jpg", "1yyy43", ""),
    ("GET /api/letters/{letter}/slip.pdf", "1yyy43", ""),
    ("GET /api/letters/{letter}/marked.pdf?mark=arrival", "1y3333", ""),
    ("POST /api/letters/{letter}/transcribe", "1y3333", r#"{"version":99}"#),
    (
        "POST /api/letters",
        "1y3333",
        r#"{"book":"incoming","issuing_body":"","reference_code":"","document_type":"","subject":""}"#,
    ),
    ("POST /api/letters#outgoing", "1yyyy3", r#"{"book":"outgoing","document_type":"","subject":""}"#),
    ("POST /api/letters/{letter}/name_signers", "1yy344", r#"{"version":99,"signers":[]}"#),
    ("POST /api/letters/{letter}/submit", "1y3344", r#"{"version":99}"#),
    ("POST /api/letters/{letter}/direct", "13y344", r#"{"version":99,"words":"x"}"#),
    ("POST /api/letters/{letter}/assign", "1yy344", r#"{"version":99,"lead":"{teacher}"}"#),
    ("POST /api/letters/{letter}/read", "1yyy43", ""),
    ("POST /api/letters/{letter}/complete", "13yy44", r#"{"version":99,"report":"x"}"#),
    ("POST /api/letters/{letter}/approve", "13y344", r#"{"version":99}"#),
    ("POST /api/letters/{letter}/return", "13y344", r#"{"version":99,"reason":"x"}"#),
    ("POST /api/letters/{letter}/release", "1y3344", r#"{"version":99}"#),
    ("POST /api/letters/{letter}/void", "1yy344", r#"{"version":99,"reason":"x"}"#),
    (
        "POST /api/letters/{letter}/amend",
        "1y3344",
        r#"{"version":99,"book":"incoming","issuing_body":"","reference_code":"","document_type":"","subject":""}"#,
    ),
    ("POST /api/letters/{letter}/attach", "1y3344", r#"{"version":99,"paper":"{scan}"}"#),
    ("POST /api/letters/{letter}/annexes", "1y3344", r#"{"version":99,"paper":"{scan}"}"#),
    ("POST /api/letters/{letter}/annexes/{scan}/remove", "1y3344", r#"{"version":99}"#),
    (
        "POST /api/letters/{letter}/seal",
        "1y3333",
        r#"{"version":99,"certificate":"{certificate}","pin":"sai"}"#,
    ),
    ("POST /api/letters/{letter}/sign", "13yy43", r#"{"version":99,"certificate":"{own}"}"#),
    ("POST /api/letters/{letter}/unsign", "1y3344", r#"{"version":99}"#),
    ("GET /api/letters/{letter}/signing-proposal?hand=sign", "1yyy43", ""),
    ("POST /api/letters/{letter}/signing-preview", "1yyy43", r#"{"hand":"sign","look":{"kind":"hidden"}}"#),
    // Nothing is prepared on it for a key elsewhere.
    ("GET /api/letters/{letter}/signing-digest", "144444", ""),
    ("POST /api/letters/{letter}/signing-answer", "144444", r#"{"prepared":""}"#),
    ("POST /api/signing-batches", "1yyyy3", r#"{"hand":"sign","certificate":"{own}","letters":[]}"#),
    ("GET /api/signing-settings", "1yyyyy", ""),
    (
        "POST /api/signing-settings",
        "1y333y",
        r#"{"version":99,"preset":"nd30","time_stamp_urls":[],"target":"B-LTA","token_module":""}"#,
    ),
    ("GET /api/signings", "1yy333", ""),
    ("GET /api/certificates", "1yyyyy", ""),
    ("POST /api/certificates", "1yyyy3", "multipart"),
    ("POST /api/certificates/enlist", "1yyyy3", r#"{"place":"elsewhere","pem":""}"#),
    ("GET /api/tokens", "1yyyy3", ""),
    ("GET /api/impressions", "1yyyyy", ""),
    ("POST /api/impressions?kind=seal", "1y3333", "bytes"),
    ("POST /api/impressions?kind=signature", "1yyyy3", "bytes"),
    ("GET /api/impressions/{impression}/picture.png", "1yy444", ""),
    ("POST /api/impressions/{impression}/withdraw", "1y3333", ""),
    ("GET /api/trust", "1yy33y", ""),
    ("POST /api/trust", "13333y", "bytes"),
    ("POST /api/trust/{trusted}/drop", "13333y", ""),
    ("GET /api/delegations", "1yyyy3", ""),
    ("POST /api/delegations", "13y333", r#"{"to":"{teacher}","capacity":"own","title":""}"#),
    ("POST /api/delegations/{delegation}/end", "13y333", ""),
    ("POST /api/certificates/{certificate}/withdraw", "1y3333", ""),
    ("GET /api/scanners", "1y3333", ""),
    ("GET /api/scans", "1y3333", ""),
    (
        "POST /api/scans",
        "1y3333",
        r#"{"device":"none","source":"feeder","colour":"colour","dpi":300,"paper":"a4"}"#,
    ),
    ("GET /api/scans/{scan}", "1y4443", ""),
    ("GET /api/scans/{scan}/pages/1.jpg", "1y4443", ""),
    ("GET /api/scans/{scan}/proposals", "1y4443", ""),
    ("GET /api/scans/{brought}/verdict", "1y4443", ""),
    ("POST /api/scans/{scan}/cancel", "1y3333", ""),
    ("POST /api/scans/{scan}/compose", "1y4443", ""),
    ("GET /api/scans/{scan}/fit", "1y4443", ""),
    ("POST /api/scans/{scan}/fit", "1y4443", r#"{"most_bytes":1}"#),
    ("GET /api/scans/{brought}/paper", "1y4443", ""),
    ("POST /api/scans/{scan}/pages/1/straighten", "1y4443", r#"{"version":99,"corners":null}"#),
    ("POST /api/scans/{scan}/arrange", "1y4443", r#"{"version":99,"pages":[]}"#),
    ("POST /api/scans/{scan}/split", "1y3333", r#"{"version":99}"#),
    ("POST /api/scans/{scan}/merge", "1y3333", r#"{"version":99,"from":"{scan}","from_version":99}"#),
    ("POST /api/scans/{scan}/settle", "1y3333", r#"{"version":99}"#),
    ("GET /api/profiles", "1y3333", ""),
    (
        "POST /api/profiles",
        "1y3333",
        r#"{"name":"","device":"none","device_label":"","source":"feeder","colour":"colour","dpi":300,"paper":"a4"}"#,
    ),
    (
        "POST /api/profiles/{profile}/amend",
        "1y3333",
        r#"{"version":99,"name":"X","device":"none","device_label":"","source":"feeder","colour":"colour","dpi":300,"paper":"a4"}"#,
    ),
    ("POST /api/profiles/{profile}/remove", "1y3333", r#"{"version":99}"#),
    ("POST /api/scans/{scan}/discard", "1y4443", ""),
    ("POST /api/scans/{scan}/continue", "1y3333", "{}"),
    ("POST /api/uploads", "1yyyy3", "bytes"),
    ("GET /api/inbox", "1y3333", ""),
    ("GET /api/sticks", "1y3333", ""),
    ("POST /api/sticks/bring", "1y3333", r#"{"stick":"none","path":"x.pdf"}"#),
    ("GET /api/marks/separator.svg", "1y3333", ""),
    ("GET /api/marks/sheet/{letter}.svg", "1y3333", ""),
    ("GET /api/marks/stamp/{letter}.svg", "1y3333", ""),
    ("GET /api/marks/stamps.pdf", "1y3333", ""),
    ("GET /api/marks/separators.pdf", "1y3333", ""),
    ("GET /api/link/details", "1yy33y", ""),
    ("POST /api/link/enrol", "13333y", r#"{"hub_url":"http://127.0.0.1:9","code":"X"}"#),
    ("POST /api/link/send-now", "1y333y", ""),
];

/// What the table's paths stand for.
struct Things {
    letter: String,
    file: String,
    scan: String,
    brought: String,
    account: String,
    certificate: String,
    /// Everybody's own certificate, in the order of the staff; IT has none.
    own: Vec<(Uuid, String)>,
    impression: String,
    trusted: String,
    delegation: String,
    profile: String,
    teacher: String,
}

impl Things {
    fn lay_out(school: &School) -> Self {
        let [clerk, head, teacher, other, it] = &school.staff[..] else { panic!("five people") };
        let blobs = school.desk.journal().blobs();
        let page = blobs.put(include_bytes!("../fixtures/pages/p01.jpg")).unwrap();
        let file = blobs.put(b"%PDF-1.7 for the permission table").unwrap();
        let start = || {
            let settings = scans::Settings::default();
            Command::Scans(scans::Command::Start { settings, queued: false, owner: None })
        };
        let keep = |scan| {
            let page = scans::Keep {
                capture: page,
                thumbnail: page,
                width_px: 2480,
                height_px: 3508,
                dpi: 300,
                side: None,
                photo: None,
            };
            for command in [scans::Command::KeepPage { scan, page }, scans::Command::Finish { scan }] {
                school.desk.execute_here(&office::Actor::Machine("test"), &Command::Scans(command)).unwrap();
            }
        };
        let filed = school.ask(clerk, start()).unwrap();
        keep(filed);
        let paper = scans::Paper { name: file, pages: 1, bytes: 33, signed: false };
        let version = school.scan(filed).version;
        let compose = scans::Command::Compose {
            scan: filed,
            version,
            paper: paper.clone(),
            words: None,
            dressed: vec![],
            made: scans::Made::default(),
        };
        school.desk.execute_here(&office::Actor::Machine("test"), &Command::Scans(compose)).unwrap();
        let form = Register {
            issuing_body: "Phòng Nội vụ".into(),
            reference_code: "1/A".into(),
            issue_date: chrono::NaiveDate::from_ymd_opt(2026, 1, 12),
            document_type: "notice".into(),
            subject: "Thử quyền".into(),
            paper: Some(filed),
            ..Register::default()
        };
        let letter = school.ask(clerk, Command::Letters(letters::Command::Register(Box::new(form)))).unwrap();
        let act = |who, act| {
            let seen: Letter =
                school.desk.journal().read().unwrap().get(&letter.to_string()).unwrap().unwrap();
            school.ask(who, Command::Letters(letters::Command::Do { letter, version: seen.version, act }));
        };
        act(clerk, Act::Submit { to: None });
        act(head, Act::Assign(People { lead: teacher.id, cooperating: vec![], due_date: None }));
        let scan = school.ask(clerk, start()).unwrap();
        keep(scan);
        let file_name = "công văn.pdf".to_owned();
        let bring = scans::Command::Upload { file_name, paper: paper.clone(), way: scans::Way::File };
        let profile = Command::Profiles(profiles::Command::Save {
            profile: None,
            name: "Công văn".into(),
            settings: scans::Settings::default(),
            button: None,
        });
        Self {
            letter: letter.to_string(),
            file: file.to_string(),
            scan: scan.to_string(),
            brought: school.ask(clerk, Command::Scans(bring)).unwrap().to_string(),
            account: other.id.to_string(),
            certificate: keep_certificate(school, clerk, seals::Key::File { file }, true),
            own: [clerk, head, teacher, other]
                .map(|who| (who.id, keep_certificate(school, who, seals::Key::Elsewhere, false)))
                .to_vec(),
            impression: keep_seal(school, clerk, file),
            trusted: trust(school, it, file),
            delegation: grant(school, head, teacher.id),
            profile: school.ask(clerk, profile).unwrap().to_string(),
            teacher: teacher.id.to_string(),
        }
    }

    fn fill(&self, who: Option<&Viewer>, text: &str) -> String {
        let own = self.own.iter().find(|(id, _)| who.is_some_and(|who| who.id == *id));
        text.replace("{own}", own.map_or(&self.certificate, |(_, certificate)| certificate))
            .replace("{letter}", &self.letter)
            .replace("{book}", "incoming")
            .replace("{file}", &self.file)
            .replace("{scan}", &self.scan)
            .replace("{brought}", &self.brought)
            .replace("{account}", &self.account)
            .replace("{certificate}", &self.certificate)
            .replace("{impression}", &self.impression)
            .replace("{trusted}", &self.trusted)
            .replace("{delegation}", &self.delegation)
            .replace("{profile}", &self.profile)
            .replace("{teacher}", &self.teacher)
    }
}

fn keep_certificate(school: &School, who: &Viewer, key: seals::Key, unit: bool) -> String {
    let facts = seals::CertificateFacts {
        subject: "X".into(),
        organisation: "X".into(),
        issuer: "X".into(),
        serial: who.id.to_string() + if unit { "1" } else { "2" },
        not_before: Stamp::from_unix_ms(0),
        not_after: Stamp::from_unix_ms(4_000_000_000_000),
    };
    let add = seals::Command::AddCertificate { key, chain: None, facts, unit, other_unit: true };
    school.ask(who, Command::Seals(add)).unwrap().to_string()
}

fn keep_seal(school: &School, clerk: &Viewer, image: Sha256) -> String {
    let kind = seals::ImpressionKind::Seal;
    let keep = seals::Command::KeepImpression { kind, image, width_mm: 36.0, height_mm: 36.0 };
    school.ask(clerk, Command::Seals(keep)).unwrap().to_string()
}

fn trust(school: &School, it: &Viewer, file: Sha256) -> String {
    let root = seals::TrustPart { file, sort: "root", subject: "X".into(), until: None, list: None };
    let trust = seals::Command::Trust { name: None, parts: vec![root] };
    school.ask(it, Command::Seals(trust)).unwrap().to_string()
}

fn grant(school: &School, head: &Viewer, to: Uuid) -> String {
    let grant = delegations::model::Grant {
        to,
        capacity: Capacity::Kt,
        title: "PHÓ HIỆU TRƯỞNG".into(),
        from_day: None,
        until_day: None,
        scope: String::new(),
    };
    school.ask(head, Command::Delegations(delegations::Command::Grant(grant))).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_everybody_as_the_table_says() {
    let school = School::open().await;
    let things = Things::lay_out(&school);
    let mut wrong = Vec::new();
    for (route, expected, body) in TABLE {
        let (method, path) = route.split('#').next().unwrap().split_once(' ').unwrap();
        let visitors = [None].into_iter().chain(school.staff.iter().map(Some));
        for (who, expected) in visitors.zip(expected.chars()) {
            let (status, code) =
                school.knock(who, method, &things.fill(who, path), &things.fill(who, body)).await;
            let got = match status {
                StatusCode::UNAUTHORIZED => '1',
                StatusCode::FORBIDDEN => '3',
                StatusCode::NOT_FOUND => '4',
                StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED if expected != 'y' => '?',
                status if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE => '!',
                _ => 'y',
            };
            if got != expected {
                let who = who.map_or("a visitor", |viewer| viewer.username.as_str());
                wrong.push(format!("{route} by {who}: expected {expected}, got {got} ({status} {code})"));
            }
        }
    }
    school.close().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_names_every_route_there_is() {
    let school = School::open().await;
    let api = school.openapi().await;
    school.close().await;
    let shape = |path: &str| {
        let parts = path
            .split('/')
            .map(|part| if part.starts_with('{') || ["1", "1.jpg"].contains(&part) { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let paths = api["paths"].as_object().unwrap().iter();
    let there: BTreeSet<String> = paths
        .flat_map(|(path, verbs)| {
            verbs
                .as_object()
                .unwrap()
                .keys()
                .map(move |verb| format!("{} {}", verb.to_uppercase(), shape(path)))
        })
        .collect();
    let known: BTreeSet<String> =
        TABLE.iter().map(|(route, ..)| shape(route.split(['#', '?']).next().unwrap())).collect();
    let missing: Vec<_> = there.difference(&known).collect();
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "routes without a line in TABLE: {missing:?}; lines without a route: {gone:?}. Add a line with who may, who is \
         asked to sign in (1), who may not (3) and who may not know (4); leave nobody out."
    );
}

/// The API document is what the page's types are made from: both are kept beside the page and must be the box's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_built_on_the_api_the_box_has() {
    let school = School::open().await;
    let api = school.openapi().await;
    school.close().await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/src/api/openapi.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&api).unwrap());
    if std::env::var_os("VANTHU_RENEW").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let ids: Vec<_> = api["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|verbs| verbs.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "two operations share an id: {ids:?}");
    let kept: Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or(json!(null));
    // No assert_eq: two whole documents in a terminal help nobody.
    assert!(
        kept == api,
        "web/src/api/openapi.json is old: run this test with VANTHU_RENEW=1, then `npm run api` in web, and commit both"
    );
}
