//! One photo, top to bottom: decode, detect, subject, frame, render, encode. No file is touched here.

mod builder;
mod judged;
mod made;
mod options;

use crate::check::{Certainty, FaceMeasures, FaceView};
use crate::detect::{Face, seeta::Seeta, yunet::YuNet};
use crate::encode::{Encoding, encode};
use crate::error::{Error, Failure, Reason};
use crate::frame::{Framed, Levelling, OutputSize, Placement, adjusted_frame, output_size};
use crate::ground::{Backdrop, Ground};
use crate::overrides::Adjustment;
use crate::photo::{self, Header, Photo};
use crate::preset::Preset;
use crate::reduced::{Reduced, miniature};
use crate::render::{self, Behind, Prepared, Wanted, render};
use crate::subject::choice::choose;
use crate::subject::finder::{Finder, Found};
use crate::subject::{Head, closeup, crown};
use judged::Thought;

pub use builder::CropperBuilder;
pub use made::{Crop, Cropped, MissingCrop};
pub use options::{DetectorChoice, Faces, Options};

/// What finding and measuring a face takes besides the photo, in bytes: pictures of 1280 pixels and the network's layers
/// at that size. Measured as 9 MB, and 15 of a dark photo, which is brightened.
const LOOKING_BYTES: u64 = 16 << 20;

/// Makes headshots of photos: bytes in, bytes out. One serves all threads.
#[must_use = "nothing is made before crop() or process()"]
#[derive(Debug)]
pub struct Cropper {
    finder: Finder,
    presets: Vec<Preset>,
    /// The head height of the set, for each preset that has one.
    uniform: Vec<Option<f64>>,
    options: Options,
}

/// A crop whose pixels are still to be made.
struct Planned {
    crop: Crop,
    wanted: Wanted,
}

/// Somebody to be framed.
struct Person {
    /// Which of the faces.
    index: usize,
    head: Head,
    ground: Ground,
    measures: FaceMeasures,
    certainty: Certainty,
}

impl Cropper {
    /// Begins a cropper: what is to be made, and of whom.
    pub fn builder() -> CropperBuilder {
        CropperBuilder::default()
    }

    /// A cropper for presets that are read already.
    ///
    /// # Errors
    /// [`Error::Usage`] for a preset with a value that is out of its range ([`Preset::check`]).
    pub fn with_presets(presets: Vec<Preset>, options: Options, detector: DetectorChoice) -> Result<Self, Error> {
        presets.iter().try_for_each(Preset::check)?;
        let finder = match detector {
            DetectorChoice::YuNet => {
                Finder { detector: Box::new(YuNet::new()), second_opinion: Some(Box::new(Seeta::new())) }
            }
            DetectorChoice::Seeta => Finder { detector: Box::new(Seeta::new()), second_opinion: None },
        };
        Ok(Self { finder, uniform: vec![None; presets.len()], presets, options })
    }

    /// The same, but with one head height for all photos that have room for it: for each preset a fraction of the
    /// output's height, 0 to 1 and more than 0, by the preset's own measure, in the order of the presets.
    ///
    /// # Errors
    /// [`Error::Usage`] for more or fewer heights than presets, and for one that is out of range.
    pub fn uniform(mut self, head_heights: &[f64]) -> Result<Self, Error> {
        if head_heights.len() != self.presets.len() {
            let (heights, presets) = (head_heights.len(), self.presets.len());
            return Err(Error::usage(format!("{heights} head heights for {presets} presets; give one for each")));
        }
        if let Some(height) = head_heights.iter().find(|&&height| !(height > 0.0 && height <= 1.0)) {
            return Err(Error::usage(format!("a head height is {height}; it takes more than 0, and 1 at most")));
        }
        self.uniform = head_heights.iter().copied().map(Some).collect();
        Ok(self)
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

    /// The headshots of one photo. Presets that it has no room for are left out.
    ///
    /// Doubtful headshots are among them: those that a person should look at ([`Cropped::doubts`]), whatever the verdict.
    /// Whoever wants none sets [`Options::strict`] or [`Options::only_verdicts`], or asks [`Self::process`] and reads them.
    ///
    /// # Errors
    /// A [`Failure`] where the photo cannot be read, or where no headshot at all can be made of it: nobody is seen, the
    /// face is too small for all presets, the head is cut. Its message is for a person.
    pub fn crop(&self, bytes: &[u8]) -> Result<Vec<Crop>, Failure> {
        let Cropped { crops, refused, .. } = self.process(bytes)?;
        match refused {
            Some(why) => Err(why),
            None => Ok(crops),
        }
    }

    /// The headshots of one photo with everything that was seen and checked.
    ///
    /// # Errors
    /// A [`Failure`] where the photo cannot be read. A photo without a person is not an error: see
    /// [`Cropped::refused`].
    pub fn process(&self, bytes: &[u8]) -> Result<Cropped, Failure> {
        self.process_adjusted(bytes, &Adjustment::default())
    }

    /// Makes the headshots of one photo, as far as a person pinned them.
    ///
    /// # Errors
    /// As [`Self::process`]. Where the pinned face is not there, [`Cropped::refused`] says so.
    pub fn process_adjusted(&self, bytes: &[u8], adjustment: &Adjustment) -> Result<Cropped, Failure> {
        self.process_photo(photo::decode(bytes, &self.options.limits)?, adjustment)
    }

    /// Makes the headshots of a photo that is decoded already, or of the caller's own pixels ([`Photo::from_rgb`]), as
    /// far as a person pinned them. The limits for reading do not count.
    ///
    /// # Errors
    /// As [`Self::process_adjusted`].
    ///
    /// # Examples
    /// ```
    /// use headshot::overrides::Adjustment;
    /// use headshot::photo::Photo;
    /// use headshot::pipeline::Cropper;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let cropper = Cropper::builder().preset("x").build()?;
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/astronaut.png");
    /// let frame_of_camera = image::open(path)?.into_rgb8();
    /// let cropped = cropper.process_photo(Photo::from_rgb(frame_of_camera)?, &Adjustment::default())?;
    /// assert_eq!(cropped.crops.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn process_photo(&self, mut photo: Photo<'_>, adjustment: &Adjustment) -> Result<Cropped, Failure> {
        // A pinned face is counted among all, so that its number means the same person whoever is wanted.
        let everyone = self.options.faces != Faces::Main || adjustment.face.is_some();
        let found = self.finder.find(&photo, everyone)?;
        let bystanders = if everyone { Vec::new() } else { self.bystanders(&photo, &found)? };
        let size = photo.size();
        let overview = self.options.overview.map(|long_side| miniature(&photo, long_side)).transpose()?;
        let to_turned = found.turn.to_upright(size.0, size.1);
        photo.orientation = photo.orientation.then(found.turn);
        let mut cropped = Cropped::new(size);
        cropped.turned_deg = 90 * u16::from(found.turn.quarter_turns());
        cropped.tone = found.tone;
        if let Some(damage) = &photo.damage {
            cropped.doubts.push(Failure::new(Reason::Damaged, damage.clone()));
        }
        cropped.overview = overview;
        self.crop_faces(&mut photo, found, adjustment, &mut cropped)?;
        cropped.faces.extend(bystanders);
        cropped.turn_back(&to_turned)?;
        Ok(cropped)
    }

    /// Those whom only a closer look shows beside the several people of `found`, where a person is going to choose
    /// among them: a face is pinned by its number among all.
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
        let Found { mut faces, sure, rivalry, tone, overview, .. } = found;
        let wanted = choose(&mut faces, self.options.faces, adjustment.face);
        let doubted = faces.first().filter(|_| !sure && !self.is_vouched_for(adjustment));
        let certainty = Certainty {
            doubted_score: doubted.map(|face| face.score),
            rivalry: if self.options.faces == Faces::Main && adjustment.face.is_none() { rivalry } else { 0.0 },
            knows_of_others: self.options.faces == Faces::All || adjustment.face.is_some(),
        };
        cropped.faces = faces;
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(why) => {
                cropped.refuse(why, &overview, &photo.colour);
                return Ok(());
            }
        };
        if wanted.len() == 1 {
            let face = cropped.faces[wanted.start].rect;
            render::foresee(photo, face, closeup::surroundings(face), &self.presets);
        }
        let backdrop = Backdrop::of(photo)?;
        let mut people = Vec::new();
        for index in wanted {
            let Some(seen) = closeup::look(photo, &cropped.faces[index], self.finder.detector.as_ref(), tone)? else {
                continue;
            };
            let head = crown::find(photo, seen.head, tone)?;
            let view = seen.picture.and_then(|picture| FaceView::new(&picture, &head, &photo.colour));
            let measures = FaceMeasures::of(&head, view.as_ref(), photo.size());
            people.push(Person { index, ground: Ground::around(&head, backdrop.clone()), head, measures, certainty });
        }
        let thoughts: Vec<Vec<Thought>> =
            people.iter().map(|person| self.thoughts(person, &cropped.faces, (&overview, photo), adjustment)).collect();
        let thoughts = cropped.judge(thoughts, &self.options);
        if cropped.refused.is_none() {
            for (person, thoughts) in people.iter().zip(thoughts) {
                self.render_all(photo, person, thoughts, cropped)?;
            }
            if cropped.crops.is_empty() {
                cropped.refused = cropped.missing.first().map(|missing| missing.why.clone());
            }
        }
        cropped.heads = people.into_iter().map(|person| person.head).collect();
        Ok(())
    }

    /// Makes the pixels of all headshots of a person.
    ///
    /// # Errors
    /// As [`render::prepare`].
    fn render_all(
        &self,
        photo: &mut Photo,
        person: &Person,
        thoughts: Vec<Thought>,
        cropped: &mut Cropped,
    ) -> Result<(), Failure> {
        let planned = thoughts.iter().filter_map(|thought| thought.planned.as_ref().ok());
        let outputs: Vec<_> = planned.map(|planned| planned.wanted).collect();
        let clearance = &person.ground.clearance;
        let prepared =
            if self.options.render { render::prepare(photo, &outputs, clearance)? } else { Prepared::default() };
        for (preset, thought) in thoughts.into_iter().enumerate() {
            match thought.planned.and_then(|planned| self.rendered(photo, &prepared, &person.ground, planned)) {
                Ok(crop) => cropped.crops.push(crop),
                Err(why) => cropped.missing.push(MissingCrop { preset, face: person.index, why }),
            }
        }
        Ok(())
    }

    /// What to make of a person, for each preset.
    fn thoughts(
        &self,
        person: &Person,
        faces: &[Face],
        (overview, photo): (&Reduced, &Photo),
        adjustment: &Adjustment,
    ) -> Vec<Thought> {
        let one = |(index, preset): (usize, &Preset)| {
            let levelling = if self.options.level { Levelling::Measured } else { Levelling::Off };
            let pinned = adjustment.for_preset(&preset.name);
            let uniform = self.uniform[index];
            let framed = adjusted_frame(&person.head, &person.ground, preset, levelling, uniform, &pinned);
            let framed = match framed {
                Ok(framed) => framed,
                Err(why) => return Thought::without_frame(person, preset, why),
            };
            let size = output_size(framed.frame.width, preset, self.options.allow_upscale);
            let uniform = uniform.filter(|_| !pinned.sets_head_height());
            let scene = judged::Scene { faces, overview, colour: &photo.colour, uniform, options: &self.options };
            let mut thought = Thought::of(person, preset, &framed, size.as_ref().ok().copied(), &scene);
            thought.planned = size.map(|size| self.planned(person, index, framed, size));
            thought
        };
        self.presets.iter().enumerate().map(one).collect()
    }

    /// The crop for a frame and a size, before its pixels.
    fn planned(&self, person: &Person, index: usize, framed: Framed, size: OutputSize) -> Planned {
        let transform = framed.frame.transform(size.width, size.height);
        let crop = Crop {
            preset: index,
            face: person.index,
            width: size.width,
            height: size.height,
            bytes: Vec::new(),
            transform,
            placement: Placement::of(&person.head, &transform, &self.presets[index], size.height),
            steps: framed.steps,
            padded: framed.padded,
            upscale: size.upscale,
            quality: None,
        };
        Planned { crop, wanted: Wanted::new(framed.frame, size, &self.presets[index]) }
    }

    /// The crop with its pixels, as a file.
    fn rendered(&self, photo: &Photo, prepared: &Prepared, ground: &Ground, planned: Planned) -> Result<Crop, Failure> {
        let Planned { mut crop, wanted } = planned;
        if self.options.render {
            let preset = &self.presets[crop.preset];
            let image = render(photo, prepared, &wanted, Behind::of(preset), &ground.clearance)?;
            let encoded = encode(&image, &Encoding::of(preset))?;
            (crop.bytes, crop.quality) = (encoded.bytes, encoded.quality);
        }
        Ok(crop)
    }

    /// Whether a person says that there is one in the photo, so that the detectors' doubts do not count.
    fn is_vouched_for(&self, adjustment: &Adjustment) -> bool {
        adjustment.face.is_some() || self.presets.iter().any(|preset| adjustment.for_preset(&preset.name).is_as_is())
    }
}

#[cfg(test)]
mod tests;
