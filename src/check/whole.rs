//! Pure: whether the photo itself cuts the head.

use crate::geometry::Point;
use crate::subject::{CHIN_ABOVE_BOX_BOTTOM, CROWN_ABOVE_BOX_TOP, HEAD_HEIGHT_PER_BOX, Head};

/// From the eyes up to other people's crowns, in head heights.
const CROWN_ABOVE_EYES: f64 =
    (1.0 - CHIN_ABOVE_BOX_BOTTOM - HEAD_HEIGHT_PER_BOX / 2.0 + CROWN_ABOVE_BOX_TOP) / HEAD_HEIGHT_PER_BOX;

/// A crown that was seen this far below the photo's edge, in head heights, is in the photo. Set by hand: just more than
/// the 1.5 % that crowns are off at the median.
const SEEN_WHOLE: f64 = 0.02;

/// From the middle of the eyes to the side of the head, in head heights: half the width of a face box, which is 0.73 of
/// its height.
const SIDE_OF_FACE: f64 = 0.73 / 2.0 / HEAD_HEIGHT_PER_BOX;

/// How much of the head is beyond the edges of a photo of this size, in head heights: above, below or at a side,
/// whichever is most.
///
/// Above, where the photo ends in the hair, what is missing is what other people's heads have; hair that is seen to end
/// inside the photo is whole, however low it is.
#[must_use]
pub fn cut_off(head: &Head, (width, height): (u32, u32)) -> f64 {
    let (width, height) = (f64::from(width), f64::from(height));
    let length = head.height().max(1.0);
    let beyond = |at: Point| (-at.x).max(at.x - width).max(-at.y).max(at.y - height) / length;
    let eyes = head.eye_mid();
    let (sin, cos) = libm::sincos(head.roll_deg.to_radians());
    let at = |aside: f64, up: f64| {
        Point::new(eyes.x + length * (aside * cos + up * sin), eyes.y + length * (aside * sin - up * cos))
    };
    let crown = if beyond(head.crown) < -SEEN_WHOLE { f64::NEG_INFINITY } else { beyond(at(0.0, CROWN_ABOVE_EYES)) };
    // Seen from the side, the face reaches farther to the side that it looks to: by a tenth at most, which was set by
    // eye.
    let face = head.face.centre().x - eyes.x;
    let sides = [-SIDE_OF_FACE, SIDE_OF_FACE].map(|side| beyond(at(side + (face / length).clamp(-0.1, 0.1), 0.0)));
    crown.max(beyond(head.chin)).max(sides[0]).max(sides[1]).max(0.0)
}
