//! Planes of a picture that has a border: what is beyond the bounds of the picture itself is not seen.

use super::header::Header;
use super::{Area, Plane, Planes, Scale};
use std::ops::Range;

impl Planes {
    /// Replaces every sample that has something of what is beyond `bounds` by the nearest that has not, so that
    /// whatever is made of the planes is what it would be if the picture ended there.
    ///
    /// At full size those are the samples that are not wholly within. Smaller pictures are made of blocks as they are
    /// coded, and the frequencies of a block are of all its pixels: there the blocks count.
    pub(super) fn hold_within(&mut self, header: &Header, bounds: Area) {
        let Some(finest) = header.components.first() else { return };
        let (left, top, is_full) = (self.left, self.top, self.request.scale == Scale::Full);
        let planes = std::iter::once(&mut self.luma).chain(self.chroma.iter_mut().flatten());
        for (plane, component) in planes.zip(&header.components) {
            let block = (8 * finest.horizontal / component.horizontal, 8 * finest.vertical / component.vertical);
            let columns = whole((bounds.left, bounds.right), left, plane.width, plane.across, block.0, is_full);
            let rows = whole((bounds.top, bounds.bottom), top, plane.height, plane.down, block.1, is_full);
            if let (Some(columns), Some(rows)) = (columns, rows) {
                fill(plane, &columns, &rows);
            }
        }
    }
}

/// Which of `count` samples with `pixels` source pixels each, the first at `start`, are wholly within `bounds`; by
/// blocks of `block` pixels where that leaves some and `is_full` is not set. `None` where there is none.
fn whole(bounds: (u32, u32), start: u32, count: u32, pixels: u32, block: usize, is_full: bool) -> Option<Range<usize>> {
    let by = |unit: u32| {
        let first = bounds.0.div_ceil(unit) * unit;
        let end = bounds.1 / unit * unit;
        let range = first.saturating_sub(start).div_ceil(pixels)..(end.saturating_sub(start) / pixels).min(count);
        (range.start < range.end).then_some(range.start as usize..range.end as usize)
    };
    let blocks = if is_full { None } else { by(pixels.max(block as u32)) };
    blocks.or_else(|| by(pixels))
}

fn fill(plane: &mut Plane, columns: &Range<usize>, rows: &Range<usize>) {
    let width = plane.width as usize;
    for row in plane.samples.chunks_exact_mut(width.max(1)) {
        let (Some(&first), Some(&last)) = (row.get(columns.start), row.get(columns.end - 1)) else { return };
        row[..columns.start].fill(first);
        row[columns.end..].fill(last);
    }
    for row in 0..plane.height as usize {
        let nearest = row.clamp(rows.start, rows.end - 1);
        if nearest != row {
            plane.samples.copy_within(nearest * width..(nearest + 1) * width, row * width);
        }
    }
}
