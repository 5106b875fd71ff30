//! A paper made to fit in so many MB: the steps it took, what it is after, and when it may not be.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::paper::{drawn_pdf, signed};
use crate::school::{Answer, Person, School, fixture, id};

async fn bring(person: &Person<'_>, path: &str, body: impl Into<Body>) -> Value {
    let name = [("x-file-name", "a.jpg")];
    let answer = person.ask(Method::POST, path, "application/octet-stream", body.into(), &name).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    answer.json()
}

/// Six pages as schools scan them, on the desk.
async fn six_pages(person: &Person<'_>) -> Value {
    let page = |n: usize| std::fs::read(fixture(&format!("pages/p0{n}.jpg"))).unwrap();
    let mut scan = bring(person, "/api/uploads", page(1)).await["scan"].clone();
    for n in [2, 3, 4, 1, 2] {
        let behind = format!("/api/uploads?scan={}", id(&scan["id"]));
        scan = bring(person, &behind, page(n)).await["scan"].clone();
    }
    assert_eq!(scan["pages_total"], 6);
    // What is seen of a page makes it straight: sizes are the same only once all were looked at.
    let seen = |scan: &Value| scan["pages"].as_array().unwrap().iter().all(|page| page["seen"].is_object());
    person.until(&format!("/api/scans/{}", id(&scan["id"])), seen).await
}

async fn ask(person: &Person<'_>, scan: &Value, most_bytes: Value) -> Answer {
    person.post(&format!("/api/scans/{}/fit", id(&scan["id"])), json!({"most_bytes": most_bytes})).await
}

/// Asks, and waits until the last step is made.
async fn fitted(person: &Person<'_>, scan: &Value, most_bytes: Value) -> Value {
    let begun = ask(person, scan, most_bytes).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.json());
    let path = format!("/api/scans/{}/fit", id(&scan["id"]));
    person.until(&path, |fit| fit["working"] == false).await
}

fn sizes(fit: &Value) -> Vec<u64> {
    fit["steps"].as_array().unwrap().iter().map(|step| step["bytes"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn six_pages_are_packed_until_they_fit_and_as_usual_again() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let scan = six_pages(&clerk).await;
    let path = format!("/api/scans/{}", id(&scan["id"]));
    let composed = clerk.post(&format!("{path}/compose"), json!({})).await.json()["paper"].clone();
    assert_eq!(
        (&composed["made"]["step"], composed["made"].get("most_bytes")),
        (&json!("usual"), Some(&Value::Null))
    );

    let before = school.desk.journal().blobs().names().unwrap();
    let none = fitted(&clerk, &scan, json!(100_000)).await;
    let [usual, tight, tightest] = sizes(&none)[..] else { panic!("{none}") };
    assert!(usual > tight && tight > tightest && tightest > 100_000, "{none}");
    assert_eq!((&none["refused"]["code"], &none["paper"]), (&json!("fit.too_large"), &composed));
    let said = none["refused"]["detail"].as_str().unwrap();
    assert!(said.contains("quá ") && said.contains("200 dpi") && said.contains("đen trắng"), "{said}");
    assert_eq!(school.desk.journal().blobs().names().unwrap(), before, "what was too large is not kept");

    let between = (usual + tight) / 2;
    let fit = fitted(&clerk, &scan, json!(between)).await;
    assert_eq!((sizes(&fit), &fit["refused"]), (vec![usual, tight], &Value::Null));
    assert_eq!(fit["steps"][1], json!({"step": "tight", "name": "Gọn", "bytes": tight, "fits": true}));
    assert!(fit["told"].as_str().unwrap().starts_with("Như thường: "), "{fit}");
    let paper = &fit["paper"];
    assert_eq!((&paper["bytes"], &paper["made"]["step_name"]), (&json!(tight), &json!("Gọn")));
    assert_eq!(clerk.get(&path).await.json()["paper"], *paper, "whoever looks sees the step");
    assert_eq!(clerk.get(&format!("{path}/paper")).await.bytes.len() as u64, tight);

    // The wish stays with the job: fewer pages fit as usual.
    let version = clerk.get(&path).await.json()["version"].clone();
    let fewer = json!({"version": version, "pages": [{"page": 1}]});
    assert_eq!(clerk.post(&format!("{path}/arrange"), fewer).await.status, StatusCode::OK);
    let one = clerk.post(&format!("{path}/compose"), json!({})).await.json()["paper"].clone();
    assert_eq!(
        (&one["made"]["step"], &one["made"]["most_bytes"]),
        (&json!("usual"), &json!(between)),
        "{one}"
    );

    let again = fitted(&clerk, &scan, Value::Null).await;
    assert_eq!(
        again["paper"]["made"],
        json!({"step": "usual", "step_name": "Như thường", "most_bytes": null, "plain": one["made"]["plain"]})
    );
    school.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_filed_or_brought_whole_is_not_packed() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let scan = clerk.scan().await;
    for most in [99_999, 1_000_000_001_u64] {
        ask(&clerk, &scan, json!(most)).await.refused(422, "fit.size");
    }
    let composed = clerk.post(&format!("/api/scans/{}/compose", id(&scan["id"])), json!({})).await.json();
    let name = composed["paper"]["name"].as_str().unwrap().parse().unwrap();
    let pdf = school.desk.journal().blobs().read(&name).unwrap().unwrap();
    for (brought, code, status) in [
        (signed(&pdf), "paper.signed", 409),
        (drawn_pdf().into_bytes(), "fit.as_brought", 422),
        (pdf, "fit.as_brought", 422),
    ] {
        let brought = bring(&clerk, "/api/uploads", brought).await;
        assert_eq!(brought["paper"]["made"], Value::Null);
        ask(&clerk, &brought["scan"], json!(1_000_000)).await.refused(status, code);
    }
    let slip = json!({"book": "incoming", "issuing_body": "Phòng Nội vụ", "reference_code": "1/A",
        "issue_date": "2026-01-12", "document_type": "notice", "subject": "Thử", "paper": id(&scan["id"])});
    assert_eq!(clerk.post("/api/letters", slip).await.status, StatusCode::CREATED);
    ask(&clerk, &scan, json!(1_000_000)).await.refused(409, "paper.filed");
    ask(&clerk, &scan, Value::Null).await.refused(409, "paper.filed");
    school.closed().await;
}
