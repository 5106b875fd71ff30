//! What differs between Linux and Windows around the worker process.

use std::io::{self, Write};
use std::process::Command;

/// Takes standard output away from everybody else: what is returned writes to it, while all that vendors' code prints
/// from now on goes to standard error. Otherwise one `printf` in a module would tear the protocol apart.
#[cfg(unix)]
pub(crate) fn standard_output_for_ourselves() -> io::Result<impl Write> {
    use std::os::fd::AsFd;
    let ours = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(std::fs::File::from(ours))
}

/// On Windows a module that prints to standard output ends its worker: the box hears nonsense and says so.
#[cfg(not(unix))]
pub(crate) fn standard_output_for_ourselves() -> io::Result<impl Write> {
    Ok(io::stdout())
}

/// Sets the worker apart: on Linux in a group of its own, so that what a module forks can be killed with it; on Windows
/// without a console window that would flash up.
#[cfg(unix)]
pub(crate) fn set_apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(windows)]
pub(crate) fn set_apart(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

/// Kills a worker that has not been waited for, and on Linux what its module forked.
pub(crate) fn kill(worker: &mut std::process::Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Some(leader) = i32::try_from(worker.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
    // A worker that has already ended is no fault here.
    let _ = worker.kill();
}
