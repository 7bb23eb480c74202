//! Which instructions samples are made with. Results are the same to the last bit.

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::{idct, rows};

/// The instruction set in use.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instructions {
    /// What every processor of the build's target has.
    Baseline,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Present),
}

impl Instructions {
    /// The best that this processor has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(present) = avx2::Present::detect() {
            return Self::Avx2(present);
        }
        Self::Baseline
    }

    /// See [`idct::block`]: all samples of a block.
    pub(super) fn block(self, coefficients: &[i16; 64], steps: &[i16; 64]) -> [[u8; 8]; 8] {
        match self {
            Self::Baseline => idct::block::<8, 8>(coefficients, steps),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(present) => present.block(coefficients, steps),
        }
    }

    /// See [`rows::between`].
    pub(super) fn between(self, near: &[u8], far: &[u8], row: &mut [u8]) {
        match self {
            Self::Baseline => rows::between(near, far, row),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(present) => present.between(near, far, row),
        }
    }

    /// See [`rows::twice_as_wide`].
    pub(super) fn twice_as_wide(self, row: &[u8], wide: &mut [u8]) {
        match self {
            Self::Baseline => rows::twice_as_wide(row, wide),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(present) => present.twice_as_wide(row, wide),
        }
    }

    /// See [`rows::to_rgb`].
    pub(super) fn to_rgb(self, luma: &[u8], blue: &[u8], red: &[u8], rgb: &mut [u8]) {
        match self {
            Self::Baseline => rows::to_rgb(luma, blue, red, rgb),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(present) => present.to_rgb(luma, blue, red, rgb),
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Coefficients and steps of any size: what overflows does so alike.
        #[test]
        fn blocks_are_the_same(
            coefficients in proptest::array::uniform32(any::<[i16; 2]>()),
            steps in proptest::array::uniform32(any::<[i16; 2]>()),
            limit in 1_i16..,
        ) {
            let small = |pairs: [[i16; 2]; 32]| {
                let mut all = [0; 64];
                all.copy_from_slice(pairs.as_flattened());
                all.map(|value| value % limit)
            };
            let (coefficients, steps) = (small(coefficients), small(steps));
            let [ours, plain] =
                [Instructions::detect(), Instructions::Baseline].map(|one| one.block(&coefficients, &steps));
            prop_assert_eq!(ours, plain);
        }

        #[test]
        fn rows_are_the_same(samples in proptest::collection::vec(any::<[u8; 3]>(), 1..300)) {
            let [luma, blue, red] = [0, 1, 2].map(|one| samples.iter().map(|all| all[one]).collect::<Vec<_>>());
            let made = [Instructions::detect(), Instructions::Baseline].map(|one| {
                let (mut rgb, mut between, mut wide) = (samples.concat(), luma.clone(), [luma.clone(), red.clone()].concat());
                one.to_rgb(&luma, &blue, &red, &mut rgb);
                one.between(&blue, &red, &mut between);
                one.twice_as_wide(&blue, &mut wide);
                [rgb, between, wide]
            });
            prop_assert_eq!(&made[0], &made[1]);
        }
    }
}
