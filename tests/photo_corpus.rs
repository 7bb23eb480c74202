//! The decoders on real and hostile files. The corpus is not part of the repository; without it these tests are
//! ignored, except in CI, where they fail.

#[path = "support/corpus.rs"]
mod corpus;

use corpus::{corpus, files};
use headshot::error::Reason;
use headshot::geometry::Point;
use headshot::photo::{Limits, Photo, decode};
use headshot::pipeline::{Cropper, DetectorChoice, Options};
use headshot::preset::{self, OutputFormat};
use image::RgbImage;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The upright sRGB picture of a file.
fn upright_srgb(path: &Path) -> RgbImage {
    let bytes = fs::read(path).unwrap();
    let photo = decode(&bytes, &Limits::default()).unwrap();
    let mut picture = photo.pixels.into_raster().into_rgb([255; 3]);
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
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn every_portrait_and_group_decodes_whole() {
    let corpus = corpus();
    let mut count = 0;
    for path in files(&corpus.join("portraits")).into_iter().chain(files(&corpus.join("groups"))) {
        let bytes = fs::read(&path).unwrap();
        let photo = decode(&bytes, &Limits::default());
        assert!(photo.is_ok_and(|photo| photo.damage.is_none()), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 122);
}

/// A photo of the corpus; `None` where this build lacks the feature that it needs.
fn built_in<'a>(bytes: &'a [u8], path: &Path) -> Option<Photo<'a>> {
    match decode(bytes, &Limits::default()) {
        Ok(photo) => Some(photo),
        Err(failure) if failure.message.ends_with("support is not built in") => None,
        Err(failure) => panic!("{}: {failure}", path.display()),
    }
}

/// The files that show one picture, in as many formats, codings and orientations.
fn variants(corpus: &Path) -> Vec<PathBuf> {
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(corpus.join("manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_array().unwrap().iter();
    let same =
        files.filter(|file| file["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "same_truth")));
    let paths = same.map(|file| file["path"].as_str().unwrap());
    paths.filter(|path| path.starts_with("formats/face_variants")).map(|path| corpus.join(path)).collect()
}

/// The variants that need a feature, with whether this build has it.
const NEED_A_FEATURE: [(bool, &[&str]); 5] = [
    (cfg!(feature = "heif"), &["heic.heic"]),
    (cfg!(feature = "avif-decode"), &["avif10.avif", "avif8.avif", "avif_irot3.avif"]),
    (cfg!(feature = "jxl"), &["jxl_from_jpeg.jxl", "jxl_lossy.jxl"]),
    (cfg!(feature = "jp2"), &["jp2.jp2"]),
    (cfg!(feature = "jpeg-rare"), &["jpeg_arithmetic.jpg", "jpeg_arithmetic_progressive.jpg"]),
];

/// Whether this build reads a variant.
fn is_built_in(path: &Path) -> bool {
    NEED_A_FEATURE.iter().all(|(built_in, names)| *built_in || !names.contains(&name(path).as_str()))
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn variants_of_one_picture_stand_upright_in_one_size() {
    let corpus = corpus();
    let variants = variants(&corpus);
    assert_eq!(variants.len(), 59);
    for path in variants {
        let bytes = fs::read(&path).unwrap();
        let photo = built_in(&bytes, &path);
        assert_eq!(photo.is_some(), is_built_in(&path), "{}", path.display());
        assert!(photo.is_none_or(|photo| photo.size() == (900, 1200)), "{}", path.display());
    }
}

/// The true head lies where the crop was framed for it, within 2 % of the frame's height: eyes and chin that the
/// pipeline reports against those of the ground truth, both in the crop. Also of the dark, the overexposed and the
/// blurred one.
#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn every_variant_is_framed_as_the_truth_says() {
    let corpus = corpus();
    let truth = fs::read(corpus.join("formats/face_variants/TRUTH.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    let point = |value: &serde_json::Value| Point::new(value[0].as_f64().unwrap(), value[1].as_f64().unwrap());
    let eyes = &truth["eyes_image_left_right"];
    let truth = [point(&eyes[0]), point(&eyes[1]), point(&truth["chin"])];
    let cropper = Cropper::builder().preset("linkedin").build().unwrap();
    for path in variants(&corpus) {
        if !is_built_in(&path) {
            continue;
        }
        let cropped = cropper.process(&fs::read(&path).unwrap()).unwrap();
        let (crop, head) = (&cropped.crops[0], &cropped.heads[0]);
        for (seen, wanted) in [head.eyes[0], head.eyes[1], head.chin].into_iter().zip(truth) {
            let (seen, wanted) = (crop.transform.apply(seen), crop.transform.apply(wanted));
            let off = (seen.x - wanted.x).hypot(seen.y - wanted.y) / f64::from(crop.height);
            assert!(off <= 0.02, "{}: {off:.4}", path.display());
        }
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn orientations_and_profiles_give_the_plain_picture() {
    let corpus = corpus();
    let folder = corpus.join("formats/face_variants");
    let plain = upright_srgb(&folder.join("jpeg_444.jpg"));
    for path in files(&folder).into_iter().filter(|path| is_built_in(path)) {
        let name = name(&path);
        // Lossy at the same quality or better; the grey, palette and spoilt variants lose more by their nature.
        let same = match name.as_str() {
            "jpeg_icc_p3.jpg" | "jpeg_icc_adobergb.jpg" | "jpeg_rgb_colorspace.jpg" | "tiff_16bit.tif" => true,
            "png_rgb16.png" | "tiff_tiled.tif" | "webp_lossless.webp" | "jpeg_cmyk_adobe.jpg" | "tiff_cmyk.tif" => true,
            "heic.heic" | "jp2.jp2" | "tiff_bigtiff.tif" | "mpo_two_frames.mpo" => true,
            _ => ["orient_", "avif", "jxl_", "jpeg_arithmetic"].iter().any(|start| name.starts_with(start)),
        };
        if same {
            let difference = mean_difference(&upright_srgb(&path), &plain);
            assert!(difference <= 3.0, "{name}: {difference:.2}");
        }
    }
}

/// One picture stored in all ways to turn and mirror it.
#[cfg(feature = "avif-decode")]
#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn avif_is_turned_and_mirrored_by_its_container() {
    let corpus = corpus();
    let folder = corpus.join("formats/orientation");
    let plain = upright_srgb(&folder.join("pillow__rot0mir0.avif"));
    for turns in 0..4 {
        for mirror in 0..2 {
            let path = folder.join(format!("pillow__rot{turns}mir{mirror}.avif"));
            // Coded at low quality one by one, each with its own words in it: by another decoder they differ by 8.4,
            // and by 38 or more when turned wrongly.
            let difference = mean_difference(&upright_srgb(&path), &plain);
            assert!(difference <= 10.0, "{}: {difference:.2}", path.display());
        }
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn xmp_turns_a_photo_without_exif() {
    let corpus = corpus();
    for file in ["pillow__xmp_tags_orientation.png", "pillow__xmp_tags_orientation_exiftool.png"] {
        let bytes = fs::read(corpus.join("formats/orientation").join(file)).unwrap();
        assert_eq!(decode(&bytes, &Limits::default()).unwrap().orientation.exif_value(), 3, "{file}");
    }
}

/// Every file of the formats is read, but for those that are listed here.
#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn the_formats_that_are_not_read_are_known() {
    /// A header without a picture, which ends where its data should start; more coded data than blocks; a scan that
    /// builds on one that is missing.
    const DAMAGED: [&str; 3] =
        ["pillow__ultrahdr.jpg", "jpeg-decoder__extraneous-data.jpg", "jpeg-decoder__partial_progressive.jpg"];
    let corpus = corpus();
    let folders = fs::read_dir(corpus.join("formats")).unwrap().map(|entry| entry.unwrap().path());
    let (mut read, mut not_built_in) = (0, 0);
    for path in folders.flat_map(|folder| files(&folder)) {
        if name(&path) == "TRUTH.json" {
            continue;
        }
        match decode(&fs::read(&path).unwrap(), &Limits::default()) {
            Ok(_) => read += 1,
            Err(failure) if DAMAGED.contains(&name(&path).as_str()) => assert_eq!(failure.reason, Reason::Damaged),
            Err(failure) => {
                assert!(failure.sentence().contains("--features"), "{}: {failure}", path.display());
                not_built_in += 1;
            }
        }
    }
    assert_eq!(read + not_built_in, 431);
    // What the default build reads; every feature adds to it.
    assert!(read >= 401, "{read} files are read");
    let all = NEED_A_FEATURE.iter().all(|(built_in, _)| *built_in);
    assert!(!all || not_built_in == 0, "{not_built_in} files are not read");
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn adobe_rgb_by_exif_looks_as_by_profile() {
    let folder = corpus().join("faults/06_adobe_rgb_by_exif");
    let difference =
        mean_difference(&upright_srgb(&folder.join("a98_r03_noicc.jpg")), &upright_srgb(&folder.join("a98_icc.jpg")));
    assert!(difference <= 0.5, "{difference:.2}");
}

/// The test pictures with a gamma of 0.35 to 2.5 all show one picture.
#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn png_gammas_give_one_picture() {
    let folder = corpus().join("formats/pngsuite");
    for kind in ["n0g16", "n2c08", "n3p04"] {
        let of_gamma = |gamma: &str| upright_srgb(&folder.join(format!("zune-image__g{gamma}{kind}.png")));
        let usual = of_gamma("04");
        for gamma in ["03", "05", "07", "10", "25"] {
            let difference = mean_difference(&of_gamma(gamma), &usual);
            // The files differ themselves: by up to 7.4 levels where their gammas are undone in floating point. Taken for
            // sRGB, they differ by up to 100.
            assert!(difference <= 8.0, "g{gamma}{kind}: {difference:.2}");
        }
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn png_code_points_are_read() {
    let folder = corpus().join("faults/14_png_colour_chunks");
    let bytes = fs::read(folder.join("png_cicp_p3.png")).unwrap();
    assert_eq!(decode(&bytes, &Limits::default()).unwrap().colour.assumed(), "Display P3");
    let mapped = upright_srgb(&folder.join("png_cicp_pq.png"));
    // Taken for sRGB, its median was 87 of 255; half its light is below 16 of 203 cd/m2, which is 79 in sRGB.
    let mut greens: Vec<u8> = mapped.pixels().map(|pixel| pixel[1]).collect();
    greens.sort_unstable();
    let share = |part: usize| greens[greens.len() * part / 1000];
    assert!((60..=100).contains(&share(500)) && share(990) >= 190, "{} {}", share(500), share(990));
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn png_orientation_is_found_behind_the_picture_and_in_compressed_xmp() {
    for file in ["exif_after.png", "xmp_compressed.png"] {
        let bytes = fs::read(corpus().join("faults/17_png_orientation").join(file)).unwrap();
        assert_eq!(decode(&bytes, &Limits::default()).unwrap().orientation.exif_value(), 6, "{file}");
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn tiff_pages_and_compressions_are_told_apart() {
    let folder = corpus().join("faults/09_tiff_messages");
    let bytes = fs::read(folder.join("tif_thumb_first.tif")).unwrap();
    assert_eq!(decode(&bytes, &Limits::default()).unwrap().size(), (900, 900));
    for (file, name) in [("tif_webp.tif", "WebP"), ("tif_zstd_bigtiff.tif", "Zstandard")] {
        let failure = decode(&fs::read(folder.join(file)).unwrap(), &Limits::default()).unwrap_err();
        assert_eq!(failure.message, format!("TIFF compressed with {name} is not read"));
    }
}

/// What is said of a file that is not read is for people who do not know what the program is made of.
#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn messages_are_in_plain_words() {
    const WORDS: [&str; 17] = [
        "::", "u8", "u16", "u32", "usize", "0x", "`", "Some(", "None", "Error", "panicked", "overflow", "zune",
        "oxide", "rav1d", "heifer", "deflate",
    ];
    let mut messages = BTreeSet::new();
    for folder in ["formats", "hostile"] {
        let folders = fs::read_dir(corpus().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        for path in folders.flat_map(|folder| files(&folder)) {
            let limits = Limits::default().with_max_bytes(512 << 20);
            messages.extend(decode(&fs::read(&path).unwrap(), &limits).err().map(|failure| failure.sentence()));
        }
    }
    for message in messages {
        println!("{message}");
        let word = WORDS.iter().find(|word| message.contains(*word));
        assert!(word.is_none() && message.contains(';'), "{word:?} in \"{message}\"");
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn no_output_tells_where_the_photo_was_taken() {
    let corpus = corpus();
    let bytes = fs::read(corpus.join("formats/face_variants/orient_6_gps_privacy.jpg")).unwrap();
    let has = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(has(&bytes, b"Exif\0\0"), "the source has metadata");
    for format in OutputFormat::ALL {
        let mut presets = preset::select(&["email-signature".to_owned()]).unwrap();
        presets.iter_mut().for_each(|preset| (preset.format, preset.max_bytes) = (format, None));
        let cropper = Cropper::with_presets(presets, Options::default(), DetectorChoice::YuNet).expect("valid");
        let cropped = cropper.process(&bytes).unwrap();
        let output = &cropped.crops[0].bytes;
        for text in
            [b"Exif".as_slice(), b"eXIf", b"EXIF", b"GPS", b"ns.adobe.com", b"II*\0", b"MM\0*", b"iTXt", b"XMP "]
        {
            assert!(!has(output, text), "{format:?} holds {}", String::from_utf8_lossy(text));
        }
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn no_truncated_file_decodes() {
    let corpus = corpus();
    let mut count = 0;
    for path in files(&corpus.join("hostile/crafted")).into_iter().filter(|path| name(path).starts_with("trunc_")) {
        assert!(decode(&fs::read(&path).unwrap(), &Limits::default()).is_err(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 35, "only {count} files were tried");
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn hostile_files_end_without_a_panic() {
    let corpus = corpus();
    let mut outcomes = [0, 0];
    for folder in fs::read_dir(corpus.join("hostile")).unwrap().map(|entry| entry.unwrap().path()) {
        for path in files(&folder) {
            for allow_damaged in [false, true] {
                let limits = Limits::default().with_max_bytes(512 << 20).with_allow_damaged(allow_damaged);
                outcomes[usize::from(decode(&fs::read(&path).unwrap(), &limits).is_ok())] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|&count| count > 100), "{outcomes:?}");
}
