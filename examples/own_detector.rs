//! A detector of your own: here one that knows where people stand, as in a photo booth.
//!
//! ```text
//! cargo run --release --example own_detector -- samples/astronaut.png
//! ```

use headshot::detect::{Detector, Face};
use headshot::geometry::Rect;
use headshot::pipeline::Cropper;
use image::RgbImage;
use std::error::Error;
use std::{env, fs};

/// Everybody sits in front of the same spot.
struct PhotoBooth;

impl Detector for PhotoBooth {
    fn detect(&self, picture: &RgbImage, threshold: f64) -> Vec<Face> {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let score = 0.95;
        // From the middle of the forehead to the chin, and across the cheeks.
        let rect = Rect::new(0.33 * width, 0.08 * height, 0.26 * width, 0.32 * height);
        if score < threshold || picture.is_empty() { Vec::new() } else { vec![Face { rect, score, landmarks: None }] }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let cropper = Cropper::builder().preset("id-badge").detector(Box::new(PhotoBooth)).build()?;
    for path in env::args_os().skip(1) {
        let cropped = cropper.process(&fs::read(path)?)?;
        println!("{} headshots, {:?}", cropped.crops.len(), cropped.refused);
    }
    Ok(())
}
