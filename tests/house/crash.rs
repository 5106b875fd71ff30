//! The plug is pulled at every station of the line, before, in the middle of and right after what it does. Whatever the box
//! had acknowledged is there afterwards, no number is given twice or left out, and the walk can go on.
//!
//! The box is the real program and is killed (SIGKILL), its scan worker dies with it, the hub is the real hub. What a power
//! cut does to bytes not yet on the disk is the journal's own test (`appliance/journal/src/tests`).

use std::process::Command;
use std::thread;
use std::time::Duration;

use xtask::demo::line::{Line, STATIONS, Station};
use xtask::demo::machines::Reach;
use xtask::demo::{furnished, house};
use xtask::place::program;

/// Moments after a station begins at which the plug is pulled. Not waiting for anything: each is a cut at another place
/// of the same work, from the request on its way to the seal at rest.
const CUTS_MS: [u64; 4] = [2, 15, 60, 200];

#[test]
fn nothing_acknowledged_is_lost_and_no_number_is_given_twice_wherever_the_plug_is_pulled() {
    house::build_programs().unwrap();
    let mut line = furnished("crash", Reach::Here).unwrap();
    for station in STATIONS {
        for cut in CUTS_MS {
            pass_with_cut(&mut line, station, Duration::from_millis(cut));
            back_with_everything(&mut line, station, &format!("cut after {cut} ms"));
        }
        (station.pass)(&mut line)
            .unwrap_or_else(|trouble| panic!("{} cannot go on: {trouble}", station.name));
        line.house.school.unplug();
        back_with_everything(&mut line, station, "cut right after it was acknowledged");
    }
    assert_eq!(line.summary()["register"]["incoming"], "1");
    line.house.school.stop().unwrap();
    line.house.hub.stop().unwrap();
    for (checker, data) in [("vanthu", "school"), ("vanthu-hub", "hub")] {
        let check = Command::new(program(checker))
            .args(["check", "--json", "--data"])
            .arg(line.house.folder.join(data))
            .output();
        let check = check.unwrap();
        assert!(check.status.success(), "{checker} check: {}", String::from_utf8_lossy(&check.stdout));
    }
}

/// The station fails or not, depending on where it was cut; the box is dead in either case.
fn pass_with_cut(line: &mut Line, station: &Station, after: Duration) {
    let process = line.house.school.process().expect("the box runs").to_string();
    let cutter = thread::spawn(move || {
        thread::sleep(after);
        // The shell's own kill: the program of that name is not on every machine.
        Command::new("sh").args(["-c", "kill -KILL \"$0\"", &process]).status()
    });
    let _ = (station.pass)(line);
    let killed = cutter.join().expect("the cutter does not panic").expect("there is a shell");
    assert!(killed.success(), "the box had ended by itself: {}", line.house.school.last_words());
    line.house.school.unplug();
}

fn back_with_everything(line: &mut Line, station: &Station, when: &str) {
    line.house.school.start().unwrap_or_else(|why| panic!("{} {when}: {why}", station.name));
    let lost = line.lost().unwrap_or_else(|trouble| panic!("{} {when}: {trouble}", station.name));
    assert!(lost.is_empty(), "{} {when}: {lost:?}", station.name);
}
