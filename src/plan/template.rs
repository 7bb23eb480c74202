//! The template that names outputs.

use crate::error::Error;
use crate::names::FIELDS;
use crate::roster::Person;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// The name of outputs, e.g. `{preset}/{dir}/{stem}.{ext}`.
///
/// Fields: `preset`, `dir` (folders below the input), `stem` (the file's name without extension), `ext` (of the
/// output), `source_ext`, and the columns of the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
    /// A column of the roster, by its name.
    Column(String),
}

/// A field that every photo has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Preset,
    Dir,
    Stem,
    Ext,
    SourceExt,
}

impl Field {
    /// In the order of [`FIELDS`].
    const ALL: [Self; FIELDS.len()] = [Self::Preset, Self::Dir, Self::Stem, Self::Ext, Self::SourceExt];

    fn named(name: &str) -> Option<Self> {
        FIELDS.into_iter().zip(Self::ALL).find_map(|(word, field)| (word == name).then_some(field))
    }
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
    /// The template for a roster that has ids.
    pub const BY_ID: &'static str = "{preset}/{id}.{ext}";

    /// Reads a template; `columns` are those of the roster.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown field, a brace without its partner, an absolute path or `..`.
    pub fn parse(template: &str, columns: &[String]) -> Result<Self, Error> {
        let wrong = |what: String| Error::usage(format!("--name \"{template}\": {what}"));
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some(open) = rest.find(['{', '}']) {
            if open > 0 {
                pieces.push(Piece::Text(rest[..open].to_owned()));
            }
            let close = rest[open..].find('}').filter(|_| rest[open..].starts_with('{'));
            let close = open + close.ok_or_else(|| wrong("a brace has no partner".into()))?;
            let name = &rest[open + 1..close];
            pieces.push(match Field::named(name) {
                Some(field) => Piece::Field(field),
                None if columns.iter().any(|column| column == name) => Piece::Column(name.to_owned()),
                None => return Err(wrong(unknown_field(name, columns))),
            });
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

    /// The columns of the roster that it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column(name) => Some(name.as_str()),
            Piece::Text(_) | Piece::Field(_) => None,
        })
    }

    pub(super) fn render(
        &self,
        source: &Path,
        stem: &OsStr,
        (preset, extension): (&str, &str),
        person: Option<&Person>,
    ) -> PathBuf {
        let empty = OsStr::new("");
        let mut name = OsString::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => name.push(text),
                Piece::Field(Field::Preset) => name.push(preset),
                Piece::Field(Field::Dir) => name.push(source.parent().unwrap_or(Path::new(""))),
                Piece::Field(Field::Stem) => name.push(stem),
                Piece::Field(Field::Ext) => name.push(extension),
                Piece::Field(Field::SourceExt) => name.push(source.extension().unwrap_or(empty)),
                Piece::Column(column) => name.push(person.and_then(|person| person.cell(column)).unwrap_or("")),
            }
        }
        // An empty {dir} leaves "linkedin//ana.jpg"; components fold it, and drop the root an empty {dir} may leave.
        Path::new(&name).components().filter(|part| matches!(part, Component::Normal(_))).collect()
    }
}

fn unknown_field(name: &str, columns: &[String]) -> String {
    let words = FIELDS.into_iter().chain(columns.iter().map(String::as_str));
    let all: Vec<String> = words.map(|word| format!("{{{word}}}")).collect();
    let hint = if columns.is_empty() { "; --roster brings the columns of a list of people" } else { "" };
    format!("there is no field {{{name}}}; fields are {}{hint}", all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_template_is_explained() {
        for (template, what) in [
            ("{person}.jpg", "there is no field {person}"),
            ("{stem.jpg", "a brace has no partner"),
            ("stem}.jpg", "a brace has no partner"),
            ("/abs/{stem}", "relative to the output folder"),
            ("../{stem}", "relative to the output folder"),
        ] {
            let message = NameTemplate::parse(template, &[]).expect_err(template).to_string();
            assert!(message.contains(what), "{message}");
        }
    }

    #[test]
    fn columns_are_fields_too() {
        let columns = ["id".to_owned(), "team".to_owned()];
        let template = NameTemplate::parse("{team}/{id}.{ext}", &columns).expect("valid");
        assert_eq!(template.columns().collect::<Vec<_>>(), ["team", "id"]);
        let message = NameTemplate::parse("{name}", &columns).expect_err("no such column").to_string();
        assert!(message.ends_with("{source_ext} {id} {team}"), "{message}");
    }
}
