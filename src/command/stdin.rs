//! What comes on standard input: a list of paths, or a photo.

use super::config::RunConfig;
use super::log::Log;
use headshot::error::Error;
use headshot::names::shown;
use headshot::photo::{Format, sniff};
use headshot::walk::{Input, Walk, Walked, list};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::iter;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What stands for standard input among the inputs.
pub const STDIN: &str = "-";

/// What the photo on standard input is called in the report and in the names of its outputs.
const PHOTO_NAME: &str = "stdin";

/// Bytes by which a photo is told from a list: formats are known by their first hundred at most, and the first page of
/// a list has a path that is none.
const LOOKED_AT: u64 = 4096;

/// What is on standard input.
enum Piped<'a> {
    /// A list of paths, still to be read.
    List(Box<dyn BufRead + 'a>),
    /// A photo, as a file in a folder of its own, which goes with it.
    Photo(TempDir),
}

impl<'a> Piped<'a> {
    /// Looks at the beginning of `stdin`. A photo is read to its end, or up to a byte more than `most`.
    fn open(mut stdin: impl Read + 'a, is_nul: bool, most: u64) -> Result<Self, Error> {
        let mut start = Vec::new();
        stdin.by_ref().take(LOOKED_AT).read_to_end(&mut start).map_err(|error| {
            Error::fatal_anywhere(format!("standard input cannot be read: {error}; give a list or a photo with <"))
                .caused_by(error)
        })?;
        let is_photo = is_photo(&start, is_nul);
        let whole = Cursor::new(start).chain(stdin);
        if !is_photo {
            return Ok(Self::List(Box::new(BufReader::new(whole))));
        }
        let keep = || -> io::Result<TempDir> {
            // A folder that nobody else can put a file of overrides into.
            let folder = tempfile::Builder::new().prefix("headshot-").tempdir()?;
            io::copy(&mut whole.take(most.saturating_add(1)), &mut File::create(folder.path().join(PHOTO_NAME))?)?;
            Ok(folder)
        };
        keep().map(Self::Photo).map_err(|error| {
            let folder = std::env::temp_dir();
            Error::fatal(folder, format!("the photo on standard input cannot be kept here: {error}; name its file"))
                .caused_by(error)
        })
    }
}

/// Whether standard input that begins with `start` is a photo, or another file that is certainly no list.
fn is_photo(start: &[u8], is_nul: bool) -> bool {
    let is_file = match sniff(start) {
        None | Some(Format::Empty | Format::Html | Format::LfsPointer | Format::Text) => false,
        Some(_) => true,
    };
    // Names may begin like a photo ("qoif", "P1 ..."): what is in the first bytes of photos is in no name.
    let head = &start[..start.len().min(64)];
    let is_binary = |byte: u8| byte == 0 && !is_nul || matches!(byte, 1..=8 | 11 | 12 | 14..=31 | 127);
    is_file && (head.iter().any(|&byte| is_binary(byte)) || std::str::from_utf8(head).is_err())
}

/// What the inputs hold, and the photo from standard input. Says what was not followed, and on demand what was ignored.
pub fn walked(config: &RunConfig, log: &Log) -> Result<(Walked, Option<TempDir>), Error> {
    let stdin = || Piped::open(std::io::stdin().lock(), config.null, config.memory.capacity());
    let piped = config.reads_stdin().then(stdin).transpose()?;
    let (inputs, piped) = inputs(&config.inputs, piped, config.null);
    let walked = Walk {
        output: Some(&config.output),
        root: config.root.as_deref(),
        rules: config.rules.clone(),
        names_ignored: config.verbose,
    }
    .over(inputs)?;
    walked.notes.iter().for_each(|note| log.warning(note));
    walked.ignored.names.iter().for_each(|(path, why)| log.note(&format!("{}: ignored: {why}", shown(path))));
    Ok((walked, piped))
}

/// The inputs that `paths` stand for, one by one; what is on standard input takes the place of `-`.
fn inputs<'a>(
    paths: &'a [PathBuf],
    piped: Option<Piped<'a>>,
    is_nul: bool,
) -> (impl Iterator<Item = Result<Input, Error>> + 'a, Option<TempDir>) {
    let (mut paths_of_list, folder) = match piped {
        Some(Piped::List(reader)) => (Some(reader), None),
        Some(Piped::Photo(folder)) => (None, Some(folder)),
        None => (None, None),
    };
    let photo = folder.as_ref().map(|folder| folder.path().join(PHOTO_NAME));
    let inputs = paths.iter().flat_map(move |path| -> Box<dyn Iterator<Item = Result<Input, Error>> + 'a> {
        if path != Path::new(STDIN) {
            return Box::new(iter::once(Ok(Input::Path(path.clone()))));
        }
        match (paths_of_list.take(), &photo) {
            (Some(reader), _) => Box::new(list(reader, is_nul)),
            (None, photo) => Box::new(photo.clone().map(Input::Path).map(Ok).into_iter()),
        }
    });
    (inputs, folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_told_from_lists() {
        for start in [
            b"\xFF\xD8\xFF\xE0\0\x10JFIF".as_slice(),
            b"\x89PNG\r\n\x1a\n",
            b"P6\n2 2\n255\n\0\0\0",
            b"GIF89a\x01\0\x01\0",
        ] {
            assert!(is_photo(start, false), "{start:?}");
        }
        for start in
            [b"ana.jpg\nben.jpg\n".as_slice(), b"", b"GIF89a/x.jpg\n", b"P6 team/a.jpg\n", b"qoif.jpg\0b.jpg\0"]
        {
            assert!(!is_photo(start, true), "{start:?}");
        }
        assert!(is_photo(b"\xFF\xD8\xFF\xE0\0\x10JFIF", true));
    }
}
