//! Judge: what was checked becomes a verdict and doubts, and decides what is made at all.

use super::Options;
use super::draft::{Draft, Planned};
use crate::check::verdict::Verdict;
use crate::check::{Check, in_words, rank, worst_of_each};
use crate::error::{Failure, Reason};

/// What is said of a photo and of all headshots that could be made of it.
pub(super) struct Judgement {
    /// Of each code the worst of all faces and presets.
    pub checks: Vec<Check>,
    pub verdict: Verdict,
    pub verdict_reasons: Vec<Reason>,
    /// Why a person should look at what is made, worst first. With [`Options::strict`] what has doubts of its own is
    /// not made, and these are of the photo as a whole.
    pub doubts: Vec<Failure>,
    /// Why nothing is made at all.
    pub refused: Option<Failure>,
}

/// What is made of a person for each preset, or why it is not.
pub(super) type Plans = Vec<Result<Planned, Failure>>;

/// Judges a photo by the drafts for each person in it; `doubts` are those of the photo itself.
pub(super) fn judge(drafts: &[Vec<Draft>], doubts: Vec<Failure>, options: &Options) -> Judgement {
    let all = || drafts.iter().flatten();
    let verdict = all().map(|draft| draft.verdict).min().unwrap_or(Verdict::Unusable);
    let verdict_reasons = match verdict {
        Verdict::PortraitOnly => all().map(Draft::against).min_by_key(Vec::len).unwrap_or_default(),
        _ => Vec::new(),
    };
    let is_wanted = options.only_verdicts.is_empty() || options.only_verdicts.contains(&verdict);
    let refused = (!is_wanted).then(|| other_verdict(verdict, &verdict_reasons, &options.only_verdicts));
    let made = all().filter(|draft| is_wanted && !options.strict && draft.planned.is_ok());
    Judgement {
        checks: in_words(worst_of_each(all().flat_map(|draft| draft.checks.iter().cloned()))),
        verdict,
        verdict_reasons,
        doubts: worst_first(doubts.into_iter().chain(made.flat_map(Draft::doubts))),
        refused,
    }
}

/// What is made of `drafts`: nothing of a photo that is refused, and with `strict` nothing that has doubts.
pub(super) fn accepted(drafts: Vec<Vec<Draft>>, judgement: &Judgement, strict: bool) -> Vec<Plans> {
    if judgement.refused.is_some() {
        return Vec::new();
    }
    let plan = |draft: Draft| {
        let doubt = strict.then(|| judgement.doubts.first().cloned().or_else(|| draft.doubts().next())).flatten();
        match doubt {
            Some(doubt) if draft.planned.is_ok() => Err(doubt.joined(" ", "(not written: --strict)")),
            _ => draft.planned,
        }
    };
    drafts.into_iter().map(|of_person| of_person.into_iter().map(plan).collect()).collect()
}

/// The same without repeats, worst first.
fn worst_first(doubts: impl Iterator<Item = Failure>) -> Vec<Failure> {
    let mut different: Vec<Failure> = Vec::new();
    for doubt in doubts {
        if !different.contains(&doubt) {
            different.push(doubt);
        }
    }
    different.sort_by_key(|doubt| rank(doubt.reason));
    different
}

/// Why a photo with this verdict is not wanted.
fn other_verdict(verdict: Verdict, reasons: &[Reason], wanted: &[Verdict]) -> Failure {
    let words = |list: &[Reason]| list.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", ");
    let because = if reasons.is_empty() { String::new() } else { format!(" ({})", words(reasons)) };
    let wanted: Vec<&str> = wanted.iter().map(|verdict| verdict.code()).collect();
    Failure::new(Reason::OtherVerdict, format!("the verdict is {verdict}{because}"))
        .joined(", and ", format!("--only-verdict asks for {}", wanted.join(", ")))
}
