//! Pure: sources x roster -> whom each photo shows.

use super::{Enrolled, Person, Roster, Shown};
use crate::overrides::parse::Mistake;
use crate::spelling::Index;
use crate::walk::Source;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Mistakes that are told: nobody reads more.
const MOST_MISTAKES: usize = 1000;

/// People without a photo of whom it is asked which is meant, so that the questions take a few megabytes at most.
const MOST_HINTS: usize = 50_000;

/// People without a photo who are told of where nobody has one.
const EXAMPLES: usize = 3;

/// Finds the photos of all people. Photos of nobody, and people without a photo, are skipped with the reason, and with
/// the photo that is probably meant.
///
/// Names are matched as by [`Index::called`]. Lines with the same `id` are one person. `used` are the columns that name
/// outputs; `path` is the roster's.
///
/// # Errors
/// Every [`Mistake`] with its line: a photo of two people, a broken pattern, a cell that names outputs and is empty or
/// holds what would lead into another folder. One, where no photo is anybody's.
pub fn enrol(sources: Vec<Source>, roster: Arc<Roster>, path: &Path, used: &[&str]) -> Result<Enrolled, Vec<Mistake>> {
    let index = Index::of(&sources);
    let mut shown = vec![Shown::Nobody; sources.len()];
    let mut mistakes = Vec::new();
    let mut absent: Vec<u32> = Vec::new();
    let mut with_photo = HashSet::new();
    for (person, row) in (0..roster.len()).map(|row| Person { roster: roster.clone(), row }).zip(0_u32..) {
        if mistakes.len() >= MOST_MISTAKES {
            break;
        }
        let found = photos(&index, &person, &mut mistakes);
        if found.is_empty() {
            absent.push(row);
            continue;
        }
        mistakes.extend(used.iter().filter_map(|column| unfit(&person, column)));
        let identity = roster.identity(person.row);
        with_photo.insert(identity);
        for photo in found {
            match shown.get_mut(photo) {
                Some(Shown::Person(other)) => {
                    let other = Person { roster: roster.clone(), row: *other as usize };
                    if roster.identity(other.row) != identity {
                        mistakes.push(two_people(&sources, photo, &person, &other));
                    }
                }
                Some(nobody) => *nobody = Shown::Person(row),
                None => {}
            }
        }
    }
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake| mistake.line);
        return Err(mistakes);
    }
    // Of lines about one person the first is told, and none where another has a photo.
    absent.retain(|row| !with_photo.contains(&roster.identity(*row as usize)));
    absent.sort_by_key(|row| (roster.identity(*row as usize), *row));
    absent.dedup_by_key(|row| roster.identity(*row as usize));
    absent.sort_unstable();
    let hints = hints(&index, &roster, &absent, &shown);
    if with_photo.is_empty() {
        return Err(vec![nobody(&roster, &absent, &hints)]);
    }
    drop((index, with_photo));
    Ok(listed(sources, roster, path, (shown, absent, hints)))
}

/// The photos of `person`, in the order of the sources.
fn photos(index: &Index<'_>, person: &Person, mistakes: &mut Vec<Mistake>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for written in person.photos() {
        match index.called(written) {
            Ok(photos) => found.extend(photos),
            Err(error) => mistakes.push(Mistake {
                line: person.line(),
                what: format!("\"{written}\" is no photo and no pattern: {error}"),
            }),
        }
    }
    found
}

fn two_people(sources: &[Source], photo: usize, person: &Person, other: &Person) -> Mistake {
    let photo = sources.get(photo).map(|source| source.relative().display().to_string()).unwrap_or_default();
    let what = format!("{photo} is the photo of {} and of {}, on line {}", person.title(), other.title(), other.line());
    Mistake { line: person.line(), what }
}

/// By the row of a person without a photo, which photo of nobody the list probably means.
fn hints(index: &Index<'_>, roster: &Roster, absent: &[u32], shown: &[Shown]) -> BTreeMap<u32, String> {
    let is_free = |photo: usize| shown.get(photo) == Some(&Shown::Nobody);
    let hint = |row: &u32| {
        let hints = roster.photos(*row as usize).map(|written| index.hint(written, is_free));
        Some((*row, hints.into_iter().find(|hint| !hint.is_empty())?))
    };
    absent.iter().filter_map(hint).take(MOST_HINTS).collect()
}

/// That no photo is anybody's, with the first few people.
fn nobody(roster: &Roster, absent: &[u32], hints: &BTreeMap<u32, String>) -> Mistake {
    // Those of whom there is something to ask come first.
    let (likely, others): (Vec<u32>, Vec<u32>) = absent.iter().partition(|row| hints.contains_key(row));
    let example = |row: &u32| {
        let photos: Vec<&str> = roster.photos(*row as usize).collect();
        let hint = hints.get(row).map(String::as_str).unwrap_or_default();
        (!photos.is_empty()).then(|| format!("; no photo is called {}{hint}", photos.join(" or ")))
    };
    let examples: String = likely.iter().chain(&others).filter_map(example).take(EXAMPLES).collect();
    let people = match roster.len() {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    };
    Mistake {
        line: roster.line(0).max(1),
        what: format!("none of the photos is of anybody in the list, which has {people}{examples}"),
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
    Some(Mistake { line: person.line(), what })
}

/// All sources with whom they show; the people without a photo among them.
fn listed(
    sources: Vec<Source>,
    roster: Arc<Roster>,
    path: &Path,
    (shown, absent, hints): (Vec<Shown>, Vec<u32>, BTreeMap<u32, String>),
) -> Enrolled {
    let file = path.file_name().unwrap_or(path.as_os_str());
    let name = |row: &u32| {
        let mut name = file.to_owned();
        name.push(format!(":{}", roster.line(*row as usize)));
        PathBuf::from(name)
    };
    let people = Source::all_at(absent.iter().map(name), path);
    let mut all: Vec<(Source, Shown)> = sources.into_iter().zip(shown).collect();
    all.reserve_exact(absent.len());
    all.extend(people.into_iter().zip(absent.iter().map(|row| Shown::Absent(*row))));
    all.sort_by(|(one, _), (other, _)| one.relative().cmp(other.relative()));
    let (sources, shown) = all.into_iter().unzip();
    Enrolled { sources, roster: Some(roster), shown, passed_over: BTreeMap::new(), hints }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn enrolled(photos: &[&str], list: &str, used: &[&str]) -> Result<Vec<String>, Vec<Mistake>> {
        let mut photos = photos.to_vec();
        photos.sort_unstable();
        let sources = photos.iter().map(|name| Source::at(name, Path::new("/in").join(name))).collect();
        let enrolled = enrol(sources, Arc::new(parse(list)?), Path::new("/hr/people.csv"), used)?;
        let line = |(index, source): (usize, &Source)| {
            let whom = enrolled.person(index).map_or("-".to_owned(), |person| person.title());
            let why = enrolled.skipped(index).map_or(String::new(), |why| format!(" {why}"));
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
    fn a_photo_that_is_probably_meant_is_named_unless_it_is_somebodys() {
        assert_eq!(
            enrolled(
                &["007.jpg", "ana.jpg", "08.jpg"],
                "file,name\n7,Bond\nana.jpg,Ana\nANA.jpeg,Anna\n08,Dee\n8.0,Eve\n",
                &[]
            )
            .expect("no mistake"),
            [
                "007.jpg - not-in-roster: nobody in the roster has this photo",
                "08.jpg Dee",
                "ana.jpg Ana",
                "people.csv:2 Bond no-photo: no photo is called 7; did you mean 007.jpg? The person is Bond",
                "people.csv:4 Anna no-photo: no photo is called ANA.jpeg, which would be Anna",
                "people.csv:6 Eve no-photo: no photo is called 8.0, which would be Eve",
            ]
        );
    }

    #[test]
    fn a_list_of_which_nobody_has_a_photo_is_a_mistake() {
        let photos = ["007.jpg", "b.jpg"];
        for (list, what) in [
            (
                "file,id\nx,1\n7,2\n",
                "which has 2 people; no photo is called 7; did you mean 007.jpg?; no photo is called x",
            ),
            ("file,id\n", "which has 0 people"),
            ("file,id\n,1\n", "which has 1 person"),
        ] {
            let mistakes = enrolled(&photos, list, &[]).expect_err(what);
            assert!(mistakes.len() == 1 && mistakes[0].what.ends_with(what), "{mistakes:?}");
        }
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
