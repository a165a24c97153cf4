//! Generations: the store's side of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sluice_types::{
    Agent, AgentId, Generation, GenerationId, GenerationPage, RunError, TenantId, TokenUsage, WorkflowId,
};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::idempotency::IdempotencyKey;
use crate::rows::{GenerationSummaryRow, readable};
use crate::store::{Store, read, write};
use crate::time::to_micros;
use crate::versions::WorkflowSave;
use crate::workflows::WorkflowUpdate;

/// A generation to begin.
#[derive(Debug, Clone)]
pub struct NewGeneration {
    /// The generation, which runs.
    pub generation: Generation,
    /// The engine that runs it.
    pub owner: String,
    /// The `Idempotency-Key` of the request.
    pub key: Option<IdempotencyKey>,
    /// Generations of the tenant that may run at once.
    pub most_at_once: i64,
}

/// The outcome of a beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeginOutcome {
    /// It is written.
    Begun,
    /// As many run as may; nothing was written.
    TooMany,
}

/// How far a generation is, and what it has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct GenerationProgress {
    /// Calls of the model.
    pub calls: i64,
    /// The cost, as far as the price is known.
    pub cost_usd: f64,
    /// The tokens.
    pub token_usage: TokenUsage,
}

/// A generation with what is stored of it besides.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredGeneration {
    /// The generation.
    pub generation: Generation,
    /// The engine that runs it, or has run it.
    pub owner: String,
    /// How often it was applied.
    pub applications: i64,
    /// The newest application.
    pub applied: Option<StoredApplication>,
}

/// What an application of a generation has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredApplication {
    /// A hash of the workflow and the agents that were asked for.
    pub request_hash: String,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The agents.
    pub agent_ids: Vec<AgentId>,
    /// When it was.
    pub applied_at: DateTime<Utc>,
}

/// A workflow to write with its agents: all or nothing.
#[derive(Debug, Clone)]
pub struct Application {
    /// The generation, with the number of its applications when it was read.
    pub generation: Option<(GenerationId, i64)>,
    /// A hash of the workflow and the agents that were asked for.
    pub request_hash: String,
    /// The workflow. One of version 1 is created, another one saved over the version before it.
    pub save: WorkflowSave,
    /// The agents to create.
    pub agents: Vec<Agent>,
    /// Agents that the workflow names and that must exist.
    pub named_agents: Vec<AgentId>,
    /// The `Idempotency-Key` of the request.
    pub key: Option<IdempotencyKey>,
}

/// The outcome of an application. Nothing was written unless it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// All is written.
    Applied,
    /// The generation was applied meanwhile, or was deleted.
    GenerationChanged,
    /// These agents do not exist.
    UnknownAgents(Vec<AgentId>),
    /// The workflow was changed or deleted meanwhile.
    WorkflowChanged(WorkflowUpdate),
}

impl Store {
    /// Writes a new generation; `KeyUsed` when the key is used.
    pub async fn begin_generation(&self, tenant: &TenantId, new: NewGeneration) -> Result<BeginOutcome, StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::generations::begin(conn, tenant.as_str(), &new))
    }

    /// A generation.
    pub async fn generation(
        &self,
        tenant: &TenantId,
        id: &GenerationId,
    ) -> Result<Option<StoredGeneration>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::generations::get(conn, tenant.as_str(), id.as_str()))
    }

    /// A page of generations, newest first.
    pub async fn generations(
        &self,
        tenant: &TenantId,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<GenerationPage, StoreError> {
        let (tenant, before) = (tenant.clone(), cursor.map(|cursor| cursor.id));
        let rows = read!(self, |conn| queries::generations::list(conn, tenant.as_str(), before, limit))?;
        let (rows, next_cursor) =
            page(rows, limit, |last| Cursor { sort: "-id".into(), key: String::new(), id: last.id.clone() });
        Ok(GenerationPage { items: readable(rows.into_iter().map(GenerationSummaryRow::into_summary)), next_cursor })
    }

    /// Writes how far a generation is. False when it does not run any more: it was cancelled at another server, or its
    /// engine's lease had expired.
    pub async fn progress_generation(
        &self,
        tenant: &TenantId,
        id: &GenerationId,
        progress: GenerationProgress,
    ) -> Result<bool, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |conn| queries::generations::progress(conn, tenant.as_str(), id.as_str(), &progress))
    }

    /// Ends a generation with its status, its workflow or its error, and its cost. One that has ended already keeps its
    /// status, and gets the cost.
    pub async fn end_generation(&self, tenant: &TenantId, ended: Generation) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::generations::end(conn, tenant.as_str(), &ended))
    }

    /// Cancels a generation that runs; false when it does not, and `KeyUsed` when the key is used.
    pub async fn cancel_generation(
        &self,
        tenant: &TenantId,
        id: &GenerationId,
        now: DateTime<Utc>,
        key: Option<IdempotencyKey>,
    ) -> Result<bool, StoreError> {
        let (tenant, id, now) = (tenant.clone(), id.clone(), to_micros(now));
        write!(self, |conn| queries::generations::cancel(conn, tenant.as_str(), id.as_str(), now, key.as_ref()))
    }

    /// Fails the generations that run at engines without a lease, and those of this engine but the ones that it knows;
    /// answers how many.
    pub async fn fail_lost_generations(
        &self,
        engine: &str,
        known: Vec<GenerationId>,
        error: RunError,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let (engine, now) = (engine.to_owned(), to_micros(now));
        let known: Vec<String> = known.iter().map(GenerationId::to_string).collect();
        if !read!(self, |conn| queries::generations::any_runs(conn))? {
            return Ok(0);
        }
        write!(self, |conn| queries::generations::fail_lost(conn, &engine, &known, &error, now))
    }

    /// Deletes generations that have expired, in at most this many transactions of a bounded size; answers whether something
    /// may be left.
    pub async fn purge_generations(&self, now: DateTime<Utc>, pieces: u32) -> Result<bool, StoreError> {
        let now = to_micros(now);
        for _ in 0..pieces {
            let Some(bound) = read!(self, |conn| queries::generations::end_of_expired_piece(conn, now))? else {
                return Ok(false);
            };
            write!(self, |conn| queries::generations::delete_until(conn, bound))?;
        }
        Ok(true)
    }

    /// The ids of agents that are `base`, or begin with `prefix` and a hyphen.
    pub async fn taken_agent_ids(
        &self,
        tenant: &TenantId,
        base: &str,
        prefix: &str,
    ) -> Result<Vec<String>, StoreError> {
        let (tenant, base, prefix) = (tenant.clone(), base.to_owned(), prefix.to_owned());
        read!(self, |conn| queries::agents::taken_ids(conn, tenant.as_str(), &base, &prefix))
    }

    /// Writes a workflow and its agents in one transaction; `Duplicate` when an id is taken, and `KeyUsed` when the key is
    /// used.
    pub async fn apply_generation(
        &self,
        tenant: &TenantId,
        application: Application,
    ) -> Result<ApplyOutcome, StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::generation_applications::apply(conn, tenant.as_str(), &application))
    }
}
