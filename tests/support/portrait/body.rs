//! Neck, shoulders and clothes.

use super::canvas::{Brush, Easel, Paint};
use super::colour::{Colour, rgb};
use super::outline::{Outline, Point};
use super::raster::Mask;
use super::{Clothes, HairStyle, Portrait, beside};

/// Where head and body turn against each other, head units.
pub const NECK_BASE: Point = (0.0, 0.6);

/// How far the body as drawn here is moved up under the chin, head units: the neck's visible length is the difference.
pub const RAISED: f64 = 0.055;

/// The outer end of the image-right shoulder line: a knot of the clothes' outline.
pub fn shoulder(person: &Portrait) -> Point {
    (0.6 * breadth(person), 0.868)
}

fn breadth(person: &Portrait) -> f64 {
    0.94 + 0.22 * person.build
}

fn neck_width(person: &Portrait) -> f64 {
    0.88 + 0.26 * person.build
}

/// Neck and the skin that an open neckline shows.
pub fn paint_neck(easel: &mut Easel, person: &Portrait) -> Option<Mask> {
    if person.clothes == Clothes::Hoodie {
        let hood = Outline::ellipse((0.0, 0.66), (0.37 * neck_width(person), 0.17), 0.0);
        easel.paint(&hood, Brush::solid(person.clothes_colour.scaled(0.62)).feather(0.003));
    }
    if person.hair_style == HairStyle::Hijab {
        return None;
    }
    let width = neck_width(person);
    let neck = Outline::symmetric_pieces(&[
        &[(0.0, 0.2), (0.17 * width, 0.2)],
        &[
            (0.17 * width, 0.2),
            (0.166 * width, 0.42),
            (0.17 * width, 0.56),
            (0.205 * width, 0.66),
            (0.29, 0.75),
            (0.31, 0.85),
        ],
        &[(0.31, 0.85), (0.25, 1.3), (0.0, 1.4)],
    ]);
    let mask = easel.mask(&[neck], 0.0016);
    let skin = person.skin;
    let base = skin.scaled(0.94).mix(rgb(190, 92, 70), 0.05);
    easel.paint_mask(&mask, Brush::over(Paint::Linear((-0.2, 0.5), base, (0.25, 0.6), base.scaled(0.86))));
    for side in [-1.0, 1.0] {
        let cord = beside(side, &[(0.13, 0.58), (0.085, 0.7), (0.035, 0.79)]);
        let brush = Brush::shade(super::skin_shade(skin)).feather(0.011).opacity(0.5).within(&mask);
        easel.paint(&Outline::stroke(&cord, &[0.006, 0.02, 0.008]), brush);
        let bone = beside(side, &[(0.04, 0.805), (0.16, 0.8), (0.3, 0.785)]);
        let brush = Brush::shade(super::skin_shade(skin)).feather(0.008).opacity(0.5).within(&mask);
        easel.paint(&Outline::stroke(&bone, &[0.006, 0.014, 0.006]), brush);
    }
    Some(mask)
}

/// Everything worn below the chin.
pub fn paint_clothes(easel: &mut Easel, person: &Portrait) {
    let colour = person.clothes_colour;
    match person.clothes {
        Clothes::CrewNeck => {
            let neckline = [(0.0, 0.802), (0.09, 0.782), (0.165, 0.725), neck_side(person)];
            paint_garment(easel, person, &neckline, colour);
            paint_band(easel, &neckline, colour, 0.04);
        }
        Clothes::VNeck => {
            let neckline = [(0.0, 0.985), (0.014, 0.97), (0.07, 0.885), (0.145, 0.755), neck_side(person)];
            paint_garment(easel, person, &neckline, colour);
            paint_band(easel, &neckline, colour, 0.026);
        }
        Clothes::RollNeck => {
            let neckline = [(0.0, 0.74), (0.09, 0.73), (0.15, 0.7), neck_side(person)];
            paint_garment(easel, person, &neckline, colour);
            paint_roll(easel, person);
        }
        Clothes::Hoodie => {
            let neckline = [(0.0, 0.83), (0.08, 0.8), (0.16, 0.73), neck_side(person)];
            paint_garment(easel, person, &neckline, colour);
            paint_hood(easel, person);
        }
        Clothes::Shirt => {
            let neckline = [&SHIRT_OPENING[..], &[neck_side(person)]].concat();
            paint_garment(easel, person, &neckline, colour);
            paint_collar(easel, person, colour);
        }
        Clothes::Blazer => {
            let white = rgb(240, 240, 242);
            paint_shirt_front(easel, person, white);
            paint_collar(easel, person, white);
            let opening = [(0.0, 1.41), (0.012, 1.39), (0.07, 1.22), (0.165, 0.86), neck_side(person)];
            paint_garment(easel, person, &opening, colour);
            paint_lapels(easel, person);
        }
    }
}

/// Where a collar leaves the neck.
fn neck_side(person: &Portrait) -> Point {
    (0.192 * neck_width(person), 0.648)
}

/// A garment from the neckline (given from the axis outwards) over the shoulders, arms and chest.
fn paint_garment(easel: &mut Easel, person: &Portrait, neckline: &[Point], colour: Colour) {
    let wide = breadth(person);
    let start = neckline[neckline.len() - 1];
    let shape = Outline::symmetric_pieces(&[
        neckline,
        &[
            start,
            (0.29 * wide, 0.732),
            (0.44 * wide, 0.8),
            shoulder(person),
            (0.74 * wide, 0.95),
            (0.83 * wide, 1.12),
            (0.89 * wide, 1.5),
            (0.94 * wide, 2.2),
            (0.98 * wide, 5.0),
        ],
        &[(0.98 * wide, 5.0), (0.0, 5.0)],
    ]);
    let mask = easel.mask(&[shape], 0.002);
    let paint = Paint::Linear((-0.6, 0.7), colour.lighter(0.1), (0.7, 1.5), colour.scaled(0.84));
    easel.paint_mask(&mask, Brush::over(paint));
    paint_folds(easel, wide, &mask);
}

fn paint_folds(easel: &mut Easel, wide: f64, mask: &Mask) {
    let dark = rgb(120, 116, 128);
    for side in [-1.0, 1.0] {
        let strength = if side < 0.0 { 0.6 } else { 0.85 };
        let armpit = beside(side, &[(0.55 * wide, 1.1), (0.6 * wide, 1.35), (0.61 * wide, 1.9), (0.62 * wide, 4.0)]);
        easel.paint(
            &Outline::stroke(&armpit, &[0.006, 0.03, 0.03, 0.03]),
            Brush::shade(dark).feather(0.022).opacity(strength).within(mask),
        );
        for (from, to, width) in
            [((0.5, 1.12), (0.28, 1.24), 0.03), ((0.53, 1.2), (0.3, 1.42), 0.024), ((0.3, 0.79), (0.42, 0.95), 0.024)]
        {
            let middle = (0.5 * (from.0 + to.0), 0.5 * (from.1 + to.1) + 0.018);
            let fold = beside(side, &[from, middle, to]);
            let brush = Brush::shade(dark).feather(0.016).opacity(0.38 * strength).within(mask);
            easel.paint(&Outline::stroke(&fold, &[0.004, width, 0.004]), brush);
        }
        let rim = beside(side, &[(0.86 * wide, 1.05), (0.94 * wide, 1.6), (0.99 * wide, 2.4), (1.0 * wide, 4.0)]);
        let brush = Brush::shade(dark).feather(0.05).opacity(0.55 * strength).within(mask);
        easel.paint(&Outline::stroke(&rim, &[0.06, 0.12, 0.12, 0.12]), brush);
    }
    let light = Outline::ellipse((-0.4, 0.88), (0.2, 0.05), 24.0);
    easel.paint(&light, Brush::glow(rgb(255, 248, 236)).feather(0.05).opacity(0.1).within(mask));
}

/// Both halves of a neckline as one line, left to right.
fn whole(neckline: &[Point]) -> Vec<Point> {
    let mut line: Vec<Point> = neckline.iter().rev().map(|&(x, y)| (-x, y)).collect();
    line.extend_from_slice(&neckline[1..]);
    line
}

fn paint_band(easel: &mut Easel, neckline: &[Point], colour: Colour, width: f64) {
    let line: Vec<Point> = whole(neckline).iter().map(|&(x, y)| (1.02 * x, y + 0.3 * width)).collect();
    let below: Vec<Point> = line.iter().map(|&(x, y)| (1.04 * x, y + 0.75 * width)).collect();
    easel.paint(&Outline::stroke(&below, &[0.012]), Brush::shade(rgb(120, 116, 128)).feather(0.007).opacity(0.6));
    let band = Outline::stroke(&line, &[width]);
    easel.paint(
        &band,
        Brush::over(Paint::Linear((-0.2, 0.7), colour.lighter(0.1), (0.2, 0.8), colour.scaled(0.8))).feather(0.0016),
    );
}

fn paint_roll(easel: &mut Easel, person: &Portrait) {
    let width = neck_width(person);
    let roll = Outline::symmetric_pieces(&[
        &[(0.0, 0.575), (0.1 * width, 0.566), (0.182 * width, 0.535)],
        &[(0.182 * width, 0.535), (0.205 * width, 0.6), (0.22 * width, 0.7)],
        &[(0.22 * width, 0.7), (0.12 * width, 0.765), (0.0, 0.782)],
    ]);
    let colour = person.clothes_colour;
    let mask = easel.mask(&[roll], 0.0018);
    easel.paint_mask(
        &mask,
        Brush::over(Paint::Linear((-0.2, 0.6), colour.lighter(0.1), (0.22, 0.7), colour.scaled(0.72))),
    );
    let lower = Outline::stroke(&[(-0.22 * width, 0.705), (0.0, 0.79), (0.22 * width, 0.705)], &[0.012]);
    easel.paint(&lower, Brush::shade(rgb(110, 106, 118)).feather(0.008).opacity(0.7));
    let shadow = Outline::ellipse((0.02, 0.55), (0.2, 0.045), 0.0);
    easel.paint(&shadow, Brush::shade(rgb(110, 106, 118)).feather(0.02).opacity(0.6).within(&mask));
}

fn paint_hood(easel: &mut Easel, person: &Portrait) {
    let width = neck_width(person);
    let colour = person.clothes_colour;
    for side in [-1.0, 1.0] {
        let fold = Outline::smooth(&beside(
            side,
            &[
                (0.2 * width, 0.6),
                (0.3 * width, 0.575),
                (0.385 * width, 0.66),
                (0.33 * width, 0.78),
                (0.17 * width, 0.89),
                (0.0, 0.955),
                (0.0, 0.86),
                (0.12 * width, 0.79),
                (0.19 * width, 0.7),
            ],
        ));
        let shadow = fold.moved((0.01, 0.022));
        easel.paint(&shadow, Brush::shade(rgb(110, 106, 118)).feather(0.014).opacity(0.7));
        let light = if side < 0.0 { 0.14 } else { 0.03 };
        let paint = Paint::Linear((side * 0.2, 0.62), colour.scaled(0.82), (side * 0.36, 0.72), colour.lighter(light));
        easel.paint(&fold, Brush::over(paint).feather(0.002));
    }
    for (x, end) in [(-0.085, 1.24), (0.085, 1.2)] {
        let cord = Outline::stroke(&[(x, 0.905), (1.12 * x, 1.05), (1.05 * x, end)], &[0.014]);
        easel.paint(&cord.moved((0.008, 0.006)), Brush::shade(rgb(110, 106, 118)).feather(0.005).opacity(0.6));
        easel.paint(&cord, Brush::solid(colour.lighter(0.6)).feather(0.0014));
    }
}

const SHIRT_OPENING: [Point; 4] = [(0.0, 0.9), (0.012, 0.89), (0.05, 0.845), (0.135, 0.735)];

/// What shows of a shirt under a blazer: only the chest, so that no light edge looks out from under the sleeves.
fn paint_shirt_front(easel: &mut Easel, person: &Portrait, colour: Colour) {
    let side = neck_side(person);
    let mut neckline = SHIRT_OPENING.to_vec();
    neckline.push(side);
    let chest = Outline::symmetric_pieces(&[&neckline, &[side, (0.25, 0.8), (0.24, 1.6)], &[(0.24, 1.6), (0.0, 1.6)]]);
    let paint = Paint::Linear((-0.2, 0.8), colour, (0.2, 1.1), colour.scaled(0.9));
    easel.paint(&chest, Brush::over(paint).feather(0.002));
}

/// Placket, buttons and an open collar.
fn paint_collar(easel: &mut Easel, person: &Portrait, colour: Colour) {
    let placket = Outline::stroke(&[(0.0, 0.9), (0.004, 1.6), (0.0, 4.0)], &[0.008]);
    easel.paint(&placket, Brush::shade(rgb(120, 116, 128)).feather(0.004).opacity(0.55));
    for y in [1.0, 1.24, 1.48, 1.72, 1.96] {
        easel.paint(
            &Outline::ellipse((0.018, y), (0.011, 0.011), 0.0),
            Brush::solid(colour.scaled(0.78)).feather(0.001),
        );
    }
    let width = neck_width(person);
    for side in [-1.0, 1.0] {
        let flap = Outline::polygon(&beside(
            side,
            &[
                (0.17 * width, 0.6),
                (0.215 * width, 0.635),
                (0.29 * width, 0.77),
                (0.175, 0.92),
                (0.01, 0.9),
                (0.1, 0.79),
                (0.165 * width, 0.7),
            ],
        ));
        easel.paint(&flap.moved((0.006, 0.02)), Brush::shade(rgb(120, 116, 128)).feather(0.012).opacity(0.6));
        let paint = Paint::Linear((side * 0.1, 0.68), colour.scaled(0.9), (side * 0.24, 0.84), colour.lighter(0.25));
        easel.paint(&flap, Brush::over(paint).feather(0.0022));
    }
}

fn paint_lapels(easel: &mut Easel, person: &Portrait) {
    let colour = person.clothes_colour;
    let dark = rgb(100, 98, 110);
    let edge = Outline::stroke(&[(0.0, 1.38), (0.018, 1.6), (0.03, 2.2), (0.1, 4.0)], &[0.01]);
    easel.paint(&edge.moved((0.008, 0.0)), Brush::shade(dark).feather(0.007).opacity(0.75));
    for y in [1.5, 1.78] {
        easel.paint(
            &Outline::ellipse((-0.03, y), (0.018, 0.018), 0.0),
            Brush::solid(colour.scaled(0.6)).feather(0.0014),
        );
    }
    let width = neck_width(person);
    for side in [1.0, -1.0] {
        let lapel = Outline::polygon(&beside(
            side,
            &[
                (0.2 * width, 0.64),
                (0.27 * width, 0.7),
                (0.335, 0.885),
                (0.3, 0.925),
                (0.385, 0.955),
                (0.26, 1.2),
                (0.0, 1.44),
                (0.05, 1.24),
                (0.14, 0.93),
                (0.2 * width, 0.72),
            ],
        ));
        easel.paint(&lapel.moved((0.006, 0.022)), Brush::shade(dark).feather(0.014).opacity(0.6));
        let light = if side < 0.0 { 0.15 } else { 0.07 };
        let paint = Paint::Linear((side * 0.1, 0.9), colour.scaled(0.88), (side * 0.34, 0.95), colour.lighter(light));
        easel.paint(&lapel, Brush::over(paint).feather(0.002));
        let seam = beside(side, &[(0.17, 0.83), (0.3, 0.925)]);
        easel.paint(&Outline::stroke(&seam, &[0.005]), Brush::shade(rgb(90, 88, 100)).feather(0.003).opacity(0.7));
    }
}
