//! Arguments -> a checked [`RunConfig`]. Nothing here writes.

use super::cli::{CropArgs, DetectorArg, FacesArg, FormatArg};
use super::people::read_roster;
use super::stdin::STDIN;
use headshot::error::Error;
use headshot::memory::{MemoryBudget, address_space, default_capacity};
use headshot::pipeline::{Cropper, DetectorChoice, Faces, Options};
use headshot::plan::NameTemplate;
use headshot::preset::{self, Alpha, OutputFormat, Preset};
use headshot::roster::Roster;
use headshot::shard::Shard;
use headshot::walk::Rules;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything that a run of crops needs, checked.
pub struct RunConfig {
    /// Folders and photos, and `-` for standard input.
    pub inputs: Vec<PathBuf>,
    /// Whether the list on standard input is separated by NUL.
    pub null: bool,
    /// The folder that listed paths are relative to.
    pub root: Option<PathBuf>,
    /// What is left out of folders and lists.
    pub rules: Rules,
    /// Whether it is named.
    pub verbose: bool,
    pub output: PathBuf,
    pub presets: Vec<Preset>,
    pub template: NameTemplate,
    /// The list of people, and where it is.
    pub roster: Option<(PathBuf, Arc<Roster>)>,
    /// What a person should know of how that list was read.
    pub roster_note: Option<String>,
    /// Whether one photo is taken of a person with several.
    pub pick_best: bool,
    pub overrides: Option<PathBuf>,
    pub options: Options,
    pub detector: DetectorChoice,
    pub threads: usize,
    pub memory: MemoryBudget,
    pub uniform: bool,
    pub dry_run: bool,
    pub allow_empty: bool,
    pub force: bool,
    pub verify: bool,
    pub prune: Prune,
    /// Whether headshots of presets that are not asked for are removed.
    pub prune_presets: bool,
    /// Whether only what was not told before is printed.
    pub notify: bool,
    pub shard: Option<Shard>,
    pub sheet: bool,
    pub csv: bool,
    pub overlay: Option<PathBuf>,
    pub quiet: bool,
    pub no_progress: bool,
}

/// What is done about headshots whose photo is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prune {
    /// They are told.
    No,
    /// They are removed, where they are few.
    Few,
    /// They are removed.
    All,
}

impl RunConfig {
    /// Checks `args`.
    pub fn new(args: CropArgs) -> Result<Self, Error> {
        let output = args.output.clone().ok_or_else(|| {
            Error::usage("-o DIR is missing: where should the headshots go? For example: headshot photos -o headshots")
        })?;
        let words: Vec<String> = args.preset.iter().map(|word| word.trim().to_owned()).collect();
        let mut presets = preset::select(&words)?;
        let (roster, roster_note) = match &args.roster {
            Some(path) => {
                let (roster, note) = read_roster(path)?;
                (Some((path.clone(), Arc::new(roster))), note)
            }
            None => (None, None),
        };
        let template = template(args.name.as_deref(), roster.as_ref().map(|(_, roster)| &**roster))?;
        for preset in &mut presets {
            overrule(preset, &args)?;
        }
        let options = options(&args);
        let threads = threads(args.jobs)?;
        if !args.inputs.iter().any(|path| path == Path::new(STDIN)) {
            let flag = if args.null { Some("--null") } else { args.root.as_ref().map(|_| "--root") };
            if let Some(flag) = flag {
                return Err(Error::usage(format!("{flag} is about a list on standard input; add - as an input")));
            }
        }
        Ok(Self {
            inputs: args.inputs,
            null: args.null,
            root: args.root,
            rules: Rules::new(&args.include, &args.exclude)?,
            verbose: args.verbose,
            output,
            presets,
            template,
            roster,
            roster_note,
            pick_best: args.pick.is_some(),
            overrides: args.overrides,
            options,
            detector: match args.detector {
                DetectorArg::Yunet => DetectorChoice::YuNet,
                DetectorArg::Seeta => DetectorChoice::Seeta,
            },
            threads,
            memory: memory(args.memory, threads)?,
            uniform: args.uniform,
            dry_run: args.dry_run,
            allow_empty: args.allow_empty,
            force: args.force,
            verify: args.verify,
            prune: match (args.prune, args.prune_all) {
                (_, true) => Prune::All,
                (true, false) => Prune::Few,
                (false, false) => Prune::No,
            },
            prune_presets: args.prune_presets,
            notify: args.notify.is_some(),
            shard: args.shard,
            sheet: args.sheet,
            csv: args.csv,
            overlay: args.overlay,
            quiet: args.quiet || args.notify.is_some(),
            no_progress: args.no_progress,
        })
    }
}

impl RunConfig {
    /// What makes the headshots of the run, or looks at photos, with these options in the place of the run's own.
    ///
    /// # Errors
    /// As [`Cropper::with_presets`].
    pub fn cropper(&self, options: Options) -> Result<Cropper, Error> {
        Cropper::with_presets(self.presets.clone(), options, self.detector)
    }

    /// Whether a list, or a photo, comes on standard input.
    pub fn reads_stdin(&self) -> bool {
        self.inputs.iter().any(|path| path == Path::new(STDIN))
    }

    /// The names of the presets, in their order.
    pub fn preset_names(&self) -> Vec<String> {
        self.presets.iter().map(|preset| preset.name.clone()).collect()
    }
}

/// What `args` say of every photo.
fn options(args: &CropArgs) -> Options {
    let mut options = Options::default();
    options.faces = match args.faces {
        FacesArg::Main => Faces::Main,
        FacesArg::All => Faces::All,
        FacesArg::Only => Faces::Only,
    };
    options.level = !args.no_level;
    options.allow_upscale = args.allow_upscale;
    options.strict = args.strict;
    options.only_verdicts.clone_from(&args.only_verdict);
    options.limits.allow_damaged = args.allow_damaged;
    if let Some(megapixels) = args.max_pixels {
        options.limits.max_pixels = pixels(megapixels);
    }
    options.render = !args.dry_run;
    options
}

/// `--max-pixels` is in millions.
pub const fn pixels(megapixels: u64) -> u64 {
    megapixels * 1_000_000
}

/// Puts what `args` say of the files in the place of what the preset says.
fn overrule(preset: &mut Preset, args: &CropArgs) -> Result<(), Error> {
    preset.format = args.format.map_or(preset.format, OutputFormat::from);
    preset.quality = args.quality.or(preset.quality);
    if args.keep_alpha {
        preset.alpha = Alpha::Keep;
    }
    if preset.alpha == Alpha::Keep && !preset.format.has_alpha() {
        return Err(Error::usage(format!(
            "{} is written as {}, which keeps no transparency; add --format png or webp",
            preset.name,
            preset.format.extension()
        )));
    }
    Ok(())
}

/// The template of the command line, or the usual one.
fn template(asked: Option<&str>, roster: Option<&Roster>) -> Result<NameTemplate, Error> {
    let columns = roster.map(Roster::columns).unwrap_or_default();
    match asked {
        Some(template) => NameTemplate::parse(template, columns),
        None if columns.iter().any(|column| column == "id") => NameTemplate::parse(NameTemplate::BY_ID, columns),
        None => Ok(NameTemplate::default()),
    }
}

impl From<FormatArg> for OutputFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Jpeg => Self::Jpeg,
            FormatArg::Png => Self::Png,
            FormatArg::Webp => Self::Webp,
            FormatArg::Avif => Self::Avif,
        }
    }
}

/// Less memory than this holds no photo, in bytes.
pub const LEAST_MEMORY: u64 = 32_000_000;

/// What all photos in work may take: what was asked for, or a part of the machine's memory, and no more than a limit on
/// the address space leaves. A program that meets that limit cannot go on, and could not say why.
pub fn memory(asked: Option<u64>, threads: usize) -> Result<MemoryBudget, Error> {
    /// Bytes of address space that the program takes without photos, and each of its threads; measured on Linux with
    /// the GNU C library, which reserves more than it uses.
    const PROGRAM: u64 = 64_000_000;
    const THREAD: u64 = 16_000_000;
    let wanted = asked.unwrap_or_else(default_capacity);
    let Some(limit) = address_space() else { return Ok(MemoryBudget::new(wanted)) };
    let taken = PROGRAM + THREAD * threads as u64;
    let room = limit.saturating_sub(taken);
    if room < LEAST_MEMORY {
        let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
        return Err(Error::fatal_anywhere(format!(
            "the limit on the address space of the program is {} MB (ulimit -v), and {threads} of its threads need {} MB or \
             more; raise it, or take fewer threads with --jobs",
            megabytes(limit),
            megabytes(taken + LEAST_MEMORY)
        )));
    }
    Ok(MemoryBudget::new(wanted.min(room)))
}

fn threads(asked: Option<usize>) -> Result<usize, Error> {
    /// More threads than any machine has processors: a slip of the finger, not a wish.
    const MOST: usize = 1024;
    match asked {
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
        Some(jobs) if (1..=MOST).contains(&jobs) => Ok(jobs),
        Some(jobs) => Err(Error::usage(format!("--jobs {jobs}: it takes 1 to {MOST}"))),
    }
}
