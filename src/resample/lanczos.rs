//! Lanczos' window of three lobes, as this program and the resizer that it uses both weight samples.

use fast_image_resize::{Filter, FilterType};
use std::f64::consts::PI;

/// How many samples it reaches each way, at scale 1.
pub(super) const REACH: f64 = 3.0;

/// The weight of a sample at this distance.
pub(super) fn lanczos3(distance: f64) -> f64 {
    let x = distance.abs();
    if x < 1e-9 {
        1.0
    } else if x < REACH {
        REACH * libm::sin(PI * x) * libm::sin(PI * x / REACH) / (PI * x * PI * x)
    } else {
        0.0
    }
}

/// The same for the resizer, whose own asks the operating system for its sines.
pub(crate) fn for_resizer() -> FilterType {
    // It is refused where the reach is no distance, which it is.
    Filter::new("Lanczos3", lanczos3, REACH).map_or(FilterType::Lanczos3, FilterType::Custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_image_resize::images::{TypedImage, TypedImageRef};
    use fast_image_resize::pixels::{U8x3, U8x4};
    use fast_image_resize::{CpuExtensions, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
    use proptest::prelude::*;

    /// All that the resizer has code for, as far as this processor has them.
    fn all() -> Vec<CpuExtensions> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [CpuExtensions::Sse4_1, CpuExtensions::Avx2];
        #[cfg(target_arch = "aarch64")]
        let vectors = [CpuExtensions::Neon];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let vectors: [CpuExtensions; 0] = [];
        vectors.into_iter().filter(CpuExtensions::is_supported).collect()
    }

    /// A picture of these bytes, over and over, with `extensions`.
    fn resized<P: PixelTrait>(bytes: &[u8], from: [u32; 2], to: [u32; 2], own: bool, with: CpuExtensions) -> Vec<u8> {
        let size = |[width, height]: [u32; 2]| width as usize * height as usize * size_of::<P>();
        let samples: Vec<u8> = bytes.iter().copied().cycle().take(size(from)).collect();
        let source = TypedImageRef::<P>::from_buffer(from[0], from[1], &samples).expect("as many samples");
        let mut made = vec![0; size(to)];
        let mut target = TypedImage::<P>::from_buffer(to[0], to[1], &mut made).expect("as many samples");
        let mut resizer = Resizer::new();
        // SAFETY: the processor has them, `all` asked.
        #[allow(unsafe_code)]
        unsafe {
            resizer.set_cpu_extensions(with);
        }
        let algorithm = ResizeAlg::Convolution(if own { for_resizer() } else { FilterType::Bilinear });
        let area = [0.3, 0.6, f64::from(from[0]) - 0.7, f64::from(from[1]) - 0.9];
        let options = ResizeOptions::new().crop(area[0], area[1], area[2], area[3]).resize_alg(algorithm);
        resizer.resize_typed(&source, &mut target, &options).expect("resizes");
        made
    }

    #[test]
    fn weights_are_those_of_the_window() {
        assert_eq!([0.0, 3.0, -4.0].map(lanczos3), [1.0, 0.0, 0.0]);
        // sinc(1/2) sinc(1/6) = 2 / pi * 3 / pi
        assert!((lanczos3(-0.5) - 6.0 / (PI * PI)).abs() < 1e-12);
        assert!(lanczos3(1.0).abs() < 1e-12 && lanczos3(1.5) < -0.1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// What the resizer has for this processor gives the levels of its plain code.
        #[test]
        fn the_resizer_is_the_same_with_all_instructions(
            bytes in proptest::collection::vec(any::<u8>(), 1_000..2_000),
            from in [2..90_u32, 2..70_u32], to in [1..60_u32, 1..60_u32], own: bool,
        ) {
            for with in all() {
                let (plain, fast) = (CpuExtensions::None, with);
                let opaque = [plain, fast].map(|with| resized::<U8x3>(&bytes, from, to, own, with));
                prop_assert_eq!(&opaque[0], &opaque[1], "{:?}, without alpha", fast);
                let clear = [plain, fast].map(|with| resized::<U8x4>(&bytes, from, to, own, with));
                prop_assert_eq!(&clear[0], &clear[1], "{:?}, with alpha", fast);
            }
        }
    }
}
