//! Where a head comes to in what is cut.

use super::head_length;
use crate::geometry::Affine;
use crate::preset::Preset;
use crate::subject::Head;

/// In a set of one head height, heads that differ from it by this share do not have it. Set by hand.
pub const NOT_UNIFORM: f64 = 0.01;

/// Where the head is in a crop.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placement {
    /// The mid-eye point, as a fraction of the output's height from the top.
    pub eye_line: f64,
    /// The head height by the preset's own measure, as a fraction of the output's height.
    pub head_height: f64,
}

impl Placement {
    /// Where `head` comes to by `transform`, in an output for `preset` of `height` pixels.
    #[must_use]
    pub fn of(head: &Head, transform: &Affine, preset: &Preset, height: u32) -> Self {
        let (placed, height) = (head.mapped(transform), f64::from(height));
        Self { eye_line: placed.eye_mid().y / height, head_height: head_length(&placed, preset) / height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Face;
    use crate::geometry::Rect;
    use crate::preset;

    #[test]
    fn a_head_is_measured_in_the_crop_as_the_preset_measures_it() {
        let face = Face { rect: Rect::new(100.0, 100.0, 75.0, 100.0), score: 0.9, landmarks: None };
        let head = Head::from_face(&face, &Affine::IDENTITY).expect("invertible");
        let map = Affine::scaling(2.0, 2.0).then(&Affine::translation(0.0, -100.0));
        for (name, length) in [("linkedin", head.height()), ("icao-35x45", head.crown.distance(head.chin))] {
            let preset = preset::select(&[name.to_owned()]).expect("built in").remove(0);
            let placement = Placement::of(&head, &map, &preset, 400);
            assert!((placement.eye_line - (2.0 * head.eye_mid().y - 100.0) / 400.0).abs() < 1e-9);
            assert!((placement.head_height - 2.0 * length / 400.0).abs() < 1e-9, "{name}");
        }
    }
}
