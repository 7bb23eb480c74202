//! Names that meet, or that no system takes: all of them told at once.

use super::{Plan, hash_of};
use crate::error::{Error, cut_short};
use crate::names::shown;
use crate::names::{impossible, is_own, key};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// # Errors
/// [`Error::Usage`] where outputs meet or cannot be.
pub(super) fn refuse(plan: &Plan) -> Result<(), Error> {
    let wrong = impossible_names(plan);
    let clashes = clashes(plan);
    if wrong.is_empty() && clashes.is_empty() {
        return Ok(());
    }
    let mut message = String::new();
    if !clashes.is_empty() {
        message.push_str("several photos would be written to the same name; nothing was written:\n");
        push(&mut message, clashes.iter().map(Clash::line).collect());
        message.push_str(if plan.has_roster() {
            "give each person an id of their own, take one photo of each with --pick best, or keep {stem} in --name"
        } else {
            "run the inputs one by one with different output folders, or keep {dir}/{stem} in --name"
        });
        if clashes.iter().any(Clash::is_of_sizes) {
            message.push_str("; several sizes of one photo need {preset} in --name");
        }
        if clashes.iter().any(|clash| clash.differs) {
            message.push_str(
                "; names that differ only in capitals or in how an accent is written are one on many systems",
            );
        }
    }
    if !wrong.is_empty() {
        if !clashes.is_empty() {
            message.push('\n');
        }
        message.push_str("outputs would have names that no system takes; nothing was written:\n");
        push(&mut message, wrong);
        message.push_str("rename the photos, or choose another --name");
    }
    Err(Error::usage(message))
}

/// Photos that would write one file, and what it is called for each.
struct Clash {
    owners: Vec<(PathBuf, PathBuf)>,
    /// Whether the names are one only where capitals and accents are not told apart.
    differs: bool,
}

impl Clash {
    /// Whether a photo's own outputs for different presets meet.
    fn is_of_sizes(&self) -> bool {
        self.owners.windows(2).any(|pair| pair[0].1 == pair[1].1)
    }

    /// The owners, each photo once.
    fn photos(&self) -> Vec<&(PathBuf, PathBuf)> {
        let mut photos: Vec<_> = self.owners.iter().collect();
        photos.dedup_by(|one, other| one.1 == other.1);
        photos
    }

    /// What would be written from which photos.
    fn line(&self) -> String {
        let photos = self.photos();
        if self.differs {
            let pairs = photos.iter().map(|(output, source)| format!("{} from {}", shown(output), shown(source)));
            return pairs.collect::<Vec<_>>().join(" and ");
        }
        let sources: Vec<String> = photos.iter().map(|(_, source)| shown(source)).collect();
        let output = self.owners.first().map(|(output, _)| shown(output)).unwrap_or_default();
        format!("{output} from {}", sources.join(" and "))
    }
}

fn push(message: &mut String, lines: Vec<String>) {
    cut_short(lines, "").iter().for_each(|line| message.push_str(&format!("  {line}\n")));
}

/// All clashes, by the first output. Found by hashes of the names, eight bytes each; only those that meet are looked
/// at.
fn clashes(plan: &Plan) -> Vec<Clash> {
    let hash = |output: &Path| hash_of(&key(output));
    let outputs = || plan.sources().iter().enumerate().map(|(index, source)| (source, plan.outputs(index)));
    let mut hashes: Vec<u64> = Vec::with_capacity(plan.len() * plan.presets.len());
    outputs().for_each(|(_, outputs)| hashes.extend(outputs.iter().map(|output| hash(output))));
    hashes.sort_unstable();
    let mut met: Vec<u64> = hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    drop(hashes);
    met.dedup();
    if met.is_empty() {
        return Vec::new();
    }
    let mut owners: BTreeMap<Vec<u8>, Vec<(PathBuf, PathBuf)>> = BTreeMap::new();
    for (source, outputs) in outputs() {
        for output in outputs.into_iter().filter(|output| met.binary_search(&hash(output)).is_ok()) {
            owners.entry(key(&output).into_owned()).or_default().push((output, source.path().into_owned()));
        }
    }
    // Photos that clash in one preset clash in all: a line for each set of photos is enough.
    let mut sets: BTreeMap<Vec<PathBuf>, Vec<(PathBuf, PathBuf)>> = BTreeMap::new();
    for owners in owners.into_values().filter(|owners| owners.len() > 1) {
        sets.entry(owners.iter().map(|(_, source)| source.clone()).collect()).or_insert(owners);
    }
    let differs = |owners: &[(PathBuf, PathBuf)]| owners.windows(2).any(|pair| pair[0].0 != pair[1].0);
    sets.into_values().map(|owners| Clash { differs: differs(&owners), owners }).collect()
}

/// A line for each photo with an output that no system takes.
fn impossible_names(plan: &Plan) -> Vec<String> {
    let wrong = |output: &Path| {
        impossible(output).or_else(|| is_own(output).then_some("is a name that the program needs for itself"))
    };
    let line = |output: &PathBuf| Some(format!("{} {}", shown(output), wrong(output)?));
    (0..plan.len()).filter_map(|index| plan.outputs(index).iter().find_map(line)).collect()
}
