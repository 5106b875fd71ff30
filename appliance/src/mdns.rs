//! The box says on the school's network where it is.
//!
//! Two services under the unit's name: `_http._tcp`, which every "find devices" list shows, and `_vanthu._tcp`,
//! by which one box or the hub's installer finds the others. Both carry the same text record:
//!
//! ```text
//! Trường THCS Hoa Mai._vanthu._tcp.local.   SRV vanthu-thcshm.local. 8080
//!                                           TXT unit=Trường THCS Hoa Mai  version=0.1.0  path=/
//! ```
//!
//! The responder is a thread of the library; it is told to say goodbye and waited for before the process ends, so
//! that a stopped box leaves every list at once. A network without multicast costs a line in the log, nothing else.

use std::time::Duration;

use mdns_sd::{ServiceDaemon, ServiceInfo};

/// DNS labels end at 63 bytes (RFC 1035 §2.3.4).
const LABEL_BYTES: usize = 63;
/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A box that announces itself, until [`Announcement::withdraw`].
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    names: Vec<String>,
    /// `vanthu-thcshm.local`
    pub(crate) host: String,
}

/// Announces the box called `unit` on `port`; `abbreviation` makes the host's name.
///
/// # Errors
/// When the responder cannot be started or refuses a name; the box works without it.
pub(crate) fn announce(unit: &str, abbreviation: &str, port: u16) -> Result<Announcement, mdns_sd::Error> {
    let daemon = ServiceDaemon::new()?;
    let host = host_name(abbreviation);
    let version = env!("CARGO_PKG_VERSION");
    let instance = shortened(unit, LABEL_BYTES);
    let properties = [("unit", shortened(unit, 200)), ("version", version), ("path", "/")];
    let mut names = Vec::new();
    for kind in ["_http._tcp.local.", "_vanthu._tcp.local."] {
        let service = ServiceInfo::new(kind, instance, &format!("{host}."), "", port, &properties[..])?
            .enable_addr_auto();
        names.push(service.get_fullname().to_owned());
        daemon.register(service)?;
    }
    Ok(Announcement { daemon, names, host })
}

impl Announcement {
    /// Takes both services back and waits until the goodbye has left.
    pub(crate) async fn withdraw(self) {
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
    fn a_long_unit_name_is_cut_between_letters() {
        let name = "Trường Trung học cơ sở và Trung học phổ thông Nguyễn Thị Minh Khai";
        let label = shortened(name, LABEL_BYTES);
        assert!(label.len() <= LABEL_BYTES && name.starts_with(label));
    }
}
