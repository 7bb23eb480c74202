//! Ctrl-C and the like: the first ends the run in good order, the second at once.

use headshot::error::Error;
use headshot::stop::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Lets signals set `stop`.
pub fn listen(stop: &Stop) -> Result<(), Error> {
    let uncaught = |error: std::io::Error| {
        Error::fatal_anywhere(format!("signals cannot be caught: {error}; please report it")).caused_by(error)
    };
    let second = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: at the first signal there is nothing to shut down for yet.
        flag::register_conditional_shutdown(signal, 128 + signal, second.clone())
            .and_then(|_| flag::register_usize(signal, stop.number(), signal.unsigned_abs() as usize))
            .and_then(|_| flag::register(signal, second.clone()))
            .map_err(uncaught)?;
    }
    // At a limit on the size of files (`ulimit -f`) the system would end the program. With a handler, writing fails,
    // and says why.
    #[cfg(unix)]
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map_err(uncaught)?;
    Ok(())
}
