//! Beard, glasses and earrings.

use super::canvas::{Brush, Easel, Paint};
use super::colour::rgb;
use super::eyes::OFFSET;
use super::outline::{Outline, Point};
use super::random::Random;
use super::raster::Mask;
use super::{Beard, Glasses, HairStyle, Portrait, beside, strand_shade};

/// Beard within the face's outline, so that the chin stays where the truth says.
pub fn paint_beard(easel: &mut Easel, person: &Portrait, skin: &Mask) {
    let (opacity, feather) = match person.beard {
        Beard::None => return,
        Beard::Stubble => (0.3, 0.02),
        Beard::Full => (0.93, 0.009),
    };
    let area = Outline::symmetric(&[
        (0.0, 0.243),
        (0.05, 0.237),
        (0.1, 0.262),
        (0.14, 0.298),
        (0.2, 0.262),
        (0.252, 0.16),
        (0.284, 0.02),
        (0.3, -0.06),
        (0.36, 0.0),
        (0.35, 0.3),
        (0.22, 0.52),
        (0.0, 0.58),
    ]);
    let mouth = Outline::ellipse((0.0, 0.322), (0.108, 0.04), 0.0);
    let patch = Outline::ellipse((0.0, 0.372), (0.07, 0.016), 0.0).taken_away();
    let mask = easel.mask(&[area, mouth.taken_away(), patch], feather);
    // Short growth lets the skin through.
    let colour = if person.beard == Beard::Full { person.hair } else { person.hair.mix(person.skin.scaled(0.45), 0.5) };
    let paint = Paint::Linear((-0.2, 0.1), colour.lighter(0.06), (0.2, 0.45), colour.scaled(0.8));
    easel.paint_mask(&mask, Brush::over(paint).opacity(opacity).within(skin));
    if person.beard == Beard::Full {
        let mut random = Random::new(person.seed ^ 0xbea2d);
        let mut hairs = [Vec::new(), Vec::new()];
        for index in 0..420 {
            let (x, y) = (random.range(-0.29, 0.29), random.range(0.05, 0.5));
            let lean = 0.6 * x + random.range(-0.012, 0.012);
            let line = [(x, y), (x + 0.3 * lean * 0.1, y + 0.014), (x + lean * 0.1, y + 0.03)];
            hairs[index % 2].push(Outline::stroke(&line, &[0.001, 0.003, 0.001]));
        }
        let both = Mask { origin: mask.origin, size: mask.size, data: masked(&mask, skin) };
        easel.paint_all(&hairs[0], Brush::glow(colour.lighter(0.35)).feather(0.001).opacity(0.22).within(&both));
        easel.paint_all(&hairs[1], Brush::shade(strand_shade(colour)).feather(0.001).opacity(0.4).within(&both));
    }
}

fn masked(mask: &Mask, within: &Mask) -> Vec<f32> {
    let pixel = |index: usize| {
        let (row, column) = (index / mask.size.0, index % mask.size.0);
        within.at(mask.origin.0 + column as i64, mask.origin.1 + row as i64)
    };
    mask.data.iter().enumerate().map(|(index, cover)| cover * pixel(index)).collect()
}

/// Frames, lenses and temples.
pub fn paint_glasses(easel: &mut Easel, person: &Portrait) {
    let (colour, thick) = match person.glasses {
        Glasses::None => return,
        Glasses::Round => (rgb(108, 82, 52), 0.0095),
        Glasses::Square => (rgb(34, 32, 38), 0.0155),
    };
    let lens = |side: f64, grow: f64| match person.glasses {
        Glasses::Round => Outline::ellipse((side * (OFFSET + 0.004), 0.014), (0.1 + grow, 0.094 + grow), 0.0),
        _ => Outline::rounded((side * (OFFSET + 0.006), 0.012), (0.103 + grow, 0.07 + grow), 0.042 + 0.5 * grow),
    };
    let mut frame: Vec<Outline> = Vec::new();
    for side in [-1.0, 1.0] {
        easel.paint(&lens(side, 0.0), Brush::glow(rgb(226, 236, 255)).opacity(0.03));
        frame.push(lens(side, 0.5 * thick));
        frame.push(lens(side, -0.5 * thick).taken_away());
        let hinge: Vec<Point> = beside(side, &[(0.24, -0.016), (0.272, -0.022), (0.31, -0.024)]);
        frame.push(Outline::stroke(&hinge, &[1.1 * thick, thick, 0.9 * thick]));
    }
    frame.push(Outline::stroke(&[(-0.038, 0.008), (0.0, -0.008), (0.038, 0.008)], &[thick]));
    let shadow: Vec<Outline> = frame.iter().map(|part| part.moved((0.004, 0.014))).collect();
    easel.paint_all(&shadow, Brush::shade(rgb(150, 116, 108)).feather(0.006).opacity(0.5));
    easel.paint_all(
        &frame,
        Brush::over(Paint::Linear((0.0, -0.07), colour.lighter(0.18), (0.0, 0.09), colour)).feather(0.001),
    );
    for side in [-1.0, 1.0] {
        let glass = easel.mask(&[lens(side, -0.5 * thick)], 0.001);
        let (x, y) = (side * OFFSET - 0.035, 0.0);
        let glare = Outline::polygon(&[
            (x - 0.03, y + 0.12),
            (x + 0.045, y - 0.12),
            (x + 0.085, y - 0.12),
            (x + 0.01, y + 0.12),
        ]);
        easel.paint(&glare, Brush::glow(rgb(255, 255, 255)).feather(0.006).opacity(0.05).within(&glass));
    }
}

/// Studs below the ears.
pub fn paint_earrings(easel: &mut Easel, person: &Portrait) {
    if !person.earrings || person.hair_style == HairStyle::Hijab {
        return;
    }
    let gold = rgb(222, 178, 92);
    for side in [-1.0, 1.0] {
        let (x, y) = (side * 0.309, 0.128);
        let hoop = [
            Outline::ellipse((x, y + 0.03), (0.026, 0.032), 0.0),
            Outline::ellipse((x, y + 0.03), (0.019, 0.025), 0.0).taken_away(),
        ];
        easel.paint_all(
            &hoop,
            Brush::over(Paint::Linear((x, y), gold.lighter(0.5), (x, y + 0.06), gold.scaled(0.8))).feather(0.001),
        );
    }
}
