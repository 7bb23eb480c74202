//! A report read back, line by line: for those who work on with what was made.
//!
//! ```
//! use headshot::report::line::read;
//! use std::{fs::File, io::BufReader};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # // A word and fields of another version are in it.
//! # let line = concat!(
//! #     r#"{"schema":1,"source":"ana.jpg","outcome":"adored","reason":null,"photo":null,"faces":[],"head":null,"#,
//! #     r#""checks":[],"outputs":[{"preset":"x","path":"x/ana.jpg","face":0,"width":400,"height":400,"bytes":9,"#,
//! #     r#""transform":[1,0,0,0,1,0],"steps":["shift"],"padded":0,"upscale":1.25,"new":1}],"newer":{}}"#,
//! # );
//! # std::fs::write(folder.join("report.jsonl"), format!("{line}\n"))?;
//! let report = BufReader::new(File::open(folder.join("report.jsonl"))?);
//! # let mut read_back = Vec::new();
//! for record in read(report) {
//!     let record = record?;
//!     for output in &record.outputs {
//!         println!("{}: {}, {} x {}", record.source, output.path, output.width, output.height);
//!     }
//! #   read_back.push(record);
//! }
//! # assert_eq!((read_back[0].outcome.as_str(), read_back[0].outputs[0].path.as_str()), ("adored", "x/ana.jpg"));
//! # Ok(())
//! # }
//! ```
//!
//! Words stay text, and fields that are not known are passed over: another version's report may have more of both. The
//! words of this version are [`Outcome::code`](super::Outcome::code), [`Reason::code`], [`Level::code`],
//! [`Verdict::code`](crate::check::verdict::Verdict::code) and [`Step::code`](crate::frame::Step::code).

use super::{PersonRecord, PhotoSize};
use crate::check::{Check, Level};
use crate::error::Reason;
use crate::geometry::{Affine, Point, Rect};
use crate::names::path_of_bytes;
use serde::Deserialize;
use std::io::{self, BufRead};
use std::path::PathBuf;

/// A [`Record`](super::Record) that was read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
// A field that a record gets and that is forgotten here is found by the test below.
#[cfg_attr(test, serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct RecordLine {
    /// [`super::SCHEMA`] of the version that wrote it.
    pub schema: u32,
    /// Path below the input folder, with slashes; bytes that are no UTF-8 are replaced. See [`Self::relative`].
    pub source: String,
    /// The same path's bytes, as hexadecimal digits, where they are no UTF-8.
    pub source_bytes: Option<String>,
    /// The word for what became of the photo.
    pub outcome: String,
    /// Whether nothing was done, because nothing had changed since the last run that told of it.
    #[serde(default)]
    pub unchanged: bool,
    /// Whom it shows, by the roster.
    pub person: Option<PersonRecord>,
    /// The stable word for why it is not simply written.
    pub reason: Option<String>,
    /// The same in a sentence.
    pub message: Option<String>,
    /// The source that was picked in its place.
    pub picked: Option<String>,
    /// Size of the upright photo; absent where it could not be read.
    pub photo: Option<PhotoSize>,
    /// Where the picture lies within a border, in upright pixels of the photo; absent where there is no border.
    pub inset: Option<Rect>,
    /// Degrees, clockwise, by which the photo was turned beyond what its file says; absent where it was not.
    pub turned: Option<u16>,
    /// The word for how the photo was looked at, where it was too dark or too bright for that as it is.
    pub looked_at: Option<String>,
    /// The word for what can be made of it; absent where nobody could look.
    pub verdict: Option<String>,
    /// The words of what stands against a headshot.
    #[serde(default)]
    pub verdict_reasons: Vec<String>,
    /// All faces, the main one first.
    #[serde(default)]
    pub faces: Vec<FaceLine>,
    /// The main person's head.
    pub head: Option<HeadLine>,
    /// What was looked at.
    #[serde(default)]
    pub checks: Vec<CheckLine>,
    /// What was written.
    pub outputs: Vec<OutputLine>,
    /// Presets for which nothing could be written.
    #[serde(default)]
    pub refused: Vec<RefusedLine>,
    /// The keys of overrides that were obeyed.
    #[serde(default)]
    pub overridden: Vec<String>,
}

/// A [`FaceRecord`](super::FaceRecord) that was read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct FaceLine {
    /// In upright source pixels.
    #[serde(rename = "box")]
    pub rect: Rect,
    /// The detector's score.
    pub score: f64,
}

/// A [`Head`](crate::subject::Head) that was read, in upright source pixels.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct HeadLine {
    /// Centres of the eyes.
    pub eyes: [Point; 2],
    /// Lowest point of the chin.
    pub chin: Point,
    /// Topmost point of hair, hat or scarf.
    pub crown: Point,
    /// How far `crown` can be trusted, 0..=1.
    pub crown_confidence: f64,
    /// Tilt in degrees, clockwise positive.
    pub roll_deg: f64,
    /// Turn to the side, about -1 (towards the left of the image) to 1.
    pub yaw: f64,
    /// Turn up (negative) or down (positive), in the same unit.
    pub pitch: f64,
}

/// A [`Check`] that was read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct CheckLine {
    /// The stable word.
    pub code: String,
    /// The word for how bad it is.
    pub level: String,
    /// What was measured.
    pub value: Option<f64>,
    /// The limit that it crossed, or would cross next.
    pub limit: Option<f64>,
    /// The preset whose headshot is meant, where it depends on that.
    pub preset: Option<String>,
    /// What is the matter and what helps; absent where all is well.
    pub message: Option<String>,
}

/// An [`OutputRecord`](super::OutputRecord) that was read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct OutputLine {
    /// The preset's name.
    pub preset: String,
    /// Path below the output folder, with slashes.
    pub path: String,
    /// Which of `faces` it shows.
    pub face: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size of the file.
    pub bytes: u64,
    /// Upright source pixels to output pixels.
    pub transform: Affine,
    /// The word for where the natural top of the head was taken from; absent for presets that do not measure from
    /// there.
    pub head_top: Option<String>,
    /// Head height by the preset's measure, as a fraction of the output's height; absent in reports of versions before
    /// it was told.
    pub head_height: Option<f64>,
    /// The words for what the frame gave up.
    pub steps: Vec<String>,
    /// Share of the pixels that come from outside the photo, 0..=1.
    pub padded: f64,
    /// Output pixels per source pixel.
    pub upscale: f64,
    /// The encoder's quality; absent for lossless formats.
    pub quality: Option<u8>,
}

/// A [`RefusedRecord`](super::RefusedRecord) that was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct RefusedLine {
    /// The preset's name.
    pub preset: String,
    /// Which of `faces` it is about.
    pub face: usize,
    /// The stable word.
    pub reason: String,
    /// The sentence.
    pub message: String,
}

impl RecordLine {
    /// The photo's path below the input folder, exactly; `None` where `source_bytes` are no hexadecimal digits.
    #[must_use]
    pub fn relative(&self) -> Option<PathBuf> {
        let Some(digits) = &self.source_bytes else { return Some(self.source.clone().into()) };
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>().map(path_of_bytes)
    }
}

impl CheckLine {
    /// The check that it was; `None` where this version does not know its words.
    #[must_use]
    pub fn check(&self) -> Option<Check> {
        Some(Check {
            code: Reason::from_code(&self.code)?,
            level: Level::from_code(&self.level)?,
            value: self.value?,
            limit: self.limit?,
            preset: self.preset.clone(),
            message: self.message.clone(),
        })
    }
}

/// The records of a `report`.
///
/// # Errors
/// Those of reading; [`io::ErrorKind::Other`] for a line that is no record.
pub fn read(report: impl BufRead) -> impl Iterator<Item = io::Result<RecordLine>> {
    report.lines().map(|line| serde_json::from_str(&line?).map_err(io::Error::other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verdict::Verdict;
    use crate::check::{Bounds, Kind};
    use crate::detect::Face;
    use crate::frame::{Placement, Step};
    use crate::report::{FaceRecord, Outcome, OutputRecord, Record, RefusedRecord};
    use crate::subject::Head;
    use crate::subject::natural_top::HeadTop;
    use std::path::Path;

    /// Every field of a record, with something in it.
    fn full() -> Record {
        let face = Face { rect: Rect::new(10.0, 20.0, 30.0, 40.0), score: 0.875, landmarks: None };
        let mut record = Record::of(Path::new("team/ana.jpg"), Outcome::Review);
        (record.source_bytes, record.unchanged) = (Some("c3a1ff".into()), true);
        record.person = Some(PersonRecord { id: Some("7".into()), name: None });
        (record.reason, record.message) = (Some(Reason::SoftFocus), Some("soft".into()));
        record.picked = Some("team/ben.jpg".into());
        record.photo = Some(PhotoSize { width: 600, height: 800 });
        record.inset = Some(Rect::new(6.0, 6.0, 588.0, 788.0));
        (record.turned, record.looked_at) = (Some(90), Some("brightened"));
        (record.verdict, record.verdict_reasons) = (Some(Verdict::PortraitOnly), vec![Reason::SoftFocus]);
        record.faces = vec![FaceRecord::from(&face)];
        record.head = Head::from_face(&face, &Affine::IDENTITY);
        let check = Check::new(Kind::SoftFocus, 9.0, Bounds { warn: 1.0, fail: 2.0 });
        record.checks = check.map(|check| check.of_preset("x")).into_iter().collect();
        record.outputs = vec![OutputRecord {
            preset: "x".into(),
            path: "x/ana.jpg".into(),
            face: 0,
            width: 400,
            height: 300,
            bytes: 9000,
            transform: Affine::scaling(2.0, 2.0),
            placement: Placement { eye_line: 0.43, head_height: 0.57 },
            head_top: Some(HeadTop::Estimate),
            steps: vec![Step::Widest],
            padded: 0.125,
            upscale: 2.0,
            quality: Some(90),
        }];
        let message = "too small".to_owned();
        record.refused = vec![RefusedRecord { preset: "press".into(), face: 0, reason: Reason::WouldUpscale, message }];
        record.overridden = vec!["face"];
        record
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = full();
        let report = format!("{}\n{}\n", record.to_json(), Record::of(Path::new("ben.jpg"), Outcome::Failed).to_json());
        let lines: Vec<RecordLine> = read(report.as_bytes()).collect::<io::Result<_>>().expect("records");
        let [line, empty] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((empty.source.as_str(), empty.outcome.as_str(), empty.outputs.len()), ("ben.jpg", "failed", 0));

        assert_eq!((line.schema, line.outcome.as_str(), line.unchanged), (record.schema, "review", true));
        assert_eq!((&line.person, line.photo), (&record.person, record.photo));
        assert_eq!((line.reason.as_deref(), line.message.as_deref()), (Some("soft-focus"), Some("soft")));
        assert_eq!(line.inset, record.inset);
        assert_eq!(line.picked.as_deref(), Some("team/ben.jpg"));
        assert_eq!((line.turned, line.looked_at.as_deref()), (Some(90), Some("brightened")));
        assert_eq!(
            (line.verdict.as_deref(), &line.verdict_reasons[..]),
            (Some("portrait-only"), &["soft-focus".into()][..])
        );
        assert_eq!(line.faces, [FaceLine { rect: record.faces[0].rect, score: 0.875 }]);
        let (read, head) = (line.head.expect("a head"), record.head.expect("a head"));
        assert!(read.eyes[1].distance(head.eyes[1]) < 0.1 && read.chin.distance(head.chin) < 0.1);
        let checks: Vec<Check> = line.checks.iter().filter_map(CheckLine::check).collect();
        assert!(!checks.is_empty() && checks == record.checks);
        let (output, written) = (&line.outputs[0], &record.outputs[0]);
        assert_eq!((output.transform, output.quality, output.bytes), (written.transform, Some(90), 9000));
        assert_eq!((&output.steps[..], output.head_top.as_deref()), (&["widest".into()][..], Some("estimate")));
        assert_eq!(output.head_height, Some(0.57));
        assert_eq!((line.refused[0].reason.as_str(), &line.overridden[..]), ("would-upscale", &["face".into()][..]));
    }

    #[test]
    fn a_name_that_is_no_text_is_read_exactly() {
        let line: RecordLine = serde_json::from_str(&full().to_json()).expect("a record");
        assert_eq!(line.relative(), Some(path_of_bytes(b"\xc3\xa1\xff".to_vec())));
        assert_eq!(RecordLine { source_bytes: Some("xy".into()), ..line.clone() }.relative(), None);
        assert_eq!(RecordLine { source_bytes: None, ..line }.relative(), Some("team/ana.jpg".into()));
    }
}
