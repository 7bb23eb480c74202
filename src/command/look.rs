//! What is written for people to look over a run: contact sheet, table, copies with what was seen drawn in. None of it
//! stops a run.

use super::config::RunConfig;
use super::log::Log;
use headshot::batch::REPORT_NAME;
use headshot::error::Error;
use headshot::ledger::reader::Reader;
use headshot::names::shown;
use headshot::pictures::{THUMBNAIL_FOLDER, thumbnail};
use headshot::plan::Plan;
use headshot::publish::OutputFolder;
use headshot::regular_file;
use headshot::report::csv::{self, CSV_NAME};
use headshot::shard::Shard;
use headshot::sheet::{SHEET_NAME, Sheet, SheetPreset, entry};
use headshot::walk::absolute;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A run that is done.
pub struct Run<'a> {
    pub config: &'a RunConfig,
    pub plan: &'a Plan,
    pub output: &'a OutputFolder,
    /// The head height of the set, for each preset, in a uniform run.
    pub heights: Option<&'a [f64]>,
}

/// The folder for copies with what was seen drawn in, where it is asked for.
///
/// # Errors
/// [`Error::Usage`] where the copies would be taken for photos by the next run, or lie among the headshots.
pub fn overlays(
    config: &RunConfig,
    output: &OutputFolder,
    plan: &Plan,
    roots: &[PathBuf],
) -> Result<Option<OutputFolder>, Error> {
    let Some(folder) = &config.overlay else { return Ok(None) };
    let real = resolved(folder);
    if real == output.path() {
        return Err(Error::usage(format!(
            "--overlay {}: is the output folder; name one of its own, for example {}",
            shown(folder),
            shown(folder.join("overlay"))
        )));
    }
    if absolute(folder).starts_with(absolute(&config.output)) && !real.starts_with(output.path()) {
        return Err(Error::usage(format!(
            "--overlay {}: leads out of the output folder by a symbolic link; remove the link, or name another folder",
            shown(folder)
        )));
    }
    let is_input = |root: &&PathBuf| real.starts_with(resolved(root));
    if let Some(root) = roots.iter().find(is_input)
        && !real.starts_with(output.path())
    {
        return Err(Error::usage(format!(
            "--overlay {}: lies in the input folder {}, where the next run would take the copies for photos; name a folder \
             outside it",
            shown(folder),
            shown(root)
        )));
    }
    OutputFolder::open(folder, plan.sources(), config.shard).map(Some)
}

/// `path` without links, also where its end does not exist yet.
fn resolved(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = whole.ancestors().find_map(|parent| Some((parent, parent.canonicalize().ok()?)));
    match found {
        Some((parent, real)) => {
            real.components().chain(whole.strip_prefix(parent).unwrap_or(Path::new("")).components()).collect()
        }
        None => whole,
    }
}

/// Writes the table and the sheet, as far as they are asked for; says what cannot be written.
pub fn write(run: &Run<'_>, reader: &mut Reader, log: &Log) {
    let tell = |name: &str, written: io::Result<()>| {
        if let Err(error) = written {
            log.warning(&format!("{}: cannot be written: {error}", shown(run.output.root().join(name))));
        }
    };
    if run.config.csv {
        tell(CSV_NAME, table(run));
    }
    if run.config.sheet {
        tell(SHEET_NAME, sheet(run, reader));
    }
}

fn report(run: &Run<'_>) -> PathBuf {
    run.output.path().join(run.output.own_name(REPORT_NAME))
}

fn table(run: &Run<'_>) -> io::Result<()> {
    let file = run.output.grow(run.output.own_name(CSV_NAME)).map_err(io::Error::other)?;
    csv::write(&report(run), file)?.finish()
}

fn sheet(run: &Run<'_>, reader: &mut Reader) -> io::Result<()> {
    let presets = &run.config.presets;
    let uniform = |index: usize| run.heights.and_then(|heights| heights.get(index).copied());
    let shown: Vec<SheetPreset<'_>> =
        presets.iter().enumerate().map(|(index, preset)| SheetPreset::new(preset, uniform(index))).collect();
    let names = run.config.preset_names();
    let there = thumbnails(run.output.path());
    let mut used = BTreeSet::new();
    let file = run.output.grow(run.output.own_name(SHEET_NAME)).map_err(io::Error::other)?;
    let mut sheet = Sheet::begin(file, &shown)?;
    // The report has a line for every photo of the plan that is this run's, in the same order.
    let is_mine = |index: &usize| Shard::is_taken(run.config.shard, run.plan.sources()[*index].relative());
    let lines = BufReader::new(regular_file::open(&report(run))?).lines();
    for (index, line) in (0..run.plan.len()).filter(is_mine).zip(lines) {
        let job = run.plan.job(index);
        let known = reader.lookup(job.source.relative(), &names).map_err(io::Error::other)?;
        let path = known.map(|known| thumbnail(&known.hash, &known.settings));
        let name = path.as_deref().and_then(Path::file_name).filter(|name| there.contains(*name));
        if let Some(name) = name {
            used.insert(name.to_owned());
        }
        let shown = name.map(|name| format!("{THUMBNAIL_FOLDER}/{}", name.to_string_lossy()));
        if let Some(entry) = entry(&line?, shown.as_deref(), &job.adjustment) {
            sheet.add(&entry)?;
        }
    }
    sheet.finish()?;
    // Other shards have thumbnails of their own there.
    if run.config.shard.is_none() {
        for name in there.difference(&used) {
            let _ = run.output.remove(&Path::new(THUMBNAIL_FOLDER).join(name));
        }
    }
    Ok(())
}

/// The names of the thumbnails in `output`; of other files there, none.
fn thumbnails(output: &Path) -> BTreeSet<OsString> {
    let is_ours = |name: &OsString| {
        let digits = name.to_str().and_then(|name| name.strip_suffix(".jpg"));
        digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let folder = output.join(THUMBNAIL_FOLDER);
    let is_own = fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir());
    let entries = is_own.then(|| fs::read_dir(folder)).into_iter().flatten().flatten().flatten();
    entries.map(|entry| entry.file_name()).filter(is_ours).collect()
}
