//! What a photo file is, what had to be assumed to read it, and what can be made of it.

use crate::check::verdict::Verdict;
use crate::check::{Check, Level, advice, sentence};
use crate::error::{Failure, Reason};
use crate::geometry::Rect;
use crate::photo::{self, Header, Limits, Orientation};
use crate::pipeline::{Cropped, Cropper};
use crate::report::FaceRecord;
use crate::subject::Head;
use serde::Serialize;

/// What is known of a photo file. As JSON it has the same fields.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The kind of file, by its content; `None` where that is not known.
    pub format: Option<&'static str>,
    /// Size of the file, in bytes.
    pub bytes: usize,
    /// What its header says; `None` where it cannot be read.
    pub header: Option<HeaderFacts>,
    /// What decoding it shows; `None` where it cannot be decoded.
    pub picture: Option<PictureFacts>,
    /// Why it cannot be read.
    pub failure: Option<FailureFacts>,
    /// What can be made of it.
    #[serde(flatten)]
    pub appraisal: Appraisal,
}

/// What can be made of a photo.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Appraisal {
    /// The best of all presets that were asked for.
    pub verdict: Verdict,
    /// Where the verdict is `portrait-only` or `unusable`, the words of what stands against a headshot.
    pub verdict_reasons: Vec<Reason>,
    /// The picture within a border, in upright pixels; `None` where there is no border.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inset: Option<Rect>,
    /// `brightened` or `darkened`, where the photo had to be looked at so; `None` where it was looked at as it is.
    pub looked_at: Option<&'static str>,
    /// The faces that were seen, the main one first.
    pub faces: Vec<FaceRecord>,
    /// The main person's head, in pixels of the upright photo.
    pub head: Option<Head>,
    /// What was looked at, with value and limit.
    pub checks: Vec<Check>,
    /// The headshots that a run would write.
    pub headshots: Vec<HeadshotFacts>,
    /// Why there are none.
    pub refused: Option<FailureFacts>,
}

/// A headshot that a run would write.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HeadshotFacts {
    /// The preset's name.
    pub preset: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// What a header says.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HeaderFacts {
    /// Width as stored, in pixels.
    pub stored_width: u32,
    /// Height as stored, in pixels.
    pub stored_height: u32,
    /// Most memory that decoding takes, in bytes.
    pub memory: u64,
}

/// What decoding shows.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PictureFacts {
    /// Width of the upright picture, in pixels.
    pub width: u32,
    /// Height of the upright picture, in pixels.
    pub height: u32,
    /// How it is turned to stand upright: the EXIF value, 1 to 8.
    pub orientation: u16,
    /// The same in words.
    pub turned: &'static str,
    /// What its colours were taken for.
    pub colours: String,
    /// Whether they are converted for the headshots.
    pub converted: bool,
    /// Whether parts of it are transparent.
    pub transparent: bool,
    /// What is missing of a damaged file.
    pub damage: Option<String>,
    /// What is wrong with the file although its picture is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FailureFacts {
    /// A fixed word.
    pub reason: Reason,
    /// What happened and what to do next, as in the report.
    pub message: String,
}

impl Inspection {
    /// Looks at a whole file, and at the headshots that `cropper` would make of it. Nothing is an error: what cannot be
    /// read is told.
    #[must_use]
    pub fn of(bytes: &[u8], limits: &Limits, cropper: &Cropper) -> Self {
        let header = photo::probe(bytes).ok();
        let decoded = photo::decode(bytes, limits);
        Self {
            format: photo::sniff(bytes).map(photo::Format::name),
            bytes: bytes.len(),
            header: header.as_ref().map(HeaderFacts::from),
            picture: decoded.as_ref().ok().map(PictureFacts::of),
            failure: decoded.err().map(FailureFacts::from),
            appraisal: Appraisal::of(cropper.process(bytes), cropper),
        }
    }
}

impl Inspection {
    /// What is known of a file that is not decoded, because of `failure`.
    #[must_use]
    pub fn refused(bytes: &[u8], failure: Failure) -> Self {
        let header = photo::probe(bytes).ok();
        Self {
            format: photo::sniff(bytes).map(photo::Format::name),
            bytes: bytes.len(),
            header: header.as_ref().map(HeaderFacts::from),
            picture: None,
            appraisal: Appraisal::refused(&failure),
            failure: Some(failure.into()),
        }
    }
}

impl From<&Header> for HeaderFacts {
    fn from(header: &Header) -> Self {
        Self { stored_width: header.width, stored_height: header.height, memory: header.memory }
    }
}

impl From<Failure> for FailureFacts {
    fn from(failure: Failure) -> Self {
        Self { reason: failure.reason, message: failure.sentence() }
    }
}

impl Appraisal {
    fn of(cropped: Result<Cropped, Failure>, cropper: &Cropper) -> Self {
        let cropped = match cropped {
            Ok(cropped) => cropped,
            Err(why) => return Self::refused(&why),
        };
        let headshot = |crop: &crate::pipeline::Crop| HeadshotFacts {
            preset: cropper.presets()[crop.preset].name.clone(),
            width: crop.width,
            height: crop.height,
        };
        Self {
            verdict: cropped.verdict,
            verdict_reasons: cropped.verdict_reasons,
            inset: cropped.inset,
            looked_at: cropped.tone.code(),
            faces: cropped.faces.iter().map(FaceRecord::from).collect(),
            head: cropped.heads.into_iter().next(),
            checks: cropped.checks,
            headshots: cropped.crops.iter().map(headshot).collect(),
            refused: cropped.refused.map(FailureFacts::from),
        }
    }

    /// That nothing can be made of a photo that could not be looked at.
    fn refused(why: &Failure) -> Self {
        Self {
            verdict: Verdict::Unusable,
            verdict_reasons: vec![why.reason],
            inset: None,
            looked_at: None,
            faces: Vec::new(),
            head: None,
            checks: Vec::new(),
            headshots: Vec::new(),
            refused: Some(why.clone().into()),
        }
    }

    /// What can be made of the photo, and what to do about it, in sentences for people who are no photographers: pairs
    /// of a word and what is to be said.
    #[must_use]
    pub fn explained(&self) -> Vec<(&'static str, String)> {
        let verdict = match self.verdict {
            Verdict::Headshot => "it is a headshot already, framed and clean",
            Verdict::Croppable => "a headshot can be cut from it",
            Verdict::PortraitOnly => "it shows a person, but does not make a good headshot",
            Verdict::Unusable => "no person can be seen in it",
        };
        let mut lines = vec![("verdict", format!("{}: {verdict}", self.verdict))];
        if let Some(Rect { x, y, width, height }) = self.inset {
            lines.push(("border", format!("the picture within it is {width} x {height} pixels, from {x}, {y} on")));
        }
        if let Some(tone) = self.looked_at {
            lines.push((
                "looked at",
                format!("{tone}, to find the person; headshots and checks are of the photo as it is"),
            ));
        }
        let headshots: Vec<String> =
            self.headshots.iter().map(|made| format!("{} {} x {}", made.preset, made.width, made.height)).collect();
        if !headshots.is_empty() {
            lines.push(("headshots", headshots.join(", ")));
        }
        let line = |check: &Check| {
            let advice = advice(check.code).map(|advice| format!(": {advice}")).unwrap_or_default();
            format!("{}{advice} ({})", sentence(check), check.code)
        };
        // The sentences are about a face; where none was found, the refusal has what is likely.
        let of_face = if self.faces.is_empty() { &[] } else { &self.checks[..] };
        for (level, word) in [(Level::Fail, "problem"), (Level::Warn, "warning")] {
            lines.extend(of_face.iter().filter(|check| check.level == level).map(|check| (word, line(check))));
        }
        // What a check has told in words of its own is not told twice.
        let is_told = |why: &&FailureFacts| of_face.iter().any(|c| c.code == why.reason && c.level == Level::Fail);
        if let Some(why) = self.refused.as_ref().filter(|why| !is_told(why)) {
            lines.push(("refused", why.message.clone()));
        }
        let fine: Vec<&str> =
            self.checks.iter().filter(|check| check.level == Level::Ok).map(|check| check.code.code()).collect();
        if !fine.is_empty() {
            lines.push(("fine", fine.join(", ")));
        }
        lines
    }
}

impl PictureFacts {
    fn of(photo: &photo::Photo) -> Self {
        let (width, height) = photo.size();
        Self {
            width,
            height,
            orientation: photo.orientation.exif_value(),
            turned: in_words(photo.orientation),
            colours: photo.colour.assumed().to_owned(),
            converted: !photo.colour.is_srgb(),
            transparent: photo.pixels.has_alpha(),
            damage: photo.damage.as_ref().map(Failure::sentence),
            flaw: photo.flaw.map(|flaw| format!("{flaw}; its picture is whole")),
        }
    }
}

const fn in_words(orientation: Orientation) -> &'static str {
    match orientation.exif_value() {
        1 => "upright as stored",
        2 => "mirrored",
        3 => "turned by 180 degrees",
        4 => "mirrored and turned by 180 degrees",
        5 => "mirrored and turned by 270 degrees clockwise",
        6 => "turned by 90 degrees clockwise",
        7 => "mirrored and turned by 90 degrees clockwise",
        _ => "turned by 270 degrees clockwise",
    }
}
