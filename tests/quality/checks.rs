//! Whether photos are headshots: the bad ones are told with the right word, and good ones are left alone.

use crate::corpus::{failed, is_flagged, run, shared};
use headshot::report::line::RecordLine;
use std::collections::BTreeMap;

/// Photos made bad on purpose, and the words of which one at least has to be told.
const BAD: [(&str, &[&str]); 13] = [
    ("blur_r12.jpg", &["soft-focus"]),
    ("dark_x0.05.jpg", &["dark"]),
    ("dark_x0.15.jpg", &["dark"]),
    ("overexposed.jpg", &["blown-out"]),
    ("noise_s60.jpg", &["noisy", "soft-focus"]),
    ("cut_forehead.jpg", &["head-cut"]),
    ("cut_left_half.jpg", &["head-cut"]),
    ("face_fills_frame.jpg", &["head-cut"]),
    ("tiny_24x32.png", &["face-too-small"]),
    ("tiny_60x80.png", &["face-too-small"]),
    ("tiny_60x80.png", &["would-upscale"]),
    ("px_1x1.png", &["face-too-small"]),
    ("two_equal_faces.jpg", &["several-people"]),
];

/// Variants of the same picture of which something is to be said although nobody spoilt the face: in one bit, too small
/// for the preset, and cut to an oval.
const ODD: [(&str, &str); 3] = [
    ("png_1bit.png", "noisy"),
    ("extreme_tall_300x5000.jpg", "would-upscale"),
    ("webp_rgba_oval.webp", "tighter-than-preset"),
];

/// Most of the 98 portraits that may be in review or refused for linkedin; only ever goes down.
///
/// Of 20, 7 have too few pixels, 7 look away, 3 have a cap or hair that the photo cuts, 2 are old photographs that only
/// one detector takes for a face, and one has a patch in the bark above the head.
const DOUBTED: usize = 20;

/// Most of them for the six presets of `work`, which include Slack's least size of 512 pixels; only ever goes down.
const DOUBTED_AT_WORK: usize = 30;

/// Portraits in which the head is turned away, by eye; nobody else fails for it. One more, `vash-gon-square`, is a
/// profile that is measured just under the limit now that its border is left out; it is in review for other reasons.
const AWAY: [&str; 7] = [
    "18f__IMG_3996.JPG",
    "18f__brouilette_alan.jpg",
    "18f__join.jpg",
    "pif__2012_raphael-majma.png",
    "usdc__Deliver.webp",
    "usdc__integrity.webp",
    "usdc__sheev-dave.webp",
];

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
#[cfg_attr(all(has_corpus, debug_assertions), ignore = "takes minutes without optimisation")]
fn what_was_made_bad_is_told_with_the_right_word() {
    let shared = shared();
    // Formats that this build may not read fail; they are the same picture.
    let records = looked_at(&shared.join("corpus/formats/face_variants"));
    let mut wrong = Vec::new();
    for (name, words) in BAD {
        let record = &records[name];
        if !words.iter().any(|word| failed(record).contains(word)) || record.outcome == "written" {
            wrong.push(format!("{name}: {:?}, not {words:?}", failed(record)));
        }
    }
    for (name, record) in &records {
        let allowed: Vec<&str> = ODD.iter().filter(|odd| odd.0 == name).map(|odd| odd.1).collect();
        let is_bad = BAD.iter().any(|bad| bad.0 == name);
        let others: Vec<&str> = failed(record).into_iter().filter(|code| !allowed.contains(code)).collect();
        if !is_bad && !others.is_empty() {
            wrong.push(format!("{name}: {others:?} of a good picture"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
#[cfg_attr(all(has_corpus, debug_assertions), ignore = "takes minutes without optimisation")]
fn few_portraits_are_doubted_and_for_reasons_that_can_be_seen() {
    let shared = shared();
    let records = looked_at(&shared.join("corpus/portraits"));
    let doubted: Vec<&RecordLine> = records.values().filter(|record| record.outcome != "written").collect();
    let words = |record: &RecordLine| format!("{}: {:?}", record.source, failed(record));
    assert!(doubted.len() <= DOUBTED, "{}: {:#?}", doubted.len(), doubted.iter().map(|r| words(r)).collect::<Vec<_>>());
    let away: Vec<&str> =
        records.values().filter(|r| failed(r).contains(&"looking-away")).map(|r| r.source.as_str()).collect();
    assert_eq!(away, AWAY);
    // Nobody took these out of focus, in the dark or into the sun; and each shows one person.
    for code in ["soft-focus", "noisy", "blown-out", "several-people"] {
        let flagged: Vec<&str> =
            records.values().filter(|r| is_flagged(r, code)).map(|record| record.source.as_str()).collect();
        assert!(flagged.is_empty(), "{code}: {flagged:?}");
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
#[cfg_attr(all(has_corpus, debug_assertions), ignore = "takes minutes without optimisation")]
fn few_portraits_are_doubted_at_work_and_every_warning_is_a_sentence() {
    let (_, records) = run(&shared().join("corpus/portraits"), "checks-work", &["-p", "work"]);
    let doubted: Vec<&str> =
        records.values().filter(|record| record.outcome != "written").map(|record| record.source.as_str()).collect();
    assert!(doubted.len() <= DOUBTED_AT_WORK, "{}: {doubted:#?}", doubted.len());
    for check in records.values().flat_map(|record| &record.checks) {
        assert_eq!(check.message.is_some(), check.level != "ok", "{check:?}");
    }
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
#[cfg_attr(all(has_corpus, debug_assertions), ignore = "takes minutes without optimisation")]
fn groups_and_pictures_of_nobody_are_no_headshots() {
    let shared = shared();
    for folder in ["groups", "noface"] {
        let records = looked_at(&shared.join("corpus").join(folder));
        let good = |record: &&RecordLine| matches!(record.verdict.as_deref(), Some("headshot" | "croppable"));
        let good: Vec<&str> = records.values().filter(good).map(|record| record.source.as_str()).collect();
        // A selfie in front of thirty people far behind: its maker is the one who is meant.
        let expected: &[&str] = if folder == "groups" { &["18f__roth-selfie.jpg"] } else { &[] };
        assert_eq!(good, expected, "{folder}");
    }
}

fn looked_at(photos: &std::path::Path) -> BTreeMap<String, RecordLine> {
    let name = format!("checks-{}", photos.file_name().unwrap().to_string_lossy());
    run(photos, &name, &["-p", "linkedin"]).1
}
