//! Lossy WebP by libwebp, which builds with nothing but a C compiler. Without a profile WebP is sRGB by its definition.

use crate::photo::Raster;

pub(super) fn encode(image: &Raster, quality: u8) -> Result<Vec<u8>, String> {
    let (width, height) = image.size();
    let encoder = match image {
        Raster::Rgb(picture) => webp::Encoder::from_rgb(picture.as_raw(), width, height),
        Raster::Rgba(picture) => webp::Encoder::from_rgba(picture.as_raw(), width, height),
    };
    let encoded = encoder.encode_simple(false, f32::from(quality)).map_err(|error| format!("{error:?}"))?;
    Ok(encoded.to_vec())
}
