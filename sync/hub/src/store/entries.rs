//! Journals as the boxes wrote them, and the blobs their entries name.

use sqlx::Row;
use uuid::Uuid;
use wire::calls::Held;
use wire::{Entry, Head, JournalId, RegisterLine, Sha256, Stamp};

use super::{Fault, Store, Txn, int, lines, number, parsed, units};

/// Most names in one list of missing blobs.
const MISSING: i64 = 1000;

/// What is written of one entry.
pub(crate) struct Written<'a> {
    pub(crate) entry: &'a Entry,
    /// The register line of its body, if it has one.
    pub(crate) line: Option<RegisterLine>,
}

impl Store {
    /// What is held of a journal, what is missing, and where the unit's downlink stands.
    pub(crate) async fn held(&self, unit: Uuid, journal: JournalId) -> Result<Held, Fault> {
        let mut reader = self.reader.acquire().await?;
        let head = head(&mut reader, unit, journal).await?;
        let missing: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM blobs WHERE unit = ? AND journal = ? AND whole_at IS NULL ORDER BY urgency DESC, seq LIMIT ?",
        )
        .bind(unit.to_string())
        .bind(journal.to_string())
        .bind(MISSING)
        .fetch_all(&mut *reader)
        .await?;
        let missing = missing.iter().map(|name| parsed(name)).collect::<Result<_, _>>()?;
        drop(reader);
        Ok(Held { head, missing, downlink: self.downlink_tip(unit).await? })
    }

    /// Writes entries that were verified to lead to `reached`; one transaction, at rest when this returns.
    pub(crate) async fn write(
        &self,
        mut txn: Txn,
        unit: Uuid,
        reached: Head,
        entries: &[Written<'_>],
        now: Stamp,
    ) -> Result<(), Fault> {
        let Some(last) = entries.last() else { return Ok(()) };
        let journal = last.entry.header().journal;
        let mut changed = Vec::new();
        for written in entries {
            insert(&mut txn, unit, written.entry, now).await?;
            for name in named(written) {
                name_blob(&mut txn, unit, written.entry, &name).await?;
            }
            if let Some(line) = &written.line {
                lines::put(&mut txn, unit, written.entry.header(), line, now).await?;
                changed.push(line.document);
            }
        }
        for document in changed {
            lines::receipt_of_document(&mut txn, unit, document, now).await?;
        }
        sqlx::query(
            "INSERT INTO journals (unit, journal, seq, hash, changed_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (unit, journal) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, changed_at = excluded.changed_at",
        )
        .bind(unit.to_string())
        .bind(journal.to_string())
        .bind(int(reached.seq))
        .bind(reached.hash.to_string())
        .bind(now.unix_ms())
        .execute(&mut *txn)
        .await?;
        units::seen_in(&mut txn, unit, now).await?;
        Ok(txn.commit().await?)
    }

    /// Whether an entry names this blob; then whether it is whole.
    pub(crate) async fn blob(&self, unit: Uuid, name: &Sha256) -> Result<Option<bool>, Fault> {
        let row = sqlx::query("SELECT whole_at IS NOT NULL AS whole FROM blobs WHERE unit = ? AND name = ?")
            .bind(unit.to_string())
            .bind(name.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| Ok(row.try_get::<i64, _>("whole")? != 0)).transpose()
    }

    /// A unit that sent this blob whole.
    pub(crate) async fn blob_owner(&self, name: &Sha256) -> Result<Option<Uuid>, Fault> {
        let unit: Option<String> =
            sqlx::query_scalar("SELECT unit FROM blobs WHERE name = ? AND whole_at IS NOT NULL LIMIT 1")
                .bind(name.to_string())
                .fetch_optional(&self.reader)
                .await?;
        unit.map(|unit| parsed(&unit)).transpose()
    }

    /// The blob's bytes are at rest: says so, and gives the receipts that waited for it. True if there were any.
    pub(crate) async fn blob_is_whole(&self, unit: Uuid, name: &Sha256, now: Stamp) -> Result<bool, Fault> {
        let mut txn = self.begin().await?;
        sqlx::query("UPDATE blobs SET whole_at = ? WHERE unit = ? AND name = ? AND whole_at IS NULL")
            .bind(now.unix_ms())
            .bind(unit.to_string())
            .bind(name.to_string())
            .execute(&mut *txn)
            .await?;
        let receipts = lines::receipts_of_blob(&mut txn, unit, name, now).await?;
        txn.commit().await?;
        Ok(receipts > 0)
    }

    /// Every journal: unit, id, head.
    pub(crate) async fn journals(&self) -> Result<Vec<(Uuid, JournalId, Head)>, Fault> {
        let rows =
            sqlx::query("SELECT unit, journal, seq, hash FROM journals").fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                let head = Head { seq: number(row.try_get("seq")?), hash: parsed(row.try_get("hash")?)? };
                Ok((parsed(row.try_get("unit")?)?, JournalId(parsed(row.try_get("journal")?)?), head))
            })
            .collect()
    }

    /// Texts of the entries after `after`, in order.
    pub(crate) async fn entry_texts(
        &self,
        unit: Uuid,
        journal: JournalId,
        after: u64,
        most: u64,
    ) -> Result<Vec<String>, Fault> {
        let texts = sqlx::query_scalar(
            "SELECT entry FROM entries WHERE unit = ? AND journal = ? AND seq > ? ORDER BY seq LIMIT ?",
        );
        Ok(texts
            .bind(unit.to_string())
            .bind(journal.to_string())
            .bind(int(after))
            .bind(int(most))
            .fetch_all(&self.reader)
            .await?)
    }

    /// Every blob said to be whole.
    pub(crate) async fn whole_blobs(&self) -> Result<Vec<(Uuid, Sha256)>, Fault> {
        let rows = sqlx::query("SELECT unit, name FROM blobs WHERE whole_at IS NOT NULL")
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok((parsed(row.try_get("unit")?)?, parsed(row.try_get("name")?)?))).collect()
    }
}

/// What is held of a journal.
pub(crate) async fn head(
    reader: &mut sqlx::SqliteConnection,
    unit: Uuid,
    journal: JournalId,
) -> Result<Head, Fault> {
    let row = sqlx::query("SELECT seq, hash FROM journals WHERE unit = ? AND journal = ?")
        .bind(unit.to_string())
        .bind(journal.to_string())
        .fetch_optional(reader)
        .await?;
    row.map_or(Ok(Head::EMPTY), |row| {
        Ok(Head { seq: number(row.try_get("seq")?), hash: parsed(row.try_get("hash")?)? })
    })
}

/// Hashes of held entries from `first` to `last`, in order.
pub(crate) async fn hashes(
    txn: &mut Txn,
    unit: Uuid,
    journal: JournalId,
    first: u64,
    last: u64,
) -> Result<Vec<Sha256>, Fault> {
    let hashes: Vec<String> = sqlx::query_scalar(
        "SELECT hash FROM entries WHERE unit = ? AND journal = ? AND seq BETWEEN ? AND ? ORDER BY seq",
    )
    .bind(unit.to_string())
    .bind(journal.to_string())
    .bind(int(first))
    .bind(int(last))
    .fetch_all(&mut **txn)
    .await?;
    hashes.iter().map(|hash| parsed(hash)).collect()
}

async fn insert(txn: &mut Txn, unit: Uuid, entry: &Entry, now: Stamp) -> Result<(), Fault> {
    let text = serde_json::to_string(entry).map_err(|error| Fault::Broken(error.to_string()))?;
    sqlx::query(
        "INSERT INTO entries (unit, journal, seq, hash, entry, received_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(unit.to_string())
    .bind(entry.header().journal.to_string())
    .bind(int(entry.header().seq))
    .bind(entry.head().hash.to_string())
    .bind(text)
    .bind(now.unix_ms())
    .execute(&mut **txn)
    .await?;
    Ok(())
}

/// The blobs an entry asks for: those of its header if it is for above, and document and annexes of its line.
fn named(written: &Written<'_>) -> Vec<Sha256> {
    let header = written.entry.header();
    let mut names = if header.scope == wire::Scope::Above { header.blobs.clone() } else { Vec::new() };
    names.extend(written.line.iter().flat_map(RegisterLine::files));
    names
}

/// Remembers that a blob is wanted. A restored box names under its new journal what is still missing.
async fn name_blob(txn: &mut Txn, unit: Uuid, entry: &Entry, name: &Sha256) -> Result<(), Fault> {
    let header = entry.header();
    sqlx::query(
        "INSERT INTO blobs (unit, name, journal, seq) VALUES (?, ?, ?, ?)
         ON CONFLICT (unit, name) DO UPDATE SET journal = excluded.journal, seq = excluded.seq
             WHERE blobs.whole_at IS NULL AND blobs.journal <> excluded.journal",
    )
    .bind(unit.to_string())
    .bind(name.to_string())
    .bind(header.journal.to_string())
    .bind(int(header.seq))
    .execute(&mut **txn)
    .await?;
    Ok(())
}
