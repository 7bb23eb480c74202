//! Standard input: lists of paths, and photos.

use crate::photos::{ANA, BEN};
use crate::run::{Ran, Workplace};

fn run(place: &Workplace, arguments: &[&str], stdin: &[u8]) -> Ran {
    place.run_with_list(&[arguments, &["-o", "out", "-p", "ad-thumbnail"]].concat(), stdin)
}

fn team() -> Workplace {
    Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben.jpg", &BEN), ("in/team/ben.jpg.toml", b"scale = 0.9\n")])
}

/// As `find in/ -newer last-delivery -print0` writes it.
#[test]
fn folders_of_a_list_are_walked_and_what_lies_beside_photos_is_passed_over() {
    let place = team();
    place.write("in/@eaDir/ana.jpg/thumb.jpg", &BEN);
    place.write("in/.hidden.jpg", &BEN);
    let list = b"in/\0in/ana.jpg\0in/.hidden.jpg\0in/@eaDir\0in/@eaDir/ana.jpg/thumb.jpg\0in/team\0in/team/ben.jpg\0\
                 in/team/ben.jpg.toml\0";
    let ran = run(&place, &["-", "-0"], list);
    assert_eq!((ran.code, ran.stderr.lines().count()), (0, 1), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("headshot: 2 photos: 2 written; 2 files in out, "), "{}", ran.stderr);
    assert_eq!(place.files("out/ad-thumbnail"), ["in/ana.jpg", "in/team/ben.jpg"]);
}

#[test]
fn a_list_below_a_root_gives_the_tree_of_the_folder_and_knows_what_it_made() {
    let place = team();
    let tree = ["ana.jpg", "team/ben.jpg"];
    let whole = place.path("in/team/ben.jpg");
    let absolute = format!("{}\n{}\n", place.path("in/ana.jpg").display(), whole.display());
    for list in ["in/ana.jpg\nin/team/ben.jpg\n", "ana.jpg\n./team/ben.jpg\n", "./in\n", "team\nana.jpg\n", &absolute] {
        let ran = run(&place, &["-", "--root", "in"], list.as_bytes());
        assert_eq!((ran.code, place.files("out/ad-thumbnail")), (0, tree.map(String::from).to_vec()), "{list}");
    }
    let folder = run(&place, &["in"], b"");
    assert_eq!(folder.stderr, "headshot: 2 photos: 2 unchanged; 2 files in out");
    // What only a list has found is known as a photo of the folder, and is gone when the folder is looked through.
    std::fs::remove_file(whole).expect("removed");
    let listed = run(&place, &["-", "--root", "in", "--prune-all"], b"ana.jpg\n");
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert_eq!(place.files("out/ad-thumbnail").len(), 2, "a list does not say what is gone");
    assert_eq!(run(&place, &["in", "--prune-all"], b"").code, 0);
    assert_eq!(place.files("out/ad-thumbnail"), ["ana.jpg"]);
}

#[test]
fn a_path_that_may_mean_two_files_is_a_failure() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/in/ana.jpg", &BEN)]);
    let ran = run(&place, &["-", "--root", "in"], b"in/ana.jpg\n");
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr
            .starts_with("in/ana.jpg: failed: the list may mean in/ana.jpg or in/in/ana.jpg; list absolute paths"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_is_wrong_with_a_list_is_told() {
    let place = team();
    for (arguments, list, code, said) in [
        (&["-"][..], &b"in/ana.jpg\0in/team/ben.jpg\0"[..], 2, "has NUL bytes; add -0"),
        (&["-", "--root", "nowhere"], b"a\n", 2, "--root nowhere: it cannot be opened: No such file or directory"),
        (&["-", "--root", "in/ana.jpg"], b"a\n", 2, "--root in/ana.jpg: it is not a folder; name a folder"),
        (&["in", "--root", "in"], b"", 2, "--root is about a list on standard input; add - as an input"),
        (&["-"], b"\n\n", 1, "no photo found"),
    ] {
        let ran = run(&place, arguments, list);
        assert!(ran.code == code && ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
        assert!(!place.path("out").exists());
    }
    let gone = run(&place, &["-"], b"in/gone.jpg\nin/gone\nin/ana.jpg\n");
    assert_eq!(gone.code, 3);
    assert_eq!(place.report("out").iter().filter(|record| record["reason"] == "unreadable").count(), 2);
}

/// A list below the input of the next night would make headshots of headshots.
#[test]
fn outputs_that_are_listed_are_ignored() {
    let place = team();
    assert_eq!(place.run(&["in", "-o", "in/out", "-p", "ad-thumbnail"]).code, 0);
    let list = b"in\nin/ana.jpg\nin/out\nin/out/ad-thumbnail/ana.jpg\n";
    let ran = place.run_with_list(&["-", "--root", "in", "-o", "in/out", "-p", "ad-thumbnail"], list);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (0, "headshot: 2 photos: 2 unchanged; 2 files in in/out, 1 ignored (-v names them)")
    );
}

#[test]
fn a_photo_on_standard_input_is_cropped() {
    let place = Workplace::new();
    let picture = image::load_from_memory(&ANA).expect("a picture");
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).expect("encoded");
    for photo in [&ANA[..], png.get_ref()] {
        let ran = run(&place, &["-"], photo);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, "headshot: 1 photo: 1 written; 1 file in out"));
        assert_eq!(place.only_record("out")["source"], "stdin");
        assert_eq!(place.files("out/ad-thumbnail"), ["stdin.jpg"]);
    }
    assert_eq!(run(&place, &["-"], png.get_ref()).stderr, "headshot: 1 photo: 1 unchanged; 1 file in out");
    // What is no list and no photo either is told as what it is.
    let ran = run(&place, &["-"], b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n");
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.starts_with("stdin: failed: "), "{}", ran.stderr);
    assert_eq!(place.only_record("out")["reason"], "unsupported-format");
}
