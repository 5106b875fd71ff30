//! The edge: requests no browser sends, paths that climb, lines that stay half said, a thousand at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::support::{School, incoming, post, refused, refused_raw};

fn get(school: &School, path: &str, cookie: &str) -> String {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n");
    school.raw(request.as_bytes())
}

#[test]
fn bodies_no_page_sends_are_refused_in_words() {
    let school = School::open("bodies", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let send = |body: &[u8]| {
        let mut request = post("/api/letters", &cookie, "");
        let head = String::from_utf8(request.clone()).unwrap();
        request = head.replace("Content-Length: 0", &format!("Content-Length: {}", body.len())).into_bytes();
        request.extend(body);
        school.raw(&request)
    };
    let deep = "[".repeat(200_000);
    let deep_object = format!("{}1{}", r#"{"book":"#.repeat(100_000), "}".repeat(100_000));
    let mut invalid_text = incoming("1/bodies").to_string().into_bytes();
    let quote = invalid_text.windows(3).position(|w| w == "V/v".as_bytes()).unwrap();
    invalid_text[quote] = 0xff;
    let lone_half = incoming("1/bodies").to_string().replace("V/v", "\\ud800");
    let twice = r#"{"book":"incoming","book":"outgoing"}"#;
    for body in [
        &b""[..],
        b"null",
        b"{}",
        b"[]",
        b"{\"book\":\"incoming\"",
        b"\xff\xfe\x00\x01",
        b"\xef\xbb\xbf{}",
        deep.as_bytes(),
        deep_object.as_bytes(),
        &invalid_text,
        lone_half.as_bytes(),
        twice.as_bytes(),
    ] {
        refused_raw(&send(body), 400, "request.invalid");
    }
    let huge = format!(r#"{{"book":"incoming","subject":"{}"}}"#, "a".repeat(3 << 20));
    refused_raw(&send(huge.as_bytes()), 413, "request.too_large");
    assert_eq!(school.goes_on()["number"], 1);
    school.closes_sound();
}

#[test]
fn paths_that_climb_or_are_not_there_lead_nowhere() {
    let school = School::open("paths", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let letter = school.goes_on();
    let id = letter["id"].as_str().unwrap();
    for path in [
        format!("/api/letters/{id}/files/..%2f..%2f..%2fjournal.redb"),
        format!("/api/letters/{id}/files/%2e%2e%2f%2e%2e%2flink.json"),
        format!("/api/letters/{id}/files/{}", "0".repeat(64)),
        format!("/api/letters/{id}/files/{}", "0".repeat(63)),
        format!("/api/letters/{id}/files/%00"),
        format!("/api/letters/{id}/files/{}", "é".repeat(32).replace('é', "%c3%a9")),
        format!("/api/letters/{id}/pages/1.jpg"),
        format!("/api/letters/{id}/pages/-1.jpg"),
        format!("/api/letters/{id}/pages/..%2f1.jpg"),
        format!("/api/letters/{id}/pages/99999999999999999999.jpg"),
        "/api/letters/00000000-0000-0000-0000-000000000000".to_owned(),
        "/api/nothing-here".to_owned(),
        "/api/".to_owned(),
        format!("/api/letters/{id}/files/../../../etc/passwd"),
    ] {
        refused_raw(&get(&school, &path, &cookie), 404, "not_found");
    }
    for path in ["/api/letters/not-an-id", "/api/letters/%ff%fe", "/api/scans/%2e%2e"] {
        refused_raw(&get(&school, path, &cookie), 400, "request.invalid");
    }
    // The page answers every place inside it; no file of the box is such a place.
    for path in ["/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/data/journal.redb", "/%00"]
    {
        let answer = get(&school, path, &cookie);
        assert!(!answer.contains("root:") && !answer.contains("redb\x1a"), "{path}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
    // Methods nobody knows, lines that are no request: an answer or a closed door, never a fault.
    for request in [
        format!("DELETE /api/letters/{id} HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX-Requested-With: vanthu\r\n\r\n"),
        "BREW / HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX-Requested-With: vanthu\r\n\r\n".into(),
        "GET / HTTP/9.9\r\n\r\n".into(),
        "\r\n\r\n\r\n\r\n".into(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}".into(),
        format!("GET /{} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n", "a".repeat(100_000)),
        format!("GET / HTTP/1.1\r\nHost: box\r\nConnection: close\r\nX: {}\r\n\r\n", "a".repeat(1_000_000)),
        "POST /api/letters HTTP/1.1\r\nHost: box\r\nContent-Length: -5\r\n\r\n".into(),
        "POST /api/letters HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc".into(),
    ] {
        let mut stream = school.connect();
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(!answer.starts_with("HTTP/1.1 5"), "{:.60}: {answer}", request);
    }
    school.goes_on();
    school.closes_sound();
}

#[test]
fn places_in_lists_and_feeds_that_never_were_are_answered_at_once() {
    let school = School::open("places", &[]);
    school.goes_on();
    let head = school.as_person(&school.staff.head);
    for after in ["18446744073709551615", "9223372036854775807", "1", "0"] {
        head.get(&format!("/api/audit?after={after}")).unwrap();
    }
    for after in ["-1", "18446744073709551616", "x", "1.5"] {
        refused(head.get(&format!("/api/audit?after={after}")), 400, "request.invalid");
    }
    let cookie = school.cookie(&school.staff.clerk);
    for seen in ["0", "18446744073709551615", "-1", "x", "99999999999999999999999"] {
        let mut stream = school.connect();
        write!(
            stream,
            "GET /api/live HTTP/1.1\r\nHost: box\r\nLast-Event-ID: {seen}\r\nCookie: {cookie}\r\n\r\n"
        )
        .unwrap();
        let mut begin = [0; 15];
        stream.read_exact(&mut begin).unwrap();
        assert_eq!(&begin, b"HTTP/1.1 200 OK", "{seen}");
    }
    school.closes_sound();
}

#[test]
fn a_thousand_requests_at_once_are_all_answered_and_numbers_stay_in_order() {
    const WRITERS: usize = 200;
    const READERS: usize = 800;
    let school = School::open("thousand", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let answers: Vec<String> = thread::scope(|scope| {
        let ask = |n: usize| {
            let (school, cookie) = (&school, &cookie);
            let asked = move || match n {
                n if n < WRITERS => {
                    school.raw(&post("/api/letters", cookie, &incoming(&format!("{n}/thousand")).to_string()))
                }
                n => get(school, ["/api/home", "/api/letters?book=incoming", "/healthz", "/"][n % 4], cookie),
            };
            thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, asked).unwrap()
        };
        let asked: Vec<_> = (0..WRITERS + READERS).map(ask).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    let bad = answers.iter().find(|answer| !answer.starts_with("HTTP/1.1 20"));
    assert!(bad.is_none(), "{bad:?}");
    assert_eq!(school.goes_on()["number"], WRITERS as u64 + 1);
    school.closes_sound();
}

/// Browsers that open the live feed and never read, and callers that never finish a sentence, cost the office
/// nothing, and the box still stops in order.
#[test]
fn those_who_never_read_and_those_who_never_finish_do_not_keep_the_office_from_its_work() {
    let school = School::open("silent", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let watching: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = school.connect();
            write!(stream, "GET /api/live HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\n\r\n").unwrap();
            stream
        })
        .collect();
    let half_said: Vec<TcpStream> = (0..300)
        .map(|n| {
            let mut stream = school.connect();
            let said = match n % 3 {
                0 => "GET /api/home HT".to_owned(),
                1 => "POST /api/sessions HTTP/1.1\r\nHost: box\r\nX-Slow:".to_owned(),
                _ => "POST /api/sessions HTTP/1.1\r\nHost: box\r\nX-Requested-With: vanthu\r\n\
                      Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
                    .to_owned(),
            };
            stream.write_all(said.as_bytes()).unwrap();
            stream
        })
        .collect();
    let clerk = school.clerk();
    for n in 0..300 {
        clerk.post("/api/letters", &incoming(&format!("{n}/silent"))).unwrap();
    }
    school.goes_on();
    school.closes_sound();
    drop((watching, half_said));
}

/// Whoever says half a request line and falls silent is shown out, so that a few hundred of them cannot fill the house.
#[test]
fn a_caller_who_falls_silent_is_shown_out() {
    let school = School::open("shown-out", &[]);
    let mut stream = school.connect();
    stream.write_all(b"GET /api/home HTTP/1.1\r\nHost: bo").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(50))).unwrap();
    let mut answer = Vec::new();
    let shown_out = stream.read_to_end(&mut answer);
    assert!(shown_out.is_ok(), "still connected: {shown_out:?}");
    refused(school.clerk().post("/api/scans", &json!({})), 400, "request.invalid");
    school.closes_sound();
}
