//! Memory that is freed and wanted again with the next photo.

use std::hint::black_box;

/// Memory that is asked for and given back once, before the first photo, in bytes.
const ONCE: usize = 16 << 20;

/// Has the C library of Linux keep what a worker frees between two photos, at most 32 MB of it.
///
/// The GNU library takes large pieces from the system one by one and gives them back when they are freed, until it has
/// seen a larger one freed; from then on it keeps twice as much as that one was (mallopt(3), `M_MMAP_THRESHOLD` and
/// `M_TRIM_THRESHOLD`). The file and the planes of a photo are a few megabytes each, so that every photo asked the
/// system for the same pages, zeroed anew: measured as 5 % of the time of one headshot a photo (docs/performance.md).
/// Nothing is written to the piece that is asked for here, so that it takes no memory. Elsewhere this does nothing.
pub fn keep_between_photos() {
    let mut once: Vec<u8> = Vec::new();
    // Under a limit of its address space the program works as well without.
    _ = once.try_reserve_exact(black_box(ONCE));
    drop(black_box(once));
}
