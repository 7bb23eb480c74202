//! What stands behind the people.

use super::canvas::{Brush, Canvas, Easel, Paint, View};
use super::colour::{Colour, rgb};
use super::outline::Outline;
use super::random::Random;

/// A background. It never rolls with the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Background {
    /// One colour, to the bit but for grain.
    Plain(Colour),
    /// A studio wall of this colour: lit behind the head, dark in the corners.
    Studio(Colour),
    /// A bright room with a tall window and a plant, far out of focus; odd seeds mirror it.
    Window,
    /// An office or a street at dusk, all soft discs of light.
    Lights,
    /// Shelves of books, nearly in focus: a busy one.
    Bookshelf,
}

/// Out-of-focus backgrounds are painted this many times smaller and enlarged: they hold no finer detail.
const REDUCTION: usize = 3;

impl Background {
    /// A canvas of `size` with the background.
    pub(super) fn paint(&self, size: (usize, usize), seed: u64) -> Canvas {
        let mut random = Random::new(seed ^ 0xbac6_2009);
        match *self {
            Self::Plain(colour) => Canvas::new(size, colour),
            Self::Studio(colour) => studio(size, colour),
            Self::Window => {
                let mut room = reduced(size, |easel, reach| window(easel, reach, &mut random));
                if seed % 2 == 1 {
                    room.pixels.chunks_exact_mut(size.0).for_each(<[_]>::reverse);
                }
                room
            }
            Self::Lights => reduced(size, |easel, reach| lights(easel, reach, &mut random)),
            Self::Bookshelf => reduced(size, |easel, reach| bookshelf(easel, reach, &mut random)),
        }
    }
}

/// Paints in units of the picture's height, `reach` being its width in them.
fn reduced(size: (usize, usize), paint: impl FnOnce(&mut Easel, f64)) -> Canvas {
    let small = (size.0.div_ceil(REDUCTION), size.1.div_ceil(REDUCTION));
    let mut canvas = Canvas::new(small, rgb(128, 128, 128));
    let view = View { origin: (0.0, 0.0), scale: small.1 as f64, stretch: 1.0, roll_deg: 0.0 };
    paint(&mut Easel { canvas: &mut canvas, view }, small.0 as f64 / small.1 as f64);
    canvas.enlarged(size)
}

fn rectangle(left: f64, top: f64, right: f64, bottom: f64) -> Outline {
    Outline::polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)])
}

fn studio(size: (usize, usize), colour: Colour) -> Canvas {
    let mut canvas = Canvas::new(size, colour);
    let view = View { origin: (0.0, 0.0), scale: size.1 as f64, stretch: 1.0, roll_deg: 0.0 };
    let reach = size.0 as f64 / size.1 as f64;
    let light =
        Paint::Radial((0.44 * reach, 0.36), 0.75 * (0.5 + 0.5 * reach), colour.lighter(0.3), colour.scaled(0.66));
    Easel { canvas: &mut canvas, view }.paint(&rectangle(-0.1, -0.1, reach + 0.1, 1.1), Brush::over(light));
    canvas
}

fn window(easel: &mut Easel, reach: f64, random: &mut Random) {
    let wall = Paint::Linear((0.0, 0.2), rgb(214, 206, 196), (reach, 0.9), rgb(170, 160, 152));
    easel.paint(&rectangle(-0.1, -0.1, reach + 0.1, 1.1), Brush::over(wall));
    let (left, right) = (0.04 * reach, 0.4 * reach);
    let sky = Paint::Linear((0.0, 0.0), rgb(240, 247, 252), (0.0, 0.8), rgb(206, 222, 214));
    easel.paint(&rectangle(left, -0.2, right, 0.72), Brush::over(sky).feather(0.016));
    for _ in 0..7 {
        let place = (random.range(left, right), random.range(0.42, 0.68));
        let leaf = Outline::ellipse(place, (random.range(0.03, 0.07), random.range(0.03, 0.06)), 0.0);
        easel.paint(&leaf, Brush::solid(rgb(150, 178, 146)).feather(0.018).opacity(0.5));
    }
    let frame = rgb(232, 228, 222);
    for bar in [
        rectangle(0.213 * reach, -0.2, 0.232 * reach, 0.72),
        rectangle(left, 0.3, right, 0.316),
        rectangle(left - 0.03, 0.71, right + 0.03, 0.74),
    ] {
        easel.paint(&bar, Brush::solid(frame.scaled(0.9)).feather(0.01));
    }
    easel.paint(&rectangle(0.7 * reach, 0.16, 0.93 * reach, 0.44), Brush::solid(rgb(148, 138, 130)).feather(0.013));
    easel
        .paint(&rectangle(0.715 * reach, 0.175, 0.915 * reach, 0.425), Brush::solid(rgb(216, 196, 170)).feather(0.013));
    for _ in 0..16 {
        let (x, y, turn) = (random.range(0.8, 1.0) * reach, random.range(0.52, 0.8), random.range(-60.0, 60.0));
        let green = random.pick(&[rgb(96, 128, 96), rgb(118, 148, 108), rgb(78, 108, 84)]);
        let leaf = Outline::ellipse((x, y), (0.024, 0.085), turn);
        easel.paint(&leaf, Brush::solid(green).feather(0.012).opacity(0.75));
    }
}

fn lights(easel: &mut Easel, reach: f64, random: &mut Random) {
    let dusk = Paint::Linear((0.0, 0.0), rgb(70, 88, 112), (0.3 * reach, 1.0), rgb(62, 54, 62));
    easel.paint(&rectangle(-0.1, -0.1, reach + 0.1, 1.1), Brush::over(dusk));
    for _ in 0..6 {
        let (x, width) = (random.range(0.0, reach), random.range(0.05, 0.16));
        let tower = rectangle(x, random.range(0.05, 0.4), x + width, 1.1);
        easel.paint(&tower, Brush::solid(rgb(52, 60, 78)).feather(0.025).opacity(0.6));
    }
    let glow = Outline::ellipse((0.75 * reach, 0.4), (0.4, 0.3), 0.0);
    easel.paint(&glow, Brush::glow(rgb(214, 150, 90)).feather(0.12).opacity(0.38));
    for _ in 0..46 {
        let radius = random.range(0.014, 0.04);
        let disc =
            Outline::ellipse((random.range(-0.02, reach + 0.02), random.range(0.02, 0.85)), (radius, radius), 0.0);
        let colour = random.pick(&[
            rgb(255, 206, 140),
            rgb(255, 226, 180),
            rgb(255, 178, 120),
            rgb(170, 206, 240),
            rgb(240, 240, 230),
        ]);
        easel.paint(&disc, Brush::glow(colour).feather(0.003).opacity(random.range(0.1, 0.42)));
    }
}

fn bookshelf(easel: &mut Easel, reach: f64, random: &mut Random) {
    easel.paint(&rectangle(-0.1, -0.1, reach + 0.1, 1.1), Brush::solid(rgb(66, 50, 40)));
    let covers = [
        rgb(134, 62, 54),
        rgb(56, 82, 104),
        rgb(196, 172, 130),
        rgb(72, 98, 82),
        rgb(208, 200, 186),
        rgb(92, 74, 98),
        rgb(178, 122, 66),
        rgb(48, 54, 64),
    ];
    let depth = 0.23;
    let mut top = -0.07;
    while top < 1.05 {
        let floor = top + depth - 0.022;
        let mut x = random.range(-0.05, 0.0);
        while x < reach + 0.05 {
            let (width, height) = (random.range(0.018, 0.044), random.range(0.125, 0.188));
            if random.unit() < 0.09 {
                x += 2.2 * width;
                continue;
            }
            let cover = random.pick(&covers).scaled(random.range(0.8, 1.08) as f32);
            let spine = Paint::Linear((x, 0.0), cover.lighter(0.08), (x + width, 0.0), cover.scaled(0.7));
            easel.paint(&rectangle(x, floor - height, x + width - 0.002, floor), Brush::over(spine).feather(0.0028));
            let label = rectangle(x + 0.15 * width, floor - 0.8 * height, x + 0.82 * width, floor - 0.7 * height);
            easel.paint(&label, Brush::solid(cover.lighter(0.5)).feather(0.003).opacity(0.7));
            x += width;
        }
        let board = Paint::Linear((0.0, floor), rgb(168, 126, 88), (0.0, floor + 0.022), rgb(116, 82, 56));
        easel.paint(&rectangle(-0.1, floor, reach + 0.1, floor + 0.022), Brush::over(board).feather(0.002));
        easel.paint(
            &rectangle(-0.1, top - 0.002, reach + 0.1, top + 0.035),
            Brush::shade(rgb(90, 80, 76)).feather(0.012).opacity(0.7),
        );
        top += depth;
    }
}
