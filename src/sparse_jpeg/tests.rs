mod encoder;
mod flaws;
mod progressive;
mod sampling;

use super::*;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// How a test file is encoded.
#[derive(Clone, Copy, Debug)]
struct Encoding {
    sampling: SamplingFactor,
    quality: u8,
    restart_interval: u16,
    optimised: bool,
    grey: bool,
}

const PLAIN: Encoding =
    Encoding { sampling: SamplingFactor::F_2_2, quality: 90, restart_interval: 0, optimised: false, grey: false };

/// A picture with waves and grain of up to `noise`; with long waves only where that is 0.
fn picture(width: u32, height: u32, seed: u32, noise: u32) -> RgbImage {
    let mut state = seed | 1;
    RgbImage::from_fn(width, height, |x, y| {
        let stretch = if noise == 0 { 9.0 } else { 1.0 };
        let wave = |period: f64, phase: f64| ((f64::from(x) + 0.7 * f64::from(y)) / (stretch * period) + phase).sin();
        image::Rgb([(31.0, 0.0), (47.0, 1.0), (83.0, 2.0)].map(|(period, phase)| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = if noise == 0 { 0 } else { (state >> 8) % (2 * noise) };
            let phase = phase + f64::from(seed % 64);
            (127.0 + 90.0 * wave(period, phase) + f64::from(grain) - f64::from(noise)).clamp(0.0, 255.0) as u8
        }))
    })
}

fn encode(picture: &RgbImage, encoding: Encoding) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, encoding.quality);
    encoder.set_sampling_factor(encoding.sampling);
    encoder.set_restart_interval(encoding.restart_interval);
    encoder.set_optimized_huffman_tables(encoding.optimised);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    if encoding.grey {
        let luma: Vec<u8> = picture.pixels().map(|pixel| pixel.0[1]).collect();
        encoder.encode(&luma, width, height, ColorType::Luma).unwrap();
    } else {
        encoder.encode(picture, width, height, ColorType::Rgb).unwrap();
    }
    bytes
}

/// By the general decoder.
fn general(bytes: &[u8]) -> Option<RgbImage> {
    let options = DecoderOptions::default().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let samples = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    RgbImage::from_raw(width as u32, height as u32, samples)
}

const KEEPS: [Keep; 2] = [Keep::Places, Keep::Coefficients];
const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

fn whole(file: &SparseJpeg<'_>) -> Area {
    let (right, bottom) = file.size();
    Area { left: 0, top: 0, right, bottom }
}

/// Mean and largest difference of the samples.
fn difference(a: &RgbImage, b: &RgbImage) -> (f64, u8) {
    assert_eq!(a.dimensions(), b.dimensions());
    let each = || a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b));
    (each().map(f64::from).sum::<f64>() / a.len() as f64, each().max().unwrap_or(0))
}

fn crop(picture: &RgbImage, left: u32, top: u32, width: u32, height: u32) -> RgbImage {
    image::imageops::crop_imm(picture, left, top, width, height).to_image()
}

/// The mean of each square of `scale` source pixels, of fewer at the edge.
fn averaged(picture: &RgbImage, scale: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width.div_ceil(scale), height.div_ceil(scale), |x, y| {
        let (mut sums, mut count) = ([0; 3], 0);
        for row in y * scale..(y * scale + scale).min(height) {
            for column in x * scale..(x * scale + scale).min(width) {
                let pixel = picture.get_pixel(column, row);
                (0..3).for_each(|channel| sums[channel] += u32::from(pixel.0[channel]));
                count += 1;
            }
        }
        image::Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8))
    })
}

fn encodings() -> impl Strategy<Value = Encoding> {
    let samplings =
        [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_1_2, SamplingFactor::F_2_2].to_vec();
    (proptest::sample::select(samplings), 20_u8..=100, 0_u16..12, any::<bool>(), proptest::bool::weighted(0.15))
        .prop_map(|(sampling, quality, restart_interval, optimised, grey)| {
            // With optimised tables the encoder writes colours one by one, and fails where there are restart markers.
            let optimised = optimised && grey && restart_interval == 0;
            Encoding { sampling, quality, restart_interval, optimised, grey }
        })
}

fn same(view: &PlaneView<'_>, plane: &Plane) -> bool {
    let rows = (0..plane.height as usize).all(|row| view.row(row) == plane.view().row(row));
    rows && (view.width, view.height, view.across, view.down) == (plane.width, plane.height, plane.across, plane.down)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Every rectangle at full size is what the general decoder gives, to its border. It interpolates the chroma of
    /// pictures of up to four columns, which is repeated here as the Independent JPEG Group's library does.
    #[test]
    fn full_size_is_as_by_the_general_decoder(
        encoding in encodings(),
        (width, height) in (5_u32..300, 1_u32..90),
        seed: u32,
        noise in 0_u32..60,
        (left, top, right, bottom) in (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0),
    ) {
        let bytes = encode(&picture(width, height, seed, noise), encoding);
        let file = SparseJpeg::open(&bytes, Keep::Places).unwrap();
        let at = |part: f64, size: u32| (part * f64::from(size)) as u32;
        let (left, top): (u32, u32) = (at(left, width), at(top, height));
        let (right, bottom) = (left + 1 + at(right, width - left), top + 1 + at(bottom, height - top));
        let area = Area { left, top, right: right.min(width), bottom: bottom.min(height) };
        let region = file.region(area, Scale::Full).unwrap();
        prop_assert_eq!((region.left, region.top), (left, top));
        let (columns, rows) = (area.right - left, area.bottom - top);
        let (mean, most) = difference(&region.pixels, &crop(&general(&bytes).unwrap(), left, top, columns, rows));
        prop_assert!(mean <= 1.0 && most <= 4, "{mean} {most}");
    }

    /// A part is the same part of the whole, at every scale.
    #[test]
    fn a_part_is_a_part_of_the_whole(
        encoding in encodings(),
        (width, height) in (1_u32..700, 1_u32..90),
        seed: u32,
        area in (0_u32..700, 0_u32..90, 1_u32..400, 1_u32..90),
    ) {
        let bytes = encode(&picture(width, height, seed, 20), encoding);
        let file = SparseJpeg::open(&bytes, Keep::Places).unwrap();
        let area = Area { left: area.0, top: area.1, right: area.0 + area.2, bottom: area.1 + area.3 };
        for scale in SCALES {
            let all = file.region(whole(&file), scale).unwrap();
            let pixels = scale.pixels();
            prop_assert_eq!(all.pixels.dimensions(), (width.div_ceil(pixels), height.div_ceil(pixels)));
            let Some(part) = file.region(area, scale) else {
                prop_assert!(area.left >= width || area.top >= height);
                continue;
            };
            prop_assert_eq!((part.left, part.top), (area.left / pixels * pixels, area.top / pixels * pixels));
            prop_assert_eq!(part.left + part.pixels.width() * pixels, area.right.min(width).next_multiple_of(pixels));
            prop_assert_eq!(part.top + part.pixels.height() * pixels, area.bottom.min(height).next_multiple_of(pixels));
            let (columns, rows) = part.pixels.dimensions();
            let same = crop(&all.pixels, part.left / pixels, part.top / pixels, columns, rows);
            prop_assert!(part.pixels == same, "{scale:?}");
        }
    }

    /// Smaller scales show what the mean of the source pixels shows, in pictures without grain.
    #[test]
    fn smaller_scales_are_close_to_the_mean(mut encoding in encodings(), size in (4_u32..20, 4_u32..8), seed: u32) {
        encoding.quality = encoding.quality.max(70);
        // Whole MCUs: behind the edge the encoder may have put anything.
        let bytes = encode(&picture(size.0 * 16, size.1 * 16, seed, 0), encoding);
        let file = SparseJpeg::open(&bytes, Keep::Places).unwrap();
        let full = general(&bytes).unwrap();
        for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
            let region = file.region(whole(&file), scale).unwrap();
            let (mean, _) = difference(&region.pixels, &averaged(&full, scale.pixels()));
            prop_assert!(mean <= 2.0, "{scale:?}: {mean}");
        }
    }

    /// What is kept makes no difference to what is seen.
    #[test]
    fn coefficients_show_what_places_show(
        encoding in encodings(),
        (width, height) in (1_u32..500, 1_u32..90),
        seed: u32,
        noise in 0_u32..60,
        area in (0_u32..500, 0_u32..90, 1_u32..400, 1_u32..90),
    ) {
        let bytes = encode(&picture(width, height, seed, noise), encoding);
        let [places, coefficients] = KEEPS.map(|keep| SparseJpeg::open(&bytes, keep).unwrap());
        let area = Area { left: area.0, top: area.1, right: area.0 + area.2, bottom: area.1 + area.3 };
        for scale in SCALES {
            for area in [area, whole(&places)] {
                let request = Request { area, scale, fine_colour: false };
                prop_assert!(places.planes(request) == coefficients.planes(request), "{scale:?}");
                prop_assert!(places.region(area, scale) == coefficients.region(area, scale), "{scale:?}");
            }
        }
    }

    /// What is decoded together, and what is looked at in planes that hold more, is what is decoded alone.
    #[test]
    fn each_request_has_one_answer(
        encoding in encodings(),
        (width, height) in (1_u32..300, 1_u32..90),
        seed: u32,
        noise in 0_u32..60,
        areas in proptest::collection::vec((0_u32..300, 0_u32..90, 1_u32..300, 1_u32..90, any::<bool>()), 1..4),
    ) {
        let bytes = encode(&picture(width, height, seed, noise), encoding);
        for file in KEEPS.map(|keep| SparseJpeg::open(&bytes, keep).unwrap()) {
            let request = |scale: Scale, &(left, top, across, down, fine_colour): &(u32, u32, u32, u32, bool)| {
                Request { area: Area { left, top, right: left + across, bottom: top + down }, scale, fine_colour }
            };
            let requests: Vec<_> =
                SCALES.iter().flat_map(|&scale| areas.iter().map(move |area| request(scale, area))).collect();
            let alone: Vec<_> = requests.iter().filter_map(|&request| file.planes(request)).collect();
            prop_assert!(file.decode(&requests) == alone);
            for planes in &alone {
                let all = file.planes(Request { area: whole(&file), ..planes.request }).unwrap();
                let view = file.view(&all, &planes.request).unwrap();
                prop_assert_eq!((view.left, view.top), (planes.left, planes.top));
                prop_assert!(same(&view.luma, &planes.luma));
                for channel in [0, 1] {
                    let pair = view.chroma.as_ref().zip(planes.chroma.as_ref());
                    prop_assert!(pair.is_none_or(|(view, plane)| same(&view[channel], &plane[channel])));
                }
                let finer = Request { scale: Scale::Full, ..planes.request };
                prop_assert_eq!(file.view(&all, &finer).is_some(), planes.request.scale == Scale::Full);
            }
        }
    }

    /// Nor to what is refused, and why.
    #[test]
    fn damage_is_the_same_whatever_is_kept(
        encoding in encodings(),
        seed: u32,
        changes in proptest::collection::vec((0.0..1.0, any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&picture(90, 70, seed, 30), encoding);
        let scan = Header::read(&bytes).unwrap().scan;
        for (place, value) in changes {
            let at = scan + (place * (bytes.len() - scan) as f64) as usize;
            bytes[at] = value;
        }
        let [places, coefficients] = KEEPS.map(|keep| SparseJpeg::open(&bytes, keep));
        prop_assert_eq!(places.as_ref().err(), coefficients.as_ref().err());
        if let (Ok(places), Ok(coefficients)) = (places, coefficients) {
            let request = Request { area: whole(&places), scale: Scale::Full, fine_colour: false };
            prop_assert!(places.planes(request) == coefficients.planes(request));
        }
    }

    #[test]
    fn nothing_panics_on_any_header(tail in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..700) {
        let bytes = encode(&picture(20, 20, 3, 9), PLAIN);
        let mixed = [&bytes[..cut.min(bytes.len())], &tail].concat();
        if let Ok(file) = SparseJpeg::open(&mixed, Keep::Places) {
            prop_assert!(file.region(whole(&file), Scale::Full).is_some());
        }
    }
}

#[test]
fn the_eighth_is_the_mean_of_the_blocks() {
    let bytes = encode(&picture(83, 61, 5, 0), Encoding { sampling: SamplingFactor::F_1_1, ..PLAIN });
    let eighth = SparseJpeg::open(&bytes, Keep::Places).unwrap().eighth();
    assert_eq!(eighth.dimensions(), (11, 8));
    let means = averaged(&general(&bytes).unwrap(), 8);
    let (mean, most) = difference(&crop(&eighth, 0, 0, 10, 7), &crop(&means, 0, 0, 10, 7));
    assert!(mean <= 0.6 && most <= 2, "{mean} {most}");
}

#[test]
fn what_lies_outside_is_nothing() {
    let bytes = encode(&picture(40, 30, 5, 0), PLAIN);
    let file = SparseJpeg::open(&bytes, Keep::Places).unwrap();
    let none = |left, top, right, bottom| {
        SCALES.iter().all(|&scale| file.region(Area { left, top, right, bottom }, scale).is_none())
    };
    assert!(none(40, 0, 60, 30) && none(0, 30, 40, 31) && none(10, 10, 10, 20) && none(20, 10, 10, 20));
    assert!(none(u32::MAX, u32::MAX, u32::MAX, u32::MAX));
    let far = Area { left: 39, top: 29, right: u32::MAX, bottom: u32::MAX };
    assert_eq!(file.region(far, Scale::Full).unwrap().pixels.dimensions(), (1, 1));
}

#[test]
fn memory_is_as_the_header_tells() {
    for (sampling, blocks) in [(SamplingFactor::F_2_2, 6), (SamplingFactor::F_2_1, 4), (SamplingFactor::F_1_1, 3)] {
        let bytes = encode(&picture(600, 100, 5, 0), Encoding { sampling, ..PLAIN });
        for keep in [Keep::Places, Keep::Coefficients] {
            let outline = outline(&bytes, keep).unwrap();
            assert_eq!((outline.width, outline.height), (600, 100));
            let file = SparseJpeg::open(&bytes, keep).unwrap();
            let means: usize = file.dc.iter().map(|plane| plane.values.len()).sum();
            assert_eq!(means, file.header.mcu_columns() * file.header.mcu_rows() * blocks);
            match &file.kept {
                Kept::Places(..) => {
                    let places = file.header.mcu_columns().div_ceil(16) * file.header.mcu_rows();
                    assert_eq!(outline.memory, (2 * means + 24 * places) as u64);
                }
                Kept::Coefficients(all) => {
                    let kept = (2 * means + all.memory()) as u64;
                    assert!((outline.memory / 8..=outline.memory).contains(&kept), "{kept} of {}", outline.memory);
                }
            }
        }
    }
}

#[test]
fn a_cut_file_is_damaged() {
    let bytes = encode(&picture(90, 70, 5, 30), PLAIN);
    for length in 0..bytes.len() - 2 {
        assert!(SparseJpeg::open(&bytes[..length], Keep::Places).is_err(), "{length} of {}", bytes.len());
    }
    let scan = Header::read(&bytes).unwrap().scan;
    for length in scan..bytes.len() - 2 {
        assert!(matches!(SparseJpeg::open(&bytes[..length], Keep::Places), Err(Refusal::Damaged(_))), "{length}");
    }
}

#[test]
fn a_lost_restart_marker_is_damage() {
    let bytes = encode(&picture(90, 70, 5, 30), Encoding { restart_interval: 4, ..PLAIN });
    let markers = bytes.windows(2).filter(|pair| pair[0] == 0xFF && (0xD0..0xD8).contains(&pair[1])).count();
    assert_eq!(markers, 7);
    let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xD2]).unwrap();
    let without = [&bytes[..at], &bytes[at + 2..]].concat();
    assert!(matches!(SparseJpeg::open(&without, Keep::Places), Err(Refusal::Damaged(_))));
    let mut renamed = bytes.clone();
    renamed[at + 1] = 0xD3;
    assert!(matches!(SparseJpeg::open(&renamed, Keep::Places), Err(Refusal::Damaged(_))));
}

#[test]
fn other_kinds_are_declined() {
    let colours = picture(40, 30, 5, 0);
    let declined = |bytes: &[u8]| matches!(SparseJpeg::open(bytes, Keep::Places), Err(Refusal::NotHandled(_)));
    let encoded = |change: &dyn Fn(&mut Encoder<&mut Vec<u8>>), kind: ColorType, samples: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        change(&mut encoder);
        encoder.encode(samples, 40, 30, kind).unwrap();
        bytes
    };
    let progressive = encoded(&|encoder| encoder.set_progressive(true), ColorType::Rgb, &colours);
    let split = encoded(&|encoder| encoder.set_optimized_huffman_tables(true), ColorType::Rgb, &colours);
    assert!(declined(&progressive) && declined(&split));
    assert!(declined(b"") && declined(b"\x89PNG"));
}
