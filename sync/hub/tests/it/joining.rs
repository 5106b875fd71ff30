//! Codes, keys and sessions: who may send in whose name.

use agent::{AgentError, BoxSide, Enrolment, sync_once};
use reqwest::{RequestBuilder, StatusCode};
use ring::signature::Ed25519KeyPair;
use vanthu_hub::Trusted;
use wire::calls::{self, Batch, Message, Problem, code};

use crate::support::{SCHOOL, SimulatedBox, TestHub, line};

#[tokio::test]
async fn a_code_joins_one_box_once() {
    let hub = TestHub::start();
    let code = hub.hub.enrol_code(SCHOOL).await.unwrap().code;
    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    let enrolment = agent::enrol(&hub.url(), &typed, "tên trên hộp", "0.1.0").await.unwrap();
    assert_eq!((enrolment.unit_name.as_str(), enrolment.hub_name.as_str()), (SCHOOL, "Cấp trên"));
    for wrong in [code.as_str(), "ABCD-EFGH-2345", ""] {
        let error = agent::enrol(&hub.url(), wrong, "x", "0.1.0").await.unwrap_err();
        assert!(matches!(error, AgentError::EnrolCode(_)), "{wrong}: {error}");
    }
}

#[tokio::test]
async fn codes_cannot_be_tried_out() {
    let hub = TestHub::start();
    let right = hub.hub.enrol_code(SCHOOL).await.unwrap().code;
    for _ in 0..10 {
        assert!(agent::enrol(&hub.url(), "wrong", "x", "0.1.0").await.is_err());
    }
    let error = agent::enrol(&hub.url(), &right, "x", "0.1.0").await.unwrap_err();
    assert!(error.to_string().contains("too many"), "{error}");
}

#[tokio::test]
async fn a_lost_answer_does_not_use_up_the_code() {
    let hub = TestHub::start();
    let code = hub.hub.enrol_code(SCHOOL).await.unwrap().code;
    let ask = |key: &str| calls::Enrol {
        code: code.clone(),
        device_key: key.repeat(64),
        unit_name: String::new(),
        version: "0.1.0".into(),
    };
    let http = http();
    let url = format!("{}/v1/enrol", hub.url());
    for (key, status) in [("a", StatusCode::OK), ("a", StatusCode::OK), ("b", StatusCode::FORBIDDEN)] {
        assert_eq!(http.post(&url).json(&ask(key)).send().await.unwrap().status(), status, "{key}");
    }
}

#[tokio::test]
async fn a_new_box_of_the_same_unit_takes_the_place_of_the_old_one() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let old = hub.enrol().await;
    side.write_local(1);
    sync_once(&old, side.clone()).await.unwrap();
    let new = hub.enrol().await;
    assert_eq!(old.unit, new.unit);
    let error = sync_once(&old, side.clone()).await.unwrap_err();
    assert!(matches!(error, AgentError::ShutOut), "{error}");
    sync_once(&new, side).await.unwrap();
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // One connection per request: some of these end with the hub hanging up.
    reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap()
}

/// A box that writes its own requests, to write them wrongly.
struct Hand {
    http: reqwest::Client,
    url: String,
    key: Ed25519KeyPair,
    token: String,
}

impl Hand {
    async fn of(hub: &TestHub, enrolment: &Enrolment) -> Self {
        let (http, url) = (http(), hub.url());
        let key = Ed25519KeyPair::from_pkcs8(&enrolment.device_key_pkcs8).unwrap();
        let challenge: calls::Challenge =
            http.get(format!("{url}/v1/session")).send().await.unwrap().json().await.unwrap();
        let signature = hex::encode(key.sign(&calls::session_message(enrolment.unit, &challenge.nonce)));
        let ask = calls::OpenSession { unit: enrolment.unit, nonce: challenge.nonce, signature };
        let open = || http.post(format!("{url}/v1/session")).json(&ask).send();
        let session: calls::Session = open().await.unwrap().json().await.unwrap();
        assert_eq!(open().await.unwrap().status(), StatusCode::UNAUTHORIZED, "a nonce opens one session");
        Self { http, url, key, token: session.token }
    }

    fn batch(&self, batch: &Batch) -> Vec<u8> {
        zstd::encode_all(serde_json::to_vec(batch).unwrap().as_slice(), 3).unwrap()
    }

    fn post(&self, signed: &[u8], sent: Vec<u8>) -> RequestBuilder {
        let signature = hex::encode(self.key.sign(signed));
        self.http
            .post(format!("{}/v1/entries", self.url))
            .bearer_auth(&self.token)
            .header(calls::SIGNATURE_HEADER, signature)
            .body(sent)
    }

    /// How a request was refused. A hub that hangs up on too long a body before it is all sent says it too.
    async fn refused(&self, request: RequestBuilder) -> (u16, Problem) {
        match request.send().await {
            Ok(answer) => (answer.status().as_u16(), answer.json().await.unwrap()),
            Err(_) => (413, Problem { code: code::TOO_LARGE.into(), detail: String::new(), expected: None }),
        }
    }
}

#[tokio::test]
async fn what_a_box_must_not_send_is_refused_and_not_kept() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let hand = Hand::of(&hub, &hub.enrol().await).await;
    let first = side.register(&line(1, None));
    let second = side.register(&line(2, None));
    let journal = side.journal();
    let one = |entry: &wire::Entry| Batch { journal, entries: vec![entry.clone()] };
    let good = hand.batch(&one(&first));
    let changed =
        String::from_utf8(serde_json::to_vec(&one(&first)).unwrap()).unwrap().replace("kiểm kê", "bãi bỏ");
    let changed = zstd::encode_all(changed.as_bytes(), 3).unwrap();
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(b' '), 1 << 28), 1).unwrap();
    let mut many = one(&first);
    many.entries = vec![first.clone(); 501];
    let many = hand.batch(&many);
    let mut foreign = one(&first);
    foreign.journal = wire::JournalId(uuid::Uuid::from_u128(9));
    let foreign = hand.batch(&foreign);
    let gap = hand.batch(&one(&second));
    let long = vec![0; 2 << 20];

    let entries = format!("{}/v1/entries", hand.url);
    let made_up = hand.http.post(&entries).bearer_auth("9999999999999.0193-a.00").body(good.clone());
    for (what, request, status, code) in [
        ("tampered on the way", hand.post(&good, changed.clone()), 422, code::INVALID),
        ("tampered and signed", hand.post(&changed, changed.clone()), 422, code::INVALID),
        ("not signed", hand.post(b"", good.clone()), 422, code::INVALID),
        ("not a batch", hand.post(b"{}", b"{}".to_vec()), 422, code::INVALID),
        ("a bomb", hand.post(&bomb, bomb.clone()), 413, code::TOO_LARGE),
        ("too many", hand.post(&many, many.clone()), 413, code::TOO_LARGE),
        ("another journal", hand.post(&foreign, foreign.clone()), 422, code::INVALID),
        ("a gap", hand.post(&gap, gap.clone()), 409, code::GAP),
        (
            "no session",
            hand.http.post(format!("{}/v1/entries", hand.url)).body(good.clone()),
            401,
            code::SESSION,
        ),
        ("a made-up session", made_up, 401, code::SESSION),
        // Last, for the hub may hang up on it.
        ("too long", hand.post(&long, long.clone()), 413, code::TOO_LARGE),
    ] {
        let (found, problem) = hand.refused(request).await;
        assert_eq!((found, problem.code.as_str()), (status, code), "{what}: {}", problem.detail);
        assert_eq!(problem.expected, (code == code::GAP).then_some(1), "{what}");
    }
    assert_eq!(hub.sound().await, (0, 0, 0));

    for _ in 0..2 {
        let held: calls::Held = hand.post(&good, good.clone()).send().await.unwrap().json().await.unwrap();
        assert_eq!(held.head, first.head(), "the same batch twice is fine");
    }
    let empty = hand.batch(&Batch { journal, entries: vec![] });
    let held: calls::Held = hand.post(&empty, empty.clone()).send().await.unwrap().json().await.unwrap();
    assert_eq!(held.head, first.head(), "an empty one too");
    assert_eq!(hub.sound().await, (1, 0, 1));
}

#[tokio::test]
async fn pieces_of_a_blob_must_fit() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let hand = Hand::of(&hub, &hub.enrol().await).await;
    let bytes = b"%PDF-1.7 mot hai ba".to_vec();
    let name = side.put_blob(bytes.clone());
    let good =
        hand.batch(&Batch { journal: side.journal(), entries: vec![side.register(&line(1, Some(name)))] });
    hand.post(&good, good.clone()).send().await.unwrap();
    let whole = bytes.len() as u64;
    let piece = |name: &str, offset: u64, whole: u64, piece: &[u8]| {
        hand.http
            .patch(format!("{}/v1/blobs/{name}", hand.url))
            .bearer_auth(&hand.token)
            .header(calls::OFFSET_HEADER, offset)
            .header(calls::LENGTH_HEADER, whole)
            .body(piece.to_vec())
    };
    let name = name.to_string();
    let unknown = wire::Sha256::of(b"never named").to_string();
    for (what, request, status, code) in [
        ("never named", piece(&unknown, 0, 1, b"a"), 422, code::INVALID),
        ("not a name", piece("../../etc", 0, 1, b"a"), 404, "not_found"),
        ("no name", piece("ABCD", 0, 1, b"a"), 422, code::INVALID),
        ("beyond the end", piece(&name, 0, 3, &bytes), 422, code::INVALID),
        ("too large a blob", piece(&name, 0, 1 << 40, b"a"), 413, code::TOO_LARGE),
        ("from nowhere", piece(&name, 5, whole, &bytes[5..]), 409, code::OFFSET),
        // Last, for the hub may hang up on it.
        ("too large a piece", piece(&name, 0, 1 << 20, &[0; 300 << 10]), 413, code::TOO_LARGE),
    ] {
        let (found, problem) = hand.refused(request).await;
        assert_eq!((found, problem.code.as_str()), (status, code), "{what}: {}", problem.detail);
    }
    let offset = async || {
        let head = hand.http.head(format!("{}/v1/blobs/{name}", hand.url)).bearer_auth(&hand.token);
        head.send().await.unwrap().headers()[calls::OFFSET_HEADER].to_str().unwrap().parse::<u64>().unwrap()
    };
    let send = async |offset: u64, bytes: &[u8]| {
        piece(&name, offset, whole, bytes).send().await.unwrap().status().as_u16()
    };
    assert_eq!((send(0, &bytes[..5]).await, offset().await), (204, 5));
    assert_eq!(
        (send(5, &vec![b'x'; bytes.len() - 5]).await, offset().await),
        (422, 0),
        "wrong bytes are dropped"
    );
    assert_eq!((send(0, &bytes[..7]).await, send(7, &bytes[7..]).await, offset().await), (204, 204, whole));
    assert_eq!(send(7, &bytes[7..]).await, 204, "the last piece again, for its answer may have been lost");
    assert_eq!(hub.sound().await, (1, 1, 1));
}

#[tokio::test]
async fn what_the_office_above_trusts_comes_to_boxes_that_are_there_and_to_those_that_join_later() {
    let (hub, early, late) = (TestHub::start(), SimulatedBox::new(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    assert_eq!(hub.hub.trust("goc.crt", b"a root").await.unwrap(), Trusted::Told { units: 1 });
    assert_eq!(hub.hub.trust("goc-2.crt", b"a root").await.unwrap(), Trusted::Known, "the same file once");
    assert!(matches!(hub.hub.trust("lon.crl", &[0; 1 << 20]).await.unwrap(), Trusted::TooLarge { .. }));
    hub.hub.trust("thu-hoi.crl", b"the list of May").await.unwrap();
    sync_once(&enrolment, early.clone()).await.unwrap();
    hub.hub.trust("thu-hoi.crl", b"the list of June").await.unwrap();
    let code = hub.hub.enrol_code("Trường Tiểu học Sao Mai").await.unwrap().code;
    let enrolment = agent::enrol(&hub.url(), &code, "x", "0.1.0").await.unwrap();
    sync_once(&enrolment, late.clone()).await.unwrap();
    for (side, list) in [(early, "the list of May"), (late, "the list of June")] {
        let told = side.received().into_iter().filter_map(|item| match item.message {
            Message::Trust { name, file } => Some((name, file)),
            Message::Receipt { .. } | Message::Notice { .. } => None,
        });
        let expected = [("goc.crt", "a root"), ("thu-hoi.crl", list)];
        let expected = expected.map(|(name, file)| (name.to_owned(), file.as_bytes().to_vec()));
        assert_eq!(told.collect::<Vec<_>>(), expected, "of each name the latest edition");
    }
}
