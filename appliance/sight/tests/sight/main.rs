//! Pages drawn by the tests and spoiled by numbers, pages as a scanner delivers them, and bytes nobody should send.
//!
//! `VANTHU_CORPUS` may name a folder of further scanned pages (`*.jpg`, 300 dpi); they are read in place.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers are tests too, but clippy knows only functions marked as such"
)]

mod codes;
mod draw;
mod fingerprints;
mod flags;
mod hostile;
mod legible;
mod photos;
mod scanned;
mod skew;
mod spoil;
mod standing;
