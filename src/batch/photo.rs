//! One photo of a batch: is it as it was? If not, read, crop, publish.

use super::records::{described, failed, output};
use super::{Batch, Task};
use crate::error::{Failure, Reason};
use crate::intake::take;
use crate::ledger::fresh::{Verdict, hash_file, verdict};
use crate::ledger::{Hash, OutputEntry, Refresh, Remembered, SourceEntry, Stamp, fingerprint, hash};
use crate::photo::Header;
use crate::pictures::thumbnail;
use crate::pipeline::Cropped;
use crate::plan::{Job, numbered};
use crate::report::kept::Kept;
use crate::report::{Outcome, Record};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// What came of one photo.
pub(super) enum Done {
    /// It was worked on.
    Made(Box<(Record, SourceEntry)>),
    /// It is as it was.
    Kept(Box<(Kept, Refresh)>),
}

impl Batch<'_> {
    /// One photo, from the ledger or from read to written.
    pub(super) fn one(&self, task: &Task) -> Done {
        catch_unwind(AssertUnwindSafe(|| self.kept(task).unwrap_or_else(|| self.made(&task.job)))).unwrap_or_else(
            |panic| {
                let what = panic.downcast_ref::<String>().map(String::as_str);
                let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                let message =
                    format!("the program failed on this photo ({what}); please report it, with the photo if you can");
                let record = failed(&task.job, Failure::new(Reason::Internal, message));
                let entry = self.entry(&task.job, &record);
                Done::Made(Box::new((record, entry)))
            },
        )
    }

    /// What the ledger says of the photo, where that is still so.
    fn kept(&self, task: &Task) -> Option<Done> {
        let known = task.known.as_ref()?;
        let path = task.job.source.path();
        let now = Stamp::of(&fs::metadata(&path).ok()?).settled(now_ns());
        let settings = self.settings(&task.job);
        match verdict(known, &settings, (&path, now), &self.folder, self.thorough).ok()? {
            // What somebody retouched is not made anew for a picture's sake.
            Verdict::Keep { edited, .. } if edited.is_empty() && self.lacks_pictures(known) => None,
            Verdict::Keep { edited, mut refresh } => {
                refresh.root = absolute_root(&task.job).filter(|root| known.root.as_ref() != Some(root));
                let kept = Kept::new(task.job.source.relative(), known, &edited)?;
                Some(Done::Kept(Box::new((kept, refresh))))
            }
            Verdict::Make => None,
        }
    }

    /// Whether a picture is wanted that only the photo itself can give.
    fn lacks_pictures(&self, known: &Remembered) -> bool {
        let has = || self.folder.join(thumbnail(&known.hash, &known.settings)).is_file();
        self.pictures.is_some_and(|pictures| {
            known.outcome != Outcome::Failed && (pictures.overlays.is_some() || pictures.thumbnails && !has())
        })
    }

    fn made(&self, job: &Job) -> Done {
        let path = job.source.path();
        let read_at = now_ns();
        let stamp = fs::metadata(&path).map(|metadata| Stamp::of(&metadata).settled(read_at)).ok();
        let need = |header: &Header| self.cropper.memory(header);
        let mut content: Option<Hash> = None;
        let made = take(&path, self.memory, need).and_then(|intake| {
            let seen = hash(&intake.bytes);
            content = Some(seen);
            let mut cropped = self.cropper.crop_adjusted(&intake.bytes, &job.adjustment)?;
            if let (Some(pictures), Some(folder)) = (self.pictures, self.output) {
                pictures.publish(folder, job.source.relative(), &thumbnail(&seen, &self.settings(job)), &mut cropped);
            }
            Ok(self.publish(job, cropped))
        });
        let (record, outputs) = made.unwrap_or_else(|failure| (failed(job, failure), Vec::new()));
        let mut entry = self.entry(job, &record);
        (entry.stamp, entry.outputs) = (stamp, outputs);
        // What depends on more than the file's content is tried again in the next run.
        let lasts = record.outcome != Outcome::Failed
            || matches!(record.reason, Some(Reason::Damaged | Reason::UnsupportedFormat));
        if lasts && stamp.is_some() {
            // A file that is no picture was given up before the rest of it was of use.
            entry.hash = content.or_else(|| hash_file(&path).ok());
        }
        Done::Made(Box::new((record, entry)))
    }

    /// What the ledger is told of `record`, without files.
    fn entry(&self, job: &Job, record: &Record) -> SourceEntry {
        SourceEntry {
            relative: job.source.relative().to_owned(),
            root: absolute_root(job),
            stamp: None,
            hash: None,
            settings: self.settings(job),
            outcome: record.outcome,
            reason: record.reason.map(Reason::code),
            outputs: Vec::new(),
        }
    }

    fn settings(&self, job: &Job) -> Hash {
        fingerprint::of_photo(&self.settings, &job.adjustment, &job.outputs)
    }

    fn publish(&self, job: &Job, cropped: Cropped) -> (Record, Vec<OutputEntry>) {
        let mut record = described(job, &cropped, self.cropper);
        let mut entries = Vec::new();
        for crop in &cropped.crops {
            let path = self.output_path(job, crop.preset, crop.face);
            let preset = &self.cropper.presets()[crop.preset].name;
            if let Some(folder) = self.output {
                let stamp = match folder.publish(&path, &crop.bytes) {
                    Ok(stamp) => stamp,
                    Err(failure) => {
                        if failure.reason == Reason::OutputLost {
                            self.stop.output_lost();
                        }
                        record.outcome = Outcome::Failed;
                        (record.reason, record.message) = (Some(failure.reason), Some(failure.message));
                        break;
                    }
                };
                entries.push(OutputEntry {
                    path: path.clone(),
                    preset: preset.clone(),
                    stamp,
                    hash: hash(&crop.bytes),
                    placement: crop.placement,
                    is_widest: crop.steps.contains(&crate::frame::Step::Widest),
                    is_pinned: record.has_pinned_size(),
                });
            }
            record.outputs.push(output(&path, preset, crop));
        }
        (record, entries)
    }

    fn output_path(&self, job: &Job, preset: usize, face: usize) -> PathBuf {
        if self.several { numbered(&job.outputs[preset], face + 1) } else { job.outputs[preset].clone() }
    }
}

/// The input folder that the photo was found in.
fn absolute_root(job: &Job) -> Option<PathBuf> {
    job.source.root().map(|root| std::path::absolute(root).unwrap_or_else(|_| root.to_owned()))
}

/// Now, in nanoseconds since 1970.
fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
