//! The search for a frame: what each frame gives up is weighed, and the one that gives up least is taken.

use super::room::{Demand, Stance};
use super::search::{Placed, Search, Try};
use super::{CORNERS, Frame, Framed, ROLL_LEFT_ALONE, Scale, Step};
use crate::extend::Margins;
use crate::ground::Ground;
use crate::preset::{Preset, Shape};
use std::cell::OnceCell;

/// What is given up is weighed: each of these, given up alone, counts 1, and the frame with the smallest sum of squares
/// is taken. Set on the 98 portraits, by their contact sheets and the figures of `tests/quality`: a set keeps one eye
/// line before it keeps one scale, and heads are levelled before either. `docs/framing.md` tells of them.
pub(super) mod cost {
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

/// Beyond this shift, in units of [`cost::SHIFT`], a frame counts as one that the photo has no room for. Set by eye;
/// so are the two below.
const LARGEST_SHIFT: f64 = 6.0;

/// Largest frame over ideal frame that `loosen` tries.
const LOOSEST: f64 = 1.6;

/// The tightest frame that `widest` tries has the head this much larger than the preset's limit.
const TIGHTEST: f64 = 3.0;

/// Scales tried between the target and a limit: up to [`LOOSEST`], steps of 1.5 %.
const SCALES: i32 = 32;

/// The frames that are tried, each list cheapest first.
struct Tries<'a> {
    /// With the head as large as the preset wants it.
    target: Vec<Try<'a>>,
    /// With the head between the preset's target and its limits.
    scales: Vec<Try<'a>>,
    /// For photos that are tight themselves; seldom asked for.
    widest: OnceCell<Vec<Try<'a>>>,
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
        let target = self.head_length / self.preset.framing.head_height;
        let held: &[f64] = if self.scale == Scale::Held { &[target] } else { &[] };
        let tries = Tries {
            target: self.tries(stances, held),
            scales: self.tries(stances, &self.preset_heights(target)),
            widest: OnceCell::new(),
        };
        let mut best: Option<Placed> = None;
        for margins in self.ground.margins(self.preset.framing.extend) {
            let is_good =
                |placed: &Placed| (self.full - placed.stance.roll_deg).abs() <= ROLL_LEFT_ALONE && !placed.is_widest;
            if best.as_ref().is_some_and(is_good) {
                break;
            }
            let most = below(best.as_ref(), cost::NEXT_MARGINS);
            best = self.climb_on(stances, &tries, margins, most).or(best);
        }
        best.map(|placed| self.framed(&placed))
    }

    /// The cheapest frame under `most` on these margins.
    fn climb_on<'s>(
        &self,
        stances: &'s [Stance],
        tries: &Tries<'s>,
        margins: &Margins,
        most: f64,
    ) -> Option<Placed<'s>> {
        let mut best = self.at_preset_scale(tries, margins, Demand::comfortable(self.preset), most);
        let is_circle = self.preset.shape == Shape::Circle;
        // Without a circle that is what was looked for already, unless the scale was held.
        if is_circle || self.scale == Scale::Held {
            let limit = most.min(below(best.as_ref(), cost::OUT_OF_CIRCLE));
            let open = self.at_preset_scale(tries, margins, Demand::comfortable_without_circle(self.preset), limit);
            best = open.map(|placed| Placed { is_out_of_circle: is_circle, ..placed }).or(best);
        }
        // Only shapes cut out of their photo have corners to give up.
        let all = best.is_none() && !self.ground.outline.is_rectangle();
        let corners = if all { &CORNERS[..] } else { &CORNERS[..1] };
        let limit = most.min(below(best.as_ref(), cost::WIDEST));
        if limit <= 0.0 {
            return best;
        }
        let tries = tries.widest.get_or_init(|| self.tries(stances, &self.widest_heights()));
        let widest = |&corners: &f64| {
            let search = Search::new(self, margins, Demand::barely(corners), f64::INFINITY);
            search.cheapest(tries, limit)
        };
        let widest = corners.iter().find_map(widest);
        widest.map(|placed| Placed { is_widest: true, is_out_of_circle: is_circle, ..placed }).or(best)
    }

    /// The cheapest frame under `most` with the head between the preset's target and its limits.
    fn at_preset_scale<'s>(
        &self,
        tries: &Tries<'s>,
        margins: &Margins,
        demand: Demand,
        most: f64,
    ) -> Option<Placed<'s>> {
        let search = Search::new(self, margins, demand, LARGEST_SHIFT);
        search.cheapest(&tries.target, most).or_else(|| search.cheapest(&tries.scales, most))
    }

    /// Heights of frames with the head between the preset's target and its limits.
    fn preset_heights(&self, target: f64) -> Vec<f64> {
        let tightest = self.head_length / self.preset.framing.max_head_height;
        let tighter = (0..=SCALES).map(|step| between(target, tightest, step));
        let looser = (1..=SCALES).map(|step| between(target, target * LOOSEST, step));
        tighter.chain(looser).collect()
    }

    /// Heights of frames that hold the head at all: the photo is itself tighter than the preset.
    fn widest_heights(&self) -> Vec<f64> {
        let widest = (self.head_length / self.preset.framing.head_height).min(self.extent);
        let tightest = self.head_length / self.preset.framing.max_head_height / TIGHTEST;
        (0..=SCALES).map(|step| between(widest, tightest, step)).collect()
    }

    /// All stances with frames of all these heights, cheapest first.
    fn tries<'s>(&self, stances: &'s [Stance], heights: &[f64]) -> Vec<Try<'s>> {
        let heights: Vec<(f64, f64)> = heights.iter().map(|&height| (height, self.scale_cost(height))).collect();
        let of = |stance: &'s Stance| {
            let tilt_cost = self.tilt_cost(stance);
            heights.iter().map(move |&(height, scale_cost)| Try { stance, height, scale_cost, tilt_cost })
        };
        let mut tries: Vec<Try> = stances.iter().flat_map(of).collect();
        tries.sort_by(|a, b| a.least().total_cmp(&b.least()));
        tries
    }

    /// `placed` on the photo, with what it gave up.
    fn framed(&self, placed: &Placed) -> Framed {
        /// Less than this share of a unit does not show, and is not worth a word in the report. Set by eye.
        const UNSEEN: f64 = 0.05;
        let scale = self.scale_units(placed.height);
        let roll_deg = placed.stance.roll_deg;
        let taken = [
            (placed.shift > UNSEEN, Step::Shift),
            (scale > UNSEEN && !placed.is_widest, Step::Tighten),
            (scale < -UNSEEN && !placed.is_widest, Step::Loosen),
            (roll_deg.abs() < self.full.abs(), Step::LevelLess),
            (placed.padded > 0.0, Step::Extend),
            (placed.is_widest, Step::Widest),
            (placed.is_out_of_circle, Step::OutOfCircle),
        ];
        let steps = taken.into_iter().filter_map(|(is_taken, step)| is_taken.then_some(step)).collect();
        let centre = placed.stance.to_upright(placed.centre);
        let frame = Frame { centre, width: placed.width, height: placed.height, roll_deg };
        Framed { frame, steps, padded: placed.padded }
    }

    /// How much larger than its target the head is in a frame of this height, in units of [`cost::SCALE`].
    fn scale_units(&self, height: f64) -> f64 {
        libm::log(self.head_length / self.preset.framing.head_height / height) / cost::SCALE
    }

    fn scale_cost(&self, height: f64) -> f64 {
        let units = self.scale_units(height).abs();
        let even = units.min(cost::EVEN_FROM);
        even * (2.0 * units - even)
    }

    fn tilt_cost(&self, stance: &Stance) -> f64 {
        let units = (self.full - stance.roll_deg) / cost::TILT;
        units * units
    }
}

/// `step` of [`SCALES`] equal ratios on the way from `from` to `to`.
fn between(from: f64, to: f64, step: i32) -> f64 {
    if step == 0 { from } else { from * libm::pow(to / from, f64::from(step) / f64::from(SCALES)) }
}
