//! A step in a few words, for its closed card.

use sluice_types::{Step, StepKind};

use crate::format::plural;

/// A summary of a step. `inside` is the number of steps in it, which a closed container tells.
#[must_use]
pub fn summary(step: &Step, inside: Option<usize>) -> String {
    let first_line = |text: &str| text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let own = match &step.kind {
        StepKind::Review(review) if review.instructions.is_empty() => "A person decides".to_owned(),
        StepKind::Review(review) => first_line(&review.instructions),
        StepKind::Llm(llm) => first_line(&llm.prompt),
        StepKind::Agent(agent) => first_line(&agent.prompt),
        StepKind::Tool(tool) if tool.tool.trim().is_empty() => "No tool yet".to_owned(),
        StepKind::Tool(tool) => tool.tool.clone(),
        StepKind::Parallel(parallel) => match &parallel.for_each {
            Some(items) if items.trim().is_empty() => "For each · no list yet".to_owned(),
            Some(items) => format!("For each · {}", first_line(items)),
            None => format!("Parallel · {}", plural(number(parallel.branches.len()), "branch", "branches")),
        },
        StepKind::Conditional(conditional) => match (conditional.cases.len(), inside) {
            (cases, Some(_)) => format!("Condition · {}", plural(number(cases), "case", "cases")),
            (_, None) => "Condition · first case that is true".to_owned(),
        },
        StepKind::Loop(body) => {
            format!("Loop · at most {}", plural(u64::from(body.max_iterations), "round", "rounds"))
        }
        StepKind::Unknown(_) => "Made by a newer version of Sluice".to_owned(),
    };
    match inside.filter(|_| step.kind.is_container()) {
        Some(count) => format!("{own} · {}", plural(number(count), "step", "steps")),
        None => own,
    }
}

/// The labels of the steps in a container; `None` for a step without lists.
#[must_use]
pub fn steps_inside(step: &Step) -> Option<String> {
    let blocks = step.kind.blocks();
    let labels: Vec<&str> = blocks.iter().flat_map(|inner| inner.block.steps).map(|step| step.label.as_str()).collect();
    step.kind.is_container().then(|| labels.join(" · "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_container_tells_the_steps_inside() {
        let step = |value: Value| -> Step { serde_json::from_value(value).unwrap() };
        let llm = |label: &str| json!({"label": label, "type": "llm", "prompt": "x"});
        let case = json!({"label": "Which", "type": "conditional",
            "cases": [{"name": "long", "when": "true", "steps": [llm("Shorten")]}], "otherwise": {"steps": [llm("Tidy Up")]}});
        assert_eq!(steps_inside(&step(case)).as_deref(), Some("Shorten · Tidy Up"));
        assert_eq!(steps_inside(&step(llm("A"))), None);
    }

    #[test]
    fn steps_are_told_in_few_words() {
        let said = |fields: Value, inside| {
            let mut step = json!({"id": "a", "label": "A"});
            step.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            summary(&serde_json::from_value(step).unwrap(), inside)
        };
        let branches =
            json!({"type": "parallel", "branches": [{"name": "a", "steps": []}, {"name": "b", "steps": []}]});
        let case = json!({"type": "conditional", "cases": [{"name": "yes", "when": "", "steps": []}]});
        let rounds = json!({"type": "loop", "until": "", "max_iterations": 5, "steps": []});
        for (fields, inside, expected) in [
            (json!({"type": "llm", "prompt": "\n Write\nmore"}), None, " Write"),
            (json!({"type": "review"}), None, "A person decides"),
            (branches.clone(), None, "Parallel · 2 branches"),
            (branches, Some(4), "Parallel · 2 branches · 4 steps"),
            (json!({"type": "parallel", "for_each": "input.all", "steps": []}), None, "For each · input.all"),
            (json!({"type": "parallel", "for_each": " ", "steps": []}), Some(1), "For each · no list yet · 1 step"),
            (case.clone(), None, "Condition · first case that is true"),
            (case, Some(0), "Condition · 1 case · 0 steps"),
            (rounds, None, "Loop · at most 5 rounds"),
        ] {
            assert_eq!(said(fields, inside), expected);
        }
    }
}
