//! What a person pinned for a photo: which face, and how the frame differs from what the program would take.
//!
//! Pure: [`parse`] reads text, [`Adjustment::over`] merges, nearest first. [`gather`] finds the files and reads them.

pub mod gather;
pub mod parse;

use crate::preset::{Framing, Preset};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

/// What a person pinned for one photo. The default pins nothing.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Adjustment {
    /// Which person, counted from left to right, from 1, in the photo as it stands upright. Counted are the faces that
    /// [`crate::pipeline::Faces::All`] crops, so that the number means the same person in every run.
    pub face: Option<NonZeroUsize>,
    /// How the frame differs, for every preset that `presets` does not name.
    pub framing: FramingAdjustment,
    /// How the frame differs for one preset, by its name, in place of `framing`.
    pub presets: BTreeMap<String, FramingAdjustment>,
}

/// How a frame differs from what the program would take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FramingAdjustment {
    /// Where the person is moved.
    pub nudge: Option<Nudge>,
    /// Factor on the preset's head height, 0.5..=2.
    pub scale: Option<f64>,
    /// Degrees, clockwise positive, -45..=45, that the photo is turned back, in place of what is measured. A photo that
    /// lay on its side is upright before.
    pub roll_deg: Option<f64>,
    /// Whether the photo's own framing is kept; it excludes the rest.
    pub as_is: Option<bool>,
}

/// Where a person is moved in the output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nudge {
    /// To the right, as a fraction of the output's width, -0.5..=0.5.
    pub right: f64,
    /// Up, as a fraction of the output's height, -0.5..=0.5.
    pub up: f64,
}

impl Adjustment {
    /// How the frame for the preset `name` differs.
    #[must_use]
    pub fn for_preset(&self, name: &str) -> FramingAdjustment {
        self.presets.get(name).copied().unwrap_or(self.framing)
    }

    /// This one, with what it leaves open as `farther` has it. What is nearer for all presets wins over what is farther
    /// for one.
    #[must_use]
    pub fn over(&self, farther: &Self) -> Self {
        let names: BTreeSet<&String> = self.presets.keys().chain(farther.presets.keys()).collect();
        Self {
            face: self.face.or(farther.face),
            framing: self.framing.over(farther.framing),
            presets: names
                .into_iter()
                .map(|name| (name.clone(), self.for_preset(name).over(farther.for_preset(name))))
                .collect(),
        }
    }

    /// The words in the report for what is pinned in a run over `presets`, sorted.
    #[must_use]
    pub fn keys(&self, presets: &[Preset]) -> Vec<&'static str> {
        let framings: Vec<FramingAdjustment> = presets.iter().map(|preset| self.for_preset(&preset.name)).collect();
        let any = |is_set: fn(&FramingAdjustment) -> bool| framings.iter().any(is_set);
        [
            ("as_is", any(FramingAdjustment::is_as_is)),
            ("face", self.face.is_some()),
            ("nudge", any(|framing| framing.nudge.is_some())),
            ("roll", any(|framing| framing.roll_deg.is_some())),
            ("scale", any(|framing| framing.scale.is_some())),
        ]
        .into_iter()
        .filter_map(|(word, is_set)| is_set.then_some(word))
        .collect()
    }
}

impl FramingAdjustment {
    /// Whether the photo's own framing is kept.
    #[must_use]
    pub fn is_as_is(&self) -> bool {
        self.as_is == Some(true)
    }

    /// Whether the size of the head is pinned.
    #[must_use]
    pub fn sets_head_height(&self) -> bool {
        self.is_as_is() || self.scale.is_some()
    }

    /// This one, with what it leaves open as `farther` has it. Keeping a photo's framing and moving the person in it
    /// exclude each other, so that what is nearer undoes the other kind farther off.
    #[must_use]
    pub fn over(self, farther: Self) -> Self {
        if self.is_as_is() {
            return self;
        }
        let moves = self.nudge.is_some() || self.scale.is_some() || self.roll_deg.is_some();
        Self {
            nudge: self.nudge.or(farther.nudge),
            scale: self.scale.or(farther.scale),
            roll_deg: self.roll_deg.or(farther.roll_deg),
            as_is: self.as_is.or(if moves { None } else { farther.as_is }),
        }
    }

    /// `preset` with the head height that is pinned, and the room for tightening that goes with it.
    #[must_use]
    pub fn scaled(&self, preset: &Preset) -> Preset {
        let Some(scale) = self.scale else { return preset.clone() };
        let framing = &preset.framing;
        // The range of a preset file: above it no frame of any size would hold a head.
        let head_height = (framing.head_height * scale).clamp(0.05, 0.95);
        let max_head_height = (framing.max_head_height * scale.max(1.0)).clamp(head_height, 0.98);
        Preset { framing: Framing { head_height, max_head_height, ..framing.clone() }, ..preset.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use proptest::prelude::*;

    fn framing() -> impl Strategy<Value = FramingAdjustment> {
        let share = -0.5..=0.5f64;
        let moved = (
            proptest::option::of((share.clone(), share).prop_map(|(right, up)| Nudge { right, up })),
            proptest::option::of(0.5..=2.0f64),
            proptest::option::of(-45.0..=45.0f64),
        )
            .prop_map(|(nudge, scale, roll_deg)| FramingAdjustment { nudge, scale, roll_deg, as_is: None });
        prop_oneof![moved, Just(FramingAdjustment { as_is: Some(true), ..FramingAdjustment::default() })]
    }

    fn adjustment() -> impl Strategy<Value = Adjustment> {
        let presets = proptest::collection::btree_map("[ab]", framing(), 0..3);
        (proptest::option::of(1usize..4), framing(), presets).prop_map(|(face, framing, presets)| Adjustment {
            face: face.and_then(NonZeroUsize::new),
            framing,
            presets,
        })
    }

    proptest! {
        /// What is nearer is never lost, what is farther fills what it leaves open, and no frame is told to stay and to
        /// move.
        #[test]
        fn the_nearer_wins_key_by_key(near in adjustment(), far in adjustment()) {
            let merged = near.over(&far);
            prop_assert_eq!(merged.face, near.face.or(far.face));
            for name in ["a", "b", "c"] {
                let (near, far, merged) = (near.for_preset(name), far.for_preset(name), merged.for_preset(name));
                let moves = |one: &FramingAdjustment| one.nudge.is_some() || one.scale.is_some() || one.roll_deg.is_some();
                prop_assert!(!(merged.is_as_is() && moves(&merged)), "{:?}", merged);
                if near.is_as_is() {
                    prop_assert!(merged.is_as_is());
                } else {
                    prop_assert_eq!(merged.nudge, near.nudge.or(far.nudge));
                    prop_assert_eq!(merged.scale, near.scale.or(far.scale));
                    prop_assert_eq!(merged.roll_deg, near.roll_deg.or(far.roll_deg));
                    prop_assert_eq!(merged.is_as_is(), far.is_as_is() && !moves(&near));
                }
            }
        }

        #[test]
        fn nothing_changes_nothing(one in adjustment()) {
            prop_assert_eq!(&one.over(&Adjustment::default()), &one);
            prop_assert_eq!(&Adjustment::default().over(&one), &one);
        }
    }

    #[test]
    fn only_what_a_run_obeys_is_told() {
        let nudge = FramingAdjustment { nudge: Some(Nudge::default()), ..FramingAdjustment::default() };
        let pinned = Adjustment {
            face: NonZeroUsize::new(2),
            presets: [("press".to_owned(), nudge)].into(),
            ..Adjustment::default()
        };
        let keys = |name: &str| pinned.keys(&preset::select(&[name.to_owned()]).expect("built in"));
        assert_eq!((keys("press"), keys("linkedin")), (vec!["face", "nudge"], vec!["face"]));
    }

    #[test]
    fn a_scaled_preset_is_one_that_a_file_could_hold() {
        for preset in preset::built_in().expect("valid") {
            for scale in [0.5, 1.0, 2.0] {
                let scaled = FramingAdjustment { scale: Some(scale), ..FramingAdjustment::default() }.scaled(&preset);
                let framing = &scaled.framing;
                assert!((0.05..=0.95).contains(&framing.head_height), "{}", preset.name);
                assert!((framing.head_height..=0.98).contains(&framing.max_head_height), "{}", preset.name);
                assert!(framing.max_head_height >= preset.framing.max_head_height, "{}", preset.name);
            }
        }
    }
}
