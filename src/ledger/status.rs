//! What a ledger says of a folder as a whole.

use super::Hash;
use super::fresh::{State, state};
use super::reader::{Reader, output};
use crate::error::{Error, Reason};
use crate::names::path_of_bytes;
use crate::report::Outcome;
use rusqlite::OptionalExtension;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The accounting of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Photos by outcome and reason, with how many.
    pub sources: Vec<(String, Option<String>, i64)>,
    /// The outputs that are there, by preset. Without those that their photo does not make any more.
    pub outputs: Vec<Preset>,
    /// Outputs that are another picture since they were made.
    pub edited: u64,
    /// Outputs that are there no more, or are no picture.
    pub missing: u64,
    /// The runs, the last one first.
    pub runs: Vec<Run>,
}

/// What has become of outputs.
#[derive(Default)]
struct OnDisk {
    presets: Vec<Preset>,
    edited: u64,
    missing: u64,
    /// Outcome and reason, as the ledger has them, of each photo with an output that somebody changed.
    edited_photos: Vec<(String, Option<String>)>,
}

/// The outputs for a preset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// How many there are.
    pub count: u64,
    /// Their size.
    pub bytes: u64,
    /// When the last run that asked for the preset began, UTC, where it is not the last run.
    pub unasked_since: Option<String>,
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
    /// The accounting: what the ledger knows, and what has become of the outputs below `folder` since.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger is damaged.
    pub fn accounting(&self, folder: &Path) -> Result<Accounting, Error> {
        self.count(folder).map_err(|error| self.trouble(error))
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

    fn count(&self, folder: &Path) -> rusqlite::Result<Accounting> {
        /// Runs that are told of.
        const RUNS: i64 = 5;
        let mut sources: BTreeMap<(usize, Option<String>), (String, i64)> = BTreeMap::new();
        let mut count = |outcome: String, reason: Option<String>, photos: i64| {
            let place = Outcome::from_code(&outcome).map_or(Outcome::ALL.len(), |outcome| outcome as usize);
            sources.entry((place, reason)).or_insert((outcome, 0)).1 += photos;
        };
        let mut query = self.connection.prepare("SELECT outcome, reason, count(*) FROM source GROUP BY 1, 2")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            count(row.get(0)?, row.get(1)?, row.get(2)?);
        }
        let on_disk = self.outputs(folder)?;
        // The next run tells of them so.
        for (outcome, reason) in on_disk.edited_photos {
            count(outcome, reason, -1);
            count(Outcome::Review.code().to_owned(), Some(Reason::Edited.code().to_owned()), 1);
        }
        let sources = sources.into_iter().map(|((_, reason), (outcome, photos))| (outcome, reason, photos));
        Ok(Accounting {
            sources: sources.filter(|(_, _, photos)| *photos > 0).collect(),
            outputs: on_disk.presets,
            edited: on_disk.edited,
            missing: on_disk.missing,
            runs: self.runs(RUNS)?,
        })
    }

    /// What has become of the outputs.
    fn outputs(&self, folder: &Path) -> rusqlite::Result<OnDisk> {
        let mut query = self.connection.prepare(
            "SELECT output.*, source.outcome AS outcome, source.reason AS reason FROM output
             JOIN source ON source.id = output.source WHERE output.stale = 0 ORDER BY output.source",
        )?;
        let mut rows = query.query([])?;
        let (mut presets, mut on_disk): (BTreeMap<String, Preset>, _) = (BTreeMap::new(), OnDisk::default());
        let mut last_edited = None;
        while let Some(row) = rows.next()? {
            let output = output(row)?;
            match state(&output, folder, false) {
                State::Gone => {
                    on_disk.missing += 1;
                    continue;
                }
                State::Edited => {
                    on_disk.edited += 1;
                    let (source, outcome): (i64, String) = (row.get("source")?, row.get("outcome")?);
                    let is_judged = outcome != Outcome::Failed.code() && outcome != Outcome::Refused.code();
                    if is_judged && last_edited.replace(source) != Some(source) {
                        on_disk.edited_photos.push((outcome, row.get("reason")?));
                    }
                }
                State::Same | State::Touched(_) => {}
            }
            let size = std::fs::metadata(folder.join(&output.path)).map_or(0, |metadata| metadata.len());
            let preset = presets.entry(output.preset.clone()).or_default();
            preset.count += 1;
            preset.bytes += size;
        }
        on_disk.presets = presets.into_iter().map(|(name, preset)| Preset { name, ..preset }).collect();
        for preset in &mut on_disk.presets {
            preset.unasked_since = self.unasked_since(&preset.name)?;
        }
        Ok(on_disk)
    }

    /// When a run began that was the last to ask for `preset`, if that is not the last run.
    fn unasked_since(&self, preset: &str) -> rusqlite::Result<Option<String>> {
        // A ledger that no run of this version has written to says nothing of it.
        let is_known: bool = self.connection.query_one(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'asked')",
            [],
            |row| row.get(0),
        )?;
        if !is_known {
            return Ok(None);
        }
        self.connection
            .prepare_cached(
                "SELECT datetime(run.started, 'unixepoch') FROM asked JOIN run ON run.id = asked.run
                 WHERE asked.preset = ?1 AND asked.run < (SELECT max(id) FROM run)",
            )?
            .query_row([preset], |row| row.get(0))
            .optional()
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
