//! Pictures on pages: a photo on a screen, a card or a sheet of paper is a rectangle around the face, with straight
//! sharp sides and an even colour next to them.

use super::border::is_edge_at;
use super::strip::{Pieces, Segments, Side, Strip};
use crate::sparse_jpeg::Area;
use image::{Rgb, RgbImage};

/// A small picture of what `pieces` gives whole.
#[derive(Clone, Copy, Debug)]
pub struct Small<'a> {
    pub picture: &'a RgbImage,
    /// Pixels of it to a pixel of the whole.
    pub scale: f64,
}

/// A rectangle around a face on what may be a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub area: Area,
    /// Whether the rest is plainly a page, so that nothing of it can belong to the photo.
    pub is_sure: bool,
}

/// Levels by which pixels of an even colour differ at most in the small picture.
const EVEN: u8 = 6;

/// Levels by which what is next to it differs at least.
const STEP: u8 = 10;

/// The least share of the face's own width or height along which the step is seen.
const STEP_SHARE: f64 = 0.4;

/// Lines that are tried on each side of the face.
const LINES: usize = 4;

/// Pixels of even colour next to each side of the photo.
const MARGIN: u32 = 5;

/// Pixels inside of it that are looked at.
const INSIDE: u32 = 6;

/// A page is its own colour to this share.
const PAGE: f64 = 0.5;

/// The picture around `face` where it is one on a page. `whole` is what `pieces` gives, which had a border at the sides
/// `bare`.
pub fn around(pieces: &impl Pieces, whole: Area, face: Area, small: Small<'_>, bare: &[Side]) -> Option<Found> {
    let lines = Side::ALL.map(|side| {
        let mut lines = lines(pieces, &whole, &face, side, small);
        lines.push(0);
        lines
    });
    if lines.iter().all(|lines| lines.len() == 1) {
        return None;
    }
    let mut areas: Vec<Area> = Vec::new();
    for &top in &lines[0] {
        for &bottom in &lines[1] {
            for &left in &lines[2] {
                for &right in &lines[3] {
                    areas.push(Area {
                        left: whole.left + left,
                        top: whole.top + top,
                        right: whole.right - right,
                        bottom: whole.bottom - bottom,
                    });
                }
            }
        }
    }
    let size = |area: &Area| u64::from(area.right - area.left) * u64::from(area.bottom - area.top);
    areas.retain(|area| *area != whole);
    areas.sort_by_key(size);
    areas.into_iter().find_map(|area| {
        let sides = bounded(pieces, &whole, &area)?;
        let is_page = page_share(small, &whole, &area, &sides) >= PAGE;
        let is_sure = is_page && (sides.len() >= 2 || !bare.is_empty());
        (is_sure || sides.len() >= 3 || is_page).then_some(Found { area, is_sure })
    })
}

/// The sides of `area` that are not those of `whole`, if all of them are edges from end to end with an even colour
/// beyond.
fn bounded(pieces: &impl Pieces, whole: &Area, area: &Area) -> Option<Vec<Side>> {
    let mut sides = Vec::new();
    for side in Side::ALL {
        let outside = side.distance(whole, area);
        if outside == 0 {
            continue;
        }
        let margin = MARGIN.min(outside);
        let (length, _) = side.extent(area);
        let grown = side.grown(*area, margin);
        let strip = Strip::read(pieces, &grown, side, &Segments::spread(length, 24, 16, 1), (0, margin + INSIDE))?;
        if margin < MARGIN || !is_edge_at(&strip, margin as usize) {
            return None;
        }
        sides.push(side);
    }
    Some(sides)
}

/// Which share of `small` outside `area` has the colour next to it on one of `sides`.
fn page_share(small: Small<'_>, whole: &Area, area: &Area, sides: &[Side]) -> f64 {
    let to_small = |at: u32, start: u32| f64::from(at - start) * small.scale;
    let (left, right) = (to_small(area.left, whole.left), to_small(area.right, whole.left));
    let (top, bottom) = (to_small(area.top, whole.top), to_small(area.bottom, whole.top));
    let (width, height) = small.picture.dimensions();
    let at = |x: f64, y: f64| {
        *small.picture.get_pixel((x.max(0.0) as u32).min(width - 1), (y.max(0.0) as u32).min(height - 1))
    };
    let (middle_x, middle_y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let colours: Vec<Rgb<u8>> = sides
        .iter()
        .map(|side| match side {
            Side::Top => at(middle_x, top - 2.5),
            Side::Bottom => at(middle_x, bottom + 2.5),
            Side::Left => at(left - 2.5, middle_y),
            Side::Right => at(right + 2.5, middle_y),
        })
        .collect();
    let is_outside = |x: u32, y: u32| {
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        x < left - 1.0 || x > right + 1.0 || y < top - 1.0 || y > bottom + 1.0
    };
    let (mut all, mut page) = (0_u32, 0_u32);
    for (x, y, pixel) in small.picture.enumerate_pixels() {
        if is_outside(x, y) {
            all += 1;
            page += u32::from(colours.iter().any(|colour| differ(*colour, *pixel) <= EVEN));
        }
    }
    f64::from(page) / f64::from(all.max(1))
}

/// The largest difference of a channel, in levels.
fn differ(Rgb(a): Rgb<u8>, Rgb(b): Rgb<u8>) -> u8 {
    a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

/// Where the picture may end at this side of `face`: pixels from that side of `whole`, the nearest to the face first.
fn lines(pieces: &impl Pieces, whole: &Area, face: &Area, side: Side, small: Small<'_>) -> Vec<u32> {
    let band = side.before(whole, face);
    let (length, depth) = side.extent(&band);
    if depth < 2 * MARGIN || length < 16 {
        return Vec::new();
    }
    let segments = Segments::spread(length, 16, 16, 1);
    let mut lines: Vec<u32> = Vec::new();
    for rough in rough_lines(small, whole, face, side) {
        let around = (3.0 / small.scale).ceil() as u32 + MARGIN;
        let rows = (rough.saturating_sub(around), (rough + around).min(depth));
        let Some(strip) = Strip::read(pieces, &band, side, &segments, rows) else { continue };
        let exact = (MARGIN as usize..strip.depth()).rev().find_map(|row| {
            let from = row - MARGIN as usize;
            let part = strip.rows(from..(row + INSIDE as usize).min(strip.depth()));
            is_edge_at(&part, MARGIN as usize).then_some(rows.0 + row as u32)
        });
        lines.extend(exact.filter(|line| !lines.contains(line)));
        if lines.len() == LINES {
            break;
        }
    }
    lines
}

/// The same by the small picture alone, and not exactly.
fn rough_lines(small: Small<'_>, whole: &Area, face: &Area, side: Side) -> Vec<u32> {
    let (width, height) = small.picture.dimensions();
    let scaled =
        |at: u32, start: u32, most: u32| ((f64::from(at.saturating_sub(start)) * small.scale) as u32).min(most);
    let (left, right) = (scaled(face.left, whole.left, width), scaled(face.right, whole.left, width));
    let (top, bottom) = (scaled(face.top, whole.top, height), scaled(face.bottom, whole.top, height));
    let (along, inner) = match side {
        Side::Top => (left..right, top),
        Side::Bottom => (left..right, height - bottom),
        Side::Left => (top..bottom, left),
        Side::Right => (top..bottom, width - right),
    };
    let pixel = |along: u32, depth: u32| super::strip::pixel(small.picture, side, along, depth);
    let count = f64::from(along.end.saturating_sub(along.start));
    let is_line = |row: &u32| {
        let middle = pixel((along.start + along.end) / 2, row - 2);
        let even = along.clone().filter(|&at| differ(pixel(at, row - 2), middle) <= EVEN).count() as f64;
        let steps = along.clone().filter(|&at| differ(pixel(at, row - 2), pixel(at, row + 1)) >= STEP).count() as f64;
        even >= 0.9 * count && steps >= STEP_SHARE * count
    };
    if count < 4.0 || inner < 4 {
        return Vec::new();
    }
    let depths = (2..inner - 1).rev().filter(is_line);
    depths.map(|row| ((f64::from(row) + 0.5) / small.scale) as u32).collect()
}
