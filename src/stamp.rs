//! Size and time of a file, by which it is known without being read.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

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
