//! Is it a headshot? What is measured of a photo and its crops, each with a value, a limit and a level.
//!
//! The checks look at pictures that the framing has made anyway: the close-up of the face and the overview of the
//! photo. They are the same whether or not a headshot is rendered, so that a dry run says what the run will say.

mod background;
mod extended;
mod headshot;
mod people;
mod pose;
mod reach;
mod sharpness;
mod size;
mod view;
mod whole;
mod words;

pub mod light;
pub mod verdict;

pub use crate::limits::{Bad, Bounds, Kind, Limits, Said};
pub use background::busy_background;
pub use extended::{MadeUp, made_up};
pub use headshot::{Certainty, FaceMeasures, Shot, checks_of, checks_of_face};
pub use people::beside;
pub use pose::{away, tilt_left};
pub use reach::reach;
pub use sharpness::{Sharpness, sharpness};
pub use size::{eye_distance, needed_eye_distance};
pub use view::FaceView;
pub use whole::cut_off;
pub use words::{advice, sentence};

use crate::error::{Failure, Reason};
use crate::rounding::thousandths;
use serde::{Deserialize, Serialize};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Check {
    /// The stable word, as in [`Reason`].
    pub code: Reason,
    /// How bad it is.
    pub level: Level,
    /// What was measured.
    pub value: f64,
    /// The limit that it crossed, or would cross next.
    pub limit: f64,
    /// The preset whose headshot is meant, where it depends on that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// What is the matter and what helps, where it warns or fails; filled in by [`Self::in_words`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How bad a check's result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// Within its limit.
    Ok,
    /// A person may want to look.
    Warn,
    /// A person has to look.
    Fail,
}

impl Level {
    /// The word in the report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// The level that `code` is the word for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Ok, Self::Warn, Self::Fail].into_iter().find(|level| level.code() == code)
    }
}

impl Check {
    /// `value` judged by `bounds`; `None` where it was not to be had, or nobody asks.
    #[must_use]
    pub fn new(kind: Kind, value: f64, bounds: Bounds) -> Option<Self> {
        if !value.is_finite() || (bounds.warn.is_infinite() && bounds.fail.is_infinite()) {
            return None;
        }
        let (level, limit) = if kind.is_beyond(value, bounds.fail) {
            (Level::Fail, bounds.fail)
        } else if kind.is_beyond(value, bounds.warn) {
            (Level::Warn, bounds.warn)
        } else {
            (Level::Ok, if bounds.warn.is_finite() { bounds.warn } else { bounds.fail })
        };
        let (value, limit) = (thousandths(value), thousandths(limit));
        Some(Self { code: kind.reason(), level, value, limit, preset: None, message: None })
    }

    /// The same, of the headshot for this preset.
    #[must_use]
    pub fn of_preset(self, preset: &str) -> Self {
        Self { preset: Some(preset.to_owned()), ..self }
    }

    /// The same with its message, unless all is well.
    #[must_use]
    pub fn in_words(self) -> Self {
        let message = (self.level != Level::Ok).then(|| self.failure().sentence());
        Self { message, ..self }
    }

    /// What is the matter and what helps, whatever the level.
    pub(crate) fn failure(&self) -> Failure {
        let failure = Failure::new(self.code, sentence(self));
        match advice(self.code) {
            Some(advice) => failure.advised(advice),
            None => failure,
        }
    }

    /// How far it is beyond its limit, as a share of the limit; negative where it is within.
    fn excess(&self) -> f64 {
        let over = (self.value - self.limit) / self.limit.abs().max(1e-3);
        if Kind::of(self.code).is_some_and(|kind| kind.bad() == Bad::Under) { -over } else { over }
    }
}

/// Where a code stands in a list of checks: what is wrong with the file first, then as in [`Kind::ALL`], then
/// everything else.
#[must_use]
pub fn rank(code: Reason) -> usize {
    const OF_THE_FILE: [Reason; 2] = [Reason::Damaged, Reason::Border];
    let mut order = OF_THE_FILE.into_iter().chain(Kind::ALL.map(Kind::reason));
    order.position(|other| other == code).unwrap_or(usize::MAX)
}

/// Of each code the worst check, and every other one that fails for another preset; by [`rank`].
#[must_use]
pub fn worst_of_each(checks: impl IntoIterator<Item = Check>) -> Vec<Check> {
    let mut checks: Vec<Check> = checks.into_iter().collect();
    let severity = |a: &Check, b: &Check| b.level.cmp(&a.level).then_with(|| b.excess().total_cmp(&a.excess()));
    checks.sort_by(|a, b| rank(a.code).cmp(&rank(b.code)).then_with(|| severity(a, b)));
    let mut kept: Vec<Check> = Vec::new();
    for check in checks {
        let is_known =
            |known: &Check| known.code == check.code && (check.level != Level::Fail || known.preset == check.preset);
        if !kept.iter().any(is_known) {
            kept.push(check);
        }
    }
    kept
}

/// `checks` with their messages.
#[must_use]
pub fn in_words(checks: Vec<Check>) -> Vec<Check> {
    checks.into_iter().map(Check::in_words).collect()
}

#[cfg(test)]
mod tests;
