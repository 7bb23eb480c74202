//! One photo, two sizes.
//!
//! ```text
//! cargo run --release --example one_photo -- samples/astronaut.png
//! ```

use headshot::pipeline::Cropper;
use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("name a photo")?;
    let cropper = Cropper::builder().preset("linkedin").preset("email-signature").build()?;
    let folder = env::temp_dir();
    for crop in cropper.crop(&fs::read(path)?)? {
        let name = format!("{}.jpg", cropper.presets()[crop.preset].name);
        fs::write(folder.join(&name), &crop.bytes)?;
        println!("{}: {} x {}, {} bytes", folder.join(name).display(), crop.width, crop.height, crop.bytes.len());
    }
    Ok(())
}
