//! A design as a tree of steps, each with what it reuses and what is wrong with it.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_types::{
    Block, CostRange, Definition, Generation, Index, LintFinding, ReuseItem, Severity, Slot, Step, StepChangeKind,
    StepId, StepKind,
};

use crate::editor::summary;
use crate::format::{capitalised, plural};
use crate::tree::letter;

/// The steps of a design, and the findings that belong to none of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// The steps of the workflow's own list.
    pub steps: Vec<PreviewStep>,
    /// Findings of the workflow as a whole.
    pub elsewhere: Vec<LintFinding>,
    /// Number of steps, at any depth.
    pub count: usize,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewStep {
    /// What people call it by, as in `2A.1`.
    pub number: String,
    /// The step.
    pub step: Arc<Step>,
    /// It in a few words.
    pub summary: String,
    /// What it reuses.
    pub reuse: Vec<ReuseItem>,
    /// Errors and warnings.
    pub findings: Vec<LintFinding>,
    /// What its calls are expected to cost, when it makes any: `None` inside when the price is not known.
    pub cost: Option<Option<CostRange>>,
    /// What happened to it, when a definition was changed.
    pub change: Option<StepChangeKind>,
    /// Its lists.
    pub lanes: Vec<PreviewLane>,
}

/// A list of a container.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewLane {
    /// Its name, as `Branch market`.
    pub name: String,
    /// When it runs, for a case.
    pub condition: Option<String>,
    /// Its steps.
    pub steps: Vec<PreviewStep>,
}

impl Preview {
    /// The preview of a definition, with what the generation says of its steps.
    #[must_use]
    pub fn of(definition: &Definition, generation: &Generation) -> Self {
        let index = Index::of(definition);
        let mut notes = Notes { findings: HashMap::new(), costs: HashMap::new(), generation };
        let mut elsewhere = Vec::new();
        let told = generation.findings.iter().filter(|it| matches!(it.severity, Severity::Error | Severity::Warning));
        for finding in told {
            match index.at_pointer(&finding.pointer) {
                Some((place, _)) => {
                    notes.findings.entry(place.step.id.clone()).or_default().push(finding.clone());
                }
                None => elsewhere.push(finding.clone()),
            }
        }
        let estimated = generation.estimate.iter().flat_map(|estimate| &estimate.steps);
        notes.costs = estimated.filter_map(|step| Some((step.path.step_id()?, step.cost_usd))).collect();
        Self { steps: notes.steps(definition.root(), ""), elsewhere, count: index.places().len() }
    }
}

/// What is said of steps, by their ids.
struct Notes<'g> {
    findings: HashMap<StepId, Vec<LintFinding>>,
    costs: HashMap<StepId, Option<CostRange>>,
    generation: &'g Generation,
}

impl Notes<'_> {
    fn steps(&self, block: Block<'_>, prefix: &str) -> Vec<PreviewStep> {
        let numbered = block.steps.iter().zip(1_usize..);
        numbered.map(|(step, at)| self.step(step, format!("{prefix}{at}"))).collect()
    }

    fn step(&self, step: &Arc<Step>, number: String) -> PreviewStep {
        let blocks = step.kind.blocks();
        let lanes = blocks.into_iter().enumerate().map(|(at, inner)| PreviewLane {
            name: lane_name(&inner.slot),
            condition: condition_of(&step.kind, &inner.slot),
            steps: self.steps(inner.block, &format!("{number}{}.", letter(&inner.slot, at))),
        });
        let lanes = lanes.collect();
        let changes = &self.generation.changes;
        PreviewStep {
            summary: summary(step, None),
            reuse: self.generation.reuse.iter().filter(|item| item.step_id == step.id).cloned().collect(),
            findings: self.findings.get(&step.id).cloned().unwrap_or_default(),
            cost: self.costs.get(&step.id).copied(),
            change: changes.iter().find(|change| change.step_id == step.id).map(|change| change.kind),
            step: Arc::clone(step),
            number,
            lanes,
        }
    }
}

fn lane_name(slot: &Slot) -> String {
    match slot {
        Slot::Branch(name) => format!("Branch {name}"),
        Slot::Case(name) => format!("If {name}"),
        Slot::Otherwise => "Otherwise".to_owned(),
        Slot::Each => "For each item".to_owned(),
        Slot::Body => "Each round".to_owned(),
    }
}

fn condition_of(kind: &StepKind, slot: &Slot) -> Option<String> {
    match (kind, slot) {
        (StepKind::Conditional(conditional), Slot::Case(name)) => {
            conditional.cases.iter().find(|case| case.name == *name).map(|case| case.when.clone())
        }
        (StepKind::Loop(body), Slot::Body) => Some(format!("until {}", body.until)).filter(|_| !body.until.is_empty()),
        _ => None,
    }
}

/// A sentence for the head of a preview: `4 steps, 1 problem, 2 warnings`.
#[must_use]
pub fn preview_summary(preview: &Preview, findings: &[LintFinding]) -> String {
    let count = |severity| {
        let all = findings.iter().filter(|finding| finding.severity == severity).count();
        u64::try_from(all).unwrap_or(u64::MAX)
    };
    let steps = plural(u64::try_from(preview.count).unwrap_or(u64::MAX), "step", "steps");
    let parts = [(count(Severity::Error), "problem", "problems"), (count(Severity::Warning), "warning", "warnings")];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| plural(count, one, many));
    capitalised(&std::iter::once(steps).chain(parts).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A completed generation of these steps.
    pub fn generation(steps: &Value, findings: &Value, reuse: &Value) -> Generation {
        serde_json::from_value(json!({
            "id": "generation-0190b0a0-0000-7000-8000-000000000000", "status": "completed", "prompt": "Do it",
            "workflow_id": null, "refines": false, "provider": "demo", "model": "demo", "simulated": true, "calls": 1,
            "workflow": {"id": "brief", "name": "Brief", "definition": {"steps": steps}},
            "agents_to_create": [], "existing_agents_used": [], "mcps_suggested": [], "existing_mcps_used": [],
            "explanation": "", "reuse": reuse, "changes": [], "findings": findings, "estimate": null, "cost_usd": 0.0,
            "token_usage": {"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0}, "error": null,
            "created_at": "2026-11-27T06:00:00Z", "completed_at": null, "expires_at": "2026-12-04T06:00:00Z",
        }))
        .unwrap()
    }

    fn preview_of(generation: &Generation) -> Preview {
        Preview::of(&generation.workflow.as_ref().unwrap().definition, generation)
    }

    fn walk(steps: &[PreviewStep], lines: &mut Vec<String>) {
        for step in steps {
            lines.push(format!("{} {}", step.number, step.step.label));
            for lane in &step.lanes {
                lines.push(format!("- {} {}", lane.name, lane.condition.as_deref().unwrap_or_default()));
                walk(&lane.steps, lines);
            }
        }
    }

    #[test]
    fn steps_are_numbered_in_their_lists() {
        let llm = |label: &str| json!({"label": label, "type": "llm", "prompt": "x"});
        let steps = json!([
            llm("Plan"),
            {"label": "Sides", "type": "parallel", "branches": [
                {"name": "market", "steps": [llm("Facts"), llm("Risks")]}, {"name": "law", "steps": [llm("Rules")]}]},
            {"label": "Which", "type": "conditional", "cases": [{"name": "high", "when": "true", "steps": [llm("Ask")]}],
                "otherwise": {"steps": []}},
            {"label": "Polish", "type": "loop", "until": "iteration == 2", "max_iterations": 3, "steps": [llm("Draft")]},
        ]);
        let preview = preview_of(&generation(&steps, &json!([]), &json!([])));
        let mut lines = Vec::new();
        walk(&preview.steps, &mut lines);
        let expected = [
            "1 Plan",
            "2 Sides",
            "- Branch market ",
            "2A.1 Facts",
            "2A.2 Risks",
            "- Branch law ",
            "2B.1 Rules",
            "3 Which",
            "- If high true",
            "3a.1 Ask",
            "- Otherwise ",
            "4 Polish",
            "- Each round until iteration == 2",
            "4.1 Draft",
        ];
        assert_eq!(lines, expected);
        assert_eq!(preview.count, 9);
    }

    #[test]
    fn notes_stand_at_their_steps() {
        let steps = json!([
            {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
            {"id": "b", "label": "B", "type": "loop", "until": "", "max_iterations": 2, "steps": [
                {"id": "c", "label": "C", "type": "llm", "prompt": "y"}]},
        ]);
        let finding = |pointer: &str, severity: &str| json!({"severity": severity, "code": "unknown_reference", "pointer": pointer, "message": "m"});
        let findings = json!([
            finding("/steps/1/steps/0/prompt", "error"),
            finding("/steps/1/until", "warning"),
            finding("/inputs", "warning"),
            finding("/steps/0/prompt", "info"),
        ]);
        let reuse = json!([{"step_id": "c", "kind": "model_call", "resource_id": "openai/gpt", "reason": "why",
            "missing_key": "openai"}]);
        let generation = generation(&steps, &findings, &reuse);
        let preview = preview_of(&generation);
        let (a, b) = (&preview.steps[0], &preview.steps[1]);
        let c = &b.lanes[0].steps[0];
        assert_eq!((a.findings.len(), b.findings.len(), c.findings.len(), preview.elsewhere.len()), (0, 1, 1, 1));
        assert_eq!(c.reuse[0].missing_key.as_deref(), Some("openai"));
        assert_eq!(preview_summary(&preview, &generation.findings), "3 steps, 1 problem, 2 warnings");
    }
}
