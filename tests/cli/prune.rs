//! Headshots whose photo is gone: told, removed on demand, never many of them by surprise.

use crate::photos::{ANA, BEN, NOBODY};
use crate::run::Workplace;
use std::fs;

const ARGUMENTS: &[&str] = &["in", "-o", "out", "-p", "ad-thumbnail", "--quiet"];

/// Six photos with their headshots made.
fn six_photos() -> Workplace {
    let place = Workplace::with(&[("in/a.jpg", &ANA), ("in/b.jpg", &BEN), ("in/c.jpg", &ANA)]);
    for name in ["in/team/d.jpg", "in/team/e.jpg", "in/team/f.jpg"] {
        place.write(name, &ANA);
    }
    assert_eq!(place.run(ARGUMENTS).code, 0);
    place
}

fn with(flags: &[&'static str]) -> Vec<&'static str> {
    [ARGUMENTS, flags].concat()
}

fn remove(place: &Workplace, files: &[&str]) {
    files.iter().for_each(|file| fs::remove_file(place.path(file)).expect("removed"));
}

#[test]
fn a_stale_headshot_is_told_then_listed_then_removed() {
    let place = six_photos();
    remove(&place, &["in/b.jpg"]);
    let told = place.run(&["in", "-o", "out", "-p", "ad-thumbnail"]);
    assert_eq!(
        (told.code, told.stderr.as_str()),
        (
            0,
            "ad-thumbnail/b.jpg: stale: its photo is gone\n\
             headshot: 5 photos: 5 unchanged; 5 files in out, 1 stale file (--prune removes them)"
        )
    );
    let listed = place.run(&with(&["--prune", "--dry-run"]));
    assert_eq!((listed.code, listed.stdout.as_str()), (0, "remove ad-thumbnail/b.jpg (its photo is gone)\n"));
    assert!(place.path("out/ad-thumbnail/b.jpg").exists());
    let pruned = place.run(&with(&["--prune"]));
    assert_eq!(
        (pruned.code, pruned.stderr.as_str()),
        (0, "headshot: 5 photos: 5 unchanged; 5 files in out, 1 stale file removed")
    );
    assert!(!place.path("out/ad-thumbnail/b.jpg").exists());
    assert_eq!(place.files("out/ad-thumbnail").len(), 5);
    assert!(!place.run(&with(&["--prune"])).stderr.contains("stale"), "it is forgotten");
}

#[test]
fn more_than_a_fifth_is_a_question() {
    let place = six_photos();
    remove(&place, &["in/team/d.jpg", "in/team/e.jpg", "in/team/f.jpg"]);
    let ran = place.run(&with(&["--prune"]));
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("nothing is pruned: 3 of 6 headshots are stale, more than a fifth"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--prune-all"), "{}", ran.stderr);
    assert_eq!(place.files("out/ad-thumbnail").len(), 6);
    assert_eq!(place.run(&with(&["--prune-all"])).code, 0);
    assert_eq!(place.files("out/ad-thumbnail"), ["a.jpg", "b.jpg", "c.jpg"]);
    assert!(!place.path("out/ad-thumbnail/team").exists(), "a folder that is left empty goes too");
}

#[test]
fn a_source_folder_that_is_missing_or_empty_removes_nothing() {
    let place = six_photos();
    fs::rename(place.path("in"), place.path("elsewhere")).expect("renamed");
    assert_eq!(place.run(&with(&["--prune-all"])).code, 1);
    fs::create_dir(place.path("in")).expect("created");
    assert_eq!(place.run(&with(&["--prune-all"])).code, 1);
    assert_eq!(place.run(&with(&["--prune-all", "--allow-empty"])).code, 0);
    assert_eq!(place.files("out/ad-thumbnail").len(), 6);
    // One of two folders is empty: a share that is not mounted, most likely.
    place.write("more/g.jpg", &BEN);
    fs::remove_dir(place.path("in")).expect("removed");
    fs::rename(place.path("elsewhere"), place.path("in")).expect("renamed");
    assert_eq!(place.run(&[&["more"], ARGUMENTS].concat()).code, 0);
    remove(&place, &["more/g.jpg"]);
    let ran = place.run(&[&["more"], &with(&["--prune-all"])[..]].concat());
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("there were photos in this folder and now there is none"), "{}", ran.stderr);
    assert!(place.path("out/ad-thumbnail/g.jpg").exists());
}

#[test]
fn only_what_is_as_it_was_written_is_removed() {
    let place = six_photos();
    remove(&place, &["in/b.jpg"]);
    place.write("out/ad-thumbnail/b.jpg", &ANA);
    place.write("out/ad-thumbnail/foreign.jpg", &ANA);
    let ran = place.run(&with(&["--prune"]));
    assert!(ran.stderr.contains("ad-thumbnail/b.jpg: stale, and not as this program wrote it"), "{}", ran.stderr);
    assert_eq!(place.files("out/ad-thumbnail").len(), 7);
}

#[test]
fn photos_of_other_runs_and_those_named_outright_are_not_gone() {
    let place = six_photos();
    place.write("more/g.jpg", &BEN);
    // Neither a run over another folder nor one over a list knows what became of the others.
    assert_eq!(place.run(&["more", "-o", "out", "-p", "ad-thumbnail", "--prune-all"]).code, 0);
    assert_eq!(place.run_with_list(&["-", "-o", "out", "-p", "ad-thumbnail", "--prune-all"], b"in/a.jpg\n").code, 0);
    assert_eq!(place.files("out/ad-thumbnail").len(), 8);
    // And a preset that was not asked for this time is not stale.
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x", "--prune-all"]).code, 0);
    assert_eq!(place.files("out/ad-thumbnail").len(), 8);
}

#[test]
fn headshots_of_presets_that_are_not_asked_for_are_listed_and_only_removed_on_demand() {
    let place = six_photos();
    let other = ["in", "-o", "out", "-p", "x"];
    let told = place.run(&[&other[..], &["--prune-all"]].concat()).stderr;
    let line = "ad-thumbnail: 6 headshots of a preset that is not asked for (--prune-presets removes them)";
    assert!(told.lines().any(|told| told == line), "{told}");
    let status = place.run(&["status", "out"]).stdout;
    let of_preset = status.lines().find(|line| line.contains("ad-thumbnail")).expect("a line");
    assert!(of_preset.contains("; last asked for on 20") && of_preset.trim().starts_with("6 "), "{status}");
    assert!(!status.lines().any(|line| line.contains("    x, ") && line.contains("asked")), "{status}");

    // What somebody changed is left.
    place.write("out/ad-thumbnail/b.jpg", &ANA);
    let would = place.run(&[&other[..], &["--prune-presets", "--dry-run"]].concat()).stdout;
    assert!(would.contains("remove ad-thumbnail/a.jpg (its preset is not asked for)"), "{would}");
    let ran = place.run(&[&other[..], &["--prune-presets", "--quiet"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(place.files("out/ad-thumbnail"), ["b.jpg"]);
    assert_eq!(place.files("out/x").len(), 6);
    // The others are as they were, and the first preset's are made anew when they are asked for again.
    assert_eq!(place.run(&other).stderr.lines().last(), Some("headshot: 6 photos: 6 unchanged; 6 files in out"));
    assert_eq!(place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--quiet"]).code, 0);
    assert_eq!(place.files("out/ad-thumbnail").len(), 6);
}

#[test]
fn a_headshot_under_an_old_name_is_stale_and_one_of_a_photo_that_is_refused_now_is_kept() {
    let place = six_photos();
    place.write("in/a.jpg", &NOBODY);
    let ran = place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--prune-all"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("ad-thumbnail/a.jpg: stale: its photo is refused now"), "{}", ran.stderr);
    assert!(place.path("out/ad-thumbnail/a.jpg").exists());
    let ran = place.run(&with(&["--prune-all", "--name", "{stem}.{ext}"]));
    assert!(ran.stderr.contains("5 stale files removed"), "{}", ran.stderr);
    assert_eq!(place.files("out").len(), 7);
}

/// Permissions bind nobody who is root; a link to nowhere is what every system cannot read.
#[cfg(unix)]
#[test]
fn a_folder_that_could_not_be_read_in_full_blocks_pruning() {
    let place = six_photos();
    remove(&place, &["in/b.jpg"]);
    std::os::unix::fs::symlink(place.path("unmounted"), place.path("in/share")).expect("linked");
    let ran = place.run(&with(&["--prune"]));
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("nothing is pruned: parts of the input could not be read"), "{}", ran.stderr);
    assert!(place.path("out/ad-thumbnail/b.jpg").exists());
}
