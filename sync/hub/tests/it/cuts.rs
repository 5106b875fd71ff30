//! Cut anywhere, killed anywhere: resumed, nothing lost, nothing twice.

use std::sync::atomic::Ordering;
use std::time::Duration;

use agent::{BoxSide, sync_once};

use crate::support::{
    BRISK, CuttingLine, Running, SimulatedBox, TestHub, line, paper, parts, through, until,
};

/// A small school's day: lines, papers, private entries between them.
fn a_day(side: &SimulatedBox) -> u64 {
    let mut bytes = 0;
    for number in 1..=4 {
        side.write_local(3);
        let paper = paper(number, 400_000 + usize::from(number) * 50_000);
        bytes += paper.len() as u64;
        let pdf = side.put_blob(paper);
        side.register(&line(u64::from(number), Some(pdf)));
    }
    bytes
}

#[tokio::test]
async fn a_line_cut_after_any_number_of_bytes_is_resumed() {
    // Hardly a session; half a batch; half a piece; inside a later one.
    for cut_after in [3_000, 20_000, 100_000, 290_000, 1_000_000] {
        let (hub, side) = (TestHub::start(), SimulatedBox::new());
        let enrolment = hub.enrol().await;
        let bytes = a_day(&side);
        side.write_local(400);
        let cutting = CuttingLine::to(hub.address, cut_after).await;
        let running = Running::start(&through(&enrolment, cutting.address), &side, BRISK);
        running
            .until("entries above", |state| state.waiting_entries == 0 && state.acknowledged.seq > 0)
            .await;
        if cut_after < 20_000 {
            // Not even the smallest piece of a paper passes in such a life.
            drop(running);
            sync_once(&enrolment, side.clone()).await.unwrap();
        } else {
            until("all receipts", || side.receipts().len() == 4).await;
            let carried = cutting.carried.load(Ordering::Relaxed);
            assert!(carried < bytes * 4, "cut after {cut_after}: {carried} bytes carried for {bytes}");
        }
        assert_eq!(side.receipts().len(), 4);
        let (_, blobs, lines) = hub.sound().await;
        assert_eq!((blobs, lines, parts(hub.dir.path())), (4, 4, 0), "cut after {cut_after}");
    }
}

#[tokio::test]
async fn a_hub_killed_again_and_again_loses_nothing_it_acknowledged() {
    let (mut hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let running = Running::start(&enrolment, &side, BRISK);
    for _ in 0..8 {
        a_day(&side);
        let target = side.head().unwrap();
        running.until("something acknowledged", |state| state.acknowledged.seq > 0).await;
        let promised = side.acknowledged();
        hub = hub.restart();
        let (entries, _, _) = hub.sound().await;
        assert!(entries >= promised.seq, "{entries} held, {} promised", promised.seq);
        running.until("all entries above", |state| state.acknowledged == target).await;
    }
    until("all receipts", || side.receipts().len() == 32).await;
    // Papers of the same bytes are one blob.
    assert_eq!(hub.sound().await, (8 * 16, 4, 32));
}

#[tokio::test]
async fn a_box_killed_at_any_moment_goes_on_where_it_was() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    a_day(&side);
    side.write_local(1200);
    // Longer and longer lives: each is ended in another call.
    let mut lives = 0;
    loop {
        lives += 1;
        let life = Duration::from_millis(3 * lives);
        if let Ok(round) = tokio::time::timeout(life, sync_once(&enrolment, side.clone())).await {
            round.unwrap();
            break;
        }
        let held = hub.sound().await.0;
        assert!(held >= side.acknowledged().seq);
    }
    assert_eq!(hub.sound().await, (1216, 4, 4));
    assert_eq!(side.receipts().len(), 4);
}

#[tokio::test]
async fn entries_overtake_a_large_paper() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let pdf = side.put_blob(paper(1, 12 << 20));
    side.register(&line(1, Some(pdf)));
    let running = Running::start(&enrolment, &side, BRISK);
    running.until("the paper is on its way", |state| state.waiting_blobs == 1).await;
    let head = side.register(&line(2, None)).head();
    let state = running.until("the second line is above", |state| state.acknowledged == head).await;
    assert_eq!(state.waiting_blobs, 1, "the line is above before the large paper");
    until("both receipts", || side.receipts().len() == 2).await;
}
