//! The coded data of progressive files (ITU-T T.81, annex G).
//!
//! All scans are read side by side, a row of MCUs from each, so that the coefficients of that row stay in the
//! processor's cache while scan after scan adds to them. One scan after the other would go through the memory of the
//! whole picture a dozen times.

use super::Refusal;
use super::band::{Band, correct, first, more};
use super::bits::Reader;
use super::coefficients::{Coefficients, Line};
use super::header::{Header, mark};
use super::huffman::BandTable;
use super::scan::{DcPlane, Restarts, difference};
use super::scans::{self, Content, Scan};

/// Decodes all scans; returns the DC coefficients and all others.
pub(super) fn read(bytes: &[u8], header: &Header) -> Result<(Vec<DcPlane>, Coefficients), Refusal> {
    let scans = scans::all(bytes, header)?;
    let mut passes: Vec<Pass<'_>> = scans.iter().map(|scan| Pass::new(bytes, scan)).collect();
    let mut means = DcPlane::all(header);
    let mut all = Coefficients::new(header);
    let mut parts: Vec<Part> = (0..header.components.len()).map(|component| Part::new(header, component)).collect();
    for row in 0..header.mcu_rows() {
        for pass in &mut passes {
            pass.row(header, row, &mut means, &mut parts)?;
        }
        for (part, kept) in parts.iter_mut().zip(&mut all.parts) {
            for line in 0..part.vertical {
                part.pack(line);
                part.packed.finish(kept);
            }
        }
    }
    passes.iter_mut().try_for_each(Pass::finish)?;
    Ok((means, all))
}

/// The AC coefficients of one component in a row of MCUs.
struct Part {
    /// Blocks in an MCU each way.
    horizontal: usize,
    vertical: usize,
    /// Blocks in a row and rows in all, of a scan of this component alone: without those that only fill MCUs up (T.81,
    /// A.2.2).
    columns: usize,
    rows: usize,
    /// For each row of blocks in the MCU, the coefficients in zigzag order, the first unused.
    blocks: [Vec<[i16; 64]>; 2],
    /// Which of them are not zero.
    masks: [Vec<u64>; 2],
    packed: Line,
}

impl Part {
    fn new(header: &Header, component: usize) -> Self {
        let (finest, part) = (&header.components[0], &header.components[component]);
        let all_columns = header.mcu_columns() * part.horizontal;
        Self {
            horizontal: part.horizontal,
            vertical: part.vertical,
            columns: (header.width * part.horizontal).div_ceil(finest.horizontal).div_ceil(8),
            rows: (header.height * part.vertical).div_ceil(finest.vertical).div_ceil(8),
            blocks: [(); 2].map(|()| vec![[0; 64]; all_columns]),
            masks: [(); 2].map(|()| vec![0; all_columns]),
            packed: Line::new(all_columns),
        }
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
    predictions: [i16; 3],
    /// How many blocks still to come have nothing new.
    run: u32,
}

impl<'a> Pass<'a> {
    fn new(bytes: &'a [u8], scan: &'a Scan) -> Self {
        let restarts = Restarts::new(scan.restart_interval, 0);
        Self { scan, reader: Reader::new(bytes, scan.data), restarts, predictions: [0; 3], run: 0 }
    }

    /// Reads a row of MCUs.
    fn row(&mut self, header: &Header, row: usize, means: &mut [DcPlane], parts: &mut [Part]) -> Result<(), Refusal> {
        if self.reader.is_beyond_the_end() {
            return Err(Refusal::Damaged("the coded data end early"));
        }
        let scan = self.scan;
        match &scan.content {
            Content::FirstDc(tables) => {
                let shift = scan.shift;
                let indices: Vec<usize> = tables.iter().map(|(index, _)| *index).collect();
                self.means(header, row, &indices, means, parts, |pass, at, mean| {
                    let (component, table) = &tables[at];
                    let prediction = &mut pass.predictions[*component];
                    *prediction = prediction.wrapping_add(difference(&mut pass.reader, table)?);
                    *mean = *prediction << shift;
                    Ok(())
                })
            }
            Content::MoreDc(components) => {
                let shift = scan.shift;
                self.means(header, row, components, means, parts, |pass, _, mean| {
                    pass.reader.refill();
                    *mean |= ((pass.reader.buffer() >> 63) as i16) << shift;
                    pass.reader.consume(1);
                    Ok(())
                })
            }
            Content::FirstAc(component, table) => {
                let part = &mut parts[*component];
                for line in (0..part.vertical).filter(|line| row * part.vertical + line < part.rows) {
                    let columns = ..part.columns;
                    self.first(table, &mut part.blocks[line][columns], &mut part.masks[line][columns])?;
                }
                Ok(())
            }
            Content::MoreAc(component, table) => {
                let part = &mut parts[*component];
                for line in (0..part.vertical).filter(|line| row * part.vertical + line < part.rows) {
                    let columns = ..part.columns;
                    self.more(table, &mut part.blocks[line][columns], &mut part.masks[line][columns])?;
                }
                Ok(())
            }
        }
    }

    /// Goes through the DC coefficients of `components` in a row of MCUs; `take` gets the place among them and the
    /// coefficient.
    #[inline(always)]
    fn means(
        &mut self,
        header: &Header,
        row: usize,
        components: &[usize],
        means: &mut [DcPlane],
        parts: &[Part],
        mut take: impl FnMut(&mut Self, usize, &mut i16) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if let &[component] = components {
            let (part, plane) = (&parts[component], &mut means[component]);
            for line in (row * part.vertical..(row + 1) * part.vertical).filter(|line| *line < part.rows) {
                let start = line * plane.columns;
                for mean in &mut plane.values[start..start + part.columns] {
                    self.restart()?;
                    take(self, 0, mean)?;
                }
            }
            return Ok(());
        }
        for column in 0..header.mcu_columns() {
            self.restart()?;
            for (at, &component) in components.iter().enumerate() {
                let (part, plane) = (&parts[component], &mut means[component]);
                for line in row * part.vertical..(row + 1) * part.vertical {
                    let start = line * plane.columns + column * part.horizontal;
                    for mean in &mut plane.values[start..start + part.horizontal] {
                        take(self, at, mean)?;
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
            self.predictions = [0; 3];
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

    /// At the end of its coded data.
    fn finish(&mut self) -> Result<(), Refusal> {
        if self.run > 0 {
            return Err(LONG_RUN);
        }
        // The next marker but restart markers was found before.
        match self.reader.marker()? {
            mark::RST0..mark::SOI => Err(Refusal::Damaged("a restart marker where none belongs")),
            _ => Ok(()),
        }
    }
}

const LONG_RUN: Refusal = Refusal::Damaged("more blocks without news than blocks");
