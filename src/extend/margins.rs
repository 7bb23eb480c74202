//! How far a photo may be continued beyond each of its edges, measured on the photo itself.
//!
//! What is continued is the colour along the edge, ever more blurred on the way out. That cannot be told from the real
//! background where the edge, seen as a row of colours, has no detail finer than the distance continued: a wall, a
//! studio's gradient, a lawn far out of focus. So the measure at a place on the edge is the half width of the largest
//! stretch around it that is a plain gradient. A head, a shoulder or a door frame that touches the edge ends the
//! stretch.

use super::{Clearance, difference};
use crate::error::Failure;
use crate::geometry::{Point, Rect};
use crate::photo::Photo;
use crate::reduced::{Filter, reduced};
use image::RgbImage;

/// Long side of the picture in which edges are measured, in pixels: grain is gone, an ear is not.
const LONG_SIDE: f64 = 256.0;

/// Depth of the strip along an edge that is measured, in pixels of that picture.
const STRIP: u32 = 2;

/// What counts as plain, and how far that may be continued.
struct Grade {
    /// Largest deviation of a stretch from an even gradient, root mean square over its pixels, in levels of 255.
    uneven: f64,
    /// Larger steps between neighbours along the edge, or across the strip, are the outline of something. In levels.
    step: f32,
    /// As a share of the photo's shorter side.
    farthest: f64,
}

/// A wall, a studio's backdrop, the sky. This limit and those below are set by eye on the extended crops of the 98
/// portraits: what is made up is not found without the frame drawn over the photo.
const PLAIN: Grade = Grade { uneven: 5.0, step: 9.0, farthest: 0.35 };

/// What is far out of focus, or evenly rough.
const SOFT: Grade = Grade { uneven: 26.0, step: 24.0, farthest: 0.1 };

/// Any background, where a head cannot be levelled without: corners of this size mirrored beside the head.
const ANY_CORNER: f64 = 0.12;

/// Whatever is there, a strip this thin shows nothing that was not there. As a share of the photo's shorter side.
const SLIVER: f64 = 0.01;

/// How far a photo may be continued to the top, to the left and to the right. Never downwards: there is the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Margins {
    width: f64,
    height: f64,
    /// Depths at equal distances along the edge, in source pixels.
    top: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
}

impl Margins {
    /// The margins of a photo of this size that must not be continued.
    #[must_use]
    pub fn none((width, height): (u32, u32)) -> Self {
        Self { width: f64::from(width), height: f64::from(height), top: vec![0.0], left: vec![0.0], right: vec![0.0] }
    }

    /// The margins of a photo of this size that may be continued whatever is at its edges.
    #[must_use]
    pub fn any(size: (u32, u32)) -> Self {
        let depth = vec![PLAIN.farthest * f64::from(size.0.min(size.1))];
        Self { top: depth.clone(), left: depth.clone(), right: depth, ..Self::none(size) }
    }

    /// The margins onto which the background of `photo` can be continued: as far as it is plain, and a little where it
    /// is out of focus. Then those of what is plain alone: a continuation onto them is not seen.
    ///
    /// # Errors
    /// As [`reduced`].
    pub fn plain(photo: &Photo) -> Result<[Self; 2], Failure> {
        let none = Self::none(photo.size());
        let scale = (LONG_SIDE / none.width.max(none.height)).min(1.0);
        let depth = f64::from(STRIP) / scale;
        let shorter = none.width.min(none.height);
        if depth > 0.1 * shorter {
            return Ok([none.clone(), none]);
        }
        let depths = |part: Rect, inwards: Inwards| -> Result<[Vec<f64>; 2], Failure> {
            let edge = Edge::new(&reduced(photo, part, scale, Filter::Triangle)?.image, inwards);
            let reaches = |grade: &Grade| stretches(&edge, grade, grade.farthest * shorter * scale);
            let (plain, soft) = (reaches(&PLAIN), reaches(&SOFT));
            let in_photo = |depth: f64| (depth / scale).max(SLIVER * shorter);
            let either = plain.iter().zip(soft).map(|(&plain, soft)| in_photo(plain.max(soft))).collect();
            Ok([either, plain.into_iter().map(in_photo).collect()])
        };
        let [top, plain_top] = depths(Rect::new(0.0, 0.0, none.width, depth), Inwards::Down)?;
        let [left, plain_left] = depths(Rect::new(0.0, 0.0, depth, none.height), Inwards::Right)?;
        let [right, plain_right] = depths(Rect::new(none.width - depth, 0.0, depth, none.height), Inwards::Left)?;
        Ok([Self { top, left, right, ..none }, Self { top: plain_top, left: plain_left, right: plain_right, ..none }])
    }

    /// These margins and, whatever the background is, corners beside the head.
    #[must_use]
    pub fn with_corners(&self, clearance: &Clearance) -> Self {
        let most = ANY_CORNER * self.width.min(self.height);
        let widened = |depths: &[f64], inwards: Inwards| {
            let is_person = |along: f64| inwards.clear(clearance, along, self.width) <= 0.0;
            let clear = distances(depths.len(), inwards.length(self) / depths.len() as f64, is_person);
            depths.iter().zip(clear).map(|(depth, clear)| depth.max(clear.min(most))).collect()
        };
        Self {
            top: widened(&self.top, Inwards::Down),
            left: widened(&self.left, Inwards::Right),
            right: widened(&self.right, Inwards::Left),
            ..*self
        }
    }

    /// Whether nothing may be continued.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.top.iter().chain(&self.left).chain(&self.right).all(|&depth| depth <= 0.0)
    }

    /// How far `point` (upright source pixels) has to move to be on the photo or where it may be continued; zero where
    /// it already is.
    pub(crate) fn way_back(&self, point: Point) -> Point {
        let beyond = |reach: f64, depths: &[f64], place: f64, length: f64| {
            if reach > 0.0 { (reach - at(depths, place / length)).max(0.0) } else { 0.0 }
        };
        let right = beyond(-point.x, &self.left, point.y, self.height);
        let left = beyond(point.x - self.width, &self.right, point.y, self.height);
        let down = beyond(-point.y, &self.top, point.x, self.width);
        let up = (point.y - self.height).max(0.0);
        Point::new(right - left, down - up)
    }

    /// How far the photo may be continued at most beyond its left edge, its right one, its top and its bottom, in
    /// source pixels.
    pub(crate) fn farthest(&self) -> [f64; 4] {
        let most = |depths: &[f64]| depths.iter().copied().fold(0.0, f64::max);
        [most(&self.left), most(&self.right), most(&self.top), 0.0]
    }

    /// Whether `point` (upright source pixels) is on the photo itself.
    pub(crate) fn is_on_photo(&self, point: Point) -> bool {
        (0.0..=self.width).contains(&point.x) && (0.0..=self.height).contains(&point.y)
    }
}

/// The depth at `share` of the way along an edge; at its ends beyond them.
fn at(depths: &[f64], share: f64) -> f64 {
    // By a cast, which takes what is below zero for zero: rounding is a call where SSE4.1 is not taken for granted.
    let index = ((share * depths.len() as f64) as usize).min(depths.len().saturating_sub(1));
    depths.get(index).copied().unwrap_or(0.0)
}

/// For `count` places along an edge, `spacing` apart, the distance to the nearest that `is_person`: as far out the blur
/// of the edge's colours brings in nothing of the person. Without any, the distance is endless.
fn distances(count: usize, spacing: f64, is_person: impl Fn(f64) -> bool) -> Vec<f64> {
    let persons: Vec<usize> = (0..count).filter(|&place| is_person((place as f64 + 0.5) * spacing)).collect();
    let nearest = |place: usize| persons.iter().map(|person| person.abs_diff(place)).min();
    (0..count).map(|place| nearest(place).map_or(f64::INFINITY, |steps| steps as f64 * spacing)).collect()
}

/// The direction from a photo's edge to its inside.
#[derive(Clone, Copy)]
enum Inwards {
    Down,
    Right,
    Left,
}

impl Inwards {
    /// Distance from the edge to the person at a place along the edge, on a photo of this width; all in source pixels.
    fn clear(self, clearance: &Clearance, place: f64, width: f64) -> f64 {
        match self {
            Self::Down => clearance.below_top(place),
            Self::Right => clearance.right_of_left_edge(place),
            Self::Left => clearance.left_of_right_edge(place, width),
        }
    }

    /// Length of the edge, in source pixels.
    fn length(self, margins: &Margins) -> f64 {
        if matches!(self, Self::Down) { margins.width } else { margins.height }
    }
}

/// An edge of a photo: its colours in order.
struct Edge {
    /// Mean over the strip's depth, in levels.
    colours: Vec<[f32; 3]>,
    /// Largest difference between the outermost pixel and the others of the strip, in levels.
    steps_inwards: Vec<f32>,
}

impl Edge {
    fn new(strip: &RgbImage, inwards: Inwards) -> Self {
        let (width, height) = strip.dimensions();
        let (length, depth) = if matches!(inwards, Inwards::Down) { (width, height) } else { (height, width) };
        let pixel = |along: u32, inside: u32| -> [f32; 3] {
            let (x, y) = match inwards {
                Inwards::Down => (along, inside),
                Inwards::Right => (inside, along),
                Inwards::Left => (width - 1 - inside, along),
            };
            strip.get_pixel(x, y).0.map(f32::from)
        };
        let mean = |along: u32| -> [f32; 3] {
            std::array::from_fn(|channel| {
                (0..depth).map(|inside| pixel(along, inside)[channel]).sum::<f32>() / depth as f32
            })
        };
        let step = |along: u32| {
            let outermost = pixel(along, 0);
            (1..depth).map(|inside| difference(outermost, pixel(along, inside))).fold(0.0, f32::max)
        };
        Self { colours: (0..length).map(mean).collect(), steps_inwards: (0..length).map(step).collect() }
    }

    /// Whether the edge runs on from `index` to the next without meeting an outline.
    fn runs_on(&self, index: usize, step: f32) -> bool {
        difference(self.colours[index], self.colours[index + 1]) <= step
    }
}

/// For every place on `edge` the half width of the largest plain stretch around it, at most `limit`, in its pixels. At
/// the edge's ends the stretch is what there is of it.
fn stretches(edge: &Edge, grade: &Grade, limit: f64) -> Vec<f64> {
    let sums = Sums::new(&edge.colours);
    let last = edge.colours.len() - 1;
    let half_width = |centre: usize| {
        if edge.steps_inwards[centre] > grade.step {
            return 0.0;
        }
        let (mut from, mut to) = (centre, centre);
        let mut reach = 0.0;
        while reach < limit {
            let (next_from, next_to) = (from.saturating_sub(1), (to + 1).min(last));
            let meets_outline = (next_from < from
                && !(edge.runs_on(next_from, grade.step) && edge.steps_inwards[next_from] <= grade.step))
                || (next_to > to && !(edge.runs_on(to, grade.step) && edge.steps_inwards[next_to] <= grade.step));
            if meets_outline || sums.unevenness(next_from, next_to) > grade.uneven {
                break;
            }
            (from, to) = (next_from, next_to);
            reach += 1.0;
        }
        reach.min(limit)
    };
    (0..=last).map(half_width).collect()
}

/// Running sums over an edge, for the deviation of any stretch from an even gradient.
struct Sums {
    /// Of the colours, their squares, and their products with the place, up to each place.
    sums: Vec<[[f64; 3]; 3]>,
}

impl Sums {
    fn new(colours: &[[f32; 3]]) -> Self {
        let mut sums = vec![[[0.0; 3]; 3]];
        let mut sum = [[0.0; 3]; 3];
        for (place, colour) in colours.iter().enumerate() {
            for channel in 0..3 {
                let value = f64::from(colour[channel]);
                sum[0][channel] += value;
                sum[1][channel] += value * value;
                sum[2][channel] += value * place as f64;
            }
            sums.push(sum);
        }
        Self { sums }
    }

    /// Root mean square deviation of `from..=to` from the straight line that fits it best, the channel with the
    /// largest.
    fn unevenness(&self, from: usize, to: usize) -> f64 {
        let count = (to - from + 1) as f64;
        let mean_place = (from + to) as f64 / 2.0;
        // The variance of `count` consecutive whole numbers.
        let place_variance = (count * count - 1.0) / 12.0;
        let (until, before) = (&self.sums[to + 1], &self.sums[from]);
        let mut largest = 0.0_f64;
        for channel in 0..3 {
            let total = |kind: usize| until[kind][channel] - before[kind][channel];
            let mean = total(0) / count;
            let variance = total(1) / count - mean * mean;
            let covariance = total(2) / count - mean * mean_place;
            let explained = if place_variance > 0.0 { covariance * covariance / place_variance } else { 0.0 };
            largest = largest.max(variance - explained);
        }
        largest.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(colours: &[f32]) -> Edge {
        Edge { colours: colours.iter().map(|&value| [value; 3]).collect(), steps_inwards: vec![0.0; colours.len()] }
    }

    #[test]
    fn a_gradient_is_plain_all_along() {
        let colours: Vec<f32> = (0..200).map(|place| 40.0 + place as f32 * 0.8).collect();
        assert!(stretches(&edge(&colours), &PLAIN, 60.0).iter().all(|&reach| reach == 60.0));
    }

    #[test]
    fn an_outline_keeps_its_distance() {
        let colours: Vec<f32> = (0..200).map(|place| if (90..110).contains(&place) { 30.0 } else { 200.0 }).collect();
        let reaches = stretches(&edge(&colours), &PLAIN, 60.0);
        assert_eq!((reaches[0], reaches[50], reaches[89], reaches[199]), (60.0, 39.0, 0.0, 60.0));
        for pair in reaches.windows(2) {
            assert!((pair[0] - pair[1]).abs() <= 20.0, "{pair:?}");
        }
    }

    #[test]
    fn a_pattern_may_be_continued_as_far_as_it_is_coarse() {
        let waves = |length: f64| -> Vec<f32> {
            (0..250)
                .map(|place| (120.0 + 40.0 * (f64::from(place) * std::f64::consts::TAU / length).sin()) as f32)
                .collect()
        };
        let middle = |length: f64| stretches(&edge(&waves(length)), &PLAIN, 80.0)[125];
        assert!(middle(240.0) > 20.0 && middle(240.0) > 2.0 * middle(60.0), "{} {}", middle(240.0), middle(60.0));
        assert!(middle(20.0) <= 2.0);
    }

    #[test]
    fn nothing_is_held_below_the_photo_or_without_margins() {
        let any = Margins::any((100, 200));
        let none = Margins::none((100, 200));
        let way = |margins: &Margins, x: f64, y: f64| {
            let way = margins.way_back(Point::new(x, y));
            (way.x, way.y)
        };
        assert_eq!(way(&any, -20.0, 10.0), (0.0, 0.0));
        assert_eq!(way(&any, 50.0, -30.0), (0.0, 0.0));
        assert_eq!(way(&any, 50.0, 201.0), (0.0, -1.0));
        assert_eq!(way(&any, -40.0, 10.0), (5.0, 0.0));
        assert_eq!(way(&any, 136.0, -36.0), (-1.0, 1.0));
        assert!(none.is_none());
        assert_eq!(way(&none, 0.0, 0.0), (0.0, 0.0));
        assert_eq!(way(&none, -1.0, 203.0), (1.0, -3.0));
    }
}
