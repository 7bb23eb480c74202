//! What became of each photo: the [`Record`], one line of `report.jsonl`. [`mod@line`] reads it back.

#[cfg(feature = "cli")]
pub mod csv;
pub(crate) mod file;
pub mod line;
pub mod merge;
pub mod spread;

pub use crate::check::{Check, Level};

use crate::check::verdict::Verdict;
use crate::detect::Face;
use crate::error::Reason;
use crate::frame::Step;
use crate::geometry::{Affine, Rect};
use crate::rounding::thousandths;
use crate::subject::Head;
use crate::subject::natural_top::HeadTop;
use serde::{Deserialize, Serialize};
use spread::Placement;
use std::path::Path;

/// Version of the record's shape; it grows only when a field changes its meaning.
pub const SCHEMA: u32 = 1;

/// What became of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
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
    /// Nothing was to be made of it, by the roster.
    Skipped,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Written, Self::Unchanged, Self::Review, Self::Refused, Self::Failed, Self::Skipped];

    /// The word in the report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::Review => "review",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The outcome that `code` is the word for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// What became of one photo.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Path below the input folder, with slashes; bytes that are no UTF-8 are replaced.
    pub source: String,
    /// The same path's bytes, as hexadecimal digits, where they are no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_bytes: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether nothing was done, because nothing had changed since the last run that told of it.
    #[serde(skip_serializing_if = "is_false")]
    pub unchanged: bool,
    /// Whom it shows, by the roster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonRecord>,
    /// The stable word for why it is not simply written.
    pub reason: Option<Reason>,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The source that was picked in its place, where the reason is `not-picked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picked: Option<String>,
    /// Size of the upright photo; absent where it could not be read.
    pub photo: Option<PhotoSize>,
    /// `[x, y, width, height]` of the picture within a border, in upright pixels of the photo; absent where there is no
    /// border. Its bounds are the photo's edges in everything that follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inset: Option<Rect>,
    /// Degrees, clockwise, by which the photo was turned beyond what its file says, so that the person stands upright;
    /// absent where it stood already. All positions are those before that turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turned: Option<u16>,
    /// How the photo was looked at to find and measure the person, where it was too dark (`brightened`) or too bright
    /// (`darkened`) for that; absent where it was looked at as it is. Checks and outputs are always of the photo as it
    /// is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<&'static str>,
    /// What can be made of it; absent where nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Where the verdict is `portrait-only`, the words of what stands against a headshot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verdict_reasons: Vec<Reason>,
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

/// What a record says of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonRecord {
    /// The column `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Size of a photo after its orientation is applied, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PhotoSize {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A face that was seen.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
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
    /// Where the head is in it. The record has the head height, to three places: with `--uniform` the one that was
    /// used.
    #[serde(rename = "head_height", serialize_with = "head_height")]
    pub placement: Placement,
    /// Where the natural top of the head was taken from: `crown`, or `estimate` where hair is raised; absent for
    /// presets that do not measure from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_top: Option<HeadTop>,
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

fn head_height<S: serde::Serializer>(placement: &Placement, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(thousandths(placement.head_height))
}

/// A preset for which nothing could be written.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
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
    /// A record of nothing yet about the photo at `relative`.
    #[must_use]
    pub fn of(relative: &Path, outcome: Outcome) -> Self {
        let bytes = relative.as_os_str().as_encoded_bytes();
        let source_bytes =
            relative.to_str().is_none().then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        Self {
            schema: SCHEMA,
            source: slashed(relative),
            source_bytes,
            outcome,
            unchanged: false,
            person: None,
            reason: None,
            message: None,
            picked: None,
            photo: None,
            inset: None,
            turned: None,
            looked_at: None,
            verdict: None,
            verdict_reasons: Vec::new(),
            faces: Vec::new(),
            head: None,
            checks: Vec::new(),
            outputs: Vec::new(),
            refused: Vec::new(),
            overridden: Vec::new(),
        }
    }

    /// Whether a person pinned the size of the head.
    #[must_use]
    pub fn has_pinned_size(&self) -> bool {
        self.overridden.iter().any(|key| ["as_is", "scale"].contains(key))
    }

    /// The record as a line of JSON, without the line feed.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising these plain types cannot fail: no map keys, and floats that are not finite become null.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A path as the report holds it: slashes on every system, bytes that are no UTF-8 replaced.
pub(crate) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// What serde wants to leave a field out that is not set.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// How many photos came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Nothing to be made of, by the roster.
    pub skipped: usize,
    /// People of the roster without a photo.
    pub absent: usize,
    /// Their files, written by this run or an earlier one.
    pub files: usize,
}

impl Tally {
    /// Counts a photo that came to `outcome` for this reason, with `files` outputs.
    pub fn add(&mut self, outcome: Outcome, reason: Option<Reason>, files: usize) {
        let count = match outcome {
            Outcome::Skipped if reason == Some(Reason::NoPhoto) => &mut self.absent,
            Outcome::Written => &mut self.written,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Review => &mut self.review,
            Outcome::Refused => &mut self.refused,
            Outcome::Failed => &mut self.failed,
            Outcome::Skipped => &mut self.skipped,
        };
        *count += 1;
        self.files += files;
    }

    /// All photos.
    #[must_use]
    pub const fn photos(&self) -> usize {
        self.written + self.unchanged + self.review + self.refused + self.failed + self.skipped
    }

    /// The exit code, as in the README's table, of a run that was not interrupted.
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
