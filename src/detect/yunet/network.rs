//! The graph of YuNet: backbone, neck, heads.

use super::layers::{FeatureMap, FirstConvolution, Rows, SeparableUnit, SeparableWeights};
use super::onnx::{ModelError, Tensors};
use super::simd::Instructions;
use image::RgbImage;

/// Source pixels that one cell of each head's grid stands for, in both directions.
pub(super) const STRIDES: [usize; 3] = [8, 16, 32];

/// The coarsest stride: pictures are padded to multiples of it.
const MULTIPLE: usize = 32;

/// Channels of everything behind the backbone's first two stages.
const FEATURES: usize = 64;

/// Outputs of a head in the order that `decode` reads: (name in the model file, number of channels).
const HEAD_OUTPUTS: [(&str, usize); 4] = [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)];

/// The network with its weights.
///
/// ```text
/// picture ─ first ─ unit ─ pool ─ 4 units ─ pool ─ 2 units ─┬─ pool ─ 2 units ─┬─ pool ─ 2 units
///           1/2            1/4              1/8             │          1/16    │          1/32
///                                                           +── up ── neck ──  +── up ── neck
///                                                         neck         │                  │
///                                                         head        head               head
/// ```
pub(super) struct Network {
    first: FirstConvolution,
    stage_half: SeparableUnit,
    stage_quarter: [SeparableUnit; 4],
    /// For strides 8, 16, 32.
    stages: [[SeparableUnit; 2]; 3],
    /// For strides 8, 16, 32.
    necks: [SeparableUnit; 3],
    /// For strides 8, 16, 32; sixteen outputs each, see [`HEAD_OUTPUTS`].
    heads: [SeparableUnit; 3],
    instructions: Instructions,
}

impl Network {
    /// Takes the weights out of the ONNX file `face_detection_yunet_2023mar.onnx`.
    ///
    /// # Errors
    ///
    /// [`ModelError`] where the bytes are not that model.
    pub(super) fn from_onnx(model: &[u8], instructions: Instructions) -> Result<Self, ModelError> {
        let tensors = Tensors::read(model)?;
        // The file names the depthwise tensors of the backbone and the neck by the numbers that its exporter counted.
        let unit = |name: &str, inputs, outputs, depthwise: u32| {
            let depthwise = [depthwise.to_string(), (depthwise + 1).to_string()];
            let weights = separable_weights(&tensors, &format!("{name}.conv1"), &depthwise, inputs, outputs)?;
            Ok(SeparableUnit::new(inputs, &weights, true, instructions))
        };
        let head = |level: usize| {
            let mut all = SeparableWeights::default();
            for (name, outputs) in HEAD_OUTPUTS {
                let name = format!("bbox_head.multi_level_{name}.{level}");
                let depthwise = [format!("{name}.conv2.weight"), format!("{name}.conv2.bias")];
                all.append(separable_weights(&tensors, &format!("{name}.conv1"), &depthwise, FEATURES, outputs)?);
            }
            Ok(SeparableUnit::new(FEATURES, &all, false, instructions))
        };
        Ok(Self {
            first: FirstConvolution::new(tensors.get("420", &[16, 3, 3, 3])?, tensors.get("421", &[16])?, instructions),
            stage_half: unit("backbone.model0.conv2", 16, 16, 423)?,
            stage_quarter: [
                unit("backbone.model1.conv1", 16, 16, 426)?,
                unit("backbone.model1.conv2", 16, 32, 429)?,
                unit("backbone.model2.conv1", 32, 32, 432)?,
                unit("backbone.model2.conv2", 32, FEATURES, 435)?,
            ],
            stages: [
                [
                    unit("backbone.model3.conv1", FEATURES, FEATURES, 438)?,
                    unit("backbone.model3.conv2", FEATURES, FEATURES, 441)?,
                ],
                [
                    unit("backbone.model4.conv1", FEATURES, FEATURES, 444)?,
                    unit("backbone.model4.conv2", FEATURES, FEATURES, 447)?,
                ],
                [
                    unit("backbone.model5.conv1", FEATURES, FEATURES, 450)?,
                    unit("backbone.model5.conv2", FEATURES, FEATURES, 453)?,
                ],
            ],
            necks: [
                unit("neck.lateral_convs.0", FEATURES, FEATURES, 462)?,
                unit("neck.lateral_convs.1", FEATURES, FEATURES, 459)?,
                unit("neck.lateral_convs.2", FEATURES, FEATURES, 456)?,
            ],
            heads: [head(0)?, head(1)?, head(2)?],
            instructions,
        })
    }

    /// The three grids of raw head outputs for a picture that is not empty, for [`STRIDES`]. Each has sixteen channels:
    /// the logits of "face" and of "object here", the box (4) and the landmarks (10).
    pub(super) fn run(&self, picture: &RgbImage) -> [FeatureMap; 3] {
        let [neck_8, neck_16, neck_32] = &self.necks;
        let [head_8, head_16, head_32] = &self.heads;
        let [features_8, features_16, features_32] = self.features(picture);

        let fused_32 = features_32.rows().unit(neck_32).collect();
        let fused_16 = features_16.plus_upsampled(&fused_32).unit(neck_16).collect();
        let fused_8 = features_8.plus_upsampled(&fused_16).unit(neck_8);

        [
            fused_8.unit(head_8).collect(),
            fused_16.rows().unit(head_16).collect(),
            fused_32.rows().unit(head_32).collect(),
        ]
    }

    /// The coarsest of the grids alone, which takes a seventh less: what the finer ones have is added to what they get
    /// of it, and nothing goes back.
    pub(super) fn run_coarsest(&self, picture: &RgbImage) -> FeatureMap {
        let ([.., neck], [.., head], [.., features]) = (&self.necks, &self.heads, &self.features(picture));
        features.rows().unit(neck).unit(head).collect()
    }

    /// What the backbone makes of the picture, for [`STRIDES`].
    fn features(&self, picture: &RgbImage) -> [FeatureMap; 3] {
        let [quarter_1, quarter_2, quarter_3, quarter_4] = &self.stage_quarter;
        let [stage_8, stage_16, stage_32] = &self.stages;

        let half = self.first.rows(picture, MULTIPLE).unit(&self.stage_half);
        let quarter = half.pool(self.instructions).unit(quarter_1).unit(quarter_2).unit(quarter_3).unit(quarter_4);
        let features_8 = quarter.pool(self.instructions).unit(&stage_8[0]).unit(&stage_8[1]).collect();
        let features_16 = features_8.rows().pool(self.instructions).unit(&stage_16[0]).unit(&stage_16[1]).collect();
        let features_32 = features_16.rows().pool(self.instructions).unit(&stage_32[0]).unit(&stage_32[1]).collect();
        [features_8, features_16, features_32]
    }
}

fn separable_weights(
    tensors: &Tensors,
    pointwise: &str,
    [depthwise, depthwise_bias]: &[String; 2],
    inputs: usize,
    outputs: usize,
) -> Result<SeparableWeights, ModelError> {
    let (inputs, outputs) = (inputs as u64, outputs as u64);
    Ok(SeparableWeights {
        pointwise: tensors.get(&format!("{pointwise}.weight"), &[outputs, inputs, 1, 1])?.to_vec(),
        pointwise_bias: tensors.get(&format!("{pointwise}.bias"), &[outputs])?.to_vec(),
        depthwise: tensors.get(depthwise, &[outputs, 1, 3, 3])?.to_vec(),
        depthwise_bias: tensors.get(depthwise_bias, &[outputs])?.to_vec(),
    })
}

impl SeparableWeights {
    /// Adds the outputs of `other`, a unit over the same input, behind those of this one.
    fn append(&mut self, mut other: Self) {
        self.pointwise.append(&mut other.pointwise);
        self.pointwise_bias.append(&mut other.pointwise_bias);
        self.depthwise.append(&mut other.depthwise);
        self.depthwise_bias.append(&mut other.depthwise_bias);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MODEL, pictures};
    use super::*;
    use serde_json::Value;

    /// The raw outputs, so that a fault in the network is told from one in `decode`.
    #[test]
    fn the_strongest_cells_are_those_of_the_reference() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let reference = std::fs::read(root.join("tests/data/yunet_reference.json")).expect("it is in the repository");
        let reference: Vec<Value> = serde_json::from_slice(&reference).expect("it is JSON");
        let astronaut = image::open(root.join("samples/astronaut.png")).expect("the sample is sound").to_rgb8();
        let network = Network::from_onnx(MODEL, Instructions::detect()).expect("the model is sound");
        let whole = |value: &Value| value.as_u64().expect("a whole number") as usize;
        for (record, (name, picture)) in reference.iter().zip(pictures::pictures(&astronaut)) {
            assert_eq!(record["checksum"], format!("{:016x}", pictures::checksum(&picture)), "{name}: other pixels");
            let grids = network.run(&picture);
            for (cell, grid) in record["strongest_cells"].as_array().expect("three cells").iter().zip(&grids) {
                let row = grid.whole_rows().nth(whole(&cell["row"])).expect("the row exists");
                let column = whole(&cell["column"]);
                for (channel, expected) in cell["values"].as_array().expect("sixteen values").iter().enumerate() {
                    let raw = row[channel / 8 * grid.extent().width + column][channel % 8];
                    // The model file ends with logistic functions on the first two outputs, which `decode` applies
                    // here.
                    let value = f64::from(if channel < 2 { 1.0 / (1.0 + (-raw).exp()) } else { raw });
                    let difference = (value - expected.as_f64().expect("a number")).abs();
                    assert!(difference < 1e-4, "{name}: {cell} has {value} in channel {channel}");
                }
            }
        }
    }

    #[test]
    fn grids_cover_the_padded_picture() {
        let network = Network::from_onnx(MODEL, Instructions::detect()).expect("the model is sound");
        for (width, height, padded) in [(1, 1, [32, 32]), (33, 32, [64, 32]), (100, 161, [128, 192])] {
            let grids = network.run(&RgbImage::new(width, height));
            for (grid, stride) in grids.iter().zip(STRIDES) {
                let extent = grid.extent();
                assert_eq!([extent.width * stride, extent.height * stride, extent.planes], [padded[0], padded[1], 2]);
            }
        }
    }

    #[test]
    fn a_model_without_weights_is_refused() {
        let refused = Network::from_onnx(&[], Instructions::detect()).err();
        assert_eq!(refused, Some(ModelError::Missing("420".to_owned())));
    }
}
