//! Pure: what can be made of a photo.

use super::{Check, Level};
use crate::error::Reason;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What can be made of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is a headshot already: framed as the preset frames, and nothing is to be said against it.
    Headshot,
    /// A headshot can be cut from it.
    Croppable,
    /// There is a person, but no headshot worth the name.
    PortraitOnly,
    /// There is no person to be seen, or the photo cannot be read.
    Unusable,
}

/// A frame of this share of the largest that the photo holds is the photo as it is. Set by eye.
const AS_IT_IS: f64 = 0.85;

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 4] = [Self::Headshot, Self::Croppable, Self::PortraitOnly, Self::Unusable];

    /// The word in the report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Headshot => "headshot",
            Self::Croppable => "croppable",
            Self::PortraitOnly => "portrait-only",
            Self::Unusable => "unusable",
        }
    }

    /// The verdict on one headshot: what was checked of it, the share that its frame has of the largest one that the
    /// photo holds, whether the frame reaches beyond the photo or turns it, and whether it could be made.
    #[must_use]
    pub fn of_headshot(checks: &[Check], share: f64, is_changed: bool, is_made: bool) -> Self {
        let worst = checks.iter().map(|check| check.level).max().unwrap_or(Level::Ok);
        if !is_made || worst == Level::Fail {
            Self::PortraitOnly
        } else if worst == Level::Ok && share >= AS_IT_IS && !is_changed {
            Self::Headshot
        } else {
            Self::Croppable
        }
    }
}

/// The words of all that fails in `checks`, without repeats.
#[must_use]
pub fn reasons(checks: &[Check]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for check in checks.iter().filter(|check| check.level == Level::Fail) {
        if !reasons.contains(&check.code) {
            reasons.push(check.code);
        }
    }
    reasons
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Verdict {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let all = Self::ALL.map(Self::code).join(", ");
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.code() == word)
            .ok_or_else(|| format!("\"{word}\" is no verdict; there are {all}"))
    }
}
