//! A rectangle of the picture: its MCUs decoded row by row, interpolated and turned into RGB.

use super::header::{Component, Header};
use super::huffman::PLACES;
use super::scan::{Block, Index, Source, Tables};
use super::{Area, Scale, idct, rows};
use std::ops::Range;

/// A decoded file, as far as it is decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture<'a> {
    pub bytes: &'a [u8],
    pub header: &'a Header,
    pub tables: &'a Tables,
    pub index: &'a Index,
}

/// How a component is decoded at a scale.
#[derive(Clone, Debug)]
struct Plan {
    /// Samples of a block each way: 1, 2, 4 or 8.
    width: usize,
    height: usize,
    /// Whether its rows, and its columns, are interpolated to twice as many.
    doubles_width: bool,
    doubles_height: bool,
    /// Blocks in an MCU.
    horizontal: usize,
    vertical: usize,
    /// Quantisation steps column by column.
    steps: [i16; 64],
    /// The last stored coefficient that is used.
    needed: u32,
}

impl Plan {
    fn new(component: &Component, finest: &Component, scale: Scale) -> Self {
        let size = 8 / scale.pixels() as usize;
        let across = finest.horizontal / component.horizontal;
        let down = finest.vertical / component.vertical;
        // From DC coefficients nothing finer than one sample a block can be had.
        let most = if scale == Scale::Eighth { 1 } else { 8 };
        let (width, height) = ((size * across).min(most), (size * down).min(most));
        let mut steps = [1; 64];
        for (step, place) in component.steps.iter().zip(PLACES) {
            steps[usize::from(place)] = i16::from(*step);
        }
        let wanted = |place: &u8| usize::from(place / 8) < width && usize::from(place % 8) < height;
        let needed = PLACES[..64].iter().rposition(wanted).unwrap_or(0) as u32;
        Self {
            width,
            height,
            doubles_width: size * across > width,
            doubles_height: size * down > height,
            horizontal: component.horizontal,
            vertical: component.vertical,
            steps,
            needed,
        }
    }
}

/// The decoded samples of one component in a row of MCUs, with the last rows of the MCUs above.
#[derive(Clone, Debug)]
struct Strip {
    stride: usize,
    /// [`CARRIED`] rows from above, then those of the MCUs.
    samples: Vec<u8>,
}

/// Rows that are kept from the MCUs above. Interpolation between rows waits for the row below: two of luma wait with one
/// of chroma, which needs one more above it.
const CARRIED: usize = 2;

impl Strip {
    fn new(plan: &Plan, mcus: usize) -> Self {
        let stride = mcus * plan.horizontal * plan.width;
        Self { stride, samples: vec![0; stride * (CARRIED + plan.vertical * plan.height)] }
    }

    /// Row `row` of the MCUs; negative ones are carried.
    fn row(&self, row: isize) -> &[u8] {
        let start = row.saturating_add(CARRIED as isize).unsigned_abs() * self.stride;
        self.samples.get(start..start + self.stride).unwrap_or_default()
    }

    /// Above the first MCUs stands their first row once more: at the picture's edge there is nothing to interpolate with.
    fn repeat_first(&mut self) {
        let first = CARRIED * self.stride;
        for row in 0..CARRIED {
            self.samples.copy_within(first..first + self.stride, row * self.stride);
        }
    }

    fn carry(&mut self) {
        let from = self.samples.len() - CARRIED * self.stride;
        self.samples.copy_within(from.., 0);
    }

    /// Puts a block's samples where they belong.
    fn put(&mut self, plan: &Plan, column: usize, row: usize, samples: &[[u8; 8]; 8]) {
        let start = (CARRIED + row * plan.height) * self.stride + column * plan.width;
        let Some(part) = self.samples.get_mut(start..) else { return };
        let rows = part.chunks_mut(self.stride).zip(samples).take(plan.height);
        match plan.width {
            8 => rows.for_each(|(to, from)| copy::<8>(to, from)),
            4 => rows.for_each(|(to, from)| copy::<4>(to, from)),
            _ => rows.for_each(|(to, from)| copy::<2>(to, from)),
        }
    }
}

/// The first samples of a row: so many that the compiler knows.
#[inline(always)]
fn copy<const WIDTH: usize>(to: &mut [u8], from: &[u8; 8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<WIDTH>(), from.first_chunk::<WIDTH>()) {
        *to = *from;
    }
}

/// Decodes `area`, whose sides lie on multiples of the scale or on the picture's edge, into rows of RGB, which are
/// appended one by one: to fill memory with zeros first would cost as much as to turn it into RGB.
pub(super) fn decode(picture: &Picture<'_>, area: Area, scale: Scale, rgb: &mut Vec<u8>) {
    let header = picture.header;
    let finest = &header.components[0];
    let plans: Vec<Plan> = header.components.iter().map(|part| Plan::new(part, finest, scale)).collect();
    let pixels = scale.pixels() as usize;
    let across = area.left as usize / pixels..(area.right as usize).div_ceil(pixels);
    let down = area.top as usize / pixels..(area.bottom as usize).div_ceil(pixels);
    let mcu_width = plans[0].width * plans[0].horizontal;
    let mcu_height = plans[0].height * plans[0].vertical;
    let doubles_width = plans.iter().any(|plan| plan.doubles_width);
    let doubles_height = plans.iter().any(|plan| plan.doubles_height);
    let columns = needed(&across, mcu_width, doubles_width, header.mcu_columns());
    let mcu_rows = needed(&down, mcu_height, doubles_height, header.mcu_rows());
    let mut needed = [1; 3];
    needed.iter_mut().zip(&plans).for_each(|(needed, plan)| *needed = plan.needed.max(1));
    let source = Source { bytes: picture.bytes, header, tables: picture.tables, needed };
    let mut strips: Vec<Strip> = plans.iter().map(|plan| Strip::new(plan, columns.len())).collect();
    let left = across.start - columns.start * mcu_width;
    let mut writer = Writer::new(&strips, &plans, left, across.len(), rgb);
    for row in mcu_rows.clone() {
        if scale == Scale::Eighth {
            means(picture.index, &plans, row, &columns, &mut strips);
        } else {
            picture.index.row(&source, row, columns.start, columns.end, |block| transform(&plans, &mut strips, &block));
        }
        if row == mcu_rows.start {
            strips.iter_mut().for_each(Strip::repeat_first);
        }
        writer.write(&strips, row * mcu_height, mcu_height, &down, row + 1 == mcu_rows.end);
        strips.iter_mut().for_each(Strip::carry);
    }
}

/// The MCUs in which `wanted` lies, with what interpolation needs of the neighbours.
fn needed(wanted: &Range<usize>, size: usize, is_interpolated: bool, all: usize) -> Range<usize> {
    let margin = if is_interpolated { 2 } else { 0 };
    let end = (wanted.end + margin).div_ceil(size).min(all);
    (wanted.start.saturating_sub(margin) / size).min(end)..end
}

/// One sample a block, from the DC coefficients.
fn means(index: &Index, plans: &[Plan], row: usize, columns: &Range<usize>, strips: &mut [Strip]) {
    for ((plan, plane), strip) in plans.iter().zip(&index.planes).zip(strips) {
        let width = strip.stride;
        for line in 0..plan.vertical {
            let start = (row * plan.vertical + line) * plane.columns + columns.start * plan.horizontal;
            let values = plane.values.get(start..start + width).unwrap_or_default();
            let samples = strip.samples.get_mut((CARRIED + line) * width..).unwrap_or_default();
            for (sample, &value) in samples.iter_mut().zip(values) {
                *sample = idct::mean(value, plan.steps[0]);
            }
        }
    }
}

// Kept out of the loop that reads bits, which needs the registers.
#[inline(never)]
fn transform(plans: &[Plan], strips: &mut [Strip], block: &Block<'_>) {
    let plan = &plans[block.component];
    let (coefficients, steps) = (block.coefficients, &plan.steps);
    let samples = if block.used == 0 {
        [[idct::mean(coefficients[0], steps[0]); 8]; 8]
    } else {
        match (plan.width, plan.height) {
            (8, 8) => idct::block::<8, 8>(coefficients, steps),
            (8, 4) => idct::block::<8, 4>(coefficients, steps),
            (4, 8) => idct::block::<4, 8>(coefficients, steps),
            (4, 4) => idct::block::<4, 4>(coefficients, steps),
            (4, 2) => idct::block::<4, 2>(coefficients, steps),
            (2, 4) => idct::block::<2, 4>(coefficients, steps),
            _ => idct::block::<2, 2>(coefficients, steps),
        }
    };
    strips[block.component].put(plan, block.column, block.row, &samples);
}

/// Turns finished rows into RGB.
struct Writer<'a> {
    doubles_width: bool,
    doubles_height: bool,
    /// Where the wanted columns start in the strips.
    left: usize,
    rgb: &'a mut Vec<u8>,
    /// The row in work.
    row: Vec<u8>,
    /// Chroma rows on their way to the size of luma: between two rows, and widened.
    between: Vec<u8>,
    wide: [Vec<u8>; 2],
}

impl<'a> Writer<'a> {
    fn new(strips: &[Strip], plans: &[Plan], left: usize, width: usize, rgb: &'a mut Vec<u8>) -> Self {
        let stride = strips[0].stride;
        Self {
            doubles_width: plans.iter().any(|plan| plan.doubles_width),
            doubles_height: plans.iter().any(|plan| plan.doubles_height),
            left,
            rgb,
            row: vec![0; 3 * width],
            between: vec![0; stride],
            wide: [vec![0; stride], vec![0; stride]],
        }
    }

    /// Writes the rows that `strips` now allow, where they are `wanted`. The MCUs begin at row `top` and have `height`
    /// rows; `is_last` says that none come below.
    fn write(&mut self, strips: &[Strip], top: usize, height: usize, wanted: &Range<usize>, is_last: bool) {
        let height = height as isize;
        let (first, last) = match (self.doubles_height, is_last) {
            (false, _) => (0, height),
            (true, false) => (-2, height - 2),
            (true, true) => (-2, height),
        };
        for row in first..last {
            if !top.checked_add_signed(row).is_some_and(|line| wanted.contains(&line)) {
                continue;
            }
            let neighbour = if !self.doubles_height {
                None
            } else if row & 1 == 0 {
                Some(row.div_euclid(2) - 1)
            } else {
                Some(row.div_euclid(2) + 1).filter(|&below| below < height / 2)
            };
            self.line(strips, row, neighbour);
        }
    }

    /// Writes one row. `neighbour` is the chroma row to interpolate with, `None` at the picture's edge.
    fn line(&mut self, strips: &[Strip], row: isize, neighbour: Option<isize>) {
        let luma = strips[0].row(row).get(self.left..).unwrap_or_default();
        let [_, chroma @ ..] = strips else { return };
        if chroma.is_empty() {
            rows::grey_to_rgb(luma, &mut self.row);
            self.rgb.extend_from_slice(&self.row);
            return;
        }
        let own = if self.doubles_height { row.div_euclid(2) } else { row };
        for (strip, wide) in chroma.iter().zip(&mut self.wide) {
            let mut samples = strip.row(own);
            if let Some(neighbour) = neighbour {
                let between = self.between.get_mut(..samples.len()).unwrap_or_default();
                rows::between(samples, strip.row(neighbour), between);
                samples = between;
            }
            if self.doubles_width {
                rows::twice_as_wide(samples, wide);
            } else {
                wide.iter_mut().zip(samples).for_each(|(to, from)| *to = *from);
            }
        }
        let [blue, red] = self.wide.each_ref().map(|row| row.get(self.left..).unwrap_or_default());
        rows::to_rgb(luma, blue, red, &mut self.row);
        self.rgb.extend_from_slice(&self.row);
    }
}
