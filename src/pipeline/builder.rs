//! How those who embed the library say what they want.

use super::{Cropper, DetectorChoice, Faces, Options};
use crate::detect::Detector;
use crate::error::Error;
use crate::photo::Limits;
use crate::preset::{self, Preset};
use crate::subject::finder::Finder;
use std::path::Path;

/// Gathers what a [`Cropper`] makes, and of whom; [`Cropper::builder`] begins one.
///
/// ```
/// use headshot::pipeline::Cropper;
///
/// # fn main() -> Result<(), headshot::error::Error> {
/// let cropper = Cropper::builder().preset("linkedin").preset("directory").level(false).build()?;
/// assert_eq!(cropper.presets().len(), 4);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is made before build()"]
#[derive(Debug, Default)]
pub struct CropperBuilder {
    words: Vec<String>,
    own: Vec<Preset>,
    options: Options,
    choice: DetectorChoice,
    detector: Option<Box<dyn Detector>>,
}

impl CropperBuilder {
    /// Adds the built-in preset of this name, or all of a group. Without any, [`Self::build`] takes the group `work`.
    pub fn preset(mut self, name: impl Into<String>) -> Self {
        self.words.push(name.into());
        self
    }

    /// Adds a preset of your own, as from [`Preset::parse`]. Own ones come behind the built-in ones.
    pub fn own_preset(mut self, preset: Preset) -> Self {
        self.own.push(preset);
        self
    }

    /// Whom to make headshots of; the main person without it.
    pub fn faces(mut self, faces: Faces) -> Self {
        self.options.faces = faces;
        self
    }

    /// Whether tilted heads are levelled; they are without it.
    pub fn level(mut self, level: bool) -> Self {
        self.options.level = level;
        self
    }

    /// Whether small faces are enlarged without limit; without it they are refused.
    pub fn allow_upscale(mut self, allow: bool) -> Self {
        self.options.allow_upscale = allow;
        self
    }

    /// Limits for reading photos, which hold before anything is allocated.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// All options at once, in the place of those set so far.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Which of the built-in detectors finds faces.
    pub fn built_in_detector(mut self, choice: DetectorChoice) -> Self {
        self.choice = choice;
        self
    }

    /// A detector of your own, which is taken at its word: nobody is asked for a second opinion. What its boxes and
    /// scores have to mean, [`Detector`] says.
    pub fn detector(mut self, detector: Box<dyn Detector>) -> Self {
        self.detector = Some(detector);
        self
    }

    /// The cropper. No file is read.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that no built-in preset or group has, for two presets of one name, and for a preset
    /// with a value that is out of its range ([`Preset::check`]).
    pub fn build(self) -> Result<Cropper, Error> {
        let Self { mut words, own, options, choice, detector } = self;
        if words.is_empty() && own.is_empty() {
            words.push(DEFAULT_GROUP.to_owned());
        }
        if let Some(file) = words.iter().find(|word| preset::is_file(Path::new(word))) {
            return Err(Error::usage(format!(
                "\"{file}\" is the path of a preset file; read it with Preset::read and add it with own_preset"
            )));
        }
        let mut presets = preset::select(&words)?;
        for preset in own {
            if presets.iter().any(|other| other.name == preset.name) {
                return Err(Error::usage(format!("two presets are named \"{}\": give one another name", preset.name)));
            }
            presets.push(preset);
        }
        let mut cropper = Cropper::with_presets(presets, options, choice)?;
        if let Some(detector) = detector {
            cropper.finder = Finder { detector, second_opinion: None };
        }
        Ok(cropper)
    }
}

/// What is made where nobody says what.
const DEFAULT_GROUP: &str = "work";

#[cfg(test)]
mod tests {
    use super::*;

    fn names(builder: CropperBuilder) -> Vec<String> {
        builder.build().expect("valid").presets().iter().map(|preset| preset.name.clone()).collect()
    }

    #[test]
    fn presets_come_in_the_order_asked_for_own_ones_last() {
        let own = Preset { name: "door".into(), ..preset::built_in().expect("valid").remove(0) };
        assert_eq!(names(Cropper::builder().own_preset(own).preset("x").preset("github")), ["x", "github", "door"]);
        assert_eq!(names(Cropper::builder()).len(), 6);
    }

    #[test]
    fn what_cannot_be_built_is_said() {
        let told = |builder: CropperBuilder| builder.build().expect_err("refused").to_string();
        let own = preset::select(&["x".into()]).expect("built in").remove(0);
        assert!(told(Cropper::builder().preset("linkdin")).contains("did you mean \"linkedin\""));
        assert!(told(Cropper::builder().preset("mine.toml")).contains("Preset::read"));
        assert!(told(Cropper::builder().preset("x").own_preset(own.clone())).contains("two presets are named \"x\""));
        for (wrong, what) in [
            (Preset { min_width: Some(own.width + 1), ..own.clone() }, "preset \"x\": min_width takes 16 up to"),
            (Preset { quality: Some(0), ..own.clone() }, "preset \"x\": quality takes 1 to 100"),
            (Preset { name: "../../x".into(), ..own }, "preset \"../../x\": name takes"),
        ] {
            let message = told(Cropper::builder().own_preset(wrong));
            assert!(message.starts_with(what), "{message}");
        }
    }

    #[test]
    fn each_preset_has_a_head_height_of_the_set_or_none_has() {
        let uniform = |heights: &[f64]| {
            let cropper = Cropper::builder().preset("x").preset("github").build().expect("valid");
            cropper.uniform(heights).err().map(|error| error.to_string())
        };
        assert_eq!(uniform(&[0.5, 0.6]), None);
        let told = "1 head heights for 2 presets; give one for each";
        assert_eq!(uniform(&[0.5]).as_deref(), Some(told));
        for wrong in [0.0, 1.5, f64::NAN] {
            assert!(uniform(&[0.5, wrong]).is_some_and(|told| told.starts_with("a head height is ")), "{wrong}");
        }
    }

    /// One cropper serves all threads of whoever has it.
    #[test]
    fn a_cropper_is_everybodys() {
        fn is_shared<T: Send + Sync>(_: &T) {}
        is_shared(&Cropper::builder().build().expect("valid"));
    }
}
