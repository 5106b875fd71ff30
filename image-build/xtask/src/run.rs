//! Starting other programs and saying so.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A command of this project either does its work or ends with one sentence that says what to do.
pub type Outcome<T = ()> = Result<T, String>;

/// Tells the person at the terminal what happens now. Goes to standard error: standard output belongs to
/// results, such as the JSON line of `demo --smoke`.
pub fn say(sentence: &str) {
    eprintln!("\u{2192} {sentence}");
}

/// Runs a program to its end, its output on standard error.
///
/// # Errors
/// When it cannot be started or ends with anything but 0; the sentence names it.
pub fn run(command: &mut Command) -> Outcome {
    let shown = shown(command);
    say(&shown);
    let began = Instant::now();
    let status = command
        .stdout(Stdio::from(io::stderr()))
        .status()
        .map_err(|why| format!("cannot start `{shown}`: {why}"))?;
    if status.success() {
        say(&format!("done in {:.1} s", began.elapsed().as_secs_f32()));
        return Ok(());
    }
    Err(format!("`{shown}` ended with {status}"))
}

/// Runs a program quietly and gives back what it wrote.
///
/// # Errors
/// When it cannot be started or ends with anything but 0; the sentence carries what it complained of.
pub fn read(command: &mut Command) -> Outcome<String> {
    let shown = shown(command);
    let done =
        command.stdin(Stdio::null()).output().map_err(|why| format!("cannot start `{shown}`: {why}"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&done.stderr);
    Err(format!("`{shown}` ended with {}: {}", done.status, complaint.trim()))
}

/// `cargo` as the one that started us, in the project's folder.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(crate::place::root());
    command
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
