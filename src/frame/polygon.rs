//! Convex polygons: where a frame's centre may be is one.

use crate::geometry::Point;
use crate::outline::HalfPlane;

/// How far `point` is beyond `edge`, in pixels; negative inside.
fn excess(edge: &HalfPlane, point: Point) -> f64 {
    edge.normal.x * point.x + edge.normal.y * point.y - edge.limit
}

/// A convex polygon by its corners in order; empty where nothing is left.
#[derive(Clone, Debug)]
pub(super) struct Polygon(Vec<Point>);

/// Rounding room, in pixels: a point this far outside an edge counts as on it.
const TOLERANCE: f64 = 1e-7;

impl Polygon {
    /// The square of half side `reach` around `centre`.
    pub fn square(centre: Point, reach: f64) -> Self {
        let at = |x: f64, y: f64| Point::new(centre.x + x * reach, centre.y + y * reach);
        Self(vec![at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)])
    }

    /// The polygon of these corners, in order.
    pub fn of(corners: &[Point]) -> Self {
        Self(corners.to_vec())
    }

    /// Area, in square pixels; 0 where empty.
    pub fn area(&self) -> f64 {
        let next = |index: usize| self.0[(index + 1) % self.0.len()];
        let twice: f64 = self.0.iter().enumerate().map(|(i, from)| from.x * next(i).y - next(i).x * from.y).sum();
        twice.abs() / 2.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left of the polygon on the inner side of `edge` (Sutherland and Hodgman's clipping).
    pub fn clipped(self, edge: &HalfPlane) -> Self {
        let corners = self.0;
        let mut kept = Vec::with_capacity(corners.len() + 2);
        for (index, &corner) in corners.iter().enumerate() {
            let next = corners[(index + 1) % corners.len()];
            let (here, there) = (excess(edge, corner), excess(edge, next));
            if here <= TOLERANCE {
                kept.push(corner);
            }
            if (here > TOLERANCE) != (there > TOLERANCE) {
                let share = here / (here - there);
                kept.push(Point::new(corner.x + share * (next.x - corner.x), corner.y + share * (next.y - corner.y)));
            }
        }
        Self(kept)
    }

    /// The point of the polygon nearest to `target` when x is measured in units of `unit.x` and y in units of `unit.y`,
    /// with that distance; 0 inside. `None` where the polygon is empty.
    pub fn nearest(&self, target: Point, unit: Point) -> Option<(Point, f64)> {
        let scaled = |p: Point| Point::new((p.x - target.x) / unit.x, (p.y - target.y) / unit.y);
        let corners: Vec<Point> = self.0.iter().map(|&corner| scaled(corner)).collect();
        if contains_origin(&corners) {
            return Some((target, 0.0));
        }
        let edges = corners.iter().enumerate().map(|(index, &from)| (from, corners[(index + 1) % corners.len()]));
        let best = edges.map(nearest_to_origin).min_by(|a, b| a.x.hypot(a.y).total_cmp(&b.x.hypot(b.y)))?;
        Some((Point::new(target.x + best.x * unit.x, target.y + best.y * unit.y), best.x.hypot(best.y)))
    }
}

/// Whether the origin is inside; a polygon without area, a line or a point, has no inside.
fn contains_origin(corners: &[Point]) -> bool {
    let side = |(index, from): (usize, &Point)| {
        let to = corners[(index + 1) % corners.len()];
        from.x * to.y - from.y * to.x
    };
    corners.iter().enumerate().all(|edge| side(edge) >= -1e-12)
        && corners.iter().enumerate().map(side).sum::<f64>() > 1e-9
}

/// The point nearest to the origin on the line between two points.
fn nearest_to_origin((from, to): (Point, Point)) -> Point {
    let along = Point::new(to.x - from.x, to.y - from.y);
    let length = along.x * along.x + along.y * along.y;
    let share = if length > 0.0 { (-(from.x * along.x + from.y * along.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    Point::new(from.x + share * along.x, from.y + share * along.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_plane(x: f64, y: f64, limit: f64) -> HalfPlane {
        HalfPlane { normal: Point::new(x, y), limit }
    }

    #[test]
    fn clipping_keeps_the_inner_side() {
        let square = Polygon::square(Point::default(), 10.0).clipped(&half_plane(1.0, 0.0, 2.0));
        let (nearest, distance) = square.nearest(Point::new(9.0, 0.0), Point::new(1.0, 1.0)).expect("not empty");
        assert_eq!((nearest, distance), (Point::new(2.0, 0.0), 7.0));
    }

    #[test]
    fn a_point_inside_is_its_own_nearest() {
        let inside = Point::new(3.0, -4.0);
        let square = Polygon::square(Point::default(), 10.0);
        assert_eq!(square.nearest(inside, Point::new(1.0, 2.0)), Some((inside, 0.0)));
    }

    #[test]
    fn contradicting_edges_leave_nothing() {
        let none = Polygon::square(Point::default(), 10.0)
            .clipped(&half_plane(1.0, 0.0, -2.0))
            .clipped(&half_plane(-1.0, 0.0, -2.0));
        assert!(none.is_empty() && none.nearest(Point::default(), Point::new(1.0, 1.0)).is_none());
    }

    #[test]
    fn a_polygon_of_one_point_is_still_somewhere() {
        let point = Polygon::square(Point::default(), 10.0)
            .clipped(&half_plane(1.0, 0.0, 2.0))
            .clipped(&half_plane(-1.0, 0.0, -2.0))
            .clipped(&half_plane(0.0, 1.0, 3.0))
            .clipped(&half_plane(0.0, -1.0, -3.0));
        let (nearest, _) = point.nearest(Point::default(), Point::new(1.0, 1.0)).expect("a point is left");
        assert!(nearest.distance(Point::new(2.0, 3.0)) < 1e-6);
    }
}
