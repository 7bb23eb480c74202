//! Why a run takes no more photos.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether a run goes on. A clone is the same one, and setting it is all that a signal does.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicUsize>);

/// Why it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The system sent this signal: 2, as Ctrl-C does, or 15.
    Signal(u8),
    /// Nothing can be written any more.
    OutputLost,
    /// Whoever runs the library asked for it.
    Requested,
}

impl Stop {
    // Beyond all numbers of signals.
    const OUTPUT_LOST: usize = 1000;
    const REQUESTED: usize = 1001;

    /// Ends the run in good order: photos in work are finished, and no more are begun. What ended it before stays the
    /// reason.
    pub fn request(&self) {
        self.end(Self::REQUESTED);
    }

    fn end(&self, why: usize) {
        let _ = self.0.compare_exchange(0, why, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The number that a signal handler sets to the signal's own; for the program's own signals.
    #[doc(hidden)]
    #[must_use]
    pub fn number(&self) -> Arc<AtomicUsize> {
        self.0.clone()
    }

    /// Ends the run because nothing can be written any more. A signal that came before stays the reason.
    pub fn output_lost(&self) {
        self.end(Self::OUTPUT_LOST);
    }

    /// Why the run ends, if it does.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            Self::OUTPUT_LOST => Some(Why::OutputLost),
            Self::REQUESTED => Some(Why::Requested),
            signal => Some(Why::Signal(u8::try_from(signal).unwrap_or(u8::MAX))),
        }
    }
}

impl Why {
    /// The exit code: 128 and the signal's number, as shells have it, or 1.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Signal(number) => 128_u8.saturating_add(number),
            Self::OutputLost | Self::Requested => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_came_first_stays_the_reason() {
        let stop = Stop::default();
        assert_eq!(stop.why(), None);
        stop.clone().number().store(15, Ordering::Relaxed);
        stop.output_lost();
        assert_eq!(stop.why().map(|why| (why, why.exit_code())), Some((Why::Signal(15), 143)));
        let full = Stop::default();
        full.output_lost();
        assert_eq!(full.why().map(Why::exit_code), Some(1));
        full.request();
        assert_eq!(full.why(), Some(Why::OutputLost));
        let asked = Stop::default();
        asked.clone().request();
        asked.output_lost();
        assert_eq!(asked.why(), Some(Why::Requested));
    }
}
