//! Sampling a picture through an affine map: for turned frames and for the small cuts that faces are measured in.

mod lanczos;
mod plane;
mod taps;
mod window;

pub(crate) use lanczos::for_resizer as lanczos_for_resizer;
pub use plane::{Filter, PlaneView, resampled};

use crate::geometry::{Affine, Point};
use image::RgbImage;
use window::{LONGEST_RUN, MOST_TAPS, PHASES, Place, Run, Samples, Weights};

/// Catmull-Rom's cubic reaches this many pixels each way, at scale 1.
const REACH: f64 = 2.0;

/// `source` seen through `from_output` (output pixels to source pixels) as a picture of `width` x `height` pixels.
///
/// The kernel is a Catmull-Rom cubic, widened by the shrinking that is left, along the source's axes. Beyond the source
/// its edge pixels continue. The result is the same on every processor.
#[must_use]
pub fn turned(source: &RgbImage, from_output: &Affine, width: u32, height: u32) -> RgbImage {
    let kernel = Kernel::cubic(from_output.mean_scale());
    sampled(source, &kernel, from_output, (width, height), Beyond::Edge)
}

/// What is seen beyond a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Black: what the networks are fed.
    Black,
    /// The pixels at the edge, on and on: no edge where the picture ends.
    Edge,
}

/// `source` seen through `from_output`, bilinear. The result is the same on every processor.
#[must_use]
pub fn cut(source: &RgbImage, from_output: &Affine, width: u32, height: u32, beyond: Beyond) -> RgbImage {
    sampled(source, &Kernel::linear(), from_output, (width, height), beyond)
}

/// `source` seen through `from_output` by `kernel`; black of a source without pixels.
fn sampled(source: &RgbImage, kernel: &Kernel, from_output: &Affine, size: (u32, u32), beyond: Beyond) -> RgbImage {
    let mut output = RgbImage::new(size.0, size.1);
    if size.0 > 0 && source.width() > 0 && source.height() > 0 {
        match kernel.taps {
            ..3 => fill::<1>(source, kernel, from_output, beyond, &mut output),
            3..5 => fill::<2>(source, kernel, from_output, beyond, &mut output),
            5..7 => fill::<3>(source, kernel, from_output, beyond, &mut output),
            _ => fill::<4>(source, kernel, from_output, beyond, &mut output),
        }
    }
    output
}

/// The work of [`sampled`], with `PAIRS` pairs of taps each way, in strips of [`LONGEST_RUN`] columns.
fn fill<const PAIRS: usize>(
    source: &RgbImage,
    kernel: &Kernel,
    from_output: &Affine,
    beyond: Beyond,
    output: &mut RgbImage,
) {
    let [a, _, _, d, _, _] = from_output.0;
    let samples = Samples::new(source.as_raw(), source.width() as usize);
    let width = output.width() as usize;
    for left in (0..width).step_by(LONGEST_RUN) {
        let columns = left..width.min(left + LONGEST_RUN);
        for (y, row) in output.chunks_exact_mut(3 * width).enumerate() {
            let pixels = &mut row.as_chunks_mut::<3>().0[columns.clone()];
            let at = from_output.apply(Point::new(left as f64 + 0.5, y as f64 + 0.5));
            let run = Run::new([at.x, at.y].map(|at| at - kernel.reach + 0.5), [a, d]);
            // Places lie on a line, so those whose whole window is in the picture follow one another.
            let inside = |&index: &usize| samples.hold::<PAIRS>(run.place(index));
            let first = (0..pixels.len()).find(inside).unwrap_or(pixels.len());
            let end = (first..pixels.len()).rfind(inside).map_or(first, |last| last + 1);
            samples.fill::<PAIRS>(&kernel.weights, run.from(first), &mut pixels[first..end]);
            for index in (0..first).chain(end..pixels.len()) {
                pixels[index] = at_edge::<PAIRS>(source, &kernel.weights, run.place(index), beyond);
            }
        }
    }
}

/// What is seen at `place`, where the window is not all in the picture.
#[cold]
#[inline(never)]
fn at_edge<const PAIRS: usize>(
    source: &RgbImage,
    weights: &[Weights; PHASES],
    place: Place,
    beyond: Beyond,
) -> [u8; 3] {
    let pixels = source.as_raw().as_chunks::<3>().0;
    let (width, height) = (i64::from(source.width()), i64::from(source.height()));
    let [left, top] = place.first();
    let mut window = [[[0; 3]; MOST_TAPS]; MOST_TAPS];
    for (row, y) in window.iter_mut().zip(top..).take(2 * PAIRS) {
        for (pixel, x) in row.iter_mut().zip(left..).take(2 * PAIRS) {
            let (nearest_x, nearest_y) = (x.clamp(0, width - 1), y.clamp(0, height - 1));
            if beyond == Beyond::Edge || (nearest_x, nearest_y) == (x, y) {
                *pixel = pixels[(nearest_y * width + nearest_x) as usize];
            }
        }
    }
    let [across, down] = place.phases();
    window::weighted::<PAIRS>(window.as_flattened().as_flattened(), 3 * MOST_TAPS, &weights[across], &weights[down])
}

/// The kernel is widened by this at most; a larger shrinking would need another resampling first.
const WIDEST: f64 = 2.0;

/// The weights of one axis, for every phase of a position between two pixels.
struct Kernel {
    taps: usize,
    /// From the first tap's reach to the middle, in pixels.
    reach: f64,
    weights: Box<[Weights; PHASES]>,
}

impl Kernel {
    /// Catmull and Rom's cubic, made wider.
    fn cubic(widening: f64) -> Self {
        let widening = widening.clamp(1.0, WIDEST);
        Self::new(REACH * widening, |x| catmull_rom(x / widening))
    }

    /// In a straight line from pixel to pixel.
    fn linear() -> Self {
        Self::new(1.0, |x| (1.0 - x.abs()).max(0.0))
    }

    /// `at` is the kernel at a distance from its middle; it ends at `reach`.
    fn new(reach: f64, at: impl Fn(f64) -> f64) -> Self {
        // A widening of one and a half is six taps, even if rounding made a trifle more of it.
        let taps = ((2.0 * reach - 1e-6).ceil() as usize).min(MOST_TAPS);
        let weights = |phase: usize| {
            let fraction = phase as f64 / PHASES as f64;
            let weight = |tap: usize| if tap < taps { at(tap as f64 + 1.0 - fraction - reach) } else { 0.0 };
            Weights::new(std::array::from_fn(weight))
        };
        Self { taps, reach, weights: Box::new(std::array::from_fn(weights)) }
    }
}

/// Catmull and Rom's interpolating cubic (Keys' with a = -0.5) at distance `x`.
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 2) as u8, (y * 2) as u8, 100]))
    }

    #[test]
    fn the_identity_changes_nothing() {
        let source = ramp(40, 30);
        assert_eq!(turned(&source, &Affine::IDENTITY, 40, 30), source);
        assert_eq!(cut(&source, &Affine::IDENTITY, 40, 30, Beyond::Black), source);
        assert_eq!(cut(&source, &Affine::IDENTITY, 40, 30, Beyond::Edge), source);
    }

    #[test]
    fn half_a_pixel_beyond_the_edge_is_half_black_or_the_edge() {
        let source = RgbImage::from_pixel(4, 4, image::Rgb([200; 3]));
        let half_out = Affine::translation(-0.5, 0.0);
        let first = |beyond: Beyond| cut(&source, &half_out, 4, 4, beyond).get_pixel(0, 0)[0];
        assert_eq!((first(Beyond::Black), first(Beyond::Edge)), (100, 200));
    }

    proptest! {
        /// A linear ramp stays the same ramp through any turn and scale: position and weights are right.
        #[test]
        fn a_ramp_is_sampled_where_the_map_says(degrees in -180.0..180.0f64, scale in 0.3..1.9f64) {
            let source = ramp(120, 120);
            let map = Affine::translation(-10.0, -10.0)
                .then(&Affine::rotation(degrees))
                .then(&Affine::scaling(scale, scale))
                .then(&Affine::translation(60.0, 60.0));
            let out = turned(&source, &map, 20, 20);
            for (x, y, pixel) in out.enumerate_pixels() {
                let at = map.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
                let want = [(at.x - 0.5) * 2.0, (at.y - 0.5) * 2.0, 100.0];
                for channel in 0..3 {
                    prop_assert!((f64::from(pixel.0[channel]) - want[channel]).abs() <= 1.2, "{pixel:?} {want:?}");
                }
            }
        }
    }
}
