//! The cheapest of many frames: which are looked at closely, and which cannot be the one.

use super::beyond::{Reach, TOLERANCE};
use super::ladder::{Ladder, cost};
use super::polygon::Polygon;
use super::room::{Demand, Stance, leave_inside};
use crate::extend::Margins;
use crate::geometry::Point;
use crate::outline::{HalfPlane, Outline};

/// Bounds on shifts, in units of [`cost::SHIFT`], are trusted no further than this: polygons are exact to rounding.
const ROUNDING: f64 = 1e-3;

/// A frame that counts as one on the photo is beyond it by less than this share of its longer side: 1e-8 of its area,
/// which a corner has that stands out by 1e-4, with as much again for safety.
const UNSEEN_CORNER: f64 = 2e-4;

/// A frame's turn and size, with what they cost.
pub(super) struct Try<'a> {
    pub stance: &'a Stance,
    /// In source pixels.
    pub height: f64,
    pub scale_cost: f64,
    pub tilt_cost: f64,
}

impl Try<'_> {
    /// What the frame costs where nothing else is given up.
    pub fn least(&self) -> f64 {
        self.scale_cost + self.tilt_cost
    }
}

/// A frame found on the ladder, in levelled coordinates.
pub(super) struct Placed<'a> {
    pub stance: &'a Stance,
    pub centre: Point,
    pub width: f64,
    pub height: f64,
    /// How far the head stands from its place, in units of [`cost::SHIFT`].
    pub shift: f64,
    /// Share of the frame beyond the photo.
    pub padded: f64,
    pub cost: f64,
    /// Whether the preset's limits were left.
    pub is_widest: bool,
    /// Whether the preset's circle was not looked at.
    pub is_out_of_circle: bool,
}

/// Polygons whose memory goes from one try to the next.
#[derive(Default)]
struct Workspace {
    around: Polygon,
    inside: Polygon,
    spare: Polygon,
}

/// Where a frame should be, and in which units it is off.
struct Aim<'a, 's> {
    attempt: &'a Try<'s>,
    width: f64,
    ideal: Point,
    unit: Point,
}

impl<'s> Aim<'_, 's> {
    /// How far the head stands from its place in a frame around `centre`, in units of [`cost::SHIFT`].
    fn shift(&self, centre: Point) -> f64 {
        libm::hypot((centre.x - self.ideal.x) / self.unit.x, (centre.y - self.ideal.y) / self.unit.y)
    }

    /// The shift that it takes at least to be inside all of `edges`.
    fn least_shift(&self, edges: impl Iterator<Item = HalfPlane>) -> f64 {
        let mut least: f64 = 0.0;
        for edge in edges {
            let excess = edge.normal.x * self.ideal.x + edge.normal.y * self.ideal.y - edge.limit;
            if excess > 0.0 {
                let (x, y) = (edge.normal.x * self.unit.x, edge.normal.y * self.unit.y);
                least = least.max(excess / (x * x + y * y).sqrt());
            }
        }
        least
    }

    /// What a frame costs with this shift.
    fn cost(&self, shift: f64) -> f64 {
        shift * shift + self.attempt.scale_cost + self.attempt.tilt_cost
    }

    /// The frame around `centre`, which costs this much.
    fn placed(&self, centre: Point, shift: f64, padded: f64, cost: f64) -> Placed<'s> {
        let Try { stance, height, .. } = *self.attempt;
        let width = self.width;
        Placed { stance, centre, width, height, shift, padded, cost, is_widest: false, is_out_of_circle: false }
    }
}

/// The search for the cheapest of some frames.
pub(super) struct Search<'a> {
    ladder: &'a Ladder<'a>,
    /// Where the photo may be continued, if it may be at all.
    margins: Option<&'a Margins>,
    /// How far at most beyond each edge of the photo, in source pixels.
    farthest: [f64; Outline::PHOTO_EDGES],
    demand: Demand,
    /// In units of [`cost::SHIFT`]: a frame beyond is none.
    largest_shift: f64,
}

impl<'a> Search<'a> {
    pub fn new(ladder: &'a Ladder, margins: &'a Margins, demand: Demand, largest_shift: f64) -> Self {
        let margins = (!margins.is_none()).then_some(margins);
        let farthest = margins.map_or_else(Default::default, Margins::farthest);
        Self { ladder, margins, farthest, demand, largest_shift }
    }

    /// The cheapest frame under `most`. `tries` are in the order of their [`Try::least`].
    pub fn cheapest<'s>(&self, tries: &[Try<'s>], most: f64) -> Option<Placed<'s>> {
        let mut spaces = Workspace::default();
        let mut best: Option<Placed> = None;
        for attempt in tries {
            let most = best.as_ref().map_or(most, |best| best.cost);
            // Shift and padding only add to this: once it is over the best, no later try is better.
            if attempt.least() >= most {
                break;
            }
            let found = self.try_frame(attempt, most, &mut spaces);
            best = found.filter(|it| it.cost < most && it.shift <= self.largest_shift).or(best);
        }
        best
    }

    /// The frame of this height that costs least of those that the demand allows. It need not be found where it costs
    /// `most` or more.
    fn try_frame<'s>(&self, attempt: &Try<'s>, most: f64, spaces: &mut Workspace) -> Option<Placed<'s>> {
        let &Try { stance, height, .. } = attempt;
        let preset = self.ladder.preset;
        let width = height * preset.aspect();
        let ideal = stance.ideal_centre(&preset.framing, width, height);
        let aim = Aim { attempt, width, ideal, unit: Point::new(cost::SHIFT.x * width, cost::SHIFT.y * height) };
        let least = self.least_cost(&aim, most)?;
        let Workspace { around, inside, spare } = spaces;
        stance.set_centres_around_head(around, width, height, &self.demand);
        inside.copy(around);
        leave_inside(inside, stance.on_photo(width, height, &self.demand));
        let inside = inside.nearest(ideal, aim.unit).map(|centre| {
            let shift = aim.shift(centre);
            aim.placed(centre, shift, 0.0, aim.cost(shift))
        });
        let most = inside.as_ref().map_or(most, |placed| placed.cost.min(most));
        let margins = self.margins.filter(|_| least < most && inside.as_ref().is_none_or(|placed| placed.shift != 0.0));
        let reaching = margins.and_then(|margins| {
            let anchor =
                inside.as_ref().map_or_else(|| stance.to_levelled(self.photo_centre()), |placed| placed.centre);
            let reach = Reach::new(stance, &self.ladder.ground.outline, margins, (width, height));
            let centres = reach.centres(around, ideal, anchor, aim.unit)?;
            cheapest_beyond(&aim, &reach, centres, most, spare)
        });
        reaching.or(inside)
    }

    /// A bound on what the frame costs, without a polygon; `None` where that is `most` or its shift is too large.
    fn least_cost(&self, aim: &Aim, most: f64) -> Option<f64> {
        let (Try { stance, height, .. }, width) = (aim.attempt, aim.width);
        let corner = UNSEEN_CORNER * width.max(*height) / aim.unit.x.min(aim.unit.y);
        let on_photo = aim.least_shift(stance.on_photo(width, *height, &self.demand)) - ROUNDING - corner;
        // What one side of a frame is beyond may make up for what the other is.
        let tolerance = 2.0 * TOLERANCE * height;
        let on_photo_edges = stance.on_photo(width, *height, &self.demand).zip(self.farthest);
        let on_margins =
            on_photo_edges.map(|(edge, depth)| HalfPlane { limit: edge.limit + depth + tolerance, ..edge });
        let on_margins = if self.margins.is_some() { aim.least_shift(on_margins) } else { 0.0 };
        let bound = |around: f64| {
            let around = around.max(on_margins);
            let around = (around - ROUNDING).max(0.0);
            let on_photo = on_photo.max(around);
            let on_photo_cost = on_photo * on_photo;
            let (shift, added) = match self.margins {
                Some(_) => (around, on_photo_cost.min(around * around + cost::REACHING_OUT)),
                None => (on_photo, on_photo_cost),
            };
            let least = aim.attempt.least() + added;
            (shift <= self.largest_shift && least < most).then_some(least)
        };
        let around_face = aim.least_shift(stance.around_face(width, *height, &self.demand).into_iter());
        let least = bound(around_face)?;
        match stance.inside_circle(width, *height, &self.demand) {
            Some(circle) => bound(aim.least_shift(circle).max(around_face)),
            None => Some(least),
        }
    }

    fn photo_centre(&self) -> Point {
        let (width, height) = self.ladder.ground.outline.size();
        Point::new(f64::from(width) / 2.0, f64::from(height) / 2.0)
    }
}

/// The cheapest under `most` of the frames around `centres` that are on the photo and its margins.
fn cheapest_beyond<'s>(
    aim: &Aim<'_, 's>,
    reach: &Reach,
    centres: impl Iterator<Item = Point>,
    most: f64,
    spare: &mut Polygon,
) -> Option<Placed<'s>> {
    let mut best = None;
    let mut most = most;
    for centre in centres {
        let shift = aim.shift(centre);
        let on_photo = aim.cost(shift);
        if on_photo >= most {
            continue;
        }
        let Some(padded) = reach.padded(centre, spare) else { continue };
        let units = padded / cost::PADDED;
        let padding = if padded > 0.0 { cost::REACHING_OUT + units * units } else { 0.0 };
        let cost = on_photo + padding;
        // Last, since it takes longest.
        if cost < most && reach.is_held(centre) {
            most = cost;
            best = Some(aim.placed(centre, shift, padded, cost));
        }
    }
    best
}
