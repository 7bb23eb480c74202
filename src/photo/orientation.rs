//! How a stored picture is turned and mirrored so that it stands upright.

use super::exif::Exif;
use crate::geometry::Affine;
use image::{RgbImage, imageops};

/// XMP above this is not read, in bytes. A JPEG segment ends at 65,533; PNG and WebP allow more, but every real packet
/// is far smaller.
pub(super) const MAX_METADATA_BYTES: usize = 1 << 20;

/// The way from stored pixels to the upright picture: an optional left-right mirror first, then clockwise quarter
/// turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Orientation {
    quarter_turns: u8,
    mirrored: bool,
}

impl Orientation {
    /// Nothing to do: EXIF value 1.
    pub const UPRIGHT: Self = Self { quarter_turns: 0, mirrored: false };

    /// A left-right mirror if `mirrored`, then `quarter_turns` clockwise (taken modulo 4).
    #[must_use]
    pub const fn new(quarter_turns: u8, mirrored: bool) -> Self {
        Self { quarter_turns: quarter_turns % 4, mirrored }
    }

    /// The meaning of EXIF tag 0x0112 (EXIF 2.32, section 4.6.4 A). Values outside 1..=8 mean upright: cameras without
    /// a tilt sensor write 0, and browsers treat every unknown value so.
    #[must_use]
    pub const fn from_exif(value: u16) -> Self {
        match value {
            2 => Self::new(0, true),
            3 => Self::new(2, false),
            4 => Self::new(2, true),
            5 => Self::new(3, true),
            6 => Self::new(1, false),
            7 => Self::new(1, true),
            8 => Self::new(3, false),
            _ => Self::UPRIGHT,
        }
    }

    /// The EXIF value, 1..=8.
    #[must_use]
    pub const fn exif_value(self) -> u16 {
        match (self.quarter_turns, self.mirrored) {
            (0, false) => 1,
            (0, true) => 2,
            (2, false) => 3,
            (2, true) => 4,
            (3, true) => 5,
            (1, false) => 6,
            (1, true) => 7,
            _ => 8,
        }
    }

    /// Clockwise quarter turns after the mirror, 0..=3.
    #[must_use]
    pub const fn quarter_turns(self) -> u8 {
        self.quarter_turns
    }

    /// Whether width and height change places.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        self.quarter_turns % 2 == 1
    }

    /// This orientation first, then `next`, as one.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        // A mirror after a turn equals the opposite turn after the mirror.
        let own_turns = if next.mirrored { 4 - self.quarter_turns } else { self.quarter_turns };
        Self::new(own_turns + next.quarter_turns, self.mirrored != next.mirrored)
    }

    /// The orientation that takes this one back.
    #[must_use]
    pub const fn inverse(self) -> Self {
        if self.mirrored { self } else { Self::new(4 - self.quarter_turns, false) }
    }

    /// The size of the upright picture, in pixels, for one stored at `stored_width` x `stored_height`.
    #[must_use]
    pub const fn upright_size(self, stored_width: u32, stored_height: u32) -> (u32, u32) {
        if self.swaps_sides() { (stored_height, stored_width) } else { (stored_width, stored_height) }
    }

    /// The map from stored pixel coordinates to upright ones, for a picture stored at the given size in pixels.
    #[must_use]
    pub fn to_upright(&self, stored_width: u32, stored_height: u32) -> Affine {
        let (width, height) = (f64::from(stored_width), f64::from(stored_height));
        let mirror = if self.mirrored { Affine([-1.0, 0.0, width, 0.0, 1.0, 0.0]) } else { Affine::IDENTITY };
        let turn = match self.quarter_turns {
            1 => Affine([0.0, -1.0, height, 1.0, 0.0, 0.0]),
            2 => Affine([-1.0, 0.0, width, 0.0, -1.0, height]),
            3 => Affine([0.0, 1.0, 0.0, -1.0, 0.0, width]),
            _ => Affine::IDENTITY,
        };
        mirror.then(&turn)
    }

    /// `picture` stood upright. Copies the pixels: meant for crops and small pictures, not for frames.
    #[must_use]
    pub fn apply_rgb(self, mut picture: RgbImage) -> RgbImage {
        if self.mirrored {
            imageops::flip_horizontal_in_place(&mut picture);
        }
        match self.quarter_turns {
            1 => imageops::rotate90(&picture),
            2 => {
                imageops::rotate180_in_place(&mut picture);
                picture
            }
            3 => imageops::rotate270(&picture),
            _ => picture,
        }
    }
}

/// The orientation that a photo's metadata ask for: EXIF where it says something, otherwise XMP, as some editors leave
/// only that. Anything unreadable means upright.
pub(super) fn from_metadata(exif: Exif, xmp: Option<&[u8]>) -> Orientation {
    exif.orientation.or_else(|| xmp_value(xmp?)).map_or(Orientation::UPRIGHT, Orientation::from_exif)
}

/// `tiff:Orientation` of an XMP packet, written as an attribute or as an element (XMP specification, part 1, 7.5).
fn xmp_value(packet: &[u8]) -> Option<u16> {
    const NAME: &[u8] = b"tiff:Orientation";
    let packet = packet.get(..packet.len().min(MAX_METADATA_BYTES))?;
    let at = packet.windows(NAME.len()).position(|window| window == NAME)?;
    let mut rest = packet[at + NAME.len()..].iter().skip_while(|byte| b"=\"'> \t\r\n".contains(byte));
    let digit = rest.next().filter(|byte| byte.is_ascii_digit())?;
    rest.next().is_none_or(|byte| !byte.is_ascii_digit()).then_some(u16::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, Rect};
    use image::Rgb;
    use proptest::prelude::*;

    fn any_orientation() -> impl Strategy<Value = Orientation> {
        (1u16..=8).prop_map(Orientation::from_exif)
    }

    /// Every pixel its own colour.
    fn numbered(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 7]))
    }

    proptest! {
        #[test]
        fn the_map_says_where_each_pixel_goes(turn in any_orientation(), width in 1u32..9, height in 1u32..9) {
            let stored = numbered(width, height);
            let map = turn.to_upright(width, height);
            let upright = turn.apply_rgb(stored.clone());
            prop_assert_eq!(upright.dimensions(), turn.upright_size(width, height));
            for (x, y, pixel) in stored.enumerate_pixels() {
                let place = map.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
                prop_assert_eq!(upright.get_pixel((place.x - 0.5) as u32, (place.y - 0.5) as u32), pixel);
            }
        }

        /// Exactly: parts of the upright photo are read as they are stored.
        #[test]
        fn whole_pixels_upright_are_whole_pixels_as_stored(
            turn in any_orientation(), (width, height) in (1u32..70_000, 1u32..70_000),
            (left, top, right, bottom) in (0.0..=1.0f64, 0.0..=1.0f64, 0.0..=1.0f64, 0.0..=1.0f64),
        ) {
            let (upright_width, upright_height) = turn.upright_size(width, height);
            let place = |share: f64, side: u32| (share * f64::from(side)).floor();
            let corners = [(left, top), (right, bottom)];
            let corners = corners.map(|(x, y)| Point::new(place(x, upright_width), place(y, upright_height)));
            let to_stored = turn.to_upright(width, height).inverse().expect("an orientation has an inverse");
            let stored = Rect::around(&corners).mapped(&to_stored);
            prop_assert_eq!(stored, Rect::around(&corners.map(|corner| to_stored.apply(corner))));
            for (side, most) in [(stored.x, width), (stored.right(), width), (stored.y, height), (stored.bottom(), height)] {
                prop_assert!(side.fract() == 0.0 && (0.0..=f64::from(most)).contains(&side), "{:?}", stored);
            }
        }

        #[test]
        fn one_after_the_other_is_their_composition(first in any_orientation(), second in any_orientation()) {
            let stored = numbered(5, 3);
            prop_assert_eq!(
                second.apply_rgb(first.apply_rgb(stored.clone())),
                first.then(second).apply_rgb(stored)
            );
            prop_assert_eq!(first.then(first.inverse()), Orientation::UPRIGHT);
        }

        #[test]
        fn no_exif_block_panics(block in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut tiff = b"II*\0\x08\0\0\0".to_vec();
            tiff.extend(&block);
            prop_assert!((1..=8).contains(&from_metadata(Exif::read(&tiff), Some(&tiff)).exif_value()));
        }
    }

    #[test]
    fn every_exif_value_survives_and_the_others_mean_upright() {
        for value in 1..=8 {
            assert_eq!(Orientation::from_exif(value).exif_value(), value);
        }
        for value in [0, 9, 255, 65_535] {
            assert_eq!(Orientation::from_exif(value), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn value_six_turns_clockwise() {
        let mut stored = RgbImage::new(3, 2);
        stored.put_pixel(0, 0, Rgb([255, 0, 0]));
        let upright = Orientation::from_exif(6).apply_rgb(stored);
        assert_eq!(upright.dimensions(), (2, 3));
        assert_eq!(upright.get_pixel(1, 0), &Rgb([255, 0, 0]), "the stored top left corner is now at the top right");
    }

    #[test]
    fn xmp_counts_where_exif_is_silent() {
        let from_xmp = |packet: &[u8]| from_metadata(Exif::default(), Some(packet)).exif_value();
        assert_eq!(from_xmp(b"<rdf:Description tiff:Orientation=\"6\" a=\"9\"/>"), 6);
        assert_eq!(from_xmp(b"<tiff:Orientation>3</tiff:Orientation>"), 3);
        for packet in [b"tiff:Orientation=\"0\"".as_slice(), b"tiff:Orientation=\"31\"", b"tiff:Orientation", b""] {
            assert_eq!(from_xmp(packet), 1);
        }
        let upright = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";
        assert_eq!(from_metadata(Exif::read(upright), Some(b"tiff:Orientation=\"6\"")), Orientation::UPRIGHT);
        assert_eq!(from_metadata(Exif::read(b"MM\0*"), Some(b"tiff:Orientation=\"6\"")), Orientation::from_exif(6));
    }
}
