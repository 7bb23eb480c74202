//! Text of overrides -> [`Adjustment`]s, with every mistake and its line.

use super::{Adjustment, FramingAdjustment, Nudge};
use crate::error::Lines;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::{Range, RangeInclusive};
use std::path::{Component, Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake in a file of overrides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// What a file pins for one photo.
#[derive(Clone, Debug, PartialEq)]
pub struct PinnedPhoto {
    /// The line on which the photo is first named; of a sidecar, 1.
    pub line: usize,
    /// What is pinned.
    pub adjustment: Adjustment,
    /// The presets that are named, each with its line.
    pub presets: Vec<(String, usize)>,
}

/// Reads the text of a `headshot.toml`: photos by their path below its folder.
///
/// # Errors
/// Every mistake, by line; of a text that is no TOML the first one.
pub fn folder_file(text: &str) -> Result<BTreeMap<PathBuf, PinnedPhoto>, Vec<Mistake>> {
    let mut reader = Reader::new(text);
    let mut photos = BTreeMap::new();
    for (key, value) in &reader.document()? {
        if key.get_ref() != "photo" {
            reader.unknown(key, &["photo"]);
            continue;
        }
        let Some(table) = reader.table("photo", value) else { continue };
        for (name, value) in table {
            let line = reader.line(name.span());
            let path = reader.path(name);
            let Some(table) = reader.table(name.get_ref(), value) else { continue };
            let pinned = PinnedPhoto { line, ..reader.photo(table) };
            let Some(path) = path else { continue };
            if let Some(first) = photos.insert(path, pinned) {
                let what = format!("the photo \"{}\" is named twice", name.get_ref());
                reader.mistakes.push(Mistake { line: line.max(first.line), what });
            }
        }
    }
    reader.finish(photos)
}

/// Reads the text of a sidecar, which is about one photo.
///
/// # Errors
/// As [`folder_file`].
pub fn sidecar(text: &str) -> Result<PinnedPhoto, Vec<Mistake>> {
    let mut reader = Reader::new(text);
    let pinned = reader.photo(&reader.document()?);
    reader.finish(pinned)
}

type Key<'t> = Spanned<std::borrow::Cow<'t, str>>;
type Value<'t> = Spanned<DeValue<'t>>;

/// Keys about the frame.
const FRAMING: [&str; 4] = ["nudge", "scale", "roll", "as_is"];

/// Keys of a photo.
const PHOTO: [&str; 6] = ["face", "nudge", "scale", "roll", "as_is", "preset"];

const NUDGE: RangeInclusive<f64> = -0.5..=0.5;
const SCALE: RangeInclusive<f64> = 0.5..=2.0;
/// Beyond half a quarter turn a photo lies on its side, which the finder turns.
const ROLL: RangeInclusive<f64> = -45.0..=45.0;

/// Goes through a document and collects what is wrong with it.
struct Reader<'t> {
    text: &'t str,
    lines: Lines,
    mistakes: Vec<Mistake>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, lines: Lines::of(text.as_bytes()), mistakes: Vec::new() }
    }

    fn document(&self) -> Result<DeTable<'t>, Vec<Mistake>> {
        DeTable::parse(self.text).map(Spanned::into_inner).map_err(|error| {
            let line = self.line(error.span().unwrap_or_default());
            vec![Mistake { line, what: error.message().trim_end().to_owned() }]
        })
    }

    fn finish<T>(mut self, read: T) -> Result<T, Vec<Mistake>> {
        self.mistakes.sort_by_key(|mistake| mistake.line);
        if self.mistakes.is_empty() { Ok(read) } else { Err(self.mistakes) }
    }

    fn line(&self, span: Range<usize>) -> usize {
        self.lines.line(span.start)
    }

    fn wrong(&mut self, span: Range<usize>, what: String) {
        let line = self.line(span);
        self.mistakes.push(Mistake { line, what });
    }

    fn unknown(&mut self, key: &Key<'_>, known: &[&str]) {
        let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        let expected = if known.len() == 1 { "expected" } else { "expected one of" };
        self.wrong(key.span(), format!("unknown field `{}`, {expected} {}", key.get_ref(), known.join(", ")));
    }

    fn table<'v>(&mut self, name: &str, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(value.span(), format!("`{name}` is a table of overrides, such as {{ face = 2 }}"));
        }
        table
    }

    /// The path of a photo below the folder of the file.
    fn path(&mut self, name: &Key<'_>) -> Option<PathBuf> {
        let path = Path::new(name.get_ref().as_ref());
        let kept: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
        let stays = kept.components().all(|part| matches!(part, Component::Normal(_)));
        if !stays || kept.as_os_str().is_empty() {
            let what = format!("\"{}\" is no path of a photo below this file's folder", name.get_ref());
            self.wrong(name.span(), what);
            return None;
        }
        Some(kept)
    }

    fn photo(&mut self, table: &DeTable<'t>) -> PinnedPhoto {
        let framing = self.framing(table, &PHOTO);
        let mut pinned = PinnedPhoto { line: 1, adjustment: Adjustment::default(), presets: Vec::new() };
        pinned.adjustment.framing = framing;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "face" => pinned.adjustment.face = self.face(value),
                "preset" => {
                    for (name, value) in self.table("preset", value).into_iter().flatten() {
                        let Some(table) = self.table(name.get_ref(), value) else { continue };
                        let own = self.framing(table, &FRAMING);
                        pinned.adjustment.presets.insert(name.get_ref().to_string(), own.over(framing));
                        pinned.presets.push((name.get_ref().to_string(), self.line(name.span())));
                    }
                }
                _ => {}
            }
        }
        pinned
    }

    /// What `table` says about the frame; its keys are some of `known`.
    fn framing(&mut self, table: &DeTable<'t>, known: &[&str]) -> FramingAdjustment {
        let mut framing = FramingAdjustment::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "nudge" => framing.nudge = self.nudge(value),
                "scale" => framing.scale = self.number("scale", value, &SCALE),
                "roll" => framing.roll_deg = self.number("roll", value, &ROLL),
                "as_is" => framing.as_is = self.truth("as_is", value),
                other if known.contains(&other) => {}
                _ => self.unknown(key, known),
            }
        }
        if framing.is_as_is() {
            for (key, _) in table.iter().filter(|(key, _)| ["nudge", "scale", "roll"].contains(&key.get_ref().as_ref()))
            {
                let what =
                    format!("as_is keeps the photo's own framing, and {} changes it: one or the other", key.get_ref());
                self.wrong(key.span(), what);
            }
        }
        framing
    }

    fn face(&mut self, value: &Value<'_>) -> Option<NonZeroUsize> {
        let number = whole(value.get_ref()).and_then(|number| usize::try_from(number).ok()).and_then(NonZeroUsize::new);
        if number.is_none() {
            self.wrong(value.span(), "face is a whole number: 1 is the leftmost person in the photo".into());
        }
        number
    }

    fn nudge(&mut self, value: &Value<'_>) -> Option<Nudge> {
        let shares: Option<Vec<f64>> = value.get_ref().as_array().and_then(|list| {
            list.iter().map(|share| real(share.get_ref()).filter(|share| NUDGE.contains(share))).collect()
        });
        if let Some(&[right, up]) = shares.as_deref() {
            return Some(Nudge { right, up });
        }
        let (least, most) = (NUDGE.start(), NUDGE.end());
        self.wrong(value.span(), format!("nudge takes two numbers, [right, up], each {least} to {most}"));
        None
    }

    fn number(&mut self, name: &str, value: &Value<'_>, range: &RangeInclusive<f64>) -> Option<f64> {
        let number = real(value.get_ref()).filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(value.span(), format!("{name} takes a number, {} to {}", range.start(), range.end()));
        }
        number
    }

    fn truth(&mut self, name: &str, value: &Value<'_>) -> Option<bool> {
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.wrong(value.span(), format!("{name} takes true or false"));
        }
        truth
    }
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn real(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => whole(value).map(|number| number as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = r#"
[photo."ana.jpg"]
face = 2
nudge = [0.02, -0.01]
scale = 1.05
roll = -3.5
[photo."ana.jpg".preset.linkedin]
nudge = [0, 0.02]
[photo."./team/ben.jpg"]
as_is = true
[photo."team/ben.jpg".preset.press]
scale = 2
"#;

    #[test]
    fn every_key_is_read() {
        let photos = folder_file(&FILE.replace("\"team/ben.jpg\".preset", "\"./team/ben.jpg\".preset")).expect("valid");
        let names: Vec<(&str, usize)> =
            photos.iter().map(|(path, pinned)| (path.to_str().expect("UTF-8"), pinned.line)).collect();
        assert_eq!(names, [("ana.jpg", 2), ("team/ben.jpg", 9)]);
        let ana = &photos[Path::new("ana.jpg")];
        let nudge = |right, up| Some(Nudge { right, up });
        let own = FramingAdjustment { nudge: nudge(0.02, -0.01), scale: Some(1.05), roll_deg: Some(-3.5), as_is: None };
        assert_eq!(ana.adjustment.face.map(NonZeroUsize::get), Some(2));
        assert_eq!(ana.adjustment.for_preset("press"), own);
        assert_eq!(ana.adjustment.for_preset("linkedin"), FramingAdjustment { nudge: nudge(0.0, 0.02), ..own });
        assert_eq!(ana.presets, [("linkedin".to_owned(), 7)]);
        let ben = &photos[Path::new("team/ben.jpg")].adjustment;
        assert!(ben.for_preset("linkedin").is_as_is() && !ben.for_preset("press").is_as_is());
        assert_eq!(ben.for_preset("press").scale, Some(2.0));
    }

    #[test]
    fn a_sidecar_has_the_keys_at_its_top() {
        let pinned = sidecar("face = 0x2\n[preset.linkedin]\nroll = 4\n").expect("valid");
        assert_eq!(pinned.adjustment.face.map(NonZeroUsize::get), Some(2));
        assert_eq!(pinned.adjustment.for_preset("linkedin").roll_deg, Some(4.0));
        assert_eq!(sidecar("").expect("empty is valid").adjustment, Adjustment::default());
        assert_eq!(
            sidecar("\u{feff}face = 1\n").expect("with a byte order mark").adjustment.face,
            NonZeroUsize::new(1)
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, mistakes) in [
            ("face = 1\nnugde = [0, 0]", vec![(2, "unknown field `nugde`, expected one of `face`, `nudge`")]),
            ("face = 0", vec![(1, "face is a whole number")]),
            ("face = 1.0", vec![(1, "face is a whole number")]),
            ("\nscale = 3", vec![(2, "scale takes a number, 0.5 to 2")]),
            ("scale = nan", vec![(1, "scale takes a number")]),
            ("roll = \"left\"", vec![(1, "roll takes a number, -45 to 45")]),
            ("nudge = 0.1", vec![(1, "nudge takes two numbers, [right, up], each -0.5 to 0.5")]),
            ("nudge = [0.1, 0.2, 0.3]", vec![(1, "nudge takes two numbers")]),
            ("nudge = [\n0.1,\n0.7]", vec![(1, "nudge takes two numbers")]),
            ("as_is = 1", vec![(1, "as_is takes true or false")]),
            ("as_is = true\nroll = 2\nscale = 1", vec![(2, "as_is keeps"), (3, "as_is keeps")]),
            ("preset = 3", vec![(1, "`preset` is a table")]),
            ("[preset]\nlinkedin = 3", vec![(2, "`linkedin` is a table")]),
            ("[preset.x]\nface = 2", vec![(2, "unknown field `face`, expected one of `nudge`")]),
            ("face = 1\nface = 2", vec![(2, "duplicate key")]),
            ("face = \nroll = 99", vec![(1, "")]),
            ("roll = 99\nface = -1\n[preset.x]\nas_is = 0", vec![(1, "roll"), (2, "face"), (4, "as_is")]),
        ] {
            check(text, sidecar(text).expect_err(text), &mistakes);
        }
        for (text, mistakes) in [
            ("face = 2", vec![(1, "unknown field `face`, expected `photo`")]),
            ("photo = 2", vec![(1, "`photo` is a table")]),
            ("[photo]\n\"ana.jpg\" = 2", vec![(2, "`ana.jpg` is a table")]),
            ("[photo.\"../ana.jpg\"]\nface = 0", vec![(1, "\"../ana.jpg\" is no path"), (2, "face is")]),
            ("[photo.\"\"]", vec![(1, "\"\" is no path")]),
            ("[photo.\"/ana.jpg\"]", vec![(1, "\"/ana.jpg\" is no path")]),
            ("[photo.\"a.jpg\"]\n[photo.\"./a.jpg\"]", vec![(2, "the photo \"a.jpg\" is named twice")]),
        ] {
            check(text, folder_file(text).expect_err(text), &mistakes);
        }
    }

    fn check(text: &str, found: Vec<Mistake>, expected: &[(usize, &str)]) {
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (mistake, (line, start)) in found.iter().zip(expected) {
            assert!(mistake.line == *line && mistake.what.starts_with(start), "{text}: {mistake:?}");
        }
    }

    proptest! {
        /// Numbers are taken in their range and only there, however they are written.
        #[test]
        fn a_number_is_taken_in_its_range(value in -60.0..60.0f64) {
            prop_assert_eq!(sidecar(&format!("roll = {value:?}")).is_ok(), ROLL.contains(&value));
            prop_assert_eq!(sidecar(&format!("scale = {value:e}")).is_ok(), SCALE.contains(&value));
        }

        /// Whatever the text, reading it ends, and every mistake has a line of it.
        #[test]
        fn no_text_breaks_the_reader(text in "([a-z\\[\\]\"=.,{}#0-9-]|\n|face|photo|preset){0,40}") {
            for mistake in sidecar(&text).err().into_iter().chain(folder_file(&text).err()).flatten() {
                prop_assert!(mistake.line >= 1 && mistake.line <= 1 + text.matches('\n').count());
            }
        }
    }
}
