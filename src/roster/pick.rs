//! Pure: which of a person's photos makes the best headshot.
//!
//! What is bad about a photo has a cost. The costs were set by hand: no comparison with what people pick is on record.

use super::{Enrolled, PassedOver, Shown};
use crate::error::Reason;
use crate::overrides::Adjustment;
use crate::report::{Outcome, Record, slashed};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a photo's turn of the head costs, for the whole of [`crate::subject::Head::yaw`].
const TURN: f64 = 2.0;

/// What each step costs that a frame gave up: a head that turns by 0.1 more is as bad as one.
const STEP: f64 = 0.2;

/// What each pixel costs that edges of the face are blurred by in the output (`soft-focus`): sharp portraits have 0.7
/// to 1.6.
const BLUR: f64 = 0.4;

/// What a headshot costs that a preset could not have.
const MISSING: f64 = 1.0;

/// What enlarging to twice the size costs.
const ENLARGED: f64 = 0.5;

/// The part of a cost that is told, as the reason of a choice.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Merit {
    /// Written before review, review before refused.
    outcome: Outcome,
    blur: f64,
    turn: f64,
    framing: f64,
    size: f64,
}

impl Merit {
    fn of(record: &Record) -> Self {
        let outputs = &record.outputs;
        let each = outputs.len().max(1) as f64;
        let steps: usize = outputs.iter().map(|output| output.steps.len()).sum();
        let enlarged: f64 = outputs.iter().map(|output| libm::log2(output.upscale.max(1.0))).sum();
        let soft_focus = record.checks.iter().find(|check| check.code == Reason::SoftFocus);
        Self {
            outcome: record.outcome,
            blur: BLUR * soft_focus.map_or(0.0, |check| check.value),
            turn: TURN * record.head.as_ref().map_or(1.0, |head| head.yaw.abs()),
            framing: STEP * steps as f64 / each + MISSING * record.refused.len() as f64,
            size: ENLARGED * enlarged / each,
        }
    }

    fn cost(&self) -> f64 {
        self.blur + self.turn + self.framing + self.size
    }

    /// What `self` has over `other`, in a few words.
    fn over(&self, other: &Self) -> &'static str {
        if self.outcome != other.outcome {
            return match (self.outcome, other.outcome) {
                (_, Outcome::Review) => "it needs no second look",
                (Outcome::Refused, _) => "it can be read",
                _ => "a headshot can be made of it",
            };
        }
        let gains = [
            (other.blur - self.blur, "it is sharper"),
            (other.turn - self.turn, "it looks more towards the camera"),
            (other.framing - self.framing, "it has more room around the head"),
            (other.size - self.size, "the face is larger in it"),
        ];
        let best = gains.into_iter().max_by(|(one, _), (other, _)| one.total_cmp(other));
        best.filter(|(gain, _)| *gain > 0.0).map_or("it is the first by name", |(_, words)| words)
    }
}

impl Enrolled {
    /// The people with several photos: the indices of each one's photos, in the order of the names.
    #[must_use]
    pub fn several(&self) -> Vec<Vec<usize>> {
        let Some(roster) = &self.roster else { return Vec::new() };
        let mut photos: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, shown) in self.shown.iter().enumerate() {
            if let Shown::Person(row) = shown
                && !self.passed_over.contains_key(&index)
            {
                photos.entry(roster.identity(*row as usize)).or_default().push(index);
            }
        }
        photos.into_values().filter(|photos| photos.len() > 1).collect()
    }

    /// What a choice among `photos`, which are one person's, depends on besides their content and the settings of the
    /// run: the person, which photos there are, and what is pinned for them.
    #[must_use]
    pub fn choice(&self, photos: &[usize], pinned: &BTreeMap<PathBuf, Adjustment>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for photo in photos {
            let Some(source) = self.sources.get(*photo) else { continue };
            let person = self.person(*photo).map(|person| person.cell("id").map(str::to_owned));
            hasher.update(source.relative().as_os_str().as_encoded_bytes()).update(b"\0");
            hasher.update(format!("{person:?} {:?}\0", pinned.get(source.relative())).as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// Leaves of `photos`, which are one person's, the one with the best of `records`, in the same order; the others
    /// are skipped by this `choice` and say why.
    pub fn keep_best(&mut self, photos: &[usize], records: &[&Record], choice: [u8; 32]) {
        let merits: Vec<Merit> = records.iter().map(|record| Merit::of(record)).collect();
        let order = |one: &Merit, other: &Merit| {
            one.outcome.cmp(&other.outcome).then_with(|| one.cost().total_cmp(&other.cost()))
        };
        // The first of equals.
        let Some((best, merit)) = merits.iter().enumerate().min_by(|(_, one), (_, other)| order(one, other)) else {
            return;
        };
        let Some(picked) = photos.get(best).and_then(|photo| self.sources.get(*photo)) else { return };
        let (picked, source) = (picked.relative().display().to_string(), slashed(picked.relative()));
        for (photo, other) in photos.iter().zip(&merits).filter(|(photo, _)| Some(*photo) != photos.get(best)) {
            let Some(person) = self.person(*photo) else { continue };
            let message = format!("of the photos of {}, {picked} was picked: {}", person.title(), merit.over(other));
            self.pass_over(*photo, message, Some(source.clone()), choice);
        }
    }

    /// Skips the photo with this index in favour of `picked`, as an earlier run did with this `message` by the same
    /// `choice`.
    pub fn pass_over(&mut self, photo: usize, message: String, picked: Option<String>, choice: [u8; 32]) {
        self.passed_over.insert(photo, PassedOver { message, picked, choice });
    }
}

#[cfg(test)]
mod tests {
    use super::super::enrol::enrol;
    use super::super::parse::parse;
    use super::*;
    use crate::detect::Face;
    use crate::geometry::{Affine, Rect};
    use crate::subject::Head;
    use crate::walk::Source;
    use std::path::Path;
    use std::sync::Arc;

    fn record(outcome: Outcome, yaw: f64) -> Record {
        let mut record = Record::of(Path::new("x"), outcome);
        let face = Face { rect: Rect::new(0.0, 0.0, 100.0, 120.0), score: 0.9, landmarks: None };
        let head = Head::from_face(&face, &Affine::IDENTITY).expect("invertible");
        record.head = Some(Head { yaw, ..head });
        record
    }

    fn enrolled() -> Enrolled {
        let sources = ["a1.jpg", "a2.jpg", "a3.jpg", "b.jpg"].map(|name| Source::at(name, Path::new("/in").join(name)));
        let roster = parse("file,id,name\na*,1,Ana\nb,2,Ben\n").expect("reads");
        enrol(sources.to_vec(), Arc::new(roster), Path::new("p.csv"), &[]).expect("no mistake")
    }

    fn skipped(enrolled: &Enrolled) -> Vec<Option<String>> {
        (0..enrolled.sources.len()).map(|index| enrolled.skipped(index).map(|why| why.message)).collect()
    }

    #[test]
    fn the_best_photo_is_picked_and_the_others_say_why() {
        let mut enrolled = enrolled();
        assert_eq!(enrolled.several(), [[0, 1, 2]]);
        let records = [record(Outcome::Review, 0.0), record(Outcome::Written, 0.1), record(Outcome::Written, 0.4)];
        enrolled.keep_best(&[0, 1, 2], &records.iter().collect::<Vec<_>>(), [7; 32]);
        assert_eq!(
            skipped(&enrolled),
            [
                Some("of the photos of Ana (1), a2.jpg was picked: it needs no second look".to_owned()),
                None,
                Some("of the photos of Ana (1), a2.jpg was picked: it looks more towards the camera".to_owned()),
                None
            ]
        );
        assert!(enrolled.several().is_empty());
    }

    #[test]
    fn of_equals_the_first_is_picked() {
        let mut enrolled = enrolled();
        let records = [record(Outcome::Refused, 0.2), record(Outcome::Refused, 0.2), record(Outcome::Failed, 0.0)];
        enrolled.keep_best(&[0, 1, 2], &records.iter().collect::<Vec<_>>(), [7; 32]);
        assert_eq!(skipped(&enrolled)[0], None);
        assert!(skipped(&enrolled)[1].as_ref().is_some_and(|why| why.ends_with("it is the first by name")));
    }
}
