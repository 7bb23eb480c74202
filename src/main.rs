//! Arguments -> run -> exit code; the only place that exits.

mod command;

use clap::Parser;
use command::cli::{Cli, Command, CropArgs};
use command::config::RunConfig;
use command::console::{Console, FirstLook, say, summary};
use command::inspect::inspect;
use command::presets;
use command::spread::{spread_lines, uniform_lines};
use headshot::batch::{Batch, Totals};
use headshot::error::Error;
use headshot::overrides::gather::{Gathered, gather};
use headshot::pipeline::{Cropper, Faces};
use headshot::plan::{Job, plan};
use headshot::preset::Preset;
use headshot::publish::OutputFolder;
use headshot::uniform::{UniformHeight, uniform_height};
use headshot::walk::{Source, walk};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match cli.command {
        Some(Command::Presets { check: Some(path), .. }) => presets::check(&path).map(|()| 0),
        Some(Command::Presets { name: Some(name), .. }) => presets::show(&name).map(|()| 0),
        Some(Command::Presets { .. }) => presets::list().map(|()| 0),
        Some(Command::Inspect(args)) => inspect(&args),
        None => crop(cli.crop),
    };
    ExitCode::from(ended.unwrap_or_else(|error| {
        say(&format!("headshot: {error}"));
        error.exit_code()
    }))
}

/// The main job; the exit code.
fn crop(args: CropArgs) -> Result<u8, Error> {
    let started = Instant::now();
    let config = RunConfig::new(args, std::io::stdin().lock())?;
    let walked = walk(&config.inputs, &config.output)?;
    walked.problems.iter().for_each(|problem| say(&format!("headshot: {problem}")));
    let mut jobs = plan(walked.sources, &config.presets, &config.template)?;
    if jobs.is_empty() {
        say("headshot: no photo found; name a folder with photos in it, or photos");
        return Ok(if config.allow_empty { 0 } else { 1 });
    }
    pin(&mut jobs, &config)?;
    let output = if config.dry_run {
        None
    } else {
        Some(OutputFolder::open(&config.output, jobs.iter().map(|job| job.source.path.as_path()))?)
    };
    // A panic becomes a line of the report; the default message would tear the progress bar and say less.
    std::panic::set_hook(Box::new(|_| {}));
    let heights = if config.uniform { Some(uniform_heights(&jobs, &config)?) } else { None };
    let several = config.options.faces == Faces::All;
    let mut cropper = Cropper::with_presets(config.presets, config.options, config.detector);
    if let Some(heights) = &heights {
        cropper = cropper.uniform(&heights.iter().map(|chosen| chosen.head_height).collect::<Vec<_>>());
    }
    let console = Console::new(jobs.len(), config.quiet, config.no_progress, config.dry_run);
    let Totals { tally, spread } = Batch {
        cropper: &cropper,
        output: output.as_ref(),
        threads: config.threads,
        memory: &config.memory,
        several,
        progress: &console,
    }
    .run(&jobs)?;
    console.clear();
    if !config.quiet {
        let lines = match &heights {
            Some(heights) => uniform_lines(&spread, cropper.presets(), heights),
            None => spread_lines(&spread, cropper.presets()),
        };
        lines.iter().for_each(|line| say(line));
    }
    say(&summary(&tally, &config.output.display().to_string(), started.elapsed(), config.dry_run));
    Ok(tally.exit_code())
}

/// The head height that all photos can have, for each preset: from a first look at all of them, each framed for itself.
fn uniform_heights(jobs: &[Job], config: &RunConfig) -> Result<Vec<UniformHeight>, Error> {
    let mut options = config.options.clone();
    options.render = false;
    let several = options.faces == Faces::All;
    let cropper = Cropper::with_presets(config.presets.clone(), options, config.detector);
    let progress = FirstLook::new(jobs.len(), config.quiet, config.no_progress);
    let seen = Batch {
        cropper: &cropper,
        output: None,
        threads: config.threads,
        memory: &config.memory,
        several,
        progress: &progress,
    }
    .run(jobs)?;
    progress.clear();
    let height = |preset: &Preset| uniform_height(seen.spread.of(&preset.name), &preset.framing);
    Ok(config.presets.iter().map(height).collect())
}

/// Gives every job what a person pinned for its photo; says what is pinned for nothing.
fn pin(jobs: &mut [Job], config: &RunConfig) -> Result<(), Error> {
    /// Warnings printed before the rest is only counted.
    const LISTED: usize = 20;
    let sources: Vec<&Source> = jobs.iter().map(|job| &job.source).collect();
    let Gathered { adjustments, warnings } = gather(&sources, config.overrides.as_deref(), &config.presets)?;
    jobs.iter_mut().zip(adjustments).for_each(|(job, adjustment)| job.adjustment = adjustment);
    if !config.quiet {
        warnings.iter().take(LISTED).for_each(|warning| say(&format!("headshot: {warning}")));
        if warnings.len() > LISTED {
            say(&format!(
                "headshot: and {} more overrides of photos or presets that are not there",
                warnings.len() - LISTED
            ));
        }
    }
    Ok(())
}
