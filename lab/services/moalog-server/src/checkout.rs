//! POST /api/v1/checkout: asks rate-limiter (fails open), then fluxpay-engine (502 when it fails).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::http::{header, Caller, Problem};
use crate::App;

const LIMITER_WITHIN: Duration = Duration::from_millis(500);
/// Longer than fluxpay-engine's own 3 s for its provider, so that its reason arrives here.
const FLUXPAY_WITHIN: Duration = Duration::from_millis(3500);

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    payment_key: String,
    order_reference: String,
    amount: u64,
}

pub async fn checkout(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Json(wanted): Json<Checkout>,
) -> Response {
    let client = header(&headers, "x-client-id").unwrap_or_else(|| "anonymous".to_owned());
    if !may_pass(&app, &caller, &client).await {
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate limit exceeded").into_response();
    }
    let url = format!("{}/api/v1/payments/approve", app.config.fluxpay_url);
    let body = serde_json::json!(wanted).to_string();
    let answer = app.upstream.call(Method::POST, &url, Some(body), caller.request_id.as_deref(), FLUXPAY_WITHIN).await;
    let (status, causes) = match answer {
        Ok((StatusCode::OK, body)) => {
            return (StatusCode::OK, [("content-type", "application/json")], body).into_response();
        }
        Ok((status, body)) => (status, vec![format!("{url} answered {status}"), String::from_utf8_lossy(&body).into_owned()]),
        Err(reason) => (StatusCode::BAD_GATEWAY, vec![reason]),
    };
    if status == StatusCode::BAD_REQUEST {
        let told = with_causes("payment refused", &causes);
        tracing::warn!(request_id = caller.request_id(), trace_id = caller.trace_id(), "{told}");
        return Problem::new(StatusCode::BAD_REQUEST, "fluxpay-engine refused the request as invalid").into_response();
    }
    let told = with_causes("payment failed", &causes);
    tracing::error!(request_id = caller.request_id(), trace_id = caller.trace_id(), "{told}");
    Problem::new(StatusCode::BAD_GATEWAY, "the payment failed").into_response()
}

/// One log record of several lines: what happened, and below it what each hop said of the next.
fn with_causes(what: &str, causes: &[String]) -> String {
    causes.iter().filter(|cause| !cause.is_empty()).fold(what.to_owned(), |told, cause| format!("{told}\n    caused by: {}", one_line(cause)))
}

/// Another service's text cannot begin a record of its own.
fn one_line(text: &str) -> String {
    text.chars().take(300).map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::with_causes;

    #[test]
    fn a_cause_is_a_line_below() {
        let causes = ["fluxpay answered 502".to_owned(), String::new(), "{\"status\":\"FAILED\"}".to_owned()];
        assert_eq!(with_causes("payment failed", &causes), "payment failed\n    caused by: fluxpay answered 502\n    caused by: {\"status\":\"FAILED\"}");
    }

    #[test]
    fn a_cause_cannot_forge_a_record() {
        let told = with_causes("payment failed", &["x\n2026-11-22T15:23:07Z ERROR forged".to_owned(), "y".repeat(5_000)]);
        assert_eq!(told.lines().count(), 3);
        assert!(told.len() < 500);
    }
}

/// False only when rate-limiter says so: an answer that is late, broken or missing lets the request pass.
async fn may_pass(app: &App, caller: &Caller, client: &str) -> bool {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("key", &format!("checkout:{client}"))
        .append_pair("algorithm", "TOKEN_BUCKET")
        .finish();
    let url = format!("{}/api/v1/rate-limit/check?{query}", app.config.rate_limiter_url);
    match app.upstream.call(Method::GET, &url, None, caller.request_id.as_deref(), LIMITER_WITHIN).await {
        Ok((StatusCode::TOO_MANY_REQUESTS, _)) => false,
        Ok((StatusCode::OK, _)) => true,
        Ok((status, _)) => {
            tracing::warn!(%status, request_id = caller.request_id(), trace_id = caller.trace_id(), "rate-limiter failed, failing open");
            true
        }
        Err(reason) => {
            tracing::warn!(%reason, request_id = caller.request_id(), trace_id = caller.trace_id(), "rate-limiter unreachable, failing open");
            true
        }
    }
}
