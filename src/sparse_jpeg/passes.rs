//! The coded data of progressive files (ITU-T T.81, annex G), and of sequential files in several scans.
//!
//! All scans are read side by side, a row of MCUs from each, so that the coefficients of that row stay in the
//! processor's cache while scan after scan adds to them. One scan after the other would go through the memory of the
//! whole picture a dozen times.

use super::band::{Band, correct, first, more};
use super::bits::Reader;
use super::coefficients::{self, Coefficients, Line};
use super::header::{Grid, Header};
use super::huffman::BandTable;
use super::scan::{DcPlane, Restarts, difference};
use super::scans::{Content, Scan};
use super::{Flaw, Refusal};

/// What the scans of a file hold.
#[derive(Debug)]
pub(super) struct Read {
    pub dc: Vec<DcPlane>,
    pub all: Coefficients,
    /// What is amiss with their data.
    pub flaw: Option<Flaw>,
    /// Why something is missing.
    pub damage: Option<Refusal>,
}

/// Decodes `scans`. What the damage of a scan leaves unknown is zero.
pub(super) fn read(bytes: &[u8], header: &Header, scans: &[Scan]) -> Read {
    let mut passes: Vec<Pass<'_>> = scans.iter().map(|scan| Pass::new(bytes, scan)).collect();
    let mut dc = DcPlane::all(header);
    let mut all = Coefficients::new(header);
    let mut parts: Vec<Part> = header.grids().into_iter().map(|grid| Part::new(header, grid)).collect();
    let mut damage = None;
    for row in 0..header.mcu_rows() {
        for pass in passes.iter_mut().filter(|pass| !pass.is_broken) {
            if let Err(why) = pass.row(header, row, &mut dc, &mut parts) {
                pass.is_broken = true;
                damage.get_or_insert(why);
            }
        }
        for (part, kept) in parts.iter_mut().zip(&mut all.parts) {
            for line in 0..part.grid.vertical {
                part.pack(line);
                part.packed.finish(kept);
            }
        }
    }
    let mut flaw = None;
    for pass in passes.iter_mut().filter(|pass| !pass.is_broken) {
        match pass.finish() {
            Ok(true) => flaw = Some(Flaw::StrayBytes),
            Ok(false) => {}
            Err(why) => _ = damage.get_or_insert(why),
        }
    }
    Read { dc, all, flaw, damage }
}

/// The AC coefficients of one component in a row of MCUs.
struct Part {
    grid: Grid,
    /// For each row of blocks in the MCU, the coefficients in zigzag order, the first unused.
    blocks: Vec<Vec<[i16; 64]>>,
    /// Which of them are not zero.
    masks: Vec<Vec<u64>>,
    packed: Line,
}

impl Part {
    fn new(header: &Header, grid: Grid) -> Self {
        let columns = header.mcu_columns() * grid.horizontal;
        Self {
            grid,
            blocks: vec![vec![[0; 64]; columns]; grid.vertical],
            masks: vec![vec![0; columns]; grid.vertical],
            packed: Line::new(columns),
        }
    }

    /// The rows of blocks in a row of MCUs that a scan of this component alone has.
    fn lines(&self, row: usize) -> std::ops::Range<usize> {
        0..self.grid.vertical.min(self.grid.rows.saturating_sub(row * self.grid.vertical))
    }

    /// Packs a row of blocks and makes it zero again.
    fn pack(&mut self, line: usize) {
        for (block, mask) in self.blocks[line].iter_mut().zip(&mut self.masks[line]) {
            let mut count = 0;
            if let Some(values) = self.packed.room() {
                let mut rest = *mask;
                while rest != 0 {
                    values[count & 63] = block[(rest.trailing_zeros() & 63) as usize];
                    count += 1;
                    rest &= rest - 1;
                }
            }
            self.packed.push(*mask, count);
            if *mask != 0 {
                block.fill(0);
                *mask = 0;
            }
        }
    }
}

/// A scan on its way through the picture.
struct Pass<'a> {
    scan: &'a Scan,
    reader: Reader<'a>,
    restarts: Restarts,
    predictions: [i16; 4],
    /// How many blocks still to come have nothing new.
    run: u32,
    /// Whether its data are damaged, and nothing more is read of them.
    is_broken: bool,
}

impl<'a> Pass<'a> {
    fn new(bytes: &'a [u8], scan: &'a Scan) -> Self {
        let restarts = Restarts::new(scan.restart_interval, 0);
        Self { scan, reader: Reader::new(bytes, scan.data), restarts, predictions: [0; 4], run: 0, is_broken: false }
    }

    /// Reads a row of MCUs.
    fn row(&mut self, header: &Header, row: usize, means: &mut [DcPlane], parts: &mut [Part]) -> Result<(), Refusal> {
        if self.reader.is_beyond_the_end() {
            return Err(Refusal::Damaged("it ends early"));
        }
        let scan = self.scan;
        let shift = scan.shift;
        match &scan.content {
            Content::All(tables) => {
                let components: Vec<usize> = tables.iter().map(|(component, ..)| *component).collect();
                let mut values = [0; 64];
                self.blocks(header, row, &components, means, parts, |pass, at, mean, block, mask| {
                    let (component, dc, ac) = &tables[at];
                    let difference = difference(&mut pass.reader, dc)?;
                    *mean = pass.mean(*component, difference);
                    (*mask, _) = coefficients::decode(&mut pass.reader, ac, &mut values)?;
                    coefficients::spread(*mask, &values, |place, value| block[place & 63] = value);
                    Ok(())
                })
            }
            Content::FirstDc(tables) => {
                let components: Vec<usize> = tables.iter().map(|(component, _)| *component).collect();
                self.blocks(header, row, &components, means, parts, |pass, at, mean, _, _| {
                    let (component, table) = &tables[at];
                    let difference = difference(&mut pass.reader, table)?;
                    *mean = pass.mean(*component, difference) << shift;
                    Ok(())
                })
            }
            Content::MoreDc(components) => self.blocks(header, row, components, means, parts, |pass, _, mean, _, _| {
                pass.reader.refill();
                *mean |= ((pass.reader.buffer() >> 63) as i16) << shift;
                pass.reader.consume(1);
                Ok(())
            }),
            Content::FirstAc(component, table) => {
                let part = &mut parts[*component];
                for line in part.lines(row) {
                    let columns = ..part.grid.columns;
                    self.first(table, &mut part.blocks[line][columns], &mut part.masks[line][columns])?;
                }
                Ok(())
            }
            Content::MoreAc(component, table) => {
                let part = &mut parts[*component];
                for line in part.lines(row) {
                    let columns = ..part.grid.columns;
                    self.more(table, &mut part.blocks[line][columns], &mut part.masks[line][columns])?;
                }
                Ok(())
            }
        }
    }

    /// The next DC coefficient of a component, by its difference to the one before.
    #[inline(always)]
    fn mean(&mut self, component: usize, difference: i16) -> i16 {
        let prediction = &mut self.predictions[component];
        *prediction = prediction.wrapping_add(difference);
        *prediction
    }

    /// Goes through the blocks of `components` in a row of MCUs; `take` gets the place among the components, the DC
    /// coefficient, and the others with their mask.
    #[inline(always)]
    fn blocks(
        &mut self,
        header: &Header,
        row: usize,
        components: &[usize],
        means: &mut [DcPlane],
        parts: &mut [Part],
        mut take: impl FnMut(&mut Self, usize, &mut i16, &mut [i16; 64], &mut u64) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if let &[component] = components {
            let (part, plane) = (&mut parts[component], &mut means[component]);
            for line in part.lines(row) {
                let start = (row * part.grid.vertical + line) * plane.columns;
                let blocks = part.blocks[line].iter_mut().zip(&mut part.masks[line]).take(part.grid.columns);
                for (mean, (block, mask)) in plane.values[start..].iter_mut().zip(blocks) {
                    self.restart()?;
                    take(self, 0, mean, block, mask)?;
                }
            }
            return Ok(());
        }
        for column in 0..header.mcu_columns() {
            self.restart()?;
            for (at, &component) in components.iter().enumerate() {
                let (part, plane) = (&mut parts[component], &mut means[component]);
                for line in 0..part.grid.vertical {
                    let start = (row * part.grid.vertical + line) * plane.columns;
                    for block in column * part.grid.horizontal..(column + 1) * part.grid.horizontal {
                        let (others, mask) = (&mut part.blocks[line][block], &mut part.masks[line][block]);
                        take(self, at, &mut plane.values[start + block], others, mask)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Passes over a restart marker, where one is due before the next MCU.
    #[inline(always)]
    fn restart(&mut self) -> Result<(), Refusal> {
        if self.restarts.is_due() {
            self.restarts.take(&mut self.reader)?;
            self.predictions = [0; 4];
            if self.run > 0 {
                return Err(LONG_RUN);
            }
        }
        Ok(())
    }

    /// Reads AC coefficients of a row of blocks for the first time.
    fn first(&mut self, table: &BandTable, blocks: &mut [[i16; 64]], masks: &mut [u64]) -> Result<(), Refusal> {
        let band = Band::new(self.scan);
        for (block, mask) in blocks.iter_mut().zip(masks) {
            self.restart()?;
            if self.run > 0 {
                self.run -= 1;
            } else {
                self.run = first(&mut self.reader, table, band, block, mask)?;
            }
        }
        Ok(())
    }

    /// Reads the next bit of AC coefficients of a row of blocks.
    fn more(&mut self, table: &BandTable, blocks: &mut [[i16; 64]], masks: &mut [u64]) -> Result<(), Refusal> {
        let band = Band::new(self.scan);
        for (block, mask) in blocks.iter_mut().zip(masks) {
            self.restart()?;
            if self.run > 0 {
                self.run -= 1;
                if *mask & band.mask != 0 {
                    correct(&mut self.reader, band, block, *mask & band.mask);
                }
            } else {
                self.run = more(&mut self.reader, table, band, block, mask)?;
            }
        }
        Ok(())
    }

    /// At the end of its coded data. Whether stray bytes stand behind them.
    fn finish(&mut self) -> Result<bool, Refusal> {
        if self.run > 0 {
            return Err(LONG_RUN);
        }
        Ok(self.reader.end()?.has_stray_bytes)
    }
}

const LONG_RUN: Refusal = Refusal::Damaged("more blocks without news than blocks");
