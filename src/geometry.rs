//! Points, rectangles and affine maps in continuous pixel coordinates.
//!
//! Origin top left, x to the right, y down, in pixels; the centre of the first pixel is at (0.5, 0.5). Angles are in
//! degrees, positive clockwise on the screen (from x towards y).

use crate::rounding::tenths;
use serde::{Deserialize, Deserializer, Serialize};

/// A position, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f64,
    /// Pixels from the top edge.
    pub y: f64,
}

impl Point {
    /// The point at `x`, `y`.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Distance to the origin, in pixels.
    #[must_use]
    pub fn length(self) -> f64 {
        libm::hypot(self.x, self.y)
    }

    /// Distance to `other`, in pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        Self::new(self.x - other.x, self.y - other.y).length()
    }

    /// The point half way to `other`.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        Self::new(f64::midpoint(self.x, other.x), f64::midpoint(self.y, other.y))
    }

    /// The point that is this share of the way to `other`: this one at 0, that one at 1, but for rounding.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self::new(self.x + share * (other.x - self.x), self.y + share * (other.y - self.y))
    }
}

/// `degrees` brought into -180..=180.
#[must_use]
pub fn wrapped_deg(degrees: f64) -> f64 {
    degrees - 360.0 * (degrees / 360.0).round()
}

impl Serialize for Point {
    /// As `[x, y]`, rounded to a tenth of a pixel: what the report holds.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [tenths(self.x), tenths(self.y)].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Point {
    /// From `[x, y]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <[f64; 2]>::deserialize(deserializer).map(|[x, y]| Self { x, y })
    }
}

/// An upright rectangle, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Extent to the right, not negative.
    pub width: f64,
    /// Extent downwards, not negative.
    pub height: f64,
}

impl Rect {
    /// The rectangle with its top left corner at `x`, `y`.
    #[must_use]
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The smallest upright rectangle around `points`; without area where there are none.
    #[must_use]
    pub fn around(points: &[Point]) -> Self {
        let Some(&first) = points.first() else { return Self::default() };
        let (least, most) = points.iter().fold((first, first), |(least, most), point| {
            (
                Point::new(least.x.min(point.x), least.y.min(point.y)),
                Point::new(most.x.max(point.x), most.y.max(point.y)),
            )
        });
        Self::new(least.x, least.y, most.x - least.x, most.y - least.y)
    }

    /// The x coordinate of the right edge.
    #[must_use]
    pub fn right(self) -> f64 {
        self.x + self.width
    }

    /// The y coordinate of the lower edge.
    #[must_use]
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }

    /// The middle of the rectangle.
    #[must_use]
    pub fn centre(self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The corners, clockwise from the top left.
    #[must_use]
    pub fn corners(self) -> [Point; 4] {
        let (right, bottom) = (self.right(), self.bottom());
        [(self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom)].map(|(x, y)| Point::new(x, y))
    }

    /// The mean of several rectangles, each side by itself; without area of none.
    #[must_use]
    pub fn mean(rects: impl ExactSizeIterator<Item = Self>) -> Self {
        let share = 1.0 / rects.len().max(1) as f64;
        let add = |a: Self, b: Self| Self::new(a.x + b.x, a.y + b.y, a.width + b.width, a.height + b.height);
        let sum = rects.reduce(add).unwrap_or_default();
        Self::new(sum.x * share, sum.y * share, sum.width * share, sum.height * share)
    }

    /// Width times height, in square pixels.
    #[must_use]
    pub fn area(self) -> f64 {
        self.width * self.height
    }

    /// This rectangle with `margin` more on every side.
    #[must_use]
    pub fn grown(self, margin: f64) -> Self {
        Self::new(self.x - margin, self.y - margin, self.width + 2.0 * margin, self.height + 2.0 * margin)
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (left, top) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self::new(left, top, right - left, bottom - top)
    }

    /// The part that both rectangles share; of area 0 where they do not meet.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        Self::new(
            x,
            y,
            (self.right().min(other.right()) - x).max(0.0),
            (self.bottom().min(other.bottom()) - y).max(0.0),
        )
    }

    /// The upright rectangle around the same middle after `map`, a similarity: it keeps its sides through small turns
    /// and swaps them through a quarter turn, as a face box does.
    #[must_use]
    pub fn mapped(self, map: &Affine) -> Self {
        let [a, b, ..] = map.0;
        let scale = map.mean_scale();
        let (width, height) = if b.abs() > a.abs() { (self.height, self.width) } else { (self.width, self.height) };
        let centre = map.apply(self.centre());
        Self::new(centre.x - scale * width / 2.0, centre.y - scale * height / 2.0, scale * width, scale * height)
    }

    /// Intersection over union, 0..=1: how much two rectangles are the same.
    #[must_use]
    pub fn overlap(self, other: Self) -> f64 {
        let shared = self.intersection(other).area();
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }
}

impl Serialize for Rect {
    /// As `[x, y, width, height]`, rounded to a tenth of a pixel: what the report holds.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [tenths(self.x), tenths(self.y), tenths(self.width), tenths(self.height)].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rect {
    /// From `[x, y, width, height]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <[f64; 4]>::deserialize(deserializer).map(|[x, y, width, height]| Self { x, y, width, height })
    }
}

/// The map X = a x + b y + c, Y = d x + e y + f.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Affine(
    /// `[a, b, c, d, e, f]`.
    pub [f64; 6],
);

impl Affine {
    /// The map that leaves every point where it is.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// A turn by `degrees` (clockwise on the screen) about the origin.
    #[must_use]
    pub fn rotation(degrees: f64) -> Self {
        let (sin, cos) = libm::sincos(degrees.to_radians());
        Self([cos, -sin, 0.0, sin, cos, 0.0])
    }

    /// A scaling about the origin, `x` and `y` ways.
    #[must_use]
    pub const fn scaling(x: f64, y: f64) -> Self {
        Self([x, 0.0, 0.0, 0.0, y, 0.0])
    }

    /// A shift by `x`, `y` pixels.
    #[must_use]
    pub const fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y])
    }

    /// A turn by `-roll_deg` about `centre` and a scaling, with `centre` ending at `target`: into a picture in which
    /// what was tilted by `roll_deg` stands level.
    #[must_use]
    pub fn levelling(centre: Point, roll_deg: f64, scale: (f64, f64), target: Point) -> Self {
        Self::translation(-centre.x, -centre.y)
            .then(&Self::rotation(-roll_deg))
            .then(&Self::scaling(scale.0, scale.1))
            .then(&Self::translation(target.x, target.y))
    }

    /// Where `point` goes.
    #[must_use]
    pub fn apply(&self, point: Point) -> Point {
        let [a, b, c, d, e, f] = self.0;
        Point::new(a * point.x + b * point.y + c, d * point.x + e * point.y + f)
    }

    /// How long a step of 1 to the right becomes: how much a similarity enlarges.
    #[must_use]
    pub fn scale(&self) -> f64 {
        let [a, _, _, d, _, _] = self.0;
        libm::hypot(a, d)
    }

    /// The side of a square as large as what a square of side 1 becomes: how much a map enlarges that has not one scale
    /// for all directions. Of a similarity it is [`Self::scale`] but for rounding.
    #[must_use]
    pub fn mean_scale(&self) -> f64 {
        let [a, b, _, d, e, _] = self.0;
        (a * e - b * d).abs().sqrt()
    }

    /// Which way a step to the right goes, in degrees, -180..=180: how far a similarity turns.
    #[must_use]
    pub fn turn_deg(&self) -> f64 {
        let [a, _, _, d, _, _] = self.0;
        libm::atan2(d, a).to_degrees()
    }

    /// This map first, then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [g, h, i, j, k, l] = next.0;
        Self([g * a + h * d, g * b + h * e, g * c + h * f + i, j * a + k * d, j * b + k * e, j * c + k * f + l])
    }

    /// The map back, or `None` where this one flattens the plane.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let determinant = a * e - b * d;
        if !determinant.is_finite() || determinant.abs() < 1e-12 {
            return None;
        }
        let (ia, ib, id, ie) = (e / determinant, -b / determinant, -d / determinant, a / determinant);
        Some(Self([ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_map_and_its_inverse_cancel(
            degrees in -180.0..180.0f64, scale in 0.01..50.0f64, dx in -5e3..5e3f64, dy in -5e3..5e3f64,
            x in -1e4..1e4f64, y in -1e4..1e4f64,
        ) {
            let map = Affine::rotation(degrees).then(&Affine::scaling(scale, scale)).then(&Affine::translation(dx, dy));
            let back = map.inverse().expect("a similarity has an inverse").apply(map.apply(Point::new(x, y)));
            prop_assert!((back.x - x).abs() < 1e-6 && (back.y - y).abs() < 1e-6);
        }

        #[test]
        fn a_map_tells_its_turn_and_its_scale(
            degrees in -179.9..179.9f64, scale in 0.01..50.0f64, dx in -5e3..5e3f64, dy in -5e3..5e3f64,
        ) {
            let map = Affine::rotation(degrees).then(&Affine::scaling(scale, scale)).then(&Affine::translation(dx, dy));
            prop_assert!((map.turn_deg() - degrees).abs() < 1e-9);
            prop_assert!((map.scale() / scale - 1.0).abs() < 1e-12);
            prop_assert!((map.mean_scale() / scale - 1.0).abs() < 1e-12);
        }

        #[test]
        fn a_wrapped_angle_is_the_same_one(degrees in -2e3..2e3f64) {
            let wrapped = wrapped_deg(degrees);
            prop_assert!((-180.0..=180.0).contains(&wrapped));
            let turns = (degrees - wrapped) / 360.0;
            prop_assert!((turns - turns.round()).abs() < 1e-9, "{degrees} {wrapped}");
        }

        #[test]
        fn a_point_on_the_way_is_on_the_way(
            x in -1e4..1e4f64, y in -1e4..1e4f64, to_x in -1e4..1e4f64, to_y in -1e4..1e4f64, share in 0.0..=1.0f64,
        ) {
            let (from, to) = (Point::new(x, y), Point::new(to_x, to_y));
            let (at, length) = (from.towards(to, share), from.distance(to));
            prop_assert!((from.distance(at) - share * length).abs() < 1e-6);
            prop_assert!((at.distance(to) - (1.0 - share) * length).abs() < 1e-6);
            prop_assert_eq!(from.towards(to, 0.0), from);
            prop_assert!(from.towards(to, 0.5).distance(from.midpoint(to)) < 1e-9);
        }

        #[test]
        fn a_rectangle_is_the_smallest_around_its_corners(
            x in -1e3..1e3f64, y in -1e3..1e3f64, width in 0.0..1e3f64, height in 0.0..1e3f64,
        ) {
            let rect = Rect::new(x, y, width, height);
            let around = Rect::around(&rect.corners());
            prop_assert_eq!((around.x, around.y), (x, y));
            prop_assert!((around.width - width).abs() < 1e-9 && (around.height - height).abs() < 1e-9);
            let turned = rect.corners().map(|corner| Affine::rotation(90.0).apply(corner));
            prop_assert!(turned[0].distance(turned[1]) <= width + 1e-9, "the first side is the upper one");
        }

        /// Of two it is, to the last digit, what is half way between them.
        #[test]
        fn the_mean_of_rectangles_is_between_them(
            a in (-1e3..1e3f64, -1e3..1e3f64, 0.0..1e3f64, 0.0..1e3f64),
            b in (-1e3..1e3f64, -1e3..1e3f64, 0.0..1e3f64, 0.0..1e3f64),
        ) {
            let [a, b] = [a, b].map(|(x, y, width, height)| Rect::new(x, y, width, height));
            let half = f64::midpoint;
            let halfway = Rect::new(half(a.x, b.x), half(a.y, b.y), half(a.width, b.width), half(a.height, b.height));
            prop_assert_eq!(Rect::mean([a, b].into_iter()), halfway);
            prop_assert_eq!(Rect::mean([a].into_iter()), a);
            let three = Rect::mean([a, b, a].into_iter());
            prop_assert!((three.x - (2.0 * a.x + b.x) / 3.0).abs() < 1e-9);
            prop_assert_eq!(Rect::mean(std::iter::empty()), Rect::default());
        }

        #[test]
        fn overlap_is_symmetric_and_bounded(
            a in (0.0..100.0f64, 0.0..100.0f64, 0.0..100.0f64, 0.0..100.0f64),
            b in (0.0..100.0f64, 0.0..100.0f64, 0.0..100.0f64, 0.0..100.0f64),
        ) {
            let (a, b) = (Rect::new(a.0, a.1, a.2, a.3), Rect::new(b.0, b.1, b.2, b.3));
            prop_assert!((0.0..=1.0 + 1e-9).contains(&a.overlap(b)));
            prop_assert!((a.overlap(b) - b.overlap(a)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_rectangle_around_points_touches_them() {
        let points = [Point::new(3.0, -1.0), Point::new(-2.0, 5.0), Point::new(0.0, 0.0)];
        assert_eq!(Rect::around(&points), Rect::new(-2.0, -1.0, 5.0, 6.0));
        assert_eq!(Rect::around(&[]), Rect::default());
    }

    #[test]
    fn a_flat_map_has_no_inverse() {
        assert_eq!(Affine([1.0, 2.0, 0.0, 2.0, 4.0, 0.0]).inverse(), None);
    }

    #[test]
    fn a_positive_turn_is_clockwise_on_the_screen() {
        let turned = Affine::rotation(90.0).apply(Point::new(1.0, 0.0));
        assert!((turned.x).abs() < 1e-12 && (turned.y - 1.0).abs() < 1e-12);
    }
}
