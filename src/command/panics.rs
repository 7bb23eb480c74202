//! What is said of a panic. One while a photo is worked on becomes a line of the report; any other ends the program.

use super::log::Log;
use headshot::error::{Failure, panic_message};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};

/// How the threads that work on photos are named (`Batch::run`).
const PHOTOS: &str = "headshot-";

/// Lets panics be told in `log`, but for those on the threads that work on photos: the usual message would tear the
/// progress bar, and say less than the report.
pub fn tell(log: Log) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if is_of_a_photo(std::thread::current().name()) {
            return;
        }
        log.error(&sentence(panic));
        if std::env::var_os("RUST_BACKTRACE").is_some() {
            before(panic);
        }
    }));
}

/// What `work` gives. Where it panics nothing is printed.
///
/// # Errors
/// The panic as a failure of the photo that `work` is about.
pub fn silently<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let made = catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(before);
    made.map_err(|panic| Failure::of_panic(&*panic))
}

fn is_of_a_photo(thread: Option<&str>) -> bool {
    thread.is_some_and(|name| name.starts_with(PHOTOS))
}

fn sentence(panic: &PanicHookInfo<'_>) -> String {
    let what = panic_message(panic.payload());
    let place = panic.location().map(|place| format!(", {}:{}", place.file(), place.line())).unwrap_or_default();
    format!("the program failed ({what}{place}); please report it, with what you did. Running it again does no harm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_panics_of_photos_are_silent() {
        assert!(is_of_a_photo(Some("headshot-0")));
        assert!(!is_of_a_photo(Some("main")) && !is_of_a_photo(None));
    }

    #[test]
    fn a_panic_that_was_caught_leaves_the_rest_as_it_was() {
        assert_eq!(silently(|| 3), Ok(3));
        let failure = silently(|| -> u8 { panic!("row {}", 7) }).expect_err("it panics");
        assert!(
            failure.sentence().starts_with("the program failed on this photo (row 7); please report it"),
            "{failure}"
        );
    }
}
