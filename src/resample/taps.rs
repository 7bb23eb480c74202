//! Samples at even steps along a row, each the weighted sum of its neighbours: the inner loop of [`super::plane`].
//!
//! All in whole numbers, so that the result does not depend on the processor. On x86-64 it is written with the
//! instructions that every such processor has (SSE2), which take two thirds of the time of what the compiler makes of
//! the portable loop, and once more for AVX2, which takes half of that.

#[cfg(target_arch = "x86_64")]
mod avx2;

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
    /// Taps of which the weight is not always 0.
    taps: usize,
    /// Groups of taps to a phase.
    groups: usize,
    /// Those of one phase sum to 1, with [`WEIGHT_BITS`] behind the point.
    weights: Vec<[i16; GROUP]>,
}

impl Weights {
    /// Of a kernel that is zero from the distance `reach` on, in samples.
    pub(super) fn new(reach: f64, kernel: impl Fn(f64) -> f64) -> Self {
        let taps = (2.0 * reach).ceil() as usize;
        let groups = taps.div_ceil(GROUP);
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
        Self { reach, taps, groups, weights }
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

/// Rows that are resampled together: what becomes of them lies side by side in memory, and rows that begin alike share
/// their weights.
pub(super) const TOGETHER: usize = 16;

/// Room for as many rows, each with its first and last sample repeated beyond it, as far as the taps reach.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    beyond: usize,
    samples: Vec<u8>,
    #[cfg(target_arch = "x86_64")]
    avx2: Option<avx2::Avx2>,
}

impl Rows {
    pub(super) fn new(weights: &Weights) -> Self {
        Self {
            beyond: weights.groups * GROUP,
            samples: Vec::new(),
            #[cfg(target_arch = "x86_64")]
            avx2: avx2::Avx2::detect(),
        }
    }

    /// Hands out, for each of `length` columns, the samples of all `rows` there: in the row `number` the first at
    /// `at(number)`, the others `step` apart (in samples from the row's start; the first of them has its middle at
    /// 0.5). All rows have one length, and beyond it their last samples go on.
    pub(super) fn resample(
        &mut self,
        rows: [&[u8]; TOGETHER],
        at: impl Fn(usize) -> f64,
        step: f64,
        weights: &Weights,
        length: usize,
        mut take: impl FnMut(usize, &[u8; TOGETHER]),
    ) {
        let fixed = |value: f64| (value * (1_u64 << POSITION_BITS) as f64).round() as i64;
        // The first tap, and half a phase for rounding to the nearest.
        let first = 0.5 - weights.reach + 0.5 / f64::from(1 << PHASE_BITS);
        let starts: [i64; TOGETHER] = std::array::from_fn(|number| fixed(at(number) + first));
        let run = Run { lines: rows, starts, step: fixed(step), weights: &weights.weights };
        let is_within = run.is_within(weights.groups, length);
        let run = if is_within { run } else { widened(run, self.beyond, &mut self.samples) };
        let are_alike = starts.iter().all(|start| *start == starts[0]);
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = &mut self.avx2 {
            let is_done = match are_alike {
                true => avx2.alike(&run, weights, length, &mut take),
                false => avx2.each(&run, weights, length, &mut take),
            };
            if is_done {
                return;
            }
        }
        // As many taps as most pictures take are known to the compiler.
        match (weights.groups, are_alike) {
            (1, true) => run.alike(1, length, take),
            (2, true) => run.alike(2, length, take),
            (groups, true) => run.alike(groups, length, take),
            (1, false) => run.each(1, length, take),
            (2, false) => run.each(2, length, take),
            (groups, false) => run.each(groups, length, take),
        }
    }
}

/// The same with its rows copied to `samples` with `beyond` more at both ends, so that there is something beyond them.
fn widened<'a>(run: Run<'a>, beyond: usize, samples: &'a mut Vec<u8>) -> Run<'a> {
    let width = run.lines[0].len();
    let stride = width + 2 * beyond;
    samples.resize(TOGETHER * stride, 0);
    for (row, wide) in run.lines.iter().zip(samples.chunks_exact_mut(stride)) {
        let (before, rest) = wide.split_at_mut(beyond);
        let (own, behind) = rest.split_at_mut(width);
        own.copy_from_slice(row);
        before.fill(row.first().copied().unwrap_or_default());
        behind.fill(row.last().copied().unwrap_or_default());
    }
    let mut lines = samples.chunks_exact(stride);
    let lines = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let beyond = (beyond as i64) << POSITION_BITS;
    Run { lines, starts: run.starts.map(|start| start.saturating_add(beyond)), ..run }
}

/// Rows and where their samples are taken.
#[derive(Clone, Copy, Debug)]
struct Run<'a> {
    lines: [&'a [u8]; TOGETHER],
    starts: [i64; TOGETHER],
    step: i64,
    weights: &'a [[i16; GROUP]],
}

impl<'a> Run<'a> {
    /// Whether all taps of all samples lie in the rows.
    fn is_within(&self, groups: usize, length: usize) -> bool {
        let last = self.lines[0].len() as i64 - (groups * GROUP) as i64;
        let way = self.step.saturating_mul(length.saturating_sub(1) as i64);
        self.starts.iter().all(|&start| {
            let end = start.saturating_add(way);
            start.min(end) >> POSITION_BITS >= 0 && start.max(end) >> POSITION_BITS <= last
        })
    }

    /// Where all rows begin alike.
    #[inline(always)]
    fn alike(&self, groups: usize, length: usize, mut take: impl FnMut(usize, &[u8; TOGETHER])) {
        let mut at = self.starts[0];
        let mut samples = [0; TOGETHER];
        for column in 0..length {
            let (first, weights) = self.place(at, groups);
            for (four, lines) in samples.as_chunks_mut::<4>().0.iter_mut().zip(self.lines.as_chunks::<4>().0) {
                let [a, b, c, d] = *lines;
                let (a, b) = (Taps::new(a, first, groups, weights), Taps::new(b, first, groups, weights));
                let (c, d) = (Taps::new(c, first, groups, weights), Taps::new(d, first, groups, weights));
                *four = four_sums([a, b, c, d]);
            }
            take(column, &samples);
            at = at.wrapping_add(self.step);
        }
    }

    /// Where each begins on its own.
    #[inline(always)]
    fn each(&self, groups: usize, length: usize, mut take: impl FnMut(usize, &[u8; TOGETHER])) {
        let mut starts = self.starts;
        let mut samples = [0; TOGETHER];
        for column in 0..length {
            let fours = samples.as_chunks_mut::<4>().0.iter_mut();
            let places = starts.as_chunks_mut::<4>().0.iter_mut().zip(self.lines.as_chunks::<4>().0);
            for (four, (starts, lines)) in fours.zip(places) {
                // Each window by its own call: the compiler does not unfold a loop over them.
                let (a, b) = (self.window(lines[0], starts[0], groups), self.window(lines[1], starts[1], groups));
                let (c, d) = (self.window(lines[2], starts[2], groups), self.window(lines[3], starts[3], groups));
                *four = four_sums([a, b, c, d]);
                for start in starts {
                    *start = start.wrapping_add(self.step);
                }
            }
            take(column, &samples);
        }
    }

    #[inline(always)]
    fn window(&self, line: &'a [u8], at: i64, groups: usize) -> Taps<'a> {
        let (first, weights) = self.place(at, groups);
        Taps::new(line, first, groups, weights)
    }

    /// The first tap at a position, and the weights.
    #[inline(always)]
    fn place(&self, at: i64, groups: usize) -> (usize, &'a [[i16; GROUP]]) {
        let last = self.lines[0].len() - groups * GROUP;
        let first = (at >> POSITION_BITS).clamp(0, last as i64) as usize;
        let phase = (at >> (POSITION_BITS - PHASE_BITS)) as usize & ((1 << PHASE_BITS) - 1);
        (first, &self.weights[phase * groups..(phase + 1) * groups])
    }
}

#[derive(Clone, Copy, Debug)]
struct Taps<'a> {
    samples: &'a [[u8; GROUP]],
    weights: &'a [[i16; GROUP]],
}

impl<'a> Taps<'a> {
    #[inline(always)]
    fn new(line: &'a [u8], first: usize, groups: usize, weights: &'a [[i16; GROUP]]) -> Self {
        Self { samples: line[first..first + groups * GROUP].as_chunks().0, weights }
    }
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
        // SAFETY: `sums` needs SSE2 and nothing else, and this module is only there where all of the program may use
        // it.
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
        fn every_processor_has_the_same_sums(
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

        /// Rows that begin alike and others, with all kernels, forwards and backwards, and beyond the rows' ends.
        #[test]
        fn every_processor_has_the_same_levels(
            samples in prop::collection::vec(any::<u8>(), TOGETHER * 90),
            width in 1..=90usize,
            reach in prop_oneof![1.0..8.0f64, 8.0..40.0],
            start in prop_oneof![-20.0..100.0f64, Just(3e9), Just(-1e300)],
            shear in prop_oneof![Just(0.0), -0.3..0.3f64],
            step in prop_oneof![0.3..2.0f64, -9.0..9.0],
            length in 0..100usize,
        ) {
            let weights = Weights::new(reach, |distance| 1.1 + (distance * 3.0).cos());
            let levels = |mut rows: Rows| {
                let mut levels = vec![[0; TOGETHER]; length];
                let lines = std::array::from_fn(|row| &samples[row * 90..][..width]);
                let at = |row: usize| start + shear * row as f64;
                rows.resample(lines, at, step, &weights, length, |column, samples| levels[column] = *samples);
                levels
            };
            #[cfg(target_arch = "x86_64")]
            let plain = Rows { avx2: None, ..Rows::new(&weights) };
            #[cfg(not(target_arch = "x86_64"))]
            let plain = Rows::new(&weights);
            prop_assert_eq!(levels(Rows::new(&weights)), levels(plain));
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
            let mut columns = 0;
            Rows::new(&weights).resample(
                [&[77; 50]; TOGETHER],
                |number| number as f64 - 40.0,
                7.3,
                &weights,
                23,
                |_, samples| {
                    assert_eq!(*samples, [77; TOGETHER]);
                    columns += 1;
                },
            );
            assert_eq!(columns, 23);
        }
    }
}
