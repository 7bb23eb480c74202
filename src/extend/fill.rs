//! The pixels beyond a photo's edge: the photo mirrored at the edge, as long as it is clear of the person; farther out
//! the colours along the edge, ever more blurred on the way out, with the photo's grain.
//!
//! Blurring by half the distance is what a smooth surface does that ends in the edge's colours (the harmonic
//! continuation into a half plane blurs alike): no streaks, no seam. Grain is taken from the photo's own outermost
//! rows.

use super::{Clearance, difference};
use crate::geometry::{Affine, Rect};
use image::RgbImage;
use image::imageops::{rotate90, rotate270};

/// Rows whose mean is the edge's colour, in pixels: single rows are noisy.
const EDGE_ROWS: u32 = 3;

/// Standard deviation of the blur, in distances from the edge.
const BLUR: f64 = 0.5;

/// Outermost rows that grain is taken from, in pixels.
const GRAIN_ROWS: u32 = 24;

/// Pixels to each side whose mean grain is measured against.
const GRAIN_REACH: usize = 4;

/// The mirrored photo gives way to the smooth continuation over the last third of the way to the person.
const MIRROR_FADES: f64 = 3.0;

/// Grain beyond this many times its own median is no grain but a hair, in levels at least [`LEAST_GRAIN`].
const GRAIN_LIMIT: f32 = 3.0;
const LEAST_GRAIN: f32 = 1.0;

/// How many pixels a picture grows on a side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Growth {
    pub top: u32,
    pub left: u32,
    pub right: u32,
}

impl Growth {
    /// What a photo of `width` x `height` pixels lacks of `bounds` (upright source pixels), at `scale`.
    pub fn around(bounds: Rect, width: u32, height: u32, scale: f64) -> Self {
        /// Less than this, in pixels, is rounding.
        const NOTHING: f64 = 0.01;
        let lacking = |reach: f64| if reach * scale > NOTHING { (reach * scale).ceil() as u32 } else { 0 };
        // `Margins` has frames reach out by less than the photo's size; a larger growth would be a slip.
        let most = width.max(height);
        Self {
            top: lacking(-bounds.y).min(most),
            left: lacking(-bounds.x).min(most),
            right: lacking(bounds.right() - f64::from(width)).min(most),
        }
    }
}

/// What a continued background is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fill {
    /// The photo's own: mirrored where it is clear of the person, with the photo's grain.
    Own(Clearance),
    /// Smooth colour.
    Blurred,
}

impl Fill {
    /// The same for a picture to which the photo's pixels come by `map`, a scaling and a shift.
    pub fn mapped(self, map: &Affine) -> Self {
        match self {
            Self::Own(clearance) => Self::Own(clearance.mapped(map)),
            Self::Blurred => Self::Blurred,
        }
    }
}

/// `image`, grown by `growth`. The clearance is in pixels of `image`.
#[must_use]
pub(crate) fn continued(image: &RgbImage, growth: Growth, fill: Fill) -> RgbImage {
    let (width, height) = image.dimensions();
    let grown_width = width + growth.left + growth.right;
    let mut grown = RgbImage::new(grown_width, height + growth.top);
    place(&mut grown, image, growth.left, growth.top);
    let clear = |depth: &dyn Fn(&Clearance) -> f64| match fill {
        Fill::Own(clearance) => Some(depth(&clearance)),
        Fill::Blurred => None,
    };
    // Sideways first, so that what is above has the corners' colours to go on from. A quarter turn clockwise brings the
    // left edge to the top, its lower end first.
    if growth.left > 0 {
        let strip = rotate90(&part(image, (0, 0), (strip_depth(growth.left, width), height)));
        let along = |x: f64| clear(&|clearance| clearance.right_of_left_edge(f64::from(height) - x));
        place(&mut grown, &rotate270(&above(&strip, growth.left, along)), 0, growth.top);
    }
    if growth.right > 0 {
        let depth = strip_depth(growth.right, width);
        let strip = rotate270(&part(image, (width - depth, 0), (depth, height)));
        let along = |x: f64| clear(&|clearance| clearance.left_of_right_edge(x, f64::from(width)));
        place(&mut grown, &rotate90(&above(&strip, growth.right, along)), growth.left + width, growth.top);
    }
    if growth.top > 0 {
        let strip = part(&grown, (0, growth.top), (grown_width, strip_depth(growth.top, height)));
        let along = |x: f64| clear(&|clearance| clearance.below_top(x - f64::from(growth.left)));
        place(&mut grown, &above(&strip, growth.top, along), 0, 0);
    }
    grown
}

/// Copies `part` into `picture`, which has room for it at these pixels from the left and the top: row by row, where the
/// crate's function goes pixel by pixel.
fn place(picture: &mut RgbImage, part: &RgbImage, left: u32, top: u32) {
    let (stride, width) = (3 * picture.width() as usize, 3 * part.width() as usize);
    let start = 3 * left as usize;
    let rows = picture.chunks_exact_mut(stride.max(1)).skip(top as usize);
    for (row, from) in rows.zip(part.chunks_exact(width.max(1))) {
        row[start..start + width].copy_from_slice(from);
    }
}

/// The `width` x `height` pixels of `picture`, which has as many from there, from `left` and `top` on.
fn part(picture: &RgbImage, (left, top): (u32, u32), (width, height): (u32, u32)) -> RgbImage {
    let mut part = RgbImage::new(width, height);
    let (stride, start, wide) = (3 * picture.width() as usize, 3 * left as usize, 3 * width as usize);
    let rows = picture.chunks_exact(stride.max(1)).skip(top as usize);
    for (to, row) in part.chunks_exact_mut(wide.max(1)).zip(rows) {
        to.copy_from_slice(&row[start..start + wide]);
    }
    part
}

/// How deep the part of a picture is that its continuation by `rows` is made from.
fn strip_depth(rows: u32, side: u32) -> u32 {
    rows.max(GRAIN_ROWS).min(side)
}

/// The `rows` above `strip`. `clear` says how deep the picture is free of the person at an x, in pixels; `None` for a
/// smooth continuation.
fn above(strip: &RgbImage, rows: u32, clear: impl Fn(f64) -> Option<f64>) -> RgbImage {
    let (width, height) = strip.dimensions();
    let stride = 3 * width as usize;
    let mut grown = RgbImage::new(width, rows);
    let clear: Vec<Option<f64>> = (0..width).map(|x| clear(f64::from(x) + 0.5)).collect();
    let grain = if clear.iter().any(Option::is_some) { grain(strip) } else { Vec::new() };
    // Nothing is mirrored of what is not clear.
    let clear: Vec<f64> = clear.into_iter().map(Option::unwrap_or_default).collect();
    let mut colours = edge_colours(strip);
    let usual = usual_difference(strip, &colours);
    let mut smooth = colours.clone();
    let mut blurred = 0.0;
    for (distance, row) in (1..=rows).zip(grown.chunks_exact_mut(stride.max(1)).rev()) {
        let deviation = BLUR * f64::from(distance);
        let wanted = deviation * deviation - blurred;
        // A box of 2 r + 1 pixels has the variance r (r + 1) / 3.
        let radius = ((0.25 + 3.0 * wanted).sqrt() - 0.5).floor().max(0.0);
        if radius >= 1.0 {
            colours = box_blurred(&colours, radius as usize);
            blurred += radius * (radius + 1.0) / 3.0;
        }
        add_grain(&colours, &grain, distance - 1, &mut smooth);
        let mirror_row = (distance - 1).min(height - 1) as usize;
        let own = strip.as_raw()[mirror_row * stride..][..stride].as_chunks().0;
        let mirrored = Mirrored { own, colours: &colours, usual, clear: &clear, distance: f64::from(distance) };
        mirrored.blend(&smooth, row.as_chunks_mut().0);
    }
    grown
}

/// To the nearest level; the standard library's rounding is a call where SSE4.1 is not taken for granted.
#[inline(always)]
fn level(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// A row of the photo, `distance` out where it is mirrored.
#[derive(Clone, Copy, Debug)]
struct Mirrored<'a> {
    own: &'a [[u8; 3]],
    /// What it has to be like.
    colours: &'a [[f32; 3]],
    usual: f32,
    /// How deep the photo is free of the person.
    clear: &'a [f64],
    distance: f64,
}

impl Mirrored<'_> {
    /// Its pixels where they are to be seen, and else those of `smooth`.
    fn blend(&self, smooth: &[[f32; 3]], row: &mut [[u8; 3]]) {
        let share = |clear: f64| mirrored_share(self.distance, clear);
        // What is deeper clear has no smaller share.
        let (least, most) = self
            .clear
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), clear| (clear.min(least), clear.max(most)));
        if share(most) <= 0.0 {
            row.as_flattened_mut().iter_mut().zip(smooth.as_flattened()).for_each(|(to, value)| *to = level(*value));
            return;
        }
        let are_all_whole = share(least) >= 1.0;
        let photo = self.own.iter().zip(self.colours).zip(self.clear);
        for ((to, smooth), ((own, colour), &clear)) in row.iter_mut().zip(smooth).zip(photo) {
            let mirror = if are_all_whole { 1.0 } else { share(clear) };
            let share = mirror * belongs(difference(own.map(f32::from), *colour), self.usual);
            // The sum below would be within a thousandth of the photo's own level.
            if share >= 1.0 {
                *to = *own;
                continue;
            }
            for ((to, &own), smooth) in to.iter_mut().zip(own).zip(smooth) {
                *to = level(smooth + share * (f32::from(own) - smooth));
            }
        }
    }
}

/// How far the outermost rows usually are from the colours along the edge, in levels: little on a wall, much in a tree.
fn usual_difference(strip: &RgbImage, colours: &[[f32; 3]]) -> f32 {
    let rows = strip.rows().take(GRAIN_ROWS as usize);
    let differences =
        rows.flat_map(|row| row.zip(colours).map(|(pixel, colour)| difference(pixel.0.map(f32::from), *colour)));
    median(&mut differences.collect::<Vec<f32>>())
}

/// Whether a mirrored pixel is background, 0..=1: a hair before a wall differs more from the wall than the wall does
/// from itself, and would be seen to come from nowhere.
fn belongs(difference: f32, usual: f32) -> f32 {
    /// Differences up to this many times the usual belong, and in any case this many levels; none do at twice that.
    const TIMES_USUAL: f32 = 4.0;
    const LEAST: f32 = 16.0;
    let limit = (TIMES_USUAL * usual).max(LEAST);
    if difference <= limit { 1.0 } else { (2.0 - difference / limit).max(0.0) }
}

/// The middle one of `values` by size; 0 of none.
fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f32::total_cmp).1 }
}

/// How much of what is `distance` out is the mirrored photo: all of it well before the mirror meets the person.
pub(super) fn mirrored_share(distance: f64, clear: f64) -> f32 {
    (MIRROR_FADES * (1.0 - distance / clear.max(1.0))).clamp(0.0, 1.0) as f32
}

/// The mean of the outermost rows.
fn edge_colours(image: &RgbImage) -> Vec<[f32; 3]> {
    let rows = EDGE_ROWS.min(image.height());
    let colour = |x: u32| -> [f32; 3] {
        std::array::from_fn(|channel| {
            (0..rows).map(|y| f32::from(image.get_pixel(x, y)[channel])).sum::<f32>() / rows as f32
        })
    };
    (0..image.width()).map(colour).collect()
}

/// The mean over `radius` neighbours on both sides; at the ends the last one counts again.
fn box_blurred(colours: &[[f32; 3]], radius: usize) -> Vec<[f32; 3]> {
    let (Some(first), Some(last)) = (colours.first(), colours.last()) else { return Vec::new() };
    let mut wide = Vec::with_capacity(colours.len() + 2 * radius + 1);
    wide.resize(radius, first.map(f64::from));
    wide.extend(colours.iter().map(|colour| colour.map(f64::from)));
    wide.resize(colours.len() + 2 * radius + 1, last.map(f64::from));
    let mut sum = [0f64; 3];
    for colour in &wide[..2 * radius + 1] {
        (0..3).for_each(|channel| sum[channel] += colour[channel]);
    }
    let share = 1.0 / (2 * radius + 1) as f64;
    let mut means = vec![[0.0; 3]; colours.len()];
    for ((mean, leaving), entering) in means.iter_mut().zip(&wide).zip(&wide[2 * radius + 1..]) {
        *mean = sum.map(|value| (value * share) as f32);
        (0..3).for_each(|channel| sum[channel] += entering[channel] - leaving[channel]);
    }
    means
}

/// The outermost rows less their local mean, with what is too strong for grain cut off.
fn grain(image: &RgbImage) -> Vec<Vec<[f32; 3]>> {
    let rows = GRAIN_ROWS.min(image.height());
    let row = |y: u32| -> Vec<[f32; 3]> {
        let pixels: Vec<[f32; 3]> = (0..image.width()).map(|x| image.get_pixel(x, y).0.map(f32::from)).collect();
        let means = box_blurred(&pixels, GRAIN_REACH);
        pixels
            .iter()
            .zip(&means)
            .map(|(pixel, mean)| std::array::from_fn(|channel| pixel[channel] - mean[channel]))
            .collect()
    };
    let mut grain: Vec<Vec<[f32; 3]>> = (0..rows).map(row).collect();
    let mut strengths: Vec<f32> = grain.iter().flatten().map(|[_, green, _]| green.abs()).collect();
    let limit = (GRAIN_LIMIT * median(&mut strengths)).max(LEAST_GRAIN);
    grain.iter_mut().flatten().flatten().for_each(|value| *value = value.clamp(-limit, limit));
    grain
}

/// The colours with the grain `distance` rows out: the photo's own mirrored at the edge, and moved aside each time it
/// comes again so that the eye finds no pattern.
fn add_grain(colours: &[[f32; 3]], grain: &[Vec<[f32; 3]>], distance: u32, sums: &mut [[f32; 3]]) {
    /// A step aside that shares no factor with usual widths.
    const ASIDE: usize = 97;
    if grain.is_empty() {
        sums.copy_from_slice(colours);
        return;
    }
    let (turn, row) = (distance as usize / grain.len(), distance as usize % grain.len());
    let row = &grain[if turn % 2 == 0 { row } else { grain.len() - 1 - row }];
    let (behind, first) = row.split_at(turn * ASIDE % row.len());
    let (left, right) = sums.split_at_mut(first.len());
    let colours = colours.split_at(first.len());
    for (sums, colours, grain) in [(left, colours.0, first), (right, colours.1, behind)] {
        let both = colours.as_flattened().iter().zip(grain.as_flattened());
        sums.as_flattened_mut().iter_mut().zip(both).for_each(|(sum, (colour, grain))| *sum = colour + grain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use image::Rgb;

    const GROWTH: Growth = Growth { top: 20, left: 10, right: 15 };

    /// A person so far below that all is clear.
    fn nobody() -> Clearance {
        Clearance::around(&crate::subject::Head {
            eyes: [Point::new(-1.0, 1e4), Point::new(1.0, 1e4)],
            chin: Point::new(0.0, 1e4 + 2.0),
            crown: Point::new(0.0, 1e4 - 2.0),
            crown_confidence: 1.0,
            roll_deg: 0.0,
            yaw: 0.0,
            pitch: 0.0,
            face: Rect::default(),
        })
    }

    #[test]
    fn a_plain_colour_goes_on() {
        let image = RgbImage::from_pixel(40, 30, Rgb([200, 120, 40]));
        let grown = continued(&image, GROWTH, Fill::Own(nobody()));
        assert_eq!(grown, RgbImage::from_pixel(65, 50, Rgb([200, 120, 40])));
    }

    #[test]
    fn the_photo_itself_is_not_touched() {
        let image = RgbImage::from_fn(40, 30, |x, y| Rgb([(x * 6) as u8, (y * 8) as u8, (x ^ y) as u8]));
        let grown = continued(&image, GROWTH, Fill::Own(nobody()));
        assert_eq!(image::imageops::crop_imm(&grown, 10, 20, 40, 30).to_image(), image);
    }

    #[test]
    fn a_gradient_along_the_edge_has_no_seam() {
        let image = RgbImage::from_fn(200, 60, |x, _| Rgb([(20 + x) as u8; 3]));
        let grown = continued(&image, Growth { top: 40, left: 0, right: 0 }, Fill::Blurred);
        for x in 60..140 {
            for y in 0..40 {
                let (here, below) = (grown.get_pixel(x, y)[0], grown.get_pixel(x, y + 1)[0]);
                assert!(here.abs_diff(below) <= 1, "{x} {y}: {here} {below}");
            }
        }
    }

    #[test]
    fn grain_goes_on_as_strong_as_it_is() {
        let noise =
            |x: u32, y: u32| ((x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(97) >> 24) % 9;
        let image = RgbImage::from_fn(200, 60, |x, y| Rgb([(120 + noise(x, y)) as u8; 3]));
        let grown = continued(&image, Growth { top: 60, left: 0, right: 0 }, Fill::Own(nobody()));
        let deviation = |from: u32| {
            let values: Vec<f64> = (from..from + 60)
                .flat_map(|y| (0..200).map(move |x| (x, y)))
                .map(|(x, y)| f64::from(grown.get_pixel(x, y)[0]))
                .collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64).sqrt()
        };
        let (outside, inside) = (deviation(0), deviation(60));
        assert!((outside / inside - 1.0).abs() < 0.25, "{outside} {inside}");
    }

    #[test]
    fn a_hair_before_a_wall_is_not_mirrored_and_leaves_are() {
        let wall = RgbImage::from_fn(200, 60, |x, y| Rgb([if (80..84).contains(&x) && y > 6 { 20 } else { 180 }; 3]));
        let top = |image: &RgbImage| continued(image, Growth { top: 20, left: 0, right: 0 }, Fill::Own(nobody()));
        assert!(top(&wall).rows().take(20).flatten().all(|pixel| pixel[0] > 170));
        let leaves = RgbImage::from_fn(200, 60, |x, y| Rgb([if (x / 9 + y / 7) % 2 == 0 { 60 } else { 180 }; 3]));
        let above: Vec<u8> = top(&leaves).rows().take(20).flatten().map(|pixel| pixel[0]).collect();
        assert!(above.iter().any(|&value| value < 80) && above.iter().any(|&value| value > 160));
    }

    #[test]
    fn a_picture_of_one_pixel_grows_too() {
        let grown = continued(&RgbImage::from_pixel(1, 1, Rgb([9, 8, 7])), GROWTH, Fill::Own(nobody()));
        assert_eq!(grown, RgbImage::from_pixel(26, 21, Rgb([9, 8, 7])));
    }
}
