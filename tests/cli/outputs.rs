//! The written files: formats, limits, density, orientation, metadata.

use crate::photos::{ANA, cut_out, sideways, sideways_with_exif};
use crate::run::{Workplace, number, outputs, word};
use headshot::preset::OutputFormat;
use serde_json::Value;

/// The first output of a run over one photo.
fn first_output(place: &Workplace, output: &str) -> Value {
    outputs(&place.only_record(output))[0].clone()
}

#[test]
fn every_format_is_what_its_name_says() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    for (format, kind) in [("png", image::ImageFormat::Png), ("webp", image::ImageFormat::WebP)] {
        assert_eq!(place.run(&["in", "-o", format, "-p", "x", "--format", format]).code, 0);
        assert_eq!(place.files(format), ["report.jsonl".to_owned(), format!("x/ana.{format}")]);
        let bytes = place.read(format!("{format}/x/ana.{format}"));
        assert_eq!(image::guess_format(&bytes).expect("a picture"), kind);
        let picture = image::load_from_memory(&bytes).expect("decodes");
        assert_eq!((picture.width(), picture.height()), (400, 400));
    }
    assert!(first_output(&place, "png").get("quality").is_none(), "PNG has none");
}

/// No decoder of AVIF is at hand: its signature and its image size box (ISO 23008-12, `ispe`) are looked at.
#[test]
fn avif_has_the_signature_and_the_size() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--format", "avif"]).code, 0);
    let bytes = place.read("out/ad-thumbnail/ana.avif");
    assert_eq!(&bytes[4..12], b"ftypavif");
    let size = bytes.windows(4).position(|window| window == b"ispe").expect("the box that holds the size") + 8;
    assert_eq!(bytes[size..size + 8], [0, 0, 0, 96, 0, 0, 0, 96]);
}

#[test]
fn a_byte_limit_holds_and_the_quality_that_it_took_is_told() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    place.run(&["in", "-o", "thumbnail", "-p", "ad-thumbnail"]);
    assert!(number(&first_output(&place, "thumbnail")["bytes"]) <= 10_000.0);

    let x = place.run(&["presets", "x"]).stdout;
    place.write("small.toml", x.replace("max_bytes = 2000000", "max_bytes = 7000").as_bytes());
    let ran = place.run(&["in", "-o", "small", "-p", "small.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let output = first_output(&place, "small");
    assert_eq!(place.read("small/x/ana.jpg").len() as f64, number(&output["bytes"]));
    assert!(number(&output["bytes"]) <= 7_000.0, "{output}");
    assert!((30.0..90.0).contains(&number(&output["quality"])), "{output}");

    place.write("smallest.toml", x.replace("max_bytes = 2000000", "max_bytes = 1000").as_bytes());
    let ran = place.run(&["in", "-o", "smallest", "-p", "smallest.toml"]);
    assert_eq!((ran.code, place.files("smallest")), (4, vec!["report.jsonl".to_owned()]), "{}", ran.stderr);
    assert_eq!(place.only_record("smallest")["reason"], "over-byte-limit");
}

#[test]
fn a_preset_for_print_writes_its_density() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    place.run(&["in", "-o", "out", "-p", "resume"]);
    // JFIF 1.02, unit 1 = dots per inch, 300 x 300.
    assert_eq!(place.read("out/resume/ana.jpg")[6..18], *b"JFIF\0\x01\x02\x01\x01\x2c\x01\x2c");
    place.run(&["in", "-o", "png", "-p", "resume", "--format", "png"]);
    let png = place.read("png/resume/ana.png");
    let density = png.windows(4).position(|window| window == b"pHYs").expect("a pHYs chunk") + 4;
    // 300 dots per inch in dots per metre.
    assert_eq!(png[density..density + 4], 11_811u32.to_be_bytes());
}

#[test]
fn a_quality_asked_for_is_the_quality_used() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    for quality in ["40", "95"] {
        place.run(&["in", "-o", quality, "-p", "slack", "--quality", quality]);
    }
    let bytes = |folder: &str| number(&first_output(&place, folder)["bytes"]);
    assert!(bytes("40") < 0.7 * bytes("95"), "{} and {}", bytes("40"), bytes("95"));
    assert_eq!(first_output(&place, "40")["quality"], 40);
}

#[test]
fn a_photo_stored_on_its_side_is_cropped_upright_and_its_metadata_stay_behind() {
    let secret = "51.4779 N, 0.0015 W";
    let (photo, truth) = sideways_with_exif(secret);
    let has_secret = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(has_secret(&photo));
    let place = Workplace::with(&[("lying/ana.jpg", &photo), ("standing/ana.jpg", &ANA)]);
    for format in OutputFormat::ALL.map(OutputFormat::code) {
        place.run(&["lying", "-o", format, "-p", "x", "--format", format]);
        let file = word(&first_output(&place, format)["path"]).to_owned();
        assert!(!has_secret(&place.read(format!("{format}/{file}"))), "{file}");
    }
    let record = place.only_record("png");
    assert_eq!((number(&record["photo"]["width"]), number(&record["photo"]["height"])), (600.0, 800.0));
    for (eye, (x, y)) in record["head"]["eyes"].as_array().expect("two eyes").iter().zip(truth.eyes) {
        let apart = (number(&eye[0]) - x).hypot(number(&eye[1]) - y);
        assert!(apart < 0.03 * truth.head_height, "{eye} is {apart:.1} from ({x:.1}, {y:.1})");
    }

    place.run(&["standing", "-o", "upright", "-p", "x", "--format", "png"]);
    let [lying, standing] =
        ["png/x/ana.png", "upright/x/ana.png"].map(|path| image::load_from_memory(&place.read(path)).expect("decodes"));
    assert_eq!(lying.width(), standing.width());
    let mean = mean_difference(&lying.to_rgb8(), &standing.to_rgb8());
    assert!(mean < 4.0, "the crops differ by {mean:.1} of 255 on average");
}

#[test]
fn a_photo_that_lies_on_its_side_is_turned_and_the_report_says_so() {
    let place = Workplace::with(&[("in/upright.jpg", &ANA), ("in/sideways.jpg", &sideways())]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "x"]).code, 0);
    let [sideways, upright] = &place.report("out")[..] else { panic!("two records") };
    assert_eq!((&sideways["turned"], &upright["turned"]), (&serde_json::json!(90), &serde_json::Value::Null));
    let picture = |name: &str| image::open(place.path(name)).expect("decodes").to_rgb8();
    let (turned, upright) = (picture("out/x/sideways.jpg"), picture("out/x/upright.jpg"));
    assert_eq!(turned.dimensions(), upright.dimensions());
    let mean = mean_difference(&turned, &upright);
    assert!(mean < 4.0, "the crops differ by {mean:.1} of 255 on average");
}

/// Mean difference of two pictures of one size, of 255.
fn mean_difference(one: &image::RgbImage, other: &image::RgbImage) -> f64 {
    let apart: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    apart as f64 / one.len() as f64
}

/// The colour hidden under the transparent parts of [`cut_out`] would be seen as a fringe.
fn has_a_fringe(picture: &image::RgbImage) -> bool {
    picture.pixels().any(|pixel| pixel[0].min(pixel[2]).saturating_sub(pixel[1]) > 60)
}

#[test]
fn transparent_parts_stay_so_on_demand_and_get_the_background_otherwise() {
    let place = Workplace::with(&[("in/ana.png", &cut_out())]);
    let ran = place.run(&["in", "-o", "kept", "-p", "x", "--format", "png", "--keep-alpha", "--allow-upscale"]);
    assert!(matches!(ran.code, 0 | 4), "{}", ran.stderr);
    let kept = image::load_from_memory(&place.read("kept/x/ana.png")).expect("decodes");
    assert!(kept.color().has_alpha());
    let kept = kept.to_rgba8();
    assert_eq!((kept.get_pixel(4, 4)[3], kept.get_pixel(200, 200)[3]), (0, 255));

    let x = place.run(&["presets", "x"]).stdout;
    place.write("blue.toml", x.replace("shape = ", "background = \"#20406f\"\nshape = ").as_bytes());
    for (output, preset, background) in [("white", "x", [255, 255, 255]), ("blue", "blue.toml", [0x20, 0x40, 0x6f])] {
        place.run(&["in", "-o", output, "-p", preset, "--allow-upscale"]);
        let flat = image::load_from_memory(&place.read(format!("{output}/x/ana.jpg"))).expect("decodes").to_rgb8();
        let corner = flat.get_pixel(4, 4).0;
        assert!(corner.iter().zip(background).all(|(value, wanted)| value.abs_diff(wanted) <= 3), "{corner:?}");
        assert!(!has_a_fringe(&flat), "{preset}");
        let own = |x: u32, y: u32| (flat.get_pixel(x, y).0, kept.get_pixel(x, y).0);
        let (jpeg, png) = own(200, 180);
        assert!((0..3).all(|channel| jpeg[channel].abs_diff(png[channel]) < 16), "{jpeg:?} {png:?}");
    }
}

#[test]
fn every_headshot_that_could_not_be_written_is_accounted_for() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA), ("out/ad-thumbnail/ana.jpg/in the way", b"")]);
    let ran = place.run(&["in", "-o", "out", "-p", "teams-365,ad-thumbnail,x"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let record = place.only_record("out");
    let presets = |list: &str| -> Vec<String> {
        let list = record[list].as_array().expect("a list");
        list.iter().map(|of_preset| word(&of_preset["preset"]).to_owned()).collect()
    };
    assert_eq!(
        (presets("outputs"), presets("refused")),
        (vec!["teams-365".into()], vec!["ad-thumbnail".into(), "x".into()])
    );
    assert_eq!(word(&record["refused"][1]["reason"]), "not-written");
    let told = word(&record["refused"][1]["message"]);
    assert!(told.starts_with("not tried after another could not be written: "), "{told}");
}
