//! Pure framing: where on the photo a preset's frame lies, and what had to give when the photo has too little room.
//!
//! Everything is worked out in *levelled* coordinates: upright source pixels moved so that the mid-eye point is the
//! origin, and turned by the levelling, so that the frame stands upright and the photo is the turned rectangle.

mod adjusted;
mod as_is;
mod beyond;
mod ladder;
mod placement;
mod polygon;
mod room;
mod search;
mod size;
mod uniform;

pub use adjusted::adjusted_frame;
pub use placement::{NOT_UNIFORM, Placement};

pub use size::{OutputSize, output_size};

use crate::error::{Failure, Reason};
use crate::geometry::{Affine, Point};
use crate::ground::Ground;
use crate::preset::{HeadMeasure, Preset};
use crate::subject::Head;
use crate::subject::natural_top::natural_length;
use ladder::Ladder;
use room::Stance;
pub(crate) use room::head_ellipse;
use serde::{Deserialize, Serialize};

/// Tilts up to this many degrees are left alone: the measured roll is wrong by 1.05 degrees in the median and by 3.3 in
/// the worst tenth, so that below it is noise (docs/framing.md, "The frame").
pub const ROLL_LEFT_ALONE: f64 = 3.0;

/// A rectangle on the photo that becomes the output: it may be turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Middle of the rectangle, in upright source pixels.
    pub centre: Point,
    /// Extent along the frame's own horizontal, in source pixels.
    pub width: f64,
    /// Extent along the frame's own vertical, in source pixels.
    pub height: f64,
    /// How far the frame is turned clockwise on the photo, in degrees.
    pub roll_deg: f64,
}

impl Frame {
    /// The transform from upright source pixels to an output of `width` x `height` pixels.
    #[must_use]
    pub fn transform(&self, width: u32, height: u32) -> Affine {
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (width / self.width, height / self.height);
        Affine::levelling(self.centre, self.roll_deg, scale, Point::new(width / 2.0, height / 2.0))
    }

    /// The map from upright source pixels to as large pixels from the frame's middle, levelled.
    #[must_use]
    pub(crate) fn levelling(&self) -> Affine {
        Affine::levelling(self.centre, self.roll_deg, (1.0, 1.0), Point::default())
    }

    /// The four corners in upright source pixels, clockwise from the top left.
    #[must_use]
    pub fn corners(&self) -> [Point; 4] {
        let turn = Affine::rotation(self.roll_deg);
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y)| {
            let corner = turn.apply(Point::new(x * self.width, y * self.height));
            Point::new(corner.x + self.centre.x, corner.y + self.centre.y)
        })
    }
}

/// What the frame gave up because the photo has too little room, in the order of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// The head stands elsewhere in the frame than the preset says.
    Shift,
    /// The head is larger than the preset says, up to its `max_head_height`.
    Tighten,
    /// The head is smaller than the preset says, so that tall hair or a hat stays in.
    Loosen,
    /// The head is levelled less than it is tilted.
    LevelLess,
    /// The frame reaches beyond the photo, onto a continued background.
    Extend,
    /// The photo is tighter than the preset: the largest frame that it holds.
    Widest,
    /// The head reaches beyond the circle in which the preset is shown.
    OutOfCircle,
}

impl Step {
    /// Every step, in the order of the ladder.
    pub const ALL: [Self; 7] =
        [Self::Shift, Self::Tighten, Self::Loosen, Self::LevelLess, Self::Extend, Self::Widest, Self::OutOfCircle];

    /// The word in the report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shift => "shift",
            Self::Tighten => "tighten",
            Self::Loosen => "loosen",
            Self::LevelLess => "level-less",
            Self::Extend => "extend",
            Self::Widest => "widest",
            Self::OutOfCircle => "out-of-circle",
        }
    }
}

/// A frame with the steps that led to it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Framed {
    /// Where the output is cut from.
    pub frame: Frame,
    /// What was given up, in the order of the ladder; empty for a frame as the preset wants it.
    pub steps: Vec<Step>,
    /// Share of the frame's area that is beyond the photo, 0..=1.
    pub padded: f64,
}

/// By how much a frame is turned on the photo.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Levelling {
    /// As the measured tilt of the head asks for, within the preset's limit.
    #[default]
    Measured,
    /// Not at all.
    Off,
    /// By these degrees, clockwise positive, whatever was measured.
    Pinned(f64),
}

/// Whether the head height gives way where that costs less than other things.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scale {
    Weighed,
    /// Only where nothing else helps.
    Held,
}

/// Shares of the way to its corners that a frame keeps inside a shape cut out of the photo, tried in this order: all,
/// hardly less, whatever it takes. Steps set by hand.
const CORNERS: [f64; 11] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5, 0.0];

/// Shares of the levelling that are tried, most first. Steps set by hand.
const LEVEL_SHARES: [f64; 10] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.15, 0.0];

/// The frame for `head` on the ground of its photo: as the preset wants it where there is room, otherwise the one that
/// gives up least (shift, scale, tilt and what is made up beyond the photo weighed).
///
/// A pinned turn is given up only where no frame holds the head with it.
///
/// # Errors
/// [`Reason::HeadCut`] where every frame of the preset's aspect that the photo holds would cut the crown or the chin;
/// [`Reason::Internal`] for a preset with a value that is out of its range ([`Preset::check`]).
///
/// # Examples
/// ```
/// use headshot::detect::Face;
/// use headshot::frame::{Levelling, frame};
/// use headshot::geometry::{Affine, Rect};
/// use headshot::ground::Ground;
/// use headshot::outline::Outline;
/// use headshot::preset;
/// use headshot::subject::Head;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let face = Face { rect: Rect::new(525.0, 500.0, 150.0, 200.0), score: 0.9, landmarks: None };
/// let head = Head::from_face(&face, &Affine::IDENTITY).ok_or("no head")?;
/// let ground = Ground::busy(&head, Outline::rectangle(1200, 1600));
/// let preset = &preset::select(&["linkedin".to_owned()])?[0];
/// let framed = frame(&head, &ground, preset, Levelling::Measured)?;
/// assert!(framed.steps.is_empty(), "the photo has room for what the preset wants");
/// assert_eq!(framed.frame.centre.x, 600.0);
/// # Ok(())
/// # }
/// ```
pub fn frame(head: &Head, ground: &Ground, preset: &Preset, levelling: Levelling) -> Result<Framed, Failure> {
    checked(preset)?;
    climbed(head, ground, preset, levelling, Scale::Weighed)
}

/// Fields of a preset can be set by anybody; with values out of their range there is no frame.
///
/// # Errors
/// [`Reason::Internal`] with what [`Preset::check`] says.
fn checked(preset: &Preset) -> Result<(), Failure> {
    preset.check().map_err(|error| Failure::new(Reason::Internal, error.to_string()))
}

/// [`frame`] for a preset that was checked before it was adjusted.
fn climbed(
    head: &Head,
    ground: &Ground,
    preset: &Preset,
    levelling: Levelling,
    scale: Scale,
) -> Result<Framed, Failure> {
    let full = match levelling {
        Levelling::Measured => measured_turn(head, preset.framing.max_roll),
        Levelling::Off => 0.0,
        Levelling::Pinned(roll_deg) => roll_deg,
    };
    let stances: Vec<Stance> =
        level_angles(full).into_iter().map(|roll_deg| Stance::new(head, &ground.outline, roll_deg)).collect();
    let (width, height) = ground.outline.size();
    let extent = f64::from(height).min(f64::from(width) / preset.aspect());
    let ladder = Ladder { preset, ground, head_length: head_length(head, preset), full, extent, scale };
    let firm = if matches!(levelling, Levelling::Pinned(_)) { 1 } else { stances.len() };
    let found = ladder.climb(&stances[..firm]).or_else(|| ladder.climb(&stances[firm..]));
    found.ok_or_else(|| head_cut(ground, preset))
}

/// Why no frame of the preset's shape holds the head.
fn head_cut(ground: &Ground, preset: &Preset) -> Failure {
    let (width, height) = ground.outline.size();
    Failure::new(
        Reason::HeadCut,
        format!(
            "the photo ({width} x {height}) has no room for the whole head in the shape of {} ({} x {})",
            preset.name, preset.width, preset.height
        ),
    )
    .advised("use a photo with more space around the head")
}

/// The turn that levels `head`: none for small tilts, at most `max_roll`.
fn measured_turn(head: &Head, max_roll: f64) -> f64 {
    if head.roll_deg.abs() <= ROLL_LEFT_ALONE { 0.0 } else { head.roll_deg.clamp(-max_roll, max_roll) }
}

fn level_angles(full: f64) -> Vec<f64> {
    if full == 0.0 { vec![0.0] } else { LEVEL_SHARES.map(|share| full * share).to_vec() }
}

/// The length of the head that the preset's `head_height` is about, in source pixels.
pub(crate) fn head_length(head: &Head, preset: &Preset) -> f64 {
    match preset.framing.head_measure {
        HeadMeasure::TwiceEyesToChin => head.height(),
        HeadMeasure::CrownToChin => natural_length(head).0,
    }
}

#[cfg(test)]
mod tests;
