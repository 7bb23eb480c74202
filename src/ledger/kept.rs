//! The record of a photo that has not changed: the stored line, told anew.

use super::{OutputEntry, Remembered};
use crate::report::spread::Member;
use crate::report::{Outcome, slashed};
use std::path::Path;

/// A photo that was not worked on.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its path below the input folder, as the report has it.
    pub source: String,
    /// What the report says became of it.
    pub outcome: Outcome,
    /// What a person should know, where it is new.
    pub message: Option<String>,
    /// Its line of the report.
    pub line: String,
    /// Where the heads are in its outputs, with their presets.
    pub members: Vec<(String, Member)>,
}

impl Kept {
    /// The record of the photo at `relative`, of which `known` is still so but for the outputs that were `edited`.
    /// `None` where the stored line is none of ours.
    #[must_use]
    pub fn new(relative: &Path, known: &Remembered, edited: &[OutputEntry]) -> Option<Self> {
        let message = (!edited.is_empty()).then(|| edited_message(edited));
        let (line, outcome) = repeated(&known.record, known.is_told, message.as_deref())?;
        let source = slashed(relative);
        let member = |output: &OutputEntry| {
            let member = Member {
                source: source.as_str().into(),
                placement: output.placement,
                is_widest: output.is_widest,
                is_pinned: output.is_pinned,
            };
            (output.preset.clone(), member)
        };
        let members = if outcome == Outcome::Failed { vec![] } else { known.outputs.iter().map(member).collect() };
        Some(Self { source, outcome, message, line, members })
    }
}

/// The sentence about outputs that somebody changed.
pub(crate) fn edited_message(edited: &[OutputEntry]) -> String {
    let names: Vec<String> = edited.iter().map(|output| slashed(&output.path)).collect();
    format!("{} was changed after it was made, and is kept; delete it to have it made again", names.join(", "))
}

/// `line`, which [`crate::report::Record::to_json`] wrote, of a photo that was not worked on; and the outcome that it
/// has now.
///
/// A report that has told of the photo once tells that nothing is new: what was `written` is `unchanged`, other
/// outcomes stay, and both have the mark `unchanged`. `edited` is the sentence for a person to review.
fn repeated(line: &str, is_told: bool, edited: Option<&str>) -> Option<(String, Outcome)> {
    // Quotes inside a name or a message are escaped, so that these words stand only where they are fields.
    let (head, rest) = line.split_once(",\"outcome\":\"")?;
    let (outcome, rest) = rest.split_once('"')?;
    let outcome = Outcome::from_code(outcome)?;
    if let Some(message) = edited {
        // Between outcome and reason stands whom the photo shows, which is as true as before.
        let (person, rest) = rest.split_once(",\"reason\":")?;
        let (_, tail) = rest.split_once(",\"photo\":")?;
        let message = serde_json::to_string(message).ok()?;
        let outcome = Outcome::Review;
        let fields = format!("\"outcome\":\"{}\"{person},\"reason\":\"edited\",\"message\":{message}", outcome.code());
        return Some((format!("{head},{fields},\"photo\":{tail}"), outcome));
    }
    if !is_told {
        return Some((line.to_owned(), outcome));
    }
    let outcome = if outcome == Outcome::Written { Outcome::Unchanged } else { outcome };
    Some((format!("{head},\"outcome\":\"{}\",\"unchanged\":true{rest}", outcome.code()), outcome))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Reason;
    use crate::report::{PersonRecord, Record};
    use proptest::prelude::*;

    fn record(source: &str, outcome: Outcome, message: Option<&str>) -> Record {
        let mut record = Record::of(Path::new(source), outcome);
        record.reason = message.map(|_| Reason::WouldUpscale);
        record.message = message.map(String::from);
        record
    }

    proptest! {
        /// A repeated line is the line of a record that says so, whatever stands in names and messages.
        #[test]
        fn a_repeated_line_is_a_records_line(
            source in "[a\"\\\\,:]{0,4}(,\"outcome\":\"|,\"photo\":|)[a\"\\\\]{0,4}",
            name in proptest::option::of("[a\"\\\\,]{0,4}(,\"reason\":|,\"photo\":)?"),
            message in proptest::option::of("[a\"\\\\,]{0,4}(,\"photo\":)?"),
            told: bool,
            review: bool,
        ) {
            let outcome = if review { Outcome::Review } else { Outcome::Written };
            let mut record = record(&source, outcome, message.as_deref());
            record.person = name.map(|name| PersonRecord { id: None, name: Some(name) });

            let line = record.to_json();
            let (same, edited) = (repeated(&line, told, None), repeated(&line, told, Some("by \"hand\"")));
            if told {
                record.outcome = if review { Outcome::Review } else { Outcome::Unchanged };
                record.unchanged = true;
            }
            prop_assert_eq!(same, Some((record.to_json(), record.outcome)));
            record.unchanged = false;
            record.outcome = Outcome::Review;
            (record.reason, record.message) = (Some(Reason::Edited), Some("by \"hand\"".into()));
            prop_assert_eq!(edited, Some((record.to_json(), Outcome::Review)));
        }
    }
}
