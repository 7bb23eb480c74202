//! What a person sees of a run: the bar on a terminal, a line for each photo that is not simply written, the summary.

use headshot::batch::REPORT_NAME;
use headshot::progress::Progress;
use headshot::report::{Outcome, Record, Tally};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Prints to standard error, around the bar where there is one.
pub struct Console {
    bar: ProgressBar,
    quiet: bool,
    dry_run: bool,
}

impl Console {
    /// A console for `photos` photos.
    pub fn new(photos: usize, quiet: bool, no_progress: bool, dry_run: bool) -> Self {
        Self { bar: bar("photos", photos, quiet || no_progress), quiet, dry_run }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| say(text));
    }
}

/// A bar that counts `what` to `photos`; hidden off a terminal.
fn bar(what: &str, photos: usize, hidden: bool) -> ProgressBar {
    if hidden || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {what}  {{per_sec}}  {{eta}} left"));
    let bar = ProgressBar::new(photos as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Shows how far a first look at all photos is, and says nothing else.
pub struct FirstLook(ProgressBar);

impl FirstLook {
    /// For `photos` photos.
    pub fn new(photos: usize, quiet: bool, no_progress: bool) -> Self {
        Self(bar("photos measured", photos, quiet || no_progress))
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for FirstLook {
    fn done(&self, _record: &Record) {
        self.0.inc(1);
    }
}

impl Progress for Console {
    fn done(&self, record: &Record) {
        self.bar.inc(1);
        if self.dry_run && !self.quiet {
            for output in &record.outputs {
                let steps: Vec<String> = output.steps.iter().map(|step| format!("{step:?}").to_lowercase()).collect();
                let steps = if steps.is_empty() { String::new() } else { format!(" ({})", steps.join(", ")) };
                let line = format!("{} -> {} {} x {}{steps}", record.source, output.path, output.width, output.height);
                self.bar.suspend(|| println_ignoring_a_closed_pipe(&line));
            }
        }
        let word = match record.outcome {
            Outcome::Written | Outcome::Unchanged => return,
            Outcome::Review => "review",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        };
        if !self.quiet {
            let message = record.message.as_deref().unwrap_or("");
            let missing: Vec<&str> = record.refused.iter().map(|refused| refused.preset.as_str()).collect();
            let missing = match (record.outcome, missing.as_slice()) {
                (Outcome::Review, [_, ..]) => format!(" (not written: {})", missing.join(", ")),
                _ => String::new(),
            };
            self.line(&format!("{}: {word}: {message}{missing}", printable(&record.source)));
        }
    }
}

/// One line on standard error. A closed standard error is nobody's loss.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// One line on standard output; `headshot presets | head` must not end in a panic.
pub fn println_ignoring_a_closed_pipe(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A name without the control characters that could move a terminal's cursor.
pub fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The last line of a run.
pub fn summary(tally: &Tally, output: &str, elapsed: Duration, dry_run: bool) -> String {
    let count = |number: usize, word: &str| (number > 0).then(|| format!("{number} {word}"));
    let parts: Vec<String> = [
        count(tally.written, "written"),
        count(tally.unchanged, "unchanged"),
        count(tally.review, "to review"),
        count(tally.refused, "refused"),
        count(tally.failed, "failed"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let plural = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let files = if dry_run {
        format!("{} would be written to {output}", plural(tally.files, "file"))
    } else {
        format!("{} in {output}", plural(tally.files, "file"))
    };
    let photos = plural(tally.photos(), "photo");
    let report = if tally.exit_code() == 0 || dry_run { String::new() } else { format!("; see {REPORT_NAME} there") };
    format!("headshot: {photos}: {}; {files}{report}, {:.1} s", parts.join(", "), elapsed.as_secs_f64())
}
