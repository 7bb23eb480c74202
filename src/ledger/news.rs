//! Pure: what is told of a photo once, and again only when it is something else.

use super::Hash;
use crate::check::Level;
use crate::error::Reason;
use crate::report::Outcome;
use crate::report::line::RecordLine;

/// The name of a job among those that share an output folder: its presets.
#[must_use]
pub fn job(presets: &[String]) -> Hash {
    let mut names: Vec<&String> = presets.iter().collect();
    names.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for name in names {
        hasher.update(name.as_bytes()).update(b"\0");
    }
    *hasher.finalize().as_bytes()
}

/// A hash of what `record` says that a person has to do something about, of a photo with this `content`; `None` where
/// there is nothing to do. Numbers and wording do not count: the next version may have others.
#[must_use]
pub fn digest(record: &RecordLine, content: Option<&Hash>) -> Option<Hash> {
    let outcome = Outcome::from_code(&record.outcome)?;
    if !matches!(outcome, Outcome::Review | Outcome::Refused | Outcome::Failed) {
        return None;
    }
    let mut said: Vec<String> = Vec::new();
    said.push(format!("{} {}", record.outcome, record.reason.as_deref().unwrap_or_default()));
    let failed = record.checks.iter().filter(|check| check.level == Level::Fail.code());
    said.extend(failed.map(|check| format!("check {} {:?}", check.code, check.preset)));
    said.extend(record.refused.iter().map(|refused| format!("refused {} {}", refused.preset, refused.reason)));
    if record.reason.as_deref() == Some(Reason::Edited.code()) {
        // Which outputs it is about stands nowhere else.
        said.extend(record.message.clone());
    }
    said.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    hasher.update(content.map_or(&[][..], |hash| hash));
    for line in said {
        hasher.update(line.as_bytes()).update(b"\0");
    }
    Some(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Record;
    use std::path::Path;

    fn line(outcome: Outcome, reason: Option<Reason>, message: &str) -> RecordLine {
        let mut record = Record::of(Path::new("a.jpg"), outcome);
        (record.reason, record.message) = (reason, Some(message.to_owned()));
        serde_json::from_str(&record.to_json()).expect("a record")
    }

    #[test]
    fn what_a_person_has_to_do_is_told_again_only_when_it_is_something_else() {
        let of = |outcome, reason, message| digest(&line(outcome, reason, message), Some(&[1; 32]));
        let soft = of(Outcome::Review, Some(Reason::SoftFocus), "blurred by 2.1 pixels");
        assert_eq!(soft, of(Outcome::Review, Some(Reason::SoftFocus), "blurred by 2.2 pixels"));
        assert_ne!(soft, of(Outcome::Refused, Some(Reason::SoftFocus), ""));
        assert_ne!(soft, of(Outcome::Review, Some(Reason::Dark), ""));
        assert_ne!(soft, digest(&line(Outcome::Review, Some(Reason::SoftFocus), ""), Some(&[2; 32])));
        assert_ne!(soft, digest(&line(Outcome::Review, Some(Reason::SoftFocus), ""), None));
        let edited = of(Outcome::Review, Some(Reason::Edited), "x/a.jpg changed");
        assert_ne!(edited, of(Outcome::Review, Some(Reason::Edited), "x/b.jpg changed"));
        for outcome in [Outcome::Written, Outcome::Unchanged, Outcome::Skipped] {
            assert_eq!(of(outcome, None, ""), None);
        }
    }

    #[test]
    fn a_job_is_known_by_its_presets_in_any_order() {
        let of = |names: &[&str]| job(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["x", "github"]), of(&["github", "x"]));
        assert_ne!(of(&["x"]), of(&["github"]));
    }
}
