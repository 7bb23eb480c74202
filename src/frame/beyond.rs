//! Frames that reach beyond the photo, onto a background that may be continued.

use super::polygon::Polygon;
use super::room::Stance;
use crate::extend::Margins;
use crate::geometry::Point;
use crate::outline::Outline;

/// No more of a frame than this share may be beyond the photo: what is left would look made up. Set by eye.
const MOST_PADDED: f64 = 0.25;

/// Centres tried between the one that is nearest to where the preset wants it and the one that stays on the photo. This
/// and the two numbers below were set by hand.
const CENTRES: u32 = 8;

/// Points looked at along each side of a frame.
const SIDE_POINTS: u32 = 24;

/// A frame is moved back to its margins at most so often; each move may meet less plain background.
const MOVES: u32 = 8;

/// Less than this, as a share of a frame's height, is where it should be.
pub(super) const TOLERANCE: f64 = 1e-4;

/// A smaller share of a frame beyond the photo is rounding.
const LEAST_PADDED: f64 = TOLERANCE * TOLERANCE;

/// Frames of one size, turned for one stance, on a photo and where it may be continued.
pub(super) struct Reach<'a> {
    stance: &'a Stance,
    outline: &'a Outline,
    margins: &'a Margins,
    width: f64,
    height: f64,
    /// From a frame's centre to its corners, on the photo.
    corners: [Point; 4],
}

impl<'a> Reach<'a> {
    /// Frames of this width and height.
    pub fn new(stance: &'a Stance, outline: &'a Outline, margins: &'a Margins, (width, height): (f64, f64)) -> Self {
        let corner = |x: f64, y: f64| stance.turned(Point::new(x * width, y * height));
        let corners = [corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)];
        Self { stance, outline, margins, width, height, corners }
    }

    /// The corners of the frame around `centre` of levelled coordinates, in upright source pixels.
    fn corners(&self, centre: Point) -> [Point; 4] {
        let centre = self.stance.to_upright(centre);
        self.corners.map(|corner| Point::new(corner.x + centre.x, corner.y + centre.y))
    }

    /// Centres of frames (in levelled coordinates) that may reach beyond the photo: from the one that is nearest to
    /// `ideal` evenly on the way to `anchor`. They stay in `around`.
    pub fn centres(
        &self,
        around: &Polygon,
        ideal: Point,
        anchor: Point,
        unit: Point,
    ) -> Option<impl Iterator<Item = Point> + use<>> {
        let mut nearest = ideal;
        for _ in 0..MOVES {
            let inside = around.nearest(nearest, unit)?;
            let way = self.way_back(inside)?;
            nearest = inside;
            if self.is_nothing(way) {
                break;
            }
            let back = self.stance.to_upright(inside);
            nearest = self.stance.to_levelled(Point::new(back.x + way.x, back.y + way.y));
        }
        let (from, to) = (around.nearest(nearest, unit)?, around.nearest(anchor, unit)?);
        Some((0..CENTRES).map(move |step| {
            let share = f64::from(step) / f64::from(CENTRES);
            from.towards(to, share)
        }))
    }

    /// Whether a frame that has to move by `way` is where it should be.
    fn is_nothing(&self, way: Point) -> bool {
        way == Point::default() || way.length() <= TOLERANCE * self.height
    }

    /// Whether the frame around `centre` (levelled coordinates) is on the photo and its margins.
    pub fn is_held(&self, centre: Point) -> bool {
        self.way_back(centre).is_some_and(|way| self.is_nothing(way))
    }

    /// How far the frame around `centre` (levelled coordinates) has to move to be on the photo and its margins, to the
    /// right or left and down or up, on the photo; `None` where it has to go both ways.
    fn way_back(&self, centre: Point) -> Option<Point> {
        let corners = self.corners(centre);
        let tolerance = TOLERANCE * self.height;
        let (mut least, mut most) = (Point::default(), Point::default());
        for index in 0..4 {
            let (from, to) = (corners[index], corners[(index + 1) % 4]);
            if self.margins.is_on_photo(from) && self.margins.is_on_photo(to) {
                continue;
            }
            for step in 0..SIDE_POINTS {
                let share = f64::from(step) / f64::from(SIDE_POINTS);
                let point = from.towards(to, share);
                if self.margins.is_on_photo(point) {
                    continue;
                }
                let way = self.margins.way_back(point);
                least = Point::new(least.x.min(way.x), least.y.min(way.y));
                most = Point::new(most.x.max(way.x), most.y.max(way.y));
            }
            let is_between = |least: f64, most: f64| least < -tolerance && most > tolerance;
            if is_between(least.x, most.x) || is_between(least.y, most.y) {
                return None;
            }
        }
        Some(Point::new(least.x + most.x, least.y + most.y))
    }

    /// The share of the frame around `centre` (levelled coordinates) beyond the photo, where that is not too much.
    /// `spare` is memory for a polygon.
    pub fn padded(&self, centre: Point, spare: &mut Polygon) -> Option<f64> {
        spare.set(&self.corners(centre));
        self.outline.photo_edges().iter().for_each(|edge| spare.clip(edge));
        let share = (1.0 - spare.area() / (self.width * self.height)).max(0.0);
        // Less is rounding, and no pixel.
        let share = if share < LEAST_PADDED { 0.0 } else { share };
        (share <= MOST_PADDED).then_some(share)
    }
}
