//! The real photos that tests look at.

use std::fs;
use std::path::{Path, PathBuf};

/// The corpus folder. A test that calls this is ignored where the build script found no corpus:
///
/// ```text
/// #[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
/// ```
pub fn corpus() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    assert!(folder.is_dir(), "no corpus at {}", folder.display());
    folder
}

/// The files of a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
