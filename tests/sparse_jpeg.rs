//! The sparse JPEG decoder beside the general one: on real files, and on broken ones. The corpus is not part of the
//! repository; without it the tests that need it say so and pass.

#[path = "support/corpus.rs"]
mod corpus;

use corpus::{corpus, files};
use headshot::sparse_jpeg::{Area, Keep, Refusal, Scale, SparseJpeg, outline};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::collections::BTreeMap;
use std::fs;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

/// The pixels as the general decoder gives them, with the options that the program gives it.
fn general(bytes: &[u8]) -> Option<RgbImage> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let samples = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    RgbImage::from_raw(width as u32, height as u32, samples)
}

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

/// The mean difference to the mean of each square of source pixels.
fn difference_to_means(small: &RgbImage, full: &RgbImage, scale: u32) -> f64 {
    let mut sum = 0.0;
    for (x, y, pixel) in small.enumerate_pixels() {
        let columns = x * scale..(x * scale + scale).min(full.width());
        let rows = y * scale..(y * scale + scale).min(full.height());
        let count = (columns.len() * rows.len()) as f64;
        for channel in 0..3 {
            let total: u32 = rows
                .clone()
                .flat_map(|row| columns.clone().map(move |column| (column, row)))
                .map(|(column, row)| u32::from(full.get_pixel(column, row).0[channel]))
                .sum();
            sum += (f64::from(total) / count - f64::from(pixel.0[channel])).abs();
        }
    }
    sum / small.len() as f64
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn real_files_look_as_by_the_general_decoder() {
    let corpus = corpus();
    let (mut accepted, mut declined) = (0, BTreeMap::<String, u32>::new());
    for path in files(&corpus.join("portraits")).into_iter().chain(files(&corpus.join("formats/jpeg"))) {
        let bytes = fs::read(&path).unwrap();
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            continue;
        }
        let file = match SparseJpeg::open(&bytes, Keep::Coefficients) {
            Ok(file) => file,
            Err(refusal) => {
                *declined.entry(format!("{refusal:?}")).or_default() += 1;
                continue;
            }
        };
        // What has no planes, or other components than luma and chroma, is read as a whole.
        let is_rgb = |marker: &[u8]| marker.starts_with(b"Adobe") && marker[11] == 0;
        if !file.has_planes() || bytes.windows(12).any(is_rgb) {
            assert!(!file.samples().is_empty());
            continue;
        }
        accepted += 1;
        // zune-jpeg 0.5 mixes up the rows of sequential files in several scans.
        let is_progressive = bytes.windows(2).any(|marker| marker == [0xFF, 0xC2]);
        if !is_progressive && SparseJpeg::open(&bytes, Keep::Places).is_err() {
            continue;
        }
        let full = general(&bytes).unwrap_or_else(|| panic!("{} is read here only", path.display()));
        // In so few columns it interpolates chroma, which the library of the Independent JPEG Group repeats.
        if full.width() <= 4 {
            continue;
        }
        let region = file.region(whole(&file), Scale::Full).unwrap();
        let (mean, most) = difference(&region.pixels, &full);
        assert!(mean <= 0.15 && most <= 4, "{}: mean {mean:.3}, at most {most}", path.display());
        // Small ones are test patterns whose edges a smaller transform shows otherwise than a mean does, as it does
        // with grain, of which a few progressive files are full. At an eighth, 4:2:0 has one chroma sample for four
        // pixels.
        if full.width().min(full.height()) >= 250 {
            let is_progressive = SparseJpeg::open(&bytes, Keep::Places).is_err();
            let limits = if is_progressive { [4.0, 3.5, 6.5] } else { [2.5, 2.5, 5.0] };
            for (scale, limit) in SCALES[1..].iter().copied().zip(limits) {
                let small = file.region(whole(&file), scale).unwrap().pixels;
                let mean = difference_to_means(&small, &full, scale.pixels());
                assert!(mean <= limit, "{}: {scale:?} {mean:.3}", path.display());
            }
        }
    }
    println!("{accepted} read, declined: {declined:#?}");
    assert!(accepted >= 115, "only {accepted} files were read; declined: {declined:#?}");
}

/// Small files of every kind that is read, with their pictures' noise.
fn seeds() -> Vec<Vec<u8>> {
    let mut state = 7_u32;
    let picture = RgbImage::from_fn(75, 53, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 24) / 8;
        image::Rgb([(3 * x + grain) as u8, (4 * y + grain) as u8, (x * y / 16 + grain) as u8])
    });
    let samplings =
        [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_1_2, SamplingFactor::F_2_2].into_iter();
    let mut seeds = Vec::new();
    let kinds = samplings.flat_map(|sampling| [(sampling, 0, false), (sampling, 3, false), (sampling, 0, true)]);
    for (sampling, interval, progressive) in kinds {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 85);
        encoder.set_sampling_factor(sampling);
        encoder.set_restart_interval(interval);
        encoder.set_progressive(progressive);
        encoder.encode(&picture, 75, 53, ColorType::Rgb).unwrap();
        seeds.push(bytes);
    }
    let mut bytes = Vec::new();
    let grey: Vec<u8> = picture.pixels().map(|pixel| pixel.0[1]).collect();
    Encoder::new(&mut bytes, 85).encode(&grey, 75, 53, ColorType::Luma).unwrap();
    seeds.push(bytes);
    seeds
}

/// What is accepted here without a word is accepted by the general decoder too, so that no damaged file slips through;
/// and nothing panics, whatever is asked of it.
#[test]
fn broken_files_are_refused_or_read_without_a_panic() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    let (mut both, mut neither, mut general_only) = (0, 0, 0);
    for seed in seeds() {
        let scan = seed.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        for round in 0..1_000 {
            let mut bytes = seed.clone();
            for _ in 0..1 + random(3) {
                // Half of the changes behind the header of the first scan.
                let from = if round % 2 == 0 { scan + 14 } else { 2 };
                if bytes.len() <= from {
                    break;
                }
                let at = from + random(bytes.len() - from);
                match random(6) {
                    0 => bytes[at] = 0xFF,
                    1 => bytes[at] = random(256) as u8,
                    2 if at > scan => bytes.truncate(at),
                    3 => drop(bytes.remove(at)),
                    _ => bytes[at] ^= 1 << random(8),
                }
            }
            let by_general = general(&bytes);
            match SparseJpeg::open(&bytes, Keep::Coefficients) {
                Ok(file) => {
                    let (width, height) = file.size();
                    let outline = outline(&bytes, Keep::Coefficients).unwrap();
                    assert_eq!((outline.width, outline.height), (width, height));
                    // A changed header may be one that only this decoder reads: unused codes that make no sense,
                    // or bands that a sequential file has no use for.
                    let is_told = file.flaw().is_some() || round % 2 == 1;
                    assert!(by_general.is_some() || is_told, "accepted here only, round {round}");
                    if !file.has_planes() {
                        assert!(!file.samples().is_empty());
                        continue;
                    }
                    for scale in SCALES {
                        let (left, top) = (random(width as usize) as u32, random(height as usize) as u32);
                        let area = Area { left, top, right: left + 30, bottom: top + 20 };
                        assert!(file.region(area, scale).is_some());
                    }
                    assert_eq!(file.eighth().width(), width.div_ceil(8));
                    both += 1;
                }
                Err(Refusal::Damaged(_) | Refusal::NotHandled(_)) if by_general.is_some() => general_only += 1,
                Err(_) => neither += 1,
            }
        }
    }
    println!("read by both {both}, by the general decoder only {general_only}, by neither {neither}");
    assert!(both > 500 && neither > 500, "{both} {general_only} {neither}");
}
