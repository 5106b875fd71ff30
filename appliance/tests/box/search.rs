//! What is found by whom, however it was typed; and that nothing that happens to the index costs more than a moment.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use office::scans::{Command as Scans, Reading};
use office::{Actor, Command};
use paper::{PageText, TextLine, TextWord};
use serde_json::{Value, json};

use crate::program::serve;
use crate::school::{Person, School, fixture, id};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn ask(question: &str) -> String {
    format!("/api/search?q={}", encoded(question))
}

/// The trích yếu of what is found, best first.
fn subjects(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|hit| hit["letter"]["subject"].as_str().unwrap()).collect()
}

async fn found(person: &Person<'_>, question: &str) -> Vec<String> {
    let answer = person.get(&ask(question)).await;
    assert_eq!(answer.status, StatusCode::OK, "{question}: {}", answer.json());
    subjects(&answer.json()).into_iter().map(str::to_owned).collect()
}

async fn register(clerk: &Person<'_>, reference_code: &str, issuer: &str, subject: &str) -> Value {
    let form = json!({
        "book": "incoming", "issuing_body": issuer, "reference_code": reference_code,
        "issue_date": "2026-11-20", "document_type": "plan", "subject": subject,
    });
    let answer = clerk.post("/api/letters", form).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

const LIBRARY: &str = "Về việc kiểm tra thư viện, bàn ghế";
const BOARDING: &str = "Kế hoạch bán trú năm học mới";
const NUMBERS: &str = "Tuyển sinh lớp 10, năm 2026";

async fn furnish(clerk: &Person<'_>) -> [Value; 3] {
    let letters = [
        register(clerk, "0147/PNV-VTLT", "Phòng Nội vụ huyện Suối Nắng", LIBRARY).await,
        register(clerk, "05/KH-PGDĐT", "Phòng Giáo dục và Đào tạo", BOARDING).await,
        register(clerk, "147/SGD", "Sở Giáo dục", NUMBERS).await,
    ];
    clerk.until(&ask("kế hoạch"), |answer| subjects(answer).len() == 3).await;
    letters
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_found_however_it_was_typed() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    furnish(&clerk).await;
    let cases: [(&str, &[&str]); 22] = [
        ("147/PNV-VTLT", &[LIBRARY]),
        ("147 pnv", &[LIBRARY]),
        ("Số: 147/PNV-VTLT", &[LIBRARY]),
        ("0147 / PNV – VTLT", &[LIBRARY]),
        ("147/pn", &[LIBRARY]),
        ("147", &[NUMBERS, LIBRARY]),
        ("5/KH-PGDDT", &[BOARDING]),
        ("số đến 2", &[BOARDING, NUMBERS, LIBRARY]),
        ("kiem tra thu vien", &[LIBRARY]),
        ("thư viện kiểm tra", &[LIBRARY]),
        ("kie\u{0302}\u{0309}m tra thu\u{031b} vie\u{0323}\u{0302}n", &[LIBRARY]),
        ("KIỂM TRA", &[LIBRARY]),
        ("\"kiểm tra thư viện\"", &[LIBRARY]),
        ("\"thư viện kiểm tra\"", &[]),
        ("suoi n", &[LIBRARY]),
        ("ban", &[BOARDING, LIBRARY]),
        ("bàn", &[LIBRARY, BOARDING]),
        ("bán", &[BOARDING, LIBRARY]),
        ("20/11/2026", &[NUMBERS, BOARDING, LIBRARY]),
        ("ngày 20 tháng 11 năm 2026", &[NUMBERS, BOARDING, LIBRARY]),
        ("mai hương", &[NUMBERS, BOARDING, LIBRARY]),
        ("không có chữ này", &[]),
    ];
    for (question, expected) in cases {
        assert_eq!(found(&clerk, question).await, expected, "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_says_where_it_stands() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    furnish(&clerk).await;
    let answer = clerk.get(&ask("147 noi vu")).await.json();
    let matched = answer["items"][0]["matched"].as_array().unwrap();
    let marked = |place: &str| {
        let excerpt = matched.iter().find(|excerpt| excerpt["place"] == place).unwrap();
        let parts = excerpt["parts"].as_array().unwrap().iter();
        let marked = parts.filter(|part| part["marked"] == true).map(|part| part["text"].as_str().unwrap());
        marked.collect::<Vec<_>>().join("|")
    };
    assert_eq!(marked("reference"), "0147");
    assert_eq!(marked("issuer"), "Nội vụ");
    assert_eq!(answer["complete"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_question_is_a_fault() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    furnish(&clerk).await;
    let long = "rất dài ".repeat(500);
    for question in [
        "",
        " ",
        "\"",
        "\"\"",
        "(",
        "*",
        "?",
        ":",
        "-147",
        "+",
        "a AND",
        "OR",
        "NOT x",
        "[a TO",
        "^2",
        "\\",
        "~",
        "/",
        "%",
        "\0",
        "'; DROP TABLE letters",
        "🙂",
        "\u{202e}x",
        "\u{0301}",
        "đ",
        "ß",
        "ﬁ",
        "１４７",
        &long,
    ] {
        let answer = clerk.get(&ask(question)).await;
        assert_eq!(answer.status, StatusCode::OK, "{question:?}");
        assert!(answer.json()["items"].is_array(), "{question:?}");
    }
    for path in ["/api/search", "/api/search?q=%FF%FE", "/api/search?limit=0&q=a"] {
        assert_eq!(clerk.get(path).await.status, StatusCode::OK, "{path}");
    }
    clerk.get("/api/search?q=a&after=zz").await.refused(400, "request.invalid");
    clerk.get("/api/search?q=a&after=00ff").await.refused(400, "request.invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_what_was_found_follow_each_other_without_gap_or_double() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    for number in 1..=7 {
        register(&clerk, &format!("{number}/SGD"), "Sở Giáo dục", &format!("Thi đua đợt {number}")).await;
    }
    clerk.until(&ask("thi đua"), |answer| subjects(answer).len() == 7).await;
    let mut seen: Vec<String> = Vec::new();
    let mut path = format!("{}&limit=3", ask("thi đua"));
    loop {
        let answer = clerk.get(&path).await.json();
        seen.extend(subjects(&answer).into_iter().map(str::to_owned));
        match answer["next"].as_str() {
            Some(next) => path = format!("{}&limit=3&after={next}", ask("thi đua")),
            None => break,
        }
        if seen.len() == 3 {
            register(&clerk, "8/SGD", "Sở Giáo dục", "Thi đua, vừa đến").await;
            clerk.until(&ask("vừa đến"), |answer| subjects(answer).len() == 1).await;
        }
    }
    let expected: Vec<String> = (1..=7).rev().map(|number| format!("Thi đua đợt {number}")).collect();
    assert_eq!(seen, expected, "newest first, and what came meanwhile moves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_she_may_not_know_of() {
    let school = School::with_sheets(0).await;
    let (clerk, head, teacher) =
        (school.clerk().await, school.signed_in("head").await, school.signed_in("teacher").await);
    let [library, boarding, _] = furnish(&clerk).await;
    school.signed_in("it").await.get(&ask("147")).await.refused(403, "rights.missing");
    assert_eq!(found(&head, "phòng").await.len(), 2);
    for question in ["phòng", "147", "thư viện", "2026"] {
        let answer = teacher.get(&ask(question)).await.json();
        assert_eq!(answer, json!({"items": [], "next": null, "complete": true}), "{question}");
    }
    let teacher_id = school.viewer("teacher").await.id;
    for letter in [&library, &boarding] {
        let path = format!("/api/letters/{}/assign", letter["id"].as_str().unwrap());
        let done = clerk.post(&path, json!({"version": letter["version"], "lead": teacher_id})).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    }
    teacher.until(&ask("phòng"), |answer| subjects(answer).len() == 2).await;
    // One to a page: what she may not see between her own takes no place and promises no next page.
    let first = teacher.get(&format!("{}&limit=1", ask("2026"))).await.json();
    let second = format!("{}&limit=1&after={}", ask("2026"), first["next"].as_str().unwrap());
    let second = teacher.get(&second).await.json();
    assert_eq!((subjects(&first), subjects(&second)), (vec![BOARDING], vec![LIBRARY]));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(found(&clerk, "thu cúc").await, [BOARDING, LIBRARY], "found by who works on it");

    // Taken off it again: at once, whatever the index still says.
    let path = format!("/api/letters/{}", library["id"].as_str().unwrap());
    let version = clerk.get(&path).await.json()["version"].clone();
    let head_id = school.viewer("head").await.id;
    let done = clerk.post(&format!("{path}/assign"), json!({"version": version, "lead": head_id})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    assert_eq!(found(&teacher, "phòng").await, [BOARDING]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_found_as_it_is_now() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    let [library, ..] = furnish(&clerk).await;
    let path = format!("/api/letters/{}", library["id"].as_str().unwrap());
    let slip = json!({
        "version": library["version"], "book": "incoming", "issuing_body": "Phòng Nội vụ", "reference_code": "148/PNV",
        "issue_date": "2026-11-20", "document_type": "notice", "subject": "Mượn sách",
    });
    let done = clerk.post(&format!("{path}/amend"), slip).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    clerk.until(&ask("mượn sách"), |answer| subjects(answer).len() == 1).await;
    assert!(found(&clerk, "thư viện").await.is_empty());
    let void = json!({"version": done.json()["version"], "reason": "Đánh máy nhầm"});
    assert_eq!(clerk.post(&format!("{path}/void"), void).await.status, StatusCode::OK);
    clerk.until(&ask("đánh máy nhầm"), |answer| subjects(answer).len() == 1).await;
}

fn index_folder(data: &Path) -> PathBuf {
    data.join("search")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

fn spoil(folder: &Path, how: impl Fn(Vec<u8>) -> Vec<u8>) {
    for file in files(folder) {
        std::fs::write(&file, how(std::fs::read(&file).unwrap())).unwrap();
    }
}

/// Whatever became of the index, a box that starts on it finds everything again.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_gone_cut_or_garbage_is_made_anew() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    furnish(&clerk).await;
    let mut folder = school.closed().await;
    type Spoil = fn(&Path);
    let cases: [(&str, Spoil); 8] = [
        ("left as it is", |_| {}),
        ("removed", |search| std::fs::remove_dir_all(search).unwrap()),
        ("a file in its place", |search| {
            std::fs::remove_dir_all(search).unwrap();
            std::fs::write(search, b"x").unwrap();
        }),
        ("garbage", |search| spoil(search, |bytes| bytes.iter().map(|byte| byte ^ 0x5a).collect())),
        ("empty files", |search| spoil(search, |_| Vec::new())),
        ("cut in half", |search| spoil(search, |bytes| bytes[..bytes.len() / 2].to_vec())),
        ("one bit in each segment", |search| {
            for file in files(search)
                .iter()
                .filter(|file| file.extension().is_some_and(|end| end != "json" && end != "lock"))
            {
                let mut bytes = std::fs::read(file).unwrap();
                if let Some(byte) = bytes.get_mut(3) {
                    *byte ^= 0x10;
                    std::fs::write(file, bytes).unwrap();
                }
            }
        }),
        ("of another version", |search| std::fs::rename(search.join("v1"), search.join("v0")).unwrap()),
    ];
    for (what, spoil) in cases {
        spoil(&index_folder(&folder.path().join("data")));
        let school = School::open(folder).await;
        let clerk = school.clerk().await;
        let all = |answer: &Value| answer["complete"] == true && subjects(answer).len() == 3;
        clerk.until(&ask("kế hoạch"), all).await;
        assert_eq!(found(&clerk, "147/PNV-VTLT").await, [LIBRARY], "{what}");
        folder = school.closed().await;
        let left: Vec<_> = std::fs::read_dir(index_folder(&folder.path().join("data"))).unwrap().collect();
        assert_eq!(left.len(), 1, "{what}: nothing else is left lying");
    }
}

/// A store brought back from a copy: the index must not know more than the journal does.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_ahead_of_its_journal_is_made_anew() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    register(&clerk, "1/SGD", "Sở Giáo dục", "Trước khi chép").await;
    clerk.until(&ask("trước"), |answer| subjects(answer).len() == 1).await;
    let folder = school.closed().await;
    let store = folder.path().join("data/journal.redb");
    let copy = std::fs::read(&store).unwrap();
    let school = School::open(folder).await;
    let clerk = school.clerk().await;
    register(&clerk, "2/SGD", "Sở Giáo dục", "Sau khi chép").await;
    clerk.until(&ask("khi chép"), |answer| subjects(answer).len() == 2).await;
    let folder = school.closed().await;
    std::fs::write(&store, copy).unwrap();
    let school = School::open(folder).await;
    let clerk = school.clerk().await;
    register(&clerk, "3/SGD", "Sở Giáo dục", "Khi chép xong").await;
    clerk.until(&ask("khi chép"), |answer| subjects(answer) == ["Khi chép xong", "Trước khi chép"]).await;
}

fn page_that_says(text: &str) -> PageText {
    let word =
        |text: &str| TextWord { text: text.into(), left: 0, top: 0, right: 9, bottom: 9, confidence: 90 };
    let line = TextLine { words: text.split(' ').map(word).collect(), opens_paragraph: true };
    PageText { width_px: 2480, height_px: 3508, lines: vec![line] }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_a_page_are_found_once_it_was_read() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    let page = std::fs::read(fixture("pages/p01.jpg")).unwrap();
    let brought =
        clerk.ask(Method::POST, "/api/uploads", "application/octet-stream", page.into(), &[]).await.json();
    let scan = id(&brought["scan"]["id"]);
    clerk.post(&format!("/api/scans/{scan}/compose"), json!({})).await;
    let form = json!({
        "book": "incoming", "issuing_body": "Sở Giáo dục", "reference_code": "12/SGD", "issue_date": "2026-11-20",
        "document_type": "notice", "subject": LIBRARY, "paper": scan,
    });
    assert_eq!(clerk.post("/api/letters", form).await.status, StatusCode::CREATED);
    clerk.until(&ask("12/SGD"), |answer| subjects(answer).len() == 1).await;
    assert!(found(&clerk, "mái tôn").await.is_empty());

    // The reader comes to it when nobody scans, long after it was filed.
    let text = page_that_says("Nhà trường sửa mái tôn dãy B trước mùa mưa");
    let text = school.desk.journal().blobs().put(&serde_json::to_vec(&text).unwrap()).unwrap();
    let capture = brought["scan"]["pages"][0]["capture"].as_str().unwrap().parse().unwrap();
    let reading = Reading { turn: 0, text: Some(text), confidence: 90, turned_by: None, failures: 0 };
    let read = Command::Scans(Scans::Read { scan, page: 1, capture, reading });
    school.desk.execute(Actor::Machine("test"), read).await.unwrap();
    let answer = clerk.until(&ask("mai ton thư viện"), |answer| subjects(answer).len() == 1).await;
    let excerpt = answer["items"][0]["matched"].as_array().unwrap().last().unwrap();
    assert_eq!((&excerpt["place"], &excerpt["label"]), (&json!("pages"), &json!("trong trang")));
    assert!(
        excerpt["parts"].as_array().unwrap().contains(&json!({"text": "mái tôn", "marked": true})),
        "{excerpt}"
    );
    register(&clerk, "13/SGD", "Sở Giáo dục", "Đề nghị mai tôn trọng giờ giấc").await;
    let both = |answer: &Value| subjects(answer) == [LIBRARY, "Đề nghị mai tôn trọng giờ giấc"];
    // With its marks on a page before without them in a column.
    clerk.until(&ask("mái tôn "), both).await;
}

/// One request on a connection of its own; the body of the answer.
fn over_the_wire(address: &str, cookie: &str, request: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: box\r\nConnection: close\r\nCookie: {cookie}\r\nX-Requested-With: vanthu\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Killed the moment a number was given, before the index has heard of it; and killed while the index is being made.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_power_cut_everything_is_found_again() {
    let school = School::with_sheets(0).await;
    let cookie = school.clerk().await.cookie;
    let folder = school.closed().await;
    let data = folder.path().join("data");
    for number in 1..=4 {
        if number == 3 {
            std::fs::remove_dir_all(index_folder(&data)).unwrap();
        }
        let (mut box_, address) = serve(&data);
        let form = json!({
            "book": "incoming", "issuing_body": "Sở Giáo dục", "reference_code": format!("{number}/SGD"),
            "issue_date": "2026-11-20", "document_type": "notice", "subject": format!("Thi đua đợt {number}"),
        });
        let letter = over_the_wire(&address, &cookie, "POST /api/letters", &form.to_string());
        assert_eq!(letter["number"], number, "{letter}");
        box_.kill().unwrap();
        box_.wait().unwrap();
    }
    let (mut box_, address) = serve(&data);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = over_the_wire(&address, &cookie, &format!("GET {}", ask("thi đua")), "");
        if answer["complete"] == true && subjects(&answer).len() == 4 {
            break;
        }
        assert!(Instant::now() < deadline, "still {answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    box_.kill().unwrap();
    box_.wait().unwrap();
}
