//! Drivers that hang, crash and lie: the scan fails with a name for it, and the next one works.
#![allow(clippy::unwrap_used)]

mod support;

use std::cell::Cell;

use tokio::io::AsyncWriteExt;

use scanner::{CancellationToken, Progress, Request, ScanError, Source};
use support::{DEADLINE, Desk, captures, from_feeder, in_colour, request, scan};

/// The device of the misbehaving library.
const FAULTY: &str = "faulty:0";

#[tokio::test]
async fn a_driver_that_hangs_is_stopped_and_the_next_scan_works() {
    for fault in ["hang-in-init", "hang-in-read", "hang-in-mid-page"] {
        let desk = once(Desk::with_faulty_library(fault));
        let scanners = desk.scanners();
        assert_eq!(scan(&scanners, request(FAULTY)).await.0, Err(ScanError::Hung), "{fault}");
        assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "after {fault}");
    }
    // To say again and again that there is nothing yet is a hang too.
    let desk = Desk::with_faulty_library("reads-nothing");
    assert_eq!(scan(&desk.scanners(), request(FAULTY)).await.0, Err(ScanError::Hung));
}

#[tokio::test]
async fn a_driver_that_crashes_takes_nobody_with_it_and_the_next_scan_works() {
    for fault in ["crash-in-open", "crash-in-start", "crash-in-mid-page"] {
        let desk = once(Desk::with_faulty_library(fault));
        let scanners = desk.scanners();
        let outcome = scan(&scanners, request(FAULTY)).await.0;
        assert!(matches!(outcome, Err(ScanError::WorkerDied(_))), "{fault}: {outcome:?}");
        assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "after {fault}");
    }
}

/// Debian's own `test` driver does this now and then: it cancels its reader thread in the middle of an allocation and
/// then waits for it for ever.
#[tokio::test]
async fn a_driver_that_never_lets_go_costs_its_worker_and_no_page() {
    for fault in ["hang-in-cancel", "crash-in-cancel"] {
        let desk = once(Desk::with_faulty_library(fault));
        let scanners = desk.scanners();
        assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "{fault}");
        assert!(desk.folder.path().join(HAPPENED).exists(), "it did happen: {fault}");
        assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1, "after {fault}");
    }
}

#[tokio::test]
async fn parameters_and_answers_that_cannot_be_are_refused() {
    let cases = [
        ("no-width", "scan.invalid"),
        ("short-lines", "scan.invalid"),
        ("huge", "scan.invalid"),
        ("unknown-frame", "scan.invalid"),
        ("reads-too-much", "scan.invalid"),
        ("unknown-status", "scan.io"),
        ("unplugged-in-mid-page", "scan.io"),
        ("paper-ends-in-mid-page", "scan.io"),
        ("open-fails", "scan.io"),
        ("no-devices", "scan.no_scanner"),
        ("leave", "scan.worker_died"),
    ];
    for (fault, code) in cases {
        let desk = Desk::with_faulty_library(fault);
        let (outcome, kept) = scan(&desk.scanners(), request(FAULTY)).await;
        assert_eq!((outcome.unwrap_err().code(), kept.len()), (code, 0), "{fault}");
    }
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
                kill_workers_of_this_test();
            }
            Ok(())
        };
        let outcome = scanners.scan(from_feeder("test:0"), keep, CancellationToken::new()).await;
        assert!(matches!(outcome, Err(ScanError::WorkerDied(_))), "{outcome:?}");
    }
    assert_eq!(captures(&scanners, from_feeder("test:0")).await.len(), 10);
}

#[tokio::test]
async fn a_worker_that_leaves_when_it_is_wanted_is_replaced_unnoticed() {
    let desk = once(Desk::with_faulty_library("leave"));
    let scanners = desk.scanners();
    scanners.devices().await.unwrap();
    assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1);
    assert!(desk.folder.path().join(HAPPENED).exists(), "it did leave");
}

#[tokio::test]
async fn a_worker_that_leaves_in_mid_scan_is_a_fault_and_nothing_is_scanned_twice() {
    let desk = once(Desk::with_faulty_library("leave-in-mid-page"));
    let scanners = desk.scanners();
    scanners.devices().await.unwrap();
    let outcome = scan(&scanners, request(FAULTY)).await.0;
    assert!(matches!(outcome, Err(ScanError::WorkerDied(_))), "{outcome:?}");
    assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1);
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

#[tokio::test]
async fn a_cancel_of_a_hanging_driver_is_a_cancel() {
    let desk = once(Desk::with_faulty_library("hang-in-mid-page"));
    let scanners = desk.scanners();
    let cancel = CancellationToken::new();
    let keep = async |_| {
        // Before it hangs, a driver would heed the cancel.
        let hangs = async {
            while !desk.folder.path().join(HAPPENED).exists() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(DEADLINE, hangs).await.expect("the driver hangs");
        cancel.cancel();
        Ok(())
    };
    let outcome = scanners.scan(request(FAULTY), keep, cancel.clone()).await;
    assert_eq!(outcome, Err(ScanError::Cancelled));
    assert_eq!(captures(&scanners, request(FAULTY)).await.len(), 1);
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

fn kill_workers_of_this_test() {
    for worker in workers_of_this_test() {
        let status = std::process::Command::new("kill").args(["-9", &worker.to_string()]).status().unwrap();
        assert!(status.success());
    }
}
