//! A whole box, in process and as the program: the scan desk, uploads, the seal, the edge, ending in order.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

mod bring;
mod describe;
mod edge;
mod fit;
mod lanes;
mod paper;
mod prints;
mod program;
mod proposals;
mod reading;
mod scanning;
mod school;
mod sealing;
mod search;
mod stacks;
