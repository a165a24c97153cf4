//! Checks of agents.

use std::sync::Arc;

use sluice_types::{Agent, AgentStep, Definition, FieldError, LintContext, Severity, Step, StepKind, lint};

use super::Check;

/// Codes of the lint findings of an agent's step that prevent a save of the agent.
const REFUSED: [&str; 11] = [
    "max_tokens_out_of_range",
    "max_turns_out_of_range",
    "name_too_long",
    "prompt_too_long",
    "schema_not_an_object",
    "schema_too_long",
    "temperature_out_of_range",
    "tool_name_not_usable",
    "too_many_fallbacks",
    "too_many_tools",
    "unknown_tool",
];

impl Check {
    /// An agent: what would be wrong with a step that takes it on.
    pub fn agent(&mut self, agent: &Agent) -> &mut Self {
        self.name("/name", &agent.name).text("/description", &agent.description);
        self.text("/instructions", &agent.instructions);
        let mut step = AgentStep { prompt: "x".into(), ..AgentStep::default() };
        step.fill_in(agent);
        let Some(step) = as_step(step) else { return self };
        let definition = Definition { steps: vec![Arc::new(step)], ..Definition::default() };
        let findings = lint(&definition, &LintContext::default(), None).findings.into_iter();
        let refused =
            findings.filter(|finding| finding.severity == Severity::Error && REFUSED.contains(&finding.code.as_str()));
        self.0.extend(refused.map(|finding| {
            let pointer = finding.pointer.strip_prefix("/steps/0").unwrap_or(&finding.pointer);
            FieldError::with_code(pointer, finding.code, finding.message)
        }));
        self
    }
}

fn as_step(step: AgentStep) -> Option<Step> {
    Some(Step {
        id: "agent".parse().ok()?,
        label: "Agent".into(),
        kind: StepKind::Agent(step),
        enabled: true,
        max_retries: None,
        timeout: None,
        idle_timeout: None,
        effect: None,
        next: None,
    })
}
