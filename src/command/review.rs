//! `headshot status --review`: what a person should look at, one headshot a line, with reasons in words.

use super::log::{printable, println_ignoring_a_closed_pipe as print};
use super::status::shards;
use headshot::batch::REPORT_NAME;
use headshot::check::{Check, Level, sentence};
use headshot::error::Error;
use headshot::regular_file;
use headshot::report::Outcome;
use headshot::report::line::{CheckLine, OutputLine, RecordLine, read};
use std::io::BufReader;
use std::path::Path;

/// Prints what is to be reviewed in the folder `output`, by its report or those of its shards.
///
/// # Errors
/// [`Error::Fatal`] where there is no report, or one that is none.
pub fn to_review(output: &Path) -> Result<(), Error> {
    let names: Vec<String> = if output.join(REPORT_NAME).exists() {
        vec![REPORT_NAME.to_owned()]
    } else {
        shards(output, REPORT_NAME)?.iter().map(|shard| shard.name(REPORT_NAME)).collect()
    };
    if names.is_empty() {
        return Err(Error::fatal(
            output,
            format!("there is no {REPORT_NAME}; give the folder that a run of headshot wrote to with -o"),
        ));
    }
    for name in names {
        let path = output.join(name);
        let unreadable = |error: std::io::Error| {
            Error::fatal(
                &path,
                format!("the report cannot be read: {error}; run headshot again to have it written again"),
            )
            .caused_by(error)
        };
        let file = regular_file::open(&path).map_err(unreadable)?;
        for line in read(BufReader::new(file)) {
            let line = line.map_err(unreadable)?;
            if line.outcome == Outcome::Review.code() {
                of_photo(&line).iter().for_each(|line| print(line));
            }
        }
    }
    Ok(())
}

/// The lines of a photo that is to be reviewed: one for each headshot that something is said against.
fn of_photo(line: &RecordLine) -> Vec<String> {
    let known = line.checks.iter().filter_map(CheckLine::check);
    let failed: Vec<Check> = known.filter(|check| check.level == Level::Fail).collect();
    let said = |output: &OutputLine| -> Vec<String> {
        let is_of = |check: &&Check| check.preset.as_ref().is_none_or(|preset| *preset == output.preset);
        failed.iter().filter(is_of).map(sentence).collect()
    };
    let of_output = |output: &OutputLine, said: &[String]| {
        format!("{}: {} ({})", printable(&output.path), said.join("; "), printable(&line.source))
    };
    let told: Vec<String> = line
        .outputs
        .iter()
        .map(|output| (output, said(output)))
        .filter(|(_, said)| !said.is_empty())
        .map(|(output, said)| of_output(output, &said))
        .collect();
    if !told.is_empty() {
        return told;
    }
    // What is no check: damage, an edited headshot, a preset that could not be made.
    let said = [line.message.clone().unwrap_or_default()];
    line.outputs.iter().map(|output| of_output(output, &said)).collect()
}
