//! Which instructions the arithmetic is compiled for, chosen when the detector is made.
//!
//! The kernels are plain loops over arrays of eight floats, which the compiler turns into vector instructions. Here
//! they are compiled twice on x86-64: once for what every such processor has (SSE2), once for AVX2 with fused
//! multiply-add, at about three times the speed. For AVX-512 they are written once more in [`avx512`](super::avx512),
//! at one and a half times the speed of AVX2. On aarch64 the one compilation already has NEON and its fused
//! multiply-add.

#[cfg(target_arch = "x86_64")]
use super::avx512;

/// A piece of arithmetic that may be compiled for more than one instruction set.
///
/// Implementations must be `#[inline(always)]`, or the arithmetic stays outside the function that has the instructions.
pub(super) trait Kernel {
    /// Does the work. `FUSED` says whether `f32::mul_add` is one instruction; where it is not, it is a slow library
    /// call.
    fn run<const FUSED: bool>(self);

    /// Does the same work in registers of sixteen floats.
    #[cfg(target_arch = "x86_64")]
    fn run_wide(self, present: avx512::Present);
}

/// The instruction set in use.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instructions {
    /// What every processor of the build's target has.
    Baseline,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Present),
    /// AVX-512F and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Present),
}

/// Whether the build's target multiplies and adds in one instruction without being asked.
const BASELINE_FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

impl Instructions {
    /// The best that this processor has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(present) = avx512::Present::detect() {
            return Self::Avx512(present);
        }
        Self::without_avx512()
    }

    /// The best that this processor has but for AVX-512.
    pub(super) fn without_avx512() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(present) = avx2::Present::detect() {
            return Self::Avx2(present);
        }
        Self::Baseline
    }

    /// Runs `kernel` with these instructions.
    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) {
        match self {
            Self::Baseline => kernel.run::<BASELINE_FUSED>(),
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

    /// Proof that the processor has AVX2 and FMA.
    ///
    /// Invariant: the private field makes [`Present::detect`] the only place where a value can come from.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Present(());

    impl Present {
        /// Asks the processor.
        pub(super) fn detect() -> Option<Self> {
            let present = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            present.then_some(Self(()))
        }

        /// Runs `kernel` compiled for AVX2 and FMA.
        #[inline]
        #[allow(unsafe_code)]
        pub(super) fn run<K: Kernel>(self, kernel: K) {
            // SAFETY: `run_compiled` needs AVX2 and FMA and nothing else, and `self` proves that they are there.
            unsafe { run_compiled(kernel) }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    fn run_compiled<K: Kernel>(kernel: K) {
        kernel.run::<true>();
    }
}
