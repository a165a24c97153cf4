//! Which steps a step builds on.

use crate::definition::{Definition, Step};
use crate::ids::StepId;
use crate::status::StepRunStatus;
use crate::template::{Root, references};

impl Definition {
    /// The steps whose outputs a step uses. `names` is [`Definition::names`], made once for many steps.
    #[must_use]
    pub fn used_by<'a>(&'a self, step: &'a Step, names: &[&str]) -> Vec<&'a Step> {
        let mut used = self.shown_by(step);
        for (_, source) in step.templates() {
            // What cannot be read refers to nothing: the lint reports it, and the step fails when it runs.
            for reference in references(source, names).unwrap_or_default() {
                if reference.root == Root::Steps {
                    used.extend(self.step_named(&reference.name));
                }
            }
        }
        used
    }

    /// The steps whose outputs were made from a step's output, directly or through others. When that output is
    /// replaced, they still say what followed from the old one. A step that is under way was sent the old one.
    #[must_use]
    pub fn made_from(&self, changed: &Step, status: impl Fn(&Step) -> Option<StepRunStatus>) -> Vec<&Step> {
        let names = self.names();
        let mut sources: Vec<&StepId> = vec![&changed.id];
        let mut stale = Vec::new();
        for step in self.steps.iter().skip_while(|step| step.id != changed.id).skip(1) {
            if !self.used_by(step, &names).iter().any(|used| sources.contains(&&used.id)) {
                continue;
            }
            match status(step) {
                Some(StepRunStatus::Completed | StepRunStatus::Running | StepRunStatus::OutcomeUnknown) => {
                    sources.push(&step.id);
                    stale.push(step.as_ref());
                }
                // A review that was passed over hands on what it would have shown.
                Some(StepRunStatus::Skipped) => sources.push(&step.id),
                Some(
                    StepRunStatus::Pending
                    | StepRunStatus::Waiting
                    | StepRunStatus::Failed
                    | StepRunStatus::Cancelled
                    | StepRunStatus::Unknown,
                )
                | None => {}
            }
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prompts_and_reviews_use_steps_and_what_is_not_there_is_passed_over() {
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "Plan it", "type": "llm", "prompt": "{{input.topic}}"},
            {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.Plan it.content}} {{steps.gone.content}}",
                "system_prompt": "${steps.a.output}"},
            {"id": "r", "label": "R", "type": "review", "shows": ["b"]},
            {"id": "c", "label": "C", "type": "llm", "prompt": "{{steps.B"},
        ]}))
        .unwrap();
        let names = definition.names();
        let used = |at: usize| {
            let used = definition.used_by(&definition.steps[at], &names);
            used.into_iter().map(|step| step.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!([used(0), used(1), used(2), used(3)], [vec![], vec!["a", "a"], vec!["b"], vec![]]);
    }
}
