//! The nightly mail: what is new and needs attention, once, and otherwise nothing.

use crate::photos::{ANA, BEN, NOBODY, broken};
use crate::run::{Ran, Workplace};
use std::fs;

const ARGUMENTS: &[&str] = &["in", "-o", "out", "-p", "ad-thumbnail", "--notify", "new"];

fn run(place: &Workplace) -> Ran {
    let ran = place.run(ARGUMENTS);
    assert_eq!(ran.stderr, "", "all that is told is what is new");
    ran
}

/// Exit code, and the names of the files that are told of.
fn told(place: &Workplace) -> (i32, Vec<String>) {
    let ran = run(place);
    let lines = ran.stdout.lines().filter(|line| !line.contains("attention since the last time"));
    (ran.code, lines.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect())
}

#[test]
fn nothing_is_told_where_all_is_well_and_otherwise_each_thing_once() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    assert_eq!(told(&place), (0, vec![]));
    assert_eq!(run(&place).stdout, "");

    place.write("in/wall.jpg", &NOBODY);
    let ran = run(&place);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!((ran.code, lines.len()), (4, 2), "{}", ran.stdout);
    assert!(lines[0].starts_with("wall.jpg: no headshot can be made: "), "{}", ran.stdout);
    assert_eq!(lines[1], "1 photo needs attention since the last time. All records are in out/report.jsonl.");
    assert_eq!(told(&place), (0, vec![]));

    // A photo that fails counts for more; the others are only counted.
    place.write("in/broken.jpg", &broken());
    let ran = run(&place);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.starts_with("broken.jpg: the photo failed: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("the last time. One more was told of before. All"), "{}", ran.stdout);
    assert_eq!(told(&place), (0, vec![]));
}

#[test]
fn a_photo_that_changed_or_was_mended_meanwhile_is_news_again() {
    let place = Workplace::with(&[("in/wall.jpg", &NOBODY), ("in/broken.jpg", &broken())]);
    assert_eq!(told(&place), (3, vec!["broken.jpg".into(), "wall.jpg".into()]));
    // Another photo of a wall.
    place.write("in/wall.jpg", &[&NOBODY[..], b"more"].concat());
    assert_eq!(told(&place), (4, vec!["wall.jpg".into()]));
    // The other one is whole for a night.
    place.write("in/broken.jpg", &ANA);
    assert_eq!(told(&place), (0, vec![]));
    place.write("in/broken.jpg", &broken());
    assert_eq!(told(&place), (3, vec!["broken.jpg".into()]));
    // What is gone is forgotten, and news when it is back.
    fs::remove_file(place.path("in/wall.jpg")).expect("removed");
    assert_eq!(told(&place), (0, vec![]));
    place.write("in/wall.jpg", &[&NOBODY[..], b"more"].concat());
    assert_eq!(told(&place), (4, vec!["wall.jpg".into()]));
}

#[test]
fn an_output_that_somebody_changed_is_told_once() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    assert_eq!(told(&place), (0, vec![]));
    place.write("out/ad-thumbnail/ana.jpg", &BEN);
    let ran = run(&place);
    assert_eq!(ran.code, 4);
    assert!(ran.stdout.starts_with("ana.jpg: please look at out/ad-thumbnail/ana.jpg: "), "{}", ran.stdout);
    assert_eq!(told(&place), (0, vec![]));
}

#[test]
fn runs_that_do_not_notify_and_jobs_with_other_presets_keep_nothing_back() {
    let place = Workplace::with(&[("in/wall.jpg", &NOBODY)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--quiet"]).code, 4);
    assert_eq!(told(&place), (4, vec!["wall.jpg".into()]));
    // Two lines of a crontab share a folder: each tells once, whatever the other does between.
    let other = ["in", "-o", "out", "-p", "x", "--notify", "new"];
    assert_eq!(place.run(&other).code, 4);
    for _ in 0..2 {
        assert_eq!(told(&place), (0, vec![]));
        assert_eq!(place.run(&other).code, 0);
    }
}

#[test]
fn people_are_named_and_errors_are_always_told() {
    let place = Workplace::with(&[("in/wall.jpg", &NOBODY), ("in/ana.jpg", &ANA)]);
    place.write("people.csv", b"file,id,name\nwall.jpg,a7,Ana Ito\nana.jpg,b8,Ben\nnone.jpg,c9,Cem\n");
    let arguments = [ARGUMENTS, &["--roster", "people.csv", "--quiet"]].concat();
    let ran = place.run(&arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (4, ""));
    assert!(ran.stdout.starts_with("Ana Ito (a7), wall.jpg: no headshot can be made: "), "{}", ran.stdout);
    let ran = place.run(&arguments);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    fs::remove_dir_all(place.path("in")).expect("removed");
    for _ in 0..2 {
        let ran = place.run(ARGUMENTS);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("in: there is no such file or folder"), "{}", ran.stderr);
    }
    // As objects, one a line.
    let place = Workplace::with(&[("in/wall.jpg", &NOBODY)]);
    let ran = place.run(&[ARGUMENTS, &["--log-format", "json"]].concat());
    let event: serde_json::Value = serde_json::from_str(ran.stdout.trim()).expect("one object");
    assert_eq!(
        (&event["event"], &event["source"], &event["reason"]),
        (&"new".into(), &"wall.jpg".into(), &"no-face".into())
    );
}
