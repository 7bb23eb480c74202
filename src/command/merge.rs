//! `headshot merge`: what the shards of a run wrote becomes what one run would have written.

use super::log::{Log, plural};
use super::status::shards;
use headshot::batch::REPORT_NAME;
use headshot::error::Error;
use headshot::ledger::join::join as join_ledgers;
use headshot::ledger::reader::Reader;
use headshot::ledger::store::LEDGER_NAME;
use headshot::names::shown;
use headshot::publish::OutputFolder;
use headshot::report::merge::merge as merge_reports;
use headshot::shard::Shard;
use std::path::Path;

/// Joins the reports and the ledgers of all shards in `output`; the exit code of the whole run.
pub fn merge(output: &Path, log: &Log) -> Result<u8, Error> {
    let found = shards(output, REPORT_NAME)?;
    let Some(first) = found.first() else {
        return Err(Error::fatal(output, "there is no report of a shard; run headshot with --shard first"));
    };
    if let Some(other) = found.iter().find(|shard| shard.count() != first.count()) {
        return Err(Error::fatal(
            output,
            format!(
                "there are reports of {} shards and of {}; remove those that are out of date",
                first.count(),
                other.count()
            ),
        ));
    }
    let missing: Vec<String> =
        first.all().filter(|shard| !found.contains(shard)).map(|shard| shard.to_string()).collect();
    if !missing.is_empty() {
        return Err(Error::fatal(
            output,
            format!("the report of shard {} is missing; run it first", missing.join(", ")),
        ));
    }
    let folder = OutputFolder::open(output, &[], None)?;
    let names = |name: &str| first.all().map(|shard: Shard| folder.path().join(shard.name(name))).collect::<Vec<_>>();
    let ledgers = names(LEDGER_NAME);
    let mut settings = None;
    for (shard, ledger) in first.all().zip(&ledgers) {
        let reader = Reader::open(folder.path(), &shard.name(LEDGER_NAME))?;
        let run = reader.as_ref().map(Reader::last_run).transpose()?.flatten();
        let Some(run) = run.filter(|run| run.is_complete) else {
            return Err(Error::fatal(ledger, format!("shard {shard} did not come to its end; run it again")));
        };
        if settings.replace(run.settings).is_some_and(|others| others != run.settings) {
            return Err(Error::fatal(
                ledger,
                format!("shard {shard} was run with other settings; run all of them alike"),
            ));
        }
    }
    let tally = merge_reports(&folder, &names(REPORT_NAME))?;
    join_ledgers(folder.path(), &ledgers)?;
    log.done(&format!(
        "{} of {} joined to {REPORT_NAME} and {LEDGER_NAME} in {}",
        plural(tally.photos(), "photo"),
        plural(found.len(), "shard"),
        shown(output)
    ));
    Ok(tally.exit_code())
}
