//! JPEG, with the colour model decided here: luma and chroma as cameras sample them only where they are looked at
//! ([`Sparse`]), all else of Huffman coding whole, by the same decoder. The rare kinds are read by oxideav-mjpeg, where
//! the build has it.

use super::colour::{self, Colour};
use super::exif::Exif;
use super::format::not_built_in;
use super::markers::{Coding, Markers};
use super::orientation::from_metadata;
use super::pixels::{Pixels, Sparse, kept};
use super::raster::Raster;
use super::{Format, Header, Limits, Photo};
use crate::error::{Failure, Reason};
use crate::sparse_jpeg::{self, Flaw, Outline, Refusal, SparseJpeg};

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
    let memory = if let Some(what) = rarity(markers) {
        check_rare(what, markers)?;
        pixels * (3 + RARE_BYTES_PER_SAMPLE * components)
    } else {
        let Outline { has_planes, memory, .. } = sparse_jpeg::outline(bytes, kept(markers)).map_err(explain)?;
        // Planes take at most as much as pixels. A whole picture is there as planes, as samples and as pixels.
        let per_pixel = if has_planes && model == Model::YCbCr { 3 } else { 2 * components + 3 };
        memory + pixels * per_pixel
    };
    let (width, height) = (markers.width, markers.height);
    Ok(Header { format: Format::Jpeg, width, height, memory: memory + bytes.len() as u64 })
}

/// What keeps a file from [`SparseJpeg`], in a word or two. No camera writes it.
fn rarity(markers: &Markers<'_>) -> Option<&'static str> {
    match markers.coding {
        Coding::Other(name) => Some(name),
        _ if markers.bits != 8 => Some("12-bit"),
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
        ([_, _, _], _) if markers.jfif => Ok(Model::YCbCr),
        ([_, _, _], Some(0)) | (b"RGB", None) => Ok(Model::Rgb),
        ([_, _, _], _) => Ok(Model::YCbCr),
        ([_, _, _, _], None | Some(0)) => Ok(Model::Cmyk),
        ([_, _, _, _], _) => Ok(Model::Ycck),
        (other, _) => Err(unsupported(&format!("{} colour components are not read", other.len()))),
    }
}

/// Decodes the first picture of the file.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let markers = Markers::read(bytes)?;
    limits.check(&header(&markers, bytes)?)?;
    check_scans(&markers, bytes)?;
    let model = model(&markers)?;
    if rarity(&markers).is_some() {
        return decode_rare(bytes, &markers, model);
    }
    let exif = exif_of(&markers);
    let (jpeg, damage) = opened(bytes, &markers, limits.allow_damaged)?;
    let flaw = jpeg.flaw().filter(|_| damage.is_none()).map(Flaw::words);
    let block_step = Some(block_step(&jpeg.luma_steps()));
    if model == Model::YCbCr && jpeg.has_planes() {
        let colour = Colour::of_rgb(markers.icc_profile().as_deref(), exif);
        let pixels = Pixels::Sparse(Box::new(Sparse::new(jpeg)));
        return Ok(Photo { damage, flaw, block_step, ..photo_of(pixels, colour, exif, &markers) });
    }
    Ok(Photo { damage, flaw, block_step, ..photo(jpeg.samples(), &markers, model) })
}

/// The mean quantisation step of the lowest frequencies, in levels of 255, by the steps in zigzag order: what the
/// rounding of a block's mean and slopes can move it by.
fn block_step(steps: &[i16; 64]) -> f64 {
    /// The mean, the first two frequencies each way and the first diagonal one.
    const LOWEST: usize = 6;
    // A coefficient is eight times the mean that it stands for.
    steps[..LOWEST].iter().map(|&step| f64::from(step)).sum::<f64>() / LOWEST as f64 / 8.0
}

/// The file, and what is wrong with it where it may be `damaged`.
fn opened<'a>(
    bytes: &'a [u8],
    markers: &Markers<'_>,
    may_be_damaged: bool,
) -> Result<(SparseJpeg<'a>, Option<Failure>), Failure> {
    match SparseJpeg::open(bytes, kept(markers)) {
        Ok(jpeg) => Ok((jpeg, None)),
        Err(why @ Refusal::Damaged(_)) if may_be_damaged => {
            let (jpeg, _) = SparseJpeg::open_damaged(bytes).map_err(explain)?;
            Ok((jpeg, Some(explain(why))))
        }
        Err(why) => Err(explain(why)),
    }
}

/// Decodes the rare kinds, by oxideav-mjpeg, which does not tell whether they are whole.
#[cfg(feature = "jpeg-rare")]
fn decode_rare(bytes: &[u8], markers: &Markers<'_>, model: Model) -> Result<Photo<'static>, Failure> {
    use oxideav_mjpeg::{DecodeOptions, Error, decode_rgb8_with};
    if !markers.scans(bytes).complete {
        return Err(Format::Jpeg.damaged("it ends early"));
    }
    let options = DecodeOptions::new().with_max_pixels(Some(u64::from(markers.width) * u64::from(markers.height)));
    let picture = decode_rgb8_with(bytes, &options).map_err(|error| match error {
        Error::Unsupported(_) => unsupported("this kind of coding is not read"),
        _ => Format::Jpeg.broken(),
    })?;
    if (picture.width, picture.height) != (markers.width, markers.height) {
        return Err(Format::Jpeg.damaged("its size changes on the way"));
    }
    // What comes is RGB, of grey pictures too.
    let mut raster = Raster::rgb_from(markers.width, markers.height, picture.data);
    let (profile, exif) = (markers.icc_profile(), exif_of(markers));
    let colour = match model {
        Model::Grey => Colour::of_grey(profile.as_deref(), exif, &mut raster),
        _ => Colour::of_rgb(profile.as_deref(), exif),
    };
    Ok(photo_of(raster.into(), colour, exif, markers))
}

#[cfg(not(feature = "jpeg-rare"))]
fn decode_rare(_: &[u8], markers: &Markers<'_>, _: Model) -> Result<Photo<'static>, Failure> {
    Err(check_rare("this kind of", markers).err().unwrap_or_else(|| unsupported("this kind of coding is not read")))
}

/// A photo of these samples, one, three or four a pixel.
fn photo(samples: Vec<u8>, markers: &Markers<'_>, model: Model) -> Photo<'static> {
    let profile = markers.icc_profile();
    let exif = exif_of(markers);
    let (raster, colour) = finish(samples, markers, model, profile.as_deref(), exif);
    photo_of(raster.into(), colour, exif, markers)
}

fn photo_of<'a>(pixels: Pixels<'a>, colour: Colour, exif: Exif, markers: &Markers<'_>) -> Photo<'a> {
    Photo::new(pixels, from_metadata(exif, markers.xmp), colour, Some(Format::Jpeg))
}

fn exif_of(markers: &Markers<'_>) -> Exif {
    markers.exif.map(Exif::read).unwrap_or_default()
}

/// Refuses scan bombs.
fn check_scans(markers: &Markers<'_>, bytes: &[u8]) -> Result<(), Failure> {
    if markers.coding == Coding::Sequential && !markers.is_split() {
        return Ok(());
    }
    let count = markers.scans(bytes).count;
    let scanned = u64::from(markers.width) * u64::from(markers.height) * u64::from(count);
    let (usual, most) = match rarity(markers) {
        Some(_) => (1, MAX_RARE_SCANNED_PIXELS),
        None => (20, MAX_SCANNED_PIXELS),
    };
    if count > MAX_SCANS || (count > usual && scanned > most) {
        let message = format!("the JPEG has {count} scans, more than any camera or editor writes");
        return Err(Failure::new(Reason::TooLarge, message).advised("open it in an editor and save it again"));
    }
    Ok(())
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
            let rgb = samples.iter().flat_map(|&sample| [sample; 3]).collect();
            let mut raster = Raster::rgb_from(width, height, rgb);
            let colour = Colour::of_grey(profile, exif, &mut raster);
            (raster, colour)
        }
        Model::YCbCr | Model::Rgb => {
            if model == Model::YCbCr {
                samples.chunks_exact_mut(3).for_each(colour::ycc_to_rgb);
            }
            (Raster::rgb_from(width, height, samples), Colour::of_rgb(profile, exif))
        }
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

fn explain(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::NotHandled(what) => unsupported(&format!("{what} is not read")),
        Refusal::Damaged(what) => Format::Jpeg.damaged(what),
    }
}

impl Flaw {
    /// What is wrong, as a clause.
    const fn words(self) -> &'static str {
        match self {
            Self::NoEndMark => "the JPEG has no end mark",
            Self::StrayBytes => "the JPEG has stray bytes between its parts",
        }
    }
}
