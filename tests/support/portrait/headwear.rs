//! Headscarf and knitted hat.

use super::canvas::{Brush, Easel, Paint};
use super::colour::rgb;
use super::outline::{Outline, Point};
use super::{HairStyle, Portrait, beside};

const SHADE: (u8, u8, u8) = (112, 106, 116);

/// What is worn on the head; empty for bare heads.
pub fn silhouette(person: &Portrait) -> Vec<Outline> {
    match person.hair_style {
        HairStyle::Hijab => vec![scarf(), face_opening().taken_away()],
        HairStyle::Beanie => vec![dome(), brim()],
        _ => Vec::new(),
    }
}

fn scarf() -> Outline {
    Outline::symmetric(&[
        (0.0, -0.555),
        (0.18, -0.525),
        (0.315, -0.4),
        (0.368, -0.2),
        (0.368, 0.05),
        (0.345, 0.3),
        (0.32, 0.5),
        (0.36, 0.66),
        (0.49, 0.78),
        (0.58, 0.93),
        (0.5, 1.1),
        (0.25, 1.22),
        (0.0, 1.26),
    ])
}

/// The face's window in the scarf; it ends just below the chin, which stays visible.
fn face_opening() -> Outline {
    Outline::symmetric(&[
        (0.0, -0.285),
        (0.13, -0.27),
        (0.225, -0.19),
        (0.272, -0.04),
        (0.274, 0.12),
        (0.25, 0.27),
        (0.188, 0.4),
        (0.1, 0.484),
        (0.0, 0.512),
    ])
}

fn dome() -> Outline {
    Outline::symmetric(&[
        (0.0, -0.665),
        (0.16, -0.64),
        (0.28, -0.545),
        (0.34, -0.4),
        (0.35, -0.26),
        (0.2, -0.24),
        (0.0, -0.25),
    ])
}

fn brim() -> Outline {
    Outline::symmetric_pieces(&[
        &[(0.0, -0.392), (0.18, -0.38), (0.35, -0.335)],
        &[(0.35, -0.335), (0.366, -0.26), (0.352, -0.175)],
        &[(0.352, -0.175), (0.18, -0.222), (0.0, -0.234)],
    ])
}

/// The scarf's inside, behind the face.
pub fn paint_behind(easel: &mut Easel, person: &Portrait) {
    if person.hair_style == HairStyle::Hijab {
        easel.paint(&scarf(), Brush::solid(person.headwear.scaled(0.55)).feather(0.002));
    }
}

/// The scarf or hat in front.
pub fn paint_front(easel: &mut Easel, person: &Portrait) {
    match person.hair_style {
        HairStyle::Hijab => paint_scarf(easel, person),
        HairStyle::Beanie => paint_hat(easel, person),
        _ => {}
    }
}

fn paint_scarf(easel: &mut Easel, person: &Portrait) {
    let colour = person.headwear;
    let mask = easel.mask(&silhouette(person), 0.0022);
    easel.paint_mask(
        &mask,
        Brush::over(Paint::Linear((-0.35, -0.4), colour.lighter(0.12), (0.4, 0.8), colour.scaled(0.8))),
    );
    let shade = rgb(SHADE.0, SHADE.1, SHADE.2);
    let mut fold = |points: &[Point], width: f64, opacity: f64| {
        let line = Outline::stroke(points, &[0.25 * width, width, 0.25 * width]);
        easel.paint(&line, Brush::shade(shade).feather(0.35 * width).opacity(opacity).within(&mask));
        let light = line.moved((-0.5 * width, -0.6 * width));
        easel
            .paint(&light, Brush::glow(colour.lighter(0.5)).feather(0.4 * width).opacity(0.16 * opacity).within(&mask));
    };
    for (bend, opacity) in [(0.05, 0.6), (0.1, 0.45)] {
        let side = [
            (0.05, -0.31 - bend),
            (0.2, -0.25 - bend),
            (0.275 + 0.5 * bend, -0.1),
            (0.285 + 0.5 * bend, 0.15),
            (0.2 + bend, 0.42),
        ];
        fold(&side, 0.022, opacity);
        fold(&beside(-1.0, &side), 0.022, opacity);
    }
    fold(&[(-0.29, 0.3), (-0.2, 0.5), (0.0, 0.6), (0.25, 0.64), (0.42, 0.78)], 0.04, 0.85);
    fold(&[(-0.33, 0.42), (-0.22, 0.62), (0.0, 0.74), (0.25, 0.8), (0.45, 0.93)], 0.045, 0.7);
    fold(&[(0.31, 0.34), (0.22, 0.5), (0.08, 0.59)], 0.03, 0.6);
    fold(&[(-0.4, 0.74), (-0.2, 0.88), (0.05, 0.96), (0.3, 1.04)], 0.045, 0.6);
    fold(&[(0.34, 0.5), (0.36, 0.62), (0.48, 0.78)], 0.03, 0.6);
    fold(&[(-0.33, 0.5), (-0.36, 0.64), (-0.5, 0.82)], 0.03, 0.5);
    let rim = easel.mask(
        &[face_opening().mapped(|(x, y)| (1.05 * x, 0.1 + 1.035 * (y - 0.1))), face_opening().taken_away()],
        0.003,
    );
    easel.paint_mask(&rim, Brush::shade(shade).opacity(0.45).within(&mask));
}

fn paint_hat(easel: &mut Easel, person: &Portrait) {
    let colour = person.headwear;
    let shade = rgb(SHADE.0, SHADE.1, SHADE.2);
    let mask = easel.mask(&[dome()], 0.0025);
    easel.paint_mask(
        &mask,
        Brush::over(Paint::Linear((-0.25, -0.6), colour.lighter(0.14), (0.3, -0.25), colour.scaled(0.74))),
    );
    let rib = |share: f64, top: f64, middle: f64, bottom: f64| {
        Outline::stroke(
            &[(0.3 * share, top), (0.82 * share * 0.42, middle), (share * 0.36, bottom)],
            &[0.006, 0.012, 0.012],
        )
    };
    let ribs: Vec<Outline> = (-9..=9).map(|index| rib(f64::from(index) / 9.0, -0.68, -0.52, -0.3)).collect();
    easel.paint_all(&ribs, Brush::shade(shade).feather(0.005).opacity(0.36).within(&mask));
    let band = brim();
    easel.paint(&band.moved((0.0, -0.014)), Brush::shade(shade).feather(0.012).opacity(0.7).within(&mask));
    let mask = easel.mask(&[band], 0.0025);
    easel.paint_mask(
        &mask,
        Brush::over(Paint::Linear((-0.3, -0.4), colour.lighter(0.2), (0.34, -0.2), colour.scaled(0.8))),
    );
    let ribs: Vec<Outline> = (-13..=13)
        .map(|index| {
            let x = 0.36 * f64::from(index) / 13.0;
            Outline::stroke(&[(x, -0.41), (1.03 * x, -0.3), (x, -0.16)], &[0.008])
        })
        .collect();
    easel.paint_all(&ribs, Brush::shade(shade).feather(0.005).opacity(0.42).within(&mask));
}
