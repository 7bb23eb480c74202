//! The loops of [`super`] by AVX2 instructions.
//!
//! Rows that begin alike are transposed first: with the sixteen samples of a column side by side, a tap is one product
//! for all of them, no sum goes across a register, and only as many taps are taken as the kernel has. Others are
//! resampled row by row, by sixteen columns, and those are transposed.
//!
//! Invariant: memory is read and written through references to as many bytes as are meant, but for the windows of
//! [`sixteen`]: there the first sample is such that a whole window lies in the row. An [`Avx2`] is there only where the
//! processor has these instructions.

use super::{GROUP, PHASE_BITS, POSITION_BITS, Run, TOGETHER, WEIGHT_BITS, Weights};
use crate::processor;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadl_epi64, _mm_loadu_si128, _mm_packus_epi16, _mm_setzero_si128, _mm_storeu_si128,
    _mm_unpackhi_epi8, _mm_unpacklo_epi8, _mm_unpacklo_epi64, _mm256_add_epi32, _mm256_castsi256_si128,
    _mm256_cvtepu8_epi16, _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_packs_epi32, _mm256_permute2x128_si256, _mm256_permute4x64_epi64, _mm256_set_m128i, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_srai_epi32, _mm256_unpackhi_epi8, _mm256_unpackhi_epi16, _mm256_unpackhi_epi32,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi8, _mm256_unpacklo_epi16, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
};
use std::ops::Range;

/// Columns that are transposed at once.
const AT_ONCE: usize = 16;
/// Bytes of each row that are read for them: their right neighbours too.
const READ: usize = AT_ONCE + 1;
/// Columns of a strip, with what its first and last sample reach: 24 KB when transposed, which stay in the processor's
/// nearest cache.
const STRIP: usize = 384;

/// The samples of a column and of the next in words, by turns: of the rows 0 to 3 and 8 to 11, and of the others.
type Pairs = [__m256i; 2];

/// Proof that the processor has AVX2, and room for transposed rows.
#[derive(Clone, Debug)]
pub(super) struct Avx2 {
    pairs: Vec<Pairs>,
}

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        processor::has_avx2().then(|| Self { pairs: Vec::new() })
    }

    /// [`Run::alike`], which has to do it if this returns `false`: where rows are shorter than what is read at once,
    /// and at positions beyond all numbers.
    #[allow(unsafe_code)]
    pub(super) fn alike(
        &mut self,
        run: &Run<'_>,
        weights: &Weights,
        length: usize,
        take: impl FnMut(usize, &[u8; TOGETHER]),
    ) -> bool {
        let way = run.step.checked_mul(length as i64).and_then(|way| run.starts[0].checked_add(way));
        if run.lines[0].len() < READ || way.is_none() {
            return false;
        }
        let pairs = weights.taps.div_ceil(2);
        // SAFETY: the processor has AVX2, or there were no `self`.
        unsafe {
            // As many as most pictures take are known to the compiler.
            match pairs {
                1 => self.strips::<1>(run, weights.groups, pairs, length, take),
                2 => self.strips::<2>(run, weights.groups, pairs, length, take),
                3 => self.strips::<3>(run, weights.groups, pairs, length, take),
                4 => self.strips::<4>(run, weights.groups, pairs, length, take),
                5 => self.strips::<5>(run, weights.groups, pairs, length, take),
                6 => self.strips::<6>(run, weights.groups, pairs, length, take),
                _ => self.strips::<0>(run, weights.groups, pairs, length, take),
            }
        }
        true
    }

    /// [`Run::each`], which has to do it if this returns `false`: with many taps.
    #[allow(unsafe_code)]
    pub(super) fn each(
        &self,
        run: &Run<'_>,
        weights: &Weights,
        length: usize,
        take: impl FnMut(usize, &[u8; TOGETHER]),
    ) -> bool {
        if run.lines.iter().any(|line| line.len() < weights.groups * GROUP) {
            return false;
        }
        // SAFETY: the processor has AVX2, or there were no `self`; the rows are as long as the taps are many.
        unsafe {
            match weights.groups {
                1 => tiles::<1>(run, length, take),
                2 => tiles::<2>(run, length, take),
                _ => return false,
            }
        }
        true
    }

    /// With `PAIRS` pairs of taps, or with `pairs` where that is 0.
    #[target_feature(enable = "avx2")]
    fn strips<const PAIRS: usize>(
        &mut self,
        run: &Run<'_>,
        groups: usize,
        pairs: usize,
        length: usize,
        mut take: impl FnMut(usize, &[u8; TOGETHER]),
    ) {
        let pairs = if PAIRS == 0 { pairs } else { PAIRS };
        let step = (run.step.unsigned_abs() >> POSITION_BITS) as usize + 1;
        let columns = (STRIP.saturating_sub(2 * pairs) / step).max(1);
        let mut at = run.starts[0];
        for start in (0..length).step_by(columns) {
            let end = length.min(start + columns);
            let ends = [at, at + run.step * (end - 1 - start) as i64].map(|at| run.place(at, groups).0);
            let begin = self.transpose(run, ends[0].min(ends[1])..ends[0].max(ends[1]) + 2 * pairs - 1);
            for column in start..end {
                let (first, weights) = run.place(at, groups);
                let weights = &weights.as_flattened().as_chunks::<2>().0[..pairs];
                let samples = &self.pairs[first - begin..][..2 * pairs - 1];
                take(column, &sums(samples, weights));
                at += run.step;
            }
        }
    }

    /// Makes pairs of the columns in `wanted` and perhaps some more, and returns which is the first of them.
    #[target_feature(enable = "avx2")]
    fn transpose(&mut self, run: &Run<'_>, wanted: Range<usize>) -> usize {
        let last = run.lines[0].len() - READ;
        let begin = wanted.start.min(last);
        let room = wanted.end.saturating_sub(begin).next_multiple_of(AT_ONCE);
        if self.pairs.len() < room {
            self.pairs.resize(room, [_mm256_setzero_si256(); 2]);
        }
        for at in (begin..wanted.end).step_by(AT_ONCE) {
            let at = at.min(last);
            if let Some((made, _)) = self.pairs[at - begin..].split_first_chunk_mut() {
                transposed(run, at, made);
            }
        }
        begin
    }
}

/// The pairs of [`AT_ONCE`] columns from `at` on.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed(run: &Run<'_>, at: usize, made: &mut [Pairs; AT_ONCE]) {
    let zero = _mm256_setzero_si256();
    for parity in 0..2 {
        let mut rows = [zero; TOGETHER / 2];
        for (row, to) in rows.iter_mut().enumerate() {
            let of = |row: usize| &run.lines[row][at + parity..][..AT_ONCE];
            *to = _mm256_set_m128i(loaded(of(row + TOGETHER / 2)), loaded(of(row)));
        }
        let [a, b, c, d, e, f, g, h] = rows;
        // Two neighbours of a row stay together, as 16 bits.
        let words =
            [[a, b], [c, d], [e, f], [g, h]].map(|[a, b]| [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)]);
        let [ab, cd, ef, gh] = words;
        for half in 0..2 {
            let low = [_mm256_unpacklo_epi32(ab[half], cd[half]), _mm256_unpackhi_epi32(ab[half], cd[half])];
            let high = [_mm256_unpacklo_epi32(ef[half], gh[half]), _mm256_unpackhi_epi32(ef[half], gh[half])];
            for quarter in 0..2 {
                let (low, high) = (low[quarter], high[quarter]);
                let two = [_mm256_unpacklo_epi64(low, high), _mm256_unpackhi_epi64(low, high)];
                for (eighth, column) in two.into_iter().enumerate() {
                    made[8 * half + 4 * quarter + 2 * eighth + parity] =
                        [_mm256_unpacklo_epi8(column, zero), _mm256_unpackhi_epi8(column, zero)];
                }
            }
        }
    }
}

/// The weighted sums of sixteen rows, rounded to 0..=255.
#[inline]
#[target_feature(enable = "avx2")]
fn sums(samples: &[Pairs], weights: &[[i16; 2]]) -> [u8; TOGETHER] {
    let mut sums = [_mm256_set1_epi32(1 << (WEIGHT_BITS - 1)); 2];
    for (samples, &[even, odd]) in samples.iter().step_by(2).zip(weights) {
        let weights = _mm256_set1_epi32(i32::from(even as u16) | i32::from(odd) << 16);
        sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(samples[0], weights));
        sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(samples[1], weights));
    }
    let [low, high] = sums.map(|sum| _mm256_srai_epi32::<{ WEIGHT_BITS as i32 }>(sum));
    let words = _mm256_packs_epi32(low, high);
    bytes(_mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words)))
}

/// [`Run::each`], by tiles of sixteen columns.
///
/// # Safety
/// Every row has at least `GROUPS` groups of samples.
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn tiles<const GROUPS: usize>(run: &Run<'_>, length: usize, mut take: impl FnMut(usize, &[u8; TOGETHER])) {
    let Some((weights, _)) = run.weights.as_chunks::<GROUPS>().0.split_first_chunk() else { return };
    let way = run.step.saturating_mul(TOGETHER as i64 - 1);
    let mut starts = run.starts;
    for column in (0..length).step_by(TOGETHER) {
        let mut tile = [_mm_setzero_si128(); TOGETHER];
        for ((row, line), start) in tile.iter_mut().zip(&run.lines).zip(&mut starts) {
            let all = 0..=(line.len() - GROUPS * GROUP) as i64;
            let is_inside = [*start, start.saturating_add(way)].iter().all(|at| all.contains(&(at >> POSITION_BITS)));
            // SAFETY: the caller's word, and positions between two that are inside are inside.
            *row = unsafe {
                match is_inside {
                    true => sixteen::<GROUPS, true>(line, *start, run.step, weights),
                    false => sixteen::<GROUPS, false>(line, *start, run.step, weights),
                }
            };
            *start = start.wrapping_add(run.step.wrapping_mul(TOGETHER as i64));
        }
        // The upper and the lower half by turns: four times, and rows have become columns.
        for _ in 0..4 {
            let (upper, lower) = tile.split_at(TOGETHER / 2);
            let mut mixed = [_mm_setzero_si128(); TOGETHER];
            for ((to, &a), &b) in mixed.as_chunks_mut::<2>().0.iter_mut().zip(upper).zip(lower) {
                *to = [_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)];
            }
            tile = mixed;
        }
        for (column, &samples) in (column..length).zip(&tile) {
            take(column, &bytes(samples));
        }
    }
}

/// The weights of every phase.
type Phases<const GROUPS: usize> = [[[i16; GROUP]; GROUPS]; 1 << PHASE_BITS];

/// A window: its first sample, and its weights.
type Window<'a, const GROUPS: usize> = (*const u8, &'a [[i16; GROUP]; GROUPS]);

/// Sixteen samples of a row, from position `at` on.
///
/// # Safety
/// The row has at least `GROUPS` groups of samples, and with `IS_INSIDE` there are as many from each of the positions
/// on.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn sixteen<const GROUPS: usize, const IS_INSIDE: bool>(
    line: &[u8],
    mut at: i64,
    step: i64,
    weights: &Phases<GROUPS>,
) -> __m128i {
    let last = (line.len() - GROUPS * GROUP) as i64;
    let mut halves = [_mm256_setzero_si256(); 2];
    for half in &mut halves {
        let mut windows: [Window<'_, GROUPS>; 8] = [(line.as_ptr(), &weights[0]); 8];
        for window in &mut windows {
            let first = at >> POSITION_BITS;
            let first = if IS_INSIDE { first } else { first.clamp(0, last) } as usize;
            let phase = (at >> (POSITION_BITS - PHASE_BITS)) as usize & ((1 << PHASE_BITS) - 1);
            // SAFETY: the first of as many samples as a window has is in the row.
            *window = (unsafe { line.as_ptr().add(first) }, &weights[phase]);
            at = at.wrapping_add(step);
        }
        // SAFETY: as above.
        *half = unsafe { if GROUPS == 1 { eight_of_eight(windows) } else { eight_of_sixteen(windows) } };
    }
    let [low, high] = halves.map(|sum| {
        let rounded = _mm256_add_epi32(sum, _mm256_set1_epi32(1 << (WEIGHT_BITS - 1)));
        _mm256_srai_epi32::<{ WEIGHT_BITS as i32 }>(rounded)
    });
    let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
    _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words))
}

/// The sums of eight windows of eight taps.
///
/// # Safety
/// Eight bytes can be read at each pointer, and `GROUPS` is at least 1.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn eight_of_eight<const GROUPS: usize>(windows: [Window<'_, GROUPS>; 8]) -> __m256i {
    let mut parts = [_mm256_setzero_si256(); 4];
    for (index, part) in parts.iter_mut().enumerate() {
        let [(first, its), (second, others)] = [windows[index], windows[index + 4]];
        // SAFETY: the caller's word, and a group of weights is eight words.
        unsafe {
            let samples = _mm_unpacklo_epi64(_mm_loadl_epi64(first.cast()), _mm_loadl_epi64(second.cast()));
            let weights =
                _mm256_set_m128i(_mm_loadu_si128(others.as_ptr().cast()), _mm_loadu_si128(its.as_ptr().cast()));
            *part = _mm256_madd_epi16(_mm256_cvtepu8_epi16(samples), weights);
        }
    }
    four(parts)
}

/// The sums of eight windows of sixteen taps.
///
/// # Safety
/// Sixteen bytes can be read at each pointer, and `GROUPS` is at least 2.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn eight_of_sixteen<const GROUPS: usize>(windows: [Window<'_, GROUPS>; 8]) -> __m256i {
    let mut parts = [_mm256_setzero_si256(); 8];
    for (part, (samples, weights)) in parts.iter_mut().zip(windows) {
        // SAFETY: the caller's word, and two groups of weights are sixteen words.
        unsafe {
            let samples = _mm256_cvtepu8_epi16(_mm_loadu_si128(samples.cast()));
            *part = _mm256_madd_epi16(samples, _mm256_loadu_si256(weights.as_ptr().cast()));
        }
    }
    let [a, b, c, d, e, f, g, h] = parts;
    let (left, right) = (four([a, b, c, d]), four([e, f, g, h]));
    let (lower, upper) =
        (_mm256_permute2x128_si256::<0x20>(left, right), _mm256_permute2x128_si256::<0x31>(left, right));
    _mm256_add_epi32(lower, upper)
}

/// The sums of four registers, by halves.
#[inline]
#[target_feature(enable = "avx2")]
fn four([a, b, c, d]: [__m256i; 4]) -> __m256i {
    _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d))
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn bytes(levels: __m128i) -> [u8; 16] {
    let mut bytes = [0; 16];
    // SAFETY: it is room for sixteen bytes, and this store asks for no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), levels) };
    bytes
}

/// The sixteen bytes of a slice that has as many.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn loaded(samples: &[u8]) -> __m128i {
    let samples = &samples.as_chunks::<16>().0[0];
    // SAFETY: a reference to sixteen bytes is good for as many, and this load asks for no alignment.
    unsafe { _mm_loadu_si128(samples.as_ptr().cast()) }
}
