//! The weighted sum of a window of pixels: the inner loop of turning a picture.
//!
//! Down the columns it is taken in whole numbers, across them in floats that hold those numbers exactly and are multiplied
//! and added one by one. So the result does not depend on the processor. On x86-64 it is written with the instructions
//! that every such processor has (SSE2): left to itself the compiler takes three times as long, because it keeps the
//! channels that are used apart from the fourth.

/// Most taps of one axis.
pub(super) const MOST_TAPS: usize = 8;

/// Bits behind the point of the weights down the columns.
const WEIGHT_BITS: u32 = 14;

/// Weights of the taps along one axis; they sum to 1, and are 0 behind the last tap.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    /// As whole numbers, with [`WEIGHT_BITS`] behind the point.
    down: [i16; MOST_TAPS],
    /// Over sums by those.
    across: [f32; MOST_TAPS],
}

impl Weights {
    /// In the ratio of `weights`, whose sum is over zero and which are at most the sum.
    pub(super) fn new(weights: [f64; MOST_TAPS]) -> Self {
        let one = f64::from(1 << WEIGHT_BITS);
        let sum: f64 = weights.iter().sum();
        let mut down = weights.map(|weight| (weight / sum * one).round() as i16);
        // What rounding left over goes where it shows least.
        let rest = (1 << WEIGHT_BITS) - down.iter().sum::<i16>();
        if let Some(largest) = down.iter_mut().max() {
            *largest += rest;
        }
        Self { down, across: weights.map(|weight| (weight / sum / one) as f32) }
    }
}

/// The weighted sum of `2 * PAIRS` pixels in each of as many rows, which begin `stride` pixels apart, rounded to 0..=255.
#[inline(always)]
pub(super) fn weighted<const PAIRS: usize>(
    pixels: &[[u8; 4]],
    stride: usize,
    across: &Weights,
    down: &Weights,
) -> [u8; 3] {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    return sse2::weighted::<PAIRS>(pixels, stride, across, down);
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
    return portable::<PAIRS>(pixels, stride, across, down);
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
#[inline(always)]
fn portable<const PAIRS: usize>(pixels: &[[u8; 4]], stride: usize, across: &Weights, down: &Weights) -> [u8; 3] {
    let mut sums = [[0_i32; 4]; MOST_TAPS];
    for (row, &weight) in down.down.iter().enumerate().take(2 * PAIRS) {
        let taps = &pixels[row * stride..][..2 * PAIRS];
        for (sum, pixel) in sums.iter_mut().zip(taps) {
            for channel in 0..4 {
                sum[channel] += i32::from(weight) * i32::from(pixel[channel]);
            }
        }
    }
    let mut total = [0f32; 4];
    for (sum, weight) in sums.iter().zip(across.across).take(2 * PAIRS) {
        for channel in 0..4 {
            total[channel] += weight * sum[channel] as f32;
        }
    }
    [total[0], total[1], total[2]].map(|value| (value + 0.5) as u8)
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sse2 {
    use super::Weights;
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_add_ps, _mm_cvtepi32_ps, _mm_cvtsi64_si128, _mm_cvtsi128_si32, _mm_cvttps_epi32,
        _mm_madd_epi16, _mm_mul_ps, _mm_packs_epi32, _mm_packus_epi16, _mm_set1_epi32, _mm_set1_ps, _mm_setzero_ps,
        _mm_setzero_si128, _mm_unpackhi_epi8, _mm_unpacklo_epi8,
    };

    /// [`super::weighted`].
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(super) fn weighted<const PAIRS: usize>(
        pixels: &[[u8; 4]],
        stride: usize,
        across: &Weights,
        down: &Weights,
    ) -> [u8; 3] {
        // SAFETY: `sum` needs SSE2 and nothing else, and this module is only there where all of the program may use it.
        unsafe { sum::<PAIRS>(pixels, stride, across, down) }
    }

    /// Two pixels.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn two(pixels: [[u8; 4]; 2]) -> __m128i {
        let [[a, b, c, d], [e, f, g, h]] = pixels;
        _mm_cvtsi64_si128(i64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn sum<const PAIRS: usize>(pixels: &[[u8; 4]], stride: usize, across: &Weights, down: &Weights) -> [u8; 3] {
        let zero = _mm_setzero_si128();
        let mut sums = [[zero; 2]; PAIRS];
        for (rows, weights) in down.down.as_chunks::<2>().0.iter().enumerate().take(PAIRS) {
            let weights = _mm_set1_epi32(i32::from(weights[1]) << 16 | i32::from(weights[0].cast_unsigned()));
            let upper = pixels[2 * rows * stride..][..2 * PAIRS].as_chunks::<2>().0;
            let lower = pixels[(2 * rows + 1) * stride..][..2 * PAIRS].as_chunks::<2>().0;
            for ((sum, &upper), &lower) in sums.iter_mut().zip(upper).zip(lower) {
                let both = _mm_unpacklo_epi8(two(upper), two(lower));
                sum[0] = _mm_add_epi32(sum[0], _mm_madd_epi16(_mm_unpacklo_epi8(both, zero), weights));
                sum[1] = _mm_add_epi32(sum[1], _mm_madd_epi16(_mm_unpackhi_epi8(both, zero), weights));
            }
        }
        let mut total = _mm_setzero_ps();
        for (&sum, &weight) in sums.as_flattened().iter().zip(&across.across) {
            total = _mm_add_ps(total, _mm_mul_ps(_mm_set1_ps(weight), _mm_cvtepi32_ps(sum)));
        }
        let levels = _mm_cvttps_epi32(_mm_add_ps(total, _mm_set1_ps(0.5)));
        let words = _mm_packs_epi32(levels, levels);
        let [red, green, blue, _] = _mm_cvtsi128_si32(_mm_packus_epi16(words, words)).to_le_bytes();
        [red, green, blue]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_processor_has_the_same_levels(
            pixels in prop::collection::vec(prop::array::uniform4(any::<u8>()), 100),
            weights in prop::array::uniform8(-0.1..0.6f64),
            others in prop::array::uniform8(-0.1..0.6f64),
        ) {
            let some = |mut weights: [f64; MOST_TAPS], taps: usize| {
                weights[taps..].fill(0.0);
                weights[1] = 1.0;
                Weights::new(weights)
            };
            let (across, down) = (some(weights, 6), some(others, 6));
            prop_assert_eq!(weighted::<3>(&pixels, 11, &across, &down), portable::<3>(&pixels, 11, &across, &down));
            let (across, down) = (some(weights, 4), some(others, 4));
            prop_assert_eq!(weighted::<2>(&pixels, 9, &across, &down), portable::<2>(&pixels, 9, &across, &down));
            let (across, down) = (some(weights, 8), some(others, 7));
            prop_assert_eq!(weighted::<4>(&pixels, 12, &across, &down), portable::<4>(&pixels, 12, &across, &down));
        }
    }

    #[test]
    fn weights_sum_to_one_and_a_plain_colour_stays() {
        let plain = [[255, 0, 77, 0]; 64];
        for tenths in 0..10 {
            let weights = Weights::new(std::array::from_fn(|tap| (tap as f64 * f64::from(tenths)).cos() + 1.1));
            assert_eq!(weights.down.iter().map(|&weight| i32::from(weight)).sum::<i32>(), 1 << WEIGHT_BITS);
            assert_eq!(weighted::<4>(&plain, 8, &weights, &weights), [255, 0, 77]);
        }
    }
}
