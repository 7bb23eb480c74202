//! Lists of people: whom the photos show, and what their headshots are called.
//!
//! A table with a line for each person: the photo in the column `file` (or a pattern for it in `pattern`), and any
//! other columns, which `--name` can use. `read` takes files as spreadsheets write them, [`parse`] the text of a CSV
//! file, [`enrol`] finds each person's photos, [`pick`] chooses among several.

pub mod enrol;
pub mod parse;
pub mod pick;
#[cfg(feature = "cli")]
pub mod read;
mod table;
#[cfg(feature = "cli")]
mod workbook;

pub use table::Roster;

use crate::error::{Failure, Reason};
use crate::report::PersonRecord;
use crate::walk::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One line of a list of people. The list may have half a million: each is a place in the [`Roster`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    roster: Arc<Roster>,
    row: usize,
}

impl Person {
    /// The line on which it begins, from 1; in a spreadsheet the row.
    #[must_use]
    pub fn line(&self) -> usize {
        self.roster.line(self.row)
    }

    /// Names of photos, or patterns for them, as written; empty where the list names none.
    pub fn photos(&self) -> impl Iterator<Item = &str> {
        self.roster.photos(self.row)
    }

    /// What stands in the column `name`; `None` where it is empty.
    #[must_use]
    pub fn cell(&self, name: &str) -> Option<&str> {
        self.roster.cell(self.row, name)
    }

    /// What the person is called in a message: the name, else the id, else the line.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.cell("name"), self.cell("id")) {
            (Some(name), Some(id)) => format!("{name} ({id})"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) => format!("the person on line {}", self.line()),
        }
    }
}

impl From<&Person> for PersonRecord {
    fn from(person: &Person) -> Self {
        let cell = |name| person.cell(name).map(String::from);
        Self { id: cell("id"), name: cell("name") }
    }
}

/// Whom a source shows, by the row of the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// Nobody of the roster.
    Nobody,
    /// This person.
    Person(u32),
    /// Nobody: it stands for this person, who has no photo.
    Absent(u32),
}

/// A photo that was passed over in a choice among several of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PassedOver {
    message: String,
    /// The photo that was picked, as the report names it.
    picked: Option<String>,
    /// What decided.
    choice: [u8; 32],
}

/// The sources of a run, with what a roster says of them.
#[derive(Clone, Debug, Default)]
pub struct Enrolled {
    /// Sorted by their relative paths. A person without a photo is a source too, named after the line of the roster.
    sources: Vec<Source>,
    roster: Option<Arc<Roster>>,
    /// Of each source; empty without a roster.
    shown: Vec<Shown>,
    /// By the index of the source.
    passed_over: BTreeMap<usize, PassedOver>,
    /// By the row of a person without a photo, what to ask about the names in it.
    hints: BTreeMap<u32, String>,
}

impl Enrolled {
    /// The sources, sorted by their relative paths.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Whether a roster says whom the photos show.
    #[must_use]
    pub const fn has_roster(&self) -> bool {
        self.roster.is_some()
    }

    /// Whom the source with this index shows; who is missing, where it stands for a person without a photo.
    #[must_use]
    pub fn person(&self, index: usize) -> Option<Person> {
        match self.shown.get(index)? {
            Shown::Nobody => None,
            Shown::Person(row) | Shown::Absent(row) => Some(self.of_row(*row)?),
        }
    }

    fn of_row(&self, row: u32) -> Option<Person> {
        Some(Person { roster: self.roster.clone()?, row: usize::try_from(row).ok()? })
    }

    /// Why nothing is made of the source with this index.
    #[must_use]
    pub fn skipped(&self, index: usize) -> Option<Failure> {
        match self.shown.get(index)? {
            Shown::Nobody => Some(Failure::new(Reason::NotInRoster, "nobody in the roster has this photo")),
            Shown::Absent(row) => Some(self.absent(*row)?),
            Shown::Person(_) => {
                let passed_over = self.passed_over.get(&index)?;
                Some(Failure::new(Reason::NotPicked, passed_over.message.clone()))
            }
        }
    }

    /// Whether nothing is made of the source with this index.
    #[must_use]
    pub fn is_skipped(&self, index: usize) -> bool {
        match self.shown.get(index) {
            None => false,
            Some(Shown::Person(_)) => self.passed_over.contains_key(&index),
            Some(Shown::Nobody | Shown::Absent(_)) => true,
        }
    }

    /// What is said of a person without a photo.
    fn absent(&self, row: u32) -> Option<Failure> {
        let person = self.of_row(row)?;
        let photos: Vec<&str> = person.photos().collect();
        let message = match (photos.as_slice(), self.hints.get(&row)) {
            ([], _) => format!("the roster names no photo of {}", person.title()),
            (photos, None) => format!("no photo is called {}, which would be {}", photos.join(" or "), person.title()),
            (photos, Some(hint)) => {
                format!("no photo is called {}{hint} The person is {}", photos.join(" or "), person.title())
            }
        };
        Some(Failure::new(Reason::NoPhoto, message))
    }

    /// The photo that was picked in the place of the source with this index, as the report names it.
    #[must_use]
    pub fn picked(&self, index: usize) -> Option<&str> {
        self.passed_over.get(&index)?.picked.as_deref()
    }

    /// What decided, where the source with this index was passed over in a choice.
    #[must_use]
    pub fn choice_of(&self, index: usize) -> Option<[u8; 32]> {
        self.passed_over.get(&index).map(|passed_over| passed_over.choice)
    }
}

impl From<Vec<Source>> for Enrolled {
    /// Photos without a roster.
    fn from(sources: Vec<Source>) -> Self {
        Self { sources, ..Self::default() }
    }
}
