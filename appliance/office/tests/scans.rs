//! The scan desk as it is lived: stacks fed, stopped, turned, put right by hand, parted by their marks.

#![allow(clippy::unwrap_used, reason = "a test that cannot lay its table out has failed")]

mod support;

use office::rights::Actor;
use office::scans::http::{ScanLine, ScanView};
use office::scans::view::Live;
use office::scans::{
    Aim, Command as Scans, Dressed, LastSettings, Made, MarkKind, MarkSeen, Photo, Placed, Reading, Scan,
    ScanPage, Seen, Settings, State, Way, Words,
};
use office::{Command, letters, scans};
use serde_json::Value;
use support::{TestOffice, incoming, refusal};
use uuid::Uuid;

/// The desk of an office, with hands for clerk and box.
struct DeskOf {
    office: TestOffice,
    fed: std::cell::Cell<u32>,
}

impl DeskOf {
    fn new() -> Self {
        Self { office: TestOffice::new(), fed: std::cell::Cell::new(0) }
    }

    fn clerk(&self, command: Scans) -> Uuid {
        self.office.ask(&self.office.clerk, Command::Scans(command)).unwrap().id.unwrap()
    }

    fn machine(&self, command: Scans) -> Uuid {
        self.office.machine(Command::Scans(command)).unwrap().id.unwrap()
    }

    fn start(&self, source: &str, change: impl Fn(&mut Settings)) -> Uuid {
        let mut settings =
            Settings { device: "usb:1".into(), source: source.into(), dpi: 300, ..Settings::default() };
        change(&mut settings);
        self.clerk(Scans::Start { settings, queued: false, owner: None })
    }

    /// Feeds sheets; each page has a picture of its own.
    fn feed(&self, scan: Uuid, pages: u32) {
        for _ in 0..pages {
            self.fed.set(self.fed.get() + 1);
            let picture = format!("picture {}", self.fed.get());
            self.machine(Scans::KeepPage { scan, page: self.picture(&picture) });
        }
    }

    fn picture(&self, picture: &str) -> scans::Keep {
        let blobs = self.office.desk.journal().blobs();
        let (capture, thumbnail) = (blobs.put(picture.as_bytes()).unwrap(), blobs.put(b"small").unwrap());
        scans::Keep { capture, thumbnail, width_px: 10, height_px: 10, dpi: 300, side: None, photo: None }
    }

    fn go_on(&self, scan: Uuid, aim: Option<Aim>) {
        self.clerk(Scans::Continue { scan, aim, queued: false });
    }

    fn finish(&self, scan: Uuid) {
        self.machine(Scans::Finish { scan });
    }

    fn jam(&self, scan: Uuid) {
        self.machine(Scans::Fail { scan, code: "scan.jammed".into() });
    }

    fn done(&self, pages: u32) -> Uuid {
        let scan = self.start("feeder", |_| {});
        self.feed(scan, pages);
        self.finish(scan);
        scan
    }

    fn scan(&self, id: Uuid) -> Scan {
        self.office.desk.journal().read().unwrap().get(&id.to_string()).unwrap().unwrap()
    }

    fn page(&self, scan: Uuid, page: u32) -> ScanPage {
        self.office.desk.journal().read().unwrap().get(&ScanPage::key(scan, page)).unwrap().unwrap()
    }

    fn order(&self, scan: Uuid) -> Vec<u32> {
        self.scan(scan).order.iter().map(|placed| placed.page).collect()
    }

    fn bin(&self, scan: Uuid) -> Vec<u32> {
        self.scan(scan).bin.iter().map(|placed| placed.page).collect()
    }

    fn pictures(&self, scan: Uuid) -> Vec<String> {
        let rows = self.office.desk.journal().read().unwrap();
        let pages = scans::pages(&rows, scan, &self.scan(scan).order).unwrap();
        let read = |page: &ScanPage| self.office.desk.journal().blobs().read(&page.capture).unwrap().unwrap();
        pages.iter().map(|page| String::from_utf8(read(page)).unwrap().replace("picture ", "")).collect()
    }

    fn dressed(&self, scan: Uuid) -> Vec<Dressed> {
        let order = self.scan(scan).order;
        order.iter().map(|placed| self.page(scan, placed.page).dressed(placed)).collect()
    }

    fn arrange(&self, scan: Uuid, pages: Vec<Placed>) {
        let version = self.scan(scan).version;
        self.clerk(Scans::Arrange { scan, version, pages });
    }

    fn view(&self, scan: Uuid, from: usize) -> Value {
        let rows = self.office.desk.journal().read().unwrap();
        let view = ScanView::read(&rows, &self.scan(scan), from, Live::default()).unwrap();
        serde_json::to_value(view).unwrap()
    }

    fn see(&self, scan: Uuid, page: u32, flags: &[&str], mark: Option<MarkSeen>) {
        let flags = flags.iter().map(|flag| (*flag).into()).collect();
        let row: ScanPage =
            self.office.desk.journal().read().unwrap().get(&ScanPage::key(scan, page)).unwrap().unwrap();
        let seen = Seen { flags, mark, ..Seen::default() };
        self.machine(Scans::Judge { scan, page, capture: row.capture, seen });
    }
}

fn placed(pages: &[u32]) -> Vec<Placed> {
    pages.iter().copied().map(Placed::new).collect()
}

#[test]
fn both_sides_by_hand_are_collated_however_often_the_feeder_stops() {
    let desk = DeskOf::new();
    let by_hand = |settings: &mut Settings| {
        (settings.both_sides_by_hand, settings.turn_backs, settings.sheets_expected) = (true, true, Some(3));
    };
    let scan = desk.start("feeder", by_hand);
    desk.feed(scan, 2);
    desk.jam(scan);
    desk.go_on(scan, None);
    desk.feed(scan, 1);
    desk.finish(scan);
    assert_eq!(desk.scan(scan).state, State::Turning);
    let view = desk.view(scan, 0);
    assert_eq!((&view["note"]["code"], &view["pass"]), (&"scan.turning".into(), &"backs".into()));
    assert_eq!(view["counts"]["sentence"], "Đủ 3 tờ.");

    desk.go_on(scan, None);
    desk.feed(scan, 1);
    desk.jam(scan);
    let resume = &desk.view(scan, 0)["resume"];
    assert_eq!((&resume["sheet"], &resume["sheets_left"]), (&2.into(), &2.into()), "{resume}");
    desk.go_on(scan, None);
    desk.feed(scan, 2);
    desk.finish(scan);
    assert_eq!((desk.scan(scan).state, desk.order(scan)), (State::Done, vec![1, 6, 2, 5, 3, 4]));
    let turns: Vec<_> = desk.scan(scan).order.iter().map(|placed| placed.turn).collect();
    assert_eq!(turns, [0, 180, 0, 180, 0, 180]);

    // The same stack goes on: a second pair of passes behind the first.
    desk.go_on(scan, None);
    desk.feed(scan, 2);
    desk.finish(scan);
    desk.go_on(scan, None);
    desk.feed(scan, 2);
    desk.finish(scan);
    assert_eq!(desk.order(scan), [1, 6, 2, 5, 3, 4, 7, 10, 8, 9]);
}

#[test]
fn sides_that_do_not_come_out_even_stay_as_they_came_and_can_be_put_right_in_three_ways() {
    let desk = DeskOf::new();
    let uneven = || {
        let scan = desk.start("feeder", |settings| settings.both_sides_by_hand = true);
        desk.feed(scan, 3);
        desk.finish(scan);
        desk.go_on(scan, None);
        desk.feed(scan, 2);
        desk.finish(scan);
        assert_eq!(desk.order(scan), [1, 2, 3, 4, 5]);
        let view = desk.view(scan, 0);
        assert_eq!(
            (&view["state"], &view["error"]["code"]),
            (&"failed".into(), &"scan.sides_mismatch".into())
        );
        scan
    };
    let again = uneven();
    desk.go_on(again, None);
    assert_eq!((desk.order(again), desk.bin(again)), (vec![1, 2, 3], vec![4, 5]));
    desk.feed(again, 3);
    desk.finish(again);
    assert_eq!((desk.scan(again).state, desk.order(again)), (State::Done, vec![1, 8, 2, 7, 3, 6]));

    let missing_one = uneven();
    desk.go_on(missing_one, Some(Aim::After(4)));
    desk.feed(missing_one, 1);
    desk.finish(missing_one);
    assert_eq!(desk.order(missing_one), [1, 5, 2, 6, 3, 4]);

    let settled = uneven();
    let version = desk.scan(settled).version;
    desk.clerk(Scans::Settle { scan: settled, version });
    let scan = desk.scan(settled);
    assert_eq!((scan.state, scan.error, desk.order(settled)), (State::Done, None, vec![1, 2, 3, 4, 5]));

    let by_hand = uneven();
    desk.arrange(by_hand, placed(&[1, 5, 2, 3, 4]));
    assert_eq!(desk.order(by_hand), [1, 5, 2, 3, 4]);
}

#[test]
fn turning_can_be_broken_off_and_taken_up_again() {
    let desk = DeskOf::new();
    let scan = desk.start("feeder", |settings| settings.both_sides_by_hand = true);
    desk.feed(scan, 2);
    desk.finish(scan);
    desk.clerk(Scans::Cancel { scan });
    let refused = |aim| {
        let command = Command::Scans(Scans::Continue { scan, aim: Some(aim), queued: false });
        refusal(desk.office.ask(&desk.office.clerk, command)).code
    };
    assert_eq!(refused(Aim::First), "scan.half_done");
    desk.go_on(scan, None);
    desk.feed(scan, 2);
    desk.finish(scan);
    assert_eq!(desk.order(scan), [1, 4, 2, 3]);
}

#[test]
fn a_sheet_that_stopped_half_way_through_a_duplex_feeder_is_fed_again() {
    let desk = DeskOf::new();
    let scan = desk.start("feeder_duplex", |settings| settings.sheets_expected = Some(4));
    desk.feed(scan, 5);
    desk.jam(scan);
    let view = desk.view(scan, 0);
    assert_eq!((&view["sheets_got"], &view["resume"]["sheet"]), (&2.into(), &3.into()));
    desk.go_on(scan, None);
    assert_eq!((desk.order(scan), desk.bin(scan)), (vec![1, 2, 3, 4], vec![5]));
    desk.feed(scan, 4);
    desk.finish(scan);
    let view = desk.view(scan, 0);
    assert_eq!((&view["sheets_got"], view["warnings"].as_array().unwrap().len()), (&4.into(), 0), "{view}");
    let sides: Vec<_> = view["pages"].as_array().unwrap().iter().map(|page| page["side"].clone()).collect();
    assert_eq!(sides, ["front", "back"].repeat(4));
}

#[test]
fn pages_are_scanned_again_in_place_and_put_in_between() {
    let desk = DeskOf::new();
    for (aim, pages, order, bin) in [
        (Aim::First, 2, vec![4, 5, 1, 2, 3], vec![]),
        (Aim::After(2), 2, vec![1, 2, 4, 5, 3], vec![]),
        (Aim::After(3), 1, vec![1, 2, 3, 4], vec![]),
        (Aim::InPlaceOf(2), 1, vec![1, 4, 3], vec![2]),
        // More than was asked for goes behind, nothing is lost.
        (Aim::InPlaceOf(2), 2, vec![1, 4, 5, 3], vec![2]),
    ] {
        let scan = desk.done(3);
        desk.go_on(scan, Some(aim));
        // Stopped in the middle it goes on in the middle.
        for left in (1..=pages).rev() {
            desk.feed(scan, 1);
            if left > 1 {
                desk.jam(scan);
                desk.go_on(scan, None);
            }
        }
        desk.finish(scan);
        assert_eq!((desk.order(scan), desk.bin(scan)), (order, bin), "{aim:?}");
        assert_eq!(desk.scan(scan).sheets, 3, "a sheet scanned again is not one more of the stack");
        desk.go_on(scan, None);
        desk.feed(scan, 1);
        assert_eq!(desk.order(scan).last(), Some(&(4 + pages)), "{aim:?}: afterwards pages come at the end");
    }
    // A duplex feeder replaces the sheet, whichever of its pages was pointed at.
    for page in [3, 4] {
        let scan = desk.start("feeder_duplex", |_| {});
        desk.feed(scan, 6);
        desk.finish(scan);
        desk.go_on(scan, Some(Aim::InPlaceOf(page)));
        desk.feed(scan, 2);
        desk.finish(scan);
        assert_eq!((desk.order(scan), desk.bin(scan)), (vec![1, 2, 7, 8, 5, 6], vec![3, 4]));
    }
    let scan = desk.done(1);
    let command = Command::Scans(Scans::Continue { scan, aim: Some(Aim::After(9)), queued: false });
    assert_eq!(refusal(desk.office.ask(&desk.office.clerk, command)).code, "scan.no_such_page");
}

#[test]
fn what_is_taken_off_comes_back_and_a_paper_made_before_does_not_count_any_more() {
    let desk = DeskOf::new();
    let scan = desk.done(3);
    let version = desk.scan(scan).version;
    desk.machine(Scans::Compose {
        scan,
        version,
        paper: desk.office.paper(b"%PDF"),
        words: None,
        dressed: vec![],
        made: Made::default(),
    });
    assert!(desk.scan(scan).paper.is_some());
    let upside_down = Placed { turn: 180, ..Placed::new(1) };
    desk.arrange(scan, vec![Placed::new(3), upside_down]);
    assert_eq!((desk.order(scan), desk.bin(scan)), (vec![3, 1], vec![2]));
    assert_eq!(desk.scan(scan).paper, None);
    let view = desk.view(scan, 2);
    assert_eq!((&view["pages"][0]["page"], &view["pages"][0]["turn"]), (&1.into(), &180.into()));
    assert_eq!((&view["pages"][0]["place"], &view["bin"][0]["page"]), (&2.into(), &2.into()));
    assert_eq!((view["pages"].as_array().unwrap().len(), &view["pages_total"]), (1, &2.into()));
    desk.arrange(scan, placed(&[1, 2, 3]));
    assert_eq!((desk.order(scan), desk.bin(scan)), (vec![1, 2, 3], vec![]));
}

#[test]
fn a_job_is_split_where_documents_open_and_merged_again() {
    let desk = DeskOf::new();
    let scan = desk.done(5);
    let mut pages = placed(&[1, 2, 3, 4, 5]);
    (pages[0].opens, pages[2].opens, pages[4].opens) = (true, true, true);
    pages.remove(1);
    desk.arrange(scan, pages);
    let first = desk.clerk(Scans::Split { scan, version: desk.scan(scan).version });
    let second = office::clock::nth_id(first, 1);
    assert_eq!((desk.pictures(scan), desk.bin(scan)), (vec!["1".into()], vec![2]));
    assert_eq!(desk.pictures(first), ["3", "4"]);
    assert_eq!(desk.pictures(second), ["5"]);
    assert_eq!(desk.scan(first).parted_from, Some(scan));

    desk.arrange(first, placed(&[4]));
    let (version, from_version) = (desk.scan(scan).version, desk.scan(first).version);
    desk.clerk(Scans::Merge { scan, version, from: first, from_version });
    assert_eq!(desk.pictures(scan), ["1", "4"]);
    assert_eq!(desk.bin(scan).len(), 2, "what lay in the other's bin lies in this one's");
    let merged = desk.scan(first);
    assert_eq!((merged.state, merged.merged_into), (State::Merged, Some(scan)));
    assert!(merged.order.is_empty() && merged.bin.is_empty());
    // All of it can be had back.
    let all: Vec<u32> = desk.order(scan).into_iter().chain(desk.bin(scan)).collect();
    desk.arrange(scan, placed(&all));
    let mut pictures = desk.pictures(scan);
    pictures.sort();
    assert_eq!(pictures, ["1", "2", "3", "4"]);
}

#[test]
fn a_stack_falls_apart_and_lands_on_its_register_lines_by_itself() {
    let desk = DeskOf::new();
    let office = &desk.office;
    let waiting = office.register(incoming("1/UBND")).unwrap();
    let has_paper = office.register(incoming("2/UBND")).unwrap();
    office
        .act(
            &office.clerk,
            has_paper,
            letters::model::Act::Attach { paper: office.upload(&office.clerk, b"%PDF") },
        )
        .unwrap();
    let scan = desk.done(5);
    let mark = |kind, letter| Some(MarkSeen { kind, letter });
    for page in [1, 3] {
        desk.see(scan, page, &[], None);
    }
    desk.see(scan, 2, &["blank"], mark(MarkKind::Sheet, Some(waiting)));
    desk.see(scan, 5, &[], None);
    let before = office.desk.journal().head().unwrap();
    office.machine(Command::Scans(Scans::FallApart { scan })).unwrap();
    assert_eq!(office.desk.journal().head().unwrap(), before, "page 4 was not looked at yet");
    desk.see(scan, 4, &["crooked"], mark(MarkKind::Stamp, Some(has_paper)));
    let bound = desk.machine(Scans::FallApart { scan });
    let noted = office::clock::nth_id(bound, 1);
    assert_eq!((desk.order(scan), desk.bin(scan)), (vec![1], vec![2]));
    assert_eq!((desk.pictures(bound), desk.scan(bound).bound_to), (vec!["3".into()], Some(waiting)));
    assert_eq!(desk.view(noted, 0)["note"]["code"], "mark.letter_has_paper");
    assert_eq!(desk.view(noted, 0)["warnings"][0]["code"], "page.crooked");
    assert_eq!(desk.view(bound, 0)["bound_to"]["number_text"], "1");
    let before = office.desk.journal().head().unwrap();
    for scan in [scan, bound, noted] {
        office.machine(Command::Scans(Scans::FallApart { scan })).unwrap();
    }
    assert_eq!(office.desk.journal().head().unwrap(), before, "once is enough");

    // The box makes the PDF and attaches it; it may not attach anything anywhere else.
    let attach = |letter: Uuid, paper: Uuid| {
        let version = office.letter(letter).version;
        let act = letters::model::Act::Attach { paper };
        office.machine(Command::Letters(letters::Command::Do { letter, version, act }))
    };
    let version = desk.scan(bound).version;
    desk.machine(Scans::Compose {
        scan: bound,
        version,
        paper: office.paper(b"%PDF bound"),
        words: None,
        dressed: vec![],
        made: Made::default(),
    });
    assert_eq!(refusal(attach(has_paper, bound)).code, "rights.missing");
    assert_eq!(refusal(attach(waiting, noted)).code, "rights.missing");
    attach(waiting, bound).unwrap();
    assert_eq!(desk.scan(bound).filed_in, Some(waiting));
    assert_eq!(office.letter(waiting).files.len(), 1);
    assert_eq!(office.letter(waiting).files[0].scan, Some(bound));
    let release = letters::Command::Do { letter: waiting, version: 1, act: letters::model::Act::Release };
    assert_eq!(refusal(office.machine(Command::Letters(release))).code, "rights.missing");
}

#[test]
fn a_document_that_got_its_paper_meanwhile_keeps_it() {
    let desk = DeskOf::new();
    let office = &desk.office;
    let letter = office.register(incoming("1/UBND")).unwrap();
    let scan = desk.done(1);
    desk.see(scan, 1, &[], Some(MarkSeen { kind: MarkKind::Stamp, letter: Some(letter) }));
    desk.machine(Scans::FallApart { scan });
    assert_eq!(desk.scan(scan).bound_to, Some(letter));
    let act = letters::model::Act::Attach { paper: office.upload(&office.clerk, b"%PDF") };
    office.act(&office.clerk, letter, act).unwrap();
    let version = office.letter(letter).version;
    let act = letters::model::Act::Attach { paper: scan };
    office.machine(Command::Letters(letters::Command::Do { letter, version, act })).unwrap();
    let scan = desk.scan(scan);
    assert_eq!((scan.state, scan.bound_to), (State::Done, None));
    assert_eq!(scan.note.as_deref(), Some("mark.letter_has_paper"));
    assert_eq!(office.letter(letter).files.len(), 1);
}

#[test]
fn who_waits_for_the_scanner_begins_when_it_is_free_or_leaves_the_queue() {
    let desk = DeskOf::new();
    let settings = Settings { device: "usb:1".into(), source: "feeder".into(), ..Settings::default() };
    let start = || desk.clerk(Scans::Start { settings: settings.clone(), queued: true, owner: None });
    let (first, second) = (start(), start());
    assert_eq!(desk.view(first, 0)["note"]["code"], "scan.queued");
    desk.clerk(Scans::Cancel { scan: first });
    let too_late = desk.office.machine(Command::Scans(Scans::Begin { scan: first }));
    assert_eq!(refusal(too_late).code, "scan.ended");
    desk.machine(Scans::Begin { scan: second });
    assert_eq!(desk.scan(second).state, State::Scanning);
    // What a power cut leaves in the queue or at work is failed, and goes on in the queue.
    desk.jam(second);
    desk.clerk(Scans::Continue { scan: second, aim: None, queued: true });
    assert_eq!(desk.scan(second).state, State::Queued);
    desk.machine(Scans::Fail { scan: second, code: "scan.interrupted".into() });
    assert_eq!(desk.scan(second).state, State::Failed);
}

#[test]
fn what_was_brought_comes_to_the_same_desk() {
    let desk = DeskOf::new();
    let office = &desk.office;
    let teacher = Command::Scans(Scans::Bring { file_name: "đơn xin.jpg".into(), way: Way::Photo });
    let scan = office.ask(&office.teacher, teacher).unwrap().id.unwrap();
    let photo = Photo { original: office.desk.journal().blobs().put(b"photograph").unwrap(), corners: None };
    for picture in ["photo 1", "photo 2"] {
        let page = scans::Keep { photo: Some(photo.clone()), ..desk.picture(picture) };
        desk.machine(Scans::KeepPage { scan, page });
    }
    let view = desk.view(scan, 0);
    assert_eq!((&view["from"], &view["device_label"]), (&"photo".into(), &"đơn xin.jpg".into()));
    assert_eq!(view["pages"][1]["photo"], true);
    let corners = Some([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]);
    let flat = scans::Keep { photo: Some(Photo { corners, ..photo.clone() }), ..desk.picture("flat") };
    let redo = |page, version| Command::Scans(Scans::Redo { scan, version, page, picture: flat.clone() });
    desk.see(scan, 1, &["dark"], None);
    office.ask(&office.teacher, redo(1, desk.scan(scan).version)).unwrap();
    let page = &desk.view(scan, 0)["pages"][0];
    assert_eq!(
        (&page["seen"], page["corners"][0][0].as_f64().map(|x| (x * 10.0).round())),
        (&Value::Null, Some(1.0))
    );
    assert_eq!(refusal(office.ask(&office.other_teacher, redo(1, 9))).code, "not_found");
    let scanned = desk.done(1);
    let version = desk.scan(scanned).version;
    let redo = Scans::Redo { scan: scanned, version, page: 1, picture: flat.clone() };
    assert_eq!(refusal(office.ask(&office.clerk, Command::Scans(redo))).code, "scan.no_photo");
    let command = Command::Scans(Scans::Continue { scan, aim: None, queued: false });
    assert_eq!(refusal(office.ask(&office.clerk, command)).code, "scan.not_scanned");

    // A PDF stays the file it is; one that was taken apart keeps its file until a page is changed.
    let file = office.upload(&office.clerk, b"%PDF signed");
    let page = desk.picture("another");
    let added = office.machine(Command::Scans(Scans::KeepPage { scan: file, page }));
    assert_eq!(refusal(added).code, "paper.is_a_file");
    let apart = office
        .desk
        .execute_here(
            &Actor::Machine("máy photo"),
            &Command::Scans(Scans::Bring { file_name: "scan_01.pdf".into(), way: Way::Folder }),
        )
        .unwrap()
        .id
        .unwrap();
    desk.feed(apart, 2);
    let (version, paper) = (desk.scan(apart).version, office.paper(b"%PDF of a copier"));
    desk.machine(Scans::Compose {
        scan: apart,
        version,
        paper: paper.clone(),
        words: None,
        dressed: vec![],
        made: Made::default(),
    });
    assert_eq!(desk.scan(apart).paper, Some(paper));
    assert_eq!(desk.scan(apart).owner.name, "máy photo");
    desk.arrange(apart, placed(&[2, 1]));
    assert_eq!(desk.scan(apart).paper, None);
    // Its marks part it once all of it is there, and not before.
    desk.see(apart, 1, &[], Some(MarkSeen { kind: MarkKind::Separator, letter: None }));
    desk.see(apart, 2, &[], None);
    desk.machine(Scans::FallApart { scan: apart });
    assert_eq!(desk.order(apart), [2, 1]);
    desk.finish(apart);
    desk.machine(Scans::FallApart { scan: apart });
    assert_eq!((desk.order(apart), desk.bin(apart)), (vec![2], vec![1]));
}

#[test]
fn a_scanner_remembers_how_it_was_used_last() {
    let desk = DeskOf::new();
    desk.start("feeder", |settings| settings.dpi = 200);
    desk.start("flatbed", |settings| settings.dpi = 600);
    let rows = desk.office.desk.journal().read().unwrap();
    let last: LastSettings = rows.get(&LastSettings::key("usb:1")).unwrap().unwrap();
    assert_eq!((last.settings.source.as_str(), last.settings.dpi), ("flatbed", 600));
}

#[test]
fn the_list_of_the_desk_shows_first_pages() {
    let desk = DeskOf::new();
    let scan = desk.done(3);
    desk.arrange(scan, placed(&[2, 3]));
    let rows = desk.office.desk.journal().read().unwrap();
    let line =
        ScanLine::read(&rows, &desk.scan(scan), Live { queue_place: Some(2), ..Live::default() }).unwrap();
    let line = serde_json::to_value(line).unwrap();
    assert_eq!((&line["first_page"]["page"], &line["pages_total"]), (&2.into(), &2.into()));
    assert_eq!(line["queue_place"], 2);
    assert!(line.get("pages").is_none());
}

#[test]
fn words_that_come_after_the_paper_was_made_make_it_no_longer_the_last_word_on_it() {
    let desk = DeskOf::new();
    let paper = || desk.office.paper(b"%PDF");
    let words = Some(desk.office.desk.journal().blobs().put(b"words").unwrap());
    let read = |scan, page, turn, text| {
        let capture = desk.page(scan, page).capture;
        let reading = Reading { turn, text, confidence: 91, turned_by: None, failures: 0 };
        desk.machine(Scans::Read { scan, page, capture, reading });
    };
    let compose = |scan, words| {
        let version = desk.scan(scan).version;
        let dressed = desk.dressed(scan);
        desk.machine(Scans::Compose { scan, version, paper: paper(), words, dressed, made: Made::default() });
    };
    // Brought or made here, the turn it was read in, whether it could be read: what the paper then is.
    for (brought, turn, text, expected) in [
        (false, 0, words, Words::Since),
        (false, 180, words, Words::In),
        (false, 0, None, Words::In),
        (true, 0, words, Words::AsBrought),
    ] {
        let scan = desk.done(2);
        compose(scan, (!brought).then(Vec::new));
        let version = desk.scan(scan).version;
        read(scan, 2, turn, text);
        let after = desk.scan(scan);
        assert_eq!((after.words, after.version, after.paper), (expected, version, Some(paper())));
        assert_eq!(desk.page(scan, 2).reading.unwrap().failures, u8::from(text.is_none()));
        compose(scan, (!brought).then(|| text.filter(|_| turn == 0).into_iter().collect()));
        assert_ne!(desk.scan(scan).words, Words::Since, "made again it carries them");
    }
    let overtaken = desk.done(1);
    read(overtaken, 1, 0, words);
    compose(overtaken, Some(vec![]));
    assert_eq!(desk.scan(overtaken).words, Words::Since, "they came while it was made");
    let filed = desk.done(1);
    compose(filed, Some(vec![]));
    desk.office.register(letters::form::Register { paper: Some(filed), ..incoming("1/A") }).unwrap();
    read(filed, 1, 0, words);
    assert_eq!(
        (desk.scan(filed).words, desk.page(filed, 1).words(0)),
        (Words::In, words),
        "kept for the search"
    );
}

#[test]
fn what_is_filed_or_gone_is_left_alone() {
    let desk = DeskOf::new();
    let (filed, discarded) = (desk.done(2), desk.done(2));
    let version = desk.scan(filed).version;
    desk.machine(Scans::Compose {
        scan: filed,
        version,
        paper: desk.office.paper(b"%PDF"),
        words: None,
        dressed: vec![],
        made: Made::default(),
    });
    desk.office.register(letters::form::Register { paper: Some(filed), ..incoming("1/A") }).unwrap();
    desk.clerk(Scans::Discard { scan: discarded });
    for (scan, code) in [(filed, "paper.filed"), (discarded, "scan.discarded")] {
        let version = desk.scan(scan).version;
        let arrange = Command::Scans(Scans::Arrange { scan, version, pages: placed(&[1]) });
        assert_eq!(refusal(desk.office.ask(&desk.office.clerk, arrange)).code, code);
        assert_eq!(desk.pictures(scan).len(), 2, "its pages are kept");
    }
}

#[test]
fn a_page_is_straightened_as_was_seen_unless_the_clerk_says_otherwise() {
    let desk = DeskOf::new();
    let seen = |skew_degrees: f32, overhangs| Seen { skew_degrees, overhangs, ..Seen::default() };
    // What was seen, what the clerk wants: tenths of a degree clockwise in the paper.
    let table = [
        (None, None, 0),
        (None, Some(12), 12),
        (Some(seen(0.0, false)), None, 0),
        (Some(seen(0.14, false)), None, 0),
        (Some(seen(0.7, false)), None, -7),
        (Some(seen(-3.25, false)), None, 33),
        (Some(seen(10.0, false)), None, -100),
        (Some(seen(12.0, false)), None, 0),
        (Some(seen(0.7, true)), None, 0),
        (Some(seen(0.7, true)), Some(-7), -7),
        (Some(seen(0.7, false)), Some(0), 0),
    ];
    for (seen, straighten, tenths) in table {
        let scan = desk.done(1);
        if let Some(seen) = seen.clone() {
            let capture = desk.page(scan, 1).capture;
            desk.machine(Scans::Judge { scan, page: 1, capture, seen });
        }
        desk.arrange(scan, vec![Placed { straighten, ..Placed::new(1) }]);
        let dressed = Dressed { straighten_tenths: tenths, clean_edges: true };
        assert_eq!(desk.dressed(scan), [dressed], "{seen:?} {straighten:?}");
        let view = &desk.view(scan, 0)["pages"][0];
        assert_eq!(if straighten.is_some() { &view["straighten"] } else { &view["straight_by"] }, tenths);
    }
    let scan = desk.done(1);
    desk.arrange(scan, vec![Placed { keep_edges: true, ..Placed::new(1) }]);
    assert!(!desk.dressed(scan)[0].clean_edges);
}

#[test]
fn a_page_that_is_looked_at_after_its_paper_was_made_makes_it_no_longer_the_last_word_on_it() {
    let crooked = || Seen { skew_degrees: 0.7, ..Seen::default() };
    // A file that was brought stays as it is.
    for (words, expected) in [(Some(vec![]), Words::Since), (None, Words::AsBrought)] {
        for judged_first in [false, true] {
            let desk = DeskOf::new();
            let scan = desk.done(1);
            let capture = desk.page(scan, 1).capture;
            let judge = || desk.machine(Scans::Judge { scan, page: 1, capture, seen: crooked() });
            let (version, dressed) = (desk.scan(scan).version, desk.dressed(scan));
            if judged_first {
                judge();
            }
            let (paper, words) = (desk.office.paper(b"%PDF"), words.clone());
            desk.machine(Scans::Compose { scan, version, paper, words, dressed, made: Made::default() });
            if !judged_first {
                judge();
            }
            assert_eq!(desk.scan(scan).words, expected, "judged first: {judged_first}");
            let shown = desk.view(scan, 0)["pages"][0]["straight_by"].clone();
            assert_eq!(shown, if expected == Words::AsBrought { 0 } else { -7 });
        }
    }
}

#[test]
fn a_page_that_lies_wrong_is_said_until_it_is_turned() {
    let desk = DeskOf::new();
    let scan = desk.done(1);
    let capture = desk.page(scan, 1).capture;
    desk.machine(Scans::Judge { scan, page: 1, capture, seen: Seen { turn: 180, ..Seen::default() } });
    let told = |desk: &DeskOf| {
        let view = desk.view(scan, 0);
        (view["pages"][0]["turn_by"].clone(), view["warnings"][0]["code"].clone())
    };
    assert_eq!(told(&desk), (180.into(), "page.turned".into()));
    desk.arrange(scan, vec![Placed { turn: 180, ..Placed::new(1) }]);
    assert_eq!(told(&desk), (Value::Null, Value::Null));
}

#[test]
fn pages_in_their_place_are_read_as_they_were_always_written() {
    let wanted = Placed { turn: 90, straighten: Some(-7), ..Placed::new(3) };
    for (text, page) in [
        ("[1,0,false]", Placed::new(1)),
        ("[2,180,true]", Placed { turn: 180, opens: true, ..Placed::new(2) }),
        ("[3,90,false,-7,false]", wanted),
        ("[4,0,false,null,true]", Placed { keep_edges: true, ..Placed::new(4) }),
    ] {
        assert_eq!(serde_json::from_str::<Placed>(text).unwrap(), page);
        assert_eq!(serde_json::to_string(&page).unwrap(), text);
    }
}
