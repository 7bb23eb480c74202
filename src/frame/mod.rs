//! Pure framing: where on the photo a preset's frame lies, and what had to give when the photo has too little room.
//!
//! Everything is worked out in *levelled* coordinates: upright source pixels moved so that the mid-eye point is the
//! origin, and turned by the levelling, so that the frame stands upright and the photo is the turned rectangle.

mod adjusted;
mod as_is;
mod polygon;
mod room;
mod size;
mod uniform;

pub use adjusted::adjusted_frame;
pub use size::{ENLARGED_AT_MOST, NOT_ENLARGED, OutputSize, looks_enlarged, output_size};

use crate::error::{Failure, Reason};
use crate::geometry::{Affine, Point};
use crate::outline::Outline;
use crate::preset::{HeadMeasure, Preset};
use crate::subject::Head;
use room::{Demand, Stance};
use serde::Serialize;

/// Tilts up to this many degrees are left alone: below it the measured roll is noise (FINDINGS, "Levelling").
pub const ROLL_LEFT_ALONE: f64 = 3.0;

/// A rectangle on the photo that becomes the output: it may be turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Middle of the rectangle, in upright source pixels.
    pub centre: Point,
    /// Extent along the frame's own horizontal, in source pixels.
    pub width: f64,
    /// Extent along the frame's own vertical, in source pixels.
    pub height: f64,
    /// How far the frame is turned clockwise on the photo, in degrees.
    pub roll_deg: f64,
}

impl Frame {
    /// The transform from upright source pixels to an output of `width` x `height` pixels.
    #[must_use]
    pub fn transform(&self, width: u32, height: u32) -> Affine {
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (width / self.width, height / self.height);
        Affine::levelling(self.centre, self.roll_deg, scale, Point::new(width / 2.0, height / 2.0))
    }

    /// The four corners in upright source pixels, clockwise from the top left.
    #[must_use]
    pub fn corners(&self) -> [Point; 4] {
        let turn = Affine::rotation(self.roll_deg);
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y)| {
            let corner = turn.apply(Point::new(x * self.width, y * self.height));
            Point::new(corner.x + self.centre.x, corner.y + self.centre.y)
        })
    }
}

/// What the frame gave up because the photo has too little room, in the order of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// The head stands elsewhere in the frame than the preset says.
    Shift,
    /// The head is larger than the preset says, up to its `max_head_height`.
    Tighten,
    /// The head is smaller than the preset says, so that tall hair or a hat stays in.
    Loosen,
    /// The head is levelled less than it is tilted.
    LevelLess,
    /// The frame reaches beyond the photo, onto a continued background.
    Extend,
    /// The photo is tighter than the preset: the largest frame that it holds.
    Widest,
}

/// A frame with the steps that led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Framed {
    /// Where the output is cut from.
    pub frame: Frame,
    /// What was given up, in the order of the ladder; empty for a frame as the preset wants it.
    pub steps: Vec<Step>,
}

/// By how much a frame is turned on the photo.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Levelling {
    /// As the measured tilt of the head asks for, within the preset's limit.
    #[default]
    Measured,
    /// Not at all.
    Off,
    /// By these degrees, clockwise positive, whatever was measured.
    Pinned(f64),
}

/// What is given up is weighed: each of these, given up alone, counts 1, and the frame with the smallest sum of squares is
/// taken. Set by eye on contact sheets of the 98 portraits, so that a set keeps one eye line before it keeps one scale.
mod cost {
    use crate::geometry::Point;

    /// The head aside from its place, as fractions of the frame's width and height.
    pub const SHIFT: Point = Point::new(0.03, 0.02);
    /// The head larger or smaller than the preset's target, as a natural logarithm.
    pub const SCALE: f64 = 0.08;
    /// A tilt that is left, in degrees.
    pub const TILT: f64 = 2.0;
}

/// Beyond this shift, in units of [`cost::SHIFT`], a frame counts as one that the photo has no room for.
const LARGEST_SHIFT: f64 = 6.0;

/// Shares of the levelling that are tried, most first.
const LEVEL_SHARES: [f64; 7] = [1.0, 0.85, 0.7, 0.5, 0.35, 0.2, 0.0];

/// Largest frame over ideal frame that `loosen` tries.
const LOOSEST: f64 = 1.6;

/// The tightest frame that `widest` tries has the head this much larger than the preset's limit.
const TIGHTEST: f64 = 3.0;

/// Corners beyond a shape cut out of the photo: hardly, rather, whatever it takes.
const CORNERS: [f64; 11] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5, 0.0];

/// Scales tried between the target and a limit.
const SCALES: i32 = 32;

/// The frame for `head` on a photo with this outline: as the preset wants it where there is room, otherwise the one that
/// gives up least (shift, scale and tilt weighed), first among those that keep to the preset's limits, then among all that
/// hold the head.
///
/// A pinned turn is given up only where no frame holds the head with it.
///
/// # Errors
/// [`Reason::HeadCut`] where every frame of the preset's aspect that the photo holds would cut the crown or the chin.
pub fn frame(head: &Head, outline: &Outline, preset: &Preset, levelling: Levelling) -> Result<Framed, Failure> {
    climbed(head, outline, preset, levelling, Scale::Weighed)
}

/// Whether the head height gives way where that costs less than other things.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scale {
    Weighed,
    /// Only where nothing else helps.
    Held,
}

fn climbed(
    head: &Head,
    outline: &Outline,
    preset: &Preset,
    levelling: Levelling,
    scale: Scale,
) -> Result<Framed, Failure> {
    let full = match levelling {
        Levelling::Measured => measured_turn(head, preset.framing.max_roll),
        Levelling::Off => 0.0,
        Levelling::Pinned(roll_deg) => roll_deg,
    };
    let stances: Vec<Stance> =
        level_angles(full).into_iter().map(|roll_deg| Stance::new(head, outline, roll_deg)).collect();
    let (width, height) = outline.size();
    let extent = f64::from(height).min(f64::from(width) / preset.aspect());
    let ladder = Ladder { preset, head_length: head_length(head, preset), full, extent, scale };
    let firm = if matches!(levelling, Levelling::Pinned(_)) { 1 } else { stances.len() };
    let found = ladder.climb(&stances[..firm]).or_else(|| ladder.climb(&stances[firm..]));
    found.map(|(stance, placed)| placed.framed(stance, full)).ok_or_else(|| head_cut(outline, preset))
}

/// Why no frame of the preset's shape holds the head.
fn head_cut(outline: &Outline, preset: &Preset) -> Failure {
    let (width, height) = outline.size();
    Failure::new(
        Reason::HeadCut,
        format!(
            "the photo ({width} x {height}) has no room for the head from crown to chin in the shape {} x {}; use a photo with more space around the head",
            preset.width, preset.height
        ),
    )
}

/// The turn that levels `head`: none for small tilts, at most `max_roll`.
fn measured_turn(head: &Head, max_roll: f64) -> f64 {
    // From the side the eyes are not on one level even in a level head, and the measured tilt is noise: on the 10 of 98
    // portraits with a turn over 0.5 the true tilt is about half of what is measured.
    let trust = 1.0 - 0.55 * ((head.yaw.abs() - 0.3) / 0.3).clamp(0.0, 1.0);
    let roll_deg = head.roll_deg * trust;
    if roll_deg.abs() <= ROLL_LEFT_ALONE { 0.0 } else { roll_deg.clamp(-max_roll, max_roll) }
}

fn level_angles(full: f64) -> Vec<f64> {
    if full == 0.0 { vec![0.0] } else { LEVEL_SHARES.map(|share| full * share).to_vec() }
}

/// The length of the head that the preset's `head_height` is about, in source pixels.
pub(crate) fn head_length(head: &Head, preset: &Preset) -> f64 {
    match preset.framing.head_measure {
        HeadMeasure::TwiceEyesToChin => head.height(),
        HeadMeasure::CrownToChin => head.crown.distance(head.chin),
    }
}

/// A frame found on the ladder, in levelled coordinates.
struct Placed {
    centre: Point,
    width: f64,
    height: f64,
    /// How far the head stands from its place, in units of [`cost::SHIFT`].
    shift: f64,
    steps: Vec<Step>,
}

impl Placed {
    fn framed(mut self, stance: &Stance, full: f64) -> Framed {
        if stance.roll_deg.abs() < full.abs() {
            self.steps.push(Step::LevelLess);
            self.steps.sort_by_key(|step| *step as u8);
        }
        let centre = stance.to_upright(self.centre);
        let frame = Frame { centre, width: self.width, height: self.height, roll_deg: stance.roll_deg };
        Framed { frame, steps: self.steps }
    }
}

struct Ladder<'a> {
    preset: &'a Preset,
    /// In source pixels.
    head_length: f64,
    /// The turn that would level the head, in degrees.
    full: f64,
    /// Height of the largest upright frame that the photo holds, in source pixels.
    extent: f64,
    scale: Scale,
}

impl Ladder<'_> {
    /// The best frame of the first rung that has one: as the preset wants it; without the circle proof, for photos that
    /// end in the hair; whatever holds the head.
    fn climb<'s>(&self, stances: &'s [Stance]) -> Option<(&'s Stance, Placed)> {
        let comfortable = [Demand::comfortable(self.preset), Demand::comfortable_without_circle(self.preset)];
        comfortable
            .iter()
            .find_map(|demand| self.at_preset_scale(stances, demand))
            .or_else(|| CORNERS.iter().find_map(|&corners| self.widest(stances, &Demand::barely(corners))))
    }

    /// The cheapest frame with the head between the preset's target and its limits.
    fn at_preset_scale<'s>(&self, stances: &'s [Stance], demand: &Demand) -> Option<(&'s Stance, Placed)> {
        let framing = &self.preset.framing;
        let target = self.head_length / framing.head_height;
        let tightest = self.head_length / framing.max_head_height;
        let ideal = stances.first().and_then(|stance| Some((stance, self.try_frame(stance, target, demand)?)));
        if let Some((stance, (placed, 0.0))) = ideal {
            return Some((stance, placed));
        }
        let is_near = |placed: &Placed| placed.shift <= LARGEST_SHIFT;
        if self.scale == Scale::Held
            && let Some(held) = self.cheapest(stances, &[target], demand, is_near)
        {
            return Some(held);
        }
        let tighter = (0..=SCALES).map(|step| between(target, tightest, step));
        let looser = (1..=SCALES).map(|step| between(target, target * LOOSEST, step));
        let heights: Vec<f64> = tighter.chain(looser).collect();
        self.cheapest(stances, &heights, demand, is_near)
    }

    /// The cheapest frame that holds the head at all: the photo is itself tighter than the preset.
    fn widest<'s>(&self, stances: &'s [Stance], demand: &Demand) -> Option<(&'s Stance, Placed)> {
        let widest = (self.head_length / self.preset.framing.head_height).min(self.extent);
        let tightest = self.head_length / self.preset.framing.max_head_height / TIGHTEST;
        let heights: Vec<f64> = (0..=SCALES).map(|step| between(widest, tightest, step)).collect();
        let (stance, mut placed) = self.cheapest(stances, &heights, demand, |_| true)?;
        placed.steps.retain(|step| *step == Step::Shift);
        placed.steps.push(Step::Widest);
        Some((stance, placed))
    }

    fn cheapest<'s>(
        &self,
        stances: &'s [Stance],
        heights: &[f64],
        demand: &Demand,
        is_allowed: impl Fn(&Placed) -> bool,
    ) -> Option<(&'s Stance, Placed)> {
        stances
            .iter()
            .flat_map(|stance| heights.iter().map(move |&height| (stance, height)))
            .filter_map(|(stance, height)| Some((stance, self.try_frame(stance, height, demand)?)))
            .filter(|(_, (placed, _))| is_allowed(placed))
            .min_by(|(_, (_, a)), (_, (_, b))| a.total_cmp(b))
            .map(|(stance, (placed, _))| (stance, placed))
    }

    /// The frame of this height with the head as near to its place as `demand` allows, and what that costs.
    fn try_frame(&self, stance: &Stance, height: f64, demand: &Demand) -> Option<(Placed, f64)> {
        /// Less than this share of a unit does not show, and is not worth a word in the report.
        const UNSEEN: f64 = 0.05;
        let framing = &self.preset.framing;
        let width = height * self.preset.aspect();
        let ideal = stance.ideal_centre(framing, width, height);
        let unit = Point::new(cost::SHIFT.x * width, cost::SHIFT.y * height);
        let (centre, shift) = stance.allowed_centres(width, height, demand).nearest(ideal, unit)?;
        let scale = (self.head_length / framing.head_height / height).ln() / cost::SCALE;
        let tilt = (self.full - stance.roll_deg) / cost::TILT;
        let scale_step = match scale {
            _ if scale > UNSEEN => Some(Step::Tighten),
            _ if scale < -UNSEEN => Some(Step::Loosen),
            _ => None,
        };
        let steps = (shift > UNSEEN).then_some(Step::Shift).into_iter().chain(scale_step).collect();
        Some((Placed { centre, width, height, shift, steps }, shift * shift + scale * scale + tilt * tilt))
    }
}

/// `step` of [`SCALES`] equal ratios on the way from `from` to `to`.
fn between(from: f64, to: f64, step: i32) -> f64 {
    if step == 0 { from } else { from * (to / from).powf(f64::from(step) / f64::from(SCALES)) }
}

#[cfg(test)]
mod tests;
