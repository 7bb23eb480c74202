//! The marker segments in front of the picture data (ITU-T T.81, annex B), with everything declined that the rest of
//! this module does not decode.

use super::Refusal;
use super::huffman::Codes;

/// Markers, by their second byte.
mod mark {
    pub const SOF0: u8 = 0xC0;
    pub const SOF1: u8 = 0xC1;
    pub const SOF2: u8 = 0xC2;
    pub const DHT: u8 = 0xC4;
    pub const SOI: u8 = 0xD8;
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
    /// Where the coded data start.
    pub scan: usize,
    pub dc_codes: [Option<Box<Codes>>; 4],
    pub ac_codes: [Option<Box<Codes>>; 4],
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
                mark::SOF2 => return Err(Refusal::NotHandled("progressive")),
                mark::DHT => parts.take_codes(body)?,
                mark::DQT => parts.take_steps(body)?,
                mark::DRI => {
                    let [high, low] = body else {
                        return Err(Refusal::Damaged("a restart interval of a wrong length"));
                    };
                    parts.restart_interval = usize::from(u16::from_be_bytes([*high, *low]));
                }
                mark::APP0 | mark::COM => {}
                mark::APP14 if body.starts_with(b"Adobe") && body.get(11) == Some(&0) => {
                    return Err(Refusal::NotHandled("Adobe colour without luma and chroma"));
                }
                mark::APP0..=mark::APP15 => {}
                mark::SOS => return parts.finish(body, end),
                _ => return Err(Refusal::NotHandled("another coding or an unusual segment")),
            }
            at = end;
        }
    }
}

/// The marker at `at`, behind fill bytes, with its body and where that ends.
fn segment(bytes: &[u8], mut at: usize) -> Result<(u8, &[u8], usize), Refusal> {
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

/// What the segments gave so far.
#[derive(Default)]
struct Parts {
    size: Option<(usize, usize)>,
    /// Name, sampling byte and number of the quantisation table of each component.
    components: Vec<[u8; 3]>,
    steps: [Option<[u8; 64]>; 4],
    dc_codes: [Option<Box<Codes>>; 4],
    ac_codes: [Option<Box<Codes>>; 4],
    restart_interval: usize,
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

    fn take_codes(&mut self, mut body: &[u8]) -> Result<(), Refusal> {
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
                0 => &mut self.dc_codes,
                1 => &mut self.ac_codes,
                _ => return Err(Refusal::Damaged("a Huffman table of an unknown kind")),
            };
            let slot = tables.get_mut(usize::from(kind & 15)).ok_or(CUT)?;
            *slot =
                Some(Box::new(Codes::new(lengths, symbols).ok_or(Refusal::Damaged("an impossible Huffman table"))?));
            body = rest;
        }
        Ok(())
    }

    /// Puts the parts together at the scan header.
    fn finish(self, scan: &[u8], data: usize) -> Result<Header, Refusal> {
        let Some((width, height)) = self.size else { return Err(Refusal::Damaged("the header gives no picture size")) };
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
        let names: Vec<u8> = self.components.iter().map(|part| part[0]).collect();
        if names == b"RGB" {
            return Err(Refusal::NotHandled("colour without luma and chroma"));
        }
        let mut components = Vec::with_capacity(count);
        for (&[name, sampling, table], selector) in self.components.iter().zip(selectors.chunks_exact(2)) {
            if selector[0] != name {
                return Err(Refusal::NotHandled("components out of order"));
            }
            let steps = self.steps.get(usize::from(table)).copied().flatten();
            let steps = steps.ok_or(Refusal::Damaged("a quantisation table is missing"))?;
            if steps.contains(&0) {
                return Err(Refusal::NotHandled("a quantisation step of zero"));
            }
            // A component alone is stored block by block, whatever its sampling says (T.81, A.2.2).
            let (horizontal, vertical) = if count == 1 { (1, 1) } else { (sampling >> 4, sampling & 15) };
            let (dc_table, ac_table) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            let known = |tables: &[Option<Box<Codes>>; 4], index: usize| tables.get(index).is_some_and(Option::is_some);
            if !known(&self.dc_codes, dc_table) || !known(&self.ac_codes, ac_table) {
                return Err(Refusal::NotHandled("a Huffman table is missing"));
            }
            let (horizontal, vertical) = (usize::from(horizontal), usize::from(vertical));
            components.push(Component { horizontal, vertical, steps, dc_table, ac_table });
        }
        let luma = components.first().map(|first| (first.horizontal, first.vertical));
        let chroma_is_single = components.iter().skip(1).all(|part| (part.horizontal, part.vertical) == (1, 1));
        if !chroma_is_single || !matches!(luma, Some((1 | 2, 1 | 2))) {
            return Err(Refusal::NotHandled("unusual sampling"));
        }
        let Self { dc_codes, ac_codes, restart_interval, .. } = self;
        Ok(Header { width, height, components, restart_interval, scan: data, dc_codes, ac_codes })
    }
}
