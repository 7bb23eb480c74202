//! One plane of samples seen through an affine map, in two passes of one dimension each (Catmull and Smith, "3-D
//! transformations of images in scanline order", 1980): first along the rows, which shrinks and shears them, then along
//! the columns. For maps that turn little; both passes walk along memory, and a widened kernel costs its width once a
//! pass instead of its square once.

use super::lanczos::{self, lanczos3};
use super::taps::{Rows, TOGETHER, Weights};
use crate::geometry::{Affine, Point};
use std::ops::Range;

/// What the samples are weighted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// A triangle: soft and free of ringing, what the networks want.
    Triangle,
    /// Lanczos' window of three lobes: as sharp as pixels can show, for people.
    Lanczos3,
}

impl Filter {
    /// How many samples it reaches each way, at scale 1.
    const fn reach(self) -> f64 {
        match self {
            Self::Triangle => 1.0,
            Self::Lanczos3 => lanczos::REACH,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        match self {
            Self::Triangle => (1.0 - distance.abs()).max(0.0),
            Self::Lanczos3 => lanczos3(distance),
        }
    }

    /// Widened where `step`, the samples from one output sample to the next, is over 1.
    fn weights(self, step: f64) -> Weights {
        let widening = step.abs().max(1.0);
        Weights::new(self.reach() * widening, |distance| self.weight(distance / widening))
    }
}

/// `width` x `height` samples, row by row.
#[derive(Clone, Copy, Debug)]
pub struct PlaneView<'a> {
    /// Samples from the first on.
    pub samples: &'a [u8],
    /// Samples from the start of a row to that of the next.
    pub stride: usize,
    /// Samples in a row, at least 1.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl<'a> PlaneView<'a> {
    /// Rows of `width` samples without anything between them.
    #[must_use]
    pub fn of(samples: &'a [u8], width: usize) -> Self {
        Self { samples, stride: width, width, height: samples.len() / width.max(1) }
    }
}

/// How the samples of a pass lie in its source: the sample `u` of line `v` in the middle of which, as always, is
/// (u + 0.5, v + 0.5).
#[derive(Clone, Copy, Debug)]
struct Way {
    /// Source samples from one to the next.
    step: f64,
    /// And from one line to the next.
    shear: f64,
    start: f64,
}

/// `source` seen through `from_output` (output samples to source samples) as `width` x `height` samples. Beyond the
/// source its edge goes on.
///
/// The map may turn by 45 degrees at most; beyond 15 the first pass blurs what is fine and slanting. Levels are the
/// same on every processor.
#[must_use]
pub fn resampled(
    source: PlaneView<'_>,
    from_output: &Affine,
    (width, height): (usize, usize),
    filter: Filter,
) -> Vec<u8> {
    let [a, b, c, d, e, f] = from_output.0;
    // The row y of the source meets the output's column X in its line Y = (y - dX - f) / e.
    let along_rows = Way { step: a - b * d / e, shear: b / e, start: c - b * f / e };
    let along_columns = Way { step: e, shear: d, start: f };
    let weights = filter.weights(along_columns.step);
    let rows = rows(source, from_output, (width, height), weights.reach());
    // Where nothing is turned, both steps are the same as a rule.
    let is_even = along_rows.step == along_columns.step;
    let own = (!is_even).then(|| filter.weights(along_rows.step));
    let first = pass(source, rows.clone(), along_rows, own.as_ref().unwrap_or(&weights), width);
    let columns = PlaneView::of(&first, rows.len());
    let along_columns = Way { start: along_columns.start - rows.start as f64, ..along_columns };
    pass(columns, 0..width, along_columns, &weights, height)
}

/// The rows of the source that the output's columns reach, at least one.
fn rows(source: PlaneView<'_>, from_output: &Affine, (width, height): (usize, usize), reach: f64) -> Range<usize> {
    let (width, height) = (width as f64, height as f64);
    let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
    let ys = corners.map(|(x, y)| from_output.apply(Point::new(x, y)).y);
    let all = source.height;
    let top = ys.iter().copied().fold(f64::INFINITY, f64::min) - reach - 1.0;
    let bottom = ys.iter().copied().fold(f64::NEG_INFINITY, f64::max) + reach + 1.0;
    let first = (top.max(0.0) as usize).min(all.saturating_sub(1));
    first..(bottom.max(0.0) as usize).clamp(first + 1, all.max(first + 1))
}

/// Each of `lines` of the source resampled to `length` samples; the result has the lines as columns.
fn pass(source: PlaneView<'_>, lines: Range<usize>, way: Way, weights: &Weights, length: usize) -> Vec<u8> {
    let count = lines.len();
    let mut result = vec![0; length * count];
    let mut rows = Rows::new(weights);
    for (block, first) in lines.clone().step_by(TOGETHER).enumerate() {
        let made = TOGETHER.min(lines.end - first);
        let row = |number: usize| {
            let start = (first + number.min(made - 1)) * source.stride;
            source.samples.get(start..start + source.width).unwrap_or_default()
        };
        let at = |number: usize| way.step * 0.5 + way.shear * ((first + number) as f64 + 0.5) + way.start;
        rows.resample(std::array::from_fn(row), at, way.step, weights, length, |column, samples| {
            let to = result.get_mut(column * count + block * TOGETHER..).unwrap_or_default();
            match to.first_chunk_mut::<TOGETHER>() {
                Some(to) if made == TOGETHER => *to = *samples,
                _ => to.iter_mut().zip(samples).take(made).for_each(|(to, from)| *to = *from),
            }
        });
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::turned;
    use image::{Rgb, RgbImage};
    use proptest::prelude::*;

    fn ramp(width: usize, height: usize) -> Vec<u8> {
        (0..height).flat_map(|y| (0..width).map(move |x| (x + y) as u8)).collect()
    }

    #[test]
    fn the_identity_changes_nothing() {
        let samples = ramp(40, 30);
        for filter in [Filter::Triangle, Filter::Lanczos3] {
            let source = PlaneView::of(&samples, 40);
            assert_eq!(resampled(source, &Affine::IDENTITY, (40, 30), filter), samples);
        }
    }

    #[test]
    fn far_outside_the_edge_goes_on() {
        let samples = ramp(20, 20);
        let source = PlaneView::of(&samples, 20);
        let far = resampled(source, &Affine::translation(500.0, -900.0), (4, 4), Filter::Lanczos3);
        assert_eq!(far, [19; 16]);
    }

    proptest! {
        /// A linear ramp stays the same ramp through any small turn and scale: positions and weights are right.
        #[test]
        fn a_ramp_is_sampled_where_the_map_says(degrees in -15.0..15.0f64, scale in 0.6..6.0f64, triangle: bool) {
            let samples = ramp(120, 120);
            let map = Affine::translation(-5.0, -5.0)
                .then(&Affine::rotation(degrees))
                .then(&Affine::scaling(scale, scale))
                .then(&Affine::translation(60.0, 60.0));
            let filter = if triangle { Filter::Triangle } else { Filter::Lanczos3 };
            let out = resampled(PlaneView::of(&samples, 120), &map, (10, 10), filter);
            for (index, level) in out.iter().enumerate() {
                let at = map.apply(Point::new((index % 10) as f64 + 0.5, (index / 10) as f64 + 0.5));
                let near_edge = at.x.min(at.y).min(120.0 - at.x).min(120.0 - at.y) < 3.5 * scale.max(1.0) + 12.0;
                prop_assert!(near_edge || (f64::from(*level) - (at.x + at.y - 1.0)).abs() <= 1.2, "{level} {at:?}");
            }
        }

        /// What is coarse is as by a kernel of two dimensions.
        #[test]
        fn a_small_turn_is_as_by_the_other_way(degrees in -12.0..12.0f64, scale in 1.0..1.8f64) {
            let wave = |x: u32, y: u32| 128.0 + 90.0 * (f64::from(x) / 9.0).sin() * (f64::from(y) / 7.0).cos();
            let picture = RgbImage::from_fn(160, 150, |x, y| Rgb([wave(x, y) as u8; 3]));
            let luma: Vec<u8> = picture.pixels().map(|pixel| pixel.0[0]).collect();
            let map = Affine::translation(-20.0, -20.0)
                .then(&Affine::rotation(degrees))
                .then(&Affine::scaling(scale, scale))
                .then(&Affine::translation(80.0, 75.0));
            let one = resampled(PlaneView::of(&luma, 160), &map, (40, 40), Filter::Lanczos3);
            let other = turned(&picture, &map, 40, 40);
            for (a, b) in one.iter().zip(other.pixels()) {
                prop_assert!(a.abs_diff(b.0[0]) <= 5, "{a} {b:?}");
            }
        }
    }
}
