//! The decoders on real and hostile files. The corpus is not part of the repository; without it these tests say so and
//! pass.

use headshot::photo::{Limits, decode, sniff};
use image::RgbImage;
use std::fs;
use std::path::{Path, PathBuf};

/// The corpus folder, or `None` (with a notice) where it is absent.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus at {}", folder.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The upright sRGB picture of a file.
fn upright_srgb(path: &Path) -> RgbImage {
    let photo = decode(&fs::read(path).unwrap(), &Limits::default()).unwrap();
    let mut picture = photo.raster.into_rgb([255; 3]);
    photo.colour.to_srgb(&mut picture);
    photo.orientation.apply_rgb(picture)
}

/// Mean difference of two pictures of one size, of 255.
fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn every_portrait_and_group_decodes_whole() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for path in files(&corpus.join("portraits")).into_iter().chain(files(&corpus.join("groups"))) {
        let photo = decode(&fs::read(&path).unwrap(), &Limits::default());
        assert!(photo.is_ok_and(|photo| photo.damage.is_none()), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 122);
}

#[test]
fn variants_of_one_picture_stand_upright_in_one_size() {
    let Some(corpus) = corpus() else { return };
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(corpus.join("manifest.json")).unwrap()).unwrap();
    let mut count = 0;
    for file in manifest["files"].as_array().unwrap() {
        let same = file["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "same_truth"));
        let path = file["path"].as_str().unwrap();
        if !same || !path.starts_with("formats/face_variants") {
            continue;
        }
        let bytes = fs::read(corpus.join(path)).unwrap();
        if !sniff(&bytes).unwrap().is_readable() || path.contains("arithmetic") {
            continue;
        }
        assert_eq!(decode(&bytes, &Limits::default()).unwrap().size(), (900, 1200), "{path}");
        count += 1;
    }
    assert!(count >= 30, "only {count} files were tried");
}

#[test]
fn orientations_and_profiles_give_the_plain_picture() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("formats/face_variants");
    let plain = upright_srgb(&folder.join("jpeg_444.jpg"));
    for path in files(&folder) {
        let name = name(&path);
        // Lossy at the same quality or better; the CMYK and palette variants lose more by their nature.
        let expected = match name.as_str() {
            "jpeg_icc_p3.jpg" | "jpeg_icc_adobergb.jpg" | "jpeg_rgb_colorspace.jpg" | "tiff_16bit.tif" => 3.0,
            "png_rgb16.png" | "tiff_tiled.tif" | "webp_lossless.webp" | "jpeg_cmyk_adobe.jpg" | "tiff_cmyk.tif" => 3.0,
            _ if name.starts_with("orient_") => 3.0,
            _ => continue,
        };
        let difference = mean_difference(&upright_srgb(&path), &plain);
        assert!(difference <= expected, "{name}: {difference:.2}");
    }
}

#[test]
fn no_truncated_file_decodes() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for path in files(&corpus.join("hostile/crafted")).into_iter().filter(|path| name(path).starts_with("trunc_")) {
        assert!(decode(&fs::read(&path).unwrap(), &Limits::default()).is_err(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 35, "only {count} files were tried");
}

#[test]
fn hostile_files_end_without_a_panic() {
    let Some(corpus) = corpus() else { return };
    let mut outcomes = [0, 0];
    for folder in fs::read_dir(corpus.join("hostile")).unwrap().map(|entry| entry.unwrap().path()) {
        for path in files(&folder) {
            for allow_damaged in [false, true] {
                let limits = Limits { max_bytes: 512 << 20, allow_damaged, ..Limits::default() };
                outcomes[usize::from(decode(&fs::read(&path).unwrap(), &limits).is_ok())] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|&count| count > 100), "{outcomes:?}");
}
