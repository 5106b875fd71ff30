//! The edges of a batch and of a history, as a table.

use agent::{AgentError, BoxSide, Phase, sync_once};
use wire::calls::{BATCH_ENTRIES, Receipt};
use wire::{Head, Scope, Sha256};

use crate::support::{BRISK, Running, SCHOOL, SimulatedBox, TestHub, line, paper};

#[tokio::test]
async fn every_length_of_journal_arrives_whole() {
    let hub = TestHub::start();
    let page = BATCH_ENTRIES;
    for entries in [0, 1, 2, page - 1, page, page + 1, 2 * page, 2 * page + 1] {
        let enrolment = hub.enrol().await;
        let side = SimulatedBox::new();
        side.write_local(entries);
        let round = sync_once(&enrolment, side.clone()).await.unwrap();
        assert_eq!(round.sent_entries, entries as u64);
        assert_eq!(side.acknowledged(), side.head().unwrap(), "{entries} entries");
        let again = sync_once(&enrolment, side.clone()).await.unwrap();
        assert_eq!(again.sent_entries, 0, "nothing is sent twice");
    }
    hub.sound().await;
}

#[tokio::test]
async fn what_was_written_after_goes_in_the_next_round() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    for count in [1, 3, 2] {
        side.write_local(count);
        assert_eq!(sync_once(&enrolment, side.clone()).await.unwrap().sent_entries, count as u64);
    }
    assert_eq!(hub.sound().await, (6, 0, 0));
}

#[tokio::test]
async fn batches_are_cut_by_bytes_too() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    for _ in 0..5 {
        side.write(Scope::Above, format!(r#"{{"event":"{}"}}"#, "ă".repeat(200_000)), vec![]);
    }
    assert_eq!(sync_once(&enrolment, side.clone()).await.unwrap().sent_entries, 5);
    assert_eq!(hub.sound().await, (5, 0, 0));
}

#[tokio::test]
async fn an_entry_beyond_every_batch_is_named_and_blocks_nothing_before_it() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.write_local(2);
    side.write(Scope::Above, format!(r#"{{"event":"{}"}}"#, "a".repeat(2 << 20)), vec![]);
    let error = sync_once(&enrolment, side.clone()).await.unwrap_err();
    assert_eq!(error.code(), "link.too_large");
    assert_eq!(side.acknowledged().seq, 2);
}

#[tokio::test]
async fn a_local_body_never_leaves_the_box() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.write_local(3);
    side.register(&line(1, None));
    sync_once(&enrolment, side.clone()).await.unwrap();
    let mut held = Vec::new();
    for file in ["hub.sqlite", "hub.sqlite-wal"] {
        held.extend(std::fs::read(hub.dir.path().join(file)).unwrap_or_default());
    }
    let has = |words: &str| held.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(has("kiểm kê"), "the line is there");
    assert!(!has("riêng tư"), "the private words are not");
}

#[tokio::test]
async fn a_line_and_its_paper_earn_one_receipt() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let pdf = side.put_blob(paper(1, 700_000));
    let mut line = line(1, Some(pdf));
    let entry = side.register(&line);
    let round = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!((round.sent_entries, round.sent_blobs, round.received), (1, 1, 1));
    let expected = wire::calls::Message::Receipt {
        document: line.document,
        receipt: Receipt::Arrived,
        entry: entry.header().seq,
    };
    assert_eq!(side.received()[0].message, expected);

    line.state = "submitted".into();
    side.register(&line);
    sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!(side.receipts().len(), 1, "a new state of the same paper is no new arrival");

    line.pdf = Some(side.put_blob(paper(2, 10)));
    side.register(&line);
    sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!(side.receipts(), [line.document, line.document], "the sealed paper is");
    assert_eq!(hub.sound().await, (3, 2, 1));
}

#[tokio::test]
async fn papers_of_every_length_arrive() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let piece = wire::calls::PIECE_BYTES;
    for (number, bytes) in [0, 1, piece - 1, piece, piece + 1, 3 * piece].into_iter().enumerate() {
        let pdf = side.put_blob(paper(number as u8, bytes));
        side.register(&line(number as u64 + 1, Some(pdf)));
    }
    let round = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!((round.sent_blobs, round.received), (6, 6));
    assert_eq!(hub.sound().await, (6, 6, 6));
}

#[tokio::test]
async fn one_bad_paper_does_not_hold_up_the_others() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let lost = side.put_blob(paper(1, 1000));
    let spoiled = side.put_blob(paper(2, 1000));
    let good = side.put_blob(paper(3, 1000));
    for (number, pdf) in [(1, lost), (2, spoiled), (3, good)] {
        side.register(&line(number, Some(pdf)));
    }
    side.lose_blob(&lost);
    side.spoil_blob(&spoiled);
    let round = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!((round.sent_blobs, side.receipts().len()), (1, 1));
    let left: Vec<(Sha256, &str)> = round.left.iter().map(|(name, error)| (*name, error.code())).collect();
    assert_eq!(left, [(lost, "link.blob_gone"), (spoiled, "link.invalid")]);

    side.spoil_blob(&spoiled);
    side.put_blob(paper(1, 1000));
    let round = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!((round.sent_blobs, round.left.len(), side.receipts().len()), (2, 0, 3), "mended, they follow");
    assert_eq!(hub.sound().await, (3, 3, 3));
}

#[tokio::test]
async fn urgent_papers_go_first() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let mut documents = Vec::new();
    for (number, urgency) in [(1, "normal"), (2, "urgent"), (3, "flash")] {
        let pdf = side.put_blob(paper(number, 1000));
        let line = wire::RegisterLine { urgency: urgency.into(), ..line(u64::from(number), Some(pdf)) };
        side.register(&line);
        documents.push(line.document);
    }
    sync_once(&enrolment, side.clone()).await.unwrap();
    documents.reverse();
    assert_eq!(side.receipts(), documents);
}

#[tokio::test]
async fn two_boxes_with_the_same_paper_each_send_their_own() {
    let hub = TestHub::start();
    let one = hub.enrol().await;
    let code = hub.hub.enrol_code("Trường THCS Suối Ngàn").await.unwrap().code;
    let other = agent::enrol(&hub.url(), &code, "", "0.1.0").await.unwrap();
    assert_ne!(one.unit, other.unit);
    for enrolment in [&one, &other] {
        let side = SimulatedBox::new();
        let pdf = side.put_blob(paper(1, 1000));
        side.register(&line(1, Some(pdf)));
        assert_eq!(sync_once(enrolment, side.clone()).await.unwrap().sent_blobs, 1);
    }
    assert_eq!(hub.sound().await, (2, 2, 2));
}

#[tokio::test]
async fn another_history_is_refused_alarmed_and_nothing_more_is_sent() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.write_local(5);
    sync_once(&enrolment, side.clone()).await.unwrap();

    // An old backup, written on in another way, with more entries, as many, and fewer than the hub holds.
    for (kept, written) in [(3, 9), (3, 2), (3, 1)] {
        let restored = side.restored(kept);
        for _ in 0..written {
            restored.write(Scope::Above, r#"{"event":"khác"}"#.into(), vec![]);
        }
        let error = sync_once(&enrolment, restored.clone()).await.unwrap_err();
        assert!(matches!(error, AgentError::Fork { .. }), "{kept}+{written}: {error}");
        assert_eq!(restored.acknowledged(), Head::EMPTY);
    }
    let unchanged = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!(unchanged.sent_entries, 0, "the true history is still the one held");
    assert_eq!(hub.sound().await, (5, 0, 0));

    // Only behind: nothing differs yet, and still it must not go on.
    let behind = side.restored(2);
    let error = sync_once(&enrolment, behind).await.unwrap_err();
    assert!(matches!(error, AgentError::Fork { seq: 3 }), "{error}");
}

#[tokio::test]
async fn after_a_fork_the_agent_stands_still_until_a_person_asks() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.write_local(3);
    sync_once(&enrolment, side.clone()).await.unwrap();
    let backup = hub.backup();
    side.write_local(1);
    sync_once(&enrolment, side.clone()).await.unwrap();

    let restored = side.restored(3);
    restored.write(Scope::Above, r#"{"event":"khác"}"#.into(), vec![]);
    let running = Running::start(&enrolment, &restored, BRISK);
    let state = running.until("refused", |state| state.phase == Phase::Refused).await;
    assert_eq!((state.last_error.unwrap().0, state.next_try_at), ("link.fork", None));

    // The office above takes this history for the true one; the box learns it when somebody asks.
    let hub = hub.restart_over(backup);
    restored.write_local(1);
    assert_eq!(running.state.borrow().phase, Phase::Refused, "new entries alone change nothing");
    running.now.notify_one();
    let head = restored.head().unwrap();
    running.until("above", |state| state.acknowledged == head && state.phase == Phase::Idle).await;
    assert_eq!(hub.sound().await, (5, 0, 0));
}

#[tokio::test]
async fn a_hub_restored_from_an_old_backup_gets_the_rest_again_and_is_still_heard() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.register(&line(1, None));
    sync_once(&enrolment, side.clone()).await.unwrap();
    let backup = hub.backup();
    let again = line(2, None);
    for line in [&again, &line(3, None)] {
        side.register(line);
    }
    sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!(side.receipts().len(), 3);

    let hub = hub.restart_over(backup);
    let round = sync_once(&enrolment, side.clone()).await.unwrap();
    assert_eq!(
        (round.sent_entries, round.received),
        (2, 2),
        "what it says now goes on after what the box has seen"
    );
    assert_eq!(side.receipts()[3], again.document);
    assert_eq!(hub.sound().await, (3, 0, 3));
}

#[tokio::test]
async fn a_restored_box_with_a_new_journal_keeps_its_unit_and_its_lines() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let pdf = side.put_blob(paper(1, 1000));
    let line = line(1, Some(pdf));
    side.register(&line);
    side.lose_blob(&pdf);
    sync_once(&enrolment, side).await.unwrap();

    let restored = SimulatedBox::new();
    restored.put_blob(paper(1, 1000));
    restored.register(&line);
    let round = sync_once(&enrolment, restored.clone()).await.unwrap();
    assert_eq!((round.sent_blobs, restored.receipts()), (1, vec![line.document]));
    assert_eq!(hub.sound().await, (2, 1, 1));
    assert_eq!(enrolment.unit_name, SCHOOL);
}

#[tokio::test]
async fn a_body_the_hub_does_not_understand_is_kept() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    side.write(Scope::Above, r#"{"line":{"book":"a book of tomorrow"},"event":{}}"#.into(), vec![]);
    side.register(&line(1, None));
    assert_eq!(sync_once(&enrolment, side.clone()).await.unwrap().sent_entries, 2);
    assert_eq!(hub.sound().await, (2, 0, 1));
}

#[tokio::test]
async fn the_link_says_what_waits_and_what_time_it_is_above() {
    let (hub, side) = (TestHub::start(), SimulatedBox::new());
    let enrolment = hub.enrol().await;
    let running = Running::start(&enrolment, &side, BRISK);
    running.until("listening", |state| state.phase == Phase::Idle && state.acknowledged_at.is_some()).await;
    let pdf = side.put_blob(paper(1, 300_000));
    let head = side.register(&line(1, Some(pdf))).head();
    running.until("all is above", |state| state.acknowledged == head && state.waiting_blobs == 0).await;
    let state = running.until("idle", |state| state.phase == Phase::Idle).await;
    assert_eq!((state.waiting_entries, state.last_error), (0, None));
    assert!(state.hub_time_offset_ms.unwrap().abs() < 60_000, "both clocks are this machine's");
}
