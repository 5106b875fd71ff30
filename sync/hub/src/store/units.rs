//! Units, the codes with which they join, and the forks they came with.

use sqlx::Row;
use uuid::Uuid;
use wire::{JournalId, Stamp};

use super::{Fault, Store, Txn, int, number, parsed};

/// A unit as its requests are judged by.
#[derive(Debug, Clone)]
pub(crate) struct UnitRow {
    /// Ed25519, 64 hex digits.
    pub(crate) device_key: String,
    pub(crate) shut_out: bool,
}

/// A code that was accepted.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    pub(crate) unit: Uuid,
    pub(crate) name: String,
}

/// A unit as the operator sees it.
#[derive(Debug)]
pub(crate) struct FleetRow {
    pub(crate) unit: Uuid,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) last_seen: Option<Stamp>,
    pub(crate) shut_out: bool,
    pub(crate) head_seq: u64,
    pub(crate) missing_blobs: u64,
    pub(crate) lines: u64,
    /// Seq and time of the last fork.
    pub(crate) fork: Option<(u64, Stamp)>,
}

impl Store {
    pub(crate) async fn unit(&self, unit: Uuid) -> Result<Option<UnitRow>, Fault> {
        let row = sqlx::query("SELECT device_key, shut_out FROM units WHERE unit = ?")
            .bind(unit.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| {
            Ok(UnitRow {
                device_key: row.try_get("device_key")?,
                shut_out: row.try_get::<i64, _>("shut_out")? != 0,
            })
        })
        .transpose()
    }

    /// The unit of this name, be it that it has joined or that a code for it is still out.
    pub(crate) async fn unit_named(&self, name: &str) -> Result<Option<Uuid>, Fault> {
        let found: Option<String> = sqlx::query_scalar(
            "SELECT unit FROM units WHERE name = ?1 UNION ALL SELECT unit FROM enrol_codes WHERE name = ?1 LIMIT 1",
        )
        .bind(name)
        .fetch_optional(&self.reader)
        .await?;
        found.map(|unit| parsed(&unit)).transpose()
    }

    pub(crate) async fn all_units(&self) -> Result<Vec<Uuid>, Fault> {
        let units: Vec<String> = sqlx::query_scalar("SELECT unit FROM units").fetch_all(&self.reader).await?;
        units.iter().map(|unit| parsed(unit)).collect()
    }

    pub(crate) async fn keep_code(
        &self,
        unit: Uuid,
        hash: &str,
        name: &str,
        until: Stamp,
    ) -> Result<(), Fault> {
        let mut txn = self.begin().await?;
        sqlx::query("INSERT INTO enrol_codes (unit, code_hash, name, valid_until) VALUES (?, ?, ?, ?)")
            .bind(unit.to_string())
            .bind(hash)
            .bind(name)
            .bind(until.unix_ms())
            .execute(&mut *txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Uses a code for this key. The same code with the same key is answered again, for the first answer may
    /// have been lost on the line; with another key it is used up.
    pub(crate) async fn join(
        &self,
        hash: &str,
        key: &str,
        version: &str,
        now: Stamp,
    ) -> Result<Option<Joined>, Fault> {
        let mut txn = self.begin().await?;
        let code = sqlx::query(
            "SELECT unit, name, used_by FROM enrol_codes WHERE code_hash = ? AND valid_until >= ?",
        )
        .bind(hash)
        .bind(now.unix_ms())
        .fetch_optional(&mut *txn)
        .await?;
        let Some(code) = code else { return Ok(None) };
        let joined = Joined { unit: parsed(code.try_get("unit")?)?, name: code.try_get("name")? };
        match code.try_get::<Option<String>, _>("used_by")? {
            Some(used_by) if used_by == key => return Ok(Some(joined)),
            Some(_) => return Ok(None),
            None => {}
        }
        sqlx::query("UPDATE enrol_codes SET used_by = ? WHERE code_hash = ?")
            .bind(key)
            .bind(hash)
            .execute(&mut *txn)
            .await?;
        sqlx::query(
            "INSERT INTO units (unit, name, device_key, version, enrolled_at, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (unit) DO UPDATE SET device_key = excluded.device_key, version = excluded.version,
                 enrolled_at = excluded.enrolled_at, last_seen = excluded.last_seen, shut_out = 0",
        )
        .bind(joined.unit.to_string())
        .bind(&joined.name)
        .bind(key)
        .bind(version)
        .bind(now.unix_ms())
        .execute(&mut *txn)
        .await?;
        txn.commit().await?;
        Ok(Some(joined))
    }

    /// Shuts a unit's box out, or lets it in again. False if there is no such unit.
    pub(crate) async fn set_shut_out(&self, unit: Uuid, shut_out: bool) -> Result<bool, Fault> {
        let mut txn = self.begin().await?;
        let changed = sqlx::query("UPDATE units SET shut_out = ? WHERE unit = ?")
            .bind(i64::from(shut_out))
            .bind(unit.to_string())
            .execute(&mut *txn)
            .await?;
        txn.commit().await?;
        Ok(changed.rows_affected() > 0)
    }

    /// A box was heard, and which version it says it runs now.
    pub(crate) async fn seen(&self, unit: Uuid, version: Option<&str>, now: Stamp) -> Result<(), Fault> {
        let mut txn = self.begin().await?;
        sqlx::query("UPDATE units SET last_seen = ?, version = coalesce(?, version) WHERE unit = ?")
            .bind(now.unix_ms())
            .bind(version)
            .bind(unit.to_string())
            .execute(&mut *txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// A box came with another history.
    pub(crate) async fn alarm(
        &self,
        unit: Uuid,
        journal: JournalId,
        seq: u64,
        now: Stamp,
    ) -> Result<(), Fault> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "INSERT INTO forks (unit, journal, seq, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (unit, journal, seq) DO UPDATE SET last_at = excluded.last_at",
        )
        .bind(unit.to_string())
        .bind(journal.to_string())
        .bind(int(seq))
        .bind(now.unix_ms())
        .execute(&mut *txn)
        .await?;
        Ok(txn.commit().await?)
    }

    pub(crate) async fn fleet(&self) -> Result<Vec<FleetRow>, Fault> {
        let rows = sqlx::query(
            "SELECT u.unit, u.name, u.version, u.last_seen, u.shut_out,
                (SELECT j.seq FROM journals j WHERE j.unit = u.unit ORDER BY j.changed_at DESC LIMIT 1) AS head_seq,
                (SELECT count(*) FROM blobs b WHERE b.unit = u.unit AND b.whole_at IS NULL) AS missing_blobs,
                (SELECT count(*) FROM lines l WHERE l.unit = u.unit) AS lines,
                (SELECT f.seq FROM forks f WHERE f.unit = u.unit ORDER BY f.last_at DESC LIMIT 1) AS fork_seq,
                (SELECT max(f.last_at) FROM forks f WHERE f.unit = u.unit) AS fork_at
             FROM units u ORDER BY u.name, u.unit",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(fleet_row).collect()
    }
}

fn fleet_row(row: &sqlx::sqlite::SqliteRow) -> Result<FleetRow, Fault> {
    let fork = row.try_get::<Option<i64>, _>("fork_seq")?.zip(row.try_get::<Option<i64>, _>("fork_at")?);
    Ok(FleetRow {
        unit: parsed(row.try_get("unit")?)?,
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        last_seen: row.try_get::<Option<i64>, _>("last_seen")?.map(Stamp::from_unix_ms),
        shut_out: row.try_get::<i64, _>("shut_out")? != 0,
        head_seq: number(row.try_get::<Option<i64>, _>("head_seq")?.unwrap_or(0)),
        missing_blobs: number(row.try_get("missing_blobs")?),
        lines: number(row.try_get("lines")?),
        fork: fork.map(|(seq, at)| (number(seq), Stamp::from_unix_ms(at))),
    })
}

/// Seen in passing, inside a transaction that is written anyway.
pub(super) async fn seen_in(txn: &mut Txn, unit: Uuid, now: Stamp) -> Result<(), Fault> {
    sqlx::query("UPDATE units SET last_seen = ? WHERE unit = ?")
        .bind(now.unix_ms())
        .bind(unit.to_string())
        .execute(&mut **txn)
        .await?;
    Ok(())
}
