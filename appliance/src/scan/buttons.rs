//! The scanner's own buttons: pressing one starts the scan its profile says, as if its clerk had pressed "Quét".
//!
//! SANE tells of a button only to who asks for it, so an idle lane keeps the device open and asks. It lets go before a
//! scan and before a look for scanners, and does not begin at all where no profile is bound to a button.

use std::pin::pin;
use std::time::Duration;

use office::Error;
use office::profiles::Profile;
use scanner::{ScanError, Scanners};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::desk::{SCAN_DESK, ScanDesk};
use super::roster::Known;
use super::wish;
use crate::followers::live::Event;

/// After a device that does not let itself be watched, until the next try.
const WATCH_AGAIN: Duration = Duration::from_secs(30);

impl ScanDesk {
    /// Nothing to do on a lane: watches the buttons that have a profile until the bell rings.
    pub(super) async fn idle(&self, device: &str, scanners: &Scanners, bell: &Notify) {
        let bound = self.bound(device).await;
        let known = self.state().roster.get(device).filter(|known| !known.gone);
        let Some(known) = known.filter(|known| bound.iter().any(|profile| has_button(known, profile))) else {
            return bell.notified().await;
        };
        let (here, hush) = tokio::select! {
            here = self.inner.floor.to_watch() => here,
            () = bell.notified() => return bell.notify_one(),
        };
        let watched = watch(scanners, &known, bell, hush).await;
        drop(here);
        match watched {
            Ok(Some(button)) => self.pressed(&known, &bound, &button).await,
            Ok(None) => {}
            Err(error) => {
                tracing::info!(device, %error, "a scanner's buttons are not watched for now");
                let _ = tokio::time::timeout(WATCH_AGAIN, bell.notified()).await;
                // Whatever it rang for is still to be done.
                bell.notify_one();
            }
        }
    }

    /// The profiles of this device that a button starts.
    async fn bound(&self, device: &str) -> Vec<Profile> {
        let device = device.to_owned();
        let profiles = self.inner.desk.read(|rows| Ok(rows.all::<Profile>()?)).await;
        let bound = |profile: &Profile| profile.button.is_some() && profile.settings.device == device;
        match profiles {
            Ok(profiles) => profiles.into_iter().filter(bound).collect(),
            Err(error) => {
                tracing::error!(%error, "profiles were not read");
                Vec::new()
            }
        }
    }

    /// Whether a button of any scanner starts a scan.
    pub(super) async fn has_bound_buttons(&self) -> bool {
        let profiles = self.inner.desk.read(|rows| Ok(rows.all::<Profile>()?)).await;
        profiles.is_ok_and(|profiles| profiles.iter().any(|profile| profile.button.is_some()))
    }

    async fn pressed(&self, known: &Known, bound: &[Profile], button: &str) {
        let Some(profile) = bound.iter().find(|profile| profile.button.as_deref() == Some(button)) else {
            return tracing::debug!(button, "a button without a profile");
        };
        let mut settings = profile.settings.clone();
        settings.device_label.clone_from(&known.device.label);
        settings.profile = Some(profile.name.clone());
        let begun = match wish::request(&settings) {
            Ok(request) => self.start(SCAN_DESK, settings, Some(profile.saved_by.clone()), request).await,
            Err(refusal) => Err(Error::from(refusal)),
        };
        match begun {
            Ok(scan) => tracing::info!(%scan, button, "a button started a scan"),
            Err(error) => tracing::warn!(%error, button, "a button did not start its scan"),
        }
    }

    /// Follows the profiles: which buttons are watched changes with them.
    pub(crate) async fn follow_profiles(self) {
        let mut told = self.inner.live.listen();
        loop {
            let event = tokio::select! {
                () = self.inner.stop.cancelled() => return,
                event = told.recv() => event,
            };
            match event.as_deref() {
                Ok(Event::Changed(changed)) if !changed.topics.contains(&"profiles") => {}
                Ok(Event::Changed(_)) => self.ring_all(),
                Ok(_) => {}
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => self.ring_all(),
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    }
}

fn has_button(known: &Known, profile: &Profile) -> bool {
    profile.button.as_ref().is_some_and(|button| known.device.buttons.contains(button))
}

/// Until a button is pressed, the bell rings or somebody wants to look for scanners. The device is let go in order: the
/// next who comes must not find it open.
async fn watch(
    scanners: &Scanners,
    known: &Known,
    bell: &Notify,
    hush: CancellationToken,
) -> Result<Option<String>, ScanError> {
    let stop = hush.child_token();
    let mut pressed = None;
    let ended = {
        let first = |button: String| {
            pressed.get_or_insert(button);
            stop.cancel();
        };
        let (id, address) = (&known.device.id, &known.device.address);
        let mut watching = pin!(scanners.buttons(id, Some(address), first, stop.clone()));
        let mut rung = false;
        loop {
            tokio::select! {
                ended = &mut watching => break ended,
                () = bell.notified(), if !rung => {
                    rung = true;
                    stop.cancel();
                }
            }
        }
    };
    ended.map(|()| pressed)
}
