//! Small photos to run the program on, drawn once.

use crate::portrait::{Background, HairStyle, Portrait, Truth, draw_scene, rgb};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbImage, Rgba, RgbaImage};
use std::sync::LazyLock;

/// One person with room around; the head has pixels for a crop of 400 x 400.
pub static ANA: LazyLock<Vec<u8>> = LazyLock::new(|| jpeg(&portrait(3).draw().image));

/// Another person in the same place.
pub static BEN: LazyLock<Vec<u8>> =
    LazyLock::new(|| jpeg(&Portrait { hair_style: HairStyle::Cropped, ..portrait(5) }.draw().image));

/// Two people side by side.
pub static TWO_PEOPLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let left = Portrait { mid_eye: (250.0, 240.0), head_height: 230.0, ..portrait(7) };
    let right = Portrait { mid_eye: (650.0, 250.0), hair_style: HairStyle::Bob, ..left.clone() };
    jpeg(&draw_scene((900, 600), &left.background, &[left.clone(), right], 2.0, 7))
});

/// Nobody.
pub static NOBODY: LazyLock<Vec<u8>> =
    LazyLock::new(|| jpeg(&RgbImage::from_fn(400, 400, |x, y| image::Rgb([120, (x / 4) as u8, (y / 4) as u8]))));

/// The first half of [`ANA`]: an upload that broke off.
pub fn broken() -> Vec<u8> {
    ANA[..ANA.len() / 2].to_vec()
}

/// A person of 600 x 800 pixels on a plain wall.
pub fn portrait(seed: u64) -> Portrait {
    Portrait { background: Background::Plain(rgb(190, 196, 204)), seed, ..Portrait::sized(600, 800) }
}

/// [`portrait`] stored lying on its side, with an EXIF block that says so and names a place; and where the eyes are
/// once it stands upright.
pub fn sideways_with_exif(secret: &str) -> (Vec<u8>, Truth) {
    let drawn = portrait(3).draw();
    let stored = DynamicImage::ImageRgb8(drawn.image).rotate270().to_rgb8();
    (with_exif(&jpeg(&stored), 6, secret), drawn.truth)
}

/// [`portrait`] lying on its left side, with nothing in the file that says so.
pub fn sideways() -> Vec<u8> {
    jpeg(&DynamicImage::ImageRgb8(portrait(3).draw().image).rotate270().to_rgb8())
}

/// `image` as a JPEG without metadata.
pub fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 92)).expect("encodes");
    bytes
}

/// `jpeg` with an APP1 segment after its first marker: EXIF 2.3, one directory with Orientation (0x0112, SHORT) and
/// ImageDescription (0x010E, ASCII).
fn with_exif(jpeg: &[u8], orientation: u16, description: &str) -> Vec<u8> {
    const ENTRIES: u16 = 2;
    let text_offset = 8 + 2 + 12 * u32::from(ENTRIES) + 4;
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(ENTRIES.to_le_bytes());
    tiff.extend([0x0E, 0x01, 2, 0]);
    tiff.extend((description.len() as u32 + 1).to_le_bytes());
    tiff.extend(text_offset.to_le_bytes());
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0]);
    tiff.extend(u32::from(orientation).to_le_bytes());
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(description.as_bytes());
    tiff.push(0);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend((2 + 6 + tiff.len() as u16).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// [`portrait`] without its wall, as background removers leave it: transparent, with a loud colour hidden there.
pub fn cut_out() -> Vec<u8> {
    let drawn = portrait(3).draw().image;
    let picture = RgbaImage::from_fn(drawn.width(), drawn.height(), |x, y| {
        let pixel = drawn.get_pixel(x, y).0;
        let is_wall = pixel.iter().zip([190_u8, 196, 204]).all(|(value, wall)| value.abs_diff(wall) < 12);
        let [red, green, blue] = pixel;
        if is_wall { Rgba([255, 0, 255, 0]) } else { Rgba([red, green, blue, 255]) }
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
    bytes.into_inner()
}
