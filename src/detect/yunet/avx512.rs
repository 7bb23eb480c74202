//! The kernels once more in registers of sixteen floats, for processors with AVX-512.
//!
//! Results are those of [`kernels`](super::kernels) to the last bit: sums are taken in the same order, products are
//! rounded before they are added. Left to the compiler the kernels gain half as much: it does not take two octets for
//! one register.
//!
//! VL is asked for because without it the compiler uses only half of the registers for sums whose halves are stored
//! apart: 2.0 ms instead of 1.45 for a picture of 320 x 320 pixels.
//!
//! Invariant: [`Present`] proves that the processor has AVX-512F and VL, and memory is reached through references to as
//! many floats as a register holds.

use super::kernels::{
    DepthwiseRow, DepthwiseWeights, FirstRow, Octet, PointwiseRow, PointwiseWeights, PoolRow, block_starts,
};
use super::simd::Kernel;
use crate::processor;
use std::arch::x86_64::{
    __m512, _mm256_loadu_pd, _mm512_add_ps, _mm512_broadcast_f64x4, _mm512_castpd_ps, _mm512_loadu_ps, _mm512_max_ps,
    _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_storeu_ps,
};

/// Pixels that the pointwise and the first convolution work on at once: with 32 channels twenty of the 32 registers are
/// sums. All maps of a picture 320 pixels wide are a multiple of it.
const BLOCK: usize = 10;

/// Pairs of pixels that the depthwise convolution works on at once: as many sums, which have to be more than eight for
/// the multipliers never to wait, beside nine weights. In the narrowest maps it is half as many.
const PAIRS: usize = 10;

/// Proof that the processor has AVX-512F and VL. The private field makes [`Present::detect`] the only place where it
/// can come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present(());

#[allow(unsafe_code)]
impl Present {
    /// Asks the processor.
    pub(super) fn detect() -> Option<Self> {
        processor::has_avx512().then_some(Self(()))
    }

    /// [`PointwiseRow`].
    pub(super) fn pointwise(self, row: PointwiseRow) {
        // SAFETY: it needs AVX-512F and VL and nothing else, and `self` proves that it is there; below likewise.
        unsafe { pointwise(row) }
    }

    /// [`DepthwiseRow`].
    pub(super) fn depthwise(self, row: DepthwiseRow) {
        // SAFETY: as above.
        unsafe { depthwise(row) }
    }

    /// [`FirstRow`].
    pub(super) fn first(self, row: FirstRow) {
        // SAFETY: as above.
        unsafe { first(row) }
    }

    /// [`PoolRow`].
    pub(super) fn pool(self, row: PoolRow) {
        // SAFETY: as above.
        unsafe { pool(row) }
    }
}

#[target_feature(enable = "avx512f,avx512vl")]
fn pointwise(row: PointwiseRow) {
    let mut planes = row.output.chunks_exact_mut(row.width + 2).map(|plane| &mut plane[1..=row.width]);
    // An input pixel that is in a register serves 32 outputs, where there are as many.
    let (couples, single) = row.layer.as_chunks::<2>();
    for couple in couples {
        let [Some(a), Some(b), Some(c), Some(d)] = std::array::from_fn(|_| planes.next()) else { return };
        pointwise_groups(couple, row.input, row.width, &mut [[a, b], [c, d]]);
    }
    for group in single {
        let [Some(a), Some(b)] = std::array::from_fn(|_| planes.next()) else { return };
        pointwise_groups(std::array::from_ref(group), row.input, row.width, &mut [[a, b]]);
    }
}

/// A whole row of `GROUPS` times sixteen outputs.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn pointwise_groups<const GROUPS: usize>(
    layer: &[PointwiseWeights; GROUPS],
    input: &[Octet],
    width: usize,
    output: &mut [[&mut [Octet]; 2]; GROUPS],
) {
    if width < BLOCK {
        for start in 0..width {
            pointwise_block::<GROUPS, 1>(layer, input, width, start, output);
        }
    } else {
        for start in block_starts(width, BLOCK) {
            pointwise_block::<GROUPS, BLOCK>(layer, input, width, start, output);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn pointwise_block<const GROUPS: usize, const PIXELS: usize>(
    layer: &[PointwiseWeights; GROUPS],
    input: &[Octet],
    width: usize,
    start: usize,
    output: &mut [[&mut [Octet]; 2]; GROUPS],
) {
    let mut sums = [[_mm512_setzero_ps(); GROUPS]; PIXELS];
    for (group, layer) in layer.iter().enumerate() {
        let bias = load(&layer.bias);
        for sums in &mut sums {
            sums[group] = bias;
        }
    }
    for plane in 0..layer[0].weights.len() {
        let Some(pixels) = input[plane * width + start..].first_chunk::<PIXELS>() else { return };
        for channel in 0..8 {
            let mut weights = [_mm512_setzero_ps(); GROUPS];
            for (weights, layer) in weights.iter_mut().zip(layer) {
                *weights = load(&layer.weights[plane][channel]);
            }
            for (pixel, sums) in pixels.iter().zip(&mut sums) {
                let value = _mm512_set1_ps(pixel[channel]);
                for (sum, &weights) in sums.iter_mut().zip(&weights) {
                    *sum = multiply_add(value, weights, *sum);
                }
            }
        }
    }
    for (group, [first, second]) in output.iter_mut().enumerate() {
        let (first, second) = (&mut first[start..start + PIXELS], &mut second[start..start + PIXELS]);
        for pixel in 0..PIXELS {
            [first[pixel], second[pixel]] = octets(sums[pixel][group]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512vl")]
fn depthwise(row: DepthwiseRow) {
    if row.width < PAIRS {
        return row.run();
    }
    let pitch = row.width + 2;
    let floor = _mm512_set1_ps(if row.rectified { 0.0 } else { f32::NEG_INFINITY });
    for (plane, (layer, output)) in row.layer.iter().zip(row.output.chunks_exact_mut(row.width)).enumerate() {
        let [above, here, below] = row.input;
        let plane = plane * pitch..(plane + 1) * pitch;
        let input = [&above[plane.clone()], &here[plane.clone()], &below[plane]];
        if row.width < 2 * PAIRS {
            depthwise_plane::<{ PAIRS / 2 }>(layer, input, floor, output);
        } else {
            depthwise_plane::<PAIRS>(layer, input, floor, output);
        }
    }
}

/// One plane, `COUNT` pairs of pixels at once; it is at least as wide.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn depthwise_plane<const COUNT: usize>(
    layer: &DepthwiseWeights,
    input: [&[Octet]; 3],
    floor: __m512,
    output: &mut [Octet],
) {
    let mut weights = [[_mm512_setzero_ps(); 3]; 3];
    for (target, octet) in weights.as_flattened_mut().iter_mut().zip(layer.weights.as_flattened()) {
        *target = twice(octet);
    }
    let bias = twice(&layer.bias);
    for start in block_starts(output.len(), 2 * COUNT) {
        let mut sums = [bias; COUNT];
        for (row, weights) in input.iter().zip(&weights) {
            let pairs = row[start..start + 2 * COUNT + 2].as_chunks::<2>().0;
            let mut left = load(&pairs[0]);
            for (sum, right) in sums.iter_mut().zip(&pairs[1..]) {
                let right = load(right);
                let middle = _mm512_shuffle_f32x4::<0b01_00_11_10>(left, right);
                *sum = multiply_add(left, weights[0], *sum);
                *sum = multiply_add(middle, weights[1], *sum);
                *sum = multiply_add(right, weights[2], *sum);
                left = right;
            }
        }
        for (target, sum) in output[start..start + 2 * COUNT].as_chunks_mut::<2>().0.iter_mut().zip(sums) {
            *target = octets(greater(sum, floor));
        }
    }
}

#[target_feature(enable = "avx512f,avx512vl")]
fn first(row: FirstRow) {
    let (first, second) = row.output.split_at_mut(row.width);
    for start in block_starts(row.width, BLOCK) {
        let mut sums = [load(&row.layer.bias); BLOCK];
        for (input, weights) in row.input.iter().zip(&row.layer.weights) {
            let window = &input[start * 6..][..BLOCK * 6 + 3];
            for (tap, weights) in weights.iter().enumerate() {
                let weights = load(weights);
                for (pixel, sum) in sums.iter_mut().enumerate() {
                    *sum = multiply_add(_mm512_set1_ps(window[pixel * 6 + tap]), weights, *sum);
                }
            }
        }
        let pixels = first[start..start + BLOCK].iter_mut().zip(&mut second[start..start + BLOCK]);
        for ((first, second), sum) in pixels.zip(sums) {
            [*first, *second] = octets(greater(sum, _mm512_setzero_ps()));
        }
    }
}

#[target_feature(enable = "avx512f,avx512vl")]
fn pool(row: PoolRow) {
    let pairs = row.input[0].as_chunks::<2>().0.iter().zip(row.input[1].as_chunks::<2>().0);
    for (target, (upper, lower)) in row.output.iter_mut().zip(pairs) {
        let greatest = greater(load(upper), load(lower));
        let swapped = _mm512_shuffle_f32x4::<0b01_00_11_10>(greatest, greatest);
        *target = octets(greater(greatest, swapped))[0];
    }
}

/// `a * b`, rounded, plus `sum`, rounded.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn multiply_add(a: __m512, b: __m512, sum: __m512) -> __m512 {
    _mm512_add_ps(sum, _mm512_mul_ps(a, b))
}

/// The greater of two numbers, `a` where neither is. The instruction gives its second operand there.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn greater(a: __m512, b: __m512) -> __m512 {
    _mm512_max_ps(b, a)
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
#[allow(unsafe_code)]
fn load(octets: &[Octet; 2]) -> __m512 {
    // SAFETY: the reference is to sixteen floats.
    unsafe { _mm512_loadu_ps(octets.as_ptr().cast()) }
}

/// The same octet in both halves.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
#[allow(unsafe_code)]
fn twice(octet: &Octet) -> __m512 {
    // SAFETY: the reference is to eight floats, which are as long as four of twice the bits.
    _mm512_castpd_ps(_mm512_broadcast_f64x4(unsafe { _mm256_loadu_pd(octet.as_ptr().cast()) }))
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
#[allow(unsafe_code)]
fn octets(values: __m512) -> [Octet; 2] {
    let mut octets = [[0.0; 8]; 2];
    // SAFETY: there is room for sixteen floats.
    unsafe { _mm512_storeu_ps(octets.as_mut_ptr().cast(), values) };
    octets
}
