//! The model file, cut into models of one question each.
//!
//! `rustface` offers no stage of its cascade by itself, but reads models from bytes: a file that holds one stage makes
//! a detector of that stage alone.

use rustface::{Model, read_model};

/// `seeta_fd_frontal_v1.0.bin` of the SeetaFace engine, BSD-2-Clause.
pub const FILE: &[u8] = include_bytes!("../../../models/seeta_fd_frontal_v1.0.bin");

/// The kind of classifier that slides over a picture: local patterns of light and dark.
const PATTERNS: i32 = 0;

/// The kind that judges a window: a small network.
const NETWORK: i32 = 1;

/// A threshold that no answer of a network is under: they are 0..=1.
const ALWAYS: f32 = -1.0;

/// The whole cascade.
pub struct Models {
    /// Slides over the picture and proposes windows.
    pub proposer: Model,
    /// Three networks, each of which judges and moves what the one before has left.
    pub judges: Vec<Judge>,
}

/// A network, as models that give a part of its four answers each.
pub struct Judge {
    /// How sure it is, 0..=1; answers only above its threshold.
    pub score: Model,
    /// Three answers: how far to move the window to the right, how far down, and how much to enlarge it, each 0..=1
    /// with 0.5 for as it is.
    pub moves: Model,
}

impl Models {
    /// The built-in model.
    ///
    /// # Panics
    /// Where the file is not the one that belongs to the program; a test keeps that from shipping.
    pub fn built_in() -> Self {
        let mut file = Words(FILE);
        let levels = file.next();
        let mut proposers = Vec::new();
        for _ in 0..file.next() {
            assert_eq!(file.next(), 1, "a proposer has one stage");
            proposers.push(file.patterns().to_vec());
            file.skip_sources();
        }
        let mut judges = Vec::new();
        for _ in 1..levels {
            assert_eq!(file.next(), 1, "one path through the networks");
            judges.extend((0..file.next()).map(|_| Network::read(&mut file).judge()));
            file.skip_sources();
        }
        assert!(file.0.is_empty(), "nothing is left of the file");
        Self { proposer: listing(&proposers), judges }
    }
}

/// The model that asks all of `classifiers` about every window, and lists what each of them lets pass, in their order.
///
/// They are its first level; its second has no stage, which makes it a mere list of what the first has found.
fn listing(classifiers: &[Vec<u8>]) -> Model {
    let count = classifiers.len() as i32;
    let words = |words: &[i32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let mut bytes = words(&[2, count]);
    for classifier in classifiers {
        let (one_stage, no_sources) = (words(&[1]), words(&[0]));
        bytes.extend([&one_stage[..], classifier, &no_sources].concat());
    }
    bytes.extend(words(&[1, 0, count]));
    bytes.extend(words(&(0..count).collect::<Vec<i32>>()));
    read_model(&bytes[..]).expect("made of the built-in model")
}

/// A network as the file holds it.
struct Network<'a> {
    /// Kind, number of layers, the features that it looks at.
    head: &'a [u8],
    threshold: [u8; 4],
    /// Size of the input, and all layers but the last.
    hidden: &'a [u8],
    /// Of the last layer: a row for each answer.
    weights: &'a [u8],
    biases: &'a [u8],
}

impl<'a> Network<'a> {
    fn read(file: &mut Words<'a>) -> Self {
        let start = file.0;
        assert_eq!(file.next(), NETWORK);
        let layers = file.next();
        let features = file.next();
        file.take(features);
        let head = &start[..start.len() - file.0.len()];
        let threshold = file.next().to_le_bytes();
        let start = file.0;
        let mut inputs = file.next();
        // The input counts as a layer.
        for _ in 2..layers {
            let outputs = file.next();
            file.take(inputs * outputs + outputs);
            inputs = outputs;
        }
        let hidden = &start[..start.len() - file.0.len()];
        let answers = file.next();
        assert_eq!(answers, 4, "score, right, down, larger");
        Self { head, threshold, hidden, weights: file.take(inputs * answers), biases: file.take(answers) }
    }

    fn judge(&self) -> Judge {
        let score = listing(&[self.answer(0, self.threshold)]);
        let moves = [1, 2, 3].map(|answer| self.answer(answer, ALWAYS.to_le_bytes()));
        Judge { score, moves: listing(&moves) }
    }

    /// A network that gives only one of the answers, as its score.
    fn answer(&self, index: usize, threshold: [u8; 4]) -> Vec<u8> {
        let row = self.weights.len() / 4;
        let weights = &self.weights[index * row..(index + 1) * row];
        let bias = &self.biases[4 * index..4 * (index + 1)];
        [self.head, &threshold, self.hidden, &1_i32.to_le_bytes(), weights, bias].concat()
    }
}

/// The file, 32 bits at a time.
struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    fn take(&mut self, words: i32) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(4 * usize::try_from(words).expect("a count"));
        self.0 = rest;
        taken
    }

    fn next(&mut self) -> i32 {
        i32::from_le_bytes(self.take(1).try_into().expect("four bytes"))
    }

    fn patterns(&mut self) -> &'a [u8] {
        let start = self.0;
        assert_eq!(self.next(), PATTERNS);
        let (patterns, highest) = (self.next(), self.next());
        // Of each its place and its threshold, then a weight for each of its values.
        self.take(3 * patterns + patterns * (highest + 1));
        &start[..start.len() - self.0.len()]
    }

    /// Which classifiers of the level before hand on their windows; -1 for none.
    fn skip_sources(&mut self) {
        let sources = self.next();
        self.take(sources.max(0));
    }
}
