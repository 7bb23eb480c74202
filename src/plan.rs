//! Pure: sources x presets -> jobs with the names of their outputs. All trouble with names is found here, before the
//! first write.

use crate::error::{Error, Failure};
use crate::names::shown;
use crate::names::{self, foreign};
use crate::overrides::Adjustment;
use crate::preset::Preset;
use crate::roster::{Enrolled, Person};
use crate::walk::Source;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

mod clashes;
mod template;

pub use template::NameTemplate;

/// One photo and where its outputs go.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Job {
    /// The photo.
    pub source: Source,
    /// One path below the output folder for each preset, in the order of the presets.
    pub outputs: Vec<PathBuf>,
    /// What a person pinned for it; the plan itself pins nothing.
    pub adjustment: Adjustment,
    /// Whom it shows, by the roster.
    pub person: Option<Person>,
    /// Why nothing is made of it.
    pub skipped: Option<Failure>,
    /// The photo that was picked in its place, as the report names it.
    pub picked: Option<String>,
    /// Where it was passed over in a choice among several, what decided: the person, the photos, what is pinned for
    /// them.
    pub choice: Option<[u8; 32]>,
}

/// The jobs of a run. Each is made when it is asked for: the names of all outputs of a hundred thousand photos would
/// take more memory than the photos in work.
#[derive(Clone, Debug)]
pub struct Plan {
    enrolled: Enrolled,
    /// Names of the presets, and the extensions of their outputs.
    presets: Vec<(String, &'static str)>,
    template: NameTemplate,
    /// What tells photos apart, by their index, that differ only in their extension.
    suffixes: BTreeMap<usize, OsString>,
    adjustments: BTreeMap<usize, Adjustment>,
}

impl Plan {
    /// The photos, sorted by their relative paths.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        self.enrolled.sources()
    }

    /// How many photos there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources().is_empty()
    }

    /// Whether a roster says whom the photos show.
    const fn has_roster(&self) -> bool {
        self.enrolled.has_roster()
    }

    /// Gives photos, by their relative paths, what a person pinned for them.
    pub fn pin(&mut self, adjustments: &BTreeMap<PathBuf, Adjustment>) {
        let index = |relative: &Path| self.sources().binary_search_by(|source| source.relative().cmp(relative)).ok();
        let pinned = adjustments.iter().filter_map(|(path, pinned)| Some((index(path)?, pinned.clone())));
        self.adjustments = pinned.collect();
    }

    /// The job of the photo with this index, which is under [`Self::len`].
    #[must_use]
    pub fn job(&self, index: usize) -> Job {
        Job {
            source: self.sources()[index].clone(),
            outputs: self.outputs(index),
            adjustment: self.adjustments.get(&index).cloned().unwrap_or_default(),
            person: self.enrolled.person(index),
            skipped: self.enrolled.skipped(index),
            picked: self.enrolled.picked(index).map(str::to_owned),
            choice: self.enrolled.choice_of(index),
        }
    }

    /// Whether a photo with this relative path is in the plan.
    #[must_use]
    pub fn contains(&self, relative: &Path) -> bool {
        self.sources().binary_search_by(|source| source.relative().cmp(relative)).is_ok()
    }

    /// The names of the outputs of the photo with this index; none where nothing is made of it.
    fn outputs(&self, index: usize) -> Vec<PathBuf> {
        let source = &self.sources()[index];
        if source.unreadable().is_some() || self.enrolled.is_skipped(index) {
            return Vec::new();
        }
        let relative = source.relative();
        let mut stem = relative.file_stem().unwrap_or(OsStr::new("photo")).to_owned();
        stem.push(self.suffixes.get(&index).map_or(OsStr::new(""), OsString::as_os_str));
        let person = self.enrolled.person(index);
        let name = |(preset, extension): &(String, &'static str)| {
            self.template.render(relative, &stem, (preset, extension), person.as_ref())
        };
        self.presets.iter().map(name).collect()
    }

    /// Sentences about outputs that Windows would not take; elsewhere they are names like any other.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let of_source = |index: usize| {
            let outputs = self.outputs(index);
            outputs.iter().find_map(|output| Some(format!("{} {}", shown(output), foreign(output)?)))
        };
        (0..self.len()).filter_map(of_source).collect()
    }
}

/// The jobs for the sources of `enrolled`, in their order.
///
/// Photos of one folder that differ only in their extension get it into the stem (`ana-jpg`, `ana-png`), so that both
/// have outputs. Where only its capitals differ, all but the first are numbered too (`ana-jpg`, `ana-jpg-2`), small
/// letters first.
///
/// # Errors
/// [`Error::Usage`] naming every set of sources that would write the same file, or what some systems take for the same
/// (capitals, accents), and every output whose name no system takes.
pub fn plan(enrolled: Enrolled, presets: &[Preset], template: &NameTemplate) -> Result<Plan, Error> {
    let suffixes = suffixes(enrolled.sources());
    let presets = presets.iter().map(|preset| (preset.name.clone(), preset.format.extension())).collect();
    let plan = Plan { enrolled, presets, template: template.clone(), suffixes, adjustments: BTreeMap::new() };
    clashes::refuse(&plan)?;
    Ok(plan)
}

/// A hash of `path` without its extension, as systems that do not tell capitals apart see it.
fn stem_hash(path: &Path) -> u64 {
    hash_of(&names::key(&path.with_extension("")))
}

fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What the stems of photos get behind them, by their index, where several photos of a folder differ only in their
/// extension. Found by hashes: two stems that meet by chance, once in a billion runs of 100,000 photos, get an
/// extension into their names that they would not need.
fn suffixes(sources: &[Source]) -> BTreeMap<usize, OsString> {
    let photos = || sources.iter().enumerate().filter(|(_, source)| source.unreadable().is_none());
    let mut stems: Vec<u64> = photos().map(|(_, source)| stem_hash(source.relative())).collect();
    stems.sort_unstable();
    let mut several: Vec<u64> = stems.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    several.dedup();
    let mut groups: BTreeMap<u64, Vec<(usize, &OsStr)>> = BTreeMap::new();
    for (index, source) in photos() {
        let stem = stem_hash(source.relative());
        if several.binary_search(&stem).is_ok() {
            groups.entry(stem).or_default().push((index, source.relative().extension().unwrap_or_default()));
        }
    }
    let are_several = |group: &Vec<(usize, &OsStr)>| group.windows(2).any(|pair| pair[0].1 != pair[1].1);
    groups.into_values().filter(are_several).flat_map(|group| suffixes_of(&group, sources)).collect()
}

/// The suffixes of photos that share a stem, by their index; each comes with its extension.
fn suffixes_of(group: &[(usize, &OsStr)], sources: &[Source]) -> Vec<(usize, OsString)> {
    let mut by_extension: BTreeMap<OsString, Vec<(usize, &OsStr)>> = BTreeMap::new();
    for &(index, extension) in group {
        by_extension.entry(extension.to_ascii_lowercase()).or_default().push((index, extension));
    }
    let mut suffixes = Vec::new();
    for (folded, mut photos) in by_extension {
        let is_one = photos.windows(2).all(|pair| pair[0].1 == pair[1].1);
        // Small letters come behind capitals in the order of bytes, which is the same on every system.
        photos.sort_by_key(|(index, _)| std::cmp::Reverse(sources[*index].relative()));
        for (number, (index, extension)) in photos.into_iter().enumerate() {
            let mut suffix = OsString::new();
            if !extension.is_empty() {
                suffix.push("-");
                suffix.push(if is_one { extension } else { &*folded });
            }
            if number > 0 && !is_one {
                suffix.push(format!("-{}", number + 1));
            }
            suffixes.push((index, suffix));
        }
    }
    suffixes
}

/// `path` with `-number` at the end of its stem: one of several crops of a photo.
///
/// Every crop of a photo with several is numbered, so that no name can meet another photo's: a stem never loses its
/// last number.
#[must_use]
pub fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_stem().unwrap_or(OsStr::new("photo")).to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use proptest::prelude::*;

    fn sources(names: &[&str]) -> Vec<Source> {
        names.iter().map(|name| Source::at(name, Path::new("/in").join(name))).collect()
    }

    fn planned(names: &[&str], template: &str) -> Result<Vec<String>, Error> {
        let presets = preset::select(&["linkedin".into()])?;
        let plan = plan(sources(names).into(), &presets, &NameTemplate::parse(template, &[])?)?;
        Ok((0..plan.len()).map(|index| plan.job(index).outputs[0].display().to_string()).collect())
    }

    const DEFAULT: &str = "{preset}/{dir}/{stem}.{ext}";

    #[test]
    fn sub_folders_are_kept() {
        assert_eq!(NameTemplate::parse(DEFAULT, &[]).expect("valid"), NameTemplate::default());
        assert_eq!(
            planned(&["ana.jpg", "team/b.c/ben.tar.png"], DEFAULT).expect("no clash"),
            ["linkedin/ana.jpg", "linkedin/team/b.c/ben.tar.jpg"]
        );
    }

    #[test]
    fn photos_that_differ_in_extension_both_get_outputs() {
        assert_eq!(
            planned(&["a.jpg", "a.png", "b.jpg"], DEFAULT).expect("no clash"),
            ["linkedin/a-jpg.jpg", "linkedin/a-png.jpg", "linkedin/b.jpg"]
        );
    }

    #[test]
    fn photos_that_differ_in_the_capitals_of_their_extension_are_numbered() {
        for names in [["a.JPG", "a.Jpg", "a.jpg", "a.PNG"], ["a.PNG", "a.jpg", "a.Jpg", "a.JPG"]] {
            let mut sources = sources(&names);
            sources.sort_by(|one, other| one.relative().cmp(other.relative()));
            let presets = preset::select(&["linkedin".into()]).expect("built in");
            let plan = plan(sources.into(), &presets, &NameTemplate::default()).expect("no clash");
            let outputs = |name: &str| {
                let index = plan.sources().iter().position(|source| source.relative() == Path::new(name));
                plan.job(index.expect("there")).outputs[0].display().to_string()
            };
            assert_eq!(outputs("a.jpg"), "linkedin/a-jpg.jpg");
            assert_eq!(outputs("a.Jpg"), "linkedin/a-jpg-2.jpg");
            assert_eq!(outputs("a.JPG"), "linkedin/a-jpg-3.jpg");
            assert_eq!(outputs("a.PNG"), "linkedin/a-PNG.jpg");
        }
    }

    #[test]
    fn a_clash_names_both_photos() {
        let message = planned(&["a/x.jpg", "b/x.jpg"], "{stem}.{ext}").expect_err("clash").to_string();
        assert!(message.contains("x.jpg from /in/a/x.jpg and /in/b/x.jpg"), "{message}");
        let message = planned(&["a.jpg", "a.png", "a-png.webp"], DEFAULT).expect_err("clash").to_string();
        assert!(message.contains("linkedin/a-png.jpg from"), "{message}");
    }

    #[test]
    fn names_that_other_systems_take_for_one_clash_too_and_all_are_told_at_once() {
        let long = format!("{}.jpg", "a".repeat(250));
        let names = ["Ana.jpg", "ana.jpg", "b/ren\u{e9}.jpg", "b/rene\u{301}.jpg", &long];
        let message = planned(&names, "{preset}/{dir}/{stem}_{preset}.{ext}").expect_err("clashes").to_string();
        for part in [
            "linkedin/Ana_linkedin.jpg from /in/Ana.jpg and linkedin/ana_linkedin.jpg from /in/ana.jpg",
            "b/ren\u{e9}_linkedin.jpg from",
            "_linkedin.jpg is longer than the 255 bytes",
        ] {
            assert!(message.contains(part), "{message}");
        }
        // The same photo under extensions that differ is told apart by them whatever its capitals.
        assert_eq!(
            planned(&["Ana.jpg", "ana.png"], DEFAULT).expect("no clash"),
            ["linkedin/Ana-jpg.jpg", "linkedin/ana-png.jpg"]
        );
    }

    #[test]
    fn what_only_windows_does_not_take_is_a_warning() {
        let presets = preset::select(&["linkedin".into()]).expect("built in");
        let plan = plan(sources(&["a.jpg", "con.jpg"]).into(), &presets, &NameTemplate::default()).expect("no clash");
        assert_eq!(plan.warnings(), ["linkedin/con.jpg is a name that Windows reserves"]);
        assert!(plan.contains(Path::new("con.jpg")) && !plan.contains(Path::new("b.jpg")));
    }

    proptest! {
        /// The numbers of several crops never make two photos' names meet.
        #[test]
        fn numbered_names_are_distinct(a in "[a-c]{1,2}(-[1-3]){0,2}", b in "[a-c]{1,2}(-[1-3]){0,2}", i in 1usize..4, j in 1usize..4) {
            let name = |stem: &str, number| numbered(Path::new(&format!("{stem}.jpg")), number);
            prop_assert_eq!(name(&a, i) == name(&b, j), a == b && i == j);
        }
    }
}
