//! The id of the request under way, for logs and problems.

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request under way; empty outside of one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Runs `work` as the request with this id.
pub async fn with_request_id<T>(id: String, work: impl Future<Output = T>) -> T {
    REQUEST_ID.scope(id, work).await
}
