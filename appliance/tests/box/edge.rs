//! What every answer has, whatever it is about.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use futures_util::StreamExt;
use serde_json::json;

use crate::school::School;

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_browser_how_far_to_trust_it() {
    let school = School::with_sheets(0).await;
    for path in ["/", "/incoming", "/api/door", "/api/nothing-here"] {
        let response = school.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("x-frame-options").as_deref(), Some("SAMEORIGIN"), "{path}");
        assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
        let kind = header("content-type").unwrap();
        let policy = header("content-security-policy");
        assert_eq!(
            policy.is_some_and(|p| p.contains("script-src 'self'")),
            kind.starts_with("text/html"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_the_browser_has_is_not_sent_again() {
    let school = School::with_sheets(0).await;
    let first = school.send(Request::get("/").body(Body::empty()).unwrap()).await;
    let tag = first.headers()["etag"].clone();
    let again =
        school.send(Request::get("/").header("if-none-match", tag).body(Body::empty()).unwrap()).await;
    assert_eq!(again.status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_from_another_sites_page_is_refused() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    let mut request = clerk.request(Method::POST, "/api/sessions/end", "", Body::empty(), &[]);
    request.headers_mut().remove("x-requested-with");
    let response = school.send(request).await;
    assert_eq!(response.status(), 403);
    assert_eq!(clerk.get("/api/me").await.status, 200, "she is still signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_box_describes_all_of_its_routes_and_its_health() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    let described = clerk.get("/api/openapi.json").await.json();
    for path in
        ["/healthz", "/api/openapi.json", "/api/live", "/api/letters", "/api/scans/{id}/compose", "/api/link"]
    {
        assert!(described["paths"].get(path).is_some(), "{path} is not described");
    }
    let health = clerk.get("/healthz").await.json();
    assert_eq!(health["ok"], true);
    assert!(health["journal"]["seq"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_away_is_told_what_changed_meanwhile() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    let seen = [("last-event-id", "1")];
    let response = school.send(clerk.request(Method::GET, "/api/live", "", Body::empty(), &seen)).await;
    let first = response.into_body().into_data_stream().next().await.unwrap().unwrap();
    let told = std::str::from_utf8(&first).unwrap();
    let seq = *school.desk.journal().tip().borrow();
    assert!(told.contains(&format!("id: {seq}")) && told.contains("event: changed"), "{told}");
    assert!(told.contains("accounts"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_refuses_is_said_in_vietnamese_too() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    clerk.get("/api/letters/not-an-id").await.refused(400, "request.invalid");
    clerk.get("/api/sessions/end").await.refused(405, "request.method");
    clerk.get("/api/letters?year=this").await.refused(400, "request.invalid");
    clerk.post("/api/scans", json!("?")).await.refused(400, "request.invalid");
    clerk.post("/api/letters", json!({"note": "x".repeat(2 << 20)})).await.refused(413, "request.too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_out_hears_nothing_more() {
    let school = School::with_sheets(0).await;
    let clerk = school.clerk().await;
    let response = school.send(clerk.request(Method::GET, "/api/live", "", Body::empty(), &[])).await;
    let mut heard = response.into_body().into_data_stream();
    clerk.post("/api/sessions/end", json!({})).await;
    let ends = async { while heard.next().await.is_some() {} };
    assert!(
        tokio::time::timeout(Duration::from_secs(60), ends).await.is_ok(),
        "the line to a person who left stays open"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_above_is_described_before_there_is_one() {
    let school = School::with_sheets(0).await;
    let (clerk, it) = (school.clerk().await, school.signed_in("it").await);
    let link = clerk.get("/api/link").await.json();
    assert_eq!(link["state"], "not_enrolled");
    assert!(link["sentence"].as_str().unwrap().contains("Chưa nối với cấp trên"));
    let nowhere = json!({"hub_url": "phòng giáo dục", "code": "1234"});
    it.post("/api/link/enrol", nowhere.clone()).await.refused(422, "link.address");
    clerk.post("/api/link/enrol", nowhere).await.refused(403, "rights.missing");
    let nobody = json!({"hub_url": "http://127.0.0.1:9", "code": "1234"});
    it.post("/api/link/enrol", nobody).await.refused(422, "link.unreachable");
}
