//! The program as its users meet it: run in a folder of its own, judged by exit code, words and files.

// Each test binary takes the part it needs.
#![allow(dead_code)]

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A temporary folder in which the program runs.
pub struct Workplace(tempfile::TempDir);

/// What a run of the program said.
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error, with the duration at the end of the summary taken away: it differs from run to run.
    pub stderr: String,
}

impl Workplace {
    /// An empty one.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// One with these photos.
    pub fn with(photos: &[(&str, &[u8])]) -> Self {
        let place = Self::new();
        for (name, bytes) in photos {
            place.write(name, bytes);
        }
        place
    }

    /// The full path of `relative`.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(relative)
    }

    /// Puts a file there, with the folders it needs.
    pub fn write(&self, relative: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("created");
        fs::write(path, bytes).expect("written");
    }

    /// The bytes of a file.
    pub fn read(&self, relative: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(relative);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs the program here.
    pub fn run<Argument: AsRef<OsStr>>(&self, arguments: &[Argument]) -> Ran {
        self.run_with_list(arguments, b"")
    }

    /// Runs the program here with `list` on its standard input.
    pub fn run_with_list<Argument: AsRef<OsStr>>(&self, arguments: &[Argument], list: &[u8]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_headshot"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("COLUMNS", "100")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A run that does not read its input may end before all of it is written.
        let _ = stdin.write_all(list);
        drop(stdin);
        Ran::from(child.wait_with_output().expect("the program ends"))
    }

    /// All files below `folder`, sorted, with slashes; without the locks and ledgers that stay there for the next run.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        walkdir::WalkDir::new(&root)
            .sort_by_file_name()
            .into_iter()
            .map(|entry| entry.expect("a readable folder"))
            .filter(|entry| entry.file_type().is_file() && !is_for_the_next_run(entry.file_name()))
            .map(|entry| {
                let relative = entry.path().strip_prefix(&root).expect("below the root");
                relative.to_string_lossy().replace('\\', "/")
            })
            .collect()
    }

    /// The records of the report in the folder `output`.
    pub fn report(&self, output: &str) -> Vec<Value> {
        let text = String::from_utf8(self.read(format!("{output}/report.jsonl"))).expect("the report is UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a line of the report is JSON")).collect()
    }

    /// The report's only record.
    pub fn only_record(&self, output: &str) -> Value {
        let [record] = <[Value; 1]>::try_from(self.report(output)).expect("one record");
        record
    }
}

fn is_for_the_next_run(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(".headshot") && name.ends_with("lock") || name.starts_with("ledger.") && name.ends_with("sqlite")
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program speaks UTF-8");
        Self {
            code: output.status.code().expect("the program ended by itself"),
            stdout: text(output.stdout),
            stderr: without_duration(&text(output.stderr)),
        }
    }
}

/// `headshot: 1 photo: 1 written; 6 files in out, 0.4 s` without its last part.
fn without_duration(text: &str) -> String {
    let is_duration = |part: &str| part.strip_suffix(" s").is_some_and(|seconds| seconds.parse::<f64>().is_ok());
    let mut lines = Vec::new();
    for line in text.lines() {
        lines.push(match line.rsplit_once(", ") {
            Some((rest, last)) if line.starts_with("headshot: ") && is_duration(last) => rest,
            _ => line,
        });
    }
    lines.join("\n")
}

/// The outputs of a record.
pub fn outputs(record: &Value) -> &[Value] {
    record["outputs"].as_array().expect("a list of outputs")
}

/// A number of a record.
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A word of a record.
pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
