//! The cascade: windows are proposed, judged and moved three times, and merged.
//!
//! `rustface` answers every question (which windows, is this a face, where exactly) and this module asks them, because
//! `rustface` 0.1.7 is not safe to run by itself: before each network it copies the window that the one before has
//! moved (`get_window_data`), through raw pointers, as if its top left corner were inside the picture and its side two
//! pixels at least. A crafted picture need not grant that.
//!
//! Here it never makes that copy, whatever the picture: it makes it only for the stages of a model's second level and
//! beyond, and no model that it is given has any ([`super::model`]). What it still does without checks is to reduce the
//! picture, to 40 pixels a side and never less, and to add up tables of a picture or of a window of 40 x 40: all of it
//! places that depend on the size alone. The windows come from [`window`], whose places are checked.

use super::model::{Judge, Models};
use super::window::{WINDOW, window};
use image::GrayImage;
use rustface::{Detector, ImageData, Model, create_detector_with_model};

/// From which shared part (intersection over union) on two windows become one, after each network; `None` for not at
/// all. From the SeetaFace engine.
const MERGED_FROM: [Option<f32>; 3] = [Some(0.8), None, Some(0.3)];

/// A square that may hold a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Pixels from the picture's left edge; may be negative.
    pub x: i32,
    /// Pixels from the top edge; may be negative.
    pub y: i32,
    /// In pixels, not negative.
    pub side: i32,
    /// Of the stage that judged it last; of merged ones the sum.
    pub score: f64,
}

/// All faces in `picture`, whose sides are at least [`WINDOW`], with scores from just above 0.5.
pub fn faces(models: &Models, picture: &GrayImage) -> Vec<Candidate> {
    let mut candidates = asked(&mut ready(&models.proposer), picture);
    for (judge, merged_from) in models.judges.iter().zip(MERGED_FROM) {
        let mut judge = Judging::new(judge);
        candidates = candidates.iter().filter_map(|candidate| judge.moved(picture, candidate)).collect();
        if let Some(share) = merged_from {
            candidates = merged(candidates, share);
        }
    }
    candidates
}

/// A detector for the whole of a picture's windows or, where the picture is one window, for that.
fn ready(model: &Model) -> Box<dyn Detector> {
    let mut detector = create_detector_with_model(model.clone());
    detector.set_score_thresh(f64::MIN_POSITIVE);
    detector
}

fn asked(detector: &mut Box<dyn Detector>, picture: &GrayImage) -> Vec<Candidate> {
    debug_assert!(picture.width().min(picture.height()) >= WINDOW);
    let found = detector.detect(&ImageData::new(picture.as_raw(), picture.width(), picture.height()));
    let candidate = |face: &rustface::FaceInfo| Candidate {
        x: face.bbox().x(),
        y: face.bbox().y(),
        side: face.bbox().width() as i32,
        score: face.score(),
    };
    found.iter().map(candidate).collect()
}

/// A network at work. A `rustface` detector changes while it works and stays on its thread, so each call has its own.
struct Judging<'a> {
    judge: &'a Judge,
    score: Box<dyn Detector>,
    /// Few pictures have a window that passes.
    moves: Option<Box<dyn Detector>>,
}

impl<'a> Judging<'a> {
    fn new(judge: &'a Judge) -> Self {
        Self { judge, score: ready(&judge.score), moves: None }
    }

    /// `candidate` where the network sees the face, `None` where it sees none.
    fn moved(&mut self, picture: &GrayImage, candidate: &Candidate) -> Option<Candidate> {
        let seen = window(picture, candidate.x, candidate.y, candidate.side)?;
        let score = asked(&mut self.score, &seen).first()?.score;
        let moves = asked(self.moves.get_or_insert_with(|| ready(&self.judge.moves)), &seen);
        let answers: Vec<f32> = moves.iter().map(|answer| answer.score as f32 * 2.0 - 1.0).collect();
        // An answer that 32 bits do not tell from 0 would be missing.
        let &[right, down, larger] = &answers[..] else { return None };
        let side = candidate.side as f32;
        let new_side = (larger * side + side + 0.5).floor();
        // The engine moves a square that begins before the picture as if it began at its edge.
        let moved =
            |from: i32, by: f32| (by * side + from.max(0) as f32 + (side - new_side) * 0.5 + 0.5).floor() as i32;
        Some(Candidate { x: moved(candidate.x, right), y: moved(candidate.y, down), side: new_side as i32, score })
    }
}

/// The best of all squares that share at least this part, with the sum of their scores; best first.
fn merged(mut candidates: Vec<Candidate>, share: f32) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept = Vec::new();
    while let [best, rest @ ..] = &candidates[..] {
        let (same, others): (Vec<Candidate>, _) = rest.iter().partition(|other| shared_part(best, other) > share);
        kept.push(Candidate { score: same.iter().fold(best.score, |sum, other| sum + other.score), ..*best });
        candidates = others;
    }
    kept
}

/// Intersection over union, 0..=1.
fn shared_part(a: &Candidate, b: &Candidate) -> f32 {
    let extent = |from: i32, other: i32| (from + a.side).min(other + b.side) - from.max(other);
    let (width, height) = (extent(a.x, b.x), extent(a.y, b.y));
    if width <= 0 || height <= 0 {
        return 0.0;
    }
    let shared = (width * height) as f32;
    shared / ((a.side * a.side) as f32 + (b.side * b.side) as f32 - shared)
}
