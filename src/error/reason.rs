//! The words for what can be said of a photo.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a photo has no headshot, or one that needs a look. The words are part of the report's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// No face was found, or not the one that was pinned.
    NoFace,
    /// More than one face where one was asked for.
    SeveralPeople,
    /// The face has too few pixels for the preset.
    FaceTooSmall,
    /// The output was enlarged beyond what still looks sharp.
    WouldUpscale,
    /// The photo is itself tighter than the preset.
    TighterThanPreset,
    /// The photo itself cuts the head.
    HeadCut,
    /// The head reaches beyond the frame, or beyond the circle in which it is shown.
    OutOfFrame,
    /// The background was continued beyond the photo where that may show.
    Extended,
    /// The detectors disagree, or none is sure.
    LowConfidence,
    /// The output cannot be made to fit the preset's byte limit.
    OverByteLimit,
    /// There seems to be a border, a bar or a page around the picture, and not where it ends.
    Border,
    /// The file is broken or ends early.
    Damaged,
    /// Something is wrong with the file, although its picture is whole.
    MinorDamage,
    /// The picture is over the pixel, byte or memory limit.
    TooLarge,
    /// Not a picture, or a kind of picture that this build does not read.
    UnsupportedFormat,
    /// The file could not be read.
    Unreadable,
    /// The output could not be written.
    NotWritten,
    /// Nothing can be written any more: the disk is full or read-only, or the output folder is gone.
    OutputLost,
    /// The run was stopped before this photo.
    NotReached,
    /// An output was changed since it was made, and is left so.
    Edited,
    /// The program itself failed on this photo.
    Internal,
    /// The output would replace a source photo.
    WouldOverwriteSource,
    /// The head is larger or smaller than those of the set that it belongs to.
    ApartFromSet,
    /// The roster has a person whose photo is not there.
    NoPhoto,
    /// The roster has nobody with this photo.
    NotInRoster,
    /// Another photo of the same person makes a better headshot.
    NotPicked,
    /// The face is not sharp.
    SoftFocus,
    /// The face has noise.
    Noisy,
    /// The photo is compressed so strongly that its blocks show.
    LowQuality,
    /// The face is dark.
    Dark,
    /// The face is white where it should have colour.
    BlownOut,
    /// One side of the face is brighter.
    UnevenLight,
    /// The head is turned away.
    LookingAway,
    /// The head is tilted in the headshot.
    Tilted,
    /// The background asks for attention.
    BusyBackground,
    /// Only photos with other verdicts are wanted.
    OtherVerdict,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 36] = [
        Self::NoFace,
        Self::SeveralPeople,
        Self::FaceTooSmall,
        Self::WouldUpscale,
        Self::TighterThanPreset,
        Self::HeadCut,
        Self::OutOfFrame,
        Self::Extended,
        Self::LowConfidence,
        Self::OverByteLimit,
        Self::Border,
        Self::Damaged,
        Self::MinorDamage,
        Self::TooLarge,
        Self::UnsupportedFormat,
        Self::Unreadable,
        Self::NotWritten,
        Self::OutputLost,
        Self::NotReached,
        Self::Edited,
        Self::Internal,
        Self::WouldOverwriteSource,
        Self::ApartFromSet,
        Self::NoPhoto,
        Self::NotInRoster,
        Self::NotPicked,
        Self::SoftFocus,
        Self::Noisy,
        Self::LowQuality,
        Self::Dark,
        Self::BlownOut,
        Self::UnevenLight,
        Self::LookingAway,
        Self::Tilted,
        Self::BusyBackground,
        Self::OtherVerdict,
    ];

    /// The word in the report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoFace => "no-face",
            Self::SeveralPeople => "several-people",
            Self::FaceTooSmall => "face-too-small",
            Self::WouldUpscale => "would-upscale",
            Self::TighterThanPreset => "tighter-than-preset",
            Self::HeadCut => "head-cut",
            Self::OutOfFrame => "out-of-frame",
            Self::Extended => "extended",
            Self::LowConfidence => "low-confidence",
            Self::OverByteLimit => "over-byte-limit",
            Self::Border => "border",
            Self::Damaged => "damaged",
            Self::MinorDamage => "minor-damage",
            Self::TooLarge => "too-large",
            Self::UnsupportedFormat => "unsupported-format",
            Self::Unreadable => "unreadable",
            Self::NotWritten => "not-written",
            Self::OutputLost => "output-lost",
            Self::NotReached => "not-reached",
            Self::Edited => "edited",
            Self::Internal => "internal",
            Self::WouldOverwriteSource => "would-overwrite-source",
            Self::ApartFromSet => "apart-from-set",
            Self::NoPhoto => "no-photo",
            Self::NotInRoster => "not-in-roster",
            Self::NotPicked => "not-picked",
            Self::SoftFocus => "soft-focus",
            Self::Noisy => "noisy",
            Self::LowQuality => "low-quality",
            Self::Dark => "dark",
            Self::BlownOut => "blown-out",
            Self::UnevenLight => "uneven-light",
            Self::LookingAway => "looking-away",
            Self::Tilted => "tilted",
            Self::BusyBackground => "busy-background",
            Self::OtherVerdict => "other-verdict",
        }
    }

    /// The reason that `code` is the word for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether it is about the photo's own file: nobody could look at a picture.
    #[must_use]
    pub const fn is_of_reading(self) -> bool {
        matches!(self, Self::Damaged | Self::TooLarge | Self::UnsupportedFormat | Self::Unreadable)
    }

    /// Whether a failure for this reason is true for as long as the file's content stays. What depends on more, as on
    /// memory or on the disk, is tried again by the next run.
    #[must_use]
    pub const fn lasts(self) -> bool {
        matches!(self, Self::Damaged | Self::UnsupportedFormat)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
