//! Parts of planes, without copies.

use super::{Area, Plane, Planes, Region, Scale, region};
use image::RgbImage;
use std::ops::Range;

/// A part of [`Planes`].
#[derive(Clone, Copy, Debug)]
pub struct PlanesView<'a> {
    /// Brightness, as in [`Planes::luma`].
    pub luma: PlaneView<'a>,
    /// Colour, as in [`Planes::chroma`].
    pub chroma: Option<[PlaneView<'a>; 2]>,
    /// Column of the source at which the first samples begin.
    pub left: u32,
    /// Row of the source at which the first samples begin.
    pub top: u32,
    /// How many source pixels each luma sample stands for.
    pub scale: Scale,
}

/// A part of a [`Plane`].
#[derive(Clone, Copy, Debug)]
pub struct PlaneView<'a> {
    /// Samples from the first of the part on; those of each row begin `stride` behind those of the row before.
    pub samples: &'a [u8],
    /// Samples from the start of a row to that of the next, at least `width`.
    pub stride: usize,
    /// Samples in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Source pixels to a sample from left to right.
    pub across: u32,
    /// Source pixels to a sample from top to bottom.
    pub down: u32,
}

impl Plane {
    /// All of it.
    #[must_use]
    pub fn view(&self) -> PlaneView<'_> {
        let &Self { ref samples, width, height, across, down } = self;
        PlaneView { samples, stride: width as usize, width, height, across, down }
    }
}

impl<'a> PlaneView<'a> {
    /// `width` x `height` samples from the column `left` and the row `top` on; `None` where there are not so many.
    pub(super) fn part(self, (left, top): (usize, usize), (width, height): (usize, usize)) -> Option<Self> {
        if left + width > self.width as usize || top + height > self.height as usize {
            return None;
        }
        let samples = self.samples.get(top * self.stride + left..)?;
        Some(Self { samples, width: width as u32, height: height as u32, ..self })
    }

    /// The samples of a row.
    pub(super) fn row(&self, row: usize) -> &'a [u8] {
        let start = row * self.stride;
        self.samples.get(start..start + self.width as usize).unwrap_or_default()
    }
}

impl Planes {
    /// All of them.
    #[must_use]
    pub fn view(&self) -> PlanesView<'_> {
        PlanesView {
            luma: self.luma.view(),
            chroma: self.chroma.as_ref().map(|chroma| chroma.each_ref().map(Plane::view)),
            left: self.left,
            top: self.top,
            scale: self.request.scale,
        }
    }
}

impl PlanesView<'_> {
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
