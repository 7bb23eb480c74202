//! Frames that a person corrected.

use super::beyond::Reach;
use super::polygon::Polygon;
use super::room::{Demand, Stance};
use super::uniform::uniform_frame;
use super::{CORNERS, Framed, Levelling, Scale, Step, as_is, checked, climbed};
use crate::error::Failure;
use crate::geometry::Point;
use crate::ground::Ground;
use crate::overrides::{FramingAdjustment, Nudge};
use crate::preset::{Extend, Preset};
use crate::subject::Head;

/// [`super::frame()`] with what a person pinned.
///
/// A scale is another target for the head height; a pinned roll is what the photo is turned back; a nudge moves the
/// frame that comes of both, as far as the photo reaches and the head stays inside. It moves the frame and not the
/// preset's target, since a person says where the head should go from where it stands: a target that the photo has no
/// room for is met by no nudge of it.
///
/// `uniform` is the head height of the set, by the preset's measure, as a fraction of the output's height, where the
/// photo belongs to one; a pinned scale is a factor on that.
///
/// # Errors
/// As [`super::frame()`].
pub fn adjusted_frame(
    head: &Head,
    ground: &Ground,
    preset: &Preset,
    levelling: Levelling,
    uniform: Option<f64>,
    adjustment: &FramingAdjustment,
) -> Result<Framed, Failure> {
    /// The largest share of the output's height that a pinned scale makes a head of a set. Set by hand.
    const HIGHEST: f64 = 0.95;
    checked(preset)?;
    if adjustment.is_as_is() {
        return as_is::whole(head, ground, preset);
    }
    let levelling = adjustment.roll_deg.map_or(levelling, Levelling::Pinned);
    let scaled = adjustment.scaled(preset);
    let framed = match uniform.map(|height| height * adjustment.scale.unwrap_or(1.0)) {
        Some(height) => uniform_frame(head, ground, &scaled, levelling, height.min(HIGHEST))?,
        None => climbed(head, ground, &scaled, levelling, Scale::Weighed)?,
    };
    Ok(match adjustment.nudge {
        Some(nudge) => nudged(framed, head, ground, preset.framing.extend, nudge),
        None => framed,
    })
}

fn nudged(mut framed: Framed, head: &Head, ground: &Ground, extend: Extend, nudge: Nudge) -> Framed {
    /// A frame this near to where it should be, in shares of its size, is there: a pixel of an output of 1000.
    const THERE: f64 = 1e-3;
    let frame = &mut framed.frame;
    let size = (frame.width, frame.height);
    let stance = Stance::new(head, &ground.outline, frame.roll_deg);
    let from = stance.to_levelled(frame.centre);
    let wanted = Point::new(from.x - nudge.right * frame.width, from.y + nudge.up * frame.height);
    let unit = Point::new(frame.width, frame.height);
    let on_photo = CORNERS.iter().find_map(|&corners| {
        let centres = stance.allowed_centres(size.0, size.1, &Demand::just_inside(corners));
        centres.nearest(wanted, unit).map(|centre| (centre, 0.0))
    });
    let around = stance.centres_around_head(size.0, size.1, &Demand::just_inside(1.0));
    let beyond = ground.margins(extend).iter().filter(|margins| !margins.is_none()).flat_map(|margins| {
        let reach = Reach::new(&stance, &ground.outline, margins, size);
        let centres = reach.centres(&around, wanted, from, unit).into_iter().flatten();
        centres
            .filter(|&centre| reach.is_held(centre))
            .filter_map(|centre| Some((centre, reach.padded(centre, &mut Polygon::default())?)))
            .collect::<Vec<_>>()
    });
    let left = |centre: Point| libm::hypot((centre.x - wanted.x) / unit.x, (centre.y - wanted.y) / unit.y);
    let reached = on_photo.into_iter().chain(beyond).min_by(|(a, _), (b, _)| left(*a).total_cmp(&left(*b)));
    let (centre, padded) = reached.unwrap_or((from, framed.padded));
    frame.centre = stance.to_upright(centre);
    framed.padded = padded;
    framed.steps.retain(|step| *step != Step::Extend || padded > 0.0);
    let taken = [(left(centre) > THERE, Step::Shift), (padded > 0.0, Step::Extend)];
    for (is_taken, step) in taken {
        if is_taken && !framed.steps.contains(&step) {
            framed.steps.push(step);
        }
    }
    framed.steps.sort_by_key(|step| *step as u8);
    framed
}
