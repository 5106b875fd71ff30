//! A hub in wrong hands. It knows the name of every blob, because headers go up unabridged; what it may have is what the
//! school sent up, and nothing else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, head, post};
use axum::{Json, Router};
use office::letters::form::Register;
use office::{Actor, Command, Desk, letters, scans, seals};
use serde_json::json;
use wire::{Sha256, Stamp, calls};

use crate::school::School;

/// The hub: asks for `wanted`, notes what it gets.
#[derive(Clone)]
pub(super) struct Prying {
    desk: Desk,
    wanted: Arc<Vec<Sha256>>,
    /// Blobs whose bytes came.
    got: Arc<Mutex<BTreeSet<String>>>,
}

fn now() -> Stamp {
    Stamp::from_unix_ms(1_795_222_800_000)
}

impl Prying {
    pub(super) fn on(desk: &Desk, wanted: Vec<Sha256>) -> Self {
        Self { desk: desk.clone(), wanted: Arc::new(wanted), got: Arc::default() }
    }

    /// Listens; its address.
    pub(super) async fn open(&self) -> String {
        let enrolled = || async {
            Json(json!({"unit": uuid::Uuid::from_u128(7), "unit_name": "Trường", "hub_name": "Cấp trên"}))
        };
        let challenge = || async { Json(json!({"nonce": "một lần", "time": now()})) };
        let session = || async { Json(calls::Session { token: "t".into(), valid_s: 600, time: now() }) };
        let nothing = || async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Json(calls::Downlink { items: Vec::new() })
        };
        let routes = Router::new()
            .route("/v1/enrol", post(enrolled))
            .route("/v1/session", get(challenge).post(session))
            .route("/v1/head", get(Self::held))
            .route("/v1/downlink", get(nothing))
            .route("/v1/blobs/{name}", head(Self::begin).patch(Self::piece))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, routes).into_future());
        format!("http://{address}")
    }

    async fn held(State(hub): State<Prying>) -> Json<calls::Held> {
        let got = hub.got.lock().unwrap();
        let missing = hub.wanted.iter().filter(|name| !got.contains(&name.to_string())).copied().collect();
        Json(calls::Held { head: hub.desk.journal().head().unwrap(), missing, downlink: 0 })
    }

    async fn begin(Path(_): Path<String>) -> Response {
        (StatusCode::OK, AppendHeaders([(calls::OFFSET_HEADER, "0")])).into_response()
    }

    async fn piece(
        State(hub): State<Prying>,
        Path(name): Path<String>,
        bytes: axum::body::Bytes,
    ) -> Response {
        hub.got.lock().unwrap().insert(name);
        let offset = [(calls::OFFSET_HEADER, bytes.len().to_string())];
        (StatusCode::NO_CONTENT, AppendHeaders(offset)).into_response()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_asks_for_the_unit_s_key_or_an_unfiled_page_does_not_get_it() {
    let school = School::open().await;
    let (clerk, it) = (school.staff[0].clone(), school.staff[4].clone());
    let blobs = school.desk.journal().blobs().clone();
    let [key, capture, pdf] =
        [&b"the unit's key"[..], b"an unfiled page", b"%PDF-1.7 the document"].map(|b| blobs.put(b).unwrap());

    let facts = seals::CertificateFacts {
        subject: "X".into(),
        organisation: "X".into(),
        issuer: "X".into(),
        serial: "1".into(),
        not_before: Stamp::from_unix_ms(0),
        not_after: Stamp::from_unix_ms(4_000_000_000_000),
    };
    school.ask(
        &clerk,
        Command::Seals(seals::Command::AddCertificate {
            key: seals::Key::File { file: key },
            chain: None,
            facts,
            unit: true,
            other_unit: true,
        }),
    );
    let scan = school
        .ask(
            &clerk,
            Command::Scans(scans::Command::Start {
                settings: scans::Settings::default(),
                queued: false,
                owner: None,
            }),
        )
        .unwrap();
    let page = scans::Keep {
        capture,
        thumbnail: capture,
        width_px: 1,
        height_px: 1,
        dpi: 300,
        side: None,
        photo: None,
    };
    let keep = scans::Command::KeepPage { scan, page };
    school.desk.execute_here(&Actor::Machine("test"), &Command::Scans(keep)).unwrap();
    let paper = scans::Paper { name: pdf, pages: 1, bytes: 21, signed: false };
    let brought = scans::Command::Upload { file_name: "văn bản.pdf".into(), paper, way: scans::Way::File };
    let form = Register {
        issuing_body: "Phòng Nội vụ".into(),
        reference_code: "1/A".into(),
        issue_date: chrono::NaiveDate::from_ymd_opt(2026, 1, 12),
        document_type: "notice".into(),
        subject: "Gửi cấp trên".into(),
        paper: school.ask(&clerk, Command::Scans(brought)),
        ..Register::default()
    };
    school.ask(&clerk, Command::Letters(letters::Command::Register(Box::new(form))));

    let hub = Prying::on(&school.desk, vec![key, capture, pdf]);
    let join = json!({"hub_url": hub.open().await, "code": "ABCD"}).to_string();
    let (status, code) = school.knock(Some(&it), "POST", "/api/link/enrol", &join).await;
    assert_eq!(status, StatusCode::OK, "{code}");
    let deadline = Instant::now() + Duration::from_secs(30);
    // In the order in which it asks: when the document has come, the others have been refused.
    while !hub.got.lock().unwrap().contains(&pdf.to_string()) {
        assert!(Instant::now() < deadline, "the document itself never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let got = hub.got.lock().unwrap().clone();
    assert_eq!(got, BTreeSet::from([pdf.to_string()]), "what the school did not send up stays in the school");
    school.close().await;
}
