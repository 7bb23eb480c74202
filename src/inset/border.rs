//! Borders, bars and frames: what lies around a picture, from its edge inwards.
//!
//! A border is uniform along the whole side, or repeats a pattern, and ends in a straight edge, parallel to the side
//! and one pixel sharp. A wall, a backdrop or a sky is neither so even nor ends so.

use super::strip::{Look, Pieces, Segments, Side, Strip, apart, pixel};
use super::tilted;
use crate::sparse_jpeg::Area;

/// Segments along a side, and pixels in each: a block of a JPEG.
const SEGMENTS: u32 = 24;
const LENGTH: u32 = 16;

/// Segments of the first look, which most sides of most photos do not survive.
const FEW: u32 = 5;

/// Where the segments of the first look differ by more than this in the outermost row, in levels, there is no border.
const FAR_APART: f32 = 60.0;

/// Borders of two sides that differ by no more are one, in levels: a line of one pixel comes out of a JPEG so far off.
const SAME: f32 = 40.0;

/// Rows of the first strip.
const FIRST_ROWS: u32 = 24;

/// A border is at most this share of what it borders.
const DEEPEST: f64 = 0.46;

/// Least pixels that a picture has each way within its border.
const LEAST_SIDE: u32 = 64;

/// Segments of one row that differ by no more are alike, in levels: what is left of noise in the mean over a segment.
pub const ALIKE: f32 = 2.5;

/// Rows that a block beside the edge spoils: chroma's are 16 pixels high where it is half as fine.
const SPOILT_ROWS: usize = 16;

/// The edge of a border is seen where colour or texture change by so much, in levels.
const SEEN: f32 = 7.0;

/// The least share of a side on which the edge is seen.
const SEEN_SHARE: f32 = 0.3;

/// What is asked of an edge.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    /// The largest deviation of the pixels of a border of one colour, in levels: drawn ones have none, those of a wall
    /// have the noise of the camera.
    noise: f32,
    /// The least share of the change that is made within two rows.
    sharp: f32,
    /// Beside the edge the ringing of a JPEG makes segments differ by up to this share of the change.
    ringing: f32,
}

/// Of a border that nothing else speaks for.
const BY_ITSELF: Evidence = Evidence { noise: 1.5, sharp: 0.65, ringing: 0.3 };

/// Of a border where another side has one.
const LIKELY: Evidence = Evidence { noise: 3.0, sharp: 0.45, ringing: 0.6 };

/// Rows on either side between which a change is measured.
const REACH: usize = 3;

/// From this share of the change on, a row is the picture's.
const CLEAN: f32 = 0.88;

/// Segments of a pattern may differ by this share of its own deviation more: its pixels and the blocks of a JPEG are
/// out of step.
const PATTERN: f32 = 0.12;

/// Borders within borders, and a little more.
const ROUNDS: usize = 8;

/// What is left of `whole` within all borders, and whether one of them is askew, so that something of it may be left.
pub fn within_borders(pieces: &impl Pieces, whole: Area) -> (Area, bool) {
    let (mut area, mut is_askew) = (whole, false);
    let mut colours: Vec<Look> = Vec::new();
    for _ in 0..ROUNDS {
        let before = area;
        for side in Side::ALL {
            if let Some(depth) = border(pieces, &area, side, &BY_ITSELF) {
                colours.extend(outermost(pieces, &area, side));
                // An edge that is hardly askew looks straight in the middle.
                let deeper = askew(pieces, &area, side);
                is_askew |= deeper.is_some();
                area = side.without(area, deeper.unwrap_or(depth));
            }
        }
        if area == before {
            break;
        }
    }
    for side in Side::ALL {
        if let Some(depth) = askew(pieces, &area, side) {
            (area, is_askew) = (side.without(area, depth), true);
        }
    }
    // Where one side has a border the others are likely to have it too, even where a JPEG has left less of its edge.
    // What it has left may look like several.
    let is_like_others = |area: &Area, side: Side| {
        outermost(pieces, area, side).is_some_and(|own| colours.iter().any(|&look| apart(own, look) <= SAME))
    };
    for side in Side::ALL.into_iter().filter(|side| side.distance(&whole, &area) == 0).collect::<Vec<_>>() {
        for _ in 0..3 {
            let Some(depth) = border(pieces, &area, side, &LIKELY).filter(|_| is_like_others(&area, side)) else {
                break;
            };
            area = side.without(area, depth);
        }
    }
    (area, is_askew)
}

/// The most rows that a border at this side of `area` may have; `None` where the area is too small for one.
fn most(area: &Area, side: Side) -> Option<u32> {
    let (length, depth) = side.extent(area);
    let most = (f64::from(depth) * DEEPEST) as u32;
    (length >= LEAST_SIDE && depth >= LEAST_SIDE && most > FIRST_ROWS).then_some(most)
}

/// The look of the outermost row at this side of `area`.
fn outermost(pieces: &impl Pieces, area: &Area, side: Side) -> Option<Look> {
    let few = Segments::spread(side.extent(area).0, FEW, LENGTH, LENGTH);
    Some(Strip::read(pieces, area, side, &few, (0, 1))?.median(0))
}

/// Whether a few places along this side of `area` may be a border's.
fn may_be_border(pieces: &impl Pieces, area: &Area, side: Side) -> Option<bool> {
    let few = Segments::spread(side.extent(area).0, FEW, LENGTH, LENGTH);
    let first = Strip::read(pieces, area, side, &few, (0, 1))?;
    Some(first.spread_around(0, first.median(0)) <= FAR_APART)
}

/// How deep a border askew at this side of `area` is, in pixels.
fn askew(pieces: &impl Pieces, area: &Area, side: Side) -> Option<u32> {
    let most = most(area, side)?;
    if may_be_border(pieces, area, side)? { tilted::depth(pieces, area, side, most) } else { None }
}

/// How deep the border at this side of `area` is, in pixels.
fn border(pieces: &impl Pieces, area: &Area, side: Side, evidence: &Evidence) -> Option<u32> {
    let (length, _) = side.extent(area);
    let most = most(area, side)?;
    let is_even = may_be_border(pieces, area, side)?;
    let pattern = period(pieces, area, side).and_then(|period| {
        let segments = Segments::spread(length, SEGMENTS, period * LENGTH.div_ceil(period), period);
        depth_of(pieces, area, side, &segments, most, &Evidence { noise: f32::INFINITY, ..*evidence })
    });
    let segments = Segments::spread(length, SEGMENTS, LENGTH, LENGTH);
    let plain = || depth_of(pieces, area, side, &segments, most, evidence);
    pattern.or_else(|| if is_even { plain() } else { None })
}

/// How deep the border at this side of `area` is, seen in these segments; `most` rows at most, and with no more `noise`
/// than this where nothing is beside it.
fn depth_of(
    pieces: &impl Pieces,
    area: &Area,
    side: Side,
    segments: &Segments,
    most: u32,
    evidence: &Evidence,
) -> Option<u32> {
    let (_, depth) = side.extent(area);
    let strip = Strip::read(pieces, area, side, segments, (0, FIRST_ROWS))?;
    let is_quiet = |rows: usize| (0..rows).all(|row| strip.median(row)[3] <= evidence.noise);
    if let Some(edge) = edge(&strip, evidence) {
        return is_quiet(edge.saturating_sub(SPOILT_ROWS)).then_some(edge as u32);
    }
    if !is_quiet(strip.depth()) {
        return None;
    }
    let start = far(pieces, area, side, segments, &strip, most)?;
    let rows = (start, (start + 2 * FIRST_ROWS).min(depth));
    let strip = Strip::read(pieces, area, side, segments, rows)?;
    edge(&strip, evidence).map(|edge| start + edge as u32)
}

/// Where a border that is deeper than `strip` ends, or a little before.
fn far(pieces: &impl Pieces, area: &Area, side: Side, segments: &Segments, strip: &Strip, most: u32) -> Option<u32> {
    const ROWS: u32 = 8;
    let medians: Vec<Look> = (0..strip.depth()).map(|row| strip.median(row)).collect();
    let is_even = |strip: &Strip, row: usize| {
        let median = strip.median(row);
        strip.spread_around(row, median) <= ALIKE + PATTERN * median[3]
    };
    let is_uniform = |strip: &Strip| (0..strip.depth()).all(|row| is_even(strip, row));
    if !is_uniform(strip) {
        return None;
    }
    // What is the same in all rows has to stay so; the rows of a pattern differ.
    let colour = medians.iter().all(|&look| apart(look, medians[0]) <= ALIKE).then_some(medians[0]);
    // A sky's rows differ a little, one after another.
    let is_gradient = |pair: &[Look]| apart(pair[0], pair[1]) <= ALIKE;
    if colour.is_none() && medians.windows(2).all(is_gradient) {
        return None;
    }
    let goes_on = |from: u32| -> Option<bool> {
        let strip = Strip::read(pieces, area, side, segments, (from, from + ROWS))?;
        let is_colour = |look: Look| colour.is_none_or(|colour| apart(look, colour) <= ALIKE);
        Some(is_uniform(&strip) && (0..strip.depth()).all(|row| is_colour(strip.median(row))))
    };
    let (mut good, mut step) = (FIRST_ROWS - ROWS, ROWS);
    let mut bad = loop {
        let next = good + step;
        if next + ROWS > most {
            if !goes_on(most.saturating_sub(ROWS))? {
                break most - ROWS;
            }
            return None;
        }
        if !goes_on(next)? {
            break next;
        }
        good = next;
        step *= 2;
    };
    while bad - good > ROWS {
        let middle = good + (bad - good) / 2;
        if goes_on(middle)? { good = middle } else { bad = middle }
    }
    Some(good.saturating_sub(ROWS))
}

/// The number of rows before the edge of a border in `strip`.
fn edge(strip: &Strip, evidence: &Evidence) -> Option<usize> {
    let medians: Vec<Look> = (0..strip.depth()).map(|row| strip.median(row)).collect();
    let best = (1..strip.depth().saturating_sub(REACH))
        .filter_map(|row| Step::at(strip, row))
        .filter(|step| step.is_edge(evidence) && is_even_before(strip, step, &medians, evidence))
        .max_by(|a, b| a.height.total_cmp(&b.height))?;
    Some(best.row + best.blurred_rows())
}

/// Whether the first rows of `strip` are of one even colour and end in an edge before `row`.
pub fn is_edge_at(strip: &Strip, row: usize) -> bool {
    if row + REACH >= strip.depth() {
        return false;
    }
    let medians: Vec<Look> = (0..strip.depth()).map(|row| strip.median(row)).collect();
    let is_plain = (0..row).all(|at| apart(medians[at], medians[0]) <= 2.0 * ALIKE);
    is_plain
        && Step::at(strip, row)
            .is_some_and(|step| step.is_edge(&BY_ITSELF) && is_even_before(strip, &step, &medians, &BY_ITSELF))
}

/// Whether all rows before `step` are alike in all segments, but for what an edge leaves beside it in a JPEG.
fn is_even_before(strip: &Strip, step: &Step, medians: &[Look], evidence: &Evidence) -> bool {
    let odd = |row: usize| {
        let ringing = if row + SPOILT_ROWS >= step.row { evidence.ringing } else { 0.0 };
        let texture = PATTERN * medians[row][3];
        let is_odd = |(rows, change): (&Vec<Look>, &f32)| {
            apart(rows[row], medians[row]) > ALIKE + texture + ringing * change.max(step.height)
        };
        strip.segments.iter().zip(&step.changes).filter(|&pair| is_odd(pair)).count()
    };
    (0..step.row).all(|row| odd(row) <= strip.segments.len() / 12)
}

/// A change from outside inwards, the same in many segments.
struct Step {
    /// The first row inside.
    row: usize,
    /// Of each segment, in levels.
    changes: Vec<f32>,
    /// Share of the segments in which it is seen.
    seen: f32,
    /// The mean of what is seen, in levels.
    height: f32,
    /// What share of the change is made before each row from `row - 1` on.
    made: Vec<f32>,
}

impl Step {
    fn at(strip: &Strip, row: usize) -> Option<Self> {
        let mean = |rows: &[Look]| -> Look {
            std::array::from_fn(|channel| rows.iter().map(|look| look[channel]).sum::<f32>() / rows.len() as f32)
        };
        let (mut changes, mut made, mut whole) = (Vec::new(), vec![0.0; REACH + 2], 0.0);
        for rows in &strip.segments {
            let (outside, inside) = (mean(&rows[row.saturating_sub(REACH)..row]), mean(&rows[row + 1..=row + REACH]));
            let way: Look = std::array::from_fn(|channel| inside[channel] - outside[channel]);
            let along =
                |look: Look| (0..4).map(|channel| (look[channel] - outside[channel]) * way[channel]).sum::<f32>();
            let change = apart(outside, inside);
            changes.push(change);
            if change >= SEEN {
                // Each segment counts by its height, not by its square.
                whole += along(inside) / change;
                for (index, made) in made.iter_mut().enumerate() {
                    *made += along(rows[row + index - 1]) / change;
                }
            }
        }
        let seen: Vec<f32> = changes.iter().copied().filter(|&change| change >= SEEN).collect();
        if seen.is_empty() {
            return None;
        }
        made.iter_mut().for_each(|made| *made /= whole);
        let (share, height) = (seen.len() as f32 / changes.len() as f32, seen.iter().sum::<f32>() / seen.len() as f32);
        Some(Self { row, changes, seen: share, height, made })
    }

    /// Whether it is that of a border: seen on much of the side, and sharp.
    fn is_edge(&self, evidence: &Evidence) -> bool {
        self.seen >= SEEN_SHARE && self.made[2] - self.made[0] >= evidence.sharp && self.made[0] <= 1.0 - evidence.sharp
    }

    /// Rows behind the edge that still have some of the border.
    fn blurred_rows(&self) -> usize {
        let is_blurred = |&&made: &&f32| made < CLEAN;
        self.made[1..].iter().take(REACH).take_while(is_blurred).count()
    }
}

/// The period of a pattern along a side, in pixels.
fn period(pieces: &impl Pieces, area: &Area, side: Side) -> Option<u32> {
    const WINDOW: u32 = 192;
    const LONGEST: u32 = 64;
    let (length, _) = side.extent(area);
    if length < WINDOW {
        return None;
    }
    let picture = pieces.piece(side.outermost(area, WINDOW, 1));
    if u64::from(picture.width()) * u64::from(picture.height()) != u64::from(WINDOW) {
        return None;
    }
    let row: Vec<[f32; 3]> = (0..WINDOW).map(|along| pixel(&picture, side, along, 0).0.map(f32::from)).collect();
    let change = |lag: u32| {
        let pairs = row.iter().zip(&row[lag as usize..]);
        let sum: f32 = pairs.map(|(a, b)| (0..3).map(|channel| (a[channel] - b[channel]).abs()).sum::<f32>()).sum();
        sum / (3 * (WINDOW - lag)) as f32
    };
    let changes: Vec<f32> = (1..=LONGEST).map(change).collect();
    let largest = changes.iter().copied().fold(0.0, f32::max);
    let least = changes[1..].iter().copied().fold(f32::INFINITY, f32::min);
    // Of a pattern out of step with a JPEG's blocks, some multiple of the period repeats better.
    let repeats = |&lag: &u32| changes[lag as usize - 1] <= least + 0.04 * largest;
    (largest > 8.0 && least < 0.3 * largest).then(|| (2..=LONGEST).find(repeats)).flatten()
}
