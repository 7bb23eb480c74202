//! Framing measured on drawn portraits, whose eyes, chin and crown are known to a fraction of a pixel: the truth is
//! mapped through the transform that the program reports, and judged in the crop.

#[path = "support/portrait/mod.rs"]
mod portrait;

use headshot::geometry::{Affine, Point};
use headshot::pipeline::{Crop, Cropper, Options};
use headshot::preset::Preset;
use image::codecs::jpeg::JpegEncoder;
use portrait::{Background, Beard, Clothes, Features, Glasses, HairStyle, Portrait, SKINS, Smile, Truth, rgb};
use std::sync::LazyLock;

/// Eye line off the preset's target, in output heights.
const EYE_TOLERANCE: f64 = 0.03;
/// Head height off the preset's target, in output heights.
const HEAD_TOLERANCE: f64 = 0.08;
/// Tilt that is left after levelling, in degrees. Up to 3 are left alone on purpose; 1 is for measuring.
const ROLL_TOLERANCE: f64 = 4.0;

/// Presets of three shapes that roomy photos have room for.
const PRESETS: [&str; 3] = ["linkedin", "team-page", "resume"];

/// The crops of one portrait.
struct Case {
    name: &'static str,
    truth: Truth,
    crops: Vec<Crop>,
}

static CROPPER: LazyLock<Cropper> = LazyLock::new(|| {
    let mut options = Options::default();
    options.render = false;
    let builder = PRESETS.iter().fold(Cropper::builder(), |builder, preset| builder.preset(*preset));
    builder.options(options).build().expect("built-in presets")
});

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let case = |(name, portrait): Named| {
        let drawn = portrait.draw();
        let mut bytes = Vec::new();
        drawn.image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 92)).expect("encodes");
        let cropped = CROPPER.process(&bytes).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        Case { name, truth: drawn.truth, crops: cropped.crops }
    };
    portraits().into_iter().map(case).collect()
});

/// A head with more than its own height of room on every side but below, where there is half of that.
fn roomy() -> Portrait {
    Portrait { mid_eye: (550.0, 640.0), head_height: 360.0, ..Portrait::sized(1100, 1400) }
}

/// A portrait with what sets it apart.
type Named = (&'static str, Portrait);

fn studio() -> Background {
    Background::Studio(rgb(132, 150, 160))
}

fn portraits() -> Vec<Named> {
    let mut all = vec![("straight", roomy())];
    all.extend(tilted());
    all.extend(under_hair_and_cloth());
    all.extend(elsewhere());
    all
}

/// Heads that lean, to both sides and under different hair; the shoulders lean less.
fn tilted() -> [Named; 5] {
    let leaning = |roll_deg: f64, body_roll_deg: f64, hair_style: HairStyle| Portrait {
        roll_deg,
        body_roll_deg: Some(body_roll_deg),
        hair_style,
        ..roomy()
    };
    [
        ("tilted by 5", Portrait { roll_deg: 5.0, body_roll_deg: Some(0.0), background: studio(), ..roomy() }),
        ("tilted by -10, long hair", leaning(-10.0, -2.0, HairStyle::Long)),
        ("tilted by 15, bob", Portrait { skin: SKINS[3], ..leaning(15.0, 4.0, HairStyle::Bob) }),
        ("tilted by -20, cropped", Portrait { skin: SKINS[4], ..leaning(-20.0, -6.0, HairStyle::Cropped) }),
        (
            "tilted by 20, bald, beard",
            Portrait { beard: Beard::Full, background: studio(), ..leaning(20.0, 6.0, HairStyle::Bald) },
        ),
    ]
}

/// Crowns that are far above the forehead, or under cloth.
fn under_hair_and_cloth() -> [Named; 3] {
    let afro = Portrait {
        hair_style: HairStyle::Afro,
        skin: SKINS[5],
        hair: rgb(36, 28, 26),
        background: studio(),
        ..roomy()
    };
    let headscarf = Portrait {
        hair_style: HairStyle::Hijab,
        skin: SKINS[2],
        clothes: Clothes::Blazer,
        background: studio(),
        ..roomy()
    };
    [
        ("afro", afro),
        ("bun", Portrait { hair_style: HairStyle::Bun, smile: Smile::Open, ..roomy() }),
        ("headscarf", headscarf),
    ]
}

/// Heads of another size, and away from the middle.
fn elsewhere() -> [Named; 3] {
    let to_the_right =
        Portrait { mid_eye: (720.0, 560.0), head_height: 300.0, roll_deg: 7.0, glasses: Glasses::Square, ..roomy() };
    let large = Portrait {
        mid_eye: (1000.0, 1100.0),
        head_height: 640.0,
        features: Features { face_width: 1.06, ..Features::default() },
        background: Background::Bookshelf,
        ..Portrait::sized(2000, 2400)
    };
    [
        ("small and to the left", Portrait { mid_eye: (380.0, 560.0), head_height: 260.0, ..roomy() }),
        ("to the right, glasses", to_the_right),
        ("large, wide face", large),
    ]
}

/// The truth of a portrait in pixels of a crop.
struct Seen {
    mid_eye: Point,
    chin: Point,
    crown: Point,
    roll_deg: f64,
}

impl Seen {
    fn new(truth: &Truth, transform: &Affine) -> Self {
        let map = |(x, y)| transform.apply(Point::new(x, y));
        let [left, right] = truth.eyes.map(map);
        Self {
            mid_eye: left.midpoint(right),
            chin: map(truth.chin),
            crown: map(truth.crown),
            roll_deg: (right.y - left.y).atan2(right.x - left.x).to_degrees(),
        }
    }

    /// 2 x mid-eye to chin.
    fn head_height(&self) -> f64 {
        2.0 * self.mid_eye.distance(self.chin)
    }
}

/// Calls `measure` for every crop; its sentences, if there are any, become one failure that lists them all.
fn judge(measure: impl Fn(&Seen, &Crop, &Preset) -> Option<String>) {
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        assert_eq!(case.crops.len(), PRESETS.len(), "{}: every preset has room", case.name);
        for crop in &case.crops {
            let preset = &CROPPER.presets()[crop.preset];
            let seen = Seen::new(&case.truth, &crop.transform);
            if let Some(sentence) = measure(&seen, crop, preset) {
                wrong.push(format!("{}, {} {:?}: {sentence}", case.name, preset.name, crop.steps));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn eyes_are_on_the_presets_line() {
    judge(|seen, crop, preset| {
        let height = f64::from(crop.height);
        // Hair that is too tall for the preset's own place has to push the head down, by exactly what it needs.
        let hair_wants = preset.framing.headroom + (seen.mid_eye.y - seen.crown.y) / height;
        let off = seen.mid_eye.y / height - preset.framing.eye_line.max(hair_wants);
        (off.abs() > EYE_TOLERANCE).then(|| format!("the eyes are {off:+.3} off"))
    });
}

#[test]
fn heads_have_the_presets_height() {
    judge(|seen, crop, preset| {
        let off = seen.head_height() / f64::from(crop.height) - preset.framing.head_height;
        (off.abs() > HEAD_TOLERANCE).then(|| format!("the head is {off:+.3} off"))
    });
}

#[test]
fn no_crown_and_no_chin_is_cut() {
    judge(|seen, crop, _| {
        let (width, height) = (f64::from(crop.width), f64::from(crop.height));
        let is_cut = |point: Point| point.x < 0.0 || point.y < 0.0 || point.x > width || point.y > height;
        let cut: Vec<&str> = [("crown", seen.crown), ("chin", seen.chin)]
            .into_iter()
            .filter_map(|(name, point)| is_cut(point).then_some(name))
            .collect();
        (!cut.is_empty())
            .then(|| format!("{} cut: crown at {:.0}, chin at {:.0}", cut.join(" and "), seen.crown.y, seen.chin.y))
    });
}

#[test]
fn heads_stand_level() {
    judge(|seen, _, _| {
        (seen.roll_deg.abs() > ROLL_TOLERANCE).then(|| format!("still tilted by {:+.1}", seen.roll_deg))
    });
}

#[test]
fn heads_stand_in_the_middle() {
    judge(|seen, crop, preset| {
        let off = seen.mid_eye.x / f64::from(crop.width) - preset.framing.subject_x;
        (off.abs() > 0.04).then(|| format!("the eyes are {off:+.3} of the width off"))
    });
}
