//! Stand-in for moalog-server: articles in MySQL, checkout through rate-limiter and fluxpay-engine.

mod articles;
mod checkout;
mod config;
mod database;
mod http;
mod telemetry;
mod upstream;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};

/// What every handler shares.
pub struct App {
    pub config: config::Config,
    pub database: database::Database,
    pub upstream: upstream::Upstream,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = config::Config::from_env()?;
    let tracer_provider = telemetry::init(config.otel_enabled)?;
    let database = database::Database::new(&config.database_url)?;
    let bind = config.bind;
    let app = Arc::new(App { database, upstream: upstream::Upstream::new(), config });

    // In the background: the service starts without MySQL and answers 500 until it is there.
    tokio::spawn({
        let app = app.clone();
        async move { app.database.create_schema().await }
    });

    let listener = TcpListener::bind(bind).await.map_err(|error| format!("cannot listen on {bind}: {error}"))?;
    tracing::info!(address = %bind, otel = app.config.otel_enabled, "listening");
    axum::serve(listener, http::router(app)).with_graceful_shutdown(stop_signal()).await?;

    if let Some(provider) = tracer_provider {
        // Spans still in the batch are part of the evidence.
        if let Err(error) = provider.shutdown() {
            tracing::warn!(%error, "spans were lost at shutdown");
        }
    }
    tracing::info!("stopped");
    Ok(())
}

async fn stop_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    // A graceful stop waits for open keep-alive connections; a drill does not wait for ever.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        tracing::warn!("connections still open after 3 s, leaving them");
        std::process::exit(0);
    });
}
