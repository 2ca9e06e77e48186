//! Asking: few connections per computer, everything limited, and an end within a moment when the person wants one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::address::{authority, bare_host, is_near, is_near_name, is_public, is_web, parsed};
use super::shrink::shrunk;
use crate::shop::{Cancelled, Monitor};

/// What the asking is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pictures under way at a time, of all computers and of one.
    pub n_at_once: usize,
    pub n_per_host: usize,
    pub connect: Duration,
    /// For one picture, from the question to its last byte.
    pub whole: Duration,
    pub n_redirects: usize,
    pub picture_bytes: usize,
    /// Of all pictures of a run, as they came and as they are kept.
    pub received_bytes: u64,
    pub kept_bytes: u64,
    /// A computer that fails to answer so often in a row is left alone.
    pub n_failures: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            n_at_once: 8,
            n_per_host: 4,
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            n_redirects: 5,
            picture_bytes: 10 << 20,
            received_bytes: 8 << 30,
            kept_bytes: 1 << 30,
            n_failures: 12,
        }
    }
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    #[error("this is not a web address")]
    NotAnAddress,
    #[error("the server answered {status}")]
    Status { status: u16 },
    #[error("it is larger than 10 MB")]
    TooLarge,
    #[error("the server was too slow")]
    TooSlow,
    #[error("what came is not a PNG, JPEG, WebP or GIF picture")]
    NotAPicture,
    #[error("the address leads from one place to the next without end")]
    TooManyRedirects,
    #[error("the address leads on to {host}, which is not among the servers you agreed to")]
    LeadsElsewhere { host: String },
    #[error("the name leads into a private network")]
    PrivateNetwork,
    #[error("the server did not answer")]
    NoAnswer,
    #[error("there is no server of this name")]
    NoSuchServer,
}

impl Reason {
    /// Speaks of the computer, not of this picture.
    fn is_of_the_server(&self) -> bool {
        match self {
            Self::Status { status } => *status == 429 || 500 <= *status,
            Self::TooSlow | Self::NoAnswer | Self::NoSuchServer | Self::PrivateNetwork => true,
            _ => false,
        }
    }
}

/// A picture that came, small and in a format of our own choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As it was asked for.
    pub address: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// What became of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Came(Picture),
    Failed {
        address: String,
        reason: Reason,
    },
    /// Not asked for: its computer failed too often, or the limit of the run was reached. A later run asks.
    Left {
        address: String,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error("The network cannot be used: {0}")]
    Client(#[source] reqwest::Error),
    #[error("The network cannot be used: {0}")]
    Runtime(#[source] std::io::Error),
}

/// Asks for every address once and hands each outcome to `take` on this thread. Returns within a moment of a cancel;
/// what was taken before stays taken.
pub fn fetch<E: From<Error>>(
    addresses: &[String],
    limits: &Limits,
    take: &mut dyn FnMut(Option<Outcome>) -> Result<(), E>,
    monitor: &dyn Monitor,
) -> Result<(), E> {
    const LOOK_EVERY: Duration = Duration::from_millis(40);
    let client = client(addresses, limits).map_err(Error::Client)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(4)
        .thread_name("pictures")
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let (sender, outcomes) = channel();
    let total = addresses.len();
    begin(&runtime, client, addresses, limits, sender);
    let mut n_done = 0;
    let ended = loop {
        if let Err(cancelled) = monitor.checkpoint() {
            break Err(Error::Cancelled(cancelled).into());
        }
        let outcome = match outcomes.recv_timeout(LOOK_EVERY) {
            Ok(outcome) => Some(outcome),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break Ok(()),
        };
        n_done += usize::from(outcome.is_some());
        monitor.progress(n_done as u64, total as u64, "Fetching pictures");
        if let Err(error) = take(outcome) {
            break Err(error);
        }
    };
    // A picture that is being unpacked just now is nobody's any more; waiting for it would be felt.
    runtime.shutdown_background();
    ended
}

/// Shared by everybody who asks during a run.
struct Run {
    client: Client,
    limits: Limits,
    at_once: Semaphore,
    unpacking: Arc<Semaphore>,
    n_received: AtomicU64,
    n_kept: AtomicU64,
    sender: Sender<Outcome>,
}

/// One queue per computer, and as many askers at each as are polite.
fn begin(
    runtime: &tokio::runtime::Runtime,
    client: Client,
    addresses: &[String],
    limits: &Limits,
    sender: Sender<Outcome>,
) {
    let mut queues: BTreeMap<String, VecDeque<(String, Url)>> = BTreeMap::new();
    for address in addresses {
        match parsed(address) {
            Some(url) => queues.entry(authority(&url)).or_default().push_back((address.clone(), url)),
            None => {
                let failed = Outcome::Failed { address: address.clone(), reason: Reason::NotAnAddress };
                // The receiver outlives this call.
                drop(sender.send(failed));
            }
        }
    }
    let run = Arc::new(Run {
        client,
        limits: *limits,
        at_once: Semaphore::new(limits.n_at_once),
        unpacking: Arc::new(Semaphore::new(2)),
        n_received: AtomicU64::new(0),
        n_kept: AtomicU64::new(0),
        sender,
    });
    for queue in queues.into_values() {
        let n_askers = queue.len().min(limits.n_per_host);
        let host = Arc::new(Asked { queue: Mutex::new(queue), n_failures: AtomicUsize::new(0) });
        for _ in 0..n_askers {
            runtime.spawn(ask_all(Arc::clone(&run), Arc::clone(&host)));
        }
    }
}

/// One computer's addresses, and how often in a row it failed.
struct Asked {
    queue: Mutex<VecDeque<(String, Url)>>,
    n_failures: AtomicUsize,
}

async fn ask_all(run: Arc<Run>, host: Arc<Asked>) {
    loop {
        let Ok(_permit) = run.at_once.acquire().await else { return };
        let next = host.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((address, url)) = next else { return };
        let outcome = if run.is_over() || run.limits.n_failures <= host.n_failures.load(Ordering::Relaxed) {
            Outcome::Left { address }
        } else {
            match ask(&run, url).await {
                Ok((media_type, bytes)) => {
                    run.n_kept.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    host.n_failures.store(0, Ordering::Relaxed);
                    Outcome::Came(Picture { address, media_type, bytes })
                }
                Err(reason) => {
                    if reason.is_of_the_server() {
                        host.n_failures.fetch_add(1, Ordering::Relaxed);
                    } else {
                        host.n_failures.store(0, Ordering::Relaxed);
                    }
                    Outcome::Failed { address, reason }
                }
            }
        };
        if run.sender.send(outcome).is_err() {
            return;
        }
    }
}

impl Run {
    fn is_over(&self) -> bool {
        self.limits.received_bytes <= self.n_received.load(Ordering::Relaxed)
            || self.limits.kept_bytes <= self.n_kept.load(Ordering::Relaxed)
    }
}

async fn ask(run: &Run, url: Url) -> Result<(&'static str, Vec<u8>), Reason> {
    let most = run.limits.picture_bytes;
    let mut answer = run.client.get(url).send().await.map_err(|error| reason_of(&error))?;
    if !answer.status().is_success() {
        return Err(Reason::Status { status: answer.status().as_u16() });
    }
    if answer.content_length().is_some_and(|length| most as u64 <= length) {
        return Err(Reason::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| reason_of(&error))? {
        run.n_received.fetch_add(part.len() as u64, Ordering::Relaxed);
        if most < bytes.len() + part.len() {
            return Err(Reason::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
    let Ok(_permit) = Arc::clone(&run.unpacking).acquire_owned().await else {
        return Err(Reason::NotAPicture);
    };
    // A decoder that panics on a broken file is a picture that cannot be read.
    let unpacked = tokio::task::spawn_blocking(move || shrunk(&bytes)).await;
    unpacked.ok().flatten().ok_or(Reason::NotAPicture)
}

/// No cookies, no referrer, no proxy of the system, a name that tells nothing about the person or the machine.
fn client(addresses: &[String], limits: &Limits) -> Result<Client, reqwest::Error> {
    use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
    let agreed: BTreeSet<String> = addresses
        .iter()
        .filter_map(|address| parsed(address))
        .map(|url| bare_host(&url).to_owned())
        .collect();
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("image/webp,image/jpeg,image/png,image/gif"));
    let n_redirects = limits.n_redirects;
    Client::builder()
        .user_agent("Endcap")
        .default_headers(headers)
        .referer(false)
        .no_proxy()
        .connect_timeout(limits.connect)
        .timeout(limits.whole)
        .pool_max_idle_per_host(limits.n_per_host)
        .redirect(Policy::custom(move |attempt| follow(attempt, &agreed, n_redirects)))
        .dns_resolver(Arc::new(PublicOnly))
        .build()
}

/// Follows only where the person agreed that pictures are asked for, and never from outside into a private network.
fn follow(attempt: Attempt<'_>, agreed: &BTreeSet<String>, n_redirects: usize) -> reqwest::redirect::Action {
    let to = attempt.url();
    let refused = if n_redirects < attempt.previous().len() {
        Some(Reason::TooManyRedirects)
    } else if !is_web(to) || !agreed.contains(bare_host(to)) {
        Some(Reason::LeadsElsewhere { host: authority(to) })
    } else if is_near(to) && attempt.previous().first().is_none_or(|from| authority(from) != authority(to)) {
        Some(Reason::PrivateNetwork)
    } else {
        None
    };
    match refused {
        Some(reason) => attempt.error(reason),
        None => attempt.follow(),
    }
}

/// Names of the open internet must not resolve to numbers of a private network (DNS rebinding). Names that only a
/// local network knows may: the catalog itself names them, and the person was shown them.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|_source| Reason::NoSuchServer)?
                .collect();
            let allowed = if is_near_name(&name) { found } else { only_public(found)? };
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn only_public(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Reason> {
    let public: Vec<SocketAddr> = found.into_iter().filter(|at| is_public(at.ip())).collect();
    if public.is_empty() { Err(Reason::PrivateNetwork) } else { Ok(public) }
}

/// Our own refusals travel inside the client's errors.
fn reason_of(error: &reqwest::Error) -> Reason {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(known) = cause {
        if let Some(reason) = known.downcast_ref::<Reason>() {
            return reason.clone();
        }
        cause = known.source();
    }
    if error.is_timeout() { Reason::TooSlow } else { Reason::NoAnswer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_name_that_leads_home_is_refused() {
        let at = |numbers: &[&str]| -> Vec<SocketAddr> {
            numbers.iter().map(|number| SocketAddr::new(number.parse().unwrap(), 0)).collect()
        };
        assert_eq!(only_public(at(&["127.0.0.1", "::1"])), Err(Reason::PrivateNetwork));
        assert_eq!(only_public(at(&["10.0.0.1", "1.1.1.1"])), Ok(at(&["1.1.1.1"])));
    }
}
