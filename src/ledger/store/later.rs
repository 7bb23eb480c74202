//! The tables that were added since ledgers were made first: which presets were asked for, and what was told.

use super::{Ledger, bytes, trouble};
use crate::error::Error;
use crate::ledger::Hash;
use crate::names::path_of_bytes;
use crate::report::Outcome;
use rusqlite::params;
use std::path::{Path, PathBuf};

impl Ledger {
    /// Forgets the outputs `paths` of presets that this run does not ask for, which are removed.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn forget_unasked(&mut self, paths: &[PathBuf]) -> Result<(), Error> {
        self.begin()?;
        let delete = || -> rusqlite::Result<()> {
            // What is known of a photo that failed is of a run before this one, which may have asked for the preset.
            let mut owner = self.connection.prepare_cached(
                "UPDATE source SET hash = NULL
                 WHERE outcome = ?2 AND id IN (SELECT source FROM output WHERE path = ?1)",
            )?;
            let mut output = self.connection.prepare_cached("DELETE FROM output WHERE path = ?1")?;
            for path in paths {
                owner.execute(params![bytes(path), Outcome::Failed.code()])?;
                output.execute([bytes(path)])?;
            }
            Ok(())
        };
        delete().map_err(|error| trouble(&self.path, error))?;
        self.commit()
    }

    /// Writes down what a run for `job` told of photos, by their relative paths, in the place of what it told before of
    /// the photos that are `mine`, and of those that the ledger does not know any more.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the file cannot be written.
    pub fn tell(&mut self, job: &Hash, told: &[(PathBuf, Hash)], mine: &dyn Fn(&Path) -> bool) -> Result<(), Error> {
        self.begin()?;
        let write = || -> rusqlite::Result<()> {
            let mut before = self.connection.prepare(
                "SELECT path, NOT EXISTS (SELECT 1 FROM source WHERE source.path = told.path) FROM told WHERE job = ?1",
            )?;
            let before: Vec<(Vec<u8>, bool)> =
                before.query_map([job], |row| row.try_into())?.collect::<Result<_, _>>()?;
            let mut delete = self.connection.prepare("DELETE FROM told WHERE job = ?1 AND path = ?2")?;
            for (path, is_unknown) in before {
                if is_unknown || mine(&path_of_bytes(path.clone())) {
                    delete.execute(params![job, path])?;
                }
            }
            let mut insert = self.connection.prepare("INSERT OR REPLACE INTO told VALUES (?1, ?2, ?3)")?;
            for (path, digest) in told {
                insert.execute(params![job, bytes(path), digest])?;
            }
            Ok(())
        };
        write().map_err(|error| trouble(&self.path, error))?;
        self.commit()
    }
}
