//! One photo, top to bottom: decode, find, choose, measure, frame, size, check, judge, render, encode. No file is
//! touched here.

mod builder;
mod draft;
mod judged;
mod made;
mod options;
mod refused;

use crate::check::{Certainty, FaceMeasures, FaceView};
use crate::detect::{Face, seeta::Seeta, yunet::YuNet};
use crate::encode::{Encoded, Encoding, encode};
use crate::error::{Error, Failure};
use crate::frame::{Levelling, adjusted_frame, output_size};
use crate::ground::{Backdrop, Ground};
use crate::inset::Inset;
use crate::overrides::Adjustment;
use crate::photo::{self, Decoded, Header, Photo, PhotoView};
use crate::preset::Preset;
use crate::render::{self, Behind, render};
use crate::subject::choice::choose;
use crate::subject::doubles::is_same_person;
use crate::subject::finder::{Finder, Found};
use crate::subject::{Head, closeup, crown};
use draft::{Draft, Planned, Scene};
use judged::{Plans, accepted, judge};
use made::{LookedAt, Made, WholePhoto};
use refused::refuse;
use std::ops::Range;

pub use builder::CropperBuilder;
pub use made::{Crop, Cropped, MissingCrop};
pub use options::{DetectorChoice, Faces, Options};

/// What finding and measuring a face takes besides the photo, in bytes: pictures of 1280 pixels and the network's
/// layers at that size. Measured as 9 MB, and 15 of a dark photo, which is brightened.
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

/// Who of those that were found is framed.
struct Chosen {
    /// All faces, in the order of the report and in pixels of the turned photo.
    faces: Vec<Face>,
    /// Which of them are framed, or why nobody is.
    wanted: Result<Range<usize>, Failure>,
    certainty: Certainty,
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
        let size = (header.width, header.height);
        let largest = self.presets.iter().map(|preset| render::memory(preset, size, self.options.allow_upscale)).max();
        header.memory.saturating_add(LOOKING_BYTES).saturating_add(largest.unwrap_or(0))
    }

    /// The headshots of one photo. Presets that it has no room for are left out.
    ///
    /// Doubtful headshots are among them: those that a person should look at ([`Cropped::doubts`]), whatever the
    /// verdict. Whoever wants none sets [`Options::strict`] or [`Options::only_verdicts`], or asks [`Self::process`]
    /// and reads them.
    ///
    /// # Errors
    /// A [`Failure`] where the photo cannot be read, or where no headshot at all can be made of it: nobody is seen, the
    /// face is too small for all presets, the head is cut. Its message is for everybody, its advice for people at a
    /// command line.
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
    pub fn process_photo(&self, photo: Photo<'_>, adjustment: &Adjustment) -> Result<Cropped, Failure> {
        let whole = WholePhoto::of(&photo, self.options.overview)?;
        let (Inset { photo, bounds, doubt, .. }, found) = self.found(Inset::of(photo), adjustment)?;
        let bystanders = self.bystanders(&photo, &found, adjustment)?;
        let looked_at = LookedAt::new(&photo, bounds, &found);
        let photo = photo.turned(found.turn);
        let chosen = self.chosen(&found, adjustment);
        let decoded = self.foreseen(&photo, &found, &chosen);
        let people = self.measured(PhotoView { photo: &photo, decoded: &decoded }, &found, &chosen)?;
        let scene = Scene {
            faces: &chosen.faces,
            overview: &found.overview,
            colour: &photo.colour,
            may_enlarge: self.options.allow_upscale,
        };
        let drafts: Vec<_> = people.iter().map(|person| self.drafts(person, &scene, adjustment)).collect();
        let mut judgement = match chosen.wanted {
            Ok(_) => judge(&drafts, whole.damage.iter().chain(&doubt).cloned().collect(), &self.options),
            Err(why) => refuse(why, &whole, &scene),
        };
        judgement.checks.extend(whole.minor_damage());
        let plans = accepted(drafts, &judgement, self.options.strict);
        let made = self.rendered(&photo, decoded, &people, plans);
        let heads = people.into_iter().map(|person| person.head).collect();
        Cropped::of(whole, looked_at, [chosen.faces, bystanders].concat(), heads, judgement, made)
    }

    /// Find: the people in the picture of `inset`, or in the picture around the main one of them where that lies on a
    /// page.
    fn found<'a>(&self, inset: Inset<'a>, adjustment: &Adjustment) -> Result<(Inset<'a>, Found), Failure> {
        let everyone = self.asks_for_everyone(adjustment);
        let found = self.finder.find(&inset.photo, everyone)?;
        let Some(around) = inset.around_face(&found) else { return Ok((inset, found)) };
        if !around.is_sure || (everyone && !around.has_everybody) {
            return Ok((inset.doubted(), found));
        }
        let within = inset.clone().cut(around.area);
        let mut closer = self.finder.find(&within.photo, everyone)?;
        if closer.faces.is_empty() {
            return Ok((inset, found));
        }
        // Whoever else is on the page could be meant.
        closer.rivalry = closer.rivalry.max(found.rivalry);
        Ok((within, closer))
    }

    /// Find: whether small faces beside the main one are looked for. A pinned face is counted among all, so that its
    /// number means the same person whoever is wanted.
    fn asks_for_everyone(&self, adjustment: &Adjustment) -> bool {
        self.options.faces != Faces::Main || adjustment.face.is_some()
    }

    /// Find: those whom only a closer look shows beside the several people of `found`, where a person is going to
    /// choose among them: a face is pinned by its number among all.
    fn bystanders(&self, photo: &Photo, found: &Found, adjustment: &Adjustment) -> Result<Vec<Face>, Failure> {
        if self.asks_for_everyone(adjustment) || self.options.overview.is_none() || found.faces.len() < 2 {
            return Ok(Vec::new());
        }
        let mut all = self.finder.find(photo, true)?;
        all.faces.retain(|face| found.faces.iter().all(|seen| !is_same_person(seen.rect, face.rect)));
        Ok(if all.turn == found.turn { all.faces } else { Vec::new() })
    }

    /// Choose: who of those found is framed.
    fn chosen(&self, found: &Found, adjustment: &Adjustment) -> Chosen {
        let mut faces = found.faces.clone();
        let wanted = choose(&mut faces, self.options.faces, adjustment.face);
        let doubted = faces.first().filter(|_| !found.sure && !self.is_vouched_for(adjustment));
        let is_pinned = adjustment.face.is_some();
        let certainty = Certainty {
            doubted_score: doubted.map(|face| face.score),
            rivalry: if self.options.faces == Faces::Main && !is_pinned { found.rivalry } else { 0.0 },
            knows_of_others: self.options.faces == Faces::All || is_pinned,
        };
        Chosen { faces, wanted, certainty }
    }

    /// Measure: what of a photo that is decoded on demand is likely to be looked at, where one person is wanted. It
    /// only saves time.
    fn foreseen(&self, photo: &Photo, found: &Found, chosen: &Chosen) -> Decoded {
        let Ok(wanted) = &chosen.wanted else { return Decoded::default() };
        let [face] = &chosen.faces[wanted.clone()] else { return Decoded::default() };
        let mut looks = closeup::requests(photo, face, found.tone);
        looks.extend(crown::likely_request(photo, face.rect, found.tone));
        let presets = if self.options.render { &self.presets[..] } else { &[] };
        render::foresee(photo, face.rect, &looks, presets)
    }

    /// Measure: the heads of those who are wanted, what is around them, and how well they are seen. Who has no head to
    /// be seen from near is left out.
    ///
    /// # Errors
    /// As [`closeup::look`].
    fn measured(&self, photo: PhotoView<'_>, found: &Found, chosen: &Chosen) -> Result<Vec<Person>, Failure> {
        let Chosen { faces, wanted: Ok(wanted), certainty } = chosen else { return Ok(Vec::new()) };
        let backdrop = Backdrop::of(photo.photo)?;
        let person = |index: usize| -> Result<Option<Person>, Failure> {
            let seen = closeup::look(photo, &faces[index], self.finder.detector.as_ref(), found.tone)?;
            let Some(seen) = seen else { return Ok(None) };
            let head = crown::find(photo, seen.head, found.tone)?;
            let view = seen.picture.and_then(|picture| FaceView::new(&picture, &head, &photo.photo.colour));
            let measures = FaceMeasures::of(&head, view.as_ref(), photo.photo.size());
            let measures = FaceMeasures { block_step: photo.photo.block_step, ..measures };
            let ground = Ground::around(&head, backdrop.clone());
            Ok(Some(Person { index, head, ground, measures, certainty: *certainty }))
        };
        wanted.clone().filter_map(|index| person(index).transpose()).collect()
    }

    /// Frame, size, check: what could be made of a person, for each preset.
    fn drafts(&self, person: &Person, scene: &Scene<'_>, adjustment: &Adjustment) -> Vec<Draft> {
        let levelling = if self.options.level { Levelling::Measured } else { Levelling::Off };
        let one = |(index, preset): (usize, &Preset)| {
            let pinned = adjustment.for_preset(&preset.name);
            let uniform = self.uniform[index];
            let framed = adjusted_frame(&person.head, &person.ground, preset, levelling, uniform, &pinned);
            let framed = match framed {
                Ok(framed) => framed,
                Err(why) => return Draft::without_frame(person, preset, why),
            };
            let size = output_size(framed.frame.width, preset, self.options.allow_upscale);
            let planned = size.map(|size| Planned::of(person, (index, preset), &framed, size));
            let of_set = uniform.filter(|_| !pinned.sets_head_height());
            Draft::of(person, preset, &framed, planned, of_set, scene)
        };
        self.presets.iter().enumerate().map(one).collect()
    }

    /// Render, encode: what is planned of each of `people`. What fails for one preset is a missing crop. `decoded` is
    /// of this photo.
    fn rendered(&self, photo: &Photo, mut decoded: Decoded, people: &[Person], plans: Vec<Plans>) -> Made {
        let (mut crops, mut missing) = (Vec::new(), Vec::new());
        for (person, plans) in people.iter().zip(plans) {
            if self.options.render {
                let wanted: Vec<_> = plans.iter().flatten().map(|planned| planned.wanted).collect();
                decoded = render::prepare(photo, decoded, &wanted);
            }
            let view = PhotoView { photo, decoded: &decoded };
            for (preset, plan) in plans.into_iter().enumerate() {
                match plan.and_then(|planned| self.encoded(view, &person.ground, planned)) {
                    Ok(crop) => crops.push(crop),
                    Err(why) => missing.push(MissingCrop { preset, face: person.index, why }),
                }
            }
        }
        Made { crops, missing }
    }

    /// The crop with its pixels, as a file.
    fn encoded(&self, photo: PhotoView<'_>, ground: &Ground, planned: Planned) -> Result<Crop, Failure> {
        let Planned { crop, wanted } = planned;
        if !self.options.render {
            return Ok(crop);
        }
        let preset = &self.presets[crop.preset];
        let image = render(photo, &wanted, Behind::of(preset), &ground.clearance)?;
        let Encoded { bytes, quality, .. } = encode(&image, &Encoding::of(preset))?;
        Ok(Crop { bytes, quality, ..crop })
    }

    /// Whether a person says that there is one in the photo, so that the detectors' doubts do not count.
    fn is_vouched_for(&self, adjustment: &Adjustment) -> bool {
        adjustment.face.is_some() || self.presets.iter().any(|preset| adjustment.for_preset(&preset.name).is_as_is())
    }
}

#[cfg(test)]
mod tests;
