//! Is it a headshot? What is said against photos, what is not made of them, and what to do about it.

use crate::photos::{ANA, NOBODY, TWO_PEOPLE, broken, jpeg, portrait};
use crate::run::{Workplace, number, outputs, word};
use serde_json::Value;

/// Somebody out of focus.
fn blurred() -> Vec<u8> {
    jpeg(&image::imageops::blur(&portrait(3).draw().image, 7.0))
}

fn place() -> Workplace {
    Workplace::with(&[("in/ana.jpg", &ANA), ("in/soft.jpg", &blurred())])
}

fn check<'a>(record: &'a Value, code: &str) -> &'a Value {
    let checks = record["checks"].as_array().expect("a list");
    checks.iter().find(|check| check["code"] == code).unwrap_or_else(|| panic!("no {code} in {record}"))
}

#[test]
fn a_soft_photo_is_written_and_reviewed_and_a_dry_run_says_the_same() {
    let place = place();
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(place.files("out/x"), ["ana.jpg", "soft.jpg"]);
    let report = place.report("out");
    assert_eq!(word(&report[0]["outcome"]), "written", "{}", report[0]);
    assert!(["headshot", "croppable"].contains(&word(&report[0]["verdict"])), "{}", report[0]);
    assert!(report[0].get("verdict_reasons").is_none());
    assert_eq!((word(&report[1]["outcome"]), word(&report[1]["reason"])), ("review", "soft-focus"));
    assert_eq!((word(&report[1]["verdict"]), word(&report[1]["verdict_reasons"][0])), ("portrait-only", "soft-focus"));
    let (sharp, soft) = (check(&report[0], "soft-focus"), check(&report[1], "soft-focus"));
    assert_eq!((word(&sharp["level"]), word(&soft["level"]), word(&soft["preset"])), ("ok", "fail", "x"));
    assert!(number(&sharp["value"]) < number(&sharp["limit"]) && number(&soft["value"]) > number(&soft["limit"]));
    let dry = place.run(&["in", "-o", "none", "-p", "x", "--dry-run"]);
    let line = |text: &str| text.lines().next().map(str::to_owned);
    assert_eq!((dry.code, line(&dry.stderr)), (4, line(&ran.stderr)));
}

#[test]
fn strict_writes_only_what_nobody_has_to_look_at() {
    let place = place();
    let ran = place.run(&["in", "-o", "out", "-p", "x", "--strict"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("soft.jpg: refused: the face is not sharp"), "{}", ran.stderr);
    assert!(ran.stderr.contains("(not written: --strict)"), "{}", ran.stderr);
    assert_eq!(place.files("out/x"), ["ana.jpg"]);
    assert_eq!(place.report("out")[1]["reason"], "soft-focus");
}

#[test]
fn only_the_verdicts_that_are_asked_for_are_made() {
    let place = place();
    let ran = place.run(&["in", "-o", "out", "-p", "x", "--only-verdict", "headshot,croppable"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(place.files("out/x"), ["ana.jpg"]);
    let record = &place.report("out")[1];
    assert_eq!((word(&record["outcome"]), word(&record["reason"])), ("refused", "other-verdict"));
    let message = "the verdict is portrait-only (soft-focus), and --only-verdict asks for headshot, croppable";
    assert_eq!(record["message"], message);
    let ran = place.run(&["in", "-o", "out", "-p", "x", "--only-verdict", "portrait-only"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(place.files("out/x").contains(&"soft.jpg".into()));
    let ran = place.run(&["in", "-o", "out", "--only-verdict", "good"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("there are headshot, croppable, portrait-only, unusable"), "{}", ran.stderr);
}

#[test]
fn what_is_to_be_reviewed_is_listed_one_headshot_a_line() {
    let place = place();
    place.write("in/broken.jpg", &broken());
    place.run(&["in", "-o", "out", "-p", "x,github"]);
    let ran = place.run(&["status", "out", "--review"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stdout);
    for (line, path) in lines.iter().zip(["x/soft.jpg", "github/soft.jpg"]) {
        assert!(line.contains("soft.jpg: the face is not sharp") && line.ends_with(" (soft.jpg)"), "{path}: {line}");
    }
    let ran = place.run(&["status", "in", "--review"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("there is no report.jsonl"), "{}", ran.stderr);
}

#[test]
fn inspect_says_what_stands_against_a_headshot_and_what_to_do() {
    let place = Workplace::with(&[
        ("ana.jpg", &ANA),
        ("soft.jpg", &blurred()),
        ("two.jpg", &TWO_PEOPLE),
        ("wall.jpg", &NOBODY),
        ("broken.jpg", &broken()),
    ]);
    let said = |name: &str, preset: &str| place.run(&["inspect", name, "-p", preset]).stdout;
    assert!(said("ana.jpg", "x").contains("\n  headshots    x 400 x 400\n"), "{}", said("ana.jpg", "x"));
    let soft = said("soft.jpg", "x");
    assert!(
        soft.contains("\n  verdict      portrait-only: it shows a person, but does not make a good headshot"),
        "{soft}"
    );
    assert!(soft.contains("use a sharper photo") && soft.contains("(soft-focus)"), "{soft}");
    // The photo has 600 x 800 pixels: for print, the face has far too few.
    let small = said("ana.jpg", "press");
    assert!(small.contains(" pixels apart in the photo, and press needs at least "), "{small}");
    assert!(small.contains("use the original file or a photo taken closer (face-too-small)"), "{small}");
    assert!(said("two.jpg", "x").contains("(several-people)"), "{}", said("two.jpg", "x"));
    assert!(said("wall.jpg", "x").contains("\n  verdict      unusable: no person can be seen in it"));
    let ran = place.run(&["inspect", "--json", "soft.jpg", "broken.jpg", "-p", "x"]);
    assert_eq!(ran.code, 3);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((word(&lines[0]["verdict"]), word(&lines[1]["verdict"])), ("portrait-only", "unusable"));
    assert_eq!(check(&lines[0], "soft-focus")["level"], "fail");
}

#[test]
fn a_photo_of_nothing_but_light_is_said_to_be_overexposed() {
    let white = jpeg(&image::RgbImage::from_pixel(300, 300, image::Rgb([255; 3])));
    let place = Workplace::with(&[("in/white.jpg", &white)]);
    place.run(&["in", "-o", "out", "-p", "x"]);
    let record = place.only_record("out");
    assert_eq!((word(&record["reason"]), word(&record["verdict"])), ("no-face", "unusable"));
    assert!(word(&record["message"]).contains("it is probably overexposed"), "{record}");
    assert_eq!(check(&record, "blown-out")["level"], "fail");
}

/// A photo with every level changed by `tone`.
fn toned(tone: impl Fn(f64) -> f64) -> Vec<u8> {
    let mut image = portrait(3).draw().image;
    image.iter_mut().for_each(|value| *value = tone(f64::from(*value)).round() as u8);
    jpeg(&image)
}

/// How far the farthest of eyes and chin are from where they were drawn, in heights of the only output.
fn off(record: &Value) -> f64 {
    let truth = portrait(3).truth();
    let head = &record["head"];
    let seen = [&head["eyes"][0], &head["eyes"][1], &head["chin"]].map(|at| (number(&at[0]), number(&at[1])));
    let apart = seen.iter().zip([truth.eyes[0], truth.eyes[1], truth.chin]);
    let farthest = apart.map(|(seen, drawn)| (seen.0 - drawn.0).hypot(seen.1 - drawn.1)).fold(0.0, f64::max);
    let output = &outputs(record)[0];
    farthest * number(&output["transform"][0]).hypot(number(&output["transform"][3])) / number(&output["height"])
}

#[test]
fn a_dark_photo_is_looked_at_brightened_and_checked_and_written_as_it_is() {
    const LEFT: f64 = 0.06;
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/dark.jpg", &toned(|level| LEFT * level))]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x", "--format", "png"]).code, 4);
    let [ana, dark] = &place.report("out")[..] else { panic!("two records") };
    assert_eq!((ana.get("looked_at"), word(&dark["looked_at"])), (None, "brightened"));
    assert_eq!((word(&dark["outcome"]), word(&dark["reason"])), ("review", "dark"), "{dark}");
    let value = |record: &Value| number(&check(record, "dark")["value"]);
    assert!((value(dark) - LEFT * value(ana)).abs() < 1.5, "{} and {}", value(ana), value(dark));
    assert_eq!(check(dark, "blown-out")["level"], "ok");
    assert!(off(dark) < 0.02, "{} of the frame's height", off(dark));
    let brightest = |name: &str| image::open(place.path(name)).expect("decodes").to_rgb8().iter().copied().max();
    assert!(brightest("out/x/dark.png") < Some(20) && brightest("out/x/ana.png") > Some(200));
}

#[test]
fn an_overexposed_photo_is_looked_at_again_darkened_and_checked_and_written_as_it_is() {
    let faint = toned(|level| 255.0 - 0.04 * (255.0 - level));
    let place = Workplace::with(&[("in/faint.jpg", &faint)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x", "--format", "png"]).code, 4);
    let record = place.only_record("out");
    assert_eq!((word(&record["looked_at"]), word(&record["outcome"])), ("darkened", "review"), "{record}");
    let blown_out = check(&record, "blown-out");
    assert!(blown_out["level"] == "fail" && number(&blown_out["value"]) > 0.9, "{blown_out}");
    assert_eq!(check(&record, "dark")["level"], "ok");
    assert!(off(&record) < 0.03, "{} of the frame's height", off(&record));
    let written = image::open(place.path("out/x/faint.png")).expect("decodes").to_rgb8();
    assert!(written.iter().all(|&value| value > 230));
    let told = place.run(&["inspect", "in/faint.jpg"]).stdout;
    assert!(
        told.contains("  looked at    darkened, to find the person; headshots and checks are of the photo as it is"),
        "{told}"
    );
}

#[test]
fn a_presets_own_limits_count() {
    let place = place();
    let lax = format!("{}\n[checks]\nsoft-focus = {{ fail = inf }}\n", place.run(&["presets", "x"]).stdout);
    place.write("lax.toml", lax.as_bytes());
    let ran = place.run(&["in", "-o", "out", "-p", "lax.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(check(&place.report("out")[1], "soft-focus")["level"], "warn");
}
