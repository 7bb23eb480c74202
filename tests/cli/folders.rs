//! What folders and lists hold besides photos: what cannot be read, what is no photo, what is reached twice.

use crate::photos::{ANA, BEN};
use crate::run::{Ran, Workplace};
use std::fs;

const QUICK: &[&str] = &["-o", "out", "-p", "ad-thumbnail"];

fn run(place: &Workplace, arguments: &[&str]) -> Ran {
    place.run(&[arguments, QUICK].concat())
}

/// The sources of the report, with what became of them.
fn outcomes(place: &Workplace) -> Vec<(String, String)> {
    let word = |record: &serde_json::Value, field: &str| record[field].as_str().expect("a word").to_owned();
    place.report("out").iter().map(|record| (word(record, "source"), word(record, "outcome"))).collect()
}

fn sources(place: &Workplace) -> Vec<String> {
    outcomes(place).into_iter().map(|(source, _)| source).collect()
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_failures_in_the_report() {
    use std::os::unix::fs::symlink;
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    symlink("gone.jpg", place.path("in/dangling.jpg")).expect("linked");
    symlink("around", place.path("in/around")).expect("linked");
    symlink(place.path("unmounted"), place.path("in/sales")).expect("linked");
    for flags in [&["in"][..], &["in", "--dry-run"]] {
        let ran = run(&place, flags);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("headshot: 4 photos: 1 "), "{}", ran.stderr);
        assert!(ran.stderr.contains("dangling.jpg: failed: the link to gone.jpg leads to nothing"), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().filter(|line| line.contains(": failed: ")).count(), 3, "{}", ran.stderr);
    }
    let quiet = run(&place, &["in", "--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.lines().count()), (3, 1), "{}", quiet.stderr);
    for (record, source) in place.report("out").iter().skip(1).zip(["around", "dangling.jpg", "sales"]) {
        assert_eq!((&record["source"], &record["reason"]), (&source.into(), &"unreadable".into()));
    }
    // They are no photos that a later run could find gone.
    fs::remove_file(place.path("in/sales")).expect("removed");
    fs::remove_file(place.path("in/around")).expect("removed");
    fs::remove_file(place.path("in/dangling.jpg")).expect("removed");
    let after = run(&place, &["in", "--prune"]);
    assert_eq!((after.code, after.stderr.as_str()), (0, "headshot: 1 photo: 1 unchanged; 1 file in out"));
}

/// Permissions bind nobody who is root: the program runs as somebody else.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_this_user_cannot_read_is_a_failure_and_keeps_its_headshots() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    let place =
        Workplace::with(&[("in/sales/ana.jpg", &ANA), ("in/sales/cy.jpg", &ANA), ("in/research/ben.jpg", &BEN)]);
    let set_mode = |name: &str, mode: u32| {
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(mode)).expect("permitted");
    };
    let as_nobody = |more: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_headshot")]);
        command.args([&["in"], QUICK, more].concat()).current_dir(place.path("")).output()
    };
    set_mode("", 0o755);
    fs::create_dir(place.path("out")).expect("created");
    set_mode("out", 0o777);
    match as_nobody(&[]) {
        Ok(ran) if ran.status.code() == Some(0) => {}
        other => {
            eprintln!("skipped: the program cannot be run as another user here: {other:?}");
            return;
        }
    }
    set_mode("in/research", 0o000);
    let ran = Ran::from(as_nobody(&["--quiet"]).expect("runs"));
    assert_eq!((ran.code, ran.stderr.lines().count()), (3, 1), "{}", ran.stderr);
    let record = place.report("out").remove(0);
    assert_eq!((&record["source"], &record["reason"]), (&"research".into(), &"unreadable".into()));
    assert!(record["message"].as_str().expect("a sentence").contains("Permission denied"), "{record}");
    fs::remove_file(place.path("in/sales/cy.jpg")).expect("removed");
    let pruned = Ran::from(as_nobody(&["--prune-all"]).expect("runs"));
    assert!(pruned.stderr.contains("nothing is pruned: parts of the input could not be read"), "{}", pruned.stderr);
    assert_eq!((pruned.code, place.files("out/ad-thumbnail").len()), (1, 3));
    set_mode("in", 0o000);
    let ran = Ran::from(as_nobody(&[]).expect("runs"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("in: failed: the folder cannot be read: Permission denied"), "{}", ran.stderr);
    set_mode("in", 0o755);
    set_mode("in/research", 0o755);
    assert_eq!(Ran::from(as_nobody(&[]).expect("runs")).code, 0);
}

#[test]
fn what_systems_keep_in_folders_is_ignored_counted_and_named_on_demand() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let junk = [
        "#recycle/left.jpg",
        "$RECYCLE.BIN/S-1-5-21/$R1A2B3.jpg",
        ".@__thumb/ana.jpg",
        ".Trash-1000/files/old.jpg",
        "@eaDir/ana.jpg/SYNOPHOTO_THUMB_M.jpg",
        "__MACOSX/x.jpg",
        "lost+found/1.jpg",
        "._ana.jpg",
        ".ana.jpg.aB3dE9",
        "ana.jpg.crdownload",
        "ana.jpg.filepart",
        "ana.jpg.part",
        "ana.jpg.partial",
        "ana.jpg.tmp",
        "~$ana.jpg",
    ];
    junk.iter().for_each(|name| place.write(format!("in/team/{name}"), &BEN));
    let ran = run(&place, &["in"]);
    let summary = "headshot: 1 photo: 1 written; 1 file in out, 15 ignored (-v names them)";
    assert_eq!((ran.code, ran.stderr.as_str()), (0, summary));
    assert_eq!(sources(&place), ["ana.jpg"]);
    let named = run(&place, &["in", "-v"]);
    let lines: Vec<&str> = named.stderr.lines().collect();
    assert_eq!(lines.len(), 16, "{}", named.stderr);
    assert_eq!(lines[0], "in/team/#recycle: ignored: a recycle bin");
    assert_eq!(lines[15], "headshot: 1 photo: 1 unchanged; 1 file in out, 15 ignored");
    let json = run(&place, &["in", "--log-format", "json"]);
    assert!(json.stderr.contains("\"ignored\":15"), "{}", json.stderr);
    // Named outright, all of it is somebody's wish.
    let outright = run(&place, &["in/team/#recycle", "in/team/ana.jpg.part", "in/team/~$ana.jpg"]);
    assert_eq!(outright.code, 0, "{}", outright.stderr);
    assert_eq!(sources(&place), ["ana.jpg.part", "left.jpg", "~$ana.jpg"]);
    let none = run(&place, &["in", "--exclude", "ana.jpg"]);
    assert_eq!(
        (none.code, none.stderr.as_str()),
        (1, "headshot: no photo found, 16 ignored (-v names them); name a folder with photos in it, or photos")
    );
}

#[test]
fn globs_leave_out_narrow_and_bring_in() {
    let place = Workplace::new();
    for name in ["ana.jpg", "ana-bw.jpg", "ben.png", "drafts/cy.jpg", "team/drafts.jpg", "team/@eaDir/d.jpg"] {
        place.write(format!("in/{name}"), &ANA);
    }
    for (flags, expected) in [
        (&["--exclude", "*-bw.*", "--exclude", "drafts"][..], &["ana.jpg", "ben.png", "team/drafts.jpg"][..]),
        (&["--include", "*.JPG", "--exclude", "drafts/**"], &["ana-bw.jpg", "ana.jpg", "team/drafts.jpg"]),
        (&["--include", "team/*", "--include", "ben.*"], &["ben.png", "team/drafts.jpg"]),
        (&["--include", "@eaDir", "--exclude", "*a*.jpg"], &["ben.png", "drafts/cy.jpg", "team/@eaDir/d.jpg"]),
    ] {
        assert_eq!(run(&place, &[&["in"], flags].concat()).code, 0, "{flags:?}");
        assert_eq!(sources(&place), expected, "{flags:?}");
    }
    // What the command line names is taken whatever the globs say.
    run(&place, &["in/ben.png", "--exclude", "*.png"]);
    assert_eq!(sources(&place), ["ben.png"]);
    let broken = run(&place, &["in", "--exclude", "a["]);
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.starts_with("headshot: --exclude \"a[\": unclosed character class"), "{}", broken.stderr);
}

/// A run that waited for one of these would never end.
#[cfg(unix)]
#[test]
fn pipes_sockets_and_devices_are_told_at_once() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let pipe = |name: &str| {
        let made = std::process::Command::new("mkfifo").arg(place.path(name)).status().expect("mkfifo runs");
        assert!(made.success());
    };
    pipe("in/pipe.jpg");
    let _socket = std::os::unix::net::UnixListener::bind(place.path("in/socket.jpg")).expect("bound");
    std::os::unix::fs::symlink("/dev/zero", place.path("in/zero.jpg")).expect("linked");
    let ran = run(&place, &["in"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for (name, kind) in [("pipe", "a pipe"), ("socket", "a socket"), ("zero", "a device")] {
        let line = format!("{name}.jpg: failed: it is {kind}, not a photo; leave it out");
        assert!(ran.stderr.lines().any(|told| told == line), "{}", ran.stderr);
    }
    let list = [&["-"], QUICK].concat();
    let listed = place.run_with_list(&list, b"in/pipe.jpg\nin/ana.jpg\n");
    assert_eq!(listed.code, 3);
    assert!(listed.stderr.starts_with("in/pipe.jpg: failed: it is a pipe, not a photo"), "{}", listed.stderr);
    let named = run(&place, &["in/pipe.jpg"]);
    assert_eq!(
        (named.code, named.stderr.as_str()),
        (1, "headshot: in/pipe.jpg: is a pipe, not a photo or a folder; name a file")
    );
    let inspected = place.run(&["inspect", "in/pipe.jpg", "/dev/zero"]);
    assert_eq!((inspected.code, inspected.stdout.as_str()), (3, ""));
    assert!(inspected.stderr.contains("in/pipe.jpg: the file cannot be read: it is a pipe, not a file"));
    // In the place of an output, it is replaced like anything else that is no output of ours.
    fs::remove_file(place.path("out/ad-thumbnail/ana.jpg")).expect("removed");
    pipe("out/ad-thumbnail/ana.jpg");
    assert_eq!(place.run(&[&["in/ana.jpg"], QUICK].concat()).code, 0);
    assert!(place.path("out/ad-thumbnail/ana.jpg").is_file());
}

#[cfg(unix)]
#[test]
fn a_photo_that_is_reached_twice_counts_once() {
    use std::os::unix::fs::symlink;
    let place = Workplace::with(&[("in/team/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    symlink("ben.jpg", place.path("in/a-link.jpg")).expect("linked");
    symlink("team", place.path("in/crew")).expect("linked");
    for arguments in [&["in"][..], &["in", "in/ben.jpg", "./in/../in"], &["in", "in/team"], &["in/crew", "in"]] {
        assert_eq!(run(&place, arguments).code, 0);
        assert_eq!(sources(&place).len(), 2, "{arguments:?}");
    }
    let ran = place.run_with_list(&[&["in", "-"], QUICK].concat(), b"./in/ben.jpg\nin/ben.jpg\nin/crew\n");
    assert_eq!((ran.code, sources(&place)), (0, vec!["ben.jpg".to_owned(), "team/ana.jpg".to_owned()]));
}

#[test]
fn photos_that_differ_only_in_the_capitals_of_their_extension_both_get_outputs() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    if place.path("in/ana.JPG").exists() {
        // A file system that takes both names for one has one photo.
        return;
    }
    place.write("in/ana.JPG", &BEN);
    assert_eq!(run(&place, &["in"]).code, 0);
    assert_eq!(place.files("out/ad-thumbnail"), ["ana-jpg-2.jpg", "ana-jpg.jpg"]);
    let records = place.report("out");
    assert_eq!((&records[0]["source"], &records[1]["source"]), (&"ana.JPG".into(), &"ana.jpg".into()));
    assert_eq!(records[1]["outputs"][0]["path"], "ad-thumbnail/ana-jpg.jpg");
    assert_eq!(run(&place, &["in", "--prune"]).stderr, "headshot: 2 photos: 2 unchanged; 2 files in out");
}
