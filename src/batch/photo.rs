//! One photo of a batch: is it as it was? If not, read, crop, publish.

use super::records::{described, failed, output, refused, skipped};
use super::{Batch, Task};
use crate::error::{Failure, Reason};
use crate::intake::take;
use crate::ledger::fresh::{Verdict, hash_file, verdict};
use crate::ledger::kept::{Kept, edited_message};
use crate::ledger::{Hash, OutputEntry, Refresh, Remembered, SourceEntry, fingerprint, hash};
use crate::photo::Header;
use crate::pictures::thumbnail;
use crate::pipeline::Cropped;
use crate::plan::{Job, numbered};
use crate::report::{Outcome, Record};
use crate::stamp::Stamp;
use crate::walk::absolute;
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
        if let Some(why) = task.job.source.unreadable() {
            let record = failed(&task.job, why);
            let entry = self.entry(&task.job, &record);
            return Done::Made(Box::new((record, entry)));
        }
        if let Some(why) = &task.job.skipped {
            return self.skipped(task, why);
        }
        let work = || match self.judged(task) {
            Ok(kept) => kept,
            Err(edited) => self.made(&task.job, &edited),
        };
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let record = failed(&task.job, &Failure::of_panic(&*panic));
            let entry = self.entry(&task.job, &record);
            Done::Made(Box::new((record, entry)))
        })
    }

    /// What the ledger says of the photo, where that is still so; otherwise its outputs that are not to be touched.
    fn judged(&self, task: &Task) -> Result<Done, Vec<OutputEntry>> {
        let Some(known) = &task.known else { return Err(Vec::new()) };
        let path = task.job.source.path();
        let Ok(metadata) = fs::metadata(&path) else { return Err(Vec::new()) };
        let now = Stamp::of(&metadata).settled(now_ns());
        let settings = self.settings(&task.job);
        match verdict(known, &settings, (&path, now), &self.folder, self.thorough) {
            // What somebody retouched is not made anew for a picture's sake.
            Ok(Verdict::Keep { edited, .. }) if edited.is_empty() && self.lacks_pictures(known) => Err(edited),
            Ok(Verdict::Keep { edited, mut refresh }) => {
                refresh.root = absolute_root(&task.job).filter(|root| known.root.as_ref() != Some(root));
                let kept = Kept::new(task.job.source.relative(), known, &edited).ok_or(edited)?;
                Ok(Done::Kept(Box::new((kept, refresh))))
            }
            Ok(Verdict::Make { edited }) => Err(edited),
            Err(_) => Err(Vec::new()),
        }
    }

    /// Whether a picture is wanted that only the photo itself can give.
    fn lacks_pictures(&self, known: &Remembered) -> bool {
        let has = || self.folder.join(thumbnail(&known.hash, &known.settings)).is_file();
        self.pictures.is_some_and(|pictures| {
            known.outcome != Outcome::Failed && (pictures.overlays.is_some() || pictures.thumbnails && !has())
        })
    }

    /// A photo of which nothing is to be made. That it was not picked among several is remembered for as long as it
    /// stays the same: then it is not read again.
    fn skipped(&self, task: &Task, why: &Failure) -> Done {
        let job = &task.job;
        let record = skipped(job, why);
        let mut entry = self.entry(job, &record);
        if let Some(choice) = &job.choice {
            entry.settings = fingerprint::of_passed_over(&self.settings, choice);
            let path = job.source.path();
            let read_at = now_ns();
            entry.stamp = fs::metadata(&path).map(|metadata| Stamp::of(&metadata).settled(read_at)).ok();
            let same = |known: &&Remembered| entry.stamp.is_some_and(|now| known.stamp.proves(&now));
            entry.hash = match task.known.as_ref().filter(same) {
                Some(known) => Some(known.hash),
                None if self.output.is_some() => hash_file(&path).ok(),
                None => None,
            };
        }
        Done::Made(Box::new((record, entry)))
    }

    /// Makes the outputs of a photo but for those that were `edited`, by hand, since.
    fn made(&self, job: &Job, edited: &[OutputEntry]) -> Done {
        let path = job.source.path();
        let read_at = now_ns();
        let stamp = fs::metadata(&path).map(|metadata| Stamp::of(&metadata).settled(read_at)).ok();
        let need = |header: &Header| self.cropper.memory(header);
        let mut content: Option<Hash> = None;
        let made = take(&path, self.memory, need).and_then(|intake| {
            let seen = hash(&intake.bytes);
            content = Some(seen);
            let mut cropped = self.cropper.process_adjusted(&intake.bytes, &job.adjustment)?;
            if let (Some(pictures), Some(folder)) = (self.pictures, self.output) {
                pictures.publish(folder, job.source.relative(), &thumbnail(&seen, &self.settings(job)), &mut cropped);
            }
            Ok(self.publish(job, cropped, edited))
        });
        let (record, outputs) = made.unwrap_or_else(|failure| (failed(job, &failure), Vec::new()));
        let mut entry = self.entry(job, &record);
        (entry.stamp, entry.outputs) = (stamp, outputs);
        // What depends on more than the file's content is tried again in the next run.
        let lasts = record.outcome != Outcome::Failed || record.reason.is_some_and(Reason::lasts);
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
        fingerprint::of_photo(&self.settings, &job.adjustment, job.person.as_ref(), &job.outputs)
    }

    fn publish(&self, job: &Job, cropped: Cropped, edited: &[OutputEntry]) -> (Record, Vec<OutputEntry>) {
        let mut record = described(job, &cropped, self.cropper);
        if !edited.is_empty() && record.outcome != Outcome::Refused {
            record.outcome = Outcome::Review;
            (record.reason, record.message) = (Some(Reason::Edited), Some(edited_message(edited)));
        }
        let mut entries = Vec::new();
        let mut lost: Option<Failure> = None;
        for crop in &cropped.crops {
            let path = self.output_path(job, crop.preset, crop.face);
            let preset = &self.cropper.presets()[crop.preset].name;
            if let Some(spared) = edited.iter().find(|output| output.path == path) {
                entries.push(spared.clone());
            } else if let Some(why) = &lost {
                let mut why = why.clone();
                why.message.insert_str(0, "not tried after another could not be written: ");
                record.refused.push(refused(preset, crop.face, &why));
                continue;
            } else if let Some(folder) = self.output {
                let stamp = match folder.publish(&path, &crop.bytes) {
                    Ok(stamp) => stamp,
                    Err(failure) => {
                        if failure.reason == Reason::OutputLost {
                            self.stop.output_lost();
                        }
                        record.refused.push(refused(preset, crop.face, &failure));
                        lost = Some(failure);
                        continue;
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
        if let Some(lost) = lost {
            record.outcome = Outcome::Failed;
            (record.reason, record.message) = (Some(lost.reason), Some(lost.sentence()));
        }
        (record, entries)
    }

    fn output_path(&self, job: &Job, preset: usize, face: usize) -> PathBuf {
        if self.several { numbered(&job.outputs[preset], face + 1) } else { job.outputs[preset].clone() }
    }
}

/// The input folder that the photo was found in.
fn absolute_root(job: &Job) -> Option<PathBuf> {
    job.source.root().map(absolute)
}

/// Now, in nanoseconds since 1970.
fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
