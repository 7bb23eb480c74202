//! Samples by AVX2 instructions, and rows of chroma compiled for the processors that have them.
//!
//! Invariants: a [`Present`] exists only where the processor has AVX2, and whatever is asked of it needs that and
//! nothing else. Memory is read and written in [`words`], [`order`], [`bytes`], [`store_rows`] and [`store`] alone,
//! each through a reference to an array of the size that is read or written.

use super::idct::{CONSTANT_BITS, EVEN, KEPT_BITS, ODD};
use super::rows::{self, BLUE, CENTRE, GREEN, RED, ROUNDING};
use crate::processor;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi16, _mm_loadu_si128, _mm_packs_epi32, _mm_packus_epi16, _mm_setzero_si128,
    _mm_shuffle_epi32, _mm_storeu_si128, _mm_unpackhi_epi16, _mm_unpacklo_epi16, _mm256_add_epi16, _mm256_add_epi32,
    _mm256_broadcastsi128_si256, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_mulhi_epi16, _mm256_mullo_epi16, _mm256_or_si256, _mm256_packs_epi32,
    _mm256_packus_epi16, _mm256_permute2x128_si256, _mm256_set_m128i, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srai_epi16, _mm256_srai_epi32, _mm256_srli_epi16,
    _mm256_storeu_si256, _mm256_sub_epi32, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8,
};

/// Proof that the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present(());

impl Present {
    /// Asks the processor.
    pub(super) fn detect() -> Option<Self> {
        processor::has_avx2().then_some(Self(()))
    }

    /// See [`super::idct::block`].
    #[allow(unsafe_code)]
    pub(super) fn block(self, coefficients: &[i16; 64], steps: &[i16; 64]) -> [[u8; 8]; 8] {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { block(coefficients, steps) }
    }

    /// See [`rows::between`].
    #[allow(unsafe_code)]
    pub(super) fn between(self, near: &[u8], far: &[u8], row: &mut [u8]) {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { between(near, far, row) }
    }

    /// See [`rows::twice_as_wide`].
    #[allow(unsafe_code)]
    pub(super) fn twice_as_wide(self, row: &[u8], wide: &mut [u8]) {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { twice_as_wide(row, wide) }
    }

    /// See [`rows::to_rgb`].
    #[allow(unsafe_code)]
    pub(super) fn to_rgb(self, luma: &[u8], blue: &[u8], red: &[u8], rgb: &mut [u8]) {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { to_rgb(luma, blue, red, rgb) }
    }
}

#[target_feature(enable = "avx2")]
fn between(near: &[u8], far: &[u8], row: &mut [u8]) {
    rows::between(near, far, row);
}

#[target_feature(enable = "avx2")]
fn twice_as_wide(row: &[u8], wide: &mut [u8]) {
    rows::twice_as_wide(row, wide);
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn words(words: &[i16; 16]) -> __m256i {
    // SAFETY: it is 32 bytes.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn bytes(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: it is 32 bytes.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn store(register: __m256i, written: &mut [u8; 32]) {
    // SAFETY: it is 32 bytes.
    unsafe { _mm256_storeu_si256(written.as_mut_ptr().cast(), register) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn store_rows(register: __m128i, written: &mut [[u8; 8]; 2]) {
    // SAFETY: it is sixteen bytes.
    unsafe { _mm_storeu_si128(written.as_mut_ptr().cast(), register) }
}

/// The same bytes in both halves.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn order(order: &Order) -> __m256i {
    // SAFETY: it is sixteen bytes.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(order.as_ptr().cast()) })
}

#[target_feature(enable = "avx2")]
fn block(coefficients: &[i16; 64], steps: &[i16; 64]) -> [[u8; 8]; 8] {
    let mut columns = [_mm_setzero_si128(); 8];
    let pairs = coefficients.as_chunks::<16>().0.iter().zip(steps.as_chunks::<16>().0);
    for (two, (coefficients, steps)) in columns.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
        let raised = _mm256_mullo_epi16(words(coefficients), words(steps));
        *two = [_mm256_castsi256_si128(raised), _mm256_extracti128_si256::<1>(raised)];
    }
    let narrow = one_way(columns, 1 << (CONSTANT_BITS - KEPT_BITS - 1)).map(|wide| {
        let shifted = _mm256_srai_epi32::<{ (CONSTANT_BITS - KEPT_BITS) as i32 }>(wide);
        _mm_packs_epi32(_mm256_castsi256_si128(shifted), _mm256_extracti128_si256::<1>(shifted))
    });
    const BITS: u32 = CONSTANT_BITS + KEPT_BITS + 3;
    let samples = one_way(transpose(narrow), (1 << (BITS - 1)) + (128 << BITS));
    let mut rows = [[0; 8]; 8];
    for (written, wide) in rows.as_chunks_mut::<2>().0.iter_mut().zip(samples.as_chunks::<2>().0) {
        let [upper, lower] = wide.map(|wide| _mm256_srai_epi32::<{ BITS as i32 }>(wide));
        // Four of the upper row and four of the lower in each half.
        let words = _mm256_packs_epi32(upper, lower);
        let bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
        store_rows(_mm_shuffle_epi32::<0b11_01_10_00>(bytes), written);
    }
    rows
}

/// Eight samples of the frequencies in a lane, times the square root of 8: [`super::idct`] has the words for it.
#[inline]
#[target_feature(enable = "avx2")]
fn one_way([f0, f1, f2, f3, f4, f5, f6, f7]: [__m128i; 8], rounding: i32) -> [__m256i; 8] {
    let one = 1 << CONSTANT_BITS;
    let rounding = _mm256_set1_epi32(rounding);
    let (ends, middle) = (beside(f0, f4), beside(f2, f6));
    let even = _mm256_add_epi32(products(ends, [one, one]), rounding);
    let odd = _mm256_add_epi32(products(ends, [one, -one]), rounding);
    let [far, near] = EVEN.map(|factors| products(middle, factors));
    let even = [
        _mm256_add_epi32(even, far),
        _mm256_add_epi32(odd, near),
        _mm256_sub_epi32(odd, near),
        _mm256_sub_epi32(even, far),
    ];
    let sums = beside(_mm_add_epi16(f7, f3), _mm_add_epi16(f5, f1));
    let [first, second] = [ODD.sums[0], ODD.sums[1]].map(|factors| products(sums, factors));
    let (outer, inner) = (beside(f7, f1), beside(f5, f3));
    let odd = [
        _mm256_add_epi32(products(outer, ODD.parts[0]), second),
        _mm256_add_epi32(products(inner, ODD.parts[1]), first),
        _mm256_add_epi32(products(inner, ODD.parts[2]), second),
        _mm256_add_epi32(products(outer, ODD.parts[3]), first),
    ];
    let sum = |row: usize| _mm256_add_epi32(even[row], odd[row]);
    let difference = |row: usize| _mm256_sub_epi32(even[row], odd[row]);
    [sum(0), sum(1), sum(2), sum(3), difference(3), difference(2), difference(1), difference(0)]
}

/// The words of two rows side by side, pair after pair.
#[inline]
#[target_feature(enable = "avx2")]
fn beside(first: __m128i, second: __m128i) -> __m256i {
    _mm256_set_m128i(_mm_unpackhi_epi16(first, second), _mm_unpacklo_epi16(first, second))
}

/// `a * x + b * y` of each pair of words.
#[inline]
#[target_feature(enable = "avx2")]
fn products(pairs: __m256i, [a, b]: [i16; 2]) -> __m256i {
    _mm256_madd_epi16(pairs, _mm256_set1_epi32(i32::from(b) << 16 | i32::from(a as u16)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn transpose(rows: [__m128i; 8]) -> [__m128i; 8] {
    interleaved(interleaved(interleaved(rows)))
}

/// The first half of the rows interleaved with the second. Three times this transposes.
#[inline]
#[target_feature(enable = "avx2")]
fn interleaved(rows: [__m128i; 8]) -> [__m128i; 8] {
    let mut result = [_mm_setzero_si128(); 8];
    for (at, two) in result.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let (first, second) = (rows[at], rows[at + 4]);
        *two = [_mm_unpacklo_epi16(first, second), _mm_unpackhi_epi16(first, second)];
    }
    result
}

/// Which byte each byte of a half register is taken from; 0 where the highest bit is set.
type Order = [u8; 16];

/// Where the samples of one colour, sixteen, go to in a third of sixteen pixels.
const fn order_in(third: usize, colour: usize) -> Order {
    let mut order = [0x80; 16];
    let mut at = 0;
    while at < 16 {
        let place = 16 * third + at;
        if place % 3 == colour {
            order[at] = (place / 3) as u8;
        }
        at += 1;
    }
    order
}

const ORDERS: [[Order; 3]; 3] = [
    [order_in(0, 0), order_in(0, 1), order_in(0, 2)],
    [order_in(1, 0), order_in(1, 1), order_in(1, 2)],
    [order_in(2, 0), order_in(2, 1), order_in(2, 2)],
];

/// Pixels in a register.
const STEP: usize = 32;

#[target_feature(enable = "avx2")]
fn to_rgb(luma: &[u8], blue: &[u8], red: &[u8], rgb: &mut [u8]) {
    let parts = luma.as_chunks().0.iter().zip(blue.as_chunks().0).zip(red.as_chunks().0);
    for (((luma, blue), red), pixels) in parts.zip(rgb.as_chunks_mut().0) {
        step([luma, blue, red], pixels);
    }
    if rgb.len().is_multiple_of(3 * STEP) {
        return;
    }
    // The last pixels, some of them once more.
    let last = [luma, blue, red].map(|row| row.get(..rgb.len() / 3).and_then(<[u8]>::last_chunk));
    match (last, rgb.last_chunk_mut()) {
        ([Some(luma), Some(blue), Some(red)], Some(pixels)) => step([luma, blue, red], pixels),
        _ => rows::to_rgb(luma, blue, red, rgb),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn step(samples: [&[u8; STEP]; 3], pixels: &mut [u8; 3 * STEP]) {
    let zero = _mm256_setzero_si256();
    // As the upper bytes of words.
    let halves = samples.map(|samples| {
        let samples = bytes(samples);
        [_mm256_unpacklo_epi8(zero, samples), _mm256_unpackhi_epi8(zero, samples)]
    });
    let [lower, upper] = [0, 1].map(|half| levels(halves.map(|halves| halves[half])));
    let colours = [0, 1, 2].map(|colour| _mm256_packus_epi16(lower[colour], upper[colour]));
    let [first, second, third] = ORDERS.map(|orders| {
        let part = |colour: usize| _mm256_shuffle_epi8(colours[colour], order(&orders[colour]));
        _mm256_or_si256(_mm256_or_si256(part(0), part(1)), part(2))
    });
    // The thirds of the first sixteen pixels in the lower halves, those of the others in the upper.
    if let [early, middle, late] = pixels.as_chunks_mut::<STEP>().0 {
        store(_mm256_permute2x128_si256::<0x20>(first, second), early);
        store(_mm256_permute2x128_si256::<0x30>(third, first), middle);
        store(_mm256_permute2x128_si256::<0x31>(second, third), late);
    }
}

/// Red, green and blue of luma and chroma in the upper bytes of words: [`rows`] has the words for it.
#[inline]
#[target_feature(enable = "avx2")]
fn levels([luma, blue, red]: [__m256i; 3]) -> [__m256i; 3] {
    let centred = |samples| _mm256_add_epi16(samples, _mm256_set1_epi16(-CENTRE << 8));
    let (blue, red) = (centred(blue), centred(red));
    let scaled = |centred, factor| _mm256_mulhi_epi16(centred, _mm256_set1_epi16(factor));
    let base = _mm256_add_epi16(_mm256_srli_epi16::<2>(luma), _mm256_set1_epi16(ROUNDING));
    let green = _mm256_add_epi16(_mm256_add_epi16(base, scaled(red, GREEN[0])), scaled(blue, GREEN[1]));
    let all = [_mm256_add_epi16(base, scaled(red, RED)), green, _mm256_add_epi16(base, scaled(blue, BLUE))];
    all.map(|level| _mm256_srai_epi16::<6>(level))
}
