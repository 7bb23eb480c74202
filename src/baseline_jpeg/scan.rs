//! Coefficients to bits (ITU-T T.81, F.1.2): one scan, all components in turn.

use super::block::Block;
use super::tables::{BY_COLUMNS, Huffman, HuffmanPair};

/// A Huffman code and room for the bits of a coefficient behind it.
#[derive(Clone, Copy, Debug, Default)]
struct Code {
    /// The code, above as many zeros as bits follow.
    bits: u32,
    /// Bits of both: 26 at most.
    length: u32,
}

/// The codes of one kind of component. The lower four bits of a symbol are the number of bits that follow.
#[derive(Clone, Debug)]
pub(super) struct Codes {
    dc: [Code; 16],
    ac: [Code; 256],
}

impl Codes {
    /// As the tables have them.
    pub(super) fn new(pair: &HuffmanPair) -> Self {
        Self { dc: codes(&pair.dc), ac: codes(&pair.ac) }
    }
}

/// Codes are given out in order, shorter ones first (T.81, C.2).
fn codes<const COUNT: usize>(table: &Huffman) -> [Code; COUNT] {
    let lengths = (1..).zip(table.counts).flat_map(|(length, count)| (0..count).map(move |_| length));
    let (mut next, mut last) = (0, 0);
    let mut codes = [Code::default(); COUNT];
    for (length, &symbol) in lengths.zip(table.symbols) {
        next <<= length - last;
        last = length;
        let following = u32::from(symbol & 15);
        codes[usize::from(symbol)] = Code { bits: next << following, length: length + following };
        next += 1;
    }
    codes
}

/// Bits that are not yet a whole word.
#[derive(Clone, Copy, Debug)]
struct Pending {
    /// The first is the highest; below the last are zeros.
    bits: u64,
    /// How many there are: 0..=63.
    count: u32,
}

/// Words of eight bytes that are not yet written: those of an MCU. It has six blocks at most, and a block takes 22 bits
/// for its first coefficient and 26 for each other at most, which is 26 words.
#[derive(Debug)]
struct Words {
    words: [u64; 256],
    count: usize,
}

impl Pending {
    /// Adds the lowest `length` bits of `bits`, 1..=27; those above are 0.
    ///
    /// Without a branch for words that are full: it would be taken at every third or eighth code, unforeseeably.
    #[inline(always)]
    fn put(&mut self, words: &mut Words, bits: u32, length: u32) {
        let bits = u64::from(bits);
        let end = self.count + length;
        let with = self.bits | (bits << (64 - length)) >> self.count;
        let full = u64::from(end / 64);
        words.words[words.count % 256] = with;
        words.count += full as usize;
        self.count = end % 64;
        // Of a word that is full the bits that it did not hold are left: none or more.
        let left = bits << 1 << (63 - self.count);
        self.bits = with ^ (with ^ left) & full.wrapping_neg();
    }
}

impl Words {
    /// Writes all of them, each byte 0xFF with a 0 behind it.
    #[inline(always)]
    fn write(&mut self, bytes: &mut Vec<u8>) {
        for &word in &self.words[..self.count.min(256)] {
            // Whether the complement has a byte that is 0: taking one from each sets the highest bit of some that had
            // it not.
            if (!word).wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 {
                bytes.extend_from_slice(&word.to_be_bytes());
            } else {
                word.to_be_bytes().into_iter().for_each(|byte| write_byte(bytes, byte));
            }
        }
        self.count = 0;
    }
}

fn write_byte(bytes: &mut Vec<u8>, byte: u8) {
    bytes.push(byte);
    if byte == 0xff {
        bytes.push(0);
    }
}

/// A component's blocks in a row of MCUs.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    /// Row by row.
    pub blocks: Vec<Block>,
    /// Blocks in a row.
    pub columns: usize,
    /// Blocks of an MCU in a row, and rows of them: 1 or 2.
    pub side: usize,
}

/// The coded data of a scan as they grow.
#[derive(Debug)]
pub(super) struct Scan {
    bytes: Vec<u8>,
    words: Words,
    pending: Pending,
    /// The last DC coefficient of each component.
    last: [i16; 3],
    luma: Codes,
    chroma: Codes,
}

impl Scan {
    /// To be written behind `bytes`.
    pub(super) fn new(bytes: Vec<u8>, luma: &HuffmanPair, chroma: &HuffmanPair) -> Self {
        let pending = Pending { bits: 0, count: 0 };
        let words = Words { words: [0; 256], count: 0 };
        Self { bytes, words, pending, last: [0; 3], luma: Codes::new(luma), chroma: Codes::new(chroma) }
    }

    /// Adds the first `count` MCUs of a row.
    #[inline(always)]
    pub(super) fn add(&mut self, components: &[Blocks; 3], count: usize) {
        let mut pending = self.pending;
        for mcu in 0..count {
            for (component, (blocks, last)) in components.iter().zip(&mut self.last).enumerate() {
                let codes = if component == 0 { &self.luma } else { &self.chroma };
                for row in blocks.blocks.chunks_exact(blocks.columns).take(blocks.side) {
                    for block in &row[mcu * blocks.side..][..blocks.side] {
                        add_block(&mut self.words, &mut pending, block, *last, codes);
                        *last = block.values[0];
                    }
                }
            }
            self.words.write(&mut self.bytes);
        }
        self.pending = pending;
    }

    /// All bytes; the last is filled with ones.
    pub(super) fn finished(mut self) -> Vec<u8> {
        self.pending.put(&mut self.words, 0x7f, 7);
        self.words.write(&mut self.bytes);
        let (held, whole) = (self.pending.bits.to_be_bytes(), self.pending.count as usize / 8);
        held.into_iter().take(whole).for_each(|byte| write_byte(&mut self.bytes, byte));
        self.bytes
    }
}

/// The category of a coefficient or difference, which is the number of its bits, and the bits: those of a negative
/// value are those of the value less one.
#[inline(always)]
fn bits(value: i32) -> (u32, u32) {
    let sign = value >> 31;
    let lowered = value + sign;
    let category = 32 - ((lowered ^ sign) as u32).leading_zeros();
    (category, lowered as u32 & ((1 << category) - 1))
}

/// `last` is the DC coefficient of the component's last block.
#[inline(always)]
fn add_block(words: &mut Words, pending: &mut Pending, block: &Block, last: i16, codes: &Codes) {
    /// Sixteen zeros.
    const LONG_RUN: usize = 0xf0;
    /// Nothing but zeros.
    const END: usize = 0;
    let (category, value) = bits(i32::from(block.values[0]) - i32::from(last));
    let code = codes.dc[category as usize & 15];
    pending.put(words, code.bits | value, code.length);
    let mut filled = block.filled & !1;
    let mut last = 0;
    while filled != 0 {
        let place = filled.trailing_zeros();
        filled &= filled - 1;
        let mut run = place - last - 1;
        last = place;
        while run > 15 {
            pending.put(words, codes.ac[LONG_RUN].bits, codes.ac[LONG_RUN].length);
            run -= 16;
        }
        let (category, value) = bits(i32::from(block.values[usize::from(BY_COLUMNS[place as usize & 63]) & 63]));
        let code = codes.ac[(run << 4 | category) as usize & 255];
        pending.put(words, code.bits | value, code.length);
    }
    if last != 63 {
        pending.put(words, codes.ac[END].bits, codes.ac[END].length);
    }
}
