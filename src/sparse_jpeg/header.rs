//! The marker segments in front of the picture data (ITU-T T.81, annex B), with everything declined that the rest of
//! this module does not decode.

use super::Refusal;
use super::huffman::Codes;

/// Markers, by their second byte.
pub(super) mod mark {
    pub const SOF0: u8 = 0xC0;
    pub const SOF1: u8 = 0xC1;
    pub const SOF2: u8 = 0xC2;
    pub const DHT: u8 = 0xC4;
    pub const RST0: u8 = 0xD0;
    pub const SOI: u8 = 0xD8;
    pub const EOI: u8 = 0xD9;
    pub const SOS: u8 = 0xDA;
    pub const DQT: u8 = 0xDB;
    pub const DRI: u8 = 0xDD;
    pub const APP0: u8 = 0xE0;
    pub const APP14: u8 = 0xEE;
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
    /// Blocks in an MCU from left to right: 1 or 2.
    pub horizontal: usize,
    /// Blocks in an MCU from top to bottom: 1 or 2.
    pub vertical: usize,
    /// Quantisation steps as stored, in zigzag order: 1..=255.
    pub steps: [u8; 64],
    /// Which DC table codes it: 0..4.
    pub dc_table: usize,
    /// Which AC table codes it: 0..4.
    pub ac_table: usize,
}

/// What is known before the picture data.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// In pixels, at least 1.
    pub width: usize,
    /// In pixels, at least 1.
    pub height: usize,
    /// One (grey) or three (luma and chroma). The first has the finest sampling, the others one block in an MCU.
    pub components: Vec<Component>,
    /// MCUs between restart markers; 0 without them.
    pub restart_interval: usize,
    /// Whether there may be several scans, each adding detail. The components' table numbers are 0 then: each scan has
    /// its own.
    pub progressive: bool,
    /// Where the coded data start; of a progressive file, where the marker of its first scan stands.
    pub scan: usize,
    /// As they stand before the first scan.
    pub codes: Listed,
}

/// The Huffman tables that were listed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub dc: [Option<Box<Codes>>; 4],
    pub ac: [Option<Box<Codes>>; 4],
}

impl Header {
    /// MCUs from left to right.
    pub(super) fn mcu_columns(&self) -> usize {
        self.width.div_ceil(8 * self.components[0].horizontal)
    }

    /// MCUs from top to bottom.
    pub(super) fn mcu_rows(&self) -> usize {
        self.height.div_ceil(8 * self.components[0].vertical)
    }

    /// Blocks of all components in an MCU.
    pub(super) fn blocks_per_mcu(&self) -> usize {
        self.components.iter().map(|part| part.horizontal * part.vertical).sum()
    }

    /// Reads up to the picture data.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if !bytes.starts_with(&[0xFF, mark::SOI]) {
            return Err(Refusal::NotHandled("it is no JPEG"));
        }
        let mut parts = Parts::default();
        let mut at = 2;
        loop {
            let (marker, body, end) = segment(bytes, at)?;
            match marker {
                mark::SOF0 | mark::SOF1 => parts.take_frame(body)?,
                mark::SOF2 => {
                    parts.take_frame(body)?;
                    parts.progressive = true;
                }
                mark::DHT => parts.codes.take(body)?,
                mark::DQT => parts.take_steps(body)?,
                mark::DRI => parts.restart_interval = restart_interval(body)?,
                mark::APP0 | mark::COM => {}
                mark::APP14 if body.starts_with(b"Adobe") && body.get(11) == Some(&0) => {
                    return Err(Refusal::NotHandled("Adobe colour without luma and chroma"));
                }
                mark::APP0..=mark::APP15 => {}
                mark::SOS if parts.progressive => return parts.finish_progressive(at),
                mark::SOS => return parts.finish(body, end),
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

/// The marker at `at`, behind fill bytes, with its body and where that ends.
pub(super) fn segment(bytes: &[u8], mut at: usize) -> Result<(u8, &[u8], usize), Refusal> {
    const CUT: Refusal = Refusal::Damaged("it ends inside its header");
    if *bytes.get(at).ok_or(CUT)? != 0xFF {
        return Err(Refusal::NotHandled("bytes between its segments"));
    }
    while *bytes.get(at).ok_or(CUT)? == 0xFF {
        at += 1;
    }
    let marker = *bytes.get(at).ok_or(CUT)?;
    if marker < mark::SOF0 || (0xD0..=0xD9).contains(&marker) {
        return Err(Refusal::NotHandled("a marker where none belongs"));
    }
    let Some(&[high, low]) = bytes.get(at + 1..at + 3) else { return Err(CUT) };
    let end = at + 1 + usize::from(u16::from_be_bytes([high, low]));
    let body = bytes.get(at + 3..end).ok_or(CUT)?;
    Ok((marker, body, end))
}

const NO_SIZE: Refusal = Refusal::Damaged("the header gives no picture size");

/// What the segments gave so far.
#[derive(Default)]
struct Parts {
    size: Option<(usize, usize)>,
    /// Name, sampling byte and number of the quantisation table of each component.
    components: Vec<[u8; 3]>,
    steps: [Option<[u8; 64]>; 4],
    codes: Listed,
    restart_interval: usize,
    progressive: bool,
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
        if size.1 == 0 {
            return Err(Refusal::NotHandled("the height stands behind the picture"));
        }
        if *bits != 8 {
            return Err(Refusal::NotHandled("not 8 bits a sample"));
        }
        if !matches!(count, 1 | 3) {
            return Err(Refusal::NotHandled("neither one nor three components"));
        }
        self.size = Some(size);
        self.components = components.chunks_exact(3).map(|part| [part[0], part[1], part[2]]).collect();
        Ok(())
    }

    fn take_steps(&mut self, mut body: &[u8]) -> Result<(), Refusal> {
        const CUT: Refusal = Refusal::Damaged("a quantisation table is cut off");
        while let [kind, rest @ ..] = body {
            let wide = match kind >> 4 {
                0 => false,
                1 => true,
                _ => return Err(Refusal::Damaged("a quantisation table of an unknown kind")),
            };
            let (table, rest) = rest.split_at_checked(if wide { 128 } else { 64 }).ok_or(CUT)?;
            let slot = self.steps.get_mut(usize::from(kind & 15)).ok_or(CUT)?;
            let mut steps = [0; 64];
            if wide {
                for (step, pair) in steps.iter_mut().zip(table.chunks_exact(2)) {
                    // Larger steps could leave the 16 bits in which coefficients are held here.
                    *step = u8::try_from(u16::from_be_bytes([pair[0], pair[1]]))
                        .map_err(|_| Refusal::NotHandled("quantisation steps over 255"))?;
                }
            } else {
                steps.copy_from_slice(table);
            }
            *slot = Some(steps);
            body = rest;
        }
        Ok(())
    }

    /// Puts the parts together at the only scan's header.
    fn finish(self, scan: &[u8], data: usize) -> Result<Header, Refusal> {
        if self.size.is_none() {
            return Err(NO_SIZE);
        }
        let count = self.components.len();
        let (Some(&named), Some(selectors)) = (scan.first(), scan.get(1..1 + 2 * count)) else {
            return Err(Refusal::NotHandled("several scans"));
        };
        if usize::from(named) != count {
            return Err(Refusal::NotHandled("several scans"));
        }
        if scan.get(1 + 2 * count..) != Some(&[0, 63, 0]) {
            return Err(Refusal::NotHandled("a scan header that is not baseline's"));
        }
        let mut header = self.header(data)?;
        for (selector, (part, component)) in
            selectors.chunks_exact(2).zip(self.components.iter().zip(&mut header.components))
        {
            if selector[0] != part[0] {
                return Err(Refusal::NotHandled("components out of order"));
            }
            (component.dc_table, component.ac_table) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            let known = |tables: &[Option<Box<Codes>>; 4], index: usize| tables.get(index).is_some_and(Option::is_some);
            if !known(&self.codes.dc, component.dc_table) || !known(&self.codes.ac, component.ac_table) {
                return Err(Refusal::NotHandled("a Huffman table is missing"));
            }
        }
        Ok(Header { codes: self.codes, ..header })
    }

    /// Puts the parts together at the marker of the first scan.
    fn finish_progressive(self, scan: usize) -> Result<Header, Refusal> {
        let header = self.header(scan)?;
        Ok(Header { codes: self.codes, ..header })
    }

    /// What there is but for Huffman tables.
    fn header(&self, scan: usize) -> Result<Header, Refusal> {
        let (width, height) = self.size.ok_or(NO_SIZE)?;
        let count = self.components.len();
        if self.components.iter().map(|part| part[0]).eq(*b"RGB") {
            return Err(Refusal::NotHandled("colour without luma and chroma"));
        }
        let mut components = Vec::with_capacity(count);
        for &[name, sampling, table] in &self.components {
            let steps = self.steps.get(usize::from(table)).copied().flatten();
            let steps = steps.ok_or(Refusal::Damaged("a quantisation table is missing"))?;
            if steps.contains(&0) {
                return Err(Refusal::NotHandled("a quantisation step of zero"));
            }
            // A component alone is stored block by block, whatever its sampling says (T.81, A.2.2).
            let (horizontal, vertical) = if count == 1 { (1, 1) } else { (sampling >> 4, sampling & 15) };
            let (horizontal, vertical) = (usize::from(horizontal), usize::from(vertical));
            components.push(Component { name, horizontal, vertical, steps, dc_table: 0, ac_table: 0 });
        }
        let luma = components.first().map(|first| (first.horizontal, first.vertical));
        let chroma_is_single = components.iter().skip(1).all(|part| (part.horizontal, part.vertical) == (1, 1));
        if !chroma_is_single || !matches!(luma, Some((1 | 2, 1 | 2))) {
            return Err(Refusal::NotHandled("unusual sampling"));
        }
        let Self { restart_interval, progressive, .. } = *self;
        Ok(Header { width, height, components, restart_interval, progressive, scan, codes: Listed::default() })
    }
}

impl Listed {
    /// Takes the body of a segment.
    pub(super) fn take(&mut self, mut body: &[u8]) -> Result<(), Refusal> {
        const CUT: Refusal = Refusal::Damaged("a Huffman table is cut off");
        while let [kind, rest @ ..] = body {
            let (lengths, rest) = rest.split_first_chunk::<16>().ok_or(CUT)?;
            let count = lengths.iter().map(|&length| usize::from(length)).sum();
            let (symbols, rest) = rest.split_at_checked(count).ok_or(CUT)?;
            let tables = match kind >> 4 {
                // Used or not, as the general decoder has it.
                0 if symbols.iter().any(|&size| size > 15) => {
                    return Err(Refusal::Damaged("an impossible Huffman table"));
                }
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(Refusal::Damaged("a Huffman table of an unknown kind")),
            };
            let slot = tables.get_mut(usize::from(kind & 15)).ok_or(CUT)?;
            *slot =
                Some(Box::new(Codes::new(lengths, symbols).ok_or(Refusal::Damaged("an impossible Huffman table"))?));
            body = rest;
        }
        Ok(())
    }
}
