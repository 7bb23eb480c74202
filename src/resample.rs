//! Sampling a picture through an affine map: for turned frames and for the small cuts that faces are measured in.

use crate::geometry::{Affine, Point};
use image::RgbImage;

/// Catmull-Rom's cubic reaches this many pixels each way, at scale 1.
const REACH: f64 = 2.0;

/// `source` seen through `from_output` (output pixels to source pixels) as a picture of `width` x `height` pixels.
///
/// The kernel is a Catmull-Rom cubic, widened by the shrinking that is left, along the source's axes. Beyond the source
/// its edge pixels continue.
#[must_use]
pub fn turned(source: &RgbImage, from_output: &Affine, width: u32, height: u32) -> RgbImage {
    let [a, b, _, d, e, _] = from_output.0;
    let kernel = Kernel::new((a * e - b * d).abs().sqrt());
    let padded = Padded::new(source);
    RgbImage::from_fn(width, height, |x, y| {
        let at = from_output.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        image::Rgb(padded.weighted(&kernel.taps(at.x), &kernel.taps(at.y)))
    })
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
    RgbImage::from_fn(width, height, |x, y| {
        let at = from_output.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        let at = match beyond {
            Beyond::Black => at,
            Beyond::Edge => Point::new(at.x.clamp(0.5, last.x), at.y.clamp(0.5, last.y)),
        };
        image::Rgb(bilinear(source, at).unwrap_or([0; 3]))
    })
}

/// The kernel is widened by this at most; a larger shrinking would need another resampling first.
const WIDEST: f64 = 2.0;

/// Most taps of one axis: [`REACH`] both ways, at its widest.
const MOST_TAPS: usize = 8;

/// Positions between two pixels that have weights of their own: 1/256 pixel is a step of one level only where
/// neighbours differ by all 255.
const PHASES: usize = 256;

/// The weights of one axis, for every phase of a position between two pixels.
struct Kernel {
    count: usize,
    reach: f64,
    weights: Vec<[f32; MOST_TAPS]>,
}

/// The pixels that count along one axis, from the first on, and how much; the weights sum to 1.
struct Taps<'a> {
    first: i64,
    weights: &'a [f32],
}

impl Kernel {
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
            let sum: f64 = weights.iter().sum();
            weights.map(|weight| (weight / sum) as f32)
        };
        Self { count, reach, weights: (0..=PHASES).map(weights).collect() }
    }

    fn taps(&self, at: f64) -> Taps<'_> {
        let start = at - self.reach + 0.5;
        let first = start.floor();
        let phase = ((start - first) * PHASES as f64).round() as usize;
        Taps { first: first as i64, weights: &self.weights[phase.min(PHASES)][..self.count] }
    }
}

/// A picture with four bytes a pixel, so that a pixel is one vector.
struct Padded {
    width: i64,
    height: i64,
    pixels: Vec<[u8; 4]>,
}

impl Padded {
    fn new(source: &RgbImage) -> Self {
        let pixels = source.pixels().map(|pixel| [pixel[0], pixel[1], pixel[2], 0]).collect();
        Self { width: i64::from(source.width()), height: i64::from(source.height()), pixels }
    }

    /// The weighted sum of the pixels under both axes' taps; beyond the picture its edge pixels count again.
    fn weighted(&self, columns: &Taps, rows: &Taps) -> [u8; 3] {
        let is_inside = columns.first >= 0 && columns.first + columns.weights.len() as i64 <= self.width;
        let mut sum = [0f32; 4];
        for (row, &row_weight) in (rows.first..).zip(rows.weights) {
            let line = &self.pixels[(row.clamp(0, self.height - 1) * self.width) as usize..][..self.width as usize];
            let mut along = [0f32; 4];
            let mut add = |pixel: [u8; 4], weight: f32| {
                for channel in 0..4 {
                    along[channel] += weight * f32::from(pixel[channel]);
                }
            };
            if is_inside {
                let taps = &line[columns.first as usize..][..columns.weights.len()];
                taps.iter().zip(columns.weights).for_each(|(&pixel, &weight)| add(pixel, weight));
            } else {
                let taps = (columns.first..).zip(columns.weights);
                taps.for_each(|(column, &weight)| add(line[column.clamp(0, self.width - 1) as usize], weight));
            }
            for channel in 0..4 {
                sum[channel] += row_weight * along[channel];
            }
        }
        [sum[0], sum[1], sum[2]].map(|value| value.round().clamp(0.0, 255.0) as u8)
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

fn bilinear(source: &RgbImage, at: Point) -> Option<[u8; 3]> {
    let (x, y) = (at.x - 0.5, at.y - 0.5);
    let (width, height) = (f64::from(source.width()), f64::from(source.height()));
    if !(x > -1.0 && y > -1.0 && x < width && y < height) {
        return None;
    }
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let pixel = |dx: f64, dy: f64| -> [f32; 3] {
        let inside = left + dx >= 0.0 && top + dy >= 0.0 && left + dx < width && top + dy < height;
        if inside { source.get_pixel((left + dx) as u32, (top + dy) as u32).0.map(f32::from) } else { [0.0; 3] }
    };
    let (a, b, c, d) = (pixel(0.0, 0.0), pixel(1.0, 0.0), pixel(0.0, 1.0), pixel(1.0, 1.0));
    Some(std::array::from_fn(|channel| {
        let above = a[channel] + across * (b[channel] - a[channel]);
        let below = c[channel] + across * (d[channel] - c[channel]);
        (above + down * (below - above)).round() as u8
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
