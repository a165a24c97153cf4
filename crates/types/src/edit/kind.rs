//! Changes the type of a step.

use crate::definition::{AgentStep, LlmStep, ReviewStep, StepKind, StepType, ToolStep};

/// The step as another type: fields that both have are kept, and the text moves between prompt and instructions. A
/// container keeps its type: it holds steps, which another type could not keep.
pub(super) fn converted(kind: &StepKind, to: StepType) -> StepKind {
    let text = match kind {
        StepKind::Llm(llm) => &llm.prompt,
        StepKind::Agent(agent) => &agent.prompt,
        StepKind::Review(review) => &review.instructions,
        StepKind::Tool(_) => "",
        StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) | StepKind::Unknown(_) => {
            return kind.clone();
        }
    };
    let text = text.to_owned();
    match (kind, to) {
        (StepKind::Llm(llm), StepType::Agent) => StepKind::Agent(agent_of(llm)),
        (StepKind::Agent(agent), StepType::Llm) => StepKind::Llm(llm_of(agent)),
        (StepKind::Agent(_), StepType::Agent)
        | (StepKind::Llm(_), StepType::Llm)
        | (StepKind::Review(_), StepType::Review)
        | (StepKind::Tool(_), StepType::Tool)
        | (_, StepType::Parallel | StepType::Conditional | StepType::Loop | StepType::Unknown) => kind.clone(),
        (_, StepType::Llm) => StepKind::Llm(LlmStep { prompt: text, ..LlmStep::default() }),
        (_, StepType::Agent) => StepKind::Agent(AgentStep { prompt: text, ..AgentStep::default() }),
        (_, StepType::Review) => StepKind::Review(ReviewStep { instructions: text, ..ReviewStep::default() }),
        (_, StepType::Tool) => StepKind::Tool(ToolStep::default()),
    }
}

fn agent_of(llm: &LlmStep) -> AgentStep {
    AgentStep {
        prompt: llm.prompt.clone(),
        instructions: llm.system_prompt.clone(),
        provider: llm.provider.clone(),
        model: llm.model.clone(),
        persona_id: llm.persona_id.clone(),
        temperature: llm.temperature,
        max_tokens: llm.max_tokens,
        reasoning: llm.reasoning.clone(),
        output_schema: llm.output_schema.clone(),
        fallbacks: llm.fallbacks.clone(),
        ..AgentStep::default()
    }
}

fn llm_of(agent: &AgentStep) -> LlmStep {
    LlmStep {
        prompt: agent.prompt.clone(),
        system_prompt: agent.instructions.clone(),
        provider: agent.provider.clone(),
        model: agent.model.clone(),
        persona_id: agent.persona_id.clone(),
        temperature: agent.temperature,
        max_tokens: agent.max_tokens,
        reasoning: agent.reasoning.clone(),
        output_schema: agent.output_schema.clone(),
        fallbacks: agent.fallbacks.clone(),
        ..LlmStep::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_prompt_becomes_an_agent_and_comes_back() {
        let llm: LlmStep =
            serde_json::from_value(json!({"prompt": "Say {{input.x}}", "system_prompt": "Be brief.", "model": "demo"}))
                .unwrap();
        let agent = converted(&StepKind::Llm(llm.clone()), StepType::Agent);
        assert!(matches!(&agent, StepKind::Agent(agent) if agent.instructions.as_deref() == Some("Be brief.")));
        assert_eq!(converted(&agent, StepType::Llm), StepKind::Llm(llm));
    }

    #[test]
    fn the_text_moves_along_where_there_is_one() {
        let review = StepKind::Review(ReviewStep { instructions: "Look.".into(), ..ReviewStep::default() });
        assert!(matches!(converted(&review, StepType::Agent), StepKind::Agent(agent) if agent.prompt == "Look."));
        assert_eq!(converted(&review, StepType::Tool), StepKind::Tool(ToolStep::default()));
        assert_eq!(converted(&review, StepType::Loop), review);
    }
}
