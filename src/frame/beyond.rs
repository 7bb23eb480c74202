//! Frames that reach beyond the photo, onto a background that may be continued.

use super::Frame;
use super::polygon::Polygon;
use super::room::Stance;
use crate::extend::Margins;
use crate::geometry::Point;
use crate::outline::Outline;

/// No more of a frame than this share may be beyond the photo: what is left would look made up.
const MOST_PADDED: f64 = 0.25;

/// Centres tried between the one that is nearest to where the preset wants it and the one that stays on the photo.
const CENTRES: u32 = 8;

/// Points looked at along each side of a frame.
const SIDE_POINTS: u32 = 24;

/// A frame is moved back to its margins at most so often; each move may meet less plain background.
const MOVES: u32 = 8;

/// Less than this, as a share of a frame's height, is where it should be.
const TOLERANCE: f64 = 1e-4;

/// A photo and where it may be continued.
pub(super) struct Reach<'a> {
    pub outline: &'a Outline,
    pub margins: &'a Margins,
}

impl Reach<'_> {
    /// Frames of this width and height, by their centres (in levelled coordinates) with the share that is beyond the
    /// photo: from the one whose centre is nearest to `ideal` evenly on the way to `anchor`. Centres stay in `around`.
    pub fn reaching_out(
        &self,
        stance: &Stance,
        (width, height): (f64, f64),
        around: &Polygon,
        ideal: Point,
        anchor: Point,
        unit: Point,
    ) -> Vec<(Point, f64)> {
        let frame =
            |centre: Point| Frame { centre: stance.to_upright(centre), width, height, roll_deg: stance.roll_deg };
        let mut nearest = ideal;
        for _ in 0..MOVES {
            let Some((inside, _)) = around.nearest(nearest, unit) else { return Vec::new() };
            let Some(way) = self.way_back(&frame(inside)) else { return Vec::new() };
            nearest = inside;
            if way.x.hypot(way.y) <= TOLERANCE * height {
                break;
            }
            let back = stance.to_upright(inside);
            nearest = stance.to_levelled(Point::new(back.x + way.x, back.y + way.y));
        }
        let Some(((from, _), (to, _))) = around.nearest(nearest, unit).zip(around.nearest(anchor, unit)) else {
            return Vec::new();
        };
        (0..CENTRES)
            .filter_map(|step| {
                let share = f64::from(step) / f64::from(CENTRES);
                let centre = Point::new(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y));
                Some((centre, self.padded(&frame(centre))?))
            })
            .collect()
    }

    /// How far `frame` has to move to be on the photo and its margins, to the right or left and down or up; `None`
    /// where it has to go both ways.
    fn way_back(&self, frame: &Frame) -> Option<Point> {
        let corners = frame.corners();
        let (mut least, mut most) = (Point::default(), Point::default());
        for index in 0..4 {
            let (from, to) = (corners[index], corners[(index + 1) % 4]);
            for step in 0..SIDE_POINTS {
                let share = f64::from(step) / f64::from(SIDE_POINTS);
                let point = Point::new(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y));
                let way = self.margins.way_back(point);
                least = Point::new(least.x.min(way.x), least.y.min(way.y));
                most = Point::new(most.x.max(way.x), most.y.max(way.y));
            }
        }
        let tolerance = TOLERANCE * frame.height;
        let goes_both_ways =
            (least.x < -tolerance && most.x > tolerance) || (least.y < -tolerance && most.y > tolerance);
        (!goes_both_ways).then(|| Point::new(least.x + most.x, least.y + most.y))
    }

    /// The share of `frame` beyond the photo, where all of that is on the margins and not too much.
    fn padded(&self, frame: &Frame) -> Option<f64> {
        let way = self.way_back(frame)?;
        if way.x.hypot(way.y) > TOLERANCE * frame.height {
            return None;
        }
        let edges = self.outline.levelled(Point::default(), 0.0);
        let photo_edges = edges.iter().take(Outline::PHOTO_EDGES);
        let on_photo = photo_edges.fold(Polygon::of(&frame.corners()), |polygon, edge| polygon.clipped(edge));
        let share = (1.0 - on_photo.area() / (frame.width * frame.height)).max(0.0);
        // Less is rounding, and no pixel.
        let share = if share < TOLERANCE * TOLERANCE { 0.0 } else { share };
        (share <= MOST_PADDED).then_some(share)
    }
}
