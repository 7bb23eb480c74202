//! The decoders through their common door, on pictures encoded here.

mod jpeg;

use super::*;
use ::png as png_crate;
use ::tiff as tiff_crate;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;
use proptest::prelude::*;
use std::io::Cursor;

/// A picture with detail everywhere, so that no part of a file is free of content.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7 + y * 3) as u8, (x * y) as u8, (x ^ (y * 5)) as u8]))
}

fn encode(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("the encoder takes this picture");
    bytes.into_inner()
}

fn rgb(photo: Photo) -> RgbImage {
    photo.pixels.into_raster().into_rgb([255; 3])
}

const LOSSLESS: [(ImageFormat, Format); 7] = [
    (ImageFormat::Png, Format::Png),
    (ImageFormat::WebP, Format::WebP),
    (ImageFormat::Tiff, Format::Tiff),
    (ImageFormat::Bmp, Format::Bmp),
    (ImageFormat::Pnm, Format::Pnm),
    (ImageFormat::Tga, Format::Tga),
    (ImageFormat::Qoi, Format::Qoi),
];

#[test]
fn every_lossless_format_gives_its_pixels_back() {
    for (kind, format) in LOSSLESS {
        let bytes = encode(picture(31, 17), kind);
        let header = probe(&bytes).unwrap();
        assert_eq!((header.format, header.width, header.height), (format, 31, 17));
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!((photo.format, photo.damage.clone()), (Some(format), None));
        assert_eq!(rgb(photo), picture(31, 17), "{format}");
    }
}

#[test]
fn icons_and_gifs_keep_size_and_alpha() {
    let clear = RgbaImage::from_fn(24, 24, |x, _| Rgba([200, 30, 30, if x < 12 { 0 } else { 255 }]));
    for kind in [ImageFormat::Ico, ImageFormat::Gif, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let bytes = encode(clear.clone(), kind);
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!(photo.size(), (24, 24));
        let Raster::Rgba(raster) = photo.pixels.into_raster() else { panic!("{kind:?} lost its alpha") };
        assert_eq!((raster.get_pixel(3, 3)[3], raster.get_pixel(20, 3)[3]), (0, 255));
    }
}

#[test]
fn sixteen_bits_are_rounded() {
    let wide =
        image::ImageBuffer::<Rgb<u16>, _>::from_fn(9, 9, |x, y| Rgb([(x * 7_000) as u16, (y * 7_000) as u16, 257]));
    for kind in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Pnm] {
        let photo = rgb(decode(&encode(wide.clone(), kind), &Limits::default()).unwrap());
        for (narrow, wide) in photo.iter().zip(wide.iter()) {
            assert!((f64::from(*narrow) - f64::from(*wide) / 257.0).abs() <= 0.5);
        }
    }
}

#[test]
fn the_gate_stands_before_the_decoder() {
    let mut bytes = encode(picture(8, 8), ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
    let failure = decode(&bytes, &Limits::default()).unwrap_err();
    assert_eq!(failure.reason, Reason::TooLarge);
    assert_eq!(
        failure.sentence(),
        "32768 x 32768 is 1074 megapixels and the limit is 200; raise it with --max-pixels if the photo is meant"
    );
    let small = Limits { max_pixels: 63, ..Limits::default() };
    let short = Limits { max_side: 7, ..Limits::default() };
    let poor = Limits { max_bytes: 500, ..Limits::default() };
    for kind in LOSSLESS.map(|(kind, _)| kind).into_iter().chain([ImageFormat::Jpeg, ImageFormat::Gif]) {
        for limits in [small, short, poor] {
            let failure = decode(&encode(DynamicImage::from(picture(8, 8)), kind), &limits).unwrap_err();
            assert_eq!(failure.reason, Reason::TooLarge, "{kind:?} {limits:?}");
        }
    }
}

/// `bytes` (a JPEG) with more segments right behind its start.
fn with_segments(bytes: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = bytes[..2].to_vec();
    for (marker, body) in segments {
        file.extend([0xFF, *marker]);
        file.extend((body.len() as u16 + 2).to_be_bytes());
        file.extend(body);
    }
    file.extend(&bytes[2..]);
    file
}

fn exif_block(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

#[test]
fn png_orientation_and_profile_are_read() {
    let mut info = png_crate::Info::with_size(4, 2);
    info.color_type = png_crate::ColorType::Rgb;
    info.exif_metadata = Some(exif_block(8).into());
    info.icc_profile = Some(ColorProfile::new_adobe_rgb().encode().unwrap().into());
    let mut bytes = Vec::new();
    let mut writer = png_crate::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    writer.write_image_data(&[90; 24]).unwrap();
    writer.finish().unwrap();
    let photo = decode(&bytes, &Limits::default()).unwrap();
    assert_eq!((photo.size(), photo.orientation), ((2, 4), Orientation::from_exif(8)));
    assert!(!photo.colour.is_srgb());
}

#[test]
fn what_is_allowed_is_not_advised() {
    let lenient = Limits { allow_damaged: true, ..Limits::default() };
    for kind in [ImageFormat::Jpeg, ImageFormat::Png] {
        let bytes = encode(picture(64, 64), kind);
        for kept in [bytes.len() / 2, 30] {
            let damage = match decode(&bytes[..kept], &lenient) {
                Ok(photo) => photo.damage.expect("told"),
                Err(failure) => failure,
            };
            assert!(damage.reason == Reason::Damaged && !damage.sentence().contains("--allow-damaged"), "{damage}");
        }
        // Nor is what does not help: without a header there is nothing to read.
        assert!(!probe(&bytes[..20]).unwrap_err().sentence().contains("--allow-damaged"));
    }
}

#[test]
fn a_damaged_photo_can_be_asked_for() {
    let lenient = Limits { allow_damaged: true, ..Limits::default() };
    for kind in [ImageFormat::Jpeg, ImageFormat::Png] {
        let bytes = encode(picture(64, 64), kind);
        let cut = &bytes[..bytes.len() * 3 / 5];
        let failure = decode(cut, &Limits::default()).unwrap_err();
        assert!(failure.reason == Reason::Damaged && failure.sentence().ends_with("with --allow-damaged"), "{failure}");
        let photo = decode(cut, &lenient).unwrap();
        assert_eq!(photo.size(), (64, 64));
        assert_eq!(photo.damage.map(|damage| damage.reason), Some(Reason::Damaged));
    }
    for kind in [ImageFormat::Jpeg, ImageFormat::Png] {
        assert_eq!(decode(&encode(picture(64, 64), kind), &lenient).unwrap().damage, None);
    }
}

#[test]
fn unknown_and_unread_files_are_told_apart() {
    for (bytes, reason) in [
        (b"".as_slice(), Reason::UnsupportedFormat),
        (b"hello", Reason::UnsupportedFormat),
        (b"PK\x03\x04", Reason::UnsupportedFormat),
        (b"\xFF\xD8\xFF\xD9", Reason::Damaged),
        (b"\x89PNG\r\n\x1A\n", Reason::Damaged),
        (b"II*\0\xFF\0\0\0", Reason::Damaged),
        (b"GIF89a\0", Reason::Damaged),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Reason::Damaged),
    ] {
        assert_eq!(probe(bytes).unwrap_err().reason, reason, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(decode(bytes, &Limits::default()).unwrap_err().reason, reason);
    }
}

/// Formats whose files end with the last thing that their decoder needs: a shorter file is never accepted. TGA is left
/// out (its footer is optional), and ICO, whose pictures end with a mask that no decoder needs.
const TRUNCATION_SHOWS: [ImageFormat; 8] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
    ImageFormat::Tiff,
    ImageFormat::Bmp,
    ImageFormat::Pnm,
    ImageFormat::Qoi,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_truncated_file_is_never_accepted(kind in 0..TRUNCATION_SHOWS.len(), kept in 0.0..1.0f64, alpha: bool) {
        let kind = TRUNCATION_SHOWS[kind];
        let opaque = DynamicImage::from(picture(37, 23));
        let bytes = if alpha && kind == ImageFormat::WebP { encode(opaque.into_rgba8(), kind) } else { encode(opaque, kind) };
        prop_assert!(decode(&bytes, &Limits::default()).is_ok());
        // Without its end mark a JPEG is whole.
        let cut = &bytes[..((bytes.len() as f64 * kept) as usize).min(bytes.len() - 3)];
        prop_assert!(decode(cut, &Limits::default()).is_err(), "{:?} cut to {} of {}", kind, cut.len(), bytes.len());
    }

    #[test]
    fn a_changed_byte_never_panics(kind in 0..TRUNCATION_SHOWS.len(), place: prop::sample::Index, byte: u8, lenient: bool) {
        let mut bytes = encode(picture(37, 23), TRUNCATION_SHOWS[kind]);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let limits = Limits { max_pixels: 1_000_000, allow_damaged: lenient, ..Limits::default() };
        if let Ok(photo) = decode(&bytes, &limits) {
            prop_assert!(photo.size().0 > 0);
        }
    }
}

#[test]
fn the_last_byte_is_missed() {
    for kind in TRUNCATION_SHOWS {
        let bytes = encode(picture(37, 23), kind);
        let decoded = decode(&bytes[..bytes.len() - 1], &Limits::default());
        match kind {
            // That of a JPEG is half of its end mark.
            ImageFormat::Jpeg => assert_eq!(decoded.unwrap().flaw, Some("the JPEG has no end mark")),
            _ => assert!(decoded.is_err(), "{kind:?}"),
        }
    }
}

/// A TIFF of one kind of samples, written by the `tiff` crate.
fn tiff_of<C: tiff_crate::encoder::colortype::ColorType<Inner = u8>>(pixel: &[u8], profile: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff_crate::encoder::TiffEncoder::new(&mut bytes).unwrap();
    let mut picture = encoder.new_image::<C>(8, 8).unwrap();
    if let Some(profile) = profile {
        picture.encoder().write_tag(tiff_crate::tags::Tag::IccProfile, profile).unwrap();
    }
    if pixel.len() == 3 {
        picture.encoder().write_tag(tiff_crate::tags::Tag::ChromaSubsampling, &[1_u16, 1][..]).unwrap();
    }
    picture.write_data(&pixel.repeat(64)).unwrap();
    bytes.into_inner()
}

#[test]
fn tiff_inks_and_chroma_become_colours() {
    use tiff_crate::encoder::colortype::{CMYK8, YCbCr8};
    let first = |bytes: &[u8]| rgb(decode(bytes, &Limits::default()).unwrap()).get_pixel(3, 3).0;
    assert_eq!(first(&tiff_of::<CMYK8>(&[0, 128, 0, 128], None)), [127, 63, 127]);
    // JFIF 1.02: red is luma 76, blue difference 85, red difference 255.
    let red = first(&tiff_of::<YCbCr8>(&[76, 85, 255], None));
    assert!(red[0] > 250 && red[1] < 5 && red[2] < 5, "{red:?}");
}

#[test]
fn a_profile_for_inks_that_is_not_one_is_left_alone() {
    use tiff_crate::encoder::colortype::CMYK8;
    let profile = ColorProfile::new_srgb().encode().unwrap();
    let bytes = tiff_of::<CMYK8>(&[0, 255, 255, 0], Some(&profile));
    let photo = decode(&bytes, &Limits::default()).unwrap();
    assert!(photo.colour.assumed().contains("cannot be used"), "{:?}", photo.colour);
    assert_eq!(rgb(photo).get_pixel(0, 0).0, [255, 0, 0]);
}

#[test]
fn tiff_palettes_are_looked_up() {
    // Grey indices, renamed: photometric 3 and a colour map in place of the resolution unit's neighbours.
    let mut bytes = b"II*\0\x0C\0\0\0\x01\0\x02\x01".to_vec();
    let map: Vec<u8> = (0..768_u32).flat_map(|at| ((at % 256 * (at / 256) * 100) as u16).to_le_bytes()).collect();
    let entries: [(u16, u16, u32, u32); 9] = [
        (256, 3, 1, 2),
        (257, 3, 1, 2),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 3),
        (273, 4, 1, 8),
        (278, 3, 1, 2),
        (279, 4, 1, 4),
        (320, 3, 768, 12 + 2 + 9 * 12 + 4),
    ];
    bytes.extend(9_u16.to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend(map);
    let photo = rgb(decode(&bytes, &Limits::default()).unwrap());
    // Index 2 has 0, 200 and 400 of 65,535; index 1 has 0, 100, 200.
    assert_eq!((photo.dimensions(), photo.get_pixel(0, 1).0), ((2, 2), [0, 1, 2]));
}

#[test]
fn tiles_beyond_all_measure_are_refused() {
    let mut bytes = encode(picture(16, 16), ImageFormat::Tiff);
    // The strips become tiles of 65,535 x 65,535 (TIFF tags 273 -> 324, 278 -> 322, 279 -> 325, 282 -> 323).
    let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let count = usize::from(u16::from_le_bytes([bytes[directory], bytes[directory + 1]]));
    for entry in 0..count {
        let at = directory + 2 + entry * 12;
        let (tag, side) = match u16::from_le_bytes([bytes[at], bytes[at + 1]]) {
            273 => (324_u16, None),
            278 => (322, Some(65_535_u16)),
            279 => (325, None),
            282 => (323, Some(65_535)),
            _ => continue,
        };
        bytes[at..at + 2].copy_from_slice(&tag.to_le_bytes());
        if let Some(side) = side {
            bytes[at + 2..at + 8].copy_from_slice(&[3, 0, 1, 0, 0, 0]);
            bytes[at + 8..at + 10].copy_from_slice(&side.to_le_bytes());
        }
    }
    assert_eq!(decode(&bytes, &Limits::default()).unwrap_err().reason, Reason::TooLarge);
}

#[test]
fn rare_jpegs_are_read_or_name_their_feature() {
    // A baseline file that says it is arithmetic: with the feature its data are found to make no sense.
    let mut bytes = encode(picture(32, 32), ImageFormat::Jpeg);
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[frame + 1] = 0xC9;
    let outcome = decode(&bytes, &Limits::default());
    if cfg!(feature = "jpeg-rare") {
        assert!(outcome.is_ok_and(|photo| photo.size() == (32, 32)));
    } else {
        let message = outcome.unwrap_err().message;
        assert!(message.starts_with("arithmetic JPEG support is not built in"), "{message}");
    }
}

#[test]
fn a_panic_of_a_decoder_is_a_damaged_file() {
    let failure = surviving::<()>(|| panic!("index out of bounds")).unwrap_err();
    assert_eq!(failure.reason, Reason::Damaged);
    assert!(failure.sentence().ends_with("save it again"), "{failure}");
}
