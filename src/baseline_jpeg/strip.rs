//! Where rows come from: a row of MCUs as samples, with the edges continued to whole blocks.

use super::colour::RUN;
use super::instructions::Instructions;
use super::{Chroma, Planes};

/// MCUs are filled by twos, so that each component has an even number of blocks in a row and pixels come in whole runs.
const MCUS_AT_ONCE: usize = 2;

/// The samples of a component in a row of MCUs.
#[derive(Clone, Debug)]
pub(super) struct Strip {
    /// `width` times 8 or 16, row by row.
    pub samples: Vec<u8>,
    /// Samples in a row: a multiple of 16.
    pub width: usize,
}

/// Luma and both chroma.
pub(super) type Strips = [Strip; 3];

/// Room for a row of MCUs of a picture of `width`.
pub(super) fn strips(width: usize, chroma: Chroma) -> Strips {
    let fine = width.next_multiple_of(MCUS_AT_ONCE * 8 * chroma.step());
    let strip = |width: usize, rows: usize| Strip { samples: vec![0; width * rows], width };
    let coarse = strip(fine / chroma.step(), 8);
    [strip(fine, 8 * chroma.step()), coarse.clone(), coarse]
}

/// What a picture is made of.
pub(super) trait Source {
    /// Fills `strips` with the samples from row `top` on; beyond the edges is what is at the edges.
    fn fill(&self, top: usize, strips: &mut Strips, chroma: Chroma, instructions: Instructions);
}

/// Rows of three bytes a pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rgb<'a> {
    /// All rows: at least one, none empty.
    pub pixels: &'a [[u8; 3]],
    /// Pixels in a row.
    pub width: usize,
}

impl Rgb<'_> {
    /// The row `y`, or the last one.
    fn row(&self, y: usize) -> &[[u8; 3]] {
        let height = self.pixels.len() / self.width;
        &self.pixels[y.min(height - 1) * self.width..][..self.width]
    }
}

/// The pixels of `row` from the last whole run on, and the last of them again and again.
fn tail(row: &[[u8; 3]]) -> [[[u8; 3]; RUN]; MCUS_AT_ONCE] {
    let mut tail = [[row[row.len() - 1]; RUN]; MCUS_AT_ONCE];
    let rest = row.as_chunks::<RUN>().1;
    tail[0][..rest.len()].copy_from_slice(rest);
    tail
}

impl Source for Rgb<'_> {
    fn fill(&self, top: usize, [luma, blue, red]: &mut Strips, chroma: Chroma, instructions: Instructions) {
        let chroma_rows = blue.samples.chunks_exact_mut(blue.width).zip(red.samples.chunks_exact_mut(red.width));
        match chroma {
            Chroma::Full => {
                let lumas = luma.samples.chunks_exact_mut(luma.width);
                for ((y, luma), (blue, red)) in (top..).zip(lumas).zip(chroma_rows) {
                    let row = self.row(y);
                    let whole = row.len() / RUN * RUN;
                    let [(luma, luma_tail), (blue, blue_tail), (red, red_tail)] =
                        [luma, blue, red].map(|row| row.split_at_mut(whole));
                    instructions.full(row, luma, [blue, red]);
                    instructions.full(tail(row).as_flattened(), luma_tail, [blue_tail, red_tail]);
                }
            }
            Chroma::Half => {
                let lumas = luma.samples.chunks_exact_mut(2 * luma.width);
                for ((y, luma), (blue, red)) in (top..).step_by(2).zip(lumas).zip(chroma_rows) {
                    let rows = [y, y + 1].map(|y| self.row(y));
                    let whole = self.width / RUN * RUN;
                    let (upper, lower) = luma.split_at_mut(luma.len() / 2);
                    let [(upper, upper_tail), (lower, lower_tail)] = [upper, lower].map(|row| row.split_at_mut(whole));
                    let [(blue, blue_tail), (red, red_tail)] = [blue, red].map(|row| row.split_at_mut(whole / 2));
                    instructions.half(rows, [upper, lower], [blue, red]);
                    let tails = rows.map(tail);
                    let tails = [tails[0].as_flattened(), tails[1].as_flattened()];
                    instructions.half(tails, [upper_tail, lower_tail], [blue_tail, red_tail]);
                }
            }
        }
    }
}

impl Source for Planes<'_> {
    fn fill(&self, top: usize, strips: &mut Strips, chroma: Chroma, _: Instructions) {
        let [luma, blue, red] = strips;
        let step = chroma.step();
        let width = self.width as usize;
        copy(self.luma, width, top, luma);
        copy(self.chroma[0], width.div_ceil(step), top / step, blue);
        copy(self.chroma[1], width.div_ceil(step), top / step, red);
    }
}

/// Fills `strip` with rows of `plane` from `top` on.
fn copy(plane: &[u8], width: usize, top: usize, strip: &mut Strip) {
    let height = plane.len() / width;
    for (y, written) in (top..).zip(strip.samples.chunks_exact_mut(strip.width)) {
        let row = &plane[y.min(height - 1) * width..][..width];
        let (inside, beyond) = written.split_at_mut(width);
        inside.copy_from_slice(row);
        beyond.fill(row[width - 1]);
    }
}
