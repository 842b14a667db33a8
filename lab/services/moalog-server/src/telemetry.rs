//! Text logs always; OpenTelemetry spans only when MOALOG_OTEL_ENABLED is set.

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry::Context;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentelemetry_sdk::Resource;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{filter_fn, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::Layer;

static OTEL_ENABLED: OnceLock<bool> = OnceLock::new();

/// Endpoint, batch delay and sampler come from the standard OTEL_* variables; the provider must be shut down to flush.
pub fn init(otel_enabled: bool) -> Result<Option<SdkTracerProvider>, Box<dyn std::error::Error>> {
    let _ = OTEL_ENABLED.set(otel_enabled);
    // Without spans in the line its form is the same whether instrumented or not: log parsers need one regex.
    let text = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_filter(filter_fn(|metadata| !metadata.is_span() && told(metadata)))
        .with_filter(LevelFilter::INFO);

    let provider = if otel_enabled {
        let exporter = SpanExporter::builder().with_tonic().build()?;
        let resource = Resource::builder().with_service_name("moalog-server").build();
        Some(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
    } else {
        None
    };
    let spans = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("moalog-server"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            // Only our own spans: the exporter's HTTP client has spans too, and would trace itself for ever.
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("moalog_server")))
    });
    tracing_subscriber::registry().with(spans).with(text).init();
    Ok(provider)
}

/// OpenTelemetry's own news is worth a line when something goes wrong.
fn told(metadata: &tracing::Metadata<'_>) -> bool {
    !metadata.target().starts_with("opentelemetry") || *metadata.level() <= tracing::Level::WARN
}

/// Makes `span` a child of the caller's span, if the request carries a valid traceparent.
pub fn continue_trace(span: &tracing::Span, headers: &HeaderMap) {
    if is_enabled() {
        let parent = TraceContextPropagator::new().extract(&Incoming(headers));
        // The span was created a line before and has not been entered: a failure cannot happen and would only lose the link.
        let _ = span.set_parent(parent);
    }
}

/// Puts the current span's context into the headers of a request to another service; nothing when not instrumented.
pub fn propagate(headers: &mut HeaderMap) {
    if is_enabled() {
        TraceContextPropagator::new().inject_context(&tracing::Span::current().context(), &mut Outgoing(headers));
    }
}

/// For the log line: the caller's trace id (also when not instrumented), else that of our own span.
pub fn trace_id(headers: &HeaderMap, span: &tracing::Span) -> Option<String> {
    let incoming = TraceContextPropagator::new().extract_with_context(&Context::new(), &Incoming(headers));
    let own = span.context();
    [incoming.span().span_context().clone(), own.span().span_context().clone()]
        .into_iter()
        .find(|context| context.is_valid())
        .map(|context| context.trace_id().to_string())
}

fn is_enabled() -> bool {
    OTEL_ENABLED.get().copied().unwrap_or(false)
}

struct Incoming<'a>(&'a HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Outgoing<'a>(&'a mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(key.as_bytes()), HeaderValue::from_str(&value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::trace_id;
    use axum::http::HeaderMap;

    fn headers(traceparent: &str) -> HeaderMap {
        HeaderMap::from_iter([("traceparent".parse().unwrap(), traceparent.parse().unwrap())])
    }

    #[test]
    fn the_callers_trace_id_is_found_without_instrumentation() {
        let headers = headers("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert_eq!(trace_id(&headers, &tracing::Span::none()).as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
    }

    #[test]
    fn an_invalid_traceparent_is_no_trace() {
        assert_eq!(trace_id(&headers("00-00000000000000000000000000000000-b7ad6b7169203331-01"), &tracing::Span::none()), None);
        assert_eq!(trace_id(&headers("rubbish"), &tracing::Span::none()), None);
        assert_eq!(trace_id(&HeaderMap::new(), &tracing::Span::none()), None);
    }
}
