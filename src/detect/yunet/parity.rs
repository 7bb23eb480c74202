//! Every set of kernels that this processor can run gives the bits of the plain loops.

use super::kernels::{
    DepthwiseRow, DepthwiseWeights, FirstRow, FirstWeights, Octet, PointwiseRow, PointwiseWeights, PoolRow,
};
use super::simd::Instructions;
use proptest::prelude::*;

/// Numbers as layers have them, among them zeros of either sign, and now and then one of any size.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => -4.0..4.0_f32,
        1 => prop_oneof![Just(0.0_f32), Just(-0.0), Just(1e-42), Just(-1e-42)],
        1 => any::<f32>().prop_filter("finite", |value| value.is_finite()),
    ]
}

/// Numbers from a list, over and over: cheaper than to draw as many.
struct Numbers(Vec<f32>, usize);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.1 += 1;
        // A step that no list length divides, so that rows do not repeat each other.
        self.0[self.1 * 7919 % self.0.len()]
    }

    fn octet(&mut self) -> Octet {
        std::array::from_fn(|_| self.next())
    }

    fn octets(&mut self, count: usize) -> Vec<Octet> {
        (0..count).map(|_| self.octet()).collect()
    }
}

fn numbers() -> impl Strategy<Value = Vec<f32>> {
    proptest::collection::vec(number(), 257)
}

/// Asserts that `run` writes the same bits into `length` octets with all instructions.
fn same_bits(length: usize, run: impl Fn(Instructions, &mut [Octet])) {
    let bits = |instructions| {
        let mut output = vec![[0.5; 8]; length];
        run(instructions, &mut output);
        let canonical = |value: &f32| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() };
        output.as_flattened().iter().map(canonical).collect::<Vec<u32>>()
    };
    let expected = bits(Instructions::Baseline);
    for instructions in Instructions::all() {
        assert_eq!(bits(instructions), expected, "{instructions:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pointwise_rows(list in numbers(), width in 1..45_usize, planes in 1..9_usize, groups in 1..5_usize) {
        let mut numbers = Numbers(list, 0);
        let layer: Vec<PointwiseWeights> = (0..groups)
            .map(|_| PointwiseWeights {
                weights: (0..planes).map(|_| std::array::from_fn(|_| [numbers.octet(), numbers.octet()])).collect(),
                bias: [numbers.octet(), numbers.octet()],
            })
            .collect();
        let input = numbers.octets(planes * width);
        same_bits(2 * groups * (width + 2), |instructions, output| {
            instructions.run(PointwiseRow { layer: &layer, width, input: &input, output });
        });
    }

    #[test]
    fn depthwise_rows(list in numbers(), width in 1..45_usize, planes in 1..9_usize, rectified: bool) {
        let mut numbers = Numbers(list, 0);
        let layer: Vec<DepthwiseWeights> = (0..planes)
            .map(|_| DepthwiseWeights {
                weights: std::array::from_fn(|_| std::array::from_fn(|_| numbers.octet())),
                bias: numbers.octet(),
            })
            .collect();
        let input = [(); 3].map(|()| numbers.octets(planes * (width + 2)));
        same_bits(planes * width, |instructions, output| {
            let input = input.each_ref().map(Vec::as_slice);
            instructions.run(DepthwiseRow { layer: &layer, width, input, output, rectified });
        });
    }

    #[test]
    fn first_rows(list in numbers(), width in 16..60_usize) {
        let mut numbers = Numbers(list, 0);
        let layer = FirstWeights {
            weights: std::array::from_fn(|_| std::array::from_fn(|_| [numbers.octet(), numbers.octet()])),
            bias: [numbers.octet(), numbers.octet()],
        };
        let input = [(); 3].map(|()| (0..(2 * width + 1) * 3).map(|_| numbers.next()).collect::<Vec<f32>>());
        same_bits(2 * width, |instructions, output| {
            let input = input.each_ref().map(Vec::as_slice);
            instructions.run(FirstRow { layer: &layer, width, input, output });
        });
    }

    #[test]
    fn pool_rows(list in numbers(), pairs in 1..60_usize) {
        let mut numbers = Numbers(list, 0);
        let input = [(); 2].map(|()| numbers.octets(2 * pairs));
        same_bits(pairs, |instructions, output| {
            instructions.run(PoolRow { input: input.each_ref().map(Vec::as_slice), output });
        });
    }
}
