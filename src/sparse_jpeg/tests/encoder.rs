//! Files that the encoder crate does not write: any sampling factors, any scans, and successive approximation (ITU-T
//! T.81, G.1).

use super::super::coefficients::Coefficients;
use super::super::header::{Component, Grid, Header, ZIGZAG};
use super::super::huffman::PLACES;
use super::super::scan::Tables;
use super::super::tables::Listed;

/// A scan to write.
#[derive(Clone, Debug)]
pub struct Script {
    pub components: Vec<usize>,
    /// 0 and 63 in a sequential file.
    pub first: u32,
    pub last: u32,
    /// Lower bits that were missing before: 0 at the first scan.
    pub before: u32,
    /// Lower bits that are missing behind it.
    pub shift: u32,
}

/// The blocks of a component.
pub struct Part {
    /// In all, whole MCUs.
    columns: usize,
    /// Without those that only fill MCUs up.
    own: (usize, usize),
    /// In zigzag order.
    pub blocks: Vec<[i16; 64]>,
}

impl Part {
    /// Of each component, its blocks made by their column, their row and whether they complete an MCU only.
    pub fn all(header: &Header, mut block: impl FnMut(usize, usize, bool) -> [i16; 64]) -> Vec<Self> {
        let part = |grid: Grid| {
            let columns = header.mcu_columns() * grid.horizontal;
            let places = (0..header.mcu_rows() * grid.vertical).flat_map(|row| (0..columns).map(move |at| (at, row)));
            let blocks = places.map(|(at, row)| block(at, row, at >= grid.columns || row >= grid.rows)).collect();
            Self { columns, own: (grid.columns, grid.rows), blocks }
        };
        header.grids().into_iter().map(part).collect()
    }

    /// Blocks in a row.
    pub const fn columns(&self) -> usize {
        self.columns
    }
}

/// What the frame of a file says, with the factors and steps of each component.
pub fn frame(width: usize, height: usize, factors: &[(usize, usize)], steps: [i16; 64]) -> Header {
    let component = |(&(horizontal, vertical), name): (&(usize, usize), u8)| Component {
        name,
        horizontal,
        vertical,
        steps_table: 0,
        steps,
        dc_table: 0,
        ac_table: 0,
    };
    Header {
        width,
        height,
        components: factors.iter().zip(1..).map(component).collect(),
        horizontal: factors.iter().map(|factors| factors.0).max().unwrap(),
        vertical: factors.iter().map(|factors| factors.1).max().unwrap(),
        restart_interval: 0,
        progressive: false,
        one_scan: true,
        first_scan: 0,
        scan: 0,
        tables: Listed::default(),
        has_stray_bytes: false,
    }
}

/// Bits with zero bytes stuffed in.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    buffer: u8,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.buffer = self.buffer << 1 | (value >> bit & 1) as u8;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.buffer);
                if self.buffer == 0xFF {
                    self.bytes.push(0);
                }
                (self.buffer, self.count) = (0, 0);
            }
        }
    }

    fn marker(&mut self, marker: u8) {
        while self.count > 0 {
            self.put(1, 1);
        }
        self.bytes.extend([0xFF, marker]);
    }
}

/// A Huffman table of a few short codes and many long ones.
struct Code {
    lengths: [u8; 16],
    symbols: Vec<u8>,
    /// Code and length of each symbol.
    codes: Vec<(u32, u32)>,
}

impl Code {
    fn new(symbols: Vec<u8>) -> Self {
        let mut lengths = [0; 16];
        let mut codes = vec![(0, 0); 256];
        let (mut code, mut before) = (0, 0);
        for (index, &symbol) in symbols.iter().enumerate() {
            let length = match index {
                0..2 => 3,
                2..8 => 5,
                8..28 => 8,
                _ => 13,
            };
            code <<= length - before;
            before = length;
            codes[usize::from(symbol)] = (code, length);
            lengths[length as usize - 1] += 1;
            code += 1;
        }
        Self { lengths, symbols, codes }
    }

    fn dc() -> Self {
        Self::new((0..=11).collect())
    }

    fn ac() -> Self {
        let mut symbols: Vec<u8> = (0..=255).filter(|symbol| symbol & 15 <= 10).collect();
        symbols.sort_by_key(|symbol| (symbol >> 4) + 3 * (symbol & 15));
        Self::new(symbols)
    }

    fn segment(&self, kind: u8) -> Vec<u8> {
        segment(0xC4, &[&[kind], self.lengths.as_slice(), &self.symbols].concat())
    }
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xFF, marker], (body.len() as u16 + 2).to_be_bytes().as_slice(), body].concat()
}

/// The file that `sequential` is, in these scans, each with a marker behind so many MCUs and at most so many blocks
/// ended at once.
pub fn progressive(sequential: &[u8], scripts: &[Script], restart_interval: u16, longest_run: u32) -> Vec<u8> {
    let header = Header::read(sequential).unwrap();
    let parts = parts(sequential, &header);
    file(&header, &parts, scripts, restart_interval, longest_run)
}

/// The file of these blocks.
pub fn file(header: &Header, parts: &[Part], scripts: &[Script], restart_interval: u16, longest_run: u32) -> Vec<u8> {
    let is_sequential = scripts.iter().all(|script| (script.first, script.last) == (0, 63));
    let (dc, ac) = (Code::dc(), Code::ac());
    let mut file = vec![0xFF, 0xD8];
    let mut frame = vec![8];
    frame.extend((header.height as u16).to_be_bytes());
    frame.extend((header.width as u16).to_be_bytes());
    frame.push(header.components.len() as u8);
    for (part, number) in header.components.iter().zip(0..) {
        file.extend(segment(0xDB, &[&[number], part.steps.map(|step| step as u8).as_slice()].concat()));
        frame.extend([part.name, (part.horizontal * 16 + part.vertical) as u8, number]);
    }
    file.extend(segment(if is_sequential { 0xC1 } else { 0xC2 }, &frame));
    if is_sequential {
        file.extend(ac.segment(0x10));
    }
    file.extend([dc.segment(0), segment(0xDD, &restart_interval.to_be_bytes())].concat());
    for (index, script) in scripts.iter().enumerate() {
        if index == 1 {
            file.extend(ac.segment(0x10));
        }
        let mut body = vec![script.components.len() as u8];
        script.components.iter().for_each(|&component| body.extend([header.components[component].name, 0]));
        body.extend([script.first as u8, script.last as u8, (script.before << 4 | script.shift) as u8]);
        file.extend(segment(0xDA, &body));
        let mut bits = Bits::default();
        let mut writer = Writer { script, dc: &dc, ac: &ac, longest_run, predictions: [0; 4], run: 0, pending: vec![] };
        let mcus = mcus(header, parts, script);
        for (number, mcu) in mcus.iter().enumerate() {
            let interval = usize::from(restart_interval);
            if interval > 0 && number > 0 && number % interval == 0 {
                writer.end(&mut bits);
                bits.marker(0xD0 + ((number / interval - 1) & 7) as u8);
                writer.predictions = [0; 4];
            }
            mcu.iter()
                .for_each(|&(component, block)| writer.block(&mut bits, component, &parts[component].blocks[block]));
        }
        writer.end(&mut bits);
        // Fill bits, without a marker.
        bits.marker(0);
        file.extend(&bits.bytes[..bits.bytes.len() - 2]);
    }
    file.extend([0xFF, 0xD9]);
    file
}

fn parts(sequential: &[u8], header: &Header) -> Vec<Part> {
    let (dc, all, _) = Coefficients::read(sequential, header, &Tables::new(header)).unwrap();
    let mut parts = Part::all(header, |_, _, _| [0; 64]);
    for row in 0..header.mcu_rows() {
        all.row(header, &dc, [63; 4], row, (0, header.mcu_columns()), |block| {
            let part = &mut parts[block.component];
            let line = row * header.components[block.component].vertical + block.row;
            let zigzag = std::array::from_fn(|index| block.coefficients[usize::from(PLACES[index])]);
            part.blocks[line * part.columns + block.column] = zigzag;
        });
    }
    assert!(ZIGZAG[1] == 1 && PLACES[1] == 8);
    parts
}

/// The blocks of each MCU of a scan, by component and number.
fn mcus(header: &Header, parts: &[Part], script: &Script) -> Vec<Vec<(usize, usize)>> {
    let mut mcus = Vec::new();
    if let &[component] = script.components.as_slice() {
        let part = &parts[component];
        for row in 0..part.own.1 {
            mcus.extend((0..part.own.0).map(|column| vec![(component, row * part.columns + column)]));
        }
        return mcus;
    }
    for (row, column) in
        (0..header.mcu_rows()).flat_map(|row| (0..header.mcu_columns()).map(move |column| (row, column)))
    {
        let mut mcu = Vec::new();
        for &component in &script.components {
            let part = &header.components[component];
            for (down, across) in
                (0..part.vertical).flat_map(|down| (0..part.horizontal).map(move |across| (down, across)))
            {
                let line = row * part.vertical + down;
                mcu.push((component, line * parts[component].columns + column * part.horizontal + across));
            }
        }
        mcus.push(mcu);
    }
    mcus
}

struct Writer<'a> {
    script: &'a Script,
    dc: &'a Code,
    ac: &'a Code,
    longest_run: u32,
    predictions: [i32; 4],
    /// Blocks ended, not yet written.
    run: u32,
    /// Their correction bits.
    pending: Vec<u32>,
}

impl Writer<'_> {
    fn block(&mut self, bits: &mut Bits, component: usize, block: &[i16; 64]) {
        let shift = self.script.shift;
        match (self.script.first, self.script.before) {
            (0, 0) => {
                let value = i32::from(block[0]) >> shift;
                let difference = value - std::mem::replace(&mut self.predictions[component], value);
                let size = 32 - difference.unsigned_abs().leading_zeros();
                put_code(bits, self.dc, size as u8);
                put_value(bits, difference, size);
                if self.script.last > 0 {
                    self.first(bits, block);
                    self.end(bits);
                }
            }
            (0, _) => bits.put((i32::from(block[0]) >> shift & 1) as u32, 1),
            (_, 0) => self.first(bits, block),
            _ => self.more(bits, block),
        }
    }

    fn first(&mut self, bits: &mut Bits, block: &[i16; 64]) {
        let mut zeros = 0;
        for place in self.script.first.max(1)..=self.script.last {
            let value = i32::from(block[place as usize]);
            let value = value.signum() * (value.abs() >> self.script.shift);
            if value == 0 {
                zeros += 1;
                continue;
            }
            self.end(bits);
            while zeros > 15 {
                put_code(bits, self.ac, 0xF0);
                zeros -= 16;
            }
            let size = 32 - value.unsigned_abs().leading_zeros();
            put_code(bits, self.ac, (zeros << 4) as u8 | size as u8);
            put_value(bits, value, size);
            zeros = 0;
        }
        if zeros > 0 {
            self.end_block(bits, vec![]);
        }
    }

    fn more(&mut self, bits: &mut Bits, block: &[i16; 64]) {
        let shifted = |place: u32| block[place as usize].unsigned_abs() >> self.script.shift;
        let band = self.script.first..=self.script.last;
        let last_new = band.clone().rfind(|&place| shifted(place) == 1).unwrap_or(0);
        let (mut zeros, mut corrections) = (0, Vec::new());
        for place in band {
            let value = shifted(place);
            if value == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 && place <= last_new {
                self.end(bits);
                put_code(bits, self.ac, 0xF0);
                corrections.drain(..).for_each(|bit| bits.put(bit, 1));
                zeros -= 16;
            }
            if value > 1 {
                corrections.push(u32::from(value & 1));
                continue;
            }
            self.end(bits);
            put_code(bits, self.ac, (zeros << 4) as u8 | 1);
            bits.put(u32::from(block[place as usize] > 0), 1);
            corrections.drain(..).for_each(|bit| bits.put(bit, 1));
            zeros = 0;
        }
        if zeros > 0 || !corrections.is_empty() {
            self.end_block(bits, corrections);
        }
    }

    fn end_block(&mut self, bits: &mut Bits, corrections: Vec<u32>) {
        self.run += 1;
        self.pending.extend(corrections);
        if self.run == self.longest_run {
            self.end(bits);
        }
    }

    /// Writes the ends of blocks that are due.
    fn end(&mut self, bits: &mut Bits) {
        if self.run > 0 {
            let size = self.run.ilog2();
            put_code(bits, self.ac, (size << 4) as u8);
            bits.put(self.run - (1 << size), size);
            self.pending.drain(..).for_each(|bit| bits.put(bit, 1));
            self.run = 0;
        }
    }
}

fn put_code(bits: &mut Bits, code: &Code, symbol: u8) {
    let (code, length) = code.codes[usize::from(symbol)];
    assert!(length > 0, "{symbol:#x}");
    bits.put(code, length);
}

fn put_value(bits: &mut Bits, value: i32, size: u32) {
    bits.put((if value < 0 { value - 1 } else { value }) as u32, size);
}
