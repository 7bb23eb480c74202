//! Pure: which names other systems would take for one, or would not take at all.

use caseless::Caseless;
use std::borrow::Cow;
#[cfg(unix)]
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// Most bytes of one part of a path, on every file system in use.
const LONGEST: usize = 255;

/// The fields of a template of names that every photo has, so that no column of a roster can be called one of these.
pub(crate) const FIELDS: [&str; 5] = ["preset", "dir", "stem", "ext", "source_ext"];

/// What `path` is to a system that does not tell capitals from small letters, nor the two ways to write an accent: two
/// paths with the same key are one file there. Bytes that are no text stay as they are.
#[must_use]
pub fn key(path: &Path) -> Cow<'_, [u8]> {
    let bytes = path.as_os_str().as_encoded_bytes();
    match path.to_str() {
        Some(text) if text.is_ascii() => bytes.to_ascii_lowercase().into(),
        // Unicode, chapter 3.13, D145: canonical caseless matching.
        Some(text) => text.nfd().default_case_fold().nfd().collect::<String>().into_bytes().into(),
        None => bytes.into(),
    }
}

/// Why no system would take `path` as the name of an output below a folder.
#[must_use]
pub fn impossible(path: &Path) -> Option<&'static str> {
    if path.file_name().is_none() || path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Some("does not stay in the output folder");
    }
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Some("has a NUL");
    }
    let is_long = |part: Component| part.as_os_str().len() > LONGEST;
    path.components().any(is_long).then_some("is longer than the 255 bytes that file systems take")
}

/// The path that [`OsStr::as_encoded_bytes`] gave these `bytes` of.
///
/// [`OsStr::as_encoded_bytes`]: std::ffi::OsStr::as_encoded_bytes
#[cfg(unix)]
pub(crate) fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes).into()
}

/// The same; names that are no Unicode are not found again on these systems.
#[cfg(not(unix))]
pub(crate) fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Whether `path` is a file that the program keeps in the output folder for itself, or looks like one: locks, reports,
/// ledgers, contact sheets with their thumbnails, and, in every folder, temporary files.
#[must_use]
pub fn is_own(path: &Path) -> bool {
    let key = key(path);
    let key = String::from_utf8_lossy(&key);
    let mut names = key.split(['/', '\\']);
    let first = names.next().unwrap_or_default();
    let is_hidden = |name: &str| name.starts_with(".headshot");
    let is_alone = names.clone().next().is_none();
    let is_page = || first.starts_with("index.") && first.ends_with(".html");
    is_hidden(first)
        || names.any(is_hidden)
        || first == ".sheet"
        || is_alone && (first.starts_with("report.") || first.starts_with("ledger.") || is_page())
}

/// Characters that change how the text around them is shown, from Unicode's bidirectional algorithm (UAX 9), and two
/// that end a line.
const DIRECTIONS_AND_LINES: [char; 14] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Whether `character` may move a terminal's cursor, end a line, or have other characters shown in another order.
#[must_use]
pub fn is_harmful(character: char) -> bool {
    character.is_control() || DIRECTIONS_AND_LINES.contains(&character)
}

/// `path` as a message shows it, on one line: whoever names a file is not to write on the terminal of whoever reads the
/// message. Bytes that are no text, and characters that are harmful, become U+FFFD.
#[must_use]
pub fn shown(path: impl AsRef<Path>) -> String {
    printable(&path.as_ref().to_string_lossy()).into_owned()
}

/// The same of a text.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_harmful) { text.replace(is_harmful, "\u{fffd}").into() } else { text.into() }
}

/// Why Windows would not take `path`, or not as it is written.
#[must_use]
pub fn foreign(path: &Path) -> Option<&'static str> {
    path.components().find_map(|part| {
        let part = part.as_os_str().to_string_lossy();
        if part.ends_with(['.', ' ']) {
            Some("ends with a dot or a space, which Windows cuts off")
        } else if is_reserved(&part) {
            Some("is a name that Windows reserves")
        } else if part.chars().any(|c| c.is_control() || "<>:\"|?*\\".contains(c)) {
            Some("has a character that Windows does not take")
        } else {
            None
        }
    })
}

/// Whether `part` names a device, with whatever extension ("Naming Files, Paths, and Namespaces", Windows
/// documentation).
fn is_reserved(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    let is_port = |name: &str| {
        let number = stem.strip_prefix(name);
        number.is_some_and(|number| {
            matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) || is_port("COM") || is_port("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_some_systems_take_for_one_have_one_key() {
        let same = |one: &str, other: &str| key(Path::new(one)) == key(Path::new(other));
        assert!(same("x/Ana.jpg", "X/aNA.JPG"));
        assert!(same("ren\u{e9}", "rene\u{301}") && same("REN\u{c9}", "rene\u{301}"));
        assert!(same("stra\u{df}e", "STRASSE"));
        assert!(!same("ana", "ana-1") && !same("rene", "ren\u{e9}"));
    }

    #[test]
    fn names_of_the_program_s_own_files_are_known() {
        for name in [
            ".headshot.lock",
            ".headshot-a.tmp",
            "x/.headshot-a.tmp",
            "x/.HEADSHOT-a.TMP",
            ".headshot/a.jpg",
            "report.jpg",
            "Ledger.sqlite",
            "index.html",
            "index.1-of-2.html",
            ".sheet/a.jpg",
        ] {
            assert!(is_own(Path::new(name)), "{name}");
        }
        for name in ["x/report.jpg", "a.headshot-b.tmp.jpg", "index.jpg", "index/a.html", "x/.sheet/a.jpg", "ana.jpg"] {
            assert!(!is_own(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn nothing_in_a_name_moves_the_cursor_ends_the_line_or_turns_the_text() {
        assert_eq!(shown("a\u{1b}[2J\u{9b}\tb\r\nc \u{e9}"), "a\u{fffd}[2J\u{fffd}\u{fffd}b\u{fffd}\u{fffd}c \u{e9}");
        assert_eq!(printable("gpj.\u{202e}ana\u{2069}"), "gpj.\u{fffd}ana\u{fffd}");
        assert_eq!(printable("\u{5d0}\u{5e0}\u{5d4}.jpg"), "\u{5d0}\u{5e0}\u{5d4}.jpg");
    }

    #[test]
    fn what_windows_would_not_take_is_known() {
        for (name, is_foreign) in [
            ("con.jpg", true),
            ("a/Nul/b.jpg", true),
            ("com7.tar.jpg", true),
            ("console.jpg", false),
            ("com10.jpg", false),
            ("team./a.jpg", true),
            ("team /a.jpg", true),
            ("a:b.jpg", true),
            ("a\nb.jpg", true),
            (".a b.c.jpg", false),
        ] {
            assert_eq!(foreign(Path::new(name)).is_some(), is_foreign, "{name}");
        }
    }

    #[test]
    fn what_no_system_takes_is_known() {
        let long = format!("x/{}.jpg", "a".repeat(252));
        for (name, is_impossible) in [
            ("../a", true),
            ("/a", true),
            ("", true),
            ("a/../b", true),
            ("a\0b", true),
            (&long[..], true),
            ("x/a.jpg", false),
        ] {
            assert_eq!(impossible(Path::new(name)).is_some(), is_impossible, "{name}");
        }
    }

    proptest! {
        /// A key is its own key: folding once is enough.
        #[test]
        fn a_key_stays(name in "\\PC{0,12}") {
            let once = String::from_utf8(key(Path::new(&name)).into_owned()).expect("text stays text");
            let key_of_once = key(Path::new(&once)).into_owned();
            prop_assert_eq!(key_of_once, once.as_bytes());
        }
    }
}
