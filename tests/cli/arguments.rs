//! What is asked for: presets, switches, and what is said where the question makes no sense. Messages are compared
//! whole.

use crate::photos::{ANA, BEN};
use crate::run::{Workplace, outputs, word};
use serde_json::Value;

fn one_photo() -> Workplace {
    Workplace::with(&[("in/ana.jpg", &ANA)])
}

#[test]
fn presets_are_taken_by_name_by_group_and_from_a_file() {
    let place = one_photo();
    place.write("mine.toml", MINE.as_bytes());
    let ran = place.run(&["in", "-o", "out", "-p", "directory,x", "-p", "mine.toml", "--allow-upscale"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "headshot: 1 photo: 1 written; 5 files in out"));
    assert_eq!(
        place.files("out"),
        ["ad-thumbnail/ana.jpg", "id-badge/ana.jpg", "mine/ana.png", "report.jsonl", "teams-365/ana.jpg", "x/ana.jpg"]
    );
    let picture = image::load_from_memory(&place.read("out/mine/ana.png")).expect("decodes");
    assert_eq!((picture.width(), picture.height()), (120, 160));
}

/// A preset file with as little as one needs.
const MINE: &str = r#"name = "mine"
title = "The door"
width = 120
height = 160
shape = "rectangle"
format = "png"

[framing]
head_height = 0.5
max_head_height = 0.6
eye_line = 0.4
headroom = 0.03
max_roll = 20
"#;

#[test]
fn a_mistake_in_a_preset_is_named_with_its_line() {
    let place = one_photo();
    place.write("unknown.toml", MINE.replace("eye_line", "eyeline").as_bytes());
    place.write("range.toml", MINE.replace("width = 120", "width = 12").as_bytes());
    for (arguments, message) in [
        (
            ["-p", "linkdin"],
            "headshot: there is no preset or group \"linkdin\"; did you mean \"linkedin\"? (`headshot presets` lists them all)",
        ),
        (["-p", "range.toml"], "headshot: range.toml:3: width is 12; it takes 16 to 10000 pixels"),
        (
            ["-p", "unknown.toml"],
            "headshot: unknown.toml:11: unknown field `eyeline`, expected one of `head_height`, `head_measure`, \
             `max_head_height`, `eye_line`, `subject_x`, `gaze_room`, `headroom`, `max_roll`, `extend`",
        ),
        (
            ["-p", "missing.toml"],
            "headshot: missing.toml: cannot read the preset file: No such file or directory (os error 2); check the path, or take \
             a built-in preset (`headshot presets`)",
        ),
        (
            ["--name", "{person}.jpg"],
            "headshot: --name \"{person}.jpg\": there is no field {person}; fields are {preset} {dir} {stem} {ext} \
             {source_ext}; --roster brings the columns of a list of people",
        ),
        (["--jobs", "0"], "headshot: --jobs 0: it takes 1 to 1024"),
    ] {
        let ran = place.run(&["in", "-o", "out", arguments[0], arguments[1]]);
        assert_eq!((ran.code, ran.stderr.as_str()), (2, message));
        assert!(!place.path("out").exists(), "nothing is written before everything is checked");
    }
}

#[test]
fn what_the_arguments_miss_is_said() {
    let place = one_photo();
    let ran = place.run(&["in"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "headshot: -o DIR is missing: where should the headshots go? For example: headshot photos -o headshots")
    );
    let ran = place.run(&["in", "-o", "out", "--null"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "headshot: --null is about a list on standard input; add - as an input")
    );
}

#[test]
fn an_input_that_is_not_there_is_fatal() {
    let ran = one_photo().run(&["nowhere", "-o", "out"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (1, "headshot: nowhere: there is no such file or folder; check the path")
    );
}

#[test]
fn a_folder_without_photos_is_an_error_unless_it_may_be_empty() {
    let place = Workplace::with(&[("in/notes.txt", b"no photo")]);
    let message = "headshot: no photo found; name a folder with photos in it, or photos";
    let ran = place.run(&["in", "-o", "out"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, message));
    let allowed = place.run(&["in", "-o", "out", "--allow-empty"]);
    assert_eq!((allowed.code, allowed.stderr.as_str()), (0, "no photo found\nheadshot: 0 photos; 0 files in out"));
    let told = place.run(&["in", "-o", "out", "--allow-empty", "--log-format", "json"]).stderr;
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let levels: Vec<(&Value, &Value)> = lines.iter().map(|line| (&line["level"], &line["event"])).collect();
    assert_eq!(levels, [(&"info".into(), &"message".into()), (&"info".into(), &"summary".into())]);
}

#[test]
fn the_output_folder_may_lie_in_the_input_but_not_be_it() {
    let place = one_photo();
    let ran = place.run(&["in", "-o", "in"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "headshot: in: the output folder is the input folder; name another with -o, for example -o in/headshots")
    );
    assert_eq!(place.files("in"), ["ana.jpg"]);
    for _ in 0..2 {
        assert_eq!(place.run(&["in", "-o", "in/headshots", "-p", "x"]).code, 0);
        assert_eq!(place.report("in/headshots").len(), 1, "what was written is no source of the next run");
    }
}

#[test]
fn a_dry_run_says_everything_and_writes_nothing() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben.jpg", &BEN)]);
    let ran = place.run(&["in", "-o", "out", "-p", "x,ad-thumbnail", "--dry-run", "-j", "1"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "headshot: 2 photos: 2 written; 4 files would be written to out"));
    // The steps that the frame took follow in brackets, where there are any.
    let lines: Vec<&str> = ran.stdout.lines().map(|line| line.split(" (").next().unwrap_or(line)).collect();
    assert_eq!(
        lines,
        [
            "ana.jpg -> x/ana.jpg 400 x 400",
            "ana.jpg -> ad-thumbnail/ana.jpg 96 x 96",
            "team/ben.jpg -> x/team/ben.jpg 400 x 400",
            "team/ben.jpg -> ad-thumbnail/team/ben.jpg 96 x 96"
        ]
    );
    assert_eq!(place.files(""), ["in/ana.jpg", "in/team/ben.jpg"]);
    assert!(!place.path("out").exists());
}

#[test]
fn quiet_leaves_the_summary() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/notes.jpg", b"these are no pixels")]);
    let loud = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(
        (loud.code, loud.stderr.as_str()),
        (
            3,
            "notes.jpg: failed: text, not a picture; check that this is the file that was meant\nheadshot: 2 photos: 1 written, 1 failed; 1 file in out; see report.jsonl there"
        )
    );
    let quiet = place.run(&["in", "-o", "out", "-p", "x", "--quiet"]);
    assert_eq!(
        (quiet.code, quiet.stderr.as_str()),
        (3, "headshot: 2 photos: 1 unchanged, 1 failed; 1 file in out; see report.jsonl there")
    );
    assert_eq!(quiet.stdout, "");
}

#[test]
fn a_second_run_keeps_out_of_a_folder_that_another_one_holds() {
    let place = one_photo();
    std::fs::create_dir(place.path("out")).expect("created");
    let lock = std::fs::File::create(place.path("out/.headshot.lock")).expect("created");
    lock.lock().expect("locked");
    let ran = place.run(&["in", "-o", "out"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (75, "headshot: out: another run is writing to this output folder; wait for it or choose another with -o")
    );
    drop(lock);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x"]).code, 0);
}

#[test]
fn presets_can_be_listed_shown_checked_and_used_as_a_start() {
    let place = one_photo();
    let list = place.run(&["presets"]);
    assert!(list.stdout.lines().any(|line| line.starts_with("linkedin         800x800     circle")), "{}", list.stdout);
    let shown = place.run(&["presets", "x"]);
    place.write("mine.toml", shown.stdout.replace("name = \"x\"", "name = \"door\"").as_bytes());
    let checked = place.run(&["presets", "--check", "mine.toml"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (0, "mine.toml: the preset \"door\" is valid\n"));
    assert_eq!(place.run(&["in", "-o", "out", "-p", "mine.toml"]).code, 0);
    let record = place.only_record("out");
    assert_eq!(word(&outputs(&record)[0]["path"]), "door/ana.jpg");
    let wrong = place.run(&["presets", "--check", "in/ana.jpg"]);
    assert_eq!(wrong.code, 2);
}
