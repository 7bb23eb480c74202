//! What is written for people to look over a run: contact sheet, table, copies with what was seen drawn in.

use crate::photos::{ANA, BEN, NOBODY, TWO_PEOPLE, broken};
use crate::run::{Workplace, number, outputs, word};
use serde_json::{Value, json};
use std::fs;

/// The data that are embedded in the contact sheet.
fn sheet(place: &Workplace, page: &str) -> Value {
    let page = String::from_utf8(place.read(page)).expect("the page is UTF-8");
    let (_, rest) = page.split_once("<script id=\"data\" type=\"application/json\">").expect("a block of data");
    let (data, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(data).expect("JSON")
}

fn entries(data: &Value) -> &[Value] {
    data["photos"].as_array().expect("a list of photos")
}

fn thumbnails(place: &Workplace) -> Vec<String> {
    place.files("out").into_iter().filter(|file| file.starts_with(".sheet/")).collect()
}

const SHEET: &[&str] = &["in", "-o", "out", "-p", "x,ad-thumbnail", "--sheet", "--quiet"];

#[test]
fn the_sheet_has_every_photo_with_its_thumbnail_and_what_is_pinned() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/ben.jpg", &BEN), ("in/wall.jpg", &NOBODY)]);
    place.write("in/broken.jpg", &broken());
    place.write("in/team/headshot.toml", b"[photo.\"ben.jpg\"]\nscale = 1.05\npreset.x.nudge = [0.01, 0]\n");
    let ran = place.run(SHEET);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let data = sheet(&place, "out/index.html");
    let records: Vec<Value> = entries(&data).iter().map(|entry| entry["record"].clone()).collect();
    assert_eq!(records, place.report("out"));
    for entry in entries(&data) {
        let is_read = !entry["record"]["photo"].is_null();
        assert_eq!(entry["thumbnail"].is_string(), is_read, "{entry}");
        if is_read {
            let picture = image::load_from_memory(&place.read(format!("out/{}", word(&entry["thumbnail"]))));
            let (width, height) = (picture.as_ref().expect("a picture").width(), picture.expect("a picture").height());
            let photo = &entry["record"]["photo"];
            let (shape, of_photo) =
                (f64::from(width) / f64::from(height), number(&photo["width"]) / number(&photo["height"]));
            assert!(width.max(height) <= 512 && (shape - of_photo).abs() < 0.01, "{width} x {height}");
        }
    }
    let ben = entries(&data).iter().find(|entry| entry["record"]["source"] == "team/ben.jpg").expect("there");
    assert_eq!(ben["pinned"], json!({"scale": 1.05, "preset": {"x": {"nudge": [0.01, 0.0], "scale": 1.05}}}));
    let shapes: Vec<&Value> = data["presets"].as_array().expect("a list").iter().map(|one| &one["shape"]).collect();
    assert_eq!(shapes, ["circle", "square"]);
    assert_eq!(thumbnails(&place).len(), 3);
}

#[test]
fn a_second_run_keeps_the_whole_sheet_and_thumbnails_go_with_their_photos() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    assert_eq!(place.run(SHEET).code, 0);
    let (first, before) = (sheet(&place, "out/index.html"), thumbnails(&place));
    assert_eq!(place.run(SHEET).code, 0);
    let second = sheet(&place, "out/index.html");
    for (one, other) in entries(&first).iter().zip(entries(&second)) {
        assert_eq!(other["record"]["outcome"], "unchanged");
        assert_eq!(one["thumbnail"], other["thumbnail"]);
        assert_eq!(one["record"]["outputs"], other["record"]["outputs"]);
    }
    assert_eq!(thumbnails(&place), before);
    fs::remove_file(place.path("in/ben.jpg")).expect("removed");
    assert_eq!(place.run(SHEET).code, 0);
    assert_eq!((entries(&sheet(&place, "out/index.html")).len(), thumbnails(&place).len()), (1, 1));
}

#[test]
fn a_sheet_that_is_asked_for_later_has_all_thumbnails_and_retouched_headshots_stay() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/ben.jpg", &BEN)]);
    assert_eq!(place.run(&SHEET[..5]).code, 0);
    assert!(!place.path("out/index.html").exists() && thumbnails(&place).is_empty());
    let retouched = place.read("out/x/ana.jpg");
    place.write("out/x/ben.jpg", &retouched);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x,ad-thumbnail", "--sheet"]).code, 4);
    assert!(place.read("out/x/ben.jpg") == retouched, "what somebody changed is made anew for a thumbnail's sake");
    let data = sheet(&place, "out/index.html");
    let has_thumbnail: Vec<bool> = entries(&data).iter().map(|entry| entry["thumbnail"].is_string()).collect();
    assert_eq!(has_thumbnail, [true, false]);
}

/// Whoever picks a face on the sheet counts those that a closer look shows.
#[test]
fn a_photo_of_several_lists_everybody_for_the_sheet() {
    let place = Workplace::with(&[("in/two.jpg", &TWO_PEOPLE)]);
    place.run(&["in", "-o", "all", "-p", "ad-thumbnail", "--faces", "all"]);
    place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--sheet"]);
    let count = |output: &str| place.only_record(output)["faces"].as_array().map(Vec::len);
    assert_eq!(count("out"), count("all"));
}

#[test]
#[cfg(unix)]
fn names_of_files_are_text_in_the_sheet_and_no_formula_in_the_table() {
    // The first is a file in a folder called `<`.
    let hostile = ["</script><script>alert(1)<!--.jpg", "<img src=x onerror=alert(1)>.jpg", "=cmd|'calc'!A1.jpg"];
    let place = Workplace::new();
    hostile.iter().for_each(|name| place.write(format!("in/{name}"), &ANA));
    assert_eq!(place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--sheet", "--csv"]).code, 0);
    let page = String::from_utf8(place.read("out/index.html")).expect("UTF-8");
    assert_eq!(page.matches("</script>").count(), 2, "one behind the data, one behind the script");
    assert!(!page.contains("<img") && !page.contains("<!--"));
    let data = sheet(&place, "out/index.html");
    let mut names: Vec<&str> = entries(&data).iter().map(|entry| word(&entry["record"]["source"])).collect();
    names.sort_unstable();
    let mut expected = hostile;
    expected.sort_unstable();
    assert_eq!(names, expected);
    let table = String::from_utf8(place.read("out/report.csv")).expect("UTF-8");
    assert!(table.contains("\r\n'=cmd|'calc'!A1.jpg,written"), "{table}");
}

#[test]
fn the_table_has_a_row_for_each_output_and_each_photo_without() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/wall.jpg", &NOBODY)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x,ad-thumbnail", "--csv", "--quiet"]).code, 4);
    let table = String::from_utf8(place.read("out/report.csv")).expect("UTF-8");
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[0].starts_with("\u{feff}source,outcome,"), "{table}");
    assert_eq!(rows.len(), 4, "{table}");
    let record = &place.report("out")[0];
    for (row, output) in rows[1..3].iter().zip(outputs(record)) {
        assert!(row.starts_with("ana.jpg,written,") && row.contains(word(&output["path"])), "{row}");
    }
    assert!(rows[3].starts_with("wall.jpg,refused,,unusable,no-face,"), "{}", rows[3]);
}

#[test]
fn an_overlay_is_a_copy_of_the_photo_and_never_over_a_source() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("in/team/wall.jpg", &NOBODY)]);
    for _ in 0..2 {
        assert_eq!(place.run(&["in", "-o", "out", "-p", "x", "--overlay", "seen", "--quiet"]).code, 4);
    }
    assert_eq!(place.files("seen"), ["ana.jpg.overlay.jpg", "team/wall.jpg.overlay.jpg"]);
    let read = |bytes: &[u8]| image::load_from_memory(bytes).expect("a picture").to_rgb8();
    let (photo, copy) = (read(&ANA), read(&place.read("seen/ana.jpg.overlay.jpg")));
    assert_eq!(photo.dimensions(), copy.dimensions());
    let [x, y] = [0, 1].map(|axis| {
        let eyes = &place.report("out")[0]["head"]["eyes"];
        f64::midpoint(number(&eyes[0][axis]), number(&eyes[1][axis]))
    });
    let [red, green, _] = copy.get_pixel(x as u32, y as u32).0;
    assert!(red > 150 && red > green + 60, "the eye line passes through {x}, {y}: {red} {green}");
    for (folder, told) in [("in/seen", "lies in the input folder"), ("out", "is the output folder")] {
        let ran = place.run(&["in", "-o", "out", "-p", "x", "--overlay", folder]);
        assert!(ran.code == 2 && ran.stderr.contains(told), "{}: {}", ran.code, ran.stderr);
    }
    assert!(!place.path("in/seen").exists());
    assert_eq!(place.run(&["in/ana.jpg", "-o", "other", "-p", "x", "--overlay", "in", "--quiet"]).code, 0);
    assert!(place.read("in/ana.jpg") == *ANA);
}

#[test]
fn a_dry_run_writes_none_of_it() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    let ran = place.run(&["in", "-o", "out", "-p", "x", "--sheet", "--csv", "--overlay", "seen", "--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!place.path("out").exists() && !place.path("seen").exists());
}

/// A sheet that cannot be written is told, and the run is what it would have been.
#[test]
fn a_sheet_that_cannot_be_written_harms_nothing() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    place.write("out/index.html/in-the-way", b"");
    place.write("out/.sheet", b"in the way");
    let ran = place.run(&["in", "-o", "out", "-p", "x", "--sheet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("index.html: cannot be written") && ran.stderr.contains(".sheet"), "{}", ran.stderr);
    assert_eq!(outputs(&place.only_record("out")).len(), 1);
}
