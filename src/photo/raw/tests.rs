//! Files of every layout, built here: only the structure around the previews is real.

use super::super::{decode, probe, sniff};
use super::*;
use image::{ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;
use std::io::Cursor;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 60]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A TIFF-like file that grows: little-endian, with directories of LONG entries.
struct Builder(Vec<u8>);

impl Builder {
    fn new(magic: &[u8]) -> Self {
        Self([magic, &[0; 12]].concat())
    }

    /// Appends `data` and tells where.
    fn add(&mut self, data: &[u8]) -> u32 {
        let at = self.0.len() as u32;
        self.0.extend(data);
        at
    }

    fn directory(&mut self, entries: &[(u16, u32)], next: u32) -> u32 {
        let mut data = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, value) in entries {
            data.extend(tag.to_le_bytes());
            data.extend([4, 0, 1, 0, 0, 0]);
            data.extend(value.to_le_bytes());
        }
        data.extend(next.to_le_bytes());
        self.add(&data)
    }

    fn starting_at(mut self, first: u32) -> Vec<u8> {
        self.0[4..8].copy_from_slice(&first.to_le_bytes());
        self.0
    }
}

/// A Nikon-like file: a thumbnail in front, the preview in a sub-directory, turned clockwise.
fn nef() -> Vec<u8> {
    let mut file = Builder::new(b"II*\0");
    let (thumbnail, preview) = (jpeg(16, 12), jpeg(64, 48));
    let (small, large) = (file.add(&thumbnail), file.add(&preview));
    let inside = file.directory(&[(tag::JPEG_OFFSET, large), (tag::JPEG_BYTES, preview.len() as u32)], 0);
    let first = file.directory(
        &[
            (tag::NEW_SUBFILE_TYPE, 1),
            (tag::ORIENTATION, 6),
            (tag::SUB_IFDS, inside),
            (tag::JPEG_OFFSET, small),
            (tag::JPEG_BYTES, thumbnail.len() as u32),
        ],
        0,
    );
    file.starting_at(first)
}

/// A box of ISO media files.
fn media_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
}

/// A Canon CR3: the main directory in a box of Canon's, the preview as the sample of a track.
fn cr3() -> Vec<u8> {
    let mut main = Builder::new(b"II*\0");
    let first = main.directory(&[(tag::ORIENTATION, 8)], 0);
    let main = main.starting_at(first);
    let preview = jpeg(64, 48);
    let with_offset = |offset: u64| {
        let sizes = media_box(b"stsz", &[[0; 4], (preview.len() as u32).to_be_bytes(), 1_u32.to_be_bytes()].concat());
        let offsets = media_box(b"co64", &[[0, 0, 0, 0, 0, 0, 0, 1], offset.to_be_bytes()].concat());
        let table = media_box(b"stbl", &[sizes, offsets].concat());
        let track = media_box(b"trak", &media_box(b"mdia", &media_box(b"minf", &table)));
        let canon = media_box(b"uuid", &[[7; 16].to_vec(), media_box(b"CMT1", &main)].concat());
        let movie = media_box(b"moov", &[canon, track].concat());
        [media_box(b"ftyp", b"crx \0\0\0\x01crx isom"), movie].concat()
    };
    let head = with_offset(0).len() as u64 + 8;
    [with_offset(head), media_box(b"mdat", &preview)].concat()
}

fn raf() -> Vec<u8> {
    let preview = jpeg(64, 48);
    let mut file = b"FUJIFILMCCD-RAW 0201".to_vec();
    file.resize(84, 0);
    file.extend(100_u32.to_be_bytes());
    file.extend((preview.len() as u32).to_be_bytes());
    file.resize(100, 0);
    [file, preview, vec![9; 50]].concat()
}

/// A Panasonic RW2: the preview is the value of a tag.
fn rw2() -> Vec<u8> {
    let mut file = Builder::new(b"IIU\0");
    let preview = jpeg(64, 48);
    let at = file.add(&preview);
    let mut data = [2_u16.to_le_bytes(), JPEG_FROM_RAW.to_le_bytes(), 7_u16.to_le_bytes()].concat();
    data.extend((preview.len() as u32).to_le_bytes());
    data.extend(at.to_le_bytes());
    data.extend([tag::ORIENTATION.to_le_bytes(), 3_u16.to_le_bytes()].concat());
    data.extend([1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
    let first = file.add(&data);
    file.starting_at(first)
}

/// A DNG whose preview is a strip, beside a lossless strip of sensor data.
fn dng() -> Vec<u8> {
    let mut file = Builder::new(b"II*\0");
    let preview = jpeg(64, 48);
    let (at, count) = (file.add(&preview), preview.len() as u32);
    let strip = [(tag::COMPRESSION, 7), (tag::STRIP_OFFSETS, at), (tag::STRIP_BYTE_COUNTS, count)];
    let sensor = file.directory(&[&[(tag::PHOTOMETRIC, 32_803)], strip.as_slice()].concat(), 0);
    let shown = file.directory(&[&[(tag::PHOTOMETRIC, 6)], strip.as_slice()].concat(), sensor);
    let first = file.directory(&[(tag::SUB_IFDS, shown), (tag::DNG_VERSION, 1)], 0);
    file.starting_at(first)
}

/// A Sigma file: nothing is known of its structure.
fn x3f() -> Vec<u8> {
    [b"FOVb0000".to_vec(), jpeg(16, 12), vec![0xFF, 0xD8, 0xFF, 0xD8, 0xFF], jpeg(64, 48), vec![1; 20]].concat()
}

#[test]
fn the_largest_preview_is_found_and_stood_upright() {
    for (file, kind, orientation) in [
        (nef(), "NEF, ARW or similar", 6),
        (cr3(), "Canon CR3", 8),
        (raf(), "Fujifilm RAF", 1),
        (rw2(), "Panasonic RW2", 8),
        (dng(), "DNG", 1),
        (x3f(), "Sigma X3F", 1),
    ] {
        assert_eq!(sniff(&file), Some(Format::CameraRaw(kind)));
        let header = probe(&file).unwrap();
        assert_eq!((header.width, header.height), (64, 48), "{kind}");
        let photo = decode(&file, &Limits::default()).unwrap();
        assert_eq!((photo.stored_size(), photo.orientation.exif_value()), ((64, 48), orientation), "{kind}");
        assert_eq!(photo.format, Some(Format::CameraRaw(kind)));
    }
}

#[test]
fn a_file_that_ends_before_its_preview_is_damaged() {
    for (file, kept) in [(nef(), 0.9), (cr3(), 0.9), (raf(), 0.5)] {
        let cut = &file[..(file.len() as f64 * kept) as usize];
        // A NEF's directories stand at its end here: without them, nothing is known of the rest.
        if let Err(failure) = decode(cut, &Limits::default()) {
            assert!(matches!(failure.reason, Reason::Damaged | Reason::UnsupportedFormat), "{failure}");
            continue;
        }
        panic!("a cut file was accepted");
    }
    let mut file = raf();
    file.truncate(120);
    assert_eq!(decode(&file, &Limits::default()).unwrap_err().reason, Reason::Damaged);
}

#[test]
fn a_file_without_a_preview_says_what_to_do() {
    let mut file = Builder::new(b"II*\0");
    let first = file.directory(&[(tag::DNG_VERSION, 1)], 0);
    let failure = decode(&file.starting_at(first), &Limits::default()).unwrap_err();
    assert!(failure.reason == Reason::UnsupportedFormat && failure.sentence().contains("; develop it"), "{failure}");
}

#[test]
fn directories_in_a_ring_end() {
    let mut file = Builder::new(b"II*\0");
    let at = file.0.len() as u32;
    file.directory(&[(tag::SUB_IFDS, at), (tag::DNG_VERSION, 1)], at);
    assert!(decode(&file.starting_at(at), &Limits::default()).is_err());
}

#[test]
fn the_gate_holds_for_previews() {
    let small = Limits { max_pixels: 1000, ..Limits::default() };
    assert_eq!(decode(&nef(), &small).unwrap_err().reason, Reason::TooLarge);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_changed_byte_never_panics(kind in 0usize..5, place: prop::sample::Index, byte: u8) {
        let mut file = [nef, cr3, raf, rw2, dng][kind]();
        let place = place.index(file.len());
        file[place] = byte;
        let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
        if let Ok(photo) = decode(&file, &limits) {
            prop_assert!(photo.size().0 > 0);
        }
    }
}
