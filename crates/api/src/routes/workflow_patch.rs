//! Changes of single fields of a workflow.

use actix_web::patch;
use actix_web::web::{Data, Path};
use serde_json::{Map, Value};
use sluice_types::json::ReadError;
use sluice_types::{
    Definition, ErrorCode, FieldError, PatchWorkflow, VersionOrigin, Workflow, WorkflowId, layout_of, positions_of,
};

use super::workflow_saves::{check_template_id, hold_to_known_parts, published, save_newest, saved_by};
use crate::auth::Editor;
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::Body;
use crate::merge::merge;
use crate::state::App;
use crate::validate::{Check, check_definition};

/// Changes single fields of a workflow: a JSON merge patch (RFC 7396).
///
/// All other fields stay, those too that the client does not know. Without `If-Match` the newest version is changed,
/// whoever has saved it. The media type is `application/json` or `application/merge-patch+json`.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = PatchWorkflow, example = json!({"name": "Market brief for tea", "category": null, "definition": {"model": "demo"}})),
    responses((status = 200, description = "The workflow as saved", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_conflict", "workflow_exists", "invalid_header", "invalid_definition", "rate_limited"])))
)]
#[patch("/workflows/{workflow_id}")]
pub async fn patch_workflow(
    caller: Editor,
    id: Path<WorkflowId>,
    if_match: IfMatch,
    body: Body<PatchWorkflow>,
    app: Data<App>,
) -> ApiResult<WithETag<Workflow>> {
    app.limit_saves(caller.tenant())?;
    let patch = body.0;
    Check::default()
        .name("/name", patch.name.as_deref().unwrap_or("unchanged"))
        .text("/description", patch.description.as_ref().and_then(Option::as_deref).unwrap_or_default())
        .short("/category", patch.category.as_ref().and_then(Option::as_deref))
        .tags(patch.tags.as_ref().and_then(Option::as_deref).unwrap_or_default())
        .positions("/layout", patch.layout.as_ref().and_then(Option::as_deref))
        .done()?;
    let change = |before: &Workflow| Ok((changed(before, &patch)?, ()));
    let by = saved_by(&caller, VersionOrigin::Saved);
    Ok(WithETag::ok(save_newest(&app, &caller, (&id, by), if_match, |()| None, change).await?.saved))
}

/// The workflow with the changes made.
fn changed(before: &Workflow, patch: &PatchWorkflow) -> ApiResult<Workflow> {
    let mut changed = before.clone();
    if let Some(name) = &patch.name {
        changed.name.clone_from(name);
    }
    if let Some(description) = &patch.description {
        changed.description = description.clone().unwrap_or_default();
    }
    if let Some(category) = &patch.category {
        changed.category.clone_from(category);
    }
    if let Some(tags) = &patch.tags {
        changed.tags = tags.clone().unwrap_or_default();
    }
    for (name, value) in patch.metadata.iter().flatten() {
        match value {
            Some(value) => _ = changed.metadata.insert(name.clone(), value.clone()),
            None => _ = changed.metadata.remove(name),
        }
    }
    changed.is_active = patch.is_active.unwrap_or(before.is_active);
    changed.is_template = patch.is_template.unwrap_or(before.is_template);
    changed.is_published = published(before, changed.is_template, patch.is_published);
    Check::default()
        .metadata(patch.metadata.is_some().then_some(&changed.metadata))
        .published(patch.is_published, changed.is_template)
        .done()?;
    check_template_id(&before.id, changed.is_template)?;
    if let Some(changes) = &patch.definition {
        changed.definition = changed_definition(&before.definition, changes)?;
        hold_to_known_parts(&changed.definition, &before.definition)?;
        check_definition(&changed.definition)?;
    }
    if let Some(layout) = &patch.layout {
        let positions = positions_of(layout.as_deref().unwrap_or_default());
        changed.layout = layout_of(&changed.definition, &positions);
    }
    Ok(changed)
}

fn changed_definition(before: &Definition, changes: &Map<String, Value>) -> ApiResult<Definition> {
    let Ok(Value::Object(mut merged)) = serde_json::to_value(before) else { return Err(ErrorCode::Internal.into()) };
    merge(&mut merged, changes);
    Definition::of_value(&Value::Object(merged)).map_err(|ReadError { pointer, message }| {
        let field = FieldError::new(format!("/definition{pointer}"), message);
        ApiError::fields(ErrorCode::InvalidRequest, vec![field])
    })
}
