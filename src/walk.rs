//! Folders, files and lists -> sources, in an order that does not depend on the file system.
//!
//! Hidden files and folders are left out, symbolic links are followed (a loop is a problem that is told, not a hang), the
//! output folder is never walked. What a file is, is told by its content later; here only files that are certainly not
//! photos are passed over, by extension.

use crate::error::Error;
use same_file::Handle;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// A file to make headshots of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Path below the input folder (or as listed), without `..` and without a root: names the outputs and the record.
    pub relative: PathBuf,
    /// Path to open.
    pub path: PathBuf,
}

/// One of the things the user pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Sentences about folders and links that could not be followed.
    pub problems: Vec<String>,
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
    let mut walked = Walked::default();
    for input in inputs {
        match input {
            Input::Path(path) => walk_path(path, output.as_ref(), &mut walked)?,
            Input::Listed(path) => walked.sources.push(Source { relative: kept_components(path), path: path.clone() }),
        }
    }
    walked.sources.sort();
    let mut seen = HashSet::new();
    walked.sources.retain(|source| {
        // The same file through a folder and by name is one source. Links to one file under two names are two.
        let absolute = std::path::absolute(&source.path).unwrap_or_else(|_| source.path.clone());
        seen.insert(absolute)
    });
    Ok(walked)
}

fn walk_path(path: &Path, output: Option<&Handle>, walked: &mut Walked) -> Result<(), Error> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::fatal(path, "there is no such file or folder; check the path"),
        _ => Error::fatal(path, format!("cannot be opened: {error}")),
    })?;
    if !metadata.is_dir() {
        let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
        walked.sources.push(Source { relative, path: path.to_owned() });
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
    let entries = WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !(is_hidden(entry) || (output.is_some() && is_output(entry))));
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_file() && !is_no_photo(entry.path()) => {
                let relative = entry.path().strip_prefix(path).unwrap_or(entry.path()).to_owned();
                walked.sources.push(Source { relative, path: entry.into_path() });
            }
            Ok(_) => {}
            Err(error) => walked.problems.push(problem(&error)),
        }
    }
    Ok(())
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
            Some(io) => format!("{path}: cannot be read: {io}"),
            None => format!("{path}: cannot be read"),
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
        walked.sources.iter().filter_map(|source| source.relative.to_str()).collect()
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
        assert_eq!(walked.problems.len(), 1);
    }
}
