//! What is checked, and from where on it is warned of or fails: the defaults, and what a preset says instead.

use crate::error::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// The detectors disagree about the face.
    LowConfidence,
    /// Another face is in the headshot, or could be meant.
    SeveralPeople,
    /// The photo itself cuts the head.
    HeadCut,
    /// The head reaches beyond the frame, or beyond the circle in which it is shown.
    OutOfFrame,
    /// The photo is itself tighter than the preset.
    TighterThanPreset,
    /// The background was continued beyond the photo where that may show.
    Extended,
    /// The eyes are too near to each other, in pixels, for the output.
    FaceTooSmall,
    /// The output is enlarged.
    WouldUpscale,
    /// The face is not sharp.
    SoftFocus,
    /// The face has noise.
    Noisy,
    /// The photo is compressed so strongly that its blocks show.
    LowQuality,
    /// The face is dark.
    Dark,
    /// The face is white where it should have colour.
    BlownOut,
    /// One side of the face is brighter.
    UnevenLight,
    /// The head is turned away.
    LookingAway,
    /// The head is tilted in the headshot.
    Tilted,
    /// The background asks for attention.
    BusyBackground,
}

/// From where on a value is warned of, and from where on it fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Beyond it a person may want to look.
    pub warn: f64,
    /// Beyond it a person has to look.
    pub fail: f64,
}

/// Whether large or small values are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bad {
    /// Over the limit.
    Over,
    /// Under the limit.
    Under,
}

impl Kind {
    /// Every kind, in the order of the report: what most stands against a headshot first.
    pub const ALL: [Self; 17] = [
        Self::LowConfidence,
        Self::SeveralPeople,
        Self::HeadCut,
        Self::OutOfFrame,
        Self::TighterThanPreset,
        Self::Extended,
        Self::FaceTooSmall,
        Self::WouldUpscale,
        Self::SoftFocus,
        Self::Noisy,
        Self::LowQuality,
        Self::Dark,
        Self::BlownOut,
        Self::UnevenLight,
        Self::LookingAway,
        Self::Tilted,
        Self::BusyBackground,
    ];

    /// The word in the report.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::LowConfidence => Reason::LowConfidence,
            Self::SeveralPeople => Reason::SeveralPeople,
            Self::HeadCut => Reason::HeadCut,
            Self::OutOfFrame => Reason::OutOfFrame,
            Self::TighterThanPreset => Reason::TighterThanPreset,
            Self::Extended => Reason::Extended,
            Self::FaceTooSmall => Reason::FaceTooSmall,
            Self::WouldUpscale => Reason::WouldUpscale,
            Self::SoftFocus => Reason::SoftFocus,
            Self::Noisy => Reason::Noisy,
            Self::LowQuality => Reason::LowQuality,
            Self::Dark => Reason::Dark,
            Self::BlownOut => Reason::BlownOut,
            Self::UnevenLight => Reason::UnevenLight,
            Self::LookingAway => Reason::LookingAway,
            Self::Tilted => Reason::Tilted,
            Self::BusyBackground => Reason::BusyBackground,
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn of(reason: Reason) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.reason() == reason)
    }

    /// Which values are bad.
    #[must_use]
    pub const fn bad(self) -> Bad {
        match self {
            Self::LowConfidence | Self::FaceTooSmall | Self::Dark => Bad::Under,
            _ => Bad::Over,
        }
    }

    /// What its values are counted in.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::LowConfidence => "score of the detector, 0 to 1",
            Self::SeveralPeople => "prominence or height of another face, of the main one's",
            Self::HeadCut => "head heights beyond the photo",
            Self::OutOfFrame => "the head's reach from the middle, in radii of the circle or half widths of the frame",
            Self::TighterThanPreset => "head height; limits in the preset's `max_head_height`",
            Self::Extended => "share of the headshot that is made up and not plain background",
            Self::FaceTooSmall => "pixels of the photo between the eyes; limits in those of the output",
            Self::WouldUpscale => "output pixels for one of the photo",
            Self::SoftFocus => "pixels of the output, the deviation of an edge",
            Self::Noisy => "levels of 255, standard deviation",
            Self::LowQuality => "levels of 255, the steps in brightness that show between blocks",
            Self::Dark => "levels of 255, the brightest twentieth of the face",
            Self::BlownOut => "share of the face",
            Self::UnevenLight => "stops between the cheeks",
            Self::LookingAway => "the nose's way off the middle, in half eye distances",
            Self::Tilted => "degrees",
            Self::BusyBackground => "colour steps between neighbours and from the mean (CIE Lab)",
        }
    }

    /// The limits where a preset says nothing else. docs/checks.md has how they were chosen.
    #[must_use]
    pub const fn default_bounds(self) -> Bounds {
        let (warn, fail) = match self {
            Self::LowConfidence => (0.91, 0.91),
            Self::SeveralPeople => (0.25, 0.6),
            Self::HeadCut => (0.05, 0.05),
            Self::OutOfFrame => (1.0, 1.02),
            Self::TighterThanPreset => (1.0, 1.25),
            Self::Extended => (0.01, 0.03),
            Self::FaceTooSmall => (0.8, 0.5),
            Self::WouldUpscale => (1.25, 1.6),
            Self::SoftFocus => (1.8, 2.6),
            Self::Noisy => (7.0, 10.0),
            Self::LowQuality => (3.4, f64::INFINITY),
            Self::Dark => (95.0, 45.0),
            Self::BlownOut => (0.1, 0.35),
            Self::UnevenLight => (2.0, f64::INFINITY),
            Self::LookingAway => (0.5, 0.8),
            Self::Tilted => (8.0, 20.0),
            Self::BusyBackground => (45.0, f64::INFINITY),
        };
        Bounds { warn, fail }
    }
}

/// What a preset says of one check's limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// From where on it is warned of; `inf` for never (`-inf` where small values are bad).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<f64>,
    /// From where on it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail: Option<f64>,
}

/// The table `[checks]` of a preset: the limits that differ from the defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(BTreeMap<Kind, Said>);

impl Limits {
    /// The limits of `kind`.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Bounds {
        let Bounds { warn, fail } = kind.default_bounds();
        let said = self.0.get(&kind).copied().unwrap_or_default();
        // A warning that is said alone pushes the default failure before it.
        let fail = said.fail.unwrap_or_else(|| kind.further(fail, said.warn.unwrap_or(fail)));
        let warn = said.warn.unwrap_or_else(|| kind.nearer(warn, fail));
        Bounds { warn, fail }
    }

    /// The same with `said` of `kind`.
    #[must_use]
    pub fn with(mut self, kind: Kind, said: Said) -> Self {
        self.0.insert(kind, said);
        self
    }

    pub(crate) fn is_default(&self) -> bool {
        self.0.is_empty()
    }

    /// The first check whose limits make no sense, with the sentence.
    pub(crate) fn problem(&self) -> Option<(&'static str, String)> {
        self.0.iter().find_map(|(&kind, said)| {
            let code = kind.reason().code();
            if said.warn.into_iter().chain(said.fail).any(f64::is_nan) {
                return Some((code, format!("{code} has a limit that is no number; inf and -inf are never reached")));
            }
            let (warn, fail) = (said.warn?, said.fail?);
            let (wrong, order) = match kind.bad() {
                Bad::Over => (warn > fail, "at most"),
                Bad::Under => (warn < fail, "at least"),
            };
            wrong.then(|| (code, format!("{code} warns from {warn} and fails from {fail}; warn takes {order} fail")))
        })
    }
}

impl Kind {
    /// Whether `value` is beyond `limit`.
    #[must_use]
    pub fn is_beyond(self, value: f64, limit: f64) -> bool {
        match self.bad() {
            Bad::Over => value > limit + 1e-9,
            Bad::Under => value < limit - 1e-9,
        }
    }

    fn further(self, a: f64, b: f64) -> f64 {
        if self.bad() == Bad::Over { a.max(b) } else { a.min(b) }
    }

    fn nearer(self, a: f64, b: f64) -> f64 {
        if self.bad() == Bad::Over { a.min(b) } else { a.max(b) }
    }
}
