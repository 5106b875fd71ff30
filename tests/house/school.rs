//! A school in a temporary folder, asked through its router: no socket, no scanner, real journal.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use office::{Actor, Command, Desk, Role, SetUp, Viewer, accounts, units};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;
use vanthu::{Settings, edge};
use wire::Sha256;

/// The unit of every school here.
pub(crate) const UNIT: &str = "Trường THCS Hoa Phượng";

/// Everybody who may knock, in the order of the permission table's columns.
pub(crate) const STAFF: [(&str, &str, Role); 5] = [
    ("thu", "Lê Thị Thư", Role::Clerk),
    ("truong", "Trần Văn Trưởng", Role::Head),
    ("giang", "Phạm Thị Giảng", Role::Teacher),
    ("day", "Võ Văn Dạy", Role::Teacher),
    ("may", "Đỗ Văn Máy", Role::It),
];

pub(crate) struct School {
    pub(crate) desk: Desk,
    pub(crate) staff: Vec<Viewer>,
    router: Router,
    open: vanthu::Box,
    _folder: tempfile::TempDir,
}

impl School {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| ()).await
    }

    /// A school whose box is opened with something changed.
    pub(crate) async fn open_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir_all(folder.path().join("feeder")).unwrap();
        let mut settings = Settings::new(&data, Path::new("/bin/false"));
        settings.via = scanner::Via::Folder(folder.path().join("feeder"));
        change(&mut settings);
        let open = vanthu::Box::open(settings).await.unwrap();
        let desk = open.app().desk;
        let facts =
            units::Facts { name: UNIT.into(), abbreviation: "THCSHP".into(), ..units::Facts::default() };
        let set_up = SetUp {
            unit: facts,
            username: "goc".into(),
            name: "Người Lập Máy".into(),
            password: "mười hai con giáp".into(),
        };
        desk.set_up(&set_up).unwrap();
        let staff = STAFF.iter().map(|(username, name, role)| hire(&desk, username, name, *role)).collect();
        Self { router: edge::router(open.app()), desk, staff, open, _folder: folder }
    }

    pub(crate) async fn close(self) {
        drop((self.router, self.desk));
        self.open.close().await;
    }

    pub(crate) fn ask(&self, who: &Viewer, command: Command) -> Option<Uuid> {
        self.desk.execute_here(&Actor::Person(who.clone()), &command).unwrap().id
    }

    /// A fresh session, so that one request cannot sign out the next.
    fn cookie(&self, who: &Viewer) -> String {
        let token = Uuid::now_v7().to_string();
        let command = accounts::Command::SignIn { account: who.id, token: Sha256::of(token.as_bytes()) };
        self.desk.execute_here(&Actor::Visitor, &Command::Accounts(command)).unwrap();
        format!("{}={token}", office::http::COOKIE)
    }

    pub(crate) fn scan(&self, id: Uuid) -> office::scans::Scan {
        self.desk.journal().read().unwrap().get(&id.to_string()).unwrap().unwrap()
    }

    /// Status and problem code of one request; `body` is JSON, `multipart`, `bytes` or nothing.
    pub(crate) async fn knock(
        &self,
        who: Option<&Viewer>,
        method: &str,
        path: &str,
        body: &str,
    ) -> (StatusCode, String) {
        let kind = match body {
            "multipart" => "multipart/form-data; boundary=x",
            "bytes" => "application/pdf",
            _ => "application/json",
        };
        let mut request = Request::builder().method(method).uri(path).header("x-requested-with", "vanthu");
        if let Some(who) = who {
            request = request.header(header::COOKIE, self.cookie(who));
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let body = if body == "multipart" { "--x--\r\n".to_owned() } else { body.to_owned() };
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status();
        if status.is_success() {
            // A live feed never ends: its head is the answer.
            return (status, String::new());
        }
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }

    /// What somebody gets to see.
    pub(crate) async fn see(&self, who: &Viewer, path: &str) -> Value {
        let request =
            Request::get(path).header(header::COOKIE, self.cookie(who)).body(Body::empty()).unwrap();
        self.json(request).await
    }

    pub(crate) async fn openapi(&self) -> Value {
        self.json(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await
    }

    async fn json(&self, request: Request<Body>) -> Value {
        let response = self.router.clone().oneshot(request).await.unwrap();
        serde_json::from_slice(&axum::body::to_bytes(response.into_body(), 8 << 20).await.unwrap()).unwrap()
    }
}

fn hire(desk: &Desk, username: &str, name: &str, role: Role) -> Viewer {
    let command = accounts::Command::Open {
        username: username.into(),
        name: name.into(),
        role,
        section: String::new(),
        password: "$argon2id$none".into(),
        must_change_password: false,
    };
    let done = desk.execute_here(&Actor::Machine("set-up"), &Command::Accounts(command)).unwrap();
    Viewer { id: done.id.unwrap(), username: username.into(), name: name.into(), role, session: Sha256::ZERO }
}
