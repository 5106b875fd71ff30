//! Pages drawn by the tests and spoiled by numbers, pages as a scanner delivers them, and bytes nobody should send.
//!
//! `VANTHU_CORPUS` may name a folder of further scanned pages (`*.jpg`, 300 dpi); they are read in place.

// The helpers are tests too, but clippy knows only functions marked as such.
#![allow(clippy::unwrap_used)]

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
