//! The main job, from arguments to the exit code.

use super::cli::CropArgs;
use super::config::{Prune, RunConfig};
use super::console::{Console, FirstLook};
use super::heap;
use super::log::{Log, Summary, ignored};
use super::look::{self, Run};
use super::notify::{self, News};
use super::people;
use super::prune::{self, Swept};
use super::signals;
use super::spread::{spread_lines, uniform_lines};
use super::stdin::walked;
use headshot::batch::{Batch, Past, REPORT_NAME, Totals};
use headshot::error::{Error, cut_short};
use headshot::ledger::reader::Reader;
use headshot::ledger::stale::Wanted;
use headshot::ledger::store::{LEDGER_NAME, Ledger};
use headshot::ledger::{Keeper, Lookup, fingerprint};
use headshot::names::shown;
use headshot::overrides::Adjustment;
use headshot::overrides::gather::{Gathered, gather};
use headshot::pictures::Pictures;
use headshot::pipeline::{Cropper, Faces};
use headshot::plan::{Plan, plan};
use headshot::preset::Preset;
use headshot::progress::Progress;
use headshot::publish::OutputFolder;
use headshot::report::spread::Spread;
use headshot::shard::Shard;
use headshot::stop::{Stop, Why};
use headshot::uniform::{UniformHeight, uniform_height};
use headshot::walk::{Source, Walked, absolute};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tempfile::TempDir;

/// What was found before the first photo is worked on.
struct Ready {
    plan: Plan,
    /// The input folders, absolute.
    roots: Vec<PathBuf>,
    is_incomplete: bool,
    /// `None` in a dry run.
    output: Option<OutputFolder>,
    /// Where small copies of the photos go, with what was seen drawn in.
    overlays: Option<OutputFolder>,
    /// One for each preset, in a uniform run.
    heights: Option<Vec<UniformHeight>>,
    stop: Stop,
    /// How many files and folders were left out.
    ignored: usize,
    /// Where a photo from standard input is, until the run ends.
    _piped: Option<TempDir>,
}

/// Makes headshots as `args` say; the exit code.
pub fn crop(args: CropArgs, log: &Log) -> Result<u8, Error> {
    let started = Instant::now();
    heap::keep_between_photos();
    let config = RunConfig::new(args)?;
    if let Some(note) = config.roster_note.as_ref().filter(|_| !config.quiet) {
        log.warning(note);
    }
    let interrupted = |why: Why| {
        log.error("interrupted before the first photo; nothing was written");
        Ok(why.exit_code())
    };
    let ready = match prepare(&config, log)? {
        Prepared::Ready(ready) => ready,
        Prepared::Empty { ignored } if config.allow_empty => {
            if !config.quiet {
                log.note("no photo found");
            }
            if !config.notify {
                let (totals, swept) = Default::default();
                log.summary(&summary(&config, &totals, swept, ignored, started, None));
            }
            return Ok(0);
        }
        Prepared::Empty { ignored: count } => {
            let ignored = ignored((count, config.verbose)).map(|ignored| format!(", {ignored}")).unwrap_or_default();
            log.error(&format!("no photo found{ignored}; name a folder with photos in it, or photos"));
            return Ok(1);
        }
        Prepared::Stopped(why) => return interrupted(why),
    };
    if let Some(why @ Why::Signal(_)) = ready.stop.why() {
        return interrupted(why);
    }
    let Made { totals, swept, news } = make(&config, &ready, log)?;
    let why = ready.stop.why();
    if why == Some(Why::OutputLost) {
        log.error(
            "the output folder cannot be written any more (disk full, read-only or gone); mend that and run this again",
        );
    }
    if let (Some(news), None) = (&news, why) {
        return Ok(if swept.refused { 1 } else { news.exit_code() });
    }
    let summary = summary(&config, &totals, swept, ready.ignored, started, why);
    log.summary(&summary);
    Ok(summary.exit_code)
}

/// What came of a run.
struct Made {
    totals: Totals,
    swept: Swept,
    /// Where that is all that is told.
    news: Option<News>,
}

/// What the run came to that began at `started` and ended early for the reason `why`.
fn summary<'a>(
    config: &RunConfig,
    totals: &'a Totals,
    swept: Swept,
    ignored: usize,
    started: Instant,
    why: Option<Why>,
) -> Summary<'a> {
    Summary {
        totals,
        output: shown(&config.output),
        report: Shard::own_name(config.shard, REPORT_NAME),
        elapsed: started.elapsed(),
        dry_run: config.dry_run,
        interrupted: matches!(why, Some(Why::Signal(_))),
        stale: (swept.stale, swept.removed),
        ignored: (ignored, config.verbose),
        exit_code: match why {
            Some(why) => why.exit_code(),
            None if swept.refused => 1,
            None => totals.tally.exit_code(),
        },
    }
}

/// What came of getting ready.
enum Prepared {
    /// There are photos.
    Ready(Box<Ready>),
    /// There are none, and so many files and folders were left out.
    Empty { ignored: usize },
    /// The run was stopped before the first.
    Stopped(Why),
}

/// Everything up to the first photo.
fn prepare(config: &RunConfig, log: &Log) -> Result<Prepared, Error> {
    // Nothing is written up to here: a signal may end the program at once, also while a list is waited for.
    let (Walked { sources, roots, is_incomplete, ignored, .. }, piped) = walked(config, log)?;
    let stop = Stop::default();
    signals::listen(&stop)?;
    if sources.is_empty() {
        return Ok(Prepared::Empty { ignored: ignored.count });
    }
    let pinned = pinned(&sources, config, log)?;
    let mut enrolled = people::enrolled(sources, config)?;
    let mut output = None;
    if config.pick_best {
        // Photos are looked at: not before it is sure that no other run is at work here.
        output = opened(enrolled.sources(), config)?;
        people::pick(&mut enrolled, &pinned, config, &stop)?;
    }
    if let Some(why) = stop.why() {
        return Ok(Prepared::Stopped(why));
    }
    let mut plan = plan(enrolled, &config.presets, &config.template)?;
    if !config.quiet {
        warn(plan.warnings(), "outputs with names that Windows does not take", log);
    }
    plan.pin(&pinned);
    if output.is_none() {
        output = opened(plan.sources(), config)?;
    }
    if let Some(output) = &output {
        let mut folders = BTreeSet::new();
        for outputs in (0..plan.len()).map(|index| plan.job(index).outputs) {
            let parents = outputs.iter().filter_map(|path| path.parent());
            parents.for_each(|folder| {
                if !folders.contains(folder) {
                    folders.insert(folder.to_owned());
                }
            });
        }
        output.refuse_ways_out(&folders)?;
    }
    let overlays = output.as_ref().map(|output| look::overlays(config, output, &plan, &roots)).transpose()?.flatten();
    let heights = if config.uniform { Some(uniform_heights(&plan, config, &stop)?) } else { None };
    let roots = roots.iter().map(|root| absolute(root)).collect();
    let (ignored, _piped) = (ignored.count, piped);
    Ok(Prepared::Ready(Box::new(Ready {
        plan,
        roots,
        is_incomplete,
        output,
        overlays,
        heights,
        stop,
        ignored,
        _piped,
    })))
}

/// The output folder, locked; `None` in a dry run.
fn opened(sources: &[Source], config: &RunConfig) -> Result<Option<OutputFolder>, Error> {
    if config.dry_run {
        return Ok(None);
    }
    let output = OutputFolder::open(&config.output, sources, config.shard)?;
    Ledger::recover(output.path(), &output.own_name(LEDGER_NAME))?;
    Ok(Some(output))
}

/// All photos, and what is stale.
fn make(config: &RunConfig, ready: &Ready, log: &Log) -> Result<Made, Error> {
    let Ready { plan, output, heights, stop, .. } = ready;
    let head_heights: Option<Vec<f64>> =
        heights.as_ref().map(|heights| heights.iter().map(|chosen| chosen.head_height).collect());
    let settings = fingerprint::of_run(&config.presets, &config.options, config.detector, head_heights.as_deref());
    let pictures = (config.sheet || ready.overlays.is_some())
        .then(|| Pictures::new(config.sheet, ready.overlays.as_ref()))
        .filter(|_| output.is_some());
    let cropper = cropper(config, pictures.as_ref(), head_heights.as_deref())?;
    let presets = config.preset_names();
    let name = Shard::own_name(config.shard, LEDGER_NAME);
    let (mut ledger, mut reader) = match output {
        Some(output) => {
            let ledger = Ledger::open(output.path(), &name, presets.clone(), &settings)?;
            let reader = ledger.reader()?;
            (Some(ledger), Some(reader))
        }
        None => (None, Reader::open(&config.output, &name)?),
    };
    let mut batch = Batch {
        cropper: &cropper,
        output: output.as_ref(),
        folder: output.as_ref().map_or_else(|| config.output.clone(), |output| output.path().to_owned()),
        settings,
        thorough: config.verify,
        shard: config.shard,
        threads: config.threads,
        memory: &config.memory,
        several: config.options.faces == Faces::All,
        pictures: pictures.as_ref(),
        progress: &headshot::progress::Silent,
        stop,
    };
    let console = Console::new(*log, batch.len(plan), config.quiet, config.no_progress, config.dry_run);
    batch.progress = &console;
    let mut known = reader.as_mut().filter(|_| !config.force).map(|reader| reader.of_run(&presets));
    let past = Past {
        lookup: known.as_mut().map(|known| known as &mut dyn Lookup),
        keeper: ledger.as_mut().map(|ledger| ledger as &mut dyn Keeper),
    };
    let totals = batch.run(plan, past)?;
    console.clear();
    let swept = match (&reader, stop.why()) {
        (Some(reader), None) => sweep(config, ready, reader, ledger.as_mut(), log)?,
        _ => Swept::default(),
    };
    if let Some(trouble) = pictures.as_ref().and_then(Pictures::trouble) {
        log.warning(&trouble);
    }
    if let (Some(output), Some(ledger), Some(reader)) = (output, ledger.as_mut(), reader.as_mut())
        && stop.why() != Some(Why::OutputLost)
    {
        ledger.commit()?;
        look::write(&Run { config, plan, output, heights: head_heights.as_deref() }, reader, log);
    }
    let news = match (output, &reader, &mut ledger) {
        // A run that was stopped tells nothing: the one that completes it does.
        (Some(output), Some(reader), Some(ledger)) if config.notify && stop.why().is_none() => {
            let news = notify::tell(config, output, reader, log)?;
            news.remember(ledger, config, plan)?;
            Some(news)
        }
        _ => None,
    };
    if let Some(ledger) = ledger {
        ledger.finish(&totals.tally, stop.why().is_none())?;
    }
    if !config.quiet {
        evenness(&totals.spread, &cropper, heights.as_deref(), log);
    }
    Ok(Made { totals, swept, news })
}

/// What makes the crops of the run.
fn cropper(
    config: &RunConfig,
    pictures: Option<&Pictures<'_>>,
    head_heights: Option<&[f64]>,
) -> Result<Cropper, Error> {
    let mut options = config.options.clone();
    options.overview = pictures.map(Pictures::long_side);
    let cropper = config.cropper(options)?;
    match head_heights {
        Some(heights) => cropper.uniform(heights),
        None => Ok(cropper),
    }
}

/// Tells of stale files, and removes them where that is asked for.
fn sweep(
    config: &RunConfig,
    ready: &Ready,
    reader: &Reader,
    mut ledger: Option<&mut Ledger>,
    log: &Log,
) -> Result<Swept, Error> {
    if let Some(ledger) = ledger.as_mut() {
        ledger.commit()?;
    }
    let folder = ready.output.as_ref().map_or(config.output.as_path(), OutputFolder::path);
    let is_source = |relative: &Path| ready.plan.contains(relative);
    let mut leftovers = reader.leftovers(folder, &ready.roots, &is_source, Some(&config.preset_names()))?;
    if config.shard.is_some() {
        leftovers.keep_gone();
    }
    if !leftovers.emptied.is_empty() {
        // A shard's ledger has few photos: whether a folder is empty, all that were found say.
        let found = |root: &PathBuf| {
            let is_in = |of_source: &Path| absolute(of_source) == *root;
            ready.plan.sources().iter().filter_map(Source::root).any(is_in)
        };
        leftovers.emptied.retain(|root| !found(root));
    }
    if let Some(ledger) = ledger.as_mut().filter(|_| !ready.is_incomplete && leftovers.emptied.is_empty()) {
        leftovers.forget_gone(ledger)?;
    }
    let mut swept = Swept { stale: leftovers.stale.len(), ..Swept::default() };
    let mut asked = config.prune;
    if asked != Prune::No && config.reads_stdin() {
        log.warning("nothing is pruned: a list does not say which photos are gone; prune in a run over the folder");
        asked = Prune::No;
    }
    let mut wanted = Wanted {
        stale: asked != Prune::No && leftovers.prunable().next().is_some(),
        unasked: config.prune_presets && !leftovers.unasked.is_empty(),
    };
    if wanted != Wanted::default() && !prune::may_prune(&leftovers, (wanted, asked), ready.is_incomplete, log) {
        swept.refused = true;
        wanted = Wanted::default();
    }
    match (ledger, &ready.output) {
        (Some(ledger), Some(output)) if wanted != Wanted::default() => {
            swept.removed = prune::prune(&leftovers, wanted, output, ledger, log)?.removed.len();
        }
        _ => prune::list(&leftovers, wanted),
    }
    if !config.quiet {
        let told = if ready.output.is_some() { wanted } else { Wanted::default() };
        prune::tell(&leftovers, told, log);
    }
    Ok(swept)
}

fn evenness(spread: &Spread, cropper: &Cropper, heights: Option<&[UniformHeight]>, log: &Log) {
    let lines = match heights {
        Some(heights) => uniform_lines(spread, cropper.presets(), heights),
        None => spread_lines(spread, cropper.presets()),
    };
    lines.iter().for_each(|line| log.note(line));
}

/// A look at photos by which nothing is written.
pub fn first_look<'a>(
    cropper: &'a Cropper,
    config: &'a RunConfig,
    progress: &'a dyn Progress,
    stop: &'a Stop,
) -> Batch<'a> {
    Batch {
        cropper,
        output: None,
        folder: config.output.clone(),
        settings: [0; 32],
        thorough: false,
        shard: None,
        threads: config.threads,
        memory: &config.memory,
        several: config.options.faces == Faces::All,
        pictures: None,
        progress,
        stop,
    }
}

/// The head height that all photos can have, for each preset: from a first look at all of them, each framed for itself.
fn uniform_heights(plan: &Plan, config: &RunConfig, stop: &Stop) -> Result<Vec<UniformHeight>, Error> {
    let mut options = config.options.clone();
    options.render = false;
    let cropper = config.cropper(options)?;
    let progress = FirstLook::new(plan.len(), config.quiet, config.no_progress);
    let seen = first_look(&cropper, config, &progress, stop).run(plan, Past::default())?;
    progress.clear();
    let height = |preset: &Preset| uniform_height(seen.spread.of(&preset.name), &preset.framing);
    Ok(config.presets.iter().map(height).collect())
}

/// What a person pinned for photos, by their relative paths; says what is pinned for nothing.
fn pinned(sources: &[Source], config: &RunConfig, log: &Log) -> Result<BTreeMap<PathBuf, Adjustment>, Error> {
    let Gathered { adjustments, warnings } = gather(sources, config.overrides.as_deref(), &config.presets)?;
    if !config.quiet {
        warn(warnings, "overrides of photos or presets that are not there", log);
    }
    let by_path = |(index, pinned): (usize, Adjustment)| Some((sources.get(index)?.relative().to_owned(), pinned));
    Ok(adjustments.into_iter().filter_map(by_path).collect())
}

/// Prints the first of `warnings` and how many more there are of `what`.
fn warn(warnings: Vec<String>, what: &str, log: &Log) {
    cut_short(warnings, what).iter().for_each(|warning| log.warning(warning));
}
