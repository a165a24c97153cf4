//! Models and their prices.

use actix_web::get;
use actix_web::web::Json;
use sluice_types::{ModelPage, catalog};

use crate::auth::Viewer;
use crate::error::ApiResult;

/// Lists the models that are known by name, with their prices and abilities.
///
/// Models of servers of your own are not listed, as only these servers know them; they can be used by name.
#[utoipa::path(
    tag = "providers",
    responses((status = 200, description = "The models, with the date of the price list", body = ModelPage)),
    extensions(("x-error-codes" = json!([])))
)]
#[get("/models")]
pub async fn list_models(_caller: Viewer) -> ApiResult<Json<ModelPage>> {
    Ok(Json(catalog().clone()))
}
