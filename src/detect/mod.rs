//! Finding faces: the [`Detector`] trait and its implementations.

use crate::geometry::{Affine, Point, Rect};
use image::RgbImage;
use std::fmt;

pub mod seeta;
pub mod yunet;

/// The bytes of all models that are built in.
pub(crate) const MODELS: [&[u8]; 2] = [yunet::MODEL, seeta::model::FILE];

/// A face that a detector saw, in pixels of the picture it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// From the middle of the forehead to the chin, and across the cheeks.
    pub rect: Rect,
    /// How sure the detector is, 0..=1. Scores of different detectors do not compare.
    pub score: f64,
    /// Eyes, nose and mouth, where the detector gives them.
    pub landmarks: Option<Landmarks>,
}

/// The five points that face detectors commonly give. "Left" is the left of the image, not of the person.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    /// Centres of the eyes: left of the image first.
    pub eyes: [Point; 2],
    /// Tip of the nose.
    pub nose: Point,
    /// Corners of the mouth: left of the image first.
    pub mouth: [Point; 2],
}

impl Face {
    /// The face after `map`, a similarity. The box stays upright.
    #[must_use]
    pub fn mapped(&self, map: &Affine) -> Self {
        let landmarks = self.landmarks.as_ref().map(|marks| Landmarks {
            eyes: marks.eyes.map(|eye| map.apply(eye)),
            nose: map.apply(marks.nose),
            mouth: marks.mouth.map(|corner| map.apply(corner)),
        });
        Self { rect: self.rect.mapped(map), score: self.score, landmarks }
    }
}

impl fmt::Debug for dyn Detector + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Detector")
    }
}

impl fmt::Debug for yunet::YuNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YuNet")
    }
}

impl fmt::Debug for seeta::Seeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seeta")
    }
}

/// Something that finds upright human faces in a small picture.
///
/// One detector serves all threads at once; implementations hold only what never changes.
pub trait Detector: Send + Sync {
    /// All faces in `picture`, best first, each with a score of at least `threshold`. An empty picture has none.
    fn detect(&self, picture: &RgbImage, threshold: f64) -> Vec<Face>;
}
