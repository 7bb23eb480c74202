//! The picture being painted, and an easel that paints on it in drawing units.

use super::colour::{Colour, rgb};
use super::outline::{Outline, Point};
use super::random::Random;
use super::raster::Mask;
use image::{Rgb, RgbImage};

/// An RGB picture in floats.
pub struct Canvas {
    /// Columns and rows.
    pub size: (usize, usize),
    /// Row by row, 0..255.
    pub pixels: Vec<[f32; 3]>,
}

/// Where drawing units lie in the picture: scaled, then turned clockwise, then moved.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The drawing's origin, in pixels.
    pub origin: Point,
    /// Pixels in a drawing unit.
    pub scale: f64,
    /// Width of the drawing against its height, before the roll; 1 leaves it as drawn.
    pub stretch: f64,
    /// Degrees clockwise.
    pub roll_deg: f64,
}

/// What a brush lays on the picture.
#[derive(Clone, Copy)]
pub enum Paint {
    /// One colour.
    Solid(Colour),
    /// From the first colour at the first point to the second at the second.
    Linear(Point, Colour, Point, Colour),
    /// From the first colour at the centre to the second at the radius and beyond.
    Radial(Point, f64, Colour, Colour),
}

/// How paint meets what is there.
#[derive(Clone, Copy)]
enum Blend {
    Over,
    Multiply,
    Screen,
}

/// Paint with its way of laying it on. Lengths are in drawing units.
#[derive(Clone, Copy)]
pub struct Brush<'a> {
    paint: Paint,
    blend: Blend,
    feather: f64,
    opacity: f32,
    within: Option<&'a Mask>,
}

impl<'a> Brush<'a> {
    /// Covers what is there.
    pub fn over(paint: Paint) -> Self {
        Self { paint, blend: Blend::Over, feather: 0.0, opacity: 1.0, within: None }
    }

    /// Covers what is there with one colour.
    pub fn solid(colour: Colour) -> Self {
        Self::over(Paint::Solid(colour))
    }

    /// Darkens: `colour` is what white would become.
    pub fn shade(colour: Colour) -> Self {
        Self { blend: Blend::Multiply, ..Self::solid(colour) }
    }

    /// Lightens: `colour` is what black would become.
    pub fn glow(colour: Colour) -> Self {
        Self { blend: Blend::Screen, ..Self::solid(colour) }
    }

    /// Softens the edge by a Gaussian of this standard deviation.
    pub fn feather(self, feather: f64) -> Self {
        Self { feather, ..self }
    }

    /// Share of the paint that shows, 0..1.
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity: opacity as f32, ..self }
    }

    /// Keeps the paint inside a mask.
    pub fn within(self, mask: &'a Mask) -> Self {
        Self { within: Some(mask), ..self }
    }
}

impl View {
    /// The picture point of a drawing point.
    pub fn place(&self, (x, y): Point) -> Point {
        let (sine, cosine) = self.roll_deg.to_radians().sin_cos();
        let x = self.stretch * x;
        (self.origin.0 + self.scale * (cosine * x - sine * y), self.origin.1 + self.scale * (sine * x + cosine * y))
    }
}

impl Canvas {
    /// A canvas of one colour.
    pub fn new(size: (usize, usize), colour: Colour) -> Self {
        Self { size, pixels: vec![colour.0; size.0 * size.1] }
    }

    /// Enlarged to `size`, bilinear.
    pub fn enlarged(&self, size: (usize, usize)) -> Self {
        let mut large = Self::new(size, rgb(0, 0, 0));
        let ratio = (self.size.0 as f64 / size.0 as f64, self.size.1 as f64 / size.1 as f64);
        let taps = |index: usize, ratio: f64, count: usize| {
            let position = ((index as f64 + 0.5) * ratio - 0.5).clamp(0.0, (count - 1) as f64);
            let first = (position as usize).min(count.saturating_sub(2));
            (first, (first + 1).min(count - 1), (position - first as f64) as f32)
        };
        for (row, line) in large.pixels.chunks_exact_mut(size.0).enumerate() {
            let (above, below, down) = taps(row, ratio.1, self.size.1);
            for (column, pixel) in line.iter_mut().enumerate() {
                let (left, right, across) = taps(column, ratio.0, self.size.0);
                let pair = |row: usize| {
                    let line = &self.pixels[row * self.size.0..];
                    Colour(line[left]).mix(Colour(line[right]), across)
                };
                *pixel = pair(above).mix(pair(below), down).0;
            }
        }
        large
    }

    /// Rounds to bytes, adding film grain of `grain` levels (the half width of an even spread, the same on all
    /// channels).
    pub fn develop(&self, grain: f64, seed: u64) -> RgbImage {
        let mut random = Random::new(seed ^ 0x6772_6169_6e00);
        RgbImage::from_fn(self.size.0 as u32, self.size.1 as u32, |x, y| {
            let pixel = self.pixels[y as usize * self.size.0 + x as usize];
            let noise = (random.unit() + random.unit() - 1.0) * grain;
            Rgb(pixel.map(|channel| (channel + noise as f32).round().clamp(0.0, 255.0) as u8))
        })
    }
}

/// A canvas seen through a view.
pub struct Easel<'a> {
    /// The picture.
    pub canvas: &'a mut Canvas,
    /// Drawing units to pixels.
    pub view: View,
}

impl Easel<'_> {
    /// Paints one outline.
    pub fn paint(&mut self, outline: &Outline, brush: Brush) {
        self.paint_all(std::slice::from_ref(outline), brush);
    }

    /// Paints the union of the outlines, holes taken away.
    pub fn paint_all(&mut self, outlines: &[Outline], brush: Brush) {
        let mask = self.mask(outlines, brush.feather);
        self.paint_mask(&mask, brush);
    }

    /// The coverage of the outlines, softened by `feather` drawing units.
    pub fn mask(&self, outlines: &[Outline], feather: f64) -> Mask {
        let placed: Vec<(Vec<Point>, bool)> = outlines
            .iter()
            .map(|outline| (outline.points.iter().map(|&point| self.view.place(point)).collect(), outline.hole))
            .collect();
        Mask::of(&placed, feather * self.view.scale, self.canvas.size)
    }

    /// Paints through a mask made before; the brush's feather does not count.
    pub fn paint_mask(&mut self, mask: &Mask, brush: Brush) {
        let (sine, cosine) = self.view.roll_deg.to_radians().sin_cos();
        let (step_x, step_y) = (cosine / self.view.scale, -sine / self.view.scale);
        let narrow = 1.0 / self.view.stretch;
        let columns = visible(mask.origin.0, mask.size.0, self.canvas.size.0);
        for y in visible(mask.origin.1, mask.size.1, self.canvas.size.1) {
            let (from_x, from_y) = (0.5 - self.view.origin.0, y as f64 + 0.5 - self.view.origin.1);
            let start = (from_x * step_x - from_y * step_y, from_x * step_y + from_y * step_x);
            for x in columns.clone() {
                let mut cover = mask.at(x, y) * brush.opacity;
                if cover <= 0.0 {
                    continue;
                }
                if let Some(within) = brush.within {
                    cover *= within.at(x, y);
                }
                let point = (narrow * (start.0 + x as f64 * step_x), start.1 + x as f64 * step_y);
                let pixel = &mut self.canvas.pixels[y as usize * self.canvas.size.0 + x as usize];
                *pixel = brush.blend.apply(Colour(*pixel), brush.paint.at(point), cover).0;
            }
        }
    }
}

fn visible(start: i64, length: usize, limit: usize) -> std::ops::Range<i64> {
    start.max(0)..(start + length as i64).min(limit as i64)
}

impl Paint {
    fn at(&self, (x, y): Point) -> Colour {
        match *self {
            Self::Solid(colour) => colour,
            Self::Linear(from, first, to, second) => {
                let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
                let share = ((x - from.0) * along_x + (y - from.1) * along_y) / (along_x * along_x + along_y * along_y);
                first.mix(second, eased(share))
            }
            Self::Radial(centre, radius, first, second) => {
                let (across, down) = (x - centre.0, y - centre.1);
                first.mix(second, eased((across * across + down * down).sqrt() / radius))
            }
        }
    }
}

fn eased(share: f64) -> f32 {
    let share = share.clamp(0.0, 1.0);
    (share * share * (3.0 - 2.0 * share)) as f32
}

impl Blend {
    fn apply(self, below: Colour, paint: Colour, cover: f32) -> Colour {
        let mut result = below.0;
        for (channel, value) in result.iter_mut().zip(paint.0) {
            let target = match self {
                Self::Over => value,
                Self::Multiply => *channel * value / 255.0,
                Self::Screen => 255.0 - (255.0 - *channel) * (255.0 - value) / 255.0,
            };
            *channel += (target - *channel) * cover;
        }
        Colour(result)
    }
}
