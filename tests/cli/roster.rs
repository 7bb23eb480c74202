//! Lists of people: whom the photos show, what their headshots are called, and who has none.

use crate::photos::{ANA, BEN};
use crate::portrait::{Background, Portrait, rgb};
use crate::run::{Ran, Workplace, word};
use serde_json::Value;
use std::fs;
use std::time::{Duration, SystemTime};

const ARGUMENTS: &[&str] = &["in", "-o", "out", "-p", "ad-thumbnail", "--roster", "people.csv"];

fn run(place: &Workplace, flags: &[&str]) -> Ran {
    place.run(&[ARGUMENTS, flags].concat())
}

/// Source, outcome and reason of each record.
fn told(place: &Workplace) -> Vec<String> {
    let line = |record: &Value| {
        format!("{} {} {}", word(&record["source"]), word(&record["outcome"]), record["reason"].as_str().unwrap_or("-"))
    };
    place.report("out").iter().map(line).collect()
}

#[test]
fn headshots_are_named_after_people_and_everybody_is_accounted_for() {
    let place = Workplace::with(&[("in/team/DSC_1.jpg", &ANA), ("in/DSC_2.jpg", &BEN), ("in/DSC_3.jpg", &BEN)]);
    place.write(
        "people.csv",
        "\u{feff}File;ID;Name\r\nDSC_1;a-7;Ana Ito\r\ndsc_2.JPG;b8;\"Ben; Ox\"\r\n;c9;Cem\r\n".as_bytes(),
    );
    let ran = run(&place, &[]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            0,
            "people.csv:4: skipped: the roster names no photo of Cem (c9)\n\
             headshot: 3 photos: 2 written, 1 skipped, 1 without a photo; 2 files in out"
        )
    );
    assert_eq!(place.files("out/ad-thumbnail"), ["a-7.jpg", "b8.jpg"]);
    assert_eq!(
        told(&place),
        [
            "DSC_2.jpg written -",
            "DSC_3.jpg skipped not-in-roster",
            "people.csv:4 skipped no-photo",
            "team/DSC_1.jpg written -"
        ]
    );
    assert_eq!(place.report("out")[0]["person"], serde_json::json!({"id": "b8", "name": "Ben; Ox"}));
    assert_eq!(
        run(&place, &["--quiet"]).stderr,
        "headshot: 3 photos: 2 unchanged, 1 skipped, 1 without a photo; 2 files in out"
    );
}

#[test]
fn somebody_who_leaves_the_roster_leaves_the_folder_by_pruning() {
    let place = Workplace::new();
    let mut list = "file,id\n".to_owned();
    for number in 0..6 {
        place.write(format!("in/{number}.jpg"), &ANA);
        list.push_str(&format!("{number}.jpg,p{number}\n"));
    }
    place.write("people.csv", list.as_bytes());
    assert_eq!(run(&place, &["--quiet"]).code, 0);
    place.write("people.csv", list.replace("3.jpg,p3\n", "").as_bytes());
    let told = run(&place, &[]);
    assert!(told.stderr.starts_with("ad-thumbnail/p3.jpg: stale: its photo is of nobody"), "{}", told.stderr);
    assert_eq!(run(&place, &["--prune", "--quiet"]).code, 0);
    assert!(!place.path("out/ad-thumbnail/p3.jpg").exists());
    assert_eq!(place.files("out/ad-thumbnail").len(), 5);
}

#[test]
fn mistakes_in_the_list_are_told_at_once_and_nothing_is_written() {
    let place = Workplace::with(&[("in/a.jpg", &ANA), ("in/b.jpg", &BEN)]);
    for (list, message) in [
        (
            &b"id,name\n1,Ana\n"[..],
            "people.csv:1: no column says which photo: name one file (or pattern); the columns are id, name",
        ),
        (b"file,name\na.jpg,\x8fX\n", "people.csv:2: byte 8F is no UTF-8, and the list is not Windows-1252 either"),
        (
            b"file,id\n7,1\nC:\\hr\\A.JPEG,2\n",
            "people.csv:2: none of the photos is of anybody in the list, which has 2 people; no photo is called \
             C:\\hr\\A.JPEG; did you mean a.jpg?; no photo is called 7",
        ),
        (b"PK\x03\x04 and no more", "people.csv:1: no workbook that can be read"),
        (
            b"file,id\na.jpg,../up\nb.jpg,\n",
            "2 mistakes in the roster; nothing was written:\n  people.csv:2: id \"../up\" has a slash",
        ),
        (b"file,id\na.jpg,1\na.jpg,2\n", "people.csv:3: a.jpg is the photo of 2 and of 1, on line 2"),
        (b"file,id\na.jpg,1\nb.jpg,1\n", "ad-thumbnail/1.jpg from in/a.jpg and in/b.jpg"),
    ] {
        place.write("people.csv", list);
        let ran = run(&place, &[]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(!place.path("out/ad-thumbnail").exists());
    }
    assert!(run(&place, &[]).stderr.contains("--pick best"));
    fs::remove_file(place.path("people.csv")).expect("removed");
    assert!(run(&place, &[]).stderr.contains("people.csv: the roster cannot be read"));
    assert!(run(&place, &["--name", "{nickname}"]).stderr.contains("people.csv"));
}

#[test]
fn a_list_is_read_as_spreadsheets_write_it() {
    let place = Workplace::with(&[("in/DSC_1.jpg", &ANA), ("in/007.jpg", &BEN)]);
    let list = "file;id;name\r\nDSC_1.JPG\u{a0};a\u{200b};Ana\r\n007;b\r\n";
    let utf_16: Vec<u8> = list.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = format!("\u{feff}sep=;\r\n{list}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [list.as_bytes(), &utf_16, &marked] {
        place.write("people.csv", bytes);
        assert_eq!(run(&place, &["--quiet"]).code, 0);
        assert_eq!(place.files("out/ad-thumbnail"), ["a.jpg", "b.jpg"]);
        fs::remove_dir_all(place.path("out")).expect("removed");
    }
    // What is guessed is told.
    place.write("people.csv", b"file,id,name\nDSC_1,a,Ren\xe9e\n");
    let told = run(&place, &[]).stderr;
    let note = "headshot: people.csv: not UTF-8, and read as Windows-1252, in which line 2 has \"Ren\u{e9}e\"";
    assert!(told.starts_with(note), "{told}");
    assert_eq!(place.report("out")[1]["person"]["name"], "Ren\u{e9}e");
}

#[test]
fn a_name_that_is_nearly_right_is_answered_with_the_photo_that_is_meant() {
    let place = Workplace::with(&[("in/DSC_1.jpg", &ANA), ("in/007.jpg", &BEN), ("in/team/eve.jpg", &BEN)]);
    place.write("people.csv", b"file,id\nDSC_1,a\n7,b\n7.0,c\nC:\\hr\\eve.JPEG,d\n");
    let told = run(&place, &[]).stderr;
    for part in [
        "people.csv:3: skipped: no photo is called 7; did you mean 007.jpg? The person is b",
        "people.csv:4: skipped: no photo is called 7.0; did you mean 007.jpg? The person is c",
        "people.csv:5: skipped: no photo is called C:\\hr\\eve.JPEG; did you mean team/eve.jpg? The person is d",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_list_that_matches_no_photo_prunes_nothing() {
    let place = Workplace::with(&[("in/a.jpg", &ANA), ("in/b.jpg", &BEN)]);
    place.write("people.csv", b"file,id\na.jpg,1\nb.jpg,2\n");
    assert_eq!(run(&place, &["--quiet"]).code, 0);
    place.write("people.csv", b"file,id\nx.jpg,1\n");
    let ran = run(&place, &["--prune-all"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(place.files("out/ad-thumbnail"), ["1.jpg", "2.jpg"]);
}

#[test]
fn a_photo_that_is_passed_over_leaves_the_folder_by_pruning_without_ids_too() {
    let place = Workplace::with(&[("in/ana-1.jpg", &ANA)]);
    for number in 0..5 {
        place.write(format!("in/{number}.jpg"), &BEN);
    }
    let list = "pattern,name\nana-*,Ana\n0*,A\n1*,B\n2*,C\n3*,D\n4*,E\n";
    place.write("people.csv", list.as_bytes());
    let flags = ["--pick", "best", "--quiet", "--prune"];
    assert_eq!(run(&place, &flags).code, 0);
    let far = Portrait {
        background: Background::Plain(rgb(190, 196, 204)),
        mid_eye: (100.0, 60.0),
        head_height: 50.0,
        seed: 3,
        ..Portrait::sized(200, 200)
    };
    let (before, after) = (place.read("in/ana-1.jpg"), crate::photos::jpeg(&far.draw().image));
    place.write("in/ana-1.jpg", &after);
    place.write("in/ana-2.jpg", &before);
    let ran = run(&place, &flags);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(place.report("out")[5]["picked"], "ana-2.jpg");
    assert!(!place.path("out/ad-thumbnail/ana-1.jpg").exists(), "{}", ran.stderr);
    assert!(place.path("out/ad-thumbnail/ana-2.jpg").exists());
}

#[test]
fn the_best_photo_of_a_person_is_picked_and_remembered() {
    let place = Workplace::with(&[("in/ana-2.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    // Too small for the size: it would be enlarged.
    let far = Portrait {
        background: Background::Plain(rgb(190, 196, 204)),
        mid_eye: (100.0, 60.0),
        head_height: 50.0,
        seed: 3,
        ..Portrait::sized(200, 200)
    };
    place.write("in/ana-1.jpg", &crate::photos::jpeg(&far.draw().image));
    place.write("people.csv", b"pattern,id,name\nana-*,1,Ana\nben*,2,Ben\n");
    let old = SystemTime::now() - Duration::from_secs(3600);
    for photo in ["in/ana-1.jpg", "in/ana-2.jpg", "in/ben.jpg"] {
        fs::File::options().write(true).open(place.path(photo)).and_then(|file| file.set_modified(old)).expect("dated");
    }
    let flags = ["--pick", "best", "--quiet", "-p", "github"];
    let arguments: Vec<&str> = ["in", "-o", "out", "--roster", "people.csv"].iter().chain(&flags).copied().collect();
    assert_eq!(place.run(&arguments).code, 0);
    assert_eq!(place.files("out/github"), ["1.jpg", "2.jpg"]);
    let report = place.report("out");
    assert_eq!((word(&report[0]["outcome"]), word(&report[0]["reason"])), ("skipped", "not-picked"));
    let message = word(&report[0]["message"]);
    assert!(message.starts_with("of the photos of Ana (1), ana-2.jpg was picked: "), "{message}");
    assert_eq!(word(&report[1]["outcome"]), "written");

    // Nothing has changed: the choice stays without a look at the photos.
    assert_eq!(place.run(&arguments).stderr, "headshot: 3 photos: 2 unchanged, 1 skipped; 2 files in out");
    assert_eq!(word(&place.report("out")[0]["message"]), message, "the reason is told again");

    // A new photo is a new choice.
    place.write("in/ana-0.jpg", &ANA);
    assert_eq!(place.run(&arguments).code, 0);
    let report = place.report("out");
    let outcomes: Vec<&str> = report.iter().map(|record| word(&record["outcome"])).collect();
    assert_eq!(outcomes, ["written", "skipped", "skipped", "unchanged"]);
    assert_eq!(place.files("out/github"), ["1.jpg", "2.jpg"]);
}

#[test]
fn columns_name_folders_too_and_other_columns_do_not_make_anything_anew() {
    let place = Workplace::with(&[("in/a.jpg", &ANA), ("in/b.jpg", &BEN)]);
    place.write("people.csv", b"file,name,Team,phone\na.jpg,Ana Ito,Sales,1\nb.jpg,Ben,R&D,2\n");
    let flags = ["--name", "{team}/{name} {preset}.{ext}", "--quiet"];
    assert_eq!(run(&place, &flags).code, 0);
    assert_eq!(place.files("out"), ["R&D/Ben ad-thumbnail.jpg", "Sales/Ana Ito ad-thumbnail.jpg", "report.jsonl"]);
    place.write("people.csv", b"file,name,Team,phone\na.jpg,Ana Ito,Sales,3\nb.jpg,Ben,R&D,4\n");
    assert_eq!(run(&place, &flags).stderr, "headshot: 2 photos: 2 unchanged; 2 files in out");
}

#[test]
fn a_photo_that_comes_back_has_its_headshot_again() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    let arguments = ["in", "-o", "out", "-p", "ad-thumbnail", "--quiet", "--prune-all"];
    let old = SystemTime::now() - Duration::from_secs(3600);
    let age = |photo: &str| {
        fs::File::options().write(true).open(place.path(photo)).and_then(|file| file.set_modified(old)).expect("dated");
    };
    age("in/ana.jpg");
    assert_eq!(place.run(&arguments).code, 0);
    let first = place.read("out/ad-thumbnail/ana.jpg");
    // Another photo takes its place under another name, and makes the same output.
    fs::rename(place.path("in/ana.jpg"), place.path("ana.jpg")).expect("moved");
    let png = image::load_from_memory(&BEN).expect("decodes");
    png.save(place.path("in/ana.png")).expect("written");
    assert_eq!(place.run(&arguments).code, 0);
    assert_ne!(place.read("out/ad-thumbnail/ana.jpg"), first);
    // The first comes back as it was.
    fs::remove_file(place.path("in/ana.png")).expect("removed");
    fs::rename(place.path("ana.jpg"), place.path("in/ana.jpg")).expect("moved");
    age("in/ana.jpg");
    assert_eq!(place.run(&arguments).code, 0);
    assert_eq!(place.read("out/ad-thumbnail/ana.jpg"), first);
    assert_eq!(place.files("out/ad-thumbnail"), ["ana.jpg", "ben.jpg"]);
}
