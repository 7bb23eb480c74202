//! JPEG decoded only where it is looked at.
//!
//! A decoder for photos of which a part is wanted, or a small picture, or both. [`SparseJpeg::open`] passes once over
//! the coded data: it keeps the DC coefficients, which are the picture at an eighth of its size, and [`Keep`] says
//! whether also places to start from or all other coefficients. [`SparseJpeg::planes`] then decodes the MCUs under a
//! rectangle, at full size, a half or a quarter, into luma and chroma as they are coded, which are cheaper to shrink
//! than RGB; [`SparseJpeg::decode`] decodes several of them from one reading, and [`SparseJpeg::view`] gives the exact
//! part that a request stands for out of planes that hold more. [`SparseJpeg::region`] decodes into RGB.
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
mod view;

use coefficients::Coefficients;
use header::Header;
use image::RgbImage;
use planes::{Layout, Picture};
use scan::{DcPlane, Index, Tables};

pub use view::{PlaneView, PlanesView};

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

/// Planes to decode: the samples that they hold depend on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The part of the picture. All MCUs that it touches are decoded.
    pub area: Area,
    /// Source pixels to the luma sample.
    pub scale: Scale,
    /// Whether chroma is decoded as fine as luma, as far as the file has it, and not half as fine. At [`Scale::Full`]
    /// it always is, at [`Scale::Eighth`] never.
    pub fine_colour: bool,
}

impl Request {
    /// Source pixels to the chroma sample, at least.
    const fn chroma_pixels(&self) -> u32 {
        match (self.scale, self.fine_colour) {
            (Scale::Full, _) => 1,
            (Scale::Half | Scale::Quarter, true) => self.scale.pixels(),
            _ => 2 * self.scale.pixels(),
        }
    }

    /// Whether both ask for the same kind of planes, if perhaps of different areas.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        self.scale == other.scale && self.chroma_pixels() == other.chroma_pixels()
    }
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
    /// as luma or half as fine, each way; see [`Request::fine_colour`].
    pub chroma: Option<[Plane; 2]>,
    /// Column of the source at which the first samples begin.
    pub left: u32,
    /// Row of the source at which the first samples begin.
    pub top: u32,
    /// What they were decoded for.
    pub request: Request,
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

    /// Whether less than the whole picture is seen.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let (right, bottom) = self.size();
        self.bounds != Area { left: 0, top: 0, right, bottom }
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

    /// Decodes what is asked for. `None` where nothing of the area lies in the picture, or it has no planes
    /// ([`Self::has_planes`]).
    #[must_use]
    pub fn planes(&self, request: Request) -> Option<Planes> {
        self.decode(&[request]).pop()
    }

    /// Decodes all that is asked for, in that order, but for requests whose area has nothing in common with the
    /// picture. Coded data are read once, so that this takes less time than one request after the other; the samples
    /// are the same.
    #[must_use]
    pub fn decode(&self, requests: &[Request]) -> Vec<Planes> {
        if !self.has_planes() {
            return Vec::new();
        }
        let layouts = requests.iter().filter_map(|request| Layout::new(&self.header, request)).collect();
        let mut all = planes::decode(&self.picture(), layouts);
        if self.is_bounded() {
            all.iter_mut().for_each(|planes| planes.hold_within(&self.header, self.bounds));
        }
        all
    }

    /// What [`Self::planes`] would give for `request`, out of `planes` of this picture that were decoded before. `None`
    /// where they do not hold all of it or are of another kind.
    #[must_use]
    pub fn view<'p>(&self, planes: &'p Planes, request: &Request) -> Option<PlanesView<'p>> {
        // What is held within bounds depends on the area that it is held in.
        let is_other = self.is_bounded() && planes.request.area != request.area;
        if is_other || !planes.request.is_alike(request) {
            return None;
        }
        Layout::new(&self.header, request)?.view(planes)
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
        let planes = self.planes(Request { area: with_neighbours, scale, fine_colour: true })?;
        planes.view().region(Area { right: area.right.min(width), bottom: area.bottom.min(height), ..area })
    }
}

#[cfg(test)]
mod tests;
