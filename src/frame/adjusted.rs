//! Frames that a person corrected.

use super::room::{Demand, Stance};
use super::uniform::uniform_frame;
use super::{CORNERS, Framed, Levelling, Step, as_is, frame};
use crate::error::Failure;
use crate::geometry::{Affine, Point};
use crate::outline::Outline;
use crate::overrides::{FramingAdjustment, Nudge};
use crate::preset::Preset;
use crate::subject::Head;

/// [`frame`] with what a person pinned.
///
/// A scale is another target for the head height; a pinned roll is what the photo is turned back; a nudge moves the
/// frame that comes of both, as far as the photo reaches and the head stays inside. It moves the frame and not the
/// preset's target, since a person says where the head should go from where it stands: a target that the photo has no
/// room for is met by no nudge of it.
///
/// `uniform` is the head height of the set, by the preset's measure, as a fraction of the output's height, where the photo
/// belongs to one; a pinned scale is a factor on that.
///
/// # Errors
/// As [`frame`].
pub fn adjusted_frame(
    head: &Head,
    outline: &Outline,
    preset: &Preset,
    levelling: Levelling,
    uniform: Option<f64>,
    adjustment: &FramingAdjustment,
) -> Result<Framed, Failure> {
    if adjustment.is_as_is() {
        return as_is::whole(head, outline, preset);
    }
    let levelling = adjustment.roll_deg.map_or(levelling, Levelling::Pinned);
    let scaled = adjustment.scaled(preset);
    let framed = match uniform.map(|height| height * adjustment.scale.unwrap_or(1.0)) {
        Some(height) => uniform_frame(head, outline, &scaled, levelling, height.min(0.95))?,
        None => frame(head, outline, &scaled, levelling)?,
    };
    Ok(match adjustment.nudge {
        Some(nudge) => nudged(framed, head, outline, nudge),
        None => framed,
    })
}

fn nudged(mut framed: Framed, head: &Head, outline: &Outline, nudge: Nudge) -> Framed {
    /// A frame this near to where it should be, in shares of its size, is there.
    const THERE: f64 = 1e-3;
    let frame = &mut framed.frame;
    let eye_mid = head.eye_mid();
    let to_levelled = Affine::translation(-eye_mid.x, -eye_mid.y).then(&Affine::rotation(-frame.roll_deg));
    let from = to_levelled.apply(frame.centre);
    let wanted = Point::new(from.x - nudge.right * frame.width, from.y + nudge.up * frame.height);
    let stance = Stance::new(head, outline, frame.roll_deg);
    let unit = Point::new(frame.width, frame.height);
    let reached = CORNERS.iter().find_map(|&corners| {
        stance.allowed_centres(frame.width, frame.height, &Demand::just_inside(corners)).nearest(wanted, unit)
    });
    let left = match reached {
        Some((centre, left)) => {
            frame.centre = stance.to_upright(centre);
            left
        }
        None => nudge.right.hypot(nudge.up),
    };
    if left > THERE && !framed.steps.contains(&Step::Shift) {
        framed.steps.insert(0, Step::Shift);
    }
    framed
}
