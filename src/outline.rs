//! Where a photo has picture: its rectangle, less the transparent corners of portraits that were cut to a circle
//! before.

use crate::geometry::{Affine, Point};
use crate::photo::{Photo, Pixels, Raster};

/// All points p with `normal` · p <= `limit`, in pixels; the normal has length 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HalfPlane {
    pub normal: Point,
    pub limit: f64,
}

/// A convex region of a photo, in upright source pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    width: u32,
    height: u32,
    edges: Vec<HalfPlane>,
}

/// Directions in which a transparent shape is measured: a polygon of this many sides leaves a circle by 0.9 % at most.
const DIRECTIONS: u32 = 24;

/// Samples along the longer side when looking for transparency.
const SAMPLES: u32 = 256;

/// From this alpha on a pixel is picture.
const OPAQUE: u8 = 250;

/// A shape's convex hull is this full of picture; a cut-out person's is not, and its surroundings are background.
const FULL: f64 = 0.97;

impl Outline {
    /// The first edges are the photo's own; the rest, if any, bound a shape cut out of it.
    pub(crate) const PHOTO_EDGES: usize = 4;

    /// A photo that is all picture.
    #[must_use]
    pub fn rectangle(width: u32, height: u32) -> Self {
        let edge = |x: f64, y: f64, limit: f64| HalfPlane { normal: Point::new(x, y), limit };
        let edges = vec![
            edge(-1.0, 0.0, 0.0),
            edge(1.0, 0.0, f64::from(width)),
            edge(0.0, -1.0, 0.0),
            edge(0.0, 1.0, f64::from(height)),
        ];
        Self { width, height, edges }
    }

    /// The outline of `photo`.
    #[must_use]
    pub fn of(photo: &Photo) -> Self {
        let (width, height) = photo.size();
        let mut outline = Self::rectangle(width, height);
        if let Some(shape) = opaque_shape(photo) {
            outline.edges.extend(shape);
        }
        outline
    }

    /// Size of the photo, in upright pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Whether the photo is all picture.
    #[must_use]
    pub fn is_rectangle(&self) -> bool {
        self.edges.len() == Self::PHOTO_EDGES
    }

    /// Whether `point`, in upright pixels, is in the picture.
    pub(crate) fn holds(&self, point: Point) -> bool {
        self.edges.iter().all(|edge| edge.normal.x * point.x + edge.normal.y * point.y <= edge.limit)
    }

    /// The edges of the photo itself.
    pub(crate) fn photo_edges(&self) -> &[HalfPlane] {
        &self.edges[..Self::PHOTO_EDGES.min(self.edges.len())]
    }

    /// The edges after a shift by `-origin` and a turn by `-roll_deg`: in the coordinates of a levelled head.
    pub(crate) fn levelled(&self, origin: Point, roll_deg: f64) -> Vec<HalfPlane> {
        let turn = Affine::rotation(-roll_deg);
        let moved = |edge: &HalfPlane| HalfPlane {
            normal: turn.apply(edge.normal),
            limit: edge.limit - edge.normal.x * origin.x - edge.normal.y * origin.y,
        };
        self.edges.iter().map(moved).collect()
    }
}

/// The hull of a photo's opaque pixels, where it has transparent ones around a full shape.
fn opaque_shape(photo: &Photo) -> Option<Vec<HalfPlane>> {
    let Pixels::Whole(Raster::Rgba(pixels)) = &photo.pixels else { return None };
    let (width, height) = pixels.dimensions();
    let step = width.max(height).div_ceil(SAMPLES);
    let to_upright = photo.orientation.to_upright(width, height);
    let half = f64::from(step) / 2.0;
    let (mut opaque, mut transparent) = (Vec::new(), Vec::new());
    for y in (0..height).step_by(step as usize) {
        for x in (0..width).step_by(step as usize) {
            let at = to_upright.apply(Point::new(f64::from(x) + half, f64::from(y) + half));
            let list = if pixels.get_pixel(x, y)[3] >= OPAQUE { &mut opaque } else { &mut transparent };
            list.push(at);
        }
    }
    if transparent.is_empty() || opaque.is_empty() {
        return None;
    }
    let hull: Vec<HalfPlane> = (0..DIRECTIONS)
        .map(|index| {
            let (y, x) = libm::sincos(f64::from(index) * std::f64::consts::TAU / f64::from(DIRECTIONS));
            let reach = opaque.iter().map(|p| x * p.x + y * p.y).fold(f64::NEG_INFINITY, f64::max);
            // A sample stands for the pixels around it, half of which lie beyond it.
            HalfPlane { normal: Point::new(x, y), limit: reach - half }
        })
        .collect();
    let inside = |p: &&Point| hull.iter().all(|edge| edge.normal.x * p.x + edge.normal.y * p.y <= edge.limit);
    let holes = transparent.iter().filter(inside).count() as f64;
    let full = opaque.iter().filter(inside).count() as f64;
    (full / (full + holes).max(1.0) >= FULL).then_some(hull)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Limits, decode};
    use image::{Rgba, RgbaImage};

    fn outline(alpha: impl Fn(f64, f64) -> bool) -> Outline {
        let picture = RgbaImage::from_fn(200, 200, |x, y| {
            let opaque = alpha(f64::from(x) - 100.0, f64::from(y) - 100.0);
            Rgba([90, 120, 150, if opaque { 255 } else { 0 }])
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
        Outline::of(&decode(bytes.get_ref(), &Limits::default()).expect("decodes"))
    }

    #[test]
    fn a_circle_bounds_and_a_cut_out_does_not() {
        let circle = outline(|x, y| x.hypot(y) < 100.0);
        assert!(!circle.is_rectangle());
        let corner = Point::new(15.0, 15.0);
        assert!(circle.edges.iter().any(|edge| edge.normal.x * corner.x + edge.normal.y * corner.y > edge.limit));
        // A head on a body: the hull has large empty parts beside the head.
        let person = outline(|x, y| x.hypot(y + 40.0) < 30.0 || (y > 20.0 && x.abs() < 90.0));
        assert!(person.is_rectangle());
        assert!(outline(|_, _| true).is_rectangle());
    }
}
