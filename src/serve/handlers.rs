//! One function per address. Every answer is JSON, errors too: `{"error": "…"}`.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::State as Shared;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::state::{Current, State};
use super::{BODY_TIME, MOST_BODY_BYTES, MOST_VISITS};
use crate::decide::{self, Detail};

/// `POST /v1/page`: one visit in, one page out.
pub(super) async fn page(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Body) -> Response {
    let visit = match read(&state, &headers, body).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let current = state.current();
    match answer(&state, &current, visit) {
        Ok(page) => written(StatusCode::OK, &page, &current),
        Err(what) => refuse(&state, StatusCode::UNPROCESSABLE_ENTITY, &what),
    }
}

/// `POST /v1/pages`: a list of visits in, a list of pages out, same order, one bundle for all.
pub(super) async fn pages(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Body) -> Response {
    let visits = match read(&state, &headers, body).await {
        Ok(Value::Array(visits)) => visits,
        Ok(_) => {
            return refuse(&state, StatusCode::UNPROCESSABLE_ENTITY, "the body must be a list of visits");
        }
        Err(refused) => return refused,
    };
    if visits.len() > MOST_VISITS {
        let what = format!("a batch holds at most {MOST_VISITS} visits");
        return refuse(&state, StatusCode::PAYLOAD_TOO_LARGE, &what);
    }
    let current = state.current();
    let decided = tokio::task::block_in_place(|| {
        visits
            .into_iter()
            .enumerate()
            .map(|(at, visit)| answer(&state, &current, visit).map_err(|error| (at, error)))
            .collect::<Result<Vec<Value>, _>>()
    });
    match decided {
        Ok(pages) => written(StatusCode::OK, &json!(pages), &current),
        Err((at, error)) => {
            let what = format!("visit {at}: {error}");
            refuse(&state, StatusCode::UNPROCESSABLE_ENTITY, &what)
        }
    }
}

/// `GET /v1/segments`: who the bundle knows, without customers.
pub(super) async fn segments(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Response {
    if let Err(refused) = authorize(&state, &headers) {
        return refused;
    }
    let current = state.current();
    let segments = &current.prepared.bundle().segments;
    written(StatusCode::OK, &json!({"segments": segments.segments}), &current)
}

/// `GET /healthz`: alive, and with which bundle. Needs no token, says nothing about the shop.
pub(super) async fn health(Shared(state): Shared<Arc<State>>) -> Response {
    let current = state.current();
    let body =
        json!({"status": "ok", "bundle": current.manifest.bundle_id, "decider": current.manifest.decider});
    written(StatusCode::OK, &body, &current)
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

fn answer(state: &State, current: &Current, visit: Value) -> Result<Value, serde_json::Error> {
    let request = decide::json::request(visit)?;
    let started = Instant::now();
    let detail = if request.explain { Detail::Full } else { Detail::Plain };
    let page = current.prepared.decide(&request.visit, detail);
    state.metrics.decided(started.elapsed());
    Ok(decide::json::page(&current.prepared, &page, request.explain))
}

#[expect(clippy::result_large_err, reason = "the refusal is the answer that is sent")]
fn authorize(state: &State, headers: &HeaderMap) -> Result<(), Response> {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if state.lets_in(given) {
        return Ok(());
    }
    Err(refuse(state, StatusCode::UNAUTHORIZED, "send the token as `Authorization: Bearer …`"))
}

/// The body as JSON, if it is allowed in, small enough and quick enough.
async fn read(state: &State, headers: &HeaderMap, body: Body) -> Result<Value, Response> {
    authorize(state, headers)?;
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, MOST_BODY_BYTES)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let what = format!("the body is cut off or longer than {MOST_BODY_BYTES} bytes");
            return Err(refuse(state, StatusCode::PAYLOAD_TOO_LARGE, &what));
        }
        Err(_) => {
            return Err(refuse(state, StatusCode::REQUEST_TIMEOUT, "the body took too long"));
        }
    };
    serde_json::from_slice(&bytes)
        .map_err(|error| refuse(state, StatusCode::BAD_REQUEST, &format!("the body is not JSON: {error}")))
}

fn refuse(state: &State, status: StatusCode, what: &(impl ToString + ?Sized)) -> Response {
    state.metrics.refused();
    let body = json!({"error": what.to_string()}).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

fn written(status: StatusCode, body: &Value, current: &Current) -> Response {
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CACHE_CONTROL, "no-store".to_owned())];
    let mut response = (status, headers, body.to_string()).into_response();
    if let Ok(id) = current.manifest.bundle_id.parse() {
        response.headers_mut().insert("x-endcap-bundle", id);
    }
    response
}
