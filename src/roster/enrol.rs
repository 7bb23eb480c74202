//! Pure: sources x roster -> whom each photo shows.

use super::{Enrolled, Part, Person, Roster};
use crate::error::{Failure, Reason};
use crate::names::key;
use crate::overrides::parse::Mistake;
use crate::walk::Source;
use glob::{MatchOptions, Pattern};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// Finds the photos of all people. Photos of nobody, and people without a photo, are skipped with the reason.
///
/// A name without a slash is that of a photo in any folder, with or without its extension; one with slashes is the path
/// below the input folder. Capitals, and how an accent is written, do not count. What no photo is called is tried as a
/// pattern: `*` and `?` stand for any letters, `[a-c]` for one of these, `**` for any folders. Lines with the same `id`
/// are one person. `used` are the columns that name outputs; `path` is the roster's.
///
/// # Errors
/// Every [`Mistake`] with its line: a photo of two people, a broken pattern, a cell that names outputs and is empty or
/// holds what would lead into another folder.
pub fn enrol(sources: Vec<Source>, roster: Roster, path: &Path, used: &[&str]) -> Result<Enrolled, Vec<Mistake>> {
    let index = Index::of(&sources);
    let mut mistakes = Vec::new();
    let mut people: BTreeMap<usize, Arc<Person>> = BTreeMap::new();
    let mut absent: Vec<Arc<Person>> = Vec::new();
    let mut with_photo = BTreeSet::new();
    for person in roster.people {
        let person = Arc::new(person);
        let found = index.photos(&person, &mut mistakes);
        if found.is_empty() {
            absent.push(person);
            continue;
        }
        mistakes.extend(used.iter().filter_map(|column| unfit(&person, column)));
        with_photo.insert(identity(&person));
        for photo in found {
            match people.get(&photo) {
                Some(other) if identity(other) != identity(&person) => mistakes.push(Mistake {
                    line: person.line,
                    what: format!(
                        "{} is the photo of {} and of {}, on line {}",
                        sources[photo].relative().display(),
                        person.title(),
                        other.title(),
                        other.line
                    ),
                }),
                Some(_) => {}
                None => {
                    people.insert(photo, person.clone());
                }
            }
        }
    }
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake| mistake.line);
        return Err(mistakes);
    }
    absent.retain(|person| with_photo.insert(identity(person)));
    Ok(listed(sources, people, &absent, path))
}

/// What tells one person from another: the id, or the line where there is none.
pub(super) fn identity(person: &Person) -> (Option<String>, usize) {
    match person.cell("id") {
        Some(id) => (Some(id.to_owned()), 0),
        None => (None, person.line),
    }
}

/// Why the cell cannot name outputs.
fn unfit(person: &Person, column: &str) -> Option<Mistake> {
    let what = match person.cell(column) {
        None => format!("{{{column}}} is in the name of the outputs, and {} has none", person.title()),
        Some("." | "..") => format!("{column} cannot be \".\" or \"..\": it is in the name of the outputs"),
        Some(cell) if cell.contains(['/', '\\']) || cell.contains(char::is_control) => {
            format!(
                "{column} \"{}\" has a slash or a control character: it is in the name of the outputs",
                cell.escape_debug()
            )
        }
        Some(_) => return None,
    };
    Some(Mistake { line: person.line, what })
}

/// All sources with their parts; the people without a photo among them.
fn listed(
    sources: Vec<Source>,
    mut people: BTreeMap<usize, Arc<Person>>,
    absent: &[Arc<Person>],
    path: &Path,
) -> Enrolled {
    let mut all: Vec<(Source, Part)> = sources
        .into_iter()
        .enumerate()
        .map(|(photo, source)| {
            let person = people.remove(&photo);
            let skipped =
                person.is_none().then(|| Failure::new(Reason::NotInRoster, "nobody in the roster has this photo"));
            (source, Part { person, skipped, choice: None })
        })
        .collect();
    let file = path.file_name().unwrap_or(path.as_os_str());
    for person in absent {
        let mut name = file.to_owned();
        name.push(format!(":{}", person.line));
        let message = match person.photos.as_slice() {
            [] => format!("the roster names no photo of {}", person.title()),
            photos => format!("no photo is called {}, which would be {}", photos.join(" or "), person.title()),
        };
        let skipped = Some(Failure::new(Reason::NoPhoto, message));
        all.push((Source::at(name, path), Part { person: Some(person.clone()), skipped, choice: None }));
    }
    all.sort_by(|(one, _), (other, _)| one.relative().cmp(other.relative()));
    let (sources, parts): (Vec<Source>, Vec<Part>) = all.into_iter().unzip();
    Enrolled { sources, parts: parts.into_iter().enumerate().collect() }
}

/// The photos by what they may be called. All names are folded as by [`key`].
struct Index {
    /// Paths below the input folder, sorted.
    paths: Vec<(String, usize)>,
    /// File names, sorted.
    names: Vec<(String, usize)>,
    /// File names without extension, sorted.
    stems: Vec<(String, usize)>,
}

/// The key, with an accent and its letter as one: `?` in a pattern stands for both.
fn folded(path: &Path) -> String {
    String::from_utf8_lossy(&key(path)).nfc().collect()
}

impl Index {
    fn of(sources: &[Source]) -> Self {
        let sorted = |part: fn(&Path) -> Option<&Path>| {
            let all = sources.iter().enumerate();
            let mut names: Vec<(String, usize)> =
                all.filter_map(|(photo, source)| Some((folded(part(source.relative())?), photo))).collect();
            names.sort_unstable();
            names
        };
        Self {
            paths: sorted(|path| Some(path)),
            names: sorted(|path| path.file_name().map(Path::new)),
            stems: sorted(|path| path.file_stem().map(Path::new)),
        }
    }

    /// The photos of `person`, in the order of the sources.
    fn photos(&self, person: &Person, mistakes: &mut Vec<Mistake>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for written in &person.photos {
            match self.called(written) {
                Ok(photos) => found.extend(photos),
                Err(error) => mistakes.push(Mistake {
                    line: person.line,
                    what: format!("\"{written}\" is no photo and no pattern: {error}"),
                }),
            }
        }
        found
    }

    fn called(&self, written: &str) -> Result<Vec<usize>, glob::PatternError> {
        let name = folded(Path::new(written.trim_start_matches("./").trim_start_matches('/')));
        let name = if name.contains('/') { name } else { name.replace('\\', "/") };
        let is_path = name.contains('/');
        let exact = |names: &[(String, usize)]| {
            let start = names.partition_point(|(other, _)| *other < name);
            names[start..].iter().take_while(|(other, _)| *other == name).map(|(_, photo)| *photo).collect::<Vec<_>>()
        };
        let found = if is_path { exact(&self.paths) } else { [exact(&self.names), exact(&self.stems)].concat() };
        let Some(wild) = name.find(['*', '?', '[']) else { return Ok(found) };
        if !found.is_empty() {
            return Ok(found);
        }
        let pattern = Pattern::new(&name)?;
        let options =
            MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
        let names = if is_path { &self.paths } else { &self.names };
        // Only names that begin as the pattern does are looked at: with thousands of patterns the rest would take
        // minutes.
        let begins = &name[..wild];
        let start = names.partition_point(|(other, _)| other.as_str() < begins);
        let likely = names[start..].iter().take_while(|(other, _)| other.starts_with(begins));
        Ok(likely.filter(|(other, _)| pattern.matches_with(other, options)).map(|(_, photo)| *photo).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn enrolled(photos: &[&str], list: &str, used: &[&str]) -> Result<Vec<String>, Vec<Mistake>> {
        let mut photos = photos.to_vec();
        photos.sort_unstable();
        let sources = photos.iter().map(|name| Source::at(name, Path::new("/in").join(name))).collect();
        let enrolled = enrol(sources, parse(list.as_bytes())?, Path::new("/hr/people.csv"), used)?;
        let line = |(index, source): (usize, &Source)| {
            let part = &enrolled.parts[&index];
            let whom = part.person().map_or("-".to_owned(), |person| person.title());
            let why = part.skipped().map_or(String::new(), |why| format!(" {why}"));
            format!("{} {whom}{why}", source.relative().display())
        };
        Ok(enrolled.sources.iter().enumerate().map(line).collect())
    }

    #[test]
    fn photos_are_found_by_name_path_stem_and_pattern() {
        let list = "file,id,name\nANA.jpg,1,Ana\nteam/ben.png,2,Ben\n1234,3,Cem\ndora-*,4,Dora\nb\\rene\u{301}.jpg,5,Ren\u{e9}\n\
                    ed [1].jpg,6,Ed\n**/fay?.jpg,7,Fay\ngr?g.jpg,8,Greg\n";
        let photos = [
            "x/ana.jpg",
            "team/ben.png",
            "other/ben.png",
            "1234.tif",
            "dora-1.jpg",
            "Dora-2.jpg",
            "b/ren\u{e9}.jpg",
            "ed [1].jpg",
            "ed 1.jpg",
            "c/d/fay1.jpg",
            "gre\u{301}g.jpg",
        ];
        assert_eq!(
            enrolled(&photos, list, &["id", "name"]).expect("no mistake"),
            [
                "1234.tif Cem (3)",
                "Dora-2.jpg Dora (4)",
                "b/ren\u{e9}.jpg Ren\u{e9} (5)",
                "c/d/fay1.jpg Fay (7)",
                "dora-1.jpg Dora (4)",
                "ed 1.jpg - not-in-roster: nobody in the roster has this photo",
                "ed [1].jpg Ed (6)",
                "gre\u{301}g.jpg Greg (8)",
                "other/ben.png - not-in-roster: nobody in the roster has this photo",
                "team/ben.png Ben (2)",
                "x/ana.jpg Ana (1)",
            ]
        );
    }

    #[test]
    fn people_without_a_photo_are_sources_of_their_own() {
        assert_eq!(
            enrolled(&["ana.jpg"], "file,name,id\nana.jpg,Ana,1\nben.jpg,Ben,2\n,Cem,3\nana-new.jpg,Ana,1\n", &[])
                .expect("no mistake"),
            [
                "ana.jpg Ana (1)",
                "people.csv:3 Ben (2) no-photo: no photo is called ben.jpg, which would be Ben (2)",
                "people.csv:4 Cem (3) no-photo: the roster names no photo of Cem (3)",
            ]
        );
    }

    #[test]
    fn every_mistake_is_told() {
        let list = "file,id,name\na.jpg,1,Ana\na.jpg,2,Ben\nb.jpg,,Cem\nc.jpg,x/y,Dora\nd.jpg,..,Ed\nq[.jpg,7,Fay\n";
        let mistakes = enrolled(&["a.jpg", "b.jpg", "c.jpg", "d.jpg"], list, &["id"]).expect_err("mistakes");
        let told: Vec<String> = mistakes.iter().map(|mistake| format!("{} {}", mistake.line, mistake.what)).collect();
        for (told, part) in told.iter().zip([
            "3 a.jpg is the photo of Ben (2) and of Ana (1), on line 2",
            "4 {id} is in the name of the outputs, and Cem has none",
            "5 id \"x/y\" has a slash",
            "6 id cannot be \".\"",
            "7 \"q[.jpg\" is no photo and no pattern",
        ]) {
            assert!(told.starts_with(part), "{told}");
        }
        assert_eq!(told.len(), 5);
    }
}
