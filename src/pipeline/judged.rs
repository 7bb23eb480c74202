//! What was checked becomes doubts, a verdict, and what is not made at all.

use super::{Cropped, Options, Person, Planned};
use crate::check::verdict::{Verdict, reasons};
use crate::check::{
    Check, Kind, Level, Shot, advice, busy_background, checks_of, checks_of_face, light, rank, sentence, worst_of_each,
};
use crate::detect::Face;
use crate::error::{Failure, Reason};
use crate::frame::{Framed, NOT_UNIFORM, OutputSize, Step, head_length};
use crate::geometry::Affine;
use crate::photo::Colour;
use crate::preset::Preset;
use crate::reduced::Reduced;
use crate::rounding::thousandths;
use crate::subject::tone::Tone;

/// A frame that reaches no more than this share beyond the photo, and is turned by no more than these degrees, is still
/// the photo as it is.
const HARDLY_PADDED: f64 = 0.05;
const HARDLY_TURNED: f64 = 6.0;

/// A headshot that could be made, or why not, and what was checked of it.
pub(super) struct Thought {
    pub planned: Result<Planned, Failure>,
    checks: Vec<Check>,
    verdict: Verdict,
}

/// What a headshot is judged in besides its own frame.
pub(super) struct Scene<'a> {
    pub faces: &'a [Face],
    pub overview: &'a Reduced,
    pub colour: &'a Colour,
    /// The head height of the set, where this headshot should have it.
    pub uniform: Option<f64>,
    pub options: &'a Options,
}

impl Thought {
    /// Of a preset in whose shape the head has no room.
    pub(super) fn without_frame(person: &Person, preset: &Preset, why: Failure) -> Self {
        let checks = checks_of_face(&person.measures, person.certainty, &preset.checks);
        Self { planned: Err(why), checks: worst_of_each(checks), verdict: Verdict::PortraitOnly }
    }

    /// Of a frame, and of a size where the photo has pixels for one. It is planned by the caller.
    pub(super) fn of(
        person: &Person,
        preset: &Preset,
        framed: &Framed,
        size: Option<OutputSize>,
        scene: &Scene<'_>,
    ) -> Self {
        let Framed { frame, steps, padded } = framed;
        let head_height = head_length(&person.head, preset) / frame.height;
        let shot = Shot {
            head: &person.head,
            frame,
            steps,
            size,
            head_height,
            preset,
            faces: scene.faces,
            index: person.index,
            background: busy_background(scene.overview, scene.colour, &person.head, frame),
            may_enlarge: scene.options.allow_upscale,
        };
        let mut checks = checks_of(&shot, &person.measures, person.certainty);
        let (width, height) = person.ground.outline.size();
        let largest = f64::from(height).min(f64::from(width) / preset.aspect());
        let is_changed =
            *padded > HARDLY_PADDED || frame.roll_deg.abs() > HARDLY_TURNED || steps.contains(&Step::Widest);
        let verdict = Verdict::of_headshot(&checks, frame.height / largest, is_changed, size.is_some());
        checks.extend(scene.uniform.and_then(|height| apart(head_height, height, preset)));
        let unplanned = Failure::internal("a headshot was judged and not planned");
        Self { planned: Err(unplanned), checks, verdict }
    }

    /// Whether a person should look at what is made.
    fn doubts(&self) -> impl Iterator<Item = Failure> {
        self.checks.iter().filter(|check| check.level == Level::Fail).map(doubt)
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
    })
}

/// A check that failed, in words.
fn doubt(check: &Check) -> Failure {
    let advice = advice(check.code).map(|advice| format!("; {advice}")).unwrap_or_default();
    Failure::new(check.code, format!("{}{advice}", sentence(check)))
}

impl Cropped {
    pub(super) const fn new(size: (u32, u32)) -> Self {
        Self {
            size,
            turned_deg: 0,
            tone: Tone::AsItIs,
            faces: Vec::new(),
            heads: Vec::new(),
            refused: None,
            doubts: Vec::new(),
            checks: Vec::new(),
            verdict: Verdict::Unusable,
            verdict_reasons: Vec::new(),
            crops: Vec::new(),
            missing: Vec::new(),
            overview: None,
        }
    }

    /// Refuses a photo of which nobody can be framed; where the light may be the cause, it says so.
    pub(super) fn refuse(&mut self, why: Failure, overview: &Reduced, colour: &Colour) {
        self.verdict_reasons = vec![why.reason];
        if !self.faces.is_empty() {
            self.verdict = Verdict::PortraitOnly;
            self.refused = Some(why);
            return;
        }
        let mut picture = overview.image.clone();
        colour.to_srgb(&mut picture);
        self.checks = nobody(light::of_picture(&picture), self.size);
        let likely = self.checks.iter().find(|check| check.level == Level::Fail).and_then(likely);
        let message = match likely {
            Some(likely) => format!("{}; {likely}", why.message),
            None => why.message,
        };
        self.refused = Some(Failure::new(why.reason, message));
    }

    /// Fills in checks, verdict and doubts, and gives back what is still to be made.
    pub(super) fn judge(&mut self, mut people: Vec<Vec<Thought>>, options: &Options) -> Vec<Vec<Thought>> {
        let all = || people.iter().flatten();
        self.checks = worst_of_each(all().flat_map(|thought| thought.checks.iter().cloned()));
        self.verdict = all().map(|thought| thought.verdict).min().unwrap_or(Verdict::Unusable);
        self.verdict_reasons = match self.verdict {
            Verdict::PortraitOnly => all().map(against).min_by_key(Vec::len).unwrap_or_default(),
            _ => Vec::new(),
        };
        if !options.only_verdicts.is_empty() && !options.only_verdicts.contains(&self.verdict) {
            self.refused = Some(other_verdict(self.verdict, &self.verdict_reasons, &options.only_verdicts));
            return people;
        }
        for thought in people.iter_mut().flatten().filter(|thought| thought.planned.is_ok()) {
            if !options.strict {
                let new: Vec<Failure> = thought.doubts().filter(|doubt| !self.doubts.contains(doubt)).collect();
                self.doubts.extend(new);
                continue;
            }
            let doubt = self.doubts.first().cloned().or_else(|| thought.doubts().next());
            if let Some(Failure { reason, message }) = doubt {
                thought.planned = Err(Failure::new(reason, format!("{message} (not written: --strict)")));
            }
        }
        self.doubts.sort_by_key(|doubt| rank(doubt.reason));
        people
    }

    /// From pixels of the turned photo to those of the photo as its file says it stands.
    pub(super) fn turn_back(&mut self, to_turned: &Affine) -> Result<(), Failure> {
        if *to_turned == Affine::IDENTITY {
            return Ok(());
        }
        let back = to_turned.inverse().ok_or_else(|| Failure::new(Reason::Internal, "a turn has no way back"))?;
        self.faces.iter_mut().for_each(|face| *face = face.mapped(&back));
        self.heads.iter_mut().for_each(|head| *head = head.mapped(&back));
        self.crops.iter_mut().for_each(|crop| crop.transform = to_turned.then(&crop.transform));
        Ok(())
    }
}

/// What stands against a headshot.
fn against(thought: &Thought) -> Vec<Reason> {
    let mut reasons = reasons(&thought.checks);
    if let Err(why) = &thought.planned
        && !reasons.contains(&why.reason)
    {
        reasons.push(why.reason);
    }
    reasons
}

/// Why a photo with this verdict is not wanted.
fn other_verdict(verdict: Verdict, reasons: &[Reason], wanted: &[Verdict]) -> Failure {
    let words = |list: &[Reason]| list.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", ");
    let because = if reasons.is_empty() { String::new() } else { format!(" ({})", words(reasons)) };
    let wanted: Vec<&str> = wanted.iter().map(|verdict| verdict.code()).collect();
    let message = format!("the verdict is {verdict}{because}, and --only-verdict asks for {}", wanted.join(", "));
    Failure::new(Reason::OtherVerdict, message)
}

/// What is checked of a photo in which nobody is found: light, and whether it has the pixels for a face at all.
fn nobody(exposure: Option<light::Exposure>, (width, height): (u32, u32)) -> Vec<Check> {
    /// A photo that is white to this share, or whose brightest twentieth is under this, hides faces. Of the 14 photos
    /// without a face in the test corpus none is so.
    const WHITE: f64 = 0.5;
    const DARK: f64 = 60.0;
    /// Eyes are no more than this share of the photo's shorter side apart, and under so many pixels nobody finds them.
    const EYES: f64 = 0.3;
    const LEAST: f64 = 12.0;
    let bounds = |limit: f64| crate::check::Bounds { warn: limit, fail: limit };
    let eyes = EYES * f64::from(width.min(height));
    [
        Check::new(Kind::FaceTooSmall, eyes, bounds(LEAST)),
        exposure.and_then(|exposure| Check::new(Kind::Dark, exposure.brightest, bounds(DARK))),
        exposure.and_then(|exposure| Check::new(Kind::BlownOut, exposure.white, bounds(WHITE))),
    ]
    .into_iter()
    .flatten()
    .filter(|check| check.level == Level::Fail)
    .collect()
}

/// What is likely where nobody is found and this check fails.
fn likely(check: &Check) -> Option<String> {
    Some(match check.code {
        Reason::BlownOut => format!(
            "{:.0} % of the photo is white: it is probably overexposed, use one with less light",
            100.0 * check.value
        ),
        Reason::Dark => "the photo is very dark: brighten it, or use one with more light".into(),
        Reason::FaceTooSmall => "the photo has too few pixels for a face: use the original file".into(),
        _ => return None,
    })
}
