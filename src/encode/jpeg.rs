//! Baseline JPEG by an encoder of our own, with an sRGB profile.

use crate::baseline_jpeg::{Chroma, Refusal, Settings, encode_rgb};
use crate::preset::OutputFormat;
use image::RgbImage;
use std::sync::LazyLock;

/// Year, month, day, hour, minute and second of the profile: those of the standard, IEC 61966-2-1:1999.
const PROFILE_DATE: [u16; 6] = [1999, 10, 18, 0, 0, 0];

/// A minimal ICC profile that says sRGB. `moxcms` writes the clock's time into the header (bytes 24 to 35, ICC.1:2022,
/// 7.2.10), which would make the files of every run different.
static SRGB_PROFILE: LazyLock<Option<Vec<u8>>> = LazyLock::new(|| {
    let mut profile = moxcms::ColorProfile::new_srgb().encode().ok()?;
    let date = PROFILE_DATE.map(u16::to_be_bytes).concat();
    profile.get_mut(24..36)?.copy_from_slice(&date);
    Some(profile)
});

pub(super) fn encode(image: &RgbImage, quality: u8, dpi: Option<u16>) -> Result<Vec<u8>, Refusal> {
    let (width, height) = image.dimensions();
    let chroma = if OutputFormat::Jpeg.halves_chroma(width, height) { Chroma::Half } else { Chroma::Full };
    let settings = Settings { quality, chroma, dpi, profile: SRGB_PROFILE.as_deref() };
    encode_rgb(image, width, height, &settings)
}
