//! Single steps of a saved workflow. Each change is an [`Edit`], as in the builder.

use actix_web::web::{Data, Path};
use actix_web::{delete, get, post, put};
use serde::Deserialize;
use sluice_store::{EarlierRequest, IdempotencyKey};
use sluice_types::edit::{Edit, apply};
use sluice_types::{
    ConnectStep, Definition, ErrorCode, Index, InsertStep, LintFinding, MoveStep, PlacedStep, References, ReorderSteps,
    ReplaceStep, StepEdit, StepId, StepReference, VersionOrigin, Workflow, WorkflowId,
};
use utoipa::IntoParams;

use super::address;
use super::step_requests::{
    check_outside, list_of, place_of, port_of, position_of, read_step, refused, reordered_list,
};
use super::workflow_saves::{Changed, earlier_workflow, hold_to_known_parts, save_newest, saved_by};
use super::workflows::find;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::{Body, Query};
use crate::idempotency::{Answered, KeyHeader, once};
use crate::state::App;
use crate::validate::check_definition;

/// Adds a step to a workflow.
///
/// It keeps its id and its label: where another step has one of them, it is refused. Without `If-Match` the newest version is
/// changed, whoever has saved it. Of changes at once each is made, one after the other.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = InsertStep, example = json!({"step": {"label": "Facts", "type": "llm", "prompt": "List facts on {{input.topic}}"}, "position": 0})),
    responses((status = 201, description = "The step, where it stands", body = StepEdit)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_conflict", "invalid_header", "invalid_definition", "rate_limited"])))
)]
#[post("/workflows/{workflow_id}/steps")]
pub async fn insert_step(
    caller: Editor,
    id: Path<WorkflowId>,
    if_match: IfMatch,
    key: KeyHeader,
    body: Body<InsertStep>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<StepEdit>>> {
    let key = key.of("insert_step", &*id, &body.0);
    let InsertStep { step, parent, slot, position, after } = body.0;
    let change = |index: &Index| {
        let step = read_step(index, &step, None)?;
        let to = list_of(index, parent.as_ref(), slot.as_deref())?;
        let position = position_of(index, &to, position, after.as_ref(), None)?;
        Ok(vec![Edit::InsertStep { step: Box::new(step), to, position }])
    };
    let edited = edit_once(&app, &caller, &id, if_match, key, None, change).await?;
    Ok(edited.map(|edit| {
        let step = edit.step.as_ref().map(|step| format!("/{}", step.id)).unwrap_or_default();
        let location = format!("{}/steps{step}", address("workflows", &*id));
        WithETag::created(edit, location)
    }))
}

/// Returns one step of a workflow, and where it stands.
///
/// A container is returned with the steps inside it.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("step_id" = StepId, Path, description = "The step")),
    responses((status = 200, description = "The step; the version of its workflow is the `ETag`", body = PlacedStep)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found"])))
)]
#[get("/workflows/{workflow_id}/steps/{step_id}")]
pub async fn get_step(
    caller: Viewer,
    path: Path<(WorkflowId, StepId)>,
    app: Data<App>,
) -> ApiResult<WithETag<PlacedStep>> {
    let (id, step) = path.into_inner();
    let workflow = find(&app, &caller, &id).await?;
    let placed = place_of(&Index::of(&workflow.definition), &step, workflow.version);
    Ok(WithETag::ok(placed.ok_or(ErrorCode::StepNotFound)?))
}

/// Replaces a step, with the steps inside it.
///
/// The answer of `get_step` has the step to change. References to a label that changes are rewritten in all prompts.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("step_id" = StepId, Path, description = "The step"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = ReplaceStep, example = json!({"step": {"label": "Research", "type": "llm", "prompt": "Research {{input.topic}} in depth"}})),
    responses((status = 200, description = "The step as saved", body = StepEdit)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found", "version_conflict", "invalid_header", "invalid_definition", "rate_limited"])))
)]
#[put("/workflows/{workflow_id}/steps/{step_id}")]
pub async fn replace_step(
    caller: Editor,
    path: Path<(WorkflowId, StepId)>,
    if_match: IfMatch,
    body: Body<ReplaceStep>,
    app: Data<App>,
) -> ApiResult<WithETag<StepEdit>> {
    let (id, step_id) = path.into_inner();
    let change = |index: &Index| {
        let step = read_step(index, &body.0.step, Some(&step_id))?;
        Ok(vec![Edit::ReplaceStep(Box::new(step))])
    };
    Ok(WithETag::ok(edit(&app, &caller, &id, if_match, None, Some(&step_id), change).await?))
}

/// What becomes of the references to a step.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeleteStepQuery {
    /// `remove` takes `{{ … }}` out of prompts where they only insert something of the step; `keep`, the default, leaves all as they are.
    #[serde(default)]
    #[param(inline, value_type = Option<References>)]
    pub references: References,
}

/// Deletes a step, with the steps inside it and the jumps to it.
///
/// `references` of the answer are the places that referred to it and still do: the lint reports them, and no run starts before
/// they are changed.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("step_id" = StepId, Path, description = "The step"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\""), DeleteStepQuery),
    responses((status = 200, description = "What refers to the step, and what the lint finds without it", body = StepEdit)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found", "version_conflict", "invalid_header", "invalid_query", "rate_limited"])))
)]
#[delete("/workflows/{workflow_id}/steps/{step_id}")]
pub async fn delete_step(
    caller: Editor,
    path: Path<(WorkflowId, StepId)>,
    if_match: IfMatch,
    query: Query<DeleteStepQuery>,
    app: Data<App>,
) -> ApiResult<WithETag<StepEdit>> {
    let (id, step_id) = path.into_inner();
    let change = |_: &Index| {
        let forget = match query.0.references {
            References::Keep => None,
            References::Remove => Some(Edit::ForgetStep(step_id.clone())),
        };
        Ok(forget.into_iter().chain([Edit::RemoveSteps(vec![step_id.clone()])]).collect())
    };
    Ok(WithETag::ok(edit(&app, &caller, &id, if_match, None, Some(&step_id), change).await?))
}

/// Puts the steps of a list in another order.
///
/// `step_ids` names each step of the list once. Jumps that would lead backwards then are findings.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = ReorderSteps, example = json!({"step_ids": ["research", "check", "brief"]})),
    responses((status = 200, description = "What the lint finds in the new order", body = StepEdit)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[post("/workflows/{workflow_id}/steps/reorder")]
pub async fn reorder_steps(
    caller: Editor,
    id: Path<WorkflowId>,
    if_match: IfMatch,
    key: KeyHeader,
    body: Body<ReorderSteps>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<StepEdit>>> {
    let key = key.of("reorder_steps", &*id, &body.0);
    let ReorderSteps { parent, slot, step_ids } = body.0;
    let change = |index: &Index| {
        let block = reordered_list(index, parent.as_ref(), slot.as_deref(), &step_ids)?;
        Ok(vec![Edit::ReorderSteps { block, order: step_ids.clone() }])
    };
    Ok(edit_once(&app, &caller, &id, if_match, key, None, change).await?.map(WithETag::ok))
}

/// Moves a step to another place: in its list, or into another container.
///
/// Jumps lead within one list: in another list, the step has none, and the others have none to it.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("step_id" = StepId, Path, description = "The step"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = MoveStep, example = json!({"position": 1})),
    responses((status = 200, description = "The step, where it stands", body = StepEdit)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[post("/workflows/{workflow_id}/steps/{step_id}/move")]
pub async fn move_step(
    caller: Editor,
    path: Path<(WorkflowId, StepId)>,
    if_match: IfMatch,
    key: KeyHeader,
    body: Body<MoveStep>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<StepEdit>>> {
    let (id, step_id) = path.into_inner();
    let key = key.of("move_step", &(&id, &step_id), &body.0);
    let MoveStep { parent, slot, position, after } = body.0;
    let change = |index: &Index| {
        let to = list_of(index, parent.as_ref(), slot.as_deref())?;
        check_outside(index, &to, &step_id)?;
        let position = position_of(index, &to, position, after.as_ref(), Some(&step_id))?;
        Ok(vec![Edit::MoveStep { id: step_id.clone(), to, position }])
    };
    let edited = edit_once(&app, &caller, &id, if_match, key, Some(&step_id), change).await?;
    Ok(edited.map(WithETag::ok))
}

/// Says where a step goes on: with a later step of its list, with the end of the list, or with the next step.
///
/// The cases of a `conditional` step go on for themselves. A connection never leads backwards: rounds are what a `loop` is for.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("step_id" = StepId, Path, description = "The step"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = ConnectStep, example = json!({"from_port": "next", "target": "brief"})),
    responses((status = 200, description = "The step as saved", body = StepEdit)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[post("/workflows/{workflow_id}/steps/{step_id}/connect")]
pub async fn connect_step(
    caller: Editor,
    path: Path<(WorkflowId, StepId)>,
    if_match: IfMatch,
    key: KeyHeader,
    body: Body<ConnectStep>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<StepEdit>>> {
    let (id, step_id) = path.into_inner();
    let key = key.of_patch("connect_step", &(&id, &step_id), &body.0);
    let ConnectStep { from_port, target } = body.0;
    let port = port_of(from_port.as_deref())?;
    let change =
        |_: &Index| Ok(vec![Edit::Connect { id: step_id.clone(), port: port.clone(), target: target.clone() }]);
    let edited = edit_once(&app, &caller, &id, if_match, key, Some(&step_id), change).await?;
    Ok(edited.map(WithETag::ok))
}

/// Makes edits once: a repeat with the same key gets the step as it is now. `named` is the step in the address.
async fn edit_once(
    app: &App,
    caller: &Caller,
    id: &WorkflowId,
    if_match: IfMatch,
    key: Option<IdempotencyKey>,
    named: Option<&StepId>,
    change: impl Fn(&Index) -> ApiResult<Vec<Edit>>,
) -> ApiResult<Answered<StepEdit>> {
    let repeat = async |earlier: EarlierRequest| {
        let (workflow_id, step) = match earlier.resource_id.split_once('/') {
            Some((workflow_id, step)) => (workflow_id, step.parse::<StepId>().ok()),
            None => (earlier.resource_id.as_str(), None),
        };
        let workflow = earlier_workflow(app, caller, &earlier, workflow_id).await?;
        Ok(answer(&workflow, Edited { step, references: Vec::new() }, Vec::new()))
    };
    let edit = edit(app, caller, id, if_match, key.as_ref(), named, change);
    once(app, caller, key.as_ref(), Box::pin(edit), repeat).await
}

/// What edits have made.
struct Edited {
    /// The step that the last one added or changed.
    step: Option<StepId>,
    /// The places that refer to a step that was removed.
    references: Vec<StepReference>,
}

/// Makes edits of the newest version in one save.
async fn edit(
    app: &App,
    caller: &Caller,
    id: &WorkflowId,
    if_match: IfMatch,
    key: Option<&IdempotencyKey>,
    named: Option<&StepId>,
    change: impl Fn(&Index) -> ApiResult<Vec<Edit>>,
) -> ApiResult<StepEdit> {
    app.limit_saves(caller.tenant())?;
    let change = |before: &Workflow| {
        let index = Index::of(&before.definition);
        if let Some(gone) = named.filter(|named| index.place(named).is_none()) {
            return Err(ApiError::new(ErrorCode::StepNotFound, format!("The workflow has no step `{gone}`.")));
        }
        let (definition, edited) = edited(&before.definition, change(&index)?)?;
        Ok((Workflow { definition, ..before.clone() }, edited))
    };
    let key = |edited: &Edited| {
        let part = edited.step.as_ref().map(StepId::to_string);
        key.map(|key| IdempotencyKey { part, ..key.clone() })
    };
    let by = saved_by(caller, VersionOrigin::Step);
    let Changed { before, saved, made } = save_newest(app, caller, (id, by), if_match, key, change).await?;
    let findings = new_findings(app, caller, &before.definition, &saved.definition).await?;
    Ok(answer(&saved, made, findings))
}

/// The definition with the edits made.
fn edited(before: &Definition, edits: Vec<Edit>) -> ApiResult<(Definition, Edited)> {
    let mut definition = before.clone();
    let mut made = Edited { step: None, references: Vec::new() };
    for edit in edits {
        let index = Index::of(&definition);
        let references = match &edit {
            Edit::RemoveSteps(ids) => {
                ids.iter().find_map(|id| index.place(id)).map(|gone| index.references_to(gone)).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let applied = apply(&definition, edit).map_err(|error| refused(&error))?;
        let after = Index::of(&applied.definition);
        made.references = references.into_iter().filter_map(|reference| moved(&index, &after, reference)).collect();
        made.step = applied.step;
        definition = applied.definition;
    }
    // Errors in the step are told by its place in the request.
    let after = Index::of(&definition);
    let place = made.step.as_ref().and_then(|id| after.place(id)).map(|place| format!("/definition{}", place.pointer));
    let in_request = |pointer: &str| match place.as_ref().and_then(|place| pointer.strip_prefix(place.as_str())) {
        Some(rest) => format!("/step{rest}"),
        None => pointer.to_owned(),
    };
    hold_to_known_parts(&definition, before).map_err(|error| error.with_pointers(in_request))?;
    check_definition(&definition).map_err(|error| error.with_pointers(in_request))?;
    Ok((definition, made))
}

/// A reference, where its step stands after an edit.
fn moved(before: &Index, after: &Index, StepReference { step_id, pointer }: StepReference) -> Option<StepReference> {
    let field = pointer.strip_prefix(before.place(&step_id)?.pointer.as_str())?;
    let pointer = format!("{}{field}", after.place(&step_id)?.pointer);
    Some(StepReference { step_id, pointer })
}

/// The findings that a change has caused. Those of before may stand in another place now.
async fn new_findings(
    app: &App,
    caller: &Caller,
    before: &Definition,
    after: &Definition,
) -> ApiResult<Vec<LintFinding>> {
    if before == after {
        return Ok(Vec::new());
    }
    let mut old = app.engine.check(caller.tenant(), before, None).await?.findings;
    let new = app.engine.check(caller.tenant(), after, None).await?.findings;
    let (before, after) = (Index::of(before), Index::of(after));
    let step_of = |index: &Index, finding: &LintFinding| {
        index.at_pointer(&finding.pointer).map(|(place, field)| (place.step.id.clone(), field.to_owned()))
    };
    let is_new = |finding: &LintFinding| {
        let same = old.iter().position(|old| {
            old.code == finding.code
                && old.message == finding.message
                && step_of(&before, old) == step_of(&after, finding)
        });
        same.map(|at| old.swap_remove(at)).is_none()
    };
    Ok(new.into_iter().filter(is_new).collect())
}

fn answer(workflow: &Workflow, edited: Edited, findings: Vec<LintFinding>) -> StepEdit {
    let Edited { step, references } = edited;
    let version = workflow.version;
    match step.and_then(|id| place_of(&Index::of(&workflow.definition), &id, version)) {
        Some(PlacedStep { step, parent, slot, position, .. }) => {
            StepEdit { step: Some(step), parent, slot, position: Some(position), version, findings, references }
        }
        None => StepEdit { step: None, parent: None, slot: None, position: None, version, findings, references },
    }
}
