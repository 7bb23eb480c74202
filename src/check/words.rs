//! Checks in the words of people who are no photographers: what is the matter, and what to do about it.

use super::Check;
use crate::error::Reason;

/// What is the matter, as a clause without a full stop. It names the preset where the matter depends on it.
#[must_use]
pub fn sentence(check: &Check) -> String {
    let Check { code, value, limit, .. } = check;
    let preset = check.preset.as_deref().unwrap_or("the headshot");
    match code {
        Reason::LowConfidence => "only one of two detectors sees a face here".into(),
        Reason::SeveralPeople => {
            "several people could be meant and the most prominent was taken, or another face is in the headshot".into()
        }
        Reason::HeadCut => format!("the photo cuts the head: about {:.0} % of it is beyond the edge", 100.0 * value),
        Reason::FaceTooSmall => {
            format!("the face is {value:.0} pixels between the eyes and {preset} needs at least {limit:.0}")
        }
        Reason::WouldUpscale => format!("{preset} is enlarged {value:.1} times and looks soft"),
        Reason::TighterThanPreset => {
            format!("the photo is tighter than {preset} wants; the largest frame that it holds was taken")
        }
        Reason::SoftFocus => {
            format!(
                "the face is not sharp: its edges are blurred over {value:.1} pixels of {preset}, with {limit:.1} as the limit"
            )
        }
        Reason::Noisy => format!("the face is covered with noise of {value:.0} levels out of 255"),
        Reason::Dark => {
            format!("the face is dark: even its brightest parts have {value:.0} of 255, and {limit:.0} are wanted")
        }
        Reason::BlownOut => format!("the light has burnt out {:.0} % of the face to white", 100.0 * value),
        Reason::UnevenLight => {
            format!("one side of the face has {:.0} times the light of the other", libm::exp2(*value))
        }
        Reason::LookingAway => "the head is turned away from the camera".into(),
        Reason::Tilted => format!("the head leans by {value:.0} degrees in {preset}"),
        Reason::BusyBackground => "the background is busy and draws the eye away from the face".into(),
        Reason::ApartFromSet => {
            format!("the head in {preset} is {:.0} % as high as those of the set", 100.0 * value / limit.max(1e-3))
        }
        other => format!("{other}: {value} with {limit} as the limit"),
    }
}

/// What to do about it, as an imperative clause; `None` where nothing comes to mind.
#[must_use]
pub const fn advice(code: Reason) -> Option<&'static str> {
    Some(match code {
        Reason::LowConfidence => "look whether it is a person",
        Reason::SeveralPeople => "pin the face in headshot.toml, use --faces all, or take a photo of one person",
        Reason::HeadCut => "use a photo with more space around the head",
        Reason::FaceTooSmall => "stand closer or use the original file",
        Reason::WouldUpscale => "use the original file",
        Reason::TighterThanPreset => "use the photo before it was cropped, or step back",
        Reason::SoftFocus => "focus on the eyes, hold the camera still, and use the original file",
        Reason::Noisy => "use more light",
        Reason::Dark => "turn the face to a window or a lamp, or brighten the photo",
        Reason::BlownOut => "take less light on the face, or expose for the skin",
        Reason::UnevenLight => "turn the face towards the light, or put something white on the other side",
        Reason::LookingAway => "look into the camera",
        Reason::Tilted => "let the program level it, or hold the head straight",
        Reason::BusyBackground => "stand in front of a plain wall, a few steps away from it",
        _ => return None,
    })
}
