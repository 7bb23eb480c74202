//! Pixels to files: JPEG, PNG, WebP, AVIF, with the quality searched where a preset limits the bytes.
//!
//! A new format is one file here and one line in `encode_at`. Nothing of the photo's own metadata is ever written:
//! the encoders only see pixels.

#[cfg(not(target_family = "wasm"))]
mod avif;
mod jpeg;
mod png;
#[cfg(not(target_family = "wasm"))]
mod webp;

use crate::error::{Failure, Reason};
use crate::photo::{Raster, flatten};
use crate::preset::{OutputFormat, Preset};
use image::RgbImage;
use std::borrow::Cow;

/// How an output is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoding {
    /// The file format.
    pub format: OutputFormat,
    /// Quality 1..=100 on the format's own scale, what is beyond is taken for the nearest of these; `None` for the
    /// default. Without meaning for PNG.
    pub quality: Option<u8>,
    /// Most bytes that the file may have.
    pub max_bytes: Option<u64>,
    /// Dots per inch to write into JPEG and PNG.
    pub dpi: Option<u16>,
}

impl Encoding {
    /// The format at its default quality, without a limit of bytes and without a density.
    #[must_use]
    pub const fn new(format: OutputFormat) -> Self {
        Self { format, quality: None, max_bytes: None, dpi: None }
    }

    /// The same with this quality.
    #[must_use]
    pub const fn with_quality(self, quality: u8) -> Self {
        Self { quality: Some(quality), ..self }
    }

    /// The same with this many bytes at most.
    #[must_use]
    pub const fn with_max_bytes(self, max_bytes: u64) -> Self {
        Self { max_bytes: Some(max_bytes), ..self }
    }

    /// The same with this density, in dots per inch.
    #[must_use]
    pub const fn with_dpi(self, dpi: u16) -> Self {
        Self { dpi: Some(dpi), ..self }
    }

    /// As `preset` has its files.
    #[must_use]
    pub const fn of(preset: &Preset) -> Self {
        Self { format: preset.format, quality: preset.quality, max_bytes: preset.max_bytes, dpi: preset.dpi }
    }
}

/// A finished file in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The quality that was used; `None` for lossless formats.
    pub quality: Option<u8>,
}

/// The lowest quality that the search for a byte limit goes down to: below it faces break up into blocks.
const LOWEST_QUALITY: u8 = 30;

impl OutputFormat {
    /// The quality used where nobody asks for another: faces look the same as the original at normal size.
    const fn default_quality(self) -> u8 {
        match self {
            Self::Jpeg => 90,
            Self::Webp => 85,
            Self::Avif => 80,
            Self::Png => 100,
        }
    }

    /// The longest side that the format can say, in pixels: 16 bits in JPEG (ITU-T T.81, B.2.2), 14 in WebP (RFC 9649,
    /// 2.5). `None` where it is beyond every preset and every photo.
    const fn longest_side(self) -> Option<u32> {
        match self {
            Self::Jpeg => Some(65_535),
            Self::Webp => Some(16_383),
            Self::Png | Self::Avif => None,
        }
    }
}

/// `image` (sRGB) as a file. Transparent parts become white where [`OutputFormat::has_alpha`] says no.
///
/// With a byte limit the highest quality that fits is taken, from the asked one down to 30.
///
/// # Errors
/// [`Reason::OverByteLimit`] where nothing fits, [`Reason::TooLarge`] where a side is longer than the format can say,
/// [`Reason::Internal`] where the encoder fails.
pub fn encode(image: &Raster, encoding: &Encoding) -> Result<Encoded, Failure> {
    let asked = encoding.quality.unwrap_or(encoding.format.default_quality()).clamp(1, 100);
    check_size(image.size(), encoding.format)?;
    let first = encode_at(image, encoding, asked)?;
    let Some(limit) = encoding.max_bytes else { return Ok(first) };
    let fits = |encoded: &Encoded| encoded.bytes.len() as u64 <= limit;
    if fits(&first) {
        return Ok(first);
    }
    let mut best = None;
    let (mut low, mut high) = (LOWEST_QUALITY.min(asked), asked);
    while encoding.format != OutputFormat::Png && low < high {
        // The asked quality is known not to fit; the middle is always below it.
        let middle = low + (high - low) / 2;
        let tried = encode_at(image, encoding, middle)?;
        if fits(&tried) {
            best = Some(tried);
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    best.ok_or_else(|| {
        Failure::new(
            Reason::OverByteLimit,
            format!(
                "{} x {} pixels as {} do not fit into {limit} bytes",
                image.size().0,
                image.size().1,
                encoding.format.extension()
            ),
        )
        .advised("use another --format or raise the preset's max_bytes")
    })
}

/// Whether the header of `format` has room for these sides.
fn check_size((width, height): (u32, u32), format: OutputFormat) -> Result<(), Failure> {
    match format.longest_side() {
        Some(longest) if width.max(height) > longest => Err(Failure::new(
            Reason::TooLarge,
            format!(
                "a file of the format {} holds {longest} pixels a side and this would have {width} x {height}",
                format.extension()
            ),
        )
        .advised("use another format, or a smaller size")),
        _ => Ok(()),
    }
}

fn encode_at(image: &Raster, encoding: &Encoding, quality: u8) -> Result<Encoded, Failure> {
    let bytes = match encoding.format {
        OutputFormat::Jpeg => explained(jpeg::encode(&opaque(image), quality, encoding.dpi)),
        OutputFormat::Png => explained(png::encode(image, encoding.dpi)),
        #[cfg(not(target_family = "wasm"))]
        OutputFormat::Webp => explained(webp::encode(image, quality)),
        #[cfg(not(target_family = "wasm"))]
        OutputFormat::Avif => explained(avif::encode(&opaque(image), quality)),
        #[cfg(target_family = "wasm")]
        OutputFormat::Webp | OutputFormat::Avif => Err(not_in_this_build(encoding.format)),
    }?;
    Ok(Encoded { bytes, quality: (encoding.format != OutputFormat::Png).then_some(quality) })
}

/// There is no encoder for it on WebAssembly.
#[cfg(target_family = "wasm")]
fn not_in_this_build(format: OutputFormat) -> Failure {
    let message = format!("this build does not write {}", format.extension());
    Failure::new(Reason::NotWritten, message).advised("use JPEG or PNG")
}

fn opaque(image: &Raster) -> Cow<'_, RgbImage> {
    match image {
        Raster::Rgb(picture) => Cow::Borrowed(picture),
        Raster::Rgba(picture) => Cow::Owned(flatten(picture, [255; 3])),
    }
}

fn explained<E: std::fmt::Display>(encoded: Result<Vec<u8>, E>) -> Result<Vec<u8>, Failure> {
    encoded.map_err(|error| Failure::internal(format!("the encoder says: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    /// A picture with edges, ramps and texture, so that quality matters.
    fn picture(width: u32, height: u32) -> Raster {
        Raster::Rgb(RgbImage::from_fn(width, height, |x, y| {
            let texture = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(97) >> 27;
            let disc = u32::from((x as i32 - 60).pow(2) + (y as i32 - 60).pow(2) < 1600) * 90;
            image::Rgb([(x + texture + disc) as u8, (y + texture) as u8, (80 + texture) as u8])
        }))
    }

    fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
        let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / a.as_raw().len() as f64
    }

    fn encoding(format: OutputFormat) -> Encoding {
        Encoding::new(format)
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same_picture() {
        let picture = picture(150, 117);
        for (format, tolerance) in [(OutputFormat::Jpeg, 4.0), (OutputFormat::Png, 0.0), (OutputFormat::Webp, 5.0)] {
            let encoded = encode(&picture, &encoding(format)).expect("encodes");
            let decoded = image::load_from_memory(&encoded.bytes).expect("another decoder reads it").to_rgb8();
            assert_eq!(decoded.dimensions(), picture.size());
            assert!(mean_difference(&decoded, &picture.clone().into_rgb([0; 3])) <= tolerance, "{format:?}");
        }
    }

    #[test]
    fn transparency_is_in_the_file_where_the_format_has_it() {
        let own = |x: u32, y: u32| Rgba([200, 40, 90, if x < 32 { 0 } else { 100 + (y as u8) }]);
        let picture = Raster::Rgba(RgbaImage::from_fn(64, 64, own));
        for (format, tolerance) in [(OutputFormat::Png, 0), (OutputFormat::Webp, 2)] {
            let bytes = encode(&picture, &encoding(format)).expect("encodes").bytes;
            let decoded = image::load_from_memory(&bytes).expect("another decoder reads it");
            assert!(decoded.color().has_alpha(), "{format:?}");
            for (x, y, pixel) in decoded.to_rgba8().enumerate_pixels() {
                assert!(pixel[3].abs_diff(own(x, y)[3]) <= tolerance, "{format:?} at {x}, {y}");
            }
        }
        let jpeg = encode(&picture, &encoding(OutputFormat::Jpeg)).expect("encodes").bytes;
        let decoded = image::load_from_memory(&jpeg).expect("another decoder reads it").to_rgb8();
        assert!(decoded.get_pixel(8, 8).0.iter().all(|&value| value > 250));
    }

    #[test]
    fn a_jpeg_is_one_interleaved_scan_with_and_without_a_limit() {
        let picture = picture(420, 420);
        for max_bytes in [None, Some(40_000)] {
            let encoded = encode(&picture, &Encoding { max_bytes, ..encoding(OutputFormat::Jpeg) }).expect("encodes");
            let scans = encoded.bytes.windows(2).filter(|marker| *marker == [0xff, 0xda]).count();
            assert_eq!(scans, 1);
        }
    }

    #[test]
    fn avif_has_the_signature_and_size_of_an_avif() {
        let bytes = encode(&picture(64, 48), &encoding(OutputFormat::Avif)).expect("encodes").bytes;
        assert_eq!(&bytes[4..12], b"ftypavif");
        let ispe = bytes.windows(4).position(|word| word == b"ispe").expect("the box that holds the size");
        assert_eq!(bytes[ispe + 8..ispe + 16], [0, 0, 0, 64, 0, 0, 0, 48]);
    }

    #[test]
    fn a_byte_limit_takes_the_highest_quality_that_fits() {
        let picture = picture(400, 400);
        for format in [OutputFormat::Jpeg, OutputFormat::Webp] {
            let free = encode(&picture, &encoding(format)).expect("encodes");
            let limit = free.bytes.len() as u64 / 2;
            let limited = encode(&picture, &Encoding { max_bytes: Some(limit), ..encoding(format) }).expect("fits");
            let quality = limited.quality.expect("lossy");
            assert!(limited.bytes.len() as u64 <= limit && quality < free.quality.expect("lossy"));
            let above = Encoding { max_bytes: Some(limit), quality: Some(quality + 1), ..encoding(format) };
            assert!(encode_at(&picture, &above, quality + 1).expect("encodes").bytes.len() as u64 > limit);
        }
    }

    #[test]
    fn a_limit_that_nothing_meets_is_a_failure() {
        for format in [OutputFormat::Jpeg, OutputFormat::Png] {
            let encoding = Encoding { max_bytes: Some(1000), ..encoding(format) };
            assert_eq!(encode(&picture(600, 600), &encoding).expect_err("too small").reason, Reason::OverByteLimit);
        }
    }

    #[test]
    fn a_side_that_the_format_cannot_say_is_told_with_its_length() {
        for (format, longest) in [(OutputFormat::Jpeg, 65_535), (OutputFormat::Webp, 16_383)] {
            let wide = |width| encode(&Raster::Rgb(RgbImage::new(width, 1)), &encoding(format));
            assert!(wide(longest).is_ok(), "{format:?}");
            let failure = wide(longest + 1).expect_err("too wide");
            assert_eq!(failure.reason, Reason::TooLarge);
            assert!(failure.message.contains(&format!("this would have {} x 1", longest + 1)), "{failure}");
        }
    }

    /// An own caller's slip is no reason to panic, as one encoder does.
    #[test]
    fn a_quality_beyond_the_scale_is_the_nearest_on_it() {
        let at = |format, quality| {
            encode(&picture(32, 32), &Encoding { quality: Some(quality), ..encoding(format) }).expect("encodes")
        };
        for format in [OutputFormat::Jpeg, OutputFormat::Webp, OutputFormat::Avif] {
            assert_eq!((at(format, 0).quality, at(format, 255).quality), (Some(1), Some(100)));
        }
    }

    #[test]
    fn dpi_is_in_the_file() {
        let picture = picture(32, 32);
        let jpeg = encode(&picture, &Encoding { dpi: Some(300), ..encoding(OutputFormat::Jpeg) }).expect("encodes");
        assert_eq!(jpeg.bytes[6..18], *b"JFIF\0\x01\x02\x01\x01\x2c\x01\x2c");
        let png = encode(&picture, &Encoding { dpi: Some(300), ..encoding(OutputFormat::Png) }).expect("encodes");
        let at = png.bytes.windows(4).position(|word| word == b"pHYs").expect("a pHYs chunk");
        assert_eq!(png.bytes[at + 4..at + 8], 11811u32.to_be_bytes());
    }
}
