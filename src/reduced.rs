//! Parts of a photo, upright and shrunk: what is looked at, and what outputs are made from.
//!
//! The photo stays as it is stored: parts of it are decoded where it is decoded on demand, and its EXIF orientation is
//! applied to what has become small.

use crate::error::Failure;
use crate::geometry::{Affine, Rect};
use crate::photo::{Photo, Pixels, Raster, flatten};
use crate::resample::{PlaneView, lanczos_for_resizer, resampled};
use crate::sparse_jpeg::{Area, Plane, Planes, Scale};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{RgbImage, RgbaImage};

pub use crate::resample::Filter;

/// What is behind transparent parts of a photo while it is looked at, and where no preset says otherwise.
pub const BACKGROUND: [u8; 3] = [255, 255, 255];

/// A part of a photo, upright and opaque, shrunk; colours still as the photo's profile has them.
#[derive(Clone, Debug)]
pub struct Reduced {
    /// The pixels.
    pub image: RgbImage,
    /// From upright source pixels to pixels of `image`.
    pub from_photo: Affine,
}

/// The part `part` (upright source pixels, cut to the photo) at `scale` pixels per source pixel.
///
/// A scale over 1 counts as 1. The part is widened to whole source pixels.
///
/// # Errors
/// [`Reason::Internal`](crate::error::Reason::Internal) where the resizer refuses; no input is known to make it.
pub fn reduced(photo: &Photo, part: Rect, scale: f64, filter: Filter) -> Result<Reduced, Failure> {
    let part = whole_pixels(photo, part);
    let scale = scale.min(1.0);
    let (width, height) = ((part.width * scale).round().max(1.0), (part.height * scale).round().max(1.0));
    let image = resized(photo, part, (width as u32, height as u32), filter, 1)?;
    let from_photo =
        Affine::translation(-part.x, -part.y).then(&Affine::scaling(width / part.width, height / part.height));
    Ok(Reduced { image, from_photo })
}

/// `part` of the photo, cut to it and widened to whole pixels.
fn whole_pixels(photo: &Photo, part: Rect) -> Rect {
    let (width, height) = photo.size();
    let left = part.x.floor().clamp(0.0, f64::from(width - 1));
    let top = part.y.floor().clamp(0.0, f64::from(height - 1));
    let right = part.right().ceil().clamp(left + 1.0, f64::from(width));
    let bottom = part.bottom().ceil().clamp(top + 1.0, f64::from(height));
    Rect::new(left, top, right - left, bottom - top)
}

/// The whole photo with its long side shrunk to `long_side` pixels (never enlarged): for the networks.
///
/// # Errors
/// As [`reduced`].
pub fn overview(photo: &Photo, long_side: u32) -> Result<Reduced, Failure> {
    // A triangle as wide as the shrinking needs: the networks want a soft, alias-free picture, not a crisp one.
    whole(photo, long_side, Filter::Triangle)
}

/// The whole photo in sRGB with its long side shrunk to `long_side` pixels (never enlarged): for people to look at.
///
/// # Errors
/// As [`reduced`].
pub fn miniature(photo: &Photo, long_side: u32) -> Result<RgbImage, Failure> {
    let mut image = whole(photo, long_side, Filter::Lanczos3)?.image;
    photo.colour.to_srgb(&mut image);
    Ok(image)
}

fn whole(photo: &Photo, long_side: u32, filter: Filter) -> Result<Reduced, Failure> {
    let (width, height) = photo.size();
    let scale = f64::from(long_side) / f64::from(width.max(height));
    reduced(photo, Rect::new(0.0, 0.0, f64::from(width), f64::from(height)), scale, filter)
}

/// Pixels that a turned output wants of the photo for each of its own: what turning softens then does not show.
pub const DECODED_PER_OUTPUT_PIXEL: f64 = 1.2;

/// Pixels to each of the output's that a turned frame is turned from, where the photo is shrunk first.
pub const TURNED_PER_OUTPUT_PIXEL: f64 = 1.5;

/// Up to so many a photo is turned as it is decoded: to shrink it first would cost more than it saves.
pub const MOST_PER_OUTPUT_PIXEL: f64 = 1.8;

/// Up to this angle, in degrees, a photo is turned in two passes ([`resampled`]).
const TWO_PASSES_UP_TO: f64 = 15.0;

/// The part `part` (upright source pixels, cut to the photo) for an output that is turned, or continued beyond it, with
/// `scale` pixels to a source pixel: with somewhat more of them.
///
/// # Errors
/// As [`reduced`].
pub fn finer(photo: &Photo, part: Rect, scale: f64) -> Result<Reduced, Failure> {
    let part = whole_pixels(photo, part);
    if let Pixels::Sparse(sparse) = &photo.pixels {
        let to_stored = to_stored(photo)?;
        let area = part.mapped(&to_stored);
        let planes = sparse.part(area, 1.0 / (scale * DECODED_PER_OUTPUT_PIXEL), true).ok_or_else(outside)?;
        let pixels = f64::from(planes.scale.pixels());
        if 1.0 / (scale * pixels) <= MOST_PER_OUTPUT_PIXEL {
            // Whole pixels upright are whole pixels as stored: nothing is widened here.
            let region = planes.region(widened(area)).ok_or_else(outside)?;
            let (width, height) = region.pixels.dimensions();
            let from_photo = to_stored
                .then(&Affine::translation(-f64::from(region.left), -f64::from(region.top)))
                .then(&Affine::scaling(1.0 / pixels, 1.0 / pixels))
                .then(&photo.orientation.to_upright(width, height));
            return Ok(Reduced { image: photo.orientation.apply_rgb(region.pixels), from_photo });
        }
    }
    reduced(photo, part, TURNED_PER_OUTPUT_PIXEL * scale, Filter::Lanczos3)
}

/// Whether a turn of so many degrees is one of [`turned_little`].
#[must_use]
pub const fn turns_little(photo: &Photo, degrees: f64) -> bool {
    matches!(photo.pixels, Pixels::Sparse(_)) && degrees.abs() <= TWO_PASSES_UP_TO
}

/// The photo seen through the inverse of `to_output` (upright source pixels to output pixels), which is one of
/// [`turns_little`]. Beyond the photo its edge goes on.
///
/// # Errors
/// As [`reduced`].
pub fn turned_little(photo: &Photo, to_output: &Affine, size: (u32, u32)) -> Result<RgbImage, Failure> {
    let Pixels::Sparse(sparse) = &photo.pixels else { return Err(Failure::internal("the photo is decoded whole")) };
    let from_output = to_output.inverse().ok_or_else(|| Failure::internal("the frame is flat"))?;
    let step = from_output.mean_scale();
    let (width, height) = stored(photo, size);
    let map = photo.orientation.to_upright(width, height).then(&from_output).then(&to_stored(photo)?);
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height)).mapped(&map);
    let planes = sparse.part(area, step / DECODED_PER_OUTPUT_PIXEL, true).ok_or_else(outside)?;
    let image = seen(&planes, &map, (width, height), Filter::Lanczos3, chroma_for(size)).ok_or_else(wrong_size)?;
    Ok(photo.orientation.apply_rgb(image))
}

/// The upright rectangle `part` of the photo, resampled to `size` for people; it is cut to the photo by at most
/// rounding errors.
///
/// # Errors
/// As [`reduced`].
pub fn upright_box(photo: &Photo, part: Rect, size: (u32, u32)) -> Result<RgbImage, Failure> {
    resized(photo, part, size, Filter::Lanczos3, chroma_for(size))
}

/// `part` resampled to `size`, chroma with so many output pixels to a sample where the photo is decoded on demand.
fn resized(photo: &Photo, part: Rect, size: (u32, u32), filter: Filter, chroma: u32) -> Result<RgbImage, Failure> {
    let (stored_width, stored_height) = photo.stored_size();
    let part = part.mapped(&to_stored(photo)?);
    let (first_column, first_row) = photo.pixels.origin();
    let (first_column, first_row) = (f64::from(first_column), f64::from(first_row));
    let (left, right) = (part.x.max(first_column), part.right().min(first_column + f64::from(stored_width)));
    let (top, bottom) = (part.y.max(first_row), part.bottom().min(first_row + f64::from(stored_height)));
    let area = Rect::new(left, top, right - left, bottom - top);
    let (width, height) = stored(photo, size);
    let image = match &photo.pixels {
        Pixels::Whole(Raster::Rgb(pixels)) => resized_rgb(pixels, area, (width, height), filter)?,
        Pixels::Whole(Raster::Rgba(pixels)) => {
            let bytes = resized_pixels::<U8x4>(pixels.as_raw(), pixels.dimensions(), area, (width, height), filter)?;
            let image = RgbaImage::from_raw(width, height, bytes).map(|image| flatten(&image, BACKGROUND));
            image.ok_or_else(wrong_size)?
        }
        Pixels::Sparse(sparse) => {
            let (across, down) = (area.width / f64::from(width), area.height / f64::from(height));
            let is_sharp = filter == Filter::Lanczos3;
            let planes = sparse.part(area, across.min(down), is_sharp).ok_or_else(outside)?;
            if sparse.is_looked_at_closely(is_sharp) {
                rgb_resized(&planes, area, (width, height), filter)?
            } else {
                let map = Affine::scaling(across, down).then(&Affine::translation(area.x, area.y));
                seen(&planes, &map, (width, height), filter, chroma).ok_or_else(wrong_size)?
            }
        }
    };
    Ok(photo.orientation.apply_rgb(image))
}

/// `area` (stored source pixels) of `planes`, made RGB before it is resampled to `size`: rounded once, where planes are
/// rounded twice.
fn rgb_resized(planes: &Planes, area: Rect, size: (u32, u32), filter: Filter) -> Result<RgbImage, Failure> {
    let region = planes.region(widened(area)).ok_or_else(outside)?;
    let to_region = Affine::translation(-f64::from(region.left), -f64::from(region.top));
    let pixels = 1.0 / f64::from(planes.scale.pixels());
    resized_rgb(&region.pixels, area.mapped(&to_region.then(&Affine::scaling(pixels, pixels))), size, filter)
}

/// `area`, which lies in the photo, widened to whole pixels.
fn widened(area: Rect) -> Area {
    Area {
        left: area.x.floor() as u32,
        top: area.y.floor() as u32,
        right: area.right().ceil() as u32,
        bottom: area.bottom().ceil() as u32,
    }
}

/// The map from upright source pixels to stored ones.
fn to_stored(photo: &Photo) -> Result<Affine, Failure> {
    photo.to_stored().ok_or_else(|| Failure::internal("the orientation has no inverse"))
}

/// The size that something upright has before the photo's orientation is applied.
const fn stored(photo: &Photo, (width, height): (u32, u32)) -> (u32, u32) {
    if photo.orientation.swaps_sides() { (height, width) } else { (width, height) }
}

/// Output pixels to a sample of chroma, each way, of an output of this size: from 400 pixels on chroma is stored half
/// as fine in the file (`encode::jpeg`), as cameras do too.
fn chroma_for((width, height): (u32, u32)) -> u32 {
    if width.min(height) < 400 { 1 } else { 2 }
}

/// `planes` seen through `from_output` (output pixels to stored source pixels), chroma with `chroma_pixels` output
/// pixels to a sample.
///
/// Plane by plane: where chroma is half as fine each way that is half the work that RGB would be, and only the pixels
/// that are left are turned into RGB.
fn seen(
    planes: &Planes,
    from_output: &Affine,
    size: (u32, u32),
    filter: Filter,
    chroma_pixels: u32,
) -> Option<RgbImage> {
    let from_output = from_output.then(&Affine::translation(-f64::from(planes.left), -f64::from(planes.top)));
    let plane = |plane: &Plane, pixels: u32| {
        let own = Affine::scaling(1.0 / f64::from(plane.across), 1.0 / f64::from(plane.down));
        let map = Affine::scaling(f64::from(pixels), f64::from(pixels)).then(&from_output).then(&own);
        let source = PlaneView { samples: &plane.samples, width: plane.width as usize };
        let (width, height) = (size.0.div_ceil(pixels), size.1.div_ceil(pixels));
        let samples = resampled(source, &map, (width as usize, height as usize), filter);
        Plane { samples, width, height, across: pixels, down: pixels }
    };
    let chroma = planes.chroma.as_ref().map(|chroma| chroma.each_ref().map(|chroma| plane(chroma, chroma_pixels)));
    let output = Planes { luma: plane(&planes.luma, 1), chroma, left: 0, top: 0, scale: Scale::Full };
    let whole = Area { left: 0, top: 0, right: size.0, bottom: size.1 };
    output.region(whole).map(|region| region.pixels)
}

/// `area` of `source`, cut to it, resampled to `size`.
///
/// # Errors
/// As [`reduced`].
pub fn resized_rgb(source: &RgbImage, area: Rect, size: (u32, u32), filter: Filter) -> Result<RgbImage, Failure> {
    let bytes = resized_pixels::<U8x3>(source.as_raw(), source.dimensions(), area, size, filter)?;
    RgbImage::from_raw(size.0, size.1, bytes).ok_or_else(wrong_size)
}

/// `area` of the picture with these samples, cut to it, resampled to `size`.
///
/// By the type of its pixels: asked through the crate's untyped pictures, the resizer of every type would be in the
/// program, 2 MB of them.
fn resized_pixels<Pixel: PixelTrait>(
    samples: &[u8],
    (width, height): (u32, u32),
    area: Rect,
    size: (u32, u32),
    filter: Filter,
) -> Result<Vec<u8>, Failure> {
    let algorithm = match filter {
        Filter::Triangle => FilterType::Bilinear,
        Filter::Lanczos3 => lanczos_for_resizer(),
    };
    let told = |error: &dyn std::error::Error| Failure::internal(error);
    let source = TypedImageRef::<Pixel>::from_buffer(width, height, samples).map_err(|error| told(&error))?;
    let mut bytes = vec![0; size.0 as usize * size.1 as usize * size_of::<Pixel>()];
    let mut target = TypedImage::<Pixel>::from_buffer(size.0, size.1, &mut bytes).map_err(|error| told(&error))?;
    let (left, top) = (area.x.max(0.0), area.y.max(0.0));
    let (right, bottom) = (area.right().min(f64::from(width)), area.bottom().min(f64::from(height)));
    let options = ResizeOptions::new().crop(left, top, right - left, bottom - top);
    let options = options.resize_alg(ResizeAlg::Convolution(algorithm));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|error| told(&error))?;
    Ok(bytes)
}

fn outside() -> Failure {
    Failure::internal("a part lies beyond the photo")
}

fn wrong_size() -> Failure {
    Failure::internal("the resized picture has another size than asked for")
}
