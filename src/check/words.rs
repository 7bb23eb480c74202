//! Checks in words: what is the matter, and what helps.

use super::Check;
use crate::error::Reason;

/// What is the matter, as a clause without a full stop. It names the preset where the matter depends on it.
#[must_use]
pub fn sentence(check: &Check) -> String {
    let Check { code, value, limit, .. } = check;
    let preset = check.preset.as_deref().unwrap_or("the headshot");
    let percent = 100.0 * value;
    match code {
        Reason::LowConfidence => "it is not certain that this is a person's face".into(),
        Reason::SeveralPeople => "another person is about as prominent, or is in the headshot too".into(),
        Reason::HeadCut => format!("the photo cuts off part of the head, about {percent:.0}% of its height"),
        Reason::OutOfFrame => format!("the head reaches beyond the edge of {preset}"),
        Reason::TighterThanPreset => format!("the photo is cropped closer than {preset}'s frame"),
        Reason::Extended => format!("{percent:.1}% of {preset} was filled in beyond the photo's edge, and it may show"),
        Reason::FaceTooSmall => {
            format!("the eyes are {value:.0} pixels apart in the photo, and {preset} needs at least {limit:.0}")
        }
        Reason::WouldUpscale => format!("{preset} is enlarged {value:.1} times and may look soft"),
        Reason::SoftFocus => {
            format!(
                "the face is not sharp: its edges are {value:.1} pixels wide in {preset}, and the limit is {limit:.1}"
            )
        }
        Reason::Noisy => format!("the face is noisy, by {value:.0} levels out of 255"),
        Reason::LowQuality => "the photo is compressed so strongly that blocks show in the headshot".into(),
        Reason::MinorDamage => "the file has a small defect, but the picture in it is whole".into(),
        Reason::Dark => {
            format!(
                "the face is dark: its brightest parts reach {value:.0} of 255, and at least {limit:.0} is expected"
            )
        }
        Reason::BlownOut => format!("{percent:.0}% of the face is overexposed"),
        Reason::UnevenLight => {
            format!("one side of the face is {:.0} times as bright as the other", libm::exp2(*value))
        }
        Reason::LookingAway => "the head is turned away from the camera".into(),
        Reason::Tilted => format!("the head is tilted by {value:.0} degrees in {preset}"),
        Reason::BusyBackground => "the background is busy and distracts from the face".into(),
        Reason::ApartFromSet => {
            let larger = value / limit.max(1e-3) - 1.0;
            let word = if larger > 0.0 { "larger" } else { "smaller" };
            format!("the head in {preset} is {:.0}% {word} than in the rest of the set", 100.0 * larger.abs())
        }
        other => format!("{other}: {value}, and the limit is {limit}"),
    }
}

/// What helps, as an imperative clause; `None` where nothing comes to mind.
#[must_use]
pub const fn advice(code: Reason) -> Option<&'static str> {
    Some(match code {
        Reason::LowConfidence => "check whether it is a person; if so, set `face` for the photo in headshot.toml",
        Reason::SeveralPeople => {
            "choose the person with `face` in headshot.toml, use --faces all, or use a photo of one person"
        }
        Reason::HeadCut | Reason::OutOfFrame => "use a photo with more space around the head",
        Reason::TighterThanPreset => "use the original photo if this one was cropped",
        Reason::Extended => "check its edges, or use a photo with more space around the head",
        Reason::FaceTooSmall => "use the original file or a photo taken closer",
        Reason::WouldUpscale => "use the original file, not one from a chat or a web page",
        Reason::SoftFocus => "use a sharper photo, or the original file",
        Reason::Noisy => "use a photo taken in more light",
        Reason::LowQuality => "use the original file, not one from a chat or one that was saved again",
        Reason::MinorDamage => "copy the photo again if the original is at hand",
        Reason::Dark => "use a photo with more light on the face, or brighten this one",
        Reason::BlownOut => "use a photo with less light on the face",
        Reason::UnevenLight => "use a photo with the face turned towards the light",
        Reason::LookingAway => "use a photo in which the person faces the camera",
        Reason::Tilted => "leave out --no-level, or set `roll` for the photo in headshot.toml",
        Reason::BusyBackground => "use a photo taken in front of a plain wall",
        _ => return None,
    })
}
