//! `headshot status`: the accounting of an output folder.

use super::log::{plural, println_ignoring_a_closed_pipe as print};
use headshot::error::Error;
use headshot::ledger::reader::Reader;
use headshot::ledger::stale::Why;
use headshot::ledger::status::{Preset, Run};
use headshot::ledger::store::LEDGER_NAME;
use headshot::names::shown;
use headshot::shard::Shard;
use std::path::Path;

/// Prints what the ledger in `output` knows; where there are only those of shards, what each of them does.
pub fn status(output: &Path) -> Result<(), Error> {
    if let Some(reader) = Reader::open(output, LEDGER_NAME)? {
        return show(output, &reader);
    }
    let shards = shards(output, LEDGER_NAME)?;
    for shard in &shards {
        if let Some(reader) = Reader::open(output, &shard.name(LEDGER_NAME))? {
            print(&format!("shard {shard}"));
            show(output, &reader)?;
        }
    }
    if shards.is_empty() {
        return Err(Error::fatal(
            output,
            format!("there is no {LEDGER_NAME}; give the folder that a run of headshot wrote to with -o"),
        ));
    }
    Ok(())
}

/// The shards that have a file like `name` in `folder`, sorted.
pub fn shards(folder: &Path, name: &str) -> Result<Vec<Shard>, Error> {
    let unreadable =
        |error: std::io::Error| Error::fatal(folder, format!("the folder cannot be read: {error}")).caused_by(error);
    let mut shards = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.file_name();
        shards.extend(file.to_str().and_then(|file| Shard::of_name(file, name)));
    }
    shards.sort();
    Ok(shards)
}

fn show(folder: &Path, reader: &Reader) -> Result<(), Error> {
    let accounting = reader.accounting(folder)?;
    let photos: i64 = accounting.sources.iter().map(|(_, _, count)| count).sum();
    print(&format!("{:>8}  photos", photos));
    for (outcome, reason, count) in &accounting.sources {
        let reason = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        print(&format!("{count:>8}    {outcome}{reason}"));
    }
    let outputs: u64 = accounting.outputs.iter().map(|preset| preset.count).sum();
    print(&format!("{outputs:>8}  headshots"));
    for Preset { name, count, bytes, unasked_since } in &accounting.outputs {
        let unasked =
            unasked_since.as_ref().map(|since| format!("; last asked for on {since} UTC")).unwrap_or_default();
        print(&format!("{count:>8}    {name}, {:.1} MB{unasked}", *bytes as f64 / 1e6));
    }
    for (count, what) in [
        (accounting.edited, "changed since it was made, and kept"),
        (accounting.missing, "gone since it was made; the next run makes it anew"),
    ] {
        if count > 0 {
            print(&format!("{count:>8}  {what}"));
        }
    }
    let roots = reader.roots()?;
    let mut leftovers = reader.leftovers(folder, &roots, &|_| false, None)?;
    leftovers.stale.retain(|stale| folder.join(&stale.output.path).exists());
    if !leftovers.stale.is_empty() {
        print(&format!("{:>8}  stale", leftovers.stale.len()));
        for why in [Why::Gone, Why::Replaced, Why::Skipped, Why::Refused] {
            let count = leftovers.stale.iter().filter(|stale| stale.why == why).count();
            if count > 0 {
                print(&format!("{count:>8}    {}", why.text()));
            }
        }
    }
    for root in roots.iter().filter(|root| !root.is_dir()) {
        print(&format!("the input folder {} is not there", shown(root)));
    }
    print(&plural(accounting.runs.len(), "last run"));
    accounting.runs.iter().for_each(|run| print(&line(run)));
    Ok(())
}

fn line(run: &Run) -> String {
    let end = match (&run.ended, run.is_complete) {
        (Some(ended), true) => format!("to {ended}"),
        (Some(ended), false) => format!("to {ended}, stopped early"),
        (None, _) => "at work, or killed".to_owned(),
    };
    format!("          {} UTC {end}, headshot {}", run.started, run.program)
}
