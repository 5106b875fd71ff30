//! What a program needed: CPU seconds and memory, on one core.
//!
//! A process inherits the peak of whoever forked it, so a small one stands between, and its measure is the system's own
//! (`getrusage`): exact to the microsecond, all threads added up.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::figures::Outcome;

/// Waits for the program and says what it needed.
const SCALES: &str = "\
import json, os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(json.dumps([status, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
";

/// What one run of a program needed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    /// Of all its threads, in and for it.
    pub(crate) cpu_s: f64,
    /// The most it held at once.
    pub(crate) peak_bytes: f64,
}

/// Runs a program on the first core to its end.
///
/// # Errors
/// When it is missing or refuses.
pub(crate) fn by(program: &Path, arguments: &[&str]) -> Outcome<Spent> {
    let mut scales = Command::new("taskset");
    scales.args(["-c", "0", "python3", "-S", "-E", "-c", SCALES]).arg(program).args(arguments);
    let done = scales.stdin(Stdio::null()).output()?;
    let read: Value = serde_json::from_slice(&done.stdout)
        .map_err(|_| format!("{}: {}", program.display(), String::from_utf8_lossy(&done.stderr)))?;
    if read[0].as_i64() != Some(0) {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{} {arguments:?} failed: {said}", program.display()).into());
    }
    let cpu_s = read[1].as_f64().ok_or("no CPU time")?;
    let peak_bytes = read[2].as_f64().ok_or("no peak memory")?;
    Ok(Spent { cpu_s, peak_bytes })
}
