//! What a file is, by its first bytes and by its name.

use super::*;
use proptest::prelude::*;

#[test]
fn content_decides() {
    for (bytes, format) in [
        (b"".as_slice(), Format::Empty),
        (b"\xFF\xD8\xFF\xE0", Format::Jpeg),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Format::WebP),
        (b"II*\0\x10\0\0\0CR\x02\0\0\0\0\0\0\0", Format::CameraRaw("Canon CR2")),
        (b"II*\0\xFF\0\0\0", Format::Tiff),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Format::Avif),
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1", Format::Heic),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", Format::Avif),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", Format::CameraRaw("Canon CR3")),
        (b"<?xml version=\"1.0\"?><svg xmlns=\"\">", Format::Svg),
        (b"<!DOCTYPE html><html>", Format::Html),
        (b"{\"error\": \"denied\"}", Format::Text),
        (b"BM is how this text starts", Format::Text),
        (b"version https://git-lfs.github.com/spec/v1", Format::LfsPointer),
        (b"P6 2 2 255\n", Format::Pnm),
        (b"\0\0\0\x14ftypisom\0\0\0\0mp42", Format::Video("MP4")),
        (b"\0\0\0\x14ftypmp42\0\0\0\0isom", Format::Video("MP4")),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Format::Video("QuickTime")),
        (b"\0\0\0\x08wide\0\0\0\x10mdat", Format::Video("QuickTime")),
        (b"\0\0\x01\x08moov", Format::Video("QuickTime")),
        (b"\0\0\0\x14ftypM4A \0\0\0\0isom", Format::Sound),
        (b"\x1A\x45\xDF\xA3\x9F\x42\x82\x84webm", Format::Video("WebM")),
        (b"\x1A\x45\xDF\xA3\xA3\x42\x82\x88matroska", Format::Video("Matroska")),
        (b"RIFF\x10\0\0\0AVI LIST", Format::Video("AVI")),
        (b"RIFF\x10\0\0\0WAVEfmt ", Format::Sound),
        (b"%PDF-1.7\n", Format::Pdf),
        (b"junk before\n%PDF-1.4\n", Format::Pdf),
        (b"8BPS\0\x01", Format::Photoshop),
        (b"\0\x05\x16\x07\0\x02\0\0", Format::AppleDouble),
        (b"II\xBC\x01", Format::OtherPicture("JPEG XR")),
        (b"Rar!\x1A\x07\x01\0", Format::OtherFile("a RAR archive")),
        (b"\xEF\xBB\xBF\n<!DOCTYPE HTML>", Format::Html),
        (b"<!-- saved --><html lang=fr><title>Acc\xE8s refus\xE9", Format::Html),
        (b"<html><svg></svg></html>", Format::Html),
        (b"<?xml version=\"1.0\"?><!-- made by hand --><svg>", Format::Svg),
        (b"\xFF\xFEh\0i\0", Format::Text),
    ] {
        assert_eq!(sniff(bytes), Some(format), "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(sniff(&[0; 1000]), Some(Format::Blank));
    assert_eq!(sniff(&[[0; 999].as_slice(), &[1]].concat()), None);
    assert_eq!(sniff(b"\x07"), None);
}

/// Every kind of file, of the cameras' one; that none is missing is asked of the source above.
const ALL: [Format; 30] = [
    Format::Jpeg,
    Format::Png,
    Format::WebP,
    Format::Gif,
    Format::Tiff,
    Format::Bmp,
    Format::Pnm,
    Format::Tga,
    Format::Qoi,
    Format::Ico,
    Format::Avif,
    Format::Heic,
    Format::JpegXl,
    Format::Jpeg2000,
    Format::Photoshop,
    Format::Svg,
    Format::Pdf,
    Format::CameraRaw("DNG"),
    Format::Zip,
    Format::LivePhoto,
    Format::Video("MP4"),
    Format::Sound,
    Format::OtherPicture("JPEG XR"),
    Format::OtherFile("a database"),
    Format::AppleDouble,
    Format::Html,
    Format::LfsPointer,
    Format::Text,
    Format::Empty,
    Format::Blank,
];

#[test]
fn the_list_of_the_tests_has_every_kind_of_file() {
    let source = include_str!("../format.rs");
    let (_, rest) = source.split_once("pub enum Format {\n").expect("the kinds");
    let (kinds, _) = rest.split_once("\n}\n").expect("their end");
    let name = |line: &str| line.trim().trim_end_matches(',').split('(').next().unwrap_or_default().to_owned();
    let kinds: Vec<String> = kinds.lines().filter(|line| !line.trim().starts_with("//")).map(name).collect();
    let listed: Vec<String> = ALL.iter().map(|format| name(&format!("{format:?}"))).collect();
    let forgotten: Vec<&String> = kinds.iter().filter(|kind| !listed.contains(kind)).collect();
    assert!(forgotten.is_empty() && listed.len() == kinds.len(), "ALL of these tests lacks {forgotten:?}");
}

#[test]
fn every_kind_that_can_be_read_has_a_name_that_is_meant_for_it() {
    for format in ALL {
        let is_same = |other: &Format| std::mem::discriminant(other) == std::mem::discriminant(&format);
        let is_read = format.is_readable() || format.feature().is_some();
        let has_extension = EXTENSIONS.iter().any(|(_, other)| is_same(other));
        assert_eq!(has_extension, is_read, "{format}: EXTENSIONS has what is read, and nothing else");
    }
    assert!(EXTENSIONS.is_sorted_by_key(|(extension, _)| *extension));
}

/// An archive of empty files: only its directory.
fn zip(names: &[&str]) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    let start = bytes.len() as u32;
    for name in names {
        bytes.extend([b"PK\x01\x02".as_slice(), &[0; 24], &(name.len() as u16).to_le_bytes(), &[0; 16]].concat());
        bytes.extend(name.bytes());
    }
    bytes.extend([b"PK\x05\x06".as_slice(), &[0; 12], &start.to_le_bytes(), &[3, 0], b"end"].concat());
    bytes
}

#[test]
fn a_live_photo_is_told_from_other_archives() {
    for (names, format) in [
        (["IMG_1.HEIC.heic", "IMG_1.HEIC.mov"].as_slice(), Format::LivePhoto),
        (&["a/IMG_1.JPG", "a/IMG_1.MOV", "a/metadata.plist"], Format::LivePhoto),
        (&["IMG_1.HEIC"], Format::Zip),
        (&["[Content_Types].xml", "word/document.xml"], Format::Zip),
        (&["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.mov"], Format::Zip),
        (&[], Format::Zip),
    ] {
        assert_eq!(sniff(&zip(names)), Some(format), "{names:?}");
    }
    let whole = zip(&["IMG_1.HEIC", "IMG_1.MOV"]);
    for length in 4..whole.len() {
        assert!(matches!(sniff(&whole[..length]), Some(Format::Zip | Format::LivePhoto)));
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    for format in ALL.into_iter().filter(|format| format.image_format().is_none()) {
        let failure = format.refusal();
        assert_eq!(failure.reason, Reason::UnsupportedFormat);
        let advice = failure.advice.expect("every one has some");
        assert!(["first", "again", "check", "use"].iter().any(|word| advice.contains(word)), "{advice}");
    }
    assert!(!Format::Zip.is_readable() && Format::Gif.is_readable());
}

#[test]
fn a_format_that_is_not_built_in_names_its_feature() {
    let sentence = Format::Heic.refusal().sentence();
    assert!(sentence.starts_with("HEIC support is not built in; install headshot with --features heif"), "{sentence}");
    for format in [Format::Avif, Format::JpegXl, Format::Jpeg2000, Format::CameraRaw("DNG")] {
        assert!(format.refusal().sentence().contains(format.feature().unwrap()));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_sniffed_without_panic(start in 0usize..6, bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let starts = [b"".as_slice(), b"II*\0", b"\0\0\0\x10ftyp", b"RIFF", b"BM", b"\0\0\x02"];
        let file = [starts[start], &bytes].concat();
        prop_assert!(sniff(&file).is_none_or(|format| !format.name().is_empty()));
    }
}
