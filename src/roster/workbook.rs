//! A workbook -> a [`Roster`]. Nothing is unpacked before the archive's directory has said how large it is.
//!
//! calamine reads Excel's workbooks, cell by cell. Its reader of OpenDocument makes every cell of a row that a sheet
//! says is repeated, a million at a time, so that these sheets are read here, with the crate that it reads XML with.

use super::Roster;
use super::table::Builder;
use crate::overrides::parse::Mistake;
use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use zip::ZipArchive;

/// Most bytes that a workbook may unpack to, with everything in it.
const MOST_UNPACKED: u64 = 64_000_000;

/// Most bytes of the formats of cells, which take many times as much when they are read; real ones have a tenth.
const MOST_STYLES: u64 = 4_000_000;

/// Columns of a sheet (Excel's own limit; LibreOffice has the same).
const MOST_COLUMNS: usize = 16_384;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What is wrong with a workbook as a whole.
fn whole(what: impl Into<String>) -> Vec<Mistake> {
    vec![Mistake { line: 1, what: what.into() }]
}

fn unreadable(error: impl std::fmt::Display) -> Vec<Mistake> {
    whole(format!("no workbook that can be read ({error}); save it anew as .xlsx, or as \"CSV UTF-8\""))
}

/// Reads the list in the workbook `bytes`.
///
/// # Errors
/// Every [`Mistake`] with its row; one for a file that is no workbook, or that unpacks to more than 64 MB.
pub(super) fn read(bytes: &[u8]) -> Result<Roster, Vec<Mistake>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    bounded(&mut archive)?;
    if archive.index_for_name("content.xml").is_some() {
        return open_document(archive);
    }
    if archive.index_for_name("[Content_Types].xml").is_none() {
        return Err(whole(
            "an archive, not a workbook of Excel or OpenDocument; save the list as .xlsx or \"CSV UTF-8\"",
        ));
    }
    excel(bytes)
}

/// That all of the archive is of bounded size: what its directory says, and what there is.
fn bounded(archive: &mut Archive<'_>) -> Result<(), Vec<Mistake>> {
    let mut said: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(unreadable)?;
        said = said.saturating_add(entry.size());
        if entry.size() > MOST_STYLES && entry.name().is_ok_and(|name| name.ends_with("styles.xml")) {
            return Err(whole("the workbook has too many formats of cells; save the list as \"CSV UTF-8\""));
        }
    }
    let too_large = |size: u64| {
        let (size, most) = (size.div_ceil(1_000_000), MOST_UNPACKED / 1_000_000);
        whole(format!("the workbook unpacks to {size} MB, and {most} MB is the limit; save the list as \"CSV UTF-8\""))
    };
    if said > MOST_UNPACKED {
        return Err(too_large(said));
    }
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(unreadable)?;
        let size = entry.size();
        // A directory that says less than there is was made to deceive.
        let found = io::copy(&mut entry.take(size.saturating_add(1)), &mut io::sink()).map_err(unreadable)?;
        if found > size {
            return Err(unreadable("it holds more than its directory says"));
        }
    }
    Ok(())
}

fn excel(bytes: &[u8]) -> Result<Roster, Vec<Mistake>> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let is_shown =
        |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let sheets: Vec<String> =
        workbook.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone()).collect();
    let mut first = None;
    for name in sheets {
        let mut builder = Builder::default();
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
        let (mut row, mut at): (Vec<String>, u32) = (Vec::new(), 0);
        loop {
            let cell = cells.next_cell().map_err(unreadable)?;
            let position = cell.as_ref().map(calamine::Cell::get_position);
            if position.is_none_or(|(line, _)| line != at) {
                let goes_on = builder.row(at as usize + 1, row.iter().map(String::as_str));
                row.clear();
                if !goes_on {
                    break;
                }
            }
            let (Some(cell), Some((line, column))) = (cell, position) else { break };
            at = line;
            put(&mut row, column as usize, text_of(cell.get_value()));
        }
        if let Some(roster) = taken(builder, &mut first) {
            return roster;
        }
    }
    first.unwrap_or_else(|| Err(whole("the workbook has no sheet")))
}

/// What a sheet comes to, unless it is about something else; then it is `first` if no other sheet is a list.
fn taken(builder: Builder, first: &mut Option<Result<Roster, Vec<Mistake>>>) -> Option<Result<Roster, Vec<Mistake>>> {
    if !builder.is_other_table() {
        return Some(builder.finish());
    }
    first.get_or_insert_with(|| builder.finish());
    None
}

/// Puts `text` into the column `index` of a row.
fn put(row: &mut Vec<String>, index: usize, text: String) {
    if text.is_empty() || index >= MOST_COLUMNS {
        return;
    }
    if row.len() <= index {
        row.resize(index + 1, String::new());
    }
    row[index] = text;
}

/// The text of a cell; of one that holds an error, none.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
    }
}

/// A number without the decimals that it does not have.
fn number_text(number: f64) -> String {
    /// The largest whole number up to which a spreadsheet tells all apart: it has 15 digits.
    const WHOLE: f64 = 1e15;
    if number.fract() == 0.0 && number.abs() < WHOLE { format!("{number:.0}") } else { number.to_string() }
}

fn open_document(mut archive: Archive<'_>) -> Result<Roster, Vec<Mistake>> {
    let content = archive.by_name("content.xml").map_err(unreadable)?;
    let mut reader = Reader::from_reader(BufReader::new(content));
    reader.config_mut().expand_empty_elements = true;
    let (mut buffer, mut first) = (Vec::new(), None);
    loop {
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name().as_ref() == "table:table" => {
                let sheet = sheet(&mut reader)?;
                if let Some(roster) = taken(sheet, &mut first) {
                    return roster;
                }
            }
            Event::Eof => return first.unwrap_or_else(|| Err(whole("the workbook has no sheet"))),
            _ => {}
        }
        buffer.clear();
    }
}

/// The rows of a sheet whose beginning was read.
fn sheet(reader: &mut Reader<impl BufRead>) -> Result<Builder, Vec<Mistake>> {
    let mut builder = Builder::default();
    let (mut buffer, mut line) = (Vec::new(), 1);
    loop {
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name().as_ref() == "table:table-row" => {
                let repeated = repeats(&start, "table:number-rows-repeated");
                let row = row(reader)?;
                for copy in 0..if row.is_empty() { 0 } else { repeated } {
                    if !builder.row(line + copy, row.iter().map(String::as_str)) {
                        return Ok(builder);
                    }
                }
                line = line.saturating_add(repeated);
            }
            Event::End(end) if end.name().as_ref() == "table:table" => return Ok(builder),
            Event::Eof => return Err(unreadable("it ends early")),
            _ => {}
        }
        buffer.clear();
    }
}

/// The cells of a row whose beginning was read.
fn row(reader: &mut Reader<impl BufRead>) -> Result<Vec<String>, Vec<Mistake>> {
    let (mut row, mut buffer, mut column) = (Vec::new(), Vec::new(), 0_usize);
    loop {
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if matches!(start.name().as_ref(), "table:table-cell" | "table:covered-table-cell") => {
                let repeated = repeats(&start, "table:number-columns-repeated");
                let number = attribute(&start, "office:value").and_then(|value| value.parse::<f64>().ok());
                let date = attribute(&start, "office:date-value");
                let text = cell(reader)?;
                // A number with zeros before it is what somebody sees; separators of thousands are not meant.
                let is_as_meant = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
                let text = match (date, number) {
                    // Without the time, as the day stands in Excel's.
                    (Some(date), _) => date.split('T').next().unwrap_or_default().to_owned(),
                    (None, Some(number)) if !is_as_meant => number_text(number),
                    _ => text,
                };
                if !text.is_empty() {
                    for index in column..column.saturating_add(repeated).min(MOST_COLUMNS) {
                        put(&mut row, index, text.clone());
                    }
                }
                column = column.saturating_add(repeated);
            }
            Event::End(end) if end.name().as_ref() == "table:table-row" => return Ok(row),
            Event::Eof => return Err(unreadable("it ends early")),
            _ => {}
        }
        buffer.clear();
    }
}

/// The text of a cell whose beginning was read, without the comments to it.
fn cell(reader: &mut Reader<impl BufRead>) -> Result<String, Vec<Mistake>> {
    let (mut text, mut buffer, mut comments) = (String::new(), Vec::new(), 0_u32);
    loop {
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) => match start.name().as_ref() {
                "office:annotation" => comments += 1,
                "text:p" if comments == 0 && !text.is_empty() => text.push('\n'),
                "text:s" | "text:tab" | "text:line-break" if comments == 0 => text.push(' '),
                _ => {}
            },
            Event::Text(part) if comments == 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) if comments == 0 => {
                let known = quick_xml::escape::resolve_xml_entity(entity.as_ref()).map(str::to_owned);
                let letter = || entity.resolve_char_ref().ok().flatten().map(String::from);
                text.push_str(&known.or_else(letter).unwrap_or_default());
            }
            Event::End(end) => match end.name().as_ref() {
                "office:annotation" => comments = comments.saturating_sub(1),
                "table:table-cell" | "table:covered-table-cell" => return Ok(text),
                _ => {}
            },
            Event::Eof => return Err(unreadable("it ends early")),
            _ => {}
        }
        buffer.clear();
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    Some(start.try_get_attribute(name).ok()??.value.into_owned())
}

/// How often a row or cell is there.
fn repeats(start: &BytesStart<'_>, name: &str) -> usize {
    attribute(start, name).and_then(|count| count.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests;
