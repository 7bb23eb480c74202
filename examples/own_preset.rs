//! A size that nobody else has, and what the program would do with a photo, without pixels.
//!
//! ```text
//! cargo run --release --example own_preset -- samples/astronaut.png
//! ```

use headshot::pipeline::{Cropper, Options};
use headshot::preset::Preset;
use std::error::Error;
use std::{env, fs};

const DOOR: &str = r#"
name = "door"
title = "Photo at the door"
width = 600
height = 800
min_width = 300
shape = "rectangle"

[framing]
head_height = 0.42
max_head_height = 0.60
eye_line = 0.38
headroom = 0.03
max_roll = 20
extend = "plain"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    options.render = false;
    let cropper = Cropper::builder().options(options).own_preset(Preset::parse(DOOR, "DOOR")?).build()?;
    for path in env::args_os().skip(1) {
        for crop in cropper.crop(&fs::read(path)?)? {
            println!("{} x {}, gives up {:?}, {:?}", crop.width, crop.height, crop.steps, crop.transform.0);
        }
    }
    Ok(())
}
