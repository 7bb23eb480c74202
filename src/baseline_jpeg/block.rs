//! Samples to quantised coefficients: the forward cosine transform (ITU-T T.81, A.3.3) and the division by the steps,
//! in plain loops over eight columns at once.
//!
//! Even frequencies are those of Loeffler, Ligtenberg and Moschytz (1989). Odd ones are the sums of four products that
//! they are by definition: more multiplications than need be, but no rounding between them, and two to an instruction.

use super::tables::{BY_COLUMNS, IN_ZIGZAG};

/// A row of eight, one for each vector lane.
type Lanes = [i16; 8];

/// Bits of the constants.
pub(super) const CONSTANT_BITS: u32 = 14;
/// Bits behind the point that are kept between the two directions. With them a flat black block comes to -32,768 in the
/// last sum, and no other to more: 16 bits just hold it.
pub(super) const KEPT_BITS: u32 = 2;

/// `value` with 14 bits behind the point.
const fn constant(value: f64) -> i16 {
    (value * 16_384.0 + if value < 0.0 { -0.5 } else { 0.5 }) as i16
}

/// The square root of 2 times the cosine of 2 and 6 sixteenths of a half turn.
pub(super) const EVEN: [i16; 2] = [constant(1.306_562_965), constant(0.541_196_100)];
/// The square root of 2 times the cosine of 1, 3, 5 and 7 sixteenths of a half turn.
const ODD: [i16; 4] =
    [constant(1.387_039_845), constant(1.175_875_602), constant(0.785_694_958), constant(0.275_899_379)];
/// What the differences of opposite samples, outer ones first, count in the frequencies 1, 3, 5 and 7.
pub(super) const ODD_PARTS: [[i16; 4]; 4] = [
    [ODD[0], ODD[1], ODD[2], ODD[3]],
    [ODD[1], -ODD[3], -ODD[0], -ODD[2]],
    [ODD[2], -ODD[0], ODD[3], ODD[1]],
    [ODD[3], -ODD[2], ODD[1], -ODD[0]],
];

/// The quantised coefficients of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Column by column: see [`BY_COLUMNS`]. From -1024 to 1023.
    pub values: [i16; 64],
    /// Which of them are not 0, the first of the zigzag in the lowest bit.
    pub filled: u64,
}

impl Block {
    /// All zero.
    pub(super) const EMPTY: Self = Self { values: [0; 64], filled: 0 };
}

/// Division by eight times the steps of a table, column by column: the transform leaves coefficients eight times too
/// large.
///
/// With d for the divisor, s for the whole part of its logarithm to the base 2 (less one where d is a power of 2) and m
/// for 2^(16+s) / d rounded up, which is below 65,536, `n * m >> 16 >> s` is the whole part of n / d for all n below
/// 32,768: m is too large by e / d with e < d <= 2^(s+1), which adds less than 1 / d to the quotient as long as n e <
/// 2^(16+s).
#[derive(Clone, Debug)]
pub(super) struct Quantiser {
    /// Half of the divisor, for rounding.
    pub halves: [u16; 64],
    /// m.
    pub reciprocals: [u16; 64],
    /// 2^(16-s): another product of which the upper half is kept, as vector instructions shift all lanes alike.
    pub shifts: [u16; 64],
}

impl Quantiser {
    /// For `steps` from 1 on in the order of the zigzag.
    pub(super) fn new(steps: &[u8; 64]) -> Self {
        let mut quantiser = Self { halves: [0; 64], reciprocals: [0; 64], shifts: [0; 64] };
        for (&place, &step) in BY_COLUMNS.iter().zip(steps) {
            let (place, divisor) = (usize::from(place), 8 * u32::from(step.max(1)));
            let shift = divisor.ilog2() - u32::from(divisor.is_power_of_two());
            quantiser.halves[place] = (divisor / 2) as u16;
            quantiser.reciprocals[place] = (1_u32 << (16 + shift)).div_ceil(divisor) as u16;
            quantiser.shifts[place] = 1 << (16 - shift);
        }
        quantiser
    }
}

/// The upper half of the product.
#[inline(always)]
fn upper(a: u16, b: u16) -> u16 {
    ((u32::from(a) * u32::from(b)) >> 16) as u16
}

/// The frequencies of eight samples in each lane, times the square root of 8.
#[inline(always)]
fn one_way<const LAST: bool>(samples: &[Lanes; 8]) -> [Lanes; 8] {
    let bits = if LAST { CONSTANT_BITS + KEPT_BITS } else { CONSTANT_BITS - KEPT_BITS };
    let finished = |sum: i32| ((sum + (1 << (bits - 1))) >> bits) as i16;
    let whole = |sum: i16| if LAST { (sum + (1 << (KEPT_BITS - 1))) >> KEPT_BITS } else { sum << KEPT_BITS };
    let mut result = [[0; 8]; 8];
    for lane in 0..8 {
        let sum = |a: usize| samples[a][lane] + samples[7 - a][lane];
        let difference = |a: usize| samples[a][lane] - samples[7 - a][lane];
        let (outer, inner) = (sum(0) + sum(3), sum(1) + sum(2));
        result[0][lane] = whole(outer + inner);
        result[4][lane] = whole(outer - inner);
        let (outer, inner) = (i32::from(sum(0) - sum(3)), i32::from(sum(1) - sum(2)));
        let [far, near] = EVEN.map(i32::from);
        result[2][lane] = finished(outer * far + inner * near);
        result[6][lane] = finished(outer * near - inner * far);
        let differences = [difference(0), difference(1), difference(2), difference(3)].map(i32::from);
        for (frequency, parts) in ODD_PARTS.iter().enumerate() {
            let [a, b, c, d] = parts.map(i32::from);
            let sum = (differences[0] * a + differences[1] * b) + (differences[2] * c + differences[3] * d);
            result[2 * frequency + 1][lane] = finished(sum);
        }
    }
    result
}

#[inline(always)]
fn transpose(m: &[Lanes; 8]) -> [Lanes; 8] {
    let mut result = [[0; 8]; 8];
    for row in 0..8 {
        for column in 0..8 {
            result[column][row] = m[row][column];
        }
    }
    result
}

/// The coefficients of 8 x 8 samples.
#[inline(always)]
pub(super) fn block(samples: &[[u8; 8]; 8], quantiser: &Quantiser) -> Block {
    let centred = samples.map(|row| row.map(|sample| i16::from(sample) - 128));
    let frequencies = one_way::<true>(&transpose(&one_way::<false>(&centred)));
    let mut block = Block::EMPTY;
    let mut filled = [0_u8; 64];
    for (place, &frequency) in frequencies.as_flattened().iter().enumerate() {
        let rounded = frequency.unsigned_abs() + quantiser.halves[place];
        let size = upper(upper(rounded, quantiser.reciprocals[place]), quantiser.shifts[place]) as i16;
        let sign = frequency >> 15;
        block.values[place] = (size ^ sign) - sign;
        filled[place] = u8::from(size != 0);
    }
    for (column, sets) in filled.as_chunks::<8>().0.iter().zip(&IN_ZIGZAG) {
        // Each bit is moved to the uppermost byte, the first to its lowest place.
        let set = u64::from_le_bytes(*column).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        block.filled |= sets[set as usize];
    }
    block
}

/// The coefficients of a row of blocks. `samples` are eight rows of `stride`, which is eight times the blocks.
#[inline(always)]
pub(super) fn row(samples: &[u8], stride: usize, quantiser: &Quantiser, blocks: &mut [Block]) {
    for (column, written) in blocks.iter_mut().enumerate() {
        let mut block_samples = [[0; 8]; 8];
        for (row, taken) in block_samples.iter_mut().zip(samples.chunks_exact(stride)) {
            taken_from(row, taken, column);
        }
        *written = block(&block_samples, quantiser);
    }
}

#[inline(always)]
fn taken_from(row: &mut [u8; 8], samples: &[u8], column: usize) {
    if let Some(samples) = samples.as_chunks::<8>().0.get(column) {
        *row = *samples;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    /// The transform by its definition.
    fn exact(samples: &[[u8; 8]; 8], across: usize, down: usize) -> f64 {
        let basis = |frequency: usize, place: usize| {
            let scale = if frequency == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            scale * ((2 * place + 1) as f64 * frequency as f64 * PI / 16.0).cos()
        };
        let mut sum = 0.0;
        for (y, row) in samples.iter().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                sum += (f64::from(sample) - 128.0) * basis(across, x) * basis(down, y);
            }
        }
        sum / 4.0
    }

    fn check(samples: &[[u8; 8]; 8]) {
        let found = block(samples, &Quantiser::new(&[1; 64]));
        for (zigzag, &place) in BY_COLUMNS.iter().enumerate() {
            let value = found.values[usize::from(place)];
            let exact = exact(samples, usize::from(place) / 8, usize::from(place) % 8);
            assert!((f64::from(value) - exact).abs() < 0.65, "{place}: {value} for {exact}");
            assert_eq!(found.filled >> zigzag & 1 == 1, value != 0);
        }
    }

    #[test]
    fn coefficients_follow_the_definition() {
        let mut seed = 12_345_u32;
        for range in [8, 60, 256] {
            for _ in 0..100 {
                let samples = std::array::from_fn(|_| {
                    std::array::from_fn(|_| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        ((seed >> 8) % range) as u8
                    })
                });
                check(&samples);
            }
        }
    }

    /// Each of those that make one coefficient as large as it can be.
    #[test]
    fn no_coefficient_has_more_bits_than_codes_are_for() {
        for (across, down) in (0..8).flat_map(|across| (0..8).map(move |down| (across, down))) {
            let wave = |frequency: usize, place: usize| ((2 * place + 1) as f64 * frequency as f64 * PI / 16.0).cos();
            for sign in [1.0, -1.0] {
                let white = |x, y| wave(across, x) * wave(down, y) * sign > 0.0;
                let samples = std::array::from_fn(|y| std::array::from_fn(|x| if white(x, y) { 255 } else { 0 }));
                check(&samples);
                let found = block(&samples, &Quantiser::new(&[1; 64]));
                assert!((-1024..=1016).contains(&found.values[0]));
                assert!(found.values[1..].iter().all(|value| (-1023..=1023).contains(value)));
            }
        }
    }

    #[test]
    fn products_divide_as_division_does() {
        for step in 1..=255 {
            let quantiser = Quantiser::new(&[step; 64]);
            let divisor = 8 * u16::from(step);
            assert!(quantiser.halves.iter().all(|&half| half == divisor / 2));
            for dividend in 0..32_768 {
                let quotient = upper(upper(dividend, quantiser.reciprocals[0]), quantiser.shifts[0]);
                assert_eq!(quotient, dividend / divisor, "{dividend} / {divisor}");
            }
        }
    }
}
