//! The photos that a walk has found, in little memory.

use crate::error::Failure;
use std::borrow::Cow;
#[cfg(unix)]
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file to make headshots of. There may be a hundred thousand, so that it holds no more than it must.
#[derive(Clone)]
pub struct Source {
    names: Arc<Names>,
    name: Name,
    place: Arc<Place>,
}

/// Where a source is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// At its relative path below this input folder.
    Below(PathBuf),
    /// At its relative path below this folder, which is no input folder: the root or the current folder, of a listed
    /// path.
    From(PathBuf),
    /// Here.
    At(PathBuf),
    /// Here, and it cannot be read.
    Unreadable(PathBuf, Failure),
}

impl Source {
    /// The file at `path`, whose outputs and record are named after `relative`.
    #[must_use]
    pub fn at(relative: impl AsRef<Path>, path: impl AsRef<Path>) -> Self {
        let mut found = Found::default();
        found.push(relative.as_ref(), Arc::new(Place::At(path.as_ref().to_owned())));
        // One name is never too many.
        found.sorted().remove(0)
    }

    /// Sources that are all the file at `path` and have these `relatives`.
    pub(crate) fn all_at(relatives: impl Iterator<Item = PathBuf>, path: &Path) -> Vec<Self> {
        let mut names = Names::default();
        let listed: Vec<Name> = relatives.filter_map(|relative| names.push(&relative)).collect();
        let (names, place) = (Arc::new(names), Arc::new(Place::At(path.to_owned())));
        listed.into_iter().map(|name| Self { names: names.clone(), name, place: place.clone() }).collect()
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
            Place::Below(folder) | Place::From(folder) => folder.join(self.relative()).into(),
            Place::At(path) | Place::Unreadable(path, _) => path.as_path().into(),
        }
    }

    /// The input folder that [`Self::relative`] starts from, where there is one.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        match &*self.place {
            Place::Below(root) => Some(root),
            Place::From(_) | Place::At(_) | Place::Unreadable(..) => None,
        }
    }

    /// Why it cannot be read, where the walk knows that already. It may be a folder, of whose photos nothing is known.
    #[must_use]
    pub fn unreadable(&self) -> Option<&Failure> {
        match &*self.place {
            Place::Unreadable(_, why) => Some(why),
            Place::Below(_) | Place::From(_) | Place::At(_) => None,
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

/// What a walk comes upon.
#[derive(Default)]
pub(super) struct Found {
    names: Names,
    entries: Vec<(Name, Arc<Place>)>,
    /// Whether there was no room for all names.
    pub(super) is_full: bool,
}

impl Found {
    pub(super) fn push(&mut self, relative: &Path, place: Arc<Place>) {
        match self.names.push(relative) {
            Some(name) => self.entries.push((name, place)),
            None => self.is_full = true,
        }
    }

    /// The sources, sorted by their relative paths.
    pub(super) fn sorted(self) -> Vec<Source> {
        let names = Arc::new(self.names);
        let entries = self.entries.into_iter();
        let mut sources: Vec<Source> =
            entries.map(|(name, place)| Source { names: names.clone(), name, place }).collect();
        sources.sort_unstable_by(|one, other| {
            one.relative().cmp(other.relative()).then_with(|| one.path().cmp(&other.path()))
        });
        sources
    }
}
