//! Everything that can be set, all by environment variables.

use std::net::SocketAddr;

pub struct Config {
    pub bind: SocketAddr,
    pub database_url: String,
    pub rate_limiter_url: String,
    pub fluxpay_url: String,
    pub otel_enabled: bool,
}

impl Config {
    pub fn from_env() -> Result<Self, String> {
        Self::from(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let text = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        let bind = text("MOALOG_BIND", "127.0.0.1:8090");
        let otel = text("MOALOG_OTEL_ENABLED", "false");
        Ok(Self {
            bind: bind.parse().map_err(|_| format!("MOALOG_BIND={bind}: want an address and port such as 127.0.0.1:8090"))?,
            database_url: text("DATABASE_URL", "mysql://moalog:moalog@127.0.0.1:3307/moalog"),
            rate_limiter_url: text("RATE_LIMITER_URL", "http://127.0.0.1:8082").trim_end_matches('/').to_owned(),
            fluxpay_url: text("FLUXPAY_URL", "http://127.0.0.1:8081").trim_end_matches('/').to_owned(),
            otel_enabled: match otel.as_str() {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return Err(format!("MOALOG_OTEL_ENABLED={otel}: want true or false")),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn instrumentation_is_off_by_default() {
        let config = Config::from(|_| None).unwrap();
        assert!(!config.otel_enabled);
        assert_eq!(config.bind.to_string(), "127.0.0.1:8090");
    }

    #[test]
    fn a_bad_value_is_named() {
        let error = Config::from(|name| (name == "MOALOG_OTEL_ENABLED").then(|| "yes".to_owned())).err().unwrap();
        assert!(error.contains("MOALOG_OTEL_ENABLED=yes"), "{error}");
    }
}
