//! What a ledger says of a folder as a whole.

use super::Hash;
use super::reader::Reader;
use crate::error::Error;
use crate::names::path_of_bytes;
use std::path::PathBuf;

/// The accounting of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Photos by outcome and reason, with how many.
    pub sources: Vec<(String, Option<String>, i64)>,
    /// Outputs by preset: how many, and their bytes. Without the stale ones.
    pub outputs: Vec<(String, i64, i64)>,
    /// The runs, the last one first.
    pub runs: Vec<Run>,
}

/// A run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Version of the program.
    pub program: String,
    /// When it began, UTC, `2026-11-21 14:17:20`.
    pub started: String,
    /// When it ended; `None` where it runs, or was killed.
    pub ended: Option<String>,
    /// Whether it reached every photo.
    pub is_complete: bool,
    /// The hash of what it was asked for.
    pub settings: Hash,
}

impl Reader {
    /// The accounting.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger is damaged.
    pub fn accounting(&self) -> Result<Accounting, Error> {
        self.count().map_err(|error| self.trouble(error))
    }

    /// The run that began last.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger is damaged.
    pub fn last_run(&self) -> Result<Option<Run>, Error> {
        self.runs(1).map(|runs| runs.into_iter().next()).map_err(|error| self.trouble(error))
    }

    /// The input folders of all photos.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger is damaged.
    pub fn roots(&self) -> Result<Vec<PathBuf>, Error> {
        let find = || -> rusqlite::Result<Vec<PathBuf>> {
            let mut query =
                self.connection.prepare("SELECT DISTINCT root FROM source WHERE root IS NOT NULL ORDER BY 1")?;
            query.query_map([], |row| row.get(0).map(path_of_bytes))?.collect()
        };
        find().map_err(|error| self.trouble(error))
    }

    fn count(&self) -> rusqlite::Result<Accounting> {
        /// Runs that are told of.
        const RUNS: i64 = 5;
        let mut sources = self.connection.prepare(
            "SELECT outcome, reason, count(*) FROM source GROUP BY 1, 2
             ORDER BY instr('written review refused failed skipped', outcome), 2",
        )?;
        let mut outputs = self
            .connection
            .prepare("SELECT preset, count(*), sum(size) FROM output WHERE stale = 0 GROUP BY 1 ORDER BY 1")?;
        Ok(Accounting {
            sources: sources.query_map([], |row| row.try_into())?.collect::<Result<_, _>>()?,
            outputs: outputs.query_map([], |row| row.try_into())?.collect::<Result<_, _>>()?,
            runs: self.runs(RUNS)?,
        })
    }

    /// The last `count` runs, the last one first.
    fn runs(&self, count: i64) -> rusqlite::Result<Vec<Run>> {
        let mut query = self.connection.prepare(
            "SELECT program, datetime(started, 'unixepoch'), datetime(ended, 'unixepoch'), completed, settings FROM run
             ORDER BY id DESC LIMIT ?1",
        )?;
        let run = |row: &rusqlite::Row<'_>| {
            Ok(Run {
                program: row.get(0)?,
                started: row.get(1)?,
                ended: row.get(2)?,
                is_complete: row.get(3)?,
                settings: row.get(4)?,
            })
        };
        query.query_map([count], run)?.collect()
    }
}
