//! What a run remembers: nothing is done twice, nothing that somebody changed is passed over.

use crate::photos::{ANA, BEN, NOBODY, broken};
use crate::run::{Workplace, number, outputs, word};
use headshot::encode::{Encoding, encode};
use headshot::photo::Raster;
use headshot::preset::OutputFormat;
use std::fs;
use std::time::{Duration, SystemTime};

fn two_photos() -> Workplace {
    Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben.jpg", &BEN)])
}

const ARGUMENTS: &[&str] = &["in", "-o", "out", "-p", "x,ad-thumbnail"];

/// The outcomes of the report, in the order of the photos.
fn outcomes(place: &Workplace) -> Vec<String> {
    place.report("out").iter().map(|record| word(&record["outcome"]).to_owned()).collect()
}

/// Times of change of all outputs: what was made anew has another.
fn times(place: &Workplace) -> Vec<(String, SystemTime)> {
    let files = place.files("out").into_iter().filter(|file| file.ends_with(".jpg"));
    files.map(|file| (file.clone(), modified(place, &format!("out/{file}")))).collect()
}

fn modified(place: &Workplace, file: &str) -> SystemTime {
    fs::metadata(place.path(file)).and_then(|metadata| metadata.modified()).expect("there, with a time")
}

/// Gives a file a time in the past, as if nobody had touched it for long.
fn age(place: &Workplace, file: &str) {
    let file = fs::File::options().write(true).open(place.path(file)).expect("opens");
    file.set_modified(SystemTime::now() - Duration::from_secs(1000)).expect("set");
}

/// The same photo with other bytes: its file goes on behind the picture.
fn other_bytes(photo: &[u8]) -> Vec<u8> {
    [photo, b"more"].concat()
}

#[test]
fn a_second_run_makes_nothing_and_tells_the_same() {
    let place = two_photos();
    place.write("in/wall.jpg", &NOBODY);
    let first = place.run(ARGUMENTS);
    assert_eq!(first.code, 4, "{}", first.stderr);
    let (report, before) = (place.report("out"), times(&place));
    let second = place.run(ARGUMENTS);
    assert_eq!(
        (second.code, second.stderr.as_str()),
        (4, "headshot: 3 photos: 2 unchanged, 1 refused; 4 files in out; see report.jsonl there")
    );
    assert_eq!(times(&place), before);
    assert_eq!(outcomes(&place), ["unchanged", "unchanged", "refused"]);
    for (first, mut second) in report.into_iter().zip(place.report("out")) {
        assert_eq!(second["unchanged"], true);
        second["outcome"] = first["outcome"].clone();
        second.as_object_mut().expect("an object").remove("unchanged");
        assert_eq!(first, second);
    }
}

#[test]
fn a_photo_that_changed_is_made_anew_alone_and_one_that_was_only_touched_is_not() {
    let place = two_photos();
    place.run(ARGUMENTS);
    let before = times(&place);
    age(&place, "in/ana.jpg");
    assert_eq!(place.run(ARGUMENTS).code, 0);
    assert_eq!((outcomes(&place), times(&place)), (vec!["unchanged".into(), "unchanged".into()], before.clone()));
    place.write("in/team/ben.jpg", &other_bytes(&BEN));
    assert_eq!(place.run(ARGUMENTS).code, 0);
    assert_eq!(outcomes(&place), ["unchanged", "written"]);
    for ((file, now), (_, then)) in times(&place).iter().zip(&before) {
        assert_eq!(now != then, file.contains("ben"), "{file}");
    }
}

#[test]
fn other_settings_and_what_is_pinned_make_photos_anew() {
    let place = two_photos();
    place.run(ARGUMENTS);
    let more: &[&[&str]] = &[&["--no-level"], &["--quality", "70"], &["--name", "{preset}/{stem}.{ext}"], &["--force"]];
    for arguments in more {
        place.run(&[ARGUMENTS, arguments].concat());
        assert_eq!(outcomes(&place), ["written", "written"], "{arguments:?}");
    }
    place.run(ARGUMENTS);
    place.write("in/headshot.toml", b"[photo.\"ana.jpg\"]\nscale = 1.1\n");
    place.run(ARGUMENTS);
    assert_eq!(outcomes(&place), ["written", "unchanged"]);
    // Neither the number of threads nor the ceiling for memory is in any pixel.
    place.run(&[ARGUMENTS, &["-j", "1", "--memory", "300M"]].concat());
    assert_eq!(outcomes(&place), ["unchanged", "unchanged"]);
}

#[test]
fn outputs_that_are_gone_or_torn_are_made_anew() {
    let place = two_photos();
    place.run(ARGUMENTS);
    let whole = place.read("out/x/ana.jpg");
    fs::remove_file(place.path("out/ad-thumbnail/ana.jpg")).expect("removed");
    assert_eq!(place.run(ARGUMENTS).code, 0);
    assert_eq!((outcomes(&place), place.files("out").len()), (vec!["written".into(), "unchanged".into()], 5));
    place.write("out/x/ana.jpg", &whole[..whole.len() / 2]);
    assert_eq!(place.run(ARGUMENTS).code, 0);
    assert!(place.read("out/x/ana.jpg") == whole);
}

#[test]
fn an_output_that_somebody_retouched_is_told_and_kept_until_it_is_deleted() {
    let place = two_photos();
    place.run(ARGUMENTS);
    let made = place.read("out/x/ana.jpg");
    place.write("out/x/ana.jpg", &BEN);
    for _ in 0..2 {
        let ran = place.run(ARGUMENTS);
        assert_eq!(
            (ran.code, ran.stderr.lines().next()),
            (
                4,
                Some(
                    "ana.jpg: review: x/ana.jpg was changed after it was made, and is kept; delete it to have it made again"
                )
            )
        );
        assert!(place.read("out/x/ana.jpg") == *BEN);
        assert_eq!(word(&place.report("out")[0]["reason"]), "edited");
    }
    fs::remove_file(place.path("out/x/ana.jpg")).expect("removed");
    assert_eq!(place.run(ARGUMENTS).code, 0);
    assert!(place.read("out/x/ana.jpg") == made);
}

#[test]
fn an_output_of_any_format_that_somebody_changed_is_told_and_kept() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let picture = Raster::Rgb(image::RgbImage::from_pixel(64, 64, image::Rgb([200, 90, 120])));
    for format in OutputFormat::ALL {
        let folder = format.code();
        let arguments = ["in", "-o", folder, "-p", "ad-thumbnail", "--format", folder];
        let ran = place.run(&arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let output = format!("ad-thumbnail/ana.{}", format.extension());
        let changed = encode(&picture, &Encoding::new(format)).expect("encodes").bytes;
        place.write(format!("{folder}/{output}"), &changed);
        let ran = place.run(&arguments);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(
            ran.stderr.starts_with(&format!("ana.jpg: review: {output} was changed after it was made")),
            "{}",
            ran.stderr
        );
        assert_eq!(word(&place.only_record(folder)["reason"]), "edited", "{output}");
        assert!(place.read(format!("{folder}/{output}")) == changed, "{output}");
    }
}

/// The first bytes of a Photoshop document: a kind of file that no build reads.
const DOCUMENT: &[u8] = b"8BPS\0\x01 and layers";

#[test]
fn a_retouched_output_keeps_its_person_and_may_be_of_another_kind() {
    let place = two_photos();
    place.write("people.csv", b"file,id,name\nana.jpg,a7,Ana Ito\nteam/ben.jpg,b8,Ben\n");
    let arguments = [ARGUMENTS, &["--roster", "people.csv"]].concat();
    assert_eq!(place.run(&arguments).code, 0);
    place.write("out/x/a7.jpg", DOCUMENT);
    for _ in 0..2 {
        assert_eq!(place.run(&arguments).code, 4);
        assert!(place.read("out/x/a7.jpg") == DOCUMENT);
        let [ana, ben] = &place.report("out")[..] else { panic!("two photos") };
        assert_eq!((word(&ana["reason"]), word(&ana["person"]["name"])), ("edited", "Ana Ito"));
        assert_eq!((word(&ben["outcome"]), word(&ben["person"]["id"])), ("unchanged", "b8"));
    }
}

#[test]
fn a_retouched_output_stays_while_another_of_its_photo_is_made_anew() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let arguments = ["in", "-o", "out", "-p", "x,ad-thumbnail", "--quiet"];
    assert_eq!(place.run(&arguments).code, 0);
    let retouched = other_bytes(&place.read("out/x/ana.jpg"));
    place.write("out/x/ana.jpg", &retouched);
    std::fs::remove_file(place.path("out/ad-thumbnail/ana.jpg")).expect("removed");
    assert_eq!(place.run(&arguments).code, 4);
    assert_eq!(place.read("out/x/ana.jpg"), retouched);
    assert!(place.path("out/ad-thumbnail/ana.jpg").exists());
    let record = place.only_record("out");
    assert_eq!((word(&record["outcome"]), word(&record["reason"])), ("review", "edited"));
    // And so it is told as long as it is so.
    assert_eq!(place.run(&arguments).code, 4);
    assert_eq!(place.read("out/x/ana.jpg"), retouched);
}

#[test]
fn what_keeps_its_size_and_time_is_found_by_verify() {
    let place = two_photos();
    place.run(ARGUMENTS);
    let time = modified(&place, "out/x/ana.jpg");
    let mut bytes = place.read("out/x/ana.jpg");
    bytes[0] = 0;
    place.write("out/x/ana.jpg", &bytes);
    fs::File::options().write(true).open(place.path("out/x/ana.jpg")).expect("opens").set_modified(time).expect("set");
    place.run(ARGUMENTS);
    assert_eq!(outcomes(&place), ["unchanged", "unchanged"]);
    place.run(&[ARGUMENTS, &["--verify"]].concat());
    assert_eq!(outcomes(&place), ["written", "unchanged"]);
    assert!(place.read("out/x/ana.jpg") != bytes);
}

#[test]
fn a_photo_that_failed_is_tried_again_unless_its_content_is_at_fault() {
    let place = Workplace::with(&[("in/broken.jpg", &broken()), ("in/text.jpg", b"these are no pixels")]);
    for unchanged in [false, true] {
        assert_eq!(place.run(ARGUMENTS).code, 3);
        for record in place.report("out") {
            assert_eq!((word(&record["outcome"]), record["unchanged"] == true), ("failed", unchanged), "{record}");
        }
    }
    place.write("in/broken.jpg", &ANA);
    place.run(ARGUMENTS);
    assert_eq!(outcomes(&place), ["written", "failed"]);
}

#[test]
fn a_dry_run_knows_the_ledger_and_leaves_it() {
    let place = two_photos();
    place.run(ARGUMENTS);
    place.write("in/team/ben.jpg", &other_bytes(&BEN));
    let (ledger, report) = (place.read("out/ledger.sqlite"), place.read("out/report.jsonl"));
    let ran = place.run(&[ARGUMENTS, &["--dry-run"]].concat());
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.starts_with("team/ben.jpg -> ")), "{}", ran.stdout);
    assert!(place.read("out/ledger.sqlite") == ledger && place.read("out/report.jsonl") == report);
}

#[test]
fn a_ledger_that_cannot_be_used_stops_the_run_and_stays() {
    let place = two_photos();
    place.run(ARGUMENTS);
    let before = times(&place);
    place.write("out/ledger.sqlite", b"this was a database once, before the disk broke");
    for arguments in [ARGUMENTS, &["status", "out"]] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("ledger.sqlite: the ledger is damaged"), "{}", ran.stderr);
        assert!(ran.stderr.contains("move it away, and the next run makes all headshots again"), "{}", ran.stderr);
    }
    assert_eq!((times(&place), place.read("out/ledger.sqlite").len()), (before, 47));
    fs::rename(place.path("out/ledger.sqlite"), place.path("away")).expect("moved");
    assert_eq!(place.run(ARGUMENTS).code, 0);
    assert_eq!(outcomes(&place), ["written", "written"]);
}

#[test]
fn the_status_is_the_accounting() {
    let place = two_photos();
    place.write("in/wall.jpg", &NOBODY);
    place.run(ARGUMENTS);
    let ran = place.run(&["status", "out"]);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(lines[..5], ["3  photos", "2    written", "1    refused: no-face", "4  headshots", lines[4]]);
    assert!(lines[4].starts_with("2    ad-thumbnail, 0.0 MB"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("stale"), "{}", ran.stdout);
    fs::remove_file(place.path("in/ana.jpg")).expect("removed");
    let ran = place.run(&["status", "out"]);
    assert!(ran.stdout.contains("2  stale\n       2    its photo is gone\n"), "{}", ran.stdout);
}

#[test]
fn the_status_is_what_is_there() {
    let place = two_photos();
    place.run(ARGUMENTS);
    place.write("out/x/ana.jpg", &BEN);
    fs::remove_file(place.path("out/ad-thumbnail/team/ben.jpg")).expect("removed");
    let lines = |place: &Workplace| -> Vec<String> {
        place.run(&["status", "out"]).stdout.lines().map(|line| line.trim().to_owned()).collect()
    };
    let told = lines(&place);
    assert_eq!(told[..4], ["2  photos", "1    written", "1    review: edited", "3  headshots"], "{told:?}");
    assert!(told.contains(&"1  changed since it was made, and kept".to_owned()), "{told:?}");
    assert!(told.contains(&"1  gone since it was made; the next run makes it anew".to_owned()), "{told:?}");
    // With a list of other people the old names are stale, for as long as the files are there.
    place.write("people.csv", b"file,id\nana.jpg,a7\n");
    place.run(&[ARGUMENTS, &["--roster", "people.csv"]].concat());
    let told = lines(&place);
    assert!(told.contains(&"3  stale".to_owned()), "{told:?}");
    fs::remove_dir_all(place.path("out/x/team")).expect("removed");
    fs::remove_file(place.path("out/x/ana.jpg")).expect("removed");
    let told = lines(&place);
    assert!(told.contains(&"1  stale".to_owned()), "{told:?}");
    assert_eq!(told[3], "2  headshots", "{told:?}");
}

#[test]
fn the_outputs_of_unchanged_photos_still_count_for_how_even_a_set_is() {
    let place = Workplace::with(&[("in/a.jpg", &ANA), ("in/b.jpg", &ANA), ("in/c.jpg", &ANA)]);
    place.write("in/headshot.toml", b"[photo.\"c.jpg\"]\nscale = 1.5\n");
    let told = |place: &Workplace| place.run(&["in", "-o", "out", "-p", "x"]).stderr.lines().next().map(String::from);
    let first = told(&place);
    assert!(first.as_ref().is_some_and(|line| line.contains("apart from the rest: c.jpg")), "{first:?}");
    assert_eq!(told(&place), first);
    assert!(number(&outputs(&place.report("out")[2])[0]["bytes"]) > 0.0);
}
