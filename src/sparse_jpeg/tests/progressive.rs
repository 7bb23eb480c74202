//! Progressive files.

use super::encoder::{Script, progressive};
use super::*;

/// The scans of a picture: DC in one scan or one for each component, AC in two bands or one, all in so many steps.
fn scripts(components: usize, together: bool, split: Option<u32>, shifts: [u32; 3]) -> Vec<Script> {
    let all: Vec<usize> = (0..components).collect();
    let dc: Vec<Vec<usize>> = if together { vec![all.clone()] } else { all.iter().map(|&one| vec![one]).collect() };
    let bands = split.map_or(vec![(1, 63)], |split| vec![(1, split), (split + 1, 63)]);
    let mut scripts = Vec::new();
    let mut put = |components: &[usize], band: (u32, u32), most: u32, shift: u32| {
        let before = if shift == most { 0 } else { shift + 1 };
        scripts.push(Script { components: components.to_vec(), first: band.0, last: band.1, before, shift });
    };
    dc.iter().for_each(|components| put(components, (0, 0), shifts[0], shifts[0]));
    for step in (0..=3).rev() {
        for (component, &band) in all.iter().flat_map(|component| bands.iter().map(move |band| (component, band))) {
            let most = shifts[1 + component % 2];
            // The first scans in the two bands, the others over both.
            if step == most {
                put(&[*component], band, most, step);
            } else if step < most && band.0 == 1 {
                put(&[*component], (1, 63), most, step);
            }
        }
        if step < shifts[0] {
            dc.iter().for_each(|components| put(components, (0, 0), shifts[0], step));
        }
    }
    scripts
}

const PLAIN_SHIFTS: [u32; 3] = [1, 2, 1];

fn components(encoding: Encoding) -> usize {
    if encoding.grey { 1 } else { 3 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Whatever the scans, the picture is that of the same coefficients in one scan, to the bit.
    #[test]
    fn any_scans_show_what_one_shows(
        encoding in encodings(),
        (width, height) in (5_u32..200, 1_u32..90),
        seed: u32,
        noise in 0_u32..60,
        together: bool,
        split in proptest::option::of(1_u32..62),
        shifts in (0_u32..=3, 0_u32..=3, 0_u32..=3),
        longest_run in prop_oneof![Just(1_u32), 2_u32..9, Just(0x7FFF)],
        area in (0_u32..200, 0_u32..90, 1_u32..100, 1_u32..90),
    ) {
        let sequential = encode(&picture(width, height, seed, noise), encoding);
        let scripts = scripts(components(encoding), together, split, [shifts.0, shifts.1, shifts.2]);
        let bytes = progressive(&sequential, &scripts, encoding.restart_interval, longest_run);
        let [one, several] = [&sequential, &bytes].map(|bytes| SparseJpeg::open(bytes, Keep::Coefficients).unwrap());
        let area = Area { left: area.0, top: area.1, right: area.0 + area.2, bottom: area.1 + area.3 };
        for scale in SCALES {
            for area in [area, whole(&one)] {
                let request = Request { area, scale, fine_colour: false };
                prop_assert!(one.planes(request) == several.planes(request), "{scale:?}");
            }
        }
        let outline = outline(&bytes, Keep::Coefficients).unwrap();
        prop_assert_eq!((outline.width, outline.height), (width, height));
        let region = several.region(whole(&several), Scale::Full).unwrap();
        let (mean, most) = difference(&region.pixels, &general(&bytes).unwrap());
        prop_assert!(mean <= 1.0 && most <= 4, "{mean} {most}");
    }

    /// What another encoder writes, in which each scan has a band of frequencies.
    #[test]
    fn full_size_is_as_by_the_general_decoder(
        encoding in encodings(),
        (width, height) in (5_u32..300, 1_u32..90),
        seed: u32,
        noise in 0_u32..60,
        scans in 2_u8..=64,
    ) {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, encoding.quality);
        encoder.set_sampling_factor(encoding.sampling);
        encoder.set_progressive_scans(scans);
        encoder.encode(&picture(width, height, seed, noise), width as u16, height as u16, ColorType::Rgb).unwrap();
        match SparseJpeg::open(&bytes, Keep::Coefficients) {
            Ok(file) => {
                let region = file.region(whole(&file), Scale::Full).unwrap();
                let (mean, most) = difference(&region.pixels, &general(&bytes).unwrap());
                prop_assert!(mean <= 1.0 && most <= 4, "{mean} {most}");
            }
            // Three components in as many bands.
            Err(refusal) => prop_assert!(scans > 20, "{refusal:?}"),
        }
    }

    #[test]
    fn damage_is_refused_or_read_without_a_panic(
        encoding in encodings(),
        seed: u32,
        split in proptest::option::of(1_u32..62),
        changes in proptest::collection::vec((0.0..1.0, any::<u8>()), 1..4),
    ) {
        let sequential = encode(&picture(90, 70, seed, 30), encoding);
        let scripts = scripts(components(encoding), true, split, PLAIN_SHIFTS);
        let mut bytes = progressive(&sequential, &scripts, encoding.restart_interval, 9);
        let scan = Header::read(&bytes).unwrap().scan;
        for (place, value) in changes {
            let at = scan + (place * (bytes.len() - scan) as f64) as usize;
            bytes[at] = value;
        }
        if let Ok(file) = SparseJpeg::open(&bytes, Keep::Coefficients) {
            for scale in SCALES {
                prop_assert!(file.region(whole(&file), scale).is_some());
            }
        }
    }
}

fn plain() -> (Vec<u8>, Vec<Script>) {
    (encode(&picture(90, 70, 5, 30), PLAIN), scripts(3, true, Some(5), PLAIN_SHIFTS))
}

fn refusal(bytes: &[u8]) -> Refusal {
    SparseJpeg::open(bytes, Keep::Coefficients).unwrap_err()
}

#[test]
fn places_are_of_no_use_in_them() {
    let (sequential, scripts) = plain();
    let bytes = progressive(&sequential, &scripts, 0, 9);
    assert!(matches!(SparseJpeg::open(&bytes, Keep::Places), Err(Refusal::NotHandled(_))));
    assert!(matches!(outline(&bytes, Keep::Places), Err(Refusal::NotHandled(_))));
}

#[test]
fn scans_that_build_on_what_is_not_there_are_damage() {
    let (sequential, scripts) = plain();
    let of_luma = |script: &Script| script.components == [0] && script.first == 1;
    let first = scripts.iter().position(of_luma).unwrap();
    let mut without = scripts.clone();
    without.remove(first);
    assert!(matches!(refusal(&progressive(&sequential, &without, 0, 9)), Refusal::Damaged(_)));
    let mut twice = scripts.clone();
    twice.insert(first, scripts[first].clone());
    assert!(matches!(refusal(&progressive(&sequential, &twice, 0, 9)), Refusal::Damaged(_)));
}

/// A file may leave detail out (T.81, G.1.1.1.1), but then it has to say that it ends: without its end mark, it may
/// have been cut between two scans.
#[test]
fn the_last_scans_may_be_left_out_only_before_an_end_mark() {
    let (sequential, scripts) = plain();
    for count in 1..=scripts.len() {
        let bytes = progressive(&sequential, &scripts[..count], 0, 9);
        let file = SparseJpeg::open(&bytes, Keep::Coefficients).unwrap();
        assert_eq!(file.flaw(), None);
        let cut = SparseJpeg::open(&bytes[..bytes.len() - 2], Keep::Coefficients);
        if count == scripts.len() {
            assert_eq!(cut.unwrap().flaw(), Some(Flaw::NoEndMark));
        } else {
            assert!(matches!(cut, Err(Refusal::Damaged(_))), "{count}");
        }
    }
    let of_luma_only = progressive(&sequential, &[Script { components: vec![0], ..scripts[0].clone() }], 0, 9);
    assert!(matches!(refusal(&of_luma_only), Refusal::Damaged(_)));
}

#[test]
fn a_cut_file_is_damaged() {
    let (sequential, scripts) = plain();
    let bytes = progressive(&sequential, &scripts, 3, 9);
    for length in (0..bytes.len() - 2).step_by(7) {
        let refusal = refusal(&bytes[..length]);
        assert!(length < 10 || matches!(refusal, Refusal::Damaged(_)), "{length} of {}: {refusal:?}", bytes.len());
    }
}

#[test]
fn blocks_ended_beyond_the_last_are_damage() {
    let (sequential, _) = plain();
    let scripts = scripts(3, true, None, [0; 3]);
    let bytes = progressive(&sequential, &scripts, 0, 1);
    let taller = |rows: u8| {
        let mut bytes = bytes.clone();
        let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
        bytes[frame + 6] = rows;
        bytes
    };
    assert!(SparseJpeg::open(&taller(70), Keep::Coefficients).is_ok());
    assert!(matches!(refusal(&taller(70 - 16)), Refusal::Damaged(_)));
    assert!(matches!(refusal(&taller(70 + 16)), Refusal::Damaged(_)));
    // A flat picture, whose AC coefficients are all in one symbol, of which one with a longer run has as many bits.
    let grey = Encoding { grey: true, ..PLAIN };
    let flat = encode(&RgbImage::from_pixel(64, 64, image::Rgb([90; 3])), grey);
    let whole_run = progressive(&flat, &self::scripts(1, true, None, [0; 3]), 0, 0x7FFF);
    assert!(SparseJpeg::open(&whole_run, Keep::Coefficients).is_ok());
    let mut narrower = whole_run;
    let frame = narrower.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
    narrower[frame + 8] = 56;
    assert!(matches!(refusal(&narrower), Refusal::Damaged(_)));
}

#[test]
fn memory_is_as_the_header_tells() {
    let (sequential, scripts) = plain();
    let bytes = progressive(&sequential, &scripts, 0, 9);
    let outline = outline(&bytes, Keep::Coefficients).unwrap();
    let file = SparseJpeg::open(&bytes, Keep::Coefficients).unwrap();
    let Kept::Coefficients(all) = &file.kept else { panic!("coefficients") };
    let means: usize = file.dc.iter().map(|plane| plane.values.len()).sum();
    let kept = (2 * means + all.memory()) as u64;
    assert!((outline.memory / 8..=outline.memory).contains(&kept), "{kept} of {}", outline.memory);
}
