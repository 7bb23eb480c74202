//! Frames that a person corrected.

use super::*;
use crate::overrides::{FramingAdjustment, Nudge};

fn nudge(right: f64, up: f64) -> FramingAdjustment {
    FramingAdjustment { nudge: Some(Nudge { right, up }), ..FramingAdjustment::default() }
}

fn adjusted(head: &Head, size: (u32, u32), preset: &Preset, adjustment: FramingAdjustment) -> Framed {
    adjusted_frame(head, &photo(head, size.0, size.1), preset, MEASURED, None, &adjustment).expect("room")
}

/// By how much the output's pixels move from one frame to the other, as fractions of its size.
fn moved(from: &Framed, to: &Framed, preset: &Preset) -> Point {
    let place = |framed: &Framed| framed.frame.transform(preset.width, preset.height).apply(from.frame.centre);
    let (width, height) = (f64::from(preset.width), f64::from(preset.height));
    Point::new((place(to).x - place(from).x) / width, (place(to).y - place(from).y) / height)
}

#[test]
fn with_room_a_nudge_moves_the_person_by_exactly_that() {
    for preset in presets() {
        for roll_deg in [0.0, 12.0] {
            let head = head(Point::new(6000.0, 6000.0), 500.0, roll_deg);
            let plain = adjusted(&head, (12_000, 12_000), &preset, FramingAdjustment::default());
            let framed = adjusted(&head, (12_000, 12_000), &preset, nudge(0.02, -0.01));
            let moved = moved(&plain, &framed, &preset);
            assert!((moved.x - 0.02).abs() < 1e-9 && (moved.y - 0.01).abs() < 1e-9, "{}: {moved:?}", preset.name);
            assert_eq!(framed.steps, plain.steps, "{}", preset.name);
            assert_eq!((framed.frame.width, framed.frame.roll_deg), (plain.frame.width, plain.frame.roll_deg));
        }
    }
}

/// Tall hair pushes the head down from the preset's eye line; the person saw it there and moves it from there.
#[test]
fn a_nudge_starts_from_where_the_person_stands() {
    let linkedin = preset_named("linkedin");
    let mut tall = head(Point::new(2000.0, 2000.0), 560.0, 0.0);
    tall.crown.y = 2000.0 - 560.0;
    let plain = adjusted(&tall, (4000, 4000), &linkedin, FramingAdjustment::default());
    assert!(!plain.steps.is_empty());
    let moved = moved(&plain, &adjusted(&tall, (4000, 4000), &linkedin, nudge(0.0, 0.01)), &linkedin);
    assert!((moved.y + 0.01).abs() < 1e-9, "{moved:?}");
}

#[test]
fn a_nudge_ends_where_the_photo_does_and_says_so() {
    let linkedin = preset_named("linkedin");
    // An ideal frame for this head is 1000 x 1000, with the mid-eye point at (500, 430).
    let framed = adjusted(&head(Point::new(510.0, 430.0), 560.0, 0.0), (1200, 1000), &linkedin, nudge(0.1, 0.0));
    assert_eq!(framed.steps, [Step::Shift]);
    assert!((framed.frame.centre.x - 500.0).abs() < 1e-6, "{framed:?}");
}

#[test]
fn a_scale_is_a_factor_on_the_presets_head_height() {
    for scale in [0.8, 1.0, 1.1] {
        let linkedin = preset_named("linkedin");
        let head = head(Point::new(2000.0, 2000.0), 560.0, 0.0);
        let adjustment = FramingAdjustment { scale: Some(scale), ..FramingAdjustment::default() };
        let framed = adjusted(&head, (4000, 4000), &linkedin, adjustment);
        assert!((head.height() / framed.frame.height - 0.56 * scale).abs() < 1e-9, "{framed:?}");
        assert_eq!(framed.steps, []);
    }
}

#[test]
fn a_pinned_roll_replaces_what_is_measured() {
    let linkedin = preset_named("linkedin");
    let pinned = |measured: f64, roll: f64, side: u32| {
        let adjustment = FramingAdjustment { roll_deg: Some(roll), ..FramingAdjustment::default() };
        let middle = f64::from(side) / 2.0;
        adjusted(
            &head(Point::new(middle, 0.45 * f64::from(side)), 400.0, measured),
            (side, side),
            &linkedin,
            adjustment,
        )
    };
    for (measured, roll) in [(0.0, 1.5), (10.0, 0.0), (10.0, -3.5), (0.0, 44.0)] {
        assert_eq!(pinned(measured, roll, 4000).frame.roll_deg, roll);
    }
    // Where a measured roll is given up for room, a pinned one is not.
    let measured =
        adjusted(&head(Point::new(350.0, 315.0), 400.0, 20.0), (700, 700), &linkedin, FramingAdjustment::default());
    assert!(measured.steps.contains(&Step::LevelLess), "{measured:?}");
    assert_eq!(pinned(20.0, 20.0, 700).frame.roll_deg, 20.0);
    // Only what no frame can hold makes it give way.
    let given_up = pinned(45.0, 45.0, 560);
    assert!(given_up.frame.roll_deg < 45.0 && given_up.steps.contains(&Step::LevelLess), "{given_up:?}");
}

const AS_IS: FramingAdjustment = FramingAdjustment { nudge: None, scale: None, roll_deg: None, as_is: Some(true) };

#[test]
fn as_is_takes_all_that_the_shape_holds_with_the_person_as_near_as_it_goes() {
    let linkedin = preset_named("linkedin");
    let taken = |x: f64, y: f64, size: (u32, u32)| {
        let framed = adjusted(&head(Point::new(x, y), 300.0, 9.0), size, &linkedin, AS_IS);
        assert_eq!((framed.frame.roll_deg, framed.steps), (0.0, vec![]));
        let Frame { centre, width, height, .. } = framed.frame;
        (centre.x - width / 2.0, centre.y - height / 2.0, width, height)
    };
    let close = |taken: (f64, f64, f64, f64), x: f64, y: f64, side: f64| {
        let (left, top, width, height) = taken;
        let off = [left - x, top - y, width - side, height - side];
        assert!(off.iter().all(|off| off.abs() < 1e-6), "{taken:?} is not {x}, {y}, {side}");
    };
    close(taken(250.0, 230.0, (500, 500)), 0.0, 0.0, 500.0);
    // Across a wide photo the person comes to the middle; near its edge the frame ends with the photo.
    close(taken(500.0, 230.0, (900, 500)), 250.0, 0.0, 500.0);
    close(taken(800.0, 230.0, (900, 500)), 400.0, 0.0, 500.0);
    // Down a tall photo the eyes come to the preset's line.
    close(taken(250.0, 400.0, (500, 900)), 0.0, 400.0 - 0.43 * 500.0, 500.0);
}

#[test]
fn as_is_keeps_a_photo_that_ends_in_the_chin_but_cuts_no_head() {
    let linkedin = preset_named("linkedin");
    let tight = head(Point::new(250.0, 250.0), 520.0, 0.0);
    assert_eq!(adjusted(&tight, (500, 500), &linkedin, AS_IS).frame.height, 500.0);
    let banner = preset_named("web-banner");
    let cut = adjusted_frame(&tight, &photo(&tight, 500, 600), &banner, MEASURED, None, &AS_IS).expect_err("too flat");
    assert_eq!(cut.reason, Reason::HeadCut);
}

proptest! {
    /// Whatever is pinned, the frame is inside the photo and of the preset's shape, and the photo's crown and chin are
    /// in.
    #[test]
    fn an_adjusted_frame_is_inside_the_photo_and_cuts_nothing(
        (width, height) in (300u32..2000, 300u32..2000),
        (x, y, size, roll) in (0.3..0.7f64, 0.3..0.6f64, 0.05..0.6f64, -30.0..30.0f64),
        (right, up, scale) in (-0.5..=0.5f64, -0.5..=0.5f64, 0.5..=2.0f64),
        pinned in proptest::option::of(-45.0..=45.0f64),
        as_is in proptest::bool::weighted(0.2),
        preset in proptest::sample::select(presets()),
    ) {
        let preset = &preset;
        let head = head(Point::new(x * f64::from(width), y * f64::from(height)), size * f64::from(width.min(height)), roll);
        let is_in = |point: Point| (0.0..f64::from(width)).contains(&point.x) && (0.0..f64::from(height)).contains(&point.y);
        prop_assume!(is_in(head.chin) && is_in(head.crown));
        let moved = FramingAdjustment { scale: Some(scale), roll_deg: pinned, ..nudge(right, up) };
        let adjustment = if as_is { AS_IS } else { moved };
        let Ok(framed) = adjusted_frame(&head, &photo(&head, width, height), preset, MEASURED, None, &adjustment) else { return Ok(()) };
        for corner in framed.frame.corners() {
            prop_assert!(corner.x > -1e-3 && corner.x < f64::from(width) + 1e-3, "{:?} {:?}", corner, framed);
            prop_assert!(corner.y > -1e-3 && corner.y < f64::from(height) + 1e-3, "{:?} {:?}", corner, framed);
        }
        prop_assert!((framed.frame.width / framed.frame.height - preset.aspect()).abs() < 1e-9);
        let map = framed.frame.transform(preset.width, preset.height);
        let bottom = f64::from(preset.height);
        for point in [map.apply(head.chin), map.apply(head.crown)] {
            prop_assert!(point.y > -1e-3 * bottom && point.y < 1.001 * bottom, "{:?} {:?}", point, framed);
        }
    }
}
