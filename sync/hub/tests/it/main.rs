//! Box and hub together: the real agent, the real hub, and between them every cut a line can make.
//!
//! One binary for all of it, because each test binary links the whole hub again.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    reason = "the helpers are tests too, but clippy knows only functions marked as such"
)]

mod answers;
mod cuts;
mod edges;
mod joining;
mod operator;
mod process;
mod support;
