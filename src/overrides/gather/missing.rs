//! Names in files of overrides that no photo of the run has: whether that is a mistake, and what was meant.

use super::{File, SIDECAR_EXTENSION, folders};
use crate::photo::EXTENSIONS;
use crate::spelling::{Index, folded, question};
use crate::walk::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What is asked about `photo`, which `file` names and no photo of the run is called; `None` where it is elsewhere, or
/// may be.
pub(super) fn missing(file: &File, photo: &Path, index: &Index<'_>, roots: &Roots, disk: &mut Disk) -> Option<String> {
    // A photo that is there and no part of this run is no mistake: `headshot shoot/ana.jpg` is about one of many.
    let is_there = match &file.folder {
        Some(folder) => disk.has(&folder.join(photo)),
        None => roots.all.iter().any(|root| disk.has(&root.join(photo))),
    };
    if is_there {
        return None;
    }
    // Whether the photo would be in this run. A file beside the photos says so of its own folder.
    let parent = photo.parent().unwrap_or(Path::new(""));
    let is_covered = file.folder.is_some() || roots.walked.iter().any(|root| root.join(parent).is_dir());
    let below = |path: &Path| match &file.folder {
        Some(folder) => path.strip_prefix(folder).ok().map(Path::to_owned),
        None => None,
    };
    let name = |candidate: usize| {
        let source = index.sources().get(candidate)?;
        if file.folder.is_some() { below(&source.path()) } else { Some(source.relative().to_owned()) }
    };
    let is_free = |candidate: usize| name(candidate).is_some_and(|name| !file.photos.contains_key(&name));
    let likely = index.likely(&photo.to_string_lossy(), is_covered, is_free);
    if likely.is_empty() && !is_covered {
        return None;
    }
    Some(question(likely.into_iter().filter_map(name).map(|name| name.display().to_string())))
}

/// The input folders.
pub(super) struct Roots {
    /// Of all photos, also of those named outright or in a list.
    all: BTreeSet<PathBuf>,
    /// Those in which all photos were looked for.
    walked: BTreeSet<PathBuf>,
}

impl Roots {
    pub(super) fn of(sources: &[Source]) -> Self {
        let mut roots = Self { all: BTreeSet::new(), walked: BTreeSet::new() };
        for source in sources {
            let path = source.path();
            if let Some(root) = folders(&path, source.relative()).last()
                && !roots.all.contains(root)
            {
                roots.all.insert(root.to_owned());
            }
            if let Some(root) = source.root().filter(|root| !roots.walked.contains(*root)) {
                roots.walked.insert(root.to_owned());
            }
        }
        roots
    }
}

/// Which files there are in folders, each read once.
#[derive(Default)]
pub(super) struct Disk(BTreeMap<PathBuf, BTreeSet<String>>);

impl Disk {
    /// Whether there is a file at `path`, in any spelling of its name.
    fn has(&mut self, path: &Path) -> bool {
        let path = if path.to_str().is_some_and(|path| path.contains('\\')) && !path.exists() {
            PathBuf::from(path.to_string_lossy().replace('\\', "/"))
        } else {
            path.to_owned()
        };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        if !self.0.contains_key(folder) {
            let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
            self.0.insert(folder.to_owned(), entries.map(|entry| folded(Path::new(&entry.file_name()))).collect());
        }
        self.0.get(folder).is_some_and(|names| names.contains(&folded(Path::new(name))))
    }
}

/// A warning for each sidecar in `folder` whose photo is not there.
pub(super) fn forsaken_sidecars(folder: &Path, index: &Index<'_>) -> Vec<String> {
    let is_photo = |name: &Path| {
        let extension = name.extension().and_then(OsStr::to_str).unwrap_or("").to_ascii_lowercase();
        EXTENSIONS.iter().any(|(known, _)| *known == extension)
    };
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut forsaken: Vec<PathBuf> = std::fs::read_dir(place)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| folder.join(entry.file_name()))
        .filter(|path| path.extension() == Some(OsStr::new(SIDECAR_EXTENSION)))
        .filter(|path| is_photo(&path.with_extension("")) && !path.with_extension("").exists())
        .collect();
    forsaken.sort();
    let warning = |path: &PathBuf| {
        let photo = path.with_extension("");
        let name = photo.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = |candidate: usize| {
            let source = index.sources().get(candidate).map(Source::path);
            source.filter(|source| source.parent() == Some(folder)).map(|source| source.into_owned())
        };
        let likely = index.likely(&name, false, |candidate| beside(candidate).is_some());
        let names =
            likely.into_iter().filter_map(|candidate| Some(beside(candidate)?.file_name()?.display().to_string()));
        format!("{}:1: there is no photo \"{name}\" beside these overrides{}", path.display(), question(names))
    };
    forsaken.iter().map(warning).collect()
}
