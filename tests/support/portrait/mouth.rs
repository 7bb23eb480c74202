//! Lips and teeth.

use super::canvas::{Brush, Easel, Paint};
use super::colour::rgb;
use super::outline::{Outline, Point, curve};
use super::{Portrait, Smile, skin_shade};

/// The lines of a mouth, each from the image's left corner to its right one.
struct Mouth {
    /// Upper edge of the upper lip.
    bow: Vec<Point>,
    /// Lower edge of the upper lip.
    above: Vec<Point>,
    /// Upper edge of the lower lip.
    below: Vec<Point>,
    /// Lower edge of the lower lip.
    base: Vec<Point>,
    corner: Point,
    bottom: f64,
}

impl Mouth {
    fn of(person: &Portrait) -> Self {
        let full = person.features.lips;
        let rise = 0.034 * full;
        let (corner, seam, opening, thick) = match person.smile {
            Smile::Closed => ((0.118, 0.2895), [(0.06, 0.315), (0.0, 0.3195)], [(0.06, 0.315), (0.0, 0.3195)], 0.045),
            Smile::Open => ((0.124, 0.2885), [(0.058, 0.3105), (0.0, 0.314)], [(0.066, 0.336), (0.0, 0.3515)], 0.037),
        };
        let bottom = opening[1].1 + thick * full;
        let bow = [
            (0.068, corner.1 + 0.3 * (seam[0].1 - corner.1) - 0.28 * rise),
            (0.023, seam[1].1 - 1.14 * rise),
            (0.0, seam[1].1 - 0.97 * rise),
        ];
        let base = [(0.08, corner.1 + 0.68 * (bottom - corner.1)), (0.04, bottom - 0.0035), (0.0, bottom)];
        Self {
            bow: across(corner, &bow),
            above: across(corner, &seam),
            below: across(corner, &opening),
            base: across(corner, &base),
            corner,
            bottom,
        }
    }
}

/// A line from corner to corner; `half` leads from beside the image-right corner to the middle.
fn across(corner: Point, half: &[Point]) -> Vec<Point> {
    let mut right = vec![corner];
    right.extend_from_slice(half);
    let mut line: Vec<Point> = right.iter().map(|&(x, y)| (-x, y)).collect();
    line.extend(right.iter().rev().skip(1));
    curve(&line)
}

/// The area between two lines that share their ends.
fn between(upper: &[Point], lower: &[Point]) -> Outline {
    Outline::polygon(&upper.iter().chain(lower.iter().rev()).copied().collect::<Vec<_>>())
}

/// Lips and, in an open smile, teeth.
pub fn paint(easel: &mut Easel, person: &Portrait) {
    let mouth = Mouth::of(person);
    let skin = person.skin;
    let lips = skin.mix(rgb(190, 68, 64), 0.42).scaled(0.93).mix(rgb(184, 40, 58), 0.36 * person.makeup as f32);
    let shade = skin_shade(skin);
    let below = Outline::ellipse((0.0, mouth.bottom + 0.024), (0.056, 0.013), 0.0);
    easel.paint(&below, Brush::shade(shade).feather(0.012).opacity(0.55));
    if person.smile == Smile::Open {
        paint_teeth(easel, &mouth);
    }
    easel.paint(&between(&mouth.bow, &mouth.above), Brush::solid(lips.scaled(0.9)).feather(0.003).opacity(0.9));
    easel.paint(&between(&mouth.below, &mouth.base), Brush::solid(lips).feather(0.0036).opacity(0.88));
    let shine = Outline::ellipse((-0.012, mouth.bottom - 0.02), (0.034, 0.0065), 0.0);
    easel.paint(&shine, Brush::glow(rgb(255, 220, 210)).feather(0.006).opacity(0.22 + 0.12 * person.makeup));

    let thin = if person.smile == Smile::Open { 0.55 } else { 1.0 };
    let seam = Outline::stroke(&mouth.above, &[0.003, 0.0055 * thin, 0.0062 * thin, 0.0055 * thin, 0.003]);
    let line = skin.scaled(0.34).mix(rgb(98, 28, 30), 0.5);
    easel.paint(&seam, Brush::solid(line).feather(0.0018).opacity(0.85));
    for side in [-1.0, 1.0] {
        let dimple = Outline::ellipse((side * (mouth.corner.0 + 0.005), mouth.corner.1 - 0.001), (0.0065, 0.009), 0.0);
        easel.paint(&dimple, Brush::shade(shade).feather(0.006).opacity(0.9));
    }
}

fn paint_teeth(easel: &mut Easel, mouth: &Mouth) {
    let opening = easel.mask(&[between(&mouth.above, &mouth.below)], 0.001);
    easel.paint_mask(&opening, Brush::solid(rgb(92, 34, 36)));
    let row = Outline::symmetric(&[
        (0.0, 0.3),
        (0.06, 0.297),
        (0.108, 0.291),
        (0.094, 0.316),
        (0.052, 0.3355),
        (0.0, 0.3445),
    ]);
    let ivory = Paint::Linear((0.02, 0.31), rgb(250, 246, 240), (0.14, 0.31), rgb(190, 168, 158));
    easel.paint(&row, Brush::over(ivory).feather(0.002).within(&opening));
    for x in [-0.076, -0.053, -0.0275, 0.0, 0.0275, 0.053, 0.076] {
        let gap = Outline::stroke(&[(x, 0.3), (x, 0.345)], &[0.0022]);
        easel.paint(&gap, Brush::shade(rgb(196, 170, 160)).feather(0.0022).opacity(0.4).within(&opening));
    }
}
