//! Which scanners there are, and in words how each of them is.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use office::http::Problem;
use office::scans::{LastSettings, Settings, sentence};
use office::{Actor, Error, Role, Viewer};
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Overview;
use super::roster::Known;
use super::wish::words;
use crate::{App, surroundings};

/// The scanners, and in words how they are.
#[derive(Serialize, ToSchema)]
pub(super) struct ScannerList {
    /// `ready`, `none`, `no_libsane`, `busy`, `failed`.
    state: &'static str,
    sentence: String,
    devices: Vec<DeviceView>,
    /// What troubles the machine: `power.*`, `usb.*`.
    troubles: Vec<TroubleView>,
    /// Jobs that wait for their turn.
    queue_length: usize,
}

/// One scanner; one that was unplugged stays in the list until the box restarts.
#[derive(Serialize, ToSchema)]
struct DeviceView {
    /// The same after it was plugged in elsewhere.
    id: String,
    label: String,
    /// `ready`, `scanning`, `gone`, `failed`.
    state: &'static str,
    sentence: &'static str,
    /// `flatbed`, `feeder`, `feeder_duplex`.
    sources: Vec<String>,
    /// `colour`, `grey`, `black_white`.
    colours: Vec<String>,
    resolutions_dpi: Vec<u32>,
    /// `a4`, `a5`, `a3`, `f4`, `letter`, `max`: those it takes whole.
    papers: Vec<String>,
    /// Buttons of the device that can start a profile.
    buttons: Vec<String>,
    /// How it was used last.
    last: Option<Settings>,
}

/// Something wrong with power or cable.
#[derive(Serialize, ToSchema)]
#[schema(as = ScannerTrouble)]
struct TroubleView {
    code: &'static str,
    sentence: &'static str,
}

/// Which scanners there are.
#[utoipa::path(get, path = "/api/scanners", operation_id = "list_scanners", tag = "scans",
    responses((status = 200, body = ScannerList),
        (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn scanners(viewer: Viewer, State(app): State<App>) -> Result<Json<ScannerList>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk])?;
    let overview = app.scans.overview_now().await;
    let last: Vec<LastSettings> = app.desk.read(|rows| Ok(rows.all()?)).await?;
    let last = last.into_iter().map(|last| (last.settings.device.clone(), last.settings)).collect();
    let brief = surroundings::brief(&overview);
    Ok(Json(ScannerList {
        state: brief.0,
        sentence: brief.1,
        troubles: overview
            .troubles
            .iter()
            .map(|code| TroubleView { code, sentence: sentence(code) })
            .collect(),
        queue_length: overview.queue_length,
        devices: views(overview, last),
    }))
}

fn views(overview: Overview, mut last: HashMap<String, Settings>) -> Vec<DeviceView> {
    let view = |(known, at_work): (Known, bool)| {
        let (state, code) = state(&known, at_work);
        let device = known.device;
        DeviceView {
            last: last.remove(&known.id),
            id: known.id,
            label: device.label,
            state,
            sentence: sentence(code),
            sources: words(&device.sources),
            colours: words(&device.colours),
            resolutions_dpi: device.resolutions_dpi,
            papers: words(&device.papers),
            buttons: device.buttons,
        }
    };
    overview.devices.into_iter().map(view).collect()
}

/// The page's word for how a scanner is, and the code of its sentence.
fn state(known: &Known, at_work: bool) -> (&'static str, &'static str) {
    match known {
        _ if at_work => ("scanning", "scanner.scanning"),
        Known { gone: true, .. } => ("gone", "scanner.gone"),
        // It did not let itself be opened: another program has it, or the rights are missing.
        Known { device, .. } if device.sources.is_empty() => ("failed", "scanner.failed"),
        _ => ("ready", "scanner.ready"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_scanner_and_of_its_states_has_a_sentence_of_its_own() {
        let unknown = sentence("scan.something_new");
        let states = ["scanner.ready", "scanner.scanning", "scanner.gone", "scanner.failed"];
        let troubles = ["power.under_voltage", "usb.resets", "usb.over_current"];
        for code in scanner::ScanError::CODES.iter().chain(&states).chain(&troubles) {
            assert_ne!(sentence(code), unknown, "{code}");
        }
    }
}
