//! Symbolic links and names that somebody put into the output folder: nothing outside it is made, opened or changed.

use crate::photos::{ANA, BEN};
use crate::run::{Ran, Workplace};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

const ALL: &[&str] = &["in", "-o", "out", "-p", "ad-thumbnail", "--sheet", "--csv", "--overlay", "out/seen"];

/// A photo in a folder, an empty output folder, and a folder elsewhere that is not to be touched.
fn workplace() -> Workplace {
    let place = Workplace::with(&[("in/team/ana.jpg", &ANA), ("elsewhere/mine.txt", b"mine")]);
    fs::create_dir(place.path("out")).expect("created");
    place
}

fn assert_elsewhere_is_as_it_was(place: &Workplace, what: &str) {
    assert_eq!(place.files("elsewhere"), ["mine.txt"], "{what}");
    assert_eq!(fs::read_dir(place.path("elsewhere")).expect("there").count(), 1, "{what}: no folder either");
    assert_eq!(place.read("elsewhere/mine.txt"), b"mine", "{what}");
}

#[test]
fn files_of_the_program_are_not_made_behind_links() {
    for (link, is_an_error) in [
        (".headshot.lock", true),
        ("ledger.sqlite", true),
        ("ledger.sqlite-journal", true),
        ("report.jsonl", false),
        ("report.csv", false),
        ("index.html", false),
    ] {
        for target in ["../elsewhere/made", "../elsewhere/mine.txt"] {
            let place = workplace();
            symlink(target, place.path("out").join(link)).expect("linked");
            let ran = place.run(ALL);
            assert_elsewhere_is_as_it_was(&place, link);
            // A file that is replaced as a whole takes the place of a link.
            if link.ends_with("journal") {
                // SQLite's own: it opens none behind a link, and takes one that is no journal away.
                continue;
            }
            assert_eq!(ran.code, i32::from(is_an_error), "{link} to {target}: {}", ran.stderr);
            if is_an_error {
                assert!(ran.stderr.starts_with(&format!("headshot: out/{link}: ")) || ran.stderr.contains(link));
                assert!(ran.stderr.contains("it is a symbolic link; remove it"), "{}", ran.stderr);
            } else {
                assert!(fs::symlink_metadata(place.path("out").join(link)).expect("there").is_file(), "{link}");
            }
        }
    }
}

#[test]
fn folders_are_not_made_behind_links_at_any_depth() {
    for (link, code) in [("ad-thumbnail", 2), ("ad-thumbnail/team", 2), (".sheet", 0), ("seen", 2), ("seen/team", 0)] {
        for target in ["elsewhere", "elsewhere/made", "elsewhere/mine.txt"] {
            let place = workplace();
            let at = place.path("out").join(link);
            fs::create_dir_all(at.parent().expect("a folder")).expect("created");
            symlink(place.path(target), &at).expect("linked");
            let ran = place.run(ALL);
            assert_elsewhere_is_as_it_was(&place, link);
            let is_told = ran.code == code || ran.code == 1 && link == "seen";
            assert!(is_told, "{link} to {target}: {}: {}", ran.code, ran.stderr);
            assert!(ran.stderr.contains("link") || ran.stderr.contains("seen"), "{link} to {target}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_link_in_the_place_of_an_output_is_replaced_and_not_followed() {
    let place = workplace();
    let arguments = ["in", "-o", "out", "-p", "ad-thumbnail"];
    assert_eq!(place.run(&arguments).code, 0);
    let output = place.path("out/ad-thumbnail/team/ana.jpg");
    let bytes = fs::read(&output).expect("there");
    fs::remove_file(&output).expect("removed");
    symlink(place.path("elsewhere/mine.txt"), &output).expect("linked");
    assert_eq!(place.run(&arguments).code, 0);
    assert_elsewhere_is_as_it_was(&place, "the output");
    assert!(fs::symlink_metadata(&output).expect("there").is_file() && fs::read(&output).expect("there") == bytes);
}

#[test]
fn links_that_stay_in_the_output_folder_are_followed() {
    let place = workplace();
    fs::create_dir(place.path("out/disk")).expect("created");
    symlink("disk", place.path("out/ad-thumbnail")).expect("linked");
    let ran = place.run(&["in", "-o", "out", "-p", "ad-thumbnail"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(place.path("out/disk/team/ana.jpg").is_file());
}

#[test]
fn every_file_has_the_permissions_that_the_umask_gives() {
    for umask in ["002", "027", "077"] {
        let place = workplace();
        let script = format!("umask {umask}; exec \"$0\" \"$@\"");
        let ran = shell(&place, &script, ALL);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let expected = 0o666 & !u32::from_str_radix(umask, 8).expect("octal");
        for entry in walkdir::WalkDir::new(place.path("out")).into_iter().flatten().filter(|e| e.file_type().is_file())
        {
            let mode = entry.metadata().expect("there").permissions().mode() & 0o777;
            assert_eq!(mode, expected, "umask {umask}: {} has {mode:o}", entry.path().display());
        }
    }
}

/// Runs the program from a shell `script`, in which `"$0" "$@"` stands for it and its arguments.
fn shell(place: &Workplace, script: &str, arguments: &[&str]) -> Ran {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_headshot")]).args(arguments).current_dir(place.path(""));
    Ran::from(command.output().expect("sh runs"))
}

/// 128 blocks of 512 bytes: the ledger and the report stay under that, a large PNG does not.
#[test]
fn a_limit_on_the_size_of_files_is_told_and_leaves_no_half_file() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    let arguments = ["in", "-o", "out", "-p", "x", "--format", "png", "-j", "1"];
    let ran = shell(&place, "ulimit -f 128; exec \"$0\" \"$@\"", &arguments);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let record = place.report("out").remove(0);
    assert_eq!((&record["outcome"], &record["reason"]), (&"failed".into(), &"output-lost".into()));
    let message = record["message"].as_str().expect("a sentence");
    assert!(
        message.contains("the limit on the size of files was reached") && message.contains("ulimit -f"),
        "{message}"
    );
    assert_eq!(place.report("out")[1]["reason"], "not-reached");
    assert_eq!(place.files("out"), ["report.jsonl"], "nothing half is left");
    assert_eq!(place.run(&arguments).code, 0);
    // Where not even the ledger can be written, that is said.
    let ran = shell(&place, "ulimit -f 1; exec \"$0\" \"$@\"", &["in", "-o", "other"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("limit on the size of files"), "{}", ran.stderr);
}

/// In kilobytes. A program that meets the limit is ended by its allocator.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_the_address_space_is_told_or_kept_to() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    for (limit, jobs, is_enough) in [(100_000, "2", false), (400_000, "2", true)] {
        let script = format!("ulimit -v {limit}; exec \"$0\" \"$@\"");
        let ran = shell(&place, &script, &["in", "-o", "out", "-p", "x", "--force", "-j", jobs]);
        if is_enough {
            assert_eq!(ran.code, 0, "{limit}: {}", ran.stderr);
        } else {
            assert_eq!(ran.code, 1, "{limit}: {}", ran.stderr);
            assert!(ran.stderr.starts_with("headshot: the limit on the address space"), "{limit}: {}", ran.stderr);
        }
    }
}

#[test]
fn an_output_folder_that_is_none_is_told_as_what_it_is() {
    let place = workplace();
    for (output, kind) in [("/dev/full", "a device"), ("/dev/null", "a device"), ("in/team/ana.jpg", "a file")] {
        let ran = place.run(&["in", "-o", output]);
        let said = format!("headshot: {output}: is {kind}; name a folder for the headshots with -o");
        assert_eq!((ran.code, ran.stderr.as_str()), (1, said.as_str()));
    }
}

#[test]
fn no_template_names_an_output_like_a_file_of_the_program() {
    let place = workplace();
    for template in [
        ".headshot-{stem}.tmp",
        "{dir}/.headshot-{stem}.tmp",
        "{preset}/.HEADSHOT-{stem}.TMP",
        "{preset}/.headshot.lock/{stem}.{ext}",
        "report.jsonl",
        "Report.csv",
        "ledger.sqlite",
        "ledger.sqlite-journal",
        "index.html",
        ".sheet/{stem}.{ext}",
    ] {
        let ran = place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--name", template]);
        assert_eq!(ran.code, 2, "{template}: {}", ran.stderr);
        assert!(ran.stderr.contains("a name that the program needs for itself"), "{template}: {}", ran.stderr);
        assert_eq!(fs::read_dir(place.path("out")).expect("there").count(), 0, "{template}");
    }
}
