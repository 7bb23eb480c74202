//! WebP, TIFF, GIF, BMP, PNM, TGA, QOI and ICO, by the `image` crate, with the checks for completeness that its
//! decoders leave out. TIFF in colour models that it does not know goes another way.

use super::colour::{Colour, MAX_PROFILE_BYTES};
use super::exif::Exif;
use super::orientation::{Orientation, from_metadata};
use super::raster::{Raster, divide_by_alpha};
use super::{Format, Header, Limits, Photo, sniff, tiff, tiff_colours};
use crate::error::{Failure, Reason};
use image::error::ImageError;
use image::{DynamicImage, ImageDecoder, ImageReader};
use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

/// Side data that a decoder may hold beside the picture and its intermediate copies, in bytes.
const SIDE_BYTES: u64 = 64 << 20;

/// Most pixels in the tiles of a TIFF for one pixel of the picture, and what they may hold in any case: one large tile.
const MAX_CODED_PER_PIXEL: u64 = 4;
const CODED_IN_ANY_CASE: u64 = 4 << 20;

/// What the header says.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    let format = sniff(bytes).unwrap_or(Format::Empty);
    header(&from_main_page(bytes, format), format)
}

/// The file as the decoders take it.
fn from_main_page(bytes: &[u8], format: Format) -> Cow<'_, [u8]> {
    if format == Format::Tiff { tiff::from_main_page(bytes) } else { Cow::Borrowed(bytes) }
}

fn header(bytes: &[u8], format: Format) -> Result<Header, Failure> {
    let (width, height, bytes_per_pixel) = match format {
        Format::Tiff => {
            let Some(directory) = tiff::Directory::read(bytes) else { return Err(cut_short(format)) };
            let (width, height, stored) = directory.picture()?;
            (width, height, 2 * stored + 4)
        }
        // The decoder has a limit of its own and calls what is over it broken.
        Format::Bmp => bmp_size(bytes).map(|(width, height)| (width, height, 12)).ok_or_else(|| cut_short(format))?,
        _ => {
            let (width, height) =
                reader(bytes, format)?.into_dimensions().map_err(|error| explain(bytes, format, &error))?;
            // The decoded picture, one intermediate copy of it, and the raster: all at most four bytes a pixel, but
            // for PNM with 16 bits.
            (width, height, if format == Format::Pnm { 20 } else { 12 })
        }
    };
    if width == 0 || height == 0 {
        return Err(format.damaged("the header gives no possible picture size"));
    }
    let memory = (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel);
    Ok(Header { format, width, height, memory: memory.saturating_add(bytes.len() as u64) })
}

/// Decodes the picture; of several, the first.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let format = sniff(bytes).unwrap_or(Format::Empty);
    let bytes = &*from_main_page(bytes, format);
    let header = header(bytes, format)?;
    limits.check(&header)?;
    let damage = (!is_complete(bytes, format)).then(|| cut_short(format));
    if let Some(failure) = damage.as_ref().filter(|_| !limits.allow_damaged) {
        return Err(failure.clone());
    }
    let directory = tiff::Directory::read(bytes).filter(|_| format == Format::Tiff);
    if let Some(compression) = directory.as_ref().and_then(tiff::Directory::unread_compression) {
        let message = format!("TIFF compressed with {compression} is not read");
        return Err(Failure::new(Reason::UnsupportedFormat, message)
            .advised("save it again with LZW or Deflate compression, or as JPEG or PNG"));
    }
    if directory.as_ref().is_some_and(|directory| directory.coded_pixels() > most_coded(&header)) {
        return Err(Failure::new(Reason::TooLarge, "the TIFF file holds tiles that are much larger than the picture")
            .advised("save it again in an editor"));
    }
    let model = directory.as_ref().and_then(|directory| Some((directory, tiff_colours::model(directory)?)));
    let (raster, colour, orientation) = match model {
        Some((directory, model)) => {
            let most = header.memory.saturating_add(SIDE_BYTES).min(limits.max_bytes);
            let (raster, colour) =
                tiff_colours::decode(bytes, directory, model, most).map_err(|error| explain(bytes, format, &error))?;
            (raster, colour, from_metadata(Exif::of(directory), None))
        }
        None => by_image(bytes, &header, limits)?,
    };
    Ok(Photo { damage, ..Photo::new(raster.into(), orientation, colour, Some(format)) })
}

/// Most pixels that a TIFF's tiles may hold.
const fn most_coded(header: &Header) -> u64 {
    header.pixels().saturating_mul(MAX_CODED_PER_PIXEL).saturating_add(CODED_IN_ANY_CASE)
}

/// Decodes by the `image` crate alone.
fn by_image(bytes: &[u8], header: &Header, limits: &Limits) -> Result<(Raster, Colour, Orientation), Failure> {
    let format = header.format;
    let explain = |error: ImageError| explain(bytes, format, &error);
    let mut reader = reader(bytes, format)?;
    let mut decoder_limits = image::Limits::no_limits();
    decoder_limits.max_image_width = Some(limits.max_side);
    decoder_limits.max_image_height = Some(limits.max_side);
    decoder_limits.max_alloc = Some(header.memory.saturating_add(SIDE_BYTES).min(limits.max_bytes));
    reader.limits(decoder_limits);
    let mut decoder = reader.into_decoder().map_err(explain)?;
    // An icon's directory may disagree with the picture inside it.
    let (width, height) = decoder.dimensions();
    limits.check(&Header { width, height, ..*header })?;
    // A broken profile or EXIF block is no reason to lose the photo.
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= MAX_PROFILE_BYTES);
    let (exif, xmp) = metadata(bytes, format, &mut decoder);
    let picture = DynamicImage::from_decoder(decoder).map_err(explain)?;
    let grey = !picture.color().has_color();
    let mut raster = Raster::from_dynamic(picture);
    if let Raster::Rgba(picture) = &mut raster
        && format == Format::Tiff
        && tiff::Directory::read(bytes).is_some_and(|directory| directory.has_multiplied_alpha())
    {
        divide_by_alpha(picture);
    }
    let profile = profile.as_deref();
    let colour = if grey { Colour::of_grey(profile, exif, &mut raster) } else { Colour::of_rgb(profile, exif) };
    Ok((raster, colour, from_metadata(exif, xmp.as_deref())))
}

fn reader(bytes: &[u8], format: Format) -> Result<ImageReader<Cursor<&[u8]>>, Failure> {
    let kind = format.image_format().ok_or_else(|| format.refusal())?;
    Ok(ImageReader::with_format(Cursor::new(bytes), kind))
}

/// EXIF and XMP, where the format has them.
fn metadata(bytes: &[u8], format: Format, decoder: &mut impl ImageDecoder) -> (Exif, Option<Vec<u8>>) {
    match format {
        Format::Tiff => (tiff::Directory::read(bytes).map(|main| Exif::of(&main)).unwrap_or_default(), None),
        Format::WebP => {
            let exif = decoder.exif_metadata().ok().flatten();
            let exif = exif.map(|block| Exif::read(&block)).unwrap_or_default();
            (exif, decoder.xmp_metadata().ok().flatten())
        }
        _ => (Exif::default(), None),
    }
}

/// Width and height from a bitmap's header: 16-bit numbers in OS/2's, otherwise 32-bit ones, the height negative for
/// rows from top to bottom.
fn bmp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let half = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let whole = |at: usize| Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?).unsigned_abs());
    if bytes.get(14) == Some(&12) { Some((half(18)?, half(20)?)) } else { Some((whole(18)?, whole(22)?)) }
}

/// Whether the file is as long as its own structure says. Some decoders fill up what is missing, others never look
/// past the last pixel.
fn is_complete(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::WebP => riff_is_complete(bytes),
        Format::Gif => gif_reaches_trailer(bytes).unwrap_or(false),
        Format::Tiff => tiff::Directory::read(bytes).is_some_and(|directory| directory.has_all_data()),
        // The end mark of the QOI specification.
        Format::Qoi => bytes.ends_with(&[0, 0, 0, 0, 0, 0, 0, 1]),
        _ => true,
    }
}

/// Whether the file has the bytes that its RIFF header counts.
fn riff_is_complete(bytes: &[u8]) -> bool {
    bytes.get(4..8).is_some_and(|size| {
        let size = size.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        bytes.len() as u64 >= size + 8
    })
}

/// Walks the blocks of a GIF; `Some(true)` when it comes to the trailer (GIF89a, 27).
fn gif_reaches_trailer(bytes: &[u8]) -> Option<bool> {
    let colour_table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + colour_table(*bytes.get(10)?);
    loop {
        at = match *bytes.get(at)? {
            0x3B => return Some(true),
            0x21 => at + 2,
            0x2C => at + 11 + colour_table(*bytes.get(at + 9)?),
            _ => return Some(false),
        };
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += length + 1;
            if length == 0 {
                break;
            }
        }
    }
}

fn cut_short(format: Format) -> Failure {
    format.damaged("it ends early")
}

fn explain(bytes: &[u8], format: Format, error: &ImageError) -> Failure {
    match error {
        ImageError::Unsupported(_) => {
            let directory = tiff::Directory::read(bytes).filter(|_| format == Format::Tiff);
            let which =
                directory.map_or_else(|| "this kind of coding".to_owned(), |directory| directory.samples_name());
            Failure::new(Reason::UnsupportedFormat, format!("{which} in {format} is not read"))
                .advised("save it as JPEG or PNG first")
        }
        ImageError::Limits(_) => Failure::new(
            Reason::TooLarge,
            format!("the {format} file needs more memory to decode than a photo may use"),
        )
        .advised("convert it to JPEG or PNG"),
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => cut_short(format),
        _ => format.broken(),
    }
}
