//! The frame of a photo in a set of one head height.

use super::{Framed, Levelling, Scale, Step, climbed, head_length};
use crate::error::Failure;
use crate::ground::Ground;
use crate::preset::{Framing, Preset};
use crate::subject::Head;

/// The frame with a head of `head_height`, by the preset's measure, as a fraction of the output's height: the head
/// moves and stays tilted before it has another size. A photo that needs a larger head keeps the frame that it has by
/// itself; one with hair too tall for that height gets the nearest that holds it.
///
/// # Errors
/// As [`super::frame()`].
pub(super) fn uniform_frame(
    head: &Head,
    ground: &Ground,
    preset: &Preset,
    levelling: Levelling,
    head_height: f64,
) -> Result<Framed, Failure> {
    let own = climbed(head, ground, preset, levelling, Scale::Weighed)?;
    let needed = head_length(head, preset) / own.frame.height;
    if own.steps.contains(&Step::Widest) || needed > head_height {
        return Ok(own);
    }
    let max_head_height = preset.framing.max_head_height.max(head_height);
    let framing = Framing { head_height, max_head_height, ..preset.framing.clone() };
    climbed(head, ground, &Preset { framing, ..preset.clone() }, levelling, Scale::Held)
}
