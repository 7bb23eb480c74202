//! Judge: a photo of which nobody can be framed.

use super::draft::Scene;
use super::judged::Judgement;
use super::made::WholePhoto;
use crate::check::verdict::Verdict;
use crate::check::{Bounds, Check, Kind, Level, in_words, light};
use crate::error::{Failure, Reason};

/// Refuses a photo of which nobody can be framed; where the light may be the cause, it says so.
pub(super) fn refuse(why: Failure, photo: &WholePhoto, scene: &Scene<'_>) -> Judgement {
    let verdict_reasons = vec![why.reason];
    let doubts = photo.damage.iter().cloned().collect();
    if !scene.faces.is_empty() {
        let (verdict, refused) = (Verdict::PortraitOnly, Some(why));
        return Judgement { checks: Vec::new(), verdict, verdict_reasons, doubts, refused };
    }
    let mut picture = scene.overview.image.clone();
    scene.colour.to_srgb(&mut picture);
    let checks = nobody(light::of_picture(&picture), photo.size);
    let refused = match checks.iter().find(|check| check.level == Level::Fail).and_then(likely) {
        Some(likely) => why.advised(likely),
        None => why,
    };
    Judgement { checks: in_words(checks), verdict: Verdict::Unusable, verdict_reasons, doubts, refused: Some(refused) }
}

/// What is checked of a photo in which nobody is found: light, and whether it has the pixels for a face at all.
fn nobody(exposure: Option<light::Exposure>, (width, height): (u32, u32)) -> Vec<Check> {
    /// A photo that is white to this share, or whose brightest twentieth is under this, hides faces. Of the 14 photos
    /// without a face in the test corpus none is so.
    const WHITE: f64 = 0.5;
    const DARK: f64 = 60.0;
    /// Eyes are no more than this share of the photo's shorter side apart, and under so many pixels nobody finds them:
    /// in a photo of less than 40. Set by hand.
    const EYES: f64 = 0.3;
    const LEAST: f64 = 12.0;
    let bounds = |limit: f64| Bounds { warn: limit, fail: limit };
    let eyes = EYES * f64::from(width.min(height));
    [
        Check::new(Kind::FaceTooSmall, eyes, bounds(LEAST)),
        exposure.and_then(|exposure| Check::new(Kind::Dark, exposure.brightest, bounds(DARK))),
        exposure.and_then(|exposure| Check::new(Kind::BlownOut, exposure.white, bounds(WHITE))),
    ]
    .into_iter()
    .flatten()
    .filter(|check| check.level == Level::Fail)
    .collect()
}

/// What is likely where nobody is found and this check fails.
fn likely(check: &Check) -> Option<String> {
    Some(match check.code {
        Reason::BlownOut => format!(
            "{:.0} % of the photo is white: it is probably overexposed, use one with less light",
            100.0 * check.value
        ),
        Reason::Dark => "the photo is very dark: brighten it, or use one with more light".into(),
        Reason::FaceTooSmall => "the photo has too few pixels for a face: use the original file".into(),
        _ => return None,
    })
}
