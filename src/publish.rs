//! Bytes to a file that is whole or absent: temporary file in the same folder, fsync, rename, fsync of the folder.

mod grow;
mod inside;

pub use grow::GrowingFile;
pub(crate) use inside::open_own;

use crate::error::{Error, Failure, Reason};
use crate::names::{key, shown};
use crate::regular_file::other_kind;
use crate::shard::Shard;
use crate::stamp::Stamp;
use crate::walk::{RealFolders, Source, target};
use same_file::Handle;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Start and end of our temporary files' names, by which strays of a killed run are known.
const TEMP_PREFIX: &str = ".headshot-";
const TEMP_SUFFIX: &str = ".tmp";

/// The lock that keeps two runs out of one output folder. It is a kernel lock: it goes with the process.
const LOCK_NAME: &str = ".headshot.lock";

/// An output folder, held by this run alone, or by the runs of its shares, each of which holds one share.
#[derive(Debug)]
pub struct OutputFolder {
    /// As the user gave it, for messages.
    root: PathBuf,
    canonical: PathBuf,
    /// Sources that lie inside the output folder, canonical, by their keys: nothing is published onto one of them.
    sources_inside: HashMap<Vec<u8>, Vec<PathBuf>>,
    shard: Option<Shard>,
    /// The folder itself, to know it again: a share that was unmounted and a folder that was replaced are not written
    /// to.
    handle: Handle,
    _locks: Vec<File>,
}

impl OutputFolder {
    /// Creates the folder where it is missing, locks it, and sweeps what a killed run left in it. With a `shard`, the
    /// runs of the other shards may be at work in it too.
    ///
    /// # Errors
    /// [`Error::Locked`] where another run has it, [`Error::Fatal`] where it cannot be created or written.
    pub fn open(root: &Path, sources: &[Source], shard: Option<Shard>) -> Result<Self, Error> {
        let explain = |what: &str, error: io::Error| {
            Error::fatal(root, format!("the output folder {what}: {}", explained(&error))).caused_by(error)
        };
        if let Some(metadata) = fs::metadata(root).ok().filter(|metadata| !metadata.is_dir()) {
            let kind = other_kind(&metadata).unwrap_or("a file");
            return Err(Error::fatal(root, format!("is {kind}; name a folder for the headshots with -o")));
        }
        fs::create_dir_all(root).map_err(|error| explain("cannot be created", error))?;
        let canonical = root.canonicalize().map_err(|error| explain("cannot be opened", error))?;
        let held = |name: &str, shared: bool| {
            hold(&canonical.join(name), shared).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput => {
                    Error::fatal(root.join(name), format!("the lock cannot be taken: {error}")).caused_by(error)
                }
                _ => explain("cannot be written", error),
            })
        };
        let mut locks = vec![held(LOCK_NAME, shard.is_some())];
        if let Some(shard) = shard {
            locks.push(held(&shard.name(LOCK_NAME), false));
        }
        let locks = locks.into_iter().collect::<Result<Option<Vec<File>>, Error>>()?;
        let locks = locks.ok_or_else(|| Error::Locked(root.to_owned()))?;
        sweep(&canonical, shard);
        let handle = Handle::from_path(&canonical).map_err(|error| explain("cannot be opened", error))?;
        let sources_inside = sources_inside(&canonical, sources);
        Ok(Self { root: root.to_owned(), canonical, sources_inside, shard, handle, _locks: locks })
    }

    /// The folder, absolute and without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.canonical
    }

    /// The name of `name` in this run: a share has files of its own.
    #[must_use]
    pub fn own_name(&self, name: &str) -> String {
        Shard::own_name(self.shard, name)
    }

    /// That none of `folders`, below this one, leads out of it by a symbolic link.
    ///
    /// # Errors
    /// [`Error::Usage`] with all that do.
    pub fn refuse_ways_out(&self, folders: &BTreeSet<PathBuf>) -> Result<(), Error> {
        let leads_out = |folder: &&PathBuf| {
            inside::folder(&self.canonical, folder, false).is_err_and(|error| inside::is_way_out(&error))
        };
        let out: Vec<String> = folders.iter().filter(leads_out).map(|path| shown(self.root.join(path))).collect();
        if out.is_empty() {
            return Ok(());
        }
        Err(Error::usage(format!(
            "symbolic links lead out of the output folder; nothing was written:\n  {}\nremove them, or choose another folder \
             with -o",
            out.join("\n  ")
        )))
    }

    /// The folder as the user gave it.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes `bytes` to `relative` below the folder; the stamp of the file. A file that is already there is replaced
    /// in one step.
    ///
    /// # Errors
    /// [`Reason::NotWritten`] where the disk says no, [`Reason::OutputLost`] where it will say so to every other file
    /// too, [`Reason::WouldOverwriteSource`] where a source is there. What was there before is then still there.
    pub fn publish(&self, relative: &Path, bytes: &[u8]) -> Result<Stamp, Failure> {
        let shown_path = || shown(self.root.join(relative));
        let not_written = |error: io::Error| {
            let reason = if self.is_lost(&error) { Reason::OutputLost } else { Reason::NotWritten };
            Failure::new(reason, format!("{} cannot be written: {}", shown_path(), explained(&error)))
                .advised("mend that, and run this again")
        };
        if !self.is_there() {
            let message = format!("{}: the output folder is gone", shown(&self.root));
            return Err(Failure::new(Reason::OutputLost, message).advised("bring it back and run this again"));
        }
        let folder = inside::folder(&self.canonical, relative.parent().unwrap_or(Path::new("")), true);
        let folder = folder.map_err(|error| {
            if inside::is_way_out(&error) {
                let message = format!("{} leads out of the output folder by a symbolic link", shown_path());
                return Failure::new(Reason::NotWritten, message).advised("remove the link");
            }
            not_written(error)
        })?;
        let target = folder.join(relative.file_name().unwrap_or_default());
        if self.is_source(&target) {
            let message = format!("{} is one of the photos", shown_path());
            return Err(Failure::new(Reason::WouldOverwriteSource, message).advised("choose another output folder"));
        }
        self.write_whole(&folder, &target, bytes).map_err(not_written)
    }

    fn write_whole(&self, folder: &Path, target: &Path, bytes: &[u8]) -> io::Result<Stamp> {
        let mut temp = new_temp(folder, self.shard)?;
        temp.write_all(bytes)?;
        temp.as_file().sync_all()?;
        let file = temp.persist(target).map_err(|error| error.error)?;
        sync_folder(folder)?;
        Ok(Stamp::of(&file.metadata()?))
    }

    /// Removes the output `relative` and the folders that it leaves empty; whether it did.
    #[must_use]
    pub fn remove(&self, relative: &Path) -> bool {
        let parent = relative.parent().unwrap_or(Path::new(""));
        let Ok(folder) = inside::folder(&self.canonical, parent, false) else { return false };
        let target = folder.join(relative.file_name().unwrap_or_default());
        if self.is_source(&target) || fs::remove_file(&target).is_err() {
            return false;
        }
        // A folder that holds anything else is not removed: the system refuses to. Another share may be about to write
        // there.
        for folder in relative.ancestors().skip(1).filter(|folder| *folder != Path::new("")) {
            if self.shard.is_some() || fs::remove_dir(self.canonical.join(folder)).is_err() {
                break;
            }
        }
        true
    }

    /// Whether a photo is at `target`, also under another spelling of its name where the file system takes both for
    /// one.
    fn is_source(&self, target: &Path) -> bool {
        let sources = self.sources_inside.get(&*key(target)).map(Vec::as_slice).unwrap_or_default();
        sources.iter().any(|source| source == target || same_file::is_same_file(source, target).unwrap_or(false))
    }

    /// Whether the folder is the one that was opened.
    fn is_there(&self) -> bool {
        Handle::from_path(&self.canonical).is_ok_and(|now| now == self.handle)
    }

    /// Whether what `error` says of one file is true of all that follow.
    fn is_lost(&self, error: &io::Error) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        matches!(error.kind(), FileTooLarge | QuotaExceeded | ReadOnlyFilesystem | StorageFull) || !self.is_there()
    }
}

/// The lock at `path`, held; `None` where another run holds it.
fn hold(path: &Path, shared: bool) -> io::Result<Option<File>> {
    let lock = open_own(path)?;
    match if shared { lock.try_lock_shared() } else { lock.try_lock() } {
        // Some network file systems have no locks; a run there is not refused for it.
        Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(Some(lock)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
    }
}

/// What `error` says, in the words of those who set the limit where the system's own say too little.
pub(crate) fn explained(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            format!("the limit on the size of files was reached ({error}); raise it with `ulimit -f`")
        }
        _ => error.to_string(),
    }
}

/// Those of `sources` that are in `folder`, without links.
fn sources_inside(folder: &Path, sources: &[Source]) -> HashMap<Vec<u8>, Vec<PathBuf>> {
    let mut folders = RealFolders::default();
    let mut inside: HashMap<Vec<u8>, Vec<PathBuf>> = HashMap::new();
    for source in sources {
        let path = source.path();
        let Some(place) = folders.place(&path) else { continue };
        for real in [Some(place), target(&path)].into_iter().flatten().filter(|real| real.starts_with(folder)) {
            inside.entry(key(&real).into_owned()).or_default().push(real);
        }
    }
    inside
}

/// A temporary file with the permissions that the umask gives every other file: the crate's own default, readable by
/// its owner alone, is of no use to a web server.
pub(crate) fn new_temp(folder: &Path, shard: Option<Shard>) -> io::Result<tempfile::NamedTempFile> {
    let prefix = temp_prefix(shard);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMP_SUFFIX);
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

/// How the temporary files of a run begin: those of another share belong to a run that may be at work.
fn temp_prefix(shard: Option<Shard>) -> String {
    shard.map_or_else(|| TEMP_PREFIX.to_owned(), |shard| format!("{TEMP_PREFIX}{}-", shard.name("share")))
}

/// Removes temporary files of ours below `root`. The lock is held, so they belong to no living run; one that cannot be
/// removed does no harm.
fn sweep(root: &Path, shard: Option<Shard>) {
    let prefix = temp_prefix(shard);
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_file() && name.starts_with(&prefix) && name.ends_with(TEMP_SUFFIX) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(root: &Path) -> OutputFolder {
        OutputFolder::open(root, &[], None).expect("opens")
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
        let folder = OutputFolder::open(root.path(), &[Source::at("ana.jpg", &source)], None).expect("opens");
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
        assert_eq!(OutputFolder::open(root.path(), &[], None).expect_err("locked").exit_code(), 75);
        drop(first);
        open(root.path());
    }
}
