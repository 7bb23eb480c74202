//! What was made of a photo -> its record.

use crate::check::verdict::Verdict;
use crate::error::Failure;
use crate::pipeline::{Crop, Cropped, Cropper};
use crate::plan::Job;
use crate::report::PersonRecord;
use crate::report::{FaceRecord, Outcome, OutputRecord, PhotoSize, Record, RefusedRecord, slashed};
use crate::rounding::thousandths;
use std::path::Path;

/// The record of a photo that failed.
pub(super) fn failed(job: &Job, failure: &Failure) -> Record {
    let mut record = Record::of(job.source.relative(), Outcome::Failed);
    record.verdict = failure.reason.is_of_reading().then_some(Verdict::Unusable);
    (record.reason, record.message) = (Some(failure.reason), Some(failure.sentence()));
    record.person = job.person.as_ref().map(PersonRecord::from);
    record
}

/// The record of a photo of which nothing is to be made.
pub(super) fn skipped(job: &Job, why: &Failure) -> Record {
    Record { outcome: Outcome::Skipped, picked: job.picked.clone(), ..failed(job, why) }
}

/// The record of `cropped`, before anything is written.
pub(super) fn described(job: &Job, cropped: &Cropped, cropper: &Cropper) -> Record {
    let missing = cropped.missing.first().map(|missing| &missing.why);
    let (outcome, why) = match (&cropped.refused, cropped.doubts.first().or(missing)) {
        (Some(refused), _) => (Outcome::Refused, Some(refused)),
        (None, Some(doubt)) => (Outcome::Review, Some(doubt)),
        (None, None) => (Outcome::Written, None),
    };
    let mut record = Record::of(job.source.relative(), outcome);
    record.reason = why.map(|why| why.reason);
    record.message =
        why.map(Failure::sentence).or_else(|| cropped.flaw.map(|flaw| format!("{flaw}; its picture is whole")));
    record.photo = Some(PhotoSize { width: cropped.size.0, height: cropped.size.1 });
    record.inset = cropped.inset;
    record.turned = (cropped.turned_deg != 0).then_some(cropped.turned_deg);
    record.looked_at = cropped.tone.code();
    record.faces = cropped.faces.iter().map(FaceRecord::from).collect();
    record.head = cropped.heads.first().cloned();
    record.verdict = Some(cropped.verdict);
    record.verdict_reasons = cropped.verdict_reasons.clone();
    record.checks = cropped.checks.clone();
    record.person = job.person.as_ref().map(PersonRecord::from);
    record.overridden = job.adjustment.keys(cropper.presets());
    record.refused = cropped
        .missing
        .iter()
        .map(|missing| refused(&cropper.presets()[missing.preset].name, missing.face, &missing.why))
        .collect();
    record
}

/// What a record says of a headshot that is not there.
pub(super) fn refused(preset: &str, face: usize, why: &Failure) -> RefusedRecord {
    RefusedRecord { preset: preset.to_owned(), face, reason: why.reason, message: why.sentence() }
}

/// The record of the output `path`.
pub(super) fn output(path: &Path, preset: &str, crop: &Crop) -> OutputRecord {
    OutputRecord {
        preset: preset.to_owned(),
        path: slashed(path),
        face: crop.face,
        width: crop.width,
        height: crop.height,
        bytes: crop.bytes.len(),
        transform: crop.transform,
        placement: crop.placement,
        head_top: crop.head_top,
        steps: crop.steps.clone(),
        padded: thousandths(crop.padded),
        upscale: thousandths(crop.upscale),
        quality: crop.quality,
    }
}
