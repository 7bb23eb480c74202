//! Sampling a picture through an affine map: for turned frames and for the small cuts that faces are measured in.

mod plane;
mod taps;
mod window;

pub use plane::{Kernel, Samples, resampled};

use crate::geometry::{Affine, Point};
use image::RgbImage;
use window::{MOST_TAPS, Weights, weighted};

/// Catmull-Rom's cubic reaches this many pixels each way, at scale 1.
const REACH: f64 = 2.0;

/// `source` seen through `from_output` (output pixels to source pixels) as a picture of `width` x `height` pixels.
///
/// The kernel is a Catmull-Rom cubic, widened by the shrinking that is left, along the source's axes. Beyond the source
/// its edge pixels continue. The result is the same on every processor.
#[must_use]
pub fn turned(source: &RgbImage, from_output: &Affine, width: u32, height: u32) -> RgbImage {
    let [a, b, _, d, e, _] = from_output.0;
    let cubic = Cubic::new((a * e - b * d).abs().sqrt());
    let source = Padded::new(source);
    let mut output = RgbImage::new(width, height);
    match cubic.pairs {
        ..3 => turn::<2>(&source, &cubic, from_output, &mut output),
        3 => turn::<3>(&source, &cubic, from_output, &mut output),
        _ => turn::<4>(&source, &cubic, from_output, &mut output),
    }
    output
}

/// The work of [`turned`], with `PAIRS` pairs of taps each way.
fn turn<const PAIRS: usize>(source: &Padded, cubic: &Cubic, from_output: &Affine, output: &mut RgbImage) {
    let width = output.width().max(1) as usize;
    for (y, row) in output.chunks_exact_mut(3 * width).enumerate() {
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let at = from_output.apply(Point::new(x as f64 + 0.5, y as f64 + 0.5));
            *pixel = source.at::<PAIRS>(cubic.taps(at.x), cubic.taps(at.y));
        }
    }
}

/// What is seen beyond a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Black: what the networks are fed.
    Black,
    /// The pixels at the edge, on and on: no edge where the picture ends.
    Edge,
}

/// `source` seen through `from_output`, bilinear.
#[must_use]
pub fn cut(source: &RgbImage, from_output: &Affine, width: u32, height: u32, beyond: Beyond) -> RgbImage {
    let last = Point::new(f64::from(source.width()) - 0.5, f64::from(source.height()) - 0.5);
    let pixels = source.as_raw().as_chunks::<3>().0;
    let stride = source.width() as usize;
    let mut output = RgbImage::new(width, height);
    for (y, row) in output.chunks_exact_mut(3 * width.max(1) as usize).enumerate() {
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let at = from_output.apply(Point::new(x as f64 + 0.5, y as f64 + 0.5));
            let at = match beyond {
                Beyond::Black => at,
                Beyond::Edge => Point::new(at.x.clamp(0.5, last.x), at.y.clamp(0.5, last.y)),
            };
            // All four pixels are there nearly always.
            *pixel = if at.x >= 0.5 && at.y >= 0.5 && at.x < last.x && at.y < last.y {
                inside(pixels, stride, at)
            } else {
                bilinear(source, at).unwrap_or([0; 3])
            };
        }
    }
    output
}

/// As [`bilinear`], where the four pixels around `at` are in the picture.
#[inline(always)]
fn inside(pixels: &[[u8; 3]], stride: usize, at: Point) -> [u8; 3] {
    let (x, y) = (at.x - 0.5, at.y - 0.5);
    let (left, top) = (x as usize, y as usize);
    let (across, down) = ((x - left as f64) as f32, (y - top as f64) as f32);
    let start = top * stride + left;
    let (Some([a, b]), Some([c, d])) = (pixels.get(start..start + 2), pixels.get(start + stride..start + stride + 2))
    else {
        return [0; 3];
    };
    std::array::from_fn(|channel| {
        let [a, b, c, d] = [a, b, c, d].map(|pixel| f32::from(pixel[channel]));
        let above = a + across * (b - a);
        let below = c + across * (d - c);
        rounded(above + down * (below - above))
    })
}

/// The kernel is widened by this at most; a larger shrinking would need another resampling first.
const WIDEST: f64 = 2.0;

/// Positions between two pixels that have weights of their own: 1/256 pixel is a step of one level only where
/// neighbours differ by all 255.
const PHASES: usize = 256;

/// The weights of one axis, for every phase of a position between two pixels.
struct Cubic {
    /// Taps are taken two by two: 2, 3 or 4 pairs.
    pairs: usize,
    reach: f64,
    weights: Vec<Weights>,
}

impl Cubic {
    fn new(widening: f64) -> Self {
        let widening = widening.clamp(1.0, WIDEST);
        let reach = REACH * widening;
        let count = ((2.0 * reach).ceil() as usize).min(MOST_TAPS);
        let weights = |phase: usize| {
            let fraction = phase as f64 / PHASES as f64;
            let mut weights = [0f64; MOST_TAPS];
            for (tap, weight) in weights[..count].iter_mut().enumerate() {
                *weight = catmull_rom((tap as f64 + 1.0 - fraction - reach) / widening);
            }
            Weights::new(weights)
        };
        Self { pairs: count.div_ceil(2), reach, weights: (0..=PHASES).map(weights).collect() }
    }

    /// The first pixel that counts at `at` along one axis, and the weights from it on.
    #[inline(always)]
    fn taps(&self, at: f64) -> (i64, &Weights) {
        let start = at - self.reach + 0.5;
        let first = floor(start);
        let phase = ((start - first as f64) * PHASES as f64 + 0.5) as usize;
        (first, &self.weights[phase.min(PHASES)])
    }
}

/// `value` rounded down. Without SSE4.1 the standard library's is a call, which costs more than all else in these loops.
#[inline(always)]
const fn floor(value: f64) -> i64 {
    let whole = value as i64;
    if whole as f64 > value { whole - 1 } else { whole }
}

/// A picture with four bytes a pixel, so that two pixels are eight bytes.
struct Padded {
    width: i64,
    height: i64,
    samples: Vec<[u8; 4]>,
}

impl Padded {
    fn new(source: &RgbImage) -> Self {
        let samples = source.as_raw().as_chunks::<3>().0.iter().map(|&[red, green, blue]| [red, green, blue, 0]);
        Self { width: i64::from(source.width()), height: i64::from(source.height()), samples: samples.collect() }
    }

    /// The weighted sum of the pixels under both axes' taps, `PAIRS` pairs of them each way; beyond the picture its edge
    /// pixels count again.
    #[inline(always)]
    fn at<const PAIRS: usize>(&self, (left, across): (i64, &Weights), (top, down): (i64, &Weights)) -> [u8; 3] {
        let reach = 2 * PAIRS as i64;
        if left < 0 || top < 0 || left + reach > self.width || top + reach > self.height {
            return self.at_edge::<PAIRS>((left, across), (top, down));
        }
        let start = (top * self.width + left) as usize;
        weighted::<PAIRS>(&self.samples[start..], self.width as usize, across, down)
    }

    #[cold]
    #[inline(never)]
    fn at_edge<const PAIRS: usize>(&self, (left, across): (i64, &Weights), (top, down): (i64, &Weights)) -> [u8; 3] {
        let window: [[[u8; 4]; MOST_TAPS]; MOST_TAPS] = std::array::from_fn(|row| {
            let line = (top + row as i64).clamp(0, self.height - 1) * self.width;
            std::array::from_fn(|tap| {
                let column = (left + tap as i64).clamp(0, self.width - 1);
                self.samples[(line + column) as usize]
            })
        });
        weighted::<PAIRS>(window.as_flattened(), MOST_TAPS, across, down)
    }
}

/// The nearest level, 0..=255.
#[inline(always)]
const fn rounded(value: f32) -> u8 {
    (value + 0.5) as u8
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

/// `None` where no pixel of the source is near; what is beyond its edge is black.
fn bilinear(source: &RgbImage, at: Point) -> Option<[u8; 3]> {
    let (x, y) = (at.x - 0.5, at.y - 0.5);
    let (width, height) = (i64::from(source.width()), i64::from(source.height()));
    if !(x > -1.0 && y > -1.0 && x < width as f64 && y < height as f64) {
        return None;
    }
    let (left, top) = (floor(x), floor(y));
    let (across, down) = ((x - left as f64) as f32, (y - top as f64) as f32);
    let two = |line: i64| -> [[f32; 3]; 2] {
        let pixels = source.as_raw().as_chunks::<3>().0;
        let pixel = |column: i64| {
            let inside = column >= 0 && line >= 0 && column < width && line < height;
            if inside { pixels[(line * width + column) as usize].map(f32::from) } else { [0.0; 3] }
        };
        [pixel(left), pixel(left + 1)]
    };
    let ([a, b], [c, d]) = (two(top), two(top + 1));
    Some(std::array::from_fn(|channel| {
        let above = a[channel] + across * (b[channel] - a[channel]);
        let below = c[channel] + across * (d[channel] - c[channel]);
        rounded(above + down * (below - above))
    }))
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
