//! What the documents say is what the program does.

// These run the program.
#![cfg(feature = "cli")]

#[path = "docs/files.rs"]
mod files;
#[path = "docs/rooms.rs"]
mod rooms;
#[path = "support/run.rs"]
mod run;
#[path = "docs/words.rs"]
mod words;

use headshot::check::{Bad, Kind};
use headshot::preset::{self, HeadMeasure, Preset, Shape};
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

/// The README's table of presets, and the groups below it.
fn preset_table(presets: &[Preset]) -> String {
    let mut table = String::from(
        "| preset | for | pixels | least width | shown as | at most | dpi | sure? |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    presets.iter().for_each(|preset| table.push_str(&row(preset)));
    table.push_str("\n| group | presets |\n| --- | --- |\n");
    for group in preset::group_names(presets) {
        let members: Vec<&str> = presets
            .iter()
            .filter(|preset| preset.groups.iter().any(|name| name == group))
            .map(|preset| preset.name.as_str())
            .collect();
        let members = if group == "all" { "every preset".to_owned() } else { members.join(", ") };
        table.push_str(&format!("| `{group}` | {members} |\n"));
    }
    table
}

fn row(preset: &Preset) -> String {
    let or_nothing = |value: Option<String>| value.unwrap_or_default();
    format!(
        "| `{}` | {} | {} x {} | {} | {} | {} | {} | {} |\n",
        preset.name,
        preset.title,
        preset.width,
        preset.height,
        or_nothing(preset.min_width.map(|width| width.to_string())),
        match preset.shape {
            Shape::Rounded => "rounded square",
            shape => shape.code(),
        },
        or_nothing(preset.max_bytes.map(bytes)),
        or_nothing(preset.dpi.map(|dpi| dpi.to_string())),
        or_nothing(preset.source.as_ref().map(|source| source.confidence.code().to_owned())),
    )
}

fn bytes(count: u64) -> String {
    if count >= 1_000_000 { format!("{} MB", count as f64 / 1e6) } else { format!("{} KB", count as f64 / 1e3) }
}

#[test]
fn the_table_of_presets_is_that_of_the_files() {
    keep("README.md", "presets", &preset_table(&preset::built_in().expect("built-in presets are valid")));
}

/// The table of where presets want the head.
fn framing_table(presets: &[Preset]) -> String {
    let mut table = String::from(
        "| preset | head height | at most | eye line | headroom | to the side | gaze room |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for preset in presets {
        let framing = &preset.framing;
        let measure = if framing.head_measure == HeadMeasure::CrownToChin { " (crown to chin)" } else { "" };
        let gaze_room = if framing.gaze_room > 0.0 { format!("{:.2}", framing.gaze_room) } else { String::new() };
        table.push_str(&format!(
            "| `{}` | {:.2}{measure} | {:.2} | {:.2} | {:.2} | {:.2} | {gaze_room} |\n",
            preset.name,
            framing.head_height,
            framing.max_head_height,
            framing.eye_line,
            framing.headroom,
            framing.subject_x,
        ));
    }
    table
}

#[test]
fn the_table_of_framings_is_that_of_the_files() {
    keep("docs/framing.md", "framing", &framing_table(&preset::built_in().expect("built-in presets are valid")));
}

/// The table of checks in docs/checks.md.
fn check_table() -> String {
    let mut table = String::from("| check | measured in | bad is | warns | fails |\n| --- | --- | --- | --- | --- |\n");
    for kind in Kind::ALL {
        let bounds = kind.default_bounds();
        let limit = |limit: f64| if limit.is_finite() { limit.to_string() } else { "never".into() };
        let bad = if kind.bad() == Bad::Over { "over" } else { "under" };
        table.push_str(&format!(
            "| `{}` | {} | {bad} | {} | {} |\n",
            kind.reason(),
            kind.unit(),
            limit(bounds.warn),
            limit(bounds.fail)
        ));
    }
    table
}

#[test]
fn the_table_of_checks_is_that_of_the_program_and_each_is_explained() {
    let path = at_root("docs/checks.md");
    let told = fs::read_to_string(&path).expect("there is one");
    let (before, rest) = told.split_once("<!-- checks -->\n").expect("the mark before the table");
    let (table, after) = rest.split_once("<!-- /checks -->").expect("the mark behind the table");
    let expected = check_table();
    if std::env::var_os("BLESS").is_some() {
        let blessed = format!("{before}<!-- checks -->\n{expected}<!-- /checks -->{after}");
        fs::write(path, blessed).expect("written");
        return;
    }
    assert!(table == expected, "the limits have changed: BLESS=1 cargo test --test docs writes the table");
    for kind in Kind::ALL {
        let code = kind.reason().code();
        let is_heading = |line: &str| line.starts_with("### ") && line.contains(code);
        assert!(after.lines().any(is_heading), "docs/checks.md does not explain {code}");
        assert!(readme().contains(&format!("`{code}`")), "the README does not name {code}");
    }
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

/// The lines of a document's code blocks that are marked `sh`.
fn shell_lines(document: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in document.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

/// The arguments of every call of the program in `line`: behind `headshot` or `cargo run --release --`, up to the next
/// command or redirection.
fn calls(line: &str) -> Vec<Vec<String>> {
    let is_end = |word: &str| {
        let is_redirection = word.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['<', '>']);
        is_redirection || matches!(word, "|" | "||" | "&" | "&&" | ";" | "#")
    };
    let is_program = |before: &[String]| {
        before.last().is_some_and(|word| ["headshot", "said=$(headshot"].contains(&word.as_str()))
            || before.ends_with(&["cargo", "run", "--release", "--"].map(String::from))
    };
    words(line)
        .split(|word| is_end(word))
        .filter_map(|command| {
            let start = (1..=command.len()).find(|&end| is_program(&command[..end]))?;
            Some(command[start..].to_vec())
        })
        .collect()
}

/// `line` as a shell splits it: at spaces outside quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, other) => words.last_mut().expect("never empty").push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_of_the_documents_is_one_that_the_program_takes() {
    let place = Workplace::new();
    // An argument that is not known is an error before --help is looked at; this is what the test below rests on.
    assert_eq!(place.run(&["in", "--no-such-flag", "--help"]).code, 2);
    let mut count = 0;
    for (document, text) in documents() {
        for mut call in shell_lines(&text).into_iter().flat_map(calls) {
            for (flag, words) in call.iter().zip(call.iter().skip(1)) {
                if flag == "-p" {
                    let names: Vec<String> =
                        words.split(',').filter(|name| !name.ends_with(".toml")).map(String::from).collect();
                    preset::select(&names).unwrap_or_else(|error| panic!("{document}: {call:?}: {error}"));
                }
            }
            call.push("--help".into());
            let ran = place.run(&call);
            assert_eq!(ran.code, 0, "{document}: {call:?}: {}", ran.stderr);
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} commands were found");
}

#[test]
fn the_job_for_kubernetes_is_the_shards_of_the_operations_document() {
    const INDEX: &str = "$((JOB_COMPLETION_INDEX + 1))";
    let manifest = fs::read_to_string(at_root("deploy/kubernetes-job.yaml")).expect("there is one");
    let number = |key: &str| -> usize {
        let value = manifest.lines().find_map(|line| line.trim().strip_prefix(key));
        value.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("no number for {key}"))
    };
    let shards = number("completions:");
    assert_eq!(shards, number("parallelism:"));
    let operations = fs::read_to_string(at_root("docs/operations.md")).expect("there is one");
    let told: Vec<&str> = shell_lines(&operations).into_iter().filter(|line| line.contains(" --shard ")).collect();
    assert_eq!(told.len(), shards, "{told:?}");
    let line =
        manifest.lines().map(str::trim).find(|line| line.starts_with("headshot ")).expect("a call of the program");
    assert!(line.contains(&format!("--shard {INDEX}/{shards}")), "{line}");
    let place = Workplace::new();
    for (number, told) in (1..=shards).zip(told) {
        let shard = format!("{number}/{shards}");
        assert!(told.contains(&format!("--shard {shard} ")), "{told}");
        let mut call = calls(&line.replace(INDEX, &number.to_string())).remove(0);
        assert!(call.contains(&shard), "{call:?}");
        call.push("--help".into());
        let ran = place.run(&call);
        assert_eq!(ran.code, 0, "{call:?}: {}", ran.stderr);
    }
}

#[test]
fn the_readmes_two_commands_come_first_and_the_second_is_what_ci_runs() {
    let readme = readme();
    let lines = shell_lines(&readme);
    let commands: Vec<&&str> =
        lines.iter().filter(|line| line.starts_with("cargo ") && !line.contains("install")).collect();
    assert_eq!(
        commands[..2],
        [&"cargo run --release -- samples -o out -p github,teams-365,resume", &"cargo test --release"]
    );
    let ci = fs::read_to_string(at_root(".ci/run")).expect("there is a CI script");
    assert!(ci.lines().any(|line| line == "step cargo test --release"), "{ci}");
}

#[test]
fn every_flag_is_in_the_readme_and_every_flag_of_the_readme_is_there() {
    let place = Workplace::new();
    let help = ["--help", "presets --help", "inspect --help", "status --help", "merge --help"]
        .map(|call| place.run(&call.split(' ').collect::<Vec<_>>()).stdout)
        .concat();
    let readme = readme();
    let flags = |text: &str| -> BTreeSet<String> {
        text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'))
            .filter(|word| word.len() > 3 && word.starts_with("--"))
            .map(String::from)
            .collect()
    };
    let known = flags(&help);
    // Flags of cargo, which the README uses too.
    let foreign = ["--release", "--path", "--open"].map(String::from);
    let unknown: Vec<String> =
        flags(&readme).into_iter().filter(|flag| !known.contains(flag) && !foreign.contains(flag)).collect();
    assert!(unknown.is_empty(), "the program has no {unknown:?}");
    let untold: Vec<String> = known
        .into_iter()
        .filter(|flag| !flags(&readme).contains(flag) && !["--help", "--version"].contains(&flag.as_str()))
        .collect();
    assert!(untold.is_empty(), "the README does not mention {untold:?}");
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
