//! Tests of limits, levels and of every pure check.

use super::*;
use crate::detect::Face;
use crate::frame::Frame;
use crate::geometry::{Affine, Point, Rect};
use crate::preset;
use crate::subject::Head;
use image::{Rgb, RgbImage};
use proptest::prelude::*;

fn head_at(x: f64, y: f64) -> Head {
    let face = Face { rect: Rect::new(x, y, 75.0, 100.0), score: 0.9, landmarks: None };
    Head::from_face(&face, &Affine::IDENTITY).expect("invertible")
}

fn check(code: Reason, level: Level, value: f64, preset: Option<&str>) -> Check {
    Check { code, level, value, limit: 1.0, preset: preset.map(String::from), message: None }
}

#[test]
fn levels_follow_the_limits_on_both_sides() {
    let level = |kind, value| Check::new(kind, value, Bounds { warn: 2.0, fail: 3.0 }).map(|c| (c.level, c.limit));
    assert_eq!(level(Kind::SoftFocus, 2.0), Some((Level::Ok, 2.0)));
    assert_eq!(level(Kind::SoftFocus, 2.5), Some((Level::Warn, 2.0)));
    assert_eq!(level(Kind::SoftFocus, 3.5), Some((Level::Fail, 3.0)));
    assert_eq!(level(Kind::SoftFocus, f64::NAN), None);
    let level = |value| Check::new(Kind::Dark, value, Bounds { warn: 80.0, fail: 40.0 }).map(|c| c.level);
    assert_eq!([100.0, 60.0, 10.0].map(level), [Some(Level::Ok), Some(Level::Warn), Some(Level::Fail)]);
    let never = Bounds { warn: f64::INFINITY, fail: f64::INFINITY };
    assert_eq!(Check::new(Kind::Noisy, 99.0, never), None);
    let only_fail = Check::new(Kind::Noisy, 1.0, Bounds { warn: f64::INFINITY, fail: 3.0 }).expect("told");
    assert_eq!((only_fail.level, only_fail.limit), (Level::Ok, 3.0));
}

#[test]
fn a_preset_says_only_what_differs_and_nonsense_is_an_error_with_its_line() {
    let linkedin = preset::select(&["linkedin".into()]).expect("built in").remove(0);
    let text = toml::to_string(&linkedin).expect("TOML");
    assert!(!text.contains("checks"), "{text}");
    let with = |line: &str| preset::Preset::parse(&format!("{text}\n[checks]\n{line}\n"), "mine.toml");
    let own = with("soft-focus = { fail = 9.5 }").expect("valid");
    assert_eq!(own.checks.of(Kind::SoftFocus).fail, 9.5);
    assert_eq!(own.checks.of(Kind::SoftFocus).warn, Kind::SoftFocus.default_bounds().warn);
    assert_eq!(own.checks.of(Kind::Noisy), Kind::Noisy.default_bounds());
    assert_eq!(preset::Preset::parse(&toml::to_string(&own).expect("TOML"), "again").expect("valid"), own);
    // A laxer warning takes the failure along.
    assert_eq!(
        with("tilted = { warn = 60 }").expect("valid").checks.of(Kind::Tilted),
        Bounds { warn: 60.0, fail: 60.0 }
    );
    assert_eq!(with("dark = { warn = 10 }").expect("valid").checks.of(Kind::Dark), Bounds { warn: 10.0, fail: 10.0 });
    let off = with("dark = { warn = -inf, fail = -inf }").expect("valid").checks.of(Kind::Dark);
    assert_eq!(Check::new(Kind::Dark, 0.0, off), None);
    for (line, expected) in [
        ("soft = { fail = 1 }", "unknown variant `soft`"),
        ("dark = { fails = 1 }", "unknown field `fails`"),
        ("noisy = { warn = nan }", "noisy has a limit that is no number"),
        ("noisy = { warn = 5, fail = 4 }", "noisy warns from 5 and fails from 4; warn takes at most fail"),
        ("dark = { warn = 4, fail = 5 }", "dark warns from 4 and fails from 5; warn takes at least fail"),
    ] {
        let message = with(line).expect_err(line).to_string();
        let number = 2 + text.lines().count() + 1;
        assert!(message.starts_with(&format!("mine.toml:{number}: ")) && message.contains(expected), "{message}");
    }
}

#[test]
fn every_check_has_a_word_a_sentence_and_advice() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of(kind.reason()), Some(kind));
        let Bounds { warn, fail } = kind.default_bounds();
        assert!(!kind.is_beyond(warn, fail), "{kind:?} warns after it fails");
        let check = check(kind.reason(), Level::Fail, 3.0, Some("linkedin"));
        let said = sentence(&check);
        assert!(said.len() > 20 && !said.ends_with('.'), "{said}");
        assert!(advice(kind.reason()).is_some(), "{kind:?}");
        let json = serde_json::to_string(&kind).expect("a word");
        assert_eq!(json, format!("\"{}\"", kind.reason().code()));
    }
    let small = Check { value: 38.0, limit: 90.0, ..check(Reason::FaceTooSmall, Level::Warn, 38.0, Some("x")) };
    let said = "the eyes are 38 pixels apart in the photo, and x needs at least 90";
    assert_eq!(sentence(&small), said);
    let told = small.clone().in_words().message.expect("it warns");
    assert_eq!(told, format!("{said}; use the original file or a photo taken closer"));
    assert_eq!(Check { level: Level::Ok, ..small }.in_words().message, None);
}

#[test]
fn of_each_code_the_worst_is_told_and_all_that_fail() {
    let upscale = |level, value, preset| check(Reason::WouldUpscale, level, value, Some(preset));
    let kept = worst_of_each([
        upscale(Level::Warn, 1.1, "x"),
        upscale(Level::Fail, 1.5, "y"),
        upscale(Level::Fail, 1.9, "z"),
        upscale(Level::Fail, 1.4, "y"),
        check(Reason::LowConfidence, Level::Ok, 0.95, None),
        check(Reason::Noisy, Level::Ok, 0.3, None),
        check(Reason::Noisy, Level::Ok, 0.5, None),
    ]);
    let told: Vec<(Reason, f64)> = kept.iter().map(|check| (check.code, check.value)).collect();
    assert_eq!(
        told,
        [(Reason::LowConfidence, 0.95), (Reason::WouldUpscale, 1.9), (Reason::WouldUpscale, 1.5), (Reason::Noisy, 0.5)]
    );
}

#[test]
fn a_head_in_the_photo_is_whole_and_one_at_its_edge_is_not() {
    let cut = |x: f64, y: f64| cut_off(&head_at(x, y), (600, 600));
    assert_eq!(cut(200.0, 200.0), 0.0);
    // A third of the face beyond the left edge; and the hair, where the crown is only supposed to be above the photo.
    assert!((cut(-25.0, 200.0) - 25.0 / 119.0).abs() < 0.03, "{}", cut(-25.0, 200.0));
    assert!(cut(200.0, 10.0) > 0.05 && cut(200.0, 10.0) < 0.2, "{}", cut(200.0, 10.0));
    assert!(cut(200.0, 520.0) > 0.1, "{}", cut(200.0, 520.0));
    // Short hair that is seen to end below the edge.
    let mut seen = head_at(200.0, 10.0);
    seen.crown.y = 5.0;
    assert_eq!(cut_off(&seen, (600, 600)), 0.0);
}

#[test]
fn only_faces_in_the_frame_count() {
    let face = |x: f64, size: f64| Face { rect: Rect::new(x, 100.0, size, size), score: 0.9, landmarks: None };
    let faces = [face(100.0, 100.0), face(230.0, 40.0), face(500.0, 90.0)];
    let frame = |width: f64| Frame { centre: Point::new(150.0, 150.0), width, height: width, roll_deg: 0.0 };
    assert_eq!(beside(&faces, 0, &frame(180.0)), 0.0);
    assert_eq!(beside(&faces, 0, &frame(220.0)), 0.4);
    assert_eq!(beside(&faces, 0, &frame(900.0)), 0.9);
    assert_eq!(beside(&faces, 2, &frame(900.0)), 100.0 / 90.0);
    assert_eq!(beside(&[], 0, &frame(900.0)), 0.0);
}

#[test]
fn what_is_left_of_a_tilt_is_what_the_frame_does_not_turn() {
    let frame = |roll_deg: f64| Frame { centre: Point::new(0.0, 0.0), width: 1.0, height: 1.0, roll_deg };
    let head = head_at(0.0, 0.0).with_roll(20.0);
    assert!((tilt_left(&head, &frame(20.0))).abs() < 1e-9 && (tilt_left(&head, &frame(0.0)) - 20.0).abs() < 1e-9);
    assert!((tilt_left(&head.with_roll(179.0), &frame(-179.0)) - 2.0).abs() < 1e-9);
}

/// A face of stripes, softened by a bell curve of this deviation, with this much noise; 128 pixels wide.
fn stripes(blur: f64, noise: f64, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 31)) - 0.5
    };
    // The integral of the bell curve, near enough.
    let edge = |distance: f64| 1.0 / (1.0 + (-1.702 * distance / blur.max(0.05)).exp());
    (0..128 * 128)
        .map(|index| {
            let x = f64::from(index % 128) + 0.5;
            let stripe = edge(x - 40.3) - edge(x - 80.8);
            // Twelve uniform values make a bell curve of deviation 1.
            let bell: f64 = (0..12).map(|_| random()).sum();
            (60.0 + 120.0 * stripe + noise * bell) as f32
        })
        .collect()
}

#[test]
fn blur_and_noise_are_told_apart() {
    for (blur, noises) in
        [(1.0, [0.0, 6.0]), (1.5, [0.0, 6.0]), (2.0, [1.0, 5.0]), (3.0, [0.0, 2.0]), (4.0, [0.0, 1.0])]
    {
        for noise in noises {
            let seen = sharpness(&stripes(blur, noise, 7), 128).expect("an edge");
            assert!((seen.blur / blur - 1.0).abs() < 0.25, "{blur} with noise {noise}: {seen:?}");
            assert!((seen.noise - noise).abs() < 0.2 * noise + 0.2, "{blur} with noise {noise}: {seen:?}");
        }
    }
    assert_eq!(sharpness(&[100.0; 100 * 100], 100), None);
    assert_eq!(sharpness(&[100.0; 9], 3), None);
    assert_eq!(sharpness(&[], 0), None);
}

fn view(paint: impl Fn(Point) -> u8) -> FaceView {
    let level = RgbImage::from_fn(48, 64, |x, y| Rgb([paint(FaceView::place(x, y)); 3]));
    FaceView { brightness: Vec::new(), width: 0, scale: 1.0, level }
}

#[test]
fn light_is_measured_on_the_face_and_on_both_cheeks() {
    let grey = light::of_face(&view(|_| 120)).expect("a face");
    assert!((grey.brightest - 120.0).abs() < 0.01 && grey.white == 0.0, "{grey:?}");
    let white = light::of_face(&view(|at| if at.x < 0.0 { 255 } else { 90 })).expect("a face");
    assert!((white.white - 0.5).abs() < 0.05 && (white.brightest - 255.0).abs() < 0.01, "{white:?}");
    assert!(light::uneven(&view(|_| 120), 0.0).expect("cheeks") < 1e-9);
    // Light of 0.216 and of 0.0513: two stops.
    let side = light::uneven(&view(|at| if at.x < 0.0 { 128 } else { 64 }), 0.0).expect("cheeks");
    assert!((side - 2.07).abs() < 0.1, "{side}");
    assert_eq!(light::uneven(&view(|_| 120), 0.9), None);
}

#[test]
fn verdicts_are_the_levels_and_the_frame() {
    use verdict::Verdict;
    let ok = [check(Reason::Noisy, Level::Ok, 0.5, None)];
    let warned = [check(Reason::Noisy, Level::Warn, 0.5, None)];
    let failed = [check(Reason::Noisy, Level::Fail, 0.5, None)];
    assert_eq!(Verdict::of_headshot(&ok, 0.95, false, true), Verdict::Headshot);
    assert_eq!(Verdict::of_headshot(&ok, 0.5, false, true), Verdict::Croppable);
    assert_eq!(Verdict::of_headshot(&ok, 0.95, true, true), Verdict::Croppable);
    assert_eq!(Verdict::of_headshot(&warned, 0.95, false, true), Verdict::Croppable);
    assert_eq!(Verdict::of_headshot(&failed, 0.95, false, true), Verdict::PortraitOnly);
    assert_eq!(Verdict::of_headshot(&ok, 0.95, false, false), Verdict::PortraitOnly);
    assert_eq!(verdict::reasons(&[&failed[..], &failed[..], &ok[..]].concat()), [Reason::Noisy]);
    for verdict in Verdict::ALL {
        assert_eq!(verdict.code().parse(), Ok(verdict));
    }
    assert!(
        "good".parse::<Verdict>().expect_err("no verdict").contains("headshot, croppable, portrait-only, unusable")
    );
}

#[test]
fn avatars_are_readable_at_48_pixels() {
    for preset in preset::built_in().expect("valid") {
        if preset.shape == preset::Shape::Rectangle {
            continue;
        }
        // Eyes are 0.273 head heights apart: of 48 pixels in width, at least five are between them.
        let eyes = 48.0 * 0.273 * preset.framing.head_height;
        assert!(eyes >= 5.0, "{}: {eyes}", preset.name);
    }
}

proptest! {
    /// Brighter by the same factor on both sides, a face is as even as before; and whatever is measured is finite.
    #[test]
    fn evenness_is_a_ratio_and_nothing_is_infinite(left in 20u8..120, right in 20u8..120, turn in -1.0..1.0f64) {
        let face = view(|at| if at.x < 0.0 { left } else { right });
        let swapped = view(|at| if at.x < 0.0 { right } else { left });
        if let (Some(one), Some(other)) = (light::uneven(&face, 0.0), light::uneven(&swapped, 0.0)) {
            prop_assert!((one - other).abs() < 1e-9);
        }
        prop_assert!(light::uneven(&face, turn).is_none_or(f64::is_finite));
    }

    /// Softer pictures are never called sharper.
    #[test]
    fn softer_is_softer(blur in 0.8..3.0f64, more in 1.2..2.0f64, seed: u64) {
        let sharp = sharpness(&stripes(blur, 1.0, seed), 128).expect("an edge");
        let soft = sharpness(&stripes(blur * more, 1.0, seed), 128).expect("an edge");
        prop_assert!(soft.blur > sharp.blur);
    }

    /// Any bytes and any width: a value or none, never a panic.
    #[test]
    fn sharpness_takes_anything(values in proptest::collection::vec(0.0..255.0f32, 0..4000), width in 0usize..80) {
        if let Some(seen) = sharpness(&values, width) {
            prop_assert!(seen.blur.is_finite() && seen.noise.is_finite());
        }
    }
}
