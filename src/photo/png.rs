//! PNG, and the default image of an APNG.

use super::colour::Colour;
use super::orientation::from_metadata;
use super::raster::{Raster, reduced};
use super::{Format, Header, Limits, Photo};
use crate::error::{Failure, Reason};
use png::{BitDepth, ColorType, Decoder, DecodingError, Transformations};
use std::io::Cursor;

/// What the decoder may hold beside the picture, in bytes: a row, and the unpacked colour profile.
const SIDE_BYTES: usize = 16 << 20;

/// What the IHDR chunk says.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    let Some([w0, w1, w2, w3, h0, h1, h2, h3, bits, colour, ..]) = bytes.get(16..29) else {
        return Err(Format::Png.damaged("it ends inside its header"));
    };
    let (width, height) = (u32::from_be_bytes([*w0, *w1, *w2, *w3]), u32::from_be_bytes([*h0, *h1, *h2, *h3]));
    // PNG (third edition), 11.2.1: sides are 1..=2^31 - 1.
    if width == 0 || height == 0 || width > i32::MAX as u32 || height > i32::MAX as u32 {
        return Err(Format::Png.damaged("the header gives no possible picture size"));
    }
    // Samples as decoded (a palette may hold alpha), and the RGB or RGBA raster made of them.
    let channels = match colour {
        0 => 2,
        2 | 3 => 4,
        _ => u64::from(*colour).clamp(2, 4),
    };
    let bytes_per_pixel = channels * u64::from(*bits).div_ceil(8) + 4;
    let memory = (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel);
    Ok(Header { format: Format::Png, width, height, memory: memory.saturating_add(bytes.len() as u64) })
}

/// Decodes the default image.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    limits.check(&probe(bytes)?)?;
    let mut damage = (!reaches_end(bytes)).then(|| Format::Png.damaged("it ends early"));
    if let Some(failure) = damage.as_ref().filter(|_| !limits.allow_damaged) {
        return Err(failure.clone());
    }
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: SIDE_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(explain)?;
    let Some(length) = reader.output_buffer_size() else {
        return Err(
            Failure::new(Reason::TooLarge, "the PNG does not fit this machine's memory").advised("make it smaller")
        );
    };
    let mut samples = vec![0; length];
    if let Err(error) = reader.next_frame(&mut samples) {
        let failure = explain(error);
        if !limits.allow_damaged || failure.reason != Reason::Damaged {
            return Err(failure);
        }
        damage = Some(failure);
    }
    let (colour_type, depth) = reader.output_color_type();
    let info = reader.info();
    let mut raster = to_raster(samples, info.width, info.height, colour_type, depth);
    let profile = info.icc_profile.as_deref();
    let grey = matches!(colour_type, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let colour = if grey { Colour::of_grey(profile, &mut raster) } else { Colour::of_rgb(profile) };
    let orientation = from_metadata(info.exif_metadata.as_deref(), xmp(bytes));
    Ok(Photo { pixels: raster.into(), orientation, colour, format: Some(Format::Png), damage })
}

fn to_raster(mut samples: Vec<u8>, width: u32, height: u32, colour_type: ColorType, depth: BitDepth) -> Raster {
    if depth == BitDepth::Sixteen {
        for index in 0..samples.len() / 2 {
            samples[index] = reduced(u16::from_be_bytes([samples[2 * index], samples[2 * index + 1]]));
        }
        samples.truncate(samples.len() / 2);
    }
    match colour_type {
        ColorType::Grayscale => Raster::rgb_from(width, height, samples.iter().flat_map(|&grey| [grey; 3]).collect()),
        ColorType::GrayscaleAlpha => {
            let pixels = samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]);
            Raster::rgba_from(width, height, pixels.collect())
        }
        ColorType::Rgba => Raster::rgba_from(width, height, samples),
        // The decoder expands palettes to RGB or RGBA.
        ColorType::Rgb | ColorType::Indexed => Raster::rgb_from(width, height, samples),
    }
}

/// The chunks of a file: kind and data, up to the first that does not fit.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, data) = rest.split_at_checked(8)?;
        let (length, kind) = head.split_first_chunk()?;
        let (data, crc) = data.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = crc.get(4..)?;
        Some((kind, data))
    })
}

/// Whether the chunks follow each other up to IEND. The decoder itself stops reading when it has the last row.
fn reaches_end(bytes: &[u8]) -> bool {
    chunks(bytes).any(|(kind, _)| kind == b"IEND")
}

/// The XMP packet: an iTXt chunk with Adobe's keyword, not compressed (XMP specification, part 3, 1.1.5).
fn xmp(bytes: &[u8]) -> Option<&[u8]> {
    chunks(bytes)
        .filter(|(kind, _)| *kind == b"iTXt")
        .find_map(|(_, data)| data.strip_prefix(b"XML:com.adobe.xmp\0\0\0"))
}

fn explain(error: DecodingError) -> Failure {
    match error {
        DecodingError::IoError(_) => Format::Png.damaged("it ends early"),
        DecodingError::Format(detail) => Format::Png.damaged(&detail.to_string().to_lowercase()),
        DecodingError::LimitsExceeded => {
            Failure::new(Reason::TooLarge, "the PNG holds more side data than a photo needs")
                .advised("save it again in an editor")
        }
        DecodingError::Parameter(detail) => Format::Png.damaged(&detail.to_string().to_lowercase()),
    }
}
