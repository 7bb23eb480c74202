//! The layers of the network as streams of rows.
//!
//! A layer asks the layer before it for rows and keeps only the three that its window covers, so that the large maps
//! near the picture never exist as a whole: what is being worked on stays in the processor's cache.

use super::kernels::{
    DepthwiseRow, DepthwiseWeights, FirstRow, FirstWeights, Octet, PointwiseRow, PointwiseWeights, PoolRow,
};
use super::simd::Instructions;
use image::RgbImage;

const ZERO: Octet = [0.0; 8];

/// The extent of a feature map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Pixels in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// Channels divided by eight.
    pub(super) planes: usize,
}

impl Extent {
    /// Octets in a row.
    fn row(self) -> usize {
        self.planes * self.width
    }
}

/// A feature map that is made row by row, from the top.
pub(super) trait Rows: Sized {
    /// The extent of the whole map.
    fn extent(&self) -> Extent;

    /// Writes the next row, in planes of eight channels. May be asked for as many rows as the map has.
    fn next_row(&mut self, row: &mut [Octet]);

    /// This map through a depthwise-separable unit.
    fn unit(self, unit: &SeparableUnit) -> UnitRows<'_, Self> {
        let Extent { width, height, .. } = self.extent();
        let extent = Extent { width, height, planes: unit.depthwise.len() };
        let padded = vec![ZERO; extent.planes * (width + 2)];
        UnitRows {
            unit,
            extent,
            input: vec![ZERO; self.extent().row()],
            window: [padded.clone(), padded.clone(), padded],
            rows_read: 0,
            source: self,
        }
    }

    /// This map at half the size: the greatest of every 2x2 pixels.
    fn pool(self, instructions: Instructions) -> PooledRows<Self> {
        let row = vec![ZERO; self.extent().row()];
        PooledRows { instructions, pair: [row.clone(), row], source: self }
    }

    /// The whole map.
    fn collect(mut self) -> FeatureMap {
        let extent = self.extent();
        let mut octets = vec![ZERO; extent.height * extent.row()];
        for row in octets.chunks_exact_mut(extent.row()) {
            self.next_row(row);
        }
        FeatureMap { extent, octets }
    }
}

/// A whole feature map.
pub(super) struct FeatureMap {
    extent: Extent,
    /// `[row][plane][pixel]`.
    octets: Vec<Octet>,
}

impl FeatureMap {
    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    /// The rows, from the top, each in planes of eight channels.
    pub(super) fn whole_rows(&self) -> impl Iterator<Item = &[Octet]> {
        self.octets.chunks_exact(self.extent.row())
    }

    /// The map as the source of further layers.
    pub(super) fn rows(&self) -> MapRows<'_> {
        MapRows { rest: &self.octets, extent: self.extent }
    }

    /// The map plus a map of half its size, every pixel of which counts for 2x2 pixels.
    pub(super) fn plus_upsampled<'a>(&'a self, coarse: &'a FeatureMap) -> SumRows<'a> {
        SumRows { fine: self.rows(), coarse, rows_made: 0 }
    }
}

/// The rows of a whole map.
pub(super) struct MapRows<'a> {
    rest: &'a [Octet],
    extent: Extent,
}

impl Rows for MapRows<'_> {
    fn extent(&self) -> Extent {
        self.extent
    }

    fn next_row(&mut self, row: &mut [Octet]) {
        let (next, rest) = self.rest.split_at(row.len());
        row.copy_from_slice(next);
        self.rest = rest;
    }
}

/// See [`FeatureMap::plus_upsampled`].
pub(super) struct SumRows<'a> {
    fine: MapRows<'a>,
    coarse: &'a FeatureMap,
    rows_made: usize,
}

impl Rows for SumRows<'_> {
    fn extent(&self) -> Extent {
        self.fine.extent
    }

    fn next_row(&mut self, row: &mut [Octet]) {
        self.fine.next_row(row);
        let length = self.coarse.extent.row();
        let coarse = &self.coarse.octets[self.rows_made / 2 * length..][..length];
        // Planes of the finer map are even in width, so pairs never cross from one plane into the next.
        for (pair, addend) in row.as_chunks_mut::<2>().0.iter_mut().zip(coarse) {
            for octet in pair {
                for (sum, value) in octet.iter_mut().zip(addend) {
                    *sum += value;
                }
            }
        }
        self.rows_made += 1;
    }
}

/// The depthwise-separable unit that the network is made of: a 1x1 convolution, then a 3x3 depthwise one with a
/// border of zeros, then (except in the heads) negative values set to zero.
pub(super) struct SeparableUnit {
    pointwise: Vec<PointwiseWeights>,
    depthwise: Vec<DepthwiseWeights>,
    rectified: bool,
    instructions: Instructions,
}

/// The weights of a [`SeparableUnit`] in the order of the model file.
#[derive(Default)]
pub(super) struct SeparableWeights {
    /// `[output][input]`.
    pub(super) pointwise: Vec<f32>,
    /// `[output]`.
    pub(super) pointwise_bias: Vec<f32>,
    /// `[output][row][column]`.
    pub(super) depthwise: Vec<f32>,
    /// `[output]`.
    pub(super) depthwise_bias: Vec<f32>,
}

impl SeparableUnit {
    /// A unit of `inputs` channels, a multiple of eight, with as many outputs as there are biases, a multiple of
    /// sixteen.
    pub(super) fn new(
        inputs: usize,
        weights: &SeparableWeights,
        rectified: bool,
        instructions: Instructions,
    ) -> SeparableUnit {
        let outputs = weights.pointwise_bias.len();
        let pointwise = (0..outputs)
            .step_by(16)
            .map(|output| PointwiseWeights {
                weights: (0..inputs)
                    .step_by(8)
                    .map(|input| {
                        array(|channel| sixteen(|lane| weights.pointwise[(output + lane) * inputs + input + channel]))
                    })
                    .collect(),
                bias: sixteen(|lane| weights.pointwise_bias[output + lane]),
            })
            .collect();
        let depthwise = (0..outputs)
            .step_by(8)
            .map(|output| DepthwiseWeights {
                weights: array(|row| {
                    array(|column| array(|lane| weights.depthwise[(output + lane) * 9 + row * 3 + column]))
                }),
                bias: array(|lane| weights.depthwise_bias[output + lane]),
            })
            .collect();
        SeparableUnit { pointwise, depthwise, rectified, instructions }
    }
}

/// A feature map through a [`SeparableUnit`].
pub(super) struct UnitRows<'a, S> {
    unit: &'a SeparableUnit,
    source: S,
    extent: Extent,
    /// A row of the source.
    input: Vec<Octet>,
    /// Rows after the 1x1 convolution, with a zero pixel at both ends of each plane: above, at and below the next row.
    window: [Vec<Octet>; 3],
    rows_read: usize,
}

impl<S: Rows> UnitRows<'_, S> {
    /// Moves the window down by one row; below the map come zeros.
    fn advance(&mut self) {
        self.window.rotate_left(1);
        if self.rows_read < self.extent.height {
            self.source.next_row(&mut self.input);
            self.unit.instructions.run(PointwiseRow {
                layer: &self.unit.pointwise,
                width: self.extent.width,
                input: &self.input,
                output: &mut self.window[2],
            });
            self.rows_read += 1;
        } else {
            self.window[2].fill(ZERO);
        }
    }
}

impl<S: Rows> Rows for UnitRows<'_, S> {
    fn extent(&self) -> Extent {
        self.extent
    }

    fn next_row(&mut self, row: &mut [Octet]) {
        if self.rows_read == 0 {
            self.advance();
        }
        self.advance();
        self.unit.instructions.run(DepthwiseRow {
            layer: &self.unit.depthwise,
            width: self.extent.width,
            input: self.window.each_ref().map(Vec::as_slice),
            output: row,
            rectified: self.unit.rectified,
        });
    }
}

/// See [`Rows::pool`].
pub(super) struct PooledRows<S> {
    source: S,
    instructions: Instructions,
    pair: [Vec<Octet>; 2],
}

impl<S: Rows> Rows for PooledRows<S> {
    fn extent(&self) -> Extent {
        let Extent { width, height, planes } = self.source.extent();
        Extent { width: width / 2, height: height / 2, planes }
    }

    fn next_row(&mut self, row: &mut [Octet]) {
        for source_row in &mut self.pair {
            self.source.next_row(source_row);
        }
        self.instructions.run(PoolRow { input: self.pair.each_ref().map(Vec::as_slice), output: row });
    }
}

/// The first layer: a 3x3 convolution of the picture with stride 2 and sixteen outputs, negative values set to zero.
pub(super) struct FirstConvolution {
    weights: FirstWeights,
    instructions: Instructions,
}

impl FirstConvolution {
    /// From weights in the order of the model file: `weights` is `[16][blue, green, red][row][column]`, `bias` is
    /// `[16]`.
    pub(super) fn new(weights: &[f32], bias: &[f32], instructions: Instructions) -> Self {
        let weights = FirstWeights {
            weights: array(|row| {
                array(|tap| {
                    // The picture is red, green, blue; the network was trained on blue, green, red.
                    let (column, colour) = (tap / 3, 2 - tap % 3);
                    sixteen(|output| weights[((output * 3 + colour) * 3 + row) * 3 + column])
                })
            }),
            bias: sixteen(|output| bias[output]),
        };
        Self { weights, instructions }
    }

    /// The layer over `picture`, which is taken as padded with black on the right and below to multiples of `multiple`.
    pub(super) fn rows<'a>(&'a self, picture: &'a RgbImage, multiple: usize) -> FirstRows<'a> {
        let width = (picture.width() as usize).next_multiple_of(multiple);
        let height = (picture.height() as usize).next_multiple_of(multiple);
        let padded = vec![0.0; (width + 1) * 3];
        FirstRows {
            layer: self,
            rest: picture.as_raw(),
            picture_row: picture.width() as usize * 3,
            extent: Extent { width: width / 2, height: height / 2, planes: 2 },
            window: [padded.clone(), padded.clone(), padded],
        }
    }
}

/// See [`FirstConvolution::rows`].
pub(super) struct FirstRows<'a> {
    layer: &'a FirstConvolution,
    /// Bytes of the picture that were not read yet.
    rest: &'a [u8],
    /// Bytes in a row of the picture.
    picture_row: usize,
    extent: Extent,
    /// Rows of the padded picture with one zero pixel before them. The last is the first of the next window.
    window: [Vec<f32>; 3],
}

impl Rows for FirstRows<'_> {
    fn extent(&self) -> Extent {
        self.extent
    }

    fn next_row(&mut self, row: &mut [Octet]) {
        self.window.rotate_left(2);
        for target in &mut self.window[1..] {
            match self.rest.split_at_checked(self.picture_row) {
                Some((bytes, rest)) => {
                    for (value, &byte) in target[3..].iter_mut().zip(bytes) {
                        *value = f32::from(byte);
                    }
                    self.rest = rest;
                }
                None => target.fill(0.0),
            }
        }
        self.layer.instructions.run(FirstRow {
            layer: &self.layer.weights,
            width: self.extent.width,
            input: self.window.each_ref().map(Vec::as_slice),
            output: row,
        });
    }
}

fn array<T, const N: usize>(value: impl FnMut(usize) -> T) -> [T; N] {
    std::array::from_fn(value)
}

/// Sixteen channels as two octets.
fn sixteen(mut value: impl FnMut(usize) -> f32) -> [Octet; 2] {
    array(|half| array(|lane| value(half * 8 + lane)))
}
