//! Which instructions the work is done with. Results are the same to the last bit.

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::block::{self, Quantiser};
use super::colour::{self, RUN};
use super::scan::{Blocks, Scan};
use super::strip::Strip;

/// The instruction set in use.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instructions {
    /// What every processor of the build's target has.
    Baseline,
    /// AVX2, and what came with it for single bits.
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

    /// Whole runs of a row of `pixels` to luma and chroma, which are as many.
    pub(super) fn full(self, pixels: &[[u8; 3]], luma: &mut [u8], [blue, red]: [&mut [u8]; 2]) {
        #[cfg(target_arch = "x86_64")]
        if let Self::Avx2(present) = self {
            return present.full(pixels, luma, [blue, red]);
        }
        let runs = pixels.as_flattened().as_chunks::<{ 3 * RUN }>().0.iter().zip(luma.as_chunks_mut().0);
        let chroma = blue.as_chunks_mut().0.iter_mut().zip(red.as_chunks_mut().0);
        runs.zip(chroma).for_each(|((run, luma), (blue, red))| colour::full(run, luma, [blue, red]));
    }

    /// Whole runs of two rows of pixels to luma, which are as many, and chroma, which are a quarter.
    pub(super) fn half(self, rows: [&[[u8; 3]]; 2], lumas: [&mut [u8]; 2], [blue, red]: [&mut [u8]; 2]) {
        #[cfg(target_arch = "x86_64")]
        if let Self::Avx2(present) = self {
            return present.half(rows, lumas, [blue, red]);
        }
        let [upper, lower] = rows.map(|row| row.as_flattened().as_chunks::<{ 3 * RUN }>().0);
        let [upper_luma, lower_luma] = lumas.map(|luma| luma.as_chunks_mut().0);
        let lumas = upper_luma.iter_mut().zip(lower_luma);
        let chroma = blue.as_chunks_mut().0.iter_mut().zip(red.as_chunks_mut().0);
        for (((upper, lower), (upper_luma, lower_luma)), (blue, red)) in upper.iter().zip(lower).zip(lumas).zip(chroma)
        {
            colour::half([upper, lower], [upper_luma, lower_luma], [blue, red]);
        }
    }

    /// Samples to coefficients.
    pub(super) fn transform(self, strip: &Strip, quantiser: &Quantiser, blocks: &mut Blocks) {
        let rows = strip.samples.chunks_exact(8 * strip.width).zip(blocks.blocks.chunks_exact_mut(blocks.columns));
        for (samples, blocks) in rows {
            match self {
                Self::Baseline => block::row(samples, strip.width, quantiser, blocks),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2(present) => present.row(samples, strip.width, quantiser, blocks),
            }
        }
    }

    /// The first `count` MCUs of coefficients to bits.
    pub(super) fn add(self, scan: &mut Scan, components: &[Blocks; 3], count: usize) {
        match self {
            Self::Baseline => scan.add(components, count),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(present) => present.add(scan, components, count),
        }
    }
}
