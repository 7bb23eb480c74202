//! Directories that are built here, entry by entry.

use super::*;
use proptest::prelude::*;

/// A little-endian TIFF of SHORT entries.
fn tiff(entries: &[(u16, u16)]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([3, 0, 1, 0, 0, 0]);
        bytes.extend(u32::from(*value).to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}

#[test]
fn the_size_is_read_in_place() {
    let bytes = tiff(&[(256, 40), (257, 30), (258, 16), (277, 3)]);
    assert_eq!(Directory::read(&bytes).unwrap().picture(), Ok((40, 30, 6)));
}

#[test]
fn a_preview_before_sub_directories_is_a_raw_file() {
    let with_inside = |photometric| {
        let mut bytes = tiff(&[(254, 1), (330, 8 + 2 + 2 * 12 + 4)]);
        bytes.extend(&tiff(&[(256, 40), (262, photometric)])[8..]);
        Directory::read(&bytes).unwrap().raw_kind()
    };
    assert_eq!((with_inside(32_803), with_inside(2)), (Some("NEF, ARW or similar"), None));
    assert!(Directory::read(&tiff(&[(254, 0), (262, 2)])).unwrap().raw_kind().is_none());
    assert_eq!(Directory::read(&tiff(&[(50_706, 1)])).unwrap().raw_kind(), Some("DNG"));
}

/// Pages one after the other, each of SHORT entries. A value of [`INSIDE`] becomes the place of the page behind,
/// which is then not the next in the row.
fn pages(big_endian: bool, pages: &[&[(u16, u16)]]) -> Vec<u8> {
    let bytes_of = |page: &[(u16, u16)]| 2 + page.len() * 12 + 4;
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut bytes = [if big_endian { b"MM\0*" } else { b"II*\0" }.as_slice(), &long(8)].concat();
    for (index, page) in pages.iter().enumerate() {
        let mut next = bytes.len() + bytes_of(page);
        bytes.extend(short(page.len() as u16));
        for &(tag, value) in *page {
            bytes.extend([short(tag), short(if value == INSIDE { 4 } else { 3 })].concat());
            bytes.extend(long(1));
            if value == INSIDE {
                bytes.extend(long(next as u32));
                next += pages.get(index + 1).map_or(0, |inside| bytes_of(inside));
            } else {
                bytes.extend([short(value), [0; 2]].concat());
            }
        }
        let is_inside = index > 0 && pages[index - 1].iter().any(|&(_, value)| value == INSIDE);
        bytes.extend(long(if is_inside || next >= pages_end(pages) { 0 } else { next as u32 }));
    }
    bytes
}

fn pages_end(pages: &[&[(u16, u16)]]) -> usize {
    8 + pages.iter().map(|page| 2 + page.len() * 12 + 4).sum::<usize>()
}

const INSIDE: u16 = 60_000;

#[test]
fn small_copies_and_masks_are_passed_over() {
    let (small, old_small, mask, page) = ((254, 1), (255, 2), (254, 4), (254, 2));
    for big_endian in [false, true] {
        for (pages_of_file, wanted) in [
            ([[small, (256, 90)].as_slice(), &[(256, 900)]].as_slice(), 900),
            (&[&[small, (256, 90)], &[(254, 0), (256, 900)]], 900),
            (&[&[old_small, (256, 90)], &[(255, 1), (256, 900)]], 900),
            (&[&[mask, (256, 800)], &[small, (256, 90)], &[page, (256, 900)], &[page, (256, 700)]], 900),
            // The first of several pages, and the first of nothing but small ones.
            (&[&[page, (256, 900)], &[page, (256, 1000)]], 900),
            (&[&[(256, 900)], &[small, (256, 90)], &[(256, 1000)]], 900),
            (&[&[small, (256, 90)], &[small, (256, 40)]], 90),
            // A small copy inside the picture, and the picture inside its small copy.
            (&[&[(256, 900), (330, INSIDE)], &[small, (256, 90)]], 900),
            (&[&[small, (256, 90), (330, INSIDE)], &[(254, 0), (256, 900)]], 900),
            (&[&[small, (256, 90), (330, INSIDE)], &[small, (256, 40)], &[(256, 900)]], 900),
        ] {
            let bytes = pages(big_endian, pages_of_file);
            let main = from_main_page(&bytes);
            let width = Directory::read(&main).and_then(|page| page.value(tag::IMAGE_WIDTH));
            assert_eq!(width, Some(wanted), "{pages_of_file:?}");
        }
    }
}

#[test]
fn pages_that_point_to_each_other_end() {
    let mut bytes = pages(false, &[&[(254, 1), (256, 90)], &[(254, 1), (256, 40)]]);
    let end = bytes.len();
    bytes[end - 4] = 8;
    assert_eq!(directories(&bytes).len(), 2);
    let many: Vec<&[(u16, u16)]> = vec![&[(254, 1)]; 1000];
    assert_eq!(directories(&pages(false, &many)).len(), MAX_DIRECTORIES);
}

#[test]
fn compressions_and_samples_have_names() {
    for (code, name) in [(50_000, "Zstandard"), (50_001, "WebP"), (34_887, "LERC"), (50_002, "JPEG XL"), (6, "JPEG")] {
        let compression = Directory::read(&tiff(&[(259, code)])).unwrap().unread_compression();
        assert!(compression.as_ref().is_some_and(|compression| compression.contains(name)), "{compression:?}");
    }
    for code in [1, 5, 8, 32_773] {
        assert_eq!(Directory::read(&tiff(&[(259, code)])).unwrap().unread_compression(), None);
    }
    let samples = |entries: &[(u16, u16)]| Directory::read(&tiff(entries)).unwrap().samples_name();
    assert_eq!(samples(&[(258, 16), (262, 2), (339, 3)]), "RGB with 16-bit floating-point samples");
    assert_eq!(samples(&[(258, 12), (262, 1)]), "grey with 12-bit samples");
}

#[test]
fn a_strip_past_the_end_is_seen() {
    assert!(!Directory::read(&tiff(&[(273, 8), (279, 9_999)])).unwrap().has_all_data());
    assert!(Directory::read(&tiff(&[(273, 8), (279, 4)])).unwrap().has_all_data());
}

#[test]
fn a_jpeg_inside_counts_with_its_own_size() {
    // An 8 x 8 picture whose only strip is a JPEG of 16,000 x 16,000.
    let mut bytes = tiff(&[(256, 8), (257, 8), (259, 7), (273, 8 + 2 + 6 * 12 + 4), (277, 3), (279, 27)]);
    bytes.extend([0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0x3E, 0x80, 0x3E, 0x80, 1, 1, 0x11, 0]);
    bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF, 0xD9]);
    assert_eq!(Directory::read(&bytes).unwrap().coded_pixels(), 256_000_000);
}

proptest! {
    #[test]
    fn nothing_panics(header in 0usize..4, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut file = [b"II*\0".as_slice(), b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"][header].to_vec();
        file.extend(bytes);
        if let Some(directory) = Directory::read(&file) {
            let _ = directory.picture();
            prop_assert!(directory.values(tag::STRIP_OFFSETS).count() <= file.len());
            directory.has_all_data();
            directory.raw_kind();
        }
    }
}
