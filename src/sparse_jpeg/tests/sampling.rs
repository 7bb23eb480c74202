//! Every set of sampling factors, in every coding, beside a decoder that follows the standard word by word.

use super::encoder::{Part, Script, file, frame};
use super::*;
use std::f64::consts::PI;

/// Blocks with all low frequencies and a few high ones.
fn blocks(header: &Header, seed: u32) -> Vec<Part> {
    let mut state = seed | 1;
    let mut random = move |range: i32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as i32 % (2 * range + 1) - range) as i16
    };
    Part::all(header, |_, _, _| {
        std::array::from_fn(|place| match place {
            0 => random(120),
            1..10 => random(9),
            40 | 63 => random(1),
            _ => 0,
        })
    })
}

/// How the components of a file are divided into scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    /// All in one scan.
    Interleaved,
    /// One after the other.
    Separate,
    /// One after the other, the last first.
    Backwards,
    /// In steps, DC coefficients of all components together.
    ProgressiveTogether,
    /// In steps, one component after the other.
    Progressive,
}

const CODINGS: [Coding; 5] =
    [Coding::Interleaved, Coding::Separate, Coding::Backwards, Coding::ProgressiveTogether, Coding::Progressive];

fn scripts(coding: Coding, count: usize) -> Vec<Script> {
    let script = |components: &[usize], (first, last): (u32, u32), before: u32, shift: u32| Script {
        components: components.to_vec(),
        first,
        last,
        before,
        shift,
    };
    let all: Vec<usize> = (0..count).collect();
    let single = || all.iter().map(std::slice::from_ref);
    let groups: Vec<&[usize]> = match coding {
        Coding::Interleaved | Coding::ProgressiveTogether => vec![&all],
        Coding::Separate | Coding::Progressive => single().collect(),
        Coding::Backwards => single().rev().collect(),
    };
    if !matches!(coding, Coding::ProgressiveTogether | Coding::Progressive) {
        return groups.iter().map(|group| script(group, (0, 63), 0, 0)).collect();
    }
    let mut scripts: Vec<Script> = groups.iter().map(|group| script(group, (0, 0), 0, 1)).collect();
    scripts.extend(single().flat_map(|one| [script(one, (1, 5), 0, 1), script(one, (6, 63), 0, 1)]));
    scripts.extend(groups.iter().map(|group| script(group, (0, 0), 1, 0)));
    scripts.extend(single().map(|one| script(one, (1, 63), 1, 0)));
    scripts
}

/// Samples of a component by the definition of the transform (T.81, A.3.3), row by row, with their width.
fn plane(header: &Header, component: usize, part: &Part) -> (usize, Vec<f64>) {
    let cosine = |at: usize, frequency: usize| {
        let scale = if frequency == 0 { 0.5_f64.sqrt() } else { 1.0 };
        0.5 * scale * ((2 * at + 1) as f64 * frequency as f64 * PI / 16.0).cos()
    };
    let cosines: [[f64; 8]; 8] = std::array::from_fn(|at| std::array::from_fn(|frequency| cosine(at, frequency)));
    let width = 8 * part.columns();
    let mut samples = vec![0.0; 64 * part.blocks.len()];
    for (number, block) in part.blocks.iter().enumerate() {
        let mut frequencies = [[0.0; 8]; 8];
        for (place, (&value, &step)) in block.iter().zip(&header.components[component].steps).enumerate() {
            let natural = usize::from(super::super::header::ZIGZAG[place]);
            frequencies[natural / 8][natural % 8] = f64::from(value) * f64::from(step);
        }
        let across: [[f64; 8]; 8] =
            frequencies.map(|row| std::array::from_fn(|x| (0..8).map(|u| row[u] * cosines[x][u]).sum()));
        for (y, x) in (0..8).flat_map(|y| (0..8).map(move |x| (y, x))) {
            let sum: f64 = (0..8).map(|v| across[v][x] * cosines[y][v]).sum();
            let place = (number / part.columns() * 8 + y) * width + number % part.columns() * 8 + x;
            samples[place] = (sum + 128.0).round().clamp(0.0, 255.0);
        }
    }
    (width, samples)
}

/// The value at a place among so many samples, each of which becomes `ratio`.
fn between(ratio: usize, interpolates: bool, place: usize, count: usize) -> [(usize, f64); 2] {
    let own = place / ratio;
    if !interpolates || ratio == 1 {
        return [(own, 1.0), (own, 0.0)];
    }
    let neighbour = if place.is_multiple_of(2) { own.saturating_sub(1) } else { (own + 1).min(count - 1) };
    [(own, 0.75), (neighbour, 0.25)]
}

/// The whole picture, all components pixel by pixel.
fn expected(header: &Header, parts: &[Part]) -> Vec<f64> {
    let mut picture = vec![0.0; header.width * header.height * parts.len()];
    for (component, (part, ratio)) in parts.iter().zip(header.ratios()).enumerate() {
        let (stride, samples) = plane(header, component, part);
        let count = (header.width.div_ceil(ratio.0), header.height.div_ceil(ratio.1));
        let interpolates = ratio.0 <= 2 && ratio.1 <= 2 && !(ratio.0 == 2 && count.0 <= 2);
        for (y, x) in (0..header.height).flat_map(|y| (0..header.width).map(move |x| (y, x))) {
            let mut sum = 0.0;
            for (row, part_of_row) in between(ratio.1, interpolates, y, count.1) {
                for (column, part_of_column) in between(ratio.0, interpolates, x, count.0) {
                    sum += part_of_row * part_of_column * samples[row * stride + column];
                }
            }
            picture[(y * header.width + x) * parts.len() + component] = sum;
        }
    }
    picture
}

fn check(expected: &[f64], bytes: &[u8], what: &str) {
    let file = SparseJpeg::open(bytes, Keep::Coefficients).unwrap_or_else(|refusal| panic!("{what}: {refusal:?}"));
    assert_eq!(file.flaw(), None, "{what}");
    let samples = file.samples();
    assert_eq!(samples.len(), expected.len(), "{what}");
    let differences = || samples.iter().zip(expected).map(|(&is, should)| (f64::from(is) - should).abs());
    let (mean, most) = (differences().sum::<f64>() / samples.len() as f64, differences().fold(0.0, f64::max));
    assert!(mean < 0.7 && most <= 3.0, "{what}: {mean} on average, {most} at most");
}

/// All sets of factors of three components: each is right in every coding, or refused by name.
#[test]
fn every_set_of_factors_is_right_or_named() {
    let factors = || (1..=4).flat_map(|across| (1..=4).map(move |down| (across, down)));
    let (mut right, mut named) = (0, 0);
    for (number, (luma, blue)) in factors().flat_map(|luma| factors().map(move |blue| (luma, blue))).enumerate() {
        for red in factors() {
            let set = [luma, blue, red];
            let header = frame(19 + number % 23, 21 + number % 17, &set, [5; 64]);
            let parts = blocks(&header, number as u32);
            let divides = set.iter().all(|(across, down)| {
                header.horizontal.is_multiple_of(*across) && header.vertical.is_multiple_of(*down)
            });
            if !divides {
                let bytes = file(&header, &parts, &scripts(Coding::Separate, 3), 0, 9);
                let refusal = SparseJpeg::open(&bytes, Keep::Coefficients).unwrap_err();
                assert!(matches!(refusal, Refusal::NotHandled(what) if what.contains("fraction")), "{refusal:?}");
                named += 1;
                continue;
            }
            let expected = expected(&header, &parts);
            for coding in CODINGS {
                let is_together = matches!(coding, Coding::Interleaved | Coding::ProgressiveTogether);
                if is_together && header.blocks_per_mcu() > 10 {
                    continue;
                }
                let bytes = file(&header, &parts, &scripts(coding, 3), (number % 4) as u16, 9);
                check(&expected, &bytes, &format!("{set:?} {coding:?}"));
            }
            right += 1;
        }
    }
    assert_eq!((right, named), (1156, 2940));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Four components, any size from one pixel on, markers anywhere, any names.
    #[test]
    fn inks_are_right_in_any_coding(
        set in proptest::sample::select(vec![
            [(1, 1); 4], [(2, 2), (1, 1), (1, 1), (2, 2)], [(1, 1), (1, 1), (1, 1), (2, 2)], [(3, 1), (1, 1), (3, 1), (1, 1)],
            [(2, 1); 4], [(1, 4), (1, 2), (1, 1), (1, 1)],
        ]),
        coding in proptest::sample::select(CODINGS.to_vec()),
        (width, height) in (1_usize..60, 1_usize..60),
        interval in 0_u16..6,
        names in prop_oneof![Just([1, 2, 3, 4]), Just(*b"CMYK"), Just([9, 0, 255, 7])],
        seed: u32,
    ) {
        let mut header = frame(width, height, &set, [7; 64]);
        header.components.iter_mut().zip(names).for_each(|(component, name)| component.name = name);
        let parts = blocks(&header, seed);
        let bytes = file(&header, &parts, &scripts(coding, 4), interval, 9);
        check(&expected(&header, &parts), &bytes, "inks");
    }

    /// A component alone is stored block by block, whatever its factors are.
    #[test]
    fn grey_has_no_factors(
        factors in 0x11_u8..=0x44,
        coding in proptest::sample::select(CODINGS.to_vec()),
        (width, height) in (1_usize..60, 1_usize..60),
        seed: u32,
    ) {
        prop_assume!((1..=4).contains(&(factors & 15)));
        let header = frame(width, height, &[(1, 1)], [7; 64]);
        let parts = blocks(&header, seed);
        let mut bytes = file(&header, &parts, &scripts(coding, 1), 0, 9);
        let place = bytes.windows(2).position(|pair| matches!(pair, [0xFF, 0xC1 | 0xC2])).unwrap();
        bytes[place + 11] = factors;
        check(&expected(&header, &parts), &bytes, "grey");
    }

    /// What is looked at in parts is what the whole is.
    #[test]
    fn planes_show_the_whole(
        (across, down) in (1_usize..=2, 1_usize..=2),
        (wider, taller) in (1_usize..=2, 1_usize..=2),
        coding in proptest::sample::select(CODINGS.to_vec()),
        (width, height) in (5_u32..90, 5_u32..90),
        seed: u32,
    ) {
        let set = [(across * wider, down * taller), (wider, taller), (wider, taller)];
        let header = frame(width as usize, height as usize, &set, [7; 64]);
        let bytes = file(&header, &blocks(&header, seed), &scripts(coding, 3), 2, 9);
        let jpeg = SparseJpeg::open(&bytes, Keep::Coefficients).unwrap();
        prop_assert!(jpeg.has_planes());
        let pixels = jpeg.region(whole(&jpeg), Scale::Full).unwrap().pixels;
        let samples = RgbImage::from_raw(width, height, jpeg.samples()).unwrap();
        // Luma alone: in grey, whose chroma is 128, it is the pixel.
        let request = Request { area: whole(&jpeg), scale: Scale::Full, fine_colour: true };
        let luma = jpeg.planes(request).unwrap().luma;
        prop_assert!(luma.samples.iter().zip(samples.pixels()).all(|(is, should)| *is == should[0]));
        // The last column and row are interpolated with what completes the MCU, which here is noise.
        for (x, y, pixel) in pixels.enumerate_pixels().filter(|(x, y, _)| x + 2 < width && y + 2 < height) {
            let [luma, blue, red] = samples.get_pixel(x, y).0.map(f64::from);
            let should = [
                luma + 1.402 * (red - 128.0),
                luma - 0.344_136 * (blue - 128.0) - 0.714_136 * (red - 128.0),
                luma + 1.772 * (blue - 128.0),
            ];
            for (is, should) in pixel.0.iter().zip(should) {
                prop_assert!((f64::from(*is) - should.clamp(0.0, 255.0)).abs() <= 2.5, "{x} {y}: {is} for {should}");
            }
        }
    }
}

/// Quantisation tables may come as late as their components, and change behind them (T.81, B.2.4.1).
#[test]
fn steps_are_those_of_the_first_scan() {
    let header = frame(40, 30, &[(2, 1), (1, 1), (1, 1)], [5; 64]);
    let parts = blocks(&header, 3);
    let bytes = file(&header, &parts, &scripts(Coding::Separate, 3), 0, 9);
    let table = |number: u8, step: u8| [&[0xFF, 0xDB, 0, 67, number], [step; 64].as_slice()].concat();
    let is_scan = |place: &usize| bytes[*place..].starts_with(&[0xFF, 0xDA]);
    let scans: Vec<usize> = (0..bytes.len()).filter(is_scan).collect();
    let first_table = bytes.windows(2).position(|pair| pair == [0xFF, 0xDB]).unwrap();
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC1]).unwrap();
    let late = [
        &bytes[..first_table],
        &bytes[frame..scans[0]],
        &table(0, 5),
        &bytes[scans[0]..scans[1]],
        &[table(0, 99), table(1, 5)].concat(),
        &bytes[scans[1]..scans[2]],
        &[table(1, 99), table(2, 5)].concat(),
        &bytes[scans[2]..],
    ]
    .concat();
    check(&expected(&header, &parts), &late, "late");
}
