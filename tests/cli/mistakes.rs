//! What people do wrong, and what they are told: each message says what happened, where, and what to do next.

use crate::photos::{ANA, BEN};
use crate::preset::MINE;
use crate::run::Workplace;

/// Arguments, exit code, and all that is said. What `clap` says of arguments is here too: it is read as the program's
/// own words.
const MISTAKES: &[(&[&str], i32, &str)] = &[
    (&["photos", "-o", "out"], 1, "headshot: photos: there is no such file or folder; check the path"),
    (
        &["in"],
        2,
        "headshot: -o DIR is missing: where should the headshots go? For example: headshot photos -o headshots",
    ),
    (
        &["-o", "out"],
        2,
        "error: the following required arguments were not provided:\n\
         \x20 <INPUT>...\n\n\
         Usage: headshot --output <DIR> <INPUT>...\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "in"],
        2,
        "headshot: in: the output folder is the input folder; name another with -o, for example -o in/headshots",
    ),
    (&["in", "-o", "notes.txt"], 1, "headshot: notes.txt: is a file; name a folder for the headshots with -o"),
    (
        &["in", "-o", "notes.txt/out"],
        1,
        "headshot: notes.txt/out: the output folder cannot be created: Not a directory (os error 20)",
    ),
    (&["empty", "-o", "out"], 1, "headshot: no photo found; name a folder with photos in it, or photos"),
    (
        &["in", "-o", "out", "-p", "linkdin"],
        2,
        "headshot: there is no preset or group \"linkdin\"; did you mean \"linkedin\"? (`headshot presets` lists \
         them all)",
    ),
    (
        &["in", "-o", "out", "-p", "missing.toml"],
        2,
        "headshot: missing.toml: cannot read the preset file: No such file or directory (os error 2); check the \
         path, or take a built-in preset (`headshot presets`)",
    ),
    (
        &["in", "-o", "out", "-p", "unknown.toml"],
        2,
        "headshot: unknown.toml:13: unknown field `max_rol`, expected one of `head_height`, `head_measure`, \
         `max_head_height`, `eye_line`, `subject_x`, `gaze_room`, `headroom`, `max_roll`, `extend`",
    ),
    (&["in", "-o", "out", "-p", "range.toml"], 2, "headshot: range.toml:3: width is 12; it takes 16 to 10000 pixels"),
    (
        &["in", "-o", "out", "--presets", "x"],
        2,
        "error: unexpected argument '--presets' found\n\n\
         \x20 tip: a similar argument exists: '--preset'\n\n\
         Usage: headshot --output <DIR> --preset <NAME,...> <INPUT>...\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--format", "psd"],
        2,
        "error: invalid value 'psd' for '--format <FORMAT>'\n\
         \x20 [possible values: jpeg, png, webp, avif]\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--quality", "0"],
        2,
        "error: invalid value '0' for '--quality <N>': 0 is not in 1..=100\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "-p", "x", "--keep-alpha"],
        2,
        "headshot: x is written as jpg, which keeps no transparency; add --format png or webp",
    ),
    (&["in", "-o", "out", "--jobs", "0"], 2, "headshot: --jobs 0: it takes 1 to 1024"),
    (
        &["in", "-o", "out", "--memory", "12K"],
        2,
        "error: invalid value '12K' for '--memory <SIZE>': it takes 32M or more: less holds no photo\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--memory", "much"],
        2,
        "error: invalid value 'much' for '--memory <SIZE>': invalid digit found in string; write it like 512M or \
         2G\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--shard", "5/4"],
        2,
        "error: invalid value '5/4' for '--shard <I/N>': \"5/4\" is no share: write I/N with I from 1 to N and N \
         up to 10000, for example 2/4\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--shard", "1/2", "--uniform"],
        2,
        "error: the argument '--shard <I/N>' cannot be used with '--uniform'\n\n\
         Usage: headshot --output <DIR> --shard <I/N> <INPUT>...\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--name", "{stme}.{ext}"],
        2,
        "headshot: --name \"{stme}.{ext}\": there is no field {stme}; fields are {preset} {dir} {stem} {ext} \
         {source_ext}; --roster brings the columns of a list of people",
    ),
    (
        &["in", "-o", "out", "--name", "all.{ext}"],
        2,
        "headshot: several photos would be written to the same name; nothing was written:\n\
         \x20 all.jpg from in/ana.jpg and in/ben.jpg\n\
         run the inputs one by one with different output folders, or keep {dir}/{stem} in --name; several sizes of \
         one photo need {preset} in --name",
    ),
    (
        &["in", "-o", "out", "--pick", "best"],
        2,
        "error: the following required arguments were not provided:\n\
         \x20 --roster <FILE>\n\n\
         Usage: headshot --roster <FILE> --output <DIR> --pick <WHICH> <INPUT>...\n\n\
         For more information, try '--help'.",
    ),
    (
        &["in", "-o", "out", "--roster", "staff.csv"],
        2,
        "headshot: staff.csv: the roster cannot be read: No such file or directory (os error 2); check the path \
         behind --roster",
    ),
    (
        &["in", "-o", "out", "--roster", "people.csv"],
        2,
        "headshot: people.csv:1: no column says which photo: name one file (or pattern); the columns are id, name",
    ),
    (
        &["in", "-o", "out", "--overrides", "mine.toml"],
        2,
        "headshot: mine.toml:2: nudge takes two numbers, [right, up], each -0.5 to 0.5",
    ),
    (&["in", "-o", "out", "-0"], 2, "headshot: --null is about a list on standard input; add - as an input"),
    (
        &["in", "-o", "out", "--verify", "--force"],
        2,
        "error: the argument '--verify' cannot be used with '--force'\n\n\
         Usage: headshot --output <DIR> --verify <INPUT>...\n\n\
         For more information, try '--help'.",
    ),
    (
        &["status", "in"],
        1,
        "headshot: in: there is no ledger.sqlite; give the folder that a run of headshot wrote to with -o",
    ),
    (&["merge", "in"], 1, "headshot: in: there is no report of a shard; run headshot with --shard first"),
    (
        &["presets", "linkdin"],
        2,
        "headshot: there is no preset or group \"linkdin\"; did you mean \"linkedin\"? (`headshot presets` lists \
         them all)",
    ),
    (
        &["presets", "--check", "in/ana.jpg"],
        2,
        "headshot: in/ana.jpg: cannot read the preset file: it is not UTF-8 text; check the path, or \
         take a built-in preset (`headshot presets`)",
    ),
    (
        &["inspect", "in/ana.jpg", "-p", "linkdin"],
        2,
        "headshot: there is no preset or group \"linkdin\"; did you mean \"linkedin\"? (`headshot presets` lists \
         them all)",
    ),
];

#[test]
fn each_mistake_is_told_with_what_to_do_and_costs_nothing() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    place.write("notes.txt", b"mine");
    place.write("unknown.toml", MINE.replace("max_roll", "max_rol").as_bytes());
    place.write("range.toml", MINE.replace("width = 120", "width = 12").as_bytes());
    place.write("people.csv", b"id,name\n1,Ana\n");
    place.write("mine.toml", b"[photo.\"ana.jpg\"]\nnudge = \"left\"\n");
    std::fs::create_dir(place.path("empty")).expect("created");
    let before = place.files(".");
    for (arguments, code, said) in MISTAKES {
        let ran = place.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (*code, *said), "{arguments:?}");
        assert_eq!(place.files("."), before, "{arguments:?}");
        assert!(!place.path("out").exists(), "{arguments:?}: nothing is written before everything is checked");
    }
}

/// A photo of a kind that this build does not read says which feature reads it.
#[cfg(not(feature = "jp2"))]
#[test]
fn a_kind_of_photo_that_is_not_built_in_names_its_feature() {
    // The start of a codestream: the kind of file is known by it.
    let place = Workplace::with(&[("in/ana.jp2", b"\xFF\x4F\xFF\x51\0\x29")]);
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr.contains("JPEG 2000 support is not built in; install headshot with --features jp2"),
        "{}",
        ran.stderr
    );
}
