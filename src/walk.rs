//! Folders, files and lists -> sources, in an order that does not depend on the file system.
//!
//! Hidden files and folders are left out, symbolic links are followed (a loop is a problem that is told, not a hang),
//! the output folder is never walked. What a file is, is told by its content later; here only files that are certainly
//! not photos are passed over, by extension.

use crate::error::Error;
use same_file::Handle;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// A file to make headshots of. There may be a hundred thousand, so that it holds no more than it must.
#[derive(Clone)]
pub struct Source {
    names: Arc<Names>,
    name: Name,
    place: Arc<Place>,
}

/// Where a source lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// At its relative path below this input folder.
    Below(PathBuf),
    /// Here.
    At(PathBuf),
}

impl Source {
    /// The file at `path`, whose outputs and record are named after `relative`.
    #[must_use]
    pub fn at(relative: impl AsRef<Path>, path: impl AsRef<Path>) -> Self {
        let mut names = Names::default();
        // One name is never too many.
        let name = names.push(relative.as_ref()).unwrap_or_default();
        Self { names: Arc::new(names), name, place: Arc::new(Place::At(path.as_ref().to_owned())) }
    }

    /// Path below the input folder (or as listed), without `..` and without a root: names the outputs and the record.
    #[must_use]
    pub fn relative(&self) -> &Path {
        self.names.get(self.name)
    }

    /// Path to open.
    #[must_use]
    pub fn path(&self) -> Cow<'_, Path> {
        match &*self.place {
            Place::Below(root) => root.join(self.relative()).into(),
            Place::At(path) => path.as_path().into(),
        }
    }

    /// The folder that was walked, where the file was found so.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        match &*self.place {
            Place::Below(root) => Some(root),
            Place::At(_) => None,
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.relative() == other.relative() && self.place == other.place
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.path().display(), self.relative().display())
    }
}

/// The relative paths of all sources of a walk, end to end: each in memory of its own would take twice as much.
#[derive(Default)]
struct Names(#[cfg(unix)] Vec<u8>, #[cfg(not(unix))] Vec<Box<Path>>);

/// A path in [`Names`]: where it begins, and its length. Where paths are not kept as bytes, its index.
#[derive(Clone, Copy, Default)]
struct Name(u32, u32);

#[cfg(unix)]
impl Names {
    /// Adds `path`; `None` where there are more than 4 GB of names.
    fn push(&mut self, path: &Path) -> Option<Name> {
        use std::os::unix::ffi::OsStrExt;
        let bytes = path.as_os_str().as_bytes();
        let name = Name(u32::try_from(self.0.len()).ok()?, u32::try_from(bytes.len()).ok()?);
        self.0.extend_from_slice(bytes);
        Some(name)
    }

    fn get(&self, Name(start, length): Name) -> &Path {
        use std::os::unix::ffi::OsStrExt;
        let (start, length) = (start as usize, length as usize);
        Path::new(OsStr::from_bytes(self.0.get(start..start + length).unwrap_or_default()))
    }
}

#[cfg(not(unix))]
impl Names {
    /// Adds `path`; `None` where there are more than 4 billion names.
    fn push(&mut self, path: &Path) -> Option<Name> {
        let name = Name(u32::try_from(self.0.len()).ok()?, 0);
        self.0.push(path.into());
        Some(name)
    }

    fn get(&self, Name(index, _): Name) -> &Path {
        self.0.get(index as usize).map_or(Path::new(""), |path| path)
    }
}

/// One of the things the user pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A path from the command line: a folder is walked, a file stands for itself.
    Path(PathBuf),
    /// A path from a list: a file, whose folders are kept in the output.
    Listed(PathBuf),
}

/// All sources, and what could not be looked at.
#[derive(Debug, Default)]
pub struct Walked {
    /// Sorted by `relative`, each file once.
    pub sources: Vec<Source>,
    /// Sentences about folders and links that could not be followed, sorted.
    pub problems: Vec<String>,
    /// Folders that were walked.
    pub roots: Vec<PathBuf>,
    /// Whether something could not be read, so that photos may be missing from `sources` that are there. A link back to
    /// where the walk has been hides none.
    pub is_incomplete: bool,
}

/// Extensions of files that lie beside photos and are none: passed over in folders, tried where named outright.
const NOT_PHOTOS: &[&str] = &[
    "aae", "avi", "cfg", "csv", "db", "htm", "html", "ini", "json", "jsonl", "lnk", "log", "m4v", "md", "mov", "mp3",
    "mp4", "mts", "pdf", "sha256", "sqlite", "toml", "txt", "url", "wav", "xls", "xlsx", "xml", "xmp", "yaml", "yml",
    "zip",
];

/// Finds all sources in `inputs`; `output` is not walked.
///
/// # Errors
/// [`Error::Fatal`] where an input from the command line does not exist or cannot be opened, [`Error::Usage`] where the
/// output folder is an input folder.
pub fn walk(inputs: &[Input], output: &Path) -> Result<Walked, Error> {
    let output = Handle::from_path(output).ok();
    let (mut walked, mut found) = (Walked::default(), Found::default());
    for input in inputs {
        match input {
            Input::Path(path) => walk_path(path, output.as_ref(), &mut walked, &mut found)?,
            Input::Listed(path) => found.push(&kept_components(path), Arc::new(Place::At(path.clone()))),
        }
    }
    if found.is_full {
        walked.problems.push("there are more photos than one run can name; walk the folders one by one".to_owned());
        walked.is_incomplete = true;
    }
    walked.sources = found.sorted();
    walked.problems.sort_unstable();
    if inputs.len() > 1 {
        // The same file through a folder and by name is one source. Links to one file under two names are two. Of each
        // path the hash is enough: in 32 bytes no two meet.
        let mut seen = HashSet::new();
        walked.sources.retain(|source| {
            let path = source.path();
            let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.into_owned());
            seen.insert(blake3::hash(absolute.as_os_str().as_encoded_bytes()))
        });
    }
    walked.sources.shrink_to_fit();
    Ok(walked)
}

/// What a walk comes upon.
#[derive(Default)]
struct Found {
    names: Names,
    entries: Vec<(Name, Arc<Place>)>,
    is_full: bool,
}

impl Found {
    fn push(&mut self, relative: &Path, place: Arc<Place>) {
        match self.names.push(relative) {
            Some(name) => self.entries.push((name, place)),
            None => self.is_full = true,
        }
    }

    /// The sources, sorted by their relative paths.
    fn sorted(self) -> Vec<Source> {
        let Self { names, mut entries, .. } = self;
        entries.sort_unstable_by(|(one, here), (other, there)| {
            names.get(*one).cmp(names.get(*other)).then_with(|| here.cmp(there))
        });
        let names = Arc::new(names);
        entries.into_iter().map(|(name, place)| Source { names: names.clone(), name, place }).collect()
    }
}

fn walk_path(path: &Path, output: Option<&Handle>, walked: &mut Walked, found: &mut Found) -> Result<(), Error> {
    let metadata = std::fs::metadata(path).map_err(|error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder; check the path".to_owned(),
            _ => format!("cannot be opened: {error}; let this user read it, or leave it out"),
        };
        Error::fatal(path, message).caused_by(error)
    })?;
    if !metadata.is_dir() {
        let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
        found.push(&relative, Arc::new(Place::At(path.to_owned())));
        return Ok(());
    }
    if output.is_some() && Handle::from_path(path).ok().as_ref() == output {
        return Err(Error::usage(format!(
            "{}: the output folder is the input folder; name another with -o, for example -o {}",
            path.display(),
            path.join("headshots").display()
        )));
    }
    let is_output =
        |entry: &DirEntry| entry.file_type().is_dir() && Handle::from_path(entry.path()).ok().as_ref() == output;
    let root = Arc::new(Place::Below(path.to_owned()));
    walked.roots.push(path.to_owned());
    let entries = WalkDir::new(path)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !(is_hidden(entry) || (output.is_some() && is_output(entry))));
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_file() && !is_no_photo(entry.path()) => {
                match entry.path().strip_prefix(path) {
                    Ok(relative) => found.push(relative, root.clone()),
                    Err(_) => found.push(&kept_components(entry.path()), Arc::new(Place::At(entry.path().to_owned()))),
                }
            }
            Ok(_) => {}
            Err(error) => {
                walked.is_incomplete |= error.loop_ancestor().is_none();
                walked.problems.push(problem(&error));
            }
        }
    }
    Ok(())
}

/// `folder` from the root of the file system on, without a slash at its end: the same folder by whatever way it was
/// written, but for links.
#[must_use]
pub fn absolute(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).components().collect()
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_no_photo(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or("").to_ascii_lowercase();
    NOT_PHOTOS.contains(&extension.as_str())
}

fn problem(error: &walkdir::Error) -> String {
    let path = error.path().unwrap_or(Path::new("")).display();
    match error.loop_ancestor() {
        Some(ancestor) => format!("{path}: is a link back to {}; not followed", ancestor.display()),
        None => match error.io_error() {
            Some(io) => format!("{path}: cannot be read: {io}; mend that, and run this again for what is in it"),
            None => format!("{path}: cannot be read; mend that, and run this again for what is in it"),
        },
    }
}

/// The parts of a listed path that may name an output: no root, no `.`, no `..`.
fn kept_components(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn relatives(walked: &Walked) -> Vec<&str> {
        walked.sources.iter().filter_map(|source| source.relative().to_str()).collect()
    }

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temp folder");
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("created");
            fs::write(path, "x").expect("written");
        }
        root
    }

    #[test]
    fn folders_are_walked_in_order_without_hidden_files_notes_and_the_output() {
        let root = tree(&["b.jpg", "a/z.png", ".hidden/x.jpg", ".y.jpg", "notes.txt", "no-extension", "out/old.jpg"]);
        let inputs = [Input::Path(root.path().to_owned()), Input::Path(root.path().join("b.jpg"))];
        let walked = walk(&inputs, &root.path().join("out")).expect("walks");
        assert_eq!(relatives(&walked), ["a/z.png", "b.jpg", "no-extension"]);
    }

    /// A hundred thousand sources are 5 MB.
    #[test]
    fn a_source_is_small() {
        assert!(size_of::<Source>() <= 24);
    }

    #[test]
    fn a_listed_path_keeps_its_folders_but_no_way_out() {
        let inputs = [Input::Listed("../shoot/./ana.jpg".into()), Input::Listed("/srv/ben.jpg".into())];
        let walked = walk(&inputs, Path::new("out")).expect("lists are not looked at");
        assert_eq!(relatives(&walked), ["shoot/ana.jpg", "srv/ben.jpg"]);
    }

    #[test]
    fn a_missing_input_and_an_output_on_the_input_are_errors() {
        let root = tree(&["a.jpg"]);
        let missing = walk(&[Input::Path(root.path().join("none"))], Path::new("out")).expect_err("missing");
        assert_eq!(missing.exit_code(), 1);
        let same = walk(&[Input::Path(root.path().to_owned())], root.path()).expect_err("the same folder");
        assert_eq!(same.exit_code(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_back_is_told_and_not_followed() {
        let root = tree(&["a/x.jpg"]);
        std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).expect("linked");
        let walked = walk(&[Input::Path(root.path().to_owned())], Path::new("out")).expect("walks");
        assert_eq!(relatives(&walked), ["a/x.jpg"]);
        assert_eq!((walked.problems.len(), walked.is_incomplete), (1, false));
        std::os::unix::fs::symlink(root.path().join("nowhere"), root.path().join("a/dangling")).expect("linked");
        let walked = walk(&[Input::Path(root.path().to_owned())], Path::new("out")).expect("walks");
        assert_eq!((walked.problems.len(), walked.is_incomplete), (2, true));
    }
}
