//! HEIC and AVIF: one container (HEIF, ISO/IEC 23008-12), two codecs.
//!
//! The container says how the picture is put together (tiles, an alpha plane) and how it stands: `irot` and `imir`. An
//! EXIF orientation beside them is for information only and is not looked at, as the standard asks.

#[cfg(feature = "avif-decode")]
mod av1;
#[cfg(feature = "heif")]
mod hevc;

use super::boxes::boxes;
use super::colour::{Colour, MAX_PROFILE_BYTES};
use super::exif::Exif;
use super::orientation::Orientation;
use super::raster::{Raster, divide_by_alpha};
use super::space::Space;
use super::{Format, Header, Limits, Photo, sniff};
use crate::error::{Failure, Reason};
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{Error as BoxError, HeifFile, ItemId};

/// The largest `meta` box, in bytes. Phones write 5 to 20 thousand; the parser's time grows with the square of it.
const MAX_META_BYTES: usize = 1 << 20;

/// Most coded pictures that one picture is made of. A 200-megapixel phone photo has 768 tiles of 512 x 512.
const MAX_PARTS: usize = 4096;

/// How deep pictures may be made of pictures: a grid with an alpha plane that is a grid itself is two deep.
const MAX_DEPTH: u32 = 3;

/// Most coded pixels for one pixel of the picture: the colours, an alpha plane, and both again for tiles that reach far
/// over the edge. What a file may code beyond that in any case, in pixels: the tiles of a small picture.
const MAX_CODED_PER_PIXEL: u64 = 4;
const CODED_IN_ANY_CASE: u64 = 4 << 20;

/// Most bytes read for one byte of the file, where parts share their data.
const MAX_READ_PER_BYTE: usize = 4;

/// Most bytes that a decoder holds for one coded pixel: 16-bit planes in full chroma, a copy of them, and RGBA.
const BYTES_PER_CODED_PIXEL: u64 = 16;
/// Most bytes held for one pixel of the picture put together: RGBA, and a turned copy or the alpha plane beside it.
/// With a grid of 24 megapixels, 4.4 were measured for HEIC.
const BYTES_PER_PIXEL: u64 = 8;

/// Code points (ITU-T H.273, tables 2 and 3).
const SRGB_PRIMARIES: u16 = 1;
const SRGB_TRANSFER: u16 = 13;
/// Primaries and transfer of a stream that leaves them open.
const UNSPECIFIED: (u16, u16) = (2, 2);

/// How the pixels are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Hevc,
    Av1,
}

/// A parsed file with its primary picture.
struct Container<'a> {
    bytes: &'a [u8],
    file: HeifFile<'a>,
    format: Format,
    codec: Codec,
    /// The coded pictures that the primary picture is made of, in decoding order.
    parts: Vec<ItemId>,
    width: u32,
    height: u32,
}

/// What the header says.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    Ok(Container::open(bytes)?.header())
}

/// Decodes the primary picture.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let container = Container::open(bytes)?;
    limits.check(&container.header())?;
    container.check_work()?;
    let (mut raster, orientation, stream) = match container.codec {
        #[cfg(feature = "heif")]
        Codec::Hevc => {
            let stream = container.parts.first().and_then(|&part| hevc::code_points(&container.file, part));
            (hevc::upright(&container, limits)?, Orientation::UPRIGHT, stream.unwrap_or(UNSPECIFIED))
        }
        #[cfg(feature = "avif-decode")]
        Codec::Av1 => {
            let (raster, stream) = av1::stored(&container)?;
            (raster, container.orientation(), stream)
        }
        #[allow(unreachable_patterns)]
        codec => return Err(codec.refusal()),
    };
    if let Raster::Rgba(picture) = &mut raster
        && container.is_multiplied()
    {
        divide_by_alpha(picture);
    }
    let colour = container.colour(stream, &mut raster);
    Ok(Photo::new(raster.into(), orientation, colour, Some(container.format)))
}

impl Codec {
    fn refusal(self) -> Failure {
        match self {
            Self::Hevc => Format::Heic.refusal(),
            Self::Av1 => Format::Avif.refusal(),
        }
    }
}

impl<'a> Container<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Failure> {
        let format = sniff(bytes).unwrap_or(Format::Heic);
        // Some phones write data of their own behind the last box.
        let mut end = 0;
        for found in boxes(bytes) {
            if found.kind == b"meta" && found.body.len() > MAX_META_BYTES {
                return Err(format.too_much("more side data than a photo needs"));
            }
            end = found.end;
        }
        let bytes = &bytes[..end];
        let file = HeifFile::parse(bytes).map_err(|error| broken(format, &error))?;
        let mut container = Self { bytes, file, format, codec: Codec::Hevc, parts: Vec::new(), width: 0, height: 0 };
        container.collect_parts(container.file.primary_id, 0)?;
        container.read_codec()?;
        container.read_size()?;
        Ok(container)
    }

    fn header(&self) -> Header {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let size = |&part: &ItemId| self.file.image_size(part).ok().flatten().unwrap_or_default();
        let coded = self.parts.iter().map(size).map(|(width, height)| u64::from(width) * u64::from(height));
        // A grid's parts are decoded one after the other.
        let largest = coded.max().unwrap_or(0).saturating_mul(BYTES_PER_CODED_PIXEL);
        let whole = pixels.saturating_mul(BYTES_PER_PIXEL);
        let memory = whole.saturating_add(largest).saturating_add(self.bytes.len() as u64);
        Header { format: self.format, width: self.width, height: self.height, memory }
    }

    /// Adds the coded pictures below `id`, alpha planes included.
    fn collect_parts(&mut self, id: ItemId, depth: u32) -> Result<(), Failure> {
        let kind = self.file.item(id).map_err(|error| broken(self.format, &error))?.item_type;
        let sources = match &kind.0 {
            b"hvc1" | b"av01" => {
                self.parts.push(id);
                Vec::new()
            }
            b"grid" | b"iovl" | b"iden" if depth < MAX_DEPTH => self.file.referenced_items(id, b"dimg").to_vec(),
            b"grid" | b"iovl" | b"iden" => return Err(self.format.damaged("its parts are made of each other")),
            _ => return Err(unsupported(self.format, &format!("the coding \"{kind}\""))),
        };
        if self.parts.len() + sources.len() > MAX_PARTS {
            return Err(self.format.too_much("more tiles than any camera writes"));
        }
        if depth < MAX_DEPTH {
            for source in sources.into_iter().chain(self.alpha_of(id)) {
                self.collect_parts(source, depth + 1)?;
            }
        }
        Ok(())
    }

    /// The alpha plane of a picture.
    fn alpha_of(&self, id: ItemId) -> Option<ItemId> {
        self.file.referencing_items(id, b"auxl").into_iter().find(|&plane| {
            self.properties(plane).any(|property| {
                // ISO/IEC 23008-12, 6.6.2.1.1; AV1 Image File Format, 4.1.
                matches!(property, Property::AuxiliaryType(name)
                    if name == "urn:mpeg:hevc:2015:auxid:1" || name == "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
            })
        })
    }

    fn properties(&self, id: ItemId) -> impl Iterator<Item = &Property> {
        self.file.item_properties(id).into_iter().flatten()
    }

    fn read_codec(&mut self) -> Result<(), Failure> {
        let kind = |&part: &ItemId| self.file.item(part).map(|item| item.item_type.0);
        self.codec = match self.parts.first().map(kind) {
            Some(Ok(kind)) if kind == *b"hvc1" => Codec::Hevc,
            Some(Ok(_)) => Codec::Av1,
            _ => return Err(self.format.damaged("it holds no picture")),
        };
        let first = self.parts.first().map(kind);
        if self.parts.iter().any(|part| Some(kind(part)) != first) {
            return Err(unsupported(self.format, "a mixture of codings"));
        }
        Ok(())
    }

    /// The size of the primary picture as its pixels come out: upright from the HEVC decoder, as stored from the other.
    fn read_size(&mut self) -> Result<(), Failure> {
        let id = self.file.primary_id;
        let grid = self.file.grid(id).ok().map(|grid| (grid.output_width, grid.output_height));
        let size = grid.or_else(|| self.file.image_size(id).ok().flatten());
        let Some((width, height)) = size.filter(|&(width, height)| width > 0 && height > 0) else {
            return Err(self.format.damaged("the header gives no possible picture size"));
        };
        let turned = self.codec == Codec::Hevc && self.orientation().swaps_sides();
        (self.width, self.height) = if turned { (height, width) } else { (width, height) };
        Ok(())
    }

    /// What `irot` and `imir` of the primary picture ask for, in their order in the file.
    fn orientation(&self) -> Orientation {
        self.properties(self.file.primary_id).fold(Orientation::UPRIGHT, |so_far, property| match property {
            Property::Rotation(anticlockwise) => so_far.then(Orientation::new(4 - anticlockwise % 4, false)),
            Property::Mirror(true) => so_far.then(Orientation::new(2, true)),
            Property::Mirror(false) => so_far.then(Orientation::new(0, true)),
            _ => so_far,
        })
    }

    /// Whether the colours are stored multiplied by alpha.
    fn is_multiplied(&self) -> bool {
        !self.file.referenced_items(self.file.primary_id, b"prem").is_empty()
    }

    /// Refuses files whose parts are out of proportion to the picture: decoding them has no bound in its size.
    fn check_work(&self) -> Result<(), Failure> {
        let own = u64::from(self.width) * u64::from(self.height);
        let (mut pixels, mut bytes) = (0_u64, 0_usize);
        for &part in &self.parts {
            let data = self.file.item_data(part).map_err(|error| broken(self.format, &error))?;
            let coded = match self.codec {
                #[cfg(feature = "heif")]
                Codec::Hevc => hevc::coded_pixels(&self.file, part, &data),
                #[cfg(feature = "avif-decode")]
                Codec::Av1 => av1::coded_pixels(&self.file, part, &data),
                #[allow(unreachable_patterns)]
                codec => return Err(codec.refusal()),
            };
            pixels = pixels.saturating_add(coded);
            bytes = bytes.saturating_add(data.len());
            if pixels > own * MAX_CODED_PER_PIXEL + CODED_IN_ANY_CASE || bytes > self.bytes.len() * MAX_READ_PER_BYTE {
                return Err(self.format.too_much("parts that are much larger than the picture"));
            }
        }
        Ok(())
    }

    /// The colours: by the ICC profile, otherwise by the code points, of the picture, of its first part or of the
    /// stream.
    fn colour(&self, stream: (u16, u16), raster: &mut Raster) -> Colour {
        let exif = self.file.exif(self.file.primary_id).ok().flatten();
        let exif = exif.map(|block| Exif::read(&block)).unwrap_or_default();
        let holders = [Some(self.file.primary_id), self.parts.first().copied()];
        let mut code_points = None;
        for property in holders.into_iter().flatten().flat_map(|id| self.properties(id)) {
            match property {
                Property::Color(ColorInfo::Icc(profile)) if (1..=MAX_PROFILE_BYTES).contains(&profile.len()) => {
                    return Colour::of_grey(Some(profile), exif, raster);
                }
                Property::Color(ColorInfo::Nclx { primaries, transfer, .. }) => {
                    code_points = code_points.or(Some((*primaries, *transfer)));
                }
                _ => {}
            }
        }
        let (primaries, transfer) = code_points.filter(|&points| points != UNSPECIFIED).unwrap_or(stream);
        // Encoders write those of video, or nothing, for pictures that are sRGB, and no viewer makes a difference; the
        // primaries of standard-definition video differ from sRGB's less than screens do.
        let space = match (primaries, transfer) {
            (9 | 11 | 12, 4 | 5 | 8 | 16 | 18) => Space::of_code_points(primaries, transfer),
            (9 | 11 | 12, _) => Space::of_code_points(primaries, SRGB_TRANSFER),
            (_, 4 | 5 | 8 | 16 | 18) => Space::of_code_points(SRGB_PRIMARIES, transfer),
            // They also write sRGB for what they were given without a profile: the camera's own word counts more.
            _ => return Colour::of_rgb(None, exif),
        };
        space.map_or_else(|| Colour::of_rgb(None, exif), |space| space.colour())
    }
}

fn unsupported(format: Format, what: &str) -> Failure {
    Failure::new(Reason::UnsupportedFormat, format!("{what} in {format} is not read"))
        .advised("export the photo as JPEG or PNG first")
}

fn broken(format: Format, error: &BoxError) -> Failure {
    match error {
        BoxError::UnexpectedEof | BoxError::MissingBox(_) => format.damaged("it ends early"),
        _ => format.broken(),
    }
}

#[cfg(test)]
mod tests;
