//! JPEG: colours, orientation and profile.

use super::*;

#[test]
fn jpeg_is_close_in_colour_and_grey() {
    let smooth = RgbImage::from_fn(64, 48, |x, y| Rgb([x as u8 * 3, y as u8 * 4, 90]));
    let close = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) < 24);
    let decoded = rgb(decode(&encode(smooth.clone(), ImageFormat::Jpeg), &Limits::default()).unwrap());
    assert!(close(&decoded, &smooth));
    let grey = GrayImage::from_fn(64, 48, |x, y| Luma([(x + y) as u8]));
    let decoded = rgb(decode(&encode(grey.clone(), ImageFormat::Jpeg), &Limits::default()).unwrap());
    assert!(decoded.pixels().all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]));
    assert!(decoded.pixels().zip(grey.pixels()).all(|(a, b)| a[0].abs_diff(b[0]) < 8));
}

#[test]
fn jpeg_orientation_and_profile_are_kept_beside_the_pixels() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let icc = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat();
    let exif = [b"Exif\0\0".as_slice(), &exif_block(6)].concat();
    let bytes = with_segments(&encode(picture(40, 30), ImageFormat::Jpeg), &[(0xE1, exif), (0xE2, icc)]);
    let photo = decode(&bytes, &Limits::default()).unwrap();
    assert_eq!((photo.stored_size(), photo.size()), ((40, 30), (30, 40)));
    assert_eq!(photo.orientation, Orientation::from_exif(6));
    assert!(!photo.colour.is_srgb() && photo.colour.assumed().contains("P3"), "{:?}", photo.colour);
}

#[test]
fn adobe_rgb_components_are_not_taken_for_luma() {
    // Three components that Adobe's segment declares RGB: the encoder's luma and chroma must come out untouched.
    let grey = RgbImage::from_pixel(16, 16, Rgb([60; 3]));
    let bytes = encode(grey, ImageFormat::Jpeg);
    let jfif_length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]])) + 2;
    let without_jfif = [&bytes[..2], &bytes[2 + jfif_length..]].concat();
    let adobe = (0xEE, b"Adobe\0\x64\0\0\0\0\0".to_vec());
    let photo = rgb(decode(&with_segments(&without_jfif, &[adobe]), &Limits::default()).unwrap());
    assert!(photo.pixels().all(|pixel| pixel[0].abs_diff(60) < 3 && pixel[1].abs_diff(128) < 3), "{photo:?}");
}

/// By the rules of the Independent JPEG Group's library: JFIF's segment goes before Adobe's, and that before the names.
#[test]
fn jpeg_colours_are_what_the_segments_say() {
    let bytes = encode(RgbImage::from_pixel(16, 16, Rgb([200, 60, 30])), ImageFormat::Jpeg);
    let jfif_length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]])) + 2;
    let without_jfif = [&bytes[..2], &bytes[2 + jfif_length..]].concat();
    let adobe = |transform: u8| (0xEE, [b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
    let named = |bytes: &[u8], names: [u8; 3]| {
        let mut bytes = bytes.to_vec();
        let places = |mark: u8| bytes.windows(2).position(|pair| pair == [0xFF, mark]).unwrap();
        let (frame, scan) = (places(0xC0), places(0xDA));
        for (number, name) in names.into_iter().enumerate() {
            bytes[frame + 10 + 3 * number] = name;
            bytes[scan + 5 + 2 * number] = name;
        }
        bytes
    };
    for names in [[1, 2, 3], *b"RGB", [0, 1, 2], *b"rgb", [82, 71, 67]] {
        for jfif in [true, false] {
            for transform in [None, Some(0), Some(1), Some(2)] {
                let plain = named(if jfif { &bytes } else { &without_jfif }, names);
                let file = with_segments(&plain, &transform.map(adobe).into_iter().collect::<Vec<_>>());
                let pixel = rgb(decode(&file, &Limits::default()).unwrap()).get_pixel(3, 3).0;
                let is_rgb = !jfif && (transform == Some(0) || transform.is_none() && names == *b"RGB");
                // As luma and chroma they are 98, 89 and 201.
                let wanted: [u8; 3] = if is_rgb { [98, 89, 201] } else { [200, 60, 30] };
                let is_near = pixel.iter().zip(wanted).all(|(is, should)| is.abs_diff(should) <= 6);
                assert!(is_near, "{names:?} {jfif} {transform:?}: {pixel:?}");
            }
        }
    }
}
