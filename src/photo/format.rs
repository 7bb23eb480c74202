//! What kind of file this is, by its content. The file's name is never asked: cameras, mail programs and people rename.

use super::tiff;
use crate::error::{Failure, Reason};
use std::fmt;

/// A kind of file, as recognised by [`sniff`]. The first ten are always read, some by a feature of this crate
/// ([`Format::feature`]); the others are known so that the message can say what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG, and MPO (several JPEGs one after the other; the first is the picture).
    Jpeg,
    /// PNG and APNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// TIFF and BigTIFF.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// PBM, PGM, PPM, PAM.
    Pnm,
    /// Truevision TGA.
    Tga,
    /// "Quite OK Image".
    Qoi,
    /// Windows icon.
    Ico,
    /// AVIF.
    Avif,
    /// HEIC and HEIF, the phone's photo format.
    Heic,
    /// JPEG XL.
    JpegXl,
    /// JPEG 2000.
    Jpeg2000,
    /// Photoshop document.
    Photoshop,
    /// SVG drawing.
    Svg,
    /// PDF document.
    Pdf,
    /// A camera's sensor data, with the kind.
    CameraRaw(&'static str),
    /// ZIP archive, or an office document, which is one inside.
    Zip,
    /// A web page.
    Html,
    /// The stand-in that Git LFS leaves where the file was not fetched.
    LfsPointer,
    /// Some other text.
    Text,
    /// No bytes at all.
    Empty,
}

impl Format {
    /// The name that people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Pnm => "PNM",
            Self::Tga => "TGA",
            Self::Qoi => "QOI",
            Self::Ico => "ICO",
            Self::Avif => "AVIF",
            Self::Heic => "HEIC",
            Self::JpegXl => "JPEG XL",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Photoshop => "Photoshop",
            Self::Svg => "SVG",
            Self::Pdf => "PDF",
            Self::CameraRaw(_) => "camera RAW",
            Self::Zip => "ZIP",
            Self::Html => "HTML",
            Self::LfsPointer => "Git LFS pointer",
            Self::Text => "text",
            Self::Empty => "empty file",
        }
    }

    /// Whether this build decodes it.
    #[must_use]
    pub fn is_readable(self) -> bool {
        super::reader(self).is_some()
    }

    /// The cargo feature that adds it, for a kind of file that not every build reads.
    #[must_use]
    pub const fn feature(self) -> Option<&'static str> {
        match self {
            Self::Avif => Some("avif-decode"),
            Self::Heic => Some("heif"),
            Self::JpegXl => Some("jxl"),
            Self::Jpeg2000 => Some("jp2"),
            Self::CameraRaw(_) => Some("raw"),
            _ => None,
        }
    }

    /// The same format in the `image` crate's words, for those that are read.
    pub(super) const fn image_format(self) -> Option<image::ImageFormat> {
        Some(match self {
            Self::Jpeg => image::ImageFormat::Jpeg,
            Self::Png => image::ImageFormat::Png,
            Self::WebP => image::ImageFormat::WebP,
            Self::Gif => image::ImageFormat::Gif,
            Self::Tiff => image::ImageFormat::Tiff,
            Self::Bmp => image::ImageFormat::Bmp,
            Self::Pnm => image::ImageFormat::Pnm,
            Self::Tga => image::ImageFormat::Tga,
            Self::Qoi => image::ImageFormat::Qoi,
            Self::Ico => image::ImageFormat::Ico,
            _ => return None,
        })
    }

    /// Why a file of this kind is not read, and what to do.
    pub(super) fn refusal(self) -> Failure {
        if let Some(feature) = self.feature() {
            return not_built_in(self.name(), feature);
        }
        let (message, advice) = match self {
            Self::Empty => ("the file is empty (0 bytes)".to_owned(), "copy it again from where it came"),
            Self::Html => (
                "a web page, not a picture".to_owned(),
                "the download may have ended at a login page: log in and download it again",
            ),
            Self::LfsPointer => ("a Git LFS pointer, not the picture itself".to_owned(), "run \"git lfs pull\" first"),
            Self::Text => ("text, not a picture".to_owned(), "check that this is the file that was meant"),
            Self::Zip => ("a ZIP archive or an office document, not a picture".to_owned(), "unpack it first"),
            Self::Pdf | Self::Svg => {
                (format!("{} is not a photo format", self.name()), "export it as JPEG or PNG first")
            }
            other => (format!("{} is not read", other.name()), "convert it to JPEG or PNG first"),
        };
        Failure::new(Reason::UnsupportedFormat, message).advised(advice)
    }
}

/// What names of photos end with, in lower case, and the kind of file that is likely behind it. It tells names that are
/// meant for photos from others; what a file is, [`sniff`] says.
pub const EXTENSIONS: &[(&str, Format)] = &[
    ("arw", Format::CameraRaw("NEF, ARW or similar")),
    ("avif", Format::Avif),
    ("bmp", Format::Bmp),
    ("cr2", Format::CameraRaw("Canon CR2")),
    ("cr3", Format::CameraRaw("Canon CR3")),
    ("dng", Format::CameraRaw("DNG")),
    ("gif", Format::Gif),
    ("heic", Format::Heic),
    ("heif", Format::Heic),
    ("ico", Format::Ico),
    ("j2k", Format::Jpeg2000),
    ("jp2", Format::Jpeg2000),
    ("jpeg", Format::Jpeg),
    ("jpg", Format::Jpeg),
    ("jxl", Format::JpegXl),
    ("mpo", Format::Jpeg),
    ("nef", Format::CameraRaw("NEF, ARW or similar")),
    ("orf", Format::CameraRaw("Olympus ORF")),
    ("pbm", Format::Pnm),
    ("pef", Format::CameraRaw("NEF, ARW or similar")),
    ("pgm", Format::Pnm),
    ("png", Format::Png),
    ("ppm", Format::Pnm),
    ("qoi", Format::Qoi),
    ("raf", Format::CameraRaw("Fujifilm RAF")),
    ("rw2", Format::CameraRaw("Panasonic RW2")),
    ("tga", Format::Tga),
    ("tif", Format::Tiff),
    ("tiff", Format::Tiff),
    ("webp", Format::WebP),
];

/// A kind of file that this program reads, but not this build of it.
pub(super) fn not_built_in(what: &str, feature: &str) -> Failure {
    Failure::new(Reason::UnsupportedFormat, format!("{what} support is not built in"))
        .joined(": ", format!("cargo install headshot --features {feature}, or convert the photo first"))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kind of file that starts with `bytes`, which should be the whole file: TGA has no mark of its own and is only
/// believed when its header and length agree. `None` when nothing is known about it.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if bytes.is_empty() {
        return Some(Format::Empty);
    }
    by_magic(bytes).or_else(|| as_text(bytes)).or_else(|| is_tga(bytes).then_some(Format::Tga))
}

fn by_magic(bytes: &[u8]) -> Option<Format> {
    const MAGICS: [(&[u8], Format); 21] = [
        (b"\xFF\xD8\xFF", Format::Jpeg),
        (b"\x89PNG\r\n\x1A\n", Format::Png),
        (b"GIF87a", Format::Gif),
        (b"GIF89a", Format::Gif),
        (b"qoif", Format::Qoi),
        (b"\xFF\x0A", Format::JpegXl),
        (b"\0\0\0\x0CJXL \r\n\x87\n", Format::JpegXl),
        (b"\0\0\0\x0CjP  \r\n\x87\n", Format::Jpeg2000),
        (b"\xFF\x4F\xFF\x51", Format::Jpeg2000),
        (b"8BPS", Format::Photoshop),
        (b"%PDF", Format::Pdf),
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::Zip),
        (b"FUJIFILMCCD-RAW", Format::CameraRaw("Fujifilm RAF")),
        (b"IIRO", Format::CameraRaw("Olympus ORF")),
        (b"IIRS", Format::CameraRaw("Olympus ORF")),
        (b"MMOR", Format::CameraRaw("Olympus ORF")),
        (b"IIU\0", Format::CameraRaw("Panasonic RW2")),
        (b"FOVb", Format::CameraRaw("Sigma X3F")),
        (b"\0MRM", Format::CameraRaw("Minolta MRW")),
        (b"version https://git-lfs", Format::LfsPointer),
    ];
    if let Some((_, format)) = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(*format);
    }
    match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => {
            let raw = tiff::Directory::read(bytes).and_then(|directory| directory.raw_kind());
            Some(raw.map_or(Format::Tiff, Format::CameraRaw))
        }
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => by_brand(bytes),
        // The header length tells a bitmap from a text that starts with "BM".
        [b'B', b'M', ..] if matches!(bytes.get(14..18), Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])) => {
            Some(Format::Bmp)
        }
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\n' | b'\r', ..] => Some(Format::Pnm),
        [0, 0, 1, 0, 1..=255, 0, ..] => Some(Format::Ico),
        _ => None,
    }
}

/// The format of an ISO media file, by the first known brand of its `ftyp` box (ISO/IEC 14496-12; HEIF: 23008-12).
fn by_brand(bytes: &[u8]) -> Option<Format> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let brands = bytes.get(8..length.clamp(12, bytes.len().max(12)))?;
    let known = brands.chunks_exact(4).find_map(|brand| match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        b"crx " => Some(Format::CameraRaw("Canon CR3")),
        b"jp2 " | b"jpx " => Some(Format::Jpeg2000),
        b"jxl " => Some(Format::JpegXl),
        _ => None,
    });
    // The container's own brands say nothing about the codec; files with only those are HEIC in practice.
    known.or_else(|| brands.chunks_exact(4).any(|brand| matches!(brand, b"mif1" | b"msf1")).then_some(Format::Heic))
}

/// Text, by its first kilobyte: UTF-8 without control characters.
fn as_text(bytes: &[u8]) -> Option<Format> {
    let start = &bytes[..bytes.len().min(1024)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The kilobyte may end inside a character.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&start[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    if text.is_empty() || text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return None;
    }
    let lower = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).to_ascii_lowercase();
    Some(if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        Format::Html
    } else if lower.starts_with('<') && lower.contains("<svg") {
        Format::Svg
    } else {
        Format::Text
    })
}

/// Truevision's 2.0 footer, or a header whose fields agree with each other and with the file's length.
fn is_tga(bytes: &[u8]) -> bool {
    if bytes.ends_with(b"TRUEVISION-XFILE.\0") {
        return true;
    }
    let [id, colour_map, kind, _, _, map_low, map_high, map_bits, _, _, _, _, w0, w1, h0, h1, depth, _, ..] = *bytes
    else {
        return false;
    };
    let kind_fits = match kind {
        1 | 9 => colour_map == 1 && depth == 8 && matches!(map_bits, 15 | 16 | 24 | 32),
        2 | 10 => colour_map == 0 && matches!(depth, 15 | 16 | 24 | 32),
        3 | 11 => colour_map == 0 && depth == 8,
        _ => false,
    };
    let pixels = usize::from(u16::from_le_bytes([w0, w1])) * usize::from(u16::from_le_bytes([h0, h1]));
    let map = usize::from(u16::from_le_bytes([map_low, map_high])) * usize::from(map_bits).div_ceil(8);
    let head = 18 + usize::from(id) + if colour_map == 1 { map } else { 0 };
    let body = pixels * usize::from(depth).div_ceil(8);
    // Run-length coding needs at least one packet for 128 pixels.
    let enough = if kind < 8 { bytes.len() >= head + body } else { bytes.len() >= head + pixels / 128 };
    kind_fits && pixels > 0 && enough
}

#[cfg(test)]
mod tests;
