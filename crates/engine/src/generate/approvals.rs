//! A design waives no approvals: that is for a person to do.

use std::collections::HashSet;

use sluice_types::{AgentId, Approve, CreateAgent, Definition, Index, Place, StepId, StepKind};

/// What is said when approvals were put back.
pub const PUT_BACK: &str = "The design skipped approvals; they were put back. A person can switch them off.";

/// Puts back the reviews and the approvals of tool calls that a design skips, unless the workflow that it changes skips them
/// too. Tells whether it skipped any.
pub fn put_back(definition: &mut Definition, agents: &mut [CreateAgent], base: Option<&Definition>) -> bool {
    let keeps_yolo = base.is_some_and(|base| base.yolo);
    let mut skipped = definition.yolo && !keeps_yolo;
    definition.yolo = keeps_yolo;
    let before = base.map(unapproved).unwrap_or_default();
    definition.each_step_mut(|step| {
        if let StepKind::Agent(agent) = &mut step.kind
            && agent.approve == Some(Approve::Never)
            && !before.contains(&(step.id.clone(), agent.agent_id.clone()))
        {
            (agent.approve, skipped) = (None, true);
        }
    });
    for agent in agents {
        if agent.approve == Some(Approve::Never) {
            (agent.approve, skipped) = (None, true);
        }
    }
    skipped
}

/// The agents whose calls nobody approves.
fn unapproved(base: &Definition) -> HashSet<(StepId, Option<AgentId>)> {
    let index = Index::of(base);
    let agent = |place: &Place| match &place.step.kind {
        StepKind::Agent(agent) if agent.approve == Some(Approve::Never) => {
            Some((place.step.id.clone(), agent.agent_id.clone()))
        }
        _ => None,
    };
    index.places().iter().filter_map(agent).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn approvals_are_put_back_unless_the_workflow_skipped_them_before() {
        let skipping: Definition = serde_json::from_value(json!({"yolo": true, "steps": [
            {"id": "a", "label": "A", "type": "agent", "agent_id": "x", "prompt": "x", "approve": "never"}]}))
        .unwrap();
        let mut agents = [CreateAgent { approve: Some(Approve::Never), ..CreateAgent::default() }];
        let mut design = skipping.clone();
        assert!(put_back(&mut design, &mut agents, None));
        assert!(!design.yolo && agents[0].approve.is_none());
        assert!(!serde_json::to_string(&design).unwrap().contains("never"));
        let mut design = skipping.clone();
        assert!(!put_back(&mut design, &mut agents, Some(&skipping)));
        assert_eq!(design, skipping);
    }
}
