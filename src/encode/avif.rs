//! AVIF by ravif (rav1e), which tags its output as sRGB. Built without assembler, so that a fresh machine can.

use crate::photo::Raster;
use ravif::{Encoder, Img, RGB8, RGBA8};

/// Effort, 1 (slow) to 10: at 7 an 800 x 800 picture takes about a second and a half.
const SPEED: u8 = 7;

pub(super) fn encode(image: &Raster, quality: u8) -> Result<Vec<u8>, ravif::Error> {
    let (width, height) = image.size();
    let (width, height) = (width as usize, height as usize);
    let encoder = Encoder::new()
        .with_quality(f32::from(quality))
        .with_alpha_quality(f32::from(quality))
        .with_speed(SPEED)
        .with_bit_depth(ravif::BitDepth::Eight)
        .with_num_threads(Some(1));
    let encoded = match image {
        Raster::Rgb(picture) => {
            let pixels: Vec<RGB8> = picture.pixels().map(|pixel| pixel.0.into()).collect();
            encoder.encode_rgb(Img::new(pixels.as_slice(), width, height))?
        }
        Raster::Rgba(picture) => {
            let pixels: Vec<RGBA8> = picture.pixels().map(|pixel| pixel.0.into()).collect();
            encoder.encode_rgba(Img::new(pixels.as_slice(), width, height))?
        }
    };
    Ok(encoded.avif_file)
}
