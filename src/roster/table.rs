//! A list of people in memory: all text in one piece, since half a million people are not to take a gigabyte.

use crate::names::FIELDS;
use crate::overrides::parse::Mistake;

/// The columns that say which photo.
const PHOTO_COLUMNS: [&str; 2] = ["file", "pattern"];

/// Mistakes after which reading ends: nobody reads more, and a list of another kind has one on every line.
const MOST_MISTAKES: usize = 1000;

/// Cells of all rows together, each four bytes: a spreadsheet that has a cell in its last column has all before it.
const MOST_CELLS: usize = 16_000_000;

/// Bytes of all cells together: an OpenDocument sheet says how often a row is repeated.
const MOST_TEXT: usize = 64_000_000;

/// A list of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    columns: Vec<Column>,
    names: Vec<String>,
    /// The cells of all rows, end to end.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
    rows: Vec<Row>,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    /// It says which photo.
    Photo,
    /// Its name.
    Named(String),
    /// It has none.
    Ignored,
}

/// A row: a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    line: u32,
    /// The index of its first cell. Cells that are empty up to the end of the row are left out.
    first: u32,
}

impl Roster {
    /// The names of its columns, small letters, digits and underscores, but for those that say which photo.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What it takes, in bytes, but for the names of its columns.
    #[cfg(test)]
    pub(super) const fn memory(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>() + self.rows.capacity() * size_of::<Row>()
    }

    pub(super) fn line(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, |row| row.line as usize)
    }

    /// The cells of a row with their columns, but for those that are empty.
    fn cells(&self, row: usize) -> impl Iterator<Item = (&Column, &str)> {
        let first = self.rows.get(row).map_or(0, |row| row.first as usize);
        let next = self.rows.get(row + 1).map_or(self.ends.len(), |next| next.first as usize);
        let cell = move |index: usize| {
            let start = if index == 0 { 0 } else { *self.ends.get(index - 1)? };
            self.text.get(start as usize..*self.ends.get(index)? as usize)
        };
        let cells = (first..next).map(move |index| cell(index).unwrap_or_default());
        self.columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty())
    }

    /// What says which photos a person has, as written.
    pub(super) fn photos(&self, row: usize) -> impl Iterator<Item = &str> {
        self.cells(row).filter(|(column, _)| **column == Column::Photo).map(|(_, cell)| cell)
    }

    /// What stands in the column `name` of a row.
    pub(super) fn cell(&self, row: usize, name: &str) -> Option<&str> {
        self.cells(row)
            .find(|(column, _)| matches!(column, Column::Named(other) if other == name))
            .map(|(_, cell)| cell)
    }

    /// What tells one person from another: the id, or the line where there is none.
    pub(super) fn identity(&self, row: usize) -> (Option<&str>, usize) {
        match self.cell(row, "id") {
            Some(id) => (Some(id), 0),
            None => (None, self.line(row)),
        }
    }
}

/// Takes the rows of a table, the first of which names the columns.
#[derive(Debug, Default)]
pub(super) struct Builder {
    roster: Roster,
    has_columns: bool,
    mistakes: Vec<Mistake>,
}

impl Builder {
    /// Whether no row so far names a column that says which photo: a sheet of a workbook may be about something else.
    #[cfg(feature = "cli")]
    pub(super) fn is_other_table(&self) -> bool {
        !self.roster.columns.contains(&Column::Photo)
    }

    /// Adds a row with these `cells`; `false` where there is no use in more. Rows without any text are passed over.
    pub(super) fn row<'a>(&mut self, line: usize, cells: impl Iterator<Item = &'a str> + Clone) -> bool {
        let cells = cells.map(trimmed);
        if cells.clone().all(str::is_empty) {
            return true;
        }
        if !self.has_columns {
            self.has_columns = true;
            (self.roster.columns, self.mistakes) = columns(cells, line);
            return self.mistakes.is_empty();
        }
        if let Err(what) = self.person(line, cells) {
            self.mistakes.push(Mistake { line, what });
        }
        self.mistakes.len() < MOST_MISTAKES
    }

    fn person<'a>(&mut self, line: usize, cells: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let roster = &mut self.roster;
        let too_long = |_| "the list is too large; split it".to_owned();
        let row = Row {
            line: u32::try_from(line).map_err(too_long)?,
            first: u32::try_from(roster.ends.len()).map_err(too_long)?,
        };
        let (mut count, mut empty, mut is_broken) = (0, 0, false);
        for cell in cells {
            count += 1;
            is_broken |= cell.contains('\n');
            if cell.is_empty() {
                empty += 1;
                continue;
            }
            let column = roster.columns.get(count - 1);
            if column.is_none() {
                let hint = if is_broken {
                    "; a quote that is not closed swallows the lines that follow"
                } else {
                    "; quote what holds a separator"
                };
                roster.ends.truncate(row.first as usize);
                roster.text.truncate(roster.ends.last().map_or(0, |end| *end as usize));
                return Err(format!("{count} fields where the first line has {}{hint}", roster.columns.len()));
            }
            if roster.ends.len() + empty >= MOST_CELLS || roster.text.len() + cell.len() > MOST_TEXT {
                return Err("the list is too large; split it".to_owned());
            }
            let end = u32::try_from(roster.text.len()).map_err(too_long)?;
            roster.ends.extend(std::iter::repeat_n(end, empty));
            empty = 0;
            if column != Some(&Column::Ignored) {
                roster.text.push_str(cell);
            }
            roster.ends.push(u32::try_from(roster.text.len()).map_err(too_long)?);
        }
        roster.rows.push(row);
        Ok(())
    }

    /// The list, or every mistake in it.
    pub(super) fn finish(self) -> Result<Roster, Vec<Mistake>> {
        let Self { mut roster, has_columns, mut mistakes } = self;
        if !has_columns {
            let what = "the list is empty; its first line names the columns, for example file,id,name".to_owned();
            mistakes.push(Mistake { line: 1, what });
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let name = |column: &Column| match column {
            Column::Named(name) => Some(name.clone()),
            Column::Photo | Column::Ignored => None,
        };
        roster.names = roster.columns.iter().filter_map(name).collect();
        roster.text.shrink_to_fit();
        roster.ends.shrink_to_fit();
        roster.rows.shrink_to_fit();
        Ok(roster)
    }
}

/// `cell` without white space around it, also that which nobody sees: tables on web pages and Windows' own dialogs
/// bring it along.
fn trimmed(cell: &str) -> &str {
    let is_invisible = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    cell.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// The columns that the first row names, and what is wrong with them.
fn columns<'a>(first: impl Iterator<Item = &'a str>, line: usize) -> (Vec<Column>, Vec<Mistake>) {
    let names: Vec<String> = first.map(column_name).collect();
    let (mut columns, mut mistakes) = (Vec::new(), Vec::new());
    let mut wrong = |what: String| mistakes.push(Mistake { line, what });
    let mut known = std::collections::HashSet::new();
    for name in &names {
        if name.is_empty() {
            columns.push(Column::Ignored);
            continue;
        }
        if !known.insert(name) {
            wrong(format!("there are two columns {name}; rename one"));
        }
        if FIELDS.contains(&name.as_str()) {
            wrong(format!("{{{name}}} is a field that every photo has; rename the column"));
        }
        let is_photo = PHOTO_COLUMNS.contains(&name.as_str());
        columns.push(if is_photo { Column::Photo } else { Column::Named(name.clone()) });
    }
    if !columns.contains(&Column::Photo) {
        let found: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        wrong(format!(
            "no column says which photo: name one file (or pattern); the columns are {}",
            if found.is_empty() { "without names".to_owned() } else { found.join(", ") }
        ));
    }
    (columns, mistakes)
}

/// `Staff No.` -> `staff_no`.
fn column_name(cell: &str) -> String {
    let name: String = cell.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    name.trim_matches('_').to_lowercase()
}
