//! Pure framing: where on the photo a preset's frame lies, and what had to give when the photo has too little room.
//!
//! Everything is worked out in *levelled* coordinates: upright source pixels moved so that the mid-eye point is the
//! origin, and turned by the levelling, so that the frame stands upright and the photo is the turned rectangle.

mod polygon;
mod room;
mod size;

pub use size::{ENLARGED_AT_MOST, NOT_ENLARGED, OutputSize, output_size};

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
        Affine::translation(-self.centre.x, -self.centre.y)
            .then(&Affine::rotation(-self.roll_deg))
            .then(&Affine::scaling(width / self.width, height / self.height))
            .then(&Affine::translation(width / 2.0, height / 2.0))
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

/// How far the head may stand from its place before the next try, in units of [`SHIFT_UNIT`]: first so little that a set
/// of photos keeps its eye line to 1 %, then as far as looks right, then visibly off but whole and of the right size.
const SHIFTS: [f64; 3] = [0.15, 1.0, 3.0];

/// A tilt that is left by less levelling and does not show, in degrees.
const UNSEEN_TILT: f64 = 2.5;

/// A head that is this much larger than the preset's limit is still better level than smaller and tilted.
const TIGHTEST_TO_LEVEL: f64 = 1.2;

/// One unit of shift as fractions of the frame's width and height. Sideways shows sooner than up and down.
const SHIFT_UNIT: Point = Point::new(0.04, 0.06);

/// Shares of the levelling that are tried, most first.
const LEVEL_SHARES: [f64; 5] = [1.0, 0.75, 0.5, 0.25, 0.0];

/// Largest frame over ideal frame that `loosen` tries.
const LOOSEST: f64 = 1.6;

/// Scales tried between the target and a limit.
const SCALES: i32 = 32;

/// The frame for `head` on a photo with this outline, by the ladder: shift, tighten, level less, widest, refuse.
///
/// `level` is false to leave tilted heads as they are.
///
/// # Errors
/// [`Reason::HeadCut`] where every frame of the preset's aspect that the photo holds would cut the crown or the chin.
pub fn frame(head: &Head, outline: &Outline, preset: &Preset, level: bool) -> Result<Framed, Failure> {
    let full = if level { levelling(head, preset.framing.max_roll) } else { 0.0 };
    let stances: Vec<Stance> =
        level_angles(full).into_iter().map(|roll_deg| Stance::new(head, outline, roll_deg)).collect();
    let ladder = Ladder { preset, head_length: head_length(head, preset) };
    let (level, tilted): (Vec<&Stance>, Vec<&Stance>) =
        stances.iter().partition(|stance| (full - stance.roll_deg).abs() <= UNSEEN_TILT);
    let placed = ladder
        .at_preset_scale(&level)
        .or_else(|| ladder.widest(&level, TIGHTEST_TO_LEVEL))
        .or_else(|| ladder.at_preset_scale(&tilted))
        .or_else(|| ladder.widest(&stances.iter().collect::<Vec<_>>(), f64::INFINITY));
    if let Some((stance, placed)) = placed {
        return Ok(placed.framed(stance, full));
    }
    let (width, height) = outline.size();
    Err(Failure::new(
        Reason::HeadCut,
        format!(
            "the photo ({width} x {height}) has no room for the head from crown to chin in the shape {} x {}; use a photo with more space around the head",
            preset.width, preset.height
        ),
    ))
}

/// The turn that levels `head`: none for small tilts, at most `max_roll`.
fn levelling(head: &Head, max_roll: f64) -> f64 {
    // From the side the eyes are not on one level even in a level head, and the measured tilt is noise: on the 10 of 98
    // portraits with a turn over 0.5 the true tilt is 0.45 of what is measured.
    let trust = 1.0 - 0.55 * ((head.yaw.abs() - 0.3) / 0.3).clamp(0.0, 1.0);
    let roll_deg = head.roll_deg * trust;
    if roll_deg.abs() <= ROLL_LEFT_ALONE { 0.0 } else { roll_deg.clamp(-max_roll, max_roll) }
}

fn level_angles(full: f64) -> Vec<f64> {
    if full == 0.0 { vec![0.0] } else { LEVEL_SHARES.map(|share| full * share).to_vec() }
}

/// The length of the head that the preset's `head_height` is about, in source pixels.
fn head_length(head: &Head, preset: &Preset) -> f64 {
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
    head_length: f64,
}

impl Ladder<'_> {
    /// The frame with the head between the preset's target and its limit, as near to its place as any of `stances` lets
    /// it be.
    fn at_preset_scale<'s>(&self, stances: &[&'s Stance]) -> Option<(&'s Stance, Placed)> {
        let demand = Demand::comfortable(self.preset);
        let without_circle = Demand::comfortable_without_circle(self.preset);
        let tries = SHIFTS.iter().map(|&shift| (shift, &demand)).chain([(SHIFTS[2], &without_circle)]);
        tries
            .flat_map(|(shift, demand)| stances.iter().map(move |&stance| (shift, demand, stance)))
            .find_map(|(shift, demand, stance)| Some((stance, self.within(stance, shift, demand)?)))
    }

    /// The first frame, from the preset's scale to its tightest and then to the loosest, in which the head stands at most
    /// `most_shift` from its place.
    fn within(&self, stance: &Stance, most_shift: f64, demand: &Demand) -> Option<Placed> {
        let framing = &self.preset.framing;
        let target = self.head_length / framing.head_height;
        let tightest = self.head_length / framing.max_head_height;
        let tighter = (0..=SCALES).map(|step| (between(target, tightest, step), Step::Tighten));
        let looser = (1..=SCALES).map(|step| (between(target, target * LOOSEST, step), Step::Loosen));
        tighter.chain(looser).find_map(|(height, step)| {
            let (centre, shift) = self.place(stance, height, demand)?;
            (shift <= most_shift).then(|| self.placed(centre, height, shift, (height != target).then_some(step)))
        })
    }

    /// The largest frame with crown, chin and face inside, wherever the head then stands: levelled where the photo has
    /// nearly the same room for that.
    ///
    /// None where the head would be over `tightest` times the preset's `max_head_height`.
    fn widest<'s>(&self, stances: &[&'s Stance], tightest: f64) -> Option<(&'s Stance, Placed)> {
        /// A frame this share of the largest counts as nearly the same.
        const NEARLY: f64 = 0.75;
        /// Corners beyond a shape cut out of the photo: hardly, rather, whatever it takes.
        const CORNERS: [f64; 8] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.0];
        CORNERS.iter().find_map(|&corners| {
            let demand = Demand::barely(corners);
            let found: Vec<_> =
                stances.iter().filter_map(|&stance| Some((stance, self.largest(stance, &demand, tightest)?))).collect();
            let largest = found.iter().map(|(_, placed)| placed.height).fold(0.0, f64::max);
            found.into_iter().find(|(_, placed)| placed.height >= NEARLY * largest)
        })
    }

    /// The largest frame, tighter than the preset, that `demand` allows.
    fn largest(&self, stance: &Stance, demand: &Demand, tightest: f64) -> Option<Placed> {
        let start = self.head_length / self.preset.framing.max_head_height;
        let smallest = start / tightest.min(3.0);
        (0..=2 * SCALES).find_map(|step| {
            let height = start * (smallest / start).powf(f64::from(step) / f64::from(2 * SCALES));
            let (centre, shift) = self.place(stance, height, demand)?;
            Some(self.placed(centre, height, shift, Some(Step::Widest)))
        })
    }

    fn placed(&self, centre: Point, height: f64, shift: f64, scale_step: Option<Step>) -> Placed {
        /// A shift too small to see, in units of [`SHIFT_UNIT`]: not worth a word in the report.
        const UNSEEN: f64 = 0.02;
        let shifted = (shift > UNSEEN).then_some(Step::Shift);
        let steps = shifted.into_iter().chain(scale_step).collect();
        Placed { centre, width: height * self.preset.aspect(), height, steps }
    }

    /// Where the centre of a frame of this height goes: the allowed place nearest to the ideal one, with the distance in
    /// units of [`SHIFT_UNIT`].
    fn place(&self, stance: &Stance, height: f64, demand: &Demand) -> Option<(Point, f64)> {
        let framing = &self.preset.framing;
        let width = height * self.preset.aspect();
        let ideal = Point::new(
            stance.head_centre_x + (0.5 - framing.subject_x + framing.gaze_room * stance.yaw) * width,
            (0.5 - framing.eye_line) * height,
        );
        let unit = Point::new(SHIFT_UNIT.x * width, SHIFT_UNIT.y * height);
        stance.allowed_centres(width, height, demand).nearest(ideal, unit)
    }
}

/// `step` of [`SCALES`] equal ratios on the way from `from` to `to`.
fn between(from: f64, to: f64, step: i32) -> f64 {
    if step == 0 { from } else { from * (to / from).powf(f64::from(step) / f64::from(SCALES)) }
}

#[cfg(test)]
mod tests;
