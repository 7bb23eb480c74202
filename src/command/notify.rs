//! `--notify new`: what a person has to do since the last time, and nothing else.

use super::config::RunConfig;
use super::log::{Log, plural, println_ignoring_a_closed_pipe};
use headshot::batch::REPORT_NAME;
use headshot::error::Error;
use headshot::ledger::Hash;
use headshot::ledger::news::{digest, job};
use headshot::ledger::reader::Reader;
use headshot::ledger::store::Ledger;
use headshot::plan::Plan;
use headshot::publish::OutputFolder;
use headshot::regular_file;
use headshot::report::Outcome;
use headshot::report::line::{RecordLine, read};
use headshot::shard::Shard;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// What a run told.
#[derive(Debug, Default)]
pub struct News {
    /// New records of photos that failed, and of others.
    new: (usize, usize),
    /// Records of which an earlier run told the same.
    old: usize,
    /// All photos that need attention, with the digests of why.
    told: Vec<(PathBuf, Hash)>,
}

impl News {
    /// The exit code: as of a run of which nothing but what is new had happened.
    pub const fn exit_code(&self) -> u8 {
        match self.new {
            (0, 0) => 0,
            (0, _) => 4,
            _ => 3,
        }
    }

    /// Makes the next run pass over what this one told. `plan` has the photos of the run.
    pub fn remember(&self, ledger: &mut Ledger, config: &RunConfig, plan: &Plan) -> Result<(), Error> {
        let mine = |path: &Path| plan.contains(path) && Shard::is_taken(config.shard, path);
        ledger.tell(&job(&config.preset_names()), &self.told, &mine)
    }
}

/// Prints what is new in the report of a run that is done, as `reader` knows the runs before.
///
/// # Errors
/// [`Error::Fatal`] where report or ledger cannot be read.
pub fn tell(config: &RunConfig, output: &OutputFolder, reader: &Reader, log: &Log) -> Result<News, Error> {
    let path = output.path().join(output.own_name(REPORT_NAME));
    let unreadable = |error: io::Error| {
        Error::fatal(&path, format!("the report cannot be read: {error}; run this again")).caused_by(error)
    };
    let job = job(&config.preset_names());
    let mut news = News::default();
    for record in read(BufReader::new(regular_file::open(&path).map_err(unreadable)?)) {
        let record = record.map_err(unreadable)?;
        let Some(relative) = record.relative() else { continue };
        let (told, content) = reader.told(&job, &relative)?;
        let Some(digest) = digest(&record, content.as_ref()) else { continue };
        if told == Some(digest) {
            news.old += 1;
        } else {
            let is_failed = record.outcome == Outcome::Failed.code();
            *(if is_failed { &mut news.new.0 } else { &mut news.new.1 }) += 1;
            log.news(&record.source, &record.outcome, record.reason.as_deref(), &sentence(&record, output.root()));
        }
        news.told.push((relative, digest));
    }
    if news.exit_code() != 0 && log.is_text() {
        println_ignoring_a_closed_pipe(&ending(&news, &output.root().join(output.own_name(REPORT_NAME))));
    }
    Ok(news)
}

/// How much there is besides what was told.
fn ending(news: &News, report: &Path) -> String {
    let new = news.new.0 + news.new.1;
    let old = match news.old {
        0 => String::new(),
        1 => " One more was told of before.".to_owned(),
        old => format!(" {old} more were told of before."),
    };
    format!(
        "{} need attention since the last time.{old} All records are in {}.",
        plural(new, "photo"),
        report.display()
    )
    .replacen("1 photo need ", "1 photo needs ", usize::from(new == 1))
}

/// Who and which file, what is wrong and what to do.
fn sentence(record: &RecordLine, folder: &Path) -> String {
    let person = record.person.as_ref().and_then(|person| match (&person.name, &person.id) {
        (Some(name), Some(id)) => Some(format!("{name} ({id}), ")),
        (Some(text), None) | (None, Some(text)) => Some(format!("{text}, ")),
        (None, None) => None,
    });
    let message = record.message.as_deref().or(record.reason.as_deref()).unwrap_or_default();
    let what = match Outcome::from_code(&record.outcome) {
        Some(Outcome::Review) => match record.outputs.as_slice() {
            [] => "to be reviewed".to_owned(),
            [output] => format!("please look at {}", folder.join(&output.path).display()),
            [output, more @ ..] => {
                format!("please look at {} and {} more", folder.join(&output.path).display(), more.len())
            }
        },
        Some(Outcome::Refused) => "no headshot can be made".to_owned(),
        _ => "the photo failed".to_owned(),
    };
    let end = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{}: {what}: {message}{end}", person.unwrap_or_default(), record.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &str) -> RecordLine {
        let line = format!(r#"{{"schema":1,"source":"team/a.jpg","photo":null,"faces":[],"head":null,{fields}}}"#);
        serde_json::from_str(&line).expect("a record")
    }

    #[test]
    fn a_sentence_says_who_what_and_what_to_do() {
        let output = r#"{"preset":"x","path":"x/a7.jpg","face":0,"width":1,"height":1,"bytes":1,"transform":[1,0,0,0,1,0],"steps":[],"padded":0,"upscale":1}"#;
        let review = format!(
            r#""outcome":"review","reason":"dark","message":"the face is dark; use more light","person":{{"id":"a7","name":"Ana Ito"}},"outputs":[{output},{output}]"#
        );
        assert_eq!(
            sentence(&record(&review), Path::new("out")),
            format!(
                "Ana Ito (a7), team/a.jpg: please look at {} and 1 more: the face is dark; use more light.",
                Path::new("out").join("x/a7.jpg").display()
            )
        );
        assert_eq!(
            sentence(
                &record(r#""outcome":"failed","reason":"damaged","message":"it ends early","outputs":[]"#),
                Path::new("out")
            ),
            "team/a.jpg: the photo failed: it ends early."
        );
    }

    #[test]
    fn the_last_line_counts() {
        let of = |new, old| ending(&News { new, old, told: Vec::new() }, Path::new("out/report.jsonl"));
        assert_eq!(of((1, 0), 0), "1 photo needs attention since the last time. All records are in out/report.jsonl.");
        assert_eq!(
            of((1, 2), 5),
            "3 photos need attention since the last time. 5 more were told of before. All records are in out/report.jsonl."
        );
    }
}
