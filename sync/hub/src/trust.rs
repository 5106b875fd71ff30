//! What boxes judge signatures by: roots and revocation lists of the office above, told to every box that is there and to
//! each that joins later. Files stay as they came; what is in them the boxes find out.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Sha256;
use wire::calls::Message;

use crate::{Fault, Hub, now};

/// A message of the downlink goes over a thin line in one piece; a national revocation list does not.
const MOST_BYTES: usize = 256 << 10;
const SETTING: &str = "trust";

/// What came of giving a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trusted {
    /// Told to so many units.
    Told {
        /// How many.
        units: usize,
    },
    /// The same file was given before.
    Known,
    /// Too large for the downlink.
    TooLarge {
        /// The limit, bytes.
        most: usize,
    },
}

#[derive(Clone, Serialize, Deserialize)]
struct Given {
    name: String,
    #[serde(with = "hex::serde")]
    file: Vec<u8>,
}

/// Keeps a file and tells every unit.
pub(crate) async fn give(hub: &Hub, name: &str, file: &[u8]) -> Result<Trusted, Fault> {
    if file.len() > MOST_BYTES {
        return Ok(Trusted::TooLarge { most: MOST_BYTES });
    }
    let mut given = given(hub).await?;
    if given.iter().any(|known| Sha256::of(&known.file) == Sha256::of(file)) {
        return Ok(Trusted::Known);
    }
    let message = Message::Trust { name: name.to_owned(), file: file.to_vec() };
    // A later edition stands in place of the former, here as in the boxes.
    given.retain(|known| known.name != name);
    given.push(Given { name: name.to_owned(), file: file.to_vec() });
    let units = hub.store().all_units().await?;
    hub.store().tell(&units, &message, now()).await?;
    // Behind the telling: cut off in between, the file is given again, and a box that knows it does nothing.
    let kept = serde_json::to_string(&given).map_err(|error| Fault::Broken(error.to_string()))?;
    hub.store().set_setting(SETTING, &kept).await?;
    units.iter().for_each(|unit| hub.nudge(*unit));
    Ok(Trusted::Told { units: units.len() })
}

/// Tells a unit that has just joined everything that was given before.
pub(crate) async fn welcome(hub: &Hub, unit: Uuid) -> Result<(), Fault> {
    for Given { name, file } in given(hub).await? {
        hub.store().tell(&[unit], &Message::Trust { name, file }, now()).await?;
    }
    Ok(())
}

async fn given(hub: &Hub) -> Result<Vec<Given>, Fault> {
    let kept = hub.store().setting(SETTING).await?;
    kept.map_or(Ok(Vec::new()), |kept| {
        serde_json::from_str(&kept).map_err(|error| Fault::Broken(error.to_string()))
    })
}
