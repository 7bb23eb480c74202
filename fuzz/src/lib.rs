//! What the fuzz targets share.

#[path = "../../tests/support/hostile.rs"]
pub mod hostile;

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::process::abort;
use std::sync::{Mutex, PoisonError};

/// Lets a panic of a decoder that is not ours pass: [`headshot::photo::decode`] has to catch it. Every other one ends
/// the process where it happens, which is what the fuzzer sees. Each place that panics is told once.
pub fn watch() {
    let told = Mutex::new(BTreeSet::new());
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if told.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
            eprintln!("{panic}");
        }
        if !is_theirs(panic) {
            abort();
        }
    }));
}

/// Runs `target`; a panic that comes out of it ends the process, whoever's it is.
pub fn run(target: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(target)).is_err() {
        eprintln!("a panic of a dependency came through");
        abort();
    }
}

/// Whether the panic is in a package from a registry.
fn is_theirs(panic: &PanicHookInfo<'_>) -> bool {
    panic.location().is_some_and(|place| place.file().contains("/registry/src/"))
}
