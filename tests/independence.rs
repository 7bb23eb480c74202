//! The bytes of a headshot depend on the photo, the preset and the options that say what it looks like, and on nothing
//! else in the run: not on the other presets, on who else is framed, on the pictures for people to look at, nor on
//! threads and memory.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/portrait/mod.rs"]
mod portrait;
#[cfg(feature = "cli")]
#[path = "support/run.rs"]
mod run;

use corpus::{corpus, files};
use headshot::pipeline::{Cropped, Cropper, Faces, Options};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use portrait::{Background, Portrait, rgb};
use std::collections::BTreeMap;
use std::fs;

/// Presets of many sizes, shapes and framings.
const SOME: [&str; 3] = ["linkedin", "team-page", "email-signature"];

/// Headshots by preset and face, with their transforms.
type Made = BTreeMap<(String, String), (Vec<u8>, String)>;

fn cropper(presets: &[&str], options: Options) -> Cropper {
    let builder = presets.iter().fold(Cropper::builder(), |builder, preset| builder.preset(*preset));
    builder.options(options).build().expect("built-in presets")
}

fn made(cropper: &Cropper, photo: &[u8]) -> Made {
    let Cropped { crops, faces, .. } = cropper.process(photo).expect("a photo");
    let one = |crop: headshot::pipeline::Crop| {
        let preset = cropper.presets()[crop.preset].name.clone();
        ((preset, format!("{:?}", faces[crop.face].rect)), (crop.bytes, format!("{:?}", crop.transform)))
    };
    crops.into_iter().map(one).collect()
}

/// What of `some` is not the same in `all`.
fn differences(some: &Made, all: &Made) -> Vec<String> {
    let differs = |(key, crop): &(&(String, String), &(Vec<u8>, String))| all.get(*key) != Some(*crop);
    some.iter().filter(differs).map(|((preset, face), _)| format!("{preset} of {face}")).collect()
}

/// Compares each of `presets` alone with pairs and triples of them, and with a group.
fn check(photo: &[u8], presets: &[&str], what: &str) {
    let of = |presets: &[&str]| made(&cropper(presets, Options::default()), photo);
    let alone: Made = presets.iter().flat_map(|&preset| of(&[preset])).collect();
    assert!(!alone.is_empty(), "{what}: nobody is framed");
    for count in [2, 3] {
        for group in presets.windows(count) {
            let together = of(group);
            assert_eq!(differences(&together, &alone), [""; 0], "{what}: {group:?}");
        }
    }
    assert_eq!(differences(&alone, &of(&["work"])), [""; 0], "{what}: work");
    // Other looks at the same photo.
    let mut options = Options::default();
    (options.faces, options.overview) = (Faces::All, Some(320));
    let others = made(&cropper(presets, options), photo);
    assert_eq!(differences(&alone, &others), [""; 0], "{what}: all faces and an overview");
}

fn person(seed: u64) -> RgbImage {
    let background = Background::Plain(rgb(190, 196, 204));
    Portrait { background, seed, roll_deg: 5.0, ..Portrait::sized(600, 800) }.draw().image
}

fn jpeg(image: &RgbImage, sampling: SamplingFactor, progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder.encode(image.as_raw(), image.width() as u16, image.height() as u16, ColorType::Rgb).expect("encodes");
    bytes
}

fn grey_jpeg(image: &RgbImage) -> Vec<u8> {
    let grey: GrayImage = DynamicImage::ImageRgb8(image.clone()).into_luma8();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 92)
        .encode(grey.as_raw(), grey.width() as u16, grey.height() as u16, ColorType::Luma)
        .expect("encodes");
    bytes
}

/// A JPEG with an EXIF block behind its first marker, which says how it is to be turned.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_headshot_is_the_same_whatever_else_is_made() {
    use SamplingFactor::{R_4_2_0, R_4_2_2, R_4_4_0, R_4_4_4};
    let image = person(3);
    for (sampling, progressive) in
        [(R_4_4_4, false), (R_4_2_2, false), (R_4_4_0, false), (R_4_2_0, false), (R_4_2_0, true)]
    {
        check(&jpeg(&image, sampling, progressive), &SOME, &format!("{sampling:?} {progressive}"));
    }
    check(&grey_jpeg(&image), &SOME, "grey");
    let turned = DynamicImage::ImageRgb8(image.clone()).rotate270().into_rgb8();
    check(&with_orientation(&jpeg(&turned, R_4_2_0, false), 6), &SOME, "turned by its file");
    // On its side, with nothing in the file that says so.
    check(&jpeg(&turned, R_4_2_0, false), &SOME, "turned by the program");
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).expect("encodes");
    check(&png.into_inner(), &SOME, "PNG");
}

#[test]
fn a_headshot_of_a_large_photo_is_the_same_whatever_else_is_made() {
    let large = resize(&person(4), 3900, 5200, FilterType::Triangle);
    check(&jpeg(&large, SamplingFactor::R_4_2_0, false), &SOME, "large, 4:2:0");
    check(&jpeg(&large, SamplingFactor::R_4_4_4, false), &SOME[..2], "large, 4:4:4");
}

#[cfg(feature = "cli")]
#[test]
fn a_headshot_is_the_same_in_every_run() {
    let photos: Vec<(String, Vec<u8>)> = (3..7)
        .map(|seed| (format!("in/{seed}.jpg"), jpeg(&person(seed), SamplingFactor::R_4_2_0, seed.is_multiple_of(2))))
        .collect();
    let photos: Vec<(&str, &[u8])> = photos.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let place = run::Workplace::with(&photos);
    let run = |out: &str, more: &str| {
        let words: Vec<&str> = ["in", "-o", out].into_iter().chain(more.split_whitespace()).collect();
        let ran = place.run(&words);
        assert!([0, 4].contains(&ran.code), "{more}: {}", ran.stderr);
    };
    run("alone", "-p linkedin -j 1");
    run("sheet", "-p linkedin,slack --sheet --overlay seen -j 2");
    run("everyone", "-p work --faces all --memory 300M");
    run("again", "-p linkedin,icao-35x45 --dry-run");
    run("again", "-p team-page,linkedin");
    run("again", "-p linkedin,email-signature --force");
    let names = place.files("alone/linkedin");
    assert_eq!(names.len(), photos.len());
    for name in &names {
        let alone = place.read(format!("alone/linkedin/{name}"));
        let of_first_face = name.replace(".jpg", "-1.jpg");
        for (out, name) in [("sheet", name), ("everyone", &of_first_face), ("again", name)] {
            assert!(place.read(format!("{out}/linkedin/{name}")) == alone, "{out}: {name}");
        }
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn real_portraits_are_the_same_whatever_else_is_made() {
    for path in files(&corpus().join("portraits")).iter().step_by(30) {
        check(&fs::read(path).expect("readable"), &SOME, &path.display().to_string());
    }
}

/// Every portrait with every preset, alone and with all others.
#[test]
#[ignore = "takes minutes of a release build, and real portraits"]
fn every_real_portrait_is_the_same_for_every_preset() {
    let corpus = corpus();
    let all = cropper(&["all"], Options::default());
    let names: Vec<String> = all.presets().iter().map(|preset| preset.name.clone()).collect();
    let alone: Vec<Cropper> = names.iter().map(|name| cropper(&[name], Options::default())).collect();
    let (mut compared, mut different) = (0, Vec::new());
    for path in files(&corpus.join("portraits")) {
        let bytes = fs::read(&path).expect("readable");
        let together = made(&all, &bytes);
        let each: Made = alone.iter().flat_map(|cropper| made(cropper, &bytes)).collect();
        compared += each.len();
        assert_eq!(each.len(), together.len(), "{}", path.display());
        let found = differences(&each, &together);
        different.extend(found.into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    println!("{compared} outputs compared, {} differ", different.len());
    assert_eq!(different, [""; 0]);
}
