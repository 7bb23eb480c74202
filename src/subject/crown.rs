//! The top of hair, hat or scarf, found in the pixels.
//!
//! The background is flooded from the top and the sides of a small levelled picture of the head; what the flood does
//! not reach above the forehead is hair. How far the flood creeps depends on its tolerance, so it runs at twelve of
//! them; each votes for a height, heights seen on other people count more, and the height with most votes is taken. The
//! share of the votes is the confidence. A background that no flood crosses, up to the photo's edge, is told from hair
//! by its colours (`boundary`).
//!
//! Measured on 96 annotated portraits whose head the photo does not cut: within 10 % of the head height on 95 % (other
//! people's mean alone: 80 % of 86), median 1.5 %. Too low is what cuts hair: 4 of the 96 by 7 to 9 %, none by more.
//!
//! The face's 64 pixels, the weight of lightness, the gap that ends hair and the columns that are scanned are those of
//! the study before this was written, which took fewer tolerances and a simpler vote. Other numbers of the flood and
//! the votes that name no source were set by hand: no other values are on record, and the figures above are with all of
//! them.

mod boundary;

use super::lab::Lab;
use super::tone::Tone;
use super::{CHIN_ABOVE_BOX_BOTTOM, CROWN_ABOVE_BOX_TOP, HEAD_HEIGHT_PER_BOX, Head};
use crate::error::Failure;
use crate::geometry::{Affine, Point, Rect};
use crate::photo::{Photo, PhotoView};
use crate::resample::{Beyond, cut};
use crate::sparse_jpeg::Request;
use std::ops::Range;

/// Height of the face box in the small picture, in pixels.
const FACE_HEIGHT: f64 = 64.0;

/// The small picture reaches this many face heights above the box, and to each side of the head's axis: the tallest
/// hats end in it, and there is background to flood from.
const REACH_ABOVE: f64 = 1.8;
const REACH_ASIDE: f64 = 1.75;

/// Colour steps between neighbouring pixels that the flood crosses, in units of Lab with a lightness of weight 0.6.
/// From 0.7, which noise stops, to 5, which crosses the edge of most hair.
const TOLERANCES: [f32; 12] = [0.7, 0.9, 1.1, 1.3, 1.6, 1.9, 2.2, 2.6, 3.0, 3.5, 4.2, 5.0];

/// Votes this far apart, in face heights, still support each other: the deviation of a bell curve.
const VOTE_WIDTH: f64 = 0.03;

/// Below this share of the votes, three of the twelve, the crown is a guess.
const FEW_VOTES: f64 = 0.25;

/// Votes this near to the winner, in face heights, are for it.
const AGREE: f64 = 0.06;

/// Other people's crowns, in face heights above the box: the most common one, the deviation below and above it (hair is
/// rather taller than lower), and the weight of everything else. From the annotated portraits, rounded.
const PRIOR: (f64, f64, f64, f64) = (0.24, 0.10, 0.14, 0.03);

/// The weight of other people's crowns in votes, so that scattered votes do not win against them.
const PRIOR_VOTES: f64 = 0.25;

/// The scan starts this many face heights above the box. A vote for no more than that mostly means that the flood has
/// crept over the forehead, and counts little.
const FOREHEAD: f64 = 0.1;
const CREPT_VOTE: f64 = 0.3;

/// A gap of background this many face heights high ends the hair.
const GAP: f64 = 0.06;

/// Half width of the columns that are scanned, in face widths.
const SCANNED: f64 = 0.2;

/// Width of a face box in its heights: 0.73 on the mean of the 98 portraits, sd 0.04.
const FACE_WIDTH: f64 = 0.75;

/// Size of the small picture, and the y of the face box's top in it.
const WIDTH: usize = (2.0 * REACH_ASIDE * FACE_HEIGHT) as usize;
const HEIGHT: usize = ((REACH_ABOVE + 1.0) * FACE_HEIGHT) as usize;
const BOX_TOP: f64 = REACH_ABOVE * FACE_HEIGHT;

/// The row that the scan starts above.
const FOREHEAD_ROW: usize = (BOX_TOP - FOREHEAD * FACE_HEIGHT) as usize;

/// How high the upper edge of a row is above the face box, in face heights.
fn above_box(row: usize) -> f64 {
    (BOX_TOP - row as f64) / FACE_HEIGHT
}

/// A height above the face box, in face heights, with how far it is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Estimate {
    above_box: f64,
    confidence: f64,
}

/// `head` with its crown found in the pixels of `photo`, looked at in `tone`, or as it was where nothing could be told.
///
/// # Errors
/// As [`Tone::reduced`].
pub fn find<'a>(photo: impl Into<PhotoView<'a>>, head: Head, tone: Tone) -> Result<Head, Failure> {
    let photo = photo.into();
    let face_height = head.height() / HEAD_HEIGHT_PER_BOX;
    let to_small = to_small_picture(&head, FACE_HEIGHT / face_height);
    // Set by hand: of a smaller face the small picture is only blur.
    let Some(back) = to_small.inverse().filter(|_| face_height >= 8.0) else { return Ok(head) };
    let estimate = consensus(&heights(&small_picture(photo, tone, &to_small, &back)?));
    let at = Point::new(WIDTH as f64 / 2.0, BOX_TOP - estimate.above_box * FACE_HEIGHT);
    Ok(Head { crown: back.apply(at), crown_confidence: estimate.confidence, ..head })
}

/// What [`find`] is likely to read of a photo that is decoded on demand, of a head whose face has this box: a guess, as
/// the head is measured before its crown is looked for.
#[must_use]
pub fn likely_request(photo: &Photo, face: Rect, tone: Tone) -> Option<Request> {
    /// Room for a tilt and for a face that is measured otherwise from near.
    const MORE: f64 = 0.1;
    let (left, top) = (face.centre().x - REACH_ASIDE * face.height, face.y - REACH_ABOVE * face.height);
    let part = Rect::new(left, top, 2.0 * REACH_ASIDE * face.height, (REACH_ABOVE + 1.0) * face.height);
    tone.request(photo, part.grown(MORE * part.width), FACE_HEIGHT / face.height)
}

/// Upright source pixels to the small picture, in which the head is level and its axis in the middle.
fn to_small_picture(head: &Head, scale: f64) -> Affine {
    let chin_y = BOX_TOP + (1.0 - CHIN_ABOVE_BOX_BOTTOM) * FACE_HEIGHT;
    Affine::levelling(head.chin, head.roll_deg, (scale, scale), Point::new(WIDTH as f64 / 2.0, chin_y))
}

/// The head and what is around it, as Lab colours; `None` where the photo ends.
type SmallPicture = Vec<Option<[f32; 3]>>;

fn small_picture(photo: PhotoView<'_>, tone: Tone, to_small: &Affine, back: &Affine) -> Result<SmallPicture, Failure> {
    let corners = Rect::new(0.0, 0.0, WIDTH as f64, HEIGHT as f64).corners().map(|corner| back.apply(corner));
    let source = tone.reduced(photo, Rect::around(&corners), to_small.scale())?;
    let picture = cut(&source.image, &back.then(&source.from_photo), WIDTH as u32, HEIGHT as u32, Beyond::Edge);
    let (photo_width, photo_height) = photo.photo.size();
    let is_photo = |x: u32, y: u32| {
        let at = back.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        at.x >= 0.0 && at.y >= 0.0 && at.x < f64::from(photo_width) && at.y < f64::from(photo_height)
    };
    let lab = Lab::new();
    Ok(picture.enumerate_pixels().map(|(x, y, pixel)| is_photo(x, y).then(|| lab.of(pixel.0))).collect())
}

/// The height that each tolerance finds, in face heights above the box; `None` where it sees no end of hair.
fn heights(picture: &SmallPicture) -> Vec<Option<f64>> {
    let reached_at = flood(picture);
    let scanned = |tolerance| scan(picture, |index| usize::from(reached_at[index]) <= tolerance);
    let ends: Vec<Option<End>> = (0..TOLERANCES.len()).map(scanned).collect();
    let known = ends.iter().flatten().count();
    let at_edge = ends.iter().flatten().filter(|end| end.is_photos).count();
    // Where more of them see hair end before that, as below a bun, they are believed.
    let boundary = if 2 * at_edge >= known.max(1) { boundary::above_forehead(picture) } else { None };
    let height = |end: End| match boundary {
        Some(boundary) if end.is_photos => end.above_box.min(boundary),
        _ => end.above_box,
    };
    ends.into_iter().map(|end| end.map(height)).collect()
}

/// Where hair ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct End {
    /// In face heights.
    above_box: f64,
    /// Whether it is only the photo that ends there: no background was seen.
    is_photos: bool,
}

/// Not reached by any tolerance.
const NEVER: u8 = TOLERANCES.len() as u8;

/// For every pixel the first of [`TOLERANCES`] at which it is reached from the top and the sides, never crossing the
/// face.
///
/// All tolerances at once: a pixel is reached at the largest step of the way to it that is smallest, so pixels are
/// taken in the order of that step, a list for each tolerance.
fn flood(picture: &SmallPicture) -> Vec<u8> {
    let mut reached_at = vec![NEVER; picture.len()];
    let mut open: Vec<Vec<usize>> = vec![Vec::new(); TOLERANCES.len()];
    open[0] = (0..picture.len()).filter(|&index| is_start(picture, index)).collect();
    open[0].iter().for_each(|&index| reached_at[index] = 0);
    for level in 0..TOLERANCES.len() {
        while let Some(index) = open[level].pop() {
            let Some(here) = picture[index].filter(|_| usize::from(reached_at[index]) == level) else { continue };
            for next in neighbours(index) {
                // Most are reached already, and no later than from here.
                if usize::from(reached_at[next]) <= level {
                    continue;
                }
                let Some(there) = picture[next].filter(|_| !is_face(next)) else { continue };
                let step = here.iter().zip(&there).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt();
                let needed = TOLERANCES.iter().position(|&tolerance| step < tolerance);
                let Some(needed) = needed.map(|needed| needed.max(level)) else { continue };
                if needed < usize::from(reached_at[next]) {
                    reached_at[next] = needed as u8;
                    open[needed].push(next);
                }
            }
        }
    }
    reached_at
}

/// Whether the flood starts at a pixel: at the picture's or the photo's edge, above the mouth. Lower down the edge is
/// the body's.
fn is_start(picture: &SmallPicture, index: usize) -> bool {
    let (x, y) = (index % WIDTH, index / WIDTH);
    let is_edge = x == 0 || x == WIDTH - 1 || y == 0 || neighbours(index).any(|next| picture[next].is_none());
    // Straight above the face the edge may be hair that the photo cuts; background there is reached from beside it.
    let is_beside = (x as f64 + 0.5 - WIDTH as f64 / 2.0).abs() > 0.5 * FACE_WIDTH * FACE_HEIGHT;
    is_edge && is_beside && picture[index].is_some() && (y as f64) < BOX_TOP + 0.6 * FACE_HEIGHT && !is_face(index)
}

/// The indices left, right, above and below.
fn neighbours(index: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (index % WIDTH, index / WIDTH);
    let left = (x > 0).then(|| index - 1);
    let right = (x + 1 < WIDTH).then(|| index + 1);
    let above = (y > 0).then(|| index - WIDTH);
    let below = (y + 1 < HEIGHT).then(|| index + WIDTH);
    [left, right, above, below].into_iter().flatten()
}

/// The ellipse over the face that no flood enters: as wide as the box, and a little higher, so that forehead and chin
/// are in it.
fn is_face(index: usize) -> bool {
    let x = ((index % WIDTH) as f64 + 0.5 - WIDTH as f64 / 2.0) / (0.5 * FACE_WIDTH * FACE_HEIGHT);
    let y = ((index / WIDTH) as f64 + 0.5 - BOX_TOP - 0.5 * FACE_HEIGHT) / (0.52 * FACE_HEIGHT);
    x * x + y * y < 1.0
}

/// The columns above the face in which the end of hair is looked for.
fn scanned_columns() -> Range<usize> {
    let half = (SCANNED * FACE_WIDTH * FACE_HEIGHT) as usize;
    WIDTH / 2 - half..WIDTH / 2 + half
}

/// The top of what the flood left over, going up from the forehead until a gap.
fn scan(picture: &SmallPicture, is_background: impl Fn(usize) -> bool) -> Option<End> {
    /// A row is hair while more than this share of its scanned columns is.
    const HAIR: f64 = 0.3;
    let columns = scanned_columns();
    let gap = (GAP * FACE_HEIGHT).ceil() as usize;
    let (mut top, mut is_background_above) = (FOREHEAD_ROW, false);
    for y in (0..FOREHEAD_ROW).rev() {
        let photo = || columns.clone().map(|x| y * WIDTH + x).filter(|&index| picture[index].is_some());
        let is_most = |count: usize| count as f64 > HAIR * columns.len() as f64;
        if is_most(photo().filter(|&index| !is_background(index)).count()) {
            (top, is_background_above) = (y, false);
        } else if top - y >= gap || photo().next().is_none() {
            let is_photos = photo().next().is_none() && !is_background_above;
            return Some(End { above_box: above_box(top), is_photos });
        } else {
            // Of a row that a tilted photo cuts short there may be too little to tell.
            is_background_above |= is_most(photo().count());
        }
    }
    // Up to the small picture's own top: no end of hair was seen.
    None
}

fn bell(apart: f64, deviation: f64) -> f64 {
    let units = apart / deviation;
    libm::exp(-0.5 * units * units)
}

/// How common a crown at this height is on other people; 1 and a little for the most common.
fn likely(height: f64) -> f64 {
    let (common, below, above, others) = PRIOR;
    bell(height - common, if height < common { below } else { above }) + others
}

/// The height with most votes.
fn consensus(heights: &[Option<f64>]) -> Estimate {
    /// More than a row of the small picture, 1/64: the scan starts on a whole one.
    const ROUNDING: f64 = 0.02;
    /// Heights are tried this far apart, finer than rows are, and up to where the small picture has ended.
    const STEP: f64 = 0.01;
    const STEPS: i32 = 200;
    let votes: Vec<(f64, f64)> = heights
        .iter()
        .flatten()
        .map(|&height| (height, if height > FOREHEAD + ROUNDING { 1.0 } else { CREPT_VOTE }))
        .collect();
    let support = |height: f64| {
        let for_it = votes.iter().map(|(vote, weight)| weight * bell(vote - height, VOTE_WIDTH)).sum::<f64>();
        (PRIOR_VOTES + for_it) * likely(height)
    };
    let heights = (0..STEPS).map(|step| STEP * f64::from(step));
    let best = heights.max_by(|&a, &b| support(a).total_cmp(&support(b))).unwrap_or(CROWN_ABOVE_BOX_TOP);
    let agreeing = || votes.iter().filter(|(vote, _)| (vote - best).abs() <= AGREE);
    let count = agreeing().count();
    let weight: f64 = agreeing().map(|(_, weight)| weight).sum();
    let above_box = if count > 0 { agreeing().map(|(vote, _)| vote).sum::<f64>() / count as f64 } else { best };
    let confidence = weight / TOLERANCES.len() as f64;
    // Few votes may widen the headroom that other people's hair needs, never narrow it.
    let above_box = if confidence < FEW_VOTES { above_box.max(CROWN_ABOVE_BOX_TOP) } else { above_box };
    Estimate { above_box, confidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wall, and a head on it whose hair ends `hair` face heights above the box.
    pub(super) fn drawn(wall: [f32; 3], hair: f64) -> SmallPicture {
        (0..WIDTH * HEIGHT)
            .map(|index| {
                let x = (index % WIDTH) as f64 + 0.5 - WIDTH as f64 / 2.0;
                let y = (index / WIDTH) as f64 + 0.5 - BOX_TOP;
                let middle = (0.9 - hair) / 2.0 * FACE_HEIGHT;
                let half_height = (0.9 + hair) / 2.0 * FACE_HEIGHT;
                let is_head = (x / (0.42 * FACE_HEIGHT)).hypot((y - middle) / half_height) < 1.0;
                Some(if is_head { [20.0, 5.0, 8.0] } else { wall })
            })
            .collect()
    }

    #[test]
    fn the_end_of_hair_on_a_plain_wall_is_found_with_full_confidence() {
        for hair in [0.15, 0.26, 0.5, 0.8] {
            let estimate = consensus(&heights(&drawn([55.0, 0.0, 4.0], hair)));
            assert!((estimate.above_box - hair).abs() < 0.04, "{hair} {estimate:?}");
            assert!(estimate.confidence > 0.99);
        }
    }

    #[test]
    fn hair_of_the_walls_colour_leaves_other_peoples_crown_and_no_confidence() {
        let estimate = consensus(&heights(&drawn([20.0, 5.0, 8.0], 0.3)));
        assert!((estimate.above_box - PRIOR.0).abs() < 0.15 && estimate.confidence < 0.4, "{estimate:?}");
    }

    #[test]
    fn a_photo_that_ends_in_the_hair_gives_its_edge() {
        let mut picture = drawn([55.0, 0.0, 4.0], 0.4);
        let edge = (BOX_TOP - 0.2 * FACE_HEIGHT) as usize;
        picture[..edge * WIDTH].fill(None);
        let estimate = consensus(&heights(&picture));
        assert!((estimate.above_box - 0.2).abs() < 0.04, "{estimate:?}");
    }
}
