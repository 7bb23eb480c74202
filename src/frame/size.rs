//! The output's size in pixels, by what the frame holds.

use crate::error::{Failure, Reason};
use crate::preset::Preset;

/// Enlarging up to this factor counts as having the pixels: beyond, it begins to show. By eye.
const NOT_ENLARGED: f64 = 1.25;

/// Enlarging beyond this factor is refused. Set by eye.
const ENLARGED_AT_MOST: f64 = 2.0;

/// How large an output becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutputSize {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Output pixels per source pixel; over 1 the photo is enlarged.
    pub upscale: f64,
}

/// The size for a frame of `frame_width` source pixels: the preset's own where the frame has the pixels, else the
/// frame's, down to `min_width`, else enlarged to `min_width`.
///
/// # Errors
/// [`Reason::WouldUpscale`] where that enlarges more than twice, unless `allow_upscale`; [`Reason::Internal`] for a
/// preset with a value that is out of its range ([`Preset::check`]).
pub fn output_size(frame_width: f64, preset: &Preset, allow_upscale: bool) -> Result<OutputSize, Failure> {
    super::checked(preset)?;
    let least = preset.min_width.unwrap_or(preset.width);
    let width = if f64::from(preset.width) <= frame_width * NOT_ENLARGED {
        preset.width
    } else {
        // Rounded down, so that the output never has more pixels than the photo gave.
        (frame_width.floor() as u32).clamp(least, preset.width)
    };
    let height = (f64::from(width) / preset.aspect()).round().max(1.0) as u32;
    let upscale = f64::from(width) / frame_width;
    if upscale > ENLARGED_AT_MOST && !allow_upscale {
        return Err(Failure::new(
            Reason::WouldUpscale,
            format!(
                "{} would be enlarged {upscale:.1} times: its frame is {frame_width:.0} pixels wide in the photo, and it \
                 needs at least {least}",
                preset.name
            ),
        )
        .advised("use the original file or a photo taken closer, or pass --allow-upscale"));
    }
    Ok(OutputSize { width, height, upscale })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;

    fn size(name: &str, frame_width: f64, allow: bool) -> Result<OutputSize, Failure> {
        let presets = preset::select(&[name.to_owned()]).expect("built in");
        output_size(frame_width, &presets[0], allow)
    }

    #[test]
    fn a_frame_with_the_pixels_gets_the_presets_size() {
        let large = size("linkedin", 3000.0, false).expect("room");
        assert_eq!((large.width, large.height), (800, 800));
        let nearly = size("linkedin", 640.0, false).expect("1.25 counts as having them");
        assert_eq!((nearly.width, nearly.upscale > NOT_ENLARGED), (800, false));
    }

    #[test]
    fn a_smaller_frame_keeps_its_own_pixels() {
        let own = size("linkedin", 533.7, false).expect("over min_width");
        assert_eq!((own.width, own.height), (533, 533));
        assert!(own.upscale <= 1.0);
        let portrait = size("team-page", 600.0, false).expect("over min_width");
        assert_eq!((portrait.width, portrait.height), (600, 750));
    }

    #[test]
    fn below_min_width_it_is_enlarged_then_reviewed_then_refused() {
        assert!(size("linkedin", 330.0, false).expect("1.21").upscale <= NOT_ENLARGED);
        let review = size("linkedin", 250.0, false).expect("1.6");
        assert_eq!((review.width, review.upscale > NOT_ENLARGED), (400, true));
        assert_eq!(size("linkedin", 199.0, false).expect_err("over 2").reason, Reason::WouldUpscale);
        assert_eq!(size("linkedin", 100.0, true).expect("allowed").width, 400);
    }

    #[test]
    fn a_preset_without_min_width_has_one_size() {
        assert_eq!(size("x", 210.0, false).expect("1.9").width, 400);
        assert_eq!(size("x", 199.0, false).expect_err("over 2").reason, Reason::WouldUpscale);
    }
}
