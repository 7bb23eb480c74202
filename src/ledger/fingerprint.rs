//! Pure: a hash of everything but the photo that influences its outputs and its record.

use super::Hash;
use crate::overrides::Adjustment;
use crate::pipeline::{DetectorChoice, Options};
use crate::preset::Preset;
use crate::report::PersonRecord;
use crate::roster::Person;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The hash of a run's settings: presets, options, detector, the head heights of a uniform set, the program's version
/// and its models.
///
/// Values go into it as `Debug` writes them: every field is there by itself, so that a new option cannot be forgotten,
/// and the version of the program, which is in the hash, is all that changes how they are written.
#[must_use]
pub fn of_run(presets: &[Preset], options: &Options, detector: DetectorChoice, uniform: Option<&[f64]>) -> Hash {
    // A dry run, which makes no pixels, compares with what real runs made; how much memory there is makes no other
    // pixels, and neither do small pictures beside the outputs.
    let mut options = Options { render: true, overview: None, ..options.clone() };
    options.limits.max_bytes = 0;
    let mut text = format!("{} {}\n{options:?}\n{detector:?}\n{uniform:?}\n", crate::VERSION, crate::report::SCHEMA);
    // A kind of photo that this build does not read may be one that the next does.
    let _ = writeln!(text, "{:?}", crate::photo::OPTIONAL_KINDS);
    for preset in presets {
        // What a preset is called and where its numbers come from is in no pixel.
        let plain = Preset { title: String::new(), groups: Vec::new(), source: None, ..preset.clone() };
        let _ = writeln!(text, "{plain:?}");
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(text.as_bytes());
    for model in crate::detect::MODELS {
        hasher.update(blake3::hash(model).as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// The hash for one photo of that run: with what is pinned for it, with what its record says of the person, and with
/// the names of its outputs.
#[must_use]
pub fn of_photo(run: &Hash, adjustment: &Adjustment, person: Option<&Person>, outputs: &[PathBuf]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(run);
    hasher.update(format!("{adjustment:?}").as_bytes());
    hasher.update(format!("{:?}", person.map(PersonRecord::from)).as_bytes());
    for output in outputs {
        // No name has a zero byte: where one ends and the next begins is in the hash.
        hasher.update(output.as_os_str().as_encoded_bytes()).update(b"\0");
    }
    *hasher.finalize().as_bytes()
}

/// The hash for a photo that was passed over in a `choice` among several.
#[must_use]
pub fn of_passed_over(run: &Hash, choice: &Hash) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(run).update(choice);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use std::num::NonZeroUsize;

    fn run(words: &[&str], change: impl Fn(&mut Options)) -> Hash {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let mut options = Options::default();
        change(&mut options);
        of_run(&preset::select(&words).expect("built in"), &options, DetectorChoice::YuNet, None)
    }

    #[test]
    fn whatever_changes_a_pixel_changes_the_hash_and_nothing_else_does() {
        let plain = run(&["x"], |_| {});
        assert_eq!(plain, run(&["x"], |options| options.render = false));
        let mut others = vec![plain, run(&["github"], |_| {}), run(&["x", "github"], |_| {})];
        others.push(run(&["x"], |options| options.level = false));
        others.push(run(&["x"], |options| options.limits.allow_damaged = true));
        let x = preset::select(&["x".into()]).expect("built in");
        others.push(of_run(&x, &Options::default(), DetectorChoice::Seeta, None));
        others.push(of_run(&x, &Options::default(), DetectorChoice::YuNet, Some(&[0.6])));
        let renamed = Preset { title: "another".into(), ..x[0].clone() };
        assert_eq!(plain, of_run(&[renamed], &Options::default(), DetectorChoice::YuNet, None));
        let count = others.len();
        others.sort_unstable();
        others.dedup();
        assert_eq!(others.len(), count);
    }

    #[test]
    fn what_is_pinned_and_the_names_of_outputs_count() {
        let plain = of_photo(&[0; 32], &Adjustment::default(), None, &["a".into(), "bc".into()]);
        assert_ne!(plain, of_photo(&[0; 32], &Adjustment::default(), None, &["ab".into(), "c".into()]));
        let pinned = Adjustment { face: NonZeroUsize::new(2), ..Adjustment::default() };
        assert_ne!(plain, of_photo(&[0; 32], &pinned, None, &["a".into(), "bc".into()]));
    }
}
