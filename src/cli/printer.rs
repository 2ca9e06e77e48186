//! The only place that prints.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::app::Error;
use crate::shop::digits::grouped;
use crate::shop::{Cancelled, Monitor};

/// Data to stdout, messages and a progress bar to stderr, Ctrl-C to cancel.
pub struct Printer {
    json: bool,
    quiet: bool,
    cancelled: Arc<AtomicBool>,
    bar: Mutex<Bar>,
}

struct Bar {
    enabled: bool,
    started_at: Instant,
    drawn_at: Option<Instant>,
    phase: String,
    /// When the phase began, for the time left.
    phase_at: Instant,
    /// Seconds left last shown; an estimate never grows.
    eta_shown: Option<u64>,
}

impl Printer {
    pub fn new(json: bool, quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            json,
            quiet,
            cancelled: Arc::default(),
            bar: Mutex::new(Bar {
                enabled: !quiet && stderr().is_terminal(),
                started_at: now,
                drawn_at: None,
                phase: String::new(),
                phase_at: now,
                eta_shown: None,
            }),
        }
    }

    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// One line of data.
    pub fn line(&self, text: &str) -> Result<(), Error> {
        self.clear_bar();
        written(writeln!(stdout().lock(), "{text}"))
    }

    /// The one JSON document of `--json`.
    pub fn document(&self, value: &impl Serialize) -> Result<(), Error> {
        self.clear_bar();
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Error::bug_because("The answer cannot be written as JSON", error))?;
        written(writeln!(stdout().lock(), "{text}"))
    }

    /// `document` under `--json`, else what `human` writes.
    pub fn answer(&self, value: &impl Serialize, human: impl FnOnce() -> String) -> Result<(), Error> {
        if self.json { self.document(value) } else { self.line(human().trim_end()) }
    }

    /// A message for people, on stderr.
    pub fn message(&self, text: &str) {
        if self.quiet {
            return;
        }
        self.clear_bar();
        // Nobody can be told that stderr is gone.
        drop(writeln!(stderr().lock(), "{text}"));
    }

    /// The switch that `Monitor::checkpoint` reads, for work that needs it by value.
    pub fn cancel_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }

    pub(super) fn finish(&self) {
        self.clear_bar();
    }

    /// The first Ctrl-C asks the work to stop, the second ends the program.
    pub(super) fn cancel_on_interrupt(&self) {
        let cancelled = Arc::clone(&self.cancelled);
        let watch = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                while tokio::signal::ctrl_c().await.is_ok() {
                    if cancelled.swap(true, Ordering::SeqCst) {
                        std::process::exit(130);
                    }
                }
            });
        };
        // Without the thread Ctrl-C ends the program, which also leaves nothing half done.
        drop(std::thread::Builder::new().name("interrupt".to_owned()).spawn(watch));
    }

    fn clear_bar(&self) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if bar.drawn_at.take().is_some() {
            drop(write!(stderr().lock(), "\r\x1b[2K"));
        }
    }
}

impl Monitor for Printer {
    fn progress(&self, done: u64, total: u64, phase: &str) {
        const NOTHING_BEFORE: Duration = Duration::from_millis(300);
        const REDRAW_EVERY: Duration = Duration::from_millis(100);
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if bar.phase != phase {
            phase.clone_into(&mut bar.phase);
            bar.phase_at = now;
            bar.eta_shown = None;
        }
        let fresh = bar.drawn_at.is_some_and(|at| now - at < REDRAW_EVERY);
        if !bar.enabled || fresh || now - bar.started_at < NOTHING_BEFORE {
            return;
        }
        let text = bar.text(done, total, now);
        drop(write!(stderr().lock(), "\r\x1b[2K{text}"));
        drop(stderr().flush());
        bar.drawn_at = Some(now);
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}

impl Bar {
    fn text(&mut self, done: u64, total: u64, now: Instant) -> String {
        const CELLS: u64 = 24;
        if total == 0 {
            return if done == 0 { self.phase.clone() } else { format!("{}  {}", self.phase, grouped(done)) };
        }
        let filled = (done.min(total) * CELLS / total) as usize;
        let cells = format!("{}{}", "█".repeat(filled), "░".repeat(CELLS as usize - filled));
        let mut text = format!("{}  {cells}  {} of {}", self.phase, grouped(done), grouped(total));
        let elapsed = now - self.phase_at;
        if elapsed > Duration::from_secs(2) && done > 0 && done < total {
            let left = (elapsed.as_secs_f64() * (total - done) as f64 / done as f64).ceil() as u64;
            let left = self.eta_shown.map_or(left, |shown| left.min(shown));
            self.eta_shown = Some(left);
            text.push_str(&format!(" · about {left} s left"));
        }
        text
    }
}

/// An error of the whole command, on stderr.
pub(super) fn error(text: &str) {
    drop(writeln!(stderr().lock(), "error: {text}"));
}

/// A reader that went away (`| head`) is no failure.
fn written(result: std::io::Result<()>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::environment_because("The answer cannot be written to standard output", error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(grouped(541_909), "541,909");
    }

    #[test]
    fn a_cancelled_printer_stops_the_work() {
        let printer = Printer::new(true, true);
        assert_eq!(printer.checkpoint(), Ok(()));
        printer.cancel_switch().store(true, Ordering::SeqCst);
        assert_eq!(printer.checkpoint(), Err(Cancelled));
    }
}
