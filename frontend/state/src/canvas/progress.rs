//! A run on the canvas: how its steps stand, the ways that were taken, and how far containers have come.

use std::collections::HashMap;

use sluice_types::edit::Port;
use sluice_types::{BlockAddress, BranchName, OTHERWISE, Slot, StepId, StepPath, StepRunStatus, StepType};

use super::picture::{Picture, PictureEdge, Start};
use crate::format::plural;
use crate::run::{RunState, StepView, fact_of, lane_status, lanes};

/// The step runs of each step that are known: of a step in a container, one for each item or round.
pub type RunsByStep = HashMap<StepId, Vec<StepPath>>;

/// Groups the step runs by their step. The turns and calls of agents belong to none.
#[must_use]
pub fn runs_by_step(run: &RunState) -> RunsByStep {
    let mut all = RunsByStep::new();
    for step in run.steps().iter().filter(|step| step.run.path.in_agent().is_none()) {
        all.entry(step.run.step_id.clone()).or_default().push(step.run.path.clone());
    }
    all
}

/// The known runs of containers, in their order: what runs inside them has to be read.
#[must_use]
pub fn container_runs(run: &RunState) -> Vec<StepPath> {
    let has_begun = |step: &&StepView| step.is_container() && has_begun(step.run.status);
    run.steps().iter().filter(has_begun).map(|step| step.run.path.clone()).collect()
}

/// The step run to show of several: one that needs a person, then one that failed or runs, and of those the last.
#[must_use]
pub fn run_to_show(run: &RunState, paths: &[StepPath]) -> Option<StepPath> {
    let known: Vec<&StepView> = paths.iter().filter_map(|path| run.step(path)).collect();
    let statuses: Vec<StepRunStatus> = known.iter().map(|step| step.run.status).collect();
    let first = lane_status(&statuses);
    let chosen = known.iter().rev().find(|step| step.run.status == first).or_else(|| known.last());
    chosen.map(|step| step.run.path.clone())
}

const fn has_begun(status: StepRunStatus) -> bool {
    !matches!(status, StepRunStatus::Pending | StepRunStatus::Skipped)
}

fn statuses<'r>(run: &'r RunState, runs: &'r RunsByStep, id: &StepId) -> impl Iterator<Item = StepRunStatus> + use<'r> {
    let paths = runs.get(id).map(Vec::as_slice).unwrap_or_default();
    paths.iter().filter_map(|path| run.step(path)).map(|step| step.run.status)
}

/// Whether the run, or an item or round of it, went this way.
#[must_use]
pub fn is_taken(run: &RunState, runs: &RunsByStep, picture: &Picture, list: &BlockAddress, edge: &PictureEdge) -> bool {
    let begun = |id: &StepId| statuses(run, runs, id).any(has_begun);
    match &edge.start {
        Start::List => edge.target.as_ref().is_some_and(begun),
        Start::Step(id, port) => {
            let went = |path: &StepPath| {
                let step = run.step(path)?;
                let is_over = step.run.status == StepRunStatus::Completed;
                (is_over && port_taken(picture, list, step) == *port).then_some(())
            };
            let paths = runs.get(id).map(Vec::as_slice).unwrap_or_default();
            paths.iter().any(|path| went(path).is_some()) && edge.target.as_ref().is_none_or(begun)
        }
    }
}

/// Where a step run went on: after the case that was taken, where that one leads elsewhere.
fn port_taken(picture: &Picture, list: &BlockAddress, step: &StepView) -> Port {
    let case = step.run.choice.as_ref().and_then(|choice| choice.case.as_deref());
    let port = case.and_then(|case| match case {
        OTHERWISE => Some(Port::Otherwise),
        case => BranchName::new(case).ok().map(Port::Case),
    });
    let leads = |port: &Port| {
        let start = Start::Step(step.run.step_id.clone(), port.clone());
        picture.list(list).is_some_and(|list| list.edges.iter().any(|edge| edge.start == start))
    };
    port.filter(leads).unwrap_or(Port::Next)
}

/// Whether a case of a condition was taken by all its runs so far, or by none; `None` before it has decided and for other lists.
#[must_use]
pub fn case_taken(run: &RunState, runs: &RunsByStep, parent: &StepId, slot: &Slot) -> Option<bool> {
    let name = match slot {
        Slot::Case(name) => name.as_str(),
        Slot::Otherwise => OTHERWISE,
        Slot::Branch(_) | Slot::Each | Slot::Body => return None,
    };
    let choices = runs.get(parent)?.iter().filter_map(|path| run.step(path)?.run.choice.as_ref());
    let mut decided = false;
    for choice in choices {
        decided = true;
        if choice.case.as_deref() == Some(name) {
            return Some(true);
        }
    }
    decided.then_some(false)
}

/// How far a container has come, in a few words: `3 of 12 items`.
#[must_use]
pub fn inside_words(run: &RunState, runs: &RunsByStep, picture: &Picture, id: &StepId) -> Option<String> {
    let paths = runs.get(id)?;
    let known: Vec<&StepView> = paths.iter().filter_map(|path| run.step(path)).collect();
    let [only] = known.as_slice() else {
        let settled = known.iter().filter(|step| step.is_settled()).count();
        return (known.len() > 1).then(|| format!("{settled} of {} runs", known.len()));
    };
    let node = picture.node(id)?;
    let is_each = node.slots.contains(&Slot::Each);
    if only.is_settled() || node.kind == StepType::Conditional {
        return only.run.choice.as_ref().and_then(|choice| fact_of(node.kind, choice, is_each));
    }
    if !has_begun(only.run.status) {
        return None;
    }
    let inside = run.steps().iter().filter(|step| step.container.as_ref() == Some(&only.run.path));
    let inside: Vec<StepPath> = inside.map(|step| step.run.path.clone()).collect();
    let lanes = lanes(&only.run.path, &inside);
    if node.kind == StepType::Loop {
        let round = lanes.iter().filter_map(|lane| lane.key.parse::<u32>().ok()).max()?;
        return Some(format!("round {round}"));
    }
    let of_list = |key: &str| {
        let lists =
            node.slots.iter().filter(|slot| is_each || matches!(slot, Slot::Branch(name) if name.as_str() == key));
        let mut lists = lists.map(|slot| BlockAddress::Inner { parent: id.clone(), slot: slot.clone() });
        lists.next().map_or(0, |list| picture.steps(&list).len())
    };
    let is_over = |path: &&StepPath| run.step(path).is_some_and(StepView::is_settled);
    let done =
        lanes.iter().filter(|lane| lane.steps.iter().filter(is_over).count() >= of_list(&lane.key).max(1)).count();
    let told = only.run.choice.as_ref().and_then(|choice| choice.count).and_then(|count| usize::try_from(count).ok());
    let total = told.unwrap_or(if is_each { lanes.len() } else { node.slots.len() }).max(lanes.len());
    let count = u64::try_from(total).unwrap_or(u64::MAX);
    let noun = if is_each { plural(count, "item", "items") } else { plural(count, "branch", "branches") };
    Some(format!("{done} of {noun}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};
    use sluice_types::{Definition, Execution, Index};

    use super::*;

    fn id(text: &str) -> StepId {
        StepId::new(text).unwrap()
    }

    fn step(path: &str, kind: &str, status: &str, choice: Value) -> Value {
        let id = path.rsplit('.').next().unwrap();
        let mut step = json!({
            "path": path, "step_id": id, "label": id, "type": kind, "status": status, "attempt": 1, "provider": null,
            "model": null, "token_usage": usage(), "cost_usd": 0.0, "duration_ms": null, "error": null, "gate": null,
            "overridden": false, "started_at": null, "completed_at": null,
        });
        step["choice"] = choice;
        step
    }

    fn usage() -> Value {
        json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0})
    }

    fn picture() -> Picture {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "each", "label": "Each", "type": "parallel", "for_each": "input.all", "steps": [llm("read"), llm("sum")]},
            {"id": "which", "label": "Which", "type": "conditional", "cases": [
                {"name": "big", "when": "true", "steps": [llm("in")], "next": "last"},
                {"name": "small", "when": "true", "steps": [llm("out")]},
            ]},
            llm("skipped"),
            llm("last"),
        ]}))
        .unwrap();
        Picture::of(&Index::of(&definition), &BTreeMap::new())
    }

    fn run() -> RunState {
        let none = Value::Null;
        let steps = vec![
            step("each", "parallel", "running", json!({"count": 3})),
            step("which", "conditional", "completed", json!({"case": "big"})),
            step("skipped", "llm", "skipped", none.clone()),
            step("last", "llm", "running", none.clone()),
            step("each.0.read", "llm", "completed", none.clone()),
            step("each.0.sum", "llm", "completed", none.clone()),
            step("each.1.read", "llm", "failed", none.clone()),
            step("each.2.read", "llm", "running", none.clone()),
            step("which.big.in", "llm", "completed", none),
        ];
        let execution: Execution = serde_json::from_value(json!({
            "id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_version": 1,
            "temporal_workflow_id": null, "status": "running", "input": {}, "output": null, "error": null,
            "token_usage": usage(), "cost_usd": 0.0, "budget_usd": null, "yolo": false, "triggered_by": "api",
            "created_at": "2026-01-01T00:00:00Z", "started_at": null, "completed_at": null, "duration_ms": null,
            "on_hold": false, "steps_executed": [], "last_seq": 9, "steps": steps,
        }))
        .unwrap();
        RunState::new(execution)
    }

    #[test]
    fn the_ways_that_were_taken_are_told_from_the_others() {
        let (run, picture) = (run(), picture());
        let runs = runs_by_step(&run);
        let mut taken: Vec<String> = Vec::new();
        for (list, lane) in picture.lists() {
            taken.extend(
                lane.edges
                    .iter()
                    .filter(|edge| is_taken(&run, &runs, &picture, list, edge))
                    .map(|edge| edge.id.clone()),
            );
        }
        let edge = |list: &BlockAddress, start: Start| {
            picture.list(list).unwrap().edges.iter().find(|edge| edge.start == start).unwrap().id.clone()
        };
        let of = |parent: &str, slot: &str| BlockAddress::Inner { parent: id(parent), slot: slot.parse().unwrap() };
        let case = Port::Case(BranchName::new("big").unwrap());
        let expected = [
            edge(&BlockAddress::Root, Start::Step(id("which"), case)),
            edge(&of("each", "each"), Start::List),
            edge(&of("each", "each"), Start::Step(id("read"), Port::Next)),
            edge(&of("which", "case:big"), Start::List),
        ];
        assert_eq!(taken, expected);
        let case = |slot: &str| case_taken(&run, &runs, &id("which"), &slot.parse().unwrap());
        assert_eq!((case("case:big"), case("case:small"), case("each")), (Some(true), Some(false), None));
    }

    #[test]
    fn a_container_counts_what_is_over() {
        let (run, picture) = (run(), picture());
        let runs = runs_by_step(&run);
        let words = |step: &str| inside_words(&run, &runs, &picture, &id(step));
        assert_eq!(words("each").as_deref(), Some("1 of 3 items"));
        assert_eq!(words("which").as_deref(), Some("→ big"));
        assert_eq!(words("gone"), None);
    }

    #[test]
    fn of_several_runs_the_one_that_counts_is_shown() {
        let run = run();
        let runs = runs_by_step(&run);
        let shown = |step: &str| run_to_show(&run, &runs[&id(step)]).map(|path| path.to_string());
        assert_eq!(shown("read").as_deref(), Some("each.1.read"));
        assert_eq!(shown("last").as_deref(), Some("last"));
        assert_eq!(container_runs(&run).len(), 2);
    }
}
