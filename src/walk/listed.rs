//! Where listed paths are, and what they are called.

use super::source::Place;
use super::{absolute, is_name, kept_components};
use crate::error::{Error, Failure, Reason};
use crate::names::shown;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Where a listed path is.
pub(super) struct Spot {
    pub(super) path: PathBuf,
    pub(super) relative: PathBuf,
    /// What `relative` starts from; `None` where `path` cannot be put together of the two.
    pub(super) place: Option<Arc<Place>>,
    /// Whether all folders of `relative` are below the folder of the list.
    pub(super) is_below: bool,
}

/// The folder that listed paths are relative to.
struct Root {
    /// As it was given.
    folder: PathBuf,
    /// Absolute, with links and without.
    absolute: [PathBuf; 2],
    place: Arc<Place>,
}

impl Root {
    fn new(folder: &Path) -> Result<Self, Error> {
        let wrong = |what: String| Error::usage(format!("--root {}: {what}; name a folder", shown(folder)));
        let real = folder.canonicalize().map_err(|error| wrong(format!("it cannot be opened: {error}")))?;
        if !real.is_dir() {
            return Err(wrong("it is not a folder".to_owned()));
        }
        let place = Arc::new(Place::Below(folder.to_owned()));
        Ok(Self { folder: folder.to_owned(), absolute: [absolute(folder), real], place })
    }

    /// `path`, which starts from the current folder, as a path below this one.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let whole = absolute(path);
        let below = self.absolute.iter().find_map(|root| whole.strip_prefix(root).ok())?;
        below.components().all(is_name).then(|| below.to_owned())
    }
}

/// Finds listed paths.
pub(super) struct Spots {
    root: Option<Root>,
    from_here: Arc<Place>,
    from_top: Arc<Place>,
}

impl Spots {
    /// Paths are relative to `root`; without one they stay as they are.
    ///
    /// # Errors
    /// [`Error::Usage`] where `root` is no folder.
    pub(super) fn below(root: Option<&Path>) -> Result<Self, Error> {
        Ok(Self {
            root: root.map(Root::new).transpose()?,
            from_here: Arc::new(Place::From(PathBuf::new())),
            from_top: Arc::new(Place::From(PathBuf::from("/"))),
        })
    }

    /// Where the listed path `path` is and what it is called; where that cannot be told, the name of its record, and
    /// why.
    pub(super) fn of(&self, path: &Path) -> Result<Spot, (PathBuf, Failure)> {
        let kept = kept_components(path);
        let Some(root) = &self.root else { return Ok(self.as_listed(path, kept)) };
        let below =
            |path: PathBuf, relative: PathBuf| Spot { path, relative, place: Some(root.place.clone()), is_below: true };
        let is_there = |path: &Path| std::fs::symlink_metadata(path).is_ok();
        let leaves = path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        let from_root = (!leaves).then(|| root.folder.join(path));
        match (root.inside(path), from_root) {
            (Some(inside), Some(from_root)) if inside != kept && is_there(&from_root) && is_there(path) => {
                let why = format!("the list may mean {} or {}", shown(path), shown(from_root));
                Err((kept, Failure::new(Reason::Unreadable, why).advised("list absolute paths")))
            }
            (Some(inside), from_root) if from_root.as_deref().is_none_or(|from_root| !is_there(from_root)) => {
                Ok(below(path.to_owned(), inside))
            }
            (_, Some(from_root)) => Ok(below(from_root, kept)),
            (_, None) => Ok(self.as_listed(path, kept)),
        }
    }

    /// The listed path `path`, named as it is.
    fn as_listed(&self, path: &Path, relative: PathBuf) -> Spot {
        let mut parts = path.components().filter(|part| *part != Component::CurDir);
        let first = parts.next();
        let place = match first {
            None | Some(Component::Normal(_)) if parts.all(is_name) => Some(self.from_here.clone()),
            Some(Component::RootDir) if parts.all(is_name) => Some(self.from_top.clone()),
            _ => None,
        };
        Spot { path: path.to_owned(), relative, place, is_below: false }
    }
}
