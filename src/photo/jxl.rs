//! JPEG XL, by jxl-oxide: it shows the headers of all frames before it decodes one.

use super::boxes::boxes;
use super::colour::{Colour, MAX_PROFILE_BYTES};
use super::exif::Exif;
use super::orientation::Orientation;
use super::raster::{Raster, reduced};
use super::space::Space;
use super::{Format, Header, Limits, Photo};
use crate::error::{Failure, Reason};
use jxl_bitstream::Bitstream;
use jxl_oxide::{AllocTracker, EnumColourEncoding, InitializeResult, JxlImage, JxlThreadPool, PixelFormat, Render};
use jxl_oxide_common::Bundle;
use std::borrow::Cow;

/// Most channels beside the colours: alpha, depth, a few spot inks.
const MAX_EXTRA_CHANNELS: usize = 8;

/// Most decoded pixels in all frames for one pixel of the picture. A photo has one frame, and small ones for patches.
const MAX_FRAME_PIXELS_PER_PIXEL: u64 = 4;
/// What the frames may hold in any case, in pixels: those for patches have a least size.
const FRAME_PIXELS_IN_ANY_CASE: u64 = 4 << 20;

/// Code points (ITU-T H.273, tables 2 and 3).
const BT_2020: u16 = 9;
const PQ: u16 = 16;

/// What the header says.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    header(&codestream(bytes)?, bytes.len())
}

/// Decodes the first frame that is shown.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let stream = codestream(bytes)?;
    let header = header(&stream, bytes.len())?;
    limits.check(&header)?;
    let most = usize::try_from(header.memory.min(limits.max_bytes)).unwrap_or(usize::MAX);
    let uninitialised =
        JxlImage::builder().pool(JxlThreadPool::none()).alloc_tracker(AllocTracker::with_limit(most)).build_uninit();
    let mut image = read(uninitialised, &stream)?;
    check_frames(&image, &header)?;
    // Of the two codings of high dynamic range the decoder gives the one that is asked for.
    let is_high = image.hdr_type().is_some();
    if is_high {
        image.request_color_encoding(EnumColourEncoding::bt2100_pq(jxl_oxide::RenderingIntent::Relative));
    }
    let profile = image.rendered_icc();
    let render = image.render_frame(0).map_err(|_| Format::JpegXl.broken())?;
    let high_range = is_high.then(|| Space::of_code_points(BT_2020, PQ)).flatten();
    let (samples, tone_mapped) = samples(image.pixel_format(), &render, high_range.as_ref())?;
    let mut raster = raster(samples, &render);
    let colour = tone_mapped.unwrap_or_else(|| Colour::of_grey(Some(&profile), Exif::default(), &mut raster));
    // The decoder's output stands upright. EXIF is for information only in this format (ISO/IEC 18181-2, 9.4).
    Ok(Photo::new(raster.into(), Orientation::UPRIGHT, colour, Some(Format::JpegXl)))
}

/// The picture's data without the container's other boxes: metadata are not needed, and can be compressed bombs.
fn codestream(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Failure> {
    if bytes.starts_with(&[0xFF, 0x0A]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut parts = Vec::new();
    for found in boxes(bytes) {
        match found.kind {
            b"jxlc" => return Ok(Cow::Borrowed(found.body)),
            // The part's number comes first, with the highest bit for the last (ISO/IEC 18181-2, 9.9).
            b"jxlp" if found.body.len() >= 4 => parts.push(found.body),
            _ => {}
        }
    }
    if parts.last().is_none_or(|last| last[0] & 0x80 == 0) {
        return Err(Format::JpegXl.damaged("it ends early"));
    }
    Ok(Cow::Owned(parts.iter().flat_map(|part| &part[4..]).copied().collect()))
}

/// Size, channels and the length of the profile, before the decoder allocates for them.
fn header(stream: &[u8], file_bytes: usize) -> Result<Header, Failure> {
    let mut bits = Bitstream::new(stream);
    let header = jxl_oxide::ImageHeader::parse(&mut bits, ()).map_err(|error| match error.unexpected_eof() {
        true => Format::JpegXl.damaged("it ends inside its header"),
        false => Format::JpegXl.damaged("the header makes no sense"),
    })?;
    let extra_channels = header.metadata.ec_info.len();
    if extra_channels > MAX_EXTRA_CHANNELS {
        return Err(Format::JpegXl.too_much("more channels than a photo has"));
    }
    if header.metadata.colour_encoding.want_icc() {
        // The compressed profile's length (ISO/IEC 18181-1, E.4); it is never much longer than the profile.
        let length = bits.read_u64().map_err(|_| Format::JpegXl.damaged("it ends inside its header"))?;
        if length > MAX_PROFILE_BYTES as u64 {
            return Err(Format::JpegXl.too_much("a larger colour profile than a photo needs"));
        }
    }
    let (width, height) = (header.size.width, header.size.height);
    if width == 0 || height == 0 {
        return Err(Format::JpegXl.damaged("the header gives no possible picture size"));
    }
    let pixels = u64::from(width) * u64::from(height);
    // Floats while rendering, in up to three copies, and the RGBA raster.
    let bytes_per_pixel = 12 * (3 + extra_channels as u64) + 4;
    let memory = pixels.saturating_mul(bytes_per_pixel).saturating_add(file_bytes as u64);
    Ok(Header { format: Format::JpegXl, width, height, memory })
}

/// Reads all headers; no pixel is decoded yet.
fn read(mut image: jxl_oxide::UninitializedJxlImage, stream: &[u8]) -> Result<JxlImage, Failure> {
    image.feed_bytes(stream).map_err(|_| Format::JpegXl.broken())?;
    match image.try_init().map_err(|_| Format::JpegXl.broken())? {
        InitializeResult::NeedMoreData(_) => Err(Format::JpegXl.damaged("it ends inside its header")),
        InitializeResult::Initialized(image) => Ok(image),
    }
}

/// Refuses files that end early, or hold more frames than a picture needs: each may cost as much as the picture.
fn check_frames(image: &JxlImage, header: &Header) -> Result<(), Failure> {
    if !image.is_loading_done() && image.num_loaded_keyframes() == 0 {
        return Err(Format::JpegXl.damaged("it ends early"));
    }
    let mut pixels = 0_u64;
    // Frames behind the first shown one are not decoded.
    for index in 0..image.num_loaded_frames() {
        let Some(frame) = image.frame(index) else { break };
        pixels = pixels.saturating_add(u64::from(frame.header().width) * u64::from(frame.header().height));
        if frame.header().is_keyframe() {
            break;
        }
    }
    if pixels > header.pixels() * MAX_FRAME_PIXELS_PER_PIXEL + FRAME_PIXELS_IN_ANY_CASE {
        return Err(Format::JpegXl.too_much("more frames than a picture needs"));
    }
    Ok(())
}

/// All samples in 8 bits; those of high dynamic range are brought to sRGB on the way.
fn samples(
    format: PixelFormat,
    render: &Render,
    high_range: Option<&Space>,
) -> Result<(Vec<u8>, Option<Colour>), Failure> {
    let mut stream = render.stream();
    let channels = stream.channels() as usize;
    if matches!(format, PixelFormat::Cmyk | PixelFormat::Cmyka) || !(1..=4).contains(&channels) {
        return Err(Failure::new(Reason::UnsupportedFormat, "CMYK in JPEG XL is not read")
            .advised("export the photo as JPEG or PNG first"));
    }
    let count = stream.width() as usize * stream.height() as usize * channels;
    let Some(space) = high_range else {
        let mut samples = vec![0_u8; count];
        stream.write_to_buffer(&mut samples);
        return Ok((samples, None));
    };
    let mut wide = vec![0_u16; count];
    stream.write_to_buffer(&mut wide);
    let (reduce, colour) = space.reduction(channels < 3);
    let colours = if channels < 3 { 1 } else { 3 };
    let samples = wide.chunks_exact(channels).flat_map(|pixel| {
        let colour = reduce([0, 1, 2].map(|channel: usize| pixel[channel.min(colours - 1)]));
        colour.into_iter().take(colours).chain(pixel[colours..].iter().map(|&alpha| reduced(alpha)))
    });
    Ok((samples.collect(), Some(colour)))
}

fn raster(samples: Vec<u8>, render: &Render) -> Raster {
    let stream = render.stream();
    let (width, height) = (stream.width(), stream.height());
    match stream.channels() {
        1 => Raster::rgb_from(width, height, samples.iter().flat_map(|&grey| [grey; 3]).collect()),
        2 => {
            let pixels = samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]);
            Raster::rgba_from(width, height, pixels.collect())
        }
        3 => Raster::rgb_from(width, height, samples),
        _ => Raster::rgba_from(width, height, samples),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of an 8 x 8 picture with default metadata: size in eights (1 bit), height 8 (5 bits), square (3
    /// bits), all default (2 bits); lowest bit first.
    const EIGHT_BY_EIGHT: [u8; 4] = [0xFF, 0x0A, 0x41, 0x06];

    fn media_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
    }

    fn file(parts: &[Vec<u8>]) -> Vec<u8> {
        [media_box(b"JXL ", b"\r\n\x87\n"), media_box(b"ftyp", b"jxl \0\0\0\0jxl "), parts.concat()].concat()
    }

    #[test]
    fn the_size_is_read_from_all_three_layouts() {
        let parted = [&[0, 0, 0, 0], &EIGHT_BY_EIGHT[..3]].concat();
        let last = [&[0x80, 0, 0, 1], &EIGHT_BY_EIGHT[3..]].concat();
        for bytes in [
            EIGHT_BY_EIGHT.to_vec(),
            file(&[media_box(b"jxlc", &EIGHT_BY_EIGHT)]),
            file(&[media_box(b"jxlp", &parted), media_box(b"Exif", b"ignored"), media_box(b"jxlp", &last)]),
        ] {
            let header = probe(&bytes).unwrap();
            assert_eq!((header.format, header.width, header.height), (Format::JpegXl, 8, 8));
            assert_eq!(decode(&bytes, &Limits::default()).unwrap_err().reason, Reason::Damaged);
            let small = Limits { max_pixels: 63, ..Limits::default() };
            assert_eq!(decode(&bytes, &small).unwrap_err().reason, Reason::TooLarge);
        }
    }

    #[test]
    fn a_missing_last_part_is_damage() {
        let part = media_box(b"jxlp", &[&[0, 0, 0, 0], EIGHT_BY_EIGHT.as_slice()].concat());
        for bytes in [file(&[part]), file(&[]), EIGHT_BY_EIGHT[..3].to_vec()] {
            assert_eq!(probe(&bytes).unwrap_err().reason, Reason::Damaged);
        }
    }
}
