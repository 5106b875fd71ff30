//! The system calls around the worker process that std does not have.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

/// Takes standard output away from everybody else: what is returned writes to it, while all that vendors' code
/// prints from now on goes to standard error. Otherwise one `printf` in a driver would tear the protocol apart.
pub(crate) fn standard_output_for_ourselves() -> io::Result<File> {
    let ours = io::stdout().as_fd().try_clone_to_owned()?;
    // SAFETY: both are descriptors of this process's standard streams; dup2 replaces the first by a copy of the
    // second and touches no memory. Rust's own handle of standard output stays valid, it only leads elsewhere.
    if unsafe { libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(File::from(ours))
}

/// Kills a worker that leads a process group, and with it the readers that some drivers fork.
///
/// `leader` must be a child that has not been waited for, or has been just now: a number is not given out again
/// while its group has members, and otherwise only after all the others.
pub(crate) fn kill_group(leader: u32) {
    let Ok(leader) = libc::pid_t::try_from(leader) else { return };
    if leader > 1 {
        // SAFETY: kill takes two numbers and touches no memory; the group is the worker's own.
        unsafe { libc::kill(-leader, libc::SIGKILL) };
    }
}
