//! Drawn portraits whose geometry is known exactly: test pictures, and the people in `samples/`.
//!
//! A [`Portrait`] describes one person; [`Portrait::draw`] paints it and says where the eyes, chin, crown and shoulders
//! are. The drawing is a vector one in **head units**: origin mid-eye, x to the image's right, y down, one unit = one
//! head height (2 x mid-eye to chin). Size, place and roll only enter when outlines become pixels, so truth and picture
//! can not drift apart. All pixel positions are continuous: a pixel's centre lies at +0.5.

// Each test binary and example takes the part it needs.
#![allow(dead_code)]

mod background;
mod body;
mod canvas;
mod colour;
mod extras;
mod eyes;
mod face;
mod hair;
mod headwear;
mod locks;
mod mouth;
mod outline;
pub mod random;
mod raster;

pub use background::Background;
pub use colour::{Colour, SKINS, rgb};

use canvas::{Canvas, Easel, View};
use image::RgbImage;
use outline::Point;

/// Shape of hair or of what covers it. `Hijab` and `Beanie` take [`Portrait::headwear`] as their colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HairStyle {
    /// Side parting, above the ears.
    Short,
    /// A few millimetres all over.
    Cropped,
    /// Past the shoulders, parted.
    Long,
    /// To the jaw.
    Bob,
    /// To the jaw, with a fringe over the forehead.
    Fringe,
    /// Pulled back into a bun on top.
    Bun,
    /// A round afro.
    Afro,
    /// No hair.
    Bald,
    /// A headscarf that covers hair and neck.
    Hijab,
    /// A knitted hat over short hair.
    Beanie,
}

impl HairStyle {
    /// Every style.
    pub const ALL: [Self; 10] = [
        Self::Short,
        Self::Cropped,
        Self::Long,
        Self::Bob,
        Self::Fringe,
        Self::Bun,
        Self::Afro,
        Self::Bald,
        Self::Hijab,
        Self::Beanie,
    ];
}

/// What is worn, in [`Portrait::clothes_colour`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clothes {
    /// A sweater with a round neck.
    CrewNeck,
    /// A top with a V neck.
    VNeck,
    /// A blazer over a light open shirt.
    Blazer,
    /// A hooded sweater.
    Hoodie,
    /// A shirt with its collar open.
    Shirt,
    /// A sweater with a rolled collar.
    RollNeck,
}

/// Hair on the face, in the hair's colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beard {
    /// Clean shaven.
    None,
    /// Some days' growth.
    Stubble,
    /// A short full beard.
    Full,
}

/// Spectacles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glasses {
    /// None.
    None,
    /// Thin and round.
    Round,
    /// Rounded rectangles, heavier.
    Square,
}

/// Mouth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smile {
    /// Lips together.
    Closed,
    /// Teeth showing.
    Open,
}

/// Proportions that tell one face from another, each as a factor on the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features {
    /// Width of the whole head, 0.9 to 1.1; the eyes move with it.
    pub face_width: f64,
    /// Height of the eyes' opening, 0.8 to 1.15.
    pub eye_opening: f64,
    /// Width of the nose, 0.8 to 1.35.
    pub nose_width: f64,
    /// Fullness of the lips, 0.7 to 1.35.
    pub lips: f64,
}

impl Default for Features {
    fn default() -> Self {
        Self { face_width: 1.0, eye_opening: 1.0, nose_width: 1.0, lips: 1.0 }
    }
}

/// One drawn person and the picture they are in.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// Width and height of the picture, pixels.
    pub size: (u32, u32),
    /// Mid-eye point, pixels.
    pub mid_eye: (f64, f64),
    /// 2 x mid-eye to chin, pixels.
    pub head_height: f64,
    /// Degrees clockwise in the picture: positive when the image-right eye is the lower one.
    pub roll_deg: f64,
    /// Roll of neck, shoulders and clothes about the base of the neck; `None` leans them with the head.
    pub body_roll_deg: Option<f64>,
    /// Skin.
    pub skin: Colour,
    /// Hair, brows and beard.
    pub hair: Colour,
    /// Shape of the hair.
    pub hair_style: HairStyle,
    /// Puts the parting on the other side; the light stays.
    pub mirrored_hair: bool,
    /// Scarf or hat.
    pub headwear: Colour,
    /// Irises.
    pub eyes: Colour,
    /// Proportions of the face.
    pub features: Features,
    /// Beard.
    pub beard: Beard,
    /// Spectacles.
    pub glasses: Glasses,
    /// Mouth.
    pub smile: Smile,
    /// Studs in the ears, where hair leaves them visible.
    pub earrings: bool,
    /// Cut of the clothes.
    pub clothes: Clothes,
    /// Colour of the clothes.
    pub clothes_colour: Colour,
    /// 0 slim (narrow jaw, neck and shoulders) to 1 broad.
    pub build: f64,
    /// 0 none to 1 distinct: lashes and lip colour.
    pub makeup: f64,
    /// 0 young to 1 with clear lines.
    pub age: f64,
    /// Background.
    pub background: Background,
    /// Film grain, levels.
    pub grain: f64,
    /// Seed of curls, strands, background details and grain.
    pub seed: u64,
}

impl Default for Portrait {
    /// A 300 x 400 portrait on plain grey: small enough for tests that draw many.
    fn default() -> Self {
        Self::sized(300, 400)
    }
}

/// Where things are in a drawn picture: exact, in continuous pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Pupil centres, the image-left one first.
    pub eyes: [(f64, f64); 2],
    /// Tip of the chin.
    pub chin: (f64, f64),
    /// Topmost point of hair, hat or scarf after the roll; above 0 where the picture cuts it.
    pub crown: (f64, f64),
    /// Degrees clockwise.
    pub roll_deg: f64,
    /// 2 x mid-eye to chin.
    pub head_height: f64,
    /// Shoulder points (the outer ends of the shoulder line), the image-left one first.
    pub shoulders: [(f64, f64); 2],
}

/// A picture with its truth.
pub struct Drawn {
    /// The picture.
    pub image: RgbImage,
    /// Where things are in it.
    pub truth: Truth,
}

impl Portrait {
    /// A portrait of `width` x `height` with the head in the usual place: 40 % of the height, eyes at 40 % from the
    /// top.
    pub fn sized(width: u32, height: u32) -> Self {
        let (across, down) = (f64::from(width), f64::from(height));
        Self {
            size: (width, height),
            mid_eye: (0.5 * across, 0.4 * down),
            head_height: 0.4 * down,
            roll_deg: 0.0,
            body_roll_deg: None,
            skin: SKINS[1],
            hair: rgb(66, 44, 34),
            hair_style: HairStyle::Short,
            mirrored_hair: false,
            headwear: rgb(86, 112, 128),
            eyes: rgb(94, 66, 44),
            features: Features::default(),
            beard: Beard::None,
            glasses: Glasses::None,
            smile: Smile::Closed,
            earrings: false,
            clothes: Clothes::CrewNeck,
            clothes_colour: rgb(62, 84, 112),
            build: 0.5,
            makeup: 0.0,
            age: 0.1,
            background: Background::Plain(rgb(206, 208, 210)),
            grain: 2.0,
            seed: 1,
        }
    }

    /// Paints the portrait.
    pub fn draw(&self) -> Drawn {
        let image = draw_scene(self.size, &self.background, std::slice::from_ref(self), self.grain, self.seed);
        Drawn { image, truth: self.truth() }
    }

    /// Where things are, without painting.
    pub fn truth(&self) -> Truth {
        let (head, torso) = (self.head_view(), self.body_view());
        let shoulder = body::shoulder(self);
        let crown = face::silhouette(self)
            .iter()
            .chain(&hair::silhouette(self))
            .flat_map(|outline| &outline.points)
            .map(|&point| head.place(point))
            .min_by(|first, second| first.1.total_cmp(&second.1))
            .unwrap_or(self.mid_eye);
        Truth {
            eyes: [-eyes::OFFSET, eyes::OFFSET].map(|x| head.place((x, 0.0))),
            chin: head.place((0.0, face::CHIN)),
            crown,
            roll_deg: self.roll_deg,
            head_height: self.head_height,
            shoulders: [(-shoulder.0, shoulder.1), shoulder].map(|point| torso.place(point)),
        }
    }

    fn head_view(&self) -> View {
        View {
            origin: self.mid_eye,
            scale: self.head_height,
            stretch: self.features.face_width,
            roll_deg: self.roll_deg,
        }
    }

    /// The view of neck and clothes: it meets the head's at the base of the neck.
    fn body_view(&self) -> View {
        let roll_deg = self.body_roll_deg.unwrap_or(self.roll_deg);
        let base = self.head_view().place((0.0, body::NECK_BASE.1 - body::RAISED));
        let turned =
            View { origin: (0.0, 0.0), scale: self.head_height, stretch: 1.0, roll_deg }.place(body::NECK_BASE);
        View { origin: (base.0 - turned.0, base.1 - turned.1), scale: self.head_height, stretch: 1.0, roll_deg }
    }
}

/// Several people in one picture, the first one painted at the back. Their own sizes, backgrounds and grain do not
/// count.
pub fn draw_scene(size: (u32, u32), background: &Background, people: &[Portrait], grain: f64, seed: u64) -> RgbImage {
    let mut canvas = background.paint((size.0 as usize, size.1 as usize), seed);
    for person in people {
        paint_person(&mut canvas, person);
    }
    canvas.develop(grain, seed)
}

fn paint_person(canvas: &mut Canvas, person: &Portrait) {
    let (head, torso) = (person.head_view(), person.body_view());
    hair::paint_behind(&mut Easel { canvas, view: head }, person);
    if let Some(neck) = body::paint_neck(&mut Easel { canvas, view: torso }, person) {
        face::paint_chin_shadow(&mut Easel { canvas, view: head }, person, &neck);
    }
    body::paint_clothes(&mut Easel { canvas, view: torso }, person);
    let easel = &mut Easel { canvas, view: head };
    let skin = face::paint_skin(easel, person);
    hair::paint_shadow(easel, person, &skin);
    eyes::paint(easel, person, &skin);
    face::paint_nose(easel, person);
    extras::paint_beard(easel, person, &skin);
    mouth::paint(easel, person);
    face::paint_age(easel, person, &skin);
    extras::paint_earrings(easel, person);
    // Hair that covers the ears also covers what holds the glasses there.
    if hair::covers_ears(person) {
        extras::paint_glasses(easel, person);
        hair::paint_front(easel, person);
    } else {
        hair::paint_front(easel, person);
        extras::paint_glasses(easel, person);
    }
}

/// A colour for shading skin, as a multiplier: what light keeps after one more bounce off it.
fn skin_shade(skin: Colour) -> Colour {
    let Colour([red, green, blue]) = skin;
    rgb(214, 170, 154).mix(Colour([red, green, blue]), 0.25)
}

/// A multiplier for dark strands: fair and grey hair would look soiled under the shade that dark hair needs.
fn strand_shade(hair: Colour) -> Colour {
    rgb(96, 86, 86).mix(rgb(186, 176, 172), ((hair.luma() - 60.0) / 110.0).clamp(0.0, 1.0))
}

/// The points mirrored to the side of `sign`: -1 the image's left, 1 as given.
fn beside(sign: f64, points: &[Point]) -> Vec<Point> {
    points.iter().map(|&(x, y)| (sign * x, y)).collect()
}
