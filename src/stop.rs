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
}

impl Stop {
    const OUTPUT_LOST: usize = 1000;

    /// The number that a signal handler sets to the signal's own.
    #[must_use]
    pub fn number(&self) -> Arc<AtomicUsize> {
        self.0.clone()
    }

    /// Ends the run because nothing can be written any more. A signal that came before stays the reason.
    pub fn output_lost(&self) {
        let _ = self.0.compare_exchange(0, Self::OUTPUT_LOST, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Why the run ends, if it does.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            Self::OUTPUT_LOST => Some(Why::OutputLost),
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
            Self::OutputLost => 1,
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
    }
}
