//! Shapes of schemas that generated clients can live with: what answers always hold is required, definitions hold no
//! `null`, and enums that grow are texts.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{OpenApi, RefOr};

use super::without_null;

/// Schemas that requests and answers hold. Their fields are never `null` in an answer, and Go's generator cannot read a
/// `null` beside a pattern.
const WITHOUT_NULL: [&str; 13] = [
    "AgentStep",
    "Branch",
    "Case",
    "ConditionalStep",
    "Definition",
    "Fallback",
    "InputField",
    "LlmStep",
    "LoopStep",
    "Otherwise",
    "ParallelStep",
    "ReviewStep",
    "ToolStep",
];
/// Fields that answers leave out when they are empty, or when they were not asked for.
const LEFT_OUT: [(&str, &str); 50] = [
    ("AgentRun", "finished"),
    ("AgentRun", "turns"),
    ("Attachment", "data"),
    ("Attachment", "mime_type"),
    ("Attachment", "name"),
    ("Attachment", "text"),
    ("Attachment", "uri"),
    ("Attempt", "content"),
    ("Choice", "case"),
    ("Choice", "count"),
    ("Choice", "failed"),
    ("Choice", "finished"),
    ("Choice", "iterations"),
    ("Choice", "tested"),
    ("Execution", "output"),
    ("Execution", "step_results"),
    ("Execution", "tried_step"),
    ("ExecutionSummary", "tried_step"),
    ("FieldError", "parameter"),
    ("Gate", "content"),
    ("GenerationEvent", "error"),
    ("GenerationEvent", "findings"),
    ("GenerationEvent", "offset"),
    ("GenerationEvent", "text"),
    ("LintFinding", "fix"),
    ("Problem", "current_status"),
    ("Problem", "current_version"),
    ("Problem", "errors"),
    ("Provider", "reason"),
    ("RunError", "path"),
    ("StepEdit", "step"),
    ("StepRun", "agent"),
    ("StepRun", "arguments"),
    ("StepRun", "attachments"),
    ("StepRun", "choice"),
    ("StepRun", "content"),
    ("StepRun", "effect"),
    ("StepRun", "output"),
    ("StepRun", "prompt"),
    ("StepRun", "revision"),
    ("StepRun", "tool"),
    ("StepRun", "tool_calls"),
    ("StepRun", "waits_until"),
    ("StepRunDetail", "own_step"),
    ("Tested", "case"),
    ("Tested", "iteration"),
    ("Tested", "values"),
    ("WorkflowPage", "facets"),
    ("WorkflowPage", "total"),
    ("WorkflowSummary", "recent_executions"),
];
/// Schemas of requests that answers hold too: a client must read such an answer of a newer server. The server still refuses
/// unknown fields in requests.
const IN_ANSWERS: [&str; 2] = ["CreateAgent", "CreateWorkflow"];
/// Enums that grow. A closed enum makes the clients of today refuse the answers of tomorrow.
const OPEN: [&str; 19] = [
    "Ability",
    "AgentFinish",
    "AttachmentType",
    "AttemptStatus",
    "CanvasEdgeKind",
    "ErrorCode",
    "EventType",
    "FinishReason",
    "GateKind",
    "GenerationEventType",
    "LintCode",
    "LogSource",
    "LoopEnd",
    "ProviderName",
    "RerunReason",
    "ReuseKind",
    "StepChangeKind",
    "VersionOrigin",
    "StepType",
];

/// Gives the schemas of a document their shapes.
pub fn shape(document: &mut OpenApi, in_requests: &BTreeSet<String>) {
    let Some(components) = document.components.as_mut() else { return };
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        if OPEN.contains(&name.as_str()) {
            open(object);
        }
        if IN_ANSWERS.contains(&name.as_str()) {
            object.additional_properties = None;
        }
        if WITHOUT_NULL.contains(&name.as_str()) {
            object.properties.values_mut().for_each(|property| {
                without_null(property);
            });
        }
        // An event holds the fields of its kind.
        if !in_requests.contains(name) && name != "ExecutionEvent" {
            require(name, object);
        }
    }
}

/// Declares the fields that an answer always holds as required; they may be `null`.
fn require(name: &str, object: &mut Object) {
    let always = object.properties.keys().filter(|field| !LEFT_OUT.contains(&(name, field.as_str())));
    object.required = always.cloned().collect();
}

/// Declares an enum as a text, with its known values in the description.
fn open(object: &mut Object) {
    let Some(values) = object.enum_values.take() else { return };
    let values: Vec<String> = values.iter().filter_map(Value::as_str).map(|value| format!("`{value}`")).collect();
    let known = format!("Known values: {}. More may come.", values.join(", "));
    let before = object.description.take().map(|before| format!("{before} ")).unwrap_or_default();
    object.description = Some(format!("{before}{known}"));
}

/// The schemas that a request can hold.
pub fn in_requests(document: &OpenApi) -> BTreeSet<String> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut found = BTreeSet::new();
    let operations = document.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.values());
    for operation in operations.filter_map(Value::as_object).flat_map(|item| item.values()) {
        let parts = ["requestBody", "parameters"].into_iter().filter_map(|part| operation.get(part));
        parts.for_each(|part| collect(part, &document, &mut found));
    }
    found
}

/// Collects the schemas that a part of the document refers to, and those that they refer to.
fn collect(part: &Value, document: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
            if let Some(name) = name
                && found.insert(name.to_owned())
            {
                let schema = document.pointer("/components/schemas").and_then(|schemas| schemas.get(name));
                if let Some(schema) = schema {
                    collect(schema, document, found);
                }
            }
            fields.values().for_each(|field| collect(field, document, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, document, found)),
        _ => {}
    }
}
