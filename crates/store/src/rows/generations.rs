//! Rows of generations.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sluice_types::{
    AgentId, CreateAgent, CreateWorkflow, Estimate, FieldChange, Generation, GenerationStatus, GenerationSummary,
    LintFinding, McpServerId, ReuseItem, StepChange, SuggestedMcpServer,
};

use super::{read_json, read_optional, read_word, write_json, write_optional};
use crate::error::StoreError;
use crate::generations::StoredGeneration;
use crate::schema::generations;
use crate::time::{from_micros, to_micros};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = generations)]
pub(crate) struct GenerationRow {
    pub tenant_id: String,
    pub id: String,
    pub status: String,
    pub owner: String,
    pub prompt: String,
    pub workflow_id: Option<String>,
    pub workflow_version: Option<i64>,
    pub refines: bool,
    pub provider: String,
    pub model: String,
    pub simulated: bool,
    pub calls: i64,
    pub cost_usd: f64,
    pub token_usage: String,
    pub design: Option<String>,
    pub error: Option<String>,
    pub applications: i64,
    pub applied_workflow_id: Option<String>,
    pub applied: Option<String>,
    pub created_at: i64,
    pub completed_at: Option<i64>,
    pub expires_at: i64,
}

/// What a model has designed. Fields that an older server did not write are empty.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Designed {
    workflow: Option<CreateWorkflow>,
    agents_to_create: Vec<CreateAgent>,
    existing_agents_used: Vec<AgentId>,
    mcps_suggested: Vec<SuggestedMcpServer>,
    existing_mcps_used: Vec<McpServerId>,
    explanation: String,
    reuse: Vec<ReuseItem>,
    changes: Vec<StepChange>,
    field_changes: Vec<FieldChange>,
    findings: Vec<LintFinding>,
    estimate: Option<Estimate>,
}

/// The column `design` of a generation.
pub(crate) fn design_of(generation: &Generation) -> Result<Option<String>, StoreError> {
    let Some(workflow) = &generation.workflow else { return Ok(None) };
    let designed = Designed {
        workflow: Some(workflow.clone()),
        agents_to_create: generation.agents_to_create.clone(),
        existing_agents_used: generation.existing_agents_used.clone(),
        mcps_suggested: generation.mcps_suggested.clone(),
        existing_mcps_used: generation.existing_mcps_used.clone(),
        explanation: generation.explanation.clone(),
        reuse: generation.reuse.clone(),
        changes: generation.changes.clone(),
        field_changes: generation.field_changes.clone(),
        findings: generation.findings.clone(),
        estimate: generation.estimate.clone(),
    };
    write_json(&designed).map(Some)
}

impl GenerationRow {
    pub fn new(tenant: &str, owner: &str, generation: &Generation) -> Result<Self, StoreError> {
        Ok(Self {
            tenant_id: tenant.to_owned(),
            id: generation.id.to_string(),
            status: generation.status.as_str().to_owned(),
            owner: owner.to_owned(),
            prompt: generation.prompt.clone(),
            workflow_id: generation.workflow_id.as_ref().map(ToString::to_string),
            workflow_version: generation.workflow_version,
            refines: generation.refines,
            provider: generation.provider.clone(),
            model: generation.model.clone(),
            simulated: generation.simulated,
            calls: generation.calls,
            cost_usd: generation.cost_usd,
            token_usage: write_json(&generation.token_usage)?,
            design: design_of(generation)?,
            error: write_optional(generation.error.as_ref())?,
            applications: 0,
            applied_workflow_id: None,
            applied: None,
            created_at: to_micros(generation.created_at),
            completed_at: generation.completed_at.map(to_micros),
            expires_at: to_micros(generation.expires_at),
        })
    }

    pub fn into_stored(self) -> Result<StoredGeneration, StoreError> {
        let designed: Designed = read_optional(self.design.as_ref())?.unwrap_or_default();
        let generation = Generation {
            id: read_word(&self.id)?,
            status: self.status.parse().unwrap_or(GenerationStatus::Unknown),
            prompt: self.prompt,
            workflow_id: self.workflow_id.as_deref().map(read_word).transpose()?,
            workflow_version: self.workflow_version,
            refines: self.refines,
            provider: self.provider,
            model: self.model,
            simulated: self.simulated,
            calls: self.calls,
            workflow: designed.workflow,
            agents_to_create: designed.agents_to_create,
            existing_agents_used: designed.existing_agents_used,
            mcps_suggested: designed.mcps_suggested,
            existing_mcps_used: designed.existing_mcps_used,
            explanation: designed.explanation,
            reuse: designed.reuse,
            changes: designed.changes,
            field_changes: designed.field_changes,
            findings: designed.findings,
            estimate: designed.estimate,
            cost_usd: self.cost_usd,
            token_usage: read_json(&self.token_usage)?,
            error: read_optional(self.error.as_ref())?,
            applied_workflow_id: self.applied_workflow_id.as_deref().map(read_word).transpose()?,
            created_at: from_micros(self.created_at),
            completed_at: self.completed_at.map(from_micros),
            expires_at: from_micros(self.expires_at),
        };
        Ok(StoredGeneration {
            generation,
            owner: self.owner,
            applications: self.applications,
            applied: read_optional(self.applied.as_ref())?,
        })
    }
}

/// A generation as the list shows it; its prompt is cut.
#[derive(Queryable)]
pub(crate) struct GenerationSummaryRow {
    pub id: String,
    pub status: String,
    pub prompt: String,
    pub workflow_id: Option<String>,
    pub provider: String,
    pub model: String,
    pub cost_usd: f64,
    pub applied_workflow_id: Option<String>,
    pub created_at: i64,
    pub completed_at: Option<i64>,
    pub expires_at: i64,
}

impl GenerationSummaryRow {
    pub fn into_summary(self) -> Result<GenerationSummary, StoreError> {
        Ok(GenerationSummary {
            id: read_word(&self.id)?,
            status: self.status.parse().unwrap_or(GenerationStatus::Unknown),
            prompt: self.prompt,
            workflow_id: self.workflow_id.as_deref().map(read_word).transpose()?,
            provider: self.provider,
            model: self.model,
            cost_usd: self.cost_usd,
            applied_workflow_id: self.applied_workflow_id.as_deref().map(read_word).transpose()?,
            created_at: from_micros(self.created_at),
            completed_at: self.completed_at.map(from_micros),
            expires_at: from_micros(self.expires_at),
        })
    }
}
