//! The SQLite file: one row a run, a source and an output (`schema.sql`).
//!
//! One thread writes, in batches, and a row is written only after the outputs it tells of are whole under their names.
//! The journal is SQLite's plain one, not the write-ahead log: output folders lie on shares, where the log's shared
//! memory does not work, and between runs the ledger is one file that everybody who may read the folder can query.

use super::reader::{Reader, read_only};
use super::{Hash, Keeper, Refresh, SourceEntry};
use crate::error::Error;
use crate::publish::{explained, open_own};
use crate::report::{Outcome, Tally};
use crate::walk::Source;
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

mod later;

/// The ledger's name in the output folder.
pub const LEDGER_NAME: &str = "ledger.sqlite";

/// What `PRAGMA user_version` says; it grows when a table changes.
pub const SCHEMA: i64 = 1;

/// `PRAGMA application_id`, "HDST": a database of another program is not taken for a ledger.
const APPLICATION: i64 = 0x4844_5354;

/// Records between two commits, and the time after which fewer are committed. A commit waits for the disk three times;
/// a run that is killed does again what was not committed.
const BATCH: (usize, Duration) = (256, Duration::from_secs(1));

/// How long a query waits for another program that has the ledger open.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// The ledger of an output folder, open for writing.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    run: i64,
    presets: Vec<String>,
    /// Records since the last commit, and when the first of them came.
    pending: Option<(usize, Instant)>,
}

/// The sentence for `error` at `path`.
pub(super) fn trouble(path: &Path, error: rusqlite::Error) -> Error {
    let message = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!("the ledger is damaged ({error}); move it away, and the next run makes all headshots again")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "the ledger is held by another program; close that and run this again".to_owned()
        }
        Some(ErrorCode::DiskFull) => "the ledger cannot be written: the disk is full".to_owned(),
        Some(ErrorCode::SystemIoFailure) => format!(
            "the ledger cannot be read or written: {error}; see whether the disk works and has room, and whether a limit on \
             the size of files was reached (ulimit -f)"
        ),
        _ => format!("the ledger cannot be used: {error}"),
    };
    Error::fatal(path, message).caused_by(error)
}

/// `folder` without links. SQLite refuses links on the whole way to a ledger, of which only the last part is ours.
pub(super) fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Opens the ledger at `path`, without following a link there; makes it where it is missing.
fn open_for_writing(path: &Path) -> Result<Connection, Error> {
    // SQLite takes no account of the umask where that gives more than its own 644, and gives the journal the
    // permissions that the ledger has.
    open_own(path).map_err(|error| {
        Error::fatal(path, format!("the ledger cannot be written: {}", explained(&error))).caused_by(error)
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Connection::open_with_flags(path, flags).map_err(|error| trouble(path, error))
}

impl Ledger {
    /// Opens the ledger `name` in `folder`, creating it where it is missing, and begins a run over `presets` with these
    /// `settings`.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file is damaged, of another program or of a newer version, or cannot be written. It
    /// is left as it is.
    pub fn open(folder: &Path, name: &str, presets: Vec<String>, settings: &Hash) -> Result<Self, Error> {
        let path = real(folder).join(name);
        let told = |error: rusqlite::Error| trouble(&path, error);
        let connection = open_for_writing(&path)?;
        connection.busy_timeout(PATIENCE).map_err(told)?;
        // A page that is written before the commit would lock readers out until then.
        connection
            .execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF;")
            .map_err(told)?;
        if is_new(&connection).map_err(told)? {
            connection.execute_batch(&creation()).map_err(told)?;
        }
        check(&connection, &path)?;
        connection.execute_batch(added()).map_err(told)?;
        connection
            .execute(
                "INSERT INTO run (program, settings, started) VALUES (?1, ?2, unixepoch())",
                params![crate::VERSION, settings],
            )
            .map_err(told)?;
        let run = connection.last_insert_rowid();
        for preset in &presets {
            connection.execute("INSERT OR REPLACE INTO asked VALUES (?1, ?2)", params![preset, run]).map_err(told)?;
        }
        Ok(Self { connection, path, run, presets, pending: None })
    }

    /// Brings the ledger `name` in `folder` into order after a run that was killed, so that it can be read: half a
    /// commit is undone by whoever may write.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn recover(folder: &Path, name: &str) -> Result<(), Error> {
        let path = real(folder).join(name);
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        let told = |error: rusqlite::Error| trouble(&path, error);
        let connection = open_for_writing(&path)?;
        connection.busy_timeout(PATIENCE).map_err(told)?;
        is_new(&connection).map(|_| ()).map_err(told)
    }

    /// Writes down what became of a photo, whose outputs are published.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn record(&mut self, entry: &SourceEntry, record: &str) -> Result<(), Error> {
        self.begin()?;
        self.insert(entry, record).map_err(|error| trouble(&self.path, error))?;
        self.commit_if_due()
    }

    /// Writes down that files of the photo `relative` were touched and are the same.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn refresh(&mut self, relative: &Path, refresh: &Refresh) -> Result<(), Error> {
        self.begin()?;
        let update = || -> rusqlite::Result<()> {
            if let Some(stamp) = refresh.source {
                self.connection
                    .prepare_cached("UPDATE source SET size = ?2, modified_ns = ?3 WHERE path = ?1")?
                    .execute(params![bytes(relative), stamp.size.cast_signed(), stamp.modified_ns])?;
            }
            if let Some(root) = &refresh.root {
                self.connection
                    .prepare_cached("UPDATE source SET root = ?2 WHERE path = ?1")?
                    .execute(params![bytes(relative), bytes(root)])?;
            }
            for (path, stamp) in &refresh.outputs {
                self.connection
                    .prepare_cached("UPDATE output SET size = ?2, modified_ns = ?3 WHERE path = ?1")?
                    .execute(params![bytes(path), stamp.size.cast_signed(), stamp.modified_ns])?;
            }
            Ok(())
        };
        update().map_err(|error| trouble(&self.path, error))?;
        self.commit_if_due()
    }

    /// Where nothing is known of the file's content, what was known of it stays: the outputs that are there were made
    /// of that.
    fn insert(&self, entry: &SourceEntry, record: &str) -> rusqlite::Result<()> {
        let source: i64 = self
            .connection
            .prepare_cached(
                "INSERT INTO source (path, path_text, root, size, modified_ns, hash, settings, outcome, reason, record, run)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (path) DO UPDATE SET root = excluded.root, size = coalesce(excluded.size, size),
                     modified_ns = iif(excluded.hash IS NULL, modified_ns, excluded.modified_ns),
                     settings = iif(excluded.hash IS NULL, settings, excluded.settings),
                     hash = coalesce(excluded.hash, hash), outcome = excluded.outcome, reason = excluded.reason,
                     record = excluded.record, run = excluded.run
                 RETURNING id",
            )?
            .query_one(
                params![
                    bytes(&entry.relative),
                    entry.relative.to_string_lossy(),
                    entry.root.as_deref().map(bytes),
                    entry.stamp.map(|stamp| stamp.size.cast_signed()),
                    entry.stamp.and_then(|stamp| stamp.modified_ns),
                    entry.hash,
                    entry.settings,
                    entry.outcome.code(),
                    entry.reason,
                    record,
                    self.run
                ],
                |row| row.get(0),
            )?;
        // A photo that failed may be whole again tomorrow: nothing that was made of it is out of date yet.
        if entry.outcome != Outcome::Failed {
            let mut stale =
                self.connection.prepare_cached("UPDATE output SET stale = 1 WHERE source = ?1 AND preset = ?2")?;
            for preset in &self.presets {
                stale.execute(params![source, preset])?;
            }
        }
        self.insert_outputs(source, entry)
    }

    fn insert_outputs(&self, source: i64, entry: &SourceEntry) -> rusqlite::Result<()> {
        // An output that was another photo's: that photo has to make its own again, should it come back.
        let mut taken = self.connection.prepare_cached(
            "UPDATE source SET hash = NULL WHERE id IN (SELECT source FROM output WHERE path = ?1 AND source <> ?2)",
        )?;
        for output in &entry.outputs {
            taken.execute(params![bytes(&output.path), source])?;
        }
        let mut insert = self
            .connection
            .prepare_cached("INSERT OR REPLACE INTO output VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0)")?;
        for output in &entry.outputs {
            insert.execute(params![
                bytes(&output.path),
                output.path.to_string_lossy(),
                source,
                output.preset,
                output.stamp.size.cast_signed(),
                output.stamp.modified_ns,
                output.hash,
                output.placement.eye_line,
                output.placement.head_height,
                output.is_widest,
                output.is_pinned
            ])?;
        }
        Ok(())
    }

    /// Forgets the outputs `paths`, which are removed, and photos that have none left and are gone.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn forget(&mut self, outputs: &[PathBuf], sources: &[i64]) -> Result<(), Error> {
        self.begin()?;
        let delete = || -> rusqlite::Result<()> {
            // A photo that keeps other outputs has to make these again, should it come back.
            let mut owner = self.connection.prepare_cached(
                "UPDATE source SET hash = NULL WHERE id IN (SELECT source FROM output WHERE path = ?1 AND stale = 0)",
            )?;
            let mut output = self.connection.prepare_cached("DELETE FROM output WHERE path = ?1")?;
            for path in outputs {
                owner.execute([bytes(path)])?;
                output.execute([bytes(path)])?;
            }
            let mut source = self.connection.prepare_cached(
                "DELETE FROM source WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM output WHERE source = ?1)",
            )?;
            for id in sources {
                source.execute([id])?;
            }
            Ok(())
        };
        delete().map_err(|error| trouble(&self.path, error))?;
        self.commit()
    }

    /// Ends the run; `completed` where it reached every photo.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn finish(mut self, tally: &Tally, completed: bool) -> Result<(), Error> {
        self.begin()?;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.connection
            .execute(
                "UPDATE run SET ended = unixepoch(), completed = ?2, written = ?3, unchanged = ?4, review = ?5,
                     refused = ?6, failed = ?7, skipped = ?8 WHERE id = ?1",
                params![
                    self.run,
                    completed,
                    count(tally.written),
                    count(tally.unchanged),
                    count(tally.review),
                    count(tally.refused),
                    count(tally.failed),
                    count(tally.skipped)
                ],
            )
            .map_err(|error| trouble(&self.path, error))?;
        self.commit()
    }

    fn begin(&mut self) -> Result<(), Error> {
        if self.pending.is_none() {
            self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| trouble(&self.path, error))?;
            self.pending = Some((0, Instant::now()));
        }
        Ok(())
    }

    fn commit_if_due(&mut self) -> Result<(), Error> {
        let Some((count, since)) = &mut self.pending else { return Ok(()) };
        *count += 1;
        if *count >= BATCH.0 || since.elapsed() >= BATCH.1 { self.commit() } else { Ok(()) }
    }

    /// The same ledger for reading; what is recorded is in it when it is committed.
    ///
    /// # Errors
    /// [`Error::Fatal`] where it cannot be opened again.
    pub fn reader(&self) -> Result<Reader, Error> {
        let connection = read_only(&self.path).map_err(|error| trouble(&self.path, error))?;
        Ok(Reader { connection, path: self.path.clone(), _copy: None })
    }

    /// Makes sure that all that was recorded is on the disk.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        if self.pending.take().is_some() {
            self.connection.execute_batch("COMMIT").map_err(|error| trouble(&self.path, error))?;
        }
        Ok(())
    }
}

impl Keeper for Ledger {
    fn made(&mut self, entry: &SourceEntry, record: &str) -> Result<(), Error> {
        self.record(entry, record)
    }

    fn touched(&mut self, source: &Source, refresh: &Refresh) -> Result<(), Error> {
        self.refresh(source.relative(), refresh)
    }

    fn idle(&mut self) -> Result<(), Error> {
        self.commit()
    }
}

/// What makes an empty file a ledger, in one transaction.
pub(super) fn creation() -> String {
    format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};\n{}\nCOMMIT;",
        include_str!("schema.sql")
    )
}

/// What makes the tables that were added since ledgers of this version were made first.
pub(super) fn added() -> &'static str {
    let schema = include_str!("schema.sql");
    schema.find("CREATE TABLE IF NOT EXISTS").map_or("", |start| &schema[start..])
}

/// Whether nobody has written anything to the file yet.
pub(super) fn is_new(connection: &Connection) -> rusqlite::Result<bool> {
    let objects: i64 = connection.query_one("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(objects == 0 && pragma(connection, "user_version")? == 0)
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.query_one(&format!("PRAGMA {name}"), [], |row| row.get(0))
}

/// That the file is a ledger, of a version that is known, and whole.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let told = |error: rusqlite::Error| trouble(path, error);
    if pragma(connection, "application_id").map_err(told)? != APPLICATION {
        return Err(Error::fatal(
            path,
            "is a database of another program; move it away, or choose another folder with -o",
        ));
    }
    let version = pragma(connection, "user_version").map_err(told)?;
    if version > SCHEMA {
        return Err(Error::fatal(
            path,
            format!(
                "the ledger is of a newer version of headshot (schema {version}, this one knows {SCHEMA}); use that \
                 version, or move the ledger away, and the next run makes all headshots again"
            ),
        ));
    }
    let verdict: String = connection.query_one("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(told)?;
    if verdict != "ok" {
        return Err(Error::fatal(
            path,
            format!("the ledger is damaged ({verdict}); move it away, and the next run makes all headshots again"),
        ));
    }
    Ok(())
}

/// The bytes of `path`, as the system has them.
pub(super) fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

#[cfg(test)]
mod tests;
