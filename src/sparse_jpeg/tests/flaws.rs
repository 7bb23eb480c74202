//! What is wrong around a picture that is whole, and what is missing of one.

use super::super::header::Segment;
use super::encoder::{Script, progressive};
use super::*;

/// A sequential file, one with restart markers, one whose components are apart, and a progressive one.
fn files() -> Vec<Vec<u8>> {
    let sequential = encode(&picture(90, 70, 5, 30), PLAIN);
    let marked = encode(&picture(90, 70, 5, 30), Encoding { restart_interval: 4, ..PLAIN });
    let script = |components: &[usize], first, last, before, shift| Script {
        components: components.to_vec(),
        first,
        last,
        before,
        shift,
    };
    let apart: Vec<Script> = (0..3).map(|component| script(&[component], 0, 63, 0, 0)).collect();
    let mut steps = vec![script(&[0, 1, 2], 0, 0, 0, 0)];
    steps.extend((0..3).map(|component| script(&[component], 1, 63, 0, 1)));
    steps.extend((0..3).map(|component| script(&[component], 1, 63, 1, 0)));
    let [apart, progressive] = [apart, steps].map(|scripts| progressive(&sequential, &scripts, 0, 9));
    vec![sequential, marked, apart, progressive]
}

fn open(bytes: &[u8]) -> Result<SparseJpeg<'_>, Refusal> {
    let coefficients = SparseJpeg::open(bytes, Keep::Coefficients);
    let places = SparseJpeg::open(bytes, Keep::Places);
    if !matches!(places, Err(Refusal::NotHandled(_))) {
        assert_eq!(places.as_ref().map(SparseJpeg::flaw).ok(), coefficients.as_ref().map(SparseJpeg::flaw).ok());
    }
    coefficients
}

fn scan(bytes: &[u8]) -> usize {
    bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap()
}

#[test]
fn a_whole_picture_is_read_whatever_is_around_it() {
    for bytes in files() {
        let whole = open(&bytes).unwrap();
        assert_eq!(whole.flaw(), None);
        let picture = &bytes[..bytes.len() - 2];
        let with = |tail: &[u8]| [picture, tail].concat();
        let at = |place: usize, more: &[u8]| [&bytes[..place], more, &bytes[place..]].concat();
        let first = Segment::next(&bytes, 2).unwrap().end;
        let samsung = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1500000000000SEFHk\0\0\0SEFT";
        let height = [0xFF, 0xDC, 0, 4, 0, 70, 0xFF, 0xD9];
        for (changed, flaw) in [
            (with(&[]), Some(Flaw::NoEndMark)),
            (with(&[0xFF]), Some(Flaw::NoEndMark)),
            (with(samsung), Some(Flaw::NoEndMark)),
            (with(&[0; 4000]), Some(Flaw::NoEndMark)),
            // Another picture, as phones append it.
            (with(&[samsung.as_slice(), &bytes].concat()), Some(Flaw::NoEndMark)),
            (with(&bytes), Some(Flaw::NoEndMark)),
            (with(&[7, 8, 0xFF, 0xD9]), Some(Flaw::StrayBytes)),
            (with(&[[0; 99].as_slice(), &[0xFF, 0xD9]].concat()), Some(Flaw::StrayBytes)),
            (at(2, &[1, 2, 3, 4]), Some(Flaw::StrayBytes)),
            (at(first, &[0, 0, 0, 0]), Some(Flaw::StrayBytes)),
            (at(scan(&bytes), &[9, 0xFF, 0, 9]), Some(Flaw::StrayBytes)),
            // Behind the end mark anything may stand, and before a mark any number of fill bytes.
            ([&bytes, samsung.as_slice()].concat(), None),
            (at(first, &[0xFF, 0xFF]), None),
            (with(&[0xFF, 0xFF, 0xFF, 0xD9]), None),
            (with(&height), None),
        ] {
            let opened = open(&changed).unwrap();
            assert_eq!(opened.flaw(), flaw);
            assert_eq!(opened.samples(), whole.samples());
        }
    }
}

#[test]
fn the_height_may_stand_behind_the_picture_only() {
    for bytes in files() {
        let frame = bytes.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0..=0xC2])).unwrap();
        let after = Segment::next(&bytes, scan(&bytes) + 14).unwrap().start;
        let told = [&bytes[..after], &[0xFF, 0xDC, 0, 4, 0, 70], &bytes[after..]].concat();
        let mut open_height = told.clone();
        open_height[frame + 6] = 0;
        let mut other_height = told;
        other_height[frame + 6] = 54;
        assert_eq!(open(&open_height).unwrap().samples(), open(&bytes).unwrap().samples());
        assert!(open(&other_height).is_err());
    }
}

/// Cut anywhere, with or without something in place of the end mark.
#[test]
fn a_part_of_a_picture_is_never_whole() {
    for bytes in files() {
        for length in scan(&bytes) + 20..bytes.len() - 2 {
            let cut = &bytes[..length];
            assert!(matches!(open(cut), Err(Refusal::Damaged(_))), "{length} of {}", bytes.len());
            let ended = [cut, &[0xFF, 0xD9]].concat();
            // Between two scans of a progressive file that is a whole file with less detail.
            if let Ok(opened) = open(&ended) {
                assert!(opened.header.progressive, "{length} of {}", bytes.len());
            }
        }
    }
}

#[test]
fn a_damaged_picture_is_read_as_far_as_it_goes() {
    for bytes in files() {
        let whole = open(&bytes).unwrap();
        assert_eq!(SparseJpeg::open_damaged(&bytes).unwrap().1, None);
        let cut = &bytes[..scan(&bytes) + (bytes.len() - scan(&bytes)) * 2 / 3];
        let (part, damage) = SparseJpeg::open_damaged(cut).unwrap();
        assert!(matches!(damage, Some(Refusal::Damaged(_))));
        let top = 3 * 90 * 16;
        let same =
            part.samples()[..top].iter().zip(&whole.samples()[..top]).filter(|(is, should)| is == should).count();
        // Luma at least, and of the progressive file its means.
        assert!(same >= if whole.header.progressive { top / 30 } else { top / 3 }, "{same} of {top}");
    }
}
