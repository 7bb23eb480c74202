//! The edge of a picture as short rows of pixels, seen from outside inwards.

use crate::sparse_jpeg::Area;
use image::{Rgb, RgbImage};
use std::ops::Range;

/// Where pixels at full resolution come from, a small piece at a time.
pub trait Pieces {
    /// The pixels of `area`, which lies in the picture; of another size where they cannot be had.
    fn piece(&self, area: Area) -> RgbImage;
}

/// A side of a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

impl Side {
    pub const ALL: [Self; 4] = [Self::Top, Self::Bottom, Self::Left, Self::Right];

    /// Length of this side of `area`, and how deep the area is from there; in pixels.
    pub const fn extent(self, area: &Area) -> (u32, u32) {
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        match self {
            Self::Top | Self::Bottom => (width, height),
            Self::Left | Self::Right => (height, width),
        }
    }

    /// `area` without the outermost `depth` pixels at this side.
    pub const fn without(self, area: Area, depth: u32) -> Area {
        match self {
            Self::Top => Area { top: area.top + depth, ..area },
            Self::Bottom => Area { bottom: area.bottom - depth, ..area },
            Self::Left => Area { left: area.left + depth, ..area },
            Self::Right => Area { right: area.right - depth, ..area },
        }
    }

    /// How far this side of `inner` is from that of `outer`, around it, in pixels.
    pub const fn distance(self, outer: &Area, inner: &Area) -> u32 {
        match self {
            Self::Top => inner.top - outer.top,
            Self::Bottom => outer.bottom - inner.bottom,
            Self::Left => inner.left - outer.left,
            Self::Right => outer.right - inner.right,
        }
    }

    /// `area` with `depth` more pixels at this side.
    pub const fn grown(self, area: Area, depth: u32) -> Area {
        match self {
            Self::Top => Area { top: area.top - depth, ..area },
            Self::Bottom => Area { bottom: area.bottom + depth, ..area },
            Self::Left => Area { left: area.left - depth, ..area },
            Self::Right => Area { right: area.right + depth, ..area },
        }
    }

    /// The part of `outer` between this side of it and that of `inner`, as long as `inner` is.
    pub const fn before(self, outer: &Area, inner: &Area) -> Area {
        match self {
            Self::Top => Area { top: outer.top, bottom: inner.top, ..*inner },
            Self::Bottom => Area { top: inner.bottom, bottom: outer.bottom, ..*inner },
            Self::Left => Area { left: outer.left, right: inner.left, ..*inner },
            Self::Right => Area { left: inner.right, right: outer.right, ..*inner },
        }
    }

    /// The outermost `depth` rows of the first `along` pixels of this side.
    pub const fn outermost(self, area: &Area, along: u32, depth: u32) -> Area {
        self.part(area, (0, along), (0, depth))
    }

    /// The part of `area` from `along.0` to `along.1` on this side and from `depth.0` to `depth.1` inwards.
    const fn part(self, area: &Area, along: (u32, u32), depth: (u32, u32)) -> Area {
        match self {
            Self::Top => Area {
                left: area.left + along.0,
                right: area.left + along.1,
                top: area.top + depth.0,
                bottom: area.top + depth.1,
            },
            Self::Bottom => Area {
                left: area.left + along.0,
                right: area.left + along.1,
                top: area.bottom - depth.1,
                bottom: area.bottom - depth.0,
            },
            Self::Left => Area {
                left: area.left + depth.0,
                right: area.left + depth.1,
                top: area.top + along.0,
                bottom: area.top + along.1,
            },
            Self::Right => Area {
                left: area.right - depth.1,
                right: area.right - depth.0,
                top: area.top + along.0,
                bottom: area.top + along.1,
            },
        }
    }
}

/// Mean red, green and blue of a short row of pixels and the deviation of their green, in levels of 255.
pub type Look = [f32; 4];

/// The larger of the differences in colour and in texture.
pub fn apart(a: Look, b: Look) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Rows of pixels along a side in segments, the outermost row first.
#[derive(Clone, Debug)]
pub struct Strip {
    /// For each segment the look of each row.
    pub segments: Vec<Vec<Look>>,
}

/// Where along a side segments begin, and how long they are; in pixels.
#[derive(Clone, Debug)]
pub struct Segments {
    pub starts: Vec<u32>,
    pub length: u32,
}

impl Segments {
    /// About `count` segments of `length` pixels, evenly spread over a side of `side` pixels, each beginning at a
    /// multiple of `grid`.
    pub fn spread(side: u32, count: u32, length: u32, grid: u32) -> Self {
        let length = length.min(side).max(1);
        let spacing = (side / count.max(1) / grid * grid).max(length.next_multiple_of(grid));
        let mut starts: Vec<u32> = (0..side).step_by(spacing as usize).filter(|start| start + length <= side).collect();
        // The far end is looked at as well.
        let last = side - length;
        if starts.last().is_some_and(|&start| last - start >= length) {
            starts.push(last / grid * grid);
        }
        Self { starts, length }
    }
}

impl Strip {
    /// The rows from `depth.0` to `depth.1` at this side of `area`. `None` where some pixels cannot be had.
    pub fn read(pieces: &impl Pieces, area: &Area, side: Side, at: &Segments, depth: (u32, u32)) -> Option<Self> {
        let segment = |&start: &u32| {
            let part = side.part(area, (start, start + at.length), depth);
            let picture = pieces.piece(part);
            (picture.dimensions() == (part.right - part.left, part.bottom - part.top))
                .then(|| looks(&picture, side, at.length, depth.1 - depth.0))
        };
        Some(Self { segments: at.starts.iter().map(segment).collect::<Option<_>>()? })
    }

    /// These rows of it.
    pub fn rows(&self, rows: Range<usize>) -> Self {
        Self { segments: self.segments.iter().map(|segment| segment[rows.clone()].to_vec()).collect() }
    }

    /// Rows in each segment.
    pub fn depth(&self) -> usize {
        self.segments.first().map_or(0, Vec::len)
    }

    /// Of row `row`, channel by channel the median over all segments.
    pub fn median(&self, row: usize) -> Look {
        std::array::from_fn(|channel| {
            let mut values: Vec<f32> = self.segments.iter().map(|rows| rows[row][channel]).collect();
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(0.0)
        })
    }

    /// How far the segments of row `row` are from `look` at most; one in 16 may be farther.
    pub fn spread_around(&self, row: usize, look: Look) -> f32 {
        let mut distances: Vec<f32> = self.segments.iter().map(|rows| apart(rows[row], look)).collect();
        distances.sort_by(f32::total_cmp);
        distances.get(distances.len().saturating_sub(1 + distances.len() / 16)).copied().unwrap_or(0.0)
    }
}

/// The pixel of `picture`, cut out at `side`, that is `along` the side and `inside` from its outer row.
pub fn pixel(picture: &RgbImage, side: Side, along: u32, inside: u32) -> Rgb<u8> {
    let (x, y) = match side {
        Side::Top => (along, inside),
        Side::Bottom => (along, picture.height() - 1 - inside),
        Side::Left => (inside, along),
        Side::Right => (picture.width() - 1 - inside, along),
    };
    *picture.get_pixel(x, y)
}

fn looks(picture: &RgbImage, side: Side, length: u32, depth: u32) -> Vec<Look> {
    let row = |inside: u32| -> Look {
        let (mut sums, mut squares) = ([0_u32; 3], 0_u32);
        for along in 0..length {
            let Rgb(value) = pixel(picture, side, along, inside);
            sums.iter_mut().zip(value).for_each(|(sum, value)| *sum += u32::from(value));
            squares += u32::from(value[1]) * u32::from(value[1]);
        }
        let count = length as f32;
        let [red, green, blue] = sums.map(|sum| sum as f32 / count);
        [red, green, blue, (squares as f32 / count - green * green).max(0.0).sqrt()]
    };
    (0..depth).map(row).collect()
}
