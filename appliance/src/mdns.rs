//! The box on the school's network: it says where it is, and hears which scanners there are.
//!
//! It announces two services under the unit's name: `_http._tcp`, which every "find devices" list shows, and
//! `_vanthu._tcp`, by which one box or the hub's installer finds the others. Both carry the same text record:
//!
//! ```text
//! Trường THCS Hoa Mai._vanthu._tcp.local.   SRV vanthu-thcshm.local. 8080
//!                                           TXT unit=Trường THCS Hoa Mai  version=0.1.0  path=/
//! ```
//!
//! It listens for what scanners announce (eSCL: Mopria's "eSCL Specification" §3; `_scanner._tcp` is Apple's older
//! one), because a network scanner joins and leaves without a cable the kernel could tell of:
//!
//! ```text
//! Phòng MFP._uscan._tcp.local.   TXT UUID=4509a320-00a0-008f-00b6-00507510eca9  ty=...
//! ```
//!
//! The responder is a thread of the library; it is told to say goodbye and waited for before the process ends, so
//! that a stopped box leaves every list at once. A network without multicast costs a line in the log, nothing else.

use std::time::Duration;

use mdns_sd::{ServiceDaemon, ServiceEvent, ServiceInfo};
use tokio_util::sync::CancellationToken;

/// DNS labels end at 63 bytes (RFC 1035 §2.3.4).
const LABEL_BYTES: usize = 63;
/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// What scanners announce themselves as.
const SCANNERS: [&str; 3] = ["_uscan._tcp.local.", "_uscans._tcp.local.", "_scanner._tcp.local."];

/// The box's place on the network, until [`Network::leave`].
pub(crate) struct Network {
    daemon: ServiceDaemon,
    names: Vec<String>,
}

/// What the network says of a scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It is there.
    Here {
        /// The name it shows, which is what its driver calls it.
        name: String,
        /// Who it is, whatever it is called.
        uuid: Option<String>,
    },
    /// It said goodbye, or its announcement lapsed.
    Gone {
        /// The name it showed.
        name: String,
    },
}

impl Network {
    /// Starts the responder.
    ///
    /// # Errors
    /// When that is not possible; the box works without it.
    pub(crate) fn join() -> Result<Self, mdns_sd::Error> {
        Ok(Self { daemon: ServiceDaemon::new()?, names: Vec::new() })
    }

    /// Announces the box called `unit` on `port`; `abbreviation` makes the host's name, `vanthu-thcshm.local`, which it
    /// returns.
    ///
    /// # Errors
    /// When the responder refuses a name.
    pub(crate) fn announce(
        &mut self,
        unit: &str,
        abbreviation: &str,
        port: u16,
    ) -> Result<String, mdns_sd::Error> {
        let host = host_name(abbreviation);
        let version = env!("CARGO_PKG_VERSION");
        let instance = shortened(unit, LABEL_BYTES);
        let properties = [("unit", shortened(unit, 200)), ("version", version), ("path", "/")];
        for kind in ["_http._tcp.local.", "_vanthu._tcp.local."] {
            let service = ServiceInfo::new(kind, instance, &format!("{host}."), "", port, &properties[..])?
                .enable_addr_auto();
            self.names.push(service.get_fullname().to_owned());
            self.daemon.register(service)?;
        }
        Ok(host)
    }

    /// Tells of scanners as they come and go, until `stop`.
    ///
    /// # Errors
    /// When the responder does not listen.
    pub(crate) fn hear_scanners(
        &self,
        tell: impl Fn(Heard) + Clone + Send + 'static,
        stop: &CancellationToken,
    ) -> Result<(), mdns_sd::Error> {
        for kind in SCANNERS {
            let events = self.daemon.browse(kind)?;
            let (tell, stop) = (tell.clone(), stop.clone());
            tokio::spawn(async move {
                loop {
                    let event = tokio::select! {
                        () = stop.cancelled() => return,
                        event = events.recv_async() => event,
                    };
                    match event {
                        Ok(event) => heard(event).into_iter().for_each(&tell),
                        Err(_) => return, // the responder has ended
                    }
                }
            });
        }
        Ok(())
    }

    /// Takes the announcements back and waits until the goodbye has left.
    pub(crate) async fn leave(self) {
        for name in &self.names {
            if let Ok(gone) = self.daemon.unregister(name) {
                // A lost goodbye heals by itself: the records lapse.
                let _ = tokio::time::timeout(GOODBYE, gone.recv_async()).await;
            }
        }
        if let Ok(down) = self.daemon.shutdown() {
            let _ = tokio::time::timeout(GOODBYE, down.recv_async()).await;
        }
    }
}

fn heard(event: ServiceEvent) -> Option<Heard> {
    match event {
        ServiceEvent::ServiceResolved(service) => {
            let uuid = service.get_property_val_str("UUID").map(uuid_text).filter(|uuid| !uuid.is_empty());
            Some(Heard::Here { name: instance(&service.fullname, &service.ty_domain)?, uuid })
        }
        ServiceEvent::ServiceRemoved(kind, fullname) => {
            Some(Heard::Gone { name: instance(&fullname, &kind)? })
        }
        _ => None,
    }
}

/// What stands before the kind of service.
fn instance(fullname: &str, kind: &str) -> Option<String> {
    let name = fullname.strip_suffix(kind)?.strip_suffix('.')?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// Some write it as a URN, some in capitals.
fn uuid_text(told: &str) -> String {
    let told = told.trim().to_ascii_lowercase();
    told.strip_prefix("urn:uuid:").unwrap_or(&told).to_owned()
}

/// `THCS-HM` -> `vanthu-thcs-hm.local`; what is not a letter or digit of ASCII becomes a hyphen.
fn host_name(abbreviation: &str) -> String {
    let plain: String = abbreviation
        .chars()
        .map(|c| match c {
            'đ' | 'Đ' => 'd',
            c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            _ => '-',
        })
        .collect();
    let plain = plain.trim_matches('-');
    let host = if plain.is_empty() { "vanthu".to_owned() } else { format!("vanthu-{plain}") };
    format!("{}.local", shortened(&host, LABEL_BYTES))
}

/// The longest beginning of `text` that fits and ends between two letters.
fn shortened(text: &str, most_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(most_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_in_plain_letters() {
        for (abbreviation, host) in [
            ("THCSHM", "vanthu-thcshm.local"),
            ("THPT-ĐK", "vanthu-thpt-dk.local"),
            ("PGD&ĐT", "vanthu-pgd-dt.local"),
            ("", "vanthu.local"),
        ] {
            assert_eq!(host_name(abbreviation), host);
        }
    }

    #[test]
    fn a_scanner_is_heard_by_its_name_and_its_lasting_identity() {
        assert_eq!(
            instance("Phòng MFP._uscan._tcp.local.", "_uscan._tcp.local.").as_deref(),
            Some("Phòng MFP")
        );
        assert_eq!(instance("_uscan._tcp.local.", "_uscan._tcp.local."), None);
        let uuid = "4509a320-00a0-008f-00b6-00507510eca9";
        for told in ["4509A320-00a0-008f-00b6-00507510eca9", "urn:uuid:4509a320-00a0-008f-00b6-00507510eca9 "]
        {
            assert_eq!(uuid_text(told), uuid);
        }
        let gone =
            ServiceEvent::ServiceRemoved("_scanner._tcp.local.".into(), "A._scanner._tcp.local.".into());
        assert_eq!(heard(gone), Some(Heard::Gone { name: "A".into() }));
    }

    #[test]
    fn a_long_unit_name_is_cut_between_letters() {
        let name = "Trường Trung học cơ sở và Trung học phổ thông Nguyễn Thị Minh Khai";
        let label = shortened(name, LABEL_BYTES);
        assert!(label.len() <= LABEL_BYTES && name.starts_with(label));
    }
}
