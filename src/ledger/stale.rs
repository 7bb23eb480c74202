//! Outputs that their photo does not make any more, and what may be done about them.

use super::OutputEntry;
use super::fresh::{State, state};
use super::reader::{Reader, output};
use super::store::{Ledger, bytes};
use crate::error::{Error, Reason};
use crate::names::{key, path_of_bytes};
use crate::publish::OutputFolder;
use crate::report::Outcome;
use crate::report::line::RecordLine;
use crate::walk::absolute;
use rusqlite::params;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Of more than one output in this many, pruning is a decision for a person: 20 %.
const ONE_IN: usize = 5;

/// Why an output is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Why {
    /// Its photo is gone.
    Gone,
    /// Its photo makes an output of another name for the preset now.
    Replaced,
    /// Its photo is of nobody in the roster any more, or another photo of that person was picked and has its own.
    Skipped,
    /// Its photo is refused now. The old headshot may be the best that there is: it is told, never removed.
    Refused,
}

impl Why {
    /// The rest of the sentence "x/ana.jpg is stale: ".
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Gone => "its photo is gone",
            Self::Replaced => "its photo is written under another name",
            Self::Skipped => "its photo is of nobody in the roster, or another one was picked",
            Self::Refused => "its photo is refused now",
        }
    }
}

/// An output that is stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Stale {
    /// The file.
    pub output: OutputEntry,
    /// Why.
    pub why: Why,
}

/// The stale outputs of a ledger.
#[derive(Clone, Debug, Default)]
pub struct Leftovers {
    /// Sorted by path.
    pub stale: Vec<Stale>,
    /// How many outputs the ledger has in all.
    pub outputs: usize,
    /// The ledger's numbers of the photos that are gone.
    gone: Vec<i64>,
    /// Stale outputs that are fresh ones under another spelling: where the file system does not tell capitals apart,
    /// the file is one.
    respelt: Vec<PathBuf>,
    /// Input folders that had photos and have none now.
    pub emptied: Vec<PathBuf>,
    /// Outputs of presets that the run does not ask for, sorted by path. Another job may: they are never stale.
    pub unasked: Vec<OutputEntry>,
}

/// What is to be pruned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Outputs that their photo does not make any more.
    pub stale: bool,
    /// Outputs of presets that the run does not ask for.
    pub unasked: bool,
}

/// What pruning did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Files that were removed.
    pub removed: Vec<PathBuf>,
    /// Files that are not as the program wrote them, and were left.
    pub kept: Vec<PathBuf>,
}

impl Leftovers {
    /// What pruning would remove.
    pub fn prunable(&self) -> impl Iterator<Item = &Stale> {
        self.stale.iter().filter(|stale| stale.why != Why::Refused)
    }

    /// Leaves only what is stale because its photo is gone: what a share says of a photo that has another name or
    /// person now may be the fresh output of another share.
    pub fn keep_gone(&mut self) {
        self.stale.retain(|stale| stale.why == Why::Gone);
    }

    /// Whether pruning would remove more than a fifth of all outputs.
    #[must_use]
    pub fn is_suspicious(&self) -> bool {
        self.prunable().count() * ONE_IN > self.outputs
    }

    /// Removes from `folder` what is `wanted` and can be pruned, and from the `ledger`. A file that somebody changed is
    /// left.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger cannot be written.
    pub fn prune(&self, wanted: Wanted, folder: &OutputFolder, ledger: &mut Ledger) -> Result<Pruned, Error> {
        let mut pruned = Pruned::default();
        if wanted.stale {
            let mut forgotten = self.respelt.clone();
            forgotten.extend(pruned.remove(self.prunable().map(|stale| &stale.output), folder));
            ledger.forget(&forgotten, &self.gone)?;
        }
        if wanted.unasked {
            let forgotten = pruned.remove(self.unasked.iter(), folder);
            ledger.forget_unasked(&forgotten)?;
        }
        Ok(pruned)
    }

    /// Forgets the photos that are gone and have no outputs.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger cannot be written.
    pub fn forget_gone(&self, ledger: &mut Ledger) -> Result<(), Error> {
        ledger.forget(&[], &self.gone)
    }
}

impl Pruned {
    /// Removes `outputs` that are as they were written; those that are there no more.
    fn remove<'a>(&mut self, outputs: impl Iterator<Item = &'a OutputEntry>, folder: &OutputFolder) -> Vec<PathBuf> {
        let mut gone = Vec::new();
        for output in outputs {
            let path = output.path.clone();
            match state(output, folder.path(), true) {
                State::Same | State::Touched(_) if folder.remove(&path) => self.removed.push(path.clone()),
                State::Gone if !folder.path().join(&path).exists() => {}
                _ => {
                    self.kept.push(path);
                    continue;
                }
            }
            gone.push(path);
        }
        gone
    }
}

impl Reader {
    /// The stale outputs below `folder`. `roots` are the input folders of the run, and `is_source` knows the photos
    /// that were found in them. A photo is gone where its folder was looked through and it was not found; one that was
    /// named outright, or lies in another folder, is never gone. `presets` are those that the run asks for; without
    /// them no output is of a preset that it does not.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the ledger is damaged.
    pub fn leftovers(
        &self,
        folder: &Path,
        roots: &[PathBuf],
        is_source: &dyn Fn(&Path) -> bool,
        presets: Option<&[String]>,
    ) -> Result<Leftovers, Error> {
        let mut leftovers = self.find(roots, is_source).map_err(|error| self.trouble(error))?;
        if let Some(presets) = presets {
            leftovers.unasked = self.unasked(roots, presets).map_err(|error| self.trouble(error))?;
            let stale: HashSet<&PathBuf> = leftovers.stale.iter().map(|stale| &stale.output.path).collect();
            leftovers.unasked.retain(|output| !stale.contains(&output.path));
        }
        let fresh = self.respelt(&leftovers, folder).map_err(|error| self.trouble(error))?;
        leftovers.stale.retain(|stale| !fresh.contains(&stale.output.path));
        leftovers.respelt = fresh.into_iter().collect();
        Ok(leftovers)
    }

    /// Those of the stale outputs that are the file of a fresh one under another spelling of its name.
    fn respelt(&self, leftovers: &Leftovers, folder: &Path) -> rusqlite::Result<HashSet<PathBuf>> {
        let stale: HashMap<Vec<u8>, &PathBuf> =
            leftovers.stale.iter().map(|stale| (key(&stale.output.path).into_owned(), &stale.output.path)).collect();
        let mut respelt = HashSet::new();
        if stale.is_empty() {
            return Ok(respelt);
        }
        let mut query = self.connection.prepare("SELECT path FROM output WHERE stale = 0")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let fresh = path_of_bytes(row.get(0)?);
            if let Some(&stale) = stale.get(&*key(&fresh))
                && *stale != fresh
                && same_file::is_same_file(folder.join(stale), folder.join(&fresh)).unwrap_or(false)
            {
                respelt.insert(stale.clone());
            }
        }
        Ok(respelt)
    }

    /// The outputs, of photos in `roots`, of other presets than these.
    fn unasked(&self, roots: &[PathBuf], presets: &[String]) -> rusqlite::Result<Vec<OutputEntry>> {
        let mut query = self.connection.prepare(
            "SELECT output.*, source.root AS root FROM output JOIN source ON source.id = output.source
             WHERE output.stale = 0 AND source.root IS NOT NULL ORDER BY output.path",
        )?;
        let mut rows = query.query([])?;
        let mut unasked = Vec::new();
        while let Some(row) = rows.next()? {
            let is_asked = presets.contains(&row.get::<_, String>("preset")?);
            if !is_asked && roots.contains(&absolute(&path_of_bytes(row.get("root")?))) {
                unasked.push(output(row)?);
            }
        }
        Ok(unasked)
    }

    fn find(&self, roots: &[PathBuf], is_source: &dyn Fn(&Path) -> bool) -> rusqlite::Result<Leftovers> {
        let outputs: i64 = self.connection.query_one("SELECT count(*) FROM output", [], |row| row.get(0))?;
        let mut leftovers = Leftovers { outputs: usize::try_from(outputs).unwrap_or(0), ..Leftovers::default() };
        let mut known = vec![(false, false); roots.len()];
        let mut sources =
            self.connection.prepare("SELECT id, path, root FROM source WHERE root IS NOT NULL ORDER BY id")?;
        let mut rows = sources.query([])?;
        while let Some(row) = rows.next()? {
            let (path, root) = (path_of_bytes(row.get(1)?), path_of_bytes(row.get(2)?));
            let root = absolute(&root);
            let Some(index) = roots.iter().position(|other| bytes(other) == bytes(&root)) else { continue };
            // A file that is still there, or that cannot be looked at, is not gone, whatever the walk made of it.
            let is_there = is_source(&path);
            known[index].0 |= is_there;
            known[index].1 |= !is_there;
            if !is_there && matches!(root.join(&path).try_exists(), Ok(false)) {
                leftovers.gone.push(row.get(0)?);
            }
        }
        leftovers.emptied =
            roots.iter().zip(known).filter(|(_, (here, gone))| *gone && !here).map(|(root, _)| root.clone()).collect();
        let mut of_source = self.connection.prepare("SELECT * FROM output WHERE source = ?1")?;
        for id in &leftovers.gone {
            for output in of_source.query_map([id], output)? {
                leftovers.stale.push(Stale { output: output?, why: Why::Gone });
            }
        }
        let mut flagged = self.connection.prepare(
            "SELECT output.*, source.id AS source_id, source.outcome AS outcome, source.reason AS reason,
                 source.record AS record FROM output
             JOIN source ON source.id = output.source WHERE output.stale = 1",
        )?;
        let mut rows = flagged.query([])?;
        while let Some(row) = rows.next()? {
            if leftovers.gone.binary_search(&row.get("source_id")?).is_ok() {
                continue;
            }
            let (outcome, reason): (String, Option<String>) = (row.get("outcome")?, row.get("reason")?);
            let is_passed_over = reason.as_deref() == Some(Reason::NotPicked.code());
            let why = if outcome == Outcome::Skipped.code() && (!is_passed_over || self.has_another(row)?) {
                Why::Skipped
            } else if outcome != Outcome::Written.code() && outcome != Outcome::Review.code()
                || !self.is_replaced(row)?
            {
                Why::Refused
            } else {
                Why::Replaced
            };
            leftovers.stale.push(Stale { output: output(row)?, why });
        }
        leftovers.stale.sort_by(|one, other| one.output.path.cmp(&other.output.path));
        Ok(leftovers)
    }

    /// Whether the person of a stale output has a fresh one for the same preset, of the photo that was picked.
    fn has_another(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<bool> {
        let record: Option<RecordLine> = serde_json::from_str(&row.get::<_, String>("record")?).ok();
        if let Some(picked) = record.and_then(|record| record.picked) {
            let picked: PathBuf = picked.split('/').collect();
            return self
                .connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM output JOIN source ON source.id = output.source
                         WHERE output.stale = 0 AND output.preset = ?1 AND source.path = ?2)",
                )?
                .query_one(params![row.get::<_, String>("preset")?, bytes(&picked)], |row| row.get(0));
        }
        // The record is of a version that did not say which.
        self.connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM output JOIN source ON source.id = output.source
                     WHERE output.stale = 0 AND output.preset = ?1
                         AND json_extract(source.record, '$.person.id') = json_extract(?2, '$.person.id'))",
            )?
            .query_one((row.get::<_, String>("preset")?, row.get::<_, String>("record")?), |row| row.get(0))
    }

    /// Whether the photo of a stale output has a fresh one for the same preset.
    fn is_replaced(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM output WHERE source = ?1 AND preset = ?2 AND stale = 0)")?
            .query_one((row.get::<_, i64>("source_id")?, row.get::<_, String>("preset")?), |row| row.get(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::hash;
    use crate::report::spread::Placement;
    use crate::stamp::Stamp;

    #[test]
    fn a_fifth_is_a_nights_work_and_more_is_a_question() {
        let stale = |why| Stale {
            output: OutputEntry {
                path: "a".into(),
                preset: "x".into(),
                stamp: Stamp { size: 0, modified_ns: None },
                hash: hash(b""),
                placement: Placement::default(),
                is_widest: false,
                is_pinned: false,
            },
            why,
        };
        let leftovers = |stale, outputs| Leftovers { stale, outputs, ..Leftovers::default() };
        assert!(!leftovers(vec![stale(Why::Gone)], 5).is_suspicious());
        assert!(leftovers(vec![stale(Why::Gone)], 4).is_suspicious());
        assert!(leftovers(vec![stale(Why::Gone), stale(Why::Replaced)], 9).is_suspicious());
        assert!(!leftovers(vec![stale(Why::Gone), stale(Why::Refused)], 9).is_suspicious());
    }
}
