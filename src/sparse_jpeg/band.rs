//! The AC coefficients of a block in one scan of a progressive file (ITU-T T.81, G.1.2.2 and G.1.2.3).

use super::Refusal;
use super::bits::Reader;
use super::huffman::{BandTable, END_OF_BLOCK, Symbol};
use super::scan::BAD_CODE;
use super::scans::Scan;

/// Which coefficients a scan holds.
#[derive(Clone, Copy)]
pub(super) struct Band {
    first: u32,
    last: u32,
    /// A bit for each.
    pub mask: u64,
    /// How many lower bits are left for later scans.
    shift: u32,
}

impl Band {
    pub(super) const fn new(scan: &Scan) -> Self {
        let (first, last) = scan.band;
        Self { first, last, mask: u64::MAX << (first & 63) & u64::MAX >> (63 - (last & 63)), shift: scan.shift }
    }
}

/// The next symbol; 56 bits less its own are left.
#[inline(always)]
fn symbol(reader: &mut Reader<'_>, table: &BandTable) -> Result<Symbol, Refusal> {
    reader.refill();
    let symbol = table.single(reader.buffer());
    if symbol.bits == 0 { long_code(table, reader.window()) } else { Ok(symbol) }
}

/// The symbol at the top of a window, where it is not in the table.
#[cold]
#[inline(never)]
fn long_code(table: &BandTable, window: u32) -> Result<Symbol, Refusal> {
    table.long_code(window).ok_or(BAD_CODE)
}

/// How many blocks behind this one end with it.
#[inline(always)]
const fn run(end: Symbol, buffer: u64) -> u32 {
    (1 << end.size) + end.raw(buffer) - 1
}

/// Reads a block's coefficients for the first time. Returns how many blocks behind it have none.
#[inline(never)]
pub(super) fn first(
    reader: &mut Reader<'_>,
    table: &BandTable,
    band: Band,
    block: &mut [i16; 64],
    mask: &mut u64,
) -> Result<u32, Refusal> {
    // A copy, which the compiler can keep in registers.
    let mut own = reader.clone();
    let blocks = new_ones(&mut own, table, band, band.first, block, mask)?;
    *reader = own;
    Ok(blocks)
}

/// Reads a block's new coefficients from `next` on, behind which all were zero. Returns how many blocks behind it have
/// none.
#[inline(always)]
fn new_ones(
    own: &mut Reader<'_>,
    table: &BandTable,
    band: Band,
    next: u32,
    block: &mut [i16; 64],
    mask: &mut u64,
) -> Result<u32, Refusal> {
    let mut at = next - 1;
    let mut found = *mask;
    let mut put = |at: u32, value: i16| {
        block[(at & 63) as usize] = value << band.shift;
        found |= u64::from(value != 0) << (at & 63);
    };
    let mut blocks = 0;
    'block: while at < band.last {
        own.refill();
        for _ in 0..3 {
            let pair = table.pair(own.buffer());
            let (first, second) = (at + pair.first, at + pair.first + pair.second);
            let ends = second >= END_OF_BLOCK;
            if pair.bits != 0 && (second <= band.last || ends && first < band.last) {
                // At the end there is no second, and the first of the block, which is unused, takes its zero.
                put(if ends { 0 } else { second }, pair.second_value);
                put(first, pair.first_value);
                own.consume(pair.bits);
                if ends || second == band.last {
                    break 'block;
                }
                at = second;
                continue;
            }
            let symbol = symbol(own, table)?;
            let buffer = own.buffer();
            own.consume(symbol.bits);
            if symbol.advance == END_OF_BLOCK {
                blocks = run(symbol, buffer);
                break 'block;
            }
            at += symbol.advance;
            if at > band.last {
                return Err(BAD_CODE);
            }
            put(at, symbol.value(buffer));
            break;
        }
    }
    *mask = found;
    Ok(blocks)
}

/// Where the zeros are in 8 bits: for the bits and a number less one, the place of the zero of that number, or 8 and
/// more where there are not so many.
static ZEROS: [[u8; 16]; 256] = {
    let mut zeros = [[8; 16]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut place, mut count) = (0, 0);
        while place < 8 {
            if bits >> place & 1 == 0 {
                zeros[bits][count] = place;
                count += 1;
            }
            place += 1;
        }
        bits += 1;
    }
    zeros
};

#[inline(never)]
fn far_zero(bits: u64, number: u32) -> u32 {
    let mut zeros = !bits;
    for _ in 1..number {
        zeros &= zeros.wrapping_sub(1);
    }
    zeros.trailing_zeros()
}

/// Reads the next bit of a block's coefficients. Returns how many blocks behind it have no new ones.
#[inline(never)]
pub(super) fn more(
    reader: &mut Reader<'_>,
    table: &BandTable,
    band: Band,
    block: &mut [i16; 64],
    mask: &mut u64,
) -> Result<u32, Refusal> {
    // A copy, which the compiler can keep in registers.
    let mut own = reader.clone();
    let history = *mask & band.mask;
    let mut walk =
        Walk { next: band.first, old: history >> (band.first & 63), found: *mask, corrections: Corrections::default() };
    let ended = among_old(&mut own, table, band, block, &mut walk)?;
    let blocks = match ended {
        Some(blocks) => blocks,
        None => new_ones(&mut own, table, band, walk.next, block, &mut walk.found)?,
    };
    *mask = walk.found;
    walk.corrections.apply(block, history, band.shift);
    *reader = own;
    Ok(blocks)
}

/// How far a block is refined.
struct Walk {
    /// The next coefficient.
    next: u32,
    /// Which were not zero before the scan, from the next one on.
    old: u64,
    /// Which are not zero.
    found: u64,
    corrections: Corrections,
}

/// Reads a block's new coefficients up to the last that was not zero before. Returns how many blocks behind it have no
/// new ones, if the block ends here.
///
/// Between the codes stand correction bits for the coefficients passed over that were not zero before. How many these
/// are is known from the mask; they are gathered and used at the end of the block.
#[inline(always)]
fn among_old(
    own: &mut Reader<'_>,
    table: &BandTable,
    band: Band,
    block: &mut [i16; 64],
    walk: &mut Walk,
) -> Result<Option<u32>, Refusal> {
    'block: while walk.old != 0 {
        own.refill();
        // Two symbols and few corrections take less than what a refill brings.
        for _ in 0..2 {
            let mut symbol = table.single(own.buffer());
            if symbol.bits == 0 {
                own.refill();
                symbol = long_code(table, own.window())?;
            }
            let buffer = own.buffer();
            own.consume(symbol.bits);
            if symbol.advance == END_OF_BLOCK {
                walk.corrections.take(own, walk.old.count_ones());
                return Ok(Some(run(symbol, buffer)));
            }
            // Zeros are counted; what else lies between was not zero.
            let mut passed =
                u32::from(ZEROS[(walk.old & 255) as usize][(symbol.advance.wrapping_sub(1) & 15) as usize]);
            if passed < 8 {
                walk.corrections.take_few(own, passed + 1 - symbol.advance);
            } else {
                passed = far_zero(walk.old, symbol.advance);
                if passed > 63 {
                    return Err(BAD_CODE);
                }
                walk.corrections.take(own, passed + 1 - symbol.advance);
                own.refill();
            }
            let at = walk.next + passed;
            let positive = (buffer << (symbol.bits - 1) >> 63) as i16;
            block[(at & 63) as usize] = ((2 * positive - 1) * symbol.size as i16) << band.shift;
            walk.found |= u64::from(symbol.size) << (at & 63);
            walk.old = walk.old >> passed >> 1;
            walk.next = at + 1;
            if walk.old == 0 {
                break 'block;
            }
        }
    }
    // Before one that was not zero there is no place behind the last.
    if walk.next > band.last + 1 { Err(BAD_CODE) } else { Ok(None) }
}

/// Reads the next bit of the coefficients of a block that has no new ones; `history` is not zero.
#[inline(never)]
pub(super) fn correct(reader: &mut Reader<'_>, band: Band, block: &mut [i16; 64], history: u64) {
    let mut own = reader.clone();
    let mut corrections = Corrections::default();
    corrections.take(&mut own, history.count_ones());
    corrections.apply(block, history, band.shift);
    *reader = own;
}

/// Correction bits of a block, in the order of its coefficients, the last one lowest.
#[derive(Default)]
struct Corrections(u64);

impl Corrections {
    /// The next `count` bits, at most those left of the last refill.
    #[inline(always)]
    fn take_few(&mut self, reader: &mut Reader<'_>, count: u32) {
        self.0 = self.0 << count | reader.buffer() >> 1 >> (63 - count);
        reader.consume(count);
    }

    /// The next `count` bits, at most 63.
    #[inline(always)]
    fn take(&mut self, reader: &mut Reader<'_>, count: u32) {
        reader.refill();
        if count > 32 {
            self.take_few(reader, 32);
            reader.refill();
            self.take_few(reader, count - 32);
        } else {
            self.take_few(reader, count);
        }
    }

    /// Moves the coefficients of a block that are marked in `history` away from zero where their bit is 1.
    #[inline(always)]
    fn apply(self, block: &mut [i16; 64], mut history: u64, shift: u32) {
        let mut bits = self.0 << ((64 - history.count_ones()) & 63);
        while history != 0 {
            let value = &mut block[(history.trailing_zeros() & 63) as usize];
            let away = (*value >> 15 | 1) << shift;
            // All ones or all zeros: a jump would be wrong every other time.
            *value = value.wrapping_add(away & (bits as i64 >> 63) as i16);
            bits <<= 1;
            history &= history - 1;
        }
    }
}
