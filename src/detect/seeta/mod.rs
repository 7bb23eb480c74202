//! SeetaFace: a cascade of classifiers, the first of them by way of `rustface`. A second opinion for
//! [`YuNet`](super::yunet::YuNet).
//!
//! It finds fewer people (93.0 to 95.5 % against 99 % of 244 real portraits) but is hardly ever wrong where there is
//! none (2 against 7 of 99 photos without a face), so that its word counts where YuNet is in doubt.

mod cascade;
mod judge;
pub(super) mod model;
mod window;

use super::{Detector, Face};
use crate::geometry::{Affine, Rect};
use cascade::Candidate;
use image::{RgbImage, imageops};
use model::Models;
use window::WINDOW;

/// Longest side of a picture that the cascade looks at as it is, in pixels: `rustface` adds up the squares of a column
/// of windows in 32 bits, and 40 x 1651 x 255 x 255 is more than they hold.
const LONGEST_SIDE: u32 = 1_650;

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
/// pixels (40 ms at the recommended [`Seeta::SHORT_SIDE`]). Boxes follow YuNet's convention; there are no landmarks.
///
/// Scores are s / (s + 4.5) of the cascade's score s: 0.5 where finds on portraits and finds on photos without a person
/// part, 0.83 for the median face.
pub struct Seeta {
    models: Models,
}

impl Seeta {
    /// The short side, in pixels, of the pictures that its constants were measured on.
    pub const SHORT_SIDE: u32 = 320;

    /// The score from which a find counts as a face.
    pub const POSSIBLE: f64 = 0.5;

    /// The detector with the built-in model.
    #[must_use]
    pub fn new() -> Self {
        Self { models: Models::built_in() }
    }

    /// The faces in a picture that is too large for the cascade, seen in a smaller copy.
    fn detect_smaller(&self, picture: &RgbImage, threshold: f64) -> Vec<Face> {
        let scale = f64::from(LONGEST_SIDE) / f64::from(picture.width().max(picture.height()));
        let smaller = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        let copy = imageops::thumbnail(picture, smaller(picture.width()), smaller(picture.height()));
        let enlarge = Affine::scaling(1.0 / scale, 1.0 / scale);
        self.detect(&copy, threshold).iter().map(|face| face.mapped(&enlarge)).collect()
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
        if picture.width().max(picture.height()) > LONGEST_SIDE {
            return self.detect_smaller(picture, threshold);
        }
        let found = cascade::faces(&self.models, &imageops::grayscale(picture));
        let mut faces: Vec<Face> = found
            .iter()
            .map(|face| Face { rect: yunet_box(face), score: saturated(face.score), landmarks: None })
            .filter(|face| face.score >= threshold)
            .collect();
        faces.sort_by(|a, b| b.score.total_cmp(&a.score));
        faces
    }
}

/// The box that YuNet gives for the face that SeetaFace has in this square.
fn yunet_box(square: &Candidate) -> Rect {
    let side = f64::from(square.side);
    Rect::new(
        f64::from(square.x) + BOX_IN_SQUARE.x * side,
        f64::from(square.y) + BOX_IN_SQUARE.y * side,
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

    /// The astronaut's picture in the top left corner of a larger grey one.
    fn on_grey(width: u32, height: u32) -> RgbImage {
        let mut canvas = RgbImage::from_pixel(width, height, Rgb([128; 3]));
        imageops::replace(&mut canvas, &astronaut(), 0, 0);
        canvas
    }

    /// The whole cascade as `rustface` runs it by itself. Safe here: a box of at most 320 pixels moves by at most three
    /// and a half times its side before it is last copied, and the canvas goes on farther than that.
    #[test]
    fn its_faces_are_those_of_the_undivided_cascade() {
        let canvas = on_grey(1500, 1500);
        let grey = imageops::grayscale(&canvas);
        let model = rustface::read_model(model::FILE).expect("the model is a part of the program");
        let mut whole = rustface::create_detector_with_model(model);
        whole.set_score_thresh(f64::MIN_POSITIVE);
        whole.set_max_face_size(320);
        let expected: Vec<Candidate> = whole
            .detect(&rustface::ImageData::new(grey.as_raw(), 1500, 1500))
            .iter()
            .map(|face| Candidate {
                x: face.bbox().x(),
                y: face.bbox().y(),
                side: face.bbox().width() as i32,
                score: face.score(),
            })
            .collect();
        assert!(!expected.is_empty());
        let faces = cascade::faces(&Models::built_in(), &grey);
        let square = |face: &Candidate| (face.x, face.y, face.side);
        assert!(faces.iter().map(square).eq(expected.iter().map(square)), "{faces:?} and {expected:?}");
        // Of the system's exponential function the last bit may be another.
        assert!(faces.iter().zip(&expected).all(|(face, other)| (face.score - other.score).abs() < 1e-5));
    }

    #[test]
    fn a_picture_too_large_for_it_is_seen_smaller() {
        let faces = Seeta::new().detect(&on_grey(1900, 320), Seeta::POSSIBLE);
        let [face] = &faces[..] else { panic!("one face, not {faces:?}") };
        let reference = YuNet::new().detect(&astronaut(), YuNet::SURE);
        assert!(face.rect.overlap(reference[0].rect) > 0.5, "{face:?} and {reference:?}");
    }

    /// With checks for overflow, as tests are built, each of these once ended in a panic or in memory that is not the
    /// picture's.
    #[test]
    fn pictures_made_to_harm_it_do_not() {
        let face = imageops::crop_imm(&astronaut(), 110, 20, 80, 100).to_image();
        let mut bright = RgbImage::from_pixel(80, 1650, Rgb([255; 3]));
        imageops::replace(&mut bright, &face, 0, 1500);
        let mut wide = RgbImage::from_pixel(1650, 80, Rgb([255; 3]));
        imageops::replace(&mut wide, &face, 1500, 0);
        let stripes = |period: u32| {
            RgbImage::from_fn(90, 90, move |x, y| Rgb([if (x + y) % period < period / 2 { 255 } else { 0 }; 3]))
        };
        for picture in [bright, wide, stripes(2), stripes(4), stripes(8)] {
            Seeta::new().detect(&picture, 0.0);
        }
        for side in [40, 41, 50, 51, 63] {
            Seeta::new().detect(&imageops::thumbnail(&astronaut(), side, 320), 0.0);
            Seeta::new().detect(&imageops::thumbnail(&astronaut(), 320, side), 0.0);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Pieces of a face along the right and the lower edge, where boxes would leave the picture, with noise on
        /// them.
        #[test]
        fn pieces_of_faces_at_the_edges_are_no_trouble(
            width in 40..200_u32, height in 40..200_u32,
            pieces in proptest::collection::vec((0..60_u32, 0..60_u32, 8..90_u32, 0..200_i64, 0..200_i64), 1..12),
            noise in 0..60_u32,
        ) {
            let face = imageops::crop_imm(&astronaut(), 100, 10, 100, 120).to_image();
            let mut picture = RgbImage::from_pixel(width, height, Rgb([90; 3]));
            for (x, y, side, right, down) in pieces {
                let piece = imageops::crop_imm(&face, x, y, 40, 50).to_image();
                let piece = imageops::resize(&piece, side, side, imageops::FilterType::Triangle);
                let (right, down) = (i64::from(width) - right.min(20), i64::from(height) - down);
                imageops::replace(&mut picture, &piece, right - i64::from(side) / 2, down);
                imageops::replace(&mut picture, &piece, down - i64::from(height), i64::from(height) - i64::from(side) / 2);
            }
            for (x, y, pixel) in picture.enumerate_pixels_mut() {
                let speck = (x * 7919 + y * 104_729) % (noise + 1);
                pixel.0.iter_mut().for_each(|value| *value = value.saturating_add(speck as u8));
            }
            for face in Seeta::new().detect(&picture, 0.0) {
                let rect = face.rect;
                prop_assert!(rect.width > 0.0 && rect.width < 3000.0 && rect.x.abs() < 3000.0 && rect.y.abs() < 3000.0);
            }
        }

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
