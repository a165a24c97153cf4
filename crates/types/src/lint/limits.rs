//! Sizes and ranges.

use super::report::Findings;
use crate::definition::{AgentStep, Definition, LlmStep, ModelUse, NEXT_END, ReviewStep, Step, StepKind};
use crate::index::Index;
use crate::json;
use crate::limits::{
    MAX_AGENT_TOOLS, MAX_ARGUMENTS_BYTES, MAX_EXPIRES_IN_SECONDS, MAX_FALLBACKS, MAX_NAME_CHARS, MAX_OUTPUT_TOKENS,
    MAX_PROMPT_BYTES, MAX_RETRIES, MAX_SCHEMA_BYTES, MAX_STEPS, MAX_TEMPERATURE, MAX_TIMEOUT_SECONDS, MAX_TURNS,
};

pub(super) fn check(definition: &Definition, index: &Index, findings: &mut Findings) {
    check_names("", definition.provider.as_deref(), definition.model.as_deref(), findings);
    let count = index.places().len();
    if count == 0 {
        findings.error("/steps", "no_steps", "a workflow needs at least one step");
    }
    if count > MAX_STEPS {
        let message = format!("a workflow has at most {MAX_STEPS} steps, not {count}: split it into several");
        return findings.error("/steps", "too_many_steps", message);
    }
    for place in index.places() {
        check_step(&place.step, &place.pointer, findings);
    }
}

fn check_step(step: &Step, at: &str, findings: &mut Findings) {
    if step.id.as_str() == NEXT_END {
        findings.error(
            format!("{at}/id"),
            "reserved_id",
            "`end` means the end of the workflow; give the step another id",
        );
    }
    if step.label.trim().is_empty() {
        findings.error(format!("{at}/label"), "empty_label", "a step needs a label");
    }
    if step.label.chars().count() > MAX_NAME_CHARS {
        findings.error(
            format!("{at}/label"),
            "label_too_long",
            format!("a label has at most {MAX_NAME_CHARS} characters"),
        );
    }
    if step.label.contains(['\n', '{', '}']) {
        findings.error(
            format!("{at}/label"),
            "label_not_usable",
            "a label holds no braces and no line breaks, as prompts refer to it",
        );
    }
    if step.max_retries.is_some_and(|retries| retries > MAX_RETRIES) {
        findings.error(format!("{at}/max_retries"), "too_many_retries", format!("at most {MAX_RETRIES} retries"));
    }
    if step.timeout.is_some_and(|seconds| seconds == 0 || seconds > MAX_TIMEOUT_SECONDS) {
        findings.error(
            format!("{at}/timeout"),
            "timeout_out_of_range",
            format!("from 1 to {MAX_TIMEOUT_SECONDS} seconds"),
        );
    }
    check_silence(step, at, findings);
    for (field, text) in step.templates() {
        if text.len() > MAX_PROMPT_BYTES {
            let message = format!("at most {MAX_PROMPT_BYTES} bytes, not {}", text.len());
            findings.error(format!("{at}/{field}"), "prompt_too_long", message);
        }
    }
    match &step.kind {
        StepKind::Llm(llm) => check_llm(llm, at, findings),
        StepKind::Agent(agent) => check_agent(agent, at, findings),
        StepKind::Tool(tool) => {
            if json::size_of_map(&tool.arguments) > MAX_ARGUMENTS_BYTES {
                let message = format!("the arguments have at most {MAX_ARGUMENTS_BYTES} bytes as JSON");
                findings.error(format!("{at}/arguments"), "arguments_too_long", message);
            }
        }
        StepKind::Review(review) => check_review(review, at, findings),
        // `branches` checks containers, and `newer` reports unknown types.
        StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) | StepKind::Unknown(_) => {}
    }
}

fn check_silence(step: &Step, at: &str, findings: &mut Findings) {
    let Some(seconds) = step.idle_timeout else { return };
    let pointer = format!("{at}/idle_timeout");
    if seconds == 0 || seconds > MAX_TIMEOUT_SECONDS {
        let message = format!("from 1 to {MAX_TIMEOUT_SECONDS} seconds");
        findings.error(pointer, "idle_timeout_out_of_range", message);
    } else if seconds > step.timeout_seconds() {
        let message = format!(
            "the attempt ends after its `timeout` of {} seconds, so that a longer silence has no effect: raise `timeout` or lower this",
            step.timeout_seconds()
        );
        findings.warning(pointer, "idle_timeout_without_effect", message);
    }
}

fn check_names(at: &str, provider: Option<&str>, model: Option<&str>, findings: &mut Findings) {
    for (field, name) in [("provider", provider), ("model", model)] {
        if name.is_some_and(|name| name.chars().count() > MAX_NAME_CHARS) {
            let message = format!("the name of a {field} has at most {MAX_NAME_CHARS} characters");
            findings.error(format!("{at}/{field}"), "name_too_long", message);
        }
    }
}

fn check_review(review: &ReviewStep, at: &str, findings: &mut Findings) {
    if review.shows.len() > MAX_STEPS {
        findings.error(format!("{at}/shows"), "too_many_shown", format!("at most {MAX_STEPS} steps"));
    }
    if review.expires_in.is_some_and(|seconds| seconds == 0 || seconds > MAX_EXPIRES_IN_SECONDS) {
        let message = format!("from 1 to {MAX_EXPIRES_IN_SECONDS} seconds; leave it out to wait for a person");
        findings.error(format!("{at}/expires_in"), "expires_in_out_of_range", message);
    }
}

fn check_llm(llm: &LlmStep, at: &str, findings: &mut Findings) {
    if llm.prompt.trim().is_empty() {
        findings.error(format!("{at}/prompt"), "empty_prompt", "say what the model is to do");
    }
    check_model_use(llm.model_use(), at, findings);
}

fn check_agent(agent: &AgentStep, at: &str, findings: &mut Findings) {
    if agent.prompt.trim().is_empty() {
        findings.error(format!("{at}/prompt"), "empty_prompt", "say what the agent is to do");
    }
    if agent.max_turns.is_some_and(|turns| turns == 0 || turns > MAX_TURNS) {
        findings.error(format!("{at}/max_turns"), "max_turns_out_of_range", format!("from 1 to {MAX_TURNS}"));
    }
    if agent.tools.len() > MAX_AGENT_TOOLS {
        findings.error(format!("{at}/tools"), "too_many_tools", format!("at most {MAX_AGENT_TOOLS} tools"));
    }
    check_model_use(agent.model_use(), at, findings);
}

fn check_model_use(uses: ModelUse<'_>, at: &str, findings: &mut Findings) {
    check_names(at, uses.provider.map(String::as_str), uses.model.map(String::as_str), findings);
    for (number, fallback) in uses.fallbacks.iter().enumerate() {
        let at = format!("{at}/fallbacks/{number}");
        check_names(&at, fallback.provider.as_deref(), Some(&fallback.model), findings);
    }
    if uses.temperature.is_some_and(|t| !(0.0..=MAX_TEMPERATURE).contains(&t)) {
        let message = format!("from 0 to {MAX_TEMPERATURE}");
        findings.error(format!("{at}/temperature"), "temperature_out_of_range", message);
    }
    if uses.max_tokens.is_some_and(|tokens| tokens == 0 || tokens > MAX_OUTPUT_TOKENS) {
        findings.error(format!("{at}/max_tokens"), "max_tokens_out_of_range", format!("from 1 to {MAX_OUTPUT_TOKENS}"));
    }
    if uses.fallbacks.len() > MAX_FALLBACKS {
        findings.error(format!("{at}/fallbacks"), "too_many_fallbacks", format!("at most {MAX_FALLBACKS} fallbacks"));
    }
    if let Some(schema) = uses.output_schema {
        if !schema.is_object() {
            findings.error(format!("{at}/output_schema"), "schema_not_an_object", "a JSON Schema is an object");
        }
        if json::size(schema) > MAX_SCHEMA_BYTES {
            findings.error(
                format!("{at}/output_schema"),
                "schema_too_long",
                format!("at most {MAX_SCHEMA_BYTES} bytes"),
            );
        }
    }
}
