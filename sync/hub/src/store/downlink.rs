//! The hub's own journal for each unit.

use sqlx::Row;
use uuid::Uuid;
use wire::Stamp;
use wire::calls::{DownlinkItem, Message};

use super::{Fault, Store, Txn, int, number};

/// Most items of one answer.
const ITEMS: i64 = 200;

impl Store {
    /// Last seq of a unit's downlink.
    pub(crate) async fn downlink_tip(&self, unit: Uuid) -> Result<u64, Fault> {
        let tip: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM downlink WHERE unit = ?")
            .bind(unit.to_string())
            .fetch_one(&self.reader)
            .await?;
        Ok(number(tip.unwrap_or(0)))
    }

    /// What follows `after`, in order.
    pub(crate) async fn downlink_after(&self, unit: Uuid, after: u64) -> Result<Vec<DownlinkItem>, Fault> {
        let rows = sqlx::query(
            "SELECT seq, time, message FROM downlink WHERE unit = ? AND seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(unit.to_string())
        .bind(int(after))
        .bind(ITEMS)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let message = serde_json::from_str(row.try_get("message")?)
                    .map_err(|error| Fault::Broken(format!("downlink at rest: {error}")))?;
                let time = Stamp::from_unix_ms(row.try_get("time")?);
                Ok(DownlinkItem { seq: number(row.try_get("seq")?), time, message })
            })
            .collect()
    }

    /// A box has seen more than is held: what is said next goes on after that, or it would never be heard.
    pub(crate) async fn downlink_was_at(&self, unit: Uuid, seen: u64) -> Result<(), Fault> {
        let mut txn = self.begin().await?;
        sqlx::query("UPDATE units SET downlink_floor = max(downlink_floor, ?) WHERE unit = ?")
            .bind(int(seen))
            .bind(unit.to_string())
            .execute(&mut *txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Says something to several units at once: all of them or none.
    pub(crate) async fn tell(&self, units: &[Uuid], message: &Message, now: Stamp) -> Result<(), Fault> {
        let mut txn = self.begin().await?;
        for unit in units {
            append(&mut txn, *unit, message, now).await?;
        }
        Ok(txn.commit().await?)
    }
}

pub(super) async fn append(txn: &mut Txn, unit: Uuid, message: &Message, now: Stamp) -> Result<(), Fault> {
    let text = serde_json::to_string(message).map_err(|error| Fault::Broken(error.to_string()))?;
    sqlx::query(
        "INSERT INTO downlink (unit, seq, time, message)
         SELECT unit, max(downlink_floor, coalesce((SELECT max(seq) FROM downlink WHERE unit = ?1), 0)) + 1, ?2, ?3
         FROM units WHERE unit = ?1",
    )
    .bind(unit.to_string())
    .bind(now.unix_ms())
    .bind(text)
    .execute(&mut **txn)
    .await?;
    Ok(())
}
