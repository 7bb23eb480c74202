//! Planes to RGB: chroma interpolated to the size of luma.

use super::{Plane, Planes, rows};
use std::ops::Range;

/// The pixels in `columns` and `rows`, counted in luma samples of the planes.
pub(super) fn rgb(planes: &Planes, columns: &Range<usize>, rows: &Range<usize>) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(3 * columns.len() * rows.len());
    let mut line = vec![0; 3 * columns.len()];
    let Some(chroma) = &planes.chroma else {
        for row in rows.clone() {
            rows::grey_to_rgb(part(planes.luma.row(row), columns), &mut line);
            rgb.extend_from_slice(&line);
        }
        return rgb;
    };
    let mut wider = chroma.each_ref().map(|plane| Wider::new(plane, &planes.luma));
    for row in rows.clone() {
        let [blue, red] = wider.each_mut().map(|wider| wider.row(row));
        rows::to_rgb(part(planes.luma.row(row), columns), part(blue, columns), part(red, columns), &mut line);
        rgb.extend_from_slice(&line);
    }
    rgb
}

fn part<'a>(row: &'a [u8], columns: &Range<usize>) -> &'a [u8] {
    row.get(columns.clone()).unwrap_or_default()
}

impl Plane {
    fn row(&self, row: usize) -> &[u8] {
        let width = self.width as usize;
        self.samples.get(row * width..(row + 1) * width).unwrap_or_default()
    }
}

/// A plane of chroma whose rows become as wide and as many as those of luma.
struct Wider<'a> {
    plane: &'a Plane,
    doubles_width: bool,
    doubles_height: bool,
    between: Vec<u8>,
    wide: Vec<u8>,
}

impl<'a> Wider<'a> {
    fn new(plane: &'a Plane, luma: &Plane) -> Self {
        let width = plane.width as usize;
        Self {
            plane,
            doubles_width: plane.across != luma.across,
            doubles_height: plane.down != luma.down,
            between: vec![0; width],
            wide: vec![0; 2 * width],
        }
    }

    /// The chroma of a row of luma.
    fn row(&mut self, row: usize) -> &[u8] {
        let own = if self.doubles_height { row / 2 } else { row };
        let mut samples = self.plane.row(own);
        if self.doubles_height {
            let neighbour = if row.is_multiple_of(2) { own.checked_sub(1) } else { Some(own + 1) };
            // At the picture's edge there is nothing to interpolate with.
            if let Some(neighbour) = neighbour.filter(|&row| row < self.plane.height as usize) {
                rows::between(samples, self.plane.row(neighbour), &mut self.between);
                samples = &self.between;
            }
        }
        if !self.doubles_width {
            return samples;
        }
        rows::twice_as_wide(samples, &mut self.wide);
        &self.wide
    }
}
