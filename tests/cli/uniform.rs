//! How even a run's headshots are, and runs of one head height.

use crate::photos::{jpeg, portrait};
use crate::portrait::{HairStyle, Portrait};
use crate::run::{Workplace, number, outputs, word};
use serde_json::{Value, json};

/// A person whose head is `head_height` of 800 pixels, in a photo 600 pixels wide: over 324 there is no room for the
/// 0.54 of the height that the preset `x` wants, over 420 none for its 0.70.
fn person(seed: u64, head_height: f64) -> Vec<u8> {
    let style = if seed.is_multiple_of(2) { HairStyle::Cropped } else { HairStyle::Short };
    jpeg(&Portrait { head_height, hair_style: style, mid_eye: (300.0, 330.0), ..portrait(seed) }.draw().image)
}

/// Three people with room, and one without; and the preset `x`, kept on the photo, since the drawings' walls would go
/// on.
fn shoot() -> Workplace {
    let preset = include_str!("../../presets/x.toml").replace("\"plain\"", "\"never\"");
    Workplace::with(&[
        ("x.toml", preset.as_bytes()),
        ("in/ana.jpg", &person(3, 250.0)),
        ("in/ben.jpg", &person(4, 280.0)),
        ("in/max.jpg", &person(6, 390.0)),
        ("in/mia.jpg", &person(5, 300.0)),
    ])
}

/// The heights of the heads in the outputs, as fractions of theirs, by what the report says.
fn heads(report: &[Value]) -> Vec<(String, f64)> {
    let head = |record: &Value| {
        let output = &outputs(record)[0];
        let [a, b, c, d, e, f] = std::array::from_fn(|index| number(&output["transform"][index]));
        let place = |point: &Value| {
            let (x, y) = (number(&point[0]), number(&point[1]));
            (a * x + b * y + c, d * x + e * y + f)
        };
        let ([left, right], chin) =
            ([0, 1].map(|eye| place(&record["head"]["eyes"][eye])), place(&record["head"]["chin"]));
        let from_eyes = (chin.0 - f64::midpoint(left.0, right.0), chin.1 - f64::midpoint(left.1, right.1));
        (word(&record["source"]).to_owned(), 2.0 * from_eyes.0.hypot(from_eyes.1) / number(&output["height"]))
    };
    report.iter().map(head).collect()
}

fn spread(heads: &[(String, f64)]) -> f64 {
    let values = || heads.iter().map(|(_, head)| *head);
    values().fold(0.0, f64::max) - values().fold(1.0, f64::min)
}

fn checks(record: &Value) -> Vec<&str> {
    let checks = record["checks"].as_array().expect("a list").iter().filter(|check| check["level"] != "ok");
    checks.map(|check| word(&check["code"])).collect()
}

#[test]
fn a_set_is_uneven_by_itself_and_has_one_head_height_on_demand() {
    let place = shoot();
    let ran = place.run(&["in", "-o", "plain", "-p", "x.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let plain = heads(&place.report("plain"));
    assert!(spread(&plain) > 0.06, "{plain:?}");
    let (line, summary) = ran.stderr.split_once('\n').expect("two lines");
    assert!(line.starts_with("x: eye line 0.4") && line.contains("; apart from the rest: max.jpg (head 1"), "{line}");
    assert_eq!(summary, "headshot: 4 photos: 4 written; 4 files in plain");

    let ran = place.run(&["in", "-o", "even", "-p", "x.toml", "--uniform"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report = place.report("even");
    let even = heads(&report);
    assert!(spread(&even) < 0.005, "{even:?}");
    let (name, needed) = plain.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("four photos");
    assert!((even[0].1 - needed).abs() < 0.005, "{} is not what {name} needs, {needed}", even[0].1);
    let told: Vec<f64> = report.iter().map(|record| number(&outputs(record)[0]["head_height"])).collect();
    assert!(told.iter().all(|height| (height - needed).abs() < 0.005), "{told:?}");
    let (line, _) = ran.stderr.split_once('\n').expect("two lines");
    assert!(line.starts_with("x: one head height, 0.6") && line.contains(", set by max.jpg; eye line 0.4"), "{line}");
    assert!(report.iter().all(|record| checks(record).is_empty()));
}

#[test]
fn a_photo_that_is_tighter_than_the_preset_stays_apart_and_is_named() {
    let place = shoot();
    place.write("in/tight.jpg", &person(8, 500.0));
    let ran = place.run(&["in", "-o", "out", "-p", "x.toml", "--uniform"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let line = ran.stderr.lines().next().expect("two lines");
    assert!(line.contains(", set by max.jpg; ") && line.contains("; apart from the rest: tight.jpg ("), "{line}");
    let report = place.report("out");
    let (rest, tight) = report.split_at(4);
    assert!(spread(&heads(rest)) < 0.005, "{:?}", heads(&report));
    assert_eq!(tight[0]["outcome"], json!("written"));
    assert_eq!(checks(&tight[0]), ["tighter-than-preset", "apart-from-set"]);
    let all = tight[0]["checks"].as_array().expect("a list");
    let check = all.iter().find(|check| check["code"] == "apart-from-set").expect("it is apart");
    assert!((number(&check["limit"]) - heads(rest)[0].1).abs() < 0.002, "{check}");
    assert!((number(&check["value"]) - heads(tight)[0].1).abs() < 0.002, "{check}");
}

#[test]
fn a_dry_run_says_the_same_and_quiet_says_nothing_of_it() {
    let place = shoot();
    let run = |more: &[&str]| {
        let mut arguments = vec!["in", "-o", "out", "-p", "x.toml", "--uniform"];
        arguments.extend(more);
        place.run(&arguments).stderr
    };
    let dry = run(&["--dry-run"]);
    assert!(!place.path("out").exists());
    let line = |text: &str| text.lines().next().map(str::to_owned);
    assert_eq!(line(&dry), line(&run(&[])));
    assert_eq!(run(&["--quiet"]), "headshot: 4 photos: 4 unchanged; 4 files in out");
}

#[test]
fn a_head_height_that_a_person_pinned_stays() {
    let place = shoot();
    place.write("in/headshot.toml", b"[photo.\"max.jpg\"]\nas_is = true\n[photo.\"ana.jpg\"]\nscale = 1.1\n");
    let ran = place.run(&["in", "-o", "out", "-p", "x.toml", "--uniform"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("x: one head height, 0.540, as the preset says; "), "{}", ran.stderr);
    let report = place.report("out");
    for (record, (source, head)) in report.iter().zip(heads(&report)) {
        match source.as_str() {
            // All of the photo's width, as 400 pixels.
            "max.jpg" => assert!((number(&outputs(record)[0]["transform"][0]) - 400.0 / 600.0).abs() < 1e-9),
            "ana.jpg" => assert!((head - 0.54 * 1.1).abs() < 0.005, "{head}"),
            _ => assert!((head - 0.54).abs() < 0.005, "{source}: {head}"),
        }
    }
    assert!(report.iter().all(|record| checks(record).is_empty()));
}
