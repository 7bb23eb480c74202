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
    let widening = (a * e - b * d).abs().sqrt().max(1.0);
    let columns = Axis::new(source.width(), widening);
    let rows = Axis::new(source.height(), widening);
    RgbImage::from_fn(width, height, |x, y| {
        let at = from_output.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        image::Rgb(weighted(source, &columns.taps(at.x), &rows.taps(at.y)))
    })
}

/// `source` seen through `from_output`, bilinear, black beyond the source: what the networks are fed.
#[must_use]
pub fn cut(source: &RgbImage, from_output: &Affine, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let at = from_output.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        image::Rgb(bilinear(source, at).unwrap_or([0; 3]))
    })
}

/// Most taps of one axis: [`REACH`] widened by 2 both ways. Wider kernels are narrowed to this.
const MOST_TAPS: usize = 10;

/// One axis of the kernel.
struct Axis {
    last: i64,
    widening: f64,
}

/// The pixels that count along one axis, and how much; the weights sum to 1.
struct Taps {
    count: usize,
    index: [u32; MOST_TAPS],
    weight: [f32; MOST_TAPS],
}

impl Axis {
    fn new(side: u32, widening: f64) -> Self {
        Self { last: i64::from(side) - 1, widening: widening.min(2.0) }
    }

    fn taps(&self, at: f64) -> Taps {
        let reach = REACH * self.widening;
        let first = (at - reach + 0.5).floor() as i64;
        let last = (at + reach - 0.5).ceil() as i64;
        let mut taps = Taps { count: 0, index: [0; MOST_TAPS], weight: [0.0; MOST_TAPS] };
        let mut sum = 0.0;
        for pixel in (first..=last).take(MOST_TAPS) {
            let weight = catmull_rom((pixel as f64 + 0.5 - at) / self.widening);
            taps.index[taps.count] = pixel.clamp(0, self.last) as u32;
            taps.weight[taps.count] = weight as f32;
            taps.count += 1;
            sum += weight;
        }
        let scale = (1.0 / sum) as f32;
        taps.weight.iter_mut().for_each(|weight| *weight *= scale);
        taps
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

fn weighted(source: &RgbImage, columns: &Taps, rows: &Taps) -> [u8; 3] {
    let pixels = source.as_raw();
    let stride = source.width() as usize * 3;
    let mut sum = [0f32; 3];
    for (&row, &row_weight) in rows.index[..rows.count].iter().zip(&rows.weight) {
        let line = &pixels[row as usize * stride..][..stride];
        let mut along = [0f32; 3];
        for (&column, &weight) in columns.index[..columns.count].iter().zip(&columns.weight) {
            let pixel = &line[column as usize * 3..][..3];
            for channel in 0..3 {
                along[channel] += weight * f32::from(pixel[channel]);
            }
        }
        for channel in 0..3 {
            sum[channel] += row_weight * along[channel];
        }
    }
    sum.map(|value| value.round().clamp(0.0, 255.0) as u8)
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
        assert_eq!(cut(&source, &Affine::IDENTITY, 40, 30), source);
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
