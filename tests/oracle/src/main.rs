//! Writes the reference that `tests/yunet_parity.rs` holds the program's YuNet against: what an independent inference
//! engine (rten) makes of the same model and the same pixels. It has to be run again only when the pictures change:
//!
//! ```text
//! cd tests/oracle
//! cargo run --release > ../data/yunet_reference.json
//! ```
//!
//! With folders as arguments it also judges every picture file in them, at the size it has; such a reference is for a
//! look, not for the repository.

mod pictures;

use image::RgbImage;
use rten::{Model, ModelOptions, NodeId, ShapeInferenceMode};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;

const STRIDES: [usize; 3] = [8, 16, 32];
const MAX_OVERLAP: f64 = 0.3;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let engine = Engine::load(std::fs::read(root.join("models/face_detection_yunet_2023mar.onnx"))?)?;
    let mut records = Vec::new();
    for (name, picture) in pictures::pictures(&image::open(root.join("samples/astronaut.png"))?.to_rgb8()) {
        records.push(engine.record(name, &picture)?);
    }
    for folder in std::env::args_os().skip(1) {
        let mut paths =
            std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
        paths.sort();
        for path in paths {
            if let Ok(picture) = image::open(&path) {
                records.push(engine.record(&path.display().to_string(), &picture.to_rgb8())?);
            }
        }
    }
    // One record a line keeps later differences readable.
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    println!("[\n{}\n]", lines.join(",\n"));
    Ok(())
}

/// What one cell of a grid says: face, object, box (4), landmarks (10), as they leave the model.
struct Cell {
    stride: usize,
    column: usize,
    row: usize,
    values: Vec<f32>,
}

impl Cell {
    fn score(&self) -> f64 {
        (f64::from(self.values[0]) * f64::from(self.values[1])).sqrt()
    }

    fn point(&self, index: usize) -> [f64; 2] {
        let stride = self.stride as f64;
        let (x, y) = (f64::from(self.values[index]), f64::from(self.values[index + 1]));
        [(self.column as f64 + x) * stride, (self.row as f64 + y) * stride]
    }

    /// x, y, width, height.
    fn rect(&self) -> [f64; 4] {
        let [x, y] = self.point(2);
        let [width, height] = [4, 5].map(|index| f64::from(self.values[index]).exp() * self.stride as f64);
        [x - width / 2.0, y - height / 2.0, width, height]
    }

    /// Intersection over union of the boxes cut down to whole numbers.
    fn overlap(&self, other: &Self) -> f64 {
        let ([ax, ay, aw, ah], [bx, by, bw, bh]) = (self.rect().map(f64::trunc), other.rect().map(f64::trunc));
        let width = (ax + aw).min(bx + bw) - ax.max(bx);
        let height = (ay + ah).min(by + bh) - ay.max(by);
        if width <= 0.0 || height <= 0.0 {
            return 0.0;
        }
        width * height / (aw * ah + bw * bh - width * height)
    }
}

struct Engine {
    model: Model,
    input: NodeId,
    outputs: Vec<NodeId>,
}

impl Engine {
    fn load(model: Vec<u8>) -> Result<Self, Box<dyn Error>> {
        let mut options = ModelOptions::with_all_ops();
        let model = options.shape_inference(ShapeInferenceMode::Off).load(of_any_size(model))?;
        let input = model.node_id("input")?;
        let names = ["cls", "obj", "bbox", "kps"];
        let outputs = STRIDES
            .iter()
            .flat_map(|stride| names.map(|name| model.node_id(&format!("{name}_{stride}"))))
            .collect::<Result<_, _>>()?;
        Ok(Self { model, input, outputs })
    }

    fn record(&self, name: &str, picture: &RgbImage) -> Result<Value, Box<dyn Error>> {
        let mut cells = self.cells(picture)?;
        cells.sort_by(|a, b| b.score().total_cmp(&a.score()));
        let strongest: Vec<Value> = STRIDES
            .iter()
            .filter_map(|&stride| cells.iter().find(|cell| cell.stride == stride))
            .map(|c| json!({"stride": c.stride, "column": c.column, "row": c.row, "values": c.values}))
            .collect();
        let mut faces: Vec<&Cell> = Vec::new();
        for cell in cells.iter().filter(|cell| cell.score() >= pictures::THRESHOLD) {
            if faces.iter().all(|better| better.overlap(cell) <= MAX_OVERLAP) {
                faces.push(cell);
            }
        }
        let faces: Vec<Value> = faces
            .iter()
            .map(|cell| {
                let landmarks = [6, 8, 10, 12, 14].map(|index| cell.point(index));
                json!({"score": cell.score(), "rect": cell.rect(), "landmarks": landmarks})
            })
            .collect();
        Ok(json!({
            "name": name,
            "checksum": format!("{:016x}", pictures::checksum(picture)),
            "faces": faces,
            "strongest_cells": strongest,
        }))
    }

    fn cells(&self, picture: &RgbImage) -> Result<Vec<Cell>, Box<dyn Error>> {
        let padded = [picture.height(), picture.width()].map(|side| (side as usize).next_multiple_of(32));
        let mut input = NdTensor::<f32, 4>::zeros([1, 3, padded[0], padded[1]]);
        for (x, y, pixel) in picture.enumerate_pixels() {
            for (colour, &value) in pixel.0.iter().rev().enumerate() {
                input[[0, colour, y as usize, x as usize]] = f32::from(value);
            }
        }
        let outputs = self.model.run(vec![(self.input, input.view().into())], &self.outputs, None)?;
        let outputs = outputs.into_iter().map(NdTensor::<f32, 3>::try_from).collect::<Result<Vec<_>, _>>()?;
        let mut cells = Vec::new();
        for (grid, &stride) in outputs.chunks_exact(4).zip(&STRIDES) {
            let columns = padded[1] / stride;
            for index in 0..columns * (padded[0] / stride) {
                let values =
                    grid.iter().flat_map(|output| output.slice((0, index)).iter().copied().collect::<Vec<_>>());
                cells.push(Cell { stride, column: index % columns, row: index / columns, values: values.collect() });
            }
        }
        Ok(cells)
    }
}

/// The file says that its input is 640x640, and the engine would insist; the network itself takes any multiple of 32.
/// Every dimension of 640 (field 1, length 3: field 1, integer 640) becomes a named one (field 2, length 1: "s").
fn of_any_size(mut model: Vec<u8>) -> Vec<u8> {
    const FIXED: [u8; 5] = [0x0a, 3, 0x08, 0x80, 0x05];
    const NAMED: [u8; 5] = [0x0a, 3, 0x12, 1, b's'];
    while let Some(position) = model.windows(FIXED.len()).position(|bytes| bytes == FIXED) {
        model[position..position + NAMED.len()].copy_from_slice(&NAMED);
    }
    model
}
