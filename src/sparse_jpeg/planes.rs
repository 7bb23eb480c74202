//! Rectangles of the picture as it is coded: their MCUs decoded into a plane of luma and two of chroma.

use super::header::{Component, Header};
use super::huffman::PLACES;
use super::idct;
use super::instructions::Instructions;
use super::scan::{Block, DcPlane, Source};
use super::{Area, Kept, Plane, Planes, PlanesView, Request, Scale};
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

/// What a request stands for in a picture: MCUs, and how each component is decoded in them.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    request: Request,
    plans: Vec<Plan>,
    /// MCUs.
    columns: Range<usize>,
    rows: Range<usize>,
    /// Source pixels before the first MCU.
    left: usize,
    top: usize,
    /// Width and height of each component, in samples.
    sizes: Vec<(usize, usize)>,
}

impl Layout {
    /// Of a picture for which [`SparseJpeg::has_planes`](super::SparseJpeg::has_planes). `None` where the area has
    /// nothing in common with the picture.
    pub(super) fn new(header: &Header, request: &Request) -> Option<Self> {
        let chroma = request.chroma_pixels() as usize;
        // Decoders interpolate the last chroma with its neighbour behind the picture's edge, where the MCU has one.
        Self::of(header, request, [request.scale.pixels() as usize, chroma, chroma, 1], 1)
    }

    /// All components of the whole picture, each as fine as it is.
    fn whole(header: &Header) -> Option<Self> {
        let area = Area { left: 0, top: 0, right: header.width as u32, bottom: header.height as u32 };
        Self::of(header, &Request { area, scale: Scale::Full, fine_colour: true }, [1; 4], 0)
    }

    /// With at least so many source `pixels` to a sample of each component, and with so many samples `beside` the
    /// picture of all but the first, where the MCUs have them.
    fn of(header: &Header, request: &Request, pixels: [usize; 4], beside: usize) -> Option<Self> {
        let area = request.area;
        let (right, bottom) = ((area.right as usize).min(header.width), (area.bottom as usize).min(header.height));
        if area.left as usize >= right || area.top as usize >= bottom {
            return None;
        }
        let parts = header.components.iter().zip(header.ratios()).zip(pixels);
        let plans: Vec<Plan> = parts.map(|((part, ratio), pixels)| Plan::new(part, ratio, pixels)).collect();
        let (mcu_width, mcu_height) = (8 * header.horizontal, 8 * header.vertical);
        let columns = area.left as usize / mcu_width..right.div_ceil(mcu_width).min(header.mcu_columns());
        let rows = area.top as usize / mcu_height..bottom.div_ceil(mcu_height).min(header.mcu_rows());
        let (left, top) = (columns.start * mcu_width, rows.start * mcu_height);
        let size = |(component, plan): (usize, &Plan)| {
            let beside = if component > 0 { beside } else { 0 };
            let within = |edge: usize, pixels: usize, most: usize| (edge.div_ceil(pixels) + beside).min(most);
            let width = within(header.width - left, plan.across, columns.len() * plan.horizontal * plan.width);
            let height = within(header.height - top, plan.down, rows.len() * plan.vertical * plan.height);
            (width, height)
        };
        let sizes = plans.iter().enumerate().map(size).collect();
        Some(Self { request: *request, plans, columns, rows, left, top, sizes })
    }

    /// Its part of `planes`, which are of the same kind, if they hold all of it.
    pub(super) fn view<'p>(&self, planes: &'p Planes) -> Option<PlanesView<'p>> {
        let left = self.left.checked_sub(planes.left as usize)?;
        let top = self.top.checked_sub(planes.top as usize)?;
        let all = planes.view();
        let part = |component: usize| {
            let plan = self.plans.get(component)?;
            let plane = if component == 0 { all.luma } else { *all.chroma.as_ref()?.get(component - 1)? };
            plane.part((left / plan.across, top / plan.down), *self.sizes.get(component)?)
        };
        let chroma = match all.chroma {
            Some(_) => Some([part(1)?, part(2)?]),
            None => None,
        };
        Some(PlanesView { luma: part(0)?, chroma, left: self.left as u32, top: self.top as u32, scale: all.scale })
    }

    /// What is decoded, put together.
    fn finished(self, planes: Vec<Plane>) -> Option<Planes> {
        let mut planes = planes.into_iter();
        let luma = planes.next()?;
        let chroma = planes.next().zip(planes.next()).map(|(blue, red)| [blue, red]);
        Some(Planes { luma, chroma, left: self.left as u32, top: self.top as u32, request: self.request })
    }
}

/// Decodes all components of the whole picture, each as fine as it is.
pub(super) fn whole(picture: &Picture<'_>) -> Vec<Plane> {
    let layouts = Vec::from_iter(Layout::whole(picture.header));
    components(picture, &layouts).pop().unwrap_or_default()
}

/// Decodes what each of `layouts` stands for.
pub(super) fn decode(picture: &Picture<'_>, layouts: Vec<Layout>) -> Vec<Planes> {
    let all = components(picture, &layouts);
    layouts.into_iter().zip(all).filter_map(|(layout, planes)| layout.finished(planes)).collect()
}

/// The components of each of `layouts`.
fn components(picture: &Picture<'_>, layouts: &[Layout]) -> Vec<Vec<Plane>> {
    let empty = |layout: &Layout| {
        let plane = |(plan, &(width, height)): (&Plan, &(usize, usize))| plan.plane(width, height);
        layout.plans.iter().zip(&layout.sizes).map(plane).collect()
    };
    let mut all: Vec<Vec<Plane>> = layouts.iter().map(empty).collect();
    let mut parts = Vec::new();
    for (layout, planes) in layouts.iter().zip(&mut all) {
        if layout.request.scale == Scale::Eighth {
            for ((plan, dc), plane) in layout.plans.iter().zip(picture.dc).zip(planes) {
                means(plan, dc, &layout.columns, &layout.rows, plane);
            }
        } else {
            parts.push(Part::new(layout, planes));
        }
    }
    blocks(picture, parts);
    all
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

/// What is being decoded of a request.
struct Part<'a> {
    layout: &'a Layout,
    planes: &'a mut [Plane],
    strips: Vec<Strip>,
}

impl<'a> Part<'a> {
    fn new(layout: &'a Layout, planes: &'a mut [Plane]) -> Self {
        let strips = layout.plans.iter().map(|plan| Strip::new(plan, &layout.columns)).collect();
        Self { layout, planes, strips }
    }
}

/// Decodes all of `parts` from one reading of the coded data.
fn blocks(picture: &Picture<'_>, mut parts: Vec<Part<'_>>) {
    let &Picture { bytes, header, dc, kept } = picture;
    let instructions = Instructions::detect();
    let all = |range: fn(&Layout) -> &Range<usize>, parts: &[Part<'_>]| {
        let ranges = || parts.iter().map(|part| range(part.layout));
        ranges().map(|range| range.start).min().unwrap_or(0)..ranges().map(|range| range.end).max().unwrap_or(0)
    };
    let rows = all(|layout| &layout.rows, &parts);
    // Those that have the row come first.
    for row in rows {
        let has_row = |part: &Part<'_>| part.layout.rows.contains(&row);
        parts.sort_by_key(|part| !has_row(part));
        let count = parts.iter().filter(|part| has_row(part)).count();
        let Some(parts) = parts.get_mut(..count).filter(|parts| !parts.is_empty()) else { continue };
        let columns = all(|layout| &layout.columns, parts);
        let mut needed = [1; 4];
        for part in parts.iter() {
            needed.iter_mut().zip(&part.layout.plans).for_each(|(needed, plan)| *needed = plan.needed.max(*needed));
        }
        let take = |block: Block<'_>| {
            for part in parts.iter_mut() {
                let plan = &part.layout.plans[block.component];
                part.strips[block.component].add(instructions, plan, columns.start, &block);
            }
        };
        match kept {
            Kept::Places(tables, index) => {
                let source = Source { bytes, header, tables, dc, needed };
                index.row(&source, row, columns.start, columns.end, take);
            }
            Kept::Coefficients(all) => all.row(header, dc, needed, row, (columns.start, columns.end), take),
        }
        for part in parts {
            part.strips.iter().zip(part.planes.iter_mut()).for_each(|(strip, plane)| strip.append_to(plane));
        }
    }
}

/// A row of MCUs of one component: small enough to stay in the cache until it is full, so that memory is written once
/// and from left to right.
struct Strip {
    samples: Vec<u8>,
    stride: usize,
    /// Blocks before the first, in the picture.
    first: usize,
    /// Blocks in a row.
    blocks: usize,
}

impl Strip {
    /// Of these columns of MCUs.
    fn new(plan: &Plan, columns: &Range<usize>) -> Self {
        let blocks = columns.len() * plan.horizontal;
        let stride = blocks * plan.width;
        let samples = vec![0; stride * plan.vertical * plan.height];
        Self { samples, stride, first: columns.start * plan.horizontal, blocks }
    }

    /// Puts the samples of a block where they belong, if that is here; `start` is the column of MCUs that the block's
    /// own is counted from.
    // Kept out of the loop that reads bits, which needs the registers.
    #[inline(never)]
    fn add(&mut self, instructions: Instructions, plan: &Plan, start: usize, block: &Block<'_>) {
        // Columns before the first wrap around and are beyond the last, too.
        let column = (block.column + start * plan.horizontal).wrapping_sub(self.first);
        if column >= self.blocks {
            return;
        }
        let place = block.row * plan.height * self.stride + column * plan.width;
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
