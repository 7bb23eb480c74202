//! The colours that PNG files declare. What is right was computed by the standards' formulas.

use super::super::exif::tests::block;
use super::super::{Limits, Orientation, decode};
use super::*;
use moxcms::ColorProfile;
use png::chunk::ChunkType;

/// One pixel of this kind behind these chunks, and before those.
fn png(
    kind: png::ColorType,
    depth: BitDepth,
    samples: &[u8],
    before: &[([u8; 4], Vec<u8>)],
    behind: &[([u8; 4], Vec<u8>)],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(kind);
    encoder.set_depth(depth);
    if kind == png::ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 200, 120, 100]);
    }
    let mut writer = encoder.write_header().unwrap();
    for (name, data) in before {
        writer.write_chunk(ChunkType(*name), data).unwrap();
    }
    writer.write_image_data(samples).unwrap();
    for (name, data) in behind {
        writer.write_chunk(ChunkType(*name), data).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

/// The pixel of a file in sRGB.
fn shown(bytes: &[u8]) -> [u8; 3] {
    let photo = decode(bytes, &Limits::default()).unwrap();
    let mut picture = photo.pixels.into_raster().into_rgb([0; 3]);
    photo.colour.to_srgb(&mut picture);
    picture.get_pixel(0, 0).0
}

fn is_near(found: [u8; 3], wanted: [u8; 3]) -> bool {
    found.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= 1)
}

const PIXEL: [u8; 3] = [200, 120, 100];

/// [`PIXEL`] as 8 and as 16 bits behind these chunks.
fn rgb(before: &[([u8; 4], Vec<u8>)]) -> [Vec<u8>; 2] {
    let wide: Vec<u8> = PIXEL.iter().flat_map(|&sample| [sample; 2]).collect();
    [
        png(png::ColorType::Rgb, BitDepth::Eight, &PIXEL, before, &[]),
        png(png::ColorType::Rgb, BitDepth::Sixteen, &wide, before, &[]),
    ]
}

fn gama(value: u32) -> ([u8; 4], Vec<u8>) {
    (*b"gAMA", value.to_be_bytes().to_vec())
}

fn chrm(values: [u32; 8]) -> ([u8; 4], Vec<u8>) {
    (*b"cHRM", values.iter().flat_map(|value| value.to_be_bytes()).collect())
}

fn cicp(values: [u8; 4]) -> ([u8; 4], Vec<u8>) {
    (*b"cICP", values.to_vec())
}

fn iccp(profile: &ColorProfile) -> ([u8; 4], Vec<u8>) {
    let packed = fdeflate::compress_to_vec(&profile.encode().unwrap());
    (*b"iCCP", [b"name\0\0".as_slice(), &packed].concat())
}

const SRGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const DISPLAY_P3: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000];
const ADOBE_RGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];

/// [`PIXEL`] in sRGB where it is stored as Display P3, and where as Adobe RGB.
const FROM_P3: [u8; 3] = [213, 115, 95];
const FROM_ADOBE_RGB: [u8; 3] = [224, 121, 99];

#[test]
fn every_chunk_of_colour_is_read() {
    for (before, wanted) in [
        (vec![], PIXEL),
        (vec![gama(45_455)], PIXEL),
        (vec![gama(45_000)], PIXEL),
        (vec![gama(45_455), chrm(SRGB)], PIXEL),
        (vec![chrm(SRGB)], PIXEL),
        // 255 x s(v^(1/g)), with s the curve of sRGB.
        (vec![gama(100_000)], [229, 182, 168]),
        (vec![gama(100_000), chrm(SRGB)], [229, 182, 168]),
        (vec![gama(55_556)], [210, 139, 119]),
        (vec![chrm(DISPLAY_P3)], FROM_P3),
        (vec![gama(45_455), chrm(ADOBE_RGB)], FROM_ADOBE_RGB),
        (vec![cicp([12, 13, 0, 1])], FROM_P3),
        (vec![cicp([1, 13, 0, 1])], PIXEL),
        (vec![cicp([1, 1, 0, 1])], PIXEL),
        (vec![cicp([1, 8, 0, 1])], [229, 182, 168]),
        (vec![iccp(&ColorProfile::new_display_p3())], FROM_P3),
    ] {
        for bytes in rgb(&before) {
            let found = shown(&bytes);
            assert!(is_near(found, wanted), "{before:?}: {found:?}, not {wanted:?}");
        }
    }
}

/// PNG, third edition, 4.3: cICP, iCCP, sRGB, gAMA and cHRM, each only where it is understood.
#[test]
fn the_chunks_have_an_order() {
    let srgb = (*b"sRGB", vec![0]);
    let adobe_rgb = iccp(&ColorProfile::new_adobe_rgb());
    for (before, wanted) in [
        (vec![cicp([12, 13, 0, 1]), adobe_rgb.clone()], FROM_P3),
        (vec![adobe_rgb.clone(), cicp([12, 13, 0, 1]), gama(100_000)], FROM_P3),
        (vec![cicp([1, 13, 0, 1]), gama(100_000), chrm(ADOBE_RGB)], PIXEL),
        (vec![adobe_rgb.clone(), srgb.clone(), gama(100_000)], FROM_ADOBE_RGB),
        (vec![srgb.clone(), gama(100_000), chrm(ADOBE_RGB)], PIXEL),
        // Unspecified, reserved, unknown, or with a matrix, which RGB does not have.
        (vec![cicp([2, 2, 0, 1]), gama(100_000)], [229, 182, 168]),
        (vec![cicp([3, 13, 0, 1]), adobe_rgb.clone()], FROM_ADOBE_RGB),
        (vec![cicp([1, 200, 0, 1]), adobe_rgb.clone()], FROM_ADOBE_RGB),
        (vec![cicp([12, 13, 1, 1])], PIXEL),
        (vec![cicp([12, 13, 0, 7])], PIXEL),
        (vec![(*b"cICP", vec![12, 13, 0])], PIXEL),
        // Broken chromaticities.
        (vec![chrm([0; 8]), gama(100_000)], [229, 182, 168]),
        (vec![chrm([31_270, 32_900, 64_000, 33_000, 64_000, 33_000, 64_000, 33_000])], PIXEL),
        (vec![gama(0)], PIXEL),
        (vec![gama(u32::MAX)], PIXEL),
    ] {
        for bytes in rgb(&before) {
            let found = shown(&bytes);
            assert!(is_near(found, wanted), "{before:?}: {found:?}, not {wanted:?}");
        }
    }
}

#[test]
fn grey_and_palettes_have_colours_too() {
    let (grey, both) = (png::ColorType::Grayscale, png::ColorType::GrayscaleAlpha);
    for (kind, depth, samples) in [
        (grey, BitDepth::Eight, vec![55]),
        (grey, BitDepth::Sixteen, vec![55, 55]),
        (both, BitDepth::Eight, vec![55, 255]),
        (both, BitDepth::Sixteen, vec![55, 55, 255, 255]),
    ] {
        // Light of 55 in 255 is 128 in sRGB (IEC 61966-2-1).
        for chunks in [vec![gama(100_000)], vec![gama(100_000), chrm(ADOBE_RGB)], vec![cicp([9, 8, 0, 1])]] {
            let found = shown(&png(kind, depth, &samples, &chunks, &[]));
            assert!(is_near(found, [128; 3]) && found[0] == found[1] && found[1] == found[2], "{chunks:?}: {found:?}");
        }
        assert_eq!(shown(&png(kind, depth, &samples, &[gama(45_455)], &[])), [55; 3]);
        // A pure power of 2.2, which is not sRGB's curve.
        assert_eq!(shown(&png(kind, depth, &samples, &[gama(45_455), chrm(ADOBE_RGB)], &[])), [52; 3]);
    }
    let palette = png(png::ColorType::Indexed, BitDepth::Eight, &[1], &[cicp([12, 13, 0, 1])], &[]);
    assert!(is_near(shown(&palette), FROM_P3));
    let palette = png(png::ColorType::Indexed, BitDepth::Four, &[0x10], &[gama(100_000)], &[]);
    assert!(is_near(shown(&palette), [229, 182, 168]));
}

#[test]
fn dark_light_in_16_bits_keeps_its_steps() {
    // Light of 0.1 % of white, and of 0.2 %: 3 and 7 of sRGB's samples, one and the same of 8 bits of light.
    for (light, wanted) in [(66_u16, 3), (131, 7)] {
        let samples: Vec<u8> = [light; 3].iter().flat_map(|sample| sample.to_be_bytes()).collect();
        let bytes = png(png::ColorType::Rgb, BitDepth::Sixteen, &samples, &[gama(100_000)], &[]);
        assert!(is_near(shown(&bytes), [wanted; 3]), "{:?}", shown(&bytes));
    }
}

#[test]
fn samples_in_the_range_of_video_are_stretched() {
    let narrow = cicp([1, 13, 0, 0]);
    for (stored, wanted) in [(16, 0), (235, 255), (126, 128), (0, 0), (255, 255)] {
        let samples = [stored; 3];
        let bytes = png(png::ColorType::Rgb, BitDepth::Eight, &samples, std::slice::from_ref(&narrow), &[]);
        assert!(is_near(shown(&bytes), [wanted; 3]), "{stored}: {:?}", shown(&bytes));
        let wide: Vec<u8> = samples.iter().flat_map(|&sample| [sample, 0]).collect();
        let bytes = png(png::ColorType::Rgb, BitDepth::Sixteen, &wide, std::slice::from_ref(&narrow), &[]);
        assert!(is_near(shown(&bytes), [wanted; 3]), "{stored}: {:?}", shown(&bytes));
    }
    // Alpha has the full range in any case.
    let bytes = png(png::ColorType::Rgba, BitDepth::Eight, &[126, 126, 126, 128], &[narrow], &[]);
    let Raster::Rgba(picture) = decode(&bytes, &Limits::default()).unwrap().pixels.into_raster() else {
        panic!("it has alpha")
    };
    assert_eq!(picture.get_pixel(0, 0).0, [128, 128, 128, 128]);
}

#[test]
fn high_dynamic_range_keeps_faces_as_bright_as_they_were() {
    // sRGB (200, 120, 100), white being 203 cd/m2 (ITU-R BT.2408), in BT.2020: light of (0.4297, 0.2141, 0.1401), which
    // is (0.4944, 0.4270, 0.3881) in PQ by ITU-R BT.2100, table 4.
    let pq = [0.4944, 0.4270, 0.3881].map(|sample: f64| sample * 65_535.0);
    let wide: Vec<u8> = pq.iter().flat_map(|&sample| (sample as u16).to_be_bytes()).collect();
    let narrow: Vec<u8> = pq.iter().map(|&sample| (sample / 257.0).round() as u8).collect();
    let chunks = [cicp([9, 16, 0, 1])];
    let found = shown(&png(png::ColorType::Rgb, BitDepth::Sixteen, &wide, &chunks, &[]));
    assert!(is_near(found, PIXEL), "{found:?}");
    let found = shown(&png(png::ColorType::Rgb, BitDepth::Eight, &narrow, &chunks, &[]));
    assert!(found.iter().zip(PIXEL).all(|(found, wanted)| found.abs_diff(wanted) <= 4), "{found:?}");
    // White paper is 75 % of HLG.
    let white: Vec<u8> = [49_151_u16; 3].iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let found = shown(&png(png::ColorType::Rgb, BitDepth::Sixteen, &white, &[cicp([9, 18, 0, 1])], &[]));
    assert!(found.iter().all(|sample| (245..=252).contains(sample)), "{found:?}");
}

#[test]
fn exif_names_colours_where_no_chunk_does() {
    let exif = (*b"eXIf", block(true, Some(6), Some(65_535), Some(b"R03\0")));
    for (before, wanted) in [
        (vec![], FROM_ADOBE_RGB),
        (vec![gama(45_455)], FROM_ADOBE_RGB),
        (vec![(*b"sRGB", vec![0])], PIXEL),
        (vec![gama(45_455), chrm(SRGB)], PIXEL),
        (vec![cicp([12, 13, 0, 1])], FROM_P3),
        (vec![iccp(&ColorProfile::new_display_p3())], FROM_P3),
    ] {
        let behind = png(png::ColorType::Rgb, BitDepth::Eight, &PIXEL, &before, std::slice::from_ref(&exif));
        let all: Vec<_> = before.iter().cloned().chain([exif.clone()]).collect();
        for bytes in [png(png::ColorType::Rgb, BitDepth::Eight, &PIXEL, &all, &[]), behind] {
            assert!(is_near(shown(&bytes), wanted), "{before:?}: {:?}", shown(&bytes));
            assert_eq!(decode(&bytes, &Limits::default()).unwrap().orientation, Orientation::from_exif(6));
        }
    }
}
