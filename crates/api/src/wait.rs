//! How long an answer is held until its execution ends, pauses or moves on, and what it holds of the execution.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Deserialize;
use sluice_types::limits::MAX_WAIT_SECONDS;
use sluice_types::{ErrorCode, Execution, Include, TenantId};
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};
use crate::extract::words;
use crate::state::App;

/// How long the answer to a command is held.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Seconds to wait for the execution to end or pause: 0 to 60.
    pub wait: Option<u32>,
    /// What the answer holds beside each text once, separated by commas: `gates`, `output`, `prompts`, `results`. More may
    /// come.
    #[serde(default, deserialize_with = "words")]
    #[param(style = Form, explode = false, value_type = Option<Vec<Include>>)]
    pub include: Vec<Include>,
}

/// What the answer to a command holds.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncludeQuery {
    /// What the answer holds beside each text once, separated by commas: `gates`, `output`, `prompts`, `results`. More may
    /// come.
    #[serde(default, deserialize_with = "words")]
    #[param(style = Form, explode = false, value_type = Option<Vec<Include>>)]
    pub include: Vec<Include>,
}

/// How long, and for what, the answer to a read is held.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitForEventQuery {
    /// Seconds to wait for the execution to end, to pause, or to get an event after `after_seq`: 0 to 60.
    pub wait: Option<u32>,
    /// The `last_seq` of an earlier answer: the wait ends with the next event, which may be a pause, or when the
    /// execution has ended. It needs `wait`.
    #[param(minimum = 0)]
    pub after_seq: Option<i64>,
    /// What the answer holds beside each text once, separated by commas: `gates`, `output`, `prompts`, `results`. More may
    /// come.
    #[serde(default, deserialize_with = "words")]
    #[param(style = Form, explode = false, value_type = Option<Vec<Include>>)]
    pub include: Vec<Include>,
}

/// Reads `wait`; `None` when the answer is not held.
pub fn seconds(wait: Option<u32>) -> ApiResult<Option<Duration>> {
    match wait {
        None | Some(0) => Ok(None),
        Some(seconds @ 1..=MAX_WAIT_SECONDS) => Ok(Some(Duration::from_secs(u64::from(seconds)))),
        Some(other) => {
            let message = format!("from 0 to {MAX_WAIT_SECONDS} seconds, not {other}");
            Err(ApiError::parameter(ErrorCode::InvalidQuery, "wait", message))
        }
    }
}

/// Reads `after_seq`, which must not be greater than `newest`, the number of the newest event.
pub fn after_seq(query: &WaitForEventQuery, newest: i64) -> ApiResult<Option<i64>> {
    let Some(after) = query.after_seq else { return Ok(None) };
    let message = if query.wait.is_none() {
        "it needs `wait`, the seconds to wait for an event after it".to_owned()
    } else if after < 0 {
        format!("the number of an event, or 0, not {after}")
    } else if after > newest {
        format!("the newest event is number {newest}; there is none after {after}")
    } else {
        return Ok(Some(after));
    };
    Err(ApiError::parameter(ErrorCode::InvalidQuery, "after_seq", message))
}

/// The execution once it has ended or paused after a command, or when the time is over.
///
/// When the wait fails, the answer is the execution as the command left it: the command has been carried out.
pub async fn settled(app: &App, tenant: &TenantId, execution: Execution, wait: Option<Duration>) -> Execution {
    let Some(wait) = wait else { return execution };
    app.engine.wait(tenant, &execution.id, None, wait).await.unwrap_or(execution)
}

/// The head of the answer to a request that sets an execution going: 200 when the answer was held until the execution ended
/// or paused, otherwise 202.
pub fn answer(execution: &Execution, wait: Option<Duration>) -> HttpResponseBuilder {
    HttpResponse::build(if wait.is_some() && execution.status.is_settled() {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    })
}
