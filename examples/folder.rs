//! A folder, in a pool of the caller's own: one cropper serves all its threads.
//!
//! ```text
//! cargo run --release --example folder -- samples
//! ```

use headshot::pipeline::Cropper;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("name a folder")?;
    let cropper = Cropper::builder().preset("team-page").build()?;
    let paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    let lines: Vec<String> = paths
        .into_par_iter()
        .filter(|path| path.is_file())
        .map(|path| match fs::read(&path) {
            Ok(bytes) => match cropper.crop(&bytes) {
                Ok(crops) => format!("{}: {} headshots", path.display(), crops.len()),
                Err(why) => format!("{}: {why}", path.display()),
            },
            Err(error) => format!("{}: {error}", path.display()),
        })
        .collect();
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}
