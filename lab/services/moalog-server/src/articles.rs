//! GET and POST /api/v1/articles: the part that needs MySQL.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use mysql_async::prelude::Queryable;
use serde::{Deserialize, Serialize};

use crate::database::DatabaseError;
use crate::http::{Caller, Problem};
use crate::App;

const NEWEST: &str = "SELECT id, title, body, DATE_FORMAT(created_at, '%Y-%m-%dT%H:%i:%s.%fZ') FROM articles ORDER BY id DESC LIMIT 20";
const INSERT: &str = "INSERT INTO articles (title, body) VALUES (?, ?)";

#[derive(Serialize)]
pub struct Article {
    id: u64,
    title: String,
    body: String,
    created_at: String,
}

#[derive(Deserialize)]
pub struct NewArticle {
    title: String,
    body: String,
}

pub async fn list(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Result<Json<Vec<Article>>, Problem> {
    app.database
        .run("SELECT moalog.articles", NEWEST, |mut connection, sql| async move {
            connection
                .exec_map(sql, (), |(id, title, body, created_at)| Article { id, title, body, created_at })
                .await
        })
        .await
        .map(Json)
        .map_err(|error| failed(&error, &caller))
}

pub async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(article): Json<NewArticle>,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    if article.title.is_empty() || article.title.chars().count() > 200 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "title must have 1 to 200 characters"));
    }
    let title = article.title.clone();
    app.database
        .run("INSERT moalog.articles", INSERT, |mut connection, sql| async move {
            connection.exec_drop(sql, (article.title, article.body)).await?;
            Ok(connection.last_insert_id())
        })
        .await
        .map(|id| (StatusCode::CREATED, Json(serde_json::json!({ "id": id, "title": title }))))
        .map_err(|error| failed(&error, &caller))
}

fn failed(error: &DatabaseError, caller: &Caller) -> Problem {
    tracing::error!(%error, request_id = caller.request_id(), trace_id = caller.trace_id(), "mysql failed");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the database did not answer")
}
