//! High dynamic range to sRGB. Such photos keep highlights above a photo's white; shown as they are, everything else
//! comes out nearly black.

use super::space::srgb_sample;
use moxcms::{CmsError, ColorProfile, TransformExecutor};
use std::fmt;

/// The light of a sheet of white paper, in candela per square metre (ITU-R BT.2408, table 1): what white is in a photo
/// of standard range.
const WHITE: f64 = 203.0;

/// The light of the brightest highlight on the display that HLG is defined for, in the same unit (ITU-R BT.2100, table
/// 5).
const HLG_PEAK: f64 = 1000.0;

/// The share of red, green and blue in the luminance that HLG is defined over (ITU-R BT.2100, table 5).
const LUMINANCE: [f32; 3] = [0.2627, 0.6780, 0.0593];

/// Light up to this share of white stays as it is, so that faces look as in a photo of standard range; what is above is
/// compressed into the rest. Set by eye: white paper gets 249 of 255, and highlights on skin keep their shape.
const KNEE: f32 = 0.9;

/// Steps of the table for sRGB's curve: over its square root, in which no step is wider than a third of a sample.
const STEPS: usize = 4096;

/// The two codings of high dynamic range (ITU-R BT.2100).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HighRange {
    /// Perceptual quantization (SMPTE ST 2084): light of a display.
    Pq,
    /// Hybrid log-gamma: light of a scene.
    Hlg,
}

impl fmt::Display for HighRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pq => "PQ",
            Self::Hlg => "HLG",
        })
    }
}

impl HighRange {
    /// The light of a sample of 0..=1: of PQ in units of [`WHITE`], of HLG that of the scene, at most 1.
    pub(super) fn light(self, sample: f64) -> f64 {
        match self {
            // ITU-R BT.2100, table 4.
            Self::Pq => {
                const M1: f64 = 2610.0 / 16_384.0;
                const M2: f64 = 2523.0 / 4096.0 * 128.0;
                const C1: f64 = 3424.0 / 4096.0;
                const C2: f64 = 2413.0 / 4096.0 * 32.0;
                const C3: f64 = 2392.0 / 4096.0 * 32.0;
                let root = libm::pow(sample, 1.0 / M2);
                10_000.0 / WHITE * libm::pow((root - C1).max(0.0) / (C2 - C3 * root), 1.0 / M1)
            }
            // ITU-R BT.2100, table 5.
            Self::Hlg => {
                const A: f64 = 0.178_832_77;
                const B: f64 = 1.0 - 4.0 * A;
                const C: f64 = 0.559_910_73;
                if sample <= 0.5 { sample * sample / 3.0 } else { (libm::exp((sample - C) / A) + B) / 12.0 }
            }
        }
    }
}

/// The way from light in the primaries of a profile to sRGB.
pub(super) struct ToneMap {
    range: HighRange,
    /// The light of samples of 8 bits.
    light: Vec<f32>,
    to_srgb: [[f32; 3]; 3],
    /// sRGB samples over the square root of light.
    samples: Vec<u8>,
}

impl ToneMap {
    /// For pictures in the primaries of `profile`, whatever its curves are.
    pub(super) fn new(range: HighRange, profile: &ColorProfile) -> Self {
        let sample = |step: usize| {
            let root = step as f64 / (STEPS - 1) as f64;
            (srgb_sample(root * root) * 255.0).round() as u8
        };
        Self {
            range,
            light: (0..=255_u8).map(|sample| range.light(f64::from(sample) / 255.0) as f32).collect(),
            to_srgb: profile.transform_matrix(&ColorProfile::new_srgb()).v.map(|row| row.map(|factor| factor as f32)),
            samples: (0..STEPS).map(sample).collect(),
        }
    }

    /// A pixel in sRGB, of light as [`HighRange::light`] gives it.
    pub(super) fn srgb(&self, light: [f32; 3]) -> [u8; 3] {
        let factor = match self.range {
            HighRange::Pq => 1.0,
            // A display of 1,000 candela shows the scene with an exponent of 1.2 over its luminance.
            HighRange::Hlg => {
                let luminance: f32 = light.iter().zip(LUMINANCE).map(|(light, share)| light * share).sum();
                (HLG_PEAK / WHITE) as f32 * libm::powf(luminance.max(0.0), 0.2)
            }
        };
        let shown = light.map(|light| light * factor);
        let brightest = shown.into_iter().fold(0.0, f32::max);
        let kept = if brightest > KNEE { compressed(brightest) / brightest } else { 1.0 };
        self.to_srgb.map(|row| {
            let light: f32 = row.iter().zip(shown).map(|(factor, light)| factor * light * kept).sum();
            self.samples[(light.clamp(0.0, 1.0).sqrt() * (STEPS - 1) as f32).round() as usize]
        })
    }
}

/// Light above [`KNEE`], brought below 1 without a kink.
fn compressed(light: f32) -> f32 {
    let over = (light - KNEE) / (1.0 - KNEE);
    KNEE + (1.0 - KNEE) * over / (1.0 + over)
}

impl TransformExecutor<u8> for ToneMap {
    fn transform(&self, from: &[u8], to: &mut [u8]) -> Result<(), CmsError> {
        for (from, to) in from.chunks_exact(3).zip(to.chunks_exact_mut(3)) {
            to.copy_from_slice(&self.srgb([0, 1, 2].map(|channel| self.light[usize::from(from[channel])])));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sRGB sample of a share of white, by the standard's formula.
    fn srgb(light: f64) -> u8 {
        (srgb_sample(light) * 255.0).round() as u8
    }

    #[test]
    fn the_codings_have_their_reference_points() {
        // ITU-R BT.2408, table 1: white at 58 % in PQ and at 75 % in HLG; grey of 18 % light, 26 cd/m2, at 38 %.
        assert!((HighRange::Pq.light(0.5806) - 1.0).abs() < 0.01);
        assert!((HighRange::Pq.light(0.38) * WHITE - 26.0).abs() < 1.0);
        assert!((libm::pow(HighRange::Hlg.light(0.75), 1.2) * HLG_PEAK - WHITE).abs() < 1.0);
        assert!(
            (HighRange::Pq.light(1.0) * WHITE - 10_000.0).abs() < 1e-6
                && (HighRange::Hlg.light(1.0) - 1.0).abs() < 1e-6
        );
        assert_eq!((HighRange::Pq.light(0.0), HighRange::Hlg.light(0.0)), (0.0, 0.0));
    }

    #[test]
    fn greys_below_white_keep_their_light_and_highlights_do_not_clip() {
        for range in [HighRange::Pq, HighRange::Hlg] {
            let map = ToneMap::new(range, &ColorProfile::new_bt2020());
            let shown = |sample: f64| map.srgb([range.light(sample) as f32; 3]);
            // 18 % grey: 38 % of PQ and of HLG.
            let [red, green, blue] = shown(0.38);
            let expected = srgb(if range == HighRange::Pq { 0.128 } else { 0.127 });
            assert!(
                red.abs_diff(expected) <= 3 && red.abs_diff(green) <= 1 && green.abs_diff(blue) <= 1,
                "{red} {expected}"
            );
            let white = if range == HighRange::Pq { 0.5806 } else { 0.75 };
            assert!(shown(white).iter().all(|sample| (247..=250).contains(sample)), "{:?}", shown(white));
            assert!(shown(white + 0.1)[0] > shown(white)[0] && shown(1.0)[0] >= shown(white + 0.1)[0]);
        }
    }

    #[test]
    fn colours_of_srgb_come_back() {
        // sRGB (200, 120, 100) at a white of 203 cd/m2, in BT.2020 and PQ: by the matrix of ITU-R BT.2087.
        let light = [200.0, 120.0, 100.0].map(|sample: f64| libm::pow((sample / 255.0 + 0.055) / 1.055, 2.4));
        let to_wide = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]];
        let wide =
            to_wide.map(|row: [f64; 3]| row.iter().zip(light).map(|(factor, light)| factor * light).sum::<f64>());
        let map = ToneMap::new(HighRange::Pq, &ColorProfile::new_bt2020());
        let [red, green, blue] = map.srgb(wide.map(|light| light as f32));
        assert!(red.abs_diff(200) <= 1 && green.abs_diff(120) <= 1 && blue.abs_diff(100) <= 1, "{red} {green} {blue}");
    }
}
