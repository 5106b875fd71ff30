//! What the office's home page asks of the rest of the box: how the scanner is and how the line above stands.

use std::sync::Arc;

use office::http::{ScannerBrief, Surroundings};
use scanner::ScanError;

use crate::App;

/// The box around the office.
pub(crate) fn of(app: &App) -> Surroundings {
    let (link, scans) = (app.clone(), app.clone());
    Surroundings {
        link: Arc::new(move || link.link.view(link.today())),
        scanner: Arc::new(move || scanner(&scans)),
    }
}

/// The scanner as it was at the last look: a home page does not wait for hardware.
fn scanner(app: &App) -> ScannerBrief {
    let (state, sentence) = match app.scans.glance() {
        _ if app.scans.is_busy() => ("busy", BUSY.to_owned()),
        None => ("busy", "Đang tìm máy quét.".to_owned()),
        Some(Ok(devices)) => ("ready", ready(&devices)),
        Some(Err(error)) => (state_of(&error), office::scans::sentence(error.code()).to_owned()),
    };
    ScannerBrief { state: state.into(), sentence }
}

/// While a job is at work.
pub(crate) const BUSY: &str = "Máy quét đang làm việc.";

/// Which scanners there are.
pub(crate) fn ready(devices: &[scanner::Device]) -> String {
    let labels: Vec<_> = devices.iter().map(|device| device.label.as_str()).collect();
    format!("Máy quét sẵn sàng: {}.", labels.join(", "))
}

/// The page's word for a look that brought nothing.
pub(crate) fn state_of(error: &ScanError) -> &'static str {
    match error {
        ScanError::NoScanner => "none",
        ScanError::NoLibsane(_) => "no_libsane",
        ScanError::Busy => "busy",
        _ => "failed",
    }
}
