//! Routes, metrics, and around every request: one span and one access log line.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_prometheus::PrometheusMetricLayer;
use serde_json::json;
use tracing::field::{display, DisplayValue, Empty};
use tracing::Instrument;

use crate::{articles, checkout, telemetry, App};

pub fn router(app: Arc<App>) -> Router {
    let (metrics, exposition) = PrometheusMetricLayer::pair();
    Router::new()
        .route("/health", get(|| async { Json(json!({ "status": "UP" })) }))
        .route("/metrics", get(|| async move { exposition.render() }))
        .route("/api/v1/articles", get(articles::list).post(articles::create))
        .route("/api/v1/checkout", post(checkout::checkout))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "no such path") })
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .layer(metrics)
        .with_state(app)
}

async fn observe(State(_): State<Arc<App>>, matched: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let route = matched.as_ref().map_or("unmatched", |path| path.as_str()).to_owned();
    let span = tracing::info_span!(
        "request",
        otel.name = %format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = %route,
        url.path = uri.path(),
        url.query = uri.query(),
        http.response.status_code = Empty,
    );
    telemetry::continue_trace(&span, request.headers());
    let trace_id = telemetry::trace_id(request.headers(), &span);
    let caller = Caller { request_id: header(request.headers(), "x-request-id").map(one_word), trace_id };

    let mut request = request;
    request.extensions_mut().insert(caller.clone());
    let response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    tracing::info!(
        %method,
        path = %uri.path_and_query().map_or("/", |path| path.as_str()),
        status = status.as_u16(),
        duration_ms = start.elapsed().as_micros() as f64 / 1000.0,
        request_id = caller.request_id(),
        trace_id = caller.trace_id(),
        "request"
    );
    response
}

/// What the log lines of one request have in common.
#[derive(Clone)]
pub struct Caller {
    pub request_id: Option<String>,
    trace_id: Option<String>,
}

impl Caller {
    pub fn request_id(&self) -> Option<DisplayValue<&str>> {
        self.request_id.as_deref().map(display)
    }

    pub fn trace_id(&self) -> Option<DisplayValue<&str>> {
        self.trace_id.as_deref().map(display)
    }
}

/// A caller's text as one value of a key=value line: no space, quote or `=` that could pass for another field.
fn one_word(text: String) -> String {
    text.chars().take(128).map(|c| if c.is_ascii_alphanumeric() || "-_.:/".contains(c) { c } else { '_' }).collect()
}

pub fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// An error answer: status and one sentence.
pub struct Problem {
    status: StatusCode,
    error: &'static str,
}

impl Problem {
    pub fn new(status: StatusCode, error: &'static str) -> Self {
        Self { status, error }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "status": self.status.as_u16(), "error": self.error }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::one_word;

    #[test]
    fn a_request_id_cannot_forge_a_field() {
        assert_eq!(one_word("drill-7:a.b/c_d".to_owned()), "drill-7:a.b/c_d");
        assert_eq!(one_word("x trace_id=\"0\"".to_owned()), "x_trace_id__0_");
        assert_eq!(one_word("x".repeat(500)).len(), 128);
    }
}
