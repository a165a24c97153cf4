//! Limits of requests in their schemas, from the constants that the checks use.
//!
//! Answers have none: a limit that is raised later would make the clients of today refuse an answer.

use std::collections::BTreeSet;

use sluice_store::SortOrder;
use sluice_types::limits::{
    MAX_AGENT_TOOLS, MAX_ALLOWED_TOOLS, MAX_APPLIED_AGENTS, MAX_CANVAS_COORDINATE, MAX_CASES, MAX_CONCURRENCY,
    MAX_CREDENTIAL_CHARS, MAX_CURSOR_CHARS, MAX_DESCRIPTION_CHARS, MAX_EDGE_CHANGES, MAX_EXPIRES_IN_SECONDS,
    MAX_EXPRESSION_BYTES, MAX_FALLBACKS, MAX_GENERATION_PROMPT_BYTES, MAX_IDEMPOTENCY_KEY_CHARS, MAX_INPUT_FIELDS,
    MAX_INPUT_OPTIONS, MAX_ITERATIONS, MAX_MCP_ARGS, MAX_MCP_SECRET_CHARS, MAX_MCP_SECRET_NAME_CHARS, MAX_MCP_SECRETS,
    MAX_METADATA_FILTERS, MAX_METADATA_KEY_CHARS, MAX_METADATA_KEYS, MAX_METADATA_VALUE_CHARS, MAX_NAME_CHARS,
    MAX_OUTPUT_BYTES, MAX_OUTPUT_TOKENS, MAX_PAGE, MAX_PARALLEL_BRANCHES, MAX_PATH_BYTES, MAX_POSITION,
    MAX_PROMPT_BYTES, MAX_RETRIES, MAX_SEARCH_CHARS, MAX_SLUG_CHARS, MAX_STATS_DAYS, MAX_STEPS, MAX_TAG_CHARS,
    MAX_TAG_FILTERS, MAX_TAGS, MAX_TEMPERATURE, MAX_TIMEOUT_SECONDS, MAX_TOOL_NAME_CHARS, MAX_TURNS, MAX_WAIT_SECONDS,
    MAX_ZOOM, MIN_ZOOM,
};
use sluice_types::{ExecutionStatus, Include, StepEffect, StepRunStatus, WorkflowInclude};
use utoipa::Number;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, Schema};
use utoipa::openapi::{OpenApi, RefOr};

/// Texts that hold more than white space.
const NOT_BLANK: &str = r"\S";
/// The label of a step, to which prompts refer: not blank, without braces and line breaks.
const LABEL: &str = r"^[^\n{}]*[^\s{}][^\n{}]*$";
/// A header of visible characters, with spaces and tabs inside.
const HEADER_TEXT: &str = r"^[!-~]([\t -~]*[!-~])?$";
/// The number of an event.
const EVENT_NUMBER: &str = "^[0-9]{1,19}$";
/// The same, or the `id` of an event, which names its execution.
const EVENT_ID: &str = "^(execution-[0-9a-f-]{36}:)?[0-9]{1,19}$";

/// The limits of one value.
#[derive(Clone, Copy)]
enum Limits {
    /// The least and the most characters, and a pattern.
    Text(usize, usize, Option<&'static str>),
    /// The least and the most items, and the limits of each.
    List(usize, usize, Option<&'static Limits>),
    /// The most entries, the limits of each key, and those of each value.
    Map(usize, Option<&'static Limits>, &'static Limits),
    /// The least integer, and the greatest if it is not that of the format.
    Integer(u32, Option<u32>),
    /// The least number, and the greatest if there is one.
    Number(f64, Option<f64>),
    /// One of a few words.
    Words(&'static [&'static str]),
}

/// A list of a container, or where a step goes on.
const SLOT: &str = "^(next|each|body|otherwise|(branch|case):[a-zA-Z][a-zA-Z0-9_-]{0,99})$";
const NAME: Limits = Limits::Text(1, MAX_NAME_CHARS, Some(NOT_BLANK));
const SHORT: Limits = Limits::Text(0, MAX_NAME_CHARS, None);
const LONG: Limits = Limits::Text(0, MAX_DESCRIPTION_CHARS, None);
// These three are limits of bytes: a text never has more characters than bytes.
const EXPRESSION: Limits = Limits::Text(0, MAX_EXPRESSION_BYTES, None);
const PROMPT: Limits = Limits::Text(0, MAX_PROMPT_BYTES, None);
const OUTPUT: Limits = Limits::Text(0, MAX_OUTPUT_BYTES, None);
const TAG: Limits = Limits::Text(1, MAX_TAG_CHARS, Some(NOT_BLANK));
const TAG_FILTER: Limits = Limits::Text(0, MAX_TAG_CHARS, None);
/// Without control characters.
const CREDENTIAL: Limits =
    Limits::Text(1, MAX_CREDENTIAL_CHARS, Some(r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"));
const SECONDS: Limits = Limits::Integer(1, Some(MAX_TIMEOUT_SECONDS));
const COUNTED: Limits = Limits::Integer(1, None);
const EVENT: Limits = Limits::Integer(0, None);
/// In quotes, weak, bare, `*`, with a mark of the layout, or as a proxy has changed it that compresses.
const IF_MATCH: Limits =
    Limits::Text(1, 40, Some(r#"^(\*|(W/)?"[0-9]{1,18}(-[0-9a-f]{8})?(-{1,2}(br|deflate|gzip|zstd))?"|[0-9]{1,18})$"#));
const METADATA_KEY: Limits = Limits::Text(1, MAX_METADATA_KEY_CHARS, Some(r"^[^:\x00-\x1f\x7f-\x9f]+$"));
const METADATA_VALUE: Limits = Limits::Text(0, MAX_METADATA_VALUE_CHARS, None);
const METADATA_FILTER: Limits = Limits::Text(2, MAX_METADATA_KEY_CHARS + MAX_METADATA_VALUE_CHARS + 1, Some("^[^:]+:"));

/// Characters in the id of a tool: that of its server, and its name.
const MAX_TOOL_ID_CHARS: usize = MAX_SLUG_CHARS + 1 + MAX_TOOL_NAME_CHARS;
const TOOL: Limits = Limits::Text(3, MAX_TOOL_ID_CHARS, Some("^[^:]+:"));
/// Without control characters.
const TOOL_NAME: Limits =
    Limits::Text(1, MAX_TOOL_NAME_CHARS, Some(r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"));
/// The name of an environment variable or of a header.
const SECRET_NAME: Limits = Limits::Text(1, MAX_MCP_SECRET_NAME_CHARS, None);
/// Its value, or an argument of a program.
const SECRET: Limits = Limits::Text(0, MAX_MCP_SECRET_CHARS, None);

/// The code of a problem. More may come, so the schema does not list them.
const ERROR_CODE: Limits = Limits::Text(1, MAX_SLUG_CHARS, Some("^[a-z0-9_]+$"));

/// The limits of a field of a request.
fn of_field(schema: &str, field: &str) -> Option<Limits> {
    Some(match (schema, field) {
        // The description of a template's input is accepted and ignored.
        ("TemplateInput", _) => return None,
        ("GenerateWorkflow", "prompt") => Limits::Text(1, MAX_GENERATION_PROMPT_BYTES, Some(NOT_BLANK)),
        ("ApplyGeneration", "agents") => Limits::List(0, MAX_APPLIED_AGENTS, None),
        ("AgentStep" | "ReviewStep", "instructions") | (_, "prompt" | "system_prompt") => PROMPT,
        // The name of a draft may be empty: it has none yet.
        ("GenerateWorkflow", "name") | ("InputField", "label") | (_, "category" | "model") => SHORT,
        (_, "name" | "triggered_by") => NAME,
        ("InputField", "options") => Limits::List(0, MAX_INPUT_OPTIONS, Some(&LONG)),
        (_, "inputs") => Limits::List(0, MAX_INPUT_FIELDS, None),
        (_, "when" | "until" | "for_each") => EXPRESSION,
        (_, "cases") => Limits::List(0, MAX_CASES, None),
        (_, "branches") => Limits::List(0, MAX_PARALLEL_BRANCHES, None),
        (_, "max_concurrency") => Limits::Integer(1, Some(MAX_CONCURRENCY)),
        (_, "max_iterations") => Limits::Integer(1, Some(MAX_ITERATIONS)),
        (_, "label") => Limits::Text(1, MAX_NAME_CHARS, Some(LABEL)),
        (_, "description" | "comment" | "help" | "instructions") => LONG,
        (_, "content") => OUTPUT,
        (_, "api_key" | "base_url" | "command" | "cwd" | "default_model" | "url") => CREDENTIAL,
        (_, "tools") => Limits::List(0, MAX_AGENT_TOOLS, Some(&TOOL)),
        (_, "tool") => Limits::Text(0, MAX_TOOL_ID_CHARS, None),
        (_, "max_turns") => Limits::Integer(1, Some(MAX_TURNS)),
        (_, "args") => Limits::List(0, MAX_MCP_ARGS, Some(&SECRET)),
        ("SetStdioTransport", "env") | ("SetHttpTransport", "headers") => {
            Limits::Map(MAX_MCP_SECRETS, Some(&SECRET_NAME), &SECRET)
        }
        (_, "env_names" | "header_names") => Limits::List(0, MAX_MCP_SECRETS, Some(&SECRET_NAME)),
        (_, "allowed_tools") => Limits::List(0, MAX_ALLOWED_TOOLS, Some(&TOOL_NAME)),
        (_, "tags") => Limits::List(0, MAX_TAGS, Some(&TAG)),
        (_, "edges") => Limits::List(0, MAX_EDGE_CHANGES, None),
        ("CanvasViewport" | "MoveNode" | "NodePosition", "x" | "y") => {
            Limits::Number(-MAX_CANVAS_COORDINATE, Some(MAX_CANVAS_COORDINATE))
        }
        ("CanvasViewport", "zoom") => Limits::Number(MIN_ZOOM, Some(MAX_ZOOM)),
        (_, "position") => Limits::Integer(0, Some(MAX_POSITION)),
        (_, "slot" | "from_port" | "source_port") => Limits::Text(1, MAX_SLUG_CHARS + 7, Some(SLOT)),
        (_, "layout" | "nodes" | "steps" | "shows" | "step_ids") => Limits::List(0, MAX_STEPS, None),
        (_, "fallbacks") => Limits::List(0, MAX_FALLBACKS, None),
        (_, "renamed_labels") => Limits::Map(MAX_STEPS, None, &SHORT),
        (_, "max_retries") => Limits::Integer(0, Some(MAX_RETRIES)),
        (_, "timeout" | "idle_timeout") => SECONDS,
        (_, "expires_in") => Limits::Integer(1, Some(MAX_EXPIRES_IN_SECONDS)),
        (_, "max_tokens") => Limits::Integer(1, Some(MAX_OUTPUT_TOKENS)),
        (_, "metadata") => Limits::Map(MAX_METADATA_KEYS, Some(&METADATA_KEY), &METADATA_VALUE),
        (_, "version") => COUNTED,
        (_, "opened_seq") => EVENT,
        (_, "budget_usd") => Limits::Number(0.0, None),
        (_, "temperature") => Limits::Number(0.0, Some(MAX_TEMPERATURE)),
        _ => return None,
    })
}

/// The limits of a schema that is a text itself.
fn of_text(schema: &str) -> Option<Limits> {
    Some(match schema {
        "AgentId" | "BranchName" | "McpServerId" | "PersonaId" | "StepId" | "WorkflowId" => {
            Limits::Text(1, MAX_SLUG_CHARS, None)
        }
        "StepPath" => Limits::Text(1, MAX_PATH_BYTES, None),
        "ProviderName" => SHORT,
        _ => return None,
    })
}

/// The limits of a parameter.
fn of_parameter(operation: &str, parameter: &str) -> Option<Limits> {
    Some(match (operation, parameter) {
        ("list_workflows", "sort") => Limits::Words(&SortOrder::WORDS),
        ("follow_generation", "Last-Event-ID") => Limits::Text(4, 4, Some("^done$")),
        ("follow_execution", "Last-Event-ID") => Limits::Text(1, 19, Some(EVENT_NUMBER)),
        ("follow_workflow", "after" | "Last-Event-ID") => Limits::Text(1, 70, Some(EVENT_ID)),
        (_, "after" | "after_seq") => EVENT,
        (_, "status") => Limits::List(1, ExecutionStatus::ALL.len().max(StepRunStatus::ALL.len()), None),
        ("list_workflows", "include") => Limits::List(1, WorkflowInclude::ALL.len(), None),
        (_, "include") => Limits::List(1, Include::ALL.len(), None),
        (_, "metadata") => Limits::List(1, MAX_METADATA_FILTERS, Some(&METADATA_FILTER)),
        (_, "limit") => Limits::Integer(1, Some(MAX_PAGE)),
        (_, "wait") => Limits::Integer(0, Some(MAX_WAIT_SECONDS)),
        (_, "days") => Limits::Integer(1, Some(MAX_STATS_DAYS)),
        (_, "against" | "version" | "workflow_version") => COUNTED,
        (_, "cursor") => Limits::Text(1, MAX_CURSOR_CHARS, Some("^[A-Za-z0-9_-]+$")),
        ("list_tool_resources", "server_id") => Limits::Text(1, MAX_SLUG_CHARS, None),
        ("list_tool_resources", "effect") => Limits::Words(StepEffect::WORDS),
        (_, "tool") => Limits::Text(3, MAX_TOOL_ID_CHARS, Some("^[^:]+:")),
        (_, "q" | "search") => Limits::Text(0, MAX_SEARCH_CHARS, None),
        (_, "tag") => Limits::List(1, MAX_TAG_FILTERS, Some(&TAG_FILTER)),
        (_, "category" | "triggered_by") => SHORT,
        (_, "min_cost_usd" | "max_cost_usd") => Limits::Number(0.0, None),
        (_, "error_code") => ERROR_CODE,
        (_, "If-Match") => IF_MATCH,
        (_, "Idempotency-Key") => Limits::Text(1, MAX_IDEMPOTENCY_KEY_CHARS, Some(HEADER_TEXT)),
        _ => return None,
    })
}

/// Adds their limits to the schemas that requests hold.
pub fn constrain(document: &mut OpenApi, in_requests: &BTreeSet<String>) {
    let Some(components) = document.components.as_mut() else { return };
    for (name, schema) in &mut components.schemas {
        if let Some(limits) = of_text(name) {
            limit(schema, limits);
        }
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        if !in_requests.contains(name) {
            continue;
        }
        for (field, property) in &mut object.properties {
            if let Some(limits) = of_field(name, field) {
                limit(property, limits);
            }
        }
    }
}

/// Adds their limits to the parameters of an operation.
pub fn constrain_parameters(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(Parameter { name, schema: Some(schema), .. }) = parameter else { continue };
        if let Some(limits) = of_parameter(&id, name) {
            limit(schema, limits);
        }
    }
}

fn limit(schema: &mut RefOr<Schema>, limits: Limits) {
    match (schema, limits) {
        (RefOr::T(Schema::Array(array)), Limits::List(least, most, each)) => {
            array.min_items = Some(least).filter(|least| *least > 0);
            array.max_items = Some(most);
            if let (ArrayItems::RefOrSchema(items), Some(each)) = (&mut array.items, each) {
                limit(items, *each);
            }
        }
        (RefOr::T(Schema::Object(object)), limits) => limit_object(object, limits),
        (RefOr::T(_) | RefOr::Ref(_), _) => {}
    }
}

fn limit_object(object: &mut Object, limits: Limits) {
    match limits {
        Limits::Text(least, most, pattern) => {
            object.min_length = Some(least).filter(|least| *least > 0);
            object.max_length = Some(most);
            object.pattern = pattern.map(Into::into).or(object.pattern.take());
        }
        Limits::Map(most, keys, each) => {
            object.max_properties = Some(most);
            if let (Some(Schema::Object(names)), Some(keys)) = (object.property_names.as_deref_mut(), keys) {
                limit_object(names, *keys);
            }
            if let Some(AdditionalProperties::RefOr(value)) = object.additional_properties.as_deref_mut() {
                limit(value, *each);
            }
        }
        Limits::Integer(least, most) => {
            object.minimum = Some(Number::from(least));
            object.maximum = most.map(Number::from);
        }
        Limits::Number(least, most) => {
            object.minimum = Some(Number::from(least));
            object.maximum = most.map(Number::from);
        }
        Limits::Words(words) => object.enum_values = Some(words.iter().map(|word| (*word).into()).collect()),
        // A list that may be `null` is no array schema.
        Limits::List(..) => {}
    }
}
