//! The facts and the input of two runs.

use serde_json::Value;
use sluice_types::{Execution, StepRunStatus, StepType};

use super::Row;
use crate::format::{capitalised, cost, duration, known_cost, number, run_number};
use crate::run::RunState;
use crate::run_status::RunStanding;

/// The facts of two runs.
#[must_use]
pub fn run_rows(a: &Execution, b: &Execution) -> Vec<Row> {
    let row = |name: &str, of: fn(&Execution) -> String| Row::new(name, of(a), of(b));
    let rows = [
        row("State", |run| RunStanding::of_run(&RunState::new(run.clone())).word().to_owned()),
        row("Run", |run| run.number.map(run_number).unwrap_or_default()),
        row("Version", |run| run.workflow_version.to_string()),
        row("Started by", |run| run.triggered_by.clone()),
        row("Cost", |run| known_cost(run.cost_usd, run.unpriced_calls)),
        row("Budget", |run| run.budget_usd.map(cost).unwrap_or_default()),
        row("Tokens", |run| {
            let used = run.token_usage;
            format!("{} in, {} out", number(used.input_tokens), number(used.output_tokens))
        }),
        row("Time", |run| run.duration_ms.map(duration).unwrap_or_default()),
        row("Time in reviews", |run| reviews_ms(run).map(duration).unwrap_or_default()),
        row("Skip reviews", |run| (if run.yolo { "On" } else { "Off" }).to_owned()),
        row("Steps that ran", |run| run.steps_executed.len().to_string()),
        row("Error", |run| run.error.as_ref().map(|error| error.message.clone()).unwrap_or_default()),
    ];
    rows.into_iter().filter(|row| !row.is_empty()).collect()
}

/// How long the reviews of the workflow's own list took.
fn reviews_ms(run: &Execution) -> Option<i64> {
    let reviews = run.steps.iter().filter(|step| {
        step.step_type == StepType::Review
            && step.path.parent().is_none()
            && !matches!(step.status, StepRunStatus::Pending | StepRunStatus::Skipped)
    });
    reviews.filter_map(|step| step.duration_ms).reduce(i64::saturating_add)
}

/// The input of two runs, field by field.
#[must_use]
pub fn input_rows(a: &Value, b: &Value) -> Vec<Row> {
    let (Value::Object(first), Value::Object(second)) = (a, b) else {
        let row = Row::new("Input", shown(Some(a)), shown(Some(b)));
        return if row.is_empty() { Vec::new() } else { vec![row] };
    };
    let more = second.keys().filter(|name| !first.contains_key(*name));
    let names = first.keys().chain(more);
    names.map(|name| Row::new(capitalised(name), shown(first.get(name)), shown(second.get(name)))).collect()
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
