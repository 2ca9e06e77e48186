//! What long work sees of the outside: somewhere to say how far it is, and a question whether to go on.

/// Progress and cancel. The command line prints it, the window draws it, tests record it.
pub trait Monitor: Send + Sync {
    /// `total` 0 means unknown. `phase` is a short sentence fragment for people, for example `Reading orders`.
    fn progress(&self, done: u64, total: u64, phase: &str);

    /// Call at least every 50 ms of work, for example once per chunk of rows.
    fn checkpoint(&self) -> Result<(), Cancelled>;
}

/// The person asked to stop; nothing of the work is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Says nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Monitor for Silent {
    fn progress(&self, _done: u64, _total: u64, _phase: &str) {}

    fn checkpoint(&self) -> Result<(), Cancelled> {
        Ok(())
    }
}

/// Stops when the other does, and leaves it to say how far the work is: for what is done beside it.
pub struct Quiet<'a>(pub &'a dyn Monitor);

impl Monitor for Quiet<'_> {
    fn progress(&self, _done: u64, _total: u64, _phase: &str) {}

    fn checkpoint(&self) -> Result<(), Cancelled> {
        self.0.checkpoint()
    }
}
