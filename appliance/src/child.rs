//! A program that is only trusted with bytes: no shell, no surroundings of ours, no files but those of a folder that is
//! thrown away after it; last in line for the processor, with a limit to everything it can use up. Whoever stops waiting
//! for it kills it, and whatever it started.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit, setpriority_process};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Behind everything else on the machine.
const NICE: i32 = 19;
/// A page full of words is 200 KB.
const MOST_OUTPUT: u64 = 8 << 20;
/// As much of its complaints as a log needs.
const MOST_COMPLAINTS: u64 = 2 << 10;

/// What a program may use up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds<'b> {
    /// How long it may take.
    pub(crate) within: Duration,
    /// Bytes of memory.
    pub(crate) memory: u64,
    /// Where it may write, and how many bytes a file may have; nowhere if nothing is said.
    pub(crate) folder: Option<(&'b Path, u64)>,
}

/// Why there is no output.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildFault {
    #[error("it does not start: {0}")]
    NotStarted(std::io::Error),
    #[error("it takes too long")]
    TooSlow,
    #[error("it does not stop talking")]
    TooMuch,
    #[error("it failed ({status}): {said}")]
    Failed { status: String, said: String },
}

/// Ends the program and whatever it started, unless it has ended by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Starts a program, gives it `input` and takes what it says.
///
/// # Errors
/// If it does not start, fails, talks too much or takes too long.
pub(crate) async fn said(
    program: &Path,
    arguments: &[&OsStr],
    input: &[u8],
    bounds: &Bounds<'_>,
) -> Result<Vec<u8>, ChildFault> {
    let mut child = started(program, arguments, bounds).map_err(ChildFault::NotStarted)?;
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let mut group = Group(pid);
    held_back(pid, bounds);
    let talk = tokio::time::timeout(bounds.within, talk(&mut child, input)).await;
    let (output, complaints, status) =
        talk.map_err(|_| ChildFault::TooSlow)?.map_err(ChildFault::NotStarted)?;
    if output.len() as u64 > MOST_OUTPUT {
        return Err(ChildFault::TooMuch);
    }
    let Some(status) = status else { return Err(ChildFault::TooSlow) };
    // Its number may soon be somebody else's.
    group.0 = None;
    if status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&complaints).trim().to_owned();
    Err(ChildFault::Failed { status: status.to_string(), said })
}

fn started(program: &Path, arguments: &[&OsStr], bounds: &Bounds<'_>) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    let folder = bounds.folder.map_or(Path::new("/"), |(folder, _)| folder);
    command.args(arguments).env_clear().current_dir(folder).process_group(0).kill_on_drop(true);
    if bounds.folder.is_some() {
        command.env("HOME", folder).env("TMPDIR", folder);
    }
    for name in ["PATH", "TESSDATA_PREFIX"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // More threads make a page no faster and the box slower.
    command.env("OMP_THREAD_LIMIT", "1").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Not every system allows each of these, and none is a reason not to read.
fn held_back(pid: Option<Pid>, bounds: &Bounds<'_>) {
    let Some(pid) = pid else { return };
    let _ = setpriority_process(Some(pid), NICE);
    let most = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    let limits = [
        (Resource::As, bounds.memory),
        // It outlives a box that was killed by so much at most.
        (Resource::Cpu, bounds.within.as_secs().max(1)),
        (Resource::Fsize, bounds.folder.map_or(0, |(_, most)| most)),
        (Resource::Core, 0),
    ];
    for (resource, limit) in limits {
        let _ = prlimit(Some(pid), resource, most(limit));
    }
}

/// What it said, what it complained of, and how it ended; no end where it said more than anybody wants to hear.
async fn talk(
    child: &mut Child,
    input: &[u8],
) -> std::io::Result<(Vec<u8>, Vec<u8>, Option<std::process::ExitStatus>)> {
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin.take() {
            // One that does not listen to the end says why in its status.
            let _ = stdin.write_all(input).await;
        }
    };
    let ((), output, complaints) =
        tokio::join!(feed, up_to(stdout, MOST_OUTPUT), up_to(stderr, MOST_COMPLAINTS));
    let (output, complaints) = (output?, complaints?);
    if output.len() as u64 > MOST_OUTPUT {
        return Ok((output, complaints, None));
    }
    Ok((output, complaints, Some(child.wait().await?)))
}

/// All it says up to one byte more than `most`; then it speaks to nobody.
async fn up_to(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut heard = Vec::new();
    if let Some(from) = from {
        from.take(most + 1).read_to_end(&mut heard).await?;
    }
    Ok(heard)
}
