//! What running again from a step does: which step runs are kept and which are repeated, and why.

use std::collections::HashSet;

use sluice_store::StepRecord;
use sluice_types::{Definition, Effect, RerunReason, StepId, StepPath, StepRunStatus};

/// A step that runs again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The step run.
    pub path: StepPath,
    /// Why.
    pub reason: RerunReason,
    /// The label of the step whose output it uses, when that is why.
    pub because_of: Option<String>,
}

/// The steps that run again when `from` does: itself, those that have not completed, those after it that are stale,
/// and those that use the output of one that runs again. The others are kept, as nothing that they use changes.
#[must_use]
pub fn repeats(definition: &Definition, runs: &[StepRecord], from: &StepPath) -> Vec<Repeat> {
    let names = definition.names();
    let mut again: HashSet<&StepId> = HashSet::new();
    let mut repeats = Vec::new();
    let mut is_after = false;
    for step in &definition.steps {
        let path = StepPath::top(&step.id);
        let run = runs.iter().map(|record| &record.run).find(|run| run.path == path);
        let status = run.map_or(StepRunStatus::Pending, |run| run.status);
        let is_stale = is_after && run.is_some_and(|run| run.stale);
        is_after |= path == *from;
        let used = definition.used_by(step, &names).into_iter().find(|used| again.contains(&used.id));
        let reason = if path == *from {
            Some((RerunReason::Requested, None))
        } else if let Some(used) = used {
            Some((RerunReason::UsesRepeated, Some(used.label.clone())))
        } else if is_stale {
            Some((RerunReason::Stale, None))
        } else if has_result(status) {
            None
        } else {
            Some((RerunReason::NotCompleted, None))
        };
        if let Some((reason, because_of)) = reason {
            again.insert(&step.id);
            repeats.push(Repeat { path, reason, because_of });
        }
    }
    repeats
}

/// Whether a step run can be kept. One that was passed over stays so: whoever switches a step on
/// again makes it one that is to be run.
fn has_result(status: StepRunStatus) -> bool {
    match status {
        StepRunStatus::Completed | StepRunStatus::Skipped => true,
        StepRunStatus::Pending
        | StepRunStatus::Running
        | StepRunStatus::Waiting
        | StepRunStatus::Failed
        | StepRunStatus::Cancelled
        | StepRunStatus::OutcomeUnknown
        | StepRunStatus::Unknown => false,
    }
}

/// Whether a step acts on something elsewhere when it runs again.
#[must_use]
pub fn acts_again(definition: &Definition, path: &StepPath) -> bool {
    definition.step_at(path).is_some_and(|step| step.enabled && step.effect() == Effect::Writes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::pending_run;
    use serde_json::json;
    use sluice_store::AttemptProgress;
    use sluice_types::StepRun;

    #[test]
    fn only_what_uses_a_repeated_step_is_repeated() {
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
            {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.A.content}}"},
            {"id": "c", "label": "C", "type": "llm", "prompt": "alone"},
            {"id": "r", "label": "R", "type": "review", "shows": ["b"]},
            {"id": "d", "label": "D", "type": "llm", "prompt": "{{steps.R.content}}"},
            {"id": "e", "label": "E", "type": "llm", "prompt": "{{steps.C.content}}"},
        ]}))
        .unwrap();
        let completed = |step| StepRun { status: StepRunStatus::Completed, ..pending_run(step) };
        let runs: Vec<StepRecord> = definition
            .steps
            .iter()
            .take(5)
            .map(|step| StepRecord {
                run: completed(step),
                order_key: Vec::new(),
                progress: AttemptProgress::default(),
            })
            .collect();
        let found: Vec<(String, RerunReason, Option<String>)> =
            repeats(&definition, &runs, &StepPath::new("b").unwrap())
                .into_iter()
                .map(|repeat| (repeat.path.to_string(), repeat.reason, repeat.because_of))
                .collect();
        assert_eq!(
            found,
            [
                ("b".into(), RerunReason::Requested, None),
                ("r".into(), RerunReason::UsesRepeated, Some("B".into())),
                ("d".into(), RerunReason::UsesRepeated, Some("R".into())),
                ("e".into(), RerunReason::NotCompleted, None),
            ]
        );
    }
}
