//! What the documents say is what the program does.

// These run the program.
#![cfg(feature = "cli")]

#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/files.rs"]
mod files;
#[path = "docs/rooms.rs"]
mod rooms;
#[path = "support/run.rs"]
mod run;
#[path = "docs/tables.rs"]
mod tables;
#[path = "docs/words.rs"]
mod words;

use headshot::check::Kind;
use headshot::preset::{self, Preset};
use run::Workplace;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

fn at_root(name: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn readme() -> String {
    fs::read_to_string(at_root("README.md")).expect("there is a README")
}

/// All documents for people, with their paths from the root.
fn documents() -> Vec<(String, String)> {
    let at_top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(String::from);
    let in_docs = fs::read_dir(at_root("docs")).expect("there are documents");
    let in_docs = in_docs.map(|entry| format!("docs/{}", entry.expect("readable").file_name().to_string_lossy()));
    let mut names: Vec<String> = at_top.into_iter().chain(in_docs).filter(|name| name.ends_with(".md")).collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(at_root(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, text)
    };
    names.into_iter().map(read).collect()
}

/// Sees that `expected` stands between the marks `name` of `document`; with BLESS it is written there.
fn keep(document: &str, name: &str, expected: &str) {
    /// Tests run side by side, and several write to one document.
    static WRITING: Mutex<()> = Mutex::new(());
    let _held = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let text = fs::read_to_string(at_root(document)).unwrap_or_else(|error| panic!("{document}: {error}"));
    let from = text.find(&start).unwrap_or_else(|| panic!("{document} has no {start}")) + start.len();
    let to = text.find(&end).unwrap_or_else(|| panic!("{document} has no {end}"));
    if std::env::var_os("BLESS").is_some() {
        // Others read the document meanwhile: it is never half written.
        let new = at_root(format!("{document}.new"));
        fs::write(&new, format!("{}{expected}{}", &text[..from], &text[to..])).expect("written");
        fs::rename(new, at_root(document)).expect("renamed");
        return;
    }
    assert!(
        text[from..to] == *expected,
        "{document} is out of date: BLESS=1 cargo test --test docs writes this\n{expected}"
    );
}
#[test]
fn the_limits_in_the_documents_are_valid() {
    let told = fs::read_to_string(at_root("docs/checks.md")).expect("there is one");
    let (_, rest) = told.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let linkedin = preset::select(&["linkedin".into()]).expect("built in").remove(0);
    let text = toml::to_string(&linkedin).expect("TOML") + "\n" + example;
    let preset = Preset::parse(&text, "checks.md").unwrap_or_else(|error| panic!("{error}"));
    assert!(preset.checks.of(Kind::Tilted).warn.is_infinite());
}

#[test]
fn the_preset_file_of_the_readme_is_valid() {
    let readme = readme();
    let (_, rest) = readme.split_once("```toml\n").expect("an example of a preset file");
    let (example, _) = rest.split_once("```").expect("its end");
    let preset = Preset::parse(example, "README.md").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(preset.name, "door");
}

#[test]
fn the_overrides_of_the_readme_are_valid() {
    let readme = readme();
    let examples: Vec<&str> = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let example = examples.iter().find(|example| example.starts_with("[photo.")).expect("an example of headshot.toml");
    let photos = headshot::overrides::parse::folder_file(example).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    assert_eq!(photos.len(), 2);
}
#[test]
fn the_schema_in_the_documents_is_the_ledgers() {
    let told = fs::read_to_string(at_root("docs/operations.md")).expect("there is one");
    let schema = fs::read_to_string(at_root("src/ledger/schema.sql")).expect("there is one");
    assert!(told.contains(&format!("```sql\n{}\n```", schema.trim())), "docs/operations.md has another schema");
}

/// The names of all fields of `value`, at any depth.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            fields(value, found);
        }),
        Value::Array(list) => list.iter().for_each(|value| fields(value, found)),
        _ => {}
    }
}

#[test]
fn every_field_and_word_of_a_real_report_is_explained() {
    let place = Workplace::new();
    place.run(&[at_root("samples").into_os_string(), "-o".into(), "out".into()]);
    let records = place.report("out");
    let mut found = BTreeSet::new();
    for record in &records {
        fields(record, &mut found);
        found.insert(run::word(&record["outcome"]).to_owned());
        if let Some(reason) = record["reason"].as_str() {
            found.insert(reason.to_owned());
        }
        for output in run::outputs(record) {
            let steps = output["steps"].as_array().expect("a list");
            found.extend(steps.iter().map(|step| run::word(step).to_owned()));
        }
    }
    let readme = readme();
    let untold: Vec<&String> = found.iter().filter(|name| !readme.contains(&format!("`{name}`"))).collect();
    assert!(untold.is_empty(), "the README does not explain {untold:?}");
}

#[test]
fn models_are_those_that_their_readme_describes() {
    let readme = fs::read_to_string(at_root("models/README.md")).expect("there is one");
    for entry in fs::read_dir(at_root("models")).expect("there are models") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let length = fs::metadata(&path).expect("readable").len().to_string();
        let grouped = length
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|digits| String::from_utf8_lossy(digits).into_owned())
            .collect::<Vec<_>>()
            .join(",");
        assert!(readme.contains(&format!("`{name}`")) && readme.contains(&grouped), "{name}, {grouped} bytes");
    }
}
