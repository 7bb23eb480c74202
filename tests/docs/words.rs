//! The words of the report, which are a contract: wherever they are written once more, they are the same.

use headshot::check::verdict::Verdict;
use headshot::error::Reason;
use headshot::frame::Step;
use headshot::preset::{Confidence, OutputFormat, Shape};
use headshot::report::Outcome;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Sees that `all` are all there are, and that `code` says of each what is written to files.
fn are_the_written_ones<T: Copy + Serialize + DeserializeOwned>(all: &[T], code: fn(T) -> &'static str) {
    for &one in all {
        assert_eq!(serde_json::to_value(one).expect("a word"), code(one));
    }
    // Of a word that it does not know, serde says which there are.
    let told = serde_json::from_str::<T>("\"?\"").err().expect("no such word").to_string();
    assert_eq!(told.matches('`').count() / 2 - 1, all.len(), "{told}");
}

#[test]
fn a_word_is_the_same_in_messages_and_in_files() {
    are_the_written_ones(&Reason::ALL, Reason::code);
    are_the_written_ones(&Outcome::ALL, Outcome::code);
    are_the_written_ones(&Step::ALL, Step::code);
    are_the_written_ones(&Verdict::ALL, Verdict::code);
    are_the_written_ones(&Shape::ALL, Shape::code);
    are_the_written_ones(&Confidence::ALL, Confidence::code);
    are_the_written_ones(&OutputFormat::ALL, OutputFormat::code);
    assert!(Reason::ALL.into_iter().all(|reason| Reason::from_code(reason.code()) == Some(reason)));
}

/// What stands in `script` between `start` and `end`.
fn between<'a>(script: &'a str, start: &str, end: char) -> &'a str {
    let (_, rest) = script.split_once(start).unwrap_or_else(|| panic!("there is no {start}"));
    rest.split(end).next().unwrap_or_default()
}

#[test]
fn the_contact_sheet_knows_every_outcome_and_every_step() {
    let outcomes = between(include_str!("../../src/sheet/model.js"), "const OUTCOMES = [", ']');
    let mut shown: Vec<&str> = outcomes.split(", ").map(|word| word.trim_matches('\'')).collect();
    shown.sort_unstable();
    let mut all = Outcome::ALL.map(Outcome::code);
    all.sort_unstable();
    assert_eq!(shown, all);
    let steps = between(include_str!("../../src/sheet/elements.js"), "const STEPS = {", '}');
    let keys: Vec<&str> = steps.lines().filter_map(|line| line.split_once(": ")).map(|(key, _)| key.trim()).collect();
    let keys: Vec<&str> = keys.into_iter().map(|key| key.trim_matches('\'')).collect();
    assert_eq!(keys, Step::ALL.map(Step::code));
}

#[test]
fn the_stages_are_told_in_the_same_words_and_order_wherever_they_are() {
    let prose = |text: &str| text.replace("//!", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let pipeline = prose(include_str!("../../src/pipeline.rs"));
    let stages = between(&pipeline, "top to bottom: ", '.');
    assert!(stages.starts_with("decode, ") && stages.ends_with(", encode"), "{stages}");
    let crate_itself = prose(include_str!("../../src/lib.rs"));
    assert_eq!(between(&crate_itself, "top to bottom: ", '.'), stages);
    let architecture = include_str!("../../docs/architecture.md");
    assert_eq!(between(&prose(architecture), "The stages of a photo are ", '.'), stages);
    let rows = between(architecture, "| stage | is in | gives |\n| --- | --- | --- |\n", '#');
    let rows: Vec<&str> = rows.lines().map_while(|row| row.strip_prefix("| ")?.split(" |").next()).collect();
    assert_eq!(rows.join(", "), stages);
}
