//! Small files that people write: only regular ones are opened, and only so much of one is read.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a preset, of a file of overrides, or of a roster, in bytes: half a million lines.
pub const MOST_BYTES: u64 = 16_000_000;

/// Opens the regular file at `path` for reading. Never waits: a named pipe that nobody writes to is an error at once.
///
/// # Errors
/// Those of the system; [`io::ErrorKind::InvalidInput`] for a folder, a pipe, a socket or a device.
pub fn open(path: &Path) -> io::Result<File> {
    // Opening a device can have effects of its own, and a socket cannot be opened at all.
    require_regular(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    // The name may stand for something else by now.
    require_regular(&file.metadata()?)?;
    Ok(file)
}

/// The content of the regular file at `path`, which may have `most` bytes.
///
/// # Errors
/// Those of [`open`]; [`io::ErrorKind::FileTooLarge`] for a file that is larger.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let too_large = |length: u64| {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has {:.1} MB, and {:.0} MB is the limit", megabytes(length), megabytes(most)),
        )
    };
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_large(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    // It may grow while it is read.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// That a file exists at `path` and is a regular one, for those who have it opened by somebody else.
///
/// # Errors
/// As [`open`].
pub fn require(path: &Path) -> io::Result<()> {
    require_regular(&std::fs::metadata(path)?)
}

fn require_regular(metadata: &Metadata) -> io::Result<()> {
    match other_kind(metadata) {
        None => Ok(()),
        Some(kind) => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {kind}, not a file"))),
    }
}

/// What it is that is no regular file; `None` for one that is.
#[must_use]
pub fn other_kind(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
    }
    Some("a device")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("a");
        std::fs::write(&path, b"abc").expect("written");
        assert_eq!(read(&path, 3).expect("fits"), b"abc");
        let error = read(&path, 2).expect_err("too large");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read(folder.path(), 9).expect_err("a folder").to_string(), "it is a folder, not a file");
        assert_eq!(read(&folder.path().join("b"), 9).expect_err("absent").kind(), io::ErrorKind::NotFound);
    }

    /// None of these may be waited for.
    #[cfg(unix)]
    #[test]
    fn pipes_sockets_and_devices_are_errors_at_once() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("bound");
        for (path, kind) in [(&*pipe, "a pipe"), (&*socket, "a socket"), (Path::new("/dev/zero"), "a device")] {
            let error = read(path, 9).expect_err(kind);
            assert_eq!(error.to_string(), format!("it is {kind}, not a file"));
            assert_eq!(require(path).expect_err(kind).kind(), io::ErrorKind::InvalidInput);
        }
    }
}
