//! The marker segments of a JPEG file (ITU-T T.81, annex B), read in place: size, coding, colour model, EXIF, ICC
//! profile, number of scans, and whether the file goes on to its end mark.

use super::Format;
use crate::error::Failure;
use std::ops::Range;

/// Markers, by their second byte.
mod mark {
    pub const SOF0: u8 = 0xC0;
    pub const DHT: u8 = 0xC4;
    pub const JPG: u8 = 0xC8;
    pub const DAC: u8 = 0xCC;
    pub const SOF15: u8 = 0xCF;
    pub const RST0: u8 = 0xD0;
    pub const SOI: u8 = 0xD8;
    pub const EOI: u8 = 0xD9;
    pub const SOS: u8 = 0xDA;
    pub const DNL: u8 = 0xDC;
    pub const APP0: u8 = 0xE0;
    pub const APP1: u8 = 0xE1;
    pub const APP2: u8 = 0xE2;
    pub const APP14: u8 = 0xEE;
}

/// How the samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// One pass over the picture, Huffman coded.
    Sequential,
    /// Several passes, each adding detail, Huffman coded.
    Progressive,
    /// Arithmetic, lossless or hierarchical coding, by name.
    Other(&'static str),
}

impl Coding {
    /// Several pictures of growing size, each the difference to the one before.
    pub(super) const HIERARCHICAL: Self = Self::Other("hierarchical");
}

/// What the header says.
#[derive(Debug)]
pub(super) struct Markers<'a> {
    pub width: u32,
    pub height: u32,
    pub bits: u8,
    pub coding: Coding,
    pub component_ids: Vec<u8>,
    pub jfif: bool,
    /// The colour transform byte of Adobe's segment.
    pub adobe_transform: Option<u8>,
    pub exif: Option<&'a [u8]>,
    pub xmp: Option<&'a [u8]>,
    icc: Vec<(u8, &'a [u8])>,
    /// Where the first scan's header starts.
    first_scan: usize,
    /// The components that the first scan holds, in its order.
    first_scan_ids: Vec<u8>,
}

/// What stands behind the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scans {
    pub count: u32,
    /// Whether the end mark was reached.
    pub complete: bool,
}

impl<'a> Markers<'a> {
    /// Reads all segments up to the first scan.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Failure> {
        let mut markers = Self {
            width: 0,
            height: 0,
            bits: 0,
            coding: Coding::Sequential,
            component_ids: Vec::new(),
            jfif: false,
            adobe_transform: None,
            exif: None,
            xmp: None,
            icc: Vec::new(),
            first_scan: 0,
            first_scan_ids: Vec::new(),
        };
        let mut at = 2;
        loop {
            let Some(segment) = Segment::next(bytes, at) else {
                return Err(Format::Jpeg.damaged("the file ends inside its header"));
            };
            at = segment.end;
            match segment.marker {
                mark::SOS => {
                    markers.first_scan = segment.start;
                    markers.take_scan(&segment, bytes);
                    break;
                }
                mark::EOI => return Err(Format::Jpeg.damaged("there is no picture between its header and its end")),
                marker => markers.take(marker, &segment, bytes)?,
            }
        }
        if markers.component_ids.is_empty() || markers.height == 0 {
            return Err(Format::Jpeg.damaged("the header gives no picture size"));
        }
        Ok(markers)
    }

    /// Takes the header of the first scan, and from behind its data the height, where the frame left that open (T.81,
    /// B.2.5).
    fn take_scan(&mut self, segment: &Segment, bytes: &[u8]) {
        let ids = bytes[segment.body.clone()].split_first().map(|(&count, rest)| (usize::from(count), rest));
        self.first_scan_ids = ids.map_or_else(Vec::new, |(count, rest)| {
            rest.as_chunks::<2>().0.iter().take(count).map(|selector| selector[0]).collect()
        });
        if self.height == 0
            && let Some(behind) = Segment::next(bytes, segment.end).filter(|behind| behind.marker == mark::DNL)
            && let [high, low] = bytes[behind.body]
        {
            self.height = u32::from(u16::from_be_bytes([high, low]));
        }
    }

    fn take(&mut self, marker: u8, segment: &Segment, bytes: &'a [u8]) -> Result<(), Failure> {
        let body = &bytes[segment.body.clone()];
        match marker {
            mark::DHT | mark::JPG | mark::DAC => {}
            mark::SOF0..=mark::SOF15 => self.take_frame(marker, body)?,
            mark::APP0 => self.jfif |= body.starts_with(b"JFIF\0"),
            mark::APP1 => {
                self.exif = self.exif.or_else(|| body.strip_prefix(b"Exif\0\0"));
                self.xmp = self.xmp.or_else(|| body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0"));
            }
            mark::APP2 => {
                if let Some([number, _, data @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
                    self.icc.push((*number, data));
                }
            }
            mark::APP14 if body.starts_with(b"Adobe") => self.adobe_transform = body.get(11).copied(),
            _ => {}
        }
        Ok(())
    }

    fn take_frame(&mut self, marker: u8, body: &[u8]) -> Result<(), Failure> {
        if !self.component_ids.is_empty() {
            return Err(Format::Jpeg.damaged("the header gives the picture size twice"));
        }
        let [bits, h0, h1, w0, w1, count, components @ ..] = body else {
            return Err(Format::Jpeg.damaged("the picture size is cut off"));
        };
        self.coding = match marker {
            0xC0 | 0xC1 => Coding::Sequential,
            0xC2 => Coding::Progressive,
            0xC3 => Coding::Other("lossless"),
            0xC9 | 0xCA => Coding::Other("arithmetic"),
            0xCB => Coding::Other("lossless arithmetic"),
            _ => Coding::HIERARCHICAL,
        };
        self.bits = *bits;
        self.height = u32::from(u16::from_be_bytes([*h0, *h1]));
        self.width = u32::from(u16::from_be_bytes([*w0, *w1]));
        self.component_ids = components.chunks_exact(3).map(|component| component[0]).collect();
        if self.component_ids.len() != usize::from(*count) || self.width == 0 {
            return Err(Format::Jpeg.damaged("the header gives no possible picture size"));
        }
        Ok(())
    }

    /// Whether a sequential file stores its components other than side by side, in their order.
    pub(super) fn is_split(&self) -> bool {
        self.coding == Coding::Sequential && self.first_scan_ids != self.component_ids
    }

    /// The ICC profile, its parts in the order of their numbers (ICC.1, annex B.4). Files in the wild number them from
    /// 0, miscount them or store them out of order; parts that appear twice or leave a gap give no profile.
    pub(super) fn icc_profile(&self) -> Option<Vec<u8>> {
        let mut parts = self.icc.clone();
        parts.sort_by_key(|(number, _)| *number);
        let first = parts.first()?.0;
        let gapless =
            parts.iter().enumerate().all(|(index, (number, _))| usize::from(*number) == index + usize::from(first));
        (gapless && first <= 1).then(|| parts.iter().flat_map(|(_, data)| data.iter().copied()).collect())
    }

    /// Walks the coded data behind the header to the end mark. Its cost is a look at every byte.
    pub(super) fn scans(&self, bytes: &[u8]) -> Scans {
        let mut scans = Scans { count: 0, complete: false };
        let mut at = self.first_scan;
        while let Some(segment) = Segment::next(bytes, at) {
            at = segment.end;
            match segment.marker {
                mark::EOI => return Scans { complete: true, ..scans },
                mark::SOS => scans.count += 1,
                _ => {}
            }
        }
        scans
    }
}

/// One marker with its segment.
struct Segment {
    marker: u8,
    start: usize,
    body: Range<usize>,
    end: usize,
}

impl Segment {
    /// The next marker at or after `at`, skipping coded data, stray and fill bytes, and restart
    /// marks; `None` at the end.
    fn next(bytes: &[u8], mut at: usize) -> Option<Self> {
        loop {
            at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
            match *bytes.get(at + 1)? {
                0xFF => at += 1,
                ..mark::SOF0 | mark::RST0..=mark::SOI => at += 2,
                marker @ mark::EOI => return Some(Self { marker, start: at, body: at + 2..at + 2, end: at + 2 }),
                marker => {
                    let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                    let end = at + 2 + length;
                    if length < 2 || end > bytes.len() {
                        return None;
                    }
                    return Some(Self { marker, start: at, body: at + 4..end, end });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Reason;
    use proptest::prelude::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], length.as_slice(), body].concat()
    }

    fn frame() -> Vec<u8> {
        segment(0xC0, &[8, 0, 30, 0, 40, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1])
    }

    fn scan() -> Vec<u8> {
        [segment(0xDA, &[1, 1, 0, 0, 63, 0]), vec![1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4]].concat()
    }

    fn file(parts: &[Vec<u8>]) -> Vec<u8> {
        [vec![0xFF, 0xD8], parts.concat()].concat()
    }

    #[test]
    fn size_and_segments_are_found() {
        let bytes = file(&[
            segment(0xE1, b"Exif\0\0MM"),
            segment(0xEE, b"Adobe\0d\0\0\0\0\x01"),
            vec![0xFF, 0xFF],
            frame(),
            scan(),
            vec![0xFF, 0xD9],
        ]);
        let markers = Markers::read(&bytes).unwrap();
        assert_eq!((markers.width, markers.height, markers.coding), (40, 30, Coding::Sequential));
        assert_eq!((markers.exif, markers.adobe_transform), (Some(b"MM".as_slice()), Some(1)));
        assert_eq!(markers.scans(&bytes), Scans { count: 1, complete: true });
        assert_eq!(markers.scans(&bytes[..bytes.len() - 1]), Scans { count: 1, complete: false });
    }

    #[test]
    fn profile_parts_come_in_any_order_but_whole() {
        let part = |number: u8, data: &[u8]| segment(0xE2, &[b"ICC_PROFILE\0", [number, 9].as_slice(), data].concat());
        let profile = |parts: &[Vec<u8>]| {
            let bytes = file(&[parts.concat(), frame(), scan()]);
            Markers::read(&bytes).unwrap().icc_profile()
        };
        assert_eq!(profile(&[part(2, b"cd"), part(1, b"ab")]), Some(b"abcd".to_vec()));
        assert_eq!(profile(&[part(0, b"ab")]), Some(b"ab".to_vec()));
        assert_eq!(profile(&[part(1, b"ab"), part(3, b"cd")]), None);
        assert_eq!(profile(&[part(1, b"ab"), part(1, b"cd")]), None);
        assert_eq!(profile(&[]), None);
    }

    #[test]
    fn a_header_without_a_picture_is_damaged() {
        for bytes in [file(&[]), file(&[frame()]), file(&[vec![0xFF, 0xD9]]), file(&[scan()])] {
            assert_eq!(Markers::read(&bytes).unwrap_err().reason, Reason::Damaged);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(tail in proptest::collection::vec(prop_oneof![Just(0xFFu8), 0xC0u8..0xF0, any::<u8>()], 0..200)) {
            let bytes = [file(&[frame(), scan()]), tail].concat();
            let markers = Markers::read(&bytes).unwrap();
            prop_assert!(markers.scans(&bytes).count >= 1);
            let _ = Markers::read(&bytes[30..]);
        }
    }
}
