//! Pure: the natural top of a head, from which identity documents measure: where flat hair ends.

use super::Head;
use serde::{Deserialize, Serialize};

/// From the chin to the natural top, in head heights: bald heads have 0.94 and more (the lowest of 10 among the 98
/// annotated portraits; their median is 0.975), and flat hair adds up to a tenth to a median one. What is found lower
/// is a head that the photo cuts, or hair that was mistaken for forehead; what is found higher is raised hair or a hat.
const LOWEST: f64 = 0.95;
const HIGHEST: f64 = 1.08;

/// Where the natural top of a head was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HeadTop {
    /// The crown as it was found: the hair is flat.
    Crown,
    /// What heads of this height have at most, or at least: the hair is raised or covered, or the photo cuts it.
    Estimate,
}

impl HeadTop {
    /// The word in the report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Crown => "crown",
            Self::Estimate => "estimate",
        }
    }
}

/// The length of `head` from its natural top to the chin, in its own pixels, and where that top was taken from.
#[must_use]
pub fn natural_length(head: &Head) -> (f64, HeadTop) {
    let found = head.crown.distance(head.chin);
    let natural = found.clamp(LOWEST * head.height(), HIGHEST * head.height());
    (natural, if natural == found { HeadTop::Crown } else { HeadTop::Estimate })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Face;
    use crate::geometry::{Affine, Point, Rect};
    use proptest::prelude::*;

    fn head(crown_above_chin: f64) -> Head {
        let face = Face { rect: Rect::new(100.0, 100.0, 75.0, 100.0), score: 0.9, landmarks: None };
        let head = Head::from_face(&face, &Affine::IDENTITY).expect("invertible");
        Head { crown: Point::new(head.chin.x, head.chin.y - crown_above_chin * head.height()), ..head }
    }

    #[test]
    fn flat_hair_counts_and_what_is_raised_above_it_or_cut_off_does_not() {
        let natural = |crown: f64| {
            let head = head(crown);
            let (length, top) = natural_length(&head);
            ((1000.0 * length / head.height()).round() / 1000.0, top)
        };
        for flat in [0.96, 1.0, 1.07] {
            assert_eq!(natural(flat), (flat, HeadTop::Crown));
        }
        assert_eq!(natural(1.3), (HIGHEST, HeadTop::Estimate));
        assert_eq!(natural(0.7), (LOWEST, HeadTop::Estimate));
    }

    proptest! {
        /// More hair never makes the head shorter, nor a little more hair much longer; and any turn and scale leaves it
        /// the same head.
        #[test]
        fn it_grows_no_faster_than_the_hair(crown in 0.5..2.0f64, more in 0.0..0.5f64, degrees in -180.0..180.0f64, scale in 0.1..9.0f64) {
            let (one, other) = (head(crown), head(crown + more));
            let (shorter, longer) = (natural_length(&one).0, natural_length(&other).0);
            prop_assert!(longer >= shorter - 1e-9 && longer - shorter <= more * one.height() + 1e-9);
            let map = Affine::rotation(degrees).then(&Affine::scaling(scale, scale));
            prop_assert!((natural_length(&one.mapped(&map)).0 - scale * shorter).abs() < 1e-6 * scale);
        }
    }
}
