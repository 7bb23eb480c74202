//! What becomes of a photo: written, to be reviewed, refused, failed. One bad photo never stops the others.

use crate::photos::{ANA, BEN, NOBODY, TWO_PEOPLE, broken, jpeg, portrait};
use crate::portrait::Portrait;
use crate::run::{Workplace, number, outputs, word};
use image::RgbImage;

#[test]
fn a_broken_photo_among_good_ones_is_one_failure() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/broken.jpg", &broken()), ("in/team/ben.jpg", &BEN)]);
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            3,
            "broken.jpg: failed: the JPEG is damaged (it ends early); copy it again, or take what can be read with \
             --allow-damaged\nheadshot: 3 photos: 2 written, 1 failed; 2 files in out; see report.jsonl there"
        )
    );
    assert_eq!(place.files("out"), ["report.jsonl", "x/ana.jpg", "x/team/ben.jpg"]);
    let report = place.report("out");
    let outcomes: Vec<(&str, &str)> =
        report.iter().map(|record| (word(&record["source"]), word(&record["outcome"]))).collect();
    assert_eq!(outcomes, [("ana.jpg", "written"), ("broken.jpg", "failed"), ("team/ben.jpg", "written")]);
    assert_eq!(report[1]["reason"], "damaged");
    assert!(report[1]["photo"].is_null() && outputs(&report[1]).is_empty());
}

#[test]
fn what_is_left_of_a_broken_photo_is_taken_on_demand_and_reviewed() {
    let place = Workplace::with(&[("in/broken.jpg", &ANA[..ANA.len() - 100])]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x"]).code, 3);
    let ran = place.run(&["in", "-o", "out", "-p", "x", "--allow-damaged"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let record = place.only_record("out");
    assert_eq!((word(&record["outcome"]), word(&record["reason"])), ("review", "damaged"));
    assert_eq!(place.files("out/x"), ["broken.jpg"]);
}

#[test]
fn a_photo_without_a_face_is_refused() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/wall.jpg", &NOBODY)]);
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            4,
            "wall.jpg: refused: no face was found; if there is one, crop the photo closer to it and try again\n\
             headshot: 2 photos: 1 written, 1 refused; 1 file in out; see report.jsonl there"
        )
    );
    let record = &place.report("out")[1];
    assert_eq!((word(&record["outcome"]), word(&record["reason"])), ("refused", "no-face"));
    assert_eq!(number(&record["photo"]["width"]), 400.0);
}

#[test]
fn a_failure_weighs_more_than_a_refusal() {
    let place = Workplace::with(&[("in/broken.jpg", &broken()), ("in/wall.jpg", &NOBODY)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x"]).code, 3);
    assert_eq!(place.files("out"), ["report.jsonl"]);
}

#[test]
fn a_group_is_refused_where_only_one_person_may_be_in_the_photo() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/two.jpg", &TWO_PEOPLE)]);
    let ran = place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--faces", "only"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            4,
            "two.jpg: refused: the photo shows 2 people; use --faces main or --faces all, or crop it to one person\n\
             headshot: 2 photos: 1 written, 1 refused; 1 file in out; see report.jsonl there"
        )
    );
    assert_eq!(place.report("out")[1]["reason"], "several-people");
}

#[test]
fn a_photo_with_too_few_pixels_is_warned_of_then_reviewed_then_refused_then_enlarged_on_demand() {
    // The frames for a preset of 400 x 400 are as many pixels wide as the photo, or hardly fewer.
    let of_size = |width, height| jpeg(&Portrait { seed: 3, ..Portrait::sized(width, height) }.draw().image);
    let place = Workplace::with(&[
        ("in/a.jpg", &of_size(300, 400)),
        ("in/b.jpg", &of_size(240, 320)),
        ("in/c.jpg", &of_size(120, 160)),
    ]);
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let report = place.report("out");
    let enlarged = |record: &serde_json::Value| number(&outputs(record)[0]["upscale"]);
    for (record, outcome) in report.iter().zip(["written", "review", "refused"]) {
        assert_eq!(word(&record["outcome"]), outcome, "{record}");
        let checks = record["checks"].as_array().expect("a list");
        let check = checks.iter().find(|check| check["code"] == "would-upscale").expect("told");
        assert_eq!(word(&check["level"]), if outcome == "written" { "warn" } else { "fail" });
        assert!(word(&check["message"]).contains(" times and may look soft; use the original file"), "{check}");
    }
    assert!((1.25..=1.6).contains(&enlarged(&report[0])) && (1.6..2.0).contains(&enlarged(&report[1])), "{report:?}");
    assert_eq!(word(&report[2]["reason"]), "would-upscale");
    assert_eq!(place.files("out/x"), ["a.jpg", "b.jpg"]);

    let ran = place.run(&["in", "-o", "allowed", "-p", "x", "--allow-upscale"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(place.files("allowed/x"), ["a.jpg", "b.jpg", "c.jpg"]);
}

/// What a photo for `team-page` comes to whose head has this height, in pixels of 800: that photo's record.
fn tight(head_height: f64) -> (Workplace, serde_json::Value) {
    let tight = Portrait { mid_eye: (300.0, 390.0), head_height, ..portrait(3) };
    let place = Workplace::with(&[("in/tight.jpg", &jpeg(&tight.draw().image))]);
    let ran = place.run(&["in", "-o", "out", "-p", "team-page"]);
    let record = place.only_record("out");
    assert_eq!(ran.code, if record["outcome"] == "written" { 0 } else { 4 }, "{}", ran.stderr);
    let steps = outputs(&record)[0]["steps"].as_array().expect("a list");
    assert!(steps.iter().any(|step| step == "widest"), "{record}");
    (place, record)
}

#[test]
fn a_photo_that_is_tighter_than_the_preset_is_written_as_wide_as_it_is_with_a_warning() {
    // The largest frame is 750 pixels high: the head has 0.71 of it, and the preset takes 0.60.
    let (_, record) = tight(530.0);
    let checks = record["checks"].as_array().expect("a list");
    let check = checks.iter().find(|check| check["code"] == "tighter-than-preset").expect("told");
    assert_eq!((word(&record["outcome"]), word(&check["level"])), ("written", "warn"), "{record}");
    assert_eq!(
        check["message"],
        "the photo is cropped closer than team-page's frame; use the original photo if this one was cropped"
    );
    assert!((number(&check["limit"]) - 0.6).abs() < 1e-9 && number(&check["value"]) < 0.75, "{check}");
}

#[test]
fn a_photo_that_is_far_tighter_than_the_preset_is_reviewed() {
    let (place, record) = tight(650.0);
    assert_eq!((word(&record["outcome"]), word(&record["reason"])), ("review", "tighter-than-preset"), "{record}");
    let ran = place.run(&["in", "-o", "out", "-p", "team-page", "--force"]);
    assert!(
        ran.stderr
            .starts_with("tight.jpg: review: the photo is cropped closer than team-page's frame; use the original"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_photo_over_the_memory_ceiling_is_too_large_and_the_others_wait_their_turn() {
    // 12 megapixels of one colour: a small file that takes 36 MB and more to decode.
    let large = jpeg(&RgbImage::new(4000, 3000));
    let place = Workplace::with(&[
        ("in/ana.jpg", &ANA),
        ("in/ben.jpg", &BEN),
        ("in/large.jpg", &large),
        ("in/team/ana.jpg", &ANA),
        ("in/team/ben.jpg", &BEN),
    ]);
    let ran = place.run(&["in", "-o", "out", "-p", "x", "-j", "4", "--memory", "48M"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("large.jpg: failed: the photo takes"), "{}", ran.stderr);
    assert!(ran.stderr.contains("raise it with --memory"), "{}", ran.stderr);
    let report = place.report("out");
    assert_eq!(report[2]["reason"], "too-large");
    assert_eq!(report.iter().filter(|record| record["outcome"] == "written").count(), 4);
}
