//! What `paper` makes is judged by programs that are not ours: poppler, jbig2dec, qpdf and pyHanko. A missing judge fails the
//! test that needs it, with the sentence that says how to get it.

// The helpers are tests too, but clippy knows only functions marked as such.
#![allow(clippy::unwrap_used)]

mod apart;
mod bad_input;
mod bilevel;
mod coarser;
mod compose;
mod describe;
mod impression;
mod judges;
mod layered;
mod levels;
mod look;
mod overlay;
mod pdf_a;
mod pki;
mod place;
mod samples;
mod sign;
mod spots;
mod take_in;
mod typeset;
mod words;
