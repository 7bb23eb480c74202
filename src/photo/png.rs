//! PNG, and the default image of an APNG.

use super::colour::Colour;
use super::exif::Exif;
use super::orientation::from_metadata;
use super::png_metadata::{Metadata, chunks, without_video_chunks};
use super::raster::{Raster, reduced};
use super::space::{Chromaticities, Space};
use super::{Format, Header, Limits, Photo};
use crate::error::{Failure, Reason};
use png::{BitDepth, Decoder, DecodingError, Info, Transformations};
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
    let mut decoder =
        Decoder::new_with_limits(Cursor::new(without_video_chunks(bytes)), png::Limits { bytes: SIDE_BYTES });
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
    let metadata = Metadata::read(bytes);
    let samples = Samples { values: samples, channels: colour_type.samples(), is_wide: depth == BitDepth::Sixteen };
    let (raster, colour) = samples.finish(reader.info(), &metadata);
    let orientation = from_metadata(metadata.exif, metadata.xmp.as_deref());
    Ok(Photo { damage, ..Photo::new(raster.into(), orientation, colour, Some(Format::Png)) })
}

/// The colours that a file declares, by the first of its chunks that is understood (PNG, third edition, 4.3).
enum Declared<'a> {
    /// By numbers: `cICP`, or `gAMA` and `cHRM`.
    Space(Space),
    /// By a profile, or by nothing but EXIF.
    Profile(Option<&'a [u8]>, Exif),
}

fn declared<'a>(info: &'a Info<'_>, metadata: &'a Metadata<'_>) -> Declared<'a> {
    // A picture of RGB has no matrix (11.3.2.6).
    if let Some([primaries, transfer, 0, full_range @ 0..=1]) = metadata.code_points
        && let Some(space) = Space::of_code_points(u16::from(primaries), u16::from(transfer))
    {
        return Declared::Space(if full_range == 0 { space.in_video_range() } else { space });
    }
    if let Some(profile) = info.icc_profile.as_deref().or(metadata.profile.as_deref()) {
        return Declared::Profile(Some(profile), metadata.exif);
    }
    if info.srgb.is_some() {
        return Declared::Profile(None, Exif::default());
    }
    let chromaticities = info.chrm_chunk.map(|points| -> Chromaticities {
        [points.white, points.red, points.green, points.blue].map(|(x, y)| (x.into_value(), y.into_value()))
    });
    let gamma = info.gama_chunk.map(|gamma| f64::from(gamma.into_scaled()) / 100_000.0);
    match Space::of_gamma(gamma, chromaticities) {
        Some(space) => Declared::Space(space),
        // The chunks of this format go before what EXIF says beside them.
        None if chromaticities.is_some() => Declared::Profile(None, Exif::default()),
        None => Declared::Profile(None, metadata.exif),
    }
}

/// Decoded samples, the two bytes of wide ones with the higher first.
struct Samples {
    values: Vec<u8>,
    /// Grey, grey and alpha, RGB, or RGB and alpha.
    channels: usize,
    is_wide: bool,
}

impl Samples {
    /// The picture, and how to bring it to sRGB.
    fn finish(self, info: &Info<'_>, metadata: &Metadata<'_>) -> (Raster, Colour) {
        let (channels, size) = (self.channels, info.size());
        match declared(info, metadata) {
            Declared::Space(space) if self.is_wide || channels < 3 || space.is_in_video_range() => {
                let (reduce, colour) = space.reduction(channels < 3);
                let widening = if space.is_in_video_range() { 256 } else { 257 };
                (raster(self.reduced(widening, reduce), channels, size), colour)
            }
            Declared::Space(space) => (raster(self.values, channels, size), space.colour()),
            Declared::Profile(profile, exif) => {
                let samples = if self.is_wide { self.reduced(257, |wide| wide.map(reduced)) } else { self.values };
                let mut raster = raster(samples, channels, size);
                let colour = match channels {
                    1 | 2 => Colour::of_grey(profile, exif, &mut raster),
                    _ => Colour::of_rgb(profile, exif),
                };
                (raster, colour)
            }
        }
    }

    /// All samples in 8 bits, in place: colours by `reduce`, in which grey stands three times. Samples of 8 bits are
    /// multiplied by `widening` before.
    fn reduced(mut self, widening: u16, reduce: impl Fn([u16; 3]) -> [u8; 3]) -> Vec<u8> {
        let channels = self.channels;
        let bytes = if self.is_wide { 2 } else { 1 };
        let colours = if channels < 3 { 1 } else { 3 };
        let pixels = self.values.len() / (channels * bytes);
        for pixel in 0..pixels {
            let wide = |channel: usize| match self.values[(pixel * channels + channel) * bytes..] {
                [high, low, ..] if self.is_wide => u16::from_be_bytes([high, low]),
                [sample, ..] => u16::from(sample) * widening,
                [] => 0,
            };
            let colour = reduce([0, 1, 2].map(|channel| wide(channel.min(colours - 1))));
            let alpha = match self.is_wide {
                _ if channels == colours => 0,
                true => reduced(wide(colours)),
                false => self.values[pixel * channels + colours],
            };
            let after = &mut self.values[pixel * channels..][..channels];
            after[colours..].fill(alpha);
            after[..colours].copy_from_slice(&colour[..colours]);
        }
        self.values.truncate(pixels * channels);
        self.values
    }
}

/// `samples` of 8 bits, `channels` a pixel.
fn raster(samples: Vec<u8>, channels: usize, (width, height): (u32, u32)) -> Raster {
    match channels {
        1 => Raster::rgb_from(width, height, samples.iter().flat_map(|&grey| [grey; 3]).collect()),
        2 => {
            let pixels = samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]);
            Raster::rgba_from(width, height, pixels.collect())
        }
        // The decoder expands palettes to RGB or RGBA.
        3 => Raster::rgb_from(width, height, samples),
        _ => Raster::rgba_from(width, height, samples),
    }
}

/// Whether the chunks follow each other up to IEND. The decoder itself stops reading when it has the last row.
fn reaches_end(bytes: &[u8]) -> bool {
    chunks(bytes).any(|(kind, _)| kind == b"IEND")
}

fn explain(error: DecodingError) -> Failure {
    match error {
        DecodingError::IoError(_) => Format::Png.damaged("it ends early"),
        DecodingError::Format(_) | DecodingError::Parameter(_) => Format::Png.broken(),
        DecodingError::LimitsExceeded => {
            Failure::new(Reason::TooLarge, "the PNG holds more side data than a photo needs")
                .advised("save it again in an editor")
        }
    }
}

#[cfg(test)]
mod tests;
