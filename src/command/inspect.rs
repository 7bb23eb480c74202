//! `headshot inspect`: what a file is, what had to be assumed to read it, and what can be made of it.

use super::cli::InspectArgs;
use super::config::{memory, pixels};
use super::log::{Log, print_json, printable, println_ignoring_a_closed_pipe as print};
use super::panics::silently;
use headshot::error::{Error, Failure};
use headshot::inspect::Inspection;
use headshot::intake;
use headshot::memory::MemoryBudget;
use headshot::names::shown;
use headshot::photo::Limits;
use headshot::pipeline::{Cropper, DetectorChoice, Options};
use headshot::preset;
use serde::Serialize;

use std::path::Path;

/// One line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    #[serde(flatten)]
    inspection: &'a Inspection,
}

/// Looks at all files; the exit code is 3 where one of them cannot be read.
pub fn inspect(args: &InspectArgs, log: &Log) -> Result<u8, Error> {
    let mut limits = Limits::default().with_allow_damaged(args.allow_damaged);
    if let Some(megapixels) = args.max_pixels {
        limits.max_pixels = pixels(megapixels);
    }
    let words: Vec<String> = args.preset.iter().map(|word| word.trim().to_owned()).collect();
    let mut options = Options::default();
    (options.limits, options.render) = (limits, false);
    let cropper = Cropper::with_presets(preset::select(&words)?, options, DetectorChoice::YuNet)?;

    let memory = memory(args.memory, 1)?;

    let mut code = 0;
    for path in &args.inputs {
        let Some(inspection) = look(path, (limits, &memory), &cropper, log) else {
            code = 3;
            continue;
        };
        if inspection.failure.is_some() {
            code = 3;
        }
        let source = path.display().to_string();
        if args.json {
            let line = Line { source: &source, inspection: &inspection };
            print_json(&serde_json::to_string(&line).unwrap_or_default());
        } else {
            print(&in_lines(&printable(&source), &inspection));
        }
    }
    Ok(code)
}

fn look(path: &Path, (limits, memory): (Limits, &MemoryBudget), cropper: &Cropper, log: &Log) -> Option<Inspection> {
    if path.is_dir() {
        log.error(&format!("{}: is a folder; name a photo", shown(path)));
        return None;
    }
    let told = |failure: Failure| log.error(&format!("{}: {}", shown(path), failure.sentence()));
    let mut intake = intake::file(path, memory).map_err(told).ok()?;
    // What a decoder of other people says when it gives up is of no use to a user.
    silently(|| match intake.reserve(memory, |header| cropper.memory(header)) {
        Ok(()) => Inspection::of(&intake.bytes, &limits, cropper),
        Err(failure) => Inspection::refused(&intake.bytes, failure),
    })
    .map_err(told)
    .ok()
}

fn in_lines(source: &str, seen: &Inspection) -> String {
    let mut lines = vec![source.to_owned()];
    let mut add = |what: &str, value: String| lines.push(format!("  {what:<13}{value}"));
    add("format", format!("{}, {}", seen.format.unwrap_or("not a picture of any known kind"), size(seen.bytes as u64)));
    if let Some(header) = &seen.header {
        let megapixels = f64::from(header.stored_width) * f64::from(header.stored_height) / 1e6;
        add("stored", format!("{} x {} pixels, {megapixels:.1} megapixels", header.stored_width, header.stored_height));
        add("memory", format!("{} at most to decode", size(header.memory)));
    }
    if let Some(picture) = &seen.picture {
        add(
            "orientation",
            format!("{} (EXIF {}): {} x {}", picture.turned, picture.orientation, picture.width, picture.height),
        );
        let converted = if picture.converted { ", converted to sRGB" } else { "" };
        add("colours", format!("{}{converted}", picture.colours));
        add("transparency", if picture.transparent { "in parts" } else { "none" }.to_owned());
        if let Some(damage) = picture.damage.as_ref().or(picture.flaw.as_ref()) {
            add("damage", damage.clone());
        }
    }
    if let Some(failure) = &seen.failure {
        add("not read", printable(&failure.message).into_owned());
    } else {
        seen.appraisal.explained().into_iter().for_each(|(what, value)| add(what, value));
    }
    lines.join("\n")
}

fn size(bytes: u64) -> String {
    match bytes {
        1_000_000.. => format!("{:.1} MB", bytes as f64 / 1e6),
        1_000.. => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{bytes} bytes"),
    }
}
