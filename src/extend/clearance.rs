//! How much background a photo has between its edges and the person: what may be mirrored at an edge.

use crate::geometry::{Affine, Point, Rect};
use crate::subject::Head;

/// Half width and half height of the head with its hair, in half lengths from crown to chin: hair and ears stand out
/// from the head's own ellipse.
const HALF_WIDTH: f64 = 0.85;
const HALF_HEIGHT: f64 = 1.0;

/// The ellipse around a head and the body below it, in pixels of some picture of the photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clearance {
    centre: Point,
    half_width: f64,
    half_height: f64,
}

impl Clearance {
    /// Around `head`, in upright source pixels.
    #[must_use]
    pub fn around(head: &Head) -> Self {
        let half_length = head.crown.distance(head.chin) / 2.0;
        let (along, across) = (half_length * HALF_HEIGHT, half_length * HALF_WIDTH);
        let (sin, cos) = libm::sincos(head.roll_deg.to_radians());
        Self {
            centre: head.crown.midpoint(head.chin),
            // The upright ellipse that touches the same sides as the tilted one.
            half_width: libm::hypot(across * cos, along * sin),
            half_height: libm::hypot(across * sin, along * cos),
        }
    }

    /// The same in a picture to which the photo's pixels come by `map`, a scaling and a shift.
    pub(crate) fn mapped(&self, map: &Affine) -> Self {
        let bounds = Rect::new(
            self.centre.x - self.half_width,
            self.centre.y - self.half_height,
            2.0 * self.half_width,
            2.0 * self.half_height,
        )
        .mapped(map);
        Self { centre: bounds.centre(), half_width: bounds.width / 2.0, half_height: bounds.height / 2.0 }
    }

    /// Whether what continues a photo of this size at `point`, beyond its edge, is mostly the photo mirrored: further
    /// out the mirror meets the person, and only smooth colour is left.
    pub(crate) fn is_mirrored(&self, point: Point, (width, height): (u32, u32)) -> bool {
        let (width, height) = (f64::from(width), f64::from(height));
        let (out, clear) = if point.y < 0.0 {
            (-point.y, self.below_top(point.x))
        } else if point.x < 0.0 {
            (-point.x, self.right_of_left_edge(point.y))
        } else if point.x > width {
            (point.x - width, self.left_of_right_edge(point.y, width))
        } else {
            (point.y - height, 0.0)
        };
        super::fill::mirrored_share(out, clear) >= 0.5
    }

    /// From the top edge down to the person, at `x`.
    pub(crate) fn below_top(&self, x: f64) -> f64 {
        let aside = ((x - self.centre.x) / self.half_width).abs();
        if aside >= 1.0 { self.centre.y } else { self.centre.y - self.half_height * (1.0 - aside * aside).sqrt() }
            .max(0.0)
    }

    /// From the left edge to the person, at `y`; nothing beside the body.
    pub(crate) fn right_of_left_edge(&self, y: f64) -> f64 {
        (self.centre.x - self.reach(y)).max(0.0)
    }

    /// From the right edge of a picture of this width to the person, at `y`; nothing beside the body.
    pub(crate) fn left_of_right_edge(&self, y: f64, width: f64) -> f64 {
        (width - self.centre.x - self.reach(y)).max(0.0)
    }

    /// How far the person reaches to each side at `y`: without end beside the body.
    fn reach(&self, y: f64) -> f64 {
        let above = (self.centre.y - y) / self.half_height;
        if above >= 1.0 {
            0.0
        } else if above >= 0.0 {
            self.half_width * (1.0 - above * above).sqrt()
        } else if above > -1.0 {
            // Long hair hangs down straight.
            self.half_width
        } else {
            f64::INFINITY
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEARANCE: Clearance = Clearance { centre: Point::new(50.0, 60.0), half_width: 20.0, half_height: 30.0 };

    #[test]
    fn the_head_is_nearest_above_its_middle() {
        assert!((CLEARANCE.below_top(50.0) - 30.0).abs() < 1e-9);
        assert!(CLEARANCE.below_top(60.0) > 30.0 && CLEARANCE.below_top(75.0) == 60.0);
    }

    #[test]
    fn beside_the_body_nothing_is_clear() {
        assert!((CLEARANCE.right_of_left_edge(60.0) - 30.0).abs() < 1e-9);
        assert!((CLEARANCE.left_of_right_edge(80.0, 100.0) - 30.0).abs() < 1e-9);
        assert!(CLEARANCE.right_of_left_edge(10.0) == 50.0);
        assert!(CLEARANCE.right_of_left_edge(95.0) == 0.0 && CLEARANCE.left_of_right_edge(95.0, 100.0) == 0.0);
    }

    #[test]
    fn it_scales_with_its_picture() {
        let map = Affine::translation(-10.0, -20.0).then(&Affine::scaling(0.5, 0.5));
        let mapped = CLEARANCE.mapped(&map);
        assert_eq!(mapped, Clearance { centre: Point::new(20.0, 20.0), half_width: 10.0, half_height: 15.0 });
    }
}
