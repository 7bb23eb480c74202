//! Pure: sources x presets -> jobs with the names of their outputs. All trouble with names is found here, before the
//! first write.

use crate::error::Error;
use crate::overrides::Adjustment;
use crate::preset::Preset;
use crate::walk::Source;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// One photo and where its outputs go.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The photo.
    pub source: Source,
    /// One path below the output folder for each preset, in the order of the presets.
    pub outputs: Vec<PathBuf>,
    /// What a person pinned for it; the plan itself pins nothing.
    pub adjustment: Adjustment,
}

/// The name of outputs, e.g. `{preset}/{dir}/{stem}.{ext}`.
///
/// Fields: `preset`, `dir` (folders below the input), `stem` (the file's name without extension), `ext` (of the output),
/// `source_ext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Preset,
    Dir,
    Stem,
    Ext,
    SourceExt,
}

impl Default for NameTemplate {
    /// `{preset}/{dir}/{stem}.{ext}`
    fn default() -> Self {
        let text = |text: &str| Piece::Text(text.into());
        Self(vec![
            Piece::Field(Field::Preset),
            text("/"),
            Piece::Field(Field::Dir),
            text("/"),
            Piece::Field(Field::Stem),
            text("."),
            Piece::Field(Field::Ext),
        ])
    }
}

impl NameTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown field, a brace without its partner, an absolute path or `..`.
    pub fn parse(template: &str) -> Result<Self, Error> {
        let wrong = |what: String| Error::usage(format!("--name \"{template}\": {what}"));
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some(open) = rest.find(['{', '}']) {
            if open > 0 {
                pieces.push(Piece::Text(rest[..open].to_owned()));
            }
            let close = rest[open..].find('}').filter(|_| rest[open..].starts_with('{'));
            let close = open + close.ok_or_else(|| wrong("a brace has no partner".into()))?;
            let field = &rest[open + 1..close];
            pieces.push(Piece::Field(match field {
                "preset" => Field::Preset,
                "dir" => Field::Dir,
                "stem" => Field::Stem,
                "ext" => Field::Ext,
                "source_ext" => Field::SourceExt,
                _ => {
                    return Err(wrong(format!(
                        "there is no field {{{field}}}; fields are {{preset}} {{dir}} {{stem}} {{ext}} {{source_ext}}"
                    )));
                }
            }));
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        let leaves = Path::new(template).components().any(|part| !matches!(part, Component::Normal(_)));
        if leaves || template.contains('\0') {
            return Err(wrong("a name is relative to the output folder and has no ..".into()));
        }
        Ok(Self(pieces))
    }

    fn render(&self, source: &Path, stem: &OsStr, preset: &Preset) -> PathBuf {
        let empty = OsStr::new("");
        let mut name = OsString::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => name.push(text),
                Piece::Field(Field::Preset) => name.push(&preset.name),
                Piece::Field(Field::Dir) => name.push(source.parent().unwrap_or(Path::new(""))),
                Piece::Field(Field::Stem) => name.push(stem),
                Piece::Field(Field::Ext) => name.push(preset.format.extension()),
                Piece::Field(Field::SourceExt) => name.push(source.extension().unwrap_or(empty)),
            }
        }
        // An empty {dir} leaves "linkedin//ana.jpg"; components fold it, and drop the root an empty {dir} may leave.
        Path::new(&name).components().filter(|part| matches!(part, Component::Normal(_))).collect()
    }
}

/// The jobs for `sources`, in their order.
///
/// Photos of one folder that differ only in their extension get it into the stem (`ana-jpg`, `ana-png`), so that both
/// have outputs.
///
/// # Errors
/// [`Error::Usage`] naming every pair of sources that would write the same file.
pub fn plan(sources: Vec<Source>, presets: &[Preset], template: &NameTemplate) -> Result<Vec<Job>, Error> {
    let mut extensions: HashMap<PathBuf, BTreeSet<OsString>> = HashMap::new();
    for source in &sources {
        let extension = source.relative.extension().unwrap_or_default().to_owned();
        extensions.entry(source.relative.with_extension("")).or_default().insert(extension);
    }
    let jobs: Vec<Job> = sources
        .into_iter()
        .map(|source| {
            let shared = extensions.get(&source.relative.with_extension("")).is_some_and(|all| all.len() > 1);
            let stem = output_stem(&source.relative, shared);
            let outputs = presets.iter().map(|preset| template.render(&source.relative, &stem, preset)).collect();
            Job { source, outputs, adjustment: Adjustment::default() }
        })
        .collect();
    refuse_collisions(&jobs)?;
    Ok(jobs)
}

fn output_stem(source: &Path, shared: bool) -> OsString {
    let mut stem = source.file_stem().unwrap_or(OsStr::new("photo")).to_owned();
    if let (true, Some(extension)) = (shared, source.extension()) {
        stem.push("-");
        stem.push(extension);
    }
    stem
}

/// `path` with `-number` at the end of its stem: one of several crops of a photo.
///
/// Every crop of a photo with several is numbered, so that no name can meet another photo's: a stem never loses its last
/// number.
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

fn refuse_collisions(jobs: &[Job]) -> Result<(), Error> {
    /// Clashes listed before the rest is only counted.
    const LISTED: usize = 20;
    let mut owners: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
    for job in jobs {
        for output in &job.outputs {
            owners.entry(output).or_default().push(&job.source.path);
        }
    }
    // Photos that clash in one preset clash in all: a line for each set of photos is enough.
    let mut clashes: BTreeMap<Vec<&Path>, &Path> = BTreeMap::new();
    for (output, sources) in owners.into_iter().filter(|(_, sources)| sources.len() > 1) {
        clashes.entry(sources).or_insert(output);
    }
    if clashes.is_empty() {
        return Ok(());
    }
    let mut message = String::from("several photos would be written to the same name; nothing was written:\n");
    for (sources, output) in clashes.iter().take(LISTED) {
        let sources: Vec<String> = sources.iter().map(|source| source.display().to_string()).collect();
        message.push_str(&format!("  {} from {}\n", output.display(), sources.join(" and ")));
    }
    if clashes.len() > LISTED {
        message.push_str(&format!("  and {} more\n", clashes.len() - LISTED));
    }
    message.push_str("run the inputs one by one with different output folders, or keep {dir}/{stem} in --name");
    Err(Error::usage(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use proptest::prelude::*;

    fn sources(names: &[&str]) -> Vec<Source> {
        names.iter().map(|name| Source { relative: name.into(), path: Path::new("/in").join(name) }).collect()
    }

    fn planned(names: &[&str], template: &str) -> Result<Vec<String>, Error> {
        let presets = preset::select(&["linkedin".into()])?;
        let jobs = plan(sources(names), &presets, &NameTemplate::parse(template)?)?;
        Ok(jobs.iter().map(|job| job.outputs[0].display().to_string()).collect())
    }

    const DEFAULT: &str = "{preset}/{dir}/{stem}.{ext}";

    #[test]
    fn sub_folders_are_kept() {
        assert_eq!(NameTemplate::parse(DEFAULT).expect("valid"), NameTemplate::default());
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
    fn a_clash_names_both_photos() {
        let message = planned(&["a/x.jpg", "b/x.jpg"], "{stem}.{ext}").expect_err("clash").to_string();
        assert!(message.contains("x.jpg from /in/a/x.jpg and /in/b/x.jpg"), "{message}");
        let message = planned(&["a.jpg", "a.png", "a-png.webp"], DEFAULT).expect_err("clash").to_string();
        assert!(message.contains("linkedin/a-png.jpg from"), "{message}");
    }

    #[test]
    fn a_wrong_template_is_explained() {
        for (template, what) in [
            ("{person}.jpg", "there is no field {person}"),
            ("{stem.jpg", "a brace has no partner"),
            ("stem}.jpg", "a brace has no partner"),
            ("/abs/{stem}", "relative to the output folder"),
            ("../{stem}", "relative to the output folder"),
        ] {
            let message = NameTemplate::parse(template).expect_err(template).to_string();
            assert!(message.contains(what), "{message}");
        }
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
