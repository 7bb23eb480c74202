//! What is asked for: presets and switches. What is said where the question makes no sense is in `mistakes`.

use crate::photos::{ANA, BEN};
use crate::preset::MINE;
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

#[test]
fn a_folder_without_photos_may_be_empty_on_demand() {
    let place = Workplace::with(&[("in/notes.txt", b"no photo")]);
    let allowed = place.run(&["in", "-o", "out", "--allow-empty"]);
    assert_eq!((allowed.code, allowed.stderr.as_str()), (0, "no photo found\nheadshot: 0 photos; 0 files in out"));
    let told = place.run(&["in", "-o", "out", "--allow-empty", "--log-format", "json"]).stderr;
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let levels: Vec<(&Value, &Value)> = lines.iter().map(|line| (&line["level"], &line["event"])).collect();
    assert_eq!(levels, [(&"info".into(), &"message".into()), (&"info".into(), &"summary".into())]);
}

#[test]
fn the_output_folder_may_lie_in_the_input() {
    let place = one_photo();
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
}
