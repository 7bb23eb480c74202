//! What is said and done about headshots that no photo makes any more.

use super::config::Prune;
use super::log::{Log, plural, println_ignoring_a_closed_pipe};
use headshot::error::{Error, cut_short};
use headshot::ledger::OutputEntry;
use headshot::ledger::stale::{Leftovers, Pruned, Stale, Wanted};
use headshot::ledger::store::Ledger;
use headshot::names::shown;
use headshot::publish::OutputFolder;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What became of stale files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swept {
    /// All of them.
    pub stale: usize,
    /// Those that were removed.
    pub removed: usize,
    /// Whether pruning was asked for and not done.
    pub refused: bool,
}

/// Whether what is `wanted` of `leftovers` may be pruned as `asked`; otherwise says why not. `is_incomplete`: photos
/// may be there that were not found.
pub fn may_prune(leftovers: &Leftovers, (wanted, asked): (Wanted, Prune), is_incomplete: bool, log: &Log) -> bool {
    let count = leftovers.prunable().count();
    if is_incomplete {
        log.error("nothing is pruned: parts of the input could not be read, see above, and photos in them would count as gone");
    } else if let Some(folder) = leftovers.emptied.first() {
        log.error(&format!(
            "{}: nothing is pruned: there were photos in this folder and now there is none; is it the right one, and all of it \
             there?",
            shown(folder)
        ));
    } else if wanted.stale && asked == Prune::Few && leftovers.is_suspicious() {
        log.error(&format!(
            "nothing is pruned: {count} of {} are stale, more than a fifth; look whether the input is complete, and use \
             --prune-all if this is meant",
            plural(leftovers.outputs, "headshot")
        ));
    } else {
        return true;
    }
    false
}

/// Prints what of `leftovers` a run that is no dry run would remove.
pub fn list(leftovers: &Leftovers, wanted: Wanted) {
    let line = |output: &OutputEntry, why: &str| {
        println_ignoring_a_closed_pipe(&format!("remove {} ({why})", shown(&output.path)));
    };
    if wanted.stale {
        leftovers.prunable().for_each(|Stale { output, why }| line(output, why.text()));
    }
    if wanted.unasked {
        leftovers.unasked.iter().for_each(|output| line(output, "its preset is not asked for"));
    }
}

/// Tells of what is left of `leftovers` where what is `wanted` is removed.
pub fn tell(leftovers: &Leftovers, wanted: Wanted, log: &Log) {
    if !wanted.unasked {
        tell_unasked(leftovers, log);
    }
    if wanted.stale {
        return;
    }
    let line = |Stale { output, why }: &Stale| format!("{}: stale: {}", shown(&output.path), why.text());
    let lines = leftovers.stale.iter().map(line).collect();
    cut_short(lines, "stale files").iter().for_each(|line| log.note(line));
}

/// Tells of headshots of presets that the run does not ask for, a line for each preset.
fn tell_unasked(leftovers: &Leftovers, log: &Log) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    leftovers.unasked.iter().for_each(|output| *counts.entry(&output.preset).or_default() += 1);
    for (preset, count) in counts {
        let headshots = plural(count, "headshot");
        log.note(&format!("{preset}: {headshots} of a preset that is not asked for (--prune-presets removes them)"));
    }
}

/// Removes what is `wanted` of `leftovers`.
pub fn prune(
    leftovers: &Leftovers,
    wanted: Wanted,
    folder: &OutputFolder,
    ledger: &mut Ledger,
    log: &Log,
) -> Result<Pruned, Error> {
    let pruned = leftovers.prune(wanted, folder, ledger)?;
    let line = |path: &PathBuf| {
        let path = shown(path);
        format!("{path}: stale, and not as this program wrote it; left for you to remove")
    };
    let lines = pruned.kept.iter().map(line).collect();
    cut_short(lines, "that are left").iter().for_each(|line| log.warning(line));
    Ok(pruned)
}
