//! Bytes -> [`Photo`]: the header gate, the decoders, the EXIF orientation and the colour profile.
//!
//! [`decode`] is pure: it reads no file and keeps nothing. Pixels stay as the file stores them; orientation and colour
//! are kept beside them and applied to the crops, which are small. Decoders of other people run inside, on bytes of
//! unknown origin; a panic of theirs is a damaged file.

#[cfg(any(feature = "heif", feature = "avif-decode", feature = "jxl", feature = "jp2", feature = "raw"))]
mod boxes;
mod colour;
mod exif;
mod format;
#[cfg(any(feature = "heif", feature = "avif-decode"))]
mod heif;
#[cfg(feature = "jp2")]
mod jp2;
mod jpeg;
#[cfg(feature = "jxl")]
mod jxl;
mod markers;
mod orientation;
mod other;
mod pixels;
mod png;
mod png_metadata;
mod raster;
#[cfg(feature = "raw")]
mod raw;
mod refusal;
mod space;
mod tiff;
mod tiff_colours;
mod tone_map;

pub use colour::Colour;
pub use format::{EXTENSIONS, Format, sniff};
pub use orientation::Orientation;
pub use pixels::{Decoded, Part, PhotoView, Pixels, Purpose, Sparse};
pub use raster::{Raster, flatten};

use crate::error::{Failure, Reason};
use crate::geometry::{Affine, Point};
use crate::sparse_jpeg::Area;
use image::RgbImage;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A decoded photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Photo<'a> {
    /// The pixels as stored: not yet upright, not yet sRGB.
    pub pixels: Pixels<'a>,
    /// How to stand them upright.
    pub orientation: Orientation,
    /// How to bring them to sRGB.
    pub colour: Colour,
    /// The kind of file they came from; `None` of pixels that were given as such.
    pub format: Option<Format>,
    /// What is wrong with the file ([`Reason::Damaged`]), where [`Limits::allow_damaged`] let it through: parts of the
    /// picture are missing, and a person should look.
    pub damage: Option<Failure>,
    /// What is wrong with the file although its picture is whole, as a clause.
    pub flaw: Option<&'static str>,
    /// How coarsely a JPEG file stores the brightness of its blocks of 8 x 8 pixels: the mean quantisation step of the
    /// lowest frequencies, in levels of 255.
    pub block_step: Option<f64>,
}

impl Photo<'_> {
    /// A photo of the caller's own pixels, such as a camera's frame: upright, and sRGB.
    ///
    /// # Errors
    /// [`Reason::Damaged`] for a picture without a pixel.
    pub fn from_rgb(picture: RgbImage) -> Result<Photo<'static>, Failure> {
        let (width, height) = picture.dimensions();
        if width == 0 || height == 0 {
            let message = format!("a picture of {width} x {height} pixels shows nothing");
            return Err(Failure::new(Reason::Damaged, message).advised("give one that has some"));
        }
        let colour = Colour::srgb("sRGB (as given)");
        Ok(Photo::new(Raster::Rgb(picture).into(), Orientation::UPRIGHT, colour, None))
    }

    /// A photo with whose file nothing is wrong.
    pub(crate) const fn new(
        pixels: Pixels<'_>,
        orientation: Orientation,
        colour: Colour,
        format: Option<Format>,
    ) -> Photo<'_> {
        Photo { pixels, orientation, colour, format, damage: None, flaw: None, block_step: None }
    }

    /// The same photo, turned by this beyond what its file says: no pixel is moved.
    #[must_use]
    pub fn turned(self, turn: Orientation) -> Self {
        Self { orientation: self.orientation.then(turn), ..self }
    }

    /// Width and height of the upright picture, in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.stored_size();
        self.orientation.upright_size(width, height)
    }

    /// The map from upright source pixels to pixels as stored. Every orientation has one.
    pub(crate) fn to_stored(&self) -> Option<Affine> {
        let (width, height) = self.stored_size();
        let (left, top) = self.pixels.origin();
        let to_pixels = self.orientation.to_upright(width, height).inverse()?;
        Some(to_pixels.then(&Affine::translation(f64::from(left), f64::from(top))))
    }

    /// The columns and rows, as stored, of a rectangle of whole upright pixels.
    pub(crate) fn stored_area(&self, area: Area) -> Area {
        let (width, height) = self.size();
        let back = self.orientation.inverse();
        let Area { left, top, right, bottom } = area;
        let corners = [(left, top), (right, bottom)].map(|(x, y)| {
            let corner = Point::new(f64::from(x), f64::from(y));
            back.to_upright(width, height).apply(corner)
        });
        let [a, b] = corners;
        Area {
            left: a.x.min(b.x) as u32,
            top: a.y.min(b.y) as u32,
            right: a.x.max(b.x) as u32,
            bottom: a.y.max(b.y) as u32,
        }
    }

    /// The part of the photo in `area` (columns and rows as stored, not empty), as if the rest of it were not there:
    /// positions in it are counted from its own corner, and nothing beyond its edges is seen.
    #[must_use]
    pub(crate) fn within(self, area: Area) -> Self {
        Self { pixels: self.pixels.within(area), ..self }
    }

    /// Width and height as stored, in pixels.
    #[must_use]
    pub fn stored_size(&self) -> (u32, u32) {
        self.pixels.size()
    }
}

/// How large a photo may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most pixels. Default 200 million: the largest camera backs have 150, phones and stitched portraits reach 200.
    pub max_pixels: u64,
    /// Longest side, in pixels. Default 65,500: the limit of the Independent JPEG Group's library, so no JPEG in
    /// circulation is longer.
    pub max_side: u32,
    /// Most memory that decoding may take, in bytes, by the header's estimate ([`Header::memory`]). Default 4 GiB: more
    /// than 200 megapixels need in any format, so that only a lower setting binds.
    pub max_bytes: u64,
    /// Whether a truncated or broken JPEG, PNG, WebP, GIF or QOI file gives what can be read of it, with
    /// [`Photo::damage`] set. Default no.
    pub allow_damaged: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// The defaults, each said at its field.
    #[must_use]
    pub const fn new() -> Self {
        Self { max_pixels: 200_000_000, max_side: 65_500, max_bytes: 4 << 30, allow_damaged: false }
    }

    /// The same with [`Self::max_pixels`].
    #[must_use]
    pub const fn with_max_pixels(self, max_pixels: u64) -> Self {
        Self { max_pixels, ..self }
    }

    /// The same with [`Self::max_side`].
    #[must_use]
    pub const fn with_max_side(self, max_side: u32) -> Self {
        Self { max_side, ..self }
    }

    /// The same with [`Self::max_bytes`].
    #[must_use]
    pub const fn with_max_bytes(self, max_bytes: u64) -> Self {
        Self { max_bytes, ..self }
    }

    /// The same with [`Self::allow_damaged`].
    #[must_use]
    pub const fn with_allow_damaged(self, allow_damaged: bool) -> Self {
        Self { allow_damaged, ..self }
    }

    /// Whether a picture with this header may be decoded.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLarge`], with the size and the limit, and how to raise it as advice.
    pub fn check(&self, header: &Header) -> Result<(), Failure> {
        let (width, height) = (header.width, header.height);
        let (message, advice) = if header.pixels() > self.max_pixels {
            let (pixels, limit) = (megapixels(header.pixels()), megapixels(self.max_pixels));
            (
                format!("{width} x {height} is {pixels} megapixels and the limit is {limit}"),
                "raise it with --max-pixels if the photo is meant",
            )
        } else if width.max(height) > self.max_side {
            (format!("{width} x {height} is longer than {} pixels", self.max_side), "make the photo smaller first")
        } else if header.memory > self.max_bytes {
            let (need, limit) = (header.memory.div_ceil(1_000_000), self.max_bytes / 1_000_000);
            (
                format!("decoding {width} x {height} takes {need} MB and a photo may take {limit}"),
                "make a smaller copy of it",
            )
        } else {
            return Ok(());
        };
        Err(Failure::new(Reason::TooLarge, message).advised(advice))
    }
}

/// One decimal below ten, none above.
fn megapixels(pixels: u64) -> String {
    let millions = pixels as f64 / 1e6;
    if millions < 10.0 { format!("{millions:.1}") } else { format!("{millions:.0}") }
}

/// What a file says about itself before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The kind of file.
    pub format: Format,
    /// Width as stored, in pixels, at least 1.
    pub width: u32,
    /// Height as stored, in pixels, at least 1.
    pub height: u32,
    /// Most memory that decoding takes, in bytes, with the file itself: an upper estimate by kind and size.
    pub memory: u64,
}

impl Header {
    /// Width times height.
    #[must_use]
    pub const fn pixels(&self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// The cargo features that decide which kinds of photo are read, and which of them this build has.
pub(crate) const OPTIONAL_KINDS: [(&str, bool); 6] = [
    ("avif-decode", cfg!(feature = "avif-decode")),
    ("heif", cfg!(feature = "heif")),
    ("jp2", cfg!(feature = "jp2")),
    ("jpeg-rare", cfg!(feature = "jpeg-rare")),
    ("jxl", cfg!(feature = "jxl")),
    ("raw", cfg!(feature = "raw")),
];

/// What reads a kind of file: its header, and all of it.
struct Reader {
    probe: fn(&[u8]) -> Result<Header, Failure>,
    decode: for<'a> fn(&'a [u8], &Limits) -> Result<Photo<'a>, Failure>,
}

/// The reader of a kind of file, `None` where this build has none.
fn reader(format: Format) -> Option<Reader> {
    Some(match format {
        Format::Jpeg => Reader { probe: jpeg::probe, decode: jpeg::decode },
        Format::Png => Reader { probe: png::probe, decode: png::decode },
        #[cfg(feature = "avif-decode")]
        Format::Avif => Reader { probe: heif::probe, decode: heif::decode },
        #[cfg(feature = "heif")]
        Format::Heic => Reader { probe: heif::probe, decode: heif::decode },
        #[cfg(feature = "jp2")]
        Format::Jpeg2000 => Reader { probe: jp2::probe, decode: jp2::decode },
        #[cfg(feature = "jxl")]
        Format::JpegXl => Reader { probe: jxl::probe, decode: jxl::decode },
        #[cfg(feature = "raw")]
        Format::CameraRaw(_) => Reader { probe: raw::probe, decode: raw::decode },
        _ if format.image_format().is_some() => Reader { probe: other::probe, decode: other::decode },
        _ => return None,
    })
}

/// The reader of the file that starts with `bytes`.
fn reader_of(bytes: &[u8]) -> Result<Reader, Failure> {
    let format = sniff(bytes).ok_or_else(unknown)?;
    reader(format).ok_or_else(|| format.refusal())
}

/// Reads the header and allocates nothing that grows with the picture.
///
/// # Errors
///
/// [`Reason::UnsupportedFormat`] for a file that is no picture, or of a kind that is not read; [`Reason::Damaged`] for
/// a header that makes no sense or ends early.
pub fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    let reader = reader_of(bytes)?;
    // Without a header nothing can be read, whatever is allowed.
    surviving(|| (reader.probe)(bytes)).map_err(read_as_far_as_it_goes)
}

/// Decodes a whole file.
///
/// # Errors
///
/// Those of [`probe`]; [`Reason::TooLarge`] when the header is over the limits, or asks for more work than any camera
/// or editor puts into a picture of that size (scans, frames, tiles); [`Reason::Damaged`] when the file is truncated or
/// its data are broken, or such that the decoder panics.
pub fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let reader = reader_of(bytes)?;
    let decoded = surviving(|| (reader.decode)(bytes, limits));
    if !limits.allow_damaged {
        return decoded;
    }
    let photo = decoded.map_err(read_as_far_as_it_goes)?;
    Ok(Photo { damage: photo.damage.map(read_as_far_as_it_goes), ..photo })
}

/// The failure without the advice to allow what is allowed already.
fn read_as_far_as_it_goes(failure: Failure) -> Failure {
    match failure.reason {
        Reason::Damaged => Failure::new(failure.reason, failure.message).advised("copy or export it again"),
        _ => failure,
    }
}

/// What `read` gives; where it panics, a failure. Nothing of what it worked on is looked at again.
fn surviving<T>(read: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let message = "the decoder gave up on it: the file is damaged, or made as no program makes it";
        Err(Failure::new(Reason::Damaged, message).advised("open it in an image editor and save it again"))
    })
}

fn unknown() -> Failure {
    Failure::new(Reason::UnsupportedFormat, "not a picture of any known kind")
        .advised("check that the file is what its name says")
}

#[cfg(test)]
mod tests;
