//! The part of a photo that turned and continued frames are taken from: upright, shrunk, and continued beyond the
//! photo's edge.
//!
//! To shrink a part of a photo and to continue it costs as much as to turn a frame out of it. Frames of one head want
//! nearly the same part, so that those which are nearly as fine as each other have it in common.

use super::{KERNEL_REACH, Wanted, Way, way};
use crate::error::Failure;
use crate::extend::{Clearance, Fill, Growth, continued};
use crate::frame::{Frame, OutputSize};
use crate::geometry::{Affine, Rect};
use crate::photo::Photo;
use crate::preset::Extend;
use crate::reduced::{Filter, Reduced, finer, resized_rgb};
use crate::resample::turned;
use image::RgbImage;

/// Frames have their surroundings in common down to this share of the finest's pixels to a source pixel: turning costs
/// by the square of how much it shrinks.
const COARSEST: f64 = 0.7;

/// And as long as the part that all want is at most so many times that of the finest.
const MOST_AREA: f64 = 1.5;

/// A part of a photo, and the frames that are taken from it.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    picture: Reduced,
    members: Vec<Wanted>,
}

impl Surroundings {
    /// What those of `wanted` have in common that are continued alike and nearly as fine as the finest of them; `None`
    /// where that is one alone.
    ///
    /// # Errors
    /// As [`crate::reduced::reduced`].
    pub(super) fn of_several(photo: &Photo, wanted: &[Wanted], clearance: &Clearance) -> Result<Option<Self>, Failure> {
        if photo.pixels.has_alpha() {
            return Ok(None);
        }
        let takes_part = |wanted: &&Wanted| way(photo, wanted) == Way::FromSurroundings;
        let mut candidates: Vec<_> = wanted.iter().filter(takes_part).copied().collect();
        candidates.sort_by(|a, b| b.size.upscale.total_cmp(&a.size.upscale));
        let Some((finest, others)) = candidates.split_first() else { return Ok(None) };
        let mut bounds = Rect::around(&finest.frame.corners());
        let most = MOST_AREA * bounds.area();
        let mut members = vec![*finest];
        for other in others {
            let is_alike = (other.extend == Extend::Plain) == (finest.extend == Extend::Plain);
            let wider = bounds.union(Rect::around(&other.frame.corners()));
            if is_alike && other.size.upscale >= COARSEST * finest.size.upscale && wider.area() <= most {
                bounds = wider;
                members.push(*other);
            }
        }
        if members.len() < 2 {
            return Ok(None);
        }
        let picture = picture(photo, bounds, finest, clearance)?;
        Ok(Some(Self { picture, members }))
    }

    /// Those of one frame.
    ///
    /// # Errors
    /// As [`crate::reduced::reduced`].
    pub(super) fn of_one(photo: &Photo, wanted: &Wanted, clearance: &Clearance) -> Result<Self, Failure> {
        let picture = picture(photo, Rect::around(&wanted.frame.corners()), wanted, clearance)?;
        Ok(Self { picture, members: vec![*wanted] })
    }

    /// Whether `wanted` is to be taken from here.
    pub(super) fn has(&self, wanted: &Wanted) -> bool {
        self.members.contains(wanted)
    }

    /// The pixels of `wanted`, levelled.
    ///
    /// # Errors
    /// As [`crate::reduced::reduced`].
    pub(super) fn seen(&self, Wanted { frame, size, .. }: &Wanted) -> Result<RgbImage, Failure> {
        if frame.roll_deg == 0.0 {
            return self.cropped(frame, *size);
        }
        let back = frame.transform(size.width, size.height).inverse();
        let back = back.ok_or_else(|| Failure::internal("the frame is flat"))?;
        Ok(turned(&self.picture.image, &back.then(&self.picture.from_photo), size.width, size.height))
    }

    /// The upright `frame`.
    fn cropped(&self, frame: &Frame, size: OutputSize) -> Result<RgbImage, Failure> {
        let [top_left, _, bottom_right, _] = frame.corners().map(|corner| self.picture.from_photo.apply(corner));
        let area = Rect::new(top_left.x, top_left.y, bottom_right.x - top_left.x, bottom_right.y - top_left.y);
        resized_rgb(&self.picture.image, area, (size.width, size.height), Filter::Lanczos3)
    }
}

/// `bounds` (upright source pixels) of the photo as fine as `finest` wants it, continued where it reaches beyond the
/// photo.
fn picture(photo: &Photo, bounds: Rect, finest: &Wanted, clearance: &Clearance) -> Result<Reduced, Failure> {
    let fill = if finest.extend == Extend::Plain { Fill::Own(*clearance) } else { Fill::Blurred };
    let mut picture = finer(photo, bounds.grown(KERNEL_REACH / (COARSEST * finest.size.upscale)), finest.size.upscale)?;
    let (width, height) = photo.size();
    let growth = Growth::around(bounds, width, height, picture.from_photo.scale());
    if growth != Growth::default() {
        picture.image = continued(&picture.image, growth, fill.mapped(&picture.from_photo));
        let (left, top) = (f64::from(growth.left), f64::from(growth.top));
        picture.from_photo = picture.from_photo.then(&Affine::translation(left, top));
    }
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{clearance, output};
    use super::*;
    use crate::photo::{Limits, decode};
    use image::Rgb;
    use std::io::Cursor;

    /// Waves of 70 to 250 pixels.
    fn picture() -> Vec<u8> {
        let wave = |at: f64| (127.0 + 90.0 * at.sin()) as u8;
        let picture = RgbImage::from_fn(900, 1000, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            Rgb([wave(x.hypot(y) / 40.0), wave((x - y) / 25.0), wave(x / 16.0 + y / 12.0)])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
        bytes.into_inner()
    }

    #[test]
    fn what_is_taken_from_common_surroundings_is_what_would_be_made_alone() {
        let bytes = picture();
        let photo = decode(&bytes, &Limits::default()).expect("decodes");
        // In the photo, and reaching beyond its upper edge.
        for (roll_deg, y) in [(-8.5, 500.0), (23.0, 500.0), (0.0, 150.0), (7.0, 150.0)] {
            let all = [
                output((440.0, y + 20.0), 420.0, (250, 290), roll_deg),
                output((450.0, y), 400.0, (300, 300), roll_deg - if roll_deg == 0.0 { 0.0 } else { 1.0 }),
            ];
            let common = Surroundings::of_several(&photo, &all, &clearance()).expect("shrinks").expect("two are alike");
            for wanted in all {
                assert!(common.has(&wanted));
                let alone = Surroundings::of_one(&photo, &wanted, &clearance()).expect("shrinks");
                let (a, b) = (common.seen(&wanted).expect("turns"), alone.seen(&wanted).expect("turns"));
                let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                let mean = sum as f64 / a.len() as f64;
                assert!(mean < if y < 200.0 { 3.0 } else { 1.0 }, "{roll_deg} {wanted:?}: {mean}");
            }
        }
    }

    #[test]
    fn only_what_is_alike_has_surroundings_in_common() {
        let bytes = picture();
        let photo = decode(&bytes, &Limits::default()).expect("decodes");
        let finest = output((450.0, 500.0), 400.0, (300, 300), 20.0);
        for (other, what) in [
            (output((450.0, 500.0), 400.0, (150, 150), 20.0), "much coarser"),
            (output((450.0, 500.0), 400.0, (280, 280), 0.0), "upright"),
            (
                Wanted { extend: Extend::Plain, ..output((450.0, 500.0), 410.0, (300, 300), 20.0) },
                "continued otherwise",
            ),
            (output((450.0, 540.0), 640.0, (400, 400), 20.0), "much wider"),
        ] {
            assert!(
                Surroundings::of_several(&photo, &[other, finest], &clearance()).expect("shrinks").is_none(),
                "{what}"
            );
        }
    }
}
