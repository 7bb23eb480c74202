//! One photo, top to bottom: decode, detect, subject, frame, render, encode. No file is touched here.

use crate::detect::{Face, seeta::Seeta, yunet::YuNet};
use crate::encode::{Encoding, encode};
use crate::error::{Error, Failure, Reason};
use crate::frame::{Frame, Levelling, NOT_ENLARGED, OutputSize, Step, adjusted_frame, looks_enlarged, output_size};
use crate::geometry::Affine;
use crate::ground::{Backdrop, Ground};
use crate::overrides::Adjustment;
use crate::photo::{self, Header, Limits, Photo};
use crate::preset::{self, Preset};
use crate::render::{self, Behind, render};
use crate::report::spread::{NOT_UNIFORM, Placement};
use crate::report::{Check, Level, thousandths};
use crate::subject::choice::choose;
use crate::subject::finder::{Finder, Found, TRUSTED_ALONE};
use crate::subject::{Head, closeup, crown};
use image::RgbImage;

/// Whom to make headshots of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Faces {
    /// The main person.
    #[default]
    Main,
    /// Everybody: one crop a person, from left to right.
    All,
    /// The only person: photos of several people are refused.
    Only,
}

/// Which detector finds the faces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetectorChoice {
    /// YuNet, with SeetaFace's opinion on unsure faces.
    #[default]
    YuNet,
    /// SeetaFace alone: fewer false faces, misses more of the small and turned ones.
    Seeta,
}

/// What to make of every photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whom to make headshots of.
    pub faces: Faces,
    /// Whether tilted heads are levelled.
    pub level: bool,
    /// Whether small faces are enlarged without limit.
    pub allow_upscale: bool,
    /// Limits for reading photos.
    pub limits: Limits,
    /// Whether pixels are made at all; without, crops have everything but bytes.
    pub render: bool,
    /// Long side, in pixels, of a small picture of the whole photo that comes with the crops; `None` for none. With it
    /// [`Cropped::faces`] has everybody, wherever several people are seen.
    pub overview: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            faces: Faces::Main,
            level: true,
            allow_upscale: false,
            limits: Limits::default(),
            render: true,
            overview: None,
        }
    }
}

/// From this share of the main face's prominence on, the next face could be meant as well. Of the 98 portraits none has
/// more than 0.34; where people stand side by side, or in front of pictures of people, it is 0.76 to 0.99.
const RIVAL: f64 = 0.6;

/// What finding and measuring a face takes besides the photo, in bytes: pictures of 1280 pixels and the network's layers
/// at that size. Measured as 9 MB.
const LOOKING_BYTES: u64 = 16 << 20;

/// Makes headshots of photos: bytes in, bytes out. One serves all threads.
pub struct Cropper {
    finder: Finder,
    presets: Vec<Preset>,
    /// The head height of the set, for each preset that has one.
    uniform: Vec<Option<f64>>,
    options: Options,
}

/// What was made of a photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cropped {
    /// Size of the upright photo, in pixels.
    pub size: (u32, u32),
    /// Degrees, clockwise, by which the photo was turned beyond what its file says: 0, 90, 180 or 270.
    pub turned_deg: u16,
    /// All faces in upright source pixels: the main one, or the one that was pinned, first; with [`Faces::All`] from left
    /// to right.
    pub faces: Vec<Face>,
    /// The heads that were framed: of the first face; with [`Faces::All`] of every face, or of the one that was pinned.
    pub heads: Vec<Head>,
    /// Why no headshot can be made at all.
    pub refused: Option<Failure>,
    /// Why a person should look at the crops, worst first.
    pub doubts: Vec<Failure>,
    /// What was looked at, with value and limit.
    pub checks: Vec<Check>,
    /// The crops, in the order of faces and presets.
    pub crops: Vec<Crop>,
    /// Presets that no crop could be made for.
    pub missing: Vec<MissingCrop>,
    /// The whole photo as its file says it stands, in sRGB, where [`Options::overview`] asks for it.
    pub overview: Option<RgbImage>,
}

/// One headshot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Crop {
    /// Index of the preset that it was made for.
    pub preset: usize,
    /// Index of the face that it shows.
    pub face: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The finished file; empty where nothing was to be rendered.
    pub bytes: Vec<u8>,
    /// Upright source pixels to pixels of the crop.
    pub transform: Affine,
    /// Where the head is in the crop.
    pub placement: Placement,
    /// What the frame gave up.
    pub steps: Vec<Step>,
    /// Share of the crop that is beyond the photo, 0..=1.
    pub padded: f64,
    /// Output pixels per source pixel.
    pub upscale: f64,
    /// The encoder's quality; `None` for lossless formats.
    pub quality: Option<u8>,
}

/// A crop whose pixels are still to be made.
struct Planned {
    crop: Crop,
    frame: Frame,
    size: OutputSize,
}

/// A preset that no crop could be made for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MissingCrop {
    /// Index of the preset.
    pub preset: usize,
    /// Index of the face.
    pub face: usize,
    /// Why.
    pub why: Failure,
}

impl Cropper {
    /// A cropper for `presets` (names, groups or preset files).
    ///
    /// # Errors
    /// [`Error::Usage`] where a preset is unknown or wrong.
    pub fn new(presets: &[&str], options: Options) -> Result<Self, Error> {
        let words: Vec<String> = presets.iter().map(|&word| word.to_owned()).collect();
        Ok(Self::with_presets(preset::select(&words)?, options, DetectorChoice::YuNet))
    }

    /// A cropper for presets that are read already.
    #[must_use]
    pub fn with_presets(presets: Vec<Preset>, options: Options, detector: DetectorChoice) -> Self {
        let finder = match detector {
            DetectorChoice::YuNet => {
                Finder { detector: Box::new(YuNet::new()), second_opinion: Some(Box::new(Seeta::new())) }
            }
            DetectorChoice::Seeta => Finder { detector: Box::new(Seeta::new()), second_opinion: None },
        };
        Self { finder, uniform: vec![None; presets.len()], presets, options }
    }

    /// The same, but with one head height for all photos that have room for it: for each preset a fraction of the output's
    /// height, by the preset's own measure, in the order of the presets.
    #[must_use]
    pub fn uniform(mut self, head_heights: &[f64]) -> Self {
        self.uniform.iter_mut().zip(head_heights).for_each(|(slot, &height)| *slot = Some(height));
        self
    }

    /// The presets, in the order of [`Crop::preset`].
    #[must_use]
    pub fn presets(&self) -> &[Preset] {
        &self.presets
    }

    /// Most memory, in bytes, that the headshots of a photo with this header take while they are made, with the file
    /// itself: an upper estimate.
    #[must_use]
    pub fn memory(&self, header: &Header) -> u64 {
        let pixels = header.pixels();
        let largest =
            self.presets.iter().map(|preset| render::memory(preset, pixels, self.options.allow_upscale)).max();
        header.memory.saturating_add(LOOKING_BYTES).saturating_add(largest.unwrap_or(0))
    }

    /// Makes the headshots of one photo.
    ///
    /// # Errors
    /// A [`Failure`] where the photo cannot be read. A photo without a person is not an error: see [`Cropped::refused`].
    pub fn crop(&self, bytes: &[u8]) -> Result<Cropped, Failure> {
        self.crop_adjusted(bytes, &Adjustment::default())
    }

    /// Makes the headshots of one photo, as far as a person pinned them.
    ///
    /// # Errors
    /// As [`Self::crop`]. Where the pinned face is not there, [`Cropped::refused`] says so.
    pub fn crop_adjusted(&self, bytes: &[u8], adjustment: &Adjustment) -> Result<Cropped, Failure> {
        let mut photo = photo::decode(bytes, &self.options.limits)?;
        // A pinned face is counted among all, so that its number means the same person whoever is wanted.
        let everyone = self.options.faces != Faces::Main || adjustment.face.is_some();
        let found = self.finder.find(&photo, everyone)?;
        let bystanders = if everyone { Vec::new() } else { self.bystanders(&photo, &found)? };
        let size = photo.size();
        let overview = self.options.overview.map(|long_side| render::miniature(&photo, long_side)).transpose()?;
        let to_turned = found.turn.to_upright(size.0, size.1);
        photo.orientation = photo.orientation.then(found.turn);
        let mut cropped = Cropped::new(size);
        cropped.turned_deg = 90 * u16::from(found.turn.quarter_turns());
        if let Some(damage) = &photo.damage {
            cropped.doubts.push(Failure::new(Reason::Damaged, damage.clone()));
        }
        cropped.overview = overview;
        self.crop_faces(&mut photo, found, adjustment, &mut cropped)?;
        cropped.faces.extend(bystanders);
        cropped.turn_back(&to_turned)?;
        Ok(cropped)
    }

    /// Those whom only a closer look shows beside the several people of `found`, where a person is going to choose among
    /// them: a face is pinned by its number among all.
    fn bystanders(&self, photo: &Photo, found: &Found) -> Result<Vec<Face>, Failure> {
        /// Two boxes that share this much are one face, as for the finder.
        const SAME_FACE: f64 = 0.4;
        if self.options.overview.is_none() || found.faces.len() < 2 {
            return Ok(Vec::new());
        }
        let mut all = self.finder.find(photo, true)?;
        all.faces.retain(|face| found.faces.iter().all(|seen| seen.rect.overlap(face.rect) < SAME_FACE));
        Ok(if all.turn == found.turn { all.faces } else { Vec::new() })
    }

    /// Fills `cropped` with everything that comes of `found`, in pixels of the turned photo.
    fn crop_faces(
        &self,
        photo: &mut Photo,
        found: Found,
        adjustment: &Adjustment,
        cropped: &mut Cropped,
    ) -> Result<(), Failure> {
        let Found { mut faces, sure, rivalry, .. } = found;
        let wanted = choose(&mut faces, self.options.faces, adjustment.face);
        if !sure
            && !self.is_vouched_for(adjustment)
            && let Some(face) = faces.first()
        {
            cropped.doubt_the_face(face);
        }
        if rivalry >= RIVAL && self.options.faces == Faces::Main && adjustment.face.is_none() {
            cropped.doubt_the_choice(rivalry);
        }
        cropped.faces = faces;
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(why) => {
                cropped.refused = Some(why);
                return Ok(());
            }
        };
        let backdrop = Backdrop::of(photo)?;
        for index in wanted {
            let face = &cropped.faces[index];
            let Some(head) = closeup::look(photo, face, self.finder.detector.as_ref())? else { continue };
            let head = crown::find(photo, head)?;
            let ground = Ground::around(&head, backdrop.clone());
            let planned: Vec<_> = (0..self.presets.len())
                .map(|preset| self.plan_one(&ground, &head, (preset, index), adjustment))
                .collect();
            if self.options.render {
                let frames: Vec<_> = planned.iter().flatten().map(|plan| (plan.frame, plan.size)).collect();
                render::prepare(photo, &frames);
            }
            for (preset, planned) in planned.into_iter().enumerate() {
                match planned.and_then(|planned| self.rendered(photo, &ground, planned)) {
                    Ok(crop) => {
                        if let Some(height) = self.uniform[preset]
                            && !adjustment.for_preset(&self.presets[preset].name).sets_head_height()
                        {
                            cropped.compare(&crop.placement, height);
                        }
                        cropped.keep(crop, &self.presets[preset], self.options.allow_upscale);
                    }
                    Err(why) => cropped.missing.push(MissingCrop { preset, face: index, why }),
                }
            }
            cropped.heads.push(head);
        }
        if cropped.crops.is_empty() {
            cropped.refused = cropped.missing.first().map(|missing| missing.why.clone());
        }
        Ok(())
    }

    /// One crop before its pixels, of the preset and the face with these indices: frame and size.
    fn plan_one(
        &self,
        ground: &Ground,
        head: &Head,
        (index, face): (usize, usize),
        adjustment: &Adjustment,
    ) -> Result<Planned, Failure> {
        let preset = &self.presets[index];
        let levelling = if self.options.level { Levelling::Measured } else { Levelling::Off };
        let pinned = adjustment.for_preset(&preset.name);
        let framed = adjusted_frame(head, ground, preset, levelling, self.uniform[index], &pinned)?;
        let size = output_size(framed.frame.width, preset, self.options.allow_upscale)?;
        let transform = framed.frame.transform(size.width, size.height);
        let crop = Crop {
            preset: index,
            face,
            width: size.width,
            height: size.height,
            bytes: Vec::new(),
            transform,
            placement: Placement::of(head, &transform, preset, size.height),
            steps: framed.steps,
            padded: framed.padded,
            upscale: size.upscale,
            quality: None,
        };
        Ok(Planned { crop, frame: framed.frame, size })
    }

    /// The crop with its pixels, as a file.
    fn rendered(&self, photo: &Photo, ground: &Ground, planned: Planned) -> Result<Crop, Failure> {
        let Planned { mut crop, frame, size } = planned;
        if self.options.render {
            let preset = &self.presets[crop.preset];
            let behind = Behind { extend: preset.framing.extend, background: preset.background.0, alpha: preset.alpha };
            let image = render(photo, &frame, size, behind, &ground.clearance)?;
            let encoding = Encoding {
                format: preset.format,
                quality: preset.quality,
                max_bytes: preset.max_bytes,
                dpi: preset.dpi,
            };
            let encoded = encode(&image, &encoding)?;
            (crop.bytes, crop.quality) = (encoded.bytes, encoded.quality);
        }
        Ok(crop)
    }

    /// Whether a person says that there is one in the photo, so that the detectors' doubts do not count.
    fn is_vouched_for(&self, adjustment: &Adjustment) -> bool {
        adjustment.face.is_some() || self.presets.iter().any(|preset| adjustment.for_preset(&preset.name).is_as_is())
    }
}

impl Cropped {
    const fn new(size: (u32, u32)) -> Self {
        Self {
            size,
            turned_deg: 0,
            faces: Vec::new(),
            heads: Vec::new(),
            refused: None,
            doubts: Vec::new(),
            checks: Vec::new(),
            crops: Vec::new(),
            missing: Vec::new(),
            overview: None,
        }
    }

    fn doubt_the_face(&mut self, face: &Face) {
        let message = "only one of two detectors sees a face here; look whether it is a person";
        self.doubts.push(Failure::new(Reason::LowConfidence, message));
        self.checks.push(Check {
            code: Reason::LowConfidence,
            level: Level::Warn,
            value: thousandths(face.score),
            limit: TRUSTED_ALONE,
        });
    }

    fn doubt_the_choice(&mut self, rivalry: f64) {
        let message = "several people could be meant and the most prominent was taken; pin the face in headshot.toml, or use --faces all";
        self.doubts.push(Failure::new(Reason::SeveralPeople, message));
        self.checks.push(Check {
            code: Reason::SeveralPeople,
            level: Level::Warn,
            value: thousandths(rivalry),
            limit: RIVAL,
        });
    }

    /// Tells of a head that is not of the set's height.
    fn compare(&mut self, placement: &Placement, height: f64) {
        if (placement.head_height / height - 1.0).abs() > NOT_UNIFORM {
            self.checks.push(Check {
                code: Reason::ApartFromSet,
                level: Level::Warn,
                value: thousandths(placement.head_height),
                limit: thousandths(height),
            });
        }
    }

    /// Takes `crop`, with the doubts that its frame and size raise. Enlarging that was allowed is told, not doubted.
    fn keep(&mut self, crop: Crop, preset: &Preset, may_enlarge: bool) {
        if crop.steps.contains(&Step::Widest) {
            self.doubts.push(Failure::new(
                Reason::TighterThanPreset,
                format!("the photo is tighter than {} wants; the largest frame that it holds was taken", preset.name),
            ));
        }
        if looks_enlarged(crop.upscale) {
            if !may_enlarge {
                self.doubts.push(Failure::new(
                    Reason::WouldUpscale,
                    format!(
                        "{} is enlarged {:.1} times and looks soft; use the original file",
                        preset.name, crop.upscale
                    ),
                ));
            }
            self.checks.push(Check {
                code: Reason::WouldUpscale,
                level: Level::Warn,
                value: thousandths(crop.upscale),
                limit: NOT_ENLARGED,
            });
        }
        self.crops.push(crop);
    }

    /// From pixels of the turned photo to those of the photo as its file says it stands.
    fn turn_back(&mut self, to_turned: &Affine) -> Result<(), Failure> {
        if *to_turned == Affine::IDENTITY {
            return Ok(());
        }
        let back = to_turned.inverse().ok_or_else(|| Failure::new(Reason::Internal, "a turn has no way back"))?;
        self.faces.iter_mut().for_each(|face| *face = face.mapped(&back));
        self.heads.iter_mut().for_each(|head| *head = head.mapped(&back));
        self.crops.iter_mut().for_each(|crop| crop.transform = to_turned.then(&crop.transform));
        Ok(())
    }
}
