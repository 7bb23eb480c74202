//! One cell of the sheet: a crop with its lines, border and caption.

use crate::font;
use headshot::geometry::{Affine, Point};
use headshot::photo::{Limits, decode};
use headshot::report::line::{HeadLine, OutputLine, RecordLine};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};

const GREY: Rgb<u8> = Rgb([110, 110, 110]);
const ORANGE: Rgb<u8> = Rgb([255, 150, 0]);
const RED: Rgb<u8> = Rgb([230, 30, 30]);
const WHITE: Rgb<u8> = Rgb([235, 235, 235]);
const EYE_LINE: Rgb<u8> = Rgb([60, 230, 90]);
const CHIN: Rgb<u8> = Rgb([70, 150, 255]);
const CROWN: Rgb<u8> = Rgb([255, 225, 60]);

/// Width of the border, in pixels.
const BORDER: u32 = 3;
/// Lines of text below the crop.
const CAPTION_LINES: u32 = 3;

/// What one cell shows.
pub struct Cell {
    picture: Shown,
    border: Rgb<u8>,
    /// Points to mark, in pixels of the crop, each with its colour and whether a line goes through it.
    marks: Vec<(Point, Rgb<u8>, bool)>,
    caption: [String; CAPTION_LINES as usize],
}

/// The picture in a cell.
enum Shown {
    /// A crop, below the output folder.
    Crop(PathBuf),
    /// A photo of which there is no crop, below the input folder.
    Source(PathBuf),
}

/// Height of a cell of `width` pixels, in pixels: a square for the crop, the caption below.
pub fn height(width: u32) -> u32 {
    width + CAPTION_LINES * font::LINE * text_scale(width) + 2 * BORDER
}

fn text_scale(width: u32) -> u32 {
    (width / 240).max(1)
}

impl Cell {
    /// The cells of one record: a crop each, or the photo itself where `preset` was refused.
    pub fn of_record(record: &RecordLine, preset: &str) -> Vec<Self> {
        let crops = record.outputs.iter().filter(|output| output.preset == preset);
        let refusals = record.refused.iter().filter(|refused| refused.preset == preset);
        let crops = crops.map(|output| Self::of_output(record, output));
        let cells: Vec<Self> = crops.chain(refusals.map(|refused| Self::of_refusal(record, &refused.reason))).collect();
        let made_nothing = matches!(record.outcome.as_str(), "refused" | "failed");
        if !cells.is_empty() || !made_nothing {
            return cells;
        }
        vec![Self::of_refusal(record, record.reason.as_deref().unwrap_or_default())]
    }

    fn of_output(record: &RecordLine, output: &OutputLine) -> Self {
        let (crown, roll) = record.head.map_or((0.0, 0.0), |head| (head.crown_confidence, head.roll_deg));
        let turned = record.turned.map_or(String::new(), |degrees| format!(" turned {degrees}"));
        // The report tells the head of the main face only.
        let head = record.head.filter(|_| output.face == 0);
        Self {
            picture: Shown::Crop(output.path.as_str().into()),
            border: if record.outcome == "review" { ORANGE } else { GREY },
            marks: head.map_or(Vec::new(), |head| marks(&head, &output.transform)),
            caption: [
                record.source.clone(),
                output.steps.join(" "),
                format!("crown {crown:.2} roll {roll:+.1} {}{turned}", record.outcome),
            ],
        }
    }

    fn of_refusal(record: &RecordLine, reason: &str) -> Self {
        Self {
            picture: Shown::Source(record.source.as_str().into()),
            border: RED,
            marks: Vec::new(),
            caption: [record.source.clone(), reason.to_owned(), record.outcome.clone()],
        }
    }

    /// The cell as a picture of `width` x [`height`] pixels.
    pub fn draw(&self, photos: &Path, output: &Path, width: u32, lines: bool) -> RgbImage {
        let mut cell = RgbImage::from_pixel(width, height(width), Rgb([24, 24, 24]));
        let path = match &self.picture {
            Shown::Crop(path) => output.join(path),
            Shown::Source(path) => photos.join(path),
        };
        let room = width - 2 * BORDER;
        let scale = text_scale(width);
        match read(&path) {
            Ok(picture) => {
                let ratio = f64::from(room) / f64::from(picture.width().max(picture.height()));
                let fitted = |side: u32| ((f64::from(side) * ratio).round() as u32).max(1);
                let (across, down) = (fitted(picture.width()), fitted(picture.height()));
                let mut small = imageops::resize(&picture, across, down, FilterType::Triangle);
                if lines {
                    self.draw_marks(&mut small, ratio);
                }
                frame(&mut cell, (width - across) / 2 - BORDER, small.dimensions(), self.border);
                imageops::replace(&mut cell, &small, i64::from((width - across) / 2), i64::from(BORDER));
            }
            Err(message) => font::draw(&mut cell, BORDER, room / 2, room, scale, &message, RED),
        }
        for (line, caption) in (0..).zip(&self.caption) {
            let y = width + 2 * BORDER + line * font::LINE * scale;
            font::draw(&mut cell, BORDER, y, room, scale, caption, if line == 0 { WHITE } else { self.border });
        }
        cell
    }

    fn draw_marks(&self, picture: &mut RgbImage, ratio: f64) {
        let (width, height) = picture.dimensions();
        if width == height {
            let radius = f64::from(width) / 2.0;
            for step in 0..8 * width {
                let angle = f64::from(step) * std::f64::consts::TAU / f64::from(8 * width);
                let (x, y) = (radius + (radius - 0.6) * angle.cos(), radius + (radius - 0.6) * angle.sin());
                blend(picture, x, y, WHITE, 0.25);
            }
        }
        for (point, colour, line) in &self.marks {
            let (x, y) = (point.x * ratio, point.y * ratio);
            if *line {
                (0..width).for_each(|column| blend(picture, f64::from(column), y, *colour, 0.6));
            }
            for (right, down) in (-2..=2).flat_map(|right| (-2..=2).map(move |down| (right, down))) {
                blend(picture, x + f64::from(right), y + f64::from(down), *colour, 0.9);
            }
        }
    }
}

/// The head's points in pixels of the crop.
fn marks(head: &HeadLine, transform: &Affine) -> Vec<(Point, Rgb<u8>, bool)> {
    let [left, right] = head.eyes.map(|eye| transform.apply(eye));
    vec![
        (left, EYE_LINE, false),
        (right, EYE_LINE, false),
        (left.midpoint(right), EYE_LINE, true),
        (transform.apply(head.chin), CHIN, true),
        (transform.apply(head.crown), CROWN, true),
    ]
}

/// The upright picture of a file.
fn read(path: &Path) -> Result<RgbImage, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let photo = decode(&bytes, &Limits::default()).map_err(|error| error.to_string())?;
    let mut picture = photo.pixels.into_raster().into_rgb([255; 3]);
    photo.colour.to_srgb(&mut picture);
    Ok(photo.orientation.apply_rgb(picture))
}

/// A border around a crop of `size` whose left border begins at `left`.
fn frame(cell: &mut RgbImage, left: u32, size: (u32, u32), colour: Rgb<u8>) {
    for y in 0..size.1 + 2 * BORDER {
        for x in left..left + size.0 + 2 * BORDER {
            cell.put_pixel(x, y, colour);
        }
    }
}

/// Mixes `share` of `colour` into the pixel at `x`, `y`, where there is one.
fn blend(picture: &mut RgbImage, x: f64, y: f64, colour: Rgb<u8>, share: f64) {
    if x < 0.0 || y < 0.0 {
        return;
    }
    if let Some(pixel) = picture.get_pixel_mut_checked(x as u32, y as u32) {
        for (old, new) in pixel.0.iter_mut().zip(colour.0) {
            *old = (f64::from(*old) * (1.0 - share) + f64::from(new) * share).round() as u8;
        }
    }
}
