//! Closed outlines in drawing units: splines, ellipses, tapered strokes.

/// A point or vector, x to the image's right, y down.
pub type Point = (f64, f64);

/// Chords a spline segment is cut into: at a 1,000 px head the error stays under a tenth of a pixel.
const CHORDS: usize = 16;

/// A closed polygon fine enough to read as a curve. A `hole` takes area away from the outlines rasterised with it.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The corners, in order; the last joins the first.
    pub points: Vec<Point>,
    /// Whether the area counts as taken away.
    pub hole: bool,
}

impl Outline {
    /// The polygon with exactly these corners.
    pub fn polygon(points: &[Point]) -> Self {
        Self { points: points.to_vec(), hole: false }
    }

    /// A smooth closed curve through the points.
    pub fn smooth(points: &[Point]) -> Self {
        let count = points.len();
        let mut ring = Vec::with_capacity(count + 3);
        ring.push(points[count - 1]);
        ring.extend_from_slice(points);
        ring.extend_from_slice(&points[..2]);
        Self { points: hermite(&ring), hole: false }
    }

    /// Open smooth curves joined end to end, with a corner at each joint.
    pub fn pieces(pieces: &[&[Point]]) -> Self {
        Self { points: pieces.iter().flat_map(|piece| curve(piece)).collect(), hole: false }
    }

    /// A smooth closed curve from its right half, given from the top of the axis to the bottom of it.
    pub fn symmetric(half: &[Point]) -> Self {
        let mut whole = half.to_vec();
        whole.extend(half[1..half.len() - 1].iter().rev().map(|&(x, y)| (-x, y)));
        Self::smooth(&whole)
    }

    /// As [`Outline::pieces`], from the right half; the pieces run from a point on the axis to another
    /// on the axis, and cross it without a corner.
    pub fn symmetric_pieces(pieces: &[&[Point]]) -> Self {
        let last = pieces.len() - 1;
        let half = pieces.iter().enumerate().flat_map(|(index, piece)| {
            let mirrored = |(x, y): Point| (-x, y);
            let before = if index == 0 { mirrored(piece[1]) } else { reflect(piece[1], piece[0]) };
            let end = piece.len() - 1;
            let after = if index == last { mirrored(piece[end - 1]) } else { reflect(piece[end - 1], piece[end]) };
            between(before, piece, after)
        });
        let mut points: Vec<Point> = half.collect();
        let left: Vec<Point> = points.iter().rev().map(|&(x, y)| (-x, y)).collect();
        points.extend(left);
        Self { points, hole: false }
    }

    /// An ellipse with half axes `radii`, turned clockwise by `degrees`.
    pub fn ellipse(centre: Point, radii: Point, degrees: f64) -> Self {
        const CORNERS: usize = 128;
        let (turn_sine, turn_cosine) = degrees.to_radians().sin_cos();
        let points = (0..CORNERS)
            .map(|corner| {
                let (sine, cosine) = (std::f64::consts::TAU * corner as f64 / CORNERS as f64).sin_cos();
                let (x, y) = (radii.0 * cosine, radii.1 * sine);
                (centre.0 + x * turn_cosine - y * turn_sine, centre.1 + x * turn_sine + y * turn_cosine)
            })
            .collect();
        Self { points, hole: false }
    }

    /// An axis-aligned rectangle with rounded corners.
    pub fn rounded(centre: Point, half: Point, radius: f64) -> Self {
        const STEPS: usize = 12;
        let mut points = Vec::with_capacity(4 * (STEPS + 1));
        for (corner, (side_x, side_y)) in [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].into_iter().enumerate() {
            for step in 0..=STEPS {
                let angle = std::f64::consts::FRAC_PI_2 * (corner as f64 + step as f64 / STEPS as f64);
                let (sine, cosine) = angle.sin_cos();
                points.push((
                    centre.0 + side_x * (half.0 - radius) + radius * cosine,
                    centre.1 + side_y * (half.1 - radius) + radius * sine,
                ));
            }
        }
        Self { points, hole: false }
    }

    /// A brush stroke along a smooth open curve; `widths` are full widths, spread evenly from its start to its end.
    pub fn stroke(points: &[Point], widths: &[f64]) -> Self {
        let line = curve(points);
        let last = line.len() - 1;
        let (mut left, mut right) = (Vec::with_capacity(2 * line.len()), Vec::with_capacity(line.len()));
        for (index, &(x, y)) in line.iter().enumerate() {
            let (before, after) = (line[index.saturating_sub(1)], line[(index + 1).min(last)]);
            let (along_x, along_y) = (after.0 - before.0, after.1 - before.1);
            let length = (along_x * along_x + along_y * along_y).sqrt().max(1e-12);
            let half = 0.5 * width_at(widths, index as f64 / last as f64) / length;
            left.push((x - along_y * half, y + along_x * half));
            right.push((x + along_y * half, y - along_x * half));
        }
        left.extend(right.into_iter().rev());
        Self { points: left, hole: false }
    }

    /// The same outline, counted as taken away.
    pub fn taken_away(mut self) -> Self {
        self.hole = true;
        self
    }

    /// Moved by `offset`.
    pub fn moved(&self, offset: Point) -> Self {
        self.mapped(|(x, y)| (x + offset.0, y + offset.1))
    }

    /// Mirrored left to right when `mirror` is set.
    pub fn mirrored_if(&self, mirror: bool) -> Self {
        let sign = if mirror { -1.0 } else { 1.0 };
        self.mapped(|(x, y)| (sign * x, y))
    }

    /// Every corner mapped by `map`.
    pub fn mapped(&self, map: impl Fn(Point) -> Point) -> Self {
        Self { points: self.points.iter().map(|&point| map(point)).collect(), hole: self.hole }
    }
}

/// A smooth open curve through the points, as a fine chain of chords.
pub fn curve(points: &[Point]) -> Vec<Point> {
    let count = points.len();
    between(reflect(points[1], points[0]), points, reflect(points[count - 2], points[count - 1]))
}

/// The curve through `points` that comes from `before` and goes on to `after`.
fn between(before: Point, points: &[Point], after: Point) -> Vec<Point> {
    let mut chain = Vec::with_capacity(points.len() + 2);
    chain.push(before);
    chain.extend_from_slice(points);
    chain.push(after);
    let mut line = hermite(&chain);
    line.push(points[points.len() - 1]);
    line
}

/// Cubic Hermite curve through `chain[1..len - 1]`, the end points of the chain giving only directions. Tangents are
/// finite differences over chord length, which keeps unevenly spaced points free of overshoot.
fn hermite(chain: &[Point]) -> Vec<Point> {
    let mut line = Vec::with_capacity(chain.len() * CHORDS);
    for window in chain.windows(4) {
        let [before, start, end, after] = [window[0], window[1], window[2], window[3]];
        let (lead, span, tail) = (distance(before, start), distance(start, end), distance(end, after));
        let tangent = |from: Point, to: Point, length: f64| {
            let scale = span / length.max(1e-12);
            ((to.0 - from.0) * scale, (to.1 - from.1) * scale)
        };
        let leaving = tangent(before, end, lead + span);
        let arriving = tangent(start, after, span + tail);
        for step in 0..CHORDS {
            let t = step as f64 / CHORDS as f64;
            let (square, cube) = (t * t, t * t * t);
            let weights =
                [2.0 * cube - 3.0 * square + 1.0, cube - 2.0 * square + t, 3.0 * square - 2.0 * cube, cube - square];
            let blend =
                |a: f64, b: f64, c: f64, d: f64| a * weights[0] + b * weights[1] + c * weights[2] + d * weights[3];
            line.push((blend(start.0, leaving.0, end.0, arriving.0), blend(start.1, leaving.1, end.1, arriving.1)));
        }
    }
    line
}

fn reflect(point: Point, centre: Point) -> Point {
    (2.0 * centre.0 - point.0, 2.0 * centre.1 - point.1)
}

fn distance(from: Point, to: Point) -> f64 {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    (x * x + y * y).sqrt()
}

fn width_at(widths: &[f64], share: f64) -> f64 {
    let position = share * (widths.len() - 1) as f64;
    let index = (position as usize).min(widths.len().saturating_sub(2));
    let next = widths[(index + 1).min(widths.len() - 1)];
    widths[index] + (next - widths[index]) * (position - index as f64)
}
