//! Lossy WebP by libwebp, which builds with nothing but a C compiler. Without a profile WebP is sRGB by its definition.

use image::RgbImage;

pub(super) fn encode(image: &RgbImage, quality: u8) -> Result<Vec<u8>, String> {
    let encoder = webp::Encoder::from_rgb(image.as_raw(), image.width(), image.height());
    let encoded = encoder.encode_simple(false, f32::from(quality)).map_err(|error| format!("{error:?}"))?;
    Ok(encoded.to_vec())
}
