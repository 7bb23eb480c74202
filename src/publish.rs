//! Bytes to a file that is whole or absent: temporary file in the same folder, fsync, rename, fsync of the folder.

use crate::error::{Error, Failure, Reason};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Start and end of our temporary files' names, by which strays of a killed run are known.
const TEMP_PREFIX: &str = ".headshot-";
const TEMP_SUFFIX: &str = ".tmp";

/// The lock that keeps two runs out of one output folder. It is a kernel lock: it goes with the process.
const LOCK_NAME: &str = ".headshot.lock";

/// An output folder, held by this run alone.
#[derive(Debug)]
pub struct OutputFolder {
    /// As the user gave it, for messages.
    root: PathBuf,
    canonical: PathBuf,
    /// Sources that lie inside the output folder, canonical: nothing is published onto one of them.
    sources_inside: Vec<PathBuf>,
    _lock: File,
}

impl OutputFolder {
    /// Creates the folder where it is missing, locks it, and sweeps what a killed run left in it.
    ///
    /// # Errors
    /// [`Error::Locked`] where another run has it, [`Error::Fatal`] where it cannot be created or written.
    pub fn open<'a>(root: &Path, sources: impl Iterator<Item = &'a Path>) -> Result<Self, Error> {
        let explain = |what: &str, error: io::Error| Error::fatal(root, format!("the output folder {what}: {error}"));
        if root.is_file() {
            return Err(Error::fatal(root, "is a file; name a folder for the headshots with -o"));
        }
        fs::create_dir_all(root).map_err(|error| explain("cannot be created", error))?;
        let canonical = root.canonicalize().map_err(|error| explain("cannot be opened", error))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(canonical.join(LOCK_NAME))
            .map_err(|error| explain("cannot be written", error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(Error::Locked(root.to_owned())),
            // Some network file systems have no locks; a run there is not refused for it.
            Err(fs::TryLockError::Error(_)) => {}
        }
        sweep(&canonical);
        let sources_inside = sources
            .filter_map(|source| source.canonicalize().ok())
            .filter(|source| source.starts_with(&canonical))
            .collect();
        Ok(Self { root: root.to_owned(), canonical, sources_inside, _lock: lock })
    }

    /// The folder as the user gave it.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes `bytes` to `relative` below the folder. A file that is already there is replaced in one step.
    ///
    /// # Errors
    /// [`Reason::NotWritten`] where the disk says no, [`Reason::WouldOverwriteSource`] where a source is there. What was
    /// there before is then still there.
    pub fn publish(&self, relative: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.canonical.join(relative);
        let not_written = |error: io::Error| {
            Failure::new(
                Reason::NotWritten,
                format!("{} cannot be written: {error}", self.root.join(relative).display()),
            )
        };
        let parent = path.parent().unwrap_or(&self.canonical);
        fs::create_dir_all(parent).map_err(not_written)?;
        let folder = parent.canonicalize().map_err(not_written)?;
        if !folder.starts_with(&self.canonical) {
            return Err(Failure::new(
                Reason::NotWritten,
                format!(
                    "{} leads out of the output folder by a symbolic link; remove the link",
                    self.root.join(relative).display()
                ),
            ));
        }
        let target = folder.join(path.file_name().unwrap_or_default());
        if self.sources_inside.contains(&target) {
            return Err(Failure::new(
                Reason::WouldOverwriteSource,
                format!("{} is one of the photos; choose another output folder", self.root.join(relative).display()),
            ));
        }
        write_whole(&folder, &target, bytes).map_err(not_written)
    }
}

fn write_whole(folder: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temp = new_temp(folder)?;
    temp.write_all(bytes)?;
    temp.as_file().sync_all()?;
    temp.persist(target).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// A temporary file with the permissions that the umask gives every other file: the crate's own default, readable by its
/// owner alone, is of no use to a web server.
fn new_temp(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMP_PREFIX).suffix(TEMP_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems have no way to sync a folder.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes temporary files of ours below `root`. The lock is held, so they belong to no living run; one that cannot be
/// removed does no harm.
fn sweep(root: &Path) {
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_file() && name.starts_with(TEMP_PREFIX) && name.ends_with(TEMP_SUFFIX) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file that grows line by line and appears under its name only when it is complete.
#[derive(Debug)]
pub struct GrowingFile {
    temp: io::BufWriter<tempfile::NamedTempFile>,
    folder: PathBuf,
    name: &'static str,
}

impl OutputFolder {
    /// Starts the file `name` in the output folder.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the folder cannot be written.
    pub fn grow(&self, name: &'static str) -> Result<GrowingFile, Error> {
        let temp = new_temp(&self.canonical)
            .map_err(|error| Error::fatal(self.root.join(name), format!("cannot be written: {error}")))?;
        Ok(GrowingFile { temp: io::BufWriter::new(temp), folder: self.canonical.clone(), name })
    }
}

impl GrowingFile {
    /// Adds `line` and a line feed.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.temp, "{line}")
    }

    /// Puts the file under its name, replacing what was there.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish(self) -> io::Result<()> {
        let temp = self.temp.into_inner().map_err(io::IntoInnerError::into_error)?;
        temp.as_file().sync_all()?;
        temp.persist(self.folder.join(self.name)).map_err(|error| error.error)?;
        sync_folder(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(root: &Path) -> OutputFolder {
        OutputFolder::open(root, std::iter::empty()).expect("opens")
    }

    #[test]
    fn an_output_is_replaced_whole_and_no_temporary_file_stays() {
        let root = tempfile::tempdir().expect("a temp folder");
        let folder = open(root.path());
        folder.publish(Path::new("linkedin/ana.jpg"), b"first").expect("written");
        folder.publish(Path::new("linkedin/ana.jpg"), b"second").expect("written");
        assert_eq!(fs::read(root.path().join("linkedin/ana.jpg")).expect("there"), b"second");
        assert_eq!(fs::read_dir(root.path().join("linkedin")).expect("there").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn an_output_can_be_read_by_those_the_umask_allows() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().expect("a temp folder");
        open(root.path()).publish(Path::new("ana.jpg"), b"x").expect("written");
        let plain = root.path().join("plain");
        fs::write(&plain, b"x").expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&root.path().join("ana.jpg")), mode(&plain));
    }

    #[test]
    fn a_source_is_never_written_over() {
        let root = tempfile::tempdir().expect("a temp folder");
        let source = root.path().join("ana.jpg");
        fs::write(&source, b"the photo").expect("written");
        let folder = OutputFolder::open(root.path(), [source.as_path()].into_iter()).expect("opens");
        let failure = folder.publish(Path::new("ana.jpg"), b"x").expect_err("refused");
        assert_eq!(failure.reason, Reason::WouldOverwriteSource);
        assert_eq!(fs::read(&source).expect("there"), b"the photo");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let (root, elsewhere) = (tempfile::tempdir().expect("temp"), tempfile::tempdir().expect("temp"));
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("linkedin")).expect("linked");
        let failure = open(root.path()).publish(Path::new("linkedin/ana.jpg"), b"x").expect_err("refused");
        assert_eq!(failure.reason, Reason::NotWritten);
        assert_eq!(fs::read_dir(elsewhere.path()).expect("there").count(), 0);
    }

    #[test]
    fn a_second_run_is_kept_out_and_strays_of_a_killed_one_are_swept() {
        let root = tempfile::tempdir().expect("a temp folder");
        let stray = root.path().join(".headshot-abc.tmp");
        fs::write(&stray, b"half").expect("written");
        let first = open(root.path());
        assert!(!stray.exists());
        assert_eq!(OutputFolder::open(root.path(), std::iter::empty()).expect_err("locked").exit_code(), 75);
        drop(first);
        open(root.path());
    }
}
