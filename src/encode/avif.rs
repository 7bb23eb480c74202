//! AVIF by ravif (rav1e), which tags its output as sRGB. Built without assembler, so that a fresh machine can.

use image::RgbImage;
use ravif::{Encoder, Img, RGB8};

/// Effort, 1 (slow) to 10: at 7 an 800 x 800 picture takes about a second and a half.
const SPEED: u8 = 7;

/// Without transparency: what encodes it in the crate adds two megabytes to the program.
pub(super) fn encode(image: &RgbImage, quality: u8) -> Result<Vec<u8>, ravif::Error> {
    let pixels: Vec<RGB8> = image.pixels().map(|pixel| pixel.0.into()).collect();
    let picture = Img::new(pixels.as_slice(), image.width() as usize, image.height() as usize);
    let encoder = Encoder::new()
        .with_quality(f32::from(quality))
        .with_speed(SPEED)
        .with_bit_depth(ravif::BitDepth::Eight)
        .with_num_threads(Some(1));
    Ok(encoder.encode_rgb(picture)?.avif_file)
}
