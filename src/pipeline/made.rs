//! What was made of a photo.

use super::judged::Judgement;
use crate::check::verdict::Verdict;
use crate::check::{Check, Level};
use crate::detect::Face;
use crate::error::{Failure, Reason};
use crate::frame::{Placement, Step};
use crate::geometry::{Affine, Rect};
use crate::photo::Photo;
use crate::reduced::miniature;
use crate::subject::Head;
use crate::subject::finder::Found;
use crate::subject::natural_top::HeadTop;
use crate::subject::tone::Tone;
use image::RgbImage;

/// What was made of a photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cropped {
    /// Size of the upright photo, in pixels.
    pub size: (u32, u32),
    /// The picture within the borders of the photo, in whole upright pixels; `None` where there are none. Everything
    /// else was seen in it alone, and its bounds were the photo's edges.
    pub inset: Option<Rect>,
    /// Degrees, clockwise, by which the photo was turned beyond what its file says: 0, 90, 180 or 270.
    pub turned_deg: u16,
    /// How the photo was looked at to find people and to measure them. Checks and crops are of the photo as it is.
    pub tone: Tone,
    /// All faces in upright source pixels: the main one, or the one that was pinned, first; with [`super::Faces::All`]
    /// from left to right.
    pub faces: Vec<Face>,
    /// The heads that were framed: of the first face; with [`super::Faces::All`] of every face, or of the one that was
    /// pinned.
    pub heads: Vec<Head>,
    /// Why no headshot can be made at all.
    pub refused: Option<Failure>,
    /// Why a person should look at the crops, worst first.
    pub doubts: Vec<Failure>,
    /// What is wrong with the photo's file although its picture is whole, as a clause.
    pub flaw: Option<&'static str>,
    /// What was looked at, with value and limit: of each code the worst of all faces and presets.
    pub checks: Vec<Check>,
    /// What can be made of the photo: the best of all faces and presets.
    pub verdict: Verdict,
    /// What stands against a headshot, where there is a person but no headshot worth the name.
    pub verdict_reasons: Vec<Reason>,
    /// The crops, in the order of faces and presets.
    pub crops: Vec<Crop>,
    /// Presets that no crop could be made for.
    pub missing: Vec<MissingCrop>,
    /// The whole photo as its file says it stands, in sRGB, where [`super::Options::overview`] asks for it.
    pub overview: Option<RgbImage>,
}

/// One headshot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Crop {
    /// Index of the preset that it was made for.
    pub preset: usize,
    /// Index of the face that it shows.
    pub face: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The finished file; empty where nothing was to be rendered.
    pub bytes: Vec<u8>,
    /// Upright source pixels to pixels of the crop.
    pub transform: Affine,
    /// Where the head is in the crop.
    pub placement: Placement,
    /// Where the natural top of the head was taken from, for presets that measure from there.
    pub head_top: Option<HeadTop>,
    /// What the frame gave up.
    pub steps: Vec<Step>,
    /// Share of the crop that is beyond the photo, 0..=1.
    pub padded: f64,
    /// Output pixels per source pixel.
    pub upscale: f64,
    /// The encoder's quality; `None` for lossless formats.
    pub quality: Option<u8>,
}

/// A preset that no crop could be made for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MissingCrop {
    /// Index of the preset.
    pub preset: usize,
    /// Index of the face.
    pub face: usize,
    /// Why.
    pub why: Failure,
}

/// What is said of a photo whoever is in it, before it is turned.
pub(super) struct WholePhoto {
    /// Size as its file says it stands, in pixels.
    pub size: (u32, u32),
    /// What is wrong with its file.
    pub damage: Option<Failure>,
    /// What is wrong with its file although its picture is whole.
    flaw: Option<&'static str>,
    overview: Option<RgbImage>,
}

/// How a photo was looked at to find people.
pub(super) struct LookedAt {
    inset: Option<Rect>,
    tone: Tone,
    /// Degrees, clockwise.
    turned_deg: u16,
    /// From upright pixels of the whole photo to those of what was looked at, turned so that people stand upright.
    from_photo: Affine,
}

impl LookedAt {
    /// At `photo`, which lies at `inset` in the whole photo, where `found` was found.
    pub(super) fn new(photo: &Photo, inset: Option<Rect>, found: &Found) -> Self {
        let (width, height) = photo.size();
        let corner = inset.unwrap_or_default();
        Self {
            inset,
            tone: found.tone,
            turned_deg: 90 * u16::from(found.turn.quarter_turns()),
            from_photo: Affine::translation(-corner.x, -corner.y).then(&found.turn.to_upright(width, height)),
        }
    }
}

impl WholePhoto {
    /// Of `photo`, with a small picture of it where a long side, in pixels, is given.
    ///
    /// # Errors
    /// As [`miniature`].
    pub(super) fn of(photo: &Photo, overview: Option<u32>) -> Result<Self, Failure> {
        Ok(Self {
            size: photo.size(),
            damage: photo.damage.clone(),
            flaw: photo.flaw,
            overview: overview.map(|long_side| miniature(photo, long_side)).transpose()?,
        })
    }
}

impl WholePhoto {
    /// Tells of a file with something wrong although its picture is whole. There is one such thing where none is
    /// wanted.
    pub(super) fn minor_damage(&self) -> Option<Check> {
        let check = |_| {
            let code = Reason::MinorDamage;
            Check { code, level: Level::Warn, value: 1.0, limit: 0.0, preset: None, message: None }.in_words()
        };
        self.flaw.map(check)
    }
}

/// What was rendered, and what was not.
#[derive(Default)]
pub(super) struct Made {
    pub crops: Vec<Crop>,
    pub missing: Vec<MissingCrop>,
}

impl Made {
    /// Why there is no crop at all.
    fn why_nothing(&self) -> Option<Failure> {
        let first = self.missing.first().filter(|_| self.crops.is_empty());
        first.map(|missing| missing.why.clone())
    }
}

impl Cropped {
    /// Everything together. `faces`, `heads` and `made` are in pixels of what was looked at, turned.
    ///
    /// # Errors
    /// [`Reason::Internal`] for a turn that has no way back.
    pub(super) fn of(
        photo: WholePhoto,
        looked_at: LookedAt,
        faces: Vec<Face>,
        heads: Vec<Head>,
        judgement: Judgement,
        made: Made,
    ) -> Result<Self, Failure> {
        let WholePhoto { size, flaw, overview, .. } = photo;
        let LookedAt { inset, tone, turned_deg, from_photo } = looked_at;
        let Judgement { checks, verdict, verdict_reasons, doubts, refused } = judgement;
        let refused = refused.or_else(|| made.why_nothing());
        let Made { crops, missing } = made;
        let cropped = Self {
            size,
            inset,
            turned_deg,
            tone,
            faces,
            heads,
            refused,
            doubts,
            flaw,
            checks,
            verdict,
            verdict_reasons,
            crops,
            missing,
            overview,
        };
        cropped.turned_back(&from_photo)
    }

    /// From pixels of what was looked at, turned, to those of the photo as its file says it stands.
    fn turned_back(self, to_turned: &Affine) -> Result<Self, Failure> {
        if *to_turned == Affine::IDENTITY {
            return Ok(self);
        }
        let back = to_turned.inverse().ok_or_else(|| Failure::new(Reason::Internal, "a turn has no way back"))?;
        let turned = |crop: Crop| Crop { transform: to_turned.then(&crop.transform), ..crop };
        Ok(Self {
            faces: self.faces.iter().map(|face| face.mapped(&back)).collect(),
            heads: self.heads.iter().map(|head| head.mapped(&back)).collect(),
            crops: self.crops.into_iter().map(turned).collect(),
            ..self
        })
    }
}
