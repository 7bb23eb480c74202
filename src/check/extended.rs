//! Pure: what of a headshot is made up where that may show.

use crate::frame::Frame;
use crate::geometry::Point;
use crate::ground::Ground;
use crate::preset::{Alpha, Extend, Preset, Shape};

/// Places that are looked at along each side of the frame: one is 0.04 % of the headshot.
const PLACES: u32 = 48;

/// What of a headshot is made up and may show, as shares of what is shown of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MadeUp {
    /// Background that was continued where it is not plain, and not mirrored because the head is near.
    pub continued: f64,
    /// What a photo lacks that was cut to a circle or another shape before.
    pub missing: f64,
}

/// What is made up in `frame` for `preset`. Where the preset itself asks for one colour, or for blur, it is what is
/// wanted, and counts for nothing.
#[must_use]
pub fn made_up(ground: &Ground, frame: &Frame, preset: &Preset) -> MadeUp {
    let Some(back) = frame.levelling().inverse() else { return MadeUp::default() };
    let at = |place: u32| (f64::from(place) + 0.5) / f64::from(PLACES) - 0.5;
    let (mut shown, mut continued, mut missing) = (0_u32, 0_u32, 0_u32);
    for (x, y) in (0..PLACES).flat_map(|y| (0..PLACES).map(move |x| (at(x), at(y)))) {
        if preset.shape == Shape::Circle && libm::hypot(x, y) > 0.5 {
            continue;
        }
        let point = back.apply(Point::new(x * frame.width, y * frame.height));
        shown += 1;
        continued += u32::from(preset.framing.extend == Extend::Plain && ground.is_made_up(point));
        missing += u32::from(preset.alpha == Alpha::Flatten && ground.is_missing(point));
    }
    let share = |count: u32| f64::from(count) / f64::from(shown.max(1));
    MadeUp { continued: share(continued), missing: share(missing) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Face;
    use crate::geometry::{Affine, Rect};
    use crate::outline::Outline;
    use crate::preset;
    use crate::subject::Head;

    #[test]
    fn what_is_beyond_a_busy_photo_counts_where_the_head_is_near_and_only_with_the_photos_own_background() {
        let face = Face { rect: Rect::new(200.0, 60.0, 150.0, 200.0), score: 0.9, landmarks: None };
        let head = Head::from_face(&face, &Affine::IDENTITY).expect("invertible");
        let ground = Ground::busy(&head, Outline::rectangle(550, 800));
        let frame =
            |top: f64| Frame { centre: Point::new(275.0, top + 200.0), width: 400.0, height: 400.0, roll_deg: 0.0 };
        let mut preset = preset::select(&["slack".to_owned()]).expect("built in").remove(0);
        assert_eq!(made_up(&ground, &frame(0.0), &preset), MadeUp::default());
        let MadeUp { continued, missing } = made_up(&ground, &frame(-40.0), &preset);
        // Of a tenth of the frame, what is over the head; beside it the photo is mirrored.
        assert!(continued > 0.02 && continued < 0.09 && missing == 0.0, "{continued}");
        preset.framing.extend = Extend::Blur;
        assert_eq!(made_up(&ground, &frame(-40.0), &preset).continued, 0.0);
    }
}
