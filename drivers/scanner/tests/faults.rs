//! Drivers that hang, crash and lie: the scan fails with a name for it, and the next one works.
#![allow(clippy::unwrap_used, reason = "a test whose helper cannot go on has failed")]

mod support;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use scanner::{CancellationToken, Patience, Progress, Request, ScanError, Source};
use support::{DEADLINE, Desk, captures, from_feeder, in_colour, request, scan, until};

/// The device of the misbehaving library.
const FAULTY: &str = "faulty:0";
/// What its feeder holds.
const SHEETS: usize = 3;
/// Within this a worker that hangs has been replaced, as a school is promised.
const REPLACED: Duration = Duration::from_secs(10);

/// Where a driver may hang, crash or end the process while a page is being made.
const PLACES: [&str; 4] = ["start", "read", "mid-page", "end-of-page"];

#[tokio::test]
async fn a_driver_that_hangs_crashes_or_leaves_at_any_page_costs_that_page_only() {
    for way in ["hang", "crash", "leave"] {
        for place in PLACES {
            let fault = format!("{way}-in-{place}");
            let expected = if way == "hang" { "scan.hung" } else { "scan.worker_died" };
            for (request, sheet, kept) in [(request(FAULTY), "1", 0), (from_feeder(FAULTY), "3", 2)] {
                fails(&fault, sheet, request, expected, kept).await;
            }
        }
    }
}

#[tokio::test]
async fn a_driver_that_hangs_or_crashes_before_a_page_is_replaced() {
    for place in ["init", "get-devices", "open"] {
        fails(&format!("hang-in-{place}"), "1", request(FAULTY), "scan.hung", 0).await;
        fails(&format!("crash-in-{place}"), "1", request(FAULTY), "scan.worker_died", 0).await;
    }
}

#[tokio::test]
async fn parameters_and_answers_that_cannot_be_are_refused() {
    let cases = [
        ("no-width", "scan.invalid"),
        ("negative-width", "scan.invalid"),
        ("negative-stride", "scan.invalid"),
        ("no-lines", "scan.invalid"),
        ("negative-lines", "scan.invalid"),
        ("short-lines", "scan.invalid"),
        ("huge", "scan.invalid"),
        ("huge-lines", "scan.invalid"),
        ("no-depth", "scan.invalid"),
        ("unknown-frame", "scan.invalid"),
        ("reads-too-much", "scan.invalid"),
        ("reads-less-than-nothing", "scan.invalid"),
        ("endless-page", "scan.invalid"),
        ("more-than-announced", "scan.invalid"),
        ("unknown-status", "scan.io"),
        ("unplugged-in-mid-page", "scan.io"),
        ("paper-ends-in-mid-page", "scan.io"),
        ("jam", "scan.jammed"),
        ("double-feed", "scan.double_feed"),
        // To say again and again that there is nothing yet is to hang.
        ("reads-nothing", "scan.hung"),
    ];
    for (fault, expected) in cases {
        fails(fault, "1", request(FAULTY), expected, 0).await;
        fails(fault, "2", from_feeder(FAULTY), expected, 1).await;
    }
}

#[tokio::test]
async fn colour_passes_that_do_not_fit_are_refused() {
    for fault in ["same-pass-again", "passes-that-change", "passes-that-end-in-grey"] {
        fails(fault, "1", request(FAULTY), "scan.invalid", 0).await;
    }
}

#[tokio::test]
async fn what_cannot_be_opened_or_is_not_there_is_said() {
    for (fault, expected) in [("open-fails", "scan.io"), ("no-devices", "scan.no_scanner")] {
        let desk = Desk::with_faulty_library(fault);
        let (outcome, kept) = scan(&desk.scanners(), request(FAULTY)).await;
        assert_eq!((outcome.unwrap_err().code(), kept.len()), (expected, 0), "{fault}");
    }
}

/// With the patience of a real box. The clock starts when the driver hangs and stops when another worker has
/// brought a page.
#[tokio::test]
async fn a_read_that_hangs_is_replaced_in_time() {
    let replaced = async |fault: &str| {
        let desk = once(Desk::with_faulty_library(fault)).patience(Patience::default());
        let scanners = desk.scanners();
        let (kept, hangs) = (Cell::new(0), tokio::sync::Notify::new());
        let scans = async {
            assert_eq!(scan(&scanners, request(FAULTY)).await.0, Err(ScanError::Hung), "{fault}");
            kept.set(captures(&scanners, request(FAULTY)).await.len());
            hangs.notified().await;
        };
        let clock = async {
            until(fault, || desk.folder.path().join(HAPPENED).exists()).await;
            hangs.notify_one();
            let in_time = async {
                while kept.get() == 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(REPLACED, in_time).await.unwrap_or_else(|_| panic!("too late: {fault}"));
        };
        tokio::join!(scans, clock);
    };
    tokio::join!(replaced("hang-in-read"), replaced("hang-in-mid-page"), replaced("hang-in-end-of-page"));
}

/// Which of the two patiences ends a hang: the long one where a driver may be warming up, the short one elsewhere.
/// The other one is an hour, and would be missed.
#[tokio::test]
async fn only_where_a_lamp_may_be_warming_up_is_there_a_minute() {
    let cases = [
        (FAULTY, "get-devices", true),
        (FAULTY, "open", true),
        (FAULTY, "start", true),
        (FAULTY, "read", false),
        (FAULTY, "mid-page", false),
        (FAULTY, "end-of-page", false),
        // This driver starts at once and warms the lamp up when it is read from.
        ("plustek:faulty", "read", true),
        ("plustek:faulty", "mid-page", false),
    ];
    let (hour, short) = (Duration::from_secs(3600), Duration::from_secs(2));
    for (device, place, may_warm_up) in cases {
        let (first_line, next_line) = if may_warm_up { (short, hour) } else { (hour, short) };
        let desk = Desk::with_faulty_library(&format!("hang-in-{place}")).env("FAULT_DEVICE", device);
        let scanners = desk.patience(Patience { first_line, next_line, cancel: short }).scanners();
        assert_eq!(scan(&scanners, request(device)).await.0, Err(ScanError::Hung), "{device} in {place}");
    }
}

/// Debian's own `test` driver does this now and then: it cancels its reader thread in the middle of an allocation and
/// then waits for it for ever.
#[tokio::test]
async fn a_driver_that_never_lets_go_costs_its_worker_and_no_page() {
    for fault in ["hang-in-cancel", "crash-in-cancel", "hang-in-close", "crash-in-close"] {
        let desk = once(Desk::with_faulty_library(fault));
        let scanners = desk.scanners();
        assert_eq!(captures(&scanners, from_feeder(FAULTY)).await.len(), SHEETS, "{fault}");
        assert_eq!(captures(&scanners, from_feeder(FAULTY)).await.len(), SHEETS, "after {fault}");
        assert!(desk.folder.path().join(HAPPENED).exists(), "it did happen: {fault}");
    }
}

#[tokio::test]
async fn where_a_device_was_seen_last_spares_asking_every_driver() {
    let seen = |address: &str| Request { address: Some(address.into()), ..request(FAULTY) };
    for fault in ["hang-in-get-devices", "crash-in-get-devices", "no-devices"] {
        let desk = Desk::with_faulty_library(fault);
        assert_eq!(captures(&desk.scanners(), seen(FAULTY)).await.len(), 1, "{fault}");
    }
    // What stands elsewhere by now is not taken for it.
    let scanners = Desk::with_faulty_library("none").scanners();
    assert_eq!(captures(&scanners, seen("faulty:1")).await.len(), 1);
}

/// Lets a fault happen once, at a sheet: the scan fails as it should, has kept what came before, and the same
/// scanners scan again as if nothing had been.
async fn fails(fault: &str, sheet: &str, request: Request, expected: &str, kept: usize) {
    let desk = once(Desk::with_faulty_library(fault)).env("FAULT_SHEET", sheet);
    let scanners = desk.scanners();
    let (outcome, pages) = scan(&scanners, request.clone()).await;
    let what = format!("{fault} from the {:?}", request.source);
    assert_eq!((outcome.unwrap_err().code(), pages.len()), (expected, kept), "{what}");
    let all = if request.source == Source::Feeder { SHEETS } else { 1 };
    assert_eq!(captures(&scanners, request).await.len(), all, "after {what}");
}

#[tokio::test]
async fn strange_drivers_that_work_are_let_work() {
    for fault in ["none", "chatter", "nameless", "many-options", "forked-reader"] {
        let desk = Desk::with_faulty_library(fault);
        let scanners = desk.scanners();
        assert!(!scanners.devices().await.unwrap().is_empty(), "{fault}");
        assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_worker_killed_from_outside_is_replaced() {
    let desk = Desk::with_backend("test");
    let scanners = desk.scanners();
    for _ in 0..3 {
        let keep = async |progress| {
            if matches!(progress, Progress::Page { page: 2, .. }) {
                kill_workers_of_this_test("-9");
            }
            Ok(())
        };
        let outcome = scanners.scan(from_feeder("test:0"), keep, CancellationToken::new()).await;
        assert!(matches!(outcome, Err(ScanError::WorkerDied(_))), "{outcome:?}");
    }
    assert_eq!(captures(&scanners, from_feeder("test:0")).await.len(), 10);
}

/// However an idle worker ended (it had been idle for long, a driver's thread crashed it), nobody need know.
#[tokio::test]
async fn an_idle_worker_that_ends_is_buried_and_replaced_unnoticed() {
    let desk = Desk::with_backend("test");
    let scanners = desk.scanners();
    for _ in 0..3 {
        scanners.devices().await.unwrap();
        kill_workers_of_this_test("-9");
        assert_eq!(captures(&scanners, request("test:0")).await.len(), 1);
    }
    kill_workers_of_this_test("-9");
    until("a dead worker is waited for", || workers_of_this_test().is_empty()).await;
}

/// A worker that does not read its orders is not given a minute: it is another's turn at once.
#[tokio::test]
async fn a_deaf_worker_is_replaced() {
    let hour = Duration::from_secs(3600);
    let short = Duration::from_secs(2);
    let deaf_only = Patience { first_line: hour, next_line: short, cancel: hour };
    let desk = Desk::with_faulty_library("none").patience(deaf_only);
    let scanners = desk.scanners();
    scanners.devices().await.unwrap();
    kill_workers_of_this_test("-STOP");
    assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "deaf before the scan");
    let kept = Cell::new(0);
    let keep = async |progress| {
        if matches!(progress, Progress::Page { .. }) {
            kept.set(kept.get() + 1);
            kill_workers_of_this_test("-STOP");
        }
        Ok(())
    };
    let outcome = scanners.scan(from_feeder(FAULTY), keep, CancellationToken::new()).await;
    assert_eq!((outcome, kept.get()), (Err(ScanError::Hung), 1), "deaf to what was kept");
    assert_eq!(captures(&scanners, from_feeder(FAULTY)).await.len(), SHEETS);
}

#[tokio::test]
async fn a_worker_ends_with_its_box_even_when_its_driver_hangs() {
    for fault in ["none", "hang-in-read"] {
        let desk = Desk::with_faulty_library(fault);
        let mut worker = desk.worker_alone();
        let order = format!("{{\"order\":\"scan\",\"request\":{}}}", json(&request(FAULTY)));
        let mut message = (order.len() as u32).to_be_bytes().to_vec();
        message.extend_from_slice(&[0; 4]);
        message.extend_from_slice(order.as_bytes());
        let mut stdin = worker.stdin.take().unwrap();
        stdin.write_all(&message).await.unwrap();
        drop(stdin);
        tokio::time::timeout(DEADLINE, worker.wait()).await.expect("it ends").unwrap();
    }
}

#[tokio::test]
async fn a_scan_cancelled_beforehand_moves_no_sheet() {
    let desk = Desk::with_backend("test");
    let scanners = desk.scanners();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let keep = async |progress| panic!("{progress:?}");
    assert_eq!(scanners.scan(from_feeder("test:0"), keep, cancel).await, Err(ScanError::Cancelled));
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_a_fault_that_says_so() {
    let via = scanner::Via::Sane;
    for program in ["/nonexistent/vanthu", "/bin/true", "/bin/false", "/bin/echo"] {
        let launch = scanner::Launch { program: program.into(), args: vec!["hello".into()], env: vec![] };
        let outcome = scanner::Scanners::new(launch, via.clone()).devices().await;
        assert!(matches!(outcome, Err(ScanError::WorkerDied(_))), "{program}: {outcome:?}");
    }
}

/// A slow scanner: a second and more for a page.
fn slow() -> Desk {
    Desk::with_backend("test").preset(r#"{"read-delay": true, "read-delay-duration": 100000}"#)
}

#[tokio::test]
async fn a_cancel_is_quick_and_leaves_the_worker_usable() {
    let desk = slow();
    let scanners = desk.scanners();
    let cancel = CancellationToken::new();
    let slow_scan = Request { dpi: 600, ..in_colour("test:0") };
    let worker = Cell::new(None);
    let keep = async |progress| {
        if let Progress::Lines { done, .. } = progress
            && done > 0
        {
            worker.set(workers_of_this_test().first().copied());
            cancel.cancel();
        }
        Ok(())
    };
    let outcome =
        tokio::time::timeout(DEADLINE, scanners.scan(slow_scan, keep, cancel.clone())).await.unwrap();
    assert_eq!(outcome, Err(ScanError::Cancelled));
    assert!(worker.get().is_some());
    assert_eq!(captures(&scanners, request("test:0")).await.len(), 1);
    assert_eq!(workers_of_this_test().first().copied(), worker.get(), "the same worker");
}

#[tokio::test]
async fn a_cancel_while_a_page_is_being_kept_feeds_no_other_sheet() {
    let desk = Desk::with_backend("test");
    let scanners = desk.scanners();
    let cancel = CancellationToken::new();
    let pages = Cell::new(0);
    let keep = async |progress| {
        if matches!(progress, Progress::Page { .. }) {
            pages.set(pages.get() + 1);
            cancel.cancel();
        }
        Ok(())
    };
    let outcome = scanners.scan(from_feeder("test:0"), keep, cancel.clone()).await;
    assert_eq!((outcome, pages.get()), (Err(ScanError::Cancelled), 1));
    assert_eq!(captures(&scanners, from_feeder("test:0")).await.len(), 10);
}

/// No driver is waited for: these hang, and would be believed to work for an hour.
#[tokio::test]
async fn a_cancel_is_answered_wherever_the_driver_hangs() {
    let hour = Duration::from_secs(3600);
    let places =
        ["init", "get-devices", "open", "start", "read", "mid-page", "end-of-page", "cancel", "close"];
    for place in places {
        let desk = once(Desk::with_faulty_library(&format!("hang-in-{place}")));
        let desk = desk.patience(Patience { first_line: hour, next_line: hour, cancel: hour });
        let scanners = desk.scanners();
        let cancel = CancellationToken::new();
        let keep = async |progress| {
            // The last two hang only once they are told to stop.
            if matches!(progress, Progress::Page { .. }) {
                cancel.cancel();
            }
            Ok(())
        };
        let canceller = async {
            until(place, || desk.folder.path().join(HAPPENED).exists()).await;
            cancel.cancel();
        };
        let scan = scanners.scan(from_feeder(FAULTY), keep, cancel.clone());
        let (outcome, ()) = tokio::join!(tokio::time::timeout(DEADLINE, scan), canceller);
        assert_eq!(outcome.expect("a cancel is answered"), Err(ScanError::Cancelled), "{place}");
    }
}

#[tokio::test]
async fn after_a_cancel_of_a_hanging_driver_the_next_scan_works() {
    for place in ["read", "mid-page", "cancel", "close"] {
        let desk = once(Desk::with_faulty_library(&format!("hang-in-{place}")));
        let scanners = desk.scanners();
        let cancel = CancellationToken::new();
        let keep = async |_| {
            // Before it hangs, a driver would heed the cancel; the last two hang because of it.
            if !["cancel", "close"].contains(&place) {
                until(place, || desk.folder.path().join(HAPPENED).exists()).await;
            }
            cancel.cancel();
            Ok(())
        };
        let outcome = scanners.scan(from_feeder(FAULTY), keep, cancel.clone()).await;
        assert_eq!(outcome, Err(ScanError::Cancelled), "{place}");
        assert_eq!(captures(&scanners, from_feeder(FAULTY)).await.len(), SHEETS, "after {place}");
    }
}

/// The buttons of the misbehaving library: a file for each.
struct Fingers<'a>(&'a std::path::Path);

impl Fingers<'_> {
    /// Waits until the driver has been asked for its buttons twice, the second time after this was called.
    async fn seen(&self) {
        for _ in 0..2 {
            let _ = std::fs::remove_file(self.0.join("looked"));
            until("somebody looks at the buttons", || self.0.join("looked").exists()).await;
        }
    }

    /// Presses until somebody has noticed; what comes too soon after the last press counts as bouncing.
    async fn press(&self, button: &str, noticed: impl Fn() -> bool) {
        while !noticed() {
            self.seen().await;
            std::fs::write(self.0.join(button), "").unwrap();
            self.seen().await;
            std::fs::remove_file(self.0.join(button)).unwrap();
        }
    }
}

#[tokio::test]
async fn a_button_that_is_pressed_is_told_once_and_scans_go_first() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::with_faulty_library("none").env("FAULT_BUTTONS", folder.path().to_str().unwrap());
    let scanners = desk.scanners();
    let (pressed, stop) = (RefCell::new(Vec::new()), CancellationToken::new());
    let watch = scanners.buttons(FAULTY, Some(FAULTY), |name| pressed.borrow_mut().push(name), stop.clone());
    let day = async {
        let fingers = Fingers(folder.path());
        fingers.press("scan", || *pressed.borrow() == ["scan"]).await;
        fingers.press("email", || *pressed.borrow() == ["scan", "email"]).await;
        assert_eq!(captures(&scanners, from_feeder(FAULTY)).await.len(), SHEETS, "in the middle of a watch");
        assert_eq!(scanners.devices().await.unwrap().len(), 1);
        fingers.press("scan", || *pressed.borrow() == ["scan", "email", "scan"]).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::time::timeout(DEADLINE, async { tokio::join!(watch, day) }).await.unwrap();
    assert_eq!(outcome, Ok(()));
    assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "the worker is free again");
}

#[tokio::test]
async fn a_watch_that_cannot_be_kept_ends_with_a_reason() {
    for (fault, code) in [("hang-in-buttons", "scan.hung"), ("crash-in-buttons", "scan.worker_died")] {
        let desk = once(Desk::with_faulty_library(fault));
        let scanners = desk.scanners();
        let watch = scanners.buttons(FAULTY, None, |_| {}, CancellationToken::new());
        let outcome = tokio::time::timeout(DEADLINE, watch).await.expect("the watch ends");
        assert_eq!(outcome.unwrap_err().code(), code, "{fault}");
        assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "after {fault}");
    }
    let table = Desk::with_backend("pnm").scanners();
    let scanners = scanner::Scanners::clone(&table);
    // Spawning also shows that the future of a watch is Send.
    let watch = async move { scanners.buttons("pnm:0", None, |_| {}, CancellationToken::new()).await };
    assert_eq!(tokio::spawn(watch).await.unwrap().unwrap_err().code(), "scan.unsupported");
}

#[tokio::test]
async fn closing_lets_the_device_go_and_the_worker_with_it() {
    let desk = Desk::with_backend("test");
    let scanners = desk.scanners();
    captures(&scanners, from_feeder("test:0")).await;
    scanners.close().await;
    until("the worker has gone", || workers_of_this_test().is_empty()).await;
}

#[tokio::test]
async fn one_scan_at_a_time_and_the_list_meanwhile_is_the_last_one() {
    let desk = Desk::with_backend("test");
    let scanners = desk.scanners();
    let before = scanners.devices().await.unwrap();
    let second = scanners.clone();
    let keep = async |progress| {
        if matches!(progress, Progress::Page { page: 1, .. }) {
            assert_eq!(scan(&second, request("test:1")).await.0, Err(ScanError::Busy));
            assert_eq!(second.devices().await.unwrap(), before);
        }
        Ok(())
    };
    assert_eq!(scanners.scan(from_feeder("test:0"), keep, CancellationToken::new()).await, Ok(10));
}

#[tokio::test]
async fn a_scan_that_is_dropped_takes_its_worker_with_it() {
    let desk = slow();
    let scanners = desk.scanners();
    let (sheet_moves, mut moved) = tokio::sync::mpsc::unbounded_channel();
    let other = scanners.clone();
    // Spawning also shows that the future of a scan is Send.
    let task = tokio::spawn(async move {
        let keep = async |_| {
            let _ = sheet_moves.send(());
            Ok(())
        };
        let slow_scan = Request { dpi: 600, source: Source::Feeder, ..in_colour("test:0") };
        other.scan(slow_scan, keep, CancellationToken::new()).await
    });
    moved.recv().await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let (outcome, _) = scan(&scanners, request("test:0")).await;
    assert_eq!(outcome, Ok(1), "neither busy nor held by an orphan");
}

/// The file in a desk's folder that says that its fault has happened.
const HAPPENED: &str = "happened";

fn json(request: &Request) -> String {
    serde_json::to_string(request).unwrap()
}

/// Makes a fault happen once per desk.
fn once(desk: Desk) -> Desk {
    let marker = desk.folder.path().join(HAPPENED);
    desk.env("FAULT_ONCE", marker.to_str().unwrap())
}

/// The workers this very thread's runtime has started. Tests run on threads of one process, and Linux keeps a
/// list of children for each thread.
fn workers_of_this_test() -> Vec<i32> {
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
    children.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

fn kill_workers_of_this_test(signal: &str) {
    for worker in workers_of_this_test() {
        let status = std::process::Command::new("kill").args([signal, &worker.to_string()]).status().unwrap();
        assert!(status.success());
    }
}
