//! What is at rest: a SQLite database for everything that is asked for by key, a folder for blobs.
//!
//! Writing goes through [`Store::begin`] only: one connection, one transaction at a time, durable when `commit`
//! returns. Reading has connections of its own and never waits for a writer (WAL).

mod downlink;
mod entries;
mod folder;
mod lines;
mod units;

use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool};

pub(crate) use entries::{Written, hashes, head};
pub(crate) use folder::{Folder, Piece};
pub(crate) use lines::{LineFilter, LineRow};
pub(crate) use units::{FleetRow, UnitRow};

/// A write transaction; rolled back when dropped.
pub(crate) type Txn = sqlx::Transaction<'static, Sqlite>;

/// The machine failed. English, for the log; nobody outside sees more of it than an incident number.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// The folder.
    #[error("folder: {0}")]
    Io(#[from] io::Error),
    /// The data directory was written by a newer program.
    #[error("the data directory was written by a newer vanthu-hub; install that version or a later one")]
    Newer,
    /// Something at rest, or the machine, is not as it must be.
    #[error("{0}")]
    Broken(String),
}

impl Fault {
    /// Whether there is no room left: nothing was lost, and it works again once there is.
    pub fn is_disk_full(&self) -> bool {
        const SQLITE_FULL: &str = "13";
        match self {
            Self::Sql(sqlx::Error::Database(error)) => error.code().as_deref() == Some(SQLITE_FULL),
            Self::Io(error) => {
                matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}

/// The data directory.
pub(crate) struct Store {
    writer: SqlitePool,
    reader: SqlitePool,
    folder: Folder,
}

impl Store {
    /// Opens `dir`, creating what is missing.
    pub(crate) async fn open(dir: &Path) -> Result<Self, Fault> {
        std::fs::create_dir_all(dir)?;
        let options = SqliteConnectOptions::new()
            .filename(dir.join("hub.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
        // On a full disk SQLite ends a transaction by itself and sqlx does not notice: such a connection would
        // refuse every later one. It is given up for a new one.
        let writer = writer.before_acquire(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        });
        let writer = writer.connect_with(options.clone()).await?;
        sqlx::migrate!().run(&writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => Fault::Newer,
            other => Fault::Broken(format!("migration: {other}")),
        })?;
        let reader = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self { writer, reader, folder: Folder::open(dir)? })
    }

    /// Begins to write. Waits for the writer before it.
    pub(crate) async fn begin(&self) -> Result<Txn, Fault> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Works on the folder where blocking blocks nobody.
    pub(crate) async fn on_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let folder = self.folder.clone();
        let worked = tokio::task::spawn_blocking(move || work(&folder)).await;
        Ok(worked.map_err(|error| Fault::Broken(error.to_string()))??)
    }

    /// One of the hub's own settings.
    pub(crate) async fn setting(&self, name: &str) -> Result<Option<String>, Fault> {
        let found = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?");
        Ok(found.bind(name).fetch_optional(&self.reader).await?)
    }

    pub(crate) async fn set_setting(&self, name: &str, value: &str) -> Result<(), Fault> {
        let mut txn = self.begin().await?;
        sqlx::query("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(name)
            .bind(value)
            .execute(&mut *txn)
            .await?;
        Ok(txn.commit().await?)
    }
}

/// A number as SQLite has it. What is larger than it can hold is larger than anything held, and stays so.
fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// And back; we never write a negative one.
fn number(int: i64) -> u64 {
    u64::try_from(int).unwrap_or_default()
}

/// Reads back a text we wrote ourselves.
fn parsed<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::Broken(format!("not readable at rest: {text:?}")))
}
