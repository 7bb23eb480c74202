//! Convex polygons: where a frame's centre may be is one.

use crate::geometry::Point;
use crate::outline::HalfPlane;

/// How far `point` is beyond `edge`, in pixels; negative inside.
fn excess(edge: &HalfPlane, point: Point) -> f64 {
    edge.normal.x * point.x + edge.normal.y * point.y - edge.limit
}

/// A convex polygon by its corners in order; empty where nothing is left.
#[derive(Clone, Debug, Default)]
pub(super) struct Polygon {
    corners: Vec<Point>,
    /// Memory for the next clipping.
    spare: Vec<Point>,
}

/// Rounding room, in pixels: a point this far outside an edge counts as on it.
const TOLERANCE: f64 = 1e-7;

impl Polygon {
    /// Makes this the square of half side `reach` around `centre`.
    pub fn set_square(&mut self, centre: Point, reach: f64) {
        let at = |x: f64, y: f64| Point::new(centre.x + x * reach, centre.y + y * reach);
        self.set(&[at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)]);
    }

    /// Makes this the polygon of these corners, in order.
    pub fn set(&mut self, corners: &[Point]) {
        self.corners.clear();
        self.corners.extend_from_slice(corners);
    }

    /// Makes this the same polygon as `other`.
    pub fn copy(&mut self, other: &Self) {
        self.set(&other.corners);
    }

    /// Area, in square pixels; 0 where empty.
    pub fn area(&self) -> f64 {
        let mut twice = 0.0;
        for (from, to) in self.sides() {
            twice += from.x * to.y - to.x * from.y;
        }
        twice.abs() / 2.0
    }

    pub fn is_empty(&self) -> bool {
        self.corners.is_empty()
    }

    /// Each corner with the next.
    fn sides(&self) -> impl Iterator<Item = (Point, Point)> {
        let corners = self.corners.as_slice();
        (0..corners.len()).map(|index| (corners[index], corners[if index + 1 < corners.len() { index + 1 } else { 0 }]))
    }

    /// Leaves what is on the inner side of `edge` (Sutherland and Hodgman's clipping).
    pub fn clip(&mut self, edge: &HalfPlane) {
        // Most edges of a circle cut nothing off.
        if self.corners.iter().all(|&corner| excess(edge, corner) <= TOLERANCE) {
            return;
        }
        let mut kept = std::mem::take(&mut self.spare);
        kept.clear();
        for (corner, next) in self.sides() {
            let (here, there) = (excess(edge, corner), excess(edge, next));
            if here <= TOLERANCE {
                kept.push(corner);
            }
            if (here > TOLERANCE) != (there > TOLERANCE) {
                let share = here / (here - there);
                kept.push(corner.towards(next, share));
            }
        }
        self.spare = std::mem::replace(&mut self.corners, kept);
    }

    /// The point of the polygon nearest to `target` when x is measured in units of `unit.x` and y in units of `unit.y`.
    /// `None` where the polygon is empty.
    pub fn nearest(&self, target: Point, unit: Point) -> Option<Point> {
        let scaled = |p: Point| Point::new((p.x - target.x) / unit.x, (p.y - target.y) / unit.y);
        let sides = || self.sides().map(|(from, to)| (scaled(from), scaled(to)));
        if contains_origin(sides()) {
            return Some(target);
        }
        let best = sides().map(nearest_to_origin).reduce(nearer_to_origin)?;
        Some(Point::new(target.x + best.x * unit.x, target.y + best.y * unit.y))
    }
}

/// Whether the origin is inside; a polygon without area, a line or a point, has no inside.
fn contains_origin(sides: impl Iterator<Item = (Point, Point)>) -> bool {
    let mut sum = 0.0;
    for (from, to) in sides {
        let side = from.x * to.y - from.y * to.x;
        if side >= -1e-12 {
            sum += side;
        } else {
            return false;
        }
    }
    sum > 1e-9
}

/// The one of two points that is nearer to the origin; the first of two equally near.
fn nearer_to_origin(first: Point, second: Point) -> Point {
    /// Squares that differ by more than this share are not equal by rounding.
    const SURELY: f64 = 1.0 + 1e-12;
    let (a, b) = (first.x * first.x + first.y * first.y, second.x * second.x + second.y * second.y);
    let is_first = a * SURELY < b || (a <= b * SURELY && first.length() <= second.length());
    if is_first { first } else { second }
}

/// The point nearest to the origin on the line between two points.
fn nearest_to_origin((from, to): (Point, Point)) -> Point {
    let along = Point::new(to.x - from.x, to.y - from.y);
    let length = along.x * along.x + along.y * along.y;
    let share = if length > 0.0 { (-(from.x * along.x + from.y * along.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    from.towards(to, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_plane(x: f64, y: f64, limit: f64) -> HalfPlane {
        HalfPlane { normal: Point::new(x, y), limit }
    }

    fn square() -> Polygon {
        let mut square = Polygon::default();
        square.set_square(Point::default(), 10.0);
        square
    }

    /// What these leave of a square of side 20.
    fn clipped(edges: &[HalfPlane]) -> Polygon {
        let mut polygon = square();
        edges.iter().for_each(|edge| polygon.clip(edge));
        polygon
    }

    #[test]
    fn clipping_keeps_the_inner_side() {
        let square = clipped(&[half_plane(1.0, 0.0, 2.0)]);
        assert_eq!(square.nearest(Point::new(9.0, 0.0), Point::new(1.0, 1.0)), Some(Point::new(2.0, 0.0)));
        assert_eq!(square.area(), 12.0 * 20.0);
    }

    #[test]
    fn a_point_inside_is_its_own_nearest() {
        let inside = Point::new(3.0, -4.0);
        assert_eq!(square().nearest(inside, Point::new(1.0, 2.0)), Some(inside));
    }

    #[test]
    fn contradicting_edges_leave_nothing() {
        let none = clipped(&[half_plane(1.0, 0.0, -2.0), half_plane(-1.0, 0.0, -2.0)]);
        assert!(none.is_empty() && none.nearest(Point::default(), Point::new(1.0, 1.0)).is_none());
    }

    #[test]
    fn a_polygon_of_one_point_is_still_somewhere() {
        let point = clipped(&[
            half_plane(1.0, 0.0, 2.0),
            half_plane(-1.0, 0.0, -2.0),
            half_plane(0.0, 1.0, 3.0),
            half_plane(0.0, -1.0, -3.0),
        ]);
        let nearest = point.nearest(Point::default(), Point::new(1.0, 1.0)).expect("a point is left");
        assert!(nearest.distance(Point::new(2.0, 3.0)) < 1e-6);
    }
}
