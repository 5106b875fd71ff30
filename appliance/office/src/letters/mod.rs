//! Văn bản đến, văn bản đi: the documents that come in and go out.
//!
//! Replaces *sổ đăng ký văn bản đến* and *sổ đăng ký văn bản đi* with the routing slip between them (decree 30/2020,
//! articles 14-24, appendix IV). An incoming document is numbered the moment the clerk registers it; an outgoing one
//! only when it is released, so that a draft thrown away leaves no gap. A void number stays in the book with its
//! reason.
//!
//! ```text
//! incoming  registered ─submit→ submitted ─direct→ assigned ─complete→ completed
//!                └──────────────assign─────────────↗
//! outgoing  draft ─submit→ submitted ─approve→ approved ─release→ released ─seal→ (sealed)
//!             ↑──────return────┘        (paper signed by hand may be released from draft)
//! ```
//!
//! Who may: the clerk registers, numbers, releases, seals; the head directs, approves, returns; whoever it is assigned
//! to reports. A teacher sees what was routed to her and her own drafts. `rights::allowed` is the one list of it.
//!
//! What leaves the box is the register line and nothing else: whenever a command changes one, the desk writes it out in
//! full in an entry of its own ([`model::Event::LineStated`], scope above). Directives, reports and drafts stay here.

pub mod acts;
pub mod annexes;
pub mod annexes_http;
mod change;
pub mod copies;
pub mod described;
pub mod events;
pub mod form;
pub mod given;
pub mod http;
pub mod list;
pub mod model;
pub mod placement;
pub mod reference;
pub mod rights;
pub mod rules;
pub mod signers;
pub mod signing;
mod signing_change;
pub(crate) mod signing_rules;
pub mod signing_view;
pub mod transcript;
pub mod types;
pub mod view;

pub(crate) use described::words_came;
pub use described::{Description, to_describe};
pub use model::{Command, Event, Letter};
