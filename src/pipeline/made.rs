//! What was made of a photo.

use crate::check::Check;
use crate::check::verdict::Verdict;
use crate::detect::Face;
use crate::error::{Failure, Reason};
use crate::frame::{Placement, Step};
use crate::geometry::Affine;
use crate::subject::Head;
use crate::subject::tone::Tone;
use image::RgbImage;

/// What was made of a photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cropped {
    /// Size of the upright photo, in pixels.
    pub size: (u32, u32),
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
