//! From detected faces to the [`Head`] that is framed.

pub mod choice;
pub mod closeup;
pub mod crown;
pub mod doubles;
pub mod eye_line;
pub mod finder;
pub(crate) mod lab;
pub mod natural_top;
pub mod tone;

use crate::detect::{Face, Landmarks};
use crate::geometry::{Affine, Point, Rect, wrapped_deg};
use serde::Serialize;

/// Head height (twice mid-eye to chin) in heights of the face box. Mean of 317 annotated portraits, sd 0.06.
pub const HEAD_HEIGHT_PER_BOX: f64 = 1.19;

/// The face box ends this many box heights below the chin. Mean over the 98 portraits of the test corpus, seen close
/// up, sd 0.02 (0.009 seen from afar on 317 portraits).
pub const CHIN_ABOVE_BOX_BOTTOM: f64 = 0.007;

/// The middle of the eye openings lies this many box heights below the network's eye landmarks. Mean over the same 98
/// portraits, sd 0.013.
const EYES_BELOW_LANDMARKS: f64 = 0.013;

/// The crown lies this many box heights above the box. Mean of 317 annotated portraits, sd 0.10; 5th to 95th percentile
/// 0.12 to 0.45.
pub const CROWN_ABOVE_BOX_TOP: f64 = 0.26;

/// Confidence of a crown that is only the mean of other people's. Set by hand: under the half at which a crown counts
/// as known (`frame::room`).
const CROWN_PRIOR_CONFIDENCE: f64 = 0.3;

/// One person's head, in upright source pixels.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Head {
    /// Centres of the eyes; the one that is left when the head is levelled comes first.
    pub eyes: [Point; 2],
    /// Lowest point of the chin, on the head's axis.
    pub chin: Point,
    /// Topmost point of hair, hat or scarf, on the head's axis.
    pub crown: Point,
    /// How far `crown` can be trusted, 0..=1.
    pub crown_confidence: f64,
    /// Tilt of the head in degrees, clockwise positive, -180..=180: what has to be turned back to level the eyes.
    pub roll_deg: f64,
    /// Turn of the head to the side, about -1 (profile, towards the left of the image) to 1 (towards the right).
    pub yaw: f64,
    /// Turn of the head up (negative) or down (positive), in the same unit: how far the nose is from where most
    /// people's is, between eyes and mouth.
    pub pitch: f64,
    /// The face box that the head was measured from.
    #[serde(skip)]
    pub face: Rect,
}

impl Head {
    /// The mid-eye point: the eye line passes through it.
    #[must_use]
    pub fn eye_mid(&self) -> Point {
        self.eyes[0].midpoint(self.eyes[1])
    }

    /// Head height without hair, in pixels: twice the distance from the mid-eye point to the chin.
    #[must_use]
    pub fn height(&self) -> f64 {
        2.0 * self.eye_mid().distance(self.chin)
    }

    /// The same head tilted by `roll_deg` instead: everything turned about the mid-eye point.
    #[must_use]
    pub fn with_roll(&self, roll_deg: f64) -> Self {
        let middle = self.eye_mid();
        let turn = Affine::levelling(middle, self.roll_deg - roll_deg, (1.0, 1.0), middle);
        let [eyes @ .., chin, crown] =
            [self.eyes[0], self.eyes[1], self.chin, self.crown].map(|point| turn.apply(point));
        Self { eyes, chin, crown, roll_deg: wrapped_deg(roll_deg), ..self.clone() }
    }

    /// The head after `map`, a similarity without a mirror.
    #[must_use]
    pub fn mapped(&self, map: &Affine) -> Self {
        Self {
            eyes: self.eyes.map(|eye| map.apply(eye)),
            chin: map.apply(self.chin),
            crown: map.apply(self.crown),
            roll_deg: wrapped_deg(self.roll_deg + map.turn_deg()),
            face: self.face.mapped(map),
            ..self.clone()
        }
    }

    /// The mean of several measurements of one head; `None` of none.
    #[must_use]
    pub fn mean(heads: &[Self]) -> Option<Self> {
        let first = heads.first()?;
        let share = 1.0 / heads.len() as f64;
        let mean = |value: &dyn Fn(&Self) -> f64| heads.iter().map(value).sum::<f64>() * share;
        let point = |pick: &dyn Fn(&Self) -> Point| Point::new(mean(&|head| pick(head).x), mean(&|head| pick(head).y));
        Some(Self {
            eyes: [point(&|head| head.eyes[0]), point(&|head| head.eyes[1])],
            chin: point(&|head| head.chin),
            crown: point(&|head| head.crown),
            // Differences from the first, so that -179 and 179 degrees do not meet at 0.
            roll_deg: wrapped_deg(first.roll_deg + mean(&|head| wrapped_deg(head.roll_deg - first.roll_deg))),
            yaw: mean(&|head| head.yaw),
            pitch: mean(&|head| head.pitch),
            face: Rect::mean(heads.iter().map(|head| head.face)),
            ..*first
        })
    }

    /// The head of `face`, as seen in a picture to which upright source pixels come by `to_picture`.
    ///
    /// `to_picture` is a similarity; where it levels the head, `roll_deg` is what it turned by plus what the eyes say
    /// is left. The chin is read off the box's lower edge, the crown is the mean of other people's.
    #[must_use]
    pub fn from_face(face: &Face, to_picture: &Affine) -> Option<Self> {
        let back = to_picture.inverse()?;
        let rect = face.rect;
        let (eyes, yaw, pitch) = match &face.landmarks {
            Some(marks) => (marks.eyes, yaw_of(marks), pitch_of(marks)),
            None => (eyes_of_box(rect), 0.0, 0.0),
        };
        let residual = libm::atan2(eyes[1].y - eyes[0].y, eyes[1].x - eyes[0].x);
        // In a picture that does not level the head, the box stays upright while the head's axis leans: the chin is
        // where the axis through the eyes meets the depth of the box.
        let (sin, cos) = libm::sincos(residual);
        let axis = Point::new(-sin, cos);
        let below = if face.landmarks.is_some() { EYES_BELOW_LANDMARKS * rect.height } else { 0.0 };
        let eyes = eyes.map(|eye| Point::new(eye.x + axis.x * below, eye.y + axis.y * below));
        let eye_mid = eyes[0].midpoint(eyes[1]);
        let chin_depth = rect.bottom() - CHIN_ABOVE_BOX_BOTTOM * rect.height - eye_mid.y;
        let crown_depth = eye_mid.y - (rect.y - CROWN_ABOVE_BOX_TOP * rect.height);
        let along = |depth: f64| Point::new(eye_mid.x + axis.x * depth, eye_mid.y + axis.y * depth);
        Some(Self {
            eyes: eyes.map(|eye| back.apply(eye)),
            chin: back.apply(along(chin_depth)),
            crown: back.apply(along(-crown_depth)),
            crown_confidence: CROWN_PRIOR_CONFIDENCE,
            roll_deg: wrapped_deg(back.turn_deg() + residual.to_degrees()),
            yaw,
            pitch,
            face: rect.mapped(&back),
        })
    }
}

/// Where the eyes are in a face box that came without landmarks: means over the annotated portraits, in box sizes.
fn eyes_of_box(rect: Rect) -> [Point; 2] {
    let y = rect.bottom() - (CHIN_ABOVE_BOX_BOTTOM + HEAD_HEIGHT_PER_BOX / 2.0) * rect.height;
    // Eyes are 0.325 box heights apart: the median over the 82 frontal portraits of the test corpus (5th to 95th
    // percentile 0.30 to 0.36).
    let half = 0.325 / 2.0 * rect.height;
    [Point::new(rect.centre().x - half, y), Point::new(rect.centre().x + half, y)]
}

/// From the mid-eye point to the tip of the nose, and to the middle of the mouth.
fn nose_and_axis(marks: &Landmarks) -> (Point, Point) {
    let eye_mid = marks.eyes[0].midpoint(marks.eyes[1]);
    let mouth_mid = marks.mouth[0].midpoint(marks.mouth[1]);
    let from_eyes = |point: Point| Point::new(point.x - eye_mid.x, point.y - eye_mid.y);
    (from_eyes(marks.nose), from_eyes(mouth_mid))
}

/// Side turn from how far the nose tip leaves the middle of eyes and mouth, in half eye distances.
fn yaw_of(marks: &Landmarks) -> f64 {
    let (nose, axis) = nose_and_axis(marks);
    let length = axis.length();
    let half_eye_distance = marks.eyes[0].distance(marks.eyes[1]) / 2.0;
    if length < 1e-6 || half_eye_distance < 1e-6 {
        return 0.0;
    }
    // The signed distance of the nose from the axis eyes-mouth; positive to the right of the image.
    let aside = (nose.x * axis.y - nose.y * axis.x) / length;
    (aside / half_eye_distance).clamp(-1.0, 1.0)
}

/// Turn up or down from how far the nose tip is from its usual place on the way from the eyes to the mouth, in
/// quarters of it: turned so far, a head is turned about as much as one of that yaw.
fn pitch_of(marks: &Landmarks) -> f64 {
    /// Where the nose tip mostly is on that way: the median of the 82 frontal portraits of the test corpus, sd 0.03.
    const USUAL: f64 = 0.585;
    let (nose, axis) = nose_and_axis(marks);
    let squared = axis.x * axis.x + axis.y * axis.y;
    if squared < 1e-6 {
        return 0.0;
    }
    let along = (nose.x * axis.x + nose.y * axis.y) / squared;
    (4.0 * (along - USUAL)).clamp(-1.0, 1.0)
}

/// Order of preference among faces: score x sqrt(area) x centrality, which was right more often than the largest area:
/// a poster or a bystander is often larger than the sitter, but rarely also more central and clearer.
///
/// `width` and `height` are those of the picture the faces were found in, in its pixels.
#[must_use]
pub fn prominence(face: &Face, width: f64, height: f64) -> f64 {
    let centre = face.rect.centre();
    let aside = (centre.x / width - 0.5).abs() * 2.0;
    let below = (centre.y / height - 0.4).abs() * 2.0;
    // In the picture's corner a face counts a third of one in the middle, which is 0.4 from the top, as heads are
    // rather above. Choices, not measurements: the quality tests over groups and pictures within pictures hold with
    // them.
    let centrality = 1.0 - 0.67 * (libm::hypot(aside, below) / std::f64::consts::SQRT_2).min(1.0);
    face.score * face.rect.area().max(0.0).sqrt() * centrality
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frontal_face() -> Face {
        Face {
            rect: Rect::new(100.0, 100.0, 75.0, 100.0),
            score: 0.9,
            landmarks: Some(Landmarks {
                eyes: [Point::new(120.0, 140.0), Point::new(155.0, 140.0)],
                nose: Point::new(137.5, 160.0),
                mouth: [Point::new(122.0, 178.0), Point::new(153.0, 178.0)],
            }),
        }
    }

    proptest! {
        /// Whatever picture the face is seen in, the head comes back to where it is in the source.
        #[test]
        fn a_head_is_the_same_seen_through_any_turn(degrees in -180.0..180.0f64, scale in 0.1..8.0f64, shift in -500.0..500.0f64) {
            let face = frontal_face();
            let plain = Head::from_face(&face, &Affine::IDENTITY).expect("invertible");
            let to_picture = Affine::rotation(-degrees).then(&Affine::scaling(scale, scale)).then(&Affine::translation(shift, -shift));
            let turned = Head::from_face(&face, &to_picture).expect("invertible");
            prop_assert!(wrapped_deg(turned.roll_deg - degrees).abs() < 1e-6);
            prop_assert!((turned.height() * scale - plain.height()).abs() < 1e-6);
            prop_assert!(to_picture.apply(turned.chin).distance(plain.chin) < 1e-6);
        }
    }

    #[test]
    fn a_frontal_face_has_its_chin_at_the_box_and_no_turn() {
        let head = Head::from_face(&frontal_face(), &Affine::IDENTITY).expect("invertible");
        assert!((head.chin.y - 199.3).abs() < 1e-9 && (head.crown.y - 74.0).abs() < 1e-9);
        assert!(head.roll_deg.abs() < 1e-9 && head.yaw.abs() < 1e-9);
    }

    #[test]
    fn a_nose_to_the_right_is_a_turn_to_the_right() {
        let mut face = frontal_face();
        if let Some(marks) = &mut face.landmarks {
            marks.nose.x += 10.0;
        }
        assert!(Head::from_face(&face, &Affine::IDENTITY).expect("invertible").yaw > 0.5);
    }

    #[test]
    fn the_central_face_is_preferred_to_a_slightly_larger_one_at_the_edge() {
        let at = |x: f64, size: f64| Face { rect: Rect::new(x, 150.0, size, size), score: 0.9, landmarks: None };
        assert!(prominence(&at(150.0, 100.0), 400.0, 400.0) > prominence(&at(0.0, 110.0), 400.0, 400.0));
    }
}
