//! What a records office relies on, tried on a toy one: see `toy.rs` for the office and `disk.rs` for the disk that
//! breaks on command.

mod blobs;
mod crash;
mod disk;
mod full;
mod golden;
mod opening;
mod property;
mod reading;
mod tampering;
mod toy;
mod writing;
