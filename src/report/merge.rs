//! The reports of shards -> the report of the whole.

use super::file::REPORT_NAME;
use super::{Outcome, Tally};
use crate::error::{Error, Reason};
use crate::publish::OutputFolder;
use serde::Deserialize;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};

/// What merging needs of a record.
#[derive(Deserialize)]
struct Line {
    source: String,
    source_bytes: Option<String>,
    outcome: String,
    reason: Option<String>,
    outputs: Vec<serde::de::IgnoredAny>,
}

/// A report that is read, with its next line.
struct Open {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    next: Option<(PathBuf, String)>,
    number: usize,
}

impl Open {
    fn new(path: &Path) -> Result<Self, Error> {
        let file = File::open(path)
            .map_err(|error| Error::fatal(path, format!("cannot be read: {error}; run this shard again")))?;
        let mut open = Self { path: path.to_owned(), lines: BufReader::new(file).lines(), next: None, number: 0 };
        open.advance(&mut Tally::default())?;
        Ok(open)
    }

    /// Takes the next line and reads the one after it, which `tally` counts.
    fn advance(&mut self, tally: &mut Tally) -> Result<Option<String>, Error> {
        let wrong = |path: &Path, number: usize, what: String| {
            Error::fatal(path, format!("line {number} is no record ({what}); run this shard again"))
        };
        let taken = self.next.take().map(|(_, line)| line);
        if let Some(line) = &taken {
            let parsed: Line =
                serde_json::from_str(line).map_err(|error| wrong(&self.path, self.number, error.to_string()))?;
            let outcome = Outcome::from_code(&parsed.outcome)
                .ok_or_else(|| wrong(&self.path, self.number, format!("outcome {}", parsed.outcome)))?;
            tally.add(outcome, parsed.reason.as_deref().and_then(Reason::from_code), parsed.outputs.len());
        }
        if let Some(line) = self.lines.next() {
            self.number += 1;
            let line = line.map_err(|error| wrong(&self.path, self.number, error.to_string()))?;
            let parsed: Line =
                serde_json::from_str(&line).map_err(|error| wrong(&self.path, self.number, error.to_string()))?;
            let path = parsed
                .path()
                .ok_or_else(|| wrong(&self.path, self.number, "source_bytes are no hexadecimal digits".into()))?;
            self.next = Some((path, line));
        }
        Ok(taken)
    }
}

impl Line {
    /// The relative path, exactly.
    fn path(&self) -> Option<PathBuf> {
        let Some(digits) = &self.source_bytes else { return Some(self.source.clone().into()) };
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Vec<u8> = digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?;
        Some(os_string(bytes).into())
    }
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Writes the report of `folder` from those of its shards, each of which is sorted; what it comes to.
///
/// # Errors
/// [`Error::Fatal`] where a report is missing or broken, or the whole cannot be written.
pub fn merge(folder: &OutputFolder, reports: &[PathBuf]) -> Result<Tally, Error> {
    let mut open: Vec<Open> = reports.iter().map(|path| Open::new(path)).collect::<Result<_, _>>()?;
    let mut whole = folder.grow(REPORT_NAME.to_owned())?;
    let mut tally = Tally::default();
    let told =
        |error: std::io::Error| Error::fatal(folder.root().join(REPORT_NAME), format!("cannot be written: {error}"));
    while let Some(first) = open
        .iter_mut()
        .filter(|open| open.next.is_some())
        .min_by(|one, other| one.next.as_ref().map(|(path, _)| path).cmp(&other.next.as_ref().map(|(path, _)| path)))
    {
        if let Some(line) = first.advance(&mut tally)? {
            whole.line(&line).map_err(told)?;
        }
    }
    whole.finish().map_err(told)?;
    Ok(tally)
}
