//! The text of a CSV file -> a [`Roster`], or every mistake in it.

use super::Roster;
use super::table::Builder;
use crate::overrides::parse::Mistake;
use csv::{ReaderBuilder, StringRecord};

/// Reads a list of people.
///
/// Fields are separated by commas, semicolons or tabs, whichever the first line has most of, or by what a first line
/// `sep=;` names; quoted ones may hold separators and line feeds. The first line names the columns: capitals do not
/// count there, and what is no letter or digit becomes an underscore. White space around cells is cut off, also that
/// which is invisible. Lines without any text are passed over, and cells that are missing at the end of a line are
/// empty.
///
/// # Errors
/// Every [`Mistake`] with its line: a column that is missing or there twice, a line with more fields than the first.
pub fn parse(text: &str) -> Result<Roster, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (separator, start) = match named_separator(text) {
        Some(named) => named,
        None => (usual_separator(text), 0),
    };
    let list = &text.as_bytes()[start..];
    let mut lines = Lines { list, at: 0, line: 1 + usize::from(start > 0) };
    if let Some(line) = open_quote(list, separator, lines.line) {
        return Err(vec![Mistake { line, what: "a quote opens here and is never closed".to_owned() }]);
    }
    let mut reader = ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(list);
    let mut builder = Builder::default();
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) if builder.row(lines.line_of(&record), record.iter()) => {}
            Ok(_) => return builder.finish(),
            // Nothing that is text can be no CSV; said all the same, should a reader ever know better.
            Err(error) => return Err(vec![Mistake { line: lines.line, what: error.to_string() }]),
        }
    }
}

/// Counts lines up to each record in turn. A reader of CSV counts the empty lines before a record as its own.
struct Lines<'a> {
    list: &'a [u8],
    /// How far it has come, and the line there.
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line, from 1, on which the text of `record` begins.
    fn line_of(&mut self, record: &StringRecord) -> usize {
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let rest = self.list.get(start..).unwrap_or_default();
        let start = start.saturating_add(rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count());
        let passed = self.list.get(self.at..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = self.at.max(start);
        self.line
    }
}

/// The separator that the first line `sep=;` names, as Excel writes and reads it, and where the list begins behind it.
fn named_separator(text: &str) -> Option<(u8, usize)> {
    let (first, rest) = text.split_once('\n')?;
    let line = first.trim_end_matches('\r');
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (word, separator) = line.split_at_checked(4)?;
    let &[separator] = separator.as_bytes() else { return None };
    let is_separator = separator.is_ascii() && !separator.is_ascii_alphanumeric() && separator != b'"';
    (word.eq_ignore_ascii_case("sep=") && is_separator).then(|| (separator, text.len() - rest.len()))
}

/// The separator that the first line with any text has most of outside quotes; a comma where it has none.
fn usual_separator(text: &str) -> u8 {
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

/// The line of a quote that is open to the end of `list`, which begins on line `first`: the reader would take all
/// people behind it for one cell.
fn open_quote(list: &[u8], separator: u8, first: usize) -> Option<usize> {
    let (mut line, mut opened, mut is_cell_start) = (first, None, true);
    let mut bytes = list.iter().copied().peekable();
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells<'a>(roster: &'a Roster, column: &str) -> Vec<Option<&'a str>> {
        (0..roster.len()).map(|row| roster.cell(row, column)).collect()
    }

    fn photos(roster: &Roster, row: usize) -> Vec<&str> {
        roster.photos(row).collect()
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        for text in [
            "file,ID,Full Name\nana.jpg,7,\"Ito, Ana\"\n\nben.jpg,8,Ben\n",
            "\u{feff}File;Id;\"Full Name\"\r\nana.jpg;7;Ito, Ana\r\n;;\r\nben.jpg;8;Ben\r\n",
            "file\tid\tfull-name\nana.jpg\t7\tIto, Ana\nben.jpg\t8\tBen",
        ] {
            let roster = parse(text).expect(text);
            assert_eq!(roster.columns(), ["id", "full_name"]);
            assert_eq!(cells(&roster, "full_name"), [Some("Ito, Ana"), Some("Ben")]);
            assert_eq!(photos(&roster, 1), ["ben.jpg"]);
            assert_eq!(roster.line(1), if text.contains('\t') { 3 } else { 4 });
        }
    }

    #[test]
    fn a_first_line_may_name_the_separator() {
        for text in
            ["sep=;\r\nfile;id\r\na,b.jpg;7\r\n", "SEP=|\nfile|id\na,b.jpg|7", "\"sep=\t\"\nfile\tid\na,b.jpg\t7\n"]
        {
            let roster = parse(text).expect(text);
            assert_eq!(
                (photos(&roster, 0), cells(&roster, "id"), roster.line(0)),
                (vec!["a,b.jpg"], vec![Some("7")], 3)
            );
        }
        // One that is no separator is a column.
        assert!(parse("sep=x\n").expect_err("no file")[0].what.ends_with("the columns are sep_x"));
    }

    #[test]
    fn cells_that_are_missing_at_the_end_of_a_line_are_empty_and_more_must_be() {
        let roster = parse("file,id,name,team\na.jpg,1\nb.jpg\nc.jpg,3,Cem,X,,\n").expect("reads");
        assert_eq!(cells(&roster, "id"), [Some("1"), None, Some("3")]);
        assert_eq!(cells(&roster, "team"), [None, None, Some("X")]);
        assert_eq!(photos(&roster, 1), ["b.jpg"]);
    }

    #[test]
    fn white_space_that_nobody_sees_is_cut_off_too() {
        let roster =
            parse("\u{200b}file,id\n\u{a0}\u{202a}a b.jpg\u{a0},\u{2060}1\u{200b}\n\u{a0},\u{feff}\n").expect("reads");
        assert_eq!((photos(&roster, 0), cells(&roster, "id")), (vec!["a b.jpg"], vec![Some("1")]));
    }

    /// A line of a few letters takes as little as its text: 10 bytes for each byte, at most.
    #[test]
    fn a_list_takes_little_memory() {
        let text = format!("file,id\n{}", "a,1\n".repeat(1000));
        let roster = parse(&text).expect("reads");
        assert_eq!(roster.len(), 1000);
        assert!(roster.memory() <= 6 * text.len(), "{} for {}", roster.memory(), text.len());
    }

    #[test]
    fn a_quoted_line_feed_stays_in_its_cell() {
        let roster = parse("pattern,name,note\n7*,Ana,\"two\nlines\"\n8*,Ben,\n").expect("reads");
        assert_eq!(cells(&roster, "note"), [Some("two\nlines"), None]);
        assert_eq!(roster.line(1), 4);
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        for (text, line, what) in [
            ("", 1, "the list is empty"),
            ("\n \n", 1, "the list is empty"),
            ("name,id\nAna,7\n", 1, "no column says which photo: name one file (or pattern); the columns are name, id"),
            ("file,id,Id\n", 1, "there are two columns id"),
            ("file,ext\n", 1, "{ext} is a field that every photo has"),
            ("sep=;\nfile;id\nana.jpg;7\nben.jpg;8;9\n", 4, "3 fields where the first line has 2; quote what"),
            ("sep=;\nfile;id\nana.jpg;\"7\n", 3, "never closed"),
            ("file,id\nana.jpg,\"7\nben.jpg,8\n,\n", 2, "never closed"),
            ("file,id\nana.jpg,\"\"\"7\"\nben.jpg,\"8\n", 3, "never closed"),
            ("file,id\nana.jpg,7\nben.jpg,\"8\n9\",x\n", 3, "3 fields where the first line has 2; a quote that"),
        ] {
            let mistakes = parse(text).expect_err(what);
            assert_eq!(mistakes[0].line, line, "{mistakes:?}");
            assert!(mistakes[0].what.contains(what), "{mistakes:?}");
        }
    }

    proptest! {
        /// Whatever the text is, there is a list or a mistake on a line that the file has.
        #[test]
        fn any_text_is_a_list_or_a_mistake(text in "(file|id)[,;\t](id|name)(\n[a\"\u{e9},;\r\n]{0,12}){0,4}") {
            let lines = text.lines().count().max(1);
            match parse(&text) {
                Ok(roster) => prop_assert!((0..roster.len()).all(|row| (1..=lines).contains(&roster.line(row)))),
                Err(mistakes) => prop_assert!(mistakes.iter().all(|m| (1..=lines).contains(&m.line)), "{:?}", mistakes),
            }
        }

        /// What a writer of CSV writes is read as it was, but for the white space around cells.
        #[test]
        fn cells_come_through(cells in proptest::collection::vec("[a\"',;\n\u{e9} ]{0,6}", 2)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["file", "id", "note"]).expect("written");
            writer.write_record(["x.jpg", &cells[0], &cells[1]]).expect("written");
            let text = String::from_utf8(writer.into_inner().expect("flushed")).expect("text");
            let roster = parse(&text).expect("reads");
            let trimmed = |cell| Some(str::trim(cell)).filter(|cell| !cell.is_empty());
            prop_assert_eq!(roster.cell(0, "id"), trimmed(&cells[0]));
            prop_assert_eq!(roster.cell(0, "note"), trimmed(&cells[1]));
        }
    }
}
