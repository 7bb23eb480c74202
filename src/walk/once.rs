//! Files that are reached by several ways count once.

use super::{Source, absolute};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folders of files, without links: each is looked up once, and is the same for thousands of files.
#[derive(Debug, Default)]
pub(crate) struct RealFolders(BTreeMap<PathBuf, Option<PathBuf>>);

impl RealFolders {
    /// `path` with its folder absolute and without links; `None` where that folder cannot be looked up. The file itself
    /// may be a link.
    pub(crate) fn place(&mut self, path: &Path) -> Option<PathBuf> {
        let (parent, name) = (path.parent()?, path.file_name()?);
        if !self.0.contains_key(parent) {
            let place = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            self.0.insert(parent.to_owned(), place.canonicalize().ok());
        }
        Some(self.0.get(parent)?.as_ref()?.join(name))
    }
}

/// Where the file at `path` really is, if that is elsewhere because it is a link.
pub(crate) fn target(path: &Path) -> Option<PathBuf> {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    is_link.then(|| path.canonicalize().ok()).flatten()
}

/// Leaves each file once in `sources`, which are sorted: under its own name rather than that of a link, as found in a
/// folder rather than as named outright, otherwise under the first name. Hard links are files of their own: programs
/// that save space make them of equal photos.
pub(super) fn once(sources: &mut Vec<Source>) {
    let mut folders = RealFolders::default();
    // Of each path a hash is enough: in 16 bytes no two meet.
    let mut keys: Vec<([u8; 16], bool, bool, usize)> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| {
            let path = source.path();
            let whole = absolute(&path);
            let real = target(&path).or_else(|| folders.place(&path)).unwrap_or_else(|| whole.clone());
            let is_link = real != whole;
            let mut key = [0; 16];
            blake3::Hasher::new().update(real.as_os_str().as_encoded_bytes()).finalize_xof().fill(&mut key);
            (key, is_link, source.root().is_none(), index)
        })
        .collect();
    keys.sort_unstable();
    let mut is_repeated = vec![false; sources.len()];
    for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        is_repeated[pair[1].3] = true;
    }
    let mut index = 0;
    sources.retain(|_| {
        index += 1;
        !is_repeated[index - 1]
    });
}
