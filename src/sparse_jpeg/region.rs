//! Planes to RGB: chroma interpolated to the size of luma.

use super::instructions::Instructions;
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
    let instructions = Instructions::detect();
    let mut wider = chroma.each_ref().map(|plane| Wider::new(plane, &planes.luma, instructions));
    for row in rows.clone() {
        let [blue, red] = wider.each_mut().map(|wider| wider.row(row, columns));
        instructions.to_rgb(part(planes.luma.row(row), columns), blue, red, &mut line);
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
    instructions: Instructions,
    doubles_width: bool,
    doubles_height: bool,
    between: Vec<u8>,
    wide: Vec<u8>,
}

impl<'a> Wider<'a> {
    fn new(plane: &'a Plane, luma: &Plane, instructions: Instructions) -> Self {
        let width = plane.width as usize;
        Self {
            plane,
            instructions,
            doubles_width: plane.across != luma.across,
            doubles_height: plane.down != luma.down,
            between: vec![0; width],
            wide: vec![0; 2 * width],
        }
    }

    /// The chroma of these columns of a row of luma.
    fn row(&mut self, row: usize, columns: &Range<usize>) -> &[u8] {
        let own = if self.doubles_height { row / 2 } else { row };
        // With a sample more at each side, where there is one, to interpolate with.
        let reach = if self.doubles_width {
            (columns.start / 2).saturating_sub(1)..(columns.end.div_ceil(2) + 1).min(self.plane.width as usize)
        } else {
            columns.clone()
        };
        let mut samples = part(self.plane.row(own), &reach);
        if self.doubles_height {
            let neighbour = if row.is_multiple_of(2) { own.checked_sub(1) } else { Some(own + 1) };
            // At the picture's edge there is nothing to interpolate with.
            if let Some(neighbour) = neighbour.filter(|&row| row < self.plane.height as usize) {
                self.instructions.between(samples, part(self.plane.row(neighbour), &reach), &mut self.between);
                samples = part(&self.between, &(0..samples.len()));
            }
        }
        if !self.doubles_width {
            return samples;
        }
        let Some(wide) = self.wide.get_mut(..2 * samples.len()) else { return &[] };
        self.instructions.twice_as_wide(samples, wide);
        part(wide, &(columns.start - 2 * reach.start..columns.end - 2 * reach.start))
    }
}
