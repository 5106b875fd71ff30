//! What the box notices by itself: a scanner plugged in or out, one that joins or leaves the network, and a power
//! supply or cable that cannot bear it. Browsers hear of it as topic `scanners`.
//!
//! ```text
//! every 2 s    the USB bus, read from the kernel     -> a look for scanners when somebody came or went
//! as told      scanners announced on the network     -> the same, and who is who
//! every 10 s   the kernel's word on power            -> troubles
//! ```
//!
//! A look waits until no sheet moves; what happened meanwhile is not forgotten.

use std::time::{Duration, Instant};

use scanner::{Bus, Change, Power};

use super::desk::ScanDesk;
use crate::mdns::Heard;

/// How often the bus is asked.
const BUS_EVERY: Duration = Duration::from_secs(2);
/// How often the kernel is asked about power.
const POWER_EVERY: Duration = Duration::from_secs(10);
/// A device that came is not always ready at once: rights are set, firmware is loaded. Then it is looked for again.
const READY_AFTER: Duration = Duration::from_secs(6);
/// How long a trouble is told of after it was last noticed: cables and power supplies do not mend themselves.
const TROUBLE_TOLD: Duration = Duration::from_secs(3600);

/// Looks for scanners whenever one may have come or gone.
pub(crate) async fn hot_plug(desk: ScanDesk, mut bus: Bus) {
    let mut every = tokio::time::interval(BUS_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // A button can only be watched on a scanner that was found.
    let mut owed = desk.has_bound_buttons().await;
    let mut once_more = None;
    loop {
        tokio::select! {
            () = desk.inner.stop.cancelled() => return,
            _ = every.tick() => {}
            () = desk.inner.news.notified() => owed = true,
        }
        let Ok((asked, changes)) = crate::blocking(move || {
            let changes = bus.look();
            (bus, changes)
        })
        .await
        else {
            return tracing::error!("the USB bus is not watched any more");
        };
        bus = asked;
        for change in &changes {
            owed = true;
            once_more =
                matches!(change, Change::Came { .. }).then(|| Instant::now() + READY_AFTER).or(once_more);
            desk.noticed(change);
        }
        if once_more.is_some_and(|at| at <= Instant::now()) {
            (owed, once_more) = (true, None);
        }
        if owed {
            tokio::select! {
                () = desk.inner.stop.cancelled() => return,
                looked = desk.look() => owed = !looked,
            }
        }
    }
}

/// Watches over the power, for as long as the box runs.
pub(crate) async fn power(desk: ScanDesk, mut power: Power) {
    loop {
        let Ok((asked, troubles)) = crate::blocking(move || {
            let troubles = power.look();
            (power, troubles)
        })
        .await
        else {
            return tracing::error!("the power is not watched any more");
        };
        power = asked;
        desk.troubled(troubles.iter().map(scanner::Trouble::code));
        tokio::select! {
            () = desk.inner.stop.cancelled() => return,
            () = tokio::time::sleep(POWER_EVERY) => {}
        }
    }
}

impl ScanDesk {
    /// The network said something of a scanner.
    pub(crate) fn heard(&self, heard: Heard) {
        let news = match &heard {
            Heard::Here { name, uuid } => self.state().roster.introduced(name, uuid.as_deref()),
            Heard::Gone { name } => self.state().roster.left(name),
        };
        if news {
            tracing::info!(?heard, "a scanner on the network");
            self.inner.news.notify_one();
        }
    }

    fn noticed(&self, change: &Change) {
        match change {
            Change::Came { id, name } => tracing::info!(id, name, "plugged in"),
            Change::Went { id, name } => tracing::info!(id, name, "unplugged"),
            Change::Looping { id, name } => {
                tracing::warn!(id, name, "comes and goes: cable or power supply");
                self.troubled(["usb.resets"].into_iter());
            }
        }
    }

    /// Troubles just noticed are told for a while; those of long ago no more.
    fn troubled(&self, noticed: impl Iterator<Item = &'static str>) {
        let changed = {
            let mut state = self.state();
            let before: Vec<_> = state.troubles.keys().copied().collect();
            state.troubles.retain(|_, at| at.elapsed() < TROUBLE_TOLD);
            for code in noticed {
                tracing::warn!(code, "power or cable cannot bear the scanner");
                state.troubles.insert(code, Instant::now());
            }
            !state.troubles.keys().copied().eq(before)
        };
        if changed {
            self.tell_scanners();
        }
    }
}
