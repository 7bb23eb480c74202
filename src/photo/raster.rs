//! Pixels at 8 bits a channel, and the ways there from what decoders give.

use crate::sparse_jpeg::Area;
use image::{DynamicImage, RgbImage, RgbaImage};

/// The pixels of a photo, 8 bits a channel, in the photo's own colour space, rows as stored in the file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Raster {
    /// Every pixel is opaque.
    Rgb(RgbImage),
    /// At least one pixel is not; alpha is straight (not multiplied in).
    Rgba(RgbaImage),
}

impl Raster {
    /// Width and height, in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Rgb(picture) => picture.dimensions(),
            Self::Rgba(picture) => picture.dimensions(),
        }
    }

    /// Whether some pixel is not opaque.
    #[must_use]
    pub const fn has_alpha(&self) -> bool {
        matches!(self, Self::Rgba(_))
    }

    /// The part of the picture in `area`, which lies in it; the picture itself where that is all of it.
    pub(super) fn cut(self, area: Area) -> Self {
        match self {
            Self::Rgb(picture) => Self::Rgb(cut(&picture, area)),
            Self::Rgba(picture) => Self::from_rgba(cut(&picture, area)),
        }
    }

    /// The opaque picture, seen before `background`; no work where it is opaque already.
    #[must_use]
    pub fn into_rgb(self, background: [u8; 3]) -> RgbImage {
        match self {
            Self::Rgb(picture) => picture,
            Self::Rgba(picture) => flatten(&picture, background),
        }
    }

    /// Any decoded picture: grey becomes three equal channels, 16 bits and floats are rounded to 8, and alpha that
    /// hides nothing is dropped.
    pub(super) fn from_dynamic(picture: DynamicImage) -> Self {
        match picture {
            DynamicImage::ImageRgb8(picture) => Self::Rgb(picture),
            DynamicImage::ImageRgba8(picture) => Self::from_rgba(picture),
            DynamicImage::ImageLuma16(_) | DynamicImage::ImageRgb16(_) => {
                let wide = picture.into_rgb16();
                let (width, height) = wide.dimensions();
                Self::rgb_from(width, height, reduce(wide.as_raw()))
            }
            DynamicImage::ImageLumaA16(_) | DynamicImage::ImageRgba16(_) => {
                let wide = picture.into_rgba16();
                let (width, height) = wide.dimensions();
                Self::rgba_from(width, height, reduce(wide.as_raw()))
            }
            other if other.color().has_alpha() => Self::from_rgba(other.into_rgba8()),
            other => Self::Rgb(other.into_rgb8()),
        }
    }

    /// `samples` row by row, three a pixel. Too few are filled up with black.
    pub(super) fn rgb_from(width: u32, height: u32, mut samples: Vec<u8>) -> Self {
        samples.resize(width as usize * height as usize * 3, 0);
        Self::Rgb(RgbImage::from_raw(width, height, samples).unwrap_or_default())
    }

    /// `samples` row by row, four a pixel. Too few are filled up with transparent black.
    pub(super) fn rgba_from(width: u32, height: u32, mut samples: Vec<u8>) -> Self {
        samples.resize(width as usize * height as usize * 4, 0);
        Self::from_rgba(RgbaImage::from_raw(width, height, samples).unwrap_or_default())
    }

    fn from_rgba(picture: RgbaImage) -> Self {
        if picture.as_raw().chunks_exact(4).any(|pixel| pixel[3] != 255) {
            return Self::Rgba(picture);
        }
        let (width, height) = picture.dimensions();
        let mut samples = picture.into_raw();
        for pixel in 0..samples.len() / 4 {
            samples.copy_within(pixel * 4..pixel * 4 + 3, pixel * 3);
        }
        samples.truncate(samples.len() / 4 * 3);
        samples.shrink_to_fit();
        Self::rgb_from(width, height, samples)
    }
}

/// Colours that are stored multiplied by alpha, divided by it again, rounded to the nearest.
pub(super) fn divide_by_alpha(picture: &mut RgbaImage) {
    for pixel in picture.pixels_mut() {
        let alpha = u32::from(pixel.0[3]);
        if alpha > 0 {
            pixel.0[..3].iter_mut().for_each(|sample| {
                *sample = ((u32::from(*sample) * 255 + alpha / 2) / alpha).min(255) as u8;
            });
        }
    }
}

/// 16 bits -> 8 bits, rounded to the nearest.
pub(super) fn reduce(samples: &[u16]) -> Vec<u8> {
    samples.iter().map(|&sample| reduced(sample)).collect()
}

/// `sample` x 255 / 65535, rounded.
pub(super) const fn reduced(sample: u16) -> u8 {
    ((sample as u32 * 255 + 32_767) / 65_535) as u8
}

/// The part of `picture` in `area`, which lies in it.
pub(super) fn cut<P: image::Pixel<Subpixel = u8> + 'static>(
    picture: &image::ImageBuffer<P, Vec<u8>>,
    area: Area,
) -> image::ImageBuffer<P, Vec<u8>> {
    let Area { left, top, right, bottom } = area;
    image::imageops::crop_imm(picture, left, top, right - left, bottom - top).to_image()
}

/// `picture` laid over `background`: straight alpha, so every channel is `alpha` parts of its own colour and the rest
/// of the background, rounded to the nearest. The colours of fully transparent pixels never show, so no fringe of
/// them remains.
///
/// Resize pictures with alpha *after* this, or in multiplied form; resizing straight alpha is what makes fringes.
#[must_use]
pub fn flatten(picture: &RgbaImage, background: [u8; 3]) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut samples = Vec::with_capacity(picture.as_raw().len() / 4 * 3);
    for pixel in picture.as_raw().chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        for (&own, below) in pixel.iter().zip(background) {
            samples.push(((u32::from(own) * alpha + u32::from(below) * (255 - alpha) + 127) / 255) as u8);
        }
    }
    RgbImage::from_raw(width, height, samples).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma, Rgb, Rgba};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn flattening_stays_between_the_two_colours(own: [u8; 4], background: [u8; 3]) {
            let flat = flatten(&RgbaImage::from_pixel(1, 1, Rgba(own)), background);
            for channel in 0..3 {
                let (low, high) = (own[channel].min(background[channel]), own[channel].max(background[channel]));
                prop_assert!((low..=high).contains(&flat.get_pixel(0, 0)[channel]));
            }
        }

        #[test]
        fn sixteen_bits_round_to_the_nearest(sample: u16) {
            let exact = f64::from(sample) / 257.0;
            prop_assert!((f64::from(reduced(sample)) - exact).abs() <= 0.5);
        }
    }

    #[test]
    fn transparent_colours_never_show() {
        let hidden = RgbaImage::from_pixel(2, 2, Rgba([255, 0, 255, 0]));
        assert!(flatten(&hidden, [10, 20, 30]).pixels().all(|pixel| pixel.0 == [10, 20, 30]));
        let opaque = RgbaImage::from_pixel(2, 2, Rgba([1, 2, 3, 255]));
        assert!(flatten(&opaque, [255; 3]).pixels().all(|pixel| pixel.0 == [1, 2, 3]));
    }

    #[test]
    fn multiplied_colours_come_back() {
        let mut picture = RgbaImage::from_raw(3, 1, vec![50, 100, 0, 100, 9, 9, 9, 0, 200, 7, 7, 100]).unwrap();
        divide_by_alpha(&mut picture);
        assert_eq!(picture.into_raw(), [128, 255, 0, 100, 9, 9, 9, 0, 255, 18, 18, 100]);
    }

    #[test]
    fn alpha_that_hides_nothing_is_dropped() {
        let picture = RgbaImage::from_fn(5, 3, |x, y| Rgba([x as u8, y as u8, 9, 255]));
        let raster = Raster::from_dynamic(picture.into());
        assert_eq!(raster, Raster::Rgb(RgbImage::from_fn(5, 3, |x, y| Rgb([x as u8, y as u8, 9]))));
    }

    #[test]
    fn one_see_through_pixel_keeps_alpha() {
        let mut picture = RgbaImage::from_pixel(4, 4, Rgba([9, 9, 9, 255]));
        picture.put_pixel(3, 3, Rgba([9, 9, 9, 254]));
        assert!(Raster::from_dynamic(picture.into()).has_alpha());
    }

    #[test]
    fn grey_becomes_three_equal_channels() {
        let grey = GrayImage::from_fn(3, 1, |x, _| Luma([x as u8 * 100]));
        assert_eq!(
            Raster::from_dynamic(grey.into()).into_rgb([0; 3]).into_raw(),
            [0, 0, 0, 100, 100, 100, 200, 200, 200]
        );
        let wide: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_pixel(1, 1, Luma([32_896]));
        assert_eq!(Raster::from_dynamic(wide.into()).into_rgb([0; 3]).into_raw(), [128; 3]);
    }
}
