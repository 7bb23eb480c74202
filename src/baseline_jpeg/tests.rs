use super::*;
use image::codecs::jpeg::JpegDecoder;
use image::{ImageDecoder, RgbImage};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;
use std::io::Cursor;

const QUALITIES: [u8; 4] = [1, 30, 90, 100];

fn settings(quality: u8, chroma: Chroma) -> Settings<'static> {
    Settings { quality, chroma, dpi: None, profile: None }
}

/// By another encoder, with the same settings.
fn reference(picture: &RgbImage, quality: u8, chroma: Chroma) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(match chroma {
        Chroma::Full => SamplingFactor::R_4_4_4,
        Chroma::Half => SamplingFactor::R_4_2_0,
    });
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.encode(picture, picture.width() as u16, picture.height() as u16, ColorType::Rgb).expect("encodes");
    bytes
}

fn encoded(picture: &RgbImage, settings: &Settings<'_>) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let [plain, best] = [Instructions::Baseline, Instructions::detect()]
        .map(|with| rgb(picture, [width, height], settings, with).expect("encodes"));
    assert!(plain == best, "{width} x {height}, {settings:?}: instructions make a difference");
    best
}

fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).expect("decodes").into_rgb8()
}

fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

/// The contents of the segments with this marker before the scan.
fn segments(bytes: &[u8], marker: u8) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = &bytes[2..];
    while rest[1] != 0xda {
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if rest[1] == marker {
            found.push(&rest[4..2 + length]);
        }
        rest = &rest[2 + length..];
    }
    found
}

/// What is hard for an encoder, and what is not.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Noise,
    /// Each sample black or white.
    HardNoise,
    Flat,
    /// Black and white fields of this side.
    Checkers(u32),
    Ramp,
}

fn picture(kind: Kind, width: u32, height: u32, seed: u32) -> RgbImage {
    let random = |x: u32, y: u32, channel: u32| {
        let mixed = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca6b) ^ channel.wrapping_mul(0xc2b2_ae35))
            .wrapping_add(seed)
            .wrapping_mul(0x27d4_eb2f);
        ((mixed ^ mixed >> 15).wrapping_mul(0x1656_67b1) >> 24) as u8
    };
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(match kind {
            Kind::Noise => [0, 1, 2].map(|channel| random(x, y, channel)),
            Kind::HardNoise => [0, 1, 2].map(|channel| if random(x, y, channel) < 128 { 0 } else { 255 }),
            Kind::Flat => [0, 1, 2].map(|channel| random(0, 0, channel)),
            Kind::Checkers(side) => [if (x / side + y / side) % 2 == 0 { 0 } else { 255 }; 3],
            Kind::Ramp => [x as u8, y as u8, (x + y) as u8],
        })
    })
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Noise),
        Just(Kind::HardNoise),
        Just(Kind::Flat),
        (1_u32..20).prop_map(Kind::Checkers),
        Just(Kind::Ramp)
    ]
}

fn any_chroma() -> impl Strategy<Value = Chroma> {
    prop_oneof![Just(Chroma::Full), Just(Chroma::Half)]
}

/// By how many levels a picture of few blocks may be further from its source. The other encoder rounds large steps
/// inexactly, and in patterns the same few coefficients of all blocks may lie in the middle of two steps. One of them
/// counts an eighth of its step.
fn slack(quality: u8) -> f64 {
    2.0 + f64::from(tables::steps(quality)[1][0]) / 3.0
}

/// Often of whole MCUs.
fn any_side() -> impl Strategy<Value = u32> {
    prop_oneof![1_u32..70, (1_u32..5).prop_map(|mcus| 16 * mcus)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_picture_is_as_near_as_by_another_encoder(
        kind in any_kind(), width in 1_u32..70, height in 1_u32..70, seed: u32, quality in 1_u8..=100, chroma in any_chroma(),
    ) {
        let picture = picture(kind, width, height, seed);
        let bytes = encoded(&picture, &settings(quality, chroma));
        let other = reference(&picture, quality, chroma);
        let (ours, theirs) = (decoded(&bytes), decoded(&other));
        let (error, other_error) = (mean_difference(&ours, &picture), mean_difference(&theirs, &picture));
        prop_assert!(error < other_error * 1.2 + slack(quality), "{error} of {other_error}");
        let lengths = [bytes.len() as f64, other.len() as f64];
        prop_assert!(lengths[0] < lengths[1] * 1.05 + 16.0, "{lengths:?}");
    }

    #[test]
    fn planes_that_pixels_become_are_the_same_file(
        kind in any_kind(), width in any_side(), height in any_side(), seed: u32, quality in 1_u8..=100, chroma in any_chroma(),
    ) {
        let picture = picture(kind, width, height, seed);
        let (luma, chroma_planes) = planes_of(&picture, chroma);
        let chroma_planes = chroma_planes.each_ref().map(Vec::as_slice);
        let planes = Planes { width, height, luma: &luma, chroma: chroma_planes };
        let bytes = encode_planes(&planes, &settings(quality, chroma)).expect("encodes");
        let from_pixels = encoded(&picture, &settings(quality, chroma));
        if chroma == Chroma::Full || width % 16 + height % 16 == 0 {
            prop_assert!(bytes == from_pixels);
        } else {
            // Beyond the edges, colour is that of the last pixels and not of the last four.
            let [ours, other] = [bytes, from_pixels].map(|bytes| mean_difference(&decoded(&bytes), &picture));
            prop_assert!(ours < other * 1.2 + slack(quality), "{ours} of {other}");
        }
    }
}

/// What the strips hold, without what is beyond the edges.
fn planes_of(picture: &RgbImage, chroma: Chroma) -> (Vec<u8>, [Vec<u8>; 2]) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let step = chroma.step();
    let pixels = picture.as_chunks().0;
    let mut strips = strip::strips(width, chroma);
    let mut planes = [Vec::new(), Vec::new(), Vec::new()];
    for top in (0..height).step_by(8 * step) {
        Rgb { pixels, width }.fill(top, &mut strips, chroma, Instructions::Baseline);
        for ((plane, strip), step) in planes.iter_mut().zip(&strips).zip([1, step, step]) {
            let rows = (height - top).div_ceil(step);
            for row in strip.samples.chunks_exact(strip.width).take(rows) {
                plane.extend_from_slice(&row[..width.div_ceil(step)]);
            }
        }
    }
    let [luma, blue, red] = planes;
    (luma, [blue, red])
}

#[test]
fn extremes_are_as_near_as_by_another_encoder() {
    let kinds = [Kind::Noise, Kind::HardNoise, Kind::Flat];
    for kind in kinds.into_iter().chain([1, 2, 3, 4, 8, 16].map(Kind::Checkers)) {
        for (quality, chroma) in QUALITIES.into_iter().flat_map(|q| [(q, Chroma::Full), (q, Chroma::Half)]) {
            let picture = picture(kind, 203, 117, 7);
            let ours = decoded(&encoded(&picture, &settings(quality, chroma)));
            let theirs = decoded(&reference(&picture, quality, chroma));
            let [ours, theirs] = [ours, theirs].map(|decoded| mean_difference(&decoded, &picture));
            // In patterns the same coefficient of all blocks may lie in the middle of two steps.
            assert!(ours < theirs * 1.2 + 0.1, "{kind:?}, quality {quality}, {chroma:?}: {ours} of {theirs}");
        }
    }
}

#[test]
fn smooth_pictures_are_decoded_as_by_another_encoder() {
    let wave = |a: u32, b: u32, length: f64| {
        let phase = f64::from(a) / length + f64::from(b) * f64::from(b) / 2000.0;
        (127.0 + 90.0 * phase.sin() + f64::from((a * 7 + b * 13) % 11)) as u8
    };
    let picture =
        RgbImage::from_fn(203, 117, |x, y| image::Rgb([wave(x, y, 17.0), wave(y, x, 25.0), wave(x, y, 40.0)]));
    for (quality, chroma) in QUALITIES.into_iter().flat_map(|q| [(q, Chroma::Full), (q, Chroma::Half)]) {
        let ours = decoded(&encoded(&picture, &settings(quality, chroma)));
        let theirs = decoded(&reference(&picture, quality, chroma));
        // The other rounds colours to whole levels before it takes their mean, and at quality 1 a step is 255.
        let difference = mean_difference(&ours, &theirs);
        assert!(difference < if quality == 1 { 1.5 } else { 0.5 }, "quality {quality}, {chroma:?}: {difference}");
        let [ours, theirs] = [ours, theirs].map(|decoded| mean_difference(&decoded, &picture));
        assert!(ours < theirs * 1.005 + 0.005, "quality {quality}, {chroma:?}: {ours} of {theirs}");
    }
}

#[test]
fn tables_are_those_of_another_encoder_at_every_quality() {
    let grey = RgbImage::from_pixel(8, 8, image::Rgb([99; 3]));
    for quality in 1..=100 {
        let [ours, theirs] =
            [encoded(&grey, &settings(quality, Chroma::Full)), reference(&grey, quality, Chroma::Full)];
        for marker in [0xdb, 0xc4] {
            let [mut ours, mut theirs] = [&ours, &theirs].map(|bytes| segments(bytes, marker));
            ours.sort_unstable();
            theirs.sort_unstable();
            assert!(!ours.is_empty() && ours == theirs, "quality {quality}, marker {marker:x}");
        }
    }
}

#[test]
fn qualities_beyond_the_scale_are_the_nearest_of_it() {
    let noise = picture(Kind::Noise, 20, 20, 1);
    for (beyond, nearest) in [(0, 1), (101, 100), (255, 100)] {
        let [beyond, nearest] = [beyond, nearest].map(|quality| encoded(&noise, &settings(quality, Chroma::Half)));
        assert!(beyond == nearest);
    }
}

#[test]
fn density_and_profile_stand_in_the_header() {
    let picture = picture(Kind::Ramp, 5, 3, 0);
    // Of the longest in one segment, and of two.
    for length in [1, 65_519, 65_520, 70_000] {
        let profile: Vec<u8> = (0..length).map(|place| place as u8).collect();
        let settings = Settings { dpi: Some(300), profile: Some(&profile), ..settings(90, Chroma::Half) };
        let bytes = encoded(&picture, &settings);
        let mut decoder = JpegDecoder::new(Cursor::new(&bytes)).expect("is a JPEG");
        assert_eq!(decoder.icc_profile().expect("readable"), Some(profile));
        assert_eq!(segments(&bytes, 0xe0), [b"JFIF\0\x01\x02\x01\x01\x2c\x01\x2c\0\0"]);
    }
    let bytes = encoded(&picture, &settings(90, Chroma::Half));
    assert_eq!(segments(&bytes, 0xe0), [b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"]);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let settings = settings(90, Chroma::Half);
    assert_eq!(encode_rgb(&[], 0, 5, &settings), Err(Refusal::Sides));
    assert_eq!(encode_rgb(&vec![0; 3 * 65_536], 65_536, 1, &settings), Err(Refusal::Sides));
    assert!(encode_rgb(&vec![0; 3 * 65_535], 65_535, 1, &settings).is_ok());
    for length in [0, 26, 28, 30] {
        assert_eq!(encode_rgb(&vec![0; length], 3, 3, &settings), Err(Refusal::Samples));
    }
    let planes = |luma, chroma: [&'static [u8]; 2]| Planes { width: 3, height: 3, luma, chroma };
    assert!(encode_planes(&planes(&[0; 9], [&[0; 4]; 2]), &settings).is_ok());
    assert_eq!(encode_planes(&planes(&[0; 8], [&[0; 4]; 2]), &settings), Err(Refusal::Samples));
    assert_eq!(encode_planes(&planes(&[0; 9], [&[0; 4], &[0; 9]]), &settings), Err(Refusal::Samples));
    let profile = vec![0; 255 * 65_519 + 1];
    let with = |length: usize| Settings { profile: Some(&profile[..length]), ..settings };
    assert_eq!(encode_rgb(&[0; 3], 1, 1, &with(profile.len())), Err(Refusal::Profile));
    assert!(encode_rgb(&[0; 3], 1, 1, &with(profile.len() - 1)).is_ok());
}
