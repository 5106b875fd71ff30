//! The project's own commands: what a newcomer types after cloning, and what the build machine runs.
//!
//! ```text
//! cargo xtask demo            a hub and one school's box with people, paper and passwords, until Ctrl-C
//! cargo xtask demo --smoke    the same house walked through by a program; one JSON line says how it went
//! cargo xtask test            everything that must be green
//! cargo xtask bench [NAME]    figures
//! cargo xtask check           format, lints, documentation, types of the page, licences
//! ```
//!
//! Each command installs what it needs and says so first ([`setup`]). The walk through the house
//! ([`demo::line`]) is a library on purpose: the crash test walks the same stations and pulls the plug at each.
//! Nothing here knows an office rule; it talks to the programs over HTTP and their command lines, as a school does.
#![forbid(unsafe_code)]

pub mod bench;
pub mod browser;
pub mod check;
pub mod demo;
pub mod place;
pub mod run;
pub mod setup;
pub mod suite;
pub mod webpage;
