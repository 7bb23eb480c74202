//! What the fuzzer found once must never happen again: every file in `tests/regressions/<target>/` goes through what
//! the fuzz target does with it, and comes out as the first word of its name says.

#[path = "support/hostile.rs"]
mod hostile;

use headshot::error::Failure;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a target: the word that its name starts with, and what is in it.
fn files(target: &str) -> Vec<(PathBuf, String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("named").to_string_lossy().into_owned();
            let (word, _) = name.split_once('.').expect("outcome.what-happened");
            let bytes = fs::read(&path).expect("readable");
            (path, word.to_owned(), bytes)
        })
        .collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// `read` for what is taken, otherwise the word of the reason.
fn word<T>(outcome: &Result<T, Failure>) -> &'static str {
    outcome.as_ref().map_or_else(|failure| failure.reason.code(), |_| "read")
}

#[test]
fn photos_that_broke_a_decoder_are_told_apart() {
    for (path, expected, bytes) in files("decode") {
        let found = word(&hostile::decode(&bytes));
        // A kind of photo that this build does not read says nothing.
        assert!(found == expected || found == "unsupported-format", "{}: {found}", path.display());
        // The whole way, with another limit on its size.
        let _ = hostile::pipeline(&bytes);
    }
}
