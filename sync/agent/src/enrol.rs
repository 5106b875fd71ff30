//! Joining: a one-time code against a place at the hub.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::calls;

use crate::{AgentError, client};

/// What a box keeps after joining; it holds the device's private key and belongs into a file of mode 0600.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Where the hub is, without a slash at the end.
    pub hub_url: String,
    /// The unit as the hub knows it.
    pub unit: Uuid,
    /// Its name at the hub.
    pub unit_name: String,
    /// What the hub calls itself.
    pub hub_name: String,
    /// The box's Ed25519 key, PKCS#8; hex when written.
    #[serde(with = "hex::serde")]
    pub device_key_pkcs8: Vec<u8>,
}

impl std::fmt::Debug for Enrolment {
    /// Without the key: this may land in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment")
            .field("hub_url", &self.hub_url)
            .field("unit", &self.unit)
            .finish_non_exhaustive()
    }
}

/// Tries of one enrolment with the same key: an answer lost on the line must not use up the code.
const TRIES: u32 = 3;

/// Joins the hub with the code its operator gave. `hub_url` may be typed as a person types it.
///
/// # Errors
/// [`AgentError::Address`], [`AgentError::EnrolCode`], or whatever keeps the hub from answering. After any of
/// them the box is not enrolled and the same code may be tried again.
pub async fn enrol(
    hub_url: &str,
    code: &str,
    unit_name: &str,
    version: &str,
) -> Result<Enrolment, AgentError> {
    let hub_url = address(hub_url)?;
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_err(|_| AgentError::Key("no source of randomness".into()))?;
    let pair =
        Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).map_err(|cause| AgentError::Key(cause.to_string()))?;
    let ask = calls::Enrol {
        code: code.trim().to_owned(),
        device_key: hex::encode(pair.public_key().as_ref()),
        unit_name: unit_name.to_owned(),
        version: version.to_owned(),
    };
    let mut tries = 1;
    let joined = loop {
        match client::enrol(&hub_url, &ask).await {
            Err(error) if error.is_retryable() && tries < TRIES => tries += 1,
            answer => break answer?,
        }
    };
    Ok(Enrolment {
        hub_url,
        unit: joined.unit,
        unit_name: joined.unit_name,
        hub_name: joined.hub_name,
        device_key_pkcs8: pkcs8.as_ref().to_vec(),
    })
}

/// The address a person typed, made whole: a name means https, a bare number on the local network http.
pub(crate) fn address(typed: &str) -> Result<String, AgentError> {
    let wrong = || AgentError::Address(typed.to_owned());
    let typed = typed.trim();
    let whole = if typed.contains("://") {
        typed.to_owned()
    } else {
        let host = typed.split(['/', ':']).next().unwrap_or_default();
        let scheme =
            if host.parse::<std::net::Ipv4Addr>().is_ok() || host == "localhost" { "http" } else { "https" };
        format!("{scheme}://{typed}")
    };
    let url = reqwest::Url::parse(&whole).map_err(|_| wrong())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        return Err(wrong());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_people_type_it() {
        for (typed, whole) in [
            (" http://192.168.1.5:8480/ ", Some("http://192.168.1.5:8480")),
            ("192.168.1.5:8480", Some("http://192.168.1.5:8480")),
            ("vanthu.pgd-song-da.example", Some("https://vanthu.pgd-song-da.example")),
            ("https://pgd.example/vanthu/", Some("https://pgd.example/vanthu")),
            ("", None),
            ("ftp://pgd.example", None),
            ("http://", None),
            ("https://pgd.example/?a=1", None),
            ("phòng giáo dục", None),
        ] {
            assert_eq!(address(typed).ok().as_deref(), whole, "{typed:?}");
        }
    }
}
