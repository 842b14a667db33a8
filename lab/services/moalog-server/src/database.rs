//! MySQL: every call answers or fails within two seconds, and the service lives without it.

use std::future::Future;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts};
use tokio::time::timeout;

const CONNECT_WITHIN: Duration = Duration::from_secs(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS articles (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
)";

pub struct Database {
    pool: Pool,
}

#[derive(Debug)]
pub enum DatabaseError {
    Mysql(mysql_async::Error),
    TimedOut(&'static str),
}

impl std::fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mysql(error) => write!(f, "{error}"),
            Self::TimedOut(what) => write!(f, "mysql did not {what} in time"),
        }
    }
}

impl From<mysql_async::Error> for DatabaseError {
    fn from(error: mysql_async::Error) -> Self {
        Self::Mysql(error)
    }
}

impl Database {
    pub fn new(url: &str) -> Result<Self, mysql_async::Error> {
        let constraints = PoolConstraints::new(0, 20).unwrap_or_default();
        let opts = OptsBuilder::from_opts(Opts::from_url(url)?)
            // The server's local socket would go round the fault proxy.
            .prefer_socket(false)
            .pool_opts(PoolOpts::default().with_constraints(constraints));
        Ok(Self { pool: Pool::new(opts) })
    }

    /// Runs `query` on a pooled connection inside a client span; `statement` is what the span shows.
    #[tracing::instrument(name = "mysql", skip_all, fields(
        otel.name = operation, otel.kind = "client", otel.status_code = tracing::field::Empty,
        db.system = "mysql", db.name = "moalog", db.operation = operation, db.statement = statement))]
    pub async fn run<T, F>(
        &self,
        operation: &'static str,
        statement: &'static str,
        query: impl FnOnce(Conn, &'static str) -> F,
    ) -> Result<T, DatabaseError>
    where
        F: Future<Output = mysql_async::Result<T>>,
    {
        let answer = async {
            let connection =
                timeout(CONNECT_WITHIN, self.pool.get_conn()).await.map_err(|_| DatabaseError::TimedOut("connect"))??;
            Ok(timeout(ANSWER_WITHIN, query(connection, statement)).await.map_err(|_| DatabaseError::TimedOut("answer"))??)
        }
        .await;
        if answer.is_err() {
            tracing::Span::current().record("otel.status_code", "ERROR");
        }
        answer
    }

    /// Tries every second until the table is there.
    pub async fn create_schema(&self) {
        let create = || self.run("CREATE TABLE articles", SCHEMA, |mut connection, sql| async move { connection.query_drop(sql).await });
        while let Err(error) = create().await {
            tracing::warn!(%error, "cannot create the schema yet");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        tracing::info!("schema is ready");
    }
}
