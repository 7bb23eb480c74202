//! Pure: who else is in the headshot.

use crate::detect::Face;
use crate::frame::Frame;
use crate::geometry::Affine;

/// The largest other face whose middle is in `frame`: its height, as a share of the face at `index`. 0 where there is
/// none.
#[must_use]
pub fn beside(faces: &[Face], index: usize, frame: &Frame) -> f64 {
    let Some(main) = faces.get(index) else { return 0.0 };
    let turn = Affine::rotation(-frame.roll_deg);
    let is_inside = |face: &Face| {
        let centre = face.rect.centre();
        let from_middle = turn.apply(crate::geometry::Point::new(centre.x - frame.centre.x, centre.y - frame.centre.y));
        from_middle.x.abs() <= frame.width / 2.0 && from_middle.y.abs() <= frame.height / 2.0
    };
    faces
        .iter()
        .enumerate()
        .filter(|(other, face)| *other != index && is_inside(face))
        .map(|(_, face)| face.rect.height / main.rect.height.max(1.0))
        .fold(0.0, f64::max)
}
