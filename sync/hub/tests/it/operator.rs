//! The operator's page: what it shows, to whom, and what it may say.

use agent::sync_once;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use wire::calls::Message;
use wire::{Annex, Book, RegisterLine, Scope};

use crate::support::{BRISK, Running, SCHOOL, SimulatedBox, TestHub, line, paper, until};

struct Browser {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

impl Browser {
    fn new(hub: &TestHub) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { http: reqwest::Client::new(), url: hub.url(), cookie: String::new() }
    }

    async fn signed_in(hub: &TestHub) -> Self {
        let password =
            hub.hub.first_operator_password().await.unwrap().expect("a new hub has no password yet");
        let mut browser = Self::new(hub);
        let answer = browser
            .ask(Method::POST, "/api/sessions")
            .json(&json!({"password": password}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 204);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let ask =
            self.http.request(method, format!("{}{path}", self.url)).header("x-requested-with", "vanthu");
        ask.header("cookie", &self.cookie)
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.ask(Method::POST, path).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn only_the_operator_sees_anything() {
    let hub = TestHub::start();
    let browser = Browser::signed_in(&hub).await;
    let anybody = Browser::new(&hub);
    for (method, path) in [
        (Method::GET, "/api/fleet"),
        (Method::GET, "/api/lines"),
        (Method::GET, "/api/blobs/00"),
        (Method::POST, "/api/enrol-codes"),
        (Method::POST, "/api/notices"),
        (Method::POST, "/api/units/00000000-0000-0000-0000-000000000000/shut-out"),
        (Method::POST, "/api/units/00000000-0000-0000-0000-000000000000/let-in"),
    ] {
        let answer = anybody.ask(method.clone(), path).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "session.none");
        if method == Method::POST {
            let foreign =
                browser.http.post(format!("{}{path}", browser.url)).header("cookie", &browser.cookie);
            assert_eq!(foreign.send().await.unwrap().status(), 403, "{path} from a foreign page");
        }
    }
    let page = anybody.ask(Method::GET, "/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.headers().contains_key("content-security-policy"));
    assert_eq!(anybody.get("/healthz").await["ok"], true);
    assert_eq!(anybody.get("/api/door").await["hub_name"], "Cấp trên");
    assert_eq!(anybody.ask(Method::GET, "/api/nothing").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn passwords_cannot_be_tried_out() {
    let hub = TestHub::start();
    hub.hub.set_operator_password("đúng mật khẩu").await.unwrap();
    let browser = Browser::new(&hub);
    for _ in 0..10 {
        let (status, problem) = browser.post("/api/sessions", json!({"password": "sai"})).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some("session.wrong_password")));
    }
    let (status, problem) = browser.post("/api/sessions", json!({"password": "đúng mật khẩu"})).await;
    assert_eq!((status, problem["code"].as_str()), (429, Some("session.locked")));
    assert!(problem["detail"].as_str().unwrap().contains("15 phút"), "{problem}");
}

#[tokio::test]
async fn a_changed_password_ends_every_session() {
    let hub = TestHub::start();
    let browser = Browser::signed_in(&hub).await;
    browser.get("/api/fleet").await;
    hub.hub.set_operator_password("mật khẩu mới").await.unwrap();
    let answer = browser.ask(Method::GET, "/api/fleet").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "session.expired");
}

#[tokio::test]
async fn the_fleet_the_registers_and_the_papers_are_shown() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let bytes = paper(1, 5000);
    let pdf = side.put_blob(bytes.clone());
    let lost = side.put_blob(paper(2, 10));
    side.lose_blob(&lost);
    side.register(&line(1, Some(pdf)));
    side.register(&RegisterLine { book: Book::Outgoing, ..line(1, None) });
    side.register(&line(2, Some(lost)));
    sync_once(&enrolment, side.clone()).await.unwrap();

    let browser = Browser::signed_in(&hub).await;
    let fleet = browser.get("/api/fleet").await;
    let row = &fleet[0];
    assert_eq!(row["name"], SCHOOL);
    assert_eq!((&row["head_seq"], &row["missing_blobs"], &row["lines"]), (&json!(3), &json!(1), &json!(3)));
    assert!(row["last_seen"].as_str().unwrap().ends_with("+07:00"));
    assert_eq!(row["alarm"], Value::Null);

    let page = browser.get("/api/lines?limit=2").await;
    let has: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|line| line["has_pdf"].as_bool().unwrap()).collect();
    assert_eq!(has, [false, false], "newest first: one without paper above, one without paper at all");
    let rest = browser.get(&format!("/api/lines?limit=2&after={}", page["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let shown = &rest["items"][0];
    assert_eq!(
        (&shown["subject"], &shown["has_pdf"]),
        (&json!("Về việc kiểm kê thiết bị dạy học"), &json!(true))
    );
    assert_eq!(browser.get("/api/lines?book=outgoing").await["items"].as_array().unwrap().len(), 1);
    let other = uuid::Uuid::from_u128(1);
    assert_eq!(browser.get(&format!("/api/lines?unit={other}")).await["items"].as_array().unwrap().len(), 0);

    let address = format!("/api/blobs/{}", shown["pdf"].as_str().unwrap());
    let answer = browser.ask(Method::GET, &address).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let missing = browser.ask(Method::GET, &format!("/api/blobs/{lost}")).send().await.unwrap();
    assert_eq!(missing.status(), 404);

    let mut exported = Vec::new();
    hub.hub
        .export(|line| {
            exported.push(line.to_owned());
            Ok(())
        })
        .await
        .unwrap();
    let numbers: Vec<Value> =
        exported.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].clone()).collect();
    assert_eq!(numbers, [1, 1, 2]);
}

#[tokio::test]
async fn a_fork_is_shown_on_the_fleet() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.write_local(3);
    sync_once(&enrolment, side.clone()).await.unwrap();
    let restored = side.restored(1);
    restored.write(Scope::Above, r#"{"event":"khác"}"#.into(), vec![]);
    sync_once(&enrolment, restored).await.unwrap_err();
    let browser = Browser::signed_in(&hub).await;
    let alarm = browser.get("/api/fleet").await[0]["alarm"].as_str().unwrap().to_owned();
    assert!(alarm.contains("từ dòng 2") && alarm.contains("Hãy gọi"), "{alarm}");
}

#[tokio::test]
async fn notices_reach_the_boxes_that_listen() {
    let (hub, side, other) = (TestHub::start(), SimulatedBox::new(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let browser = Browser::signed_in(&hub).await;
    let (status, code) =
        browser.post("/api/enrol-codes", json!({"unit_name": "Trường Mầm non Hoa Ban"})).await;
    assert_eq!(status, 201);
    let second = agent::enrol(&hub.url(), code["code"].as_str().unwrap(), "", "0.1.0").await.unwrap();
    let _one = Running::start(&enrolment, &side, BRISK);
    let _two = Running::start(&second, &other, BRISK);

    let notice =
        |unit: Value, title: &str| json!({"unit": unit, "title": title, "text": "Nộp trước ngày 30."});
    assert_eq!(browser.post("/api/notices", notice(json!(enrolment.unit), "Kiểm kê")).await.0, 204);
    until("the one has it", || side.received().len() == 1).await;
    assert_eq!(browser.post("/api/notices", notice(Value::Null, "Báo cáo")).await.0, 204);
    until("both have the second", || side.received().len() == 2 && other.received().len() == 1).await;
    let Message::Notice { title, .. } = &side.received()[0].message else { panic!("a notice") };
    assert_eq!(title, "Kiểm kê");

    for (body, status) in [
        (notice(json!(uuid::Uuid::from_u128(1)), "Kiểm kê"), 404),
        (notice(Value::Null, " "), 422),
        (notice(Value::Null, &"a".repeat(500)), 422),
        (json!({}), 422),
    ] {
        let (found, problem) = browser.post("/api/notices", body).await;
        assert_eq!(found, status, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("Hãy"), "{problem}");
    }
}

#[tokio::test]
async fn a_box_shut_out_is_told_so_until_it_is_let_in() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let browser = Browser::signed_in(&hub).await;
    assert_eq!(browser.post(&format!("/api/units/{}/shut-out", enrolment.unit), json!({})).await.0, 204);
    assert_eq!(sync_once(&enrolment, side.clone()).await.unwrap_err().code(), "link.shut_out");
    assert_eq!(browser.get("/api/fleet").await[0]["shut_out"], true);
    assert_eq!(browser.post(&format!("/api/units/{}/let-in", enrolment.unit), json!({})).await.0, 204);
    sync_once(&enrolment, side).await.unwrap();
}

#[tokio::test]
async fn annexes_in_files_of_their_own_come_with_their_document() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let [pdf, first, second] = [1, 2, 3].map(|seed| side.put_blob(paper(seed, 1000)));
    let annex = |title: &str, pdf| Annex { title: title.into(), pdf };
    let annexes = vec![annex("Phụ lục I", first), annex("Phụ lục II", second)];
    side.register(&RegisterLine { annexes, ..line(1, Some(pdf)) });
    let round = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!(round.sent_blobs, 3);
    assert_eq!(hub.sound().await, (1, 3, 1));
    let shown = &Browser::signed_in(&hub).await.get("/api/lines").await["items"][0];
    assert_eq!(shown["annexes"][1]["title"], "Phụ lục II");
    let here = shown["annexes_here"].as_array().unwrap();
    assert!(here.len() == 2 && here.contains(&json!(first.to_string())), "{shown}");
}
