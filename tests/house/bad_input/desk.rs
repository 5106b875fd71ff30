//! Bad luck and hurried hands at the scan desk: browsers that leave, plugs that are pulled, two clerks at one stack,
//! strangers in the copiers' folder. Every page is there afterwards, once, and no button leads into a corner.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use xtask::demo::client::{Answer, Client, Trouble};

use super::feeder::{Feeder, number_on};
use super::support::{School, fixture, folder, refused, scanned, scanner_of, upload, wait_for};

/// Pages of the file that is brought: enough to be half way when something happens.
const PAGES: u32 = 60;

/// A TIFF of small grey pages, no two alike.
fn tiff(pages: u32) -> Vec<u8> {
    const SIDE: u32 = 64;
    const ENTRIES: u32 = 9;
    const HEAD: u32 = 2 + 12 * ENTRIES + 4;
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for page in 0..pages {
        let begin = 8 + page * (HEAD + SIDE * SIDE);
        let entries = [
            (256, SIDE),
            (257, SIDE),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, begin + HEAD),
            (277, 1),
            (278, SIDE),
            (279, SIDE * SIDE),
        ];
        file.extend((ENTRIES as u16).to_le_bytes());
        for (tag, value) in entries {
            file.extend((tag as u16).to_le_bytes());
            file.extend([4, 0, 1, 0, 0, 0]);
            file.extend(u32::to_le_bytes(value));
        }
        let next = if page + 1 == pages { 0 } else { begin + HEAD + SIDE * SIDE };
        file.extend(next.to_le_bytes());
        file.extend(
            (0..SIDE * SIDE).map(|at| if at / SIDE == page % SIDE { 0 } else { 255 - (page / SIDE) as u8 }),
        );
    }
    file
}

fn on_desk(clerk: &Client) -> Vec<Value> {
    clerk.get("/api/scans").unwrap()["items"].as_array().unwrap().clone()
}

fn pages(scan: &Value) -> u64 {
    scan["pages_total"].as_u64().unwrap()
}

fn seen(clerk: &Client, scan: &Value) -> Value {
    clerk.get(&format!("/api/scans/{}", scan["id"].as_str().unwrap())).unwrap()
}

fn ask(clerk: &Client, scan: &Value, what: &str, body: &Value) -> Answer {
    clerk.post(&format!("/api/scans/{}/{what}", scan["id"].as_str().unwrap()), body)
}

/// Of those who ask at once, one is heard; the others are told to look again.
fn one_is_heard(answers: Vec<Answer>) {
    let (heard, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(heard.len(), 1, "{heard:?} {others:?}");
    for other in others {
        assert!(matches!(&other, Err(Trouble::Refused { status: 409, .. })), "{other:?}");
    }
}

fn at_once(asks: Vec<Box<dyn FnOnce() -> Answer + Send + '_>>) -> Vec<Answer> {
    thread::scope(|scope| {
        let asked: Vec<_> = asks.into_iter().map(|ask| scope.spawn(ask)).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    })
}

#[test]
fn a_file_comes_whole_or_not_at_all_whoever_leaves_and_whatever_is_unplugged() {
    let mut school = School::open("whole-files", &[]);
    let (clerk, cookie) = (school.clerk(), school.cookie(&school.staff.clerk));
    let file = tiff(PAGES);
    let request = upload(&cookie, file.len(), &file);
    let mut stream = school.connect();
    stream.write_all(&request).unwrap();
    wait_for("the file to come", || on_desk(&clerk).pop());
    drop(stream);
    let whole = || on_desk(&clerk).iter().any(|scan| pages(scan) == u64::from(PAGES));
    wait_for("the file whose browser left", || {
        let half = on_desk(&clerk).into_iter().find(|scan| !matches!(pages(scan), 0 | 60));
        assert!(half.is_none(), "half a file: {half:?}");
        whole().then_some(())
    });
    for turn in 0..6 {
        let sent = {
            let mut stream = school.connect();
            stream.write_all(&request).unwrap();
            stream
        };
        thread::sleep(Duration::from_millis(150 + 150 * turn));
        school.machine.unplug();
        drop(sent);
        school.machine.start().unwrap();
        for scan in on_desk(&school.clerk()) {
            assert!(matches!(pages(&scan), 0 | 60), "half a file: {scan}");
        }
    }
    school.goes_on();
    school.closes_sound();
}

#[test]
fn a_copiers_stack_cannot_be_merged_by_halves() {
    let school = School::open("merged-inbox", &[]);
    let (clerk, cookie) = (school.clerk(), school.cookie(&school.staff.clerk));
    let page = fs::read(fixture("pages/p01.jpg")).unwrap();
    school.raw(&upload(&cookie, page.len(), &page));
    let mine = on_desk(&clerk).remove(0);
    let inbox = school.folder.join("data/inbox");
    wait_for("the folder", || inbox.is_dir().then_some(()));
    fs::write(inbox.join("chồng.tif"), tiff(PAGES)).unwrap();
    wait_for("the merge", || {
        let stack = on_desk(&clerk).into_iter().find(|scan| scan["from"] == "folder")?;
        let (mine, stack) = (seen(&clerk, &mine), seen(&clerk, &stack));
        let merge =
            json!({"version": mine["version"], "from": stack["id"], "from_version": stack["version"]});
        ask(&clerk, &mine, "merge", &merge).ok()
    });
    wait_for("the file to be put away", || fs::read_dir(inbox.join("da-nhan")).ok()?.next().map(drop));
    assert_eq!(pages(&seen(&clerk, &mine)), u64::from(PAGES) + 1);
    school.closes_sound();
}

/// Whoever may write to the share may write among the files under way, too.
#[test]
fn what_a_stranger_lays_among_the_files_under_way_holds_nothing_up_and_mixes_with_nothing() {
    let school = School::open("under-way", &[]);
    let clerk = school.clerk();
    let inbox = school.folder.join("data/inbox");
    wait_for("the folder", || inbox.is_dir().then_some(()));
    let page = fixture("pages/p01.jpg");
    let come =
        |name: &str| wait_for(name, || on_desk(&clerk).into_iter().find(|scan| scan["device_label"] == name));
    fs::copy(&page, inbox.join("một.jpg")).unwrap();
    let first = come("một.jpg");
    let under_way = inbox.join(".dang-nhan");
    fs::create_dir_all(under_way.join("5/thư mục")).unwrap();
    fs::create_dir_all(under_way.join("6")).unwrap();
    symlink("/etc/passwd", under_way.join("6/passwd.pdf")).unwrap();
    fs::copy(&page, inbox.join("hai.jpg")).unwrap();
    come("hai.jpg");
    // As if it had been taken before the first came.
    fs::create_dir_all(under_way.join("1")).unwrap();
    fs::write(under_way.join("1/lạ.tif"), tiff(3)).unwrap();
    let strange = come("lạ.tif");
    wait_for("the strange pages", || (pages(&seen(&clerk, &strange)) == 3).then_some(()));
    assert_eq!(pages(&seen(&clerk, &first)), 1);
    school.closes_sound();
}

#[test]
fn a_pdf_without_pages_cannot_be_arranged_away() {
    let school = School::open("arranged-away", &[]);
    let (clerk, cookie) = (school.clerk(), school.cookie(&school.staff.clerk));
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n";
    let answer = school.raw(&upload(&cookie, pdf.len(), pdf));
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let scan = on_desk(&clerk).remove(0);
    let none = json!({"version": scan["version"], "pages": []});
    refused(ask(&clerk, &scan, "arrange", &none), 422, "scan.no_pages");
    assert!(seen(&clerk, &scan)["paper"].is_object());
    assert_eq!(clerk.bytes(&format!("/api/scans/{}/paper", scan["id"].as_str().unwrap())).unwrap(), pdf);
    school.closes_sound();
}

/// A scan of this stack, to its end or its stop.
fn scan(clerk: &Client, feeder: &Feeder, stack: &[Vec<u32>], by_hand: bool) -> Value {
    feeder.lay(stack);
    let wish = json!({
        "device": scanner_of(clerk), "source": "feeder", "colour": "grey", "dpi": 75, "paper": "a5",
        "both_sides_by_hand": by_hand,
    });
    scanned(clerk, &clerk.post("/api/scans", &wish).unwrap())
}

fn numbers(clerk: &Client, scan: &Value) -> Vec<u32> {
    let scan = seen(clerk, scan);
    let path = format!("/api/scans/{}/pages", scan["id"].as_str().unwrap());
    let number = |page: &Value| number_on(&clerk.bytes(&format!("{path}/{}.jpg", page["page"])).unwrap());
    scan["pages"].as_array().unwrap().iter().map(number).collect()
}

#[test]
fn a_half_done_run_keeps_its_order_until_the_backs_are_there_or_somebody_says_it_is_enough() {
    let feeder = Feeder::empty(&folder("half-done"));
    let school = School::open("half-done", &feeder.variables());
    let clerk = school.clerk();
    let half = || {
        let half = scan(&clerk, &feeder, &[vec![2], vec![4], vec![6]], true);
        assert_eq!(half["state"], "turning");
        ask(&clerk, &half, "cancel", &json!({})).unwrap()
    };
    let job = half();
    let other = scan(&clerk, &feeder, &[vec![20]], false);
    let order = |scan: &Value, pages: &[u32]| json!({"version": scan["version"], "pages": pages.iter().map(|page| json!({"page": page})).collect::<Vec<_>>()});
    refused(ask(&clerk, &job, "arrange", &order(&job, &[3, 1, 2])), 409, "scan.half_done");
    let merge = json!({"version": job["version"], "from": other["id"], "from_version": other["version"]});
    refused(ask(&clerk, &job, "merge", &merge), 409, "scan.half_done");
    let merge = json!({"version": other["version"], "from": job["id"], "from_version": job["version"]});
    refused(ask(&clerk, &other, "merge", &merge), 409, "scan.half_done");
    feeder.lay(&[vec![7], vec![5], vec![3]]);
    ask(&clerk, &job, "continue", &json!({})).unwrap();
    assert_eq!(scanned(&clerk, &job)["state"], "done");
    assert_eq!(numbers(&clerk, &job), [2, 3, 4, 5, 6, 7]);

    let job = half();
    let enough = ask(&clerk, &job, "settle", &json!({"version": job["version"]})).unwrap();
    assert_eq!(enough["state"], "done");
    ask(&clerk, &enough, "arrange", &order(&enough, &[3, 1, 2])).unwrap();
    assert_eq!(numbers(&clerk, &job), [6, 2, 4]);
    school.closes_sound();
}

#[test]
fn of_two_clerks_at_one_stack_one_is_heard_and_no_page_is_lost() {
    let feeder = Feeder::empty(&folder("two-clerks"));
    let school = School::open("two-clerks", &feeder.variables());
    let (one, two) = (school.clerk(), school.clerk());
    let stack: Vec<_> = (1..=6).map(|number| vec![number]).collect();
    let job = scan(&one, &feeder, &stack, false);
    let other = scan(&one, &feeder, &[vec![7], vec![8]], false);
    let all = || {
        let mut all: Vec<u32> = on_desk(&one).iter().flat_map(|scan| numbers(&one, scan)).collect();
        all.sort_unstable();
        all
    };
    for (what, body) in [
        (
            "arrange",
            json!({"pages": (1..=6).rev().map(|page| json!({"page": page, "opens": page % 2 == 0})).collect::<Vec<_>>()}),
        ),
        ("split", json!({})),
    ] {
        let mut body = body;
        body["version"] = seen(&one, &job)["version"].clone();
        let ask_as = |clerk: &'static str| {
            let (clerk, job, body) = (if clerk == "one" { &one } else { &two }, &job, &body);
            Box::new(move || ask(clerk, job, what, body)) as Box<dyn FnOnce() -> Answer + Send>
        };
        one_is_heard(at_once(vec![ask_as("one"), ask_as("two"), ask_as("one"), ask_as("two")]));
        assert_eq!(all(), (1..=8).collect::<Vec<_>>(), "after {what}");
    }
    let (job, other) = (seen(&one, &job), seen(&one, &other));
    let merge = |into: &Value, from: &Value| json!({"version": into["version"], "from": from["id"], "from_version": from["version"]});
    let (there, back) = (merge(&job, &other), merge(&other, &job));
    one_is_heard(at_once(vec![
        Box::new(|| ask(&one, &job, "merge", &there)),
        Box::new(|| ask(&two, &other, "merge", &back)),
    ]));
    assert_eq!(all(), (1..=8).collect::<Vec<_>>());
    let job = on_desk(&one).remove(0);
    feeder.lay(&[vec![9], vec![10]]);
    let empty = json!({});
    one_is_heard(at_once(vec![
        Box::new(|| ask(&one, &job, "continue", &empty)),
        Box::new(|| ask(&two, &job, "continue", &empty)),
    ]));
    scanned(&one, &job);
    assert_eq!(all(), (1..=10).collect::<Vec<_>>());
    school.goes_on();
    school.closes_sound();
}
