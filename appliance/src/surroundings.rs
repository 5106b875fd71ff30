//! What the office's pages ask of the rest of the box: how the scanner is, how far a job is, and how the line above
//! stands.

use std::sync::Arc;

use office::http::{ScannerBrief, Surroundings};
use scanner::ScanError;

use crate::App;
use crate::reading::Reader;
use crate::scan::Overview;

/// The box around the office.
pub(crate) fn of(app: &App) -> Surroundings {
    let (link, scanner, scan) = (app.clone(), app.clone(), app.clone());
    let reader = app.reader.clone();
    Surroundings {
        link: Arc::new(move || link.link.view(link.today())),
        // As it was at the last look: a home page does not wait for hardware.
        scanner: Arc::new(move || {
            let (state, sentence) = brief(&scanner.scans.glance());
            ScannerBrief { state: state.into(), sentence }
        }),
        reader: Arc::new(move || Reader::brief(reader.as_ref())),
        scan: Arc::new(move |id| scan.scans.live(id)),
    }
}

/// The page's word for the scanners together, and a sentence.
pub(crate) fn brief(overview: &Overview) -> (&'static str, String) {
    match &overview.outcome {
        _ if overview.is_busy() => ("busy", "Máy quét đang làm việc.".to_owned()),
        None => ("busy", office::scans::sentence("scanner.looking").to_owned()),
        Some(Ok(())) => {
            // One that does not let itself be opened is there, and of no use.
            let usable = overview.here().filter(|known| !known.device.sources.is_empty());
            let labels: Vec<_> = usable.map(|known| known.device.label.as_str()).collect();
            if labels.is_empty() {
                return ("failed", office::scans::sentence("scanner.failed").to_owned());
            }
            ("ready", format!("Máy quét sẵn sàng: {}.", labels.join(", ")))
        }
        Some(Err(error)) => (state_of(error), office::scans::sentence(error.code()).to_owned()),
    }
}

/// The page's word for a look that brought nothing.
fn state_of(error: &ScanError) -> &'static str {
    match error {
        ScanError::NoScanner => "none",
        ScanError::NoLibsane(_) => "no_libsane",
        ScanError::Busy => "busy",
        _ => "failed",
    }
}
