//! Files that a run reads besides photos: what is none is told at once, and what is too large is not read.

use crate::photos::ANA;
use crate::run::Workplace;

const ARGUMENTS: &[&str] = &["in", "-o", "out", "-p", "ad-thumbnail"];

/// Waiting for somebody to write to a pipe would be forever: a test that fails here does not end.
#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_an_error_at_once() {
    for (pipe, arguments, code, message) in [
        ("in/headshot.toml", &[][..], 2, "in/headshot.toml: the overrides cannot be read: it is a pipe, not a file"),
        ("in/ana.jpg.toml", &[], 2, "in/ana.jpg.toml: the overrides cannot be read: it is a pipe, not a file"),
        ("mine.toml", &["--overrides", "mine.toml"], 2, "mine.toml: the overrides cannot be read: it is a pipe"),
        ("p.toml", &["-p", "p.toml"], 2, "p.toml: cannot read the preset file: it is a pipe, not a file"),
        ("people.csv", &["--roster", "people.csv"], 2, "people.csv: the roster cannot be read: it is a pipe"),
        (
            "out/ledger.sqlite",
            &[],
            1,
            "ledger.sqlite: the ledger cannot be written: it is a pipe, not a file; remove it",
        ),
        ("in/named", &["in/named"], 1, "in/named: is a pipe, not a photo or a folder"),
    ] {
        let place = Workplace::with(&[("in/ana.jpg", &ANA), ("out/readme", b"")]);
        let made = std::process::Command::new("mkfifo").arg(place.path(pipe)).status().expect("runs");
        assert!(made.success());
        let ran = place.run(&[ARGUMENTS, arguments].concat());
        assert_eq!(ran.code, code, "{pipe}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{pipe}: {}", ran.stderr);
    }
    let place = Workplace::with(&[("out/readme", b"")]);
    for (pipe, arguments) in
        [("out/ledger.sqlite", ["status", "out"].as_slice()), ("out/report.jsonl", &["status", "out", "--review"])]
    {
        assert!(std::process::Command::new("mkfifo").arg(place.path(pipe)).status().expect("runs").success());
        let ran = place.run(arguments);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("it is a pipe, not a file"), "{}", ran.stderr);
    }
}

#[test]
fn what_is_too_large_is_not_read() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let large = vec![b'#'; 16_000_001];
    for (file, arguments, message) in [
        ("p.toml", ["-p", "p.toml"], "p.toml: cannot read the preset file: it has 16.0 MB, and 16 MB is the limit"),
        ("mine.toml", ["--overrides", "mine.toml"], "mine.toml: the overrides cannot be read: it has 16.0 MB"),
        ("people.csv", ["--roster", "people.csv"], "people.csv: the roster cannot be read: it has 16.0 MB"),
    ] {
        place.write(file, &large);
        let ran = place.run(&[ARGUMENTS, &arguments].concat());
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert!(!place.path("out").exists());
}
