//! What was made from what, remembered in the output folder, so that the next run does only what has changed.
//!
//! The words and the comparison are here and in [`fresh`]; [`fingerprint`] says what influences an output; the SQLite
//! file itself is written by `store` and read by `reader`, which only build with the feature `ledger`.

pub mod fingerprint;
pub mod fresh;
#[cfg(feature = "ledger")]
pub mod join;
#[cfg(feature = "ledger")]
pub mod reader;
#[cfg(feature = "ledger")]
pub mod stale;
#[cfg(feature = "ledger")]
pub mod status;
#[cfg(feature = "ledger")]
pub mod store;

use crate::report::Outcome;
use crate::report::spread::Placement;
use std::fs::Metadata;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// A BLAKE3 hash: of a file's content, or of everything that influences an output.
pub type Hash = [u8; 32];

/// The hash of `bytes`.
#[must_use]
pub fn hash(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
}

/// Size and time of a file: as long as both stay, its content is taken to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Time of the last change, nanoseconds since 1970; `None` where it proves nothing.
    pub modified_ns: Option<i64>,
}

impl Stamp {
    /// The stamp of a file with this `metadata`.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self { size: metadata.len(), modified_ns: modified.and_then(|since| i64::try_from(since.as_nanos()).ok()) }
    }

    /// Whether a file with the stamp `now` surely has the content that it had with this one.
    #[must_use]
    pub fn proves(&self, now: &Self) -> bool {
        self.modified_ns.is_some() && self == now
    }

    /// This stamp without its time where the file was changed less than two seconds before `now_ns`, the coarsest clock
    /// of a file system in use (FAT): it could change again and keep its time.
    #[must_use]
    pub fn settled(self, now_ns: i64) -> Self {
        /// Nanoseconds.
        const COARSEST: i64 = 2_000_000_000;
        Self { modified_ns: self.modified_ns.filter(|modified| now_ns.saturating_sub(*modified) >= COARSEST), ..self }
    }
}

/// A photo as it was when its record was made.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceEntry {
    /// Path below the input folder.
    pub relative: PathBuf,
    /// The input folder, absolute; `None` for a photo that was named outright or in a list.
    pub root: Option<PathBuf>,
    /// The file's size and time; `None` where it could not be read.
    pub stamp: Option<Stamp>,
    /// The file's content.
    pub hash: Option<Hash>,
    /// What influenced its outputs (see [`fingerprint`]).
    pub settings: Hash,
    /// What became of it.
    pub outcome: Outcome,
    /// The stable word for why.
    pub reason: Option<&'static str>,
    /// What was written.
    pub outputs: Vec<OutputEntry>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputEntry {
    /// Path below the output folder.
    pub path: PathBuf,
    /// The preset's name.
    pub preset: String,
    /// The file's size and time.
    pub stamp: Stamp,
    /// The file's content.
    pub hash: Hash,
    /// Where the head is.
    pub placement: Placement,
    /// Whether the photo is tighter than the preset.
    pub is_widest: bool,
    /// Whether a person pinned the size of the head.
    pub is_pinned: bool,
}

/// What the ledger knows of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// The file's size and time.
    pub stamp: Stamp,
    /// The file's content.
    pub hash: Hash,
    /// The input folder that it was found in.
    pub root: Option<PathBuf>,
    /// What influenced its outputs.
    pub settings: Hash,
    /// What became of it.
    pub outcome: Outcome,
    /// Its record, a line of JSON.
    pub record: String,
    /// Its outputs for the presets of the run.
    pub outputs: Vec<OutputEntry>,
    /// Whether a run that came to its end has told of it. Otherwise the run that made it was stopped, and the next one
    /// goes on with it: its report tells of this photo as the stopped run's would have.
    pub is_told: bool,
    /// Whether it is worked on in any case: nothing was made of it then, or what hindered it may be over.
    pub is_due: bool,
}

/// New stamps for what is known already: the files were touched, their content is the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refresh {
    /// Of the photo.
    pub source: Option<Stamp>,
    /// The input folder, where it is another one.
    pub root: Option<PathBuf>,
    /// Of outputs.
    pub outputs: Vec<(PathBuf, Stamp)>,
}

impl Refresh {
    /// Whether nothing is new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_none() && self.root.is_none() && self.outputs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_proves_nothing_while_the_file_could_change_within_the_same_tick() {
        let stamp = Stamp { size: 7, modified_ns: Some(10_000_000_000) };
        assert!(stamp.settled(12_000_000_000).proves(&stamp));
        assert!(!stamp.settled(11_999_999_999).proves(&stamp));
        // A file from the future, as after a change of the clock.
        assert!(!stamp.settled(9_000_000_000).proves(&stamp));
        assert!(!stamp.proves(&Stamp { size: 8, ..stamp }));
        let unknown = Stamp { size: 7, modified_ns: None };
        assert!(!unknown.proves(&unknown));
    }
}
