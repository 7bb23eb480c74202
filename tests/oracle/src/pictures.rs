//! The pictures that the reference is about. The program's parity test compiles this same file, so both see the same
//! pixels; all arithmetic is on integers.

use image::{Rgb, RgbImage, imageops};

/// Only faces with at least this score are in the reference: low, so that weak finds are compared as well.
pub const THRESHOLD: f64 = 0.05;

/// All pictures with their names, made from `samples/astronaut.png`.
pub fn pictures(astronaut: &RgbImage) -> Vec<(&'static str, RgbImage)> {
    let half = decimated(astronaut, 2);
    let face_320 = crop(astronaut, 60, 0, 320, 320);
    vec![
        ("astronaut-512", astronaut.clone()),
        ("astronaut-256", half.clone()),
        ("astronaut-170", decimated(astronaut, 3)),
        ("astronaut-64", decimated(astronaut, 8)),
        ("face-320", face_320.clone()),
        ("face-640", enlarged(&face_320, 2)),
        ("face-213x320", crop(astronaut, 119, 7, 213, 320)),
        ("face-101x77", crop(astronaut, 173, 61, 101, 77)),
        ("face-33x31", crop(&half, 90, 35, 33, 31)),
        ("face-mirrored", imageops::flip_horizontal(&face_320)),
        ("face-sideways", imageops::rotate90(&face_320)),
        ("two-faces", side_by_side(&half, &imageops::flip_horizontal(&half))),
        ("noise-320x320", noise(320, 320)),
        ("noise-61x203", noise(61, 203)),
        ("gradient-300x200", gradient(300, 200)),
        ("gradient-1x1", gradient(1, 1)),
    ]
}

/// A number that changes with any byte of the picture (64-bit FNV-1a).
pub fn checksum(picture: &RgbImage) -> u64 {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    picture.as_raw().iter().fold(0xcbf2_9ce4_8422_2325, step)
}

fn crop(picture: &RgbImage, x: u32, y: u32, width: u32, height: u32) -> RgbImage {
    imageops::crop_imm(picture, x, y, width, height).to_image()
}

/// The mean of every `factor` x `factor` pixels, rounded down.
fn decimated(picture: &RgbImage, factor: u32) -> RgbImage {
    RgbImage::from_fn(picture.width() / factor, picture.height() / factor, |x, y| {
        let mut sums = [0; 3];
        for dy in 0..factor {
            for dx in 0..factor {
                let pixel = picture.get_pixel(x * factor + dx, y * factor + dy);
                for (sum, &value) in sums.iter_mut().zip(&pixel.0) {
                    *sum += u32::from(value);
                }
            }
        }
        Rgb(sums.map(|sum| (sum / (factor * factor)) as u8))
    })
}

/// Every pixel as `factor` x `factor` pixels.
fn enlarged(picture: &RgbImage, factor: u32) -> RgbImage {
    let (width, height) = (picture.width() * factor, picture.height() * factor);
    RgbImage::from_fn(width, height, |x, y| *picture.get_pixel(x / factor, y / factor))
}

/// Two pictures of the same height next to each other.
fn side_by_side(left: &RgbImage, right: &RgbImage) -> RgbImage {
    RgbImage::from_fn(left.width() + right.width(), left.height(), |x, y| match x.checked_sub(left.width()) {
        Some(x) => *right.get_pixel(x, y),
        None => *left.get_pixel(x, y),
    })
}

/// Bytes of a linear congruential generator (Knuth's MMIX constants).
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    RgbImage::from_fn(width, height, |_, _| Rgb([byte(), byte(), byte()]))
}

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, (x + y) as u8]))
}
