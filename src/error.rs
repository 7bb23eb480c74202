//! What can go wrong: [`Error`] stops the run, [`Failure`] is about one photo and never does.
//!
//! What is printed says what happened, to which path, and what to do next. It is one sentence or two, starts with a
//! lower-case letter (it follows "headshot: " or a path), names flags as they are typed, and never shows a type's name.
//!
//! A [`Failure`] has the two apart: its [`message`](Failure::message) says what happened and is for everybody, its
//! [`advice`](Failure::advice) says what to do next and is for people at a command line.

mod reason;

pub use reason::Reason;

use crate::names::shown;
use std::any::Any;
use std::fmt;
use std::path::PathBuf;

/// Why one photo failed. It becomes a line of the report; the run goes on.
///
/// ```
/// use headshot::error::{Failure, Reason};
///
/// let failure = Failure::new(Reason::SeveralPeople, "3 people are in the photo").advised("crop it to one");
/// assert_eq!(failure.message, "3 people are in the photo");
/// assert_eq!(failure.sentence(), "3 people are in the photo; crop it to one");
/// assert_eq!(failure.to_string(), "several-people: 3 people are in the photo; crop it to one");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The stable word.
    pub reason: Reason,
    /// What happened, for a person. It names no flag of the command line and does not repeat the path.
    pub message: String,
    /// What to do next, in the words of the command line: it may name flags as they are typed. A program whose users
    /// have no command line shows them [`Self::message`], and says what to do in words of its own, by
    /// [`Self::reason`].
    pub advice: Option<String>,
    /// What stands between the two in a sentence.
    joint: &'static str,
}

impl Failure {
    /// A failure for which nothing is advised.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), advice: None, joint: "; " }
    }

    /// The same with `advice`, behind that which is there already.
    #[must_use]
    pub fn advised(self, advice: impl Into<String>) -> Self {
        self.joined("; ", advice)
    }

    /// As [`Self::advised`], for sentences that are put together by another `joint` than a semicolon.
    pub(crate) fn joined(self, joint: &'static str, advice: impl Into<String>) -> Self {
        match self.advice {
            Some(before) => Self { advice: Some(before + joint + &advice.into()), ..self },
            None => Self { advice: Some(advice.into()), joint, ..self },
        }
    }

    /// What happened and what to do next, as in the report.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{}{}{advice}", self.message, self.joint),
            None => self.message.clone(),
        }
    }

    /// The program's own failure, `what` being of use to those who mend it.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(Reason::Internal, format!("the program failed on this photo ({what})"))
            .advised("please report it, with the photo if you can")
    }

    /// The failure for a panic that was caught, with its message.
    #[must_use]
    pub fn of_panic(panic: &(dyn Any + Send)) -> Self {
        Self::internal(panic_message(panic))
    }
}

/// What a panic said, by its payload.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.sentence())
    }
}

impl std::error::Error for Failure {}

/// The error of the system or of a library that an [`Error`] comes from.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the whole run stops.
///
/// Where it comes from another error, as that of a file that cannot be read, [`std::error::Error::source`] is that one;
/// the message tells already what it says.
///
/// ```
/// use headshot::preset::Preset;
/// use std::error::Error;
/// use std::{io, path::Path};
///
/// let error = Preset::read(Path::new("no such folder/door.toml")).expect_err("it is not there");
/// let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
/// assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::NotFound));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The command line or a preset is wrong: exit code 2. Nothing was written.
    #[non_exhaustive]
    Usage {
        /// What is wrong, where, and what to do next.
        message: String,
        /// What it comes from: an [`std::io::Error`], or that of the reader of a preset file.
        source: Option<Cause>,
    },
    /// Another run has the output folder: exit code 75.
    Locked(PathBuf),
    /// Something the run needs is missing or broken: exit code 1.
    #[non_exhaustive]
    Fatal {
        /// What happened and what to do next.
        message: String,
        /// Where, if there is one place.
        path: Option<PathBuf>,
        /// What it comes from: an [`std::io::Error`], or that of the ledger's database, of the reader of a report, or
        /// of whoever starts threads.
        source: Option<Cause>,
    },
}

impl Error {
    /// A usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), source: None }
    }

    /// The usage error for all mistakes in `what`, each in a line that says where it is.
    #[must_use]
    pub fn mistakes(what: &str, mut lines: Vec<String>) -> Self {
        if lines.len() == 1 {
            return Self::usage(lines.remove(0));
        }
        let count = lines.len();
        let listed = cut_short(lines, "").join("\n  ");
        Self::usage(format!("{count} mistakes in {what}; nothing was written:\n  {listed}"))
    }

    /// A fatal error about `path`.
    pub fn fatal(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self::Fatal { message: message.into(), path: Some(path.into()), source: None }
    }

    /// A fatal error that is about no file.
    pub fn fatal_anywhere(message: impl Into<String>) -> Self {
        Self::Fatal { message: message.into(), path: None, source: None }
    }

    /// The same, which comes from `cause`. The message tells already what that says: it is kept for programs that ask
    /// for its kind. [`Self::Locked`] has no cause.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        match &mut self {
            Self::Usage { source, .. } | Self::Fatal { source, .. } => *source = Some(cause.into()),
            Self::Locked(_) => {}
        }
        self
    }

    /// The exit code, as in the README's table.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            Self::Fatal { .. } => 1,
            // EX_TEMPFAIL of sysexits.h: try again later.
            Self::Locked(_) => 75,
        }
    }
}

/// Lines of a list that a message has before the rest is only counted: what a terminal shows at once.
const LISTED: usize = 20;

/// The first of `lines`, and how many more of `what` there are.
#[must_use]
pub fn cut_short(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(LISTED);
    if more > 0 {
        lines.truncate(LISTED);
        lines.push(format!("and {more} more {what}").trim_end().to_owned());
    }
    lines
}

/// The line, from 1, on which the byte at `offset` of `text` is.
pub(crate) fn line_of(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|&&byte| byte == b'\n').count()
}

/// Where the lines of a text end, for the lines of many places in it: [`line_of`] looks through the text for each.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &[u8]) -> Self {
        Self(text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect())
    }

    /// As [`line_of`].
    pub(crate) fn line(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|end| *end < offset)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { message, .. } | Self::Fatal { message, path: None, .. } => f.write_str(message),
            Self::Locked(path) => write!(
                f,
                "{}: another run is writing to this output folder; wait for it or choose another with -o",
                shown(path)
            ),
            Self::Fatal { message, path: Some(path), .. } => write!(f, "{}: {message}", shown(path)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Usage { source, .. } | Self::Fatal { source, .. } => {
                source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
            }
            Self::Locked(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_short_and_counted() {
        let lines = |count: usize| -> Vec<String> { (0..count).map(|number| number.to_string()).collect() };
        assert_eq!(cut_short(lines(LISTED), "files"), lines(LISTED));
        let cut = cut_short(lines(LISTED + 3), "files");
        assert_eq!((cut.len(), cut.last().map(String::as_str)), (LISTED + 1, Some("and 3 more files")));
        assert_eq!(Error::mistakes("x", lines(1)).to_string(), "0");
        assert_eq!(Error::mistakes("x", lines(2)).to_string(), "2 mistakes in x; nothing was written:\n  0\n  1");
        assert!(Error::mistakes("x", lines(25)).to_string().ends_with("\n  19\n  and 5 more"));
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!([0, 1, 2, 3, 99].map(|offset| line_of(b"a\nb\n", offset)), [1, 1, 2, 2, 3]);
        assert_eq!([0, 1, 2, 3, 99].map(|offset| Lines::of(b"a\nb\n").line(offset)), [1, 1, 2, 2, 3]);
    }
}
