//! `headshot inspect`.

use crate::photos::{ANA, broken, cut_out, sideways_with_exif};
use crate::run::Workplace;

#[test]
fn a_photo_is_described() {
    let (sideways, _) = sideways_with_exif("secret");
    let place = Workplace::with(&[("ana.jpg", &ANA), ("turned.jpg", &sideways), ("cut.jpg", &cut_out())]);
    let ran = place.run(&["inspect", "ana.jpg", "turned.jpg", "cut.jpg"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let photos: Vec<&str> = ran.stdout.split_inclusive("none\n").collect();
    assert!(photos[0].starts_with("ana.jpg\n  format       JPEG, "), "{}", ran.stdout);
    for line in [
        "stored       600 x 800 pixels, 0.5 megapixels",
        "orientation  upright as stored (EXIF 1): 600 x 800",
        "colours      sRGB (no profile)",
        "transparency none",
    ] {
        assert!(photos[0].contains(line), "{line}: {}", ran.stdout);
    }
    assert!(photos[1].contains("turned by 90 degrees clockwise (EXIF 6): 600 x 800"), "{}", ran.stdout);
    // The name says JPEG, the content does not.
    assert!(photos[2].contains("format       PNG") && photos[2].contains("transparency in parts"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_read_says_why_and_counts() {
    let place =
        Workplace::with(&[("broken.jpg", &broken()), ("notes.jpg", b"minutes of the meeting"), ("in/ana.jpg", &ANA)]);
    let ran = place.run(&["inspect", "broken.jpg", "notes.jpg", "missing.jpg", "in"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.contains("stored       600 x 800") && ran.stdout.contains("it ends early"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not read     text, not a picture"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("missing.jpg: the file cannot be read") && ran.stderr.contains("in: is a folder"),
        "{}",
        ran.stderr
    );
    let ran = place.run(&["inspect", "--allow-damaged", "broken.jpg"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("damage       the JPEG is damaged"), "{}", ran.stdout);
}

#[test]
fn json_is_one_line_a_photo() {
    let place = Workplace::with(&[("ana.jpg", &ANA), ("broken.jpg", &broken())]);
    let ran = place.run(&["inspect", "--json", "ana.jpg", "broken.jpg"]);
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["source"], &lines[0]["format"]), (&"ana.jpg".into(), &"JPEG".into()));
    assert_eq!(
        (&lines[0]["picture"]["orientation"], &lines[0]["picture"]["colours"]),
        (&1.into(), &"sRGB (no profile)".into())
    );
    assert_eq!((&lines[1]["picture"], &lines[1]["failure"]["reason"]), (&serde_json::Value::Null, &"damaged".into()));
}

/// What a run would refuse before it is decoded is not decoded here either.
#[test]
fn limits_of_size_and_memory_hold_as_in_a_run() {
    let place = Workplace::new();
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::GrayImage::new(9000, 5000);
    picture.write_to(&mut png, image::ImageFormat::Png).expect("encoded");
    place.write("in/large.png", png.get_ref());
    for limit in [["--memory", "32M"], ["--max-pixels", "40"]] {
        let run = place.run(&[&["in", "-o", "out", "-p", "x"][..], &limit].concat());
        let record = place.only_record("out");
        assert_eq!((run.code, &record["reason"]), (3, &"too-large".into()), "{limit:?}");
        let seen = place.run(&[&["inspect", "in/large.png", "-p", "x"][..], &limit].concat());
        assert_eq!(seen.code, 3, "{}", seen.stderr);
        let line = seen.stdout.lines().find_map(|line| line.trim().strip_prefix("not read     "));
        assert_eq!(line, record["message"].as_str(), "{limit:?}: {}", seen.stdout);
        assert!(seen.stdout.contains("stored       9000 x 5000 pixels"), "{}", seen.stdout);
        let json = place.run(&[&["inspect", "--json", "in/large.png", "-p", "x"][..], &limit].concat());
        assert!(json.stdout.contains("\"reason\":\"too-large\""), "{}", json.stdout);
    }
}
