//! What is served now, and how it is replaced.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use axum::http::HeaderValue;

use super::metrics::Metrics;
use super::{Error, Settings};
use crate::bundle::{Manifest, Severity, check, disk, files};
use crate::decide::Prepared;

/// One bundle with the name it is served under.
pub(super) struct Current {
    pub(super) manifest: Manifest,
    /// The bundle's id, for a header.
    pub(super) name: HeaderValue,
    pub(super) prepared: Prepared,
}

pub(super) struct State {
    path: PathBuf,
    token: Option<String>,
    current: RwLock<Arc<Current>>,
    seen: Mutex<Option<Stamp>>,
    pub(super) metrics: Metrics,
}

/// Changes when the files do.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    target: PathBuf,
    modified: Option<SystemTime>,
    bytes: u64,
}

impl State {
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let path = settings.bundle.clone();
        let stamp = stamp(&path);
        Ok(Self {
            current: RwLock::new(Arc::new(load(&path)?)),
            seen: Mutex::new(stamp),
            token: settings.token.clone(),
            metrics: Metrics::default(),
            path,
        })
    }

    pub(super) fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Id of the bundle that was taken up, if there was a new one.
    pub(super) fn reload_if_changed(&self) -> Result<Option<String>, Error> {
        let now = stamp(&self.path);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if now.is_none() || *seen == now {
            return Ok(None);
        }
        let loaded = load(&self.path);
        *seen = now;
        drop(seen);
        match loaded {
            Ok(loaded) => {
                let id = loaded.manifest.bundle_id.clone();
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
                self.metrics.reloaded();
                Ok(Some(id))
            }
            Err(error) => {
                self.metrics.refused_bundle();
                Err(error)
            }
        }
    }

    /// Compares in a time that does not tell how much of the secret was right.
    pub(super) fn lets_in(&self, authorization: Option<&str>) -> bool {
        let Some(token) = self.token.as_deref().filter(|token| !token.is_empty()) else {
            return true;
        };
        let given = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or("");
        let differs = token
            .bytes()
            .zip(given.bytes().chain(std::iter::repeat(0)))
            .fold(0, |differs, (wanted, own)| differs | (wanted ^ own));
        differs == 0 && token.len() == given.len()
    }
}

fn load(path: &std::path::Path) -> Result<Current, Error> {
    let all = disk::load(path)?;
    let manifest = disk::check(&all)?;
    let bundle = files::read(&all)?;
    let broken = check::findings(&bundle).into_iter().find(|finding| finding.severity == Severity::Error);
    if let Some(finding) = broken {
        return Err(Error::Unsound(finding.message));
    }
    let name = HeaderValue::from_str(&manifest.bundle_id)
        .map_err(|error| Error::Unsound(format!("its id cannot stand in a header: {error}")))?;
    Ok(Current { manifest, name, prepared: Prepared::new(&bundle) })
}

fn stamp(path: &std::path::Path) -> Option<Stamp> {
    let target = path.canonicalize().ok()?;
    let file = if target.is_dir() { target.join("manifest.json") } else { target.clone() };
    let facts = file.metadata().ok()?;
    Some(Stamp { target, modified: facts.modified().ok(), bytes: facts.len() })
}
