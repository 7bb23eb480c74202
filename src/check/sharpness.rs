//! Pure: how sharp a face is, against its own noise.
//!
//! An edge that is blurred once more loses contrast, the less so the softer it was before: the steepness of the
//! strongest edges before and after says how wide they are (Zhuo and Sim, "Defocus map estimation from a single image",
//! 2011). Noise is steep too, but has no width: what it adds is known from the smooth skin between, and taken away.
//!
//! The numbers below were set by hand. `docs/checks.md` has what is measured with them on the 98 portraits, and on
//! four that were blurred on purpose: by 1.3, 2, 2.7 and 4 pixels, of which 1.2, 1.6, 2.0 and 2.8 are found.

/// The blur that edges are compared with, as a deviation in pixels. Large enough that noise is mostly gone after it.
const BLUR: f32 = 1.5;

/// The kernel of that blur reaches this many pixels.
const REACH: usize = 4;

/// The share of a face's pixels that are taken for edges where they are steepest: lids, lashes, brows, nostrils, lips.
const EDGES: f64 = 0.03;

/// What an edge of this width could be after all the softening on its way here is no more than the pixels show.
const WIDEST: f64 = 12.0;

/// Side of the squares in which noise is measured, in pixels.
const SQUARE: usize = 8;

/// How sharp a picture is, in its own pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sharpness {
    /// Deviation of the blur of its sharpest edges, in pixels.
    pub blur: f64,
    /// Deviation of its noise, in the picture's levels.
    pub noise: f64,
}

/// How sharp the picture of these brightnesses is, row by row, `width` pixels wide. `None` where it has no edge that
/// stands out of its noise, or is too small to tell.
#[must_use]
pub fn sharpness(brightness: &[f32], width: usize) -> Option<Sharpness> {
    let height = brightness.len().checked_div(width)?;
    let brightness = &brightness[..width * height];
    if width < 4 * REACH || height < 4 * REACH {
        return None;
    }
    let kernel = kernel();
    let soft = blurred(brightness, width, height, &kernel);
    let noise = noise(brightness, &soft, width, height, &kernel);
    // What noise of deviation 1 adds to the square of a slope: by differences over two pixels, and after the blur.
    let (before, after) = (0.5 * 2.0, noise_after(&kernel));
    let variance = noise * noise;
    let edges = edges(&soft, width, height);
    let (mut sharp_squares, mut soft_squares) = (0.0, 0.0);
    for &index in &edges {
        sharp_squares += f64::from(slope(brightness, width, index)) - before * variance;
        soft_squares += f64::from(slope(&soft, width, index)) - after * variance;
    }
    if edges.is_empty() || soft_squares <= 0.0 || soft_squares < edges.len() as f64 * after * variance {
        return None;
    }
    let ratio = sharp_squares / soft_squares;
    let blur = if ratio > 1.0 { f64::from(BLUR) / (ratio - 1.0).sqrt() } else { WIDEST };
    Some(Sharpness { blur: blur.min(WIDEST), noise })
}

/// Half of a bell curve that sums to 1 with its mirror image.
fn kernel() -> [f32; REACH + 1] {
    let mut kernel = [0.0; REACH + 1];
    for (at, weight) in kernel.iter_mut().enumerate() {
        let deviations = at as f32 / BLUR;
        *weight = libm::expf(-0.5 * deviations * deviations);
    }
    let sum = 2.0 * kernel.iter().sum::<f32>() - kernel[0];
    kernel.map(|weight| weight / sum)
}

/// The mean square of a slope that noise of deviation 1 leaves after the blur: of both directions, by differences over
/// two pixels.
fn noise_after(kernel: &[f32; REACH + 1]) -> f64 {
    let at = |offset: isize| kernel.get(offset.unsigned_abs()).copied().map_or(0.0, f64::from);
    let reach = REACH as isize + 1;
    let along: f64 = (-reach..=reach).map(|x| squared((at(x - 1) - at(x + 1)) / 2.0)).sum();
    let across: f64 = (-reach..=reach).map(|x| squared(at(x))).sum();
    2.0 * along * across
}

fn squared(value: f64) -> f64 {
    value * value
}

/// The picture after the blur; beyond its edges its edge pixels go on.
fn blurred(values: &[f32], width: usize, height: usize, kernel: &[f32; REACH + 1]) -> Vec<f32> {
    let mut rows = Vec::with_capacity(values.len());
    let mut padded = vec![0.0; width + 2 * REACH];
    for row in values.chunks_exact(width) {
        padded[..REACH].fill(row[0]);
        padded[REACH..REACH + width].copy_from_slice(row);
        padded[REACH + width..].fill(row[width - 1]);
        let start = rows.len();
        rows.extend(row.iter().map(|value| kernel[0] * value));
        for (offset, &weight) in kernel.iter().enumerate().skip(1) {
            add_both(&mut rows[start..], &padded[REACH - offset..], &padded[REACH + offset..], weight);
        }
    }
    let row = |y: usize| &rows[y * width..(y + 1) * width];
    let mut out: Vec<f32> = rows.iter().map(|value| kernel[0] * value).collect();
    for (y, sum) in out.chunks_exact_mut(width).enumerate() {
        for (offset, &weight) in kernel.iter().enumerate().skip(1) {
            add_both(sum, row(y.saturating_sub(offset)), row((y + offset).min(height - 1)), weight);
        }
    }
    out
}

/// Adds `weight` times both neighbours to every sum.
fn add_both(sums: &mut [f32], before: &[f32], after: &[f32], weight: f32) {
    for ((sum, before), after) in sums.iter_mut().zip(before).zip(after) {
        *sum += weight * (before + after);
    }
}

/// The square of the slope at a pixel that is not at the edge of the picture.
fn slope(values: &[f32], width: usize, index: usize) -> f32 {
    let across = (values[index + 1] - values[index - 1]) / 2.0;
    let down = (values[index + width] - values[index - width]) / 2.0;
    across * across + down * down
}

/// The steepest pixels of a blurred picture that are steeper than those beside them, along the slope.
fn edges(soft: &[f32], width: usize, height: usize) -> Vec<usize> {
    let inside = REACH..height - REACH;
    let pixels = inside.flat_map(|y| (REACH..width - REACH).map(move |x| y * width + x));
    let mut steep: Vec<(f32, usize)> = pixels.map(|index| (slope(soft, width, index), index)).collect();
    let count = ((steep.len() as f64 * EDGES) as usize).clamp(1, steep.len());
    steep.select_nth_unstable_by(count - 1, |a, b| b.0.total_cmp(&a.0));
    steep.truncate(count);
    steep.retain(|&(own, index)| {
        let across = (soft[index + 1] - soft[index - 1]).abs();
        let down = (soft[index + width] - soft[index - width]).abs();
        let step = if across >= down { 1 } else { width };
        own >= slope(soft, width, index - step) && own >= slope(soft, width, index + step)
    });
    steep.into_iter().map(|(_, index)| index).collect()
}

/// Deviation of the noise: what the blur takes away in the smoothest squares.
fn noise(values: &[f32], soft: &[f32], width: usize, height: usize, kernel: &[f32; REACH + 1]) -> f64 {
    let mut squares: Vec<f64> = Vec::new();
    for top in (0..height.saturating_sub(SQUARE)).step_by(SQUARE) {
        for left in (0..width.saturating_sub(SQUARE)).step_by(SQUARE) {
            let mut sum = 0.0;
            for y in top..top + SQUARE {
                for index in y * width + left..y * width + left + SQUARE {
                    let rest = f64::from(values[index] - soft[index]);
                    sum += rest * rest;
                }
            }
            squares.push(sum / (SQUARE * SQUARE) as f64);
        }
    }
    if squares.is_empty() {
        return 0.0;
    }
    // A fifth of a face is smooth skin, whatever else there is: cheeks and forehead.
    let place = squares.len() / 5;
    squares.select_nth_unstable_by(place, f64::total_cmp);
    // Of white noise the blur leaves the sum of its weights' squares in place of 1, and takes twice the middle weight.
    let middle = squared(f64::from(kernel[0]));
    let across = 2.0 * kernel.iter().map(|&weight| squared(f64::from(weight))).sum::<f64>() - middle;
    let taken = 1.0 - 2.0 * middle + squared(across);
    (squares[place] / taken).sqrt()
}
