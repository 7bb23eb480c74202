//! Frames of a set of one head height.

use super::super::uniform::uniform_frame;
use super::*;

/// The frame in a photo of this size, and its head height.
fn uniform(head: &Head, size: (u32, u32), preset: &Preset, head_height: f64) -> (Framed, f64) {
    let framed = uniform_frame(head, &photo(head, size.0, size.1), preset, MEASURED, head_height).expect("room");
    let height = head.height() / framed.frame.height;
    (framed, height)
}

#[test]
fn a_photo_with_room_has_the_sets_head_height_and_a_tighter_one_its_own() {
    let linkedin = preset_named("linkedin");
    let roomy = head(Point::new(2000.0, 2000.0), 560.0, 0.0);
    let (framed, height) = uniform(&roomy, (4000, 4000), &linkedin, 0.62);
    assert!((height - 0.62).abs() < 1e-9 && framed.steps.is_empty(), "{framed:?}");
    // An ideal frame for this head is 1000 x 1000; the photo has room for the head at 0.64 of the height.
    let tight = head(Point::new(440.0, 400.0), 560.0, 0.0);
    let (own, needed) = uniform(&tight, (880, 880), &linkedin, 0.56);
    assert_eq!(own, frame(&tight, &photo(&tight, 880, 880), &linkedin, MEASURED).expect("room"));
    assert!((0.63..0.70).contains(&needed), "{needed}");
    let (framed, height) = uniform(&tight, (880, 880), &linkedin, needed);
    assert!((height - needed).abs() < 1e-9, "{framed:?}");
}

/// Where one photo alone would rather be framed tighter than move its head, in a set it moves.
#[test]
fn the_head_moves_before_it_has_another_size() {
    let linkedin = preset_named("linkedin");
    let aside = head(Point::new(480.0, 430.0), 560.0, 0.0);
    let alone = frame(&aside, &photo(&aside, 1400, 1400), &linkedin, MEASURED).expect("room");
    assert!(aside.height() / alone.frame.height > 0.561, "{alone:?}");
    let needed = aside.height() / alone.frame.height;
    let (framed, height) = uniform(&aside, (1400, 1400), &linkedin, needed + 0.005);
    assert!((height - needed - 0.005).abs() < 1e-9 && framed.steps == [Step::Shift], "{framed:?}");
}

#[test]
fn hair_too_tall_for_the_set_makes_the_head_smaller_and_is_not_cut() {
    let mut tall = head(Point::new(2000.0, 2000.0), 560.0, 0.0);
    tall.crown.y = 2000.0 - 620.0;
    let (framed, height) = uniform(&tall, (4000, 4000), &preset_named("linkedin"), 0.66);
    assert!(height < 0.64 && framed.steps.contains(&Step::Loosen), "{height} {framed:?}");
    assert!(framed.frame.transform(800, 800).apply(tall.crown).y > 0.0);
}
