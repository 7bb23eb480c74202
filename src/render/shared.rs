//! One picture for several outputs of a photo.
//!
//! To turn and shrink a part of a photo costs by the pixels that are read and made. The frames of one head overlap
//! nearly wholly and are turned alike, so that the finest of them, widened to hold the others, is made once, and the
//! others are shrunk from it.

use super::{Surroundings, Wanted, framed};
use crate::error::Failure;
use crate::extend::Clearance;
use crate::frame::{Frame, OutputSize};
use crate::geometry::{Point, Rect};
use crate::photo::Photo;
use crate::preset::Extend;
use crate::reduced::{Filter, resized_rgb};
use image::RgbImage;

/// Outputs with at most this many pixels to a source pixel of the shared picture's are shrunk from it: resampling twice
/// at nearly one size would soften them.
const COARSER: f64 = 0.8;

/// The shared picture has at most this many times the pixels of its finest output: so much memory is reckoned with.
pub(super) const MOST_PIXELS: f64 = 2.0;

/// Places in the shared picture this near to whole pixels are whole: the rest is rounding.
const WHOLE: f64 = 1e-6;

/// Frames that are cut from one picture, and that picture's own frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub whole: Wanted,
    members: Vec<Wanted>,
}

/// A picture that frames are cut from, in the photo's colours.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    plan: Plan,
    image: RgbImage,
}

impl Plan {
    /// The frames of which sharing saves most: those around the finest that has company. `None` where none has.
    pub(super) fn new(wanted: &[Wanted], photo: &Photo) -> Option<Self> {
        if photo.pixels.has_alpha() {
            return None;
        }
        let mut wanted = wanted.to_vec();
        wanted.sort_by(|a, b| b.size.upscale.total_cmp(&a.size.upscale));
        (0..wanted.len()).find_map(|finest| Self::around(wanted[finest], &wanted[finest + 1..]))
    }

    /// `finest` with those of `others` that are turned and continued as it is, coarser, and near.
    fn around(finest: Wanted, others: &[Wanted]) -> Option<Self> {
        let (columns, rows) = (f64::from(finest.size.width), f64::from(finest.size.height));
        let to_finest = finest.frame.transform(finest.size.width, finest.size.height);
        let back = to_finest.inverse()?;
        let mut bounds = Rect::new(0.0, 0.0, columns, rows);
        let most = MOST_PIXELS * bounds.area();
        let mut members = vec![finest];
        let is_company = |other: &&Wanted| {
            other.frame.roll_deg == finest.frame.roll_deg
                && (other.extend == Extend::Plain) == (finest.extend == Extend::Plain)
                && other.size.upscale <= COARSER * finest.size.upscale
        };
        for other in others.iter().filter(is_company) {
            let needed = Rect::around(&other.frame.corners().map(|corner| to_finest.apply(corner)));
            let wider = whole(bounds.union(needed));
            let own = f64::from(other.size.width) * f64::from(other.size.height);
            if wider.area() <= most && wider.area() - bounds.area() <= own {
                bounds = wider;
                members.push(*other);
            }
        }
        let frame = Frame {
            centre: back.apply(bounds.centre()),
            width: bounds.width * finest.frame.width / columns,
            height: bounds.height * finest.frame.height / rows,
            roll_deg: finest.frame.roll_deg,
        };
        let size = OutputSize { width: bounds.width as u32, height: bounds.height as u32, ..finest.size };
        (members.len() > 1).then_some(Self { whole: Wanted { frame, size, ..finest }, members })
    }

    /// Whether `wanted` is to be cut from the shared picture.
    pub(super) fn has(&self, wanted: &Wanted) -> bool {
        self.members.contains(wanted)
    }
}

impl Shared {
    /// The picture of `plan`.
    pub(super) fn new(
        photo: &Photo,
        plan: Plan,
        surroundings: Option<&Surroundings>,
        clearance: &Clearance,
    ) -> Result<Self, Failure> {
        let image = framed(photo, surroundings, &plan.whole, clearance)?;
        Ok(Self { plan, image })
    }

    /// The pixels of `wanted`, where they are to be taken from here.
    pub(super) fn cut(&self, wanted: &Wanted) -> Option<Result<RgbImage, Failure>> {
        if !self.plan.has(wanted) {
            return None;
        }
        let Wanted { frame, size, .. } = self.plan.whole;
        let to_here = frame.transform(size.width, size.height);
        let area = Rect::around(&wanted.frame.corners().map(|corner| snapped(to_here.apply(corner))));
        Some(resized_rgb(&self.image, area, (wanted.size.width, wanted.size.height), Filter::Lanczos3))
    }
}

/// `rect`, its sides moved out to whole pixels.
fn whole(rect: Rect) -> Rect {
    let (left, top) = ((rect.x + WHOLE).floor(), (rect.y + WHOLE).floor());
    Rect::new(left, top, (rect.right() - WHOLE).ceil() - left, (rect.bottom() - WHOLE).ceil() - top)
}

fn snapped(point: Point) -> Point {
    let near = |value: f64| if (value - value.round()).abs() < WHOLE { value.round() } else { value };
    Point::new(near(point.x), near(point.y))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{clearance, output};
    use super::*;
    use crate::photo::{Limits, decode};
    use image::Rgb;
    use std::io::Cursor;

    /// Waves of 44 to 190 pixels, which every output below can show.
    fn picture() -> Vec<u8> {
        let wave = |at: f64| (127.0 + 100.0 * at.sin()) as u8;
        let picture = RgbImage::from_fn(900, 1100, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            Rgb([wave(x.hypot(y) / 30.0), wave((x - y) / 20.0), wave(x / 12.0 + y / 9.0)])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
        bytes.into_inner()
    }

    #[test]
    fn what_is_cut_from_the_shared_picture_is_what_would_be_made_alone() {
        let bytes = picture();
        let photo = decode(&bytes, &Limits::default()).expect("decodes");
        // In the photo, and reaching beyond its upper edge.
        for (roll_deg, y) in [(0.0, 500.0), (-8.5, 500.0), (23.0, 500.0), (0.0, 150.0), (7.0, 150.0)] {
            let all = [
                output((440.0, y + 20.0), 420.0, (200, 250), roll_deg),
                output((450.0, y), 400.0, (300, 300), roll_deg),
                output((455.5, y + 10.25), 380.5, (70, 70), roll_deg),
            ];
            let plan = Plan::new(&all, &photo).expect("two are coarser than the finest");
            let shared = Shared::new(&photo, plan, None, &clearance()).expect("renders");
            for wanted in all {
                let cut = shared.cut(&wanted).expect("a member").expect("resizes");
                let alone = framed(&photo, None, &wanted, &clearance()).expect("renders");
                assert_eq!(cut.dimensions(), alone.dimensions());
                let sum: u64 = cut.iter().zip(alone.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                let mean = sum as f64 / alone.len() as f64;
                // The colours along an edge are means over rows of the picture that is continued, which differ with its
                // scale.
                let coarse = if y < 200.0 { 8.0 } else { 2.5 };
                assert!(mean < if wanted.size.width == 300 { 1.0 } else { coarse }, "{roll_deg} {wanted:?}: {mean}");
            }
        }
    }

    #[test]
    fn only_frames_that_save_work_share() {
        let bytes = picture();
        let photo = decode(&bytes, &Limits::default()).expect("decodes");
        let finest = output((450.0, 500.0), 400.0, (300, 300), 5.0);
        let coarse = output((450.0, 500.0), 410.0, (100, 100), 5.0);
        for (other, what) in [
            (output((450.0, 500.0), 400.0, (280, 280), 5.0), "nearly as fine"),
            (output((450.0, 500.0), 400.0, (100, 100), 0.0), "turned otherwise"),
            (Wanted { extend: Extend::Plain, ..coarse }, "continued otherwise"),
            (output((450.0, 540.0), 740.0, (60, 60), 5.0), "so wide that the shared picture would be large"),
        ] {
            assert_eq!(Plan::new(&[other, finest], &photo), None, "{what}");
        }
        let plan = Plan::new(&[coarse, finest], &photo).expect("shared");
        assert!(plan.has(&coarse) && plan.has(&finest));
        let size = plan.whole.size;
        assert!(f64::from(size.width) * f64::from(size.height) <= MOST_PIXELS * 90_000.0);
    }
}
