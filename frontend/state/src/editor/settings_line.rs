//! The settings of a step in one line, for the row that holds its fields.

use sluice_types::limits::DEFAULT_OUTPUT_TOKENS;
use sluice_types::{Step, StepKind};

use crate::format::{number, plural};

/// The settings of a step: those that each step of its kind has, and others as far as they are set. `persona` is the name
/// of its persona.
#[must_use]
pub fn settings_line(step: &Step, persona: Option<&str>) -> String {
    let mut parts = Vec::new();
    if let Some(model) = step.kind.model_use() {
        parts.push(format!("Persona {}", persona.unwrap_or("–")));
        parts.push(match model.temperature {
            Some(temperature) => format!("temperature {temperature}"),
            None => "temperature default".to_owned(),
        });
        parts.push(format!("≤ {} tokens", number(model.max_tokens.unwrap_or(DEFAULT_OUTPUT_TOKENS).into())));
        if let Some(reasoning) = model.reasoning {
            parts.push(format!("reasoning {}", String::from(reasoning.clone())));
        }
        if has_instructions(step) {
            parts.push("system prompt".to_owned());
        }
        if model.output_schema.is_some() {
            parts.push("output schema".to_owned());
        }
        if !model.fallbacks.is_empty() {
            let count = u64::try_from(model.fallbacks.len()).unwrap_or(u64::MAX);
            parts.push(plural(count, "fallback", "fallbacks"));
        }
    }
    if !matches!(step.kind, StepKind::Review(_)) {
        if let Some(retries) = step.max_retries {
            parts.push(plural(retries.into(), "retry", "retries"));
        }
        if let Some(timeout) = step.timeout {
            parts.push(format!("timeout {timeout} s"));
        }
    }
    match &step.next {
        Some(_) => parts.push("goes to another step".to_owned()),
        None if parts.is_empty() => parts.push("Settings".to_owned()),
        None => {}
    }
    capitalised(&parts.join(" · "))
}

fn has_instructions(step: &Step) -> bool {
    match &step.kind {
        StepKind::Llm(llm) => llm.system_prompt.as_ref().is_some_and(|text| !text.is_empty()),
        StepKind::Agent(agent) => agent.instructions.as_ref().is_some_and(|text| !text.is_empty()),
        StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => false,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn settings_are_told_in_one_line() {
        let line = |fields: Value, persona| {
            let mut step = json!({"id": "a", "label": "A"});
            step.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            settings_line(&serde_json::from_value(step).unwrap(), persona)
        };
        let plain = json!({"type": "llm", "prompt": "x"});
        assert_eq!(line(plain, None), "Persona – · temperature default · ≤ 4,096 tokens");
        let set = json!({"type": "llm", "prompt": "x", "temperature": 0.5, "max_tokens": 8000, "reasoning": "low",
            "system_prompt": "s", "output_schema": {}, "fallbacks": [{"model": "m"}], "max_retries": 1, "timeout": 90, "next": "end"});
        assert_eq!(
            line(set, Some("Editor")),
            "Persona Editor · temperature 0.5 · ≤ 8,000 tokens · reasoning low · system prompt · output schema · 1 fallback · 1 retry · timeout 90 s · goes to another step"
        );
        assert_eq!(line(json!({"type": "tool", "tool": "t", "max_retries": 3}), None), "3 retries");
        assert_eq!(line(json!({"type": "tool", "tool": "t", "next": "end"}), None), "Goes to another step");
        assert_eq!(line(json!({"type": "review", "timeout": 9}), None), "Settings");
    }
}
