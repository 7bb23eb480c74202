//! Is what the ledger knows of a photo still so? Reads files, writes none.

use super::{Hash, OutputEntry, Refresh, Remembered, hash};
use crate::error::Reason;
use crate::photo::{Format, Limits, decode, sniff};
use crate::preset::OutputFormat;
use crate::regular_file;
use crate::report::Outcome;
use crate::stamp::Stamp;
use std::fs;
use std::path::Path;

/// What is to be done with a photo.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: its record is repeated.
    Keep {
        /// Outputs that somebody has changed since, and that are pictures still: they are left alone and told.
        edited: Vec<OutputEntry>,
        /// What the ledger should know of files that were only touched.
        refresh: Refresh,
    },
    /// It is made anew, but for these outputs: somebody has changed them since, and neither photo nor settings ask for
    /// others.
    Make {
        /// In the order of their paths.
        edited: Vec<OutputEntry>,
    },
}

impl Verdict {
    /// All outputs are made.
    const ALL: Self = Self::Make { edited: Vec::new() };
}

/// Compares what is `known` of a photo with the file at `photo`, which has the stamp `now`, and with its outputs below
/// `folder`.
///
/// `thorough` compares contents even where sizes and times are the same.
///
/// # Errors
/// Those of reading the photo. An output that cannot be read is one that has to be made.
pub fn verdict(
    known: &Remembered,
    settings: &Hash,
    (photo, now): (&Path, Stamp),
    folder: &Path,
    thorough: bool,
) -> std::io::Result<Verdict> {
    if known.settings != *settings {
        return Ok(Verdict::ALL);
    }
    let mut refresh = Refresh::default();
    if thorough || !known.stamp.proves(&now) {
        if hash_file(photo)? != known.hash {
            return Ok(Verdict::ALL);
        }
        refresh.source = (known.stamp != now).then_some(now);
    }
    let (mut edited, mut is_whole) = (Vec::new(), !known.is_due);
    // The outputs of a photo whose content is at fault are those of an earlier one of its name, and say nothing of this
    // one.
    let outputs = if known.outcome == Outcome::Failed && !known.is_due { &[][..] } else { &known.outputs[..] };
    for output in outputs {
        match state(output, folder, thorough) {
            State::Same => {}
            State::Touched(stamp) => refresh.outputs.push((output.path.clone(), stamp)),
            State::Edited => edited.push(output.clone()),
            State::Gone => is_whole = false,
        }
    }
    Ok(if is_whole { Verdict::Keep { edited, refresh } } else { Verdict::Make { edited } })
}

/// The hash of a file's content, read in pieces: a photo that stays is never in memory as a whole.
pub(crate) fn hash_file(path: &Path) -> std::io::Result<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(regular_file::open(path)?)?;
    Ok(*hasher.finalize().as_bytes())
}

/// What became of an output since it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Nothing.
    Same,
    /// Its time changed, its content did not.
    Touched(Stamp),
    /// It is another picture now. That is somebody's work: a tool that destroys it does more harm than one that asks.
    Edited,
    /// It is not there, or it is no picture any more.
    Gone,
}

/// What became of `output` below `folder`.
#[must_use]
pub fn state(output: &OutputEntry, folder: &Path, thorough: bool) -> State {
    let path = folder.join(&output.path);
    // Of a link nothing is read, wherever it leads: the next output takes its place.
    let Some(metadata) = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file) else { return State::Gone };
    let stamp = Stamp::of(&metadata);
    if !thorough && output.stamp.proves(&stamp) {
        return State::Same;
    }
    let Ok(bytes) = regular_file::read(&path, u64::MAX) else { return State::Gone };
    if hash(&bytes) == output.hash {
        return if stamp == output.stamp { State::Same } else { State::Touched(stamp) };
    }
    if is_picture(&bytes) { State::Edited } else { State::Gone }
}

/// Whether `bytes` are a picture that is not torn. What is of a kind that is not written here, or too large to be read,
/// is taken for somebody's work: it is the safe side.
fn is_picture(bytes: &[u8]) -> bool {
    use Format::{AppleDouble, Blank, Empty, Html, LfsPointer, LivePhoto, OtherFile, Sound, Text, Video, Zip};
    match sniff(bytes) {
        None | Some(AppleDouble | Blank | Empty | Html | LfsPointer | LivePhoto | OtherFile(_)) => false,
        Some(Sound | Text | Video(_) | Zip) => false,
        // Of a kind that outputs are it may be torn; of another it is only where somebody put it.
        Some(found) if OutputFormat::ALL.into_iter().any(|format| kind(format) == found) => {
            decode(bytes, &Limits::default()).map_or_else(|why| why.reason != Reason::Damaged, |_| true)
        }
        Some(_) => true,
    }
}

/// The kind of file that outputs of this format are.
const fn kind(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Jpeg => Format::Jpeg,
        OutputFormat::Png => Format::Png,
        OutputFormat::Webp => Format::WebP,
        OutputFormat::Avif => Format::Avif,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{Encoding, encode};
    use crate::photo::Raster;
    use crate::report::spread::Placement;

    fn png(grey: u8) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let image = image::GrayImage::from_pixel(4, 4, image::Luma([grey]));
        image.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
        bytes.into_inner()
    }

    fn written(folder: &Path, name: &str, bytes: &[u8]) -> OutputEntry {
        fs::write(folder.join(name), bytes).expect("written");
        OutputEntry {
            path: name.into(),
            preset: "x".into(),
            stamp: Stamp::of(&fs::metadata(folder.join(name)).expect("there")),
            hash: hash(bytes),
            placement: Placement::default(),
            is_widest: false,
            is_pinned: false,
        }
    }

    fn known(outputs: Vec<OutputEntry>) -> Remembered {
        Remembered {
            stamp: Stamp { size: 3, modified_ns: Some(5) },
            hash: hash(b"abc"),
            root: None,
            settings: [1; 32],
            outcome: Outcome::Written,
            record: String::new(),
            outputs,
            is_told: true,
            is_due: false,
        }
    }

    fn judged(known: &Remembered, stamp: Stamp, folder: &Path) -> Option<Verdict> {
        verdict(known, &[1; 32], (&folder.join("photo"), stamp), folder, false).ok()
    }

    #[test]
    fn a_photo_is_read_only_where_size_or_time_differ() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let known = known(vec![written(folder.path(), "a.png", &png(1))]);
        let kept = |source| Verdict::Keep { edited: vec![], refresh: Refresh { source, ..Refresh::default() } };
        let touched = Stamp { size: 3, modified_ns: Some(6) };
        // There is no photo: whoever reads it fails.
        assert_eq!(judged(&known, known.stamp, folder.path()), Some(kept(None)));
        assert_eq!(judged(&known, touched, folder.path()), None);
        let other = Remembered { settings: [2; 32], ..known.clone() };
        assert_eq!(judged(&other, known.stamp, folder.path()), Some(Verdict::ALL));
        fs::write(folder.path().join("photo"), b"abc").expect("written");
        assert_eq!(judged(&known, touched, folder.path()), Some(kept(Some(touched))));
        fs::write(folder.path().join("photo"), b"abd").expect("written");
        assert_eq!(judged(&known, touched, folder.path()), Some(Verdict::ALL));
    }

    #[test]
    fn an_output_that_is_gone_or_torn_is_made_anew_and_one_that_was_retouched_is_left() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let output = written(folder.path(), "a.png", &png(1));
        let path = folder.path().join("a.png");
        fs::write(&path, png(200)).expect("written");
        assert_eq!(state(&output, folder.path(), true), State::Edited);
        fs::write(&path, &png(1)[..40]).expect("written");
        assert_eq!(state(&output, folder.path(), false), State::Gone);
        fs::remove_file(&path).expect("removed");
        assert_eq!(state(&output, folder.path(), false), State::Gone);
        let gone = known(vec![output.clone()]);
        assert_eq!(judged(&gone, gone.stamp, folder.path()), Some(Verdict::ALL));
        // One that is gone does not cost what somebody made of another.
        let retouched = written(folder.path(), "b.png", &png(1));
        fs::write(folder.path().join("b.png"), png(200)).expect("written");
        let known = known(vec![output, retouched.clone()]);
        assert_eq!(judged(&known, known.stamp, folder.path()), Some(Verdict::Make { edited: vec![retouched] }));
    }

    /// In every format that outputs have: one that somebody changed is known for a picture, one that was torn for none.
    /// A build that does not read a format cannot tell, and keeps both.
    #[test]
    fn edited_and_torn_outputs_are_told_apart_in_every_format() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let file = |format: OutputFormat, grey: u8| {
            let picture = Raster::Rgb(image::RgbImage::from_pixel(64, 64, image::Rgb([grey, 90, 120])));
            encode(&picture, &Encoding::new(format)).expect("encodes").bytes
        };
        for format in OutputFormat::ALL {
            let output = written(folder.path(), &format!("a.{}", format.extension()), &file(format, 40));
            let path = folder.path().join(&output.path);
            let edited = file(format, 200);
            assert_eq!(sniff(&edited), Some(kind(format)), "{format:?}");
            fs::write(&path, &edited).expect("written");
            assert_eq!(state(&output, folder.path(), true), State::Edited, "{format:?}");
            fs::write(&path, &edited[..edited.len() * 3 / 4]).expect("written");
            let torn = if kind(format).is_readable() { State::Gone } else { State::Edited };
            assert_eq!(state(&output, folder.path(), true), torn, "{format:?}");
        }
    }

    /// Photo applications save in place, in formats of their own.
    #[test]
    fn a_picture_that_this_build_does_not_read_is_somebodys_work_too() {
        let mut huge = Vec::new();
        png::Encoder::new(&mut huge, 100_000, 100_000).write_header().expect("written");
        for picture in [b"\xff\x0a\x08\x10".as_slice(), b"\0\0\0\x18ftypheic", b"8BPS\0\x01", b"%PDF-1.7", &huge] {
            assert!(is_picture(picture), "{picture:?}");
        }
        for wreck in [b"".as_slice(), &[0; 4000], b"PK\x03\x04", b"<html>", b"moved to the archive", &png(1)[..40]] {
            assert!(!is_picture(wreck), "{wreck:?}");
        }
    }

    #[test]
    fn a_photo_that_could_not_be_read_for_a_night_is_tried_again_and_costs_no_retouched_output() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let output = written(folder.path(), "a.png", &png(1));
        fs::write(folder.path().join("a.png"), png(200)).expect("written");
        let failed = Remembered { outcome: Outcome::Failed, is_due: true, ..known(vec![output.clone()]) };
        assert_eq!(judged(&failed, failed.stamp, folder.path()), Some(Verdict::Make { edited: vec![output] }));
    }
}
