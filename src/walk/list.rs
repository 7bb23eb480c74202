//! Lists of paths, as `find` writes them.

use super::Input;
use crate::error::Error;
use std::ffi::OsString;
use std::io::{BufRead, Read};
use std::iter;

/// Most bytes of a path in a list: longer than any system takes (32,767 characters, on Windows).
const LONGEST: u64 = 100_000;

/// What a text file of Windows may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The paths of a `list`: a line each, or, where `is_nul`, with a NUL behind each. They are read one by one; the list
/// may be of any length.
pub fn list(mut list: impl BufRead, is_nul: bool) -> impl Iterator<Item = Result<Input, Error>> {
    let mut line = Vec::new();
    let mut is_first = true;
    iter::from_fn(move || {
        loop {
            line.clear();
            let separator = if is_nul { b'\0' } else { b'\n' };
            let length = match list.by_ref().take(LONGEST).read_until(separator, &mut line) {
                Ok(length) => length,
                Err(error) => {
                    let message = format!(
                        "the list on standard input cannot be read: {error}; write it to a file and give that with <"
                    );
                    return Some(Err(Error::fatal_anywhere(message).caused_by(error)));
                }
            };
            if length == 0 {
                return None;
            }
            if length as u64 == LONGEST {
                return Some(Err(too_long(is_nul)));
            }
            let mut path = line.strip_suffix(&[separator]).unwrap_or(&line);
            if !is_nul {
                path = path.strip_suffix(b"\r").unwrap_or(path);
                path = path.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first).unwrap_or(path);
            }
            is_first = false;
            if path.contains(&0) {
                return Some(Err(Error::usage(
                    "the list on standard input has NUL bytes; add -0 where `find -print0` wrote it, otherwise save it \
                     as UTF-8",
                )));
            }
            if !path.is_empty() {
                return Some(path_of_bytes(path).map(|path| Input::Listed(path.into())));
            }
        }
    })
}

fn too_long(is_nul: bool) -> Error {
    let (line, flag) = if is_nul { ("a path", "leave out -0 where") } else { ("a line", "add -0 where") };
    let separator = if is_nul { "lines separate the paths" } else { "NUL bytes separate the paths" };
    Error::usage(format!("{line} of the list on standard input has {LONGEST} bytes or more; {flag} {separator}"))
}

#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> Result<OsString, Error> {
    use std::os::unix::ffi::OsStrExt;
    Ok(std::ffi::OsStr::from_bytes(bytes).to_owned())
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> Result<OsString, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Error::usage(format!("the list on standard input is not UTF-8 at \"{}\"", String::from_utf8_lossy(bytes)))
    })?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn paths(text: &[u8], is_nul: bool) -> Result<Vec<Input>, Error> {
        list(Cursor::new(text.to_owned()), is_nul).collect()
    }

    #[test]
    fn lines_and_nul_bytes_end_paths() {
        let expected = ["a b.jpg", "c.jpg"].map(|path| Input::Listed(path.into()));
        assert_eq!(paths(b"\xEF\xBB\xBFa b.jpg\r\n\n\nc.jpg", false).expect("a list"), expected);
        assert_eq!(paths(b"a b.jpg\0\0c.jpg\0", true).expect("a list"), expected);
        assert_eq!(paths(b"a\nb\0", true).expect("a list"), [Input::Listed("a\nb".into())]);
        assert_eq!(paths(b"", false).expect("a list"), []);
    }

    #[test]
    fn a_list_that_is_none_is_told() {
        assert!(paths(b"a.jpg\0b.jpg\0", false).expect_err("NUL").to_string().contains("add -0"));
        let endless = list(std::io::BufReader::new(std::io::repeat(b'a')), false).next();
        assert!(endless.expect("an error").expect_err("too long").to_string().contains("100000 bytes"));
    }
}
