//! Files and folders that stay below the output folder, whatever symbolic links somebody put there.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder `relative` below `root`, which is absolute and without links; made where it is missing, if `make`. Links
/// are followed as long as they stay below `root`.
///
/// # Errors
/// [`io::ErrorKind::PermissionDenied`] where a link leads out of `root`, or to nothing; [`io::ErrorKind::NotFound`]
/// where it is missing and is not made; those of the system.
pub(super) fn folder(root: &Path, relative: &Path, make: bool) -> io::Result<PathBuf> {
    let mut folder = root.to_owned();
    // One level at a time: nothing may be made behind a link that leads out.
    for part in relative.components() {
        let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
        let next = folder.join(name);
        folder = match fs::symlink_metadata(&next) {
            Ok(metadata) if metadata.is_symlink() => {
                let real = next.canonicalize().ok().filter(|real| real.starts_with(root));
                real.ok_or_else(|| leads_out(&next))?
            }
            Ok(_) => next,
            Err(error) if error.kind() == io::ErrorKind::NotFound && make => {
                match fs::create_dir(&next) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                    // Another thread made it.
                    _ => next,
                }
            }
            Err(error) => return Err(error),
        };
    }
    Ok(folder)
}

fn leads_out(link: &Path) -> io::Error {
    let what = format!("the symbolic link {} leads out of the output folder", crate::names::shown(link));
    io::Error::new(io::ErrorKind::PermissionDenied, what)
}

/// Whether `error` is about a link that leads out.
pub(super) fn is_way_out(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.to_string().ends_with("leads out of the output folder"))
}

/// Opens the file at `path` for writing, without changing what is in it; makes it where it is missing, with the
/// permissions that the umask gives.
///
/// # Errors
/// Those of the system, among them that of a link in the place of the file; [`io::ErrorKind::InvalidInput`] where it is
/// no regular file.
pub(crate) fn open_own(path: &Path) -> io::Result<File> {
    if let Ok(metadata) = fs::symlink_metadata(path) {
        if metadata.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a symbolic link; remove it"));
        }
        if let Some(kind) = crate::regular_file::other_kind(&metadata) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {kind}, not a file; remove it")));
        }
    }
    let mut options = File::options();
    options.create(true).truncate(false).write(true).read(true);
    // Somebody may put a link or a pipe there in between.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options.open(path)
}
