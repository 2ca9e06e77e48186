//! Work longer than a frame: one thread per job, one channel back, progress without flooding.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::shop::{Cancelled, Monitor};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(u64);

/// What a job reports. `T` is the closed enum of results that the studio understands.
#[derive(Debug)]
pub enum JobEvent<T> {
    Progress { id: JobId, kind: &'static str, done: u64, total: u64, phase: String },
    Finished { id: JobId, kind: &'static str, outcome: Outcome<T> },
}

#[derive(Debug)]
pub enum Outcome<T> {
    Done(T),
    Cancelled,
    /// It panicked. Nothing it began was committed.
    Crashed,
}

struct Running {
    id: JobId,
    kind: &'static str,
    cancel: Arc<AtomicBool>,
    /// There is no thread behind it.
    is_shown_only: bool,
}

/// Starting a job cancels the running one of the same kind; results of cancelled jobs are dropped.
pub struct Jobs<T> {
    wake: Arc<dyn Fn() + Send + Sync>,
    sender: Sender<JobEvent<T>>,
    receiver: Receiver<JobEvent<T>>,
    running: Vec<Running>,
    next_id: u64,
}

impl<T> std::fmt::Debug for Jobs<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").field("n_running", &self.running.len()).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Jobs<T> {
    /// `wake` is called from worker threads whenever there is something to poll.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, receiver) = channel();
        Self { wake: Arc::new(wake), sender, receiver, running: Vec::new(), next_id: 0 }
    }

    pub fn spawn(
        &mut self,
        kind: &'static str,
        work: impl FnOnce(&dyn Monitor) -> Result<T, Cancelled> + Send + 'static,
    ) -> JobId {
        self.cancel(kind);
        self.next_id += 1;
        let id = JobId(self.next_id);
        let cancel = Arc::new(AtomicBool::new(false));
        let monitor = JobMonitor {
            id,
            kind,
            cancel: Arc::clone(&cancel),
            sender: self.sender.clone(),
            wake: Arc::clone(&self.wake),
            throttle: Throttle { every: Duration::from_millis(50), last: Mutex::new(None) },
        };
        let (sender, wake) = (self.sender.clone(), Arc::clone(&self.wake));
        std::thread::spawn(move || {
            let outcome = match catch_unwind(AssertUnwindSafe(|| work(&monitor))) {
                Ok(Ok(result)) => Outcome::Done(result),
                Ok(Err(Cancelled)) => Outcome::Cancelled,
                Err(_) => Outcome::Crashed,
            };
            // The window may be gone; then nobody needs the news.
            drop(sender.send(JobEvent::Finished { id, kind, outcome }));
            wake();
        });
        self.running.push(Running { id, kind, cancel, is_shown_only: false });
        id
    }

    /// A job that does nothing and does not end, to look at what is shown of one.
    pub fn show(&mut self, kind: &'static str) {
        self.next_id += 1;
        let (id, cancel) = (JobId(self.next_id), Arc::default());
        self.running.push(Running { id, kind, cancel, is_shown_only: true });
    }

    pub fn cancel(&mut self, kind: &'static str) {
        for job in self.running.iter().filter(|job| job.kind == kind) {
            job.cancel.store(true, Ordering::Relaxed);
        }
        self.running.retain(|job| job.kind != kind);
    }

    /// Asks the jobs of a kind to stop; they still report how they ended.
    pub fn stop(&mut self, kind: &str) {
        for job in self.running.iter().filter(|job| job.kind == kind) {
            job.cancel.store(true, Ordering::Relaxed);
        }
    }

    pub fn cancel_all(&mut self) {
        for job in &self.running {
            job.cancel.store(true, Ordering::Relaxed);
        }
    }

    pub fn is_running(&self, kind: &str) -> bool {
        self.running.iter().any(|job| job.kind == kind)
    }

    /// With a thread behind them.
    pub fn n_running(&self) -> usize {
        self.running.iter().filter(|job| !job.is_shown_only).count()
    }

    /// Events since the last call, of jobs that still count.
    pub fn poll(&mut self) -> Vec<JobEvent<T>> {
        let mut events = Vec::new();
        while let Ok(event) = self.receiver.try_recv() {
            let id = match &event {
                JobEvent::Progress { id, .. } | JobEvent::Finished { id, .. } => *id,
            };
            if !self.running.iter().any(|job| job.id == id) {
                continue;
            }
            if matches!(event, JobEvent::Finished { .. }) {
                self.running.retain(|job| job.id != id);
            }
            events.push(event);
        }
        events
    }
}

struct JobMonitor<T> {
    id: JobId,
    kind: &'static str,
    cancel: Arc<AtomicBool>,
    sender: Sender<JobEvent<T>>,
    wake: Arc<dyn Fn() + Send + Sync>,
    throttle: Throttle,
}

impl<T: Send> Monitor for JobMonitor<T> {
    fn progress(&self, done: u64, total: u64, phase: &str) {
        if self.throttle.may_pass() || done == total {
            let event =
                JobEvent::Progress { id: self.id, kind: self.kind, done, total, phase: phase.to_owned() };
            drop(self.sender.send(event));
            (self.wake)();
        }
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.cancel.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}

/// Lets one call pass per interval.
struct Throttle {
    every: Duration,
    last: Mutex<Option<Instant>>,
}

impl Throttle {
    fn may_pass(&self) -> bool {
        let Ok(mut last) = self.last.lock() else {
            return false;
        };
        let now = Instant::now();
        let passes = last.is_none_or(|last| self.every <= now - last);
        if passes {
            *last = Some(now);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_for<T: Send + 'static>(jobs: &mut Jobs<T>) -> JobEvent<T> {
        for _ in 0..500 {
            if let Some(event) =
                jobs.poll().into_iter().find(|event| matches!(event, JobEvent::Finished { .. }))
            {
                return event;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        unreachable!("the job never finished")
    }

    #[test]
    fn a_panic_is_a_crashed_job_and_nothing_more() {
        let mut jobs: Jobs<u32> = Jobs::new(|| {});
        jobs.spawn("boom", |_| unreachable!("on purpose"));
        assert!(matches!(wait_for(&mut jobs), JobEvent::Finished { outcome: Outcome::Crashed, .. }));
        assert_eq!(jobs.n_running(), 0);
    }

    #[test]
    fn a_newer_job_of_a_kind_replaces_the_older() {
        let mut jobs: Jobs<u32> = Jobs::new(|| {});
        jobs.spawn("count", |monitor| {
            loop {
                monitor.checkpoint()?;
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        jobs.spawn("count", |_| Ok(2));
        assert!(matches!(wait_for(&mut jobs), JobEvent::Finished { outcome: Outcome::Done(2), .. }));
    }
}
