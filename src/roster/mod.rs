//! Lists of people: whom the photos show, and what their headshots are called.
//!
//! A CSV file with a line for each person: the photo in the column `file` (or a pattern for it in `pattern`), and any
//! other columns, which `--name` can use. [`parse`] reads it, [`enrol`] finds each person's photos, [`pick`] chooses
//! among several.

pub mod enrol;
pub mod parse;
pub mod pick;

use crate::error::Failure;
use crate::report::PersonRecord;
use crate::walk::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A list of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Roster {
    /// The names of its columns, small letters, digits and underscores, but for those that say which photo.
    pub columns: Vec<String>,
    /// In the order of the file.
    pub people: Vec<Person>,
}

/// One line of a list of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Person {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Names of photos, or patterns for them, as written; empty where the list names none.
    pub photos: Vec<String>,
    /// The other columns, those that are not empty.
    pub cells: BTreeMap<String, String>,
}

impl Person {
    /// What stands in the column `name`; `None` where it is empty.
    #[must_use]
    pub fn cell(&self, name: &str) -> Option<&str> {
        self.cells.get(name).map(String::as_str)
    }

    /// What the person is called in a message: the name, else the id, else the line.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.cell("name"), self.cell("id")) {
            (Some(name), Some(id)) => format!("{name} ({id})"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) => format!("the person on line {}", self.line),
        }
    }
}

impl From<&Person> for PersonRecord {
    fn from(person: &Person) -> Self {
        let cell = |name| person.cell(name).map(String::from);
        Self { id: cell("id"), name: cell("name") }
    }
}

/// What a roster says of one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    person: Option<Arc<Person>>,
    skipped: Option<Failure>,
    choice: Option<[u8; 32]>,
}

impl Part {
    /// Whom it shows.
    #[must_use]
    pub const fn person(&self) -> Option<&Arc<Person>> {
        self.person.as_ref()
    }

    /// Why nothing is made of it.
    #[must_use]
    pub const fn skipped(&self) -> Option<&Failure> {
        self.skipped.as_ref()
    }

    /// What decided, where it was passed over in a choice.
    #[must_use]
    pub const fn choice(&self) -> Option<[u8; 32]> {
        self.choice
    }
}

/// The sources of a run, with what a roster says of them.
#[derive(Clone, Debug, Default)]
pub struct Enrolled {
    /// Sorted by their relative paths. A person without a photo is a source too, named after the line of the roster.
    pub(crate) sources: Vec<Source>,
    /// By the index of the source; for every one where there is a roster, for none where there is not.
    pub(crate) parts: BTreeMap<usize, Part>,
}

impl Enrolled {
    /// The sources, sorted by their relative paths.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }
}

impl From<Vec<Source>> for Enrolled {
    /// Photos without a roster.
    fn from(sources: Vec<Source>) -> Self {
        Self { sources, parts: BTreeMap::new() }
    }
}
