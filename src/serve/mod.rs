//! A bundle over HTTP: pages, batches, segments, health, metrics.
//!
//! **Invariant**: a request is answered from one bundle from beginning to end; a new bundle replaces the old one whole,
//! and only after it has been read and checked.

mod handlers;
mod metrics;
mod state;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;

use state::State;

/// Largest request body.
pub const MOST_BODY_BYTES: usize = 256 * 1024;
/// A body must have arrived after this long.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// Visits of one batch at most.
pub const MOST_VISITS: usize = 200;
/// How often the bundle's folder is looked at for a new one.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Requests that run when the server is asked to stop get this long.
const LAST_WORDS: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub struct Settings {
    /// A bundle folder, a zip, or a link to one that is moved to the next.
    pub bundle: PathBuf,
    pub listen: SocketAddr,
    /// Every request but `/healthz` must bring it as `Authorization: Bearer …`. Needed off loopback.
    pub token: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Bundle(#[from] crate::bundle::Error),
    #[error("the bundle is not sound: {0}; run `endcap verify` on it")]
    Unsound(String),
    #[error(
        "{0} is reachable from other machines; set ENDCAP_TOKEN to a secret that clients must send, or listen on 127.0.0.1"
    )]
    TokenNeeded(SocketAddr),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the server stopped: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves until SIGTERM or Ctrl-C. `ready` gets the address that was bound, `notice` what an operator should know.
pub fn run(
    settings: &Settings,
    ready: impl FnOnce(SocketAddr),
    notice: impl Fn(&str) + Send + Sync + 'static,
) -> Result<(), Error> {
    if !settings.listen.ip().is_loopback() && settings.token.as_deref().unwrap_or("").is_empty() {
        return Err(Error::TokenNeeded(settings.listen));
    }
    let state = Arc::new(State::new(settings)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(settings, Arc::clone(&state), ready, Arc::new(notice)));
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve(
    settings: &Settings,
    state: Arc<State>,
    ready: impl FnOnce(SocketAddr),
    notice: Arc<dyn Fn(&str) + Send + Sync>,
) -> Result<(), Error> {
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .map_err(|source| Error::Listen { address: settings.listen, source })?;
    ready(listener.local_addr()?);
    // An answer is one small write; waiting for more to send with it only costs time.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(watch(Arc::clone(&state), notice));
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, router(state)).with_graceful_shutdown(async move {
        asked_to_stop().await;
        stopping.send_replace(true);
    });
    tokio::select! {
        ended = server => ended?,
        () = async {
            drop(stopped.wait_for(|stopped| *stopped).await);
            tokio::time::sleep(LAST_WORDS).await;
        } => {}
    }
    Ok(())
}

fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/v1/page", post(handlers::page))
        .route("/v1/pages", post(handlers::pages))
        .route("/v1/segments", get(handlers::segments))
        .route("/healthz", get(handlers::health))
        .route("/metrics", get(handlers::metrics))
        .with_state(state)
}

/// Takes up a new bundle when the files change; keeps the old one when the new one is not sound.
async fn watch(state: Arc<State>, notice: Arc<dyn Fn(&str) + Send + Sync>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let state = Arc::clone(&state);
        let reloaded = tokio::task::spawn_blocking(move || state.reload_if_changed()).await;
        match reloaded {
            Ok(Ok(Some(id))) => notice(&format!("Now serving bundle {id}.")),
            Ok(Err(error)) => notice(&format!("The new bundle is not served, the old one stays: {error}.")),
            Ok(Ok(None)) | Err(_) => {}
        }
    }
}

async fn asked_to_stop() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
