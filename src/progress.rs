//! Who is told how a run goes.

use crate::ledger::kept::Kept;
use crate::report::Record;
use std::fmt;

/// Is told of every photo as it is done, by one thread at a time.
pub trait Progress: Sync {
    /// `record` is final.
    fn done(&self, record: &Record);

    /// `kept` is of a photo that was not worked on.
    fn kept(&self, kept: &Kept);
}

impl fmt::Debug for dyn Progress + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn done(&self, _record: &Record) {}

    fn kept(&self, _kept: &Kept) {}
}
