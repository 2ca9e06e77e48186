//! Fetching the pictures that the catalog names: what there is to fetch, from whom, the owner's word for it, and the
//! run itself. Nothing here asks the network for anything before the owner agreed to the very servers it asks.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::app::{Desk, Error, Session, clock};
use crate::fetch::{self, Limits, Outcome, Picture, Reason};
use crate::shop::Monitor;
use crate::workspace::{KeptPicture, Settings, Workspace};

/// A server that would be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    pub host: String,
    /// Pictures the catalog names there, those that are here already left out.
    pub pictures: usize,
    /// By its name it stands in the owner's own network, or is this computer.
    pub own_network: bool,
    /// The owner agreed to ask it.
    pub agreed: bool,
}

/// A picture that was asked for in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missed {
    pub address: String,
    #[serde(flatten)]
    pub reason: Reason,
}

/// How it stands with the pictures the catalog names by address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Addresses that the catalog names, each once.
    pub named: usize,
    /// Those whose pictures are in the workspace.
    pub fetched: usize,
    /// Room that fetched pictures take in the workspace.
    pub fetched_bytes: u64,
    /// Never asked for.
    pub waiting: usize,
    pub missed: Vec<Missed>,
    /// Servers of pictures that are not here, most pictures first.
    pub hosts: Vec<Host>,
    /// The owner allows fetching.
    pub allowed: bool,
}

impl Status {
    /// Whether the owner still has to be asked before anything is fetched.
    pub fn must_ask(&self) -> bool {
        !self.allowed || self.hosts.iter().any(|host| !host.agreed)
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fetch {
    pub fetched: usize,
    pub missed: usize,
    /// Not asked for, because their server failed too often or the run reached its limit.
    pub left: usize,
    /// The person stopped it; what had come is kept.
    pub stopped: bool,
}

/// Addresses and what is known about them.
struct Known {
    to_fetch: Vec<String>,
    status: Status,
}

pub fn status(session: &Session) -> Result<Status, Error> {
    known(session.workspace()).map(|known| known.status)
}

fn known(workspace: &Workspace) -> Result<Known, Error> {
    let settings = workspace.settings()?;
    let mut named = workspace.named_pictures()?;
    named.retain(|address| fetch::is_on_the_web(address));
    let kept = workspace.kept_pictures()?;
    let missed = workspace.missed_pictures()?;
    let to_fetch: Vec<String> = named.iter().filter(|address| !kept.contains(*address)).cloned().collect();
    let is_missed = |address: &&String| missed.contains_key(*address);
    let reason = |json: &str| serde_json::from_str(json).unwrap_or(Reason::NoAnswer);
    let agreed: BTreeSet<&str> = settings.picture_hosts.iter().map(String::as_str).collect();
    let hosts = fetch::hosts(to_fetch.iter().map(String::as_str))
        .into_iter()
        .map(|host| Host {
            agreed: settings.load_pictures && agreed.contains(host.name.as_str()),
            host: host.name,
            pictures: host.n_pictures,
            own_network: host.is_near,
        })
        .collect();
    let status = Status {
        named: named.len(),
        fetched: named.len() - to_fetch.len(),
        fetched_bytes: workspace.picture_totals()?.n_bytes,
        waiting: to_fetch.iter().filter(|address| !is_missed(address)).count(),
        missed: to_fetch
            .iter()
            .filter_map(|address| {
                missed.get(address).map(|json| Missed { address: address.clone(), reason: reason(json) })
            })
            .collect(),
        hosts,
        allowed: settings.load_pictures,
    };
    Ok(Known { to_fetch, status })
}

/// The owner agrees that these servers are asked. Kept in the workspace until it is taken back.
pub fn agree(session: &mut Session, hosts: &[String]) -> Result<(), Error> {
    let settings = session.settings()?;
    let known = settings.picture_hosts.iter().filter(|_| settings.load_pictures);
    let agreed: BTreeSet<String> = known.chain(hosts).cloned().collect();
    session.put_settings(&Settings {
        load_pictures: true,
        picture_hosts: agreed.into_iter().collect(),
        ..settings
    })
}

/// The owner takes it back; pictures that came stay until they are removed.
pub fn forbid(session: &mut Session) -> Result<(), Error> {
    let settings = session.settings()?;
    session.put_settings(&Settings { load_pictures: false, picture_hosts: Vec::new(), ..settings })
}

/// Removes every fetched picture; products show their tile again. Returns how many.
pub fn remove(session: &mut Session) -> Result<usize, Error> {
    Ok(session.workspace_mut().remove_pictures()?)
}

/// Fetched pictures to look at, beside whoever writes the workspace.
pub struct Kept(Workspace);

impl Kept {
    pub fn open(file: &Path) -> Result<Self, Error> {
        Ok(Self(Workspace::open_read_only(file)?))
    }

    /// The bytes of a picture, by its address in the catalog.
    pub fn picture(&self, address: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.picture(address)?)
    }
}

/// Where pictures are put while they come.
pub trait Shelf {
    /// Does something with the workspace; false when somebody else has it just now.
    fn with(&mut self, work: &mut dyn FnMut(&mut Session) -> Result<(), Error>) -> Result<bool, Error>;
}

impl Shelf for Session {
    fn with(&mut self, work: &mut dyn FnMut(&mut Session) -> Result<(), Error>) -> Result<bool, Error> {
        work(self).map(|()| true)
    }
}

impl Shelf for Desk {
    fn with(&mut self, work: &mut dyn FnMut(&mut Session) -> Result<(), Error>) -> Result<bool, Error> {
        match self.session_if_free() {
            Some(mut session) => work(&mut session).map(|()| true),
            None => Ok(false),
        }
    }
}

/// Fetches what is not here: pictures never asked for, and with `again` those that were missed before. Fails when the
/// owner has not agreed to every server. What came before a cancel is kept.
pub fn fetch(
    shelf: &mut dyn Shelf,
    again: bool,
    limits: &Limits,
    monitor: &dyn Monitor,
) -> Result<Fetch, Error> {
    let mut wanted = None;
    wait_for(shelf, monitor, &mut |session| {
        session.workspace_mut().drop_unnamed_pictures()?;
        wanted = Some(known(session.workspace())?);
        Ok(())
    })?;
    let Some(Known { mut to_fetch, status }) = wanted else {
        return Ok(Fetch::default());
    };
    if status.must_ask() && !to_fetch.is_empty() {
        return Err(Error::user("Fetching pictures asks servers that the owner has not agreed to yet"));
    }
    if !again {
        let missed: BTreeSet<&str> = status.missed.iter().map(|missed| missed.address.as_str()).collect();
        to_fetch.retain(|address| !missed.contains(address.as_str()));
    }
    let limits = Limits { kept_bytes: limits.kept_bytes.saturating_sub(status.fetched_bytes), ..*limits };
    let mut batch = Batch::new();
    let mut take = |outcome: Option<Outcome>| -> Result<(), Error> {
        if let Some(outcome) = outcome {
            batch.take(outcome);
        }
        if batch.is_due() {
            batch.put(shelf)?;
        }
        Ok(())
    };
    let ended = fetch::fetch(&to_fetch, &limits, &mut take, monitor);
    let stopped = match ended {
        Ok(()) => false,
        Err(Error::Cancelled(_)) => true,
        Err(other) => return Err(other),
    };
    // After a cancel, what is in hand is kept if nobody else has the workspace; nobody waits for it.
    while !batch.put(shelf)? && !stopped {
        if monitor.checkpoint().is_err() {
            return Ok(Fetch { stopped: true, ..batch.done });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Fetch { stopped, ..batch.done })
}

fn wait_for(
    shelf: &mut dyn Shelf,
    monitor: &dyn Monitor,
    work: &mut dyn FnMut(&mut Session) -> Result<(), Error>,
) -> Result<(), Error> {
    while !shelf.with(work)? {
        monitor.checkpoint()?;
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// What came since the workspace was written last: a transaction per picture would take longer than the picture.
struct Batch {
    came: Vec<KeptPicture>,
    missed: Vec<(String, String)>,
    since: Instant,
    done: Fetch,
}

impl Batch {
    const MOST: usize = 24;
    const EVERY: Duration = Duration::from_millis(1_500);

    fn new() -> Self {
        Self { came: Vec::new(), missed: Vec::new(), since: Instant::now(), done: Fetch::default() }
    }

    fn take(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Came(Picture { address, media_type, bytes }) => {
                self.done.fetched += 1;
                self.came.push(KeptPicture { address, media_type, bytes });
            }
            Outcome::Failed { address, reason } => {
                self.done.missed += 1;
                // Reasons are plain enums; they always become JSON.
                self.missed.push((address, serde_json::to_string(&reason).unwrap_or_default()));
            }
            Outcome::Left { .. } => self.done.left += 1,
        }
    }

    fn is_due(&self) -> bool {
        let n = self.came.len() + self.missed.len();
        Self::MOST <= n || (0 < n && Self::EVERY < self.since.elapsed())
    }

    fn put(&mut self, shelf: &mut dyn Shelf) -> Result<bool, Error> {
        if self.came.is_empty() && self.missed.is_empty() {
            return Ok(true);
        }
        let (came, missed) = (&self.came, &self.missed);
        let written = shelf
            .with(&mut |session| Ok(session.workspace_mut().keep_pictures(clock::now(), came, missed)?))?;
        self.since = Instant::now();
        if written {
            self.came.clear();
            self.missed.clear();
        }
        Ok(written)
    }
}

impl From<fetch::Error> for Error {
    fn from(source: fetch::Error) -> Self {
        match source {
            fetch::Error::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::environment_because("The network cannot be used", other),
        }
    }
}
