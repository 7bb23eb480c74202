//! Finding the people in a photo: at which size to look, which way is up, and how sure it is.

use super::doubles::{is_same_person, one_each};
use super::prominence;
use super::tone::{DARKENED_THRESHOLD, Histogram, Tone};
use crate::detect::{Detector, Face, sound_faces, sound_large_faces};
use crate::error::Failure;
use crate::geometry::{Affine, Rect};
use crate::photo::{Orientation, Photo};
use crate::reduced::{Reduced, overview};
use image::RgbImage;

/// Long side of the first look. The network finds the main person of 99.2 % of real portraits at 320, 98.4 % at 640.
const FIRST_LOOK: u32 = 320;

/// Long sides of further looks where the first finds nobody, or everybody is asked for.
const CLOSER_LOOKS: [u32; 2] = [640, 1280];

/// Faces under this score are not faces. With this, the looks above and the turns below, the right face at the right
/// turn is found in 97 to 99 of 100 portraits, whichever way up they are.
const THRESHOLD: f64 = 0.6;

/// From this score on nobody looks at the photo turned: it is upright.
const CERTAINLY_UPRIGHT: f64 = 0.9;

/// A quarter turn is taken when its best score beats the upright one by this much.
const TURN_MARGIN: f64 = 0.03;

/// From this best score on the first detector is trusted alone. Drawings of people score up to 0.905, the faces of 88
/// of 98 portraits more. Below it the first looks from near, and where that does not settle it the second is asked.
pub const TRUSTED_ALONE: f64 = 0.91;

/// The nearer looks of the first detector are so many face boxes wide. From near, 8 of the 10 other portraits score
/// 0.91 or more in both; of what is no person's photo and scored over [`RATHER_UNSURE`], the surest has 0.893 and
/// 0.900. A look takes 2 ms, the second detector 30 to 130.
const NEARER_LOOK_WIDTHS: [f64; 2] = [1.4, 1.7];

/// From this score on, in both nearer looks, the first detector is sure: halfway between.
const SURE_FROM_NEAR: f64 = 0.905;

/// The second detector sees the face with its surroundings, this many face boxes wide, at this many pixels: it has to
/// tell whether it is a face, not to find it. Set by hand; the scores below are of such looks.
const SECOND_LOOK_WIDTH: f64 = 2.2;
const SECOND_LOOK_PIXELS: f64 = 200.0;

/// From this score of the second detector on both agree: drawings, animals and machines get up to 0.51, all but two of
/// the portraits more.
const AGREEMENT: f64 = 0.55;

/// Below this score of the first detector its nearer looks do not count, and the second has to be surer: a marble bust
/// on a book cover gets 0.77 from it.
const RATHER_UNSURE: f64 = 0.85;
const FIRM_AGREEMENT: f64 = 0.8;

/// The detectors of a run.
#[derive(Debug)]
pub struct Finder {
    /// Finds the faces.
    pub detector: Box<dyn Detector>,
    /// Is asked where the first is unsure; `None` to take its word.
    pub second_opinion: Option<Box<dyn Detector>>,
}

/// The people in a photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The turn after which the faces stand upright, beyond what the file says of its orientation.
    pub turn: Orientation,
    /// In pixels of the upright, turned photo; the most prominent first.
    pub faces: Vec<Face>,
    /// Whether the main face is trusted: its score is high, or both detectors see it.
    pub sure: bool,
    /// The next face's prominence, as a share of the main one's; 0 where there is one face or none.
    pub rivalry: f64,
    /// How the photo has to be looked at to see them.
    pub tone: Tone,
    /// A small picture of the photo as it is; its map is from pixels of the turned photo.
    pub overview: Reduced,
}

impl Finder {
    /// Looks for people in `photo`; for small faces beside the main one too where `everyone` is asked for.
    ///
    /// # Errors
    /// As [`overview`].
    pub fn find(&self, photo: &Photo, everyone: bool) -> Result<Found, Failure> {
        let first = overview(photo, FIRST_LOOK)?;
        let brightness = Histogram::of(&first.image);
        let mut tone = Tone::of(&brightness);
        let (mut turn, mut faces) = self.faces(photo, &first, tone, everyone)?;
        if faces.is_empty()
            && let Some(darkened) = Tone::of_overexposed(&brightness)
        {
            let (other_turn, mut other) = self.faces(photo, &first, darkened, everyone)?;
            other.retain(|face| face.score >= DARKENED_THRESHOLD);
            if !other.is_empty() {
                (tone, turn, faces) = (darkened, other_turn, other);
            }
        }
        let (width, height) = photo.size();
        let back = turn.to_upright(width, height).inverse().unwrap_or(Affine::IDENTITY);
        let (width, height) = if turn.swaps_sides() { (height, width) } else { (width, height) };
        let prominence = |face: &Face| prominence(face, f64::from(width), f64::from(height));
        faces.sort_by(|a, b| prominence(b).total_cmp(&prominence(a)));
        let rivalry = match &faces[..] {
            [main, next, ..] if prominence(main) > 0.0 => prominence(next) / prominence(main),
            _ => 0.0,
        };
        let sure = match faces.first() {
            Some(face) => self.is_trusted(photo, turn, face, tone)?,
            None => true,
        };
        let overview = Reduced { from_photo: back.then(&first.from_photo), ..first };
        Ok(Found { turn, faces, sure, rivalry, tone, overview })
    }

    /// The faces that are seen in `tone`, in pixels of the photo after the turn that shows them best. `first` is the
    /// photo as it is, seen from afar.
    fn faces(
        &self,
        photo: &Photo,
        first: &Reduced,
        tone: Tone,
        everyone: bool,
    ) -> Result<(Orientation, Vec<Face>), Failure> {
        let first = if tone == Tone::AsItIs { first.clone() } else { tone.overview(photo, FIRST_LOOK)? };
        let (width, height) = photo.size();
        let mut closer = CLOSER_LOOKS.into_iter().filter(|long_side| width.max(height) > long_side / 2);
        let mut faces = self.look(&first);
        while faces.is_empty()
            && let Some(long_side) = closer.next()
        {
            faces = self.look(&tone.overview(photo, long_side)?);
        }
        // Which way is up does not depend on who is asked for.
        let upright = best_score(&faces);
        let turned = if upright < CERTAINLY_UPRIGHT { self.better_turn(&first, upright) } else { None };
        if let Some(turned) = turned {
            return Ok((turned.0, one_each(turned.1)));
        }
        // Nor does the box of somebody who is seen in any case.
        let mut faces = one_each(faces);
        if everyone {
            let mut more = Vec::new();
            for long_side in closer {
                more.extend(self.look(&tone.overview(photo, long_side)?));
            }
            for face in one_each(more) {
                if faces.iter().all(|known| !is_same_person(known.rect, face.rect)) {
                    faces.push(face);
                }
            }
        }
        Ok((Orientation::UPRIGHT, faces))
    }

    /// The faces in an overview, in upright source pixels.
    fn look(&self, overview: &Reduced) -> Vec<Face> {
        let faces = sound_faces(self.detector.as_ref(), &overview.image, THRESHOLD);
        match overview.from_photo.inverse() {
            Some(back) => faces.iter().map(|face| face.mapped(&back)).collect(),
            None => Vec::new(),
        }
    }

    /// The quarter turn that shows clearly better faces than `upright`, with them in pixels of the turned photo.
    fn better_turn(&self, overview: &Reduced, upright: f64) -> Option<(Orientation, Vec<Face>)> {
        let turned = |quarters: u8| {
            let turn = Orientation::new(quarters, false);
            (turn, sound_faces(self.detector.as_ref(), &turn.apply_rgb(overview.image.clone()), THRESHOLD))
        };
        let (turn, faces) = (1..=3).map(turned).max_by(|a, b| best_score(&a.1).total_cmp(&best_score(&b.1)))?;
        if faces.is_empty() || best_score(&faces) < upright + TURN_MARGIN {
            return None;
        }
        let scale = overview.from_photo.inverse()?.scale();
        let enlarge = Affine::scaling(scale, scale);
        Some((turn, faces.iter().map(|face| face.mapped(&enlarge)).collect()))
    }

    /// Whether `face` (in pixels of the turned photo) is one: the first detector is sure of it, from afar or from near,
    /// or the second sees it too.
    fn is_trusted(&self, photo: &Photo, turn: Orientation, face: &Face, tone: Tone) -> Result<bool, Failure> {
        let Some(second) = self.second_opinion.as_ref().filter(|_| face.score < TRUSTED_ALONE) else { return Ok(true) };
        if self.is_surer_from_near(photo, turn, face, tone)? {
            return Ok(true);
        }
        let near = seen_from_near(photo, turn, face, tone, (SECOND_LOOK_WIDTH, SECOND_LOOK_PIXELS))?;
        let needed = if face.score < RATHER_UNSURE { FIRM_AGREEMENT } else { AGREEMENT };
        Ok(near.is_some_and(|near| !sound_faces(second.as_ref(), &near, needed).is_empty()))
    }

    /// Whether the first detector is sure of `face` (in pixels of the turned photo) when it looks from near.
    fn is_surer_from_near(&self, photo: &Photo, turn: Orientation, face: &Face, tone: Tone) -> Result<bool, Failure> {
        if face.score < RATHER_UNSURE {
            return Ok(false);
        }
        for width in NEARER_LOOK_WIDTHS {
            let near = seen_from_near(photo, turn, face, tone, (width, f64::from(FIRST_LOOK)))?;
            if near.is_none_or(|near| sound_large_faces(self.detector.as_ref(), &near, SURE_FROM_NEAR).is_empty()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The square around `face` (in pixels of the turned photo) that is `width` face boxes wide, with so many `pixels` a
/// side, turned; cut to the photo. `None` where the turn has no way back.
fn seen_from_near(
    photo: &Photo,
    turn: Orientation,
    face: &Face,
    tone: Tone,
    (width, pixels): (f64, f64),
) -> Result<Option<RgbImage>, Failure> {
    let (photo_width, photo_height) = photo.size();
    let Some(back) = turn.to_upright(photo_width, photo_height).inverse() else { return Ok(None) };
    let centre = back.apply(face.rect.centre());
    let side = width * face.rect.width.max(face.rect.height);
    let part = Rect::new(centre.x - side / 2.0, centre.y - side / 2.0, side, side);
    Ok(Some(turn.apply_rgb(tone.reduced(photo, part, pixels / side)?.image)))
}

fn best_score(faces: &[Face]) -> f64 {
    faces.iter().map(|face| face.score).fold(0.0, f64::max)
}
