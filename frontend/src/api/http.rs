//! One call: what is sent, how long we wait, what comes back.

use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::{ArcRwSignal, ReadSignal, RwSignal, Update};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

use super::error::{ApiError, ApiResult};
use crate::browser::clock::told_by_server;

/// The API as the page's own server has it.
pub const BASE: &str = "/api/v1";
/// How long an answer may take, in milliseconds.
const PATIENCE_MS: u32 = 60_000;

thread_local! {
    static IN_FLIGHT: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// How many calls are under way.
pub fn in_flight() -> ReadSignal<u32> {
    RwSignal::from(IN_FLIGHT.with(Clone::clone)).read_only()
}

/// Counts a call for as long as it is under way.
struct Counted;

impl Counted {
    fn begin() -> Self {
        IN_FLIGHT.with(|count| count.update(|count| *count += 1));
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        IN_FLIGHT.with(|count| count.update(|count| *count = count.saturating_sub(1)));
    }
}

/// A call to the API, put together piece by piece.
pub struct Call {
    request: RequestBuilder,
    body: Option<String>,
    is_quiet: bool,
}

impl Call {
    fn new(method: Method, path: &str) -> Self {
        let request = RequestBuilder::new(&format!("{BASE}{path}")).method(method).header("accept", "application/json");
        Self { request, body: None, is_quiet: false }
    }

    /// Reads.
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates or commands.
    pub fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    /// Replaces.
    pub fn put(path: &str) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Changes in part.
    pub fn patch(path: &str) -> Self {
        Self::new(Method::PATCH, path)
    }

    /// Removes.
    pub fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A call that nobody waits for, as a look for news: the line at the top does not move for it.
    pub const fn quiet(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// Parameters behind the `?`; what is `None` is left out.
    pub fn query<V: AsRef<str>>(mut self, parameters: impl IntoIterator<Item = (&'static str, Option<V>)>) -> Self {
        let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        self.request = self.request.query(given);
        self
    }

    /// The version that is to be replaced or removed.
    pub fn if_match(mut self, version: i64) -> Self {
        self.request = self.request.header("if-match", &format!("\"{version}\""));
        self
    }

    /// The same key twice starts one execution.
    pub fn idempotency_key(mut self, key: &str) -> Self {
        self.request = self.request.header("idempotency-key", key);
        self
    }

    /// The body.
    pub fn json<B: Serialize>(mut self, body: &B) -> Self {
        // Our own requests always serialise: their maps have text keys.
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// Sends, and reads what comes back.
    pub async fn answer<T: DeserializeOwned>(self) -> ApiResult<T> {
        let (status, text) = self.send().await?;
        serde_json::from_str(&text).map_err(|_| ApiError::Unreadable { status })
    }

    /// Sends, where nothing but success comes back.
    pub async fn done(self) -> ApiResult<()> {
        self.send().await.map(|_| ())
    }

    async fn send(self) -> ApiResult<(u16, String)> {
        let _counted = (!self.is_quiet).then(Counted::begin);
        let request = self.request.abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
        let request = match self.body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request.build(),
        };
        let answer: Response =
            request.map_err(|_| ApiError::Unreachable)?.send().await.map_err(|_| ApiError::Unreachable)?;
        if let Some(date) = answer.headers().get("date") {
            told_by_server(&date);
        }
        let status = answer.status();
        let ok = answer.ok();
        let text = answer.text().await.map_err(|_| ApiError::Unreachable)?;
        if ok { Ok((status, text)) } else { Err(ApiError::of_answer(status, &text)) }
    }
}
