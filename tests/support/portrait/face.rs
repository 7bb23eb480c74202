//! Skin of the head, and the nose.

use super::canvas::{Brush, Easel, Paint};
use super::colour::{Colour, rgb};
use super::outline::{Outline, Point};
use super::raster::Mask;
use super::{HairStyle, Portrait, beside, skin_shade};

/// The chin's distance below the mid-eye point: half a head height, by definition.
pub const CHIN: f64 = 0.5;

/// What the skin of the head covers, ears left out.
pub fn silhouette(person: &Portrait) -> Vec<Outline> {
    let jaw = 0.03 * person.build;
    vec![Outline::symmetric(&[
        (0.0, -0.475),
        (0.145, -0.45),
        (0.25, -0.36),
        (0.3, -0.2),
        (0.304, -0.04),
        (0.294 + 0.2 * jaw, 0.12),
        (0.258 + 0.7 * jaw, 0.27),
        (0.185 + jaw, 0.395),
        (0.1 + 0.8 * jaw, 0.474),
        (0.0, CHIN),
    ])]
}

/// The shadow that the head throws on the neck.
pub fn paint_chin_shadow(easel: &mut Easel, person: &Portrait, neck: &Mask) {
    let shadow: Vec<Outline> = silhouette(person).iter().map(|outline| outline.moved((0.015, 0.085))).collect();
    easel.paint_all(&shadow, Brush::shade(skin_shade(person.skin)).feather(0.022).opacity(0.95).within(neck));
}

/// Ears and face; returns the face's coverage for what must not leave it.
pub fn paint_skin(easel: &mut Easel, person: &Portrait) -> Mask {
    if person.hair_style != HairStyle::Hijab {
        for side in [-1.0, 1.0] {
            paint_ear(easel, person, side);
        }
    }
    let skin = person.skin;
    let shade = skin_shade(skin);
    let mask = easel.mask(&silhouette(person), 0.0016);
    easel.paint_mask(
        &mask,
        Brush::over(Paint::Linear((-0.25, -0.2), skin.lighter(0.07), (0.3, 0.3), skin.scaled(0.95))),
    );

    let mut soft = |outline: Outline, brush: Brush<'static>, feather: f64, opacity: f64| {
        easel.paint(&outline, brush.within(&mask).feather(feather).opacity(opacity));
    };
    soft(Outline::ellipse((0.335, 0.12), (0.1, 0.42), 8.0), Brush::shade(shade), 0.06, 0.95);
    soft(Outline::ellipse((-0.345, 0.14), (0.075, 0.4), -8.0), Brush::shade(shade), 0.05, 0.6);
    soft(Outline::ellipse((0.03, 0.535), (0.24, 0.075), -3.0), Brush::shade(shade), 0.035, 0.5);
    soft(Outline::ellipse((-0.05, -0.22), (0.12, 0.07), 0.0), Brush::glow(rgb(255, 222, 190)), 0.05, 0.13);
    let blush = Colour(skin.0).mix(rgb(226, 92, 80), 0.55);
    for side in [-1.0, 1.0] {
        soft(Outline::ellipse((side * 0.19, 0.16), (0.065, 0.05), side * -18.0), Brush::solid(blush), 0.038, 0.24);
        soft(
            Outline::ellipse((side * 0.178, 0.098), (0.055, 0.022), side * -16.0),
            Brush::glow(rgb(255, 226, 200)),
            0.02,
            if side < 0.0 { 0.16 } else { 0.07 },
        );
    }
    soft(Outline::ellipse((-0.01, 0.445), (0.04, 0.022), 0.0), Brush::glow(rgb(255, 226, 200)), 0.018, 0.1);
    mask
}

fn paint_ear(easel: &mut Easel, person: &Portrait, side: f64) {
    let ear = [
        (0.285, -0.06),
        (0.317, -0.085),
        (0.345, -0.06),
        (0.347, -0.01),
        (0.33, 0.06),
        (0.317, 0.115),
        (0.295, 0.125),
        (0.28, 0.06),
    ];
    let base = person.skin.scaled(if side < 0.0 { 0.97 } else { 0.9 }).mix(rgb(220, 100, 84), 0.06);
    let mask = easel.mask(&[Outline::smooth(&beside(side, &ear))], 0.0016);
    easel.paint_mask(&mask, Brush::solid(base));
    let fold = Outline::stroke(
        &beside(side, &[(0.3, -0.045), (0.322, -0.058), (0.332, -0.02), (0.32, 0.045)]),
        &[0.004, 0.01, 0.01, 0.004],
    );
    easel.paint(&fold, Brush::shade(skin_shade(person.skin)).feather(0.004).opacity(0.85).within(&mask));
    let hollow = Outline::ellipse((side * 0.308, 0.03), (0.013, 0.04), side * 8.0);
    easel.paint(&hollow, Brush::shade(skin_shade(person.skin)).feather(0.007).opacity(0.8).within(&mask));
}

/// Bridge, tip, wings and nostrils.
pub fn paint_nose(easel: &mut Easel, person: &Portrait) {
    let shade = skin_shade(person.skin);
    let glow = rgb(255, 228, 204);
    let wide = |points: &[Point]| points.iter().map(|&(x, y)| (person.features.nose_width * x, y)).collect::<Vec<_>>();
    // Deep skin shows form by its highlights, fair skin by its shadows.
    let glint = 1.0 + 1.1 * (1.0 - f64::from(person.skin.luma()) / 255.0);
    let side_shadow =
        [(0.026, -0.045), (0.038, 0.02), (0.05, 0.1), (0.066, 0.165), (0.05, 0.198), (0.026, 0.17), (0.02, 0.08)];
    easel.paint(&Outline::smooth(&wide(&side_shadow)), Brush::shade(shade).feather(0.013).opacity(0.62));
    easel.paint(&Outline::smooth(&wide(&beside(-1.0, &side_shadow))), Brush::shade(shade).feather(0.014).opacity(0.26));
    let bridge = Outline::stroke(&[(-0.006, -0.03), (-0.006, 0.06), (-0.008, 0.14)], &[0.014, 0.017, 0.026]);
    easel.paint(&bridge, Brush::glow(glow).feather(0.009).opacity(0.15 * glint));
    easel.paint(
        &Outline::ellipse((-0.01, 0.158), (0.018, 0.015), 0.0),
        Brush::glow(glow).feather(0.008).opacity(0.18 * glint),
    );

    let under = [
        (-0.06, 0.19),
        (-0.032, 0.203),
        (0.0, 0.213),
        (0.032, 0.203),
        (0.06, 0.19),
        (0.034, 0.221),
        (0.0, 0.228),
        (-0.034, 0.221),
    ];
    easel.paint(&Outline::smooth(&wide(&under)), Brush::shade(shade).feather(0.007).opacity(0.8));
    let dark = person.skin.scaled(0.38).mix(rgb(90, 34, 30), 0.3);
    for side in [-1.0, 1.0] {
        let nostril = beside(side, &[(0.014, 0.2065), (0.028, 0.2), (0.043, 0.203), (0.034, 0.2105)]);
        easel.paint(&Outline::smooth(&wide(&nostril)), Brush::solid(dark).feather(0.0028).opacity(0.78));
        let wing = beside(side, &[(0.05, 0.158), (0.066, 0.176), (0.066, 0.198), (0.05, 0.209)]);
        easel.paint(
            &Outline::stroke(&wide(&wing), &[0.002, 0.006, 0.006, 0.003]),
            Brush::shade(shade).feather(0.0036).opacity(0.85),
        );
    }
}

/// Lines of age: from the nose to the mouth's corners, at the eyes' corners, across the forehead.
pub fn paint_age(easel: &mut Easel, person: &Portrait, skin: &Mask) {
    let shade = skin_shade(person.skin);
    for side in [-1.0, 1.0] {
        let fold = beside(side, &[(0.078, 0.185), (0.112, 0.225), (0.132, 0.275)]);
        let brush = Brush::shade(shade).feather(0.0055).opacity(0.1 + 0.6 * person.age).within(skin);
        easel.paint(&Outline::stroke(&fold, &[0.003, 0.008, 0.003]), brush);
        for (rise, reach) in [(-0.016, 0.256), (0.006, 0.262), (0.026, 0.254)] {
            let line = beside(side, &[(0.218, 0.35 * rise), (reach, rise)]);
            let brush = Brush::shade(shade).feather(0.003).opacity(0.65 * person.age * person.age).within(skin);
            easel.paint(&Outline::stroke(&line, &[0.004, 0.0015]), brush);
        }
    }
    for (y, half) in [(-0.19, 0.13), (-0.225, 0.11)] {
        let line = [(-half, y + 0.008), (-0.4 * half, y), (0.4 * half, y), (half, y + 0.008)];
        let brush = Brush::shade(shade).feather(0.004).opacity(0.5 * person.age * person.age).within(skin);
        easel.paint(&Outline::stroke(&line, &[0.001, 0.006, 0.006, 0.001]), brush);
    }
}
