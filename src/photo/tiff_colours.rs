//! TIFF in colour models that the `image` crate turns down, or converts without the file's profile: palettes, CMYK,
//! YCbCr and Lab. The `tiff` crate below it decodes the samples; what they mean is decided here.
//!
//! That crate refuses some of these models by their number alone. Their samples are stored like those of another model,
//! so it is given a copy of the file that names the other one.

use super::colour::{self, Colour, MAX_PROFILE_BYTES, ycc_to_rgb};
use super::exif::Exif;
use super::raster::{Raster, reduce};
use super::tiff::{Directory, tag};
use image::ImageError;
use std::borrow::Cow;
use std::io::Cursor;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::{TiffError, TiffFormatError, TiffResult};

/// Compression by JPEG (TIFF Technical Note 2), which brings chroma to full size.
const JPEG: u64 = 7;

/// What the samples mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// An index into the file's list of colours.
    Palette,
    /// Ink amounts.
    Cmyk,
    /// Luma and chroma.
    YCbCr,
    /// CIE L*a*b*, with a* and b* as signed numbers, or as ICC has them: shifted by 128.
    Lab { signed: bool },
}

/// The model of a picture that is read here, `None` for all others.
pub(super) fn model(directory: &Directory<'_>) -> Option<Model> {
    let bits = directory.value(tag::BITS_PER_SAMPLE)?;
    match (directory.value(tag::PHOTOMETRIC)?, bits) {
        (3, 8) => Some(Model::Palette),
        (5, 8 | 16) => Some(Model::Cmyk),
        (6, 8) if has_full_chroma(directory) => Some(Model::YCbCr),
        (8, 8) => Some(Model::Lab { signed: true }),
        (9, 8) => Some(Model::Lab { signed: false }),
        _ => None,
    }
}

/// Whether a decoder gives chroma for every pixel. The default is one for 2 x 2 (TIFF 6.0, YCbCrSubSampling).
fn has_full_chroma(directory: &Directory<'_>) -> bool {
    let mut subsampling = directory.values(tag::CHROMA_SUBSAMPLING);
    let full = (subsampling.next(), subsampling.next()) == (Some(1), Some(1));
    full || directory.value(tag::COMPRESSION) == Some(JPEG)
}

/// Decodes the first picture, with its colours. Holds at most `max_bytes` at a time.
pub(super) fn decode(
    bytes: &[u8],
    directory: &Directory<'_>,
    model: Model,
    max_bytes: u64,
) -> Result<(Raster, Colour), ImageError> {
    let (width, height) = directory.picture().map(|(width, height, _)| (width, height)).unwrap_or_default();
    let pixels = width as usize * height as usize;
    let samples = samples(&renamed(bytes, directory, model), max_bytes).map_err(explain)?;
    let channels = samples.len() / pixels.max(1);
    let wanted = if model == Model::Palette { 1 } else { 3 + usize::from(model == Model::Cmyk) };
    if channels < wanted {
        return Err(explain(TiffError::FormatError(TiffFormatError::InconsistentSizesEncountered)));
    }
    let samples = pick(samples, pixels, channels, wanted, directory.value(tag::PLANAR_CONFIGURATION) == Some(2));
    let profile = profile(bytes, directory);
    Ok(match model {
        Model::Cmyk => {
            let (rgb, colour) = colour::cmyk_to_rgb(&samples, profile);
            (Raster::rgb_from(width, height, rgb), colour)
        }
        Model::Palette => {
            let colours = palette(directory);
            let rgb = samples.iter().flat_map(|&index| colours[usize::from(index)]).collect();
            (Raster::rgb_from(width, height, rgb), Colour::of_rgb(profile, Exif::of(directory)))
        }
        Model::YCbCr => {
            let mut rgb = samples;
            rgb.chunks_exact_mut(3).for_each(ycc_to_rgb);
            (Raster::rgb_from(width, height, rgb), Colour::of_rgb(profile, Exif::of(directory)))
        }
        Model::Lab { signed } => {
            let mut rgb = samples;
            rgb.chunks_exact_mut(3).for_each(|pixel| lab_to_srgb(pixel, signed));
            (Raster::rgb_from(width, height, rgb), Colour::srgb("sRGB (from Lab)"))
        }
    })
}

/// The file under the number of a model with the same samples: grey for indices, RGB for three components.
fn renamed<'a>(bytes: &'a [u8], directory: &Directory<'_>, model: Model) -> Cow<'a, [u8]> {
    let number = match model {
        Model::Cmyk => return Cow::Borrowed(bytes),
        Model::Palette => 1,
        Model::YCbCr | Model::Lab { .. } => 2,
    };
    let mut copy = bytes.to_vec();
    if let Some(value) = directory.place(tag::PHOTOMETRIC).and_then(|place| copy.get_mut(place)) {
        let lowest = if bytes.starts_with(b"MM") { value.len() - 1 } else { 0 };
        value[lowest] = number;
    }
    Cow::Owned(copy)
}

/// All samples in 8 bits; planes, where there are several, one after the other.
fn samples(bytes: &[u8], max_bytes: u64) -> TiffResult<Vec<u8>> {
    let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let mut limits = Limits::default();
    (limits.decoding_buffer_size, limits.intermediate_buffer_size) = (most, most);
    let mut decoder = Decoder::new(Cursor::new(bytes))?.with_limits(limits);
    let mut result = DecodingResult::U8(Vec::new());
    decoder.read_image_to_buffer(&mut result)?;
    match result {
        DecodingResult::U8(samples) => Ok(samples),
        DecodingResult::U16(samples) => Ok(reduce(&samples)),
        _ => Err(TiffError::FormatError(TiffFormatError::InconsistentSizesEncountered)),
    }
}

/// The first `wanted` of `channels` samples of every pixel, side by side.
fn pick(samples: Vec<u8>, pixels: usize, channels: usize, wanted: usize, planar: bool) -> Vec<u8> {
    if planar {
        let plane = |channel: usize, pixel: usize| samples[channel * pixels + pixel];
        return (0..pixels).flat_map(|pixel| (0..wanted).map(move |channel| plane(channel, pixel))).collect();
    }
    if channels == wanted {
        return samples;
    }
    samples.chunks_exact(channels).flat_map(|pixel| pixel[..wanted].iter().copied()).collect()
}

fn profile<'a>(bytes: &'a [u8], directory: &Directory<'_>) -> Option<&'a [u8]> {
    let profile = bytes.get(directory.place(tag::ICC_PROFILE)?)?;
    (1..=MAX_PROFILE_BYTES).contains(&profile.len()).then_some(profile)
}

/// The colours of the indices: all reds, all greens, all blues, in 16 bits (TIFF 6.0, ColorMap). Those that are missing
/// are black.
fn palette(directory: &Directory<'_>) -> [[u8; 3]; 256] {
    let values: Vec<u16> = directory.values(tag::COLOUR_MAP).map(|value| value as u16).collect();
    let count = values.len() / 3;
    let values = reduce(&values);
    std::array::from_fn(|index| {
        std::array::from_fn(|channel| if index < count { values[channel * count + index] } else { 0 })
    })
}

/// CIE L*a*b* under D50 to sRGB (CIE 15:2004, 8.2.1; the matrix is sRGB's, adapted to D50 by Bradford's method,
/// inverted).
fn lab_to_srgb(pixel: &mut [u8], signed: bool) {
    const WHITE: [f32; 3] = [0.964_2, 1.0, 0.825_1];
    const TO_LINEAR: [[f32; 3]; 3] = [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]];
    let offset = |sample: u8| if signed { f32::from(sample as i8) } else { f32::from(sample) - 128.0 };
    let middle = (f32::from(pixel[0]) * 100.0 / 255.0 + 16.0) / 116.0;
    let cubes = [middle + offset(pixel[1]) / 500.0, middle, middle - offset(pixel[2]) / 200.0];
    let xyz: [f32; 3] = std::array::from_fn(|index| {
        let root = cubes[index];
        let value = if root > 6.0 / 29.0 { root * root * root } else { (root - 4.0 / 29.0) * 108.0 / 841.0 };
        value * WHITE[index]
    });
    for (sample, row) in pixel.iter_mut().zip(TO_LINEAR) {
        let linear: f32 = row.iter().zip(xyz).map(|(factor, value)| factor * value).sum();
        let curved = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * libm::powf(linear, 1.0 / 2.4) - 0.055 };
        *sample = (curved * 255.0).round().clamp(0.0, 255.0) as u8;
    }
}

/// In the words of the `image` crate, as all other errors of TIFF files come.
fn explain(error: TiffError) -> ImageError {
    use image::error::{
        DecodingError, ImageFormatHint, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind,
    };
    let hint = ImageFormatHint::Exact(image::ImageFormat::Tiff);
    match error {
        TiffError::IoError(error) => ImageError::IoError(error),
        TiffError::LimitsExceeded => ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)),
        TiffError::UnsupportedError(what) => ImageError::Unsupported(UnsupportedError::from_format_and_kind(
            hint,
            UnsupportedErrorKind::GenericFeature(what.to_string()),
        )),
        other => ImageError::Decoding(DecodingError::new(hint, other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_has_its_greys_and_primaries() {
        let srgb = |mut pixel: [u8; 3], signed| {
            lab_to_srgb(&mut pixel, signed);
            pixel
        };
        assert_eq!(srgb([0, 0, 0], true), [0; 3]);
        assert_eq!(srgb([0, 128, 128], false), [0; 3]);
        let close = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 2);
        assert!(close(srgb([255, 128, 128], false), [255; 3]));
        // sRGB red is L* 54.29, a* 80.81, b* 69.89 under D50.
        assert!(close(srgb([138, 81, 70], true), [255, 0, 0]), "{:?}", srgb([138, 81, 70], true));
        assert!(close(srgb([138, 209, 198], false), [255, 0, 0]));
    }

    #[test]
    fn planes_and_spare_channels_come_to_the_same() {
        assert_eq!(pick(vec![1, 2, 3, 4, 5, 6], 2, 3, 3, true), [1, 3, 5, 2, 4, 6]);
        assert_eq!(pick(vec![1, 3, 5, 9, 2, 4, 6, 9], 2, 4, 3, false), [1, 3, 5, 2, 4, 6]);
    }
}
