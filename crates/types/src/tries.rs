//! Trying one step: the outputs that it reads, and the definition that runs it alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::definition::{
    Definition, LoopStep, ParallelStep, Step, StepEffect, StepKind, ToolStep, known_parts_if_given,
};
use crate::ids::{ExecutionId, StepId, StepPath};
use crate::index::{Index, Place};
use crate::scope::Resolution;
use crate::template::{Reading, Root};

/// A step to try, and the values that it reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryStep {
    /// The definition with the step, when it is not saved. Default: the saved definition.
    #[serde(default, deserialize_with = "known_parts_if_given")]
    pub definition: Option<Definition>,
    /// A run of the workflow, from which the input and the outputs are taken that are not given here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<ExecutionId>,
    /// The value of `input` in templates. Default: that of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// Outputs of other steps, by their ids. They win over those of the run, and those that are not read are ignored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<StepId, Value>,
    /// The value of `item`, for a step inside a `for_each`. Default: the first item of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    /// Budget in US dollars. A call that would exceed it opens a gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_usd: Option<f64>,
    /// The person or program that tries the step. Default: `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggered_by: Option<String>,
    /// Texts of the client's own: they are put over the workflow's, key by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
}

/// A step whose output a tried step reads.
#[derive(Debug, Clone)]
pub struct ReadStep<'i> {
    /// The step.
    pub place: &'i Place,
    /// The path of its run, in a run of the whole workflow: of the first item, in the first round.
    pub path: StepPath,
    /// Whether the tried step cannot do without it.
    pub required: bool,
}

/// A step to try, with all that it reads.
#[derive(Debug, Clone)]
pub struct TriedStep<'i> {
    index: &'i Index,
    /// The step.
    pub place: &'i Place,
    /// The steps whose outputs it reads, in the order of the definition.
    pub reads: Vec<ReadStep<'i>>,
    /// The containers around it whose `item` or round it reads, the outermost first.
    pub containers: Vec<&'i Place>,
}

/// A definition that runs one step alone.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The steps that are read, as stand-ins that make no call; and the step, in the containers whose names it reads.
    pub definition: Definition,
    /// The path of the step in it.
    pub path: StepPath,
    /// The stand-ins for the items of the `for_each` steps, the outermost first: their outputs are the items.
    pub items: Vec<StepId>,
}

/// The tool of stand-ins. It is not called: their outputs are there before the run begins.
const STAND_IN: &str = "native:current_time";

impl<'i> TriedStep<'i> {
    /// A step of a definition, with all that it reads; `None` when there is no such step.
    #[must_use]
    pub fn of(index: &'i Index, id: &StepId) -> Option<Self> {
        let place = index.place(id)?;
        let mut tried = Self { index, place, reads: Vec::new(), containers: Vec::new() };
        let mut reads: BTreeMap<&StepId, bool> = BTreeMap::new();
        let mut around: BTreeSet<&StepId> = BTreeSet::new();
        for part in index.places().iter().filter(|part| index.is_part_of(part, place)) {
            for shown in index.shown_by(part) {
                reads.insert(&shown.step.id, true);
            }
            tried.add_names_of(part, &mut reads, &mut around);
        }
        let first = index.first_path(place);
        let outside = index.places().iter().filter(|other| !index.is_part_of(other, place));
        tried.reads = outside
            .filter_map(|other| {
                let required = *reads.get(&other.step.id)?;
                let path = index.seen_from(&first, other)?;
                Some(ReadStep { place: other, path, required })
            })
            .collect();
        tried.containers = index.around(place).filter(|container| around.contains(&container.step.id)).collect();
        Some(tried)
    }

    /// Adds the steps and the containers that the texts of a step name.
    fn add_names_of(&self, part: &'i Place, reads: &mut BTreeMap<&'i StepId, bool>, around: &mut BTreeSet<&'i StepId>) {
        for text in part.step.texts() {
            // A text that cannot be parsed names nothing: the lint reports it.
            let Ok(reading) = Reading::of(text.source, text.language, self.index.names()) else { continue };
            let scope = self.index.scope_of(part, &text);
            around.extend(reading.locals_used().iter().filter_map(|name| Some(&scope.source_of(name)?.step.id)));
            for reference in reading.into_references() {
                if reference.root != Root::Steps {
                    continue;
                }
                match scope.resolve(&reference.name) {
                    Resolution::Visible(step) => {
                        let required = reads.entry(&step.step.id).or_default();
                        *required |= !reference.optional;
                    }
                    Resolution::Around(container) => _ = around.insert(&container.step.id),
                    // The lint reports them.
                    Resolution::Later(_) | Resolution::Hidden(_) | Resolution::Unknown => {}
                }
            }
        }
    }

    /// The `for_each` steps whose `item` it reads, the outermost first.
    pub fn for_each(&self) -> impl DoubleEndedIterator<Item = &'i Place> {
        self.containers.iter().copied().filter(|container| matches!(container.step.kind, StepKind::Parallel(_)))
    }

    /// The path of the run of a container around it, in a run of the whole workflow.
    #[must_use]
    pub fn path_of(&self, container: &Place) -> StepPath {
        self.index.first_path(container)
    }

    /// The definition that runs the step alone. Everything else of the definition stays as it is.
    #[must_use]
    pub fn alone(&self, definition: &Definition) -> Trial {
        let mut steps: Vec<Arc<Step>> = self.reads.iter().map(|read| Arc::new(stand_in(&read.place.step))).collect();
        let mut items = Vec::new();
        let mut tried = Arc::new(self.step());
        for container in self.containers.iter().rev() {
            let kind = match &container.step.kind {
                StepKind::Parallel(_) => {
                    let item = self.item(items.len());
                    let for_each = Some(format!("[steps.{}.output]", item.id));
                    items.push(item.id.clone());
                    steps.push(Arc::new(item));
                    StepKind::Parallel(ParallelStep { for_each, steps: vec![tried], ..ParallelStep::default() })
                }
                _ => StepKind::Loop(LoopStep {
                    steps: vec![tried],
                    until: "true".into(),
                    max_iterations: 1,
                    ..LoopStep::default()
                }),
            };
            tried = Arc::new(bare(&container.step, kind));
        }
        items.reverse();
        steps.push(tried);
        let definition = Definition { entry_step: None, steps, ..definition.clone() };
        let index = Index::of(&definition);
        let alone = index.place(&self.place.step.id);
        let path = alone.map_or_else(|| StepPath::top(&self.place.step.id), |alone| index.first_path(alone));
        Trial { definition, path, items }
    }

    /// The step without its jumps, which lead to steps that are not there.
    fn step(&self) -> Step {
        let mut step = Step::clone(&self.place.step);
        step.enabled = true;
        step.next = None;
        match &mut step.kind {
            StepKind::Conditional(conditional) => conditional.jumps_mut().for_each(|next| *next = None),
            // A stand-in is no model step, which a review shows by default.
            StepKind::Review(review) => {
                review.shows = self.index.shown_by(self.place).iter().map(|shown| shown.step.id.clone()).collect();
            }
            StepKind::Llm(_)
            | StepKind::Agent(_)
            | StepKind::Tool(_)
            | StepKind::Parallel(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => {}
        }
        step
    }

    /// The stand-in for an item, under a name that the definition does not have.
    fn item(&self, number: usize) -> Step {
        let is_taken = |name: &str| self.index.named(name).is_some();
        let name = (number + 1..).map(|number| (format!("item_{number}"), format!("Item {number}")));
        let mut names = name.filter(|(id, label)| !is_taken(id) && !is_taken(label));
        let (id, label) = names.next().unwrap_or_default();
        let place = StepId::new(id).unwrap_or_else(|_| StepId::from_label(&label));
        Step { id: place, label, ..stand_in(&self.place.step) }
    }
}

/// A step in the place of another one, with its names. It makes no call of a model, and any field may be read of it.
fn stand_in(step: &Step) -> Step {
    let tool = ToolStep { tool: STAND_IN.into(), arguments: Map::new(), extra: Map::new() };
    Step { effect: Some(StepEffect::Pure), ..bare(step, StepKind::Tool(tool)) }
}

/// A step of another kind with the names of this one.
fn bare(step: &Step, kind: StepKind) -> Step {
    Step {
        id: step.id.clone(),
        label: step.label.clone(),
        kind,
        enabled: true,
        max_retries: None,
        timeout: None,
        idle_timeout: None,
        effect: None,
        next: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{LintContext, lint};
    use serde_json::json;

    fn definition() -> Definition {
        serde_json::from_value(json!({"steps": [
            {"id": "plan", "label": "Plan", "type": "llm", "prompt": "{{input.topic}}"},
            {"id": "extra", "label": "Extra", "type": "llm", "prompt": "x", "next": "end"},
            {"id": "each", "label": "Each", "type": "parallel", "for_each": "steps.Plan.output", "steps": [
                {"id": "first", "label": "First", "type": "llm", "prompt": "{{item}}"},
                {"id": "second", "label": "Second", "type": "llm",
                    "prompt": "{{steps.First.content}} {{item.name}} {{steps.Extra.content | default('')}}"},
                {"id": "plain", "label": "Plain", "type": "llm", "prompt": "{{steps.Plan.content}}"},
                {"id": "rounds", "label": "Rounds", "type": "loop", "until": "iteration > 2", "max_iterations": 3, "steps": [
                    {"id": "inner", "label": "Inner", "type": "llm", "prompt": "{{previous}} {{steps.Each.index}}"}]}]},
            {"id": "check", "label": "Check", "type": "review"}]}))
        .unwrap()
    }

    fn reads(id: &str) -> Vec<(String, bool)> {
        let definition = definition();
        let index = Index::of(&definition);
        let tried = TriedStep::of(&index, &StepId::new(id).unwrap()).unwrap();
        tried.reads.iter().map(|read| (read.path.to_string(), read.required)).collect()
    }

    fn alone(id: &str) -> Trial {
        let definition = definition();
        let index = Index::of(&definition);
        TriedStep::of(&index, &StepId::new(id).unwrap()).unwrap().alone(&definition)
    }

    #[test]
    fn a_step_reads_the_outputs_that_it_names_or_shows() {
        let read = |path: &str, required| (path.to_owned(), required);
        assert_eq!(reads("plan"), []);
        assert_eq!(reads("second"), [read("extra", false), read("each.0.first", true)]);
        assert_eq!(reads("check"), [read("extra", true)]);
        // What the steps inside read of one another is not read from outside.
        assert_eq!(reads("each"), [read("plan", true), read("extra", false)]);
    }

    #[test]
    fn a_step_runs_alone_in_the_containers_whose_names_it_reads() {
        for (id, path, steps, items) in [
            ("plan", "plan", vec!["plan"], 0),
            ("plain", "plain", vec!["plan", "plain"], 0),
            ("second", "each.0.second", vec!["extra", "first", "item_1", "each"], 1),
            ("inner", "each.0.rounds.1.inner", vec!["item_1", "each"], 1),
            ("rounds", "each.0.rounds", vec!["item_1", "each"], 1),
            ("check", "check", vec!["extra", "check"], 0),
        ] {
            let trial = alone(id);
            let ids: Vec<&str> = trial.definition.steps.iter().map(|step| step.id.as_str()).collect();
            assert_eq!((trial.path.as_str(), ids, trial.items.len()), (path, steps, items), "{id}");
        }
    }

    #[test]
    fn the_definition_of_a_trial_has_no_errors_of_its_own() {
        for id in ["plan", "second", "plain", "inner", "rounds", "each", "check"] {
            let trial = alone(id);
            let input = json!({"topic": "tea"});
            let report = lint(&trial.definition, &LintContext::default(), Some(&input));
            let errors: Vec<_> = report.errors().map(|finding| (&finding.code, &finding.message)).collect();
            assert_eq!(errors, [], "{id}");
        }
    }
}
