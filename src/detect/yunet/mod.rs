//! YuNet 2023mar: a small face detector with its own forward pass.
//!
//! The network (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023; weights under the MIT
//! licence) is 53,104 numbers in a fixed graph that repeats one kind of layer. Running it directly takes a third of
//! the time of the inference engines tried, and no dependency: `network` is the graph, `layers` and `kernels` its
//! arithmetic, `onnx` reads the weights from the unmodified model file, `decode` makes faces of the outputs, `simd`
//! picks the instructions, `avx512` is the arithmetic for the widest.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod decode;
mod kernels;
mod layers;
mod network;
mod onnx;
#[cfg(test)]
mod parity;
mod simd;

/// What the reference of `tests/oracle` is about.
#[cfg(test)]
#[path = "../../../tests/oracle/src/pictures.rs"]
mod pictures;

use super::{Detector, Face};
use image::RgbImage;
use network::Network;
use simd::Instructions;

/// `face_detection_yunet_2023mar.onnx`, sha256 `8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4`.
pub(super) const MODEL: &[u8] = include_bytes!("../../../models/face_detection_yunet_2023mar.onnx");

/// The YuNet face detector.
///
/// It wants a small picture: on 244 real portraits it found the person in 99.2 % shrunk to a long side of 320 pixels,
/// in 98.4 % at 640, and in a photo of 24 megapixels it sees no face at all, because the face is larger than anything
/// that the network was made for. Time grows with the number of pixels. A picture of any size will do; it is taken as
/// padded with black on the right and below to multiples of 32.
///
/// Landmarks come in the order of the network, which is by the person: right eye, left eye, right and left corner of
/// the mouth. In an upright face that is left of the image first, as [`Landmarks`](super::Landmarks) says. They are
/// not sorted by position: a turned face keeps the network's order, whichever side of the image that is.
///
/// Results are the same to the last bit on every processor.
pub struct YuNet {
    network: Network,
}

impl YuNet {
    /// The score from which a find counts as a possible face: 99.2 % of 244 real portraits had one at a long side of
    /// 320 pixels, and so had 7 of 99 photos without a human face, most of them animals.
    pub const POSSIBLE: f64 = 0.6;

    /// The score from which a find needs no second look. Below it the photo may lie on its side, or show no face at
    /// all.
    pub const SURE: f64 = 0.9;

    /// The detector with the built-in model, on the best instructions that this processor has.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Instructions::detect())
    }

    /// The detector on the instructions that every processor of the build's target has, to compare and to measure.
    #[doc(hidden)]
    #[must_use]
    pub fn portable() -> Self {
        Self::with(Instructions::Baseline)
    }

    fn with(instructions: Instructions) -> Self {
        Self { network: Network::from_onnx(MODEL, instructions).expect("the model is a part of the program") }
    }
}

impl Default for YuNet {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector for YuNet {
    fn detect(&self, picture: &RgbImage, threshold: f64) -> Vec<Face> {
        if picture.width() == 0 || picture.height() == 0 {
            return Vec::new();
        }
        decode::faces(&self.network.run(picture), threshold)
    }

    /// By the coarsest of the network's three grids: of 98 portraits looked at from near, their faces 188 to 278 pixels
    /// high, not a digit of the report is another with the finer ones.
    fn detect_large(&self, picture: &RgbImage, threshold: f64) -> Vec<Face> {
        if picture.width() == 0 || picture.height() == 0 {
            return Vec::new();
        }
        decode::faces(&[self.network.run_coarsest(picture)], threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use image::imageops;
    use proptest::prelude::*;

    fn astronaut(width: u32, height: u32) -> RgbImage {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/astronaut.png");
        let picture = image::open(path).expect("the sample is sound").to_rgb8();
        imageops::resize(&picture, width, height, imageops::FilterType::Triangle)
    }

    fn points(face: &Face) -> [Point; 7] {
        let rect = face.rect;
        let landmarks = face.landmarks.as_ref().expect("YuNet gives landmarks");
        let ([eye, other_eye], [corner, other_corner]) = (landmarks.eyes, landmarks.mouth);
        let ends = [Point::new(rect.x, rect.y), Point::new(rect.right(), rect.bottom())];
        [ends[0], ends[1], eye, other_eye, landmarks.nose, corner, other_corner]
    }

    #[test]
    fn an_empty_picture_has_no_face() {
        for (width, height) in [(0, 0), (0, 7), (7, 0)] {
            assert_eq!(YuNet::new().detect(&RgbImage::new(width, height), 0.0), vec![]);
        }
    }

    #[test]
    fn landmarks_of_an_upright_face_are_left_of_the_image_first() {
        let faces = YuNet::new().detect(&astronaut(320, 320), YuNet::SURE);
        let [face] = &faces[..] else { panic!("one face, not {faces:?}") };
        let [top_left, bottom_right, left_eye, right_eye, nose, left_corner, right_corner] = points(face);
        assert!(top_left.x < left_eye.x && left_eye.x < right_eye.x && right_eye.x < bottom_right.x);
        assert!(left_corner.x < right_corner.x);
        assert!(top_left.y < left_eye.y && left_eye.y < nose.y && nose.y < left_corner.y);
        assert!(left_corner.y < bottom_right.y);
    }

    #[test]
    fn large_faces_are_the_same_without_the_finer_grids() {
        let face = imageops::crop_imm(&astronaut(512, 512), 160, 40, 130, 170).to_image();
        for side in [200, 260, 320] {
            let near = imageops::resize(&face, side, side, imageops::FilterType::Triangle);
            let faces = YuNet::new().detect(&near, YuNet::POSSIBLE);
            assert_eq!((faces.len(), YuNet::new().detect_large(&near, YuNet::POSSIBLE)), (1, faces), "{side}");
        }
        assert_eq!(YuNet::new().detect_large(&RgbImage::new(0, 9), 0.0), vec![]);
    }

    #[test]
    fn results_repeat_on_all_threads() {
        let (detector, picture) = (YuNet::new(), astronaut(213, 320));
        let expected = detector.detect(&picture, pictures::THRESHOLD);
        assert!(!expected.is_empty());
        std::thread::scope(|scope| {
            let runs = [(); 4].map(|()| scope.spawn(|| detector.detect(&picture, pictures::THRESHOLD)));
            for run in runs {
                assert_eq!(run.join().expect("detection does not panic"), expected);
            }
        });
    }

    /// To the last bit.
    #[test]
    fn all_instructions_find_the_same() {
        for (width, height) in [(320, 320), (213, 320), (640, 640), (97, 101), (31, 33), (600, 290)] {
            let picture = astronaut(width, height);
            let expected = YuNet::portable().detect(&picture, 0.1);
            for instructions in Instructions::all() {
                let faces = YuNet::with(instructions).detect(&picture, 0.1);
                assert_eq!(faces, expected, "{instructions:?}: {width} x {height}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn pictures_of_any_size_give_sorted_scores_from_the_threshold_up(
            width in 0..130_u32, height in 0..130_u32, threshold in 0.0..0.5_f64,
        ) {
            let faces = YuNet::new().detect(&astronaut(width, height), threshold);
            prop_assert!(faces.is_sorted_by(|a, b| a.score >= b.score));
            prop_assert!(faces.iter().all(|face| (threshold..=1.0).contains(&face.score)));
        }
    }
}
