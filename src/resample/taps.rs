//! Samples at even steps along a row, each the weighted sum of its neighbours: the inner loop of [`super::plane`].
//!
//! All in whole numbers, so that the result does not depend on the processor. On x86-64 it is written with the instructions
//! that every such processor has (SSE2), which take two thirds of the time of what the compiler makes of the portable loop.

/// Bits behind the point of a position along a row.
const POSITION_BITS: u32 = 32;
/// Bits of the positions between two samples that have weights of their own: 1/256 is a step of one level only where
/// neighbours differ by all 255.
const PHASE_BITS: u32 = 8;
/// Bits behind the point of the weights.
const WEIGHT_BITS: u32 = 14;
/// Taps are taken by so many.
const GROUP: usize = 8;

/// The weights of the taps for every phase of a position between two samples.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    reach: f64,
    /// Groups of taps to a phase.
    groups: usize,
    /// Those of one phase sum to 1, with [`WEIGHT_BITS`] behind the point.
    weights: Vec<[i16; GROUP]>,
}

impl Weights {
    /// Of a kernel that is zero from the distance `reach` on, in samples.
    pub(super) fn new(reach: f64, kernel: impl Fn(f64) -> f64) -> Self {
        let groups = ((2.0 * reach).ceil() as usize).div_ceil(GROUP);
        let mut weights = Vec::with_capacity(groups << PHASE_BITS);
        let mut exact = vec![0f64; groups * GROUP];
        for phase in 0..1 << PHASE_BITS {
            let fraction = f64::from(phase) / f64::from(1 << PHASE_BITS);
            for (tap, weight) in exact.iter_mut().enumerate() {
                let distance = tap as f64 + 1.0 - fraction - reach;
                *weight = if distance.abs() < reach { kernel(distance) } else { 0.0 };
            }
            weights.extend_from_slice(whole(&exact).as_chunks().0);
        }
        Self { reach, groups, weights }
    }

    /// How many samples it reaches each way.
    pub(super) const fn reach(&self) -> f64 {
        self.reach
    }
}

/// In the ratio of `weights`, summing to 1.
fn whole(weights: &[f64]) -> Vec<i16> {
    let one = f64::from(1 << WEIGHT_BITS);
    let sum: f64 = weights.iter().sum();
    let mut whole: Vec<i16> = weights.iter().map(|weight| (weight / sum * one).round() as i16).collect();
    // What rounding left over goes where it shows least.
    let rest = (1 << WEIGHT_BITS) - whole.iter().map(|&weight| i32::from(weight)).sum::<i32>();
    if let Some(largest) = whole.iter_mut().max() {
        *largest += rest as i16;
    }
    whole
}

/// A row with its first and last sample repeated beyond it, as far as the taps reach.
#[derive(Clone, Debug)]
pub(super) struct Row {
    beyond: usize,
    width: usize,
    samples: Vec<u8>,
}

impl Row {
    pub(super) fn new(width: usize, weights: &Weights) -> Self {
        let beyond = weights.groups * GROUP;
        Self { beyond, width, samples: vec![0; width + 2 * beyond] }
    }

    /// Takes the first samples of `row`, which has enough of them.
    pub(super) fn fill(&mut self, row: &[u8]) {
        let Some(row) = row.get(..self.width) else { return };
        let (before, rest) = self.samples.split_at_mut(self.beyond);
        let (own, behind) = rest.split_at_mut(self.width);
        own.copy_from_slice(row);
        before.fill(row.first().copied().unwrap_or_default());
        behind.fill(row.last().copied().unwrap_or_default());
    }
}

/// Samples of the row at `at`, `at + step` and so on (in samples from the row's start; the first of them has its middle at
/// 0.5), as many as `output` holds.
pub(super) fn resample(row: &Row, at: f64, step: f64, weights: &Weights, output: &mut [u8]) {
    let fixed = |value: f64| (value * (1_u64 << POSITION_BITS) as f64).round() as i64;
    // The first tap, and half a phase for rounding to the nearest.
    let start = at - weights.reach + 0.5 + row.beyond as f64 + 0.5 / f64::from(1 << PHASE_BITS);
    let (start, step) = (fixed(start), fixed(step));
    let line = Line { samples: &row.samples, start, step, weights: &weights.weights };
    // As many taps as most pictures take are known to the compiler.
    match weights.groups {
        1 => line.fill(1, output),
        2 => line.fill(2, output),
        3 => line.fill(3, output),
        groups => line.fill(groups, output),
    }
}

#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    samples: &'a [u8],
    start: i64,
    step: i64,
    weights: &'a [[i16; GROUP]],
}

impl Line<'_> {
    #[inline(always)]
    fn fill(&self, groups: usize, output: &mut [u8]) {
        let (fours, rest) = output.as_chunks_mut::<4>();
        let mut at = self.start;
        for four in fours {
            *four = self.four(&mut at, groups);
        }
        if !rest.is_empty() {
            rest.iter_mut().zip(self.four(&mut at, groups)).for_each(|(to, from)| *to = from);
        }
    }

    /// The next four samples. Each window by its own call: the compiler does not unfold a loop over them.
    #[inline(always)]
    fn four(&self, at: &mut i64, groups: usize) -> [u8; 4] {
        let first = self.next(at, groups);
        let second = self.next(at, groups);
        let third = self.next(at, groups);
        four_sums([first, second, third, self.next(at, groups)])
    }

    /// The taps at a position and their weights; the position moves on.
    #[inline(always)]
    fn next(&self, at: &mut i64, groups: usize) -> Taps<'_> {
        let last = self.samples.len() - groups * GROUP;
        let first = (*at >> POSITION_BITS).clamp(0, last as i64) as usize;
        let phase = (*at >> (POSITION_BITS - PHASE_BITS)) as usize & ((1 << PHASE_BITS) - 1);
        *at = at.wrapping_add(self.step);
        Taps {
            samples: self.samples[first..first + groups * GROUP].as_chunks().0,
            weights: &self.weights[phase * groups..(phase + 1) * groups],
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Taps<'a> {
    samples: &'a [[u8; GROUP]],
    weights: &'a [[i16; GROUP]],
}

/// The weighted sums of four windows, rounded to 0..=255.
#[inline(always)]
fn four_sums(windows: [Taps<'_>; 4]) -> [u8; 4] {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    return sse2::four_sums(windows);
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
    return portable(windows);
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
#[inline(always)]
fn portable(windows: [Taps<'_>; 4]) -> [u8; 4] {
    windows.map(|window| {
        let each = window.samples.as_flattened().iter().zip(window.weights.as_flattened());
        let sum: i32 = each.map(|(&sample, &weight)| i32::from(sample) * i32::from(weight)).sum();
        ((sum + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS).clamp(0, 255) as u8
    })
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sse2 {
    use super::{GROUP, Taps, WEIGHT_BITS};
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_cvtsi64_si128, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_madd_epi16, _mm_packs_epi32,
        _mm_packus_epi16, _mm_set1_epi32, _mm_setzero_si128, _mm_srai_epi32, _mm_unpackhi_epi32, _mm_unpackhi_epi64,
        _mm_unpacklo_epi8, _mm_unpacklo_epi32, _mm_unpacklo_epi64,
    };

    /// [`super::four_sums`].
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(super) fn four_sums(windows: [Taps<'_>; 4]) -> [u8; 4] {
        // SAFETY: `sums` needs SSE2 and nothing else, and this module is only there where all of the program may use it.
        unsafe { sums(windows) }
    }

    /// Eight weights.
    #[inline]
    #[target_feature(enable = "sse2")]
    #[allow(unsafe_code)]
    fn loaded(weights: &[i16; GROUP]) -> __m128i {
        // SAFETY: a reference to eight numbers of 16 bits is good for 16 bytes, and this load asks for no alignment.
        unsafe { _mm_loadu_si128(weights.as_ptr().cast()) }
    }

    /// The weighted sum of a window, in four parts.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn parts(window: Taps<'_>) -> __m128i {
        let zero = _mm_setzero_si128();
        let mut sum = zero;
        for (samples, weights) in window.samples.iter().zip(window.weights) {
            let samples = _mm_unpacklo_epi8(_mm_cvtsi64_si128(i64::from_le_bytes(*samples)), zero);
            sum = _mm_add_epi32(sum, _mm_madd_epi16(samples, loaded(weights)));
        }
        sum
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn sums(windows: [Taps<'_>; 4]) -> [u8; 4] {
        let [a, b, c, d] = [parts(windows[0]), parts(windows[1]), parts(windows[2]), parts(windows[3])];
        let ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        let cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
        let all = _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
        let rounded = _mm_add_epi32(all, _mm_set1_epi32(1 << (WEIGHT_BITS - 1)));
        let levels = _mm_srai_epi32::<{ WEIGHT_BITS as i32 }>(rounded);
        let words = _mm_packs_epi32(levels, levels);
        _mm_cvtsi128_si32(_mm_packus_epi16(words, words)).to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_processor_has_the_same_levels(
            samples in prop::collection::vec(prop::array::uniform8(any::<u8>()), 12),
            weights in prop::collection::vec(prop::array::uniform8(-3000..9000i16), 12),
            groups in 1..4usize,
        ) {
            let window = |start: usize| Taps {
                samples: &samples[start * groups..][..groups],
                weights: &weights[start * groups..][..groups],
            };
            let windows = [window(0), window(1), window(2), window(3)];
            prop_assert_eq!(four_sums(windows), portable(windows));
        }
    }

    #[test]
    fn weights_sum_to_one_and_a_plain_row_stays() {
        for reach in [1.0, 1.7, 3.0, 4.4, 9.1, 30.0] {
            let weights = Weights::new(reach, |distance| 1.1 + (distance * 3.0).cos());
            for phase in weights.weights.chunks_exact(weights.groups) {
                let sum: i32 = phase.as_flattened().iter().map(|&weight| i32::from(weight)).sum();
                assert_eq!(sum, 1 << WEIGHT_BITS);
            }
            let mut row = Row::new(50, &weights);
            row.fill(&[77; 50]);
            let mut output = [0; 23];
            resample(&row, -40.0, 7.3, &weights, &mut output);
            assert_eq!(output, [77; 23]);
        }
    }
}
