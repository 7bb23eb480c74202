//! Pure: how a face is lit.

use super::view::{FaceView, luma};
use image::RgbImage;

/// From this brightness on a pixel is white and shows nothing. This, and where face and cheeks are, was set by eye;
/// what `docs/checks.md` says of portraits is measured with it.
const WHITE: f32 = 248.0;

/// The face as an ellipse, in head heights: half width, half height, and how far its middle is below the eyes. Within
/// hair and ears, from the forehead to above the chin.
const FACE: (f64, f64, f64) = (0.24, 0.32, 0.08);

/// The cheeks: from and to this far aside of the face's middle, and below the eyes, in head heights.
const CHEEK_ASIDE: (f64, f64) = (0.07, 0.22);
const CHEEK_BELOW: (f64, f64) = (0.06, 0.30);

/// From this turn to the side on, the farther cheek is hardly seen. Set by eye.
const TURNED: f64 = 0.6;

/// How bright a picture, or a face, is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exposure {
    /// The brightness that a twentieth of the pixels is over, 0..=255: eyes, teeth and the shine of skin, which are
    /// bright in a well-lit photo of anybody, whatever the skin's colour.
    pub brightest: f64,
    /// The share of pixels that are white, 0..=1.
    pub white: f64,
}

/// The exposure of a face.
#[must_use]
pub fn of_face(view: &FaceView) -> Option<Exposure> {
    let (half_width, half_height, below) = FACE;
    let is_face = |x: u32, y: u32| {
        let at = FaceView::place(x, y);
        libm::hypot(at.x / half_width, (at.y - below) / half_height) <= 1.0
    };
    exposure(view.level.enumerate_pixels().filter(|(x, y, _)| is_face(*x, *y)).map(|(_, _, pixel)| luma(pixel.0)))
}

/// The exposure of a whole picture.
#[must_use]
pub fn of_picture(picture: &RgbImage) -> Option<Exposure> {
    exposure(picture.pixels().map(|pixel| luma(pixel.0)))
}

fn exposure(brightness: impl Iterator<Item = f32>) -> Option<Exposure> {
    let mut values: Vec<f32> = brightness.collect();
    let place = values.len().checked_sub(1)? * 19 / 20;
    let white = values.iter().filter(|&&value| value >= WHITE).count() as f64 / values.len() as f64;
    let (_, brightest, _) = values.select_nth_unstable_by(place, f32::total_cmp);
    Some(Exposure { brightest: f64::from(*brightest), white })
}

/// How much more light one cheek has than the other, in stops (factors of two); `None` of a face turned to the side.
#[must_use]
pub fn uneven(view: &FaceView, yaw: f64) -> Option<f64> {
    if yaw.abs() > TURNED {
        return None;
    }
    let cheek = |side: f64| {
        let is_cheek = |x: u32, y: u32| {
            let at = FaceView::place(x, y);
            // The middle of a turned face is where its nose is: by eye, a tenth of a head height aside in profile.
            let aside = side * (at.x - 0.1 * yaw);
            (CHEEK_ASIDE.0..CHEEK_ASIDE.1).contains(&aside) && (CHEEK_BELOW.0..CHEEK_BELOW.1).contains(&at.y)
        };
        let mut values: Vec<f32> = view
            .level
            .enumerate_pixels()
            .filter(|(x, y, _)| is_cheek(*x, *y))
            .map(|(_, _, pixel)| luma(pixel.0))
            .collect();
        let middle = values.len() / 2;
        (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
    };
    // Below this much light, of 1, noise is most of it. Set by hand.
    let light = |brightness: f32| linear(brightness).max(0.002);
    Some(libm::log2(light(cheek(-1.0)?) / light(cheek(1.0)?)).abs())
}

/// Light of a grey of this brightness (0..=255), 0..=1, by the curve of sRGB.
fn linear(brightness: f32) -> f64 {
    let value = f64::from(brightness) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
}
