//! Pictures encoded here: HEIC by the decoder's own other half, AVIF by the encoder of the outputs.

use super::super::{decode, probe};
use super::*;

fn colours(width: u32, height: u32) -> Vec<[u8; 3]> {
    (0..width * height).map(|at| [(at % width * 3) as u8, (at / width * 4) as u8, 90]).collect()
}

fn close(photo: &Photo, wanted: &[[u8; 3]]) -> bool {
    let Raster::Rgb(picture) = photo.pixels.clone().into_raster() else { return false };
    let sum: u64 = picture
        .pixels()
        .zip(wanted)
        .flat_map(|(a, b)| a.0.into_iter().zip(*b))
        .map(|(a, b)| u64::from(a.abs_diff(b)))
        .sum();
    sum < 4 * 3 * wanted.len() as u64
}

#[cfg(feature = "heif")]
mod heic {
    use super::*;
    use heifer::EncodeOptions;
    use moxcms::ColorProfile;
    use proptest::prelude::*;

    fn heic(width: u32, height: u32) -> Vec<u8> {
        let rgb: Vec<u8> = colours(width, height).into_iter().flatten().collect();
        heifer::encode_rgb8(width, height, &rgb, &EncodeOptions { quality: 90, ..EncodeOptions::default() }).unwrap()
    }

    #[test]
    fn a_picture_comes_back() {
        let bytes = heic(80, 60);
        let header = probe(&bytes).unwrap();
        assert_eq!((header.format, header.width, header.height), (Format::Heic, 80, 60));
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!((photo.size(), photo.format), ((80, 60), Some(Format::Heic)));
        assert!(photo.colour.is_srgb() && close(&photo, &colours(80, 60)));
    }

    #[test]
    fn a_profile_is_taken() {
        let rgb: Vec<u8> = colours(64, 64).into_iter().flatten().chain([0; 0]).collect();
        let rgba: Vec<u16> =
            rgb.chunks(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255].map(u16::from)).collect();
        let picture = heifer::Image { width: 64, height: 64, bit_depth: 8, has_alpha: false, data: rgba };
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let metadata = heifer::Metadata { icc_profile: Some(profile), ..heifer::Metadata::default() };
        let bytes = heifer::encode_with_metadata(&picture, &metadata, &EncodeOptions::default()).unwrap();
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert!(!photo.colour.is_srgb() && photo.colour.assumed().contains("P3"), "{:?}", photo.colour);
    }

    /// `bytes` with these code points in place of the encoder's.
    fn with_code_points(mut bytes: Vec<u8>, primaries: u8, transfer: u8) -> Vec<u8> {
        let at = bytes.windows(4).position(|four| four == b"nclx").expect("the encoder gives code points") + 4;
        bytes[at..at + 4].copy_from_slice(&[0, primaries, 0, transfer]);
        bytes
    }

    fn plain(grey: u8, exif: Option<Vec<u8>>) -> Vec<u8> {
        let rgba = [u16::from(grey), u16::from(grey), u16::from(grey), 255].repeat(64 * 64);
        let picture = heifer::Image { width: 64, height: 64, bit_depth: 8, has_alpha: false, data: rgba };
        let metadata = heifer::Metadata { exif, ..heifer::Metadata::default() };
        heifer::encode_with_metadata(&picture, &metadata, &EncodeOptions::default()).unwrap()
    }

    #[test]
    fn code_points_are_taken_and_high_dynamic_range_is_tone_mapped() {
        // White paper is 58 % of PQ and 75 % of HLG (ITU-R BT.2408, table 1).
        for (grey, primaries, transfer, wanted) in [
            (148, 9, 16, 249),
            (148, 12, 16, 249),
            (191, 9, 18, 249),
            (128, 12, 13, 128),
            (128, 1, 13, 128),
            (128, 1, 8, 188),
        ] {
            let bytes = with_code_points(plain(grey, None), primaries, transfer);
            let photo = decode(&bytes, &Limits::default()).unwrap();
            let colour = photo.colour.clone();
            let mut picture = photo.pixels.into_raster().into_rgb([0; 3]);
            colour.to_srgb(&mut picture);
            let found = picture.get_pixel(32, 32).0;
            assert!(found.iter().all(|sample| sample.abs_diff(wanted) <= 4), "{primaries} {transfer}: {found:?}");
        }
    }

    #[test]
    fn exif_names_adobe_rgb_beside_the_encoders_own_code_points() {
        let exif = super::super::super::exif::tests::block(true, None, Some(65_535), Some(b"R03\0"));
        let assumed = |bytes: &[u8]| decode(bytes, &Limits::default()).unwrap().colour.assumed().to_owned();
        assert!(assumed(&plain(90, Some(exif.clone()))).contains("Adobe RGB"));
        assert!(assumed(&plain(90, None)).starts_with("sRGB"));
        assert_eq!(assumed(&with_code_points(plain(90, Some(exif)), 12, 13)), "Display P3");
    }

    #[test]
    fn the_gate_stands_before_the_decoder() {
        let small = Limits { max_pixels: 4_000, ..Limits::default() };
        let poor = Limits { max_bytes: 10_000, ..Limits::default() };
        for limits in [small, poor] {
            assert_eq!(decode(&heic(80, 60), &limits).unwrap_err().reason, Reason::TooLarge);
        }
    }

    #[test]
    fn what_stands_behind_the_last_box_is_left_alone() {
        let bytes = [heic(64, 64), b"\xFF\xFF\xFF\xFFtrailer of a phone".to_vec()].concat();
        assert_eq!(decode(&bytes, &Limits::default()).unwrap().size(), (64, 64));
    }

    #[test]
    fn a_large_header_is_refused_unread() {
        let bytes = heic(64, 64);
        let padding = vec![0; MAX_META_BYTES + 1];
        let head = [&(padding.len() as u32 + 8).to_be_bytes(), b"meta".as_slice()].concat();
        let failure = decode(&[bytes, head, padding].concat(), &Limits::default()).unwrap_err();
        assert_eq!(failure.reason, Reason::TooLarge);
    }

    #[test]
    fn the_stream_tells_how_much_it_codes() {
        let mut bytes = heic(400, 300);
        let at = bytes.windows(4).position(|four| four == b"ispe").unwrap();
        bytes[at + 8..at + 16].copy_from_slice(&[0, 0, 0, 9, 0, 0, 0, 9]);
        let container = Container::open(&bytes).unwrap();
        assert_eq!((container.width, container.height), (9, 9));
        let part = container.parts[0];
        let data = container.file.item_data(part).unwrap();
        assert!(hevc::coded_pixels(&container.file, part, &data) >= 400 * 300);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn a_truncated_file_is_never_accepted(kept in 0.0..1.0f64) {
            let bytes = heic(80, 60);
            let cut = &bytes[..(bytes.len() as f64 * kept) as usize];
            prop_assert!(decode(cut, &Limits::default()).is_err());
        }

        #[test]
        fn a_changed_byte_never_panics(place: prop::sample::Index, byte: u8) {
            let mut bytes = heic(80, 60);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
            if let Ok(photo) = decode(&bytes, &limits) {
                prop_assert!(photo.size().0 > 0);
            }
        }
    }
}

#[cfg(feature = "avif-decode")]
mod avif {
    use super::*;
    use ravif::{Encoder, Img, RGB8, RGBA8};

    fn encoder() -> Encoder<'static> {
        Encoder::new().with_quality(90.0).with_speed(10).with_num_threads(Some(1))
    }

    fn avif(width: u32, height: u32) -> Vec<u8> {
        let pixels: Vec<RGB8> = colours(width, height).into_iter().map(|[r, g, b]| RGB8::new(r, g, b)).collect();
        encoder().encode_rgb(Img::new(&pixels, width as usize, height as usize)).unwrap().avif_file
    }

    #[test]
    fn a_picture_comes_back() {
        let bytes = avif(80, 60);
        let header = probe(&bytes).unwrap();
        assert_eq!((header.format, header.width, header.height), (Format::Avif, 80, 60));
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert!(photo.colour.is_srgb() && close(&photo, &colours(80, 60)));
    }

    #[test]
    fn odd_sizes_come_back() {
        let bytes = avif(81, 61);
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert!(photo.size() == (81, 61) && close(&photo, &colours(81, 61)));
    }

    #[test]
    fn alpha_comes_back() {
        let pixels: Vec<RGBA8> =
            (0..64 * 64).map(|at| RGBA8::new(90, 120, 40, if at % 64 < 32 { 0 } else { 255 })).collect();
        let bytes = encoder().encode_rgba(Img::new(&pixels, 64, 64)).unwrap().avif_file;
        let photo = decode(&bytes, &Limits::default()).unwrap();
        let Raster::Rgba(picture) = photo.pixels.into_raster() else { panic!("alpha is lost") };
        assert!(picture.get_pixel(5, 5)[3] < 20 && picture.get_pixel(60, 5)[3] > 235);
    }

    #[test]
    fn a_cut_file_is_damaged_and_a_large_one_refused() {
        let bytes = avif(80, 60);
        for kept in [20, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(decode(&bytes[..kept], &Limits::default()).unwrap_err().reason, Reason::Damaged);
        }
        let small = Limits { max_pixels: 4_000, ..Limits::default() };
        assert_eq!(decode(&bytes, &small).unwrap_err().reason, Reason::TooLarge);
    }
}
