//! Open gates of all executions.

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use sluice_store::GateFilter;
use sluice_types::{CreationOrder, GatePage};
use utoipa::IntoParams;

use crate::auth::Viewer;
use crate::error::ApiResult;
use crate::extract::Query;
use crate::state::App;
use crate::validate::{cursor, page_size};

/// Page and order of the list of open gates.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GateQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// The order, by the creation of the executions: `-created_at`, newest first, when left out, or `created_at`.
    #[serde(default)]
    #[param(inline, value_type = Option<CreationOrder>)]
    pub sort: CreationOrder,
}

/// Lists the gates that wait for a person's decision.
///
/// The texts that a gate shows are in its step run; the list has the beginning of its message.
#[utoipa::path(
    tag = "executions", params(GateQuery),
    responses((status = 200, description = "A page of open gates", body = GatePage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/executions/gates")]
pub async fn list_gates(caller: Viewer, query: Query<GateQuery>, app: Data<App>) -> ApiResult<Json<GatePage>> {
    let GateQuery { limit, cursor: after, sort } = query.0;
    let mut filter = GateFilter { limit: page_size(limit)?, cursor: None, sort };
    filter.cursor = cursor(after.as_deref(), &filter.scope())?;
    Ok(Json(app.engine.store().open_gates(caller.tenant(), filter).await?))
}
