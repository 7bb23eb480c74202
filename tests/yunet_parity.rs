//! The program's own forward pass of YuNet against what an independent inference engine made of the same model and
//! pixels. `tests/oracle` wrote the reference.

#[path = "oracle/src/pictures.rs"]
mod pictures;

use headshot::detect::yunet::YuNet;
use headshot::detect::{Detector, Face};
use serde_json::Value;
use std::path::Path;

/// Pixels. Both engines compute in 32-bit floats, in different orders.
const POSITION_TOLERANCE: f64 = 0.01;
const SCORE_TOLERANCE: f64 = 1e-4;

#[test]
fn faces_are_those_of_the_reference() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let reference = std::fs::read(tests.join("data/yunet_reference.json")).expect("the reference is in the repository");
    let reference: Vec<Value> = serde_json::from_slice(&reference).expect("the reference is JSON");
    let astronaut = image::open(tests.join("../samples/astronaut.png")).expect("the sample is sound").to_rgb8();
    let pictures = pictures::pictures(&astronaut);
    assert_eq!(reference.len(), pictures.len(), "run tests/oracle again");

    let detectors = [YuNet::new(), YuNet::portable()];
    for (record, (name, picture)) in reference.iter().zip(&pictures) {
        assert_eq!(record["name"], *name);
        assert_eq!(record["checksum"], format!("{:016x}", pictures::checksum(picture)), "{name}: other pixels");
        let expected = record["faces"].as_array().expect("a list of faces");
        for detector in &detectors {
            let faces = detector.detect(picture, pictures::THRESHOLD);
            assert_eq!(faces.len(), expected.len(), "{name}: {faces:?}");
            for (face, expected) in faces.iter().zip(expected) {
                let score = expected["score"].as_f64().expect("a score");
                assert!((face.score - score).abs() <= SCORE_TOLERANCE, "{name}: {face:?}, not {expected}");
                let distance = furthest(&positions(face), &numbers(expected));
                assert!(distance <= POSITION_TOLERANCE, "{name}: {distance} pixels off: {face:?}, not {expected}");
            }
        }
    }
}

/// Box and landmarks as numbers, in the order of the reference.
fn positions(face: &Face) -> Vec<f64> {
    let landmarks = face.landmarks.as_ref().expect("YuNet gives landmarks");
    let points = [landmarks.eyes[0], landmarks.eyes[1], landmarks.nose, landmarks.mouth[0], landmarks.mouth[1]];
    let rect = [face.rect.x, face.rect.y, face.rect.width, face.rect.height];
    rect.into_iter().chain(points.into_iter().flat_map(|point| [point.x, point.y])).collect()
}

fn numbers(expected: &Value) -> Vec<f64> {
    let rect = expected["rect"].as_array().expect("a rectangle").iter();
    let landmarks = expected["landmarks"].as_array().expect("five points").iter();
    rect.chain(landmarks.flat_map(|point| point.as_array().expect("a point")))
        .map(|number| number.as_f64().expect("a number"))
        .collect()
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
