use super::*;
use crate::geometry::Rect;
use crate::outline::Outline;
use crate::overrides::FramingAdjustment;
use crate::preset::{self, Extend};
use crate::subject::natural_top::natural_length;
use proptest::prelude::*;

mod adjusted;
mod beyond;
mod uniform;

const MEASURED: Levelling = Levelling::Measured;

/// A head of `length` (twice mid-eye to chin) with its mid-eye point at `eye_mid`, tilted by `roll_deg`.
fn head(eye_mid: Point, length: f64, roll_deg: f64) -> Head {
    let place = Affine::rotation(roll_deg).then(&Affine::translation(eye_mid.x, eye_mid.y));
    let at = |x: f64, y: f64| place.apply(Point::new(x * length, y * length));
    let centre = at(0.0, 0.1);
    Head {
        eyes: [at(-0.17, 0.0), at(0.17, 0.0)],
        chin: at(0.0, 0.5),
        crown: at(0.0, -0.62),
        crown_confidence: 1.0,
        roll_deg,
        yaw: 0.0,
        pitch: 0.0,
        face: Rect::new(centre.x - 0.32 * length, centre.y - 0.42 * length, 0.64 * length, 0.84 * length),
    }
}

/// The built-in preset of this name, kept on the photo.
fn preset_named(name: &str) -> Preset {
    on_photo(preset::select(&[name.to_owned()]).expect("built in").remove(0))
}

/// All built-in presets, kept on the photo.
fn presets() -> Vec<Preset> {
    preset::built_in().expect("valid").into_iter().map(on_photo).collect()
}

fn on_photo(mut preset: Preset) -> Preset {
    preset.framing.extend = Extend::Never;
    preset
}

/// A photo of this size with no plain background.
fn photo(head: &Head, width: u32, height: u32) -> Ground {
    Ground::busy(head, Outline::rectangle(width, height))
}

#[test]
fn with_room_all_round_the_head_is_where_the_preset_wants_it() {
    for preset in presets() {
        // Flat hair: raised hair takes more headroom than a passport has.
        let head = Head { crown: Point::new(6000.0, 5710.0), ..head(Point::new(6000.0, 6000.0), 500.0, 0.0) };
        let framed = frame(&head, &photo(&head, 12_000, 12_000), &preset, MEASURED).expect("room");
        assert_eq!(framed.steps, [], "{}", preset.name);
        let map = framed.frame.transform(preset.width, preset.height);
        let (width, height) = (f64::from(preset.width), f64::from(preset.height));
        let eyes = map.apply(head.eye_mid());
        assert!((eyes.x / width - preset.framing.subject_x).abs() < 1e-9, "{}", preset.name);
        assert!((eyes.y / height - preset.framing.eye_line).abs() < 1e-9, "{}", preset.name);
        let measured = match preset.framing.head_measure {
            HeadMeasure::TwiceEyesToChin => 2.0 * map.apply(head.chin).distance(eyes),
            HeadMeasure::CrownToChin => natural_length(&head.mapped(&map)).0,
        };
        assert!((measured / height - preset.framing.head_height).abs() < 1e-9, "{}", preset.name);
    }
}

#[test]
fn a_preset_with_values_out_of_range_is_an_error_and_no_panic() {
    let head = head(Point::new(600.0, 600.0), 300.0, 9.0);
    let ground = photo(&head, 1200, 1200);
    let spoilt: [fn(&mut Preset); 8] = [
        |preset| preset.framing.max_roll = -1.0,
        |preset| preset.framing.max_roll = f64::NAN,
        |preset| preset.framing.head_height = 0.0,
        |preset| preset.framing.eye_line = f64::INFINITY,
        |preset| preset.framing.max_head_height = f64::NAN,
        |preset| preset.width = 0,
        |preset| preset.height = 0,
        |preset| preset.min_width = Some(u32::MAX),
    ];
    for (index, spoil) in spoilt.into_iter().enumerate() {
        let mut preset = preset_named("linkedin");
        spoil(&mut preset);
        let pinned = FramingAdjustment::default();
        let errors = [
            frame(&head, &ground, &preset, MEASURED).map(drop),
            adjusted_frame(&head, &ground, &preset, MEASURED, None, &pinned).map(drop),
            output_size(500.0, &preset, false).map(drop),
        ];
        for error in errors {
            assert_eq!(error.expect_err("nonsense").reason, Reason::Internal, "{index}");
        }
    }
}

#[test]
fn each_lack_of_room_takes_its_own_step() {
    let linkedin = preset_named("linkedin");
    // An ideal frame for this head is 1000 x 1000, with the mid-eye point at (500, 430).
    let steps = |x: f64, y: f64, roll: f64, size: (u32, u32)| {
        let head = head(Point::new(x, y), 560.0, roll);
        frame(&head, &photo(&head, size.0, size.1), &linkedin, MEASURED).expect("room").steps
    };
    assert_eq!(steps(500.0, 430.0, 0.0, (1000, 1000)), []);
    let takes = |step: Step, x: f64, y: f64, roll: f64, side: u32| {
        let taken = steps(x, y, roll, (side, side));
        assert!(taken.contains(&step), "{step:?} is not in {taken:?}");
    };
    takes(Step::Shift, 470.0, 430.0, 0.0, 1400);
    takes(Step::Tighten, 450.0, 430.0, 0.0, 900);
    takes(Step::LevelLess, 430.0, 390.0, 30.0, 840);
    takes(Step::Widest, 350.0, 380.0, 0.0, 700);
}

#[test]
fn tall_hair_loosens_the_frame_rather_than_being_cut() {
    let mut tall = head(Point::new(2000.0, 2000.0), 560.0, 0.0);
    tall.crown.y = 2000.0 - 620.0;
    let framed = frame(&tall, &photo(&tall, 4000, 4000), &preset_named("linkedin"), MEASURED).expect("room");
    assert!(framed.steps.contains(&Step::Loosen), "{:?}", framed.steps);
    assert!(framed.frame.transform(800, 800).apply(tall.crown).y > 0.0);
}

#[test]
fn a_head_taller_than_the_shape_allows_is_refused() {
    let banner = preset_named("web-banner");
    let head = head(Point::new(300.0, 1000.0), 800.0, 0.0);
    let error = frame(&head, &photo(&head, 600, 2000), &banner, MEASURED).expect_err("no room");
    assert_eq!(error.reason, Reason::HeadCut);
}

#[test]
fn small_tilts_and_no_level_leave_the_frame_upright() {
    let linkedin = preset_named("linkedin");
    let roll = |degrees: f64, levelling: Levelling| {
        let head = head(Point::new(2000.0, 2000.0), 400.0, degrees);
        frame(&head, &photo(&head, 4000, 4000), &linkedin, levelling).expect("room").frame.roll_deg
    };
    assert_eq!((roll(2.9, MEASURED), roll(3.1, MEASURED), roll(-20.0, Levelling::Off)), (0.0, 3.1, 0.0));
    assert_eq!(roll(44.0, MEASURED), linkedin.framing.max_roll);
}

proptest! {
    /// Promise of the ladder: whatever the photo, the frame is inside it, of the preset's shape, and cuts neither the
    /// chin nor a crown that the photo itself does not cut.
    #[test]
    fn a_frame_is_inside_the_photo_and_cuts_nothing(
        width in 200u32..3000, height in 200u32..3000,
        x in 0.2..0.8f64, y in 0.2..0.7f64, size in 0.03..0.9f64, roll in -45.0..45.0f64,
        preset in proptest::sample::select(presets()),
    ) {
        let preset = &preset;
        let length = size * f64::from(width.min(height));
        let head = head(Point::new(x * f64::from(width), y * f64::from(height)), length, roll);
        let chin_is_in = (0.0..f64::from(height)).contains(&head.chin.y) && (0.0..f64::from(width)).contains(&head.chin.x);
        prop_assume!(chin_is_in);
        let Ok(framed) = frame(&head, &photo(&head, width, height), preset, MEASURED) else { return Ok(()) };
        for corner in framed.frame.corners() {
            prop_assert!(corner.x > -1e-3 && corner.x < f64::from(width) + 1e-3, "{:?} {:?}", corner, framed);
            prop_assert!(corner.y > -1e-3 && corner.y < f64::from(height) + 1e-3, "{:?} {:?}", corner, framed);
        }
        prop_assert!((framed.frame.width / framed.frame.height - preset.aspect()).abs() < 1e-9);
        let map = framed.frame.transform(preset.width, preset.height);
        let height_out = f64::from(preset.height);
        prop_assert!(map.apply(head.chin).y <= height_out, "chin {:?}", framed);
        let crown_is_in = (0.0..f64::from(height)).contains(&head.crown.y) && (0.0..f64::from(width)).contains(&head.crown.x);
        prop_assert!(!crown_is_in || map.apply(head.crown).y >= -1e-3 * height_out, "crown {:?}", framed);
    }
}
