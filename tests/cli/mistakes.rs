//! What people do wrong, and what they are told: each message says what happened, where, and what to do next.

use crate::photos::{ANA, BEN};
use crate::run::Workplace;

/// A preset with a key that nobody knows, on line 12.
const MISTYPED: &str = "name = \"door\"\ntitle = \"Door\"\nwidth = 300\nheight = 400\nshape = \"rectangle\"\n\n[framing]\n\
                        head_height = 0.4\nmax_head_height = 0.6\neye_line = 0.4\nheadroom = 0.03\nmax_rol = 20\n";

/// Arguments, exit code, and what the message says.
const MISTAKES: &[(&[&str], i32, &[&str])] = &[
    (&["photos", "-o", "out"], 1, &["photos: there is no such file or folder; check the path"]),
    (&["in"], 2, &["-o DIR is missing", "headshot photos -o headshots"]),
    (&["-o", "out"], 2, &["required arguments were not provided", "<INPUT>"]),
    (&["in", "-o", "in"], 2, &["in: the output folder is the input folder", "-o in/headshots"]),
    (&["in", "-o", "notes.txt"], 1, &["notes.txt: is a file; name a folder for the headshots with -o"]),
    (&["in", "-o", "notes.txt/out"], 1, &["notes.txt/out: the output folder cannot be created"]),
    (&["empty", "-o", "out"], 1, &["no photo found; name a folder with photos in it"]),
    (&["in", "-o", "out", "-p", "linkdin"], 2, &["no preset or group \"linkdin\"", "did you mean \"linkedin\"?"]),
    (&["in", "-o", "out", "-p", "door.toml"], 2, &["door.toml:12: unknown field `max_rol`", "`max_roll`"]),
    (&["in", "-o", "out", "--presets", "x"], 2, &["unexpected argument '--presets'", "'--preset'"]),
    (&["in", "-o", "out", "--format", "psd"], 2, &["invalid value 'psd'", "jpeg, png, webp, avif"]),
    (&["in", "-o", "out", "--quality", "0"], 2, &["0 is not in 1..=100"]),
    (&["in", "-o", "out", "--keep-alpha"], 2, &["keeps no transparency; add --format png or webp"]),
    (&["in", "-o", "out", "--memory", "12K"], 2, &["it takes 32M or more"]),
    (&["in", "-o", "out", "--memory", "much"], 2, &["write it like 512M or 2G"]),
    (&["in", "-o", "out", "--shard", "5/4"], 2, &["\"5/4\" is no share: write I/N", "2/4"]),
    (
        &["in", "-o", "out", "--name", "{stme}.{ext}"],
        2,
        &["there is no field {stme}; fields are {preset} {dir} {stem}"],
    ),
    (
        &["in", "-o", "out", "--name", "all.{ext}"],
        2,
        &["all.jpg from in/ana.jpg and in/ben.jpg", "keep {dir}/{stem}", "need {preset} in --name"],
    ),
    (&["in", "-o", "out", "--pick", "best"], 2, &["--roster <FILE>"]),
    (&["in", "-o", "out", "--roster", "staff.csv"], 2, &["staff.csv: the roster cannot be read"]),
    (&["in", "-o", "out", "--roster", "people.csv"], 2, &["people.csv:1: no column says which photo: name one file"]),
    (&["in", "-o", "out", "--overrides", "mine.toml"], 2, &["mine.toml:2:", "nudge"]),
    (&["in", "-o", "out", "-0"], 2, &["--null is about a list on standard input; add - as an input"]),
    (&["status", "in"], 1, &["in: there is no ledger.sqlite; give the folder that a run of headshot wrote to"]),
    (&["merge", "in"], 1, &["there is no report of a shard; run headshot with --shard first"]),
    (&["presets", "linkdin"], 2, &["did you mean \"linkedin\"?"]),
];

#[test]
fn each_mistake_is_told_with_what_to_do_and_costs_nothing() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    place.write("notes.txt", b"mine");
    place.write("door.toml", MISTYPED.as_bytes());
    place.write("people.csv", b"id,name\n1,Ana\n");
    place.write("mine.toml", b"[photo.\"ana.jpg\"]\nnudge = \"left\"\n");
    std::fs::create_dir(place.path("empty")).expect("created");
    let before = place.files(".");
    for (arguments, code, parts) in MISTAKES {
        let ran = place.run(arguments);
        assert_eq!(ran.code, *code, "{arguments:?}: {}", ran.stderr);
        for part in *parts {
            assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
        }
        assert_eq!(place.files("."), before, "{arguments:?}");
    }
}

/// A photo of a kind that this build does not read says which feature reads it.
#[cfg(not(feature = "avif-decode"))]
#[test]
fn a_kind_of_photo_that_is_not_built_in_names_its_feature() {
    use headshot::encode::{Encoding, encode};
    use headshot::photo::Raster;
    use headshot::preset::OutputFormat;
    let picture = Raster::Rgb(image::RgbImage::from_pixel(64, 64, image::Rgb([90, 120, 150])));
    let encoding = Encoding::new(OutputFormat::Avif).with_quality(50);
    let place = Workplace::with(&[("in/ana.avif", &encode(&picture, &encoding).expect("encodes").bytes)]);
    let ran = place.run(&["in", "-o", "out", "-p", "x"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr.contains("AVIF support is not built in: cargo install headshot --features avif-decode"),
        "{}",
        ran.stderr
    );
}
