//! Parts of a photo, upright and shrunk: what is looked at, and what outputs are made from.
//!
//! The photo stays as it is stored: parts of it are decoded where it is decoded on demand, and its EXIF orientation is
//! applied to what has become small.

use crate::error::Failure;
use crate::geometry::{Affine, Rect};
use crate::photo::{Photo, PhotoView, Pixels, Purpose, Raster, flatten};
use crate::resample::{PlaneView, lanczos_for_resizer, resampled};
use crate::sparse_jpeg::{self, Area, Plane, Planes, PlanesView, Request, Scale};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{RgbImage, RgbaImage};

mod output;

pub use crate::resample::Filter;
pub use output::{
    Chroma, DECODED_PER_OUTPUT_PIXEL, MOST_PER_OUTPUT_PIXEL, TURNED_PER_OUTPUT_PIXEL, finer, finer_request,
    turned_little, turned_request, turns_little, upright_box, upright_request,
};

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
pub fn reduced<'a>(
    photo: impl Into<PhotoView<'a>>,
    part: Rect,
    scale: f64,
    filter: Filter,
) -> Result<Reduced, Failure> {
    let photo = photo.into();
    let part = whole_pixels(photo.photo, part);
    shrunk(photo, part, size_at(part, scale), Sampling::full(filter))
}

/// What [`reduced`] reads of a photo that is decoded on demand.
#[must_use]
pub fn request(photo: &Photo, part: Rect, scale: f64, filter: Filter) -> Option<Request> {
    let part = whole_pixels(photo, part);
    resized_request(photo, part, size_at(part, scale), Sampling::full(filter))
}

/// The size, in pixels, of `part` at `scale`.
fn size_at(part: Rect, scale: f64) -> (u32, u32) {
    let side = |pixels: f64| (pixels * scale.min(1.0)).round().max(1.0) as u32;
    (side(part.width), side(part.height))
}

/// `part`, which is of whole pixels, at `size`.
fn shrunk(photo: PhotoView<'_>, part: Rect, size: (u32, u32), sampling: Sampling) -> Result<Reduced, Failure> {
    let image = resized(photo, part, size, sampling)?;
    let scaling = Affine::scaling(f64::from(size.0) / part.width, f64::from(size.1) / part.height);
    Ok(Reduced { image, from_photo: Affine::translation(-part.x, -part.y).then(&scaling) })
}

/// How a part of a photo is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sampling {
    filter: Filter,
    chroma: Chroma,
}

impl Sampling {
    /// With all colour.
    const fn full(filter: Filter) -> Self {
        Self { filter, chroma: Chroma::Full }
    }

    const fn purpose(self) -> Purpose {
        match self.filter {
            Filter::Triangle => Purpose::Look,
            Filter::Lanczos3 => self.chroma.purpose(),
        }
    }
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

/// `part` resampled to `size`.
fn resized(photo: PhotoView<'_>, part: Rect, size: (u32, u32), sampling: Sampling) -> Result<RgbImage, Failure> {
    let PhotoView { photo, decoded } = photo;
    let area = stored_area(photo, part).ok_or_else(no_inverse)?;
    let (width, height) = stored(photo, size);
    let filter = sampling.filter;
    let image = match &photo.pixels {
        Pixels::Whole(Raster::Rgb(pixels)) => resized_rgb(pixels, area, (width, height), filter)?,
        Pixels::Whole(Raster::Rgba(pixels)) => {
            let bytes = resized_pixels::<U8x4>(pixels.as_raw(), pixels.dimensions(), area, (width, height), filter)?;
            let image = RgbaImage::from_raw(width, height, bytes).map(|image| flatten(&image, BACKGROUND));
            image.ok_or_else(wrong_size)?
        }
        Pixels::Sparse(sparse) => {
            let request = sparse.request(area, shrinking(area, (width, height)), sampling.purpose());
            let planes = sparse.part(decoded, request).ok_or_else(outside)?;
            let view = planes.view().ok_or_else(outside)?;
            if sparse.is_looked_at_closely(sampling.purpose()) {
                rgb_resized(&view, area, (width, height), filter)?
            } else {
                let scaling = Affine::scaling(area.width / f64::from(width), area.height / f64::from(height));
                let map = scaling.then(&Affine::translation(area.x, area.y));
                seen(&view, &map, (width, height), sampling).ok_or_else(wrong_size)?
            }
        }
    };
    Ok(photo.orientation.apply_rgb(image))
}

/// What [`resized`] reads of a photo that is decoded on demand.
fn resized_request(photo: &Photo, part: Rect, size: (u32, u32), sampling: Sampling) -> Option<Request> {
    let Pixels::Sparse(sparse) = &photo.pixels else { return None };
    let area = stored_area(photo, part)?;
    Some(sparse.request(area, shrinking(area, stored(photo, size)), sampling.purpose()))
}

/// `part` in stored source pixels, cut to the photo.
fn stored_area(photo: &Photo, part: Rect) -> Option<Rect> {
    let (width, height) = photo.stored_size();
    let part = part.mapped(&photo.to_stored()?);
    let (column, row) = photo.pixels.origin();
    let (column, row) = (f64::from(column), f64::from(row));
    let (left, right) = (part.x.max(column), part.right().min(column + f64::from(width)));
    let (top, bottom) = (part.y.max(row), part.bottom().min(row + f64::from(height)));
    Some(Rect::new(left, top, right - left, bottom - top))
}

/// Pixels of `area` to each of a picture of this size.
fn shrinking(area: Rect, (width, height): (u32, u32)) -> f64 {
    (area.width / f64::from(width)).min(area.height / f64::from(height))
}

/// `area` (stored source pixels) of `planes`, made RGB before it is resampled to `size`: rounded once, where planes are
/// rounded twice.
fn rgb_resized(planes: &PlanesView<'_>, area: Rect, size: (u32, u32), filter: Filter) -> Result<RgbImage, Failure> {
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
    photo.to_stored().ok_or_else(no_inverse)
}

/// The size that something upright has before the photo's orientation is applied.
const fn stored(photo: &Photo, (width, height): (u32, u32)) -> (u32, u32) {
    if photo.orientation.swaps_sides() { (height, width) } else { (width, height) }
}

/// `planes` seen through `from_output` (output pixels to stored source pixels).
///
/// Plane by plane: where chroma is half as fine each way that is half the work that RGB would be, and only the pixels
/// that are left are turned into RGB.
fn seen(planes: &PlanesView<'_>, from_output: &Affine, size: (u32, u32), sampling: Sampling) -> Option<RgbImage> {
    let from_output = from_output.then(&Affine::translation(-f64::from(planes.left), -f64::from(planes.top)));
    let plane = |plane: &sparse_jpeg::PlaneView<'_>, pixels: u32| {
        let own = Affine::scaling(1.0 / f64::from(plane.across), 1.0 / f64::from(plane.down));
        let map = Affine::scaling(f64::from(pixels), f64::from(pixels)).then(&from_output).then(&own);
        let &sparse_jpeg::PlaneView { samples, stride, width, height, .. } = plane;
        let source = PlaneView { samples, stride, width: width as usize, height: height as usize };
        let (width, height) = (size.0.div_ceil(pixels), size.1.div_ceil(pixels));
        let samples = resampled(source, &map, (width as usize, height as usize), sampling.filter);
        Plane { samples, width, height, across: pixels, down: pixels }
    };
    let pixels = sampling.chroma.pixels();
    let chroma = planes.chroma.as_ref().map(|chroma| chroma.each_ref().map(|chroma| plane(chroma, pixels)));
    let area = Area { left: 0, top: 0, right: size.0, bottom: size.1 };
    let request = Request { area, scale: Scale::Full, fine_colour: true };
    let output = Planes { luma: plane(&planes.luma, 1), chroma, left: 0, top: 0, request };
    output.view().region(area).map(|region| region.pixels)
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

fn no_inverse() -> Failure {
    Failure::internal("the orientation has no inverse")
}

fn outside() -> Failure {
    Failure::internal("a part lies beyond the photo")
}

fn wrong_size() -> Failure {
    Failure::internal("the resized picture has another size than asked for")
}
