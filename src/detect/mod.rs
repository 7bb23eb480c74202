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
    ///
    /// Numbers are finite, widths and heights more than 0, and a box lies in the picture, though it may reach beyond
    /// its edges; landmarks are in the box or near it. What is otherwise is dropped before anything is made of it.
    fn detect(&self, picture: &RgbImage, threshold: f64) -> Vec<Face>;

    /// The same where only faces are looked for whose box has a longer side of 160 pixels or more: smaller ones may be
    /// left out, for speed.
    fn detect_large(&self, picture: &RgbImage, threshold: f64) -> Vec<Face> {
        self.detect(picture, threshold)
    }
}

/// The faces that `detector` sees in `picture`, as far as they are what [`Detector::detect`] may give.
pub(crate) fn sound_faces(detector: &dyn Detector, picture: &RgbImage, threshold: f64) -> Vec<Face> {
    only_sound(detector.detect(picture, threshold), picture, threshold)
}

/// The same of [`Detector::detect_large`].
pub(crate) fn sound_large_faces(detector: &dyn Detector, picture: &RgbImage, threshold: f64) -> Vec<Face> {
    only_sound(detector.detect_large(picture, threshold), picture, threshold)
}

fn only_sound(mut faces: Vec<Face>, picture: &RgbImage, threshold: f64) -> Vec<Face> {
    let whole = Rect::new(0.0, 0.0, f64::from(picture.width()), f64::from(picture.height()));
    faces.retain(|face| face.score.is_finite() && face.score >= threshold && is_in(face, whole));
    faces
}

/// Whether `face` can be one in a picture that has the extent `whole`.
fn is_in(face: &Face, whole: Rect) -> bool {
    /// This share of a box is in the picture, by eye: one of which less is lies elsewhere, or is larger than any face
    /// in it.
    const LEAST_INSIDE: f64 = 0.01;
    let Rect { x, y, width, height } = face.rect;
    // Comparisons with what is not a number are false.
    let has_extent = x.is_finite() && y.is_finite() && width > 0.0 && height > 0.0 && face.rect.area().is_finite();
    if !has_extent || face.rect.intersection(whole).area() < LEAST_INSIDE * face.rect.area() {
        return false;
    }
    // By eye: noses of people in profile stand out from the box, by far less than it is long.
    let near = face.rect.grown(width.max(height));
    let is_near =
        |point: Point| (near.x..=near.right()).contains(&point.x) && (near.y..=near.bottom()).contains(&point.y);
    face.landmarks
        .as_ref()
        .is_none_or(|marks| marks.eyes.into_iter().chain([marks.nose]).chain(marks.mouth).all(is_near))
}
