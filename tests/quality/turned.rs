//! Photos that lie on their side or stand on their head, and tilted heads.

use crate::corpus::{Truth, empty_folder, holds, portrait_truths, run, shared};
use headshot::geometry::{Affine, Point};
use headshot::photo::{Limits, decode};
use headshot::report::line::RecordLine;
use image::RgbImage;
use image::imageops::{self, FilterType};
use rayon::prelude::*;
use std::fs;
use std::path::Path;

/// Tilt in degrees that may be left of a head tilted by up to 35; only ever goes down.
const LEVELLED_TILT: f64 = 3.0;

/// Share of the portraits turned by quarter turns that come out upright and on the right face; only ever goes up.
const RIGHTLY_TURNED: f64 = 0.97;

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
#[cfg_attr(all(has_corpus, debug_assertions), ignore = "takes minutes without optimisation")]
fn photos_on_their_side_or_head_are_turned() {
    let shared = shared();
    let truths = portrait_truths(&shared);
    let folder = empty_folder("turned-photos");
    let turned: Vec<(String, Affine, &Truth)> = truths
        .par_iter()
        .flat_map_iter(|(name, truth)| {
            quarter_turns(&shared.join("corpus/portraits"), name, &folder)
                .map(move |(source, map)| (source, map, truth))
        })
        .collect();
    let (_, records) = run(&folder, "turned", &["-p", "linkedin", "--allow-upscale"]);
    assert_eq!(records.len(), turned.len());
    let wrong: Vec<&str> = turned
        .iter()
        .filter(|(source, map, truth)| !is_upright(&records[source], map, truth))
        .map(|(source, ..)| source.as_str())
        .collect();
    let right = 1.0 - wrong.len() as f64 / turned.len() as f64;
    println!("{right:.4} of the turned photos are right; wrong: {wrong:?}");
    assert!(right >= RIGHTLY_TURNED, "{right:.4}: {wrong:?}");
}

/// Writes a photo, at most 1000 pixels long, turned by one, two and three quarters, without a word of it in the file;
/// gives each copy's path in `folder` and the map to it from the photo's upright pixels.
fn quarter_turns(photos: &Path, name: &str, folder: &Path) -> [(String, Affine); 3] {
    let bytes = fs::read(photos.join(name)).unwrap();
    let decoded = decode(&bytes, &Limits::default()).unwrap();
    let upright = decoded.orientation.apply_rgb(decoded.pixels.into_raster().into_rgb([255; 3]));
    let (width, height) = upright.dimensions();
    let ratio = (1000.0 / f64::from(width.max(height))).min(1.0);
    let shrunk = |side: u32| (f64::from(side) * ratio).round() as u32;
    let small = imageops::resize(&upright, shrunk(width), shrunk(height), FilterType::Triangle);
    let (small_width, small_height) = (f64::from(small.width()), f64::from(small.height()));
    let shrink = Affine::scaling(small_width / f64::from(width), small_height / f64::from(height));
    let turns: [(&str, RgbImage, Affine); 3] = [
        ("quarter", imageops::rotate90(&small), Affine([0.0, -1.0, small_height, 1.0, 0.0, 0.0])),
        ("half", imageops::rotate180(&small), Affine([-1.0, 0.0, small_width, 0.0, -1.0, small_height])),
        ("three-quarters", imageops::rotate270(&small), Affine([0.0, 1.0, 0.0, -1.0, 0.0, small_width])),
    ];
    turns.map(|(turn, picture, map)| {
        let source = format!("{turn}/{name}.jpg");
        fs::create_dir_all(folder.join(turn)).unwrap();
        picture.save(folder.join(&source)).unwrap();
        (source, shrink.then(&map))
    })
}

/// Whether the crop shows the true face with the chin below the eyes; `map` leads from the truth's pixels to the photo.
fn is_upright(record: &RecordLine, map: &Affine, truth: &Truth) -> bool {
    let Some(crop) = record.outputs.first() else { return false };
    let in_photo = |[x, y]: [f64; 2]| map.apply(Point::new(x, y));
    let face = map.apply(truth.face_centre());
    let in_crop = |point| crop.transform.apply(in_photo(point));
    let (eyes, chin) = (in_crop(truth.eye_mid), in_crop(truth.chin));
    holds(&record.faces[crop.face], face) && chin.y - eyes.y > (chin.x - eyes.x).abs()
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
#[cfg_attr(all(has_corpus, debug_assertions), ignore = "takes minutes without optimisation")]
fn tilted_heads_are_levelled() {
    let shared = shared();
    let variants = shared.join("corpus/formats/face_variants");
    let truth: serde_json::Value = serde_json::from_slice(&fs::read(variants.join("TRUTH.json")).unwrap()).unwrap();
    let point = |value: &serde_json::Value| Point::new(value[0].as_f64().unwrap(), value[1].as_f64().unwrap());
    let [size, left, right] =
        [&truth["size_upright"], &truth["eyes_image_left_right"][0], &truth["eyes_image_left_right"][1]].map(point);
    for degrees in [10, 20, 35] {
        let name = format!("roll_{degrees}");
        let photo = variants.join(format!("{name}.jpg"));
        let (_, records) = run(&photo, &name, &["-p", "linkedin", "--allow-upscale"]);
        let record = records.values().next().unwrap();
        let photo = record.photo.as_ref().unwrap();
        // The variants are the upright picture turned anticlockwise about its middle, on a canvas that holds all of it.
        let to_variant = Affine::translation(-size.x / 2.0, -size.y / 2.0)
            .then(&Affine::rotation(-f64::from(degrees)))
            .then(&Affine::translation(f64::from(photo.width) / 2.0, f64::from(photo.height) / 2.0));
        let to_crop = to_variant.then(&record.outputs[0].transform);
        let (left, right) = (to_crop.apply(left), to_crop.apply(right));
        let tilt = (right.y - left.y).atan2(right.x - left.x).to_degrees();
        println!("{name}: {tilt:.2} degrees left");
        assert!(tilt.abs() <= LEVELLED_TILT, "{name}: {tilt:.2} degrees left");
    }
}
