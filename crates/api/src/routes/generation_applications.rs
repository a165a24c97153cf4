//! Applying a generation: its agents and its workflow are created in one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use sluice_store::{
    Application, ApplyOutcome, EarlierRequest, IdempotencyKey, StoreError, StoredGeneration, WorkflowSave,
};
use sluice_types::limits::{MAX_APPLIED_AGENTS, MAX_PATCH_TRIES};
use sluice_types::{
    Agent, AgentId, AppliedGeneration, ApplyGeneration, CreateAgent, CreateWorkflow, Definition, ErrorCode, FieldError,
    GenerationStatus, Index, StepKind, VersionOrigin, Workflow, slug_from_name,
};

use super::address;
use super::workflow_saves::{check_new, earlier_workflow, free_id, new_workflow, saved, saved_by};
use crate::auth::{Caller, Editor};
use crate::error::{ApiError, ApiResult};
use crate::extract::Body;
use crate::idempotency::{Answered, KeyHeader, hash_of, once};
use crate::state::App;
use crate::validate::Check;

/// Creates a designed workflow with its agents: all or nothing.
///
/// Without `workflow` and `agents`, they are those of the generation; give them when they were edited. A taken id gets a
/// number, and the steps follow their agents. A generation that changes a saved workflow makes its next version, if that
/// workflow is as it was when the generation was started; `workflow.version` names another version to replace. The same
/// application again is answered with what the first has made, for as long as its workflow exists.
#[utoipa::path(
    tag = "generations",
    request_body(content = ApplyGeneration, example = json!({"workflow": {"id": "morning-news", "name": "Morning news",
        "definition": {"steps": [{"id": "collect", "label": "Collect", "type": "agent", "agent_id": "collector", "prompt": "News about {{input.topic}}"}]}},
        "agents": [{"id": "collector", "name": "Collector", "instructions": "Collect news. Name your sources.", "tools": ["native:http_get"]}]})),
    responses((status = 201, description = "What was created", body = AppliedGeneration, headers(
        ("Location" = String, description = "The address of the workflow")))),
    extensions(("x-error-codes" = json!(["generation_not_found", "generation_not_completed", "workflow_not_found", "workflow_exists",
        "version_conflict", "invalid_definition", "rate_limited"])))
)]
#[post("/workflows/generate/apply")]
pub async fn apply_generation(
    caller: Editor,
    key: KeyHeader,
    body: Body<ApplyGeneration>,
    app: Data<App>,
) -> ApiResult<Answered<HttpResponse>> {
    let key = key.of("apply_generation", &(), &body.0);
    let repeat = async |earlier| Ok((earlier_application(&app, &caller, &earlier).await?, true));
    let done = once(&app, &caller, key.as_ref(), apply(&app, &caller, &body.0, key.as_ref()), repeat).await?;
    let (applied, is_repeat) = done.body;
    let location = address("workflows", &applied.workflow.id);
    let body = HttpResponse::Created().insert_header((LOCATION, location)).json(applied);
    Ok(Answered { body, is_repeat })
}

/// What an earlier request has made, as it is now. Agents that were deleted since are left out.
async fn earlier_application(app: &App, caller: &Caller, earlier: &EarlierRequest) -> ApiResult<AppliedGeneration> {
    let (workflow, agents) = earlier.resource_id.split_once('/').unwrap_or((&earlier.resource_id, ""));
    let workflow = earlier_workflow(app, caller, earlier, workflow).await?;
    let ids = agents.split(',').filter_map(|id| id.parse().ok()).collect();
    Ok(AppliedGeneration { workflow, agents: agents_in_order(app, caller, ids).await? })
}

async fn agents_in_order(app: &App, caller: &Caller, ids: Vec<AgentId>) -> ApiResult<Vec<Agent>> {
    let found = app.engine.store().agents_by_id(caller.tenant(), ids.clone()).await?;
    let mut found: HashMap<AgentId, Agent> = found.into_iter().map(|agent| (agent.id.clone(), agent)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Applies, and answers whether an earlier application is answered instead. What others write meanwhile is read again.
async fn apply(
    app: &App,
    caller: &Caller,
    request: &ApplyGeneration,
    key: Option<&IdempotencyKey>,
) -> ApiResult<(AppliedGeneration, bool)> {
    app.limit_saves(caller.tenant())?;
    for _ in 0..MAX_PATCH_TRIES {
        let asked = Asked::of(app, caller, request).await?;
        if let Some(earlier) = asked.earlier(app, caller).await? {
            return Ok((earlier, true));
        }
        let agents = new_agents(app, caller, &asked.agents).await?;
        let definition = with_agents(&asked.workflow.definition, &agents);
        let (workflow, before) = asked.workflow_with(app, caller, definition).await?;
        let agents: Vec<Agent> = agents.into_iter().map(|(_, agent)| agent).collect();
        if let Some(before) = before.filter(|before| agents.is_empty() && is_same(before, &workflow)) {
            return Ok((AppliedGeneration { workflow: before, agents }, false));
        }
        let created: BTreeSet<&AgentId> = agents.iter().map(|agent| &agent.id).collect();
        let named = Index::of(&workflow.definition).named_resources().agents;
        let application = Application {
            generation: asked.generation.as_ref().map(|stored| (stored.generation.id.clone(), stored.applications)),
            request_hash: asked.hash,
            named_agents: named.into_iter().filter(|id| !created.contains(id)).collect(),
            key: key.map(|key| with_agents_in_key(key, &agents)),
            save: WorkflowSave { workflow: workflow.clone(), by: saved_by(caller, VersionOrigin::Generated) },
            agents: agents.clone(),
        };
        match app.engine.store().apply_generation(caller.tenant(), application).await {
            Ok(ApplyOutcome::Applied) => return Ok((AppliedGeneration { workflow, agents }, false)),
            Ok(ApplyOutcome::GenerationChanged) | Err(StoreError::Duplicate) => {}
            Ok(ApplyOutcome::UnknownAgents(unknown)) => return Err(unknown_agents(&workflow.definition, &unknown)),
            Ok(ApplyOutcome::WorkflowChanged(update)) => saved(&update)?,
            Err(error) => return Err(error.into()),
        }
    }
    let detail = "Others create workflows and agents with the same names just now: try again, or choose other ids.";
    Err(ApiError::new(ErrorCode::WorkflowExists, detail))
}

/// The key also remembers the agents, so that a repeat is answered with them.
fn with_agents_in_key(key: &IdempotencyKey, agents: &[Agent]) -> IdempotencyKey {
    let ids: Vec<&str> = agents.iter().map(|agent| agent.id.as_str()).collect();
    IdempotencyKey { part: (!ids.is_empty()).then(|| ids.join(",")), ..key.clone() }
}

/// What is asked for: from the request, and from the generation what the request leaves out.
struct Asked {
    generation: Option<StoredGeneration>,
    workflow: CreateWorkflow,
    agents: Vec<CreateAgent>,
    /// The version of a saved workflow to replace, where the request names one.
    version: Option<i64>,
    hash: String,
}

impl Asked {
    async fn of(app: &App, caller: &Caller, request: &ApplyGeneration) -> ApiResult<Self> {
        let generation = match &request.generation_id {
            Some(id) => {
                let found = app.engine.store().generation(caller.tenant(), id).await?;
                Some(completed(found.ok_or(ErrorCode::GenerationNotFound)?)?)
            }
            None => None,
        };
        let of_generation = generation.as_ref().map(|stored| &stored.generation);
        let workflow = request.workflow.as_ref().or(of_generation.and_then(|generation| generation.workflow.as_ref()));
        let Some(workflow) = workflow.cloned() else {
            let message = "it is needed where no `generation_id` is given";
            return Err(ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/workflow", message)]));
        };
        let agents = request.agents.as_ref().or(of_generation.map(|generation| &generation.agents_to_create));
        let agents = agents.cloned().unwrap_or_default();
        check_new(&workflow).map_err(|error| error.with_pointers(|pointer| format!("/workflow{pointer}")))?;
        let hash = hash_of(serde_json::json!({"workflow": &workflow, "agents": &agents}));
        let version = request.workflow.as_ref().and_then(|workflow| workflow.version);
        Ok(Self { generation, workflow, agents, version, hash })
    }

    /// What the same application has made before, if its workflow still exists.
    async fn earlier(&self, app: &App, caller: &Caller) -> ApiResult<Option<AppliedGeneration>> {
        let applied = self.generation.as_ref().and_then(|stored| stored.applied.as_ref());
        let Some(applied) = applied.filter(|applied| applied.request_hash == self.hash) else { return Ok(None) };
        let workflow = app.engine.store().workflow(caller.tenant(), &applied.workflow_id).await?;
        // A later workflow may have its id.
        let Some(workflow) = workflow.filter(|workflow| workflow.created_at <= applied.applied_at) else {
            return Ok(None);
        };
        let agents = agents_in_order(app, caller, applied.agent_ids.clone()).await?;
        Ok(Some(AppliedGeneration { workflow, agents }))
    }

    /// The workflow to write: a new one, or the next version of the one that the generation changes, which is given too.
    async fn workflow_with(
        &self,
        app: &App,
        caller: &Caller,
        definition: Definition,
    ) -> ApiResult<(Workflow, Option<Workflow>)> {
        let changed = self.generation.as_ref().map(|stored| &stored.generation);
        let changed = changed.and_then(|generation| Some((generation.workflow_id.as_ref()?, generation)));
        let now = app.engine.outside().clock.now();
        let Some((id, generation)) = changed else {
            let request = CreateWorkflow { definition, ..self.workflow.clone() };
            let id = free_id(app, caller, &request).await?;
            return Ok((new_workflow(&request, id, None, caller.name(), now), None));
        };
        let before = app.engine.store().workflow(caller.tenant(), id).await?.ok_or(ErrorCode::WorkflowNotFound)?;
        if self.version.or(generation.workflow_version).is_some_and(|version| version != before.version) {
            return Err(ApiError::stale(before.version));
        }
        let CreateWorkflow { name, description, category, tags, .. } = self.workflow.clone();
        let changed = Workflow {
            name,
            description,
            category: category.or(before.category.clone()),
            tags: if tags.is_empty() { before.tags.clone() } else { tags },
            definition,
            version: before.version + 1,
            updated_at: now,
            ..before.clone()
        };
        Ok((changed, Some(before)))
    }
}

/// Whether a change leaves a workflow as it is: then it makes no version.
fn is_same(before: &Workflow, changed: &Workflow) -> bool {
    let Workflow { version, updated_at, .. } = *before;
    *before == Workflow { version, updated_at, ..changed.clone() }
}

/// The generation, if it has a workflow.
fn completed(stored: StoredGeneration) -> ApiResult<StoredGeneration> {
    let detail = match stored.generation.status {
        GenerationStatus::Completed => return Ok(stored),
        GenerationStatus::Running => "It is still running: wait until it has ended.",
        GenerationStatus::Failed => "It failed, and `error` says why: have the workflow designed again.",
        GenerationStatus::Cancelled => "It was cancelled: have the workflow designed again.",
        GenerationStatus::Unknown => "A newer version of Sluice wrote it.",
    };
    Err(ApiError::new(ErrorCode::GenerationNotCompleted, detail))
}

/// The agents to create with free ids, each with the id by which steps name it.
async fn new_agents(app: &App, caller: &Caller, agents: &[CreateAgent]) -> ApiResult<Vec<(AgentId, Agent)>> {
    let wrong = |pointer: String, message: String| {
        Err(ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new(pointer, message)]))
    };
    if agents.len() > MAX_APPLIED_AGENTS {
        return wrong("/agents".into(), format!("at most {MAX_APPLIED_AGENTS} agents, not {}", agents.len()));
    }
    let now = app.engine.outside().clock.now();
    let (mut named, mut chosen, mut created) = (HashSet::new(), HashSet::new(), Vec::new());
    for (at, request) in agents.iter().enumerate() {
        let id = match &request.id {
            Some(id) => id.clone(),
            None => AgentId::new(slug_from_name(&request.name, "agent")).map_err(|error| {
                ApiError::fields(
                    ErrorCode::InvalidRequest,
                    vec![FieldError::new(format!("/agents/{at}/id"), error.to_string())],
                )
            })?,
        };
        if !named.insert(id.clone()) {
            return wrong(format!("/agents/{at}/id"), format!("another agent of the request has the id `{id}`"));
        }
        let agent = Agent::new(id.clone(), request.clone().into_fields(), now);
        let checked = Check::default().agent(&agent).done();
        checked.map_err(|error| error.with_pointers(|pointer| format!("/agents/{at}{pointer}")))?;
        let free = free_agent_id(app, caller, &id, &chosen).await?;
        chosen.insert(free.clone());
        created.push((id, Agent { id: free, ..agent }));
    }
    Ok(created)
}

/// The id, or with a number where it is taken.
async fn free_agent_id(app: &App, caller: &Caller, id: &AgentId, chosen: &HashSet<AgentId>) -> ApiResult<AgentId> {
    let prefix: String = id.as_str().chars().take(90).collect();
    let taken = app.engine.store().taken_agent_ids(caller.tenant(), id.as_str(), &prefix).await?;
    let taken: HashSet<String> = taken.into_iter().chain(chosen.iter().map(ToString::to_string)).collect();
    let numbered = (2..).map(|number: u32| format!("{prefix}-{number}"));
    let free = std::iter::once(id.to_string()).chain(numbered).find(|text| !taken.contains(text));
    let free = free.and_then(|text| text.parse().ok());
    Ok(free.ok_or(ErrorCode::AgentExists)?)
}

/// The definition, with the ids under which its new agents are created.
fn with_agents(definition: &Definition, agents: &[(AgentId, Agent)]) -> Definition {
    let mut definition = definition.clone();
    if agents.iter().all(|(named, agent)| *named == agent.id) {
        return definition;
    }
    definition.each_step_mut(|step| {
        if let StepKind::Agent(step) = &mut step.kind
            && let Some((_, agent)) = agents.iter().find(|(named, _)| step.agent_id.as_ref() == Some(named))
        {
            step.agent_id = Some(agent.id.clone());
        }
    });
    definition
}

/// The steps that name agents which do not exist.
fn unknown_agents(definition: &Definition, unknown: &[AgentId]) -> ApiError {
    let index = Index::of(definition);
    let places = index.places().iter().filter_map(|place| {
        let StepKind::Agent(step) = &place.step.kind else { return None };
        let id = step.agent_id.as_ref().filter(|id| unknown.contains(id))?;
        let message =
            format!("there is no agent `{id}`: it was deleted, or has another id. Create it, or name another one");
        Some(FieldError::with_code(format!("/workflow/definition{}/agent_id", place.pointer), "unknown_agent", message))
    });
    ApiError::fields(ErrorCode::InvalidDefinition, places.collect())
}
