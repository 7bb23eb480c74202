//! SeetaFace: a cascade of classifiers, by way of `rustface`. A second opinion for [`YuNet`](super::yunet::YuNet).
//!
//! It finds fewer people (93.0 to 95.5 % against 99 % of 244 real portraits) but is hardly ever wrong where there is
//! none (2 against 7 of 99 photos without a face), so that its word counts where YuNet is in doubt.

use super::{Detector, Face};
use crate::geometry::Rect;
use image::{RgbImage, imageops};
use rustface::{ImageData, Model};

/// `seeta_fd_frontal_v1.0.bin` of the SeetaFace engine, BSD-2-Clause.
const MODEL: &[u8] = include_bytes!("../../models/seeta_fd_frontal_v1.0.bin");

/// Side of the window that slides over the picture, in pixels; `rustface` has it built in. Smaller pictures have no
/// room for it, and it computes with sizes below zero on them.
const WINDOW: u32 = 40;

/// The cascade's score (a sum over merged windows, without upper end) that becomes 0.5.
///
/// On 98 portraits at a short side of 320, faces that YuNet sees as well had 5.0 to 47.0 (median 21.5), but for two
/// of 96 with 0.8 and 2.3; everything else there had at most 3.2, and finds on 14 photos without a person at most
/// 4.3.
const HALF_SCORE: f64 = 4.5;

/// Where YuNet's box lies in SeetaFace's square, as fractions of the square's side from its top left corner: the mean
/// over 96 faces that both found on 98 portraits. Standard deviations: horizontal centre 0.03, top 0.06, bottom 0.06,
/// width 0.06.
const BOX_IN_SQUARE: Rect = Rect::new(0.061, -0.074, 0.867, 1.167);

/// The SeetaFace detector.
///
/// Hand it a small picture: it finds no face smaller than its window of 40 pixels, and time grows with the number of
/// pixels (17 ms at the recommended [`Seeta::SHORT_SIDE`]). Boxes follow YuNet's convention; there are no landmarks.
///
/// Scores are s / (s + 4.5) of the cascade's score s: 0.5 where finds on portraits and finds on photos without a person
/// part, 0.83 for the median face.
pub struct Seeta {
    model: Model,
}

impl Seeta {
    /// The short side, in pixels, of the pictures that its constants were measured on.
    pub const SHORT_SIDE: u32 = 320;

    /// The score from which a find counts as a face.
    pub const POSSIBLE: f64 = 0.5;

    /// The detector with the built-in model.
    #[must_use]
    pub fn new() -> Self {
        Self { model: rustface::read_model(MODEL).expect("the model is a part of the program") }
    }
}

impl Default for Seeta {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector for Seeta {
    fn detect(&self, picture: &RgbImage, threshold: f64) -> Vec<Face> {
        if picture.width().min(picture.height()) < WINDOW {
            return Vec::new();
        }
        let grey = imageops::grayscale(picture);
        // A `rustface` detector changes while it works and stays on its thread. One for each call, from the shared
        // model, costs 0.08 ms against the 17 ms of the detection.
        let mut cascade = rustface::create_detector_with_model(self.model.clone());
        cascade.set_score_thresh(f64::MIN_POSITIVE);
        let found = cascade.detect(&ImageData::new(grey.as_raw(), grey.width(), grey.height()));
        let mut faces: Vec<Face> = found
            .iter()
            .map(|face| Face { rect: yunet_box(face.bbox()), score: saturated(face.score()), landmarks: None })
            .filter(|face| face.score >= threshold)
            .collect();
        faces.sort_by(|a, b| b.score.total_cmp(&a.score));
        faces
    }
}

/// The box that YuNet gives for the face that SeetaFace has in this square.
fn yunet_box(square: &rustface::Rectangle) -> Rect {
    let side = f64::from(square.width());
    Rect::new(
        f64::from(square.x()) + BOX_IN_SQUARE.x * side,
        f64::from(square.y()) + BOX_IN_SQUARE.y * side,
        BOX_IN_SQUARE.width * side,
        BOX_IN_SQUARE.height * side,
    )
}

/// A positive score of the cascade as 0..1, keeping the order.
fn saturated(score: f64) -> f64 {
    score / (score + HALF_SCORE)
}

#[cfg(test)]
mod tests {
    use super::super::yunet::YuNet;
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;

    fn astronaut() -> RgbImage {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/astronaut.png");
        let picture = image::open(path).expect("the sample is sound").to_rgb8();
        imageops::resize(&picture, Seeta::SHORT_SIDE, Seeta::SHORT_SIDE, imageops::FilterType::Triangle)
    }

    #[test]
    fn its_face_is_where_yunet_has_it() {
        let picture = astronaut();
        let faces = Seeta::new().detect(&picture, Seeta::POSSIBLE);
        let [face] = &faces[..] else { panic!("one face, not {faces:?}") };
        let reference = YuNet::new().detect(&picture, YuNet::SURE);
        assert!(face.rect.overlap(reference[0].rect) > 0.5, "{face:?} and {reference:?}");
        assert!(face.score < 1.0 && face.landmarks.is_none());
    }

    #[test]
    fn a_picture_without_a_face_has_none() {
        let stripes = RgbImage::from_fn(320, 400, |x, y| Rgb([(x * 7) as u8, (y / 3) as u8, (x ^ y) as u8]));
        assert_eq!(Seeta::new().detect(&stripes, Seeta::POSSIBLE), vec![]);
    }

    #[test]
    fn pictures_smaller_than_the_window_have_none() {
        for (width, height) in [(0, 0), (0, 50), (1, 1), (39, 200), (200, 39)] {
            assert_eq!(Seeta::new().detect(&RgbImage::new(width, height), 0.0), vec![]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_cut_of_a_portrait_gives_sorted_scores(
            x in 0..200_u32, y in 0..200_u32, width in 40..320_u32, height in 40..320_u32,
        ) {
            let cut = imageops::crop_imm(&astronaut(), x, y, width, height).to_image();
            let faces = Seeta::new().detect(&cut, 0.01);
            prop_assert!(faces.is_sorted_by(|a, b| a.score >= b.score));
            prop_assert!(faces.iter().all(|face| (0.01..1.0).contains(&face.score)));
        }
    }
}
