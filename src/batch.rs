//! Many photos: a rayon pool of the run's own, one photo one task, a panic is one failure, records in the order of the
//! sources.

mod photo;
mod records;

use crate::error::{Error, Failure, Reason};
use crate::ledger::{Hash, Keeper, Lookup, Remembered};
use crate::memory::MemoryBudget;
use crate::pictures::Pictures;
use crate::pipeline::Cropper;
use crate::plan::{Job, Plan};
use crate::progress::Progress;
use crate::publish::OutputFolder;
use crate::report::Tally;
use crate::report::file::{Report, Window};
use crate::report::spread::Spread;
use crate::shard::Shard;
use crate::stop::Stop;
use crate::walk::Source;
use photo::Done;
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use crate::report::file::REPORT_NAME;

/// What a run needs besides its jobs.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Makes the crops.
    pub cropper: &'a Cropper,
    /// Where they go; `None` for a dry run, which writes nothing.
    pub output: Option<&'a OutputFolder>,
    /// The output folder's path, also for a dry run: what the ledger knows is compared with what is there.
    pub folder: PathBuf,
    /// The hash of the run's settings ([`crate::ledger::fingerprint::of_run`]).
    pub settings: Hash,
    /// Whether files are compared by content even where their sizes and times are as they were.
    pub thorough: bool,
    /// The share of the photos that this run takes; `None` for all.
    pub shard: Option<Shard>,
    /// Threads.
    pub threads: usize,
    /// What all photos in work may take together.
    pub memory: &'a MemoryBudget,
    /// Whether a photo may have several crops of one preset, so that their names get numbers.
    pub several: bool,
    /// Small pictures of the photos themselves; `None` for none.
    pub pictures: Option<&'a Pictures<'a>>,
    /// Is told of every record.
    pub progress: &'a dyn Progress,
    /// Ends the run early.
    pub stop: &'a Stop,
}

/// What is remembered between runs, as far as a batch needs it.
#[derive(Default)]
pub struct Past<'a> {
    /// Is asked what is known of photos.
    pub lookup: Option<&'a mut dyn Lookup>,
    /// Is told what came of photos.
    pub keeper: Option<&'a mut dyn Keeper>,
}

impl fmt::Debug for Past<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lookup, keeper) = (self.lookup.is_some(), self.keeper.is_some());
        f.debug_struct("Past").field("lookup", &lookup).field("keeper", &keeper).finish()
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Totals {
    /// How many photos came to what.
    pub tally: Tally,
    /// Where the heads are in the headshots.
    pub spread: Spread,
    /// Photos that the run was stopped before; they are among the failed.
    pub not_reached: usize,
}

/// A photo to work on.
struct Task {
    /// Where it is in the report.
    position: usize,
    job: Job,
    known: Option<Remembered>,
}

/// Records that may wait for a worker each: enough that a commit of the ledger holds nobody up.
const WAITING: usize = 64;

/// The time after which the ledger is written even though no batch of it is full.
const IDLE: Duration = Duration::from_secs(1);

impl Batch<'_> {
    /// How many photos of `plan` this run takes.
    #[must_use]
    pub fn len(&self, plan: &Plan) -> usize {
        plan.sources().iter().filter(|source| self.is_mine(source)).count()
    }

    fn is_mine(&self, source: &Source) -> bool {
        Shard::is_taken(self.shard, source.relative())
    }

    /// Runs all jobs of `plan` and writes the report.
    ///
    /// # Errors
    /// [`Error::Fatal`] where threads cannot be started, or the report or the ledger cannot be written. A photo never
    /// stops the run.
    pub fn run(&self, plan: &Plan, past: Past<'_>) -> Result<Totals, Error> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|index| format!("headshot-{index}"))
            .build()
            .map_err(|error| {
                Error::fatal_anywhere(format!("threads cannot be started: {error}; take fewer with --jobs"))
                    .caused_by(error)
            })?;
        let Past { mut lookup, keeper } = past;
        let mut sink = Sink { report: Report::new(self.output)?, totals: Totals::default(), keeper, trouble: None };
        let (window, taken, unread) = (Window::default(), AtomicUsize::new(0), Mutex::new(None));
        let (sender, receiver) = mpsc::sync_channel::<(Task, Done)>(WAITING * self.threads);
        // A sequential source of tasks: photos are taken in order, so that records come nearly in order.
        let mine = (0..plan.len()).filter(|&index| self.is_mine(&plan.sources()[index])).enumerate();
        let tasks = mine.map_while(|(position, index)| {
            window.wait_for(position);
            if self.stop.why().is_some() {
                return None;
            }
            taken.store(position + 1, Ordering::Relaxed);
            let job = plan.job(index);
            let known = match lookup.as_mut().map_or(Ok(None), |lookup| lookup.lookup(job.source.relative())) {
                Ok(known) => known,
                Err(error) => {
                    *unread.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    self.stop.output_lost();
                    None
                }
            };
            Some(Task { position, job, known })
        });
        pool.in_place_scope(|scope| {
            scope.spawn(|_| {
                tasks.par_bridge().for_each_with(sender, |sender, task| {
                    let done = self.one(&task);
                    // Nobody listens any more only where the receiver panicked; then the run ends anyway.
                    let _ = sender.send((task, done));
                });
            });
            sink.receive(&receiver, self, &window);
        });
        sink.not_reached(self, plan, taken.into_inner());
        let unread = unread.into_inner().unwrap_or_else(PoisonError::into_inner);
        sink.report.finish()?;
        match unread.or(sink.trouble) {
            Some(error) => Err(error),
            None => Ok(sink.totals),
        }
    }
}

/// Where records come to: the report, the ledger, the totals.
struct Sink<'a> {
    report: Report,
    totals: Totals,
    keeper: Option<&'a mut dyn Keeper>,
    /// What the ledger said first; nothing is written to it after that.
    trouble: Option<Error>,
}

impl Sink<'_> {
    fn receive(&mut self, receiver: &Receiver<(Task, Done)>, batch: &Batch<'_>, window: &Window) {
        loop {
            match receiver.recv_timeout(IDLE) {
                Ok((task, done)) => self.take(&task, done, batch),
                Err(RecvTimeoutError::Timeout) => self.keep(batch, |keeper| keeper.idle()),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            window.move_to(self.report.next());
        }
    }

    fn take(&mut self, task: &Task, done: Done, batch: &Batch<'_>) {
        match done {
            Done::Made(made) => {
                let (record, entry) = *made;
                batch.progress.done(&record);
                self.totals.tally.add(record.outcome, record.reason, record.outputs.len());
                self.totals.spread.add(&record);
                let line = record.to_json();
                // A person without a photo is a line of the roster, which is another one tomorrow; what the walk cannot
                // read need not be a photo.
                if record.reason != Some(Reason::NoPhoto) && task.job.source.unreadable().is_none() {
                    self.keep(batch, |keeper| keeper.made(&entry, &line));
                }
                self.report.add(task.position, line);
            }
            Done::Kept(kept) => {
                let (kept, refresh) = *kept;
                batch.progress.kept(&kept);
                self.totals.tally.add(kept.outcome, None, kept.members.len());
                kept.members.into_iter().for_each(|(preset, member)| self.totals.spread.insert(preset, member));
                if !refresh.is_empty() {
                    self.keep(batch, |keeper| keeper.touched(&task.job.source, &refresh));
                }
                self.report.add(task.position, kept.line);
            }
        }
    }

    /// Tells the ledger. Where it cannot be written the run ends: what it does from then on it would do again.
    fn keep(&mut self, batch: &Batch<'_>, tell: impl FnOnce(&mut dyn Keeper) -> Result<(), Error>) {
        let Some(keeper) = &mut self.keeper else { return };
        if self.trouble.is_none()
            && let Err(error) = tell(*keeper)
        {
            self.trouble = Some(error);
            batch.stop.output_lost();
        }
    }

    /// Accounts for the photos from `taken` on, where the run was stopped before them.
    fn not_reached(&mut self, batch: &Batch<'_>, plan: &Plan, taken: usize) {
        if batch.stop.why().is_none() {
            return;
        }
        let mine = (0..plan.len()).filter(|&index| batch.is_mine(&plan.sources()[index])).enumerate().skip(taken);
        for (position, index) in mine {
            let why = Failure::new(Reason::NotReached, "the run was stopped before this photo").advised("run it again");
            let record = records::failed(&plan.job(index), &why);
            self.totals.tally.add(record.outcome, None, 0);
            self.totals.not_reached += 1;
            self.report.add(position, record.to_json());
        }
    }
}
