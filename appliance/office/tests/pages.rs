//! No page is ever lost: whatever is asked of the scan desk in whatever order, every page that was kept lies in the order
//! or the bin of exactly one job, with its picture; and the rows are those a replay makes.

#![allow(clippy::unwrap_used, reason = "a test that cannot lay its table out has failed")]

mod support;

use std::collections::BTreeMap;

use office::Command;
use office::scans::{
    Aim, Command as Scans, Keep, Made, MarkKind, MarkSeen, Placed, Reading, Scan, ScanPage, Seen, Settings,
    State, Way, pages,
};
use proptest::prelude::*;
use support::TestOffice;
use uuid::Uuid;
use wire::Sha256;

/// What somebody wishes; numbers choose among what is there.
#[derive(Debug, Clone)]
enum Wish {
    Start { source: u8, by_hand: bool, queued: bool },
    Bring,
    Begin(usize),
    Keep(usize, u8),
    Finish(usize),
    Fail(usize),
    Cancel(usize),
    Continue(usize, Option<(u8, u32)>, bool),
    Arrange { scan: usize, shift: usize, drop: u8, opens: u8 },
    Split(usize),
    Merge(usize, usize),
    Settle(usize),
    Judge(usize, u8),
    Read(usize, bool),
    FallApart(usize),
    Compose(usize),
    Discard(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    let scan = || 0..6usize;
    let aim = prop::option::of((0..3u8, 0..12u32));
    prop_oneof![
        3 => (0..3u8, any::<bool>(), any::<bool>())
            .prop_map(|(source, by_hand, queued)| Wish::Start { source, by_hand, queued }),
        1 => Just(Wish::Bring),
        2 => scan().prop_map(Wish::Begin),
        9 => (scan(), 1..5u8).prop_map(|(scan, pages)| Wish::Keep(scan, pages)),
        5 => scan().prop_map(Wish::Finish),
        2 => scan().prop_map(Wish::Fail),
        1 => scan().prop_map(Wish::Cancel),
        5 => (scan(), aim, any::<bool>()).prop_map(|(scan, aim, queued)| Wish::Continue(scan, aim, queued)),
        4 => (scan(), 0..5usize, 0..4u8, 0..4u8)
            .prop_map(|(scan, shift, drop, opens)| Wish::Arrange { scan, shift, drop, opens }),
        2 => scan().prop_map(Wish::Split),
        2 => (scan(), scan()).prop_map(|(scan, from)| Wish::Merge(scan, from)),
        1 => scan().prop_map(Wish::Settle),
        3 => (scan(), 0..6u8).prop_map(|(scan, mark)| Wish::Judge(scan, mark)),
        2 => (scan(), any::<bool>()).prop_map(|(scan, known)| Wish::Read(scan, known)),
        2 => scan().prop_map(Wish::FallApart),
        1 => scan().prop_map(Wish::Compose),
        1 => scan().prop_map(Wish::Discard),
    ]
}

struct Desk {
    office: TestOffice,
    /// Every picture that was kept.
    kept: Vec<Sha256>,
}

impl Desk {
    fn scans(&self) -> Vec<Scan> {
        self.office.desk.journal().read().unwrap().all().unwrap()
    }

    /// The `n`th job that still lies on the desk, beginning with the newest.
    fn open(&self, n: usize) -> Option<Scan> {
        self.scans().into_iter().rev().filter(Scan::is_open).nth(n)
    }

    fn clerk(&self, command: Scans) {
        let _ = self.office.ask(&self.office.clerk, Command::Scans(command));
    }

    fn machine(&self, command: Scans) {
        let _ = self.office.machine(Command::Scans(command));
    }

    fn grant(&mut self, wish: &Wish) -> Option<()> {
        match *wish {
            Wish::Start { source, by_hand, queued } => {
                let source = ["feeder", "feeder_duplex", "flatbed"][usize::from(source)].to_owned();
                let both_sides_by_hand = by_hand && source == "feeder";
                let settings =
                    Settings { source, both_sides_by_hand, turn_backs: by_hand, ..Settings::default() };
                self.clerk(Scans::Start { settings, queued, owner: None });
            }
            Wish::Bring => self.clerk(Scans::Bring { file_name: "a.jpg".into(), way: Way::Photo }),
            Wish::Begin(n) => self.machine(Scans::Begin { scan: self.open(n)?.id }),
            Wish::Keep(n, pages) => {
                let scan = self.open(n)?.id;
                (0..pages).for_each(|_| self.keep(scan));
            }
            Wish::Finish(n) => self.machine(Scans::Finish { scan: self.open(n)?.id }),
            Wish::Fail(n) => {
                self.machine(Scans::Fail { scan: self.open(n)?.id, code: "scan.jammed".into() });
            }
            Wish::Cancel(n) => self.clerk(Scans::Cancel { scan: self.open(n)?.id }),
            Wish::Continue(n, aim, queued) => {
                let aim = aim.map(|(kind, page)| match kind {
                    0 => Aim::First,
                    1 => Aim::After(page),
                    _ => Aim::InPlaceOf(page),
                });
                self.clerk(Scans::Continue { scan: self.open(n)?.id, aim, queued });
            }
            Wish::Arrange { scan, shift, drop, opens } => self.arrange(&self.open(scan)?, shift, drop, opens),
            Wish::Split(n) => {
                let Scan { id: scan, version, .. } = self.open(n)?;
                self.clerk(Scans::Split { scan, version });
            }
            Wish::Merge(n, from) => {
                let (scan, from) = (self.open(n)?, self.open(from)?);
                let (version, from_version) = (scan.version, from.version);
                self.clerk(Scans::Merge { scan: scan.id, version, from: from.id, from_version });
            }
            Wish::Settle(n) => {
                let Scan { id: scan, version, .. } = self.open(n)?;
                self.clerk(Scans::Settle { scan, version });
            }
            Wish::Judge(n, mark) => {
                let scan = self.open(n)?;
                for (page, mark) in scan.order.iter().zip((0..6).cycle().skip(usize::from(mark))) {
                    self.judge(scan.id, page.page, mark);
                }
            }
            Wish::Read(n, known) => {
                let scan = self.open(n)?;
                for placed in &scan.order {
                    self.read(scan.id, placed, known);
                }
            }
            Wish::FallApart(n) => self.machine(Scans::FallApart { scan: self.open(n)?.id }),
            Wish::Compose(n) => {
                let Scan { id: scan, version, .. } = self.open(n)?;
                self.machine(Scans::Compose {
                    scan,
                    version,
                    paper: self.office.paper(b"%PDF"),
                    words: None,
                    dressed: vec![],
                    made: Made::default(),
                });
            }
            Wish::Discard(n) => self.clerk(Scans::Discard { scan: self.open(n)?.id }),
        }
        Some(())
    }

    fn keep(&mut self, scan: Uuid) {
        let picture = format!("picture {}", self.kept.len());
        let capture = self.office.desk.journal().blobs().put(picture.as_bytes()).unwrap();
        let page = Keep {
            capture,
            thumbnail: capture,
            width_px: 1,
            height_px: 1,
            dpi: 300,
            side: None,
            photo: None,
        };
        if self.office.machine(Command::Scans(Scans::KeepPage { scan, page })).is_ok() {
            self.kept.push(capture);
        }
    }

    fn arrange(&self, scan: &Scan, shift: usize, drop: u8, opens: u8) {
        let mut pages: Vec<Placed> = scan.order.iter().chain(&scan.bin).copied().collect();
        let shift = shift.min(pages.len());
        pages.rotate_left(shift);
        for _ in 0..drop {
            pages.pop();
        }
        for placed in pages.iter_mut().skip(1).step_by(2).take(usize::from(opens)) {
            (placed.opens, placed.turn) = (true, 90);
        }
        self.clerk(Scans::Arrange { scan: scan.id, version: scan.version, pages });
    }

    fn judge(&self, scan: Uuid, page: u32, mark: u8) {
        let kind = match mark {
            0 => Some(MarkKind::Separator),
            1 => Some(MarkKind::Sheet),
            2 => Some(MarkKind::Stamp),
            _ => None,
        };
        let mark = kind.map(|kind| MarkSeen { kind, letter: Some(Uuid::from_u128(9)) });
        let flags = if mark.is_none() { vec!["blank".into()] } else { vec![] };
        let row: ScanPage =
            self.office.desk.journal().read().unwrap().get(&ScanPage::key(scan, page)).unwrap().unwrap();
        let seen = Seen { flags, mark, ..Seen::default() };
        self.machine(Scans::Judge { scan, page, capture: row.capture, seen });
    }

    fn read(&self, scan: Uuid, placed: &Placed, known: bool) {
        let journal = self.office.desk.journal();
        let row: ScanPage = journal.read().unwrap().get(&ScanPage::key(scan, placed.page)).unwrap().unwrap();
        let text = known.then(|| journal.blobs().put(b"words").unwrap());
        let reading = Reading { turn: placed.turn, text, confidence: 90, turned_by: None, failures: 0 };
        self.machine(Scans::Read { scan, page: placed.page, capture: row.capture, reading });
    }

    /// Where each picture lies, and whether the rows agree with one another.
    fn whereabouts(&self) -> Result<BTreeMap<Sha256, usize>, TestCaseError> {
        let rows = self.office.desk.journal().read().unwrap();
        let mut found = BTreeMap::new();
        let mut there = 0;
        for scan in rows.all::<Scan>().unwrap() {
            let all = [&scan.order[..], &scan.bin[..]].concat();
            prop_assert!(all.iter().all(|placed| placed.page < scan.next_page), "{scan:?}");
            prop_assert!(scan.backs.iter().all(|page| scan.has(*page)), "{scan:?}");
            prop_assert!(scan.backs.is_sorted(), "{scan:?}");
            prop_assert!(scan.state != State::Merged || all.is_empty());
            there += all.len();
            for page in pages(&rows, scan.id, &all).unwrap() {
                *found.entry(page.capture).or_default() += 1;
            }
        }
        prop_assert_eq!(
            rows.all::<ScanPage>().unwrap().len(),
            there,
            "a page's row lies where its job does not look"
        );
        Ok(found)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_page_ever_kept_lies_in_exactly_one_place(wishes in proptest::collection::vec(wish(), 1..70)) {
        let mut desk = Desk { office: TestOffice::new(), kept: Vec::new() };
        for wish in &wishes {
            desk.grant(wish);
            let expected: BTreeMap<_, _> = desk.kept.iter().map(|picture| (*picture, 1)).collect();
            prop_assert_eq!(desk.whereabouts()?, expected, "after {:?}", wish);
        }
        let report = desk.office.desk.journal().check().unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.faults);
    }
}
