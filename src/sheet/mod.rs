//! The contact sheet: one page with all photos of a run, for a browser that opens it from disk.
//!
//! The page is `page.html` with the style sheet and the scripts beside it put in, then the records as JSON, which is
//! data and never runs. A policy in the page allows these very scripts and styles, by their hashes, and pictures from
//! the disk; nothing can be loaded from a network or sent to one.

mod entry;

pub use entry::{SheetPreset, entry};

use crate::publish::GrowingFile;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::{self, Write};

/// The name of the page in the output folder.
pub const SHEET_NAME: &str = "index.html";

/// The page, with marks where the rest goes.
const PAGE: &str = include_str!("page.html");

/// The look.
const STYLE: &str = concat!(include_str!("style.css"), include_str!("viewer.css"), include_str!("print.css"));

/// What the page does, in the order in which it is read.
const SCRIPT: &str = concat!(
    include_str!("geometry.js"),
    include_str!("overrides.js"),
    include_str!("model.js"),
    include_str!("elements.js"),
    include_str!("card.js"),
    include_str!("grid.js"),
    include_str!("viewer.js"),
    include_str!("main.js"),
);

/// A contact sheet that is being written: first what the presets are, then photo by photo.
#[derive(Debug)]
pub struct Sheet {
    file: GrowingFile,
    /// What the data are, so that marks a person made on another page are not taken for marks on this one.
    hasher: blake3::Hasher,
    is_first: bool,
}

impl Sheet {
    /// Starts the page in `file`.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn begin(mut file: GrowingFile, presets: &[SheetPreset<'_>]) -> io::Result<Self> {
        file.write_all(head().as_bytes())?;
        let mut sheet = Self { file, hasher: blake3::Hasher::new(), is_first: true };
        let presets = serde_json::to_string(presets).map_err(io::Error::other)?;
        sheet.data(&format!("{{\"version\":\"{}\",\"presets\":{presets},\"photos\":[\n", crate::VERSION))?;
        Ok(sheet)
    }

    /// Adds a photo, as [`entry`] made it.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn add(&mut self, entry: &str) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.is_first) { "" } else { ",\n" };
        self.data(comma)?;
        self.data(entry)
    }

    /// Ends the page and puts it under its name.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish(mut self) -> io::Result<()> {
        let digest = self.hasher.finalize().to_hex();
        self.data(&format!("\n],\"digest\":\"{}\"}}", &digest[..16]))?;
        self.file.write_all(tail().as_bytes())?;
        self.file.finish()
    }

    fn data(&mut self, json: &str) -> io::Result<()> {
        self.hasher.update(json.as_bytes());
        self.file.write_all(embedded(json).as_bytes())
    }
}

/// JSON that means the same and can stand in a page: nothing in it ends the block, begins another, or is a line end to
/// a script alone.
fn embedded(json: &str) -> Cow<'_, str> {
    const HARMFUL: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];
    if !json.contains(HARMFUL) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if HARMFUL.contains(&character) {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    Cow::Owned(text)
}

/// The page up to the data.
fn head() -> String {
    let policy = format!(
        "default-src 'none'; img-src 'self' file:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let (head, _) = parts();
    head.replace("{{policy}}", &policy).replace("{{style}}", STYLE)
}

/// The page behind the data.
fn tail() -> String {
    parts().1.replace("{{script}}", SCRIPT)
}

fn parts() -> (&'static str, &'static str) {
    PAGE.split_once("{{data}}").unwrap_or((PAGE, ""))
}

/// As a policy names what it allows (Content Security Policy Level 3, "hash-source").
fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    proptest! {
        /// What is embedded means the same, and has no character that ends a block of data in a page.
        #[test]
        fn embedded_json_means_the_same(name in "(</script>|<!--|&lt;|\u{2028}|\u{2029}|\\PC){0,6}") {
            let json = serde_json::to_string(&name).expect("a text");
            let embedded = embedded(&json);
            let is_harmless = !embedded.contains(['<', '>', '&', '\u{2028}', '\u{2029}']);
            prop_assert!(is_harmless, "{embedded}");
            prop_assert_eq!(serde_json::from_str::<Value>(&embedded).expect("JSON"), Value::String(name));
        }
    }

    #[test]
    fn every_mark_of_the_page_is_filled_and_nothing_comes_from_elsewhere() {
        let page = head() + &tail();
        assert!(!page.contains("{{"), "a mark is left");
        assert_eq!(PAGE.matches("{{").count(), 4);
        for part in ["http://", "https://", "@import", "url(", "innerHTML", "eval("] {
            let allowed = page.matches("http://www.w3.org/2000/svg").count();
            let expected = if part == "http://" { allowed } else { 0 };
            assert_eq!(page.matches(part).count(), expected, "{part}");
        }
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style"));
    }

    #[test]
    fn a_hash_is_written_as_a_policy_wants_it() {
        // The example of the test vectors of FIPS 180: the empty text.
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
