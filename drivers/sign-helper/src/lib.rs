//! The clerk's own token, lent to the box's page.
//!
//! The certificate of a unit or a person often lives on a USB token that stays in the clerk's own PC, where the vendor's
//! software is. This small program runs there, on Linux or Windows, and signs what the page of the box brings it. It
//! listens on loopback only; documents never reach it, only the few hundred bytes of signed attributes that the standard
//! has signed.
//!
//! ```text
//! page of the box (browser)                     helper (this PC)              token
//!  | GET  /v1/hello                          ->  |  paired? pairing?
//!  | POST /v1/pair {code, box}               ->  |  the six digits it shows, once
//!  |  <- {secret}                                |  kept by the page, with every call from now on
//!  | GET  /v1/holders                        ->  |  modules on this PC, key files
//!  | POST /v1/tokens {module}                ->  |  list                     ->  |
//!  |  <- {tokens: [{label, pin, certificates}]}  |
//!  | POST /v1/open {holder, pin}             ->  |  log in                   ->  |
//!  |  <- {session, algorithm, chain}             |
//!  |  (the box makes the attributes for this certificate)
//!  | POST /v1/sign {session, documents}      ->  |  sign, sign, ...          ->  |
//!  |  <- {results: [{signature} | {error}]}      |  each by itself
//!  | POST /v1/close {session}                ->  |  log out                  ->  |
//! ```
//!
//! A hundred documents are one PIN: one `open`, as many `sign` calls as the page wants for its progress bar, one `close`.
//! A session that nobody uses for two minutes closes by itself.
//!
//! # Who is answered
//!
//! | a request must have                                           | because                                        |
//! |---------------------------------------------------------------|------------------------------------------------|
//! | a `Host` of `127.0.0.1`, `[::1]` or `localhost` with our port | a name that was turned to loopback is a trap   |
//! | an `Origin` that has been paired (or pairing is open)         | any page can send requests to loopback         |
//! | `Content-Type: application/json`                              | so that a browser asks before it sends         |
//! | `Authorization: Bearer` with the secret of that very `Origin` | other programs can invent an `Origin`          |
//!
//! Whoever lacks the first two gets a refusal without CORS headers, which a browser does not even show to the page. A
//! browser's preflight is answered for known origins, with `Access-Control-Allow-Private-Network`.
//!
//! Chromium (tried: 156) lets a page without TLS reach loopback only when the box has a private address (10.x, 172.16.x,
//! 192.168.x), and blocks the request before it is sent when the address is a public one: there the box needs TLS.
//!
//! Pairing is open only while the helper shows a code: at the first start or with `--pair`, for ten minutes and five tries
//! of each page. Several origins may be paired: the same box is reached by name and by address. A box is known by its origin
//! and nothing else: on a network where somebody can pretend to be that address, the box needs TLS. The helper's window
//! names the origin that was paired, and writes a line for every document it signs.
//!
//! # The PIN
//!
//! Comes with `open` over loopback, because a desktop without a terminal has nowhere else to type it. It goes to the
//! token's process and is forgotten; it is neither written nor logged. Where the token has a PIN pad or its vendor a
//! window of its own, the PIN is sent empty. What is signed must be signed attributes of a CMS; a helper that signed
//! anything could be used to log in somewhere.
//!
//! Sentences for people are Vietnamese: problem JSON `{code, detail}`, as from the box.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod api;
mod attributes;
mod cli;
mod config;
mod desk;
mod gate;
mod pairing;
mod server;
mod trouble;

pub use cli::{Fault, SignHelper, token_worker};
pub use config::PORT;
