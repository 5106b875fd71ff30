//! A school of one test: its own data directory, its own sheets in the feeder, four people who can sign in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use office::accounts::{self, passwords};
use office::{Actor, Command, Desk, Role, SetUp, SystemClock, Viewer};
use scanner::Via;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use vanthu::{Settings, edge};
use wire::Sha256;

pub(crate) const UNIT: &str = "Trường THCS Hoa Mai";
pub(crate) const PASSWORD: &str = "mười hai con giáp";

/// A running box.
pub(crate) struct School {
    pub(crate) folder: TempDir,
    pub(crate) desk: Desk,
    open: vanthu::Box,
    router: Router,
}

/// Somebody signed in.
pub(crate) struct Person<'s> {
    school: &'s School,
    pub(crate) cookie: String,
}

/// An answer with its body read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{} is not JSON", String::from_utf8_lossy(&self.bytes)))
    }

    /// Asserts a refusal: its code, and a sentence with a next step.
    pub(crate) fn refused(&self, status: u16, code: &str) {
        let problem = self.json();
        assert_eq!((self.status.as_u16(), problem["code"].as_str()), (status, Some(code)), "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("ãy ") || detail.contains("Nhờ"), "no next step: {detail}");
    }
}

impl School {
    /// Founded, staffed, with `sheets` small pages in the feeder.
    pub(crate) async fn with_sheets(sheets: u32) -> Self {
        let folder = TempDir::new().unwrap();
        lay_sheets(&folder.path().join("feeder"), sheets);
        found(&folder.path().join("data"));
        Self::open(folder).await
    }

    pub(crate) async fn open(folder: TempDir) -> Self {
        let mut settings = Settings::new(folder.path().join("data"), env!("CARGO_BIN_EXE_vanthu"));
        settings.via = Via::Folder(folder.path().join("feeder"));
        settings.places.sticks = folder.path().join("sticks");
        Self::open_as(folder, settings).await
    }

    pub(crate) async fn open_as(folder: TempDir, settings: Settings) -> Self {
        let open = vanthu::Box::open(settings).await.unwrap();
        let router = edge::router(open.app());
        Self { desk: open.app().desk, folder, open, router }
    }

    /// Keys that were unlocked.
    pub(crate) fn keys(&self) -> vanthu::seal::Keys {
        self.open.app().keys
    }

    /// As after a restart: everything in memory is gone.
    pub(crate) async fn restarted(self) -> Self {
        let folder = self.closed().await;
        Self::open(folder).await
    }

    /// Closed in order; what is left is its folder.
    pub(crate) async fn closed(self) -> TempDir {
        drop(self.router);
        drop(self.desk);
        self.open.close().await;
        self.folder
    }

    /// With libsane and the virtual scanners of one backend, `preset` as the scan worker knows it.
    pub(crate) async fn with_backend(backend: &str, preset: Value) -> Self {
        let folder = TempDir::new().unwrap();
        found(&folder.path().join("data"));
        let settings = with_backend(&folder, backend, preset);
        Self::open_as(folder, settings).await
    }

    /// Founded, and opened as `settings` say.
    pub(crate) async fn founded(folder: TempDir, settings: Settings) -> Self {
        found_at(&folder.path().join("data"), settings.clock.clone());
        Self::open_as(folder, settings).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn clerk(&self) -> Person<'_> {
        self.signed_in("clerk").await
    }

    pub(crate) async fn signed_in(&self, username: &str) -> Person<'_> {
        let request = Request::post("/api/sessions")
            .header("x-requested-with", "vanthu")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({"username": username, "password": PASSWORD}).to_string()))
            .unwrap();
        let response = self.send(request).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        Person { school: self, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    /// The account as the desk knows it, for commands that no route gives.
    pub(crate) async fn viewer(&self, username: &'static str) -> Viewer {
        let find = move |rows: &journal::Snapshot| Ok(accounts::rules::by_username(rows, username)?);
        let account = self.desk.read(find).await.unwrap().unwrap();
        Viewer {
            id: account.id,
            username: account.username,
            name: account.name,
            role: account.role,
            session: Sha256::ZERO,
        }
    }
}

impl Person<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, "application/json", Body::empty(), &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, "application/json", Body::from(body.to_string()), &[]).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Body,
        more: &[(&str, &str)],
    ) -> Answer {
        let response = self.school.send(self.request(method, path, kind, body, more)).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 256 << 20).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Body,
        more: &[(&str, &str)],
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header("x-requested-with", "vanthu")
            .header(header::CONTENT_TYPE, kind);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        request.body(body).unwrap()
    }

    /// Asks until the answer fits.
    pub(crate) async fn until(&self, path: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = self.get(path).await.json();
            if fits(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "still {answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Scans the pile in the feeder and waits for its end.
    pub(crate) async fn scan(&self) -> Value {
        let device = self.get("/api/scanners").await.json()["devices"][0]["id"].clone();
        let asked =
            json!({"device": device, "source": "feeder", "colour": "colour", "dpi": 150, "paper": "a4"});
        let begun = self.post("/api/scans", asked).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.json());
        let path = format!("/api/scans/{}", begun.json()["id"].as_str().unwrap());
        self.until(&path, at_rest).await
    }
}

/// Whether no scanner works on the job.
pub(crate) fn at_rest(scan: &Value) -> bool {
    scan["state"] != "scanning" && scan["state"] != "queued"
}

/// How a box is opened whose scanners are the virtual ones of a backend.
pub(crate) fn with_backend(folder: &TempDir, backend: &str, preset: Value) -> Settings {
    let sane = folder.path().join("sane");
    std::fs::create_dir_all(&sane).unwrap();
    std::fs::write(sane.join("dll.conf"), format!("{backend}\n")).unwrap();
    let mut settings = Settings::new(folder.path().join("data"), env!("CARGO_BIN_EXE_vanthu"));
    settings.worker_env = vec![
        ("SANE_CONFIG_DIR".into(), sane.to_str().unwrap().into()),
        ("VANTHU_SCAN_PRESET".into(), preset.to_string()),
    ];
    settings.bus = scanner::Bus::at(folder.path().join("usb"));
    settings
}

/// A unit with a clerk, a head, a teacher and an IT officer.
fn found(data: &Path) {
    found_at(data, Arc::new(SystemClock));
}

fn found_at(data: &Path, clock: Arc<dyn office::Clock>) {
    let desk = Desk::open(data, clock).unwrap();
    let unit =
        office::units::Facts { name: UNIT.into(), abbreviation: "THCSHM".into(), ..Default::default() };
    let it = SetUp { unit, username: "it".into(), name: "Vũ Đình Kha".into(), password: PASSWORD.into() };
    desk.set_up(&it).unwrap();
    let it = accounts::rules::by_username(&desk.journal().read().unwrap(), "it").unwrap().unwrap();
    let it =
        Viewer { id: it.id, username: it.username, name: it.name, role: Role::It, session: Sha256::ZERO };
    let password = passwords::hash(PASSWORD).unwrap();
    for (username, name, role) in [
        ("clerk", "Lê Thị Mai Hương", Role::Clerk),
        ("head", "Trần Văn Bách", Role::Head),
        ("teacher", "Phạm Thu Cúc", Role::Teacher),
    ] {
        let open = accounts::Command::Open {
            username: username.into(),
            name: name.into(),
            role,
            section: String::new(),
            password: password.clone(),
            must_change_password: false,
        };
        desk.execute_here(&Actor::Person(it.clone()), &Command::Accounts(open)).unwrap();
    }
}

/// Pages of 10 x 14 cm, grey with a line each: small enough for a debug build.
pub(crate) fn lay_sheets(feeder: &Path, sheets: u32) {
    std::fs::create_dir_all(feeder).unwrap();
    for sheet in 1..=sheets {
        let page = image::RgbImage::from_fn(600, 840, |x, y| {
            let ink = y / 40 == sheet && x > 60 && x < 540;
            image::Rgb(if ink { [29, 31, 35] } else { [251, 250, 247] })
        });
        page.save(feeder.join(format!("sheet-{sheet:02}.png"))).unwrap();
    }
}

/// A file of the workspace's `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(path)
}

pub(crate) fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}
