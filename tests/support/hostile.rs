//! What is done with bytes that mean harm: by the fuzz targets, and by the test of what they have found.
//!
//! Each function asserts what has to hold whatever the bytes are, and says what became of them.

// Each user takes the part it needs.
#![allow(dead_code)]

use headshot::error::{Failure, Reason};
use headshot::overrides::parse::{folder_file, sidecar as one_photo};
use headshot::photo::{self, Limits, Photo};
use headshot::pipeline::{Cropped, Cropper, Options};
use headshot::plan::{NameTemplate, plan};
use headshot::preset::Preset;
use headshot::roster::enrol::enrol;
use headshot::roster::parse::parse;
use headshot::sparse_jpeg::{Area, Keep, Refusal, Request, Scale, SparseJpeg, outline};
use headshot::walk::Source;
use std::path::{Component, Path};
use std::sync::OnceLock;

/// Small, so that many inputs are tried in a second and a bomb is seen by its memory.
const LIMITS: Limits = Limits::new().with_max_pixels(4_000_000).with_max_side(8_000).with_max_bytes(64_000_000);

/// Decodes a photo, and where it is damaged as much as there is of it.
pub fn decode(bytes: &[u8]) -> Result<Photo<'_>, Failure> {
    let header = photo::probe(bytes);
    let strict = photo::decode(bytes, &LIMITS);
    match &strict {
        Ok(photo) => {
            assert!(header.is_ok(), "decoded, but: {header:?}");
            assert_eq!(photo.damage, None);
            is_within_limits(photo);
        }
        Err(failure) => {
            is_of_use(failure);
            if failure.reason == Reason::Damaged {
                match photo::decode(bytes, &LIMITS.with_allow_damaged(true)) {
                    Ok(photo) => is_within_limits(&photo),
                    Err(failure) => is_of_use(&failure),
                }
            }
        }
    }
    strict
}

fn is_within_limits(photo: &Photo<'_>) {
    let (width, height) = photo.size();
    assert!(width > 0 && height > 0);
    assert!(u64::from(width) * u64::from(height) <= LIMITS.max_pixels, "{width} x {height}");
    assert!(width.max(height) <= LIMITS.max_side, "{width} x {height}");
}

fn is_of_use(failure: &Failure) {
    assert!(failure.reason != Reason::Internal, "{failure}");
    assert!(!failure.message.is_empty() && failure.sentence().len() < 500, "{failure}");
}

/// Decodes a JPEG where it is looked at, at every scale, whatever is kept of it. What opens can be read all over, and
/// says the same twice.
pub fn sparse_jpeg(bytes: &[u8]) -> Result<(), Refusal> {
    let places = opened_sparse_jpeg(bytes, Keep::Places);
    let coefficients = opened_sparse_jpeg(bytes, Keep::Coefficients);
    if let Err(Refusal::Damaged(_)) = &coefficients
        && let Ok(outline) = outline(bytes, Keep::Coefficients)
        && u64::from(outline.width) * u64::from(outline.height) <= LIMITS.max_pixels
        && let Ok((jpeg, _)) = SparseJpeg::open_damaged(bytes)
    {
        has_all_samples(&jpeg);
    }
    if let (Ok(places), Ok(coefficients)) = (&places, &coefficients) {
        let (right, bottom) = places.size();
        let whole = Area { left: 0, top: 0, right, bottom };
        for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
            let request = Request { area: whole, scale, fine_colour: false };
            assert!(places.planes(request) == coefficients.planes(request), "{scale:?}");
        }
    }
    coefficients.map(|_| ())
}

fn opened_sparse_jpeg(bytes: &[u8], keep: Keep) -> Result<SparseJpeg<'_>, Refusal> {
    let outline = outline(bytes, keep)?;
    if u64::from(outline.width) * u64::from(outline.height) > LIMITS.max_pixels {
        return Err(Refusal::NotHandled("too large for a trial"));
    }
    let jpeg = SparseJpeg::open(bytes, keep)?;
    assert_eq!(jpeg.size(), (outline.width, outline.height));
    assert_eq!(jpeg.has_planes(), outline.has_planes);
    has_all_samples(&jpeg);
    let whole = Area { left: 0, top: 0, right: outline.width, bottom: outline.height };
    let part = Area { left: outline.width / 3, top: outline.height / 2, ..whole };
    for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
        if !outline.has_planes {
            assert_eq!(jpeg.planes(Request { area: whole, scale, fine_colour: false }), None);
            continue;
        }
        let pixels = jpeg.region(whole, scale).expect("inside").pixels;
        assert_eq!(pixels.width(), outline.width.div_ceil(scale.pixels()));
        assert_eq!(pixels.height(), outline.height.div_ceil(scale.pixels()));
        let again = jpeg.region(part, scale).expect("inside");
        assert!(again.left <= part.left && again.top <= part.top);
        let last = |pixels: &image::RgbImage| pixels.pixels().next_back().copied();
        assert_eq!(last(&again.pixels), last(&pixels), "{scale:?}");
    }
    Ok(jpeg)
}

fn has_all_samples(jpeg: &SparseJpeg<'_>) {
    let (width, height) = jpeg.size();
    assert_eq!(jpeg.samples().len(), width as usize * height as usize * jpeg.components());
}

/// Makes headshots of a photo.
pub fn pipeline(bytes: &[u8]) -> Result<Cropped, Failure> {
    static CROPPER: OnceLock<Cropper> = OnceLock::new();
    let cropper = CROPPER.get_or_init(|| {
        let mut options = Options::default();
        options.limits = LIMITS.with_max_pixels(300_000).with_allow_damaged(true);
        let builder = Cropper::builder().preset("ad-thumbnail").preset("email-signature").preset("id-badge");
        builder.options(options).build().expect("built-in presets")
    });
    let cropped = cropper.process(bytes);
    match &cropped {
        Ok(cropped) => {
            assert_eq!(cropped.refused.is_some(), cropped.crops.is_empty());
            for crop in &cropped.crops {
                assert!(!crop.bytes.is_empty() && crop.transform.0.iter().all(|number| number.is_finite()));
            }
        }
        Err(failure) => is_of_use(failure),
    }
    cropped
}

/// Reads a preset; one that is taken can be written and read again.
pub fn preset(text: &str) -> Result<Preset, String> {
    let read = Preset::parse(text, "fuzz.toml").map_err(|error| error.to_string());
    match &read {
        Ok(preset) => {
            let again = toml::to_string(preset).expect("a preset is TOML");
            assert_eq!(Preset::parse(&again, "again").ok().as_ref(), Some(preset), "{again}");
        }
        Err(message) => assert!(message.starts_with("fuzz.toml:"), "{message}"),
    }
    read
}

/// Reads bytes as a list of people, and finds their photos among a few.
pub fn roster(bytes: &[u8]) -> Result<usize, usize> {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let told = |mistakes: Vec<headshot::overrides::parse::Mistake>| {
        assert!(!mistakes.is_empty());
        for mistake in &mistakes {
            assert!((1..=lines).contains(&mistake.line) && !mistake.what.is_empty(), "{mistake:?}");
        }
        mistakes.len()
    };
    let roster = parse(&String::from_utf8_lossy(bytes)).map_err(told)?;
    let people = roster.len();
    let template = NameTemplate::parse("{id}.{ext}", roster.columns()).unwrap_or_default();
    let sources: Vec<Source> = ["a.jpg", "b/a.png", "b/r\u{e9}.jpg", "c [1].jpg"]
        .map(|name| Source::at(name, Path::new("/in").join(name)))
        .to_vec();
    let used: Vec<&str> = template.columns().collect();
    let enrolled = enrol(sources, roster.into(), Path::new("people.csv"), &used).map_err(told)?;
    assert!((4..=4 + people).contains(&enrolled.sources().len()));
    static PRESETS: OnceLock<Vec<Preset>> = OnceLock::new();
    let presets = PRESETS.get_or_init(|| headshot::preset::select(&["x".to_owned()]).expect("built in"));
    if let Ok(plan) = plan(enrolled, presets, &template) {
        for output in (0..plan.len()).flat_map(|index| plan.job(index).outputs) {
            // No list leads out of the output folder.
            assert!(output.components().all(|part| matches!(part, Component::Normal(_))), "{output:?}");
        }
    }
    Ok(people)
}

/// Reads text as a sidecar and as a folder's file of overrides; how many mistakes each has.
pub fn sidecar(text: &str) -> [usize; 2] {
    let lines = text.lines().count() + 1;
    let count = |mistakes: &[headshot::overrides::parse::Mistake]| {
        assert!(!mistakes.is_empty());
        for mistake in mistakes {
            assert!((1..=lines).contains(&mistake.line) && !mistake.what.is_empty(), "{mistake:?}");
        }
        mistakes.len()
    };
    [
        one_photo(text).map_or_else(|mistakes| count(&mistakes), |_| 0),
        folder_file(text).map_or_else(|m| count(&m), |_| 0),
    ]
}
