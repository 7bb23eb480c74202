//! JPEG decoded only where it is looked at.
//!
//! A decoder for photos of which a part is wanted, or a small picture, or both. [`SparseJpeg::open`] passes once over
//! the coded data: it keeps the DC coefficients, which are the picture at an eighth of its size, and [`Keep`] says
//! whether also places to start from or all other coefficients. [`SparseJpeg::planes`] then decodes the MCUs under a
//! rectangle, at full size, a half or a quarter, into luma and chroma as they are coded, which are cheaper to shrink
//! than RGB; [`SparseJpeg::region`] does so into RGB.
//!
//! It reads what cameras, phones and websites write: baseline or extended sequential Huffman coding in one scan, and
//! progressive Huffman coding, of which all coefficients have to be kept; 8 bits, grey or luma and chroma, chroma
//! sampled 4:4:4, 4:2:2, 4:4:0 or 4:2:0, with or without restart markers. Everything else is declined with a
//! [`Refusal`], to be read by a general decoder. So is whatever looks damaged, and a progressive file whose scans do
//! not make a whole picture: the general decoder has the last word, and the better words for people.
//!
//! # Geometry
//!
//! A scale has 1, 2, 4 or 8 source pixels to the output pixel each way. Output pixel (i, j) of a region at (left, top)
//! stands for the source pixels from left + i x scale up to left + (i + 1) x scale, and so down; `left` and `top` are
//! multiples of the scale. At the right and lower edge of the picture the last may stand for fewer.
//!
//! # Memory
//!
//! Kept: 2 bytes for each 8 x 8 block of each component (counted in whole MCUs) and with [`Keep::Places`] 24 bytes for
//! each 16 MCUs of a row, begun ones too. That is 0.05 bytes a pixel in 4:2:0 and 0.12 in 4:4:4. With
//! [`Keep::Coefficients`] instead 12 bytes for each block and 2 for each coefficient that is not zero: of photos 0.5 to
//! 1.5 bytes a pixel, at most 3.3 in 4:2:0 and 6.6 in 4:4:4. The file stays with the caller. Planes take their samples;
//! a region is made of planes.
//!
//! It shares nothing with the rest of the program and could be a crate of its own.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod band;
mod bits;
mod bounds;
mod coefficients;
mod header;
mod huffman;
mod idct;
mod instructions;
mod planes;
mod progressive;
mod region;
mod rows;
mod scan;
mod scans;

use coefficients::Coefficients;
use header::Header;
use image::RgbImage;
use planes::Picture;
use scan::{DcPlane, Index, MCUS_PER_PLACE, Tables};
use std::ops::Range;

/// Why a file is not read here. It may be a fine picture all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of a kind that this module does not decode; says which.
    NotHandled(&'static str),
    /// It is broken or cut off; says how.
    Damaged(&'static str),
}

/// What an open file keeps beside its DC coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Places to start decoding from: for large sequential files of which little is looked at. Takes little memory, and
    /// each look decodes anew. Progressive files have no such places and are declined.
    Places,
    /// All coefficients: for progressive files, and for those of which nearly everything is looked at, or several
    /// times. Each look transforms them only.
    Coefficients,
}

/// Source pixels to the output pixel, each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// One: the picture as a general decoder gives it.
    Full,
    /// Two.
    Half,
    /// Four.
    Quarter,
    /// Eight: the means of the 8 x 8 blocks, at no cost.
    Eighth,
}

impl Scale {
    /// Source pixels to the output pixel: 1, 2, 4 or 8.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }

    /// The next, of which there is none beyond the eighth.
    const fn coarser(self) -> Self {
        match self {
            Self::Full => Self::Half,
            Self::Half => Self::Quarter,
            Self::Quarter | Self::Eighth => Self::Eighth,
        }
    }
}

/// A rectangle of source pixels, as stored in the file: `left..right` and `top..bottom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Behind the last column.
    pub right: u32,
    /// Behind the last row.
    pub bottom: u32,
}

/// A decoded part of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its pixels.
    pub pixels: RgbImage,
    /// Column of the source at which its first pixel begins, a multiple of the scale.
    pub left: u32,
    /// Row of the source at which its first pixel begins, a multiple of the scale.
    pub top: u32,
    /// How many source pixels each of its pixels stands for.
    pub scale: Scale,
}

/// A decoded part of a picture as it is coded, by whole MCUs, cut off at the picture's edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    /// Brightness: Y of JFIF, 0..=255.
    pub luma: Plane,
    /// Colour, towards blue and towards red: Cb and Cr of JFIF, 128 for grey. `None` in a grey picture. Each is as fine
    /// as luma or half as fine, each way; of [`SparseJpeg::planes`] at other scales than [`Scale::Full`] half as fine
    /// even where the file has more.
    pub chroma: Option<[Plane; 2]>,
    /// Column of the source at which the first samples begin.
    pub left: u32,
    /// Row of the source at which the first samples begin.
    pub top: u32,
    /// How many source pixels each luma sample stands for.
    pub scale: Scale,
}

/// Samples of one component, row by row. Each lies in the middle of the source pixels that it stands for; the last of a
/// row or column may stand for fewer, and of chroma for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// `width * height` samples.
    pub samples: Vec<u8>,
    /// Samples in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Source pixels to a sample from left to right: 1, 2, 4, 8 or 16.
    pub across: u32,
    /// Source pixels to a sample from top to bottom.
    pub down: u32,
}

/// A file that is open: its size, its DC coefficients, and all others or the places to decode them from.
#[derive(Clone, Debug)]
pub struct SparseJpeg<'a> {
    bytes: &'a [u8],
    header: Header,
    dc: Vec<DcPlane>,
    kept: Kept,
    bounds: Area,
}

#[derive(Clone, Debug)]
enum Kept {
    Places(Box<Tables>, Index),
    Coefficients(Coefficients),
}

/// What the header says of a file that can be opened, unless its data are damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Width as stored, in pixels: 1..=65535.
    pub width: u32,
    /// Height as stored, in pixels: 1..=65535.
    pub height: u32,
    /// Bytes that [`SparseJpeg::open`] keeps beside the file, at most, but for tables of a fixed size (at most 200 KB).
    pub memory: u64,
}

/// Reads the header only.
///
/// # Errors
///
/// A [`Refusal`] where [`SparseJpeg::open`] would refuse the file by its header.
pub fn outline(bytes: &[u8], keep: Keep) -> Result<Outline, Refusal> {
    let header = header(bytes, keep)?;
    let (columns, rows) = (header.mcu_columns() as u64, header.mcu_rows() as u64);
    let blocks = columns * rows * header.blocks_per_mcu() as u64;
    let kept = match keep {
        Keep::Places => columns.div_ceil(MCUS_PER_PLACE as u64) * rows * size_of::<bits::Place>() as u64,
        Keep::Coefficients => coefficients::most_memory(blocks, bytes.len() as u64),
    };
    let memory = blocks * size_of::<i16>() as u64 + kept;
    Ok(Outline { width: header.width as u32, height: header.height as u32, memory })
}

fn header(bytes: &[u8], keep: Keep) -> Result<Header, Refusal> {
    let header = Header::read(bytes)?;
    if header.progressive && keep == Keep::Places {
        return Err(Refusal::NotHandled("progressive, and places only to be kept"));
    }
    Ok(header)
}

impl<'a> SparseJpeg<'a> {
    /// Passes over the whole file once. What it accepts, it has seen to the end: every code is a possible one, no block
    /// has too many coefficients, all MCUs, restart markers and the end mark are there, and of progressive files all
    /// bits of all coefficients.
    ///
    /// What is kept of a sequential file changes only time and memory; what is accepted and every sample are the same.
    ///
    /// # Errors
    ///
    /// A [`Refusal`]: the file is for a general decoder.
    pub fn open(bytes: &'a [u8], keep: Keep) -> Result<Self, Refusal> {
        let header = header(bytes, keep)?;
        // A block takes at least two bits, in progressive files one: a header that claims more than the file can hold
        // gets no memory.
        let blocks = header.mcu_columns() * header.mcu_rows() * header.blocks_per_mcu();
        if blocks / if header.progressive { 8 } else { 4 } > bytes.len() - header.scan {
            return Err(Refusal::Damaged("the coded data end early"));
        }
        let (dc, kept) = if header.progressive {
            let (dc, all) = progressive::read(bytes, &header)?;
            (dc, Kept::Coefficients(all))
        } else {
            let tables = Box::new(Tables::new(&header));
            match keep {
                Keep::Places => {
                    let (dc, index) = Index::read(bytes, &header, &tables)?;
                    (dc, Kept::Places(tables, index))
                }
                Keep::Coefficients => {
                    let (dc, all) = Coefficients::read(bytes, &header, &tables)?;
                    (dc, Kept::Coefficients(all))
                }
            }
        };
        let bounds = Area { left: 0, top: 0, right: header.width as u32, bottom: header.height as u32 };
        Ok(Self { bytes, header, dc, kept, bounds })
    }

    /// Width and height as stored, in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.header.width as u32, self.header.height as u32)
    }

    /// The part of the picture that is seen: what is decoded beyond it is what lies at its edge. All of it at first.
    #[must_use]
    pub const fn bounds(&self) -> Area {
        self.bounds
    }

    /// The same file, of which nothing beyond `bounds` is seen; positions stay those of the whole picture. Bounds that
    /// are empty or reach beyond the picture change nothing.
    #[must_use]
    pub fn within(self, bounds: Area) -> Self {
        let (width, height) = self.size();
        let is_sound = bounds.left < bounds.right
            && bounds.right <= width
            && bounds.top < bounds.bottom
            && bounds.bottom <= height;
        Self { bounds: if is_sound { bounds } else { self.bounds }, ..self }
    }

    /// The whole picture at an eighth of its size: each pixel the mean of 8 x 8 source pixels (of fewer at the right
    /// and lower edge), chroma interpolated where it is coarser. Costs next to nothing.
    #[must_use]
    pub fn eighth(&self) -> RgbImage {
        let (right, bottom) = self.size();
        let whole = Area { left: 0, top: 0, right, bottom };
        self.region(whole, Scale::Eighth).map(|region| region.pixels).unwrap_or_default()
    }

    /// Decodes the MCUs that lie under `area`. `None` where nothing of it lies in the picture.
    ///
    /// Where the picture becomes smaller, so does chroma: half as fine as luma is all that cameras and encoders leave
    /// of it.
    #[must_use]
    pub fn planes(&self, area: Area, scale: Scale) -> Option<Planes> {
        self.decoded(area, scale, if scale == Scale::Full { Scale::Full } else { scale.coarser() })
    }

    /// The same with chroma as fine as luma, as far as the file has it: at [`Scale::Half`] all that is in 4:2:0.
    #[must_use]
    pub fn planes_of_fine_colour(&self, area: Area, scale: Scale) -> Option<Planes> {
        self.decoded(area, scale, scale)
    }

    fn decoded(&self, area: Area, scale: Scale, chroma: Scale) -> Option<Planes> {
        let (width, height) = self.size();
        let area = Area { right: area.right.min(width), bottom: area.bottom.min(height), ..area };
        if area.left >= area.right || area.top >= area.bottom {
            return None;
        }
        let picture = Picture { bytes: self.bytes, header: &self.header, dc: &self.dc, kept: &self.kept };
        let mut planes = planes::decode(&picture, area, scale, chroma)?;
        if self.bounds != (Area { left: 0, top: 0, right: width, bottom: height }) {
            planes.hold_within(&self.header, self.bounds);
        }
        Some(planes)
    }

    /// Decodes the part of `area` that lies in the picture, its sides moved outwards to multiples of the scale. `None`
    /// where nothing of it lies in the picture.
    ///
    /// Chroma is interpolated linearly between the middles of its samples, as all common decoders do.
    #[must_use]
    pub fn region(&self, area: Area, scale: Scale) -> Option<Region> {
        let (width, height) = self.size();
        if area.left >= area.right.min(width) || area.top >= area.bottom.min(height) {
            return None;
        }
        // Chroma is interpolated with samples beside the area.
        let beside = 2 * scale.pixels();
        let with_neighbours = Area {
            left: area.left.saturating_sub(beside),
            top: area.top.saturating_sub(beside),
            right: area.right.saturating_add(beside),
            bottom: area.bottom.saturating_add(beside),
        };
        let planes = self.decoded(with_neighbours, scale, scale)?;
        planes.region(Area { right: area.right.min(width), bottom: area.bottom.min(height), ..area })
    }
}

impl Planes {
    /// RGB of the part of `area` that lies in the planes, its sides moved outwards to multiples of the scale. `None`
    /// where nothing of it lies in them.
    ///
    /// Chroma is interpolated linearly between the middles of its samples, as all common decoders do.
    #[must_use]
    pub fn region(&self, area: Area) -> Option<Region> {
        let pixels = self.scale.pixels();
        let outwards = |start: u32, end: u32, first: u32, count: u32| {
            let first = first / pixels;
            let end = end.div_ceil(pixels).min(first + count);
            (start < end * pixels)
                .then(|| (start / pixels).max(first) - first..end - first)
                .filter(|range| !range.is_empty())
        };
        let columns = outwards(area.left, area.right, self.left, self.luma.width)?;
        let rows = outwards(area.top, area.bottom, self.top, self.luma.height)?;
        let within = |range: &Range<u32>| range.start as usize..range.end as usize;
        let rgb = region::rgb(self, &within(&columns), &within(&rows));
        Some(Region {
            pixels: RgbImage::from_raw(columns.end - columns.start, rows.end - rows.start, rgb)?,
            left: self.left + columns.start * pixels,
            top: self.top + rows.start * pixels,
            scale: self.scale,
        })
    }
}

#[cfg(test)]
mod tests;
