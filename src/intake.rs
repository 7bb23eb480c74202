//! A photo's file into memory, once there is room for everything that comes of it.

use crate::error::{Failure, Reason};
use crate::memory::{MemoryBudget, Reservation};
use crate::photo::{self, Header};
use crate::regular_file;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A photo's bytes, and the memory that is set aside for making headshots of them.
#[derive(Debug)]
pub struct Intake<'a> {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Held until the headshots are written.
    reservation: Reservation<'a>,
}

impl Intake<'_> {
    /// Sets aside the memory that comes of the photo beyond its bytes, by its header as in [`take`]. What is no photo
    /// takes none. Who may have to wait for others uses [`take`].
    ///
    /// # Errors
    /// [`Reason::TooLarge`] where `budget`, which it was read with, has no room for it.
    pub fn reserve(&mut self, budget: &MemoryBudget, need: impl Fn(&Header) -> u64) -> Result<(), Failure> {
        let whole = photo::probe(&self.bytes).map_or(0, |header| need(&header));
        if self.reservation.resize(whole) { Ok(()) } else { Err(over_budget("the photo", whole, budget)) }
    }
}

/// Reads the photo at `path` when `budget` has room for it; `need` tells the bytes that a photo with this header takes
/// in all.
///
/// # Errors
/// [`Reason::Unreadable`]; [`Reason::TooLarge`] where the file, or what is made of it, is over the whole budget; those
/// of [`photo::probe`].
pub fn take<'a>(path: &Path, budget: &'a MemoryBudget, need: impl Fn(&Header) -> u64) -> Result<Intake<'a>, Failure> {
    let mut intake = file(path, budget)?;
    let whole = need(&photo::probe(&intake.bytes)?);
    if intake.reservation.resize(whole) {
        return Ok(intake);
    }
    // Who waits must hold nothing: two half-read photos would wait for each other. The second reading comes from the
    // system's cache.
    let length = intake.bytes.len() as u64;
    drop(intake);
    let reservation = budget.reserve(whole).ok_or_else(|| over_budget("the photo", whole, budget))?;
    let (opened, _) = open(path)?;
    Ok(Intake { bytes: read(opened, length)?, reservation })
}

/// Reads the file at `path` when `budget` has room for it, whatever is in it.
///
/// # Errors
/// [`Reason::Unreadable`]; [`Reason::TooLarge`] where it is over the whole budget.
pub fn file<'a>(path: &Path, budget: &'a MemoryBudget) -> Result<Intake<'a>, Failure> {
    let (file, length) = open(path)?;
    let reservation = budget.reserve(length).ok_or_else(|| over_budget("the file", length, budget))?;
    Ok(Intake { bytes: read(file, length)?, reservation })
}

/// The file at `path`, and its length.
fn open(path: &Path) -> Result<(File, u64), Failure> {
    let file = regular_file::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    Ok((file, length))
}

/// The file, which has `length` bytes. One that is longer by now was not reckoned with, and the start of it is no
/// photo.
fn read(file: File, length: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    // One byte of room beyond the end shows that there is no more, without the vector growing.
    let room = usize::try_from(length).map_err(io::Error::other).map_err(unreadable)?.saturating_add(1);
    bytes.try_reserve_exact(room).map_err(|error| unreadable(io::Error::new(io::ErrorKind::OutOfMemory, error)))?;
    file.take(length.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > length {
        return Err(Failure::new(Reason::Unreadable, "the file is still being written")
            .advised("run this again when it is whole"));
    }
    Ok(bytes)
}

fn unreadable(error: io::Error) -> Failure {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "check its path",
        io::ErrorKind::PermissionDenied => "let this user read it",
        io::ErrorKind::InvalidInput => "leave it out",
        io::ErrorKind::OutOfMemory => "take fewer photos at a time with --jobs",
        _ => "see whether another program opens it, and run this again",
    };
    Failure::new(Reason::Unreadable, format!("the file cannot be read: {error}")).advised(advice)
}

fn over_budget(what: &str, bytes: u64, budget: &MemoryBudget) -> Failure {
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    Failure::new(
        Reason::TooLarge,
        format!(
            "{what} takes {} MB of memory and all photos together may take {}",
            megabytes(bytes),
            budget.capacity() / 1_000_000
        ),
    )
    .advised("raise it with --memory, or make a smaller copy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("ana.png");
        image::RgbImage::new(40, 30).save(&path).expect("written");
        path
    }

    #[test]
    fn a_photo_comes_with_its_memory_set_aside() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let budget = MemoryBudget::new(10_000);
        let intake = take(&picture(folder.path()), &budget, |header| header.pixels() * 3).expect("fits");
        assert!(!intake.bytes.is_empty());
        let mut rest = budget.reserve(0).expect("free");
        assert!(rest.resize(10_000 - 3_600) && !rest.resize(10_001 - 3_600));
    }

    #[test]
    fn a_file_that_grows_is_no_damaged_photo() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = picture(folder.path());
        let (file, length) = open(&path).expect("there");
        assert_eq!(read(file, length).expect("whole").len() as u64, length);
        let (file, _) = open(&path).expect("there");
        let failure = read(file, length - 1).expect_err("it was shorter when it was looked at");
        assert_eq!(failure.reason, Reason::Unreadable);
        assert!(failure.sentence().starts_with("the file is still being written; run this again"), "{failure}");
    }

    #[test]
    fn what_is_over_the_budget_is_refused_with_the_flag_to_raise() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = picture(folder.path());
        for (capacity, what) in [(10, "the file takes"), (10_000, "the photo takes 1 MB")] {
            let failure = take(&path, &MemoryBudget::new(capacity), |_| 20_000).expect_err("over");
            assert_eq!(failure.reason, Reason::TooLarge);
            assert!(failure.message.starts_with(what), "{failure:?}");
            assert!(failure.advice.is_some_and(|advice| advice.contains("--memory")), "{}", failure.message);
        }
    }

    #[test]
    fn a_photo_that_has_to_wait_is_read_when_another_is_done() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = picture(folder.path());
        let budget = MemoryBudget::new(10_000);
        let sizes: Vec<usize> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| take(&path, &budget, |_| 6_000).map(|intake| intake.bytes.len())))
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic").expect("fits")).collect()
        });
        assert!(sizes.iter().all(|&size| size == sizes[0] && size > 0));
    }
}
