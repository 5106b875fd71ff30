//! The audit: who did what, in the order it happened.
//!
//! Replaces the memory of the colleague next door (decree 30/2020, appendix VI: nhật ký hệ thống). It is the journal
//! read backwards, each entry in one sentence; nothing is written for it. Head and IT may read it: the sentences name
//! documents by book and number only, since IT may not know what they say.

pub mod http;
mod sentences;
