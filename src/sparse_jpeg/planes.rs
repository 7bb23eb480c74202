//! A rectangle of the picture as it is coded: its MCUs decoded into a plane of luma and two of chroma.

use super::header::{Component, Header};
use super::huffman::PLACES;
use super::idct;
use super::instructions::Instructions;
use super::scan::{Block, DcPlane, Source};
use super::{Area, Kept, Plane, Planes, Scale};
use std::ops::Range;

/// A file that is passed over, of which parts are decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture<'a> {
    pub bytes: &'a [u8],
    pub header: &'a Header,
    pub dc: &'a [DcPlane],
    pub kept: &'a Kept,
}

/// How a component is decoded at a scale.
#[derive(Clone, Debug)]
struct Plan {
    /// Samples of a block each way: 1, 2, 4 or 8.
    width: usize,
    height: usize,
    /// Source pixels to a sample each way.
    across: usize,
    down: usize,
    /// Blocks in an MCU.
    horizontal: usize,
    vertical: usize,
    /// Quantisation steps column by column.
    steps: [i16; 64],
    /// The last stored coefficient that is used: 0..=63.
    needed: u32,
}

impl Plan {
    /// With at least so many source pixels to a sample, for a component of this ratio ([`Header::ratios`]).
    fn new(component: &Component, (across, down): (usize, usize), pixels: usize) -> Self {
        let (block_width, block_height) = (8 * across, 8 * down);
        let (width, height) = ((block_width / pixels).clamp(1, 8), (block_height / pixels).clamp(1, 8));
        let mut steps = [1; 64];
        for (step, place) in component.steps.iter().zip(PLACES) {
            steps[usize::from(place)] = *step;
        }
        let wanted = |place: &u8| usize::from(place / 8) < width && usize::from(place % 8) < height;
        Self {
            width,
            height,
            across: block_width / width,
            down: block_height / height,
            horizontal: component.horizontal,
            vertical: component.vertical,
            steps,
            needed: PLACES[..64].iter().rposition(wanted).unwrap_or(0) as u32,
        }
    }

    /// A plane that is to be filled row by row, with room for `width` x `height` samples.
    fn plane(&self, width: usize, height: usize) -> Plane {
        Plane {
            samples: Vec::with_capacity(width * height),
            width: width as u32,
            height: height as u32,
            across: self.across as u32,
            down: self.down as u32,
        }
    }
}

/// Decodes the MCUs under `area`, which lies in the picture and is not empty, chroma at the scale `chroma` or as fine
/// as it is. Of a picture for which [`SparseJpeg::has_planes`](super::SparseJpeg::has_planes).
pub(super) fn decode(picture: &Picture<'_>, area: Area, scale: Scale, chroma: Scale) -> Option<Planes> {
    // From DC coefficients nothing finer than one sample a block can be had, and a block may be 16 pixels wide.
    let chroma = if scale == Scale::Eighth { 16 } else { chroma.pixels() as usize };
    let pixels = [scale.pixels() as usize, chroma, chroma];
    let ratios = picture.header.ratios();
    let parts = picture.header.components.iter().zip(ratios).zip(pixels);
    let plans: Vec<Plan> = parts.map(|((part, ratio), pixels)| Plan::new(part, ratio, pixels)).collect();
    // Decoders interpolate the last chroma with its neighbour behind the picture's edge, where the MCU has one.
    let (planes, (left, top)) = part(picture, area, &plans, 1, scale == Scale::Eighth);
    let mut planes = planes.into_iter();
    let luma = planes.next()?;
    let chroma = planes.next().zip(planes.next()).map(|(blue, red)| [blue, red]);
    Some(Planes { luma, chroma, left, top, scale })
}

/// Decodes all components of the whole picture, each as fine as it is.
pub(super) fn whole(picture: &Picture<'_>) -> Vec<Plane> {
    let header = picture.header;
    let parts = header.components.iter().zip(header.ratios());
    let plans: Vec<Plan> = parts.map(|(part, ratio)| Plan::new(part, ratio, 1)).collect();
    let area = Area { left: 0, top: 0, right: header.width as u32, bottom: header.height as u32 };
    part(picture, area, &plans, 0, false).0
}

/// Decodes the MCUs under `area`, and returns where they begin too: each component by its plan, all but the first with
/// so many samples `beside` the picture where the MCUs have them.
fn part(
    picture: &Picture<'_>,
    area: Area,
    plans: &[Plan],
    beside: usize,
    from_means: bool,
) -> (Vec<Plane>, (u32, u32)) {
    let header = picture.header;
    let (mcu_width, mcu_height) = (8 * header.horizontal, 8 * header.vertical);
    let columns = area.left as usize / mcu_width..(area.right as usize).div_ceil(mcu_width).min(header.mcu_columns());
    let rows = area.top as usize / mcu_height..(area.bottom as usize).div_ceil(mcu_height).min(header.mcu_rows());
    let (left, top) = (columns.start * mcu_width, rows.start * mcu_height);
    let planes = plans.iter().enumerate().map(|(component, plan)| {
        let beside = if component > 0 { beside } else { 0 };
        let within = |edge: usize, pixels: usize, most: usize| (edge.div_ceil(pixels) + beside).min(most);
        let width = within(header.width - left, plan.across, columns.len() * plan.horizontal * plan.width);
        let height = within(header.height - top, plan.down, rows.len() * plan.vertical * plan.height);
        plan.plane(width, height)
    });
    let mut planes: Vec<Plane> = planes.collect();
    if from_means {
        for ((plan, dc), plane) in plans.iter().zip(picture.dc).zip(&mut planes) {
            means(plan, dc, &columns, &rows, plane);
        }
    } else {
        blocks(picture, plans, &columns, &rows, &mut planes);
    }
    (planes, (left as u32, top as u32))
}

/// One sample a block, from the DC coefficients.
fn means(plan: &Plan, dc: &DcPlane, columns: &Range<usize>, rows: &Range<usize>, plane: &mut Plane) {
    let first = rows.start * plan.vertical;
    for line in first..first + plane.height as usize {
        let start = line * dc.columns + columns.start * plan.horizontal;
        let values = dc.values.get(start..start + plane.width as usize).unwrap_or_default();
        plane.samples.extend(values.iter().map(|&value| idct::mean(value, plan.steps[0])));
    }
}

fn blocks(picture: &Picture<'_>, plans: &[Plan], columns: &Range<usize>, rows: &Range<usize>, planes: &mut [Plane]) {
    let mut needed = [1; 4];
    needed.iter_mut().zip(plans).for_each(|(needed, plan)| *needed = plan.needed.max(1));
    let &Picture { bytes, header, dc, kept } = picture;
    let instructions = Instructions::detect();
    let mut strips: Vec<Strip> = plans.iter().map(|plan| Strip::new(plan, columns.len())).collect();
    for row in rows.clone() {
        let take = |block: Block<'_>| {
            strips[block.component].add(instructions, &plans[block.component], &block);
        };
        match kept {
            Kept::Places(tables, index) => {
                let source = Source { bytes, header, tables, dc, needed };
                index.row(&source, row, columns.start, columns.end, take);
            }
            Kept::Coefficients(all) => all.row(header, dc, needed, row, (columns.start, columns.end), take),
        }
        strips.iter().zip(planes.iter_mut()).for_each(|(strip, plane)| strip.append_to(plane));
    }
}

/// A row of MCUs of one component: small enough to stay in the cache until it is full, so that memory is written once
/// and from left to right.
struct Strip {
    samples: Vec<u8>,
    stride: usize,
}

impl Strip {
    /// Of so many MCUs.
    fn new(plan: &Plan, columns: usize) -> Self {
        let stride = columns * plan.horizontal * plan.width;
        Self { samples: vec![0; stride * plan.vertical * plan.height], stride }
    }

    /// Puts the samples of a block where they belong.
    // Kept out of the loop that reads bits, which needs the registers.
    #[inline(never)]
    fn add(&mut self, instructions: Instructions, plan: &Plan, block: &Block<'_>) {
        let place = block.row * plan.height * self.stride + block.column * plan.width;
        let Some(to) = self.samples.get_mut(place..) else { return };
        let (coefficients, steps, stride) = (block.coefficients, &plan.steps, self.stride);
        let size = (plan.width, plan.height);
        if block.used == 0 || size == (1, 1) {
            let samples = [[idct::mean(coefficients[0], steps[0]); 8]; 8];
            return match plan.width {
                8 => put::<8>(&samples, plan.height, to, stride),
                4 => put::<4>(&samples, plan.height, to, stride),
                2 => put::<2>(&samples, plan.height, to, stride),
                _ => put::<1>(&samples, plan.height, to, stride),
            };
        }
        match size {
            (8, 8) => put::<8>(&instructions.block(coefficients, steps), 8, to, stride),
            (8, 4) => put::<8>(&idct::block::<8, 4>(coefficients, steps), 4, to, stride),
            (4, 8) => put::<4>(&idct::block::<4, 8>(coefficients, steps), 8, to, stride),
            (4, 4) => put::<4>(&idct::block::<4, 4>(coefficients, steps), 4, to, stride),
            (4, 2) => put::<4>(&idct::block::<4, 2>(coefficients, steps), 2, to, stride),
            (2, 4) => put::<2>(&idct::block::<2, 4>(coefficients, steps), 4, to, stride),
            (2, 2) => put::<2>(&idct::block::<2, 2>(coefficients, steps), 2, to, stride),
            (2, 1) => put::<2>(&idct::block::<2, 1>(coefficients, steps), 1, to, stride),
            _ => put::<1>(&idct::block::<1, 2>(coefficients, steps), 2, to, stride),
        }
    }

    /// Appends what lies in the picture to the plane.
    fn append_to(&self, plane: &mut Plane) {
        let width = plane.width as usize;
        let left = plane.height as usize - plane.samples.len() / width;
        for row in self.samples.chunks_exact(self.stride).take(left) {
            plane.samples.extend_from_slice(row.get(..width).unwrap_or_default());
        }
    }
}

/// The first samples of the first `height` rows: so many that the compiler knows.
#[inline(always)]
fn put<const WIDTH: usize>(samples: &[[u8; 8]; 8], height: usize, to: &mut [u8], stride: usize) {
    for (from, to) in samples.iter().zip(to.chunks_mut(stride)).take(height) {
        if let (Some(to), Some(from)) = (to.first_chunk_mut::<WIDTH>(), from.first_chunk::<WIDTH>()) {
            *to = *from;
        }
    }
}
