//! The reports of shards -> the report of the whole.

use super::file::REPORT_NAME;
use super::line::RecordLine;
use super::{Outcome, Tally};
use crate::error::{Error, Reason};
use crate::publish::OutputFolder;
use crate::regular_file;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::mem;
use std::path::{Path, PathBuf};

/// A line of a report, and what is counted of it.
struct Next {
    /// The photo's relative path.
    path: PathBuf,
    line: String,
    outcome: Outcome,
    reason: Option<Reason>,
    outputs: usize,
}

/// A report that is read, with its next line.
struct Open {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    next: Option<Next>,
    number: usize,
}

impl Open {
    fn new(path: &Path) -> Result<Self, Error> {
        let file = regular_file::open(path).map_err(|error| {
            Error::fatal(path, format!("cannot be read: {error}; run this shard again")).caused_by(error)
        })?;
        let mut open = Self { path: path.to_owned(), lines: BufReader::new(file).lines(), next: None, number: 0 };
        open.advance()?;
        Ok(open)
    }

    /// Takes the next line and reads the one after it.
    fn advance(&mut self) -> Result<Option<Next>, Error> {
        let next = self.read()?;
        Ok(mem::replace(&mut self.next, next))
    }

    fn read(&mut self) -> Result<Option<Next>, Error> {
        let Some(line) = self.lines.next() else { return Ok(None) };
        self.number += 1;
        let wrong = |what: String| {
            Error::fatal(&self.path, format!("line {} is no record ({what}); run this shard again", self.number))
        };
        let line = line.map_err(|error| wrong(error.to_string()).caused_by(error))?;
        let record: RecordLine =
            serde_json::from_str(&line).map_err(|error| wrong(error.to_string()).caused_by(error))?;
        Ok(Some(Next {
            path: record.relative().ok_or_else(|| wrong("source_bytes are no hexadecimal digits".into()))?,
            outcome: Outcome::from_code(&record.outcome).ok_or_else(|| wrong(format!("outcome {}", record.outcome)))?,
            reason: record.reason.as_deref().and_then(Reason::from_code),
            outputs: record.outputs.len(),
            line,
        }))
    }
}

/// Writes the report of `folder` from those of its shards, each of which is sorted; what it comes to.
///
/// # Errors
/// [`Error::Fatal`] where a report is missing or broken, or the whole cannot be written.
pub fn merge(folder: &OutputFolder, reports: &[PathBuf]) -> Result<Tally, Error> {
    let mut open: Vec<Open> = reports.iter().map(|path| Open::new(path)).collect::<Result<_, _>>()?;
    let mut whole = folder.grow(REPORT_NAME.to_owned())?;
    let mut tally = Tally::default();
    let told = |error: std::io::Error| {
        Error::fatal(folder.root().join(REPORT_NAME), format!("cannot be written: {error}")).caused_by(error)
    };
    while let Some(first) = open
        .iter_mut()
        .filter(|open| open.next.is_some())
        .min_by(|one, other| one.next.as_ref().map(|next| &next.path).cmp(&other.next.as_ref().map(|next| &next.path)))
    {
        if let Some(next) = first.advance()? {
            tally.add(next.outcome, next.reason, next.outputs);
            whole.line(&next.line).map_err(told)?;
        }
    }
    whole.finish().map_err(told)?;
    Ok(tally)
}
