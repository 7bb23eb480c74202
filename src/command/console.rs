//! What a person sees of a run: the bar on a terminal, a line for each photo that is not simply written, the summary.

use super::log::{Log, printable, println_ignoring_a_closed_pipe};
use headshot::error::Reason;
use headshot::ledger::kept::Kept;
use headshot::progress::Progress;
use headshot::report::{Outcome, Record};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Prints to standard error, around the bar where there is one.
pub struct Console {
    bar: ProgressBar,
    log: Log,
    quiet: bool,
    dry_run: bool,
}

impl Console {
    /// A console for `photos` photos.
    pub fn new(log: Log, photos: usize, quiet: bool, no_progress: bool, dry_run: bool) -> Self {
        Self { bar: bar("photos", photos, quiet || no_progress), log, quiet, dry_run }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn photo(&self, source: &str, outcome: Outcome, reason: Option<&str>, message: &str) {
        if !self.quiet {
            self.bar.suspend(|| self.log.photo(source, outcome, reason, message));
        }
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

    fn kept(&self, _kept: &Kept) {
        self.0.inc(1);
    }
}

impl Progress for Console {
    fn done(&self, record: &Record) {
        self.bar.inc(1);
        if self.dry_run && !self.quiet {
            for output in &record.outputs {
                let steps: Vec<&str> = output.steps.iter().map(|step| step.code()).collect();
                let steps = if steps.is_empty() { String::new() } else { format!(" ({})", steps.join(", ")) };
                let line = format!(
                    "{} -> {} {} x {}{steps}",
                    printable(&record.source),
                    printable(&output.path),
                    output.width,
                    output.height
                );
                self.bar.suspend(|| println_ignoring_a_closed_pipe(&line));
            }
        }
        // Of photos that the roster leaves out there may be thousands; a person without a photo is told.
        let is_left_out = record.outcome == Outcome::Skipped && record.reason != Some(Reason::NoPhoto);
        if is_left_out || matches!(record.outcome, Outcome::Written | Outcome::Unchanged) {
            return;
        }
        let message = record.message.as_deref().unwrap_or("");
        let missing: Vec<&str> = record.refused.iter().map(|refused| refused.preset.as_str()).collect();
        let missing = match (record.outcome, missing.as_slice()) {
            (Outcome::Review, [_, ..]) => format!(" (not written: {})", missing.join(", ")),
            _ => String::new(),
        };
        let reason = record.reason.map(Reason::code);
        self.photo(&record.source, record.outcome, reason, &format!("{message}{missing}"));
    }

    fn kept(&self, kept: &Kept) {
        self.bar.inc(1);
        // What an earlier run told is not told again.
        if let Some(message) = &kept.message {
            self.photo(&kept.source, kept.outcome, Some(Reason::Edited.code()), message);
        }
    }
}
