//! [`super::weighted`] for two places at once: the upper half of every register is of the second.
//!
//! Invariant: memory is read in [`filled`] alone, and only of windows that [`Samples::hold`] says yes to. [`fill`] asks
//! it for both ends of a run; places lie on a line and do not overflow, so those between are held too.

use super::{LONGEST_RUN, PHASES, ROUNDING, Run, Samples, TOTAL_BITS, Weights};
use crate::processor;
use std::arch::x86_64::{
    __m256i, _mm_cvtsi128_si32, _mm_loadl_epi64, _mm_loadu_si128, _mm256_add_epi16, _mm256_add_epi32,
    _mm256_broadcastsi128_si256, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_madd_epi16,
    _mm256_mulhi_epi16, _mm256_packs_epi32, _mm256_packus_epi16, _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_shuffle_epi8, _mm256_srai_epi32, _mm256_xor_si256,
};

/// Which byte each byte of a half register is taken from; 0 where negative.
type Order = [i8; 16];

/// For two pixels from byte `at` on, as the upper bytes of words: both reds, both greens, both blues, nothing.
const fn pixels(at: i8) -> Order {
    [-1, at, -1, at + 3, -1, at + 1, -1, at + 4, -1, at + 2, -1, at + 5, -1, -1, -1, -1]
}

/// For the weight of one tap in all words.
const WEIGHT: [Order; 8] = {
    let mut orders = [[0; 16]; 8];
    let mut at = 0;
    while at < 8 * 16 {
        orders[at / 16][at % 16] = (at / 16 * 2 + at % 2) as i8;
        at += 1;
    }
    orders
};

/// For the weights of two taps in all pairs of words.
const WEIGHTS: [Order; 4] = {
    let mut orders = [[0; 16]; 4];
    let mut at = 0;
    while at < 4 * 16 {
        orders[at / 16][at % 16] = (at / 16 * 4 + at % 4) as i8;
        at += 1;
    }
    orders
};

/// A row of a window is read by its first sixteen bytes and, where there are more, by its last sixteen. For each pair
/// of taps, its place in those: the first two pairs in the first, others in the last.
const fn pairs(count: usize) -> [Order; 4] {
    match count {
        3 => [pixels(0), pixels(6), pixels(10), pixels(0)],
        _ => [pixels(0), pixels(6), pixels(4), pixels(10)],
    }
}

/// What is seen at the places of `run`, the first and the last of which `samples` hold; `false`, and nothing done,
/// where the processor has no AVX2.
#[allow(unsafe_code)]
pub(super) fn fill<const PAIRS: usize>(
    samples: Samples,
    weights: &[Weights; PHASES],
    run: Run,
    output: &mut [[u8; 3]],
) -> bool {
    if !processor::has_avx2() {
        return false;
    }
    let Some(last) = output.len().checked_sub(1) else { return true };
    assert!(last < LONGEST_RUN && samples.hold::<PAIRS>(run.place(0)) && samples.hold::<PAIRS>(run.place(last)));
    // SAFETY: the processor has AVX2, and the assertion is the module's invariant.
    unsafe { filled::<PAIRS>(samples, weights, run, output) };
    true
}

/// # Safety
/// `samples` hold the windows at all places of `run`.
#[allow(unsafe_code)]
#[target_feature(enable = "avx2")]
unsafe fn filled<const PAIRS: usize>(samples: Samples, weights: &[Weights; PHASES], run: Run, output: &mut [[u8; 3]]) {
    let orders = const { pairs(PAIRS) }.map(|order| in_both(&order));
    let sign = _mm256_set1_epi8(i8::MIN);
    let stride = 3 * samples.width;
    let (couples, single) = output.as_chunks_mut::<2>();
    let couples_end = 2 * couples.len();
    let mut place = run.place(0);
    for couple in couples {
        let places = [place, place.after(run)];
        place = places[1].after(run);
        let starts = places.map(|place| {
            let [left, top] = place.first();
            top as usize * stride + 3 * left as usize
        });
        let phases = places.map(super::Place::phases);
        let [across, down] = [0, 1].map(|axis| in_each(&weights[phases[0][axis]].0, &weights[phases[1][axis]].0));

        let mut sums = [_mm256_set1_epi16(PAIRS as i16); PAIRS];
        for (row, order) in WEIGHT.iter().enumerate().take(2 * PAIRS) {
            let [a, b] = starts.map(|start| start + row * stride);
            let weight = _mm256_shuffle_epi8(down, in_both(order));
            // SAFETY: both rows are held, with two pixels more: 9 bytes for one pair of taps, 18 for two, and for three
            // and four the last sixteen end with the taps.
            let (first, last) = unsafe {
                match PAIRS {
                    1 => {
                        let both = eight_of_each(samples.samples, a, b);
                        (both, both)
                    }
                    2 => {
                        let both = sixteen_of_each(samples.samples, a, b);
                        (both, both)
                    }
                    _ => {
                        let to_last = 6 * PAIRS - 16;
                        let last = sixteen_of_each(samples.samples, a + to_last, b + to_last);
                        (sixteen_of_each(samples.samples, a, b), last)
                    }
                }
            };
            let (first, last) = (_mm256_xor_si256(first, sign), _mm256_xor_si256(last, sign));
            for (pair, (sum, &order)) in sums.iter_mut().zip(&orders).enumerate() {
                let words = _mm256_shuffle_epi8(if pair < 2 { first } else { last }, order);
                *sum = _mm256_add_epi16(*sum, _mm256_mulhi_epi16(words, weight));
            }
        }
        let mut total = _mm256_set1_epi32(ROUNDING);
        for (&sum, order) in sums.iter().zip(&WEIGHTS) {
            let weights = _mm256_shuffle_epi8(across, in_both(order));
            total = _mm256_add_epi32(total, _mm256_madd_epi16(sum, weights));
        }
        *couple = levels(total);
    }
    samples.fill_plainly::<PAIRS>(weights, run.from(couples_end), single);
}

/// The levels of two pixels whose sums are the two halves of `total`.
#[inline]
#[target_feature(enable = "avx2")]
fn levels(total: __m256i) -> [[u8; 3]; 2] {
    let total = _mm256_srai_epi32::<{ TOTAL_BITS as i32 }>(total);
    let words = _mm256_packs_epi32(total, total);
    let bytes = _mm256_packus_epi16(words, words);
    [_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes)].map(|bytes| {
        let [red, green, blue, _] = _mm_cvtsi128_si32(bytes).to_le_bytes();
        [red, green, blue]
    })
}

/// The same bytes in both halves.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn in_both(order: &Order) -> __m256i {
    // SAFETY: it is sixteen bytes.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(order.as_ptr().cast()) })
}

/// The weights of the first place in the lower half, of the second in the upper.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn in_each(first: &[i16; 8], second: &[i16; 8]) -> __m256i {
    // SAFETY: they are sixteen bytes each.
    unsafe { _mm256_set_m128i(_mm_loadu_si128(second.as_ptr().cast()), _mm_loadu_si128(first.as_ptr().cast())) }
}

/// # Safety
/// `samples` are at least eight more than `first` and than `second`.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn eight_of_each(samples: &[u8], first: usize, second: usize) -> __m256i {
    // SAFETY: the caller's word.
    let [first, second] = [first, second].map(|at| unsafe { _mm_loadl_epi64(samples.as_ptr().add(at).cast()) });
    _mm256_set_m128i(second, first)
}

/// # Safety
/// `samples` are at least sixteen more than `first` and than `second`.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
unsafe fn sixteen_of_each(samples: &[u8], first: usize, second: usize) -> __m256i {
    // SAFETY: the caller's word.
    let [first, second] = [first, second].map(|at| unsafe { _mm_loadu_si128(samples.as_ptr().add(at).cast()) });
    _mm256_set_m128i(second, first)
}
