//! Box and hub together: the real agent, the real hub, and between them every cut a line can make.
//!
//! One binary for all of it, because each test binary links the whole hub again.
#![forbid(unsafe_code)]
// Helpers stand outside #[test] functions, and a test that cannot go on may say so by panicking.
#![allow(clippy::unwrap_used)]

mod answers;
mod cuts;
mod edges;
mod joining;
mod operator;
mod process;
mod support;
