//! The weighted sum of a window of pixels: the inner loop of sampling a picture.
//!
//! All sums are of whole numbers, so the result does not depend on the processor nor on the order of the taps. Down the
//! columns they have 16 bits: half as wide as exact ones, and under 0.03 levels off. On x86-64 they are also written
//! with the instructions of AVX2; the plain loops are such that the compiler has vectors of eight for them on any
//! processor.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// Most taps of one axis.
pub(super) const MOST_TAPS: usize = 8;

/// Positions between two pixels that have weights of their own: 1/1024 pixel is a quarter of a level where neighbours
/// differ by all 255. At 1/256 the edge of hair was seen a twelfth of a face lower in one of 98 portraits.
pub(super) const PHASES: usize = 1024;

/// Longest run of places. The rows that a turned run crosses stay in the processor's nearest cache: whole rows of 800
/// pixels took twice as long where their lines fell on each other.
pub(super) const LONGEST_RUN: usize = 128;

/// Bits behind the point of a weight.
const WEIGHT_BITS: u32 = 15;

/// Bits behind the point of a sum down a column, which is of levels less 128: with weights that overshoot by a quarter
/// it stays under 2^15.
const SUM_BITS: u32 = 7;

/// Bits behind the point of a sum over both axes.
const TOTAL_BITS: u32 = SUM_BITS + WEIGHT_BITS;

/// What makes a level of a sum over both axes when the bits behind the point are dropped: the 128 levels, and one half.
const ROUNDING: i32 = (128 << TOTAL_BITS) + (1 << (TOTAL_BITS - 1));

/// Weights of the taps along one axis, with [`WEIGHT_BITS`] behind the point; they sum to 1, and are 0 behind the last.
#[derive(Clone, Debug)]
pub(super) struct Weights([i16; MOST_TAPS]);

impl Weights {
    /// In the ratio of `weights`, whose sum is over zero and which are at most the sum.
    pub(super) fn new(weights: [f64; MOST_TAPS]) -> Self {
        let one = 1 << WEIGHT_BITS;
        let sum: f64 = weights.iter().sum();
        let mut taps = weights.map(|weight| (weight / sum * f64::from(one)).round() as i32);
        // What rounding left over goes where it shows least.
        let rest = one - taps.iter().sum::<i32>();
        if let Some(largest) = taps.iter_mut().max() {
            *largest += rest;
        }
        // A weight of 1 has no room and becomes 1/32768 less: a hundredth of a level at most.
        Self(taps.map(|tap| tap.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16))
    }
}

/// A place in a picture, along both axes in 1/2^32 pixels: the first pixel of a window, and behind the point how far
/// the middle is from there, the phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place([i64; 2]);

impl Place {
    /// The first pixel, which may be outside of any picture.
    pub(super) fn first(self) -> [i64; 2] {
        self.0.map(|at| at >> 32)
    }

    /// The next place of `run`.
    #[inline(always)]
    fn after(self, run: Run) -> Self {
        Self(std::array::from_fn(|axis| self.0[axis] + run.step[axis]))
    }

    /// Which of [`PHASES`].
    pub(super) fn phases(self) -> [usize; 2] {
        self.0.map(|at| (at >> (32 - PHASES.ilog2())) as usize % PHASES)
    }
}

/// Places in equal steps, at most [`LONGEST_RUN`] of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    start: [i64; 2],
    step: [i64; 2],
}

impl Run {
    /// From `start` (x and y) in steps of `step`, both in pixels.
    ///
    /// Beyond 2^29 pixels there is no picture, and steps over 2^13 pixels are none of the program's: they are taken for
    /// that, so that no place of a run is out of the range of its numbers.
    pub(super) fn new(start: [f64; 2], step: [f64; 2]) -> Self {
        let fixed = |pixels: f64, most: f64| (pixels.clamp(-most, most) * (1_u64 << 32) as f64) as i64;
        // A place belongs to the nearest phase.
        let half_a_phase = (1 << 31) / PHASES as i64;
        Self {
            start: start.map(|start| fixed(start, f64::from(1 << 29)) + half_a_phase),
            step: step.map(|step| fixed(step, f64::from(1 << 13))),
        }
    }

    /// The place `index` steps from the start.
    pub(super) fn place(&self, index: usize) -> Place {
        Place(std::array::from_fn(|axis| self.start[axis] + self.step[axis] * index as i64))
    }

    /// The run from `index` steps on.
    pub(super) fn from(self, index: usize) -> Self {
        Self { start: self.place(index).0, ..self }
    }
}

/// The samples of a picture, three a pixel.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    samples: &'a [u8],
    /// Pixels, both at least 1.
    width: usize,
    height: usize,
}

impl<'a> Samples<'a> {
    /// Of rows of `width` pixels, which is not 0.
    pub(super) fn new(samples: &'a [u8], width: usize) -> Self {
        Self { samples, width, height: samples.len() / (3 * width) }
    }

    /// Whether what is read of the window at `place` is in the picture: `2 * PAIRS` rows, and of each as many pixels
    /// and two more, because they are read by eight or sixteen bytes.
    #[inline]
    pub(super) fn hold<const PAIRS: usize>(&self, place: Place) -> bool {
        let within = |first: i64, taps: usize, size: usize| first >= 0 && first as usize + taps <= size;
        let [left, top] = place.first();
        within(left, 2 * PAIRS + 2, self.width) && within(top, 2 * PAIRS, self.height)
    }

    /// What is seen at the places of `run`, the first and the last of which these samples [`hold`](Self::hold).
    pub(super) fn fill<const PAIRS: usize>(self, weights: &[Weights; PHASES], run: Run, output: &mut [[u8; 3]]) {
        #[cfg(target_arch = "x86_64")]
        if avx2::fill::<PAIRS>(self, weights, run, output) {
            return;
        }
        self.fill_plainly::<PAIRS>(weights, run, output);
    }

    /// As [`fill`](Self::fill), on any processor.
    #[inline(always)]
    fn fill_plainly<const PAIRS: usize>(self, weights: &[Weights; PHASES], run: Run, output: &mut [[u8; 3]]) {
        let mut place = run.place(0);
        for pixel in output {
            let ([left, top], [across, down]) = (place.first(), place.phases());
            let start = 3 * (top as usize * self.width + left as usize);
            *pixel = weighted::<PAIRS>(&self.samples[start..], 3 * self.width, &weights[across], &weights[down]);
            place = place.after(run);
        }
    }
}

/// The weighted sum of `2 * PAIRS` pixels in each of as many rows, which begin `stride` bytes apart, as levels.
///
/// Rows are read by eight bytes: of the last, two pixels more have to be there.
#[inline(always)]
pub(super) fn weighted<const PAIRS: usize>(samples: &[u8], stride: usize, across: &Weights, down: &Weights) -> [u8; 3] {
    // Every product is rounded down, by half a unit in the mean.
    let mut sums = [[PAIRS as i16; 8]; 3];
    for (row, &weight) in down.0.iter().enumerate().take(2 * PAIRS) {
        let octets = samples[row * stride..][..(6 * PAIRS).next_multiple_of(8)].as_chunks::<8>().0;
        for (sums, octet) in sums.iter_mut().zip(octets) {
            for lane in 0..8 {
                let level = i32::from(octet[lane]) - 128;
                sums[lane] += (((level << 8) * i32::from(weight)) >> 16) as i16;
            }
        }
    }
    let mut total = [ROUNDING; 3];
    for (pixel, &weight) in sums.as_flattened().as_chunks::<3>().0.iter().zip(&across.0).take(2 * PAIRS) {
        for channel in 0..3 {
            total[channel] += i32::from(pixel[channel]) * i32::from(weight);
        }
    }
    total.map(|total| (total >> TOTAL_BITS).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Weights of the first `taps` taps, of a different shape for each phase; some are negative.
    fn table(taps: usize) -> Box<[Weights; PHASES]> {
        Box::new(std::array::from_fn(|phase| {
            let wave = |tap: usize| (tap as f64 - phase as f64 / 256.0 * taps as f64).cos() + 0.9;
            Weights::new(std::array::from_fn(|tap| if tap < taps { wave(tap) } else { 0.0 }))
        }))
    }

    fn compared<const PAIRS: usize>(samples: &[u8], start: [f64; 2], step: [f64; 2]) -> Result<(), TestCaseError> {
        let (samples, run, weights) = (Samples::new(samples, 40), Run::new(start, step), table(2 * PAIRS));
        let count = (0..LONGEST_RUN).take_while(|&index| samples.hold::<PAIRS>(run.place(index))).count();
        prop_assert!(count > 0);
        let (mut fast, mut plain) = ([[0; 3]; LONGEST_RUN], [[0; 3]; LONGEST_RUN]);
        samples.fill::<PAIRS>(&weights, run, &mut fast[..count]);
        samples.fill_plainly::<PAIRS>(&weights, run, &mut plain[..count]);
        prop_assert_eq!(fast, plain);
        Ok(())
    }

    proptest! {
        #[test]
        fn every_processor_has_the_same_levels(
            samples in prop::collection::vec(any::<u8>(), 3 * 40 * 20),
            start in (0.0..30.0f64, 0.0..12.0f64).prop_map(|(x, y)| [x, y]),
            step in (-2.0..2.0f64, -0.5..0.5f64).prop_map(|(x, y)| [x, y]),
        ) {
            compared::<1>(&samples, start, step)?;
            compared::<2>(&samples, start, step)?;
            compared::<3>(&samples, start, step)?;
            compared::<4>(&samples, start, step)?;
        }

        /// In floats, and not by rows and columns.
        #[test]
        fn sums_are_right_to_a_level(
            samples in prop::collection::vec(any::<u8>(), 8 * 24),
            across in 0..PHASES, down in 0..PHASES,
        ) {
            let weights = table(6);
            let (across, down) = (&weights[across], &weights[down]);
            let got = weighted::<3>(&samples, 24, across, down);
            for channel in 0..3 {
                let tap = |x: usize, y: usize| {
                    f64::from(samples[24 * y + 3 * x + channel]) * f64::from(across.0[x]) * f64::from(down.0[y])
                };
                let sum: f64 = (0..36).map(|index| tap(index % 6, index / 6)).sum();
                let want = (sum / f64::from(1 << (2 * WEIGHT_BITS))).clamp(0.0, 255.0);
                prop_assert!((f64::from(got[channel]) - want).abs() < 0.6, "{} {want}", got[channel]);
            }
        }
    }

    #[test]
    fn weights_sum_to_one_and_a_plain_colour_stays() {
        let plain = [255, 0, 77].repeat(64);
        for weights in table(8).iter() {
            assert_eq!(weights.0.iter().map(|&weight| i32::from(weight)).sum::<i32>(), 1 << WEIGHT_BITS);
            assert_eq!(weighted::<4>(&plain, 24, weights, weights), [255, 0, 77]);
        }
    }

    #[test]
    fn one_tap_alone_is_its_pixel() {
        let alone = Weights::new(std::array::from_fn(|tap| f64::from(u8::from(tap == 1))));
        let samples: Vec<u8> = (0..=255).collect();
        assert_eq!(weighted::<2>(&samples, 24, &alone, &alone), [27, 28, 29]);
    }

    #[test]
    fn places_that_are_nowhere_are_not_held() {
        let samples = [0; 3 * 40 * 20];
        let samples = Samples::new(&samples, 40);
        for start in
            [[-0.1, 0.0], [0.0, -0.1], [f64::INFINITY, 0.0], [0.0, f64::NEG_INFINITY], [31.0, 0.0], [0.0, 13.0]]
        {
            assert!(!samples.hold::<4>(Run::new(start, [f64::INFINITY; 2]).place(LONGEST_RUN)));
            assert!(!samples.hold::<4>(Run::new(start, [0.0; 2]).place(0)), "{start:?}");
        }
        assert!(samples.hold::<4>(Run::new([30.0, 12.0], [0.0; 2]).place(0)));
    }
}
