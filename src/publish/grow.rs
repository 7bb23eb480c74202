//! Files that are written in pieces.

use super::{OutputFolder, explained, new_temp, sync_folder};
use crate::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

/// A file that grows line by line and appears under its name only when it is complete.
#[derive(Debug)]
pub struct GrowingFile {
    temp: io::BufWriter<tempfile::NamedTempFile>,
    folder: PathBuf,
    name: String,
}

impl OutputFolder {
    /// Starts the file `name` in the output folder.
    ///
    /// # Errors
    /// [`Error::Fatal`] where the folder cannot be written.
    pub fn grow(&self, name: String) -> Result<GrowingFile, Error> {
        let temp = new_temp(&self.canonical, self.shard).map_err(|error| {
            Error::fatal(self.root.join(&name), format!("cannot be written: {}", explained(&error))).caused_by(error)
        })?;
        Ok(GrowingFile { temp: io::BufWriter::new(temp), folder: self.canonical.clone(), name })
    }
}

impl Write for GrowingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temp.flush()
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
        temp.persist(self.folder.join(&self.name)).map_err(|error| error.error)?;
        sync_folder(&self.folder)
    }
}
