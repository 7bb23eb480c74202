//! What a person pins for a photo, and the runs that obey it.

use crate::photos::{ANA, BEN, TWO_PEOPLE, jpeg, portrait};
use crate::portrait::{Glasses, HairStyle, Portrait};
use crate::run::{Workplace, number, outputs, word};
use serde_json::{Value, json};
use std::fs;

/// The transform of the only output of the photo `source`.
fn transform(place: &Workplace, output: &str, source: &str) -> [f64; 6] {
    let report = place.report(output);
    let record = report.iter().find(|record| word(&record["source"]) == source).expect("a record of the photo");
    let [only] = outputs(record) else { panic!("one output: {record}") };
    std::array::from_fn(|index| number(&only["transform"][index]))
}

fn overridden(place: &Workplace, output: &str) -> Vec<Value> {
    place.report(output).iter().map(|record| record.get("overridden").cloned().unwrap_or_default()).collect()
}

#[test]
fn a_nudge_moves_the_person_by_that_share_of_the_output_in_every_later_run() {
    let place = Workplace::with(&[("in/ben.jpg", &BEN), ("in/team/ana.jpg", &ANA)]);
    assert_eq!(place.run(&["in", "-o", "plain", "-p", "x"]).code, 0);
    place.write(
        "in/headshot.toml",
        b"[photo.\"team/ana.jpg\"]\nnudge = [0.5, 0.5]\n[photo.\"team/ana.jpg\".preset.x]\nnudge = [0.02, -0.01]\n",
    );
    for output in ["first", "second"] {
        let ran = place.run(&["in", "-o", output, "-p", "x"]);
        assert_eq!((ran.code, ran.stderr), (0, format!("headshot: 2 photos: 2 written; 2 files in {output}")));
        let (plain, moved) = (transform(&place, "plain", "team/ana.jpg"), transform(&place, output, "team/ana.jpg"));
        let expected = [0.0, 0.0, 0.02 * 400.0, 0.0, 0.0, 0.01 * 400.0];
        for index in 0..6 {
            assert!((moved[index] - plain[index] - expected[index]).abs() < 1e-6, "{plain:?} and {moved:?}");
        }
        assert_eq!(transform(&place, output, "ben.jpg"), transform(&place, "plain", "ben.jpg"));
        assert_eq!(overridden(&place, output), [Value::Null, json!(["nudge"])]);
    }
    assert_eq!(place.read("first/x/team/ana.jpg"), place.read("second/x/team/ana.jpg"));
    assert_ne!(place.read("first/x/team/ana.jpg"), place.read("plain/x/team/ana.jpg"));
}

#[test]
fn the_command_line_wins_over_the_sidecar_and_the_sidecar_over_the_folders() {
    let place = Workplace::with(&[("in/team/ana.jpg", &ANA)]);
    let scale_of = |output: &str, arguments: &[&str]| {
        let mut all = vec!["in", "-o", output, "-p", "x"];
        all.extend(arguments);
        assert_eq!(place.run(&all).code, 0);
        transform(&place, output, "team/ana.jpg")[0]
    };
    let plain = scale_of("plain", &[]);
    let is =
        |scale: f64, factor: f64| assert!((scale / plain - factor).abs() < 1e-6, "{} is not {factor}", scale / plain);
    place.write("in/headshot.toml", b"[photo.\"team/ana.jpg\"]\nscale = 1.02\n");
    is(scale_of("farther", &[]), 1.02);
    place.write("in/team/headshot.toml", b"[photo.\"ana.jpg\"]\nscale = 1.04\n");
    is(scale_of("nearer", &[]), 1.04);
    place.write("in/team/ana.jpg.toml", b"scale = 1.06\n");
    is(scale_of("sidecar", &[]), 1.06);
    place.write("sheet.toml", b"[photo.\"team/ana.jpg\"]\nscale = 1.1\n");
    is(scale_of("chosen", &["--overrides", "sheet.toml"]), 1.1);
    assert_eq!(place.files("in").len(), 4, "nothing is written beside the photos");
}

#[test]
fn a_photo_is_known_in_every_spelling_of_its_name_and_a_near_miss_is_named() {
    let place = Workplace::with(&[("in/mu\u{308}ller.JPG", &ANA), ("in/team/ben.jpg", &BEN)]);
    // Composed letters, other capitals, backslashes.
    place.write(
        "in/headshot.toml",
        "[photo.'M\u{fc}ller.jpg']\nscale = 1.05\n[photo.'Team\\BEN.jpg']\nscale = 1.05\n".as_bytes(),
    );
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "headshot: 2 photos: 2 written; 2 files in out"));
    assert_eq!(overridden(&place, "out"), [json!(["scale"]), json!(["scale"])]);

    place.write("in/headshot.toml", "[photo.'m\u{fc}ller.jpeg']\n[photo.'ben.jpg']\n[photo.'nobody.jpg']\n".as_bytes());
    let told = place.run(&["in", "-o", "out", "-p", "x"]).stderr;
    let told: Vec<&str> = told.lines().take(3).collect();
    assert_eq!(
        told,
        [
            "headshot: in/headshot.toml:1: there is no photo \"m\u{fc}ller.jpeg\"; did you mean mu\u{308}ller.JPG?",
            "headshot: in/headshot.toml:2: there is no photo \"ben.jpg\"; did you mean team/ben.jpg?",
            "headshot: in/headshot.toml:3: there is no photo \"nobody.jpg\"",
        ]
    );
}

#[test]
fn nothing_is_said_of_photos_that_a_run_does_not_cover() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben.jpg", &BEN), ("other/cem.jpg", &ANA)]);
    place.write("in/headshot.toml", b"[photo.'ANA.jpg']\n[photo.'team/ben.jpg']\n");
    place.write("all.toml", b"[photo.'ana.jpg']\n[photo.'team/ben.jpg']\n[photo.'cem.jpg']\n[photo.'hr/eve.jpg']\n");
    for (arguments, list) in [
        (&["in/team"][..], ""),
        (&["in/team/ben.jpg"], ""),
        (&["-"], "in/team/ben.jpg\n"),
        (&["in", "--shard", "1/2"], ""),
        (&["in", "other", "--overrides", "all.toml"], ""),
        (&["in/ana.jpg", "--overrides", "all.toml"], ""),
    ] {
        let _ = fs::remove_dir_all(place.path("out"));
        let ran = place.run_with_list(&[arguments, &["-o", "out", "-p", "x"]].concat(), list.as_bytes());
        assert!(!ran.stderr.contains("there is no photo"), "{arguments:?}: {}", ran.stderr);
    }
}

/// Where capitals are told apart, a name that is spelt exactly is that of one photo.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_may_be_two_photos_is_a_mistake_unless_it_is_exactly_one() {
    let place = Workplace::with(&[("in/Ana.jpg", &ANA), ("in/a/ana.jpg", &BEN)]);
    place.write("in/ANA.jpg", &BEN);
    let name = ["in", "-o", "out", "-p", "x", "--name", "{preset}/{dir}/{stem}-{source_ext}.{ext}", "--dry-run"];
    place.write("in/headshot.toml", b"[photo.'ana.jpg']\nscale = 1.1\n");
    let ran = place.run(&name);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("headshot.toml:1: \"ana.jpg\" may be ANA.jpg or Ana.jpg; write it as"),
        "{}",
        ran.stderr
    );
    place.write("in/headshot.toml", b"[photo.'ANA.jpg']\nscale = 1.1\n");
    let ran = place.run(&name);
    assert!(!ran.stderr.contains("may be"), "{}", ran.stderr);
    place.write("in/a/headshot.toml", b"[photo.'ANA.jpg']\n[photo.'Ana.jpg']\n");
    let ran = place.run(&name);
    assert!(
        ran.stderr.contains("a/headshot.toml:2: the photo \"Ana.jpg\" is named twice, as \"ANA.jpg\" too"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_face_is_chosen_by_its_number_from_the_left() {
    let place = Workplace::with(&[("in/two.jpg", &TWO_PEOPLE)]);
    for (face, middle) in [(1, 250.0), (2, 650.0)] {
        place.write("in/two.jpg.toml", format!("face = {face}\n").as_bytes());
        for who in ["main", "only", "all"] {
            let output = format!("{who}-{face}");
            let ran = place.run(&["in", "-o", &output, "-p", "ad-thumbnail", "--faces", who]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            let record = place.only_record(&output);
            let eyes = &record["head"]["eyes"];
            let mid = f64::midpoint(number(&eyes[0][0]), number(&eyes[1][0]));
            assert!((mid - middle).abs() < 15.0, "{who}: {mid} is not {middle}");
            assert_eq!(record["overridden"], json!(["face"]));
            let [only] = outputs(&record) else { panic!("one person: {record}") };
            let shown = &record["faces"][number(&only["face"]) as usize]["box"];
            assert!((number(&shown[0]) + number(&shown[2]) / 2.0 - middle).abs() < 30.0, "{record}");
            // The number is that of a run over everybody, which has one file a person.
            let name =
                if who == "all" { format!("ad-thumbnail/two-{face}.jpg") } else { "ad-thumbnail/two.jpg".into() };
            assert_eq!(word(&only["path"]), name);
        }
    }
}

#[test]
fn a_face_that_is_not_there_refuses_the_photo() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/two.jpg", &TWO_PEOPLE)]);
    place.write("in/two.jpg.toml", b"face = 3\n");
    let ran = place.run(&["in", "-o", "out", "-p", "ad-thumbnail"]);
    let (refused, summary) = ran.stderr.split_once('\n').expect("two lines");
    assert!(
        refused
            .starts_with("two.jpg: refused: face 3 is asked for, and 2 faces were found (from left to right at x = 2"),
        "{refused}"
    );
    assert_eq!(
        (ran.code, summary),
        (4, "headshot: 2 photos: 1 written, 1 refused; 1 file in out; see report.jsonl there")
    );
    let record = &place.report("out")[1];
    assert_eq!((&record["reason"], &record["overridden"]), (&json!("no-face"), &json!(["face"])));
    assert_eq!(record["faces"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_roll_is_taken_as_pinned() {
    let tilted = jpeg(&Portrait { roll_deg: 10.0, body_roll_deg: Some(0.0), ..portrait(3) }.draw().image);
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &tilted)]);
    place.write("in/headshot.toml", b"[photo.\"ana.jpg\"]\nroll = -1.5\n[photo.\"ben.jpg\"]\nroll = 0\n");
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x", "--no-level"]).code, 0);
    for (photo, roll) in [("ana.jpg", -1.5), ("ben.jpg", 0.0)] {
        let [cos, sin, ..] = transform(&place, "out", photo);
        let turned = sin.atan2(cos).to_degrees();
        assert!((turned - roll).abs() < 1e-9, "{photo} is turned by {turned}");
    }
    assert_eq!(overridden(&place, "out"), [json!(["roll"]), json!(["roll"])]);
}

#[test]
fn a_headshot_as_it_is_keeps_all_that_the_shape_holds() {
    let tight =
        jpeg(&Portrait { mid_eye: (300.0, 290.0), head_height: 420.0, ..Portrait::sized(600, 600) }.draw().image);
    let place = Workplace::with(&[("in/tight.jpg", &tight), ("in/ana.jpg", &ANA)]);
    place.write("in/headshot.toml", b"[photo.\"tight.jpg\"]\nas_is = true\n[photo.\"ana.jpg\"]\nas_is = true\n");
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "headshot: 2 photos: 2 written; 2 files in out"));
    let scale = 400.0 / 600.0;
    let tight = transform(&place, "out", "tight.jpg");
    let whole = [scale, 0.0, 0.0, 0.0, scale, 0.0];
    assert!(tight.iter().zip(whole).all(|(one, other)| (one - other).abs() < 1e-9), "{tight:?}");
    // 600 x 800 with the eyes at 320: the frame ends with the photo's sides, and the eyes are on the preset's line.
    let [a, b, c, d, e, f] = transform(&place, "out", "ana.jpg");
    assert!([a - scale, b, c, d, e - scale].iter().all(|off| off.abs() < 1e-9), "{a} {b} {c} {d} {e}");
    assert!((320.0 * e + f - 0.43 * 400.0).abs() < 8.0, "the eyes are at {}", 320.0 * e + f);
    assert_eq!(overridden(&place, "out"), [json!(["as_is"]), json!(["as_is"])]);
}

#[test]
fn a_face_that_a_person_pinned_is_not_doubted() {
    let place = Workplace::with(&[("in/doubted.jpg", &jpeg(&doubted().draw().image))]);
    assert_eq!(place.run(&["in", "-o", "plain", "-p", "ad-thumbnail"]).code, 4);
    assert_eq!(place.only_record("plain")["reason"], "low-confidence");
    place.write("in/doubted.jpg.toml", b"face = 1\n");
    let ran = place.run(&["in", "-o", "pinned", "-p", "ad-thumbnail"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let record = place.only_record("pinned");
    let checks = record["checks"].as_array().expect("a list");
    assert!(checks.iter().all(|check| check["code"] != "low-confidence" && check["level"] != "fail"), "{record}");
}

/// A person whom only one of the detectors sees.
fn doubted() -> Portrait {
    Portrait { hair_style: HairStyle::Bald, glasses: Glasses::Square, roll_deg: 25.0, ..portrait(2) }
}

#[test]
fn mistakes_are_told_all_at_once_and_nothing_is_written() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben.jpg", &BEN)]);
    place.write("in/headshot.toml", b"[photo.\"ana.jpg\"]\nfaec = 2\n");
    for arguments in [&["in", "-o", "out"][..], &["in", "-o", "out", "--dry-run"], &["in", "-o", "out", "--quiet"]] {
        let ran = place.run(arguments);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (
                2,
                "headshot: in/headshot.toml:2: unknown field `faec`, expected one of `face`, `nudge`, `scale`, `roll`, \
                 `as_is`, `preset`"
            )
        );
    }
    place.write("in/team/ben.jpg.toml", b"scale = 3\n\nroll = 90\n");
    let ran = place.run(&["in", "-o", "out", "--overrides", "missing.toml"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            2,
            "headshot: 4 mistakes in overrides; nothing was written:\n  \
             missing.toml: the overrides cannot be read: No such file or directory (os error 2); check the path\n  \
             in/headshot.toml:2: unknown field `faec`, expected one of `face`, `nudge`, `scale`, `roll`, `as_is`, \
             `preset`\n  \
             in/team/ben.jpg.toml:1: scale takes a number, 0.5 to 2\n  \
             in/team/ben.jpg.toml:3: roll takes a number, -45 to 45"
        )
    );
    assert!(!place.path("out").exists());
}

#[test]
fn photos_and_presets_that_are_not_there_are_warned_of() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    place.write(
        "in/headshot.toml",
        b"[photo.\"anna.jpg\"]\nface = 1\n[photo.\"ben.jpg\".preset.linkdin]\nscale = 1\n[photo.\"ben.jpg\".preset.press]\n",
    );
    place.write("in/Ana.jpg.toml", b"face = 1\n");
    let warnings = "headshot: in/headshot.toml:1: there is no photo \"anna.jpg\"; did you mean ana.jpg?\n\
                    headshot: in/headshot.toml:3: there is no preset \"linkdin\" (`headshot presets` lists them all)\n\
                    headshot: in/Ana.jpg.toml:1: there is no photo \"Ana.jpg\" beside these overrides; \
                    did you mean ana.jpg?\n";
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!((ran.code, ran.stderr), (0, format!("{warnings}headshot: 2 photos: 2 written; 2 files in out")));
    let quiet = place.run(&["in", "-o", "out", "-p", "x", "--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, "headshot: 2 photos: 2 unchanged; 2 files in out"));
    // Of a run over one photo the others are no mistake.
    place.write("in/headshot.toml", b"[photo.\"ben.jpg\"]\nscale = 1.1\n");
    std::fs::remove_file(place.path("in/Ana.jpg.toml")).expect("removed");
    let one = place.run(&["in/ana.jpg", "-o", "out", "-p", "x"]);
    assert_eq!((one.code, one.stderr.as_str()), (0, "headshot: 1 photo: 1 unchanged; 1 file in out"));
}
