//! Colours and transform by AVX2 instructions, and the rest compiled for the processors that have them.
//!
//! Invariants: a [`Present`] exists only where the processor has the instructions, and whatever is asked of it needs
//! them and nothing else. Memory is read and written in [`load`], [`words_in_both`], [`store`], [`store_words`] and
//! [`store_half`] alone, each through a reference to an array of the size that is read or written.

use super::block::{Block, CONSTANT_BITS, EVEN, KEPT_BITS, ODD_PARTS, Quantiser};
use super::colour::{CHROMA_ROUNDING, LUMA, LUMA_ROUNDING, RUN, Run, TOWARDS_BLUE, TOWARDS_RED};
use super::scan::{Blocks, Scan};
use super::tables::IN_ZIGZAG;
use crate::processor;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi16, _mm_loadu_si128, _mm_mulhi_epu16, _mm_packus_epi16, _mm_packus_epi32,
    _mm_set1_epi16, _mm_srli_epi16, _mm_storel_epi64, _mm_storeu_si128, _mm_sub_epi16, _mm256_abs_epi16,
    _mm256_add_epi16, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_cvtepu8_epi16,
    _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_movemask_epi8, _mm256_mulhi_epu16, _mm256_or_si256,
    _mm256_packs_epi16, _mm256_packs_epi32, _mm256_set_m128i, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sign_epi16, _mm256_slli_epi16, _mm256_srai_epi16,
    _mm256_srai_epi32, _mm256_srli_epi16, _mm256_sub_epi16, _mm256_unpackhi_epi16, _mm256_unpackhi_epi32,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi16, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
};

/// Proof that the processor has AVX2, BMI1, BMI2, LZCNT and POPCNT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present(());

impl Present {
    /// Asks the processor.
    pub(super) fn detect() -> Option<Self> {
        processor::has_bits().then_some(Self(()))
    }

    /// See [`super::instructions::Instructions::full`].
    #[allow(unsafe_code)]
    pub(super) fn full(self, pixels: &[[u8; 3]], luma: &mut [u8], chroma: [&mut [u8]; 2]) {
        // SAFETY: `self` proves that the processor has the instructions.
        unsafe { full(pixels, luma, chroma) }
    }

    /// See [`super::instructions::Instructions::half`].
    #[allow(unsafe_code)]
    pub(super) fn half(self, rows: [&[[u8; 3]]; 2], lumas: [&mut [u8]; 2], chroma: [&mut [u8]; 2]) {
        // SAFETY: `self` proves that the processor has the instructions.
        unsafe { half(rows, lumas, chroma) }
    }

    /// See [`super::block::row`]; the blocks are an even number.
    #[allow(unsafe_code)]
    pub(super) fn row(self, samples: &[u8], stride: usize, quantiser: &Quantiser, blocks: &mut [Block]) {
        // SAFETY: `self` proves that the processor has the instructions.
        unsafe { row(samples, stride, quantiser, blocks) }
    }

    /// See [`Scan::add`].
    #[allow(unsafe_code)]
    pub(super) fn add(self, scan: &mut Scan, components: &[Blocks; 3], count: usize) {
        // SAFETY: `self` proves that the processor has the instructions.
        unsafe { add(scan, components, count) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn add(scan: &mut Scan, components: &[Blocks; 3], count: usize) {
    scan.add(components, count);
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: it is sixteen bytes.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn store(register: __m128i, written: &mut [u8; 16]) {
    // SAFETY: it is sixteen bytes.
    unsafe { _mm_storeu_si128(written.as_mut_ptr().cast(), register) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn store_words(register: __m128i, written: &mut [i16; 8]) {
    // SAFETY: it is eight words.
    unsafe { _mm_storeu_si128(written.as_mut_ptr().cast(), register) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn store_half(register: __m128i, written: &mut [u8; 8]) {
    // SAFETY: it is eight bytes.
    unsafe { _mm_storel_epi64(written.as_mut_ptr().cast(), register) }
}

/// Which byte each byte of a half register is taken from; 0 where the highest bit is set.
type Order = [u8; 16];

/// Of 24 bytes, eight pixels, the `colour`s as the upper bytes of words: those of the first four pixels from the first
/// sixteen bytes, those of the others from the last.
const fn orders(colour: usize) -> [Order; 2] {
    let mut orders = [[0x80; 16]; 2];
    let mut pixel = 0;
    while pixel < 8 {
        let late = pixel / 4;
        orders[late][2 * pixel + 1] = (3 * pixel + colour - 8 * late) as u8;
        pixel += 1;
    }
    orders
}

const ORDERS: [[Order; 2]; 3] = [orders(0), orders(1), orders(2)];

/// The same bytes in both halves.
#[inline]
#[target_feature(enable = "avx2")]
fn in_both(order: &Order) -> __m256i {
    let order = load(order);
    _mm256_set_m128i(order, order)
}

/// Sixteen bytes from `from` on and 24 bytes behind those, in the upper half.
#[inline]
#[target_feature(enable = "avx2")]
fn bytes_of(run: &Run, from: usize) -> __m256i {
    let part = |from: usize| run[from..].first_chunk().map_or(_mm_set1_epi16(0), |bytes| load(bytes));
    _mm256_set_m128i(part(from + 24), part(from))
}

/// The reds, greens and blues of a run in the upper bytes of words.
#[inline]
#[target_feature(enable = "avx2")]
fn levels(run: &Run) -> [__m256i; 3] {
    let (early, late) = (bytes_of(run, 0), bytes_of(run, 8));
    ORDERS.map(|[early_order, late_order]| {
        let early = _mm256_shuffle_epi8(early, in_both(&early_order));
        _mm256_or_si256(early, _mm256_shuffle_epi8(late, in_both(&late_order)))
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn parts(levels: __m256i, parts: u16) -> __m256i {
    _mm256_mulhi_epu16(levels, _mm256_set1_epi16(parts as i16))
}

#[inline]
#[target_feature(enable = "avx2")]
fn luma([red, green, blue]: [__m256i; 3]) -> __m128i {
    let sum = _mm256_add_epi16(parts(red, LUMA[0]), parts(green, LUMA[1]));
    let sum = _mm256_add_epi16(sum, parts(blue, LUMA[2]));
    bytes(_mm256_srli_epi16::<8>(_mm256_add_epi16(sum, _mm256_set1_epi16(LUMA_ROUNDING as i16))))
}

/// The lower bytes of words whose upper bytes are 0.
#[inline]
#[target_feature(enable = "avx2")]
fn bytes(words: __m256i) -> __m128i {
    _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words))
}

#[inline]
#[target_feature(enable = "avx2")]
fn chroma(most: __m256i, others: [__m256i; 2], amounts: [u16; 2]) -> __m128i {
    let most = _mm256_add_epi16(_mm256_srli_epi16::<1>(most), _mm256_set1_epi16(CHROMA_ROUNDING as i16));
    let rest = _mm256_sub_epi16(most, parts(others[0], amounts[0]));
    bytes(_mm256_srli_epi16::<8>(_mm256_sub_epi16(rest, parts(others[1], amounts[1]))))
}

/// The same for eight words.
#[inline]
#[target_feature(enable = "avx2")]
fn chroma_half(most: __m128i, others: [__m128i; 2], amounts: [u16; 2]) -> __m128i {
    let part = |index: usize| _mm_mulhi_epu16(others[index], _mm_set1_epi16(amounts[index] as i16));
    let most = _mm_add_epi16(_mm_srli_epi16::<1>(most), _mm_set1_epi16(CHROMA_ROUNDING as i16));
    let words = _mm_srli_epi16::<8>(_mm_sub_epi16(_mm_sub_epi16(most, part(0)), part(1)));
    _mm_packus_epi16(words, words)
}

#[target_feature(enable = "avx2")]
fn full(pixels: &[[u8; 3]], luma_row: &mut [u8], [blue_row, red_row]: [&mut [u8]; 2]) {
    let runs = pixels.as_flattened().as_chunks::<{ 3 * RUN }>().0.iter().zip(luma_row.as_chunks_mut().0);
    let chroma_rows = blue_row.as_chunks_mut().0.iter_mut().zip(red_row.as_chunks_mut().0);
    for ((run, luma_run), (blue_run, red_run)) in runs.zip(chroma_rows) {
        let [red, green, blue] = levels(run);
        store(luma([red, green, blue]), luma_run);
        store(chroma(blue, [red, green], TOWARDS_BLUE), blue_run);
        store(chroma(red, [green, blue], TOWARDS_RED), red_run);
    }
}

#[target_feature(enable = "avx2")]
fn half(rows: [&[[u8; 3]]; 2], [upper_luma, lower_luma]: [&mut [u8]; 2], [blue_row, red_row]: [&mut [u8]; 2]) {
    let [upper, lower] = rows.map(|row| row.as_flattened().as_chunks::<{ 3 * RUN }>().0);
    let luma_rows = upper_luma.as_chunks_mut().0.iter_mut().zip(lower_luma.as_chunks_mut().0);
    let chroma_rows = blue_row.as_chunks_mut().0.iter_mut().zip(red_row.as_chunks_mut().0);
    for (((upper, lower), lumas), (blue_run, red_run)) in upper.iter().zip(lower).zip(luma_rows).zip(chroma_rows) {
        let (upper, lower) = (levels(upper), levels(lower));
        store(luma(upper), lumas.0);
        store(luma(lower), lumas.1);
        let [red, green, blue] = [0, 1, 2].map(|colour| {
            // A quarter of each of the four.
            let sum = _mm256_add_epi16(_mm256_srli_epi16::<2>(upper[colour]), _mm256_srli_epi16::<2>(lower[colour]));
            let sums = _mm256_madd_epi16(sum, _mm256_set1_epi16(1));
            _mm_packus_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums))
        });
        store_half(chroma_half(blue, [red, green], TOWARDS_BLUE), blue_run);
        store_half(chroma_half(red, [green, blue], TOWARDS_RED), red_run);
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn row(samples: &[u8], stride: usize, quantiser: &Quantiser, blocks: &mut [Block]) {
    let rows = [0, 1, 2, 3, 4, 5, 6, 7].map(|row| samples[row * stride..][..stride].as_chunks::<16>().0);
    for (place, pair) in blocks.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let samples = rows.map(|row| _mm256_cvtepu8_epi16(load(&row[place])));
        let centre = _mm256_set1_epi16(128);
        let centred = samples.map(|row| _mm256_sub_epi16(row, centre));
        let frequencies = one_way::<true>(transpose(one_way::<false>(centred)));
        quantise(frequencies, quantiser, pair);
    }
}

/// `a * x + b * y` for words of two registers, as sums of 32 bits of the lower and the upper halves of the halves.
#[inline]
#[target_feature(enable = "avx2")]
fn products([lower, upper]: [__m256i; 2], x: i16, y: i16) -> [__m256i; 2] {
    let factors = _mm256_set1_epi32(i32::from(y) << 16 | i32::from(x as u16));
    [_mm256_madd_epi16(lower, factors), _mm256_madd_epi16(upper, factors)]
}

/// The frequencies of eight samples in each lane, times the square root of 8: [`super::block`] has the words for it.
#[inline]
#[target_feature(enable = "avx2")]
fn one_way<const LAST: bool>(samples: [__m256i; 8]) -> [__m256i; 8] {
    let sum = |a: usize| _mm256_add_epi16(samples[a], samples[7 - a]);
    let difference = |a: usize| _mm256_sub_epi16(samples[a], samples[7 - a]);
    let both = |a, b| [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)];
    let (outer, inner) = (_mm256_add_epi16(sum(0), sum(3)), _mm256_add_epi16(sum(1), sum(2)));
    let first = whole::<LAST>(_mm256_add_epi16(outer, inner));
    let fifth = whole::<LAST>(_mm256_sub_epi16(outer, inner));
    let even = both(_mm256_sub_epi16(sum(0), sum(3)), _mm256_sub_epi16(sum(1), sum(2)));
    let [far, near] = EVEN;
    let third = finished::<LAST>(products(even, far, near));
    let seventh = finished::<LAST>(products(even, near, -far));
    let (early, late) = (both(difference(0), difference(1)), both(difference(2), difference(3)));
    let [second, fourth, sixth, eighth] = ODD_PARTS.map(|[a, b, c, d]| {
        let (early, late) = (products(early, a, b), products(late, c, d));
        finished::<LAST>([_mm256_add_epi32(early[0], late[0]), _mm256_add_epi32(early[1], late[1])])
    });
    [first, second, third, fourth, fifth, sixth, seventh, eighth]
}

#[inline]
#[target_feature(enable = "avx2")]
fn whole<const LAST: bool>(sum: __m256i) -> __m256i {
    if LAST {
        let rounded = _mm256_add_epi16(sum, _mm256_set1_epi16(1 << (KEPT_BITS - 1)));
        _mm256_srai_epi16::<{ KEPT_BITS as i32 }>(rounded)
    } else {
        _mm256_slli_epi16::<{ KEPT_BITS as i32 }>(sum)
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn finished<const LAST: bool>(sums: [__m256i; 2]) -> __m256i {
    let bits = if LAST { CONSTANT_BITS + KEPT_BITS } else { CONSTANT_BITS - KEPT_BITS };
    let [lower, upper] = sums.map(|sums| {
        let rounded = _mm256_add_epi32(sums, _mm256_set1_epi32(1 << (bits - 1)));
        if LAST {
            _mm256_srai_epi32::<{ (CONSTANT_BITS + KEPT_BITS) as i32 }>(rounded)
        } else {
            _mm256_srai_epi32::<{ (CONSTANT_BITS - KEPT_BITS) as i32 }>(rounded)
        }
    });
    _mm256_packs_epi32(lower, upper)
}

/// Transposes the eight rows of each half.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(rows: [__m256i; 8]) -> [__m256i; 8] {
    let [a, b, c, d, e, f, g, h] = rows;
    let words = |a, b| [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)];
    let pairs = |a, b| [_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b)];
    let fours = |a, b| [_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b)];
    let (ab, cd, ef, gh) = (words(a, b), words(c, d), words(e, f), words(g, h));
    let mut columns = [_mm256_setzero_si256(); 8];
    for half in [0, 1] {
        let (upper, lower) = (pairs(ab[half], cd[half]), pairs(ef[half], gh[half]));
        for pair in [0, 1] {
            let [first, second] = fours(upper[pair], lower[pair]);
            columns[4 * half + 2 * pair] = first;
            columns[4 * half + 2 * pair + 1] = second;
        }
    }
    columns
}

/// The frequencies of two blocks, column by column, divided by the steps.
#[inline]
#[target_feature(enable = "avx2")]
fn quantise(frequencies: [__m256i; 8], quantiser: &Quantiser, [left, right]: &mut [Block; 2]) {
    let halves = quantiser.halves.as_chunks::<8>().0;
    let reciprocals = quantiser.reciprocals.as_chunks::<8>().0;
    let shifts = quantiser.shifts.as_chunks::<8>().0;
    let written = left.values.as_chunks_mut::<8>().0.iter_mut().zip(right.values.as_chunks_mut::<8>().0);
    let mut values = [_mm256_setzero_si256(); 8];
    for (column, (left, right)) in written.enumerate() {
        let rounded = _mm256_add_epi16(_mm256_abs_epi16(frequencies[column]), words_in_both(&halves[column]));
        let size = _mm256_mulhi_epu16(rounded, words_in_both(&reciprocals[column]));
        let size = _mm256_mulhi_epu16(size, words_in_both(&shifts[column]));
        values[column] = _mm256_sign_epi16(size, frequencies[column]);
        store_words(_mm256_castsi256_si128(values[column]), left);
        store_words(_mm256_extracti128_si256::<1>(values[column]), right);
    }
    (left.filled, right.filled) = (0, 0);
    for (two, sets) in values.as_chunks::<2>().0.iter().zip(IN_ZIGZAG.as_chunks::<2>().0) {
        let bytes = _mm256_packs_epi16(two[0], two[1]);
        let [a, b, c, d] = (!_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()))).to_le_bytes();
        left.filled |= sets[0][usize::from(a)] | sets[1][usize::from(b)];
        right.filled |= sets[0][usize::from(c)] | sets[1][usize::from(d)];
    }
}

/// The same words in both halves.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn words_in_both(words: &[u16; 8]) -> __m256i {
    // SAFETY: it is sixteen bytes.
    let words = unsafe { _mm_loadu_si128(words.as_ptr().cast()) };
    _mm256_set_m128i(words, words)
}
