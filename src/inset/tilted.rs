//! Borders of scanned prints, which lie a little askew.

use super::border::ALIKE;
use super::strip::{Pieces, Segments, Side, Strip, apart};
use crate::sparse_jpeg::Area;

/// Largest slope of a print's edge, 6 degrees: beyond that nobody leaves a print in the scanner.
const STEEPEST: f32 = 0.105;

/// Least slope: what is straighter is no print askew.
const FLATTEST: f32 = 0.004;

/// It begins within this part of the side's own length.
const DEEPEST: u32 = 5;

/// Rows by which the edge may be off a straight line.
const OFF: f32 = 2.0;

/// The least share of a side along which the edge is straight.
const SHARE: usize = 60;

/// The least change at the edge, in levels, and the rows within which most of it is made.
const CHANGE: f32 = 14.0;
const ROWS: usize = 4;

/// How many pixels of this side of `area` hold all of a border that ends in a straight edge askew.
pub fn depth(pieces: &impl Pieces, area: &Area, side: Side, most: u32) -> Option<u32> {
    let (length, _) = side.extent(area);
    let segments = Segments::spread(length, 32, 8, 1);
    let outermost = Strip::read(pieces, area, side, &segments, (0, 1))?;
    let colour = outermost.median(0);
    if outermost.spread_around(0, colour) > 2.0 * ALIKE {
        return None;
    }
    let deep = (length / DEEPEST).min(most);
    let strip = Strip::read(pieces, area, side, &segments, (0, deep))?;
    let ends = strip.segments.iter().zip(&segments.starts).filter_map(|(rows, &start)| {
        let end = rows.iter().position(|&look| apart(look, colour) > CHANGE / 2.0)?;
        let inside = *rows.get(end + ROWS)?;
        (apart(inside, colour) >= CHANGE).then_some((start as f32 + 4.0, end as f32))
    });
    let ends: Vec<(f32, f32)> = ends.collect();
    let mut slopes: Vec<f32> = Vec::new();
    for (index, a) in ends.iter().enumerate() {
        slopes.extend(ends[index + 1..].iter().map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    slopes.sort_by(f32::total_cmp);
    let slope = *slopes.get(slopes.len() / 2)?;
    let mut starts: Vec<f32> = ends.iter().map(|end| end.1 - slope * end.0).collect();
    starts.sort_by(f32::total_cmp);
    let start = *starts.get(starts.len() / 2)?;
    let on_line = ends.iter().filter(|end| (end.1 - slope * end.0 - start).abs() <= OFF).count();
    if !(FLATTEST..=STEEPEST).contains(&slope.abs()) || 100 * on_line < SHARE * segments.starts.len() {
        return None;
    }
    let deepest = start.max(start + slope * length as f32).ceil() as u32 + ROWS as u32;
    (deepest > 0 && deepest < most).then_some(deepest)
}
