//! Which files are sources, and what their outputs are called.

use crate::photos::{ANA, BEN, TWO_PEOPLE};
use crate::run::{Workplace, outputs, word};

#[test]
fn a_list_on_standard_input_keeps_its_folders() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben b.jpg", &BEN), ("in/not-listed.jpg", &ANA)]);
    let expected = ["report.jsonl", "x/in/ana.jpg", "x/in/team/ben b.jpg"];
    let lines = place.run_with_list(&["-", "-o", "lines", "-p", "x"], b"in/ana.jpg\r\nin/team/ben b.jpg\n\n");
    assert_eq!((lines.code, place.files("lines")), (0, expected.map(String::from).to_vec()), "{}", lines.stderr);
    let nul = place.run_with_list(&["-", "-0", "-o", "nul", "-p", "x"], b"in/ana.jpg\0in/team/ben b.jpg\0");
    assert_eq!((nul.code, place.files("nul")), (0, expected.map(String::from).to_vec()), "{}", nul.stderr);
}

#[test]
fn a_listed_photo_that_is_not_there_is_one_failure() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let ran = place.run_with_list(&["-", "-o", "out", "-p", "x"], b"in/ana.jpg\nin/gone.jpg\n");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            3,
            "in/gone.jpg: failed: the file cannot be read: No such file or directory (os error 2); check its path\n\
             headshot: 2 photos: 1 written, 1 failed; 1 file in out; see report.jsonl there"
        )
    );
    assert_eq!(place.report("out")[1]["reason"], "unreadable");
}

#[test]
fn outputs_that_would_meet_are_listed_before_the_first_write() {
    let place = Workplace::with(&[("north/ana.jpg", &ANA), ("south/ana.jpg", &BEN), ("south/ben.jpg", &BEN)]);
    let ran = place.run(&["north", "south", "-o", "out", "-p", "x,github", "--name", "{preset}-{stem}.{ext}"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.starts_with("headshot: several photos would be written to the same name; nothing was written:\n")
    );
    assert!(ran.stderr.contains(" from north/ana.jpg and south/ana.jpg\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("ben"), "{}", ran.stderr);
    assert!(!place.path("out").exists());
}

#[test]
fn photos_that_differ_only_in_their_extension_both_get_outputs() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ana.jpeg", &BEN)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x"]).code, 0);
    assert_eq!(place.files("out/x"), ["ana-jpeg.jpg", "ana-jpg.jpg"]);
}

#[test]
fn a_name_template_places_outputs() {
    let place = Workplace::with(&[("in/team/ana.jpg", &ANA)]);
    let template = "{dir}/{stem}_{preset}_from_{source_ext}.{ext}";
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x", "--format", "png", "--name", template]).code, 0);
    assert_eq!(place.files("out"), ["report.jsonl", "team/ana_x_from_jpg.png"]);
}

#[test]
fn everybody_in_a_photo_gets_a_numbered_crop_from_left_to_right() {
    let place = Workplace::with(&[("in/two.jpg", &TWO_PEOPLE)]);
    let arguments = ["in", "-o", "out", "-p", "ad-thumbnail", "--faces", "all"];
    let ran = place.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let record = place.only_record("out");
    let paths: Vec<&str> = outputs(&record).iter().map(|output| word(&output["path"])).collect();
    assert_eq!(paths, ["ad-thumbnail/two-1.jpg", "ad-thumbnail/two-2.jpg"]);
    // The one on the left is number one: it is shown from further left in the photo.
    let left = |index: usize| -outputs(&record)[index]["transform"][2].as_f64().expect("a number");
    assert!(left(0) < left(1), "{record}");
}

#[test]
fn a_source_is_never_written_over() {
    // The name that the output for x/ana.jpg would have is taken by a source.
    let place = Workplace::with(&[("all/ana.jpg", &ANA), ("all/out/x/ana.jpg", &BEN)]);
    let ran = place.run(&["all/ana.jpg", "all/out/x/ana.jpg", "-o", "all/out", "-p", "x", "--name", "x/ana.{ext}"]);
    assert_eq!(ran.code, 2, "two sources, one output name: {}", ran.stderr);
    let ran = place.run(&["all/out/x/ana.jpg", "-o", "all/out", "-p", "x", "--name", "{preset}/{stem}.{ext}"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            3,
            "ana.jpg: failed: all/out/x/ana.jpg is one of the photos; choose another output folder\n\
             headshot: 1 photo: 1 failed; 0 files in all/out; see report.jsonl there"
        )
    );
    assert_eq!(place.only_record("all/out")["reason"], "would-overwrite-source");
    assert!(place.read("all/out/x/ana.jpg") == *BEN, "the source is as it was");
    assert!(place.read("all/ana.jpg") == *ANA);
}

/// Whoever names a file says nothing to the terminal of whoever runs this.
#[cfg(unix)]
#[test]
fn no_name_moves_the_cursor_ends_a_line_or_turns_the_text() {
    let harmful = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2066}\u{2028}".contains(c));
    let name = |end: &str| format!("in/\x1b[2J\u{202e}gpj\r\nheadshot: 1 photo: 1 written.{end}");
    let place = Workplace::with(&[
        (&*name("ana.jpg"), &*ANA),
        (&*name("none.jpg"), b"no picture"),
        (&*name("tmp"), b""),
        ("in/team/ana.jpg", &*ANA),
    ]);
    std::os::unix::fs::symlink(name("nowhere"), place.path(name("link.jpg"))).expect("linked");
    let none = name("none.jpg");
    let named = format!("{{stem}}{}.{{ext}}", name("x"));
    for arguments in [
        &["in", "-o", "out", "-v"][..],
        &["in", "-o", "out", "--log-format", "json"],
        &["in", "-o", "out", "--dry-run", "--force"],
        &[&none, "nowhere\x1b[2J\n", "-o", "out"],
        &["in", "-o", &none],
        &["in", "-o", "other", "--name", &named],
        &["in", "-o", "other", "--name", &name("x.{ext}")],
        &["in", "-o", "other", "--exclude", &name("[")],
        &["inspect", &none, &name("ana.jpg"), &name("gone.jpg")],
        &["inspect", "--json", &none, &name("ana.jpg")],
        &["status", "out"],
        &["status", "--review", "out"],
        &["status", &none],
        &["merge", &none],
        &["presets", "--check", &none],
    ] {
        let ran = place.run(arguments);
        let told = ran.stdout + "\n" + &ran.stderr;
        assert!(!told.contains(harmful), "{arguments:?}: {told:?}");
        let forged = told.lines().filter(|line| line.starts_with("headshot: 1 photo: 1 written")).count();
        assert_eq!(forged, 0, "{arguments:?}: {told}");
    }
}

/// File names are bytes on these systems; macOS refuses those that are no UTF-8.
#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_name_that_is_no_utf8_is_a_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Workplace::new();
    place.write(OsStr::from_bytes(b"in/ren\xE9.jpg"), &ANA);
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(place.path(OsStr::from_bytes(b"out/x/ren\xE9.jpg")).is_file());
    assert_eq!(place.only_record("out")["source"], "ren\u{fffd}.jpg");
    let listed = place.run_with_list(&["-", "-0", "-o", "listed", "-p", "x"], b"in/ren\xE9.jpg\0");
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(place.path(OsStr::from_bytes(b"listed/x/in/ren\xE9.jpg")).is_file());
}
