//! A file -> a [`Roster`]: which kind of file it is, and in which encoding its text is.

use super::parse::parse;
use super::{Roster, workbook};
use crate::error::line_of;
use crate::overrides::parse::Mistake;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::path::Path;

/// How the files of Excel 97 begin, and workbooks that a password protects (Compound File Binary, MS-CFB 2.2).
const COMPOUND_FILE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

/// A list of people that was read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Read {
    /// The people.
    pub roster: Roster,
    /// What a person should know of how it was read.
    pub note: Option<String>,
}

/// Reads the content of a list of people: text as [`parse`] takes it, in UTF-8, in UTF-16 with or without a byte order
/// mark, or in Windows-1252, which has all of Latin-1; or a workbook of Excel (`.xlsx`) or OpenDocument (`.ods`), of
/// which the first sheet counts that has a column for photos.
///
/// # Errors
/// Every [`Mistake`] with its line or row.
pub fn read(bytes: Vec<u8>) -> Result<Read, Vec<Mistake>> {
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook::read(&bytes).map(|roster| Read { roster, note: None });
    }
    if bytes.starts_with(COMPOUND_FILE) {
        let what =
            "an Excel workbook that is protected by a password, or of Excel 97; save it as .xlsx without a password";
        return Err(vec![mistake(1, what)]);
    }
    let (text, note) = decoded(bytes).map_err(|mistake| vec![mistake])?;
    Ok(Read { roster: parse(&text)?, note })
}

/// Reads the list of people at `path`, which is a regular file of at most [`crate::regular_file::MOST_BYTES`].
///
/// # Errors
/// Those of [`crate::regular_file::read`].
pub fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    crate::regular_file::read(path, crate::regular_file::MOST_BYTES)
}

fn mistake(line: usize, what: impl Into<String>) -> Mistake {
    Mistake { line, what: what.into() }
}

/// The text, and what a person should know of it.
fn decoded(bytes: Vec<u8>) -> Result<(String, Option<String>), Mistake> {
    if let Some((encoding, _)) = Encoding::for_bom(&bytes).filter(|(encoding, _)| *encoding != encoding_rs::UTF_8) {
        return utf_16(&bytes, encoding).map(|text| (text, None));
    }
    if bytes.contains(&0) {
        return utf_16(&bytes, byte_order(&bytes)?).map(|text| (text, None));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok((text, None)),
        Err(error) => error.into_bytes(),
    };
    windows_1252(&bytes).map(|(text, note)| (text, Some(note)))
}

/// The byte order of UTF-16 without a mark: of separators, digits and Latin letters one byte is zero, always the same.
fn byte_order(bytes: &[u8]) -> Result<&'static Encoding, Mistake> {
    let zeros = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // Less than every eighth character has one in a name in any script: this is something else.
    if (even + odd) * 16 < bytes.len() || even == odd || even.min(odd) * 4 > even.max(odd) {
        let first = bytes.iter().position(|byte| *byte == 0).unwrap_or_default();
        let what = "there is a zero byte here, and no text has one; save the list as \"CSV UTF-8\", or as .xlsx";
        return Err(mistake(line_of(bytes, first), what));
    }
    Ok(if odd > even { UTF_16LE } else { UTF_16BE })
}

fn utf_16(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Mistake> {
    let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
    if had_errors || text.contains('\0') {
        return Err(mistake(1, "the list seems to be UTF-16 and is damaged; save it as \"CSV UTF-8\", or as .xlsx"));
    }
    Ok(text.into_owned())
}

/// Text that is no UTF-8, taken for what Excel writes in Western Europe and America, and what is to be said of that.
fn windows_1252(bytes: &[u8]) -> Result<(String, String), Mistake> {
    let first = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    let line = line_of(bytes, first);
    let byte = bytes.get(first).copied().unwrap_or_default();
    let refused = |why: &str| {
        mistake(line, format!("byte {byte:02X} is no UTF-8, and {why}; save the list as \"CSV UTF-8\", or as .xlsx"))
    };
    // Letters beyond ASCII that are UTF-8 come by chance in no other encoding.
    if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
        return Err(refused("other letters are"));
    }
    // The five bytes that stand for nothing, and control characters.
    let is_other = |byte: &u8| {
        matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D) || (*byte < 0x20 && !matches!(byte, b'\t' | b'\r' | b'\n'))
    };
    if bytes.iter().any(is_other) {
        return Err(refused("the list is not Windows-1252 either"));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let word = word_at(&text, first);
    let note = format!(
        "not UTF-8, and read as Windows-1252, in which line {line} has \"{word}\"; if that is wrong, save the list as \
         \"CSV UTF-8\""
    );
    Ok((text.into_owned(), note))
}

/// The word around the byte `at` of `text`, of at most 40 letters.
fn word_at(text: &str, at: usize) -> String {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let start: Vec<char> = before.chars().rev().take_while(|c| c.is_alphanumeric()).take(20).collect();
    start.into_iter().rev().chain(behind.chars().take_while(|c| c.is_alphanumeric()).take(20)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIST: &str = "file,id,name\r\nana.jpg,1,Ana It\u{f4}\r\nben.jpg,2,J\u{f6}rg \u{20ac}\r\n";

    fn utf_16_bytes(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn names(bytes: Vec<u8>) -> Vec<Option<String>> {
        let roster = read(bytes).expect("reads").roster;
        (0..roster.len()).map(|row| roster.cell(row, "name").map(String::from)).collect()
    }

    #[test]
    fn a_list_says_the_same_in_every_encoding() {
        let expected = vec![Some("Ana It\u{f4}".to_owned()), Some("J\u{f6}rg \u{20ac}".to_owned())];
        let marked = format!("\u{feff}{LIST}");
        for bytes in [
            LIST.as_bytes().to_vec(),
            marked.clone().into_bytes(),
            utf_16_bytes(LIST, u16::to_le_bytes),
            utf_16_bytes(LIST, u16::to_be_bytes),
            utf_16_bytes(&marked, u16::to_le_bytes),
            utf_16_bytes(&marked, u16::to_be_bytes),
            WINDOWS_1252.encode(LIST).0.into_owned(),
        ] {
            assert_eq!(names(bytes), expected);
        }
        // Names in another script, of which only the separators have a zero byte.
        let list = format!("file,name\n1,{}\n", "\u{5c71}\u{7530}\u{592a}\u{90ce}".repeat(3));
        assert_eq!(
            names(utf_16_bytes(&list, u16::to_le_bytes))[0].as_deref().map(|name| name.chars().count()),
            Some(12)
        );
    }

    #[test]
    fn what_was_guessed_is_told() {
        let note = |bytes: &[u8]| read(bytes.to_vec()).expect("reads").note;
        assert_eq!(note(LIST.as_bytes()), None);
        let told = note(b"file,name\na.jpg,Ana\nb.jpg,Ren\xe9e X\n").expect("a note");
        assert!(told.contains("read as Windows-1252, in which line 3 has \"Ren\u{e9}e\""), "{told}");
    }

    #[test]
    fn what_is_no_list_is_told() {
        for (bytes, line, what) in [
            (&b"file,name\na.jpg,Ren\xc3\xa9\nb.jpg,Ren\xe9\n"[..], 3, "byte E9 is no UTF-8, and other letters are"),
            (b"file,name\na.jpg,\x8f\x83\x81\n", 2, "is not Windows-1252 either"),
            (b"file,name\na.jpg,A\0na Ito and many more letters than zeros, so that it is no UTF-16\n", 2, "zero byte"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1, "save it as .xlsx"),
            (b"PK\x03\x04", 1, "no workbook"),
            (b"\xff\xfef\0\x00\xd8", 1, "damaged"),
        ] {
            let mistakes = read(bytes.to_vec()).expect_err(what);
            assert_eq!(mistakes[0].line, line, "{mistakes:?}");
            assert!(mistakes[0].what.contains(what), "{mistakes:?}");
        }
    }

    proptest! {
        /// Whatever the bytes are, there is a list or a mistake.
        #[test]
        fn any_bytes_are_a_list_or_a_mistake(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(bytes).map_or_else(|mistakes| !mistakes.is_empty(), |_| true));
        }
    }
}
