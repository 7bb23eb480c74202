//! The directories of a TIFF file, read in place: what the gate, the RAW check and the truncation check need before a
//! decoder sees the file, and where camera RAW files keep their previews. Nothing is allocated by counts that the file
//! claims.

use super::markers::{Coding, Markers};
use crate::error::{Failure, Reason};
use std::borrow::Cow;
use std::collections::HashSet;

/// TIFF 6.0 and BigTIFF tag numbers.
pub(super) mod tag {
    pub(in crate::photo) const INTEROPERABILITY_INDEX: u16 = 1;
    pub(in crate::photo) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(in crate::photo) const SUBFILE_TYPE: u16 = 255;
    pub(in crate::photo) const IMAGE_WIDTH: u16 = 256;
    pub(in crate::photo) const IMAGE_LENGTH: u16 = 257;
    pub(in crate::photo) const BITS_PER_SAMPLE: u16 = 258;
    pub(in crate::photo) const COMPRESSION: u16 = 259;
    pub(in crate::photo) const PHOTOMETRIC: u16 = 262;
    pub(in crate::photo) const STRIP_OFFSETS: u16 = 273;
    pub(in crate::photo) const ORIENTATION: u16 = 274;
    pub(in crate::photo) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in crate::photo) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(in crate::photo) const TILE_OFFSETS: u16 = 324;
    pub(in crate::photo) const TILE_BYTE_COUNTS: u16 = 325;
    pub(in crate::photo) const PLANAR_CONFIGURATION: u16 = 284;
    pub(in crate::photo) const COLOUR_MAP: u16 = 320;
    pub(in crate::photo) const TILE_WIDTH: u16 = 322;
    pub(in crate::photo) const TILE_LENGTH: u16 = 323;
    pub(in crate::photo) const SUB_IFDS: u16 = 330;
    pub(in crate::photo) const SAMPLE_FORMAT: u16 = 339;
    pub(in crate::photo) const CHROMA_SUBSAMPLING: u16 = 530;
    pub(in crate::photo) const EXIF_IFD: u16 = 34_665;
    pub(in crate::photo) const COLOUR_SPACE: u16 = 40_961;
    pub(in crate::photo) const INTEROPERABILITY_IFD: u16 = 40_965;
    pub(in crate::photo) const ICC_PROFILE: u16 = 34_675;
    #[cfg(feature = "raw")]
    pub(in crate::photo) const JPEG_OFFSET: u16 = 513;
    #[cfg(feature = "raw")]
    pub(in crate::photo) const JPEG_BYTES: u16 = 514;
    pub(in crate::photo) const EXTRA_SAMPLES: u16 = 338;
    #[cfg(feature = "raw")]
    pub(in crate::photo) const PREVIEW_COLOUR_SPACE: u16 = 50_970;
    /// DNG 1.0: present in every DNG and in nothing else.
    pub(in crate::photo) const DNG_VERSION: u16 = 50_706;
}

/// Photometric interpretation of a colour filter array, from TIFF/EP (ISO 12234-2).
const PHOTOMETRIC_CFA: u64 = 32_803;
/// Photometric interpretation of sensor data with all colours at every pixel, from DNG 1.0.
const PHOTOMETRIC_LINEAR_RAW: u64 = 34_892;
/// Compressions that only camera RAW files use: Sony ARW, Nikon NEF, Pentax PEF.
const RAW_COMPRESSIONS: [u64; 3] = [32_767, 34_713, 65_535];

/// The value type of texts.
const ASCII: u64 = 2;

/// Most directories of one file that are looked at: pages, and the directories inside them.
const MAX_DIRECTORIES: usize = 64;

/// Most entries of a directory that are looked at. Real ones have up to 150, in rising order of their tags.
const MAX_ENTRIES: usize = 4096;

/// One directory entry, with its values still in the file.
struct Entry {
    tag: u16,
    is_text: bool,
    value_bytes: usize,
    count: u64,
    at: usize,
}

/// One directory of a TIFF file.
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    entries: Vec<Entry>,
    /// Where this one starts.
    at: usize,
    /// Where the next one starts; 0 behind the last.
    next: usize,
}

impl<'a> Directory<'a> {
    /// Reads the header and the first directory; `None` where they are not inside the file.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::read_at(bytes, Self::first(bytes)?)
    }

    /// Where the first directory starts, by the header.
    fn first(bytes: &[u8]) -> Option<usize> {
        let header = Directory { bytes, big_endian: bytes.get(..2)? == b"MM", entries: Vec::new(), at: 0, next: 0 };
        let at = if header.is_wide() { header.number(8, 8)? } else { header.number(4, 4)? };
        usize::try_from(at).ok()
    }

    /// Reads the directory at an offset that another one gives.
    pub(super) fn read_at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let mut directory = Self { bytes, big_endian: bytes.get(..2)? == b"MM", entries: Vec::new(), at, next: 0 };
        let wide = directory.is_wide();
        let (count, first, step) = if wide {
            (directory.number(at, 8)?, at.checked_add(8)?, 20)
        } else {
            (directory.number(at, 2)?, at.checked_add(2)?, 12)
        };
        let room = bytes.len().checked_sub(first)? / step;
        let count = usize::try_from(count).ok()?.min(room);
        for place in (first..).step_by(step).take(count.min(MAX_ENTRIES)) {
            if let Some(entry) = directory.entry(place, wide) {
                directory.entries.push(entry);
            }
        }
        let next = directory.number(first + count * step, if wide { 8 } else { 4 });
        directory.next = next.and_then(|next| usize::try_from(next).ok()).unwrap_or(0);
        Some(directory)
    }

    /// Whether this is BigTIFF, with numbers of 64 bits.
    fn is_wide(&self) -> bool {
        self.number(2, 2) == Some(43)
    }

    /// `None` for a value type that holds neither whole numbers nor text, or for values outside the file.
    fn entry(&self, place: usize, wide: bool) -> Option<Entry> {
        // Types 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 7 UNDEFINED, 13 IFD, 16 LONG8, 18 IFD8.
        let kind = self.number(place + 2, 2)?;
        let value_bytes = match kind {
            1 | ASCII | 7 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return None,
        };
        let (count, inline, inline_bytes) =
            if wide { (self.number(place + 4, 8)?, place + 12, 8) } else { (self.number(place + 4, 4)?, place + 8, 4) };
        let total = usize::try_from(count).ok()?.checked_mul(value_bytes)?;
        let at =
            if total <= inline_bytes { inline } else { usize::try_from(self.number(inline, inline_bytes)?).ok()? };
        self.bytes.get(at..at.checked_add(total)?)?;
        let tag = u16::try_from(self.number(place, 2)?).ok()?;
        Some(Entry { tag, is_text: kind == ASCII, value_bytes, count, at })
    }

    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let add = |sum: u64, &byte: &u8| sum << 8 | u64::from(byte);
        Some(if self.big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }

    /// All values of `tag`, none where it is absent or a text.
    pub(super) fn values(&self, tag: u16) -> impl Iterator<Item = u64> + '_ {
        let entry = self.entries.iter().find(|entry| entry.tag == tag && !entry.is_text);
        let (at, count, step) = entry.map_or((0, 0, 1), |entry| (entry.at, entry.count as usize, entry.value_bytes));
        (0..count).filter_map(move |index| self.number(at + index * step, step))
    }

    /// Where the values of `tag` lie in the file.
    pub(super) fn place(&self, tag: u16) -> Option<std::ops::Range<usize>> {
        let entry = self.entries.iter().find(|entry| entry.tag == tag)?;
        Some(entry.at..entry.at + entry.count as usize * entry.value_bytes)
    }

    /// The text of `tag`, or the bytes where it is stored as such.
    pub(super) fn text(&self, tag: u16) -> Option<&'a [u8]> {
        self.bytes.get(self.place(tag)?)
    }

    /// The directory that `tag` points to.
    pub(super) fn directory_at(&self, tag: u16) -> Option<Self> {
        Self::read_at(self.bytes, usize::try_from(self.value(tag)?).ok()?)
    }

    /// Where the directories inside this one start.
    fn inside(&self) -> impl Iterator<Item = usize> + '_ {
        self.values(tag::SUB_IFDS).filter_map(|offset| usize::try_from(offset).ok()).take(MAX_DIRECTORIES)
    }

    /// The first value of `tag`.
    pub(super) fn value(&self, tag: u16) -> Option<u64> {
        self.values(tag).next()
    }

    /// Whether this is a small copy of another page, or a mask for one (TIFF 6.0, NewSubfileType and SubfileType).
    fn is_secondary(&self) -> bool {
        const REDUCED: u64 = 1;
        const MASK: u64 = 4;
        const OLD_REDUCED: u64 = 2;
        self.value(tag::NEW_SUBFILE_TYPE)
            .map_or_else(|| self.value(tag::SUBFILE_TYPE) == Some(OLD_REDUCED), |bits| bits & (REDUCED | MASK) != 0)
    }

    /// Whether the picture is a sensor's: one colour a pixel, or all three not yet developed.
    pub(super) fn is_sensor_data(&self) -> bool {
        matches!(self.value(tag::PHOTOMETRIC), Some(PHOTOMETRIC_CFA | PHOTOMETRIC_LINEAR_RAW))
    }

    /// The kind of camera RAW file that this is, if it is one. Nikon's and Sony's files start with a small preview
    /// directory and keep the sensor's data in a sub-directory; a plain TIFF starts with its picture, or keeps it where
    /// those have the sensor's data.
    pub(super) fn raw_kind(&self) -> Option<&'static str> {
        if self.bytes.get(8..10) == Some(b"CR") {
            return Some("Canon CR2");
        }
        if self.value(tag::DNG_VERSION).is_some() {
            return Some("DNG");
        }
        let sensor_data =
            self.is_sensor_data() || self.value(tag::COMPRESSION).is_some_and(|code| RAW_COMPRESSIONS.contains(&code));
        let is_picture =
            |page: Self| page.value(tag::IMAGE_WIDTH).is_some() && !page.is_secondary() && !page.is_sensor_data();
        let preview_first = self.is_secondary() && self.value(tag::SUB_IFDS).is_some();
        let is_preview = || !self.inside().filter_map(|at| Self::read_at(self.bytes, at)).any(is_picture);
        (sensor_data || (preview_first && is_preview())).then_some("NEF, ARW or similar")
    }

    /// Width, height (pixels) and the bytes of one pixel as stored.
    pub(super) fn picture(&self) -> Result<(u32, u32, u64), Failure> {
        let side = |tag| self.value(tag).and_then(|side| u32::try_from(side).ok()).filter(|&side| side > 0);
        let (Some(width), Some(height)) = (side(tag::IMAGE_WIDTH), side(tag::IMAGE_LENGTH)) else {
            return Err(
                Failure::new(Reason::Damaged, "the TIFF header gives no picture size").advised("copy the photo again")
            );
        };
        let samples = self.value(tag::SAMPLES_PER_PIXEL).unwrap_or(1).clamp(1, 64);
        let bits = self.values(tag::BITS_PER_SAMPLE).next().unwrap_or(1).clamp(1, 64);
        Ok((width, height, samples * bits.div_ceil(8)))
    }

    /// Whether colours are stored multiplied by alpha (TIFF 6.0, ExtraSamples 1: "associated").
    pub(super) fn has_multiplied_alpha(&self) -> bool {
        self.value(tag::EXTRA_SAMPLES) == Some(1)
    }

    /// The compression, where no decoder here knows it, in words.
    pub(super) fn unread_compression(&self) -> Option<String> {
        let code = self.value(tag::COMPRESSION)?;
        let name = match code {
            1 | 4 | 5 | 7 | 8 | 32_773 | 32_946 => return None,
            2 | 3 | 32_771 => "fax coding",
            6 => "an outdated form of JPEG",
            9 | 10 | 34_661 => "JBIG",
            34_676 | 34_677 => "SGI LogLuv",
            34_712 | 33_003 | 33_005 => "JPEG 2000",
            34_887 => "LERC",
            34_925 => "LZMA",
            50_000 => "Zstandard",
            50_001 => "WebP",
            50_002 | 52_546 => "JPEG XL",
            _ => return Some(format!("a method with the number {code}")),
        };
        Some(name.to_owned())
    }

    /// How the samples are stored, for a message: "RGB", "grey with 16-bit floating-point samples".
    pub(super) fn samples_name(&self) -> String {
        let colours = match self.value(tag::PHOTOMETRIC) {
            Some(0 | 1) => "grey",
            Some(2) => "RGB",
            Some(3) => "palette",
            Some(5) => "CMYK",
            Some(6) => "YCbCr",
            Some(8..=10) => "Lab",
            Some(32_844 | 32_845) => "LogLuv",
            _ => "unusual",
        };
        let bits = self.value(tag::BITS_PER_SAMPLE).unwrap_or(1);
        let kind = match self.value(tag::SAMPLE_FORMAT) {
            Some(2) => " signed",
            Some(3) => " floating-point",
            Some(5 | 6) => " complex",
            _ => "",
        };
        format!("{colours} with {bits}-bit{kind} samples")
    }

    /// Offset and length of every strip and tile.
    fn parts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let strips = self.values(tag::STRIP_OFFSETS).zip(self.values(tag::STRIP_BYTE_COUNTS));
        strips.chain(self.values(tag::TILE_OFFSETS).zip(self.values(tag::TILE_BYTE_COUNTS)))
    }

    /// Whether every strip and tile lies inside the file.
    pub(super) fn has_all_data(&self) -> bool {
        let length = self.bytes.len() as u64;
        self.parts().all(|(offset, count)| offset.checked_add(count).is_some_and(|end| end <= length))
    }

    /// How many pixels a decoder goes through, which is far more than the picture has where tiles are much larger than
    /// it, or where JPEG data have a size of their own.
    pub(super) fn coded_pixels(&self) -> u64 {
        /// Compression by JPEG (TIFF Technical Note 2).
        const JPEG: u64 = 7;
        let side = |tag| self.value(tag).unwrap_or(0);
        let tile = side(tag::TILE_WIDTH).saturating_mul(side(tag::TILE_LENGTH));
        let tiles = tile.saturating_mul(self.values(tag::TILE_OFFSETS).count() as u64);
        if self.value(tag::COMPRESSION) != Some(JPEG) {
            return tiles;
        }
        let jpegs = self.parts().filter_map(|(offset, count)| {
            let (start, end) = (usize::try_from(offset).ok()?, usize::try_from(offset.checked_add(count)?).ok()?);
            let jpeg = self.bytes.get(start..end)?;
            let markers = Markers::read(jpeg).ok()?;
            let scans = if markers.coding == Coding::Sequential { 1 } else { markers.scans(jpeg).count };
            Some(u64::from(markers.width) * u64::from(markers.height) * u64::from(scans))
        });
        jpegs.fold(tiles, u64::saturating_add)
    }
}

/// The directories of a file: each page, and behind it those inside it.
pub(super) fn directories(bytes: &[u8]) -> Vec<Directory<'_>> {
    let mut found: Vec<Directory<'_>> = Vec::new();
    let mut waiting: Vec<usize> = Directory::first(bytes).into_iter().collect();
    let mut seen = HashSet::new();
    while let Some(at) = waiting.pop().filter(|_| found.len() < MAX_DIRECTORIES) {
        if !seen.insert(at) {
            continue;
        }
        let Some(directory) = Directory::read_at(bytes, at) else { continue };
        let next = (directory.next != 0).then_some(directory.next);
        // The last in is the first out.
        let mut places: Vec<usize> = directory.inside().chain(next).collect();
        places.reverse();
        waiting.extend(places);
        found.push(directory);
    }
    found
}

/// The file as decoders take it, which start with the first page: with its header pointing to the page that shows the
/// picture. That is the first, inside another or not, that is neither a small copy nor a mask; where every one is, the
/// first of all.
pub(super) fn from_main_page(bytes: &[u8]) -> Cow<'_, [u8]> {
    let pages = directories(bytes);
    let is_main = |page: &&Directory<'_>| page.value(tag::IMAGE_WIDTH).is_some() && !page.is_secondary();
    let Some(main) = pages.iter().find(is_main).filter(|main| main.at != pages[0].at) else {
        return Cow::Borrowed(bytes);
    };
    let mut copy = bytes.to_vec();
    let (place, length) = if main.is_wide() { (8, 8) } else { (4, 4) };
    let number = if main.big_endian { (main.at as u64).to_be_bytes() } else { (main.at as u64).to_le_bytes() };
    let start = if main.big_endian { 8 - length } else { 0 };
    copy[place..place + length].copy_from_slice(&number[start..start + length]);
    Cow::Owned(copy)
}

#[cfg(test)]
mod tests;
