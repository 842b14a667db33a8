//! HTTP calls to the other two services, each within a deadline.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{header, HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{connect::HttpConnector, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::Instrument;

use crate::telemetry;

pub struct Upstream {
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Upstream {
    pub fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(Duration::from_millis(500)));
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(2))
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client }
    }

    /// Status and body, or one line that says why there are none.
    pub async fn call(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
        request_id: Option<&str>,
        within: Duration,
    ) -> Result<(StatusCode, Bytes), String> {
        let span = tracing::info_span!(
            "call", otel.name = %method, otel.kind = "client", otel.status_code = Empty,
            http.request.method = %method, url.full = url, http.response.status_code = Empty);
        async {
            let answer = match timeout(within, self.send(method, url, body, request_id)).await {
                Ok(answer) => answer,
                Err(_) => Err(format!("no answer from {url} within {} ms", within.as_millis())),
            };
            let current = tracing::Span::current();
            match &answer {
                Ok((status, _)) => {
                    current.record("http.response.status_code", status.as_u16());
                }
                Err(_) => {
                    current.record("otel.status_code", "ERROR");
                }
            }
            answer
        }
        .instrument(span)
        .await
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
        request_id: Option<&str>,
    ) -> Result<(StatusCode, Bytes), String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(id) = request_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            headers.insert("x-request-id", id);
        }
        telemetry::propagate(&mut headers);
        let mut request = Request::new(Full::new(Bytes::from(body.unwrap_or_default())));
        *request.method_mut() = method;
        *request.uri_mut() = url.parse().map_err(|error| format!("{url}: {error}"))?;
        *request.headers_mut() = headers;

        let response = self.client.request(request).await.map_err(|error| format!("{url}: {}", innermost(&error)))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| format!("{url}: {error}"))?;
        Ok((status, body.to_bytes()))
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
