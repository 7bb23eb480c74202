//! Colour spaces: from the photo's own to sRGB.
//!
//! Photos keep their own colours until a crop is cut, because converting costs by the pixel and a crop has few. Only
//! what cannot be kept in an RGB raster is converted when the file is read: grey with a tone curve of its own, and
//! CMYK.

use super::exif::Exif;
use super::raster::Raster;
use super::tone_map::{HighRange, ToneMap};
use image::{RgbImage, RgbaImage};
use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, ParsingOptions, ProfileText, ToneReprCurve,
    TransferCharacteristics, Transform8BitExecutor, TransformOptions,
};
use std::fmt;
use std::sync::Arc;

/// Profiles above this are ignored, in bytes. The largest in common use (CMYK press profiles) have 2 to 3 MB.
pub(super) const MAX_PROFILE_BYTES: usize = 8 << 20;

/// A profile that moves no sampled colour by more than this many of 255 steps is sRGB under another name; the
/// rounding of two conforming implementations differs by one.
const SAME_AS_SRGB: u8 = 1;

/// Pixels converted at a time: small enough for the scratch copy to stay in the second-level cache.
const CHUNK_PIXELS: usize = 16_384;

/// How to bring a photo's pixels to sRGB. Cheap to clone; the tables are shared.
#[derive(Clone)]
pub struct Colour {
    conversion: Option<Arc<Transform8BitExecutor>>,
    assumed: String,
}

impl fmt::Debug for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Colour").field("converts", &self.conversion.is_some()).field("assumed", &self.assumed).finish()
    }
}

impl Colour {
    /// sRGB pixels that need no conversion, with the reason for believing so.
    pub(super) fn srgb(assumed: impl Into<String>) -> Self {
        Self { conversion: None, assumed: assumed.into() }
    }

    /// What the pixels were taken for, as a phrase for a person: "Display P3", "sRGB (no profile)", ...
    #[must_use]
    pub fn assumed(&self) -> &str {
        &self.assumed
    }

    /// Whether the pixels are sRGB as they are.
    #[must_use]
    pub const fn is_srgb(&self) -> bool {
        self.conversion.is_none()
    }

    /// Converts `picture`, which holds pixels of the photo, to sRGB in place.
    pub fn to_srgb(&self, picture: &mut RgbImage) {
        let Some(conversion) = &self.conversion else { return };
        let mut before = Vec::with_capacity(picture.len().min(CHUNK_PIXELS * 3));
        for after in picture.chunks_mut(CHUNK_PIXELS * 3) {
            before.clear();
            before.extend_from_slice(after);
            transform(conversion.as_ref(), &before, after);
        }
    }

    /// [`to_srgb`](Self::to_srgb) for pixels with straight alpha; alpha stays. Do this before flattening: the
    /// background's colour is sRGB already.
    pub fn to_srgb_rgba(&self, picture: &mut RgbaImage) {
        let Some(conversion) = &self.conversion else { return };
        let mut before = Vec::with_capacity(CHUNK_PIXELS * 3);
        let mut after = vec![0; CHUNK_PIXELS * 3];
        for pixels in picture.chunks_mut(CHUNK_PIXELS * 4) {
            before.clear();
            before.extend(pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]));
            let after = &mut after[..before.len()];
            transform(conversion.as_ref(), &before, after);
            for (pixel, colour) in pixels.chunks_exact_mut(4).zip(after.chunks_exact(3)) {
                pixel[..3].copy_from_slice(colour);
            }
        }
    }

    /// Pixels that `conversion` brings to sRGB from the colours that people call `name`.
    pub(super) fn of_conversion(conversion: Arc<Transform8BitExecutor>, name: &str) -> Self {
        Self { conversion: Some(conversion), assumed: name.to_owned() }
    }

    /// The colours of an RGB photo with this embedded profile, where it has one, and with this EXIF.
    pub(super) fn of_rgb(profile: Option<&[u8]>, exif: Exif) -> Self {
        let Some(bytes) = profile else { return Self::of_exif(exif, "no profile") };
        let Some(profile) = parse(bytes) else { return Self::of_exif(exif, "the embedded profile is broken") };
        if profile.color_space != DataColorSpace::Rgb {
            return Self::of_exif(exif, "the embedded profile is not for RGB");
        }
        Self::of_profile(&profile)
    }

    /// What EXIF says where no profile can be used, and `why` none can.
    fn of_exif(exif: Exif, why: &str) -> Self {
        if exif.adobe_rgb {
            Self::of_profile(&ColorProfile::new_adobe_rgb())
        } else {
            Self::srgb(format!("sRGB ({why})"))
        }
    }

    /// The colours of an RGB photo with this profile for RGB.
    pub(super) fn of_profile(profile: &ColorProfile) -> Self {
        if let Some(range) = high_range(profile) {
            let name = description(profile).unwrap_or_else(|| range.to_string());
            return Self::of_conversion(Arc::new(ToneMap::new(range, profile)), &name);
        }
        Self::through(profile).unwrap_or_else(|_| Self::srgb("sRGB (the embedded profile cannot be used)"))
    }

    /// The colours of a grey photo. A grey profile is applied to `raster` here and now: its conversion is a table of
    /// 256 values. Software also tags grey photos with the RGB profile of its working space.
    pub(super) fn of_grey(profile: Option<&[u8]>, exif: Exif, raster: &mut Raster) -> Self {
        let grey = profile.and_then(parse).filter(|profile| profile.color_space == DataColorSpace::Gray);
        let Some(grey) = grey else { return Self::of_rgb(profile, exif) };
        let Ok(table) = grey_table(&grey) else { return Self::srgb("sRGB (the embedded profile cannot be used)") };
        let name = description(&grey).unwrap_or_else(|| "a grey profile".to_owned());
        let near = table.iter().enumerate().all(|(value, &mapped)| mapped.abs_diff(value as u8) <= SAME_AS_SRGB);
        if !near {
            match raster {
                Raster::Rgb(picture) => picture.iter_mut().for_each(|sample| *sample = table[usize::from(*sample)]),
                Raster::Rgba(picture) => {
                    for pixel in picture.pixels_mut() {
                        pixel.0[..3].iter_mut().for_each(|sample| *sample = table[usize::from(*sample)]);
                    }
                }
            }
        }
        Self::srgb(format!("sRGB (from {name})"))
    }

    fn through(profile: &ColorProfile) -> Result<Self, CmsError> {
        let srgb = ColorProfile::new_srgb();
        let conversion = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default())?;
        let name = description(profile).unwrap_or_else(|| "an unnamed profile".to_owned());
        if moves_colours(conversion.as_ref())? {
            Ok(Self { conversion: Some(conversion), assumed: name })
        } else {
            Ok(Self::srgb(format!("sRGB ({name})")))
        }
    }
}

/// CMYK ink amounts (0 = no ink, 255 = full), four a pixel, to sRGB: by the embedded profile, otherwise by the plain
/// formula (255 - ink) x (255 - black) / 255, as browsers do for untagged files.
pub(super) fn cmyk_to_rgb(inks: &[u8], profile: Option<&[u8]>) -> (Vec<u8>, Colour) {
    let mut samples = vec![0; inks.len() / 4 * 3];
    let press = profile.and_then(parse).filter(|profile| profile.color_space == DataColorSpace::Cmyk);
    let conversion = press.as_ref().and_then(|press| {
        let srgb = ColorProfile::new_srgb();
        press.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, TransformOptions::default()).ok()
    });
    if let Some(conversion) = conversion {
        let chunks = inks.chunks(CHUNK_PIXELS * 4).zip(samples.chunks_mut(CHUNK_PIXELS * 3));
        if chunks.map(|(from, to)| conversion.transform(from, to)).all(|outcome| outcome.is_ok()) {
            let name = press.as_ref().and_then(description).unwrap_or_else(|| "a CMYK profile".to_owned());
            return (samples, Colour::srgb(format!("sRGB (from {name})")));
        }
    }
    for (ink, rgb) in inks.chunks_exact(4).zip(samples.chunks_exact_mut(3)) {
        let paper = 255 - u32::from(ink[3]);
        for (sample, &amount) in rgb.iter_mut().zip(ink) {
            *sample = (((255 - u32::from(amount)) * paper + 127) / 255) as u8;
        }
    }
    let why = if profile.is_some() { "CMYK, its profile cannot be used" } else { "CMYK without a profile" };
    (samples, Colour::srgb(format!("sRGB ({why})")))
}

/// Luma and chroma to RGB in place; a fourth sample stays. The factors are those of JFIF 1.02 in 16-bit fixed point.
pub(super) fn ycc_to_rgb(pixel: &mut [u8]) {
    let luma = i32::from(pixel[0]) << 16;
    let (blue, red) = (i32::from(pixel[1]) - 128, i32::from(pixel[2]) - 128);
    let half = 1 << 15;
    let sums = [luma + 91_881 * red, luma - 22_554 * blue - 46_802 * red, luma + 116_130 * blue];
    for (sample, sum) in pixel.iter_mut().zip(sums) {
        *sample = ((sum + half) >> 16).clamp(0, 255) as u8;
    }
}

fn parse(bytes: &[u8]) -> Option<ColorProfile> {
    let options = ParsingOptions { max_profile_size: MAX_PROFILE_BYTES, ..ParsingOptions::default() };
    ColorProfile::new_from_slice_with_options(bytes, options).ok()
}

/// The high dynamic range that a profile is for: by its code points, or by a curve that is half way up still nearly
/// black. PQ has 0.9 % of its light there and HLG 8.3 %; the darkest that photos are stored with, gamma 2.8, has 14 %.
fn high_range(profile: &ColorProfile) -> Option<HighRange> {
    match profile.cicp.map(|points| points.transfer_characteristics) {
        Some(TransferCharacteristics::Smpte2084) => return Some(HighRange::Pq),
        Some(TransferCharacteristics::Hlg) => return Some(HighRange::Hlg),
        _ => {}
    }
    let Some(ToneReprCurve::Lut(curve)) = &profile.green_trc else { return None };
    let middle = f64::from(*curve.get(curve.len() / 2).filter(|_| curve.len() > 16)?) / 65_535.0;
    match middle {
        0.002..0.03 => Some(HighRange::Pq),
        0.07..0.1 => Some(HighRange::Hlg),
        _ => None,
    }
}

/// The profile's own name, if it has one that can be shown.
fn description(profile: &ColorProfile) -> Option<String> {
    let text = match profile.description.as_ref()? {
        ProfileText::PlainString(text) => text.clone(),
        ProfileText::Localizable(texts) => texts.first()?.value.clone(),
        ProfileText::Description(text) => text.ascii_string.clone(),
    };
    let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    let shown = shown.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

fn grey_table(profile: &ColorProfile) -> Result<[u8; 256], CmsError> {
    let srgb = ColorProfile::new_srgb();
    let conversion = profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, TransformOptions::default())?;
    let values: Vec<u8> = (0..=255).collect();
    let mut colours = [0; 256 * 3];
    conversion.transform(&values, &mut colours)?;
    Ok(std::array::from_fn(|value| colours[value * 3 + 1]))
}

/// Whether a profile differs from sRGB, seen on a 6 x 6 x 6 cube of colours and 52 greys.
fn moves_colours(conversion: &Transform8BitExecutor) -> Result<bool, CmsError> {
    let cube = (0..216u8).flat_map(|index| [index / 36 * 51, index / 6 % 6 * 51, index % 6 * 51]);
    let greys = (0..52u8).flat_map(|index| [index * 5; 3]);
    let colours: Vec<u8> = cube.chain(greys).collect();
    let mut converted = vec![0; colours.len()];
    conversion.transform(&colours, &mut converted)?;
    Ok(colours.iter().zip(&converted).any(|(before, after)| before.abs_diff(*after) > SAME_AS_SRGB))
}

fn transform(conversion: &Transform8BitExecutor, before: &[u8], after: &mut [u8]) {
    // It only fails where the two lengths disagree, and they are the same by construction.
    let outcome = conversion.transform(before, after);
    debug_assert!(outcome.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, Rgba};
    use proptest::prelude::*;

    fn display_p3() -> Vec<u8> {
        ColorProfile::new_display_p3().encode().expect("a built-in profile can be written")
    }

    fn of_profile(profile: Option<&[u8]>) -> Colour {
        Colour::of_rgb(profile, Exif::default())
    }

    #[test]
    fn srgb_under_its_own_name_is_skipped() {
        let bytes = ColorProfile::new_srgb().encode().expect("a built-in profile can be written");
        let colour = of_profile(Some(&bytes));
        assert!(colour.is_srgb(), "{colour:?}");
        assert!(colour.assumed().starts_with("sRGB ("));
    }

    #[test]
    fn display_p3_becomes_stronger_and_grey_stays_grey() {
        let colour = of_profile(Some(&display_p3()));
        assert!(!colour.is_srgb());
        let mut picture = RgbImage::from_fn(2, 1, |x, _| if x == 0 { Rgb([200, 120, 100]) } else { Rgb([128; 3]) });
        colour.to_srgb(&mut picture);
        let [red, green, blue] = picture.get_pixel(0, 0).0;
        // Display P3 (200, 120, 100) is sRGB (213.0, 115.0, 94.8) by the two matrices and the shared tone curve.
        assert!(red.abs_diff(213) <= 2 && green.abs_diff(115) <= 2 && blue.abs_diff(95) <= 2, "{red} {green} {blue}");
        assert!(picture.get_pixel(1, 0).0.iter().all(|sample| sample.abs_diff(128) <= 1));
    }

    #[test]
    fn alpha_passes_through_and_both_layouts_agree() {
        let colour = of_profile(Some(&display_p3()));
        let mut opaque = RgbImage::from_pixel(3, 3, Rgb([10, 200, 90]));
        let mut clear = RgbaImage::from_pixel(3, 3, Rgba([10, 200, 90, 77]));
        colour.to_srgb(&mut opaque);
        colour.to_srgb_rgba(&mut clear);
        for (a, b) in opaque.pixels().zip(clear.pixels()) {
            assert_eq!((a.0.as_slice(), b.0[3]), (&b.0[..3], 77));
        }
    }

    #[test]
    fn a_broken_profile_means_srgb() {
        assert!(of_profile(None).is_srgb());
        let colour = of_profile(Some(b"not a profile"));
        assert!(colour.is_srgb() && colour.assumed().contains("broken"));
        let colour = of_profile(Some(&display_p3()[..300]));
        assert!(colour.is_srgb(), "{colour:?}");
    }

    fn converted(colour: &Colour, pixel: [u8; 3]) -> [u8; 3] {
        let mut picture = RgbImage::from_pixel(1, 1, Rgb(pixel));
        colour.to_srgb(&mut picture);
        picture.get_pixel(0, 0).0
    }

    #[test]
    fn exif_counts_where_no_profile_can_be_used() {
        let adobe_rgb = Exif { adobe_rgb: true, ..Exif::default() };
        for profile in [None, Some(b"not a profile".as_slice())] {
            let colour = Colour::of_rgb(profile, adobe_rgb);
            // Adobe RGB (200, 120, 100) is sRGB (223.8, 120.8, 99.1) by the two matrices and curves.
            let [red, green, blue] = converted(&colour, [200, 120, 100]);
            assert!(
                red.abs_diff(224) <= 1 && green.abs_diff(121) <= 1 && blue.abs_diff(99) <= 1,
                "{red} {green} {blue}"
            );
        }
        assert_eq!(Colour::of_rgb(Some(&display_p3()), adobe_rgb).assumed(), of_profile(Some(&display_p3())).assumed());
    }

    #[test]
    fn profiles_of_high_dynamic_range_are_tone_mapped() {
        for (profile, name, white) in [
            (ColorProfile::new_bt2020_pq(), "PQ", 148),
            (ColorProfile::new_display_p3_pq(), "PQ", 148),
            (ColorProfile::new_bt2020_hlg(), "HLG", 191),
        ] {
            let mut untagged = profile.clone();
            untagged.cicp = None;
            for profile in [profile, untagged] {
                let bytes = profile.encode().expect("a built-in profile can be written");
                let colour = of_profile(Some(&bytes));
                // White paper is 58 % of PQ and 75 % of HLG (ITU-R BT.2408, table 1).
                let paper = converted(&colour, [white; 3]);
                assert!(paper.iter().all(|sample| (244..=252).contains(sample)), "{name}: {paper:?}");
            }
        }
        for profile in
            [ColorProfile::new_adobe_rgb(), ColorProfile::new_pro_photo_rgb(), ColorProfile::new_aces_cg_linear()]
        {
            assert_eq!(high_range(&profile), None);
        }
    }

    #[test]
    fn a_grey_gamma_is_applied_at_once() {
        let linear = ColorProfile::new_gray_with_gamma(1.0).encode().expect("a built-in profile can be written");
        let mut raster = Raster::Rgb(RgbImage::from_pixel(1, 1, Rgb([55; 3])));
        let colour = Colour::of_grey(Some(&linear), Exif::default(), &mut raster);
        assert!(colour.is_srgb());
        // Linear 55/255 is sRGB 128.1 (IEC 61966-2-1).
        let grey = raster.into_rgb([0; 3]).get_pixel(0, 0).0[0];
        assert!(grey.abs_diff(128) <= 2, "{grey}");
    }

    #[test]
    fn untagged_inks_multiply() {
        let (samples, colour) = cmyk_to_rgb(&[0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 128, 0, 128], None);
        assert_eq!(samples, [255, 255, 255, 0, 255, 255, 0, 0, 0, 127, 63, 127]);
        assert!(colour.assumed().contains("CMYK"));
    }

    proptest! {
        #[test]
        fn no_profile_panics(position in 0usize..500, byte: u8, length in 0usize..600) {
            let mut bytes = display_p3();
            let place = position % bytes.len();
            bytes[place] = byte;
            bytes.truncate(length.max(1));
            prop_assert!(!of_profile(Some(&bytes)).assumed().is_empty());
        }
    }
}
