//! Register lines as they stand, and the receipts "arrived" they earn.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use wire::calls::{Message, Receipt};
use wire::{Book, Header, JournalId, RegisterLine, Sha256, Stamp};

use super::{Fault, Store, Txn, downlink, int, number, parsed};

/// A register line with where it came from.
#[derive(Debug)]
pub(crate) struct LineRow {
    pub(crate) unit: Uuid,
    pub(crate) unit_name: String,
    /// Order of first arrival over all units.
    pub(crate) place: u64,
    pub(crate) journal: JournalId,
    pub(crate) seq: u64,
    pub(crate) line: RegisterLine,
    pub(crate) received_at: Stamp,
    /// Whether the document of record is here, whole.
    pub(crate) has_pdf: bool,
    /// Those of its annexes that are here, whole.
    pub(crate) annexes_here: Vec<Sha256>,
}

/// Which lines.
#[derive(Debug, Default)]
pub(crate) struct LineFilter {
    pub(crate) unit: Option<Uuid>,
    pub(crate) book: Option<Book>,
    /// Only lines that arrived before this place; newest first.
    pub(crate) before: Option<u64>,
    pub(crate) limit: u32,
}

impl Store {
    pub(crate) async fn lines(&self, filter: &LineFilter) -> Result<Vec<LineRow>, Fault> {
        let rows = sqlx::query(
            "SELECT l.*, u.name AS unit_name, b.whole_at IS NOT NULL AS has_pdf,
                 (SELECT json_group_array(a.name) FROM json_each(l.line, '$.annexes') annex
                  JOIN blobs a ON a.unit = l.unit AND a.name = annex.value ->> 'pdf' AND a.whole_at IS NOT NULL)
                 AS annexes_here
             FROM lines l JOIN units u ON u.unit = l.unit LEFT JOIN blobs b ON b.unit = l.unit AND b.name = l.pdf
             WHERE (?1 IS NULL OR l.unit = ?1) AND (?2 IS NULL OR l.book = ?2) AND (?3 IS NULL OR l.place < ?3)
             ORDER BY l.place DESC LIMIT ?4",
        )
        .bind(filter.unit.map(|unit| unit.to_string()))
        .bind(filter.book.map(book_text))
        .bind(filter.before.map(int))
        .bind(i64::from(filter.limit))
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(line_row).collect()
    }
}

fn line_row(row: &SqliteRow) -> Result<LineRow, Fault> {
    let line: &str = row.try_get("line")?;
    Ok(LineRow {
        unit: parsed(row.try_get("unit")?)?,
        unit_name: row.try_get("unit_name")?,
        place: number(row.try_get("place")?),
        journal: JournalId(parsed(row.try_get("journal")?)?),
        seq: number(row.try_get("seq")?),
        line: serde_json::from_str(line).map_err(|error| Fault::Broken(format!("line at rest: {error}")))?,
        received_at: Stamp::from_unix_ms(row.try_get("received_at")?),
        has_pdf: row.try_get::<i64, _>("has_pdf")? != 0,
        annexes_here: serde_json::from_str(row.try_get("annexes_here")?)
            .map_err(|error| Fault::Broken(format!("names of annexes: {error}")))?,
    })
}

fn book_text(book: Book) -> &'static str {
    match book {
        Book::Incoming => "incoming",
        Book::Outgoing => "outgoing",
    }
}

/// The document's line as it stands after this entry.
pub(super) async fn put(
    txn: &mut Txn,
    unit: Uuid,
    header: &Header,
    line: &RegisterLine,
    now: Stamp,
) -> Result<(), Fault> {
    let text = serde_json::to_string(line).map_err(|error| Fault::Broken(error.to_string()))?;
    sqlx::query(
        "INSERT INTO lines (unit, document, place, journal, seq, book, pdf, line, received_at)
         VALUES (?, ?, (SELECT coalesce(max(place), 0) + 1 FROM lines), ?, ?, ?, ?, ?, ?)
         ON CONFLICT (unit, document) DO UPDATE SET journal = excluded.journal, seq = excluded.seq,
             book = excluded.book, pdf = excluded.pdf, line = excluded.line, received_at = excluded.received_at",
    )
    .bind(unit.to_string())
    .bind(line.document.to_string())
    .bind(header.journal.to_string())
    .bind(int(header.seq))
    .bind(book_text(line.book))
    .bind(line.pdf.map(|name| name.to_string()))
    .bind(text)
    .bind(now.unix_ms())
    .execute(&mut **txn)
    .await?;
    hurry(txn, unit, line).await
}

/// The papers of an urgent document are asked for before others.
async fn hurry(txn: &mut Txn, unit: Uuid, line: &RegisterLine) -> Result<(), Fault> {
    let urgency = match line.urgency.as_str() {
        "urgent" => 1,
        "very_urgent" => 2,
        "flash" => 3,
        _ => return Ok(()),
    };
    for file in line.files() {
        sqlx::query(
            "UPDATE blobs SET urgency = max(urgency, ?) WHERE unit = ? AND name = ? AND whole_at IS NULL",
        )
        .bind(urgency)
        .bind(unit.to_string())
        .bind(file.to_string())
        .execute(&mut **txn)
        .await?;
    }
    Ok(())
}

/// Gives the receipt of a document whose line has just come, if its paper is here or it has none.
pub(super) async fn receipt_of_document(
    txn: &mut Txn,
    unit: Uuid,
    document: Uuid,
    now: Stamp,
) -> Result<(), Fault> {
    let due = sqlx::query(
        "SELECT document, seq, pdf FROM lines l WHERE unit = ? AND document = ? AND receipted IS NOT coalesce(pdf, '')
             AND (pdf IS NULL OR EXISTS (
                 SELECT 1 FROM blobs b WHERE b.unit = l.unit AND b.name = l.pdf AND b.whole_at IS NOT NULL))",
    )
    .bind(unit.to_string())
    .bind(document.to_string())
    .fetch_all(&mut **txn)
    .await?;
    give(txn, unit, due, now).await?;
    Ok(())
}

/// Gives the receipts that waited for this paper; how many.
pub(super) async fn receipts_of_blob(
    txn: &mut Txn,
    unit: Uuid,
    name: &Sha256,
    now: Stamp,
) -> Result<usize, Fault> {
    let due = sqlx::query("SELECT document, seq, pdf FROM lines WHERE unit = ? AND pdf = ? AND receipted IS NOT pdf ORDER BY place")
        .bind(unit.to_string())
        .bind(name.to_string())
        .fetch_all(&mut **txn)
        .await?;
    give(txn, unit, due, now).await
}

/// One receipt per document and paper: a line that only changed its state earns no second one.
async fn give(txn: &mut Txn, unit: Uuid, due: Vec<SqliteRow>, now: Stamp) -> Result<usize, Fault> {
    let given = due.len();
    for row in due {
        let document: String = row.try_get("document")?;
        let pdf: Option<String> = row.try_get("pdf")?;
        let entry = number(row.try_get("seq")?);
        let message = Message::Receipt { document: parsed(&document)?, receipt: Receipt::Arrived, entry };
        downlink::append(txn, unit, &message, now).await?;
        sqlx::query("UPDATE lines SET receipted = ? WHERE unit = ? AND document = ?")
            .bind(pdf.unwrap_or_default())
            .bind(unit.to_string())
            .bind(document)
            .execute(&mut **txn)
            .await?;
    }
    Ok(given)
}
