//! Starting a generation. All is checked before anything is written or spent.

use chrono::TimeDelta;
use sluice_store::{BeginOutcome, IdempotencyKey, NewGeneration};
use sluice_types::limits::{GENERATION_DAYS, MAX_GENERATIONS_AT_ONCE};
use sluice_types::{
    Candidate, GenerateWorkflow, Generation, GenerationStatus, ProviderName, TenantId, TokenUsage, Workflow,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::generate::{Base, DesignRequest, check_prompt};

/// A generation to start.
#[derive(Debug, Clone)]
pub struct GenerationRequest {
    /// What is asked for.
    pub generate: GenerateWorkflow,
    /// The `Idempotency-Key` of the request.
    pub idempotency: Option<IdempotencyKey>,
}

impl Engine {
    /// Starts a generation; `KeyUsed` when another request has used the idempotency key. It goes on when its caller does not
    /// wait for the answer.
    pub async fn start_generation(
        &self,
        tenant: &TenantId,
        request: GenerationRequest,
    ) -> Result<Generation, EngineError> {
        if self.is_draining() {
            return Err(EngineError::ShuttingDown);
        }
        let GenerationRequest { generate, idempotency } = request;
        check_prompt(&generate.prompt)?;
        let workflow = match &generate.workflow_id {
            Some(id) => Some(self.store().workflow(tenant, id).await?.ok_or(EngineError::WorkflowNotFound)?),
            None => None,
        };
        let candidate = self.designer(tenant, generate.provider.as_deref(), generate.model.as_deref()).await?;
        let generation = self.new_generation(&generate, workflow.as_ref(), &candidate);
        let prompt = generate.prompt.clone();
        let base = base_of(generate, workflow);
        let design = DesignRequest { prompt, base, candidate };
        let (engine, tenant) = (self.clone(), tenant.clone());
        // A separate task: the generation is carried out after the commit even if the caller is dropped.
        let begin = async move { engine.begin_generation(tenant, generation, design, idempotency).await };
        self.shared.tasks.spawn(begin).await.unwrap_or(Err(EngineError::ShuttingDown))
    }

    async fn begin_generation(
        &self,
        tenant: TenantId,
        generation: Generation,
        design: DesignRequest,
        key: Option<IdempotencyKey>,
    ) -> Result<Generation, EngineError> {
        let id = generation.id.clone();
        // Known here before it is written, so that it does not pass for a lost one.
        let live = self.shared.generations.begin(&tenant, &id);
        let new = NewGeneration {
            generation: generation.clone(),
            owner: self.shared.engine_id.clone(),
            key,
            most_at_once: MAX_GENERATIONS_AT_ONCE,
        };
        let begun = match self.store().begin_generation(&tenant, new).await {
            // The answer may have been lost on its way: then the generation is there.
            Err(error) if error.is_transient() => match self.store().generation(&tenant, &id).await {
                Ok(Some(_)) => Ok(BeginOutcome::Begun),
                Ok(None) | Err(_) => Err(error),
            },
            begun => begun,
        };
        match begun {
            Ok(BeginOutcome::Begun) => {
                let engine = self.clone();
                let run = generation.clone();
                let designing = async move { Box::pin(engine.run_generation(tenant, run, design, live)).await };
                self.shared.tasks.spawn(designing);
                Ok(generation)
            }
            Ok(BeginOutcome::TooMany) => {
                self.shared.generations.end(&tenant, &id);
                Err(EngineError::TooManyGenerations(MAX_GENERATIONS_AT_ONCE))
            }
            Err(error) => {
                self.shared.generations.end(&tenant, &id);
                Err(error.into())
            }
        }
    }

    fn new_generation(
        &self,
        generate: &GenerateWorkflow,
        workflow: Option<&Workflow>,
        candidate: &Candidate,
    ) -> Generation {
        let now = self.shared.outside.clock.now();
        Generation {
            id: self.shared.outside.ids.generation_id(),
            status: GenerationStatus::Running,
            prompt: generate.prompt.clone(),
            workflow_id: workflow.map(|workflow| workflow.id.clone()),
            workflow_version: workflow.map(|workflow| workflow.version),
            refines: generate.definition.is_some(),
            provider: candidate.provider.clone(),
            model: candidate.model.clone(),
            simulated: candidate.provider == ProviderName::Demo.as_str(),
            calls: 0,
            workflow: None,
            agents_to_create: Vec::new(),
            existing_agents_used: Vec::new(),
            mcps_suggested: Vec::new(),
            existing_mcps_used: Vec::new(),
            explanation: String::new(),
            reuse: Vec::new(),
            changes: Vec::new(),
            field_changes: Vec::new(),
            findings: Vec::new(),
            estimate: None,
            cost_usd: 0.0,
            token_usage: TokenUsage::default(),
            error: None,
            applied_workflow_id: None,
            created_at: now,
            completed_at: None,
            expires_at: now + TimeDelta::days(GENERATION_DAYS),
        }
    }
}

/// The workflow to change. What the request holds of it stands for that of the saved workflow.
fn base_of(generate: GenerateWorkflow, workflow: Option<Workflow>) -> Option<Base> {
    let GenerateWorkflow { name, description, definition, .. } = generate;
    match workflow {
        Some(workflow) => Some(Base {
            workflow_id: Some(workflow.id),
            name: name.unwrap_or(workflow.name),
            description: description.unwrap_or(workflow.description),
            definition: definition.unwrap_or(workflow.definition),
        }),
        None => definition.map(|definition| Base {
            workflow_id: None,
            name: name.unwrap_or_default(),
            description: description.unwrap_or_default(),
            definition,
        }),
    }
}
