//! Images of seal and signature: cut from paper, shown where they will stand before anybody signs, and there afterwards.

use std::io::Cursor;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use tempfile::TempDir;
use vanthu::Settings;

use crate::authority::{Authority, PIN};
use crate::school::{Answer, Person, School, id};
use crate::signing::{
    self, Keys, ask, at, created, done, letter_pdf, paper, poppler_calls_valid, released, settled,
};

const SEAL_MM: f32 = 36.0;
const RED: Rgb<u8> = Rgb([200, 40, 55]);

/// Paper with a round red seal in its middle.
fn with_seal(width: u32, height: u32, dpi: u32, (x_mm, y_mm): (f32, f32)) -> RgbImage {
    let per_mm = dpi as f32 / 25.4;
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = ((x as f32 + 0.5) / per_mm - x_mm, (y as f32 + 0.5) / per_mm - y_mm);
        let away = x.hypot(y) / (SEAL_MM / 2.0);
        let ring = (0.93..=1.0).contains(&away) || (0.70..=0.73).contains(&away);
        let letters = (0.76..0.90).contains(&away) && (y.atan2(x) * 14.0).sin() > 0.2;
        if ring || letters || away < 0.2 { RED } else { Rgb([250, 249, 246]) }
    })
}

/// Paper with a blue stroke like a signature.
fn with_signature() -> RgbImage {
    let mut page = RgbImage::from_pixel(1000, 500, Rgb([250, 249, 246]));
    for step in 0..6000 {
        let t = step as f32 / 6000.0;
        let (x, y) = (220.0 + 520.0 * t, 250.0 + 90.0 * (t * 19.0).sin() * (1.0 - 0.5 * t));
        for (dx, dy) in (0..49).map(|n| (n % 7, n / 7)) {
            page.put_pixel(x as u32 + dx, y as u32 + dy, Rgb([30, 50, 150]));
        }
    }
    page
}

fn png(page: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    page.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn cut(person: &Person<'_>, kind: &str, scan: Vec<u8>) -> Answer {
    let path = format!("/api/impressions?kind={kind}&dpi=300");
    person.ask(Method::POST, &path, "application/octet-stream", Body::from(scan), &[]).await
}

/// Left, top, right and bottom of what is red, in millimetres.
fn red(page: &RgbImage, dpi: u32) -> [f32; 4] {
    let mut found = [u32::MAX, u32::MAX, 0, 0];
    for (x, y, Rgb([red, green, blue])) in page.enumerate_pixels() {
        if i32::from(*red) > i32::from(*green).max(i32::from(*blue)) + 60 {
            found = [found[0].min(x), found[1].min(y), found[2].max(x + 1), found[3].max(y + 1)];
        }
    }
    assert!(found[2] > 0, "nothing is red");
    found.map(|px| px as f32 * 25.4 / dpi as f32)
}

/// Where the seal itself is in the place of its image.
fn ink(place: &Value) -> [f32; 4] {
    let mm = |name: &str| place[name].as_f64().unwrap() as f32;
    let [x, y] = [mm("left_mm") + mm("width_mm") / 2.0, mm("top_mm") + mm("height_mm") / 2.0];
    [x - SEAL_MM / 2.0, y - SEAL_MM / 2.0, x + SEAL_MM / 2.0, y + SEAL_MM / 2.0]
}

fn near(one: [f32; 4], other: [f32; 4], most_mm: f32) -> bool {
    one.iter().zip(other).all(|(a, b)| (a - b).abs() <= most_mm)
}

#[tokio::test(flavor = "multi_thread")]
async fn seal_and_signature_are_cut_from_paper_and_stand_where_they_were_shown() {
    let (school, authority) = (School::with_sheets(1).await, Authority::open());
    let (clerk, head) = (school.clerk().await, school.signed_in("head").await);
    let keys = Keys::of(&school, &authority).await;
    let seal = created(&cut(&clerk, "seal", png(with_seal(1000, 1000, 300, (40.0, 42.0)))).await);
    // The image has a soft edge around the ink.
    let width = seal["width_mm"].as_f64().unwrap() as f32;
    assert!((SEAL_MM..SEAL_MM + 2.0).contains(&width), "{seal}");
    let signature = created(&cut(&head, "signature", png(with_signature())).await)["id"].clone();
    let picture = clerk.get(&format!("/api/impressions/{}/picture.png", id(&seal["id"]))).await;
    let picture = image::load_from_memory(&picture.bytes).unwrap().into_rgba8();
    let (width, height) = picture.dimensions();
    assert_eq!(picture.get_pixel(0, 0).0[3], 0, "nothing where the paper was");
    assert!(picture.pixels().any(|pixel| pixel.0[3] > 200), "and ink where it was");
    assert_eq!(width, height);
    school
        .signed_in("teacher")
        .await
        .get(&format!("/api/impressions/{}/picture.png", id(&seal["id"])))
        .await
        .refused(404, "not_found");

    let letter = released(&clerk, letter_pdf()).await;
    let hand = |hand: &str| at(&letter, &format!("/signing-proposal?hand={hand}"));
    let proposed = done(&head.get(&hand("sign")).await);
    assert_eq!(
        (&proposed["look"]["kind"], &proposed["how"]),
        (&json!("picture"), &json!("text")),
        "{proposed}"
    );
    assert_eq!((&proposed["title"], &proposed["name"]), (&json!("HIỆU TRƯỞNG"), &json!("Trịnh Quốc Bảo")));
    done(&ask(&head, &letter, "sign", &keys.head, json!({"look": proposed["look"]})).await);
    assert_eq!(settled(&head, &letter).await["signatures"][0]["state"], "signed");

    let proposed = done(&clerk.get(&hand("seal")).await);
    let look = proposed["look"].clone();
    // Nobody sees another's signature on a page, nor one hand's image under the other.
    for (person, hand, image) in [
        (&clerk, "sign", &signature),
        (&clerk, "seal", &signature),
        (&head, "seal", &signature),
        (&head, "sign", &seal["id"]),
        (&clerk, "seal", &json!("00000000-0000-7000-8000-000000000000")),
    ] {
        let mut foreign = look.clone();
        foreign["impression"] = image.clone();
        let asked = json!({"hand": hand, "look": foreign});
        person.post(&at(&letter, "/signing-preview"), asked).await.refused(404, "not_found");
    }
    assert_eq!((&look["kind"], &proposed["shows_seal"]), (&json!("picture"), &json!(false)), "{proposed}");
    let shown = clerk.post(&at(&letter, "/signing-preview"), json!({"hand": "seal", "look": look})).await;
    assert_eq!(shown.status, StatusCode::OK);
    let shown = image::load_from_memory(&shown.bytes).unwrap().into_rgb8();
    assert!(near(red(&shown, 110), ink(&look["place"]), 0.5), "{:?} where {look}", red(&shown, 110));
    let mut moved = look.clone();
    moved["place"]["left_mm"] = json!(look["place"]["left_mm"].as_f64().unwrap() - 20.0);
    done(&ask(&clerk, &letter, "seal", &keys.unit, json!({"look": moved})).await);
    assert_eq!(settled(&clerk, &letter).await["seal"]["state"], "sealed");
    let pdf = paper(&clerk, &letter).await;
    poppler_calls_valid(&pdf, 2);
    let drawn = drawn(&pdf);
    assert!(near(red(&drawn, 200), ink(&moved["place"]), 0.3), "{:?} where {moved}", red(&drawn, 200));
    // A seal that was withdrawn is shown no more.
    let next = released(&clerk, letter_pdf()).await;
    let withdraw = format!("/api/impressions/{}/withdraw", id(&seal["id"]));
    assert_eq!(clerk.post(&withdraw, json!({})).await.status, StatusCode::NO_CONTENT);
    let shown = clerk.post(&at(&next, "/signing-preview"), json!({"hand": "seal", "look": look})).await;
    shown.refused(404, "not_found");
    school.closed().await;
}

/// Page one as poppler draws it at 200 dpi.
fn drawn(pdf: &[u8]) -> RgbImage {
    let folder = tempfile::tempdir().unwrap();
    let [file, out] = ["sealed.pdf", "page"].map(|name| folder.path().join(name));
    std::fs::write(&file, pdf).unwrap();
    let status = std::process::Command::new("pdftoppm")
        .args(["-r", "200", "-singlefile"])
        .args([&file, &out])
        .status();
    assert!(
        status.expect("pdftoppm is missing: run `cargo xtask setup`, or install poppler-utils").success()
    );
    image::open(out.with_extension("ppm")).unwrap().into_rgb8()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_impression_is_refused_in_words() {
    let school = School::with_sheets(1).await;
    let clerk = school.clerk().await;
    let blank = RgbImage::from_pixel(800, 800, Rgb([250, 249, 246]));
    let mut two = RgbImage::from_pixel(2000, 1000, Rgb([250, 249, 246]));
    let one = with_seal(1000, 1000, 300, (42.0, 42.0));
    image::imageops::replace(&mut two, &one, 0, 0);
    image::imageops::replace(&mut two, &one, 1000, 0);
    for (scan, code) in [
        (png(blank), "impression.nothing"),
        (png(two), "impression.several"),
        (png(with_seal(1000, 1000, 300, (10.0, 42.0))), "impression.cut_off"),
        (png(image::imageops::grayscale(&one)), "impression.grey"),
        (letter_pdf(), "impression.unreadable"),
        (b"x".to_vec(), "impression.unreadable"),
    ] {
        cut(&clerk, "seal", scan).await.refused(422, code);
    }
    let path = "/api/impressions?kind=seal";
    let unmeasured = clerk.ask(Method::POST, path, "application/octet-stream", png(one).into(), &[]).await;
    unmeasured.refused(422, "impression.no_dpi");
    assert_eq!(clerk.get("/api/impressions").await.json(), json!([]));
    school.closed().await;
}

/// A feeder with one sheet that bears a seal already.
async fn with_a_sealed_sheet() -> School {
    let folder = TempDir::new().unwrap();
    let feeder = folder.path().join("feeder");
    std::fs::create_dir_all(&feeder).unwrap();
    with_seal(900, 1200, 150, (90.0, 130.0)).save(feeder.join("sheet-01.png")).unwrap();
    let mut settings = Settings::new(folder.path().join("data"), Path::new(env!("CARGO_BIN_EXE_vanthu")));
    settings.via = scanner::Via::Folder(feeder);
    School::founded(folder, settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_shows_a_seal_gets_a_second_image_only_knowingly() {
    let (school, authority) = (with_a_sealed_sheet().await, Authority::open());
    let clerk = school.clerk().await;
    let unit = created(&signing::add_key(&clerk, &authority.unit("unit"), PIN, &[]).await)["id"].clone();
    let seal =
        created(&cut(&clerk, "seal", png(with_seal(1000, 1000, 300, (40.0, 42.0)))).await)["id"].clone();
    let mut settings = clerk.get("/api/signing-settings").await.json();
    settings["preset"] = "seal_image".into();
    done(&clerk.post("/api/signing-settings", settings).await);
    let scan = clerk.scan().await;
    done(&clerk.post(&format!("/api/scans/{}/compose", id(&scan["id"])), json!({})).await);
    let letter = signing::registered(&clerk, &scan["id"]).await;
    let proposed = done(&clerk.get(&at(&letter, "/signing-proposal?hand=seal")).await);
    assert_eq!(
        (&proposed["shows_seal"], &proposed["look"]["kind"]),
        (&json!(true), &json!("corner")),
        "{proposed}"
    );
    let second = json!({"look": {"kind": "corner_seal", "impression": seal}});
    ask(&clerk, &letter, "seal", &unit, second).await.refused(422, "seal.second");
    assert_eq!(clerk.get(&at(&letter, "")).await.json()["seal"]["state"], "none");

    let knowingly = json!({"look": {"kind": "corner_seal", "impression": seal, "second_seal": true}});
    done(&ask(&clerk, &letter, "seal", &unit, knowingly).await);
    assert_eq!(settled(&clerk, &letter).await["seal"]["state"], "sealed");
    let asked = signing::entries(&school, "letter.seal_requested");
    assert!(asked[0].contains("\"second_seal\":true"), "the decision is recorded: {asked:?}");
    poppler_calls_valid(&paper(&clerk, &letter).await, 1);
    school.closed().await;
}
