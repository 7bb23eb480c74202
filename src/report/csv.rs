//! The report as a table, for those who live in spreadsheets: one row an output.
//!
//! The crate `csv` writes the quotes (RFC 4180, lines end in CR LF). What is ours is that a file's name cannot become a
//! formula: Excel, LibreOffice and Google Sheets calculate every cell that starts like one, also in quotes.

use super::line::{RecordLine, read};
use crate::regular_file;
use csv::{Terminator, Writer, WriterBuilder};
use std::collections::BTreeSet;
use std::io::{self, BufReader, Write};
use std::path::Path;

/// The name of the table in the output folder.
pub const CSV_NAME: &str = "report.csv";

/// By this Excel knows that the text is UTF-8; the others pass over it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// How a cell begins that a spreadsheet calculates, or would if it took leading white space away (OWASP, "CSV
/// Injection"); the last four are the wide forms that Japanese editions of Excel take for the first four.
const FORMULA_STARTS: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The columns before those of the checks.
const COLUMNS: [&str; 22] = [
    "source",
    "outcome",
    "unchanged",
    "verdict",
    "reason",
    "message",
    "photo_width",
    "photo_height",
    "faces",
    "roll_deg",
    "yaw",
    "crown_confidence",
    "overridden",
    "flagged",
    "preset",
    "path",
    "width",
    "height",
    "bytes",
    "steps",
    "padded",
    "upscale",
];

/// Writes the table of the report at `report` to `into`: a row for each output, for each preset that was refused, and
/// for each photo that has neither. Behind the fixed columns there is one for each check of the run, with its value;
/// `flagged` names those over their limit.
///
/// # Errors
/// Those of the disk, and of a report that is none.
pub fn write<W: Write>(report: &Path, into: W) -> io::Result<W> {
    let mut codes = BTreeSet::new();
    for line in lines(report)? {
        codes.extend(line?.checks.into_iter().map(|check| check.code));
    }
    let mut into = into;
    into.write_all(BYTE_ORDER_MARK.as_bytes())?;
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(into);
    table.write_record(COLUMNS.into_iter().map(str::to_owned).chain(codes.iter().map(|code| safe(code))))?;
    for line in lines(report)? {
        rows(&line?, &codes, &mut table)?;
    }
    table.into_inner().map_err(|error| error.into_error())
}

fn lines(report: &Path) -> io::Result<impl Iterator<Item = io::Result<RecordLine>>> {
    Ok(read(BufReader::new(regular_file::open(report)?)))
}

fn rows<W: Write>(line: &RecordLine, codes: &BTreeSet<String>, table: &mut Writer<W>) -> io::Result<()> {
    let (reason, message) = (line.reason.clone().unwrap_or_default(), line.message.clone().unwrap_or_default());
    for output in &line.outputs {
        let about = [
            safe(&output.preset),
            safe(&output.path),
            output.width.to_string(),
            output.height.to_string(),
            output.bytes.to_string(),
            safe(&output.steps.join(" ")),
            output.padded.to_string(),
            output.upscale.to_string(),
        ];
        table.write_record(row(line, (&reason, &message), about, codes))?;
    }
    for refused in &line.refused {
        let mut about: [String; 8] = Default::default();
        about[0] = safe(&refused.preset);
        table.write_record(row(line, (&refused.reason, &refused.message), about, codes))?;
    }
    if line.outputs.is_empty() && line.refused.is_empty() {
        table.write_record(row(line, (&reason, &message), Default::default(), codes))?;
    }
    Ok(())
}

/// One row; `about` is what there is to say of the output.
fn row(
    line: &RecordLine,
    (reason, message): (&str, &str),
    about: [String; 8],
    codes: &BTreeSet<String>,
) -> Vec<String> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let side = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    let head = line.head.as_ref();
    let flagged: Vec<&str> =
        line.checks.iter().filter(|check| check.level != "ok").map(|check| check.code.as_str()).collect();
    let mut cells = vec![
        safe(&line.source),
        safe(&line.outcome),
        if line.unchanged { "true".to_owned() } else { String::new() },
        safe(line.verdict.as_deref().unwrap_or_default()),
        safe(reason),
        safe(message),
        side(line.photo.as_ref().map(|photo| photo.width)),
        side(line.photo.as_ref().map(|photo| photo.height)),
        line.faces.len().to_string(),
        number(head.map(|head| head.roll_deg)),
        number(head.map(|head| head.yaw)),
        number(head.map(|head| head.crown_confidence)),
        safe(&line.overridden.join(" ")),
        safe(&flagged.join(" ")),
    ];
    cells.extend(about);
    let value = |code: &String| line.checks.iter().find(|check| check.code == *code).and_then(|check| check.value);
    cells.extend(codes.iter().map(|code| number(value(code))));
    cells
}

/// `text` as a cell that is never calculated: with an apostrophe before it where it starts like a formula, which
/// spreadsheets know as the mark of a text.
fn safe(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Outcome, Record};
    use proptest::prelude::*;

    fn table(report: &str) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("report.jsonl");
        std::fs::write(&path, report).expect("written");
        let bytes = write(&path, Vec::new()).expect("a table");
        let text = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).expect("a byte order mark");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_row_is_an_output_a_refusal_or_a_photo_without_either() {
        let report = concat!(
            r#"{"schema":1,"source":"ana.jpg","outcome":"review","reason":"soft-focus","message":"soft","#,
            r#""photo":{"width":6,"height":8},"faces":[{"box":[1,2,3,4],"score":0.9}],"head":{"eyes":[[1,2],[3,2]],"#,
            r#""chin":[2,5],"crown":[2,0],"crown_confidence":0.5,"roll_deg":-3.5,"yaw":-0.1,"pitch":0},"#,
            r#""checks":[{"code":"soft-focus","level":"warn","value":-1.5,"limit":60.0},{"code":"dark","level":"ok","value":3,"limit":1}],"#,
            r#""outputs":[{"preset":"x","path":"x/ana.jpg","face":0,"width":400,"height":400,"bytes":9,"transform":[1,0,0,0,1,0],"steps":["shift","widest"],"padded":0.0,"upscale":1.25}],"#,
            r#""refused":[{"preset":"press","face":0,"reason":"would-upscale","message":"too small"}],"overridden":["face"]}"#,
            "\n",
            r#"{"schema":1,"source":"=1+1.jpg","outcome":"failed","reason":"unreadable","message":"-no","photo":null,"faces":[],"head":null,"checks":[],"outputs":[]}"#,
            "\n"
        );
        let table = table(report);
        let of = |row: usize, column: &str| {
            let index = table[0].iter().position(|name| name == column).expect("a column");
            table[row][index].as_str()
        };
        assert_eq!(table.len(), 4);
        assert_eq!((of(1, "path"), of(1, "steps"), of(1, "upscale")), ("x/ana.jpg", "shift widest", "1.25"));
        assert_eq!((of(1, "roll_deg"), of(1, "soft-focus"), of(1, "dark")), ("-3.5", "-1.5", "3"));
        assert_eq!((of(1, "flagged"), of(1, "overridden")), ("soft-focus", "face"));
        assert_eq!((of(2, "preset"), of(2, "reason"), of(2, "path")), ("press", "would-upscale", ""));
        assert_eq!((of(3, "source"), of(3, "message"), of(3, "width")), ("'=1+1.jpg", "'-no", ""));
    }

    proptest! {
        /// No text of a record starts a cell like a formula, and reading the table gives the text back but for the
        /// apostrophe.
        #[test]
        fn no_name_becomes_a_formula(name in "[=+\\-@\t\r\n'\"a,;\u{ff1d}]{0,3}\\PC{0,6}") {
            let mut record = Record::of(Path::new("x"), Outcome::Written);
            record.source = name.clone();
            record.message = Some(name.clone());
            let table = table(&(record.to_json() + "\n"));
            let marked = format!("'{name}");
            for cell in [&table[1][0], &table[1][5]] {
                prop_assert!(!cell.starts_with(FORMULA_STARTS), "{cell:?}");
                prop_assert!(*cell == name || *cell == marked, "{cell:?}");
            }
        }
    }
}
