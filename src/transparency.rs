//! Photos with transparent parts: their own colours and their alpha, after resampling.
//!
//! Everything is resampled laid over one colour, because mixing straight colours makes fringes of what is hidden. Where
//! alpha is wanted as well it goes the same way as a grey photo, and the own colours are had back from the two.

use crate::photo::{Photo, Pixels, Raster};
use image::{Rgb, RgbImage, Rgba, RgbaImage};

/// The alpha of `photo` as a grey photo of the same size and orientation; `None` where all is opaque.
#[must_use]
pub fn alpha_as_photo(photo: &Photo) -> Option<Photo<'static>> {
    let Pixels::Whole(Raster::Rgba(pixels)) = &photo.pixels else { return None };
    let grey = RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| Rgb([pixels.get_pixel(x, y)[3]; 3]));
    let pixels = Raster::Rgb(grey).into();
    Some(Photo::new(pixels, photo.orientation, photo.colour.clone(), photo.format))
}

/// The own colours of what was laid over `background`, with its alpha: a mixture of `alpha` parts of the own colour and
/// the rest of the background, undone. Fully transparent pixels become black.
#[must_use]
pub fn uncovered(mixed: &RgbImage, alpha: &RgbImage, background: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(mixed.width(), mixed.height(), |x, y| {
        let (mixed, [alpha, ..]) = (mixed.get_pixel(x, y), alpha.get_pixel(x, y).0);
        let own = |channel: usize| {
            let (parts, behind) = (i32::from(alpha), i32::from(background[channel]));
            let own = i32::from(mixed[channel]) * 255 - behind * (255 - parts);
            if parts == 0 { 0 } else { ((own + parts / 2) / parts).clamp(0, 255) as u8 }
        };
        Rgba([own(0), own(1), own(2), alpha])
    })
}

/// `colours` with the first channel of `alpha`.
#[must_use]
pub fn joined(colours: &RgbImage, alpha: &RgbImage) -> RgbaImage {
    RgbaImage::from_fn(colours.width(), colours.height(), |x, y| {
        let Rgb([red, green, blue]) = *colours.get_pixel(x, y);
        Rgba([red, green, blue, alpha.get_pixel(x, y)[0]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::flatten;
    use proptest::prelude::*;

    proptest! {
        /// What is had back, laid over the same background again, is the same mixture.
        #[test]
        fn own_colours_come_back(own: [u8; 3], alpha: u8, background: [u8; 3]) {
            let [red, green, blue] = own;
            let mixed = flatten(&RgbaImage::from_pixel(1, 1, Rgba([red, green, blue, alpha])), background);
            let back = uncovered(&mixed, &RgbImage::from_pixel(1, 1, Rgb([alpha; 3])), background);
            let again = flatten(&back, background);
            let pairs = again.as_raw().iter().zip(mixed.as_raw());
            prop_assert!(pairs.into_iter().all(|(again, mixed)| again.abs_diff(*mixed) <= 1));
            if alpha == 255 {
                prop_assert_eq!(&back.get_pixel(0, 0).0[..3], own);
            }
        }
    }
}
