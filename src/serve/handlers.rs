//! One function per address. Every answer is JSON, errors too: `{"error": "…"}`.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State as Shared;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::state::{Current, State};
use super::{BODY_TIME, MOST_BODY_BYTES, MOST_VISITS};
use crate::decide::{Detail, json};

const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Names the bundle that answered.
const X_ENDCAP_BUNDLE: HeaderName = HeaderName::from_static("x-endcap-bundle");
/// Room for most pages, bytes.
const A_PAGE: usize = 16 * 1024;

/// `POST /v1/page`: one visit in, one page out.
pub(super) async fn page(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Body) -> Response {
    let bytes = match read(&state, &headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let current = state.current();
    let request = match json::request(&bytes) {
        Ok(request) => request,
        Err(error) => return not_a_visit(&state, &error),
    };
    let mut answer = Vec::with_capacity(A_PAGE);
    match write(&state, &current, &request, &mut answer) {
        Ok(()) => written(answer, &current),
        Err(error) => refuse(&state, StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

/// `POST /v1/pages`: a list of visits in, a list of pages out, same order, one bundle for all.
pub(super) async fn pages(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Body) -> Response {
    let bytes = match read(&state, &headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let visits: Vec<Value> = match serde_json::from_slice(&bytes) {
        Ok(visits) => visits,
        Err(error) if error.is_data() => {
            return refuse(&state, StatusCode::UNPROCESSABLE_ENTITY, "the body must be a list of visits");
        }
        Err(error) => return not_a_visit(&state, &error),
    };
    if visits.len() > MOST_VISITS {
        let what = format!("a batch holds at most {MOST_VISITS} visits");
        return refuse(&state, StatusCode::PAYLOAD_TOO_LARGE, &what);
    }
    let current = state.current();
    let mut answer = vec![b'['];
    let decided = tokio::task::block_in_place(|| {
        visits.into_iter().enumerate().try_for_each(|(at, visit)| {
            if at > 0 {
                answer.push(b',');
            }
            json::request_of(visit)
                .and_then(|request| write(&state, &current, &request, &mut answer))
                .map_err(|error| format!("visit {at}: {error}"))
        })
    });
    answer.push(b']');
    match decided {
        Ok(()) => written(answer, &current),
        Err(what) => refuse(&state, StatusCode::UNPROCESSABLE_ENTITY, &what),
    }
}

/// `GET /v1/segments`: who the bundle knows, without customers.
pub(super) async fn segments(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Response {
    if let Err(refused) = authorize(&state, &headers) {
        return refused;
    }
    let current = state.current();
    let segments = &current.prepared.bundle().segments;
    written(bytes_of(&serde_json::json!({"segments": segments.segments})), &current)
}

/// `GET /healthz`: alive, and with which bundle. Needs no token, says nothing about the shop.
pub(super) async fn health(Shared(state): Shared<Arc<State>>) -> Response {
    let current = state.current();
    let (bundle, decider) = (&current.manifest.bundle_id, &current.manifest.decider);
    written(bytes_of(&serde_json::json!({"status": "ok", "bundle": bundle, "decider": decider})), &current)
}

/// `GET /metrics`: Prometheus' text format.
pub(super) async fn metrics(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Response {
    if let Err(refused) = authorize(&state, &headers) {
        return refused;
    }
    let current = state.current();
    let products = current.prepared.bundle().catalog.products.len();
    let text = state.metrics.text(&current.manifest.bundle_id, products);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Decides a page and appends it as JSON.
fn write(
    state: &State,
    current: &Current,
    request: &json::Request,
    answer: &mut Vec<u8>,
) -> Result<(), serde_json::Error> {
    let started = Instant::now();
    let detail = if request.explain { Detail::Full } else { Detail::Plain };
    let page = current.prepared.decide(&request.visit, detail);
    state.metrics.decided(started.elapsed());
    serde_json::to_writer(answer, &json::page(&current.prepared, &page, request.explain))
}

#[expect(clippy::result_large_err, reason = "the refusal is the answer that is sent")]
fn authorize(state: &State, headers: &HeaderMap) -> Result<(), Response> {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if state.lets_in(given) {
        return Ok(());
    }
    Err(refuse(state, StatusCode::UNAUTHORIZED, "send the token as `Authorization: Bearer …`"))
}

/// The body, if it is allowed in, small enough and quick enough.
async fn read(state: &State, headers: &HeaderMap, body: Body) -> Result<Bytes, Response> {
    authorize(state, headers)?;
    match tokio::time::timeout(BODY_TIME, to_bytes(body, MOST_BODY_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => {
            let what = format!("the body is cut off or longer than {MOST_BODY_BYTES} bytes");
            Err(refuse(state, StatusCode::PAYLOAD_TOO_LARGE, &what))
        }
        Err(_) => Err(refuse(state, StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

fn not_a_visit(state: &State, error: &serde_json::Error) -> Response {
    if error.is_data() {
        return refuse(state, StatusCode::UNPROCESSABLE_ENTITY, error);
    }
    refuse(state, StatusCode::BAD_REQUEST, &format!("the body is not JSON: {error}"))
}

fn refuse(state: &State, status: StatusCode, what: &(impl ToString + ?Sized)) -> Response {
    state.metrics.refused();
    let body = serde_json::json!({"error": what.to_string()}).to_string();
    (status, [(CONTENT_TYPE, APPLICATION_JSON)], body).into_response()
}

fn bytes_of(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}

fn written(body: Vec<u8>, current: &Current) -> Response {
    let headers = [
        (CONTENT_TYPE, APPLICATION_JSON),
        (CACHE_CONTROL, NO_STORE),
        (X_ENDCAP_BUNDLE, current.name.clone()),
    ];
    (headers, body).into_response()
}
