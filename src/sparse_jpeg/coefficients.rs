//! All coefficients of a picture, of which parts are transformed without reading coded data again.
//!
//! Most are zero. Only the others are kept, and for each block a mask that says which they are: with all 64 of each
//! block kept, the system would spend more time on handing out the memory than the decoder on filling it.

use super::bits::Reader;
use super::header::{Component, Header};
use super::huffman::{AcTable, END_OF_BLOCK, PLACES};
use super::scan::{BAD_CODE, Block, DcPlane, Tables, long_code, pass};
use super::{Flaw, Refusal};

/// Bytes kept for so many blocks of a file of so many bytes, at most.
pub(super) fn most_memory(blocks: u64, file: u64) -> u64 {
    let values = 63 * size_of::<i16>() as u64;
    // A coefficient that is not zero takes at least two bits of the file.
    blocks * (size_of::<u64>() + size_of::<u32>()) as u64 + (blocks * values).min(file * 4 * size_of::<i16>() as u64)
}

/// The AC coefficients of one component, block by block in the order of its [`DcPlane`].
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// For each block, a bit for each coefficient that is not zero, in zigzag order from the lowest.
    masks: Vec<u64>,
    /// For each block, where its values start in those of its row.
    starts: Vec<u32>,
    /// For each row of blocks, the coefficients that are not zero, block by block in zigzag order, as stored.
    rows: Vec<Box<[i16]>>,
}

impl Part {
    /// Room for a component of so many MCUs.
    fn new(component: &Component, mcus: usize) -> Self {
        let blocks = mcus * component.horizontal * component.vertical;
        Self { masks: Vec::with_capacity(blocks), starts: Vec::with_capacity(blocks), rows: Vec::new() }
    }
}

/// A row of blocks of one component, as far as it is read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    masks: Vec<u64>,
    starts: Vec<u32>,
    /// Room for all values of all blocks and one block more.
    values: Vec<i16>,
    /// How many of them there are.
    count: usize,
}

impl Line {
    /// Of so many blocks.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            masks: Vec::with_capacity(columns),
            starts: Vec::with_capacity(columns),
            values: vec![0; 64 * (columns + 1)],
            count: 0,
        }
    }

    /// Room for the values of the next block, to stand there one behind the other.
    #[inline(always)]
    pub(super) fn room(&mut self) -> Option<&mut [i16; 64]> {
        self.values.get_mut(self.count..)?.first_chunk_mut()
    }

    /// Takes the next block, of which `count` values are in their room.
    #[inline(always)]
    pub(super) fn push(&mut self, mask: u64, count: usize) {
        self.starts.push(self.count as u32);
        self.masks.push(mask);
        self.count += count;
    }

    /// Moves the row to the others of its component.
    pub(super) fn finish(&mut self, part: &mut Part) {
        part.rows.push(self.values.get(..self.count).unwrap_or_default().into());
        part.masks.append(&mut self.masks);
        part.starts.append(&mut self.starts);
        self.count = 0;
    }
}

/// The AC coefficients of all components.
#[derive(Clone, Debug)]
pub(super) struct Coefficients {
    pub parts: Vec<Part>,
}

impl Coefficients {
    /// Without any blocks yet.
    pub(super) fn new(header: &Header) -> Self {
        let mcus = header.mcu_columns() * header.mcu_rows();
        Self { parts: header.components.iter().map(|part| Part::new(part, mcus)).collect() }
    }

    /// Decodes all of a file in one scan; returns the DC coefficients too.
    pub(super) fn read(
        bytes: &[u8],
        header: &Header,
        tables: &Tables,
    ) -> Result<(Vec<DcPlane>, Self, Option<Flaw>), Refusal> {
        let mut all = Self::new(header);
        let columns = |part: &Component| header.mcu_columns() * part.horizontal;
        let mut lines: Vec<Vec<Line>> =
            header.components.iter().map(|part| vec![Line::new(columns(part)); part.vertical]).collect();
        let (planes, flaw) = pass(
            bytes,
            header,
            tables,
            |_| (),
            |reader, step, plane| {
                let line = &mut lines[step.component][step.row];
                let (mask, count) = line.room().map_or(Ok((0, 0)), |values| decode(reader, step.ac, values))?;
                line.push(mask, count);
                if line.masks.len() == plane.columns {
                    line.finish(&mut all.parts[step.component]);
                }
                Ok(())
            },
        )?;
        Ok((planes, all, flaw))
    }

    /// Bytes taken.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        let values = |part: &Part| part.rows.iter().map(|row| size_of_val(&**row)).sum::<usize>();
        self.parts.iter().map(|part| size_of_val(&*part.masks) + size_of_val(&*part.starts) + values(part)).sum()
    }

    /// Hands out the blocks of the MCUs `first..last` of a row, each component's coefficients up to that which is
    /// `needed`.
    pub(super) fn row(
        &self,
        header: &Header,
        dc: &[DcPlane],
        needed: [u32; 4],
        row: usize,
        (first, last): (usize, usize),
        mut take: impl FnMut(Block<'_>),
    ) {
        for (component, ((part, plane), ac)) in header.components.iter().zip(dc).zip(&self.parts).enumerate() {
            let wanted = u64::MAX >> (63 - needed[component].min(63));
            for line in 0..part.vertical {
                let line_of_all = row * part.vertical + line;
                let start = line_of_all * plane.columns;
                let blocks = start + first * part.horizontal..start + last * part.horizontal;
                let parts = (plane.values.get(blocks.clone()), ac.masks.get(blocks.clone()), ac.starts.get(blocks));
                let ((Some(means), Some(masks), Some(starts)), Some(values)) = (parts, ac.rows.get(line_of_all)) else {
                    return;
                };
                for (column, ((&mean, &mask), &start)) in means.iter().zip(masks).zip(starts).enumerate() {
                    let mask = mask & wanted;
                    let coefficients = unpacked(mean, mask, values.get(start as usize..).unwrap_or_default());
                    let used = (mask | 1).ilog2();
                    take(Block { component, column, row: line, coefficients: &coefficients, used });
                }
            }
        }
    }
}

/// A block's coefficients column by column.
#[inline(always)]
fn unpacked(mean: i16, mask: u64, values: &[i16]) -> [i16; 64] {
    let mut coefficients = [0; 64];
    coefficients[0] = mean;
    spread(mask, values, |place, value| coefficients[usize::from(PLACES[place & 63] & 63)] = value);
    coefficients
}

/// Hands out each of `values` with its place in zigzag order, by the mask of places.
#[inline(always)]
pub(super) fn spread(mut mask: u64, values: &[i16], mut put: impl FnMut(usize, i16)) {
    for &value in values {
        if mask == 0 {
            break;
        }
        put(mask.trailing_zeros() as usize, value);
        mask &= mask - 1;
    }
}

/// Decodes the AC coefficients of a block: those that are not zero, one behind the other; their mask and how many there
/// are.
#[inline(never)]
pub(super) fn decode(
    reader: &mut Reader<'_>,
    table: &AcTable,
    values: &mut [i16; 64],
) -> Result<(u64, usize), Refusal> {
    // A copy, which the compiler can keep in registers.
    let mut own = reader.clone();
    let (mut at, mut mask, mut count) = (0, 0, 0);
    let mut put = |at: u32, value: i16| {
        // Written in any case, and counted where it is one.
        values[count & 63] = value;
        count += usize::from(value != 0);
        mask |= u64::from(value != 0) << (at & 63);
    };
    'block: while at < 63 {
        own.refill();
        for _ in 0..3 {
            let pair = table.pair(own.buffer());
            let (first, second) = (at + pair.first, at + pair.first + pair.second);
            let ends = second >= END_OF_BLOCK;
            if pair.bits != 0 && (second <= 63 || ends && first < 63) {
                put(first, pair.first_value);
                put(second, pair.second_value);
                own.consume(pair.bits);
                at = if ends { 63 } else { second };
                if second >= 63 {
                    break 'block;
                }
                continue;
            }
            own.refill();
            let mut symbol = table.single(own.buffer());
            if symbol.bits == 0 {
                symbol = long_code(&table.codes, own.window())?;
            }
            let value = symbol.value(own.buffer());
            own.consume(symbol.bits);
            if symbol.advance == END_OF_BLOCK {
                at = 63;
                break 'block;
            }
            at += symbol.advance;
            put(at, value);
            break;
        }
    }
    if at > 63 {
        return Err(BAD_CODE);
    }
    *reader = own;
    Ok((mask, count))
}
