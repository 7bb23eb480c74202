//! Arguments -> run -> exit code; the only place that exits.

mod command;

use clap::Parser;
use command::cli::{Cli, Command, LogFormat};
use command::crop::crop;
use command::inspect::inspect;
use command::log::Log;
use command::manual;
use command::merge::merge;
use command::panics;
use command::presets;
use command::review::to_review;
use command::status::status;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = match cli.command {
        Some(_) => Log::new(LogFormat::Text),
        None if cli.crop.notify.is_some() => Log::of_errors(cli.crop.log_format),
        None => Log::new(cli.crop.log_format),
    };
    panics::tell(log);
    let ended = match cli.command {
        Some(Command::Presets { check: Some(path), .. }) => presets::check(&path).map(|()| 0),
        Some(Command::Presets { name: Some(name), .. }) => presets::show(&name).map(|()| 0),
        Some(Command::Presets { .. }) => presets::list().map(|()| 0),
        Some(Command::Inspect(args)) => inspect(&args, &log),
        Some(Command::Status { output, review: true }) => to_review(&output).map(|()| 0),
        Some(Command::Status { output, review: false }) => status(&output).map(|()| 0),
        Some(Command::Merge { output }) => merge(&output, &log),
        Some(Command::Completions { shell }) => manual::completions(shell).map(|()| 0),
        Some(Command::Man) => manual::manual().map(|()| 0),
        None => crop(cli.crop, &log),
    };
    ExitCode::from(ended.unwrap_or_else(|error| {
        log.error(&error.to_string());
        error.exit_code()
    }))
}
