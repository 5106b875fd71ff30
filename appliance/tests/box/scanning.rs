//! The scan desk through its routes, with a folder of images as the feeder and the real worker process.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use office::scans::{Command as Scans, Settings};
use office::{Actor, Command};
use serde_json::json;

use crate::school::{School, at_rest};

#[tokio::test(flavor = "multi_thread")]
async fn a_pile_of_sheets_becomes_pages_and_one_pdf() {
    let school = School::with_sheets(3).await;
    let clerk = school.clerk().await;
    let scan = clerk.scan().await;
    assert_eq!(
        (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
        (Some("done"), 3),
        "{scan}"
    );

    let path = format!("/api/scans/{}", scan["id"].as_str().unwrap());
    let (whole, small) = (
        clerk.get(&format!("{path}/pages/2.jpg")).await,
        clerk.get(&format!("{path}/pages/2.jpg?size=small")).await,
    );
    assert_eq!(whole.headers["content-type"], "image/jpeg");
    assert!(!small.bytes.is_empty() && small.bytes.len() < whole.bytes.len());
    clerk.get(&format!("{path}/pages/4.jpg")).await.refused(404, "not_found");

    let paper = clerk.post(&format!("{path}/compose"), json!({})).await.json()["paper"].clone();
    assert_eq!((paper["id"].clone(), paper["pages"].as_u64()), (scan["id"].clone(), Some(3)));
    let again = clerk.post(&format!("{path}/compose"), json!({})).await.json();
    assert_eq!(again["paper"], paper, "the same pages are the same paper");
}

#[tokio::test(flavor = "multi_thread")]
async fn clerks_who_watch_see_pages_come_and_others_do_not() {
    let school = School::with_sheets(2).await;
    let (clerk, teacher) = (school.clerk().await, school.signed_in("teacher").await);
    let live = async |who: &crate::school::Person<'_>| {
        let response = school.send(who.request(Method::GET, "/api/live", "", Body::empty(), &[])).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    };
    let (mut watched, mut unwatched) = (live(&clerk).await, live(&teacher).await);
    clerk.scan().await;
    let mut told = String::new();
    while told.matches("event: page").count() < 2 {
        told += std::str::from_utf8(&watched.next().await.unwrap().unwrap()).unwrap();
    }
    assert!(told.contains("event: changed") && told.contains(r#""topics":["scans"]"#), "{told}");

    // Something both may hear, so that "nothing about scans" is not merely "nothing yet".
    let amended = json!({"version": 1, "name": "Trường THCS Hoa Mai Vàng", "abbreviation": "THCSHM"});
    school.signed_in("it").await.post("/api/unit/amend", amended).await;
    let mut told = String::new();
    while !told.contains(r#""unit""#) {
        told += std::str::from_utf8(&unwatched.next().await.unwrap().unwrap()).unwrap();
    }
    assert!(!told.contains("event: page") && !told.contains("event: scan"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_is_stopped_keeps_the_pages_it_has_and_can_go_on() {
    let school = School::with_sheets(40).await;
    let clerk = school.clerk().await;
    let device = clerk.get("/api/scanners").await.json()["devices"][0]["id"].clone();
    let asked = json!({"device": device, "source": "feeder", "colour": "grey", "dpi": 150, "paper": "a4"});
    let begun = clerk.post("/api/scans", asked).await.json();
    let path = format!("/api/scans/{}", begun["id"].as_str().unwrap());
    clerk.until(&path, |scan| !scan["pages"].as_array().unwrap().is_empty()).await;
    let stopped = clerk.post(&format!("{path}/cancel"), json!({})).await.json();
    let kept = stopped["pages"].as_array().unwrap().len();
    assert_eq!(stopped["state"], "cancelled", "{stopped}");
    assert!((1..40).contains(&kept), "{kept} pages");

    assert_eq!(clerk.post(&format!("{path}/continue"), json!({})).await.status, StatusCode::OK);
    let done = clerk.until(&path, at_rest).await;
    assert!(done["state"] == "done" && done["pages"].as_array().unwrap().len() > kept, "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_feeder_says_so_and_the_scan_goes_on_once_there_is_paper() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let feeder = school.folder.path().join("feeder");
    let sheet = std::fs::read(feeder.join("sheet-01.png")).unwrap();
    clerk.get("/api/scanners").await;
    std::fs::remove_file(feeder.join("sheet-01.png")).unwrap();
    let scan = clerk.scan().await;
    assert_eq!(
        (scan["state"].as_str(), scan["error"]["code"].as_str()),
        (Some("failed"), Some("scan.feeder_empty"))
    );
    assert!(scan["error"]["sentence"].as_str().unwrap().contains("đặt giấy vào khay"), "{scan}");
    let path = format!("/api/scans/{}", scan["id"].as_str().unwrap());
    clerk.post(&format!("{path}/compose"), json!({})).await.refused(422, "scan.no_pages");

    std::fs::write(feeder.join("sheet-01.png"), sheet).unwrap();
    assert_eq!(clerk.post(&format!("{path}/continue"), json!({})).await.status, StatusCode::OK);
    let scan = clerk.until(&path, at_rest).await;
    assert_eq!(
        (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
        (Some("done"), 1),
        "{scan}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_cut_by_a_power_failure_is_failed_with_its_pages_and_can_go_on() {
    let school = School::with_sheets(2).await;
    let clerk = Actor::Person(school.viewer("clerk").await);
    let device = school.clerk().await.get("/api/scanners").await.json()["devices"][0]["id"].clone();
    let settings = Settings {
        device: device.as_str().unwrap().into(),
        source: "feeder".into(),
        colour: "grey".into(),
        dpi: 150,
        paper: "a4".into(),
        ..Settings::default()
    };
    let begun = school
        .desk
        .execute(clerk, Command::Scans(Scans::Start { settings, queued: false, owner: None }))
        .await
        .unwrap();
    let school = school.restarted().await;
    let clerk = school.clerk().await;
    let path = format!("/api/scans/{}", begun.id.unwrap());
    let scan = clerk.get(&path).await.json();
    assert_eq!(
        (scan["state"].as_str(), scan["error"]["code"].as_str()),
        (Some("failed"), Some("scan.interrupted"))
    );
    clerk.post(&format!("{path}/continue"), json!({})).await;
    let scan = clerk.until(&path, at_rest).await;
    assert_eq!(
        (scan["state"].as_str(), scan["pages"].as_array().unwrap().len()),
        (Some("done"), 2),
        "{scan}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_wishes_and_unknown_scanners_are_refused_in_words() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let device = clerk.get("/api/scanners").await.json()["devices"][0]["id"].clone();
    let good = json!({"device": device, "source": "feeder", "colour": "grey", "dpi": 150, "paper": "a4"});
    for (field, value, code) in [
        ("source", json!("tray"), "scan.setting"),
        ("dpi", json!(9), "scan.setting"),
        ("device", json!("usb:none"), "scan.scanner_gone"),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        clerk.post("/api/scans", wrong).await.refused(422, code);
    }
    school.signed_in("head").await.post("/api/scans", good).await.refused(403, "rights.missing");
}
