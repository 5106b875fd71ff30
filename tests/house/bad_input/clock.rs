//! The clock: in 1970, behind the book, ahead of its time. This one test holds the clock in its hand, so the box runs
//! inside its process.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use office::{Clock, Role, SetUp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use vanthu::{Settings, edge};
use wire::Stamp;

use super::prying::Prying;
use super::support::{incoming, says_what_to_do, sound};

const PASSWORD: &str = "mười hai con giáp";
/// 2026-11-21 08:00 in Vietnam.
const TODAY: i64 = 1_795_222_800_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// 9999-12-31 and a day and a half.
const AFTER_THE_LAST_YEAR: i64 = 253_402_214_400_000 + 3 * DAY_MS / 2;

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Stamp {
        Stamp::from_unix_ms(self.0.load(Ordering::Relaxed))
    }
}

struct School {
    folder: TempDir,
    clock: Arc<HandClock>,
    open: vanthu::Box,
    router: Router,
}

struct Person<'s> {
    school: &'s School,
    cookie: String,
}

impl School {
    async fn at(unix_ms: i64) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(HandClock(AtomicI64::new(unix_ms)));
        let desk = office::Desk::open(&folder.path().join("data"), clock.clone()).unwrap();
        let unit = office::units::Facts {
            name: "Trường THCS Hoa Phượng".into(),
            abbreviation: "THCSHP".into(),
            ..Default::default()
        };
        let set_up =
            SetUp { unit, username: "may".into(), name: "Đỗ Văn Máy".into(), password: PASSWORD.into() };
        desk.set_up(&set_up).unwrap();
        for (username, role) in [("thu", Role::Clerk), ("truong", Role::Head)] {
            let open = office::accounts::Command::Open {
                username: username.into(),
                name: username.into(),
                role,
                section: String::new(),
                password: office::accounts::passwords::hash(PASSWORD).unwrap(),
                must_change_password: false,
            };
            desk.execute_here(&office::Actor::Machine("set-up"), &office::Command::Accounts(open)).unwrap();
        }
        drop(desk);
        Self::open(folder, clock).await
    }

    async fn open(folder: TempDir, clock: Arc<HandClock>) -> Self {
        let mut settings = Settings::new(folder.path().join("data"), Path::new("/bin/false"));
        settings.clock = clock.clone();
        let open = vanthu::Box::open(settings).await.unwrap();
        Self { router: edge::router(open.app()), folder, clock, open }
    }

    async fn restarted(self) -> Self {
        drop(self.router);
        self.open.close().await;
        Self::open(self.folder, self.clock).await
    }

    async fn closes_sound(self) {
        drop(self.router);
        self.open.close().await;
        sound(&self.folder.path().join("data"));
    }

    fn set(&self, unix_ms: i64) {
        self.clock.0.store(unix_ms, Ordering::Relaxed);
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value, Option<String>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let cookie =
            response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 16 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default(), cookie)
    }

    async fn signed_in(&self, username: &str) -> Person<'_> {
        let body = json!({"username": username, "password": PASSWORD});
        let (status, said, cookie) = self.send(request("POST", "/api/sessions", "", &body)).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        Person { school: self, cookie: cookie.unwrap().split(';').next().unwrap().to_owned() }
    }
}

impl Person<'_> {
    async fn ask(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let (status, said, _) = self.school.send(request(method, path, &self.cookie, body)).await;
        (status, said)
    }

    async fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, said) = self.ask(method, path, body).await;
        assert!(status.is_success(), "{method} {path}: {said}");
        said
    }

    async fn refused(&self, path: &str, body: &Value, status: u16, code: &str) {
        let (got, said) = self.ask("POST", path, body).await;
        assert_eq!((got.as_u16(), said["code"].as_str()), (status, Some(code)), "{said}");
        says_what_to_do(said["detail"].as_str().unwrap());
    }

    async fn clock(&self) -> String {
        self.done("GET", "/api/home", &Value::Null).await["clock"]["state"].as_str().unwrap().to_owned()
    }
}

fn request(method: &str, path: &str, cookie: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("x-requested-with", "vanthu");
    let request = request.header(header::COOKIE, cookie).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(if body.is_null() { String::new() } else { body.to_string() })).unwrap()
}

fn at(unix_ms: i64) -> Value {
    json!({"now": Stamp::from_unix_ms(unix_ms).to_string()})
}

const CONFIRM: &str = "/api/clock/confirm";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_1970_nothing_is_numbered_everything_else_works_and_the_head_sets_the_clock() {
    let school = School::at(5_000).await;
    let (clerk, head) = (school.signed_in("thu").await, school.signed_in("truong").await);
    assert_eq!(clerk.clock().await, "unset");
    clerk.refused("/api/letters", &incoming("1/1970"), 422, "clock.unset").await;
    let draft = json!({"book": "outgoing", "document_type": "decision", "subject": "V/v", "signatory": "Trần Văn Trưởng"});
    let draft = clerk.done("POST", "/api/letters", &draft).await;
    let page = format!("/api/letters/{}", draft["id"].as_str().unwrap());
    let submit = json!({"version": draft["version"]});
    let submitted = clerk.done("POST", &format!("{page}/submit"), &submit).await;
    let approved =
        head.done("POST", &format!("{page}/approve"), &json!({"version": submitted["version"]})).await;
    let release = json!({"version": approved["version"]});
    clerk.refused(&format!("{page}/release"), &release, 422, "clock.unset").await;

    clerk.refused(CONFIRM, &at(TODAY), 403, "rights.missing").await;
    for wrong in [0, TODAY - 400 * DAY_MS, TODAY + 100 * 365 * DAY_MS, AFTER_THE_LAST_YEAR] {
        head.refused(CONFIRM, &at(wrong), 422, "clock.wrong").await;
    }
    head.refused(CONFIRM, &json!({"now": "+12026-11-21T08:00:00+07:00"}), 400, "request.invalid").await;
    head.refused(CONFIRM, &json!({"now": "9999-12-31T23:59:59-12:00"}), 422, "clock.wrong").await;
    head.refused(CONFIRM, &json!({"now": 5}), 400, "request.invalid").await;
    head.done("POST", CONFIRM, &at(TODAY)).await;
    head.refused(CONFIRM, &at(TODAY), 409, "clock.trusted").await;
    assert_eq!(clerk.clock().await, "trusted");
    let released = clerk.done("POST", &format!("{page}/release"), &release).await;
    assert_eq!((released["number"].as_u64(), released["year"].as_i64()), (Some(1), Some(2026)));
    assert_eq!(clerk.done("POST", "/api/letters", &incoming("1/2026")).await["number"], 1);
    // Who signed in in 1970 is not thrown out because it is 2026 now.
    clerk.done("GET", "/api/me", &Value::Null).await;

    // The next power cut: 1970 again, now behind the book.
    let school = school.restarted().await;
    let (clerk, head) = (school.signed_in("thu").await, school.signed_in("truong").await);
    clerk.refused("/api/letters", &incoming("2/1970"), 422, "clock.unset").await;
    head.done("POST", CONFIRM, &at(TODAY + DAY_MS)).await;
    assert_eq!(clerk.done("POST", "/api/letters", &incoming("2/2026")).await["number"], 2);
    school.closes_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_1970_the_office_above_sets_the_clock_where_there_is_one() {
    let school = School::at(5_000).await;
    let (it, clerk) = (school.signed_in("may").await, school.signed_in("thu").await);
    let hub = Prying::on(&school.open.app().desk, Vec::new());
    it.done("POST", "/api/link/enrol", &json!({"hub_url": hub.open().await, "code": "ABCD"})).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while clerk.clock().await != "trusted" {
        assert!(Instant::now() < deadline, "the clock is not set");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let letter = clerk.done("POST", "/api/letters", &incoming("1/above")).await;
    assert_eq!((letter["number"].as_u64(), letter["year"].as_i64()), (Some(1), Some(2026)));
    school.open.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_or_far_ahead_is_not_believed() {
    let school = School::at(TODAY).await;
    let (clerk, head) = (school.signed_in("thu").await, school.signed_in("truong").await);
    clerk.done("POST", "/api/letters", &incoming("1/today")).await;
    school.set(TODAY - 30 * DAY_MS);
    assert_eq!(clerk.clock().await, "behind");
    clerk.refused("/api/letters", &incoming("2/behind"), 422, "clock.behind").await;
    head.done("POST", CONFIRM, &at(TODAY + 60_000)).await;
    assert_eq!(clerk.done("POST", "/api/letters", &incoming("2/set")).await["number"], 2);

    // A dying clock chip: beyond every year that can be written.
    for nonsense in [AFTER_THE_LAST_YEAR, 4_102_444_800_000 * 2, i64::MAX, i64::MIN, -1] {
        school.set(nonsense);
        // Somebody signs in, so that the book holds an entry of that time.
        let clerk = school.signed_in("thu").await;
        clerk.refused("/api/letters", &incoming("3/nonsense"), 422, "clock.unset").await;
        clerk.done("GET", "/api/home", &Value::Null).await;
    }
    school.set(TODAY + DAY_MS);
    let head = school.signed_in("truong").await;
    assert_eq!(head.clock().await, "behind", "behind what the nonsense left in the book");
    head.done("POST", CONFIRM, &at(TODAY + DAY_MS)).await;
    school.set(TODAY + DAY_MS);
    let school = school.restarted().await;
    let clerk = school.signed_in("thu").await;
    assert_eq!(clerk.done("POST", "/api/letters", &incoming("3/after")).await["number"], 3);
    school.closes_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_last_week_leads_back_to_the_door() {
    let school = School::at(TODAY).await;
    let clerk = school.signed_in("thu").await;
    school.set(TODAY + 6 * DAY_MS);
    clerk.done("GET", "/api/me", &Value::Null).await;
    school.set(TODAY + 7 * DAY_MS + 1);
    clerk.refused("/api/letters", &incoming("1/late"), 401, "session.expired").await;
    let clerk = school.signed_in("thu").await;
    assert_eq!(clerk.done("POST", "/api/letters", &incoming("1/again")).await["number"], 1);
    school.closes_sound().await;
}
