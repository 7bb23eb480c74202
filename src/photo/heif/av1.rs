//! The AV1 pictures of AVIF, by rav1d: dav1d in Rust, here without its assembler, as that needs nasm to build.

use super::super::Raster;
use super::{Container, UNSPECIFIED, broken, unsupported};
use crate::error::Failure;
use heifer::color::{ColorParams, frame_to_rgba_sized};
use heifer::heifer_hevc_dec::recon::Frame;
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{HeifFile, ItemId};
use re_rav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::{Decoder, Error, Picture, PixelLayout, PlanarImageComponent, Settings};

/// Most frames in one picture. A still picture has one, a layered one up to four; each may cost as much as the first.
const MAX_FRAMES: u64 = 8;

type Rgba = heifer::Image<u8>;

/// The primary picture put together, as stored, with the primaries and the transfer that its stream gives.
pub(super) fn stored(container: &Container<'_>) -> Result<(Raster, (u16, u16)), Failure> {
    let id = container.file.primary_id;
    let (mut picture, code_points) = assembled(container, id)?;
    if let Some(plane) = container.alpha_of(id) {
        let (alpha, _) = assembled(container, plane)?;
        if (alpha.width, alpha.height) != (picture.width, picture.height) {
            return Err(unsupported(container.format, "an alpha plane of another size"));
        }
        for (pixel, alpha) in picture.data.chunks_exact_mut(4).zip(alpha.data.chunks_exact(4)) {
            pixel[3] = alpha[0];
        }
    }
    Ok((Raster::rgba_from(picture.width, picture.height, picture.data), code_points))
}

/// How many pixels a part is coded with: every frame is held to the part's size.
pub(super) fn coded_pixels(file: &HeifFile<'_>, part: ItemId, data: &[u8]) -> u64 {
    let (width, height) = file.image_size(part).ok().flatten().unwrap_or_default();
    u64::from(width) * u64::from(height) * frames(data).max(1)
}

/// The number of frame headers in a stream of open bitstream units (AV1 specification, 5.3 to 5.5).
fn frames(mut data: &[u8]) -> u64 {
    const FRAME_HEADER: u8 = 3;
    const FRAME: u8 = 6;
    let mut count = 0;
    while let [head, rest @ ..] = data {
        count += u64::from(matches!(head >> 3 & 15, FRAME_HEADER | FRAME));
        let has_extension = head & 4 != 0;
        let has_size = head & 2 != 0;
        let Some(rest) = rest.get(usize::from(has_extension)..).filter(|_| has_size) else { break };
        let Some((length, length_bytes)) = leb128(rest) else { break };
        let Some(next) = length_bytes.checked_add(length).and_then(|end| rest.get(end..)) else { break };
        data = next;
    }
    count
}

/// A number in groups of seven bits, lowest first, and the bytes that it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 127) << (7 * index);
        if byte & 128 == 0 {
            return Some((usize::try_from(value).ok()?, index + 1));
        }
    }
    None
}

/// A coded picture, or a grid of them, in opaque RGBA, with the code points of its first stream.
fn assembled(container: &Container<'_>, id: ItemId) -> Result<(Rgba, (u16, u16)), Failure> {
    let file = &container.file;
    let item = file.item(id).map_err(|error| broken(container.format, &error))?;
    match &item.item_type.0 {
        b"av01" => coded(container, id),
        b"grid" => {
            let grid = file.grid(id).map_err(|error| broken(container.format, &error))?;
            let tiles = file.referenced_items(id, b"dimg");
            let columns = usize::from(grid.columns);
            if tiles.len() != columns * usize::from(grid.rows) {
                return Err(container.format.damaged("tiles are missing"));
            }
            let (width, height) = (grid.output_width, grid.output_height);
            if u64::from(width) * u64::from(height) > u64::from(container.width) * u64::from(container.height) {
                return Err(container.format.damaged("a part is larger than the picture"));
            }
            let mut canvas = Rgba::filled_samples(width, height, 8, [0, 0, 0, 255]);
            let mut code_points = None;
            for (index, &tile) in tiles.iter().enumerate() {
                let (tile, own) = coded(container, tile)?;
                code_points.get_or_insert(own);
                let place = |index: usize, side: u32| index as i64 * i64::from(side);
                canvas.draw(&tile, place(index % columns, tile.width), place(index / columns, tile.height));
            }
            Ok((canvas, code_points.unwrap_or(UNSPECIFIED)))
        }
        _ => Err(unsupported(container.format, "this way of putting pictures together")),
    }
}

/// A coded picture in opaque RGBA, with its code points.
fn coded(container: &Container<'_>, id: ItemId) -> Result<(Rgba, (u16, u16)), Failure> {
    let format = container.format;
    let size = container.file.image_size(id).ok().flatten();
    let Some((width, height)) = size.filter(|&(width, height)| width > 0 && height > 0) else {
        return Err(format.damaged("a part has no possible size"));
    };
    let data = container.file.item_data(id).map_err(|error| broken(format, &error))?;
    if frames(&data) > MAX_FRAMES {
        return Err(format.too_much("more frames than a picture has"));
    }
    let picture = first_picture(data.into_owned(), width.saturating_mul(height)).map_err(|error| match error {
        Error::UnsupportedBitstream => unsupported(format, "this kind of AV1 coding"),
        _ => format.damaged("its AV1 data are broken"),
    })?;
    if picture.width() < width || picture.height() < height {
        return Err(format.damaged("a part is smaller than the container says"));
    }
    let colours = colours(container, id, &picture)?;
    let frame = frame(&picture).ok_or_else(|| format.damaged("its AV1 data are broken"))?;
    let code_points = (picture.color_primaries() as u16, picture.transfer_characteristic() as u16);
    Ok((frame_to_rgba_sized(&frame, colours, width, height), code_points))
}

/// Decodes up to the first picture of at most `max_pixels`, on this thread.
fn first_picture(data: Vec<u8>, max_pixels: u32) -> Result<Picture, Error> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(max_pixels);
    let mut decoder = Decoder::with_settings(&settings)?;
    let mut sent = decoder.send_data(data, None, None, None);
    for _ in 0..MAX_FRAMES {
        match (sent, decoder.get_picture()) {
            (_, Ok(picture)) => return Ok(picture),
            (Err(Error::Again), Err(Error::Again)) => sent = decoder.send_pending_data(),
            (Err(error), _) | (Ok(()), Err(error)) => return Err(error),
        }
    }
    Err(Error::InvalidArgument)
}

/// How luma and chroma become RGB: the container decides, otherwise the stream (AV1 Image File Format, 2.1).
fn colours(container: &Container<'_>, id: ItemId, picture: &Picture) -> Result<ColorParams, Failure> {
    let (matrix, full_range) = container
        .properties(id)
        .find_map(|property| match property {
            Property::Color(ColorInfo::Nclx { matrix, full_range, .. }) => Some((*matrix, *full_range)),
            _ => None,
        })
        .unwrap_or_else(|| (matrix_number(picture.matrix_coefficients()), picture.color_range() == YUVRange::Full));
    // Those that the conversion knows (ITU-T H.273, table 4).
    if !matches!(matrix, 0..=2 | 4..=7 | 9) {
        return Err(unsupported(container.format, "this way of coding colours"));
    }
    Ok(ColorParams { matrix, full_range })
}

fn matrix_number(matrix: MatrixCoefficients) -> u16 {
    matrix as u16
}

/// The planes in 16 bits. The conversion takes the ratio of the planes' sizes for the subsampling, so the last column
/// and row of luma stand twice where the size is odd. `None` where a plane is not as long as its size asks.
fn frame(picture: &Picture) -> Option<Frame> {
    let (width, height) = (picture.width(), picture.height());
    let (chroma_format, across, down) = match picture.pixel_layout() {
        PixelLayout::I400 => (0, 1, 1),
        PixelLayout::I420 => (1, 2, 2),
        PixelLayout::I422 => (2, 2, 1),
        PixelLayout::I444 => (3, 1, 1),
    };
    let (chroma_width, chroma_height) = match chroma_format {
        0 => (0, 0),
        _ => (width.div_ceil(across), height.div_ceil(down)),
    };
    let (luma_width, luma_height) = (width.next_multiple_of(across), height.next_multiple_of(down));
    let bits = u8::try_from(picture.bits_per_component()?.0).ok()?;
    let plane = |component, stored: (u32, u32), wanted: (u32, u32)| {
        if stored.0 == 0 {
            return Some(Vec::new());
        }
        let plane = picture.plane(component);
        samples(&plane, picture.stride(component) as usize, if bits > 8 { 2 } else { 1 }, stored, wanted)
    };
    let chroma = (chroma_width, chroma_height);
    Some(Frame {
        widths: [luma_width, chroma_width, chroma_width],
        heights: [luma_height, chroma_height, chroma_height],
        planes: [
            plane(PlanarImageComponent::Y, (width, height), (luma_width, luma_height))?,
            plane(PlanarImageComponent::U, chroma, chroma)?,
            plane(PlanarImageComponent::V, chroma, chroma)?,
        ],
        bit_depth: [bits, bits],
        chroma_format,
        full_range: true,
        matrix_coeffs: 2,
    })
}

/// A plane of `stored` width and height, its last column and row repeated up to `wanted`.
fn samples(
    plane: &[u8],
    stride: usize,
    sample_bytes: usize,
    stored: (u32, u32),
    wanted: (u32, u32),
) -> Option<Vec<u16>> {
    let (width, row_bytes) = (wanted.0 as usize, stored.0 as usize * sample_bytes);
    let mut samples = Vec::with_capacity(width * wanted.1 as usize);
    for row in 0..stored.1 as usize {
        let row = plane.get(row * stride..)?.get(..row_bytes)?;
        let end = samples.len() + width;
        match sample_bytes {
            1 => samples.extend(row.iter().map(|&sample| u16::from(sample))),
            _ => samples.extend(row.chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))),
        }
        samples.resize(end, *samples.last()?);
    }
    for _ in stored.1..wanted.1 {
        samples.extend_from_within(samples.len() - width..);
    }
    Some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_without_decoding() {
        // A temporal delimiter, a sequence header of two bytes, and two frames, the second without a size.
        let stream = [0x12, 0, 0x0A, 2, 9, 9, 0x32, 3, 1, 2, 3, 0x30, 7, 7];
        assert_eq!(frames(&stream), 2);
        assert_eq!(frames(&[0x32, 0xFF, 0xFF, 0xFF]), 1);
        assert_eq!(frames(&[]), 0);
    }

    #[test]
    fn odd_planes_are_filled_up() {
        let plane = [1, 2, 3, 99, 4, 5, 6, 99];
        assert_eq!(samples(&plane, 4, 1, (3, 2), (4, 2)), Some(vec![1, 2, 3, 3, 4, 5, 6, 6]));
        assert_eq!(samples(&plane, 8, 1, (1, 1), (2, 2)), Some(vec![1; 4]));
        assert_eq!(samples(&plane, 4, 1, (3, 3), (3, 3)), None);
    }

    #[test]
    fn numbers_come_in_groups_of_seven_bits() {
        assert_eq!(leb128(&[0xE5, 0x8E, 0x26, 1]), Some((624_485, 3)));
        assert_eq!(leb128(&[0x80]), None);
    }
}
