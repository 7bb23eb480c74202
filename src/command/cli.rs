//! Arguments and help texts; no logic.

use super::config::LEAST_MEMORY;
use clap::{Args, Parser, Subcommand, ValueEnum};
use headshot::check::verdict::Verdict;
use headshot::shard::Shard;
use std::path::PathBuf;
use std::str::FromStr;

/// Turns folders of portrait photos into headshots.
#[derive(Debug, Parser)]
#[command(
    name = "headshot",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  headshot photos/ -o out/                    the six sizes of the group `work`\n  headshot me.jpg -o out/ -p linkedin,github  two sizes of one photo\n  headshot presets                            all sizes and groups\n\nExit codes: 0 all written or unchanged; 1 nothing could be done; 2 wrong usage; 3 some photos failed;\n4 some refused or to be reviewed; 75 another run holds the output folder; 130, 143 interrupted."
)]
pub struct Cli {
    /// What to do instead of cropping.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to crop.
    #[command(flatten)]
    pub crop: CropArgs,
}

/// What to do instead of cropping.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the presets, show one as TOML, or check a preset file
    Presets {
        /// Show this preset as TOML, to start one of your own from
        name: Option<String>,
        /// Check a preset file and say what is wrong with it
        #[arg(long, value_name = "FILE", conflicts_with = "name")]
        check: Option<PathBuf>,
    },
    /// Say what a photo file is, whether a headshot can be made of it, and what to do where not
    Inspect(InspectArgs),
    /// Say what the ledger of an output folder knows: photos by outcome, outputs, what is stale, the last runs
    Status {
        /// The output folder
        #[arg(value_name = "OUTPUT")]
        output: PathBuf,
        /// List the headshots that a person should look at, one a line, with what is to be looked at
        #[arg(long)]
        review: bool,
    },
    /// Join the reports and ledgers of all shards of an output folder
    Merge {
        /// The output folder
        #[arg(value_name = "OUTPUT")]
        output: PathBuf,
    },
    /// Print a shell's completions, to be put where that shell looks for them
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, for `man -l` or a folder of manual pages
    Man,
}

/// What to look at.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Photos
    #[arg(required = true, value_name = "FILE")]
    pub inputs: Vec<PathBuf>,
    /// What the headshot would be for: presets, groups of presets, or preset files
    #[arg(short, long, value_name = "NAME,...", value_delimiter = ',', default_value = "linkedin")]
    pub preset: Vec<String>,
    /// One line of JSON a photo
    #[arg(long)]
    pub json: bool,
    /// Use what can be read of damaged files
    #[arg(long)]
    pub allow_damaged: bool,
    /// Refuse photos with more megapixels than this
    #[arg(long, value_name = "MEGAPIXELS", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub max_pixels: Option<u64>,
    /// Most memory for a photo, e.g. 512M; default: a quarter of the machine's
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    pub memory: Option<u64>,
}

/// How to crop.
#[derive(Debug, Args)]
pub struct CropArgs {
    /// Folders, photos, or - for standard input: a list of paths, one a line, or a photo
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Folder for the headshots; made if missing
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Presets, groups of presets, or preset files
    #[arg(short, long, value_name = "NAME,...", value_delimiter = ',', default_value = "work")]
    pub preset: Vec<String>,
    /// Threads; default: one per processor
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Name of the outputs; default: {preset}/{dir}/{stem}.{ext}, or {preset}/{id}.{ext} with a roster that has ids
    #[arg(help_heading = "Files", long, value_name = "TEMPLATE")]
    pub name: Option<String>,
    /// List of people: a CSV file or a workbook (.xlsx, .ods) with the columns file (or pattern), id, name, and any
    /// others that --name uses
    #[arg(help_heading = "Files", long, value_name = "FILE")]
    pub roster: Option<PathBuf>,
    /// Which photo to take of a person with several
    #[arg(help_heading = "Files", long, value_enum, value_name = "WHICH", requires = "roster")]
    pub pick: Option<PickArg>,
    /// Whom to crop: the main person, everybody, or refuse groups
    #[arg(help_heading = "Framing", long, value_enum, default_value = "main", value_name = "WHO")]
    pub faces: FacesArg,
    /// Which detector finds faces
    #[arg(help_heading = "Framing", long, value_enum, default_value = "yunet", value_name = "NAME")]
    pub detector: DetectorArg,
    /// Give all photos one head height: the smallest that each has room for
    #[arg(help_heading = "Framing", long)]
    pub uniform: bool,
    /// Leave tilted heads tilted
    #[arg(help_heading = "Framing", long)]
    pub no_level: bool,
    /// Corrections for single photos, over those in headshot.toml and sidecars beside the photos
    #[arg(help_heading = "Framing", long, value_name = "FILE")]
    pub overrides: Option<PathBuf>,
    /// Another file format than the presets say
    #[arg(help_heading = "Files", long, value_enum, value_name = "FORMAT")]
    pub format: Option<FormatArg>,
    /// Another quality than the presets say, 1 to 100
    #[arg(help_heading = "Files", long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub quality: Option<u8>,
    /// Keep transparent parts of photos transparent, instead of putting the preset's background behind them
    #[arg(help_heading = "Files", long)]
    pub keep_alpha: bool,
    /// Enlarge faces that are too small, instead of refusing them
    #[arg(help_heading = "Framing", long)]
    pub allow_upscale: bool,
    /// Write nothing that a person should look at first: it is refused instead
    #[arg(help_heading = "Review", long)]
    pub strict: bool,
    /// Make headshots only of photos with these verdicts: headshot, croppable, portrait-only
    #[arg(help_heading = "Review", long, value_name = "VERDICT,...", value_delimiter = ',', value_parser = Verdict::from_str)]
    pub only_verdict: Vec<Verdict>,
    /// Use what can be read of damaged files
    #[arg(help_heading = "Which photos", long)]
    pub allow_damaged: bool,
    /// Exit with 0 when there is no photo at all
    #[arg(help_heading = "Which photos", long)]
    pub allow_empty: bool,
    /// Refuse photos with more megapixels than this
    #[arg(help_heading = "Which photos", long, value_name = "MEGAPIXELS", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub max_pixels: Option<u64>,
    /// Most memory for all photos in work together, e.g. 512M; default: a quarter of the machine's
    #[arg(help_heading = "Runs", long, value_name = "SIZE", value_parser = memory_size)]
    pub memory: Option<u64>,
    /// Say what would be written, write nothing
    #[arg(help_heading = "Review", short = 'n', long)]
    pub dry_run: bool,
    /// Make everything anew, also what has not changed
    #[arg(help_heading = "Runs", long)]
    pub force: bool,
    /// Compare photos and headshots with the ledger by their content, even where size and time are the same
    #[arg(help_heading = "Runs", long, conflicts_with = "force")]
    pub verify: bool,
    /// Remove headshots whose photo is gone, as long as they are a fifth of all at most
    #[arg(help_heading = "Runs", long)]
    pub prune: bool,
    /// Remove headshots whose photo is gone, however many they are
    #[arg(help_heading = "Runs", long)]
    pub prune_all: bool,
    /// Remove headshots of presets that this run does not ask for; another job in the same folder may
    #[arg(help_heading = "Runs", long)]
    pub prune_presets: bool,
    /// Print only what needs attention and was not told by an earlier run with this option: nothing, on most nights
    #[arg(help_heading = "Review", long, value_enum, value_name = "WHAT", conflicts_with = "dry_run")]
    pub notify: Option<NotifyArg>,
    /// Write a contact sheet, index.html in the output folder, to look over all headshots in a browser
    #[arg(help_heading = "Review", long)]
    pub sheet: bool,
    /// Write the report also as a table, report.csv in the output folder
    #[arg(help_heading = "Review", long)]
    pub csv: bool,
    /// Write small copies of the photos with what was seen drawn in: faces, frames, eye line, crown and chin
    #[arg(help_heading = "Review", long, value_name = "DIR")]
    pub overlay: Option<PathBuf>,
    /// Take only this share of the photos, for several processes on one folder; `headshot merge` joins them
    #[arg(help_heading = "Runs", long, value_name = "I/N", value_parser = Shard::from_str, conflicts_with = "uniform")]
    pub shard: Option<Shard>,
    /// How messages are written
    #[arg(help_heading = "Runs", long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// The list on standard input is separated by NUL, as by `find -print0`
    #[arg(help_heading = "Which photos", short = '0', long = "null")]
    pub null: bool,
    /// The folder that the paths of the list on standard input are relative to, or in: names are those of a run over it
    #[arg(help_heading = "Which photos", long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Leave out files and folders that match: names such as '*.png', or paths such as 'team/drafts'; repeatable
    #[arg(help_heading = "Which photos", long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Take only files that match; a glob that names what is ignored ('*.tmp', @eaDir) brings it in instead; repeatable
    #[arg(help_heading = "Which photos", long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Print nothing but the summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Name the files and folders that are ignored
    #[arg(short, long, overrides_with = "quiet")]
    pub verbose: bool,
    /// No progress bar, even on a terminal
    #[arg(long)]
    pub no_progress: bool,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// What is printed of photos that need attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NotifyArg {
    /// What was not told before
    New,
}

/// Whom to crop.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FacesArg {
    /// The main person
    Main,
    /// Everybody, one crop a person
    All,
    /// Refuse photos of several people
    Only,
}

/// Which photo to take of a person with several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PickArg {
    /// The one that makes the best headshot
    Best,
}

/// Which detector finds faces.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DetectorArg {
    /// Finds most
    Yunet,
    /// Fewer false faces, misses more
    Seeta,
}

/// File format of the outputs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FormatArg {
    /// JPEG
    Jpeg,
    /// PNG
    Png,
    /// WebP
    Webp,
    /// AVIF
    Avif,
}

/// `512M`, `1.5 GiB`, `400000000`: in bytes. Under 32 MB no photo could be made.
fn memory_size(text: &str) -> Result<u64, String> {
    match parse_size::parse_size(text) {
        Ok(bytes) if bytes >= LEAST_MEMORY => Ok(bytes),
        Ok(_) => Err("it takes 32M or more: less holds no photo".into()),
        Err(error) => Err(format!("{error}; write it like 512M or 2G")),
    }
}
