//! What a designing model is sent. What people wrote is data: it stands between tags, as JSON without angle brackets, and
//! no template of it is filled in.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_providers::{AssistantMessage, Message, ModelCall, Tool, ToolChoice, ToolResult};
use sluice_types::limits::{GENERATION_IDLE_SECONDS, MAX_GENERATION_TOKENS, MAX_REPAIRED_FINDINGS};
use sluice_types::{Candidate, LintFinding, ProviderName, find_model};

use super::ask::Said;
use super::inventory::as_data;
use super::request::{Base, DesignRequest};
use super::schema::answer_schema;

/// How a workflow is designed: the system prompt.
const SYSTEM: &str = include_str!("prompt.md");
/// The tool whose arguments are the answer, where a model is made to call it.
const TOOL: &str = "design_workflow";

/// The calls of one generation. Each repeats the request, and of the answers the last one only.
pub struct Conversation {
    candidate: Candidate,
    schema: Value,
    request: String,
    last: Vec<Message>,
}

impl Conversation {
    /// The conversation about a request, with what a model is told of what exists.
    pub fn new(request: &DesignRequest, inventory: &str) -> Self {
        Self {
            candidate: request.candidate.clone(),
            schema: answer_schema(request.base.as_ref().map(|base| &base.definition)),
            request: first_message(request, inventory),
            last: Vec::new(),
        }
    }

    /// The next call.
    pub fn call(&self) -> ModelCall {
        let Candidate { provider, model } = &self.candidate;
        let known = find_model(provider, model).and_then(|model| model.max_output_tokens);
        let known = known.map_or(MAX_GENERATION_TOKENS, |most| u32::try_from(most).unwrap_or(MAX_GENERATION_TOKENS));
        let mut call = ModelCall {
            system: Some(SYSTEM.to_owned()),
            max_tokens: Some(known.min(MAX_GENERATION_TOKENS)),
            idle_timeout: Duration::from_secs(GENERATION_IDLE_SECONDS),
            ..ModelCall::new(provider, model, &self.request)
        };
        call.messages.extend(self.last.iter().cloned());
        if provider == ProviderName::Anthropic.as_str() {
            // Its schemas of answers allow no free objects, such as the arguments of a tool. Those of tools do.
            let description = "Gives the designed workflow.".to_owned();
            call.tools = vec![Tool { name: TOOL.into(), description, parameters: self.schema.clone() }];
            call.tool_choice = ToolChoice::Named(TOOL.into());
        } else {
            call.output_schema = Some(self.schema.clone());
        }
        call
    }

    /// Adds the newest answer and what is wrong with it, in place of the one before.
    pub fn repair(&mut self, said: Said, problems: &[LintFinding]) {
        let Said { text, calls, replay, .. } = said;
        let told = repair_message(problems);
        // Each call of a tool wants a result.
        let results: Vec<Message> = calls
            .iter()
            .map(|call| {
                let (call_id, name) = (call.id.clone(), call.name.clone());
                Message::Tool(ToolResult { call_id, name, content: told.clone(), is_error: true })
            })
            .collect();
        let is_empty = text.trim().is_empty() && calls.is_empty();
        let answer = Message::Assistant(AssistantMessage { text, tool_calls: calls, replay });
        self.last = if is_empty { Vec::new() } else { vec![answer] };
        self.last.extend(if results.is_empty() { vec![Message::User(told)] } else { results });
    }
}

fn first_message(request: &DesignRequest, inventory: &str) -> String {
    let mut parts = vec![format!("What exists, as JSON:\n<inventory>\n{inventory}\n</inventory>")];
    if let Some(Base { name, description, definition, .. }) = &request.base {
        let base = json!({"name": name, "description": description, "definition": definition});
        parts.push(format!(
            "The workflow to change, as JSON:\n<workflow>\n{}\n</workflow>\nAnswer with the whole changed workflow. Steps that stay keep their `id` and `label`.",
            as_data(&base)
        ));
    }
    let prompt = as_data(&Value::String(request.prompt.clone()));
    parts.push(format!("What the person wants, as a JSON string:\n<request>\n{prompt}\n</request>"));
    parts.join("\n\n")
}

fn repair_message(problems: &[LintFinding]) -> String {
    let lines = problems.iter().take(MAX_REPAIRED_FINDINGS).map(|finding| {
        let LintFinding { severity, pointer, code, message, .. } = finding;
        json!({"severity": severity, "pointer": pointer, "code": code, "message": message})
    });
    let all = as_data(&Value::Array(lines.collect()));
    format!(
        "The answer was checked. Mend these findings, change nothing else, and give the whole answer again. Pointers are JSON pointers into the definition.\n<findings>\n{all}\n</findings>"
    )
}
