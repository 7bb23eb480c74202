//! Pure: everything that is checked of one headshot, before its pixels are made.

use super::extended::MadeUp;
use super::view::FaceView;
use super::{Bounds, Check, Kind, Level, Limits, away, beside, cut_off, light, reach, sharpness, tilt_left};
use super::{eye_distance, needed_eye_distance};
use crate::detect::Face;
use crate::frame::{Frame, OutputSize, Step};
use crate::preset::Preset;
use crate::subject::Head;

/// Width of a face, in pixels, from which on a fifth of it is smooth skin, so that noise can be told from features. Of
/// the 98 portraits the six narrower ones, of 40 to 60 pixels, would have 4 to 10 levels, all others 0.7 to 6.3.
const NOISE_FROM_WIDTH: usize = 72;

/// What is measured of a face, whatever is cut from its photo.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FaceMeasures {
    /// Deviation of the blur of the sharpest edges, in pixels of the close-up, and the pixels of the close-up for one
    /// of the photo.
    pub blur: Option<(f64, f64)>,
    /// Deviation of the noise, in levels of 255.
    pub noise: Option<f64>,
    /// How coarsely the file stores the brightness of its blocks ([`crate::photo::Photo::block_step`]).
    pub block_step: Option<f64>,
    /// How bright it is.
    pub exposure: Option<light::Exposure>,
    /// Stops between the cheeks.
    pub uneven: Option<f64>,
    /// How far the head is turned away.
    pub away: f64,
    /// Head heights that are beyond the photo.
    pub cut_off: f64,
}

impl FaceMeasures {
    /// Those of `head` in a photo of this size, as it is seen in `view`.
    #[must_use]
    pub fn of(head: &Head, view: Option<&FaceView>, size: (u32, u32)) -> Self {
        let sharp = view.and_then(|view| sharpness(&view.brightness, view.width));
        Self {
            blur: view.and_then(|view| sharp.map(|sharp| (sharp.blur, view.scale))),
            block_step: None,
            noise: sharp.filter(|_| view.is_some_and(|view| view.width >= NOISE_FROM_WIDTH)).map(|sharp| sharp.noise),
            exposure: view.and_then(light::of_face),
            uneven: view.and_then(|view| light::uneven(view, head.yaw)),
            away: away(head),
            cut_off: cut_off(head, size),
        }
    }
}

/// How sure it is that this face is the one that is meant; by default wholly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Certainty {
    /// The detector's score, where the detectors do not agree and nobody vouches for the face.
    pub doubted_score: Option<f64>,
    /// The prominence of the next face as a share of the main one's, where that one was not chosen by a person.
    pub rivalry: f64,
    /// Whether somebody knows that there are several people: asked for all of them, or pinned this one.
    pub knows_of_others: bool,
}

/// One headshot, before its pixels are made.
#[derive(Clone, Copy, Debug)]
pub struct Shot<'a> {
    /// Whom it shows.
    pub head: &'a Head,
    /// Where it is cut.
    pub frame: &'a Frame,
    /// What was given up for it.
    pub steps: &'a [Step],
    /// How large it becomes; `None` where the photo has too few pixels for any size.
    pub size: Option<OutputSize>,
    /// The height of the head in it, by the preset's measure, as a share of its height.
    pub head_height: f64,
    /// What it is for.
    pub preset: &'a Preset,
    /// Everybody in the photo.
    pub faces: &'a [Face],
    /// Which of them it shows.
    pub index: usize,
    /// How busy its background is ([`super::busy_background`]).
    pub background: Option<f64>,
    /// What of it is made up and may show.
    pub made_up: MadeUp,
    /// Whether enlarging was allowed.
    pub may_enlarge: bool,
}

/// What does not depend on where the headshot is cut.
#[must_use]
pub fn checks_of_face(face: &FaceMeasures, certainty: Certainty, limits: &Limits) -> Vec<Check> {
    let check = |kind: Kind, value: Option<f64>| Check::new(kind, value?, limits.of(kind));
    [
        check(Kind::LowConfidence, certainty.doubted_score),
        check(Kind::HeadCut, Some(face.cut_off)),
        check(Kind::Noisy, face.noise),
        check(Kind::Dark, face.exposure.map(|exposure| exposure.brightest)),
        check(Kind::BlownOut, face.exposure.map(|exposure| exposure.white)),
        check(Kind::UnevenLight, face.uneven),
        check(Kind::LookingAway, Some(face.away)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Everything that is checked of `shot`, in the order of the report.
#[must_use]
pub fn checks_of(shot: &Shot<'_>, face: &FaceMeasures, certainty: Certainty) -> Vec<Check> {
    let limits = &shot.preset.checks;
    let check = |kind: Kind, value: f64| Check::new(kind, value, limits.of(kind));
    let of_preset = |check: Check| check.of_preset(&shot.preset.name);
    let mut checks = checks_of_face(face, certainty, limits);
    checks.extend(several_people(shot, certainty).map(of_preset));
    checks.extend(enough_pixels(shot).into_iter().map(of_preset));
    checks.extend(blur(shot, face).and_then(|blur| check(Kind::SoftFocus, blur)).map(of_preset));
    checks.extend(blocks(shot, face).and_then(|step| check(Kind::LowQuality, step)).map(of_preset));
    checks.extend(check(Kind::Tilted, tilt_left(shot.head, shot.frame)).map(of_preset));
    checks.extend(shot.background.and_then(|busy| check(Kind::BusyBackground, busy)).map(of_preset));
    checks.extend(check(Kind::OutOfFrame, reach(shot.head, shot.frame, shot.preset.shape)).map(of_preset));
    checks.extend(tighter(shot).map(of_preset));
    checks.extend(extended(shot).map(of_preset));
    super::worst_of_each(checks)
}

/// What is made up. Corners of another colour are seen at once, however small.
fn extended(shot: &Shot<'_>) -> Option<Check> {
    /// Smaller corners are seen as a roundness of the edge, by eye.
    const MISSING: f64 = 0.002;
    let bounds = shot.preset.checks.of(Kind::Extended);
    let MadeUp { continued, missing } = shot.made_up;
    if missing > MISSING.min(bounds.fail) {
        return Check::new(Kind::Extended, missing, Bounds { warn: MISSING, fail: MISSING });
    }
    Check::new(Kind::Extended, continued, bounds)
}

/// How much tighter than the preset the photo is, where it is.
fn tighter(shot: &Shot<'_>) -> Option<Check> {
    if !shot.steps.contains(&Step::Widest) {
        return None;
    }
    let (of_preset, most) = (shot.preset.checks.of(Kind::TighterThanPreset), shot.preset.framing.max_head_height);
    let bounds = Bounds { warn: of_preset.warn * most, fail: of_preset.fail * most };
    Check::new(Kind::TighterThanPreset, shot.head_height, bounds)
}

/// Another face that could be meant, or else that the headshot shows. Who asked for several people is only told.
fn several_people(shot: &Shot<'_>, certainty: Certainty) -> Option<Check> {
    let bounds = shot.preset.checks.of(Kind::SeveralPeople);
    let is_rival = certainty.rivalry > bounds.fail;
    let value = if is_rival { certainty.rivalry } else { beside(shot.faces, shot.index, shot.frame) };
    let check = Check::new(Kind::SeveralPeople, value, bounds)?;
    Some(if certainty.knows_of_others { at_most_warned(check) } else { check })
}

/// Whether the photo has the pixels. What was allowed is only told.
fn enough_pixels(shot: &Shot<'_>) -> Vec<Check> {
    let preset = shot.preset;
    let needed = needed_eye_distance(shot.head, shot.frame, preset);
    let mut bounds = preset.checks.of(Kind::FaceTooSmall);
    (bounds.warn, bounds.fail) = (bounds.warn * needed, bounds.fail * needed);
    let least = f64::from(preset.min_width.unwrap_or(preset.width));
    let upscale = shot.size.map_or(least / shot.frame.width, |size| size.upscale);
    [
        Check::new(Kind::FaceTooSmall, eye_distance(shot.head), bounds),
        Check::new(Kind::WouldUpscale, upscale, preset.checks.of(Kind::WouldUpscale)),
    ]
    .into_iter()
    .flatten()
    .map(|check| if shot.may_enlarge { at_most_warned(check) } else { check })
    .collect()
}

/// The blur of the face in pixels of the output. The close-up shows the face at most 278 pixels high: of outputs with
/// larger faces it is told what such an output would show.
fn blur(shot: &Shot<'_>, face: &FaceMeasures) -> Option<f64> {
    let (blur, scale) = face.blur?;
    let size = shot.size?;
    Some(blur * (size.upscale / scale).min(if scale < 1.0 { 1.0 } else { f64::INFINITY }))
}

/// The steps between blocks as the output shows them. Blocks that are shrunk show less. That it goes with the root of
/// the scale was seen on portraits stored at qualities from 5 to 60: the quality at which blocks just show is 22 at
/// full size, 16 at half and 11 at a quarter of it.
fn blocks(shot: &Shot<'_>, face: &FaceMeasures) -> Option<f64> {
    Some(face.block_step? * shot.size?.upscale.sqrt())
}

fn at_most_warned(check: Check) -> Check {
    Check { level: check.level.min(Level::Warn), ..check }
}
