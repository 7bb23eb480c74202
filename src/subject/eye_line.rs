//! The tilt of the eye line, by the likeness of the eyes.
//!
//! The network's eye landmarks are good to a pixel or two, which is one to two degrees. But the eyes look alike: one
//! eye, mirrored, is found again at the other to a fraction of a pixel, and how much higher or lower it is found is the
//! tilt that is left. Lids and brows are mostly level, so it holds from the side too, where the network's tilt errs
//! most.
//!
//! On the 98 portraits (true tilts up to 25 degrees) the error falls from 1.29 degrees at the median and 4.8 at the
//! 90th percentile, by landmarks alone, to 0.6 and 2.2.
//!
//! Sizes, weights and correlations below that name no other source were set by hand: no other values are on record, and
//! these figures are with all of them.

use super::Head;
use crate::geometry::{Affine, Point};
use crate::reduced::Reduced;
use crate::resample::{Beyond, cut};
use image::RgbImage;

/// Distance of the eyes in the picture that is compared, in pixels. From 24 to 80 the error is the same.
const EYE_DISTANCE: usize = 40;

/// Half width and half height of an eye with its brow, in pixels: 0.325 and 0.375 eye distances.
const HALF_WIDTH: usize = 13;
const HALF_HEIGHT: usize = 15;

/// The other eye is looked for this far aside and up or down, in pixels: 0.15 and 0.175 eye distances, 10 degrees.
const SEARCH_ASIDE: usize = 6;
const SEARCH_UP: usize = 7;

/// Size of the picture that is compared: both eyes, the search around them, and a pixel for the slopes.
const WIDTH: usize = EYE_DISTANCE + 2 * (HALF_WIDTH + SEARCH_ASIDE + 1) + 1;
const HEIGHT: usize = 2 * (HALF_HEIGHT + SEARCH_UP + 1) + 1;

/// Weight of the likeness of slopes (lids, brows) against that of brightness; together 1.
const SLOPE_WEIGHT: f32 = 0.6;

/// The picture is levelled and compared again: the first look still sees the eyes tilted.
const LOOKS: usize = 3;

/// From this turn to the side on the farther eye is half hidden, and landmarks and likeness were each seen to err by 8
/// to 14 degrees (9 of 98 portraits). There the smaller tilt is taken: a head levelled too little looks less wrong than
/// one levelled too much.
const NEAR_PROFILE: f64 = 0.75;

/// Correlations at which the likeness is worth nothing, and at which it is fully trusted.
const NO_LIKENESS: f64 = 0.2;
const FULL_LIKENESS: f64 = 0.5;

/// `head` with its tilt by the likeness of its eyes in `source`, as far as they are alike.
#[must_use]
pub fn refined(head: &Head, source: &Reduced) -> Head {
    let mut roll_deg = head.roll_deg;
    let mut likeness = 0.0;
    for _ in 0..LOOKS {
        let Some(found) = eyes(head, roll_deg, source).map(|picture| found_again(&picture)) else {
            return head.clone();
        };
        roll_deg += libm::atan2(found.below, EYE_DISTANCE as f64).to_degrees();
        likeness = found.likeness;
    }
    let trust = ((likeness - NO_LIKENESS) / (FULL_LIKENESS - NO_LIKENESS)).clamp(0.0, 1.0);
    let by_landmarks = head.roll_deg * trust_in_landmarks(head.yaw);
    let by_both = by_landmarks + trust * (roll_deg - by_landmarks);
    head.with_roll(if head.yaw.abs() < NEAR_PROFILE { by_both } else { smaller(by_landmarks, by_both) })
}

/// The tilt of two that is nearer to none; none where they contradict each other.
fn smaller(a: f64, b: f64) -> f64 {
    if a * b <= 0.0 { 0.0 } else { a.abs().min(b.abs()).copysign(a) }
}

/// From the side the landmarks are not on one level even in a level head: on the 10 of 98 portraits with a turn over
/// 0.5 the true tilt is about half of what they say. From a turn of 0.3 to one of 0.6
/// it goes there evenly, which was set by hand.
fn trust_in_landmarks(yaw: f64) -> f64 {
    1.0 - 0.55 * ((yaw.abs() - 0.3) / 0.3).clamp(0.0, 1.0)
}

/// Brightness of the eyes' surroundings, turned back by `roll_deg`, with the eyes [`EYE_DISTANCE`] apart.
fn eyes(head: &Head, roll_deg: f64, source: &Reduced) -> Option<Vec<f32>> {
    let distance = head.eyes[0].distance(head.eyes[1]);
    // Twice as fine, then halved, so that no detail turns into a pattern.
    let scale = 2.0 * EYE_DISTANCE as f64 / distance;
    let middle = Point::new(WIDTH as f64, HEIGHT as f64);
    let to_picture = Affine::levelling(head.eye_mid(), roll_deg, (scale, scale), middle);
    let from_picture = to_picture.inverse()?.then(&source.from_photo);
    let fine = cut(&source.image, &from_picture, 2 * WIDTH as u32, 2 * HEIGHT as u32, Beyond::Edge);
    Some(halved_brightness(&fine))
}

fn halved_brightness(fine: &RgbImage) -> Vec<f32> {
    let mut brightness = Vec::with_capacity(WIDTH * HEIGHT);
    for rows in fine.chunks_exact(2 * 2 * WIDTH * 3) {
        let (upper, lower) = rows.split_at(2 * WIDTH * 3);
        for (upper, lower) in upper.as_chunks::<6>().0.iter().zip(lower.as_chunks::<6>().0) {
            let sum: u32 = upper.iter().chain(lower).map(|&level| u32::from(level)).sum();
            brightness.push(sum as f32 / 12.0);
        }
    }
    brightness
}

/// Where the left eye, mirrored, is found around the right one.
struct Found {
    /// How much lower than the left eye, in pixels.
    below: f64,
    /// Correlation of the two, -1..=1.
    likeness: f64,
}

fn found_again(picture: &[f32]) -> Found {
    let picture = softened(picture);
    let slopes = slopes(&picture);
    let (eye, eye_slopes) = (Eye::left(&picture), Eye::left(&slopes));
    let likeness: Vec<Vec<f32>> = (0..=2 * SEARCH_UP)
        .map(|down| {
            (0..=2 * SEARCH_ASIDE)
                .map(|aside| {
                    SLOPE_WEIGHT * eye_slopes.correlation(&slopes, aside, down)
                        + (1.0 - SLOPE_WEIGHT) * eye.correlation(&picture, aside, down)
                })
                .collect()
        })
        .collect();
    let places = (0..likeness.len()).flat_map(|down| (0..likeness[down].len()).map(move |aside| (down, aside)));
    let best = places.max_by(|a, b| likeness[a.0][a.1].total_cmp(&likeness[b.0][b.1]));
    let Some((down, aside)) = best else { return Found { below: 0.0, likeness: 0.0 } };
    let at = |down: usize| f64::from(likeness[down][aside]);
    if down == 0 || down == 2 * SEARCH_UP {
        // The likeness still grows where the search ends: that is no eye.
        return Found { below: 0.0, likeness: 0.0 };
    }
    let between = top_of_parabola(at(down - 1), at(down), at(down + 1));
    Found { below: down as f64 - SEARCH_UP as f64 + between, likeness: at(down) }
}

/// How far the top of the parabola through three values at -1, 0 and 1 is from 0; the middle one is the largest.
fn top_of_parabola(before: f64, here: f64, after: f64) -> f64 {
    let bend = before - 2.0 * here + after;
    if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 }
}

/// Pixels of an eye.
const EYE_WIDTH: usize = 2 * HALF_WIDTH + 1;
const EYE_HEIGHT: usize = 2 * HALF_HEIGHT + 1;

/// The left eye, mirrored: what the surroundings of the right one are compared with.
struct Eye {
    values: [[f32; EYE_WIDTH]; EYE_HEIGHT],
    /// The mean, and how far the mean of squares is over its square.
    mean: f32,
    spread: f32,
}

impl Eye {
    fn left(picture: &[f32]) -> Self {
        let left = WIDTH / 2 - EYE_DISTANCE / 2 - HALF_WIDTH;
        let mut values = [[0.0; EYE_WIDTH]; EYE_HEIGHT];
        for (row, y) in values.iter_mut().zip(HEIGHT / 2 - HALF_HEIGHT..) {
            row.copy_from_slice(&picture[y * WIDTH + left..][..EYE_WIDTH]);
            row.reverse();
        }
        let count = (EYE_WIDTH * EYE_HEIGHT) as f32;
        let mean = values.as_flattened().iter().sum::<f32>() / count;
        let squares = values.as_flattened().iter().map(|value| value * value).sum::<f32>() / count;
        Self { values, mean, spread: squares - mean * mean }
    }

    /// Correlation with what is at this place around the right eye.
    fn correlation(&self, picture: &[f32], aside: usize, down: usize) -> f32 {
        let right = WIDTH / 2 + EYE_DISTANCE / 2 + aside - SEARCH_ASIDE - HALF_WIDTH;
        let top = HEIGHT / 2 + down - SEARCH_UP - HALF_HEIGHT;
        // Column by column, so that neighbours are added at once.
        let (mut values, mut squares, mut products) = ([0.0; EYE_WIDTH], [0.0; EYE_WIDTH], [0.0; EYE_WIDTH]);
        for (eye, y) in self.values.iter().zip(top..) {
            for (x, &value) in picture[y * WIDTH + right..][..EYE_WIDTH].iter().enumerate() {
                values[x] += value;
                squares[x] += value * value;
                products[x] += eye[x] * value;
            }
        }
        let count = (EYE_WIDTH * EYE_HEIGHT) as f32;
        let [mean, squares, products] = [values, squares, products].map(|sums| sums.iter().sum::<f32>() / count);
        let spread = (self.spread * (squares - mean * mean)).max(0.0).sqrt();
        if spread > 1e-3 { (products - self.mean * mean) / spread } else { 0.0 }
    }
}

/// The picture blurred by one quarter, one half, one quarter both ways; its border as it was.
fn softened(picture: &[f32]) -> Vec<f32> {
    let mut soft = picture.to_vec();
    for y in 1..HEIGHT - 1 {
        for x in 1..WIDTH - 1 {
            let row = |y: usize| {
                let at = y * WIDTH + x;
                (picture[at - 1] + 2.0 * picture[at] + picture[at + 1]) / 4.0
            };
            soft[y * WIDTH + x] = (row(y - 1) + 2.0 * row(y) + row(y + 1)) / 4.0;
        }
    }
    soft
}

/// How fast the picture brightens downwards (Sobel's kernel); 0 at its border.
fn slopes(picture: &[f32]) -> Vec<f32> {
    let mut slopes = vec![0.0; picture.len()];
    for y in 1..HEIGHT - 1 {
        for x in 1..WIDTH - 1 {
            let row = |y: usize| {
                let at = y * WIDTH + x;
                picture[at - 1] + 2.0 * picture[at] + picture[at + 1]
            };
            slopes[y * WIDTH + x] = row(y + 1) - row(y - 1);
        }
    }
    slopes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use proptest::prelude::*;

    /// Two eyes of lid and pupil on a shaded face, level, 100 pixels apart around (200, 150).
    fn face() -> RgbImage {
        RgbImage::from_fn(400, 300, |x, y| {
            let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
            let aside = (x - 200.0).abs() - 50.0;
            let lid = (y - 150.0 + 9.0 - aside * aside / 120.0).abs() < 2.5 && aside.abs() < 26.0;
            let brow = (y - 120.0 - aside * aside / 200.0).abs() < 5.0 && aside.abs() < 30.0;
            let pupil = aside.hypot(y - 150.0) < 9.0;
            let skin = 170.0 + 0.1 * (x - 200.0) + 0.05 * y;
            image::Rgb([if pupil || lid || brow { 50.0 } else { skin } as u8; 3])
        })
    }

    /// What the landmarks say of the face: right but for a tilt that is not there.
    fn head(roll_deg: f64) -> Head {
        let level = Head {
            eyes: [Point::new(150.0, 150.0), Point::new(250.0, 150.0)],
            chin: Point::new(200.0, 290.0),
            crown: Point::new(200.0, 10.0),
            crown_confidence: 1.0,
            roll_deg: 0.0,
            yaw: 0.0,
            pitch: 0.0,
            face: Rect::new(110.0, 60.0, 180.0, 235.0),
        };
        level.with_roll(roll_deg)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Whatever the landmarks say within the search, the eyes say level.
        #[test]
        fn level_eyes_are_found_level(roll_deg in -9.0..9.0f64) {
            let source = Reduced { image: face(), from_photo: Affine::IDENTITY };
            let refined = refined(&head(roll_deg), &source);
            prop_assert!(refined.roll_deg.abs() < 0.5, "{}", refined.roll_deg);
            prop_assert!((refined.eyes[0].y - refined.eyes[1].y).abs() < 1.0);
            prop_assert!((refined.chin.x - 200.0).abs() < 1.5);
        }
    }

    #[test]
    fn without_likeness_the_landmarks_are_believed() {
        let source =
            Reduced { image: RgbImage::from_pixel(400, 300, image::Rgb([90; 3])), from_photo: Affine::IDENTITY };
        assert!((refined(&head(7.0), &source).roll_deg - 7.0).abs() < 1e-9);
    }
}
