//! Presets: the size, shape, limits and framing of one kind of headshot, read from TOML and checked before anything
//! runs.

mod select;
mod values;

pub(crate) use select::is_file;
pub use select::{built_in, group_names, select};
pub use values::{Alpha, Confidence, Extend, HeadMeasure, HexColour, OutputFormat, Shape};

use crate::error::{Error, line_of};
use crate::limits::Limits;
use crate::names::shown;
use crate::regular_file;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// One kind of headshot: what a platform or a page wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Preset {
    /// The word on the command line and in the output path: lower-case letters, digits and hyphens.
    pub name: String,
    /// What it is for, in a few words.
    pub title: String,
    /// The groups that include it, e.g. `social`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Output width in pixels, 16..=10000.
    pub width: u32,
    /// Output height in pixels, 16..=10000.
    pub height: u32,
    /// The smallest width, in pixels, that the platform still takes. Without it there is exactly one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_width: Option<u32>,
    /// How the platform shows the picture.
    pub shape: Shape,
    /// File format of the output.
    #[serde(default)]
    pub format: OutputFormat,
    /// Encoder quality, 1..=100; without it the encoder's own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// Most bytes that the file may have; the quality is searched until it fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// Dots per inch written into the file, for print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpi: Option<u16>,
    /// What transparent parts of a photo become; white without it.
    #[serde(default, skip_serializing_if = "HexColour::is_white")]
    pub background: HexColour,
    /// Whether transparent parts stay so, in formats that can.
    #[serde(default, skip_serializing_if = "Alpha::is_flat")]
    pub alpha: Alpha,
    /// Where the person stands in the frame.
    pub framing: Framing,
    /// From where on a check warns or fails, where that differs from the defaults.
    #[serde(default, skip_serializing_if = "Limits::is_default")]
    pub checks: Limits,
    /// Where the numbers come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// Where the person stands in the frame. Lengths are fractions of the output height unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Framing {
    /// Target for the head height (see `head_measure`).
    pub head_height: f64,
    /// What `head_height` measures.
    #[serde(default)]
    pub head_measure: HeadMeasure,
    /// As far as a photo with too little room may be framed tighter.
    pub max_head_height: f64,
    /// Target for the mid-eye point, from the top.
    pub eye_line: f64,
    /// Target for the middle of the head, as a fraction of the output width from the left.
    #[serde(default = "middle")]
    pub subject_x: f64,
    /// Room given in the direction of gaze for a head in full profile, as a fraction of the output width; less for
    /// smaller turns. 0 for avatars.
    #[serde(default)]
    pub gaze_room: f64,
    /// Least space above the crown.
    pub headroom: f64,
    /// Most that a tilted head is levelled, in degrees.
    pub max_roll: f64,
    /// What may fill the frame beyond the photo's edge.
    #[serde(default)]
    pub extend: Extend,
}

const fn middle() -> f64 {
    0.5
}

/// Where a preset's numbers come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// Year and month of the look-up, e.g. `2026-11`.
    pub as_of: String,
    /// What the platform says.
    pub note: String,
    /// How sure the numbers are.
    pub confidence: Confidence,
}

impl Preset {
    /// Reads and checks a preset.
    ///
    /// # Errors
    /// [`Error::Usage`] as `origin:line: what is wrong`, for TOML errors, unknown keys and values out of range.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Error> {
        let preset: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text.as_bytes(), span.start));
            Error::usage(format!("{origin}:{line}: {}", error.message().trim_end())).caused_by(error)
        })?;
        match preset.problem() {
            None => Ok(preset),
            Some((key, what)) => Err(Error::usage(format!("{origin}:{}: {what}", line_of_key(text, key)))),
        }
    }

    /// Checks the values of a preset, as [`Preset::parse`] does: fields can be set by anybody.
    ///
    /// # Errors
    /// [`Error::Usage`] with the first rule that they break.
    pub fn check(&self) -> Result<(), Error> {
        self.problem().map_or(Ok(()), |(_, what)| Err(Error::usage(format!("preset \"{}\": {what}", self.name))))
    }

    /// Reads and checks the preset file at `path`.
    ///
    /// # Errors
    /// As [`Preset::parse`], and where the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = regular_file::read(path, regular_file::MOST_BYTES).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
        });
        let text = text.map_err(|error| {
            let path = shown(path);
            Error::usage(format!(
                "{path}: cannot read the preset file: {error}; check the path, or take a built-in preset (`headshot presets`)"
            ))
            .caused_by(error)
        })?;
        Self::parse(&text, &shown(path))
    }

    /// Width over height of the output.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }

    /// The first rule that the values break: the key at fault and the sentence.
    fn problem(&self) -> Option<(&'static str, String)> {
        let framing = &self.framing;
        let name_is_plain = !self.name.is_empty()
            && self.name.len() <= 64
            && self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !name_is_plain {
            return Some(("name", "name takes 1 to 64 lower-case letters, digits and hyphens".into()));
        }
        for (key, value) in [("width", self.width), ("height", self.height)] {
            if !(16..=10_000).contains(&value) {
                return Some((key, format!("{key} is {value}; it takes 16 to 10000 pixels")));
            }
        }
        if self.min_width.is_some_and(|min| min < 16 || min > self.width) {
            return Some(("min_width", format!("min_width takes 16 up to the width, {}", self.width)));
        }
        if self.shape != Shape::Rectangle && self.width != self.height {
            return Some(("shape", "a circle, square or rounded shape needs width = height".into()));
        }
        if self.quality.is_some_and(|quality| !(1..=100).contains(&quality)) {
            return Some(("quality", "quality takes 1 to 100".into()));
        }
        if self.max_bytes.is_some_and(|bytes| bytes < 1_000) {
            return Some(("max_bytes", "max_bytes takes 1000 or more; no face is readable in less".into()));
        }
        if self.dpi == Some(0) {
            return Some(("dpi", "dpi takes 1 or more".into()));
        }
        if self.alpha == Alpha::Keep && !self.format.has_alpha() {
            return Some(("alpha", "alpha = \"keep\" takes format png or webp".into()));
        }
        framing.problem().or_else(|| self.checks.problem())
    }
}

impl Framing {
    fn problem(&self) -> Option<(&'static str, String)> {
        let fractions = [
            ("head_height", self.head_height, 0.05, 0.95),
            ("max_head_height", self.max_head_height, self.head_height, 0.98),
            ("eye_line", self.eye_line, 0.05, 0.95),
            ("subject_x", self.subject_x, 0.1, 0.9),
            ("gaze_room", self.gaze_room, 0.0, 0.3),
            ("headroom", self.headroom, 0.0, 0.4),
            ("max_roll", self.max_roll, 0.0, 45.0),
        ];
        for (key, value, least, most) in fractions {
            if !(least..=most).contains(&value) {
                return Some((key, format!("{key} is {value}; it takes {least} to {most}")));
            }
        }
        let chin = self.eye_line + self.head_height / 2.0;
        if self.head_measure == HeadMeasure::TwiceEyesToChin && chin > 0.98 {
            return Some((
                "eye_line",
                format!("eye_line and head_height put the chin at {chin:.2} of the height; keep it under 0.98"),
            ));
        }
        None
    }
}

/// The line on which `key` is set, for errors about a value that parsed but makes no sense.
fn line_of_key(text: &str, key: &str) -> usize {
    let sets_key =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(sets_key).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests;
