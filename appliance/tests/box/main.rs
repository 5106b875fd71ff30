//! A whole box, in process and as the program: the scan desk, uploads, the seal, the edge, ending in order.
#![expect(clippy::unwrap_used, reason = "helpers of tests: one that cannot go on says where")]

mod annexes;
mod authority;
mod batches;
mod bring;
mod derived;
mod describe;
mod edge;
mod elsewhere;
mod fit;
mod impressions;
mod lanes;
mod levels;
mod paper;
mod prints;
mod program;
mod proposals;
mod reading;
mod refusals;
mod scanning;
mod school;
mod sealing;
mod search;
mod signers;
mod signing;
mod stacks;
mod verdicts;
