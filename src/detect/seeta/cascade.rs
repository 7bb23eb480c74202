//! The cascade: windows are proposed, judged and moved three times, and merged.
//!
//! `rustface` proposes the windows, with whole numbers and plain sums that are the same on every machine. What follows
//! is asked here, because `rustface` 0.1.7 is not safe to run by itself: before each network it copies the window that
//! the one before has moved (`get_window_data`), through raw pointers, as if its top left corner were inside the
//! picture and its side two pixels at least. A crafted picture need not grant that.
//!
//! Here it never makes that copy, whatever the picture: it makes it only for the stages of a model's second level and
//! beyond, and the model that it is given has none ([`super::model`]). What it still does without checks is to reduce
//! the picture, to 40 pixels a side and never less, and to add up tables of it: all of it places that depend on the
//! size alone. The windows of the networks come from [`window`], whose places are checked.

use super::judge::{Judge, Judgement};
use super::model::Models;
use super::window::{WINDOW, window};
use image::GrayImage;
use rustface::{ImageData, Model, create_detector_with_model};

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
    let mut candidates = proposals(&models.proposer, picture);
    for (judge, merged_from) in models.judges.iter().zip(MERGED_FROM) {
        candidates = candidates.iter().filter_map(|candidate| moved(judge, picture, candidate)).collect();
        if let Some(share) = merged_from {
            candidates = merged(candidates, share);
        }
    }
    candidates
}

/// The windows that may hold a face. A `rustface` detector changes while it works and stays on its thread, so each call
/// has its own.
fn proposals(model: &Model, picture: &GrayImage) -> Vec<Candidate> {
    debug_assert!(picture.width().min(picture.height()) >= WINDOW);
    let mut detector = create_detector_with_model(model.clone());
    detector.set_score_thresh(f64::MIN_POSITIVE);
    let found = detector.detect(&ImageData::new(picture.as_raw(), picture.width(), picture.height()));
    let candidate = |face: &rustface::FaceInfo| Candidate {
        x: face.bbox().x(),
        y: face.bbox().y(),
        side: face.bbox().width() as i32,
        score: face.score(),
    };
    found.iter().map(candidate).collect()
}

/// `candidate` where `judge` sees the face, `None` where it sees none.
fn moved(judge: &Judge, picture: &GrayImage, candidate: &Candidate) -> Option<Candidate> {
    let seen = window(picture, candidate.x, candidate.y, candidate.side)?;
    let Judgement { score, moves: [right, down, larger] } = judge.judgement(&seen)?;
    let side = candidate.side as f32;
    let new_side = (larger * side + side + 0.5).floor();
    // The engine moves a square that begins before the picture as if it began at its edge.
    let moved = |from: i32, by: f32| (by * side + from.max(0) as f32 + (side - new_side) * 0.5 + 0.5).floor() as i32;
    Some(Candidate {
        x: moved(candidate.x, right),
        y: moved(candidate.y, down),
        side: new_side as i32,
        score: f64::from(score),
    })
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
