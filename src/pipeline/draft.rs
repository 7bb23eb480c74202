//! Frame, size, check: a headshot as it would be, before anybody has decided whether it is made.

use super::{Crop, Person};
use crate::check::verdict::{Verdict, reasons};
use crate::check::{Check, Level, MadeUp, Shot, busy_background, checks_of, checks_of_face, made_up, worst_of_each};
use crate::detect::Face;
use crate::error::{Failure, Reason};
use crate::frame::{Framed, NOT_UNIFORM, OutputSize, Placement, Step, head_length};
use crate::photo::Colour;
use crate::preset::{HeadMeasure, Preset};
use crate::reduced::Reduced;
use crate::render::Wanted;
use crate::rounding::thousandths;
use crate::subject::natural_top::natural_length;

/// A frame that reaches no more than this share beyond the photo, and is turned by no more than these degrees, is still
/// the photo as it is. Set by eye.
const HARDLY_PADDED: f64 = 0.05;
const HARDLY_TURNED: f64 = 6.0;

/// A crop whose pixels are still to be made.
pub(super) struct Planned {
    pub crop: Crop,
    pub wanted: Wanted,
}

/// A headshot that could be made, or why not, and what was checked of it.
pub(super) struct Draft {
    pub planned: Result<Planned, Failure>,
    pub checks: Vec<Check>,
    pub verdict: Verdict,
}

/// What the headshots of a photo are checked in besides their own frames.
pub(super) struct Scene<'a> {
    /// Everybody in the photo.
    pub faces: &'a [Face],
    pub overview: &'a Reduced,
    pub colour: &'a Colour,
    /// Whether small faces may be enlarged without limit.
    pub may_enlarge: bool,
}

impl Planned {
    /// The crop of this size for a frame of `preset`, which is the one with this index.
    pub(super) fn of(person: &Person, (index, preset): (usize, &Preset), framed: &Framed, size: OutputSize) -> Self {
        let transform = framed.frame.transform(size.width, size.height);
        let crop = Crop {
            preset: index,
            face: person.index,
            width: size.width,
            height: size.height,
            bytes: Vec::new(),
            transform,
            placement: Placement::of(&person.head, &transform, preset, size.height),
            head_top: (preset.framing.head_measure == HeadMeasure::CrownToChin).then(|| natural_length(&person.head).1),
            steps: framed.steps.clone(),
            padded: framed.padded,
            upscale: size.upscale,
            quality: None,
        };
        Self { crop, wanted: Wanted::new(framed.frame, size, preset) }
    }
}

impl Draft {
    /// Of a preset in whose shape the head has no room.
    pub(super) fn without_frame(person: &Person, preset: &Preset, why: Failure) -> Self {
        let checks = checks_of_face(&person.measures, person.certainty, &preset.checks);
        Self { planned: Err(why), checks: worst_of_each(checks), verdict: Verdict::PortraitOnly }
    }

    /// Of a frame, and of what is planned for it where the photo has the pixels. `of_set` is the head height of the set
    /// where this headshot should have it, by the preset's measure, as a share of the output's height.
    pub(super) fn of(
        person: &Person,
        preset: &Preset,
        framed: &Framed,
        planned: Result<Planned, Failure>,
        of_set: Option<f64>,
        scene: &Scene<'_>,
    ) -> Self {
        let Framed { frame, steps, padded } = framed;
        let head_height = head_length(&person.head, preset) / frame.height;
        let shot = Shot {
            head: &person.head,
            frame,
            steps,
            size: planned.as_ref().ok().map(|planned| planned.wanted.size),
            head_height,
            preset,
            faces: scene.faces,
            index: person.index,
            // A frame that neither reaches beyond the photo nor gave up its corners is all photo.
            made_up: if *padded > 0.0 || steps.contains(&Step::Widest) {
                made_up(&person.ground, frame, preset)
            } else {
                MadeUp::default()
            },
            background: busy_background(scene.overview, scene.colour, &person.head, frame),
            may_enlarge: scene.may_enlarge,
        };
        let of_shot = checks_of(&shot, &person.measures, person.certainty);
        let (width, height) = person.ground.outline.size();
        let largest = f64::from(height).min(f64::from(width) / preset.aspect());
        let is_changed =
            *padded > HARDLY_PADDED || frame.roll_deg.abs() > HARDLY_TURNED || steps.contains(&Step::Widest);
        let verdict = Verdict::of_headshot(&of_shot, frame.height / largest, is_changed, planned.is_ok());
        // The verdict is on the photo, whatever set it is of.
        let of_set = of_set.and_then(|height| apart(head_height, height, preset));
        Self { planned, checks: of_shot.into_iter().chain(of_set).collect(), verdict }
    }

    /// Why a person should look at it.
    pub(super) fn doubts(&self) -> impl Iterator<Item = Failure> {
        self.checks.iter().filter(|check| check.level == Level::Fail).map(Check::failure)
    }

    /// What stands against it.
    pub(super) fn against(&self) -> Vec<Reason> {
        let mut reasons = reasons(&self.checks);
        if let Err(why) = &self.planned
            && !reasons.contains(&why.reason)
        {
            reasons.push(why.reason);
        }
        reasons
    }
}

/// Tells of a head that is not of the set's height.
fn apart(head_height: f64, of_set: f64, preset: &Preset) -> Option<Check> {
    ((head_height / of_set - 1.0).abs() > NOT_UNIFORM).then(|| Check {
        code: Reason::ApartFromSet,
        level: Level::Warn,
        value: thousandths(head_height),
        limit: thousandths(of_set),
        preset: Some(preset.name.clone()),
        message: None,
    })
}
