//! The arithmetic of the network, one row of a feature map at a time.
//!
//! A row holds its channels in planes of eight: first channels 0 to 7 of all pixels, then channels 8 to 15 of all
//! pixels, and so on. Eight floats are one AVX register and two of SSE2, NEON or WebAssembly.
//!
//! These loops define the network's results to the last bit, on every processor and for every other set of kernels:
//!
//! - A sum starts with the bias and adds one product after the other: by input channel in the pointwise convolution; by
//!   row, column and, in the first convolution, colour of the window. Vectors hold different sums, never parts of one.
//! - A product is rounded before it is added. Fused multiply-add, which rounds once, is not used: not every processor
//!   has it.
//! - The greater of two numbers is [`greater`], which says what happens to zeros of either sign.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::simd::Kernel;

/// Eight neighbouring channels of one pixel.
pub(super) type Octet = [f32; 8];

/// Pixels that the pointwise and the first convolution work on at once. Six pixels by sixteen channels keep twelve of
/// the sixteen AVX registers busy as sums and leave room for the weights.
const POINTWISE_BLOCK: usize = 6;

/// Pixels that the depthwise convolution works on at once: four sums beside nine weights. With six, AVX2 gains 8 % of
/// the whole pass and SSE2, which needs two registers for a sum, loses 60 %.
const DEPTHWISE_BLOCK: usize = 4;

/// The greater of two numbers; `a` where neither is.
///
/// `f32::max` would leave the sign of a zero to the processor, and on WebAssembly it is a function call. This
/// comparison is one instruction on x86-64 and WebAssembly and two on aarch64.
#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}

/// Adds `factor` times each of sixteen weights to sixteen sums.
#[inline(always)]
fn accumulate(factor: f32, weights: &[Octet; 2], sums: &mut [Octet; 2]) {
    for half in 0..2 {
        for lane in 0..8 {
            sums[half][lane] += factor * weights[half][lane];
        }
    }
}

/// Where blocks of `block` pixels start so that they cover a row; the last one overlaps the one before it, which costs
/// less than working on the remainder pixel by pixel. The row must have room for one block.
#[inline(always)]
pub(super) fn block_starts(width: usize, block: usize) -> impl Iterator<Item = usize> {
    (0..width).step_by(block).map(move |start| start.min(width - block))
}

/// Weights of a 1x1 convolution for sixteen of its outputs.
pub(super) struct PointwiseWeights {
    /// `[inputs / 8][input][output]`.
    pub(super) weights: Vec<[[Octet; 2]; 8]>,
    pub(super) bias: [Octet; 2],
}

/// A 1x1 convolution of one row: every output channel is a weighted sum of the pixel's input channels.
pub(super) struct PointwiseRow<'a> {
    /// One entry for every sixteen output channels.
    pub(super) layer: &'a [PointwiseWeights],
    /// Pixels in the row.
    pub(super) width: usize,
    /// Planes of `width` pixels.
    pub(super) input: &'a [Octet],
    /// Planes of `width + 2` pixels, of which the first and the last are left alone.
    pub(super) output: &'a mut [Octet],
}

impl Kernel for PointwiseRow<'_> {
    #[inline(always)]
    fn run(self) {
        let pitch = self.width + 2;
        for (layer, planes) in self.layer.iter().zip(self.output.chunks_exact_mut(2 * pitch)) {
            let (first, second) = planes.split_at_mut(pitch);
            let mut output = [&mut first[1..=self.width], &mut second[1..=self.width]];
            if self.width < POINTWISE_BLOCK {
                for start in 0..self.width {
                    pointwise_block::<1>(layer, self.input, self.width, start, &mut output);
                }
            } else {
                for start in block_starts(self.width, POINTWISE_BLOCK) {
                    pointwise_block::<POINTWISE_BLOCK>(layer, self.input, self.width, start, &mut output);
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn run_wide(self, present: avx512::Present) {
        present.pointwise(self);
    }
}

/// `PIXELS` pixels from `start`, sixteen output channels.
#[inline(always)]
fn pointwise_block<const PIXELS: usize>(
    layer: &PointwiseWeights,
    input: &[Octet],
    width: usize,
    start: usize,
    output: &mut [&mut [Octet]; 2],
) {
    let mut sums = [layer.bias; PIXELS];
    let mut position = start;
    for weights in &layer.weights {
        let pixels = &input[position..position + PIXELS];
        for channel in 0..8 {
            for pixel in 0..PIXELS {
                accumulate(pixels[pixel][channel], &weights[channel], &mut sums[pixel]);
            }
        }
        position += width;
    }
    for half in 0..2 {
        let target = &mut output[half][start..start + PIXELS];
        for pixel in 0..PIXELS {
            target[pixel] = sums[pixel][half];
        }
    }
}

/// Weights of a 3x3 convolution that looks at one channel only, for eight channels.
pub(super) struct DepthwiseWeights {
    /// `[row][column]` of the 3x3 window.
    pub(super) weights: [[Octet; 3]; 3],
    pub(super) bias: Octet,
}

/// A 3x3 depthwise convolution of three rows into one: every output channel sees its own input channel only.
pub(super) struct DepthwiseRow<'a> {
    /// One entry for every eight channels.
    pub(super) layer: &'a [DepthwiseWeights],
    /// Pixels in the output row.
    pub(super) width: usize,
    /// The rows above, at and below the output row; planes of `width + 2` pixels.
    pub(super) input: [&'a [Octet]; 3],
    /// Planes of `width` pixels.
    pub(super) output: &'a mut [Octet],
    /// Whether negative results become zero.
    pub(super) rectified: bool,
}

impl Kernel for DepthwiseRow<'_> {
    #[inline(always)]
    fn run(self) {
        let pitch = self.width + 2;
        let floor = if self.rectified { 0.0 } else { f32::NEG_INFINITY };
        for (plane, (layer, output)) in self.layer.iter().zip(self.output.chunks_exact_mut(self.width)).enumerate() {
            let input = self.input.map(|row| &row[plane * pitch..(plane + 1) * pitch]);
            if self.width < DEPTHWISE_BLOCK {
                for start in 0..self.width {
                    depthwise_block::<1>(layer, input, start, floor, output);
                }
            } else {
                for start in block_starts(self.width, DEPTHWISE_BLOCK) {
                    depthwise_block::<DEPTHWISE_BLOCK>(layer, input, start, floor, output);
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn run_wide(self, present: avx512::Present) {
        present.depthwise(self);
    }
}

/// `PIXELS` pixels from `start`, eight channels, not below `floor`.
#[inline(always)]
fn depthwise_block<const PIXELS: usize>(
    layer: &DepthwiseWeights,
    input: [&[Octet]; 3],
    start: usize,
    floor: f32,
    output: &mut [Octet],
) {
    let mut sums = [layer.bias; PIXELS];
    for (row, weights) in input.iter().zip(&layer.weights) {
        let pixels = &row[start..start + PIXELS + 2];
        for (column, weights) in weights.iter().enumerate() {
            for pixel in 0..PIXELS {
                for lane in 0..8 {
                    sums[pixel][lane] += pixels[pixel + column][lane] * weights[lane];
                }
            }
        }
    }
    let target = &mut output[start..start + PIXELS];
    for pixel in 0..PIXELS {
        for lane in 0..8 {
            target[pixel][lane] = greater(sums[pixel][lane], floor);
        }
    }
}

/// Weights of the first convolution: 3x3 over red, green and blue, sixteen outputs, stride 2.
pub(super) struct FirstWeights {
    /// `[row of the window][column of the window * 3 + colour][output]`.
    pub(super) weights: [[[Octet; 2]; 9]; 3],
    pub(super) bias: [Octet; 2],
}

/// The first convolution, of three picture rows into one row of sixteen channels, with negative results set to zero.
pub(super) struct FirstRow<'a> {
    pub(super) layer: &'a FirstWeights,
    /// Pixels in the output row.
    pub(super) width: usize,
    /// Interleaved red, green and blue of the picture rows above, at and below the window's centre: `2 * width + 1`
    /// pixels, of which the first is left of the picture.
    pub(super) input: [&'a [f32]; 3],
    /// Two planes of `width` pixels, `width` being at least [`POINTWISE_BLOCK`].
    pub(super) output: &'a mut [Octet],
}

impl Kernel for FirstRow<'_> {
    #[inline(always)]
    fn run(self) {
        let (first, second) = self.output.split_at_mut(self.width);
        for start in block_starts(self.width, POINTWISE_BLOCK) {
            let mut sums = [self.layer.bias; POINTWISE_BLOCK];
            for row in 0..3 {
                // Two pixels of three colours further for every output pixel; three pixels wide.
                let window = &self.input[row][start * 6..start * 6 + POINTWISE_BLOCK * 6 + 3];
                for tap in 0..9 {
                    for pixel in 0..POINTWISE_BLOCK {
                        let value = window[pixel * 6 + tap];
                        accumulate(value, &self.layer.weights[row][tap], &mut sums[pixel]);
                    }
                }
            }
            for pixel in 0..POINTWISE_BLOCK {
                first[start + pixel] = sums[pixel][0].map(|value| greater(value, 0.0));
                second[start + pixel] = sums[pixel][1].map(|value| greater(value, 0.0));
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn run_wide(self, present: avx512::Present) {
        present.first(self);
    }
}

/// The greatest of every 2x2 pixels, of two rows into one.
pub(super) struct PoolRow<'a> {
    /// Two neighbouring rows, their planes of an even number of pixels.
    pub(super) input: [&'a [Octet]; 2],
    /// Planes of half as many pixels.
    pub(super) output: &'a mut [Octet],
}

impl Kernel for PoolRow<'_> {
    #[inline(always)]
    fn run(self) {
        // Planes are even in width, so pairs never cross from one plane into the next.
        let pairs = self.input[0].as_chunks::<2>().0.iter().zip(self.input[1].as_chunks::<2>().0);
        for (target, (upper, lower)) in self.output.iter_mut().zip(pairs) {
            for lane in 0..8 {
                let columns = [0, 1].map(|column| greater(upper[column][lane], lower[column][lane]));
                target[lane] = greater(columns[0], columns[1]);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn run_wide(self, present: avx512::Present) {
        present.pool(self);
    }
}
