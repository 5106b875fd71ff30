//! kill -9 in mid-stack, again and again: of the box, of its scan worker, of both at once. Every sheet that was acknowledged is
//! there afterwards, once and in its place; the job says which sheet goes on top, and from there on the stack goes on.
//!
//! ```text
//! stack of 17 -> kill -> start -> "Đặt lại từ tờ thứ 6" -> sheets 6..17 into the tray -> continue -> kill -> ...
//! ```
//!
//! Forty kills in an ordinary run; `VANTHU_KILLS=1000` is the proof. The dice fall the same way every time, and
//! `VANTHU_DICE` is another throw.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::demo::client::Client;

use super::feeder::{Feeder, Sheet, number_on};
use super::support::{School, folder, is_at_work, says_what_to_do, scanner_of, wait_for};

const KILLS: u64 = 40;
const DICE: u64 = 20_261_121;
/// A stack is through sooner than this: the moment of a kill lies anywhere in it.
const LONGEST_WAIT_MS: u64 = 500;
/// Asking takes a few milliseconds, which must not decide when the plug is pulled.
const LAST_LOOK: Duration = Duration::from_millis(25);
/// Who is struck: of seventeen kills four the worker alone, twelve box and worker as by a power cut, one the box alone,
/// whose worker then takes seconds to notice.
const WORKER_ALONE: u64 = 4;
const MOST_STRUCK: u64 = 16;

/// Chance that can be had again: SplitMix64.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % (most + 1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    OneSide,
    BothSides,
    ByHand,
}

/// A stack and what must come of it.
struct Stack {
    way: Way,
    sheets: u32,
}

impl Stack {
    /// What lies in the tray in each pass, uppermost first.
    fn passes(&self) -> Vec<Vec<Sheet>> {
        let sheets = 1..=self.sheets;
        let (front, back) = (|sheet: u32| 2 * sheet, |sheet: u32| 2 * sheet + 1);
        match self.way {
            Way::OneSide => vec![sheets.map(|sheet| vec![front(sheet)]).collect()],
            Way::BothSides => vec![sheets.map(|sheet| vec![front(sheet), back(sheet)]).collect()],
            Way::ByHand => vec![
                sheets.clone().map(|sheet| vec![front(sheet)]).collect(),
                sheets.rev().map(|sheet| vec![back(sheet)]).collect(),
            ],
        }
    }

    /// The numbers in the order in which they come.
    fn as_they_come(&self) -> Vec<u32> {
        self.passes().into_iter().flatten().flatten().collect()
    }

    /// The numbers in the order in which they are kept in the end.
    fn in_the_end(&self) -> Vec<u32> {
        match self.way {
            Way::OneSide => self.as_they_come(),
            Way::BothSides | Way::ByHand => (2..2 * self.sheets + 2).collect(),
        }
    }

    fn wish(&self, device: &str) -> Value {
        let source = if self.way == Way::BothSides { "feeder_duplex" } else { "feeder" };
        json!({
            "device": device, "source": source, "colour": "grey", "dpi": 75, "paper": "a5",
            "both_sides_by_hand": self.way == Way::ByHand, "sheets_expected": self.sheets,
        })
    }
}

#[derive(Debug, Default)]
struct Tally {
    /// A power cut.
    of_both: u64,
    of_the_box: u64,
    of_the_worker: u64,
    stacks: u64,
    sheets: u64,
    pages: u64,
    /// Sheets that lay in the feeder's path when it was cut off, and had to be laid back.
    fed_again: u64,
}

impl Tally {
    fn kills(&self) -> u64 {
        self.of_both + self.of_the_box + self.of_the_worker
    }
}

struct Desk {
    school: School,
    clerk: Client,
    feeder: Feeder,
    dice: Dice,
    /// Numbers on captures that were looked at already.
    numbers: HashMap<String, u32>,
    tally: Tally,
    wanted: u64,
}

#[test]
fn no_page_is_lost_and_none_is_doubled_however_often_the_power_fails_in_mid_stack() {
    let said = |name: &str| std::env::var(name).ok().and_then(|said| said.parse().ok());
    let feeder = Feeder::empty(&folder("kills"));
    let school = School::open("kills", &feeder.variables());
    let clerk = school.clerk();
    let mut desk = Desk {
        school,
        clerk,
        feeder,
        dice: Dice(said("VANTHU_DICE").unwrap_or(DICE)),
        numbers: HashMap::new(),
        tally: Tally::default(),
        wanted: said("VANTHU_KILLS").unwrap_or(KILLS),
    };
    let began = Instant::now();
    while desk.tally.kills() < desk.wanted {
        desk.stack();
    }
    println!("{} kills in {:.0} s: {:?}", desk.tally.kills(), began.elapsed().as_secs_f64(), desk.tally);
    let struck = &desk.tally;
    assert!(struck.of_both > 0 && struck.of_the_box > 0 && struck.of_the_worker > 0, "{struck:?}");
    desk.school.goes_on();
    desk.school.closes_sound();
}

impl Desk {
    /// A stack from its first sheet to its last, killed on the way.
    fn stack(&mut self) {
        let way = [Way::OneSide, Way::BothSides, Way::ByHand][self.dice.up_to(2) as usize];
        let stack = Stack { way, sheets: 4 + self.dice.up_to(20) as u32 };
        let passes = stack.passes();
        self.feeder.lay(&passes[0]);
        let device = scanner_of(&self.clerk);
        let begun = self.clerk.post("/api/scans", &stack.wish(&device)).unwrap();
        let path = format!("/api/scans/{}", begun["id"].as_str().unwrap());
        let mut laid = (0, 0);
        loop {
            let mut scan = self.run_and_kill(&path, &stack);
            if is_through(&scan, &passes) {
                let enough = json!({"version": scan["version"]});
                scan = self.clerk.post(&format!("{path}/settle"), &enough).unwrap();
            }
            let Some((pass, sheet)) = next_sheet(&scan) else { break };
            let fed = passes[laid.0].len() - self.feeder.left();
            if pass == laid.0 {
                assert!(
                    (sheet..=sheet + 1).contains(&fed) && sheet >= laid.1,
                    "fed {fed} sheets, asked for {} next: {scan}",
                    sheet + 1
                );
                self.tally.fed_again += (fed - sheet) as u64;
            }
            laid = (pass, sheet);
            self.feeder.lay(&passes[pass][sheet..]);
            self.clerk.post(&format!("{path}/continue"), &json!({})).unwrap();
        }
        let scan = self.clerk.get(&path).unwrap();
        assert_eq!(scan["state"], "done", "{scan}");
        assert_eq!(self.numbers(&path, &scan), stack.in_the_end(), "{:?} {scan}", stack.way);
        self.tally.stacks += 1;
        self.tally.sheets += u64::from(stack.sheets);
        self.tally.pages += scan["pages_total"].as_u64().unwrap();
        self.clerk.post(&format!("{path}/discard"), &json!({})).unwrap();
    }

    /// Lets the job run and pulls the plug somewhere; the job as it is found afterwards, with all it had shown before.
    fn run_and_kill(&mut self, path: &str, stack: &Stack) -> Value {
        let moment = Instant::now() + Duration::from_millis(self.dice.up_to(LONGEST_WAIT_MS));
        let mut seen = self.clerk.get(path).unwrap();
        while Instant::now() + LAST_LOOK < moment && is_at_work(&seen) {
            seen = self.clerk.get(path).unwrap();
        }
        if is_at_work(&seen) && self.tally.kills() < self.wanted {
            while Instant::now() < moment {
                std::thread::yield_now();
            }
            self.kill();
        }
        let scan = wait_for("the job to rest", || {
            Some(self.clerk.get(path).unwrap()).filter(|scan| !is_at_work(scan))
        });
        self.nothing_is_lost(path, stack, &seen, &scan);
        scan
    }

    fn kill(&mut self) {
        let process = self.school.machine.process().expect("the box runs");
        let struck = self.dice.up_to(MOST_STRUCK);
        if struck < WORKER_ALONE {
            workers(process).iter().for_each(|worker| signal("KILL", *worker));
            self.tally.of_the_worker += 1;
            return;
        }
        // Held for a moment, so that it starts no worker that nobody sees.
        signal("STOP", process);
        let workers = workers(process);
        if struck < MOST_STRUCK {
            workers.iter().for_each(|worker| signal("KILL", *worker));
            self.tally.of_both += 1;
        } else {
            self.tally.of_the_box += 1;
        }
        self.school.machine.unplug();
        // Nobody feeds sheets for a box that is no more.
        wait_for("the workers of a dead box to leave", || {
            workers.iter().all(|worker| has_ended(*worker)).then_some(())
        });
        self.school.machine.start().unwrap();
    }

    fn nothing_is_lost(&mut self, path: &str, stack: &Stack, before: &Value, now: &Value) {
        if matches!(now["state"].as_str(), Some("failed")) {
            says_what_to_do(now["error"]["sentence"].as_str().unwrap());
        }
        if now["state"] == "done" {
            return;
        }
        let kept = |scan: &Value| -> Vec<(u64, String)> {
            let page =
                |page: &Value| (page["page"].as_u64().unwrap(), page["capture"].as_str().unwrap().to_owned());
            scan["pages"].as_array().unwrap().iter().map(page).collect()
        };
        let (acknowledged, here) = (kept(before), kept(now));
        assert!(here.starts_with(&acknowledged), "acknowledged: {before}\nfound: {now}");
        let numbers = self.numbers(path, now);
        assert!(stack.as_they_come().starts_with(&numbers), "{numbers:?} of {:?}: {now}", stack.way);
    }

    /// What stands on the pages of a job, in their order.
    fn numbers(&mut self, path: &str, scan: &Value) -> Vec<u32> {
        let mut numbers = Vec::new();
        for page in scan["pages"].as_array().unwrap() {
            let capture = page["capture"].as_str().unwrap().to_owned();
            let number = *self.numbers.entry(capture).or_insert_with(|| {
                number_on(&self.clerk.bytes(&format!("{path}/pages/{}.jpg", page["page"])).unwrap())
            });
            numbers.push(number);
        }
        numbers
    }
}

/// Pass and place of the sheet that goes on top, as the job says; nothing when the stack is through.
fn next_sheet(scan: &Value) -> Option<(usize, usize)> {
    let pass = usize::from(scan["pass"] == "backs");
    match scan["state"].as_str().unwrap() {
        "done" => None,
        "turning" => Some((1, 0)),
        "failed" => {
            let code = scan["error"]["code"].as_str().unwrap();
            assert!(["scan.interrupted", "scan.worker_died"].contains(&code), "{scan}");
            Some((pass, next_of(scan)))
        }
        other => panic!("{other}: {scan}"),
    }
}

/// Cut off between the last sheet and the word that there was no more: there is nothing to lay on top.
fn is_through(scan: &Value, passes: &[Vec<Sheet>]) -> bool {
    let pass = usize::from(scan["pass"] == "backs");
    scan["state"] == "failed" && next_of(scan) == passes[pass].len()
}

/// The sheet the job asks for, from 0.
fn next_of(scan: &Value) -> usize {
    scan["resume"]["sheet"].as_u64().unwrap_or_else(|| panic!("no way on: {scan}")) as usize - 1
}

/// The scan workers of a box.
pub(super) fn workers(of: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let children =
        threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    children
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

/// Gone, or dead and not yet missed by anybody.
fn has_ended(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}

/// A process that is no more gets no signal, and that is all right.
fn signal(name: &str, process: u32) {
    let script = format!("kill -{name} \"$0\"");
    let _ = Command::new("sh")
        .args(["-c", &script, &process.to_string()])
        .stderr(std::process::Stdio::null())
        .status();
}
