//! JPEG decoded only where it is looked at.
//!
//! A decoder for photos of which a part is wanted, or a small picture, or both. [`SparseJpeg::open`] passes once over
//! the coded data: it keeps the DC coefficients, which are the picture at an eighth of its size, and [`Keep`] says
//! whether also places to start from or all other coefficients. [`SparseJpeg::planes`] then decodes the MCUs under a
//! rectangle, at full size, a half or a quarter, into luma and chroma as they are coded, which are cheaper to shrink
//! than RGB; [`SparseJpeg::region`] does so into RGB.
//!
//! It reads all files of 8 bits with Huffman coding: baseline, extended sequential and progressive, in any scans, with
//! or without restart markers, of one, three or four components. Luma and chroma as cameras, phones and websites sample
//! them (4:4:4, 4:2:2, 4:4:0 or 4:2:0) are read in parts; of all other components and samplings [`SparseJpeg::samples`]
//! gives the whole picture. Sampling at a fraction of the pixels (two samples for three) is declined with a
//! [`Refusal`], as are arithmetic, lossless and hierarchical coding and 12 bits.
//!
//! A file is damaged where any of its picture is missing, and read as far as it goes on request. What is amiss around a
//! picture that is whole is a [`Flaw`].
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
mod open;
mod passes;
mod planes;
mod region;
mod rows;
mod scan;
mod scans;
mod tables;

use coefficients::Coefficients;
use header::Header;
use image::RgbImage;
use planes::Picture;
use scan::{DcPlane, Index, Tables};
use std::ops::Range;

pub use open::outline;

/// Why a file is not read here. It may be a fine picture all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of a kind that this module does not decode; says which.
    NotHandled(&'static str),
    /// It is broken or cut off; says how.
    Damaged(&'static str),
}

/// What is wrong with a file whose picture is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The file ends without its end mark, or something else stands in its place.
    NoEndMark,
    /// Between its parts stand bytes that belong to none of them.
    StrayBytes,
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
    flaw: Option<Flaw>,
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
    /// Whether parts of the picture can be had ([`SparseJpeg::has_planes`]).
    pub has_planes: bool,
}

impl SparseJpeg<'_> {
    /// What is wrong with the file although its picture is whole.
    #[must_use]
    pub const fn flaw(&self) -> Option<Flaw> {
        self.flaw
    }

    /// What is kept of it.
    #[must_use]
    pub const fn keeps(&self) -> Keep {
        match self.kept {
            Kept::Places(..) => Keep::Places,
            Kept::Coefficients(_) => Keep::Coefficients,
        }
    }

    /// Whether parts of the picture can be had: it is grey, or has two components that are as fine as the first, or
    /// half as fine, each way. They are taken for luma and chroma.
    #[must_use]
    pub fn has_planes(&self) -> bool {
        self.header.has_planes()
    }

    /// The whole picture as it is coded: all components at full size, pixel by pixel. What is half as fine as the
    /// finest component is interpolated, and what is coarser still is repeated.
    #[must_use]
    pub fn samples(&self) -> Vec<u8> {
        region::samples(&planes::whole(&self.picture()), self.header.width, self.header.height)
    }

    /// How many components there are: 1, 3 or 4.
    #[must_use]
    pub const fn components(&self) -> usize {
        self.header.components.len()
    }

    /// Quantisation steps of the first component, in zigzag order.
    #[must_use]
    pub fn luma_steps(&self) -> [i16; 64] {
        self.header.components.first().map_or([1; 64], |luma| luma.steps)
    }

    fn picture(&self) -> Picture<'_> {
        Picture { bytes: self.bytes, header: &self.header, dc: &self.dc, kept: &self.kept }
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

    /// Decodes the MCUs that lie under `area`. `None` where nothing of it lies in the picture, or it has no planes
    /// ([`Self::has_planes`]).
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
        if area.left >= area.right || area.top >= area.bottom || !self.has_planes() {
            return None;
        }
        let mut planes = planes::decode(&self.picture(), area, scale, chroma)?;
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
