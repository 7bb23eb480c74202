//! The model file: a part for `rustface`, and the networks.

use super::judge::Judge;
use rustface::{Model, read_model};

/// `seeta_fd_frontal_v1.0.bin` of the SeetaFace engine, BSD-2-Clause.
pub const FILE: &[u8] = include_bytes!("../../../models/seeta_fd_frontal_v1.0.bin");

/// The kind of classifier that slides over a picture: local patterns of light and dark.
const PATTERNS: i32 = 0;

/// The kind that judges a window: a small network.
const NETWORK: i32 = 1;

/// The whole cascade.
pub struct Models {
    /// Slides over the picture and proposes windows.
    pub proposer: Model,
    /// Three networks, each of which judges and moves what the one before has left.
    pub judges: Vec<Judge>,
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
            proposers.push(file.patterns());
            file.skip_sources();
        }
        let mut judges = Vec::new();
        for _ in 1..levels {
            assert_eq!(file.next(), 1, "one path through the networks");
            for _ in 0..file.next() {
                assert_eq!(file.next(), NETWORK);
                judges.push(Judge::read(&mut file));
            }
            file.skip_sources();
        }
        assert!(file.0.is_empty(), "nothing is left of the file");
        Self { proposer: listing(&proposers), judges }
    }
}

/// The model that asks all of `classifiers` about every window, and lists what each of them lets pass, in their order.
///
/// They are its first level; its second has no stage, which makes it a mere list of what the first has found.
fn listing(classifiers: &[&[u8]]) -> Model {
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

/// The file, 32 bits at a time.
pub struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    fn take(&mut self, words: i32) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(4 * usize::try_from(words).expect("a count"));
        self.0 = rest;
        taken
    }

    /// A whole number.
    pub fn next(&mut self) -> i32 {
        i32::from_le_bytes(self.take(1).try_into().expect("four bytes"))
    }

    /// A number with a fraction.
    pub fn next_float(&mut self) -> f32 {
        f32::from_bits(self.next() as u32)
    }

    /// As many numbers with a fraction.
    pub fn floats(&mut self, count: i32) -> Vec<f32> {
        (0..count).map(|_| self.next_float()).collect()
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
