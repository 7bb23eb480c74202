//! The built-in presets, their groups, and which of them the user's words mean.

use super::Preset;
use crate::error::Error;
use crate::spelling::edit_distance;
use std::path::Path;

/// The presets that are built in, in the order of their file names.
pub(super) static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/presets.rs"));

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
        let found: Vec<Preset> = if is_file(path) {
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

/// Whether a word means a preset file: it has a slash, or ends with `.toml`.
pub(crate) fn is_file(word: &Path) -> bool {
    word.components().count() > 1 || word.extension().is_some_and(|extension| extension == "toml")
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
