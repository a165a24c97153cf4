//! The step runs of two runs, matched by path.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sluice_types::{Execution, StepPath, StepRun, StepRunStatus, StepType};

use super::Row;
use crate::format::{duration, known_cost, number};
use crate::model_choice::called;
use crate::run::StepView;

/// One step, as far as the runs have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Its path, in both runs.
    pub path: StepPath,
    /// In the first run.
    pub a: Option<StepRun>,
    /// In the second run.
    pub b: Option<StepRun>,
}

/// How a step of two runs compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Only the first run has it.
    OnlyA,
    /// Only the second run has it.
    OnlyB,
    /// Its state, model, prompt, arguments or output differ.
    Differs,
    /// All of them are the same. Cost and time may differ.
    Same,
}

/// The step runs of the workflow's own list.
#[must_use]
pub fn steps_of(run: &Execution) -> Vec<StepRun> {
    run.steps.iter().filter(|step| step.path.parent().is_none()).cloned().collect()
}

/// Matches step runs by path, in the order of the first run. A step that only the second run has comes where it is there.
#[must_use]
pub fn pairs(a: Vec<StepRun>, b: Vec<StepRun>) -> Vec<Pair> {
    let in_a: HashSet<StepPath> = a.iter().map(|step| step.path.clone()).collect();
    let places: HashMap<StepPath, usize> = b.iter().enumerate().map(|(at, step)| (step.path.clone(), at)).collect();
    let mut second: Vec<Option<StepRun>> = b.into_iter().map(Some).collect();
    let (mut out, mut reached) = (Vec::new(), 0);
    let only_second = |from: usize, to: usize, second: &mut Vec<Option<StepRun>>| -> Vec<Pair> {
        let between = second.get_mut(from..to).unwrap_or_default().iter_mut();
        let own = between.filter(|step| step.as_ref().is_some_and(|step| !in_a.contains(&step.path)));
        own.filter_map(Option::take).map(|step| Pair { path: step.path.clone(), a: None, b: Some(step) }).collect()
    };
    for step in a {
        let place = places.get(&step.path).copied();
        if let Some(place) = place {
            out.extend(only_second(reached, place, &mut second));
            reached = reached.max(place);
        }
        let other = place.and_then(|place| second.get_mut(place)).and_then(Option::take);
        out.push(Pair { path: step.path.clone(), a: Some(step), b: other });
    }
    let end = second.len();
    out.extend(only_second(reached, end, &mut second));
    out
}

impl Pair {
    /// What a person calls it: as the second run does.
    #[must_use]
    pub fn label(&self) -> &str {
        self.b.as_ref().or(self.a.as_ref()).map_or("", |step| &step.label)
    }

    /// How the runs compare here.
    #[must_use]
    pub fn presence(&self) -> Presence {
        match (&self.a, &self.b) {
            (Some(a), Some(b)) => {
                let is_same = a.status == b.status
                    && a.label == b.label
                    && a.step_type == b.step_type
                    && (&a.provider, &a.model, &a.tool) == (&b.provider, &b.model, &b.tool)
                    && self.texts().iter().all(|row| !row.differs());
                if is_same { Presence::Same } else { Presence::Differs }
            }
            (_, None) => Presence::OnlyA,
            (None, _) => Presence::OnlyB,
        }
    }

    /// Whether the step holds others.
    #[must_use]
    pub fn is_container(&self) -> bool {
        let is_container = |step: &StepRun| {
            matches!(step.step_type, StepType::Parallel | StepType::Conditional | StepType::Loop | StepType::Agent)
        };
        self.a.as_ref().is_some_and(is_container) || self.b.as_ref().is_some_and(is_container)
    }

    /// Its short facts. The words of states are the caller's.
    #[must_use]
    pub fn facts(&self, word: fn(StepRunStatus) -> &'static str) -> Vec<Row> {
        let row = |name: &str, of: &dyn Fn(&StepRun) -> String| {
            let value = |step: &Option<StepRun>| step.as_ref().map(of).unwrap_or_default();
            Row::new(name, value(&self.a), value(&self.b))
        };
        let rows = [
            row("State", &|step| word(step.status).to_owned()),
            row("Model", &|step| called(step.provider.as_deref(), step.model.as_deref())),
            row("Tool", &|step| step.tool.clone().unwrap_or_default()),
            row("Cost", &|step| {
                let is_free = step.cost_usd <= 0.0 && step.unpriced_calls == 0;
                if is_free { String::new() } else { known_cost(step.cost_usd, step.unpriced_calls) }
            }),
            row("Tokens", &|step| match (step.token_usage.input_tokens, step.token_usage.output_tokens) {
                (0, 0) => String::new(),
                (input, output) => format!("{} in, {} out", number(input), number(output)),
            }),
            row("Time", &|step| step.duration_ms.map(duration).unwrap_or_default()),
            row("Attempts", &|step| if step.attempt > 1 { step.attempt.to_string() } else { String::new() }),
        ];
        rows.into_iter().filter(|row| !row.is_empty()).collect()
    }

    /// Its texts: the prompt with the values filled in, the arguments of a call, the output, and the error.
    #[must_use]
    pub fn texts(&self) -> Vec<Row> {
        let row = |name: &str, of: fn(&StepRun) -> String| {
            Row::new(name, self.a.as_ref().map(of).unwrap_or_default(), self.b.as_ref().map(of).unwrap_or_default())
        };
        let rows = [
            row("Prompt", |step| step.prompt.clone().unwrap_or_default()),
            row("Arguments", |step| step.arguments.as_ref().map(pretty).unwrap_or_default()),
            row("Output", output),
            row("Error", |step| step.error.as_ref().map(|error| error.message.clone()).unwrap_or_default()),
        ];
        rows.into_iter().filter(|row| !row.is_empty()).collect()
    }
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The output as the page of the run shows it.
fn output(step: &StepRun) -> String {
    match &step.output {
        Some(value @ (Value::Object(_) | Value::Array(_)))
            if matches!(step.step_type, StepType::Llm | StepType::Agent | StepType::Tool) =>
        {
            pretty(value)
        }
        _ => StepView::new(step.clone()).text,
    }
}
