//! Eyes and brows.

use super::canvas::{Brush, Easel, Paint};
use super::colour::{Colour, rgb};
use super::outline::{Outline, Point, curve};
use super::raster::Mask;
use super::{Portrait, beside, skin_shade};

/// Distance of each pupil from the head's axis, head units: pupils 63 mm apart (adult mean) on a head taken as 235 mm.
/// At this value YuNet's landmarks fall on the drawn pupils, 2 % of the head height away on average when level.
pub const OFFSET: f64 = 0.134;

const INNER: Point = (-0.061, 0.011);
const OUTER: Point = (0.064, -0.0045);
const UPPER: [Point; 5] = [INNER, (-0.035, -0.0165), (-0.002, -0.0272), (0.036, -0.0205), OUTER];
const LOWER: [Point; 5] = [OUTER, (0.038, 0.0155), (0.004, 0.0232), (-0.034, 0.019), INNER];
const IRIS: f64 = 0.0305;
const PUPIL: f64 = 0.0125;

/// Both eyes with their lids and brows.
pub fn paint(easel: &mut Easel, person: &Portrait, skin: &Mask) {
    for side in [-1.0, 1.0] {
        paint_socket(easel, person, side, skin);
        paint_eyeball(easel, person, side);
        paint_lids(easel, person, side);
        paint_brow(easel, person, side);
    }
}

/// Points given around the pupil, x away from the nose, as head units on one side.
fn around(side: f64, points: &[Point]) -> Vec<Point> {
    points.iter().map(|&(x, y)| (side * (OFFSET + x), y)).collect()
}

/// A lid's line with the person's opening.
fn opened(person: &Portrait, line: [Point; 5]) -> [Point; 5] {
    line.map(|(x, y)| (x, person.features.eye_opening * y))
}

fn centre(side: f64) -> Point {
    (side * OFFSET, 0.0)
}

fn paint_socket(easel: &mut Easel, person: &Portrait, side: f64, skin: &Mask) {
    let shade = skin_shade(person.skin);
    let socket = Outline::smooth(&around(
        side,
        &[(-0.08, 0.0), (-0.05, -0.05), (0.01, -0.068), (0.07, -0.045), (0.085, -0.005), (0.0, -0.02)],
    ));
    easel.paint(&socket, Brush::shade(shade).feather(0.018).opacity(0.62).within(skin));
    let inner = Outline::ellipse((side * 0.062, -0.012), (0.018, 0.035), side * -14.0);
    easel.paint(&inner, Brush::shade(shade).feather(0.014).opacity(0.5).within(skin));
    let below = Outline::stroke(&around(side, &[(-0.055, 0.034), (0.0, 0.052), (0.06, 0.036)]), &[0.004, 0.014, 0.004]);
    easel.paint(&below, Brush::shade(shade).feather(0.009).opacity(0.3 + 0.4 * person.age).within(skin));
}

fn paint_eyeball(easel: &mut Easel, person: &Portrait, side: f64) {
    let mut points = curve(&around(side, &opened(person, UPPER)));
    points.extend(curve(&around(side, &opened(person, LOWER))));
    let opening = Outline { points, hole: false };
    let mask = easel.mask(std::slice::from_ref(&opening), 0.0012);
    let white = rgb(246, 241, 236).mix(person.skin, 0.06 + 0.08 * (1.0 - person.skin.luma() / 255.0));
    easel.paint_mask(&mask, Brush::solid(white));
    let corner = Outline::ellipse((side * (OFFSET - 0.06), 0.009), (0.012, 0.008), 0.0);
    easel.paint(&corner, Brush::solid(rgb(214, 142, 128)).feather(0.004).opacity(0.7).within(&mask));

    let disc = |radius: f64| Outline::ellipse(centre(side), (radius, radius), 0.0);
    let rim = person.eyes.scaled(0.38);
    let glowing = person.eyes.lighter(0.22);
    easel.paint(&disc(IRIS), Brush::solid(rim).feather(0.0018).within(&mask));
    let light = Paint::Radial((side * OFFSET, 0.016), 0.036, glowing, person.eyes.scaled(0.62));
    easel.paint(&disc(IRIS * 0.86), Brush::over(light).feather(0.003).within(&mask));
    easel.paint(&disc(PUPIL), Brush::solid(rgb(14, 10, 10)).feather(0.0012).within(&mask));

    let lid_shadow = Outline::stroke(&around(side, &opened(person, UPPER)), &[0.012, 0.026, 0.016]);
    easel.paint(&lid_shadow, Brush::shade(rgb(120, 96, 92)).feather(0.006).opacity(0.62).within(&mask));
    let (x, y) = centre(side);
    let sparkle = Outline::ellipse((x - 0.0115, y - 0.0105), (0.0062, 0.0068), 0.0);
    easel.paint(&sparkle, Brush::solid(rgb(255, 255, 255)).feather(0.001).opacity(0.95));
    let bounce = Outline::ellipse((x + 0.012, y + 0.0115), (0.0055, 0.0042), -35.0);
    easel.paint(&bounce, Brush::glow(rgb(255, 250, 240)).feather(0.0018).opacity(0.38).within(&mask));
}

fn paint_lids(easel: &mut Easel, person: &Portrait, side: f64) {
    let lash = rgb(46, 30, 26).mix(person.hair.scaled(0.4), 0.4);
    let strength = 1.0 + 0.55 * person.makeup;
    let mut upper = opened(person, UPPER);
    upper[4] = (OUTER.0 + 0.006 + 0.008 * person.makeup, OUTER.1 - 0.002 - 0.006 * person.makeup);
    let raised: Vec<Point> = upper.iter().map(|&(x, y)| (x, y - 0.001)).collect();
    let widths = [0.004, 0.0085, 0.0105, 0.0115, 0.003].map(|width| width * strength);
    easel.paint(&Outline::stroke(&around(side, &raised), &widths), Brush::solid(lash).feather(0.0014).opacity(0.94));
    let lower = Outline::stroke(&around(side, &opened(person, LOWER)), &[0.005, 0.004, 0.003, 0.002]);
    let warm = person.skin.scaled(0.45).mix(lash, 0.4);
    easel.paint(&lower, Brush::solid(warm).feather(0.0016).opacity(0.42 + 0.2 * person.makeup));

    let crease = [(-0.058, -0.014), (-0.03, -0.039), (0.004, -0.0485), (0.04, -0.041), (0.074, -0.019)];
    let fold = Outline::stroke(&around(side, &crease), &[0.002, 0.005, 0.006, 0.005, 0.002]);
    let shade = person.skin.scaled(0.55).mix(rgb(110, 50, 40), 0.18);
    easel.paint(&fold, Brush::solid(shade).feather(0.0024).opacity(0.6));
    let lid =
        Outline::stroke(&around(side, &[(-0.025, -0.0315), (0.0, -0.0375), (0.034, -0.032)]), &[0.004, 0.009, 0.004]);
    easel.paint(&lid, Brush::glow(rgb(255, 226, 206)).feather(0.004).opacity(0.12));
}

fn paint_brow(easel: &mut Easel, person: &Portrait, side: f64) {
    let width = 0.9 + 0.35 * person.build - 0.15 * person.makeup;
    let arch = 0.006 * person.makeup;
    let line =
        [(0.058, -0.088), (0.1, -0.103 - 0.4 * arch), (0.15, -0.1135 - arch), (0.195, -0.107 - arch), (0.226, -0.085)];
    let colour = brow_colour(person);
    let brow = Outline::stroke(&beside(side, &line), &[0.014, 0.025, 0.023, 0.015, 0.003].map(|full| full * width));
    easel.paint(&brow, Brush::solid(colour).feather(0.0042).opacity(0.8));
    let core = Outline::stroke(&beside(side, &line[1..]), &[0.006, 0.012, 0.008, 0.002].map(|full| full * width));
    easel.paint(&core, Brush::solid(colour.scaled(0.75)).feather(0.004).opacity(0.45));
}

fn brow_colour(person: &Portrait) -> Colour {
    // Brows stay darker than fair or grey hair.
    let base = person.hair.scaled(0.85).mix(rgb(70, 48, 38), 0.25);
    if person.hair.luma() > 150.0 { base.scaled(0.84) } else { base }
}
