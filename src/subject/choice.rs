//! Pure: whom of the people in a photo to frame.

use crate::detect::Face;
use crate::error::{Failure, Reason};
use std::num::NonZeroUsize;
use std::ops::Range;

/// Whom to make headshots of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Faces {
    /// The main person.
    #[default]
    Main,
    /// Everybody: one crop a person, from left to right.
    All,
    /// The only person: photos of several people are refused.
    Only,
}

/// Puts `faces`, which come with the most prominent first, into the order of the report, and says which are framed.
///
/// The order is from left to right with [`Faces::All`]; otherwise the main face comes first. `pinned` is the number of
/// the only face to frame, counted from left to right, from 1; whoever pinned it has seen that there are several.
///
/// # Errors
/// [`Reason::NoFace`] where there is none or not the pinned one, [`Reason::SeveralPeople`] where there may be only one.
pub fn choose(faces: &mut [Face], who: Faces, pinned: Option<NonZeroUsize>) -> Result<Range<usize>, Failure> {
    let from_left = |a: &Face, b: &Face| a.rect.x.total_cmp(&b.rect.x);
    let several = people(faces);
    if who == Faces::All {
        faces.sort_by(from_left);
    }
    if faces.is_empty() {
        return Err(Failure::new(Reason::NoFace, "no face was found")
            .advised("if there is one, crop the photo closer to it and try again"));
    }
    match (pinned.map(NonZeroUsize::get), who) {
        (Some(number), _) => {
            let mut order: Vec<usize> = (0..faces.len()).collect();
            order.sort_by(|&a, &b| from_left(&faces[a], &faces[b]));
            let index = *order.get(number - 1).ok_or_else(|| no_such_face(number, faces))?;
            if who == Faces::All {
                return Ok(index..index + 1);
            }
            faces[..=index].rotate_right(1);
            Ok(0..1)
        }
        (None, Faces::All) => Ok(0..faces.len()),
        (None, Faces::Only) if several > 1 => {
            Err(Failure::new(Reason::SeveralPeople, format!("the photo shows {several} people"))
                .advised("use --faces main or --faces all, or crop it to one person"))
        }
        (None, Faces::Main | Faces::Only) => Ok(0..1),
    }
}

/// How many of `faces` are people and not somebody far behind.
fn people(faces: &[Face]) -> usize {
    /// Beside the main person, a face of this share of their height is another person. Set by hand; `several-people`
    /// warns from there on, too.
    const ANOTHER_PERSON: f64 = 0.25;
    let least = ANOTHER_PERSON * faces.first().map_or(0.0, |main| main.rect.height);
    faces.iter().filter(|face| face.rect.height >= least).count()
}

/// Why the face with this number cannot be framed.
fn no_such_face(number: usize, faces: &[Face]) -> Failure {
    let mut centres: Vec<f64> = faces.iter().map(|face| face.rect.centre().x).collect();
    centres.sort_by(f64::total_cmp);
    let places: Vec<String> = centres.iter().map(|x| format!("{x:.0}")).collect();
    let found = match faces.len() {
        1 => "1 face was found".to_owned(),
        several => format!("{several} faces were found"),
    };
    let places = places.join(", ");
    Failure::new(
        Reason::NoFace,
        format!("face {number} is asked for, and {found} (from left to right at x = {places})"),
    )
    .advised("correct the overrides")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn faces() -> Vec<Face> {
        [(300.0, 90.0), (20.0, 80.0), (600.0, 10.0)]
            .map(|(x, side)| Face { rect: Rect::new(x, 0.0, side, side), score: 0.9, landmarks: None })
            .to_vec()
    }

    /// From where in the photo those are that are framed, and the order of all.
    fn chosen(who: Faces, number: usize) -> Result<(Vec<f64>, Vec<f64>), Failure> {
        let mut faces = faces();
        let range = choose(&mut faces, who, NonZeroUsize::new(number))?;
        let lefts: Vec<f64> = faces.iter().map(|face| face.rect.x).collect();
        Ok((lefts[range].to_vec(), lefts))
    }

    #[test]
    fn a_pinned_face_is_counted_from_the_left_whoever_is_wanted() {
        assert_eq!(chosen(Faces::Main, 0).expect("somebody").0, [300.0]);
        for who in [Faces::Main, Faces::All, Faces::Only] {
            for (number, left) in [(1, 20.0), (2, 300.0), (3, 600.0)] {
                assert_eq!(chosen(who, number).expect("there").0, [left], "{who:?}");
            }
            let why = chosen(who, 4).expect_err("there are three");
            assert_eq!(why.reason, Reason::NoFace);
            assert_eq!(
                why.sentence(),
                "face 4 is asked for, and 3 faces were found (from left to right at x = 60, 345, 605); \
                 correct the overrides"
            );
        }
    }

    #[test]
    fn the_order_is_by_prominence_but_for_all() {
        assert_eq!(chosen(Faces::Main, 3).expect("there").1, [600.0, 300.0, 20.0]);
        assert_eq!(chosen(Faces::All, 3).expect("there").1, [20.0, 300.0, 600.0]);
        assert_eq!(chosen(Faces::All, 0).expect("all").0, [20.0, 300.0, 600.0]);
    }

    #[test]
    fn groups_are_refused_where_only_one_may_be_there_and_none_is_pinned() {
        let why = chosen(Faces::Only, 0).expect_err("two people and one far behind");
        assert_eq!(why.reason, Reason::SeveralPeople);
        assert_eq!(why.message, "the photo shows 2 people");
        assert_eq!(choose(&mut [], Faces::Main, None).expect_err("nobody").reason, Reason::NoFace);
    }
}
