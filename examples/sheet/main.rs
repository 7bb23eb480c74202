//! A sheet of all crops of one preset with eye line, chin, crown and circle drawn, to look at:
//!
//! ```text
//! headshot photos/ -o out/ -p linkedin
//! cargo run --release --example sheet -- photos/ out/ sheet.png [--preset NAME] [--columns N] [--cell PIXELS]
//!     [--per-page N] [--plain]
//! ```
//!
//! Green is the eye line with the eyes, blue the chin, yellow the crown. The border is grey where the photo is written,
//! orange where it is in review; refused photos are shown whole with a red border. `--plain` leaves the lines away.
//! More crops than `--per-page` come as `sheet-1.png`, `sheet-2.png` ...

mod cell;
mod font;

use cell::Cell;
use headshot::report::line::{RecordLine, read};
use image::RgbImage;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// What the command line asks for.
struct Wanted {
    photos: PathBuf,
    output: PathBuf,
    sheet: PathBuf,
    preset: Option<String>,
    columns: u32,
    cell: u32,
    per_page: usize,
    lines: bool,
}

const USAGE: &str =
    "usage: sheet PHOTOS OUT SHEET.png [--preset NAME] [--columns N] [--cell PIXELS] [--per-page N] [--plain]";

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = Wanted::from_arguments(std::env::args().skip(1))?;
    let report = wanted.output.join("report.jsonl");
    let file = File::open(&report).map_err(|error| format!("{}: {error}", report.display()))?;
    let records: Vec<RecordLine> = read(BufReader::new(file)).collect::<Result<_, _>>()?;
    let preset = match &wanted.preset {
        Some(name) => name.clone(),
        None => first_preset(&records).ok_or("the report has no output; make some crops first")?,
    };
    let cells: Vec<Cell> = records.iter().flat_map(|record| Cell::of_record(record, &preset)).collect();
    let pages: Vec<&[Cell]> = cells.chunks(wanted.per_page).collect();
    for (number, page) in (1..).zip(&pages) {
        let path = page_path(&wanted.sheet, number, pages.len());
        draw_page(page, &wanted).save(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}: {} of {} crops of {preset}", path.display(), page.len(), cells.len());
    }
    Ok(())
}

impl Wanted {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let (mut paths, mut preset) = (Vec::new(), None);
        let (mut columns, mut cell, mut per_page, mut lines) = (8, 240, 40, true);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--preset" => preset = Some(value()?),
                "--columns" => columns = value()?.parse::<u32>()?.max(1),
                "--cell" => cell = value()?.parse::<u32>()?.clamp(40, 4000),
                "--per-page" => per_page = value()?.parse::<usize>()?.max(1),
                "--plain" => lines = false,
                _ => paths.push(PathBuf::from(argument)),
            }
        }
        let [photos, output, sheet] = <[PathBuf; 3]>::try_from(paths).map_err(|_| USAGE)?;
        Ok(Self { photos, output, sheet, preset, columns, cell, per_page, lines })
    }
}

/// The preset of the first output in the report.
fn first_preset(records: &[RecordLine]) -> Option<String> {
    records.iter().find_map(|record| record.outputs.first()).map(|output| output.preset.clone())
}

/// `sheet.png` when it is the only page, else `sheet-1.png` ...
fn page_path(sheet: &Path, number: usize, pages: usize) -> PathBuf {
    if pages == 1 {
        return sheet.to_owned();
    }
    let stem = sheet.file_stem().unwrap_or_default().to_string_lossy();
    let extension = sheet.extension().map_or("png".into(), |extension| extension.to_string_lossy());
    sheet.with_file_name(format!("{stem}-{number}.{extension}"))
}

/// One page: the cells in rows, left to right.
fn draw_page(cells: &[Cell], wanted: &Wanted) -> RgbImage {
    let rows = (cells.len() as u32).div_ceil(wanted.columns);
    let height = cell::height(wanted.cell);
    let mut page = RgbImage::new(wanted.columns.min(cells.len() as u32) * wanted.cell, rows * height);
    for (place, cell) in (0..).zip(cells) {
        let picture = cell.draw(&wanted.photos, &wanted.output, wanted.cell, wanted.lines);
        let (column, row) = (place % wanted.columns, place / wanted.columns);
        image::imageops::replace(&mut page, &picture, i64::from(column * wanted.cell), i64::from(row * height));
    }
    page
}
