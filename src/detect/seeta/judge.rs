//! The networks of the cascade: is this window a face, and where exactly?
//!
//! `rustface` has them too, but asks the operating system for its exponential function, so that one picture got other
//! faces on another machine, and can only be asked for one answer at a time. The arithmetic is the same: sums over 32
//! cells of gradients for each feature (SURF, by Bay, Tuytelaars and Van Gool, 2006), scaled to length 1, then layers
//! of weighted sums.

use super::model::Words;
use super::window::WINDOW;
use image::GrayImage;

/// Side of a window, in pixels.
const SIDE: usize = WINDOW as usize;

/// Sums of one cell: of gradients across where those down are positive, where they are negative, and the other way
/// round; each as they are and without their signs.
const CHANNELS: usize = 8;

/// Numbers of one feature: those of two by two cells.
const NUMBERS: usize = 4 * CHANNELS;

/// A network that judges windows.
pub struct Judge {
    features: Vec<Patch>,
    /// The least score of a face.
    threshold: f32,
    /// The last gives the four answers.
    layers: Vec<Layer>,
}

/// What a network says of a window.
#[derive(Debug)]
pub struct Judgement {
    /// How sure it is that the window holds a face, 0..=1.
    pub score: f32,
    /// How far to move the window to the right and down, and how much to enlarge it, as parts of its side, -1..=1.
    pub moves: [f32; 3],
}

/// Weighted sums of all inputs.
struct Layer {
    /// A row of weights and an addend for each output.
    outputs: Vec<(Vec<f32>, f32)>,
}

/// A part of a window, of two by two cells.
#[derive(Clone, Copy, Debug)]
struct Patch {
    x: usize,
    y: usize,
    /// Of a cell, in pixels.
    cell: (usize, usize),
}

impl Judge {
    /// The next network of the model file.
    ///
    /// # Panics
    /// Where the file holds another network.
    pub fn read(file: &mut Words<'_>) -> Self {
        let layers = file.next();
        let patches = patches();
        let count = file.next();
        // The file counts from one.
        let features: Vec<Patch> = (0..count).map(|_| patches[file.next() as usize - 1]).collect();
        let threshold = file.next_float();
        let mut inputs = file.next();
        assert_eq!(inputs as usize, NUMBERS * features.len(), "the first layer sees all features");
        // The input counts as a layer.
        let layers: Vec<Layer> = (1..layers)
            .map(|_| {
                let outputs = file.next();
                let rows: Vec<Vec<f32>> = (0..outputs).map(|_| file.floats(inputs)).collect();
                inputs = outputs;
                Layer { outputs: rows.into_iter().zip(file.floats(outputs)).collect() }
            })
            .collect();
        assert_eq!(inputs, 4, "score, right, down, larger");
        Self { features, threshold, layers }
    }

    /// What the network says of a window of [`WINDOW`] pixels a side; `None` where it sees no face.
    pub fn judgement(&self, window: &GrayImage) -> Option<Judgement> {
        let [score, moves @ ..] = self.answers(window)?;
        (score > self.threshold).then(|| Judgement { score, moves: moves.map(|answer| answer * 2.0 - 1.0) })
    }

    /// The four answers, 0..=1.
    fn answers(&self, window: &GrayImage) -> Option<[f32; 4]> {
        let sums = Sums::of(window);
        let mut numbers: Vec<f32> = self.features.iter().flat_map(|patch| sums.feature(patch)).collect();
        let (last, hidden) = self.layers.split_last()?;
        for layer in hidden {
            numbers = layer.of(&numbers).map(|sum| if sum > 0.0 { sum } else { 0.0 }).collect();
        }
        numbers = last.of(&numbers).map(|sum| 1.0 / (1.0 + libm::expf(-sum))).collect();
        numbers.try_into().ok()
    }
}

impl Layer {
    fn of(&self, inputs: &[f32]) -> impl Iterator<Item = f32> {
        self.outputs.iter().map(move |(weights, addend)| {
            let products = weights.iter().zip(inputs).map(|(weight, input)| weight * input);
            products.sum::<f32>() + addend
        })
    }
}

/// All patches of a window, in the order by which the model numbers them: by shape, size, row and column.
fn patches() -> Vec<Patch> {
    /// Least side of a patch, in pixels.
    const LEAST: usize = 16;
    /// Pixels from one patch to the next.
    const STEP: usize = 16;
    let shapes = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2)];
    let mut patches = Vec::new();
    for (across, down) in shapes {
        for height in (LEAST..=SIDE).filter(|height| height % 2 == 0 && height % down == 0) {
            let width = height / down * across;
            if width % 2 != 0 || !(LEAST..=SIDE).contains(&width) {
                continue;
            }
            for y in (0..=SIDE - height).step_by(STEP) {
                patches.extend((0..=SIDE - width).step_by(STEP).map(|x| Patch { x, y, cell: (width / 2, height / 2) }));
            }
        }
    }
    patches
}

/// Of each place of a window, the sums over all pixels above and to the left.
struct Sums(Vec<[i32; CHANNELS]>);

impl Sums {
    fn of(window: &GrayImage) -> Self {
        let level = |x: usize, y: usize| i32::from(window.get_pixel(x as u32, y as u32)[0]);
        // The step between the neighbours on both sides; at an edge twice that to the only one.
        let step = |at: usize, level: &dyn Fn(usize) -> i32| match at {
            0 => 2 * (level(1) - level(0)),
            _ if at == SIDE - 1 => 2 * (level(at) - level(at - 1)),
            _ => level(at + 1) - level(at - 1),
        };
        let mut sums = vec![[0; CHANNELS]; (SIDE + 1) * (SIDE + 1)];
        for y in 0..SIDE {
            let mut row = [0; CHANNELS];
            for x in 0..SIDE {
                let (across, down) = (step(x, &|x| level(x, y)), step(y, &|y| level(x, y)));
                let first = if down < 0 { 2 } else { 0 };
                row[first] += across;
                row[first + 1] += across.abs();
                let first = if across < 0 { 6 } else { 4 };
                row[first] += down;
                row[first + 1] += down.abs();
                let above = sums[y * (SIDE + 1) + x + 1];
                sums[(y + 1) * (SIDE + 1) + x + 1] = std::array::from_fn(|channel| above[channel] + row[channel]);
            }
        }
        Self(sums)
    }

    /// The numbers of a feature as a vector of length 1, or of zeros.
    fn feature(&self, patch: &Patch) -> [f32; NUMBERS] {
        let (width, height) = patch.cell;
        let cells = [(0, 0), (1, 0), (0, 1), (1, 1)];
        let sums = cells.map(|(column, row)| {
            let (left, top) = (patch.x + column * width, patch.y + row * height);
            let at = |x: usize, y: usize| &self.0[y * (SIDE + 1) + x];
            let corners = [(left, top), (left + width, top), (left, top + height), (left + width, top + height)];
            let [upper_left, upper_right, lower_left, lower_right] = corners.map(|(x, y)| at(x, y));
            std::array::from_fn::<i32, CHANNELS, _>(|channel| {
                lower_right[channel] + upper_left[channel] - upper_right[channel] - lower_left[channel]
            })
        });
        let sums: [i32; NUMBERS] = std::array::from_fn(|index| sums[index / CHANNELS][index % CHANNELS]);
        // Whole numbers under 2^53: exact in any order.
        let square: f64 = sums.iter().map(|&sum| f64::from(sum) * f64::from(sum)).sum();
        let length = square.sqrt() as f32;
        sums.map(|sum| if length > 0.0 { sum as f32 / length } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Models;
    use super::*;
    use image::Luma;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn answers_are_shares(levels in proptest::collection::vec(any::<u8>(), 1600)) {
            let window = GrayImage::from_raw(WINDOW, WINDOW, levels).expect("as many");
            for judge in &Models::built_in().judges {
                let answers = judge.answers(&window).expect("four");
                prop_assert!(answers.iter().all(|answer| (0.0..=1.0).contains(answer)), "{answers:?}");
            }
        }
    }

    #[test]
    fn a_flat_window_is_no_face() {
        let window = GrayImage::from_pixel(WINDOW, WINDOW, Luma([90]));
        let models = Models::built_in();
        assert!(models.judges.iter().all(|judge| judge.judgement(&window).is_none()));
    }
}
