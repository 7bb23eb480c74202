//! The part of a photo that a turned or continued frame is taken from: upright, shrunk, and continued beyond the
//! photo's edge.

use super::{KERNEL_REACH, Wanted};
use crate::error::Failure;
use crate::extend::{Clearance, Fill, Growth, continued};
use crate::geometry::{Affine, Rect};
use crate::photo::{Photo, PhotoView};
use crate::preset::Extend;
use crate::reduced::{Filter, Reduced, finer, finer_request, resized_rgb};
use crate::resample::turned;
use crate::sparse_jpeg::Request;
use image::RgbImage;

/// The pixels of what is `wanted`, levelled, and continued beyond the photo.
///
/// # Errors
/// As [`crate::reduced::reduced`].
pub(super) fn seen(photo: PhotoView<'_>, wanted: &Wanted, clearance: &Clearance) -> Result<RgbImage, Failure> {
    let Wanted { frame, size, .. } = wanted;
    let picture = surroundings(photo, wanted, clearance)?;
    if frame.roll_deg == 0.0 {
        let [top_left, _, bottom_right, _] = frame.corners().map(|corner| picture.from_photo.apply(corner));
        let area = Rect::new(top_left.x, top_left.y, bottom_right.x - top_left.x, bottom_right.y - top_left.y);
        return resized_rgb(&picture.image, area, (size.width, size.height), Filter::Lanczos3);
    }
    let back = frame.transform(size.width, size.height).inverse();
    let back = back.ok_or_else(|| Failure::internal("the frame is flat"))?;
    Ok(turned(&picture.image, &back.then(&picture.from_photo), size.width, size.height))
}

/// What [`seen`] reads of a photo that is decoded on demand.
pub(super) fn request(photo: &Photo, wanted: &Wanted) -> Option<Request> {
    finer_request(photo, part(wanted), wanted.size.upscale, wanted.chroma)
}

/// What is read around a frame.
fn part(wanted: &Wanted) -> Rect {
    Rect::around(&wanted.frame.corners()).grown(KERNEL_REACH / wanted.size.upscale)
}

/// The part of the photo around a frame, as fine as the output wants it, continued where the frame reaches beyond.
fn surroundings(photo: PhotoView<'_>, wanted: &Wanted, clearance: &Clearance) -> Result<Reduced, Failure> {
    let fill = if wanted.extend == Extend::Plain { Fill::Own(*clearance) } else { Fill::Blurred };
    let mut picture = finer(photo, part(wanted), wanted.size.upscale, wanted.chroma)?;
    let (width, height) = photo.photo.size();
    let bounds = Rect::around(&wanted.frame.corners());
    let growth = Growth::around(bounds, width, height, picture.from_photo.scale());
    if growth != Growth::default() {
        picture.image = continued(&picture.image, growth, fill.mapped(&picture.from_photo));
        let (left, top) = (f64::from(growth.left), f64::from(growth.top));
        picture.from_photo = picture.from_photo.then(&Affine::translation(left, top));
    }
    Ok(picture)
}
