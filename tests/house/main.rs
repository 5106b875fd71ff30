//! What crosses crates: promises to people that no single crate can keep alone.
#![expect(clippy::unwrap_used, reason = "what cannot be had here ends the test and says where")]

mod bad_input;
mod crash;
mod golden;
mod guide;
mod permissions;
mod readme;
mod school;
mod verify;
