//! Camera RAW, by the JPEG preview that the camera put into the file: most cameras store one in full size, developed as
//! the photographer saw it. Sensor data are not developed here.
//!
//! Where it lies: in the directories of the TIFF-like kinds (DNG, CR2, NEF, ARW, PEF, SRW, RW2), behind the header of
//! Fujifilm's RAF, in the boxes of Canon's CR3. Kinds with a structure of their own (ORF, X3F, MRW) are searched for
//! the start of a JPEG.

use super::boxes::boxes;
use super::colour::Colour;
use super::exif::{Exif, is_adobe_rgb};
use super::jpeg;
use super::markers::Markers;
use super::orientation::Orientation;
use super::tiff::{Directory, directories, tag};
use super::{Format, Header, Limits, Photo, sniff};
use crate::error::{Failure, Reason};
use std::ops::Range;

/// Panasonic's tag for the preview in the first directory of an RW2.
const JPEG_FROM_RAW: u16 = 0x002E;

/// Compressions that mean JPEG (TIFF 6.0, and Technical Note 2).
const JPEG_COMPRESSIONS: [u64; 2] = [6, 7];

/// A preview with fewer pixels is a thumbnail: the file is searched for a larger one.
const THUMBNAIL_PIXELS: u64 = 1_000_000;

/// Most places that are tried in a search, and most bytes of each that are read for a header. In sensor data the three
/// bytes come up by chance once in 16 million.
const MAX_PLACES: usize = 64;
const MAX_HEADER_BYTES: usize = 4 << 20;

/// What the header of the preview says.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    let preview = Preview::find(bytes)?;
    let header = jpeg::probe(&bytes[preview.place])?;
    Ok(Header { format: preview.format, memory: header.memory.saturating_add(bytes.len() as u64), ..header })
}

/// Decodes the preview.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    limits.check(&probe(bytes)?)?;
    let preview = Preview::find(bytes)?;
    let jpeg = &bytes[preview.place];
    let photo = jpeg::decode(jpeg, limits)?;
    let has_profile = Markers::read(jpeg).is_ok_and(|markers| markers.icc_profile().is_some());
    let colour = if preview.exif.adobe_rgb && !has_profile { Colour::of_rgb(None, preview.exif) } else { photo.colour };
    let orientation = preview.exif.orientation.filter(|value| (1..=8).contains(value));
    let orientation = orientation.map_or(photo.orientation, Orientation::from_exif);
    Ok(Photo { orientation, colour, format: Some(preview.format), ..photo })
}

/// The largest JPEG of a RAW file.
struct Preview {
    format: Format,
    place: Range<usize>,
    /// What the RAW file itself says, which goes before what the JPEG says.
    exif: Exif,
}

/// Where a JPEG lies.
struct Place {
    range: Range<usize>,
    /// Whether the directory that points to it says that it is Adobe RGB, which goes before the file's EXIF.
    adobe_rgb: Option<bool>,
}

impl From<Range<usize>> for Place {
    fn from(range: Range<usize>) -> Self {
        Self { range, adobe_rgb: None }
    }
}

impl Preview {
    fn find(bytes: &[u8]) -> Result<Self, Failure> {
        let format = sniff(bytes).unwrap_or(Format::Empty);
        let Format::CameraRaw(kind) = format else { return Err(format.refusal()) };
        let (mut places, exif) = match kind {
            "Fujifilm RAF" => (in_raf(bytes), Exif::default()),
            "Canon CR3" => in_cr3(bytes),
            _ => in_directories(bytes),
        };
        if places.iter().any(|place| place.range.end > bytes.len()) {
            return Err(damaged(kind));
        }
        let size = |place: &Place| pixels(&bytes[place.range.clone()]);
        // The tiles of a compressed DNG are JPEGs too.
        if kind != "DNG" && places.iter().map(size).max().unwrap_or(0) < THUMBNAIL_PIXELS {
            places.extend(searched(bytes));
        }
        let best = places.into_iter().map(|place| (size(&place), place)).max_by_key(|(size, _)| *size);
        match best {
            Some((size, place)) if size > 0 => {
                let exif = Exif { adobe_rgb: place.adobe_rgb.unwrap_or(exif.adobe_rgb), ..exif };
                Ok(Self { format, place: place.range, exif })
            }
            _ => Err(Failure::new(
                Reason::UnsupportedFormat,
                format!("this camera RAW file ({kind}) has no JPEG preview"),
            )
            .advised("develop it, or export it as JPEG, first")),
        }
    }
}

/// The pixels of a JPEG that can be decoded; 0 for anything else, above all for sensor data in lossless JPEG.
fn pixels(bytes: &[u8]) -> u64 {
    let start = &bytes[..bytes.len().min(MAX_HEADER_BYTES)];
    if !start.starts_with(b"\xFF\xD8\xFF") || jpeg::is_rare(start) {
        return 0;
    }
    jpeg::probe(start).map_or(0, |header| header.pixels())
}

/// Previews in the directories of a TIFF-like file, and what it says of them.
fn in_directories(bytes: &[u8]) -> (Vec<Place>, Exif) {
    let exif = Directory::read(bytes).map(|first| Exif::of(&first)).unwrap_or_default();
    let places = directories(bytes).into_iter().flat_map(|directory| {
        // PreviewColorSpace of DNG 1.2: 3 is Adobe RGB, 0 unknown.
        let adobe_rgb = directory.value(tag::PREVIEW_COLOUR_SPACE).filter(|&space| space > 0).map(|space| space == 3);
        in_directory(&directory).into_iter().map(move |range| Place { range, adobe_rgb })
    });
    (places.collect(), exif)
}

/// The JPEGs that one directory points to.
fn in_directory(directory: &Directory<'_>) -> Vec<Range<usize>> {
    let mut places: Vec<_> = directory.place(JPEG_FROM_RAW).into_iter().collect();
    places.extend(range(directory.value(tag::JPEG_OFFSET), directory.value(tag::JPEG_BYTES)));
    let is_jpeg = directory.value(tag::COMPRESSION).is_some_and(|code| JPEG_COMPRESSIONS.contains(&code));
    if is_jpeg && !directory.is_sensor_data() && directory.values(tag::STRIP_OFFSETS).count() == 1 {
        places.extend(range(directory.value(tag::STRIP_OFFSETS), directory.value(tag::STRIP_BYTE_COUNTS)));
    }
    places
}

fn range(start: Option<u64>, length: Option<u64>) -> Option<Range<usize>> {
    let (start, length) = (usize::try_from(start?).ok()?, usize::try_from(length?).ok()?);
    (length > 0).then(|| start..start.saturating_add(length))
}

/// Fujifilm's header gives offset and length of the preview in bytes 84 to 91.
fn in_raf(bytes: &[u8]) -> Vec<Place> {
    let number = |at: usize| Some(u64::from(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?)));
    range(number(84), number(88)).map(Place::from).into_iter().collect()
}

/// Canon's boxes: tracks whose first sample may be a JPEG, a smaller preview in a box of Canon's own, and the main
/// directory with the orientation.
fn in_cr3(bytes: &[u8]) -> (Vec<Place>, Exif) {
    let mut exif = Exif::default();
    let Some(movie) = inside(bytes, b"moov") else { return (Vec::new(), exif) };
    let mut places: Vec<Place> = Vec::new();
    for found in boxes(movie) {
        match found.kind {
            b"trak" => {
                let table = inside(found.body, b"mdia").and_then(|media| inside(media, b"minf"));
                places.extend(table.and_then(|media| inside(media, b"stbl")).and_then(first_sample).map(Place::from));
            }
            // A box with a name of 16 bytes, Canon's: CMT1 is a TIFF file with the main directory, CMT2 one with
            // EXIF's.
            b"uuid" => {
                let directory = |kind| Directory::read(inside(found.body.get(16..)?, kind)?);
                exif = exif.or(directory(b"CMT1").map(|main| Exif::of(&main)).unwrap_or_default());
                exif.adobe_rgb |= directory(b"CMT2").is_some_and(|directory| is_adobe_rgb(&directory));
            }
            _ => {}
        }
    }
    (places, exif)
}

/// What the first box of this kind holds.
fn inside<'a>(outer: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(outer).find(|found| found.kind == kind).map(|found| found.body)
}

/// Where the first sample of a track lies: stsz and co64 of ISO/IEC 14496-12, 8.7.
fn first_sample(table: &[u8]) -> Option<Range<usize>> {
    let number = |bytes: &[u8], at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let sizes = inside(table, b"stsz")?;
    let length = number(sizes, 4).filter(|&same| same > 0).or_else(|| number(sizes, 12))?;
    let offsets = inside(table, b"co64")?;
    let start = u64::from_be_bytes(*offsets.get(8..)?.first_chunk()?);
    range(Some(start), Some(u64::from(length)))
}

/// Places that look like the start of a JPEG, up to the end of the file each.
fn searched(bytes: &[u8]) -> impl Iterator<Item = Place> + '_ {
    let starts = bytes.windows(3).enumerate().filter(|(_, three)| *three == b"\xFF\xD8\xFF").map(|(at, _)| at);
    starts.take(MAX_PLACES).map(|at| (at..bytes.len()).into())
}

fn damaged(kind: &str) -> Failure {
    let message = format!("the camera RAW file ({kind}) is damaged (it ends before its preview)");
    Failure::new(Reason::Damaged, message).advised("copy it again")
}

#[cfg(test)]
mod tests;
