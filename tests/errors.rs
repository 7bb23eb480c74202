//! What those who embed the library are told when something goes wrong: of a photo what happened in one field and what
//! to do next in another, of a run what it comes from.

use headshot::check::verdict::Verdict;
use headshot::detect::Face;
use headshot::encode::{Encoding, encode};
use headshot::error::{Error, Failure, Reason};
use headshot::frame::output_size;
use headshot::geometry::Rect;
use headshot::intake::take;
use headshot::memory::MemoryBudget;
use headshot::photo::{Limits, Photo, Raster, decode};
use headshot::pipeline::{Cropped, Cropper, Faces, Options};
use headshot::preset::{self, OutputFormat, Preset};
use headshot::publish::OutputFolder;
use headshot::subject::choice::choose;
use headshot::walk::{Input, Source, walk};
use image::{ImageFormat, RgbImage};
use std::collections::BTreeSet;
use std::error::Error as _;
use std::io::{self, Cursor, ErrorKind};
use std::num::NonZeroUsize;
use std::path::Path;

const SAMPLE: &[u8] = include_bytes!("../samples/astronaut.png");

/// A flat picture as a file.
fn flat(grey: u8, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_pixel(200, 200, image::Rgb([grey; 3])).write_to(&mut file, format).expect("encodes");
    file.into_inner()
}

fn half(file: &[u8]) -> &[u8] {
    &file[..file.len() / 2]
}

/// Of files that are no photo, damaged or too large.
fn of_reading() -> Vec<Failure> {
    let (jpeg, gif) = (flat(90, ImageFormat::Jpeg), flat(90, ImageFormat::Gif));
    let files: [&[u8]; 12] = [
        b"",
        b"a letter",
        b"<html><body>log in</body></html>",
        b"PK\x03\x04 an archive",
        b"version https://git-lfs.github.com/spec/v1",
        b"%PDF-1.7",
        b"8BPS a layered picture",
        b"\x07\x07\x07\x07",
        b"\0\0\0\x0CjP  \r\n\x87\n",
        half(&jpeg),
        half(SAMPLE),
        half(&gif),
    ];
    let limits = Limits::new();
    let small = [limits.with_max_pixels(9), limits.with_max_side(9), limits.with_max_bytes(9)];
    let refused = files.into_iter().map(|file| decode(file, &limits).expect_err("it is no whole photo"));
    let too_large = small.map(|limits| decode(&jpeg, &limits).expect_err("too large"));
    let nothing = Photo::from_rgb(RgbImage::new(0, 0)).expect_err("it has no pixel");
    refused.chain(too_large).chain([nothing]).collect()
}

/// Of files that are not there, too large for the budget, or cannot be written.
fn of_files() -> Vec<Failure> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let photo = folder.path().join("ana.png");
    std::fs::write(&photo, flat(90, ImageFormat::Png)).expect("written");
    let taken = |path: &Path, capacity: u64| {
        take(path, &MemoryBudget::new(capacity), |_| 20_000).expect_err("there is no such photo, or no room")
    };
    let mut failures =
        vec![taken(&folder.path().join("nobody.png"), 1 << 20), taken(&photo, 10), taken(&photo, 10_000)];
    let output = OutputFolder::open(folder.path(), &[Source::at("ana.png", &photo)], None).expect("opens");
    failures.push(output.publish(Path::new("ana.png"), b"x").expect_err("it is a photo"));
    failures.push(output.publish(Path::new("ana.png/ana.jpg"), b"x").expect_err("a file is no folder"));
    failures
}

/// Of the stages by themselves.
fn of_stages() -> Vec<Failure> {
    let linkedin = &preset::select(&["linkedin".to_owned()]).expect("built in")[0];
    let face = |x: f64| Face { rect: Rect::new(x, 0.0, 90.0, 90.0), score: 0.9, landmarks: None };
    let chosen = |count: usize, who: Faces, pinned: usize| {
        let mut faces: Vec<Face> = [0.0, 200.0].map(face).into_iter().take(count).collect();
        choose(&mut faces, who, NonZeroUsize::new(pinned)).expect_err("nobody is chosen")
    };
    let busy = RgbImage::from_fn(300, 300, |x, y| image::Rgb([(x * x + 7 * y * y) as u8; 3]));
    let encoded =
        |picture: RgbImage, encoding: &Encoding| encode(&Raster::Rgb(picture), encoding).expect_err("no file");
    vec![
        chosen(0, Faces::Main, 0),
        chosen(2, Faces::Only, 0),
        chosen(2, Faces::Main, 3),
        output_size(100.0, linkedin, false).expect_err("too small"),
        encoded(busy, &Encoding::new(OutputFormat::Png).with_max_bytes(100)),
        encoded(RgbImage::new(16_384, 1), &Encoding::new(OutputFormat::Webp)),
        Failure::internal("a bug"),
    ]
}

/// Of photos that went all the way.
fn of_photos() -> Vec<Failure> {
    let made = |photo: &[u8], change: &dyn Fn(&mut Options)| -> Vec<Failure> {
        let mut options = Options::default();
        options.limits = Limits::new().with_allow_damaged(true);
        change(&mut options);
        let cropper = Cropper::builder().preset("linkedin").preset("actor-8x10").options(options).build();
        let cropped = cropper.expect("valid").process(photo).expect("it is read");
        let Cropped { refused, doubts, missing, .. } = cropped;
        refused.into_iter().chain(doubts).chain(missing.into_iter().map(|missing| missing.why)).collect()
    };
    let jpeg = flat(4, ImageFormat::Jpeg);
    let cut = SAMPLE.len() * 9 / 10;
    [
        made(SAMPLE, &|_| {}),
        made(SAMPLE, &|options| options.only_verdicts = vec![Verdict::Unusable]),
        made(&SAMPLE[..cut], &|_| {}),
        made(&SAMPLE[..cut], &|options| options.strict = true),
        made(half(&jpeg), &|_| {}),
    ]
    .concat()
}

#[test]
fn no_message_of_a_failure_names_a_flag_but_its_advice_does() {
    let mut flags = BTreeSet::new();
    for failure in of_reading().into_iter().chain(of_files()).chain(of_stages()).chain(of_photos()) {
        assert!(!failure.message.contains("--"), "a flag is advice: {}", failure.message);
        assert!(!failure.message.contains("; "), "what to do next is advice: {}", failure.message);
        let advice = failure.advice.as_deref().unwrap_or_else(|| panic!("nothing is advised: {failure}"));
        let sentence = failure.sentence();
        assert!(sentence.starts_with(&failure.message) && sentence.ends_with(advice), "{sentence}");
        assert_eq!(failure.to_string(), format!("{}: {sentence}", failure.reason));
        let words = advice.split([' ', ',', ')']).filter(|word| word.starts_with("--"));
        flags.extend(words.map(str::to_owned));
    }
    let told: Vec<&str> = flags.iter().map(String::as_str).collect();
    let with_a_feature = if cfg!(feature = "jp2") { None } else { Some("--features") };
    let mut all = vec!["--allow-damaged", "--allow-upscale", "--faces", "--format", "--max-pixels", "--memory"];
    all.extend(["--only-verdict", "--strict"].into_iter().chain(with_a_feature));
    all.sort_unstable();
    assert_eq!(told, all);
}

#[test]
fn a_sentence_is_its_message_and_its_advice() {
    let failure = Failure::new(Reason::NoFace, "no face was found");
    assert_eq!((failure.sentence(), failure.advice.clone()), (failure.message.clone(), None));
    let mut failure = failure.advised("look again").advised("then give up");
    assert_eq!(failure.sentence(), "no face was found; look again; then give up");
    failure.advice = None;
    assert_eq!(failure.to_string(), "no-face: no face was found");
}

/// What the system said, where `error` comes from that.
fn kind(error: &Error) -> Option<ErrorKind> {
    error.source()?.downcast_ref::<io::Error>().map(io::Error::kind)
}

#[test]
fn what_the_system_said_can_be_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (missing, file) = (folder.path().join("missing"), folder.path().join("file"));
    std::fs::write(&file, "no folder").expect("written");
    let not_walked = walk(&[Input::Path(missing.clone())], folder.path()).expect_err("there is no such folder");
    assert_eq!((kind(&not_walked), not_walked.exit_code()), (Some(ErrorKind::NotFound), 1));
    assert!(not_walked.to_string().ends_with("missing: there is no such file or folder; check the path"));
    let not_read = Preset::read(&missing.join("door.toml")).expect_err("there is no such preset");
    assert_eq!((kind(&not_read), not_read.exit_code()), (Some(ErrorKind::NotFound), 2));
    let said = not_read.source().expect("it has one").to_string();
    assert_eq!(not_read.to_string().matches(&said).count(), 1, "told once: {not_read}");
    let not_made = OutputFolder::open(&file.join("out"), &[], None).expect_err("a file holds no folder");
    assert!(kind(&not_made).is_some(), "{not_made:?}");
}

#[test]
fn mistakes_in_a_preset_file_come_from_its_reader_and_mistakes_of_the_caller_from_nowhere() {
    let no_toml = Preset::parse("name = ", "door.toml").expect_err("it ends early");
    assert!(no_toml.source().is_some_and(|source| source.to_string().contains("TOML")), "{no_toml:?}");
    let unknown = Cropper::builder().preset("linkdin").build().expect_err("there is no such preset");
    assert!(matches!(unknown, Error::Usage { source: None, .. }), "{unknown:?}");
    let held = OutputFolder::open(tempfile::tempdir().expect("a folder").path(), &[], None).map(|first| {
        OutputFolder::open(first.path(), &[], None).expect_err("another run has it").caused_by("somebody else")
    });
    assert!(held.expect("free").source().is_none(), "a folder that is held is no fault of the system");
}

#[cfg(feature = "ledger")]
#[test]
fn what_the_ledgers_database_said_is_kept() {
    use headshot::ledger::{reader::Reader, store::LEDGER_NAME};
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(LEDGER_NAME), "no database".repeat(100)).expect("written");
    let error = Reader::open(folder.path(), LEDGER_NAME).expect_err("it is no ledger");
    let said = error.source().expect("it has one").to_string();
    assert_eq!(error.to_string().matches(&said).count(), 1, "told once: {error}");
}
