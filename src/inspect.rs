//! What a photo file is, and what had to be assumed to read it.

use crate::error::{Failure, Reason};
use crate::photo::{self, Limits, Orientation};
use serde::Serialize;

/// What is known of a photo file. As JSON it has the same fields.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The kind of file, by its content; `None` where that is not known.
    pub format: Option<&'static str>,
    /// Size of the file, in bytes.
    pub bytes: usize,
    /// What its header says; `None` where it cannot be read.
    pub header: Option<HeaderFacts>,
    /// What decoding it shows; `None` where it cannot be decoded.
    pub picture: Option<PictureFacts>,
    /// Why it cannot be read.
    pub failure: Option<FailureFacts>,
}

/// What a header says.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HeaderFacts {
    /// Width as stored, in pixels.
    pub stored_width: u32,
    /// Height as stored, in pixels.
    pub stored_height: u32,
    /// Most memory that decoding takes, in bytes.
    pub memory: u64,
}

/// What decoding shows.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PictureFacts {
    /// Width of the upright picture, in pixels.
    pub width: u32,
    /// Height of the upright picture, in pixels.
    pub height: u32,
    /// How it is turned to stand upright: the EXIF value, 1 to 8.
    pub orientation: u16,
    /// The same in words.
    pub turned: &'static str,
    /// What its colours were taken for.
    pub colours: String,
    /// Whether they are converted for the headshots.
    pub converted: bool,
    /// Whether parts of it are transparent.
    pub transparent: bool,
    /// What is missing of a damaged file.
    pub damage: Option<String>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FailureFacts {
    /// A fixed word.
    pub reason: Reason,
    /// A sentence.
    pub message: String,
}

impl Inspection {
    /// Looks at a whole file. Nothing is an error: what cannot be read is told.
    #[must_use]
    pub fn of(bytes: &[u8], limits: &Limits) -> Self {
        let header = photo::probe(bytes).ok();
        let decoded = photo::decode(bytes, limits);
        Self {
            format: photo::sniff(bytes).map(photo::Format::name),
            bytes: bytes.len(),
            header: header.map(|header| HeaderFacts {
                stored_width: header.width,
                stored_height: header.height,
                memory: header.memory,
            }),
            picture: decoded.as_ref().ok().map(PictureFacts::of),
            failure: decoded.err().map(|Failure { reason, message }| FailureFacts { reason, message }),
        }
    }
}

impl PictureFacts {
    fn of(photo: &photo::Photo) -> Self {
        let (width, height) = photo.size();
        Self {
            width,
            height,
            orientation: photo.orientation.exif_value(),
            turned: in_words(photo.orientation),
            colours: photo.colour.assumed().to_owned(),
            converted: !photo.colour.is_srgb(),
            transparent: photo.pixels.has_alpha(),
            damage: photo.damage.clone(),
        }
    }
}

const fn in_words(orientation: Orientation) -> &'static str {
    match orientation.exif_value() {
        1 => "upright as stored",
        2 => "mirrored",
        3 => "turned by 180 degrees",
        4 => "mirrored and turned by 180 degrees",
        5 => "mirrored and turned by 270 degrees clockwise",
        6 => "turned by 90 degrees clockwise",
        7 => "mirrored and turned by 90 degrees clockwise",
        _ => "turned by 270 degrees clockwise",
    }
}
