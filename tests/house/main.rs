//! What crosses crates: promises to people that no single crate can keep alone.
#![expect(clippy::unwrap_used, reason = "what cannot be had here ends the test and says where")]

#[path = "../../appliance/tests/box/authority.rs"]
#[expect(dead_code, reason = "the box's own tests use the rest")]
mod authority;
mod bad_input;
mod crash;
mod golden;
mod guide;
mod permissions;
mod readme;
mod school;
mod verify;
