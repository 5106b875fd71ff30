//! What crosses crates: promises to people that no single crate can keep alone.

mod bad_input;
mod crash;
mod golden;
mod permissions;
mod readme;
mod school;
