//! The face as the checks see it: a part of the close-up, in sRGB.

use crate::geometry::{Affine, Point, Rect};
use crate::photo::Colour;
use crate::reduced::Reduced;
use crate::resample::{Beyond, cut};
use crate::subject::Head;
use image::RgbImage;

/// Size of the levelled face, in pixels. Light is even over far more than a pixel of it.
const LEVEL_WIDTH: u32 = 48;
const LEVEL_HEIGHT: u32 = 64;

/// The levelled face is this many head heights wide and high, and its middle this far below the eyes: from the forehead
/// to the chin, which is half a head height below the eyes by definition, and from ear to ear.
const WIDE: f64 = 0.6;
const HIGH: f64 = 0.8;
const BELOW_EYES: f64 = 0.1;

/// A face in sRGB.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FaceView {
    /// Brightness (luma, 0..=255) of the face box, row by row.
    pub brightness: Vec<f32>,
    /// Width of that picture, in pixels.
    pub width: usize,
    /// Pixels of that picture for one of the photo, at most 1.
    pub scale: f64,
    /// The face turned level, [`Self::place`] says how it lies in it.
    pub level: RgbImage,
}

impl FaceView {
    /// The face of `head` in `closeup`, whose colours are those that `colour` is of; `None` where it is not in it.
    #[must_use]
    pub fn new(closeup: &Reduced, head: &Head, colour: &Colour) -> Option<Self> {
        let (width, height) = closeup.image.dimensions();
        let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let part = head.face.mapped(&closeup.from_photo).intersection(whole);
        let (left, top) = (part.x.floor().max(0.0), part.y.floor().max(0.0));
        let (wide, high) = ((part.right().ceil() - left) as u32, (part.bottom().ceil() - top) as u32);
        let (wide, high) = (wide.min(width.checked_sub(left as u32)?), high.min(height.checked_sub(top as u32)?));
        if wide < 8 || high < 8 {
            return None;
        }
        let mut face = image::imageops::crop_imm(&closeup.image, left as u32, top as u32, wide, high).to_image();
        colour.to_srgb(&mut face);
        let mut level = levelled(closeup, head)?;
        colour.to_srgb(&mut level);
        Some(Self {
            brightness: face.pixels().map(|pixel| luma(pixel.0)).collect(),
            width: wide as usize,
            scale: closeup.from_photo.scale(),
            level,
        })
    }

    /// Where a pixel of the levelled face is: head heights to the right of the middle of the eyes, and below it.
    #[must_use]
    pub fn place(x: u32, y: u32) -> Point {
        Point::new(
            ((f64::from(x) + 0.5) / f64::from(LEVEL_WIDTH) - 0.5) * WIDE,
            ((f64::from(y) + 0.5) / f64::from(LEVEL_HEIGHT) - 0.5) * HIGH + BELOW_EYES,
        )
    }
}

/// The face of `head`, turned level.
fn levelled(closeup: &Reduced, head: &Head) -> Option<RgbImage> {
    let scale = f64::from(LEVEL_HEIGHT) / (HIGH * head.height());
    let eyes = Point::new(f64::from(LEVEL_WIDTH) / 2.0, (0.5 - BELOW_EYES / HIGH) * f64::from(LEVEL_HEIGHT));
    let to_level = Affine::levelling(head.eye_mid(), head.roll_deg, (scale, scale), eyes);
    let from_level = to_level.inverse()?.then(&closeup.from_photo);
    Some(cut(&closeup.image, &from_level, LEVEL_WIDTH, LEVEL_HEIGHT, Beyond::Edge))
}

/// Brightness of an sRGB colour, by the weights of Rec. 601.
pub(super) fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}
