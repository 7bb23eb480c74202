//! The bytes of a CSV file -> a [`Roster`], or every mistake in it.

use super::{Person, Roster};
use crate::error::line_of;
use crate::names::FIELDS;
use crate::overrides::parse::Mistake;
use csv::{ReaderBuilder, StringRecord};
use std::collections::BTreeMap;

/// The columns that say which photo.
const PHOTO_COLUMNS: [&str; 2] = ["file", "pattern"];

/// Reads a list of people.
///
/// UTF-8, with or without the mark that Excel puts first. Fields are separated by commas, semicolons or tabs, whichever
/// the first line has most of; quoted ones may hold separators and line feeds. The first line names the columns:
/// capitals do not count there, and what is no letter or digit becomes an underscore. Lines without any text are passed
/// over.
///
/// # Errors
/// Every [`Mistake`] with its line: another encoding, a column that is missing or there twice, a line with more or
/// fewer fields than the first.
pub fn parse(bytes: &[u8]) -> Result<Roster, Vec<Mistake>> {
    let text = decoded(bytes).map_err(|mistake| vec![mistake])?;
    let separator = delimiter(text);
    if let Some(line) = open_quote(text, separator) {
        return Err(vec![mistake(line, "a quote opens here and is never closed")]);
    }
    let mut reader =
        ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records().filter(|record| !record.as_ref().is_ok_and(is_blank));
    let Some(Ok(first)) = records.next() else {
        return Err(vec![mistake(1, "the list is empty; its first line names the columns, for example file,id,name")]);
    };
    let lines = Lines::of(text);
    let columns = columns(&first, lines.line(&first))?;
    let mut people = Vec::new();
    let mut mistakes = Vec::new();
    for record in records {
        match record {
            Ok(record) if record.len() == columns.len() => people.push(person(&record, &columns, lines.line(&record))),
            Ok(record) => mistakes.push(mistake(lines.line(&record), odd_fields(&record, columns.len()))),
            // Nothing that is text can be no CSV; said all the same, should a reader ever know better.
            Err(error) => mistakes.push(mistake(1, error.to_string())),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let is_other = |column: &&String| !column.is_empty() && !PHOTO_COLUMNS.contains(&column.as_str());
    Ok(Roster { columns: columns.iter().filter(is_other).cloned().collect(), people })
}

fn mistake(line: usize, what: impl Into<String>) -> Mistake {
    Mistake { line, what: what.into() }
}

/// The lines of a text, by where they end. A reader of CSV counts the empty lines before a record as its own.
struct Lines<'a> {
    text: &'a str,
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, ends: text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect() }
    }

    /// The line, from 1, on which the text of `record` begins.
    fn line(&self, record: &StringRecord) -> usize {
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        1 + self.ends.partition_point(|end| *end < start.saturating_add(blank))
    }
}

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|cell| cell.trim().is_empty())
}

/// The text, or what it is written in instead of UTF-8.
fn decoded(bytes: &[u8]) -> Result<&str, Mistake> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(mistake(1, "the list is UTF-16; save it as \"CSV UTF-8\""));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let good = error.valid_up_to();
        let line = line_of(bytes, good);
        let byte = bytes.get(good).copied().unwrap_or_default();
        mistake(
            line,
            format!(
                "the list is not UTF-8: byte {byte:02X}, which would be \"{}\" in Latin-1; save it as \"CSV UTF-8\", or \
                 convert it with iconv -f WINDOWS-1252 -t UTF-8",
                char::from(byte).escape_default()
            ),
        )
    })
}

/// The separator that the first line with any text has most of outside quotes; a comma where it has none.
fn delimiter(text: &str) -> u8 {
    let (mut counts, mut quoted) = ([(b',', 0), (b';', 0), (b'\t', 0)], false);
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(separator, _)| *separator == byte).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    // The first of equals, which is the comma.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}

/// The line of a quote that is open to the end: the reader would take all people behind it for one cell.
fn open_quote(text: &str, separator: u8) -> Option<usize> {
    let (mut line, mut opened, mut is_cell_start) = (1, None, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, opened) {
            // Two are one that is meant.
            (b'"', Some(_)) if bytes.next_if_eq(&b'"').is_some() => {}
            (b'"', Some(_)) => opened = None,
            (b'"', None) if is_cell_start => opened = Some(line),
            _ => {}
        }
        is_cell_start = byte == separator || byte == b'\n' || byte == b'\r';
        line += usize::from(byte == b'\n');
    }
    opened
}

/// The names of the columns; empty for one without.
fn columns(first: &StringRecord, line: usize) -> Result<Vec<String>, Vec<Mistake>> {
    let columns: Vec<String> = first.iter().map(column_name).collect();
    let mut mistakes = Vec::new();
    for (index, column) in columns.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
        if columns[..index].contains(column) {
            mistakes.push(mistake(line, format!("there are two columns {column}; rename one")));
        }
        if FIELDS.contains(&column.as_str()) {
            mistakes.push(mistake(line, format!("{{{column}}} is a field that every photo has; rename the column")));
        }
    }
    if !PHOTO_COLUMNS.iter().any(|name| columns.iter().any(|column| column == name)) {
        let found: Vec<&str> = columns.iter().map(String::as_str).filter(|column| !column.is_empty()).collect();
        let what = format!(
            "no column says which photo: name one file (or pattern); the columns are {}",
            if found.is_empty() { "without names".to_owned() } else { found.join(", ") }
        );
        mistakes.push(mistake(line, what));
    }
    if mistakes.is_empty() { Ok(columns) } else { Err(mistakes) }
}

/// `Staff No.` -> `staff_no`.
fn column_name(cell: &str) -> String {
    let name: String = cell.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    name.trim_matches('_').to_lowercase()
}

fn person(record: &StringRecord, columns: &[String], line: usize) -> Person {
    let mut person = Person { line, photos: Vec::new(), cells: BTreeMap::new() };
    for (column, cell) in columns.iter().zip(record).map(|(column, cell)| (column, cell.trim())) {
        if cell.is_empty() || column.is_empty() {
            continue;
        }
        if PHOTO_COLUMNS.contains(&column.as_str()) {
            person.photos.push(cell.to_owned());
        } else {
            person.cells.insert(column.clone(), cell.to_owned());
        }
    }
    person
}

fn odd_fields(record: &StringRecord, expected: usize) -> String {
    let hint = if record.iter().any(|cell| cell.contains('\n')) {
        "; a quote that is not closed swallows the lines that follow"
    } else {
        "; quote what holds a separator"
    };
    format!("{} fields where the first line has {expected}{hint}", record.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells<'a>(roster: &'a Roster, column: &str) -> Vec<Option<&'a str>> {
        roster.people.iter().map(|person| person.cell(column)).collect()
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        for text in [
            "file,ID,Full Name\nana.jpg,7,\"Ito, Ana\"\n\nben.jpg,8,Ben\n",
            "\u{feff}File;Id;\"Full Name\"\r\nana.jpg;7;Ito, Ana\r\n;;\r\nben.jpg;8;Ben\r\n",
            "file\tid\tfull-name\nana.jpg\t7\tIto, Ana\nben.jpg\t8\tBen",
        ] {
            let roster = parse(text.as_bytes()).expect(text);
            assert_eq!(roster.columns, ["id", "full_name"]);
            assert_eq!(cells(&roster, "full_name"), [Some("Ito, Ana"), Some("Ben")]);
            assert_eq!(roster.people[1].photos, ["ben.jpg"]);
            assert_eq!(roster.people[1].line, if text.contains('\t') { 3 } else { 4 });
        }
    }

    #[test]
    fn a_quoted_line_feed_stays_in_its_cell() {
        let roster = parse(b"pattern,name,note\n7*,Ana,\"two\nlines\"\n8*,Ben,\n").expect("reads");
        assert_eq!(cells(&roster, "note"), [Some("two\nlines"), None]);
        assert_eq!(roster.people[1].line, 4);
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        for (bytes, line, what) in [
            (&b""[..], 1, "the list is empty"),
            (b"\n \n", 1, "the list is empty"),
            (
                b"name,id\nAna,7\n",
                1,
                "no column says which photo: name one file (or pattern); the columns are name, id",
            ),
            (b"file,id,Id\n", 1, "there are two columns id"),
            (b"file,ext\n", 1, "{ext} is a field that every photo has"),
            (b"file,id\nana.jpg,7\nben.jpg\n", 3, "1 fields where the first line has 2"),
            (b"file,id\nana.jpg,\"7\nben.jpg,8\n,\n", 2, "never closed"),
            (b"file,id\nana.jpg,\"\"\"7\"\nben.jpg,\"8\n", 3, "never closed"),
            (b"file,id\nana.jpg,7\nben.jpg,\"8\n9\",x\n", 3, "3 fields where the first line has 2; a quote that"),
            (b"file,name\nana.jpg,Ana\nren.jpg,Ren\xe9\n", 3, "byte E9, which would be \"\\u{e9}\" in Latin-1"),
            (b"\xff\xfef\0", 1, "UTF-16"),
        ] {
            let mistakes = parse(bytes).expect_err(what);
            assert_eq!(mistakes[0].line, line, "{mistakes:?}");
            assert!(mistakes[0].what.contains(what), "{mistakes:?}");
        }
    }

    proptest! {
        /// Whatever the bytes are, there is a list or a mistake on a line that the file has.
        #[test]
        fn any_bytes_are_a_list_or_a_mistake(bytes in "(file|id)[,;\t](id|name)(\n[a\"\u{e9},;\r\n]{0,12}){0,4}") {
            let lines = bytes.lines().count().max(1);
            match parse(bytes.as_bytes()) {
                Ok(roster) => prop_assert!(roster.people.iter().all(|person| (1..=lines).contains(&person.line))),
                Err(mistakes) => prop_assert!(mistakes.iter().all(|m| (1..=lines).contains(&m.line)), "{:?}", mistakes),
            }
        }

        /// What a writer of CSV writes is read as it was, but for the white space around cells.
        #[test]
        fn cells_come_through(cells in proptest::collection::vec("[a\"',;\n\u{e9} ]{0,6}", 2)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["file", "id", "note"]).expect("written");
            writer.write_record(["x.jpg", &cells[0], &cells[1]]).expect("written");
            let roster = parse(&writer.into_inner().expect("flushed")).expect("reads");
            let trimmed = |cell: &str| Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty());
            prop_assert_eq!(roster.people[0].cells.get("id").cloned(), trimmed(&cells[0]));
            prop_assert_eq!(roster.people[0].cells.get("note").cloned(), trimmed(&cells[1]));
        }
    }
}
