//! Records that the tests write.

use chrono::{DateTime, Utc};
use serde_json::json;
use sluice_store::{
    AgentMemory, AttemptProgress, AttemptRecord, ExecutionState, IdempotencyKey, Snapshot, StartRecord, StepRecord,
    Store, StoredEvent, Turn, from_micros,
};
use sluice_types::{
    Attempt, AttemptStatus, Definition, ExecutionId, ExecutionStatus, Metadata, StepRun, StepRunStatus, TenantId,
    TokenUsage, Workflow, WorkflowId,
};

pub fn now() -> DateTime<Utc> {
    from_micros(1_790_000_000_000_000)
}

pub fn id(number: u32) -> ExecutionId {
    ExecutionId::new(format!("execution-0199e0f4-7b1c-7cc0-8a4e-{number:012x}")).unwrap()
}

pub fn definition() -> Definition {
    serde_json::from_value(json!({"steps": [{"label": "A", "type": "llm", "prompt": "x"}]})).unwrap()
}

pub fn workflow() -> Workflow {
    Workflow {
        id: WorkflowId::new("w").unwrap(),
        name: "W".into(),
        description: String::new(),
        category: None,
        tags: Vec::new(),
        metadata: Metadata::new(),
        definition: definition(),
        layout: Vec::new(),
        version: 1,
        is_template: false,
        is_published: false,
        source_template_id: None,
        is_active: true,
        created_by: None,
        created_at: now(),
        updated_at: now(),
    }
}

pub async fn with_workflow(store: &Store) -> TenantId {
    let tenant = TenantId::local();
    store.ensure_tenant(&tenant, "Local", now()).await.unwrap();
    store.create_workflow(&tenant, workflow()).await.unwrap();
    tenant
}

pub fn turn(tenant: &TenantId, id: &ExecutionId, epoch: i64, number: i64) -> Turn {
    Turn {
        tenant: tenant.clone(),
        execution_id: id.clone(),
        epoch,
        turn: number,
        token: number,
        state: ExecutionState {
            status: ExecutionStatus::Running,
            on_hold: false,
            live: true,
            output: None,
            error: None,
            token_usage: TokenUsage::default(),
            cost_usd: 0.0,
            unpriced_calls: 0,
            budget_usd: None,
            yolo: false,
            started_at: None,
            completed_at: None,
            last_seq: number,
            interruptions: 0,
        },
        snapshot: None,
        step_runs: Vec::new(),
        attempts: Vec::new(),
        decisions: Vec::new(),
        events: vec![StoredEvent { seq: number, payload: format!("{{\"n\":{number}}}") }],
    }
}

pub fn start(tenant: &TenantId, id: &ExecutionId, owner: &str, key: Option<(&str, &str)>) -> StartRecord {
    let snapshot = Some(Snapshot { definition: definition(), ..Snapshot::default() });
    StartRecord {
        turn: Turn { snapshot, ..turn(tenant, id, 1, 1) },
        owner: owner.into(),
        workflow_id: WorkflowId::new("w").unwrap(),
        workflow_version: 1,
        tried_step: None,
        input: json!({"topic": "tea"}),
        triggered_by: "test".into(),
        metadata: Metadata::new(),
        created_at: now(),
        idempotency: key.map(|(key, hash)| idempotency_key(key, "start_execution", hash)),
    }
}

/// The key of a request.
pub fn idempotency_key(key: &str, operation: &str, hash: &str) -> IdempotencyKey {
    IdempotencyKey { key: key.into(), operation: operation.into(), request_hash: hash.into(), part: None }
}

/// A step run at the top level, whose order key is `order`.
pub fn step_run(path: &str, status: StepRunStatus, order: u32) -> StepRecord {
    let run = StepRun {
        path: path.parse().unwrap(),
        step_id: path.parse().unwrap(),
        label: path.to_uppercase(),
        step_type: "llm".parse().unwrap(),
        status,
        attempt: 1,
        provider: None,
        model: None,
        prompt: None,
        content: None,
        output: None,
        finish_reason: None,
        finish_word: None,
        token_usage: TokenUsage::default(),
        cost_usd: 0.0,
        unpriced_calls: 0,
        duration_ms: None,
        error: None,
        gate: None,
        choice: None,
        tool: None,
        arguments: None,
        effect: None,
        attachments: Vec::new(),
        waits_until: None,
        tool_calls: None,
        agent: None,
        overridden: false,
        stale: false,
        revision: None,
        started_at: Some(now()),
        completed_at: None,
    };
    let (progress, memory) = (AttemptProgress::default(), AgentMemory::default());
    StepRecord { run, order_key: order.to_be_bytes().to_vec(), progress, items: None, memory }
}

/// An attempt that ended well.
pub fn attempt(path: &str, number: i32, content: &str) -> AttemptRecord {
    let attempt = Attempt {
        attempt: number,
        status: AttemptStatus::Completed,
        provider: None,
        model: None,
        token_usage: TokenUsage::default(),
        usage_estimated: false,
        cost_usd: Some(0.0),
        content: Some(content.into()),
        finish_reason: None,
        finish_word: None,
        thinking: None,
        notes: Vec::new(),
        error: None,
        started_at: now(),
        completed_at: now(),
    };
    AttemptRecord { path: path.parse().unwrap(), attempt, checkpointed: true }
}
