//! Profiles: a clerk's named way of scanning, on one device.
//!
//! Replaces the note stuck on the scanner ("công văn: hai mặt, 300"). A profile belongs to a device by its lasting id, so
//! that it is there again when the device is plugged in elsewhere; a scan button of the device can start it. Clerks only.

pub mod http;
pub mod model;
pub mod rules;

pub use model::{Command, Event, Profile};
