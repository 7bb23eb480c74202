//! Colour spaces that a file gives by numbers rather than by a profile: code points (ITU-T H.273), and PNG's gamma and
//! chromaticities.

use super::colour::Colour;
use super::tone_map::{HighRange, ToneMap};
use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, ProfileText, ToneReprCurve, curve_from_gamma};
use std::sync::Arc;

/// How samples stand for light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Transfer {
    /// IEC 61966-2-1.
    Srgb,
    /// A sample of 0..=1 raised to this power is the light.
    Power(f64),
    /// Light far above a photo's white.
    High(HighRange),
}

impl Transfer {
    /// The transfer of a code point; `None` where it has no meaning, or one that no photo has.
    ///
    /// Those of video (1, 6, 14, 15) count as sRGB: encoders write them by default for pictures that are sRGB, and no
    /// viewer makes a difference between the two.
    fn of_code_point(number: u16) -> Option<Self> {
        Some(match number {
            1 | 6 | 13 | 14 | 15 => Self::Srgb,
            4 => Self::Power(2.2),
            5 => Self::Power(2.8),
            8 => Self::Power(1.0),
            16 => Self::High(HighRange::Pq),
            17 => Self::Power(2.6),
            18 => Self::High(HighRange::Hlg),
            _ => return None,
        })
    }

    /// The light of a sample, white being 1; both in 0..=1.
    fn light(self, sample: f64) -> f64 {
        match self {
            Self::Srgb if sample <= 0.040_45 => sample / 12.92,
            Self::Srgb => libm::pow((sample + 0.055) / 1.055, 2.4),
            Self::Power(exponent) => libm::pow(sample, exponent),
            Self::High(range) => range.light(sample),
        }
    }
}

/// The sRGB sample, 0..=1, of light that is 0..=1 (IEC 61966-2-1).
pub(super) fn srgb_sample(light: f64) -> f64 {
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055 }
}

/// A colour space by its numbers.
#[derive(Clone, Debug)]
pub(super) struct Space {
    primaries: ColorPrimaries,
    white: Chromaticity,
    transfer: Transfer,
    video_range: bool,
    /// What people call it.
    name: String,
}

/// From the colours of a pixel in 16 bits to those in 8 bits.
pub(super) type Reduction = Box<dyn Fn([u16; 3]) -> [u8; 3]>;

/// PNG's `cHRM`: the chromaticities of white, red, green and blue, each x and y.
pub(super) type Chromaticities = [(f32, f32); 4];

/// Those of sRGB.
const SRGB: Chromaticities = [(0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)];

/// How far chromaticities may be from sRGB's and still mean it, as in libpng.
const SAME_CHROMATICITY: f32 = 0.01;

/// How far an exponent may be from 2.2, as a share of it, and still mean sRGB: `PNG_GAMMA_THRESHOLD` of libpng.
const SAME_GAMMA: f64 = 0.05;

/// The encoding exponents that are believed. Test pictures have 0.35 to 2.5, broken files anything.
const GAMMAS: std::ops::RangeInclusive<f64> = 0.1..=10.0;

impl Space {
    /// The space of code points for primaries and transfer; `None` where either is unspecified, reserved, or such that
    /// no photo has it.
    pub(super) fn of_code_points(primaries: u16, transfer: u16) -> Option<Self> {
        let d65 = Chromaticity::D65;
        let (primaries, white, name) = match primaries {
            1 => (ColorPrimaries::BT_709, d65, "sRGB"),
            4 => (ColorPrimaries::BT_470M, Chromaticity::new(0.310, 0.316), "BT.470 M"),
            5 => (ColorPrimaries::BT_470BG, d65, "BT.601 (625 lines)"),
            6 | 7 => (ColorPrimaries::BT_601, d65, "BT.601 (525 lines)"),
            9 => (ColorPrimaries::BT_2020, d65, "BT.2020"),
            11 => (ColorPrimaries::DCI_P3, Chromaticity::new(0.314, 0.351), "DCI-P3"),
            12 => (ColorPrimaries::DISPLAY_P3, d65, "Display P3"),
            22 => (ColorPrimaries::EBU_3213, d65, "EBU 3213"),
            _ => return None,
        };
        let transfer = Transfer::of_code_point(transfer)?;
        let name = match transfer {
            Transfer::Srgb => name.to_owned(),
            Transfer::Power(exponent) => format!("{name}, gamma {exponent}"),
            Transfer::High(range) => format!("{name} {range}"),
        };
        Some(Self { primaries, white, transfer, video_range: false, name })
    }

    /// The space of PNG's `gAMA`, the exponent from light to samples, and `cHRM`. `None` where they say nothing else
    /// than sRGB, as they do in most files, or nothing that can be.
    ///
    /// A pure power of 1/2.2 with sRGB's primaries, or without any, is how PNG writers put sRGB into this chunk.
    pub(super) fn of_gamma(gamma: Option<f64>, chromaticities: Option<Chromaticities>) -> Option<Self> {
        let points = chromaticities.filter(can_be).filter(|points| !is_srgb(points));
        let exponent = gamma.filter(|gamma| GAMMAS.contains(gamma)).map(f64::recip);
        let is_usual = exponent.is_none_or(|exponent| (exponent / 2.2 - 1.0).abs() <= SAME_GAMMA);
        if points.is_none() && is_usual {
            return None;
        }
        let [white, red, green, blue] = points.unwrap_or(SRGB).map(|(x, y)| Chromaticity::new(x, y));
        let transfer = exponent.map_or(Transfer::Srgb, Transfer::Power);
        let name = match (exponent, points) {
            (Some(exponent), Some(_)) => format!("gamma {exponent:.2} and own primaries"),
            (Some(exponent), None) => format!("gamma {exponent:.2}"),
            (None, _) => "own primaries".to_owned(),
        };
        Some(Self { primaries: ColorPrimaries { red, green, blue }, white, transfer, video_range: false, name })
    }

    /// How to bring samples of 8 bits to sRGB.
    pub(super) fn colour(&self) -> Colour {
        let curve = match self.transfer {
            Transfer::Srgb => None,
            Transfer::Power(exponent) => Some(curve_from_gamma(exponent as f32)),
            Transfer::High(range) => {
                let tone_map = ToneMap::new(range, &self.profile(None));
                return Colour::of_conversion(Arc::new(tone_map), &self.name);
            }
        };
        Colour::of_profile(&self.profile(curve))
    }

    /// The same, with samples in the range of video: from 16 x 256 to 235 x 256 of 16 bits (ITU-T H.273, 8.3).
    pub(super) fn in_video_range(self) -> Self {
        Self { video_range: true, ..self }
    }

    pub(super) const fn is_in_video_range(&self) -> bool {
        self.video_range
    }

    /// From the three samples of a pixel in 16 bits to those in 8 bits, and how to bring these to sRGB. What 8 bits
    /// hold badly, light itself above all, has sRGB's curve from here on. Greys are sRGB then: they have no primaries.
    pub(super) fn reduction(&self, is_grey: bool) -> (Reduction, Colour) {
        let sample = |wide: u16| match self.video_range {
            true => ((f64::from(wide) - 4096.0) / 56_064.0).clamp(0.0, 1.0),
            false => f64::from(wide) / 65_535.0,
        };
        let converted = || Colour::srgb(format!("sRGB (from {})", self.name));
        if let Transfer::High(range) = self.transfer {
            let tone_map = ToneMap::new(range, &self.profile(None));
            let light: Vec<f32> = (0..=u16::MAX).map(|wide| range.light(sample(wide)) as f32).collect();
            return (Box::new(move |pixel| tone_map.srgb(pixel.map(|wide| light[usize::from(wide)]))), converted());
        }
        let reduced = |wide| (srgb_sample(self.transfer.light(sample(wide))) * 255.0).round() as u8;
        let table: Vec<u8> = (0..=u16::MAX).map(reduced).collect();
        let rest = Self { transfer: Transfer::Srgb, ..self.clone() };
        let colour = if is_grey { converted() } else { rest.colour() };
        (Box::new(move |pixel| pixel.map(|wide| table[usize::from(wide)])), colour)
    }

    /// A profile with these primaries and this curve, sRGB's where it is `None`.
    fn profile(&self, curve: Option<ToneReprCurve>) -> ColorProfile {
        let mut profile = ColorProfile::new_srgb();
        profile.update_rgb_colorimetry(self.white.to_xyyb(), self.primaries);
        if let Some(curve) = curve {
            (profile.red_trc, profile.green_trc) = (Some(curve.clone()), Some(curve.clone()));
            profile.blue_trc = Some(curve);
        }
        profile.description = Some(ProfileText::PlainString(self.name.clone()));
        profile
    }
}

/// Whether these points span a triangle with white inside. Broken files have zeros, or the points in another order.
fn can_be(points: &Chromaticities) -> bool {
    let [white, red, green, blue] = *points;
    let side = |a: (f32, f32), b: (f32, f32)| (b.0 - a.0) * (white.1 - a.1) - (b.1 - a.1) * (white.0 - a.0);
    let sides = [side(red, green), side(green, blue), side(blue, red)];
    let plausible = points.iter().all(|(x, y)| (-1.0..=2.0).contains(x) && (-1.0..=2.0).contains(y));
    plausible && white.1 > 0.0 && sides.iter().all(|&side| side > 1e-4)
}

fn is_srgb(points: &Chromaticities) -> bool {
    let near = |(a, b): (&(f32, f32), (f32, f32))| {
        (a.0 - b.0).abs() <= SAME_CHROMATICITY && (a.1 - b.1).abs() <= SAME_CHROMATICITY
    };
    points.iter().zip(SRGB).all(near)
}
