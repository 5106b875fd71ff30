//! What bad input and bad luck get: a Vietnamese sentence with the next step, nothing acknowledged lost, and a box that
//! goes on. The box is the real program over HTTP; only what no program can be made to meet - a clock in 1970 - is done
//! inside the test's process.
//!
//! ```text
//! School::open("jam", &[...])            a furnished school, copied in a moment, on an address of its own
//!   .clerk().scan(..)                    something goes wrong
//!   refused(answer, 422, "scan.jammed")  the code, and a sentence that says what to do
//!   .goes_on()                           and the office still works
//! ```

mod above;
mod clock;
mod cuts;
mod data;
mod desk;
mod disk;
mod door;
mod edge;
mod feeder;
mod full_disk;
mod keys;
mod kills;
mod memory;
mod network_scanner;
mod prying;
mod register;
mod scanner;
mod states;
mod support;
mod uploads;
