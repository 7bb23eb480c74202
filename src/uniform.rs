//! Pure: one head height for a whole set, from what each photo of it needs.

use crate::preset::Framing;
use crate::report::spread::Member;

/// Of this share of the photos at least, the needs count. A set of fewer than 20 has none to spare: there the tightest
/// photo sets the height for all, as it must where a page shows all of them side by side. Of 3,000 photos one that
/// needs 0.69 would tighten all others from 0.56, which nobody wants of one photo.
const COUNTED: f64 = 0.95;

/// A photo beyond that share is left out only where it needs a head larger by more than this factor, which is seen
/// (as [`crate::report::spread::evenness`] has it); a photo that costs the others less is worth having with them.
const WORTH_IT: f64 = 1.1;

/// The height is this much larger than the largest need, so that what outputs lose or gain by whole pixels does not put
/// it out of reach for the photo that set it.
const ROUNDING: f64 = 1.001;

/// The head height of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct UniformHeight {
    /// By the preset's own measure, as a fraction of the output's height.
    pub head_height: f64,
    /// The photo that needs it; `None` where the preset's own height has room everywhere.
    pub set_by: Option<String>,
}

/// The smallest head height that all `members` can have but those that are tighter than the preset and a few that would
/// cost all others too much. `members` are framed for `framing`, each for itself. A height that a person pinned does
/// not count.
#[must_use]
pub fn uniform_height(members: &[Member], framing: &Framing) -> UniformHeight {
    let mut needs: Vec<(f64, &str)> = members
        .iter()
        .filter(|member| !member.is_widest && !member.is_pinned)
        .map(|member| (member.placement.head_height, &*member.source))
        .collect();
    // Of those that need the same, the first by name is named.
    needs.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| other.cmp(one)));
    let counted = (COUNTED * needs.len() as f64).ceil() as usize;
    let most = counted.checked_sub(1).and_then(|last| needs.get(last)).map_or(0.0, |(need, _)| need * WORTH_IT);
    match needs.iter().rfind(|(need, _)| *need <= most) {
        Some((need, source)) if *need > framing.head_height * ROUNDING => UniformHeight {
            head_height: (need * ROUNDING).min(framing.max_head_height.max(*need)),
            set_by: Some((*source).to_owned()),
        },
        _ => UniformHeight { head_height: framing.head_height, set_by: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{self, Preset};
    use crate::report::spread::Placement;
    use proptest::prelude::*;

    fn linkedin() -> Preset {
        preset::select(&["linkedin".to_owned()]).expect("built in").remove(0)
    }

    fn members(needs: &[f64]) -> Vec<Member> {
        let member = |(index, &head_height): (usize, &f64)| Member {
            source: format!("{index:04}").into(),
            placement: Placement { eye_line: 0.43, head_height },
            is_widest: false,
            is_pinned: false,
        };
        needs.iter().enumerate().map(member).collect()
    }

    #[test]
    fn in_a_small_set_the_tightest_photo_sets_the_height() {
        let chosen = uniform_height(&members(&[0.56, 0.68, 0.6, 0.56, 0.68]), &linkedin().framing);
        assert_eq!(chosen.set_by.as_deref(), Some("0001"));
        assert!((chosen.head_height - 0.68).abs() < 0.001 && chosen.head_height > 0.68, "{chosen:?}");
    }

    #[test]
    fn with_room_everywhere_the_presets_height_stays() {
        for needs in [&[0.56, 0.56][..], &[0.5], &[]] {
            let chosen = uniform_height(&members(needs), &linkedin().framing);
            assert_eq!(chosen, UniformHeight { head_height: 0.56, set_by: None });
        }
    }

    #[test]
    fn of_many_photos_a_few_do_not_tighten_all_others() {
        let mut needs = vec![0.56; 100];
        needs[7] = 0.69;
        assert_eq!(uniform_height(&members(&needs), &linkedin().framing).set_by, None);
        // A photo that costs little is met; a tenth of all is not a few.
        needs[7] = 0.6;
        assert_eq!(uniform_height(&members(&needs), &linkedin().framing).set_by.as_deref(), Some("0007"));
        needs[..10].fill(0.69);
        assert_eq!(uniform_height(&members(&needs), &linkedin().framing).set_by.as_deref(), Some("0000"));
    }

    #[test]
    fn photos_tighter_than_the_preset_and_pinned_ones_do_not_count() {
        let mut set = members(&[0.56, 0.8, 0.66]);
        (set[1].is_widest, set[2].is_pinned) = (true, true);
        assert_eq!(uniform_height(&set, &linkedin().framing).set_by, None);
    }

    proptest! {
        /// All but one in twenty can have the height, and it is no larger than one of them needs.
        #[test]
        fn nearly_all_can_have_the_height(needs in proptest::collection::vec(0.56..0.7f64, 1..80)) {
            let framing = linkedin().framing;
            let chosen = uniform_height(&members(&needs), &framing).head_height;
            let without = needs.iter().filter(|need| **need > chosen * ROUNDING).count();
            prop_assert!(without * 20 <= needs.len(), "{} of {}", without, needs.len());
            let most = needs.iter().copied().fold(framing.head_height, f64::max);
            prop_assert!((framing.head_height..=most * ROUNDING).contains(&chosen) && chosen <= framing.max_head_height);
        }
    }
}
