//! The rounds of a loop, and what each one gave.

use sluice_types::{StepPath, StepRunStatus};

use super::{Lane, RunState};

/// What a round gave, beside what the one before it gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// The text of the round before.
    pub before: String,
    /// The text of this round.
    pub after: String,
}

/// The texts of a round and of the one before, once both are there: of the last step of each that gave one.
#[must_use]
pub fn rounds(run: &RunState, lanes: &[Lane], key: &str) -> Option<Round> {
    let at = lanes.iter().position(|lane| lane.key == key)?;
    let before = lanes.get(at.checked_sub(1)?)?;
    Some(Round { before: text_of(run, &before.steps)?, after: text_of(run, &lanes.get(at)?.steps)? })
}

/// The text of the last step that completed; `None` while one of them is under way.
fn text_of(run: &RunState, steps: &[StepPath]) -> Option<String> {
    let steps: Vec<_> = steps.iter().filter_map(|path| run.step(path)).collect();
    if steps.iter().any(|step| !step.is_settled()) {
        return None;
    }
    let gave = |step: &&&super::StepView| step.run.status == StepRunStatus::Completed && !step.text.is_empty();
    steps.iter().rev().find(gave).map(|step| step.text.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::Execution;

    use super::*;
    use crate::run::lanes;

    #[test]
    fn a_round_is_compared_with_the_one_before_once_both_have_ended() {
        let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
        let step = |path: &str, status: &str, text: &str| {
            json!({"path": path, "step_id": "s", "label": path, "type": "llm", "status": status, "attempt": 1,
                "provider": null, "model": null, "content": text, "token_usage": usage, "cost_usd": 0.0,
                "duration_ms": null, "error": null, "gate": null, "overridden": false})
        };
        let steps = [
            step("polish.1.draft", "completed", "one"),
            step("polish.2.draft", "completed", "two"),
            step("polish.2.check", "skipped", ""),
            step("polish.3.draft", "running", "half"),
        ];
        let run: Execution = serde_json::from_value(json!({
            "id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_version": 1,
            "temporal_workflow_id": null, "status": "running", "input": {}, "error": null, "token_usage": usage,
            "cost_usd": 0.0, "budget_usd": null, "yolo": false, "triggered_by": "api",
            "created_at": "2026-01-01T00:00:00Z", "duration_ms": null, "on_hold": false, "steps": steps,
            "steps_executed": [], "last_seq": 0,
        }))
        .unwrap();
        let run = RunState::new(run);
        let paths: Vec<_> = run.steps().iter().map(|step| step.run.path.clone()).collect();
        let lanes = lanes(&StepPath::new("polish").unwrap(), &paths);
        assert_eq!(rounds(&run, &lanes, "1"), None);
        assert_eq!(rounds(&run, &lanes, "2"), Some(Round { before: "one".into(), after: "two".into() }));
        assert_eq!(rounds(&run, &lanes, "3"), None);
    }
}
