//! The corpus, its ground truth, and runs of the real program over it.

use headshot::geometry::{Point, Rect};
use headshot::report::line::{FaceLine, OutputLine, RecordLine, read};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was measured by hand of one photo, in upright pixels.
#[derive(Deserialize)]
pub struct Truth {
    pub size_upright: [f64; 2],
    /// Left, top, width, height.
    #[serde(rename = "face_box_xywh")]
    pub face: [f64; 4],
    #[serde(rename = "eyes_image_left_right")]
    pub eyes: [[f64; 2]; 2],
    pub eye_mid: [f64; 2],
    pub chin: [f64; 2],
    pub crown: Option<[f64; 2]>,
    pub crown_y: f64,
    pub roll_deg: Option<f64>,
    pub quality: String,
    crown_touches_frame_top: bool,
    head_cut_by_frame: bool,
}

impl Truth {
    /// Whether the photo itself cuts the head or ends at it.
    pub fn cut_by_photo(&self) -> bool {
        self.head_cut_by_frame || self.crown_touches_frame_top
    }

    pub fn face_centre(&self) -> Point {
        let [x, y, width, height] = self.face;
        Rect::new(x, y, width, height).centre()
    }
}

/// Whether a check of this code warns or fails.
pub fn is_flagged(record: &RecordLine, code: &str) -> bool {
    record.checks.iter().any(|check| check.code == code && check.level != "ok")
}

/// The codes of the checks that fail.
pub fn failed(record: &RecordLine) -> Vec<&str> {
    let failed = record.checks.iter().filter(|check| check.level == "fail");
    failed.map(|check| check.code.as_str()).collect()
}

/// Whether a face holds a point of the upright photo.
pub fn holds(face: &FaceLine, point: Point) -> bool {
    let Rect { x, y, .. } = face.rect;
    (x..=face.rect.right()).contains(&point.x) && (y..=face.rect.bottom()).contains(&point.y)
}

/// Whether a point of the upright photo lies in the crop.
pub fn shows(output: &OutputLine, point: Point) -> bool {
    let point = output.transform.apply(point);
    (0.0..=f64::from(output.width)).contains(&point.x) && (0.0..=f64::from(output.height)).contains(&point.y)
}

/// The folder beside the repository that holds the corpus and its scoring. A test that calls this is ignored where the
/// build script found no corpus.
pub fn shared() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    assert!(folder.join("corpus/truth.json").is_file(), "no corpus in {}", folder.display());
    folder
}

/// The ground truth of the portraits, by file name.
pub fn portrait_truths(shared: &Path) -> BTreeMap<String, Truth> {
    #[derive(Deserialize)]
    struct File {
        photos: BTreeMap<String, Truth>,
    }
    let file: File = serde_json::from_slice(&fs::read(shared.join("corpus/truth.json")).unwrap()).unwrap();
    let portrait = |(path, truth): (String, Truth)| Some((path.strip_prefix("portraits/")?.to_owned(), truth));
    file.photos.into_iter().filter_map(portrait).collect()
}

/// An empty folder of this name below the target folder. It stays after the test, so that its crops can be looked at.
pub fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quality").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs the program over `input`, with the output in the folder `name` of [`empty_folder`], and reads its report.
///
/// A run ends with "all written", "some refused or in review", or "some failed": variants in formats that a build may
/// not read.
pub fn run(input: &Path, name: &str, arguments: &[&str]) -> (PathBuf, BTreeMap<String, RecordLine>) {
    let output = empty_folder(name);
    let mut program = Command::new(env!("CARGO_BIN_EXE_headshot"));
    let result = program.arg(input).arg("-o").arg(&output).args(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&result.stderr);
    assert!(matches!(result.status.code(), Some(0 | 3 | 4)), "{} {}: {complaint}", input.display(), result.status);
    let report = BufReader::new(fs::File::open(output.join("report.jsonl")).unwrap());
    let records = read(report).map(Result::unwrap);
    (output, records.map(|record| (record.source.clone(), record)).collect())
}
