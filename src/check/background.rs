//! How much a headshot's background asks for attention: texture and colour beside and above the person.

use crate::frame::Frame;
use crate::geometry::{Affine, Point};
use crate::photo::Colour;
use crate::reduced::Reduced;
use crate::resample::{Beyond, cut};
use crate::subject::Head;
use crate::subject::lab::Lab;
use image::RgbImage;

/// Long side of the small picture of the frame, in pixels: what is finer is not seen in a small circle. This and the
/// numbers below were set by eye; what `docs/checks.md` says of walls and wallpapers is measured with them.
const LONG_SIDE: f64 = 48.0;

/// The person: an ellipse around the head this many half lengths from crown to chin wide and high, and below the chin
/// the shoulders, so many head heights to each side.
const HEAD_WIDE: f64 = 1.2;
const HEAD_HIGH: f64 = 1.15;
const SHOULDERS: f64 = 1.15;

/// Long hair hangs this many head heights to each side of the neck.
const BESIDE_NECK: f64 = 0.75;

/// With fewer pixels of background there is nothing to say.
const ENOUGH: usize = 60;

/// What is around the person in `frame`: the mean colour step between neighbouring pixels of a small picture, three
/// times, and the spread of the colours around their mean; in units of CIE Lab with lightness of weight 0.6. `None`
/// where there is hardly any background.
///
/// `overview` is a small picture of the whole photo, its colours those that `colour` is of.
#[must_use]
pub fn busy_background(overview: &Reduced, colour: &Colour, head: &Head, frame: &Frame) -> Option<f64> {
    let scale = LONG_SIDE / frame.width.max(frame.height);
    let (width, height) = ((frame.width * scale).round().max(1.0), (frame.height * scale).round().max(1.0));
    let to_small = frame.transform(width as u32, height as u32);
    let back = to_small.inverse()?;
    let mut small = cut(&overview.image, &back.then(&overview.from_photo), width as u32, height as u32, Beyond::Edge);
    colour.to_srgb(&mut small);
    let (wide, high) = overview.image.dimensions();
    let to_overview = back.then(&overview.from_photo);
    let is_in_photo = |at: Point| {
        let at = to_overview.apply(at);
        at.x >= 0.0 && at.y >= 0.0 && at.x < f64::from(wide) && at.y < f64::from(high)
    };
    let head = head.mapped(&to_small);
    attention(&small, |x, y| {
        let at = Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
        is_in_photo(at) && !is_person(&head, at)
    })
}

/// Whether `at` is on the person with this head, by and large.
fn is_person(head: &Head, at: Point) -> bool {
    let half = (head.crown.distance(head.chin) / 2.0).max(1.0);
    let centre = head.crown.midpoint(head.chin);
    let turn = Affine::rotation(-head.roll_deg);
    let from_head = turn.apply(Point::new(at.x - centre.x, at.y - centre.y));
    if libm::hypot(from_head.x / (HEAD_WIDE * half), from_head.y / (HEAD_HIGH * half)) <= 1.0 {
        return true;
    }
    let below_chin = at.y - head.chin.y;
    let aside = (at.x - head.chin.x).abs() / head.height();
    // Long hair beside the neck; then the shoulders, which widen as they fall.
    (below_chin > -0.3 * head.height() && aside < BESIDE_NECK)
        || (below_chin > 0.0 && aside < SHOULDERS.min(BESIDE_NECK + 2.0 * below_chin / head.height()))
}

/// Steps between neighbours and spread of the pixels of `picture` that `is_background`.
fn attention(picture: &RgbImage, is_background: impl Fn(u32, u32) -> bool) -> Option<f64> {
    let (width, height) = picture.dimensions();
    let lab = Lab::new();
    let seen = |x: u32, y: u32| is_background(x, y).then(|| lab.of(picture.get_pixel(x, y).0));
    let colours: Vec<Option<[f32; 3]>> =
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| seen(x, y)).collect();
    let known: Vec<[f32; 3]> = colours.iter().flatten().copied().collect();
    if known.len() < ENOUGH {
        return None;
    }
    let count = known.len() as f32;
    let mean = [0, 1, 2].map(|channel| known.iter().map(|colour| colour[channel]).sum::<f32>() / count);
    let spread = (known.iter().map(|colour| squared(colour, &mean)).sum::<f32>() / count).sqrt();
    let (mut steps, mut pairs) = (0.0, 0.0);
    for (index, colour) in colours.iter().enumerate() {
        let Some(colour) = colour else { continue };
        let right = if (index + 1) % width as usize == 0 { None } else { colours[index + 1] };
        let below = colours.get(index + width as usize).copied().flatten();
        for other in right.into_iter().chain(below) {
            steps += squared(colour, &other).sqrt();
            pairs += 1.0;
        }
    }
    Some(f64::from(3.0 * steps / f32::max(pairs, 1.0) + spread))
}

fn squared(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
