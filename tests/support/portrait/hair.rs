//! Hair: what lies behind the head, what falls in front of it, and its strands.

use super::canvas::{Brush, Easel, Paint};
use super::colour::rgb;
use super::outline::{Outline, Point};
use super::random::Random;
use super::raster::Mask;
use super::{HairStyle, Portrait, headwear, locks, skin_shade, strand_shade};

/// A lock: strands are spread between its two guide curves, which have the same number of points.
pub type Lock = (Vec<Point>, Vec<Point>);

/// The parts of a hair style, for an unmirrored head.
#[derive(Default)]
pub struct Shape {
    /// Painted before neck and face.
    pub behind: Vec<Outline>,
    /// Painted over the face and clothes.
    pub front: Vec<Outline>,
    /// Strands over `front`.
    pub locks: Vec<Lock>,
    /// Strands over `behind`.
    pub locks_behind: Vec<Lock>,
    /// Softness of the front's edge, head units; the outline lies at 50 %.
    pub feather: f64,
}

/// Everything whose top may be the crown: hair, scarf or hat.
pub fn silhouette(person: &Portrait) -> Vec<Outline> {
    let shape = shape(person);
    let mut parts: Vec<Outline> = shape.behind;
    parts.extend(shape.front);
    parts.extend(headwear::silhouette(person));
    parts
}

fn shape(person: &Portrait) -> Shape {
    let mut shape = match person.hair_style {
        HairStyle::Short => locks::short(),
        HairStyle::Beanie => locks::under_hat(),
        HairStyle::Cropped => locks::cropped(),
        HairStyle::Long => locks::long(),
        HairStyle::Bob => locks::bob(),
        HairStyle::Fringe => locks::fringe(),
        HairStyle::Bun => locks::bun(),
        HairStyle::Afro => locks::afro(person.seed),
        HairStyle::Bald | HairStyle::Hijab => Shape::default(),
    };
    for outline in shape.behind.iter_mut().chain(&mut shape.front) {
        *outline = outline.mirrored_if(person.mirrored_hair);
    }
    if person.mirrored_hair {
        for (first, second) in shape.locks.iter_mut().chain(&mut shape.locks_behind) {
            for point in first.iter_mut().chain(second) {
                point.0 = -point.0;
            }
        }
    }
    shape
}

/// Whether the ears lie behind hair, with whatever goes around them.
pub fn covers_ears(person: &Portrait) -> bool {
    matches!(person.hair_style, HairStyle::Long | HairStyle::Bob | HairStyle::Fringe)
}

/// The main paint of the hair: lit from the upper left.
fn front_paint(person: &Portrait) -> Paint {
    let colour = person.hair;
    match person.hair_style {
        // A fade: the skin shows through at the sides.
        HairStyle::Cropped => {
            Paint::Linear((0.0, -0.36), colour.lighter(0.04), (0.0, 0.02), colour.mix(person.skin.scaled(0.82), 0.78))
        }
        _ => Paint::Linear((-0.25, -0.5), colour.lighter(0.07), (0.32, 0.3), colour.scaled(0.76)),
    }
}

/// Hair and scarf behind neck and face.
pub fn paint_behind(easel: &mut Easel, person: &Portrait) {
    headwear::paint_behind(easel, person);
    let shape = shape(person);
    if shape.behind.is_empty() {
        return;
    }
    let mask = easel.mask(&shape.behind, 0.0022);
    let colour = person.hair;
    let paint = match person.hair_style {
        // One mass, front and back: no seam may show.
        HairStyle::Afro | HairStyle::Bun => front_paint(person),
        _ => Paint::Linear((-0.3, -0.4), colour.scaled(0.86), (0.3, 0.6), colour.scaled(0.58)),
    };
    easel.paint_mask(&mask, Brush::over(paint));
    paint_locks(easel, person, &shape.locks_behind, &mask, 0.6);
    if person.hair_style == HairStyle::Afro {
        paint_curls(easel, person, &mask);
    }
}

/// The shadow of the front hair on the face.
pub fn paint_shadow(easel: &mut Easel, person: &Portrait, skin: &Mask) {
    let mut parts = shape(person).front;
    parts.extend(headwear::silhouette(person));
    let moved: Vec<Outline> = parts.iter().map(|part| part.moved((0.01, 0.022))).collect();
    if !moved.is_empty() {
        let brush = Brush::shade(skin_shade(person.skin)).feather(0.02).opacity(0.62).within(skin);
        easel.paint_all(&moved, brush);
    }
    if person.hair_style == HairStyle::Bald {
        for side in [-1.0, 1.0] {
            let shaven = Outline::ellipse((side * 0.3, -0.16), (0.055, 0.17), side * 6.0);
            let brush = Brush::solid(person.hair.scaled(0.7)).feather(0.03).opacity(0.3).within(skin);
            easel.paint(&shaven, brush);
        }
        let shine = Outline::ellipse((-0.1, -0.37), (0.1, 0.045), -16.0);
        easel.paint(&shine, Brush::glow(rgb(255, 232, 206)).feather(0.03).opacity(0.3).within(skin));
    }
}

/// Hair, scarf and hat in front of the face.
pub fn paint_front(easel: &mut Easel, person: &Portrait) {
    let shape = shape(person);
    if !shape.front.is_empty() {
        let mask = easel.mask(&shape.front, shape.feather);
        let colour = person.hair;
        easel.paint_mask(&mask, Brush::over(front_paint(person)));
        if person.hair_style == HairStyle::Afro {
            paint_curls(easel, person, &mask);
        } else {
            paint_locks(easel, person, &shape.locks, &mask, 1.0);
            let gleam = Outline::stroke(
                &[(-0.27, -0.32), (-0.12, -0.45), (0.06, -0.475), (0.2, -0.41)],
                &[0.02, 0.055, 0.05, 0.02],
            );
            let shine = rgb(255, 226, 190).mix(colour, 0.4);
            let strength = if person.hair_style == HairStyle::Cropped { 0.06 } else { 0.16 };
            easel.paint(&gleam, Brush::glow(shine).feather(0.026).opacity(strength).within(&mask));
        }
    }
    headwear::paint_front(easel, person);
}

/// Light and dark strands spread between the guides of each lock.
fn paint_locks(easel: &mut Easel, person: &Portrait, locks: &[Lock], mask: &Mask, strength: f64) {
    let mut random = Random::new(person.seed ^ 0x5712a2d5);
    let (mut light, mut dark) = (Vec::new(), Vec::new());
    for (first, second) in locks {
        for index in 0..34 {
            let share = random.range(-0.02, 1.02);
            let sway = random.range(-0.03, 0.03);
            let last = (first.len() - 1).max(1) as f64;
            let line: Vec<Point> = first
                .iter()
                .zip(second)
                .enumerate()
                .map(|(step, (from, to))| {
                    let share = share + sway * step as f64 / last;
                    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
                })
                .collect();
            let width = random.range(0.0025, 0.0085);
            let strand = Outline::stroke(&line, &[0.0008, width, width, 0.0008]);
            if index % 5 < 2 { light.push(strand) } else { dark.push(strand) }
        }
    }
    let colour = person.hair;
    easel.paint_all(&dark, Brush::shade(strand_shade(colour)).feather(0.0022).opacity(0.42 * strength).within(mask));
    easel.paint_all(&light, Brush::solid(colour.lighter(0.3)).feather(0.0022).opacity(0.3 * strength).within(mask));
}

/// Small curls all over a mask.
fn paint_curls(easel: &mut Easel, person: &Portrait, mask: &Mask) {
    let mut random = Random::new(person.seed ^ 0xc0_11ed);
    let (mut light, mut dark) = (Vec::new(), Vec::new());
    for index in 0..900 {
        let (x, y) = (random.range(-0.62, 0.62), random.range(-0.8, 0.42));
        let (radius, turn) = (random.range(0.013, 0.026), random.range(0.0, std::f64::consts::TAU));
        let arc: Vec<Point> = (0..4)
            .map(|step| {
                let (sine, cosine) = (turn + 1.1 * f64::from(step)).sin_cos();
                (x + radius * cosine, y + radius * sine)
            })
            .collect();
        let curl = Outline::stroke(&arc, &[0.001, 0.008, 0.001]);
        if index % 2 == 0 { light.push(curl) } else { dark.push(curl) }
    }
    easel.paint_all(&dark, Brush::shade(strand_shade(person.hair)).feather(0.003).opacity(0.6).within(mask));
    easel.paint_all(&light, Brush::solid(person.hair.lighter(0.26)).feather(0.003).opacity(0.3).within(mask));
    let gleam = Outline::ellipse((-0.2, -0.48), (0.2, 0.12), -35.0);
    easel.paint(&gleam, Brush::glow(rgb(180, 150, 120)).feather(0.07).opacity(0.2).within(mask));
}
