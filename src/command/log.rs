//! Messages on standard error, for people or for programs.

use super::cli::LogFormat;
use headshot::batch::Totals;
use headshot::names::is_harmful;
pub use headshot::names::printable;
use headshot::report::Outcome;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

/// Where messages go.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    format: LogFormat,
    /// Whether nothing is said but why the run ends, and what is new.
    errors_only: bool,
}

impl Log {
    /// Messages in this format.
    pub const fn new(format: LogFormat) -> Self {
        Self { format, errors_only: false }
    }

    /// Whether messages are for people.
    pub fn is_text(&self) -> bool {
        self.format == LogFormat::Text
    }

    /// Messages in this format, and only those that the run cannot end without.
    pub const fn of_errors(format: LogFormat) -> Self {
        Self { format, errors_only: true }
    }

    /// What a person may want to know.
    pub fn note(&self, text: &str) {
        if !self.errors_only {
            self.write("info", text, text);
        }
    }

    /// That something is done, as the last word.
    pub fn done(&self, text: &str) {
        self.write("info", text, &format!("headshot: {text}"));
    }

    /// What is odd and stops nothing.
    pub fn warning(&self, text: &str) {
        if !self.errors_only {
            self.write("warning", text, &format!("headshot: {text}"));
        }
    }

    /// Why the run ends.
    pub fn error(&self, text: &str) {
        self.write("error", text, &format!("headshot: {text}"));
    }

    /// What a person has to do about a photo and was not told before, on standard output: it is what was asked for.
    pub fn news(&self, source: &str, outcome: &str, reason: Option<&str>, sentence: &str) {
        match self.format {
            LogFormat::Text => println_ignoring_a_closed_pipe(&printable(sentence)),
            LogFormat::Json => print_json(
                &json!({"event": "new", "source": source, "outcome": outcome, "reason": reason, "message": sentence})
                    .to_string(),
            ),
        }
    }

    fn write(&self, level: &str, text: &str, line: &str) {
        match self.format {
            LogFormat::Text => say(line),
            LogFormat::Json => say_json(&json!({"level": level, "event": "message", "message": text})),
        }
    }

    /// What became of a photo.
    pub fn photo(&self, source: &str, outcome: Outcome, reason: Option<&str>, message: &str) {
        match self.format {
            LogFormat::Text => {
                say(&format!("{}: {}: {}", printable(source), outcome.code(), printable(message)));
            }
            LogFormat::Json => {
                let level = match outcome {
                    Outcome::Failed => "error",
                    Outcome::Skipped => "info",
                    _ => "warning",
                };
                say_json(&json!({
                    "level": level, "event": "photo", "source": source, "outcome": outcome.code(), "reason": reason,
                    "message": message
                }));
            }
        }
    }

    /// The last line of a run.
    pub fn summary(&self, summary: &Summary<'_>) {
        match self.format {
            LogFormat::Text => say(&summary.line()),
            LogFormat::Json => say_json(&summary.json()),
        }
    }
}

/// What a run came to.
pub struct Summary<'a> {
    pub totals: &'a Totals,
    /// The output folder.
    pub output: String,
    /// The name of the report in it.
    pub report: String,
    pub elapsed: Duration,
    pub dry_run: bool,
    pub interrupted: bool,
    /// Stale files, and how many of them were removed.
    pub stale: (usize, usize),
    /// Files and folders that the rules left out, and whether they were named.
    pub ignored: (usize, bool),
    pub exit_code: u8,
}

impl Summary<'_> {
    fn line(&self) -> String {
        let tally = &self.totals.tally;
        let count = |number: usize, word: &str| (number > 0).then(|| format!("{number} {word}"));
        let parts: Vec<String> = [
            count(tally.written, "written"),
            count(tally.unchanged, "unchanged"),
            count(tally.review, "to review"),
            count(tally.refused, "refused"),
            count(tally.failed - self.totals.not_reached, "failed"),
            count(self.totals.not_reached, "not reached"),
            count(tally.skipped, "skipped"),
            count(tally.absent, "without a photo"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let files = if self.dry_run {
            format!("{} would be written to {}", plural(tally.files, "file"), self.output)
        } else {
            format!("{} in {}", plural(tally.files, "file"), self.output)
        };
        let stale = match self.stale {
            (_, removed) if removed > 0 => format!(", {} removed", plural(removed, "stale file")),
            (stale, _) if stale > 0 => format!(", {} (--prune removes them)", plural(stale, "stale file")),
            _ => String::new(),
        };
        let photos = plural(tally.photos(), "photo");
        let ignored = ignored(self.ignored).map(|ignored| format!(", {ignored}")).unwrap_or_default();
        let report =
            if tally.exit_code() == 0 || self.dry_run { String::new() } else { format!("; see {} there", self.report) };
        let interrupted = if self.interrupted { "interrupted; " } else { "" };
        let seconds = self.elapsed.as_secs_f64();
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        format!("headshot: {interrupted}{photos}{parts}; {files}{stale}{ignored}{report}, {seconds:.1} s")
    }

    fn json(&self) -> Value {
        let tally = &self.totals.tally;
        json!({
            "level": if self.exit_code == 0 { "info" } else { "warning" },
            "event": "summary",
            "photos": tally.photos(),
            "written": tally.written,
            "unchanged": tally.unchanged,
            "review": tally.review,
            "refused": tally.refused,
            "failed": tally.failed,
            "skipped": tally.skipped,
            "without_photo": tally.absent,
            "not_reached": self.totals.not_reached,
            "files": tally.files,
            "stale": self.stale.0 - self.stale.1,
            "removed": self.stale.1,
            "ignored": self.ignored.0,
            "output": self.output,
            "dry_run": self.dry_run,
            "interrupted": self.interrupted,
            "seconds": (self.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
            "exit_code": self.exit_code,
        })
    }
}

/// How many files and folders were left out, where there are any; how to see which, where they were not named.
pub fn ignored((count, are_named): (usize, bool)) -> Option<String> {
    let how = if are_named { "" } else { " (-v names them)" };
    (count > 0).then(|| format!("{count} ignored{how}"))
}

/// `1 photo`, `2 photos`.
pub fn plural(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Lines on standard error. A closed standard error is nobody's loss.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

fn say_json(value: &Value) {
    let _ = writeln!(std::io::stderr().lock(), "{}", escaped(&value.to_string()));
}

/// Lines on standard output; `headshot presets | head` must not end in a panic.
pub fn println_ignoring_a_closed_pipe(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", harmless(text));
}

/// A line of JSON on standard output.
pub fn print_json(json: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", escaped(json));
}

/// The backstop for names that got into a message as they are: `printable` takes line feeds out of them, too, and is
/// for each name. Lines stay lines.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| is_harmful(c) && c != '\n';
    if text.contains(is_harmful) { text.replace(is_harmful, "\u{fffd}").into() } else { text.into() }
}

/// `json` with the harmful characters escaped that JSON would let stand. None of them is beyond U+FFFF.
fn escaped(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        if is_harmful(c) {
            text.push_str(&format!("\\u{:04x}", u32::from(c)))
        } else {
            text.push(c)
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_message_moves_the_cursor() {
        assert_eq!(harmless("a\u{1b}[2J\u{9b}\tb\r\nc \u{e9}"), "a\u{fffd}[2J\u{fffd}\u{fffd}b\u{fffd}\nc \u{e9}");
        let json = escaped(&json!({"source": "a\u{1b}\u{9b}\u{7f}\u{202e}\u{e9}"}).to_string());
        assert_eq!(json, "{\"source\":\"a\\u001b\\u009b\\u007f\\u202e\u{e9}\"}");
        let read: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read["source"], "a\u{1b}\u{9b}\u{7f}\u{202e}\u{e9}");
    }
}
