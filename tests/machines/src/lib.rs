//! What the program makes of a photo, as lines that can be compared between machines: to the last bit.

use headshot::frame::Step;
use headshot::photo::{Limits, Pixels, Raster, decode};
use headshot::pipeline::{Crop, Cropper};
use headshot::preset::{OutputFormat, Preset, select};
use std::fmt::Write as _;

#[cfg(target_family = "wasm")]
mod page;

/// A cropper for the presets in daily use, and for one small output of every format.
///
/// # Panics
/// Where the built-in presets are not valid, which their own tests rule out.
#[must_use]
pub fn cropper() -> Cropper {
    let small = |format: OutputFormat| {
        let mut preset: Preset = select(&["x".to_owned()]).expect("built in").swap_remove(0);
        preset.name = format!("small-{}", format.extension());
        preset.format = format;
        (preset.width, preset.height, preset.min_width, preset.max_bytes) = (96, 96, None, None);
        preset
    };
    [OutputFormat::Png, OutputFormat::Webp, OutputFormat::Avif]
        .into_iter()
        .fold(Cropper::builder().preset("work"), |builder, format| builder.own_preset(small(format)))
        .build()
        .expect("valid presets")
}

/// What `cropper` makes of `photo`, one thing a line, its name first.
#[must_use]
pub fn lines(cropper: &Cropper, photo: &[u8]) -> String {
    let mut lines = String::new();
    let mut line = |name: &str, value: &str| writeln!(lines, "{name}\t{value}").expect("writing to a String");
    line("pixels", &pixels(photo));
    let cropped = match cropper.process(photo) {
        Ok(cropped) => cropped,
        Err(failure) => {
            line("failure", &failure.message);
            return lines;
        }
    };
    // Numbers are written with as many digits as tell them from all others.
    line("size", &format!("{:?} {} {:?}", cropped.size, cropped.turned_deg, cropped.tone));
    line("faces", &format!("{:?}", cropped.faces));
    line("heads", &format!("{:?}", cropped.heads));
    line("verdict", &format!("{:?} {:?} {:?}", cropped.verdict, cropped.refused.map(|why| why.message), cropped.checks));
    for crop in &cropped.crops {
        let name = &cropper.presets()[crop.preset].name;
        line(&format!("frame {name}"), &frame(crop));
        line(&format!("bytes {name}"), &format!("{} {:016x}", crop.bytes.len(), hash(&crop.bytes)));
    }
    for missing in &cropped.missing {
        line(&format!("bytes {}", cropper.presets()[missing.preset].name), &missing.why.message);
    }
    lines
}

fn frame(crop: &Crop) -> String {
    let steps: Vec<&str> = crop.steps.iter().map(|step: &Step| step.code()).collect();
    format!("{} x {} {:?} {steps:?} {:?} {:?}", crop.width, crop.height, crop.transform, crop.padded, crop.placement)
}

/// What a decoder made of the file, before anything else is done.
fn pixels(photo: &[u8]) -> String {
    match decode(photo, &Limits::default()).map(|photo| photo.pixels) {
        Ok(Pixels::Whole(Raster::Rgb(pixels))) => format!("{:016x}", hash(pixels.as_raw())),
        Ok(Pixels::Whole(Raster::Rgba(pixels))) => format!("{:016x}", hash(pixels.as_raw())),
        Ok(_) => "decoded in parts".to_owned(),
        Err(failure) => failure.message,
    }
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo).
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
