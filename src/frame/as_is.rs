//! The frame of a photo that is a headshot already.

use super::room::{Demand, Stance};
use super::{CORNERS, Frame, Framed, head_cut};
use crate::error::Failure;
use crate::geometry::Point;
use crate::ground::Ground;
use crate::preset::{Preset, Shape};
use crate::subject::Head;

/// The largest upright frame of the preset's shape that the photo holds, with the head as near to the preset's place as
/// it goes.
///
/// # Errors
/// [`crate::error::Reason::HeadCut`] where the shape cannot hold what the photo shows of the head.
pub(super) fn whole(head: &Head, ground: &Ground, preset: &Preset) -> Result<Framed, Failure> {
    /// Sizes tried, largest first, where a shape is cut out of the photo: steps of 1 %, down to half.
    const SIZES: i32 = 50;
    /// A circle shows no more of its square than this share of the way to the corners: the square root of a half.
    const CORNERS_OF_CIRCLE: f64 = 0.7;
    let (width, height) = ground.outline.size();
    let largest = f64::from(height).min(f64::from(width) / preset.aspect());
    let mut shown = head.clone();
    // A photo that ends in the chin is kept as it is, too.
    shown.chin.y = shown.chin.y.min(f64::from(height));
    let stance = Stance::new(&shown, &ground.outline, 0.0);
    let sizes = if ground.outline.is_rectangle() { 0 } else { SIZES };
    let most = if preset.shape == Shape::Circle { CORNERS_OF_CIRCLE } else { 1.0 };
    CORNERS
        .iter()
        .filter(|&&corners| corners <= most)
        .flat_map(|&corners| (0..=sizes).map(move |step| (corners, largest * (1.0 - 0.01 * f64::from(step)))))
        .find_map(|(corners, height)| {
            let width = height * preset.aspect();
            let centres = stance.allowed_centres(width, height, &Demand::just_inside(corners));
            let place = stance.ideal_centre(&preset.framing, width, height);
            let centre = centres.nearest(place, Point::new(width, height))?;
            Some(Frame { centre: stance.to_upright(centre), width, height, roll_deg: 0.0 })
        })
        .map(|frame| Framed { frame, steps: Vec::new(), padded: 0.0 })
        .ok_or_else(|| head_cut(ground, preset))
}
