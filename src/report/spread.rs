//! Pure: how even a run's headshots are, and which stand apart from the rest.

use super::Record;
use crate::frame::Step;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::frame::{NOT_UNIFORM, Placement};

/// Eyes this far from the set's median, in output heights, stand apart: nearly three times 0.011, which is how much eye
/// lines vary over 98 portraits by the steadiest of the programs that were compared.
const EYES_APART: f64 = 0.03;

/// Heads that differ from the set's median by this share of it stand apart: next to each other, one is seen to be
/// larger.
const HEAD_APART: f64 = 0.1;

/// One headshot of a set.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// The photo's path below the input folder.
    pub source: Arc<str>,
    /// Where the head is.
    pub placement: Placement,
    /// Whether the photo is tighter than the preset.
    pub is_widest: bool,
    /// Whether a person pinned the size of the head.
    pub is_pinned: bool,
}

/// The headshots of a run, by preset.
#[derive(Clone, Debug, Default)]
pub struct Spread(BTreeMap<String, Vec<Member>>);

impl Spread {
    /// Takes the outputs of `record`.
    pub fn add(&mut self, record: &Record) {
        let source: Arc<str> = record.source.as_str().into();
        let is_pinned = record.has_pinned_size();
        for output in &record.outputs {
            let is_widest = output.steps.contains(&Step::Widest);
            let member = Member { source: source.clone(), placement: output.placement, is_widest, is_pinned };
            self.insert(output.preset.clone(), member);
        }
    }

    /// Takes a headshot for `preset`.
    pub fn insert(&mut self, preset: String, member: Member) {
        self.0.entry(preset).or_default().push(member);
    }

    /// The headshots for `preset`, in any order.
    #[must_use]
    pub fn of(&self, preset: &str) -> &[Member] {
        self.0.get(preset).map_or(&[], Vec::as_slice)
    }
}

/// How even a set is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evenness<'a> {
    /// Median of the eye lines, and the root mean square of what they differ from it.
    pub eye_line: (f64, f64),
    /// The same of the head heights.
    pub head_height: (f64, f64),
    /// Those that stand apart from the rest, farthest first.
    pub apart: Vec<Apart<'a>>,
}

/// A headshot that stands apart, with what makes it so.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Apart<'a> {
    /// The photo's path below the input folder.
    pub source: &'a str,
    /// Its eye line, where that is apart.
    pub eye_line: Option<f64>,
    /// Its head height, where that is apart.
    pub head_height: Option<f64>,
}

/// How even `members` are; of none, nothing. `uniform` is the head height that all should have, where there is one.
#[must_use]
pub fn evenness(members: &[Member], uniform: Option<f64>) -> Option<Evenness<'_>> {
    let eye_line = middle(members.iter().map(|member| member.placement.eye_line))?;
    let head_height = middle(members.iter().map(|member| member.placement.head_height))?;
    let (head, head_limit) = uniform.map_or((head_height.0, HEAD_APART), |height| (height, NOT_UNIFORM));
    let mut apart: Vec<(f64, Apart)> = members
        .iter()
        .filter_map(|member| {
            let Placement { eye_line: eyes, head_height: own } = member.placement;
            // In units of their limits, so that the two can be compared.
            let (eyes_off, head_off) =
                ((eyes - eye_line.0).abs() / EYES_APART, (own - head).abs() / (head * head_limit));
            let apart = Apart {
                source: &member.source,
                eye_line: (eyes_off > 1.0).then_some(eyes),
                head_height: (head_off > 1.0).then_some(own),
            };
            (eyes_off.max(head_off) > 1.0).then(|| (eyes_off.max(head_off), apart))
        })
        .collect();
    apart.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.source.cmp(other.source)));
    Some(Evenness { eye_line, head_height, apart: apart.into_iter().map(|(_, apart)| apart).collect() })
}

/// The median of `values`, and the root mean square of what they differ from it.
fn middle(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    let median = f64::midpoint(*low, *high);
    let squares: f64 = values.iter().map(|value| (value - median) * (value - median)).sum();
    Some((median, (squares / values.len() as f64).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn member(source: &str, eye_line: f64, head_height: f64) -> Member {
        Member {
            source: source.into(),
            placement: Placement { eye_line, head_height },
            is_widest: false,
            is_pinned: false,
        }
    }

    #[test]
    fn what_stands_apart_is_named_with_what_makes_it_so_farthest_first() {
        let members = [
            member("a", 0.43, 0.56),
            member("b", 0.44, 0.57),
            member("c", 0.43, 0.55),
            member("large", 0.43, 0.68),
            member("low", 0.47, 0.56),
            member("both", 0.53, 0.45),
        ];
        let even = evenness(&members, None).expect("not empty");
        assert!((even.eye_line.0 - 0.435).abs() < 1e-9 && (even.head_height.0 - 0.56).abs() < 1e-9, "{even:?}");
        let apart = |source, eye_line, head_height| Apart { source, eye_line, head_height };
        assert_eq!(
            even.apart,
            [apart("both", Some(0.53), Some(0.45)), apart("large", None, Some(0.68)), apart("low", Some(0.47), None)]
        );
        let uniform = evenness(&members[..3], Some(0.57)).expect("not empty");
        assert_eq!(uniform.apart, [apart("c", None, Some(0.55)), apart("a", None, Some(0.56))]);
        assert_eq!(evenness(&[], None), None);
    }

    proptest! {
        /// The order in which photos are done does not show.
        #[test]
        fn the_order_does_not_count(values in proptest::collection::vec((0.2..0.6f64, 0.3..0.8f64), 1..12), turn in 0usize..12) {
            let members: Vec<Member> =
                values.iter().enumerate().map(|(i, v)| member(&i.to_string(), v.0, v.1)).collect();
            let mut turned = members.clone();
            turned.rotate_left(turn % members.len());
            let (one, other) = (evenness(&members, None).expect("some"), evenness(&turned, None).expect("some"));
            prop_assert_eq!(one.apart, other.apart);
            prop_assert_eq!(one.head_height.0, other.head_height.0);
        }
    }
}
