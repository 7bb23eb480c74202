//! The coded data: passed over once for the DC coefficients and places to start from, then decoded in parts.

use super::bits::{Place, Reader};
use super::header::{Component, Header, mark};
use super::huffman::{AcTable, Codes, DcTable, END_OF_BLOCK, PLACES, SkipTable, Symbol};
use super::scans::flaw_behind;
use super::{Flaw, Refusal};

/// MCUs between two places to start from. To decode a part of a row, on average half as many are passed over for
/// nothing; a place takes 24 bytes.
pub(super) const MCUS_PER_PLACE: usize = 16;

pub(super) const BAD_CODE: Refusal = Refusal::Damaged("an impossible Huffman code");

/// The DC coefficients of one component, block by block, as stored.
#[derive(Clone, Debug)]
pub(super) struct DcPlane {
    /// Blocks in a row, whole MCUs.
    pub columns: usize,
    pub values: Vec<i16>,
}

impl DcPlane {
    /// Of all components, all zero.
    pub(super) fn all(header: &Header) -> Vec<Self> {
        let (columns, rows) = (header.mcu_columns(), header.mcu_rows());
        let plane = |part: &Component| {
            let columns = columns * part.horizontal;
            Self { columns, values: vec![0; columns * rows * part.vertical] }
        };
        header.components.iter().map(plane).collect()
    }
}

/// The tables that a component is coded with.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    dc: [Option<DcTable>; 4],
    skip: [Option<SkipTable>; 4],
    ac: [Option<AcTable>; 4],
}

impl Tables {
    pub(super) fn new(header: &Header) -> Self {
        fn made<T>(codes: &[Option<Box<Codes>>; 4], make: impl Fn(&Codes) -> T) -> [Option<T>; 4] {
            [0, 1, 2, 3].map(|index| codes[index].as_deref().map(&make))
        }
        Self {
            dc: made(&header.tables.dc, DcTable::new),
            skip: made(&header.tables.ac, SkipTable::new),
            ac: made(&header.tables.ac, AcTable::new),
        }
    }
}

/// One block of an MCU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    pub component: usize,
    /// Which block of the component in the MCU.
    column: usize,
    pub row: usize,
    dc: &'a DcTable,
    skip: &'a SkipTable,
    pub ac: &'a AcTable,
}

/// The blocks of an MCU in their order (T.81, A.2.3).
fn steps<'a>(header: &Header, tables: &'a Tables) -> Vec<Step<'a>> {
    let mut steps = Vec::with_capacity(header.blocks_per_mcu());
    for (index, component) in header.components.iter().enumerate() {
        let dc = tables.dc.get(component.dc_table).and_then(Option::as_ref);
        let skip = tables.skip.get(component.ac_table).and_then(Option::as_ref);
        let ac = tables.ac.get(component.ac_table).and_then(Option::as_ref);
        let (Some(dc), Some(skip), Some(ac)) = (dc, skip, ac) else { continue };
        for row in 0..component.vertical {
            for column in 0..component.horizontal {
                steps.push(Step { component: index, column, row, dc, skip, ac });
            }
        }
    }
    steps
}

/// Passes over all coded data, MCU by MCU, and returns the DC coefficients and what is amiss. Tells of each place to
/// start from, and has the AC coefficients of each block read.
#[inline(always)]
pub(super) fn pass<'a>(
    bytes: &'a [u8],
    header: &Header,
    tables: &Tables,
    mut start: impl FnMut(&Reader<'a>),
    mut read: impl FnMut(&mut Reader<'a>, &Step<'_>, &DcPlane) -> Result<(), Refusal>,
) -> Result<(Vec<DcPlane>, Option<Flaw>), Refusal> {
    let (columns, rows) = (header.mcu_columns(), header.mcu_rows());
    let steps = steps(header, tables);
    let mut planes = DcPlane::all(header);
    let mut restarts = Restarts::new(header.restart_interval, 0);
    let mut reader = Reader::new(bytes, header.scan);
    let mut predictions = [0_i16; 4];
    for row in 0..rows {
        for first in (0..columns).step_by(MCUS_PER_PLACE) {
            if reader.is_beyond_the_end() {
                return Err(Refusal::Damaged("it ends early"));
            }
            start(&reader);
            for column in first..(first + MCUS_PER_PLACE).min(columns) {
                if restarts.is_due() {
                    restarts.take(&mut reader)?;
                    predictions = [0; 4];
                }
                for step in &steps {
                    let prediction = &mut predictions[step.component];
                    *prediction = prediction.wrapping_add(difference(&mut reader, step.dc)?);
                    let part = &header.components[step.component];
                    let plane = &mut planes[step.component];
                    let across = column * part.horizontal + step.column;
                    let block = (row * part.vertical + step.row) * plane.columns + across;
                    plane.values[block] = *prediction;
                    read(&mut reader, step, plane)?;
                }
            }
        }
    }
    let end = reader.end()?;
    let flaw = flaw_behind(bytes, end, header.height)?;
    Ok((planes, flaw.or(header.has_stray_bytes.then_some(Flaw::StrayBytes))))
}

/// The places to start from that one pass over the coded data leaves.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// [`MCUS_PER_PLACE`] apart in each row of MCUs, each row from its first.
    places: Vec<Place>,
    places_per_row: usize,
}

impl Index {
    /// Passes over all coded data; returns the DC coefficients too.
    pub(super) fn read(
        bytes: &[u8],
        header: &Header,
        tables: &Tables,
    ) -> Result<(Vec<DcPlane>, Self, Option<Flaw>), Refusal> {
        let places_per_row = header.mcu_columns().div_ceil(MCUS_PER_PLACE);
        let mut places = Vec::with_capacity(places_per_row * header.mcu_rows());
        let start = |reader: &Reader<'_>| places.push(reader.place());
        let (planes, flaw) = pass(bytes, header, tables, start, |reader, step, _| skip(reader, step.skip, 0))?;
        Ok((planes, Self { places, places_per_row }, flaw))
    }

    /// Decodes the MCUs `first..last` of a row and hands each block out.
    pub(super) fn row(
        &self,
        source: &Source<'_>,
        row: usize,
        first: usize,
        last: usize,
        mut take: impl FnMut(Block<'_>),
    ) {
        let header = source.header;
        let steps = steps(header, source.tables);
        let start = first / MCUS_PER_PLACE;
        let Some(place) = self.places.get(row * self.places_per_row + start) else { return };
        let mut reader = Reader::resume(source.bytes, *place);
        let start = start * MCUS_PER_PLACE;
        let mut restarts = Restarts::new(header.restart_interval, row * header.mcu_columns() + start);
        let mut coefficients = [0; 64];
        for column in start..last {
            if restarts.is_due() && restarts.take(&mut reader).is_err() {
                return;
            }
            for step in &steps {
                // The first pass went the same way without an error.
                if difference(&mut reader, step.dc).is_err() {
                    return;
                }
                if column < first {
                    if skip(&mut reader, step.skip, 0).is_err() {
                        return;
                    }
                    continue;
                }
                let part = &header.components[step.component];
                let plane = &source.dc[step.component];
                let across = column * part.horizontal + step.column;
                coefficients.fill(0);
                coefficients[0] = plane.values[(row * part.vertical + step.row) * plane.columns + across];
                let needed = source.needed[step.component];
                let Ok(used) = decode(&mut reader, step, needed, &mut coefficients) else { return };
                take(Block {
                    component: step.component,
                    column: across - first * part.horizontal,
                    row: step.row,
                    coefficients: &coefficients,
                    used,
                });
            }
        }
    }
}

/// Where to decode from and what is wanted of it.
#[derive(Clone, Debug)]
pub(super) struct Source<'a> {
    pub bytes: &'a [u8],
    pub header: &'a Header,
    pub tables: &'a Tables,
    pub dc: &'a [DcPlane],
    /// For each component, the last stored coefficient that is wanted: 1..=63. What comes behind may be left out.
    pub needed: [u32; 4],
}

/// A decoded block.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub component: usize,
    /// Blocks of its component between it and the first of the row part.
    pub column: usize,
    /// Which row of blocks in the row of MCUs.
    pub row: usize,
    /// Not yet multiplied by the quantisation steps, column by column.
    pub coefficients: &'a [i16; 64],
    /// The last stored coefficient, in zigzag order, behind which all are zero or left out.
    pub used: u32,
}

/// When restart markers come.
#[derive(Clone, Debug)]
pub(super) struct Restarts {
    interval: usize,
    /// MCUs before the next; never 0 without restart markers.
    left: usize,
    number: u8,
}

impl Restarts {
    /// Before the MCU of this number.
    pub(super) fn new(interval: usize, mcu: usize) -> Self {
        if interval == 0 {
            return Self { interval, left: usize::MAX, number: 0 };
        }
        let passed = mcu / interval;
        // Before the first MCU of a stretch the marker is still to come, but for the first stretch.
        if passed > 0 && mcu.is_multiple_of(interval) {
            return Self { interval, left: 0, number: ((passed - 1) & 7) as u8 };
        }
        Self { interval, left: interval - mcu % interval, number: (passed & 7) as u8 }
    }

    /// Whether a marker stands before the next MCU, which is counted.
    #[inline(always)]
    pub(super) const fn is_due(&mut self) -> bool {
        let due = self.left == 0;
        self.left = self.left.wrapping_sub(1);
        due
    }

    /// Passes over the marker.
    #[cold]
    pub(super) fn take(&mut self, reader: &mut Reader<'_>) -> Result<(), Refusal> {
        if reader.marker()? != mark::RST0 + self.number {
            return Err(Refusal::Damaged("a restart marker is missing"));
        }
        self.number = (self.number + 1) & 7;
        self.left = self.interval - 1;
        Ok(())
    }
}

/// A DC difference.
#[inline(always)]
pub(super) fn difference(reader: &mut Reader<'_>, table: &DcTable) -> Result<i16, Refusal> {
    reader.refill();
    let mut symbol = table.look(reader.buffer());
    if symbol.bits == 0 {
        symbol = Symbol::dc(&table.codes, reader.window()).ok_or(BAD_CODE)?;
    }
    let value = symbol.value(reader.buffer());
    reader.consume(symbol.bits);
    Ok(value)
}

/// Passes over the AC coefficients of a block, of which `passed` are done.
#[inline(always)]
fn skip(reader: &mut Reader<'_>, table: &SkipTable, mut passed: u32) -> Result<(), Refusal> {
    loop {
        reader.refill();
        for _ in 0..3 {
            let (advance, bits) = table.look(reader.buffer());
            let next = passed + advance;
            if next < 63 {
                reader.consume(bits);
                passed = next;
                continue;
            }
            let ends = advance >= SkipTable::ENDS && next - (SkipTable::ENDS - 1) <= 63;
            if next == 63 || ends {
                reader.consume(bits);
                return Ok(());
            }
            // The table's symbols lead beyond the block or are unknown: one alone.
            reader.refill();
            let symbol = long_code(&table.codes, reader.window())?;
            reader.consume(symbol.bits);
            passed += symbol.advance;
            if passed == 63 || symbol.advance == END_OF_BLOCK {
                return Ok(());
            }
            if passed > 63 {
                return Err(BAD_CODE);
            }
            break;
        }
    }
}

/// Decodes the AC coefficients of a block up to `needed` and passes over the others. Returns the last that may be other
/// than zero.
#[inline(never)]
fn decode(reader: &mut Reader<'_>, step: &Step<'_>, needed: u32, coefficients: &mut [i16; 64]) -> Result<u32, Refusal> {
    // A copy, which the compiler can keep in registers.
    let mut own = reader.clone();
    let mut at = 0;
    // The second of a pair before the first, whose place it has where there is none.
    let mut put = |at: u32, value: i16| coefficients[usize::from(PLACES[(at & 255) as usize] & 63)] = value;
    'block: while at < needed {
        own.refill();
        for _ in 0..3 {
            let pair = step.ac.pair(own.buffer());
            let (first, second) = (at + pair.first, at + pair.first + pair.second);
            let known = pair.bits != 0;
            if known && second < needed {
                put(second, pair.second_value);
                put(first, pair.first_value);
                own.consume(pair.bits);
                at = second;
                continue;
            }
            let ends = second >= END_OF_BLOCK;
            if known && (second <= 63 || ends && first < 63) {
                put(second, pair.second_value);
                put(first, pair.first_value);
                own.consume(pair.bits);
                if ends {
                    *reader = own;
                    return Ok(if pair.first_value == 0 { at } else { first });
                }
                at = second;
                break 'block;
            }
            own.refill();
            let mut symbol = step.ac.single(own.buffer());
            if symbol.bits == 0 {
                symbol = long_code(&step.ac.codes, own.window())?;
            }
            let value = symbol.value(own.buffer());
            own.consume(symbol.bits);
            if symbol.advance == END_OF_BLOCK {
                *reader = own;
                return Ok(at);
            }
            at += symbol.advance;
            put(at, value);
            break;
        }
    }
    match at {
        ..63 => skip(&mut own, step.skip, at)?,
        63 => {}
        _ => return Err(BAD_CODE),
    }
    *reader = own;
    Ok(at)
}

/// The next AC symbol, where it is not in a table.
#[cold]
#[inline(never)]
pub(super) fn long_code(codes: &Codes, window: u32) -> Result<Symbol, Refusal> {
    Symbol::ac(codes, window).ok_or(BAD_CODE)
}
