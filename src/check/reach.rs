//! Pure: whether the frame, or the circle in which it is shown, holds the head.

use crate::frame::{Frame, head_ellipse};
use crate::geometry::Point;
use crate::preset::Shape;
use crate::subject::Head;

/// Points of the head's outline that are looked at: between two of them it can stand out by 0.1 % more.
const POINTS: u32 = 72;

/// How far the head reaches from the middle of `frame`: in radii of the circle that touches its edges, for a preset
/// that is shown as one, and else to the side, in half widths. Over 1 a part of the head is not seen.
///
/// The head is the ellipse from crown to chin that frames are made to hold. Above and below every frame holds it, or
/// the photo itself cuts it ([`super::cut_off`]).
#[must_use]
pub fn reach(head: &Head, frame: &Frame, shape: Shape) -> f64 {
    let to_frame = frame.levelling();
    let of = |point: Point| {
        let at = to_frame.apply(point);
        match shape {
            Shape::Circle => libm::hypot(at.x, at.y) / (frame.width.min(frame.height) / 2.0),
            _ => at.x.abs() / (frame.width / 2.0),
        }
    };
    head_ellipse(head, POINTS).map(of).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Face;
    use crate::geometry::{Affine, Rect};

    #[test]
    fn a_head_reaches_as_far_as_its_ellipse() {
        let face = Face { rect: Rect::new(100.0, 100.0, 75.0, 100.0), score: 0.9, landmarks: None };
        let head = Head::from_face(&face, &Affine::IDENTITY).expect("invertible");
        let length = head.crown.distance(head.chin);
        let frame =
            |roll_deg: f64| Frame { centre: head.crown.midpoint(head.chin), width: 200.0, height: 200.0, roll_deg };
        for roll_deg in [0.0, 30.0] {
            let tilted = head.with_roll(roll_deg);
            let frame = Frame { centre: tilted.crown.midpoint(tilted.chin), ..frame(roll_deg) };
            assert!((reach(&tilted, &frame, Shape::Circle) - length / 200.0).abs() < 0.001);
            assert!((reach(&tilted, &frame, Shape::Square) - 0.72 * length / 200.0).abs() < 0.001);
        }
        let aside = Frame { centre: Point::new(frame(0.0).centre.x + 60.0, frame(0.0).centre.y), ..frame(0.0) };
        assert!((reach(&head, &aside, Shape::Rectangle) - (0.6 + 0.72 * length / 200.0)).abs() < 0.001);
    }
}
