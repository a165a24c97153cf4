//! Saves of workflows: for every operation that creates or changes one.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sluice_store::{
    EarlierRequest, IdempotencyKey, LayoutChange, NodesChange, SavedBy, StoreError, WorkflowSave, WorkflowUpdate,
};
use sluice_types::amounts::plural;
use sluice_types::json::ReadError;
use sluice_types::{
    CreateWorkflow, Definition, ErrorCode, FieldError, VersionOrigin, Workflow, WorkflowId, built_in_templates,
    layout_of, positions_of, slug_from_name,
};

use super::on_newest;
use super::workflows::find;
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};
use crate::etag::IfMatch;
use crate::idempotency::{Answered, deleted, once};
use crate::state::App;
use crate::validate::{Check, check_definition, check_id};

/// Saves a workflow once: a repeat with the same idempotency key gets the workflow as it is now.
pub async fn save_once(
    app: &App,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    save: impl Future<Output = ApiResult<Workflow>>,
) -> ApiResult<Answered<Workflow>> {
    let earlier = async |earlier: EarlierRequest| earlier_workflow(app, caller, &earlier, &earlier.resource_id).await;
    once(app, caller, key, Box::pin(save), earlier).await
}

/// The workflow of an earlier request, as it is now.
pub async fn earlier_workflow(app: &App, caller: &Caller, earlier: &EarlierRequest, id: &str) -> ApiResult<Workflow> {
    let found = match id.parse::<WorkflowId>() {
        Ok(id) => app.engine.store().workflow(caller.tenant(), &id).await?,
        Err(_) => None,
    };
    // A later workflow may have its id.
    let found = found.filter(|workflow| workflow.created_at <= earlier.created_at);
    found.ok_or_else(|| deleted(ErrorCode::WorkflowNotFound, earlier))
}

/// The author of a version: who calls, and how it is saved.
pub fn saved_by(caller: &Caller, origin: VersionOrigin) -> SavedBy {
    SavedBy { name: Some(caller.name().to_owned()), origin: Some(origin), restored_version: None }
}

/// Writes a new workflow. A requested id must be free; an id derived from the name gets a number until it is free.
pub async fn create(
    app: &App,
    caller: &Caller,
    request: CreateWorkflow,
    source: Option<WorkflowId>,
    origin: VersionOrigin,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Workflow> {
    app.limit_saves(caller.tenant())?;
    check_new(&request)?;
    let requested = request.id.clone();
    let base = match &requested {
        Some(id) => id.to_string(),
        None => slug_from_name(&request.name, "workflow"),
    };
    let now = app.engine.outside().clock.now();
    let prefix: String = base.chars().take(90).collect();
    let taken = match &requested {
        Some(_) => HashSet::new(),
        None => app.engine.store().taken_ids(caller.tenant(), &base, &prefix).await?,
    };
    for number in 1..=MOST_SAME_NAMES {
        let text = if number == 1 { base.clone() } else { format!("{prefix}-{number}") };
        if taken.contains(&text) {
            continue;
        }
        let id = WorkflowId::new(text).map_err(|error| {
            ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/id", error.to_string())])
        })?;
        let built_in = request.is_template && is_built_in(&id);
        if requested.is_some() {
            check_id(&id)?;
            if built_in {
                return Err(id_of_built_in(&id));
            }
        } else if built_in || check_id(&id).is_err() {
            continue;
        }
        let workflow = new_workflow(&request, id, source.clone(), caller.name(), now);
        let save = WorkflowSave { workflow: workflow.clone(), by: saved_by(caller, origin) };
        match insert(app, caller, save, key).await {
            Ok(()) => return Ok(workflow),
            Err(StoreError::Duplicate) if requested.is_none() => {}
            Err(StoreError::Duplicate) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::new(
        ErrorCode::WorkflowExists,
        format!("There is a workflow `{base}` already: choose another id or name."),
    ))
}

/// Refuses a workflow that cannot be created.
pub fn check_new(request: &CreateWorkflow) -> ApiResult<()> {
    Check::default()
        .name("/name", &request.name)
        .text("/description", &request.description)
        .short("/category", request.category.as_deref())
        .tags(&request.tags)
        .metadata(request.metadata.as_ref())
        .published(request.is_published, request.is_template)
        .positions("/layout", request.layout.as_deref())
        .done()?;
    check_definition(&request.definition)
}

/// An id for a new workflow: the requested one or that of its name, with a number where it is taken.
pub async fn free_id(app: &App, caller: &Caller, request: &CreateWorkflow) -> ApiResult<WorkflowId> {
    let base = match &request.id {
        Some(id) => id.to_string(),
        None => slug_from_name(&request.name, "workflow"),
    };
    let prefix: String = base.chars().take(90).collect();
    let taken = app.engine.store().taken_ids(caller.tenant(), &base, &prefix).await?;
    let numbered = (2..=MOST_SAME_NAMES).map(|number| format!("{prefix}-{number}"));
    let free = std::iter::once(base).chain(numbered).filter(|text| !taken.contains(text));
    let mut free = free.filter_map(|text| text.parse::<WorkflowId>().ok());
    let usable = |id: &WorkflowId| check_id(id).is_ok() && !(request.is_template && is_built_in(id));
    Ok(free.find(usable).ok_or(ErrorCode::WorkflowExists)?)
}

/// The first version of a workflow.
pub fn new_workflow(
    request: &CreateWorkflow,
    id: WorkflowId,
    source: Option<WorkflowId>,
    by: &str,
    now: DateTime<Utc>,
) -> Workflow {
    Workflow {
        id,
        name: request.name.clone(),
        description: request.description.clone(),
        category: request.category.clone(),
        tags: request.tags.clone(),
        metadata: request.metadata.clone().unwrap_or_default(),
        definition: request.definition.clone(),
        layout: layout_of(&request.definition, &positions_of(request.layout.as_deref().unwrap_or_default())),
        version: 1,
        is_template: request.is_template,
        is_published: request.is_template && request.is_published.unwrap_or(true),
        source_template_id: source,
        is_active: request.is_active,
        created_by: Some(by.to_owned()),
        created_at: now,
        updated_at: now,
    }
}

async fn insert(
    app: &App,
    caller: &Caller,
    save: WorkflowSave,
    key: Option<&IdempotencyKey>,
) -> Result<(), StoreError> {
    let store = app.engine.store();
    match key {
        Some(key) => store.create_workflow_once(caller.tenant(), save, key.clone()).await,
        None => store.create_workflow(caller.tenant(), save).await,
    }
}

/// Whether a built-in template or an address has this id: it would hide a tenant's own template.
fn is_built_in(id: &WorkflowId) -> bool {
    id.as_str() == "categories" || built_in_templates().iter().any(|template| template.id == *id)
}

/// Refuses a template with the id of a built-in one.
pub fn check_template_id(id: &WorkflowId, is_template: bool) -> ApiResult<()> {
    if is_template && is_built_in(id) { Err(id_of_built_in(id)) } else { Ok(()) }
}

fn id_of_built_in(id: &WorkflowId) -> ApiError {
    let detail = format!(
        "Sluice itself has a template or an address with the id `{id}`: choose another one for your own template."
    );
    ApiError::new(ErrorCode::WorkflowExists, detail)
}

/// Workflows whose ids may be derived from the same name.
const MOST_SAME_NAMES: u32 = 1_000;

/// Whether a saved workflow is published. A workflow that becomes a template is, unless the save says otherwise.
pub fn published(before: &Workflow, is_template: bool, asked: Option<bool>) -> bool {
    is_template && asked.unwrap_or(before.is_published || !before.is_template)
}

/// Saves a workflow over the version that was read; the result is the workflow as saved. A save that changes nothing makes
/// no version, and one that changes the layout alone makes none either.
pub async fn save(
    app: &App,
    caller: &Caller,
    by: SavedBy,
    before: Workflow,
    changed: Workflow,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Workflow> {
    let Some(key) = key else {
        let is_same = changed.layout == before.layout;
        let nodes = if is_same { NodesChange::Keep } else { NodesChange::Replace(changed.layout.clone()) };
        return save_with_layout(app, caller, by, before, changed, LayoutChange { nodes, viewport: None }).await;
    };
    if changed == before {
        return Ok(before);
    }
    // What is carried out once, by its key, changes no layout.
    let workflow = next_version(app, &before, changed);
    let save = WorkflowSave { workflow: workflow.clone(), by };
    let update = app.engine.store().update_workflow_once(caller.tenant(), save, key.clone()).await?;
    saved(&update)?;
    Ok(workflow)
}

/// The same, with a change of the layout in the same transaction.
pub async fn save_with_layout(
    app: &App,
    caller: &Caller,
    by: SavedBy,
    before: Workflow,
    changed: Workflow,
    layout: LayoutChange,
) -> ApiResult<Workflow> {
    let is_new = Workflow { layout: before.layout.clone(), ..changed.clone() } != before;
    let workflow = is_new.then(|| next_version(app, &before, changed.clone()));
    if workflow.is_none() && layout.is_empty() {
        return Ok(before);
    }
    let (store, tenant) = (app.engine.store(), caller.tenant());
    let save = workflow.clone().map(|workflow| WorkflowSave { workflow, by });
    saved(&store.save_layout(tenant, &before.id, save, layout).await?)?;
    Ok(workflow.unwrap_or(Workflow { layout: changed.layout, ..before }))
}

/// A workflow as it is saved over a version. Its layout has the steps of its definition.
fn next_version(app: &App, before: &Workflow, changed: Workflow) -> Workflow {
    Workflow {
        layout: layout_of(&changed.definition, &positions_of(&changed.layout)),
        version: before.version + 1,
        updated_at: app.engine.outside().clock.now(),
        ..changed
    }
}

/// A workflow before and after a change, and what else the change has made.
pub struct Changed<T> {
    /// Before.
    pub before: Workflow,
    /// As saved.
    pub saved: Workflow,
    /// What else the change has made.
    pub made: T,
}

/// Changes the newest version of a workflow; with `If-Match`, only the one that it names. Where another request has saved
/// meanwhile, its version is changed instead. The idempotency key may depend on what the change has made.
pub async fn save_newest<T>(
    app: &App,
    caller: &Caller,
    (id, by): (&WorkflowId, SavedBy),
    if_match: IfMatch,
    key: impl Fn(&T) -> Option<IdempotencyKey>,
    change: impl Fn(&Workflow) -> ApiResult<(Workflow, T)>,
) -> ApiResult<Changed<T>> {
    on_newest(if_match, async || {
        let before = find(app, caller, id).await?;
        if_match.check(before.version)?;
        let (changed, made) = change(&before)?;
        let saved = save(app, caller, by.clone(), before.clone(), changed, key(&made).as_ref()).await?;
        Ok(Changed { before, saved, made })
    })
    .await
}

/// Refuses unknown fields, as in every request. Those that a newer server has stored may be sent back as they were read.
pub fn hold_to_known_parts(definition: &Definition, stored: &Definition) -> ApiResult<()> {
    definition.hold_to_known_parts(Some(stored)).map_err(|ReadError { pointer, message }| {
        let field = FieldError::new(format!("/definition{pointer}"), message);
        ApiError::fields(ErrorCode::InvalidRequest, vec![field])
    })
}

/// Refuses a save or a deletion that was not made.
pub fn saved(update: &WorkflowUpdate) -> ApiResult<()> {
    match update {
        WorkflowUpdate::Saved => Ok(()),
        WorkflowUpdate::Stale(current) => Err(ApiError::stale(*current)),
        WorkflowUpdate::NotFound => Err(ErrorCode::WorkflowNotFound.into()),
        WorkflowUpdate::Active(count) => {
            let runs = plural(u64::try_from(*count).unwrap_or(0), "run", "runs");
            let detail = format!("The workflow has {runs} under way: cancel them before you delete it.");
            Err(ApiError::new(ErrorCode::ExecutionActive, detail))
        }
    }
}
