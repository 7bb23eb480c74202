//! The marker segments in front of the picture data (ITU-T T.81, annex B), with everything declined that the rest of
//! this module does not decode.

use super::huffman::Codes;
use super::tables::Listed;
use super::{Area, Refusal};

/// Markers, by their second byte.
pub(super) mod mark {
    /// Codes that no segment has (T.81, table B.1).
    pub const RESERVED: std::ops::RangeInclusive<u8> = 0x02..=0xBF;
    pub const SOF0: u8 = 0xC0;
    pub const SOF1: u8 = 0xC1;
    pub const SOF2: u8 = 0xC2;
    pub const DHT: u8 = 0xC4;
    pub const RST0: u8 = 0xD0;
    pub const SOI: u8 = 0xD8;
    pub const EOI: u8 = 0xD9;
    pub const SOS: u8 = 0xDA;
    pub const DQT: u8 = 0xDB;
    pub const DNL: u8 = 0xDC;
    pub const DRI: u8 = 0xDD;
    pub const APP0: u8 = 0xE0;
    pub const APP15: u8 = 0xEF;
    pub const COM: u8 = 0xFE;
}

/// Position in the natural order (row by row) of each coefficient as it is stored (T.81, figure A.6).
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// One colour component.
#[derive(Clone, Debug)]
pub(super) struct Component {
    /// By which scan headers name it.
    pub name: u8,
    /// Blocks in an MCU from left to right: 1..=4.
    pub horizontal: usize,
    /// Blocks in an MCU from top to bottom: 1..=4.
    pub vertical: usize,
    /// Which quantisation table it has: 0..4.
    pub steps_table: usize,
    /// Quantisation steps as stored, in zigzag order. All zero before the component's first scan.
    pub steps: [i16; 64],
    /// Which DC table codes it: 0..4.
    pub dc_table: usize,
    /// Which AC table codes it: 0..4.
    pub ac_table: usize,
}

/// The blocks of a component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// Blocks in an MCU from left to right: 1..=4.
    pub horizontal: usize,
    /// Blocks in an MCU from top to bottom: 1..=4.
    pub vertical: usize,
    /// Blocks in a row, and rows in all, of a scan of this component alone: without those that only complete MCUs
    /// (T.81, A.2.2).
    pub columns: usize,
    pub rows: usize,
}

/// What is known before the picture data.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// In pixels, at least 1.
    pub width: usize,
    /// In pixels, at least 1.
    pub height: usize,
    /// One, three or four. Each factor divides the largest of all components.
    pub components: Vec<Component>,
    /// The largest horizontal factor of all components.
    pub horizontal: usize,
    /// The largest vertical factor of all components.
    pub vertical: usize,
    /// MCUs between restart markers; 0 without them.
    pub restart_interval: usize,
    pub progressive: bool,
    /// Whether this is a sequential file whose first scan holds all components in their order. The others are read scan
    /// by scan, each with its own tables: the components' table numbers are 0.
    pub one_scan: bool,
    /// Where the marker of the first scan stands.
    pub first_scan: usize,
    /// Where the coded data start; without `one_scan` the same as `first_scan`.
    pub scan: usize,
    /// As they stand before the first scan.
    pub tables: Listed,
    /// Whether bytes that belong to no segment were passed over.
    pub has_stray_bytes: bool,
}

impl Header {
    /// The whole picture.
    pub(super) const fn bounds(&self) -> Area {
        Area { left: 0, top: 0, right: self.width as u32, bottom: self.height as u32 }
    }

    /// MCUs from left to right.
    pub(super) fn mcu_columns(&self) -> usize {
        self.width.div_ceil(8 * self.horizontal)
    }

    /// MCUs from top to bottom.
    pub(super) fn mcu_rows(&self) -> usize {
        self.height.div_ceil(8 * self.vertical)
    }

    /// Blocks of all components in an MCU.
    pub(super) fn blocks_per_mcu(&self) -> usize {
        self.components.iter().map(|part| part.horizontal * part.vertical).sum()
    }

    /// The blocks of each component.
    pub(super) fn grids(&self) -> Vec<Grid> {
        let grid = |part: &Component| Grid {
            horizontal: part.horizontal,
            vertical: part.vertical,
            columns: (self.width * part.horizontal).div_ceil(self.horizontal).div_ceil(8),
            rows: (self.height * part.vertical).div_ceil(self.vertical).div_ceil(8),
        };
        self.components.iter().map(grid).collect()
    }

    /// How many times finer each component could be, across and down: 1 for those of the finest sampling.
    pub(super) fn ratios(&self) -> impl Iterator<Item = (usize, usize)> {
        self.components.iter().map(|part| (self.horizontal / part.horizontal, self.vertical / part.vertical))
    }

    /// See [`SparseJpeg::has_planes`](super::SparseJpeg::has_planes).
    pub(super) fn has_planes(&self) -> bool {
        let ratios: Vec<(usize, usize)> = self.ratios().collect();
        match ratios.as_slice() {
            [(1, 1)] => true,
            [(1, 1), blue, red] => blue == red && matches!(blue, (1 | 2, 1 | 2)),
            _ => false,
        }
    }

    /// Refuses a header that claims more than the file can hold, which gets no memory: a block takes at least two bits,
    /// in progressive files one.
    pub(super) fn check_length(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let blocks: usize = self.grids().iter().map(|grid| grid.columns * grid.rows).sum();
        if blocks / if self.progressive { 8 } else { 4 } > bytes.len() - self.scan {
            return Err(Refusal::Damaged("it ends early"));
        }
        Ok(())
    }

    /// The same of a file that is to be read scan by scan.
    pub(super) fn scan_by_scan(self) -> Self {
        Self { one_scan: false, scan: self.first_scan, ..self }
    }

    /// Reads up to the picture data.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if !bytes.starts_with(&[0xFF, mark::SOI]) {
            return Err(Refusal::NotHandled("it is no JPEG"));
        }
        let mut parts = Parts { tables: Listed::standard(), ..Parts::default() };
        let mut at = 2;
        loop {
            let Segment { marker, body, start, end, .. } = Segment::next(bytes, at).ok_or(CUT)?;
            parts.has_stray_bytes |= start != at;
            match marker {
                mark::SOF0 | mark::SOF1 => parts.take_frame(body)?,
                mark::SOF2 => {
                    parts.take_frame(body)?;
                    parts.progressive = true;
                }
                mark::DHT | mark::DQT => parts.tables.take(marker, body)?,
                mark::DRI => parts.restart_interval = restart_interval(body)?,
                mark::APP0..=mark::APP15 | mark::COM => {}
                mark::SOS => {
                    parts.take_height(bytes, end)?;
                    return parts.finish(body, start, end);
                }
                mark::EOI => return Err(Refusal::Damaged("there is no picture between its header and its end")),
                _ => return Err(Refusal::NotHandled("another coding or an unusual segment")),
            }
            at = end;
        }
    }
}

/// MCUs between restart markers, by the body of their segment; 0 for none.
pub(super) fn restart_interval(body: &[u8]) -> Result<usize, Refusal> {
    let &[high, low] = body else { return Err(Refusal::Damaged("a restart interval of a wrong length")) };
    Ok(usize::from(u16::from_be_bytes([high, low])))
}

const CUT: Refusal = Refusal::Damaged("it ends inside its header");

/// A marker with its segment.
pub(super) struct Segment<'a> {
    pub marker: u8,
    pub body: &'a [u8],
    /// Where the marker stands. Behind where it was looked for are bytes that belong nowhere, but for fill bytes.
    pub start: usize,
    pub end: usize,
    /// Whether a reserved marker was passed over on the way to it.
    pub passes_reserved: bool,
}

impl<'a> Segment<'a> {
    /// The first one at or behind `at`; `None` where the file ends before or inside it. Whatever starts no segment is
    /// passed over: stray bytes, restart markers, and those that are reserved.
    pub(super) fn next(bytes: &'a [u8], mut at: usize) -> Option<Self> {
        let first = at;
        let mut passes_reserved = false;
        loop {
            at = next_mark(bytes, at)?;
            let fill = bytes.get(at + 1..)?.iter().take_while(|&&byte| byte == 0xFF).count();
            // Fill bytes belong to the marker behind them.
            let start = if at == first { at } else { at + fill };
            at += fill;
            match *bytes.get(at + 1)? {
                code @ (..mark::SOF0 | mark::RST0..=mark::SOI) => {
                    passes_reserved |= mark::RESERVED.contains(&code);
                    at += 2;
                }
                marker @ mark::EOI => {
                    return Some(Self { marker, body: &[], start, end: at + 2, passes_reserved });
                }
                marker => {
                    let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                    let end = at + 2 + length;
                    return Some(Self { marker, body: bytes.get(at + 4..end)?, start, end, passes_reserved });
                }
            }
        }
    }
}

/// Where the next byte of ones stands.
fn next_mark(bytes: &[u8], at: usize) -> Option<usize> {
    // Sixteen at a time, which is one comparison.
    let rest = bytes.get(at..)?;
    let has_mark = |part: &&[u8; 16]| part.iter().fold(false, |found, &byte| found | (byte == 0xFF));
    let passed = 16 * rest.as_chunks().0.iter().take_while(|part| !has_mark(part)).count();
    rest.get(passed..)?.iter().position(|&byte| byte == 0xFF).map(|place| at + passed + place)
}

const NO_SIZE: Refusal = Refusal::Damaged("the header gives no picture size");

/// What the segments gave so far.
#[derive(Default)]
struct Parts {
    size: Option<(usize, usize)>,
    /// Name, sampling byte and number of the quantisation table of each component.
    components: Vec<[u8; 3]>,
    tables: Listed,
    restart_interval: usize,
    progressive: bool,
    has_stray_bytes: bool,
}

impl Parts {
    fn take_frame(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let [bits, h0, h1, w0, w1, count, components @ ..] = body else {
            return Err(Refusal::Damaged("the picture size is cut off"));
        };
        let size = (usize::from(u16::from_be_bytes([*w0, *w1])), usize::from(u16::from_be_bytes([*h0, *h1])));
        if self.size.is_some() || components.len() != 3 * usize::from(*count) || size.0 == 0 {
            return Err(Refusal::Damaged("the picture size makes no sense"));
        }
        if *bits != 8 {
            return Err(Refusal::NotHandled("not 8 bits a sample"));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(Refusal::NotHandled("neither one, three nor four components"));
        }
        self.size = Some(size);
        self.components = components.chunks_exact(3).map(|part| [part[0], part[1], part[2]]).collect();
        Ok(())
    }

    /// Takes the height from behind the first scan, whose data start at `data`, where the frame left it open (T.81,
    /// B.2.5).
    fn take_height(&mut self, bytes: &[u8], data: usize) -> Result<(), Refusal> {
        if let Some((_, height @ 0)) = &mut self.size {
            *height = match Segment::next(bytes, data) {
                Some(Segment { marker: mark::DNL, body: &[high, low], .. }) => {
                    usize::from(u16::from_be_bytes([high, low]))
                }
                _ => 0,
            };
            if *height == 0 {
                return Err(NO_SIZE);
            }
        }
        Ok(())
    }

    /// Puts the parts together at the header of the first scan, whose marker stands at `start`.
    fn finish(self, scan: &[u8], start: usize, data: usize) -> Result<Header, Refusal> {
        let (width, height) = self.size.ok_or(NO_SIZE)?;
        let mut components = self.sampled()?;
        let one_scan = !self.progressive && self.select_tables(scan, &mut components)?;
        if one_scan {
            components.iter_mut().try_for_each(|part| part.take_steps(&self.tables))?;
        }
        let most = |factor: fn(&Component) -> usize| components.iter().map(factor).max().unwrap_or(1);
        let (horizontal, vertical) = (most(|part| part.horizontal), most(|part| part.vertical));
        let is_whole =
            |part: &Component| horizontal.is_multiple_of(part.horizontal) && vertical.is_multiple_of(part.vertical);
        if !components.iter().all(is_whole) {
            return Err(Refusal::NotHandled("sampling at a fraction of the pixels, such as two for three,"));
        }
        Ok(Header {
            width,
            height,
            components,
            horizontal,
            vertical,
            restart_interval: self.restart_interval,
            progressive: self.progressive,
            one_scan,
            first_scan: start,
            scan: if one_scan { data } else { start },
            tables: self.tables,
            has_stray_bytes: self.has_stray_bytes,
        })
    }

    /// The components without their tables.
    fn sampled(&self) -> Result<Vec<Component>, Refusal> {
        let is_alone = self.components.len() == 1;
        let component = |&[name, sampling, table]: &[u8; 3]| {
            let (horizontal, vertical) = (usize::from(sampling >> 4), usize::from(sampling & 15));
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
                return Err(Refusal::Damaged("an impossible sampling factor"));
            }
            // A component alone is stored block by block, whatever its sampling says (T.81, A.2.2).
            let (horizontal, vertical) = if is_alone { (1, 1) } else { (horizontal, vertical) };
            let steps_table = usize::from(table);
            Ok(Component { name, horizontal, vertical, steps_table, steps: [0; 64], dc_table: 0, ac_table: 0 })
        };
        self.components.iter().map(component).collect()
    }

    /// Takes the numbers of the Huffman tables from the header of a scan. Whether it holds all components in their
    /// order; otherwise nothing is taken.
    fn select_tables(&self, scan: &[u8], components: &mut [Component]) -> Result<bool, Refusal> {
        let count = components.len();
        let (Some(&named), Some(selectors)) = (scan.first(), scan.get(1..1 + 2 * count)) else { return Ok(false) };
        let names = selectors.chunks_exact(2).map(|selector| selector[0]);
        if usize::from(named) != count || !names.eq(components.iter().map(|part| part.name)) {
            return Ok(false);
        }
        for (selector, component) in selectors.chunks_exact(2).zip(components) {
            (component.dc_table, component.ac_table) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            let known = |tables: &[Option<Box<Codes>>; 4], index: usize| tables.get(index).is_some_and(Option::is_some);
            if !known(&self.tables.dc, component.dc_table) || !known(&self.tables.ac, component.ac_table) {
                return Err(Refusal::Damaged("a Huffman table is missing"));
            }
        }
        Ok(true)
    }
}

impl Component {
    /// Takes the quantisation steps as they stand at its first scan; later ones do not count (T.81, B.2.4.1).
    pub(super) fn take_steps(&mut self, tables: &Listed) -> Result<(), Refusal> {
        let steps = tables.steps.get(self.steps_table).copied().flatten();
        self.steps = steps.ok_or(Refusal::Damaged("a quantisation table is missing"))?;
        Ok(())
    }
}
