//! Pure: where the head looks, and how it leans in the headshot.

use crate::frame::Frame;
use crate::geometry::wrapped_deg;
use crate::subject::Head;

/// How far the head is turned away from the camera, in the unit of [`Head::yaw`]: to the side, up or down, whichever is
/// more.
///
/// What is seen is the head, by where the nose lies between eyes and mouth; where the eyes look is not.
#[must_use]
pub fn away(head: &Head) -> f64 {
    head.yaw.abs().max(head.pitch.abs())
}

/// Degrees by which the eyes are off the level in `frame`.
#[must_use]
pub fn tilt_left(head: &Head, frame: &Frame) -> f64 {
    wrapped_deg(head.roll_deg - frame.roll_deg).abs()
}
