//! The report's file, in the order of the sources, while records come in any order.

use crate::error::Error;
use crate::publish::{GrowingFile, OutputFolder, explained};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

/// The name of the report in the output folder.
pub const REPORT_NAME: &str = "report.jsonl";

/// Photos that may be taken beyond the first one whose record has not come: the records between wait in memory, 2 KB
/// each, however long a single photo takes.
const AHEAD: usize = 4096;

/// The report of a run.
pub(crate) struct Report {
    file: Option<GrowingFile>,
    next: usize,
    waiting: BTreeMap<usize, String>,
    trouble: Option<std::io::Error>,
    path: PathBuf,
}

impl Report {
    /// Begins the report in `output`; without one it goes nowhere.
    pub(crate) fn new(output: Option<&OutputFolder>) -> Result<Self, Error> {
        let name = output.map_or_else(String::new, |output| output.own_name(REPORT_NAME));
        let path = output.map(|output| output.root().join(&name)).unwrap_or_default();
        let file = output.map(|output| output.grow(name)).transpose()?;
        Ok(Self { file, next: 0, waiting: BTreeMap::new(), trouble: None, path })
    }

    /// Takes the line of the photo at this position.
    pub(crate) fn add(&mut self, position: usize, line: String) {
        self.waiting.insert(position, line);
        while let Some(line) = self.waiting.remove(&self.next) {
            self.next += 1;
            if let Some(file) = &mut self.file
                && let Err(error) = file.line(&line)
            {
                self.trouble.get_or_insert(error);
            }
        }
    }

    /// The position of the first photo whose line has not come.
    pub(crate) const fn next(&self) -> usize {
        self.next
    }

    /// Puts the report under its name.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let finished = match (self.trouble, self.file) {
            (Some(error), _) => Err(error),
            (None, Some(file)) => file.finish(),
            (None, None) => Ok(()),
        };
        finished.map_err(|error| {
            Error::fatal(self.path, format!("the report cannot be written: {}", explained(&error))).caused_by(error)
        })
    }
}

/// Keeps those who take photos from running too far ahead of the report.
#[derive(Debug, Default)]
pub(crate) struct Window {
    next: Mutex<usize>,
    moved: Condvar,
}

impl Window {
    /// Waits until the photo at `position` may be taken.
    pub(crate) fn wait_for(&self, position: usize) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        while position >= *next + AHEAD {
            next = self.moved.wait(next).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The report has come to `next`.
    pub(crate) fn move_to(&self, next: usize) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
        self.moved.notify_all();
    }
}
