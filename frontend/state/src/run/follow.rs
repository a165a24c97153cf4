//! Which step a page shows that follows its run.

use sluice_types::{Segment, StepPath, StepRunStatus, StepType};

use super::{RunState, StepView};

/// The step to show, when the page shows `shown` now. A step that works or waits for a person stays until it ends; then
/// comes the newest one that works, then a gate, then what the run came to.
#[must_use]
pub fn followed(run: &RunState, shown: Option<&StepPath>) -> Option<StepPath> {
    let is_at_work = |step: &&StepView| !step.is_container() && step.run.status == StepRunStatus::Running;
    let shown = shown.and_then(|path| run.step(path));
    if let Some(step) = shown.filter(|step| is_at_work(step) || step.run.status.is_gate()) {
        return Some(as_one(run, &step.run.path));
    }
    let newest = run.steps().iter().filter(is_at_work).max_by_key(|step| step.run.started_at);
    if let Some(step) = newest {
        return Some(as_one(run, &step.run.path));
    }
    let container = || run.steps().iter().rev().find(|step| step.run.status == StepRunStatus::Running);
    if let Some(step) = run.gate().or_else(container) {
        return Some(agent_around(&step.run.path));
    }
    let completed = || {
        let completed = run.top().filter(|step| step.run.status == StepRunStatus::Completed);
        completed.max_by_key(|step| step.run.completed_at)
    };
    let ended = run.failed_step().or_else(completed).or_else(|| run.top().next());
    ended.map(|step| agent_around(&step.run.path))
}

/// The agent whose turn or call this is: its transcript shows both. Otherwise the path itself.
fn agent_around(path: &StepPath) -> StepPath {
    path.in_agent().map_or_else(|| path.clone(), |at| at.agent)
}

/// The step run that stands for one that comes and goes quickly: the `for_each` around its item, or its agent.
fn as_one(run: &RunState, path: &StepPath) -> StepPath {
    agent_around(&outside_of_items(run, path))
}

/// The step itself, or the `for_each` around it: its items come and go too quickly to be shown one by one.
fn outside_of_items(run: &RunState, path: &StepPath) -> StepPath {
    let is_gate = run.step(path).is_some_and(|step| step.run.status.is_gate());
    let mut outermost = path.clone();
    let mut inner = path.clone();
    while let Some(container) = inner.parent().filter(|_| !is_gate) {
        let lane = inner.without_last();
        let is_item = lane.is_some_and(|lane| matches!(lane.segments().last(), Some(Segment::Index(_))));
        if is_item && run.step(&container).is_some_and(|step| step.run.step_type == StepType::Parallel) {
            outermost = container.clone();
        }
        inner = container;
    }
    outermost
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sluice_types::Execution;

    use super::*;

    /// A run of step runs: path, type, status, and the second of its start and end.
    fn run(status: &str, steps: &[(&str, &str, &str, u32)]) -> RunState {
        let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
        let step = |&(path, kind, status, second): &(&str, &str, &str, u32)| {
            let at = format!("2026-01-01T00:00:{second:02}Z");
            json!({"path": path, "step_id": "s", "label": path, "type": kind, "status": status, "attempt": 1,
                "provider": null, "model": null, "token_usage": usage, "cost_usd": 0.0, "duration_ms": null,
                "error": null, "gate": null, "overridden": false, "started_at": at, "completed_at": at})
        };
        let steps: Vec<Value> = steps.iter().map(step).collect();
        let run: Execution = serde_json::from_value(json!({
            "id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_version": 1,
            "temporal_workflow_id": null, "status": status, "input": {}, "error": null, "token_usage": usage,
            "cost_usd": 0.0, "budget_usd": null, "yolo": false, "triggered_by": "api",
            "created_at": "2026-01-01T00:00:00Z", "duration_ms": null, "on_hold": false, "steps": steps,
            "steps_executed": [], "last_seq": 0,
        }))
        .unwrap();
        RunState::new(run)
    }

    fn shown(run: &RunState, before: Option<&str>) -> String {
        followed(run, before.map(|path| StepPath::new(path).unwrap()).as_ref()).unwrap().to_string()
    }

    #[test]
    fn the_newest_step_at_work_is_shown_and_stays_until_it_ends() {
        let state = run(
            "running",
            &[
                ("fan", "parallel", "running", 1),
                ("fan.a.one", "llm", "running", 2),
                ("fan.b.two", "llm", "running", 3),
                ("fan.c.ok", "review", "waiting", 1),
            ],
        );
        assert_eq!(shown(&state, None), "fan.b.two");
        assert_eq!(shown(&state, Some("fan.a.one")), "fan.a.one");
        assert_eq!(shown(&state, Some("fan.c.ok")), "fan.c.ok");
        assert_eq!(shown(&state, Some("fan")), "fan.b.two");
    }

    #[test]
    fn items_are_followed_as_one() {
        let state = run(
            "running",
            &[
                ("each", "parallel", "running", 1),
                ("each.0.draft", "llm", "completed", 2),
                ("each.1.draft", "llm", "running", 3),
            ],
        );
        assert_eq!(shown(&state, None), "each");
        assert_eq!(shown(&state, Some("each")), "each");
        let rounds = run("running", &[("polish", "loop", "running", 1), ("polish.2.draft", "llm", "running", 3)]);
        assert_eq!(shown(&rounds, None), "polish.2.draft");
    }

    #[test]
    fn an_agent_is_followed_as_one() {
        let turns = |status: &'static str| {
            run(
                "running",
                &[
                    ("scout", "agent", "running", 1),
                    ("scout.1", "llm", "completed", 2),
                    ("scout.1.0", "tool", status, 3),
                ],
            )
        };
        assert_eq!(shown(&turns("running"), None), "scout");
        assert_eq!(shown(&turns("waiting"), Some("scout.1")), "scout");
        assert_eq!(shown(&turns("waiting"), Some("scout.1.0")), "scout");
    }

    #[test]
    fn without_work_a_gate_is_shown_and_then_what_the_run_came_to() {
        let at_gate = run("paused", &[("a", "llm", "completed", 1), ("b", "review", "waiting", 2)]);
        assert_eq!(shown(&at_gate, Some("a")), "b");
        let ended = run("completed", &[("a", "llm", "completed", 1), ("b", "llm", "completed", 2)]);
        assert_eq!(shown(&ended, Some("a")), "b");
        let failed = run("failed", &[("a", "llm", "completed", 3), ("b", "llm", "failed", 2)]);
        assert_eq!(shown(&failed, None), "b");
        let pending = run("pending", &[("a", "llm", "pending", 0), ("b", "llm", "pending", 0)]);
        assert_eq!(shown(&pending, None), "a");
    }
}
