//! The machine the figures were taken on: without it they mean nothing next week.

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::figures::{Outcome, median};

const SYNCS: usize = 200;
const SYNCED_BYTES: usize = 4096;

/// What there is, and how busy it was when we began.
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    memory_bytes: u64,
    load: String,
    sync_s: Vec<f64>,
}

impl Machine {
    /// Looks round; `folder` lies on the disk that is measured.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn look(folder: &Path) -> Outcome<Self> {
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            processor: line_of("/proc/cpuinfo", "model name"),
            memory_bytes: kilobytes("/proc/meminfo", "MemTotal").unwrap_or_default(),
            load: fs::read_to_string("/proc/loadavg")
                .unwrap_or_default()
                .split(' ')
                .take(3)
                .collect::<Vec<_>>()
                .join(" "),
            sync_s: syncs(&folder.join("syncs"))?,
        })
    }

    /// For the JSON line.
    pub(crate) fn json(&self) -> Value {
        json!({
            "cores": self.cores, "processor": self.processor, "memory_bytes": self.memory_bytes, "load": self.load,
            "fsync_s": median(&self.sync_s), "release": !cfg!(debug_assertions),
        })
    }

    fn slowest_sync_s(&self) -> f64 {
        self.sync_s.iter().copied().fold(0.0, f64::max)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if cfg!(debug_assertions) {
            writeln!(f, "A debug build: these figures say nothing about a box.")?;
        }
        writeln!(
            f,
            "{} cores ({}), {:.1} GB of memory, load before {}",
            self.cores,
            self.processor,
            self.memory_bytes as f64 / 1e9,
            self.load
        )?;
        writeln!(
            f,
            "disk: append of {SYNCED_BYTES} bytes with fsync {:.2} ms, slowest of {SYNCS} {:.2} ms",
            median(&self.sync_s) * 1e3,
            self.slowest_sync_s() * 1e3
        )
    }
}

fn syncs(file: &Path) -> Outcome<Vec<f64>> {
    let mut file = File::create(file)?;
    let bytes = [0x5a; SYNCED_BYTES];
    let mut took = Vec::new();
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&bytes)?;
        file.sync_all()?;
        took.push(began.elapsed().as_secs_f64());
    }
    Ok(took)
}

fn line_of(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// A line such as `Rss:   1234 kB` of a file of /proc, in bytes.
pub(crate) fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let value = line_of(file, name);
    Some(value.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
