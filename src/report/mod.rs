//! What became of each photo: the [`Record`], one line of `report.jsonl`.

pub mod spread;

use crate::detect::Face;
use crate::error::Reason;
use crate::frame::Step;
use crate::geometry::{Affine, Rect};
use crate::subject::Head;
use serde::Serialize;
use spread::Placement;

/// Version of the record's shape; it grows only when a field changes its meaning.
pub const SCHEMA: u32 = 1;

/// `value` to three places: more would only be noise in the report.
pub(crate) fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// What became of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every output was written.
    Written,
    /// Nothing had changed since the last run.
    Unchanged,
    /// Written, but a person should look.
    Review,
    /// No headshot can be made of it.
    Refused,
    /// It could not be read, or its outputs not be written.
    Failed,
}

/// What became of one photo.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Path below the input folder.
    pub source: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The stable word for why it is not simply written.
    pub reason: Option<Reason>,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Size of the upright photo; absent where it could not be read.
    pub photo: Option<PhotoSize>,
    /// Degrees, clockwise, by which the photo was turned beyond what its file says, so that the person stands upright;
    /// absent where it stood already. All positions are those before that turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turned: Option<u16>,
    /// All faces, the main one first.
    pub faces: Vec<FaceRecord>,
    /// The main person's head.
    pub head: Option<Head>,
    /// What was looked at, with value and limit.
    pub checks: Vec<Check>,
    /// What was written.
    pub outputs: Vec<OutputRecord>,
    /// Presets for which nothing could be written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedRecord>,
    /// The keys of overrides that were obeyed, sorted: `as_is`, `face`, `nudge`, `roll`, `scale`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<&'static str>,
}

/// Size of a photo after its orientation is applied, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PhotoSize {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A face that was seen.
#[derive(Clone, Debug, Serialize)]
pub struct FaceRecord {
    /// `[x, y, width, height]` in upright source pixels.
    #[serde(rename = "box")]
    pub rect: Rect,
    /// The detector's score, to three places.
    pub score: f64,
}

impl From<&Face> for FaceRecord {
    fn from(face: &Face) -> Self {
        Self { rect: face.rect, score: thousandths(face.score) }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// The stable word, as in [`Reason`].
    pub code: Reason,
    /// How bad it is.
    pub level: Level,
    /// What was measured.
    pub value: f64,
    /// The limit that it crossed.
    pub limit: f64,
}

/// How bad a check's result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Within its limit.
    Ok,
    /// A person may want to look.
    Warn,
    /// A person has to look.
    Fail,
}

/// An output that was written.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OutputRecord {
    /// The preset's name.
    pub preset: String,
    /// Path below the output folder.
    pub path: String,
    /// Which of `faces` it shows.
    pub face: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size of the file.
    pub bytes: usize,
    /// Upright source pixels to output pixels.
    pub transform: Affine,
    /// Where the head is in it; told for the whole run, not in the record.
    #[serde(skip)]
    pub placement: Placement,
    /// What the frame gave up.
    pub steps: Vec<Step>,
    /// Share of the pixels that come from outside the photo, 0..=1.
    pub padded: f64,
    /// Output pixels per source pixel, to three places.
    pub upscale: f64,
    /// The encoder's quality; absent for lossless formats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
}

/// A preset for which nothing could be written.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedRecord {
    /// The preset's name.
    pub preset: String,
    /// Which of `faces` it is about.
    pub face: usize,
    /// The stable word.
    pub reason: Reason,
    /// The sentence.
    pub message: String,
}

impl Record {
    /// A record of nothing yet about `source`.
    #[must_use]
    pub fn new(source: String, outcome: Outcome) -> Self {
        Self {
            schema: SCHEMA,
            source,
            outcome,
            reason: None,
            message: None,
            photo: None,
            turned: None,
            faces: Vec::new(),
            head: None,
            checks: Vec::new(),
            outputs: Vec::new(),
            refused: Vec::new(),
            overridden: Vec::new(),
        }
    }

    /// The record as a line of JSON, without the line feed.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising these plain types cannot fail: no map keys, and floats that are not finite become null.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How many photos came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Every output written.
    pub written: usize,
    /// Nothing had changed.
    pub unchanged: usize,
    /// Written, to be looked at.
    pub review: usize,
    /// No headshot possible.
    pub refused: usize,
    /// Unreadable or not written.
    pub failed: usize,
    /// Files written.
    pub files: usize,
}

impl Tally {
    /// Counts `record`.
    pub fn add(&mut self, record: &Record) {
        let count = match record.outcome {
            Outcome::Written => &mut self.written,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Review => &mut self.review,
            Outcome::Refused => &mut self.refused,
            Outcome::Failed => &mut self.failed,
        };
        *count += 1;
        self.files += record.outputs.len();
    }

    /// All photos.
    #[must_use]
    pub const fn photos(&self) -> usize {
        self.written + self.unchanged + self.review + self.refused + self.failed
    }

    /// The exit code of DESIGN's table for a run that was not interrupted.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.failed > 0 {
            3
        } else if self.refused + self.review > 0 {
            4
        } else {
            0
        }
    }
}
