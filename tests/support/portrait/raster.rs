//! Polygons to coverage: exact area per pixel, then an optional Gaussian feather.

use super::outline::Point;

/// Coverage 0..1 of a rectangle of pixels; zero outside it.
pub struct Mask {
    /// Left column and top row, in picture pixels; may be negative.
    pub origin: (i64, i64),
    /// Columns and rows.
    pub size: (usize, usize),
    /// Row by row.
    pub data: Vec<f32>,
}

impl Mask {
    /// The coverage of polygons given in pixels, blurred by `sigma` pixels. `limits` is the size of the picture: what
    /// can not reach it is not computed. A polygon marked `true` takes its area away.
    pub fn of(polygons: &[(Vec<Point>, bool)], sigma: f64, limits: (usize, usize)) -> Self {
        let margin = (3.0 * sigma).ceil() + 1.0;
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for &(x, y) in polygons.iter().flat_map(|(points, _)| points) {
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        let span = |low: f64, high: f64, limit: usize| {
            let start = (low - margin).floor().clamp(-margin, limit as f64 + margin);
            let end = (high + margin).ceil().clamp(start, limit as f64 + margin);
            (start as i64, (end - start) as usize)
        };
        let (left, width) = span(low.0, high.0, limits.0);
        let (top, height) = span(low.1, high.1, limits.1);
        let mut mask = Self { origin: (left, top), size: (width, height), data: vec![0.0; width * height] };
        if width > 0 && height > 0 {
            mask.accumulate(polygons);
            mask.blur(sigma);
        }
        mask
    }

    /// The coverage of one pixel of the picture.
    pub fn at(&self, x: i64, y: i64) -> f32 {
        let (column, row) = (x - self.origin.0, y - self.origin.1);
        if column < 0 || row < 0 || column >= self.size.0 as i64 || row >= self.size.1 as i64 {
            return 0.0;
        }
        self.data[row as usize * self.size.0 + column as usize]
    }

    /// Signed area differences along each row, then their running sum: the classic way to exact coverage.
    fn accumulate(&mut self, polygons: &[(Vec<Point>, bool)]) {
        let stride = self.size.0 + 2;
        let mut steps = vec![0.0f32; stride * self.size.1];
        for (points, hole) in polygons {
            let sign = if (signed_area(points) < 0.0) != *hole { -1.0 } else { 1.0 };
            for (index, &from) in points.iter().enumerate() {
                self.edge(from, points[(index + 1) % points.len()], sign, &mut steps);
            }
        }
        for (row, line) in self.data.chunks_exact_mut(self.size.0).enumerate() {
            let mut sum = 0.0;
            for (value, step) in line.iter_mut().zip(&steps[row * stride..]) {
                sum += step;
                *value = sum.abs().min(1.0);
            }
        }
    }

    fn edge(&self, from: Point, to: Point, sign: f64, steps: &mut [f32]) {
        let shift = |(x, y): Point| (x - self.origin.0 as f64, y - self.origin.1 as f64);
        let (from, to) = (shift(from), shift(to));
        let (top, bottom, sign) = if from.1 < to.1 { (from, to, -sign) } else { (to, from, sign) };
        let slope = (bottom.0 - top.0) / (bottom.1 - top.1);
        if !slope.is_finite() {
            return;
        }
        let (first, last) = (top.1.max(0.0), bottom.1.min(self.size.1 as f64));
        let mut y = first;
        while y < last {
            let row = y.floor();
            let next = (row + 1.0).min(last);
            let x_at = |y: f64| (top.0 + slope * (y - top.1)).clamp(0.0, self.size.0 as f64);
            let line = &mut steps[row as usize * (self.size.0 + 2)..][..self.size.0 + 2];
            spread(line, x_at(y), x_at(next), sign * (next - y));
            y = next;
        }
    }

    fn blur(&mut self, sigma: f64) {
        // Three boxes come within 3 % of a Gaussian; under 2 px their whole-pixel widths are too coarse.
        if sigma >= 2.0 {
            for width in box_widths(sigma) {
                box_rows(&mut self.data, self.size, width / 2);
                box_columns(&mut self.data, self.size, width / 2);
            }
        } else if sigma > 0.05 {
            let kernel = gaussian(sigma);
            convolve(&mut self.data, self.size, &kernel);
        }
    }
}

/// Adds one row's part of an edge, from x `start` to `end` while `height` (signed) of the row is passed.
fn spread(line: &mut [f32], start: f64, end: f64, height: f64) {
    let (low, high) = if start < end { (start, end) } else { (end, start) };
    let mut x = low;
    loop {
        let cell = x.floor();
        let next = (cell + 1.0).min(high);
        let share = if high > low { height * (next - x) / (high - low) } else { height };
        let inside = 0.5 * (x + next) - cell;
        line[cell as usize] += (share * (1.0 - inside)) as f32;
        line[cell as usize + 1] += (share * inside) as f32;
        if next >= high {
            return;
        }
        x = next;
    }
}

fn signed_area(points: &[Point]) -> f64 {
    let cross = |(index, &(x, y)): (usize, &Point)| {
        let (next_x, next_y) = points[(index + 1) % points.len()];
        x * next_y - next_x * y
    };
    points.iter().enumerate().map(cross).sum()
}

/// Odd widths of three boxes whose variances add up to `sigma` squared (P. Kovesi, "Fast almost-Gaussian filtering").
fn box_widths(sigma: f64) -> [usize; 3] {
    let ideal = (4.0 * sigma * sigma + 1.0).sqrt();
    let mut small = ideal.floor() as i64;
    if small % 2 == 0 {
        small -= 1;
    }
    let width = small as f64;
    let count = ((12.0 * sigma * sigma - 3.0 * width * width - 12.0 * width - 9.0) / (-4.0 * width - 4.0)).round();
    [0.0, 1.0, 2.0].map(|index| if index < count { small as usize } else { small as usize + 2 })
}

fn box_rows(data: &mut [f32], (width, _): (usize, usize), radius: usize) {
    let scale = 1.0 / (2 * radius + 1) as f32;
    let mut padded = vec![0.0f32; width + 2 * radius + 1];
    for line in data.chunks_exact_mut(width) {
        padded[radius..radius + width].copy_from_slice(line);
        let mut sum: f32 = padded[..2 * radius].iter().sum();
        for (column, value) in line.iter_mut().enumerate() {
            sum += padded[column + 2 * radius];
            *value = (sum * scale).max(0.0);
            sum -= padded[column];
        }
    }
}

fn box_columns(data: &mut [f32], (width, height): (usize, usize), radius: usize) {
    let scale = 1.0 / (2 * radius + 1) as f32;
    let source = data.to_vec();
    let mut sums = vec![0.0f32; width];
    for row in 0..radius.min(height) {
        add(&mut sums, &source[row * width..][..width], 1.0);
    }
    for row in 0..height {
        if row + radius < height {
            add(&mut sums, &source[(row + radius) * width..][..width], 1.0);
        }
        for (value, sum) in data[row * width..][..width].iter_mut().zip(&sums) {
            *value = (sum * scale).max(0.0);
        }
        if row >= radius {
            add(&mut sums, &source[(row - radius) * width..][..width], -1.0);
        }
    }
}

fn add(sums: &mut [f32], line: &[f32], factor: f32) {
    for (sum, value) in sums.iter_mut().zip(line) {
        *sum += factor * value;
    }
}

fn gaussian(sigma: f64) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil() as i64;
    let weights: Vec<f64> =
        (-radius..=radius).map(|step| (-0.5 * (step as f64 / sigma) * (step as f64 / sigma)).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / total) as f32).collect()
}

fn convolve(data: &mut [f32], (width, height): (usize, usize), kernel: &[f32]) {
    let radius = kernel.len() / 2;
    let mut padded = vec![0.0f32; width + 2 * radius];
    for line in data.chunks_exact_mut(width) {
        padded[radius..radius + width].copy_from_slice(line);
        for (column, value) in line.iter_mut().enumerate() {
            *value = padded[column..].iter().zip(kernel).map(|(sample, weight)| sample * weight).sum();
        }
    }
    let source = data.to_vec();
    for row in 0..height {
        let line = &mut data[row * width..][..width];
        line.fill(0.0);
        for (tap, &weight) in kernel.iter().enumerate() {
            if let Some(other) = (row + tap).checked_sub(radius).filter(|&other| other < height) {
                add(line, &source[other * width..][..width], weight);
            }
        }
    }
}
