//! What was made from what, remembered in the output folder, so that the next run does only what has changed.
//!
//! The words and the comparison are here and in [`fresh`]; [`fingerprint`] says what influences an output; [`kept`]
//! tells anew of what has not changed, [`news`] what a person was told already; the SQLite file itself is written by
//! `store` and read by `reader`, which only build with the feature `ledger`. A run asks for a [`Lookup`] and a
//! [`Keeper`] and needs neither.

pub mod fingerprint;
pub mod fresh;
#[cfg(feature = "ledger")]
pub mod join;
pub mod kept;
pub mod news;
#[cfg(feature = "ledger")]
pub mod reader;
#[cfg(feature = "ledger")]
pub mod stale;
#[cfg(feature = "ledger")]
pub mod status;
#[cfg(feature = "ledger")]
pub mod store;

use crate::error::Error;
use crate::report::Outcome;
use crate::report::spread::Placement;
use crate::stamp::Stamp;
use crate::walk::Source;
use std::path::{Path, PathBuf};

/// A BLAKE3 hash: of a file's content, or of everything that influences an output.
pub type Hash = [u8; 32];

/// The hash of `bytes`.
#[must_use]
pub fn hash(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
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

/// Knows what became of photos in earlier runs.
pub trait Lookup: Send {
    /// What is known of the photo with this relative path, with its outputs for the presets of the run. One thread at a
    /// time asks.
    ///
    /// # Errors
    /// [`Error::Fatal`] where it cannot be read: the run ends.
    fn lookup(&mut self, relative: &Path) -> Result<Option<Remembered>, Error>;
}

/// Writes down what came of photos. One thread does so, after their outputs are whole under their names.
pub trait Keeper {
    /// A photo was worked on; `record` is its line of the report.
    ///
    /// # Errors
    /// [`Error::Fatal`] where it cannot be written: the run ends.
    fn made(&mut self, entry: &SourceEntry, record: &str) -> Result<(), Error>;

    /// Files of a photo were touched.
    ///
    /// # Errors
    /// As above.
    fn touched(&mut self, source: &Source, refresh: &Refresh) -> Result<(), Error>;

    /// Nothing has come for a while: a good time to wait for the disk.
    ///
    /// # Errors
    /// As above.
    fn idle(&mut self) -> Result<(), Error>;
}
