//! Commands that the documents, CI and the manifests give: the program takes them, and its flags are told.

use crate::run::Workplace;
use crate::{at_root, documents, readme};
use headshot::preset;
use std::collections::BTreeSet;
use std::fs;

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
