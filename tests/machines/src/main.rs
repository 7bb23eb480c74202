//! `headshot-machines FOLDER...`: the lines of all files below the folders, each after the file's path.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let cropper = headshot_machines::cropper();
    let mut out = io::stdout().lock();
    for root in env::args_os().skip(1).map(PathBuf::from) {
        let mut files = Vec::new();
        collect(&root, &mut files)?;
        files.sort();
        for file in files {
            let name = file.to_string_lossy().replace('\\', "/");
            for line in headshot_machines::lines(&cropper, &fs::read(&file)?).lines() {
                writeln!(out, "{name}\t{line}")?;
            }
        }
    }
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}
