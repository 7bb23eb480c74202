//! Which instructions the arithmetic is compiled for, chosen when the detector is made.
//!
//! The kernels are plain loops over arrays of eight floats, which the compiler turns into vector instructions. Here
//! they are compiled twice on x86-64: once for what every such processor has (SSE2), once for AVX2. For AVX-512 they
//! are written once more in [`avx512`](super::avx512). All give the same bits. Elsewhere the one compilation has the
//! vectors of the build's target: NEON, or those of WebAssembly where it is built with `simd128`.

#[cfg(target_arch = "x86_64")]
use super::avx512;

/// A piece of arithmetic that may be compiled for more than one instruction set.
///
/// Implementations must be `#[inline(always)]`, or the arithmetic stays outside the function that has the instructions.
pub(super) trait Kernel {
    /// Does the work.
    fn run(self);

    /// Does the same work in registers of sixteen floats.
    #[cfg(target_arch = "x86_64")]
    fn run_wide(self, present: avx512::Present);
}

/// The instruction set in use.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instructions {
    /// What every processor of the build's target has.
    Baseline,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Present),
    /// AVX-512F and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Present),
}

impl Instructions {
    /// The best that this processor has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(present) = avx512::Present::detect() {
            return Self::Avx512(present);
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(present) = avx2::Present::detect() {
            return Self::Avx2(present);
        }
        Self::Baseline
    }

    /// All that this processor has.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [avx2::Present::detect().map(Self::Avx2), avx512::Present::detect().map(Self::Avx512)];
        #[cfg(not(target_arch = "x86_64"))]
        let vectors: [Option<Self>; 0] = [];
        std::iter::once(Self::Baseline).chain(vectors.into_iter().flatten()).collect()
    }

    /// Runs `kernel` with these instructions.
    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) {
        match self {
            Self::Baseline => kernel.run(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(present) => present.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(present) => kernel.run_wide(present),
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::Kernel;
    use crate::processor;

    /// Proof that the processor has AVX2.
    ///
    /// Invariant: the private field makes [`Present::detect`] the only place where a value can come from.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Present(());

    impl Present {
        /// Asks the processor.
        pub(super) fn detect() -> Option<Self> {
            processor::has_avx2().then_some(Self(()))
        }

        /// Runs `kernel` compiled for AVX2.
        #[inline]
        #[allow(unsafe_code)]
        pub(super) fn run<K: Kernel>(self, kernel: K) {
            // SAFETY: `run_compiled` needs AVX2 and nothing else, and `self` proves that it is there.
            unsafe { run_compiled(kernel) }
        }
    }

    #[target_feature(enable = "avx2")]
    fn run_compiled<K: Kernel>(kernel: K) {
        kernel.run();
    }
}
