//! Whom the photos show: the roster, and the best photo of each person.

use super::config::RunConfig;
use super::console::FirstLook;
use super::crop::first_look;
use super::panics::silently;
use headshot::batch::Past;
use headshot::error::Error;
use headshot::ledger::fingerprint;
use headshot::ledger::kept::Kept;
use headshot::ledger::reader::Reader;
use headshot::ledger::store::LEDGER_NAME;
use headshot::ledger::{Hash, Remembered};
use headshot::names::shown;
use headshot::overrides::Adjustment;
use headshot::overrides::parse::Mistake;
use headshot::plan::{NameTemplate, plan};
use headshot::progress::Progress;
use headshot::report::line::RecordLine;
use headshot::report::{Outcome, Record};
use headshot::roster::enrol::enrol;
use headshot::roster::read;
use headshot::roster::{Enrolled, Roster};
use headshot::stamp::Stamp;
use headshot::stop::Stop;
use headshot::walk::Source;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Reads the list of people at `path`; what a person should know of how it was read.
pub fn read_roster(path: &Path) -> Result<(Roster, Option<String>), Error> {
    let bytes = read::bytes(path).map_err(|error| {
        Error::usage(format!("{}: the roster cannot be read: {error}; check the path behind --roster", shown(path)))
            .caused_by(error)
    })?;
    let read = silently(|| read::read(bytes)).map_err(|failure| {
        Error::usage(format!("{}: the roster cannot be read: {}", shown(path), failure.sentence()))
    })?;
    let read = read.map_err(|mistakes| wrong(path, &mistakes))?;
    Ok((read.roster, read.note.map(|note| format!("{}: {note}", shown(path)))))
}

fn wrong(path: &Path, mistakes: &[Mistake]) -> Error {
    let line = |mistake: &Mistake| format!("{}:{}: {}", shown(path), mistake.line, mistake.what);
    Error::mistakes("the roster", mistakes.iter().map(line).collect())
}

/// The sources with what the roster says of them, where there is one.
pub fn enrolled(sources: Vec<Source>, config: &RunConfig) -> Result<Enrolled, Error> {
    let Some((path, roster)) = &config.roster else { return Ok(sources.into()) };
    if let Some([one, other]) = sources.windows(2).find(|pair| pair[0].relative() == pair[1].relative()) {
        return Err(Error::usage(format!(
            "{} and {} have one path below their input folders, and a roster cannot tell them apart; run the folders one by one",
            shown(one.path()),
            shown(other.path())
        )));
    }
    let used: Vec<&str> = config.template.columns().collect();
    enrol(sources, roster.clone(), path, &used).map_err(|mistakes| wrong(path, &mistakes))
}

/// Takes one photo of each person with several: the one that the last run took where all are as they were, otherwise
/// the best of a look at all of them. `pinned` is what people pinned, by relative paths.
pub fn pick(
    enrolled: &mut Enrolled,
    pinned: &BTreeMap<PathBuf, Adjustment>,
    config: &RunConfig,
    stop: &Stop,
) -> Result<(), Error> {
    let mut memory = Memory::of(config)?;
    let mut open = Vec::new();
    for photos in enrolled.several() {
        let choice = enrolled.choice(&photos, pinned);
        let sources: Vec<&Source> = photos.iter().filter_map(|photo| enrolled.sources().get(*photo)).collect();
        match memory.passed_over(&sources, &choice)? {
            Some(messages) => {
                for (photo, why) in photos.iter().zip(messages) {
                    if let Some((message, picked)) = why {
                        enrolled.pass_over(*photo, message, picked, choice);
                    }
                }
            }
            None => open.push((photos, choice)),
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let unseen: Vec<usize> = open.iter().flat_map(|(photos, _)| photos).copied().collect();
    let sources = unseen.iter().filter_map(|photo| enrolled.sources().get(*photo));
    let seen = look(sources, pinned, config, stop)?;
    let records: BTreeMap<usize, &Record> = unseen.iter().copied().zip(&seen).collect();
    for (photos, choice) in open {
        // Where the run was stopped there are fewer records than photos, and nothing will be written.
        let records: Vec<&Record> = photos.iter().filter_map(|photo| records.get(photo).copied()).collect();
        if records.len() == photos.len() {
            enrolled.keep_best(&photos, &records, choice);
        }
    }
    Ok(())
}

/// What would become of `sources`, in their order.
fn look<'a>(
    sources: impl Iterator<Item = &'a Source>,
    pinned: &BTreeMap<PathBuf, Adjustment>,
    config: &RunConfig,
    stop: &Stop,
) -> Result<Vec<Record>, Error> {
    // Numbers for names: photos whose own differ only in capitals may have one in the usual template, and ids keep them
    // apart.
    let mut adjustments = BTreeMap::new();
    let numbered: Vec<Source> = sources
        .enumerate()
        .map(|(number, source)| {
            let name = PathBuf::from(format!("{number:09}"));
            if let Some(pinned) = pinned.get(source.relative()) {
                adjustments.insert(name.clone(), pinned.clone());
            }
            Source::at(name, source.path())
        })
        .collect();
    let mut plan = plan(numbered.into(), &config.presets, &NameTemplate::default())?;
    plan.pin(&adjustments);
    let mut options = config.options.clone();
    options.render = false;
    let cropper = config.cropper(options)?;
    let seen = Seen { bar: FirstLook::new(plan.len(), config.quiet, config.no_progress), records: Mutex::default() };
    first_look(&cropper, config, &seen, stop).run(&plan, Past::default())?;
    seen.bar.clear();
    let mut records = seen.records.into_inner().unwrap_or_else(PoisonError::into_inner);
    records.sort_by(|one, other| one.source.cmp(&other.source));
    Ok(records)
}

/// Keeps the records of a first look.
struct Seen {
    bar: FirstLook,
    records: Mutex<Vec<Record>>,
}

impl Progress for Seen {
    fn done(&self, record: &Record) {
        self.bar.done(record);
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record.clone());
    }

    fn kept(&self, kept: &Kept) {
        self.bar.kept(kept);
    }
}

/// What an earlier run picked.
struct Memory {
    reader: Option<Reader>,
    presets: Vec<String>,
    /// The hash of the settings of this run.
    settings: Hash,
}

impl Memory {
    /// A share knows its own photos only, and a uniform set's settings are not known yet: these pick anew.
    fn of(config: &RunConfig) -> Result<Self, Error> {
        let is_of_use = !config.force && !config.uniform && config.shard.is_none();
        let reader = if is_of_use { Reader::open(&config.output, LEDGER_NAME)? } else { None };
        let settings = fingerprint::of_run(&config.presets, &config.options, config.detector, None);
        Ok(Self { reader, presets: config.preset_names(), settings })
    }

    /// For each of `sources` why it was passed over by this `choice`, and nothing for the one that was picked; `None`
    /// where anything about them has changed.
    fn passed_over(&mut self, sources: &[&Source], choice: &Hash) -> Result<Option<Vec<Option<Why>>>, Error> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let settings = fingerprint::of_passed_over(&self.settings, choice);
        let mut messages = Vec::new();
        for source in sources {
            let Some(known) = reader.lookup(source.relative(), &self.presets)? else { return Ok(None) };
            if !is_same(&known, source) {
                return Ok(None);
            }
            let is_passed_over = known.outcome == Outcome::Skipped;
            if is_passed_over && known.settings != settings {
                return Ok(None);
            }
            messages.push(if is_passed_over { Some(why_of(&known.record)) } else { None });
        }
        let picked = messages.iter().filter(|message| message.is_none()).count();
        Ok((picked == 1).then_some(messages))
    }
}

/// Why a photo was passed over, in a sentence, and for which other.
type Why = (String, Option<String>);

/// Why the photo of this `record` was passed over.
fn why_of(record: &str) -> Why {
    let record: Option<RecordLine> = serde_json::from_str(record).ok();
    let (message, picked) = record.map_or((None, None), |record| (record.message, record.picked));
    (message.unwrap_or_else(|| "another photo was picked by an earlier run".to_owned()), picked)
}

/// Whether the photo is the one that is `known`.
fn is_same(known: &Remembered, source: &Source) -> bool {
    std::fs::metadata(source.path()).is_ok_and(|metadata| known.stamp.proves(&Stamp::of(&metadata)))
}
