//! Planes to pixels: coarse components brought to the size of the finest.

use super::instructions::Instructions;
use super::{Plane, PlaneView, PlanesView, Scale, rows};
use std::ops::Range;

/// The pixels in `columns` and `rows`, counted in luma samples of the planes.
pub(super) fn rgb(planes: &PlanesView<'_>, columns: &Range<usize>, rows: &Range<usize>) -> Vec<u8> {
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
    let luma = (planes.luma.across, planes.luma.down);
    let is_narrow = planes.scale == Scale::Full && planes.left == 0 && planes.luma.width as usize <= NARROW;
    let mut wider = chroma.map(|plane| Wider::new(plane, luma, is_narrow, instructions));
    for row in rows.clone() {
        let [blue, red] = wider.each_mut().map(|wider| wider.row(row, columns));
        instructions.to_rgb(part(planes.luma.row(row), columns), blue, red, &mut line);
        rgb.extend_from_slice(&line);
    }
    rgb
}

/// All components at full size, pixel by pixel, of a picture of this size whose `planes` these are.
pub(super) fn samples(planes: &[Plane], width: usize, height: usize) -> Vec<u8> {
    let instructions = Instructions::detect();
    let mut wider: Vec<Wider<'_>> =
        planes.iter().map(|plane| Wider::new(plane.view(), (1, 1), width <= NARROW, instructions)).collect();
    let mut samples = vec![0; width * height * planes.len()];
    for (row, line) in samples.chunks_exact_mut(width * planes.len()).enumerate() {
        for (component, wider) in wider.iter_mut().enumerate() {
            let pixels = line.chunks_exact_mut(planes.len());
            for (&sample, pixel) in wider.row(row, &(0..width)).iter().zip(pixels) {
                pixel[component] = sample;
            }
        }
    }
    samples
}

fn part<'a>(row: &'a [u8], columns: &Range<usize>) -> &'a [u8] {
    row.get(columns.clone()).unwrap_or_default()
}

/// Up to this width in pixels, two samples of half the fineness, nothing is interpolated.
const NARROW: usize = 4;

/// A plane whose rows become as wide and as many as those of the finest.
///
/// As the library of the Independent JPEG Group does it, which all other software uses: what is half as fine is
/// interpolated, and what is coarser still is repeated, as is what is coarser across in a picture of hardly any width.
struct Wider<'a> {
    plane: PlaneView<'a>,
    instructions: Instructions,
    /// How many samples become of one.
    across: usize,
    down: usize,
    repeats: bool,
    between: Vec<u8>,
    wide: Vec<u8>,
}

impl<'a> Wider<'a> {
    /// For the finest plane with so many source pixels to a sample.
    fn new(plane: PlaneView<'a>, finest: (u32, u32), is_narrow: bool, instructions: Instructions) -> Self {
        let width = plane.width as usize;
        let (across, down) = ((plane.across / finest.0) as usize, (plane.down / finest.1) as usize);
        let repeats = across > 2 || down > 2 || (across == 2 && is_narrow);
        Self { plane, instructions, across, down, repeats, between: vec![0; width], wide: vec![0; across * width] }
    }

    /// These columns of a row of the finest.
    fn row(&mut self, row: usize, columns: &Range<usize>) -> &[u8] {
        if self.repeats { self.repeated(row, columns) } else { self.interpolated(row, columns) }
    }

    fn repeated(&mut self, row: usize, columns: &Range<usize>) -> &[u8] {
        let samples = self.plane.row(row / self.down);
        for (&sample, wide) in samples.iter().zip(self.wide.chunks_exact_mut(self.across)) {
            wide.fill(sample);
        }
        part(&self.wide, columns)
    }

    fn interpolated(&mut self, row: usize, columns: &Range<usize>) -> &[u8] {
        let own = row / self.down;
        // With a sample more at each side, where there is one, to interpolate with.
        let reach = if self.across == 2 {
            (columns.start / 2).saturating_sub(1)..(columns.end.div_ceil(2) + 1).min(self.plane.width as usize)
        } else {
            columns.clone()
        };
        let mut samples = part(self.plane.row(own), &reach);
        if self.down == 2 {
            let neighbour = if row.is_multiple_of(2) { own.checked_sub(1) } else { Some(own + 1) };
            // At the picture's edge there is nothing to interpolate with.
            if let Some(neighbour) = neighbour.filter(|&row| row < self.plane.height as usize) {
                self.instructions.between(samples, part(self.plane.row(neighbour), &reach), &mut self.between);
                samples = part(&self.between, &(0..samples.len()));
            }
        }
        if self.across == 1 {
            return samples;
        }
        let Some(wide) = self.wide.get_mut(..2 * samples.len()) else { return &[] };
        self.instructions.twice_as_wide(samples, wide);
        part(wide, &(columns.start - 2 * reach.start..columns.end - 2 * reach.start))
    }
}
