//! What is said and done about headshots that no photo makes any more.

use super::config::Prune;
use super::log::{Log, plural, println_ignoring_a_closed_pipe};
use headshot::error::{Error, cut_short};
use headshot::ledger::stale::{Leftovers, Pruned, Stale};
use headshot::ledger::store::Ledger;
use headshot::names::shown;
use headshot::publish::OutputFolder;
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

/// Whether `leftovers` may be pruned as `asked`; otherwise says why not. `is_incomplete`: photos may be there that were
/// not found.
pub fn may_prune(leftovers: &Leftovers, asked: Prune, is_incomplete: bool, log: &Log) -> bool {
    let count = leftovers.prunable().count();
    if is_incomplete {
        log.error("nothing is pruned: parts of the input could not be read, see above, and photos in them would count as gone");
    } else if let Some(folder) = leftovers.emptied.first() {
        log.error(&format!(
            "{}: nothing is pruned: there were photos in this folder and now there is none; is it the right one, and all of it \
             there?",
            shown(folder)
        ));
    } else if asked == Prune::Few && leftovers.is_suspicious() {
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

/// Tells of `leftovers`, and in a dry run what would be removed.
pub fn tell(leftovers: &Leftovers, quiet: bool, would_remove: bool, log: &Log) {
    if would_remove {
        for Stale { output, why } in leftovers.prunable() {
            println_ignoring_a_closed_pipe(&format!("remove {} ({})", shown(&output.path), why.text()));
        }
    }
    if quiet {
        return;
    }
    let line = |Stale { output, why }: &Stale| format!("{}: stale: {}", shown(&output.path), why.text());
    let lines = leftovers.stale.iter().map(line).collect();
    cut_short(lines, "stale files").iter().for_each(|line| log.note(line));
}

/// Removes what is stale.
pub fn prune(leftovers: &Leftovers, folder: &OutputFolder, ledger: &mut Ledger, log: &Log) -> Result<Pruned, Error> {
    let pruned = leftovers.prune(folder, ledger)?;
    let line = |path: &PathBuf| {
        let path = shown(path);
        format!("{path}: stale, and not as this program wrote it; left for you to remove")
    };
    let lines = pruned.kept.iter().map(line).collect();
    cut_short(lines, "that are left").iter().for_each(|line| log.warning(line));
    Ok(pruned)
}
