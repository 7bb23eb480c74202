//! The search for a frame: what each frame gives up is weighed, and the one that gives up least is taken.

use super::beyond::Reach;
use super::room::{Demand, Stance};
use super::{CORNERS, Frame, Framed, ROLL_LEFT_ALONE, Scale, Step};
use crate::extend::Margins;
use crate::geometry::Point;
use crate::ground::Ground;
use crate::preset::{Preset, Shape};

/// What is given up is weighed: each of these, given up alone, counts 1, and the frame with the smallest sum of squares
/// is taken. Set on the 98 portraits, by their contact sheets and the figures of `tests/quality`: a set keeps one eye
/// line before it keeps one scale, and heads are levelled before either. `docs/framing.md` tells of them.
mod cost {
    use crate::geometry::Point;

    /// The head aside from its place, as fractions of the frame's width and height.
    pub const SHIFT: Point = Point::new(0.03, 0.02);
    /// The head larger or smaller than the preset's target, as a natural logarithm.
    pub const SCALE: f64 = 0.08;
    /// A tilt that is left, in degrees.
    pub const TILT: f64 = 1.0;
    /// Background that is not the photo's own, as a share of the frame.
    pub const PADDED: f64 = 0.1;
    /// Any of it at all, in squares: as much as half a unit of anything else.
    pub const REACHING_OUT: f64 = 0.25;
    /// Beyond this many units a scale costs no longer its square but grows evenly: where a photo is tight anyway, a
    /// little tighter is not worth a tilted head.
    pub const EVEN_FROM: f64 = 1.5;
    /// A head that leaves the preset's circle, in squares: as much as a tilt of 3 degrees.
    pub const OUT_OF_CIRCLE: f64 = 9.0;
    /// A head larger than the preset's limit, in squares: as much as a tilt of 2.4 degrees.
    pub const WIDEST: f64 = 6.0;
    /// A background that is plain no more, in squares: as much as a tilt of 2 degrees.
    pub const NEXT_MARGINS: f64 = 4.0;
}

/// Beyond this shift, in units of [`cost::SHIFT`], a frame counts as one that the photo has no room for.
const LARGEST_SHIFT: f64 = 6.0;

/// Largest frame over ideal frame that `loosen` tries.
const LOOSEST: f64 = 1.6;

/// The tightest frame that `widest` tries has the head this much larger than the preset's limit.
const TIGHTEST: f64 = 3.0;

/// Scales tried between the target and a limit.
const SCALES: i32 = 32;

/// A frame found on the ladder, in levelled coordinates.
struct Placed<'a> {
    stance: &'a Stance,
    centre: Point,
    width: f64,
    height: f64,
    /// How far the head stands from its place, in units of [`cost::SHIFT`].
    shift: f64,
    /// Share of the frame beyond the photo.
    padded: f64,
    steps: Vec<Step>,
    cost: f64,
}

impl Placed<'_> {
    fn framed(mut self, full: f64) -> Framed {
        if self.stance.roll_deg.abs() < full.abs() {
            self.steps.push(Step::LevelLess);
            self.steps.sort_by_key(|step| *step as u8);
        }
        let centre = self.stance.to_upright(self.centre);
        let frame = Frame { centre, width: self.width, height: self.height, roll_deg: self.stance.roll_deg };
        Framed { frame, steps: self.steps, padded: self.padded }
    }
}

/// What a frame may cost to be worth `penalty` more than `best`; anything where there is none.
fn below(best: Option<&Placed>, penalty: f64) -> f64 {
    best.map_or(f64::INFINITY, |best| best.cost - penalty)
}

/// A head's way to a frame, from the one that the preset wants to whatever holds the head.
pub(super) struct Ladder<'a> {
    pub preset: &'a Preset,
    pub ground: &'a Ground,
    /// In source pixels.
    pub head_length: f64,
    /// The turn that would level the head, in degrees.
    pub full: f64,
    /// Height of the largest upright frame that the photo holds, in source pixels.
    pub extent: f64,
    pub scale: Scale,
}

impl Ladder<'_> {
    /// The cheapest frame: as the preset wants it; without the circle proof, for photos that end in the hair; larger
    /// than the preset's limit, for photos that are tight themselves.
    pub fn climb(&self, stances: &[Stance]) -> Option<Framed> {
        let mut best: Option<Placed> = None;
        for margins in self.ground.margins(self.preset.framing.extend) {
            let is_good = |placed: &Placed| {
                (self.full - placed.stance.roll_deg).abs() <= ROLL_LEFT_ALONE && !placed.steps.contains(&Step::Widest)
            };
            if best.as_ref().is_some_and(is_good) {
                break;
            }
            let most = below(best.as_ref(), cost::NEXT_MARGINS);
            best = self.climb_on(stances, margins, most).or(best);
        }
        best.map(|placed| placed.framed(self.full))
    }

    /// The cheapest frame under `most` on these margins.
    fn climb_on<'s>(&self, stances: &'s [Stance], margins: &Margins, most: f64) -> Option<Placed<'s>> {
        let comfortable = Demand::comfortable(self.preset);
        let mut best = self.at_preset_scale(stances, margins, &comfortable, most);
        let without_circle = Demand::comfortable_without_circle(self.preset);
        let limit = most.min(below(best.as_ref(), cost::OUT_OF_CIRCLE));
        let open = self.at_preset_scale(stances, margins, &without_circle, limit);
        best = open.map(|placed| self.out_of_circle(placed)).or(best);
        let corners = if best.is_some() { &CORNERS[..1] } else { &CORNERS };
        let limit = most.min(below(best.as_ref(), cost::WIDEST));
        let widest = |&corners: &f64| self.widest(stances, margins, &Demand::barely(corners), limit);
        corners.iter().find_map(widest).map(|placed| self.out_of_circle(placed)).or(best)
    }

    /// `placed`, which was found without the circle proof, with the word for it where the preset has a circle.
    fn out_of_circle<'s>(&self, mut placed: Placed<'s>) -> Placed<'s> {
        if self.preset.shape == Shape::Circle {
            placed.steps.push(Step::OutOfCircle);
        }
        placed
    }

    /// The cheapest frame under `most` with the head between the preset's target and its limits.
    fn at_preset_scale<'s>(
        &self,
        stances: &'s [Stance],
        margins: &Margins,
        demand: &Demand,
        most: f64,
    ) -> Option<Placed<'s>> {
        let target = self.head_length / self.preset.framing.head_height;
        let tightest = self.head_length / self.preset.framing.max_head_height;
        let tighter = (0..=SCALES).map(|step| between(target, tightest, step));
        let looser = (1..=SCALES).map(|step| between(target, target * LOOSEST, step));
        let heights: Vec<f64> = tighter.chain(looser).collect();
        let is_near = |placed: &Placed| placed.shift <= LARGEST_SHIFT;
        let held = match self.scale {
            Scale::Held => self.cheapest(stances, &[target], margins, demand, most, is_near),
            Scale::Weighed => None,
        };
        held.or_else(|| self.cheapest(stances, &heights, margins, demand, most, is_near))
    }

    /// The cheapest frame under `most` that holds the head at all: the photo is itself tighter than the preset.
    fn widest<'s>(&self, stances: &'s [Stance], margins: &Margins, demand: &Demand, most: f64) -> Option<Placed<'s>> {
        let widest = (self.head_length / self.preset.framing.head_height).min(self.extent);
        let tightest = self.head_length / self.preset.framing.max_head_height / TIGHTEST;
        let heights: Vec<f64> = (0..=SCALES).map(|step| between(widest, tightest, step)).collect();
        let mut placed = self.cheapest(stances, &heights, margins, demand, most, |_| true)?;
        placed.steps.retain(|step| matches!(step, Step::Shift | Step::Extend));
        placed.steps.push(Step::Widest);
        Some(placed)
    }

    fn cheapest<'s>(
        &self,
        stances: &'s [Stance],
        heights: &[f64],
        margins: &Margins,
        demand: &Demand,
        most: f64,
        is_allowed: impl Fn(&Placed) -> bool,
    ) -> Option<Placed<'s>> {
        let mut tries: Vec<(f64, &Stance, f64)> = stances
            .iter()
            .flat_map(|stance| heights.iter().map(move |&height| (stance, height)))
            .map(|(stance, height)| (self.scale_cost(height) + self.tilt_cost(stance), stance, height))
            .collect();
        // Shift and padding only add to this: once it is over the best, no later try is better.
        tries.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let mut best: Option<Placed> = None;
        for (least, stance, height) in tries {
            let most = best.as_ref().map_or(most, |best| best.cost);
            if least >= most {
                break;
            }
            best =
                self.try_frame(stance, height, margins, demand).filter(|it| it.cost < most && is_allowed(it)).or(best);
        }
        best
    }

    /// The frame of this height that costs least of those that `demand` allows.
    fn try_frame<'s>(&self, stance: &'s Stance, height: f64, margins: &Margins, demand: &Demand) -> Option<Placed<'s>> {
        let framing = &self.preset.framing;
        let width = height * self.preset.aspect();
        let ideal = stance.ideal_centre(framing, width, height);
        let unit = Point::new(cost::SHIFT.x * width, cost::SHIFT.y * height);
        let inside = stance.allowed_centres(width, height, demand).nearest(ideal, unit);
        let inside = inside.map(|(centre, _)| self.placed(stance, centre, ideal, height, 0.0));
        if margins.is_none() || inside.as_ref().is_some_and(|placed| placed.shift == 0.0) {
            return inside;
        }
        let around = stance.centres_around_head(width, height, demand);
        let anchor = inside.as_ref().map_or_else(|| stance.to_levelled(self.photo_centre()), |placed| placed.centre);
        let reach = Reach { outline: &self.ground.outline, margins };
        let reaching = reach.reaching_out(stance, (width, height), &around, ideal, anchor, unit);
        let reaching = reaching.into_iter().map(|(centre, padded)| self.placed(stance, centre, ideal, height, padded));
        inside.into_iter().chain(reaching).min_by(|a, b| a.cost.total_cmp(&b.cost))
    }

    fn photo_centre(&self) -> Point {
        let (width, height) = self.ground.outline.size();
        Point::new(f64::from(width) / 2.0, f64::from(height) / 2.0)
    }

    /// A frame around `centre`, and what it costs.
    fn placed<'s>(&self, stance: &'s Stance, centre: Point, ideal: Point, height: f64, padded: f64) -> Placed<'s> {
        /// Less than this share of a unit does not show, and is not worth a word in the report.
        const UNSEEN: f64 = 0.05;
        let width = height * self.preset.aspect();
        let unit = Point::new(cost::SHIFT.x * width, cost::SHIFT.y * height);
        let shift = ((centre.x - ideal.x) / unit.x).hypot((centre.y - ideal.y) / unit.y);
        let scale = self.scale_units(height);
        let taken = [
            (shift > UNSEEN, Step::Shift),
            (scale > UNSEEN, Step::Tighten),
            (scale < -UNSEEN, Step::Loosen),
            (padded > 0.0, Step::Extend),
        ];
        let steps = taken.into_iter().filter_map(|(is_taken, step)| is_taken.then_some(step)).collect();
        let padding = if padded > 0.0 { cost::REACHING_OUT + (padded / cost::PADDED).powi(2) } else { 0.0 };
        let cost = shift * shift + self.scale_cost(height) + self.tilt_cost(stance) + padding;
        Placed { stance, centre, width, height, shift, padded, steps, cost }
    }

    /// How much larger than its target the head is in a frame of this height, in units of [`cost::SCALE`].
    fn scale_units(&self, height: f64) -> f64 {
        (self.head_length / self.preset.framing.head_height / height).ln() / cost::SCALE
    }

    fn scale_cost(&self, height: f64) -> f64 {
        let units = self.scale_units(height).abs();
        let even = units.min(cost::EVEN_FROM);
        even * (2.0 * units - even)
    }

    fn tilt_cost(&self, stance: &Stance) -> f64 {
        ((self.full - stance.roll_deg) / cost::TILT).powi(2)
    }
}

/// `step` of [`SCALES`] equal ratios on the way from `from` to `to`.
fn between(from: f64, to: f64, step: i32) -> f64 {
    if step == 0 { from } else { from * (to / from).powf(f64::from(step) / f64::from(SCALES)) }
}
