//! What the documents name is there.

use crate::{at_root, documents};
use std::path::{Component, Path, PathBuf};

/// Folders at the root: what starts with one of them in a document is a path of this repository.
const FOLDERS: [&str; 11] =
    [".ci/", "benches/", "deploy/", "docs/", "examples/", "fuzz/", "models/", "presets/", "samples/", "src/", "tests/"];

/// Files at the root that documents name.
const ROOT_FILES: [&str; 4] = ["Cargo.toml", "Dockerfile", "build.rs", "deny.toml"];

/// What fuzzing makes, and what is not kept.
const MADE: [&str; 3] = ["fuzz/artifacts", "fuzz/corpus", "fuzz/seeds"];

/// `text` without its blocks of code.
fn prose(text: &str) -> String {
    let is_fence = |line: &&str| line.trim_start().starts_with("```");
    let mut inside = false;
    let mut prose = String::new();
    for line in text.lines() {
        inside ^= is_fence(&line);
        if !inside && !is_fence(&line) {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The targets of links and pictures that are files of this repository, without the part behind `#`.
fn links(prose: &str) -> Vec<&str> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = targets.filter_map(|target| target.split('#').next());
    paths.filter(|path| !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:")).collect()
}

/// The paths of this repository between backticks. A word in capitals, as in `presets/NAME.toml`, stands for any name.
fn paths(prose: &str) -> Vec<&str> {
    let is_name = |path: &&str| {
        let stands_for_any = path.split(['/', '.']).any(|part| part == "NAME");
        let is_pattern = path.contains(['*', '<', '{', ' ', '$']);
        let is_made = MADE.iter().any(|made| path.starts_with(made));
        let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder)) || ROOT_FILES.contains(path);
        is_path && !stands_for_any && !is_pattern && !is_made
    };
    // What stands between backticks is every second part.
    prose.split('`').skip(1).step_by(2).filter(is_name).collect()
}

/// `path` from the folder of `document`, without `..`; `None` where it leaves the repository.
fn resolved(document: &str, path: &str) -> Option<PathBuf> {
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    let mut resolved = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::Normal(name) => resolved.push(name),
            Component::ParentDir if resolved.pop() => {}
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(resolved)
}

#[test]
fn every_link_of_the_documents_leads_to_a_file() {
    let mut found = 0;
    for (document, text) in documents() {
        for link in links(&prose(&text)) {
            let path = resolved(&document, link).unwrap_or_else(|| panic!("{document}: {link} leaves the repository"));
            assert!(at_root(&path).exists(), "{document}: there is no {link}");
            found += 1;
        }
    }
    assert!(found >= 10, "only {found} links were found");
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    let mut found = 0;
    for (document, text) in documents() {
        for path in paths(&prose(&text)) {
            assert!(at_root(path).exists(), "{document}: there is no {path}");
            found += 1;
        }
    }
    assert!(found >= 30, "only {found} paths were found");
}

#[test]
fn every_document_is_told_of() {
    let documents = documents();
    for (name, _) in &documents {
        let is_linked = documents.iter().any(|(other, text)| {
            other != name
                && links(&prose(text))
                    .into_iter()
                    .any(|link| resolved(other, link).is_some_and(|path| path == Path::new(name)))
        });
        assert!(is_linked || name == "README.md", "no document links to {name}");
    }
}

#[test]
fn paths_and_links_are_told_from_other_words() {
    let text = "See [a](docs/a.md#b), [c](https://x/y) and ![d\ne](img/d.svg).\n```sh\n`src/no.rs` [f](g.md)\n```\n\
                `src/main.rs` `presets/NAME.toml` `--name` `out/x.jpg` `Dockerfile` `fuzz/corpus/decode`";
    let prose = prose(text);
    assert_eq!(links(&prose), ["docs/a.md", "img/d.svg"]);
    assert_eq!(paths(&prose), ["src/main.rs", "Dockerfile"]);
    assert_eq!(resolved("docs/a.md", "../src/./b.rs"), Some(PathBuf::from("src/b.rs")));
    assert_eq!(resolved("a.md", "../b.rs"), None);
}

/// Where a number is from has to be read where the program is.
#[test]
fn no_source_names_a_document_that_is_not_in_the_repository() {
    let in_folders = ["src", "tests", "examples", "benches", "presets"].map(at_root);
    let files = in_folders.iter().flat_map(walkdir::WalkDir::new).map(|entry| entry.expect("readable").into_path());
    let words = [["FIND", "INGS"], ["DES", "IGN"]].map(|parts| parts.concat());
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "rs" || extension == "toml"))
    {
        let name = file.strip_prefix(at_root("")).expect("below the root").to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file).expect("UTF-8");
        let says = words.iter().any(|word| text.contains(word.as_str()));
        assert!(!says, "{name} names a document that readers do not have");
    }
}
