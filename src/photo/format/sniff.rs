//! What kind of file this is, by its bytes.

use super::Format;
use crate::photo::tiff;

/// How much of the start of a file is looked at for text, in bytes. Drawing programs put long declarations first.
const TEXT_BYTES: usize = 4096;

/// Files that start with these bytes.
const MAGICS: [(&[u8], Format); 45] = [
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
    (b"PK\x05\x06", Format::Zip),
    (b"FUJIFILMCCD-RAW", Format::CameraRaw("Fujifilm RAF")),
    (b"IIRO", Format::CameraRaw("Olympus ORF")),
    (b"IIRS", Format::CameraRaw("Olympus ORF")),
    (b"MMOR", Format::CameraRaw("Olympus ORF")),
    (b"IIU\0", Format::CameraRaw("Panasonic RW2")),
    (b"FOVb", Format::CameraRaw("Sigma X3F")),
    (b"\0MRM", Format::CameraRaw("Minolta MRW")),
    (b"version https://git-lfs", Format::LfsPointer),
    (b"\0\x05\x16\x07", Format::AppleDouble),
    (b"\0\0\x01\xBA", Format::Video("MPEG")),
    (b"\0\0\x01\xB3", Format::Video("MPEG")),
    (b"FLV\x01", Format::Video("Flash")),
    (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", Format::Video("Windows Media")),
    (b"OggS\0", Format::Video("Ogg")),
    (b"ID3\x03", Format::Sound),
    (b"ID3\x04", Format::Sound),
    (b"fLaC", Format::Sound),
    (b"II\xBC\x01", Format::OtherPicture("JPEG XR")),
    (b"\x76\x2F\x31\x01", Format::OtherPicture("OpenEXR")),
    (b"#?RADIANCE", Format::OtherPicture("Radiance HDR")),
    (b"gimp xcf ", Format::OtherPicture("a GIMP document")),
    (b"DDS \x7C", Format::OtherPicture("a DirectDraw surface")),
    (b"\xD7\xCD\xC6\x9A", Format::OtherPicture("a Windows metafile")),
    (b"%!PS", Format::OtherPicture("PostScript")),
    (b"\xC5\xD0\xD3\xC6", Format::OtherPicture("PostScript")),
    (b"{\\rtf", Format::OtherFile("an RTF document")),
    (b"Rar!\x1A\x07", Format::OtherFile("a RAR archive")),
    (b"7z\xBC\xAF\x27\x1C", Format::OtherFile("a 7-Zip archive")),
    (b"\x1F\x8B\x08", Format::OtherFile("a gzip archive")),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Format::OtherFile("an old office document or a thumbnail cache")),
    (b"L\0\0\0\x01\x14\x02\0", Format::OtherFile("a Windows shortcut")),
    (b"bplist00", Format::OtherFile("a macOS property list")),
    (b"book\0\0\0\0mark", Format::OtherFile("a macOS alias")),
    (b"SQLite format 3\0", Format::OtherFile("a database")),
];

/// The kind of file that starts with `bytes`, which should be the whole file: TGA has no mark of its own and is only
/// believed when its header and length agree. `None` when nothing is known about it.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if bytes.is_empty() {
        return Some(Format::Empty);
    }
    by_magic(bytes)
        .or_else(|| as_text(bytes))
        .or_else(|| is_tga(bytes).then_some(Format::Tga))
        .or_else(|| bytes.iter().all(|&byte| byte == 0).then_some(Format::Blank))
}

fn by_magic(bytes: &[u8]) -> Option<Format> {
    if let Some((_, format)) = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(*format);
    }
    match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some(Format::Video("AVI")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Format::Sound),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => {
            let raw = tiff::Directory::read(bytes).and_then(|directory| directory.raw_kind());
            Some(raw.map_or(Format::Tiff, Format::CameraRaw))
        }
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(by_brand(bytes)),
        // QuickTime before it had brands.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..]
        | [0, 0, 0, 8, b'w' | b'f', b'i' | b'r', b'd' | b'e', b'e', ..] => Some(Format::Video("QuickTime")),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => {
            let is_webm = bytes[..bytes.len().min(64)].windows(4).any(|four| four == b"webm");
            Some(Format::Video(if is_webm { "WebM" } else { "Matroska" }))
        }
        [b'P', b'K', 3, 4, ..] => Some(if is_live_photo(bytes) { Format::LivePhoto } else { Format::Zip }),
        // The header length tells a bitmap from a text that starts with "BM".
        [b'B', b'M', ..] if matches!(bytes.get(14..18), Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])) => {
            Some(Format::Bmp)
        }
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\n' | b'\r', ..] => Some(Format::Pnm),
        [0, 0, 1, 0, 1..=255, 0, ..] => Some(Format::Ico),
        // Readers look for a PDF's mark in the first kilobyte.
        _ if bytes[..bytes.len().min(1024)].windows(5).any(|five| five == b"%PDF-") => Some(Format::Pdf),
        _ => is_transport_stream(bytes).then_some(Format::Video("MPEG")),
    }
}

/// The format of an ISO media file, by the first known brand of its `ftyp` box (ISO/IEC 14496-12; HEIF: 23008-12).
fn by_brand(bytes: &[u8]) -> Format {
    let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let brands = bytes.get(8..length.clamp(12, bytes.len().max(12))).unwrap_or_default();
    let known = brands.chunks_exact(4).find_map(|brand| match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        b"crx " => Some(Format::CameraRaw("Canon CR3")),
        b"jp2 " | b"jpx " => Some(Format::Jpeg2000),
        b"jxl " => Some(Format::JpegXl),
        b"qt  " => Some(Format::Video("QuickTime")),
        b"M4A " | b"M4B " => Some(Format::Sound),
        _ => None,
    });
    // The container's own brands say nothing about the codec; files with only those are HEIC in practice.
    let is_still = || brands.chunks_exact(4).any(|brand| matches!(brand, b"mif1" | b"msf1"));
    known.unwrap_or_else(|| if is_still() { Format::Heic } else { Format::Video("MP4") })
}

/// Whether an archive holds a photo and a video and nothing else, by the names in its directory (APPNOTE.TXT of PKWARE,
/// 4.3.12 and 4.3.16).
fn is_live_photo(bytes: &[u8]) -> bool {
    /// The bundle has two files; some also hold a list of what is in it.
    const MAX_FILES: usize = 4;
    let is_one_of = |name: &[u8], extensions: &[&[u8]]| extensions.iter().any(|extension| name.ends_with(extension));
    let (mut photos, mut videos) = (0, 0);
    for name in names_in_zip(bytes).take(MAX_FILES + 1) {
        let name = name.to_ascii_lowercase();
        photos += usize::from(is_one_of(&name, &[b".heic", b".heif", b".jpg", b".jpeg"]));
        videos += usize::from(is_one_of(&name, &[b".mov", b".mp4"]));
    }
    (photos, videos) == (1, 1) && names_in_zip(bytes).nth(MAX_FILES).is_none()
}

/// The names of the files in an archive, none where its directory is missing.
fn names_in_zip(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    /// The end record and the longest comment behind it.
    const END_BYTES: usize = 22 + 65_535;
    let number = |at: usize| Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)));
    let tail = bytes.len().saturating_sub(END_BYTES);
    let end = bytes[tail..].windows(END.len()).rposition(|four| four == END).map(|at| tail + at);
    let start = end.and_then(|end| Some(u32::from_le_bytes(*bytes.get(end + 16..)?.first_chunk()?) as usize));
    let mut at = start.unwrap_or(bytes.len());
    std::iter::from_fn(move || {
        bytes.get(at..).filter(|rest| rest.starts_with(ENTRY))?;
        let (name, extra, comment) = (number(at + 28)?, number(at + 30)?, number(at + 32)?);
        let start = at + 46;
        at = start + name + extra + comment;
        bytes.get(start..start + name)
    })
}

/// Packets of 188 bytes that start with the same byte, after four bytes of time on cameras (ISO/IEC 13818-1, 2.4.3).
fn is_transport_stream(bytes: &[u8]) -> bool {
    let is_one = |start: usize, step: usize| (0..4).all(|packet| bytes.get(start + packet * step) == Some(&0x47));
    is_one(0, 188) || is_one(4, 192)
}

/// Text, by its start: UTF-8 without control characters, or marked as UTF-16. Web pages may be in any encoding.
fn as_text(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Some(Format::Text);
    }
    let start = &bytes[..bytes.len().min(TEXT_BYTES)];
    let lower = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start().to_ascii_lowercase();
    let holds = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
    if lower.starts_with(b"<") && holds(b"<svg") && !holds(b"<html") {
        return Some(Format::Svg);
    }
    if lower.starts_with(b"<!doctype html") || (lower.starts_with(b"<") && holds(b"<html")) {
        return Some(Format::Html);
    }
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The start may end inside a character.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&start[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    (!text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_whitespace())).then_some(Format::Text)
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
