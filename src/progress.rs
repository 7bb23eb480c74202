//! Who is told how a run goes.

use crate::report::Record;

/// Is told of every photo as it is done, by one thread at a time.
pub trait Progress: Sync {
    /// `record` is final.
    fn done(&self, record: &Record);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn done(&self, _record: &Record) {}
}
