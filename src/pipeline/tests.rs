use super::*;
use crate::detect::{Detector, Landmarks};
use crate::error::Reason;
use crate::geometry::{Affine, Point, Rect};
use image::RgbImage;

const ASTRONAUT: &[u8] = include_bytes!("../../samples/astronaut.png");

fn pixels() -> RgbImage {
    image::load_from_memory(ASTRONAUT).expect("the sample is sound").into_rgb8()
}

#[test]
fn own_pixels_become_what_a_file_of_them_becomes() {
    let cropper = Cropper::builder().preset("linkedin").build().expect("built in");
    let of_file = cropper.process(ASTRONAUT).expect("decodes");
    let photo = Photo::from_rgb(pixels()).expect("has pixels");
    let own = cropper.process_photo(photo, &Adjustment::default()).expect("is a photo");
    assert_eq!(own.heads, of_file.heads);
    assert_eq!(own.crops[0].bytes, of_file.crops[0].bytes);
}

#[test]
fn a_picture_without_pixels_is_no_photo() {
    for (width, height) in [(0, 0), (0, 7), (7, 0)] {
        let why = Photo::from_rgb(RgbImage::new(width, height)).expect_err("nothing to show");
        assert_eq!(why.reason, Reason::Damaged);
    }
}

/// Gives these faces, in shares of the picture.
struct Says(Vec<Face>);

impl Detector for Says {
    fn detect(&self, picture: &RgbImage, _: f64) -> Vec<Face> {
        let to_picture = Affine::scaling(f64::from(picture.width()), f64::from(picture.height()));
        self.0.iter().map(|face| face.mapped(&to_picture)).collect()
    }
}

fn face(rect: Rect, score: f64, eye: Option<Point>) -> Face {
    let at = |x: f64, y: f64| Point::new(x, y);
    let marks = |eye: Point| Landmarks {
        eyes: [eye, at(0.52, 0.18)],
        nose: at(0.46, 0.25),
        mouth: [at(0.41, 0.32), at(0.51, 0.32)],
    };
    Face { rect, score, landmarks: eye.map(marks) }
}

#[test]
fn what_no_detector_may_say_is_dropped() {
    let told = |faces: Vec<Face>| {
        let builder = Cropper::builder().preset("email-signature").detector(Box::new(Says(faces)));
        builder.build().expect("built in").process(ASTRONAUT).expect("decodes")
    };
    let good = Rect::new(0.33, 0.08, 0.26, 0.32);
    let mut wrong: Vec<Face> = [
        Rect { x: f64::NAN, ..good },
        Rect { y: f64::INFINITY, ..good },
        Rect { width: f64::NAN, ..good },
        Rect { height: f64::INFINITY, ..good },
        Rect { width: -0.26, ..good },
        Rect { height: 0.0, ..good },
        Rect { x: 1.5, ..good },
        Rect { y: -7.0, ..good },
        Rect { width: 1e200, height: 1e200, ..good },
        Rect { width: 1e9, ..good },
    ]
    .map(|rect| face(rect, 0.95, None))
    .to_vec();
    wrong.extend([f64::NAN, f64::INFINITY, 0.1].map(|score| face(good, score, None)));
    wrong.extend([f64::NAN, f64::NEG_INFINITY, 40.0].map(|x| face(good, 0.95, Some(Point::new(x, 0.18)))));
    for one in &wrong {
        let cropped = told(vec![one.clone()]);
        assert_eq!(cropped.refused.map(|why| why.reason), Some(Reason::NoFace), "{one:?}");
    }
    for eye in [None, Some(Point::new(0.4, 0.18))] {
        let mut among = wrong.clone();
        among.push(face(good, 0.95, eye));
        assert_eq!(told(among).faces.len(), 1);
    }
}
