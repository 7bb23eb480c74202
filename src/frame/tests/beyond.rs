//! Frames that reach beyond the photo.

use super::*;
use crate::ground::Backdrop;
use crate::outline::Outline;

/// The preset of this name, but that it continues a photo's background whatever that is.
fn extending(name: &str) -> Preset {
    let mut preset = preset_named(name);
    preset.framing.extend = Extend::Blur;
    preset
}

#[test]
fn a_head_at_the_top_gets_its_headroom_beyond_the_photo() {
    let head = head(Point::new(700.0, 380.0), 560.0, 0.0);
    let ground = photo(&head, 1400, 1400);
    let cramped = frame(&head, &ground, &preset_named("linkedin"), MEASURED).expect("room");
    let framed = frame(&head, &ground, &extending("linkedin"), MEASURED).expect("room");
    assert_eq!((cramped.padded, framed.steps.contains(&Step::Extend)), (0.0, true), "{framed:?}");
    let above = framed.frame.height / 2.0 - framed.frame.centre.y;
    assert!((0.03..0.06).contains(&framed.padded) && (framed.padded - above / framed.frame.height).abs() < 1e-6);
    // What the photo lacks is made up rather than taken from the head's place.
    let eye_line = |framed: &Framed| framed.frame.transform(800, 800).apply(head.eye_mid()).y / 800.0;
    assert!((eye_line(&framed) - 0.43).abs() < (eye_line(&cramped) - 0.43).abs());
}

#[test]
fn a_tilted_head_in_a_tight_photo_is_levelled_over_its_corners() {
    let head = head(Point::new(500.0, 460.0), 680.0, 12.0);
    let busy = preset_named("linkedin");
    let mut own = busy.clone();
    own.framing.extend = Extend::Plain;
    let ground = photo(&head, 1000, 1000);
    let tilted = frame(&head, &ground, &busy, MEASURED).expect("room");
    let levelled = frame(&head, &ground, &own, MEASURED).expect("room");
    assert!(tilted.steps.contains(&Step::LevelLess), "{tilted:?}");
    assert!(levelled.frame.roll_deg - tilted.frame.roll_deg > 2.0, "{levelled:?} {tilted:?}");
}

#[test]
fn a_shape_cut_out_of_the_photo_is_not_continued() {
    let disc = image::RgbaImage::from_fn(400, 400, |x, y| {
        let is_picture = (f64::from(x) - 199.5).hypot(f64::from(y) - 199.5) < 200.0;
        image::Rgba([120, 120, 120, if is_picture { 255 } else { 0 }])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    disc.write_to(&mut png, image::ImageFormat::Png).expect("encodes");
    let photo = crate::photo::decode(png.get_ref(), &crate::photo::Limits::default()).expect("decodes");
    let head = head(Point::new(200.0, 170.0), 190.0, 0.0);
    let ground = Ground::around(&head, Backdrop::of(&photo).expect("an outline"));
    assert!(!ground.outline.is_rectangle());
    for name in ["linkedin", "team-page"] {
        assert_eq!(frame(&head, &ground, &extending(name), MEASURED).expect("room").padded, 0.0, "{name}");
    }
}

proptest! {
    /// Wherever the head is, a frame that reaches out never reaches below the photo, tells how much of it is made up,
    /// and holds crown and chin.
    #[test]
    fn a_frame_beyond_the_photo_tells_how_far(
        (width, height) in (300u32..2000, 300u32..2000),
        (x, y, size, roll) in (0.2..0.8f64, 0.2..0.7f64, 0.05..0.8f64, -40.0..40.0f64),
        preset in proptest::sample::select(presets()),
        extend in proptest::sample::select(vec![Extend::Blur, Extend::Plain]),
    ) {
        let mut preset = preset;
        preset.framing.extend = extend;
        let head = head(Point::new(x * f64::from(width), y * f64::from(height)), size * f64::from(width.min(height)), roll);
        let inside = |point: Point| (0.0..f64::from(width)).contains(&point.x) && (0.0..f64::from(height)).contains(&point.y);
        prop_assume!(inside(head.chin) && inside(head.crown));
        let ground = Ground::busy(&head, Outline::rectangle(width, height));
        let Ok(framed) = frame(&head, &ground, &preset, MEASURED) else { return Ok(()) };
        prop_assert!((0.0..=0.25).contains(&framed.padded), "{:?}", framed);
        prop_assert_eq!(framed.padded > 0.0, framed.steps.contains(&Step::Extend));
        let corners = framed.frame.corners();
        prop_assert!(corners.iter().all(|corner| corner.y < f64::from(height) + 1e-3 * framed.frame.height), "{:?}", framed);
        let reaches_out = corners.iter().any(|&corner| {
            let tolerance = 1e-2 * framed.frame.height;
            corner.x < -tolerance || corner.y < -tolerance || corner.x > f64::from(width) + tolerance
        });
        prop_assert!(!reaches_out || framed.padded > 0.0, "{:?}", framed);
        let map = framed.frame.transform(preset.width, preset.height);
        let bottom = f64::from(preset.height);
        for point in [map.apply(head.chin), map.apply(head.crown)] {
            prop_assert!(point.y > -1e-3 * bottom && point.y < 1.001 * bottom, "{:?} {:?}", point, framed);
        }
    }
}
