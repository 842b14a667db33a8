//! What the checks read of a service of one's own; nothing builds it.

pub fn read(text: impl Fn(&str, &str) -> String) -> [String; 5] {
    [
        text("MOALOG_BIND", "127.0.0.1:8090"),
        text("DATABASE_URL", "mysql://moalog:moalog@127.0.0.1:3307/moalog"),
        text("RATE_LIMITER_URL", "http://127.0.0.1:8082"),
        text("FLUXPAY_URL", "http://127.0.0.1:8081"),
        text("FEATURE_URL", "http://127.0.0.1:7777"),
    ]
}
