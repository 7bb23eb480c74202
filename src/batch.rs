//! Many photos: a rayon pool of the run's own, one photo one task, a panic is one failure, records in the order of the
//! sources.

use crate::error::{Error, Failure, Reason};
use crate::intake::take;
use crate::memory::MemoryBudget;
use crate::photo::Header;
use crate::pipeline::{Cropped, Cropper};
use crate::plan::{Job, numbered};
use crate::progress::Progress;
use crate::publish::{GrowingFile, OutputFolder};
use crate::report::spread::Spread;
use crate::report::{FaceRecord, Outcome, OutputRecord, PhotoSize, Record, RefusedRecord, Tally, thousandths};
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// The name of the report in the output folder.
pub const REPORT_NAME: &str = "report.jsonl";

/// What a run needs besides its jobs.
pub struct Batch<'a> {
    /// Makes the crops.
    pub cropper: &'a Cropper,
    /// Where they go; `None` for a dry run, which writes nothing.
    pub output: Option<&'a OutputFolder>,
    /// Threads.
    pub threads: usize,
    /// What all photos in work may take together.
    pub memory: &'a MemoryBudget,
    /// Whether a photo may have several crops of one preset, so that their names get numbers.
    pub several: bool,
    /// Is told of every record.
    pub progress: &'a dyn Progress,
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// How many photos came to what.
    pub tally: Tally,
    /// Where the heads are in the headshots.
    pub spread: Spread,
}

impl Batch<'_> {
    /// Runs all `jobs` and writes the report.
    ///
    /// # Errors
    /// [`Error::Fatal`] where threads cannot be started or the report cannot be written. A photo never stops the run.
    pub fn run(&self, jobs: &[Job]) -> Result<Totals, Error> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|index| format!("headshot-{index}"))
            .build()
            .map_err(|error| Error::Fatal { message: format!("threads cannot be started: {error}"), path: None })?;
        let mut report = Report::new(self.output)?;
        let mut totals = Totals::default();
        let (sender, receiver) = mpsc::sync_channel::<(usize, Record)>(4 * self.threads);
        pool.in_place_scope(|scope| {
            scope.spawn(move |_| {
                // A sequential source of tasks: photos are taken in order, so that records come nearly in order.
                jobs.iter().enumerate().par_bridge().for_each_with(sender, |sender, (index, job)| {
                    // Nobody listens any more only where the report failed; then the run ends anyway.
                    let _ = sender.send((index, self.one(job)));
                });
            });
            for (index, record) in receiver {
                self.progress.done(&record);
                totals.tally.add(&record);
                totals.spread.add(&record);
                report.add(index, &record);
            }
        });
        report.finish()?;
        Ok(totals)
    }

    /// One photo, read to written.
    fn one(&self, job: &Job) -> Record {
        let made = catch_unwind(AssertUnwindSafe(|| self.make(job)));
        made.unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<String>().map(String::as_str);
            let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            let message =
                format!("the program failed on this photo ({what}); please report it, with the photo if you can");
            failed(job, Failure::new(Reason::Internal, message))
        })
    }

    fn make(&self, job: &Job) -> Record {
        let need = |header: &Header| self.cropper.memory(header);
        let made = take(&job.source.path, self.memory, need)
            .and_then(|intake| Ok(self.publish(job, self.cropper.crop_adjusted(&intake.bytes, &job.adjustment)?)));
        made.unwrap_or_else(|failure| failed(job, failure))
    }

    fn publish(&self, job: &Job, cropped: Cropped) -> Record {
        let mut record = described(job, &cropped, self.cropper);
        for crop in &cropped.crops {
            let path = self.output_path(job, crop.preset, crop.face);
            if let Some(output) = self.output
                && let Err(failure) = output.publish(&path, &crop.bytes)
            {
                record.outcome = Outcome::Failed;
                (record.reason, record.message) = (Some(failure.reason), Some(failure.message));
                return record;
            }
            record.outputs.push(OutputRecord {
                preset: self.cropper.presets()[crop.preset].name.clone(),
                path: slashed(&path),
                face: crop.face,
                width: crop.width,
                height: crop.height,
                bytes: crop.bytes.len(),
                transform: crop.transform,
                placement: crop.placement,
                steps: crop.steps.clone(),
                padded: thousandths(crop.padded),
                upscale: thousandths(crop.upscale),
                quality: crop.quality,
            });
        }
        record
    }

    fn output_path(&self, job: &Job, preset: usize, face: usize) -> PathBuf {
        if self.several { numbered(&job.outputs[preset], face + 1) } else { job.outputs[preset].clone() }
    }
}

fn failed(job: &Job, failure: Failure) -> Record {
    let mut record = Record::new(slashed(&job.source.relative), Outcome::Failed);
    (record.reason, record.message) = (Some(failure.reason), Some(failure.message));
    record
}

/// The record of `cropped`, before anything is written.
fn described(job: &Job, cropped: &Cropped, cropper: &Cropper) -> Record {
    let missing = cropped.missing.first().map(|missing| &missing.why);
    let (outcome, why) = match (&cropped.refused, cropped.doubts.first().or(missing)) {
        (Some(refused), _) => (Outcome::Refused, Some(refused)),
        (None, Some(doubt)) => (Outcome::Review, Some(doubt)),
        (None, None) => (Outcome::Written, None),
    };
    let mut record = Record::new(slashed(&job.source.relative), outcome);
    record.reason = why.map(|why| why.reason);
    record.message = why.map(|why| why.message.clone());
    record.photo = Some(PhotoSize { width: cropped.size.0, height: cropped.size.1 });
    record.turned = (cropped.turned_deg != 0).then_some(cropped.turned_deg);
    record.faces = cropped.faces.iter().map(FaceRecord::from).collect();
    record.head = cropped.heads.first().cloned();
    record.checks = cropped.checks.clone();
    record.overridden = job.adjustment.keys(cropper.presets());
    record.refused = cropped
        .missing
        .iter()
        .map(|missing| RefusedRecord {
            preset: cropper.presets()[missing.preset].name.clone(),
            face: missing.face,
            reason: missing.why.reason,
            message: missing.why.message.clone(),
        })
        .collect();
    record
}

/// A path as the report holds it: slashes on every system, bytes that are no UTF-8 replaced.
fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The report, written in the order of the sources while records come in any order.
struct Report {
    file: Option<GrowingFile>,
    next: usize,
    waiting: BTreeMap<usize, String>,
    trouble: Option<std::io::Error>,
    path: PathBuf,
}

impl Report {
    fn new(output: Option<&OutputFolder>) -> Result<Self, Error> {
        let file = output.map(|output| output.grow(REPORT_NAME)).transpose()?;
        let path = output.map(|output| output.root().join(REPORT_NAME)).unwrap_or_default();
        Ok(Self { file, next: 0, waiting: BTreeMap::new(), trouble: None, path })
    }

    fn add(&mut self, index: usize, record: &Record) {
        let Some(file) = &mut self.file else { return };
        self.waiting.insert(index, record.to_json());
        while let Some(line) = self.waiting.remove(&self.next) {
            self.next += 1;
            if let Err(error) = file.line(&line) {
                self.trouble.get_or_insert(error);
            }
        }
    }

    fn finish(self) -> Result<(), Error> {
        let finished = match (self.trouble, self.file) {
            (Some(error), _) => Err(error),
            (None, Some(file)) => file.finish(),
            (None, None) => Ok(()),
        };
        finished.map_err(|error| Error::fatal(self.path, format!("the report cannot be written: {error}")))
    }
}
