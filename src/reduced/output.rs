//! What outputs are made from: parts of a photo that are shrunk, or turned and shrunk, for people to look at; and what
//! is read of a photo that is decoded on demand to make them.

use super::{
    Filter, Reduced, Sampling, outside, resized, resized_request, seen, shrunk, size_at, stored, to_stored,
    whole_pixels, widened, wrong_size,
};
use crate::error::Failure;
use crate::geometry::{Affine, Rect};
use crate::photo::{Photo, PhotoView, Pixels, Purpose, Sparse};
use crate::sparse_jpeg::Request;
use image::RgbImage;

/// How fine the chroma of an output has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chroma {
    /// As fine as luma.
    Full,
    /// Half as fine, each way.
    Half,
}

impl Chroma {
    /// Output pixels to a sample, each way.
    pub(super) const fn pixels(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
        }
    }

    pub(super) const fn purpose(self) -> Purpose {
        Purpose::Output { fine_colour: matches!(self, Self::Full) }
    }
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
/// As [`super::reduced`].
pub fn finer(photo: PhotoView<'_>, part: Rect, scale: f64, chroma: Chroma) -> Result<Reduced, Failure> {
    let part = whole_pixels(photo.photo, part);
    if let Some((sparse, request)) = as_decoded(photo.photo, part, scale, chroma) {
        let to_stored = to_stored(photo.photo)?;
        let planes = sparse.part(photo.decoded, request).ok_or_else(outside)?;
        // Whole pixels upright are whole pixels as stored: nothing is widened here.
        let view = planes.view().ok_or_else(outside)?;
        let region = view.region(widened(part.mapped(&to_stored))).ok_or_else(outside)?;
        let (width, height) = region.pixels.dimensions();
        let pixels = f64::from(view.scale.pixels());
        let orientation = photo.photo.orientation;
        let from_photo = to_stored
            .then(&Affine::translation(-f64::from(region.left), -f64::from(region.top)))
            .then(&Affine::scaling(1.0 / pixels, 1.0 / pixels))
            .then(&orientation.to_upright(width, height));
        return Ok(Reduced { image: orientation.apply_rgb(region.pixels), from_photo });
    }
    let size = size_at(part, TURNED_PER_OUTPUT_PIXEL * scale);
    shrunk(photo, part, size, Sampling { filter: Filter::Lanczos3, chroma })
}

/// What [`finer`] reads of a photo that is decoded on demand.
#[must_use]
pub fn finer_request(photo: &Photo, part: Rect, scale: f64, chroma: Chroma) -> Option<Request> {
    let part = whole_pixels(photo, part);
    if let Some((_, request)) = as_decoded(photo, part, scale, chroma) {
        return Some(request);
    }
    let size = size_at(part, TURNED_PER_OUTPUT_PIXEL * scale);
    resized_request(photo, part, size, Sampling { filter: Filter::Lanczos3, chroma })
}

/// What [`finer`] turns as it is decoded; `None` of what it shrinks first.
fn as_decoded<'a>(photo: &'a Photo<'a>, part: Rect, scale: f64, chroma: Chroma) -> Option<(&'a Sparse<'a>, Request)> {
    let Pixels::Sparse(sparse) = &photo.pixels else { return None };
    let area = part.mapped(&photo.to_stored()?);
    let request = sparse.request(area, 1.0 / (scale * DECODED_PER_OUTPUT_PIXEL), chroma.purpose());
    let is_near = 1.0 / (scale * f64::from(request.scale.pixels())) <= MOST_PER_OUTPUT_PIXEL;
    is_near.then_some((sparse, request))
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
/// As [`super::reduced`].
pub fn turned_little(
    photo: PhotoView<'_>,
    to_output: &Affine,
    size: (u32, u32),
    chroma: Chroma,
) -> Result<RgbImage, Failure> {
    let not_sparse = || Failure::internal("the photo is decoded whole");
    let (sparse, request, map) = turned_from(photo.photo, to_output, size, chroma).ok_or_else(not_sparse)?;
    let planes = sparse.part(photo.decoded, request).ok_or_else(outside)?;
    let view = planes.view().ok_or_else(outside)?;
    let image = seen(&view, &map, stored(photo.photo, size), Sampling { filter: Filter::Lanczos3, chroma });
    Ok(photo.photo.orientation.apply_rgb(image.ok_or_else(wrong_size)?))
}

/// What [`turned_little`] reads of a photo that is decoded on demand.
#[must_use]
pub fn turned_request(photo: &Photo, to_output: &Affine, size: (u32, u32), chroma: Chroma) -> Option<Request> {
    turned_from(photo, to_output, size, chroma).map(|(_, request, _)| request)
}

/// What [`turned_little`] reads, with the map from its pixels, as stored, to those of the photo.
fn turned_from<'a>(
    photo: &'a Photo<'a>,
    to_output: &Affine,
    size: (u32, u32),
    chroma: Chroma,
) -> Option<(&'a Sparse<'a>, Request, Affine)> {
    let Pixels::Sparse(sparse) = &photo.pixels else { return None };
    let from_output = to_output.inverse()?;
    let (width, height) = stored(photo, size);
    let map = photo.orientation.to_upright(width, height).then(&from_output).then(&photo.to_stored()?);
    let corners = Rect::new(0.0, 0.0, f64::from(width), f64::from(height)).corners();
    let area = Rect::around(&corners.map(|corner| map.apply(corner)));
    let shrinking = from_output.mean_scale() / DECODED_PER_OUTPUT_PIXEL;
    Some((sparse, sparse.request(area, shrinking, chroma.purpose()), map))
}

/// The upright rectangle `part` of the photo, resampled to `size` for people; it is cut to the photo by at most
/// rounding errors.
///
/// # Errors
/// As [`super::reduced`].
pub fn upright_box(photo: PhotoView<'_>, part: Rect, size: (u32, u32), chroma: Chroma) -> Result<RgbImage, Failure> {
    resized(photo, part, size, Sampling { filter: Filter::Lanczos3, chroma })
}

/// What [`upright_box`] reads of a photo that is decoded on demand.
#[must_use]
pub fn upright_request(photo: &Photo, part: Rect, size: (u32, u32), chroma: Chroma) -> Option<Request> {
    resized_request(photo, part, size, Sampling { filter: Filter::Lanczos3, chroma })
}
