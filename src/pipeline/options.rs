//! What to make of photos.

use crate::check::verdict::Verdict;
use crate::photo::Limits;

pub use crate::subject::choice::Faces;

/// Which detector finds the faces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DetectorChoice {
    /// YuNet, with SeetaFace's opinion on unsure faces.
    #[default]
    YuNet,
    /// SeetaFace alone: fewer false faces, misses more of the small and turned ones.
    Seeta,
}

/// What to make of every photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whom to make headshots of.
    pub faces: Faces,
    /// Whether tilted heads are levelled.
    pub level: bool,
    /// Whether small faces are enlarged without limit.
    pub allow_upscale: bool,
    /// Whether headshots that a person should look at are not made.
    pub strict: bool,
    /// The verdicts of the photos that headshots are made of; empty for all.
    pub only_verdicts: Vec<Verdict>,
    /// Limits for reading photos.
    pub limits: Limits,
    /// Whether pixels are made at all; without, crops have everything but bytes.
    pub render: bool,
    /// Long side, in pixels, of a small picture of the whole photo that comes with the crops; `None` for none. With it
    /// [`super::Cropped::faces`] has everybody, wherever several people are seen.
    pub overview: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            faces: Faces::Main,
            level: true,
            allow_upscale: false,
            strict: false,
            only_verdicts: Vec::new(),
            limits: Limits::default(),
            render: true,
            overview: None,
        }
    }
}
