//! Folders, files and lists -> sources, in an order that does not depend on the file system.
//!
//! Hidden files and folders are left out, symbolic links are followed (a link back to where the walk has been is
//! reported and not followed), the output folder is never walked. A folder or link that cannot be read is a source too:
//! its record says so. What a file is, is decided later by its content; here only files that are certainly not photos
//! are passed over, by their names ([`Rules`]).

mod list;
mod listed;
mod once;
mod rules;
mod source;

pub use list::list;
pub(crate) use once::{RealFolders, target};
pub use rules::{Rules, Why};
pub use source::Source;

use crate::error::{Error, Failure, Reason};
use crate::names::shown;
use crate::regular_file::other_kind;
use listed::{Spot, Spots};
use rules::Verdict;
use same_file::Handle;
use source::{Found, Place};
use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// One of the things the user pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A path from the command line: a folder is walked, a file stands for itself.
    Path(PathBuf),
    /// A path from a list: a file or a folder to walk, whose folders are kept in the output.
    Listed(PathBuf),
}

/// How inputs are walked.
#[derive(Clone, Debug, Default)]
pub struct Walk<'a> {
    /// The output folder, which is not walked.
    pub output: Option<&'a Path>,
    /// The folder that listed paths are relative to; `None` to keep them as they are.
    pub root: Option<&'a Path>,
    /// What is left out.
    pub rules: Rules,
    /// Whether [`Walked::ignored`] has names, not only a count.
    pub names_ignored: bool,
}

/// All sources, and what is to be told of the walk.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Walked {
    /// Sorted by `relative`, each file once.
    pub sources: Vec<Source>,
    /// Sentences about links back to where the walk has been, sorted.
    pub notes: Vec<String>,
    /// Folders of the command line that were walked.
    pub roots: Vec<PathBuf>,
    /// Whether something could not be read, so that photos may be missing from `sources` that are there. A link back to
    /// where the walk has been hides none.
    pub is_incomplete: bool,
    /// What was left out by the rules.
    pub ignored: Ignored,
}

/// What was left out by the rules.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Ignored {
    /// How many files and folders; what a folder holds is not counted.
    pub count: usize,
    /// Which, and why, sorted; empty where names were not asked for.
    pub names: Vec<(PathBuf, Why)>,
}

/// Finds all sources in `inputs`; `output` is not walked.
///
/// # Errors
/// As [`Walk::over`].
pub fn walk(inputs: &[Input], output: &Path) -> Result<Walked, Error> {
    Walk { output: Some(output), ..Walk::default() }.over(inputs.iter().cloned().map(Ok))
}

impl Walk<'_> {
    /// Finds all sources in `inputs`, which are taken one by one: of a list, only what becomes of its lines is held in
    /// memory.
    ///
    /// # Errors
    /// Those of `inputs`; [`Error::Fatal`] where an input from the command line does not exist or cannot be opened,
    /// [`Error::Usage`] where the output folder is an input folder.
    pub fn over(&self, inputs: impl IntoIterator<Item = Result<Input, Error>>) -> Result<Walked, Error> {
        let mut walker = Walker {
            ask: self,
            output: self.output.and_then(|output| Handle::from_path(output).ok()),
            real_output: self.output.and_then(|output| output.canonicalize().ok()),
            spots: Spots::below(self.root)?,
            folders: RealFolders::default(),
            walked: Walked::default(),
            found: Found::default(),
            may_repeat: false,
        };
        for (number, input) in inputs.into_iter().enumerate() {
            walker.may_repeat |= number > 0;
            match input? {
                Input::Path(path) => walker.named(&path)?,
                Input::Listed(path) => walker.listed(&path),
            }
        }
        let Walker { mut walked, found, may_repeat, .. } = walker;
        if found.is_full {
            walked.notes.push("there are more photos than one run can name; walk the folders one by one".to_owned());
            walked.is_incomplete = true;
        }
        walked.sources = found.sorted();
        walked.notes.sort_unstable();
        walked.ignored.names.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if may_repeat {
            once::once(&mut walked.sources);
        }
        walked.sources.shrink_to_fit();
        Ok(walked)
    }
}

/// A walk under way.
struct Walker<'a> {
    ask: &'a Walk<'a>,
    output: Option<Handle>,
    real_output: Option<PathBuf>,
    spots: Spots,
    folders: RealFolders,
    walked: Walked,
    found: Found,
    /// Whether a file may be reached twice: by two inputs, or by a link.
    may_repeat: bool,
}

impl Walker<'_> {
    /// A path of the command line.
    fn named(&mut self, path: &Path) -> Result<(), Error> {
        let metadata = std::fs::metadata(path).map_err(|error| {
            let message = match error.kind() {
                io::ErrorKind::NotFound => "there is no such file or folder; check the path".to_owned(),
                _ => format!("cannot be opened: {error}; let this user read it, or leave it out"),
            };
            Error::fatal(path, message).caused_by(error)
        })?;
        if metadata.is_dir() {
            if self.output.is_some() && self.is_output(path) {
                let other = path.join("headshots");
                return Err(Error::usage(format!(
                    "{}: the output folder is the input folder; name another with -o, for example -o {}",
                    shown(path),
                    shown(other)
                )));
            }
            self.walked.roots.push(path.to_owned());
            self.folder(path, Path::new(""), Some(&Arc::new(Place::Below(path.to_owned()))));
            return Ok(());
        }
        if let Some(kind) = other_kind(&metadata) {
            return Err(Error::fatal(path, format!("is {kind}, not a photo or a folder; name a file")));
        }
        let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
        self.found.push(&relative, Arc::new(Place::At(path.to_owned())));
        Ok(())
    }

    /// A path of a list. One that is not there is a source: whoever opens it says so.
    fn listed(&mut self, path: &Path) {
        let Spot { path, relative, place, is_below } = match self.spots.of(path) {
            Ok(spot) => spot,
            Err((relative, why)) => return self.unreadable(&relative, path, why),
        };
        let metadata = std::fs::metadata(&path);
        let is_folder = metadata.as_ref().is_ok_and(Metadata::is_dir);
        match self.ask.rules.of_listed(&relative, is_folder, is_below) {
            Verdict::PassOver => return,
            Verdict::Ignore(why) => return self.ignore(&path, why),
            Verdict::Take => {}
        }
        if is_folder {
            if self.output.is_some() && self.is_output(&path) {
                return;
            }
            return self.folder(&path, &relative, place.as_ref());
        }
        if let Some(output) = &self.real_output
            && self.folders.place(&path).is_some_and(|place| place.starts_with(output))
        {
            return self.ignore(&path, Why::Output);
        }
        match metadata.ok().as_ref().and_then(other_kind) {
            Some(kind) => self.unreadable(&relative, &path, not_a_photo(kind)),
            None => self.push(&relative, &path, place.as_ref()),
        }
    }

    /// Walks `folder`, whose own name is `prefix`; `place` is what these names start from.
    fn folder(&mut self, folder: &Path, prefix: &Path, place: Option<&Arc<Place>>) {
        let named = |path: &Path| match path.strip_prefix(folder) {
            Ok(below) => prefix.join(below),
            Err(_) => kept_components(path),
        };
        let mut entries = WalkDir::new(folder).follow_links(true).into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder);
                    self.trouble(path, &named(path), &error);
                    continue;
                }
            };
            if entry.depth() == 0 {
                continue;
            }
            let (path, kind) = (entry.path(), entry.file_type());
            let relative = named(path);
            self.may_repeat |= entry.path_is_symlink();
            let verdict = self.ask.rules.of(&relative, kind.is_dir());
            if let Verdict::Ignore(why) = verdict {
                self.ignore(path, why);
            }
            if kind.is_dir() {
                if verdict != Verdict::Take || self.output.is_some() && self.is_output(path) {
                    entries.skip_current_dir();
                }
            } else if verdict == Verdict::Take {
                let metadata = if kind.is_file() { None } else { std::fs::metadata(path).ok() };
                match metadata.as_ref().and_then(other_kind) {
                    Some(kind) => self.unreadable(&relative, path, not_a_photo(kind)),
                    None => self.push(&relative, path, place),
                }
            }
        }
    }

    fn push(&mut self, relative: &Path, path: &Path, place: Option<&Arc<Place>>) {
        let place = place.cloned().unwrap_or_else(|| Arc::new(Place::At(path.to_owned())));
        self.found.push(relative, place);
    }

    /// What the walk cannot look into. What would not have been looked into anyway is no trouble.
    fn trouble(&mut self, path: &Path, relative: &Path, error: &walkdir::Error) {
        if let Some(ancestor) = error.loop_ancestor() {
            let note = format!("{}: is a link back to {}; not followed", shown(path), shown(ancestor));
            return self.walked.notes.push(note);
        }
        let is_folder = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
        match self.ask.rules.of(relative, is_folder) {
            Verdict::Take => {}
            Verdict::PassOver => return,
            Verdict::Ignore(why) => return self.ignore(path, why),
        }
        let said = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        let why = match std::fs::read_link(path) {
            Ok(target) if !is_folder => Failure::new(
                Reason::Unreadable,
                format!("the link to {} leads to nothing that can be read: {said}", shown(target)),
            )
            .advised("mend or remove it, and run this again"),
            _ if is_folder => Failure::new(Reason::Unreadable, format!("the folder cannot be read: {said}"))
                .advised("let this user read it, and run this again for what is in it"),
            _ => Failure::new(Reason::Unreadable, format!("it cannot be read: {said}")).advised("run this again"),
        };
        self.unreadable(relative, path, why);
    }

    fn unreadable(&mut self, relative: &Path, path: &Path, why: Failure) {
        // A folder that was named is where names start from, and has none itself.
        let whole = absolute(path);
        let own = whole.file_name().map_or(Path::new("."), Path::new);
        let relative = if relative.as_os_str().is_empty() { own } else { relative };
        self.walked.is_incomplete = true;
        self.found.push(relative, Arc::new(Place::Unreadable(path.to_owned(), why)));
    }

    fn ignore(&mut self, path: &Path, why: Why) {
        self.walked.ignored.count += 1;
        if self.ask.names_ignored {
            self.walked.ignored.names.push((path.to_owned(), why));
        }
    }

    fn is_output(&self, folder: &Path) -> bool {
        Handle::from_path(folder).ok() == self.output
    }
}

fn not_a_photo(kind: &str) -> Failure {
    Failure::new(Reason::Unreadable, format!("it is {kind}, not a photo")).advised("leave it out")
}

/// `folder` from the root of the file system on, without a slash at its end: the same folder by whatever way it was
/// written, but for links.
#[must_use]
pub fn absolute(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).components().collect()
}

fn is_name(part: Component<'_>) -> bool {
    matches!(part, Component::Normal(_))
}

/// The parts of a listed path that may name an output: no root, no `.`, no `..`.
fn kept_components(path: &Path) -> PathBuf {
    path.components().filter(|part| is_name(*part)).collect()
}

#[cfg(test)]
mod tests;
