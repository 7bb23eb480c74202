//! JPEG: what cameras write only where it is looked at ([`Sparse`]), all else by zune-jpeg, with the colour
//! model decided here. What that does not read is read by oxideav-mjpeg, where the build has it.

use super::colour::{self, Colour};
use super::exif::Exif;
use super::format::not_built_in;
use super::markers::{Coding, Markers};
use super::orientation::from_metadata;
use super::pixels::{Pixels, Sparse};
use super::raster::Raster;
use super::{Format, Header, Limits, Photo};
use crate::error::{Failure, Reason};
use std::borrow::Cow;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

/// Most scans of a progressive file. Encoders write 6 to 20; each costs a pass over all coefficients, which a hostile
/// file gets for a dozen bytes.
const MAX_SCANS: u32 = 64;

/// Most pixels times scans: 200 megapixels in 20 scans. At 1 to 2 ns each this bounds the time, where the two limits
/// alone would allow 64 passes over 200 megapixels.
const MAX_SCANNED_PIXELS: u64 = 4_000_000_000;

/// The same for [`rarity`], which is decoded ten times slower.
const MAX_RARE_SCANNED_PIXELS: u64 = 1_000_000_000;

/// What the decoder of rare kinds holds for one sample, in bytes: a 32-bit coefficient, planes in 16 bits and copies of
/// them in full size.
const RARE_BYTES_PER_SAMPLE: u64 = 12;

/// What the three or four components hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    /// CMYK whose first three components are stored as luma and chroma.
    Ycck,
}

/// What the header says, with the codings that are not read refused.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    header(&Markers::read(bytes)?, bytes)
}

/// Whether this is a kind of JPEG that no camera writes as a picture.
#[cfg(feature = "raw")]
pub(super) fn is_rare(bytes: &[u8]) -> bool {
    Markers::read(bytes).is_ok_and(|markers| rarity(&markers).is_some())
}

fn header(markers: &Markers<'_>, bytes: &[u8]) -> Result<Header, Failure> {
    let model = model(markers)?;
    let pixels = u64::from(markers.width) * u64::from(markers.height);
    let components = markers.component_ids.len() as u64;
    let bytes_per_pixel = if let Some(what) = rarity(markers) {
        check_rare(what, markers)?;
        3 + RARE_BYTES_PER_SAMPLE * components
    } else {
        // Pixels out, CMYK before conversion, and two bytes for each coefficient where all are held until the last
        // scan.
        let pixel = if matches!(model, Model::Cmyk | Model::Ycck) { 7 } else { 3 };
        let all_held = markers.coding == Coding::Progressive || markers.is_split();
        if all_held { pixel + 2 * components } else { pixel }
    };
    // Planes take at most as much as pixels.
    let sparse = if model == Model::YCbCr { 3 * pixels + Sparse::memory(bytes, markers) } else { 0 };
    Ok(Header {
        format: Format::Jpeg,
        width: markers.width,
        height: markers.height,
        memory: sparse.max(pixels * bytes_per_pixel) + bytes.len() as u64,
    })
}

/// What keeps a file from zune-jpeg, in a word or two: what it does not read, or reads wrongly. No camera writes it.
fn rarity(markers: &Markers<'_>) -> Option<&'static str> {
    match markers.coding {
        Coding::Other(name) => Some(name),
        _ if markers.bits != 8 => Some("12-bit"),
        // zune-jpeg 0.5 mixes up the rows of such files without an error; a wrong picture is worse than none.
        _ if markers.is_split() && markers.rows_subsampled => Some("split 4:2:0 or 4:4:0"),
        _ => None,
    }
}

/// Whether this build reads a rare kind of JPEG.
fn check_rare(what: &str, markers: &Markers<'_>) -> Result<(), Failure> {
    if markers.coding == Coding::HIERARCHICAL || !matches!(markers.component_ids.len(), 1 | 3) {
        return Err(unsupported(&format!("{what} coding is not read")));
    }
    if cfg!(feature = "jpeg-rare") { Ok(()) } else { Err(not_built_in(&format!("{what} JPEG"), "jpeg-rare")) }
}

/// The colour model, by the rules of the Independent JPEG Group's library, which all other software follows: a JFIF
/// segment means luma and chroma, otherwise Adobe's segment decides, otherwise the component names.
fn model(markers: &Markers<'_>) -> Result<Model, Failure> {
    match (markers.component_ids.as_slice(), markers.adobe_transform) {
        ([_], _) => Ok(Model::Grey),
        (b"RGB", _) => Ok(Model::Rgb),
        ([_, _, _], Some(0)) if !markers.jfif => Ok(Model::Rgb),
        ([_, _, _], _) => Ok(Model::YCbCr),
        ([_, _, _, _], Some(2)) => Ok(Model::Ycck),
        ([_, _, _, _], _) => Ok(Model::Cmyk),
        (other, _) => Err(unsupported(&format!("{} colour components are not read", other.len()))),
    }
}

/// Decodes the first picture of the file.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let markers = Markers::read(bytes)?;
    limits.check(&header(&markers, bytes)?)?;
    let complete = check_scans(&markers, bytes)?;
    // What can be read of a damaged file is read by zune-jpeg only.
    if !complete && (!limits.allow_damaged || rarity(&markers).is_some()) {
        return Err(Format::Jpeg.damaged("it ends early"));
    }
    let model = model(&markers)?;
    if rarity(&markers).is_some() {
        return decode_rare(bytes, &markers, model);
    }
    if complete
        && model == Model::YCbCr
        && let Some(sparse) = Sparse::open(bytes, &markers)
    {
        let exif = markers.exif.map(Exif::read).unwrap_or_default();
        let colour = Colour::of_rgb(markers.icc_profile().as_deref(), exif);
        let orientation = from_metadata(exif, markers.xmp);
        return Ok(Photo {
            pixels: Pixels::Sparse(Box::new(sparse)),
            orientation,
            colour,
            format: Some(Format::Jpeg),
            damage: None,
        });
    }
    let plain = without_adobe_segment(&markers, bytes, model);
    let strict =
        if complete { samples(&plain, &markers, model, true) } else { Err(Format::Jpeg.damaged("it ends early")) };
    let (samples, damage) = match strict {
        Ok(samples) => (samples, None),
        Err(failure) if limits.allow_damaged && failure.reason == Reason::Damaged => {
            (samples(&plain, &markers, model, false)?, Some(failure))
        }
        Err(failure) => return Err(failure),
    };
    Ok(photo(samples, &markers, model, damage))
}

/// Decodes what zune-jpeg does not, by oxideav-mjpeg. [`check_scans`] saw that it is whole.
#[cfg(feature = "jpeg-rare")]
fn decode_rare(bytes: &[u8], markers: &Markers<'_>, model: Model) -> Result<Photo<'static>, Failure> {
    use oxideav_mjpeg::{DecodeOptions, Error, decode_rgb8_with};
    let options = DecodeOptions::new().with_max_pixels(Some(u64::from(markers.width) * u64::from(markers.height)));
    let picture = decode_rgb8_with(bytes, &options).map_err(|error| match error {
        Error::Unsupported(_) => unsupported("this kind of coding is not read"),
        _ => Format::Jpeg.broken(),
    })?;
    if (picture.width, picture.height) != (markers.width, markers.height) {
        return Err(Format::Jpeg.damaged("its size changes on the way"));
    }
    Ok(photo(picture.data, markers, model, None))
}

#[cfg(not(feature = "jpeg-rare"))]
fn decode_rare(_: &[u8], markers: &Markers<'_>, _: Model) -> Result<Photo<'static>, Failure> {
    Err(check_rare("this kind of", markers).err().unwrap_or_else(|| unsupported("this kind of coding is not read")))
}

fn photo(samples: Vec<u8>, markers: &Markers<'_>, model: Model, damage: Option<Failure>) -> Photo<'static> {
    let profile = markers.icc_profile();
    let exif = markers.exif.map(Exif::read).unwrap_or_default();
    let (raster, colour) = finish(samples, markers, model, profile.as_deref(), exif);
    let orientation = from_metadata(exif, markers.xmp);
    Photo { pixels: raster.into(), orientation, colour, format: Some(Format::Jpeg), damage }
}

/// Whether the file goes on to its end mark; refuses scan bombs.
fn check_scans(markers: &Markers<'_>, bytes: &[u8]) -> Result<bool, Failure> {
    if markers.coding == Coding::Sequential && !markers.is_split() && Markers::ends_with_end_mark(bytes) {
        return Ok(true);
    }
    let scans = markers.scans(bytes);
    let scanned = u64::from(markers.width) * u64::from(markers.height) * u64::from(scans.count);
    let (usual, most) = match rarity(markers) {
        Some(_) => (1, MAX_RARE_SCANNED_PIXELS),
        None => (20, MAX_SCANNED_PIXELS),
    };
    if scans.count > MAX_SCANS || (scans.count > usual && scanned > most) {
        let message = format!("the JPEG has {} scans, more than any camera or editor writes", scans.count);
        return Err(Failure::new(Reason::TooLarge, message).advised("open it in an editor and save it again"));
    }
    Ok(scans.complete)
}

/// The file without Adobe's segment where that would mislead the decoder: it takes every file with transform 0 for
/// CMYK and inverts inks by rules of its own. Without the segment it hands out the stored components.
fn without_adobe_segment<'a>(markers: &Markers<'_>, bytes: &'a [u8], model: Model) -> Cow<'a, [u8]> {
    if model == Model::YCbCr && markers.adobe_transform == Some(1) {
        return Cow::Borrowed(bytes);
    }
    let (Some(first), Some(last)) = (markers.adobe_segments.first(), markers.adobe_segments.last()) else {
        return Cow::Borrowed(bytes);
    };
    let mut plain = Vec::with_capacity(bytes.len());
    plain.extend_from_slice(&bytes[..first.start]);
    for pair in markers.adobe_segments.windows(2) {
        plain.extend_from_slice(&bytes[pair[0].end..pair[1].start]);
    }
    plain.extend_from_slice(&bytes[last.end..]);
    Cow::Owned(plain)
}

/// Decodes to three samples a pixel, or four for CMYK and YCCK as stored.
fn samples(bytes: &[u8], markers: &Markers<'_>, model: Model, strict: bool) -> Result<Vec<u8>, Failure> {
    let (wanted, channels) = match model {
        Model::Grey | Model::YCbCr => (ColorSpace::RGB, 3),
        // Asking for the model that the decoder believes in makes it copy the components untouched.
        Model::Rgb if markers.component_ids == b"RGB" => (ColorSpace::RGB, 3),
        Model::Rgb => (ColorSpace::YCbCr, 3),
        Model::Cmyk | Model::Ycck => (ColorSpace::CMYK, 4),
    };
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS as usize)
        .jpeg_set_out_colorspace(wanted);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(explain)?;
    let mut samples = vec![0; markers.width as usize * markers.height as usize * channels];
    decoder.decode_into(&mut samples).map_err(explain)?;
    Ok(samples)
}

fn finish(
    mut samples: Vec<u8>,
    markers: &Markers<'_>,
    model: Model,
    profile: Option<&[u8]>,
    exif: Exif,
) -> (Raster, Colour) {
    let (width, height) = (markers.width, markers.height);
    match model {
        Model::Grey => {
            let mut raster = Raster::rgb_from(width, height, samples);
            let colour = Colour::of_grey(profile, exif, &mut raster);
            (raster, colour)
        }
        Model::YCbCr | Model::Rgb => (Raster::rgb_from(width, height, samples), Colour::of_rgb(profile, exif)),
        Model::Cmyk | Model::Ycck => {
            if model == Model::Ycck {
                samples.chunks_exact_mut(4).for_each(ycck_to_cmyk);
            }
            // Adobe stores inks inverted, and its segment is the sign of that.
            if markers.adobe_transform.is_some() {
                samples.iter_mut().for_each(|ink| *ink = 255 - *ink);
            }
            let (rgb, colour) = colour::cmyk_to_rgb(&samples, profile);
            (Raster::rgb_from(width, height, rgb), colour)
        }
    }
}

/// Luma and chroma to CMY, in the stored (Adobe: inverted) sense; K stays. CMY are the complements of RGB.
fn ycck_to_cmyk(pixel: &mut [u8]) {
    colour::ycc_to_rgb(pixel);
    pixel[..3].iter_mut().for_each(|sample| *sample = 255 - *sample);
}

fn unsupported(what: &str) -> Failure {
    Failure::new(Reason::UnsupportedFormat, format!("{what} in JPEG"))
        .advised("open it in an editor and save it as plain JPEG")
}

fn explain(error: DecodeErrors) -> Failure {
    match error {
        DecodeErrors::Unsupported(_) => unsupported("this kind of coding is not read"),
        DecodeErrors::IoErrors(_) | DecodeErrors::ExhaustedData => Format::Jpeg.damaged("it ends early"),
        _ => Format::Jpeg.broken(),
    }
}
