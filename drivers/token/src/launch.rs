//! How a worker is started, and how long a silent one is believed to be working.

use std::path::PathBuf;
use std::time::Duration;

/// How to start a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program, normally the box's own.
    pub program: PathBuf,
    /// Its arguments, normally `token-worker`; `--module PATH` is added.
    pub args: Vec<String>,
    /// Added to the worker's environment.
    pub env: Vec<(String, String)>,
}

/// How long a silent worker is believed to be working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Loading the module, looking at the tokens, logging in.
    pub open: Duration,
    /// Logging in where the holder types the PIN into the vendor's window or on a PIN pad.
    pub person: Duration,
    /// One signature.
    pub sign: Duration,
    /// Logging out, behind the caller's back.
    pub close: Duration,
}

impl Default for Patience {
    /// What slow tokens need (RSA 4096 takes some three seconds), several times over: 30 s, 2 min, 20 s and 5 s.
    fn default() -> Patience {
        Patience {
            open: Duration::from_secs(30),
            person: Duration::from_secs(120),
            sign: Duration::from_secs(20),
            close: Duration::from_secs(5),
        }
    }
}
