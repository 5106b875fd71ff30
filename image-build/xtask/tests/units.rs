//! systemd itself reads our units and finds nothing to complain of.

use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::place;

/// Any program that exists: systemd checks that what a unit starts is there, and on this machine ours is not
/// installed.
const STAND_IN: &str = "/bin/true";

#[test]
fn systemd_finds_no_fault_in_the_units() {
    if !place::is_installed("systemd-analyze") {
        eprintln!("systemd is not on this machine: the units were not looked at");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("units");
    fs::create_dir_all(&folder).unwrap();
    for unit in ["vanthu.service", "vanthu-hub.service"] {
        let text = fs::read_to_string(place::at("systemd").join(unit)).unwrap();
        let program = format!("/usr/bin/{}", unit.trim_end_matches(".service"));
        assert!(text.contains(&format!("ExecStart={program} ")), "{unit} does not start {program}");
        let file = folder.join(unit);
        fs::write(&file, text.replace(&program, STAND_IN)).unwrap();

        let verdict =
            Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output().unwrap();
        let complaints = String::from_utf8_lossy(&verdict.stderr);
        assert!(verdict.status.success() && complaints.trim().is_empty(), "{unit}: {complaints}");
    }
}

/// What the first issue asks of both units; the rest may be tightened.
#[test]
fn units_tell_systemd_when_they_are_ready_and_are_restarted() {
    for unit in ["vanthu.service", "vanthu-hub.service"] {
        let text = fs::read_to_string(place::at("systemd").join(unit)).unwrap();
        for line in ["Type=notify", "Restart=on-failure", "NoNewPrivileges=yes", "ProtectSystem=strict"] {
            assert!(text.lines().any(|there| there == line), "{unit} lacks {line}");
        }
        let state = format!("StateDirectory={}", unit.trim_end_matches(".service"));
        assert!(text.lines().any(|there| there == state), "{unit} lacks {state}");
    }
}

#[test]
fn nothing_that_was_brought_to_the_box_can_be_started() {
    let text = fs::read_to_string(place::at("systemd").join("vanthu.service")).unwrap();
    assert!(text.lines().any(|there| there == "NoExecPaths=/var/lib/vanthu"));
}
