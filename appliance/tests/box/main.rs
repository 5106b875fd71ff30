//! A whole box, in process and as the program: the scan desk, uploads, the seal, the edge, ending in order.

mod edge;
mod paper;
mod program;
mod scanning;
mod school;
mod sealing;
