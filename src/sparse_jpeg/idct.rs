//! The inverse cosine transform (ITU-T T.81, A.3.3), to 8, 4, 2 or 1 samples each way.
//!
//! A smaller transform takes the lowest frequencies only: the picture as it would be after an ideal low-pass filter, at
//! half, a quarter or an eighth of the size. Each output sample lies in the middle of the source pixels that it stands
//! for.
//!
//! One-dimensional transforms are those of Loeffler, Ligtenberg and Moschytz (1989) with 12 bits for the constants,
//! over eight columns at once: plain loops over arrays of eight, which become vector instructions.

/// A row of eight, one for each vector lane.
type Lanes = [i16; 8];

/// Bits of the constants below.
pub(super) const CONSTANT_BITS: u32 = 12;
/// Bits behind the point that are kept between the two directions.
pub(super) const KEPT_BITS: u32 = 2;

/// `value` with 12 bits behind the point.
const fn constant(value: f64) -> i16 {
    (value * 4096.0 + if value < 0.0 { -0.5 } else { 0.5 }) as i16
}

/// What the third and the seventh frequency are multiplied with in the outer and the inner rows.
pub(super) const EVEN: [[i16; 2]; 2] = [
    [constant(0.541_196_100 + 0.765_366_865), constant(0.541_196_100)],
    [constant(0.541_196_100), constant(0.541_196_100 - 1.847_759_065)],
];

/// What the second, fourth, sixth and eighth frequency are multiplied with.
pub(super) struct Odd {
    /// The sums of the eighth and the fourth, and of the sixth and the second.
    pub sums: [[i16; 2]; 2],
    /// From the outermost rows to the innermost: eighth and second, sixth and fourth, the same two again, eighth and
    /// second again.
    pub parts: [[i16; 2]; 4],
}

/// What the second, fourth, sixth and eighth frequency are multiplied with.
pub(super) const ODD: Odd = Odd {
    sums: [
        [constant(1.175_875_602 - 1.961_570_560), constant(1.175_875_602)],
        [constant(1.175_875_602), constant(1.175_875_602 - 0.390_180_644)],
    ],
    parts: [
        [constant(-0.899_976_223), constant(1.501_321_110 - 0.899_976_223)],
        [constant(-2.562_915_447), constant(3.072_711_026 - 2.562_915_447)],
        [constant(2.053_119_869 - 2.562_915_447), constant(-2.562_915_447)],
        [constant(0.298_631_336 - 0.899_976_223), constant(-0.899_976_223)],
    ],
};

/// `a * x + b * y`.
#[inline(always)]
fn rotate([a, b]: [i16; 2], x: i16, y: i16) -> i32 {
    (i32::from(a) * i32::from(x)).wrapping_add(i32::from(b) * i32::from(y))
}

/// `value` with the constants' bits.
#[inline(always)]
fn raised(value: i32) -> i32 {
    value << CONSTANT_BITS
}

/// Eight samples of the frequencies in a lane, times the square root of 8.
#[inline(always)]
fn eight(f: &[Lanes; 8], lane: usize, rounding: i32) -> [i32; 8] {
    let [f0, f1, f2, f3, f4, f5, f6, f7] =
        [f[0][lane], f[1][lane], f[2][lane], f[3][lane], f[4][lane], f[5][lane], f[6][lane], f[7][lane]];
    let even = raised(i32::from(f0) + i32::from(f4)).wrapping_add(rounding);
    let odd = raised(i32::from(f0) - i32::from(f4)).wrapping_add(rounding);
    let [far, near] = EVEN.map(|factors| rotate(factors, f2, f6));
    let (e0, e1) = (even.wrapping_add(far), odd.wrapping_add(near));
    let (e3, e2) = (even.wrapping_sub(far), odd.wrapping_sub(near));
    let (z3, z4) = (f7.wrapping_add(f3), f5.wrapping_add(f1));
    let [y3, y4] = [rotate(ODD.sums[0], z3, z4), rotate(ODD.sums[1], z3, z4)];
    let [o0, o1, o2, o3] = [
        rotate(ODD.parts[0], f7, f1).wrapping_add(y4),
        rotate(ODD.parts[1], f5, f3).wrapping_add(y3),
        rotate(ODD.parts[2], f5, f3).wrapping_add(y4),
        rotate(ODD.parts[3], f7, f1).wrapping_add(y3),
    ];
    [
        e0.wrapping_add(o0),
        e1.wrapping_add(o1),
        e2.wrapping_add(o2),
        e3.wrapping_add(o3),
        e3.wrapping_sub(o3),
        e2.wrapping_sub(o2),
        e1.wrapping_sub(o1),
        e0.wrapping_sub(o0),
    ]
}

/// Four samples of the frequencies in a lane, times the square root of 8.
#[inline(always)]
fn four(f: &[Lanes; 8], lane: usize, rounding: i32) -> [i32; 4] {
    let [f0, f1, f2, f3] = [f[0][lane], f[1][lane], f[2][lane], f[3][lane]];
    let e0 = raised(i32::from(f0) + i32::from(f2)).wrapping_add(rounding);
    let e1 = raised(i32::from(f0) - i32::from(f2)).wrapping_add(rounding);
    let o0 = rotate([constant(1.306_562_965), constant(0.541_196_100)], f1, f3);
    let o1 = rotate([constant(0.541_196_100), constant(-1.306_562_965)], f1, f3);
    [e0.wrapping_add(o0), e1.wrapping_add(o1), e1.wrapping_sub(o1), e0.wrapping_sub(o0)]
}

/// Two samples of the frequencies in a lane, times the square root of 8.
#[inline(always)]
fn two(f: &[Lanes; 8], lane: usize, rounding: i32) -> [i32; 2] {
    let [f0, f1] = [f[0][lane], f[1][lane]];
    [
        raised(i32::from(f0) + i32::from(f1)).wrapping_add(rounding),
        raised(i32::from(f0) - i32::from(f1)).wrapping_add(rounding),
    ]
}

/// `SIZE` samples of the frequencies in each lane, in the first rows of the result.
#[inline(always)]
fn one_way<const SIZE: usize, T: Copy>(
    f: &[Lanes; 8],
    rounding: i32,
    result: &mut [[T; 8]; 8],
    finished: impl Fn(i32) -> T,
) {
    for lane in 0..8 {
        let mut all = [0; 8];
        match SIZE {
            8 => all = eight(f, lane, rounding),
            4 => all[..4].copy_from_slice(&four(f, lane, rounding)),
            2 => all[..2].copy_from_slice(&two(f, lane, rounding)),
            _ => all[0] = raised(i32::from(f[0][lane])).wrapping_add(rounding),
        }
        for row in 0..SIZE {
            result[row][lane] = finished(all[row]);
        }
    }
}

/// Without the constants' bits; what 16 bits do not hold is cut.
#[inline(always)]
fn narrow(wide: i32) -> i16 {
    (wide >> (CONSTANT_BITS - KEPT_BITS)).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// Samples 0..=255.
#[inline(always)]
fn sample(wide: i32) -> u8 {
    // The two directions left a factor of 8.
    (wide >> (CONSTANT_BITS + KEPT_BITS + 3)).clamp(0, 255) as u8
}

#[inline(always)]
fn transpose(m: &[Lanes; 8]) -> [Lanes; 8] {
    round(&round(&round(m)))
}

/// The rows in a new order, the first half interleaved with the second. Three times this transposes.
#[inline(always)]
fn round(m: &[Lanes; 8]) -> [Lanes; 8] {
    let mut result = [[0; 8]; 8];
    let flat = result.as_flattened_mut();
    let (first, second) = m.as_flattened().split_at(32);
    for ((pair, &a), &b) in flat.chunks_exact_mut(2).zip(first).zip(second) {
        (pair[0], pair[1]) = (a, b);
    }
    result
}

/// `WIDTH` x `HEIGHT` samples 0..=255 of a block, in the first columns of the first rows.
///
/// `coefficients` and `steps` (what they are to be multiplied with) stand column by column.
#[inline(always)]
pub(super) fn block<const WIDTH: usize, const HEIGHT: usize>(
    coefficients: &[i16; 64],
    steps: &[i16; 64],
) -> [[u8; 8]; 8] {
    let mut columns = [[0; 8]; 8];
    let all = columns.as_flattened_mut().iter_mut();
    for ((column, &coefficient), &step) in all.zip(coefficients).zip(steps) {
        *column = coefficient.wrapping_mul(step);
    }
    let mut rows = [[0; 8]; 8];
    one_way::<WIDTH, i16>(&columns, 1 << (CONSTANT_BITS - KEPT_BITS - 1), &mut rows, narrow);
    // Rounding, and the 128 that stored samples are lowered by.
    let bits = CONSTANT_BITS + KEPT_BITS + 3;
    let mut block = [[0; 8]; 8];
    one_way::<HEIGHT, u8>(&transpose(&rows), (1 << (bits - 1)) + (128 << bits), &mut block, sample);
    block
}

/// The sample 0..=255 that [`block`] makes everywhere of a block that has a DC coefficient only, and its mean in any
/// case.
#[inline(always)]
pub(super) fn mean(dc: i16, step: i16) -> u8 {
    ((i32::from(dc.wrapping_mul(step)) + 4 + 1024) >> 3).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    /// The transform by its definition, at `width` x `height` samples.
    fn exact(coefficients: &[i16; 64], width: usize, height: usize) -> Vec<Vec<f64>> {
        let basis = |u: usize, x: usize, size: usize| {
            let scale = if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            scale * ((2 * x + 1) as f64 * u as f64 * PI / (2 * size) as f64).cos()
        };
        let sample = |x: usize, y: usize| {
            let mut sum = 0.0;
            for u in 0..width {
                for v in 0..height {
                    sum += f64::from(coefficients[u * 8 + v]) * basis(u, x, width) * basis(v, y, height);
                }
            }
            (sum / 4.0 + 128.0).clamp(0.0, 255.0)
        };
        (0..height).map(|y| (0..width).map(|x| sample(x, y)).collect()).collect()
    }

    fn check<const WIDTH: usize, const HEIGHT: usize>() {
        let mut seed = 12_345_u32;
        let mut random = |range: i32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((seed >> 8) as i32 % (2 * range + 1) - range) as i16
        };
        for _ in 0..200 {
            let mut coefficients: [i16; 64] = std::array::from_fn(|_| random(60));
            coefficients[0] = random(900);
            let rows = block::<WIDTH, HEIGHT>(&coefficients, &[1; 64]);
            for (row, wanted) in rows.iter().zip(exact(&coefficients, WIDTH, HEIGHT)) {
                for (&sample, wanted) in row.iter().zip(wanted) {
                    assert!((f64::from(sample) - wanted).abs() <= 0.6, "{WIDTH} x {HEIGHT}: {sample} for {wanted}");
                }
            }
        }
    }

    #[test]
    fn every_size_follows_the_definition() {
        check::<8, 8>();
        check::<8, 4>();
        check::<4, 8>();
        check::<4, 4>();
        check::<4, 2>();
        check::<2, 4>();
        check::<2, 2>();
        check::<2, 1>();
        check::<1, 2>();
    }

    fn check_flat<const WIDTH: usize, const HEIGHT: usize>(dc: i16, step: i16) {
        let mut coefficients = [0; 64];
        coefficients[0] = dc;
        // What the smaller transforms leave out changes nothing.
        for column in 0..8 {
            for row in 0..8 {
                if column >= WIDTH || row >= HEIGHT {
                    coefficients[8 * column + row] = 300;
                }
            }
        }
        let rows = block::<WIDTH, HEIGHT>(&coefficients, &[step; 64]);
        let all = rows.iter().take(HEIGHT).flat_map(|row| row.iter().take(WIDTH));
        assert!(all.into_iter().all(|&sample| sample == mean(dc, step)), "{WIDTH} x {HEIGHT}: {dc} times {step}");
    }

    /// Products that 16 bits do not hold too: whether a block is taken for flat may depend on what else is decoded.
    #[test]
    fn a_block_of_its_mean_only_is_flat() {
        for step in [1, 3, 16, 99, 255] {
            for dc in (-2100..2100).chain([i16::MIN, -9000, 9000, i16::MAX]) {
                check_flat::<8, 8>(dc, step);
                check_flat::<4, 4>(dc, step);
                check_flat::<8, 4>(dc, step);
                check_flat::<2, 2>(dc, step);
                check_flat::<1, 2>(dc, step);
            }
        }
    }

    #[test]
    fn transposing_turns_rows_into_columns() {
        let matrix: [Lanes; 8] = std::array::from_fn(|row| std::array::from_fn(|column| (row * 8 + column) as i16));
        let turned = transpose(&matrix);
        assert!((0..8).all(|row| (0..8).all(|column| turned[row][column] == matrix[column][row])));
    }
}
