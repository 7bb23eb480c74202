//! The SQLite file, for those who only look: lookups of a run, dry runs, `status`.

use super::store::{PATIENCE, bytes, check, is_new, real, trouble};
use super::{Hash, Lookup, OutputEntry, Remembered};
use crate::error::{Cause, Error, Reason};
use crate::names::path_of_bytes;
use crate::regular_file::other_kind;
use crate::report::Outcome;
use crate::report::spread::Placement;
use crate::stamp::Stamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, params};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The ledger of an output folder, open for reading.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    /// A copy that is read in the ledger's place goes when the reader does.
    pub(super) _copy: Option<tempfile::TempDir>,
}

impl Reader {
    /// Opens the ledger `name` in `folder`; `None` where there is none.
    ///
    /// # Errors
    /// Those of [`super::store::Ledger::open`].
    pub fn open(folder: &Path, name: &str) -> Result<Option<Self>, Error> {
        let path = real(folder).join(name);
        if path.is_symlink() {
            return Err(Error::fatal(path, "the ledger is a symbolic link; remove it, or put the file itself there"));
        }
        let Ok(metadata) = fs::metadata(&path) else { return Ok(None) };
        if let Some(kind) = other_kind(&metadata) {
            return Err(Error::fatal(path, format!("the ledger cannot be read: it is {kind}, not a file; remove it")));
        }
        if metadata.len() == 0 {
            return Ok(None);
        }
        let told = |error: rusqlite::Error| trouble(&path, error);
        let connection = read_only(&path).map_err(told)?;
        let (connection, copy) = match connection.query_one("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
            Ok(()) => (connection, None),
            Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)) => {
                let (connection, copy) = recovered(&path, name).map_err(|cause| {
                    Error::fatal(
                        &path,
                        format!("the ledger of a run that was killed cannot be copied to look at it: {cause}"),
                    )
                    .caused_by(cause)
                })?;
                (connection, Some(copy))
            }
            Err(error) => return Err(told(error)),
        };
        if is_new(&connection).map_err(told)? {
            return Ok(None);
        }
        check(&connection, &path)?;
        Ok(Some(Self { connection, path, _copy: copy }))
    }

    /// What is known of the photo `relative`, with its outputs for `presets`. One thread at a time can ask.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file is damaged.
    pub fn lookup(&mut self, relative: &Path, presets: &[String]) -> Result<Option<Remembered>, Error> {
        let told = |error: rusqlite::Error| trouble(&self.path, error);
        let found = self
            .connection
            .prepare_cached(
                "SELECT id, size, modified_ns, hash, settings, outcome, record, root,
                     run <= (SELECT coalesce(max(id), 0) FROM run WHERE completed = 1), reason
                 FROM source WHERE path = ?1 AND hash IS NOT NULL",
            )
            .and_then(|mut query| query.query_row([bytes(relative)], remembered).optional())
            .map_err(told)?;
        let Some((id, Some(mut known))) = found else { return Ok(None) };
        let mut query = self
            .connection
            .prepare_cached("SELECT * FROM output WHERE source = ?1 AND stale = 0 ORDER BY path")
            .map_err(told)?;
        for output in query.query_map([id], output).map_err(told)? {
            let output = output.map_err(told)?;
            if presets.contains(&output.preset) {
                known.outputs.push(output);
            }
        }
        Ok(Some(known))
    }

    /// What a run for `job` told of the photo `relative`, and the hash of that photo's content.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file is damaged.
    pub fn told(&self, job: &Hash, relative: &Path) -> Result<(Option<Hash>, Option<Hash>), Error> {
        let find = || -> rusqlite::Result<(Option<Hash>, Option<Hash>)> {
            let told = self
                .connection
                .prepare_cached("SELECT digest FROM told WHERE job = ?1 AND path = ?2")?
                .query_row(params![job, bytes(relative)], |row| row.get(0))
                .optional()?;
            let content: Option<Option<Hash>> = self
                .connection
                .prepare_cached("SELECT hash FROM source WHERE path = ?1")?
                .query_row([bytes(relative)], |row| row.get(0))
                .optional()?;
            Ok((told, content.flatten()))
        };
        find().map_err(|error| self.trouble(error))
    }

    /// What a run over `presets` asks.
    pub fn of_run<'a>(&'a mut self, presets: &'a [String]) -> RunReader<'a> {
        RunReader { reader: self, presets }
    }

    /// The error for what SQLite says of this file.
    pub(super) fn trouble(&self, error: rusqlite::Error) -> Error {
        trouble(&self.path, error)
    }
}

/// A ledger as a run over some presets reads it.
#[derive(Debug)]
pub struct RunReader<'a> {
    reader: &'a mut Reader,
    presets: &'a [String],
}

impl Lookup for RunReader<'_> {
    fn lookup(&mut self, relative: &Path) -> Result<Option<Remembered>, Error> {
        self.reader.lookup(relative, self.presets)
    }
}

pub(super) fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// A run that was killed while it committed leaves a journal, and whoever opens the ledger next has to undo the half
/// commit. One that must not write does so in a copy.
fn recovered(path: &Path, name: &str) -> Result<(Connection, tempfile::TempDir), Cause> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join(name);
    fs::copy(path, &copy)?;
    let journal = |path: &Path| {
        let mut name = OsString::from(path);
        name.push("-journal");
        PathBuf::from(name)
    };
    if fs::symlink_metadata(journal(path)).is_ok_and(|metadata| metadata.is_file()) {
        fs::copy(journal(path), journal(&copy))?;
    }
    Ok((Connection::open(&copy)?, folder))
}

fn stamp(row: &Row<'_>, size: &str, modified: &str) -> rusqlite::Result<Stamp> {
    Ok(Stamp { size: row.get::<_, i64>(size)?.cast_unsigned(), modified_ns: row.get(modified)? })
}

/// The row's number, and what it says; nothing where the outcome is a word that this version does not know.
fn remembered(row: &Row<'_>) -> rusqlite::Result<(i64, Option<Remembered>)> {
    let Some(outcome) = Outcome::from_code(&row.get::<_, String>("outcome")?) else { return Ok((row.get(0)?, None)) };
    let known = Remembered {
        stamp: stamp(row, "size", "modified_ns")?,
        hash: row.get("hash")?,
        root: row.get::<_, Option<Vec<u8>>>("root")?.map(path_of_bytes),
        settings: row.get("settings")?,
        outcome,
        record: row.get("record")?,
        outputs: Vec::new(),
        is_told: row.get(8)?,
        is_due: outcome == Outcome::Skipped
            || outcome == Outcome::Failed
                && !row
                    .get::<_, Option<String>>("reason")?
                    .and_then(|why| Reason::from_code(&why))
                    .is_some_and(Reason::lasts),
    };
    Ok((row.get(0)?, Some(known)))
}

pub(super) fn output(row: &Row<'_>) -> rusqlite::Result<OutputEntry> {
    Ok(OutputEntry {
        path: path_of_bytes(row.get("path")?),
        preset: row.get("preset")?,
        stamp: stamp(row, "size", "modified_ns")?,
        hash: row.get("hash")?,
        placement: Placement { eye_line: row.get("eye_line")?, head_height: row.get("head_height")? },
        is_widest: row.get("widest")?,
        is_pinned: row.get("pinned")?,
    })
}
