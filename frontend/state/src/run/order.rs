//! All step runs in the order of the workflow, and the outline that is made of them.

use std::collections::HashMap;

use sluice_types::{StepPath, StepRunStatus, StepType};

use super::tree::Lane;
use super::{RunState, StepView};

/// The lines of an outline inside one container.
const MOST_INSIDE: usize = 40;

/// The step runs inside containers, as they were read for a search or for paper.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepsRead {
    /// By the container, in the order of the workflow.
    pub inside: HashMap<StepPath, Vec<StepView>>,
    /// Whether there are more than were read.
    pub is_cut: bool,
}

/// The containers inside which steps have run, among these.
pub fn begun_containers<'a>(steps: impl IntoIterator<Item = &'a StepView>) -> Vec<StepPath> {
    let has_begun = |step: &&StepView| {
        step.is_container() && !matches!(step.run.status, StepRunStatus::Pending | StepRunStatus::Skipped)
    };
    steps.into_iter().filter(has_begun).map(|step| step.run.path.clone()).collect()
}

/// The step run that the page follows, which is newer than the one that was read. Events hold no outputs: a step run that has
/// ended, and whose output the page has not read, is as it was read.
fn newest<'a>(run: &'a RunState, read: &'a StepView) -> &'a StepView {
    let has_text = |step: &StepView| !step.text.is_empty() || step.run.output.is_some();
    let is_told_only = |followed: &StepView| {
        followed.is_over || has_text(read) && !has_text(followed) && followed.run.status == read.run.status
    };
    run.step(&read.run.path).filter(|followed| !is_told_only(followed)).unwrap_or(read)
}

/// All step runs in order: each container is followed by what is known to run inside it.
#[must_use]
pub fn in_order<'a>(run: &'a RunState, read: &'a StepsRead) -> Vec<&'a StepView> {
    let mut known: HashMap<&StepPath, Vec<&StepView>> = HashMap::new();
    for step in run.steps() {
        if let Some(container) = &step.container {
            known.entry(container).or_default().push(step);
        }
    }
    let mut all = Vec::new();
    let mut due: Vec<&StepView> = run.top().rev().collect();
    while let Some(step) = due.pop() {
        all.push(step);
        let path = &step.run.path;
        let inside = match read.inside.get(path) {
            Some(read) => read.iter().map(|step| newest(run, step)).collect(),
            None => known.get(path).cloned().unwrap_or_default(),
        };
        due.extend(inside.into_iter().rev());
    }
    all
}

/// The step runs that were made from an output that a person has replaced since, in their order.
#[must_use]
pub fn stale_steps(run: &RunState) -> Vec<StepPath> {
    let stale = run.steps().iter().filter(|step| step.run.stale && step.run.status == StepRunStatus::Completed);
    stale.map(|step| step.run.path.clone()).collect()
}

/// A line of the outline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OutlineLine {
    /// A step run.
    Step {
        /// Its path.
        path: StepPath,
        /// Its label.
        label: String,
        /// The branch, case, item or round that it begins.
        lane: Option<String>,
        /// How many containers are around it.
        depth: u32,
    },
    /// The step runs of a container that have no line.
    More {
        /// The container.
        container: StepPath,
        /// How many there are.
        count: usize,
    },
}

/// The outline of a run, of what the page knows. Calls of agents have no line.
#[must_use]
pub fn outline(run: &RunState) -> Vec<OutlineLine> {
    let read = StepsRead::default();
    let mut lines = Vec::new();
    let mut lanes: HashMap<&StepPath, &str> = HashMap::new();
    let mut counts: HashMap<&StepPath, usize> = HashMap::new();
    for step in in_order(run, &read) {
        let Some(container) = &step.container else {
            lines.push(line(step, None, 0));
            continue;
        };
        let Some(around) = run.step(container) else { continue };
        let count = counts.entry(container).or_default();
        *count += 1;
        if around.run.step_type == StepType::Agent || *count > MOST_INSIDE {
            continue;
        }
        let key = lane_key(container, &step.run.path);
        let is_new = lanes.insert(container, key) != Some(key);
        let heading = || Lane { key: key.to_owned(), steps: Vec::new() }.heading(around.run.step_type);
        lines.push(line(step, is_new.then(heading), depth(container)));
    }
    with_counts(lines, run, &counts)
}

/// Puts the number of those without a line at the end of each container.
fn with_counts(mut lines: Vec<OutlineLine>, run: &RunState, counts: &HashMap<&StepPath, usize>) -> Vec<OutlineLine> {
    for (container, count) in counts {
        let is_agent = run.step(container).is_some_and(|step| step.run.step_type == StepType::Agent);
        let Some(more) = count.checked_sub(MOST_INSIDE).filter(|more| *more > 0 && !is_agent) else { continue };
        let is_inside = |line: &OutlineLine| match line {
            OutlineLine::Step { path, .. } => holds(container, path),
            OutlineLine::More { container: inner, .. } => holds(container, inner),
        };
        if let Some(last) = lines.iter().rposition(is_inside) {
            lines.insert(last + 1, OutlineLine::More { container: (*container).clone(), count: more });
        }
    }
    lines
}

fn holds(container: &StepPath, path: &StepPath) -> bool {
    path.as_str().strip_prefix(container.as_str()).is_some_and(|rest| rest.starts_with('.'))
}

fn line(step: &StepView, lane: Option<String>, depth: u32) -> OutlineLine {
    OutlineLine::Step { path: step.run.path.clone(), label: step.run.label.clone(), lane, depth }
}

/// The path segment after the container's.
fn lane_key<'p>(container: &StepPath, path: &'p StepPath) -> &'p str {
    let inner = path.as_str().strip_prefix(container.as_str()).unwrap_or_default();
    inner.trim_start_matches('.').split('.').next().unwrap_or_default()
}

/// How many containers there are from the workflow's own list to what is inside this one.
fn depth(container: &StepPath) -> u32 {
    let mut depth = 1;
    let mut around = container.parent();
    while let Some(path) = around {
        depth += 1;
        around = path.parent();
    }
    depth
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sluice_types::StepRun;

    use super::super::tests::execution;
    use super::*;

    fn state() -> RunState {
        RunState::new(execution(&Value::Null, &[json!({"type": "parallel", "status": "running"})]))
    }

    /// A step run of another path.
    fn at(path: &str) -> StepRun {
        let mut run = state().steps()[1].run.clone();
        run.path = StepPath::new(path).unwrap();
        path.clone_into(&mut run.label);
        run
    }

    fn path(path: &str) -> StepPath {
        StepPath::new(path).unwrap()
    }

    #[test]
    fn a_container_is_followed_by_what_runs_inside() {
        let mut state = state();
        state.take_inside(&path("a"), 0, vec![at("a.one.x"), at("a.two.y")], true);
        let labels = |read: &StepsRead| {
            in_order(&state, read).iter().map(|step| step.run.label.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels(&StepsRead::default()), "a a.one.x a.two.y b");
        let views = ["a.one.x", "a.two.y", "a.two.z"].map(|path| StepView::new(at(path)));
        let read = StepsRead { inside: HashMap::from([(path("a"), views.to_vec())]), is_cut: false };
        assert_eq!(labels(&read), "a a.one.x a.two.y a.two.z b");
    }

    #[test]
    fn the_step_that_the_page_follows_is_the_newer_one() {
        let mut state = state();
        let mut newer = at("a.one.x");
        "newer".clone_into(&mut newer.label);
        state.take_inside(&path("a"), 0, vec![newer], true);
        let read =
            StepsRead { inside: HashMap::from([(path("a"), vec![StepView::new(at("a.one.x"))])]), is_cut: false };
        assert_eq!(in_order(&state, &read)[1].run.label, "newer");
    }

    #[test]
    fn a_step_whose_text_the_page_has_not_is_as_it_was_read() {
        let mut state = state();
        state.take_inside(&path("a"), 0, vec![at("a.one.x")], true);
        let mut with_text = at("a.one.x");
        with_text.content = Some("Text".into());
        let read = StepsRead { inside: HashMap::from([(path("a"), vec![StepView::new(with_text)])]), is_cut: false };
        assert_eq!(in_order(&state, &read)[1].text, "Text");
    }

    #[test]
    fn the_outline_names_each_lane_once() {
        let mut state = state();
        state.take_inside(&path("a"), 0, vec![at("a.one.x"), at("a.one.y"), at("a.two.z")], true);
        let told: Vec<_> = outline(&state)
            .into_iter()
            .map(|line| match line {
                OutlineLine::Step { label, lane, depth, .. } => (label, lane.unwrap_or_default(), depth),
                OutlineLine::More { .. } => unreachable!(),
            })
            .collect();
        let expected = [("a", "", 0), ("a.one.x", "one", 1), ("a.one.y", "", 1), ("a.two.z", "two", 1), ("b", "", 0)];
        assert_eq!(told, expected.map(|(label, lane, depth)| (label.to_owned(), lane.to_owned(), depth)));
    }

    #[test]
    fn many_items_have_a_number_in_place_of_lines() {
        let mut state = state();
        let items = (0..500).map(|item| at(&format!("a.{item}.x"))).collect();
        state.take_inside(&path("a"), 0, items, true);
        let lines = outline(&state);
        assert_eq!(lines.len(), MOST_INSIDE + 3);
        assert_eq!(lines[MOST_INSIDE + 1], OutlineLine::More { container: path("a"), count: 500 - MOST_INSIDE });
    }

    #[test]
    fn only_containers_that_have_begun_hold_anything() {
        assert_eq!(begun_containers(state().steps()), [path("a")]);
        let pending = RunState::new(execution(&Value::Null, &[json!({"type": "parallel"})]));
        assert_eq!(begun_containers(pending.steps()), []);
    }
}
