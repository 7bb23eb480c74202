//! Presets: the size, shape, limits and framing of one kind of headshot, read from TOML and checked before anything runs.

use crate::error::Error;
use serde::{Deserialize, Serialize};
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
    /// Where the person stands in the frame.
    pub framing: Framing,
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

/// Which length of the head a preset's `head_height` sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadMeasure {
    /// Twice the distance from the mid-eye point to the chin: free of hair, so that a set shows faces of one size.
    #[default]
    TwiceEyesToChin,
    /// From the top of hair, hat or scarf to the chin, as identity documents measure it.
    CrownToChin,
}

/// How the platform shows the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// The circle that touches the edges.
    Circle,
    /// As it is, sides equal.
    Square,
    /// A square with rounded corners.
    Rounded,
    /// As it is.
    Rectangle,
}

/// File format of an output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// Baseline JPEG, sRGB.
    #[default]
    Jpeg,
    /// 8-bit RGB PNG.
    Png,
    /// Lossy WebP.
    Webp,
    /// 8-bit AVIF.
    Avif,
}

impl OutputFormat {
    /// The file extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }
}

/// What may fill the frame beyond the photo's edge: `never`, `plain`, `blur`, or `colour #rrggbb`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Extend {
    /// Nothing: the frame stays inside the photo.
    #[default]
    Never,
    /// The photo's own background, where it is measurably plain.
    Plain,
    /// The photo's edge, blurred.
    Blur,
    /// One colour, as red, green, blue.
    Colour([u8; 3]),
}

impl TryFrom<String> for Extend {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "never" => return Ok(Self::Never),
            "plain" => return Ok(Self::Plain),
            "blur" => return Ok(Self::Blur),
            _ => {}
        }
        text.strip_prefix("colour #")
            .filter(|digits| digits.len() == 6)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .map(|value| Self::Colour([(value >> 16) as u8, (value >> 8) as u8, value as u8]))
            .ok_or_else(|| format!("\"{text}\" is not one of \"never\", \"plain\", \"blur\", \"colour #rrggbb\""))
    }
}

impl From<Extend> for String {
    fn from(extend: Extend) -> Self {
        match extend {
            Extend::Never => "never".into(),
            Extend::Plain => "plain".into(),
            Extend::Blur => "blur".into(),
            Extend::Colour([red, green, blue]) => format!("colour #{red:02x}{green:02x}{blue:02x}"),
        }
    }
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

/// How sure a preset's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The vendor says so.
    High,
    /// Several independent sources agree.
    Medium,
    /// A guess, or sources differ.
    Low,
}

impl Preset {
    /// Reads and checks a preset.
    ///
    /// # Errors
    /// [`Error::Usage`] as `origin:line: what is wrong`, for TOML errors, unknown keys and values out of range.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Error> {
        let preset: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            Error::usage(format!("{origin}:{line}: {}", error.message().trim_end()))
        })?;
        match preset.problem() {
            None => Ok(preset),
            Some((key, what)) => Err(Error::usage(format!("{origin}:{}: {what}", line_of_key(text, key)))),
        }
    }

    /// Reads and checks the preset file at `path`.
    ///
    /// # Errors
    /// As [`Preset::parse`], and where the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::usage(format!("{}: cannot read the preset file: {error}", path.display())))?;
        Self::parse(&text, &path.display().to_string())
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
        framing.problem()
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

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

/// The line on which `key` is set, for errors about a value that parsed but makes no sense.
fn line_of_key(text: &str, key: &str) -> usize {
    let sets_key =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(sets_key).map_or(1, |index| index + 1)
}

/// The presets that are built in, in the order of their file names.
static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// A group that has no list of its own: every built-in preset.
const ALL: &str = "all";

/// All built-in presets, sorted by name.
///
/// # Errors
/// [`Error::Usage`] where a built-in file is wrong; a test keeps that from shipping.
pub fn built_in() -> Result<Vec<Preset>, Error> {
    BUILT_IN.iter().map(|(file, text)| Preset::parse(text, &format!("presets/{file}"))).collect()
}

/// The names of all groups, sorted, `all` first.
#[must_use]
pub fn group_names(presets: &[Preset]) -> Vec<&str> {
    let mut names: Vec<&str> = presets.iter().flat_map(|preset| preset.groups.iter().map(String::as_str)).collect();
    names.push("");
    names.sort_unstable();
    names.dedup();
    names[0] = ALL;
    names
}

/// The presets that `words` ask for: each is the name of a preset or a group, or the path of a preset file (it has a
/// slash, or ends with `.toml`). Each preset comes once, in the order asked for.
///
/// # Errors
/// [`Error::Usage`] for an unknown name (with the nearest one), a file that is wrong, or two presets of one name.
pub fn select(words: &[String]) -> Result<Vec<Preset>, Error> {
    let built_in = built_in()?;
    let mut chosen: Vec<Preset> = Vec::new();
    for word in words {
        let path = Path::new(word);
        let found: Vec<Preset> = if path.components().count() > 1 || word.ends_with(".toml") {
            vec![Preset::read(path)?]
        } else {
            let is_asked = |p: &&Preset| word == ALL || &p.name == word || p.groups.contains(word);
            built_in.iter().filter(is_asked).cloned().collect()
        };
        if found.is_empty() {
            return Err(unknown_preset(word, &built_in));
        }
        for preset in found {
            match chosen.iter().find(|other| other.name == preset.name) {
                None => chosen.push(preset),
                Some(same) if *same == preset => {}
                Some(_) => {
                    return Err(Error::usage(format!(
                        "two different presets are named \"{}\": give the file's preset another name",
                        preset.name
                    )));
                }
            }
        }
    }
    Ok(chosen)
}

fn unknown_preset(word: &str, built_in: &[Preset]) -> Error {
    let mut names: Vec<&str> = built_in.iter().map(|preset| preset.name.as_str()).collect();
    names.extend(group_names(built_in));
    let nearest = names.into_iter().min_by_key(|name| edit_distance(word, name));
    let hint = match nearest {
        Some(name) if edit_distance(word, name) <= 1 + word.len() / 3 => format!("; did you mean \"{name}\"?"),
        _ => String::new(),
    };
    Error::usage(format!("there is no preset or group \"{word}\"{hint} (`headshot presets` lists them all)"))
}

/// Levenshtein distance, in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_preset_is_valid_and_named_as_its_file() {
        let presets = built_in().expect("built-in presets are valid");
        assert_eq!(presets.len(), BUILT_IN.len());
        for (preset, (file, _)) in presets.iter().zip(BUILT_IN) {
            assert_eq!(format!("{}.toml", preset.name), *file);
            assert!(preset.source.is_some(), "{file} does not say where its numbers come from");
            assert!(!group_names(&presets).contains(&preset.name.as_str()), "{file} is named as a group");
        }
    }

    #[test]
    fn a_preset_survives_being_written_and_read() {
        for preset in built_in().expect("valid") {
            let text = toml::to_string(&preset).expect("a preset is TOML");
            assert_eq!(Preset::parse(&text, "again").expect("what we write we read"), preset);
        }
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let linkedin = BUILT_IN.iter().find(|(file, _)| *file == "linkedin.toml").expect("built in").1;
        for (from, to, expected) in [
            ("head_height = 0.56", "head_heigth = 0.56", "mine.toml:12: unknown field `head_heigth`"),
            ("headroom = 0.03", "headroom = 7", "mine.toml:15: headroom is 7; it takes 0 to 0.4"),
            ("width = 800\n", "width = 8000000\n", "mine.toml:4: width is 8000000; it takes 16 to 10000 pixels"),
            ("\"plain\"", "\"colour #12\"", "mine.toml:17: \"colour #12\" is not one of"),
            ("name = \"linkedin\"", "name = \"../x\"", "mine.toml:1: name takes"),
        ] {
            let message = Preset::parse(&linkedin.replacen(from, to, 1), "mine.toml").expect_err(to).to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn groups_and_names_select_each_preset_once() {
        let names = |words: &[&str]| -> Vec<String> {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            select(&words).expect("known").into_iter().map(|preset| preset.name).collect()
        };
        assert_eq!(names(&["work"]), ["email-signature", "linkedin", "resume", "slack", "team-page", "teams-365"]);
        assert_eq!(names(&["directory"]), ["ad-thumbnail", "id-badge", "teams-365"]);
        assert_eq!(names(&["linkedin", "social"]).iter().filter(|name| *name == "linkedin").count(), 1);
        assert_eq!(names(&["all"]).len(), BUILT_IN.len());
    }

    #[test]
    fn a_mistyped_name_gets_a_suggestion() {
        let message = select(&["linkdin".into()]).expect_err("mistyped").to_string();
        assert!(message.contains("did you mean \"linkedin\"?"), "{message}");
        let message = select(&["zzzzzzzzz".into()]).expect_err("unknown").to_string();
        assert_eq!(message, "there is no preset or group \"zzzzzzzzz\" (`headshot presets` lists them all)");
    }
}
