//! The drawn portraits hold what their truth says: checked in the pixels, not in the drawer's own numbers.

#[path = "support/portrait/mod.rs"]
mod portrait;

use image::RgbImage;
use portrait::{Background, Clothes, Features, HairStyle, Portrait, Truth, draw_scene, rgb};

/// A background that no skin, hair or cloth comes near, without grain: whatever differs from it is a person.
const GREEN: [u8; 3] = [0, 255, 0];

fn on_green(style: HairStyle, roll_deg: f64) -> Portrait {
    Portrait {
        hair_style: style,
        roll_deg,
        background: Background::Plain(rgb(GREEN[0], GREEN[1], GREEN[2])),
        grain: 0.0,
        ..Portrait::default()
    }
}

/// How far a pixel is from the background, 0..1.
fn cover(image: &RgbImage, x: u32, y: u32) -> f64 {
    let apart = image.get_pixel(x, y).0.iter().zip(GREEN).map(|(&channel, green)| channel.abs_diff(green)).max();
    f64::from(apart.unwrap_or(0)) / 255.0
}

fn luma(image: &RgbImage, (x, y): (f64, f64)) -> f64 {
    let pixel = image.get_pixel(x as u32, y as u32).0.map(f64::from);
    0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
}

fn distance(first: (f64, f64), second: (f64, f64)) -> f64 {
    (first.0 - second.0).hypot(first.1 - second.1)
}

#[test]
fn crown_is_the_first_row_that_holds_a_head() {
    for style in HairStyle::ALL {
        for roll in [-25.0, -8.0, 0.0, 8.0, 25.0] {
            let drawn = on_green(style, roll).draw();
            let (width, height) = drawn.image.dimensions();
            let first = (0..height).find(|&y| (0..width).any(|x| cover(&drawn.image, x, y) > 0.12)).unwrap();
            let (x, y) = drawn.truth.crown;
            assert!((f64::from(first) - y).abs() <= 1.5, "{style:?} at {roll}: row {first}, crown {y:.2}");
            assert!(cover(&drawn.image, x as u32, y as u32 + 2) > 0.3, "{style:?} at {roll}: nothing at x {x:.1}");
        }
    }
}

#[test]
fn pupils_are_the_darkest_spots_around_the_eyes() {
    for roll in [-20.0, 0.0, 12.0] {
        for face_width in [0.94, 1.0, 1.06] {
            let features = Features { face_width, ..Features::default() };
            let portrait = Portrait { roll_deg: roll, grain: 0.0, features, ..Portrait::sized(900, 1200) };
            let drawn = portrait.draw();
            for eye in drawn.truth.eyes {
                let reach = 0.03 * drawn.truth.head_height;
                let (mut sum, mut count) = ((0.0, 0.0), 0.0);
                for y in (eye.1 - reach) as u32..(eye.1 + reach) as u32 {
                    for x in (eye.0 - reach) as u32..(eye.0 + reach) as u32 {
                        let centre = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                        if luma(&drawn.image, centre) < 18.0 {
                            sum = (sum.0 + centre.0, sum.1 + centre.1);
                            count += 1.0;
                        }
                    }
                }
                let found = (sum.0 / count, sum.1 / count);
                // The highlight takes a bite out of the upper left of the pupil.
                assert!(distance(found, eye) < 0.004 * drawn.truth.head_height, "at {roll}: {found:?}, truth {eye:?}");
            }
        }
    }
}

#[test]
fn chin_is_where_the_face_ends_on_its_axis() {
    for roll in [-18.0, 0.0, 10.0] {
        let drawn = Portrait { roll_deg: roll, grain: 0.0, ..Portrait::sized(900, 1200) }.draw();
        let chin = drawn.truth.chin;
        let (sine, cosine) = roll.to_radians().sin_cos();
        let along = |step: f64| luma(&drawn.image, (chin.0 - sine * step, chin.1 + cosine * step));
        let steepest = (-24..=24)
            .map(f64::from)
            .max_by(|&first, &second| {
                let drop = |step: f64| along(step - 1.0) - along(step + 1.0);
                drop(first).total_cmp(&drop(second))
            })
            .unwrap();
        assert!(steepest.abs() <= 2.0, "at {roll}: the edge lies {steepest} px below the chin");
    }
}

#[test]
fn shoulders_lie_on_the_edge_of_the_clothes() {
    for (clothes, roll) in [(Clothes::CrewNeck, 0.0), (Clothes::Blazer, 0.0), (Clothes::Hoodie, 7.0)] {
        let drawn = Portrait { clothes, ..on_green(HairStyle::Short, roll) }.draw();
        for shoulder in drawn.truth.shoulders {
            let outward = if shoulder.0 < 150.0 { -2.5 } else { 2.5 };
            let beyond = cover(&drawn.image, (shoulder.0 + outward) as u32, (shoulder.1 - 3.0) as u32);
            let inside = cover(&drawn.image, (shoulder.0 - outward) as u32, (shoulder.1 + 3.0) as u32);
            assert!(beyond < 0.1 && inside > 0.5, "{clothes:?}: {beyond:.2} beyond, {inside:.2} inside {shoulder:?}");
        }
    }
}

#[test]
fn truth_agrees_with_the_words() {
    let portrait = Portrait { roll_deg: 8.0, mid_eye: (140.0, 170.0), head_height: 150.0, ..Portrait::default() };
    let Truth { eyes, chin, roll_deg, head_height, .. } = portrait.truth();
    let middle = (0.5 * (eyes[0].0 + eyes[1].0), 0.5 * (eyes[0].1 + eyes[1].1));
    assert!(distance(middle, (140.0, 170.0)) < 1e-9);
    assert!((2.0 * distance(middle, chin) - head_height).abs() < 1e-9);
    let slope = (eyes[1].1 - eyes[0].1).atan2(eyes[1].0 - eyes[0].0).to_degrees();
    assert!((slope - roll_deg).abs() < 1e-9 && roll_deg == 8.0);
    assert!(eyes[0].0 < eyes[1].0);
}

#[test]
fn size_only_scales_the_drawing() {
    let small = Portrait { roll_deg: 5.0, ..Portrait::sized(300, 400) }.truth();
    let large = Portrait { roll_deg: 5.0, ..Portrait::sized(900, 1200) }.truth();
    for (first, second) in [(small.crown, large.crown), (small.chin, large.chin), (small.eyes[1], large.eyes[1])] {
        assert!(distance((3.0 * first.0, 3.0 * first.1), second) < 1e-6);
    }
}

#[test]
fn a_crown_that_the_picture_cuts_lies_above_it() {
    let portrait = Portrait { mid_eye: (150.0, 60.0), ..on_green(HairStyle::Afro, 0.0) };
    let drawn = portrait.draw();
    assert!(drawn.truth.crown.1 < -10.0);
    assert!(cover(&drawn.image, 150, 0) > 0.5);
}

#[test]
fn the_same_description_draws_the_same_bytes() {
    for background in
        [Background::Studio(rgb(120, 140, 160)), Background::Window, Background::Lights, Background::Bookshelf]
    {
        let portrait = Portrait { background, hair_style: HairStyle::Afro, ..Portrait::default() };
        let first = portrait.draw().image;
        assert_eq!(first, portrait.draw().image);
        let other = Portrait { seed: portrait.seed + 2, ..portrait };
        assert_ne!(first, other.draw().image);
    }
}

#[test]
fn a_scene_holds_every_person() {
    let one = Portrait { mid_eye: (120.0, 160.0), head_height: 110.0, ..on_green(HairStyle::Bun, -6.0) };
    let two = Portrait { mid_eye: (330.0, 130.0), head_height: 120.0, ..on_green(HairStyle::Beanie, 4.0) };
    let people = [one, two];
    let scene = draw_scene((450, 300), &people[0].background, &people, 0.0, 1);
    assert_eq!(scene.dimensions(), (450, 300));
    for (person, columns) in people.iter().zip([0..225, 225..450]) {
        let first = (0..300).find(|&y| columns.clone().any(|x| cover(&scene, x, y) > 0.12)).unwrap();
        let crown = person.truth().crown.1;
        assert!((f64::from(first) - crown).abs() <= 1.5, "row {first}, crown {crown:.2}");
    }
    let alone = on_green(HairStyle::Long, 3.0);
    let scene = draw_scene(alone.size, &alone.background, std::slice::from_ref(&alone), alone.grain, alone.seed);
    assert_eq!(scene, alone.draw().image);
}
