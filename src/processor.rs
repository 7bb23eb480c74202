//! Which instructions this processor has, as far as the build makes use of them.
//!
//! Results do not depend on it. A build can leave some out, to compare the others with: the environment variable
//! `HEADSHOT_INSTRUCTIONS` is read by `build.rs`, not by the program, and says `avx2` for none beyond AVX2, or
//! `baseline` for none beyond the target's own.

/// Whether AVX2 may be used.
#[inline]
pub(crate) fn has_avx2() -> bool {
    cfg!(not(headshot_instructions = "baseline")) && is_x86_feature_detected!("avx2")
}

/// Whether BMI1, BMI2, LZCNT and POPCNT may be used, the instructions for single bits that came with AVX2.
#[inline]
pub(crate) fn has_bits() -> bool {
    has_avx2()
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// Whether AVX-512F and VL may be used.
#[inline]
pub(crate) fn has_avx512() -> bool {
    cfg!(not(any(headshot_instructions = "baseline", headshot_instructions = "avx2")))
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
}
