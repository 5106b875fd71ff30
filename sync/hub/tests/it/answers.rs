//! What a box meets instead of a hub, and what it then says.

use std::time::Duration;

use agent::{AgentError, Enrolment, Pace, Phase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{BRISK, Running, SimulatedBox, TestHub, line, through};

/// How a false hub behaves.
#[derive(Clone)]
enum Falsely {
    Says(Vec<u8>),
    NeverEnds(&'static str),
    Hangs,
    HangsUp,
}

async fn false_hub(behaviour: Falsely) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let behaviour = behaviour.clone();
            tokio::spawn(async move {
                if matches!(behaviour, Falsely::HangsUp) {
                    return;
                }
                let _ = stream.read(&mut [0; 4096]).await;
                match behaviour {
                    Falsely::Says(words) => drop(stream.write_all(&words).await),
                    Falsely::NeverEnds(head) => {
                        let _ = stream.write_all(head.as_bytes()).await;
                        while stream.write_all(&[b' '; 65536]).await.is_ok() {}
                    }
                    Falsely::Hangs => std::future::pending().await,
                    Falsely::HangsUp => {}
                }
            });
        }
    });
    address
}

fn says(status: &str, kind: &str, body: &str) -> Falsely {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n"
    );
    Falsely::Says(format!("{head}\r\n{body}").into_bytes())
}

#[tokio::test]
async fn whatever_answers_instead_of_a_hub_is_named_and_waited_out() {
    let html = "<!doctype html><title>Đăng nhập wifi</title>";
    let problem = |code: &str| format!(r#"{{"code":"{code}","detail":""}}"#);
    let table = [
        ("a portal's page", says("200 OK", "text/html", html), "link.nonsense"),
        ("a portal's page that claims to be JSON", says("200 OK", "application/json", html), "link.nonsense"),
        (
            "a portal's redirect",
            says("302 Found\r\nLocation: http://127.0.0.1:1/", "text/html", html),
            "link.nonsense",
        ),
        ("other JSON", says("200 OK", "application/json", r#"{"hello":1}"#), "link.nonsense"),
        ("another server", says("404 Not Found", "text/html", html), "link.nonsense"),
        ("a code of no hub", says("422 Unprocessable", "application/json", &problem("tea")), "link.nonsense"),
        ("no HTTP at all", Falsely::Says(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), "link.nonsense"),
        (
            "an answer without end",
            Falsely::NeverEnds("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"),
            "link.nonsense",
        ),
        ("a proxy without a hub behind", says("502 Bad Gateway", "text/html", html), "link.hub_fault"),
        ("a hub that failed", says("500 x", "application/json", &problem("fault")), "link.hub_fault"),
        ("a hub with a full disk", says("507 x", "application/json", &problem("full")), "link.hub_full"),
        ("silence", Falsely::Hangs, "link.slow"),
        (
            "half an answer",
            Falsely::Says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()),
            "link.unreachable",
        ),
        ("a slammed door", Falsely::HangsUp, "link.unreachable"),
    ];
    let hub = TestHub::start();
    let enrolment = hub.enrol().await;
    for (what, behaviour, code) in table {
        let side = SimulatedBox::new();
        side.register(&line(1, None));
        let falsely = through(&enrolment, false_hub(behaviour).await);
        let pace =
            Pace { answer: Duration::from_millis(if code == "link.slow" { 100 } else { 20_000 }), ..BRISK };
        let running = Running::start(&falsely, &side, pace);
        let state = running.until(what, |state| state.last_error.is_some()).await;
        assert_eq!(state.last_error.as_ref().map(|(code, _)| *code), Some(code), "{what}: {state:?}");
        running.until(what, |state| state.phase == Phase::Waiting && state.next_try_at.is_some()).await;
        assert_eq!(side.acknowledged().seq, 0, "{what}");
    }
}

#[tokio::test]
async fn nobody_there_is_waited_out_and_send_now_ends_the_waiting() {
    let hub = TestHub::start();
    let enrolment = hub.enrol().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let side = SimulatedBox::new();
    side.register(&line(1, None));
    let patient =
        Pace { first_wait: Duration::from_secs(3600), longest_wait: Duration::from_secs(3600), ..BRISK };
    let running = Running::start(&through(&enrolment, nobody), &side, patient);
    let state = running.until("waiting", |state| state.phase == Phase::Waiting).await;
    assert_eq!(state.last_error.unwrap().0, "link.unreachable");

    // The line comes back; without the person's word the next try would be in an hour.
    let listener = TcpListener::bind(nobody).await.unwrap();
    let to = hub.address;
    tokio::spawn(async move {
        loop {
            let (mut from, _) = listener.accept().await.unwrap();
            let mut to = tokio::net::TcpStream::connect(to).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut from, &mut to).await });
        }
    });
    running.now.notify_one();
    running.until("above", |state| state.acknowledged.seq == 1).await;
    running
        .until("without complaint", |state| state.phase == Phase::Idle && state.last_error.is_none())
        .await;
}

#[tokio::test]
async fn joining_something_that_is_no_hub_says_so() {
    for (behaviour, code) in
        [(says("200 OK", "text/html", "<html>"), "link.nonsense"), (Falsely::HangsUp, "link.unreachable")]
    {
        let address = false_hub(behaviour).await;
        let error =
            agent::enrol(&format!("http://{address}"), "ABCD-EFGH-2345", "x", "0.1.0").await.unwrap_err();
        assert_eq!(error.code(), code);
    }
    let error = agent::enrol("phòng giáo dục", "x", "x", "0").await.unwrap_err();
    assert!(matches!(error, AgentError::Address(_)));
}

#[test]
fn an_enrolment_survives_its_file_and_keeps_its_key_out_of_logs() {
    let enrolment = Enrolment {
        hub_url: "https://pgd.example".into(),
        unit: uuid::Uuid::from_u128(1),
        unit_name: "Trường Tiểu học Suối Ngàn".into(),
        hub_name: "Phòng Giáo dục".into(),
        device_key_pkcs8: vec![0xab; 8],
    };
    let text = serde_json::to_string(&enrolment).unwrap();
    assert_eq!(serde_json::from_str::<Enrolment>(&text).unwrap(), enrolment);
    assert!(text.contains("abababab"));
    assert!(!format!("{enrolment:?}").contains("ab, ab") && !format!("{enrolment:?}").contains("171"));
}
