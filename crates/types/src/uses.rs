//! The steps that a step depends on.

use crate::definition::StepText;
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::scope::Resolution;
use crate::status::StepRunStatus;
use crate::step_edits::StepReference;
use crate::template::{Reference, Root};

impl Index {
    /// The steps whose outputs a step uses itself. What the steps inside a container use, they use for themselves.
    #[must_use]
    pub fn used_by<'i>(&'i self, user: &'i Place) -> Vec<&'i Place> {
        let mut used = self.shown_by(user);
        for text in user.step.texts() {
            let scope = self.scope_of(user, &text);
            // A text that cannot be parsed has no references: the lint reports it, and the step fails when it runs.
            for reference in self.references_of(&text).unwrap_or_default() {
                if reference.root != Root::Steps {
                    continue;
                }
                match scope.resolve(&reference.name) {
                    Resolution::Visible(used_step) | Resolution::Later(used_step) | Resolution::Hidden(used_step) => {
                        used.push(used_step);
                    }
                    // A container around the step gives its item or round, and has no output yet.
                    Resolution::Around(_) | Resolution::Unknown => {}
                }
            }
        }
        used
    }

    /// The places that refer to a step, or to a step inside it, from outside.
    #[must_use]
    pub fn references_to(&self, target: &Place) -> Vec<StepReference> {
        let others = self.places().iter().filter(|place| !self.is_part_of(place, target));
        let places = others.flat_map(|place| {
            let refers = |text: &StepText<'_>| {
                let references = self.references_of(text).unwrap_or_default();
                references.iter().any(|reference| self.means(reference, place, target))
            };
            let texts = place.step.texts().into_iter().filter(refers);
            let pointers = texts.map(|text| format!("{}/{}", place.pointer, text.field)).collect::<Vec<_>>();
            pointers.into_iter().map(|pointer| StepReference { step_id: place.step.id.clone(), pointer })
        });
        places.collect()
    }

    /// Whether a reference of a step means another step, or one inside it.
    pub(crate) fn means(&self, reference: &Reference, from: &Place, target: &Place) -> bool {
        reference.root == Root::Steps
            && match self.resolve(&reference.name, from) {
                Resolution::Visible(named) | Resolution::Later(named) | Resolution::Hidden(named) => {
                    self.is_part_of(named, target)
                }
                Resolution::Around(_) | Resolution::Unknown => false,
            }
    }

    /// Whether a step is another one, or stands inside it.
    pub(crate) fn is_part_of(&self, place: &Place, whole: &Place) -> bool {
        place.step.id == whole.step.id || self.around(place).any(|around| around.step.id == whole.step.id)
    }

    /// The steps whose outputs depend on a step's output, directly or indirectly. When that output is replaced, they
    /// are stale. A running step was sent the old output.
    #[must_use]
    pub fn made_from(&self, changed: &StepId, status: impl Fn(&Place) -> Option<StepRunStatus>) -> Vec<&Place> {
        let mut sources: Vec<&StepId> = vec![changed];
        let mut stale = Vec::new();
        for place in self.places().iter().skip_while(|place| place.step.id != *changed).skip(1) {
            if !self.used_by(place).iter().any(|used| sources.contains(&&used.step.id)) {
                continue;
            }
            match status(place) {
                Some(StepRunStatus::Completed | StepRunStatus::Running | StepRunStatus::OutcomeUnknown) => {
                    sources.push(&place.step.id);
                    stale.push(place);
                }
                // A skipped review passes on the outputs that it would have shown.
                Some(StepRunStatus::Skipped) => sources.push(&place.step.id),
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
        let definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "Plan it", "type": "llm", "prompt": "{{input.topic}}"},
            {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.Plan it.content}} {{steps.gone.content}}",
                "system_prompt": "${steps.a.output}"},
            {"id": "r", "label": "R", "type": "review", "shows": ["b"]},
            {"id": "c", "label": "C", "type": "llm", "prompt": "{{steps.B"},
        ]}))
        .unwrap();
        let index = Index::of(&definition);
        let used = |at: usize| {
            let used = index.used_by(&index.places()[at]);
            used.into_iter().map(|place| place.step.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!([used(0), used(1), used(2), used(3)], [vec![], vec!["a", "a"], vec!["b"], vec![]]);
    }
}
