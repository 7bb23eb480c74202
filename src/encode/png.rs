//! 8-bit RGB and RGBA PNG by the `png` crate, tagged as sRGB.

use crate::photo::Raster;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, SrgbRenderingIntent, Unit};

pub(super) fn encode(image: &Raster, dpi: Option<u16>) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let (width, height) = image.size();
    let (samples, colour) = match image {
        Raster::Rgb(picture) => (picture.as_raw(), ColorType::Rgb),
        Raster::Rgba(picture) => (picture.as_raw(), ColorType::Rgba),
    };
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    if let Some(dpi) = dpi {
        let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }));
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(samples)?;
    writer.finish()?;
    Ok(bytes)
}
